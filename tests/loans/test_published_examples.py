"""Worked examples that others have published; each test names where."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from reminderd.loans.daycount import DayCount, days_between
from reminderd.loans.frequency import add_months
from reminderd.loans.position import value
from reminderd.loans.schedule import schedule

DUE = date(2026, 3, 1)


def after(days):
    return DUE + timedelta(days=days)


@pytest.fixture
def annuity(scheduled):
    """Return the installments of a loan in equal installments."""

    def build(principal, annual_rate, count):
        loan = scheduled(
            "equal-installment", principal, count, date(2026, 1, 1), annual_rate=annual_rate
        )
        return schedule(loan.terms)

    return build


# ─── Equal installments ───


def test_numpy_financials_monthly_payment_on_200000_over_15_years(annuity):
    """numpy-financial, pmt, Examples: $200,000 in 15 years at 7.5 % takes $1,854.02 a month.

    https://numpy.org/numpy-financial/latest/pmt.html
    """
    assert annuity("200000", "7.5%", 180)[0].total == 1854_02


def test_numpy_financials_amortization_of_2500_over_one_year(annuity):
    """numpy-financial, ipmt, Examples: a one-year loan of $2,500 at 8.24 %, month by month.

    All interest comes to 112.98. https://numpy.org/numpy-financial/latest/ipmt.html
    """
    table = """
        200.58 17.17    201.96 15.79    203.35 14.40    204.74 13.01
        206.15 11.60    207.56 10.18    208.99  8.76    210.42  7.32
        211.87  5.88    213.32  4.42    214.79  2.96    216.26  1.49
    """
    printed = [int(figure.replace(".", "")) for figure in table.split()]
    ours = [part for row in annuity("2500", "8.24%", 12) for part in (row.principal, row.interest)]
    # They round what they print, we round what is paid: a cent apart here and there, and the last
    # month takes up what that comes to.
    assert ours[:-2] == [pytest.approx(figure, abs=1) for figure in printed[:-2]]
    assert ours[-2:] == [pytest.approx(figure, abs=3) for figure in printed[-2:]]
    assert sum(ours[1::2]) == pytest.approx(112_98, abs=1)


def test_excels_payment_on_10000_over_ten_months(annuity):
    """Microsoft, PMT function: 8 % a year, 10 months, $10,000: ($1,037.03).

    https://support.microsoft.com/en-US/excel/functions/pmt-function
    """
    assert annuity("10000", "8%", 10)[0].total == 1037_03


def test_excels_first_principal_on_2000_over_two_years(annuity):
    """Microsoft, PPMT function: 10 % a year, 2 years, $2,000: principal of month 1 ($75.62)."""
    assert annuity("2000", "10%", 24)[0].principal == 75_62


def test_excels_first_interest_on_8000_over_three_years(annuity):
    """Microsoft, IPMT function: 10 % a year, 3 years, $8,000: interest of month 1 ($66.67)."""
    assert annuity("8000", "10%", 36)[0].interest == 66_67


def test_excels_and_sas_second_year_of_a_125000_mortgage(annuity):
    """Microsoft, CUMIPMT and CUMPRINC functions: 9 % a year, 30 years, $125,000.

    The first month pays 937.50 of interest and 68.27827 of principal, the second year
    11,135.23213 and 934.1071. SAS prints the same in its CUMIPMT and CUMPRINC pages.
    """
    parts = annuity("125000", "9%", 360)
    assert (parts[0].interest, parts[0].principal) == (937_50, 68_28)
    year = parts[12:24]
    assert sum(part.interest for part in year) == pytest.approx(11_135_23, abs=6)
    assert sum(part.principal for part in year) == pytest.approx(934_11, abs=6)


def test_wikipedias_home_loan_of_200000_over_thirty_years(annuity):
    """Wikipedia, Mortgage calculator: $200,000 at 6.5 % for 30 years is $1,264.14 a month."""
    assert annuity("200000", "6.5%", 360)[0].total == 1264_14


def test_filemakers_sports_car(annuity):
    """Claris FileMaker Pro Help, PMT, Example 1: $21,000 at 6.9 % over 48 months is $501.90.

    https://help.claris.com/en/pro-help/content/pmt.html
    """
    assert annuity("21000", "6.9%", 48)[0].total == 501_90


def test_adobes_loan_of_150000_over_25_years(annuity):
    """Adobe LiveCycle Designer, FormCalc Reference, Pmt: 150,000 at 4.75 %: 855.17604207164."""
    assert annuity("150000", "4.75%", 300)[0].total == 855_18


def test_a_chinese_mortgage_calculators_first_two_months(annuity):
    """mz51.vip, 房贷计算器: 3,060,000 at 6.15 % over 11 years, 等额本息, months 1 and 2."""
    first, second = annuity("3060000", "6.15%", 132)[:2]
    assert (first.total, first.principal, first.interest) == (31957_64, 16275_14, 15682_50)
    assert (second.total, second.principal, second.interest) == (31957_64, 16358_55, 15599_09)


# ─── Equal principal for actual days ───


def test_weilidais_interest_on_2500_over_five_months(scheduled):
    """loan.t8p.cn, 微粒贷利息0.05怎么算: 2,500 in 5 parts at 0.05 % a day.

    Its interest is 38.75, 30.00, 23.35, 15.50 and 7.50, which is 31, 30, 31, 31 and 30 days on
    what is left; the third is a misprint for 1,500 × 0.05 % × 31 = 23.25.
    """
    loan = scheduled("equal-principal", "2500", 5, date(2025, 6, 1), daily_rate="0.05%")
    assert [part.interest for part in schedule(loan.terms)] == [38_75, 30_00, 23_25, 15_50, 7_50]
    assert {part.principal for part in schedule(loan.terms)} == {500_00}


def test_100000_in_36_parts_of_equal_principal_by_actual_days(scheduled):
    """m.vdgb.cn/baike/112613: 100,000 at 9 % over 3 years, each month by its days over 360.

    It prints 775 (31 days), 680.56 (28), 731.94 (31), 687.50 (30) and, for the 36th month of 31
    days, 21.53; each with 2,777.78 of principal. (It calls that 等额本息, but works 等额本金.)
    """
    loan = scheduled(
        "equal-principal",
        "100000",
        36,
        date(2021, 2, 1),
        annual_rate="9%",
        day_count="ACT/360",
    )
    parts = schedule(loan.terms)
    assert [part.interest for part in parts[:4]] == [775_00, 680_56, 731_94, 687_50]
    assert [part.total for part in parts[:4]] == [3552_78, 3458_34, 3509_72, 3465_28]
    assert parts[35].interest == 21_53


# ─── Being late ───


def test_the_us_prompt_payment_rule_on_an_invoice_ten_days_late(one_sum, figure):
    """5 CFR 1315.17 (b): $1,500 (.065/360*10) = $2.71.

    The Treasury's page on the rule adds the dates: due April 1, paid April 11, 10 days late,
    "April 2 through April 11".
    """
    april_1 = date(2015, 4, 1)
    loan = one_sum("1500", april_1, penalty={"annual_rate": "6.5%"}, day_count="ACT/360")
    assert figure(loan, date(2015, 4, 11)) == ("1500.00", "0.00", "2.71")
    assert value(loan, date(2015, 4, 11)).days_past_due == 10


def test_british_statutory_interest_on_1000_pounds_after_thirty_days(one_sum, figure):
    """Daniels Silverman, Statutory Interest calculator: £1,000 at 12 %, 30 days late: £9.86.

    http://www.danielssilverman.co.uk/interest.php
    """
    loan = one_sum("1000", DUE, penalty={"annual_rate": "12%"}, day_count="ACT/365F")
    assert figure(loan, after(30))[2] == "9.86"


def test_british_statutory_interest_on_3000_pounds_after_sixty_days(one_sum, figure):
    """landolio.com, Late Payment Interest Calculator: £3,000 at 11.75 %, after 60 days."""
    loan = one_sum("3000", DUE, penalty={"annual_rate": "11.75%"}, day_count="ACT/365F")
    assert [figure(loan, after(days))[2] for days in (1, 60)] == ["0.97", "57.95"]


def test_a_provident_fund_loan_one_day_late_at_one_and_a_half_times_its_rate(one_sum, figure):
    """wwwbz417.com/baike/116965: 2,500 overdue at 3.25 %: 2500×(3.25%÷365×150%)×1 = 0.33."""
    loan = one_sum(
        "2500",
        DUE,
        annual_rate="3.25%",
        day_count="ACT/365F",
        penalty={"multiple_of_contract": "150%"},
        contract_interest_continues=False,
    )
    assert figure(loan, after(1)) == ("2500.00", "0.00", "0.33")


def test_a_bank_loan_at_one_and_a_half_times_its_rate_over_360(one_sum, figure):
    """scwest.cn/post/41354: 罚息 = 200,000元 × (5% × (1 + 50%) / 360) × 30天.

    That is the central bank's rule, 银发[2003]251号: the contract rate plus 30 % to 50 %. (The page
    leaves the multiplication to the reader: 200,000 × 7.5 % / 12 = 1,250.)
    """
    loan = one_sum(
        "200000",
        DUE,
        annual_rate="5%",
        day_count="ACT/360",
        penalty={"multiple_of_contract": "1.5"},
        contract_interest_continues=False,
    )
    assert figure(loan, after(30)) == ("200000.00", "0.00", "1250.00")


def test_a_californian_judgment_pays_interest_before_principal(one_sum, figure):
    """California's small-claims guide, as quoted in expertlaw.com/forums thread 33617.

    $5,000 at 10 %: 1.37 a day; $400 after 145 days go to interest first, then to principal, on
    which 1.31 a day accrue; $1,700 after 215 more days leave 0.93 a day. (The guide multiplies
    the rounded daily figure, which makes its interest a few cents more than the exact one.)
    """
    paid = [(after(145), "400"), (after(360), "1700")]
    loan = one_sum("5000", DUE, annual_rate="10%", day_count="ACT/365F", paid=paid)
    assert figure(loan, after(1))[1] == "1.37"
    assert figure(loan, after(145)) == ("4798.63", "0.00", "0.00")
    assert figure(loan, after(146))[1] == "1.31"
    assert figure(loan, after(360))[1] == "0.00"
    assert figure(loan, after(361))[1] == "0.93"


@pytest.mark.parametrize(
    ("paid_on", "penalty_days"), [(date(1998, 6, 18), 0), (date(1998, 6, 21), 6)]
)
def test_oracles_grace_of_five_days_counts_from_the_due_date_once_it_has_passed(
    one_sum, figure, paid_on, penalty_days
):
    """Oracle Banking Treasury Management, Specify Grace Days to Penalty.

    Due on 15 June 1998 with 5 days of grace and a penalty of 2 %: nothing when paid on 18 June;
    when paid after 20 June, penalty "from 16 June onwards and not from 20 June".
    """
    loan = one_sum(
        "360000",
        date(1998, 6, 15),
        penalty={"annual_rate": "2%"},
        day_count="ACT/360",
        grace_days=5,
    )
    assert figure(loan, paid_on)[2] == f"{20 * penalty_days}.00"


# ─── Dates ───


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2008, 10, 15), 2, date(2008, 12, 15)),
        (date(2008, 5, 31), -1, date(2008, 4, 30)),
    ],
)
def test_open_offices_edate(start, months, end):
    """Apache OpenOffice Wiki, Documentation/How Tos/Calc: EDATE function, Example."""
    assert add_months(start, months) == end


def test_quantlibs_year_of_366_days_under_actual_365_fixed():
    """QuantLib bug 3402104: 29 August 2011 to 29 August 2012 is (125+241)/365 when fixed."""
    days = days_between(date(2011, 8, 29), date(2012, 8, 29))
    assert Fraction(days, DayCount.ACT_365F.year_units) == Fraction(125 + 241, 365)
