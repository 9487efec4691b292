"""When to try again: a pure function of attempts, and of the time in which trying was possible."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
WINDOW = timedelta(days=3)


def next_attempt(
    attempts: int,
    now: datetime,
    waited: timedelta,
    jitter: float,
    wait: timedelta | None = None,
) -> datetime | None:
    """Return when to try again after *attempts* attempts, or None when it is time to give up.

    The delay doubles from 30 seconds up to six hours; *jitter*, from 0 to 1, spreads it by a
    quarter either way so that many deliveries do not return together. *waited* is what the delays
    so far add up to: days on which the machine was off or asleep are not in it, so that they use
    up nothing of the window of three days. The last attempt comes at its end. *wait* is how long
    the other side asked to be left alone, which counts even beyond it.
    """
    left = WINDOW - waited
    if left <= timedelta(0):
        return None
    delay: timedelta = min(FIRST_DELAY * 2 ** min(attempts - 1, 20), LONGEST_DELAY)
    return now + max(min(delay * (0.75 + jitter / 2), left), wait or timedelta(0))
