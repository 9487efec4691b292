"""How people write sums, rates and days, and what is meant by what cannot be taken as it stands.

Whatever can mean one thing only is read; for the rest, a sentence names the sign that is in the
way and what to write instead. Full-width signs are as good as plain ones.
"""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal

EXAMPLE_YEAR = 2026  # of the dates that messages show

_WIDE = {0x3000: " ", **{0xFF01 + n: chr(0x21 + n) for n in range(94)}}
QUOTES = "“”„‟‘’‚‛「」『』«»"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAME = (
    "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NTH = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR_FIRST = re.compile(
    r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.| *年 *(\d{1,2}) *月 *)(\d{1,2})(?: *[日号])?"
)
_MONTH_FIRST = re.compile(rf"{_NAME}[ -]*{_NTH},?[ -]+(\d{{4}})", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"{_NTH}[ -]*(?:of )?{_NAME},?[ -]+(\d{{4}})", re.IGNORECASE)
_EITHER_WAY = re.compile(r"(\d{1,2})[-/. ](\d{1,2})(?:[-/. ](\d{4}))?")
_NO_YEAR = (
    re.compile(rf"{_NAME}[ -]*{_NTH}", re.IGNORECASE),
    re.compile(rf"{_NTH}[ -]*(?:of )?{_NAME}", re.IGNORECASE),
    re.compile(r"(\d{1,2}) *月 *(\d{1,2}) *[日号]?"),
)
_DAY_ALONE = re.compile(
    rf"(?:每个?月|every month on the |monthly on the |the )?{_NTH}(?: *[日号])?", re.IGNORECASE
)
_HOUR = re.compile(
    r"(上午|早上|下午|晚上|中午)? *(\d{1,2})(?: *[:点时.] *(\d{1,2}|半)?)? *分? *([ap]\.?m\.?)?",
    re.IGNORECASE,
)

_CURRENCY_BEFORE = r"(us\$|cn¥|hk\$|[¥$€£₩₹]|rmb|cny|usd|eur|gbp|hkd|人民币)"
_CURRENCY_BEHIND = (
    r"([¥$€£₩₹]|元整?|圆整?|块钱?|人民币|美元|欧元|rmb|cny|usd|eur|gbp|hkd|yuan|dollars?|euros?)"
)
_TIMES = {"万": 10**4, "w": 10**4, "千": 1000, "k": 1000, "百": 100, "亿": 10**8}
_SUM = re.compile(
    rf"{_CURRENCY_BEFORE}? *([+-]?\d[\d,. ']*) *([万w千k百亿])? *{_CURRENCY_BEHIND}?", re.IGNORECASE
)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[,. ']\d{3})+")  # 0,500 may well mean a half
_CODES = {"$": "USD", "us$": "USD", "usd": "USD", "美元": "USD", "€": "EUR", "eur": "EUR"}
_CODES |= {"欧元": "EUR", "£": "GBP", "gbp": "GBP", "hk$": "HKD", "hkd": "HKD"}
_CODES |= {"dollar": "USD", "dollars": "USD", "euro": "EUR", "euros": "EUR"}

_PARTS = re.compile(r"([万千百])分之 *([\d.]+|[一二三四五六七八九])|日息?([万千]) *([\d.一-九]+)")
_DIGITS = dict(zip("一二三四五六七八九", range(1, 10), strict=True))
_RATE = re.compile(r"([+-]?\d+(?:[.,]\d+)?) *(%|‰|percent|per cent|pct)?", re.IGNORECASE)
_PERIODS = {
    "day": r"每日|每天|日利率|日息|日|天|daily|per day|a day|day",
    "month": r"每月|月利率|月息|月|monthly|per month|a month|month|p\.?m\.?",
    "year": r"每年|年利率|年化利率|年化|年息|年|yearly|annual(?:ly)?|per year|per annum|a year|"
    r"year|yr|p\.?a\.?|apr",
}
_PERIOD = {name: re.compile(rf"[/ ]*(?:{words})[: ]*", re.I) for name, words in _PERIODS.items()}


def narrowed(text: str) -> str:
    """Return a text with plain signs for full-width ones, without what surrounds it."""
    return text.translate(_WIDE).strip()


def unquoted(text: str) -> str:
    """Return a text without the curly or corner quotes around it."""
    return text.strip().strip(QUOTES).strip()


def day_of(text: str) -> date | None:
    """Return the day that a text can only mean, in whatever form; None where there is none."""
    text = narrowed(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    if parts := _YEAR_FIRST.fullmatch(text):
        year, *months, day = parts.groups()
        return _day(year, next(month for month in months if month), day)
    if parts := _MONTH_FIRST.fullmatch(text):
        return _day(parts[3], _month(parts[1]), parts[2])
    if parts := _DAY_FIRST.fullmatch(text):
        return _day(parts[3], _month(parts[2]), parts[1])
    return None


def day_meant(text: str) -> str | None:
    """Say why a text is no date and which one to write; None where nobody can tell."""
    text = unquoted(narrowed(text))
    if day := day_of(text):
        return f"is not a date (write {day})"
    if parts := _EITHER_WAY.fullmatch(text):
        year = parts[3] or EXAMPLE_YEAR
        days = [_day(year, parts[1], parts[2]), _day(year, parts[2], parts[1])]
        choices = [str(day) for day in dict.fromkeys(days) if day]
        why = "says the day and the month in no certain order" if parts[3] else "has no year"
        return f"{why} (write {' or '.join(choices)})" if choices else None
    for form in _NO_YEAR:
        if parts := form.fullmatch(text):
            named = sorted(parts.groups(), key=str.isdigit)
            month, number = parts.groups() if "月" in text else (_month(named[0]), named[1])
            day = _day(EXAMPLE_YEAR, month, number)
            return f"has no year (write it as in {day})" if day else None
    if (number := day_of_month(text)) and (day := _day(EXAMPLE_YEAR, 12, number)):
        return f"has neither month nor year (write it as in {day})"
    return None


def day_of_month(value: object) -> int | None:
    """Return the day of the month that a value means by itself: 5, "5th", "每月5日"."""
    alone = _DAY_ALONE.fullmatch(narrowed(str(value)))
    return int(alone[1]) if alone and 1 <= int(alone[1]) <= 31 else None


def hour_of(text: str) -> time | None:
    """Return the time of day that a text means: "9:00", "9点", "下午3点半", "9 pm"."""
    parts = _HOUR.fullmatch(narrowed(text))
    if parts is None:
        return None
    hour, minute = int(parts[2]), 30 if parts[3] == "半" else int(parts[3] or 0)
    late = parts[1] in {"下午", "晚上"} or (parts[4] or "").lower().startswith("p")
    early = (parts[4] or "").lower().startswith("a")
    hour = hour % 12 + 12 * late if (late and hour <= 12) or (early and hour <= 12) else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None


def sum_meant(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a sum and its plain decimal; None where nobody can tell."""
    bare = unquoted(narrowed(text))
    parts = _SUM.fullmatch(bare)
    number = _plain(parts[2].strip()) if parts else None
    if parts is None or number is None:
        return None
    before, _, times, behind = (part.lower() if part else "" for part in parts.groups())
    meant = f"{Decimal(number) * _TIMES[times]:f}" if times else number
    meant = meant.rstrip("0").rstrip(".") if times and "." in meant else meant
    if sign := parts[1] or parts[4]:
        code = _CODES.get(before or behind)
        beside = f', and currency = "{code}" beside it' if code else ""
        return f"has a currency in it, {sign}", f'"{meant}"{beside}'
    if times:
        return f"counts in {parts[3]}", f'"{meant}"'
    if bare != narrowed(text):
        return "has quotes of another kind in it", f'"{meant}"'
    return "has a decimal or thousands sign of another kind", f'"{meant}"'


def rate_meant(text: str) -> tuple[Decimal, str | None] | None:
    """Return a rate in percent and its period (day, month, year), as far as a text says them."""
    bare, period = unquoted(narrowed(text)), None
    if parts := _PARTS.search(bare):
        unit, digits = (parts[1], parts[2]) if parts[1] else (parts[3], parts[4])
        number = Decimal(_DIGITS.get(digits, digits)) if _is_number(digits) else None
        period = "day" if "日" in bare or "天" in bare else None
        return None if number is None else (number * 100 / _TIMES[unit], period)
    for name, words in _PERIOD.items():
        without = words.sub("", bare, count=1)
        if without != bare:
            bare, period = without.strip(), name
            break
    rate = _RATE.fullmatch(bare)
    if rate is None or not (rate[2] or period):
        return None
    number = Decimal(rate[1].replace(",", "."))
    return number / 10 if rate[2] == "‰" else number, period


def percent(number: Decimal) -> str:
    """Return a rate as it is written: ``"18%"``, with its quotes."""
    text = f"{number:f}"
    return f'"{text.rstrip("0").rstrip(".") if "." in text else text}%"'


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _plain(number: str) -> str | None:
    """Return a number without grouping and with a point; None where that could be another."""
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", number):
        return number
    whole, fraction = number, ""
    if last := re.search(r"([.,])(\d{1,2})$", number):
        whole, fraction = number[: last.start()], f".{last[2]}"
    digits = whole.lstrip("+-")
    twofold = last is not None and last[1] in whole  # 1,234,5
    if twofold or not (digits.isdecimal() or _GROUPED.fullmatch(digits)):
        return None
    return re.sub(r"[,. ']", "", whole) + fraction


def _is_number(digits: str) -> bool:
    return digits in _DIGITS or re.fullmatch(r"\d+(\.\d+)?", digits) is not None
