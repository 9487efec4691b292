"""Processes that write messages, for when hundreds are due at once.

Writing takes longer than all the rest, and Python does one thing at a time in a process. A scribe
is forked, so that it begins at once; it is told what to write over a pipe, touches neither the
network nor the store, and ends when its end of the pipe is the last one open.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from multiprocessing import Pipe
from multiprocessing.connection import Connection as Link

from ..loans.position import value
from ..loans.terms import Loan
from ..messages.compose import Letter, Occasion
from ..messages.digest import Digest
from ..messages.message import Format, Message
from ..messages.paper import Paper
from ..messages.sheet import Desk, Sheet
from ..messages.words import words
from .mail import Envelope
from .mime import build

PER_SCRIBE = 100  # messages that are worth a process
AT_MOST = 4
_FORKS = sys.platform == "linux"


@dataclass(frozen=True, slots=True)
class Subject:
    """What one letter is about."""

    loan: Loan
    as_of: date
    occasion: Occasion


@dataclass(frozen=True, slots=True)
class Cover:
    """What a mail says besides its message."""

    envelope: Envelope
    message_id: str
    now: datetime

    def around(self, message: Message) -> Message:
        """Return the message as a mail too; one that cannot be built as it is, for sending says so.

        The page and its pictures are in the mail then, and nowhere else.
        """
        try:
            mail = build(self.envelope, message, self.message_id, self.now)
        except (ValueError, UnicodeError):
            return message
        return replace(message, html="", images=(), mail=mail)


@dataclass(frozen=True, slots=True)
class Commission:
    """One message to write: its letters, and how; and the mail that it goes as, if it does."""

    subjects: tuple[Subject, ...]
    locale: str
    form: Format
    cover: Cover | None = None

    def written(self, desk: Desk) -> Message:
        """Return the message."""
        letters = [
            Letter(
                Sheet(about.loan, value(about.loan, about.as_of), words(self.locale), desk),
                about.occasion,
            )
            for about in self.subjects
        ]
        message = bound(letters, self.form)
        return message if self.cover is None else self.cover.around(message)


def bound(papers: Sequence[Paper], form: Format) -> Message:
    """Return several letters as one message, or a paper as it is; what is no letter goes alone."""
    if len(papers) == 1:
        return papers[0].message(form)
    return Digest([letter for letter in papers if isinstance(letter, Letter)]).message(form)


class Scribes:
    """As many scribes as so many messages are worth; without any, this process writes itself."""

    def __init__(self, desk: Desk, messages: int) -> None:
        """Fork them; each knows *desk*."""
        self.desk = desk
        wanted = min(messages // PER_SCRIBE, os.cpu_count() or 1, AT_MOST) if _FORKS else 0
        self.links: list[Link] = []
        self.pids: list[int] = []
        self.asked: Sequence[Commission] = ()
        self.shares: list[tuple[Link, Sequence[Commission]]] = []
        for _ in range(wanted):
            self._fork()

    def _fork(self) -> None:
        ours, theirs = Pipe()
        pid = os.fork()
        if not pid:
            _serve(theirs, self.desk)
        theirs.close()
        self.links.append(ours)
        self.pids.append(pid)

    def begin(self, commissions: Sequence[Commission]) -> None:
        """Have messages written; ``finish`` returns them. One batch can be under way."""
        self.asked = commissions
        self.shares = self._shared_out(commissions)
        try:
            for link, share in self.shares:
                link.send(share)
        except OSError:  # one of them died; what it was to write is written here
            self.close()

    @property
    def ready(self) -> bool:
        """Whether what was begun can be had without waiting long."""
        return all(link.poll() for link, _ in self.shares)

    def finish(self) -> list[Message | None]:
        """Return the message of each commission that was begun, in their order.

        There is none of what could not be written.
        """
        found: list[Message | None] = []
        try:
            for link, _ in self.shares:
                found += link.recv()
        except (OSError, EOFError):
            self.close()
        asked, self.asked, self.shares = self.asked, (), []
        return found + [_written(each, self.desk) for each in asked[len(found) :]]

    def _shared_out(
        self, commissions: Sequence[Commission]
    ) -> list[tuple[Link, Sequence[Commission]]]:
        if not self.links or not commissions:
            return []
        size = -(-len(commissions) // len(self.links))
        shares = [commissions[at : at + size] for at in range(0, len(commissions), size)]
        return list(zip(self.links, shares, strict=False))

    def close(self) -> None:
        """Let them end."""
        for link in self.links:
            link.close()
        for pid in self.pids:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)
        self.links, self.pids, self.shares = [], [], []


def _serve(link: Link, desk: Desk) -> None:
    """Write what is asked for until nobody asks any more; then end without a word."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # the end of the pipe is what tells
        kept = {*range(3), link.fileno()}
        for descriptor in {int(name) for name in os.listdir("/proc/self/fd")} - kept:  # noqa: PTH208
            with suppress(OSError):
                os.close(descriptor)  # locks, the store, other scribes' pipes
        while True:
            link.send([_written(commission, desk) for commission in link.recv()])
    except BaseException:  # whoever asked writes it
        os._exit(0)


def _written(commission: Commission, desk: Desk) -> Message | None:
    try:
        return commission.written(desk)
    except Exception:  # whoever asked for it meets the mistake, and knows what to do about it
        return None
