"""A snooze: what it holds back, what breaks through, and what goes at its end."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reminderd.alerts.forecast import forecast
from reminderd.alerts.plan import Policy, Snooze, next_reminder
from reminderd.alerts.snooze import snooze_end, worse_from
from reminderd.errors import UsageError
from reminderd.loans.charges import Amount, Fee, FeeKind
from reminderd.loans.position import value
from reminderd.loans.terms import Payment, Request, RequestState
from reminderd.playbook.playbook import Severity, packaged

DUE = date(2026, 12, 5)
ZONE = "Asia/Shanghai"
HOUR = timedelta(hours=1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))


def snooze(until, made="2026-12-09 12:00", severity=Severity.CRITICAL, due=DUE):
    return Snooze(at(until), severity, due, at(made))


@pytest.fixture
def desk(borrow, desk_of):
    """Return a desk on which all went up to a snooze, made four days after the due date."""

    def make(chosen, policy=None, dues=(DUE,), loan=None):
        desk = desk_of(loan or borrow(*dues), policy or Policy())
        desk.follow(at("2026-12-05 09:00"), chosen.recorded_at)
        desk.history = replace(desk.history, snooze=chosen)
        desk.sent.clear()
        desk.superseded.clear()
        return desk

    return make


@pytest.fixture
def lent(borrow):
    """Return a loan of a due date with terms of its own."""

    def make(*dues, **terms):
        loan = borrow(*(dues or (DUE,)))
        return replace(loan, terms=replace(loan.terms, **terms))

    return make


DAILY = Policy(overdue_days=tuple(range(1, 31)), stage_eves=())


def went(desk):
    return [
        (alert.milestone, f"{alert.scheduled_for.astimezone(ZoneInfo(ZONE)):%d %H}")
        for alert in desk.sent
    ]


def spoken(desk, until):
    """Return the days on which anything goes before *until*."""
    desk.follow(at("2026-12-09 12:00"), at(until))
    return [f"{alert.scheduled_for.astimezone(ZoneInfo(ZONE)):%m-%d}" for alert in desk.sent]


def test_nothing_as_bad_goes_before_its_end_and_then_the_newest_does(desk):
    one = desk(snooze("2026-12-12 09:00"), DAILY)
    one.follow(at("2026-12-09 12:00"), at("2026-12-12 09:00"))
    # The end is a slot of its own here: the two before it are superseded by it.
    assert went(one) == [("due+7", "12 09")]
    assert [alert.milestone for alert in one.superseded] == ["due+5", "due+6"]


def test_at_an_end_without_a_slot_the_newest_before_it_goes_and_is_not_late(desk):
    one = desk(snooze("2026-12-12 09:00"), Policy(overdue_days=(4, 5, 6), stage_eves=()))
    one.follow(at("2026-12-09 12:00"), at("2026-12-12 10:00"))
    assert went(one) == [("due+6", "12 09")]


def test_a_worse_stage_of_the_same_severity_breaks_through_at_its_own_time(desk):
    one = desk(snooze("2026-12-20 09:00"), Policy(overdue_days=(4, 6, 8, 14)))
    one.follow(at("2026-12-09 12:00"), at("2026-12-19 09:00"))
    assert went(one) == [("due+8", "13 09"), ("due+14", "19 09")]


def test_a_worse_stage_without_a_slot_lets_the_held_reminder_through(desk):
    one = desk(snooze("2026-12-20 09:00"), Policy(overdue_days=(4, 6, 30)))
    one.follow(at("2026-12-09 12:00"), at("2026-12-19 09:00"))
    assert went(one) == [("due+6", "13 09")]


@pytest.mark.parametrize(
    ("made", "worse"),
    [
        ("2026-12-01", "2026-12-05"),  # ahead of it: the day it falls due
        ("2026-12-05", "2026-12-06"),
        ("2026-12-06", "2026-12-09"),  # day 4
        ("2026-12-10", "2026-12-13"),  # day 8
        ("2026-12-13", "2027-01-05"),  # day 31
        ("2027-01-05", "2027-03-06"),  # day 91
    ],
)
def test_each_later_stage_is_worse(borrow, made, worse):
    chosen = snooze("2027-04-01 09:00", f"{made} 12:00")
    assert worse_from(chosen, borrow(DUE), packaged()) == date.fromisoformat(worse)


def test_past_the_last_stage_nothing_gets_worse(borrow):
    chosen = snooze("2027-06-01 09:00", "2027-03-06 12:00")
    assert worse_from(chosen, borrow(DUE), packaged()) is None


def test_a_further_installment_that_falls_due_breaks_through(desk):
    further = date(2026, 12, 12)
    one = desk(snooze("2026-12-30 09:00"), dues=(DUE, further))
    assert spoken(one, "2026-12-12 09:00") == ["12-12"]


def test_reminders_ahead_of_a_further_installment_are_held(desk):
    further = date(2026, 12, 13)
    one = desk(snooze("2026-12-12 10:00"), dues=(DUE, further))
    assert spoken(one, "2026-12-12 09:30") == []


def test_the_end_of_grace_breaks_through_on_its_eve(desk, lent):
    loan = lent(grace_days=6)
    one = desk(snooze("2026-12-30 09:00", severity=Severity.WARNING), DAILY, loan=loan)
    assert spoken(one, "2026-12-12 09:00") == ["12-11", "12-12"]


def test_a_fee_breaks_through_on_its_eve(desk, lent):
    loan = lent(fees=(Fee(Amount(FeeKind.FLAT, Decimal(50)), after_days=5),))
    one = desk(snooze("2026-12-30 09:00"), DAILY, loan=loan)
    assert spoken(one, "2026-12-11 09:00") == ["12-10", "12-11"]


def test_the_report_to_the_bureau_breaks_through_on_its_eve(desk, borrow):
    loan = replace(borrow(DUE), reported_after=7)
    one = desk(snooze("2026-12-30 09:00"), DAILY, loan=loan)
    assert spoken(one, "2026-12-12 09:00") == ["12-11", "12-12"]


def test_what_was_a_day_ahead_when_it_was_made_speaks_when_it_has_come(desk, lent):
    loan = lent(fees=(Fee(Amount(FeeKind.FLAT, Decimal(50)), after_days=4),))
    one = desk(snooze("2026-12-30 09:00"), DAILY, loan=loan)
    assert spoken(one, "2026-12-10 09:00") == ["12-10"]


def test_ninety_days_hide_no_worse_day_of_installments_that_all_stay_unpaid(desk):
    monthly = tuple(date(2026 + (month > 12), (month - 1) % 12 + 1, 5) for month in range(12, 16))
    stages = Policy(overdue_every=15, stage_eves=(3, 7, 30, 90))
    one = desk(snooze("2027-03-09 09:00"), stages, dues=monthly)
    days = spoken(one, "2027-03-09 08:00")
    assert days[0] == "12-13"  # day 8
    assert {"01-05", "02-05", "03-05"} <= set(days)  # three more, and the eve of day 91


def test_looking_more_often_or_at_odd_hours_lets_nothing_through(desk):
    one = desk(snooze("2026-12-12 09:00"), DAILY)
    now = at("2026-12-09 12:00")
    while now < at("2026-12-12 09:00"):
        one.look(now)
        now += HOUR
    assert one.sent == []


def test_that_it_is_paid_is_told_at_once_and_ends_it(desk):
    later = date(2026, 12, 25)
    one = desk(snooze("2026-12-30 09:00"), dues=(DUE, later))
    told_late = frozenset({(DUE, at("2026-12-06 09:00"))})
    one.history = replace(one.history, overdue=told_late)
    one.pay(Payment(date(2026, 12, 10), Decimal("100.00")))
    one.follow(at("2026-12-10 15:00"), at("2026-12-25 09:00"))
    assert [alert.milestone for alert in one.sent] == ["settled", "due-3", "due"]


def test_a_payment_taken_back_leaves_it_as_it_was(desk):
    one = desk(snooze("2026-12-12 09:00"), DAILY)
    one.pay(Payment(DUE, Decimal("100.00")))
    one.take_back_payments()
    assert one.look(at("2026-12-10 10:00")).next_at == at("2026-12-12 09:00")
    assert one.sent == []


def test_a_request_without_an_answer_is_held_where_it_is_no_worse(desk):
    one = desk(snooze("2027-01-04 09:00", "2026-12-13 12:00"))
    asked = Request(RequestState.REQUESTED, date(2026, 12, 14))
    one.loan = replace(one.loan, asked=(asked,))
    one.follow(at("2026-12-14 12:00"), at("2027-01-03 09:00"))
    assert one.sent == []


def test_one_that_is_over_bears_on_nothing(desk, borrow, desk_of):
    one, other = desk(snooze("2026-12-09 13:00")), desk_of(borrow(DUE))
    other.follow(at("2026-12-05 09:00"), at("2026-12-09 12:00"))
    other.sent.clear()
    for each in (one, other):
        each.follow(at("2026-12-09 13:00"), at("2027-01-05 09:00"))
    assert one.sent == other.sent


@pytest.mark.parametrize("until", ["2026-12-11 09:00", "2027-01-20 09:00", "2027-03-09 09:00"])
def test_what_is_foreseen_is_what_goes(desk, until):
    dues = (DUE, date(2027, 1, 5), date(2027, 2, 5))
    one = desk(snooze(until), Policy(stage_eves=(3, 7, 30)), dues=dues)
    start, end = at("2026-12-09 12:00"), at("2027-04-30 09:00")
    ahead = [seen.alert for seen in forecast(one.loan, one.history, one.policy, start, end)]
    one.follow(start, end)
    assert one.sent == ahead


def test_the_next_reminder_is_where_the_snooze_ends_or_it_gets_worse(borrow):
    loan, now = borrow(DUE), at("2026-12-09 12:00")
    position = value(loan, date(2026, 12, 9))

    def following(until):
        coming = next_reminder(loan, position, DAILY, now, snooze(until))
        return coming and coming.at

    assert following("2026-12-12 09:00") == at("2026-12-12 09:00")
    assert following("2026-12-20 09:00") == at("2026-12-13 09:00")
    assert following("2026-12-09 09:00") == at("2026-12-10 09:00")


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
