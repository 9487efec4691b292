"""Wiring: a configuration and a store become a planner and a dispatcher.

The two verbs are ``plan_due`` and ``deliver``; both may be called as often as one likes, and the
second can do the first meanwhile.
"""

from __future__ import annotations

import os
import re
import socket
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping

from .alerts.channel import Channel
from .alerts.forecast import Foreseen, forecast, routine_forecast, shortage_forecast
from .alerts.misconfigured import misconfigured
from .alerts.plan import (
    ESCALATED,
    SETTLED,
    Alert,
    Decision,
    History,
    Reason,
    Snooze,
    replaces,
)
from .alerts.policy import Policy
from .alerts.routine import Routine, routine_due
from .alerts.shortage import Forecasts, shortages_due
from .alerts.snooze import Hold, snooze_end
from .alerts.wallclock import local_date
from .clock import Clock
from .config.doubts import paid_doubts
from .config.load import Config
from .config.suggest import no_such, suggestion
from .delivery.retry import LONGEST_WAIT
from .errors import DeliveryError, UsageError
from .loans import funds
from .loans.funds import Balance, BankAccount, Forecast
from .loans.money import Money
from .loans.position import Position, value
from .loans.rules import covered_until
from .loans.succession import FormerBill, former_of
from .loans.terms import (
    Bill,
    Extension,
    FailedDebit,
    Loan,
    Payment,
    Prepayment,
    RequestState,
    Waiver,
)
from .loans.trouble import Trouble, attempt, valued
from .messages.compose import stage_for, trial
from .planner import Planner
from .playbook.playbook import Severity
from .state import DATABASE, state_folder
from .store import attention, balances, book, history, instants, outbox
from .store.book import Change, Entry
from .store.database import Database
from .store.outbox import WAITING, State

_PLAN_BATCH = 100
_DIFFERENCE_AHEAD = timedelta(days=365)
_DIFFERENCE_AT_MOST = 20  # loans
_FAILED_LATELY = timedelta(days=7)
_AGAIN = (*WAITING, State.FAILED)  # what can be tried again
_ROUTINE, _ACCOUNT = "a routine", "a look at an account"


class Snapshot:
    """The configured loans as they are known at one moment, read once for a whole command."""

    def __init__(self, entries: list[tuple[Entry, History]], now: datetime) -> None:
        """Take the loans, with their histories, as they will stand once synced."""
        self.entries = entries
        self.loans = [entry.loan for entry, _ in entries]
        self._now = now
        # Whatever goes through days in their order asks for each of them many times.
        self.positions = lru_cache(maxsize=4)(self._positions)

    def _positions(self, as_of: date | None = None) -> list[Position | Trouble]:
        """Return how every loan stands on a day, else today where it is, or why nobody can say."""
        return [valued(loan, as_of or local_date(self._now, loan.timezone)) for loan in self.loans]


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The next thing that will happen by itself, and what, where it is no look at a loan."""

    at: datetime
    loan: Loan | None = None
    other: str = "a delivery"

    @property
    def what(self) -> str:
        """Name it."""
        return self.loan.name if self.loan else self.other

    @property
    def is_daily(self) -> bool:
        """Whether it is the daily look at accounts, which mostly finds nothing to say."""
        return self.other == _ACCOUNT


@dataclass(frozen=True, slots=True)
class Difference:
    """What a changed configuration changed: loan by loan, and among the reminders of a year."""

    loans: tuple[str, ...] = ()
    reminders: str = ""  # "adds 2 reminders, cancels 1, moves 3"

    @property
    def lines(self) -> list[str]:
        """All of it, a line each."""
        return [*self.loans, *([f"in the coming year: {self.reminders}"] if self.reminders else [])]

    @property
    def summary(self) -> str:
        """All of it in a few words; nothing if nothing changed."""
        many = len(self.loans) > _DIFFERENCE_AT_MOST
        return f"changes {len(self.loans)} loans" if many else self.reminders


class App:
    """The program on one configuration and one store."""

    def __init__(self, config: Config, database: Database, clock: Clock) -> None:
        """Wire the parts; nothing is read or written yet."""
        self.config = config
        self.database = database
        self.clock = clock
        self.channels = {channel.name: _split(channel) for channel in config.channels}
        self.planner = Planner(self.channels, config.desk.playbook, config.timezone)

    @classmethod
    def open(cls, config: Config, clock: Clock, folder: Path | None = None) -> App:
        """Open the store in *folder* (else the usual one) and wire it to *config*."""
        return cls(config, Database.open(folder or state_folder()), clock)

    @classmethod
    def look(cls, config: Config, clock: Clock) -> App:
        """Wire to the usual store if there is one, else to an empty one; create nothing."""
        folder = state_folder()
        exists = (folder / DATABASE).exists()
        return cls(config, Database.look(folder) if exists else Database.in_memory(), clock)

    def sync(self, beat: Callable[[], None] = lambda: None) -> Difference:
        """Bring the book up to the configuration; return the difference.

        *beat* is called between batches of loans, to show life.
        """
        now = self.clock.now()
        with self.database.transaction() as connection:
            changes = book.sync(connection, self._configured(beat), now)
            described = (*map(_describe, changes), *self._asked(connection, changes, now))
            return Difference(described, self._reminders(connection, changes, now))

    def _asked(
        self, connection: Connection, changes: Iterable[Change], now: datetime
    ) -> Iterator[str]:
        """Ask of payments that a changed configuration adds, where they are hardly meant."""
        changed = {change.after.loan.id for change in changes if change.after is not None}
        loans = [loan for loan in self.config.loans if loan.payments and loan.id in changed]
        configured = [(loan, self.config.policy) for loan in loans]
        for entry in book.as_synced(connection, configured, now) if loans else ():
            for paid, question in paid_doubts(entry.loan, self.today(entry.loan)):
                if paid.recorded_at == now:
                    yield f"loan {entry.loan.id}: payment of {paid.amount}: {question}"

    def _configured(self, beat: Callable[[], None]) -> Iterator[tuple[Loan, Policy]]:
        for number, loan in enumerate(self.config.loans):
            if number % _PLAN_BATCH == 0:
                beat()
            yield loan, self.config.policy

    def _reminders(self, connection: Connection, changes: list[Change], now: datetime) -> str:
        """Say how many reminders of the coming year the changes add, cancel and move.

        Not where many loans changed at once: looking a year ahead for each would take minutes.
        """
        if len(changes) > _DIFFERENCE_AT_MOST:
            return ""
        before: dict[tuple[str, date, str], datetime] = {}
        after: dict[tuple[str, date, str], datetime] = {}
        for change in changes:
            for entry, seen in ((change.before, before), (change.after, after)):
                if entry is not None:
                    key = entry.loan.id
                    past = history.of_loans(connection, {key: entry.known_since})[key]
                    ahead = self._forecast(entry, past, now, now + _DIFFERENCE_AHEAD)
                    seen.update({(key, *f.alert.identity): f.alert.scheduled_for for f in ahead})
        moved = [key for key in before.keys() & after.keys() if before[key] != after[key]]
        counted = {
            "adds": len(after.keys() - before.keys()),
            "cancels": len(before.keys() - after.keys()),
            "moves": len(moved),
        }
        return _verbs({verb: count for verb, count in counted.items() if count})

    def plan_due(
        self, now: datetime, beat: Callable[[], None] = lambda: None, *, alone: bool = False
    ) -> int:
        """Decide, for every loan whose time has come, what is to be sent; return how many alerts.

        Decisions and outbox are written in one transaction for each batch of loans. *beat* is
        called between batches, to show life; *alone* says that no other worker can hold a lease.
        """
        return sum(self.planning(now, beat, alone=alone))

    def planning(
        self, now: datetime, beat: Callable[[], None] = lambda: None, *, alone: bool = False
    ) -> Iterator[int]:
        """Plan as ``plan_due`` does, and yield after each batch how many alerts it decided."""
        with self.database.transaction() as connection:
            # A delivery lost in a crash must wait again, for a newer alert to supersede it.
            outbox.recover(connection, now, alone=alone)
            instants.put_right(connection, now, self.config.timezone, LONGEST_WAIT)
            self.planner.reclaim(connection, now)
            planned = self._plan_routines(connection, now) + self._plan_notice(connection, now)
            planned += self._plan_accounts(connection, now)
        while True:
            beat()
            with self.database.transaction() as connection:
                batch = book.due_for_a_look(connection, now, _PLAN_BATCH)
                planned += self.planner.plan(connection, batch, now) if batch else 0
            yield planned
            if not batch:
                return
            planned = 0

    def _plan_routines(self, connection: Connection, now: datetime) -> int:
        decision = self._routines(connection, now)
        planner = self.planner
        told = [(alert, planner.destinations(alert, None, now)) for alert in decision.alerts]
        planner.enqueue(connection, told, now)
        return len(decision.alerts)

    def _plan_notice(self, connection: Connection, now: datetime) -> int:
        """Tell the borrower, once, what of the configuration in the file is not in force."""
        desk, zone = self.config.desk, self.config.timezone
        notices = [
            misconfigured(found, now, zone) for found in (desk.problems, desk.faults) if found
        ]
        told = {milestone for _, milestone in history.of_no_loan(connection)} if notices else set()
        new = [notice for notice in notices if notice.milestone not in told]
        for notice in new:
            self.planner.announce(connection, notice, now)
        return len(new)

    def _plan_accounts(self, connection: Connection, now: datetime) -> int:
        """Warn of accounts that will not hold enough."""
        decision = self._shortages(connection, now)
        self.planner.warn(connection, decision.alerts, now)
        return len(decision.alerts)

    def _shortages(self, connection: Connection, now: datetime) -> Decision:
        accounts = balances.as_known(connection, self.config.desk.accounts)
        if not accounts:
            return Decision((), (), None)
        loans = balances.paid_loans(connection, accounts)
        told = history.shortages_told(connection)
        return shortages_due(accounts, _forecasts(accounts, loans), told, now)

    def _next_of_accounts(self, connection: Connection) -> list[Upcoming]:
        """Return when accounts are looked at next."""
        decision = self._shortages(connection, self.clock.now())
        due = [self.clock.now()] if decision.alerts else []
        after = [decision.next_at] if decision.next_at else []
        return [Upcoming(at, other=_ACCOUNT) for at in due + after]

    def _routines(self, connection: Connection, now: datetime) -> Decision:
        """Decide which routines are told of now; without any loan there are none."""
        routine = self._routine
        since = book.known_since_first(connection) if routine.rounds() else None
        if since is None:
            return Decision((), (), None)
        told = history.of_no_loan(connection)
        return routine_due(routine, told, since, now, self.config.timezone)

    @property
    def _routine(self) -> Routine:
        """What comes round; into a fund that is full nothing needs to be put."""
        fund = self.config.desk.borrower.fund
        full = fund is not None and not fund.missing
        return replace(self.config.routine, emergency_fund=None) if full else self.config.routine

    def deliver(
        self,
        *,
        alone: bool,
        beat: Callable[[], None] = lambda: None,
        stopping: Callable[[], bool] = lambda: False,
        plan_for: datetime | None = None,
    ) -> Delivered:
        """Send everything that is due now.

        Given *plan_for*, plan for that instant as ``plan_due`` does, and begin to send before all
        is planned, where there is much.
        """
        plan = _Counted(self.planning(plan_for, beat, alone=alone) if plan_for else iter(()))
        while not self._anything_due():
            if not plan.go_on():
                return Delivered(0, hung=False, planned=plan.decided)  # Apprise is slow to import
        from .delivery.dispatcher import Dispatcher

        owner = f"{socket.gethostname()}:{os.getpid()}"
        with self.database.transaction() as connection:
            to_come = book.looks_due(connection, self.clock.now())
        dispatcher = Dispatcher(
            self.database,
            self.channels,
            self.clock,
            owner,
            alone=alone,
            beat=beat,
            stopping=stopping,
            defer=self.planner.defer,
            desk=self.config.desk,
            plan_more=plan.go_on,
            plan_again=partial(self.plan_due, beat=beat) if plan_for else lambda _now: None,
            planned_for=plan_for,
            to_come=to_come,
        )
        try:
            dispatcher.drain()
        finally:
            dispatcher.close()
        return Delivered(dispatcher.sent, dispatcher.hung, plan.decided)

    def _anything_due(self) -> bool:
        with self.database.transaction() as connection:
            return outbox.anything_due(connection, self.clock.now())

    def nobody_reached(self) -> bool:
        """Return whether nothing gets through to any address that the borrower reads."""
        own = {
            (channel.name, recipient.label)
            for channel in self.channels.values()
            if not channel.reserved
            for recipient in channel.recipients
        }
        with self.database.transaction() as connection:
            dead = {(at.channel, at.address) for at in history.dead_addresses(connection)}
            return own <= dead | outbox.struggling(connection)

    def next_event(self, *, daily: bool = True) -> Upcoming | None:
        """Return when there is something to do next, *daily* looks at accounts included or not."""
        with self.database.transaction() as connection:
            look = book.next_look(connection)
            attempt = outbox.next_attempt(connection)
            routines = self._routines(connection, self.clock.now())
            found = [Upcoming(alert.scheduled_for, other=_ROUTINE) for alert in routines.alerts]
            if look is not None:
                entry = book.entry(connection, look[1])
                found.append(Upcoming(look[0], entry.loan if entry else None))
            if routines.next_at is not None:
                found.append(Upcoming(routines.next_at, other=_ROUTINE))
            found += self._next_of_accounts(connection) if daily else []
            if attempt is not None:
                found.append(Upcoming(attempt))
            return min(found, key=lambda upcoming: upcoming.at, default=None)

    def preview(
        self,
        start: datetime,
        days: int,
        beat: Callable[[float], None] = lambda _share: None,
        *,
        sent: bool = False,
    ) -> list[tuple[Loan | None, Foreseen]]:
        """Return exactly the alerts that will be decided from *start* for so many days, in order.

        Routines concern no loan. *beat* is told which share of the work is done. *sent*, without
        those that a newer one replaces before quiet hours let them go.
        """
        found: list[tuple[Loan | None, Foreseen]] = []
        span, parts = timedelta(days=days) or timedelta.resolution, len(self.config.loans) + 1
        for number, (loan, ahead) in enumerate(self.ahead(start, days)):
            for foreseen in self._going(ahead) if sent else ahead:
                beat((number + (foreseen.at - start) / span) / parts)
                found.append((loan, foreseen))
        return _in_order(found)

    def next_alerts(self, start: datetime, days: int) -> list[tuple[Loan | None, Foreseen]]:
        """Return the first of those alerts for each loan, and the first routine, in order."""
        return _in_order(
            (loan, first)
            for loan, ahead in self.ahead(start, days)
            if (first := next(self._going(ahead), None)) is not None
        )

    def _going(self, ahead: Iterator[Foreseen]) -> Iterator[Foreseen]:
        """Yield the alerts of a loan that go before a newer one says it better."""
        seen = next(ahead, None)
        for newer in chain(ahead, [None]):
            if seen and not (newer and self._gives_way(seen, newer)):
                yield seen
            seen = newer

    def _gives_way(self, seen: Foreseen, newer: Foreseen) -> bool:
        """Return whether quiet hours hold an alert back until a newer one replaces it."""
        if seen.alert.loan_id is None or not replaces(newer.alert, seen.alert):
            return False
        position = seen.position
        if position is None:
            return False
        find = partial(self.planner.destinations, seen.alert, position, seen.at)
        goes = attempt(position.loan, find)
        return not isinstance(goes, Trouble) and min(goes, default=seen.at) >= newer.at

    def ahead(self, start: datetime, days: int) -> Iterator[tuple[Loan | None, Iterator[Foreseen]]]:
        """Yield each loan with its alerts from *start* for some days, then None with the others'.

        An alert is worked out when it is asked for.
        """
        end = start + timedelta(days=days)
        now = min(start, self.clock.now())  # what goes before *start* bears on what goes after
        entries = self.entries()
        for entry, past in entries:
            yield entry.loan, _since(start, self._forecast(entry, past, now, end))
        known = min((entry.known_since for entry, _ in entries), default=None)
        if known is not None:
            yield None, _since(start, self._routines_ahead(known, now, end))
        accounts = self.accounts()
        if accounts:
            with self.database.transaction() as connection:
                told = history.shortages_told(connection)
            whatever = _forecasts(accounts, [entry.loan for entry, _ in entries])
            yield None, _since(start, shortage_forecast(accounts, whatever, told, now, end))

    def accounts(self) -> list[BankAccount]:
        """Return the accounts, each with the newest balance that is known."""
        with self.database.transaction() as connection:
            return balances.as_known(connection, self.config.desk.accounts)

    def forecasts(self, day: date | None = None) -> list[Forecast]:
        """Return what becomes of each account from a day on, else from today."""
        loans = [entry.loan for entry, _ in self.entries()]
        on = day or local_date(self.clock.now(), self.config.timezone)
        return [funds.forecast(account, loans, on) for account in self.accounts()]

    def _forecast(
        self, entry: Entry, past: History, start: datetime, end: datetime
    ) -> Iterator[Foreseen]:
        return forecast(entry.loan, past, entry.policy, start, end, self.config.desk.playbook)

    def _routines_ahead(
        self, since: datetime, start: datetime, end: datetime
    ) -> Iterator[Foreseen]:
        with self.database.transaction() as connection:
            told = history.of_no_loan(connection)
        return routine_forecast(self._routine, told, since, self.config.timezone, start, end)

    def positions(self, as_of: date | None = None) -> list[Position | Trouble]:
        """Return how every loan stands on a day, else today where it is, or why nobody can say."""
        return self.snapshot().positions(as_of)

    def snapshot(self) -> Snapshot:
        """Return the loans as they are known now, for a command that looks more than once."""
        return Snapshot(self.entries(), self.clock.now())

    def told(self, loan_id: str | None, due: date) -> set[str]:
        """Return the channels that heard of the installment due on a date."""
        with self.database.transaction() as connection:
            return history.channels_told(connection, loan_id, [due])

    def entries(self) -> list[tuple[Entry, History]]:
        """Return the configured loans as they will stand once synced, with their histories.

        Nothing is written: commands that only look must not change anything.
        """
        configured = [(loan, self.config.policy) for loan in self.config.loans]
        with self.database.transaction() as connection:
            found = book.as_synced(connection, configured, self.clock.now())
            known = {entry.loan.id: entry.known_since for entry in found}
            pasts = history.of_loans(connection, known)
            return [(entry, pasts[entry.loan.id]) for entry in found]

    def loan(self, named: str) -> Loan:
        """Return the configured loan of an id, else of a name, with all its payments.

        Letter case and spaces of a name do not count. UsageError says which loans there are.
        """
        loans = {entry.loan.id: entry.loan for entry, _ in self.entries()}
        if named in loans:
            return loans[named]
        alike = [loan for loan in loans.values() if _plain(loan.name) == _plain(named)]
        if len(alike) > 1:
            ids = ", ".join(loan.id for loan in alike)
            raise UsageError(f"{len(alike)} loans are called {named!r} (write the id: {ids})")
        if not alike:
            raise UsageError(_no_such_loan(named, loans.values()))
        return alike[0]

    def pay(self, loan: Loan, paid: Money, day: date | None, to: Prepayment | None = None) -> int:
        """Record a payment made on *day* (else today, where the loan is) and return its number.

        *to* says where what is over goes.
        """
        on, now = self.payment_day(loan, day), self.clock.now()
        with self.database.transaction() as connection:
            # Or the payment would be taken for a debit that counts as made.
            self.planner.record_debits(connection, value(loan, self.today(loan)), now)
            return book.add_payment(connection, loan.id, on, paid.minor, now, to=to)

    def payment(self, loan: Loan, number: int) -> tuple[Payment, FormerBill | None]:
        """Return a payment that was recorded, and the earlier bill of the loan that it was for."""
        with self.database.transaction() as connection:
            paid = book.payment(connection, number, loan.terms.currency)
            entry = book.entry(connection, loan.id)
        former = former_of(entry.formers, loan.terms) if entry else None
        return paid, former if former and former.has(paid) else None

    def payment_day(self, loan: Loan, day: date | None) -> date:
        """Return the day of a payment, else today; UsageError where ``paid_until`` covers it."""
        if day is not None and (covered := covered_until(loan.terms)) and day <= covered:
            raise UsageError(
                f"all that fell due up to {covered} was paid, says paid_until of loan {loan.id}, "
                "and a payment of that time is part of it (choose a later day, or an earlier "
                "paid_until)"
            )
        return day or self.today(loan)

    def today(self, loan: Loan) -> date:
        """Return today's date where a loan is."""
        return local_date(self.clock.now(), loan.timezone)

    def ask(self, loan: Loan, state: RequestState, day: date | None, to: Extension | None) -> int:
        """Record where a request for an extension stands; return the number of the record."""
        if to is not None and to.due not in value(loan, to.agreed).unpaid(known=True):
            raise UsageError(
                f"{to.due} is no due date of loan {loan.id} that is unpaid (see `reminderd quote`)"
            )
        return self._record(loan, str(state), day, to)

    def waive(self, loan: Loan, waiver: Waiver) -> int:
        """Record what the lender lets go of; return the number of the record."""
        return self._record(loan, book.WAIVED, waiver.on, waiver)

    def debit_failed(self, loan: Loan, due: date | None = None) -> tuple[int, date]:
        """Record that a debit did not go through; return the number of the record and its due date.

        Without *due* it is the oldest one that is unconfirmed, else the last that counts as made.
        UsageError where there is none.
        """
        now = self.clock.now()
        today = local_date(now, loan.timezone)
        position = value(loan, today)
        assumed = {payment.on: payment.id for payment in loan.payments if payment.assumed}
        counted = sorted({*assumed, *(debit.due for debit in position.assumed)}, reverse=True)
        due_today = [arrear.due for arrear in position.arrears if arrear.due == today]
        debits = [*(debit.due for debit in position.unconfirmed), *due_today, *counted]
        if loan.auto_debit is None or not loan.auto_debit.on or not debits:
            raise UsageError(
                f"no debit of loan {loan.id} waits to be confirmed (see `reminderd status`)"
            )
        which = due or debits[0]
        if which not in debits:
            open_dates = ", ".join(map(str, debits))
            raise UsageError(f"no debit of {which} waits to be confirmed (there is: {open_dates})")
        with self.database.transaction() as connection:
            if (number := assumed.get(which)) is not None:
                book.undo_payment(connection, number, now)
            return _record_failure(connection, loan, which, now), which

    def bill(self, loan: Loan, bill: Bill) -> int:
        """Record a bill; return the number of the record."""
        return self._record(loan, book.BILLED, bill.on, bill)

    def _record(self, loan: Loan, kind: str, day: date | None, agreed: book.Agreed) -> int:
        now = self.clock.now()
        today = local_date(now, loan.timezone)
        if day is not None and day > today:
            raise UsageError(f"{day} is still to come (record it once it has happened)")
        with self.database.transaction() as connection:
            return book.add_agreement(connection, loan.id, kind, day or today, agreed, now)

    def account(self, named: str) -> BankAccount:
        """Return the account of a name; letter case and spaces do not count."""
        accounts = self.accounts()
        alike = [account for account in accounts if _plain(account.name) == _plain(named)]
        exact = [account for account in alike if account.name == named]
        if not alike:
            names = [account.name for account in accounts]
            remedy = "" if names else " (add one under [accounts.NAME])"
            raise UsageError(f"{no_such('account', named, names)}{remedy}")
        return [*exact, *alike][0]

    def state_balance(self, account: BankAccount, held: Money, day: date | None) -> int:
        """Record what an account held on a day, else holds now; return the number of the record."""
        now = self.clock.now()
        today = local_date(now, account.timezone)
        if day is not None and day > today:
            raise UsageError(f"{day} is still to come (record it once it has happened)")
        at = now if day in (None, today) else None
        with self.database.transaction() as connection:
            return balances.add(connection, account.name, Balance(held, day or today, at), now)

    def stated_balances(self) -> list[RowMapping]:
        """Return the balances recorded by command that stand, the oldest first."""
        with self.database.transaction() as connection:
            return balances.standing(connection)

    def take_back_balance(self, number: int) -> str:
        """Take back a balance; return its account's name."""
        with self.database.transaction() as connection:
            account = balances.undo(connection, number, self.clock.now())
        if account is None:
            raise UsageError(f"there is no balance B{number} (`reminderd undo` lists them)")
        return account

    def take_back(self, number: int) -> str:
        """Take back an agreement; return its loan's id."""
        with self.database.transaction() as connection:
            loan_id = book.undo_agreement(connection, number, self.clock.now())
        if loan_id is None:
            raise UsageError(f"there is no agreement A{number} (`reminderd undo` lists them)")
        return loan_id

    def agreements(self) -> list[RowMapping]:
        """Return what was asked and agreed by command and stands, in the order of the dates."""
        with self.database.transaction() as connection:
            return book.standing_agreements(connection)

    def snooze(self, loan: Loan, day: date) -> Snooze:
        """Say nothing of a loan before ``send_at`` on *day* unless it gets worse, or is paid.

        What already waits to be sent waits until then, too, or until it gets worse. UsageError
        where that cannot be.
        """
        now = self.clock.now()
        position = value(loan, local_date(now, loan.timezone))
        due, severity = position.pay_by, self.config.desk.playbook.stage_of(position).severity
        if due is None:
            raise UsageError(f"nothing is to be paid on loan {loan.id} (see `reminderd quote`)")
        until = snooze_end(day, self.config.policy.send_at, loan.timezone, now)
        chosen = Snooze(until, severity, due, now)
        with self.database.transaction() as connection:
            attention.snooze(connection, loan.id, chosen)
            self._stop_escalation(connection, loan, now)
            waits = history.waiting(connection, loan.id)
            held = [
                number for number, alert in waits.items() if self._mild(alert, position, severity)
            ]
            outbox.put_off(connection, held, self._hold(loan, chosen).ends)
        return chosen

    def _hold(self, loan: Loan, snooze: Snooze) -> Hold:
        return Hold(snooze, loan, self.config.policy.send_at, self.config.desk.playbook)

    def acknowledge(self, loan: Loan) -> None:
        """Record that the borrower has seen what was sent about a loan: nobody else is told."""
        now = self.clock.now()
        if value(loan, local_date(now, loan.timezone)).settled:
            raise UsageError(f"nothing is to be paid on loan {loan.id} (see `reminderd quote`)")
        with self.database.transaction() as connection:
            attention.acknowledge(connection, loan.id, now)
            self._stop_escalation(connection, loan, now)

    @staticmethod
    def _stop_escalation(connection: Connection, loan: Loan, now: datetime) -> None:
        waits = history.waiting(connection, loan.id)
        idle = [number for number, alert in waits.items() if alert.milestone == ESCALATED]
        outbox.close_waiting(connection, idle, State.CANCELLED, now)
        book.touch(connection, loan.id, now)

    def _mild(self, alert: Alert, position: Position, severity: Severity) -> bool:
        """Return whether a snooze made at *severity* holds back what waits of an alert."""
        level = stage_for(alert, position, self.config.desk.playbook).severity
        return alert.milestone != SETTLED and level <= severity

    def unsnooze(self, loan: Loan) -> None:
        """End a loan's snooze now; UsageError where there is none."""
        now = self.clock.now()
        with self.database.transaction() as connection:
            known = attention.snooze_of(connection, loan.id)
            if known is None or known.until <= now:
                raise UsageError(f"loan {loan.id} is not snoozed (see `reminderd status`)")
            attention.end_snooze(connection, loan.id, now)
            waits = history.waiting(connection, loan.id)
            outbox.bring_back(connection, waits, now, self._hold(loan, known).ends)
            book.touch(connection, loan.id, now)

    def snoozed(self) -> dict[str, Snooze]:
        """Return the snoozes that hold now, by loan."""
        now, found = self.clock.now(), {}
        for entry, past in self.entries():
            loan = entry.loan
            if past.snooze is None or past.snooze.until <= now:
                continue
            position = valued(loan, local_date(now, loan.timezone))
            if not isinstance(position, Trouble) and past.snooze.due in position.unpaid():
                found[loan.id] = past.snooze
        return found

    def undo(self, payment_id: int) -> str:
        """Take back a payment made by command; return its loan's id."""
        with self.database.transaction() as connection:
            now = self.clock.now()
            row = book.undo_payment(connection, payment_id, now)
            if row is not None and row["source"] == book.ASSUMED:
                entry = book.entry(connection, row["loan_id"])
                assert entry is not None  # a payment belongs to a loan of the book
                # Or the debit would be taken as made again.
                _record_failure(connection, entry.loan, row["date"], now)
        if row is None:
            raise UsageError(
                f"there is no payment {payment_id} that was entered by command "
                "(`reminderd undo` lists them; one in the configuration is removed there)"
            )
        return str(row["loan_id"])

    def typed_payments(self) -> list[tuple[Loan, Payment]]:
        """Return the payments entered by command that stand, oldest first."""
        entered = [
            (entry.loan, payment)
            for entry, _ in self.entries()
            for payment in entry.loan.payments
            if payment.id is not None
        ]
        return sorted(entered, key=lambda item: item[1].id or 0)

    def sent(self, loan_id: str | None, limit: int | None) -> list[RowMapping]:
        """Return the deliveries about a loan, or about all, the newest first."""
        with self.database.transaction() as connection:
            return history.deliveries_of(connection, loan_id, limit)

    def decisions(self, loan_id: str) -> list[RowMapping]:
        """Return the alerts that were decided about a loan, the newest first."""
        with self.database.transaction() as connection:
            return history.decisions_of(connection, loan_id)

    def undelivered(self) -> list[RowMapping]:
        """Return what waits to be delivered, and what failed in the last days, oldest first."""
        since = self.clock.now() - _FAILED_LATELY
        with self.database.transaction() as connection:
            return history.undelivered(connection, since)

    def dead_addresses(self) -> list[history.Dead]:
        """Return the configured addresses at which all has failed for good since an instant."""
        with self.database.transaction() as connection:
            found = history.dead_addresses(connection)
        return [dead for dead in found if self.planner.knows(dead.channel, dead.address)]

    def retry(self, number: int) -> list[RowMapping]:
        """Make a delivery that waits or failed due now, with what goes in one message with it.

        Return them as they stood; UsageError where nothing waits or failed under the number.
        """
        with self.database.transaction() as connection:
            asked = history.delivery(connection, number)
            if asked is None or asked["state"] not in _AGAIN:
                raise UsageError(
                    f"no delivery {number} waits or has failed (`reminderd outbox` lists them)"
                )
            if not self.planner.knows(asked["channel"], asked["address"]):
                raise UsageError(
                    f"delivery {number} is for {asked['channel']}: {asked['address']}, which is "
                    "no longer configured (put it back into the configuration first)"
                )
            together = history.beside(connection, asked["message_id"])
            return self._again(connection, together)

    def retry_all(self) -> list[RowMapping]:
        """Make everything due now that waits, or failed in the last days; return which.

        Of several that failed and of which the newest says it all, it is the newest.
        """
        now = self.clock.now()
        with self.database.transaction() as connection:
            rows = history.undelivered(connection, now - _FAILED_LATELY)
            known = [row for row in rows if self.planner.knows(row["channel"], row["address"])]
            told = known + history.sent(connection, now - _FAILED_LATELY)
            return self._again(connection, [row for row in known if not _outdated(row, told)])

    def _again(self, connection: Connection, rows: Iterable[RowMapping]) -> list[RowMapping]:
        chosen = [row for row in rows if row["state"] in _AGAIN]
        outbox.retry(connection, [row["id"] for row in chosen], self.clock.now())
        return chosen

    def test(self, channel: str | None) -> list[dict[str, object]]:
        """Send a test message over the real path; return how each address fared."""
        from .delivery.transport import Transports, format_of

        if channel is not None and channel not in self.channels:
            raise UsageError(no_such("channel", channel, self.channels))
        results: list[dict[str, object]] = []
        transports = Transports()
        for name in [channel] if channel else list(self.channels):
            wanted = self.channels[name]
            for recipient in wanted.recipients:
                error = None
                try:
                    message = trial(wanted.locale, format_of(recipient, wanted.format))
                    identity, now = uuid.uuid4().hex, self.clock.now()
                    transports.of(recipient).send(message, identity, now)
                except DeliveryError as failure:
                    error = str(failure)
                told = {"channel": name, "address": recipient.label, "ok": error is None}
                results.append(told | {"error": error})
        transports.close()
        return results


def _forecasts(accounts: Sequence[BankAccount], loans: Sequence[Loan]) -> Forecasts:
    """Return a function that says what becomes of each account from a day on."""
    return lambda day: [funds.forecast(account, loans, day) for account in accounts]


def _record_failure(connection: Connection, loan: Loan, due: date, now: datetime) -> int:
    """Record that the debit of a due date failed; return the number of the record."""
    today = local_date(now, loan.timezone)
    failure, kind = FailedDebit(due, today), book.DEBIT_FAILED
    number = book.add_agreement(connection, loan.id, kind, today, failure, now)
    book.see_afresh(connection, loan.id, now)
    return number


def _plain(name: str) -> str:
    """Return a name as it is compared with what somebody types."""
    return "".join(name.split()).casefold()


def _no_such_loan(named: str, loans: Iterable[Loan]) -> str:
    """Say that no loan is called so, which there are, and which was meant."""
    names = {loan.id: loan.name for loan in loans}
    shown = (key if name == key else f"{key} ({name})" for key, name in names.items())
    close = suggestion(named, [*names, *names.values()])
    return f"there is no loan {named!r} (there are: {', '.join(shown) or 'none'}){close}"


def _since(start: datetime, ahead: Iterator[Foreseen]) -> Iterator[Foreseen]:
    return (foreseen for foreseen in ahead if foreseen.at >= start)


def _in_order(
    found: Iterable[tuple[Loan | None, Foreseen]],
) -> list[tuple[Loan | None, Foreseen]]:
    return sorted(found, key=lambda item: (item[1].at, item[0].id if item[0] else ""))


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one pass over the outbox did."""

    sent: int
    hung: bool
    planned: int = 0  # alerts that were decided meanwhile


class _Counted:
    """Planning that somebody takes a step further at a time, and how many alerts came of it."""

    def __init__(self, steps: Iterator[int]) -> None:
        self._steps = steps
        self.decided = 0

    def go_on(self) -> bool:
        """Plan a batch; return False once there is none left."""
        step = next(self._steps, None)
        self.decided += step or 0
        return step is not None


def _outdated(row: RowMapping, rows: Iterable[RowMapping]) -> bool:
    """Return whether a failed delivery has nothing to say beside another one to its address."""
    return row["state"] == State.FAILED and any(
        row["id"] < other["id"]
        and (row["loan_id"], row["channel"], row["address"])
        == (other["loan_id"], other["channel"], other["address"])
        and replaces(_alert_of(other), _alert_of(row))
        for other in rows
        if row["loan_id"] is not None
    )


def _alert_of(row: RowMapping) -> Alert:
    told = row["loan_id"], row["due"], row["milestone"], row["scheduled_for"]
    return Alert(*told, Reason(row["reason"]))


def _verbs(counts: Mapping[str, int]) -> str:
    """Write what happens to how many reminders: the first count says of what."""
    said = [f"{verb} {count}" for verb, count in counts.items()]
    if said:
        said[0] += " reminder" if next(iter(counts.values())) == 1 else " reminders"
    return ", ".join(said)


def _split(channel: Channel) -> Channel:
    """Give every address that a target names a recipient of its own."""
    if not any(_may_hold_several(recipient.target) for recipient in channel.recipients):
        return channel
    from .delivery.transport import split

    return replace(
        channel, recipients=tuple(part for whole in channel.recipients for part in split(whole))
    )


_SEVERAL = re.compile(r"mailto|[^?#]*://[^/?#]*/+[^/?#]+/+[^/?#]|.*(,|%2c|[?&]to=)", re.IGNORECASE)


def _may_hold_several(target: str | Mapping[str, Any]) -> bool:
    """Return whether it is worth asking Apprise, which is slow to import."""
    if isinstance(target, str):
        return _SEVERAL.match(target) is not None
    listed = any(isinstance(value, list) and len(value) > 1 for value in target.values())
    return listed or "," in str(target.get("to"))


def _describe(change: Change) -> str:
    if change.before is None and change.after is not None:
        return f"adds loan {change.after.loan.id}"
    if change.after is None and change.before is not None:
        return f"removes loan {change.before.loan.id}"
    assert change.after is not None  # a change has at least one side
    if change.former is not None:
        return f"starts the next bill of loan {change.after.loan.id}"
    return f"changes loan {change.after.loan.id}"
