"""From here to debt-free: how loans end where so much is there for them each month.

Three ways are followed, each on copies of the loans' own accounts, so that every figure is theirs:

* Each installment is paid on its due date. What is late is paid at once.
* What is over on the day that money comes goes ahead of its time to one loan after the other, up
  to what pays it off: to the dearest first, to the smallest first, or, as agreed, to none.
* Over is what no installment to come will need before later money covers it.

What money ahead of its time does is the account's own business: it lowers a revolving balance at
once, and the principal where the terms say that the lender takes it so; with other loans it waits
for the next installments, until it reaches for what pays the loan off, and interest not yet earned
lapses.

Where money comes on the due dates, each loan takes it to its balance at once and asks for a fixed
sum, and all bear interest for the same periods at rates that stay, the dearest first costs no more
than any other way, but for the rounding of a cent a month: a unit that goes to another loan first
saves less in every month until it is made up for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from operator import itemgetter

from .bills import lives_by_bills
from .money import Money
from .position import Position
from .terms import Prepayment

MAX_MONTHS = 600  # fifty years; what has not ended by then is said not to
_DAY = timedelta(days=1)
_ROUNDS = 12  # in which what an extra payment sets free is paid, too; the rest waits a month


class Way(StrEnum):
    """Which loan gets what is over."""

    DEAREST_FIRST = "dearest_first"
    SMALLEST_FIRST = "smallest_first"
    AS_AGREED = "as_agreed"


@dataclass(frozen=True, slots=True)
class Course:
    """What becomes of one loan: when it ends, None if not in time, and what is paid on which days.

    The *cost* is what is paid from today on beyond what would pay the loan off today: interest,
    penalty and fees to come.
    """

    position: Position
    ends: date | None
    payments: tuple[tuple[date, Money], ...]
    cost: Money

    @property
    def paid(self) -> Money:
        """All that is paid from today on."""
        return self.position.money(sum(amount.minor for _, amount in self.payments))


@dataclass(frozen=True, slots=True)
class Projection:
    """What becomes of all loans one way; *owed* is what would pay them off, on each pay day."""

    way: Way
    courses: tuple[Course, ...]
    owed: tuple[tuple[date, Money], ...]

    @property
    def ends(self) -> date | None:
        """The day on which the last loan ends; None if one does not in time."""
        ends = [course.ends for course in self.courses]
        known = [day for day in ends if day is not None]
        return max(known) if len(known) == len(ends) else None

    @property
    def cost(self) -> Money:
        """What all loans cost from today, up to the end or as far as was looked."""
        first = self.courses[0].cost
        return Money(sum(course.cost.minor for course in self.courses), first.currency)


@dataclass(frozen=True, slots=True)
class Shortage:
    """The first day on which the money does not reach for what has to be paid.

    *enough* is the least sum a month that does.
    """

    on: date
    missing: Money
    enough: Money


def ends(position: Position) -> bool:
    """Return whether a loan can be followed to its end: rent and bills to come have none."""
    terms = position.loan.terms
    return not (terms.endless or lives_by_bills(terms))


def project(
    positions: Sequence[Position],
    cash: Money,
    monthly: Money,
    next_income: Callable[[date], date],
    done: Callable[[int, int], None] = lambda _done, _of: None,
) -> tuple[Projection, ...] | Shortage:
    """Return what becomes of loans of one day and currency, each way, or where money falls short.

    *cash* is there on that day; *monthly* comes on each day that *next_income* gives after the one
    before. What *cash* does not reach for is late until money comes first. At least one loan has
    an end; what the others ask for is paid as agreed. *done* is told how many of the ways are.
    """
    run = _Run(positions, cash.minor, next_income)
    result = {}
    for number, way in enumerate(reversed(Way)):  # what was agreed shows best where money is short
        done(number, len(Way))
        try:
            result[way] = run.follow(way, monthly.minor)
        except _ShortError as short:
            return Shortage(short.on, cash_of(positions, short.missing), run.enough())
    return tuple(result[way] for way in Way)


def cash_of(positions: Sequence[Position], minor: int) -> Money:
    """Return minor units as an amount of the currency that the loans have."""
    return positions[0].money(minor)


class _ShortError(Exception):
    def __init__(self, on: date, missing: int) -> None:
        super().__init__(on, missing)
        self.on, self.missing = on, missing


class _Loan:
    """One loan on its way."""

    def __init__(self, position: Position) -> None:
        self.position = position
        self.account = self.unpaid = self.paying = position.account
        self.ends = ends(position)
        self.at_first = position.payoff.minor
        self.paid: dict[date, int] = {}
        self.ahead: dict[date, int] = {}  # what of it was not due
        self.over_on = position.as_of if self.over else None

    @property
    def over(self) -> bool:
        """Whether nothing is owed and nothing is to come."""
        to_come = self.account.upcoming < len(self.account.parts)
        return not to_come and self.account.oldest_due() is None

    @property
    def payoff(self) -> int:
        return self.account.payoff(self.due)

    @property
    def due(self) -> int:
        return self.account.due().total

    @property
    def rate(self) -> Fraction:
        """What a unit of principal costs a year: as agreed, else by what paying it off would save.

        That is the interest not yet earned, over each principal to come times its days.
        """
        today = self.account.as_of
        agreed, _ = self.position.loan.terms.rates_on(today + _DAY)
        if agreed is not None:
            return Fraction(agreed.value) * (365 if agreed.per == "day" else 1)
        coming = self.account.parts[self.account.upcoming :]
        saved = sum(part.total for part in coming) + self.due
        saved -= self.payoff + self.account.credit
        days = sum(part.principal * (part.due - today).days for part in coming)
        return Fraction(365 * saved, max(1, days))

    def move(self, day: date) -> None:
        """Move to the end of a day on which nothing is paid yet."""
        if day > self.account.as_of:
            self.unpaid = self.paying = self.paying.going_on(day.toordinal())
            self.account = self.paying.unpaid_until(day.toordinal())

    def pay(self, amount: int, *, ahead: bool = False) -> None:
        """Pay so much more today: payments of one day are one sum."""
        if amount:
            day, to = self.unpaid.as_of, self.position.loan.terms.prepayment
            self.paid[day] = self.paid.get(day, 0) + amount
            self.ahead[day] = self.ahead.get(day, 0) + amount * ahead
            to_principal: dict[Prepayment, int] | None = None
            if to is not None and to is not Prepayment.AHEAD:
                to_principal = {to: self.ahead[day]}
            self.paying = self.unpaid.going_on(self.unpaid.today)
            self.paying.pay(self.paid[day], to_principal)
            self.account = self.paying.unpaid_until(self.paying.today)
            if self.over_on is None and self.over:
                self.over_on = day

    def course(self) -> Course:
        money = self.position.money
        payments = tuple((day, money(amount)) for day, amount in self.paid.items())
        cost = sum(self.paid.values()) + self.payoff - self.at_first
        return Course(self.position, self.over_on, payments, money(cost))


_ORDER: dict[Way, Callable[[_Loan], Fraction]] = {
    Way.DEAREST_FIRST: lambda loan: -loan.rate,
    Way.SMALLEST_FIRST: lambda loan: Fraction(loan.payoff),
}


class _Run:
    """What all ways have in common: the loans as they stand, the cash, and the days of money."""

    def __init__(
        self, positions: Sequence[Position], cash: int, next_income: Callable[[date], date]
    ) -> None:
        self.positions = positions
        self.cash = cash
        self.lows: dict[
            int, int
        ] = {}  # what was left before money came so many times and once more
        self.days = [positions[0].as_of]
        for _ in range(MAX_MONTHS):
            self.days.append(next_income(self.days[-1]))

    def enough(self) -> Money:
        """Return the least sum a month that reaches for all that has to be paid."""
        loans = [_Loan(position) for position in self.positions]
        coming = sum(rest for loan in loans for _, rest in loan.account.not_yet_due())
        plenty = 2 * (coming + sum(loan.due for loan in loans)) + 1
        self.follow(Way.AS_AGREED, plenty)
        # What has to be paid does not hang on the money: so much less a month is enough, too.
        least = max(plenty - low // number for number, low in self.lows.items() if number)
        return cash_of(self.positions, max(0, least))

    def follow(self, way: Way, monthly: int) -> Projection:
        """Follow all loans one way; _ShortError where money does not reach."""
        loans = [_Loan(position) for position in self.positions]
        money, owed, self.lows = self.cash, [], {}
        for number, (day, following) in enumerate(zip(self.days, self.days[1:], strict=False)):
            for loan in loans:
                loan.move(day)
            money = _pay_due(loans, money, must=number > 0)
            if way is not Way.AS_AGREED:
                money = self._pay_ahead(loans, way, money, monthly, number)
            owed.append((day, cash_of(self.positions, sum(x.payoff for x in loans if x.ends))))
            if all(loan.over_on for loan in loans if loan.ends):
                self.lows[number] = money
                break
            for due, asking in _asking(loans, following):
                for loan in asking:
                    loan.move(due)
                money = _pay_due(asking, money, must=number > 0)
            self.lows[number] = money
            money += monthly
        courses = tuple(loan.course() for loan in loans if loan.ends)
        return Projection(way, courses, tuple(owed))

    def _pay_ahead(
        self, loans: Sequence[_Loan], way: Way, money: int, monthly: int, number: int
    ) -> int:
        """Pay what is over ahead of its time; return what stays."""
        for _ in range(_ROUNDS):
            still = [loan for loan in loans if loan.ends and not loan.over_on]
            over = self._over(loans, money, monthly, number) if still else 0
            if not over:
                break
            money -= over
            for loan in sorted(still, key=_ORDER[way]):
                amount = min(over, loan.payoff)
                loan.pay(amount, ahead=True)
                over -= amount
            money += over
        return money

    def _over(self, loans: Sequence[_Loan], money: int, monthly: int, number: int) -> int:
        """Return what no installment to come needs before later money covers it."""
        least, number = money, number + 1
        coming = ((part.due, rest) for x in loans for part, rest in x.account.not_yet_due() if rest)
        for due, rest in sorted(coming):
            if due >= self.days[-1]:
                break  # no further than all of this looks
            while self.days[number] <= due:
                money += monthly
                number += 1
            money -= rest
            least = min(least, money)
        return max(0, least)


def _pay_due(loans: Sequence[_Loan], money: int, *, must: bool) -> int:
    """Pay what is due, the oldest first; return what stays. _ShortError if that is not enough."""
    missing = sum(loan.due for loan in loans) - money
    if missing > 0 and must:
        raise _ShortError(loans[0].account.as_of, missing)
    for loan in sorted(loans, key=lambda loan: loan.account.oldest_due() or 0):
        amount = min(money, loan.due)
        loan.pay(amount)
        money -= amount
    return money


def _asking(loans: Sequence[_Loan], until: date) -> list[tuple[date, list[_Loan]]]:
    """Return the days before *until* on which something is to be paid, each with its loans."""
    asking: dict[date, list[_Loan]] = {}
    for loan in loans:
        for part, rest in loan.account.not_yet_due():
            if part.due >= until:
                break
            if rest:
                asking.setdefault(part.due, []).append(loan)
    return sorted(asking.items(), key=itemgetter(0))
