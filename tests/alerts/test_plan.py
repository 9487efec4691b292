"""Which alert of a loan is due: milestones, reasons, the newest slot, and nothing twice."""

import random
import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminderd.alerts.plan import (
    ANSWER_DUE,
    PAID_SO_FAR,
    SETTLED,
    Alert,
    Next,
    Policy,
    Reason,
    milestone,
    next_reminder,
    replaces,
    still_wanted,
)
from reminderd.alerts.wallclock import instant, local_date
from reminderd.loans.charges import Amount, Fee, FeeKind
from reminderd.loans.position import value
from reminderd.loans.terms import Payment, Request, RequestState

DUE = date(2026, 12, 5)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

# Fixtures of this folder are factories without state, so every example may share them.
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def at(text, zone="Asia/Shanghai"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def slot(offset, due=DUE):
    """Return 09:00 so many days from the due date."""
    return datetime.combine(due + offset * DAY, time(9), ZoneInfo("Asia/Shanghai"))


def paid(day, amount="100.00", recorded=None):
    return Payment(date.fromisoformat(day), Decimal(amount), recorded and at(recorded))


def milestones(alerts):
    return [alert.milestone for alert in alerts]


def kind_of(alert):
    """Return ``settled``, ``due`` or ``cured``: the good news, a reminder, what follows later."""
    return alert.milestone if alert.milestone == SETTLED else re.match("[a-z]+", alert.milestone)[0]


# ─── slots, milestones, reasons ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("offset", "name", "reason"),
    [
        (-7, "due-7", Reason.BEFORE_DUE),
        (-3, "due-3", Reason.BEFORE_DUE),
        (-1, "due-1", Reason.BEFORE_DUE),
        (0, "due", Reason.DUE_TODAY),
        (1, "due+1", Reason.OVERDUE_DAY),
        (2, "due+2", Reason.OVERDUE_DAY),
        (3, "due+3", Reason.OVERDUE_DAY),
        (4, "due+4", Reason.OVERDUE_DAY),
        (7, "due+7", Reason.OVERDUE_DAY),
        (14, "due+14", Reason.OVERDUE_DAY),
        (21, "due+21", Reason.OVERDUE_DAY),
        (30, "due+30", Reason.OVERDUE_DAY),
        (45, "due+45", Reason.OVERDUE_REPEAT),
        (60, "due+60", Reason.OVERDUE_REPEAT),
    ],
)
def test_each_slot_comes_at_its_hour_with_its_name_and_reason(
    borrow, desk_of, offset, name, reason
):
    desk = desk_of(borrow(DUE))
    desk.look(slot(offset) - SECOND)
    assert name not in milestones(desk.sent)
    (alert,) = desk.look(slot(offset)).alerts
    assert (alert.loan_id, alert.due, alert.milestone) == ("card", DUE, name)
    assert (alert.scheduled_for, alert.reason) == (slot(offset), reason)


def test_hourly_looks_over_three_months_send_each_slot_once_and_nothing_else(borrow, desk_of):
    desk = desk_of(borrow(DUE))
    for hour in range(24 * 90):
        desk.look(at("2026-11-20 00:00") + timedelta(hours=hour))
    offsets = [-7, -3, -1, 0, 1, 2, 3, 4, 7, 14, 21, 30, 45, 60]
    assert milestones(desk.sent) == [milestone(offset) for offset in offsets]
    assert [alert.scheduled_for for alert in desk.sent] == [slot(offset) for offset in offsets]
    assert desk.superseded == []


def test_an_alert_is_the_same_alert_whenever_it_was_meant_to_go(borrow, desk_of):
    early = desk_of(borrow(DUE)).look(slot(0)).alerts[0]
    moved = desk_of(borrow(DUE), Policy(send_at=time(20))).look(at("2026-12-05 20:00")).alerts[0]
    assert early.scheduled_for != moved.scheduled_for
    assert early.identity == moved.identity == (DUE, "due")


def test_dates_are_those_of_the_loans_zone(borrow, desk_of):
    desk = desk_of(borrow(DUE, zone="America/New_York"))
    (alert,) = desk.look(at("2026-12-05 09:00", "America/New_York")).alerts
    assert alert.milestone == "due"
    assert alert.scheduled_for == at("2026-12-05 14:00", "UTC")


def test_a_due_date_on_leap_day_has_slots_around_it(borrow, desk_of):
    desk = desk_of(borrow(date(2028, 2, 29)))
    desk.follow(at("2028-02-20 00:00"), at("2028-03-03 23:00"))
    assert [(a.milestone, a.scheduled_for.date()) for a in desk.sent] == [
        ("due-7", date(2028, 2, 22)),
        ("due-3", date(2028, 2, 26)),
        ("due-1", date(2028, 2, 28)),
        ("due", date(2028, 2, 29)),
        ("due+1", date(2028, 3, 1)),
        ("due+2", date(2028, 3, 2)),
        ("due+3", date(2028, 3, 3)),
    ]


# ─── the newest slot says what to send ────────────────────────────────────────────────────────


def test_after_downtime_one_alert_goes_and_the_missed_ones_are_superseded(borrow, desk_of):
    desk = desk_of(borrow(DUE))
    desk.look(slot(-7))
    decision = desk.look(slot(2) + timedelta(hours=5))
    assert milestones(decision.alerts) == ["due+2"]
    assert decision.alerts[0].scheduled_for == slot(2)
    assert [(a.milestone, a.scheduled_for, a.reason) for a in decision.superseded] == [
        (milestone(offset), slot(offset), Reason.NEWER_ALERT) for offset in (-3, -1, 0, 1)
    ]


def test_what_was_superseded_never_comes_again(borrow, desk_of):
    desk = desk_of(borrow(DUE))
    desk.look(slot(2))
    again = desk.look(slot(2) + timedelta(minutes=1))
    assert (again.alerts, again.superseded) == ((), ())
    assert milestones(desk.look(slot(3)).alerts) == ["due+3"]


def test_a_loan_paid_during_downtime_is_not_reminded_of(borrow, desk_of):
    desk = desk_of(borrow(DUE))
    desk.look(slot(-7))
    desk.pay(paid("2026-12-04"))
    decision = desk.look(slot(2))
    assert milestones(decision.alerts) == [SETTLED]
    assert decision.superseded == ()


def test_of_an_overdue_and_a_coming_installment_in_one_slot_the_overdue_one_speaks(borrow, desk_of):
    november, december = date(2026, 11, 5), date(2026, 12, 5)
    desk = desk_of(borrow(november, december))
    desk.look(slot(-1, december))
    decision = desk.look(slot(0, december))
    assert [alert.identity for alert in decision.alerts] == [(november, "due+30")]
    assert [(alert.identity, alert.reason) for alert in decision.superseded] == [
        ((december, "due-7"), Reason.NEWER_ALERT),
        ((december, "due-3"), Reason.NEWER_ALERT),
        ((december, "due-1"), Reason.NEWER_ALERT),
        ((december, "due"), Reason.SAME_SLOT),
    ]


def test_of_slots_on_different_days_the_newer_one_speaks_whichever_installment_it_is(
    borrow, desk_of
):
    december, next_day = date(2026, 12, 5), date(2026, 12, 6)
    desk = desk_of(borrow(december, next_day))
    desk.look(slot(-3, december))
    decision = desk.look(slot(-3, next_day))
    assert [alert.identity for alert in decision.alerts] == [(next_day, "due-3")]
    assert decision.superseded == ()


# ─── a loan that is new here ──────────────────────────────────────────────────────────────────


def test_a_new_loan_gets_a_first_look_that_is_not_late(borrow, desk_of):
    now = slot(5) + timedelta(hours=3)
    decision = desk_of(borrow(DUE), known_since=now).look(now)
    (alert,) = decision.alerts
    assert (alert.milestone, alert.reason, alert.scheduled_for) == (
        PAID_SO_FAR,
        Reason.FIRST_LOOK,
        now,
    )
    assert milestones(decision.superseded) == ["due+4"]


def test_a_new_loan_whose_first_slot_is_to_come_waits_for_it(borrow, desk_of):
    now = slot(-20)
    decision = desk_of(borrow(DUE), known_since=now).look(now)
    assert (decision.alerts, decision.next_at) == ((), slot(-7))


def test_a_loan_known_for_exactly_as_long_as_its_slot_is_reminded_in_the_usual_way(borrow, desk_of):
    (alert,) = desk_of(borrow(DUE), known_since=slot(0)).look(slot(0)).alerts
    assert alert.reason is Reason.DUE_TODAY


def test_slots_from_before_a_loan_was_known_are_not_recorded_as_missed(borrow, desk_of):
    desk = desk_of(borrow(DUE), known_since=slot(0) - timedelta(hours=2))
    decision = desk.look(slot(1))
    assert milestones(decision.alerts) == ["due+1"]
    assert milestones(decision.superseded) == ["due"]


def test_what_a_first_look_passed_over_does_not_speak_up_once_the_rest_is_paid(borrow, desk_of):
    november, december = date(2026, 11, 5), date(2026, 12, 5)
    now = slot(21, november)  # two days after December's due-11
    desk = desk_of(borrow(november, december), Policy(before_due=(11,)), known_since=now)
    decision = desk.look(now)
    assert [alert.identity for alert in decision.alerts] == [(november, PAID_SO_FAR)]
    assert [a.identity for a in decision.superseded] == [
        (november, "due+21"),
        (december, "due-11"),
    ]
    desk.pay(paid("2026-11-26"))
    assert desk.look(now + SECOND).alerts == ()


def test_the_slot_after_a_first_look_comes_as_usual(borrow, desk_of):
    now = slot(5)
    desk = desk_of(borrow(DUE), known_since=now)
    desk.follow(now, slot(14))
    assert [(a.milestone, a.reason) for a in desk.sent] == [
        (PAID_SO_FAR, Reason.FIRST_LOOK),
        ("due+7", Reason.OVERDUE_DAY),
        ("due+14", Reason.OVERDUE_DAY),
    ]


# ─── good news ────────────────────────────────────────────────────────────────────────────────


def test_a_debt_the_borrower_was_told_of_is_told_to_be_settled(borrow, desk_of):
    desk = desk_of(borrow(DUE))
    desk.look(slot(1))
    now = slot(1) + timedelta(hours=3)
    desk.pay(paid("2026-12-06", recorded="2026-12-06 12:00"))
    (alert,) = desk.look(now).alerts
    assert (alert.identity, alert.reason) == ((DUE, SETTLED), Reason.SETTLED)
    assert alert.scheduled_for == now


def test_a_debt_paid_before_any_word_of_it_is_settled_in_silence(borrow, desk_of):
    desk = desk_of(borrow(DUE, payments=[paid("2026-11-20")]))
    desk.follow(at("2026-11-01 00:00"), at("2027-03-01 00:00"))
    assert desk.sent == []


def test_a_due_that_was_only_passed_over_is_settled_in_silence(borrow, desk_of):
    november, december = date(2026, 11, 5), date(2026, 12, 5)
    policy = Policy(before_due=(0,), overdue_days=(30,))
    desk = desk_of(borrow(november, december), policy)
    desk.look(slot(0, december))
    assert [alert.due for alert in desk.superseded] == [november, december]
    desk.pay(paid("2026-12-06", "200.00"))
    assert [a.identity for a in desk.look(slot(1, december)).alerts] == [(november, SETTLED)]


def test_a_part_payment_settles_nothing(borrow, desk_of):
    desk = desk_of(borrow(DUE))
    desk.look(slot(1))
    desk.pay(paid("2026-12-06", "99.99"))
    assert desk.look(slot(1) + SECOND).alerts == ()


def test_several_debts_settled_at_once_are_told_of_in_one_message(borrow, desk_of):
    dues = [date(2026, 10, 5), date(2026, 11, 5), date(2026, 12, 5)]
    desk = desk_of(borrow(*dues))
    for due in dues:
        desk.look(slot(0, due))
    desk.pay(paid("2026-12-05", "300.00"))
    decision = desk.look(at("2026-12-05 12:00"))
    assert [alert.identity for alert in decision.alerts] == [(dues[2], SETTLED)]
    assert [(alert.identity, alert.reason) for alert in decision.superseded] == [
        ((dues[0], SETTLED), Reason.SAME_SLOT),
        ((dues[1], SETTLED), Reason.SAME_SLOT),
    ]


def test_good_news_of_one_installment_leaves_the_reminder_of_another_alone(borrow, desk_of):
    november, december = date(2026, 11, 5), date(2026, 12, 5)
    desk = desk_of(borrow(november, december))
    desk.look(slot(21, november))
    desk.pay(paid("2026-12-05"))
    decision = desk.look(slot(0, december))
    assert [a.identity for a in decision.alerts] == [(november, SETTLED), (december, "due")]


def test_the_old_date_of_a_due_date_that_was_edited_is_not_told_as_settled(borrow, desk_of):
    desk = desk_of(borrow(DUE))
    desk.look(slot(-7))
    desk.loan = borrow(date(2026, 12, 20))
    decision = desk.look(slot(-7) + timedelta(hours=1))
    assert (decision.alerts, decision.superseded) == ((), ())


def test_a_debt_is_told_to_be_settled_once_even_if_the_payment_comes_and_goes(borrow, desk_of):
    desk = desk_of(borrow(DUE))
    desk.look(slot(1))
    desk.pay(paid("2026-12-06"))
    desk.look(slot(1) + SECOND)
    desk.take_back_payments()
    desk.look(slot(1) + 2 * SECOND)
    desk.pay(paid("2026-12-06"))
    desk.look(slot(1) + 3 * SECOND)
    assert milestones(desk.sent) == ["due+1", SETTLED]


def test_a_payment_entered_ahead_of_its_date_is_spoken_of_at_the_hour_of_reminders_on_its_date(
    borrow, desk_of
):
    desk = desk_of(borrow(DUE))
    desk.look(slot(-3))
    desk.pay(paid("2026-12-04", recorded="2026-12-02 10:00"))
    assert desk.look(at("2026-12-02 10:00")).next_at == slot(-1)
    assert desk.look(at("2026-12-04 00:00")).alerts == ()
    assert desk.look(slot(-1) - SECOND).alerts == ()
    assert milestones(desk.look(slot(-1)).alerts) == [SETTLED]


@pytest.mark.parametrize("recorded", ["2026-12-04 00:01", None])
def test_a_payment_entered_on_its_own_date_is_spoken_of_at_once(borrow, desk_of, recorded):
    desk = desk_of(borrow(DUE))
    desk.look(slot(-3))
    desk.pay(paid("2026-12-04", recorded=recorded))
    assert milestones(desk.look(at("2026-12-04 00:01")).alerts) == [SETTLED]


def test_a_payment_entered_after_its_date_is_spoken_of_at_once(borrow, desk_of):
    desk = desk_of(borrow(DUE))
    desk.look(slot(-3))
    desk.pay(paid("2026-12-03", recorded="2026-12-04 00:30"))
    assert milestones(desk.look(at("2026-12-04 00:30")).alerts) == [SETTLED]


def test_a_payment_to_come_does_not_hold_up_the_good_news_of_another(borrow, desk_of):
    january = date(2027, 1, 5)
    desk = desk_of(borrow(DUE, january))
    desk.look(slot(-3))
    desk.pay(
        paid("2026-12-03", recorded="2026-12-03 07:00"),
        paid("2026-12-20", recorded="2026-12-03 07:00"),
    )
    (settled,) = desk.look(at("2026-12-03 07:00")).superseded
    assert (settled.identity, settled.reason) == ((DUE, SETTLED), Reason.PAID_ON_TIME)


def test_a_payment_ahead_is_ahead_on_the_loans_own_calendar(borrow, desk_of):
    desk = desk_of(borrow(DUE, zone="Pacific/Auckland"))
    desk.look(at("2026-12-02 09:00", "Pacific/Auckland"))
    now = at("2026-12-03 12:00", "UTC")  # already the 4th in Auckland
    desk.pay(replace(paid("2026-12-04"), recorded_at=now))
    assert milestones(desk.look(now).alerts) == [SETTLED]


# ─── the next look ────────────────────────────────────────────────────────────────────────────


def test_before_the_hour_of_a_slot_the_next_look_is_at_that_hour(borrow, desk_of):
    assert desk_of(borrow(DUE)).look(slot(0) - SECOND).next_at == slot(0)


def test_at_the_hour_of_a_slot_the_next_look_is_the_next_slot(borrow, desk_of):
    assert desk_of(borrow(DUE)).look(slot(0)).next_at == slot(1)


def test_the_next_look_is_the_nearest_slot_of_any_installment(borrow, desk_of):
    desk = desk_of(borrow(date(2026, 12, 5), date(2026, 12, 10)))
    assert desk.look(slot(-3, date(2026, 12, 5))).next_at == slot(-7, date(2026, 12, 10))


def test_a_settled_loan_needs_no_further_look(borrow, desk_of):
    desk = desk_of(borrow(DUE, payments=[paid("2026-11-01")]))
    assert desk.look(at("2026-11-02 00:00")).next_at is None


def test_a_loan_settled_by_a_payment_to_come_is_looked_at_on_its_date(borrow, desk_of):
    loan = borrow(DUE, payments=[paid("2026-12-01", recorded="2026-11-20 10:00")])
    assert desk_of(loan).look(at("2026-11-30 23:00")).next_at == at("2026-12-01 09:00")


def test_an_overdue_loan_is_reminded_of_for_as_long_as_it_stays_unpaid(borrow, desk_of):
    desk = desk_of(borrow(DUE))
    desk.follow(slot(30), slot(30 + 15 * 300))
    assert milestones(desk.sent[1:]) == [milestone(30 + 15 * n) for n in range(1, 301)]
    assert {alert.reason for alert in desk.sent[1:]} == {Reason.OVERDUE_REPEAT}
    assert desk.look(slot(30 + 15 * 300)).next_at == slot(30 + 15 * 301)


# ─── policies ─────────────────────────────────────────────────────────────────────────────────


def sent_under(policy, borrow, desk_of, days=40):
    desk = desk_of(borrow(DUE), policy)
    desk.follow(at("2026-11-20 00:00"), slot(days))
    return milestones(desk.sent)


def test_without_repeats_the_last_overdue_day_is_the_last_word(borrow, desk_of):
    policy = Policy(overdue_days=(1, 5), overdue_every=None)
    assert sent_under(policy, borrow, desk_of)[-2:] == ["due+1", "due+5"]
    assert desk_of(borrow(DUE), policy).look(slot(5)).next_at is None


def test_without_days_before_due_the_first_word_comes_on_the_first_overdue_day(borrow, desk_of):
    policy = Policy(before_due=(), overdue_days=(2,), overdue_every=None)
    assert sent_under(policy, borrow, desk_of) == ["due+2"]


def test_without_overdue_days_repeats_are_counted_from_the_due_date(borrow, desk_of):
    policy = Policy(before_due=(3,), overdue_days=(), overdue_every=10)
    assert sent_under(policy, borrow, desk_of) == ["due-3", "due+10", "due+20", "due+30", "due+40"]


def test_repeats_alone_need_no_look_before_the_first_of_them(borrow, desk_of):
    policy = Policy(before_due=(), overdue_days=(), overdue_every=15)
    assert desk_of(borrow(DUE), policy).look(slot(-100)).next_at == slot(15)
    assert sent_under(policy, borrow, desk_of) == ["due+15", "due+30"]


def test_a_policy_without_any_day_never_speaks_and_never_looks(borrow, desk_of):
    policy = Policy(before_due=(), overdue_days=(), overdue_every=None)
    decision = desk_of(borrow(DUE), policy).look(slot(5))
    assert (decision.alerts, decision.superseded, decision.next_at) == ((), (), None)


day_lists = st.lists(st.integers(0, 60), max_size=6, unique=True)
policies = st.builds(
    Policy,
    send_at=st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    before_due=day_lists.map(tuple),
    overdue_days=day_lists.map(lambda days: tuple(day + 1 for day in sorted(days))),
    overdue_every=st.none() | st.integers(1, 40),
    follow_up_days=st.none() | st.integers(0, 20),
    after_settling=st.booleans(),
)


@shared
@given(policies, st.integers(-80, 200))
def test_the_next_slot_of_a_policy_is_the_first_of_its_slots_to_come(policy, reached):
    to_come = [offset for offset in policy.offsets(reached + 150) if offset > reached]
    assert policy.next_after(reached) == min(to_come, default=None)


# ─── whatever the loan, the clock and the order of looks ──────────────────────────────────────

ZONES = ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "Pacific/Apia"]
START = at("2026-06-01 00:00")


@st.composite
def cases(draw):
    """Return a loan whose dates are within some months of START, and a policy.

    All payments and requests are on record at START, those of days to come among them.
    """
    days = st.integers(-90, 120).map(lambda n: START.date() + n * DAY)
    dues = draw(st.lists(days, min_size=1, max_size=4, unique=True))
    amounts = st.sampled_from([Decimal("40"), Decimal("100"), Decimal("250")])
    payments = draw(st.lists(st.builds(Payment, days, amounts, st.just(START)), max_size=3))
    asked = draw(st.lists(st.builds(Request, st.sampled_from(RequestState), days), max_size=2))
    facts = {"asked": tuple(asked), "record_years": draw(st.sampled_from([None, 1]))}
    return dues, draw(st.sampled_from(ZONES)), payments, draw(policies), facts


@shared
@given(cases(), st.integers(0, 120 * 24 * 60))
def test_the_next_look_is_never_in_the_past(borrow, desk_of, case, minutes):
    dues, zone, payments, policy, facts = case
    now = START + timedelta(minutes=minutes)
    loan = replace(borrow(*dues, zone=zone, payments=payments), **facts)
    decision = desk_of(loan, policy).look(now)
    assert decision.next_at is None or decision.next_at > now


@shared
@given(cases(), st.randoms(use_true_random=False))
def test_looking_only_when_told_to_misses_nothing(borrow, desk_of, case, chance):
    """Between two looks that were asked for, no other look would have found anything to send."""
    dues, zone, payments, policy, facts = case
    loan = replace(borrow(*dues, zone=zone, payments=payments), **facts)
    desk = desk_of(loan, policy, known_since=START)
    now, end = START, START + 150 * DAY
    while now < end:
        following = min(desk.look(now).next_at or end, end)
        nosy = replace(desk, sent=[], superseded=[])
        nosy.history = desk.history
        for moment in sorted(chance.uniform(0, 1) for _ in range(4)):
            nosy.look(now + (following - now) * moment * 0.999999)
        assert nosy.sent == [], (now, following)
        now = following


@shared
@given(cases(), st.lists(st.integers(0, 150 * 24 * 60), max_size=60))
def test_nothing_is_sent_twice_whatever_the_order_of_looks(borrow, desk_of, case, minutes):
    dues, zone, payments, policy, facts = case
    loan = replace(borrow(*dues, zone=zone, payments=payments), **facts)
    desk = desk_of(loan, policy, known_since=START)
    for minute in minutes:
        decision = desk.look(START + timedelta(minutes=minute))
        kinds = [kind_of(alert) for alert in decision.alerts]
        assert len(kinds) == len(set(kinds))
    decided = [alert.identity for alert in desk.sent + desk.superseded]
    assert len(decided) == len(set(decided))


@shared
@given(cases(), st.lists(st.integers(1, 40 * 24 * 60), max_size=20))
def test_after_any_gap_the_newest_slot_of_an_unpaid_loan_has_been_decided(
    borrow, desk_of, case, gaps
):
    dues, zone, _, policy, _ = case
    desk = desk_of(borrow(*dues, zone=zone), policy, known_since=START)
    now = START
    for gap in gaps:
        now += timedelta(minutes=gap)
        desk.look(now)
        come = [
            (due + offset * DAY, -due.toordinal(), (due, milestone(offset)))
            for due in dues
            for offset in policy.offsets((local_date(now, zone) - due).days)
            if instant(due + offset * DAY, policy.send_at, zone) <= now
            if due == min(dues) or not offset or due + offset * DAY <= min(dues)
        ]
        assert not come or max(come)[2] in desk.history.decided


# ─── hazards of civil time ────────────────────────────────────────────────────────────────────


def test_a_due_date_that_the_calendar_left_out_is_reminded_of_when_the_next_day_begins(
    borrow, desk_of
):
    desk = desk_of(borrow(date(2011, 12, 30), zone="Pacific/Apia"))
    desk.follow(at("2011-12-29 10:00", "Pacific/Apia"), at("2011-12-31 12:00", "Pacific/Apia"))
    midnight = at("2011-12-31 00:00", "Pacific/Apia")
    morning = at("2011-12-31 09:00", "Pacific/Apia")
    assert [(a.milestone, a.scheduled_for) for a in desk.sent[-2:]] == [
        ("due", midnight),
        ("due+1", morning),
    ]


def test_an_hour_of_reminders_that_is_left_out_up_to_midnight_loses_no_slot(borrow, desk_of):
    policy = Policy(send_at=time(23, 30), before_due=(1, 0))
    desk = desk_of(borrow(date(2024, 3, 30), zone="America/Nuuk"), policy)
    desk.follow(at("2024-03-29 23:30", "America/Nuuk"), at("2024-03-31 23:30", "America/Nuuk"))
    assert milestones(desk.sent) == ["due-1", "due", "due+1"]


def test_a_slot_in_the_repeated_hour_is_sent_once(borrow, desk_of):
    policy = Policy(send_at=time(1, 30))
    desk = desk_of(borrow(date(2026, 11, 1), zone="America/New_York"), policy)
    for minute in range(0, 24 * 60, 10):
        desk.look(at("2026-11-01 00:00", "America/New_York") + timedelta(minutes=minute))
    assert milestones(desk.sent).count("due") == 1


def test_a_date_that_is_entered_twice_where_clocks_go_back_over_midnight_counts_once(
    borrow, desk_of
):
    # At one minute past midnight on 7 November, St. John's went back to 23:01 on the 6th.
    policy = Policy(send_at=time(0))
    desk = desk_of(borrow(date(2010, 11, 7), zone="America/St_Johns"), policy)
    midnight = at("2010-11-07 02:30", "UTC")
    for minute in range(120):
        now = midnight + timedelta(minutes=minute)
        assert desk.look(now).next_at > now
    assert milestones(desk.sent) == ["due"]


def test_a_clock_that_was_wrong_for_a_while_repeats_nothing(borrow, desk_of):
    desk = desk_of(borrow(DUE))
    moments = [slot(offset) for offset in (-7, -3, 60, -1, 0, 1, 2, 61, 75)]
    random.Random(7).shuffle(moments)
    for now in moments:
        desk.look(now)
    decided = [alert.identity for alert in desk.sent + desk.superseded]
    assert len(decided) == len(set(decided))


# ─── the day before it gets dearer ────────────────────────────────────────────────────────────


def overdue_slots(desk, until=61):
    desk.follow(slot(0), slot(until))
    return [(alert.milestone, alert.reason) for alert in desk.sent]


def cliffs_of(slots):
    return [name for name, reason in slots if reason is Reason.CLIFF_TOMORROW]


@pytest.mark.parametrize(("grace", "cliffs"), [(0, []), (5, ["due+5"]), (7, []), (50, ["due+50"])])
def test_the_last_day_of_grace_has_a_slot_of_its_own_unless_there_is_one(
    borrow, desk_of, grace, cliffs
):
    loan = borrow(DUE)
    desk = desk_of(replace(loan, terms=replace(loan.terms, grace_days=grace)))
    slots = overdue_slots(desk)
    assert cliffs_of(slots) == cliffs
    usual = [name for name, _ in slots if name not in cliffs]
    assert usual[-3:] == ["due+30", "due+45", "due+60"]


def test_the_eve_of_a_fee_has_a_slot_of_its_own(borrow, desk_of):
    loan = borrow(DUE)
    fee = Fee(Amount(FeeKind.FLAT, Decimal(15)), after_days=10)
    desk = desk_of(replace(loan, terms=replace(loan.terms, fees=(fee,))))
    assert cliffs_of(overdue_slots(desk)) == ["due+10"]


def test_a_grace_that_covers_nothing_has_no_eve(borrow, desk_of):
    loan = borrow(DUE)
    terms = replace(loan.terms, grace_days=5, grace_covers=())
    assert cliffs_of(overdue_slots(desk_of(replace(loan, terms=terms)))) == []


# ─── what waits to be sent ────────────────────────────────────────────────────────────────────


def alert_of(what, due=DUE):
    return Alert("card", due, what, slot(0), Reason.DUE_TODAY)


REQUEST = Request(RequestState.REQUESTED, date(2026, 12, 6))
ANSWERED = Request(RequestState.REFUSED, date(2026, 12, 8))
LATE, PART = paid("2026-12-10"), paid("2026-12-10", "40.00")


@pytest.mark.parametrize(
    ("what", "due", "payments", "asked", "wanted"),
    [
        ("due+4", DUE, [], (), True),
        ("due+4", DUE, [PART], (), True),
        ("due+4", DUE, [LATE], (), False),
        ("due-3", date(2026, 12, 1), [], (), False),  # a date that is none any more
        (SETTLED, DUE, [LATE], (), True),
        (SETTLED, DUE, [PART], (), False),
        (ANSWER_DUE, REQUEST.on, [], (REQUEST,), True),
        (ANSWER_DUE, REQUEST.on, [], (REQUEST, ANSWERED), False),
        (ANSWER_DUE, date(2026, 12, 5), [], (REQUEST,), False),  # another request since
        (ANSWER_DUE, REQUEST.on, [LATE], (REQUEST,), False),
        (ANSWER_DUE, REQUEST.on, [], (), False),
        ("cured-30-days", DUE, [LATE], (), True),
        ("cured-30-days", DUE, [PART], (), False),
        ("cured-30-days", date(2026, 11, 5), [LATE], (), False),  # another cure since
    ],
)
def test_what_waits_is_still_wanted_only_while_it_is_true(
    borrow, what, due, payments, asked, wanted
):
    loan = replace(borrow(DUE, payments=payments), asked=asked)
    position = value(loan, date(2026, 12, 12))
    assert still_wanted(alert_of(what, due), loan, position) is wanted


@pytest.mark.parametrize(
    ("newer", "older", "replaced"),
    [
        ("due+4", "due+3", True),
        ("due+4", ANSWER_DUE, True),
        (ANSWER_DUE, "due+3", True),
        ("cured-180-days", "cured-30-days", True),
        ("due-7", "cured-30-days", False),
        ("cured-30-days", "due-7", False),
        (SETTLED, "due+4", False),
        (SETTLED, SETTLED, False),
        ("due-7", SETTLED, False),
        ("cured-30-days", SETTLED, False),
    ],
)
def test_a_new_alert_takes_the_place_of_a_waiting_one_of_its_kind(newer, older, replaced):
    assert replaces(alert_of(newer), alert_of(older)) is replaced


def test_the_next_reminder_is_told_as_if_nothing_more_were_paid(borrow):
    ahead = paid("2026-12-06", recorded="2026-12-01 10:00")
    loan = borrow(DUE, payments=[ahead])
    position = value(loan, date(2026, 12, 5))
    assert next_reminder(loan, position, Policy(), slot(0)) == Next(slot(1), if_unpaid=True)


def test_where_nothing_is_unpaid_no_reminder_is_next(borrow):
    loan = borrow(DUE, payments=[LATE])
    position = value(loan, date(2026, 12, 12))
    assert next_reminder(loan, position, Policy(), slot(7)) is None
