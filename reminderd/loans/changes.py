"""Why the installment to come is not the sum that the last one was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .money import Money, Rate
from .position import Position
from .schedule import start_date
from .terms import Extension, Installment, LoanTerms, Repayment

_DAY = timedelta(days=1)


class Why(StrEnum):
    """What changed the sum."""

    RATE = "rate"
    RATE_IN_PART = "rate-in-part"  # for a part of the period only
    EXTENSION = "extension"
    RESIDUAL = "residual"
    PREPAID = "prepaid"
    PREPAID_ENDS = "prepaid-ends"  # and sooner than before
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Change:
    """What an installment comes to, what the one before it did, and why they differ.

    ``on`` is the first day of new *rates*, the old one and the new one; or the last on which money
    that was *prepaid* went to the principal. *ends* are the last due dates before that and now.
    """

    why: Why
    before: Money
    now: Money
    on: date | None = None
    rates: tuple[Rate | None, Rate | None] | None = None
    prepaid: Money | None = None
    ends: tuple[date, date] | None = None


def change_of(position: Position) -> Change | None:
    """Return what makes the installment to come, or today's, another sum than the one before.

    What every schedule does by itself is no change: equal principal declines as its interest does.
    """
    parts, due = position.account.parts, position.pay_by
    if due is None or position.days_past_due:
        return None
    at = next((n for n, part in enumerate(parts) if part.due == due), None)
    if at is None:
        return None
    part, before = parts[at], parts[at - 1] if at else None
    agreed = _moved(position, part, before) or _prepaid(position, part)
    if agreed is not None:
        return agreed
    if part.residual:
        own, whole = part.total - part.residual, part.total
        return Change(Why.RESIDUAL, position.money(own), position.money(whole))
    if before is None or before.total == part.total:
        return None
    sums = position.money(before.total), position.money(part.total)
    return _by_rate(position.loan.terms, part, before, *sums) or (
        Change(Why.LAST, *sums) if _is_last(position.loan.terms, at, len(parts)) else None
    )


def _moved(position: Position, part: Installment, before: Installment | None) -> Change | None:
    """Return the change that an extension made; of several new dates, the first stands for all."""
    loan = position.loan
    deals = (deal for deal in (*loan.terms.extensions, *loan.agreed) if isinstance(deal, Extension))
    if not any(part.due in deal.to for deal in deals if deal.agreed <= position.as_of):
        return None
    was = part.was or before
    if was is None or was.total == part.total:
        return None
    return Change(Why.EXTENSION, position.money(was.total), position.money(part.total))


def _prepaid(position: Position, part: Installment) -> Change | None:
    """Return the change that payments to the principal made since the installment before."""
    made = [one for one in position.account.prepaid if one.next_due == part.due]
    if not made:
        return None
    last = max(one.due for one in position.account.parts)
    money, first = position.money, made[0]
    shorter = last < first.last_due
    if not shorter and first.next_sum == part.total:
        return None  # what is then the last one is smaller; it says so
    return Change(
        Why.PREPAID_ENDS if shorter else Why.PREPAID,
        money(first.next_sum),
        money(part.total),
        made[-1].on,
        prepaid=money(sum(one.amount for one in made)),
        ends=(first.last_due, last),
    )


def _by_rate(
    terms: LoanTerms, part: Installment, before: Installment, was: Money, now: Money
) -> Change | None:
    """Return the change by a rate that is new since the period before began.

    The period in which it changes bears each rate for its days, and the next one the new rate
    alone; so one change of the rate is told of two installments.
    """
    start, end = part.start, part.end or part.due
    since = before.start or start_date(terms)
    worked_out = part.base and terms.repayment is not Repayment.REVOLVING
    if start is None or since is None or not worked_out:
        return None
    changes = [change for change in terms.rate_changes if since < change.start < end]
    for change in reversed(changes):
        old, new = terms.rates_on(change.start)[0], terms.rates_on(change.start + _DAY)[0]
        if old != new:
            why = Why.RATE_IN_PART if change.start > start else Why.RATE
            return Change(why, was, now, change.start, (old, new))
    return None


def _is_last(terms: LoanTerms, at: int, count: int) -> bool:
    """Return whether a schedule ends with an installment that differs as the last one does."""
    usual = {Repayment.EQUAL_INSTALLMENT, Repayment.INTEREST_ONLY}
    as_planned = terms.acceleration_date is None and at == count - 1
    return as_planned and terms.repayment in usual
