"""A loan that lives by bills, all of them known, is the loan that lists the same installments."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reminderd.loans.charges import Amount, Fee, FeeKind, FeePer
from reminderd.loans.money import Rate
from reminderd.loans.position import value
from reminderd.loans.schedule import billed, card_terms
from reminderd.loans.terms import (
    Bill,
    Compounding,
    Extension,
    Installment,
    Loan,
    LoanTerms,
    Minimum,
    Payment,
    Penalty,
    PenaltyBase,
    PenaltyRule,
    Repayment,
    Waiver,
)

DUES = [date(2026, month, 10) for month in range(1, 7)]
DRAWN = date(2025, 12, 20)
LAST = date(2026, 8, 1)

days = st.dates(DRAWN + timedelta(days=1), LAST)
sums = st.integers(1, 900_00).map(lambda minor: Decimal(minor) / 100)
payments = st.lists(st.builds(Payment, days, sums), max_size=8).map(tuple)
daily = st.sampled_from([None, "0.0003", "0.001"])


@st.composite
def prices(draw):
    """Return what being late costs."""
    rate, penalty = draw(daily), draw(daily)
    fee = Fee(Amount(FeeKind.PERCENT, Decimal("0.05")), draw(st.sampled_from(FeePer)))
    return LoanTerms(
        "CNY",
        Repayment.BILLED,
        first_due=DUES[0],
        contract_rate=rate and Rate(Decimal(rate), "day"),
        penalty=penalty and Penalty(PenaltyRule.DAILY_RATE, Decimal(penalty)),
        penalty_base=draw(st.sampled_from(PenaltyBase)),
        compounding=draw(st.sampled_from(Compounding)) if penalty else Compounding.NONE,
        grace_days=draw(st.integers(0, 10)),
        fees=draw(st.sampled_from([(), (fee,)])),
    )


@st.composite
def deals(draw):
    """Return what was agreed on the way."""
    agreed = draw(st.lists(st.builds(Waiver, days, sums, st.none()), max_size=2))
    if draw(st.booleans()):
        due, later = draw(st.sampled_from(DUES)), draw(st.integers(11, 50))
        when = due + timedelta(days=draw(st.integers(-5, 10)))
        agreed.append(Extension(due, when, (due + timedelta(days=later),)))
    return tuple(agreed)


@given(prices(), st.lists(sums, min_size=6, max_size=6), payments, deals(), days)
def test_day_by_day_both_owe_the_same(terms, asked, paid, agreed, day):
    bills = tuple(Bill(due, amount, None, DRAWN) for due, amount in zip(DUES, asked, strict=True))
    parts = tuple(Installment(bill.due, int(bill.amount * 100), 0) for bill in bills)
    listed = replace(terms, repayment=Repayment.LISTED, listed=parts, first_due=None)
    by_bills = value(Loan("b", "b", terms, "UTC", paid, agreed=(*bills, *agreed)), day)
    by_list = value(Loan("b", "b", listed, "UTC", paid, agreed=agreed), day)
    assert by_bills.due == by_list.due
    assert by_bills.arrears == by_list.arrears
    assert by_bills.payoff == by_list.payoff
    assert by_bills.tomorrow == by_list.tomorrow
    known = tuple(part for part in by_bills.upcoming if not part.unknown)
    assert known == by_list.upcoming
    assert not by_bills.settled


@given(
    st.lists(st.tuples(sums, st.integers(0, 100)), min_size=6, max_size=6),
    payments,
    st.integers(0, 5),
    st.sampled_from(["0", "0.0005"]),
)
def test_with_a_statement_all_that_is_owed_is_its_sum_less_what_was_paid_since(
    asked, paid, which, rate
):
    card = LoanTerms(
        "CNY",
        Repayment.BILLED,
        first_due=DUES[0],
        minimum=Minimum(Decimal("0.1")),
        contract_rate=Rate(Decimal(rate), "day"),
        fees=(Fee(Amount(FeeKind.PERCENT, Decimal("0.05")), FeePer.INSTALLMENT),),
    )
    bills = [
        Bill(due, amount, (amount * share / 100).quantize(Decimal("0.01")) or None, drawn)
        for due, (amount, share) in zip(DUES, asked, strict=True)
        for drawn in [due - timedelta(days=18)]
    ]
    drawn = bills[which].on
    loan = Loan("card", "card", card, "UTC", paid, agreed=tuple(bills[: which + 1]))
    statement = int(bills[which].amount * 100)
    on_the_day = sum(int(payment.amount * 100) for payment in paid if payment.on == drawn)
    position = value(loan, drawn)
    assert position.payoff.minor == max(0, statement - on_the_day)
    assert not position.settled
    least = bills[which].minimum
    if least is not None and not on_the_day:
        asked_for = sum(p.remaining.minor for p in position.upcoming if p.due == DUES[which])
        minimum = int(least * 100)
        late = position.due.total
        assert asked_for == max(0, minimum - late) or late == statement


@given(st.integers(1, 10**7), st.integers(0, 10**7), st.integers(1, 28))
def test_what_a_statement_leaves_adds_up_to_its_sum(balance, asked, day):
    terms = card_terms(
        LoanTerms("CNY", Repayment.BILLED, first_due=DUES[0], minimum=Minimum(Decimal("0.2"))),
        date(2026, 3, day),
    )
    parts = billed(terms, date(2026, 3, day), balance, asked)
    assert sum(part.principal for part in parts) == balance
    assert parts[0].total == min(asked, balance)
    assert [part.due for part in parts] == sorted({part.due for part in parts})
