"""The dates from which waiting costs more than it did the day before.

Terms say which days may be such: a penalty begins, grace ends, a fee is charged, a rate rises. The
account says which of them are: a fee that a cap cuts to nothing, or a penalty of nothing, is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from heapq import merge
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, NamedTuple

from .charges import FeePer
from .money import Money
from .rules import fee_days
from .tariff import tariff
from .terms import GraceCovers, LoanTerms

if TYPE_CHECKING:
    from .account import Account
    from .position import Position

_DAY = timedelta(days=1)
_AHEAD = 400  # days within which a cliff is looked for: each fee of a period is charged by then
_Date = date  # for where a field has that name


class CliffReason(StrEnum):
    """Why a date is a cliff."""

    PENALTY_STARTS = "penalty_starts"
    GRACE_ENDS = "grace_ends"
    FEE_CHARGED = "fee_charged"
    RATE_RISES = "rate_rises"


_ORDER = {reason: place for place, reason in enumerate(CliffReason)}  # which of a day is told


@dataclass(frozen=True, slots=True)
class Cliff:
    """The next date on which waiting gets more expensive than it was the day before."""

    date: _Date
    increase: Money  # what that one day adds
    reason: CliffReason
    due: _Date = field(default=date.min, compare=False)  # of what has to be paid before


class Turn(NamedTuple):
    """A day on which being late with an installment may begin to cost more."""

    on: date
    due: date
    reason: CliffReason


def has_dated_turns(terms: LoanTerms) -> bool:
    """Return whether some turns are not so many days after any due date."""
    each_period = any(fee.per is FeePer.PERIOD for fee in terms.fees)
    return each_period or bool(terms.rate_changes or terms.pauses)


def turns(terms: LoanTerms, due: date, after: date) -> Iterator[Turn]:
    """Yield the turns of the installment *due* that come after a day, in order, for a year."""
    first, last = max(after, due).toordinal() + 1, max(after, due).toordinal() + _AHEAD
    found = [(due + timedelta(days=days), why) for days, why in _steps(terms)]
    rises = _rises(terms, due, first, last)
    found += [(date.fromordinal(day), CliffReason.RATE_RISES) for day in rises]
    for fee in terms.fees:
        charged = takewhile(lambda day: day <= last, fee_days(terms, fee, due.toordinal(), last))
        found += [(date.fromordinal(day), CliffReason.FEE_CHARGED) for day in charged]
    for day, why in sorted(set(found), key=lambda step: (step[0], _ORDER[step[1]])):
        if day > after:
            yield Turn(day, due, why)


def _steps(terms: LoanTerms) -> Iterator[tuple[int, CliffReason]]:
    """Yield how many days after any due date something begins."""
    penalised = any(segment.factor for segment in tariff(terms).penalty.segments)
    if penalised and not terms.penalty_grace:
        yield 1, CliffReason.PENALTY_STARTS
    if terms.grace_days and terms.grace_covers:
        yield terms.grace_days + 1, CliffReason.GRACE_ENDS


def _rises(terms: LoanTerms, due: date, first: int, last: int) -> Iterator[int]:
    """Yield the days on which a rate of being late is higher than it was the day before."""
    rates = tariff(terms, due.toordinal() if terms.penalty_steps else None)
    for meter in (rates.interest, rates.penalty):
        for before, after in pairwise(meter.segments):
            if first <= after.start + 1 <= last and after.factor > before.factor:
                yield after.start + 1


def next_cliff(position: Position) -> Cliff | None:
    """Return the first cliff after the day of a position, if there is one."""
    terms, today = position.loan.terms, position.as_of
    dues = [arrear.due for arrear in position.arrears]
    dues += [part.due for part in position.upcoming[:1] if not part.unknown]
    for turn in merge(*(turns(terms, due, today) for due in dues), key=_place):
        if (increase := _increase(position.account, terms, turn)) is not None:
            return Cliff(turn.on, position.money(increase), turn.reason, turn.due)
    return None


def _place(turn: Turn) -> tuple[date, date, int]:
    return turn.on, turn.due, _ORDER[turn.reason]


def _increase(account: Account, terms: LoanTerms, turn: Turn) -> int | None:
    """Return what a turn's day adds to what is due, in minor units; None where it is no cliff."""
    day = turn.on.toordinal()
    before = account.unpaid_until(day - 1)
    then, after = before.due(), before.later(day).due()
    added = after.total - then.total
    charged, penalised = after.fees > then.fees, after.penalty > then.penalty
    if turn.reason is CliffReason.GRACE_ENDS:
        covers = terms.grace_covers
        spared = penalised and GraceCovers.PENALTY in covers
        spared |= after.interest > then.interest and GraceCovers.INTEREST in covers
        return added if charged or spared or GraceCovers.REPORTING in covers else None
    begins = {
        CliffReason.PENALTY_STARTS: penalised,
        CliffReason.FEE_CHARGED: charged,
        CliffReason.RATE_RISES: added > 0,
    }
    return added if begins[turn.reason] else None


def own_turns(terms: LoanTerms) -> set[int]:
    """Return how many days after its due date each installment begins to cost more by itself.

    The end of a penalty's grace, and of the fees that every installment bears their first days.
    """
    charged = [fee for fee in terms.fees if fee.per is FeePer.INSTALLMENT]
    days = {next(fee_days(terms, fee, 0, 0)) for fee in charged}
    graces = (terms.penalty_grace if terms.penalty else 0), terms.interest_grace
    days |= {grace + 1 for grace in graces if grace}
    return days
