"""Bills whose sums come one by one: expected dates, what each asks for, and what is never said."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

import pytest

from reminderd.loans.bills import (
    drawn_on,
    expected,
    expected_near,
    in_force,
    lives_by_bills,
    statement_date,
)
from reminderd.loans.cures import cost_of_lateness, last_cure
from reminderd.loans.explain import explain
from reminderd.loans.frequency import BusinessDayConvention, BusinessDays, Frequency, Unit
from reminderd.loans.money import Rate
from reminderd.loans.owed import Owed
from reminderd.loans.position import value
from reminderd.loans.statements import statement_of
from reminderd.loans.terms import (
    Bill,
    Extension,
    Installment,
    Loan,
    LoanTerms,
    Minimum,
    Payment,
    Penalty,
    PenaltyRule,
    Repayment,
)

NOV, DEC, JAN, FEB = (date(2026, 11, 10), date(2026, 12, 10), date(2027, 1, 10), date(2027, 2, 10))
DRAWN = date(2026, 11, 25)
TERMS = LoanTerms("CNY", Repayment.BILLED, first_due=DEC, statement_day=25)
DAILY = Rate(Decimal("0.0005"), "day")
CARD = replace(TERMS, minimum=Minimum(Decimal("0.1")), contract_rate=DAILY)
LATE = Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005"))


def bill(due, amount, minimum=None, on=None):
    """Return a bill, drawn on the 25th of the month before unless it says otherwise."""
    least = None if minimum is None else Decimal(minimum)
    return Bill(due, Decimal(amount), least, on or drawn_on(TERMS, due))


def loan(*bills, terms=TERMS, paid=()):
    payments = tuple(Payment(day, Decimal(amount)) for day, amount in paid)
    return Loan("huabei", "花呗", terms, "Asia/Shanghai", payments, agreed=bills)


def coming(position):
    """Return what is to come, a sum that nobody knows as None."""
    return [
        (part.due, None if part.unknown else part.remaining.minor) for part in position.upcoming
    ]


# ─── When a bill is expected ──────────────────────────────────────────────────────────────────


def test_due_dates_are_expected_without_end_from_the_first_on():
    assert list(islice(expected(TERMS, date(2020, 1, 1)), 2)) == [DEC, JAN]
    assert next(expected(TERMS, date(2090, 3, 11))) == date(2090, 4, 10)
    assert next(expected(TERMS, DEC)) == DEC


@pytest.mark.parametrize("count", [1, 2, 3, 12])
@pytest.mark.parametrize("unit", list(Unit))
def test_however_far_ahead_no_due_date_is_left_out(count, unit):
    terms = replace(TERMS, frequency=Frequency(count, unit), statement_day=None)
    every = list(islice(expected(terms, DEC), 400))
    for due in every[::7]:
        assert next(expected(terms, due)) == due
        before = due - timedelta(days=1)
        assert next(expected(terms, before)) == min(day for day in every if day >= before)


def test_an_expected_due_date_moves_to_a_business_day():
    following = BusinessDays(BusinessDayConvention.FOLLOWING, "CN")
    moved = replace(TERMS, first_due=date(2026, 12, 5), business_days=following)  # a Saturday
    assert next(expected(moved, DRAWN)) == date(2026, 12, 7)


@pytest.mark.parametrize(
    ("day", "due", "drawn"),
    [
        (25, DEC, date(2026, 11, 25)),
        (1, DEC, date(2026, 12, 1)),
        (10, DEC, date(2026, 11, 10)),  # the due date itself is no day before it
        (31, DEC, date(2026, 11, 30)),
        (30, date(2027, 3, 5), date(2027, 2, 28)),
        (31, date(2028, 3, 5), date(2028, 2, 29)),
        (28, date(2027, 1, 31), date(2027, 1, 28)),
    ],
)
def test_the_statement_day_is_the_last_such_day_before_the_due_date(day, due, drawn):
    assert statement_date(replace(TERMS, statement_day=day), due) == drawn


def test_without_a_statement_day_a_bill_is_taken_to_be_drawn_18_days_before_it_is_due():
    assert drawn_on(replace(TERMS, statement_day=None), DEC) == date(2026, 11, 22)
    own = replace(CARD, statement_day=None, minimum=Minimum(Decimal("0.1"), statement_days=25))
    assert drawn_on(own, DEC) == date(2026, 11, 15)


@pytest.mark.parametrize(
    ("due", "near"),
    [(DEC, DEC), (date(2026, 12, 20), DEC), (date(2026, 12, 21), None), (date(2026, 11, 30), DEC)],
)
def test_a_bill_is_for_the_expected_date_that_it_is_near(due, near):
    assert expected_near(TERMS, due) == near


def test_of_two_bills_for_one_expected_date_the_later_given_counts():
    first, again = bill(DEC, "800"), bill(date(2026, 12, 11), "862.35")
    assert in_force(TERMS, [first, bill(JAN, "5"), again]) == [again, bill(JAN, "5")]
    assert coming(value(loan(first, again), DRAWN))[0] == (date(2026, 12, 11), 862_35)


# ─── What is owed on one that lives by bills ──────────────────────────────────────────────────


def test_before_a_bill_is_drawn_its_date_is_known_and_its_sum_is_not():
    position = value(loan(bill(DEC, "862.35")), DRAWN - timedelta(days=1))
    assert coming(position) == [(DEC, None), (JAN, None)]
    assert (position.payoff.minor, position.sum_unknown, position.settled) == (0, True, False)


def test_a_bill_that_is_drawn_is_an_installment_of_its_sum():
    position = value(loan(bill(DEC, "862.35")), DRAWN)
    assert coming(position) == [(DEC, 862_35), (JAN, None)]
    assert (position.to_pay.minor, position.payoff.minor) == (862_35, 862_35)
    assert value(loan(bill(DEC, "862.35")), DEC).due == Owed(862_35)


def test_one_that_is_late_costs_what_the_terms_say_and_stays_beside_the_next():
    late = loan(bill(DEC, "100"), bill(JAN, "50"), terms=replace(TERMS, penalty=LATE))
    position = value(late, JAN + timedelta(days=1))
    assert [(a.due, a.owed, a.days_past_due) for a in position.arrears] == [
        (DEC, Owed(100_00, 0, 1_60), 32),  # 100.00 × 0.05 % × 32
        (JAN, Owed(50_00, 0, 3), 1),  # 0.025, half up
    ]


def test_paying_a_bill_never_pays_the_loan_off():
    paid = loan(bill(DEC, "862.35"), paid=[(DEC - timedelta(days=1), "862.35")])
    for day in (DEC - timedelta(days=1), DEC, DEC + timedelta(days=1), JAN + timedelta(days=40)):
        position = value(paid, day)
        assert not position.settled
        assert position.due == Owed()
        assert any(part.unknown for part in position.upcoming)


def test_however_many_bills_are_paid_ahead_another_one_is_expected():
    bills = [bill(due, "10", on=DRAWN) for due in (DEC, JAN, FEB)]
    position = value(loan(*bills, paid=[(DRAWN, "30")]), DRAWN)
    assert coming(position) == [(date(2027, 3, 10), None)]
    assert (position.settled, position.payoff.minor) == (False, 0)


def test_too_much_paid_waits_for_the_next_bill():
    paid = loan(bill(DEC, "100"), bill(JAN, "80"), paid=[(DEC, "130")])
    assert coming(value(paid, JAN - timedelta(days=1))) == [(JAN, 50_00), (FEB, None)]


def test_what_was_paid_for_a_bill_that_nobody_recorded_does_not_pay_the_next_one():
    paid = [(date(2026, 12, 8), "862.35")]
    position = value(loan(bill(JAN, "700"), paid=paid), JAN)
    assert position.due == Owed(700_00)
    assert position.missing_bills == []  # something was paid for it
    assert value(loan(paid=paid), DEC).credit.minor == 0
    assert value(loan(paid=paid), DEC - timedelta(days=1)).credit.minor == 862_35


def test_recorded_later_the_bill_is_paid_by_what_was_paid_for_it():
    paid = [(date(2026, 12, 8), "862.35")]
    position = value(loan(bill(DEC, "900"), paid=paid), DEC)
    assert position.due == Owed(37_65)


def test_what_is_missing_is_what_passed_since_the_last_bill():
    known = loan(bill(DEC, "100"), paid=[(DEC, "100")])
    assert value(known, FEB).missing_bills == [JAN]
    assert value(known, FEB + timedelta(days=1)).missing_bills == [JAN, FEB]
    assert value(known, JAN).missing_bills == []


def test_of_what_passed_before_anything_was_recorded_only_the_last_is_missing():
    assert value(loan(), FEB + timedelta(days=1)).missing_bills == [FEB]
    assert value(loan(), date(2026, 1, 1)).missing_bills == []


def test_an_unknown_sum_is_never_overdue_and_no_cliff():
    position = value(loan(terms=replace(TERMS, penalty=LATE)), DEC + timedelta(days=1))
    assert (position.arrears, position.days_past_due, position.next_cliff) == ((), 0, None)
    assert coming(value(loan(), DEC)) == [(DEC, None), (JAN, None)]  # today it still needs money


def test_an_extension_moves_a_bill_and_the_next_is_expected_all_the_same():
    moved = Extension(DEC, date(2026, 12, 5), (date(2026, 12, 28),))
    position = value(loan(bill(DEC, "100"), moved), date(2026, 12, 6))
    assert coming(position) == [(date(2026, 12, 28), 100_00), (JAN, None)]


def test_the_derivation_adds_up_through_bills_and_what_was_paid_without_one():
    paid = [(date(2026, 11, 8), "20"), (DEC, "130"), (date(2027, 1, 5), "10")]
    lender = loan(bill(DEC, "100"), bill(JAN, "80"), terms=replace(TERMS, penalty=LATE), paid=paid)
    for day in (DRAWN, DEC, JAN, FEB):
        *steps, total = explain(lender, day)
        assert sum(step.micros for step in steps) == total.micros
        assert all(step.kind != "rounding" or abs(step.micros) < 10**6 for step in steps)


# ─── A bill on a loan that was one sum ────────────────────────────────────────────────────────

ONE = LoanTerms("CNY", listed=(Installment(NOV, 300_00, 0),), penalty=LATE)


def test_a_bill_becomes_the_next_installment_of_one_sum():
    rent = loan(bill(DEC, "310", on=date(2026, 11, 20)), terms=ONE, paid=[(NOV, "300")])
    assert value(rent, date(2026, 11, 19)).settled
    position = value(rent, date(2026, 11, 20))
    assert (position.settled, coming(position)) == (False, [(DEC, 310_00)])
    assert value(rent, DEC + timedelta(days=2)).due == Owed(310_00, 0, 31)


def test_after_one_that_was_paid_early_the_bill_is_extended_and_late_as_any_other():
    """What was paid off before it fell due is no line, so lines and parts are not alike."""
    early = [(date(2026, 11, 5), "300")]
    drawn = date(2026, 11, 20)
    moved = Extension(DEC, date(2026, 12, 12), (date(2026, 12, 20),))
    rent = loan(bill(DEC, "100", on=drawn), moved, terms=ONE, paid=early)
    assert value(rent, date(2026, 12, 12)).due == Owed()
    assert coming(value(rent, date(2026, 12, 12))) == [(date(2026, 12, 20), 100_10)]
    late = loan(
        bill(DEC, "100", on=drawn), terms=ONE, paid=[*early, (date(2026, 12, 20), "100.50")]
    )
    position = value(late, date(2026, 12, 21))
    assert position.due == Owed()
    assert cost_of_lateness(position, DEC).minor == 50  # 100.00 × 0.05 % × 10
    assert cost_of_lateness(position, NOV).minor == 0
    assert last_cure(late, date(2026, 12, 21)).days_past_due == 10


# ─── A card ───────────────────────────────────────────────────────────────────────────────────

STATEMENT = bill(DEC, "10000", "1000")


def test_a_statement_asks_for_its_minimum_and_the_rest_bears_interest_from_the_due_date():
    position = value(loan(STATEMENT, terms=CARD), DRAWN)
    assert coming(position)[:2] == [(DEC, 1000_00), (JAN, 900_00 + 139_50)]  # 9,000 × 0.05 % × 31
    assert position.payoff.minor == 10_000_00


def test_without_a_minimum_of_its_own_it_is_worked_out_from_the_terms():
    position = value(loan(bill(DEC, "8400"), terms=CARD), DRAWN)
    assert coming(position)[0] == (DEC, 840_00)


def test_the_whole_paid_by_the_due_date_leaves_nothing_but_the_next_statement():
    paid = loan(STATEMENT, terms=CARD, paid=[(date(2026, 12, 1), "4000"), (DEC, "6000")])
    position = value(paid, DEC)
    assert (position.payoff.minor, position.due) == (0, Owed())
    assert coming(position) == [(JAN, None)]


def test_what_is_paid_between_statement_and_due_date_counts_towards_it():
    part = value(loan(STATEMENT, terms=CARD, paid=[(DRAWN, "400")]), DRAWN)
    assert (coming(part)[0], part.payoff.minor) == ((DEC, 600_00), 9600_00)
    more = value(loan(STATEMENT, terms=CARD, paid=[(DRAWN, "1500")]), DRAWN)
    # 8,500 bear 0.05 % from 10 December to 10 January
    assert (coming(more)[0], more.payoff.minor) == ((JAN, 850_00 + 131_75), 8500_00)


def test_what_was_paid_before_the_statement_is_in_its_sum():
    paid = [(DRAWN - timedelta(days=1), "400")]
    assert value(loan(STATEMENT, terms=CARD, paid=paid), DRAWN).payoff.minor == 10_000_00


def test_the_next_statement_holds_what_was_left_of_the_last():
    """After the minimum 9,000 are left; the statement says 12,000, whatever was reckoned here."""
    then = bill(JAN, "12000", "1200")
    card = loan(STATEMENT, then, terms=CARD, paid=[(DEC, "1000")])
    assert value(card, then.on).payoff.minor == 12_000_00
    assert coming(value(card, then.on))[0] == (JAN, 1200_00)
    assert value(card, JAN).payoff.minor == 12_000_00  # no interest of the days since is added


def test_a_minimum_that_is_late_stays_late_and_is_part_of_the_next_statement():
    then = bill(JAN, "12000", "1200")
    card = loan(STATEMENT, then, terms=CARD)
    position = value(card, then.on)  # 15 days late: 1,000 × 0.05 % × 15 = 7.50
    assert (position.days_past_due, position.due) == (15, Owed(1000_00, 7_50))
    assert position.payoff.minor == 12_000_00
    assert coming(position)[0] == (JAN, 1200_00 - 1007_50)
    assert value(card, then.on + timedelta(days=2)).payoff.minor == 12_001_00


def test_a_statement_below_what_is_late_cuts_it():
    card = loan(STATEMENT, bill(JAN, "800", "80"), terms=CARD)
    position = value(card, date(2026, 12, 25))
    assert (position.due.total, position.payoff.minor) == (800_00, 800_00)


def test_a_bill_with_a_minimum_makes_a_card_of_one_sum_and_of_one_without_a_minimum():
    """Where no terms say what the next bill asks for, it is such a share of all, a month later."""
    for terms in (replace(ONE, contract_rate=DAILY), replace(TERMS, contract_rate=DAILY)):
        card = loan(bill(DEC, "500", "50"), terms=terms, paid=[(NOV, "300"), (DEC, "50")])
        least = 45_70  # a tenth, as 50 of 500, of 450 and its interest, 450 × 0.05 % × 31 = 6.975
        assert coming(value(card, DEC))[0] == (JAN, least)
        assert value(card, DEC).payoff.minor == 450_00


def test_a_statement_on_a_balance_that_revolves_takes_the_place_of_its_plan():
    terms = replace(
        CARD, repayment=Repayment.REVOLVING, principal=Decimal(1000), statement_day=None
    )
    card = loan(bill(JAN, "700", "70"), terms=terms, paid=[(DEC, "1000")])
    before, after = value(card, DEC), value(card, date(2026, 12, 25))
    assert before.settled
    assert (coming(after)[0], after.payoff.minor) == ((JAN, 70_00), 700_00)
    moved = Extension(JAN, date(2027, 1, 5), (FEB,))
    put_off = value(replace(card, agreed=(*card.agreed, moved)), date(2027, 1, 5))
    assert dict(coming(put_off))[FEB] == 70_00 + 1_09  # 70 × 0.05 % × 31 from its due date


def test_the_derivation_adds_up_through_statements():
    paid = [(date(2026, 11, 20), "30"), (DRAWN, "400"), (date(2026, 12, 20), "11000")]
    card = loan(STATEMENT, bill(JAN, "12000", "1200"), terms=CARD, paid=paid)
    for day in (DRAWN, DEC, date(2026, 12, 20), date(2026, 12, 25), JAN, FEB):
        *steps, total = explain(card, day)
        assert sum(step.micros for step in steps) == total.micros
        assert all(step.kind != "rounding" or abs(step.micros) < 10**6 for step in steps)


# ─── The whole or the least ───────────────────────────────────────────────────────────────────


def test_until_the_due_date_a_statement_says_what_the_whole_and_the_least_cost():
    card = loan(STATEMENT, terms=CARD)
    for day in (DRAWN, DEC):
        found = statement_of(value(card, day))
        assert (found.whole.minor, found.minimum.minor) == (10_000_00, 1000_00)
        assert (found.interest.minor, found.until) == (139_50, JAN)
        # 10,000 × 0.05 % × 46 days, from 25 October, when the statement begins
        assert found.at_most.minor == 230_00
    assert statement_of(value(card, DEC + timedelta(days=1))) is None
    assert statement_of(value(card, DRAWN - timedelta(days=1))) is None


def test_with_the_minimum_paid_the_rest_can_still_be_paid_in_full():
    card = loan(STATEMENT, terms=CARD, paid=[(DRAWN, "1000")])
    found = statement_of(value(card, DRAWN))
    assert (found.whole.minor, found.minimum.minor, found.interest.minor) == (9000_00, 0, 139_50)


def test_nothing_is_to_choose_where_all_is_paid_or_no_least_is_named():
    whole = loan(STATEMENT, terms=CARD, paid=[(DRAWN, "10000")])
    assert statement_of(value(whole, DRAWN)) is None
    assert statement_of(value(loan(bill(DEC, "10000")), DRAWN)) is None


def test_interest_on_the_whole_statement_is_told_of_in_china_alone():
    dollars = loan(STATEMENT, terms=replace(CARD, currency="USD"))
    assert statement_of(value(dollars, DRAWN)).at_most is None


def test_whether_bills_go_on_coming_follows_from_the_terms():
    assert lives_by_bills(TERMS)
    assert not lives_by_bills(ONE)
    revolving = replace(CARD, repayment=Repayment.REVOLVING, principal=Decimal(1))
    assert lives_by_bills(revolving)
    assert not lives_by_bills(replace(revolving, statement_day=None))
