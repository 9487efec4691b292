"""When to try again."""

from datetime import UTC, datetime, timedelta

import pytest

from reminderd.delivery.retry import (
    FIRST_DELAY,
    LONGEST_DELAY,
    REFUSAL_WINDOW,
    WINDOW,
    next_attempt,
    next_attempt_of_unknown,
)

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
MIDDLE = 0.5  # the jitter that moves nothing


def delay(attempts, jitter=MIDDLE, age=timedelta(0)):
    at = next_attempt(attempts, NOW, NOW - age, jitter)
    return None if at is None else at - NOW


def test_the_first_delay_is_half_a_minute_and_each_is_twice_the_one_before():
    assert [delay(attempts).total_seconds() for attempts in range(1, 6)] == [30, 60, 120, 240, 480]


@pytest.mark.parametrize("attempts", [11, 12, 50, 10**9])
def test_no_delay_is_longer_than_six_hours(attempts):
    assert delay(attempts) == LONGEST_DELAY == timedelta(hours=6)


def test_the_last_delay_below_the_longest_is_not_cut():
    assert delay(10) == FIRST_DELAY * 2**9 < LONGEST_DELAY


@pytest.mark.parametrize(("attempts", "middle"), [(1, 30), (4, 240), (30, 6 * 3600)])
def test_jitter_spreads_a_delay_by_a_quarter_either_way(attempts, middle):
    assert delay(attempts, 0.0).total_seconds() == middle * 0.75
    assert delay(attempts, 1.0).total_seconds() == middle * 1.25


def attempts(window, jitter, at=NOW):
    """Return how long after the first each attempt is made, up to the last."""
    made = []
    while at is not None:
        made.append(at - NOW)
        at = next_attempt(len(made), at, NOW, jitter, window=window)
    return made


@pytest.mark.parametrize("jitter", [0.0, MIDDLE, 1.0])
@pytest.mark.parametrize("window", [WINDOW, REFUSAL_WINDOW])
def test_the_last_attempt_is_made_at_the_very_end_of_the_window(window, jitter):
    made = attempts(window, jitter)
    assert made[-1] == window
    assert made == sorted(set(made))


def test_what_may_pass_is_tried_for_a_day_at_least():
    assert timedelta(days=1) <= REFUSAL_WINDOW < WINDOW == timedelta(days=3)


def test_what_may_have_arrived_is_sent_again_soon_once_and_then_ever_less_often():
    made, at = [], NOW
    while at is not None:
        made.append(at - NOW)
        at = next_attempt_of_unknown(at, NOW, again=len(made) > 1)
    assert [age / timedelta(minutes=1) for age in made] == [0, 10, 70, 280, 1_120, 3 * 24 * 60]


@pytest.mark.parametrize(("wait", "delay"), [(5, 30), (90, 90), (86_400, 86_400)])
def test_who_asks_to_be_left_alone_for_longer_is(wait, delay):
    at = next_attempt(1, NOW, NOW, MIDDLE, timedelta(seconds=wait))
    assert (at - NOW).total_seconds() == delay


def test_who_asks_for_more_than_is_left_of_the_window_is_given_up():
    old = NOW - WINDOW + timedelta(hours=1)
    assert next_attempt(1, NOW, old, MIDDLE, timedelta(hours=2)) is None
