"""Interest, penalty and grace, and where payments go."""

from datetime import date, timedelta
from itertools import permutations

import pytest

from reminderd.loans.account import Account
from reminderd.loans.owed import Owed
from reminderd.loans.position import value
from reminderd.loans.trace import Trace

DUE = date(2026, 3, 1)


def after(days):
    return DUE + timedelta(days=days)


# ─── Contract interest while overdue ───


def test_nothing_but_the_amount_is_owed_on_the_due_date(one_sum, figure):
    loan = one_sum("1000", DUE, daily_rate="0.05%", penalty={"daily_rate": "0.05%"})
    assert figure(loan, DUE) == ("1000.00", "0.00", "0.00")


def test_nothing_at_all_is_due_before_the_due_date(one_sum, figure):
    assert figure(one_sum("1000", DUE), after(-1)) == ("0.00", "0.00", "0.00")


def test_the_day_after_the_due_date_is_day_one_for_interest_and_penalty(one_sum, figure):
    loan = one_sum("1000", DUE, daily_rate="0.04%", penalty={"daily_rate": "0.05%"})
    assert figure(loan, after(1)) == ("1000.00", "0.40", "0.50")
    assert figure(loan, after(2)) == ("1000.00", "0.80", "1.00")


def test_contract_interest_stops_when_it_does_not_continue(one_sum, figure):
    loan = one_sum(
        "1000",
        DUE,
        daily_rate="0.04%",
        penalty={"daily_rate": "0.05%"},
        contract_interest_continues=False,
    )
    assert figure(loan, after(10)) == ("1000.00", "0.00", "5.00")


def test_without_a_contract_rate_there_is_no_contract_interest(one_sum, figure):
    loan = one_sum("1000", DUE, penalty={"daily_rate": "0.05%"}, contract_interest_continues=True)
    assert figure(loan, after(10)) == ("1000.00", "0.00", "5.00")


def test_without_a_penalty_rule_only_contract_interest_runs(one_sum, figure):
    assert figure(one_sum("1000", DUE, daily_rate="0.04%"), after(10)) == (
        "1000.00",
        "4.00",
        "0.00",
    )


def test_scheduled_interest_bears_neither_interest_nor_penalty(listed, figure):
    loan = listed((DUE, "1000", "500"), daily_rate="0.04%", penalty={"daily_rate": "0.05%"})
    assert figure(loan, after(10)) == ("1000.00", "504.00", "5.00")


def test_each_overdue_installment_accrues_from_its_own_due_date(listed, figure):
    loan = listed((DUE, "1000", "0"), (after(10), "1000", "0"), penalty={"daily_rate": "0.05%"})
    assert figure(loan, after(12)) == ("2000.00", "0.00", "7.00")


def test_an_installment_not_yet_due_accrues_nothing(listed, figure):
    loan = listed((DUE, "1000", "0"), (after(10), "9000", "0"), penalty={"daily_rate": "0.05%"})
    assert figure(loan, after(9)) == ("1000.00", "0.00", "4.50")


# ─── The penalty rules ───


@pytest.mark.parametrize(
    ("rule", "worth", "continues", "day_count", "interest", "penalty"),
    [
        ("daily_rate", "0.05%", True, "ACT/360", "60.00", "50.00"),
        ("daily_rate", "0.05%", False, "ACT/360", "0.00", "50.00"),
        ("annual_rate", "18%", True, "ACT/360", "60.00", "50.00"),
        ("annual_rate", "18%", True, "ACT/365F", "59.18", "49.32"),
        ("multiple_of_contract", "1.5", False, "ACT/360", "0.00", "90.00"),
        ("multiple_of_contract", "150%", False, "ACT/365F", "0.00", "88.77"),
        ("fraction_of_contract", "0.5", True, "ACT/360", "60.00", "30.00"),
        ("fraction_of_contract", "50%", False, "ACT/365F", "0.00", "29.59"),
        ("spread", "3.6%", True, "ACT/360", "60.00", "10.00"),
        ("spread", "3.6%", False, "ACT/360", "0.00", "70.00"),
    ],
)
def test_each_penalty_rule_over_ten_days_at_a_contract_rate_of_21_6_percent(
    one_sum, figure, rule, worth, continues, day_count, interest, penalty
):
    loan = one_sum(
        "10000",
        DUE,
        annual_rate="21.6%",
        day_count=day_count,
        penalty={rule: worth},
        contract_interest_continues=continues,
    )
    assert figure(loan, after(10)) == ("10000.00", interest, penalty)


def test_a_bank_in_china_charges_the_penalty_rate_on_unpaid_interest_too(listed, figure):
    """PBOC 银发〔2003〕251号, 3: interest not paid in time bears interest at the penalty rate.

    Ten days at 1.5 times 3.6 % a year on 1,000 and on 200 of interest: 1,200 × 5.4 % × 10/360.
    """
    bank = {
        "annual_rate": "3.6%",
        "day_count": "ACT/360",
        "penalty": {"multiple_of_contract": "1.5"},
        "penalty_base": "overdue-installment",
        "contract_interest_continues": False,
    }
    loan = listed((DUE, "1000", "200"), **bank)
    assert figure(loan, after(10)) == ("1000.00", "200.00", "1.80")
    paid_some = listed((DUE, "1000", "200"), paid=[(after(10), "101.80")], **bank)
    assert figure(paid_some, after(20)) == ("1000.00", "100.00", "1.65")


# ─── Rounding ───


def test_fractions_of_a_cent_are_kept_until_somebody_asks(one_sum, figure):
    """0.4 of a cent a day: rounded daily it would stay nothing for ever."""
    loan = one_sum("8", DUE, penalty={"daily_rate": "0.05%"})
    shown = [figure(loan, after(days))[2] for days in (1, 2, 3, 30)]
    assert shown == ["0.00", "0.01", "0.01", "0.12"]


def test_half_a_cent_is_rounded_up(one_sum, figure):
    assert figure(one_sum("10", DUE, penalty={"daily_rate": "0.05%"}), after(1))[2] == "0.01"


def test_a_partial_payment_does_not_lose_the_fractions_before_it(one_sum, figure):
    """Penalty of 0.5 a day on 1,000.10; the fractions on both sides of the payment add up."""
    loan = one_sum("1000.10", DUE, penalty={"daily_rate": "0.05%"}, paid=[(after(1), "0.50")])
    assert figure(loan, after(1)) == ("1000.10", "0.00", "0.00")
    # 2 × 0.50005 = 1.0001 and 10 × 0.50005 = 5.0005, each less the 0.50 paid.
    assert figure(loan, after(2)) == ("1000.10", "0.00", "0.50")
    assert figure(loan, after(10)) == ("1000.10", "0.00", "4.50")
    assert figure(loan, after(100)) == ("1000.10", "0.00", "49.51")


@pytest.mark.parametrize(
    ("currency", "amount", "penalty"), [("JPY", "1000", "1"), ("KWD", "1000", "0.500")]
)
def test_figures_have_the_digits_of_their_currency(one_sum, figure, currency, amount, penalty):
    loan = one_sum(amount, DUE, currency=currency, penalty={"daily_rate": "0.05%"})
    assert figure(loan, after(1))[2] == penalty


# ─── Grace ───


def graceful(one_sum, mode, *paid, days=5, **words):
    """Return 10,000 at 0.1 % a day: 10.00 a day while nothing is paid."""
    penalty = {"daily_rate": "0.1%"}
    return one_sum(
        "10000", DUE, penalty=penalty, grace_days=days, grace_mode=mode, paid=paid, **words
    )


@pytest.mark.parametrize("mode", ["retroactive", "deducted"])
@pytest.mark.parametrize("days", [1, 3, 5])
def test_no_penalty_is_owed_within_grace(one_sum, figure, mode, days):
    assert figure(graceful(one_sum, mode), after(days)) == ("10000.00", "0.00", "0.00")


@pytest.mark.parametrize(
    ("mode", "first", "second"),
    [("retroactive", "60.00", "70.00"), ("deducted", "10.00", "20.00")],
)
def test_once_grace_has_passed_its_days_count_or_do_not(one_sum, figure, mode, first, second):
    loan = graceful(one_sum, mode)
    assert [figure(loan, after(days))[2] for days in (6, 7)] == [first, second]


@pytest.mark.parametrize("mode", ["retroactive", "deducted"])
@pytest.mark.parametrize("days", [0, 1, 5])
def test_paying_all_within_grace_costs_nothing_ever(one_sum, mode, days):
    loan = graceful(one_sum, mode, (after(days), "10000"))
    for later in (days, 6, 100):
        assert value(loan, after(later)).due == Owed()
        assert value(loan, after(later)).settled


@pytest.mark.parametrize(
    ("mode", "day_six", "day_seven"),
    [
        # Two days on 10,000 and then 6,000: 20.00 + 4 × 6.00 by day six.
        ("retroactive", "44.00", "50.00"),
        ("deducted", "6.00", "12.00"),
    ],
)
def test_a_partial_payment_within_grace_lowers_what_its_passing_costs(
    one_sum, figure, mode, day_six, day_seven
):
    loan = graceful(one_sum, mode, (after(2), "4000"))
    assert figure(loan, after(2)) == ("6000.00", "0.00", "0.00")
    assert figure(loan, after(5)) == ("6000.00", "0.00", "0.00")
    assert figure(loan, after(6)) == ("6000.00", "0.00", day_six)
    assert figure(loan, after(7)) == ("6000.00", "0.00", day_seven)


@pytest.mark.parametrize("mode", ["retroactive", "deducted"])
def test_a_rest_paid_on_the_last_day_of_grace_ends_it_free_of_penalty(one_sum, mode):
    loan = graceful(one_sum, mode, (after(2), "4000"), (after(5), "6000"))
    assert value(loan, after(50)).settled


@pytest.mark.parametrize(("mode", "rest"), [("retroactive", "44.00"), ("deducted", "6.00")])
def test_a_rest_paid_one_day_after_grace_leaves_the_penalty(one_sum, figure, mode, rest):
    loan = graceful(one_sum, mode, (after(2), "4000"), (after(6), "6000"))
    assert figure(loan, after(6)) == (rest, "0.00", "0.00")


def test_contract_interest_runs_inside_grace(one_sum, figure):
    loan = graceful(one_sum, "retroactive", daily_rate="0.05%")
    assert figure(loan, after(3)) == ("10000.00", "15.00", "0.00")


@pytest.mark.parametrize("mode", ["retroactive", "deducted"])
@pytest.mark.parametrize("covers", [["fee", "reporting"], []])
def test_grace_that_does_not_cover_penalties_leaves_them_from_day_one(
    one_sum, figure, mode, covers
):
    loan = graceful(one_sum, mode, grace_covers=covers)
    assert [figure(loan, after(days))[2] for days in (1, 5, 6)] == ["10.00", "50.00", "60.00"]


def test_each_installment_has_its_own_grace(listed, figure):
    loan = listed(
        (DUE, "10000", "0"),
        (after(5), "10000", "0"),
        penalty={"daily_rate": "0.1%"},
        grace_days=5,
    )
    assert figure(loan, after(6)) == ("20000.00", "0.00", "60.00")
    assert figure(loan, after(11)) == ("20000.00", "0.00", "170.00")


# ─── Where a payment goes ───


def overdue(one_sum, *paid):
    """Return 10,000 with 5.00 interest and 10.00 penalty for each day late."""
    return one_sum("10000", DUE, daily_rate="0.05%", penalty={"daily_rate": "0.1%"}, paid=paid)


@pytest.mark.parametrize(
    ("amount", "left"),
    [
        ("60.00", ("10000.00", "50.00", "40.00")),
        ("100.00", ("10000.00", "50.00", "0.00")),
        ("130.00", ("10000.00", "20.00", "0.00")),
        ("150.00", ("10000.00", "0.00", "0.00")),
        ("1150.00", ("9000.00", "0.00", "0.00")),
        ("10150.00", ("0.00", "0.00", "0.00")),
    ],
)
def test_a_payment_goes_to_penalty_then_interest_then_principal(one_sum, figure, amount, left):
    assert figure(overdue(one_sum, (after(10), amount)), after(10)) == left


def test_after_a_payment_everything_accrues_on_what_is_left(one_sum, figure):
    loan = overdue(one_sum, (after(10), "5150.00"))
    assert figure(loan, after(11)) == ("5000.00", "2.50", "5.00")


def test_a_day_counts_in_full_even_when_it_is_paid_on(one_sum, figure):
    """Paying on day 10 what was owed on day 9 leaves the tenth day's interest and penalty."""
    loan = overdue(one_sum, (after(10), "10135.00"))
    assert figure(loan, after(10)) == ("15.00", "0.00", "0.00")


def test_a_payment_goes_to_the_oldest_installment_first(listed):
    loan = listed(
        (DUE, "1000", "0"),
        (after(30), "1000", "10"),
        penalty={"daily_rate": "0.05%"},
        paid=[(after(31), "1016.00")],
    )
    arrears = value(loan, after(31)).arrears
    # 15.50 penalty and 1,000 close the first; the other half yuan goes to the second's penalty.
    assert [(arrear.due, arrear.owed) for arrear in arrears] == [
        (after(30), Owed(1000_00, 10_00, 0))
    ]


def test_payments_of_one_day_count_together(one_sum, figure):
    once = overdue(one_sum, (after(10), "1000"))
    for parts in permutations(["100", "899.99", "0.01"]):
        several = overdue(one_sum, *((after(10), part) for part in parts))
        assert figure(several, after(15)) == figure(once, after(15))


def test_the_order_in_which_payments_were_recorded_does_not_matter(one_sum):
    paid = [(after(3), "500"), (after(10), "40"), (after(20), "7000")]
    figures = {value(overdue(one_sum, *order), after(30)).due for order in permutations(paid)}
    assert len(figures) == 1


def test_a_backdated_payment_changes_the_figure_from_its_own_date_on(one_sum, figure):
    """Heard of on day 20, paid on day 5: 15 days accrue on what was left, not on the whole."""
    late_news = overdue(one_sum, (after(5), "5075.00"))
    assert figure(late_news, after(4)) == ("10000.00", "20.00", "40.00")
    assert figure(late_news, after(20)) == ("5000.00", "37.50", "75.00")


def test_a_payment_after_the_date_asked_for_is_not_known_yet(one_sum, figure):
    loan = overdue(one_sum, (after(11), "10000"))
    assert figure(loan, after(10)) == ("10000.00", "50.00", "100.00")


def test_paying_on_the_due_date_settles_the_loan(one_sum):
    assert value(overdue(one_sum, (DUE, "10000")), after(99)).settled


# ─── Paying ahead ───


def monthly(listed, *paid):
    """Return three installments of 1,000.00 with 100.00, 50.00 and 25.00 of interest."""
    parts = ((DUE, "1000", "100"), (after(30), "1000", "50"), (after(60), "1000", "25"))
    return listed(*parts, daily_rate="0.05%", penalty={"daily_rate": "0.1%"}, paid=paid)


def test_money_paid_ahead_meets_the_installment_on_its_due_date(listed, figure):
    loan = monthly(listed, (after(-5), "1100"))
    assert figure(loan, DUE) == ("0.00", "0.00", "0.00")
    assert figure(loan, after(29)) == ("0.00", "0.00", "0.00")


def test_too_little_paid_ahead_is_taken_off_interest_first(listed, figure):
    assert figure(monthly(listed, (after(-5), "60")), DUE) == ("1000.00", "40.00", "0.00")
    assert figure(monthly(listed, (after(-5), "600")), DUE) == ("500.00", "0.00", "0.00")


def test_what_is_late_after_paying_ahead_accrues_on_the_rest_only(listed, figure):
    loan = monthly(listed, (after(-5), "600"))
    assert figure(loan, after(10)) == ("500.00", "2.50", "5.00")


def test_money_paid_ahead_reaches_into_the_installments_that_follow(listed, figure):
    loan = monthly(listed, (after(-5), "1500"))
    assert figure(loan, after(30)) == ("650.00", "0.00", "0.00")


def test_a_later_payment_adds_to_what_was_paid_ahead(listed, figure):
    loan = monthly(listed, (after(-5), "600"), (after(-4), "400"))
    assert figure(loan, DUE) == ("100.00", "0.00", "0.00")


def test_enough_for_the_payoff_ends_the_loan_and_interest_not_earned_lapses(listed):
    loan = monthly(listed, (DUE, "3100"))
    for day in (DUE, after(30), after(60), after(99)):
        assert value(loan, day).settled
        assert value(loan, day).credit.minor == 0


def test_a_cent_less_than_the_payoff_does_not_end_the_loan(listed, figure):
    loan = monthly(listed, (DUE, "3099.99"))
    assert not value(loan, DUE).settled
    # The 1,999.99 of credit meet 1,050.00, then leave 75.01 of the last 1,025.00.
    assert figure(loan, after(60)) == ("75.01", "0.00", "0.00")


def test_what_is_paid_beyond_everything_stays_visible_as_credit(listed):
    position = value(monthly(listed, (DUE, "3150")), after(99))
    assert (position.settled, str(position.credit), str(position.payoff)) == (True, "50.00", "0.00")


def test_a_payment_on_a_settled_loan_is_all_credit(one_sum):
    loan = overdue(one_sum, (DUE, "10000"), (after(3), "12.34"))
    assert str(value(loan, after(3)).credit) == "12.34"


# ─── The account itself ───


def test_a_trace_tells_where_each_days_payments_went(listed):
    loan = monthly(listed, (DUE, "600"), (after(10), "300"), (after(10), "400"))
    trace = Trace(loan.terms)
    Account(loan.terms, trace).run(loan.payments, after(10))
    splits = [(step.end, step.micros, step.split) for step in trace.steps if step.kind == "payment"]
    assert splits == [
        (DUE, -600_00_000000, Owed(500_00, 100_00, 0)),
        (after(10), -700_00_000000, Owed(500_00, 2_50, 5_00)),
    ]


def test_owed_adds_subtracts_and_totals_part_by_part():
    one, other = Owed(100, 20, 3, 4), Owed(1, 2, 3, 4)
    assert one + other == Owed(101, 22, 6, 8)
    assert one - other == Owed(99, 18, 0, 0)
    assert one.total == 127
