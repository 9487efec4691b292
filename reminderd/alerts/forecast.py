"""Which alerts there will be, if nothing more is paid: the same decisions, ahead of time."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import datetime

from ..loans.position import Position, debits_to_record, value
from ..loans.terms import Loan
from ..playbook.playbook import Playbook
from .plan import Alert, History, Identity, Next, Policy, due_alerts, next_reminder
from .routine import Routine, routine_due
from .wallclock import local_date


@dataclass(frozen=True, slots=True)
class Foreseen:
    """An alert that will be decided at an instant, and the position it will speak of."""

    at: datetime
    alert: Alert
    position: Position | None  # None for a routine
    following: Next | None = None  # the next reminder if nothing is paid


def forecast(
    loan: Loan,
    history: History,
    policy: Policy,
    start: datetime,
    end: datetime,
    playbook: Playbook | None = None,
) -> Iterator[Foreseen]:
    """Yield the alerts from *start* to *end*, both included, in order."""
    now: datetime | None = start
    while now is not None and now <= end:
        position = value(loan, local_date(now, loan.timezone))
        decision = due_alerts(loan, position, history, policy, now, playbook)
        for alert in decision.alerts:
            then = next_reminder(loan, position, policy, now, history.snooze, playbook)
            yield Foreseen(now, alert, position, then)
        history = history.after(decision)
        made = [replace(debit, recorded_at=now) for debit in debits_to_record(position)]
        loan = replace(loan, payments=(*loan.payments, *made)) if made else loan
        now = decision.next_at


def routine_forecast(
    routine: Routine,
    decided: Set[Identity],
    known_since: datetime,
    zone: str,
    start: datetime,
    end: datetime,
) -> Iterator[Foreseen]:
    """Yield the routines from *start* to *end*, both included, in order."""
    now: datetime | None = start
    while now is not None and now <= end:
        decision = routine_due(routine, decided, known_since, now, zone)
        for alert in decision.alerts:
            yield Foreseen(now, alert, None)
        decided = decided | {alert.identity for alert in decision.alerts}
        now = decision.next_at
