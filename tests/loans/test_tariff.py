"""Rates made exact: segments, their units, and what is written on paper about them."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest

from reminderd.loans.daycount import DayCount
from reminderd.loans.money import Rate
from reminderd.loans.tariff import exact, tariff

DUE = date(2026, 3, 1)


def after(days):
    return DUE + timedelta(days=days)


def number(day):
    return day.toordinal()


def yearly(percent):
    return Rate(Decimal(percent) / 100, "year")


@pytest.fixture
def tariff_of(one_sum):
    """Return a function giving the tariff of a loan in plain words."""

    def work_out(**words):
        return tariff(one_sum("1000", DUE, **words).terms)

    return work_out


@pytest.fixture
def earned(tariff_of):
    """Return a function giving what 100.00 earn, in cents, from one meter over some days."""

    def work_out(meter, first, last, **words):
        rates = tariff_of(**words)
        accrued = getattr(rates, meter).earn(100_00, number(first), number(last))
        return Fraction(accrued, rates.scale)

    return work_out


# ─── One rate ───


def test_a_plain_rate_is_one_factor_for_each_day(tariff_of):
    """18 % over 360 days is 1/2000 a day, the penalty 1/1000: over one denominator 1 and 2."""
    rates = tariff_of(annual_rate="18%", day_count="ACT/360", penalty={"daily_rate": "0.1%"})
    assert (rates.scale, rates.interest.factor, rates.penalty.factor) == (2000, 1, 2)


def test_a_rate_by_a_convention_that_does_not_count_days_has_no_factor_for_a_day(tariff_of):
    rates = tariff_of(annual_rate="18%", day_count="30/360", penalty={"daily_rate": "0.1%"})
    assert rates.interest.factor is None
    assert rates.penalty.factor == 2  # a daily rate counts days whatever the convention


def test_a_year_by_act_act_is_as_much_in_a_leap_year_as_in_another(earned):
    words = {"annual_rate": "18%", "day_count": "ACT/ACT ISDA"}
    for year in (2023, 2024):
        assert earned("interest", date(year, 1, 1), date(year + 1, 1, 1), **words) == 18_00


def test_a_month_by_30_360_is_a_twelfth_of_a_year(earned):
    words = {"annual_rate": "18%", "day_count": "30/360"}
    assert earned("interest", date(2026, 2, 1), date(2026, 3, 1), **words) == 150


def test_no_rate_earns_nothing(earned, tariff_of):
    assert earned("interest", DUE, after(99)) == 0
    assert tariff_of().interest.on_paper(number(DUE), number(after(99))) == []


def test_interest_on_what_is_overdue_stops_where_it_does_not_continue(earned):
    words = {"daily_rate": "0.05%", "contract_interest_continues": False}
    assert earned("interest", DUE, after(10), **words) == 0
    assert earned("scheduled", DUE, after(10), **words) == 50


def test_what_a_base_earns_over_several_spans_adds_up(tariff_of):
    rates = tariff_of(daily_rate="0.05%")
    spans = [(DUE, after(3)), (after(10), after(11))]
    assert exact(rates.scheduled, rates.scale, 100_00, spans) == 4 * 5
    assert exact(rates.scheduled, rates.scale, 1, [(DUE, after(1))]) == Fraction(1, 2000)


# ─── Rates that change ───

CHANGE = {"daily_rate": "0.05%", "rate_changes": [(after(10), {"daily_rate": "0.01%"})]}


@pytest.mark.parametrize(
    ("first", "last", "cents"),
    [
        (0, 10, 50),  # the day of the change is still at the old rate
        (9, 10, 5),
        (10, 11, 1),  # the day after it is the first at the new one
        (9, 11, 6),
        (0, 20, 60),
        (10, 20, 10),
        (15, 15, 0),
    ],
)
def test_a_new_rate_counts_from_the_day_after_its_date(earned, first, last, cents):
    assert earned("interest", after(first), after(last), **CHANGE) == cents


def test_a_change_of_the_contract_alone_keeps_the_penalty(earned):
    words = CHANGE | {"penalty": {"daily_rate": "0.1%"}}
    assert earned("penalty", DUE, after(20), **words) == 200


def test_a_penalty_that_refers_to_the_contract_changes_with_it(earned):
    """Half of 5 cents for ten days, half of 1 cent for ten more."""
    words = CHANGE | {"penalty": {"fraction_of_contract": "0.5"}}
    assert earned("penalty", DUE, after(20), **words) == 25 + 5


def test_a_new_penalty_keeps_the_contract_rate(earned):
    new = [(after(10), {"penalty": {"daily_rate": "0.2%"}})]
    words = {"daily_rate": "0.05%", "penalty": {"daily_rate": "0.1%"}, "rate_changes": new}
    assert earned("interest", DUE, after(20), **words) == 100
    assert earned("penalty", DUE, after(20), **words) == 100 + 200


def test_each_of_several_changes_counts_until_the_next(earned):
    new = [(after(10), {"daily_rate": "0.01%"}), (after(20), {"daily_rate": "0.02%"})]
    assert earned("interest", DUE, after(30), daily_rate="0.05%", rate_changes=new) == 50 + 10 + 20


def test_a_changed_rate_writes_a_line_for_each_part(tariff_of):
    lines = tariff_of(**CHANGE).interest.on_paper(number(DUE), number(after(12)))
    old, new = Rate(Decimal("0.0005"), "day"), Rate(Decimal("0.0001"), "day")
    assert lines == [
        (old, 10, None, number(DUE), number(after(10))),
        (new, 2, None, number(after(10)), number(after(12))),
    ]


def test_a_stretch_that_ends_or_begins_with_a_change_writes_one_line(tariff_of):
    meter = tariff_of(**CHANGE).interest
    until = meter.on_paper(number(DUE), number(after(10)))
    since = meter.on_paper(number(after(10)), number(after(12)))
    assert [line[1] for line in until] == [10]
    assert [line[1] for line in since] == [2]


# ─── Pauses ───


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (0, 4, 4),
        (3, 4, 1),  # the day before the pause
        (4, 5, 0),  # its first day
        (6, 7, 0),  # its last
        (7, 8, 1),  # the day after
        (4, 7, 0),
        (3, 8, 2),
        (0, 20, 17),
    ],
)
def test_no_penalty_accrues_from_the_first_day_of_a_pause_to_its_last(earned, first, last, days):
    words = {"penalty": {"daily_rate": "0.1%"}, "pauses": [(after(5), after(7))]}
    assert earned("penalty", after(first), after(last), **words) == 10 * days


def test_a_pause_of_one_day_spares_that_day(earned):
    words = {"penalty": {"daily_rate": "0.1%"}, "pauses": [(after(5), after(5))]}
    assert earned("penalty", after(4), after(5), **words) == 0
    assert earned("penalty", DUE, after(10), **words) == 90


def test_a_pause_does_not_stop_contract_interest(earned):
    words = {"daily_rate": "0.05%", "pauses": [(after(5), after(7))]}
    assert earned("interest", DUE, after(10), **words) == 50


@pytest.mark.parametrize(
    "pauses",
    [
        [(after(5), after(7)), (after(11), after(12))],
        [(after(11), after(12)), (after(5), after(7))],
        [(after(5), after(7)), (after(6), after(7)), (after(11), after(12))],
        [(after(5), after(6)), (after(7), after(7)), (after(11), after(12))],
    ],
)
def test_pauses_may_be_listed_in_any_order_touch_and_overlap(earned, pauses):
    words = {"penalty": {"daily_rate": "0.1%"}, "pauses": pauses}
    assert earned("penalty", DUE, after(20), **words) == 10 * (20 - 3 - 2)
    assert earned("penalty", after(7), after(8), **words) == 10


@pytest.mark.parametrize(
    ("change", "cents"),
    [
        # The pause is days 5 to 7. A change on day c counts from day c + 1, at twice the rate.
        (3, 30 + 20 + 13 * 20),
        (4, 40 + 13 * 20),
        (5, 40 + 13 * 20),
        (6, 40 + 13 * 20),
        (7, 40 + 13 * 20),
        (8, 40 + 10 + 12 * 20),
    ],
)
def test_a_rate_that_changes_around_a_pause_counts_after_it(earned, change, cents):
    words = {
        "penalty": {"daily_rate": "0.1%"},
        "rate_changes": [(after(change), {"penalty": {"daily_rate": "0.2%"}})],
        "pauses": [(after(5), after(7))],
    }
    assert earned("penalty", DUE, after(20), **words) == cents


def test_what_is_left_out_by_a_pause_is_left_out_on_paper(tariff_of):
    rates = tariff_of(penalty={"daily_rate": "0.1%"}, pauses=[(after(5), after(7))])
    rate = Rate(Decimal("0.001"), "day")
    assert rates.penalty.on_paper(number(DUE), number(after(9))) == [
        (rate, 4, None, number(DUE), number(after(4))),
        (rate, 2, None, number(after(7)), number(after(9))),
    ]


# ─── On paper ───


def test_a_stretch_of_no_days_is_not_written(tariff_of):
    """Under 30/360 from 30 to 31 January is no day, and the rate changes after it."""
    turn = date(2026, 1, 31)
    new = [(turn, {"annual_rate": "12%"})]
    rates = tariff_of(annual_rate="18%", day_count="30/360", rate_changes=new)
    eve, end = turn - timedelta(days=1), date(2026, 2, 2)
    assert rates.interest.on_paper(number(eve), number(end)) == [
        (yearly(12), 2, 360, number(turn), number(end))
    ]


def test_act_act_writes_the_days_of_each_year(tariff_of):
    """From 20 December 2027: 12 days of a year of 365 up to 1 January, then 19 of 366."""
    rates = tariff_of(annual_rate="18%", day_count="ACT/ACT ISDA")
    start, turn, end = date(2027, 12, 20), date(2028, 1, 1), date(2028, 1, 20)
    assert rates.interest.on_paper(number(start), number(end)) == [
        (yearly(18), 12, 365, number(start), number(turn)),
        (yearly(18), 19, 366, number(turn), number(end)),
    ]


def test_a_plain_rate_writes_one_line(tariff_of):
    rates = tariff_of(annual_rate="18%", day_count="ACT/360", penalty={"daily_rate": "0.1%"})
    span = number(DUE), number(after(30))
    assert rates.interest.on_paper(*span) == [(yearly(18), 30, 360, *span)]
    assert rates.penalty.on_paper(*span) == [(Rate(Decimal("0.001"), "day"), 30, None, *span)]


def test_a_changed_annual_rate_writes_the_days_of_its_year(tariff_of):
    words = {"annual_rate": "18%", "rate_changes": [(after(10), {"annual_rate": "9%"})]}
    lines = tariff_of(day_count="ACT/365F", **words).interest.on_paper(
        number(DUE), number(after(12))
    )
    assert [line[:3] for line in lines] == [(yearly(18), 10, 365), (yearly(9), 2, 365)]


def test_30_360_writes_its_own_units(tariff_of):
    rates = tariff_of(annual_rate="18%", day_count="30/360")
    start, end = date(2026, 2, 1), date(2026, 3, 1)
    lines = rates.interest.on_paper(number(start), number(end))
    assert lines == [(yearly(18), 30, 360, number(start), number(end))]


# ─── Rounding each day ───


@pytest.mark.parametrize(("rounding", "cents"), [("half-up", 2), ("half-even", 2), ("down", 1)])
def test_each_days_amount_is_rounded_where_that_was_agreed(earned, rounding, cents):
    """100.00 at 0.015 % are 1.5 cents a day; ten such days are ten rounded ones."""
    words = {"daily_rate": "0.015%", "rounding_at": "day", "rounding": rounding}
    assert earned("interest", DUE, after(1), **words) == cents
    assert earned("interest", DUE, after(10), **words) == 10 * cents


def test_half_a_cent_a_day_is_nothing_or_all_where_each_day_is_rounded(earned):
    words = {"daily_rate": "0.005%", "rounding_at": "day"}
    assert earned("interest", DUE, after(10), rounding="half-up", **words) == 10
    assert earned("interest", DUE, after(10), rounding="half-even", **words) == 0
    assert earned("interest", DUE, after(10), rounding="down", **words) == 0


def test_rounding_each_day_follows_the_convention_of_that_day(earned):
    """100.00 at 18 % by ACT/ACT: 4.93 cents a day in 2027, 4.92 in 2028; 40 days are 40 × 5."""
    words = {"annual_rate": "18%", "day_count": "ACT/ACT ISDA", "rounding_at": "day"}
    assert earned("interest", date(2027, 12, 20), date(2028, 1, 29), **words) == 200
    # By 30/360 the 31st counts nothing, and 1 March after 28 February three days: 3 × 5 = 15.
    words["day_count"] = "30/360"
    assert earned("interest", date(2026, 1, 30), date(2026, 1, 31), **words) == 0
    assert earned("interest", date(2026, 2, 28), date(2026, 3, 1), **words) == 15


def test_rounding_at_the_end_keeps_the_fractions(earned):
    assert earned("interest", DUE, after(1), daily_rate="0.015%", rounding="down") == Fraction(3, 2)


# ─── Many days at once ───


def meters(tariff_of):
    """Yield meters of every kind: with changes, pauses, conventions, each day rounded or not."""
    changing = {
        "annual_rate": "18%",
        "penalty": {"daily_rate": "0.1%"},
        "rate_changes": [(after(40), {"annual_rate": "9%", "penalty": {"daily_rate": "0.3%"}})],
        "pauses": [(after(5), after(7)), (after(60), after(60))],
    }
    for day_count in DayCount:
        for rounding_at in ("end", "day"):
            rates = tariff_of(day_count=day_count, rounding_at=rounding_at, **changing)
            yield from (rates.interest, rates.penalty, rates.scheduled)
    plain = tariff_of(daily_rate="0.05%", penalty={"annual_rate": "18%"})
    yield from (plain.interest, plain.penalty, tariff_of().interest)


TURNS = [
    range(number(DUE) + 1, number(DUE) + 101),
    tuple(number(DUE) + n for n in (1, 5, 7, 31, 40, 41, 92)),
    (number(DUE) + 3,),
]


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("since", [0, 1, 4, 6, 40, 200])
def test_what_runs_up_by_each_of_many_days_is_what_is_earned_until_then(tariff_of, turns, since):
    """Before the first day that counts, as within a grace, it is nothing."""
    start = number(DUE) + since
    for meter in meters(tariff_of):
        expected = [meter.earn(99_99, start, turn) if turn > start else 0 for turn in turns]
        assert meter.running(99_99, start, turns) == expected


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("since", [0, 4, 40, 200])
def test_what_one_unit_earns_from_each_day_to_the_next_is_never_rounded(tariff_of, turns, since):
    start = number(DUE) + since
    for meter in meters(tariff_of):
        exactly = replace(meter, rounded_daily=None)
        edges = [max(start, turn) for turn in (start, *turns)]
        expected = [exactly.earn(1, a, b) if a < b else 0 for a, b in pairwise(edges)]
        assert meter.growth(start, turns) == expected


# ─── Interest on interest, and ceilings ───


def test_without_compounding_or_a_cap_there_is_no_meter_for_them(tariff_of):
    rates = tariff_of(penalty={"daily_rate": "0.1%"}, interest_on_interest_rate="18%")
    assert (rates.on_interest, rates.ceiling) == (None, None)


def test_interest_on_interest_bears_the_penalty_rate_pauses_included(earned):
    words = {
        "penalty": {"daily_rate": "0.1%"},
        "compounding": "daily",
        "pauses": [(after(5), after(7))],
    }
    assert earned("on_interest", DUE, after(10), **words) == 70


def test_interest_on_interest_at_a_rate_of_its_own_is_paused_like_the_penalty(earned):
    words = {
        "penalty": {"daily_rate": "0.1%"},
        "compounding": "monthly",
        "interest_on_interest_rate": {"daily_rate": "0.02%"},
        "pauses": [(after(5), after(7))],
    }
    assert earned("on_interest", DUE, after(10), **words) == 14


def test_compound_interest_is_kept_to_a_billionth_of_what_the_rates_need(tariff_of):
    words = {"penalty": {"daily_rate": "0.1%"}}
    assert tariff_of(**words).scale == 1000
    assert tariff_of(compounding="daily", **words).scale == 1000 * 10**9


@pytest.mark.parametrize(
    ("caps", "cents"),
    [
        ([{"annual_rate": "36%"}], 100),
        ([{"annual_rate": "36%"}, {"annual_rate": "18%"}], 50),  # the lowest holds
        ([{"annual_rate": "18%"}, {"annual_rate": "36%"}], 50),
        ([{"annual_rate": "36%"}, {"annual_rate": "18%", "mode": "warn"}], 100),
        ([{"annual_rate": "36%"}, {"fees": "5"}], 100),
    ],
)
def test_the_lowest_enforced_annual_cap_is_the_ceiling(earned, caps, cents):
    """36 % of 100.00 over 10 days of 360 are 1.00."""
    assert earned("ceiling", DUE, after(10), day_count="ACT/360", caps=caps) == cents


@pytest.mark.parametrize("caps", [[{"annual_rate": "36%", "mode": "warn"}], [{"fees": "5"}]])
def test_a_cap_that_only_warns_or_only_limits_fees_is_no_ceiling(tariff_of, caps):
    assert tariff_of(caps=caps).ceiling is None


def test_every_rate_is_whole_over_the_common_denominator(tariff_of):
    rates = tariff_of(
        annual_rate="17.35%",
        day_count="ACT/ACT ISDA",
        penalty={"daily_rate": "0.037%"},
        caps=[{"annual_rate": "24%"}],
        compounding="daily",
        interest_on_interest_rate={"daily_rate": "0.0123%"},
    )
    year = DayCount.ACT_ACT_ISDA.year_units
    for meter, rate in [
        (rates.scheduled, Fraction("0.1735") / year),
        (rates.interest, Fraction("0.1735") / year),
        (rates.penalty, Fraction("0.00037")),
        (rates.on_interest, Fraction("0.000123")),
        (rates.ceiling, Fraction("0.24") / year),
    ]:
        assert Fraction(meter.segments[0].factor, rates.scale) == rate
