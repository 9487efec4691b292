"""From here to debt-free: when loans end and what they cost, in three ways."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from time import process_time

import numpy_financial as npf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminderd.loans.daycount import DayCount
from reminderd.loans.frequency import add_months
from reminderd.loans.money import Money, Rate, round_half_up
from reminderd.loans.position import value
from reminderd.loans.projection import MAX_MONTHS, Shortage, Way, ends, project
from reminderd.loans.terms import (
    Installment,
    Loan,
    LoanTerms,
    Minimum,
    Payment,
    Prepayment,
    Repayment,
)

TODAY = date(2026, 12, 1)


def first_of_next_month(day):
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def follow(cash, monthly, *loans, next_income=first_of_next_month):
    """Follow loans from today; return what becomes of them by way, or the shortage."""
    positions = [value(replace(loan, id=f"{n}"), TODAY) for n, loan in enumerate(loans)]
    money = (Money.of(Decimal(sum_), positions[0].currency) for sum_ in (cash, monthly))
    found = project(positions, *money, next_income)
    return found if isinstance(found, Shortage) else {one.way: one for one in found}


def cost(projection):
    return projection.cost.minor


def card(balance, floor, annual_rate):
    """Return a balance that asks for the same sum on the first of each month, interest in it."""
    terms = LoanTerms(
        "CNY",
        repayment=Repayment.REVOLVING,
        principal=Decimal(balance) / 100,
        first_due=date(2027, 1, 1),
        start=TODAY,
        contract_rate=Rate(Decimal(annual_rate), "year"),
        day_count=DayCount.THIRTY_360,
        minimum=Minimum(Decimal("0.0001"), Decimal(floor) / 100, includes_interest=True),
    )
    return Loan("card", "Card", terms, "UTC")


def book_of_cards(seed):
    """Return one to four such balances as (minor units, fixed sum, rate), and the money."""
    draw = random.Random(seed)
    cards = [
        (
            draw.randrange(100_00, 9000_00),
            draw.randrange(60_00, 400_00),
            f"0.{draw.randrange(0, 3600):04}",
        )
        for _ in range(draw.randint(1, 4))
    ]
    # A sum that the interest of a month does not eat up.
    cards = [(owed, floor + owed * 4 // 100, rate) for owed, floor, rate in cards]
    least = sum(floor for _, floor, _ in cards)
    return cards, draw.randrange(0, 800_00), least + draw.randrange(0, 900_00)


def table(cards, cash, monthly, order):
    """Return what cards cost and in which month each ends, by a table as one keeps on paper."""
    balances, paid_off = [owed for owed, *_ in cards], [None] * len(cards)
    money, interest_paid, month = cash, 0, 0
    while True:
        left = [n for n, owed in enumerate(balances) if owed]
        for number in sorted(left, key=lambda n: order(balances[n], *cards[n])) if order else ():
            amount = min(money, balances[number])
            balances[number] -= amount
            money -= amount
        for number in left:
            if not balances[number]:
                paid_off[number] = month
        left = [n for n in left if balances[n]]
        if not left:
            return interest_paid, paid_off
        month, money = month + 1, money + monthly
        for number in left:
            _, floor, rate = cards[number]
            exact = balances[number] * Fraction(rate) / 12
            interest = round_half_up(exact.numerator, exact.denominator)
            principal = min(balances[number], max(floor - interest, 1))
            balances[number] -= principal
            money -= interest + principal
            interest_paid += interest
            if not balances[number]:
                paid_off[number] = month


ORDERS = {
    Way.DEAREST_FIRST: lambda _owed, _at_first, _floor, rate: -Fraction(rate),
    Way.SMALLEST_FIRST: lambda owed, *_: owed,
    Way.AS_AGREED: None,
}


# ─── Against others' figures ───


@pytest.mark.parametrize("seed", range(50))
def test_each_way_is_to_the_cent_what_a_table_on_paper_gives(seed):
    cards, cash, monthly = book_of_cards(seed)
    found = follow(Decimal(cash) / 100, Decimal(monthly) / 100, *(card(*one) for one in cards))
    for way, projection in found.items():
        interest, months = table(cards, cash, monthly, ORDERS[way])
        assert cost(projection) == interest, way
        assert [one.ends for one in projection.courses] == [
            add_months(TODAY, month) for month in months
        ]


@pytest.mark.parametrize("seed", range(50))
def test_as_agreed_equal_installments_cost_and_end_as_numpy_financial_says(seed):
    draw = random.Random(seed)
    loans, interest, last, total = [], 0.0, 0, 0.0
    for _ in range(draw.randint(1, 3)):
        principal, count = draw.randrange(1000, 300_000), draw.randint(2, 120)
        rate = Decimal(draw.randrange(100, 2400)) / 10_000
        terms = LoanTerms(
            "CNY",
            repayment=Repayment.EQUAL_INSTALLMENT,
            principal=Decimal(principal),
            installment_count=count,
            first_due=date(2027, 1, 1),
            start=TODAY,
            contract_rate=Rate(rate, "year"),
        )
        loans.append(Loan("loan", "Loan", terms, "UTC"))
        a_month, months = float(rate) / 12, range(1, count + 1)
        interest -= sum(npf.ipmt(a_month, months, count, principal))
        payment = -npf.pmt(a_month, count, principal)
        total += payment
        assert npf.nper(a_month, -payment, principal) == pytest.approx(count)
        last = max(last, count)
    found = follow("0", f"{total + 1:.2f}", *loans)[Way.AS_AGREED]
    # An installment is rounded to a cent, and the difference bears interest to the end.
    cents = 3 * sum(loan.terms.installment_count for loan in loans)
    assert abs(cost(found) - interest * 100) <= cents
    assert found.ends == add_months(TODAY, last)


# ─── Which way costs least ───


@settings(max_examples=60, deadline=None)
@given(st.integers(1000, 10**9))
def test_where_every_loan_is_paid_down_at_once_the_dearest_first_costs_least(seed):
    """All are due when money comes, ask for a fixed sum, and bear interest for the same months."""
    cards, cash, monthly = book_of_cards(seed)
    found = follow(Decimal(cash) / 100, Decimal(monthly) / 100, *(card(*one) for one in cards))
    dearest, smallest, agreed = (found[way] for way in Way)
    cents = sum(len(projection.owed) for projection in found.values()) * len(cards)
    assert cost(dearest) <= cost(smallest) + cents
    assert cost(smallest) <= cost(agreed) + cents
    assert dearest.ends <= agreed.ends


@st.composite
def any_loans(draw):
    """Draw a loan of any kind that ends."""
    kind = draw(
        st.sampled_from(
            [
                Repayment.EQUAL_INSTALLMENT,
                Repayment.EQUAL_PRINCIPAL,
                Repayment.BULLET,
                Repayment.INTEREST_ONLY,
                Repayment.REVOLVING,
                Repayment.LISTED,
            ]
        )
    )
    first = TODAY + timedelta(days=draw(st.integers(0, 40)))
    if kind is Repayment.LISTED:
        parts = tuple(
            Installment(
                add_months(first, n), draw(st.integers(1, 900_00)), draw(st.integers(0, 999))
            )
            for n in range(draw(st.integers(1, 9)))
        )
        return Loan("loan", "Loan", LoanTerms("CNY", listed=parts), "UTC")
    terms = LoanTerms(
        "CNY",
        repayment=kind,
        principal=Decimal(draw(st.integers(100, 20_000))),
        installment_count=0 if kind is Repayment.REVOLVING else draw(st.integers(1, 24)),
        first_due=first,
        start=TODAY - timedelta(days=10),
        contract_rate=Rate(Decimal(draw(st.integers(1, 36))) / 100, "year"),
        minimum=Minimum(Decimal("0.1"), Decimal(100)) if kind is Repayment.REVOLVING else None,
    )
    return Loan("loan", "Loan", terms, "UTC")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(any_loans(), min_size=1, max_size=3), st.integers(0, 9000), st.integers(100, 9000))
def test_every_way_is_real_payments_on_real_accounts(loans, cash, monthly):
    found = follow(cash, monthly, *loans)
    if isinstance(found, Shortage):
        assert found.missing.minor > 0
        assert found.enough.minor > monthly * 100
        again = follow(cash, found.enough.amount, *loans)
        assert not isinstance(again, Shortage)
        return
    for projection in found.values():
        spent = []
        for course in projection.courses:
            paid = tuple(Payment(on, amount.amount) for on, amount in course.payments)
            loan = replace(course.position.loan, payments=paid)
            assert value(loan, course.ends).settled
            assert not value(loan, course.ends - timedelta(days=1)).settled or not paid
            assert course.cost.minor == course.paid.minor - course.position.payoff.minor
            spent += [(payment.on, payment.amount) for payment in paid]
        come = Decimal(cash)
        income = first_of_next_month(TODAY)
        for on, amount in sorted(spent):
            while income <= on:
                income, come = first_of_next_month(income), come + monthly
            come -= amount
            assert come >= 0
    agreed = cost(found[Way.AS_AGREED])
    # A balance that is paid down is rounded in other months.
    cents = max(len(projection.owed) for projection in found.values()) * len(loans)
    assert cost(found[Way.DEAREST_FIRST]) <= agreed + cents
    assert cost(found[Way.SMALLEST_FIRST]) <= agreed + cents


# ─── Cases ───


def test_without_a_rate_the_interest_in_the_installments_tells_which_is_dearest(listed):
    """Two of 1,000.00 in ten parts; one bears 5.00 each time, the other 20.00."""
    cheap, dear = (
        listed(*((add_months(date(2027, 1, 1), n), "100", each) for n in range(10)))
        for each in ("5", "20")
    )
    found = follow("0", "400", cheap, dear)[Way.DEAREST_FIRST]
    assert found.courses[1].ends < found.courses[0].ends


def test_a_rate_by_the_day_is_held_against_one_by_the_year(scheduled):
    """0.05 % a day is 18.25 % a year."""
    by_day, by_year = (
        scheduled("equal-principal", "3000", 10, date(2027, 1, 1), start=TODAY, **rate)
        for rate in ({"daily_rate": "0.05%"}, {"annual_rate": "18%"})
    )
    found = follow("0", "2000", by_year, by_day)[Way.DEAREST_FIRST]
    assert found.courses[1].ends < found.courses[0].ends


def test_what_is_over_goes_to_the_dearest_or_to_the_smallest():
    found = follow("0", "1000", card(2000_00, 100_00, "0.06"), card(5000_00, 200_00, "0.24"))
    dearest, smallest = (
        [course.ends for course in found[way].courses]
        for way in (Way.DEAREST_FIRST, Way.SMALLEST_FIRST)
    )
    assert dearest[1] < dearest[0]
    assert smallest[0] < smallest[1]
    assert cost(found[Way.DEAREST_FIRST]) < cost(found[Way.SMALLEST_FIRST])


def test_money_is_kept_for_a_large_sum_that_later_money_does_not_cover(one_sum):
    """800.00 a month, of which a card asks for 200.00; the rest and 300.00 make up 1,500.00."""
    large = one_sum("1500", date(2027, 2, 15))
    found = follow("300", "800", large, card(3000_00, 200_00, "0.18"))[Way.DEAREST_FIRST]
    one_sum_course, card_course = found.courses
    assert one_sum_course.payments == ((date(2027, 2, 15), Money.of(Decimal(1500), "CNY")),)
    ahead = [on for on, amount in card_course.payments if amount.amount > 200]
    assert ahead[0] == date(2027, 3, 1)


def test_a_loan_ends_early_once_the_money_pays_it_off(scheduled):
    loan = scheduled(
        "equal-installment", "12000", 12, date(2027, 1, 1), start=TODAY, annual_rate="12%"
    )
    found = follow("0", "3000", loan)
    [course] = found[Way.DEAREST_FIRST].courses
    assert course.ends < date(2027, 7, 1)
    assert course.cost.minor < found[Way.AS_AGREED].courses[0].cost.minor
    assert found[Way.AS_AGREED].ends == date(2027, 12, 1)


def test_what_is_late_is_paid_at_once_with_what_lateness_has_cost_since(one_sum):
    late = one_sum("1000", date(2026, 11, 21), penalty={"daily_rate": "1%"})
    found = follow("1500", "10", late)
    assert {str(projection.courses[0].paid) for projection in found.values()} == {"1100.00"}
    assert {projection.ends for projection in found.values()} == {TODAY}
    assert {cost(projection) for projection in found.values()} == {0}


def test_what_the_cash_does_not_reach_for_is_late_until_money_comes(one_sum):
    """From the first of December to the first of January 31 days at 10.00 are added."""
    late = one_sum("1000", TODAY, penalty={"daily_rate": "1%"})
    [course] = follow("0", "2000", late)[Way.AS_AGREED].courses
    assert (course.ends, str(course.cost)) == (date(2027, 1, 1), "310.00")


def test_where_the_money_does_not_reach_the_first_such_day_and_what_would_do_are_told(listed):
    dues = ((date(2027, month, 10), "500", "0") for month in range(1, 7))
    short = follow("100", "480", listed(*dues))
    assert (short.on, str(short.missing)) == (date(2027, 6, 10), "20.00")
    assert str(short.enough) == "483.34"


@pytest.mark.parametrize("to", ["shorter", "lower", "ahead"])
def test_what_is_over_goes_where_the_terms_say(scheduled, to):
    """The payments, put on record as the terms say, end the loan on that day for that cost."""
    words = {"annual_rate": "6%", "start": TODAY, "prepayment": to}
    loan = scheduled("equal-installment", "12000", 24, date(2027, 1, 20), **words)
    found = follow("500", "900", loan)[Way.DEAREST_FIRST]
    (course,) = found.courses
    paid = tuple(Payment(day, amount.amount, to=Prepayment(to)) for day, amount in course.payments)
    ended = value(replace(loan, payments=paid), course.ends)
    assert (ended.settled, str(ended.credit)) == (True, "0.00")
    cost = sum(amount.minor for _, amount in course.payments) - value(loan, TODAY).payoff.minor
    assert found.cost.minor == cost
    plain = follow("500", "900", replace(loan, terms=replace(loan.terms, prepayment=None)))
    assert found.cost.minor <= plain[Way.DEAREST_FIRST].cost.minor
    assert (found.cost == plain[Way.DEAREST_FIRST].cost) is (to == "ahead")


def test_rent_is_paid_as_agreed_and_takes_its_part_of_the_money(scheduled):
    rent = Loan(
        "rent",
        "Rent",
        LoanTerms(
            "CNY",
            repayment=Repayment.FIXED,
            amount=Decimal(700),
            first_due=date(2026, 12, 5),
        ),
        "UTC",
    )
    loan = scheduled("equal-principal", "3000", 10, date(2027, 1, 1), start=TODAY)
    found = follow("700", "1000", rent, loan)
    assert [course.position.loan.id for course in found[Way.AS_AGREED].courses] == ["1"]
    assert found[Way.AS_AGREED].ends == date(2027, 10, 1)
    short = follow("700", "999", rent, loan)
    assert (short.on, str(short.enough)) == (date(2027, 1, 5), "1000.00")


def test_bills_to_come_have_no_end():
    terms = LoanTerms(
        "CNY", repayment=Repayment.BILLED, first_due=date(2026, 12, 10), statement_day=1
    )
    assert not ends(value(Loan("bill", "Bill", terms, "UTC"), TODAY))


def test_what_takes_more_than_fifty_years_is_said_to_have_no_end_in_sight():
    never = card(100_000_00, 1000_01, "0.12")  # a cent of principal a month, to begin with
    found = follow("0", "1000.01", never)
    assert found[Way.AS_AGREED].ends is None
    assert len(found[Way.AS_AGREED].owed) == MAX_MONTHS


def test_what_is_owed_is_told_for_each_day_on_which_money_comes():
    owed = follow("0", "600", card(1000_00, 500_00, "0"))[Way.DEAREST_FIRST].owed
    assert [(str(day), str(money)) for day, money in owed] == [
        ("2026-12-01", "1000.00"),
        ("2027-01-01", "400.00"),
        ("2027-02-01", "0.00"),
    ]


def test_ten_years_of_three_loans_take_less_than_seconds(scheduled):
    """A third of a second would do; a machine may be busy."""
    loans = [
        scheduled("equal-installment", "300000", 120, date(2026, 12, 10), annual_rate="5%"),
        scheduled("equal-principal", "200000", 120, date(2026, 12, 20), annual_rate="7%"),
        card(40_000_00, 2000_00, "0.18"),
    ]
    start = process_time()
    found = follow("20000", "12000", *loans)
    assert process_time() - start < 4
    assert found[Way.DEAREST_FIRST].ends < found[Way.AS_AGREED].ends
