"""Wall-clock times in a zone, and quiet hours: pure functions from dates to instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@lru_cache(maxsize=16384)
def instant(day: date, at: time, zone: str) -> datetime:
    """Return the instant at which *zone*'s clocks first show *at* on *day*.

    A time that the clocks skip becomes the first one after the gap; a time that occurs twice
    means its first occurrence.
    """
    tz = ZoneInfo(zone)
    local = datetime.combine(day, at, tz)
    utc = local.astimezone(UTC)
    if utc.astimezone(tz).replace(tzinfo=None) == local.replace(tzinfo=None):
        return utc
    # In a gap: fold=1 reads the time by the offset after it, which gives an instant before it.
    low, high = local.replace(fold=1).astimezone(UTC), utc
    before = low.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def local_date(now: datetime, zone: str) -> date:
    """Return the date that *zone*'s calendars show at *now*."""
    return now.astimezone(ZoneInfo(zone)).date()


def reached(now: datetime, at: time, zone: str) -> date:
    """Return the last local date on which *at* has come.

    Tomorrow's may have: where clocks go back over midnight, a date is left and entered again.
    """
    today = local_date(now, zone)
    for day in (today + _DAY, today):
        if now >= instant(day, at, zone):
            return day
    return today - _DAY


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A daily window, start inclusive and end exclusive, in which nothing is sent."""

    start: time
    end: time

    def holds(self, clock: time) -> bool:
        """Return whether a time of day lies inside the window."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def defer(self, now: datetime, zone: str) -> datetime:
        """Return *now*, or the window's end when *now* lies inside the window."""
        local = now.astimezone(ZoneInfo(zone))
        if not self.holds(local.time()):
            return now
        tomorrow = local.time() >= self.end
        ends = instant(local.date() + timedelta(days=tomorrow), self.end, zone)
        # A repeated hour can show the window again after its end; a skipped day can end in it.
        return now if ends <= now else self.defer(ends, zone)
