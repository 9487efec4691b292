"""Telling a clock that was set, or a machine that slept, from time that passed."""

from datetime import UTC, datetime, timedelta

import pytest

from reminderd.clock import Clock, ClockReading

START = ClockReading(wall=1_700_000_000.0, monotonic=100.0, boot=900.0)


def after(*, wall, monotonic, boot):
    """Return a reading in which the three clocks have gone on by so many seconds."""
    return ClockReading(START.wall + wall, START.monotonic + monotonic, START.boot + boot)


@pytest.mark.parametrize("seconds", [0, 30, 86400 * 365])
def test_time_that_passes_is_no_jump(seconds):
    assert after(wall=seconds, monotonic=seconds, boot=seconds).jumped(START) is None


def test_a_clock_that_is_slewed_a_little_is_no_jump():
    assert after(wall=31.9, monotonic=30, boot=30).jumped(START) is None
    assert after(wall=28.1, monotonic=30, boot=30).jumped(START) is None


def test_a_clock_set_forward_is_a_jump_by_what_it_gained():
    assert after(wall=3630, monotonic=30, boot=30).jumped(START) == 3600


def test_a_clock_set_back_is_a_jump_by_what_it_lost():
    assert after(wall=-3570, monotonic=30, boot=30).jumped(START) == -3600


def test_a_step_of_a_few_seconds_is_a_jump():
    assert after(wall=33, monotonic=30, boot=30).jumped(START) == 3


def test_a_machine_that_slept_has_jumped_by_its_sleep():
    assert after(wall=3630, monotonic=30, boot=3630).jumped(START) == 3600


def test_a_sleep_is_seen_even_when_the_wall_clock_was_not_moved_on():
    assert after(wall=30, monotonic=30, boot=3630).jumped(START) == 0


def test_the_real_clocks_agree_with_the_machine():
    clock = Clock()
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert clock.boottime() >= clock.monotonic() - 1
    earlier = ClockReading.of(clock)
    assert ClockReading.of(clock).monotonic >= earlier.monotonic
