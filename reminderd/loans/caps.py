"""Whether borrowing costs more than a law or a clause allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from .charges import Cap, CapMode
from .money import Money, Rate
from .position import Position, value
from .schedule import most_cost
from .terms import Installment, LoanTerms, Repayment

_YEAR = timedelta(days=365)
_FINE = Decimal("0.0001")  # a hundredth of a percent


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A cap, and what is charged instead: an all-in annual rate, fees, or all that it cost."""

    cap: Cap
    annual_rate: Decimal | None = None
    fees: Money | None = None
    cost: Money | None = None


def exceeded(position: Position) -> list[Exceeded]:
    """Return the caps that the agreed terms, or the fees so far, are above."""
    found = []
    for cap in position.loan.terms.caps:
        if cap.annual_rate is not None:
            rate = all_in_rate(position)
            if rate is not None and rate > cap.annual_rate:
                found.append(Exceeded(cap, annual_rate=rate))
        elif cap.fees is not None:
            fees = position.money(sum(line.fees for line in position.account.lines))
            if fees.amount > cap.fees:
                found.append(Exceeded(cap, fees=fees))
        elif cap.cost is not None and cap.mode is CapMode.WARN:
            cost = position.money(position.account.cost())
            if cost.minor > allowed_cost(position.loan.terms, cap).minor:
                found.append(Exceeded(cap, cost=cost))
    return found


def allowed_cost(terms: LoanTerms, cap: Cap) -> Money:
    """Return what a cap on the total cost of a loan allows, rounded down."""
    assert cap.cost is not None  # the caller looked
    return Money(most_cost(terms, cap.cost), terms.currency)


def all_in_rate(position: Position) -> Decimal | None:
    """Return what a year costs all-in, as a share of what is borrowed; None with nothing unpaid.

    The dearer of two: contract interest alone, and the first year of being late with the oldest
    unpaid installment, its contract interest, penalty, compound interest and fees together, with
    no cap kept to. So courts in China add them up (法发〔2017〕22号).
    """
    late = _a_year_late(position)
    contract = _annual(position.loan.terms.rates_on(position.as_of)[0], position.loan.terms)
    known = [rate for rate in (late, contract) if rate is not None]
    return max(known).quantize(_FINE) if known and position.unpaid() else None


def _annual(rate: Rate | None, terms: LoanTerms) -> Decimal | None:
    """Return a rate as one for 365 days."""
    if rate is None:
        return None
    if rate.per == "day":
        return rate.value * 365
    return rate.value * 365 / 360 if terms.day_count.counts_days and _is_360(terms) else rate.value


def _is_360(terms: LoanTerms) -> bool:
    return terms.day_count.year_units == 360


def _a_year_late(position: Position) -> Decimal | None:
    unpaid = position.unpaid()
    parts = [part for part in position.account.parts if part.due in unpaid[:1] and part.total]
    if not parts:
        return None
    part = parts[0]
    alone = replace(
        position.loan.terms,
        repayment=Repayment.LISTED,
        listed=(Installment(part.due, part.principal, part.interest),),
        acceleration_date=None,
        prepayment=None,
        grace_days=min(position.loan.terms.grace_days, 365),
        caps=(),
        waivers=(),
        extensions=(),
    )
    unpaid_loan = replace(position.loan, terms=alone, payments=(), agreed=())
    owed = value(unpaid_loan, part.due + _YEAR).due
    return Decimal(owed.total - part.total) / (part.principal or part.total)
