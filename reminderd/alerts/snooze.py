"""A snooze: what the borrower does not want to hear of a loan for now, unless it gets worse. Pure.

It is derived at every look, as all else is: it holds as long as the installment that was to be
paid first when it was made is unpaid, and lets slots through from the day on which the loan
stands worse than it did then.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from ..errors import UsageError
from ..loans.position import value
from ..loans.terms import Loan
from ..playbook.facts import reporting_date
from ..playbook.playbook import Playbook, Severity
from .wallclock import instant, local_date

AT_MOST = 90  # days
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Snooze:
    """Until when nothing is to be said of a loan that stands no worse than when it was made.

    *due* is the installment that was to be paid first; once it is paid, the snooze is over.
    *severity* is that of the stage then: an occasion that is no worse is held too.
    """

    until: datetime
    severity: Severity
    due: date
    recorded_at: datetime


@dataclass(frozen=True)
class Hold:
    """A snooze as it bears on one loan, whose slots come at *send_at*."""

    snooze: Snooze
    loan: Loan
    send_at: time
    playbook: Playbook

    @cached_property
    def ends(self) -> datetime:
        """When what it holds goes: as the loan gets worse, and at the latest as it was chosen."""
        day = worse_from(self.snooze, self.loan, self.playbook)
        worse = self.snooze.until if day is None else instant(day, self.send_at, self.loan.timezone)
        return min(worse, self.snooze.until)

    def release(self, slot: datetime, severity: Severity) -> datetime:
        """Return when what has a slot at an instant, and is so bad by itself, goes."""
        if slot >= self.snooze.until or severity > self.snooze.severity:
            return slot
        return max(slot, self.ends)


def worse_from(snooze: Snooze, loan: Loan, playbook: Playbook) -> date | None:
    """Return the first day of a snooze on which *loan* stands worse than on the day it was made.

    Worse is a later stage or a further installment that has fallen due; a cliff or the report to
    the credit bureau is met a day ahead, the last on which it can be avoided. None where the
    snooze ends first.
    """
    made, last = (local_date(at, loan.timezone) for at in (snooze.recorded_at, snooze.until))
    then = value(loan, made)
    stage, cliff = playbook.rank(then), then.next_cliff
    ahead = [cliff.date] if cliff else []
    if (reported := reporting_date(loan, snooze.due)) and reported > made:
        ahead.append(reported)

    def is_worse(day: date) -> bool:
        if any(on <= day + _DAY for on in ahead):
            return True
        there = value(loan, day)
        return playbook.rank(there) > stage or any(arrear.due > made for arrear in there.arrears)

    days = [made + timedelta(days=number) for number in range(1, (last - made).days + 1)]
    first = bisect_left(days, True, key=is_worse)  # unpaid, a loan only gets worse
    return days[first] if first < len(days) else None


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
