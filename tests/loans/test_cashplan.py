"""What to pay first where the cash does not reach until the next income."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import product
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminderd.loans.cashplan import Why, plan
from reminderd.loans.charges import Amount, Fee, FeeKind
from reminderd.loans.money import Money, Rate
from reminderd.loans.position import value
from reminderd.loans.terms import (
    AllocationBy,
    Compounding,
    GraceMode,
    Installment,
    Loan,
    LoanTerms,
    Payment,
    Penalty,
    PenaltyBase,
    PenaltyRule,
)

TODAY = date(2026, 6, 10)
TEN_A_DAY = {"penalty": {"daily_rate": "1%"}}  # of 1,000.00
FIVE_A_DAY = {"penalty": {"daily_rate": "0.5%"}}
ONE_A_DAY = {"penalty": {"daily_rate": "0.1%"}}


def day(offset):
    return TODAY + timedelta(days=offset)


def reporting_date(loan, due):
    """Return the day from which a loan of these tests is reported."""
    after = loan.reported_after
    return None if after is None else due + timedelta(days=after)


@pytest.fixture
def shares():
    """Return a function that plans for 30 days, or so many, and returns the shares by loan."""

    def run(cash, days=30, **loans):
        positions = [value(replace(loan, id=name), TODAY) for name, loan in loans.items()]
        planned = plan(Money.of(Decimal(cash), "CNY"), positions, day(days), reporting_date)
        return {share.position.loan.id: share for share in planned.shares}, planned.left

    return run


@pytest.fixture
def split(shares):
    """Return a function that plans and tells, for each loan by its id, what it gets and why."""

    def run(cash, days=30, **loans):
        by_loan, left = shares(cash, days, **loans)
        told = {
            loan_id: (str(share.pay), str(share.keep), str(share.why))
            for loan_id, share in by_loan.items()
        }
        return told, str(left)

    return run


@pytest.fixture
def reported(one_sum):
    """Return a function that writes a loan of one sum which is reported so many days late."""

    def run(amount, due, after, **words):
        return replace(one_sum(amount, due, **words), reported_after=after)

    return run


# ─── The credit record first ───


def test_what_may_be_reported_tomorrow_comes_before_what_costs_more(one_sum, reported, split):
    told, left = split(
        "1000",
        dear=one_sum("1000", day(-1), **TEN_A_DAY),
        record=reported("1000", day(-3), 4),
    )
    assert told["record"] == ("1000.00", "0.00", "avoids_report")
    assert told["dear"] == ("0.00", "0.00", "not_enough")
    assert left == "0.00"


def test_what_may_be_reported_already_comes_before_what_costs_more(one_sum, reported, split):
    told, _ = split(
        "1000",
        dear=one_sum("1000", day(-1), **TEN_A_DAY),
        record=reported("1000", day(-40), 4),
    )
    assert told["record"] == ("1000.00", "0.00", "ends_report")


def test_of_two_that_may_be_reported_the_sooner_is_paid(reported, split):
    told, _ = split(
        "1000",
        later=reported("1000", day(-1), 9, **TEN_A_DAY),
        sooner=reported("1000", day(-1), 3),
    )
    assert {name: pay for name, (pay, *_) in told.items()} == {
        "sooner": "1000.00",
        "later": "0.00",
    }


def test_as_few_loans_as_possible_are_reported(reported, split):
    told, _ = split(
        "1000",
        large=reported("1000", day(-40), 4),
        one=reported("500", day(-1), 20),
        other=reported("500", day(-1), 25),
    )
    assert {name: why for name, (_, _, why) in told.items()} == {
        "large": "not_enough",
        "one": "avoids_report",
        "other": "avoids_report",
    }


def test_a_report_after_the_next_income_counts_for_nothing(one_sum, reported, split):
    told, _ = split(
        "1000",
        days=10,
        cheap=one_sum("1000", day(-1), **ONE_A_DAY),
        record=reported("1000", day(-1), 12),
    )
    assert told["cheap"] == ("1000.00", "0.00", "lowers_cost")


def test_a_report_on_the_day_of_the_next_income_counts(reported, split, one_sum):
    """What may be reported on a day has to be paid on the eve."""
    dear = one_sum("1000", day(-1), **TEN_A_DAY)
    told, _ = split("1000", days=10, dear=dear, record=reported("1000", day(-1), 11))
    assert told["record"] == ("1000.00", "0.00", "avoids_report")


def test_money_is_kept_for_a_due_date_after_which_it_would_be_reported(reported, split):
    told, left = split("1200", coming=reported("1000", day(5), 1))
    assert told["coming"] == ("0.00", "1000.00", "avoids_report")
    assert left == "200.00"


def test_paying_the_oldest_of_two_puts_the_report_off(listed, shares):
    loan = replace(listed((day(-20), "300", "0"), (day(-2), "400", "0")), reported_after=22)
    by_loan, _ = shares("300", loan=loan)
    share = by_loan["loan"]
    assert (str(share.pay), str(share.why)) == ("300.00", "delays_report")
    assert (share.reported_unpaid, share.reported) == (day(2), day(20))


def test_without_the_day_of_a_report_the_record_is_no_aim(reported):
    late = [value(replace(reported("1000", day(-3), 4), id="a"), TODAY)]
    [share] = plan(Money.of(Decimal(1000), "CNY"), late, day(30)).shares
    assert (share.why, share.reported) == (Why.STILL_OWED, None)


# ─── Then what costs least by the next income ───


def test_a_cliff_costs_what_it_adds_by_the_next_income(one_sum, split):
    """Grace ends tomorrow and then costs 30.00; late already, the other costs 300.00."""
    told, _ = split(
        "1000",
        late=one_sum("1000", day(-1), **TEN_A_DAY),
        grace=one_sum("1000", day(-3), grace_days=3, **ONE_A_DAY),
    )
    assert told["late"] == ("1000.00", "0.00", "lowers_cost")
    assert told["grace"] == ("0.00", "0.00", "not_enough")


def test_a_flat_fee_that_is_near_may_weigh_more_than_many_dear_days(one_sum, split):
    told, _ = split(
        "1000",
        late=one_sum("1000", day(-1), **ONE_A_DAY),
        fee=one_sum("1000", day(-3), fees=[{"amount": "50", "after_days": 4}]),
    )
    assert told["fee"] == ("1000.00", "0.00", "lowers_cost")


def test_a_cliff_beyond_the_next_income_counts_for_nothing(one_sum, split):
    told, _ = split(
        "1000",
        days=10,
        late=one_sum("1000", day(-1), **ONE_A_DAY),
        fee=one_sum("1000", day(-3), fees=[{"amount": "50", "after_days": 14}]),
    )
    assert told["late"] == ("1000.00", "0.00", "lowers_cost")


def test_nothing_is_held_for_a_date_far_off_while_another_loan_costs_money(one_sum, split):
    told, left = split(
        "9600",
        far=one_sum("9500", day(330), penalty={"daily_rate": "0.01%"}),
        late=one_sum("1000", day(-1), **TEN_A_DAY),
    )
    assert told["late"] == ("1010.00", "0.00", "lowers_cost")
    assert told["far"] == ("0.00", "0.00", "nothing_due")
    assert left == "8590.00"


def test_what_is_late_now_goes_before_what_would_be_late_on_fewer_days(one_sum, split):
    told, _ = split(
        "1000",
        late=one_sum("1000", TODAY, **ONE_A_DAY),
        coming=one_sum("1000", day(5), **ONE_A_DAY),
    )
    assert told["late"] == ("1000.00", "0.00", "lowers_cost")
    assert told["coming"] == ("0.00", "0.00", "not_enough")


def test_money_is_kept_for_a_coming_date_where_that_saves_more(one_sum, split):
    told, left = split(
        "1000",
        late=one_sum("1000", TODAY, **ONE_A_DAY),
        coming=one_sum("1000", day(5), **FIVE_A_DAY),
    )
    assert told["coming"] == ("0.00", "1000.00", "kept_for_cost")
    assert told["late"] == ("0.00", "0.00", "not_enough")
    assert left == "0.00"


def test_at_the_same_cost_what_is_overdue_is_paid(one_sum, split):
    """Either is late on ten days by the next income."""
    told, _ = split(
        "1000",
        days=20,
        coming=one_sum("1000", day(10), **ONE_A_DAY),
        late=one_sum("1000", day(-5), fees=[{"amount": "10", "after_days": 9}]),
    )
    assert told["late"] == ("1000.00", "0.00", "lowers_cost")
    assert told["coming"] == ("0.00", "0.00", "not_enough")


def test_the_most_pressing_loan_comes_first(one_sum, reported, split):
    told, _ = split(
        "9000",
        none=one_sum("500", day(-9)),
        cheap=one_sum("1000", day(-1), **ONE_A_DAY),
        record=reported("10", day(-1), 5),
        dear=one_sum("1000", day(-1), **FIVE_A_DAY),
    )
    assert list(told) == ["record", "dear", "cheap", "none"]


def test_what_is_due_later_is_kept_for_its_day(one_sum, shares):
    by_loan, left = shares("1500", coming=one_sum("1000", day(5), **ONE_A_DAY))
    [kept] = by_loan["coming"].kept
    assert (kept.due, str(kept.amount), str(left)) == (day(5), "1000.00", "500.00")
    assert str(by_loan["coming"].saved) == "25.00"


def test_nothing_is_kept_for_what_is_due_on_the_day_of_the_next_income(one_sum, split):
    told, left = split("1500", days=5, coming=one_sum("1000", day(5), **ONE_A_DAY))
    assert told == {"coming": ("0.00", "0.00", "nothing_due")}
    assert left == "1500.00"


def test_money_is_kept_for_each_of_several_dates(listed, shares):
    loan = listed(*((day(offset), "100", "0") for offset in (5, 12, 19)), **ONE_A_DAY)
    by_loan, _ = shares("250", loan=loan)
    assert [(kept.due, str(kept.amount)) for kept in by_loan["loan"].kept] == [
        (day(5), "100.00"),
        (day(12), "100.00"),
        (day(19), "50.00"),
    ]


def test_a_loan_that_is_late_and_has_an_installment_coming_gets_both(listed, split):
    loan = listed((day(-10), "300", "0"), (day(5), "400", "0"), **ONE_A_DAY)
    told, left = split("1000", loan=loan)
    assert told["loan"] == ("303.00", "400.00", "lowers_cost")
    assert left == "297.00"


def test_what_was_paid_ahead_need_not_be_kept(one_sum, split):
    told, left = split("1500", loan=one_sum("1000", day(5), paid=[(day(-1), "400")], **ONE_A_DAY))
    assert told["loan"] == ("0.00", "600.00", "kept_for_cost")
    assert left == "900.00"


def test_a_part_of_what_is_coming_is_kept_where_there_is_no_more(one_sum, split):
    told, left = split("900", coming=one_sum("1000", day(5), **ONE_A_DAY))
    assert told["coming"] == ("0.00", "900.00", "kept_for_cost")
    assert left == "0.00"


def test_the_money_goes_where_it_saves_most(one_sum, split):
    told, left = split(
        "1500",
        cheap=one_sum("1000", day(-2), **ONE_A_DAY),
        dear=one_sum("1000", day(-2), **TEN_A_DAY),
    )
    assert told["dear"] == ("1020.00", "0.00", "lowers_cost")
    assert told["cheap"] == ("480.00", "0.00", "lowers_cost")
    assert left == "0.00"


def test_a_part_of_a_loan_is_paid_where_that_saves_more_than_the_whole_of_another(one_sum, split):
    told, _ = split(
        "600",
        small=one_sum("500", day(-1), **ONE_A_DAY),
        dear=one_sum("1000", day(-1), **FIVE_A_DAY),
    )
    assert told["dear"] == ("600.00", "0.00", "lowers_cost")
    assert told["small"] == ("0.00", "0.00", "not_enough")


def test_charges_that_must_be_paid_first_count(one_sum, split):
    """One costs 10.00 a day but owes 500.00 of penalty before a cent of its principal is paid."""
    told, _ = split(
        "500",
        old=one_sum("1000", day(-50), **TEN_A_DAY),
        young=one_sum("1000", day(-1), **FIVE_A_DAY),
    )
    assert told["young"] == ("500.00", "0.00", "lowers_cost")
    assert told["old"] == ("0.00", "0.00", "not_enough")


def test_what_an_enforced_cap_leaves_out_costs_nothing(one_sum, split):
    """Capped at 36 % a year, 1 % a day costs less than 0.5 % that no cap bounds."""
    told, _ = split(
        "1000",
        capped=one_sum("1000", day(-1), caps=[{"annual_rate": "36%"}], **TEN_A_DAY),
        free=one_sum("1000", day(-1), **FIVE_A_DAY),
    )
    assert told["free"] == ("1000.00", "0.00", "lowers_cost")


def test_what_costs_nothing_is_paid_all_the_same_once_nothing_else_needs_the_money(one_sum, split):
    told, left = split(
        "1200",
        free=one_sum("300", day(-20)),
        dear=one_sum("1000", day(-1), **ONE_A_DAY),
    )
    assert told["dear"] == ("1001.00", "0.00", "lowers_cost")
    assert told["free"] == ("199.00", "0.00", "still_owed")
    assert left == "0.00"


def test_several_debts_that_cost_nothing_are_all_paid(one_sum, split):
    loans = {f"free-{n}": one_sum("100", day(-20)) for n in range(8)}
    told, left = split("750", **loans)
    assert [pay for pay, _, _ in told.values()] == ["100.00"] * 7 + ["50.00"]
    assert left == "0.00"


def test_what_a_share_changes_by_the_next_income_is_told(one_sum, shares):
    """Of 1,005.00 half is paid: 30 days at 5.00 become 30 at 2.50."""
    by_loan, _ = shares("505", loan=one_sum("1000", day(-1), **FIVE_A_DAY))
    share = by_loan["loan"]
    assert (str(share.saved), str(share.cost)) == ("75.00", "75.00")


# ─── Nothing to do, and ties ───


def test_a_loan_with_nothing_due_gets_nothing(one_sum, split):
    told, left = split("100", loan=one_sum("1000", day(5)), late=one_sum("60", day(-5)))
    assert told["loan"] == ("0.00", "0.00", "nothing_due")
    assert told["late"] == ("60.00", "0.00", "still_owed")
    assert left == "40.00"


def test_a_settled_loan_gets_nothing(one_sum, split):
    told, left = split("100", loan=one_sum("50", day(-5), paid=[(day(-5), "50")], **ONE_A_DAY))
    assert told["loan"] == ("0.00", "0.00", "nothing_due")
    assert left == "100.00"


def test_without_loans_all_stays_in_hand():
    planned = plan(Money(100, "CNY"), [], day(30))
    assert planned.shares == ()
    assert planned.left == Money(100, "CNY")


def test_without_cash_nothing_is_paid(one_sum, split):
    told, left = split("0", loan=one_sum("50", day(-5), **ONE_A_DAY))
    assert told["loan"] == ("0.00", "0.00", "not_enough")
    assert left == "0.00"


def test_of_two_that_are_alike_the_first_by_name_is_paid(one_sum, split):
    """Not a little of each: one debt less is one letter less."""
    loans = {name: one_sum("1000", day(-1), **ONE_A_DAY) for name in ("b", "a")}
    told, _ = split("1001", **loans)
    assert told == {
        "a": ("1001.00", "0.00", "lowers_cost"),
        "b": ("0.00", "0.00", "not_enough"),
    }


def test_yen_are_split_in_whole_yen(one_sum):
    position = value(one_sum("1000", day(-1), currency="JPY", **FIVE_A_DAY), TODAY)
    planned = plan(Money(700, "JPY"), [position], day(30))
    assert str(planned.shares[0].pay) == "700"
    assert planned.left == Money(0, "JPY")


def test_where_there_is_enough_for_all_all_is_kept_however_many_ways_there_are(one_sum, split):
    """Ten loans of which no two sets need the same sum: a thousand ways, more than are followed."""
    sums = [1000 + 2**n for n in range(10)]
    loans = {f"loan-{n}": one_sum(str(due), day(n + 1), **TEN_A_DAY) for n, due in enumerate(sums)}
    told, left = split(str(sum(sums)), **loans)
    assert told == {
        f"loan-{n}": ("0.00", f"{due}.00", "kept_for_cost") for n, due in enumerate(sums)
    }
    assert left == "0.00"


def test_five_loans_with_ten_arrears_each_are_split_in_seconds(listed):
    """A tenth of a second would do; a machine may be busy."""
    loans = [
        listed(
            *((day(-30 * back - number), "432.10", "32.10") for back in range(9, -1, -1)),
            penalty={"daily_rate": f"0.0{3 + number}%"},
            fees=[{"amount": "15", "after_days": 40}],
        )
        for number in range(5)
    ]
    positions = [value(replace(loan, id=f"loan-{n}"), TODAY) for n, loan in enumerate(loans)]
    start = process_time()
    plan(Money.of(Decimal(9000), "CNY"), positions, day(30), reporting_date)
    assert process_time() - start < 3


# ─── Against every split ───

UNIT = 100  # a whole yuan
rates = st.sampled_from(["0.01", "0.02", "0.1"])


@st.composite
def tiny_loans(draw):
    """Draw a loan of one to three installments of a few yuan, so that every split can be tried."""
    first = TODAY + timedelta(days=draw(st.integers(-9, 5)))
    parts = tuple(
        Installment(
            first + timedelta(days=5 * number),
            draw(st.integers(1, 3)) * UNIT,
            draw(st.sampled_from([0, 0, UNIT])),
        )
        for number in range(draw(st.integers(1, 3)))
    )
    fee = Fee(Amount(FeeKind.FLAT, Decimal(1)), after_days=draw(st.integers(0, 12)))
    terms = LoanTerms(
        "CNY",
        listed=parts,
        contract_rate=draw(st.sampled_from([None, Rate(Decimal("0.02"), "day")])),
        penalty=draw(
            st.none() | rates.map(lambda rate: Penalty(PenaltyRule.DAILY_RATE, Decimal(rate)))
        ),
        penalty_base=draw(st.sampled_from(PenaltyBase)),
        grace_days=draw(st.sampled_from([0, 0, 3, 5])) if len(parts) > 1 else 0,
        grace_mode=draw(st.sampled_from(GraceMode)),
        fees=draw(st.sampled_from([(), (fee,)])),
        allocation_by=draw(st.sampled_from(AllocationBy)),
        residual_below=Decimal(0),  # or all that these few yuan cost could wait
    )
    if terms.penalty and draw(st.booleans()):
        terms = replace(terms, compounding=Compounding.DAILY)
    after = draw(st.sampled_from([None, None, 1, 4, 8]))
    return Loan("loan", "Loan", terms, "UTC", reported_after=after)


@lru_cache(maxsize=100_000)
def after_paying(loan, sums, on):
    payments = [Payment(at, Decimal(minor) / 100) for at, minor in sums if minor]
    return value(replace(loan, payments=tuple(payments)), on)


def outcome(loan, sums, until):
    """Return whether a loan may be reported by a day, on how many, its cost, what stays overdue."""
    overdue = after_paying(loan, (), TODAY).due.total - sums[0][1]
    first = None
    for due in sorted(part.due for part in loan.terms.listed):
        on = reporting_date(loan, due)
        if on is None or on > until:
            continue
        eve = after_paying(loan, sums, max(TODAY, due, on - timedelta(days=1)))
        if first is None and any(arrear.due <= due for arrear in eve.arrears):
            first = max(on, TODAY)
    days = 0 if first is None else (until - first).days + 1
    cost = sum(minor for _, minor in sums) + after_paying(loan, sums, until).payoff.minor
    return int(days > 0), days, cost, overdue


def best_of_each(loan, cash, until):
    """Return, for each whole sum up to the cash, the best that a loan can do with it.

    No day is paid more than is due on it: ending a loan early is another question.
    """
    coming = [part.due for part in loan.terms.listed if TODAY < part.due < until]
    best = {}
    for units in product(range(cash // UNIT + 1), repeat=1 + len(coming)):
        if sum(units) * UNIT > cash:
            continue
        sums = tuple(zip((TODAY, *coming), (count * UNIT for count in units), strict=True))
        if any(
            minor > after_paying(loan, sums[:number], on).due.total
            for number, (on, minor) in enumerate(sums)
        ):
            continue
        found = outcome(loan, sums, until)
        best[sum(units)] = min(found, best.get(sum(units), found))
    return best


def total(outcomes):
    return tuple(map(sum, zip(*outcomes, strict=True)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(tiny_loans(), min_size=2, max_size=3), st.integers(0, 7), st.integers(3, 14))
def test_no_split_in_whole_units_is_better_than_the_plan(many, units, days):
    loans, until = [replace(loan, id=f"loan-{n}") for n, loan in enumerate(many)], day(days)
    cash = units * UNIT
    positions = [value(loan, TODAY) for loan in loans]
    ours = total(
        outcome(
            share.position.loan,
            ((TODAY, share.pay.minor), *((kept.due, kept.amount.minor) for kept in share.kept)),
            until,
        )
        for share in plan(Money(cash, "CNY"), positions, until, reporting_date).shares
    )
    # A sum is rounded part by part: what it costs may be a cent off for each installment.
    cents = 2 * sum(len(loan.terms.listed) for loan in loans)
    each = [best_of_each(loan, cash, until) for loan in loans]
    for chosen in product(*each):
        if sum(chosen) <= units:
            theirs = total(best[count] for best, count in zip(each, chosen, strict=True))
            assert (*ours[:2], ours[2] - cents) <= theirs, chosen
            if ours[:3] == theirs[:3]:
                assert ours[3] - cents <= theirs[3], chosen


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(tiny_loans(), max_size=9), st.integers(0, 40_00), st.integers(1, 14))
def test_a_plan_spends_what_there_is_and_no_more_where_something_is_due(many, cash, days):
    loans = [replace(loan, id=f"loan-{n}") for n, loan in enumerate(many)]
    positions = [value(loan, TODAY) for loan in loans]
    planned = plan(Money(cash, "CNY"), positions, day(days), reporting_date)
    given_away = sum(share.pay.minor + share.keep.minor for share in planned.shares)
    assert given_away + planned.left.minor == cash
    assert planned.left.minor >= 0
    for share in planned.shares:
        assert 0 <= share.pay.minor <= share.position.due.total
        assert all(TODAY < kept.due < day(days) and kept.amount for kept in share.kept)
        assert bool(share.pay or share.kept) == (share.why not in {Why.NOTHING_DUE, Why.NOT_ENOUGH})
        assert share.saved.minor >= 0
        assert not share.kept or share.pay.minor == share.position.due.total
        if planned.left:
            assert share.pay.minor == share.position.due.total
