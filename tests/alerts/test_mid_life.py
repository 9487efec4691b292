"""A loan that is under way when it is entered: a question, once, in place of the alarm."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from reminderd.alerts.plan import PAID_SO_FAR, Policy, Reason, still_wanted
from reminderd.loans.position import value
from reminderd.loans.terms import (
    AutoDebit,
    FailedDebit,
    Payment,
    Request,
    RequestState,
    Waiver,
)

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
PAST = [date(2024, 4, 20) + 30 * DAY * n for n in range(33)]
DUES = [day for day in PAST if day < date(2027, 3, 1)]
OLD = [day for day in DUES if day < NOW.date()]


@pytest.fixture
def desk(borrow, desk_of):
    def make(dues=DUES, **facts):
        loan = replace(borrow(*dues, zone="UTC"), **facts)
        return desk_of(loan, Policy(), known_since=NOW)

    return make


def test_the_first_message_asks_and_the_alarm_is_not_sent(desk):
    one = desk()
    (alert,) = one.look(NOW).alerts
    assert (alert.due, alert.milestone, alert.reason) == (OLD[0], PAID_SO_FAR, Reason.FIRST_LOOK)
    assert one.look(NOW + timedelta(hours=1)).alerts == ()


def test_it_asks_once_and_then_reminds_as_ever(desk):
    one = desk()
    one.follow(NOW, NOW + 60 * DAY)
    milestones = [alert.milestone for alert in one.sent]
    assert milestones.count(PAID_SO_FAR) == 1
    assert all(m.startswith("due") for m in milestones[1:])
    assert milestones[1:]


def test_debits_of_the_past_are_asked_about_in_the_same_question(desk):
    one = desk(auto_debit=AutoDebit(on=True))
    one.follow(NOW, NOW + 10 * DAY)
    assert one.sent[0].milestone == PAID_SO_FAR
    assert all(alert.due > NOW.date() for alert in one.sent[1:])


def test_one_day_late_when_it_is_entered_is_asked_too_even_if_no_slot_had_come(desk):
    one = desk(dues=[date(2026, 11, 29)])
    one.policy = Policy(before_due=(), overdue_days=(3,))
    one.follow(NOW, NOW + 5 * DAY)
    assert [alert.milestone for alert in one.sent] == [PAID_SO_FAR]


@pytest.mark.parametrize(
    "facts",
    [
        {"payments": (Payment(date(2026, 11, 1), Decimal("100.00")),)},
        {"failed": (FailedDebit(OLD[0], OLD[1]),)},
        {"agreed": (Waiver(OLD[-1], Decimal("1.00")),)},
        {"requests": (Request(RequestState.REQUESTED, OLD[-1]),)},
    ],
)
def test_whoever_has_said_how_it_stands_is_not_asked(desk, facts):
    (alert,) = desk(**facts).look(NOW).alerts
    assert alert.milestone != PAID_SO_FAR


def test_paid_until_is_an_answer(desk):
    one = desk()
    (alert,) = one.look(NOW).alerts
    loan = replace(one.loan, terms=replace(one.loan.terms, paid_until=NOW.date()))
    assert still_wanted(alert, one.loan, value(one.loan, NOW.date()))
    assert not still_wanted(alert, loan, value(loan, NOW.date()))
    one.loan = loan
    assert one.look(NOW + timedelta(hours=1)).alerts == ()


def test_a_debt_that_the_borrower_was_reminded_of_is_not_asked_about(desk):
    one = desk(dues=[date(2026, 12, 5)])
    one.follow(NOW, datetime(2026, 12, 5, 12, tzinfo=UTC))
    later = datetime(2026, 12, 8, 12, tzinfo=UTC)
    one.history = replace(one.history, known_since=later)  # the terms were edited
    assert [alert.milestone for alert in one.look(later).alerts] == ["due+3"]


def test_what_falls_due_today_is_reminded_of(desk):
    one = desk(dues=[NOW.date()])
    assert [alert.milestone for alert in one.look(NOW).alerts] == ["due"]
