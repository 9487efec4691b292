"""What is owed on each of many days: the same as asked for one by one, in much less time."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderd.errors import Unreckonable
from reminderd.loans.account import Account
from reminderd.loans.course import owed_by_day
from reminderd.loans.frequency import add_months
from reminderd.loans.position import value

from ..properties.random_loans import days, examples, loans


@examples(100)
@given(loans, days, st.integers(0, 90))
def test_each_day_is_what_the_account_comes_to_on_it(loan, first, length):
    last = first + timedelta(days=length)
    each = [value(loan, first + timedelta(days=n)).due.total for n in range(length + 1)]
    assert list(owed_by_day(loan, first, last)) == each


# ─── Long lives ───

FIRST_DUE, TODAY = date(2016, 12, 10), date(2026, 11, 30)
RULES = {
    "simple": {},
    "daily": {"compounding": "daily"},
    "monthly": {"compounding": "monthly"},
    "30/360": {"day_count": "30/360"},
    "30E/360": {"day_count": "30E/360", "compounding": "monthly"},
    "capped": {"caps": [{"annual_rate": "24%", "mode": "enforce"}]},
}


@pytest.fixture
def mortgage(scheduled):
    """Return a builder of twenty years' loan of which ten were paid, each two days late."""

    def build(**words):
        dues = [add_months(FIRST_DUE, month) for month in range(120)]
        late = [due + timedelta(days=2) for due in dues]
        return scheduled(
            "equal-installment",
            "1000000",
            240,
            FIRST_DUE,
            annual_rate="4.9%",
            penalty={"fraction_of_contract": "0.5"},
            paid=[(day, "6600") for day in late if day < TODAY],
            **words,
        )

    return build


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_three_years_ahead_a_day_is_what_it_comes_to_alone(mortgage, rules):
    loan, last = mortgage(**rules), TODAY + timedelta(days=1100)
    owed = list(owed_by_day(loan, TODAY, last))
    for at in (0, 11, 40, 500, 900, 1100):
        assert owed[at] == value(loan, TODAY + timedelta(days=at)).due.total


def test_each_event_is_taken_in_once_and_each_day_counted_once(mortgage, monkeypatch):
    """Work is counted, not time: it grows with the days and the payments, not their product."""
    taken, moved = [], []
    take_in, move_on = Account.take_in, Account.move_on
    monkeypatch.setattr(
        Account, "take_in", lambda self, *event: (taken.append(1), take_in(self, *event))
    )
    monkeypatch.setattr(Account, "move_on", lambda self, day: (moved.append(1), move_on(self, day)))
    list(owed_by_day(mortgage(), TODAY, TODAY + timedelta(days=500)))
    assert (len(taken), len(moved)) == (120, 501)


def test_a_day_beyond_reckoning_ends_it(one_sum):
    loan = one_sum("1000", date(2023, 11, 1), penalty={"daily_rate": "2%"}, compounding="daily")
    days_of = owed_by_day(loan, TODAY, TODAY + timedelta(days=3660))
    with pytest.raises(Unreckonable, match="beyond what can be reckoned on 2027-12-22"):
        list(days_of)
