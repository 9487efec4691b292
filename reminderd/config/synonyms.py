"""Words that people write for keys and values of other names, and what to write instead.

The words are data (``synonyms.toml``). What is to be written holds the value that was written, as
far as it can be read: nobody should lose a rate or a fee by following a message.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import available_timezones

from ..loans.money import parse_amount
from ..loans.notation import (
    EXAMPLE_YEAR,
    day_of,
    day_of_month,
    hour_of,
    narrowed,
    percent,
    rate_meant,
    sum_meant,
    unquoted,
)
from .suggest import too_long

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_GAP = re.compile(r"[\s_-]+")
_LEAST_A_YEAR = Decimal("0.5")  # below this, a rate is likely to be one for a day
_MOST_A_DAY, _MOST_A_YEAR = Decimal(2), Decimal(730)  # percent
_YEARS = re.compile(r"(\d{1,2}) *(?:years?|yrs?|年)", re.IGNORECASE)
_OFFSET = re.compile(r"(?:UTC|GMT)? ?([+-]) ?(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_SHORT_NAME = re.compile(r"[^\W\d_]{1,12}(?: [^\W\d_]{1,12}){0,2}")
_HAS_A_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\D*(\d{1,4})\D*")
_YES = {"true", "yes", "on", "y", "1", "是", "是的", "开", "对", "有"}
_NO = {"false", "no", "off", "n", "0", "否", "不", "不是", "关", "没有", "无"}
_LOANS = "loans"
_NO_AMOUNT = '"1234.00"'  # what is written for a sum that cannot be read


def plain_name(word: str) -> str:
    """Return a name in small letters with low lines: ``dueDate`` and ``Due-Date`` as due_date."""
    return _GAP.sub("_", _CAMEL.sub("_", narrowed(word))).lower()


def key_meant(table: str, word: str, value: object) -> str | None:
    """Return what to write for a key that a table does not have; None where nobody can tell."""
    write = _keys().get(table, {}).get(plain_name(word))
    return None if write is None else write.format_map(_Value(value))


def key_meant_elsewhere(word: str, value: object) -> tuple[str, str] | None:
    """Return the table at the top to which a word belongs, and what to write there."""
    for table in (_LOANS, "reminders", ""):
        if write := key_meant(table, word, value):
            return table, write
    return None


def value_meant(key: str, value: object) -> str | None:
    """Return the name that a key has for what was written: equal-installment for 等额本息."""
    if not isinstance(value, str):
        return None
    return _names(_data()["values"].get(key, {})).get(plain_name(value))


def shape_meant(key: str, value: object) -> str | None:
    """Return how a key is written that holds a list or a table, or a plain number, for a value."""
    write = _data()["shapes"].get(key)
    scalar = isinstance(value, str | int | Decimal) and not isinstance(value, bool)
    if write is None or not scalar:
        return None
    text = str(_Value(value).value)
    says_so = plain_name(text) in _YES | _NO if key == "auto_debit" else _HAS_A_DIGIT.search(text)
    return str(write).format_map(_Value(value)) if says_so else None


def heading_meant(word: str) -> str | None:
    """Return the heading that a word stands for: [[loans]] for 贷款."""
    write = _keys()[""].get(plain_name(word.strip("\"'")), "")
    heading = re.match(r"\[{1,2}[\w.]+\]{1,2}", write)
    return heading[0] if heading else None


def zones_listed(name: str) -> list[str]:
    """Return the time zones that our own list has for a name."""
    word = plain_name(name)
    return [zone for zone, words in _data()["zones"].items() if word in words.split()]


def zones_meant(name: str) -> tuple[str, ...]:
    """Return the time zones that may be meant by a name that is none, or none of a place."""
    city = plain_name(name).rpartition("/")[2]
    if not city:
        return ()
    return tuple(zones_listed(name) or _at_offset(name) or zones_listed(city) or _of_city(city))


def at_an_offset(name: str) -> bool:
    """Return whether a name is a distance from UTC: UTC+8."""
    return _OFFSET.fullmatch(narrowed(name)) is not None


def _at_offset(name: str) -> list[str]:
    parts = _OFFSET.fullmatch(narrowed(name))
    if parts is None:
        return []
    minutes = f":{parts[3]}" if parts[3] not in {None, "00"} else ""
    zone = _data()["offsets"].get(f"{parts[1]}{int(parts[2])}{minutes}")
    return [zone] if zone else []


def _of_city(word: str) -> list[str]:
    """Return the zone whose place, in English or Chinese, or whose name on Windows this is."""
    from babel import Locale
    from babel.core import get_global

    for tongue in ("en", "zh"):
        for zone, names in Locale(tongue).time_zones.items():
            if word in {plain_name(zone.rpartition("/")[2]), plain_name(names.get("city", ""))}:
                return [zone]
    windows = get_global("windows_zone_mapping")
    return [zone for name, zone in windows.items() if plain_name(name) == word][:1]


@cache
def _data() -> dict[str, Any]:
    file = resources.files(__package__).joinpath("synonyms.toml")
    return tomllib.loads(file.read_text("utf-8"))


@cache
def _keys() -> dict[str, dict[str, str]]:
    """Return what to write by table and word."""
    return {
        table: {word: entry["write"] for entry in held["words"] for word in entry["words"].split()}
        for table, held in _data().items()
        if "words" in held
    }


def _names(names: dict[str, str]) -> dict[str, str]:
    return {word: name for name, words in names.items() for word in words.split()}


class _Value(dict[str, str]):
    """A value as it is to be written, in each form that the words to write ask for."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = None if too_long(value) else value

    def __missing__(self, form: str) -> str:
        return _FORMS[form](self.value)


def _amount(value: object) -> str:
    if isinstance(value, dict | list | date):
        return _NO_AMOUNT
    try:
        parse_amount(value)
    except ValueError:
        meant = sum_meant(str(value)) if isinstance(value, str) else None
        return meant[1] if meant else _NO_AMOUNT
    return f'"{narrowed(str(value))}"'


def _a_day(value: object) -> str:
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    day = day_of(unquoted(str(value))) if isinstance(value, str) else None
    number = day_of_month(value) if isinstance(value, int | str) else None
    return str(day or date(EXAMPLE_YEAR, 12, number or 5))


def _day_of_month(value: object) -> str:
    if isinstance(value, date):
        return str(value.day)
    return str(day_of_month(value) or 5)


def _percentages(value: object, most: Decimal) -> tuple[list[Decimal], str | None]:
    """Return what a rate may be in percent, *most* at most, and its period if it says that too.

    A small number without its sign may be a share of one as well.
    """
    if isinstance(value, str) and (meant := rate_meant(value)):
        return [meant[0]], meant[1]
    try:
        number = parse_amount(value)
    except ValueError:
        return [], None
    choices = [100 * number, number] if number <= 1 else [number]
    return [choice for choice in choices if 0 < choice <= most], None


def _rate(value: object, most: Decimal = _MOST_A_YEAR) -> str:
    choices, _ = _percentages(value, most)
    return " or ".join(percent(choice) for choice in choices) or '"18%"'


def _daily(value: object) -> str:
    choices, _ = _percentages(value, _MOST_A_DAY)
    return _rate(value, _MOST_A_DAY) if choices else '"0.05%"'


def _twelvefold(value: object) -> str:
    choices, _ = _percentages(value, _MOST_A_YEAR)
    return " or ".join(percent(12 * choice) for choice in choices) or '"12%"'


def _rates(value: object, prefix: str = "") -> str:
    """Return the rate as one for a year or a day; as both where the value does not decide."""
    choices, period = _percentages(value, _MOST_A_YEAR)
    daily, yearly = f"{prefix}daily_rate = ", f"{prefix}annual_rate = "
    if period == "month":
        return f"{yearly}{_twelvefold(value)}, twelve times the monthly one"
    if period == "day":
        return f"{daily}{_daily(value)}"
    by_the_day = [choice for choice in choices if choice <= _MOST_A_DAY]
    if period == "year" or (choices and not by_the_day):
        return f"{yearly}{_rate(value)}"
    ways = [(f"{yearly}{_rate(value)}", "a year"), (f"{daily}{_daily(value)}", "a day")]
    likely_daily = choices and max(choices) < _LEAST_A_YEAR
    (first, its), (second, other) = reversed(ways) if likely_daily else ways
    return f"{first} if it is for {its}, {second} if for {other}"


def _penalty(value: object) -> str:
    return _rates(value, "penalty.")


def _fee(value: object) -> str:
    if isinstance(value, str) and (rate := rate_meant(value)):
        return f"percent = {percent(rate[0])}"
    if isinstance(value, Decimal) and 0 < value < 1:
        return f"percent = {percent(100 * value)}"
    flat = _amount(value)
    return f"flat = {flat}" if flat != _NO_AMOUNT else 'percent = "5%"'


def _count(value: object) -> str:
    years = _YEARS.fullmatch(narrowed(str(value)))
    if years:
        return str(12 * int(years[1]))
    number = _NUMBER.fullmatch(narrowed(str(value))) if isinstance(value, int | str) else None
    return str(int(number[1])) if number else "12"


def _months(value: object) -> str:
    number = _NUMBER.fullmatch(narrowed(str(value))) if isinstance(value, int | str) else None
    return str(12 * int(number[1])) if number else "36"


def _name(value: object) -> str:
    """Return a name of a few letters; anything longer, or with other signs, may be a secret."""
    shown = isinstance(value, str) and _SHORT_NAME.fullmatch(unquoted(value))
    return json.dumps(unquoted(str(value)), ensure_ascii=False) if shown else '"…"'


def _days(value: object) -> str:
    if isinstance(value, list) and all(isinstance(day, int) for day in value):
        return str(value)
    number = _NUMBER.fullmatch(narrowed(str(value))) if isinstance(value, int | str) else None
    return f"[{int(number[1])}]" if number else "[3, 0]"


def _time(value: object) -> str:
    at = value if hasattr(value, "hour") else hour_of(str(value))
    return f'"{at:%H:%M}"' if at else '"09:00"'


def _flag(value: object) -> str:
    return "false" if plain_name(str(value)) in _NO else "true"


def _named(key: str, example: str) -> Callable[[object], str]:
    """Return what writes a name that a key knows, under whatever name it was given."""

    def write(value: object) -> str:
        meant = value_meant(key, value)
        known = isinstance(value, str) and value in _data()["values"].get(key, {})
        return json.dumps(meant or (value if known else example), ensure_ascii=False)

    return write


def _zone(value: object) -> str:
    if not isinstance(value, str):
        return '"Asia/Shanghai"'
    if zones := zones_meant(value):
        return " or ".join(f'"{zone}"' for zone in zones)
    return json.dumps(value if value in available_timezones() else "Asia/Shanghai")


_FORMS: dict[str, Callable[[object], str]] = {
    "amount": _amount,
    "a_day": _a_day,
    "day_of_month": _day_of_month,
    "rate": _rate,
    "rates": _rates,
    "daily": _daily,
    "twelvefold": _twelvefold,
    "penalty": _penalty,
    "fee": _fee,
    "count": _count,
    "months": _months,
    "name": _name,
    "days": _days,
    "time": _time,
    "flag": _flag,
    "zone": _zone,
    "repayment": _named("repayment", "equal-installment"),
    "preset": _named("preset", "weilidai"),
    "frequency": _named("frequency", "monthly"),
    "currency": _named("currency", "CNY"),
    "locale": _named("locale", "zh-CN"),
}
