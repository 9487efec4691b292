"""What comes round by the calendar: its days, what is made up for, and what the clocks do to it."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderd.alerts.forecast import routine_forecast
from reminderd.alerts.plan import Reason
from reminderd.alerts.routine import (
    ALIVE,
    CREDIT_REPORT,
    FUND,
    STATEMENTS,
    Round,
    Routine,
    routine_due,
)
from reminderd.alerts.wallclock import instant

DAY = timedelta(days=1)
LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)
SHANGHAI = "Asia/Shanghai"
EVERYTHING = Routine(statement_check=5, credit_report=6, emergency_fund=31, proof_of_life=1)


def at(text, zone=SHANGHAI):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def due(routine, now, decided=frozenset(), known_since=LONG_AGO, zone=SHANGHAI):
    return routine_due(routine, decided, known_since, now, zone)


def told(decision):
    return [(alert.milestone, alert.scheduled_for) for alert in decision.alerts]


# ─── Days ───


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (5, 1, ["2026-01-05", "2026-02-05", "2026-03-05"]),
        (31, 1, ["2025-12-31", "2026-01-31", "2026-02-28"]),
        (30, 1, ["2025-12-30", "2026-01-30", "2026-02-28"]),
        (1, 6, ["2026-01-01", "2026-07-01", "2027-01-01"]),
        (1, 12, ["2026-01-01", "2027-01-01", "2028-01-01"]),
        (1, 4, ["2026-01-01", "2026-05-01", "2026-09-01"]),
    ],
)
def test_it_comes_on_its_day_of_the_month_or_the_months_last(day, months, expected):
    each = Round("any", day, months)
    found, reached = [], date.fromisoformat(expected[0]) - DAY
    while len(found) < 3:
        reached = each.next(reached)
        found.append(str(reached))
    assert found == expected


def test_the_last_of_february_is_leap_day_where_there_is_one():
    assert Round("any", 31).next(date(2028, 2, 1)) == date(2028, 2, 29)


@given(st.integers(1, 31), st.integers(1, 36), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_newest_and_the_next_have_nothing_between_them(day, months, today):
    each = Round("any", day, months)
    newest, following = each.newest(today), each.next(today)
    assert newest <= today < following
    assert each.next(newest) == following
    assert each.newest(following) == following
    assert each.newest(following - DAY) == newest


# ─── What is told of ───


def test_each_wish_is_told_of_on_its_day_and_nothing_else_is():
    start, end = at("2026-12-31 09:00"), at("2027-03-01 08:59")
    found = routine_forecast(EVERYTHING, frozenset(), LONG_AGO, SHANGHAI, start, end)
    assert [(item.alert.milestone, f"{item.at.astimezone(UTC):%m-%d %H:%M}") for item in found] == [
        (FUND, "12-31 01:00"),
        (ALIVE, "01-01 01:00"),
        (CREDIT_REPORT, "01-01 01:00"),
        (STATEMENTS, "01-05 01:00"),
        (FUND, "01-31 01:00"),
        (ALIVE, "02-01 01:00"),
        (STATEMENTS, "02-05 01:00"),
        (FUND, "02-28 01:00"),
    ]


def test_an_alert_of_a_routine_names_its_day_and_no_loan():
    (alert,) = due(Routine(statement_check=5), at("2026-12-05 09:00")).alerts
    assert (alert.loan_id, alert.due, alert.milestone) == (None, date(2026, 12, 5), STATEMENTS)
    assert (alert.scheduled_for, alert.reason) == (at("2026-12-05 09:00"), Reason.ROUTINE)


def test_who_wants_nothing_is_told_nothing_and_never_looked_after():
    decision = due(Routine(), at("2026-12-05 09:00"))
    assert (decision.alerts, decision.superseded, decision.next_at) == ((), (), None)


def test_before_its_hour_the_next_look_is_at_that_hour():
    decision = due(Routine(statement_check=5, send_at=time(20, 30)), at("2026-12-05 20:29"))
    assert (decision.alerts, decision.next_at) == ((), at("2026-12-05 20:30"))


def test_what_was_told_is_not_told_again():
    decided = frozenset({(date(2026, 12, 5), STATEMENTS)})
    decision = due(Routine(statement_check=5), at("2026-12-05 09:00"), decided)
    assert (decision.alerts, decision.next_at) == ((), at("2027-01-05 09:00"))


@pytest.mark.parametrize(
    ("now", "made_up_for"),
    [
        ("2026-12-05 09:00", True),
        ("2026-12-12 09:00", True),
        ("2026-12-12 09:01", False),
        ("2027-01-04 09:00", False),
    ],
)
def test_what_was_missed_is_made_up_for_within_a_week(now, made_up_for):
    decision = due(Routine(statement_check=5), at(now))
    expected = [(STATEMENTS, at("2026-12-05 09:00"))] if made_up_for else []
    assert told(decision) == expected


def test_of_a_routine_missed_for_months_only_the_newest_is_made_up_for():
    decision = due(EVERYTHING, at("2027-07-03 12:00"))
    assert told(decision) == [
        (FUND, at("2027-06-30 09:00")),
        (ALIVE, at("2027-07-01 09:00")),
        (CREDIT_REPORT, at("2027-07-01 09:00")),
    ]


def test_what_lies_before_the_first_loan_is_none_of_ours():
    known = at("2026-12-05 09:00") + timedelta(seconds=1)
    assert due(Routine(statement_check=5), known, known_since=known).alerts == ()
    just = at("2026-12-05 09:00")
    assert len(due(Routine(statement_check=5), just, known_since=just).alerts) == 1


# ─── Clocks ───


def test_an_hour_that_the_clocks_skip_means_the_first_after_the_gap():
    routine = Routine(proof_of_life=8, send_at=time(2, 30))  # in New York on 8 March 2026
    decision = due(routine, at("2026-03-08 00:00", "America/New_York"), zone="America/New_York")
    assert decision.next_at == at("2026-03-08 03:00", "America/New_York")


def test_an_hour_that_comes_twice_is_told_of_once():
    routine, zone = Routine(proof_of_life=1, send_at=time(1, 30)), "America/New_York"
    first = instant(date(2026, 11, 1), time(1, 30), zone)
    (alert,) = due(routine, first, zone=zone).alerts
    again = due(routine, first + timedelta(hours=1), frozenset({alert.identity}), zone=zone)
    assert (again.alerts, again.next_at) == ((), at("2026-12-01 01:30", zone))


ZONES = st.sampled_from([SHANGHAI, "America/New_York", "Australia/Lord_Howe", "Asia/Beirut"])
START = datetime(2026, 1, 1, tzinfo=UTC)
day_or_none = st.none() | st.integers(1, 31)
routines = st.builds(
    Routine,
    day_or_none,
    st.none() | st.integers(1, 24),
    day_or_none,
    day_or_none,
    st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])),
)


@given(routines, ZONES, st.lists(st.floats(0.01, 60), min_size=1, max_size=40))
def test_whatever_the_downtime_nothing_is_told_twice_late_or_out_of_turn(routine, zone, gaps):
    now, decided = START, frozenset()
    for gap in gaps:
        before, now = now, now + timedelta(days=gap)
        decision = due(routine, now, decided, START, zone)
        assert decision.next_at is None or decision.next_at > now
        for alert in decision.alerts:
            assert alert.identity not in decided
            assert now - timedelta(days=7) <= alert.scheduled_for <= now
            assert alert.scheduled_for > before or before == START
        decided |= {alert.identity for alert in decision.alerts}


@given(routines, ZONES)
def test_a_year_foreseen_is_each_slot_of_the_year(routine, zone):
    end = START + timedelta(days=365)
    foreseen = list(routine_forecast(routine, frozenset(), START, zone, START, end))
    slots = {
        (instant(day, routine.send_at, zone), each.milestone)
        for each in routine.rounds()
        for day in islice(days_of(each), 20)
    }
    wanted = sorted(slot for slot in slots if START <= slot[0] <= end)
    assert sorted((item.at, item.alert.milestone) for item in foreseen) == wanted


def days_of(each):
    """Yield the days of a round from the end of 2025 on."""
    day = date(2025, 12, 30)
    while True:
        day = each.next(day)
        yield day
