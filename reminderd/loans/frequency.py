"""When installments fall due: how often, on which day of the month, and on which business day.

Sources: ISDA 2006 Definitions, section 4.12 (business day conventions) and section 4.10 (period
end dates); 12 CFR 1026, Appendix J (b)(5) (a half month has fifteen days, a year 24 of them);
loan servicers for its two days, as in LoanPro, "Payment Frequencies" (a day and the one fifteen
days later, the 15th and the month's last day).
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
    HALF_MONTH = "half-month"
    MONTH = "month"


_IN_A_YEAR = {Unit.WEEK: 52, Unit.HALF_MONTH: 24, Unit.MONTH: 12}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.HALF_MONTH: 15, Unit.MONTH: 30}


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
        units = periods * self.count
        if self.unit is Unit.MONTH:
            return add_months(anchor, units, end_of_month=end_of_month)
        if self.unit is Unit.HALF_MONTH:
            return _add_half_months(anchor, units, end_of_month=end_of_month)
        return anchor + timedelta(days=units * _DAYS[self.unit])

    def of_year(self, year_days: int) -> Fraction:
        """Return a period's share of a year, in equal months or halves, equal weeks, or days."""
        return Fraction(self.count, _IN_A_YEAR.get(self.unit, year_days))

    @property
    def days(self) -> int:
        """The days of a period, a month taken as thirty."""
        return self.count * _DAYS[self.unit]

    @property
    def by_calendar(self) -> bool:
        """Whether its periods differ in length, as months do."""
        return self.unit in (Unit.MONTH, Unit.HALF_MONTH)


MONTHLY = Frequency(1, Unit.MONTH)
_HALF = 15  # days between the two due dates of a month


def add_months(day: date, months: int, *, end_of_month: bool = False) -> date:
    """Return the same day of another month, or that month's last day where it is shorter."""
    return _in_month(day, months, 31 if end_of_month and _is_last(day) else day.day)


def _add_half_months(day: date, halves: int, *, end_of_month: bool) -> date:
    """Return a due date so many halves of a month away, of two in each month.

    The second is fifteen days after the first; the 15th goes with the month's last day. So the
    31st, and the last day under the end-of-month rule, go with the 15th; the 30th does too, as
    fifteen days before it.
    """
    if day.day == _HALF or (end_of_month and _is_last(day)):
        pair = (_HALF, 31)
    elif day.day < _HALF:
        pair = (day.day, day.day + _HALF)
    else:
        pair = (min(day.day - _HALF, _HALF), day.day)
    months, half = divmod((day.day > _HALF) + halves, 2)
    return _in_month(day, months, pair[half])


def _is_last(day: date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


def _in_month(day: date, months: int, number: int) -> date:
    """Return the day of that number so many months away, or the month's last where it is none."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(number, calendar.monthrange(year, month)[1]))


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
