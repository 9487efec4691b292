"""Decides what is to be sent, for a batch of loans at a time, and writes it down at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from .alerts.channel import Channel, reserved, speaks_of, targets
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
from .alerts.wallclock import local_date
from .loans.money import Money
from .loans.position import Position, debits_to_record, value
from .messages.compose import stage_for
from .playbook.playbook import Playbook, Severity
from .store import book, history, outbox
from .store.book import Entry
from .store.outbox import Parcel, State


@dataclass(frozen=True, slots=True)
class Plan:
    """What was decided about one loan."""

    position: Position | None  # none: the loan is configured no more
    decision: Decision
    waiting: Mapping[int, Alert]  # what was decided before and has not gone out
    snooze: Snooze | None = None

    @property
    def idle(self) -> list[int]:
        """What waits and has nothing to say any more."""
        position = self.position
        return [
            number
            for number, old in self.waiting.items()
            if position is None or not still_wanted(old, position.loan, position)
        ]

    @property
    def older(self) -> list[int]:
        """What waits and is better said by what was decided now."""
        new = self.decision.alerts
        return [
            number
            for number, old in self.waiting.items()
            if any(replaces(alert, old) for alert in new)
        ]

    @property
    def freed(self) -> list[int]:
        """What a snooze held back, of an installment that is paid."""
        position, snooze = self.position, self.snooze
        over = position and snooze and snooze.due not in position.unpaid()
        return [*self.waiting] if over else []


class Planner:
    """Plans over the configured channels."""

    def __init__(self, channels: Mapping[str, Channel], playbook: Playbook, timezone: str) -> None:
        """*timezone* is the borrower's, for quiet hours."""
        self.channels = channels
        self.playbook = playbook
        self.timezone = timezone

    def plan(self, connection: Connection, batch: Sequence[Entry], now: datetime) -> int:
        """Decide what is to be sent about some loans, in a transaction; return how many alerts."""
        pasts = history.of_loans(connection, {e.loan.id: e.known_since for e in batch})
        waiting = history.waiting_of(connection, pasts)
        plans = {
            entry.loan.id: self._plan(entry, pasts[entry.loan.id], waiting[entry.loan.id], now)
            for entry in batch
        }
        for plan in plans.values():
            self.record_debits(connection, plan.position, now)
        # Written before anything is closed: what may have arrived counts as told.
        self._write(connection, list(plans.values()), now)
        idle = [number for plan in plans.values() for number in plan.idle]
        older = [number for plan in plans.values() for number in plan.older]
        outbox.close_waiting(connection, idle, State.CANCELLED, now)
        outbox.close_waiting(connection, older, State.SUPERSEDED, now)
        for plan in plans.values():
            if plan.snooze and plan.freed:
                outbox.bring_back(connection, plan.freed, now, plan.snooze.until)
        looks = {loan_id: plan.decision.next_at for loan_id, plan in plans.items()}
        book.schedule_looks(connection, looks)
        return sum(len(plan.decision.alerts) for plan in plans.values())

    @staticmethod
    def record_debits(connection: Connection, position: Position | None, now: datetime) -> None:
        """Write down, as payments, the debits that count as made."""
        for debit in debits_to_record(position) if position else ():
            assert position is not None  # or there would be none
            paid = Money.of(debit.amount, position.currency)
            book.add_payment(connection, position.loan.id, debit.on, paid.minor, now, book.ASSUMED)

    def _plan(
        self, entry: Entry, past: History, waiting: Mapping[int, Alert], now: datetime
    ) -> Plan:
        if entry.archived:
            return Plan(None, Decision((), (), None), waiting)
        loan = entry.loan
        position = value(loan, local_date(now, loan.timezone))
        decision = due_alerts(loan, position, past, entry.policy, now, self.playbook)
        return Plan(position, decision, waiting, past.snooze)

    def _write(self, connection: Connection, plans: Sequence[Plan], now: datetime) -> None:
        superseded = [alert for plan in plans for alert in plan.decision.superseded]
        history.record_all(connection, superseded, now, superseded=True)
        told = [
            (alert, plan.position, self._told(connection, alert, plan.decision))
            for plan in plans
            for alert in plan.decision.alerts
        ]
        self.enqueue(connection, told, now)

    def enqueue(
        self,
        connection: Connection,
        told: Sequence[tuple[Alert, Position | None, Collection[str]]],
        now: datetime,
    ) -> None:
        """Write alerts down and put them into the outbox.

        With each stand its loan's position, None for a routine, and the channels that hear of it
        in any case.
        """
        alerts = [alert for alert, _, _ in told]
        numbers = history.record_all(connection, alerts, now, superseded=False)
        outbox.enqueue_all(
            connection,
            [
                Parcel(number, channel, address, at)
                for number, (alert, position, also) in zip(numbers, told, strict=True)
                for at, to in self.destinations(alert, position, now, also).items()
                for channel, address in to
            ],
        )

    def announce(self, connection: Connection, alert: Alert, now: datetime) -> None:
        """Write a notice down, and put it into the outbox for all that the borrower reads."""
        [number] = history.record_all(connection, [alert], now, superseded=False)
        own = [channel for channel in self.channels.values() if speaks_of(None, channel)]
        outbox.enqueue_all(
            connection,
            [
                Parcel(number, channel.name, recipient.label, self.defer(now, channel))
                for channel in own
                for recipient in channel.recipients
            ],
        )

    def destinations(
        self, alert: Alert, position: Position | None, now: datetime, told: Collection[str] = ()
    ) -> dict[datetime, list[tuple[str, str]]]:
        """Return the (channel, address) pairs that an alert decided now goes to, by when it goes.

        A routine has no position. *told* names the channels that hear of it in any case.
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
