"""The running account of one loan: interest, penalty, fees and payments, to the last fraction.

The idea: between two payments nothing changes but the number of days, so the account moves from
event to event. What accrues is kept as an exact integer count of ``1/scale`` minor units and
rounded only when somebody asks what is owed. Nothing is accumulated by a timer: the account is a
pure function of terms, payments and the date asked for.

Rules, each with its source:

* The day after the due date is day 1 of lateness; a day counts in full at its end.
* Penalty interest as agreed or as the state provides: Civil Code of China, article 676.
* Unless agreed otherwise a payment goes to fees, then penalty and interest, then principal (Civil
  Code, article 561), and to the oldest installment first (article 560).
* Money beyond what is due waits as credit and meets the next installments on their due dates,
  unless it covers the payoff amount: then the loan is paid off and interest not yet earned lapses.
  A revolving balance is paid down by it at once.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from .charges import CapMode, Fee, FeePer
from .frequency import add_months
from .money import to_minor
from .owed import Owed
from .schedule import earned, extended, factors, revolve, schedule
from .steps import MICRO, Step
from .tariff import Meter, Tariff, tariff
from .terms import (
    AllocationBy,
    Component,
    Compounding,
    Extension,
    GraceMode,
    Installment,
    LoanTerms,
    Payment,
    PenaltyBase,
    Repayment,
    Waiver,
)

_PARTS = {"principal": 0, "interest": 1, "penalty": 2, "fees": 3}  # where Owed has them


class Line:
    """One installment that has fallen due: what is left of it and what it has accrued.

    Interest and penalty are counted up to ``since`` and ``penalised``; from there on nothing has
    changed. Dates in here are proleptic ordinals: an integer is a day.
    """

    accrued_interest = 0  # in 1/scale minor units, as all that accrues
    accrued_penalty = 0
    capital = 0  # unpaid interest that bears interest itself
    ceiling = 0  # what a cap lets it cost
    fees = 0
    paid_interest = 0
    paid_penalty = 0
    paid_fees = 0

    def __init__(self, due: int, principal: int, interest: int, penalised: int) -> None:
        """Begin with what fell due."""
        self.due = due
        self.principal = principal
        self.interest = interest
        self.since = due
        self.penalised = penalised

    def copy(self) -> Line:
        """Return a line that can move on alone."""
        line = Line.__new__(Line)
        line.__dict__.update(self.__dict__)
        return line

    @property
    def open_interest(self) -> int:
        """The scheduled interest that is unpaid; what accrued since is not in it."""
        return max(0, self.interest - self.paid_interest)

    @property
    def unpaid(self) -> int:
        """What of the installment itself is unpaid."""
        return self.principal + self.open_interest


class Account:
    """A loan's account, moved forward from event to event. Dates never go backwards."""

    def __init__(self, terms: LoanTerms, trace: list[Step] | None = None) -> None:
        """Open the account; *trace* collects every step for an explanation."""
        rules = _compile(terms)
        self.terms = terms
        self.rules = rules
        self.parts = rules.schedule
        self.dues = rules.dues
        self.tariff = rules.tariff
        self.round = rules.round
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
        """Bring in every event up to *as_of*, day by day, and stop at the end of *as_of*."""
        last = as_of.toordinal()
        paid: dict[int, int] = {}
        for payment in payments:
            day = payment.on.toordinal()
            if day <= last:
                minor = to_minor(payment.amount, self.terms.currency)
                paid[day] = paid.get(day, 0) + minor
        agreed = self.rules.agreed
        for day in sorted(paid.keys() | agreed.keys() if agreed else paid):
            if day > last:
                break
            self.advance(day)
            for agreement in agreed.get(day, ()):
                self._agree(agreement)
            if day in paid:
                self.pay(paid[day])
        self.advance(last)
        for line in self.lines:
            self.accrue(line)
        return self

    def later(self, day: int) -> Account:
        """Return the account as it will stand on a later day, taking in nothing that falls due."""
        account = copy(self)
        account.trace = None
        account.lines = [line.copy() for line in self.lines]
        account.today = day
        for line in account.lines:
            account.accrue(line)
        return account

    def advance(self, day: int) -> None:
        """Move to the end of *day* and take in the installments due by then."""
        self.today = day
        dues = self.dues
        while self.upcoming < len(dues) and dues[self.upcoming] <= day:
            self._fall_due(self.parts[self.upcoming], dues[self.upcoming])
            self.upcoming += 1

    def _fall_due(self, part: Installment, due: int) -> None:
        line = Line(due, part.principal, part.interest, due + self.rules.first_day)
        if self.credit:
            line.paid_interest = min(self.credit, part.interest)
            to_principal = min(self.credit - line.paid_interest, part.principal)
            line.principal -= to_principal
            self.credit -= line.paid_interest + to_principal
        if self.rules.compounds:
            line.capital = 0 if self.rules.on_installment else line.open_interest
            line.capital *= self.tariff.scale
        self.lines.append(line)
        if self.trace is not None:
            self.trace += self.rules.rows(part)

    # ─── What accrues ───

    def accrue(self, line: Line) -> None:
        """Count what the line has earned up to today. Nothing is rounded, unless day by day."""
        day, since = self.today, line.since
        if day <= since:
            return
        line.since = day
        if not self.rules.plain:
            self._accrue_all(line, since, day)
        elif line.principal or self.rules.on_installment:
            self._accrue_rates(line, since, day)

    def _accrue_rates(self, line: Line, since: int, day: int) -> None:
        rates, principal, base = self.tariff, line.principal, line.principal
        if self.rules.base_differs:
            base = self._base(line)
        interest = rates.interest.earn(principal, since, day)
        line.accrued_interest += interest
        if self.trace is not None and interest:
            self._note("interest", line, rates.interest, principal, (since, day), interest)
        start = line.penalised
        if start < day:
            line.penalised = day
            penalty = rates.penalty.earn(base, start, day)
            line.accrued_penalty += penalty
            if self.trace is not None and penalty:
                self._note("penalty", line, rates.penalty, base, (start, day), penalty)

    def _base(self, line: Line) -> int:
        """Return what the penalty is charged on: interest that accrued since is never in it."""
        if self.terms.penalty_base is PenaltyBase.OVERDUE_INSTALLMENT:
            return line.unpaid
        if self.terms.penalty_base is PenaltyBase.OUTSTANDING_PRINCIPAL:
            return self.outstanding if line is self._oldest() else 0
        return line.principal

    def _oldest(self) -> Line | None:
        """Return the oldest installment that is unpaid: it bears what is charged once."""
        return next((line for line in self.lines if line.unpaid), None)

    @property
    def outstanding(self) -> int:
        """The principal not repaid, whether due or not."""
        to_come = sum(part.principal for part in self.parts[self.upcoming :])
        return to_come + sum(line.principal for line in self.lines)

    def _accrue_all(self, line: Line, since: int, day: int) -> None:
        """Count rates, interest on interest, what a cap allows, and fees."""
        if self.tariff.on_interest is None:
            self._accrue_rates(line, since, day)
        else:
            self._accrue_compounding(line, self.tariff.on_interest, since, day)
        if self.tariff.ceiling is not None:
            line.ceiling += self.tariff.ceiling.earn(line.principal, since, day)
        for fee in self.rules.fees:
            self._charge(fee, line, since, day)

    def _accrue_compounding(self, line: Line, meter: Meter, since: int, day: int) -> None:
        """Count from turn to turn: at the end of each, unpaid interest joins what bears interest.

        The derivation tells of them together, or it would have a row for each day.
        """
        rates, base, opening = self.tariff, self._base(line), self._open_charges(line)
        start, free_until = line.penalised, line.due + max(0, self.rules.first_day)
        interest = penalty = compound = 0
        at = since
        for turn in self._turns(line.due, since, day):
            span = max(at, free_until), max(turn, free_until)
            compound += meter.earn(line.capital, *span) // rates.scale
            interest = rates.interest.earn(line.principal, since, turn)
            penalty = rates.penalty.earn(base, start, turn) if start < turn else 0
            if self._is_turn(line.due, turn):
                line.capital = opening + interest + penalty + compound
            at = turn
        line.penalised = max(start, day)
        line.accrued_interest += interest
        line.accrued_penalty += penalty + compound
        if self.trace is None:
            return
        if interest:
            span = since, day
            self._note("interest", line, rates.interest, line.principal, span, interest)
        if penalty:
            self._note("penalty", line, rates.penalty, base, (start, day), penalty)
        if compound:
            self._step("compound", compound, line.due, start=since, end=day)

    def _turns(self, due: int, since: int, day: int) -> Iterable[int]:
        """Return the days at whose end unpaid interest is capitalised, and at last *day*."""
        if self.terms.compounding is Compounding.DAILY:
            return range(since + 1, day + 1)
        return [*(turn for turn in _monthly(due, day - 1) if turn > since), day]

    def _is_turn(self, due: int, day: int) -> bool:
        return self.terms.compounding is Compounding.DAILY or day in _monthly(due, day)

    def _open_charges(self, line: Line) -> int:
        """Return all interest and penalty of a line that is unpaid, in 1/scale minor units."""
        scheduled = 0 if self.rules.on_installment else line.open_interest
        paid = max(0, line.paid_interest - line.interest) + line.paid_penalty
        accrued = line.accrued_interest + line.accrued_penalty
        return max(0, (scheduled - paid) * self.tariff.scale + accrued)

    def _charge(self, fee: Fee, line: Line, since: int, day: int) -> None:
        """Charge a fee on the days it falls on, on what was unpaid then."""
        overdue = line.unpaid
        if not overdue:
            return
        if fee.per is FeePer.PERIOD and line is not self._oldest():
            return
        for on in fee_days(self.terms, fee, line.due, day):
            if since < on <= day:
                amount = fee.on(overdue, self.terms.currency, self.terms.rounding)
                amount = min(amount, self._fee_room())
                line.fees += amount
                if self.trace is not None and amount:
                    exact = amount * self.tariff.scale
                    self._step("fee", exact, line.due, end=on, name=fee.name)

    def _fee_room(self) -> int:
        """Return how much of the fee ceiling is left, if one is enforced."""
        if self.rules.fee_ceiling is None:
            return 1 << 62
        return max(0, self.rules.fee_ceiling - sum(line.fees for line in self.lines))

    # ─── What is owed ───

    def in_grace(self, line: Line) -> bool:
        """Return whether today still lies within the line's grace for penalties."""
        return self.today - line.due <= self.rules.grace

    def owed(self, line: Line) -> Owed:
        """Return what the line, accrued up to today, owes."""
        return Owed(*self._amounts(line))

    def _amounts(self, line: Line) -> tuple[int, int, int, int]:
        scale = self.tariff.scale
        interest = self.round(line.accrued_interest, scale)
        penalty = 0
        if self.today - line.due > self.rules.grace:
            penalty = self.round(line.accrued_penalty, scale)
        fees = line.fees
        if self.tariff.ceiling is not None:
            interest, penalty, fees = self._capped(line, interest, penalty, fees)
        return (
            line.principal,
            line.interest + interest - line.paid_interest,
            penalty - line.paid_penalty,
            fees - line.paid_fees,
        )

    def _capped(self, line: Line, interest: int, penalty: int, fees: int) -> tuple[int, int, int]:
        """Cut penalty, then fees, then interest until the cap holds; what is paid stays paid."""
        over = interest + penalty + fees - line.ceiling // self.tariff.scale
        of_penalty = max(0, min(over, penalty - line.paid_penalty))
        of_fees = max(0, min(over - of_penalty, fees - line.paid_fees))
        paid = max(0, line.paid_interest - line.interest)
        of_interest = max(0, min(over - of_penalty - of_fees, interest - paid))
        return interest - of_interest, penalty - of_penalty, fees - of_fees

    def due(self) -> Owed:
        """Return what the installments already due owe together today."""
        principal = interest = penalty = fees = 0
        for line in self.lines:
            of_line = self._amounts(line)
            principal += of_line[0]
            interest += of_line[1]
            penalty += of_line[2]
            fees += of_line[3]
        return Owed(principal, interest, penalty, fees)

    def payoff(self, due: int) -> int:
        """Return what pays the whole loan off today, *due* being what has fallen due."""
        return max(0, due + self._early_payoff().total - self.credit)

    def _early_payoff(self) -> Owed:
        """Return the rest of the principal and the interest earned so far in this period."""
        if self.upcoming == len(self.parts):
            return Owed()
        rest = self.parts[self.upcoming :]
        before = self.parts[self.upcoming - 1].due if self.upcoming else None
        interest = earned(self.terms, rest[0], before, self.as_of)
        return Owed(sum(part.principal for part in rest), interest)

    def not_yet_due(self) -> list[tuple[Installment, int]]:
        """Return the installments to come, each with what is left of it after the credit."""
        credit, result = self.credit, []
        for part in self.parts[self.upcoming :]:
            covered = min(credit, part.total)
            credit -= covered
            result.append((part, part.total - covered))
        return result

    # ─── What is paid ───

    def pay(self, amount: int) -> None:
        """Take in *amount* minor units today and allocate it."""
        left, to = self._allocate(amount + self.credit)
        self.credit, early = left, Owed()
        if left and left >= (payoff := self._early_payoff()).total:
            early = payoff
            self.credit -= payoff.total
            self.upcoming = len(self.parts)
        elif left and self.terms.repayment is Repayment.REVOLVING:
            early = self._pay_down(left)
        if self.trace is not None:
            self._note_payment(amount, to, early)

    def _allocate(self, left: int) -> tuple[int, Owed]:
        """Spend *left* on what is due in the agreed order; return what is over and the split."""
        to = [0, 0, 0, 0]
        if self.rules.eager:
            for line in self.lines:
                self.accrue(line)
        if self.terms.allocation_by is AllocationBy.INSTALLMENT:
            for line in self.lines:
                if not left:
                    break
                self.accrue(line)
                left = self._take(line, left, self.terms.allocation_order, to)
        else:
            for component in self.terms.allocation_order:
                for line in self.lines:
                    left = self._take(line, left, (component,), to)
        return left, Owed(*to)

    def _take(self, line: Line, left: int, order: tuple[Component, ...], to: list[int]) -> int:
        """Pay a line's components in order; return what is left."""
        amounts = self._amounts(line)
        for component in order:
            place = _PARTS[component]
            part = min(left, amounts[place])
            if part <= 0:
                continue
            left -= part
            to[place] += part
            self._reduce(line, component, part)
        if not line.principal and not line.open_interest:
            self._spare(line)
        elif self.rules.compounds:
            line.capital = min(line.capital, self._open_charges(line))
        return left

    @staticmethod
    def _reduce(line: Line, component: Component, amount: int) -> None:
        if component is Component.PRINCIPAL:
            line.principal -= amount
        elif component is Component.INTEREST:
            line.paid_interest += amount
        elif component is Component.PENALTY:
            line.paid_penalty += amount
        else:
            line.paid_fees += amount

    def _spare(self, line: Line) -> None:
        """Undo the penalty of a line that was paid within grace: its days cost nothing."""
        if not self.in_grace(line):
            return
        if self.trace is not None and line.accrued_penalty:
            self._step("grace", -line.accrued_penalty, line.due, start=line.due, end=self.today)
        line.accrued_penalty = line.capital = 0

    def _pay_down(self, amount: int) -> Owed:
        """Pay a revolving balance down now and have the rest of the period bear less interest."""
        rest = self.parts[self.upcoming :]
        balance = sum(part.principal for part in rest)
        if not balance:
            return Owed()
        down = min(amount, balance)
        before = self.parts[self.upcoming - 1].due if self.upcoming else None
        so_far = earned(self.terms, rest[0], before, self.as_of)
        self.credit -= down
        again = revolve(self.terms, balance - down, self.upcoming, self.as_of, so_far)
        self._replace_parts((*self.parts[: self.upcoming], *again))
        return Owed(down)

    # ─── What is agreed on the way ───

    def _agree(self, agreement: Extension | Waiver) -> None:
        if isinstance(agreement, Waiver):
            self._waive(agreement)
        else:
            self._extend(agreement)

    def _waive(self, waiver: Waiver) -> None:
        """Let go of what is owed, as far as there is any."""
        left = amount = to_minor(waiver.amount, self.terms.currency)
        waivable = (Component.FEES, Component.PENALTY, Component.INTEREST)
        order = (waiver.of,) if waiver.of else waivable
        for line in self.lines:
            self.accrue(line)
        for line in self.lines:
            left = self._take(line, left, order, [0, 0, 0, 0])
        if self.trace is not None and left < amount:
            self._step("waiver", (left - amount) * self.tariff.scale, end=self.today)

    def _extend(self, extension: Extension) -> None:
        """Move an installment, with what being late with it has cost, to its new dates."""
        due = extension.due.toordinal()
        if due not in self.dues:
            return  # there is none, or another agreement moved it
        index = self.dues.index(due)
        if len(self.lines) <= index < self.upcoming:
            return  # paid off before it fell due
        part, since = self.parts[index], self.parts[index].end or extension.due
        kept = [*self.parts[:index], *self.parts[index + 1 :]]
        if index < self.upcoming:
            for line in self.lines:
                self.accrue(line)  # what the others bear may hang on the one that leaves
            line = self.lines.pop(index)
            principal, *charges = self._amounts(line)
            part, since = Installment(part.due, principal, sum(charges)), self.as_of
            self.upcoming -= 1
            if self.trace is not None:
                self._step("extension", -part.total * self.tariff.scale, due, end=self.today)
        for moved in extended(self.terms, part, extension, since):
            insort(kept, moved, lo=self.upcoming, key=lambda installment: installment.due)
        self._replace_parts(tuple(kept))

    def _replace_parts(self, parts: tuple[Installment, ...]) -> None:
        self.parts = parts
        self.dues = [part.due.toordinal() for part in parts]

    # ─── What it looks like on paper ───

    def note_reliefs(self) -> None:
        """Note what grace and caps take off today."""
        for line in self.lines:
            penalty = line.accrued_penalty
            if penalty and self.in_grace(line):
                self._step("grace", -penalty, line.due, start=line.due, end=self.today)
                penalty = 0
            if self.tariff.ceiling is not None:
                full = self.round(line.accrued_interest, self.tariff.scale)
                full += self.round(penalty, self.tariff.scale) + line.fees
                paid = line.paid_penalty + line.paid_fees + line.paid_interest
                cut = full + line.interest + line.principal - paid - self.owed(line).total
                if cut:
                    self._step("cap", -cut * self.tariff.scale, line.due, end=self.today)

    def _step(
        self,
        kind: str,
        accrued: int,
        due: int | None = None,
        *,
        start: int | None = None,
        end: int | None = None,
        base_minor: int | None = None,
        name: str | None = None,
        split: Owed | None = None,
    ) -> None:
        assert self.trace is not None  # callers looked
        scale = self.tariff.scale
        self.trace.append(
            Step(
                kind,
                (2 * accrued * MICRO + scale) // (2 * scale),
                self.terms.currency,
                due if due is None else date.fromordinal(due),
                base_minor,
                start=start if start is None else date.fromordinal(start),
                end=end if end is None else date.fromordinal(end),
                name=name,
                split=split,
            )
        )

    def _note(
        self,
        kind: str,
        line: Line,
        meter: Meter,
        base: int,
        span: tuple[int, int],
        accrued: int,
    ) -> None:
        """Note what a base earned, with the factors one would multiply on paper."""
        due = date.fromordinal(line.due)
        for rate, count, of_year, start, end in meter.on_paper(*span):
            earned_ = accrued if (start, end) == span else meter.earn(base, start, end)
            micros = (2 * earned_ * MICRO + self.tariff.scale) // (2 * self.tariff.scale)
            first, last = date.fromordinal(start), date.fromordinal(end)
            self.trace.append(  # type: ignore[union-attr]  # callers looked
                Step(
                    kind,
                    micros,
                    self.terms.currency,
                    due,
                    base,
                    rate,
                    count,
                    of_year,
                    first,
                    last,
                )
            )

    def _note_payment(self, amount: int, to: Owed, early: Owed) -> None:
        scale = self.tariff.scale
        if early.total:
            self._step("paid-early", early.total * scale, end=self.today)
        self._step("payment", -amount * scale, end=self.today, split=to)


def _monthly(due: int, until: int) -> Iterator[int]:
    """Yield the day of each month after a due date, up to a day."""
    first, months = date.fromordinal(due), 1
    while (turn := add_months(first, months).toordinal()) <= until:
        yield turn
        months += 1


def fee_days(terms: LoanTerms, fee: Fee, due: int, until: int) -> Iterator[int]:
    """Yield the days on which a fee is charged on an installment that stays unpaid."""
    after = terms.fee_grace if fee.after_days is None else fee.after_days
    yield due + after + 1
    if fee.per is FeePer.PERIOD:
        yield from (later + after + 1 for later in _each_period(terms, due, until))


def _each_period(terms: LoanTerms, due: int, until: int) -> Iterator[int]:
    """Yield the dates one period after the other from a due date, up to a day."""
    first, number = date.fromordinal(due), 1
    while (turn := terms.frequency.step(first, number).toordinal()) <= until:
        yield turn
        number += 1


@dataclass(frozen=True, slots=True)
class _Rules:
    """What terms come to, worked out once for each."""

    schedule: tuple[Installment, ...]
    dues: list[int]
    tariff: Tariff
    grace: int
    first_day: int  # of the days after the due date, how many never count for penalty
    on_installment: bool
    base_differs: bool
    compounds: bool
    plain: bool  # nothing but rates accrues
    eager: bool  # a payment on one line changes what accrues on another
    fees: tuple[Fee, ...]
    fee_ceiling: int | None
    agreed: dict[int, list[Extension | Waiver]]
    round: Callable[[int, int], int]
    rows: Callable[[Installment], tuple[Step, ...]]  # what the derivation says of one falling due


@lru_cache(maxsize=4096)
def _compile(terms: LoanTerms) -> _Rules:
    parts, rates = schedule(terms), tariff(terms)
    compounds = terms.compounding is not Compounding.NONE
    outstanding = terms.penalty_base is PenaltyBase.OUTSTANDING_PRINCIPAL
    return _Rules(
        parts,
        [part.due.toordinal() for part in parts],
        rates,
        terms.penalty_grace,
        _first_day(terms),
        terms.penalty_base is PenaltyBase.OVERDUE_INSTALLMENT,
        terms.penalty_base is not PenaltyBase.OVERDUE_PRINCIPAL,
        compounds,
        not (compounds or terms.fees or rates.ceiling is not None or outstanding),
        outstanding or bool(terms.fees) or terms.allocation_by is AllocationBy.COMPONENT,
        terms.fees,
        _fee_ceiling(terms),
        _agreements(terms),
        terms.rounding.of,
        _rows(terms),
    )


def _first_day(terms: LoanTerms) -> int:
    if terms.grace_mode is GraceMode.DEDUCTED and terms.penalty_grace:
        return terms.penalty_grace
    return -1 if terms.dpd_includes_due_date else 0


def _fee_ceiling(terms: LoanTerms) -> int | None:
    caps = [cap.fees for cap in terms.caps if cap.mode is CapMode.ENFORCE]
    enforced = [fees for fees in caps if fees is not None]  # none at all is a ceiling too
    return to_minor(min(enforced), terms.currency) if enforced else None


def _agreements(terms: LoanTerms) -> dict[int, list[Extension | Waiver]]:
    """Return what was agreed, by day; extensions first."""
    result: dict[int, list[Extension | Waiver]] = {}
    for extension in terms.extensions:
        result.setdefault(extension.agreed.toordinal(), []).append(extension)
    for waiver in terms.waivers:
        result.setdefault(waiver.on.toordinal(), []).append(waiver)
    return result


def _rows(terms: LoanTerms) -> Callable[[Installment], tuple[Step, ...]]:
    """Return what tells of an installment that falls due, and remembers what it told."""
    known: dict[int, tuple[Installment, tuple[Step, ...]]] = {}

    def rows(part: Installment) -> tuple[Step, ...]:
        if (told := known.get(id(part))) is not None and told[0] is part:
            return told[1]
        steps = due_steps(terms, part)
        known[id(part)] = part, steps
        return steps

    return rows


def due_steps(terms: LoanTerms, part: Installment) -> tuple[Step, ...]:
    """Return the steps that say what an installment brings, its interest with the factors."""
    principal = Step("principal", part.principal * MICRO, terms.currency, part.due)
    interest = Step("scheduled-interest", part.interest * MICRO, terms.currency, part.due)
    if part.base and not part.carried:
        rate, count, of_year, unit = factors(terms, part)
        interest = interest._replace(base_minor=part.base, start=part.start, end=part.end)
        interest = interest._replace(rate=rate, days=count, year_days=of_year, unit=unit)
    return tuple(step for step in (principal, interest) if step.micros)
