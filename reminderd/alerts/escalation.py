"""Telling somebody else where nobody reacts to a reminder: once for each installment. Pure.

The clock runs from the first overdue reminder that was bad enough. Whoever acknowledged or snoozed
the loan after it has seen it; whatever is paid is not overdue any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from .alert import ESCALATED, Alert, Reason
from .policy import Policy
from .slots import Look, Said
from .wallclock import local_date


def escalate(look: Look) -> Said:
    """Return the alert for others that goes out now; of several it is the oldest installment's."""
    come = [alert for alert in escalations(look) if alert.scheduled_for <= look.now]
    return Said(come[:1], [replace(alert, reason=Reason.SAME_SLOT) for alert in come[1:]])


def escalations(look: Look) -> Iterator[Alert]:
    """Yield the alerts for others that go, now or later, unless somebody reacts."""
    wait = look.policy.escalate_after
    for arrear in look.position.arrears if wait is not None else ():
        if (arrear.due, ESCALATED) in look.history.decided:
            continue
        first, reacted = _first_reminder(look, arrear.due), look.history.reacted_at
        if first is None or (reacted is not None and reacted >= first):
            continue
        # Reminders of before the terms, or the wish to escalate, were known start no clock.
        at = max(first, look.history.known_since) + timedelta(hours=wait or 0)
        yield Alert(look.loan.id, arrear.due, ESCALATED, at, Reason.NOBODY_REACTED)


def unanswered_since(alert: Alert, policy: Policy) -> datetime | None:
    """Return since when nobody has reacted, where that is what an alert is about."""
    if alert.milestone != ESCALATED:
        return None
    return alert.scheduled_for - timedelta(hours=policy.escalate_after or 0)


def _first_reminder(look: Look, due: date) -> datetime | None:
    """Return when the first overdue reminder of an installment was to go that was bad enough."""
    zone, least = look.loan.timezone, look.policy.escalate_from
    sent = sorted(at for told, at in look.history.overdue if told == due)
    return next((at for at in sent if look.level(local_date(at, zone)) >= least), None)
