"""When installments fall due: how often, on which day of the month, and on which business day.

Sources: ISDA 2006 Definitions, section 4.12 (business day conventions) and section 4.10 (period
end dates).
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from .business_days import is_business_day

_DAY = timedelta(days=1)


class Unit(StrEnum):
    """What a frequency counts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_IN_A_YEAR = {Unit.WEEK: 52, Unit.MONTH: 12}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30}


@dataclass(frozen=True, slots=True)
class Frequency:
    """So many units between two due dates."""

    count: int
    unit: Unit

    def step(self, anchor: date, periods: int, *, end_of_month: bool = False) -> date:
        """Return the date so many periods after *anchor* (before it, if negative).

        A month that has no such day ends the period on its last one; under the end-of-month rule
        an anchor on a month's last day means every month's last day.
        """
        if self.unit is not Unit.MONTH:
            return anchor + timedelta(days=periods * self.count * _DAYS[self.unit])
        return add_months(anchor, periods * self.count, end_of_month=end_of_month)

    def of_year(self, year_days: int) -> Fraction:
        """Return a period's share of a year, in equal months, equal weeks, or days."""
        return Fraction(self.count, _IN_A_YEAR.get(self.unit, year_days))

    @property
    def days(self) -> int:
        """The days of a period, a month taken as thirty."""
        return self.count * _DAYS[self.unit]


MONTHLY = Frequency(1, Unit.MONTH)


def add_months(day: date, months: int, *, end_of_month: bool = False) -> date:
    """Return the same day of another month, or that month's last day where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    last = calendar.monthrange(year, month)[1]
    at_end = end_of_month and day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month, last if at_end else min(day.day, last))


class BusinessDayConvention(StrEnum):
    """What becomes of a due date that is no business day."""

    NONE = "none"
    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified-following"
    PRECEDING = "preceding"


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """A convention and the calendar it looks at: a country, as CN or DE-BY, or a market, as XECB.

    The calendar may be None only where the convention is none.
    """

    convention: BusinessDayConvention = BusinessDayConvention.NONE
    calendar: str | None = None

    def adjust(self, day: date) -> date:
        """Return the day on which what is due on *day* really falls due."""
        if self.convention is BusinessDayConvention.NONE or self.calendar is None:
            return day
        if self.convention is BusinessDayConvention.PRECEDING:
            return self._nearest(day, -_DAY)
        moved = self._nearest(day, _DAY)
        modified = self.convention is BusinessDayConvention.MODIFIED_FOLLOWING
        return self._nearest(day, -_DAY) if modified and moved.month != day.month else moved

    def _nearest(self, day: date, step: timedelta) -> date:
        assert self.calendar is not None  # adjust looked
        while not is_business_day(day, self.calendar):
            day += step
        return day


ANY_DAY = BusinessDays()
