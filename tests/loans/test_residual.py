"""What lateness leaves of an installment that was paid by its own amount."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderd.loans.changes import Why, change_of
from reminderd.loans.course import owed_by_day
from reminderd.loans.explain import explain
from reminderd.loans.position import value
from reminderd.loans.terms import Payment
from reminderd.loans.whatif import residue

DUE = date(2026, 11, 10)
DAY = timedelta(days=1)
ALL = ["penalty", "fee", "reporting", "interest"]
LATER = ["due", "next", "end"]


def monthly(listed, *paid, **words):
    """Return three installments of 1,000.00, late ones at 0.1 % a day, paid as told."""
    parts = [(date(2026, month, 10), "1000", "0") for month in (11, 12)]
    parts.append((date(2027, 1, 10), "1000", "0"))
    return listed(*parts, paid=paid, penalty={"daily_rate": "0.1%"}, **words)


def due(loan, day):
    return value(loan, day).due.total


# ─── Grace that covers interest too ───


def test_a_bill_paid_in_full_within_grace_owes_nothing_more(one_sum):
    """As Chinese banks word 容时: paid within it counts as paid on its due date."""
    words = {"daily_rate": "0.05%", "fees": ["5%"], "grace_days": 3, "grace_covers": ALL}
    loan = one_sum("10000", DUE, paid=[(DUE + 2 * DAY, "10000")], **words)
    assert value(loan, DUE + 2 * DAY).settled
    assert value(loan, DUE + 5 * DAY).settled
    assert explain(loan, DUE + 5 * DAY)[-1].amount == 0


def test_a_bill_in_grace_asks_for_no_interest_and_after_it_for_all(one_sum):
    words = {"daily_rate": "0.05%", "grace_days": 3, "grace_covers": ALL}
    loan = one_sum("10000", DUE, **words)
    assert [due(loan, DUE + n * DAY) for n in (0, 3, 4)] == [10_000_00, 10_000_00, 10_020_00]
    part = one_sum("10000", DUE, paid=[(DUE + DAY, "4000")], **words)
    assert due(part, DUE + 3 * DAY) == 6_000_00
    assert due(part, DUE + 4 * DAY) == 6_000_00 + 5_00 + 3 * 3_00


# ─── Paid by its own amount ───


@pytest.mark.parametrize("residual", LATER)
def test_what_is_left_waits_where_the_terms_carry_it_over(listed, residual):
    """Twenty days late cost 20.00; whoever pays 1,000.00 then is current, or short by that."""
    loan = monthly(listed, (DUE + 20 * DAY, "1000"), residual=residual)
    position = value(loan, DUE + 25 * DAY)
    coming = [part.remaining.minor for part in position.upcoming]
    expected = {
        "due": (20_00 + 10, [1_000_00, 1_000_00]),
        "next": (0, [1_020_00, 1_000_00]),
        "end": (0, [1_000_00, 1_020_00]),
    }
    assert (position.due.total, coming) == expected[residual]
    assert position.payoff.minor == position.due.total + sum(coming)
    assert bool(position.days_past_due) == (residual == "due")


def test_so_little_waits_whatever_the_terms_say(listed):
    """One day late costs 1.00 on 1,000.00, and 0.99 on 990.00."""
    assert value(monthly(listed, (DUE + DAY, "1000")), DUE + 2 * DAY).days_past_due == 2
    less = monthly(listed, (DUE + DAY, "1000"), residual_below="1.01")
    assert value(less, DUE + 2 * DAY).upcoming[0].remaining.minor == 1_001_00
    none = monthly(listed, (DUE + DAY, "1000.50"), residual_below="0")
    assert value(none, DUE + 2 * DAY).days_past_due == 2


def test_what_is_short_of_the_amount_is_late_however_little(listed):
    loan = monthly(listed, (DUE, "999.99"), residual="next")
    assert value(loan, DUE + DAY).days_past_due == 1


TOLERANT = {"tolerance": Decimal("1.00")}


def test_within_our_own_error_nobody_is_told_of_what_is_short(listed):
    strict = monthly(listed, (DUE, "999.93"))
    loan = replace(strict, **TOLERANT)
    for days in (0, 1, 29):
        position = value(loan, DUE + days * DAY)
        assert (position.days_past_due, position.due.total, position.arrears) == (0, 0, ())
        assert [rest.owed.principal for rest in position.left_over] == [7]
        assert DUE not in position.unpaid()
    # Payments meet it first; so what is short in the next month is as little.
    paid = replace(loan, payments=(*loan.payments, Payment(DUE + 30 * DAY, Decimal(1000))))
    assert value(paid, DUE + 31 * DAY).days_past_due == 0
    assert value(strict, DUE + DAY).days_past_due == 1


def test_what_adds_up_to_more_than_that_is_told(listed):
    short = [(date(2026, month, 10), "999.40") for month in (11, 12)]
    loan = replace(monthly(listed, *short), **TOLERANT)
    assert value(loan, date(2026, 12, 9)).days_past_due == 0
    assert value(loan, date(2026, 12, 11)).days_past_due == 1


def test_what_is_so_little_and_not_paid_at_all_is_late(one_sum):
    loan = replace(one_sum("0.50", DUE), **TOLERANT)
    assert value(loan, DUE + DAY).days_past_due == 1


def test_day_by_day_it_is_left_out_as_well(listed):
    loan = replace(monthly(listed, (DUE, "999.93")), **TOLERANT)
    last = DUE + 40 * DAY
    days = [DUE + number * DAY for number in range((last - DUE).days + 1)]
    assert [*owed_by_day(loan, DUE, last)] == [due(loan, day) for day in days]


@pytest.mark.parametrize("paid", ["999.93", "990.00", None], ids=["a rest", "more", "nothing"])
def test_a_residue_is_all_that_is_open_and_what_lets_go_of_it(listed, paid):
    day = DUE + 5 * DAY
    loan = replace(monthly(listed, *([(DUE, paid)] if paid else [])), **TOLERANT)
    rest = residue(loan, day)
    assert rest.open.minor == due(replace(loan, tolerance=Decimal(0)), day)
    assert (rest.asked is None) == (paid is None)
    let_go = value(replace(loan, agreed=rest.waivers), day)
    assert (let_go.due.total, let_go.left_over, let_go.days_past_due) == (0, (), 0)


def test_two_installments_paid_by_their_sums_are_both_paid(listed):
    day = date(2026, 12, 15)
    loan = monthly(listed, (day, "2000"), residual="next")
    position = value(loan, day)
    assert position.days_past_due == 0
    assert position.upcoming[0].remaining.minor == 1_000_00 + 35_00 + 5_00


def test_after_the_last_one_a_further_one_comes(one_sum):
    words = {"daily_rate": "0.05%", "residual": "next"}
    loan = one_sum("1000", DUE, paid=[(DUE + 3 * DAY, "1000")], **words)
    position = value(loan, DUE + 17 * DAY)
    assert (position.days_past_due, position.settled) == (0, False)
    [rest] = position.upcoming
    assert (rest.due, rest.remaining.minor) == (date(2026, 12, 10), 1_50)
    assert value(loan, rest.due + 5 * DAY).due.total == 1_50


def test_what_is_too_little_to_be_asked_for_after_the_last_one_alarms_nobody(one_sum):
    loan = one_sum("1000", DUE, paid=[(DUE + DAY, "1000")], daily_rate="0.05%")
    for days in (1, 2, 400):
        position = value(loan, DUE + days * DAY)
        assert (position.settled, position.due.total, position.days_past_due) == (True, 0, 0)
        assert [rest.due for rest in position.left_over] == [DUE]
    *_, left, rounding, total = explain(loan, DUE + 2 * DAY)
    assert (left.kind, total.amount) == ("left-over", 0)


def test_the_derivation_names_it(listed):
    loan = monthly(listed, (DUE + 20 * DAY, "1000"), residual="next")
    steps = explain(loan, DUE + 20 * DAY)
    [carried] = [step for step in steps if step.kind == "carried"]
    assert (carried.amount, steps[-1].amount) == (-20, 0)
    later = explain(loan, date(2026, 12, 10))
    [residual] = [step for step in later if step.kind == "residual"]
    assert (residual.due, residual.amount) == (date(2026, 12, 10), 20)


def test_it_is_told_why_the_next_installment_is_more(listed):
    loan = monthly(listed, (DUE + 20 * DAY, "1000"), residual="next")
    change = change_of(value(loan, date(2026, 12, 7)))
    assert (change.why, str(change.before), str(change.now)) == (
        Why.RESIDUAL,
        "1000.00",
        "1020.00",
    )
    assert change_of(value(loan, date(2027, 1, 7))) is None


# ─── As lenders do it ───


def test_a_us_loan_paid_within_its_grace_is_not_overdue(scheduled):
    """8 % on 20,000.00 for nine days more is left, and waits for the end of the loan."""
    words = {
        "annual_rate": "8%",
        "grace_days": 15,
        "grace_covers": ["fee"],
        "fees": ["5%"],
        "allocation_order": ["interest", "penalty", "principal", "fees"],
        "residual": "end",
    }
    first = date(2026, 11, 1)
    paid = [(first + 9 * DAY, "405.53")]
    loan = scheduled("equal-installment", "20000", 60, first, paid=paid, **words)
    position = value(loan, first + 19 * DAY)
    assert (position.due.total, position.days_past_due) == (0, 0)
    assert position.upcoming[0].remaining.minor == 405_53
    usual = scheduled("equal-installment", "20000", 60, first, **words).terms
    last = value(loan, first).account.parts[-1].total
    assert position.upcoming[-1].remaining.minor == last + 54
    assert usual.residual == "end"


def test_what_an_older_one_took_and_was_settled_for_counts_no_more(listed):
    """May was paid by what April took beyond its sum; June is judged by its own."""
    parts = [(date(2026, month, 30), "1000", "0") for month in (4, 5, 6, 7)]
    paid = [(date(2026, 6, 14), "2000"), (date(2026, 7, 4), "1061")]
    loan = listed(*parts, paid=paid, penalty={"daily_rate": "0.1%"}, residual="next")
    position = value(loan, date(2026, 7, 4))
    assert (position.days_past_due, position.due.total) == (0, 0)
    assert position.upcoming[0].remaining.minor > 1_000_00
