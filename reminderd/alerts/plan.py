"""Which alert of a loan is due, and when the next one will be. Pure: ``now`` is an argument.

The rule is one of levels, not edges. Each unpaid installment has *slots*: ``send_at`` on chosen
days before and after its due date. At any instant the loan's newest slot that has come says what
to send; if that one is already decided, nothing is sent. Whatever lies between is superseded, so
a borrower returning from a week offline has one message per loan, not seven.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from ..loans.accrual import fee_after
from ..loans.position import Position
from ..loans.terms import Extension, Loan, LoanTerms
from .wallclock import instant, local_date

_DAY = timedelta(days=1)
SETTLED = "settled"


class Reason(StrEnum):
    """Why an alert is sent, or why it is not."""

    BEFORE_DUE = "before_due"
    DUE_TODAY = "due_today"
    OVERDUE_DAY = "overdue_day"
    OVERDUE_REPEAT = "overdue_repeat"
    CLIFF_TOMORROW = "cliff_tomorrow"
    FIRST_LOOK = "first_look"
    SETTLED = "settled"
    NEWER_ALERT = "newer_alert"
    SAME_SLOT = "same_slot"


@dataclass(frozen=True, slots=True)
class Policy:
    """When to remind: the user's ``[reminders]``."""

    send_at: time = time(9)
    before_due: tuple[int, ...] = (7, 3, 1, 0)
    overdue_days: tuple[int, ...] = (1, 2, 3, 4, 7, 14, 21, 30)
    overdue_every: int | None = 15
    cliffs: tuple[int, ...] = ()  # days after the due date whose morrow costs more

    def of_terms(self, terms: LoanTerms) -> Policy:
        """Return the policy with a slot on the last day before each cliff of the terms."""
        days = {fee_after(terms, fee) for fee in terms.fees}
        days |= {terms.grace_days} if terms.grace_covers else set()
        cliffs = tuple(sorted(day for day in days if day > 0))
        return replace(self, cliffs=cliffs) if cliffs else self

    @property
    def lead(self) -> timedelta:
        """How long before a due date its first slot comes."""
        return timedelta(days=max(self.before_due, default=0))

    def offsets(self, until: int) -> list[int]:
        """Return the days relative to a due date that have a slot, ascending, up to *until*."""
        found = {offset for offset in self._listed() if offset <= until}
        last = max(self.overdue_days, default=0)
        if self.overdue_every and until > last:
            found.update(range(last + self.overdue_every, until + 1, self.overdue_every))
        return sorted(found)

    def _listed(self) -> set[int]:
        return {-days for days in self.before_due} | {*self.overdue_days, *self.cliffs}

    def newest(self, until: int) -> int | None:
        """Return the latest offset with a slot that is not after *until*."""
        return max(self.offsets(until), default=None)

    def next_after(self, reached: int) -> int | None:
        """Return the first offset with a slot that is after *reached*."""
        last = max(self.overdue_days, default=0)
        later = [offset for offset in self._listed() if offset > reached]
        regular = [offset for offset in later if offset <= last]
        if self.overdue_every and not regular:
            periods = max(0, reached - last) // self.overdue_every + 1
            later.append(last + periods * self.overdue_every)
        return min(later, default=None)

    def reason(self, offset: int) -> Reason:
        """Return why there is a slot at *offset* days from the due date."""
        if offset < 0:
            return Reason.BEFORE_DUE
        if offset == 0:
            return Reason.DUE_TODAY
        if offset in self.overdue_days:
            return Reason.OVERDUE_DAY
        return Reason.CLIFF_TOMORROW if offset in self.cliffs else Reason.OVERDUE_REPEAT


def milestone(offset: int) -> str:
    """Name an offset from the due date: ``due-7``, ``due``, ``due+4``."""
    return f"due{offset:+d}" if offset else "due"


Identity = tuple[date, str]


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; loan, due date and milestone identify it for ever."""

    loan_id: str
    due: date
    milestone: str
    scheduled_for: datetime
    reason: Reason

    @property
    def identity(self) -> Identity:
        """What makes it this alert, within its loan."""
        return self.due, self.milestone


@dataclass(frozen=True, slots=True)
class History:
    """What was already decided for a loan."""

    decided: Set[Identity]  # alerts sent or superseded
    told: Set[date]  # due dates the borrower was sent something about
    known_since: datetime  # when these terms were first seen


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about a loan now. Nothing has been done yet."""

    alerts: tuple[Alert, ...]
    superseded: tuple[Alert, ...]
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Slot:
    day: date
    due: date
    offset: int

    @property
    def identity(self) -> Identity:
        return self.due, milestone(self.offset)


def due_alerts(
    loan: Loan, position: Position, history: History, policy: Policy, now: datetime
) -> Decision:
    """Decide which alerts of *loan* go out now.

    *position* is the loan's position on the local date of *now*. At most one reminder and one
    settled message come back, however long nobody looked.
    """
    policy = policy.of_terms(loan.terms)
    reached = _reached(loan, policy, now)
    unpaid = position.unpaid()
    # An installment further ahead than the first reminder has no slot yet, and of those only the
    # nearest can have the next one: a mortgage has hundreds.
    near = unpaid[: bisect_right(unpaid, reached + policy.lead)]
    soon = unpaid[: len(near) + 1]
    settled = _settled(loan, position, history, policy, now)
    newest = _newest(near, policy, reached)
    alerts, superseded = [], []
    if settled:
        alerts.append(settled[-1])
        superseded += [_because(alert, Reason.SAME_SLOT) for alert in settled[:-1]]
    if newest is not None and newest.identity not in history.decided:
        reminder = _reminder(loan, newest, history, policy, now)
        alerts.append(reminder)
        superseded += _passed_over(loan, near, newest, history, policy)
    return Decision(tuple(alerts), tuple(superseded), _next_at(loan, soon, policy, reached))


def _reached(loan: Loan, policy: Policy, now: datetime) -> date:
    """Return the last local date whose slot has come.

    Tomorrow's may have: where clocks go back over midnight, a date is left and entered again.
    """
    today = local_date(now, loan.timezone)
    for day in (today + _DAY, today):
        if now >= instant(day, policy.send_at, loan.timezone):
            return day
    return today - _DAY


def _newest(unpaid: list[date], policy: Policy, reached: date) -> _Slot | None:
    """Return the newest slot that has come; of several in one, the oldest installment's."""
    slots = []
    for due in unpaid:
        offset = policy.newest((reached - due).days)
        if offset is not None:
            slots.append(_Slot(due + timedelta(days=offset), due, offset))
    return max(slots, key=lambda slot: (slot.day, -slot.due.toordinal()), default=None)


def _reminder(loan: Loan, slot: _Slot, history: History, policy: Policy, now: datetime) -> Alert:
    at = instant(slot.day, policy.send_at, loan.timezone)
    reason = policy.reason(slot.offset)
    if at < history.known_since:
        # The slot had passed before we knew of it: the alert is a first look, not a late one.
        at, reason = now, Reason.FIRST_LOOK
    return Alert(loan.id, slot.due, milestone(slot.offset), at, reason)


def _passed_over(
    loan: Loan, unpaid: list[date], newest: _Slot, history: History, policy: Policy
) -> list[Alert]:
    """Return the undecided alerts since the last decision that *newest* makes needless.

    Of what lies before we knew of the loan only the last slot of each installment counts: it
    must not speak up later, once the installment of *newest* is paid.
    """
    result = []
    for due in unpaid:
        offsets = policy.offsets((newest.day - due).days)
        for offset in offsets:
            slot = _Slot(due + timedelta(days=offset), due, offset)
            at = instant(slot.day, policy.send_at, loan.timezone)
            forgotten = at < history.known_since and offset != offsets[-1]
            if slot == newest or slot.identity in history.decided or forgotten:
                continue
            why = Reason.SAME_SLOT if slot.day == newest.day else Reason.NEWER_ALERT
            result.append(Alert(loan.id, due, milestone(offset), at, why))
    return result


def _settled(
    loan: Loan, position: Position, history: History, policy: Policy, now: datetime
) -> list[Alert]:
    """Return the settled alerts of installments the borrower was alerted about, oldest first."""
    paid = position.dues - set(position.unpaid())
    if any(now < at for at in _arrivals(loan, policy, now)):
        return []
    return [
        Alert(loan.id, due, SETTLED, now, Reason.SETTLED)
        for due in sorted(history.told & paid)
        if (due, SETTLED) not in history.decided
    ]


def _arrivals(loan: Loan, policy: Policy, now: datetime) -> Iterable[datetime]:
    """Return when payments of today, entered ahead of their date, are spoken of: at send_at."""
    today = local_date(now, loan.timezone)
    for payment in loan.payments:
        ahead = payment.recorded_at and local_date(payment.recorded_at, loan.timezone) < payment.on
        if payment.on == today and ahead:
            yield instant(today, policy.send_at, loan.timezone)


def _because(alert: Alert, reason: Reason) -> Alert:
    return Alert(alert.loan_id, alert.due, alert.milestone, alert.scheduled_for, reason)


def _next_at(loan: Loan, unpaid: list[date], policy: Policy, reached: date) -> datetime | None:
    """Return the next instant at which something may be due; None when nothing ever will."""
    days = [payment.on for payment in loan.payments if payment.on > reached]
    deals = [*loan.terms.extensions, *loan.agreed]
    days += [d.agreed for d in deals if isinstance(d, Extension) and d.agreed > reached]
    for due in unpaid:
        offset = policy.next_after((reached - due).days)
        if offset is not None:
            days.append(due + timedelta(days=offset))
    return instant(min(days), policy.send_at, loan.timezone) if days else None
