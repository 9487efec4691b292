"""Questions of a debit: asked, not claimed; never as overdue, never more than three times."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from reminderd.alerts.plan import SETTLED, Policy, Reason, still_wanted
from reminderd.loans.position import value
from reminderd.loans.terms import AutoDebit, FailedDebit, Payment

DUE = date(2026, 12, 5)
DAY = timedelta(days=1)
START = datetime(2026, 11, 1, tzinfo=UTC)
ON = AutoDebit(on=True)


def days(alerts):
    return [(alert.due, alert.milestone) for alert in alerts]


@pytest.fixture
def desk(borrow, desk_of):
    """Return a desk on which a debited loan is known long before its first due date."""

    def make(debit=ON, dues=(DUE,), **policy):
        loan = replace(borrow(*dues, zone="UTC"), auto_debit=debit)
        return desk_of(loan, Policy(**policy), known_since=START)

    return make


def test_it_is_asked_on_the_day_after_and_at_most_three_and_seven_days_after(desk):
    one = desk()
    one.follow(START, START + 400 * DAY)
    assert days(one.sent) == [
        (DUE, "due-3"),
        (DUE, "debit+1"),
        (DUE, "debit+3"),
        (DUE, "debit+7"),
    ]
    assert {alert.reason for alert in one.sent[1:]} == {Reason.DEBIT_UNCONFIRMED}


def test_it_is_asked_after_the_last_try(desk):
    one = desk(AutoDebit(on=True, last_day=2))
    one.follow(START, START + 60 * DAY)
    assert [alert.scheduled_for.date() for alert in one.sent[1:]] == [
        DUE + days * DAY for days in (3, 5, 9)
    ]


def test_an_answer_ends_the_questions_in_silence(desk):
    one = desk()
    one.follow(START, datetime(2026, 12, 6, 12, tzinfo=UTC))
    one.pay(Payment(DUE, Decimal("100.00"), datetime(2026, 12, 6, 13, tzinfo=UTC)))
    one.loan = replace(one.loan, terms=replace(one.loan.terms))
    one.follow(datetime(2026, 12, 6, 13, tzinfo=UTC), START + 400 * DAY)
    assert "debit+3" not in [alert.milestone for alert in one.sent]


def test_one_that_counts_as_made_is_not_asked_about(desk):
    one = desk(AutoDebit(on=True, assume_paid=True), dues=(DUE, date(2027, 1, 5)))
    one.follow(START, START + 400 * DAY)
    assert days(one.sent) == [
        (DUE, "due-3"),
        (date(2027, 1, 5), "due-3"),
        (date(2027, 1, 5), SETTLED),
    ]


def test_it_is_looked_at_when_a_debit_begins_to_count_as_made(desk):
    one = desk(AutoDebit(on=True, assume_paid=True, last_day=1), dues=(DUE, date(2027, 2, 5)))
    decision = one.look(datetime(2026, 12, 5, 12, tzinfo=UTC))
    assert decision.next_at == datetime(2026, 12, 7, 9, tzinfo=UTC)


def test_one_that_failed_is_reminded_of_like_any_other(desk):
    one = desk()
    one.follow(START, datetime(2026, 12, 6, 12, tzinfo=UTC))
    one.loan = replace(one.loan, failed=(FailedDebit(DUE, date(2026, 12, 6)),))
    now = datetime(2026, 12, 6, 13, tzinfo=UTC)
    one.history = replace(one.history, known_since=now)  # as the command does
    first = one.look(now)
    assert [(alert.milestone, alert.reason) for alert in first.alerts] == [
        ("due+1", Reason.FIRST_LOOK)
    ]
    one.follow(first.next_at, datetime(2026, 12, 12, 12, tzinfo=UTC))
    assert [alert.milestone for alert in one.sent[3:]] == ["due+2", "due+3", "due+4", "due+7"]


def test_while_one_is_overdue_a_later_debit_is_asked_about_once(desk):
    january = date(2027, 1, 5)
    one = desk(dues=(DUE, january))
    one.loan = replace(one.loan, failed=(FailedDebit(DUE, DUE + DAY),))
    one.follow(START, START + 120 * DAY)
    assert [m for due, m in days(one.sent) if due == january] == ["debit+1"]


def test_no_one_else_is_told_of_an_open_debit(desk):
    one = desk(escalate_after=1)
    one.follow(START, START + 60 * DAY)
    assert {alert.milestone for alert in one.sent} == {"due-3", "debit+1", "debit+3", "debit+7"}


def test_a_wish_to_be_reminded_on_the_day_alone_becomes_the_day_before(desk):
    one = desk(before_due=(0,))
    one.follow(START, datetime(2026, 12, 5, 12, tzinfo=UTC))
    assert days(one.sent) == [(DUE, "due-1")]


def test_a_question_that_waited_is_not_sent_once_it_is_answered(desk):
    one = desk()
    (alert,) = one.look(datetime(2026, 12, 6, 9, tzinfo=UTC)).alerts
    assert still_wanted(alert, one.loan, value(one.loan, DUE + DAY))
    one.pay(Payment(DUE, Decimal("100.00")))
    assert not still_wanted(alert, one.loan, value(one.loan, DUE + DAY))
