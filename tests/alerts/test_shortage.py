"""The warning that an account will not hold enough: once, while a transfer still arrives."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from reminderd.alerts.alert import is_like_a_milestone
from reminderd.alerts.forecast import shortage_forecast
from reminderd.alerts.shortage import is_shortage, shortages_due, told_of
from reminderd.loans.funds import Balance, BankAccount, forecast
from reminderd.loans.money import Money
from reminderd.loans.terms import AutoDebit, Installment, Loan, LoanTerms

ZONE = "Asia/Shanghai"
NOBODY = frozenset()


def at(text):
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZoneInfo(ZONE))


def loan(name, on, amount):
    listed = (Installment(date.fromisoformat(f"2026-{on}"), amount * 100, 0),)
    return Loan(name, name, LoanTerms("CNY", listed=listed), ZONE, auto_debit=AutoDebit(on=True))


def account(name, balance, *loans, as_of="12-01"):
    held = Balance(Money(balance * 100, "CNY"), date.fromisoformat(f"2026-{as_of}"))
    return BankAccount(
        name, held, frozenset(each.id for each in loans), Money(0, "CNY"), timezone=ZONE
    )


CARD = loan("card", "12-10", 300)  # a Thursday: a transfer of Tuesday is there on Wednesday
BANK = account("bank", 200, CARD)


def decide(now, *accounts, loans=(CARD,), told=NOBODY):
    accounts = accounts or (BANK,)
    found = lambda day: [forecast(each, loans, day) for each in accounts]  # noqa: E731
    return shortages_due(accounts, found, told, at(now))


def days(decision):
    return [f"{alert.due:%m-%d}" for alert in decision.alerts]


def told(*decisions):
    return frozenset(alert.identity for each in decisions for alert in each.alerts)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("12-07T23:59", []),
        ("12-08T08:59", []),
        ("12-08T09:00", ["12-10"]),
        ("12-09T03:00", ["12-10"]),  # the machine was off
        ("12-10T23:59", ["12-10"]),
        ("12-11T00:00", []),  # the day is over
    ],
)
def test_it_comes_on_the_last_day_of_a_transfer_in_time_and_not_after_the_day_itself(now, due):
    assert days(decide(now)) == due


def test_it_has_the_instant_of_its_day_however_late_it_is_found_out():
    for now in ("12-08T09:00", "12-10T20:00"):
        [alert] = decide(now).alerts
        assert (alert.loan_id, alert.scheduled_for) == (None, at("12-08T09:00"))


def test_it_comes_once():
    assert days(decide("12-09T09:00", told=told(decide("12-08T09:00")))) == []


@pytest.mark.parametrize(("balance", "due"), [(191, []), (190, []), (189, ["12-10"])])
def test_it_comes_again_where_over_a_tenth_more_is_missing(balance, due):
    less = account("bank", balance, CARD, as_of="12-08")
    assert days(decide("12-08T15:00", less, told=told(decide("12-08T09:00")))) == due


def test_less_missing_is_not_told_and_enough_neither():
    for balance in (250, 300):
        more = account("bank", balance, CARD, as_of="12-08")
        assert days(decide("12-08T15:00", more, told=told(decide("12-08T09:00")))) == []


def test_a_nearer_day_is_told_of_by_itself():
    nearer = loan("car", "12-09", 250)
    both = account("bank", 200, CARD, nearer, as_of="12-08")
    before = told(decide("12-08T09:00"))
    found = decide("12-08T15:00", both, loans=[CARD, nearer], told=before)
    assert days(found) == ["12-09", "12-10"]  # and the later one is short of all of its sum


def test_each_account_is_told_of_by_itself():
    other = account("other", 0, loan("car", "12-10", 1))
    decision = decide("12-08T09:00", BANK, other, loans=[CARD, loan("car", "12-10", 1)])
    assert len({alert.milestone for alert in decision.alerts}) == 2
    assert days(decision) == ["12-10", "12-10"]


def test_of_what_is_overdue_the_loan_itself_tells():
    late = replace(loan("card", "11-20", 300), auto_debit=None)
    assert days(decide("12-08T09:00", loans=[late])) == []


def test_an_old_balance_alarms_nobody():
    old = account("bank", 200, CARD, as_of="11-02")
    assert days(decide("12-08T09:00", old)) == []
    assert days(decide("12-08T09:00", account("bank", 200, CARD, as_of="11-03"))) == ["12-10"]


@pytest.mark.parametrize(
    ("now", "as_of", "following"),
    [
        ("12-01T08:59", "11-30", "12-01T09:00"),
        ("12-01T09:00", "11-30", "12-02T09:00"),
        ("12-01T07:00", "12-01", "12-01T09:00"),  # stated this morning
        ("12-04T09:00", "10-30", None),
        ("12-03T09:00", "10-30", "12-04T09:00"),
    ],
)
def test_it_is_looked_at_each_day_for_as_long_as_the_balance_counts(now, as_of, following):
    decision = decide(now, account("bank", 200, CARD, as_of=as_of))
    assert decision.next_at == (following and at(following))


def test_without_accounts_there_is_nothing_to_look_at():
    decision = shortages_due([], lambda day: [], NOBODY, at("12-08T09:00"))
    assert (decision.alerts, decision.next_at) == ((), None)


def test_what_is_foreseen_is_what_looks_each_day_decide():
    foreseen = shortage_forecast(
        [BANK],
        lambda day: [forecast(BANK, [CARD], day)],
        NOBODY,
        at("12-01T12:00"),
        at("12-20T12:00"),
    )
    assert [(one.at, one.alert.due) for one in foreseen] == [
        (at("12-08T09:00"), date(2026, 12, 10))
    ]


def test_a_warning_knows_the_shortage_that_it_is_about_as_it_stands_now():
    [alert] = decide("12-08T09:00").alerts
    assert is_shortage(alert.milestone)
    assert is_like_a_milestone(alert.milestone)
    assert len(alert.milestone) <= 32
    less = [forecast(account("bank", 150, CARD, as_of="12-08"), [CARD], date(2026, 12, 9))]
    known = told(decide("12-08T09:00"))
    _, shortage = told_of(alert, less, known)
    assert str(shortage.missing) == "150.00"
    enough = [forecast(account("bank", 300, CARD, as_of="12-08"), [CARD], date(2026, 12, 9))]
    assert told_of(alert, enough, known) is None
    assert (
        told_of(alert, [forecast(account("b", 1, CARD), [CARD], date(2026, 12, 9))], known) is None
    )


def test_a_warning_has_nothing_to_say_beside_a_later_one_of_more():
    first = decide("12-08T09:00")
    less = account("bank", 100, CARD, as_of="12-08")
    second = decide("12-08T15:00", less, told=told(first))
    found = [forecast(less, [CARD], date(2026, 12, 8))]
    known = told(first, second)
    assert told_of(first.alerts[0], found, known) is None
    assert told_of(second.alerts[0], found, known) is not None


def test_the_largest_sum_fits_into_a_milestone():
    huge = loan("card", "12-10", 10**13)
    [alert] = decide("12-08T09:00", account("名" * 64, 0, huge), loans=[huge]).alerts
    assert len(alert.milestone) <= 32
