"""A card's statements, lived through purchase by purchase and day by day."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from reminderd.loans.bills import drawn_on
from reminderd.loans.explain import explain
from reminderd.loans.money import Rate
from reminderd.loans.position import value
from reminderd.loans.terms import (
    USUAL_GRACE,
    Bill,
    GraceCovers,
    InterestFrom,
    InterestOn,
    Loan,
    LoanTerms,
    Minimum,
    Payment,
    Posting,
    Repayment,
)

FIRST = date(2026, 3, 5)  # on which the first statement is drawn
DUE, NEXT = date(2026, 3, 25), date(2026, 4, 25)
SECOND = date(2026, 4, 5)
DAILY = Decimal("0.0005")
WAYS = [
    (InterestFrom.POSTING, InterestOn.WHOLE),
    (InterestFrom.POSTING, InterestOn.UNPAID),
    (InterestFrom.STATEMENT, InterestOn.UNPAID),
    (InterestFrom.STATEMENT, InterestOn.WHOLE),
]


class Lot:
    """A purchase on a statement: what is unpaid of it, and from when on it may bear interest."""

    def __init__(self, posted, amount, *, bears=False):
        self.posted, self.left, self.bears = posted, amount, bears
        self.interest = Fraction(0)


class Life:
    """What one statement comes to, one day after the other."""

    def __init__(self, loan, bill, carried):
        terms = self.terms = loan.terms
        self.bill, self.paid = bill, {p.on: int(p.amount * 100) for p in loan.payments}
        amount = int(bill.amount * 100)
        left = amount - carried
        known = [(p.on, int(p.amount * 100)) for p in bill.posted if p.amount is not None]
        rest = left - sum(sum_ for _, sum_ in known)
        others = [p.on for p in bill.posted if p.amount is None] or [bill.on]
        lots = [Lot(on, sum_) for on, sum_ in sorted([*known, (others[0], rest)])]
        if terms.interest_from is InterestFrom.STATEMENT:
            lots = [Lot(bill.on, lot.left, bears=carried > 0) for lot in lots]
        self.lots = [Lot(bill.on, carried, bears=True), *lots]
        self.last = bill.due + timedelta(days=terms.interest_grace)
        self.in_full = self._only_short()

    @property
    def left(self):
        return sum(lot.left for lot in self.lots)

    def payoff(self, until):
        """Return what ends it on a day, in cents and not rounded."""
        self._before_the_statement()
        self._pay(self.bill.on)
        for number in range((until - self.bill.on).days):
            self._live(self.bill.on + timedelta(days=number + 1))
        if until <= self.last or self.in_full:
            return self.left + sum(lot.interest for lot in self.lots if lot.bears)
        if not self.whole:
            for lot, left in zip(self.lots, self.at_due, strict=True):
                days_ = (self.bill.due - lot.posted).days
                lot.interest += 0 if lot.bears else left * days_ * Fraction(DAILY)
        return self.left + sum(lot.interest for lot in self.lots)

    @property
    def whole(self):
        return self.terms.interest_on is InterestOn.WHOLE

    def _before_the_statement(self):
        for lot in self.lots:
            if self.whole and lot.posted < self.bill.on:
                days_ = (self.bill.on - lot.posted).days
                lot.interest += lot.left * days_ * Fraction(DAILY)

    def _live(self, day):
        """Let a day pass, and take what is paid at its end."""
        forgiven = self.in_full and self._only_short()
        for lot in self.lots:
            if not forgiven and (self.whole or lot.bears or day > self.bill.due):
                lot.interest += lot.left * Fraction(DAILY)
        self._pay(day)
        if day == self.bill.due:
            self.at_due = [lot.left for lot in self.lots]
        if day <= self.last:
            self.in_full = self._only_short()

    def _only_short(self):
        """Whether what is left is the little that was forgiven."""
        return self.left < max(1, int(self.terms.residual_below * 100))

    def _pay(self, day):
        money = self.paid.get(day, 0)
        for lot in self.lots:
            met = min(money, lot.left)
            lot.left -= met
            money -= met


days = st.integers(0, 30).map(lambda number: FIRST + timedelta(days=number))
sums = st.sampled_from([1_00, 5_00, 50_00, 100_00, 199_50, 333_33, 900_00])


@st.composite
def cards(draw):
    """A card with a statement of 1,000.00, postings of some of it, and payments."""
    since, on = draw(st.sampled_from(WAYS))
    covers = (*USUAL_GRACE, GraceCovers.INTEREST) if draw(st.booleans()) else USUAL_GRACE
    posted = [Posting(date(2026, 2, 8)), Posting(date(2026, 2, 20), Decimal("250.50"))]
    posted = draw(st.sampled_from([[], posted[:1], posted[1:], posted]))
    minimum = draw(st.sampled_from(["100", "1000"]))
    bill = Bill(DUE, Decimal(1000), Decimal(minimum), FIRST, tuple(posted))
    terms = LoanTerms(
        "CNY",
        Repayment.BILLED,
        first_due=DUE,
        minimum=Minimum(Decimal("0.1")),
        contract_rate=Rate(DAILY, "day"),
        interest_from=since,
        interest_on=on,
        grace_days=3,
        grace_covers=covers,
        residual_below=draw(st.sampled_from([Decimal(0), Decimal("10.01")])),
        bills=(bill,),
    )
    paid = draw(st.dictionaries(days, sums, max_size=3))
    payments = tuple(Payment(on_, Decimal(sum_) / 100) for on_, sum_ in sorted(paid.items()))
    return Loan("card", "card", terms, "UTC", payments)


def before(loan, day):
    """Leave out what is paid later, too late for all of it to be in time, or beyond it."""
    kept, left = [], loan.terms.bills[0].amount
    last = min(day, DUE + timedelta(days=loan.terms.interest_grace))
    for payment in loan.payments:
        if payment.on <= last and payment.amount <= left:
            kept.append(payment)
            left -= payment.amount
    return Loan("card", "card", loan.terms, "UTC", tuple(kept))


@settings(max_examples=250)
@given(cards(), st.integers(0, 50))
def test_a_statement_costs_what_living_through_it_comes_to(card, number):
    day = FIRST + timedelta(days=number)
    loan = before(card, FIRST + timedelta(days=30))
    lived = Life(loan, loan.terms.bills[0], 0).payoff(day)
    position = value(loan, day)
    assert abs(position.payoff.minor - lived) <= 1  # two sums are rounded, each by half a cent
    assert explain(loan, day)[-1].micros == position.due.total * 10**6


@settings(max_examples=150)
@given(cards(), st.integers(0, 25), st.sampled_from([0, 300_00]), st.booleans())
def test_what_one_left_bears_interest_on_the_next(card, number, purchases, all_paid):
    first = before(card, SECOND - timedelta(days=1))
    owed = value(first, SECOND).payoff.minor
    amount = Decimal(owed + purchases) / 100
    if not amount:
        return
    in_full = Life(first, first.terms.bills[0], 0)
    in_full.payoff(SECOND)
    carried = 0 if in_full.in_full or owed < 1 else owed
    if first.terms.interest_from is InterestFrom.STATEMENT and carried:
        carried = owed + purchases if owed >= max(1, first.terms.residual_below * 100) else 0
    second = Bill(NEXT, amount, (amount / 10).quantize(Decimal("0.01")), SECOND)
    paid = (*first.payments, *([Payment(date(2026, 4, 15), amount)] if all_paid else []))
    loan = Loan("card", "card", first.terms, "UTC", paid, agreed=(second,))
    day = SECOND + timedelta(days=number)
    lived = Life(loan, second, carried).payoff(day)
    # What is late stays an arrear of its own, and its interest bears none.
    on_interest = value(first, SECOND).due.interest * number * Fraction(DAILY)
    assert abs(value(loan, day).payoff.minor - lived + on_interest) <= Fraction(3, 2) + on_interest


@settings(max_examples=60)
@given(cards(), st.integers(0, 30))
def test_until_it_is_too_late_all_of_it_is_the_sum_less_what_was_paid(card, number):
    loan = before(card, FIRST + timedelta(days=number))
    day = min(FIRST + timedelta(days=number), DUE)
    paid = sum(payment.amount for payment in loan.payments if payment.on <= day)
    assert value(loan, day).payoff.amount == 1000 - paid
    assert drawn_on(loan.terms, DUE) <= DUE
