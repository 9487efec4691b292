"""Between the last try of a debit and an answer nobody knows whether an installment is paid."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminderd.loans.explain import explain
from reminderd.loans.position import value
from reminderd.loans.terms import AutoDebit, Compounding, FailedDebit, Payment, PenaltyBase
from reminderd.playbook.playbook import packaged

DAY = timedelta(days=1)
DUE = date(2026, 12, 5)
ON = AutoDebit(on=True)
DAILY = {"daily_rate": "0.05%"}
shared = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@pytest.fixture
def debited(listed):
    """Return a builder of a loan of three installments of 100.00 that the lender debits."""

    def build(debit=ON, **words):
        parts = [(date(2026, 12, 5), "100", "0"), (date(2027, 1, 5), "100", "0")]
        loan = listed(*parts, (date(2027, 2, 5), "100", "0"), penalty=DAILY, **words)
        return replace(loan, auto_debit=debit)

    return build


def test_on_its_due_date_it_is_due(debited):
    position = value(debited(), DUE)
    assert (position.due.total, position.unconfirmed) == (10000, ())
    assert packaged().stage_of(position).id == "due-today"


def test_the_day_after_it_is_unconfirmed_and_in_no_figure(debited):
    position = value(debited(), DUE + DAY)
    (debit,) = position.unconfirmed
    assert (debit.due, debit.owed.total, debit.days_past_due) == (DUE, 10005, 1)
    assert (position.due.total, position.days_past_due, position.arrears) == (0, 0, ())
    assert position.if_failed.minor == 10005
    assert position.payoff.minor == 20000
    assert packaged().stage_of(position).id == "unconfirmed"
    assert position.upcoming[0].due == date(2027, 1, 5)


def test_a_payment_confirms_it(debited, also_paying):
    position = value(also_paying(debited(), DUE, "100"), DUE + 30 * DAY)
    assert (position.unconfirmed, position.due.total) == ((), 0)


def test_one_that_failed_is_late_from_its_due_date_once_that_is_known(debited):
    loan = replace(debited(), failed=(FailedDebit(DUE, DUE + 2 * DAY),))
    assert value(loan, DUE + DAY).unconfirmed
    position = value(loan, DUE + 2 * DAY)
    assert (position.unconfirmed, position.days_past_due, position.due.total) == ((), 2, 10010)


def test_a_later_one_is_unconfirmed_beside_one_that_failed(debited):
    loan = replace(debited(), failed=(FailedDebit(DUE, DUE + DAY),))
    position = value(loan, date(2027, 1, 6))
    assert [arrear.due for arrear in position.arrears] == [DUE]
    assert [debit.due for debit in position.unconfirmed] == [date(2027, 1, 5)]


def test_where_a_debit_counts_as_made_it_does_so_after_the_last_try(debited):
    loan = debited(AutoDebit(on=True, last_day=1, assume_paid=True))
    tried, counted = value(loan, DUE + DAY), value(loan, DUE + 2 * DAY)
    assert (len(tried.unconfirmed), tried.assumed) == (1, ())
    assert (counted.unconfirmed, [debit.due for debit in counted.assumed]) == ((), [DUE])
    assert packaged().stage_of(counted).id == "upcoming"


def test_a_loan_is_not_settled_while_its_last_debit_is_open(debited, also_paying):
    loan = also_paying(debited(), DUE, "200")
    assert not value(loan, date(2027, 2, 6)).settled
    assumed = replace(loan, auto_debit=AutoDebit(on=True, assume_paid=True))
    assert value(assumed, date(2027, 2, 6)).settled


@shared
@given(
    days=st.integers(-10, 120),
    paid=st.lists(
        st.tuples(st.integers(0, 100), st.sampled_from(["40", "100", "250"])), max_size=3
    ),
    fails=st.lists(st.sampled_from([0, 31, 62]), max_size=2, unique=True),
    assume=st.booleans(),
    words=st.fixed_dictionaries(
        {
            "compounding": st.sampled_from(["none", "daily", "monthly"]),
            "grace_days": st.sampled_from([0, 5]),
            "penalty_base": st.sampled_from(["overdue-principal", "overdue-installment"]),
            "fees": st.sampled_from([(), ("25",)]),
            "caps": st.sampled_from([(), ({"annual_rate": "24%"},)]),
        }
    ),
)
def test_what_is_owed_and_what_is_open_add_up_to_what_would_be_owed_without_a_debit(
    debited, days, paid, fails, assume, words
):
    loan = debited(AutoDebit(on=True, assume_paid=assume), **_as_terms(words))
    payments = tuple(Payment(DUE + day * DAY, Decimal(amount)) for day, amount in paid)
    failed = tuple(FailedDebit(DUE + day * DAY, DUE + (day + 1) * DAY) for day in fails)
    loan = replace(loan, payments=payments, failed=failed)
    as_of = DUE + days * DAY
    position, plain = value(loan, as_of), value(replace(loan, auto_debit=None), as_of)
    open_debits = (*position.unconfirmed, *position.assumed)
    apart = sum(debit.owed.total for debit in open_debits)
    assert position.due.total + apart == plain.due.total
    assert {d.due for d in open_debits} | {a.due for a in position.arrears} == {
        a.due for a in plain.arrears
    }
    assert sum(step.micros for step in explain(loan, as_of)[:-1]) == position.due.total * 10**6
    assert position.after(400).total >= position.due.total
    if not position.arrears:
        assert position.after(400).total == 0


def _as_terms(words):
    return words | {
        "compounding": Compounding(words["compounding"]),
        "penalty_base": PenaltyBase(words["penalty_base"]),
    }
