"""A snooze: what it holds back, what breaks through, and what goes at its end."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reminderd.alerts.forecast import forecast
from reminderd.alerts.plan import Policy, Snooze, next_reminder
from reminderd.alerts.snooze import snooze_end
from reminderd.errors import UsageError
from reminderd.loans.position import value
from reminderd.loans.terms import Payment, Request, RequestState
from reminderd.playbook.playbook import Severity

DUE = date(2026, 12, 5)
ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))


def snooze(until, severity=Severity.WARNING, due=DUE):
    return Snooze(at(until), severity, due, at("2026-12-05 12:00"))


@pytest.fixture
def desk(borrow, desk_of):
    """Return a desk on which the due date's reminder went, and a snooze was made after it."""

    def make(chosen, policy=None, dues=(DUE,)):
        desk = desk_of(borrow(*dues), policy or Policy())
        desk.look(at("2026-12-05 09:00"))
        desk.history = replace(desk.history, snooze=chosen)
        desk.sent.clear()
        desk.superseded.clear()
        return desk

    return make


def went(desk):
    return [
        (alert.milestone, f"{alert.scheduled_for.astimezone(ZoneInfo(ZONE)):%d %H}")
        for alert in desk.sent
    ]


def test_nothing_as_mild_goes_before_its_end_and_then_the_newest_does(desk):
    one = desk(snooze("2026-12-08 09:00"))
    one.follow(at("2026-12-05 12:00"), at("2026-12-08 09:00"))
    # The end is a slot of its own here: the two before it are superseded by it.
    assert went(one) == [("due+3", "08 09")]
    assert [alert.milestone for alert in one.superseded] == ["due+1", "due+2"]


def test_at_an_end_without_a_slot_the_newest_before_it_goes_and_is_not_late(desk):
    one = desk(snooze("2026-12-08 09:00"), Policy(overdue_days=(1, 2), stage_eves=()))
    one.follow(at("2026-12-05 12:00"), at("2026-12-08 10:00"))
    assert went(one) == [("due+2", "08 09")]


def test_a_worse_stage_breaks_through_at_its_own_time(desk):
    one = desk(snooze("2026-12-20 09:00"))
    one.follow(at("2026-12-05 12:00"), at("2026-12-12 09:00"))
    assert went(one) == [("due+4", "09 09"), ("due+7", "12 09")]


def test_a_worse_stage_without_a_slot_lets_the_held_reminder_through(desk):
    one = desk(snooze("2026-12-20 09:00"), Policy(overdue_days=(2, 30)))
    one.follow(at("2026-12-05 12:00"), at("2026-12-15 09:00"))
    assert went(one) == [("due+2", "09 09")]


def test_one_made_at_the_worst_holds_everything(desk):
    one = desk(snooze("2026-12-30 09:00", Severity.CRITICAL))
    decision = one.look(at("2026-12-28 12:00"))
    assert (one.sent, decision.next_at) == ([], at("2026-12-30 09:00"))


def test_looking_more_often_or_at_odd_hours_lets_nothing_through(desk):
    one = desk(snooze("2026-12-08 09:00"))
    now = at("2026-12-05 12:00")
    while now < at("2026-12-08 09:00"):
        one.look(now)
        now += HOUR
    assert one.sent == []


def test_that_it_is_paid_is_told_at_once_and_ends_it(desk):
    later = date(2026, 12, 20)
    one = desk(snooze("2026-12-30 09:00"), dues=(DUE, later))
    told_late = frozenset({(DUE, at("2026-12-06 09:00"))})
    one.history = replace(one.history, overdue=told_late)
    one.pay(Payment(DUE + DAY, Decimal("100.00")))
    one.follow(at("2026-12-06 15:00"), at("2026-12-20 09:00"))
    assert [alert.milestone for alert in one.sent] == ["settled", "due-3", "due"]


def test_a_payment_taken_back_leaves_it_as_it_was(desk):
    one = desk(snooze("2026-12-08 09:00"))
    one.pay(Payment(DUE, Decimal("100.00")))
    one.take_back_payments()
    assert one.look(at("2026-12-06 10:00")).next_at == at("2026-12-08 09:00")
    assert one.sent == []


def test_a_request_without_an_answer_is_held_where_it_is_no_worse(desk):
    one = desk(snooze("2026-12-30 09:00", Severity.CRITICAL))
    asked = Request(RequestState.REQUESTED, date(2026, 12, 6))
    one.loan = replace(one.loan, asked=(asked,))
    one.follow(at("2026-12-06 12:00"), at("2026-12-29 09:00"))
    assert one.sent == []


def test_one_that_is_over_bears_on_nothing(desk, borrow, desk_of):
    one, other = desk(snooze("2026-12-05 13:00")), desk_of(borrow(DUE))
    other.look(at("2026-12-05 09:00"))
    other.sent.clear()
    for each in (one, other):
        each.follow(at("2026-12-05 13:00"), at("2027-01-05 09:00"))
    assert one.sent == other.sent


def test_what_is_foreseen_is_what_goes(desk):
    one = desk(snooze("2026-12-11 09:00"), Policy(overdue_days=(1, 2, 3)))
    ahead = [
        seen.alert
        for seen in forecast(
            one.loan, one.history, one.policy, at("2026-12-05 12:00"), at("2027-01-30 09:00")
        )
    ]
    one.follow(at("2026-12-05 12:00"), at("2027-01-30 09:00"))
    assert one.sent == ahead


def test_the_next_reminder_is_where_the_snooze_ends_or_it_gets_worse(borrow):
    loan, now = borrow(DUE), at("2026-12-05 12:00")
    position = value(loan, DUE)

    def following(until):
        return next_reminder(loan, position, Policy(), now, snooze(until))

    assert following("2026-12-08 09:00") == at("2026-12-08 09:00")
    assert following("2026-12-20 09:00") == at("2026-12-09 09:00")
    assert following("2026-12-05 09:00") == at("2026-12-06 09:00")


class TestEnd:
    def end(self, day, now="2026-12-05 12:00"):
        return snooze_end(date.fromisoformat(day), Policy().send_at, ZONE, at(now))

    def test_it_ends_when_reminders_go_on_that_day(self):
        assert self.end("2026-12-06") == at("2026-12-06 09:00")
        assert self.end("2027-03-05") == at("2027-03-05 09:00")
        assert self.end("2026-12-05", "2026-12-05 08:59") == at("2026-12-05 09:00")

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [
            ("2026-12-05", "2026-12-05 at 09:00 has passed (choose 2026-12-06 or later)"),
            ("2026-12-04", "2026-12-04 at 09:00 has passed (choose 2026-12-06 or later)"),
            (
                "2027-03-06",
                "2027-03-06 is 91 days off, and a snooze lasts at most 90 "
                "(choose 2027-03-05 or earlier)",
            ),
        ],
    )
    def test_a_day_that_cannot_be_is_refused_with_one_that_can(self, day, sentence):
        with pytest.raises(UsageError) as error:
            self.end(day)
        assert str(error.value) == sentence
