"""What is agreed on the way: new rates, pauses, waivers and extensions, each from its own day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderd.loans.explain import explain
from reminderd.loans.owed import Owed
from reminderd.loans.position import Upcoming, value

DUE = date(2026, 3, 1)


def after(days):
    return DUE + timedelta(days=days)


def told(steps):
    return [(step.kind, step.amount) for step in steps]


# ─── New rates, and pauses ───


@pytest.mark.parametrize(
    ("day", "interest", "penalty"),
    [(10, "5.00", "10.00"), (11, "5.10", "12.00"), (20, "6.00", "30.00")],
)
def test_new_rates_are_charged_from_the_day_after_their_date(
    one_sum, figure, day, interest, penalty
):
    new = {"daily_rate": "0.01%", "penalty": {"daily_rate": "0.2%"}}
    loan = one_sum(
        "1000",
        DUE,
        daily_rate="0.05%",
        penalty={"daily_rate": "0.1%"},
        rate_changes=[(after(10), new)],
    )
    assert figure(loan, after(day)) == ("1000.00", interest, penalty)


@pytest.mark.parametrize(
    ("day", "penalty"), [(4, "4.00"), (5, "4.00"), (7, "4.00"), (8, "5.00"), (10, "7.00")]
)
def test_no_penalty_is_charged_for_the_days_of_a_pause(one_sum, figure, day, penalty):
    words = {"penalty": {"daily_rate": "0.1%"}, "daily_rate": "0.1%"}
    loan = one_sum("1000", DUE, pauses=[(after(5), after(7))], **words)
    assert figure(loan, after(day)) == ("1000.00", f"{day}.00", penalty)


# ─── Waivers ───


def waived(listed, *waivers, paid=(), **words):
    """Return a loan that on day 10 owes 1000.00, 105.00, 10.00 and 25.00 in fees."""
    words = {"daily_rate": "0.05%", "penalty": {"daily_rate": "0.1%"}, "fees": ["25"]} | words
    return listed((DUE, "1000", "100"), waivers=waivers, paid=paid, **words)


@pytest.mark.parametrize(
    ("amount", "left"),
    [
        ("0.01", ("1000.00", "105.00", "10.00", "24.99")),
        ("25", ("1000.00", "105.00", "10.00", "0.00")),
        ("30", ("1000.00", "105.00", "5.00", "0.00")),
        ("35", ("1000.00", "105.00", "0.00", "0.00")),
        ("40", ("1000.00", "100.00", "0.00", "0.00")),
        ("140", ("1000.00", "0.00", "0.00", "0.00")),
        ("999", ("1000.00", "0.00", "0.00", "0.00")),  # never the principal; the rest lapses
    ],
)
def test_a_waiver_takes_fees_then_penalty_then_interest(listed, owed, amount, left):
    loan = waived(listed, (after(10), amount))
    assert owed(loan, after(9)) == owed(waived(listed), after(9))
    assert owed(loan, after(10)) == left
    assert value(loan, after(10)).credit.minor == 0


@pytest.mark.parametrize(
    ("of", "amount", "left"),
    [
        ("fees", "30", ("1000.00", "105.00", "10.00", "0.00")),
        ("penalty", "4", ("1000.00", "105.00", "6.00", "25.00")),
        ("penalty", "30", ("1000.00", "105.00", "0.00", "25.00")),
        ("interest", "30", ("1000.00", "75.00", "10.00", "25.00")),
        ("principal", "30", ("970.00", "105.00", "10.00", "25.00")),
        ("principal", "1030", ("0.00", "105.00", "10.00", "25.00")),
    ],
)
def test_a_waiver_of_one_component_leaves_the_others(listed, owed, of, amount, left):
    assert owed(waived(listed, (after(10), amount, of)), after(10)) == left


def test_what_was_waived_stays_waived_and_the_rest_goes_on(listed, owed):
    loan = waived(listed, (after(10), "10", "penalty"))
    assert owed(loan, after(15)) == ("1000.00", "107.50", "5.00", "25.00")


def test_waived_principal_bears_nothing_more(listed, owed):
    loan = waived(listed, (after(10), "400", "principal"))
    assert owed(loan, after(20)) == ("600.00", "108.00", "16.00", "25.00")


def test_a_waiver_comes_before_the_payment_of_its_day(listed, owed):
    """25.00 of fees are waived, so the 35.00 paid go to the penalty and to interest."""
    loan = waived(listed, (after(10), "25"), paid=[(after(10), "35")])
    assert owed(loan, after(10)) == ("1000.00", "80.00", "0.00", "0.00")


def test_a_waiver_where_nothing_is_due_lapses(listed, owed):
    loan = waived(listed, (after(-1), "500"), (DUE, "25", "fees"))
    assert owed(loan, after(10)) == owed(waived(listed), after(10))


def test_a_waiver_on_the_due_date_reaches_what_falls_due_then(listed, owed):
    loan = waived(listed, (DUE, "40", "interest"))
    assert owed(loan, DUE) == ("1000.00", "60.00", "0.00", "0.00")


def test_a_waiver_takes_from_the_oldest_installment_first(listed):
    parts = (DUE, "1000", "10"), (after(5), "1000", "10")
    words = {"penalty": {"daily_rate": "0.1%"}, "waivers": [(after(10), "22")]}
    owed = [arrear.owed for arrear in value(listed(*parts, **words), after(10)).arrears]
    # Of the older 10.00 of penalty and 10.00 of interest, of the newer 2.00 of its penalty.
    assert owed == [Owed(1000_00), Owed(1000_00, 10_00, 3_00)]


def test_several_waivers_of_a_day_add_up(listed, owed):
    loan = waived(listed, (after(10), "25"), (after(10), "4"), (after(11), "1", "interest"))
    assert owed(loan, after(10)) == ("1000.00", "105.00", "6.00", "0.00")
    assert owed(loan, after(11)) == ("1000.00", "104.50", "7.00", "0.00")


def test_the_derivation_tells_what_was_really_waived(listed):
    steps = explain(waived(listed, (after(10), "999")), after(10))
    waiver = steps[-2]
    assert (waiver.kind, waiver.amount, waiver.end) == ("waiver", Decimal(-140), after(10))
    nothing = explain(waived(listed, (after(-1), "999")), after(10))
    assert "waiver" not in [step.kind for step in nothing]


def test_a_waiver_has_the_digits_of_its_currency(one_sum, owed):
    loan = one_sum("1000", DUE, waivers=[(after(1), "300", "principal")], currency="JPY")
    assert owed(loan, after(1))[0] == "700"


# ─── Extensions, agreed in time ───


def extended(listed, *to, agreed=-2, due=DUE, paid=(), **words):
    """Return 1,000.00 with 100.00 of interest, and 1,000.00 thirty days later, one moved."""
    rate = {key: words.pop(key) for key in ("rate", "day_rate") if key in words}
    names = {"rate": "annual_rate", "day_rate": "daily_rate"}
    extension = {"due": due, "agreed": after(agreed), "to": [after(n) for n in to]}
    extension |= {names[key]: said for key, said in rate.items()}
    words = {"daily_rate": "0.05%", "penalty": {"daily_rate": "0.1%"}} | words
    parts = (DUE, "1000", "100"), (after(30), "1000", "0")
    return listed(*parts, extensions=[extension], paid=paid, **words)


def test_before_an_extension_was_agreed_the_old_date_holds(listed):
    position = value(extended(listed, 20, agreed=-2), after(-3))
    assert [part.due for part in position.upcoming] == [DUE, after(30)]
    agreed = value(extended(listed, 20, agreed=-2), after(-2))
    assert [part.due for part in agreed.upcoming] == [after(20), after(30)]
    assert agreed.dues == {after(20), after(30)}


def test_what_was_extended_in_time_is_due_on_the_new_date_with_interest_until_then(listed, owed):
    """100.00, and 1,000 × 0.05 % × 20 days from the old due date."""
    loan = extended(listed, 20)
    assert owed(loan, after(19)) == ("0.00", "0.00", "0.00", "0.00")
    assert owed(loan, after(20)) == ("1000.00", "110.00", "0.00", "0.00")
    assert owed(loan, after(21)) == ("1000.00", "110.50", "1.00", "0.00")
    assert value(loan, after(21)).days_past_due == 1


@pytest.mark.parametrize(
    ("words", "interest"),
    [
        ({"day_rate": "0.02%"}, 104_00),
        ({"rate": "36%", "day_count": "ACT/360"}, 120_00),
        ({"rate": "36.5%", "day_count": "ACT/365F"}, 120_00),
        # By 30/360 the 20 days from 1 to 21 March are 20, a daily rate counts days as well.
        ({"rate": "36%", "day_count": "30/360"}, 120_00),
        ({"rate": "0%"}, 100_00),
    ],
)
def test_an_extension_may_have_a_rate_of_its_own(listed, words, interest):
    loan = extended(listed, 20, **words)
    assert value(loan, after(20)).due == Owed(1000_00, interest)


def test_a_new_contract_rate_leaves_an_extension_its_own_rate(listed):
    """Twenty days at the extension's 0.02 % a day, though 0.1 % counts after the tenth."""
    changes = [(after(10), {"daily_rate": "0.1%"})]
    loan = extended(listed, 20, day_rate="0.02%", rate_changes=changes)
    assert value(loan, after(20)).due == Owed(1000_00, 104_00)
    at_contract_rate = extended(listed, 20, rate_changes=changes)
    assert value(at_contract_rate, after(20)).due == Owed(1000_00, 100_00 + 5_00 + 10_00)


@pytest.mark.parametrize(
    ("words", "interest"), [({"rate": "36%"}, 130_00), ({"day_rate": "0.1%"}, 131_00)]
)
def test_an_extension_counts_days_as_its_rate_does(listed, words, interest):
    """1 March to 1 April are 30 days by 30/360 and 31 by a daily rate."""
    loan = extended(listed, 31, day_count="30/360", **words)
    assert value(loan, after(31)).arrears[-1].owed == Owed(1000_00, interest)


def test_several_new_dates_share_the_principal_equally_and_bear_what_is_left(listed):
    """333.33 each and 333.34; ten days on 1,000, ten on 666.67, ten on 333.34 at 0.05 %."""
    position = value(extended(listed, 10, 20, 40), after(-1))
    assert position.upcoming == (
        Upcoming(after(10), position.money(333_33 + 100_00 + 5_00)),
        Upcoming(after(20), position.money(333_33 + 3_33)),
        Upcoming(after(30), position.money(1000_00)),
        Upcoming(after(40), position.money(333_34 + 3_33)),
    )


def test_new_dates_find_their_place_among_the_others(listed):
    loan = extended(listed, 30, 31)
    dues = [part.due for part in value(loan, after(-1)).upcoming]
    assert dues == [after(30), after(30), after(31)]


def test_a_due_date_that_there_is_not_is_not_extended(listed):
    loan = extended(listed, 20, due=after(1))
    assert [part.due for part in value(loan, after(-1)).upcoming] == [DUE, after(30)]


def test_an_installment_of_a_schedule_is_extended_from_its_agreed_end(scheduled):
    """28 February to 20 March: 20 days on 100.00 at 0.05 %, after the 28 days before: 4.20."""
    loan = scheduled(
        "equal-principal",
        "300",
        3,
        date(2026, 2, 28),
        daily_rate="0.05%",
        start=date(2026, 1, 31),
        extensions=[
            {
                "due": date(2026, 2, 28),
                "agreed": date(2026, 2, 1),
                "to": [date(2026, 3, 20)],
            }
        ],
    )
    assert value(loan, date(2026, 3, 20)).due == Owed(100_00, 4_20 + 1_00)


def test_a_moved_due_date_is_extended_by_the_day_it_moved_to(listed):
    """Due on Sunday 31 May, so on Monday 1 June; the interest runs on from Sunday, 11 days."""
    loan = listed(
        (date(2026, 5, 31), "1000", "0"),
        daily_rate="0.05%",
        business_days=("following", "XECB"),
        extensions=[
            {"due": date(2026, 6, 1), "agreed": date(2026, 5, 20), "to": [date(2026, 6, 11)]}
        ],
    )
    assert value(loan, date(2026, 6, 11)).due == Owed(1000_00, 5_50)


# ─── Extensions, agreed when it was late already ───


def test_what_lateness_had_cost_moves_along_as_interest(listed, owed):
    """On day 10: 105.00 and 10.00 of penalty and 25.00 of fees; then 0.50 a day for 20 days."""
    loan = extended(listed, 31, agreed=10, fees=["25"])
    assert owed(loan, after(9)) == ("1000.00", "104.50", "9.00", "25.00")
    assert owed(loan, after(10)) == ("0.00", "0.00", "0.00", "0.00")
    assert value(loan, after(10)).days_past_due == 0
    assert owed(loan, after(30)) == ("1000.00", "0.00", "0.00", "0.00")  # the other one
    assert owed(loan, after(31)) == ("2000.00", "151.00", "1.00", "25.00")  # and its first late day


def test_it_moves_into_the_first_of_several_new_dates(listed):
    position = value(extended(listed, 20, 40, agreed=10), after(10))
    upcoming = [(part.due, part.remaining.minor) for part in position.upcoming]
    # 115.00 and 5.00 for ten days on 1,000; then 5.00 for twenty days on 500.
    assert upcoming == [
        (after(20), 500_00 + 120_00),
        (after(30), 1000_00),
        (after(40), 500_00 + 5_00),
    ]


def test_what_was_paid_by_then_does_not_move(listed):
    """10.00 of penalty, 105.00 of interest and 400.00 are paid on day 10, the rest extended."""
    loan = extended(listed, 20, agreed=12, paid=[(after(10), "515")])
    assert value(loan, after(11)).due == Owed(600_00, 30, 60)
    # 0.60 and 1.20 of two days, and 600 × 0.05 % × 8.
    assert value(loan, after(20)).due == Owed(600_00, 60 + 1_20 + 2_40)


def test_a_payment_on_the_day_of_the_agreement_comes_after_it(listed):
    """Nothing is due any more, so it waits as credit and meets interest first."""
    loan = extended(listed, 20, agreed=10, paid=[(after(10), "200")])
    assert value(loan, after(10)).credit.minor == 200_00
    assert value(loan, after(20)).due == Owed(1000_00 - 80_00, 0)  # 120.00 of interest


def test_an_extension_comes_before_a_waiver_of_its_day(listed):
    loan = extended(listed, 20, agreed=10, waivers=[(after(10), "50")])
    assert value(loan, after(20)).due == Owed(1000_00, 120_00)


def test_an_extension_within_grace_moves_no_penalty(listed):
    loan = extended(listed, 20, agreed=3, grace_days=5)
    # 100.00, and 1.50 up to day 3, and 8.50 for the 17 days after it.
    assert value(loan, after(20)).due == Owed(1000_00, 110_00)


def test_an_extension_agreed_on_the_due_date_moves_what_fell_due(listed):
    loan = extended(listed, 20, agreed=0)
    assert value(loan, DUE).due == Owed()
    assert value(loan, after(20)).due == Owed(1000_00, 110_00)


def test_an_extension_of_what_was_paid_off_meanwhile_changes_nothing(listed):
    early = extended(listed, 20, agreed=2, paid=[(after(-5), "2100")])
    for day in (-5, 2, 20, 40):
        assert value(early, after(day)).settled


def test_an_extension_after_a_payoff_finds_the_installment_that_had_fallen_due_settled(listed):
    loan = extended(listed, 20, agreed=10, paid=[(after(5), "2107.50")])
    for day in (5, 10, 20, 40):
        assert value(loan, after(day)).settled


def test_the_second_installment_after_a_payoff_is_not_extended_either(listed):
    loan = extended(listed, 50, agreed=10, due=after(30), paid=[(after(5), "2107.50")])
    for day in (5, 10, 30, 60):
        assert value(loan, after(day)).settled


def test_the_next_installment_bears_a_charge_on_all_principal_only_from_then_on(listed):
    """Both are late; the first bears 0.1 % of 2,000 up to day 40, when it is extended.

    Its 80.00 of penalty move along. From then on the second bears 2.00 a day.
    """
    loan = extended(listed, 60, agreed=40, penalty_base="outstanding-principal", daily_rate="0%")
    assert value(loan, after(39)).due == Owed(2000_00, 100_00, 78_00)
    assert value(loan, after(40)).due == Owed(1000_00)
    assert value(loan, after(41)).due == Owed(1000_00, 0, 2_00)
    assert value(loan, after(60)).due == Owed(2000_00, 180_00, 40_00)


def test_each_of_several_extensions_moves_its_own(listed):
    parts = (DUE, "1000", "0"), (after(30), "1000", "0")
    loan = listed(
        *parts,
        extensions=[
            {"due": DUE, "agreed": after(-1), "to": [after(10)]},
            {"due": after(10), "agreed": after(5), "to": [after(50)]},
        ],
    )
    assert [part.due for part in value(loan, after(4)).upcoming] == [after(10), after(30)]
    assert [part.due for part in value(loan, after(5)).upcoming] == [after(30), after(50)]


def test_the_derivation_takes_back_what_moved_and_tells_of_it_again_when_it_is_due(listed):
    loan = extended(listed, 20, agreed=10)
    steps = explain(loan, after(10))
    assert told(steps) == [
        ("principal", Decimal(1000)),
        ("scheduled-interest", Decimal(100)),
        ("interest", Decimal(5)),
        ("penalty", Decimal(10)),
        ("extension", Decimal(-1115)),
        ("total", Decimal(0)),
    ]
    assert (steps[4].due, steps[4].end) == (DUE, after(10))
    again = explain(loan, after(20))
    assert told(again)[5:] == [
        ("principal", Decimal(1000)),
        ("scheduled-interest", Decimal(120)),
        ("total", Decimal(1120)),
    ]
    assert {step.due for step in again[5:7]} == {after(20)}


def test_what_was_shared_out_is_told_without_factors(listed):
    """Its interest stands on an agreement, and the first also carries what was due before."""
    steps = explain(extended(listed, 10, 20), after(20))
    interest = [step for step in steps if step.kind == "scheduled-interest"]
    assert [step.amount for step in interest] == [Decimal(105), Decimal("2.50")]
    assert [(step.base, step.rate, step.days) for step in interest] == [(None,) * 3] * 2


def test_an_extension_agreed_in_time_needs_no_step(listed):
    kinds = [step.kind for step in explain(extended(listed, 20), after(20))]
    assert kinds == ["principal", "scheduled-interest", "total"]


def test_the_payoff_of_what_was_extended_has_earned_its_interest_day_by_day(listed):
    """115.00 carried on day 10; 0.50 a day since, and the other 1,000.00."""
    loan = extended(listed, 20, agreed=10)
    for day in (10, 11, 19):
        expected = 2000_00 + 115_00 + 50 * (day - 10)
        assert value(loan, after(day)).payoff.minor == expected


def test_the_payoff_counts_what_was_extended_beyond_the_next_installment(listed):
    """The other 1,000.00 come first; 115.00 carried, and 2.50 for five days since."""
    loan = extended(listed, 50, agreed=10)
    assert value(loan, after(15)).payoff.minor == 2000_00 + 115_00 + 2_50


def test_until_the_old_date_an_extended_installment_earns_as_it_did(listed):
    """Half of 60.00 by the middle of its thirty days, all by their end; then 0.50 a day."""
    parts = (DUE, "1000", "0"), (after(30), "1000", "60")
    loan = listed(
        *parts,
        daily_rate="0.05%",
        paid=[(DUE, "1000")],
        extensions=[{"due": after(30), "agreed": after(5), "to": [after(50)]}],
    )
    for day, earned in [(5, 10_00), (15, 30_00), (30, 60_00), (40, 65_00), (50, 70_00)]:
        assert value(loan, after(day)).payoff.minor == 1000_00 + earned


def test_extending_what_is_settled_leaves_the_others_to_be_paid(listed, owed):
    """The first was paid on its day with 1.00 over; a later payment meets the second."""
    parts = ((after(n), "1000", "0") for n in (0, 30, 60))
    loan = listed(
        *parts,
        paid=[(DUE, "1001"), (after(71), "500")],
        extensions=[{"due": DUE, "agreed": after(70), "to": [after(90)]}],
    )
    assert owed(loan, after(70))[0] == "1999.00"
    arrears = value(loan, after(71)).arrears
    assert [(arrear.due, arrear.owed) for arrear in arrears] == [
        (after(30), Owed(499_00)),
        (after(60), Owed(1000_00)),
    ]


# ─── Agreed since, beside the terms ───


def test_what_was_agreed_since_counts_as_if_the_terms_said_it(listed):
    """Waivers, extensions, the payoff, the cliff and the derivation alike."""
    inside = extended(
        listed, 50, agreed=10, waivers=[(after(35), "3"), (after(55), "2")], fees=["9"]
    )
    terms = inside.terms
    bare = replace(terms, extensions=(), waivers=())
    beside = replace(inside, terms=bare, agreed=(*terms.waivers, *terms.extensions))
    mixed = replace(inside, terms=replace(terms, waivers=()), agreed=terms.waivers)
    other = replace(inside, terms=replace(terms, extensions=()), agreed=terms.extensions)
    for day in (0, 5, 10, 15, 34, 35, 40, 50, 55, 60):
        expected = value(inside, after(day))
        for loan in (beside, mixed, other):
            assert value(loan, after(day)) == expected
        assert explain(beside, after(day)) == explain(inside, after(day))


def test_an_agreement_of_a_later_day_is_not_known_yet(listed, owed):
    loan = waived(listed)
    later = replace(loan, agreed=waived(listed, (after(10), "25")).terms.waivers)
    assert owed(later, after(9)) == owed(loan, after(9))
    assert owed(later, after(10)) == ("1000.00", "105.00", "10.00", "0.00")
