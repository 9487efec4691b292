"""What borrowing costs a year, all-in, and whether that is above what a law or a clause allows."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderd.loans.caps import Exceeded, all_in_rate, exceeded
from reminderd.loans.money import Money
from reminderd.loans.position import value

DUE = date(2026, 3, 1)


def after(days):
    return DUE + timedelta(days=days)


def cost(loan, day=DUE):
    return str(all_in_rate(value(loan, day)))


# ─── What a year costs ───


@pytest.mark.parametrize(
    ("words", "rate"),
    [
        ({"annual_rate": "18%", "day_count": "ACT/365F"}, "0.1800"),
        ({"annual_rate": "18%", "day_count": "ACT/360"}, "0.1825"),  # 18 % × 365 / 360
        ({"annual_rate": "18%", "day_count": "30/360"}, "0.1800"),
        ({"annual_rate": "18%", "day_count": "ACT/ACT ISDA"}, "0.1800"),
        ({"daily_rate": "0.05%"}, "0.1825"),
        ({"daily_rate": "0.05%", "penalty": {"daily_rate": "0.025%"}}, "0.2738"),  # 27.375 %
        ({"daily_rate": "0.05%", "fees": ["25"]}, "0.2075"),  # and 25 of 1,000
        ({"penalty": {"daily_rate": "0.05%"}}, "0.1825"),
        ({"penalty": {"daily_rate": "0.05%"}, "grace_days": 20}, "0.1825"),
        ({"penalty": {"daily_rate": "0.05%"}, "dpd_includes_due_date": True}, "0.1830"),
        ({"penalty": {"daily_rate": "0.2%"}, "compounding": "daily"}, "1.0736"),  # 1.002³⁶⁵ - 1
        ({}, "0.0000"),
    ],
)
def test_a_year_of_being_late_costs_interest_penalty_and_fees_together(one_sum, words, rate):
    assert cost(one_sum("1000", DUE, **words)) == rate


def test_where_lateness_is_cheaper_than_the_contract_the_contract_counts(one_sum):
    """Interest stops when it is late, and the penalty is 0.01 % a day: 3.65 %."""
    words = {"penalty": {"daily_rate": "0.01%"}, "contract_interest_continues": False}
    assert cost(one_sum("1000", DUE, annual_rate="18%", **words)) == "0.1800"
    assert cost(one_sum("1000", DUE, annual_rate="3%", **words)) == "0.0365"
    assert cost(one_sum("1000", DUE, daily_rate="0.05%", **words)) == "0.1825"
    yearly = one_sum("1000", DUE, annual_rate="18%", day_count="ACT/360", **words)
    assert cost(yearly) == "0.1825"
    monthly = one_sum("1000", DUE, annual_rate="18%", day_count="30/360", **words)
    assert cost(monthly) == "0.1800"


def test_the_contract_rate_of_the_day_counts(one_sum):
    loan = one_sum(
        "1000",
        DUE,
        annual_rate="9%",
        contract_interest_continues=False,
        rate_changes=[(after(10), {"annual_rate": "36%"})],
    )
    assert [cost(loan, after(n)) for n in (10, 11)] == ["0.0900", "0.3600"]


def test_scheduled_interest_is_no_cost_of_being_late(listed):
    loan = listed((DUE, "1000", "300"), penalty={"daily_rate": "0.05%"})
    assert cost(loan) == "0.1825"


def test_where_only_interest_is_due_its_cost_is_a_share_of_that(listed):
    """25 of fees on 100.00."""
    assert cost(listed((DUE, "0", "100"), fees=["25"])) == "0.2500"


def test_the_oldest_unpaid_installment_counts(listed):
    """25 of fees are 2.5 % of 1,000 and 5 % of 500."""
    parts = (DUE, "1000", "0"), (after(30), "500", "0")
    assert cost(listed(*parts, fees=["25"])) == "0.0250"
    assert cost(listed(*parts, fees=["25"], paid=[(DUE, "1000")])) == "0.0500"
    assert cost(listed(*parts, fees=["25"]), after(-90)) == "0.0250"


def test_a_repayment_that_has_been_made_does_not_make_the_year_cheaper(one_sum):
    words = {"penalty": {"daily_rate": "0.05%"}, "paid": [(after(1), "900")]}
    assert cost(one_sum("1000", DUE, **words), after(2)) == "0.1825"


def test_nothing_unpaid_costs_nothing_worth_a_rate(one_sum):
    loan = one_sum("1000", DUE, annual_rate="18%", paid=[(DUE, "1000")])
    assert all_in_rate(value(loan, DUE)) is None
    assert exceeded(value(loan, DUE)) == []


def test_no_cap_waiver_or_extension_makes_the_agreed_terms_cheaper(one_sum):
    loan = one_sum(
        "1000",
        DUE,
        penalty={"daily_rate": "0.05%"},
        caps=[{"annual_rate": "5%"}],
        waivers=[(after(100), "100", "penalty")],
        extensions=[{"due": DUE, "agreed": after(200), "to": [after(300)]}],
    )
    assert cost(loan) == "0.1825"
    since = replace(loan, agreed=(*loan.terms.waivers, *loan.terms.extensions))
    assert cost(since) == "0.1825"


def test_a_called_loan_costs_what_its_whole_costs(scheduled):
    loan = scheduled(
        "equal-principal",
        "1200",
        3,
        DUE,
        penalty={"daily_rate": "0.05%"},
        acceleration_date=after(-5),
    )
    assert cost(loan, after(-10)) == "0.1825"


def test_a_called_loan_that_was_put_off_costs_no_more_for_the_time_until_then(scheduled):
    """A year is counted from the new date, not from the day of the call."""
    loan = scheduled(
        "equal-principal",
        "1200",
        3,
        DUE,
        penalty={"daily_rate": "0.05%"},
        acceleration_date=after(-5),
        extensions=[{"due": after(-5), "agreed": after(-5), "to": [after(60)]}],
    )
    assert cost(loan, after(-5)) == "0.1825"


def test_a_schedule_costs_what_its_next_part_would_cost(scheduled):
    """25 of fees on the 400.00 of the first part."""
    loan = scheduled("equal-principal", "1200", 3, DUE, fees=["25"])
    assert cost(loan, after(-10)) == "0.0625"


# ─── Above a cap ───


@pytest.mark.parametrize("mode", ["enforce", "warn"])
@pytest.mark.parametrize(("cap", "above"), [("24%", False), ("18.25%", False), ("18.24%", True)])
def test_a_rate_above_a_cap_is_told_and_one_that_just_reaches_it_is_not(one_sum, mode, cap, above):
    loan = one_sum("1000", DUE, daily_rate="0.05%", caps=[{"annual_rate": cap, "mode": mode}])
    expected = [Exceeded(loan.terms.caps[0], annual_rate=Decimal("0.1825"))]
    assert exceeded(value(loan, DUE)) == (expected if above else [])


@pytest.mark.parametrize(("cap", "above"), [("25.01", False), ("25", False), ("24.99", True)])
def test_fees_above_a_cap_are_told_once_they_are_charged(one_sum, cap, above):
    loan = one_sum("1000", DUE, fees=["25"], caps=[{"fees": cap, "mode": "warn"}])
    expected = [Exceeded(loan.terms.caps[0], fees=Money(25_00, "CNY"))]
    assert exceeded(value(loan, DUE)) == []
    assert exceeded(value(loan, after(1))) == (expected if above else [])


def test_the_fees_of_all_installments_count_together(listed):
    parts = (DUE, "1000", "0"), (after(30), "1000", "0")
    loan = listed(*parts, fees=["25"], caps=[{"fees": "40", "mode": "warn"}])
    assert exceeded(value(loan, after(30))) == []
    assert [found.fees.minor for found in exceeded(value(loan, after(31)))] == [50_00]


def test_each_cap_is_looked_at(one_sum):
    caps = [{"annual_rate": "10%"}, {"annual_rate": "90%"}, {"fees": "1", "mode": "warn"}]
    loan = one_sum("1000", DUE, daily_rate="0.05%", fees=["25"], caps=caps)
    found = exceeded(value(loan, after(1)))
    assert [item.cap for item in found] == [loan.terms.caps[0], loan.terms.caps[2]]
    assert exceeded(value(one_sum("1000", DUE), DUE)) == []
