"""A cap on what being late may cost in a year: what it cuts, and what it leaves."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderd.loans.explain import explain
from reminderd.loans.position import value

DUE = date(2026, 3, 1)


def after(days):
    return DUE + timedelta(days=days)


def late(one_sum, cap="24%", **words):
    """Return 1,000.00 with 0.50 of interest and 0.50 of penalty a day; 24 % are 0.6667 a day."""
    words = {
        "daily_rate": "0.05%",
        "penalty": {"daily_rate": "0.05%"},
        "caps": [{"annual_rate": cap}],
        "day_count": "ACT/360",
    } | words
    return one_sum("1000", DUE, **words)


@pytest.mark.parametrize(
    ("cap", "day", "parts"),
    [
        # The ceiling is rounded down: 0.66, 1.33, 6.66.
        ("24%", 1, ("1000.00", "0.50", "0.16", "0.00")),
        ("24%", 2, ("1000.00", "1.00", "0.33", "0.00")),
        ("24%", 10, ("1000.00", "5.00", "1.66", "0.00")),
        # 36 % are 1.00 a day, as much as is charged; a little less is a cent less by day 4.
        ("36%", 10, ("1000.00", "5.00", "5.00", "0.00")),
        ("35.99%", 4, ("1000.00", "2.00", "1.99", "0.00")),
        ("50%", 10, ("1000.00", "5.00", "5.00", "0.00")),
        # 18 % leave the interest alone, 12 % not all of it: 0.3333 a day.
        ("18%", 10, ("1000.00", "5.00", "0.00", "0.00")),
        ("12%", 10, ("1000.00", "3.33", "0.00", "0.00")),
        ("0%", 10, ("1000.00", "0.00", "0.00", "0.00")),
    ],
)
def test_an_enforced_cap_cuts_the_penalty_and_then_the_interest(one_sum, owed, cap, day, parts):
    assert owed(late(one_sum, cap), after(day)) == parts


def test_a_cap_that_warns_cuts_nothing(one_sum, owed):
    loan = late(one_sum, caps=[{"annual_rate": "1%", "mode": "warn"}])
    assert owed(loan, after(10)) == ("1000.00", "5.00", "5.00", "0.00")


@pytest.mark.parametrize(
    ("cap", "day", "parts"),
    [
        # With a fee of 10.00: the ceilings are 0.66, 6.66 and 20.00.
        ("24%", 1, ("1000.00", "0.50", "0.00", "0.16")),
        ("24%", 10, ("1000.00", "5.00", "0.00", "1.66")),
        ("24%", 30, ("1000.00", "15.00", "0.00", "5.00")),
        ("24%", 60, ("1000.00", "30.00", "0.00", "10.00")),  # 40.00: the fee just fits
        ("24%", 63, ("1000.00", "31.50", "0.50", "10.00")),  # 42.00
        ("12%", 10, ("1000.00", "3.33", "0.00", "0.00")),
    ],
)
def test_a_cap_cuts_the_penalty_then_the_fees_then_the_interest(one_sum, owed, cap, day, parts):
    assert owed(late(one_sum, cap, fees=["10"]), after(day)) == parts


def test_a_cap_leaves_the_scheduled_interest_alone(listed, owed):
    """It is the price of the time before the due date."""
    loan = listed(
        (DUE, "1000", "100"),
        penalty={"daily_rate": "0.1%"},
        caps=[{"annual_rate": "18%"}],
        day_count="ACT/360",
    )
    assert owed(loan, after(10)) == ("1000.00", "100.00", "5.00", "0.00")


def test_a_cap_is_of_the_overdue_principal_day_by_day(one_sum, owed):
    """Ten days on 1,000 and ten on 600 at 0.6667 and 0.40: 6.667 + 4.00, less 6.66 paid."""
    loan = late(one_sum, paid=[(after(10), "406.66")])
    assert owed(loan, after(10)) == ("600.00", "0.00", "0.00", "0.00")
    # The interest since is 3.00, so of the ceiling of 10.66 the penalty may be 2.66, 1.66 paid.
    assert owed(loan, after(20)) == ("600.00", "3.00", "1.00", "0.00")


def test_each_installment_has_a_cap_of_its_own(listed, owed):
    loan = listed(
        (DUE, "1000", "0"),
        (after(10), "1000", "0"),
        penalty={"daily_rate": "0.1%"},
        caps=[{"annual_rate": "18%"}],
        day_count="ACT/360",
    )
    assert owed(loan, after(20)) == ("2000.00", "0.00", "15.00", "0.00")


def test_what_was_paid_stays_paid_though_the_cap_leaves_no_room_for_it(one_sum, owed):
    """Ten days of penalty fill a cap of 1.00 a day and are paid; then the interest rises to 2.00.

    By day 20 there are 20.00 of interest, 20.00 of penalty and a ceiling of 20.00: of the penalty
    the 10.00 paid stay, so of the interest 10.00 are owed.
    """
    loan = late(
        one_sum,
        "36%",
        daily_rate="0%",
        penalty={"daily_rate": "0.1%"},
        rate_changes=[(after(10), {"daily_rate": "0.2%"})],
        paid=[(after(10), "10")],
    )
    assert owed(loan, after(10)) == ("1000.00", "0.00", "0.00", "0.00")
    assert owed(loan, after(20)) == ("1000.00", "10.00", "0.00", "0.00")


def test_fees_that_were_paid_stay_paid_though_the_cap_leaves_no_room_for_them(one_sum, owed):
    """A fee of 10.00 fills ten days at 1.00 and is paid; then the interest rises to 2.00 a day."""
    loan = late(
        one_sum,
        "36%",
        daily_rate="0%",
        penalty=None,
        fees=["10"],
        rate_changes=[(after(10), {"daily_rate": "0.2%"})],
        paid=[(after(10), "10")],
    )
    assert owed(loan, after(10)) == ("1000.00", "0.00", "0.00", "0.00")
    assert owed(loan, after(20)) == ("1000.00", "10.00", "0.00", "0.00")


def test_interest_that_was_paid_stays_paid(listed, owed):
    """The scheduled 100.00 and 5.00 since are paid: the ceiling of 5.00 holds no more for now."""
    loan = listed(
        (DUE, "1000", "100"),
        daily_rate="0.1%",
        caps=[{"annual_rate": "18%"}],
        day_count="ACT/360",
        paid=[(after(10), "105")],
    )
    assert owed(loan, after(10)) == ("1000.00", "0.00", "0.00", "0.00")
    assert owed(loan, after(20)) == ("1000.00", "5.00", "0.00", "0.00")


def test_within_grace_a_cap_still_cuts_the_interest(one_sum, owed):
    loan = late(one_sum, "12%", grace_days=5)
    assert owed(loan, after(3)) == ("1000.00", "1.00", "0.00", "0.00")


# ─── On paper ───


def test_the_derivation_says_what_the_cap_takes_off(one_sum):
    steps = explain(late(one_sum, fees=["10"]), after(10))
    told = [(step.kind, step.amount) for step in steps]
    assert told == [
        ("principal", Decimal(1000)),
        ("interest", Decimal(5)),
        ("penalty", Decimal(5)),
        ("fee", Decimal(10)),
        ("cap", Decimal("-13.34")),  # 20.00 down to 6.66
        ("total", Decimal("1006.66")),
    ]
    assert (steps[4].due, steps[4].start, steps[4].end) == (DUE, None, after(10))


def test_a_cap_that_holds_is_not_told(one_sum):
    kinds = [step.kind for step in explain(late(one_sum, "36%"), after(10))]
    assert kinds == ["principal", "interest", "penalty", "total"]


def test_what_the_cap_takes_off_counts_with_what_was_paid(listed):
    """100.00 + 5.00 + 10.00 + 2.00, of which the cap of 12.00 leaves 112.00; 60.00 are paid."""
    loan = listed(
        (DUE, "1000", "100"),
        daily_rate="0.05%",
        penalty={"daily_rate": "0.1%"},
        fees=["2"],
        caps=[{"annual_rate": "43.2%"}],
        day_count="ACT/360",
        paid=[(after(10), "60")],
    )
    steps = explain(loan, after(10))
    assert [(s.kind, s.amount) for s in steps if s.kind in {"cap", "payment", "total"}] == [
        ("payment", Decimal(-60)),
        ("cap", Decimal(-5)),
        ("total", Decimal(1052)),
    ]
    assert not any(step.kind == "rounding" for step in steps)


def test_within_grace_what_the_cap_takes_off_is_told_beside_what_grace_does(one_sum):
    steps = explain(late(one_sum, "12%", grace_days=5), after(3))
    assert [(step.kind, step.amount) for step in steps] == [
        ("principal", Decimal(1000)),
        ("interest", Decimal("1.5")),
        ("penalty", Decimal("1.5")),
        ("grace", Decimal("-1.5")),
        ("cap", Decimal("-0.5")),
        ("total", Decimal(1001)),
    ]


def test_the_figure_and_its_derivation_agree_under_a_cap_on_every_day(one_sum):
    loan = late(one_sum, "23.99%", fees=["10"], grace_days=5, paid=[(after(20), "300")])
    for day in range(60):
        steps = explain(loan, after(day))
        assert steps[-1].amount == value(loan, after(day)).due_total.amount
        rounding = [abs(step.amount) for step in steps if step.kind == "rounding"]
        assert all(amount <= Decimal("0.01") for amount in rounding), day
