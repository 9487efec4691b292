"""A snooze: what the borrower does not want to hear of a loan for now, unless it gets worse. Pure.

It is derived at every look, as all else is: it holds as long as the installment that was to be
paid first when it was made is unpaid, and lets a slot through on the day from which the loan
stands worse than it did then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from ..errors import UsageError
from ..playbook.playbook import Severity
from .wallclock import instant, local_date

AT_MOST = 90  # days
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Snooze:
    """Until when nothing is to be said that is no worse than *severity*.

    *due* is the installment that was to be paid first; once it is paid, the snooze is over.
    """

    until: datetime
    severity: Severity
    due: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """A snooze as it bears on one loan now."""

    snooze: Snooze
    level: Callable[[date], Severity]  # how bad it is on a day if nothing more is paid
    instant: Callable[[date], datetime]  # when the slots of a day come
    _known: dict[date, Severity] = field(default_factory=dict)

    def release(self, day: date, severity: Severity) -> datetime:
        """Return when what has a slot on *day*, and is so bad by itself, goes."""
        slot, until = self.instant(day), self.snooze.until
        at = slot
        while at < until and max(severity, self._level(day)) <= self.snooze.severity:
            day += _DAY
            at = self.instant(day)
        return max(slot, min(at, until))

    def _level(self, day: date) -> Severity:
        if day not in self._known:
            self._known[day] = self.level(day)
        return self._known[day]


def snooze_end(day: date, send_at: time, zone: str, now: datetime) -> datetime:
    """Return when a snooze until *day* ends; UsageError where that is past or too far away."""
    until, today = instant(day, send_at, zone), local_date(now, zone)
    if until <= now:
        first = today if now < instant(today, send_at, zone) else today + _DAY
        raise UsageError(f"{day} at {send_at:%H:%M} has passed (choose {first} or later)")
    last = today + timedelta(days=AT_MOST)
    if day > last:
        raise UsageError(
            f"{day} is {(day - today).days} days off, and a snooze lasts at most {AT_MOST} "
            f"(choose {last} or earlier)"
        )
    return until
