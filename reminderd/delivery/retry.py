"""When to try again: a pure function of attempts, and of the time in which trying was possible."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
WINDOW = timedelta(days=3)
LONGEST_WAIT = WINDOW + timedelta(days=1)  # no attempt is further off, quiet hours included
REFUSAL_WINDOW = timedelta(hours=25)  # in which a refusal may pass: many limits are of a day
UNKNOWN_DELAY = timedelta(minutes=10)
UNKNOWN_AGAIN_DELAY = timedelta(hours=1)


def next_attempt(
    attempts: int,
    now: datetime,
    waited: timedelta,
    jitter: float,
    wait: timedelta | None = None,
    window: timedelta = WINDOW,
) -> datetime | None:
    """Return when to try again after *attempts* attempts, or None when it is time to give up.

    The delay doubles from 30 seconds up to six hours; *jitter*, from 0 to 1, spreads it by a
    quarter either way so that many deliveries do not return together. *waited* is what the delays
    so far add up to: days on which the machine was off or asleep are not in it, so that they use
    up nothing of the *window*. The last attempt comes at its end. *wait* is how long the other side
    asked to be left alone, which counts even beyond it.
    """
    left = window - waited
    if left <= timedelta(0):
        return None
    delay: timedelta = min(FIRST_DELAY * 2 ** min(attempts - 1, 20), LONGEST_DELAY)
    return now + max(min(delay * (0.75 + jitter / 2), left), wait or timedelta(0))


def window_of_refusal(waited: timedelta) -> timedelta:
    """Return in which window a refusal may pass: a day's, unless other trouble took longer."""
    return REFUSAL_WINDOW if waited <= REFUSAL_WINDOW else WINDOW


def next_attempt_of_unknown(now: datetime, waited: timedelta, *, again: bool) -> datetime | None:
    """Return when to send again what may have arrived, or None when it is time to give up.

    Each attempt may be another copy: the first comes soon, since such trouble mostly passes; where
    the attempt before ended so, too (*again*), the next is four times as old, and an hour later at
    least. So there are six copies at most in the window.
    """
    left = WINDOW - waited
    if left <= timedelta(0):
        return None
    delay = max(UNKNOWN_AGAIN_DELAY, 3 * waited) if again else UNKNOWN_DELAY
    return now + min(delay, left)
