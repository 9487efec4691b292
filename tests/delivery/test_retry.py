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
    window_of_refusal,
)

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
MIDDLE = 0.5  # the jitter that moves nothing


def delay(attempts, jitter=MIDDLE, waited=timedelta(0)):
    at = next_attempt(attempts, NOW, waited, jitter)
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


def attempts(jitter, next_wait):
    """Return how long after the first each attempt is made, up to the last."""
    made, waited = [timedelta(0)], timedelta(0)
    while (at := next_wait(len(made), waited, jitter)) is not None:
        waited += at - NOW
        made.append(waited)
    return made


def of_refusal(number, waited, jitter):
    return next_attempt(number, NOW, waited, jitter, window=window_of_refusal(waited))


def of_unknown(number, waited, _jitter):
    return next_attempt_of_unknown(NOW, waited, again=number > 1)


@pytest.mark.parametrize("jitter", [0.0, MIDDLE, 1.0])
def test_a_refusal_that_may_pass_is_tried_for_a_day(jitter):
    made = attempts(jitter, of_refusal)
    assert timedelta(days=1) < made[-1] == REFUSAL_WINDOW
    assert made == sorted(set(made))
    assert len(made) > 10


def test_after_days_of_other_trouble_a_refusal_has_the_rest_of_the_window():
    assert window_of_refusal(REFUSAL_WINDOW + timedelta(seconds=1)) == WINDOW


def test_what_may_have_arrived_is_sent_again_soon_once_and_then_ever_less_often():
    made = attempts(MIDDLE, of_unknown)
    assert [age / timedelta(minutes=1) for age in made] == [0, 10, 70, 280, 1_120, 3 * 24 * 60]


@pytest.mark.parametrize("left", [timedelta(seconds=1), timedelta(hours=5)])
def test_the_last_attempt_is_made_at_the_very_end_of_the_window(left):
    assert delay(30, 1.0, WINDOW - left) == left


@pytest.mark.parametrize("over", [timedelta(0), timedelta(days=400)])
def test_once_it_is_used_up_there_is_none(over):
    assert delay(30, waited=WINDOW + over) is None


@pytest.mark.parametrize("jitter", [0.0, MIDDLE, 1.0])
def test_the_window_is_three_days_of_trying(jitter):
    waited, attempts = timedelta(0), 1
    while (wait := delay(attempts, jitter, waited)) is not None:
        waited, attempts = waited + wait, attempts + 1
    assert waited == WINDOW == timedelta(days=3)
    assert attempts > 15


@pytest.mark.parametrize(("wait", "delay"), [(5, 30), (90, 90), (86_400, 86_400)])
def test_who_asks_to_be_left_alone_for_longer_is(wait, delay):
    at = next_attempt(1, NOW, timedelta(0), MIDDLE, timedelta(seconds=wait))
    assert (at - NOW).total_seconds() == delay


def test_who_asks_for_more_than_is_left_of_the_window_is_asked_once_more():
    used = WINDOW - timedelta(hours=1)
    assert next_attempt(1, NOW, used, MIDDLE, timedelta(hours=2)) == NOW + timedelta(hours=2)
