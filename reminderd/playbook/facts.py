"""What holds of a loan and its borrower beside the stage: the names that actions ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ..loans.caps import exceeded
from ..loans.cures import last_cure
from ..loans.money import Money
from ..loans.position import Position, value
from ..loans.terms import AutoDebit, GraceCovers, Lender, Loan, Repayment, Request, RequestState

NAMES = (
    "first-overdue",
    "was-late",
    "extension-none",
    "extension-requested",
    "extension-approved",
    "extension-refused",
    "auto-debit-on",
    "auto-debit-off",
    "debit-tried",
    "cash-short",
    "several-overdue",
    "cap-exceeded",
    "legal-letter",
    "lender-person",
    "bureau-cn",
    "bureau-us",
    "reported-any-day",
    "reported-soon",
    "bill-unknown",
)
_NOT = "not-"
_REQUEST_COUNTS = timedelta(days=31)  # how long before a due date a request was about it
LOOK_BACK = 24  # installments in which an earlier lateness counts
_FRESH_PAY = timedelta(days=7)  # after a pay day, within which the cash entered may be of before
_NO_PAYDAY = timedelta(days=30)  # how far ahead costs are weighed where no pay day is known
_REPORTED_SOON = 30  # days ahead within which a report to the bureau is near
_US_REPORTING = 30  # days past due from which lenders in the United States commonly report


class Bureau(StrEnum):
    """The countries whose credit records messages know rules of."""

    CN = "cn"
    US = "us"


_BUREAUS = {"CNY": Bureau.CN, "USD": Bureau.US}


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

    def next_income(self, today: date) -> date:
        """Return the day on which money comes next: the pay day, else thirty days after *today*."""
        return self.next_payday(today) or today + _NO_PAYDAY

    def last_payday(self, today: date) -> date | None:
        """Return the last pay day up to *today*."""
        if self.payday is None:
            return None
        this = _in_month(today, self.payday)
        before = _in_month(today.replace(day=1) - timedelta(days=1), self.payday)
        return this if this <= today else before


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
    position: Position,
    borrower: Borrower | None = None,
    others: Sequence[Position] = (),
    now: datetime | None = None,
) -> frozenset[str]:
    """Return what holds of a loan, of its borrower, and of the borrower's *other* loans.

    *now* matters on a due date alone, where the lender debits at certain times.
    """
    request = current_request(position)
    found = {f"extension-{request.state if request else 'none'}"}
    found |= _of_debit(position.loan.auto_debit) | _of_lender(position)
    named = {
        "first-overdue": bool(position.days_past_due) and not _late_before(position),
        "was-late": not position.days_past_due and _cured(position),
        "debit-tried": now is not None and debit_tried(position, now),
        "cash-short": shortfall(position, borrower) is not None,
        "several-overdue": bool(position.days_past_due) and any(o.days_past_due for o in others),
        "cap-exceeded": bool(exceeded(position)),
        "legal-letter": _letter_came(position),
        "bill-unknown": position.sum_unknown,
    }
    return frozenset(found | {name for name, so in named.items() if so})


def bureau(loan: Loan) -> Bureau | None:
    """Return whose credit record a lender reports to, as far as the currency tells."""
    return None if loan.lender is Lender.PERSON else _BUREAUS.get(loan.terms.currency)


def reported_after(loan: Loan) -> int | None:
    """Return how many days past due a lender begins to report, if that is known.

    It is the loan's own, or in the United States the thirtieth; a person does not report.
    """
    if loan.lender is Lender.PERSON:
        return None
    if loan.reported_after is None and bureau(loan) is Bureau.US:
        return _US_REPORTING
    return loan.reported_after


def reported_from(position: Position) -> date | None:
    """Return the day from which what is to be paid first may be reported, if one is known."""
    due = position.pay_by
    return None if due is None else reporting_date(position.loan, due)


def reporting_date(loan: Loan, due: date) -> date | None:
    """Return the day from which an installment that stays unpaid may be reported, if known."""
    after = reported_after(loan)
    return None if after is None else due + timedelta(days=loan.terms.days_late(after))


def days_in_grace(loan: Loan) -> int:
    """Return for how many days after its due date an installment is in grace, and not overdue.

    What may be reported is overdue, whatever else grace spares.
    """
    terms, after = loan.terms, reported_after(loan)
    agreed = terms.grace_days if terms.grace_covers else 0
    return agreed if after is None else max(0, min(agreed, terms.days_late(after) - 1))


def grace_spares_record(loan: Loan) -> bool:
    """Return whether what is paid within grace is as a rule not recorded as overdue.

    Where the day from which it is reported is known, that day counts, and not the end of grace.
    """
    reports = loan.lender is not Lender.PERSON and bureau(loan) is not Bureau.US
    covered = loan.terms.grace_days and GraceCovers.REPORTING in loan.terms.grace_covers
    return bool(reports and covered and loan.reported_after is None)


def rest_of_minimum(position: Position) -> Money | None:
    """Return what stays after the minimum to pay, where a balance is paid down by minimums."""
    rest = position.payoff.minor - position.to_pay.minor
    revolving = position.loan.terms.repayment is Repayment.REVOLVING
    return position.money(rest) if revolving and rest > 0 else None


def shortfall(position: Position, borrower: Borrower | None) -> Money | None:
    """Return what is missing for the sum to pay, where the cash at hand does not reach.

    In the days after a pay day nothing is: the cash may have been entered before it.
    """
    cash = borrower.cash if borrower else None
    if borrower is None or cash is None or cash.currency != position.currency:
        return None
    paid = borrower.last_payday(position.as_of)
    if paid is not None and position.as_of - paid < _FRESH_PAY:
        return None
    missing = position.to_pay.minor - cash.minor
    return position.money(missing) if missing > 0 else None


def times_to_come(position: Position, now: datetime | None) -> tuple[time, ...]:
    """Return when on its due date the lender still tries to debit what is to be paid."""
    debit, due = position.loan.auto_debit, position.pay_by
    if debit is None or due is None or now is None:
        return debit.times if debit else ()
    local = now.astimezone(ZoneInfo(position.loan.timezone))
    if local.date() < due:
        return debit.times
    return tuple(at for at in debit.times if local.date() == due and at > local.time())


def debit_tried(position: Position, now: datetime) -> bool:
    """Return whether every try to debit today's installment has been made by *now*."""
    debit, today = position.loan.auto_debit, position.pay_by == position.as_of
    known = debit is not None and debit.on and bool(debit.times)
    return today and known and not times_to_come(position, now)


def current_request(position: Position) -> Request | None:
    """Return the request for an extension of what is to be paid now, if there was any."""
    request, pay_by = position.loan.request(position.as_of), position.pay_by
    if request is None or pay_by is None or request.state is RequestState.REFUSED:
        return request  # what was refused is not to be asked for again
    return request if request.on >= pay_by - _REQUEST_COUNTS else None


def _of_debit(debit: AutoDebit | None) -> set[str]:
    if debit is None:
        return set()
    return {"auto-debit-on" if debit.on else "auto-debit-off"}


def _of_lender(position: Position) -> set[str]:
    """Return who lent it, and how near a report to a credit bureau is."""
    loan = position.loan
    if loan.lender is Lender.PERSON:
        return {"lender-person"}
    found, home = set(), bureau(loan)
    if home is not None:
        found.add(f"bureau-{home}")
    if not position.days_past_due:
        return found
    day = reported_from(position)
    if day is None and home is Bureau.CN:
        found |= {"reported-any-day", "reported-soon"}
    elif day is not None and 0 < (day - position.as_of).days <= _REPORTED_SOON:
        found.add("reported-soon")
    return found


def _late_before(position: Position) -> bool:
    """Return whether an earlier installment was still unpaid at the end of its due date."""
    oldest = position.arrears[0].due
    earlier = sorted(due for due in position.dues if due < oldest)[-LOOK_BACK:]
    return any(value(position.loan, due).arrears for due in earlier)


def _cured(position: Position) -> bool:
    """Return whether the loan was overdue once, beyond grace, and became current again."""
    loan = position.loan
    return bool(loan.payments) and last_cure(loan, position.as_of) is not None


def _letter_came(position: Position) -> bool:
    came = position.loan.legal_letter
    return came is not None and came <= position.as_of
