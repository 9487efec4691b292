"""Installments as lenders shape them: flat rates, fees, sums of their own, balloons."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy_financial
import pytest

from reminderd.errors import TermsError
from reminderd.loans.explain import explain, explain_next
from reminderd.loans.money import Rate
from reminderd.loans.position import value
from reminderd.loans.schedule import schedule

FIRST = date(2026, 1, 15)


@pytest.fixture
def plan(scheduled):
    """Return a function giving the installments of a loan as (principal, interest) in cents."""

    def build(repayment, principal, count, **words):
        parts = schedule(scheduled(repayment, principal, count, FIRST, **words).terms)
        return [(part.principal, part.interest) for part in parts]

    return build


# ─── A flat rate (等本等息) ───


def test_a_chinese_card_installment_of_10000_at_six_tenths_of_a_percent_a_month(plan):
    """miantaihao.com/cfxy/28914.html: 10,000 元, 12 期, 0.6 %: 833.33 + 60 = 893.33; 720 in all."""
    by_rate = plan("flat", "10000", 12, annual_rate="7.2%")
    by_fee = plan("equal-principal", "10000", 12, installment_fee="0.6%")
    assert by_rate == by_fee == [(833_33, 60_00)] * 11 + [(833_37, 60_00)]
    assert sum(interest for _, interest in by_rate) == 720_00


def test_a_flat_rate_of_three_percent_on_100000_over_five_years(plan):
    """mortgagesupermart.com.sg, Flat Rate and Effective Interest Rate: 15,000, 250 a month."""
    parts = plan("flat", "100000", 60, annual_rate="3%")
    assert {interest for _, interest in parts} == {250_00}
    assert sum(interest for _, interest in parts) == 15000_00


def test_250000_at_eight_tenths_of_a_percent_of_flat_monthly_interest(plan):
    """yidianjf.com, tag 等额本息: 25 万 / 60 期 = 4166.6, 利息 2000, 6166.6; 总利息 12 万."""
    parts = plan("flat", "250000", 60, annual_rate="9.6%")
    assert parts[0] == (4166_67, 2000_00)
    assert sum(interest for _, interest in parts) == 120000_00


def test_a_malaysian_car_loan_whose_installment_is_rounded_up_to_a_whole_ringgit(plan):
    """smartinvestor.com.my/flat-rate-vs-effective-rate: 40,000 + 7,500 over 60 months: 792."""
    words = {"installment_multiple_of": "1", "installment_rounding": "up"}
    parts = plan("flat", "40000", 60, annual_rate="3.75%", **words)
    assert {sum(part) for part in parts[:-1]} == {792_00}
    assert sum(interest for _, interest in parts) == 7500_00
    assert sum(parts[-1]) == 47500_00 - 59 * 792_00


def test_a_month_of_a_flat_rate_costs_the_same_however_long_it_is(scheduled):
    terms = scheduled("flat", "1200", 3, FIRST, start=date(2025, 11, 1), annual_rate="12%").terms
    assert [part.interest for part in schedule(terms)] == [12_00] * 3


def test_a_new_rate_of_a_flat_loan_bears_on_all_that_was_borrowed(plan):
    change = (date(2026, 2, 15), {"annual_rate": "6%"})
    parts = plan("flat", "1200", 3, annual_rate="12%", rate_changes=[change])
    assert parts == [(400_00, 12_00), (400_00, 12_00), (400_00, 6_00)]


def test_paying_a_flat_loan_off_takes_the_rest_and_the_days_so_far(scheduled):
    paid = [(FIRST, "412")]
    loan = scheduled("flat", "1200", 3, FIRST, annual_rate="12%", paid=paid)
    assert value(loan, date(2026, 1, 30)).payoff.minor == 800_00 + round(12_00 * Fraction(15, 31))


# ─── A fee for paying in installments ───


def test_citics_fee_that_the_first_installment_has_all_of(scheduled):
    """CITIC Bank, 账单分期: up to 20,000 元 the fee, 12 × 0.73 % here, is charged once and kept.

    http://www.ylsglaw.com/b/298302.html: 手续费一次性收取; 已收取的手续费不予退还
    """
    words = {"installment_fee": ("8.76%", "first")}
    loan = scheduled("equal-principal", "12000", 12, FIRST, **words)
    assert [part.total for part in schedule(loan.terms)] == [2051_20] + [1000_00] * 11
    assert value(loan, date(2025, 12, 20)).payoff.minor == 13051_20
    assert value(loan, date(2025, 12, 15)).payoff.minor == 12000_00  # before it has begun


def test_citics_cash_installments_paid_off_after_the_third(scheduled):
    """co-liber.com/licai/24029.html: 5,000 in 6, 7.2 % in all: 893 each, after 3 2,500 are left."""
    paid = [(date(2026, month, 15), "893.33") for month in (1, 2, 3)]
    loan = scheduled("flat", "5000", 6, FIRST, installment_fee="1.2%", paid=paid)
    assert schedule(loan.terms)[0].total == 893_33
    position = value(loan, date(2026, 3, 15))
    assert position.payoff.minor == 5000_00 - 3 * 833_33
    assert value(loan, date(2026, 3, 16)).payoff == position.payoff + position.money(60_00)


def test_a_fee_is_a_row_of_its_own_in_the_derivation(scheduled):
    loan = scheduled("flat", "1200", 3, FIRST, annual_rate="12%", installment_fee="5")
    steps = [(step.kind, step.amount) for step in explain_next(value(loan, date(2026, 1, 1)))]
    assert steps == [
        ("principal", 400),
        ("scheduled-interest", 12),
        ("installment-fee", 5),
        ("total", 417),
    ]
    assert explain(loan, FIRST)[-1].amount == 417


def test_a_loan_that_is_called_owes_the_fees_of_the_periods_that_have_begun(scheduled):
    loan = scheduled(
        *("flat", "1200", 3, FIRST), installment_fee="5", acceleration_date=date(2026, 2, 1)
    )
    assert [part.total for part in schedule(loan.terms)] == [405_00, 805_00]
    assert [(s.kind, s.amount) for s in explain(loan, date(2026, 2, 1))][-3:] == [
        ("principal", 800),
        ("installment-fee", 5),
        ("total", 1210),
    ]


# ─── Sums that the lender set ───


def test_the_lenders_sum_is_what_falls_due_until_the_last_one_takes_the_rest(plan):
    """3,514.42 by the formula: a lender that asks for 3,510.67 has the last one ask for more."""
    words = {"annual_rate": "3.3%", "installment": "3510.67"}
    parts = plan("equal-installment", "120000", 36, **words)
    assert {sum(part) for part in parts[:-1]} == {3510_67}
    assert sum(principal for principal, _ in parts) == 120000_00
    each = Fraction("0.033") / 12
    left = Fraction(120000)
    for _ in range(35):
        left = left * (1 + each) - Fraction("3510.67")
    assert sum(parts[-1]) / 100 == pytest.approx(float(left * (1 + each)), abs=0.2)


def test_a_level_by_months_stands_beside_interest_by_days(plan):
    """Chinese mortgages often ask for the formula's sum and split it by the days of each month."""
    by_months = plan("equal-installment", "100000", 12, annual_rate="6%")
    words = {"installment_interest": "actual", "installment": "8606.64"}
    by_days = plan("equal-installment", "100000", 12, annual_rate="6%", **words)
    assert {sum(part) for part in [*by_months[:-1], *by_days[:-1]]} == {8606_64}
    assert by_days[0][1] == round(100000_00 * Fraction(6, 100) * Fraction(31, 365))


def test_the_lenders_sum_goes_with_the_first_rate(plan):
    change = (date(2026, 2, 15), {"annual_rate": "6%"})
    words = {"annual_rate": "12%", "installment": "350", "rate_changes": [change]}
    parts = plan("equal-installment", "1000", 4, **words)
    level = 100 * numpy_financial.pmt(0.06 / 12, 2, -float(parts[2][0] + parts[3][0]) / 100)
    assert [sum(part) for part in parts[:2]] == [350_00, 350_00]
    assert sum(parts[2]) == pytest.approx(level, abs=1)


@pytest.mark.parametrize(("how", "level"), [("nearest", 88_00), ("up", 89_00), ("down", 88_00)])
@pytest.mark.parametrize("repayment", ["equal-installment", "flat"])
def test_an_installment_is_a_multiple_of_a_unit(plan, repayment, how, level):
    """1,000 at 12 % a year over 12: 88.85 level, and 93.33 at a flat rate."""
    words = {"annual_rate": "12%", "installment_multiple_of": "1", "installment_rounding": how}
    parts = plan(repayment, "1000", 12, **words)
    if repayment == "flat":
        level = {"nearest": 93_00, "up": 94_00, "down": 93_00}[how]
    elif how == "nearest":
        level = 89_00
    assert {sum(part) for part in parts[:-1]} == {level}
    assert sum(principal for principal, _ in parts) == 1000_00


def test_of_equal_principal_the_principal_is_a_multiple(plan):
    parts = plan("equal-principal", "1000", 3, installment_multiple_of="10")
    assert [principal for principal, _ in parts] == [330_00, 330_00, 340_00]


# ─── Balloons, and interest alone at first ───


def test_sharps_balloon_after_four_years(plan):
    """Sharp EL-738XT manual, page 36: $500,000 at 8.5 %, balloon 482,755.24 after 48: $3,844.57.

    The 48 payments hold 17,244.76 of principal and 167,294.60 of interest.
    https://www.easymanua.ls/sharp/el-738xtbn/manual?p=38
    """
    parts = plan("equal-installment", "500000", 48, annual_rate="8.5%", balloon="482755.24")
    assert {sum(part) for part in parts[:-1]} == {3844_57}
    assert sum(parts[-1]) == pytest.approx(3844_57 + 482755_24, abs=5)
    assert sum(interest for _, interest in parts) == pytest.approx(167294_60, abs=5)


def test_a_balloon_is_the_future_value_of_excel(plan):
    """PMT(rate, nper, pv, fv) of numpy-financial, which is that of Excel and LibreOffice."""
    parts = plan("equal-installment", "150000", 36, annual_rate="4.5%", balloon="60000")
    level = numpy_financial.pmt(0.045 / 12, 36, -150000, 60000)
    assert sum(parts[0]) == round(100 * level)


def test_a_balloon_by_days_is_what_discounting_leaves(plan):
    words = {"annual_rate": "12%", "installment_interest": "actual", "balloon": "500"}
    parts = plan("equal-installment", "1000", 4, **words)
    totals = [sum(part) for part in parts]
    assert totals[:3] == [totals[0]] * 3
    assert totals[3] == pytest.approx(totals[0] + 500_00, abs=3)


@pytest.mark.parametrize("repayment", ["equal-principal", "flat"])
def test_equal_parts_leave_the_balloon_to_the_last(plan, repayment):
    parts = plan(repayment, "1000", 4, balloon="600")
    assert [principal for principal, _ in parts] == [100_00, 100_00, 100_00, 700_00]


def test_the_mortgage_professors_ten_years_of_interest_only(plan):
    """mtgprofessor.com, Interest-only versus fully amortizing: $100,000 at 6.25 % over 30 years.

    520.83 for ten years; then 730.93, of which 210.10 is principal.
    http://www.mtgprofessor.com/tutorials2/interest-only%20versus%20fully-amortizing.html
    """
    words = {"annual_rate": "6.25%", "interest_only_installments": 120}
    parts = plan("equal-installment", "100000", 360, **words)
    assert set(parts[:120]) == {(0, 520_83)}
    assert parts[120] == (210_10, 520_83)


def test_a_jumbo_loan_with_ten_years_of_interest_only(plan):
    """cameron.mintlify.app, Interest-only options: $500,000 at 7.5 %: $3,125, then $4,028."""
    words = {"annual_rate": "7.5%", "interest_only_installments": 120}
    parts = plan("equal-installment", "500000", 360, **words)
    assert sum(parts[0]) == 3125_00
    assert round(sum(parts[120]) / 100) == 4028


@pytest.mark.parametrize("repayment", ["equal-principal", "flat"])
def test_equal_parts_begin_after_those_of_interest_alone(plan, repayment):
    parts = plan(repayment, "1000", 4, annual_rate="12%", interest_only_installments=2)
    assert [principal for principal, _ in parts] == [0, 0, 500_00, 500_00]


# ─── In advance, and effective rates ───


def test_a_loan_paid_at_the_beginning_of_each_month(plan):
    """oracletutoring.ca, payments at the beginning: $100,000 at 4 % over 25 years: 526.08.

    http://www.oracletutoring.ca/blog/?cat=1065 (in Excel: pmt(4%/12, 300, 100000, 0, 1))
    """
    parts = plan("equal-installment", "100000", 300, annual_rate="4%", in_advance=True)
    assert {sum(part) for part in parts[:-1]} == {526_08}
    assert parts[0] == (526_08, 0)
    assert sum(parts[-1]) == pytest.approx(526_08, abs=200)
    assert round(-numpy_financial.pmt(0.04 / 12, 300, 100000, when="begin"), 2) == 526.08


def test_in_advance_with_a_balloon_is_excels_type_1(plan):
    words = {"annual_rate": "6%", "in_advance": True, "balloon": "300"}
    parts = plan("equal-installment", "1000", 4, **words)
    each = Fraction("0.06") / 12
    level = (1000 * (1 + each) ** 3 - 300) * each / ((1 + each) ** 4 - 1)
    assert sum(parts[0]) == round(100 * level)
    assert sum(parts[-1]) == pytest.approx(sum(parts[0]) + 300_00, abs=2)


def test_in_advance_by_days_leaves_the_last_as_large_as_the_others(plan):
    words = {"annual_rate": "12%", "in_advance": True, "installment_interest": "actual"}
    parts = plan("equal-installment", "1000", 4, **words)
    assert parts[0][1] == 0
    assert sum(parts[-1]) == pytest.approx(sum(parts[0]), abs=2)


@pytest.mark.parametrize("count", [12, 4, 1])
def test_periods_at_the_nominal_rate_compound_to_the_effective_one(count):
    """Microsoft, NOMINAL and EFFECT: 5.3543 % effective is 5.25 % compounded quarterly."""
    rate = Rate.of_effective(Decimal("0.053543"), Fraction(1, count))
    assert (1 + rate.value / count) ** count == pytest.approx(
        Decimal("1.053543"), abs=Decimal("1e-9")
    )
    if count == 4:
        assert round(rate.value, 5) == Decimal("0.0525")


# ─── What cannot be ───


@pytest.mark.parametrize(
    ("words", "field", "sentence"),
    [
        (
            {"repayment": "bullet", "balloon": "5"},
            "balloon",
            'goes with repayment = "equal-principal" or "equal-installment" or "flat" '
            "(remove it, or change repayment)",
        ),
        (
            {"repayment": "equal-principal", "installment": "5"},
            "installment",
            'goes with repayment = "equal-installment" or "flat" (remove it, or change repayment)',
        ),
        (
            {"repayment": "flat", "balloon": "1000"},
            "balloon",
            "1000 is not less than the principal 1000 "
            '(write repayment = "interest-only" where all is repaid at the end)',
        ),
        (
            {"repayment": "flat", "interest_only_installments": 4},
            "interest_only_installments",
            "4 of 4 leave none that repays the principal (write fewer)",
        ),
    ],
)
def test_shapes_that_cannot_be_are_refused(scheduled, words, field, sentence):
    with pytest.raises(TermsError) as refused:
        scheduled(words.pop("repayment"), "1000", 4, FIRST, **words)
    assert (refused.value.field, str(refused.value)) == (field, sentence)
