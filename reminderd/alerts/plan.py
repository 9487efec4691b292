"""Which alert of a loan is due, and when the next one will be. Pure: ``now`` is an argument.

The rule is one of levels, not edges. Each unpaid installment has *slots*: ``send_at`` on chosen
days before and after its due date. At any instant the loan's newest slot that has come says what
to send; if that one is already decided, nothing is sent. Whatever lies between is superseded, so
a borrower returning from a week offline has one message per loan, not seven. A request that the
lender has not answered has a slot among them; what follows upon settling has slots of its own, to
which the same rule applies.
"""

from __future__ import annotations

from datetime import datetime

from ..loans.cures import last_cure, turns
from ..loans.position import Position
from ..loans.terms import Loan
from . import reminders, settling
from .alert import (
    ANSWER_DUE,
    SETTLED,
    Alert,
    Decision,
    History,
    Identity,
    Reason,
    is_follow_up,
    milestone,
)
from .policy import Policy
from .slots import Look, Slot

__all__ = [
    "ANSWER_DUE",
    "SETTLED",
    "Alert",
    "Decision",
    "History",
    "Identity",
    "Policy",
    "Reason",
    "due_alerts",
    "milestone",
    "next_reminder",
    "replaces",
    "still_wanted",
]


def due_alerts(
    loan: Loan, position: Position, history: History, policy: Policy, now: datetime
) -> Decision:
    """Decide which alerts of *loan* go out now.

    *position* is the loan's position on the local date of *now*. At most one of each kind comes
    back, however long nobody looked: good news, a reminder, something to see to after settling.
    """
    look = Look.of(loan, position, history, policy, now)
    later = settling.follow_ups(look)
    said = [settling.tell_settled(look), reminders.remind(look), settling.follow_up(look, later)]
    alerts = tuple(alert for part in said for alert in part.alerts)
    superseded = tuple(alert for part in said for alert in part.superseded)
    return Decision(alerts, superseded, _next_at(look, later))


def _next_at(look: Look, later: list[Slot]) -> datetime | None:
    """Return the next instant at which something may be due; None when nothing ever will."""
    asked = {request.on for request in (*look.loan.requests, *look.loan.asked)}
    days = turns(look.loan) | asked | {slot.day for slot in later}
    coming = {day for day in days if day > look.reached} | set(reminders.days_to_come(look))
    return look.instant(min(coming)) if coming else None


def next_reminder(loan: Loan, position: Position, policy: Policy, now: datetime) -> datetime | None:
    """Return when the next reminder goes if nothing is paid; None when there will be none."""
    nothing = History(frozenset(), frozenset(), now)
    look = Look.of(loan, position, nothing, policy, now)
    day = min(reminders.days_to_come(look), default=None)
    return look.instant(day) if day else None


def still_wanted(alert: Alert, loan: Loan, position: Position) -> bool:
    """Return whether an alert that waited to be sent still has something to say."""
    if alert.milestone == SETTLED:
        return alert.due not in position.unpaid()
    if alert.milestone == ANSWER_DUE:
        request = reminders.unanswered(position)
        return request is not None and request.on == alert.due
    if is_follow_up(alert.milestone):
        cure = last_cure(loan, position.as_of)
        return cure is not None and cure.due == alert.due and not position.days_past_due
    return alert.due in position.unpaid()


def replaces(newer: Alert, older: Alert) -> bool:
    """Return whether a new alert of a loan leaves nothing to say for one that still waits."""
    if SETTLED in {newer.milestone, older.milestone}:
        return False  # each tells of another installment
    return is_follow_up(newer.milestone) == is_follow_up(older.milestone)
