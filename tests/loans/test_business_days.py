"""Which days are worked, holidays and make-up workdays included."""

from datetime import date, timedelta

import pytest
import QuantLib as ql  # noqa: N813 - its own documentation calls it so

from reminderd.loans.business_days import check_calendar, is_business_day, is_provisional


def days_of(year):
    return [date(year, 1, 1) + timedelta(days=n) for n in range(366 if year % 4 == 0 else 365)]


def ql_date(day):
    return ql.Date(day.day, day.month, day.year)


# Against QuantLib only years that are over: of others, either library may learn before the other.
@pytest.mark.parametrize("year", range(2010, 2026))
def test_every_day_of_a_past_chinese_year_is_worked_or_not_as_quantlib_says(year):
    china = ql.China(ql.China.IB)
    wrong = [
        d for d in days_of(year) if is_business_day(d, "CN") != china.isBusinessDay(ql_date(d))
    ]
    assert wrong == []


def test_every_day_of_2026_is_worked_or_not_as_china_announced():
    """国务院办公厅关于2026年部分节假日安排的通知, 4 November 2025: 放假调休 and 上班."""
    off = ["01-01 01-03", "02-15 02-23", "04-04 04-06", "05-01 05-05", "06-19 06-21"]
    off += ["09-25 09-27", "10-01 10-07"]
    made_up = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]

    def worked(day):
        in_year = f"{day:%m-%d}"
        if any(first <= in_year <= last for first, last in map(str.split, off)):
            return False
        return day.weekday() < 5 or in_year in made_up

    assert [d for d in days_of(2026) if is_business_day(d, "CN") != worked(d)] == []


@pytest.mark.parametrize("year", range(2002, 2026))
def test_every_day_of_the_euro_area_is_worked_or_not_as_quantlib_says(year):
    target = ql.TARGET()
    wrong = [
        d for d in days_of(year) if is_business_day(d, "XECB") != target.isBusinessDay(ql_date(d))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 28), True),
        (date(2026, 2, 21), False),  # a Saturday within the festival
        (date(2026, 2, 17), False),  # the lunar new year, a Tuesday
        (date(2026, 3, 7), False),  # a Saturday like any other
        (date(2026, 3, 9), True),
    ],
)
def test_china_works_on_the_weekends_that_make_up_for_a_holiday(day, worked):
    assert is_business_day(day, "CN") is worked


def test_where_banks_have_holidays_of_their_own_they_count():
    """銀行法施行令 第五条: 31 December to 3 January; before that, only 1 January is a holiday."""
    days = [date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 2), date(2027, 1, 3)]
    days += [date(2027, 1, 4), date(2024, 1, 2), date(2024, 1, 3)]
    assert [is_business_day(day, "JP") for day in days] == [
        *(True, False, False, False),
        *(True, False, False),
    ]


def test_a_state_may_have_holidays_of_its_own():
    """Epiphany, Tuesday 6 January 2026, is kept in Bavaria but not in all of Germany."""
    epiphany = date(2026, 1, 6)
    assert not is_business_day(epiphany, "DE-BY")
    assert is_business_day(epiphany, "DE")


def test_a_market_and_a_country_are_different_calendars():
    """German Unity Day is a holiday in Germany, but the euro's payment system works."""
    unity_day = date(2025, 10, 3)
    assert not is_business_day(unity_day, "DE")
    assert is_business_day(unity_day, "XECB")


def test_a_published_chinese_year_is_final_and_a_later_one_provisional():
    assert not is_provisional(date(2026, 1, 1), "CN")
    assert not is_provisional(date(2026, 12, 31), "CN")
    assert not is_provisional(date(2025, 6, 1), "CN")
    assert is_provisional(date(2099, 6, 1), "CN")


def test_a_year_published_does_not_make_another_one_final():
    assert not is_provisional(date(2026, 6, 1), "CN")
    assert is_provisional(date(2098, 6, 1), "CN")


def test_only_a_country_that_moves_workdays_by_yearly_notice_is_ever_provisional():
    assert not is_provisional(date(2099, 6, 1), "XECB")
    assert not is_provisional(date(2099, 6, 1), "DE-BY")


@pytest.mark.parametrize("calendar", ["CN", "DE", "DE-BY", "US", "XECB", "XNYS"])
def test_a_country_its_part_or_a_market_is_a_calendar(calendar):
    check_calendar(calendar)


@pytest.mark.parametrize(
    "calendar", ["", "XX", "china", "DE-XX", "DE-", "CN-", "XECB-1", "-BY", "HolidayBase"]
)
def test_a_calendar_that_nobody_knows_is_refused_with_examples(calendar):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence is compared whole
        check_calendar(calendar)
    assert str(refusal.value) == (
        f"there is no calendar {calendar!r} "
        '(write a country, as "CN" or "DE-BY", or a market, as "XECB")'
    )
    assert refusal.value.__cause__ is None
