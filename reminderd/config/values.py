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

from ..alerts.channel import is_hello
from ..loans.business_days import check_calendar
from ..loans.frequency import Frequency, Unit
from ..loans.money import parse_amount, parse_ratio
from ..loans.notation import day_meant, day_of, hour_of, narrowed
from ..loans.terms import YEARS
from ..playbook.playbook import LOCALES
from ..redaction import one_line
from .suggest import shown, suggestion, too_long
from .synonyms import at_an_offset, value_meant, zones_meant

_MOST_TIMES = 10  # a penalty of more times the contract rate is a percentage without its sign
_MOST_A_DAY = Decimal("0.02")  # the dearest lawful credit stays below 1 % a day
_MOST_A_YEAR = 365 * _MOST_A_DAY
_USUAL = Decimal(18)  # percent, for an example
_ONE_DIGIT = re.compile(r"\d:\d{2}")  # 9:00


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
    return isinstance(value, str) and narrowed(value).endswith("%")


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
    day = day_of(value) if isinstance(value, str) else value
    if type(day) is not date:
        moment = isinstance(value, date)  # a date with a time of day
        text = "" if too_long(value) else str(value)
        why = f"is not a date (write {value:%Y-%m-%d})" if moment else day_meant(text)
        raise ValueError(f"{shown(value)} {why or 'is not a date (write 2026-12-05)'}")
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise ValueError(f"{day} is not in the years {YEARS[0]} to {YEARS[1]} (check the year)")
    return day


def _clock(value: object) -> time:
    at = value
    if isinstance(value, str):
        text = narrowed(value)
        try:
            at = time.fromisoformat(f"0{text}" if _ONE_DIGIT.fullmatch(text) else text)
        except ValueError:
            at = None
    if not isinstance(at, time) or at.tzinfo is not None:
        meant = f"{hour_of('' if too_long(value) else str(value)) or time(9):%H:%M}"
        raise ValueError(f'{shown(value)} is not a time of day (write "{meant}")')
    return at


def _table_name(name: str) -> str:
    """Refuse a name of a channel or an account that would steer what shows it."""
    if one_line(name) != name:
        raise ValueError(f"{shown(name)} cannot be shown as it is (write {one_line(name)!r})")
    return name


def _whole(value: object) -> int:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
        return int(value)  # environment variables are always texts
    if not isinstance(value, int) or isinstance(value, bool):
        raise PydanticCustomError("int_type", "not a whole number")
    return value


_ALL_YEAR = ("EST", "MST")  # the database has these without daylight saving


@cache
def _zones() -> set[str]:
    return available_timezones()


def _zone(name: str) -> str:
    meant = " or ".join(f'"{zone}"' for zone in zones_meant(name)) if _doubtful(name) else ""
    if meant and name in _zones():
        raise ValueError(f"{shown(name)} has no daylight saving (write {meant})")
    if meant and at_an_offset(name):
        raise ValueError(f"{shown(name)} is an offset, not a zone (write that of a place: {meant})")
    if meant or name not in _zones():
        close = suggestion(name, _zones()) or ' (write one as "Asia/Shanghai")'
        raise ValueError(
            f"{shown(name)} is not a time zone{f' (write {meant})' if meant else close}"
        )
    ZoneInfo(name)
    return name


def _doubtful(name: str) -> bool:
    """Return whether a zone is none of the database's, or one that no place keeps all year."""
    return name not in _zones() or name in _ALL_YEAR


def _currency(code: str) -> str:
    from babel.core import get_global

    if code not in get_global("all_currencies"):
        meant = value_meant("currency", code)
        write = f'"{meant}"' if meant else '"CNY", "EUR", "USD"'
        raise ValueError(f"{shown(code)} is not a currency code (write {write})")
    return code


def _hello(name: str) -> str:
    if not is_hello(name):
        raise ValueError("is not a machine's whole name (write one as mail.example.com)")
    return name


def _locale(name: str) -> str:
    if name not in LOCALES:
        known = [value_meant("locale", name)] if value_meant("locale", name) else LOCALES
        choices = " or ".join(f'"{each}"' for each in known)
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


def _frequency(value: object) -> Frequency:
    if isinstance(value, str) and value in _FREQUENCIES:
        return _FREQUENCIES[value]
    every = _EVERY.fullmatch(value) if isinstance(value, str) else None
    if every is None:
        known = ", ".join(f'"{name}"' for name in _FREQUENCIES)
        meant = value_meant("frequency", value)
        close = suggestion(value, _FREQUENCIES) if isinstance(value, str) else ""
        close = (
            f' (write "{meant}")'
            if meant
            else close or f' (write {known}, or as in "every 10 days")'
        )
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
HelloName = Annotated[str, AfterValidator(_hello)]
LocaleName = Annotated[str, AfterValidator(_locale)]
TableName = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_table_name)]
Text = Annotated[str, AfterValidator(one_line)]  # to be shown to people, on one line
Whole = Annotated[int, BeforeValidator(_whole)]
Days = Annotated[tuple[Annotated[Whole, Field(ge=0, le=3650)], ...], AfterValidator(_in_order)]


class Strict(BaseModel):
    """A table that knows all its keys. A field's example is what messages tell people to write."""

    model_config = ConfigDict(extra="forbid")
