"""What to pay first where the cash does not reach for everything until the next income.

The aim: first, as few loans as possible may be reported to the credit bureau by the day of the
next income, and for as few days; then the split is taken that costs least in money by that day;
and at the same cost what is overdue is paid before anything is kept for a day to come. Money goes
to what falls due before that day; paying more ahead of its time is no part of it.

What a loan costs with some money is asked of its own account, run up to that day: the money pays
all that is due on it today first, and the rest pays its coming installments on their due dates.
So a cliff costs what it adds within that time, and one beyond it counts for nothing.

Between two *stops*, sums with which one more part of what is owed is paid, the cost falls evenly;
so all loans but one are best given the sum of a stop, and that one takes the rest. Loan by loan,
only those ways are followed than which none takes as little and is as good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, pairwise
from operator import itemgetter

from .money import Money
from .position import Position
from .terms import AllocationBy, Loan

ReportingDate = Callable[[Loan, date], date | None]
"""From which day the lender may report an installment, by its due date, that stays unpaid."""

_MOST = 300  # ways followed at once; of more than these, every so many-th
_DAY = timedelta(days=1)


class Why(StrEnum):
    """Why a loan gets what it gets."""

    AVOIDS_REPORT = "avoids_report"
    ENDS_REPORT = "ends_report"
    DELAYS_REPORT = "delays_report"
    LOWERS_COST = "lowers_cost"
    KEPT_FOR_COST = "kept_for_cost"
    STILL_OWED = "still_owed"
    NOTHING_DUE = "nothing_due"
    NOT_ENOUGH = "not_enough"


@dataclass(frozen=True, slots=True)
class Kept:
    """Money that is not paid today, and the due date that it is for."""

    due: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Share:
    """What one loan gets of the cash, and what that changes by the next income."""

    position: Position
    pay: Money  # today
    kept: tuple[Kept, ...]
    why: Why
    saved: Money  # what less it costs than with nothing
    cost: Money  # what being late costs all the same
    reported: date | None  # the day from which it may be reported all the same
    reported_unpaid: date | None  # and with nothing

    @property
    def keep(self) -> Money:
        """All that is kept for days to come."""
        return self.position.money(sum(kept.amount.minor for kept in self.kept))


@dataclass(frozen=True, slots=True)
class CashPlan:
    """How to split the cash, the most pressing loan first, and what stays of it."""

    shares: tuple[Share, ...]
    left: Money
    until: date


def plan(
    cash: Money,
    positions: Sequence[Position],
    until: date,
    reporting_date: ReportingDate = lambda _loan, _due: None,
) -> CashPlan:
    """Split *cash* over positions of one day and of its currency.

    *until* is the day of the next income: what is unpaid can be paid on it.
    """
    askers = sorted((_Asker(one, until, reporting_date) for one in positions), key=_pressing)
    for place, asker in enumerate(askers):
        asker.place = place
    sums = _topped_up(askers, _best(askers, cash.minor), cash.minor)
    shares = tuple(asker.share(money) for asker, money in zip(askers, sums, strict=True))
    return CashPlan(shares, Money(cash.minor - sum(sums), cash.currency), until)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How a loan stands on the day of the next income."""

    reported: date | None  # the first day on which it may be reported, if there is one
    days: int  # how long it may be reported by then
    cost: int  # all that was paid, and what would still pay the loan off


_PLACE = 10**18  # more than any part of a rank comes to, so that none spills into the next


class _Asker:
    """One loan, and what it does with money."""

    place = 0  # in the order of loans

    def __init__(self, position: Position, until: date, reporting_date: ReportingDate) -> None:
        self.position = position
        self.until = until
        self.reporting_date = reporting_date
        self.coming = [
            (part.due, rest, part.interest)
            for part, rest in position.account.not_yet_due()
            if rest and part.due < until
        ]
        self.most = position.due.total + sum(rest for _, rest, _ in self.coming)
        self._outcomes: dict[int, _Outcome] = {}

    # ─── What money does ───

    @cached_property
    def asked(self) -> dict[date, int]:
        """What can be paid on each day."""
        return {self.position.as_of: self.position.due.total} | {
            due: rest for due, rest, _ in self.coming
        }

    @cached_property
    def eves(self) -> dict[date, list[date]]:
        """Due dates by the last day on which paying them keeps them from being reported."""
        today = self.position.as_of
        eves: dict[date, list[date]] = {}
        arrears = (arrear.due for arrear in self.position.arrears)
        for due in (*arrears, *(due for due, *_ in self.coming)):
            on = self.reporting_date(self.position.loan, due)
            if on is not None and on <= self.until:
                eves.setdefault(max(today, due, on - _DAY), []).append(due)
        return eves

    def outcome(self, money: int) -> _Outcome:
        """Return how the loan stands on the day of the next income, given so much."""
        if money not in self._outcomes:
            self._outcomes[money] = self._run(money)
        return self._outcomes[money]

    def _run(self, money: int) -> _Outcome:
        account, left, reported = self.position.account, money, None
        for day in sorted({*self.asked, *self.eves}):
            account = account.going_on(day.toordinal())
            if now := min(left, self.asked.get(day, 0)):
                account.pay(now)
                left -= now
            if reported is None and (eves := self.eves.get(day)):
                oldest = account.unpaid_until(account.today).oldest_due()
                if oldest is not None and (open_since := date.fromordinal(oldest)) <= max(eves):
                    reported = self.reporting_date(self.position.loan, open_since)
        end = account.unpaid_until(self.until.toordinal())
        days = 0
        if reported is not None:
            days = (self.until - max(reported, self.position.as_of)).days + 1
        return _Outcome(reported, days, money + end.payoff(end.due().total))

    def rank(self, money: int) -> int:
        """Return how good it is to give so much, the less the better; ranks of loans add up.

        In one number it is how many loans may be reported, on how many days, what they cost, what
        of the overdue is left unpaid, and how late in the order money goes, one before the other.
        """
        out = self.outcome(money)
        overdue = max(0, self.position.due.total - money)
        rank = 0
        for part in (out.days > 0, out.days, out.cost, overdue, self.place * money):
            rank = rank * _PLACE + part
        return rank

    # ─── Where that changes ───

    @cached_property
    def stops(self) -> list[int]:
        """The sums that are worth trying: where another part is paid, and where costs bend."""
        parts = sorted({0, *accumulate(self._parts())})
        bends = (bend for one, other in pairwise(parts) for bend in self._bends(one, other - 1))
        kept: list[int] = []
        for money in sorted({*parts, *bends}):
            if kept and self.rank(money) >= self.rank(kept[-1]):
                continue
            # Halving tries more sums than those between which it finds a bend.
            while kept[1:] and kept[-1] not in parts and self._even(kept[-2], kept[-1], money):
                kept.pop()
            kept.append(money)
        return kept

    def _parts(self) -> Iterator[int]:
        """Yield what is owed part by part, in the order in which a payment meets it."""
        arrears, terms = self.position.arrears, self.position.loan.terms
        if terms.allocation_by is AllocationBy.INSTALLMENT:
            pairs = [(arrear, part) for arrear in arrears for part in terms.allocation_order]
        else:
            pairs = [(arrear, part) for part in terms.allocation_order for arrear in arrears]
        yield from (getattr(arrear.owed, part) for arrear, part in pairs)
        for _, rest, interest in self.coming:
            of_interest = min(rest, interest)
            yield from (of_interest, rest - of_interest)

    def _bends(self, first: int, last: int) -> Iterator[int]:
        """Yield where the cost does not fall evenly between two sums, by halving."""
        middle = (first + last) // 2
        if not first < middle < last or self._even(first, middle, last):
            return
        yield from self._bends(first, middle)
        yield middle
        yield from self._bends(middle, last)

    def _even(self, first: int, middle: int, last: int) -> bool:
        one, between, other = map(self.outcome, (first, middle, last))
        whole = last - first
        straight = one.cost * (last - middle) + other.cost * (middle - first)
        # Each part of what is owed is rounded by itself.
        cents = 2 * (len(self.position.arrears) + len(self.coming))
        near = abs(straight - between.cost * whole) <= cents * whole
        return near and one.days == between.days == other.days

    # ─── What is told ───

    def share(self, money: int) -> Share:
        position, left, kept = self.position, money, []
        for day, asked in self.asked.items():
            now = min(left, asked)
            left -= now
            if now and day > position.as_of:
                kept.append(Kept(day, position.money(now)))
        out, best = self.outcome(money), self.outcome(self.most)
        return Share(
            position,
            position.money(min(money, position.due.total)),
            tuple(kept),
            self._why(money),
            position.money(self.outcome(0).cost - out.cost),
            position.money(out.cost - best.cost),
            out.reported,
            self.outcome(0).reported,
        )

    def _why(self, money: int) -> Why:
        before, after = self.outcome(0), self.outcome(money)
        if not money:
            waits = self.position.due.total or self.outcome(self.most) != before
            return Why.NOT_ENOUGH if waits else Why.NOTHING_DUE
        if before.reported and not after.reported:
            already = before.reported <= self.position.as_of
            return Why.ENDS_REPORT if already else Why.AVOIDS_REPORT
        if after.days < before.days:
            return Why.DELAYS_REPORT
        if after.cost < before.cost:
            return Why.LOWERS_COST if self.position.due.total else Why.KEPT_FOR_COST
        return Why.STILL_OWED


def _pressing(asker: _Asker) -> tuple[date, int, str]:
    """Rank a loan by how soon it may be reported, then by what waiting costs; least is first."""
    unpaid, paid = asker.outcome(0), asker.outcome(asker.most)
    return unpaid.reported or date.max, paid.cost - unpaid.cost, asker.position.loan.id


# ─── The search ───

_So = tuple[int, int, tuple[int, ...]]
"""What the loans so far take together, how good that is, and what each of them takes. Of one that
is to take what is over, it is nothing so far, and as good as it can get."""

_START: _So = (0, 0, ())


def _best(askers: Sequence[_Asker], cash: int) -> tuple[int, ...]:
    """Return the best sum for each loan."""
    exact = [_START]
    taking: list[list[_So]] = []  # for each loan, the ways in which it takes what is over
    for asker in askers:
        ways = [(money, asker.rank(money)) for money in asker.stops if money <= cash]
        most = [(0, asker.rank(min(asker.most, cash)))]
        taking = [_grown(some, ways, cash) for some in taking]
        taking.append(_grown(exact, most, cash))
        exact = _grown(exact, ways, cash)
    _, least, best = min(exact, key=itemgetter(1))
    for taker, some in zip(askers, taking, strict=True):
        for spent, bound, sums in some:
            if bound >= least:
                continue
            takes = min(taker.most, cash - spent)
            rank = bound - taker.rank(min(taker.most, cash)) + taker.rank(takes)
            if rank < least:
                least, best = rank, (*sums[: taker.place], takes, *sums[taker.place + 1 :])
    return best


def _grown(states: Iterable[_So], ways: Sequence[tuple[int, int]], cash: int) -> list[_So]:
    """Add the ways of one more loan.

    Of all there are, those stay than which none spends as little and is as good, and not too many.
    """
    kept: list[_So] = []
    for so in sorted(
        (spent + money, rank + more, (*sums, money))
        for spent, rank, sums in states
        for money, more in ways
        if spent + money <= cash
    ):
        if not kept or so[1] < kept[-1][1]:
            kept.append(so)
    if len(kept) <= _MOST:
        return kept
    return [kept[number * (len(kept) - 1) // (_MOST - 1)] for number in range(_MOST)]


def _topped_up(askers: Sequence[_Asker], sums: Sequence[int], cash: int) -> list[int]:
    """Return the sums, with what would stay in hand paid where something is due all the same."""
    left, topped = cash - sum(sums), []
    for asker, money in zip(askers, sums, strict=True):
        more = max(0, min(left, asker.position.due.total - money))
        left -= more
        topped.append(money + more)
    return topped
