"""Amounts, rates and the ways people write them."""

import ast
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, Inexact
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reminderd.loans
from reminderd.loans.money import (
    Money,
    Rate,
    Rounding,
    hardly_asked,
    minor_digits,
    parse_amount,
    parse_ratio,
    round_half_up,
    to_minor,
)

quick = settings(deadline=None, max_examples=200)
currencies = st.sampled_from(["CNY", "JPY", "KWD", "CLF"])


# ─── Amounts as people write them ───


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1234", "1234"),
        ("1234.5", "1234.5"),
        ("1234.50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1,234", "1234"),
        ("12,345,678.90", "12345678.90"),
        ("1_234.50", "1234.50"),
        (" 1234.50\t", "1234.50"),
        ("+5", "5"),
        ("-5.00", "-5.00"),
        ("-1,234", "-1234"),
        ("0", "0"),
        ("007", "7"),
        ("１２３４.５０", "1234.50"),
        (1234, "1234"),
        (-1, "-1"),
        (Decimal("1234.50"), "1234.50"),
        (Decimal("1.5E+3"), "1500"),
        ("99999999999999.99", "99999999999999.99"),
    ],
)
def test_an_amount_is_read_in_each_way_people_write_it(written, meant):
    assert parse_amount(written) == Decimal(meant)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "abc",
        "1.",
        ".5",
        "1e3",
        "--5",
        "5-",
        "1.2.3",
        "NaN",
        "Infinity",
        "1,2345",
        "12,34.50",
        "1,234,56",
        "1234,567",
        ",234",
        "1,234.",
    ],
)
def test_a_text_that_is_no_amount_is_refused_with_an_example(written):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence is compared whole
        parse_amount(written)
    assert str(refusal.value) == f'{written!r} is not an amount (write "1234.50")'


@pytest.mark.parametrize("written", ["0,500", "00,500", "-0,500"])
def test_a_comma_after_a_leading_zero_is_refused_because_it_may_be_a_decimal_comma(written):
    with pytest.raises(ValueError, match="is not an amount"):
        parse_amount(written)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (1234.5, "1234.5"),
        (True, "True"),
        (None, "None"),
        (["1"], "['1']"),
        (Decimal("NaN"), "NaN"),
        (Decimal("sNaN"), "sNaN"),
        (Decimal("Infinity"), "Infinity"),
    ],
)
def test_what_is_not_an_exact_number_is_no_amount(written, shown):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence is compared whole
        parse_amount(written)
    assert str(refusal.value) == f'{shown} is not an amount (write "1234.50")'


@pytest.mark.parametrize(
    "written", ["100000000000000", 10**14, -(10**14), Decimal("1E+14"), Decimal("1E+1000010")]
)
def test_an_amount_beyond_any_loan_is_refused_before_it_can_overflow(written):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence is compared whole
        parse_amount(written)
    assert str(refusal.value) == f"{written} is more than any loan (check the digits)"


@pytest.mark.parametrize("currency", ["CNY", "JPY", "KWD", "CLF"])
def test_the_largest_amount_that_is_read_fits_a_database_integer(currency):
    largest = parse_amount("9" * 14)
    assert to_minor(largest, currency) < 2**63


@quick
@given(st.integers(1 - 10**14, 10**14 - 1), currencies)
def test_an_amount_survives_being_printed_and_read_again(minor, currency):
    money = Money(minor, currency)
    assert Money.of(parse_amount(str(money)), currency) == money
    assert Money.of(parse_amount(f"{money.amount:,f}"), currency) == money


# ─── Minor units ───


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1234.5", "CNY", 123450),
        ("1234.500", "CNY", 123450),
        ("1E+3", "CNY", 100000),
        ("1234", "JPY", 1234),
        ("1234.0", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("1.2345", "CLF", 12345),
        ("-0.01", "EUR", -1),
    ],
)
def test_an_amount_becomes_whole_minor_units(amount, currency, minor):
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency", "digits"),
    [
        ("0.001", "CNY", 2),
        ("0.5", "JPY", 0),
        ("1.2345", "KWD", 3),
        ("1.23456", "CLF", 4),
        ("1E-1000010", "CNY", 2),
        # More digits than Decimal keeps by default: rounding must not hide the last one.
        ("1.0000000000000000000000000000001", "CNY", 2),
        ("0.00999999999999999999999999999999999", "CNY", 2),
    ],
)
def test_more_digits_than_the_currency_has_are_refused_and_never_rounded(amount, currency, digits):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence is compared whole
        to_minor(Decimal(amount), currency)
    sentence = f"{amount} has more than {digits} decimal digits, which {currency} allows"
    assert str(refusal.value) == sentence


# ISO 4217, list one as published by SIX on 1 January 2026: every currency with a minor unit. It is
# written down here since libraries have the digits in use (CLDR's), which change by release.
ISO_4217 = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
        CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
        GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK
        LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO
        NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS
        SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST
        XAD XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}


def test_every_currency_has_the_minor_digits_of_iso_4217():
    listed = {code: digits for digits, codes in ISO_4217.items() for code in codes.split()}
    assert len(listed) == 165
    assert {code: minor_digits(code) for code in listed} == listed


# ─── Money ───


def test_money_prints_with_exactly_the_digits_of_its_currency():
    shown = [str(Money(n, c)) for n, c in [(123450, "CNY"), (5, "CNY"), (1234, "JPY"), (1, "KWD")]]
    assert shown == ["1234.50", "0.05", "1234", "0.001"]


def test_money_of_one_currency_adds_and_subtracts():
    assert Money(150, "CNY") + Money(25, "CNY") == Money(175, "CNY")
    assert Money(150, "CNY") - Money(175, "CNY") == Money(-25, "CNY")


@pytest.mark.parametrize("combine", [Money.__add__, Money.__sub__])
def test_money_of_two_currencies_cannot_be_combined(combine):
    with pytest.raises(ValueError, match=r"^cannot combine CNY with USD$"):
        combine(Money(1, "CNY"), Money(1, "USD"))


def test_money_of_two_currencies_is_never_equal_nor_ordered():
    assert Money(1, "CNY") != Money(1, "USD")
    with pytest.raises(TypeError):
        assert Money(1, "CNY") < Money(2, "USD")


def test_only_no_money_is_false():
    assert not Money(0, "CNY")
    assert Money(-1, "CNY")
    assert Money(1, "CNY")


# ─── Rates and shares as people write them ───


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0.05%", "0.0005"),
        ("18%", "0.18"),
        ("18 %", "0.18"),
        (" 18% ", "0.18"),
        ("18％", "0.18"),
        ("１８％", "0.18"),
        ("3.875%", "0.03875"),
        ("150%", "1.5"),
        ("0%", "0"),
        ("-1%", "-0.01"),
        ("0.18", "0.18"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        (1, "1"),
        (Decimal("0.18"), "0.18"),
        (Decimal("5E-4"), "0.0005"),
    ],
)
def test_a_rate_is_read_as_a_percentage_or_as_a_decimal(written, meant):
    assert parse_ratio(written) == Decimal(meant)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "%",
        "abc",
        "18%%",
        "18 % %",
        "%18",
        "1 8%",
        "NaN",
        "Infinity%",
        "1000000",
        "1e1000010%",
        "0." + "0" * 20 + "1",
    ],
)
def test_a_text_that_is_no_rate_is_refused_with_examples(written):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence is compared whole
        parse_ratio(written)
    assert str(refusal.value) == f'{written!r} is not a rate (write "18%" or "0.18")'


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (0.18, "0.18"),
        (True, "True"),
        (None, "None"),
        (["1"], "['1']"),
        (Decimal("NaN"), "NaN"),
        (Decimal("-Infinity"), "-Infinity"),
        (Decimal("1E+1000010"), "1E+1000010"),
        (10**6, "1000000"),
    ],
)
def test_what_is_not_an_exact_number_is_no_rate(written, shown):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence is compared whole
        parse_ratio(written)
    assert str(refusal.value) == f'{shown} is not a rate (write "18%" or "0.18")'


@quick
@given(st.decimals("-999999", "999999", places=12))
def test_a_percentage_is_exactly_a_hundredth(number):
    assert Fraction(parse_ratio(f"{number:f}%")) == Fraction(number) / 100


def test_a_daily_rate_is_the_same_every_day_whatever_the_year():
    rate = Rate(Decimal("0.0005"), "day")
    assert rate.per_unit(360) == rate.per_unit(365) == Fraction(5, 10_000)


def test_an_annual_rate_is_divided_exactly_by_the_days_of_the_year():
    rate = Rate(Decimal("0.18"), "year")
    assert rate.per_unit(360) == Fraction(18, 36_000)
    assert rate.per_unit(365) == Fraction(18, 36_500)


def test_a_scaled_rate_keeps_its_period_and_every_digit():
    rate = Rate(Decimal("0.12345678901234567"), "day").scaled(Decimal("1.2345678901234567"))
    assert rate.per == "day"
    assert Fraction(rate.value) == Fraction("0.12345678901234567") * Fraction("1.2345678901234567")


# ─── Rounding ───


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(0, 7, 0), (49, 100, 0), (1, 2, 1), (149, 100, 1), (3, 2, 2), (5, 2, 3), (7, 1, 7)],
)
def test_halves_are_rounded_upwards(numerator, denominator, rounded):
    assert round_half_up(numerator, denominator) == rounded


@quick
@given(st.integers(0, 10**18), st.sampled_from([1, 2, 4, 5, 8, 20, 25, 1000, 4096]))
def test_rounding_agrees_with_the_decimal_module(numerator, denominator):
    exact = Decimal(numerator) / Decimal(denominator)  # these denominators divide exactly
    assert round_half_up(numerator, denominator) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("rounding", "rounded"),
    [
        # 0, 1/4, 1/2, 3/4, 1, 3/2, 7/4, 5/2 and 7/2
        (Rounding.HALF_UP, [0, 0, 1, 1, 1, 2, 2, 3, 4]),
        (Rounding.HALF_EVEN, [0, 0, 0, 1, 1, 2, 2, 2, 4]),
        (Rounding.DOWN, [0, 0, 0, 0, 1, 1, 1, 2, 3]),
    ],
)
def test_each_rounding_has_its_way_with_halves(rounding, rounded):
    assert [rounding.of(n, 4) for n in (0, 1, 2, 3, 4, 6, 7, 10, 14)] == rounded


@quick
@given(st.integers(0, 10**18), st.sampled_from([1, 2, 4, 5, 8, 20, 25, 1000, 4096]))
def test_every_rounding_agrees_with_the_decimal_module(numerator, denominator):
    exact = Decimal(numerator) / Decimal(denominator)  # these denominators divide exactly
    names = {
        Rounding.HALF_UP: ROUND_HALF_UP,
        Rounding.HALF_EVEN: ROUND_HALF_EVEN,
        Rounding.DOWN: ROUND_DOWN,
    }
    for rounding, name in names.items():
        assert rounding.of(numerator, denominator) == int(exact.quantize(Decimal(1), name))


def test_a_product_of_more_digits_than_are_kept_is_refused_and_not_rounded():
    """31 digits times 31 make 61, one more than there is room for."""
    with pytest.raises(Inexact):
        Rate(Decimal("1." + "1" * 30), "day").scaled(Decimal("1." + "1" * 30))


def test_no_binary_float_appears_where_money_is_computed():
    files = sorted(Path(reminderd.loans.__file__).parent.glob("*.py"))
    assert len(files) > 5
    floats = [
        f"{file.name}:{node.lineno}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]
    assert floats == []


@pytest.mark.parametrize(
    ("currency", "least"),
    [("CNY", 1), ("USD", 1), ("KWD", 1), ("JPY", 100), ("KRW", 1000), ("VND", 10_000)],
)
def test_a_rest_that_nobody_asks_for_goes_by_what_a_unit_is_worth(currency, least):
    assert hardly_asked(currency) == least
