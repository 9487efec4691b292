"""Some time after a debt that was late is settled there are things to see to."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reminderd.alerts import settling
from reminderd.alerts.plan import SETTLED, Policy, Reason
from reminderd.alerts.settling import LIMIT_BACK, RECORD_LAPSES, RECORD_UPDATED
from reminderd.loans.terms import Lender, Payment

DUE = date(2026, 12, 5)
CURED = date(2026, 12, 20)
SHANGHAI = ZoneInfo("Asia/Shanghai")
SILENT = Policy(before_due=(), overdue_days=(), overdue_every=None)


def nine(day):
    return datetime.combine(day, time(9), SHANGHAI)


def later(days):
    return CURED + timedelta(days=days)


@pytest.fixture
def cured(borrow, desk_of):
    """Return a function giving the desk of a loan that was late and is paid."""

    def make(*more_dues, on=CURED, policy=SILENT, years=None, recorded=None, **facts):
        paid = Payment(on, Decimal("100.00"), recorded)
        loan = replace(borrow(DUE, *more_dues, payments=[paid]), record_years=years)
        return desk_of(loan, policy, **facts)

    return make


def sent(desk):
    return [(alert.milestone, alert.scheduled_for) for alert in desk.sent]


def test_the_limit_the_record_and_its_end_are_looked_at_in_their_time(cured):
    desk = cured(years=5)
    desk.follow(nine(CURED), nine(date(2040, 1, 1)))
    assert sent(desk) == [
        (LIMIT_BACK, nine(later(30))),
        (RECORD_UPDATED, nine(later(180))),
        (RECORD_LAPSES, nine(date(2031, 12, 20))),
    ]
    assert {(alert.due, alert.reason) for alert in desk.sent} == {(DUE, Reason.AFTER_SETTLING)}
    assert desk.superseded == []


def test_a_person_who_lent_it_has_neither_limit_nor_record_to_look_after(cured, desk_of):
    loan = replace(cured(years=5).loan, lender=Lender.PERSON)
    desk = desk_of(loan, SILENT)
    desk.follow(nine(CURED), nine(date(2040, 1, 1)))
    assert sent(desk) == []


def test_where_no_record_is_known_of_its_end_is_not_spoken_of(cured):
    desk = cured()
    desk.follow(nine(CURED), nine(date(2040, 1, 1)))
    assert [what for what, _ in sent(desk)] == [LIMIT_BACK, RECORD_UPDATED]


def test_what_was_settled_on_leap_day_lapses_on_the_last_of_february(cured):
    desk = cured(on=date(2028, 2, 29), years=5)
    desk.follow(nine(date(2028, 2, 29)), nine(date(2040, 1, 1)))
    assert sent(desk)[-1] == (RECORD_LAPSES, nine(date(2033, 2, 28)))


def test_the_next_look_at_a_settled_loan_is_the_next_thing_to_see_to(cured):
    desk = cured(years=5)
    assert desk.look(nine(later(1))).next_at == nine(later(30))
    assert desk.look(nine(later(30))).next_at == nine(later(180))
    assert desk.look(nine(later(180))).next_at == nine(date(2031, 12, 20))
    assert desk.look(nine(date(2031, 12, 20))).next_at is None


def test_whoever_wants_no_follow_up_gets_none(cured):
    desk = cured(policy=replace(SILENT, after_settling=False), years=5)
    decision = desk.look(nine(later(30)))
    assert (decision.alerts, decision.next_at) == ((), None)


@pytest.mark.parametrize("on", [DUE - timedelta(days=9), DUE])
def test_what_was_paid_in_time_has_nothing_to_follow(cured, on):
    decision = cured(on=on, years=5).look(nine(DUE + timedelta(days=30)))
    assert (decision.alerts, decision.next_at) == ((), None)


def test_after_downtime_only_the_newest_is_spoken_of(cured):
    desk = cured(years=5)
    desk.look(nine(later(1)))
    decision = desk.look(nine(later(200)))
    assert [alert.milestone for alert in decision.alerts] == [RECORD_UPDATED]
    assert [(a.milestone, a.scheduled_for, a.reason) for a in decision.superseded] == [
        (LIMIT_BACK, nine(later(30)), Reason.NEWER_ALERT)
    ]
    assert desk.look(nine(later(201))).alerts == ()


def test_a_loan_entered_with_an_old_history_hears_only_of_what_is_to_come(cured):
    desk = cured(years=5, known_since=nine(later(100)))
    desk.follow(nine(later(100)), nine(date(2040, 1, 1)))
    assert [what for what, _ in sent(desk)] == [RECORD_UPDATED, RECORD_LAPSES]
    assert desk.superseded == []


def test_a_payment_entered_long_after_its_date_brings_nothing_that_is_past(cured):
    desk = cured(recorded=nine(later(40)).astimezone(UTC))
    desk.follow(nine(later(40)), nine(date(2040, 1, 1)))
    assert [what for what, _ in sent(desk)] == [RECORD_UPDATED]


def test_while_something_is_overdue_it_waits(cured):
    desk = cured(later(29))
    assert desk.look(nine(later(31))).alerts == ()


def test_grace_over_without_a_new_cure_it_is_made_up_for(cured):
    desk = cured(later(29))
    desk.loan = replace(desk.loan, terms=replace(desk.loan.terms, grace_days=5))
    desk.look(nine(later(31)))
    desk.pay(Payment(later(32), Decimal("100.00")))
    (alert,) = desk.look(nine(later(32))).alerts
    assert (alert.milestone, alert.scheduled_for) == (LIMIT_BACK, nine(later(30)))


def test_a_later_cure_takes_the_place_of_an_earlier_one(cured):
    desk = cured(later(29))
    desk.look(nine(later(31)))
    again = later(33)
    desk.pay(Payment(again, Decimal("100.00")))
    desk.follow(nine(again), nine(date(2040, 1, 1)))
    assert [(alert.due, alert.milestone, alert.scheduled_for) for alert in desk.sent] == [
        (later(29), LIMIT_BACK, nine(again + timedelta(days=30))),
        (later(29), RECORD_UPDATED, nine(again + timedelta(days=180))),
    ]


def test_it_is_no_reminder_of_which_the_end_would_be_good_news(cured):
    desk = cured()
    desk.follow(nine(later(30)), nine(later(90)))
    assert SETTLED not in [alert.milestone for alert in desk.sent]


def test_it_goes_beside_a_reminder_of_the_same_slot(cured):
    coming = later(33)
    desk = cured(coming, policy=Policy(before_due=(3,)))
    decision = desk.look(nine(later(30)))
    assert [(alert.due, alert.milestone) for alert in decision.alerts] == [
        (coming, "due-3"),
        (DUE, LIMIT_BACK),
    ]


def test_a_payment_taken_back_takes_it_back_too(cured):
    desk = cured()
    desk.look(nine(later(1)))
    desk.take_back_payments()
    decision = desk.look(nine(later(30)))
    assert (decision.alerts, decision.next_at) == ((), None)


def test_a_look_asks_for_the_last_cure_once_and_only_where_it_matters(cured, monkeypatch):
    asked = []
    real = settling.last_cure
    monkeypatch.setattr(settling, "last_cure", lambda *of: asked.append(of) or real(*of))
    cured().look(nine(later(30)))
    assert len(asked) == 1
    cured(policy=replace(SILENT, after_settling=False)).look(nine(later(30)))
    assert len(asked) == 1
