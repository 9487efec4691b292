"""What holds for every loan, whatever its terms."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from reminderd.loans.account import Account
from reminderd.loans.charges import CapMode
from reminderd.loans.explain import explain
from reminderd.loans.money import Money
from reminderd.loans.owed import Owed
from reminderd.loans.position import value
from reminderd.loans.rules import covered_until
from reminderd.loans.terms import Component, RoundingAt, Waiver
from reminderd.loans.trace import Trace

from .random_loans import (
    ONE_DAY,
    also_paying,
    amounts,
    days,
    examples,
    known_by,
    loans,
    loans_that_have,
    loans_without,
    on_terms,
)

CHARGES = {"interest", "penalty"}  # the steps that show the factors they are made of


def unit_of(loan):
    return Money(1, loan.terms.currency).amount


def covers(loan, day):
    """Whether what is paid on a day is part of what ``paid_until`` says, and counts no more."""
    covered = covered_until(loan.terms)
    return covered is not None and day <= covered


def balance(position):
    """Return the payoff, or below zero what was paid beyond it."""
    counts = position.settled or position.loan.terms.endless
    paid_beyond = position.credit.minor if counts else 0
    # What nobody asks for is owed all the same.
    return position.payoff.minor - paid_beyond + sum(r.owed.total for r in position.left_over)


# ─── Waiting ───


@examples(53)
@given(loans, days, st.integers(1, 60))
def test_while_nothing_is_paid_no_figure_falls_from_day_to_day(loan, first, length):
    assume(not covers(loan, first + ONE_DAY))
    loan = known_by(loan, first)
    capped = any(c.mode is CapMode.ENFORCE and c.annual_rate is not None for c in loan.terms.caps)
    before = value(loan, first)
    for shift in range(1, length + 1):
        after = value(loan, first + timedelta(days=shift))
        assert after.due.total >= before.due.total
        assert after.payoff.minor >= before.payoff.minor
        assert before.tomorrow.total >= before.due.total
        if not capped:  # under a cap a fee may take the place of penalty
            assert after.due.principal >= before.due.principal
            assert after.due.interest >= before.due.interest
            assert after.due.penalty >= before.due.penalty
            assert after.due.fees >= before.due.fees
        before = after


@examples(80)
@given(loans, days)
def test_tomorrow_is_what_the_same_installments_come_to_a_day_later(loan, as_of):
    loan = known_by(loan, as_of)
    next_day = value(loan, as_of + ONE_DAY)
    same = [arrear.owed for arrear in next_day.arrears if arrear.due <= as_of]
    assert value(loan, as_of).tomorrow == sum(same, Owed())


@examples(40)
@given(loans, days)
def test_a_curve_shows_what_each_of_the_days_ahead_comes_to(loan, as_of):
    position = value(loan, as_of)
    assert position.curve(9) == [position.after(day) for day in range(10)]


@examples(66)
@given(loans, days)
def test_a_cliff_lies_ahead_and_costs_what_waiting_for_it_will_cost(loan, as_of):
    loan = known_by(loan, as_of)
    cliff = value(loan, as_of).next_cliff
    assume(cliff is not None)
    assert cliff.date > as_of
    assert cliff.increase == value(loan, cliff.date - ONE_DAY).increase


@examples(80)
@given(loans, days)
def test_what_is_paid_or_agreed_after_a_date_does_not_change_the_position_on_it(loan, as_of):
    assert value(loan, as_of) == value(known_by(loan, as_of), as_of)


@examples(80)
@given(loans, days)
def test_no_part_of_what_is_owed_is_ever_negative(loan, as_of):
    for when in (as_of, *(payment.on for payment in loan.payments)):
        position = value(loan, when)
        for owed in (position.due, position.tomorrow, *(a.owed for a in position.arrears)):
            assert min(owed) >= 0
        assert all(part.remaining.minor > 0 for part in position.upcoming)
        assert position.credit.minor >= 0
        assert position.payoff.minor >= 0


# ─── Paying ───


@examples(100)
@given(loans, days, st.data())
def test_what_is_paid_lowers_the_payoff_by_exactly_that(loan, day, data):
    assume(not covers(loan, day))
    loan = known_by(loan, day)
    before = value(loan, day)
    paid = data.draw(amounts(before))
    assert balance(value(also_paying(loan, day, paid), day)) == balance(before) - paid


@examples(100)
@given(loans, days, st.integers(1, 700))
def test_paying_the_payoff_ends_the_loan_for_ever(loan, day, later):
    assume(not covers(loan, day))
    loan, agreed_later = known_by(loan, day), loan.terms
    payoff = value(loan, day).payoff.minor
    assume(payoff and not loan.terms.endless)
    paid = replace(also_paying(loan, day, payoff), terms=agreed_later)
    for when in (day, day + ONE_DAY, day + timedelta(days=later)):
        position = value(paid, when)
        assert position.due == position.tomorrow == Owed()
        assert position.settled
        assert (position.payoff.minor, position.credit.minor) == (0, 0)


@examples(53)
@given(loans, days, st.randoms(use_true_random=False))
def test_the_order_in_which_payments_are_listed_does_not_matter(loan, as_of, dice):
    shuffled = list(loan.payments)
    dice.shuffle(shuffled)
    assert value(replace(loan, payments=tuple(shuffled)), as_of) == value(loan, as_of)


@examples(53)
@given(loans, days, st.data())
def test_a_payment_entered_late_counts_from_the_day_it_was_made(loan, as_of, data):
    assume(loan.payments)
    late = data.draw(st.sampled_from(loan.payments))
    others = tuple(payment for payment in loan.payments if payment is not late)
    entered = replace(late, recorded_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert value(replace(loan, payments=(*others, entered)), as_of) == value(loan, as_of)


@examples(53)
@given(loans, days, st.data())
def test_splitting_a_payment_into_several_of_the_same_day_changes_nothing(loan, as_of, data):
    split = []
    for payment in loan.payments:
        unit = unit_of(loan)
        cut = data.draw(st.integers(0, int(payment.amount / unit))) * unit
        pieces = [replace(payment, amount=part) for part in (cut, payment.amount - cut) if part]
        split += data.draw(st.permutations(pieces))
    assert value(replace(loan, payments=tuple(split)), as_of) == value(loan, as_of)


@examples(80)
@given(loans_without("waivers", "extensions", "paid"), days)
def test_every_minor_unit_paid_is_either_allocated_or_credit(loan, as_of):
    trace = Trace(loan.terms)
    account = Account(loan.terms, trace).run(loan.payments, as_of)
    known = known_by(loan, as_of).payments
    paid = sum(Money.of(payment.amount, loan.terms.currency).minor for payment in known)
    early = sum(step.micros for step in trace.steps if step.kind == "paid-early")
    carried = sum(step.micros for step in trace.steps if step.kind == "carried")  # below zero
    repaid = account.credit + (early + carried) // 10**6  # what was put off was not paid
    for part, line in zip(account.parts, account.lines, strict=False):
        repaid += part.principal - line.principal
        repaid += line.paid_interest + line.paid_penalty + line.paid_fees
    assert repaid == paid


# ─── Agreeing ───


@examples(66)
@given(loans_without("waivers"), days, st.data())
def test_a_waiver_takes_only_what_it_names_and_no_more_than_it_says(loan, day, data):
    """What it leaves of an installment that it settles may be asked for with a later one."""
    plain = known_by(loan, day - ONE_DAY)
    before = value(plain, day).due
    sum_ = data.draw(st.integers(1, max(1, 2 * before.total)))
    of = data.draw(st.none() | st.sampled_from(Component))
    waived = on_terms(plain, waivers=(Waiver(day, sum_ * unit_of(loan), of),))
    carried = carried_by(waived, day) - carried_by(plain, day)
    named = {of.value} if of else {"fees", "penalty", "interest"}
    taken = (before - value(waived, day).due)._asdict()
    at_most = sum(before._asdict()[part] for part in named)
    assert sum(taken.values()) - carried == min(sum_, at_most)
    assert 0 <= sum(taken[part] for part in taken.keys() - named) <= carried


def carried_by(loan, day):
    """Return what is asked for later of what fell due by a day, in minor units."""
    return -sum(step.micros for step in explain(loan, day) if step.kind == "carried") // 10**6


@examples(66)
@given(loans_that_have("extensions"))
def test_an_extension_costs_nothing_on_the_day_it_is_agreed(loan):
    assume(not loan.terms.endless)  # else the payoff is what is due, and that has moved
    for extension in loan.terms.extensions[:1]:
        day = extension.agreed
        extended = value(on_terms(known_by(loan, day), waivers=()), day)
        if len(loan.terms.extensions) == 1 or loan.terms.extensions[1].agreed > day:
            as_it_was = value(on_terms(known_by(loan, day), waivers=(), extensions=()), day)
            assert extended.payoff == as_it_was.payoff


# ─── The derivation ───


@examples(133)
@given(loans, days)
def test_the_steps_of_the_derivation_add_up_to_the_figure(loan, as_of):
    *steps, total = explain(loan, as_of)
    assert total.kind == "total"
    assert sum(Fraction(step.amount) for step in steps) == Fraction(total.amount)
    assert total.amount == value(loan, as_of).due_total.amount


@examples(100)
@given(loans, days)
def test_the_rounding_step_is_less_than_a_minor_unit_for_each_rounded_figure(loan, as_of):
    steps = explain(loan, as_of)
    # Each installment has two figures that are rounded: its interest and its penalty.
    figures = 2 * len({step.due for step in steps if step.due is not None})
    rounding = [step.amount for step in steps if step.kind == "rounding"]
    assert len(rounding) <= 1
    assert all(abs(amount) < unit_of(loan) * figures for amount in rounding)


@examples(133)
@given(loans, days)
def test_every_accrual_can_be_worked_out_again_from_the_factors_it_shows(loan, as_of):
    assume(loan.terms.rounding_at is RoundingAt.END)  # else its days were rounded one by one
    unit = Fraction(unit_of(loan))
    for step in explain(loan, as_of):
        if step.kind not in CHARGES:
            continue
        years = Fraction(step.days, step.year_days or 1)
        assert (step.year_days is None) == (step.rate.per == "day")
        assert step.days > 0
        if step.rate.per == "day" or not loan.terms.day_count.startswith("30"):
            assert step.days == (step.end - step.start).days
        exact = Fraction(step.base.amount) * Fraction(step.rate.value) * years
        assert abs(exact - Fraction(step.amount)) <= unit / 10**6
        assert step.due <= step.start + loan.terms.dpd_includes_due_date * ONE_DAY


@examples(100)
@given(loans, days)
def test_scheduled_interest_can_be_worked_out_again_where_it_shows_its_factors(loan, as_of):
    assume(loan.terms.rounding_at is RoundingAt.END)
    unit = Fraction(unit_of(loan))
    for step in explain(loan, as_of):
        if step.kind == "scheduled-interest" and step.days is not None:
            years = Fraction(step.days, step.year_days or 1)
            exact = Fraction(step.base.amount) * Fraction(step.rate.value) * years
            assert abs(exact - Fraction(step.amount)) < unit


@examples(80)
@given(loans, days)
def test_the_payment_steps_are_the_payments_made_and_each_splits_into_what_it_paid(loan, as_of):
    steps = [step for step in explain(loan, as_of) if step.kind == "payment"]
    known = [paid for paid in known_by(loan, as_of).payments if not covers(loan, paid.on)]
    by_day = {paid.on: sum(p.amount for p in known if p.on == paid.on) for paid in known}
    assert [(step.end, -step.amount) for step in steps] == sorted(by_day.items())
    for step in steps:
        assert min(step.split) >= 0
