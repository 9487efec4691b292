"""A card's statement that can still be paid in full: what the whole and what the least costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .frequency import add_months
from .money import Money, round_half_up, to_minor
from .position import Position
from .terms import Bill

_DAILY = Decimal("0.0005")  # the most that China's central bank ever let a card charge a day


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement up to its due date: what is left of it, and what paying the least of it costs.

    *interest* is what the rest bears *until* the next due date, by the loan's own terms. A card
    in China may charge interest on the whole sum from the day of each purchase (全额计息) instead:
    up to *at_most*, which no figure contains.
    """

    bill: Bill
    whole: Money
    minimum: Money
    interest: Money
    until: date
    at_most: Money | None


def statement_of(position: Position) -> Statement | None:
    """Return the statement that can still be paid in full, where that is more than its minimum."""
    account, today = position.account, position.as_of
    if account.card is None or account.card[0] < today:
        return None
    bill, due = account.bills[-1], account.card[0]
    after = [part for part in account.parts[account.upcoming :] if part.base and part.due > due]
    if not after:
        return None
    asked = sum(rest for part, rest in account.not_yet_due() if part.due <= due)
    minimum = position.money(position.due.total + asked)
    interest, until = position.money(after[0].interest), after[0].due
    return Statement(bill, position.payoff, minimum, interest, until, _at_most(bill, position))


def _at_most(bill: Bill, position: Position) -> Money | None:
    if position.currency != "CNY":
        return None
    days = (bill.due - add_months(bill.on, -1)).days  # since the first day that it may tell of
    exact = to_minor(bill.amount, position.currency) * days * _DAILY
    return position.money(round_half_up(*exact.as_integer_ratio()))
