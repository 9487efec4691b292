"""One look at a loan, and slots: the days on which there is something to say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from ..loans.position import Position
from ..loans.terms import Loan
from .alert import Alert, History, Identity, Reason
from .policy import Policy
from .wallclock import instant, reached


class Slot(NamedTuple):
    """``send_at`` on *day*: when *milestone* is to be spoken of, and why."""

    day: date
    due: date
    milestone: str
    reason: Reason

    @property
    def identity(self) -> Identity:
        """What the slot's alert is known by."""
        return self.due, self.milestone


class Said(NamedTuple):
    """The alerts that go out now, and those that they make needless."""

    alerts: list[Alert]
    superseded: list[Alert]


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a loan at an instant; *reached* is the last date whose slot has come."""

    loan: Loan
    position: Position
    history: History
    policy: Policy
    now: datetime
    reached: date

    @classmethod
    def of(
        cls, loan: Loan, position: Position, history: History, policy: Policy, now: datetime
    ) -> Look:
        """Look at a loan now; *policy* is the user's."""
        until = reached(now, policy.send_at, loan.timezone)
        return cls(loan, position, history, policy.of_loan(loan), now, until)

    def instant(self, day: date) -> datetime:
        """Return when the slots of a day come."""
        return instant(day, self.policy.send_at, self.loan.timezone)

    def is_decided(self, slot: Slot) -> bool:
        """Return whether it was already sent, or made needless."""
        return slot.identity in self.history.decided

    def was_before(self, slot: Slot) -> bool:
        """Return whether the slot had passed before the loan was known."""
        return self.instant(slot.day) < self.history.known_since

    def alert(self, slot: Slot, reason: Reason | None = None) -> Alert:
        """Return the alert of a slot, for its own reason or for another."""
        at = self.instant(slot.day)
        return Alert(self.loan.id, slot.due, slot.milestone, at, reason or slot.reason)

    def alert_at_once(self, due: date, milestone: str, reason: Reason) -> Alert:
        """Return an alert that was meant for no instant but this one."""
        return Alert(self.loan.id, due, milestone, self.now, reason)
