"""What to pay first where the cash does not reach for everything.

First no loan may cross its next cliff, the day from which waiting costs more: what that needs is
paid now if it is due, or kept for its day. Where the cash does not reach for all of them, as few
as possible cross, and those whose crossing costs least. What is left goes where it lowers the
cost of the next day most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain, combinations

from .money import Money
from .position import Position
from .whatif import if_paid

_MOST_EXACT = 6  # loans up to which every way is tried


class Why(StrEnum):
    """Why a loan gets what it gets."""

    AVOIDS_CLIFF = "avoids_cliff"
    KEPT_FOR_CLIFF = "kept_for_cliff"
    LOWERS_COST = "lowers_cost"
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
    ordered = sorted(positions, key=_pressing)
    budget = cash.minor
    best = min(_splits(budget, ordered), key=lambda split: _rank(split, ordered))
    shares = tuple(_share(position, best) for position in ordered)
    used = sum(share.pay.minor + share.keep.minor for share in shares)
    return CashPlan(shares, Money(budget - used, cash.currency))


def _pressing(position: Position) -> tuple[date, int, str]:
    cliff = position.next_cliff
    return cliff.date if cliff else date.max, -position.increase.minor, position.loan.id


def _need(position: Position) -> int:
    """Return what has to be paid before the next cliff for the loan not to cross it."""
    cliff = position.next_cliff
    if cliff is None:
        return 0
    late = sum(arrear.owed.total for arrear in position.arrears if arrear.due <= cliff.due)
    coming = (part for part in position.upcoming if part.due <= cliff.due)
    return late + sum(part.remaining.minor for part in coming)


@dataclass(frozen=True, slots=True)
class _Split:
    """One way to use the cash: the loans kept from their cliffs, and what each is paid today."""

    safe: frozenset[str]
    paid: dict[str, int]


def _splits(cash: int, positions: Sequence[Position]) -> Iterator[_Split]:
    """Yield the ways that are worth comparing; with few loans, all of them."""
    needs = {position.loan.id: need for position in positions if (need := _need(position))}
    exact = len(positions) <= _MOST_EXACT
    for safe in _subsets(list(needs), exact=exact):
        left = cash - sum(needs[loan_id] for loan_id in safe)
        if left < 0:
            continue
        now = {
            p.loan.id: min(p.due.total, needs[p.loan.id]) for p in positions if p.loan.id in safe
        }
        rest = [p for p in positions if p.due.total > now.get(p.loan.id, 0)]
        for whole in _subsets([p.loan.id for p in rest], exact=exact):
            yield from _spent(left, rest, whole, _Split(frozenset(safe), now))


def _subsets(items: list[str], *, exact: bool) -> Iterator[tuple[str, ...]]:
    """Yield every choice of some items; too many to try, the first ones of them."""
    sizes = range(len(items) + 1)
    if exact:
        yield from chain.from_iterable(combinations(items, size) for size in sizes)
    else:
        yield from (tuple(items[:size]) for size in sizes)


def _spent(
    left: int, rest: Sequence[Position], whole: tuple[str, ...], split: _Split
) -> Iterator[_Split]:
    """Pay some loans in full, and yield what comes of giving what is over to each other one."""
    paid = dict(split.paid)
    for position in rest:
        if position.loan.id in whole:
            left -= position.due.total - paid.get(position.loan.id, 0)
            paid[position.loan.id] = position.due.total
    if left < 0:
        return
    yield _Split(split.safe, paid)
    for position in rest:
        more = min(left, position.due.total - paid.get(position.loan.id, 0))
        if more:
            yield _Split(
                split.safe, paid | {position.loan.id: paid.get(position.loan.id, 0) + more}
            )


def _rank(split: _Split, positions: Sequence[Position]) -> tuple[int, int, int, int]:
    """Rank by how many loans cross a cliff, at what cost, what a day costs, and what is paid."""
    crossing = [p.next_cliff for p in positions if _need(p) and p.loan.id not in split.safe]
    crossed = sum(cliff.increase.minor for cliff in crossing if cliff)
    cost = sum(_cost(position, split.paid.get(position.loan.id, 0)) for position in positions)
    return len(crossing), crossed, cost, -sum(split.paid.values())


def _cost(position: Position, paid: int) -> int:
    """Return what the next day costs once so much is paid today."""
    if not paid:
        return position.increase.minor
    if paid >= position.due.total:
        return 0
    amount = position.money(paid).amount
    return if_paid(position.loan, amount, position.as_of).after.increase.minor


def _share(position: Position, split: _Split) -> Share:
    paid, cliff = split.paid.get(position.loan.id, 0), position.next_cliff
    safe = position.loan.id in split.safe
    keep = max(0, _need(position) - paid) if safe else 0
    return Share(
        position,
        position.money(paid),
        position.money(keep),
        cliff.due if cliff and keep else None,
        _why(position, paid, keep, safe=safe),
        position.money(_cost(position, paid)),
    )


def _why(position: Position, paid: int, keep: int, *, safe: bool) -> Why:
    if safe:
        return Why.AVOIDS_CLIFF if paid else Why.KEPT_FOR_CLIFF
    if paid:
        return Why.LOWERS_COST
    return Why.NOT_ENOUGH if position.due.total or _need(position) else Why.NOTHING_DUE
