"""A loan in mid-life: what fell due up to a day was paid as scheduled."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminderd.loans.cures import last_cure
from reminderd.loans.explain import explain
from reminderd.loans.position import value
from reminderd.loans.terms import Payment, Waiver

DAY = timedelta(days=1)
FIRST = date(2024, 4, 20)
PENALTY = {"fraction_of_contract": "0.5"}
shared = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@pytest.fixture
def mortgage(scheduled):
    def build(paid_until, **words):
        return scheduled(
            "equal-installment",
            "1200000",
            360,
            FIRST,
            annual_rate="4.1%",
            penalty=PENALTY,
            paid_until=paid_until,
            **words,
        )

    return build


def by_payments(loan, until):
    """Return the loan with a payment of each installment on its due date."""
    bare = replace(loan, terms=replace(loan.terms, paid_until=None))
    paid = []
    for part in value(bare, date(1990, 1, 1)).account.parts:
        if part.due <= until:
            amount = Decimal(part.total).scaleb(-2)
            paid.append(Payment(part.due, amount))
    return replace(bare, payments=(*paid, *loan.payments))


def test_a_mortgage_that_was_always_paid_owes_nothing_and_its_next_installment_comes(mortgage):
    loan = mortgage(date(2026, 11, 30))
    position = value(loan, date(2026, 11, 30))
    assert (position.due.total, position.days_past_due) == (0, 0)
    assert position.upcoming[0].due == date(2026, 12, 20)
    assert position == value(by_payments(loan, date(2026, 11, 30)), date(2026, 11, 30))


@shared
@given(
    kind=st.sampled_from(["equal-principal", "equal-installment", "interest-only", "bullet"]),
    count=st.integers(1, 30),
    months=st.integers(0, 900),
    ahead=st.integers(-60, 400),
    words=st.fixed_dictionaries(
        {
            "grace_days": st.sampled_from([0, 3]),
            "compounding": st.sampled_from([None, "daily"]),
            "fees": st.sampled_from([(), ("25",)]),
        }
    ),
    extra=st.lists(st.tuples(st.integers(1, 300), st.sampled_from(["10", "500"])), max_size=2),
)
def test_it_means_a_payment_of_each_installment_on_its_day(
    scheduled, kind, count, months, ahead, words, extra
):
    until = FIRST + months * DAY
    words = {key: said for key, said in words.items() if said}
    loan = scheduled(
        kind, "9000", count, FIRST, annual_rate="12%", penalty=PENALTY, paid_until=until, **words
    )
    covered = [p.due for p in value(loan, FIRST).account.parts if p.due <= until]
    last = max(covered, default=date(2024, 1, 1))
    loan = replace(
        loan, payments=tuple(Payment(last + days * DAY, Decimal(sum_)) for days, sum_ in extra)
    )
    as_of = until + ahead * DAY
    ours, theirs = value(loan, as_of), value(by_payments(loan, until), as_of)
    assert (ours.due, ours.payoff, ours.upcoming) == (theirs.due, theirs.payoff, theirs.upcoming)
    assert sum(step.micros for step in explain(loan, as_of)[:-1]) == ours.due.total * 10**6


def test_payments_up_to_the_last_installment_that_it_covers_are_part_of_it(mortgage, also_paying):
    loan = mortgage(date(2026, 11, 30))
    early = also_paying(loan, date(2026, 11, 18), "5798.38")
    assert value(early, date(2026, 12, 1)) == value(loan, date(2026, 12, 1))


def test_what_is_paid_after_it_counts(mortgage, also_paying):
    loan = also_paying(mortgage(date(2026, 11, 30)), date(2026, 11, 28), "5798.38")
    assert value(loan, date(2026, 12, 20)).due.total == 0
    assert value(loan, date(2026, 12, 1)).upcoming[0].due == date(2027, 1, 20)


def test_a_rate_change_before_or_after_it_levels_what_is_to_come(mortgage):
    change = [
        (date(2026, 1, 1), {"annual_rate": "3.6%"}),
        (date(2027, 1, 1), {"annual_rate": "3%"}),
    ]
    loan = mortgage(date(2026, 11, 30), rate_changes=change)
    typed = by_payments(loan, date(2026, 11, 30))
    for day in (date(2026, 12, 20), date(2027, 6, 20)):
        assert value(loan, day) == value(typed, day)


def test_an_installment_moved_beyond_it_is_still_to_come(mortgage):
    moved = {"due": date(2026, 11, 20), "agreed": date(2026, 11, 10), "to": [date(2027, 2, 1)]}
    loan = mortgage(date(2026, 11, 30), extensions=[moved])
    coming = [part.due for part in value(loan, date(2026, 11, 30)).upcoming[:3]]
    assert coming == [date(2026, 12, 20), date(2027, 1, 20), date(2027, 2, 1)]


def test_an_installment_moved_once_it_was_late_was_not_paid_on_its_day(mortgage):
    moved = {"due": date(2026, 11, 20), "agreed": date(2026, 11, 25), "to": [date(2027, 2, 1)]}
    loan = mortgage(date(2026, 11, 30), extensions=[moved])
    assert date(2027, 2, 1) in [part.due for part in value(loan, date(2026, 11, 30)).upcoming[:4]]


def test_listed_installments_and_one_sum_take_it_too(listed, one_sum):
    parts = [(date(2026, month, 5), "100", "0") for month in (9, 10, 11, 12)]
    loan = listed(*parts, paid_until=date(2026, 11, 30))
    assert [part.due for part in value(loan, date(2026, 11, 30)).upcoming] == [date(2026, 12, 5)]
    assert value(one_sum("100", date(2026, 11, 5), paid_until=date(2026, 11, 5)), FIRST).upcoming
    assert value(
        one_sum("100", date(2026, 11, 5), paid_until=date(2026, 11, 5)), date(2026, 11, 5)
    ).settled


def test_a_revolving_principal_is_the_balance_of_that_day(scheduled):
    words = {"annual_rate": "18%", "minimum": "10%"}
    until = date(2026, 11, 20)
    loan = scheduled(
        "revolving",
        "5000",
        0,
        date(2025, 1, 10),
        paid_until=until,
        start=date(2024, 12, 1),
        **words,
    )
    position = value(loan, until)
    assert (position.due.total, position.payoff.minor) == (0, 500000)
    first = position.upcoming[0]
    # 10 % of 5,000, and 20 days (20 November to 10 December) of 18 % a year on 5,000.
    assert (first.due, first.remaining.minor) == (date(2026, 12, 10), 50000 + 4932)


def test_nobody_was_ever_late_with_what_it_covers(mortgage):
    assert last_cure(mortgage(date(2026, 11, 30)), date(2026, 12, 10)) is None


def test_the_derivation_names_it(mortgage):
    (step, *_) = explain(mortgage(date(2026, 11, 30)), date(2026, 12, 21))
    assert (step.kind, step.end, step.micros) == ("paid-until", date(2026, 11, 30), 0)


def test_a_waiver_and_the_fees_of_later_lateness_work_as_ever(mortgage, also_paying):
    loan = mortgage(date(2026, 11, 30), fees=["30"])
    late = value(loan, date(2026, 12, 22))
    assert late.due.fees == 3000
    let_go = replace(loan, agreed=(Waiver(date(2026, 12, 22), Decimal("30")),))
    assert value(let_go, date(2026, 12, 22)).due.fees == 0
