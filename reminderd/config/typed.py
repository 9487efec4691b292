"""What people type for a sum, a date or a time zone, in Chinese or in English.

Pure functions of a text: full-width signs, currency signs, 万, separators of thousands, dates with
and without a year, cities and abbreviations of zones. What can mean two things is not guessed:
``Mistyped`` says why, and the caller says it in the reader's language.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from ..loans.money import minor_digits, parse_amount
from .synonyms import zones_listed, zones_meant

_DOLLARS = frozenset(
    {"USD", "AUD", "BND", "BBD", "BSD", "BZD", "CAD", "CLP", "COP", "FJD", "HKD", "JMD", "MXN"}
    | {"NAD", "NZD", "SGD", "TTD", "TWD"}
)
_SIGNS = {
    "$": _DOLLARS,
    "¥": frozenset({"CNY", "JPY"}),
    "元": frozenset({"CNY", "HKD", "TWD"}),
    "块": frozenset({"CNY"}),
    "块钱": frozenset({"CNY"}),
    "人民币": frozenset({"CNY"}),
    "rmb": frozenset({"CNY"}),
    "cn¥": frozenset({"CNY"}),
    "€": frozenset({"EUR"}),
    "欧元": frozenset({"EUR"}),
    "euro": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "英镑": frozenset({"GBP"}),
    "us$": frozenset({"USD"}),
    "美元": frozenset({"USD"}),
    "美金": frozenset({"USD"}),
    "dollars": _DOLLARS,
    "hk$": frozenset({"HKD"}),
    "港币": frozenset({"HKD"}),
    "港元": frozenset({"HKD"}),
    "nt$": frozenset({"TWD"}),
    "新台币": frozenset({"TWD"}),
    "a$": frozenset({"AUD"}),
    "c$": frozenset({"CAD"}),
    "s$": frozenset({"SGD"}),
    "円": frozenset({"JPY"}),
    "日元": frozenset({"JPY"}),
    "₩": frozenset({"KRW"}),
    "₹": frozenset({"INR"}),
    "₽": frozenset({"RUB"}),
    "฿": frozenset({"THB"}),
    "₫": frozenset({"VND"}),
    "zł": frozenset({"PLN"}),
}
_USUAL = {"$": "USD", "dollars": "USD", "¥": "CNY", "元": "CNY"}  # of several, the one meant
_SUM = re.compile(r"(?P<before>[^\d\s.,+-]*)\s*(?P<number>[+-]?\d[\d.,' ]*?)\s*(?P<behind>\D*)")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|[1-9]\d{0,2}(?:[ ']\d{3})+(?:[.,]\d+)?")
_POINTED = re.compile(r"(?:[1-9]\d{0,2}(?:\.\d{3})+|\d+),\d{1,2}")  # the comma is the point
_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")  # or a fraction, where coins are that small
_MYRIAD = Decimal(10_000)

_YEAR_FIRST = re.compile(r"(\d{4}) ?([-/.年]) ?(\d{1,2}) ?[-/.月] ?(\d{1,2}) ?[日号]?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})")
_OF_MONTH = re.compile(r"(\d{1,2}) ?月 ?(\d{1,2}) ?[日号]?")
_TWO_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})(\.?)")
_NAMED = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?")
_NAMED_LATER = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.? (?:of )?([a-z]{3,9})\.?(?:,? (\d{4}))?")
_LONGEST = 60  # signs that a sum, a date or a zone takes
_LEAP = 8  # years within which every day of the calendar comes round


class Mistyped(ValueError):
    """A text that cannot be read.

    ``why`` is ``no_sum``, ``no_day`` or ``two_days``; for the last, ``days`` are what it can mean.
    """

    def __init__(self, why: str, days: tuple[date, ...] = ()) -> None:
        """Keep the reason, for a sentence in the reader's language."""
        self.why = why
        self.days = days
        super().__init__(why)


def half_width(text: str) -> str:
    """Return a text with its full-width letters, digits and signs as ASCII has them, trimmed."""
    return " ".join(unicodedata.normalize("NFKC", text.replace("￥", "¥")).split())


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum as it was typed. ``currencies`` are those its sign can mean; None without a sign."""

    amount: Decimal
    currencies: frozenset[str] | None = None
    usual: str = ""  # of these, the one most probably meant

    def fits(self, currency: str) -> bool:
        """Return whether it can be a sum in *currency*."""
        return self.currencies is None or currency in self.currencies


def read_sum(text: str, currency: str) -> Sum:
    """Read plain digits, full-width ones, ``$412.33``, ``1150元``, ``0.12万`` or ``1.150,00 €``.

    *currency* is the one expected; another that is typed is returned. Mistyped where it is no sum,
    or where a comma or a point could mean two things.
    """
    parts = _SUM.fullmatch(half_width(text)[:_LONGEST])
    if parts is None:
        raise Mistyped("no_sum")
    behind = parts["behind"].strip()
    myriads = behind.startswith("万")
    if _THOUSANDS.fullmatch(parts["number"]) and not myriads and minor_digits(currency) < 3:
        raise Mistyped("no_sum")
    times = _MYRIAD if myriads else Decimal(1)
    signs = [sign.casefold() for sign in (parts["before"], behind.removeprefix("万")) if sign]
    amount = _number(parts["number"]) * times
    try:
        parse_amount(amount)  # its limits
    except ValueError:
        raise Mistyped("no_sum") from None
    if not signs:
        return Sum(amount)
    meant = [_currencies(sign.strip()) for sign in signs]
    currencies = frozenset.intersection(*meant)
    if not currencies:
        raise Mistyped("no_sum")
    usual = _USUAL.get(signs[0], "")
    return Sum(amount, currencies, usual if usual in currencies else min(currencies))


def _number(text: str) -> Decimal:
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    if _POINTED.fullmatch(digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif _GROUPED.fullmatch(digits):
        spaced = " " in digits or "'" in digits
        digits = re.sub(r"[ ']", "", digits).replace(",", "." if spaced else "")
    elif not re.fullmatch(r"\d+(\.\d+)?", digits):
        raise Mistyped("no_sum")
    return Decimal(sign + digits)


def _currencies(sign: str) -> frozenset[str]:
    """Return what a sign, a word or a code stands for; Mistyped for none."""
    from babel.core import get_global

    if sign in _SIGNS:
        return _SIGNS[sign]
    if sign.upper() in get_global("all_currencies"):
        return frozenset({sign.upper()})
    raise Mistyped("no_sum")


@dataclass(frozen=True, slots=True)
class Day:
    """A date as it was typed, and whether its year was."""

    on: date
    has_year: bool


def read_day(text: str, today: date) -> Day:
    """Read a date; without a year, it is the next such date from *today* on.

    ``2026/12/15``, ``12月15日``, ``2026-12-5``, ``Dec 15``, ``15.12.2026``, and ``12/15``, which
    can mean one date only. Mistyped where it is no date, or, as ``5/12``, can be two.
    """
    typed = half_width(text).lower()
    if len(typed) > _LONGEST:
        raise Mistyped("no_day")
    days = set(_readings(typed, today))
    if not days:
        raise Mistyped("no_day")
    if len(days) > 1:
        raise Mistyped("two_days", tuple(sorted(day.on for day in days)))
    return days.pop()


def _readings(typed: str, today: date) -> Iterator[Day]:
    """Yield every date that a text can mean."""
    if match := _YEAR_FIRST.fullmatch(typed) or _SOLID.fullmatch(typed):
        year, month, day = match[1], *match.groups()[-2:]
        yield from _day(today, int(month), int(day), year)
    elif match := _YEAR_LAST.fullmatch(typed):
        first, sign, second, year = match.groups()
        yield from _either(today, int(first), int(second), year, day_first=sign == ".")
    elif match := _OF_MONTH.fullmatch(typed):
        yield from _day(today, int(match[1]), int(match[2]))
    elif match := _TWO_NUMBERS.fullmatch(typed):
        day_first = match[2] == "." and bool(match[4])  # as Germans write it
        yield from _either(today, int(match[1]), int(match[3]), None, day_first=day_first)
    elif match := _NAMED.fullmatch(typed):
        yield from _day(today, _month(match[1]), int(match[2]), match[3])
    elif match := _NAMED_LATER.fullmatch(typed):
        yield from _day(today, _month(match[2]), int(match[1]), match[3])


def _month(word: str) -> int:
    """Return the number of an English month, from three letters on; 0, which is none, otherwise."""
    names = [name.lower() for name in calendar.month_name]  # the program sets no locale
    return next((number for number, name in enumerate(names) if name.startswith(word)), 0)


def _either(
    today: date, first: int, second: int, year: str | None, *, day_first: bool
) -> Iterator[Day]:
    """Yield what two numbers mean as month and day, in the order or orders that they can have."""
    if not day_first:
        yield from _day(today, first, second, year)
    yield from _day(today, second, first, year)


def _day(today: date, month: int, day: int, year: str | None = None) -> Iterator[Day]:
    """Yield the date of a year, else the next one from *today* on, if the calendar has it."""
    for number in [int(year)] if year else range(today.year, today.year + _LEAP + 1):
        try:
            on = date(number, month, day)
        except ValueError:
            continue
        if year or on >= today:
            yield Day(on, bool(year))
            return


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone, and whether the text names it, or only lets it be guessed."""

    name: str
    certain: bool


def read_zone(text: str, language: str = "en") -> Zone | None:
    """Return the zone that a text names or means: ``EST``, ``UTC+8``, ``Asia/Beijing``, 北京.

    A fixed offset and an abbreviation stand for the place where most people keep that time.
    ``CST`` is China's in Chinese (``zh-CN``), and Chicago's in English.
    """
    typed = half_width(text)
    if not zones_listed(typed) and (name := _named().get(typed.casefold())):
        return Zone(name, certain=True)
    meant = zones_meant(typed)
    if not meant:
        return None
    return Zone(meant[0] if language == "zh-CN" else meant[-1], certain=False)


@cache
def _named() -> dict[str, str]:
    """Return every zone's name by its small letters."""
    from zoneinfo import available_timezones

    return {name.casefold(): name for name in available_timezones()}
