"""How amounts, dates and words are written in each locale. Exact rounding came before."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_name

from ..loans.money import Money, Rate, minor_digits
from ..loans.terms import LoanTerms


@cache
def words(locale: str) -> Words:
    """Return the words of *locale*."""
    text = resources.files(__package__).joinpath("words", f"{locale}.toml").read_text("utf-8")
    return Words(locale, Locale.parse(locale, sep="-"), tomllib.loads(text))


@dataclass(frozen=True)
class Words:
    """One locale's words and ways of writing."""

    name: str
    locale: Locale
    table: dict[str, Any]

    def say(self, section: str, key: str, **values: str) -> str:
        """Return a sentence with its variables filled in."""
        sentence: str = self.table[section][key]
        return sentence.format(**values)

    def line(self, key: str, **values: str) -> str:
        """Return a sentence of the section ``line``."""
        return self.say("line", key, **values)

    def part(self, key: str) -> str:
        """Return the name of a part of a sum as it stands inside a sentence."""
        name = self.line(key)
        return name[:1].lower() + name[1:]

    def fee(self, name: str | None) -> str:
        """Return what a fee is called; those of presets have a name in each language."""
        names: dict[str, str] = self.table["fee_names"]
        return names.get(name, name) if name else self.say("basis", "fee_name")

    def money(self, money: Money) -> str:
        """Write an amount with its currency: ``¥1,234.50``."""
        return _money(self.locale, money)

    def currency(self, code: str) -> str:
        """Write the name of a currency: ``Chinese Yuan``, ``人民币``."""
        return str(get_currency_name(code, locale=self.locale))

    def day(self, day: date, today: date) -> str:
        """Write a date, with the year only where it is not *today*'s."""
        return _day(self.locale, day, "MMMd" if day.year == today.year else "yMMMd")

    def full_day(self, day: date) -> str:
        """Write a date in full, as letters do: ``December 5, 2026``, ``2026年12月5日``."""
        return str(format_date(day, "long", locale=self.locale))

    def days(self, count: int) -> str:
        """Write a number of days: ``6 days``, ``6天``."""
        return _span(self.locale, timedelta(days=count), "day")

    def years(self, count: int) -> str:
        """Write a number of years: ``5 years``, ``5年``."""
        return _span(self.locale, timedelta(days=365 * count), "year")

    def months(self, count: int) -> str:
        """Write a number of months: ``14 months``, ``14个月``."""
        return _span(self.locale, timedelta(days=30 * count), "month")

    def listed(self, things: Iterable[str]) -> str:
        """Write several things one after the other: ``06:00 and 17:00``, ``06:00和17:00``."""
        return format_list(list(things), locale=self.locale)

    def dates(self, days: Sequence[date], today: date) -> str:
        """Write up to three dates one after the other; of more, the first, the last, how many."""
        if len(days) <= 3:
            return self.listed(self.day(day, today) for day in days)
        ends = {"first": self.day(days[0], today), "last": self.day(days[-1], today)}
        return self.line("dates_span", **ends, count=str(len(days)))

    def moment(self, at: datetime, zone: str, today: date) -> str:
        """Write an instant as its wall-clock time, with the date where it is not *today*."""
        local = at.astimezone(ZoneInfo(zone))
        clock = f"{local:%H:%M}"
        return clock if local.date() == today else f"{self.day(local.date(), today)} {clock}"

    def share(self, value: Decimal) -> str:
        """Write a share: ``0.05%``."""
        return _share(self.locale, value)

    def percent(self, rate: Rate, terms: LoanTerms) -> str:
        """Write a rate with its period: ``0.05% a day``."""
        value = self.share(rate.value)
        if rate.effective is not None:
            shown = {"effective": self.share(rate.effective), "day_count": str(terms.day_count)}
            return self.say("basis", "per_year_effective", value=value, **shown)
        if rate.per == "day":
            return self.say("basis", "per_day", value=value)
        return self.say("basis", "per_year", value=value, day_count=str(terms.day_count))


# One message names the same sums and dates again and again, and many messages the same dates.


@lru_cache(4096)
def _money(locale: Locale, money: Money) -> str:
    # Babel's own digits are those in daily use, which for some currencies round cents away.
    digits = minor_digits(money.currency)
    pattern = locale.currency_formats["standard"].pattern
    pattern = pattern.replace(".00", "." + "0" * digits if digits else "")
    written = format_currency(
        money.amount, money.currency, pattern, locale=locale, currency_digits=False
    )
    return str(written)


@lru_cache(4096)
def _day(locale: Locale, day: date, skeleton: str) -> str:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)  # no zone shifts noon away
    return str(format_skeleton(skeleton, noon, UTC, locale=locale))


@lru_cache(256)
def _span(locale: Locale, span: timedelta, unit: Literal["day", "month", "year"]) -> str:
    return str(format_timedelta(span, unit, threshold=10**9, locale=locale))


@lru_cache(256)
def _share(locale: Locale, value: Decimal) -> str:
    percent = (value * 100).normalize()
    digits = format_decimal(percent, "0.#", locale=locale, decimal_quantization=False)
    return f"{digits}%"
