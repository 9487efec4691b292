"""A card's statement that can still be paid in full: what the whole and what the least costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .card import Card
from .frequency import add_months
from .money import Money, round_half_up
from .position import Position
from .schedule import period_interest
from .terms import Bill, InterestFrom

_DAILY = Decimal("0.0005")  # the most that China's central bank ever let a card charge a day


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement up to its due date: what is left of it, and what paying the least of it costs.

    *anyway* is the interest that comes with the next one though all of it is paid, for what an
    earlier one left. *interest* is what paying no more than the *minimum* costs *until* the next
    due date. *at_most* is what no figure contains: where nobody knows when purchases were posted,
    or how the card works, a bank in China may charge so much more for the days since.
    """

    bill: Bill
    whole: Money
    minimum: Money
    anyway: Money
    interest: Money
    until: date
    at_most: Money | None


def statement_of(position: Position) -> Statement | None:
    """Return the statement that can still be paid in full, where that is more than its minimum."""
    account, today = position.account, position.as_of
    if (card := account.card) is None or card.due < today:
        return None
    after = [part for part in account.parts[account.upcoming :] if part.base]
    after = [part for part in after if part.due > card.due]
    if not after:
        return None
    asked = sum(rest for part, rest in account.not_yet_due() if part.due <= card.due)
    money = position.money
    minimum, anyway = money(position.due.total + asked), card.bears_anyway(card.due)
    whole = money(position.payoff.minor - card.bears_anyway(today))
    interest, until = money(after[0].interest), after[0].due
    return Statement(
        card.bill, whole, minimum, money(anyway), interest, until, _at_most(card, position)
    )


def _at_most(card: Card, position: Position) -> Money | None:
    """Return what the days since the first that the statement may tell of could cost, if anything.

    By its terms where these say that interest runs from the day of posting; else by those that
    are usual in China, up to the due date.
    """
    terms, bill = position.loan.terms, card.bill
    since, most = add_months(bill.on, -1), None
    if terms.interest_from is InterestFrom.POSTING:
        most = period_interest(terms, card.undated, since, bill.on)
    elif terms.interest_from is InterestFrom.DUE and position.currency == "CNY":
        exact = card.amount * (bill.due - since).days * _DAILY
        most = round_half_up(*exact.as_integer_ratio())
    return position.money(most) if most else None
