"""The next day from which waiting costs more: what terms announce, the account has to confirm."""

from datetime import date, timedelta

import pytest

from reminderd.alerts.policy import Policy
from reminderd.loans.cliffs import CliffReason, own_turns, turns
from reminderd.loans.position import value

DUE = date(2026, 11, 10)
DAY = timedelta(days=1)
PENALTY = {"daily_rate": "0.05%"}


def next_of(loan, day):
    cliff = value(loan, day).next_cliff
    return cliff and (cliff.date, cliff.increase.minor, cliff.reason)


def test_a_rate_that_rises_makes_a_penalty_of_nothing_one_of_something(one_sum):
    """Half of 0 % is nothing; from the day after 1 December on it is half of 18 %."""
    loan = one_sum(
        "10000",
        DUE,
        annual_rate="0%",
        penalty={"fraction_of_contract": "0.5"},
        rate_changes=[(date(2026, 12, 1), {"annual_rate": "18%"})],
    )
    position = value(loan, DUE + 5 * DAY)
    cliff = position.next_cliff
    assert (cliff.date, cliff.reason) == (date(2026, 12, 2), CliffReason.RATE_RISES)
    costs = [owed.total for owed in position.curve(30)]
    first = next(n for n in range(1, 31) if costs[n] > costs[n - 1])
    assert position.as_of + first * DAY == cliff.date
    assert cliff.increase.minor == costs[first] - costs[first - 1] == 740


def test_a_fee_of_each_period_is_charged_on_the_oldest_alone(listed):
    parts = [(date(2026, 8, 28), "1000", "0"), (date(2026, 9, 27), "1000", "0")]
    fee = {"amount": "30", "per": "period", "after_days": 18}
    loan = listed(*parts, fees=[fee])
    assert next_of(loan, date(2026, 11, 5)) == (
        date(2026, 11, 16),
        30_00,
        CliffReason.FEE_CHARGED,
    )


def test_a_fee_that_a_cap_cuts_to_nothing_is_not_announced(one_sum):
    fees = [{"amount": "30", "after_days": 3}, {"amount": "20", "after_days": 9}]
    loan = one_sum("1000", DUE, fees=fees, caps=[{"fees": "30"}])
    assert next_of(loan, DUE) == (DUE + 4 * DAY, 30_00, CliffReason.FEE_CHARGED)
    assert next_of(loan, DUE + 4 * DAY) is None


def test_grace_that_spares_nothing_ends_nothing(one_sum):
    loan = one_sum("1000", DUE, penalty=PENALTY, grace_days=3, grace_covers=[])
    assert next_of(loan, DUE) == (DUE + DAY, 50, CliffReason.PENALTY_STARTS)
    assert next_of(loan, DUE + DAY) is None


def test_grace_of_fees_alone_is_no_cliff_of_the_penalty(one_sum):
    loan = one_sum("1000", DUE, penalty=PENALTY, grace_days=3, grace_covers=["fee"])
    assert next_of(loan, DUE + DAY) is None


def test_the_end_of_a_pause_is_a_rise(one_sum):
    loan = one_sum("1000", DUE, penalty=PENALTY, pauses=[(DUE + 5 * DAY, DUE + 9 * DAY)])
    assert next_of(loan, DUE + 6 * DAY) == (DUE + 10 * DAY, 50, CliffReason.RATE_RISES)


def test_the_eves_are_those_of_the_same_days(listed):
    fee = {"amount": "30", "per": "period", "after_days": 15}
    loan = listed((DUE, "1000", "0"), fees=[fee])
    policy = Policy().of_loan(loan)
    eves = policy.of_due(loan.terms, DUE).cliffs
    assert {DUE + (eve + 1) * DAY for eve in eves} == {t.on for t in turns(loan.terms, DUE, DUE)}
    assert eves[:3] == (15, 45, 76)
    assert policy.cliffs == ()


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ({}, set()),
        ({"penalty": PENALTY, "grace_days": 3}, {4}),
        ({"penalty": PENALTY, "grace_days": 3, "grace_covers": ["reporting"]}, set()),
        ({"fees": [{"amount": "5", "after_days": 9}]}, {10}),
        ({"fees": [{"amount": "5", "per": "period"}]}, set()),
    ],
)
def test_what_each_installment_costs_by_itself(one_sum, words, days):
    assert own_turns(one_sum("1000", DUE, **words).terms) == days


# ─── One account, seen from different days ───


def test_a_look_in_between_does_not_cut_the_count_of_30_360(listed):
    """29 January to the 31st are two days of 30/360, and so are those to 1 February."""
    loan = listed(
        (date(2027, 1, 29), "10000", "0"),
        penalty={"annual_rate": "36%"},
        day_count="30/360",
        contract_interest_continues=False,
    )
    days = [date(2027, 1, 29) + n * DAY for n in range(6)]
    totals = [value(loan, day).due.total for day in days]
    assert totals == [1_000_000, 1_001_000, 1_002_000, 1_002_000, 1_003_000, 1_004_000]
    assert [value(loan, day).tomorrow.total for day in days[:-1]] == totals[1:]
    assert [owed.total for owed in value(loan, days[0]).curve(5)] == totals
    assert [owed.total for owed in value(loan, days[2]).curve(3)] == totals[2:]


def test_no_day_of_what_is_outstanding_is_charged_twice(listed):
    """From 10 September to 10 October 20,000.00 are outstanding: 31 days of 10.00."""
    loan = listed(
        (date(2026, 9, 10), "10000", "0"),
        (date(2026, 10, 10), "10000", "0"),
        penalty=PENALTY,
        penalty_base="outstanding-principal",
        dpd_includes_due_date=True,
        paid=[(date(2026, 10, 10), "10310")],
    )
    assert value(loan, date(2026, 10, 10)).due.total == 10_000_00
    assert value(loan, date(2026, 10, 12)).due.penalty == 10_00


@pytest.mark.parametrize("paid_on", [DUE - DAY, DUE])
def test_money_paid_ahead_goes_in_the_agreed_order(scheduled, paid_on):
    loan = scheduled(
        "equal-principal",
        "1200",
        2,
        DUE,
        annual_rate="12%",
        day_count="30/360",
        penalty={"multiple_of_contract": "1.5"},
        contract_interest_continues=False,
        allocation_order=["principal", "interest", "penalty", "fees"],
        paid=[(paid_on, "600")],
    )
    position = value(loan, DUE)
    assert (position.due.principal, position.due.interest) == (0, 12_00)
