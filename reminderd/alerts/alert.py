"""What an alert is, why there is one, and what was decided about a loan's alerts so far."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from .snooze import Snooze

SETTLED = "settled"
ANSWER_DUE = "answer-due"
ESCALATED = "escalated"
PAID_SO_FAR = "paid-so-far"  # asks whether a loan in mid-life was paid until now
_DEBIT = "debit"  # begins those that ask whether a debit went through
BILL_DUE = "bill-due"  # a bill is expected whose sum is not recorded
_UNREACHABLE = "unreachable-"  # begins the milestones of notices of an address that is dead
_CURED = "cured-"  # begins the milestones of what follows upon settling
_REMINDER = "due"  # begins those that an unpaid installment has
ROUTINE = "routine-"  # begins those of what comes round by the calendar
MISCONFIGURED = "misconfigured-"  # begins those of notices of a configuration that is not used
TROUBLED = "troubled-"  # begins those of notices that a loan cannot be reminded of
SHORT = "short-"  # begins those of warnings that an account will not hold enough
_MILESTONES = (
    *(SETTLED, ANSWER_DUE, ESCALATED, PAID_SO_FAR, BILL_DUE),
    *(_DEBIT, _UNREACHABLE, _CURED, _REMINDER, ROUTINE, MISCONFIGURED, TROUBLED),
    SHORT,
)


class Reason(StrEnum):
    """Why an alert is sent, or why it is not."""

    BEFORE_DUE = "before_due"
    DUE_TODAY = "due_today"
    OVERDUE_DAY = "overdue_day"
    OVERDUE_REPEAT = "overdue_repeat"
    CLIFF_TOMORROW = "cliff_tomorrow"
    DEBIT_UNCONFIRMED = "debit_unconfirmed"
    FIRST_LOOK = "first_look"
    ANSWER_DUE = "answer_due"
    BILL_EXPECTED = "bill_expected"
    SETTLED = "settled"
    AFTER_SETTLING = "after_settling"
    NOBODY_REACTED = "nobody_reacted"
    REFUSED = "refused"
    GAVE_UP = "gave_up"
    UNANSWERED = "unanswered"  # given up, though it may have arrived
    ROUTINE = "routine"
    MISCONFIGURED = "misconfigured"
    FUNDS_SHORT = "funds_short"
    BEYOND = "beyond"  # the figures are more than can be reckoned
    UNRECKONED = "unreckoned"  # a mistake of the program while figures or dates were worked out
    UNWRITTEN = "unwritten"  # likewise, while a message was written
    NEWER_ALERT = "newer_alert"
    SAME_SLOT = "same_slot"
    PAID_ON_TIME = "paid_on_time"


def milestone(offset: int) -> str:
    """Name an offset from the due date: ``due-7``, ``due``, ``due+4``."""
    return f"{_REMINDER}{offset:+d}" if offset else _REMINDER


def debit_milestone(offset: int) -> str:
    """Name an offset from the due date on which a debit is asked about: ``debit+1``."""
    return f"{_DEBIT}{offset:+d}"


def asks_of_debit(milestone: str) -> bool:
    """Return whether a milestone is that of a question whether a debit went through."""
    return milestone.startswith(_DEBIT)


def is_like_a_milestone(name: str) -> bool:
    """Return whether a name begins as one of a milestone does, so that it could be taken for it."""
    return name.startswith(_MILESTONES)


def is_reminder(milestone: str) -> bool:
    """Return whether a milestone is one of an unpaid installment."""
    return milestone.startswith(_REMINDER)


def is_overdue(milestone: str) -> bool:
    """Return whether a milestone is one of an installment whose due date has passed."""
    return milestone.startswith(f"{_REMINDER}+")


def is_follow_up(milestone: str) -> bool:
    """Return whether a milestone is one of the time after settling."""
    return milestone.startswith(_CURED)


def unreachable(delivery_id: int, attempts: int) -> str:
    """Name the notice that a delivery failed for good, at one of its attempts."""
    return f"{_UNREACHABLE}{delivery_id}-{attempts}"


def lost_delivery(milestone: str) -> int | None:
    """Return which delivery a notice tells of, where a milestone is that of a notice."""
    if not milestone.startswith(_UNREACHABLE):
        return None
    return int(milestone.removeprefix(_UNREACHABLE).partition("-")[0])


Identity = tuple[date, str]


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; loan, date and milestone identify it for ever.

    The date is that of the installment it is about, of the request that nobody answered, or of
    what concerns no single loan: a routine, a notice, or the day of a shortage.
    """

    loan_id: str | None
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
    """What was already decided for a loan, by us and by the borrower."""

    decided: Set[Identity]  # alerts sent or superseded
    told: Set[date]  # due dates the borrower was reminded of
    known_since: datetime  # when these terms were first seen
    snooze: Snooze | None = None  # the last one; it may be over
    overdue: Set[tuple[date, datetime]] = frozenset()  # due dates reminded of late, and when
    reacted_at: datetime | None = None  # when the borrower last acknowledged or snoozed

    def after(self, decision: Decision) -> History:
        """Return the history once a decision has been carried out."""
        made = decision.alerts + decision.superseded
        reminded = {alert.due for alert in decision.alerts if is_reminder(alert.milestone)}
        return replace(
            self,
            decided=self.decided | {alert.identity for alert in made},
            told=self.told | reminded,
            overdue=self.overdue
            | {(a.due, a.scheduled_for) for a in decision.alerts if is_overdue(a.milestone)},
        )


class Next(NamedTuple):
    """When a loan is spoken of next, and whether only if what is to be paid now stays unpaid."""

    at: datetime
    if_unpaid: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about a loan now. Nothing has been done yet."""

    alerts: tuple[Alert, ...]
    superseded: tuple[Alert, ...]
    next_at: datetime | None
