"""A small, fast SMTP server that takes mail, and misbehaves at random when told to.

The tests run it in a thread, the benchmarks in a process of its own (``python smtpsink.py``).
That one prints its port, then answers each line it reads with what it has taken so far: at once,
or to ``await N`` once it has taken that many; ``forget`` begins anew.
"""

import argparse
import asyncio
import json
import random
import re
import sys
import threading
import time
from dataclasses import dataclass, field

ACCEPTED, BUSY, LATE, DROPPED, HELD = "accepted", "busy", "late", "dropped", "held"
LATENESS = 0.3  # seconds that a mail hangs before it is answered
_ID = re.compile(rb"^message-id:\s*<?([^@>\s]+)", re.I | re.M)
_SUBJECT = re.compile(rb"^subject:\s*(.*?)\r?$", re.I | re.M)


@dataclass(frozen=True)
class Faults:
    """How often which mail is not simply accepted, and the addresses that are refused for good."""

    dice: random.Random = field(default_factory=random.Random)
    busy: float = 0.0
    late: float = 0.0
    dropped: float = 0.0
    refused: frozenset = frozenset()

    def fate(self):
        """Return what becomes of the next mail."""
        fates = (BUSY, LATE, DROPPED, ACCEPTED)
        weights = (self.busy, self.late, self.dropped, 1 - self.busy - self.late - self.dropped)
        return self.dice.choices(fates, weights)[0]


@dataclass(frozen=True)
class Copy:
    """A mail that the server has taken, whether or not it came to say so."""

    message_id: str
    to: str
    subject: str
    fate: str
    sender: int | None  # the process that sent it, where somebody wanted to know


class Conversation(asyncio.Protocol):
    """One connection."""

    def __init__(self, sink):
        self.sink = sink
        self.rest = b""
        self.recipients = []
        self.content = None  # pieces of the mail that is coming in
        self.answering = False

    def connection_made(self, transport):
        self.transport = transport
        self.sink.connections += 1
        self.sink.open.add(transport)
        self.sink.peak = max(self.sink.peak, len(self.sink.open))
        self.sender = self.sink.who(transport.get_extra_info("peername")[1])
        self.sink.senders.setdefault(self.sender, len(self.sink.senders))
        self.answer(b"220 sink ESMTP")

    def connection_lost(self, _error):
        self.sink.open.discard(self.transport)

    def data_received(self, data):
        self.rest += data
        self.proceed()

    def proceed(self):
        """Take in what has come, one step at a time, unless an answer is still to be given."""
        while not self.answering and not self.transport.is_closing():
            end, width = (b"\r\n", 2) if self.content is None else (b"\r\n.\r\n", 5)
            at = self.rest.find(end)
            if at < 0:
                return
            piece, self.rest = self.rest[:at], self.rest[at + width :]
            if self.content is None:
                self.command(piece)
            else:
                self.content = None
                self.take(piece)

    def command(self, line):
        verb, _, argument = line.partition(b" ")
        verb = verb.upper()
        if verb == b"EHLO":
            self.answer(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME")
        elif verb == b"MAIL":
            self.recipients = []
            self.answer(b"250 OK")
        elif verb == b"RCPT":
            self.recipient(argument.partition(b"<")[2].partition(b">")[0].decode())
        elif verb == b"DATA":
            self.content = True
            self.answer(b"354 go on")
        elif verb == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.answer(b"250 OK")

    def recipient(self, address):
        if address in self.sink.faults.refused:
            self.answer(b"550 5.1.1 no such user")
        else:
            self.recipients.append(address)
            self.answer(b"250 OK")

    def take(self, content):
        fate = self.sink.take(content, self.recipients, self.sender)
        if fate == DROPPED:
            self.transport.abort()
        elif fate == HELD:
            self.answering = True
        elif fate == BUSY:
            self.answer(b"451 try again later")
        else:
            self.answer(b"250 OK", LATENESS if fate == LATE else 0.0)

    def answer(self, line, after=0.0):
        after += self.sink.delay
        if not after:
            self.transport.write(line + b"\r\n")
            return
        self.answering = True
        asyncio.get_running_loop().call_later(after, self.answered, line)

    def answered(self, line):
        self.answering = False
        if not self.transport.is_closing():
            self.transport.write(line + b"\r\n")
            self.proceed()


class Sink:
    """The server's memory. *who* names the process behind a port; *taken* is told of each mail."""

    def __init__(self, delay=0.0, faults=None, who=lambda _port: None, taken=lambda: None):
        self.delay = delay  # seconds before each answer
        self.faults = faults or Faults()
        self.holding = False  # whether it takes mails and never answers them
        self.who = who
        self.taken = taken
        self.open = set()
        self.forget()

    def forget(self):
        self.copies = []
        self.senders = {}  # the processes that connected, and which of them was the how manyth
        self.connections, self.peak = 0, len(self.open)
        self.first = self.last = None  # when mails came, by the clock that all processes share

    def take(self, content, recipients, sender):
        """Decide on a mail and return its fate. What is answered with 451 was not taken."""
        fate = self.faults.fate()
        if self.holding and fate in (ACCEPTED, LATE):
            fate = HELD
        if fate != BUSY:
            head = content[: content.find(b"\r\n\r\n")]
            message_id, subject = _ID.search(head), _SUBJECT.search(head)
            for address in recipients:
                self.copies.append(
                    Copy(
                        message_id[1].decode() if message_id else "",
                        address,
                        subject[1].decode() if subject else "",
                        fate,
                        sender,
                    )
                )
            self.last = time.monotonic()
            self.first = self.first or self.last
            self.taken()
        return fate

    def told(self):
        return {
            "taken": len(self.copies),
            "distinct": len({(copy.subject, copy.message_id) for copy in self.copies}),
            "first": self.first,
            "last": self.last,
            "connections": self.connections,
            "peak": self.peak,
        }

    async def listen(self):
        """Start; return the server and its port."""
        server = await asyncio.get_running_loop().create_server(
            lambda: Conversation(self), "127.0.0.1", 0, backlog=1024
        )
        return server, server.sockets[0].getsockname()[1]


class SinkThread:
    """A sink that runs in a thread of this process until it is stopped."""

    def __init__(self, sink):
        self.sink = sink
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(sink.listen(), self._loop)
        self._server, self.port = listening.result(60)

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    async def _stop(self):
        self._server.close()
        for transport in [*self.sink.open]:
            transport.abort()
        while self.sink.open:
            await asyncio.sleep(0)


async def serve(delay):
    """Run as a program, until standard input ends."""
    changed = asyncio.Event()
    sink = Sink(delay, taken=changed.set)
    _, port = await sink.listen()
    say(port)
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    while order := (await orders.readline()).split():
        if order[0] == b"forget":
            sink.forget()
        enough = int(order[1]) if order[0] == b"await" else 0
        while len(sink.copies) < enough:
            changed.clear()
            await changed.wait()
        say(json.dumps(sink.told()))


def say(what):
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    asyncio.run(serve(parser.parse_args().delay))
