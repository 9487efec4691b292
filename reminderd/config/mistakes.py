"""What of a loan's table cannot be right: what is missing, does not go together or goes too far."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from pydantic import BaseModel

from ..loans.charges import FeePer
from ..loans.frequency import BusinessDayConvention, Unit
from ..loans.money import minor_digits, to_minor
from .loan_tables import LoanModel, PenaltyModel
from .positions import Path

Mistake = tuple[Path, str]  # where inside the loan's table, and what to write instead

_LUMP = ("amount", "interest")
_WORKED_OUT = ("principal", "installments", "first_due")
_SHAPES = (
    *("installment", "installment_multiple_of", "installment_fee"),
    *("interest_only_installments", "balloon", "in_advance"),
)
_ONLY_PERIODIC = ("first_due", "until", "end_of_month")
_ONLY_DATED = ("principal", "start", "capitalized_on", "repayment", *_SHAPES)
_OF_SCHEDULES = ("principal", "installments", "start", "capitalized_on", *_SHAPES)
_COUNT_KNOWN = ("bullet", "revolving")  # repayments that need no number of installments
# The fields that hold a sum of money, in whichever table.
_SUMS = {
    *("balloon", "installment", "installment_multiple_of"),
    *("amount", "interest", "principal", "flat", "least", "most", "floor", "above", "fees"),
    *("minimum", "daily_amount", "at_least"),
    *("cash", "target", "saved", "monthly"),
    *("balance", "overdraft"),
}


def mistakes(model: LoanModel, currency: str) -> Iterator[Mistake]:
    """Yield the keys of a loan that are missing, do not go together or cannot both be right.

    What the terms check about themselves is left to them.
    """
    if isinstance(model.installments, list):
        keys = ("due", *_LUMP, *_ONLY_DATED, "minimum", *_ONLY_PERIODIC)
        yield from _beside(model, keys, "a list of installments")
        yield from _list_mistakes(model)
    elif model.due is not None:
        what = "due, one sum on one date"
        yield from _statement_mistakes(model)
        yield from _beside(model, _ONLY_DATED, what)
        again = "write first_due in place of due if it falls due again and again"
        periodic = [fee for fee in model.fees if fee.per is FeePer.PERIOD]
        counted = () if periodic else ("frequency",)  # which says how long a fee's period is
        yield from _beside(model, ("installments", *_ONLY_PERIODIC, *counted), what, again)
        if model.amount is None:
            yield ("due",), 'needs an amount beside it (add amount = "1234.00")'
    elif model.amount is not None and model.principal is None:
        yield from _fixed_mistakes(model)
    elif model.is_billed:
        yield from _beside(model, (*_LUMP, *_OF_SCHEDULES), "bills")
        if model.first_due is None:
            yield ("first_due",), "is missing beside statement_day (write first_due = 2026-12-10)"
    else:
        yield from _schedule_mistakes(model)
    yield from _bill_mistakes(model)
    shares = model.is_billed or model.repayment == "revolving"
    if shares and isinstance(model.minimum, Decimal) and not model.is_statement:
        sentence = "is a sum, but each statement has its own"
        yield ("minimum",), f'{sentence} (write minimum.percent = "10%", or it under bills)'
    if model.annual_rate is not None and model.daily_rate is not None:
        yield ("daily_rate",), "stands beside annual_rate (keep one of the two)"
    yield from _calendar_mistakes(model)
    yield from _compounding_mistakes(model)
    yield from _penalty_mistakes(model)
    yield from _fee_mistakes(model)
    yield from _change_mistakes(model)
    yield from _extension_mistakes(model)
    yield from _request_mistakes(model)
    yield from _amount_mistakes(model, currency)


def _beside(
    model: LoanModel, keys: tuple[str, ...], what: str, remedy: str = "remove one of the two"
) -> Iterator[Mistake]:
    for key in keys:
        given = getattr(model, key)
        if key in model.model_fields_set and given is not None and given is not False:
            yield (key,), f"does not go with {what} ({remedy})"


def _statement_mistakes(model: LoanModel) -> Iterator[Mistake]:
    """Yield what is wrong with a card's statement that is the loan's one sum."""
    if not model.is_statement:
        return
    yield from _beside(model, ("interest",), "minimum: a statement is one sum")
    if isinstance(model.minimum, Decimal) and model.amount and model.minimum > model.amount:
        yield ("minimum",), f"{model.minimum} is more than the amount {model.amount} (swap them?)"


def _list_mistakes(model: LoanModel) -> Iterator[Mistake]:
    assert isinstance(model.installments, list)  # the caller looked
    if not model.installments:
        yield ("installments",), "is empty (write how many, or list each with due and amount)"
    for number, (before, part) in enumerate(pairwise(model.installments), 1):
        if part.due <= before.due:
            where: Path = ("installments", number, "due")
            yield where, _out_of_order(part.due, before.due)


def _out_of_order(here: object, before: object) -> str:
    return f"{here} does not come after {before} (list them in order)"


def _fixed_mistakes(model: LoanModel) -> Iterator[Mistake]:
    if model.first_due is None:
        again = ", or first_due = 2026-12-05 if it falls due again and again"
        yield ("amount",), f"needs a due date beside it (add due = 2026-12-05{again})"
    if model.repayment not in (None, "fixed"):
        sentence = (
            "needs a principal to work out (add it, or remove repayment: the amount is known)"
        )
        yield ("repayment",), sentence
    keys = ("start", "capitalized_on", "minimum", *_SHAPES)
    yield from _beside(model, keys, "amount, whose dates and sums are known")
    yield from _end_mistakes(model)


def _end_mistakes(model: LoanModel) -> Iterator[Mistake]:
    if model.until is not None and model.installments is not None:
        yield ("until",), "stands beside installments (keep one of the two)"


def _schedule_mistakes(model: LoanModel) -> Iterator[Mistake]:
    given = [key for key in _WORKED_OUT if getattr(model, key) is not None]
    if given:
        keep = "keep amount if that is what you pay each time, principal if it is to be worked out"
        yield from _beside(model, _LUMP, "principal, from which installments are worked out", keep)
        if model.repayment == "fixed":
            yield ("repayment",), '"fixed" goes with amount (write what falls due each time)'
        if model.repayment == "revolving":
            ends = "revolving, which ends when it is paid"
            yield from _beside(model, ("installments", "until"), ends)
        elif model.minimum is not None:
            yield (
                ("minimum",),
                'goes with revolving only (add repayment = "revolving", or remove it)',
            )
        yield from _end_mistakes(model)
        for key in _WORKED_OUT:
            counted = model.until is not None or model.repayment in _COUNT_KNOWN
            known = key == "installments" and counted
            if key not in given and not known:
                example = LoanModel.model_fields[key].examples
                yield (key,), f"is missing beside {given[0]} (add {(example or [key])[0]})"
    else:
        yield (
            (),
            "has no due date (write due and amount, first_due and amount if it falls due again "
            "and again, or principal, installments and first_due)",
        )


def _bill_mistakes(model: LoanModel) -> Iterator[Mistake]:
    worked_out = model.due is None and not isinstance(model.installments, list)
    if worked_out and not (model.is_billed or model.repayment == "revolving"):
        what = "a schedule, which says itself what is due"
        yield from _beside(model, ("statement_day",), what)
        if model.bills:
            yield ("bills",), f"does not go with {what} (remove one of the two)"
    elif not worked_out and not model.is_statement:
        what = "sums on dates (write first_due instead of them, and each sum under bills)"
        if model.statement_day is not None:
            yield ("statement_day",), f"does not go with {what}"
    if model.statement_day is not None and model.frequency.unit is not Unit.MONTH:
        yield ("statement_day",), "is a day of the month (remove it, or frequency)"
    yield from _listed_bill_mistakes(model)


def _listed_bill_mistakes(model: LoanModel) -> Iterator[Mistake]:
    for number, (before, bill) in enumerate(pairwise(model.bills), 1):
        if bill.due <= before.due:
            yield ("bills", number, "due"), _out_of_order(bill.due, before.due)
    for number, bill in enumerate(model.bills):
        if bill.minimum is not None and bill.minimum > bill.amount:
            sentence = f"{bill.minimum} is more than the amount {bill.amount} (swap them?)"
            yield ("bills", number, "minimum"), sentence
        if sum(posting.amount or 0 for posting in bill.posted) > bill.amount:
            sentence = f"comes to more than the amount {bill.amount} (check the sums)"
            yield ("bills", number, "posted"), sentence
        if any(posting.on >= bill.due for posting in bill.posted):
            sentence = f"is not before {bill.due}, when the bill is due (check the dates)"
            yield ("bills", number, "posted"), sentence
        if bill.date is not None and bill.date >= bill.due:
            sentence = f"{bill.date} is not before {bill.due}, when it is due (swap them?)"
            yield ("bills", number, "date"), sentence


def _calendar_mistakes(model: LoanModel) -> Iterator[Mistake]:
    moves = model.business_day_convention is not BusinessDayConvention.NONE
    if moves and model.calendar is None:
        yield ("business_day_convention",), 'needs a calendar beside it (add calendar = "CN")'
    if model.calendar is not None and not moves:
        yield (
            ("calendar",),
            'needs a convention beside it (add business_day_convention = "following")',
        )


def _compounding_mistakes(model: LoanModel) -> Iterator[Mistake]:
    rate, decided = model.interest_on_interest_rate, "compounding" in model.model_fields_set
    if rate is not None and not decided:
        sentence = 'does nothing without compounding (add compounding = "monthly", or "daily")'
        yield ("interest_on_interest_rate",), sentence


def _penalty_mistakes(model: LoanModel) -> Iterator[Mistake]:
    changes = [(("rate_changes", n), change.penalty) for n, change in enumerate(model.rate_changes)]
    every: list[tuple[Path, PenaltyModel | None]] = [((), model.penalty), *changes]
    for where, penalty in every:
        steps = penalty.steps if penalty else []
        for place, (before, step) in enumerate(pairwise(steps), 1):
            if step.after_days <= before.after_days:
                here: Path = (*where, "penalty", "steps", place, "after_days")
                yield here, _out_of_order(step.after_days, before.after_days)
    for where, penalty in changes:
        for key in ("at_least", "at_most"):
            if penalty is not None and getattr(penalty, key) is not None:
                sentence = "is of the loan's own penalty, and stays (remove it here)"
                yield (*where, "penalty", key), sentence


def _fee_mistakes(model: LoanModel) -> Iterator[Mistake]:
    for number, fee in enumerate(model.fees):
        here: Path = ("fees", number)
        if fee.least is not None and fee.most is not None and fee.least > fee.most:
            yield (*here, "max"), f"{fee.most} is less than min {fee.least} (swap them?)"
        bounds = [tier.above for tier in fee.tiers or ()]
        for place, (before, bound) in enumerate(pairwise(bounds), 1):
            if bound <= before:
                yield (*here, "tiers", place, "from"), _out_of_order(bound, before)


def _change_mistakes(model: LoanModel) -> Iterator[Mistake]:
    for number, (before, change) in enumerate(pairwise(model.rate_changes), 1):
        if change.start <= before.start:
            yield ("rate_changes", number, "from"), _out_of_order(change.start, before.start)
    # A loan's own multiple says on its own that contract interest stops; a later one cannot, as
    # the days before it are reckoned by the same answer.
    answered = model.contract_interest_continues is not None
    if answered or (model.penalty and model.penalty.multiple_of_contract is not None):
        return
    for number, change in enumerate(model.rate_changes):
        if change.penalty and change.penalty.multiple_of_contract is not None:
            yield (
                ("rate_changes", number, "penalty", "multiple_of_contract"),
                "contains the contract interest, which goes on beside it unless you say otherwise "
                "(write contract_interest_continues = false, or use fraction_of_contract)",
            )


def _extension_mistakes(model: LoanModel) -> Iterator[Mistake]:
    for number, extension in enumerate(model.extensions):
        here: Path = ("extensions", number, "to")
        if not extension.to:
            yield here, "is empty (write to = 2027-01-15, or a list of dates)"
        for place, (before, day) in enumerate(pairwise([extension.due, *extension.to])):
            if place and day <= before:
                yield (*here, place), _out_of_order(day, before)
            elif day <= before:
                yield (
                    (*here, 0),
                    f"{day} is not later than {before}, which it replaces (check the year)",
                )
            elif day < extension.agreed:
                yield (
                    (*here, place),
                    f"{day} is before {extension.agreed}, when it was agreed (check both)",
                )


def _request_mistakes(model: LoanModel) -> Iterator[Mistake]:
    for number, (before, request) in enumerate(pairwise(model.extension_requests), 1):
        if request.date <= before.date:
            yield ("extension_requests", number, "date"), _out_of_order(request.date, before.date)


def too_exact(table: BaseModel, currency: str) -> Iterator[Mistake]:
    """Yield the sums of money, in a table and in those inside it, that no coin can pay."""
    digits = minor_digits(currency)
    for path, amount in _amounts(table):
        try:
            to_minor(amount, currency)
        except ValueError:
            write = f"{digits} decimals at most" if digits else "it without decimals"
            yield path, f"{amount} is too exact for {currency} (write {write})"


def _amount_mistakes(model: LoanModel, currency: str) -> Iterator[Mistake]:
    yield from too_exact(model, currency)
    parts = model.installments if isinstance(model.installments, list) else []
    sums: list[tuple[Path, Decimal | None, Decimal | None]] = [
        ((), model.amount, model.interest),
        *((("installments", n), part.amount, part.interest) for n, part in enumerate(parts)),
    ]
    for where, whole, interest in sums:
        if whole is not None and interest is not None and interest > whole:
            sentence = (
                f"{interest} is more than the amount {whole} "
                "(amount is principal and interest together)"
            )
            yield (*where, "interest"), sentence


def _amounts(table: BaseModel, here: Path = ()) -> Iterator[tuple[Path, Decimal]]:
    """Yield every sum of money that stands in a table and in those inside it."""
    given = table.model_fields_set  # few of all; defaults are sums that every currency knows
    for name, field in type(table).model_fields.items():
        if name not in given:
            continue
        value, path = getattr(table, name), (*here, field.alias or name)
        if isinstance(value, Decimal) and name in _SUMS:
            yield path, value
        elif isinstance(value, BaseModel):
            yield from _amounts(value, path)
        elif isinstance(value, list):
            for number, entry in enumerate(value):
                if isinstance(entry, BaseModel):
                    yield from _amounts(entry, (*path, number))
