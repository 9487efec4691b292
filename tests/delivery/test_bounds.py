"""How much of an answer is read, and for how long: servers that never come to an end."""

import gzip
import importlib.util
import resource
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from patience import PATIENCE

from reminderd.alerts.channel import Recipient
from reminderd.delivery import bounds, mail, web
from reminderd.delivery.transport import Transports
from reminderd.errors import DeliveryError, SoftRefusal, Undecided, Unreachable
from reminderd.messages.message import Message
from reminderd.playbook.playbook import Severity
from reminderd.service.heartbeat import beat

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
MESSAGE = Message("Pay", "today", Severity.INFO)

_spec = importlib.util.spec_from_file_location("rogue", Path(__file__).parents[1] / "rogue.py")
rogue = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(rogue)

HEAD = b"HTTP/1.1 %d so\r\nContent-Type: application/json\r\n%s\r\n"
BOMB = gzip.compress(bytes(64 << 20))  # 64 MiB of nothing in 64 KiB


def after_a_request(*begin, then):
    """Return a script that hears a request, says how an answer begins, and goes on as another."""

    def script(connection, over):
        with suppress(OSError):
            connection.recv(rogue.READ_AT_MOST)
            for piece in begin:
                connection.sendall(piece)
            then(connection, over)

    return script


def bomb(status, *fields):
    fields = b"".join(b"%s\r\n" % field for field in (b"Content-Encoding: gzip", *fields))
    head = HEAD % (status, fields + b"Content-Length: %d\r\n" % len(BOMB))
    return after_a_request(head, BOMB, then=lambda *_: None)


def endless(status):
    return after_a_request(HEAD % (status, b""), then=rogue.flood(b"x" * 65_536))


MATRIX = "matrix://token@127.0.0.1:{}/!room:localhost?discovery=no&e2ee=no&hsreq=no"
SMTP = "mailto://127.0.0.1:{}?mode=insecure&from=me@example.com&to=me@example.com"
HOSTILE = {
    "a bomb": ("json://127.0.0.1:{}", bomb(200), Undecided),
    "a bomb with a no": ("json://127.0.0.1:{}", bomb(403), SoftRefusal),
    "a bomb in a redirection": (
        "json://127.0.0.1:{}",
        bomb(307, b"Location: http://x/"),
        SoftRefusal,
    ),
    "no end": ("json://127.0.0.1:{}", endless(200), Undecided),
    "no end of a no": ("ntfy://127.0.0.1:{}/topic", endless(404), SoftRefusal),
    "no end to what a plugin reads": (MATRIX, endless(200), Undecided),
    "no end of heads": (
        "json://127.0.0.1:{}",
        rogue.flood(b"HTTP/1.1 100 Go on\r\n\r\n"),
        Undecided,
    ),
    "no end of a greeting": (SMTP, rogue.flood(b"220-so it goes on\r\n" * 512), Unreachable),
    "no end of a line": (SMTP, rogue.flood(b"220 " + b"x" * 65_536), Unreachable),
    "no end of an IRC line": ("irc://bot@127.0.0.1:{}/%23loans", rogue.flood(b"x" * 65_536), None),
    "no end of an MQTT packet": (
        "mqtt://127.0.0.1:{}/loans?rto=0.3",
        after_a_request(b"\x20\xff\xff\xff\x7f", then=rogue.flood(b"x" * 65_536)),
        None,
    ),
}


@pytest.fixture
def send():
    transports = Transports()

    def run(target):
        transports.of(Recipient("it", target)).send(MESSAGE, "id", NOW)

    yield run
    transports.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_an_answer_without_end_is_read_so_far_and_judged(send, name):
    target, script, kind = HOSTILE[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with rogue.Rogue(script) as server, pytest.raises(kind or DeliveryError) as caught:
        send(target.format(server.port))
    assert kind is None or type(caught.value) is kind
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100 << 10  # KiB


@pytest.mark.parametrize("status", [200, 503])
def test_an_answer_that_drips_has_a_deadline(send, monkeypatch, status):
    """Each byte comes soon after the last, so that no timeout of the socket passes."""
    monkeypatch.setattr(web, "ANSWER_TIME", 0.3)
    head = HEAD % (status, b"Content-Length: 99999\r\n")
    kind, script = Undecided if status == 200 else Unreachable, after_a_request(head, then=drip)
    with rogue.Rogue(script) as server, pytest.raises(kind):
        send(f"json://127.0.0.1:{server.port}")


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX: ", b""])
def test_so_has_a_head_that_drips(send, monkeypatch, head):
    monkeypatch.setattr(web, "ANSWER_TIME", 0.3)
    with rogue.Rogue(after_a_request(head, then=drip)) as server, pytest.raises(Undecided):
        send(f"json://127.0.0.1:{server.port}")


def test_so_has_a_greeting_that_drips(send, monkeypatch):
    monkeypatch.setattr(mail, "OPENING", 0.3)
    with rogue.Rogue(drip) as server, pytest.raises(Unreachable, match="cannot be reached"):
        send(SMTP.format(server.port))


def drip(connection, over):
    while not over.wait(0.02):
        connection.sendall(b"2")


@pytest.mark.parametrize("begin", [b"200 OK\r\n\r\n", b"302 Found\r\nLocation: /x\r\n\r\n", b""])
def test_what_a_heartbeat_hears_is_not_read_on(begin):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    script = after_a_request(b"HTTP/1.1 " + begin, then=rogue.flood(b"x" * 65_536))
    with rogue.Rogue(script) as server:
        beat(f"http://127.0.0.1:{server.port}/", well=True)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100 << 10  # KiB


def test_an_answer_of_the_most_that_is_allowed_is_read_whole():
    ours, theirs = bounds.socket.socketpair()
    with closing(ours), closing(theirs), closing(bounds.Bounded(ours, usual=None)) as answer:
        theirs.sendall(b"x" * 5)
        answer.allow(PATIENCE, most=5)
        assert answer.readinto(bytearray(9)) == 5
        theirs.sendall(b"x")
        with pytest.raises(bounds.Overlong):
            answer.readinto(bytearray(9))
