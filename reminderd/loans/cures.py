"""Becoming current again: when that was, what being late cost, what paying early saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile

from .account import Account
from .money import Money, to_minor
from .position import Position, value
from .schedule import schedule_past
from .terms import Agreement, Bill, Extension, Loan, Prepayment, Repayment


@dataclass(frozen=True, slots=True)
class Cure:
    """The day from which nothing was overdue any more, and how late the oldest installment was."""

    on: date
    due: date
    days_past_due: int


def last_cure(loan: Loan, as_of: date) -> Cure | None:
    """Return the last time up to *as_of* that the loan became current again, if it ever was late.

    Lateness within grace counts as none. What an extension moved is cured once it is paid.
    """
    if _never_late(loan, as_of):
        return None
    account = _Watched(loan.terms)
    account.run(loan.payments, as_of, loan.agreed, loan.awaits_debit)
    account.look_at_moved()
    return account.cure


def turns(loan: Loan) -> set[date]:
    """Return the days on which something is paid, waived or moved."""
    changed = {deal.agreed if isinstance(deal, Extension) else deal.on for deal in _deals(loan)}
    return changed | {payment.on for payment in loan.payments}


def _deals(loan: Loan) -> tuple[Agreement, ...]:
    terms = loan.terms
    return (*terms.waivers, *terms.extensions, *terms.bills, *loan.agreed)


def _never_late(loan: Loan, as_of: date) -> bool:
    """Return whether by each due date all that had fallen due by then was paid.

    This takes no valuation. Where it does not hold the loan may have been late, or only in grace.
    """
    if loan.terms.repayment is Repayment.REVOLVING:
        return False  # money paid early may lower the balance, not what is asked
    if any(isinstance(deal, Extension | Bill) for deal in _deals(loan)):
        return False  # it may have made the loan dearer
    if any(payment.to_principal for payment in loan.payments):
        return False  # it is no money ahead
    account, owed, has, count = Account(loan.terms), 0, 0, 0
    covered = account.rules.covered
    paid = sorted(
        (payment.on, to_minor(payment.amount, loan.terms.currency))
        for payment in loan.payments
        if payment.on.toordinal() > covered
    )
    parts = schedule_past(loan.terms, as_of)
    for part in takewhile(lambda part: part.due < as_of, parts):
        if part.due.toordinal() <= covered:
            continue
        owed += part.total
        while count < len(paid) and paid[count][0] <= part.due:
            has += paid[count][1]
            count += 1
        if has < owed:
            return False
    return True


class _Watched(Account):
    """An account that remembers its last cure: each event is looked at from before and after."""

    cure: Cure | None = None
    _looked = 0  # the last day with an event
    _unpaid_since = 0  # the due date of what was then unpaid longest
    _moved: tuple[date, date, int] | None = None  # until when, since when unpaid, how late

    def pay(
        self,
        amount: int,
        to_principal: Mapping[Prepayment, int] | None = None,
        *,
        debited: bool = False,
    ) -> None:
        self._before()
        super().pay(amount, to_principal, debited=debited)
        self._after()
        self.look_at_moved()

    def _agree(self, agreement: Agreement) -> None:
        self._before()
        super()._agree(agreement)
        if isinstance(agreement, Extension):
            self._remember_moved(max(agreement.to))
        else:
            self._after()

    def _remember_moved(self, last: date) -> None:
        late = self.today - self._unpaid_since
        if late > self.terms.grace_days and self._is_current():
            self._moved = (last, date.fromordinal(self._unpaid_since), late)

    def look_at_moved(self) -> None:
        """Count as cured what an extension moved, once the last of it is paid."""
        if self._moved is None:
            return
        last, due, late = self._moved
        coming = self.not_yet_due()
        if self.oldest_due() is None and not any(
            rest and part.due <= last for part, rest in coming
        ):
            self.cure, self._moved = Cure(self.as_of, due, self.terms.days_past_due(late)), None

    def _before(self) -> None:
        if self._looked == self.today:
            return
        self._looked = self.today
        self._accrue_lines()
        self._unpaid_since = self.oldest_due() or self.today

    def _after(self) -> None:
        late = self.today - self._unpaid_since
        if late > self.terms.grace_days and self._is_current():
            days = self.terms.days_past_due(late)
            self.cure = Cure(self.as_of, date.fromordinal(self._unpaid_since), days)

    def _is_current(self) -> bool:
        # An extension agreed late may have moved an installment to a day that is past, too.
        unpaid = (self.oldest_due(), *self.dues[self.upcoming : self.upcoming + 1])
        return all(due is None or due >= self.today for due in unpaid)


def cost_of_lateness(position: Position, due: date) -> Money:
    """Return what being late with the installment of a due date has cost so far."""
    account = position.account
    cost = 0
    scheduled = {part.due.toordinal(): part for part in account.parts}
    for line in account.lines:
        if line.due == due.toordinal():
            part = scheduled[line.due]
            owed = account.owed(line)
            paid = line.paid_interest + line.paid_penalty + line.paid_fees
            cost += paid + owed.interest + owed.penalty + owed.fees - part.interest - line.waived
    return position.money(max(0, cost))


def saved_by_early_payoff(position: Position) -> Money:
    """Return the interest that need not be paid because the last payment ended the loan early."""
    loan, nothing = position.loan, position.money(0)
    paid_on = max((paid.on for paid in loan.payments if paid.on <= position.as_of), default=None)
    if not position.settled or paid_on is None:
        return nothing
    others = tuple(payment for payment in loan.payments if payment.on != paid_on)
    before = value(replace(loan, payments=others), paid_on)
    scheduled = before.due.total + sum(part.remaining.minor for part in before.upcoming)
    return position.money(max(0, scheduled - before.payoff.minor))
