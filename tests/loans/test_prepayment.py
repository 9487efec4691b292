"""Money beyond what is due that the lender takes to the principal: shorter, or lower."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy_financial
import pytest

from reminderd.errors import TermsError
from reminderd.loans.caps import exceeded
from reminderd.loans.changes import Why, change_of
from reminderd.loans.explain import explain
from reminderd.loans.frequency import add_months
from reminderd.loans.money import Money
from reminderd.loans.position import value
from reminderd.loans.schedule import schedule
from reminderd.loans.terms import Prepayment
from reminderd.loans.whatif import if_paid, surplus

FIRST = date(2026, 1, 20)
FOURTH, FIFTH = date(2026, 4, 20), date(2026, 5, 20)
BETWEEN = date(2026, 5, 1)  # 11 of the 30 days of the fifth period
SHORTER, LOWER = Prepayment.SHORTER, Prepayment.LOWER


def half_up(amount):
    """Round a fraction of a cent, by another way than the program does."""
    exact = Decimal(amount.numerator) / amount.denominator
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def paid_until(loan, last):
    """Return a loan of which every installment up to a day was paid on its day."""
    parts = [part for part in schedule(loan.terms) if part.due <= last]
    return [(part.due, Money(part.total, "CNY").amount) for part in parts]


@pytest.fixture
def twelve(scheduled):
    """Return a builder of 12,000.00 in twelve months at 6 %, four of them paid."""

    def build(repayment="equal-installment", *, extra=(), **words):
        words = {"annual_rate": "6%"} | words
        loan = scheduled(repayment, "12000", 12, FIRST, **words)
        paid = [*paid_until(loan, FOURTH), *extra]
        return scheduled(repayment, "12000", 12, FIRST, paid=paid, **words)

    return build


def coming(loan, day):
    """Return principal and interest of the installments to come on a day, in cents."""
    account = value(loan, day).account
    return [(part.principal, part.interest) for part in account.parts[account.upcoming :]]


def table(left, number, *, level, monthly=Fraction(6, 1200), more=0, stays=False):
    """Return principal and interest month by month; *more* interest falls due with the first.

    The first is that much more, or *stays* the same sum.
    """
    rows = []
    for month in range(number):
        own = left * monthly
        interest = half_up(own + (more if not month else 0))
        part = level - (interest if stays else half_up(own))
        part = left if month == number - 1 else min(part, left)
        rows.append((part, interest))
        left -= part
        if not left:
            break
    return rows


# ─── On a due date ───


def test_shorter_keeps_the_level_and_the_last_ones_fall_away(twelve):
    """8,079.52 are left; 3,000.00 less, at 1,032.80 a month, is four months and a rest."""
    loan = twelve(extra=[(FOURTH, "3000", "shorter")])
    parts = coming(loan, FOURTH)
    assert parts == table(8079_52 - 3000_00, 8, level=1032_80)
    assert [sum(part) for part in parts] == [1032_80] * 4 + [1024_69]


def test_lower_keeps_the_number_and_the_level_is_worked_out_anew(twelve):
    loan = twelve(extra=[(FOURTH, "3000", "lower")])
    level = half_up(Fraction(float(-numpy_financial.pmt(0.005, 8, 5079_52))))
    parts = coming(loan, FOURTH)
    assert parts == table(5079_52, 8, level=level)
    assert (len(parts), level) == (8, 649_31)


def test_equal_principal_keeps_its_share_or_has_a_lower_one(twelve):
    """8,000.00 are left. Interest is for each month's days of 365."""

    def by_days(left, share, number):
        rows = []
        for month in range(number):
            start, end = add_months(FOURTH, month), add_months(FOURTH, month + 1)
            interest = half_up(left * Fraction(6 * (end - start).days, 36500))
            rows.append((min(share, left), interest))
            left -= min(share, left)
        return rows

    shorter = twelve("equal-principal", extra=[(FOURTH, "3500", "shorter")])
    assert coming(shorter, FOURTH) == by_days(4500_00, 1000_00, 5)
    lower = twelve("equal-principal", extra=[(FOURTH, "3500", "lower")])
    assert coming(lower, FOURTH) == by_days(4500_00, 562_50, 8)


@pytest.mark.parametrize(("repayment", "left"), [("interest-only", 8), ("bullet", 1)])
def test_where_the_principal_is_due_at_the_end_it_is_that_which_gets_lower(twelve, repayment, left):
    loan = twelve(repayment, extra=[(FOURTH, "3000", "lower")])
    parts = coming(loan, FOURTH)
    assert len(parts) == left
    assert parts[-1][0] == 9000_00
    if repayment == "bullet":
        # 120 days bear 12,000.00, the 245 after them 9,000.00.
        days = Fraction(12000_00 * 121 + 9000_00 * 244, 36500)
        assert parts[0][1] == half_up(6 * days)


# ─── Between two due dates ───


def test_between_due_dates_each_balance_bears_interest_for_its_days(twelve):
    """11 of 30 days bear interest on 8,079.52, 19 on 5,079.52; the sum stays."""
    loan = twelve(extra=[(BETWEEN, "3000", "shorter")])
    earned = 3000_00 * Fraction(6, 1200) * Fraction(11, 30)
    parts = coming(loan, BETWEEN)
    assert parts == table(5079_52, 8, level=1032_80, more=earned, stays=True)
    assert {sum(part) for part in parts[:-1]} == {1032_80}


def test_a_lower_one_has_what_the_sum_had_earned_beside_its_level(twelve):
    earned = 3000_00 * Fraction(6, 1200) * Fraction(11, 30)
    parts = coming(twelve(extra=[(BETWEEN, "3000", "lower")]), BETWEEN)
    assert parts == table(5079_52, 8, level=649_31, more=earned)
    assert sum(parts[0]) == 649_31 + 5_50


def test_with_interest_by_days_the_sum_stays_and_the_principal_makes_up_for_it(twelve):
    loan = twelve(installment_interest="actual", extra=[(BETWEEN, "3000", "shorter")])
    plain = coming(twelve(installment_interest="actual"), BETWEEN)
    parts = coming(loan, BETWEEN)
    assert {sum(part) for part in parts[:-1]} == {sum(plain[0])}
    interest = Fraction(6, 36500) * (8078_78 * 11 + 5078_78 * 19)
    assert parts[0][1] == half_up(interest)


def test_with_interest_by_days_the_lower_sums_are_all_equal(twelve):
    loan = twelve(installment_interest="actual", extra=[(BETWEEN, "3000", "lower")])
    sums = [sum(part) for part in coming(loan, BETWEEN)]
    assert len(set(sums[:-1])) == 1
    assert sums[-1] == pytest.approx(sums[0], abs=8)


def test_each_balance_is_a_line_of_the_derivation(twelve):
    loan = twelve(extra=[(BETWEEN, "3000", "lower"), (date(2026, 5, 10), "1000", "shorter")])
    steps = [step for step in explain(loan, FIFTH) if step.due == FIFTH]
    factors = [(str(s.base), s.days, s.year_days) for s in steps if s.kind == "scheduled-interest"]
    assert factors == [("8079.52", 11, 360), ("5079.52", 1, 40), ("4079.52", 1, 36)]
    due = Decimal(value(loan, FIFTH).due.total) / 100
    assert abs(sum(step.amount for step in steps) - due) < Decimal("0.005")


# ─── What else comes into it ───


def test_what_is_due_comes_first(twelve):
    """The fifth is due: 1,032.80 of the 2,000.00 pay it, and 967.20 lower the principal."""
    loan = twelve(extra=[(FIFTH, "2000", "shorter")])
    left = 8079_52 - 992_40 - 967_20
    assert coming(loan, FIFTH) == table(left, 7, level=1032_80)
    assert value(loan, FIFTH).due.total == 0


def test_less_than_what_is_due_lowers_nothing(twelve):
    loan, plain = twelve(extra=[(FIFTH, "1000", "shorter")]), twelve(extra=[(FIFTH, "1000")])
    assert value(loan, FIFTH) == value(plain, FIFTH)


@pytest.mark.parametrize("to", ["ahead", None])
def test_ahead_waits_as_it_always_did(twelve, to):
    loan = twelve(extra=[(BETWEEN, "3000", to)])
    assert str(value(loan, BETWEEN).credit) == "3000.00"
    assert coming(loan, BETWEEN) == coming(twelve(), BETWEEN)


def test_payments_of_one_day_are_one_sum_of_which_only_what_is_meant_so_lowers(twelve):
    loan = twelve(extra=[(BETWEEN, "100"), (BETWEEN, "3000", "lower"), (BETWEEN, "50")])
    assert str(value(loan, BETWEEN).credit) == "150.00"
    assert coming(loan, BETWEEN) == coming(twelve(extra=[(BETWEEN, "3000", "lower")]), BETWEEN)


def test_what_waited_before_goes_on_waiting(twelve):
    loan = twelve(extra=[(date(2026, 4, 25), "70"), (BETWEEN, "3000", "lower")])
    assert str(value(loan, BETWEEN).credit) == "70.00"


def test_what_covers_the_payoff_ends_the_loan(twelve):
    payoff = value(twelve(), BETWEEN).payoff
    loan = twelve(extra=[(BETWEEN, payoff.amount, "shorter")])
    assert value(loan, BETWEEN).settled
    short = twelve(extra=[(BETWEEN, payoff.amount - Decimal("0.01"), "shorter")])
    assert value(short, BETWEEN).payoff.minor == 1


def test_all_of_the_principal_leaves_what_it_had_earned(twelve):
    """Of 8,079.52 the 11 of 30 days have earned 14.81."""
    loan = twelve(extra=[(BETWEEN, "8079.52", "lower")])
    assert coming(loan, BETWEEN) == [(0, 14_81)]


def test_a_level_goes_on_until_the_rate_changes_and_is_worked_out_for_what_is_left(twelve):
    """Five are left at 6 %; from the second one on 12 % is charged, over the four that are left."""
    change = [(FIFTH, {"annual_rate": "12%"})]
    loan = twelve(rate_changes=change, extra=[(FOURTH, "3000", "shorter")])
    first, *others = coming(loan, FOURTH)
    assert (len(others), sum(first)) == (4, 1032_80)
    level = half_up(Fraction(float(-numpy_financial.pmt(0.01, 4, 5079_52 - first[0]))))
    assert others == table(5079_52 - first[0], 4, level=level, monthly=Fraction(1, 100))


def test_what_was_put_off_stays_as_it_was_agreed(scheduled, also_paying):
    """The sixth goes to 25 August; the others are worked out anew, on what they had borne."""
    deal = {"due": date(2026, 6, 20), "agreed": FOURTH, "to": (date(2026, 8, 25),)}
    plain = scheduled("equal-principal", "12000", 12, FIRST, annual_rate="6%", extensions=[deal])
    parts = paid_until(scheduled("equal-principal", "12000", 12, FIRST, annual_rate="6%"), FOURTH)
    for day, amount in parts:
        plain = also_paying(plain, day, amount)
    loan = also_paying(plain, FOURTH, "3500", "lower")
    before = {part.due: part for part in value(plain, FOURTH).account.parts}
    after = {part.due: part for part in value(loan, FOURTH).account.parts}
    put_off = date(2026, 8, 25)
    assert after[put_off] == before[put_off]
    assert after[FIFTH].base == before[FIFTH].base - 3500_00
    assert sum(part.principal for part in after.values()) == 12000_00 - 3500_00


def test_before_interest_is_capitalized_it_waits(scheduled):
    words = {"start": date(2025, 6, 20), "capitalized_on": date(2025, 12, 20)}
    loan = scheduled(
        *("equal-installment", "12000", 12, FIRST),
        annual_rate="6%",
        paid=[(date(2025, 9, 1), "3000", "shorter")],
        **words,
    )
    assert str(value(loan, date(2025, 9, 1)).credit) == "3000.00"
    assert surplus(loan, Decimal(3000), date(2025, 9, 2)) is None


def test_a_listed_sum_has_no_principal_to_work_out_anew(listed):
    loan = listed((FIFTH, "1000", "0"), (date(2026, 6, 20), "1000", "0"))
    paid = if_paid(loan, Decimal(1500), BETWEEN, SHORTER)
    assert str(paid.credit) == "1500.00"


# ─── Where it may go ───


@pytest.mark.parametrize("repayment", ["interest-only", "bullet"])
def test_no_installment_can_fall_away_where_all_is_due_at_the_end(scheduled, repayment):
    with pytest.raises(TermsError, match="the principal falls due at the end") as refused:
        scheduled(repayment, "12000", 12, FIRST, annual_rate="6%", prepayment="shorter")
    assert refused.value.field == "prepayment"


def test_a_balance_that_is_paid_down_at_once_knows_no_other_way(scheduled):
    with pytest.raises(TermsError, match="a revolving balance is paid down at once"):
        scheduled("revolving", "12000", 0, FIRST, minimum="10%", prepayment="lower")


def test_known_sums_know_only_ahead(listed):
    assert listed((FIFTH, "1000", "0"), prepayment="ahead").terms.prepayment == "ahead"
    with pytest.raises(TermsError, match="no principal is known to work its sums out anew from"):
        listed((FIFTH, "1000", "0"), prepayment="lower")


def test_no_figure_hangs_on_what_the_terms_say(twelve):
    loan = twelve(extra=[(BETWEEN, "3000")])
    says = replace(loan, terms=replace(loan.terms, prepayment=SHORTER))
    assert value(says, BETWEEN)._figures == value(loan, BETWEEN)._figures


# ─── What comes of it, side by side ───


def test_each_way_shows_when_it_ends_what_is_next_and_what_it_saves(twelve):
    over = surplus(twelve(), Decimal(3000), FOURTH)
    assert (str(over.over), over.matters) == ("3000.00", True)
    ways = {way.to: (way.ends, str(way.next.remaining), way.next.due) for way in over.prospects}
    assert ways == {
        SHORTER: (date(2026, 9, 20), "1032.80", FIFTH),
        LOWER: (date(2026, 12, 20), "649.31", FIFTH),
        Prepayment.AHEAD: (date(2026, 12, 20), "98.40", date(2026, 7, 20)),
    }
    plain = sum(sum(part) for part in coming(twelve(), FOURTH))
    for way in over.prospects:
        left = sum(part.remaining.minor for part in way.after.upcoming)
        assert way.saved.minor == plain - 3000_00 - left


@pytest.mark.parametrize(("amount", "matters"), [("1032.80", False), ("1032.81", True)])
def test_as_much_as_the_next_installment_is_simply_early(twelve, amount, matters):
    assert surplus(twelve(), Decimal(amount), FOURTH).matters is matters


def test_what_waits_already_counts(twelve):
    loan = twelve(extra=[(FOURTH, "1000")])
    assert surplus(loan, Decimal("32.80"), FOURTH).matters is False
    assert surplus(loan, Decimal("32.81"), FOURTH).matters is True


def test_nothing_is_asked_of_what_is_due_of_a_payoff_and_of_known_sums(twelve, listed):
    assert surplus(twelve(), Decimal("1032.80"), FIFTH) is None
    assert surplus(twelve(), value(twelve(), FOURTH).payoff.amount, FOURTH) is None
    known = listed((FIFTH, "1000", "0"), (date(2026, 6, 20), "1000", "0"))
    assert surplus(known, Decimal(1500), FOURTH) is None


# ─── What is told ───


def test_the_message_after_it_says_why_the_sum_is_another(twelve):
    change = change_of(value(twelve(extra=[(FOURTH, "3000", "lower")]), date(2026, 5, 17)))
    assert (change.why, change.on) == (Why.PREPAID, FOURTH)
    assert [str(sum_) for sum_ in (change.prepaid, change.before, change.now)] == [
        "3000.00",
        "1032.80",
        "649.31",
    ]


def test_the_message_after_it_says_that_the_end_is_another(twelve):
    loan = twelve(extra=[(BETWEEN, "2500", "shorter"), (date(2026, 5, 5), "500", "shorter")])
    change = change_of(value(loan, date(2026, 5, 17)))
    assert (change.why, str(change.prepaid), change.on) == (
        Why.PREPAID_ENDS,
        "3000.00",
        date(2026, 5, 5),
    )
    assert change.ends == (date(2026, 12, 20), date(2026, 9, 20))


def test_it_is_told_of_one_installment_only(twelve):
    loan = twelve(extra=[(FOURTH, "3000", "lower"), (FIFTH, "649.31")])
    assert change_of(value(loan, date(2026, 6, 17))) is None


def test_what_being_late_costs_a_year_can_be_said_of_a_loan_that_says_it(twelve):
    loan = twelve(
        prepayment="shorter",
        penalty={"daily_rate": "0.05%"},
        caps=[{"annual_rate": "10%", "mode": "warn"}],
    )
    assert [str(found.cap.annual_rate) for found in exceeded(value(loan, FIFTH))] == ["0.10"]
