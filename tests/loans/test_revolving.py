"""A revolving balance: its minimum, its interest, and what paying more than the minimum does."""

from datetime import date
from decimal import Decimal

import pytest

from reminderd.loans.cures import cost_of_lateness
from reminderd.loans.explain import explain, explain_next
from reminderd.loans.owed import Owed
from reminderd.loans.position import value

JAN, FEB, MAR = date(2026, 1, 15), date(2026, 2, 15), date(2026, 3, 15)


NO_STATEMENT = ("20%", "200", False, 0)  # nothing paid before the due date counts towards it


def card(scheduled, *paid, **words):
    """Return a balance of 1,000.00 at 0.05 % a day that asks for 20 %, at least 200.00."""
    words = {"daily_rate": "0.05%", "minimum": ("20%", "200"), "paid": paid} | words
    return scheduled("revolving", "1000", 0, JAN, **words)


def coming(loan, day):
    return [(part.due, part.remaining.minor) for part in value(loan, day).upcoming]


def test_the_first_minimum_is_free_of_interest(scheduled):
    loan = card(scheduled)
    assert value(loan, JAN).due == Owed(200_00)
    assert value(loan, FEB).due == Owed(400_00, 12_40 + 3_10)  # 800 × 31 days, 200 late 31 days


def test_paying_the_minimum_leaves_the_next_with_interest_on_the_rest(scheduled):
    loan = card(scheduled, (JAN, "200"))
    assert value(loan, JAN).due == Owed()
    assert coming(loan, JAN)[:2] == [(FEB, 212_40), (MAR, 208_40)]  # 800 × 31, 600 × 28
    assert value(loan, FEB).due == Owed(200_00, 12_40)


def test_more_than_the_minimum_pays_the_balance_down_at_once(scheduled):
    """300.00 beyond the minimum leave 500.00, which bear 0.25 a day from the same day on."""
    loan = card(scheduled, (JAN, "500"))
    position = value(loan, JAN)
    assert (position.due, position.credit.minor, position.payoff.minor) == (Owed(), 0, 500_00)
    assert coming(loan, JAN) == [
        (FEB, 200_00 + 7_75),  # 500 × 31 days
        (MAR, 200_00 + 4_20),  # 300 × 28
        (date(2026, 4, 15), 100_00 + 1_55),  # 100 × 31
    ]


def test_paid_down_within_a_period_both_balances_bear_interest_for_their_days(scheduled):
    """800 for the ten days to 25 January: 4.00. Then 500 for 21 days: 5.25."""
    loan = card(scheduled, (JAN, "200"), (date(2026, 1, 25), "300"))
    assert value(loan, date(2026, 1, 25)).credit.minor == 0
    assert value(loan, date(2026, 1, 25)).payoff.minor == 504_00
    assert value(loan, date(2026, 1, 26)).payoff.minor == 504_25
    assert value(loan, FEB).due == Owed(200_00, 9_25)


def test_paid_down_twice_within_a_period_all_three_balances_bear_interest(scheduled):
    """800 × 10 + 500 × 10 + 300 × 11 days at 0.05 %: 4.00 + 2.50 + 1.65."""
    paid = (JAN, "200"), (date(2026, 1, 25), "300"), (date(2026, 2, 4), "200")
    assert value(card(scheduled, *paid, minimum=NO_STATEMENT), FEB).due == Owed(200_00, 8_15)


def test_paid_down_before_the_first_due_date_the_period_stays_free(scheduled):
    loan = card(scheduled, (date(2026, 1, 5), "300"), minimum=NO_STATEMENT)
    assert value(loan, JAN).due == Owed(200_00)
    assert coming(loan, date(2026, 1, 5))[:2] == [(JAN, 200_00), (FEB, 200_00 + 7_75)]


def test_paid_down_before_the_first_due_date_a_named_start_bears_interest(scheduled):
    """From 20 December 16 days on 1,000 and ten on 700: 8.00 + 3.50."""
    words = {"start": date(2025, 12, 20), "minimum": NO_STATEMENT}
    loan = card(scheduled, (date(2026, 1, 5), "300"), **words)
    assert value(loan, JAN).due == Owed(200_00, 11_50)


# ─── Between the statement and its due date ───


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2025, 12, 28), 200_00),  # that day's statement has it already, and asks for more
        (date(2025, 12, 29), 0),
        (date(2026, 1, 14), 0),
        (JAN, 0),
    ],
)
def test_what_is_paid_after_the_statement_counts_towards_its_minimum(scheduled, day, due):
    """With 18 days to pay, the statement for 15 January is of 28 December."""
    loan = card(scheduled, (day, "200"))
    assert value(loan, JAN).due == Owed(due)
    assert value(loan, JAN).payoff.minor == 800_00


def test_the_minimum_can_be_paid_in_parts(scheduled):
    loan = card(scheduled, (date(2026, 1, 2), "50"), (date(2026, 1, 9), "70"))
    assert value(loan, date(2026, 1, 9)).upcoming[0].remaining.minor == 80_00
    assert value(loan, JAN).due == Owed(80_00)
    assert coming(loan, JAN)[0] == (FEB, 200_00 + 12_40)  # 800 × 31, as with all paid on time


@pytest.mark.parametrize("included", [False, True])
def test_whoever_pays_early_what_was_asked_for_is_asked_for_nothing_more(scheduled, included):
    """What 15 February asks for, paid five days ahead: the balance bears less for these days.

    800 × 26 days and 600 × 5 are 10.40 + 1.50. Of 212.40 there are 0.50 over, which pay down too.
    With interest in the minimum, 187.60 of principal are asked for: 800 × 26 + 612.40 × 5 are
    10.40 + 1.53, and 0.47 of 200.00 are over.
    """
    early, asked = date(2026, 2, 10), "200" if included else "212.40"
    loan = card(scheduled, (JAN, "200"), (early, asked), minimum=("20%", "200", included))
    # 599.50 × 28 days are 8.39.
    assert coming(loan, early)[0] == (MAR, 200_00 if included else 208_39)
    position = value(loan, FEB)
    assert (position.due, position.credit.minor) == (Owed(), 0)
    assert position.payoff.minor == (611_93 if included else 599_50)


def test_more_than_the_minimum_and_its_interest_pays_down_at_once(scheduled):
    """Of 500.00, 11.18 wait for the interest: 800 × 26 days and 311.18 × 5 are 10.40 + 0.78."""
    early = date(2026, 2, 10)
    loan = card(scheduled, (JAN, "200"), (early, "500"))
    position = value(loan, early)
    assert position.credit.minor == 11_18
    assert coming(loan, early)[0] == (MAR, 204_36)  # 311.18 × 28 days are 4.36
    assert value(loan, FEB).due == Owed()
    assert value(loan, FEB).payoff.minor == 800_00 - 488_82


def test_how_long_before_the_statement_is_drawn_can_be_said(scheduled):
    paid = date(2025, 12, 22), "200"
    assert value(card(scheduled, paid), JAN).due == Owed(200_00)
    longer = ("20%", "200", False, 25)
    assert value(card(scheduled, paid, minimum=longer), JAN).due == Owed()


def test_a_period_shorter_than_that_has_its_statement_when_it_begins(scheduled):
    """On 12 January the minimum of the 15th is paid; the one of the 22nd is not named yet."""
    paid = (date(2026, 1, 9), "200"), (date(2026, 1, 12), "100")
    loan = card(scheduled, *paid, frequency="1 week")
    assert value(loan, JAN).due == Owed()
    assert coming(loan, JAN)[0] == (date(2026, 1, 22), 200_00 + 2_45)  # 700 × 7 days
    assert value(card(scheduled, (date(2026, 1, 8), "200"), frequency="1 week"), JAN).due.total


# ─── The minimum, moved ───


def moved(scheduled, *paid):
    """Return the card, whose minimum of 15 January may be paid on 1 February."""
    to = {"due": JAN, "agreed": date(2026, 1, 10), "to": [date(2026, 2, 1)]}
    return card(scheduled, *paid, extensions=[to])


@pytest.mark.parametrize("day", [date(2026, 1, 25), date(2026, 1, 30), date(2026, 2, 1)])
def test_a_minimum_that_was_moved_can_be_paid_ahead(scheduled, day):
    """It asks for 200.00 and 17 days on them, 1.70."""
    asked = value(moved(scheduled), date(2026, 1, 25)).upcoming[0].remaining
    assert asked.minor == 201_70
    loan = moved(scheduled, (day, "201.70"))
    assert value(loan, date(2026, 2, 1)).due == Owed()
    assert coming(loan, day)[0] == (FEB, 200_00 + 12_40)  # 800 × 31 days


def test_what_is_over_beside_a_moved_minimum_meets_the_next(scheduled):
    """Of 500.00 the moved one has 201.70, the next 200.00; of the rest its interest waits."""
    loan = moved(scheduled, (date(2026, 1, 30), "500"))
    assert value(loan, date(2026, 2, 1)).due == Owed()
    assert value(loan, FEB).due == Owed()


# ─── The minimum, late or exceeded ───


def test_a_late_minimum_is_met_first_and_only_what_is_over_pays_down(scheduled):
    """Ten days late: 200.00 and 1.00 of interest. Of 301.00 there are 100.00 left to pay down."""
    loan = card(scheduled, (date(2026, 1, 25), "301"))
    assert value(loan, date(2026, 1, 25)).due == Owed()
    assert value(loan, date(2026, 1, 25)).payoff.minor == 700_00 + 4_00
    # 800 for ten days, 700 for 21: 4.00 + 7.35
    assert value(loan, FEB).due == Owed(200_00, 11_35)


def test_less_than_the_minimum_pays_nothing_down(scheduled):
    loan = card(scheduled, (JAN, "150"))
    assert value(loan, JAN).due == Owed(50_00)
    assert coming(loan, JAN)[0] == (FEB, 212_40)


def test_all_principal_but_not_the_interest_leaves_the_interest_to_pay(scheduled):
    """On 25 January 804.00 would end it; 803.00 pay 800.00 down and 3.00 towards the interest."""
    loan = card(scheduled, (JAN, "200"), (date(2026, 1, 25), "803"))
    position = value(loan, date(2026, 1, 25))
    assert (position.credit.minor, position.payoff.minor) == (3_00, 1_00)
    assert not position.settled
    assert value(loan, FEB).due == Owed(0, 1_00)
    assert coming(loan, FEB) == []


def test_a_balance_of_nothing_takes_more_money_as_credit(scheduled):
    paid = (JAN, "200"), (date(2026, 1, 25), "803"), (date(2026, 1, 26), "0.50")
    position = value(card(scheduled, *paid), date(2026, 1, 26))
    assert (position.credit.minor, position.payoff.minor) == (3_50, 50)


def test_paying_the_payoff_ends_a_revolving_balance(scheduled):
    loan = card(scheduled, (JAN, "200"), (date(2026, 1, 25), "804"))
    for day in (date(2026, 1, 25), FEB, MAR):
        assert value(loan, day).settled


def test_a_minimum_that_includes_the_interest_includes_what_was_earned_before_it_was_paid_down(
    scheduled,
):
    """4.00 and 5.25 as above: 9.25 of the 200.00 are interest."""
    paid = (JAN, "200"), (date(2026, 1, 25), "300")
    loan = card(scheduled, *paid, minimum=("20%", "200", True))
    assert value(loan, FEB).due == Owed(190_75, 9_25)


def test_what_was_paid_down_still_falls_due_on_a_business_day(scheduled):
    """15 February 2026 is a Sunday; the interest runs until then all the same."""
    loan = card(scheduled, (JAN, "500"), business_days=("following", "XECB"))
    assert coming(loan, JAN)[0] == (date(2026, 2, 16), 207_75)


def test_paid_down_while_a_moved_due_date_is_awaited_the_period_has_earned_its_interest(scheduled):
    """Golden Week 2026 moves Sunday 4 October to the 8th; on the 6th September is over.

    1,000 × 0.05 % × 30 days are 15.00; of the 700.00 left the next 200.00 are due on the 8th.
    """
    loan = scheduled(
        "revolving",
        "1000",
        0,
        date(2026, 10, 4),
        start=date(2026, 9, 4),
        daily_rate="0.05%",
        minimum=NO_STATEMENT,
        business_days=("following", "CN"),
        paid=[(date(2026, 10, 6), "300")],
    )
    assert coming(loan, date(2026, 10, 6))[:2] == [
        (date(2026, 10, 8), 200_00 + 15_00),
        (date(2026, 11, 4), 200_00 + 8_05),  # 800 × 2 days, 500 × 29
    ]


@pytest.mark.parametrize("amount", ["300", "500"])
@pytest.mark.parametrize("days", [0, 18])
def test_what_is_paid_while_a_moved_due_date_is_awaited_lowers_the_payoff_by_itself(
    scheduled, amount, days
):
    """The interest that October has earned by the 6th stays: money bears none before it is paid."""
    golden_week = {
        "start": date(2026, 9, 4),
        "daily_rate": "0.05%",
        "minimum": ("20%", "200", False, days),
        "business_days": ("following", "CN"),
    }
    day, due = date(2026, 10, 6), date(2026, 10, 4)
    unpaid = scheduled("revolving", "1000", 0, due, **golden_week)
    paid = scheduled("revolving", "1000", 0, due, paid=[(day, amount)], **golden_week)
    left = value(unpaid, day).payoff.minor - value(paid, day).payoff.minor
    assert left == int(amount) * 100


def test_what_was_paid_down_is_still_called_when_the_loan_is(scheduled):
    """800 for ten days, 500 for the eleven days to 5 February: 4.00 + 2.75."""
    paid = (JAN, "200"), (date(2026, 1, 25), "300")
    loan = card(scheduled, *paid, acceleration_date=date(2026, 2, 5))
    assert coming(loan, date(2026, 1, 25)) == [(date(2026, 2, 5), 506_75)]
    assert value(loan, date(2026, 1, 29)).payoff.minor == 500_00 + 4_00 + 1_00
    assert value(loan, date(2026, 2, 5)).due == Owed(500_00, 6_75)
    # Paid down again: five days on 500 and six on 400.
    again = card(scheduled, *paid, (date(2026, 1, 30), "100"), acceleration_date=date(2026, 2, 5))
    assert value(again, date(2026, 2, 5)).due == Owed(400_00, 4_00 + 1_25 + 1_20)


def test_what_was_extended_keeps_its_date_when_the_rest_is_paid_down(scheduled):
    """The 200.00 of January, 1.00 for ten days late and 2.60 for 26 more stay on 20 February.

    Of 800.00 to come 300.00 are paid on the 26th: 4.40 for eleven days and 5.00 for twenty.
    """
    moved = {"due": JAN, "agreed": date(2026, 1, 25), "to": [date(2026, 2, 20)]}
    loan = card(scheduled, (date(2026, 1, 26), "300"), extensions=[moved])
    assert value(loan, date(2026, 1, 26)).due == Owed()
    assert coming(loan, date(2026, 1, 26)) == [
        (FEB, 200_00 + 9_40),
        (date(2026, 2, 20), 200_00 + 3_60),
        (MAR, 200_00 + 4_20),
        (date(2026, 4, 15), 100_00 + 1_55),
    ]


def test_paid_down_before_its_period_began_a_balance_bears_interest_only_from_then(scheduled):
    """January's minimum is put off; paid on the 12th, 500.00 bear interest from the 15th on."""
    moved = {"due": JAN, "agreed": date(2026, 1, 10), "to": [date(2026, 2, 20)]}
    loan = card(scheduled, (date(2026, 1, 12), "300"), extensions=[moved])
    assert coming(loan, date(2026, 1, 12))[0] == (FEB, 200_00 + 7_75)


def test_another_loan_is_not_paid_down_but_keeps_the_money_as_credit(scheduled):
    loan = scheduled("equal-principal", "1000", 5, JAN, daily_rate="0.05%", paid=[(JAN, "515.50")])
    assert value(loan, JAN).credit.minor == 300_00


def test_the_derivation_tells_what_was_paid_down(scheduled):
    steps = explain(card(scheduled, (JAN, "500")), JAN)
    assert [(step.kind, step.amount) for step in steps] == [
        ("principal", Decimal(200)),
        ("paid-early", Decimal(300)),
        ("payment", Decimal(-500)),
        ("total", Decimal(0)),
    ]
    assert steps[2].split == Owed(200_00)
    assert steps[1].end == JAN


def test_what_comes_next_is_explained_by_balance_rate_and_days(scheduled):
    """Of a period in which something was paid down, each balance shows its factors."""
    usual = explain_next(value(card(scheduled, (JAN, "200")), JAN))
    assert [(step.kind, step.amount) for step in usual] == [
        ("principal", Decimal(200)),
        ("scheduled-interest", Decimal("12.40")),
        ("total", Decimal("212.40")),
    ]
    assert (usual[1].base.minor, usual[1].days, usual[1].start) == (800_00, 31, JAN)
    down = card(scheduled, (JAN, "200"), (date(2026, 1, 25), "300"))
    carried = explain_next(value(down, date(2026, 1, 25)))
    assert [(step.amount, step.base.minor, step.days) for step in carried[1:3]] == [
        (Decimal("4.00"), 800_00, 10),
        (Decimal("5.25"), 500_00, 21),
    ]


@pytest.mark.parametrize(("day", "payoff"), [(JAN, 1000_00), (FEB, 1000_00 + 12_40 + 3_10)])
def test_the_payoff_of_an_unpaid_balance_is_all_of_it(scheduled, day, payoff):
    assert value(card(scheduled), day).payoff.minor == payoff


# ─── What lateness took of a minimum ───


def late_card(scheduled, *paid, **words):
    """Return a balance of 1,000.00 that asks for 200.00; 30.00 are charged where one is late."""
    return scheduled(
        "revolving",
        "1000",
        0,
        JAN,
        daily_rate="0.05%",
        minimum="20%",
        fees=["30"],
        paid=paid,
        **words,
    )


def test_a_minimum_that_was_paid_late_is_met_and_its_fee_comes_with_the_next(scheduled):
    """Five days late: 200.00 reach it; 30.00 and 0.50 of interest are asked for in February."""
    loan = late_card(scheduled, (date(2026, 1, 20), "200"))
    before, after = (value(loan, day) for day in (date(2026, 1, 19), date(2026, 1, 20)))
    assert before.due.total == 200_00 + 30_00 + 40
    assert (after.due.total, after.days_past_due, after.arrears) == (0, 0, ())
    assert after.upcoming[0].remaining.minor == 160_00 + 12_40 + 30_50
    assert after.payoff.minor == 800_00 + 2_00 + 30_50
    assert cost_of_lateness(after, JAN).minor == 30_50


def test_it_is_met_by_several_payments_as_well(scheduled):
    loan = late_card(scheduled, (date(2026, 1, 20), "150"), (date(2026, 1, 22), "50"))
    assert value(loan, date(2026, 1, 21)).days_past_due == 6
    assert value(loan, date(2026, 1, 22)).days_past_due == 0


def test_less_than_the_minimum_leaves_it_overdue(scheduled):
    loan = late_card(scheduled, (date(2026, 1, 20), "199.99"))
    assert value(loan, date(2026, 1, 20)).days_past_due == 5


def test_the_derivation_names_what_is_asked_for_later(scheduled):
    loan = late_card(scheduled, (date(2026, 1, 20), "200"))
    steps = explain(loan, date(2026, 1, 20))
    assert ("carried", Decimal("-30.50")) in [(step.kind, step.amount) for step in steps]
    assert sum(step.micros for step in steps[:-1]) == 0
