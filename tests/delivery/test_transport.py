"""From a recipient's target to something that sends, over the real services."""

import io
import logging
import re
import socket

import pytest
from werkzeug import Response

from reminderd.alerts.channel import Recipient
from reminderd.delivery.transport import Transports, split, verify
from reminderd.errors import DeliveryError, Refused, Undecided, Unreachable
from reminderd.messages.message import Format, Message
from reminderd.playbook.playbook import Severity

# Every letter of it means something in a URL.
MANGLED = "p@ss/w:rd#%41?&+ ="


@pytest.fixture
def transports():
    transports = Transports()
    yield transports
    transports.close()


@pytest.fixture
def send(transports, message, now):
    """Return a function that sends the message to a target under a label."""

    def run(target, label="me@example.com", message_id="id", **words):
        transports.of(Recipient(label, target, **words)).send(message, message_id, now)

    return run


@pytest.fixture
def hook(httpserver):
    """Return the URL of a receiver at /hook that takes everything."""
    httpserver.expect_request("/hook", method="POST").respond_with_data("ok")
    return f"json://127.0.0.1:{httpserver.port}/hook"


def received(httpserver):
    [(request, _)] = httpserver.log
    return request


class TestConsole:
    def test_title_and_text_are_printed_as_they_are(self, send, capsys, message):
        send("console://")
        printed = capsys.readouterr().out
        assert f"\n{message.title}\n\n{message.body.rstrip()}\n\n" in printed

    def test_many_messages_are_printed_without_a_pause(self, send, capsys, monkeypatch, message):
        monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail(f"slept {seconds} s"))
        for _ in range(3):
            send("console://")
        assert capsys.readouterr().out.count(message.title) == 3


class TestAnyService:
    def test_title_and_text_arrive_intact(self, send, hook, httpserver, message):
        send(hook)
        got = received(httpserver).get_json()
        assert got["title"] == message.title
        assert got["message"] == message.body.rstrip()
        assert got["type"] == "warning"

    def test_a_service_that_wants_html_gets_the_texts_lines_and_signs(self, send, hook, httpserver):
        send(f"{hook}?format=html")
        got = received(httpserver).get_json()["message"]
        assert "&lt;b&gt;not" in got
        assert len(re.findall(r"<br\s*/?>", got)) >= 3

    def test_many_messages_go_without_a_pause(self, send, httpserver, monkeypatch):
        httpserver.expect_request("/", method="POST").respond_with_data("{}")
        monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail(f"slept {seconds} s"))
        for _ in range(3):
            send(f"ntfy://127.0.0.1:{httpserver.port}/topic")
        assert len(httpserver.log) == 3

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
    def test_a_no_is_a_refusal(self, send, httpserver, status):
        httpserver.expect_request("/hook").respond_with_data("no", status=status)
        with pytest.raises(Refused, match=f"^the server answered {status}$"):
            send(f"json://127.0.0.1:{httpserver.port}/hook")

    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
    def test_an_answer_that_may_change_is_not(self, send, httpserver, status):
        httpserver.expect_request("/hook").respond_with_data("no", status=status)
        with pytest.raises(Unreachable, match=f"^the server answered {status}$"):
            send(f"json://127.0.0.1:{httpserver.port}/hook")

    def test_a_server_that_is_not_there_may_be_there_later(self, send):
        with socket.socket() as unused:  # which has the port to itself, and does not listen
            unused.bind(("127.0.0.1", 0))
            with pytest.raises(Unreachable, match="could not be reached"):
                send(f"json://127.0.0.1:{unused.getsockname()[1]}/")

    def test_an_address_copied_from_the_service_itself_is_known(self):
        slack = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
        assert verify(Recipient("team", slack)) is None


class TestState:
    """What a plugin remembers of one message does nothing to the next."""

    def test_each_matrix_event_has_a_number_of_its_own(self, send, httpserver, transports):
        httpserver.expect_request(re.compile(".*")).respond_with_json({"event_id": "$x"})
        room = f"matrix://token@127.0.0.1:{httpserver.port}/!room:localhost"
        for _ in range(3):
            send(f"{room}?discovery=no&e2ee=no&hsreq=no")
        paths = [request.path for request, _ in httpserver.log if "/send/" in request.path]
        assert len(paths) == len(set(paths)) == 3

    def test_so_has_each_part_of_a_long_one_and_a_short_one_has_no_parts(
        self, transports, httpserver, now
    ):
        httpserver.expect_request(re.compile(".*")).respond_with_json({"event_id": "$x"})
        room = f"matrix://token@127.0.0.1:{httpserver.port}/!room:localhost?discovery=no&e2ee=no"
        transport = transports.of(Recipient("room", f"{room}&hsreq=no"))
        for body in ("Pay [a] <b> #2 1.2-3!\n" * 3, "今天还款。\n" * 2_000):
            transport.send(Message("Visa *1", body, Severity.INFO, Format.MARKDOWN), "id", now)
        sent = [request for request, _ in httpserver.log if "/send/" in request.path]
        assert len({request.path for request in sent}) == len(sent)
        short, *parts = [request.get_json()["body"] for request in sent]
        assert short.count("1.2-3!") == 3
        assert len(parts) > 1
        assert "".join("".join(parts).split()).count("还") == 2_000
        assert all(len(request.get_data()) < 130_000 for request in sent)  # as JSON in ASCII

    def test_others_are_made_anew_for_each_message(self, transports, hook, message, now):
        transport = transports.of(Recipient("it", hook))
        made = []
        for _ in range(2):
            transport.send(message, "id", now)
            made.append(transport.plugin)
        assert made[0] is not made[1]

    def test_nobody_knows_of_a_service_that_does_not_say(self, send):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
            listener.bind(("127.0.0.1", 0))
            with pytest.raises(Undecided, match="nobody knows whether the service took"):
                send(f"rsyslog://127.0.0.1:{listener.getsockname()[1]}")


class TestTable:
    def test_letters_that_a_url_would_mangle_reach_a_web_service(self, send, hook, httpserver):
        table = {"schema": "json", "host": "127.0.0.1", "port": httpserver.port}
        httpserver.expect_request("/", method="POST").respond_with_data("ok")
        send(table | {"user": "me", "password": MANGLED})
        login = received(httpserver).authorization
        assert (login.username, login.password) == ("me", MANGLED)

    def test_to_says_who_gets_it_with_services_that_call_it_otherwise_too(self, send, httpserver):
        table = {"schema": "ntfy", "host": "127.0.0.1", "port": httpserver.port}
        httpserver.expect_request("/", method="POST").respond_with_data("{}")
        send(table | {"to": "loans"})
        assert received(httpserver).json["topic"] == "loans"

    def test_letters_that_a_url_would_mangle_reach_a_mail_server(self, send, mail_server):
        assert set("@/:#%") <= set(mail_server.password)
        send(mail_server.table(to="me@example.com"))
        assert len(mail_server.accepted) == 1

    def test_the_login_is_the_sender_unless_another_is_named(self, send, mail_server):
        send(mail_server.table(to="me@example.com"))
        send(mail_server.table(to="me@example.com", **{"from": "Bot <bot@example.org>"}), "other")
        first, second = mail_server.accepted
        assert first.message["From"] == first.sender == mail_server.user
        assert second.message["From"] == "Bot <bot@example.org>"
        assert second.sender == "bot@example.org"

    @pytest.mark.parametrize("mode", ["starttls", "ssl", "insecure"])
    def test_the_mode_is_the_one_named(self, send, start_mail_server, trusted, mode):
        server = start_mail_server(mode)
        send(server.table(to="me@example.com"))
        assert len(server.accepted) == 1

    @pytest.mark.parametrize("no", ["no", False])
    def test_verification_can_be_switched_off(self, send, start_mail_server, no):
        server = start_mail_server()
        send(server.table(to="me@example.com", verify=no))
        assert len(server.accepted) == 1

    def test_copies_and_answers_take_lists(self, send, mail_server):
        copies = {"cc": ["c@example.com"], "bcc": ["b@example.com"], "reply": ["r@example.com"]}
        send(mail_server.table(to="me@example.com", **copies))
        [got] = mail_server.accepted
        assert got.recipients == ("me@example.com", "c@example.com", "b@example.com")
        assert (got.message["Cc"], got.message["Bcc"]) == ("c@example.com", None)
        assert got.message["Reply-To"] == "r@example.com"

    def test_the_server_is_greeted_by_the_name_that_is_configured(self, send, mail_server):
        send(mail_server.table(to="me@example.com"), hello="me.example.org")
        assert mail_server.greetings == ["me.example.org"]

    def test_an_address_may_have_a_name(self, send, mail_server):
        to = "小明 <me@example.com>"
        send(mail_server.table(to=to), label=to)
        [got] = mail_server.accepted
        assert got.recipients == ("me@example.com",)
        assert got.message["To"].addresses[0].display_name == "小明"


class TestMailUrl:
    def url(self, server, query):
        return (
            f"mailtos://borrower%40example.com:p%40ss%2Fw%3Ard%23%2541@example.com:{server.port}"
            f"?smtp={server.host}&from=borrower@example.com&{query}"
        )

    def test_it_takes_the_same_way_as_a_table(self, send, mail_server, message):
        send(self.url(mail_server, "to=me@example.com"), message_id="0123")
        [got] = mail_server.accepted
        assert got.message_id == "<0123@example.com>"
        assert got.part("plain") == message.body
        assert got.subject == message.title

    def test_the_sender_is_called_reminderd_unless_the_user_says_otherwise(self, send, mail_server):
        url = self.url(mail_server, "to=me@example.com").replace("from=borrower@example.com", "x=1")
        send(url)
        send(url + "&name=Nag", label="other")
        names = [got.message["From"].addresses[0].display_name for got in mail_server.accepted]
        assert names == ["reminderd", "Nag"]

    def test_a_message_id_in_it_does_not_replace_ours(self, send, mail_server):
        send(self.url(mail_server, "to=me@example.com&+Message-ID=evil&+X-Own=1"))
        [got] = mail_server.accepted
        assert got.message.get_all("Message-ID") == ["<id@example.com>"]
        assert got.message["X-Own"] == "1"

    def test_a_line_break_in_a_header_is_a_refusal_without_mail(self, send, mail_server):
        with pytest.raises(Refused, match="the mail cannot be built"):
            send(self.url(mail_server, "to=me@example.com&+X-Own=1%0D%0ABcc:%20z@example.com"))
        assert mail_server.mails == []

    def test_each_of_several_addresses_has_a_mail_of_its_own(self, send, mail_server):
        url = self.url(mail_server, "to=a@example.com,b@example.com")
        for recipient in split(Recipient("email", url)):
            send(recipient.target, label=recipient.label)
        assert [got.recipients for got in mail_server.accepted] == [
            ("a@example.com",),
            ("b@example.com",),
        ]
        assert mail_server.connections == 1


class TestSplit:
    @pytest.mark.parametrize("scheme", ["mailto", "mailtos", "MAILTOS"])
    def test_each_address_of_a_mail_url_becomes_a_recipient(self, scheme):
        url = f"{scheme}://me:secret@example.com/a@example.com?to=b@example.com,c@example.com"
        assert {r.label for r in split(Recipient("email", url))} == {
            "a@example.com",
            "b@example.com",
            "c@example.com",
        }

    def test_each_address_of_one_text_in_a_table_becomes_a_recipient(self, send, mail_server):
        to = "Ann <a@example.com>, b@example.com"
        parts = split(Recipient(to, mail_server.table(to=to)))
        assert [part.label for part in parts] == ["a@example.com", "b@example.com"]
        for part in parts:
            send(part.target, label=part.label)
        assert [got.message["To"] for got in mail_server.accepted] == [
            "Ann <a@example.com>",
            "b@example.com",
        ]

    def test_a_mail_url_without_an_address_goes_to_the_sender(self):
        [part] = split(Recipient("email", "mailtos://me:secret@example.com"))
        assert part.label == "me@example.com"

    @pytest.mark.parametrize("to", ["a@example.com,a@example.com", "A@example.com,a@EXAMPLE.com"])
    def test_an_address_named_twice_is_one(self, to):
        [part] = split(Recipient("email", f"mailtos://me:secret@example.com?to={to}"))
        assert part.label.casefold() == "a@example.com"

    @pytest.mark.parametrize(
        ("target", "addresses"),
        [
            ("ntfy://localhost/me/mum", ["me", "mum"]),
            ("ntfy://localhost/me/mum?to=me,dad", ["me", "mum", "dad"]),
            ({"schema": "ntfy", "host": "localhost", "to": "me, mum"}, ["me", "mum"]),
            ({"schema": "bark", "host": "localhost", "targets": ["k1", "k2", "k1"]}, ["k1", "k2"]),
            ("tgram://123456789:abcdefg_hijklmnop/12/34/?format=text", ["12", "34"]),
            ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23x/%23y", ["#x", "#y"]),
            ("matrix://token@localhost/!one:localhost/!two:localhost", None),
            ("irc://bot@localhost/%23loans/@me", ["#loans", "@me"]),
            ("mqtt://localhost/loans/card,money", ["loans/card", "money"]),
        ],
    )
    def test_each_address_of_any_service_becomes_a_recipient(self, target, addresses):
        parts = split(Recipient("phone", target))
        others = [f"phone {number}" for number in range(2, len(parts) + 1)]
        assert [part.label for part in parts] == ["phone", *others]
        assert len(parts) > 1
        assert addresses in (None, [part.only for part in parts])
        assert "only" not in repr(parts)  # it may be the secret

    def test_one_that_fails_costs_the_others_nothing(self, httpserver, send):
        def answer(request):
            return Response("{}", status=503 if request.get_json()["topic"] == "mum" else 200)

        httpserver.expect_request("/").respond_with_handler(answer)
        me, mum = split(Recipient("phone", f"ntfy://127.0.0.1:{httpserver.port}/me/mum"))
        send(me.target, me.label, only=me.only)
        with pytest.raises(Unreachable, match="answered 503"):
            send(mum.target, mum.label, only=mum.only)
        topics = [request.get_json()["topic"] for request, _ in httpserver.log]
        assert topics == ["me", "mum"]

    @pytest.mark.parametrize("url", ["console://", "json://localhost/a,b", "mailto://", "no url"])
    def test_other_targets_stay_whole(self, url):
        recipient = Recipient("it", url)
        assert split(recipient) == [recipient]


class TestMistakes:
    @pytest.mark.parametrize(
        ("target", "said"),
        [
            ("nfty://topic", "Apprise knows no service 'nfty' (did you mean 'ntfy'?)"),
            ({"schema": "nfty"}, "Apprise knows no service 'nfty' (did you mean 'ntfy'?)"),
            ("q1w2://topic", "Apprise knows no service 'q1w2'"),
            ("json://", "this is not a json:// URL Apprise knows"),
            ({"schema": "json", "hots": "x"}, "json has no setting 'hots' (did you mean 'host'?)"),
            (
                {"schema": "tgram", "token": "x"},
                "tgram has no setting 'token' (did you mean 'bot_token'?)",
            ),
            ({"schema": "tgram"}, "Apprise cannot use this tgram channel: check every value"),
            (
                {"schema": "mailtos", "host": "h.example", "user": "me@h.example", "to": "nobody"},
                "there is no address to send to that is an e-mail address",
            ),
        ],
    )
    def test_each_has_its_sentence(self, target, said):
        assert verify(Recipient("x", target)) == said

    def test_a_target_that_can_be_used_has_none(self, mail_server):
        assert verify(Recipient("x", "console://")) is None
        assert verify(Recipient("x", mail_server.table(to="me@example.com"))) is None

    def test_sending_to_an_unusable_target_is_a_refusal(self, send):
        with pytest.raises(Refused):
            send("nfty://topic")


class TestSecrets:
    SECRET = "hunter2-S3CRET"

    @pytest.fixture
    def targets(self, httpserver, start_mail_server):
        httpserver.expect_request("/").respond_with_handler(self.echo)
        server = start_mail_server()  # whose certificate nobody trusts
        port = httpserver.port
        return [
            f"json://me:{self.SECRET}@127.0.0.1:{port}/",
            f"json://me:{self.SECRET}@127.0.0.1:1/",
            f"jsonn://me:{self.SECRET}@127.0.0.1/",
            f"tgram://{self.SECRET}/",
            f"mailtos://me:{self.SECRET}@:bad/",
            {"schema": "tgram", "bot_token": self.SECRET, "to": "1"},
            {"schema": "json", "host": "127.0.0.1", "port": port, "password": self.SECRET},
            server.table(password=self.SECRET, to="me@example.com"),
            server.table(password=self.SECRET, verify="no", to="me@example.com"),
            server.table(password=self.SECRET, to="nobody"),
            server.table(password=self.SECRET, too="nobody"),
        ]

    @staticmethod
    def echo(request):
        return Response(f"I refuse {request.authorization} {request.headers}", status=403)

    @pytest.fixture
    def journal(self):
        """Return what a program's own log would hold, at the most talkative level."""
        text = io.StringIO()
        handler, root = logging.StreamHandler(text), logging.getLogger()
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        yield text
        root.setLevel(level)
        root.removeHandler(handler)

    def test_none_is_in_any_error_or_log(self, send, targets, journal):
        said = []
        for number, target in enumerate(targets):
            with pytest.raises(DeliveryError) as caught:
                send(target, label=str(number))
            said.append(f"{caught.value!r} {caught.value}")
        assert len(said) == len(targets)
        assert self.SECRET not in "\n".join(said)
        assert self.SECRET not in journal.getvalue()

    def test_what_apprise_says_of_its_urls_is_not_logged(self, send, hook, journal):
        logging.getLogger().warning("the journal works")
        with pytest.raises(Refused):
            send("jsonn://topic")
        with pytest.raises(Unreachable):
            send(hook.replace("hook", "nowhere"), label="other")  # unknown to the receiver
        assert "the journal works" in journal.getvalue()
        assert "jsonn" not in journal.getvalue()
        assert "Failed to send" not in journal.getvalue()

    def test_none_is_in_a_recipients_repr(self):
        assert self.SECRET not in repr(Recipient("me", f"json://me:{self.SECRET}@localhost/"))
