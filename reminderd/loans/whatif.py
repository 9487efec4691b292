"""What would be if: a payment that has not been made, and days on which none is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter

from .course import owed_by_day
from .money import Money, to_minor
from .owed import Owed
from .position import Position, Upcoming, value
from .terms import Component, Loan, Payment, Prepayment, Waiver


@dataclass(frozen=True, slots=True)
class IfPaid:
    """Where a payment would go, to the last cent, and what would stay."""

    to: Owed  # of what has fallen due
    early: Money  # closes what has not, where the payment covers the payoff amount
    credit: Money  # waits for the installments to come, or is more than is owed
    after: Position


def if_paid(loan: Loan, amount: Decimal, on: date, to: Prepayment | None = None) -> IfPaid:
    """Return what paying *amount* on a day would do; ValueError if it has too many digits.

    *to* says where what is over goes.
    """
    paid = Money.of(amount, loan.terms.currency)
    before = value(loan, on)
    after = _after(loan, Payment(on, amount, to=to))
    due, credit = before.due - after.due, after.credit - before.credit
    early = Money(paid.minor - due.total - credit.minor, paid.currency)
    return IfPaid(due, early, credit, after)


def _after(loan: Loan, payment: Payment) -> Position:
    return value(replace(loan, payments=(*loan.payments, payment)), payment.on)


@dataclass(frozen=True, slots=True)
class Prospect:
    """What becomes of a loan if what a payment leaves over goes *to* the principal, or ahead.

    ``saved`` is how much less is to be paid in all than without the payment, if each installment is
    paid on its day.
    """

    to: Prepayment
    after: Position
    saved: Money

    @property
    def ends(self) -> date:
        """When the last installment is due that is left; today, where none is."""
        return max((part.due for part in self.after.upcoming), default=self.after.as_of)

    @property
    def next(self) -> Upcoming | None:
        """The installment to be paid next."""
        return next(iter(self.after.upcoming), None)


@dataclass(frozen=True, slots=True)
class Surplus:
    """What a payment leaves *over* once all that is due is paid, and where that may go.

    *ahead* is all that would be paid ahead then, and *next_sum* the next installment.
    """

    over: Money
    ahead: Money
    next_sum: Money
    prospects: tuple[Prospect, ...]

    @property
    def matters(self) -> bool:
        """Whether it matters where it goes: ahead, it would silence more than one reminder.

        Lenders ask, too, where a borrower has not said how a partial prepayment is to be applied
        (HUD Handbook 4000.1, III.A.1.e.iv).
        """
        return self.ahead.minor > self.next_sum.minor

    def by(self, to: Prepayment | None) -> Prospect | None:
        """Return what becomes of the loan one way."""
        return next((prospect for prospect in self.prospects if prospect.to == to), None)


def surplus(loan: Loan, amount: Decimal, on: date) -> Surplus | None:
    """Return what paying *amount* on a day leaves over; None where nothing is, or it has no choice.

    That is so where the payment ends the loan, and where no principal can be lowered by it.
    """
    ahead, before = _after(loan, Payment(on, amount)), value(loan, on)
    over = ahead.credit.minor - before.credit.minor
    ways = loan.terms.prepayments
    if over <= 0 or ahead.due.total or len(ways) < 2:
        return None
    to_come = _to_come(before) - to_minor(amount, loan.terms.currency)
    prospects = []
    for to in ways:
        after = ahead if to is Prepayment.AHEAD else _after(loan, Payment(on, amount, to=to))
        prospects.append(Prospect(to, after, before.money(to_come - _to_come(after))))
    if all(prospect.after.credit == ahead.credit for prospect in prospects):
        return None  # no principal is there to be lowered: it has been paid off, or is not due yet
    next_sum = next((part.total for part, _ in ahead.account.not_yet_due()), 0)
    return Surplus(before.money(over), ahead.credit, before.money(next_sum), tuple(prospects))


def _to_come(position: Position) -> int:
    """Return what is to be paid from now on if each installment is paid on its day."""
    return position.due.total + sum(part.remaining.minor for part in position.upcoming)


def curve(loan: Loan, start: date, days: int) -> Iterator[tuple[date, Money]]:
    """Yield what is owed at the end of *start* and of so many days after it, if nothing is paid."""
    owed = owed_by_day(loan, start, start + timedelta(days=days))
    for offset, minor in enumerate(owed):
        yield start + timedelta(days=offset), Money(minor, loan.terms.currency)


@dataclass(frozen=True, slots=True)
class Residue:
    """What is open on a day though the lender counts a loan as paid so far.

    ``waivers`` let go of it. *asked* is what was to be paid when the last payment was made, if any
    was, and *paid* that payment.
    """

    open: Money
    waivers: tuple[Waiver, ...]
    asked: Money | None
    paid: Money | None


def residue(loan: Loan, on: date) -> Residue:
    """Return what is open on a day, all that nobody is told of included."""
    strict = replace(loan, tolerance=Decimal(0))
    position = value(strict, on)
    owed = sum((rest.owed for rest in position.left_over), position.due)
    charges = position.money(owed.total - owed.principal)
    parts = ((charges, None), (position.money(owed.principal), Component.PRINCIPAL))
    waivers = tuple(Waiver(on, part.amount, of) for part, of in parts if part.minor)
    last = max((p for p in loan.payments if p.on <= on), key=attrgetter("on"), default=None)
    if last is None:
        return Residue(position.money(owed.total), waivers, None, None)
    paid = Money.of(last.amount, position.currency)
    return Residue(
        position.money(owed.total), waivers, position.money(owed.total + paid.minor), paid
    )


def waived(loan: Loan, waiver: Waiver) -> Money:
    """Return how much a waiver that *loan* does not have yet lets go of; the rest of it lapses."""
    earlier = replace(loan, payments=tuple(paid for paid in loan.payments if paid.on < waiver.on))
    then = replace(earlier, agreed=(*loan.agreed, waiver))
    before, after = (value(each, waiver.on) for each in (earlier, then))
    return before.money(before.due.total - after.due.total)
