"""What to pay first where the cash does not reach for everything.

First no loan may cross its next cliff, the day from which waiting costs more: what that needs is
paid now if it is due, or kept for its day. Where the cash does not reach for all of them, as few
as possible cross, and those whose crossing costs least. What is left goes where it lowers the
cost of the next day most; what lowers nothing still pays what is due.

Between two *stops*, payments with which one more part of what is due is paid, the cost of a day
falls evenly; so all loans but one are best paid up to a stop, and that one takes the rest. Loan by
loan, only those ways are followed than which none takes as little and is as good.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from operator import add

from .money import Money
from .position import Position, value
from .terms import AllocationBy, Payment

_MOST = 300  # ways followed at once; of more than these, every so many-th


class Why(StrEnum):
    """Why a loan gets what it gets."""

    AVOIDS_CLIFF = "avoids_cliff"
    KEPT_FOR_CLIFF = "kept_for_cliff"
    LOWERS_COST = "lowers_cost"
    STILL_OWED = "still_owed"
    NOTHING_DUE = "nothing_due"
    NOT_ENOUGH = "not_enough"


@dataclass(frozen=True, slots=True)
class Share:
    """What one loan gets of the cash, and what the next day costs on it then."""

    position: Position
    pay: Money  # today
    keep: Money  # for the due date *keep_for*
    keep_for: date | None
    why: Why
    cost_after: Money


@dataclass(frozen=True, slots=True)
class CashPlan:
    """How to split the cash, the most pressing loan first, and what stays of it."""

    shares: tuple[Share, ...]
    left: Money


def plan(cash: Money, positions: Sequence[Position]) -> CashPlan:
    """Split *cash* over positions of one day and of its currency."""
    askers = [
        _Asker(position, place) for place, position in enumerate(sorted(positions, key=_pressing))
    ]
    ways = list(_topped_up(askers, _best(askers, cash.minor), cash.minor))
    shares = tuple(asker.share(way) for asker, way in zip(askers, ways, strict=True))
    return CashPlan(shares, Money(cash.minor - sum(way.spent for way in ways), cash.currency))


def _pressing(position: Position) -> tuple[date, int, str]:
    """Rank a loan by how soon waiting gets dearer, then by what a day costs; least is first."""
    cliff = position.next_cliff
    return cliff.date if cliff else date.max, -position.increase.minor, position.loan.id


_Rank = tuple[int, int, int, int]
"""How many loans cross a cliff, at what cost, what the next day costs, and how late in the order
money goes: the less the better, one before the other."""


@dataclass(frozen=True, slots=True)
class _Way:
    """What one loan may get, and how good that is."""

    pay: int
    keep: int
    safe: bool
    rank: _Rank

    @property
    def spent(self) -> int:
        return self.pay + self.keep


class _Asker:
    """One loan, and what it does with money."""

    def __init__(self, position: Position, place: int) -> None:
        self.position = position
        self.place = place
        self._costs = {0: position.increase.minor}

    @cached_property
    def parts(self) -> list[tuple[date, int]]:
        """What is due, each with its installment, in the order in which a payment meets it."""
        arrears, terms = self.position.arrears, self.position.loan.terms
        if terms.allocation_by is AllocationBy.INSTALLMENT:
            pairs = [(arrear, part) for arrear in arrears for part in terms.allocation_order]
        else:
            pairs = [(arrear, part) for part in terms.allocation_order for arrear in arrears]
        return [(arrear.due, getattr(arrear.owed, part)) for arrear, part in pairs]

    @cached_property
    def stops(self) -> list[int]:
        """Payments with which one more part is paid; none first, at last all."""
        return sorted({0, *accumulate(amount for _, amount in self.parts)})

    @cached_property
    def needs(self) -> tuple[int, int]:
        """What has to be paid today, and what on the day, for the next cliff not to be crossed."""
        cliff = self.position.next_cliff
        if cliff is None:
            return 0, 0
        now = paid = 0
        for due, amount in self.parts:
            paid += amount
            now = paid if due <= cliff.due and amount else now
        coming = (part for part in self.position.upcoming if part.due <= cliff.due)
        return now, sum(part.remaining.minor for part in coming)

    def ways(self) -> list[_Way]:
        """Return the ways to be paid up to a stop, and to be kept from the cliff."""
        now, coming = self.needs
        ways = [self.way(pay, 0) for pay in self.stops]
        return ways + [self.way(pay, coming) for pay in self.stops if coming and pay >= now]

    def ways_with(self, cash: int) -> list[_Way]:
        """Return the ways to take what there is."""
        now, coming = self.needs
        most = self.position.due.total
        ways = [self.way(min(cash, most), 0)]
        if coming and cash >= now + coming:
            ways.append(self.way(min(cash - coming, most), coming))
        return ways

    def way(self, pay: int, keep: int) -> _Way:
        safe = pay + keep >= sum(self.needs) and keep == self.needs[1]
        cliff = None if safe else self.position.next_cliff
        crossing = (1, cliff.increase.minor) if cliff else (0, 0)
        return _Way(pay, keep, safe, (*crossing, self.cost(pay), self.place * pay))

    def cost(self, pay: int) -> int:
        """Return what the next day costs once so much is paid today."""
        if pay not in self._costs:
            loan, day = self.position.loan, self.position.as_of
            payment = Payment(day, self.position.money(pay).amount)
            paid = value(replace(loan, payments=(*loan.payments, payment)), day)
            self._costs[pay] = paid.increase.minor
        return self._costs[pay]

    def share(self, way: _Way) -> Share:
        position = self.position
        pay, keep, cost = map(position.money, (way.pay, way.keep, self.cost(way.pay)))
        cliff = position.next_cliff
        keep_for = cliff.due if cliff and keep else None
        return Share(position, pay, keep, keep_for, self._why(way), cost)

    def _why(self, way: _Way) -> Why:
        if way.safe and any(self.needs):
            return Why.AVOIDS_CLIFF if way.pay else Why.KEPT_FOR_CLIFF
        if way.pay:
            lower = self.cost(way.pay) < self.cost(0)
            return Why.LOWERS_COST if lower else Why.STILL_OWED
        owes = self.position.due.total or any(self.needs)
        return Why.NOT_ENOUGH if owes else Why.NOTHING_DUE


@dataclass(frozen=True, slots=True)
class _So:
    """The ways of the loans so far; *taker* is the place of the one that takes what is over."""

    spent: int = 0
    rank: _Rank = (0, 0, 0, 0)
    ways: tuple[_Way, ...] = ()
    taker: int | None = None

    def with_way(self, way: _Way) -> _So:
        rank = _sum(self.rank, way.rank)
        return _So(self.spent + way.spent, rank, (*self.ways, way), self.taker)


_NOTHING = _Way(0, 0, safe=False, rank=(0, 0, 0, 0))


def _sum(one: _Rank, other: _Rank) -> _Rank:
    return tuple(map(add, one, other))


def _best(askers: Sequence[_Asker], cash: int) -> list[_Way]:
    """Return the best way for each loan."""
    exact: list[_So] = [_So()]
    taken: list[list[_So]] = []
    for asker in askers:
        ways = asker.ways()
        taken = [_kept(_grown(some, ways, cash)) for some in taken]
        taken.append([replace(so.with_way(_NOTHING), taker=asker.place) for so in exact])
        exact = _kept(_grown(exact, ways, cash))
    best = min(exact, key=lambda so: so.rank)
    for some in taken:
        for so in some:
            best = min([best, *_completed(so, askers, cash, best)], key=lambda so: so.rank)
    return list(best.ways)


def _grown(states: Iterable[_So], ways: Sequence[_Way], cash: int) -> Iterator[_So]:
    for so in states:
        yield from (so.with_way(way) for way in ways if so.spent + way.spent <= cash)


def _kept(states: Iterable[_So]) -> list[_So]:
    """Keep those than which none spends as little and is as good, and not too many of them."""
    kept: list[_So] = []
    for so in sorted(states, key=lambda so: (so.spent, so.rank)):
        if not kept or so.rank < kept[-1].rank:
            kept.append(so)
    if len(kept) <= _MOST:
        return kept
    return [kept[number * (len(kept) - 1) // (_MOST - 1)] for number in range(_MOST)]


def _completed(so: _So, askers: Sequence[_Asker], cash: int, best: _So) -> Iterator[_So]:
    """Give the taker what is over."""
    if so.taker is None or so.rank >= best.rank:
        return
    for way in askers[so.taker].ways_with(cash - so.spent):
        ways = (*so.ways[: so.taker], way, *so.ways[so.taker + 1 :])
        yield _So(so.spent + way.spent, _sum(so.rank, way.rank), ways)


def _topped_up(askers: Sequence[_Asker], ways: Sequence[_Way], cash: int) -> Iterator[_Way]:
    """Yield the ways, with what would stay in hand paid where something is due all the same."""
    left = cash - sum(way.spent for way in ways)
    for asker, way in zip(askers, ways, strict=True):
        more = min(left, asker.position.due.total - way.pay)
        left -= more
        yield asker.way(way.pay + more, way.keep) if more else way
