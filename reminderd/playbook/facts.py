"""What holds of a loan and its borrower beside the stage: the names that actions ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta

from ..loans.caps import exceeded
from ..loans.money import Money
from ..loans.position import Position, value
from ..loans.terms import AutoDebit, Request

NAMES = (
    "first-overdue",
    "extension-none",
    "extension-requested",
    "extension-approved",
    "extension-refused",
    "auto-debit-on",
    "auto-debit-off",
    "cash-short",
    "several-overdue",
    "cap-exceeded",
    "legal-letter",
    "bill-unknown",
)
_NOT = "not-"
_REQUEST_COUNTS = timedelta(days=31)  # how long before a due date a request was about it
_LOOK_BACK = 24  # installments in which an earlier lateness counts


@dataclass(frozen=True, slots=True)
class Fund:
    """An emergency fund: what it is to hold, what it holds, and what goes into it each month."""

    target: Money
    saved: Money
    monthly: Money

    @property
    def missing(self) -> Money:
        """What is still to be saved."""
        return Money(max(0, self.target.minor - self.saved.minor), self.target.currency)

    @property
    def next_saving(self) -> Money:
        """What to put into it next: no more than is missing."""
        return min(self.monthly, self.missing, key=lambda money: money.minor)

    @property
    def months_left(self) -> int | None:
        """In how many months it is full, if anything goes into it."""
        if not self.missing:
            return 0
        return -(-self.missing.minor // self.monthly.minor) if self.monthly else None


@dataclass(frozen=True, slots=True)
class Borrower:
    """What is known of who has to pay. ``payday`` is a day of the month."""

    name: str | None = None
    cash: Money | None = field(default=None, repr=False)
    payday: int | None = None
    hardship: str | None = None
    fund: Fund | None = None

    def next_payday(self, today: date) -> date | None:
        """Return the first pay day after *today*; a month without that day pays on its last."""
        if self.payday is None:
            return None
        this, following = _in_month(today, self.payday), _in_month(_next_month(today), self.payday)
        return this if this > today else following


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _in_month(day: date, wanted: int) -> date:
    last = (_next_month(day) - timedelta(days=1)).day
    return day.replace(day=min(wanted, last))


def holds(when: Iterable[str], facts: Set[str]) -> bool:
    """Return whether all conditions hold; one that begins with ``not-`` holds where it does not."""
    return all((bare(name) in facts) != name.startswith(_NOT) for name in when)


def bare(condition: str) -> str:
    """Return the fact that a condition asks for, whichever way."""
    return condition.removeprefix(_NOT)


def is_known(condition: str) -> bool:
    """Return whether a condition is one that there is."""
    return bare(condition) in NAMES


def conditions() -> list[str]:
    """Return every condition that there is."""
    return [*NAMES, *(f"{_NOT}{name}" for name in NAMES)]


def facts(
    position: Position, borrower: Borrower | None = None, others: Sequence[Position] = ()
) -> frozenset[str]:
    """Return what holds of a loan, of its borrower, and of the borrower's *other* loans."""
    request = current_request(position)
    found = {f"extension-{request.state if request else 'none'}"}
    found |= _of_debit(position.loan.auto_debit)
    named = {
        "first-overdue": bool(position.days_past_due) and not _late_before(position),
        "cash-short": shortfall(position, borrower) is not None,
        "several-overdue": bool(position.days_past_due) and any(o.days_past_due for o in others),
        "cap-exceeded": bool(exceeded(position)),
        "legal-letter": _letter_came(position),
        "bill-unknown": position.sum_unknown,
    }
    return frozenset(found | {name for name, so in named.items() if so})


def shortfall(position: Position, borrower: Borrower | None) -> Money | None:
    """Return what is missing for the sum to pay, where the cash at hand does not reach."""
    cash = borrower.cash if borrower else None
    if cash is None or cash.currency != position.currency:
        return None
    missing = position.to_pay.minor - cash.minor
    return position.money(missing) if missing > 0 else None


def current_request(position: Position) -> Request | None:
    """Return the request for an extension of what is to be paid now, if there was any."""
    request, pay_by = position.loan.request(position.as_of), position.pay_by
    about_this = request and (pay_by is None or request.on >= pay_by - _REQUEST_COUNTS)
    return request if about_this else None


def _of_debit(debit: AutoDebit | None) -> set[str]:
    if debit is None:
        return set()
    return {"auto-debit-on" if debit.on else "auto-debit-off"}


def _late_before(position: Position) -> bool:
    """Return whether an earlier installment was still unpaid at the end of its due date."""
    oldest = position.arrears[0].due
    earlier = sorted(due for due in position.dues if due < oldest)[-_LOOK_BACK:]
    return any(value(position.loan, due).arrears for due in earlier)


def _letter_came(position: Position) -> bool:
    came = position.loan.legal_letter
    return came is not None and came <= position.as_of
