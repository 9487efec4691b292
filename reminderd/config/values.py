"""What a single value in ``config.toml`` may be: how it is read, and what to write instead."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from ..loans.business_days import check_calendar
from ..loans.frequency import Frequency, Unit
from ..loans.money import parse_amount, parse_ratio
from ..loans.terms import YEARS
from ..playbook.playbook import LOCALES
from .suggest import shown, suggestion

_MOST_TIMES = 10  # a penalty of more times the contract rate is a percentage without its sign
_MOST_A_DAY = Decimal("0.02")  # the dearest lawful credit stays below 1 % a day
_MOST_A_YEAR = 365 * _MOST_A_DAY
_USUAL = Decimal(18)  # percent, for an example


def _readable(value: object) -> bool:
    """Return whether a value could be a number at all, in digits or in a text."""
    if isinstance(value, int):
        return not isinstance(value, bool) and value.bit_length() < 128
    return isinstance(value, str | Decimal)


def _amount(value: object) -> Decimal:
    if not _readable(value):
        raise ValueError(f'{shown(value)} is not an amount (write "1234.50")')
    return parse_amount(value)


def _positive(amount: Decimal) -> Decimal:
    if amount <= 0:
        raise ValueError(f'{amount} is not above zero (write it as in "1234.50")')
    return amount


def _not_negative(amount: Decimal) -> Decimal:
    if amount < 0:
        raise ValueError(f"{amount} is below zero (write it without the minus sign)")
    return amount


def _ratio(value: object) -> Decimal:
    if not _readable(value):
        raise ValueError(f'{shown(value)} is not a rate (write "18%" or "0.18")')
    ratio = parse_ratio(value)
    if ratio < 0:
        raise ValueError(f"{shown(value)} is below zero (write it without the minus sign)")
    return ratio


def _says_percent(value: object) -> bool:
    return isinstance(value, str) and value.rstrip().endswith(("%", "％"))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _rate(value: object) -> Decimal:
    rate, percent = _ratio(value), _says_percent(value)
    if rate <= 1 or (percent and rate <= _MOST_A_YEAR):
        return rate
    meant = _plain(rate if rate <= 100 * _MOST_A_YEAR else _USUAL)
    write = f'(write "{meant}%" for {meant} percent)'
    if percent:
        raise ValueError(f"{shown(value)} is more than any lender charges {write}")
    raise ValueError(f"{_plain(rate)} means {_plain(rate * 100)} % {write}")


def _daily_rate(value: object) -> Decimal:
    rate = _ratio(value)
    if rate <= _MOST_A_DAY:
        return rate
    meant = _plain(rate)
    if _says_percent(value) or rate > 100 * _MOST_A_DAY:
        sentence = "for each day is more than any lender charges (is it annual_rate?)"
    else:
        sentence = (
            f"is {_plain(rate * 100)} % for each day, more than any lender charges "
            f'(write "{meant}%" for {meant} percent a day, or annual_rate)'
        )
    raise ValueError(f"{shown(value)} {sentence}")


def _share(value: object) -> Decimal:
    share = _ratio(value)
    if share <= 1:
        return share
    if _says_percent(value) or share > 100:
        raise ValueError(f'{shown(value)} is more than the whole (write "100%" or less)')
    meant = _plain(share)
    raise ValueError(f'{meant} means {_plain(share * 100)} % (write "{meant}%")')


def _factor(value: object) -> Decimal:
    factor = _ratio(value)
    if factor > _MOST_TIMES:
        raise ValueError(
            f'{shown(value)} means {factor:f} times the contract rate (write 1.5 or "150%")'
        )
    return factor


def _day(value: object) -> date:
    day = value
    if isinstance(value, str):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
    if type(day) is not date:
        raise ValueError(f"{shown(value)} is not a date (write 2026-12-05)")
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise ValueError(f"{day} is not in the years {YEARS[0]} to {YEARS[1]} (check the year)")
    return day


def _clock(value: object) -> time:
    at = value
    if isinstance(value, str):
        try:
            at = time.fromisoformat(value)
        except ValueError:
            at = None
    if not isinstance(at, time) or at.tzinfo is not None:
        raise ValueError(f'{shown(value)} is not a time of day (write "09:00")')
    return at


def _whole(value: object) -> int:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
        return int(value)  # environment variables are always texts
    if not isinstance(value, int) or isinstance(value, bool):
        raise PydanticCustomError("int_type", "not a whole number")
    return value


@cache
def _zones() -> set[str]:
    return available_timezones()


def _zone(name: str) -> str:
    if name not in _zones():
        close = suggestion(name, _zones()) or ' (write one as "Asia/Shanghai")'
        raise ValueError(f"{shown(name)} is not a time zone{close}")
    ZoneInfo(name)
    return name


def _currency(code: str) -> str:
    from babel.core import get_global

    if code not in get_global("all_currencies"):
        raise ValueError(f'{shown(code)} is not a currency code (write "CNY", "EUR", "USD")')
    return code


def _locale(name: str) -> str:
    if name not in LOCALES:
        choices = " or ".join(f'"{known}"' for known in LOCALES)
        raise ValueError(f"{shown(name)} is not a known language (write {choices})")
    return name


def _in_order(days: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(days)))


_FREQUENCIES = {
    "weekly": Frequency(1, Unit.WEEK),
    "biweekly": Frequency(2, Unit.WEEK),
    "semi-monthly": Frequency(1, Unit.HALF_MONTH),
    "monthly": Frequency(1, Unit.MONTH),
    "quarterly": Frequency(3, Unit.MONTH),
    "half-yearly": Frequency(6, Unit.MONTH),
    "yearly": Frequency(12, Unit.MONTH),
}
_EVERY = re.compile(r"every ([1-9]\d{0,2}) (day|week|month)s?")


# Other words for these, as people, lenders and languages have them.
_MEANT = {
    **dict.fromkeys(("每周", "按周", "每星期", "每週"), "weekly"),
    **dict.fromkeys(("每两周", "双周", "每双周", "隔周", "每兩週", "fortnightly"), "biweekly"),
    **dict.fromkeys(
        ("每半月", "半月", "每月两次", "twice a month", "half-monthly"), "semi-monthly"
    ),
    **dict.fromkeys(("每月", "按月", "月", "每个月", "每個月", "every month"), "monthly"),
    **dict.fromkeys(("每两个月", "双月", "每两月", "bimonthly", "bi-monthly"), "every 2 months"),
    **dict.fromkeys(("每季", "每季度", "按季", "季度", "每三个月", "every quarter"), "quarterly"),
    **dict.fromkeys(("每半年", "半年", "semiannual", "semi-annual", "semiannually"), "half-yearly"),
    **dict.fromkeys(("每年", "按年", "annual", "annually", "every year"), "yearly"),
    **dict.fromkeys(("每四周", "four-weekly", "4-weekly"), "every 4 weeks"),
    **dict.fromkeys(("每天", "每日", "daily", "every day"), "every 1 day"),
    "every week": "weekly",
}


def _frequency(value: object) -> Frequency:
    if isinstance(value, str) and value in _FREQUENCIES:
        return _FREQUENCIES[value]
    every = _EVERY.fullmatch(value) if isinstance(value, str) else None
    if every is None:
        known = ", ".join(f'"{name}"' for name in _FREQUENCIES)
        close = ""
        if isinstance(value, str):
            meant = _MEANT.get(value.strip().lower())
            close = f' (write "{meant}")' if meant else suggestion(value, _FREQUENCIES)
        close = close or f' (write {known}, or as in "every 10 days")'
        raise ValueError(f"{shown(value)} is not a frequency{close}")
    return Frequency(int(every[1]), Unit(every[2]))


def _calendar(code: str) -> str:
    try:
        check_calendar(code)
    except ValueError as error:
        raise ValueError(f"{error}{_capitals(code.upper())}") from None
    return code


def _capitals(code: str) -> str:
    """Return `` (did you mean …?)`` for a calendar's code in the letters it is written in."""
    try:
        check_calendar(code)
    except ValueError:
        return ""
    return f" (did you mean {code!r}?)"


Amount = Annotated[Decimal, BeforeValidator(_amount)]
Rate = Annotated[Decimal, BeforeValidator(_rate)]
DailyRate = Annotated[Decimal, BeforeValidator(_daily_rate)]
Factor = Annotated[Decimal, BeforeValidator(_factor)]
Share = Annotated[Decimal, BeforeValidator(_share)]
Positive = Annotated[Amount, AfterValidator(_positive)]
NotNegative = Annotated[Amount, AfterValidator(_not_negative)]
FrequencyName = Annotated[Frequency, BeforeValidator(_frequency)]
CalendarName = Annotated[str, AfterValidator(_calendar)]
Day = Annotated[date, BeforeValidator(_day)]
ClockTime = Annotated[time, BeforeValidator(_clock)]
Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
LocaleName = Annotated[str, AfterValidator(_locale)]
Whole = Annotated[int, BeforeValidator(_whole)]
Days = Annotated[tuple[Annotated[Whole, Field(ge=0, le=3650)], ...], AfterValidator(_in_order)]


class Strict(BaseModel):
    """A table that knows all its keys. A field's example is what messages tell people to write."""

    model_config = ConfigDict(extra="forbid")
