"""Mail over a real SMTP server."""

import re
import socket
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderd.delivery import mail, mime
from reminderd.delivery.mail import Envelope, Server, Session
from reminderd.errors import Refused, SoftRefusal, Undecided, Unreachable
from reminderd.messages.message import Format, Image, Message
from reminderd.playbook.playbook import Severity

SENDER = ("", "borrower@example.com")
TO = ("", "me@example.com")
PICTURES = tuple(
    Image(name, f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="9"/>')
    for name, width in (("chart", 3), ("code", 7))
)


@pytest.fixture
def message(message):
    """Return the message as mail has it: laid out in a page too, with a subject that sorts."""
    page = '<p>第一行</p><p style="color:red">第二行 &amp; 100%</p>'
    return replace(message, format=Format.HTML, html=page, subject="【2】微粒贷今天应还")


@pytest.fixture
def session(mail_server):
    session = session_with(mail_server)
    yield session
    session.close()


def session_with(server, **changes):
    given = {
        "host": server.host,
        "port": server.port,
        "mode": server.mode,
        "user": server.user,
        "password": server.password,
        "verify": True,
    }
    return Session(Server(**{**given, **changes}))


@pytest.fixture
def send(session, message, now):
    """Return a function that sends the message, or another, with changes to its envelope."""

    def run(message_id="id", over=session, what=message, **envelope):
        envelope = Envelope(**{"sender": SENDER, "to": TO, **envelope})
        over.send(envelope, mime.build(envelope, what, message_id, now))

    return run


ALTERNATIVES = ["multipart/alternative", "text/plain", "text/html"]


def shape(part):
    """Return what kind of part it is, and for one that has parts, what they are, in order."""
    kind = part.get_content_type()
    return [kind, *map(shape, part.iter_parts())] if part.is_multipart() else kind


def pictures(got):
    """Return the parts of a mail that are pictures."""
    return [part for part in got.message.walk() if part.get_content_maintype() == "image"]


class TestContent:
    def test_the_text_arrives_as_it_was_written(self, send, mail_server, message):
        send()
        assert mail_server.accepted[0].part("plain") == message.body

    def test_the_html_arrives_beside_it_and_after_it(self, send, mail_server, message):
        send()
        assert mail_server.accepted[0].part("html").strip() == message.html
        assert shape(mail_server.accepted[0].message) == ALTERNATIVES

    def test_without_html_it_is_the_text_alone(self, send, mail_server, message):
        send(what=replace(message, format=Format.FULL, html=""))
        assert mail_server.accepted[0].part("plain") == message.body
        assert shape(mail_server.accepted[0].message) == "text/plain"

    def test_a_chinese_subject_arrives_intact(self, send, mail_server, message):
        send()
        assert mail_server.accepted[0].subject == message.subject

    def test_the_title_is_the_subject_of_a_message_that_has_no_other(
        self, send, mail_server, message
    ):
        send(what=replace(message, subject=""))
        assert mail_server.accepted[0].subject == message.title

    def test_the_message_id_is_the_given_one_at_the_senders_domain(self, send, mail_server):
        send("0123abcd")
        assert mail_server.accepted[0].message_id == "<0123abcd@example.com>"

    def test_the_date_is_the_instant_of_sending(self, send, mail_server, now):
        send()
        assert mail_server.accepted[0].message["Date"].datetime == now

    def test_it_says_that_no_human_wrote_it(self, send, mail_server):
        send()
        assert mail_server.accepted[0].message["Auto-Submitted"] == "auto-generated"

    def test_names_stand_beside_addresses(self, send, mail_server):
        send(sender=("提醒, daemon", SENDER[1]), to=("小明", TO[1]))
        [got] = mail_server.accepted
        assert got.message["From"].addresses[0].display_name == "提醒, daemon"
        assert got.message["To"].addresses[0].display_name == "小明"
        assert (got.sender, got.recipients) == (SENDER[1], (TO[1],))


class TestPictures:
    @pytest.fixture
    def got(self, send, mail_server, message):
        """Return the mail that arrives of a page with two pictures."""
        page = "".join(f'<img src="cid:{picture.cid}" alt="图">' for picture in PICTURES)
        send(what=replace(message, html=page, images=PICTURES))
        return mail_server.accepted[0]

    def test_they_belong_to_the_page_and_the_text_stands_before_both(self, got):
        page = ["multipart/related", "text/html", "image/png", "image/png"]
        assert shape(got.message) == ["multipart/alternative", "text/plain", page]
        [related] = [part for part in got.message.walk() if shape(part) == page]
        assert related["Content-Type"].params["type"] == "text/html"  # as RFC 2387 wants it

    def test_text_and_page_are_found_as_ever(self, got, message):
        assert got.part("plain") == message.body
        assert got.part("html").startswith("<img")

    def test_they_arrive_to_the_byte(self, got):
        assert [part.get_content() for part in pictures(got)] == [p.png for p in PICTURES]

    def test_each_is_what_the_page_means_by_its_name(self, got):
        meant = re.findall('src="cid:(.*?)"', got.part("html"))
        assert [part["Content-ID"] for part in pictures(got)] == [f"<{name}>" for name in meant]

    def test_they_are_shown_and_not_offered_as_files(self, got):
        for part in pictures(got):
            assert part.get_content_disposition() == "inline"
            assert part.get_filename() is None


class TestCopies:
    def test_carbon_copies_are_sent_and_shown(self, send, mail_server):
        send(cc=("one@example.com", "two@example.com"))
        [got] = mail_server.accepted
        assert got.recipients == (TO[1], "one@example.com", "two@example.com")
        assert got.message["Cc"] == "one@example.com, two@example.com"

    def test_blind_carbon_copies_are_sent_and_not_shown(self, send, mail_server):
        send(bcc=("secret@example.com",))
        [got] = mail_server.accepted
        assert got.recipients == (TO[1], "secret@example.com")
        assert "secret@example.com" not in got.message.as_string()

    def test_answers_can_go_elsewhere(self, send, mail_server):
        send(reply_to=("answers@example.com",))
        assert mail_server.accepted[0].message["Reply-To"] == "answers@example.com"


class TestHeaders:
    def test_a_header_of_the_users_own_is_added(self, send, mail_server):
        send(headers=(("X-Priority", "1"),))
        assert mail_server.accepted[0].message["X-Priority"] == "1"

    @pytest.mark.parametrize(
        "name", ["Message-ID", "message-id", "From", "To", "Subject", "Date", "Auto-Submitted"]
    )
    def test_a_header_that_we_write_is_neither_replaced_nor_doubled(self, send, mail_server, name):
        send(headers=((name, "<evil@example.com>"),))
        [value] = mail_server.accepted[0].message.get_all(name)
        assert "evil" not in value

    def test_the_bodys_own_headers_are_not_replaced(self, send, mail_server, message):
        send(headers=(("Content-Type", "text/evil"), ("Content-Transfer-Encoding", "8bit")))
        [got] = mail_server.accepted
        assert got.message.get_all("Content-Type")[0].startswith("multipart/alternative")
        assert got.part("plain") == message.body

    @pytest.mark.parametrize("value", ["1\r\nBcc: z@example.com", "1\nBcc: z@example.com"])
    def test_a_value_with_a_line_break_injects_nothing(self, send, mail_server, value):
        with pytest.raises(ValueError, match="cannot hold a line break"):
            send(headers=(("X-Evil", value),))
        assert mail_server.mails == []

    @pytest.mark.parametrize("name", ["X\r\nBcc: z@example.com\r\nX", "X: y", "X Y", "", "名"])
    def test_a_name_that_is_none_injects_nothing(self, send, mail_server, name):
        with pytest.raises(ValueError, match="cannot be the name of a header"):
            send(headers=((name, "1"),))
        assert mail_server.mails == []


class TestAnswers:
    @pytest.mark.parametrize(
        ("answer", "kind"),
        [
            ("451 4.3.0 come back later", Unreachable),
            ("452 4.2.2 mailbox full", Unreachable),
            ("550 5.1.1 no such user", Refused),
            ("554 5.7.1 spam", SoftRefusal),
        ],
    )
    def test_no_to_a_mail_is_for_good_only_where_it_says_so(self, send, mail_server, answer, kind):
        mail_server.answers.append(answer)
        with pytest.raises(kind) as caught:
            send()
        assert type(caught.value) is kind
        assert str(caught.value) == f"the mail server answered {answer}"

    @pytest.mark.parametrize(
        ("answer", "kind"), [("450 greylisted", Unreachable), ("550 5.1.1 no such user", Refused)]
    )
    def test_no_to_an_address_is_for_good_only_where_it_says_so(
        self, send, mail_server, answer, kind
    ):
        mail_server.refused[TO[1]] = answer
        with pytest.raises(kind) as caught:
            send()
        assert type(caught.value) is kind
        assert mail_server.mails == []

    @pytest.mark.parametrize("where", ["address", "mail"])
    def test_after_a_no_the_next_mail_goes_over_the_same_connection(self, send, mail_server, where):
        if where == "mail":
            mail_server.answers.append("550 no")
        else:
            mail_server.refused[TO[1]] = "550 no"
        with pytest.raises(Refused):
            send("first")
        send("second", to=("", "other@example.com"))
        assert [got.message_id for got in mail_server.accepted] == ["<second@example.com>"]
        assert mail_server.connections == 1

    def test_a_connection_lost_after_the_mail_leaves_it_undecided(self, send, mail_server):
        mail_server.answers.append("drop")
        with pytest.raises(Undecided, match="broke after the mail was handed over"):
            send()
        assert len(mail_server.accepted) == 1

    def test_after_a_lost_connection_the_next_mail_makes_a_new_one(self, send, mail_server):
        mail_server.answers.append("drop")
        with pytest.raises(Undecided):
            send("first")
        send("second")
        assert mail_server.accepted[-1].message_id == "<second@example.com>"
        assert mail_server.connections == 2

    def test_a_refused_login_may_be_mended_and_says_nothing_of_the_password(
        self, send, mail_server
    ):
        mail_server.passwords = {"another"}
        with pytest.raises(Unreachable) as caught:
            send()
        assert str(caught.value) == "the mail server refused the login (535)"
        mail_server.passwords = {mail_server.password}
        send()
        assert len(mail_server.accepted) == 1

    def test_nobody_listening_is_told_as_such(self, send):
        with socket.socket() as unused:  # which has the port to itself, and does not listen
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            nobody = Session(Server("127.0.0.1", port, "starttls", "u", "p", verify=True))
            with pytest.raises(Unreachable, match=r"cannot be reached: .*refused"):
                send(over=nobody)

    def test_a_name_that_the_protocol_cannot_carry_is_told(self, send, mail_server):
        with pytest.raises(Unreachable, match="must be in ASCII letters"):
            send(over=session_with(mail_server, host="x" * 64 + ".example.com"))

    @pytest.mark.parametrize("password", ["パス", "pässwörd"])
    def test_a_password_may_be_of_any_letters(self, send, mail_server, password):
        mail_server.passwords = {password}
        session = session_with(mail_server, password=password)
        send(over=session)
        session.close()
        assert len(mail_server.accepted) == 1


class TestConnection:
    def test_several_mails_share_one(self, send, mail_server):
        for number in range(5):
            send(f"id{number}")
        assert len(mail_server.accepted) == 5
        assert mail_server.connections == 1

    def test_an_idle_one_that_the_server_closed_is_made_again(self, send, session, mail_server):
        send("first")
        mail_server.hang_up()
        session.used_at -= 2 * mail.IDLE
        send("second")
        assert len(mail_server.accepted) == 2
        assert mail_server.connections == 2

    def test_an_idle_one_that_still_stands_is_used_on(self, send, session, mail_server):
        send("first")
        session.used_at -= 2 * mail.IDLE
        send("second")
        assert len(mail_server.accepted) == 2
        assert mail_server.connections == 1

    def test_none_is_made_before_there_is_mail(self, session, mail_server):
        session.close()
        assert mail_server.connections == 0

    def test_one_tls_context_serves_the_whole_process(self, trusted):
        assert mail.tls_context(True) is mail.tls_context(True)


class TestEncryption:
    @pytest.mark.parametrize("mode", ["ssl", "insecure"])
    def test_other_modes_reach_their_servers(self, send, start_mail_server, trusted, mode):
        server = start_mail_server(mode)
        session = session_with(server)
        send(over=session)
        session.close()
        assert len(server.accepted) == 1

    def test_a_certificate_nobody_vouches_for_is_told_with_the_remedy(
        self, authority, start_mail_server, message, now
    ):
        mail.tls_context.cache_clear()
        server = start_mail_server()
        with pytest.raises(Unreachable) as caught:
            session_with(server).send(
                Envelope(SENDER, TO), mime.build(Envelope(SENDER, TO), message, "id", now)
            )
        said = str(caught.value)
        assert said.startswith("the mail server's certificate is not trusted: ")
        assert said.endswith('(set SSL_CERT_FILE to the authority, or verify = "no")')
        assert server.mails == []

    def test_a_user_may_do_without_verification(self, start_mail_server, message, now):
        server = start_mail_server()
        session = session_with(server, verify=False)
        envelope = Envelope(SENDER, TO)
        session.send(envelope, mime.build(envelope, message, "id", now))
        session.close()
        assert len(server.accepted) == 1

    def test_a_server_that_offers_no_tls_gets_neither_login_nor_mail(
        self, send, start_mail_server, trusted
    ):
        server = start_mail_server("insecure")
        with pytest.raises(Unreachable, match="STARTTLS"):
            send(over=session_with(server, mode="starttls"))
        assert (server.logins, server.mails) == (0, [])


def test_the_password_is_in_no_repr():
    server = Server("smtp.example.com", 587, "starttls", "me", "p@ss", verify=True)
    assert repr(server) == "Server('smtp.example.com', 587, 'starttls')"
    assert "p@ss" not in repr(Session(server))


class TestEncoding:
    """What has to be encoded is; any text comes back as it was."""

    @given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r")))
    def test_any_text_comes_back_in_short_lines_of_ascii(self, words):
        message = Message("t", words, Severity.INFO, Format.FULL)
        mail = mime.build(Envelope(SENDER, TO), message, "id", datetime(2026, 1, 1, tzinfo=UTC))
        assert mail.isascii()
        assert b"\r" not in mail.replace(b"\r\n", b"")
        assert b"\n" not in mail.replace(b"\r\n", b"")
        assert max(map(len, mail.split(b"\r\n"))) <= 998
        parsed = message_from_bytes(mail, policy=default)
        lines = parsed.get_payload(decode=True).decode().replace("\r\n", "\n")
        assert lines == words.removesuffix("\n") + "\n"

    @pytest.mark.parametrize(
        ("words", "encoding"),
        [
            ("plain\n", "7bit"),
            ("x" * 2000, "quoted-printable"),
            ("mostly plain · but not all\n", "quoted-printable"),
            ("中文\n", "base64"),
            ("line\rfeed", "base64"),
        ],
    )
    def test_what_is_legible_stays_so(self, words, encoding):
        message = Message("t", words, Severity.INFO, Format.FULL)
        mail = mime.build(Envelope(SENDER, TO), message, "id", datetime(2026, 1, 1, tzinfo=UTC))
        parsed = message_from_bytes(mail, policy=default)
        assert parsed["Content-Transfer-Encoding"] == encoding
        assert parsed.get_payload(decode=True).decode().split() == words.split()
