"""The question for a bill's sum: asked on its statement day, once, while it is not recorded."""

from __future__ import annotations

from collections.abc import Iterator

from ..loans.bills import statement_date
from .alert import BILL_DUE, Reason
from .slots import Look, Slot


def questions(look: Look) -> list[Slot]:
    """Return the slots that have come of bills whose sums are still to be recorded."""
    return [slot for slot in _slots(look) if slot.day <= look.reached]


def to_come(look: Look) -> list[Slot]:
    """Return the slots that are still to come."""
    return [slot for slot in _slots(look) if slot.day > look.reached]


def _slots(look: Look) -> Iterator[Slot]:
    for due in look.position.awaited_bills:
        day = statement_date(look.loan.terms, due)
        if day is None:
            continue
        slot = Slot(day, due, BILL_DUE, Reason.BILL_EXPECTED)
        if due >= look.position.as_of or not look.was_before(slot):
            yield slot  # one that was due before the loan was known is none of ours
