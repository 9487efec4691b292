"""One account, seen four ways: the next cliff, one more day, the curve, and later days."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reminderd.loans.cliffs import CliffReason, turns
from reminderd.loans.daycount import DayCount
from reminderd.loans.position import value
from reminderd.loans.terms import Repayment

from .random_loans import (
    FIRST_DUE,
    ONE_DAY,
    also_paying,
    days,
    examples,
    known_by,
    loans,
    loans_with,
    on_terms,
)
from .test_money_properties import balance, covers

EVEN = [DayCount.ACT_360, DayCount.ACT_365F]  # by which each day counts as much as any other


def nothing_falls_due(position, until):
    """Whether what is due stays the same installments up to a day."""
    return not any(position.as_of < due <= until for due in position.dues)


ENDS = [date(2024, month, day) for month in (1, 3, 5, 7, 8, 10) for day in (30, 31)]


@examples(53)
@given(loans, days, st.integers(1, 60))
def test_a_later_day_is_what_was_foreseen_of_it(loan, as_of, length):
    foreseen(loan, as_of, length)


@examples(53)
@given(loans_with(st.just({"deferment"})), st.sampled_from(ENDS), st.integers(1, 60))
def test_a_look_at_the_end_of_a_month_cuts_no_count_of_30_360(loan, as_of, length):
    foreseen(on_terms(loan, day_count=DayCount.THIRTY_360), as_of, length)


def foreseen(loan, as_of, length):
    """Hold what is foreseen of a later day against that day."""
    loan = known_by(loan, as_of)
    position, until = value(loan, as_of), as_of + timedelta(days=length)
    assume(nothing_falls_due(position, until) and not covers(loan, until))
    curve = position.curve(length)
    assert curve[0] == position.due
    assert curve[1] == position.tomorrow
    assert curve[-1] == position.after(length) == value(loan, until).due


@pytest.mark.parametrize("feature", ["changes", "pauses", "fees", "grace", "counted", "steps"])
@examples(40)
@given(st.data())
def test_before_the_next_cliff_no_day_costs_more_than_the_one_before(feature, data):
    """But for what rounding adds: half a minor unit to each rounded figure of a line.

    A penalty that has passed its least goes on as agreed, which is no cliff.
    """
    loan = data.draw(loans_with(st.just({feature})))
    loan = on_terms(loan, day_count=data.draw(st.sampled_from(EVEN)))
    if loan.terms.penalty is not None:
        loan = on_terms(loan, penalty=replace(loan.terms.penalty, at_least=None))
    fallen = value(loan, FIRST_DUE).dues
    as_of = data.draw(st.sampled_from(sorted(fallen)[:4])) + data.draw(st.integers(1, 40)) * ONE_DAY
    loan = known_by(loan, as_of)
    position = value(loan, as_of)
    cliff = position.next_cliff
    last = cliff.date - ONE_DAY if cliff else as_of + timedelta(days=90)
    last = min(last, as_of + timedelta(days=90))
    assume(position.arrears)
    length = (last - as_of).days
    while length > 1 and not nothing_falls_due(position, as_of + timedelta(days=length)):
        length -= 1
    assume(length > 1 and nothing_falls_due(position, as_of + timedelta(days=length)))
    totals = [owed.total for owed in position.curve(length)]
    added = [after - before for before, after in zip(totals, totals[1:], strict=False)]
    wobble = 2 * len(position.arrears)
    assert all(more <= added[0] + wobble for more in added)


@examples(66)
@given(loans, days)
def test_a_cliff_is_one_of_the_days_that_the_terms_name(loan, as_of):
    loan = known_by(loan, as_of)
    cliff = value(loan, as_of).next_cliff
    assume(cliff is not None)
    named = [turn.on for turn in turns(loan.terms, cliff.due, as_of)]
    assert cliff.date in named
    before = value(loan, cliff.date - ONE_DAY)
    if not covers(loan, cliff.date):
        assert cliff.increase == before.increase
    if cliff.reason is CliffReason.FEE_CHARGED:
        assert before.tomorrow.fees > before.due.fees


SIMPLE = loans_with(
    st.sets(st.sampled_from(["allocation", "counted"]), min_size=1),
    (Repayment.LISTED, Repayment.EQUAL_PRINCIPAL, Repayment.EQUAL_INSTALLMENT),
)


@examples(100)
@given(SIMPLE, st.integers(0, 2), st.integers(1, 30), st.floats(0, 1.2), st.integers(0, 90))
def test_paying_before_the_due_date_is_never_worse_than_on_it(loan, place, early, share, later):
    parts = value(loan, FIRST_DUE - ONE_DAY).account.parts
    part = parts[min(place, len(parts) - 1)]
    amount = 1 + int(share * part.total)
    sooner = also_paying(loan, part.due - timedelta(days=early), amount)
    punctual = also_paying(loan, part.due, amount)
    day = part.due + timedelta(days=later)
    assert balance(value(sooner, day)) <= balance(value(punctual, day))
