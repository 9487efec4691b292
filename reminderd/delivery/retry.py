"""When to try again: a pure function of attempts and time."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
WINDOW = timedelta(days=3)
REFUSAL_WINDOW = timedelta(days=1)  # in which a refusal may pass: limits are mostly those of a day
UNKNOWN_DELAY = timedelta(minutes=10)
UNKNOWN_AGAIN_DELAY = timedelta(hours=1)


def next_attempt(
    attempts: int,
    now: datetime,
    created_at: datetime,
    jitter: float,
    wait: timedelta | None = None,
    window: timedelta = WINDOW,
) -> datetime | None:
    """Return when to try again after *attempts* attempts, or None when it is time to give up.

    The delay doubles from 30 seconds up to six hours; *jitter*, from 0 to 1, spreads it by a
    quarter either way so that many deliveries do not return together. The *window* counts from
    when the delivery was created, and the last attempt is made at its very end. *wait* is how long
    the other side asked to be left alone.
    """
    delay = min(FIRST_DELAY * 2 ** min(attempts - 1, 20), LONGEST_DELAY) * (0.75 + jitter / 2)
    return _within(now, created_at + window, delay, wait or timedelta(0))


def next_attempt_of_unknown(now: datetime, created_at: datetime, *, again: bool) -> datetime | None:
    """Return when to send again what may have arrived, or None when it is time to give up.

    Each attempt may be another copy: the first comes soon, since such trouble mostly passes; where
    the attempt before ended so, too (*again*), the next is four times as old, and an hour later at
    least. So there are six copies at most in the window.
    """
    delay = max(UNKNOWN_AGAIN_DELAY, 3 * (now - created_at)) if again else UNKNOWN_DELAY
    return _within(now, created_at + WINDOW, delay, timedelta(0))


def _within(now: datetime, end: datetime, delay: timedelta, least: timedelta) -> datetime | None:
    """Return the instant after a delay, at the latest *end*, if that leaves *least* from now."""
    if now >= end or now + least > end:
        return None
    return max(min(now + delay, end), now + least)
