"""When another bill takes a bill's place under the same loan, and which money was for the earlier.

Only loans whose sums stand on dates are meant: one sum, a statement, listed installments. Their
terms are rewritten for each bill. A bill is told from its successor by its dates, and a payment
belongs to the bill in whose time it was made:

* a successor's first due date is later than the last one of before, by more days than a date is
  put right by; or it is one of the dates of before, and those ahead of it were left out;
* what was paid up to the earlier bill's last due date, or before the next one was drawn, was for
  the earlier;
* so was what was on record when the next one came, as long as the earlier one was still unpaid;
* nothing else was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from operator import attrgetter

from .bills import NEAR, drawn_on
from .money import Money, to_minor
from .terms import Loan, LoanTerms, Payment
from .trouble import Trouble, valued

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FormerBill:
    """A bill whose place another one took at an instant.

    *due* is its last due date. It has all payments up to a date: of those that were on record at
    that instant up to ``recorded_until``, of others up to ``until``. *carried* is what they came to
    beyond it, in minor units, where the bills that followed were known then.
    """

    due: date
    replaced_at: datetime
    recorded_until: date
    until: date
    carried: int = 0

    def has(self, payment: Payment) -> bool:
        """Return whether a payment was for this bill or one before it."""
        recorded = payment.recorded_at is not None and payment.recorded_at < self.replaced_at
        return payment.on <= (self.recorded_until if recorded else self.until)

    def precedes(self, terms: LoanTerms) -> bool:
        """Return whether *terms* are of a later bill: a date that was put back is not."""
        first = first_due(terms)
        return first is not None and self.due < first


def first_due(terms: LoanTerms) -> date | None:
    """Return the first due date that terms name."""
    return terms.dues_listed[0] if terms.dues_listed else terms.first_due


def former_of(formers: Iterable[FormerBill], terms: LoanTerms) -> FormerBill | None:
    """Return the last bill before the one that *terms* are of."""
    earlier = (former for former in formers if former.precedes(terms))
    return max(earlier, key=lambda former: former.due, default=None)


def own_payments(
    former: FormerBill | None, payments: Sequence[Payment], currency: str
) -> tuple[Payment, ...]:
    """Return those of a loan's payments that were not for a *former* bill, and what it left."""
    if former is None:
        return tuple(payments)
    own = [payment for payment in payments if not former.has(payment)]
    if former.carried:
        amount = Money(former.carried, currency).amount
        own.insert(0, Payment(former.recorded_until, amount, former.replaced_at))
    return tuple(own)


def succession(old: Loan, terms: LoanTerms, today: date, now: datetime) -> FormerBill | None:
    """Return what *old* becomes if *terms* are of a later bill; None where they are of the same.

    Of what was paid *old* has its own payments alone; *today* is the date of *now* where it is.
    """
    first, dues = first_due(terms), old.terms.dues_listed
    over = [due for due in dues if first is not None and due < first]
    goes_on = len(over) < len(dues)
    if first is None or not over or (goes_on and first not in dues):
        return None
    last, asked = over[-1], sum(_sums(old.terms)[: len(over)])
    paid_on = _paid_on(old, asked, today)
    replaced = last <= today and (goes_on or (first - last).days > NEAR)
    if not (replaced or paid_on or _is_settled(old, today)):
        return None  # its date was put right
    until = max(last, min(_drawn_on(terms, first), today) - _DAY)
    # A statement has what was paid before it in its sum, whatever of the earlier one was unpaid.
    recorded_until = until if old.terms.bills else max(until, paid_on or today)
    former = FormerBill(last, now, recorded_until, until)
    if not goes_on:
        return former
    had = [payment.amount for payment in old.payments if former.has(payment)]
    paid = sum(to_minor(amount, old.terms.currency) for amount in had)
    return replace(former, carried=max(0, paid - asked))


def _sums(terms: LoanTerms) -> list[int]:
    """Return the sums that stand on dates, in minor units."""
    if terms.listed:
        return [part.total for part in terms.listed]
    return [to_minor(bill.amount, terms.currency) for bill in terms.bills]


def _drawn_on(terms: LoanTerms, due: date) -> date:
    """Return when the bill of a first due date was drawn."""
    named = terms.bills[0].on if terms.bills else None
    return named or drawn_on(terms, due)


def _paid_on(loan: Loan, asked: int, today: date) -> date | None:
    """Return the day up to *today* on which so much had been paid; None where it has not been."""
    paid = 0
    for payment in sorted(loan.payments, key=attrgetter("on")):
        paid += to_minor(payment.amount, loan.terms.currency)
        if paid >= asked:
            return payment.on if payment.on <= today else None
    return None


def _is_settled(loan: Loan, today: date) -> bool:
    stands = valued(loan, today)
    return not isinstance(stands, Trouble) and stands.settled
