"""Decides what is to be sent, for a batch of loans at a time, and writes it down at once."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from .alerts.channel import Channel, heard_by, reserved, speaks_of, targets
from .alerts.plan import (
    ESCALATED,
    SETTLED,
    Alert,
    Decision,
    History,
    Snooze,
    due_alerts,
    replaces,
    still_wanted,
)
from .alerts.shortage import is_shortage
from .alerts.snooze import Hold
from .alerts.trouble import is_trouble, tell_trouble
from .alerts.wallclock import local_date
from .delivery.retry import WINDOW
from .loans.money import Money
from .loans.position import Position, debits_to_record, value
from .loans.terms import Loan, Payment
from .loans.trouble import Trouble, attempt
from .messages.compose import stage_for
from .playbook.playbook import Playbook, Severity
from .store import book, history, outbox
from .store.book import Entry
from .store.outbox import Addressed, Parcel, State

log = logging.getLogger(__name__)


Destinations = Mapping[datetime, Sequence[tuple[str, str]]]  # (channel, address) by when it goes


@dataclass(frozen=True, slots=True)
class Plan:
    """What was decided about one loan, and what that means for what waits to be sent.

    Of what waits, *idle* has nothing to say any more, *older* is better said by what was decided
    now, and *freed* was held back by a snooze, of an installment that is paid. What had ended
    before it went, and is *wanted_again*, goes from an instant on.
    """

    decision: Decision
    debits: Sequence[Payment] = ()  # to be written down as made
    idle: Sequence[int] = ()
    older: Sequence[int] = ()
    freed: Sequence[int] = ()
    snooze: Snooze | None = None
    position: Position | None = None  # none: there are no figures, or the loan is not configured
    told: Sequence[tuple[Alert, Destinations]] = ()  # where each alert goes
    wanted_again: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a loan's earlier alerts: those that wait, and those that ended unsent."""

    waiting: Mapping[int, Alert]
    ended: history.Ended | None = None


class Planner:
    """Plans over the configured channels."""

    def __init__(self, channels: Mapping[str, Channel], playbook: Playbook, timezone: str) -> None:
        """*timezone* is the borrower's, for quiet hours."""
        self.channels = channels
        self.playbook = playbook
        self.timezone = timezone

    def plan(self, connection: Connection, batch: Sequence[Entry], now: datetime) -> int:
        """Decide what is to be sent about some loans, in a transaction; return how many alerts.

        A loan that cannot be worked out is told of once, and looked at again later.
        """
        pasts = history.of_loans(connection, {e.loan.id: e.known_since for e in batch})
        waiting = history.waiting_of(connection, pasts)
        ended = history.ended_of(connection, pasts)
        plans = {}
        for entry in batch:
            key = entry.loan.id
            left = Left(waiting[key], ended.get(key))
            plans[key] = self._plan(connection, entry, pasts[key], left, now)
        for plan in plans.values():
            if plan.position is not None:
                self._record(connection, plan.position.loan, plan.debits, now)
        # Written before anything is closed: what may have arrived counts as told.
        self._write(connection, list(plans.values()), now)
        idle = [number for plan in plans.values() for number in plan.idle]
        older = [number for plan in plans.values() for number in plan.older]
        outbox.close_waiting(connection, idle, State.CANCELLED, now)
        outbox.close_waiting(connection, older, State.SUPERSEDED, now)
        for plan in plans.values():
            if plan.snooze and plan.freed:
                outbox.bring_back(connection, plan.freed, now, plan.snooze.until)
        for key, plan in plans.items():
            closed = {*plan.idle, *plan.older}
            waits = {n: alert for n, alert in waiting[key].items() if n not in closed}
            self._follow(connection, plan, waits, ended.get(key), now)
        looks = {loan_id: plan.decision.next_at for loan_id, plan in plans.items()}
        book.schedule_looks(connection, looks)
        return sum(len(plan.decision.alerts) for plan in plans.values())

    def record_debits(self, connection: Connection, position: Position, now: datetime) -> None:
        """Write down, as payments, the debits that count as made."""
        self._record(connection, position.loan, debits_to_record(position), now)

    @staticmethod
    def _record(
        connection: Connection, loan: Loan, debits: Sequence[Payment], now: datetime
    ) -> None:
        for debit in debits:
            paid = Money.of(debit.amount, loan.terms.currency)
            book.add_payment(connection, loan.id, debit.on, paid.minor, now, book.ASSUMED)

    def _plan(
        self,
        connection: Connection,
        entry: Entry,
        past: History,
        left: Left,
        now: datetime,
    ) -> Plan:
        if entry.archived:
            return Plan(Decision((), (), None), idle=[*left.waiting])
        loan = entry.loan
        plan = attempt(loan, lambda: self._decided(entry, past, left, now))
        if isinstance(plan, Trouble):
            return self._troubled(plan, past, now)
        also = {a: self._told(connection, a, plan.decision) for a in plan.decision.alerts}
        told = attempt(loan, lambda: self._addressed(plan.position, also, now))
        if isinstance(told, Trouble):
            return self._troubled(told, past, now)
        return replace(plan, told=told)

    def _decided(self, entry: Entry, past: History, left: Left, now: datetime) -> Plan:
        loan, snooze, waiting = entry.loan, past.snooze, left.waiting
        position = value(loan, local_date(now, loan.timezone))
        decision = due_alerts(loan, position, past, entry.policy, now, self.playbook)
        debits = debits_to_record(position)
        idle = [n for n, old in waiting.items() if not still_wanted(old, loan, position)]
        older = [
            number
            for number, old in waiting.items()
            if any(replaces(alert, old) for alert in decision.alerts)
        ]
        over = snooze and snooze.due not in position.unpaid()
        freed = [*waiting] if over else []
        again = self._wanted_again(entry, position, past, left, decision, now)
        return Plan(decision, debits, idle, older, freed, snooze, position, wanted_again=again)

    def _wanted_again(
        self,
        entry: Entry,
        position: Position,
        past: History,
        left: Left,
        decision: Decision,
        now: datetime,
    ) -> dict[int, datetime]:
        """Return what had ended for a cause that is gone, and from when on it goes.

        Nothing comes back that a newer alert speaks for, or somebody has reacted to.
        """
        ended, snooze, at = left.ended, past.snooze, now
        if ended is None:
            return {}
        if snooze and snooze.until > now and snooze.due in position.unpaid():
            at = Hold(snooze, entry.loan, entry.policy.send_at, self.playbook).ends
        return {
            number: max(at, now)
            for number, old in ended.alerts.items()
            if still_wanted(old, entry.loan, position)
            and not (old.milestone == ESCALATED and past.reacted_at)
            and not any(replaces(alert, old) for alert in decision.alerts)
            and not any(
                later > number and replaces(alert, old) for later, alert in ended.decided.items()
            )
        }

    def _follow(
        self,
        connection: Connection,
        plan: Plan,
        waiting: Mapping[int, Alert],
        ended: history.Ended | None,
        now: datetime,
    ) -> None:
        """Have what waits of a loan, and what is wanted again, go where its alerts go now."""
        position = plan.position
        if position is None:
            return
        loan, again = position.loan, plan.wanted_again
        every = {**waiting, **{number: ended.alerts[number] for number in again if ended}}
        sent = outbox.of_alerts(connection, every) if every else []
        for number, alert in every.items():
            own = [one for one in sent if one.alert_id == number]
            open_ = [one for one in own if one.waits or (number in again and one.may_return)]
            strayed = [one for one in open_ if not self._reaches(one, alert, loan)]
            if not strayed and number not in again:
                continue
            good_news = alert.milestone == SETTLED
            told = history.channels_told(connection, loan.id, [alert.due]) if good_news else ()
            find = partial(self._goes, alert, position, again.get(number, now), told)
            goes = attempt(loan, find)
            if not isinstance(goes, Trouble):
                self.redirect(connection, number, own, strayed, goes, now)

    def _goes(
        self, alert: Alert, position: Position, at: datetime, told: Collection[str]
    ) -> Destinations:
        """Return where a loan's alert goes that goes at an instant; notices go to all."""
        if is_trouble(alert.milestone):
            return self.notified(position.loan, at)
        return self.destinations(alert, position, at, told)

    def knows(self, channel: str, address: str) -> bool:
        """Return whether an address of a channel is configured."""
        found = self.channels.get(channel)
        return found is not None and found.recipient(address) is not None

    def _reaches(self, sent: Addressed, alert: Alert, loan: Loan | None) -> bool:
        """Return whether an alert goes to an address as things are configured now."""
        if not self.knows(sent.channel, sent.address):
            return False
        channel = self.channels[sent.channel]
        if alert.milestone == ESCALATED:
            return channel.reserved
        return speaks_of(loan, channel)

    @staticmethod
    def redirect(
        connection: Connection,
        number: int,
        own: Sequence[Addressed],
        strayed: Sequence[Addressed],
        goes: Destinations,
        now: datetime,
    ) -> None:
        """Have an alert go where it has not gone yet; end what *strayed*, if it goes anywhere."""
        there = {(one.channel, one.address): one for one in own if one not in strayed}
        for at, places in goes.items():
            before = [there[place] for place in places if place in there]
            back = [one.id for one in before if one.may_return or (strayed and one.moved)]
            outbox.revive(connection, back, at)
            if strayed:
                outbox.enqueue(connection, number, [to for to in places if to not in there], at)
        if any(goes.values()):
            moved = [one.id for one in strayed]
            outbox.end(connection, moved, State.CANCELLED, now, outbox.MOVED)

    def reclaim(self, connection: Connection, now: datetime) -> None:
        """Have what waits follow the configuration where its address is not to be found, or again.

        Loans are looked at for that; what concerns none goes to where its like goes.
        """
        waiting = outbox.waiting_addresses(connection)
        strayed = {place for place in waiting if not self.knows(*place)}
        numbers = outbox.alerts_waiting_at(connection, strayed) if strayed else []
        numbers += [
            one.alert_id
            for one in outbox.unaddressed(connection, now - WINDOW)
            if self.knows(one.channel, one.address)
        ]
        for number, alert in history.alerts_of(connection, numbers).items() if numbers else ():
            if alert.loan_id is not None:
                book.touch(connection, alert.loan_id, now)
                continue
            own = outbox.of_alerts(connection, [number])
            lost = [one for one in own if one.waits and not self._reaches(one, alert, None)]
            planned = alert.milestone in self.playbook.stages or is_shortage(alert.milestone)
            goes = self.destinations(alert, None, now) if planned else self.notified(None, now)
            self.redirect(connection, number, own, lost, goes, now)

    def _addressed(
        self, position: Position | None, also: Mapping[Alert, Collection[str]], now: datetime
    ) -> list[tuple[Alert, Destinations]]:
        return [(a, self.destinations(a, position, now, told)) for a, told in also.items()]

    def _troubled(self, trouble: Trouble, past: History, now: datetime) -> Plan:
        """Plan to tell of a loan that it cannot be worked out; the log has it once, too."""
        decision = tell_trouble(trouble, past, now)
        for _ in decision.alerts:
            log.error("%s", trouble)
        return Plan(
            decision, told=[(alert, self.notified(trouble.loan, now)) for alert in decision.alerts]
        )

    def _write(self, connection: Connection, plans: Sequence[Plan], now: datetime) -> None:
        superseded = [alert for plan in plans for alert in plan.decision.superseded]
        history.record_all(connection, superseded, now, superseded=True)
        self.enqueue(connection, [told for plan in plans for told in plan.told], now)

    def enqueue(
        self, connection: Connection, told: Sequence[tuple[Alert, Destinations]], now: datetime
    ) -> None:
        """Write alerts down and put them into the outbox, each with where it goes."""
        numbers = history.record_all(connection, [a for a, _ in told], now, superseded=False)
        outbox.enqueue_all(
            connection,
            [
                Parcel(number, channel, address, at)
                for number, (_, destinations) in zip(numbers, told, strict=True)
                for at, to in destinations.items()
                for channel, address in to
            ],
        )

    def warn(self, connection: Connection, alerts: Sequence[Alert], now: datetime) -> None:
        """Write warnings of no loan down, and put them into the outbox.

        One that was cancelled before it went, since there seemed to be enough, goes again.
        """
        known = {alert: history.number_of_no_loan(connection, alert) for alert in alerts}
        goes = {alert: self.destinations(alert, None, now) for alert in alerts}
        new = [alert for alert, number in known.items() if number is None]
        self.enqueue(connection, [(alert, goes[alert]) for alert in new], now)
        for alert, number in known.items():
            for at, to in goes[alert].items() if number is not None else ():
                outbox.enqueue(connection, number or 0, to, at)

    def announce(self, connection: Connection, alert: Alert, now: datetime) -> None:
        """Write a notice down, and put it into the outbox for all that the borrower reads."""
        self.enqueue(connection, [(alert, self.notified(None, now))], now)

    def notified(self, loan: Loan | None, now: datetime) -> Destinations:
        """Return where a notice goes, of a loan or of none, by when it goes."""
        found: dict[datetime, list[tuple[str, str]]] = {}
        for channel in heard_by(loan, self.channels.values()):
            to = [(channel.name, recipient.label) for recipient in channel.recipients]
            found.setdefault(self.defer(now, channel), []).extend(to)
        return found

    def destinations(
        self, alert: Alert, position: Position | None, now: datetime, told: Collection[str] = ()
    ) -> dict[datetime, list[tuple[str, str]]]:
        """Return the (channel, address) pairs that an alert decided now goes to, by when it goes.

        What concerns no loan has no position. *told* names channels that hear of it in any case.
        """
        found: dict[datetime, list[tuple[str, str]]] = {}
        for channel in self.channels.values():
            goes = self.defer(now, channel)
            # Quiet hours may end on another day: who is told is settled by how bad it is then.
            level = self._severity(alert, position, goes)
            loan = position.loan if position else None
            escalated = alert.milestone == ESCALATED
            to = reserved([channel]) if escalated else targets([channel], loan, level, told)
            if to:
                found.setdefault(goes, []).extend(to)
        return found

    def _severity(self, alert: Alert, position: Position | None, at: datetime) -> Severity:
        """Return how bad the news of an alert is at an instant."""
        if is_shortage(alert.milestone):
            return Severity.WARNING
        if position is None:
            return self.playbook.stages[alert.milestone].severity
        day = local_date(at, position.loan.timezone)
        then = position if day == position.as_of else value(position.loan, day)
        return stage_for(alert, then, self.playbook).severity

    def defer(self, now: datetime, channel: Channel) -> datetime:
        """Return the end of a channel's quiet hours that an instant lies in, else the instant."""
        return channel.quiet.defer(now, self.timezone) if channel.quiet else now

    @staticmethod
    def _told(connection: Connection, alert: Alert, decision: Decision) -> set[str]:
        """Return the channels that hear good news because they heard the bad."""
        if alert.milestone != SETTLED:
            return set()
        closed = [other.due for other in decision.superseded if other.milestone == SETTLED]
        return history.channels_told(connection, alert.loan_id, [alert.due, *closed])
