"""How amounts, dates and words are written in each locale."""

import re
import string
import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import reminderd.messages
from reminderd.alerts.alert import Reason
from reminderd.loans import changes
from reminderd.loans.cashplan import Why
from reminderd.loans.charges import Charged, FeeOf
from reminderd.loans.cliffs import CliffReason
from reminderd.loans.frequency import BusinessDayConvention
from reminderd.loans.money import Money, Rate, Rounding
from reminderd.loans.payable import Odd
from reminderd.loans.presets import load_preset, preset_names
from reminderd.loans.projection import Way
from reminderd.loans.steps import Step
from reminderd.loans.terms import (
    InstallmentRounding,
    InterestFrom,
    InterestOn,
    LoanTerms,
    Prepayment,
    Repayment,
    RequestState,
    Residual,
    RoundingAt,
)
from reminderd.messages.words import words
from reminderd.playbook.facts import Bureau
from reminderd.playbook.playbook import LOCALES, Severity, packaged
from reminderd.store.book import BILLED, DEBIT_FAILED
from reminderd.store.outbox import State

ROOM = Path(reminderd.messages.__file__).parent
TODAY = date(2026, 11, 26)


def table(locale):
    return tomllib.loads(ROOM.joinpath("words", f"{locale}.toml").read_text("utf-8"))


def sentences(locale):
    return {
        (section, key): sentence
        for section, lines in table(locale).items()
        for key, sentence in lines.items()
    }


def variables(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_all_locales_have_the_same_words_with_the_same_variables():
    first, *others = (
        {key: variables(text) for key, text in sentences(locale).items()} for locale in LOCALES
    )
    for other in others:
        assert other == first


@pytest.mark.parametrize("locale", LOCALES)
def test_no_word_is_empty(locale):
    assert all(sentence.strip() for sentence in sentences(locale).values())


def test_every_word_is_used_somewhere():
    sources = [*ROOM.glob("*.py"), *ROOM.joinpath("templates").rglob("*.*")]
    sources += ROOM.parent.joinpath("cli").glob("*.py")
    text = "".join(source.read_text("utf-8") for source in sources)
    kinds = re.findall("``([a-z-]+)``", Step.__doc__)
    used = {"overdue", "overdue-person", *packaged().stages, *kinds, *Why, *Way, *changes.Why}
    used |= {f"{key}_{bureau}" for key in ("complaint", "report") for bureau in Bureau}
    used |= {f"cliff_{reason}" for reason in CliffReason}
    used |= {f"fee_percent_{of}" for of in FeeOf} | {f"installment_fee_{when}" for when in Charged}
    used |= {f"installment_{how}" for how in InstallmentRounding}
    used |= {
        f"{stage}-{what}"
        for stage in ("upcoming", "due-today")
        for what in ("least", "unknown", "statement")
    }
    used |= {f"of_{kind}" for kind in (DEBIT_FAILED, BILLED)}
    used |= {f"{what}_{state}" for what in ("already", "of") for state in RequestState}
    used |= {f"subject_{severity.name.lower()}" for severity in Severity}
    used |= {f"rounding_{mode}_{at}" for mode in Rounding for at in RoundingAt}
    used |= {"compounding-daily", "compounding-monthly", "rate_day", "rate_year"}
    used |= {"chart_last", "chart_alt"}
    used |= {*State, *Reason, *(severity.name.lower() for severity in Severity)}
    used |= {f"residual_{when}" for when in Residual} | {*Odd}
    used |= {f"{what}_{where}" for what in ("to", "went") for where in Prepayment}
    used |= {f"{on}_from_{since}" for on in InterestOn for since in InterestFrom}
    troubles = (Reason.BEYOND, Reason.UNRECKONED, Reason.UNWRITTEN)
    used |= {f"{key}_{reason}" for key in ("title", "do", "then") for reason in troubles}
    used |= {f"business_days_{how}" for how in BusinessDayConvention}
    keys = {key for section, key in sentences("en") if section != "fee_names"}
    unused = {key for key in keys if f'"{key}"' not in text and key not in used}
    assert unused == set()


def test_the_fees_of_presets_have_a_name_in_each_language():
    presets = [load_preset(name).defaults() for name in preset_names()]
    fees = {fee["name"] for preset in presets for fee in preset.get("fees", ()) if "name" in fee}
    assert set(table("en")["fee_names"]) == fees
    assert words("en").fee("违约金") == "late payment charge"
    assert words("zh-CN").fee("late charge") == "滞纳金"


def test_a_fee_of_another_name_keeps_it_and_one_without_a_name_has_the_usual():
    assert words("zh-CN").fee("dunning fee") == "dunning fee"
    assert words("zh-CN").fee(None) == "逾期费"


def test_every_state_and_reason_has_a_word():
    known = {section: set(table("en")[section]) for section in ("state", "reason")}
    assert known["state"] == set(State)
    assert known["reason"] == set(Reason)


def test_a_locale_that_nobody_wrote_is_an_error():
    with pytest.raises(FileNotFoundError):
        words("tlh")


@pytest.mark.parametrize(
    ("locale", "money", "written"),
    [
        ("zh-CN", Money(1234_50, "CNY"), "¥1,234.50"),
        ("en", Money(1234_50, "CNY"), "CN¥1,234.50"),
        ("en", Money(1234_50, "USD"), "$1,234.50"),
        ("zh-CN", Money(1234_50, "USD"), "US$1,234.50"),
        ("en", Money(0, "USD"), "$0.00"),
        ("en", Money(1, "USD"), "$0.01"),
        ("en", Money(9_999_999_999_99, "USD"), "$9,999,999,999.99"),
        ("en", Money(1234, "JPY"), "¥1,234"),
        ("zh-CN", Money(1234, "JPY"), "JP¥1,234"),
        ("en", Money(1234_567, "KWD"), "KWD1,234.567"),
        ("zh-CN", Money(1234_500, "KWD"), "KWD1,234.500"),
        ("en", Money(1234_50, "RSD"), "RSD1,234.50"),
        ("zh-CN", Money(1234_567, "IQD"), "IQD1,234.567"),
    ],
)
def test_an_amount_has_its_currencys_sign_and_digits(locale, money, written):
    assert words(locale).money(money) == written


@pytest.mark.parametrize(
    ("locale", "day", "written"),
    [
        ("zh-CN", date(2026, 12, 5), "12月5日"),
        ("zh-CN", date(2027, 1, 5), "2027年1月5日"),
        ("zh-CN", date(2028, 2, 29), "2028年2月29日"),
        ("en", date(2026, 12, 5), "Dec 5"),
        ("en", date(2027, 1, 5), "Jan 5, 2027"),
        ("en", date(2025, 12, 31), "Dec 31, 2025"),
    ],
)
def test_a_date_has_a_year_only_where_it_is_not_this_one(locale, day, written):
    assert words(locale).day(day, TODAY) == written


@pytest.mark.parametrize(
    ("locale", "count", "written"),
    [
        ("en", 1, "1 day"),
        ("en", 2, "2 days"),
        ("en", 45, "45 days"),
        ("zh-CN", 1, "1天"),
        ("zh-CN", 45, "45天"),
    ],
)
def test_days_are_counted_in_days_however_many(locale, count, written):
    assert words(locale).days(count) == written


@pytest.mark.parametrize(
    ("things", "locale", "written"),
    [
        (["06:00"], "en", "06:00"),
        (["06:00", "17:00"], "en", "06:00 and 17:00"),
        (["06:00", "17:00"], "zh-CN", "06:00和17:00"),
        (["a", "b", "c"], "en", "a, b, and c"),
        (["1", "2", "3"], "zh-CN", "1、2和3"),
    ],
)
def test_several_things_are_joined_as_the_language_does(things, locale, written):
    assert words(locale).listed(things) == written


@pytest.mark.parametrize(
    ("zone", "locale", "written"),
    [
        ("Asia/Shanghai", "en", "Nov 27 07:30"),
        ("Asia/Shanghai", "zh-CN", "11月27日 07:30"),
        ("America/New_York", "en", "18:30"),
    ],
)
def test_a_moment_is_told_on_the_loans_clock_with_its_date_unless_that_is_today(
    zone, locale, written
):
    moment = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    assert words(locale).moment(moment, zone, TODAY) == written


@pytest.mark.parametrize(
    ("value", "per", "locale", "written"),
    [
        ("0.0005", "day", "en", "0.05% a day"),
        ("0.00025", "day", "zh-CN", "日利率0.025%"),
        ("0.18", "year", "en", "18% a year (ACT/365F)"),
        ("0.0585", "year", "zh-CN", "年利率5.85%（ACT/365F）"),
        ("0.000000123", "day", "en", "0.0000123% a day"),
        ("0", "day", "en", "0% a day"),
        ("0.000166666666666665", "day", "zh-CN", "日利率0.0166666666666665%"),
        ("7.3", "year", "en", "730% a year (ACT/365F)"),
        ("12.5", "year", "en", "1250% a year (ACT/365F)"),
        ("56953.2784", "year", "en", "5695327.84% a year (ACT/365F)"),
    ],
)
def test_a_rate_is_a_percentage_with_its_exact_digits_and_period(value, per, locale, written):
    terms = LoanTerms("CNY", **SCHEDULE)
    assert words(locale).percent(Rate(Decimal(value), per), terms) == written


SCHEDULE = {
    "repayment": Repayment.EQUAL_PRINCIPAL,
    "principal": Decimal(1000),
    "installment_count": 5,
    "first_due": TODAY,
}
