"""From terms to the installments they mean.

Periods are half-open: the start date bears no interest, the due date does. Without a ``start``
the first period is one month long.
"""

from __future__ import annotations

import calendar
from datetime import date
from fractions import Fraction
from functools import lru_cache

from .daycount import days_between
from .money import Rate, round_half_up, to_minor
from .terms import Installment, LoanTerms, Repayment


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, or that month's last day where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def start_date(terms: LoanTerms) -> date | None:
    """Return the day interest starts from; None where the installments are listed."""
    if terms.repayment is Repayment.LISTED or terms.first_due is None:
        return None
    return terms.start or add_months(terms.first_due, -1)


@lru_cache(maxsize=4096)
def schedule(terms: LoanTerms) -> tuple[Installment, ...]:
    """Return every installment in the order of the due dates, amounts in minor units."""
    if terms.repayment is Repayment.LISTED:
        return terms.listed
    assert terms.first_due is not None  # LoanTerms checked it
    dues = [add_months(terms.first_due, k) for k in range(terms.installment_count)]
    principal = to_minor(terms.principal, terms.currency)
    if terms.repayment is Repayment.EQUAL_PRINCIPAL:
        return _equal_principal(terms, principal, dues)
    return _equal_installment(principal, dues, terms.contract_rate)


def _equal_principal(terms: LoanTerms, principal: int, dues: list[date]) -> tuple[Installment, ...]:
    """Equal principal (等额本金): interest on what is left, for what each period counts."""
    part = round_half_up(principal, len(dues))
    left, previous, result = principal, start_date(terms), []
    assert previous is not None  # a computed schedule has a start
    for number, due in enumerate(dues, 1):
        share = left if number == len(dues) else min(part, left)
        interest = left * _period_rate(terms, previous, due)
        result.append(Installment(due, share, round_half_up(*interest.as_integer_ratio())))
        left, previous = left - share, due
    return tuple(result)


def _period_rate(terms: LoanTerms, start: date, end: date) -> Fraction:
    """Return the exact contract rate for a period: a daily one for its days, whatever counts."""
    rate = terms.contract_rate
    if rate is None:
        return Fraction(0)
    counts = days_between if rate.per == "day" else terms.day_count.units
    return counts(start, end) * rate.per_unit(terms.day_count.year_units)


def _equal_installment(
    principal: int, dues: list[date], rate: Rate | None
) -> tuple[Installment, ...]:
    """Equal installments (等额本息): the annuity formula on a twelfth of the annual rate.

    The last installment takes up what rounding left over.
    """
    monthly = rate.monthly() if rate else Fraction(0)
    growth = (1 + monthly) ** len(dues)
    level = (
        principal * monthly * growth / (growth - 1) if monthly else Fraction(principal, len(dues))
    )
    payment = round_half_up(*level.as_integer_ratio())
    left, result = principal, []
    for number, due in enumerate(dues, 1):
        interest = round_half_up(*(left * monthly).as_integer_ratio())
        share = left if number == len(dues) else max(0, min(left, payment - interest))
        result.append(Installment(due, share, interest))
        left -= share
    return tuple(result)
