"""How a figure came about, step by step, in the words of both languages."""

import re
from datetime import date
from decimal import Decimal

import pytest

from reminderd.loans.charges import Amount, Cap, CapMode, Fee, FeeKind
from reminderd.loans.explain import explain, explain_next
from reminderd.loans.money import Rate
from reminderd.loans.owed import Owed
from reminderd.loans.position import value
from reminderd.loans.steps import Step
from reminderd.loans.terms import (
    Compounding,
    Extension,
    Loan,
    LoanTerms,
    Payment,
    Penalty,
    PenaltyRule,
    Repayment,
    Waiver,
)
from reminderd.messages.derivation import exact, rows
from reminderd.messages.words import words
from reminderd.playbook.playbook import LOCALES

TODAY = date(2026, 12, 9)
DUE = date(2026, 11, 15)
PAID = date(2026, 11, 20)
DAILY = Rate(Decimal("0.0005"), "day")
ANNUAL = Rate(Decimal("0.18"), "year")
MICRO = 10**6


def step(kind, minor, **details):
    """Return a step of so many minor units of CNY."""
    return Step(kind, int(Decimal(minor) * MICRO), "CNY", **details)


SPAN = {"start": DUE, "end": date(2026, 11, 19)}
# Each step, and what it is called and how it came about in English and in Chinese.
CASES = {
    "principal": (
        step("principal", 1000_00, due=DUE),
        ("Principal due Nov 15", "", "1000.00"),
        ("11月15日到期本金", "", "1000.00"),
    ),
    "interest that fell due, at a daily rate": (
        step(
            "scheduled-interest",
            150_00,
            due=DUE,
            base_minor=10000_00,
            rate=DAILY,
            days=30,
            start=date(2026, 10, 16),
            end=DUE,
        ),
        ("Interest due Nov 15", "Oct 16 to Nov 15: 10000.00 × 0.05% a day × 30 days", "150.00"),
        ("11月15日到期利息", "10月16日至11月15日：10000.00 × 日利率0.05% × 30天", "150.00"),
    ),
    "interest that fell due, of a month": (
        step(
            "scheduled-interest",
            150_00,
            due=DUE,
            base_minor=10000_00,
            rate=ANNUAL,
            days=1,
            year_days=12,
            start=date(2026, 10, 15),
            end=DUE,
            unit="year",
        ),
        ("Interest due Nov 15", "Oct 15 to Nov 15: 10000.00 × 18% a year × 1/12", "150.00"),
        ("11月15日到期利息", "10月15日至11月15日：10000.00 × 年利率18% × 1/12", "150.00"),
    ),
    "interest that fell due, at several rates": (
        step(
            "scheduled-interest", 150_00, due=DUE, base_minor=1, start=date(2026, 10, 15), end=DUE
        ),
        ("Interest due Nov 15", "Oct 15 to Nov 15", "150.00"),
        ("11月15日到期利息", "10月15日至11月15日", "150.00"),
    ),
    "interest of a deferment": (
        step(
            "capitalized",
            0,
            base_minor=5500_00,
            rate=ANNUAL,
            days=227,
            year_days=365,
            start=date(2026, 3, 24),
            end=date(2026, 11, 6),
            split=Owed(interest=615_70),
        ),
        (
            "Interest of 615.70, added to the principal on Nov 6",
            "Mar 24 to Nov 6: 5500.00 × 18% a year × 227/365",
            "0.00",
        ),
        (
            "利息615.70，11月6日计入本金",
            "3月24日至11月6日：5500.00 × 年利率18% × 227/365",
            "0.00",
        ),
    ),
    "interest that fell due, as listed": (
        step("scheduled-interest", 34_00, due=DUE),
        ("Interest due Nov 15", "", "34.00"),
        ("11月15日到期利息", "", "34.00"),
    ),
    "contract interest": (
        step("interest", 2_00, due=DUE, base_minor=1000_00, rate=DAILY, days=4, **SPAN),
        (
            "Contract interest since Nov 15",
            "Nov 15 to Nov 19: 1000.00 × 0.05% a day × 4 days",
            "2.00",
        ),
        (
            "11月15日这期逾期后的利息",
            "11月15日至11月19日：1000.00 × 日利率0.05% × 4天",
            "2.00",
        ),
    ),
    "a penalty at an annual rate, across the turn of the year": (
        step(
            "penalty",
            "147.945205",
            due=DUE,
            base_minor=1000_00,
            rate=ANNUAL,
            days=3,
            year_days=365,
            start=date(2026, 12, 31),
            end=date(2027, 1, 3),
        ),
        (
            "Penalty interest, installment of Nov 15",
            "Dec 31 to Jan 3, 2027: 1000.00 × 18% a year × 3/365",
            "1.47945205",
        ),
        (
            "11月15日这期的罚息",
            "12月31日至2027年1月3日：1000.00 × 年利率18% × 3/365",
            "1.47945205",
        ),
    ),
    "a penalty of one day": (
        step(
            "penalty",
            "61.7",
            due=DUE,
            base_minor=1234_00,
            rate=DAILY,
            days=1,
            start=DUE,
            end=date(2026, 11, 16),
        ),
        (
            "Penalty interest, installment of Nov 15",
            "Nov 15 to Nov 16: 1234.00 × 0.05% a day × 1 day",
            "0.617",
        ),
        ("11月15日这期的罚息", "11月15日至11月16日：1234.00 × 日利率0.05% × 1天", "0.617"),
    ),
    "interest on interest": (
        step("compound", "0.5", due=DUE, **SPAN),
        ("Interest on unpaid interest, installment of Nov 15", "Nov 15 to Nov 19", "0.005"),
        ("11月15日这期的复利", "11月15日至11月19日", "0.005"),
    ),
    "a fee": (
        step("fee", 25_00, due=DUE, end=PAID),
        ("Late fee on Nov 20, installment of Nov 15", "", "25.00"),
        ("11月20日收取11月15日这期的逾期费", "", "25.00"),
    ),
    "a fee by its name": (
        step("fee", 25_00, due=DUE, end=PAID, name="违约金"),
        ("Late payment charge on Nov 20, installment of Nov 15", "", "25.00"),
        ("11月20日收取11月15日这期的违约金", "", "25.00"),
    ),
    "a fee by a name in small letters": (
        step("fee", 25_00, due=DUE, end=PAID, name="late charge"),
        ("Late charge on Nov 20, installment of Nov 15", "", "25.00"),
        ("11月20日收取11月15日这期的滞纳金", "", "25.00"),
    ),
    "grace": (
        step("grace", -2_00, due=DUE, **SPAN),
        ("Spared within grace, installment of Nov 15", "", "-2.00"),
        ("11月15日这期在宽限期内，免收罚息", "", "-2.00"),
    ),
    "a cap": (
        step("cap", -3_00, due=DUE, end=TODAY),
        ("Cut by the cap, installment of Nov 15", "", "-3.00"),
        ("11月15日这期超出上限，扣减", "", "-3.00"),
    ),
    "a waiver": (
        step("waiver", -50_00, end=PAID),
        ("Waived on Nov 20", "", "-50.00"),
        ("11月20日减免", "", "-50.00"),
    ),
    "an extension": (
        step("extension", -1150_00, due=DUE, end=PAID),
        ("Extended on Nov 20, installment of Nov 15", "", "-1150.00"),
        ("11月15日这期已延期（11月20日商定）", "", "-1150.00"),
    ),
    "what was paid before anything is known": (
        step("paid-until", 0, end=PAID),
        ("Up to Nov 20: paid as scheduled", "", "0.00"),
        ("截至11月20日：已按期还款", "", "0.00"),
    ),
    "a debit that nobody has confirmed": (
        step("unconfirmed", -1075_75, due=DUE, end=TODAY),
        ("Debit of Nov 15, not confirmed", "", "-1075.75"),
        ("11月15日的扣款，尚未确认", "", "-1075.75"),
    ),
    "a debit that counts as made": (
        step("assumed", -1093_00, due=DUE, end=TODAY),
        ("Debit of Nov 15, assumed paid", "", "-1093.00"),
        ("11月15日的扣款，按已扣款处理", "", "-1093.00"),
    ),
    "a payment": (
        step("payment", -1152_50, end=PAID, split=Owed(1000_00, 150_00, 2_50)),
        (
            "Paid on Nov 20",
            "to principal 1000.00 + interest 150.00 + penalty interest 2.50",
            "-1152.50",
        ),
        ("11月20日还款", "冲抵本金 1000.00 + 利息 150.00 + 罚息 2.50", "-1152.50"),
    ),
    "a payment to fees alone": (
        step("payment", -25_00, end=PAID, split=Owed(fees=25_00)),
        ("Paid on Nov 20", "to fees 25.00", "-25.00"),
        ("11月20日还款", "冲抵费用 25.00", "-25.00"),
    ),
    "a payment for later": (
        step("payment", -25_00, end=PAID, split=Owed()),
        ("Paid on Nov 20", "", "-25.00"),
        ("11月20日还款", "", "-25.00"),
    ),
    "a payment of the year before": (
        step("payment", -25_00, end=date(2025, 12, 31), split=Owed()),
        ("Paid on Dec 31, 2025", "", "-25.00"),
        ("2025年12月31日还款", "", "-25.00"),
    ),
    "what was repaid early": (
        step("paid-early", 900_00, end=PAID),
        ("Repaid on Nov 20 before it was due", "", "900.00"),
        ("11月20日提前偿还未到期部分", "", "900.00"),
    ),
    "credit": (
        step("credit", 5_00),
        ("Kept for what falls due later", "", "5.00"),
        ("余款，用于以后各期", "", "5.00"),
    ),
    "what the last statement bore": (
        step("statement", 12_00, due=DUE),
        ("Interest of the last statement, due Nov 15", "", "12.00"),
        ("上期账单利息（11月15日应还）", "", "12.00"),
    ),
    "what an earlier delay left": (
        step("residual", 20_00, due=DUE),
        ("Left by an earlier delay, due Nov 15", "", "20.00"),
        ("此前逾期产生的余额，11月15日到期", "", "20.00"),
    ),
    "what is too little to be asked for": (
        step("left-over", -75),
        ("Left by lateness, too little to be asked for", "", "-0.75"),
        ("逾期产生的零头，一般不再收取", "", "-0.75"),
    ),
    "what is asked for with a later installment": (
        step("carried", -30_50, end=PAID),
        ("Asked for with a later installment, since Nov 20", "", "-30.50"),
        ("11月20日起并入以后的应还款", "", "-30.50"),
    ),
    "a penalty by the day": (
        step("penalty", 60_00, due=DUE, base_minor=5_00, days=12),
        ("Penalty interest, installment of Nov 15", "5.00 a day × 12 days", "60.00"),
        ("11月15日这期的罚息", "每日5.00 × 12天", "60.00"),
    ),
    "the least penalty": (
        step("least-penalty", 60, due=DUE),
        ("Up to the least penalty, installment of Nov 15", "", "0.60"),
        ("11月15日这期补足最低罚息", "", "0.60"),
    ),
    "a fee for paying in installments": (
        step("installment-fee", 60_00, due=DUE),
        ("Fee of the installment due Nov 15", "", "60.00"),
        ("11月15日到期分期手续费", "", "60.00"),
    ),
    "rounding": (
        step("rounding", "0.3"),
        ("Rounding", "", "0.003"),
        ("取整", "", "0.003"),
    ),
    "the total": (step("total", 1157_50), ("Total", "", "1157.50"), ("合计", "", "1157.50")),
}
PLACE = {"en": 1, "zh-CN": 2}

every_locale = pytest.mark.parametrize("locale", LOCALES)


@every_locale
@pytest.mark.parametrize("case", CASES)
def test_a_step_says_what_it_is_and_how_it_came_about(case, locale):
    [row] = rows([CASES[case][0]], words(locale), TODAY)
    assert tuple(row) == CASES[case][PLACE[locale]]


def test_every_kind_of_step_is_among_these():
    kinds = set(re.findall("``([a-z-]+)``", Step.__doc__))
    assert {case[0].kind for case in CASES.values()} == kinds


def test_the_words_on_derivations_are_about_these_kinds_and_their_parts():
    kinds = {case[0].kind for case in CASES.values()}
    parts = {"amount_a_day", "days", "days_of_year", "span", "rate_day", "rate_year", "split"}
    assert set(words("en").table["derivation"]) == kinds | parts


@pytest.mark.parametrize(
    ("currency", "micros", "written"),
    [
        ("CNY", 123400 * MICRO, "1234.00"),
        ("CNY", 0, "0.00"),
        ("CNY", 61_700_000, "0.617"),
        ("CNY", 14794520548, "147.94520548"),
        ("CNY", 1, "0.00000001"),
        ("CNY", -1, "-0.00000001"),
        ("CNY", -115_000 * MICRO, "-1150.00"),
        ("CNY", 99_999_999_999_99 * MICRO, "99999999999.99"),
        ("JPY", 1234 * MICRO, "1234"),
        ("JPY", 0, "0"),
        ("JPY", 61_700_000, "61.7"),
        ("JPY", 1, "0.000001"),
        ("JPY", 10 * MICRO, "10"),
        ("KWD", 1234_500 * MICRO, "1234.500"),
        ("KWD", 61_700_000, "0.0617"),
        ("KWD", 1, "0.000000001"),
        ("KWD", 0, "0.000"),
    ],
)
def test_an_amount_has_its_currencys_digits_and_more_only_where_they_count(
    currency, micros, written
):
    assert exact(Step("total", micros, currency)) == written


@pytest.mark.parametrize(
    ("currency", "base", "split"),
    [("JPY", "1234", "1000 + interest 1"), ("KWD", "1.234", "1.000 + interest 0.001")],
)
def test_bases_and_splits_have_the_digits_of_their_currency(currency, base, split):
    steps = [
        Step("penalty", 0, currency, DUE, 1234, DAILY, 1, None, DUE, TODAY),
        Step("payment", 0, currency, end=PAID, split=Owed(1000, 1)),
    ]
    factors, paid = rows(steps, words("en"), TODAY)
    assert f": {base} × 0.05% a day × 1 day" in factors.how
    assert paid.how == f"to principal {split}"


# ─── a loan on which everything happens ───


def eventful(currency="CNY"):
    """Return a loan with a step of nearly every kind; amounts fit every currency."""
    terms = LoanTerms(
        currency,
        repayment=Repayment.EQUAL_PRINCIPAL,
        principal=Decimal(100_000),
        installment_count=5,
        first_due=date(2026, 7, 15),
        contract_rate=ANNUAL,
        penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0015")),
        compounding=Compounding.MONTHLY,
        grace_days=3,
        fees=(Fee(Amount(FeeKind.PERCENT, Decimal("0.05"))),),
        caps=(Cap(CapMode.ENFORCE, annual_rate=Decimal("0.36"), source="law"),),
        waivers=(Waiver(date(2026, 10, 1), Decimal(50)),),
        extensions=(Extension(date(2026, 9, 15), date(2026, 9, 25), (date(2026, 12, 1),)),),
    )
    payments = (
        Payment(date(2026, 8, 18), Decimal(21_000)),
        Payment(date(2026, 8, 20), Decimal(10_000)),
    )
    return Loan("raw-id", "A loan", terms, "UTC", payments)


@every_locale
@pytest.mark.parametrize("currency", ["CNY", "JPY", "KWD"])
@pytest.mark.parametrize("day", [date(2026, 10, 20), date(2026, 11, 17), date(2027, 1, 20)])
def test_every_row_of_an_eventful_loan_is_whole_and_they_add_up(locale, currency, day):
    steps = explain(eventful(currency), day)
    found = rows(steps, words(locale), day)
    *parts, total = (Decimal(row.amount) for row in found)
    assert sum(parts) == total == value(eventful(currency), day).due_total.amount
    for row in found:
        for text in row[:2]:
            assert text == text.strip()
            assert not re.search(r"  |\(\)|（）|[{}]|None|raw-id|：$|: $|[ ，,]$", text), text
        assert row.label


def test_the_eventful_loan_has_nearly_every_kind_of_step():
    days = [date(2026, 8, 16), date(2026, 11, 17), date(2027, 1, 20)]
    kinds = {found.kind for day in days for found in explain(eventful(), day)}
    assert kinds >= {
        *("principal", "scheduled-interest", "interest", "penalty", "compound", "fee"),
        *("grace", "cap", "waiver", "extension", "payment", "rounding", "total"),
    }


@every_locale
def test_no_ascii_punctuation_stands_among_chinese_words_and_none_of_theirs_among_english(locale):
    text = "".join(f"{row.label} {row.how}\n" for row in rows(steps_of_all(), words(locale), TODAY))
    alien = {"en": r"[，。；：（）、]", "zh-CN": r"[一-鿿][,;:()]|[,;:()][一-鿿]"}[locale]
    assert not re.search(alien, text)


def steps_of_all():
    return [case[0] for case in CASES.values()]


def test_with_nothing_due_the_rows_lead_to_what_comes_next():
    loan = eventful()
    position = value(loan, date(2026, 7, 1))
    found = rows(explain_next(position), words("en"), date(2026, 7, 1))
    assert [row.label for row in found] == ["Principal due Jul 15", "Interest due Jul 15", "Total"]
    assert found[1].how == "Jun 15 to Jul 15: 100000.00 × 18% a year × 30/365"
    assert found[-1].amount == str(position.to_pay)
