"""What is due up to a day depends on no term that begins later."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reminderd.loans.position import value
from reminderd.loans.terms import Compounding

from .random_loans import (
    ONE_DAY,
    days,
    examples,
    known_by,
    loans_that_have,
    loans_without,
    on_terms,
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

    A new rate may change the fraction at which compound interest is cut, far below a unit.
    """
    known = begun_by(loan, until)
    assume(known.terms != loan.terms)
    assume(loan.terms.paid_until is None or loan.terms.paid_until <= as_of)
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


def not_long_before(loan):
    """Return a strategy for days, and more often than others for those before a term begins."""
    starts = begins(loan.terms)
    before = st.builds(lambda start, ago: start - ago * ONE_DAY, some(starts), st.integers(0, 31))
    return st.one_of(before, before, days)


@pytest.mark.parametrize("feature", LATER)
@examples(150)
@given(data=st.data())
def test_no_later_term_moves_what_is_due_by_a_day(feature, data):
    loan = data.draw(loans_that_have(feature), label="loan")
    assume(begins(loan.terms))
    until = data.draw(not_long_before(loan), label="until")
    as_of = until - data.draw(st.integers(0, 40), label="days before") * ONE_DAY
    assert_unmoved(loan, as_of, until)


@examples(300)
@given(loans_without("paid"), st.data())
def test_no_later_terms_that_meet_move_what_is_due_by_a_day(loan, data):
    assume(begins(loan.terms))
    until = data.draw(not_long_before(loan), label="until")
    as_of = until - data.draw(st.integers(0, 40), label="days before") * ONE_DAY
    assert_unmoved(loan, as_of, until)
