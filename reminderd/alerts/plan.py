"""Which alert of a loan is due, and when the next one will be. Pure: ``now`` is an argument.

The rule is one of levels, not edges. Each unpaid installment has *slots*: ``send_at`` on chosen
days before and after its due date. At any instant the loan's newest slot that has come says what
to send; if that one is already decided, nothing is sent. Whatever lies between is superseded, so
a borrower returning from a week offline has one message per loan, not seven. A request that the
lender has not answered has a slot among them; what follows upon settling has slots of its own, to
which the same rule applies. A snooze holds the newest slot back; at its end the rule says what
goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from ..loans.cures import last_cure, turns
from ..loans.position import Position
from ..loans.terms import Loan
from ..playbook.playbook import Playbook, packaged
from . import escalation, reminders, settling
from .alert import (
    ANSWER_DUE,
    BILL_DUE,
    ESCALATED,
    PAID_SO_FAR,
    SETTLED,
    Alert,
    Decision,
    History,
    Identity,
    Next,
    Reason,
    asks_of_debit,
    is_follow_up,
    milestone,
)
from .policy import Policy
from .slots import Look, Said, Slot
from .snooze import Snooze
from .trouble import is_trouble

__all__ = [
    "ANSWER_DUE",
    "ESCALATED",
    "PAID_SO_FAR",
    "SETTLED",
    "Alert",
    "Decision",
    "History",
    "Identity",
    "Next",
    "Policy",
    "Reason",
    "Snooze",
    "asks_of_debit",
    "due_alerts",
    "milestone",
    "next_reminder",
    "replaces",
    "still_wanted",
]


def due_alerts(
    loan: Loan,
    position: Position,
    history: History,
    policy: Policy,
    now: datetime,
    playbook: Playbook | None = None,
) -> Decision:
    """Decide which alerts of *loan* go out now.

    *position* is the loan's position on the local date of *now*; *playbook* says how bad each
    stage is. At most one of each kind comes back, however long nobody looked: good news, a
    reminder, something to see to after settling. What a snooze holds is not decided.
    """
    look = Look.of(loan, position, history, policy, now, playbook or packaged())
    later = settling.follow_ups(look)
    said = [settling.tell_settled(look), reminders.remind(look), settling.follow_up(look, later)]
    told = _decided(said)
    # Whether others are told follows from the reminder, even one that goes only now.
    then = replace(look, history=history.after(told))
    whole = _decided([*said, escalation.escalate(then)])
    then = replace(look, history=history.after(whole))
    return replace(whole, next_at=_next_at(then, later))


def _decided(said: Iterable[Said]) -> Decision:
    parts = list(said)
    alerts = tuple(alert for part in parts for alert in part.alerts)
    return Decision(alerts, tuple(alert for part in parts for alert in part.superseded), None)


def _next_at(look: Look, later: list[Slot]) -> datetime | None:
    """Return the next instant at which something may be due; None when nothing ever will."""
    asked = {request.on for request in (*look.loan.requests, *look.loan.asked)}
    days = [day for day in turns(look.loan) | asked if day > look.reached]
    days += reminders.assumptions(look)
    if (until := look.loan.terms.paid_until) and until > look.reached:  # paid on their days
        days += [due for due in look.position.dues if look.reached < due <= until]
    waiting = [slot for slot in later if slot.day > look.reached or not look.is_decided(slot)]
    slots = [*reminders.held(look), *reminders.to_come(look), *waiting]
    coming = [*map(look.goes, slots), *(look.instant(day) for day in days)]
    coming += [alert.scheduled_for for alert in escalation.escalations(look)]
    return min((at for at in coming if at > look.now), default=None)


def next_reminder(
    loan: Loan,
    position: Position,
    policy: Policy,
    now: datetime,
    snooze: Snooze | None = None,
    playbook: Playbook | None = None,
) -> Next | None:
    """Return the next reminder there will be if nothing is paid; None when there will be none."""
    nothing = History(frozenset(), frozenset(), now, snooze)
    look = Look.of(loan, position, nothing, policy, now, playbook or packaged())
    slots = reminders.to_come(look)
    to_pay = [arrear.due for arrear in position.arrears] or [position.pay_by or date.max]
    return min((Next(look.goes(slot), slot.due <= to_pay[-1]) for slot in slots), default=None)


def still_wanted(alert: Alert, loan: Loan, position: Position) -> bool:
    """Return whether an alert that waited to be sent still has something to say."""
    if alert.milestone == SETTLED:
        return alert.due not in position.unpaid()
    if asks_of_debit(alert.milestone) or alert.milestone == PAID_SO_FAR:
        open_debits = [debit.due for debit in position.unconfirmed]
        mid_life = position.unpaid() if alert.milestone == PAID_SO_FAR else []
        return alert.due in (*open_debits, *mid_life)
    if alert.milestone == ANSWER_DUE:
        request = reminders.unanswered(position)
        return request is not None and request.on == alert.due
    if alert.milestone == BILL_DUE:
        return alert.due in position.awaited_bills
    if is_trouble(alert.milestone):
        return alert.reason is Reason.UNWRITTEN  # or its figures are there again
    return _of_installment(alert, loan, position)


def _of_installment(alert: Alert, loan: Loan, position: Position) -> bool:
    """Return whether there is still something to say of an installment, or since it was paid."""
    if is_follow_up(alert.milestone):
        cure = last_cure(loan, position.as_of)
        return cure is not None and cure.due == alert.due and not position.days_past_due
    return alert.due in position.unpaid()


def replaces(newer: Alert, older: Alert) -> bool:
    """Return whether a new alert of a loan leaves nothing to say for one that still waits."""
    if {SETTLED, ESCALATED} & {newer.milestone, older.milestone}:
        return False  # each tells of another installment, or somebody else
    if is_trouble(newer.milestone) or is_trouble(older.milestone):
        return False  # what waits may go once the loan is mended
    return is_follow_up(newer.milestone) == is_follow_up(older.milestone)
