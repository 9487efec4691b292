"""Mail against a server that says what a test wants, command by command."""

import logging
import socketserver
import threading
import time
from collections import defaultdict, deque
from contextlib import closing, suppress
from dataclasses import replace

import pytest
from patience import PATIENCE

from reminderd.delivery import mail, mime
from reminderd.delivery.mail import Envelope, Server, Session
from reminderd.errors import Refused, SoftRefusal, Undecided, Unreachable

HANG_UP = None
ENVELOPE = Envelope(("", "borrower@example.com"), ("", "me@example.com"))
COPIED = Envelope(ENVELOPE.sender, ENVELOPE.to, cc=("cc@example.com",), bcc=("bcc@example.com",))


class Script(socketserver.ThreadingTCPServer):
    """A mail server; ``answers`` holds what it says next to a command, else that all is well."""

    daemon_threads = True
    block_on_close = True
    USUAL = {
        b"CONNECT": "220 script",
        b"EHLO": "250-script\r\n250 SIZE 1000",
        b"DATA": "354 go on",
        b"QUIT": "221 bye",
    }

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.answers = defaultdict(deque)
        self.sloppy = False  # wants a mail even if nobody is to get it
        self.ahead = []  # what came before MAIL was answered, where the server offers that
        self.heard = []
        self.mails = []
        self.begun = []  # the lines so far of the mail that came last
        self.connections = 0

    def says(self, command, *answers):
        self.answers[command].extend(answers)

    def next_answer(self, command):
        waiting = self.answers[command]
        return waiting.popleft() if waiting else self.USUAL.get(command, "250 OK")


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.connections += 1
        if not self.answer(self.server.next_answer(b"CONNECT")):
            return
        known, recipients = False, 0
        for line in self.rfile:
            self.server.heard.append(line.decode().strip().lower())
            command = line.split()[0].upper()
            if command == b"DATA" and not (recipients or self.server.sloppy):
                self.answer("503 nobody to send it to")
                continue
            answer = self.server.next_answer(command)
            fine = answer is not HANG_UP and answer.startswith("250")
            if command == b"MAIL":
                known, recipients = fine, 0
                if b"PIPELINING" in self.server.USUAL[b"EHLO"].encode():
                    self.server.ahead += self.rfile.peek().splitlines()
            elif command == b"RCPT":
                recipients += known and fine
            if answer is HANG_UP or not self.answer(answer):
                return
            if answer.startswith("354") and not self.take():
                return

    def take(self):
        """Read a mail, and answer what the script has for its end."""
        lines = self.server.begun = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line)
        answer = self.server.next_answer(b".")
        if answer is not HANG_UP and answer.startswith("250"):
            self.server.mails.append(b"".join(lines))
        return answer is not HANG_UP and self.answer(answer)

    def answer(self, text):
        """Say it; return whether the conversation goes on."""
        with suppress(OSError):  # whoever gave up does not listen
            self.wfile.write(text.encode() + b"\r\n")
        return not text.startswith("221")  # and after 421 it lingers, so that we must hang up


@pytest.fixture(params=["one by one", "all at once"])
def script(request):
    """Return the server, once as it is, once as one that offers to hear all commands at once."""
    server = Script()
    if request.param == "all at once":
        server.USUAL = Script.USUAL | {b"EHLO": "250-script\r\n250-PIPELINING\r\n250 SIZE 1000"}
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def session(script):
    with closing(Session(Server(*script.server_address, "insecure", None, None, True))) as session:
        yield session


@pytest.fixture
def send(session, message, now):
    def run(envelope=ENVELOPE):
        session.send(envelope, mime.build(envelope, message, "id", now))

    return run


@pytest.mark.parametrize(
    ("command", "answer", "kind", "said"),
    [
        (b"MAIL", "451 later", Unreachable, "451 later to the sender's address"),
        (b"MAIL", "550 not you", SoftRefusal, "550 not you to the sender's address"),
        (b"MAIL", "552 too large", SoftRefusal, "552 too large to the sender's address"),
        (b"MAIL", "452 no room", Unreachable, "452 no room to the sender's address"),
        (b"RCPT", "450 greylisted", Unreachable, "450 greylisted to the recipient's address"),
        (b"RCPT", "550 who?", SoftRefusal, "550 who? to the recipient's address"),
        (b"RCPT", "550 5.1.1 who?", Refused, "550 5.1.1 who? to the recipient's address"),
        (b"RCPT", "552 mailbox full", SoftRefusal, "552 mailbox full to the recipient's address"),
        (b"DATA", "451 later", Unreachable, "451 later to DATA"),
        (b"DATA", "554 no", SoftRefusal, "554 no to DATA"),
        (b"DATA", "250 what?", Unreachable, "250 what? to DATA"),
        (b".", "452 no room", Unreachable, "452 no room"),
        (b".", "552 5.2.2 full", SoftRefusal, "552 5.2.2 full"),
        (b".", "550 5.4.5 daily limit", SoftRefusal, "550 5.4.5 daily limit"),
        (b".", "554 5.7.0 blocked", SoftRefusal, "554 5.7.0 blocked"),
        (b".", "550 5.1.1 no such user", Refused, "550 5.1.1 no such user"),
    ],
)
def test_each_command_has_its_answer_and_the_next_mail_goes_over_the_same_connection(
    send, script, command, answer, kind, said
):
    script.says(command, answer)
    with pytest.raises(kind) as caught:
        send()
    assert type(caught.value) is kind
    assert str(caught.value) == f"the mail server answered {said}"
    send()
    assert len(script.mails) == script.connections == 1


@pytest.mark.parametrize("command", [b"CONNECT", b"MAIL", b"RCPT", b"DATA", b"."])
def test_421_can_come_at_any_point_and_ends_the_conversation(send, session, script, command):
    script.says(command, "421 going down")
    with pytest.raises(Unreachable):
        send()
    assert session.connection is None
    send()
    assert len(script.mails) == 1
    assert script.connections == 2


def test_a_421_to_a_copy_ends_the_conversation_too(send, session, script):
    script.says(b"RCPT", "250 OK", "421 going down")
    with pytest.raises(Unreachable):
        send(COPIED)
    assert session.connection is None


@pytest.mark.parametrize("answer", ["421 too many mails", HANG_UP])
@pytest.mark.parametrize("command", [b"MAIL", b"RCPT", b"DATA"])
def test_a_kept_connection_that_ends_before_the_mail_is_made_anew(send, script, command, answer):
    send()
    script.says(command, answer)
    send()
    assert len(script.mails) == script.connections == 2


def test_a_new_connection_that_ends_at_once_is_not_tried_again_and_again(send, script):
    script.says(b"MAIL", HANG_UP, HANG_UP, HANG_UP)
    with pytest.raises(Unreachable):
        send()
    assert script.connections == 1


def test_what_may_have_been_taken_is_not_sent_again(send, script):
    send()
    script.says(b".", HANG_UP)
    with pytest.raises(Undecided):
        send()
    assert script.connections == 1


@pytest.mark.parametrize("answer", ["500 what?", "421 enough", HANG_UP])
def test_a_server_that_cannot_take_back_gets_a_new_connection(send, session, script, answer):
    script.says(b"RCPT", "550 who?")
    script.says(b"RSET", answer)
    with pytest.raises(Refused):
        send()
    assert session.connection is None
    send()
    assert len(script.mails) == 1


class TestName:
    """How we greet: by our name where servers take it, else by our address."""

    HELLO = 'write hello = "your.domain.example" into the channel'

    @pytest.fixture
    def greet(self, script):
        """Return a function that sends a mail and returns what the server was greeted with."""

        def run(hello=None):
            server = Server(*script.server_address, "insecure", None, None, True, hello)
            with closing(Session(server)) as session:
                session.send(ENVELOPE, b"Subject: x\r\n\r\nx\r\n")
            return script.heard[0]

        return run

    @pytest.mark.parametrize(
        ("name", "greeting"),
        [
            ("mail.example.com", "ehlo mail.example.com"),
            ("my_box.local", "ehlo [127.0.0.1]"),
            ("box", "ehlo [127.0.0.1]"),
            ("-box.example.com", "ehlo [127.0.0.1]"),
        ],
    )
    def test_it_is_ours_where_it_is_one(self, greet, monkeypatch, name, greeting):
        monkeypatch.setattr("socket.getfqdn", lambda: name)
        assert greet() == greeting

    def test_it_is_the_one_that_is_configured(self, greet):
        assert greet("me.example.org") == "ehlo me.example.org"

    def test_a_name_that_is_refused_is_not_blamed_on_the_recipient(self, send, script):
        script.says(b"RCPT", "504 5.5.2 <my_box.local>: Helo command rejected: need name")
        with pytest.raises(SoftRefusal) as caught:
            send()
        assert str(caught.value).endswith(f"need name to our name ({self.HELLO})")

    def test_nor_is_it_where_the_greeting_itself_is_refused(self, send, script):
        script.says(b"EHLO", "550 no")
        script.says(b"HELO", "501 syntax")
        with pytest.raises(Unreachable, match=r"does not take our name \(501\): write hello ="):
            send()


class TestTime:
    """An answer to a mail may take minutes; what comes before it may not."""

    def test_an_answer_to_a_mail_may_take_ten_minutes(self, script, session):
        """The server answers once the client has settled to wait for so long."""
        handed_over = threading.Event()
        session.handed_over = handed_over.set

        def answer(command, usual=script.next_answer):
            if command == b".":
                assert handed_over.wait(PATIENCE)
                patient = iter(range(int(PATIENCE * 100)))
                while session.connection.sock.gettimeout() < 590:
                    assert next(patient, None) is not None
                    time.sleep(0.01)
            return usual(command)

        script.next_answer = answer
        session.send(ENVELOPE, b"Subject: x\r\n\r\nx\r\n")
        assert len(script.mails) == 1
        assert session.connection.sock.gettimeout() == mail.TIMEOUT

    def test_the_talk_before_it_has_one_deadline_for_all(self, send, script, monkeypatch):
        told = threading.Event()

        def answer(command, usual=script.next_answer):
            if command == b"RCPT":
                told.wait(PATIENCE)
            return usual(command)

        script.next_answer = answer
        monkeypatch.setattr(mail, "OPENING", 0.2)
        with pytest.raises(Unreachable, match="cannot be reached"):
            send()
        told.set()
        assert script.mails == []


class TestCopies:
    def test_a_refused_copy_holds_up_nobody_and_is_told_once(self, send, script, caplog):
        for _ in range(2):
            script.says(b"RCPT", "250 OK", "550 who?", "250 OK")
            with caplog.at_level(logging.WARNING, logger=mail.__name__):
                send(COPIED)
        assert len(script.mails) == 2
        assert [record.getMessage() for record in caplog.records] == [
            "no copy for cc@example.com: the mail server answered 550 who?"
        ]

    def test_the_main_recipients_answer_decides(self, send, script):
        script.says(b"RCPT", "550 who?")
        with pytest.raises(Refused):
            send(COPIED)
        assert script.mails == []


@pytest.mark.parametrize("command", [b"MAIL", b"RCPT"])
def test_a_server_that_wants_a_mail_for_nobody_gets_none(send, script, command):
    script.sloppy = True
    script.says(command, "550 no")
    with pytest.raises(Refused):
        send()
    assert script.mails == script.begun == []  # it would take a command for a line of the mail
    send()
    assert len(script.mails) == 1


@pytest.mark.parametrize("script", ["all at once"], indirect=True)
def test_commands_wait_for_no_answer_where_the_server_offers_that(send, script):
    send()
    assert script.ahead == [b"RCPT TO:<me@example.com>", b"DATA"]


@pytest.mark.parametrize(
    "address", ["<b@example.com>\r\nRCPT TO:<evil@example.com>", "b@e.xy\r\nRCPT TO:<evil@e.xy>"]
)
def test_an_address_with_a_line_break_is_no_command(script, session, address):
    session.send(replace(ENVELOPE, bcc=(address,)), b"Subject: x\r\n\r\nx\r\n")
    assert len([line for line in script.heard if line.startswith("rcpt")]) == 2
    assert not any("evil" in line for line in script.heard)


def test_the_server_hears_the_size_before_the_mail(send, script):
    send()
    [line] = [line for line in script.heard if line.startswith("mail")]
    assert int(line.partition(" size=")[2]) == len(script.mails[0])


def test_a_line_that_begins_with_a_dot_arrives(send, session, script, message, now):
    built = mime.build(ENVELOPE, replace(message, body="...\n.\nlast\n"), "id", now)
    session.send(ENVELOPE, built)
    assert b"\r\n....\r\n..\r\nlast" in script.mails[0]  # as the protocol has it on its way
