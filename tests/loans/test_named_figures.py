"""The figures this project promises by name, from the configuration to the amount."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from reminderd.config.load import load_text
from reminderd.loans.position import value
from reminderd.loans.schedule import schedule

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
DUE = date(2026, 3, 1)


def loan_of(text):
    return load_text(f"timezone = 'Asia/Shanghai'\n[[loans]]\nid = 'x'\n{text}", EXAMPLE).loans[0]


def shown(position):
    owed = position.due
    return [str(position.money(part)) for part in (owed.principal, owed.interest, owed.penalty)]


@pytest.mark.parametrize(("day_count", "interest"), [("ACT/360", "150.00"), ("ACT/365F", "147.95")])
def test_10000_at_18_percent_and_a_penalty_of_5_in_10000_a_day_after_30_days(day_count, interest):
    """One of the source articles says 1,350 of interest here: it takes 45 for one day's 5.

    18 % of 10,000 are 1,800 a year, which is 5.00 a day over 360 days, or 4.93 over 365.
    """
    loan = loan_of(f"""
        due = 2026-03-01
        amount = "10000"
        annual_rate = "18%"
        day_count = "{day_count}"
        penalty.daily_rate = "0.05%"
        contract_interest_continues = true
    """)
    position = value(loan, DUE + timedelta(days=30))
    assert shown(position) == ["10000.00", interest, "150.00"]
    assert position.days_past_due == 30


def test_1000_one_day_late_on_weilidai_costs_a_quarter_and_with_interest_three_quarters():
    loan = loan_of("""
        preset = "weilidai"
        due = 2026-03-01
        amount = "1000"
        daily_rate = "0.05%"
    """)
    position = value(loan, DUE + timedelta(days=1))
    assert shown(position) == ["1000.00", "0.50", "0.25"]
    assert str(position.due_total) == "1000.75"


def test_the_articles_variant_for_weilidai_adds_its_own_daily_penalty_to_contract_interest():
    loan = loan_of("""
        preset = "weilidai"
        due = 2026-03-01
        amount = "10000"
        daily_rate = "0.05%"
        penalty.daily_rate = "0.05%"
    """)
    assert shown(value(loan, DUE + timedelta(days=30))) == ["10000.00", "150.00", "150.00"]


def test_the_first_installment_of_the_weilidai_example_is_1150():
    config = load_text(EXAMPLE.read_text("utf-8"), EXAMPLE)
    loan = next(loan for loan in config.loans if loan.id == "weilidai")
    first = schedule(loan.terms)[0]
    assert (first.due, first.principal, first.interest) == (date(2026, 10, 15), 1000_00, 150_00)
    assert first.total == 1150_00
    # The example has paid it: a month later only the second one is due, with its own interest.
    assert value(loan, date(2026, 10, 15)).due.total == 0
    assert shown(value(loan, date(2026, 11, 15))) == ["1000.00", "139.50", "0.00"]
