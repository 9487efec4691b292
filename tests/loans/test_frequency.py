"""Due dates: how often, on which day of the month, on which business day; held against QuantLib."""

import random
from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
import QuantLib as ql  # noqa: N813 - its own documentation calls it so
from hypothesis import assume, given
from hypothesis import strategies as st

from reminderd.loans.frequency import (
    MONTHLY,
    BusinessDayConvention,
    BusinessDays,
    Frequency,
    Unit,
    add_months,
)

PERIODS = {Unit.DAY: ql.Days, Unit.WEEK: ql.Weeks, Unit.MONTH: ql.Months}
TWICE = Frequency(1, Unit.HALF_MONTH)
ANCHORS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
CONVENTIONS = {
    BusinessDayConvention.NONE: ql.Unadjusted,
    BusinessDayConvention.FOLLOWING: ql.Following,
    BusinessDayConvention.MODIFIED_FOLLOWING: ql.ModifiedFollowing,
    BusinessDayConvention.PRECEDING: ql.Preceding,
}


def ql_date(day):
    return ql.Date(day.day, day.month, day.year)


def theirs(anchor, frequency, periods, *, end_of_month=False):
    """Return QuantLib's schedule of so many periods from an anchor."""
    step = ql.Period(frequency.count, PERIODS[frequency.unit])
    end = ql_date(anchor) + ql.Period(frequency.count * periods, PERIODS[frequency.unit])
    if end_of_month:
        end = ql.Date.endOfMonth(end)
    schedule = ql.Schedule(
        ql_date(anchor),
        end,
        step,
        ql.NullCalendar(),
        ql.Unadjusted,
        ql.Unadjusted,
        ql.DateGeneration.Forward,
        end_of_month,
    )
    return [day.to_date() for day in schedule]


def days_of(years):
    first, last = date(years[0], 1, 1), date(years[-1], 12, 31)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


# ─── How often ───


@pytest.mark.parametrize("unit", PERIODS)
@pytest.mark.parametrize("count", [1, 2, 3, 6, 10, 12, 13])
def test_due_dates_are_those_of_a_quantlib_schedule(unit, count):
    dice = random.Random(f"{unit}{count}")
    frequency = Frequency(count, unit)
    for _ in range(60):
        anchor = date(2000, 1, 1) + timedelta(days=dice.randint(0, 12_000))
        ours = [frequency.step(anchor, number) for number in range(13)]
        assert ours == theirs(anchor, frequency, 12), anchor


@pytest.mark.parametrize("count", [1, 2, 3, 6, 12])
def test_due_dates_at_the_end_of_the_month_are_those_of_a_quantlib_schedule(count):
    dice = random.Random(count)
    frequency = Frequency(count, Unit.MONTH)
    for _ in range(60):
        month = ql.Date(1, dice.randint(1, 12), dice.randint(1990, 2040))
        anchor = ql.Date.endOfMonth(month).to_date()
        ours = [frequency.step(anchor, number, end_of_month=True) for number in range(13)]
        assert ours == theirs(anchor, frequency, 12, end_of_month=True), anchor


@pytest.mark.parametrize(
    ("anchor", "end_of_month", "dues"),
    [
        (date(2026, 1, 31), False, ["2026-02-28", "2026-03-31", "2026-04-30"]),
        (date(2026, 4, 30), False, ["2026-05-30", "2026-06-30", "2026-07-30"]),
        (date(2026, 4, 30), True, ["2026-05-31", "2026-06-30", "2026-07-31"]),
        (date(2026, 2, 28), True, ["2026-03-31", "2026-04-30", "2026-05-31"]),
        # 2028 is a leap year: the 28th is not its February's last day, the 29th is.
        (date(2028, 2, 28), True, ["2028-03-28", "2028-04-28", "2028-05-28"]),
        (date(2028, 2, 29), True, ["2028-03-31", "2028-04-30", "2028-05-31"]),
        (date(2026, 4, 29), True, ["2026-05-29", "2026-06-29", "2026-07-29"]),
    ],
)
def test_a_months_last_day_stays_last_only_under_the_end_of_month_rule(anchor, end_of_month, dues):
    found = [MONTHLY.step(anchor, number, end_of_month=end_of_month) for number in (1, 2, 3)]
    assert [str(day) for day in found] == dues


@pytest.mark.parametrize(
    ("frequency", "before"),
    [
        (Frequency(10, Unit.DAY), date(2026, 3, 21)),
        (Frequency(2, Unit.WEEK), date(2026, 3, 17)),
        (Frequency(1, Unit.MONTH), date(2026, 2, 28)),
        (Frequency(3, Unit.MONTH), date(2025, 12, 31)),
    ],
)
def test_a_period_also_reaches_back(frequency, before):
    assert frequency.step(date(2026, 3, 31), -1) == before


# ─── Twice a month ───


@pytest.mark.parametrize(
    ("anchor", "end_of_month", "dues"),
    [
        # A day and the one fifteen days later, whichever of the two comes first.
        ("2026-01-01", False, ["2026-01-16", "2026-02-01", "2026-02-16", "2026-03-01"]),
        ("2026-01-20", False, ["2026-02-05", "2026-02-20", "2026-03-05", "2026-03-20"]),
        # The 15th and the last day, as most payrolls have it.
        ("2026-01-15", False, ["2026-01-31", "2026-02-15", "2026-02-28", "2026-03-15"]),
        ("2026-01-31", False, ["2026-02-15", "2026-02-28", "2026-03-15", "2026-03-31"]),
        ("2026-04-30", True, ["2026-05-15", "2026-05-31", "2026-06-15", "2026-06-30"]),
        ("2026-02-28", True, ["2026-03-15", "2026-03-31", "2026-04-15", "2026-04-30"]),
        # The 15th and the 30th, where that is the agreement.
        ("2026-01-30", False, ["2026-02-15", "2026-02-28", "2026-03-15", "2026-03-30"]),
        # A month without such a day has its last one instead; the next month has it again.
        ("2026-01-14", False, ["2026-01-29", "2026-02-14", "2026-02-28", "2026-03-14"]),
        ("2028-02-29", False, ["2028-03-14", "2028-03-29", "2028-04-14", "2028-04-29"]),
    ],
)
def test_two_due_dates_a_month_are_fifteen_days_apart_or_the_15th_and_the_last(
    anchor, end_of_month, dues
):
    first = date.fromisoformat(anchor)
    later = [TWICE.step(first, number, end_of_month=end_of_month) for number in (1, 2, 3, 4)]
    assert [str(day) for day in later] == dues


@given(ANCHORS, st.integers(-60, 60), st.booleans())
def test_every_second_of_two_a_month_is_a_month_later(anchor, months, at_end):
    """The same day, or the last one of a month that is too short, as the calendar has it."""
    last = at_end and (anchor + timedelta(days=1)).day == 1
    year, before = divmod(12 * anchor.year + anchor.month - 1 + months, 12)
    longest = monthrange(year, before + 1)[1]
    theirs = date(year, before + 1, longest if last else min(anchor.day, longest))
    assert TWICE.step(anchor, 2 * months, end_of_month=at_end) == theirs


@given(ANCHORS, st.integers(-40, 40), st.booleans())
def test_two_due_dates_a_month_are_two_in_each_month(anchor, start, at_end):
    dues = [TWICE.step(anchor, start + number, end_of_month=at_end) for number in range(26)]
    months = Counter((due.year, due.month) for due in dues)
    assert all(count == 2 for count in list(months.values())[1:-1])


# ─── Whatever the frequency ───

FREQUENCIES = st.builds(Frequency, st.integers(1, 12), st.sampled_from(Unit))


@given(ANCHORS, FREQUENCIES, st.integers(-40, 40), st.booleans())
def test_due_dates_follow_one_another_and_no_period_is_skipped(anchor, frequency, start, at_end):
    dues = [frequency.step(anchor, start + number, end_of_month=at_end) for number in range(9)]
    gaps = [(after - before).days for before, after in pairwise(dues)]
    units = frequency.count * {Unit.HALF_MONTH: 0.5, Unit.MONTH: 1}.get(frequency.unit, 0)
    for gap in gaps:
        # Of months one may be two days shorter than thirty, another one longer.
        assert abs(gap - frequency.days) <= (2 + units if units else 0)
    assert frequency.step(anchor, 0, end_of_month=at_end) == anchor


@given(ANCHORS, FREQUENCIES, st.integers(-40, 40), st.integers(-40, 40))
def test_steps_add_up_where_no_month_was_too_short_for_the_day(anchor, frequency, one, other):
    """From a day that every month has, it does not matter how many steps are taken at once."""
    anchor = anchor.replace(day=min(anchor.day, 28))
    twice = frequency.unit is Unit.HALF_MONTH
    assume(not twice or anchor.day not in (14, 15))  # whose other day not every month has
    assume(not twice or anchor.day + 15 <= 28 or anchor.day > 15)
    there = frequency.step(anchor, one)
    assert frequency.step(there, other) == frequency.step(anchor, one + other)
    assert frequency.step(there, -one) == anchor


def test_adding_months_ignores_the_end_of_the_month_unless_told():
    assert add_months(date(2026, 4, 30), 1) == date(2026, 5, 30)
    assert add_months(date(2026, 4, 30), 1, end_of_month=True) == date(2026, 5, 31)
    assert add_months(date(2026, 12, 31), -10, end_of_month=True) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("frequency", "year_days", "share"),
    [
        (Frequency(1, Unit.MONTH), 365, Fraction(1, 12)),
        (Frequency(3, Unit.MONTH), 360, Fraction(1, 4)),
        (Frequency(1, Unit.WEEK), 365, Fraction(1, 52)),
        (Frequency(2, Unit.WEEK), 360, Fraction(1, 26)),
        (Frequency(10, Unit.DAY), 365, Fraction(10, 365)),
        (Frequency(10, Unit.DAY), 360, Fraction(1, 36)),
        (Frequency(1, Unit.HALF_MONTH), 360, Fraction(1, 24)),
    ],
)
def test_a_periods_share_of_a_year_is_in_equal_months_equal_weeks_or_days(
    frequency, year_days, share
):
    assert frequency.of_year(year_days) == share


@pytest.mark.parametrize(
    ("unit", "days"),
    [(Unit.DAY, 3), (Unit.WEEK, 21), (Unit.HALF_MONTH, 45), (Unit.MONTH, 90)],
)
def test_the_days_of_a_period_take_a_month_as_thirty(unit, days):
    assert Frequency(3, unit).days == days


# ─── On which business day ───


@pytest.mark.parametrize("convention", BusinessDayConvention)
@pytest.mark.parametrize(
    ("calendar", "quantlib", "years"),
    [
        # Years that are over: of others, either library may learn before the other.
        ("CN", ql.China(ql.China.IB), (2010, 2025)),
        ("XECB", ql.TARGET(), (2000, 2025)),
        # From 2022, for the two differ on when the holiday of 19 June began to be kept.
        ("US", ql.UnitedStates(ql.UnitedStates.Settlement), (2022, 2025)),
    ],
)
def test_a_due_date_moves_to_the_business_day_that_quantlib_moves_it_to(
    convention, calendar, quantlib, years
):
    dice = random.Random(f"{convention}{calendar}")
    rule = BusinessDays(convention, calendar)
    for day in dice.sample(days_of(years), 1400):
        moved = quantlib.adjust(ql_date(day), CONVENTIONS[convention]).to_date()
        assert rule.adjust(day) == moved, day


@pytest.mark.parametrize("convention", BusinessDayConvention)
def test_a_german_due_date_moves_as_in_frankfurt_but_for_christmas_eve(convention):
    """QuantLib keeps Hesse's holidays, as DE-HE does, and the banks' Christmas Eve besides.

    Nor does it know of 31 October 2017, a holiday in all of Germany that once. So Decembers and
    the years before 2018 are left out, and those that are not over.
    """
    frankfurt, rule = ql.Germany(ql.Germany.Settlement), BusinessDays(convention, "DE-HE")
    for day in days_of((2018, 2025)):
        if day.month < 12:
            moved = frankfurt.adjust(ql_date(day), CONVENTIONS[convention]).to_date()
            assert rule.adjust(day) == moved, day


@pytest.mark.parametrize(
    ("convention", "moved"),
    [
        ("none", "2026-10-04"),
        ("following", "2026-10-08"),
        ("modified-following", "2026-10-08"),
        ("preceding", "2026-09-30"),
    ],
)
def test_a_due_date_in_golden_week_moves_out_of_it(convention, moved):
    """1 to 7 October 2026 are holidays in China; the 4th is a Sunday."""
    rule = BusinessDays(BusinessDayConvention(convention), "CN")
    assert str(rule.adjust(date(2026, 10, 4))) == moved


def test_modified_following_turns_back_where_the_month_would_end():
    """31 May 2026 is a Sunday: the next business day is in June, the one before is the 29th."""
    sunday = date(2026, 5, 31)
    following = BusinessDays(BusinessDayConvention.FOLLOWING, "XECB")
    modified = BusinessDays(BusinessDayConvention.MODIFIED_FOLLOWING, "XECB")
    assert following.adjust(sunday) == date(2026, 6, 1)
    assert modified.adjust(sunday) == date(2026, 5, 29)
    # Saturday the 30th would move to 1 June as well.
    assert modified.adjust(date(2026, 5, 30)) == date(2026, 5, 29)


def test_a_business_day_stays_where_it_is():
    for convention in BusinessDayConvention:
        assert BusinessDays(convention, "XECB").adjust(date(2026, 5, 29)) == date(2026, 5, 29)


def test_without_a_convention_or_a_calendar_nothing_moves():
    sunday = date(2026, 5, 31)
    assert BusinessDays().adjust(sunday) == sunday
    assert BusinessDays(BusinessDayConvention.NONE, "CN").adjust(sunday) == sunday
    assert BusinessDays(BusinessDayConvention.FOLLOWING).adjust(sunday) == sunday
