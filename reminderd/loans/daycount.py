"""Day-count conventions: how much of a year lies between two dates.

Periods are half-open: the first day is not counted, the last one is. A convention counts whole
*units*, of which a year has ``year_units``; so every amount of interest stays an exact fraction.

Source: ISDA 2006 Definitions, section 4.16: (b) Actual/Actual, (d) Actual/365 (Fixed),
(e) Actual/360, (f) 30/360 (Bond Basis), (g) 30E/360 (Eurobond Basis).
"""

from __future__ import annotations

from calendar import isleap
from datetime import date
from enum import StrEnum
from itertools import pairwise


class DayCount(StrEnum):
    """A convention, named as the market writes it."""

    ACT_360 = "ACT/360"
    ACT_365F = "ACT/365F"
    ACT_ACT_ISDA = "ACT/ACT ISDA"
    THIRTY_360 = "30/360"
    THIRTY_E_360 = "30E/360"

    @property
    def year_units(self) -> int:
        """The units that a year has: for most conventions simply days."""
        return _YEAR_UNITS[self]

    @property
    def counts_days(self) -> bool:
        """Whether a unit is simply a day."""
        return self in {DayCount.ACT_360, DayCount.ACT_365F}

    def units(self, start: date, end: date) -> int:
        """Return the units after *start* up to and including *end*, which is not earlier."""
        if self.counts_days:
            return days_between(start, end)
        if self is DayCount.ACT_ACT_ISDA:
            return _act_act(end) - _act_act(start)
        months = 12 * (end.year - start.year) + end.month - start.month
        first, last = min(start.day, 30), end.day
        if last == 31 and (first == 30 or self is DayCount.THIRTY_E_360):
            last = 30
        return 30 * months + last - first

    def pieces(self, start: date, end: date) -> list[tuple[date, date, int, int]]:
        """Cut a period so that each piece is so many days of a year of so many days.

        Each piece is (start, end, days, days of the year), as one would write it on paper.
        """
        if self is not DayCount.ACT_ACT_ISDA:
            return [(start, end, self.units(start, end), self.year_units)]
        turns = [date(year, 1, 1) for year in range(start.year + 1, end.year + 1)]
        cuts = [start, *turns, end]
        return [
            (a, b, days_between(a, b), 366 if isleap(a.year) else 365)
            for a, b in pairwise(cuts)
            if a < b
        ]


_YEAR_UNITS = {
    DayCount.ACT_360: 360,
    DayCount.ACT_365F: 365,
    DayCount.ACT_ACT_ISDA: 365 * 366,
    DayCount.THIRTY_360: 360,
    DayCount.THIRTY_E_360: 360,
}


def days_between(start: date, end: date) -> int:
    """Return the days after *start* up to and including *end*."""
    return end.toordinal() - start.toordinal()


def _act_act(day: date) -> int:
    """Return the units up to *day*: 366 for each day of a common year, 365 for one of a leap year.

    So every year, leap or not, comes to exactly ``year_units``.
    """
    per_day = 365 if isleap(day.year) else 366
    return day.year * 365 * 366 + (day.timetuple().tm_yday - 1) * per_day
