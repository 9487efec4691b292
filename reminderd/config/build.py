"""From checked tables to the loans, rules and policy they mean."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ..alerts.plan import Policy
from ..alerts.wallclock import QuietHours
from ..errors import TermsError
from ..loans.money import Rate, to_minor
from ..loans.terms import Installment, LoanTerms, Penalty, PenaltyRule, Repayment
from .models import LoanModel, Settings


def to_terms(model: LoanModel, currency: str) -> LoanTerms:
    """Return a loan's terms; TermsError names the key that is missing or contradicts another."""
    listed = _listed(model, currency)
    count = model.installments if isinstance(model.installments, int) else 0
    if not listed:
        _need_computed(model, count)
    penalty = _penalty(model)
    replaces = penalty is not None and penalty.rule is PenaltyRule.MULTIPLE_OF_CONTRACT
    continues = model.contract_interest_continues
    return LoanTerms(
        currency=currency,
        repayment=Repayment.LISTED if listed else model.repayment or Repayment.EQUAL_INSTALLMENT,
        listed=listed,
        principal=model.principal or Decimal(0),
        installment_count=count,
        first_due=model.first_due,
        start=model.start,
        contract_rate=_contract_rate(model),
        day_count=model.day_count,
        penalty=penalty,
        contract_interest_continues=not replaces if continues is None else continues,
        grace_days=model.grace_days,
        grace_mode=model.grace_mode,
        grace_covers=tuple(model.grace_covers),
    )


def _need_computed(model: LoanModel, count: int) -> None:
    if model.amount is not None:
        raise TermsError("amount", "needs a due date beside it (add due = 2026-12-05)")
    if model.principal is None:
        raise TermsError(
            "id", "says neither due and amount nor principal, installments and first_due"
        )
    if not count:
        raise TermsError("principal", "needs installments beside it (add installments = 12)")


def _listed(model: LoanModel, currency: str) -> tuple[Installment, ...]:
    if isinstance(model.installments, list):
        rows: list[tuple[date, Decimal, Decimal | None]] = [
            (part.due, part.amount, part.interest) for part in model.installments
        ]
    elif model.due is not None:
        if model.amount is None:
            raise TermsError("due", 'needs an amount beside it (add amount = "1234.00")')
        rows = [(model.due, model.amount, model.interest)]
    else:
        return ()
    if model.principal is not None:
        raise TermsError("principal", "does not go with due dates that are listed (remove it)")
    parts = []
    for due, amount, interest in rows:
        total, of_it = _minor("amount", amount, currency), _minor("interest", interest, currency)
        if of_it > total:
            raise TermsError("interest", f"{interest} is more than the amount {amount}")
        parts.append(Installment(due, total - of_it, of_it))
    return tuple(parts)


def _minor(key: str, amount: Decimal | None, currency: str) -> int:
    try:
        return to_minor(amount or Decimal(0), currency)
    except ValueError as error:
        raise TermsError(key, str(error)) from None


def _contract_rate(model: LoanModel) -> Rate | None:
    if model.annual_rate is not None and model.daily_rate is not None:
        raise TermsError("daily_rate", "and annual_rate are both given (keep one)")
    if model.daily_rate is not None:
        return Rate(model.daily_rate, "day")
    return None if model.annual_rate is None else Rate(model.annual_rate, "year")


def _penalty(model: LoanModel) -> Penalty | None:
    for rule in PenaltyRule:
        value = getattr(model.penalty, rule, None)
        if value is not None:
            return Penalty(rule, value)
    return None


def to_policy(settings: Settings) -> Policy:
    """Return when to remind."""
    chosen = settings.reminders
    return Policy(
        chosen.send_at, chosen.before_due, chosen.overdue_days, chosen.overdue_every or None
    )


def to_quiet_hours(settings: Settings) -> QuietHours | None:
    """Return the hours in which nothing is sent, if there are any."""
    quiet = settings.reminders.quiet_hours
    return None if quiet is None else QuietHours(quiet.start, quiet.end)
