"""What is due up to a day depends on no term that begins later."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reminderd.loans.position import value
from reminderd.loans.terms import Compounding, RateChange, Repayment

from .random_loans import (
    FIRST_DUE,
    ONE_DAY,
    also_paying,
    days,
    examples,
    known_by,
    loans_that_have,
    loans_with,
    loans_without,
    on_terms,
    per_day,
    some,
)

LATER = ("changes", "pauses", "acceleration", "waivers", "extensions")


def begun_by(loan, day):
    """Return the loan without the terms that begin after *day*; a new rate counts from the next."""
    terms = loan.terms
    called = terms.acceleration_date
    return on_terms(
        replace(known_by(loan, day), payments=loan.payments),
        rate_changes=tuple(change for change in terms.rate_changes if change.start < day),
        pauses=tuple(pause for pause in terms.pauses if pause.first <= day),
        acceleration_date=called if called and called <= day else None,
    )


def figures(loan, as_of, until):
    """Return what is owed on a day, and what that comes to on each day *until* another."""
    position = value(loan, as_of)
    arrears = [figure for arrear in position.arrears for figure in arrear.owed]
    curve = [figure for owed in position.curve((until - as_of).days) for figure in owed]
    return [*position.due, position.payoff.minor, position.credit.minor, *arrears, *curve]


def assert_unmoved(loan, as_of, until):
    """Compare what is owed with and without the terms that begin after *until*.

    A new rate may change the fraction at which compound interest is cut, far below a unit. That
    an installment was moved once it was late says that it was not paid, whatever ``paid_until``
    says.
    """
    known = begun_by(loan, until)
    assume(known.terms != loan.terms)
    paid = loan.terms.paid_until
    assume(paid is None or paid <= as_of)
    assume(not any(paid and e.due <= paid and e.due < e.agreed for e in loan.terms.extensions))
    slack = int(loan.terms.compounding is not Compounding.NONE)
    with_them, without = figures(loan, as_of, until), figures(known, as_of, until)
    assert len(with_them) == len(without)
    apart = [abs(one - other) for one, other in zip(with_them, without, strict=True)]
    assert max(apart) <= slack, f"{with_them} instead of {without}"


def begins(terms):
    """Return the days with which terms begin."""
    starts = [change.start for change in terms.rate_changes]
    starts += [pause.first for pause in terms.pauses]
    starts += [waiver.on for waiver in terms.waivers]
    starts += [extension.agreed for extension in terms.extensions]
    return starts + [day for day in [terms.acceleration_date] if day]


@st.composite
def days_between(draw, loan):
    """Return two days in order, the later one often not long before a term begins."""
    starts = begins(loan.terms)
    before = st.builds(lambda start, ago: start - ago * ONE_DAY, some(starts), st.integers(0, 31))
    until = draw(st.one_of(before, before, days))
    return until - draw(st.integers(0, 40)) * ONE_DAY, until


@pytest.mark.parametrize("feature", LATER)
@examples(100)
@given(data=st.data())
def test_no_later_term_moves_what_is_due_by_a_day(feature, data):
    loan = data.draw(loans_that_have(feature), label="loan")
    assume(begins(loan.terms))
    assert_unmoved(loan, *data.draw(days_between(loan), label="as of and until"))


@examples(133)
@given(loans_with(st.just(set()), [Repayment.REVOLVING]), st.data())
def test_what_a_payment_does_to_a_balance_does_not_depend_on_a_later_term(loan, data):
    assume(loan.terms.contract_rate)
    paid = FIRST_DUE + data.draw(st.integers(0, 70), label="paid") * ONE_DAY
    before = value(loan, paid)
    rest = (
        (before.payoff.minor - before.due.total) * data.draw(st.integers(1, 99), label="%") // 100
    )
    loan = also_paying(loan, paid, before.due.total + max(1, rest))
    until = paid + data.draw(st.integers(0, 9), label="days on") * ONE_DAY
    day = until + data.draw(st.integers(1, 20), label="days to a term") * ONE_DAY
    rate = replace(loan.terms.contract_rate, value=data.draw(per_day, label="new rate"))
    new = {"rate_changes": (RateChange(day, rate),)}, {"acceleration_date": day}
    assert_unmoved(on_terms(loan, **data.draw(some(new), label="new")), paid, until)


@examples(200)
@given(loans_without("paid"), st.data())
def test_no_later_terms_that_meet_move_what_is_due_by_a_day(loan, data):
    assume(begins(loan.terms))
    assert_unmoved(loan, *data.draw(days_between(loan), label="as of and until"))
