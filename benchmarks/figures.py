"""How many figures a second one core works out, beside two libraries a programmer might take.

Run ``python benchmarks/figures.py`` (about a minute) or with ``--quick`` (some ten seconds). It
needs the ``bench`` extra. Before anything is timed, every figure must agree to the cent with the
one that QuantLib comes to. The last line is one JSON object. README.md says what is compared, and
where the comparison is unfair.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from importlib.metadata import version
from itertools import count, product
from math import floor
from typing import Any

import money_warp
import QuantLib as ql  # noqa: N813  # as its manual does
from money_warp.engines import MoraStrategy

from reminderd.loans.daycount import DayCount
from reminderd.loans.explain import explained
from reminderd.loans.money import Rate, to_minor
from reminderd.loans.position import Position, value
from reminderd.loans.schedule import schedule, start_date
from reminderd.loans.terms import (
    Installment,
    Loan,
    LoanTerms,
    Payment,
    Penalty,
    PenaltyRule,
    Repayment,
)

FIRST_DUE = date(2025, 1, 15)
PAID = (date(2025, 3, 20), date(2025, 8, 2))
DATES = [date(2025, 8, 12) + timedelta(days=17 * k) for k in range(12)]  # the last: long after all
PENALTIES = [
    (PenaltyRule.DAILY_RATE, "0.0005", True),
    (PenaltyRule.ANNUAL_RATE, "0.2", True),
    (PenaltyRule.FRACTION_OF_CONTRACT, "0.5", True),
    (PenaltyRule.MULTIPLE_OF_CONTRACT, "1.5", False),
    (PenaltyRule.SPREAD, "0.06", True),
]
PLANS = [
    (Repayment.EQUAL_PRINCIPAL, DayCount.ACT_365F),
    (Repayment.EQUAL_PRINCIPAL, DayCount.ACT_360),
    (Repayment.EQUAL_INSTALLMENT, DayCount.ACT_365F),
    (Repayment.EQUAL_INSTALLMENT, DayCount.ACT_360),
]
TIE = 0.5 + 1e-6  # a half in binary may fall short of a half: the nudge rounds it up all the same

NO_TIME = timedelta()
NAMES = {
    "reminderd": "reminderd: due, payoff, days past due",
    "explained": "reminderd: the same, with every step",
    "quantlib": "QuantLib's rates: the same figures",
    "quantlib_days": "QuantLib's day counters: the same figures",
    "money_warp": "money-warp: due, days past due",
    "first": "reminderd: the first figure of unknown terms",
}

Figure = tuple[int, int, int, int, int]  # principal, interest, penalty, payoff, days past due
Accrue = Callable[[float, ql.Date, ql.Date], tuple[float, float]]  # interest and penalty


def loans() -> list[Loan]:
    """Return twenty loans: each way of repaying and counting with each penalty rule."""
    return [
        _loan(number, *plan, *penalty)
        for number, (plan, penalty) in enumerate(product(PLANS, PENALTIES))
    ]


def _loan(
    number: int, plan: Repayment, days: DayCount, rule: PenaltyRule, size: str, continues: bool
) -> Loan:
    terms = LoanTerms(
        "CNY",
        plan,
        principal=Decimal(9000 + 1234 * number),
        installment_count=12,
        first_due=FIRST_DUE,
        contract_rate=Rate(Decimal("0.12") + Decimal(number) / 200, "year"),
        day_count=days,
        penalty=Penalty(rule, Decimal(size)),
        contract_interest_continues=continues,
        grace_days=number % 4,
    )
    share = terms.principal / 12
    payments = (
        Payment(PAID[0], (share * Decimal("0.7")).quantize(Decimal("0.01"))),
        Payment(PAID[1], (share * Decimal("1.6")).quantize(Decimal("0.01"))),
    )
    return Loan(f"loan-{number}", f"Loan {number}", terms, "UTC", payments)


# ─── reminderd ───


def figure(loan: Loan, day: date) -> Figure:
    return _read(value(loan, day))


def with_explanation(loan: Loan, day: date) -> Figure:
    return _read(explained(loan, day)[0])


def _read(position: Position) -> Figure:
    principal, interest, penalty, _ = position.due
    return principal, interest, penalty, position.payoff.minor, position.days_past_due


# ─── QuantLib ───


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a programmer would prepare once per loan: dates in QuantLib's type, rates as floats."""

    dues: list[int]
    parts: list[tuple[int, ql.Date, int, int]]  # ordinal, due, principal, interest
    exact: list[float]  # the interest of each before it was rounded
    payments: list[tuple[int, ql.Date, int]]  # ordinal, day, amount
    start: ql.Date
    grace: int
    year_fraction: Callable[[ql.Date, ql.Date], float]
    accrue: Accrue


def prepared(loan: Loan, how: Callable[[ql.DayCounter, float, float], Accrue]) -> Prepared:
    terms, parts, (contract, penalty, start) = loan.terms, schedule(loan.terms), _agreed(loan)
    counts = ql.Actual360() if terms.day_count is DayCount.ACT_360 else ql.Actual365Fixed()
    year = terms.day_count.year_units
    overdue = _a_year(contract, year) if terms.contract_interest_continues else 0.0
    return Prepared(
        [part.due.toordinal() for part in parts],
        [(p.due.toordinal(), _date(p.due), p.principal, p.interest) for p in parts],
        [p.base * float(contract.value) * _years(terms, p, counts) for p in parts],
        [(p.on.toordinal(), _date(p.on), to_minor(p.amount, "CNY")) for p in loan.payments],
        _date(start),
        terms.penalty_grace,
        counts.yearFraction,
        how(counts, overdue, _a_year(penalty, year)),
    )


def _years(terms: LoanTerms, part: Installment, counts: ql.DayCounter) -> float:
    """Return what of a year an installment's interest is of."""
    if terms.repayment is Repayment.EQUAL_INSTALLMENT:
        return 1 / 12
    assert part.start is not None
    return counts.yearFraction(_date(part.start), _date(part.due))


def by_rates(counts: ql.DayCounter, overdue: float, penalty: float) -> Accrue:
    """Have QuantLib work out each accrual: what it is for."""
    interest, extra = (
        ql.InterestRate(rate, counts, ql.Simple, ql.Annual).compoundFactor
        for rate in (overdue, penalty)
    )

    def accrue(base: float, since: ql.Date, until: ql.Date) -> tuple[float, float]:
        return base * (interest(since, until) - 1), base * (extra(since, until) - 1)

    return accrue


def by_days(counts: ql.DayCounter, overdue: float, penalty: float) -> Accrue:
    """Have QuantLib count the time, once for both accruals, and multiply in Python."""
    year_fraction = counts.yearFraction

    def accrue(base: float, since: ql.Date, until: ql.Date) -> tuple[float, float]:
        years = base * year_fraction(since, until)
        return years * overdue, years * penalty

    return accrue


def _agreed(loan: Loan) -> tuple[Rate, Rate, date]:
    """Return contract rate, penalty rate and the day interest starts from."""
    rate, penalty, start = loan.terms.contract_rate, loan.terms.penalty_rate, start_date(loan.terms)
    assert rate is not None
    assert penalty is not None
    assert start is not None
    return rate, penalty, start


def _date(day: date) -> ql.Date:
    return ql.Date(day.day, day.month, day.year)


def _a_year(rate: Rate, days: int) -> float:
    return float(rate.value if rate.per == "year" else rate.value * days)


def with_quantlib(loan: Prepared, at: tuple[int, ql.Date]) -> Figure:
    """Accrue with QuantLib from payment to payment, and allocate in Python.

    An installment is a list: since, principal, interest, accrued interest, accrued penalty, paid
    interest, paid penalty, due.
    """
    today, day = at
    accrue, year_fraction = loan.accrue, loan.year_fraction
    lines: list[list] = []
    upcoming = 0
    for ordinal, on, amount in loan.payments:
        after = bisect_right(loan.dues, ordinal, upcoming)
        for n, due, principal, interest in loan.parts[upcoming:after]:
            lines.append([due, principal, interest, 0.0, 0.0, 0, 0, n])
        left, upcoming = amount, after
        for line in lines:
            more, late = accrue(line[1], line[0], on)
            line[0] = on
            line[3] += more
            line[4] += late
            if ordinal - line[7] > loan.grace:
                part = min(left, floor(line[4] + TIE) - line[6])
                line[6] += part
                left -= part
            part = min(left, line[2] + floor(line[3] + TIE) - line[5])
            line[5] += part
            left -= part
            part = min(left, line[1])
            line[1] -= part
            left -= part
            if not left:
                break
    after = bisect_right(loan.dues, today, upcoming)
    for n, due, principal, interest in loan.parts[upcoming:after]:
        lines.append([due, principal, interest, 0.0, 0.0, 0, 0, n])
    principal = interest = penalty = oldest = 0
    for since, base, scheduled, accrued, charged, paid_interest, paid_penalty, n in lines:
        more, late = accrue(base, since, day) if base else (0.0, 0.0)
        principal += base
        of_interest = scheduled + floor(accrued + more + TIE) - paid_interest
        of_penalty = floor(charged + late + TIE) - paid_penalty if today - n > loan.grace else 0
        interest += of_interest
        penalty += of_penalty
        if not oldest and (base or of_interest or of_penalty):
            oldest = n
    payoff = principal + interest + penalty
    if after < len(loan.parts):
        end, whole = loan.parts[after][1], loan.exact[after]
        start = loan.parts[after - 1][1] if after else loan.start
        payoff += sum(part[2] for part in loan.parts[after:])
        payoff += floor(whole * year_fraction(start, day) / year_fraction(start, end) + TIE)
    return principal, interest, penalty, payoff, today - oldest if oldest else 0


# ─── money-warp ───


def with_money_warp(loan: money_warp.Loan, day: date) -> tuple[Decimal, int]:
    """Return what is due and the days past due.

    The installments as of a date are the cheapest way to them. What pays the loan off would be
    its ``current_balance``, which takes twice as long again: it is left out, in its favour.
    """
    with money_warp.Warp(loan, day) as then:
        due = [part for part in then.installments if part.due_date <= day]
        late = (day - part.due_date for part in due if not part.is_fully_paid)
        return sum((part.balance.raw_amount for part in due), Decimal()), next(late, NO_TIME).days


def in_money_warp(loan: Loan) -> money_warp.Loan:
    """Return the nearest thing to a loan in its model. README.md says what differs."""
    terms, (rate, penalty, start) = loan.terms, _agreed(loan)
    year = money_warp.YearSize(terms.day_count.year_units)
    contract, late = _a_day(rate, year.value), _a_day(penalty, year.value)
    if terms.contract_interest_continues:
        late += contract
    even = terms.repayment is Repayment.EQUAL_PRINCIPAL
    daily = partial(
        money_warp.InterestRate, period=money_warp.CompoundingFrequency.DAILY, year_size=year
    )
    result = money_warp.Loan(
        money_warp.Money(terms.principal),
        daily(contract),
        [part.due for part in schedule(terms)],
        disbursement_date=_midnight(start),
        scheduler=money_warp.InvertedPriceScheduler if even else money_warp.PriceScheduler,
        fine_rate=daily(Decimal()),
        grace_period_days=terms.grace_days,
        mora_interest_rate=daily(late),
        mora_strategy=MoraStrategy.SIMPLE,
    )
    for payment in loan.payments:
        result.record_payment(money_warp.Money(payment.amount), _midnight(payment.on))
    return result


def _a_day(rate: Rate, days: int) -> Decimal:
    return rate.value if rate.per == "day" else rate.value / days


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)


# ─── Measuring ───


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how many figures a second a core makes.")
    parser.add_argument("--quick", action="store_true", help="five rounds instead of twenty-five")
    rounds = 5 if parser.parse_args().quick else 25
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    ours, days = loans(), DATES
    natives = [(day.toordinal(), _date(day)) for day in days]
    by_ql, by_ql_days = ([prepared(loan, how) for loan in ours] for how in (by_rates, by_days))
    for quantlibs in (by_ql, by_ql_days):
        compare(ours, days, quantlibs, natives)
    figures = {
        "reminderd": partial(sweep, figure, ours, days, 20),
        "explained": partial(sweep, with_explanation, ours, days, 10),
        "quantlib": partial(sweep, with_quantlib, by_ql, natives, 10),
        "quantlib_days": partial(sweep, with_quantlib, by_ql_days, natives, 10),
        "money_warp": partial(sweep, with_money_warp, [in_money_warp(x) for x in ours], days, 1),
        "first": partial(first, ours, count(1)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in figures}
    for _ in range(rounds):  # in turn, so that a busy moment of the machine hits all alike
        for name, once in figures.items():
            gc.collect()
            seconds[name].append(once())
    report(seconds, rounds)


def compare(
    ours: list[Loan],
    days: list[date],
    quantlibs: list[Prepared],
    natives: list[tuple[int, ql.Date]],
) -> None:
    """Stop unless every figure is the same to the cent, with QuantLib and with the derivation."""
    for loan, theirs in zip(ours, quantlibs, strict=True):
        for day, native in zip(days, natives, strict=True):
            mine, explained_, others = (
                figure(loan, day),
                with_explanation(loan, day),
                with_quantlib(theirs, native),
            )
            if not mine == explained_ == others:
                sys.exit(f"{loan.id} on {day}: {mine}, {explained_} and {others} differ")


def sweep(work: Callable[[Any, Any], object], of: list[Any], dates: list[Any], times: int) -> float:
    """Return the seconds of this core that one figure took, over all loans and dates."""
    begin = time.process_time()
    for _ in range(times):
        for loan in of:
            for day in dates:
                work(loan, day)
    return (time.process_time() - begin) / (times * len(of) * len(dates))


def first(ours: list[Loan], cents: Iterator[int]) -> float:
    """Return the seconds that the first figure of unknown terms takes, schedule included."""
    more = Decimal(next(cents)).scaleb(-2)
    unknown = [
        replace(loan, terms=replace(loan.terms, principal=loan.terms.principal + more))
        for loan in ours
    ]
    return sweep(figure, unknown, DATES[-1:], 1)


def report(seconds: dict[str, list[float]], rounds: int) -> None:
    of = {name: statistics.median(each) for name, each in seconds.items()}
    versions = ", ".join(f"{name} {version(name)}" for name in ("QuantLib", "money-warp"))
    print(f"Python {platform.python_version()}, {platform.system()} {platform.release()}")
    print(f"{versions}; one core, median of {rounds} rounds\n")
    print(f"{'':52} {'per second':>11} {'µs':>9} {'(range)':>19}")
    for name, each in seconds.items():
        spread = f"{min(each) * 1e6:.1f}-{max(each) * 1e6:.1f}"
        print(f"{NAMES[name]:52} {1 / of[name]:11,.0f} {of[name] * 1e6:9.1f} {spread:>19}")
    print()
    print(
        json.dumps(
            {
                "vs_money_warp": round(of["money_warp"] / of["reminderd"], 1),
                "vs_quantlib": round(of["quantlib"] / of["reminderd"], 2),
                "vs_quantlib_days": round(of["quantlib_days"] / of["reminderd"], 2),
                "explain_cost": round(of["explained"] / of["reminderd"], 2),
                **{f"{name}_per_second": round(1 / each) for name, each in of.items()},
            }
        )
    )


if __name__ == "__main__":
    main()
