"""A request for an extension that has no answer is followed up, in one message with the rest."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reminderd.alerts.plan import ANSWER_DUE, Policy, Reason
from reminderd.loans.terms import Payment, Request, RequestState

DUE = date(2026, 12, 5)
SHANGHAI = ZoneInfo("Asia/Shanghai")
SELDOM = Policy(before_due=(), overdue_days=(30,), overdue_every=None)
REQUESTED, APPROVED, REFUSED = RequestState


def nine(day):
    return datetime.combine(day, time(9), SHANGHAI)


def after(days):
    return DUE + timedelta(days=days)


@pytest.fixture
def asked(borrow, desk_of):
    """Return a function giving the desk of a loan on which an extension was asked for."""

    def make(on, policy=SELDOM, *more, dues=(DUE,), **facts):
        loan = replace(borrow(*dues), asked=(Request(REQUESTED, on), *more))
        return desk_of(loan, policy, **facts)

    return make


def sent(desk):
    return [(alert.milestone, alert.scheduled_for) for alert in desk.sent]


@pytest.mark.parametrize(("wait", "on"), [(7, after(12)), (1, after(6)), (0, after(5))])
def test_a_request_without_an_answer_is_followed_up_once_so_many_days_later(asked, wait, on):
    desk = asked(after(5), replace(SELDOM, follow_up_days=wait))
    desk.follow(nine(after(4)), nine(after(29)))
    (alert,) = desk.sent
    assert alert.identity == (after(5), ANSWER_DUE)
    assert (alert.scheduled_for, alert.reason) == (nine(on), Reason.ANSWER_DUE)
    assert desk.superseded == []


def test_it_is_not_followed_up_before_its_hour(asked):
    desk = asked(after(5))
    decision = desk.look(nine(after(12)) - timedelta(seconds=1))
    assert (decision.alerts, decision.next_at) == ((), nine(after(12)))


def test_whoever_wants_no_follow_up_gets_none(asked):
    desk = asked(after(5), replace(SELDOM, follow_up_days=None))
    assert desk.look(nine(after(12))).alerts == ()
    assert desk.look(nine(after(4))).next_at == nine(after(5))


@pytest.mark.parametrize("state", [APPROVED, REFUSED])
def test_an_answer_leaves_nothing_to_follow_up(asked, state):
    desk = asked(after(5), SELDOM, Request(state, after(11)))
    desk.follow(nine(after(6)), nine(after(29)))
    assert desk.sent == []


def test_a_second_request_is_followed_up_in_its_turn(asked):
    desk = asked(after(5), SELDOM, Request(REFUSED, after(6)), Request(REQUESTED, after(15)))
    desk.follow(nine(after(6)), nine(after(29)))
    assert sent(desk) == [(ANSWER_DUE, nine(after(22)))]


def test_a_loan_paid_off_needs_no_answer(asked):
    desk = asked(after(5))
    desk.pay(Payment(after(10), Decimal("100.00")))
    assert desk.look(nine(after(12))).alerts == ()


def test_a_request_about_an_installment_long_paid_needs_none_either(asked):
    desk = asked(after(1), dues=(DUE, after(90)))
    desk.pay(Payment(after(3), Decimal("100.00")))
    desk.follow(nine(after(2)), nine(after(29)))
    assert [alert for alert in desk.sent if alert.milestone == ANSWER_DUE] == []


def test_a_request_that_is_configured_counts_as_one_made_by_command(borrow, desk_of):
    loan = replace(borrow(DUE), requests=(Request(REQUESTED, after(5)),))
    assert [a.milestone for a in desk_of(loan, SELDOM).look(nine(after(12))).alerts] == [ANSWER_DUE]


def test_a_request_still_to_come_is_waited_for(asked):
    desk = asked(after(5))
    assert desk.look(nine(after(1))).next_at == nine(after(5))
    assert desk.look(nine(after(5))).next_at == nine(after(12))


# ─── One message where reminders come in between ───


def test_a_reminder_of_the_same_slot_speaks_for_the_request(asked):
    desk = asked(after(7), Policy())
    desk.look(nine(after(7)))
    decision = desk.look(nine(after(14)))
    assert [alert.milestone for alert in decision.alerts] == ["due+14"]
    assert [(a.identity, a.reason) for a in decision.superseded] == [
        ((after(7), ANSWER_DUE), Reason.SAME_SLOT)
    ]


def test_a_reminder_of_a_later_slot_that_was_missed_as_well_supersedes_it(asked):
    desk = asked(after(5), Policy())
    desk.look(nine(after(7)))
    decision = desk.look(nine(after(15)))
    assert [alert.milestone for alert in decision.alerts] == ["due+14"]
    assert [(a.identity, a.scheduled_for, a.reason) for a in decision.superseded] == [
        ((after(5), ANSWER_DUE), nine(after(12)), Reason.NEWER_ALERT)
    ]


def test_it_supersedes_the_reminders_missed_before_it(asked):
    desk = asked(after(1), Policy())
    desk.look(nine(after(3)))
    desk.history = replace(desk.history, known_since=nine(after(3)))
    decision = desk.look(nine(after(8)) + timedelta(hours=2))
    assert [alert.identity for alert in decision.alerts] == [(after(1), ANSWER_DUE)]
    assert [(a.milestone, a.reason) for a in decision.superseded] == [
        ("due+4", Reason.NEWER_ALERT),
        ("due+7", Reason.NEWER_ALERT),
    ]


def test_the_next_reminder_comes_as_if_nothing_had_been_in_between(asked):
    desk = asked(after(2), Policy())
    desk.follow(nine(after(4)), nine(after(14)))
    assert sent(desk) == [
        ("due+4", nine(after(4))),
        ("due+7", nine(after(7))),
        (ANSWER_DUE, nine(after(9))),
        ("due+14", nine(after(14))),
    ]


def test_a_request_entered_late_is_left_to_the_reminder_that_went_since(asked):
    desk = asked(after(5), Policy())
    desk.loan = replace(desk.loan, asked=())
    desk.look(nine(after(14)))
    desk.loan = replace(desk.loan, asked=(Request(REQUESTED, after(5)),))
    assert desk.look(nine(after(15))).alerts == ()


def test_a_request_older_than_what_we_know_is_a_first_look_that_is_not_late(asked):
    now = nine(after(20)) + timedelta(hours=3)
    (alert,) = asked(after(5), known_since=now).look(now).alerts
    assert (alert.milestone, alert.scheduled_for) == (ANSWER_DUE, now)
    assert alert.reason is Reason.FIRST_LOOK


def test_what_a_first_look_says_in_its_place_keeps_it_from_speaking_up_later(asked):
    now = nine(after(15))
    desk = asked(after(5), Policy(), known_since=now, dues=(DUE, after(31)))
    decision = desk.look(now)
    assert [alert.milestone for alert in decision.alerts] == ["due+14"]
    assert [alert.milestone for alert in decision.superseded] == [ANSWER_DUE]
    desk.pay(Payment(after(15), Decimal("100.00")))
    desk.look(now + timedelta(hours=1))
    assert ANSWER_DUE not in [alert.milestone for alert in desk.sent]
