"""What people type for sums, dates and zones, as they type it."""

from datetime import date
from decimal import Decimal

import pytest

from reminderd.config.typed import Mistyped, read_day, read_sum, read_zone

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1150", "1150", None),
        ("1,150.00", "1150.00", None),
        ("１１５０", "1150", None),
        ("1，150．50", "1150.50", None),
        ("1'150.00", "1150.00", None),
        ("1 150,50", "1150.50", None),
        ("412,33", "412.33", None),
        ("1.150,00 €", "1150.00", "EUR"),
        ("$412.33", "412.33", "USD"),
        ("US$ 412.33", "412.33", "USD"),
        ("412.33 usd", "412.33", "USD"),
        ("HK$5", "5", "HKD"),
        ("1150元", "1150", "CNY"),
        ("¥1,150", "1150", "CNY"),
        ("￥1,150", "1150", "CNY"),
        ("RMB 1150", "1150", "CNY"),
        ("1150块钱", "1150", "CNY"),
        ("0.12万", "1200", None),
        ("0.125万元", "1250", "CNY"),
        ("100万", "1000000", None),
        ("-3", "-3", None),
    ],
)
def test_a_sum_is_read_however_it_is_written(text, amount, currency):
    typed = read_sum(text, "CNY")
    assert (typed.amount, typed.usual or None) == (Decimal(amount), currency)
    assert typed.fits(currency or "CNY")


@pytest.mark.parametrize(
    "text",
    ["", "soon", "1,15,0", "1,15.00", "1.150", "12 34", "¥5$", "5 apples", "1" * 15, "万", "1-2"],
)
def test_what_is_no_sum_or_could_be_two_is_refused(text):
    with pytest.raises(Mistyped) as refusal:
        read_sum(text, "CNY")
    assert refusal.value.why == "no_sum"


def test_three_digits_behind_the_point_are_coins_where_coins_are_that_small():
    assert read_sum("1.150", "KWD").amount == Decimal("1.150")


def test_a_sign_that_several_currencies_share_fits_each_of_them():
    assert all(read_sum("$5", "USD").fits(code) for code in ("USD", "CAD", "SGD"))
    assert not read_sum("$5", "CNY").fits("CNY")
    assert read_sum("¥5", "JPY").fits("JPY")


@pytest.mark.parametrize(
    ("text", "day", "has_year"),
    [
        ("2026-12-15", date(2026, 12, 15), True),
        ("2026-12-5", date(2026, 12, 5), True),
        ("2026/12/15", date(2026, 12, 15), True),
        ("2026.12.15", date(2026, 12, 15), True),
        ("２０２６－１２－１５", date(2026, 12, 15), True),
        ("20261215", date(2026, 12, 15), True),
        ("2026年12月15日", date(2026, 12, 15), True),
        ("2026年 12月 5号", date(2026, 12, 5), True),
        ("15.12.2026", date(2026, 12, 15), True),
        ("3.4.2027", date(2027, 4, 3), True),
        ("12/15/2026", date(2026, 12, 15), True),
        ("15/12/2026", date(2026, 12, 15), True),
        ("Dec 15, 2026", date(2026, 12, 15), True),
        ("15 December 2026", date(2026, 12, 15), True),
        ("12月15日", date(2026, 12, 15), False),
        ("12/15", date(2026, 12, 15), False),
        ("15/12", date(2026, 12, 15), False),
        ("15.12.", date(2026, 12, 15), False),
        ("5/5", date(2027, 5, 5), False),
        ("Dec 15", date(2026, 12, 15), False),
        ("Sept. 3rd", date(2027, 9, 3), False),
        ("3rd of December", date(2026, 12, 3), False),
    ],
)
def test_a_date_is_read_however_it_is_written(text, day, has_year):
    typed = read_day(text, TODAY)
    assert (typed.on, typed.has_year) == (day, has_year)


def test_a_date_without_a_year_is_the_next_one_and_today_counts():
    assert read_day("11月30日", TODAY).on == TODAY
    assert read_day("11月29日", TODAY).on == date(2027, 11, 29)
    assert read_day("2月29日", TODAY).on == date(2028, 2, 29)


@pytest.mark.parametrize("text", ["", "soon", "Feb 30", "2026-02-30", "13/32", "maybe 3", "0/5"])
def test_what_the_calendar_does_not_have_is_no_date(text):
    with pytest.raises(Mistyped) as refusal:
        read_day(text, TODAY)
    assert refusal.value.why == "no_day"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("5/12", (date(2026, 12, 5), date(2027, 5, 12))),
        ("3/4/2027", (date(2027, 3, 4), date(2027, 4, 3))),
    ],
)
def test_a_date_that_can_be_two_names_both(text, days):
    with pytest.raises(Mistyped) as refusal:
        read_day(text, TODAY)
    assert (refusal.value.why, refusal.value.days) == ("two_days", days)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("EST", "America/New_York"),
        ("Eastern Time", "America/New_York"),
        ("PST8PDT", "America/Los_Angeles"),
        ("UTC+8", "Asia/Shanghai"),
        ("GMT+08:00", "Asia/Shanghai"),
        ("+5:30", "Asia/Kolkata"),
        ("UTC-5", "America/New_York"),
        ("东八区", "Asia/Shanghai"),
        ("东九区", "Asia/Tokyo"),
        ("西五区", "America/New_York"),
        ("Asia/Hangzhou", "Asia/Shanghai"),
        ("UTC-10", "Pacific/Honolulu"),
        ("Asia/Beijing", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("上海", "Asia/Shanghai"),
        ("北京时间", "Asia/Shanghai"),
        ("纽约", "America/New_York"),
        ("New York", "America/New_York"),
        ("berlin", "Europe/Berlin"),
    ],
)
def test_a_place_or_an_abbreviation_lets_a_zone_be_guessed(text, name):
    zone = read_zone(text)
    assert (zone.name, zone.certain) == (name, False)


@pytest.mark.parametrize(
    ("text", "name"),
    [("Asia/Shanghai", "Asia/Shanghai"), ("america/new_york", "America/New_York"), ("UTC", "UTC")],
)
def test_a_zone_that_is_named_is_believed(text, name):
    zone = read_zone(text)
    assert (zone.name, zone.certain) == (name, True)


def test_cst_is_the_time_of_whoever_reads():
    assert read_zone("CST", "zh-CN").name == "Asia/Shanghai"
    assert read_zone("CST", "en").name == "America/Chicago"


@pytest.mark.parametrize("text", ["", "Asia/Shangai", "nowhere", "UTC+25", "UTC+0"])
def test_what_is_no_zone_is_none(text):
    assert read_zone(text) is None
