"""Which conventions, if any, give the lender's figure.

Lenders state a sum and seldom the rule. The search tries the configured terms, then every one of
the usual conventions in the place of one of them, of two, of three; it stops at the first round
in which some give the figure to the minor unit. Fewer differences come first, and among equals
the likelier ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import combinations, product
from math import prod
from typing import Any

from ..errors import TermsError
from .daycount import DayCount
from .money import Money, Rounding
from .position import Position, value
from .terms import (
    Compounding,
    GraceCovers,
    GraceMode,
    Loan,
    LoanTerms,
    Penalty,
    PenaltyBase,
    PenaltyRule,
    RoundingAt,
)

MOST_CHANGES = 3
NEAREST = 3  # how many come back where none matches

Figure = Callable[[Position], int]

FIGURES: dict[str, Figure] = {
    "due": lambda position: position.due.total,
    "interest": lambda position: position.due.interest,
    "penalty": lambda position: position.due.penalty,
    "payoff": lambda position: position.payoff.minor,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One term that differs from the configured ones: its key in the configuration, its value."""

    key: str
    value: Any
    family: str  # the term that it is about: all about grace is one, and so are penalty rules
    unlikely: int  # the greater, the less one would expect it


@dataclass(frozen=True, slots=True)
class Candidate:
    """Terms that differ in so many ways, and the figure that they give."""

    changes: tuple[Change, ...]
    terms: LoanTerms
    figure: Money
    difference: Money  # this figure less the lender's
    alike: tuple[Candidate, ...] = ()  # other values of the same terms that give the same figure

    @property
    def matches(self) -> bool:
        """Whether it is the lender's figure, to the minor unit."""
        return not self.difference

    @property
    def terms_changed(self) -> tuple[str, ...]:
        """The terms that differ, whatever their values."""
        return tuple(change.family for change in self.changes)

    @property
    def rank(self) -> tuple[int, int]:
        """The fewer and the likelier its changes, the lower."""
        return len(self.changes), sum(change.unlikely for change in self.changes)


def reconcile(
    loan: Loan,
    stated: Money,
    as_of: date,
    of: str = "due",
    beat: Callable[[int, int], None] = lambda _tried, _most: None,
) -> list[Candidate]:
    """Return the candidates that give *stated* as the figure *of*, the likeliest first.

    Where there are none, those that come nearest; ``matches`` tells them apart. *beat* is told,
    for each candidate, how many were tried, and how many there can be.
    """
    nearest: list[Candidate] = []
    options = _options(loan.terms)
    tried, most = 0, _how_many(options)
    for number in range(MOST_CHANGES + 1):
        found = []
        for candidate in _candidates(loan, stated, as_of, FIGURES[of], options, number):
            tried += 1
            beat(tried, most)
            found.append(candidate)
        if matching := [candidate for candidate in found if candidate.matches]:
            return _together(sorted(matching, key=lambda candidate: candidate.rank))
        nearest = _nearest([*nearest, *found])
    return nearest


def _how_many(options: list[list[_Option]]) -> int:
    """Return the most candidates there can be; of some, the terms do not go together."""
    rounds = (combinations(map(len, options), number) for number in range(MOST_CHANGES + 1))
    return sum(prod(sizes) for chosen in rounds for sizes in chosen)


def _together(candidates: list[Candidate]) -> list[Candidate]:
    """Have one speak for those that change the same terms: this figure cannot tell them apart."""
    groups: dict[tuple[str, ...], list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.terms_changed, []).append(candidate)
    return [replace(first, alike=tuple(others)) for first, *others in groups.values()]


def _nearest(candidates: list[Candidate]) -> list[Candidate]:
    """Return the likeliest candidate for each of the figures that come nearest."""
    by_figure: dict[int, Candidate] = {}
    for candidate in sorted(candidates, key=_distance):
        by_figure.setdefault(candidate.figure.minor, candidate)
    return list(by_figure.values())[:NEAREST]


def _distance(candidate: Candidate) -> tuple[int, tuple[int, int]]:
    return abs(candidate.difference.minor), candidate.rank


def _candidates(
    loan: Loan,
    stated: Money,
    as_of: date,
    figure: Figure,
    options: list[list[_Option]],
    number: int,
) -> Iterator[Candidate]:
    """Yield every candidate that takes one option from *number* of the groups."""
    for groups in combinations(options, number):
        for chosen in product(*groups):
            terms = _changed(loan.terms, chosen)
            if terms is None:
                continue
            given = Money(figure(value(replace(loan, terms=terms), as_of)), stated.currency)
            changes = tuple(option.change for option in chosen)
            yield Candidate(changes, terms, given, given - stated)


def _changed(terms: LoanTerms, options: tuple[_Option, ...]) -> LoanTerms | None:
    """Return the terms with other conventions; None where two of them do not go together."""
    fields: dict[str, Any] = {}
    implied: dict[str, Any] = {}
    for option in options:
        fields |= option.fields
        implied |= option.implied
    if any(implied[key] == fields[key] for key in implied.keys() & fields.keys()):
        return None  # one of them says again what the other one brings with it
    try:
        return replace(terms, **implied | fields)
    except TermsError:
        return None


@dataclass(frozen=True, slots=True)
class _Option:
    """One convention in the place of the configured one."""

    change: Change
    fields: dict[str, Any]
    implied: dict[str, Any] = field(default_factory=dict)  # unless another option says otherwise


def _options(terms: LoanTerms) -> list[list[_Option]]:
    """Return the conventions that a lender may use instead, a group for each term."""
    groups = [
        _of_field(terms, "rounding", list(Rounding), 1),
        _day_counts(terms),
        _of_field(terms, "dpd_includes_due_date", [True, False], 2),
        _grace(terms),
        _of_field(terms, "penalty_base", list(PenaltyBase), 3),
        _of_field(terms, "rounding_at", list(RoundingAt), 3),
        _continues(terms),
        _of_field(terms, "compounding", list(Compounding), 4),
        _penalties(terms),
    ]
    return [group for group in groups if group]


def _of_field(terms: LoanTerms, key: str, values: list[Any], unlikely: int) -> list[_Option]:
    """Return every other value of one term."""
    now = getattr(terms, key)
    written = {other: other if isinstance(other, bool) else str(other) for other in values}
    return [
        _Option(Change(key, written[other], key, unlikely), {key: other})
        for other in values
        if other != now
    ]


def _day_counts(terms: LoanTerms) -> list[_Option]:
    """Return the other day counts; daily rates count days, whatever the convention."""
    rates = [rate for _, *both in terms.rates for rate in both]
    yearly = any(rate.per == "year" for rate in [*rates, terms.interest_on_interest_rate] if rate)
    capped = any(cap.annual_rate is not None for cap in terms.caps)
    return _of_field(terms, "day_count", list(DayCount), 1) if yearly or capped else []


def _continues(terms: LoanTerms) -> list[_Option]:
    """Return whether contract interest may go on, if there is any.

    It does not beside a multiple of the contract rate. Of every other rule this is the usual, so
    there the option is that it does not.
    """
    if not any(contract for _, contract, _ in terms.rates):
        return []
    replaced = terms.penalty is not None and terms.penalty.rule is PenaltyRule.MULTIPLE_OF_CONTRACT
    other = not (terms.contract_interest_continues or replaced)
    key = "contract_interest_continues"
    return [_Option(Change(key, other, key, 3), {key: other})]


def _grace(terms: LoanTerms) -> list[_Option]:
    if not terms.grace_days:
        return []
    covers = tuple(covered for covered in GraceCovers if covered in terms.grace_covers)
    spared = tuple(c for c in GraceCovers if c in (GraceCovers.PENALTY, *covers))
    without = tuple(c for c in covers if c is not GraceCovers.PENALTY)
    options = [_Option(Change("grace_days", 0, "grace", 2), {"grace_days": 0})]
    for mode in GraceMode:
        if covers != spared or mode is not terms.grace_mode:
            change = Change("grace_mode", str(mode), "grace", 2)
            options.append(_Option(change, {"grace_mode": mode, "grace_covers": spared}))
    if covers != without:
        named = [str(covered) for covered in without]
        options.append(
            _Option(Change("grace_covers", named, "grace", 2), {"grace_covers": without})
        )
    return options


_DAILY = ("0", "0.0003", "0.0005", "0.001")
_TIMES = ("1.3", "1.5", "2")
_PART = ("0.3", "0.5", "1")


def _penalties(terms: LoanTerms) -> list[_Option]:
    """Return other penalty rules, with the values that are usual for each."""
    usual = {PenaltyRule.DAILY_RATE: [Decimal(rate) for rate in _DAILY]}
    if terms.contract_rate is not None:
        usual[PenaltyRule.MULTIPLE_OF_CONTRACT] = [Decimal(times) for times in _TIMES]
        usual[PenaltyRule.FRACTION_OF_CONTRACT] = [Decimal(part) for part in _PART]
    known = terms.penalty
    if known is not None and known.rule in {PenaltyRule.ANNUAL_RATE, PenaltyRule.SPREAD}:
        usual |= {rule: [known.value] for rule in (PenaltyRule.ANNUAL_RATE, PenaltyRule.SPREAD)}
    return [
        _penalty_option(Penalty(rule, worth), terms)
        for rule, values in usual.items()
        for worth in values
        if known is None or (rule, worth) != (known.rule, known.value)
    ]


def _penalty_option(penalty: Penalty, terms: LoanTerms) -> _Option:
    replaces = penalty.rule is PenaltyRule.MULTIPLE_OF_CONTRACT
    implied: dict[str, Any] = {}
    if replaces or (terms.penalty and terms.penalty.rule is PenaltyRule.MULTIPLE_OF_CONTRACT):
        implied["contract_interest_continues"] = not replaces
    change = Change(f"penalty.{penalty.rule}", penalty.value, "penalty", 5)
    return _Option(change, {"penalty": penalty}, implied)
