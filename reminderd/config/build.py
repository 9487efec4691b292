"""From checked tables to the loans, rules and policy they mean."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..alerts.plan import Policy
from ..alerts.wallclock import QuietHours
from ..loans.money import Rate, minor_digits, to_minor
from ..loans.terms import Installment, LoanTerms, Penalty, PenaltyRule, Repayment
from .models import LoanModel, Settings
from .positions import Path

Mistake = tuple[Path, str]  # where inside the loan's table, and what to write instead

_LUMP = ("amount", "interest")
_WORKED_OUT = ("principal", "installments", "first_due")
_ONLY_WORKED_OUT = ("principal", "first_due", "start", "repayment")


def mistakes(model: LoanModel, currency: str) -> Iterator[Mistake]:
    """Yield the keys of a loan that are missing, do not go together or cannot both be right.

    What the terms check about themselves is left to them.
    """
    if isinstance(model.installments, list):
        yield from _beside(model, ("due", *_LUMP, *_ONLY_WORKED_OUT), "a list of installments")
        yield from _list_mistakes(model)
    elif model.due is not None:
        yield from _beside(model, ("installments", *_ONLY_WORKED_OUT), "due, one sum on one date")
        if model.amount is None:
            yield ("due",), 'needs an amount beside it (add amount = "1234.00")'
    else:
        yield from _schedule_mistakes(model)
    if model.annual_rate is not None and model.daily_rate is not None:
        yield ("daily_rate",), "stands beside annual_rate (keep one of the two)"
    yield from _amount_mistakes(model, currency)


def _beside(model: LoanModel, keys: tuple[str, ...], what: str) -> Iterator[Mistake]:
    for key in keys:
        if getattr(model, key) is not None:
            yield (key,), f"does not go with {what} (remove one of the two)"


def _list_mistakes(model: LoanModel) -> Iterator[Mistake]:
    assert isinstance(model.installments, list)  # the caller looked
    if not model.installments:
        yield ("installments",), "is empty (write how many, or list each with due and amount)"
    for number, (before, part) in enumerate(
        zip(model.installments, model.installments[1:], strict=False), 1
    ):
        if part.due <= before.due:
            where: Path = ("installments", number, "due")
            yield where, f"{part.due} does not come after {before.due} (list them in order)"


def _schedule_mistakes(model: LoanModel) -> Iterator[Mistake]:
    given = [key for key in _WORKED_OUT if getattr(model, key) is not None]
    if given:
        yield from _beside(model, _LUMP, "principal, a schedule that is worked out")
        for key in _WORKED_OUT:
            if key not in given:
                example = LoanModel.model_fields[key].examples
                yield (key,), f"is missing beside {given[0]} (add {(example or [key])[0]})"
    elif model.amount is not None:
        yield ("amount",), "needs a due date beside it (add due = 2026-12-05)"
    else:
        yield (
            (),
            "has no due date (write due and amount, or principal, installments and first_due)",
        )


def _amount_mistakes(model: LoanModel, currency: str) -> Iterator[Mistake]:
    digits = minor_digits(currency)
    for path, amount in _amounts(model):
        try:
            to_minor(amount, currency)
        except ValueError:
            write = f"{digits} decimals at most" if digits else "it without decimals"
            yield path, f"{amount} is too exact for {currency} (write {write})"
    parts = model.installments if isinstance(model.installments, list) else []
    sums: list[tuple[Path, Decimal | None, Decimal | None]] = [
        ((), model.amount, model.interest),
        *((("installments", n), part.amount, part.interest) for n, part in enumerate(parts)),
    ]
    for where, whole, interest in sums:
        if whole is not None and interest is not None and interest > whole:
            yield (*where, "interest"), f"{interest} is more than the amount {whole} it is part of"


def _amounts(model: LoanModel) -> Iterator[tuple[Path, Decimal]]:
    for key in ("amount", "interest", "principal"):
        if (amount := getattr(model, key)) is not None:
            yield (key,), amount
    for number, part in enumerate(
        model.installments if isinstance(model.installments, list) else []
    ):
        yield ("installments", number, "amount"), part.amount
        yield ("installments", number, "interest"), part.interest
    for number, payment in enumerate(model.payments):
        yield ("payments", number, "amount"), payment.amount


def to_terms(model: LoanModel, currency: str) -> LoanTerms:
    """Return the terms of a loan without ``mistakes``; TermsError for what is left to them."""
    listed = _listed(model, currency)
    penalty = _penalty(model)
    replaces = penalty is not None and penalty.rule is PenaltyRule.MULTIPLE_OF_CONTRACT
    continues = model.contract_interest_continues
    return LoanTerms(
        currency=currency,
        repayment=Repayment(model.repayment or "equal-installment")
        if not listed
        else Repayment.LISTED,
        listed=listed,
        principal=model.principal or Decimal(0),
        installment_count=model.installments if isinstance(model.installments, int) else 0,
        first_due=model.first_due,
        start=model.start,
        contract_rate=_contract_rate(model),
        day_count=model.day_count,
        penalty=penalty,
        penalty_base=model.penalty_base,
        contract_interest_continues=not replaces if continues is None else continues,
        grace_days=model.grace_days,
        grace_mode=model.grace_mode,
        grace_covers=tuple(model.grace_covers),
    )


def _listed(model: LoanModel, currency: str) -> tuple[Installment, ...]:
    if isinstance(model.installments, list):
        rows = [(part.due, part.amount, part.interest) for part in model.installments]
    elif model.due is not None and model.amount is not None:
        rows = [(model.due, model.amount, model.interest or Decimal(0))]
    else:
        return ()
    return tuple(
        Installment(due, to_minor(amount - interest, currency), to_minor(interest, currency))
        for due, amount, interest in rows
    )


def _contract_rate(model: LoanModel) -> Rate | None:
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
