"""Clocks that cannot be right: 1970, and long before what was recorded last."""

from datetime import UTC, datetime, timedelta

import pytest

from reminderd.service.sanity import DOUBTED, ClockDoubted, check_clock

NEWEST = datetime(2026, 11, 20, 1, tzinfo=UTC)
LONG_AGO = NEWEST - timedelta(days=30)
HOUR = timedelta(hours=1)


def doubted(now, newest, folder):
    with pytest.raises(ClockDoubted) as caught:
        check_clock(now, newest, folder)
    return str(caught.value)


@pytest.mark.parametrize("newest", [None, NEWEST])
@pytest.mark.parametrize(
    "now", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC)]
)
def test_a_clock_from_before_the_program_existed_is_never_believed(now, newest, tmp_path):
    for days in (0, 1, 2):
        said = doubted(now - timedelta(days=2 - days), newest, tmp_path)
    assert said == (
        f"the clock says {now:%Y-%m-%d %H:%M} UTC, but this program is younger than that; "
        "nothing is sent until it is right (set the clock)"
    )


@pytest.mark.parametrize("back", [timedelta(0), HOUR, timedelta(days=3), -timedelta(days=3000)])
def test_a_clock_that_stepped_back_a_little_or_ahead_is_believed(back, tmp_path):
    check_clock(NEWEST - back, NEWEST, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_store_without_records_says_nothing_against_a_clock(tmp_path):
    check_clock(LONG_AGO, None, tmp_path)


def test_a_clock_long_before_the_last_record_is_doubted(tmp_path):
    assert doubted(LONG_AGO, NEWEST, tmp_path) == (
        "the clock says 2026-10-21 01:00 UTC, but there are records of 2026-11-20; nothing is sent "
        "until it is right (set the clock); a clock that goes on for a day is believed"
    )


def test_it_is_believed_as_soon_as_it_is_right(tmp_path):
    doubted(LONG_AGO, NEWEST, tmp_path)
    check_clock(NEWEST + HOUR, NEWEST, tmp_path)
    assert not (tmp_path / DOUBTED).exists()


def test_one_that_goes_on_for_a_day_is_believed_for_the_records_may_be_wrong(tmp_path):
    doubted(LONG_AGO, NEWEST, tmp_path)
    doubted(LONG_AGO + 23 * HOUR, NEWEST, tmp_path)
    check_clock(LONG_AGO + 24 * HOUR, NEWEST, tmp_path)
    check_clock(LONG_AGO + 25 * HOUR, NEWEST, tmp_path)


def test_one_that_falls_further_back_is_doubted_anew(tmp_path):
    doubted(LONG_AGO, NEWEST, tmp_path)
    doubted(LONG_AGO - 48 * HOUR, NEWEST, tmp_path)
    doubted(LONG_AGO - 25 * HOUR, NEWEST, tmp_path)


@pytest.mark.parametrize("kept", ["", "yesterday", "2026-01-01T00:00:00"])
def test_a_damaged_note_of_the_doubt_begins_anew(kept, tmp_path):
    (tmp_path / DOUBTED).write_text(kept)
    doubted(LONG_AGO, NEWEST, tmp_path)
    check_clock(LONG_AGO + 24 * HOUR, NEWEST, tmp_path)
