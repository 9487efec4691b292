"""How often, and how fast, reconcile finds the conventions behind a lender's figure.

Run ``python benchmarks/reconcile.py`` (a minute or two) or with ``--quick`` (some seconds). Each
case is a loan as a borrower configured it, and a figure that comes of other conventions: one to
three of them, each of which matters to the figure. The last line is one JSON object. README.md
says what that proves, and what it does not.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, combinations
from typing import Any

from reminderd.errors import TermsError
from reminderd.loans.daycount import DayCount
from reminderd.loans.money import Money, Rate, Rounding
from reminderd.loans.position import value
from reminderd.loans.reconcile import Candidate, reconcile
from reminderd.loans.terms import (
    Compounding,
    GraceCovers,
    GraceMode,
    Installment,
    Loan,
    LoanTerms,
    Payment,
    Penalty,
    PenaltyBase,
    PenaltyRule,
    Repayment,
    RoundingAt,
)

Fields = dict[str, Any]

MOST_TRIES = 50


@dataclass(frozen=True, slots=True)
class Case:
    """A loan as configured, what the lender reckons by, and the figure that comes of it."""

    loan: Loan
    as_of: date
    planted: LoanTerms
    stated: Money


def cases(number: int, seed: int = 1) -> Iterator[Case]:
    """Yield so many cases, for a seed always the same ones."""
    rnd, kinds = random.Random(seed), (one_sum, listed, weilidai, bank)
    made = 0
    while made < number:
        first = date(2026, 1, 1) + timedelta(days=rnd.randrange(365))
        terms = kinds[made % len(kinds)](rnd, first)
        loan = Loan(f"loan-{made}", "Loan", terms, "UTC", payments(rnd, first))
        as_of = first + timedelta(days=rnd.randint(6, 200))
        planted = plant(rnd, loan, as_of, made % 3 + 1)
        if planted is not None:
            yield Case(loan, as_of, planted, due(loan, planted, as_of))
            made += 1


def due(loan: Loan, terms: LoanTerms, as_of: date) -> Money:
    return value(replace(loan, terms=terms), as_of).due_total


# ─── Loans as configured ───


def one_sum(rnd: random.Random, first: date) -> LoanTerms:
    """A sum on a date, some with interest in it and a contract rate."""
    part = Installment(
        first, rnd.randint(2000_00, 80000_00), rnd.choice([0, rnd.randint(1, 900_00)])
    )
    return LoanTerms("CNY", listed=(part,), **rates(rnd))


def listed(rnd: random.Random, first: date) -> LoanTerms:
    """Two to four sums a month apart."""
    parts = tuple(
        Installment(
            first + timedelta(days=30 * number), rnd.randint(300_00, 5000_00), rnd.randint(0, 90_00)
        )
        for number in range(rnd.randint(2, 4))
    )
    return LoanTerms("CNY", listed=parts, **rates(rnd))


def rates(rnd: random.Random) -> Fields:
    return {
        "contract_rate": rnd.choice(
            [None, Rate(Decimal("0.18"), "year"), Rate(Decimal("0.0725"), "year")]
        ),
        "penalty": Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005")),
        "grace_days": rnd.choice([0, 0, 1, 3, 5]),
    }


def weilidai(rnd: random.Random, first: date) -> LoanTerms:
    """Ten equal shares of the principal at a daily rate."""
    return LoanTerms(
        "CNY",
        Repayment.EQUAL_PRINCIPAL,
        principal=Decimal(rnd.randint(3000, 60000)),
        installment_count=10,
        first_due=first,
        contract_rate=Rate(Decimal(rnd.randint(20, 50)).scaleb(-5), "day"),
        penalty=Penalty(PenaltyRule.FRACTION_OF_CONTRACT, Decimal("0.5")),
        grace_days=rnd.choice([0, 1, 1, 3]),
    )


def bank(rnd: random.Random, first: date) -> LoanTerms:
    """Ten years of equal installments, and a penalty that takes the place of the interest."""
    return LoanTerms(
        "CNY",
        Repayment.EQUAL_INSTALLMENT,
        principal=Decimal(rnd.randint(30_000, 900_000)),
        installment_count=120,
        first_due=first,
        contract_rate=Rate(Decimal(rnd.randint(300, 600)).scaleb(-4), "year"),
        day_count=DayCount.ACT_360,
        penalty=Penalty(PenaltyRule.MULTIPLE_OF_CONTRACT, Decimal("1.5")),
        penalty_base=PenaltyBase.OVERDUE_INSTALLMENT,
        contract_interest_continues=False,
        grace_days=rnd.choice([0, 0, 3, 5]),
    )


def payments(rnd: random.Random, first: date) -> tuple[Payment, ...]:
    """None for half of the loans, else one or two, a little before the first due date or after."""
    return tuple(
        Payment(
            first + timedelta(days=rnd.randint(-5, 60)), Decimal(rnd.randint(100_00, 900_00)) / 100
        )
        for _ in range(rnd.choice([0, 0, 1, 2]))
    )


# ─── What the lender does otherwise ───


def conventions(terms: LoanTerms) -> list[list[Fields]]:
    """Return what a lender may do, a list for each term. It is written without a look at ours."""
    kept = [{"contract_interest_continues": True}, {"contract_interest_continues": False}]
    return [
        [{"rounding": rounding} for rounding in Rounding],
        [{"day_count": convention} for convention in DayCount],
        [{"dpd_includes_due_date": True}],
        grace(terms),
        [{"penalty_base": base} for base in PenaltyBase],
        [{"rounding_at": RoundingAt.DAY}],
        kept if terms.contract_rate else [{}],
        [{"compounding": often} for often in (Compounding.DAILY, Compounding.MONTHLY)],
        penalties(terms),
    ]


def grace(terms: LoanTerms) -> list[Fields]:
    if not terms.grace_days:
        return [{}]
    fees_only = (GraceCovers.FEE, GraceCovers.REPORTING)
    return [{"grace_days": 0}, {"grace_mode": GraceMode.DEDUCTED}, {"grace_covers": fees_only}]


def penalties(terms: LoanTerms) -> list[Fields]:
    daily = [Penalty(PenaltyRule.DAILY_RATE, Decimal(n).scaleb(-4)) for n in (0, 3, 5, 10)]
    if terms.contract_rate is None:
        return [{"penalty": penalty} for penalty in daily]
    times = [Penalty(PenaltyRule.MULTIPLE_OF_CONTRACT, Decimal(n) / 10) for n in (13, 15, 20)]
    part = [Penalty(PenaltyRule.FRACTION_OF_CONTRACT, Decimal(n) / 10) for n in (3, 5, 10)]
    return [
        *({"penalty": penalty, "contract_interest_continues": True} for penalty in daily + part),
        *({"penalty": penalty, "contract_interest_continues": False} for penalty in times),
    ]


def plant(rnd: random.Random, loan: Loan, as_of: date, number: int) -> LoanTerms | None:
    """Return terms that differ in so many ways, each of which the figure shows."""
    for _ in range(MOST_TRIES):
        chosen = [rnd.choice(group) for group in rnd.sample(conventions(loan.terms), number)]
        terms = changed(loan.terms, chosen)
        if terms is None:
            continue
        figure = due(loan, terms, as_of)
        fewer = chain.from_iterable(combinations(chosen, size) for size in range(number))
        others = (changed(loan.terms, some) for some in fewer)
        if all(other is None or due(loan, other, as_of) != figure for other in others):
            return terms
    return None


def changed(terms: LoanTerms, chosen: list[Fields] | tuple[Fields, ...]) -> LoanTerms | None:
    """Return the terms with what was chosen; None where two of it say the same or contradict."""
    keys = [key for fields in chosen for key in fields]
    if len(keys) != len(set(keys)):
        return None
    try:
        return replace(terms, **{key: new for fields in chosen for key, new in fields.items()})
    except TermsError:
        return None


# ─── Measuring ───


def is_first(case: Case, found: list[Candidate], *, strict: bool = False) -> bool:
    """Return whether the planted terms come first, or are among the first one's like."""
    alike = () if strict else found[0].alike
    return any(candidate.terms == case.planted for candidate in (found[0], *alike))


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how often reconcile finds the terms.")
    parser.add_argument("--quick", action="store_true", help="60 cases instead of 500")
    number, suffix = (60, "_quick") if parser.parse_args().quick else (500, "")
    first = strict = 0
    seconds = []
    for case in cases(number):
        begin = time.perf_counter()
        found = reconcile(case.loan, case.stated, case.as_of)
        seconds.append(time.perf_counter() - begin)
        first += is_first(case, found)
        strict += is_first(case, found, strict=True)
    print(f"{number} cases, Python {platform.python_version()}, {platform.platform()}")
    print(f"the planted terms come first in {first / number:.1%}")
    print(f"and first by themselves in {strict / number:.1%}")
    print(f"seconds: median {statistics.median(seconds):.3f}, worst {max(seconds):.3f}")
    shares = {"cases": number, "first": first / number, "first_strict": strict / number}
    shares["worst_seconds"] = round(max(seconds), 3)
    print(json.dumps({name + suffix: share for name, share in shares.items()}))


if __name__ == "__main__":
    main()
