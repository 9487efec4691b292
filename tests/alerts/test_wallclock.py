"""Each test is named after the hazard of civil time that it holds."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderd.alerts.wallclock import QuietHours, instant, local_date

HAZARDOUS_ZONES = [
    "Africa/Casablanca",  # clocks go back for Ramadan
    "America/New_York",
    "America/Nuuk",  # the gap ends at midnight
    "America/Sao_Paulo",  # the gap began at midnight
    "America/St_Johns",  # clocks went back at one minute past midnight
    "Antarctica/Troll",  # two hours at once
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Apia",  # a day left out
    "UTC",
]

unhurried = settings(deadline=None)
zones = st.sampled_from(HAZARDOUS_ZONES)
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def here(text, zone):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("hazard", "zone", "wanted", "expected"),
    [
        ("no hazard", "Asia/Shanghai", "2026-12-05 09:00", "2026-12-05 01:00"),
        ("leap day", "Europe/Berlin", "2028-02-29 09:00", "2028-02-29 08:00"),
        ("before the missing hour", "America/New_York", "2027-03-14 01:59", "2027-03-14 06:59"),
        ("missing hour, its first", "America/New_York", "2027-03-14 02:00", "2027-03-14 07:00"),
        ("missing hour, its middle", "America/New_York", "2027-03-14 02:30", "2027-03-14 07:00"),
        ("missing hour, its last", "America/New_York", "2027-03-14 02:59", "2027-03-14 07:00"),
        ("after the missing hour", "America/New_York", "2027-03-14 03:00", "2027-03-14 07:00"),
        ("repeated hour", "America/New_York", "2026-11-01 01:30", "2026-11-01 05:30"),
        ("after the repeated hour", "America/New_York", "2026-11-01 02:00", "2026-11-01 07:00"),
        ("missing half hour", "Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30"),
        ("repeated half hour", "Australia/Lord_Howe", "2027-04-04 01:45", "2027-04-03 14:45"),
        ("missing two hours", "Antarctica/Troll", "2027-03-28 02:30", "2027-03-28 01:00"),
        ("missing midnight", "America/Sao_Paulo", "2018-11-04 00:00", "2018-11-04 03:00"),
        ("missing midnight hour", "Asia/Beirut", "2022-03-27 00:45", "2022-03-26 22:00"),
        ("hour repeated at midnight", "America/Sao_Paulo", "2018-02-17 23:30", "2018-02-18 01:30"),
        ("gap up to midnight", "America/Nuuk", "2024-03-30 23:30", "2024-03-31 01:00"),
        ("day left out, morning", "Pacific/Apia", "2011-12-30 09:00", "2011-12-30 10:00"),
        ("day left out, evening", "Pacific/Apia", "2011-12-30 23:59", "2011-12-30 10:00"),
        ("after the day left out", "Pacific/Apia", "2011-12-31 09:00", "2011-12-30 19:00"),
    ],
)
def test_a_wall_clock_time_has_one_instant_whatever_the_hazard(hazard, zone, wanted, expected):
    local = datetime.fromisoformat(wanted)
    assert instant(local.date(), local.time(), zone) == utc(expected), hazard


@unhurried
@given(zones, st.dates(date(1990, 1, 1), date(2040, 1, 1)), times)
def test_the_instant_is_the_first_at_which_clocks_have_reached_the_time(zone, day, at):
    found = instant(day, at, zone)
    wanted = datetime.combine(day, at)
    tz = ZoneInfo(zone)
    assert found.astimezone(tz).replace(tzinfo=None) >= wanted
    a_second_before = found - timedelta(seconds=1)
    assert a_second_before.astimezone(tz).replace(tzinfo=None) < wanted


@unhurried
@given(zones, st.dates(date(1990, 1, 1), date(2040, 1, 1)), times)
def test_the_same_time_a_day_later_is_never_earlier(zone, day, at):
    assert instant(day, at, zone) <= instant(day + timedelta(days=1), at, zone)


def test_an_instant_is_told_in_utc():
    assert instant(date(2026, 12, 5), time(9), "Asia/Shanghai").tzinfo is UTC


def test_the_date_is_that_of_the_zone_and_not_of_utc():
    late_evening_in_utc = utc("2026-12-05 23:30")
    assert local_date(late_evening_in_utc, "Asia/Shanghai") == date(2026, 12, 6)
    assert local_date(late_evening_in_utc, "America/New_York") == date(2026, 12, 5)


SIESTA = QuietHours(time(13), time(15))
NIGHT = QuietHours(time(22), time(8))


@pytest.mark.parametrize(
    ("quiet", "now", "goes"),
    [
        (SIESTA, "2026-12-05 12:59:59", "2026-12-05 12:59:59"),
        (SIESTA, "2026-12-05 13:00:00", "2026-12-05 15:00:00"),
        (SIESTA, "2026-12-05 14:59:59.999999", "2026-12-05 15:00:00"),
        (SIESTA, "2026-12-05 15:00:00", "2026-12-05 15:00:00"),
        (NIGHT, "2026-12-05 21:59:59.999999", "2026-12-05 21:59:59.999999"),
        (NIGHT, "2026-12-05 22:00:00", "2026-12-06 08:00:00"),
        (NIGHT, "2026-12-05 23:59:59", "2026-12-06 08:00:00"),
        (NIGHT, "2026-12-06 00:00:00", "2026-12-06 08:00:00"),
        (NIGHT, "2026-12-06 07:59:59", "2026-12-06 08:00:00"),
        (NIGHT, "2026-12-06 08:00:00", "2026-12-06 08:00:00"),
        (NIGHT, "2026-12-31 23:00:00", "2027-01-01 08:00:00"),
        (NIGHT, "2028-02-28 22:00:00", "2028-02-29 08:00:00"),
    ],
)
def test_quiet_hours_hold_from_their_start_up_to_their_end(quiet, now, goes):
    zone = "Asia/Shanghai"
    assert quiet.defer(here(now, zone), zone) == here(goes, zone)


def test_quiet_hours_that_end_when_they_start_hold_nothing_back():
    now = here("2026-12-05 22:00", "Asia/Shanghai")
    assert QuietHours(time(22), time(22)).defer(now, "Asia/Shanghai") == now


def test_quiet_hours_are_read_on_the_clock_of_the_zone_that_is_given():
    now = utc("2026-12-05 14:30")  # 22:30 in Shanghai, 09:30 in New York
    assert NIGHT.defer(now, "Asia/Shanghai") == utc("2026-12-06 00:00")
    assert NIGHT.defer(now, "America/New_York") == now


def test_quiet_hours_that_end_in_the_missing_hour_end_after_it():
    quiet = QuietHours(time(22), time(2, 30))
    now = utc("2027-03-14 06:30")  # 01:30 in New York
    assert quiet.defer(now, "America/New_York") == utc("2027-03-14 07:00")


def test_quiet_hours_that_end_in_the_repeated_hour_end_the_first_time():
    quiet = QuietHours(time(22), time(1, 30))
    assert quiet.defer(utc("2026-11-01 05:15"), "America/New_York") == utc("2026-11-01 05:30")


def test_quiet_hours_never_put_a_message_back_in_time_in_the_repeated_hour():
    quiet = QuietHours(time(22), time(1, 30))
    second_quarter_past_one = utc("2026-11-01 06:15")
    assert quiet.defer(second_quarter_past_one, "America/New_York") == second_quarter_past_one


def test_quiet_hours_hold_through_the_morning_after_a_day_left_out():
    now = utc("2011-12-30 09:30")  # 23:30 on 29 December in Apia; 31 December comes next
    assert NIGHT.defer(now, "Pacific/Apia") == here("2011-12-31 08:00", "Pacific/Apia")


@unhurried
@given(
    zones,
    st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    times,
    times,
)
def test_a_deferred_message_is_never_early_and_never_deferred_again(zone, now, start, end):
    quiet = QuietHours(start, end)
    goes = quiet.defer(now, zone)
    assert goes >= now
    assert quiet.defer(goes, zone) == goes
