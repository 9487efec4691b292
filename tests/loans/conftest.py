"""Loans written as a borrower would write them."""

from decimal import Decimal

import pytest

from reminderd.loans.daycount import DayCount
from reminderd.loans.money import Rate, parse_ratio, to_minor
from reminderd.loans.position import value
from reminderd.loans.terms import (
    GraceCovers,
    GraceMode,
    Installment,
    Loan,
    LoanTerms,
    Payment,
    Penalty,
    PenaltyBase,
    PenaltyRule,
    Repayment,
)


def _terms(currency="CNY", **words):
    """Translate plain words into terms; the keys are those of the configuration file."""
    if "annual_rate" in words:
        words["contract_rate"] = Rate(parse_ratio(words.pop("annual_rate")), "year")
    if "daily_rate" in words:
        words["contract_rate"] = Rate(parse_ratio(words.pop("daily_rate")), "day")
    if "penalty" in words:
        ((rule, worth),) = words["penalty"].items()
        words["penalty"] = Penalty(PenaltyRule(rule), parse_ratio(worth))
    kinds = {"day_count": DayCount, "grace_mode": GraceMode, "penalty_base": PenaltyBase}
    for key, kind in kinds.items():
        if key in words:
            words[key] = kind(words[key])
    if "grace_covers" in words:
        words["grace_covers"] = tuple(GraceCovers(item) for item in words["grace_covers"])
    return LoanTerms(currency=currency, **words)


def _loan(terms, paid):
    payments = tuple(Payment(day, Decimal(amount)) for day, amount in paid)
    return Loan("loan", "Loan", terms, "Asia/Shanghai", payments)


@pytest.fixture
def listed():
    """Return a builder of loans whose installments are listed as (due, principal, interest)."""

    def build(*parts, paid=(), currency="CNY", **words):
        rows = tuple(
            Installment(due, *(to_minor(Decimal(amount), currency) for amount in amounts))
            for due, *amounts in parts
        )
        return _loan(_terms(currency, listed=rows, **words), paid)

    return build


@pytest.fixture
def one_sum(listed):
    """Return a builder of loans due as one sum, all of it principal."""

    def build(amount, due, **words):
        return listed((due, amount, "0"), **words)

    return build


@pytest.fixture
def scheduled():
    """Return a builder of loans whose schedule is worked out."""

    def build(repayment, principal, installments, first_due, *, paid=(), **words):
        terms = _terms(
            repayment=Repayment(repayment),
            principal=Decimal(principal),
            installment_count=installments,
            first_due=first_due,
            **words,
        )
        return _loan(terms, paid)

    return build


@pytest.fixture
def figure():
    """Return a function giving (principal, interest, penalty) due on a day, as plain texts."""

    def look(loan, day):
        position = value(loan, day)
        owed = position.due
        parts = (owed.principal, owed.interest, owed.penalty)
        return tuple(str(position.money(part)) for part in parts)

    return look
