"""Servers that answer what no server should: nothing is lost, nothing hangs."""

import importlib.util
import random
import sys
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

from clocks import LeapingClock
from sqlalchemy import select

from reminderd.alerts.channel import Channel, Recipient
from reminderd.alerts.plan import Alert, Policy, Reason
from reminderd.delivery.dispatcher import DEADLINE, Dispatcher
from reminderd.delivery.mail import END_OF_DATA
from reminderd.loans.terms import Installment, Loan, LoanTerms
from reminderd.store import book, history, outbox
from reminderd.store.database import Database
from reminderd.store.outbox import WAITING
from reminderd.store.tables import deliveries

_file = Path(__file__).parents[1] / "rogue.py"
_spec = importlib.util.spec_from_file_location("rogue", _file)
rogue = importlib.util.module_from_spec(_spec)
sys.modules["rogue"] = rogue
_spec.loader.exec_module(rogue)

NOISE = random.Random(7)
NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
DUE = date(2026, 11, 16)
BEATS = 5  # a second each, at most, for servers that do answer

OK = b"HTTP/1.1 200 OK\r\n"
HTTP = {
    "nothing": rogue.answering(b""),
    "noise": rogue.answering(NOISE.randbytes(5_000)),
    "nuls": rogue.answering(bytes(5_000)),
    "another_protocol": rogue.answering(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "no_status": rogue.answering(b"HTTP/1.1\r\n\r\n"),
    "a_word_for_a_status": rogue.answering(b"HTTP/1.1 fine OK\r\n\r\n"),
    "a_status_of_7": rogue.answering(b"HTTP/1.1 7 OK\r\n\r\n"),
    "a_huge_status": rogue.answering(b"HTTP/1.1 20000000000 OK\r\n\r\n"),
    "half_a_head": rogue.answering(b"HTTP/1.1 500 No\r\nContent-Ty"),
    "only_100": rogue.answering(b"HTTP/1.1 100 Continue\r\n\r\n" * 5),
    "100_for_ever": rogue.flood(b"HTTP/1.1 100 Continue\r\n\r\n" * 50),
    "switching": rogue.answering(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    "too_many_headers": rogue.answering(OK + b"A: b\r\n" * 5_000 + b"\r\n"),
    "headers_for_ever": rogue.flood(OK + b"A: b\r\n" * 500),
    "a_header_line_too_long": rogue.answering(OK + b"A: " + b"b" * 100_000 + b"\r\n\r\n"),
    "short_error_body": rogue.answering(b"HTTP/1.1 500 No\r\nContent-Length: 999\r\n\r\nx"),
    "chunks_that_are_none": rogue.answering(
        b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    ),
    "gzip_that_is_none": rogue.answering(
        b"HTTP/1.1 500 No\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"
    ),
    "words_in_no_encoding": rogue.answering(
        b"HTTP/1.1 503 \xff\xfe\r\nContent-Type: text/plain; charset=klingon\r\n"
        b"Content-Length: 3\r\n\r\n\xff\xfe\xfd"
    ),
    "a_huge_body": rogue.answering(
        b"HTTP/1.1 500 No\r\nContent-Length: 9999999999\r\n\r\n" + b"x" * 100_000
    ),
    "redirect_to_itself": rogue.answering(
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"
    ),
    "redirect_to_nowhere": rogue.answering(
        b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n"
    ),
    "silence": rogue.silent,
    "drops": rogue.dripping,
}
SMTP = {
    "nothing": rogue.saying(b""),
    "noise": rogue.saying(NOISE.randbytes(5_000)),
    "nuls": rogue.flood(bytes(5_000)),
    "http": rogue.saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "no_number": rogue.saying(b"hello\r\n"),
    "half_a_number": rogue.saying(b"22"),
    "busy": rogue.saying(b"421 busy\r\n"),
    "a_line_too_long": rogue.saying(b"220 " + b"x" * 100_000 + b"\r\n"),
    "lines_without_end": rogue.saying(b"220-one\r\n220-two\r\n"),
    "binary_banner": rogue.saying(b"220 \xff\xfe\x00\r\n", b"500 \xff\r\n", b"500 \xff\r\n"),
    "gone_after_hello": rogue.saying(b"220 hi\r\n", b"250 hi\r\n"),
    "binary_after_hello": rogue.saying(b"220 hi\r\n", b"250-\xff\xfe\r\n250 \x00\r\n", b"\xff"),
    "a_wrong_code": rogue.saying(b"220 hi\r\n", b"250 hi\r\n", b"999 what\r\n"),
    "gone_after_data": rogue.saying(*[b"220 hi\r\n"], *[b"250 ok\r\n"] * 3, b"354 go\r\n"),
    "noise_after_data": rogue.saying(
        b"220 hi\r\n", *[b"250 ok\r\n"] * 3, b"354 go\r\n", b"\xff\xfe\r\n"
    ),
    "silence": rogue.silent,
    "drops": rogue.dripping,
}


def channels(stack):
    """Return a channel to each server."""
    found = {}
    for name, script in HTTP.items():
        port = stack.enter_context(rogue.Rogue(script)).port
        found[f"http_{name}"] = f"json://127.0.0.1:{port}/"
    for name, script in SMTP.items():
        port = stack.enter_context(rogue.Rogue(script)).port
        found[f"smtp_{name}"] = {
            "schema": "mailto",
            "mode": "insecure",
            "host": "127.0.0.1",
            "port": port,
            "from": "me@example.com",
            "to": "me@example.com",
        }
    return {name: Channel(name, (Recipient(name, to),), "en") for name, to in found.items()}


def enqueue(database, names):
    """Put a delivery for each channel into the outbox."""
    terms = LoanTerms(currency="CNY", listed=(Installment(DUE, 100_00, 0),))
    loan = Loan("card", "Card", terms, "Asia/Shanghai", ())
    alert = Alert("card", DUE, "due+4", NOW, Reason.OVERDUE_DAY)
    with database.transaction() as connection:
        book.sync(connection, [(loan, Policy())], NOW)
        number = history.record(connection, alert, NOW, superseded=False)
        outbox.enqueue(connection, number, [(name, name) for name in names], NOW)


def test_whatever_a_server_says_its_delivery_waits_and_says_why(tmp_path):
    database, clock = Database.open(tmp_path / "state"), LeapingClock(NOW)
    beats = iter(range(BEATS))

    def beat():
        if next(beats, None) is None:
            clock.leapt = 2 * DEADLINE + END_OF_DATA

    with ExitStack() as stack:
        to = channels(stack)
        enqueue(database, to)
        dispatcher = Dispatcher(database, to, clock, "me", alone=True, beat=beat)
        try:
            dispatcher.drain()
        finally:
            dispatcher.close()
    with database.transaction() as connection:
        rows = connection.execute(select(deliveries)).all()
    database.close()
    assert {row.channel for row in rows} == set(to)
    for row in rows:
        assert row.state in WAITING, row.channel
        assert row.error, row.channel
        assert "\n" not in row.error, row.channel
        assert len(row.error) < 500, row.channel
