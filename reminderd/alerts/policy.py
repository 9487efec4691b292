"""When to remind: the user's wishes, as days before and after the dates of a loan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import time, timedelta

from ..loans.accrual import fee_after
from ..loans.terms import Loan
from ..playbook.playbook import Severity
from .alert import Reason


@dataclass(frozen=True, slots=True)
class Policy:
    """When to remind: the user's ``[reminders]``."""

    send_at: time = time(9)
    before_due: tuple[int, ...] = (7, 3, 1, 0)
    overdue_days: tuple[int, ...] = (1, 2, 3, 4, 7, 14, 21, 30)
    overdue_every: int | None = 15
    stage_eves: tuple[int, ...] = ()  # days past due whose morrow is in a worse stage
    follow_up_days: int | None = 7  # after which a request without an answer is followed up
    after_settling: bool = True  # whether to follow up a debt that was late, once it is paid
    escalate_after: int | None = None  # hours without a reaction after which others are told
    escalate_from: Severity = Severity.CRITICAL  # how bad a reminder must be for that
    cliffs: tuple[int, ...] = ()  # days after the due date whose morrow costs more, or is worse

    def of_loan(self, loan: Loan) -> Policy:
        """Return the policy with a slot on the last day before each change for the worse."""
        terms = loan.terms
        days = {fee_after(terms, fee) for fee in terms.fees}
        days |= {terms.grace_days} if terms.grace_covers else set()
        days |= {loan.reported_after - 1} if loan.reported_after else set()
        eves = {day for day in self.stage_eves if day >= terms.grace_days}  # grace is one stage
        days |= {day - terms.dpd_includes_due_date for day in eves}
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
