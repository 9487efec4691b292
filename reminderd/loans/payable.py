"""What a payment is for that names no sum: what is due, else the next installment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .money import Money
from .position import Position, debited, value
from .schedule import start_date
from .statements import statement_of
from .succession import first_due
from .terms import Loan, Payment

HALF_A_YEAR = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Payable:
    """A sum that pays the installments *dues* on a date, all that their lateness cost included.

    *ahead* says that none of them has fallen due; *debit* that the lender was to debit it, which
    the payment confirms.
    """

    amount: Money
    dues: tuple[date, ...]
    on: date
    ahead: bool = False
    debit: bool = False


def payable(position: Position) -> Payable | None:
    """Return what to pay on the day of a position; None where no sum is known to be owed."""
    today = position.as_of
    if position.due.total:
        return Payable(position.due_total, tuple(a.due for a in position.arrears), today)
    for open_debit in position.unconfirmed[:1]:
        due = open_debit.due
        return Payable(debited(position.loan, due), (due,), due, debit=True)
    statement = statement_of(position)
    if statement is not None and statement.bill.minimum is None:
        # It named no minimum, so nobody who pays it can mean what the terms make of that.
        return Payable(statement.whole, (statement.bill.due,), today, ahead=True)
    for part in position.upcoming[:1]:
        if part.remaining.minor > 0:
            return Payable(part.remaining, (part.due,), today, ahead=True)
    return None


def payable_on(loan: Loan, day: date, today: date) -> Payable | None:
    """Return what was to be paid on a day up to *today*; None where all of that is paid by now."""
    what = payable(value(loan, day))
    if what is None:
        return None
    last, now = max(today, *what.dues), value(loan, today)
    still_open = (*now.unpaid(), *(debit.due for debit in now.unconfirmed))
    return what if any(due <= last for due in still_open) else None


def assumed_debit(loan: Loan, on: date, today: date) -> Payment | None:
    """Return the debit that counts as made by *today* and that a payment on a day may confirm.

    That is the last one, until the next installment falls due.
    """
    position = value(loan, today)
    recorded = [paid for paid in loan.payments if paid.assumed]
    coming = [(debit.due, debited(loan, debit.due).amount) for debit in position.assumed]
    debits = [*recorded, *(Payment(due, amount, assumed=True) for due, amount in coming)]
    last = max((d for d in debits if d.on <= on), key=lambda debit: debit.on, default=None)
    over = last is not None and any(last.on < due <= on for due in position.dues)
    return None if over else last


class Odd(StrEnum):
    """Why a payment was hardly made on the day that is given."""

    FUTURE = "future"
    BEFORE_START = "before_start"
    OTHER_YEAR = "other_year"


def odd_day(loan: Loan, on: date, today: date) -> Odd | None:
    """Return why nobody paid on a loan on a day, as far as that can be said; None for most days."""
    if on > today:
        return Odd.FUTURE
    begin, first = start_date(loan.terms), first_due(loan.terms)
    if begin is not None and on < begin:
        return Odd.BEFORE_START
    return Odd.OTHER_YEAR if first is not None and first - on > HALF_A_YEAR else None


def twin(loan: Loan, amount: Money, on: date) -> Payment | None:
    """Return a payment of a loan that has the same sum and day, if there is one."""
    alike = (paid for paid in loan.payments if (paid.on, paid.amount) == (on, amount.amount))
    return next(alike, None)
