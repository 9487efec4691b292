"""Day counts, compared with QuantLib's."""

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import QuantLib as ql  # noqa: N813 - its own documentation calls it so

from reminderd.loans.daycount import DayCount, days_between
from reminderd.loans.money import Rate

FIRST, LAST = date(1901, 1, 1), date(2199, 12, 31)  # what QuantLib's calendar holds
QUANTLIB = {
    DayCount.ACT_360: ql.Actual360(),
    DayCount.ACT_365F: ql.Actual365Fixed(),
    DayCount.ACT_ACT_ISDA: ql.ActualActual(ql.ActualActual.ISDA),
    DayCount.THIRTY_360: ql.Thirty360(ql.Thirty360.BondBasis),
    DayCount.THIRTY_E_360: ql.Thirty360(ql.Thirty360.EurobondBasis),
}


def ql_date(day):
    return ql.Date(day.day, day.month, day.year)


def random_days(count):
    dice = random.Random(4217)
    span = (LAST - FIRST).days
    return [FIRST + timedelta(days=dice.randint(0, span)) for _ in range(count)]


def month_ends():
    """Return the days around each month's end of leap years, common years and century years."""
    starts = [date(y, m, 1) for y in (1904, 2000, 2023, 2024, 2026, 2100) for m in range(1, 13)]
    return [start + timedelta(days=shift) for start in starts for shift in (-2, -1, 0, 1)]


def test_days_between_agrees_with_quantlib_over_thousands_of_pairs():
    days = random_days(3000) + month_ends()
    pairs = [*zip(days, days[1:], strict=False), *zip(days, reversed(days), strict=True)]
    assert len(pairs) > 6000
    wrong = [
        (start, end)
        for start, end in pairs
        if days_between(start, end) != ql_date(end) - ql_date(start)
    ]
    assert wrong == []


@pytest.mark.parametrize("convention", DayCount)
def test_a_years_interest_over_any_period_agrees_with_quantlib(convention):
    """Interest of 100 % on 1 over a period is the period's year fraction."""
    days = [*random_days(3000), *month_ends()]
    per_unit = Rate(Decimal(1), "year").per_unit(convention.year_units)
    for start, end in map(sorted, zip(days, days[1:], strict=False)):
        ours = float(per_unit * convention.units(start, end))
        theirs = QUANTLIB[convention].yearFraction(ql_date(start), ql_date(end))
        assert ours == pytest.approx(theirs, abs=1e-12), (start, end)


def test_the_first_day_is_not_counted_and_the_last_one_is():
    assert days_between(date(2026, 3, 1), date(2026, 3, 1)) == 0
    assert days_between(date(2026, 3, 1), date(2026, 3, 2)) == 1


def test_the_leap_day_counts_only_where_there_is_one():
    assert days_between(date(2024, 2, 28), date(2024, 3, 1)) == 2
    assert days_between(date(2026, 2, 28), date(2026, 3, 1)) == 1
    assert days_between(date(2100, 2, 28), date(2100, 3, 1)) == 1


def test_a_leap_year_is_more_than_a_year_under_both_conventions():
    days = days_between(date(2024, 1, 1), date(2025, 1, 1))
    assert Fraction(days, DayCount.ACT_360.year_units) == Fraction(366, 360)
    assert Fraction(days, DayCount.ACT_365F.year_units) == Fraction(366, 365)


def test_a_split_period_adds_up():
    start, middle, end = date(2023, 12, 31), date(2024, 2, 29), date(2025, 2, 28)
    assert days_between(start, middle) + days_between(middle, end) == days_between(start, end)


def test_conventions_are_named_as_the_market_writes_them():
    assert [str(convention) for convention in DayCount] == [
        "ACT/360",
        "ACT/365F",
        "ACT/ACT ISDA",
        "30/360",
        "30E/360",
    ]


@pytest.mark.parametrize("convention", DayCount)
def test_the_pieces_of_a_period_are_the_period(convention):
    """What a derivation shows as days of a year is exactly what accrued."""
    days = random_days(400)
    for start, end in map(sorted, zip(days, days[1:], strict=False)):
        pieces = convention.pieces(start, end)
        shown = sum(Fraction(count, of_year) for _, _, count, of_year in pieces)
        assert shown == Fraction(convention.units(start, end), convention.year_units)
        assert all(a[1] == b[0] for a, b in zip(pieces, pieces[1:], strict=False))


@pytest.mark.parametrize("convention", [c for c in DayCount if c is not DayCount.THIRTY_360])
def test_all_but_30_360_add_up_however_a_period_is_split(convention):
    for first, second, third in zip(*[iter(sorted(random_days(600)))] * 3, strict=True):
        whole = convention.units(first, third)
        assert whole == convention.units(first, second) + convention.units(second, third)


def test_30_360_does_not_add_up_over_a_31st():
    """So a payment on such a day can shift the interest by a day, as it does with a lender."""
    start, middle, end = date(2026, 1, 29), date(2026, 1, 30), date(2026, 1, 31)
    units = DayCount.THIRTY_360.units
    assert (units(start, end), units(start, middle) + units(middle, end)) == (2, 1)


@pytest.mark.parametrize(
    ("start", "end", "units"),
    [
        # ACT, ACT/ACT × 365 × 366, 30/360, 30E/360
        (date(2026, 1, 30), date(2026, 1, 31), (1, 366, 0, 0)),
        (date(2026, 1, 31), date(2026, 2, 28), (28, 28 * 366, 28, 28)),
        (date(2026, 2, 28), date(2026, 3, 31), (31, 31 * 366, 33, 32)),
        (date(2026, 1, 29), date(2026, 1, 31), (2, 2 * 366, 2, 1)),
        (date(2026, 1, 31), date(2026, 3, 31), (59, 59 * 366, 60, 60)),
        (date(2026, 1, 31), date(2026, 3, 30), (58, 58 * 366, 60, 60)),
        (date(2024, 2, 28), date(2024, 2, 29), (1, 365, 1, 1)),
        (date(2024, 2, 29), date(2024, 3, 1), (1, 365, 2, 2)),
        (date(2023, 12, 31), date(2024, 1, 1), (1, 366, 1, 1)),
        (date(2024, 12, 31), date(2025, 1, 1), (1, 365, 1, 1)),
        (date(2024, 1, 1), date(2025, 1, 1), (366, 365 * 366, 360, 360)),
        (date(2026, 3, 1), date(2026, 3, 1), (0, 0, 0, 0)),
    ],
)
def test_the_units_around_month_ends_and_leap_days(start, end, units):
    conventions = [
        DayCount.ACT_360,
        DayCount.ACT_ACT_ISDA,
        DayCount.THIRTY_360,
        DayCount.THIRTY_E_360,
    ]
    assert tuple(convention.units(start, end) for convention in conventions) == units
    assert DayCount.ACT_365F.units(start, end) == units[0]


def test_act_act_pieces_are_cut_on_new_years_day():
    pieces = DayCount.ACT_ACT_ISDA.pieces
    new_year = date(2024, 1, 1)
    assert pieces(date(2023, 12, 31), date(2024, 1, 2)) == [
        (date(2023, 12, 31), new_year, 1, 365),
        (new_year, date(2024, 1, 2), 1, 366),
    ]
    assert pieces(date(2023, 12, 30), new_year) == [(date(2023, 12, 30), new_year, 2, 365)]
    assert pieces(new_year, date(2024, 1, 3)) == [(new_year, date(2024, 1, 3), 2, 366)]
    assert pieces(new_year, new_year) == []
