"""A card's statement: free of interest if paid in full in time, else from when its terms say."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderd.config.load import load_text
from reminderd.loans.explain import explain, explain_next
from reminderd.loans.position import value
from reminderd.loans.statements import statement_of
from reminderd.loans.terms import Payment

YEAR = 2026  # of examples that name no year


def day(text):
    """Return a date of some month and day, or a whole one."""
    return date.fromisoformat(text if len(text) == 10 else f"{YEAR}-{text}")


@pytest.fixture
def card(tmp_path):
    """Return a function that reads a card's lines as a loan, with payments on days."""

    def read(lines, **paid):
        text = f'timezone = "UTC"\ncurrency = "CNY"\n[[loans]]\nid = "card"\n{lines}'
        loan = load_text(text, tmp_path / "config.toml").loans[0]
        payments = [Payment(day(on), Decimal(sum_)) for on, sum_ in paid.get("paid", {}).items()]
        return replace(loan, payments=tuple(payments))

    return read


@pytest.fixture
def chinese(card):
    """Return a function that makes a Chinese card with one statement."""

    def make(amount, minimum, due, drawn, posted, *more, paid=None):
        one = f"on = {day(posted)}" if isinstance(posted, str) else None
        listed = [one] if one else [f'on = {day(on)}, amount = "{s}"' for on, s in posted.items()]
        postings = ", ".join(f"{{ {each} }}" for each in listed)
        dates = f"date = {day(drawn)}, posted = [{postings}]"
        lines = f"""preset = "cn-credit-card"
repayment = "billed"
first_due = {day(due)}
bills = [{{ due = {day(due)}, amount = "{amount}", minimum = "{minimum}", {dates} }}]
"""
        return card(lines + "\n".join(more), paid=paid or {})

    return make


def interest(loan, statement, *, included=True):
    """Return the interest of what is unpaid, up to a statement day: itself a day of it or not."""
    on = day(statement) + timedelta(days=included)
    position = value(loan, on)
    billed, paid = loan.terms.bills[0].amount, sum(payment.amount for payment in loan.payments)
    return position.payoff.amount + paid - billed - Decimal(position.due.fees) / 100


# ─── Examples that others have published: interest on the whole statement ───

ALL = 'grace_covers = ["penalty", "fee", "reporting"]'  # the examples know of no further days


@pytest.mark.parametrize(
    ("sums", "days", "paid", "statement", "printed"),
    [
        # China Merchants Bank's: 1000 × 24 days + 900 × 13. https://sidaben.com/5948.html
        ((1000, 100), ("04-23", "04-05", "03-30"), {"04-23": 100}, "05-05", "17.85"),
        # The same, posted a day after the purchase. http://m.tianqiyubao2.com/news/view-1648958
        ((2000, 200), ("04-25", "04-07", "04-02"), {"04-25": 200}, "05-07", "34.70"),
        # Paid before the due date: 1000 × 32 + 900 × 10.
        # https://wodefinance.com/Creditcardoverdue/ggosaowncz.html
        ((1000, 100), ("05-05", "04-10", "03-30"), {"05-01": 100}, "05-10", "20.50"),
        # A minimum of 5 %. https://wodefinance.com/Creditcardoverdue/dupwqkyvji.html
        ((3000, 150), ("05-05", "04-15", "03-25"), {"05-05": 150}, "05-15", "77.18"),
        # Paid the day after the statement. http://m.iask.sina.com.cn/b/10rVEMqEz6Ej.html
        ((4950, 495), ("10-23", "10-05", "09-30"), {"10-06": 1000}, "11-05", "76.08"),
        # China Construction Bank's, most of it paid. http://wwpfw.com/xinyongqiayuqi/24016.html
        ((10000, 1000), ("01-27", "01-07", "01-05"), {"01-27": 8000}, "02-07", "122.00"),
        # Its three cases: all, part, nothing. https://www.sarr.cn/dongshi/redg/5vo0WMNA61
        ((1000, 100), ("01-27", "01-07", "01-01"), {"01-27": 1000}, "02-07", "0.00"),
        ((1000, 100), ("01-27", "01-07", "01-01"), {"01-27": 800}, "02-07", "14.20"),
        ((1000, 100), ("01-27", "01-07", "01-01"), {}, "02-07", "19.00"),
    ],
)
def test_published_examples_of_interest_on_the_whole_statement(
    chinese, sums, days, paid, statement, printed
):
    loan = chinese(*sums, *days, ALL, paid=paid)
    assert interest(loan, statement) == Decimal(printed)


@pytest.mark.parametrize(
    ("sums", "days", "paid", "statement", "printed"),
    [
        # An older text of the first: 24 days and 12. https://www.xyka.net/know/fn36670.html
        ((1000, 100), ("04-23", "04-05", "03-30"), {"04-23": 100}, "05-05", "17.40"),
        # https://wodefinance.com/Creditcardoverdue/oncibdrooo.html
        (
            (15000, 1500),
            ("2026-01-13", "2025-12-25", "2025-12-10"),
            {"01-13": 1500},
            "01-25",
            "336",
        ),
    ],
)
def test_published_examples_that_leave_the_statement_day_to_the_next_month(
    chinese, sums, days, paid, statement, printed
):
    loan = chinese(*sums, *days, ALL, paid=paid)
    assert interest(loan, statement, included=False) == Decimal(printed)


def test_one_yuan_short_costs_interest_on_all_of_it_unless_so_little_is_forgiven(chinese):
    """10,000, of which 9,999 are paid: 170.006 of interest, 10,000 × 34 days and 1 × 12.

    Where a bank forgives up to ten yuan (容差), nothing.
    """
    given = (10000, 1000, "02-13", "01-25", "01-10")
    strict = chinese(*given, ALL, "residual_below = 0", paid={"02-13": 9999})
    assert interest(strict, "02-25", included=False) == Decimal("170.01")
    assert interest(chinese(*given, paid={"02-13": 9999}), "02-25") == 0


@pytest.mark.parametrize(("short", "forgiven"), [("10.00", True), ("10.01", False)])
def test_up_to_ten_yuan_short_is_paid_in_full_and_the_rest_asked_for_the_next_time(
    chinese, short, forgiven
):
    """中国银行卡行业自律公约: a rest of ten yuan or less counts as paid in full and goes on."""
    loan = chinese(1000, 100, "04-23", "04-05", "03-30", paid={"04-23": 1000 - Decimal(short)})
    position = value(loan, day("05-10"))
    assert (position.payoff.amount == Decimal(short)) is forgiven
    assert not position.arrears
    if forgiven:
        assert position.upcoming[0].due == day("05-23")
        assert position.upcoming[0].remaining.amount == Decimal(short)


def test_within_three_days_more_it_is_in_time_and_costs_nothing(chinese):
    given = (1000, 100, "04-23", "04-05", "03-30")
    assert not value(chinese(*given, paid={"04-26": 1000}), day("06-30")).payoff
    assert value(chinese(*given, paid={"04-27": 1000}), day("04-30")).payoff.amount > 19
    assert value(chinese(*given), day("04-26")).payoff.amount == 1000
    # 1,000 × 28 days from 30 March, and 5 % of the 100 that were to be paid
    assert value(chinese(*given), day("04-27")).payoff.amount == 1000 + 14 + 5


def test_industrial_and_commercial_bank_charges_what_is_unpaid_only(chinese):
    """10,000 of 31 March, 9,900 paid on 20 April: 100 × 31 days = 1.55 by 30 April.

    http://langmsf.cn/card/20779.html
    """
    given = (10000, 1000, "04-25", "04-01", "03-31", 'interest_on = "unpaid"', "residual_below = 0")
    assert interest(chinese(*given, paid={"04-20": 9900}), "04-30") == Decimal("1.55")
    less = value(
        chinese(*given, ALL, 'fees = [{ percent = "5%" }]', paid={"04-20": 900}), day("04-29")
    )
    assert less.due.fees == 5_00  # of the 100 that the minimum is short


def test_interest_of_what_a_statement_left_runs_until_it_is_paid(card):
    """China Construction Bank: cash of 1,000 on 1 August, paid in full on 17 August.

    3.50 by the statement of 7 August; then 1,003.50 × 9 days = 4.52, on the next one.
    http://ebank.ccb.com/cn/home/question/20130930_1380527717.html
    """
    loan = card(
        """preset = "cn-credit-card"
repayment = "revolving"
principal = 1000
start = 2026-07-31
first_due = 2026-08-27
bills = [{ due = 2026-08-27, amount = "1003.50", minimum = "100.35", date = 2026-08-07 }]
""",
        paid={"08-16": "1003.50"},
    )
    # Their days end before the day of payment; here that day is the last one.
    position = value(loan, day("09-01"))
    assert [(part.due, part.remaining.amount) for part in position.upcoming] == [
        (day("09-27"), Decimal("4.52"))
    ]
    assert value(loan, day("08-10")).payoff.amount == Decimal("1003.50") + Decimal("1.51")


@pytest.mark.parametrize(
    ("minimum", "paid", "fee"),
    [(1000, 300, 35), (200, 100, 5), (500, 200, 15), (1500, 500, 50), (1000, 200, 40)],
)
def test_published_late_payment_charges_are_of_the_unpaid_minimum(chinese, minimum, paid, fee):
    """5 % of the minimum less what was paid: dzyyw.com, mdbkw.com, rrxyk.com, cardbaobao.com."""
    loan = chinese(minimum * 10, minimum, "04-23", "04-05", "03-30", paid={"04-20": paid})
    assert value(loan, day("04-26")).due.fees == 0
    assert value(loan, day("04-27")).due.fees == fee * 100


# ─── Cards in the United States ───

AMERICAN = """preset = "us-credit-card"
currency = "USD"
annual_rate = "{apr}"
repayment = "billed"
first_due = 2026-11-01
bills = [{bills}]
"""


@pytest.fixture
def american(card):
    def make(apr, *bills, paid=None):
        listed = ", ".join(
            f'{{ due = {due}, amount = "{amount}", minimum = "{minimum}", date = {drawn} }}'
            for due, amount, minimum, drawn in bills
        )
        return card(AMERICAN.format(apr=apr, bills=listed), paid=paid or {})

    return make


def test_a_carried_thousand_at_18_percent_costs_49_cents_a_day(american):
    """1,000 × 18 %/365 × 10 days = 4.93. What was left of one statement bears it at once."""
    first = ("2026-11-01", "1000", "30", "2026-10-10")
    again = ("2026-12-01", "970", "30", "2026-11-10")
    loan = american("18%", first, again, paid={"11-01": 30, "11-20": 970})
    rest = value(loan, day("11-25")).upcoming[0]
    assert rest.remaining.amount == Decimal("4.78")  # 970 × 18 %/365 × 10 = 4.7836
    steps = explain_next(value(loan, day("11-25")))
    assert [(step.kind, step.amount) for step in steps][0] == ("statement", Decimal("4.78"))


def test_what_was_repaid_in_time_costs_nothing_and_the_rest_from_the_statement_on(american):
    """12 CFR 1026.54(b)(1)(ii): of 500, 300 are repaid in time: interest is on 200 only."""
    loan = american("18.25%", ("2026-11-01", "500", "25", "2026-10-10"), paid={"10-20": 300})
    # 200 × 0.05 % × 32 days, from 10 October to 11 November
    assert value(loan, day("11-11")).payoff.amount == Decimal("203.20")
    assert value(loan, day("11-01")).payoff.amount == 200


def test_2100_left_of_a_purchase_of_2600_costs_25_01_in_30_days(american):
    """Paid 500 of 2,600: 2,100 × 0.039698 % × 30 days = 25.01."""
    loan = american("14.49%", ("2026-11-01", "2600", "26", "2026-10-10"), paid={"11-01": 500})
    assert value(loan, day("11-09")).payoff.amount == Decimal("2125.01")


def test_a_late_fee_is_no_more_than_the_minimum_that_was_missed(american):
    """12 CFR 1026.52(b)(2)(i)(A): a minimum of 15 is missed, so the fee is 15, not 30."""
    for minimum, fee in (("15", 15_00), ("40", 30_00)):
        loan = american("18%", ("2026-11-01", "500", minimum, "2026-10-10"))
        assert value(loan, day("11-01")).due.fees == 0
        assert value(loan, day("11-02")).due.fees == fee


def test_interest_on_1724_29_for_17_days_at_19_5_percent(american):
    """1,724.29 × 19.5 % × 17/365 = 15.66, of a balance that no statement frees."""
    first = ("2026-11-01", "1744.29", "20", "2026-10-10")
    again = ("2026-12-01", "1724.29", "20", "2026-11-14")
    kept = value(american("19.5%", first, again, paid={"11-01": 20}), day("11-30"))
    assert kept.account.card.bears_anyway(day("12-01")) == 15_66


def test_grace_is_regained_with_a_statement_paid_in_full(american):
    first = ("2026-11-01", "1000", "30", "2026-10-10")
    second = ("2026-12-01", "970", "30", "2026-11-10")
    third = ("2027-01-01", "100", "30", "2026-12-10")
    loan = american("18%", first, second, third, paid={"11-01": 30, "12-01": 970})
    assert value(loan, day("12-31")).account.card.bearing == 0
    late = replace(loan, payments=loan.payments[:1])
    lost = value(late, day("12-31")).account.card
    assert lost.aside == 60_13  # the minimum of November is late, with its fee and interest
    assert lost.bearing == 100_00 - lost.aside


# ─── One sum on one date ───

STATEMENT = """preset = "cn-credit-card"
due = 2026-11-05
amount = 50000
"""


def test_a_chinese_card_is_not_overdue_once_its_minimum_is_paid(card):
    """5 % is charged on what is unpaid of the minimum, not of the statement."""
    for lines in (STATEMENT, STATEMENT + "minimum = 5000\n"):
        position = value(card(lines, paid={"11-05": 5000}), day("11-17"))
        assert (position.days_past_due, position.due.total) == (0, 0)
        assert position.upcoming[0].due == day("12-05")
        less = value(card(lines, paid={"11-05": 4000}), day("11-17"))
        assert (less.days_past_due, less.due.principal, less.due.fees) == (12, 1000_00, 50_00)


def test_its_statement_says_what_paying_no_more_than_the_minimum_costs(card):
    statement = statement_of(value(card(STATEMENT), day("11-01")))
    # 50,000 for 18 days, and 45,000 for the 30 until the next due date
    figures = statement.whole.amount, statement.minimum.amount, statement.interest.amount
    assert figures == (50000, 5000, Decimal(450 + 675))
    assert statement.at_most.amount == 50000 * 30 * Decimal("0.0005")  # before the statement


def test_with_a_debit_all_of_it_is_due_unless_its_minimum_is_given(card):
    debited = card(STATEMENT + "auto_debit = true\n")
    assert value(debited, day("11-01")).upcoming[0].remaining.amount == 50000
    least = card(STATEMENT + "auto_debit = true\nminimum = 5000\n")
    assert value(least, day("11-01")).upcoming[0].remaining.amount == 5000


def test_with_a_statement_day_the_next_statement_is_expected(card):
    loan = card(STATEMENT + "minimum = 5000\nstatement_day = 18\n", paid={"11-05": 50000})
    position = value(loan, day("11-20"))
    assert [(part.due, part.unknown) for part in position.upcoming][:1] == [(day("12-05"), True)]
    assert loan.terms.bills[0].on == date(2026, 10, 18)


def test_up_to_paid_until_all_of_it_was_paid(card):
    loan = card(STATEMENT + "paid_until = 2026-11-05\n")
    assert value(loan, day("11-04")).upcoming[0].remaining.amount == 50000
    for on in ("11-05", "11-17", "12-31"):
        assert value(loan, day(on)).settled


def test_it_is_known_a_month_before_it_is_due(card):
    assert value(card(STATEMENT), day("10-05")).upcoming
    before = {"10-04": 700, "10-06": 300}  # what was paid for the one before it counts no more
    assert value(card(STATEMENT, paid=before), day("10-20")).payoff.amount == 49700


def test_a_payment_before_its_statement_makes_no_day_before_it_bear(card):
    """The statement of a single sum is known earlier than it was drawn, on 18 October."""
    for early in ("10-06", "10-18"):
        position = value(card(STATEMENT, paid={early: 300, "11-05": 5000}), day("11-09"))
        # 49,700 for 18 days, and 44,700 for 4 more
        assert position.payoff.amount == 44700 + Decimal("447.30") + Decimal("89.40")


# ─── Laws ───


@pytest.mark.parametrize("minimum", [100, 1000])
@pytest.mark.parametrize("on", ["unpaid", "whole"])
def test_waiting_with_the_rest_costs_what_each_day_bears(chinese, minimum, on):
    """From the day it is lost, the payoff grows by a day's interest each day, never by a jump."""
    given = (1000, minimum, "04-23", "04-05", "03-30", f'interest_on = "{on}"', ALL, "fees = []")
    loan = chinese(*given, paid={"04-10": 50})
    figures = [value(loan, day("04-24") + timedelta(days=n)).payoff.minor for n in range(25)]
    steps = [later - earlier for earlier, later in zip(figures, figures[1:], strict=False)]
    assert all(46 <= step <= 49 for step in steps)  # 950 × 0.05 %, two sums rounded


def test_the_derivation_adds_up_through_a_cards_life(chinese):
    loan = chinese(1000, 1000, "04-23", "04-05", {"03-10": 400, "03-30": 600}, paid={"05-02": 300})
    for number in range(80):
        as_of = day("04-04") + timedelta(days=number)
        assert explain(loan, as_of)[-1].micros == value(loan, as_of).due.total * 10**6


def test_what_is_borne_anyway_is_asked_for_once_however_often_something_is_paid(american):
    first = ("2026-11-01", "1000", "30", "2026-10-10")
    whole = ("2026-12-01", "30", "30", "2026-11-10")
    loan = american("18%", first, whole, paid={"11-01": 30, "11-15": 10, "11-20": 10, "12-01": 10})
    rest = value(loan, day("12-05")).upcoming[0]
    # 30 for 5 days, 20 for 5 and 10 for 11, at 18 %/365
    assert (rest.due, rest.remaining.amount) == (date(2027, 1, 1), Decimal("0.18"))


def test_purchases_with_days_of_their_own_bear_from_each(chinese):
    given = (1000, 100, "04-23", "04-05")
    loan = chinese(*given, {"03-10": 400, "03-30": 500}, ALL, paid={"04-23": 100})
    # 400 for 26 days to the statement and 500 for 6; 100 of unknown day; all for 18 more
    assert interest(loan, "04-23") == Decimal("5.20") + Decimal("1.50") + 9 + Decimal("0.45")
