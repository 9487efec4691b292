"""When to try again: a pure function of attempts and time."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
WINDOW = timedelta(days=3)


def next_attempt(
    attempts: int,
    now: datetime,
    created_at: datetime,
    jitter: float,
    wait: timedelta | None = None,
) -> datetime | None:
    """Return when to try again after *attempts* attempts, or None when it is time to give up.

    The delay doubles from 30 seconds up to six hours; *jitter*, from 0 to 1, spreads it by a
    quarter either way so that many deliveries do not return together. The window is three days
    from when the delivery was created. *wait* is how long the other side asked to be left alone.
    """
    delay = min(FIRST_DELAY * 2 ** min(attempts - 1, 20), LONGEST_DELAY)
    at = now + max(delay * (0.75 + jitter / 2), wait or timedelta(0))
    return at if at - created_at <= WINDOW else None
