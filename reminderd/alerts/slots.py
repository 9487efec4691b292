"""One look at a loan, and slots: the days on which there is something to say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from ..loans.position import Position, value
from ..loans.terms import Loan
from ..playbook.playbook import Playbook, Severity
from .alert import Alert, History, Identity, Reason
from .policy import Policy
from .snooze import Hold
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
    playbook: Playbook
    hold: Hold | None = None

    @classmethod
    def of(
        cls,
        loan: Loan,
        position: Position,
        history: History,
        policy: Policy,
        now: datetime,
        playbook: Playbook,
    ) -> Look:
        """Look at a loan now; *policy* and *playbook* are the user's."""
        until = reached(now, policy.send_at, loan.timezone)
        look = cls(loan, position, history, policy.of_loan(loan), now, until, playbook)
        snooze = history.snooze
        if snooze is None or snooze.due not in position.unpaid():
            return look
        return replace(look, hold=Hold(snooze, loan, policy.send_at, playbook))

    def rhythm(self, due: date) -> Policy:
        """Return when an installment is reminded of."""
        return self.policy.of_due(self.loan.terms, due)

    def instant(self, day: date) -> datetime:
        """Return when the slots of a day come."""
        return instant(day, self.policy.send_at, self.loan.timezone)

    def level(self, day: date) -> Severity:
        """Return how bad the loan's stage is on a day, if nothing more is paid until then."""
        there = self.position if day == self.position.as_of else value(self.loan, day)
        return self.playbook.stage_of(there).severity

    def goes(self, slot: Slot) -> datetime:
        """Return when a slot's alert may go: when the slot comes, or once no snooze holds it."""
        at = self.instant(slot.day)
        if self.hold is None:
            return at
        own = self.playbook.stages.get(slot.milestone)
        return self.hold.release(at, own.severity if own else Severity.INFO)

    def holds(self, slot: Slot) -> bool:
        """Return whether a snooze keeps a slot that has come from being spoken of now."""
        return self.hold is not None and self.now < self.goes(slot)

    def is_decided(self, slot: Slot) -> bool:
        """Return whether it was already sent, or made needless."""
        return slot.identity in self.history.decided

    def was_before(self, slot: Slot) -> bool:
        """Return whether the slot had passed before the loan was known."""
        return self.instant(slot.day) < self.history.known_since

    def alert(self, slot: Slot) -> Alert:
        """Return the alert of a slot; of one before we knew of it, a first look, never late."""
        at, reason = self.goes(slot), slot.reason
        if self.was_before(slot):
            held = at > self.instant(slot.day)
            at, reason = at if held else self.now, Reason.FIRST_LOOK
        return Alert(self.loan.id, slot.due, slot.milestone, at, reason)

    def superseded(self, slot: Slot, reason: Reason) -> Alert:
        """Return the alert of a slot that another one speaks for."""
        return Alert(self.loan.id, slot.due, slot.milestone, self.instant(slot.day), reason)

    def alert_at_once(self, due: date, milestone: str, reason: Reason) -> Alert:
        """Return an alert that was meant for no instant but this one."""
        return Alert(self.loan.id, due, milestone, self.now, reason)
