"""How people write sums, rates, days and hours, and what is meant."""

from datetime import date, time
from decimal import Decimal

import pytest

from reminderd.loans.money import parse_amount, parse_ratio
from reminderd.loans.notation import day_meant, day_of, day_of_month, hour_of, rate_meant


@pytest.mark.parametrize(
    "written",
    [
        *(
            "2026-12-05",
            "2026-12-5",
            "2026/12/05",
            "2026.12.5",
            "2026年12月5日",
            "2026 年 12 月 5 号",
        ),
        *(
            "December 5, 2026",
            "Dec. 5th, 2026",
            "5 Dec 2026",
            "5th of December, 2026",
            "5-Dec-2026",
        ),
        "２０２６－１２－０５",
    ],
)
def test_a_day_that_can_only_be_one_is_read(written):
    assert day_of(written) == date(2026, 12, 5)


@pytest.mark.parametrize(
    "written", ["05/12/2026", "12月5日", "Dec 5", "2026-12/05", "2026-02-30", "Decembr 5, 2026", ""]
)
def test_a_day_that_could_be_another_or_none_is_not_read(written):
    assert day_of(written) is None


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("05/12/2026", "(write 2026-05-12 or 2026-12-05)"),
        ("05.05.2026", "(write 2026-05-05)"),
        ("15/12/2026", "(write 2026-12-15)"),
        ("12-5", "has no year (write 2026-12-05 or 2026-05-12)"),
        ("12月5日", "has no year (write it as in 2026-12-05)"),
        ("5 Dec", "has no year (write it as in 2026-12-05)"),
        ("每月20日", "has neither month nor year (write it as in 2026-12-20)"),
        ("“2026-12-05”", "(write 2026-12-05)"),
    ],
)
def test_a_day_that_is_not_read_is_answered_with_the_days_it_may_be(written, sentence):
    assert sentence in str(day_meant(written))


@pytest.mark.parametrize("written", ["tomorrow", "32/13/2026", "31st of Foo", "2月31日"])
def test_nothing_is_made_of_a_day_that_is_none(written):
    assert day_meant(written) is None


@pytest.mark.parametrize(
    ("written", "number"),
    [(5, 5), ("5th", 5), ("每月20日", 20), (0, None), (32, None), ("x", None)],
)
def test_a_day_of_the_month_is_read(written, number):
    assert day_of_month(written) == number


@pytest.mark.parametrize(
    ("written", "at"),
    [
        *(("9:00", time(9)), ("9点", time(9)), ("下午3点半", time(15, 30)), ("9 pm", time(21))),
        *(("12am", time(0)), ("12:30pm", time(12, 30)), ("09：05", time(9, 5))),
        *(("25:00", None), ("noon", None)),
    ],
)
def test_a_time_of_day_is_read_in_the_ways_people_say_it(written, at):
    assert hour_of(written) == at


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("¥5", 'has a currency in it, ¥ (write "5")'),
        ("$412.33", 'has a currency in it, $ (write "412.33", and currency = "USD" beside it)'),
        ("5 CNY", 'has a currency in it, CNY (write "5")'),
        ("1.2万元", 'has a currency in it, 元 (write "12000")'),
        ("0.12万", 'counts in 万 (write "1200")'),
        ("1 234", 'has a decimal or thousands sign of another kind (write "1234")'),
        ("1,23", 'has a decimal or thousands sign of another kind (write "1.23")'),
        ("1.234,50", 'has a decimal or thousands sign of another kind (write "1234.50")'),
        ("“5”", 'has quotes of another kind in it (write "5")'),
        (
            "5%",
            'is a rate, not a sum (write annual_rate = "5%", or percent = "5%" for a fee; '
            'or a sum, as in "1234.50")',
        ),
    ],
)
def test_a_sum_that_is_not_read_names_the_sign_and_the_plain_sum(written, sentence):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence is compared whole
        parse_amount(written)
    assert str(refusal.value) == f"{written!r} {sentence}"


@pytest.mark.parametrize(
    ("written", "write"),
    [
        *(("0,05%", '"0.05%"'), ("18 percent", '"18%"'), ("万分之五", '"0.05%"'), ("5‰", '"0.5%"')),
        ("0.05%/天", 'daily_rate = "0.05%"'),
        ("日息万5", 'daily_rate = "0.05%"'),
        ("18% p.a.", 'annual_rate = "18%"'),
        ("年化18%", 'annual_rate = "18%"'),
        ("1%/月", 'annual_rate = "12%", twelve times as much'),
    ],
)
def test_a_rate_that_is_not_read_is_answered_with_the_plain_rate(written, write):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence is compared whole
        parse_ratio(written)
    assert str(refusal.value) == f"{written!r} is not a rate (write {write})"


def test_a_rate_says_its_period():
    assert rate_meant("0.05% per day") == (Decimal("0.05"), "day")
    assert rate_meant("low") is None
