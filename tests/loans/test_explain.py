"""The derivation of a figure, checked line by line as with pencil and paper."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from reminderd.loans.explain import explain, explain_next, explained
from reminderd.loans.money import Money, Rate
from reminderd.loans.owed import Owed
from reminderd.loans.position import value
from reminderd.loans.schedule import rate_shares, schedule
from reminderd.loans.terms import Loan, LoanTerms, RateChange, Repayment

DUE = date(2026, 3, 1)


def after(days):
    return DUE + timedelta(days=days)


def cny(minor):
    return Money(minor, "CNY")


def table(steps):
    return [(step.kind, str(step.amount.normalize().quantize(Decimal("0.01")))) for step in steps]


def test_a_loan_not_yet_due_explains_to_nothing(one_sum):
    assert table(explain(one_sum("1000", DUE), after(-1))) == [("total", "0.00")]


def test_an_amount_due_today_explains_to_itself(listed):
    steps = explain(listed((DUE, "1000", "50")), DUE)
    assert table(steps) == [
        ("principal", "1000.00"),
        ("scheduled-interest", "50.00"),
        ("total", "1050.00"),
    ]
    assert [step.due for step in steps] == [DUE, DUE, None]


def test_interest_and_penalty_name_base_rate_days_and_dates(one_sum):
    loan = one_sum(
        "10000",
        DUE,
        annual_rate="18%",
        day_count="ACT/360",
        penalty={"daily_rate": "0.05%"},
    )
    _, interest, penalty, total = explain(loan, after(30))
    assert (interest.kind, interest.amount) == ("interest", Decimal(150))
    assert (interest.base, interest.rate) == (cny(10_000_00), Rate(Decimal("0.18"), "year"))
    assert (interest.days, interest.year_days) == (30, 360)
    assert (interest.due, interest.start, interest.end) == (DUE, DUE, after(30))
    assert (penalty.kind, penalty.amount) == ("penalty", Decimal(150))
    assert (penalty.base, penalty.rate) == (cny(10_000_00), Rate(Decimal("0.0005"), "day"))
    assert (penalty.days, penalty.year_days) == (30, None)
    assert (penalty.due, penalty.start, penalty.end) == (DUE, DUE, after(30))
    assert (total.kind, total.amount) == ("total", Decimal(10_300))


def test_a_penalty_that_refers_to_the_contract_shows_the_rate_it_comes_to(one_sum):
    loan = one_sum("1000", DUE, daily_rate="0.05%", penalty={"fraction_of_contract": "0.5"})
    penalty = explain(loan, after(1))[2]
    assert penalty.rate == Rate(Decimal("0.00025"), "day")
    assert penalty.amount == Decimal("0.25")


def test_the_way_from_the_exact_sum_to_the_figure_is_a_step_of_its_own(one_sum):
    loan = one_sum("10000", DUE, annual_rate="18%", day_count="ACT/365F")
    _, interest, rounding, total = explain(loan, after(30))
    assert interest.amount == Decimal("147.94520548")  # 10,000 × 18 % × 30 / 365, to 1e-8
    assert (rounding.kind, rounding.amount) == ("rounding", Decimal("0.00479452"))
    assert total.amount == Decimal("147.95") + 10_000


def test_a_payment_shows_its_split_and_the_periods_around_it(one_sum):
    loan = one_sum(
        "10000",
        DUE,
        daily_rate="0.05%",
        penalty={"daily_rate": "0.1%"},
        paid=[(after(10), "5150.00")],
    )
    steps = explain(loan, after(11))
    assert table(steps) == [
        ("principal", "10000.00"),
        ("interest", "50.00"),
        ("penalty", "100.00"),
        ("payment", "-5150.00"),
        ("interest", "2.50"),
        ("penalty", "5.00"),
        ("total", "5007.50"),
    ]
    payment, later = steps[3], steps[4]
    assert (payment.end, payment.split) == (after(10), Owed(5000_00, 50_00, 100_00))
    assert (later.base, later.start, later.end) == (cny(5000_00), after(10), after(11))


def test_penalty_inside_an_open_grace_is_shown_and_taken_back(one_sum):
    loan = one_sum("10000", DUE, penalty={"daily_rate": "0.1%"}, grace_days=5)
    steps = explain(loan, after(3))
    assert table(steps) == [
        ("principal", "10000.00"),
        ("penalty", "30.00"),
        ("grace", "-30.00"),
        ("total", "10000.00"),
    ]
    assert (steps[2].due, steps[2].start, steps[2].end) == (DUE, DUE, after(3))


def test_the_penalty_of_a_grace_that_was_kept_is_taken_back_on_the_day_of_payment(one_sum):
    loan = one_sum(
        "10000",
        DUE,
        penalty={"daily_rate": "0.1%"},
        grace_days=5,
        paid=[(after(4), "10000")],
    )
    steps = explain(loan, after(50))
    assert table(steps) == [
        ("principal", "10000.00"),
        ("penalty", "40.00"),
        ("grace", "-40.00"),
        ("payment", "-10000.00"),
        ("total", "0.00"),
    ]
    assert (steps[2].start, steps[2].end) == (DUE, after(4))


def test_once_grace_has_passed_nothing_is_taken_back(one_sum):
    loan = one_sum("10000", DUE, penalty={"daily_rate": "0.1%"}, grace_days=5)
    assert table(explain(loan, after(6))) == [
        ("principal", "10000.00"),
        ("penalty", "60.00"),
        ("total", "10060.00"),
    ]


def test_a_deducted_grace_shows_only_the_days_beyond_it(one_sum):
    loan = one_sum(
        "10000", DUE, penalty={"daily_rate": "0.1%"}, grace_days=5, grace_mode="deducted"
    )
    assert table(explain(loan, after(5))) == [("principal", "10000.00"), ("total", "10000.00")]
    penalty = explain(loan, after(7))[1]
    assert (penalty.start, penalty.end, penalty.days) == (after(5), after(7), 2)
    assert penalty.amount == Decimal(20)


def test_explaining_twice_gives_the_same_steps(one_sum):
    loan = one_sum("10000", DUE, penalty={"daily_rate": "0.1%"}, grace_days=5)
    assert explain(loan, after(3)) == explain(loan, after(3))


def test_a_payoff_shows_what_it_closed_before_it_fell_due(listed):
    parts = ((DUE, "1000", "100"), (after(30), "1000", "50"), (after(60), "1000", "25"))
    steps = explain(listed(*parts, paid=[(after(15), "3125")]), after(99))
    assert table(steps) == [
        ("principal", "1000.00"),
        ("scheduled-interest", "100.00"),
        ("paid-early", "2025.00"),  # two principals, and half of the 50.00
        ("payment", "-3125.00"),
        ("total", "0.00"),
    ]
    early, payment = steps[2], steps[3]
    assert (early.end, payment.end) == (after(15), after(15))
    assert payment.split == Owed(1000_00, 100_00)


def test_money_for_installments_to_come_is_shown_as_credit(listed):
    parts = ((DUE, "1000", "0"), (after(30), "1000", "0"))
    loan = listed(*parts, paid=[(DUE, "1300")])
    assert table(explain(loan, after(1))) == [
        ("principal", "1000.00"),
        ("payment", "-1300.00"),
        ("credit", "300.00"),
        ("total", "0.00"),
    ]
    assert table(explain(loan, after(30))) == [
        ("principal", "1000.00"),
        ("payment", "-1300.00"),
        ("principal", "1000.00"),
        ("total", "700.00"),
    ]


def test_amounts_are_in_units_of_the_loans_currency(one_sum):
    loan = one_sum("10000", DUE, currency="JPY", penalty={"daily_rate": "0.1%"})
    steps = explain(loan, after(3))
    assert {step.currency for step in steps} == {"JPY"}
    assert [step.amount for step in steps] == [10000, 30, 10030]
    assert steps[1].base == Money(10000, "JPY")


@pytest.mark.parametrize("days", [1, 29, 30, 31, 200])
def test_the_steps_add_up_exactly_to_the_figure(scheduled, days):
    loan = scheduled(
        "equal-principal",
        "9999.99",
        7,
        DUE,
        annual_rate="17.35%",
        penalty={"fraction_of_contract": "0.5"},
        grace_days=3,
        paid=[(after(2), "700.07"), (after(33), "1.01")],
    )
    *parts, total = explain(loan, after(days))
    assert sum(Fraction(step.amount) for step in parts) == Fraction(total.amount)
    assert total.amount == value(loan, after(days)).due_total.amount


# ─── Factors ───


def test_act_act_shows_the_days_of_each_year(one_sum):
    """12 days of 2027 and 19 of the leap year 2028, each of 10,000.00 at 18 %."""
    due, turn, end = date(2027, 12, 20), date(2028, 1, 1), date(2028, 1, 20)
    loan = one_sum("10000", due, annual_rate="18%", day_count="ACT/ACT ISDA")
    _, first, second, rounding, total = explain(loan, end)
    assert (first.days, first.year_days, first.start, first.end) == (12, 365, due, turn)
    assert (second.days, second.year_days, second.start, second.end) == (19, 366, turn, end)
    # 1800 × 12 / 365 = 59.178082…, 1800 × 19 / 366 = 93.442622…
    assert (first.amount, second.amount) == (Decimal("59.17808219"), Decimal("93.44262295"))
    assert rounding.amount == Decimal("-0.00070514")
    assert total.amount == Decimal("10152.62")


def test_new_rates_and_pauses_show_a_line_for_each_stretch(one_sum):
    loan = one_sum(
        "1000",
        DUE,
        daily_rate="0.05%",
        penalty={"daily_rate": "0.1%"},
        rate_changes=[(after(4), {"daily_rate": "0.02%"})],
        pauses=[(after(7), after(8))],
    )
    steps = explain(loan, after(10))[1:-1]
    assert {(step.due, step.base) for step in steps} == {(DUE, cny(1000_00))}
    assert [step.rate.value * 10_000 for step in steps] == [5, 2, 10, 10, 10]
    rows = [(s.kind, s.amount, s.days, s.start, s.end) for s in steps]
    assert rows == [
        ("interest", Decimal(2), 4, DUE, after(4)),
        ("interest", Decimal("1.2"), 6, after(4), after(10)),
        ("penalty", Decimal(4), 4, DUE, after(4)),
        ("penalty", Decimal(2), 2, after(4), after(6)),
        ("penalty", Decimal(2), 2, after(8), after(10)),
    ]


def test_a_line_of_days_rounded_one_by_one_is_their_sum(one_sum):
    """10.00 at 0.05 % are half a cent, a whole one rounded up, ten times."""
    loan = one_sum("10", DUE, daily_rate="0.05%", rounding_at="day")
    _, interest, total = explain(loan, after(10))
    assert (interest.amount, interest.days) == (Decimal("0.10"), 10)
    assert total.amount == Decimal("10.10")


def interest_of(loan, day):
    """Return the one step that tells of scheduled interest."""
    (step,) = (step for step in explain(loan, day) if step.kind == "scheduled-interest")
    return step


def test_scheduled_interest_names_base_rate_days_and_dates(scheduled):
    loan = scheduled("equal-principal", "1200", 3, DUE, annual_rate="12%", day_count="ACT/360")
    step = interest_of(loan, DUE)
    assert (step.amount, step.base) == (Decimal("11.20"), cny(1200_00))  # 28 days
    assert step.rate == Rate(Decimal("0.12"), "year")
    assert (step.days, step.year_days, step.unit) == (28, 360, "day")
    assert (step.due, step.start, step.end) == (DUE, date(2026, 2, 1), DUE)


def test_days_of_a_month_cut_short_when_the_loan_was_called_show_no_factors(scheduled):
    """10.00 for a month of 28 days, until the 15th: a share that no whole count gives."""
    loan = scheduled(
        "equal-installment",
        "1000",
        3,
        DUE,
        annual_rate="12%",
        penalty={"daily_rate": "0.1%"},
        start=date(2026, 2, 1),
        acceleration_date=date(2026, 2, 15),
    )
    step = interest_of(loan, date(2026, 2, 15))
    assert (step.amount, step.base, step.end) == (Decimal(5), cny(1000_00), date(2026, 2, 15))
    assert (step.rate, step.days, step.year_days) == (None, None, None)


def test_an_equal_installment_shows_its_twelfth_of_a_year(scheduled):
    loan = scheduled("equal-installment", "1200", 3, DUE, annual_rate="12%")
    step = interest_of(loan, DUE)
    assert (step.days, step.year_days, step.unit) == (1, 12, "year")
    assert step.base.amount * step.rate.value / 12 == step.amount == 12


def test_a_quarterly_installment_shows_its_quarter(scheduled):
    loan = scheduled("equal-installment", "1200", 3, DUE, annual_rate="12%", frequency="3 months")
    step = interest_of(loan, DUE)
    assert (step.days, step.year_days, step.unit, step.amount) == (1, 4, "year", 36)


def test_an_equal_installment_at_a_daily_rate_shows_thirty_days(scheduled):
    loan = scheduled("equal-installment", "1200", 3, DUE, daily_rate="0.05%")
    step = interest_of(loan, DUE)
    assert (step.days, step.year_days, step.unit, step.amount) == (30, None, "day", 18)


def test_listed_interest_is_what_the_lender_said_without_factors(listed):
    step = interest_of(listed((DUE, "1000", "50"), annual_rate="12%"), DUE)
    assert (step.base, step.rate, step.days, step.start, step.end) == (None,) * 5


def test_an_installment_that_moved_shows_both_the_day_it_is_due_and_its_period(scheduled):
    """1 March 2026 is a Sunday: it is due on Monday, for the days up to Sunday."""
    loan = scheduled(
        "equal-principal", "1200", 3, DUE, daily_rate="0.05%", business_days=("following", "XECB")
    )
    step = interest_of(loan, after(1))
    assert (step.due, step.start, step.end, step.days) == (after(1), date(2026, 2, 1), DUE, 28)


def test_what_is_nothing_is_not_told(scheduled):
    free = explain(scheduled("equal-principal", "1200", 3, DUE), DUE)
    assert [step.kind for step in free] == ["principal", "total"]
    interest_only = explain(scheduled("interest-only", "1200", 3, DUE, daily_rate="0.05%"), DUE)
    assert [step.kind for step in interest_only] == ["scheduled-interest", "total"]


def test_the_position_comes_with_its_derivation(one_sum):
    loan = one_sum("1000", DUE, penalty={"daily_rate": "0.1%"})
    position, steps = explained(loan, after(3))
    assert position == value(loan, after(3))
    assert steps == explain(loan, after(3))


def test_a_part_paid_within_grace_is_taken_back_only_for_the_installment_that_kept_it(listed):
    parts = (DUE, "1000", "0"), (after(2), "1000", "0")
    words = {"penalty": {"daily_rate": "0.1%"}, "grace_days": 2}
    steps = explain(listed(*parts, paid=[(after(2), "1000")], **words), after(4))
    assert [(s.kind, s.amount, s.due) for s in steps if s.kind == "grace"] == [
        ("grace", Decimal(-2), DUE),
        ("grace", Decimal(-2), after(2)),
    ]


@pytest.mark.parametrize(
    ("terms", "relief"),
    [
        ({"caps": [{"annual_rate": "0%"}], "daily_rate": "0.1%"}, ("cap", Decimal(-5))),
        ({"grace_days": 9, "penalty": {"daily_rate": "0.1%"}}, ("grace", Decimal(-5))),
    ],
)
def test_what_is_taken_off_an_installment_is_told_before_the_day_that_moves_it(
    listed, terms, relief
):
    move = {"due": DUE, "agreed": after(5), "to": [after(30)]}
    steps = explain(listed((DUE, "1000", "0"), extensions=[move], **terms), after(5))
    assert [(step.kind, step.amount) for step in steps] == [
        ("principal", Decimal(1000)),
        ("interest" if relief[0] == "cap" else "penalty", Decimal(5)),
        relief,
        ("extension", Decimal(-1000)),
        ("total", Decimal(0)),
    ]


def test_every_kind_of_step_is_in_the_loans_currency(listed):
    """Each kind at least once, in yen: none of them may fall back on two digits."""
    loan = listed(
        (DUE, "10000", "100"),
        (after(10), "10000", "100"),
        (after(50), "10000", "100"),
        currency="JPY",
        daily_rate="0.0501%",
        penalty={"daily_rate": "0.1%"},
        compounding="daily",
        grace_days=5,
        fees=["100"],
        caps=[{"annual_rate": "40%"}],
        waivers=[(after(8), "7")],
        extensions=[{"due": DUE, "agreed": after(9), "to": [after(11)]}],
        paid=[(after(12), "9000"), (after(40), "30000")],
    )
    steps = explain(loan, after(12)) + explain(loan, after(45))
    early = explain(
        listed((DUE, "10", "0"), (after(9), "10", "0"), currency="JPY", paid=[(DUE, "20")]), DUE
    )
    steps += early
    assert {step.kind for step in steps} == {
        "principal",
        "scheduled-interest",
        "interest",
        "penalty",
        "compound",
        "fee",
        "grace",
        "cap",
        "waiver",
        "extension",
        "payment",
        "paid-early",
        "credit",
        "rounding",
        "total",
    }
    assert {step.currency for step in steps} == {"JPY"}


def test_what_an_installment_brings_is_put_into_words_once(scheduled):
    """Every page of every day tells of the same installments."""
    loan = scheduled("equal-principal", "1200", 3, DUE, daily_rate="0.05%")
    one, other = explain(loan, DUE), explain(loan, after(1))
    assert one[0] is other[0]
    assert one[1] is other[1]


# ─── What comes next ───


def coming(scheduled, *paid):
    return scheduled("equal-principal", "1200", 3, DUE, daily_rate="0.05%", paid=paid)


def test_the_next_installment_is_explained_with_its_factors(scheduled):
    steps = explain_next(value(coming(scheduled), after(-3)))
    assert table(steps) == [
        ("principal", "400.00"),
        ("scheduled-interest", "16.80"),
        ("total", "416.80"),
    ]
    assert (steps[1].days, steps[1].base) == (28, cny(1200_00))
    assert {step.currency for step in steps} == {"CNY"}


def test_money_that_waits_for_the_next_installment_is_taken_off_it(scheduled):
    steps = explain_next(value(coming(scheduled, (after(-5), "100")), after(-3)))
    assert table(steps) == [
        ("principal", "400.00"),
        ("scheduled-interest", "16.80"),
        ("credit", "-100.00"),
        ("total", "316.80"),
    ]


def test_an_installment_paid_ahead_whole_is_passed_over(scheduled):
    """416.80 close the first and 3.20 are left for the second: 400.00 and 800 × 0.05 % × 31."""
    steps = explain_next(value(coming(scheduled, (after(-5), "420")), after(-3)))
    assert table(steps) == [
        ("principal", "400.00"),
        ("scheduled-interest", "12.40"),
        ("credit", "-3.20"),
        ("total", "409.20"),
    ]
    assert steps[0].due == date(2026, 4, 1)
    assert {step.currency for step in steps} == {"CNY"}


def test_where_nothing_comes_next_there_is_nothing_to_explain(one_sum):
    assert explain_next(value(one_sum("1000", DUE), DUE)) == []


def test_a_step_without_a_base_has_none(one_sum):
    steps = explain(one_sum("1000", DUE, penalty={"daily_rate": "0.1%"}), after(1))
    assert [step.base for step in steps] == [None, cny(1000_00), None]


def test_a_period_in_which_the_rate_changes_shows_each_rate_with_its_days():
    terms = LoanTerms(
        "CNY",
        repayment=Repayment.EQUAL_INSTALLMENT,
        principal=Decimal(900_000),
        installment_count=360,
        first_due=date(2026, 9, 15),
        contract_rate=Rate(Decimal("0.041"), "year"),
        rate_changes=(RateChange(date(2026, 9, 25), Rate(Decimal("0.036"), "year")),),
    )
    part = schedule(terms)[1]
    shares = rate_shares(terms, part)
    assert [(s.rate.value, s.days, s.of_year) for s in shares] == [
        (Decimal("0.041"), 10, 12 * 30),
        (Decimal("0.036"), 20, 12 * 30),
    ]
    assert round(sum(share.interest for share in shares)) == part.interest
    steps = explain(Loan("a", "A", terms, "UTC"), date(2026, 10, 15))
    of_it = [s for s in steps if s.kind == "scheduled-interest" and s.due == part.due]
    assert [(s.start, s.end) for s in of_it] == [
        (date(2026, 9, 15), date(2026, 9, 25)),
        (date(2026, 9, 25), date(2026, 10, 15)),
    ]
    assert sum(step.micros for step in steps[:-1]) == steps[-1].micros


def test_interest_by_days_shows_each_rate_with_its_days_too():
    terms = LoanTerms(
        "CNY",
        repayment=Repayment.EQUAL_PRINCIPAL,
        principal=Decimal(9000),
        installment_count=3,
        first_due=date(2026, 9, 15),
        contract_rate=Rate(Decimal("0.0005"), "day"),
        rate_changes=(RateChange(date(2026, 9, 25), Rate(Decimal("0.0004"), "day")),),
    )
    shares = rate_shares(terms, schedule(terms)[1])
    assert [(s.days, s.of_year, s.interest) for s in shares] == [
        (10, None, Fraction(30_00)),
        (20, None, Fraction(48_00)),
    ]
    assert rate_shares(terms, schedule(terms)[0]) == []


def test_capitalized_interest_is_a_step_for_each_rate_and_adds_nothing_to_what_is_due():
    terms = LoanTerms(
        "USD",
        repayment=Repayment.EQUAL_INSTALLMENT,
        principal=Decimal(5500),
        installment_count=120,
        first_due=date(2026, 12, 6),
        start=date(2026, 3, 24),
        capitalized_on=date(2026, 11, 6),
        contract_rate=Rate(Decimal("0.0653"), "year"),
        rate_changes=(RateChange(date(2026, 7, 1), Rate(Decimal("0.07"), "year")),),
    )
    loan = Loan("l", "l", terms, "UTC")
    coming = explain_next(value(loan, date(2026, 4, 1)))
    due = explain(loan, date(2026, 12, 6))
    for steps in (coming, due):
        first, second, principal, interest, total = steps
        shown = [(s.kind, s.base_minor, s.days, s.year_days, s.end) for s in (first, second)]
        assert shown == [
            ("capitalized", 5500_00, 99, 365, date(2026, 7, 1)),
            ("capitalized", 5500_00, 128, 365, date(2026, 11, 6)),
        ]
        assert (first.start, second.start) == (date(2026, 3, 24), date(2026, 7, 1))
        # 97.4133 and 135.0137 together are 232.4271.
        assert (first.split.total, second.split.total) == (97_41, 135_02)
        assert (first.micros, second.micros) == (0, 0)
        assert (interest.base_minor, interest.kind) == (5732_43, "scheduled-interest")
        assert principal.micros + interest.micros == total.micros
    assert explain(loan, date(2026, 11, 5))[0].kind == "total"
