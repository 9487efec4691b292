"""By which rules a figure was worked out, in words."""

from datetime import date
from decimal import Decimal

import pytest

from reminderd.loans.daycount import DayCount
from reminderd.loans.money import Rate
from reminderd.loans.position import value
from reminderd.loans.terms import (
    GraceCovers,
    GraceMode,
    Loan,
    LoanTerms,
    Penalty,
    PenaltyRule,
    Repayment,
)
from reminderd.messages.basis import basis
from reminderd.messages.words import words

SCHEDULE = {
    "repayment": Repayment.EQUAL_PRINCIPAL,
    "principal": Decimal(1000),
    "installment_count": 2,
    "first_due": date(2026, 12, 1),
}
DAILY = {"contract_rate": Rate(Decimal("0.0005"), "day")}
PENALTY = {"penalty": Penalty(PenaltyRule.FRACTION_OF_CONTRACT, Decimal("0.5"))}


def clauses(locale, **terms):
    loan = Loan("a", "A", LoanTerms("CNY", **SCHEDULE | terms), "UTC")
    return basis(value(loan, date(2026, 11, 26)), words(locale))


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({}, ["no contract interest", "no penalty agreed"]),
        (DAILY, ["contract rate 0.05% a day", "contract interest goes on while overdue"]),
        (
            DAILY | {"contract_interest_continues": False},
            ["contract rate 0.05% a day", "contract interest stops at the due date"],
        ),
        (DAILY | PENALTY, ["penalty 0.025% a day on overdue principal"]),
        (
            {"contract_rate": Rate(Decimal("0.036"), "year"), "day_count": DayCount.ACT_360},
            ["contract rate 3.6% a year (ACT/360)"],
        ),
        (
            DAILY | {"repayment": Repayment.EQUAL_INSTALLMENT},
            ["level payments on a twelfth of the annual rate"],
        ),
        (
            {"grace_days": 3},
            ["3 days of grace, counted from the due date once it has passed"],
        ),
        (
            {"grace_days": 3, "grace_mode": GraceMode.DEDUCTED},
            ["3 days of grace, never counted"],
        ),
        (
            {"grace_days": 1, "grace_covers": (GraceCovers.REPORTING,)},
            ["1 day of grace, which spares the record but not the penalty"],
        ),
    ],
)
def test_the_basis_names_the_rules_that_a_figure_follows(terms, said):
    found = clauses("en", **terms)
    assert set(said) <= set(found)
    assert found[-1] == "rounded half up at the end"


def test_the_basis_names_no_rule_that_a_loan_does_not_have():
    assert clauses("zh-CN") == [
        "无合同利息",
        "未约定罚息",
        "末位四舍五入",
    ]
