"""Writes what a delivery, or several together, tell one recipient as of now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from sqlalchemy import Connection

from ..alerts.alert import Alert, Reason, lost_delivery
from ..alerts.channel import Channel, Format, Recipient
from ..alerts.escalation import unanswered_since
from ..alerts.misconfigured import is_misconfigured, tells_of
from ..alerts.plan import Next, Snooze, next_reminder, still_wanted
from ..alerts.shortage import is_shortage, told_of
from ..alerts.trouble import is_trouble
from ..alerts.wallclock import local_date
from ..loans.funds import forecast
from ..loans.position import Position
from ..loans.trouble import Trouble, attempt, sound, valued
from ..messages.compose import Letter, Occasion
from ..messages.digest import Digest
from ..messages.message import Message
from ..messages.misconfigured import Misconfigured, SecretMissing
from ..messages.notice import Notice, Unreached
from ..messages.paper import Paper
from ..messages.routine import RoutineLetter
from ..messages.sheet import Desk, Sheet
from ..messages.shortage import ShortageWarning
from ..messages.troubled import Troubled
from ..messages.words import words
from ..store import attention, balances, book, history
from ..store.book import Entry
from ..store.outbox import Leased
from .mail import Envelope
from .scribes import Commission, Cover, Scribes, Subject, bound
from .transport import envelope_of, format_of

_BORROWERS = 50  # loans; a book that holds more is an organisation's

Defer = Callable[[datetime, Channel], datetime]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What goes to whom as one message."""

    letters: Sequence[Paper]
    recipient: Recipient
    message_id: str


@dataclass(frozen=True, slots=True)
class Needless:
    """Why a delivery has nothing to say any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Written:
    """The message that a bundle makes, if any, and the letters that it had to leave out."""

    message: Message | None
    left_out: Mapping[int, Exception] = field(default_factory=dict)  # by their place


@dataclass(frozen=True, slots=True)
class Draft:
    """Messages to write; those without a commission by this process, when it wants them."""

    bundles: Sequence[Bundle]
    forms: Sequence[Format]
    commissions: Sequence[Commission | None]


class Writer:
    """Values loans and writes of them. Make one for each pass: it remembers what it looked up."""

    def __init__(self, desk: Desk, defer: Defer) -> None:
        """Draw on *desk*; *defer* returns the end of a channel's quiet hours that it is in."""
        self.desk = desk
        self.defer = defer
        self.scribes = Scribes(desk, 0)
        self.ways: dict[tuple[str, str], tuple[Format, Envelope | None]] = {}
        self.known: dict[date, list[Position]] = {}
        self.snoozes: dict[str, Snooze] = {}

    def letters(
        self, connection: Connection, deliveries: Sequence[Leased], channel: Channel, now: datetime
    ) -> dict[Leased, Paper | Needless | Trouble]:
        """Prepare the letter of each delivery, valued as of now, or say why there is none."""
        alerts = history.alerts_of(connection, (delivery.alert_id for delivery in deliveries))
        loans = {alert.loan_id for alert in alerts.values() if alert.loan_id is not None}
        entries = book.entries_of(connection, loans)
        self.snoozes = attention.snoozes_after(connection, now)
        found: dict[Leased, Paper | Needless | Trouble] = {}
        for delivery in deliveries:
            alert = alerts[delivery.alert_id]
            if alert.loan_id is None:
                found[delivery] = self._of_no_loan(connection, alert, channel, now)
            else:
                entry = entries.get(alert.loan_id)
                found[delivery] = self._letter(connection, alert, entry, channel, now)
        return found

    def _of_no_loan(
        self, connection: Connection, alert: Alert, channel: Channel, now: datetime
    ) -> Paper | Needless:
        if lost_delivery(alert.milestone) is not None:
            return self._notice(connection, alert, channel)
        if is_misconfigured(alert.milestone):
            if tells_of(alert, self.desk.problems):
                return Misconfigured(self.desk, channel.locale)
            if tells_of(alert, self.desk.faults):
                return SecretMissing(self.desk, channel.locale)
            return Needless("the configuration was changed meanwhile")
        if is_shortage(alert.milestone):
            return self._shortage(connection, alert, channel, now)
        occasion = Occasion(alert, now, self.defer(alert.scheduled_for, channel))
        positions = self._positions(connection, now)
        return RoutineLetter(alert, occasion, self.desk, positions, channel.locale)

    def _shortage(
        self, connection: Connection, alert: Alert, channel: Channel, now: datetime
    ) -> ShortageWarning | Needless:
        """Warn of an account as it stands now."""
        accounts = balances.as_known(connection, self.desk.accounts)
        loans = balances.paid_loans(connection, accounts)
        found = [
            forecast(account, loans, local_date(now, account.timezone)) for account in accounts
        ]
        about = told_of(alert, found, history.shortages_told(connection))
        if about is None:
            return Needless("there is enough meanwhile, or a later warning says it")
        return ShortageWarning(*about, self.desk, channel.locale)

    def _notice(self, connection: Connection, alert: Alert, channel: Channel) -> Notice | Needless:
        """Tell that an address is dead, over any channel but its own."""
        failed = history.delivery(connection, lost_delivery(alert.milestone) or 0)
        if failed is None or failed["channel"] == channel.name:
            return Needless("it is about this very channel")
        lost = history.lost_at(connection, failed["channel"], failed["address"])
        if not lost:
            return Needless("the address works again, or is tried again")
        names = dict.fromkeys(row["document"]["name"] for row in lost if row["document"])
        rest = sum(row["document"] is None for row in lost)
        unreached = Unreached(
            failed["channel"], failed["address"], lost[-1]["error"], [*names], rest
        )
        return Notice(alert, unreached, self.desk, channel.locale)

    def _letter(
        self,
        connection: Connection,
        alert: Alert,
        entry: Entry | None,
        channel: Channel,
        now: datetime,
    ) -> Paper | Needless | Trouble:
        if entry is None or entry.archived:
            return Needless("the loan was removed")
        loan = entry.loan
        position = valued(loan, local_date(now, loan.timezone))
        if is_trouble(alert.milestone):
            over = not isinstance(position, Trouble) and alert.reason is Reason.BEYOND
            if over:
                return Needless("the terms were changed meanwhile")
            return Troubled(loan, alert, self.desk, channel.locale)
        if isinstance(position, Trouble):
            return position
        late = attempt(loan, lambda: bool(position.days_past_due))
        others = self._others(connection, position) if late is True or self._cash_known else []
        return attempt(loan, lambda: self._of(alert, entry, position, others, channel, now))

    def _of(
        self,
        alert: Alert,
        entry: Entry,
        position: Position,
        others: list[Position],
        channel: Channel,
        now: datetime,
    ) -> Letter | Needless:
        """Return the letter that an alert makes, given how its loan and the others stand."""
        loan = entry.loan
        if not still_wanted(alert, loan, position):
            return Needless("paid, or not paid, meanwhile")
        since = unanswered_since(alert, entry.policy)
        coming = None if since else self._next_reminder(entry, position, now)
        planned = self.defer(alert.scheduled_for, channel)
        if coming is not None:
            coming = coming._replace(at=self.defer(coming.at, channel))
        occasion = Occasion(alert, now, planned, coming, since)
        return Letter(Sheet(loan, position, words(channel.locale), self.desk, others), occasion)

    def _next_reminder(self, entry: Entry, position: Position, now: datetime) -> Next | None:
        loan, snooze = entry.loan, self.snoozes.get(entry.loan.id)
        return next_reminder(loan, position, entry.policy, now, snooze, self.desk.playbook)

    def draft(self, bundles: Sequence[Bundle], channel: Channel, now: datetime) -> Draft:
        """Prepare to write each bundle of letters as one message, in its recipient's format."""
        ways = [self._way(channel, bundle.recipient) for bundle in bundles]
        commissions = [
            _commission(bundle, channel.locale, way, now) if self.scribes.pids else None
            for bundle, way in zip(bundles, ways, strict=True)
        ]
        return Draft(bundles, [form for form, _ in ways], commissions)

    def begin(self, draft: Draft) -> None:
        """Have scribes write what they can of a draft."""
        self.scribes.begin([commission for commission in draft.commissions if commission])

    def finish(self, draft: Draft) -> list[Written]:
        """Return the messages of the draft that was begun last.

        What a scribe could not write is written here, without the letters that are at fault.
        """
        by_scribes = iter(self.scribes.finish())
        whole = [next(by_scribes) if commission else None for commission in draft.commissions]
        return [
            Written(message) if message else written(bundle.letters, form)
            for message, bundle, form in zip(whole, draft.bundles, draft.forms, strict=True)
        ]

    @property
    def _cash_known(self) -> bool:
        return self.desk.borrower.cash is not None

    def _way(self, channel: Channel, recipient: Recipient) -> tuple[Format, Envelope | None]:
        """Return a recipient's format, and for scribes the envelope where it is mail."""
        key = (channel.name, recipient.label)
        if key not in self.ways:
            try:
                envelope = envelope_of(recipient) if self.scribes.pids else None
                self.ways[key] = format_of(recipient, channel.format), envelope
            except Exception:  # a library's mistake; sending meets it again, and records it
                self.ways[key] = Format.TEXT, None
        return self.ways[key]

    def _others(self, connection: Connection, position: Position) -> list[Position]:
        """Return the positions of the borrower's other loans.

        They matter once this one is late, or where it is known what cash there is for all of them.
        In an organisation's book the others are not this borrower's.
        """
        today, here = position.as_of, position.loan.id
        if today not in self.known:
            few = book.loan_count(connection) <= _BORROWERS
            loans = [entry.loan for entry in book.entries(connection).values()] if few else []
            self.known[today] = sound(valued(loan, today) for loan in loans)
        return [other for other in self.known[today] if other.loan.id != here]

    @staticmethod
    def _positions(connection: Connection, now: datetime) -> list[Position]:
        """Return the positions of all loans, each on the date that it is where the loan is."""
        loans = [entry.loan for entry in book.entries(connection).values()]
        return sound(valued(loan, local_date(now, loan.timezone)) for loan in loans)


def written(papers: Sequence[Paper], form: Format) -> Written:
    """Write papers as one message; those that cannot be written are left out of it.

    Where each of them can be, and only together they cannot, none is.
    """
    try:
        return Written(bound(papers, form))
    except Exception as error:  # whatever it is, other loans must not wait for it
        whole = error
    tried = [_writable(paper, form) for paper in papers]
    faults = {at: fault for at, fault in enumerate(tried) if isinstance(fault, Exception)}
    rest = [paper for paper in tried if isinstance(paper, Paper)]
    if rest and rest != list(papers):
        with suppress(Exception):
            return Written(bound(rest, form), faults)
    return Written(None, dict.fromkeys(range(len(papers)), whole) | faults)


def _writable(paper: Paper, form: Format) -> Paper | Exception:
    """Return a paper, or what can be written of it without the loan at fault, or what fails."""
    fault = _fault(paper, form)
    if fault is None:
        return paper
    rest = _without_others(paper, form)
    return fault if rest is None or _fault(rest, form) else rest


def _fault(paper: Paper, form: Format) -> Exception | None:
    """Return what fails when a paper is written, alone and, of a loan, as a digest has it."""
    try:
        paper.message(form)
        if isinstance(paper, Letter):
            Digest([paper]).message(form)
    except Exception as error:  # any will do
        return error
    return None


def _without_others(paper: Paper, form: Format) -> Paper | None:
    """Return a letter that looks at no other loan; a routine without the loans at fault."""
    if isinstance(paper, Letter) and paper.sheet.others:
        sheet = paper.sheet
        alone = Sheet(sheet.loan, sheet.position, sheet.words, sheet.desk)
        return Letter(alone, paper.occasion)
    if isinstance(paper, RoutineLetter) and paper.positions:
        of = partial(_routine_on, paper)
        return of([stand for stand in paper.positions if _fault(of([stand]), form) is None])
    return None


def _routine_on(paper: RoutineLetter, positions: Sequence[Position]) -> RoutineLetter:
    occasion = paper.occasion
    return RoutineLetter(occasion.alert, occasion, paper.desk, positions, paper.words.name)


def _commission(
    bundle: Bundle, locale: str, way: tuple[Format, Envelope | None], now: datetime
) -> Commission | None:
    """Return what another process needs to write these letters; None where it is too much."""
    subjects = tuple(
        Subject(letter.sheet.loan, letter.sheet.today, letter.occasion)
        for letter in bundle.letters
        if isinstance(letter, Letter) and not letter.sheet.others
    )
    if len(subjects) < len(bundle.letters):
        return None
    form, envelope = way
    cover = Cover(envelope, bundle.message_id, now) if envelope else None
    return Commission(subjects, locale, form, cover)
