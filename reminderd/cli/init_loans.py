"""The questions about one loan: what kind it is, how it is paid back, the sums and the dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import count, islice, takewhile
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..config.suggest import shown
from ..config.typed import Mistyped, half_width, read_day, read_sum
from ..config.values import Currency, DailyRate, FrequencyName, Positive, Rate
from ..loans.frequency import BusinessDayConvention, BusinessDays, Frequency, add_months
from ..loans.money import Money
from ..loans.presets import load_preset, preset_names
from ..loans.terms import MAX_INSTALLMENTS, YEARS, PenaltyRule
from .init_answers import NONE, Doubt, Here, Known, Question, by_name, chosen
from .init_menu import Menu
from .init_words import say

PERSON = "person"
BILL, SCHEDULE, FIXED = "bill", "schedule", "fixed"
PRESETS = Menu("preset", (NONE, PERSON, *preset_names()))
PLANS = Menu("plan", (BILL, SCHEDULE, FIXED))
REPAYMENTS = Menu("repayment", ("equal-installment", "equal-principal", "interest-only", "flat"))
FREQUENCIES = Menu("frequency", ("weekly", "biweekly", "monthly", "quarterly", "yearly"))

_IN_A_WHILE = timedelta(days=30)
_LONG_AGO = timedelta(days=366)
_FAR_AHEAD = timedelta(days=549)  # eighteen months
_LONGEST_NAME = 60
_RATE = re.compile(r"\d+(?:\.\d+)?\s*%")
_RATES = {
    "daily_rate": (DailyRate, re.compile(r"day|daily|日|天")),
    "annual_rate": (Rate, re.compile(r"year|annual|annum|apr|p\.a|年")),
}
_USUAL_RATES = {
    "weilidai": ("daily_rate", "0.05%"),
    "weilidai-articles": ("daily_rate", "0.05%"),
    "cn-bank-loan": ("annual_rate", "18%"),
}
_OF_CONTRACT = {PenaltyRule.MULTIPLE_OF_CONTRACT, PenaltyRule.FRACTION_OF_CONTRACT}
_NO_RATE = re.compile(r"0+(\.0+)?\s*%?|none|no|no interest|interest-free|无|无息|免息|没有")
_NOTHING = {"", "none", "no", "无", "没有", "不知道"}
_ABROAD = {"us-consumer": "USD", "us-credit-card": "USD", "de-consumer": "EUR"}
ALL_PAID = {"y", "yes", "all", "true", "是", "是的", "全部", "都还了", "全还了", "已还", "还了"}
NONE_PAID = {"n", "no", "none", "nothing", "false", "否", "没有", "没还", "都没还", "无"}
SOME_PAID = {"s", "some", "part", "partly", "部分", "一部分", "还了一部分"}


def is_card(loan: Known) -> bool:
    """Return whether the loan's one sum is a card's statement."""
    return loan["plan"] == BILL and "minimum" in preset_terms(loan)


def preset_terms(loan: Known) -> dict[str, Any]:
    """Return what the loan's preset says, if it has one."""
    return load_preset(loan["preset"]).defaults() if loan["preset"] in preset_names() else {}


def _mistyped(error: Mistyped, value: Any, loan: Known) -> ValueError:
    """Say why a sum or a date cannot be read."""
    facts = {"value": shown(value), "currency": loan.get("currency", "")}
    either = dict(zip(("first", "second"), map(str, error.days), strict=False))
    return ValueError(say(loan["language"], error.why, **facts, **either))


def _sum(value: Any, loan: Known, _here: Here) -> str:
    """Read a sum in the loan's currency; Doubt where its sign is another's."""
    currency = loan["currency"]
    try:
        typed = read_sum(str(value), currency)
    except Mistyped as error:
        raise _mistyped(error, value, loan) from None
    meant = currency if typed.fits(currency) else typed.usual
    try:
        TypeAdapter(Positive).validate_python(typed.amount)
        amount = str(Money.of(typed.amount, meant))
    except ValueError:  # pydantic's is one
        raise _mistyped(Mistyped("no_sum"), value, loan) from None
    if meant != currency:
        raise Doubt(
            amount,
            "which_currency",
            f'currency = "{meant}"',
            also={"currency": meant},
            value=half_width(str(value)),
            meant=meant,
            currency=currency,
        )
    return amount


def _minimum(value: Any, loan: Known, here: Here) -> str:
    """Read the least that a statement asks for; nothing where it is not known."""
    if half_width(str(value)).lower() in _NOTHING:
        return ""
    least = _sum(value, loan, here)
    if Decimal(least) > Decimal(loan["amount"]):
        facts = {"least": least, "amount": loan["amount"]}
        raise ValueError(say(loan["language"], "minimum_above", **facts))
    return least


def _statement_day(value: Any, loan: Known, _here: Here) -> int | str:
    text = half_width(str(value)).lower()
    if text in _NOTHING:
        return ""
    found = re.fullmatch(r"(\d{1,2}) ?(st|nd|rd|th|日|号)?", text)
    if found is None or not 1 <= int(found[1]) <= 31:
        raise ValueError(say(loan["language"], "no_statement_day", value=shown(value)))
    return int(found[1])


def _day(value: Any, loan: Known, here: Here) -> tuple[date, bool]:
    """Read a date, and whether its year was given; ValueError says what to write."""
    today = here.today(loan)
    if type(value) is date:
        day, has_year = value, True
    else:
        try:
            typed = read_day(str(value), today)
        except Mistyped as error:
            raise _mistyped(error, value, loan) from None
        day, has_year = typed.on, typed.has_year
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise _mistyped(Mistyped("no_day"), value, loan)
    return day, has_year


def span(language: str, days: int) -> str:
    """Return a time in months, and from two years on in years, to the nearest."""
    months = round(days / 30.4375)
    if months < 24:
        return say(language, "span_months", number=months)
    return say(language, "span_years", number=round(days / 365.25))


def _sure_of_year(day: date, latest: date, loan: Known, here: Here) -> date:
    """Return *day*, which reaches to *latest*; Doubt where its year is hardly meant."""
    today, language = here.today(loan), loan["language"]
    if loan.get("sure"):
        return day
    facts: dict[str, Any] = {"day": day, "last": latest}
    if today - latest > _LONG_AGO:
        key = "long_ago" if day == latest else "ended_long_ago"
        facts["span"] = span(language, (today - latest).days)
    elif day - today > _FAR_AHEAD:
        key = "far_ahead"
        facts["span"] = span(language, (day - today).days)
    else:
        return day
    raise Doubt(day, key, "sure = true", usual=False, **facts)


def _due(value: Any, loan: Known, here: Here) -> date:
    day, _ = _day(value, loan, here)
    return _sure_of_year(day, day, loan, here)


def _first_due(value: Any, loan: Known, here: Here) -> date:
    """Read the first due date. It may well be past, so a year that was not given is asked for."""
    day, has_year = _day(value, loan, here)
    if not has_year:
        written = half_width(str(value))
        raise Doubt(day, "which_year", f"first_due = {day}", value=written, day=day)
    number = loan["installments"]
    last = islice(_dues({**loan, "first_due": day}), number - 1, None) if number else None
    latest = next(last, date.max) if last else loan.get("until") or date.max
    if latest < day:
        raise ValueError(say(loan["language"], "until_before", day=day, until=latest))
    return _sure_of_year(day, latest, loan, here)


def _until(value: Any, loan: Known, here: Here) -> date | str:
    if half_width(str(value)).lower() in _NOTHING:
        return ""
    return _day(value, loan, here)[0]


def _number(value: Any, loan: Known, _here: Here) -> int | str:
    """Read how many installments there are; nothing where a fixed amount goes on."""
    text = half_width(str(value)).lower()
    if loan["plan"] == FIXED and text in _NOTHING:
        return ""
    found = re.fullmatch(r"(\d{1,4}) ?(期|个月|months?|times|installments?|payments?)?", text)
    if found is None or not 1 <= int(found[1]) <= MAX_INSTALLMENTS:
        facts = {"value": shown(value), "most": MAX_INSTALLMENTS}
        raise ValueError(say(loan["language"], "no_number", **facts))
    return int(found[1])


def _rate(value: Any, loan: Known, _here: Here) -> tuple[str, str]:
    """Read a rate as its key in the configuration and its value; both empty for none at all."""
    text = half_width(str(value)).lower()
    if not _penalty_needs_rate(loan) and _NO_RATE.fullmatch(text):
        return ("", "")
    found = _RATE.search(text)
    keys = [key for key, (_, word) in _RATES.items() if word.search(text)]
    try:
        if found is None or len(keys) != 1:
            raise ValueError
        rate = re.sub(r"\s", "", found[0])
        TypeAdapter(_RATES[keys[0]][0]).validate_python(rate)
    except ValueError:
        raise ValueError(say(loan["language"], "no_rate", value=shown(value))) from None
    return keys[0], rate


def _name(value: Any, loan: Known, _here: Here) -> str:
    text = str(value).strip()
    if not text or len(text) > _LONGEST_NAME or not text.isprintable():
        raise ValueError(say(loan["language"], "no_name"))
    return text


def _currency(value: Any, loan: Known, _here: Here) -> str:
    code = half_width(str(value)).upper()
    try:
        return str(TypeAdapter(Currency).validate_python(code))
    except ValidationError:
        raise ValueError(say(loan["language"], "no_currency", value=shown(value))) from None


def _own_currency(loan: Known, _here: Here) -> str:
    """Return the currency of a preset's country, else of the time zone's."""
    from babel.core import get_global
    from babel.numbers import get_territory_currencies

    if loan["preset"] in preset_names():
        return _ABROAD.get(loan["preset"], "CNY")
    territory = get_global("zone_territories").get(loan["timezone"])
    found = get_territory_currencies(territory) if territory else []
    return found[0] if found else "CNY"


def _dues(loan: Known) -> Iterator[date]:
    """Yield the due dates that the answers come to, without an end where they name none."""
    terms = preset_terms(loan)
    days = BusinessDays(
        BusinessDayConvention(terms.get("business_day_convention", "none")), terms.get("calendar")
    )
    every: Frequency = TypeAdapter(FrequencyName).validate_python(loan.get("frequency", "monthly"))
    number, until = loan["installments"], loan.get("until")
    dues = (days.adjust(every.step(loan["first_due"], period)) for period in count())
    some = islice(dues, number) if number else dues
    return takewhile(lambda due: due <= until, some) if until else some


def past_dues(loan: Known, here: Here) -> list[date]:
    """Return the due dates before today, of a loan that is paid in installments."""
    if loan["plan"] == BILL:
        return []
    today = here.today(loan)
    return list(takewhile(lambda due: due < today, _dues(loan)))


def _paid_until(value: Any, loan: Known, here: Here) -> date | str:
    """Read up to when everything was paid: all that is past, nothing, or up to a date."""
    past, language = past_dues(loan, here), loan["language"]
    text = half_width(str(value)).lower()
    if text in ALL_PAID | NONE_PAID:
        # Nothing is due before the first due date: so the file says that the rest is open.
        until = past[-1] if text in ALL_PAID and past else loan["first_due"] - timedelta(days=1)
        return until if past else ""
    day, has_year = _day(value, loan, here)
    if not has_year and day >= here.today(loan):
        day = add_months(day, -12)  # of what was paid, the last such date is meant
    if day >= here.today(loan):
        raise ValueError(say(language, "paid_ahead", day=day))
    if day < loan["first_due"]:
        raise ValueError(say(language, "paid_before", day=day, first=loan["first_due"]))
    return day


def _nothing_past(loan: Known, here: Here) -> str | None:
    """Return the answer where nothing has fallen due; else there is none to be assumed."""
    return None if past_dues(loan, here) else ""


def _plan(loan: Known, _here: Here) -> str:
    return SCHEDULE if "repayment" in preset_terms(loan) else BILL


def implied(given: Known) -> dict[str, str]:
    """Return what the answers that a file gives say of others: a product's name, and the plan."""
    product = PRESETS.other_name(str(given.get("preset", "")))
    named = {"name": product} if product else {}
    if "principal" in given:
        return named | {"plan": SCHEDULE}
    if "amount" in given:
        return named | {"plan": FIXED if "first_due" in given else BILL}
    return named | ({"plan": BILL} if "due" in given else {})


def _of(*plans: str) -> Callable[[Known], bool]:
    return lambda loan: loan["plan"] in plans


def _penalty_needs_rate(loan: Known) -> bool:
    """Return whether being late is priced by a contract rate that the preset does not bring."""
    terms = preset_terms(loan)
    return not _brings_rate(terms) and not _OF_CONTRACT.isdisjoint(terms.get("penalty", {}))


def _brings_rate(terms: Known) -> bool:
    return "daily_rate" in terms or "annual_rate" in terms


def _asks_rate(loan: Known) -> bool:
    """Return whether figures need a rate that the preset does not bring."""
    figured = loan["plan"] == SCHEDULE or is_card(loan)
    return (figured and not _brings_rate(preset_terms(loan))) or _penalty_needs_rate(loan)


def _usual_rate(loan: Known, _here: Here) -> tuple[str, str] | None:
    if loan["preset"] in {NONE, PERSON}:
        return ("", "")
    return _USUAL_RATES.get(loan["preset"])


def _in_a_while(loan: Known, here: Here) -> date:
    return here.today(loan) + _IN_A_WHILE


LOAN_QUESTIONS = by_name(
    chosen(PRESETS, lambda _loan, _here: NONE),
    Question("name", _name, lambda loan, _here: say(loan["language"], f"name_{loan['preset']}")),
    Question("currency", _currency, _own_currency),
    chosen(PLANS, _plan),
    Question("rate", _rate, _usual_rate, _asks_rate, "preset"),
    Question("principal", _sum, lambda _l, _h: "10000.00", _of(SCHEDULE), "plan"),
    chosen(
        REPAYMENTS,
        lambda loan, _here: preset_terms(loan).get("repayment", "equal-installment"),
        asked=_of(SCHEDULE),
        bears_on="plan",
    ),
    Question("amount", _sum, lambda _l, _h: "1000.00", _of(BILL, FIXED), "plan"),
    Question("minimum", _minimum, lambda _l, _h: "", is_card, "preset"),
    Question("due", _due, _in_a_while, _of(BILL), "plan"),
    Question("statement_day", _statement_day, lambda _l, _h: "", is_card, "preset"),
    chosen(FREQUENCIES, lambda _loan, _here: "monthly", asked=_of(FIXED), bears_on="plan"),
    Question(
        "installments",
        _number,
        lambda loan, _here: 12 if loan["plan"] == SCHEDULE else "",
        _of(SCHEDULE, FIXED),
        "plan",
    ),
    Question(
        "until",
        _until,
        lambda _loan, _here: "",
        lambda loan: loan["plan"] == FIXED and not loan["installments"],
        "plan",
    ),
    Question("first_due", _first_due, _in_a_while, _of(SCHEDULE, FIXED), "plan"),
    Question("paid_until", _paid_until, _nothing_past, _of(SCHEDULE, FIXED), "plan"),
)
