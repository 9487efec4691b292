"""What to pay first where the cash does not reach."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import product

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


@pytest.fixture
def split():
    """Return a function that plans and tells, for each loan by its id, what it gets and why."""

    def run(cash, **loans):
        positions = [value(replace(loan, id=name), TODAY) for name, loan in loans.items()]
        planned = plan(Money.of(Decimal(cash), "CNY"), positions)
        told = {
            share.position.loan.id: (str(share.pay), str(share.keep), str(share.why))
            for share in planned.shares
        }
        return told, str(planned.left)

    return run


# ─── Cliffs first ───


def test_a_cliff_is_avoided_before_a_dearer_day_is_made_cheaper(one_sum, split):
    """Late for long, one costs 10.00 a day; the other is free until its grace ends tomorrow."""
    told, left = split(
        "1000",
        late=one_sum("1000", day(-1), **TEN_A_DAY),
        grace=one_sum("1000", day(-3), grace_days=3, **ONE_A_DAY),
    )
    assert told["grace"] == ("1000.00", "0.00", "avoids_cliff")
    assert told["late"] == ("0.00", "0.00", "not_enough")
    assert left == "0.00"


def test_the_most_pressing_loan_comes_first(one_sum, split):
    told, _ = split(
        "5000",
        none=one_sum("500", day(-9)),
        later=one_sum("1000", day(-1), grace_days=9, **ONE_A_DAY),
        sooner=one_sum("1000", day(-1), grace_days=2, **ONE_A_DAY),
    )
    assert list(told) == ["sooner", "later", "none"]


def test_of_loans_equally_pressing_the_one_that_costs_more_a_day_comes_first(one_sum, split):
    told, _ = split(
        "100",
        b_ten=one_sum("1000", day(-9), **TEN_A_DAY),
        a_one=one_sum("1000", day(-9), **ONE_A_DAY),
        c_five=one_sum("1000", day(-9), **FIVE_A_DAY),
        d_ten=one_sum("1000", day(-9), **TEN_A_DAY),
    )
    assert list(told) == ["b_ten", "d_ten", "c_five", "a_one"]


def test_what_is_due_later_is_kept_for_its_day(one_sum, split):
    told, left = split("1500", coming=one_sum("1000", day(5), **ONE_A_DAY))
    assert told == {"coming": ("0.00", "1000.00", "kept_for_cliff")}
    assert left == "500.00"


def test_money_is_kept_until_the_due_date_and_not_until_the_cliff(one_sum):
    position = value(one_sum("1000", day(5), grace_days=3, **ONE_A_DAY), TODAY)
    [share] = plan(Money.of(Decimal(1000), "CNY"), [position]).shares
    assert position.next_cliff.date == day(9)
    assert share.keep_for == day(5)


def test_money_that_is_not_kept_is_kept_for_no_day(one_sum):
    position = value(one_sum("1000", TODAY, **ONE_A_DAY), TODAY)
    [share] = plan(Money.of(Decimal(1000), "CNY"), [position]).shares
    assert (str(share.pay), share.keep_for) == ("1000.00", None)


def test_a_loan_that_is_late_and_has_an_installment_coming_needs_both(listed, split):
    loan = listed((day(-10), "300", "0"), (day(5), "400", "0"), **ONE_A_DAY)
    told, left = split("1000", loan=loan)
    assert told["loan"] == ("303.00", "400.00", "avoids_cliff")
    assert left == "297.00"


def test_money_for_a_coming_installment_is_kept_only_where_the_late_one_is_paid_too(listed, split):
    """A payment goes to the oldest: without what is late, the coming one would not be met."""
    told, left = split(
        "600", loan=listed((day(-10), "300", "0"), (day(5), "400", "0"), **ONE_A_DAY)
    )
    assert told["loan"] == ("303.00", "0.00", "lowers_cost")
    assert left == "297.00"


def test_what_was_paid_ahead_need_not_be_kept(one_sum, split):
    told, left = split("1500", loan=one_sum("1000", day(5), paid=[(day(-1), "400")], **ONE_A_DAY))
    assert told["loan"] == ("0.00", "600.00", "kept_for_cliff")
    assert left == "900.00"


def test_an_older_installment_that_has_crossed_is_paid_before_the_cliff_of_a_younger_one(
    listed, split
):
    """The second one's grace ends tomorrow, but a payment meets the first one first."""
    loan = listed((day(-33), "200", "0"), (day(-3), "400", "0"), grace_days=3, **ONE_A_DAY)
    told, _ = split("1000", loan=loan)
    assert told["loan"] == ("606.60", "0.00", "avoids_cliff")
    told, _ = split("500", loan=loan)
    assert told["loan"] == ("500.00", "0.00", "lowers_cost")


def test_where_payments_meet_all_interest_first_the_cliff_needs_that_of_the_others_too(
    listed, split
):
    """A fee on the first falls due tomorrow. Its 100.00 come after the 90.00 of the second one."""
    loan = listed(
        (day(-5), "100", "10"),
        (day(-2), "500", "90"),
        fees=[{"amount": "30", "after_days": 5}],
        allocation_by="component",
    )
    told, _ = split("200", loan=loan)
    assert told["loan"] == ("200.00", "0.00", "avoids_cliff")
    told, _ = split("199.99", loan=loan)
    assert told["loan"] == ("199.99", "0.00", "still_owed")


# ─── Not enough for all ───


def test_where_not_all_can_be_kept_from_their_cliffs_as_few_as_possible_cross(one_sum, split):
    """The large loan's cliff costs more than those of the two small ones together."""
    told, _ = split(
        "1000",
        large=one_sum("1000", TODAY, **TEN_A_DAY),
        one=one_sum("500", day(1), **ONE_A_DAY),
        other=one_sum("500", day(2), **ONE_A_DAY),
    )
    assert {name: why for name, (_, _, why) in told.items()} == {
        "large": "not_enough",
        "one": "kept_for_cliff",
        "other": "kept_for_cliff",
    }


def test_of_as_many_crossings_the_cheapest_is_taken(one_sum, split):
    told, _ = split(
        "1000",
        cheap=one_sum("1000", TODAY, **ONE_A_DAY),
        dear=one_sum("1000", day(3), **FIVE_A_DAY),
    )
    assert told["dear"] == ("0.00", "1000.00", "kept_for_cliff")
    assert told["cheap"] == ("0.00", "0.00", "not_enough")


def test_money_that_keeps_no_loan_from_its_cliff_still_pays_what_is_due(one_sum, split):
    """Of 900.00, 500.00 keep the one; with what is over the other one's day costs less."""
    told, left = split(
        "900",
        kept=one_sum("500", TODAY, **ONE_A_DAY),
        crossing=one_sum("1000", TODAY, **FIVE_A_DAY),
    )
    assert told["kept"] == ("500.00", "0.00", "avoids_cliff")
    assert told["crossing"] == ("400.00", "0.00", "lowers_cost")
    assert left == "0.00"


def test_even_a_cent_may_make_the_next_day_cheaper(one_sum, split):
    """At 100 % a day a cent less of principal is a cent less of penalty tomorrow."""
    order = ["principal", "interest", "penalty", "fees"]
    loan = one_sum("1000", day(-2), penalty={"daily_rate": "100%"}, allocation_order=order)
    told, _ = split("0.01", loan=loan)
    assert told == {"loan": ("0.01", "0.00", "lowers_cost")}


def test_money_that_does_not_reach_for_a_coming_date_stays_in_hand(one_sum, split):
    told, left = split("900", coming=one_sum("1000", day(5), **ONE_A_DAY))
    assert told["coming"] == ("0.00", "0.00", "not_enough")
    assert left == "900.00"


def test_the_first_of_more_loans_than_can_be_saved_does_not_stand_in_the_way_of_the_others(
    one_sum, split
):
    """Eight loans; the most pressing one alone asks for more than there is."""
    small = {f"small-{n}": one_sum("100", day(n), **ONE_A_DAY) for n in range(7)}
    told, left = split("700", huge=one_sum("5000", day(-3), grace_days=3, **TEN_A_DAY), **small)
    assert told.pop("huge") == ("0.00", "0.00", "not_enough")
    assert {why for _, _, why in told.values()} == {"avoids_cliff", "kept_for_cliff"}
    assert left == "0.00"


def test_where_there_is_enough_for_all_all_are_kept_however_many_ways_there_are(one_sum, split):
    """Ten loans of which no two sets need the same sum: a thousand ways, more than are followed."""
    sums = [1000 + 2**n for n in range(10)]
    loans = {f"loan-{n}": one_sum(str(due), day(n + 1), **TEN_A_DAY) for n, due in enumerate(sums)}
    told, left = split(str(sum(sums)), **loans)
    assert told == {
        f"loan-{n}": ("0.00", f"{due}.00", "kept_for_cliff") for n, due in enumerate(sums)
    }
    assert left == "0.00"


def test_among_many_loans_the_dearest_cliffs_are_avoided(one_sum, split):
    """Twelve of 100.00, and money for five: those at 1.00 a day, seven at 0.10 cross."""
    loans = {f"cheap-{n}": one_sum("100", TODAY, **ONE_A_DAY) for n in range(7)}
    loans |= {f"dear-{n}": one_sum("100", day(n), **TEN_A_DAY) for n in range(5)}
    told, left = split("500", **loans)
    safe = {name for name, (_, _, why) in told.items() if why != "not_enough"}
    assert safe == {f"dear-{n}" for n in range(5)}
    assert left == "0.00"


# ─── Past all cliffs ───


def test_past_all_cliffs_the_money_goes_where_it_saves_most_a_day(one_sum, split):
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


def test_two_loans_may_both_be_paid_in_part(listed, one_sum, split):
    """The dear loan's first installment, and not its second: that costs nothing until its fee."""
    loan = listed((day(-12), "300", "0"), (day(-2), "300", "0"), grace_days=9, **TEN_A_DAY)
    told, _ = split("600", loan=loan, other=one_sum("1000", day(-90), **ONE_A_DAY))
    assert told["loan"] == ("336.00", "0.00", "lowers_cost")
    assert told["other"] == ("264.00", "0.00", "lowers_cost")


def test_what_a_day_costs_after_the_payment_is_told(one_sum):
    position = value(one_sum("1000", day(-1), **FIVE_A_DAY), TODAY)
    [share] = plan(Money.of(Decimal(505), "CNY"), [position]).shares
    assert (str(position.increase), str(share.cost_after)) == ("5.00", "2.50")


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
    planned = plan(Money(100, "CNY"), [])
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
    planned = plan(Money(700, "JPY"), [position])
    assert str(planned.shares[0].pay) == "700"
    assert planned.left == Money(0, "JPY")


# ─── Against every split ───


rates = st.sampled_from(["0.003", "0.005", "0.01", "0.02"])


@st.composite
def small_loans(draw):
    """Draw a loan of one to three installments, dear enough that a cent more or less is nothing."""
    first = TODAY + timedelta(days=draw(st.integers(-40, 8)))
    parts = tuple(
        Installment(
            first + timedelta(days=20 * number),
            draw(st.sampled_from([50_00, 100_00, 300_00, 420_00])),
            draw(st.sampled_from([0, 0, 30_00])),
        )
        for number in range(draw(st.integers(1, 3)))
    )
    fee = Fee(Amount(FeeKind.FLAT, Decimal(15)), after_days=draw(st.integers(0, 45)))
    terms = LoanTerms(
        "CNY",
        listed=parts,
        contract_rate=draw(st.sampled_from([None, Rate(Decimal("0.004"), "day")])),
        penalty=draw(
            st.none() | rates.map(lambda rate: Penalty(PenaltyRule.DAILY_RATE, Decimal(rate)))
        ),
        penalty_base=draw(st.sampled_from(PenaltyBase)),
        grace_days=draw(st.sampled_from([0, 0, 3, 12])) if len(parts) > 1 else 0,
        grace_mode=draw(st.sampled_from(GraceMode)),
        fees=draw(st.sampled_from([(), (fee,)])),
        allocation_by=draw(st.sampled_from(AllocationBy)),
    )
    if terms.penalty and draw(st.booleans()):
        terms = replace(terms, compounding=Compounding.DAILY)
    return terms


@lru_cache(maxsize=100_000)
def after_paying(loan, amounts, on):
    payments = [Payment(at, Decimal(minor) / 100) for at, minor in amounts if minor]
    return value(replace(loan, payments=tuple(payments)), on)


def outcome(position, pay, keep):
    """Return whether the loan crosses its cliff, at what cost, and what the next day costs.

    What is kept is paid on the due date that it is for; the loan crosses if then, on the eve of
    the cliff, an installment is open that the cliff is about.
    """
    loan, cliff = position.loan, position.next_cliff
    cost = after_paying(loan, ((TODAY, pay),), TODAY).increase.minor
    if cliff is None:
        return 0, 0, cost
    amounts = ((TODAY, pay), (max(cliff.due, TODAY), keep))
    eve = after_paying(loan, amounts, cliff.date - timedelta(days=1))
    crosses = any(arrear.due <= cliff.due for arrear in eve.arrears)
    return int(crosses), cliff.increase.minor * crosses, cost


def total(outcomes):
    return tuple(map(sum, zip(*outcomes, strict=True)))


def ways(position, cash):
    """Return what a loan may get: every ninth of the cash, and what just suffices."""
    due, cliff = position.due.total, position.next_cliff
    coming = sum(
        part.remaining.minor for part in position.upcoming if cliff and part.due <= cliff.due
    )
    amounts = {cash * ninths // 9 for ninths in range(10)} | {due, due + coming}
    return {(min(amount, due), coming if amount >= due + coming else 0) for amount in amounts}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(small_loans(), min_size=2, max_size=3), st.integers(20_00, 1500_00))
def test_no_split_on_a_grid_is_better_than_the_plan(many, cash):
    loans = [Loan(f"loan-{n}", "Loan", terms, "UTC") for n, terms in enumerate(many)]
    positions = [value(loan, TODAY) for loan in loans]
    planned = plan(Money(cash, "CNY"), positions)
    ours = total(
        outcome(share.position, share.pay.minor, share.keep.minor) for share in planned.shares
    )
    for chosen in product(*(ways(position, cash) for position in positions)):
        if sum(map(sum, chosen)) > cash:
            continue
        theirs = total(
            outcome(position, *way) for position, way in zip(positions, chosen, strict=True)
        )
        # A sum is rounded part by part: what a day costs may be some cents off for each part.
        cents = 4 * sum(len(position.arrears) for position in positions)
        assert (*ours[:2], ours[2] - cents) <= theirs, chosen


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(small_loans(), max_size=9), st.integers(0, 4000_00))
def test_a_plan_spends_what_there_is_and_no_more_where_something_is_due(many, cash):
    loans = [Loan(f"loan-{n}", "Loan", terms, "UTC") for n, terms in enumerate(many)]
    planned = plan(Money(cash, "CNY"), [value(loan, TODAY) for loan in loans])
    given_away = sum(share.pay.minor + share.keep.minor for share in planned.shares)
    assert given_away + planned.left.minor == cash
    assert planned.left.minor >= 0
    for share in planned.shares:
        assert 0 <= share.pay.minor <= share.position.due.total
        assert share.keep.minor >= 0
        assert bool(share.keep) == (share.keep_for is not None)
        assert share.keep_for is None or share.keep_for > TODAY
        if share.why in {Why.NOTHING_DUE, Why.NOT_ENOUGH}:
            assert not share.pay
        if planned.left:
            assert share.pay.minor == share.position.due.total
