"""The derivation of a figure, step by step, such that it can be checked with pencil and paper."""

from __future__ import annotations

from datetime import date

from .account import Account
from .position import Position, position_of
from .steps import MICRO, Step
from .terms import Loan
from .trace import Trace, capitalized_steps, due_steps


def explain(loan: Loan, as_of: date) -> list[Step]:
    """Return the steps whose amounts add up exactly to the position's ``due.total``."""
    return explained(loan, as_of)[1]


def explained(loan: Loan, as_of: date) -> tuple[Position, list[Step]]:
    """Return a position together with the derivation of what is due."""
    trace = Trace(loan.terms)
    trace.steps += capitalized_steps(loan.terms, as_of)
    account = Account(loan.terms, trace).run(loan.payments, as_of, loan.agreed, loan.awaits_debit)
    position = position_of(loan, account)
    account.note_reliefs()
    currency = loan.terms.currency
    if account.credit:
        trace.steps.append(Step("credit", account.credit * MICRO, currency))
    return position, _summed(trace.steps, position.due.total * MICRO, currency)


def explain_next(position: Position) -> list[Step]:
    """Return the steps that lead to what is left to pay of the next installment to come."""
    coming = [(part, rest) for part, rest in position.account.not_yet_due() if rest]
    if not coming:
        return []
    part, rest = coming[0]
    terms = position.loan.terms
    steps = [*capitalized_steps(terms, terms.capitalized_on or part.due), *due_steps(terms, part)]
    if rest != part.total:
        steps.append(Step("credit", (rest - part.total) * MICRO, position.currency))
    return _summed(steps, rest * MICRO, position.currency)


def _summed(steps: list[Step], total: int, currency: str) -> list[Step]:
    rounding = total - sum([step.micros for step in steps])
    if rounding:
        steps.append(Step("rounding", rounding, currency))
    steps.append(Step("total", total, currency))
    return steps
