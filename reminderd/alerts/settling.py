"""Good news: what was paid, and what to see to some time after a debt that was late is settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from ..loans.cures import Cure, last_cure
from ..loans.frequency import add_months
from ..loans.terms import Lender, Loan
from ..playbook.facts import reported_after
from .alert import SETTLED, Reason
from .slots import Look, Said, Slot
from .wallclock import local_date

LIMIT_BACK = "cured-30-days"
RECORD_UPDATED = "cured-180-days"
RECORD_LAPSES = "cured-record-lapses"


def tell_settled(look: Look) -> Said:
    """Tell of the installments that are paid and that the borrower was reminded of, as one.

    Of one that was paid before anybody was told that it is late there is nothing to tell, unless
    it was the last.
    """
    position = look.position
    paid = position.dues - {*position.unpaid(), *(debit.due for debit in position.unconfirmed)}
    if any(look.now < at for at in _arrivals(look)):
        return Said([], [])
    told = look.history.told & paid
    # That a loan has ended early is told though its last installments never were.
    ending = {max(paid)} if position.settled and look.history.told and paid else set()
    news = [
        look.alert_at_once(due, SETTLED, Reason.SETTLED)
        for due in [*sorted(ending - told), *sorted(told)]
        if (due, SETTLED) not in look.history.decided
    ]
    late = {due for due, _ in look.history.overdue}
    in_time = [] if position.settled else [alert for alert in news if alert.due not in late]
    news = [alert for alert in news if alert not in in_time]
    superseded = [replace(alert, reason=Reason.SAME_SLOT) for alert in news[:-1]]
    superseded += [replace(alert, reason=Reason.PAID_ON_TIME) for alert in in_time]
    return Said(news[-1:], superseded)


def _arrivals(look: Look) -> Iterator[datetime]:
    """Yield when what was entered ahead of its date, today, is spoken of: at send_at."""
    zone, covered = look.loan.timezone, look.loan.terms.paid_until
    today = local_date(look.now, zone)
    if covered and today <= covered and today in look.position.dues:
        yield look.instant(today)
    for payment in look.loan.payments:
        ahead = payment.recorded_at and local_date(payment.recorded_at, zone) < payment.on
        if payment.on == today and ahead:
            yield look.instant(today)


def follow_up(look: Look, slots: list[Slot]) -> Said:
    """Return what is to be seen to now: the newest that has come, while nothing is overdue."""
    come = [slot for slot in slots if slot.day <= look.reached]
    if not come or look.is_decided(come[-1]) or look.position.days_past_due:
        return Said([], [])
    if look.holds(come[-1]):
        return Said([], [])
    passed = [slot for slot in come[:-1] if not look.is_decided(slot)]
    superseded = [look.superseded(slot, Reason.NEWER_ALERT) for slot in passed]
    return Said([look.alert(come[-1])], superseded)


def follow_ups(look: Look) -> list[Slot]:
    """Return the slots that follow upon the last cure, in order.

    Those that had passed before we knew of it count for nothing: they would be stale. A person who
    lends has neither limit nor record to see to.
    """
    wanted = look.policy.after_settling and look.loan.lender is not Lender.PERSON
    cure = last_cure(look.loan, look.position.as_of) if wanted else None
    if cure is None:
        return []
    known = max([look.history.known_since, *_recorded(look.loan, cure.on)])
    slots = [Slot(on, cure.due, what, Reason.AFTER_SETTLING) for on, what in _dates(look, cure)]
    return [slot for slot in slots if look.instant(slot.day) >= known]


def _recorded(loan: Loan, on: date) -> list[datetime]:
    """Return when the payments of a day were entered."""
    return [paid.recorded_at for paid in loan.payments if paid.on == on and paid.recorded_at]


def _dates(look: Look, cure: Cure) -> list[tuple[date, str]]:
    """Return what is to be seen to when; nothing of the record where it was paid before that day.

    Lenders report from a day on that may be known.
    """
    found = [(cure.on + timedelta(days=30), LIMIT_BACK)]
    after = reported_after(look.loan)
    if after is not None and cure.days_past_due < after:
        return found
    found.append((cure.on + timedelta(days=180), RECORD_UPDATED))
    if look.loan.record_years:
        found.append((add_months(cure.on, 12 * look.loan.record_years), RECORD_LAPSES))
    return found
