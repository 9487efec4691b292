"""From checked tables to the loans, rules and policy they mean."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pydantic import BaseModel

from ..alerts.plan import Policy
from ..alerts.wallclock import QuietHours
from ..errors import TermsError
from ..loans.charges import Amount, Cap, Fee, FeeKind
from ..loans.frequency import BusinessDayConvention, BusinessDays
from ..loans.money import Rate, minor_digits, to_minor
from ..loans.schedule import schedule
from ..loans.terms import (
    Extension,
    Installment,
    LoanTerms,
    Minimum,
    Pause,
    Penalty,
    PenaltyRule,
    RateChange,
    Repayment,
    Waiver,
)
from .loan_tables import (
    ExtensionModel,
    FeeAmountModel,
    FeeModel,
    LoanModel,
    PenaltyModel,
    RateChangeModel,
)
from .models import Settings
from .positions import Path

Mistake = tuple[Path, str]  # where inside the loan's table, and what to write instead

_LUMP = ("amount", "interest")
_WORKED_OUT = ("principal", "installments", "first_due")
_ONLY_WORKED_OUT = ("principal", "first_due", "start", "repayment", "minimum")
_COUNT_KNOWN = ("bullet", "revolving")  # repayments that need no number of installments
# The fields that hold a sum of money, in whichever table.
_SUMS = {
    *("amount", "interest", "principal", "flat", "least", "most", "floor", "above", "fees"),
}


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
    yield from _calendar_mistakes(model)
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
        if model.repayment == "revolving":
            yield from _beside(model, ("installments",), "revolving, which ends when it is paid")
        for key in _WORKED_OUT:
            known = key == "installments" and model.repayment in _COUNT_KNOWN
            if key not in given and not known:
                example = LoanModel.model_fields[key].examples
                yield (key,), f"is missing beside {given[0]} (add {(example or [key])[0]})"
    elif model.amount is not None:
        yield ("amount",), "needs a due date beside it (add due = 2026-12-05)"
    else:
        yield (
            (),
            "has no due date (write due and amount, or principal, installments and first_due)",
        )


def _calendar_mistakes(model: LoanModel) -> Iterator[Mistake]:
    moves = model.business_day_convention is not BusinessDayConvention.NONE
    if moves and model.calendar is None:
        yield ("business_day_convention",), 'needs a calendar beside it (add calendar = "CN")'
    if model.calendar is not None and not moves:
        yield (
            ("calendar",),
            'needs a convention beside it (add business_day_convention = "following")',
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


def _amounts(table: BaseModel, here: Path = ()) -> Iterator[tuple[Path, Decimal]]:
    """Yield every sum of money in a table and in those inside it."""
    for name, field in type(table).model_fields.items():
        value, path = getattr(table, name), (*here, field.alias or name)
        if isinstance(value, Decimal) and name in _SUMS:
            yield path, value
        elif isinstance(value, BaseModel):
            yield from _amounts(value, path)
        elif isinstance(value, list):
            for number, entry in enumerate(value):
                if isinstance(entry, BaseModel):
                    yield from _amounts(entry, (*path, number))


def to_terms(model: LoanModel, currency: str) -> LoanTerms:
    """Return the terms of a loan without ``mistakes``; TermsError for what is left to them."""
    listed = _listed(model, currency)
    penalty = _penalty(model.penalty)
    replaces = penalty is not None and penalty.rule is PenaltyRule.MULTIPLE_OF_CONTRACT
    continues = model.contract_interest_continues
    terms = LoanTerms(
        currency=currency,
        repayment=Repayment.LISTED if listed else _repayment(model),
        listed=listed,
        principal=model.principal or Decimal(0),
        installment_count=_count(model),
        first_due=model.first_due,
        start=model.start,
        installment_interest=model.installment_interest,
        frequency=model.frequency,
        end_of_month=model.end_of_month,
        business_days=BusinessDays(model.business_day_convention, model.calendar),
        minimum=_minimum(model),
        contract_rate=_contract_rate(model),
        day_count=model.day_count,
        penalty=penalty,
        penalty_base=model.penalty_base,
        contract_interest_continues=not replaces if continues is None else continues,
        compounding=model.compounding,
        interest_on_interest_rate=_a_year(model.interest_on_interest_rate),
        grace_days=model.grace_days,
        grace_mode=model.grace_mode,
        grace_covers=tuple(model.grace_covers),
        dpd_includes_due_date=model.dpd_includes_due_date,
        acceleration_date=model.acceleration_date,
        fees=tuple(_fee(fee) for fee in model.fees),
        caps=tuple(Cap(cap.mode, cap.annual_rate, cap.fees, cap.source) for cap in model.caps),
        allocation_order=tuple(model.allocation_order),
        allocation_by=model.allocation_by,
        rounding=model.rounding,
        rounding_at=model.rounding_at,
        rate_changes=tuple(_rate_change(change) for change in model.rate_changes),
        pauses=tuple(Pause(pause.first, pause.last) for pause in model.pauses),
        waivers=tuple(Waiver(w.date, w.amount, w.of) for w in model.waivers),
        extensions=tuple(_extension(extension) for extension in model.extensions),
    )
    _check_extensions(terms)
    return terms


def _check_extensions(terms: LoanTerms) -> None:
    """Raise TermsError where an extension names no due date of the loan."""
    dues = {part.due for part in schedule(terms)}
    for number, extension in enumerate(terms.extensions):
        if extension.due not in dues:
            there = ", ".join(str(due) for due in sorted(dues)[:3])
            raise TermsError(
                f"extensions.{number}.due",
                f"{extension.due} is no due date of this loan (they are {there}, …)",
            )
        dues |= set(extension.to)


def _repayment(model: LoanModel) -> Repayment:
    return Repayment(model.repayment or "equal-installment")


def _count(model: LoanModel) -> int:
    if isinstance(model.installments, int):
        return model.installments
    return 1 if model.repayment == "bullet" else 0


def _minimum(model: LoanModel) -> Minimum | None:
    asked = model.minimum
    return None if asked is None else Minimum(asked.percent, asked.floor, asked.includes_interest)


def _fee(fee: FeeModel) -> Fee:
    return Fee(_fee_amount(fee), fee.per, fee.after_days, fee.least, fee.most, fee.name)


def _fee_amount(fee: FeeAmountModel) -> Amount:
    if isinstance(fee, FeeModel) and fee.tiers:
        tiers = tuple((tier.above, _fee_amount(tier)) for tier in fee.tiers)
        return Amount(FeeKind.TIERED, tiers=tiers)
    if isinstance(fee, FeeModel) and (several := fee.lesser_of or fee.greater_of):
        kind = FeeKind.LESSER_OF if fee.lesser_of else FeeKind.GREATER_OF
        return Amount(kind, of=tuple(_fee_amount(part) for part in several))
    if fee.flat is not None:
        return Amount(FeeKind.FLAT, fee.flat)
    assert fee.percent is not None  # the model checked that there is one of them
    return Amount(FeeKind.PERCENT, fee.percent)


def _rate_change(change: RateChangeModel) -> RateChange:
    return RateChange(change.start, _contract_rate(change), _penalty(change.penalty))


def _extension(extension: ExtensionModel) -> Extension:
    rate = _contract_rate(extension)
    return Extension(extension.due, extension.agreed, tuple(extension.to), rate)


def _a_year(rate: Decimal | None) -> Rate | None:
    return None if rate is None else Rate(rate, "year")


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


def _contract_rate(table: LoanModel | RateChangeModel | ExtensionModel) -> Rate | None:
    if table.daily_rate is not None:
        return Rate(table.daily_rate, "day")
    return _a_year(table.annual_rate)


def _penalty(table: PenaltyModel | None) -> Penalty | None:
    for rule in PenaltyRule:
        value = getattr(table, rule, None)
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
