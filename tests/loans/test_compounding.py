"""Interest on unpaid interest: what joins the capital, when, and what a payment takes from it."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy_financial as npf
import pytest

from reminderd.loans.explain import explain
from reminderd.loans.position import value

DUE = date(2026, 3, 1)


def after(days):
    return DUE + timedelta(days=days)


def late(listed, *paid, due=DUE, **words):
    """Return 1,000.00 and 100.00 of interest; 0.1 % a day is 1.00 on the principal."""
    words = {"penalty": {"daily_rate": "0.1%"}, "compounding": "daily"} | words
    return listed((due, "1000", "100"), paid=paid, **words)


def growth(rate, days, added, start):
    """Return what a sum grows to at a daily rate, so much being added at each day's end."""
    return float(npf.fv(rate, days, -added, -start))


# ─── Daily ───


def test_unpaid_interest_bears_interest_from_the_due_date_and_what_it_bears_does_too(
    listed, figure
):
    """0.10 on 100.00, then 0.1011 on 101.10, then 0.1022 on 102.2011; and 1.00 each day."""
    loan = late(listed)
    assert figure(loan, DUE) == ("1000.00", "100.00", "0.00")
    assert figure(loan, after(1)) == ("1000.00", "100.00", "1.10")
    assert figure(loan, after(2)) == ("1000.00", "100.00", "2.20")
    assert figure(loan, after(3)) == ("1000.00", "100.00", "3.30")
    assert figure(loan, after(9)) == ("1000.00", "100.00", "9.94")  # 1100 × 1.001⁹ = 1109.9398


@pytest.mark.parametrize("days", [1, 2, 10, 30, 365, 1000])
@pytest.mark.parametrize("base", ["overdue-principal", "overdue-installment"])
def test_all_that_is_owed_grows_as_one_capital(listed, days, base):
    """Whether the penalty is charged on the interest or the interest bears interest is all one."""
    total = value(late(listed, penalty_base=base), after(days)).due.total
    assert total / 100 == pytest.approx(growth(0.001, days, 0, 1100), abs=0.005 + 1e-9)


@pytest.mark.parametrize("days", [1, 2, 10, 30, 365])
def test_accrued_contract_interest_joins_the_capital(listed, days):
    """Each day adds 0.50 of interest and 1.00 of penalty to what bears 0.1 %."""
    due = value(late(listed, daily_rate="0.05%"), after(days)).due
    capital = growth(0.001, days, 1.50, 100)
    assert due.interest == 100_00 + 50 * days
    assert due.penalty / 100 == pytest.approx(capital - 100 - 0.5 * days, abs=0.005 + 1e-9)


@pytest.mark.parametrize("days", [1, 2, 10, 30, 365])
def test_interest_on_interest_may_have_a_rate_of_its_own(listed, days):
    loan = late(listed, interest_on_interest_rate={"daily_rate": "0.04%"})
    penalty = growth(0.0004, days, 1.00, 100) - 100
    assert value(loan, after(days)).due.penalty / 100 == pytest.approx(penalty, abs=0.005 + 1e-9)


def test_interest_on_interest_needs_no_penalty(listed, figure):
    """100.00 at 36 % over 360 days: 0.10, then 0.1001."""
    loan = late(listed, penalty=None, interest_on_interest_rate="36%", day_count="ACT/360")
    assert figure(loan, after(1))[2] == "0.10"
    assert figure(loan, after(10))[2] == "1.00"  # 100 × 1.001¹⁰ = 101.0045


def test_without_compounding_unpaid_interest_bears_nothing(listed, figure):
    assert figure(late(listed, compounding="none"), after(9))[2] == "9.00"


def test_a_balance_without_interest_compounds_only_its_penalty(one_sum, figure):
    """1,000 × (1.001⁹ - 1) = 9.036; the first day has nothing to compound."""
    loan = one_sum("1000", DUE, penalty={"daily_rate": "0.1%"}, compounding="daily")
    assert figure(loan, after(1))[2] == "1.00"
    assert figure(loan, after(9))[2] == "9.04"


def test_at_a_hundred_percent_a_day_everything_doubles_each_day(listed, figure):
    """A rate at which one unit too much, or one day too many, would show at once."""
    for base in ("overdue-principal", "overdue-installment"):
        loan = late(listed, penalty={"daily_rate": "100%"}, penalty_base=base)
        shown = [figure(loan, after(n))[2] for n in (0, 1, 2, 3)]
        assert shown == ["0.00", "1100.00", "3300.00", "7700.00"]


def test_compound_interest_on_a_great_sum_is_exact_to_the_cent(listed):
    """Compared with fractions, where nothing is ever rounded."""
    loan = listed(
        (DUE, "12345678901.23", "98765432.10"),
        daily_rate="0.0333%",
        penalty={"daily_rate": "0.0517%"},
        compounding="daily",
    )
    principal, capital, penalty = 12345678901_23, Fraction(98765432_10), Fraction(0)
    for _ in range(400):
        of_day = principal * Fraction("0.000517") + capital * Fraction("0.000517")
        penalty += of_day
        capital += of_day + principal * Fraction("0.000333")
    due = value(loan, after(400)).due
    assert due.penalty == int(penalty + Fraction(1, 2))
    assert {type(part) for part in due} == {int}  # no binary float on the way


# ─── Monthly ───


@pytest.mark.parametrize(
    ("day", "penalty"),
    [
        (date(2026, 2, 1), "1.10"),  # 1.00 and 0.10 on the 100.00
        (date(2026, 2, 27), "29.70"),
        (date(2026, 2, 28), "30.80"),  # 28 × 1.10; from here 130.80 bear interest
        (date(2026, 3, 1), "31.93"),  # 30.80 + 1.00 + 0.1308
        (date(2026, 3, 30), "64.72"),  # 30.80 + 30 × 1.1308 = 64.724
        (date(2026, 3, 31), "65.85"),  # 30.80 + 31 × 1.1308 = 65.8548
        (date(2026, 4, 1), "67.02"),  # 65.8548 + 1.00 + 0.1658548
        (date(2026, 4, 30), "100.83"),  # 65.8548 + 30 × 1.1658548 = 100.8304
        (date(2026, 5, 1), "102.03"),  # 100.8304 + 1.2008304
    ],
)
def test_unpaid_interest_joins_the_capital_on_the_due_dates_day_of_each_month(
    listed, figure, day, penalty
):
    loan = late(listed, due=date(2026, 1, 31), compounding="monthly")
    assert figure(loan, day)[2] == penalty


def test_monthly_capital_does_not_depend_on_when_somebody_asked(listed):
    """Tomorrow counts on from today; asked anew it is the same, also over a month's turn."""
    loan = late(listed, due=date(2026, 1, 31), compounding="monthly")
    for day in (date(2026, 2, 26), date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 30)):
        assert value(loan, day).tomorrow == value(loan, day + timedelta(days=1)).due


@pytest.mark.parametrize("compounding", ["daily", "monthly"])
def test_payments_of_nothing_much_change_nothing_much(listed, figure, compounding):
    """A cent paid cuts the count in two, over two turns and between them."""
    due = date(2026, 1, 31)
    usual = late(listed, due=due, compounding=compounding)
    for day in (date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31)):
        paid = late(listed, (day, "0.01"), due=due, compounding=compounding)
        end = date(2026, 4, 20)
        left = value(usual, end).due.total - value(paid, end).due.total
        assert left == 1


def test_in_its_second_year_too_unpaid_interest_joins_each_month(listed):
    """A cent paid eleven days before a turn of that year leaves the turn counted."""
    due, end = date(2026, 1, 31), date(2027, 4, 20)
    usual = late(listed, due=due, compounding="monthly")
    paid = late(listed, (date(2027, 1, 20), "0.01"), due=due, compounding="monthly")
    assert value(usual, end).due.total - value(paid, end).due.total == 1


# ─── Payments ───


def test_a_payment_of_all_interest_leaves_nothing_to_bear_interest(listed, figure):
    """3.30 of penalty and 100.00 of interest: what is left of a cent bears next to nothing."""
    loan = late(listed, (after(3), "103.30"))
    assert figure(loan, after(3)) == ("1000.00", "0.00", "0.00")
    assert figure(loan, after(4)) == ("1000.00", "0.00", "1.00")
    assert figure(loan, after(5)) == ("1000.00", "0.00", "2.00")  # 0.0043 at 0.1 % is nothing


def test_a_payment_of_some_interest_leaves_the_rest_to_bear_interest(listed, figure):
    """3.3033 accrued, 3.30 and 46.70 paid: 53.3033 bear 0.0533 on day four, with 1.00."""
    loan = late(listed, (after(3), "50"))
    assert figure(loan, after(3)) == ("1000.00", "53.30", "0.00")
    assert figure(loan, after(4)) == ("1000.00", "53.30", "1.06")


def test_a_payment_between_two_turns_lowers_the_capital_at_once(listed, figure):
    """Ten days: 10.00 + 1.00. 20.00 leave 91.00 of interest, which bear 1.638 in 18 days."""
    due, paid = date(2026, 1, 31), date(2026, 2, 10)
    loan = late(listed, (paid, "20"), due=due, compounding="monthly")
    assert figure(loan, paid) == ("1000.00", "91.00", "0.00")
    assert figure(loan, date(2026, 2, 28)) == ("1000.00", "91.00", "19.64")


def test_a_payment_on_principal_leaves_the_capital_as_it_was(listed, figure):
    """Half the principal: 9.00 in 18 days; the 100.00 bear 1.80, and the 11.00 wait their turn."""
    due, paid = date(2026, 1, 31), date(2026, 2, 10)
    loan = late(
        listed,
        (paid, "500"),
        due=due,
        compounding="monthly",
        allocation_order=["principal", "interest", "penalty", "fees"],
    )
    assert figure(loan, paid) == ("500.00", "100.00", "11.00")
    assert figure(loan, date(2026, 2, 28)) == ("500.00", "100.00", "21.80")
    # From then on 121.80 bear interest: 0.50 + 0.1218.
    assert figure(loan, date(2026, 3, 1))[2] == "22.42"


def test_interest_left_when_the_principal_is_paid_goes_on_bearing_interest(listed, figure):
    """Day one: 1.00 + 0.10. The principal is paid; 101.10 bear 0.1011, then 0.1012."""
    order = ["principal", "penalty", "interest", "fees"]
    loan = late(listed, (after(1), "1000"), allocation_order=order)
    assert figure(loan, after(1)) == ("0.00", "100.00", "1.10")
    assert figure(loan, after(11)) == ("0.00", "100.00", "2.12")  # 101.10 × 1.001¹⁰ = 102.1156


def test_penalty_left_when_all_else_is_paid_goes_on_bearing_interest(listed, figure):
    """1100 × 1.001¹⁰ are 1111.0496. The 11.0496 left after 1,100.00 grow to 12.2111 in 100 days."""
    order = ["principal", "interest", "penalty", "fees"]
    loan = late(listed, (after(10), "1100"), allocation_order=order)
    assert figure(loan, after(10)) == ("0.00", "0.00", "11.05")
    assert figure(loan, after(110)) == ("0.00", "0.00", "12.21")


def test_paid_within_grace_but_for_contract_interest_nothing_ever_bears_interest(listed, figure):
    """Principal and scheduled interest are paid on day 3; 1.50 of interest since stay 1.50."""
    order = ["principal", "penalty", "interest", "fees"]
    words = {"daily_rate": "0.05%", "grace_days": 5, "allocation_order": order}
    loan = late(listed, (after(3), "1100"), **words)
    for day in (3, 5, 6, 400):
        assert figure(loan, after(day)) == ("0.00", "1.50", "0.00")


def test_money_paid_ahead_lowers_what_bears_interest_from_the_due_date(listed, figure):
    """60.00 of the interest are paid: 40.00 bear 0.04 a day."""
    loan = late(listed, (after(-9), "60"))
    assert figure(loan, after(1)) == ("1000.00", "40.00", "1.04")


# ─── Grace, pauses, the due date as a day ───


def test_within_a_deducted_grace_nothing_bears_penalty_or_compound_interest(listed, figure):
    loan = late(listed, grace_days=5, grace_mode="deducted")
    assert figure(loan, after(5)) == ("1000.00", "100.00", "0.00")
    assert figure(loan, after(6)) == ("1000.00", "100.00", "1.10")
    assert figure(loan, after(7)) == ("1000.00", "100.00", "2.20")


def test_contract_interest_of_a_deducted_grace_joins_what_bears_interest_after_it(listed, figure):
    """Five days bring 5.00 at 0.1 %: on day six 105.00 bear 0.105, and 1.00 is penalty."""
    loan = late(listed, daily_rate="0.1%", grace_days=5, grace_mode="deducted")
    assert figure(loan, after(5)) == ("1000.00", "105.00", "0.00")
    assert figure(loan, after(6)) == ("1000.00", "106.00", "1.11")  # 1.105


def test_a_deducted_grace_longer_than_a_month_keeps_compound_interest_away(listed, figure):
    due = date(2026, 1, 31)
    loan = late(
        listed, due=due, compounding="monthly", grace_days=30, grace_mode="deducted"
    )  # to 2 March
    assert figure(loan, date(2026, 3, 2))[2] == "0.00"
    assert figure(loan, date(2026, 3, 3))[2] == "1.10"
    assert figure(loan, date(2026, 3, 12))[2] == "11.00"


@pytest.mark.parametrize("compounding", ["daily", "monthly"])
def test_a_payment_within_a_deducted_grace_changes_only_what_bears_penalty_after_it(
    listed, figure, compounding
):
    """60.00 of the interest are paid on day 2: from day 6 on 1.00, and 0.04 on what is left."""
    words = {"grace_days": 5, "grace_mode": "deducted", "compounding": compounding}
    loan = late(listed, (after(2), "60"), **words)
    assert figure(loan, after(5)) == ("1000.00", "40.00", "0.00")
    assert figure(loan, after(6)) == ("1000.00", "40.00", "1.04")


def test_what_accrued_before_and_after_a_payment_adds_up(listed, figure):
    """1.50 of interest in three days and 2.00 in four more, on which 1.50 + 0.4 were compounded.

    3 × 1.00 and 0.10 + 0.1016 + 0.1032 are paid, 3.30, and 6.70 of interest: 94.8048 are left.
    They bear 0.0948, 0.0964, 0.0980 and 0.0996, and 4.00 are penalty: 4.3888 and the 0.0048.
    """
    loan = late(listed, (after(3), "10"), daily_rate="0.05%")
    assert figure(loan, after(3)) == ("1000.00", "94.80", "0.00")
    assert figure(loan, after(7)) == ("1000.00", "96.80", "4.39")


def test_a_retroactive_grace_that_has_passed_costs_its_compound_interest_too(listed, figure):
    loan = late(listed, grace_days=5)
    assert figure(loan, after(5)) == ("1000.00", "100.00", "0.00")
    assert figure(loan, after(6)) == figure(late(listed), after(6))


def test_paid_within_grace_nothing_ever_bears_interest(listed):
    loan = late(listed, (after(5), "1100"), grace_days=5)
    assert value(loan, after(5)).settled
    assert value(loan, after(400)).settled


def test_a_pause_stops_compound_interest_as_it_stops_the_penalty(listed, figure):
    """Day one: 1.10. Days two and three: nothing. Day four: 1.00 and 0.1011."""
    loan = late(listed, pauses=[(after(2), after(3))])
    assert [figure(loan, after(n))[2] for n in (1, 2, 3, 4)] == ["1.10", "1.10", "1.10", "2.20"]


def test_the_due_date_as_a_day_of_lateness_compounds_nothing_yet(listed, figure):
    """Two days of penalty on day one, and one of compound interest; then 0.1021."""
    loan = late(listed, dpd_includes_due_date=True)
    assert [figure(loan, after(n))[2] for n in (0, 1, 2)] == ["0.00", "2.10", "3.20"]


# ─── On paper ───


def test_the_derivation_tells_compound_interest_from_penalty_and_interest(listed):
    """Three days: 0.50 and 1.00 each; 0.10 on 100, 0.1016 on 101.60, 0.1032016 on 103.2016."""
    steps = explain(late(listed, daily_rate="0.05%"), after(3))
    kinds = [(step.kind, step.amount) for step in steps]
    assert kinds == [
        ("principal", Decimal(1000)),
        ("scheduled-interest", Decimal(100)),
        ("interest", Decimal("1.5")),
        ("penalty", Decimal(3)),
        ("compound", Decimal("0.3048016")),
        ("rounding", Decimal("-0.0048016")),
        ("total", Decimal("1104.80")),
    ]
    interest, penalty, compound = steps[2:5]
    assert (interest.days, interest.start, interest.end) == (3, DUE, after(3))
    assert (penalty.days, penalty.start, penalty.end) == (3, DUE, after(3))
    assert (interest.base.minor, penalty.base.minor) == (1000_00, 1000_00)
    assert (compound.due, compound.start, compound.end) == (DUE, DUE, after(3))
    assert (compound.base, compound.rate, compound.days) == (None, None, None)


def test_where_nothing_compounds_there_is_no_such_step(one_sum):
    loan = one_sum("1000", DUE, penalty={"daily_rate": "0.1%"}, compounding="daily")
    assert [step.kind for step in explain(loan, after(1))] == ["principal", "penalty", "total"]
    second = [step.kind for step in explain(loan, after(2))]
    assert second == ["principal", "penalty", "compound", "rounding", "total"]


def test_a_deducted_grace_shows_the_penalty_from_its_end(listed):
    loan = late(listed, grace_days=5, grace_mode="deducted")
    penalty = explain(loan, after(7))[2]
    assert (penalty.kind, penalty.start, penalty.end) == ("penalty", after(5), after(7))
    kinds = [step.kind for step in explain(loan, after(5))]
    assert kinds == ["principal", "scheduled-interest", "total"]
