"""What a payment settles first: components in an agreed order, by installment or by component."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderd.loans.explain import explain
from reminderd.loans.owed import Owed
from reminderd.loans.position import value

DUE = date(2026, 3, 1)


def after(days):
    return DUE + timedelta(days=days)


def one(listed, paid, **words):
    """Return a loan that after ten days owes 1000.00, 105.00 interest, 10.00 penalty, 25.00 fee."""
    words = {"daily_rate": "0.05%", "penalty": {"daily_rate": "0.1%"}, "fees": ["25"]} | words
    return listed((DUE, "1000", "100"), paid=[(after(10), paid)] if paid else [], **words)


FULL = ("1000.00", "105.00", "10.00", "25.00")


def test_what_is_owed_before_anything_is_paid(listed, owed):
    assert owed(one(listed, None), after(10)) == FULL


@pytest.mark.parametrize(
    ("paid", "left"),
    [
        ("0.01", ("1000.00", "105.00", "10.00", "24.99")),
        ("25", ("1000.00", "105.00", "10.00", "0.00")),
        ("25.01", ("1000.00", "105.00", "9.99", "0.00")),
        ("35", ("1000.00", "105.00", "0.00", "0.00")),
        ("140", ("1000.00", "0.00", "0.00", "0.00")),
        ("140.01", ("999.99", "0.00", "0.00", "0.00")),
        ("1138.99", ("1.01", "0.00", "0.00", "0.00")),
        ("1140", ("0.00", "0.00", "0.00", "0.00")),
    ],
)
def test_the_law_has_a_payment_meet_fees_penalty_interest_and_principal(listed, owed, paid, left):
    assert owed(one(listed, paid), after(10)) == left


@pytest.mark.parametrize(
    ("order", "left"),
    [
        (["principal", "interest", "penalty", "fees"], ("940.00", "105.00", "10.00", "25.00")),
        (["interest", "principal", "penalty", "fees"], ("1000.00", "45.00", "10.00", "25.00")),
        (["penalty", "fees", "interest", "principal"], ("1000.00", "80.00", "0.00", "0.00")),
        (["penalty", "interest", "fees", "principal"], ("1000.00", "55.00", "0.00", "25.00")),
        (["fees", "principal", "interest", "penalty"], ("965.00", "105.00", "10.00", "0.00")),
    ],
)
def test_another_order_may_have_been_agreed(listed, owed, order, left):
    assert owed(one(listed, "60", allocation_order=order), after(10)) == left


def test_one_payment_after_the_other_adds_up_in_each_component(listed, owed):
    """7.00 in two parts and 6.00 a day later: each component is met bit by bit."""
    for order, place in [
        (["fees", "penalty", "interest", "principal"], 3),
        (["penalty", "fees", "interest", "principal"], 2),
        (["interest", "penalty", "fees", "principal"], 1),
        (["principal", "interest", "penalty", "fees"], 0),
    ]:
        words = {"fees": ["25"], "penalty": {"daily_rate": "0.1%"}, "allocation_order": order}
        parts = (DUE, "100", "100")
        unpaid = listed(parts, **words)
        paid = listed(
            parts, paid=[(after(200), "5"), (after(200), "2"), (after(201), "6")], **words
        )
        left = [owed(loan, after(201))[place] for loan in (unpaid, paid)]
        assert Decimal(left[0]) - Decimal(left[1]) == 13


# ─── By installment, or by component ───


def two(listed, paid, **words):
    """Return two late installments that on day 20 owe as OLDER and NEWER."""
    words = {"daily_rate": "0.05%", "penalty": {"daily_rate": "0.1%"}, "fees": ["25"]} | words
    parts = (DUE, "1000", "100"), (after(10), "1000", "50")
    return listed(*parts, paid=[(after(20), paid)] if paid else [], **words)


OLDER = Owed(1000_00, 110_00, 20_00, 25_00)
NEWER = Owed(1000_00, 55_00, 10_00, 25_00)


def left(loan):
    return [arrear.owed for arrear in value(loan, after(20)).arrears]


def test_the_two_installments_owe_what_the_comments_say(listed):
    assert left(two(listed, None)) == [OLDER, NEWER]


@pytest.mark.parametrize(
    ("paid", "older", "newer"),
    [
        ("30", Owed(1000_00, 110_00, 15_00, 0), NEWER),
        ("200", Owed(955_00, 0, 0, 0), NEWER),
        ("1154", Owed(1_00, 0, 0, 0), NEWER),
        ("1156", None, Owed(1000_00, 55_00, 10_00, 24_00)),
        ("1245", None, Owed(1000_00, 0, 0, 0)),
    ],
)
def test_by_installment_the_oldest_is_settled_whole_before_the_next(listed, paid, older, newer):
    assert left(two(listed, paid)) == [part for part in (older, newer) if part]


@pytest.mark.parametrize(
    ("paid", "older", "newer"),
    [
        ("30", Owed(1000_00, 110_00, 20_00, 0), Owed(1000_00, 55_00, 10_00, 20_00)),
        ("50", Owed(1000_00, 110_00, 20_00, 0), Owed(1000_00, 55_00, 10_00, 0)),
        ("75", Owed(1000_00, 110_00, 0, 0), Owed(1000_00, 55_00, 5_00, 0)),
        ("80", Owed(1000_00, 110_00, 0, 0), Owed(1000_00, 55_00, 0, 0)),
        ("200", Owed(1000_00, 0, 0, 0), Owed(1000_00, 45_00, 0, 0)),
        ("245", Owed(1000_00, 0, 0, 0), Owed(1000_00, 0, 0, 0)),
        ("1300", None, Owed(945_00, 0, 0, 0)),
    ],
)
def test_by_component_all_fees_come_before_any_penalty_and_so_on(listed, paid, older, newer):
    found = left(two(listed, paid, allocation_by="component"))
    assert found == [part for part in (older, newer) if part]


def test_by_component_the_agreed_order_of_components_holds(listed):
    """All interest first: 110.00 of the older, 40.00 of the newer."""
    order = ["interest", "fees", "penalty", "principal"]
    found = left(two(listed, "150", allocation_by="component", allocation_order=order))
    assert found == [Owed(1000_00, 0, 20_00, 25_00), Owed(1000_00, 15_00, 10_00, 25_00)]


@pytest.mark.parametrize("by", ["installment", "component"])
def test_however_it_is_spent_the_derivation_says_on_what(listed, by):
    loan = two(listed, "1300", allocation_by=by)
    (payment,) = (step for step in explain(loan, after(20)) if step.kind == "payment")
    # 1300 - 25 - 20 - 110 - 1000 leave 145 for the newer: 25, 10, 55 and 55 of its principal; by
    # component 50 + 30 + 165 leave 1055 for principals. The same here, as all else is paid.
    assert payment.split == Owed(1055_00, 165_00, 30_00, 50_00)


@pytest.mark.parametrize("by", ["installment", "component"])
def test_what_is_more_than_is_due_waits_as_credit(listed, by):
    loan = listed(
        (DUE, "100", "0"),
        (after(30), "100", "0"),
        (after(60), "100", "0"),
        allocation_by=by,
        paid=[(after(1), "130")],
    )
    assert value(loan, after(1)).credit.minor == 30_00
    assert value(loan, after(30)).due == Owed(70_00)


@pytest.mark.parametrize("by", ["installment", "component"])
def test_after_more_was_paid_than_was_due_all_that_comes_later_is_owed(listed, by):
    """The credit of 1.00 meets the second installment; the third and fourth come after it."""
    parts = ((after(days), "1000", "0") for days in (0, 10, 20, 30))
    position = value(listed(*parts, paid=[(DUE, "1001")], allocation_by=by), after(30))
    assert position.due == Owed(2999_00)
    assert position.days_past_due == 20


# ─── Rounding of what is owed ───


@pytest.mark.parametrize(
    ("rounding", "shown"),
    [
        # 10.00 at 0.05 %: 0.5, 1.0, 1.5 and 2.5 cents after 1, 2, 3 and 5 days.
        ("half-up", ["0.01", "0.01", "0.02", "0.03"]),
        ("half-even", ["0.00", "0.01", "0.02", "0.02"]),
        ("down", ["0.00", "0.01", "0.01", "0.02"]),
    ],
)
def test_interest_and_penalty_are_rounded_as_agreed(one_sum, figure, rounding, shown):
    words = {"daily_rate": "0.05%", "penalty": {"daily_rate": "0.05%"}, "rounding": rounding}
    loan = one_sum("10", DUE, **words)
    for part in (1, 2):
        assert [figure(loan, after(days))[part] for days in (1, 2, 3, 5)] == shown


@pytest.mark.parametrize(("rounding", "cents"), [("half-up", 1), ("half-even", 0), ("down", 0)])
def test_each_days_interest_and_penalty_of_each_installment_may_be_rounded(
    listed, owed, rounding, cents
):
    loan = listed(
        (DUE, "10", "0"),
        (after(1), "10", "0"),
        daily_rate="0.05%",
        penalty={"daily_rate": "0.05%"},
        rounding=rounding,
        rounding_at="day",
    )
    # Ten days of the first, nine of the second, half a cent each.
    shown = f"{19 * cents / 100:.2f}"
    assert owed(loan, after(10)) == ("20.00", shown, shown, "0.00")


# ─── What the penalty is charged on ───


def outstanding(listed, *paid, **words):
    """Return three installments of 1,000.00; 0.1 % a day on what is outstanding."""
    words = {"penalty": {"daily_rate": "0.1%"}, "penalty_base": "outstanding-principal"} | words
    return listed(*((after(n), "1000", "10") for n in (0, 30, 60)), paid=paid, **words)


@pytest.mark.parametrize(
    ("day", "penalty"),
    [(0, "0.00"), (1, "3.00"), (30, "90.00"), (31, "93.00"), (61, "183.00")],
)
def test_all_principal_due_or_not_bears_the_penalty_once(listed, figure, day, penalty):
    assert figure(outstanding(listed), after(day))[2] == penalty


def test_the_oldest_unpaid_installment_bears_it(listed):
    arrears = value(outstanding(listed), after(40)).arrears
    assert [arrear.owed.penalty for arrear in arrears] == [120_00, 0]


def test_the_others_bear_nothing_of_it_not_even_at_a_hundred_percent_a_day(listed):
    """3,000.00 a day for 40 days, all by the first."""
    loan = outstanding(listed, penalty={"daily_rate": "100%"})
    arrears = value(loan, after(40)).arrears
    assert [arrear.owed.penalty for arrear in arrears] == [40 * 3000_00, 0]


def test_a_payment_lowers_what_bears_the_penalty(listed, figure):
    """Ten days at 3.00; 540.00 pay them, 10.00 of interest and half the first principal."""
    loan = outstanding(listed, (after(10), "540"))
    assert figure(loan, after(10)) == ("500.00", "0.00", "0.00")
    assert figure(loan, after(14))[2] == "10.00"


def test_once_the_oldest_is_paid_the_next_one_bears_it_from_then_on(listed, figure):
    """Up to day 40 the first bears 120.00 and is paid; then 2,000 bear 2.00 a day."""
    loan = outstanding(listed, (after(40), "1130"))
    assert figure(loan, after(40)) == ("1000.00", "10.00", "0.00")
    assert figure(loan, after(45))[2] == "10.00"


def test_nothing_bears_it_while_nothing_is_late(listed, figure):
    loan = outstanding(listed, (DUE, "1010"))
    assert figure(loan, after(29)) == ("0.00", "0.00", "0.00")
    assert figure(loan, after(30)) == ("1000.00", "10.00", "0.00")
    assert figure(loan, after(31))[2] == "2.00"


def test_late_interest_alone_has_all_principal_bear_the_penalty(scheduled, owed):
    """An interest-only loan: 1,200 at 0.1 %, though none of it is due."""
    loan = scheduled(
        "interest-only",
        "1200",
        3,
        DUE,
        daily_rate="0.05%",
        penalty={"daily_rate": "0.1%"},
        penalty_base="outstanding-principal",
    )
    assert owed(loan, after(10)) == ("0.00", "16.80", "12.00", "0.00")


def test_late_interest_alone_bears_the_penalty_as_an_installment(scheduled, owed):
    """16.80 of interest for February at 0.1 %: 0.168 in ten days."""
    words = {"daily_rate": "0.05%", "penalty": {"daily_rate": "0.1%"}}
    loan = scheduled("interest-only", "1200", 3, DUE, penalty_base="overdue-installment", **words)
    assert owed(loan, after(10)) == ("0.00", "16.80", "0.17", "0.00")
    plain = scheduled("interest-only", "1200", 3, DUE, **words)
    assert owed(plain, after(10)) == ("0.00", "16.80", "0.00", "0.00")


def test_a_called_loan_bears_the_penalty_on_all_of_it_from_then_on(scheduled, owed):
    """1,200 in 3 parts at 0.05 %: 14 days of the second period are 800 × 0.05 % × 14 = 5.60."""
    loan = scheduled(
        "equal-principal",
        "1200",
        3,
        DUE,
        daily_rate="0.05%",
        penalty={"daily_rate": "0.1%"},
        contract_interest_continues=False,
        acceleration_date=after(14),
    )
    # The first part of 400.00 with 28 days of interest, 16.80, is late from the start.
    assert owed(loan, after(14)) == ("1200.00", "22.40", "5.60", "0.00")
    assert owed(loan, after(15)) == ("1200.00", "22.40", "6.80", "0.00")
    assert value(loan, after(15)).payoff.minor == 1200_00 + 22_40 + 6_80
    assert value(loan, after(14)).upcoming == ()


# ─── The due date as a day of lateness ───


def late(one_sum, *paid, **words):
    words = {"penalty": {"daily_rate": "0.1%"}, "dpd_includes_due_date": True} | words
    return one_sum("1000", DUE, paid=paid, **words)


def test_once_late_the_due_date_counts_as_a_day_of_penalty_too(one_sum, figure):
    loan = late(one_sum)
    assert [figure(loan, after(n))[2] for n in (0, 1, 2, 10)] == ["0.00", "2.00", "3.00", "11.00"]


def test_the_due_date_counts_no_interest(one_sum, figure):
    assert figure(late(one_sum, daily_rate="0.05%"), after(2))[1] == "1.00"


def test_a_retroactive_grace_reaches_back_to_the_due_date_itself(one_sum, figure):
    loan = late(one_sum, grace_days=5)
    assert [figure(loan, after(n))[2] for n in (5, 6)] == ["0.00", "7.00"]


def test_a_deducted_grace_leaves_only_the_days_beyond_it(one_sum, figure):
    loan = late(one_sum, grace_days=5, grace_mode="deducted")
    assert [figure(loan, after(n))[2] for n in (5, 6)] == ["0.00", "1.00"]


@pytest.mark.parametrize("words", [{}, {"grace_days": 5, "grace_covers": ["fee"]}])
def test_a_deduction_of_no_days_leaves_the_due_date_counting(one_sum, figure, words):
    loan = late(one_sum, grace_mode="deducted", **words)
    assert figure(loan, after(1))[2] == "2.00"


def test_paid_on_the_due_date_nothing_is_late(one_sum):
    assert value(late(one_sum, (DUE, "1000")), after(9)).settled


@pytest.mark.parametrize(("days", "counted"), [(-1, 0), (0, 0), (1, 2), (2, 3), (30, 31)])
def test_days_past_due_count_the_due_date(one_sum, days, counted):
    position = value(late(one_sum), after(days))
    assert position.days_past_due == counted
    assert [arrear.days_past_due for arrear in position.arrears] == [counted][: days >= 0]


# ─── Business days ───


def test_lateness_counts_from_the_day_to_which_the_due_date_moved(one_sum, figure):
    """31 May 2026 is a Sunday, so 1 June is the due date, and 2 June penalty day one."""
    loan = one_sum(
        "1000",
        date(2026, 5, 31),
        penalty={"daily_rate": "0.1%"},
        business_days=("following", "XECB"),
    )
    assert value(loan, date(2026, 5, 31)).due == Owed()
    assert figure(loan, date(2026, 6, 1)) == ("1000.00", "0.00", "0.00")
    assert figure(loan, date(2026, 6, 2)) == ("1000.00", "0.00", "1.00")
    assert value(loan, date(2026, 6, 2)).days_past_due == 1
