"""Which days are business days, by the ``holidays`` library: make-up workdays included.

China's State Council publishes each year's holidays and make-up workdays (调休) late in the year
before; a year that is not published yet is provisional.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase


def is_business_day(day: date, calendar: str) -> bool:
    """Return whether *day* is worked; ValueError for a calendar that nobody knows."""
    return bool(_calendar(calendar).is_working_day(day))


def is_provisional(day: date, calendar: str) -> bool:
    """Return whether the make-up workdays of the day's year are not published yet."""
    known = _calendar(calendar)
    if getattr(known, "country", None) not in _SWAPPING:
        return False
    known.is_working_day(day)  # the library fills in a year when asked for it
    return all(swapped.year != day.year for swapped in known.weekend_workdays)


def check_calendar(calendar: str) -> None:
    """Raise ValueError, with the remedy, for a calendar that nobody knows."""
    try:
        _calendar(calendar)
    except (NotImplementedError, ValueError):
        raise ValueError(
            f"there is no calendar {calendar!r} "
            '(write a country, as "CN" or "DE-BY", or a market, as "XECB")'
        ) from None


_SWAPPING = {"CN"}  # countries that move workdays by yearly notice


@cache
def _calendar(code: str) -> HolidayBase:
    import holidays

    country, dash, part = code.partition("-")
    if code in holidays.list_supported_financial():
        return holidays.financial_holidays(code)
    # The library would take the name of any class of its own for a country.
    if country not in holidays.list_supported_countries() or (dash and not part):
        raise NotImplementedError
    known = holidays.country_holidays(country, subdiv=part or None)
    if holidays.BANK not in known.supported_categories:
        return known
    # Loans are paid through banks, which in Japan are closed on 31 December, 2 and 3 January.
    every = (holidays.PUBLIC, holidays.BANK)
    return holidays.country_holidays(country, subdiv=part or None, categories=every)
