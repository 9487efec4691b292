"""What a position says: lateness, tomorrow, payoff, what comes next, and the next cliff."""

from datetime import date, timedelta

import pytest

from reminderd.loans.cliffs import Cliff, CliffReason
from reminderd.loans.money import Money
from reminderd.loans.owed import Owed
from reminderd.loans.position import Upcoming, value

DUE = date(2026, 3, 1)


def after(days):
    return DUE + timedelta(days=days)


def cny(minor):
    return Money(minor, "CNY")


def monthly(listed, *paid, **words):
    """Return three installments of 1,000.00 with 100.00, 50.00 and 25.00 of interest."""
    parts = ((DUE, "1000", "100"), (after(30), "1000", "50"), (after(60), "1000", "25"))
    return listed(*parts, **({"penalty": {"daily_rate": "0.1%"}} | words), paid=paid)


# ─── Days past due ───


@pytest.mark.parametrize(("days", "late"), [(-1, 0), (0, 0), (1, 1), (30, 30), (400, 400)])
def test_days_past_due_count_from_the_day_after_the_due_date(one_sum, days, late):
    assert value(one_sum("100", DUE), after(days)).days_past_due == late


def test_days_past_due_are_those_of_the_oldest_unpaid_installment(listed):
    assert value(monthly(listed), after(40)).days_past_due == 40
    paid = monthly(listed, (after(31), "1131.00"))
    assert value(paid, after(40)).days_past_due == 10


def test_days_past_due_do_not_fall_on_a_partial_payment(listed):
    almost = monthly(listed, (after(10), "1108.99"))
    assert value(almost, after(11)).days_past_due == 11


def test_days_past_due_fall_to_zero_on_full_cure(listed):
    cured = monthly(listed, (after(10), "1110.00"))
    assert value(cured, after(10)).days_past_due == 0
    assert value(cured, after(29)).days_past_due == 0


def test_grace_does_not_make_a_loan_less_late(one_sum):
    position = value(one_sum("100", DUE, grace_days=5), after(3))
    assert (position.days_past_due, position.grace_days) == (3, 5)


def test_a_leap_day_is_a_day_past_due(one_sum):
    assert value(one_sum("100", date(2024, 2, 28)), date(2024, 3, 1)).days_past_due == 2


# ─── Tomorrow ───


def test_tomorrow_is_one_more_day_of_interest_and_penalty(one_sum):
    loan = one_sum("10000", DUE, daily_rate="0.05%", penalty={"daily_rate": "0.1%"})
    position = value(loan, after(3))
    assert position.tomorrow == Owed(10000_00, 20_00, 40_00)
    assert position.increase == cny(15_00)


def test_tomorrow_leaves_out_an_installment_that_falls_due_then(listed):
    position = value(monthly(listed), after(29))
    assert position.tomorrow.principal == 1000_00
    assert position.increase == cny(1_00)


def test_tomorrow_tells_what_the_end_of_a_retroactive_grace_costs(one_sum):
    loan = one_sum("10000", DUE, penalty={"daily_rate": "0.1%"}, grace_days=5)
    assert [value(loan, after(days)).increase for days in (4, 5, 6)] == [
        cny(0),
        cny(60_00),
        cny(10_00),
    ]


def test_one_more_day_costs_nothing_before_the_due_date(listed):
    assert value(monthly(listed), after(-3)).increase == cny(0)


# ─── Payoff ───


@pytest.mark.parametrize(
    ("day", "payoff"),
    [
        # A listed first installment: only the lender knows when its interest began.
        (-60, "3100.00"),
        (-1, "3100.00"),
        (0, "3100.00"),
        # Then 50.00 are earned over 30 days; overdue principal costs a yuan of penalty a day.
        (3, "3108.00"),
        (15, "3140.00"),
        (30, "3180.00"),
        (60, "3265.00"),
        (61, "3268.00"),
    ],
)
def test_the_payoff_is_all_principal_with_the_interest_earned_so_far(listed, day, payoff):
    assert str(value(monthly(listed), after(day)).payoff) == payoff


@pytest.mark.parametrize(
    ("day", "payoff"),
    [
        (date(2026, 1, 1), "1200.00"),
        (date(2026, 2, 15), "1200.00"),
        (date(2026, 2, 16), "1200.60"),
        (date(2026, 3, 1), "1208.40"),
        (date(2026, 3, 15), "1216.80"),
    ],
)
def test_a_computed_schedule_earns_interest_from_its_start(scheduled, day, payoff):
    loan = scheduled("equal-principal", "1200", 2, date(2026, 3, 15), daily_rate="0.05%")
    assert str(value(loan, day).payoff) == payoff


def test_the_payoff_counts_the_credit(listed):
    assert str(value(monthly(listed, (after(-5), "600")), after(-5)).payoff) == "2500.00"


def test_the_payoff_of_a_last_installment_is_what_is_due(one_sum):
    position = value(one_sum("100", DUE, penalty={"daily_rate": "1%"}), after(7))
    assert position.payoff == position.due_total == cny(107_00)


@pytest.mark.parametrize("day", [-40, -1, 0, 3, 30, 45, 61, 200])
def test_paying_the_payoff_ends_the_loan(listed, day):
    payoff = value(monthly(listed), after(day)).payoff
    paid = monthly(listed, (after(day), str(payoff)))
    for later in (day, day + 1, 300):
        position = value(paid, after(later))
        assert (position.settled, position.payoff, position.credit) == (True, cny(0), cny(0))


# ─── What comes next ───


def test_what_is_to_come_is_listed_with_its_dates(listed):
    assert value(monthly(listed), after(1)).upcoming == (
        Upcoming(after(30), cny(1050_00)),
        Upcoming(after(60), cny(1025_00)),
    )


def test_money_paid_ahead_shortens_what_is_to_come(listed):
    position = value(monthly(listed, (after(1), "2200")), after(1))
    # 1,101.00 close the first installment, 1,050.00 the second.
    assert position.credit == cny(1099_00)
    assert position.upcoming == (Upcoming(after(60), cny(976_00)),)
    assert position.unpaid() == [after(60)]


def test_before_anything_is_due_the_sum_to_pay_is_the_next_installment(listed):
    position = value(monthly(listed, (after(-9), "300")), after(-3))
    assert (position.to_pay, position.pay_by) == (cny(800_00), DUE)
    assert not position.settled


def test_on_the_due_date_the_sum_to_pay_is_what_is_due(listed):
    position = value(monthly(listed), DUE)
    assert (position.to_pay, position.pay_by) == (cny(1100_00), DUE)


def test_when_overdue_the_sum_to_pay_is_all_that_is_due_by_the_oldest_date(listed):
    position = value(monthly(listed), after(31))
    assert (position.to_pay, position.pay_by) == (cny(2182_00), DUE)
    assert position.unpaid() == [DUE, after(30), after(60)]


def test_a_settled_loan_has_nothing_to_pay_by_no_date(one_sum):
    position = value(one_sum("100", DUE, paid=[(DUE, "100")]), after(5))
    assert position.settled
    assert (position.to_pay, position.pay_by, position.unpaid()) == (cny(0), None, [])
    assert position.next_cliff is None


def test_a_position_says_what_it_was_asked_for(one_sum):
    position = value(one_sum("100", DUE, currency="JPY"), after(2))
    assert (position.as_of, position.currency) == (after(2), "JPY")
    assert str(position.due_total) == "100"


# ─── The next cliff ───


def cliffs(loan, *days):
    return [value(loan, after(day)).next_cliff for day in days]


def test_without_grace_the_cliff_is_the_first_day_of_penalty(one_sum):
    loan = one_sum("10000", DUE, daily_rate="0.05%", penalty={"daily_rate": "0.1%"})
    first_day = Cliff(after(1), cny(15_00), CliffReason.PENALTY_STARTS)
    assert cliffs(loan, -30, 0, 1, 9) == [first_day, first_day, None, None]


@pytest.mark.parametrize(("mode", "increase"), [("retroactive", 60_00), ("deducted", 10_00)])
def test_with_grace_the_cliff_is_the_day_after_its_last(one_sum, mode, increase):
    loan = one_sum("10000", DUE, penalty={"daily_rate": "0.1%"}, grace_days=5, grace_mode=mode)
    end = Cliff(after(6), cny(increase), CliffReason.GRACE_ENDS)
    assert cliffs(loan, -30, 0, 5, 6) == [end, end, end, None]


def test_grace_that_does_not_cover_penalties_makes_two_cliffs(one_sum):
    loan = one_sum(
        "10000", DUE, penalty={"daily_rate": "0.1%"}, grace_days=2, grace_covers=["reporting"]
    )
    first = Cliff(after(1), cny(10_00), CliffReason.PENALTY_STARTS)
    second = Cliff(after(3), cny(10_00), CliffReason.GRACE_ENDS)
    assert cliffs(loan, 0, 1, 2, 3) == [first, second, second, None]


def test_a_loan_whose_lateness_costs_nothing_new_has_no_cliff(one_sum):
    assert cliffs(one_sum("10000", DUE, daily_rate="0.05%"), -1, 0, 5) == [None, None, None]


def test_a_penalty_of_nothing_is_no_cliff(one_sum):
    assert cliffs(one_sum("10000", DUE, penalty={"daily_rate": "0%"}), -1, 0) == [None, None]


def test_the_end_of_a_grace_that_costs_nothing_is_still_a_cliff_for_the_record(one_sum):
    end = Cliff(after(3), cny(0), CliffReason.GRACE_ENDS)
    assert cliffs(one_sum("10000", DUE, grace_days=2), -1, 2, 3) == [end, end, None]


def test_once_penalty_runs_the_next_installment_is_the_next_cliff(listed):
    # One yuan for the installment already late, and one for the second's first day.
    second = Cliff(after(31), cny(2_00), CliffReason.PENALTY_STARTS)
    assert cliffs(monthly(listed), 1, 30) == [second, second]


def test_the_cliff_of_an_installment_paid_ahead_is_passed_over(listed):
    position = value(monthly(listed, (after(-9), "1100")), after(-3))
    assert position.next_cliff == Cliff(after(31), cny(1_00), CliffReason.PENALTY_STARTS)


def test_what_is_paid_later_does_not_shrink_the_cliff_seen_before(listed):
    unpaid = value(monthly(listed), after(-3)).next_cliff
    paid_later = value(monthly(listed, (DUE, "600")), after(-3)).next_cliff
    assert unpaid == paid_later == Cliff(after(1), cny(1_00), CliffReason.PENALTY_STARTS)


def test_what_is_agreed_later_does_not_move_the_cliff_seen_before(one_sum):
    """On the second day after the due date it is moved; the day before, its fee was to come."""
    moved = {"due": DUE, "agreed": after(2), "to": [after(30)]}
    fee = {"fees": [{"amount": "9", "after_days": 4}]}
    loan = one_sum("10000", DUE, extensions=[moved], **fee)
    expected = Cliff(after(5), cny(9_00), CliffReason.FEE_CHARGED)
    assert cliffs(loan, 1) == cliffs(one_sum("10000", DUE, **fee), 1) == [expected]


def test_what_is_paid_today_shrinks_the_cliff_ahead(one_sum):
    words = {"penalty": {"daily_rate": "0.1%"}, "grace_days": 5}
    loan = one_sum("10000", DUE, paid=[(after(2), "4000")], **words)
    # Two days on 10,000 and four on 6,000.
    assert value(loan, after(1)).next_cliff.increase == cny(60_00)
    assert value(loan, after(2)).next_cliff.increase == cny(20_00 + 24_00)


# ─── Fees as cliffs ───


def test_the_day_a_fee_is_charged_is_a_cliff(one_sum):
    loan = one_sum("1000", DUE, fees=[{"amount": "25", "after_days": 3}])
    fee = Cliff(after(4), cny(25_00), CliffReason.FEE_CHARGED)
    assert cliffs(loan, -30, 0, 3, 4) == [fee, fee, fee, None]
    assert value(loan, DUE).next_cliff.due == DUE


def test_a_fee_per_period_is_a_cliff_again_and_again(one_sum):
    loan = one_sum("1000", DUE, fees=[{"amount": "25", "per": "period", "after_days": 3}])
    # Four days after 1 March, 1 April and 1 May.
    days = [date(2026, 3, 5), date(2026, 4, 5), date(2026, 5, 5)]
    expected = [Cliff(day, cny(25_00), CliffReason.FEE_CHARGED) for day in days]
    assert [value(loan, day).next_cliff for day in (after(3), *days[:2])] == expected
    assert cliffs(loan, 4, 34) == expected[1:2] * 2


def test_the_first_day_of_penalty_comes_before_a_later_fee(one_sum):
    words = {"penalty": {"daily_rate": "0.1%"}, "fees": [{"amount": "25", "after_days": 3}]}
    first = Cliff(after(1), cny(1_00), CliffReason.PENALTY_STARTS)
    fee = Cliff(after(4), cny(26_00), CliffReason.FEE_CHARGED)
    assert cliffs(one_sum("1000", DUE, **words), 0, 1, 4) == [first, fee, None]


def test_a_fee_on_the_day_that_grace_ends_is_told_as_the_end_of_grace(one_sum):
    words = {"penalty": {"daily_rate": "0.1%"}, "fees": ["25"], "grace_days": 5}
    end = Cliff(after(6), cny(31_00), CliffReason.GRACE_ENDS)
    assert cliffs(one_sum("1000", DUE, **words), 0, 5, 6) == [end, end, None]


# ─── What positions have in common ───


def test_two_loans_may_stand_alike(one_sum, listed):
    loan = one_sum("100", DUE, penalty={"daily_rate": "1%"})
    same = listed((DUE, "100", "0"), penalty={"daily_rate": "1%"})
    assert value(loan, after(1)) == value(same, after(1))
    assert value(loan, after(1)) != value(loan, after(2))
    assert value(loan, after(1)) != value(one_sum("100", DUE), after(1))
    assert value(loan, after(1)) != (1, 2)
    with pytest.raises(TypeError):
        hash(value(loan, after(1)))


def test_loans_that_stand_alike_today_but_not_tomorrow_are_not_equal(one_sum):
    free, dear = one_sum("100", DUE), one_sum("100", DUE, penalty={"daily_rate": "1%"})
    assert value(free, DUE).due == value(dear, DUE).due
    assert value(free, DUE) != value(dear, DUE)


def test_the_due_dates_are_all_there_have_been_and_will_be(listed):
    assert value(monthly(listed), after(40)).dues == {DUE, after(30), after(60)}
