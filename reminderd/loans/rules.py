"""What terms come to: all that an account looks at day by day, worked out once for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate

from .bills import in_force, lives_by_bills
from .charges import CapMode, Fee, FeePer
from .daycount import DayCount
from .money import to_minor
from .owed import PLACES
from .schedule import capitalized, most_cost, schedule, schedule_past
from .steps import Step
from .tariff import Tariff, tariff
from .terms import (
    Agreement,
    AllocationBy,
    Bill,
    Compounding,
    Extension,
    GraceMode,
    Installment,
    LoanTerms,
    PenaltyBase,
    Repayment,
    Residual,
    Waiver,
)
from .trace import rows_of

_MONTH = timedelta(days=31)


def fee_after(terms: LoanTerms, fee: Fee) -> int:
    """Return for how many days after the due date a fee is not charged yet."""
    return terms.fee_grace if fee.after_days is None else fee.after_days


def fee_days(terms: LoanTerms, fee: Fee, due: int, until: int) -> Iterator[int]:
    """Yield the days on which a fee is charged on an installment that stays unpaid."""
    after = fee_after(terms, fee)
    yield due + after + 1
    if fee.per is FeePer.PERIOD:
        yield from (later + after + 1 for later in _each_period(terms, due, until))


def _each_period(terms: LoanTerms, due: int, until: int) -> Iterator[int]:
    """Yield the dates one period after the other from a due date, up to a day."""
    first, number, at_end = date.fromordinal(due), 1, terms.end_of_month
    while (turn := terms.frequency.step(first, number, end_of_month=at_end).toordinal()) <= until:
        yield turn
        number += 1


@dataclass(frozen=True, slots=True)
class Rules:
    """What terms come to, worked out once for each."""

    schedule: tuple[Installment, ...]
    principal_from: list[int]  # of its installments, from each on
    capitalized: int  # interest in its principal that was earned before it begins
    dues: list[int]
    endless: bool
    tariff: Tariff
    paid_until: int  # 0 where nothing is known to be paid
    covered: int  # the last due date up to then; of a revolving loan, that very day
    grace: int
    interest_grace: int
    residual: Residual
    residual_below: int
    capped: bool  # something limits what an installment may cost
    least_penalty: int  # of an installment, where it is anything
    most_penalty: Callable[[int], int] | None  # of one of some principal
    most_cost: int | None  # of all interest, penalty and fees together
    penalty_by_amount: bool
    stepped: bool  # it changes with the days of lateness
    first_day: int  # of the days after the due date, how many never count for penalty
    on_installment: bool
    on_outstanding: bool
    uneven: bool  # what a span counts is not the sum of what its parts do
    base_differs: bool
    compounds: bool
    plain: bool  # nothing but rates accrues
    flat: tuple[int, int] | None  # what principal earns a day, where nothing else ever counts
    order: tuple[int, ...]  # in which a payment meets what Owed has
    by_component: bool
    eager: bool  # a payment on one line changes what accrues on another
    fees: tuple[Fee, ...]
    fee_ceiling: int | None
    by_bills: bool  # they go on coming
    agreed: dict[int, list[Agreement]]
    round: Callable[[int, int], int]
    rows: Callable[[Installment], tuple[Step, ...]]  # what the derivation says of one falling due


@lru_cache(maxsize=4096)
def rules_of(terms: LoanTerms) -> Rules:
    """Return what terms come to."""
    parts, rates = schedule(terms), tariff(terms)
    compounds = terms.compounding is not Compounding.NONE
    outstanding = terms.penalty_base is PenaltyBase.OUTSTANDING_PRINCIPAL
    plain = not (compounds or terms.fees or rates.ceiling is not None or outstanding)
    agreed = agreed_by_day(terms)
    stepped, by_amount = bool(terms.penalty_steps), terms.penalty_by_amount
    least, most, cost = _least_penalty(terms), _most_penalty(terms), _most_cost(terms)
    return Rules(
        parts,
        [*accumulate((part.principal for part in reversed(parts)), initial=0)][::-1],
        capitalized(terms, terms.capitalized_on) if terms.capitalized_on else 0,
        [part.due.toordinal() for part in parts],
        terms.endless,
        rates,
        terms.paid_until.toordinal() if terms.paid_until else 0,
        last_covered(terms, agreed),
        terms.penalty_grace,
        terms.interest_grace,
        terms.residual,
        to_minor(terms.residual_below, terms.currency),
        rates.ceiling is not None or bool(least or most) or cost is not None,
        least,
        most,
        cost,
        by_amount,
        stepped,
        _first_day(terms),
        terms.penalty_base is PenaltyBase.OVERDUE_INSTALLMENT,
        outstanding,
        terms.day_count is DayCount.THIRTY_360,
        terms.penalty_base is not PenaltyBase.OVERDUE_PRINCIPAL or by_amount,
        compounds,
        plain,
        _flat(terms, rates) if plain and not (stepped or by_amount) else None,
        tuple(PLACES[component] for component in terms.allocation_order),
        terms.allocation_by is AllocationBy.COMPONENT,
        outstanding or bool(terms.fees) or terms.allocation_by is AllocationBy.COMPONENT,
        terms.fees,
        _fee_ceiling(terms),
        lives_by_bills(terms),
        agreed,
        terms.rounding.of,
        rows_of(terms),
    )


def _flat(terms: LoanTerms, rates: Tariff) -> tuple[int, int] | None:
    """Return the factors of a day's interest and penalty where these are the same for ever."""
    interest, penalty = rates.interest.factor, rates.penalty.factor
    on_principal = terms.penalty_base is PenaltyBase.OVERDUE_PRINCIPAL
    if interest is None or penalty is None or not on_principal:
        return None
    return interest, penalty


def _least_penalty(terms: LoanTerms) -> int:
    least = terms.penalty.at_least if terms.penalty else None
    return 0 if least is None else to_minor(least, terms.currency)


def _most_penalty(terms: LoanTerms) -> Callable[[int], int] | None:
    """Return what tells of a principal how much penalty it may bear at most."""
    if terms.penalty is None or terms.penalty.at_most is None:
        return None
    share, round_ = Fraction(terms.penalty.at_most), terms.rounding.of
    return lambda principal: round_(principal * share.numerator, share.denominator)


def _most_cost(terms: LoanTerms) -> int | None:
    """Return what an enforced cap lets all interest, penalty and fees come to, rounded down."""
    shares = [
        cap.cost for cap in terms.caps if cap.mode is CapMode.ENFORCE and cap.cost is not None
    ]
    return most_cost(terms, min(shares)) if shares else None


def covered_until(terms: LoanTerms) -> date | None:
    """Return the last day of which payments are part of what ``paid_until`` says; None without."""
    covered = rules_of(terms).covered
    return date.fromordinal(covered) if covered else None


def last_covered(terms: LoanTerms, agreed: Mapping[int, Iterable[Agreement]]) -> int:
    """Return the last day, up to ``paid_until``, on which an installment fell due or was to."""
    if terms.paid_until is None:
        return 0
    if terms.repayment is Repayment.REVOLVING:
        return terms.paid_until.toordinal()
    dues = {part.due for part in schedule_past(terms, terms.paid_until)}
    for day in sorted(agreed):
        for moved in (one for one in agreed[day] if isinstance(one, Extension)):
            if moved.due in dues:
                dues = dues - {moved.due} | set(moved.to)
    return max((due.toordinal() for due in dues if due <= terms.paid_until), default=0)


def _first_day(terms: LoanTerms) -> int:
    if terms.grace_mode is GraceMode.DEDUCTED and terms.penalty_grace:
        return terms.penalty_grace
    return -1 if terms.dpd_includes_due_date else 0


def _fee_ceiling(terms: LoanTerms) -> int | None:
    caps = [cap.fees for cap in terms.caps if cap.mode is CapMode.ENFORCE]
    enforced = [fees for fees in caps if fees is not None]  # none at all is a ceiling too
    return to_minor(min(enforced), terms.currency) if enforced else None


def agreed_by_day(terms: LoanTerms, *since: Agreement) -> dict[int, list[Agreement]]:
    """Return what came about by the terms and since, by day: bills, extensions, waivers."""
    every = (*terms.extensions, *terms.waivers, *terms.bills, *since)
    bills = in_force(terms, (one for one in every if isinstance(one, Bill)))
    others = (one for one in every if not isinstance(one, Bill))
    result: dict[int, list[Agreement]] = {}
    alone = not terms.listed and terms.dues_listed[:1]
    for agreement in (*bills, *sorted(others, key=lambda one: isinstance(one, Waiver))):
        day = agreement.agreed if isinstance(agreement, Extension) else agreement.on
        if alone and isinstance(agreement, Bill) and agreement.due == alone[0]:
            day = min(day, agreement.due - _MONTH)  # it is all that is known of the loan
        result.setdefault(day.toordinal(), []).append(agreement)
    return result
