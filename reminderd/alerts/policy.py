"""When to remind: the user's wishes, as days before and after the dates of a loan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from ..loans.cliffs import has_dated_turns, own_turns, turns
from ..loans.terms import Loan, LoanTerms
from ..playbook.facts import days_in_grace, reported_after
from ..playbook.playbook import Severity
from .alert import Reason

BEFORE_DUE = (3, 0)  # one message to prepare, one to act on: more is a nuisance to who pays
_ON_RECORD = 100  # days for which slots that were passed over are put on record
_DEBIT_ASKED = (1, 3, 7)  # days after the last try on which a debit is asked about


@dataclass(frozen=True, slots=True)
class Policy:
    """When to remind: the user's ``[reminders]``."""

    send_at: time = time(9)
    before_due: tuple[int, ...] = BEFORE_DUE
    overdue_days: tuple[int, ...] = (1, 2, 3, 4, 7, 14, 21, 30)
    overdue_every: int | None = 15
    stage_eves: tuple[int, ...] = ()  # days past due whose morrow is in a worse stage
    follow_up_days: int | None = 7  # after which a request without an answer is followed up
    after_settling: bool = True  # whether to follow up a debt that was late, once it is paid
    escalate_after: int | None = None  # hours without a reaction after which others are told
    escalate_from: Severity = Severity.CRITICAL  # how bad a reminder must be for that
    cliffs: tuple[int, ...] = ()  # days after the due date whose morrow costs more, or is worse
    own_cliffs: tuple[int, ...] = ()  # those of them that each installment has, whatever is late
    debit_asked: tuple[int, ...] = ()  # days after the due date on which a debit is asked about

    def of_loan(self, loan: Loan) -> Policy:
        """Return the policy with the slots that a loan's terms and its debit bring.

        There is one on the last day before each change for the worse. What the lender debits
        needs no reminder on the day itself, when it is too late to fill the account.
        """
        own = tuple(sorted(day - 1 for day in own_turns(loan.terms) if day > 1))
        policy = replace(self._with_cliffs(loan, own), own_cliffs=own)
        debit = loan.auto_debit
        if debit is None or not debit.on:
            return policy
        early = tuple(days for days in self.before_due if days) or ((1,) if self.before_due else ())
        asked = () if debit.assume_paid else tuple(debit.last_day + day for day in _DEBIT_ASKED)
        return replace(policy, before_due=early, debit_asked=asked)

    def _with_cliffs(self, loan: Loan, own: tuple[int, ...]) -> Policy:
        terms = loan.terms
        days = {*own, *([terms.grace_days] if terms.grace_covers else [])}
        reported = reported_after(loan)
        days |= {terms.days_late(reported) - 1} if reported else set()
        eves = {terms.days_late(day + 1) - 1 for day in self.stage_eves}
        days |= {day for day in eves if day >= days_in_grace(loan)}  # grace is one stage
        cliffs = tuple(sorted(day for day in days if day > 0))
        return replace(self, cliffs=cliffs) if cliffs else self

    def of_due(self, terms: LoanTerms, due: date) -> Policy:
        """Return the policy with the eves that one installment has on dates of its own.

        Fees of each period and new rates come on dates, not so many days after any due date.
        """
        if not has_dated_turns(terms):
            return self
        eves = {(turn.on - due).days - 1 for turn in turns(terms, due, due)}
        return replace(self, cliffs=tuple(sorted({*self.cliffs, *eves} - {0})))

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

    def kept(self, until: int) -> list[int]:
        """Return those of them that are put on record though another alert speaks for them.

        That are the latest ones, and those that may speak again: the last, and what speaks beside
        an older installment. After decades, all of them would be millions.
        """
        every, last = self.overdue_every, max(self.overdue_days, default=0)
        found = {offset for offset in self._listed() if offset <= until}
        if every and until > last:
            first = max(last + every, until - _ON_RECORD - (until - _ON_RECORD - last) % every)
            found.update(range(first, until + 1, every))
        again = {max(found, default=until), *self.offsets_beside()}
        return sorted(day for day in found if day >= until - _ON_RECORD or day in again)

    def _listed(self) -> set[int]:
        return {-days for days in self.before_due} | {*self.overdue_days, *self.cliffs}

    def offsets_beside(self) -> list[int]:
        """Return the offsets that can have a slot while an older installment is overdue."""
        return sorted({0, *self.own_cliffs})

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
