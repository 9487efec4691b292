"""The running account of one loan: interest, penalty and payments, to the last fraction of a cent.

The idea: between two payments nothing changes but the number of days, so the account moves from
payment to payment. What accrues is kept as an exact integer count of ``1/scale`` minor units and
rounded only when somebody asks what is owed. Nothing is accumulated by a timer: the account is a
pure function of terms, payments and the date asked for.

Rules, each with its source:

* The day after the due date is day 1 of lateness; a day counts in full at its end.
* Penalty interest as agreed or as the state provides: Civil Code of China, article 676.
* A payment goes to fees, then penalty and interest, then principal (Civil Code, article 561),
  and to the oldest installment first (article 560).
* Money beyond what is due waits as credit and meets the next installments on their due dates,
  unless it covers the payoff amount: then the loan is paid off and interest not yet earned lapses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import lcm

from .daycount import days_between
from .money import round_half_up, to_minor
from .schedule import schedule, start_date
from .terms import GraceMode, Installment, LoanTerms, Payment


@dataclass(slots=True)
class Line:
    """One installment that has fallen due: what is left of it and what it has accrued."""

    due: date
    principal: int
    interest: int
    accrued_interest: int = 0
    accrued_penalty: int = 0
    paid_interest: int = 0
    paid_penalty: int = 0


@dataclass(frozen=True, slots=True)
class Owed:
    """What one installment, or the whole loan, owes on a date, in minor units."""

    principal: int = 0
    interest: int = 0
    penalty: int = 0
    fees: int = 0

    @property
    def total(self) -> int:
        """The sum of the parts."""
        return self.principal + self.interest + self.penalty + self.fees

    def __add__(self, other: Owed) -> Owed:
        """Add part by part."""
        return Owed(
            self.principal + other.principal,
            self.interest + other.interest,
            self.penalty + other.penalty,
            self.fees + other.fees,
        )

    def __sub__(self, other: Owed) -> Owed:
        """Subtract part by part."""
        return Owed(
            self.principal - other.principal,
            self.interest - other.interest,
            self.penalty - other.penalty,
            self.fees - other.fees,
        )


@dataclass(frozen=True, slots=True)
class Period:
    """One step of the derivation: *base* accrued over (start, end] for one installment."""

    kind: str  # "interest", "penalty", or "grace": a penalty that paying in time undid
    due: date
    base: int
    start: date
    end: date
    accrued: int  # in 1/scale minor units


@dataclass(frozen=True, slots=True)
class Split:
    """Where one day's payments went."""

    date: date
    amount: int
    to: Owed
    early: Owed  # what a payoff closed before it fell due
    credit: int  # kept for installments not yet due, or overpaid


class Account:
    """A loan's account, moved forward from payment to payment. Dates never go backwards."""

    def __init__(self, terms: LoanTerms, trace: list[Period | Split] | None = None) -> None:
        """Open the account; *trace* collects every step for an explanation."""
        self.terms = terms
        self.schedule = schedule(terms)
        self.lines: list[Line] = []
        self.upcoming = 0  # index of the first installment not yet due
        self.credit = 0
        self.as_of = date.min
        self.trace = trace
        year = terms.day_count.year_days
        contract = terms.contract_rate if terms.contract_interest_continues else None
        interest = contract.daily(year) if contract else 0
        penalty = rate.daily(year) if (rate := terms.penalty_rate) else 0
        self.scale = lcm(interest.denominator, penalty.denominator)
        self.interest_factor = int(interest * self.scale)
        self.penalty_factor = int(penalty * self.scale)

    def run(self, payments: Iterable[Payment], as_of: date) -> Account:
        """Bring in every payment up to *as_of*, day by day, and stop at *as_of*."""
        by_day: dict[date, int] = {}
        for payment in payments:
            if payment.on <= as_of:
                minor = to_minor(payment.amount, self.terms.currency)
                by_day[payment.on] = by_day.get(payment.on, 0) + minor
        for day in sorted(by_day):
            self.advance(day)
            self.pay(by_day[day])
        self.advance(as_of)
        return self

    def advance(self, day: date) -> None:
        """Accrue up to and including *day*, and take in the installments due by then."""
        for line in self.lines:
            self._accrue(line, self.as_of, day)
        while self.upcoming < len(self.schedule) and self.schedule[self.upcoming].due <= day:
            self._fall_due(self.schedule[self.upcoming], day)
            self.upcoming += 1
        self.as_of = day

    def _fall_due(self, part: Installment, day: date) -> None:
        from_credit = min(self.credit, part.total)
        to_interest = min(from_credit, part.interest)
        to_principal = from_credit - to_interest
        self.credit -= from_credit
        line = Line(part.due, part.principal - to_principal, part.interest - to_interest)
        self.lines.append(line)
        self._accrue(line, part.due, day)

    def _accrue(self, line: Line, start: date, end: date) -> None:
        interest, penalty = self._accruals(line, start, end)
        line.accrued_interest += interest
        line.accrued_penalty += penalty
        if self.trace is not None:
            for kind, accrued, since in (
                ("interest", interest, start),
                ("penalty", penalty, self._penalty_start(line, start)),
            ):
                if accrued:
                    self.trace.append(Period(kind, line.due, line.principal, since, end, accrued))

    def _accruals(self, line: Line, start: date, end: date) -> tuple[int, int]:
        """Return the contract interest and penalty that the line earns over (start, end]."""
        if not line.principal:
            return 0, 0
        late = max(0, days_between(self._penalty_start(line, start), end))
        interest = line.principal * self.interest_factor * days_between(start, end)
        return interest, line.principal * self.penalty_factor * late

    def _penalty_start(self, line: Line, start: date) -> date:
        if self.terms.grace_mode is GraceMode.RETROACTIVE:
            return start
        return max(start, date.fromordinal(line.due.toordinal() + self.terms.penalty_grace))

    def pay(self, amount: int) -> None:
        """Take in *amount* minor units on the current day and allocate it."""
        left, to, early = amount + self.credit, Owed(), Owed()
        for line in self.lines:
            part = self._allocate(line, left)
            left -= part.total
            to += part
        self.credit = left
        if left and left >= (payoff := self._early_payoff()).total:
            early = payoff
            self.credit -= payoff.total
            self.upcoming = len(self.schedule)
        if self.trace is not None:
            self.trace.append(Split(self.as_of, amount, to, early, self.credit))

    def _allocate(self, line: Line, available: int) -> Owed:
        owed = self.owed(line, self.as_of)
        penalty = min(available, owed.penalty)
        interest = min(available - penalty, owed.interest)
        principal = min(available - penalty - interest, owed.principal)
        line.paid_penalty += penalty
        line.paid_interest += interest
        line.principal -= principal
        if not line.principal and self.in_grace(line, self.as_of):
            self.spare(line)  # paid within grace: the days inside it cost nothing
        return Owed(principal, interest, penalty)

    def spare(self, line: Line) -> None:
        """Undo the penalty of days that turned out to lie within grace."""
        if self.trace is not None and line.accrued_penalty:
            undone = -line.accrued_penalty
            self.trace.append(Period("grace", line.due, 0, line.due, self.as_of, undone))
        line.accrued_penalty = 0

    def in_grace(self, line: Line, day: date) -> bool:
        """Return whether *day* still lies within the line's grace for penalties."""
        return days_between(line.due, day) <= self.terms.penalty_grace

    def owed(self, line: Line, day: date) -> Owed:
        """Return what the line owes on *day* (not before the account's own) if nothing is paid."""
        interest, penalty = self._accruals(line, self.as_of, day)
        interest = round_half_up(line.accrued_interest + interest, self.scale)
        penalty = round_half_up(line.accrued_penalty + penalty, self.scale)
        if self.in_grace(line, day):
            penalty = 0
        return Owed(
            line.principal,
            line.interest + interest - line.paid_interest,
            penalty - line.paid_penalty,
        )

    def due(self, day: date) -> Owed:
        """Return what the installments already due owe together on *day*."""
        total = Owed()
        for line in self.lines:
            total += self.owed(line, day)
        return total

    def payoff(self) -> int:
        """Return what pays the whole loan off today, credit counted."""
        whole = self.due(self.as_of).total + self._early_payoff().total
        return max(0, whole - self.credit)

    def _early_payoff(self) -> Owed:
        """Return the rest of the principal and the interest earned so far in this period."""
        rest = self.schedule[self.upcoming :]
        if not rest:
            return Owed()
        return Owed(sum(part.principal for part in rest), self._earned(rest[0]))

    def _earned(self, part: Installment) -> int:
        before = self.schedule[self.upcoming - 1].due if self.upcoming else start_date(self.terms)
        if before is None:  # a listed amount: the lender alone knows when its interest began
            return part.interest
        days, length = days_between(before, self.as_of), days_between(before, part.due)
        return round_half_up(part.interest * min(max(days, 0), length), length)

    def not_yet_due(self) -> list[tuple[Installment, int]]:
        """Return the installments to come, each with what is left of it after the credit."""
        credit, result = self.credit, []
        for part in self.schedule[self.upcoming :]:
            covered = min(credit, part.total)
            credit -= covered
            result.append((part, part.total - covered))
        return result
