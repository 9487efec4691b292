"""Mid-life, debits, bills, sums without end and agreements, where they meet; worked out by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from reminderd.loans.explain import explain
from reminderd.loans.money import Rate
from reminderd.loans.position import value
from reminderd.loans.terms import (
    AutoDebit,
    Bill,
    Extension,
    FailedDebit,
    Loan,
    LoanTerms,
    Minimum,
    Payment,
    Penalty,
    PenaltyRule,
    Repayment,
)

DUE = date(2026, 12, 10)
DRAWN = date(2026, 11, 25)
DAILY = Rate(Decimal("0.0005"), "day")
PENALTY = Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005"))
BILLS = LoanTerms(
    "CNY",
    Repayment.BILLED,
    first_due=DUE,
    statement_day=25,
    penalty=PENALTY,
    bills=(Bill(DUE, Decimal("862.35"), None, DRAWN),),
)
CARD = replace(
    BILLS,
    minimum=Minimum(Decimal("0.1")),
    contract_rate=DAILY,
    bills=(Bill(DUE, Decimal(1000), Decimal(100), DRAWN),),
)
NEXT = Bill(date(2027, 1, 10), Decimal(950), Decimal(95), date(2026, 12, 25))
BALANCE = LoanTerms(
    "CNY",
    Repayment.REVOLVING,
    principal=Decimal(5000),
    first_due=date(2026, 1, 10),
    start=date(2025, 12, 10),
    minimum=Minimum(Decimal("0.1")),
    contract_rate=DAILY,
    penalty=PENALTY,
    paid_until=date(2026, 11, 20),
)


def loan(terms, *payments, **facts):
    paid = tuple(Payment(on, Decimal(amount)) for on, amount in payments)
    return Loan("l", "l", terms, "UTC", paid, **facts)


def coming(position):
    return [(part.due, part.remaining.minor) for part in position.upcoming if not part.unknown]


# ─── Debits and bills ───


def test_the_debit_of_a_bill_is_unconfirmed_the_day_after():
    debited = loan(BILLS, auto_debit=AutoDebit(on=True))
    assert value(debited, DUE).due.total == 862_35
    after = value(debited, date(2026, 12, 11))
    # One day of 0.05 % on 862.35 is 0.43, were it not made.
    assert [(debit.due, debit.owed.total) for debit in after.unconfirmed] == [(DUE, 862_78)]
    assert (after.due.total, after.payoff.minor, after.missing_bills) == (0, 0, [])
    failed = replace(debited, failed=(FailedDebit(DUE, date(2026, 12, 11)),))
    assert value(failed, date(2026, 12, 11)).due.total == 862_78


def test_a_statement_after_a_debit_holds_whatever_the_debit_did_not_pay():
    """Its sum and its minimum are told whole: 950.00, of which 95.00 at least."""
    debited = loan(CARD, auto_debit=AutoDebit(on=True), agreed=(NEXT,))
    before = value(debited, date(2026, 12, 24))
    assert [debit.due for debit in before.unconfirmed] == [DUE]
    drawn = value(debited, NEXT.on)
    assert (drawn.unconfirmed, drawn.due.total, drawn.payoff.minor) == ((), 0, 950_00)
    assert coming(drawn)[0] == (NEXT.due, 95_00)
    kinds = [step.kind for step in explain(debited, NEXT.on)]
    assert "assumed" in kinds
    assert sum(step.micros for step in explain(debited, NEXT.due)[:-1]) == 95_00 * 10**6


def test_a_debit_that_failed_is_late_on_the_next_statement_and_a_part_of_its_minimum():
    """100.00, and 15 days of 0.05 % as interest and as penalty (0.75 each), are of the 950.00."""
    failed = loan(
        CARD,
        auto_debit=AutoDebit(on=True),
        failed=(FailedDebit(DUE, date(2026, 12, 12)),),
        agreed=(NEXT,),
    )
    drawn = value(failed, NEXT.on)
    assert (drawn.due.total, drawn.payoff.minor) == (101_50, 950_00)
    known_later = replace(failed, failed=(FailedDebit(DUE, date(2026, 12, 28)),))
    assert value(known_later, date(2026, 12, 27)).due.total == 0
    assert value(known_later, date(2026, 12, 28)) == value(failed, date(2026, 12, 28))


def test_the_debit_of_a_bill_that_was_put_off_is_that_of_its_new_dates():
    """862.35 and 5 days of 0.43 (2.16) in two parts: 431.18 with the 2.16, then 431.17."""
    put_off = Extension(DUE, date(2026, 12, 15), (date(2027, 1, 5), date(2027, 2, 5)))
    debited = loan(BILLS, auto_debit=AutoDebit(on=True), agreed=(put_off,))
    assert [d.owed.total for d in value(debited, date(2026, 12, 14)).unconfirmed] == [864_07]
    agreed = value(debited, date(2026, 12, 15))
    assert agreed.unconfirmed == ()
    assert coming(agreed) == [(date(2027, 1, 5), 433_34), (date(2027, 2, 5), 431_17)]
    tried = value(debited, date(2027, 1, 6))
    assert [debit.due for debit in tried.unconfirmed] == [date(2027, 1, 5)]
    assert coming(tried) == [(date(2027, 2, 5), 431_17)]


# ─── What was paid so far ───


def test_a_bill_of_before_was_paid_and_the_next_one_is_as_ever():
    old = Bill(date(2026, 11, 10), Decimal(500), None, date(2026, 10, 25))
    under_way = replace(
        BILLS, first_due=date(2026, 9, 10), paid_until=date(2026, 11, 30), bills=(old, *BILLS.bills)
    )
    assert value(loan(under_way), date(2026, 11, 30)).due.total == 0
    assert value(loan(under_way), DUE).due.total == 862_35
    assert value(loan(under_way), date(2026, 11, 30)).missing_bills == []


def test_of_a_statement_of_before_the_least_was_paid_and_the_rest_revolves():
    """1,000.00 less 100.00; 30 days of 0.05 % on 900.00 are 13.50, beside a tenth of it."""
    old = Bill(date(2026, 11, 10), Decimal(1000), Decimal(100), date(2026, 10, 25))
    under_way = replace(
        CARD, first_due=date(2026, 9, 10), paid_until=date(2026, 11, 30), bills=(old,)
    )
    position = value(loan(under_way), date(2026, 11, 30))
    assert position.due.total == 0
    assert coming(position)[0] == (DUE, 90_00 + 13_50)


def test_a_balance_of_a_day_holds_the_statements_that_were_due_by_then():
    """The balance of 20 November is 5,000.00, whatever a statement of October said."""
    old = Bill(date(2026, 11, 10), Decimal(5060), Decimal(506), date(2026, 10, 22))
    on_file = value(loan(replace(BALANCE, bills=(old,))), date(2026, 11, 20))
    recorded = value(loan(BALANCE, agreed=(old,)), date(2026, 11, 20))
    assert on_file.payoff.minor == recorded.payoff.minor == 5000_00
    # A tenth of 5,000.00, and 20 days of 0.05 % on it.
    assert coming(recorded)[0] == (DUE, 500_00 + 50_00)


def test_a_statement_after_that_day_takes_the_place_of_the_balance():
    """Until then a day of 0.05 % on 5,000.00 is 2.50; from then on it is 5,060.00 in all."""
    new = Bill(DUE, Decimal(5060), Decimal(506), date(2026, 11, 22))
    card = loan(replace(BALANCE, statement_day=22), agreed=(new,))
    assert value(card, date(2026, 11, 21)).payoff.minor == 5002_50
    drawn = value(card, new.on)
    assert (drawn.payoff.minor, coming(drawn)[0]) == (5060_00, (DUE, 506_00))


def test_of_what_has_no_end_money_paid_since_the_last_one_covered_waits_for_the_next():
    rent = LoanTerms(
        "CNY",
        Repayment.FIXED,
        amount=Decimal(3500),
        first_due=date(2020, 12, 5),
        paid_until=date(2026, 11, 30),
        penalty=PENALTY,
    )
    assert value(loan(rent), date(2026, 12, 6)).due.total == 3501_75
    # That of 1 November is part of what was paid by the 5th; that of the 20th is for December.
    paid = loan(rent, (date(2026, 11, 1), "3500"), (date(2026, 11, 20), "3500"))
    assert value(paid, date(2026, 12, 6)).due.total == 0
    assert coming(value(paid, date(2026, 12, 6)))[0] == (date(2027, 1, 5), 3500_00)


def test_a_loan_that_was_called_after_it_had_been_paid_for_a_while_asks_for_the_rest():
    """Six of twelve were paid. Of 600.00, July's and August's 100.00 fall due, then 400.00."""
    called = LoanTerms(
        "CNY",
        Repayment.EQUAL_PRINCIPAL,
        principal=Decimal(1200),
        installment_count=12,
        first_due=date(2026, 1, 10),
        contract_rate=Rate(Decimal("0.12"), "year"),
        contract_interest_continues=False,
        paid_until=date(2026, 6, 30),
        acceleration_date=date(2026, 9, 1),
    )
    position = value(loan(called), date(2026, 9, 1))
    # 30 days on 600.00 are 5.92, 31 on 500.00 are 5.10, and 22 on 400.00 2.89.
    assert position.due.principal == 600_00
    assert position.due.interest == 5_92 + 5_10 + 2_89
    assert not position.upcoming
    settled = value(loan(replace(called, paid_until=date(2026, 9, 1))), date(2026, 9, 2))
    assert settled.settled
