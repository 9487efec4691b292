"""Partial prepayment (提前还本): money beyond what is due that the lender takes to the principal.

The rules, each with its source:

* What is due comes first, and only what is over lowers the principal (Fannie Mae Servicing Guide,
  C-1.2-01: an additional principal payment first cures a delinquency).
* It does so on its day (12 CFR 1026.36(c)(1)(i): credited as of the date of receipt). Interest runs
  on each balance for its days, and falls due with the next installment.
* *Shorter* (缩短年限, 月供不变): each installment stays the sum that it was, the next one too, and
  repays the more; the last ones fall away, and what is then the last one is smaller. No due date
  moves (Fannie Mae, Loan Delivery Job Aids, Principal Curtailments: neither the installment nor the
  date paid to changes). Equal principal goes on to repay the same share.
* *Lower* (减少月供, 年限不变; recast): the installment is worked out anew over those that are left
  (Freddie Mac Guide 8103.7: recalculated, with no extension of the maturity date). What the sum had
  earned since the last due date comes with the next one, beside its new level.
* What an extension has put off stays as it was agreed, and so does its interest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate, takewhile
from typing import NamedTuple

from .schedule import Rest, borne, borne_on, on_their_days, plan, rounded, steady, with_residuals
from .terms import Installment, LoanTerms, Piece, Prepayment, Repayment

_ONE_DAY = timedelta(days=1)
_LEVELS = (Repayment.EQUAL_INSTALLMENT, Repayment.EQUAL_PRINCIPAL)  # of which some can fall away


@dataclass(frozen=True, slots=True)
class Prepaid:
    """How much a payment lowered the principal on a day, and what was to come before it did.

    *next_sum* is what the next installment of the plan was, and *last_due* when the last one was.
    """

    on: date
    amount: int
    next_due: date
    next_sum: int
    last_due: date


class _Plan(NamedTuple):
    """What is to come: of the principal, its installments; and what stays as it is."""

    parts: list[Installment]
    ended: list[Installment]  # whose periods are over, though they fall due on a later day
    beside: list[Installment]  # what extensions put off, and what lateness left at the end


def _split(coming: Iterable[Installment], day: date) -> _Plan:
    """Sort what is to come; what is called on a later day is still to come by its own dates."""
    result = _Plan([], [], [])
    for part in coming:
        for one in part.called or (part,):
            if not one.base or one.start is None or one.end is None:
                result.beside.append(one)
            elif one.end <= day:
                result.ended.append(one)
            else:
                result.parts.append(one)
    return result


def prepay(
    terms: LoanTerms, coming: Sequence[Installment], amount: int, day: date, to: Prepayment
) -> tuple[Prepaid | None, tuple[Installment, ...]]:
    """Lower the principal of what is *coming* by *amount* minor units, as far as there is any.

    Return what that did and what then comes; None and the same where there is no such principal.
    """
    before = _split(coming, day)
    balance = sum(part.principal for part in before.parts)
    down = min(amount, balance)
    if terms.capitalized_on is not None and day < terms.capitalized_on:
        down = 0  # the schedule has not begun
    if down <= 0:
        return None, tuple(coming)
    parts = _worked_out_anew(terms, before.parts, balance - down, day, to)
    again = on_their_days(terms, [*before.ended, *parts])
    first, last = before.parts[0], before.parts[-1]
    made = Prepaid(day, down, first.due, first.total, last.due)
    return made, tuple(sorted([*again, *before.beside], key=lambda part: part.due))


def _worked_out_anew(
    terms: LoanTerms, before: Sequence[Installment], left: int, day: date, to: Prepayment
) -> list[Installment]:
    """Return what comes of a plan of which so much is left."""
    first, spans = before[0], tuple(_span(part) for part in before)
    alone = _without(terms, first, first.base - sum(part.principal for part in before))
    rest = Rest(left, spans, borne_on(alone, day), first=alone.total)
    if to is Prepayment.SHORTER and terms.repayment in _LEVELS:
        level = terms.repayment is Repayment.EQUAL_INSTALLMENT
        rest = replace(rest, level=first.level if level else first.principal)
    parts = _bearing_all(terms, [*_installments(terms, rest)], before, borne_on(first, day))
    return with_residuals([part for part in parts if part.total or part.base], before)


def _without(terms: LoanTerms, part: Installment, beside: int) -> Installment:
    """Return an installment by itself: without residual, and what it bears *beside* its plan."""
    alone = replace(part, interest=part.interest - part.residual, carried=0, residual=0)
    if not beside:
        return alone
    pieces = tuple(piece._replace(base=piece.base - beside) for piece in part.pieces)
    return _on_base(terms, replace(alone, pieces=pieces), part.base - beside)


def _span(part: Installment) -> tuple[date, date]:
    """Return the whole period of an installment of the plan."""
    start, end = part.since, part.end
    assert start is not None and end is not None  # noqa: PT018  # or it were none of the plan
    return start, end


@lru_cache(maxsize=256)  # a loan is looked at many times between two of its payments
def _installments(terms: LoanTerms, rest: Rest) -> tuple[Installment, ...]:
    """Return the installments that repay the rest, and the one whose period has begun."""
    if not rest.principal:
        return tuple(plan(terms, rest))[: bool(rest.pieces)]
    if not rest.level:
        return tuple(plan(terms, rest))
    one_rate = terms
    if terms.rate_changes:
        one_rate = steady(terms, terms.rates_on(rest.coming[0][0] + _ONE_DAY)[0])
    needed = tuple(takewhile(lambda part: part.base, plan(one_rate, rest)))
    if not terms.rate_changes:
        return needed
    # As many are left as it takes if the rate that is in force goes on.
    return tuple(plan(terms, replace(rest, coming=rest.coming[: len(needed)])))


def _bearing_all(
    terms: LoanTerms,
    parts: list[Installment],
    before: Sequence[Installment],
    pieces: tuple[Piece, ...],
) -> list[Installment]:
    """Have a plan also bear interest on what was put off, for the periods that did so before.

    *pieces* are the balances of the first period so far, with it.
    """
    owed = [*accumulate(part.principal for part in reversed(before))][::-1]
    beside = [part.base - left for part, left in zip(before, owed, strict=True)]
    if not any(beside):
        return parts
    gone = [
        Installment(end, 0, 0, 0, start, end)
        for start, end in (_span(part) for part in before[len(parts) :])
    ]
    whole = [*parts, *gone]
    whole[0] = replace(whole[0], pieces=pieces)
    return [
        _on_base(terms, part, part.base + more) for part, more in zip(whole, beside, strict=True)
    ]


def _on_base(terms: LoanTerms, part: Installment, base: int) -> Installment:
    """Return an installment whose period bears interest on *base* in the place of its own."""
    part = replace(part, base=base)
    return replace(part, interest=rounded(terms, borne(terms, part, _span(part)[1])))
