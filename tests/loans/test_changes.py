"""Why an installment to come is another sum than the one before it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reminderd.loans.changes import Why, change_of
from reminderd.loans.money import Money, Rate
from reminderd.loans.position import value
from reminderd.loans.terms import (
    Extension,
    Installment,
    Loan,
    LoanTerms,
    Payment,
    RateChange,
    Repayment,
)

FIRST = date(2026, 1, 15)
DEAR, CHEAP = Rate(Decimal("0.041"), "year"), Rate(Decimal("0.036"), "year")


def loan(repayment=Repayment.EQUAL_INSTALLMENT, count=12, changed=None, **terms):
    """Return 12,000.00 at 4.1 % in monthly installments, at 3.6 % from the date given."""
    changes = () if changed is None else (RateChange(changed, CHEAP),)
    agreed = LoanTerms(
        "CNY",
        repayment=repayment,
        principal=Decimal(12000),
        installment_count=count,
        first_due=FIRST,
        contract_rate=DEAR,
        rate_changes=changes,
        **terms,
    )
    return Loan("house", "House", agreed, "Asia/Shanghai")


def paid_up(one, day):
    """Return the position of a loan on a day, every installment before it paid on its date."""
    parts = [part for part in value(one, day).account.parts if part.due < day]
    payments = tuple(Payment(part.due, Money(part.total, "CNY").amount) for part in parts)
    return value(replace(one, payments=payments), day)


def totals(one):
    return [Money(part.total, "CNY") for part in value(one, FIRST).account.parts]


def test_a_rate_that_changes_on_a_due_date_is_one_step():
    one = loan(changed=date(2026, 4, 15))
    before, now = totals(one)[3:5]
    change = change_of(paid_up(one, date(2026, 5, 12)))
    assert (change.why, change.before, change.now) == (Why.RATE, before, now)
    assert (change.on, change.rates) == (date(2026, 4, 15), (DEAR, CHEAP))
    assert change_of(paid_up(one, date(2026, 4, 12))) is None
    assert change_of(paid_up(one, date(2026, 6, 12))) is None


def test_a_rate_that_changes_between_two_is_two_steps():
    one = loan(changed=date(2026, 4, 25))
    sums = totals(one)
    steps = [change_of(paid_up(one, date(2026, month, 12))) for month in (4, 5, 6, 7)]
    assert steps[0] is None
    assert steps[3] is None
    assert [(s.why, s.before, s.now) for s in steps[1:3]] == [
        (Why.RATE_IN_PART, sums[3], sums[4]),
        (Why.RATE, sums[4], sums[5]),
    ]
    assert {s.on for s in steps[1:3]} == {date(2026, 4, 25)}


def test_it_is_told_on_the_due_date_and_no_more_once_it_is_overdue():
    one = loan(changed=date(2026, 4, 15))
    assert change_of(paid_up(one, date(2026, 5, 15))).why is Why.RATE
    late = paid_up(one, date(2026, 5, 15)).loan
    assert change_of(value(late, date(2026, 5, 16))) is None


def test_equal_principal_declines_without_a_change_but_for_a_rates():
    usual = loan(Repayment.EQUAL_PRINCIPAL)
    months = range(2, 13)
    assert {change_of(paid_up(usual, date(2026, month, 12))) for month in months} == {None}
    changed = loan(Repayment.EQUAL_PRINCIPAL, changed=date(2026, 4, 15))
    assert change_of(paid_up(changed, date(2026, 5, 12))).why is Why.RATE


@pytest.mark.parametrize("repayment", [Repayment.EQUAL_INSTALLMENT, Repayment.INTEREST_ONLY])
def test_a_last_installment_of_another_sum_is_one(repayment):
    one = loan(repayment)
    change = change_of(paid_up(one, date(2026, 12, 12)))
    assert (change.why, [change.before, change.now]) == (Why.LAST, totals(one)[-2:])


def test_what_an_extension_adds_is_a_change():
    deal = Extension(date(2026, 3, 15), date(2026, 3, 10), (date(2026, 4, 1),))
    one = loan(extensions=(deal,))
    before = totals(loan())[2]
    change = change_of(paid_up(one, date(2026, 3, 20)))
    assert (change.why, change.before) == (Why.EXTENSION, before)
    assert change.now.minor > before.minor


def test_sums_that_were_listed_are_no_change():
    parts = tuple(Installment(date(2026, month, 15), 100 * month, 0) for month in (1, 2, 3))
    terms = LoanTerms("CNY", listed=parts, rate_changes=(RateChange(FIRST, CHEAP),))
    one = Loan("a", "A", terms, "UTC")
    assert change_of(paid_up(one, date(2026, 2, 12))) is None


def test_the_first_installment_and_a_loan_that_is_paid_have_no_change():
    one = loan()
    assert change_of(value(one, date(2026, 1, 12))) is None
    assert change_of(paid_up(one, date(2027, 1, 1))) is None
