"""Day-count conventions: how many days of interest lie between two dates, and of what year.

Periods are half-open: the first day is not counted, the last one is. Both conventions here
count actual days and so add up exactly however a period is split.
Source: ISDA 2006 Definitions, section 4.16 (d) Actual/365 (Fixed) and (e) Actual/360.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class DayCount(StrEnum):
    """A convention, named as the market writes it."""

    ACT_360 = "ACT/360"
    ACT_365F = "ACT/365F"

    @property
    def year_days(self) -> int:
        """The days that the convention's year has."""
        return 360 if self is DayCount.ACT_360 else 365


def days_between(start: date, end: date) -> int:
    """Return the days after *start* up to and including *end*."""
    return end.toordinal() - start.toordinal()
