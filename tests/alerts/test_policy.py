"""The days a policy gives a loan beside those the user chose: eves of changes for the worse."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reminderd.alerts.plan import Policy, Reason
from reminderd.loans.charges import Amount, Fee, FeeKind
from reminderd.loans.terms import GraceCovers

DUE = date(2026, 12, 5)
FEE = Fee(Amount(FeeKind.FLAT, Decimal("25")), after_days=9)


@pytest.fixture
def eves(borrow):
    """Return a function giving the eves in a policy's days, of a loan with some terms and facts."""

    def look(policy=None, terms=None, **facts):
        loan = borrow(DUE)
        loan = replace(loan, terms=replace(loan.terms, **(terms or {})), **facts)
        return (policy or Policy()).of_loan(loan).cliffs

    return look


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({}, ()),
        ({"fees": (FEE,)}, (9,)),
        ({"fees": (replace(FEE, after_days=None),)}, ()),  # the due date has a slot of its own
        ({"grace_days": 5}, (5,)),
        ({"grace_days": 5, "grace_covers": ()}, ()),
        ({"grace_days": 5, "grace_covers": (GraceCovers.FEE,), "fees": (FEE,)}, (5, 9)),
    ],
)
def test_the_last_day_before_a_fee_or_the_end_of_grace_is_an_eve(eves, terms, expected):
    assert eves(terms=terms) == expected


@pytest.mark.parametrize(("after", "expected"), [(None, ()), (1, ()), (2, (1,)), (30, (29,))])
def test_the_day_before_the_lender_may_report_is_an_eve(eves, after, expected):
    assert eves(reported_after=after) == expected


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({}, (3, 7, 30)),
        ({"dpd_includes_due_date": True}, (2, 6, 29)),
        ({"grace_days": 5}, (5, 7, 30)),
        ({"grace_days": 7}, (7, 30)),
    ],
)
def test_the_last_day_of_a_stage_is_an_eve_unless_grace_hides_it(eves, terms, expected):
    assert eves(Policy(stage_eves=(3, 7, 30)), terms) == expected


def test_without_eves_the_policy_stays_the_users(borrow):
    policy = Policy()
    assert policy.of_loan(borrow(DUE)) == policy


def test_an_eve_that_is_also_a_day_of_the_users_is_named_after_that(borrow):
    policy = replace(Policy(overdue_days=(4, 30)), stage_eves=(30, 90)).of_loan(borrow(DUE))
    assert [policy.reason(day) for day in (4, 30, 90)] == [
        Reason.OVERDUE_DAY,
        Reason.OVERDUE_DAY,
        Reason.CLIFF_TOMORROW,
    ]


class TestOnRecord:
    """Which slots that were passed over are written down."""

    POLICIES = (
        Policy(),
        Policy(overdue_every=None),
        Policy(before_due=(7, 3), overdue_days=(1, 90), overdue_every=1),
        replace(Policy(), cliffs=(5, 40), own_cliffs=(5,)),
    )

    @pytest.mark.parametrize("policy", POLICIES)
    def test_all_of_the_last_hundred_days_are(self, policy):
        for until in (-5, 0, 3, 29, 100, 101, 400, 20_000):
            every, kept = policy.offsets(until), policy.kept(until)
            assert set(kept) <= set(every)
            assert [day for day in every if day >= until - 100] == [
                day for day in kept if day >= until - 100
            ]

    @pytest.mark.parametrize("policy", POLICIES)
    def test_of_older_ones_those_are_that_may_speak_again(self, policy):
        for until in (400, 20_000):
            every, kept = policy.offsets(until), policy.kept(until)
            again = {every[-1], *policy.offsets_beside()} & set(every)
            assert again <= set(kept)
            assert all(day in again for day in kept if day < until - 100)
