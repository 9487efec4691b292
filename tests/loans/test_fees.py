"""When late fees are charged, on what, how often, and how much of them a ceiling leaves."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderd.loans.explain import explain
from reminderd.loans.position import value

DUE = date(2026, 1, 31)


def after(days):
    return DUE + timedelta(days=days)


def late(one_sum, *fees, paid=(), **words):
    return one_sum("1000", DUE, fees=fees, paid=paid, **words)


def charged(owed, loan, *days):
    return [owed(loan, after(day))[3] for day in days]


# ─── The day ───


@pytest.mark.parametrize(
    ("words", "fee", "last_free_day"),
    [
        ({}, "25", 0),
        ({}, {"amount": "25", "after_days": 0}, 0),
        ({}, {"amount": "25", "after_days": 3}, 3),
        ({"grace_days": 5}, "25", 5),
        ({"grace_days": 5, "grace_covers": ["fee"]}, "25", 5),
        ({"grace_days": 5, "grace_covers": ["penalty"]}, "25", 0),
        ({"grace_days": 5}, {"amount": "25", "after_days": 0}, 0),
        ({"grace_days": 5}, {"amount": "25", "after_days": 9}, 9),
        ({"grace_days": 5, "grace_mode": "deducted"}, "25", 5),
        ({"dpd_includes_due_date": True}, {"amount": "25", "after_days": 3}, 3),
    ],
)
def test_a_fee_is_charged_on_the_first_day_beyond_those_that_are_free_of_it(
    one_sum, owed, words, fee, last_free_day
):
    loan = late(one_sum, fee, **words)
    days = (last_free_day, last_free_day + 1, last_free_day + 2, 400)
    assert charged(owed, loan, *days) == ["0.00", "25.00", "25.00", "25.00"]


@pytest.mark.parametrize(
    ("paid_on", "left"), [(2, "0.00"), (3, "0.00"), (4, "25.00"), (5, "25.00")]
)
def test_paying_the_day_before_saves_the_fee_and_paying_on_its_day_does_not(
    one_sum, figure, paid_on, left
):
    fee = {"amount": "25", "after_days": 3}
    loan = late(one_sum, fee, paid=[(after(paid_on), "1000")])
    # The payment goes to the fee first, so what is missing is principal.
    assert figure(loan, after(9)) == (left, "0.00", "0.00")


def test_a_fee_already_charged_stays_owed_though_the_rest_is_paid(one_sum, owed):
    order = ["principal", "interest", "penalty", "fees"]
    loan = late(one_sum, "25", paid=[(after(1), "1000")], allocation_order=order)
    assert owed(loan, after(40)) == ("0.00", "0.00", "0.00", "25.00")


# ─── On what ───


def test_a_share_is_of_principal_and_scheduled_interest_but_not_of_what_accrued(listed, owed):
    loan = listed(
        (DUE, "1000", "100"),
        fees=[{"amount": "5%", "after_days": 9}],
        daily_rate="0.05%",
        penalty={"daily_rate": "0.1%"},
    )
    assert owed(loan, after(10)) == ("1000.00", "105.00", "10.00", "55.00")


def test_a_share_is_of_what_was_unpaid_before_that_days_payment(one_sum, owed):
    """400.00 paid before leave 600.00; 300.00 more on the day itself come too late for the fee."""
    fee = {"amount": "5%", "after_days": 9}
    loan = late(one_sum, fee, paid=[(after(5), "400"), (after(10), "300")])
    assert owed(loan, after(9)) == ("600.00", "0.00", "0.00", "0.00")
    # 30.00 of fee are paid first, and 270.00 of the principal.
    assert owed(loan, after(10)) == ("330.00", "0.00", "0.00", "0.00")


def test_money_paid_ahead_lowers_the_fee(one_sum, owed):
    loan = late(one_sum, "5%", paid=[(after(-9), "400")])
    assert owed(loan, after(1)) == ("600.00", "0.00", "0.00", "30.00")


def test_a_fee_bears_neither_interest_nor_penalty_nor_compound_interest(one_sum, owed):
    words = {"daily_rate": "0.1%", "penalty": {"daily_rate": "0.1%"}}
    assert owed(late(one_sum, "25", **words), after(9)) == ("1000.00", "9.00", "9.00", "25.00")
    compound = late(one_sum, "25", compounding="daily", **words)
    without = late(one_sum, compounding="daily", **words)
    assert owed(compound, after(9))[:3] == owed(without, after(9))[:3]


def test_several_fees_add_up(one_sum, owed):
    loan = late(one_sum, "25", {"amount": "1%", "after_days": 9})
    assert charged(owed, loan, 1, 9, 10) == ["25.00", "25.00", "35.00"]


def test_a_fee_is_rounded_as_the_loan_is(one_sum, owed):
    for rounding, fee in [("half-up", "0.03"), ("half-even", "0.02"), ("down", "0.02")]:
        loan = one_sum("0.50", DUE, fees=["5%"], rounding=rounding)
        assert owed(loan, after(1))[3] == fee


def test_a_fee_has_the_digits_of_its_currency(one_sum, owed):
    assert owed(one_sum("1000", DUE, fees=["25"], currency="JPY"), after(1))[3] == "25"


# ─── Once for each installment, or each period ───

DUES = [DUE, date(2026, 2, 28), date(2026, 3, 31)]


def three(listed, *fees, paid=(), **words):
    return listed(*((due, "1000", "0") for due in DUES), fees=fees, paid=paid, **words)


def test_each_late_installment_is_charged_once(listed, owed):
    loan = three(listed, "25")
    days = (date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 1))
    assert [owed(loan, day)[3] for day in days] == ["25.00", "25.00", "50.00", "75.00"]


@pytest.mark.parametrize(
    ("day", "fees"),
    [
        (date(2026, 2, 3), "0.00"),
        (date(2026, 2, 4), "25.00"),  # four days after 31 January
        (date(2026, 3, 3), "25.00"),
        (date(2026, 3, 4), "50.00"),  # four days after a month later, 28 February
        (date(2026, 4, 3), "50.00"),
        (date(2026, 4, 4), "75.00"),  # four days after 31 March
        (date(2026, 5, 3), "75.00"),
        (date(2026, 5, 4), "100.00"),  # four days after 30 April
    ],
)
def test_a_fee_per_period_comes_again_each_period_later(one_sum, owed, day, fees):
    loan = late(one_sum, {"amount": "25", "per": "period", "after_days": 3})
    assert owed(loan, day)[3] == fees


def test_the_periods_of_a_fee_are_those_of_the_loan(one_sum, owed):
    loan = late(one_sum, {"amount": "25", "per": "period"}, frequency="2 weeks")
    fees = charged(owed, loan, 0, 1, 14, 15, 28, 29)
    assert fees == ["0.00", "25.00", "25.00", "50.00", "50.00", "75.00"]


def test_under_the_end_of_month_rule_a_fee_per_period_comes_after_each_months_last_day(
    one_sum, owed
):
    """Due on 28 February, so again from 31 March and not from the 28th."""
    fees = [{"amount": "25", "per": "period"}]
    loan = one_sum("1000", date(2026, 2, 28), fees=fees, end_of_month=True)
    days = (date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1))
    assert [owed(loan, day)[3] for day in days] == ["25.00", "50.00", "50.00", "75.00"]


def test_a_fee_per_period_is_charged_by_the_oldest_unpaid_installment_alone(listed, owed):
    """On 1 February, 1 March and 1 April, though by then one, two and three are late."""
    loan = three(listed, {"amount": "25", "per": "period"})
    days = (date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1))
    assert [owed(loan, day)[3] for day in days] == ["25.00", "50.00", "75.00"]


def test_once_the_oldest_is_paid_the_next_one_bears_the_fee(listed, owed):
    """The first is paid with its fee on 4 February; the second is charged from its own date."""
    fee = {"amount": "25", "per": "period", "after_days": 3}
    loan = three(listed, fee, paid=[(date(2026, 2, 4), "1025")])
    days = (date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 31), date(2026, 4, 4))
    # A month after 28 February is 28 March: charged on 1 April, and again on 2 May.
    assert [owed(loan, day)[3] for day in days] == ["0.00", "25.00", "25.00", "50.00"]
    assert owed(loan, date(2026, 5, 1))[3] == "50.00"
    assert owed(loan, date(2026, 5, 2))[3] == "75.00"


def test_a_fee_per_period_stops_when_the_installment_is_paid(one_sum, owed):
    loan = late(one_sum, {"amount": "25", "per": "period"}, paid=[(after(5), "1025")])
    assert value(loan, after(400)).settled


def test_a_fee_is_charged_on_the_days_it_fell_on_however_long_nobody_asked(listed, owed):
    """A payment in between, on another installment's fee day, shifts nothing."""
    paid = [(date(2026, 3, 1), "25")]
    loan = three(listed, "25", paid=paid)
    assert owed(loan, date(2026, 3, 1)) == ("2000.00", "0.00", "0.00", "25.00")
    assert owed(loan, date(2026, 4, 1))[3] == "50.00"


# ─── A ceiling on all fees ───


@pytest.mark.parametrize(
    ("caps", "fees"),
    [
        ([{"fees": "40"}], ["25.00", "40.00", "40.00"]),
        ([{"fees": "50"}], ["25.00", "50.00", "50.00"]),
        ([{"fees": "60"}, {"fees": "20"}], ["20.00", "20.00", "20.00"]),
        ([{"fees": "20"}, {"fees": "60"}], ["20.00", "20.00", "20.00"]),
        ([{"fees": "40", "mode": "warn"}], ["25.00", "50.00", "75.00"]),
        ([{"fees": "60"}, {"fees": "20", "mode": "warn"}], ["25.00", "50.00", "60.00"]),
        ([{"fees": "0"}], ["0.00", "0.00", "0.00"]),
        ([{"annual_rate": "3600%"}], ["25.00", "50.00", "75.00"]),
    ],
)
def test_an_enforced_ceiling_limits_all_fees_of_the_loan_together(listed, owed, caps, fees):
    loan = three(listed, "25", caps=caps)
    days = (date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1))
    assert [owed(loan, day)[3] for day in days] == fees


def test_fees_that_were_paid_still_count_towards_the_ceiling(listed, owed):
    loan = three(listed, "25", caps=[{"fees": "40"}], paid=[(date(2026, 2, 1), "1025")])
    assert owed(loan, date(2026, 3, 1))[3] == "15.00"
    assert owed(loan, date(2026, 4, 1))[3] == "15.00"


def test_a_ceiling_has_the_digits_of_its_currency(one_sum, owed):
    loan = one_sum("1000", DUE, fees=["25"], caps=[{"fees": "20"}], currency="JPY")
    assert owed(loan, after(1))[3] == "20"


# ─── On paper ───


def test_the_derivation_names_each_fee_with_its_day(one_sum):
    fees = {"amount": "25", "name": "late fee"}, {"amount": "1%", "after_days": 3}
    steps = explain(late(one_sum, *fees), after(9))
    told = [(s.kind, s.amount, s.due, s.start, s.end, s.name) for s in steps[1:-1]]
    assert told == [
        ("fee", Decimal(25), DUE, None, after(1), "late fee"),
        ("fee", Decimal(10), DUE, None, after(4), None),
    ]


def test_a_fee_that_a_ceiling_leaves_nothing_of_is_not_told(one_sum):
    steps = explain(late(one_sum, "25", "30", caps=[{"fees": "25"}]), after(9))
    assert [step.kind for step in steps] == ["principal", "fee", "total"]
