"""When a loan became current again, what being late cost, and what paying early saved."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderd.loans import cures
from reminderd.loans.cures import Cure, cost_of_lateness, last_cure, saved_by_early_payoff, turns
from reminderd.loans.position import value

DUE = date(2026, 3, 1)
LATER = DUE + timedelta(days=31)
DAILY = {"penalty": {"daily_rate": "0.1%"}}


def after(days, due=DUE):
    return due + timedelta(days=days)


# ─── The last cure ───


@pytest.mark.parametrize("days", [1, 10, 200])
def test_a_debt_paid_late_is_cured_on_the_day_it_is_paid(one_sum, days):
    loan = one_sum("1000", DUE, paid=[(after(days), "1000")])
    assert last_cure(loan, after(days)) == Cure(after(days), DUE, days)
    assert last_cure(loan, after(1000)) == Cure(after(days), DUE, days)
    assert last_cure(loan, after(days - 1)) is None


@pytest.mark.parametrize("days", [-30, -1, 0])
def test_what_was_paid_in_time_was_never_late(one_sum, days):
    loan = one_sum("1000", DUE, paid=[(after(days), "1000")])
    assert last_cure(loan, after(100)) is None


@pytest.mark.parametrize(("days", "cured"), [(5, False), (6, True)])
def test_lateness_within_grace_needs_no_cure(one_sum, days, cured):
    loan = one_sum("1000", DUE, grace_days=5, paid=[(after(days), "1000")])
    assert (last_cure(loan, after(100)) is not None) is cured


def test_a_payment_that_leaves_a_cent_cures_nothing(one_sum, also_paying):
    loan = one_sum("1000", DUE, paid=[(after(10), "999.99")])
    assert last_cure(loan, after(100)) is None
    assert last_cure(also_paying(loan, after(12), "0.01"), after(100)) == Cure(after(12), DUE, 12)


def test_paying_the_older_of_two_overdue_installments_cures_nothing_yet(listed, also_paying):
    parts = (DUE, "1000", "0"), (LATER, "1000", "0")
    loan = listed(*parts, paid=[(after(5, LATER), "1000")])
    assert last_cure(loan, after(100)) is None
    cured = also_paying(loan, after(9, LATER), "1000")
    assert last_cure(cured, after(100)) == Cure(after(9, LATER), LATER, 9)


def test_an_installment_that_falls_due_on_the_very_day_does_not_hinder_the_cure(listed):
    loan = listed((DUE, "1000", "0"), (LATER, "1000", "0"), paid=[(LATER, "1000")])
    assert last_cure(loan, LATER) == Cure(LATER, DUE, 31)


def test_of_several_cures_the_last_one_counts(listed):
    parts = (DUE, "1000", "0"), (LATER, "1000", "0")
    loan = listed(*parts, paid=[(after(5), "1000"), (after(3, LATER), "1000")])
    assert last_cure(loan, after(20)) == Cure(after(5), DUE, 5)
    assert last_cure(loan, after(100)) == Cure(after(3, LATER), LATER, 3)


def test_a_later_installment_that_is_paid_late_is_cured_too(listed):
    """What was paid in time of the first is not there for the second."""
    parts = (DUE, "1000", "0"), (LATER, "1000", "0")
    loan = listed(*parts, paid=[(DUE, "1000"), (after(5, LATER), "1000")])
    assert last_cure(loan, after(9, LATER)) == Cure(after(5, LATER), LATER, 5)


def test_a_card_paid_down_before_its_statement_still_has_its_minimum_to_pay(scheduled):
    """200.00 of the balance count towards no minimum; the 200.00 asked for come five days late."""
    early = DUE - timedelta(days=30)
    loan = scheduled(
        "revolving",
        "1000",
        0,
        DUE,
        minimum=("20%", "200"),
        paid=[(early, "200"), (after(5), "200")],
    )
    assert last_cure(loan, after(5)) == Cure(after(5), DUE, 5)


def test_payments_in_time_after_a_cure_leave_it_the_last(listed):
    dues = [after(30 * number) for number in range(6)]
    paid = [(after(5), "1000"), *((due, "1000") for due in dues[1:])]
    loan = listed(*((due, "1000", "0") for due in dues), paid=paid)
    assert last_cure(loan, after(300)) == Cure(after(5), DUE, 5)


def test_a_waiver_of_the_rest_is_a_cure(one_sum):
    waived = [(after(20), "0.10", "penalty"), (after(20), "10", "principal")]
    loan = one_sum("1000", DUE, paid=[(after(10), "1000")], waivers=waived, **DAILY)
    assert last_cure(loan, after(19)) is None
    assert last_cure(loan, after(20)) == Cure(after(20), DUE, 20)


def test_what_was_overdue_and_moved_is_cured_once_it_is_paid(one_sum):
    moved = [{"due": DUE, "agreed": after(10), "to": [after(40), after(70)]}]
    paid = [(after(40), "500"), (after(70), "500")]
    loan = one_sum("1000", DUE, extensions=moved, paid=paid)
    assert last_cure(loan, after(69)) is None
    assert last_cure(loan, after(70)) == Cure(after(70), DUE, 10)


def test_what_was_moved_and_is_paid_ahead_is_cured_on_the_day_of_the_payment(one_sum):
    moved = [{"due": DUE, "agreed": after(10), "to": [after(40)]}]
    loan = one_sum("1000", DUE, extensions=moved, paid=[(after(20), "1000")])
    assert last_cure(loan, after(100)) == Cure(after(20), DUE, 10)


def test_moving_it_to_a_day_that_is_past_as_well_is_none(one_sum):
    moved = [{"due": DUE, "agreed": after(10), "to": [after(5)]}]
    assert last_cure(one_sum("1000", DUE, extensions=moved), after(10)) is None


def test_a_waiver_and_a_payment_of_one_day_cure_together(one_sum):
    waived = [(after(10), "4")]
    loan = one_sum("1000", DUE, paid=[(after(10), "1006")], waivers=waived, **DAILY)
    assert last_cure(loan, after(10)) == Cure(after(10), DUE, 10)


def test_a_loan_that_was_never_late_costs_no_account_to_be_run(scheduled, monkeypatch):
    dues = [date(2026, month, 15) for month in range(1, 11)]
    paid = [(due, "120") for due in dues]
    loan = scheduled("equal-principal", "1000", 10, dues[0], daily_rate="0.01%", paid=paid)
    monkeypatch.setattr(cures, "_Watched", None)
    assert last_cure(loan, date(2027, 1, 1)) is None


def test_the_days_on_which_a_loan_may_turn_are_those_of_payments_and_agreements(one_sum):
    moved = [{"due": DUE, "agreed": after(2), "to": [after(40)]}]
    loan = one_sum(
        "1000", DUE, paid=[(after(1), "10")], waivers=[(after(3), "1")], extensions=moved
    )
    assert turns(loan) == {after(1), after(2), after(3)}


# ─── What being late cost ───


@pytest.mark.parametrize(("days", "cost"), [(0, "0.00"), (10, "10.00"), (25, "25.00")])
def test_being_late_costs_the_penalty_of_its_days(one_sum, days, cost):
    loan = one_sum("1000", DUE, paid=[(after(days), "1100")], **DAILY)
    assert str(cost_of_lateness(value(loan, after(days)), DUE)) == cost


def test_it_is_counted_while_it_is_still_owed_and_after_it_was_paid(one_sum, also_paying):
    loan = one_sum("1000", DUE, fees=["25"], **DAILY)
    assert str(cost_of_lateness(value(loan, after(10)), DUE)) == "35.00"
    paid = also_paying(loan, after(10), "1035")
    assert str(cost_of_lateness(value(paid, after(50)), DUE)) == "35.00"


def test_interest_that_was_agreed_from_the_outset_is_no_cost_of_lateness(listed):
    loan = listed((DUE, "1000", "50"), daily_rate="0.05%", paid=[(after(10), "2000")])
    assert str(cost_of_lateness(value(loan, after(10)), DUE)) == "5.00"


def test_only_the_installment_asked_for_counts(listed):
    parts = (DUE, "1000", "0"), (LATER, "1000", "0")
    loan = listed(*parts, paid=[(after(10), "1010"), (LATER, "1000")], **DAILY)
    position = value(loan, LATER)
    costs = [str(cost_of_lateness(position, due)) for due in (DUE, LATER, after(3))]
    assert costs == ["10.00", "0.00", "0.00"]


def test_what_was_waived_cost_nothing(one_sum):
    waived = [(after(10), "4", "penalty")]
    loan = one_sum("1000", DUE, paid=[(after(10), "1006")], waivers=waived, **DAILY)
    assert str(cost_of_lateness(value(loan, after(10)), DUE)) == "6.00"


def test_principal_that_was_waived_does_not_lower_the_cost(one_sum):
    waived = [(after(10), "400", "principal")]
    loan = one_sum("1000", DUE, paid=[(after(10), "610")], waivers=waived, **DAILY)
    assert str(cost_of_lateness(value(loan, after(10)), DUE)) == "10.00"


# ─── What paying early saved ───


def early(scheduled, day, amount):
    """Return a loan of two months, interest 0.05 % a day, on which one payment was made."""
    words = {"daily_rate": "0.05%", "start": date(2026, 1, 1)}
    loan = scheduled("equal-principal", "1000", 2, date(2026, 2, 1), **words, paid=[(day, amount)])
    return value(loan, day)


def test_the_interest_of_the_time_that_is_left_need_not_be_paid(scheduled):
    position = early(scheduled, date(2026, 1, 11), "1005")
    whole = Decimal("15.50") + Decimal("7.00")  # 31 days on 1000.00, then 28 on 500.00
    assert position.settled
    assert saved_by_early_payoff(position).amount == whole - Decimal("5.00")


def test_who_has_not_paid_the_loan_off_has_saved_nothing(scheduled):
    assert not saved_by_early_payoff(early(scheduled, date(2026, 1, 11), "1004.99"))


def test_who_pays_the_last_installment_when_it_is_due_has_saved_nothing(one_sum):
    loan = one_sum("1000", DUE, paid=[(DUE, "1000")])
    assert not saved_by_early_payoff(value(loan, DUE))


def test_who_pays_late_has_saved_nothing(one_sum):
    loan = one_sum("1000", DUE, paid=[(after(10), "1010")], **DAILY)
    assert not saved_by_early_payoff(value(loan, after(10)))


def test_a_loan_that_ended_without_a_payment_saved_nothing(one_sum):
    loan = one_sum("1000", DUE, waivers=[(DUE, "1000", "principal")])
    assert not saved_by_early_payoff(value(loan, DUE))
