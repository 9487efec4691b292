"""Worked examples that others have published; each test names where."""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from reminderd.loans.daycount import DayCount, days_between
from reminderd.loans.explain import explain
from reminderd.loans.frequency import BusinessDayConvention, BusinessDays, add_months
from reminderd.loans.position import value
from reminderd.loans.schedule import schedule
from reminderd.loans.terms import Payment, Prepayment
from reminderd.loans.whatif import surplus

DUE = date(2026, 3, 1)


def after(days):
    return DUE + timedelta(days=days)


@pytest.fixture
def annuity(scheduled):
    """Return the installments of a loan in equal installments."""

    def build(principal, annual_rate, count, **words):
        first_due = words.pop("first_due", date(2026, 1, 1))
        loan = scheduled(
            "equal-installment", principal, count, first_due, annual_rate=annual_rate, **words
        )
        return schedule(loan.terms)

    return build


def cents(figure):
    """Return a printed figure in cents."""
    return int(Decimal(figure.replace(",", "")) * 100)


def paid_in(parts, first, last):
    """Return the principal and the interest of the parts *first* to *last*, counted from 1."""
    chosen = parts[first - 1 : last]
    return sum(part.principal for part in chosen), sum(part.interest for part in chosen)


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


def test_texas_instruments_mortgage_of_150000_after_five_years(annuity):
    """Texas Instruments, Solution 11219, BA II Plus: $150,000 at 7 % for 30 years.

    $997.95 a month; of the first 60 payments 8,802.36 is principal and 51,074.64 interest, which
    leaves 141,197.64.
    https://education.ti.com/en/customer-support/knowledge-base/financial-calculators/product-usage/11219
    """
    parts = annuity("150000", "7%", 360)
    assert parts[0].total == cents("997.95")
    assert paid_in(parts, 1, 60) == (cents("8802.36"), cents("51074.64"))
    assert 150_000_00 - paid_in(parts, 1, 60)[0] == cents("141197.64")


@pytest.mark.parametrize(
    ("first", "last", "balance"),
    [(1, 9, "118928.63"), (10, 21, "117421.60"), (22, 33, "115819.62")],
)
def test_the_ba_ii_plus_guidebooks_mortgage_year_by_year(annuity, first, last, balance):
    """Texas Instruments, BA II Plus Guidebook, Amortization Worksheet: $120,000 at 6.125 %.

    $729.13 a month for 30 years, the first in April: what is left after 9, 21 and 33 payments. It
    rounds each month's interest to the cent, as a lender does and as we do.
    """
    parts = annuity("120000", "6.125%", 360)
    assert parts[0].total == cents("729.13")
    assert 120_000_00 - paid_in(parts, 1, last)[0] == cents(balance)
    if first == 1:
        assert paid_in(parts, first, last) == (cents("1071.37"), cents("5490.80"))


def test_the_hp_12c_handbooks_first_year_of_a_house(annuity):
    """Hewlett-Packard, HP 12C Owner's Handbook, Amortization: $50,000, 25 years at 13 1/4 %.

    $573.35 a month; the first year 6,608.89 of interest and 271.31 of principal.
    https://manualsdump.com/en/manuals/hp-12c_financial_0012c-90001-12c_financial_12caba (page 54)
    """
    parts = annuity("50000", "13.25%", 300)
    assert parts[0].total == cents("573.35")
    assert paid_in(parts, 1, 12) == (cents("271.31"), cents("6608.89"))


def test_hewlett_packards_first_year_of_a_180000_mortgage(annuity):
    """Hewlett-Packard, HP 12C Loan Amortizations (training aid), Example 1: 30 years at 7.75 %.

    After one year $178,420.18 is left; 1,579.82 of principal and 13,894.66 of interest were paid.
    """
    parts = annuity("180000", "7.75%", 360)
    assert paid_in(parts, 1, 12) == (cents("1579.82"), cents("13894.66"))
    assert 180_000_00 - paid_in(parts, 1, 12)[0] == cents("178420.18")


def test_matlabs_three_year_loan_of_9000(annuity):
    """MathWorks, payper: $9,000 in three years at 11.75 %: 297.8553.

    https://www.mathworks.com/help/finance/payper.html
    """
    assert annuity("9000", "11.75%", 36)[0].total == cents("297.86")


def test_matlabs_conventional_mortgage_at_twelve_percent(annuity):
    """MathWorks, amortize: $100,000 over 30 years at 12 %: 1028.61, over $270,000 of interest.

    https://www.mathworks.com/help/finance/amortize.html
    """
    parts = annuity("100000", "12%", 360)
    assert parts[0].total == cents("1028.61")
    assert paid_in(parts, 1, 360)[1] > 270_000_00


def test_visual_foxpros_payment_on_100000_over_twenty_years(annuity):
    """Microsoft, Visual FoxPro, PAYMENT( ) function: 10.5 %, 20 years, monthly: 998.38."""
    assert annuity("100000", "10.5%", 240)[0].total == cents("998.38")


@pytest.mark.parametrize(
    ("principal", "payment", "count", "rate"),
    [("35000", "269.50", 360, "0.08515404566"), ("157500", "960", 650, "0.07161332404")],
)
def test_adobes_annual_percentage_rates_give_their_payments_back(
    annuity, principal, payment, count, rate
):
    """Adobe, FormCalc Reference, Apr: Apr(35000, 269.50, 360) and Apr(210000 * 0.75, 960, 25 * 26).

    https://help.adobe.com/de_DE/AEMForms/6.1/DesignerFormCalcRef/
    """
    assert annuity(principal, rate, count)[0].total == cents(payment)


def test_regulation_zs_regular_loan_of_5000(annuity):
    """12 CFR 1026, appendix J (c)(1)(i): 24 monthly payments of $230 on $5,000 are 9.69 %.

    The rate is rounded to a hundredth of a percent, which is a cent a month.
    https://www.consumerfinance.gov/rules-policy/regulations/1026/j/
    """
    assert annuity("5000", "9.69%", 24)[0].total == pytest.approx(cents("230"), abs=1)


def test_a_loan_repaid_week_by_week_for_fifteen_years(annuity):
    """algebra.com, question 1098670: $200 a week at 10.4 % repays $78,953.63.

    Of 780 payments, $77,046.37 is interest in all; we round each, they do not.
    """
    parts = annuity("78953.63", "10.4%", 780, frequency="1 week")
    assert {part.total for part in parts[:-1]} == {cents("200")}
    assert paid_in(parts, 1, 780)[1] == pytest.approx(cents("77046.37"), abs=150)


@pytest.mark.parametrize(
    ("rate", "table"),
    [
        ("12%", "16.25 1.00  16.41 0.84  16.58 0.67  16.74 0.51  16.91 0.34  17.11 0.17"),
        ("9.4822%", "16.34 0.79  16.47 0.66  16.60 0.53  16.73 0.40  16.86 0.27  17.00 0.13"),
        ("7%", "16.43 0.58  16.52 0.49  16.62 0.39  16.72 0.29  16.81 0.20  16.90 0.10"),
    ],
)
def test_fineracts_schedules_of_100_in_six_months(annuity, rate, table):
    """Apache Fineract, EMICalculation.feature, C3154 and C3155, and LP2 (7 %): 30 days of 360.

    Principal and interest of each month, cent by cent; the last one takes up the rounding.
    https://github.com/apache/fineract (fineract-e2e-tests-runner)
    """
    parts = annuity("100", rate, 6, first_due=date(2024, 2, 1), day_count="30/360")
    ours = [amount for part in parts for amount in (part.principal, part.interest)]
    assert ours == [cents(figure) for figure in table.split()]


def test_actus_annuity_of_100000_over_ten_years(annuity):
    """ACTUS Financial Research Foundation, actus-tests, ann02: 7 %, 30E/360, 1161.08479218624.

    The first four months' principal and interest. https://github.com/actusfrf/actus-tests
    """
    parts = annuity("100000", "7%", 120, first_due=date(2013, 2, 1), day_count="30E/360")
    printed = "577.75 583.33  581.12 579.96  584.51 576.57  587.92 573.16"
    ours = [amount for part in parts[:4] for amount in (part.principal, part.interest)]
    assert ours == [pytest.approx(cents(figure), abs=1) for figure in printed.split()]
    assert parts[0].total == cents("1161.08")


def test_a_million_over_thirty_years_at_the_old_benchmark_rate(annuity):
    """ccv168.com/baike/60885: 100 万, 30 年, 4.9 %, 等额本息: 月供 5307.27, 利息 910616.19.

    It adds up unrounded payments; ours are rounded, up to half a fen each.
    """
    parts = annuity("1000000", "4.9%", 360)
    assert parts[0].total == cents("5307.27")
    assert paid_in(parts, 1, 360)[1] == pytest.approx(cents("910616.19"), abs=180)


def test_a_chinese_mortgage_table_of_930000_over_ten_years(annuity):
    """dlzsaudio.com/fangchanzixun/64054: 93 万, 10 年, 等额本息: 9526.69 a month, month by month.

    Its first interest is 4.25 % of a year. It rounds what it prints, we round what is paid.
    """
    table = """
        6232.94 3293.75  6255.02 3271.68  6277.17 3249.52  6299.40 3227.29
        6321.71 3204.98  6344.10 3182.59  6366.57 3160.12  6389.12 3137.57
        6411.75 3114.95  6434.45 3092.24  6457.24 3069.45  6480.11 3046.58
    """
    parts = annuity("930000", "4.25%", 120)
    assert {part.total for part in parts[:-1]} == {cents("9526.69")}
    ours = [amount for part in parts[:12] for amount in (part.principal, part.interest)]
    assert ours == [pytest.approx(cents(figure), abs=1) for figure in table.split()]


def test_sas_works_a_buydown_loan_out_anew_with_each_of_its_rates(annuity):
    """SAS/ETS User's Guide, The LOAN Procedure, Analyzing Buydown Rate Loans.

    $100,000 in 180 months from December 1998, at 6.5 %, from the 24th payment at 8 % and from the
    48th at 9 %: 871.11, 946.50 and 992.01 a month.
    https://support.sas.com/documentation/cdl/en/etsug/65545/HTML/default/etsug_loan_gettingstarted07.htm
    """
    changes = [
        (date(2000, 11, 1), {"annual_rate": "8%"}),
        (date(2002, 11, 1), {"annual_rate": "9%"}),
    ]
    parts = annuity("100000", "6.5%", 180, first_due=date(1999, 1, 1), rate_changes=changes)
    paid = [part.total for part in parts]
    assert set(paid[:23]) == {cents("871.11")}
    assert set(paid[23:47]) == {cents("946.50")}
    assert set(paid[47:-1]) == {cents("992.01")}


# ─── Equal installments whose rate changes ───


def test_the_hp_12c_platinums_variable_rate_mortgage_of_50000(annuity):
    """HP 12c Platinum, reference manual, page 37: 30 years, 11.5 %, after three years 11.75 %.

    495.15 a month become 504.35; 49,316.74 are left to repay. The cents that are paid leave a cent
    less. https://www.manualslib.com/manual/277108/Hp-12c-Platinum.html?page=37
    """
    changes = [(date(2028, 12, 1), {"annual_rate": "11.75%"})]
    parts = annuity("50000", "11.5%", 360, rate_changes=changes)
    assert {part.total for part in parts[:36]} == {495_15}
    assert parts[36].base == pytest.approx(49_316_74, abs=1)
    assert parts[36].total == 504_35


def test_an_adjustable_mortgage_of_200000_from_4_to_5_8_percent(annuity):
    """JustAAA: $954.83 in the first year; 196,477.93 left; then $1,167.72, of 348 months.

    Their payments have fractions of a cent; those of whole cents leave three cents more.
    https://justaaa.com/finance/462704-a-30-year-200000-adjustable-rate-mortgage-starts
    """
    changes = [(date(2026, 12, 1), {"annual_rate": "5.8%"})]
    parts = annuity("200000", "4%", 360, rate_changes=changes)
    assert {part.total for part in parts[:12]} == {954_83}
    assert parts[12].base == pytest.approx(196_477_93, abs=4)
    assert parts[12].total == 1167_72


def test_a_2_28_mortgage_whose_rate_rises_to_its_index_and_margin(annuity):
    """My Home Loan Tools: $200,000 at 7.5 %, after two years 5.34 % and 3 %, in whole dollars.

    The first year pays 14,937 of interest and 1,844 of principal, and the whole loan 341,186 of
    interest. http://www.myhomeloantools.com/2-28-arm-example.php
    """
    changes = [(date(2027, 12, 1), {"annual_rate": "8.34%"})]
    parts = annuity("200000", "7.5%", 360, rate_changes=changes)
    balances = [199852, 199702, 199552, 199401, 199249, 199095, 198941, 198786, 198630, 198473]
    assert [round(part.base / 100) for part in parts[1:11]] == balances
    assert [round(paid / 100) for paid in paid_in(parts, 1, 12)] == [1844, 14937]
    assert round(sum(part.interest for part in parts) / 100) == 341186


def test_mortgage2_pros_interest_of_the_month_after_a_change(annuity):
    """Adjustable Rate Mortgages, MORTGAGE2 PRO: $100,000 at 12 %; after the first payment 6 %.

    The first month bears 1 %, and $99,898.91 the next one $499.49.
    https://amortizationcalc.ca/adjustable-rate-mortgages-arm/
    """
    changes = [(date(2000, 12, 14), {"annual_rate": "6%"})]
    first_due = date(2000, 12, 14)
    parts = annuity("100000", "12%", 240, first_due=first_due, rate_changes=changes)
    assert parts[0].interest == 1000_00
    assert (parts[1].base, parts[1].interest) == (99_898_91, 499_49)


def test_fineract_works_100_out_anew_when_the_rate_falls_on_a_due_date(annuity):
    """Apache Fineract, ProgressiveEMICalculatorTest: 100 in six months at 7 %, from 2 February 4 %.

    https://github.com/apache/fineract, in fineract-progressive-loan
    """
    changes = [(date(2024, 2, 1), {"annual_rate": "4%"})]
    words = {"first_due": date(2024, 2, 1), "day_count": "30/360"}
    parts = annuity("100", "7%", 6, rate_changes=changes, **words)
    table = """
        17.01 0.58 16.43    16.88 0.28 16.60    16.88 0.22 16.66
        16.88 0.17 16.71    16.88 0.11 16.77    16.89 0.06 16.83
    """
    ours = [sum_ for part in parts for sum_ in (part.total, part.interest, part.principal)]
    assert ours == [cents(figure) for figure in table.split()]


def test_fineracts_month_in_which_the_rate_falls_bears_each_rate_for_its_days(annuity):
    """Apache Fineract, test_reschedule_interest_on0215_4per…: 13 of 29 days at 7 %, 16 at 4 %.

    83.57 bear 0.2185 and 0.1537, and the installment before stays 17.01. They work the sum out
    anew within the month, so of the others only its interest is compared.
    """
    changes = [(date(2024, 2, 14), {"annual_rate": "4%"})]
    words = {"first_due": date(2024, 2, 1), "day_count": "30/360"}
    first, second, *_ = annuity("100", "7%", 6, rate_changes=changes, **words)
    assert (first.total, first.interest, first.principal) == (17_01, 58, 16_43)
    assert (second.base, second.interest) == (83_57, 37)


def test_what_half_a_month_has_earned_at_fineract(scheduled, also_paying):
    """Apache Fineract, test_balance_correction_on0215…: on 15 February 0.24 of interest are due.

    14 of 29 days of 7 % a year on 83.57, though its year has 360 days.
    """
    words = {"annual_rate": "7%", "day_count": "30/360"}
    loan = scheduled("equal-installment", "100", 6, date(2024, 2, 1), **words)
    loan = also_paying(loan, date(2024, 2, 1), "17.01")
    assert value(loan, date(2024, 2, 15)).payoff.minor == 83_57 + 24
    assert value(loan, date(2024, 3, 1)).due.interest == 49


# ─── Equal principal ───


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


def test_a_million_in_360_parts_of_equal_principal(scheduled):
    """ccv168.com/baike/60885: 100 万, 30 年, 4.9 %, 等额本金: 6861.11, 每月递减 11.34.

    The last month 2789.12, in all 1737041.67. It divides the principal without rounding; ours is
    2,777.78 a month, which leaves 0.80 less for the last one.
    """
    terms = {"annual_rate": "4.9%", "day_count": "30/360"}
    loan = scheduled("equal-principal", "1000000", 360, date(2026, 1, 1), **terms)
    paid = [part.total for part in schedule(loan.terms)]
    assert paid[0] == cents("6861.11")
    falls = [before - now for before, now in itertools.pairwise(paid[:-1])]
    assert set(falls) <= {cents("11.34"), cents("11.35")}
    assert paid[-1] == cents("2789.12") - 80
    assert sum(paid) == pytest.approx(cents("1737041.67"), abs=180)


def test_300000_in_240_parts_of_equal_principal(scheduled):
    """o15.net/329891809310009165: 30 万, 20 年, 4.90 %: 2475.00, 2469.90, …, 2449.48 逐笔递减."""
    terms = {"annual_rate": "4.9%", "day_count": "30/360"}
    loan = scheduled("equal-principal", "300000", 240, date(2026, 1, 1), **terms)
    printed = "2475.00 2469.90 2464.79 2459.69 2454.58 2449.48"
    paid = [part.total for part in schedule(loan.terms)[:6]]
    assert paid == [cents(figure) for figure in printed.split()]


def test_actus_linear_amortizer_whose_rate_is_reset_every_quarter(scheduled):
    """ACTUS Financial Research Foundation, actus-tests, lam01: $5,000 in ten parts of $500.

    8 %, A/365, and a new rate each quarter. https://github.com/actusfrf/actus-tests
    """
    loan = scheduled(
        "equal-principal",
        "5000",
        10,
        date(2013, 2, 1),
        annual_rate="8%",
        day_count="ACT/365F",
        rate_changes=[
            (date(2013, 4, 1), {"annual_rate": "0.1105679012345679"}),
            (date(2013, 7, 1), {"annual_rate": "0.111679012345679"}),
            (date(2013, 10, 1), {"annual_rate": "0.1127901234567901"}),
        ],
    )
    printed = "33.97 27.62 27.18 31.81 28.17 22.72 18.97 14.23 9.18 4.79"
    parts = schedule(loan.terms)
    assert [part.interest for part in parts] == [cents(figure) for figure in printed.split()]
    assert {part.principal for part in parts} == {cents("500")}


# ─── Interest only, and all at once ───


@pytest.mark.parametrize(
    ("day_count", "months", "interest"),
    [
        ("ACT/365F", 1, "25.48 23.01 25.48 24.66 25.48 24.66 25.48 25.48 24.66 25.48 24.66 25.48"),
        ("ACT/360", 2, "49.17 50.83 50.83 51.67 50.83 50.83"),
        (
            "ACT/ACT ISDA",
            1,
            "25.48 23.01 25.48 24.66 25.48 24.66 25.48 25.48 24.66 25.48 24.66 25.48",
        ),
    ],
)
def test_actus_loans_of_3000_that_pay_interest_until_maturity(
    scheduled, day_count, months, interest
):
    """ACTUS Financial Research Foundation, actus-tests, pam01, pam02 and pam03: 10 % over 2013."""
    printed = [cents(figure) for figure in interest.split()]
    loan = scheduled(
        "interest-only",
        "3000",
        len(printed),
        date(2013, 1 + months, 1),
        annual_rate="10%",
        day_count=day_count,
        frequency=f"{months} months",
    )
    parts = schedule(loan.terms)
    assert [part.interest for part in parts] == printed
    assert [part.principal for part in parts] == [0] * (len(printed) - 1) + [cents("3000")]
    assert parts[-1].due == date(2014, 1, 1)


def test_a_treasury_note_pays_half_a_years_interest(scheduled):
    """31 CFR 356, appendix B, I.A.1: 8 % on $1,000, semiannually: (1000 x .08) / 2 = 40.

    From 15 February to 15 August, whatever the days in the half-year.
    """
    loan = scheduled(
        "interest-only",
        "1000",
        4,
        date(2024, 8, 15),
        annual_rate="8%",
        day_count="30/360",
        frequency="6 months",
    )
    assert {part.interest for part in schedule(loan.terms)} == {cents("40")}


def test_regulation_zs_single_payment_after_255_days(scheduled):
    """12 CFR 1026, appendix J (c)(5)(i): $1,000 of 3 January 1978, $1,080 on 15 September: 11.45 %.

    The rate is rounded to a hundredth of a percent, which is four cents.
    """
    loan = scheduled(
        "bullet",
        "1000",
        1,
        date(1978, 9, 15),
        start=date(1978, 1, 3),
        annual_rate="11.45%",
        day_count="ACT/365F",
    )
    (part,) = schedule(loan.terms)
    assert days_between(part.start, part.due) == 255
    assert part.total == pytest.approx(cents("1080"), abs=4)


def test_open_offices_interest_accrued_at_maturity(scheduled):
    """Apache OpenOffice Wiki, Calc: ACCRINTM function: 2001-4-1 to 2001-6-15, 10 %, basis 3.

    On 1,000 approximately 20.54795.
    https://wiki.openoffice.org/wiki/Documentation/How_Tos/Calc:_ACCRINTM_function
    """
    loan = scheduled(
        "bullet",
        "1000",
        1,
        date(2001, 6, 15),
        start=date(2001, 4, 1),
        annual_rate="10%",
        day_count="ACT/365F",
    )
    assert schedule(loan.terms)[0].interest == cents("20.55")


def test_the_simple_interest_table_of_the_immigration_rules(scheduled):
    """8 CFR 293.3, Example: 3 % on $500 for 93 days, of a year of 365: $3.82."""
    start = date(2025, 2, 1)
    loan = scheduled(
        "bullet",
        "500",
        1,
        start + timedelta(days=93),
        start=start,
        annual_rate="3%",
        day_count="ACT/365F",
    )
    assert schedule(loan.terms)[0].interest == cents("3.82")


@pytest.mark.parametrize(
    ("principal", "rate", "day_count", "rounding", "a_day"),
    [
        ("100000", "5%", "ACT/365F", "half-up", "13.70"),
        ("100000", "8%", "ACT/360", "half-up", "22.22"),
        ("200000", "5%", "ACT/360", "down", "27.77"),
    ],
)
def test_one_day_of_a_mortgage_adds_its_per_diem_to_the_payoff(
    scheduled, principal, rate, day_count, rounding, a_day
):
    """pafirsttimehomebuyer.net/perdieminterest, Investopedia, and finweb.com, Per Diem Interest.

    The last one cuts the fraction off.
    """
    start = date(2026, 1, 31)
    loan = scheduled(
        "bullet",
        principal,
        1,
        date(2026, 3, 1),
        start=start,
        annual_rate=rate,
        day_count=day_count,
        rounding=rounding,
    )
    first_day = value(loan, start + timedelta(days=1))
    assert first_day.payoff.minor == cents(principal) + cents(a_day)


# ─── Interest by days, at rates that change within them ───


def test_canadian_footwears_operating_loan_whose_prime_rate_climbs_on_26_september(
    scheduled, also_paying
):
    """Bartleby, question 58d08e3b-aefe-4146-b26b-767e0c09987d: $9,750.00 from 15 July on.

    At 3.5 % and 1.75 %, and half a percent more from 26 September: $1,790.00 a month, interest
    included. The month of the change bears 9.89 for 11 days and 18.70 for 19.
    """
    loan = scheduled(
        "revolving",
        "9750",
        0,
        date(2025, 8, 15),
        start=date(2025, 7, 15),
        annual_rate="5.25%",
        minimum=("0%", "1790", True),
        rate_changes=[(date(2025, 9, 26), {"annual_rate": "5.75%"})],
    )
    table = """
        9,750.00 43.47 1,746.53    8,003.47 35.69 1,754.31    6,249.16 28.59 1,761.41
        4,487.75 21.92 1,768.08    2,719.67 12.85 1,777.15      942.52  4.60   942.52
    """
    parts = schedule(loan.terms)
    ours = [sum_ for part in parts for sum_ in (part.base, part.interest, part.principal)]
    assert ours == [cents(figure) for figure in table.split()]
    for part in parts[:2]:
        loan = also_paying(loan, part.due, "1790")
    assert value(loan, date(2025, 9, 26)).payoff.minor == 6_249_16 + 9_89
    assert parts[-1].total == 947_12


def test_a_demand_note_of_20000_whose_rate_changes_between_payments(scheduled):
    """WizEdu, the Purple Pelican's note of 1 April 2012: 7 %, from 1 August 9 %, from November 8 %.

    After $1,000 on 10 June, $400 on 20 September and $1,200 on 15 November, interest of $185.08 is
    due on 31 December. https://wizedu.com/questions/374656/i-need-step-wise-hand-written-solution-with
    """
    changes = [
        (date(2012, 8, 1), {"annual_rate": "9%"}),
        (date(2012, 11, 1), {"annual_rate": "8%"}),
    ]
    balance, since = 20_000_00, date(2012, 4, 1)
    paid = [
        (date(2012, 6, 10), 1000_00),
        (date(2012, 9, 20), 400_00),
        (date(2012, 11, 15), 1200_00),
    ]
    for day, amount in [*paid, (date(2012, 12, 31), 0)]:
        principal = str(Decimal(balance) / 100)
        words = {"start": since, "annual_rate": "7%", "rate_changes": changes}
        note = scheduled("bullet", principal, 1, date(2013, 4, 1), **words)
        before, balance = balance, value(note, day).payoff.minor - amount
        since = day
    assert balance - before == 185_08


# ─── Revolving ───


def test_a_chinese_card_asks_for_a_tenth_of_what_is_left(scheduled):
    """wenda.cardbaobao.com/76504: 12,000 spent: 1,200 first, then (12000-1200)*10% + interest.

    No less than 200 at a time.
    """
    loan = scheduled(
        "revolving",
        "12000",
        0,
        date(2026, 1, 25),
        daily_rate="0.05%",
        minimum=("10%", "200"),
    )
    first, second, *rest = schedule(loan.terms)
    assert (first.principal, first.interest) == (cents("1200"), 0)
    assert second.principal == cents("1080")
    assert second.interest > 0
    assert min(part.principal for part in rest[:-1]) == cents("200")


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

    That is the central bank's rule, 银发〔2003〕251号: the contract rate plus 30 % to 50 %. (The
    page leaves the multiplication to the reader: 200,000 × 7.5 % / 12 = 1,250.)
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


def test_the_british_governments_example_of_statutory_interest(one_sum, figure):
    """gov.uk, Late commercial payments, 2: £1,000 at 8.5 %: 23p a day, £11.50 after 50 days.

    It rounds each day's interest, as do these terms.
    https://www.gov.uk/late-commercial-payments-interest-debt-recovery
    """
    loan = one_sum(
        "1000",
        DUE,
        penalty={"annual_rate": "8.5%"},
        day_count="ACT/365F",
        rounding_at="day",
    )
    assert [figure(loan, after(days))[2] for days in (1, 50)] == ["0.23", "11.50"]


def test_british_statutory_interest_at_a_base_rate_of_a_quarter_percent(one_sum, figure):
    """theukrules.co.uk, Late Commercial Payments Interest: £1,000 at 8.25 %, 60 days: £13.56."""
    loan = one_sum("1000", DUE, penalty={"annual_rate": "8.25%"}, day_count="ACT/365F")
    assert [figure(loan, after(days))[2] for days in (1, 60)] == ["0.23", "13.56"]


def test_a_german_consumers_debt_after_25_days(one_sum, figure):
    """anleiter.de, Wie berechnet man Verzugszinsen: 1000,00 €, 25 Tage, 5,12 %: 3,51 €.

    That is § 288 (1) BGB: five points over the base rate, day by day, of 365.
    """
    loan = one_sum("1000", DUE, penalty={"annual_rate": "5.12%"}, day_count="ACT/365F")
    assert figure(loan, after(25))[2] == "3.51"


def test_a_german_debt_in_months_of_thirty_days_counts_the_first_day_too(one_sum, figure):
    """p-konto.de/wiki/zinsformel: 10.000 €, 6 %, 1.1.2016 bis 30.7.2016: 210 Zinstage, 350 €.

    From 1 January on: the due date is a day of lateness as well.
    """
    loan = one_sum(
        "10000",
        date(2016, 1, 1),
        penalty={"annual_rate": "6%"},
        day_count="30E/360",
        dpd_includes_due_date=True,
    )
    assert figure(loan, date(2016, 7, 30))[2] == "350.00"


@pytest.mark.parametrize(("days", "fee"), [(7, "17.26"), (30, "73.97"), (60, "147.95")])
def test_a_universitys_late_fee_of_one_and_a_half_percent_a_month(one_sum, figure, days, fee):
    """Palo Alto University, How is the late payment fee calculated: $5,000, examples 1 to 3.

    It is assessed daily: 18 % over 365. https://help.paloaltou.edu/how-is-the-late-payment-fee-calculated
    """
    loan = one_sum("5000", DUE, penalty={"annual_rate": "18%"}, day_count="ACT/365F")
    assert figure(loan, after(days))[2] == fee


def test_overdue_interest_on_10000_dollars_after_thirty_days(one_sum, figure):
    """makemerichnow.com, How to calculate overdue interest: $10,000 × 0.08 × 30 / 365 = $65.75."""
    loan = one_sum("10000", DUE, penalty={"annual_rate": "8%"}, day_count="ACT/365F")
    assert figure(loan, after(30))[2] == "65.75"


def test_chinas_tax_surcharge_on_100000_after_thirty_days(one_sum, figure):
    """977y.com/know/10152, on 滞纳金 (税收征收管理法, 32): 100,000 × 0.0005 × 30 = 1,500 元."""
    loan = one_sum("100000", DUE, penalty={"daily_rate": "0.05%"})
    assert figure(loan, after(30))[2] == "1500.00"


def test_a_shops_overdue_installment_of_1000_after_ten_days(one_sum, figure):
    """LearnKu, 电商进阶, 5.8 计算逾期费: 10 * 1000 * 0.05% = 5 元."""
    loan = one_sum("1000", DUE, penalty={"daily_rate": "0.05%"})
    assert figure(loan, after(10))[2] == "5.00"


def test_penal_interest_on_a_lakh_of_rupees_after_thirty_days(one_sum, figure):
    """Equirus Wealth, Penal Interest: 0.05 % a day on ₹100,000, 30 days late: ₹1,500."""
    loan = one_sum("100000", DUE, currency="INR", penalty={"daily_rate": "0.05%"})
    assert figure(loan, after(30))[2] == "1500.00"


def test_a_bank_that_cuts_the_fraction_off_one_day_at_130_percent_of_its_rate(one_sum, figure):
    """wwwbz417.com/baike/116965: 2500×(4.9%÷365×130%)×1 = 0.43, of 0.4363."""
    loan = one_sum(
        "2500",
        DUE,
        annual_rate="4.9%",
        day_count="ACT/365F",
        penalty={"multiple_of_contract": "130%"},
        contract_interest_continues=False,
        rounding="down",
    )
    assert figure(loan, after(1)) == ("2500.00", "0.00", "0.43")


def test_a_default_rate_five_points_over_the_contract_rate(listed, figure):
    """accountantforums.com, thread 166007: $16,000 with $3,360 of interest, due on 1 May 2017.

    "15% interest on the $19,360 … unpaid for a full year then it is $2,904".
    """
    loan = listed(
        (date(2017, 5, 1), "16000", "3360"),
        annual_rate="10%",
        day_count="ACT/365F",
        penalty={"spread": "5%"},
        penalty_base="overdue-installment",
        contract_interest_continues=False,
    )
    assert figure(loan, date(2018, 5, 1)) == ("16000.00", "3360.00", "2904.00")


def test_an_indian_banks_two_missed_installments(listed, figure):
    """emicalculator.net, EMI Defaults: 24 % a year on an overdue EMI of ₹50,000 (ICICI Bank).

    "2% of 50,000 = Rs 1,000. If you miss next month's EMI too, the penalty in the next month would
    go up to Rs 2,000. Total penalty of Rs 3,000." How the EMI splits does not matter to it.
    """
    months = [date(2023, month, 1) for month in (5, 6, 7)]
    loan = listed(
        (months[0], "20000", "30000"),
        (months[1], "20200", "29800"),
        penalty={"annual_rate": "24%"},
        penalty_base="overdue-installment",
        day_count="30/360",
    )
    assert [figure(loan, month)[2] for month in months] == ["0.00", "1000.00", "3000.00"]


@pytest.mark.parametrize(
    ("spent", "booked", "paid", "statement", "interest"),
    [
        ("1000", date(2022, 3, 30), (date(2022, 4, 23), "100"), date(2022, 5, 5), "17.85"),
        ("2000", date(2022, 4, 2), (date(2022, 4, 25), "200"), date(2022, 5, 7), "34.70"),
    ],
)
def test_revolving_interest_on_a_chinese_card_of_which_the_minimum_was_paid(
    one_sum, figure, spent, booked, paid, statement, interest
):
    """sidaben.com/5948 (招商银行) and m.110ask.com, 循环利息.

    1000元×0.05%×24天 + 900元×0.05%×13天 = 17.85, and 23 and 13 days of 2,000 and 1,800 = 34.70.
    They count the first day and not the last; we count the last and not the first, so what is
    owed up to the statement stands here a day later.
    """
    loan = one_sum(
        spent,
        booked,
        daily_rate="0.05%",
        allocation_order=["principal", "interest", "penalty", "fees"],
        paid=[paid],
    )
    assert figure(loan, statement + timedelta(days=1))[1] == interest


def test_the_us_prompt_payment_rules_monthly_compounding(one_sum, figure):
    """5 CFR 1315.17 (c): $1,500(1+.06/12)2 * (1+(0.06/360*15))-$1,500 = $18.83.

    Two months and 15 days after 1 April, a month being 30 days of 360.
    """
    loan = one_sum(
        "1500",
        date(2026, 4, 1),
        penalty={"annual_rate": "6%"},
        day_count="30/360",
        compounding="monthly",
    )
    assert figure(loan, date(2026, 6, 16))[2] == "18.83"


def test_the_irs_compounds_an_underpayment_day_by_day(one_sum, figure):
    """TaxAlmanac, "Factors" used by IRS (Rev. Proc. 95-17): $10,000 of 04-15-02 at 6 %.

    Through 06-30-02, 76 days: $125.70; through 09-30-02, 92 days more: $154.28, which makes a
    balance of $10,279.98. It rounds at the end of each quarter, so a cent may be lost.
    """
    loan = one_sum(
        "10000",
        date(2002, 4, 15),
        penalty={"annual_rate": "6%"},
        day_count="ACT/365F",
        compounding="daily",
    )
    assert value(loan, date(2002, 6, 30)).days_past_due == 76
    assert figure(loan, date(2002, 6, 30))[2] == "125.70"
    owed = value(loan, date(2002, 9, 30)).due.total
    assert owed == pytest.approx(cents("10279.98"), abs=1)


def test_what_lateness_costs_in_a_year_is_capped_at_24_percent(one_sum, owed):
    """100glory.com.cn, 逾期违约金的最高限额: of 10,000 "一年的利息最高就是2400块", at 24 % a year.

    What the contract asks for it does not say; 0.1 % a day would be 3,650.
    """
    loan = one_sum(
        "10000",
        DUE,
        penalty={"daily_rate": "0.1%"},
        day_count="ACT/365F",
        caps=[{"annual_rate": "24%"}],
    )
    assert owed(loan, after(365)) == ("10000.00", "0.00", "2400.00", "0.00")


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2011, 1, 31), date(2011, 1, 31), 0),
        (date(2011, 1, 31), date(2011, 2, 1), 1),
        (date(2011, 2, 4), date(2011, 2, 7), 3),
        (date(2011, 1, 31), date(2011, 2, 28), 28),
        (date(2011, 1, 31), date(2011, 3, 1), 29),
        (date(2012, 1, 31), date(2012, 3, 1), 30),
        (date(2011, 1, 31), date(2011, 6, 3), 123),
        (date(2013, 1, 31), date(2013, 3, 5), 33),
    ],
)
def test_hmrcs_number_of_days_for_which_interest_is_due(one_sum, start, end, days):
    """HMRC, Compliance Handbook, CH140220 (number of days) and CH141140 (Example 1, Bela).

    https://www.gov.uk/hmrc-internal-manuals/compliance-handbook/ch140220
    """
    assert value(one_sum("10000", start), end).days_past_due == days


def charged(loan, day):
    """Return the days and the base of each step of penalty in the derivation."""
    steps = [step for step in explain(loan, day) if step.kind == "penalty"]
    return [(step.days, step.base_minor) for step in steps]


def test_hmrcs_tax_paid_in_three_parts_of_which_two_are_late(one_sum):
    """HMRC, Compliance Handbook, CH141140, Example 2: Kevin's £10,000 of 31 January 2013.

    £5,000 paid in time, £2,000 on 1 May (90 days late), £3,000 on 24 May (113 days late). HMRC
    counts each payment's days, we count what is left: 90 days of 5,000 and 23 of 3,000.
    """
    may = date(2013, 5, 1), date(2013, 5, 24)
    paid = [(date(2013, 1, 31), "5000"), (may[0], "2000"), (may[1], "3000")]
    order = ["principal", "interest", "penalty", "fees"]  # tax first, and interest afterwards
    terms = {"penalty": {"annual_rate": "3%"}, "day_count": "ACT/365F", "allocation_order": order}
    loan = one_sum("10000", date(2013, 1, 31), paid=paid, **terms)
    ours = charged(loan, may[1])
    assert [days for days, _ in ours] == [90, 113 - 90]
    assert sum(days * base for days, base in ours) == 90 * 2000_00 + 113 * 3000_00


def test_swiss_default_interest_on_a_debt_paid_in_two_parts(one_sum):
    """verzugszins.ch, Berechnung Verzugszinstage: from 1 to 20 January 19 days on all of it.

    And from 20 to 30 January 10 days on the rest. https://www.verzugszins.ch/berechnungen/
    """
    loan = one_sum(
        "1000",
        date(2025, 1, 1),
        penalty={"annual_rate": "5%"},
        day_count="ACT/365F",
        paid=[(date(2025, 1, 20), "400")],
    )
    assert [days for days, _ in charged(loan, date(2025, 1, 30))] == [19, 10]


# ─── Fees for being late ───


@pytest.fixture
def fee(owed):
    """Return a function giving the fees due on a day, as a text."""
    return lambda loan, day: owed(loan, day)[3]


@pytest.mark.parametrize(
    ("debt", "costs"),
    [("999.99", "40.00"), ("1000", "70.00"), ("9999.99", "70.00"), ("10000", "100.00")],
)
def test_the_british_compensation_for_a_late_commercial_payment(one_sum, fee, debt, costs):
    """mygov.scot, Late commercial payments, Claim debt recovery costs: £40, £70 or £100."""
    tiers = {"tiers": [("0.01", "40"), ("1000", "70"), ("10000", "100")]}
    assert fee(one_sum(debt, DUE, fees=[tiers]), after(1)) == costs


def test_a_british_invoice_with_interest_and_compensation(one_sum, owed):
    """fidohq.com, Late Payment Charges: £1,000, 25 days at 8.5 %: £5.82, with £70: £75.82."""
    tiers = {"tiers": [("0.01", "40"), ("1000", "70"), ("10000", "100")]}
    loan = one_sum("1000", DUE, penalty={"annual_rate": "8.5%"}, day_count="ACT/365F", fees=[tiers])
    assert owed(loan, after(25)) == ("1000.00", "0.00", "5.82", "70.00")


@pytest.mark.parametrize(
    ("tiers", "balance", "charge"),
    [
        ([("0.01", "15"), ("100", "25"), ("1000.01", "35")], "99", "15.00"),
        ([("0.01", "15"), ("100", "25"), ("1000.01", "35")], "100", "25.00"),
        ([("0.01", "15"), ("100", "25"), ("1000.01", "35")], "1000", "25.00"),
        ([("0.01", "15"), ("100", "25"), ("1000.01", "35")], "1001", "35.00"),
        ([("0.01", "29"), ("500", "35")], "499", "29.00"),
        ([("0.01", "29"), ("500", "35")], "500", "35.00"),
    ],
)
def test_american_cards_whose_late_fee_follows_the_balance(one_sum, fee, tiers, balance, charge):
    """Bankrate, Late payment (14 August 2002): Citibank, and First National Bank of Omaha.

    http://www.bankrate.com/brm/news/cc/20020814m.asp
    """
    assert fee(one_sum(balance, DUE, fees=[{"tiers": tiers}]), after(1)) == charge


def test_oracles_flat_late_fee_whatever_is_overdue(one_sum, fee):
    """Oracle Lease Servicing Setup Guide, Appendix B, FLAT AMOUNT: $25 of $900, each month anew.

    https://docs.oracle.com/cd/F27106_01/html/Lease_Servicing_Setup_Guide/
    """
    loan = one_sum("900", DUE, fees=[{"amount": "25", "per": "period"}])
    assert [fee(loan, after(days)) for days in (1, 31, 32)] == ["25.00", "25.00", "50.00"]


def test_oracles_late_fee_on_what_remains_of_a_payment(one_sum, fee):
    """Oracle Lease Servicing Setup Guide, Appendix B, PERCENTAGE OF PAYMENT DUE.

    "10%, and if only $90 of a $200 standard payment is due, then the late fee will be $9".
    """
    loan = one_sum("200", DUE, fees=["10%"], paid=[(DUE, "110")])
    assert fee(loan, after(1)) == "9.00"


def test_oracles_late_fee_of_each_month_looks_at_that_month_alone(listed, fee):
    """Oracle Lease Servicing Setup Guide, Appendix B, PERCENTAGE OF PAYMENT DUE.

    "$300 and account is delinquent for 3 months ($900), then every month the late fee is computed
    only on … $300 … not on $900": at 10 %, thirty dollars each time.
    """
    months = [date(2026, month, 1) for month in (3, 4, 5)]
    loan = listed(*((month, "300", "0") for month in months), fees=["10%"])
    days = [month + timedelta(days=1) for month in months]
    assert [fee(loan, day) for day in days] == ["30.00", "60.00", "90.00"]


def test_a_mortgages_late_charge_after_fifteen_days_of_grace(listed, fee):
    """accountinginsights.org, How Much Is a Late Fee on a Mortgage: 5 % of $1,500 is $75.

    Due on the first, with grace until the 16th; principal and interest alike, however they split.
    """
    loan = listed((date(2026, 3, 1), "400", "1100"), fees=[{"amount": "5%", "after_days": 15}])
    assert [fee(loan, date(2026, 3, day)) for day in (16, 17)] == ["0.00", "75.00"]


def test_five_percent_of_a_mortgage_payment_of_750(one_sum, owed):
    """mfcny.org, How much is the late fee for mortgage: $37.50, making the total due $787.50."""
    loan = one_sum("750", DUE, fees=["5%"])
    assert owed(loan, after(1)) == ("750.00", "0.00", "0.00", "37.50")
    assert str(value(loan, after(1)).due_total) == "787.50"


@pytest.mark.parametrize(("first_offence", "minimum"), [("29", "10"), ("27", "15")])
def test_an_american_cards_late_fee_is_never_more_than_the_minimum_payment(
    one_sum, fee, first_offence, minimum
):
    """credit.about.com, Late Fees (2020), and money.stackexchange.com, question 53731 (2015).

    12 CFR 1026.52 (b)(2): the fee is at most what the violation was about, "if your minimum payment
    is $15, the late fee can be no more than $15".
    """
    loan = one_sum(minimum, DUE, fees=[{"lesser_of": [first_offence, "100%"]}])
    assert fee(loan, after(1)) == f"{minimum}.00"


@pytest.mark.parametrize(("rent", "charge"), [("1250", "62.50"), ("1000", "50.00")])
def test_north_carolinas_late_fee_is_the_greater_of_two(one_sum, fee, rent, charge):
    """lawguru.com and rentlatefee.com, on N.C. Gen. Stat. § 42-46: $15 or 5 %, five days late."""
    loan = one_sum(rent, DUE, fees=[{"amount": {"greater_of": ["15", "5%"]}, "after_days": 4}])
    assert [fee(loan, after(days)) for days in (4, 5)] == ["0.00", charge]


def test_the_irs_failure_to_pay_penalty_for_each_month_begun(one_sum, fee):
    """finhelp.io, Failure-to-Pay Penalty: 0.5 % of $1,000 is $5 a month; after 6 months $30."""
    loan = one_sum("1000", date(2026, 4, 15), fees=[{"amount": "0.5%", "per": "period"}])
    assert fee(loan, date(2026, 4, 16)) == "5.00"
    assert fee(loan, date(2026, 10, 15)) == "30.00"


# ─── Where a payment goes ───


def test_a_student_loans_payment_goes_to_fee_and_interest_first(listed):
    """College Ave, How do payments get applied to my account: Jane pays $100.

    A $5 late fee and $30 of interest are covered first; "the remaining $65" goes to the principal,
    of which the page does not say how much there is.
    """
    loan = listed((DUE, "200", "30"), fees=["5"], paid=[(after(1), "100")])
    (payment,) = [step for step in explain(loan, after(1)) if step.kind == "payment"]
    assert payment.split == (cents("65"), cents("30"), 0, cents("5"))


def test_charges_make_a_minimum_payment_fall_short(one_sum, owed):
    """GOLDPoint Systems, What Is the Payment Application, Scenario 2: $200 due, $200 paid.

    $70 of late charges and a $35 fee take their part: "Bill is short -$105".
    """
    loan = one_sum("200", DUE, fees=["70", "35"], paid=[(after(1), "200")])
    assert owed(loan, after(1)) == ("105.00", "0.00", "0.00", "0.00")


def test_what_is_paid_beyond_charges_and_the_minimum_is_left_over(listed):
    """GOLDPoint Systems, What Is the Payment Application, Scenario 1: $350 paid.

    $70, $35 and $200; $45 extra, which they book to the principal and we keep as credit.
    """
    later = ((after(days), "200", "0") for days in (31, 61))
    loan = listed((DUE, "200", "0"), *later, fees=["70", "35"], paid=[(after(1), "350")])
    position = value(loan, after(1))
    assert (str(position.due_total), str(position.credit)) == ("0.00", "45.00")


# ─── Prepayments to the principal ───


@pytest.fixture
def prepaid(scheduled):
    """Return what is left of a level loan after some installments and a lump sum, and what of it.

    That is the usual installment, the balance then left, the installments to come, and how much
    less is to be paid in all.
    """

    def pay(principal, annual_rate, count, after, lump, to):
        loan = scheduled(
            "equal-installment", principal, count, date(2026, 1, 1), annual_rate=annual_rate
        )
        parts = schedule(loan.terms)
        due = [part.due for part in parts[:after]]
        on = due[-1] if due else date(2025, 12, 1)
        level = Decimal(parts[0].total) / 100
        before = replace(loan, payments=tuple(Payment(day, level) for day in due))
        balance = value(before, on).payoff.minor
        (way,) = [way for way in surplus(before, Decimal(lump), on).prospects if way.to == to]
        left = way.after.account.parts[after:]
        return level * 100, balance, left, way.saved.minor

    return pay


def test_a_million_of_which_200000_are_prepaid_after_two_years(prepaid):
    """cnblogs.com/JackeyLove/p/16877105.html: 100 万, 25 年, 4.95 %, 减少月供.

    After two years 957,410.98 are left, and 20 万 prepaid save 135,370.81. Their payments have
    fractions of a fen, and so have 276 of them. (By the same page the other way leaves 188 months;
    it works the installment out anew over these, and we keep it, with a smaller last one.)
    """
    _, balance, left, saved = prepaid("1000000", "4.95%", 300, 24, "200000", "lower")
    assert balance == pytest.approx(cents("957410.98"), abs=15)
    assert len(left) == 276
    assert saved == pytest.approx(cents("135370.81"), abs=276)
    _, _, left, _ = prepaid("1000000", "4.95%", 300, 24, "200000", "shorter")
    assert len(left) == 188


def test_300000_of_which_100000_are_prepaid_after_a_year(prepaid):
    """m.789yingshi.cn/wenda/201967.html: 30 万, 30 年, 5.90 %: 1779.41 a month become 1178.76.

    296,246.67 are left after a year; the interest of the 348 months to come is 213,961.19.
    """
    level, balance, left, _ = prepaid("300000", "5.90%", 360, 12, "100000", "lower")
    assert level == cents("1779.41")
    assert balance == pytest.approx(cents("296246.67"), abs=1)
    assert (len(left), left[0].total) == (348, cents("1178.76"))
    assert sum(part.interest for part in left) == pytest.approx(cents("213961.19"), abs=174)


@pytest.mark.parametrize(("after", "months"), [(60, 124), (96, 95), (120, 75)])
def test_500000_whose_term_gets_shorter(prepaid, after, months):
    """zonghe.zhoukan.cc/zonghe/2023/0621/256093.html: 50 万, 20 年, 4.9 %, 缩短年限.

    10 万 prepaid after 5, 8 and 10 years leave 124, 95 and 75 months.
    """
    level, _, left, _ = prepaid("500000", "4.9%", 240, after, "100000", "shorter")
    assert len(left) == months
    assert {part.total for part in left[:-1]} == {level}
    assert left[-1].total < level


def test_a_recast_of_300000_over_25_years(prepaid):
    """allthecalculations.com/finance/mortgage-recast-savings: 6 %, a lump sum of 50,000.

    $1,933 become $1,611; interest of $233,226 in the place of $279,871.
    """
    level, _, left, saved = prepaid("300000", "6%", 300, 0, "50000", "lower")
    assert level == pytest.approx(cents("1933"), abs=50)
    assert left[0].total == pytest.approx(cents("1611"), abs=50)
    assert sum(part.interest for part in left) == pytest.approx(cents("233226"), abs=50 + 150)
    assert saved == pytest.approx(cents("46645"), abs=50 + 150)


def test_a_recast_of_350000_over_25_years(prepaid):
    """calcsimpler.com, Mortgage Recast Payment Drop Calculator: 5.25 %, a lump sum of 40,000.

    $2,097.37 become $1,857.67, which saves $31,909.73 over the term.
    https://www.calcsimpler.com/calculators/mortgage-recast-payment-drop-calculator
    """
    level, _, left, saved = prepaid("350000", "5.25%", 300, 0, "40000", "lower")
    assert (level, left[0].total) == (cents("2097.37"), cents("1857.67"))
    assert saved == pytest.approx(cents("31909.73"), abs=150)


def test_250_more_each_month_on_300000(scheduled):
    """topfinclub.com/calculators/mortgage-payoff.html: 6.5 %, 27 years left, $250 a month more.

    Paid off in 20 years 5 months; saves roughly $95,216 in interest.
    """
    loan = scheduled("equal-installment", "300000", 324, date(2026, 1, 1), annual_rate="6.5%")
    parts = schedule(loan.terms)
    each = Decimal(parts[0].total) / 100 + 250
    paid = tuple(Payment(part.due, each, to=Prepayment.SHORTER) for part in parts[:244])
    left = value(replace(loan, payments=paid), paid[-1].on).account.parts
    assert len(left) == 20 * 12 + 5
    saved = sum(part.interest for part in parts) - sum(part.interest for part in left)
    assert saved == pytest.approx(cents("95216"), abs=50 + 162)


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


def rows(table):
    """Return the rows of a table, its dates as dates and its counts as numbers."""
    read = {True: int, False: date.fromisoformat}
    lines = [line.split() for line in table.strip().splitlines()]
    return [tuple(read[word.isdigit()](word) for word in line) for line in lines]


@pytest.mark.parametrize(
    ("start", "end", "actual", "eurobond"),
    rows("""
        2007-01-15 2007-01-30  15  15
        2007-01-15 2007-02-15  31  30
        2007-01-15 2007-07-15 181 180
        2007-09-30 2008-03-31 183 180
        2007-09-30 2007-10-31  31  30
        2007-09-30 2008-09-30 366 360
        2007-01-15 2007-01-31  16  15
        2007-01-31 2007-02-28  28  28
        2007-02-28 2007-03-31  31  32
        2006-08-31 2007-02-28 181 178
        2007-02-28 2007-08-31 184 182
        2007-02-14 2007-02-28  14  14
        2007-02-26 2008-02-29 368 363
        2008-02-29 2009-02-28 365 359
        2008-02-29 2008-03-30  30  31
        2008-02-29 2008-03-31  31  31
        2007-02-28 2007-03-05   5   7
        2007-10-31 2007-11-28  28  28
        2007-08-31 2008-02-29 182 179
        2008-02-29 2008-08-31 184 181
        2008-08-31 2009-02-28 181 178
        2009-02-28 2009-08-31 184 182
    """),
)
def test_isdas_spreadsheet_of_actual_days_and_eurobond_days(start, end, actual, eurobond):
    """ISDA, 30-360-2006ISDADefs.xls, Comparison: Actual/360 and 30E/360.

    https://www.isda.org/a/mIJEE/30-360-2006ISDADefs.xls
    """
    assert DayCount.ACT_360.units(start, end) == actual
    assert DayCount.THIRTY_E_360.units(start, end) == eurobond


@pytest.mark.parametrize(
    ("start", "end", "days"),
    rows("""
        2006-08-20 2007-02-20 180
        2007-02-20 2007-08-20 180
        2006-08-31 2007-02-28 178
        2007-02-28 2007-08-31 183
        2007-08-31 2008-02-29 179
        2008-02-29 2008-08-31 182
        2006-01-31 2006-02-28  28
        2006-01-30 2006-02-28  28
        2006-02-28 2006-03-03   5
        2006-02-14 2006-02-28  14
        2006-09-30 2006-10-31  30
        2006-10-31 2006-11-28  28
        2007-08-31 2008-02-28 178
        2008-02-28 2008-08-28 180
        2008-02-28 2008-08-30 182
        2008-02-28 2008-08-31 183
        2007-02-26 2008-02-28 362
        2007-02-26 2008-02-29 363
        2008-02-29 2009-02-28 359
        2008-02-28 2008-03-30  32
        2008-02-28 2008-03-31  33
    """),
)
def test_isdas_bond_basis_examples(start, end, days):
    """ISDA, 30-360-2006ISDADefs.xls, Bond Basis, examples 1 to 3, as QuantLib's tests quote them.

    A year from 31 August to 31 August comes to 178 and 183 days, which are 361.
    """
    assert DayCount.THIRTY_360.units(start, end) == days


@pytest.mark.parametrize(
    ("start", "end", "fraction"),
    [
        (date(2003, 11, 1), date(2004, 5, 1), 0.497724380567),
        (date(1999, 2, 1), date(1999, 7, 1), 0.410958904110),
        (date(1999, 7, 1), date(2000, 7, 1), 1.001377348600),
        (date(2002, 8, 15), date(2003, 7, 15), 0.915068493151),
        (date(2003, 7, 15), date(2004, 1, 15), 0.504004790778),
        (date(1999, 7, 30), date(2000, 1, 30), 0.503892506924),
        (date(2000, 1, 30), date(2000, 6, 30), 0.415300546448),
    ],
)
def test_isdas_memo_on_actual_actual(start, end, fraction):
    """ISDA, EMU and Market Conventions: Recent Developments, ISDA method, in QuantLib's quotation.

    Odd first and last periods, in common years and leap years.
    http://www.isda.org/c_and_a/pdf/mktc1198.pdf
    """
    convention = DayCount.ACT_ACT_ISDA
    units = convention.units(start, end)
    assert units / convention.year_units == pytest.approx(fraction, abs=1e-11)


@pytest.mark.parametrize(
    ("convention", "fraction"),
    [
        (DayCount.THIRTY_360, 0.541666666666667),
        (DayCount.ACT_ACT_ISDA, 0.53972602739726),
        (DayCount.ACT_360, 0.547222222222222),
        (DayCount.ACT_365F, 0.53972602739726),
        (DayCount.THIRTY_E_360, 0.541666666666667),
    ],
)
def test_apples_fraction_of_a_year_on_each_basis(convention, fraction):
    """Apple, Formulas and Functions, YEARFRAC: 12/15/2009 to 6/30/2010, days bases 0 to 4.

    https://help.apple.com/functions/mac/7.0/en.lproj/ffa55c753e.html
    """
    units = convention.units(date(2009, 12, 15), date(2010, 6, 30))
    assert units / convention.year_units == pytest.approx(fraction, abs=1e-14)


@pytest.mark.parametrize(
    ("start", "end", "convention", "fraction"),
    [
        (date(2007, 1, 1), date(2009, 7, 1), DayCount.THIRTY_360, 2.5),
        (date(2008, 1, 1), date(2008, 7, 1), DayCount.ACT_365F, 0.498630136986),
    ],
)
def test_open_offices_yearfrac(start, end, convention, fraction):
    """Apache OpenOffice Wiki, Documentation/How Tos/Calc: YEARFRAC function, Example."""
    units = convention.units(start, end)
    assert units / convention.year_units == pytest.approx(fraction, abs=1e-12)


@pytest.mark.parametrize(
    ("due", "moved"),
    [
        (date(2011, 4, 15), date(2011, 4, 18)),
        (date(2017, 4, 15), date(2017, 4, 18)),
        (date(2018, 4, 15), date(2018, 4, 17)),
    ],
)
def test_american_tax_day_moves_past_the_weekend_and_emancipation_day(one_sum, due, moved):
    """Tax Day of 2011, 2017 and 2018, as the press explained it (26 U.S.C. 7503).

    2011: Friday the 15th was the holiday; 2017: a Saturday, and Monday the 17th was it; 2018: a
    Sunday, and Monday the 16th was it.
    """
    loan = one_sum("1000", due, business_days=("following", "US-DC"))
    assert value(loan, moved).days_past_due == 0
    assert value(loan, moved + timedelta(days=1)).days_past_due == 1
    assert value(loan, due).upcoming[0].due == moved


@pytest.mark.parametrize(
    ("due", "worked"),
    [
        (date(2024, 2, 10), date(2024, 2, 18)),  # a Sunday worked in exchange
        (date(2024, 4, 4), date(2024, 4, 7)),  # likewise
        (date(2024, 5, 1), date(2024, 5, 6)),
        (date(2024, 10, 1), date(2024, 10, 8)),
        (date(2024, 2, 4), date(2024, 2, 4)),  # Sundays and Saturdays that were worked
        (date(2024, 9, 14), date(2024, 9, 14)),
        (date(2024, 10, 12), date(2024, 10, 12)),
    ],
)
def test_chinas_holidays_and_make_up_workdays_of_2024(due, worked):
    """国务院办公厅关于2024年部分节假日安排的通知, 25 October 2023: 放假调休 and 上班.

    https://www.gov.cn (quoted by xasb168.com/info/1001/1033.htm)
    """
    following = BusinessDays(BusinessDayConvention.FOLLOWING, "CN")
    assert following.adjust(due) == worked


@pytest.mark.parametrize(
    ("convention", "paid"),
    [("following", date(2021, 2, 1)), ("modified-following", date(2021, 1, 29))],
)
def test_a_payment_due_on_sunday_the_31st_of_january(convention, paid):
    """quantrl.com, Modified Following: due on Sunday 31 January: Monday 1 February, or Friday 29.

    2021 is a year with such a Sunday, and TARGET's calendar one without a holiday then.
    """
    rule = BusinessDays(BusinessDayConvention(convention), "XECB")
    assert rule.adjust(date(2021, 1, 31)) == paid
