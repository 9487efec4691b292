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
from fractions import Fraction
from functools import lru_cache
from math import lcm

from .daycount import DayCount, days_between
from .money import Rate, round_half_up, to_minor
from .schedule import schedule, start_date
from .terms import GraceMode, Installment, LoanTerms, Payment, PenaltyBase


@dataclass(slots=True)
class Line:
    """One installment that has fallen due: what is left of it and what it has accrued.

    Interest and penalty are counted up to ``since``; from there on nothing has changed.
    """

    due: int  # dates in here are proleptic ordinals: an integer is a day
    principal: int
    interest: int
    since: int
    accrued_interest: int = 0
    accrued_penalty: int = 0
    paid_interest: int = 0
    paid_penalty: int = 0


@dataclass(frozen=True, slots=True)
class Meter:
    """A rate made exact: base times factor times units is what accrues, in 1/scale minor units."""

    factor: int
    convention: DayCount | None  # None where a unit is a day

    def units(self, start: int, end: int) -> int:
        """Return what the convention counts after *start* up to and including *end*."""
        if self.convention is None:
            return end - start
        return self.convention.units(date.fromordinal(start), date.fromordinal(end))


@dataclass(frozen=True, slots=True)
class Tariff:
    """The rates of a loan's terms, over one denominator."""

    scale: int
    interest: Meter
    penalty: Meter

    @classmethod
    def of(cls, terms: LoanTerms) -> Tariff:
        """Work it out from the terms."""
        contract = terms.contract_rate if terms.contract_interest_continues else None
        rates = [contract, terms.penalty_rate]
        per_unit = [
            rate.per_unit(terms.day_count.year_units) if rate else Fraction() for rate in rates
        ]
        scale = lcm(*(exact.denominator for exact in per_unit))
        meters = [
            Meter(int(exact * scale), _convention(rate, terms.day_count))
            for rate, exact in zip(rates, per_unit, strict=True)
        ]
        return cls(scale, *meters)


def _convention(rate: Rate | None, day_count: DayCount) -> DayCount | None:
    plain = rate is None or rate.per == "day" or day_count.counts_days
    return None if plain else day_count


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
        compiled = _compile(terms)
        self.terms = terms
        self.schedule = compiled.schedule
        self.tariff = compiled.tariff
        self.grace = terms.penalty_grace
        self.deducted = compiled.deducted
        self.lines: list[Line] = []
        self.upcoming = 0  # index of the first installment not yet due
        self.credit = 0
        self.today = 0
        self.trace = trace

    @property
    def as_of(self) -> date:
        """The day the account stands at."""
        return date.fromordinal(self.today)

    def run(self, payments: Iterable[Payment], as_of: date) -> Account:
        """Bring in every payment up to *as_of*, day by day, and stop at *as_of*."""
        last = as_of.toordinal()
        by_day: dict[int, int] = {}
        for payment in payments:
            day = payment.on.toordinal()
            if day <= last:
                minor = to_minor(payment.amount, self.terms.currency)
                by_day[day] = by_day.get(day, 0) + minor
        for day in sorted(by_day):
            self.advance(day)
            self.pay(by_day[day])
        self.advance(last)
        return self

    def advance(self, day: int) -> None:
        """Move to the end of *day* and take in the installments due by then."""
        self.today = day
        parts = self.schedule
        while self.upcoming < len(parts) and (due := parts[self.upcoming].due.toordinal()) <= day:
            self._fall_due(parts[self.upcoming], due)
            self.upcoming += 1

    def _fall_due(self, part: Installment, due: int) -> None:
        from_credit = min(self.credit, part.total)
        to_interest = min(from_credit, part.interest)
        to_principal = from_credit - to_interest
        self.credit -= from_credit
        principal, interest = part.principal - to_principal, part.interest - to_interest
        self.lines.append(Line(due, principal, interest, due))

    def accrue(self, line: Line) -> None:
        """Count what the line has earned up to today. Nothing is rounded."""
        interest, penalty = self._accruals(line, self.today)
        line.accrued_interest += interest
        line.accrued_penalty += penalty
        if self.trace is not None:
            self._note("interest", line.due, line.principal, line.since, interest)
            self._note("penalty", line.due, self._base(line), self._penalty_start(line), penalty)
        line.since = self.today

    def _note(self, kind: str, due: int, base: int, start: int, accrued: int) -> None:
        if accrued and self.trace is not None:
            first, of_due = date.fromordinal(start), date.fromordinal(due)
            self.trace.append(Period(kind, of_due, base, first, self.as_of, accrued))

    def _base(self, line: Line) -> int:
        """Return what the penalty is charged on: interest that accrued since is never in it."""
        if self.terms.penalty_base is PenaltyBase.OVERDUE_PRINCIPAL:
            return line.principal
        return line.principal + max(0, line.interest - line.paid_interest)

    def _accruals(self, line: Line, day: int) -> tuple[int, int]:
        """Return the contract interest and penalty that the line earns up to *day*."""
        base = self._base(line)
        if not base or day <= line.since:
            return 0, 0
        tariff = self.tariff
        interest = line.principal * tariff.interest.factor * tariff.interest.units(line.since, day)
        start = self._penalty_start(line)
        if start >= day:
            return interest, 0
        return interest, base * tariff.penalty.factor * tariff.penalty.units(start, day)

    def _penalty_start(self, line: Line) -> int:
        return max(line.since, line.due + self.deducted) if self.deducted else line.since

    def pay(self, amount: int) -> None:
        """Take in *amount* minor units today and allocate it."""
        left, to, early = amount + self.credit, Owed(), Owed()
        for line in self.lines:
            if not left:
                break
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
        self.accrue(line)
        owed = self.owed(line, self.today)
        penalty = min(available, owed.penalty)
        interest = min(available - penalty, owed.interest)
        principal = min(available - penalty - interest, owed.principal)
        line.paid_penalty += penalty
        line.paid_interest += interest
        line.principal -= principal
        if not self._base(line) and self.in_grace(line, self.today):
            self.spare(line)  # paid within grace: the days inside it cost nothing
        return Owed(principal, interest, penalty)

    def spare(self, line: Line) -> None:
        """Undo the penalty of days that turned out to lie within grace."""
        if self.trace is not None and line.accrued_penalty:
            due, undone = date.fromordinal(line.due), -line.accrued_penalty
            self.trace.append(Period("grace", due, 0, due, self.as_of, undone))
        line.accrued_penalty = 0

    def in_grace(self, line: Line, day: int) -> bool:
        """Return whether *day* still lies within the line's grace for penalties."""
        return day - line.due <= self.grace

    def owed(self, line: Line, day: int) -> Owed:
        """Return what the line owes on *day* (today or later) if nothing more is paid."""
        return Owed(*self._amounts(line, day))

    def _amounts(self, line: Line, day: int) -> tuple[int, int, int]:
        interest, penalty = self._accruals(line, day)
        scale = self.tariff.scale
        interest = round_half_up(line.accrued_interest + interest, scale)
        penalty = round_half_up(line.accrued_penalty + penalty, scale)
        if self.in_grace(line, day):
            penalty = 0
        interest += line.interest - line.paid_interest
        return line.principal, interest, penalty - line.paid_penalty

    def due(self, day: date) -> Owed:
        """Return what the installments already due owe together on *day*."""
        ordinal = day.toordinal()
        principal = interest = penalty = 0
        for line in self.lines:
            of_line = self._amounts(line, ordinal)
            principal += of_line[0]
            interest += of_line[1]
            penalty += of_line[2]
        return Owed(principal, interest, penalty)

    def payoff(self, due: int) -> int:
        """Return what pays the whole loan off today, *due* being what has fallen due."""
        return max(0, due + self._early_payoff().total - self.credit)

    def _early_payoff(self) -> Owed:
        """Return the rest of the principal and the interest earned so far in this period."""
        if self.upcoming == len(self.schedule):
            return Owed()
        rest = self.schedule[self.upcoming :]
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


@dataclass(frozen=True, slots=True)
class _Compiled:
    """What terms come to, worked out once for each."""

    schedule: tuple[Installment, ...]
    tariff: Tariff
    deducted: int  # days after the due date that never count for penalty


@lru_cache(maxsize=4096)
def _compile(terms: LoanTerms) -> _Compiled:
    deducts = terms.grace_mode is GraceMode.DEDUCTED
    return _Compiled(schedule(terms), Tariff.of(terms), terms.penalty_grace if deducts else 0)
