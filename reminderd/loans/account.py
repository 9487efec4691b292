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
* What fell due up to ``paid_until`` was paid on its day. Payments up to the last such due date are
  part of that and count no more.
* An installment that was paid by its own amount is no arrear any more where the terms carry over
  what lateness has left of it, or where that is very little: it is asked for later. Fineract does
  the like.
* Money beyond what is due waits as credit and meets the next installments on their due dates,
  unless it covers the payoff amount: then the loan is paid off and interest not yet earned lapses.
  A revolving balance is paid down at once by what the next due date does not ask for.
* A payment that says so lowers the principal with what is over; ``prepayment`` has the rules.
* What goes on without end, as rent does, cannot be paid off: all that is paid ahead waits.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import takewhile

from .bills import expected, expected_near
from .card import Card
from .charges import Fee, FeeOf, FeePer
from .frequency import add_months
from .line import Line
from .money import to_minor
from .owed import FEES, INTEREST, PENALTY, PLACES, PRINCIPAL, Owed
from .prepayment import Prepaid, prepay
from .rules import agreed_by_day, fee_days, last_covered, rules_of
from .schedule import (
    begun_by,
    billed,
    capitalized,
    card_terms,
    earned,
    extended,
    left_of_bill,
    minimum,
    paid_down,
    schedule_past,
    with_more,
)
from .tariff import Meter, Tariff, Turns, tariff
from .terms import (
    MAX_INSTALLMENTS,
    Agreement,
    Bill,
    Compounding,
    Extension,
    Installment,
    InterestFrom,
    LoanTerms,
    Payment,
    PenaltyBase,
    Prepayment,
    Repayment,
    Residual,
    Waiver,
)
from .trace import Trace

_NOTHING = Owed()
_AHEAD = 366  # days for which what goes on without end is worked out


@dataclass(frozen=True, slots=True)
class Events:
    """The days on which something touches an account, in order, and what it is, by day."""

    days: list[int]
    paid: dict[int, int]
    debited: dict[int, int]
    to_principal: dict[int, dict[Prepayment, int]]  # what of the paid is meant for it
    agreed: dict[int, list[Agreement]]


class Account:
    """A loan's account, moved forward from event to event. Dates never go backwards."""

    def __init__(self, terms: LoanTerms, trace: Trace | None = None) -> None:
        """Open the account; *trace* collects every step for an explanation."""
        rules = rules_of(terms)
        self.terms = terms
        self.rules = rules
        self.parts = rules.schedule
        self.dues = rules.dues
        self.tariff = rules.tariff
        self.flat = rules.flat
        self.scale = rules.tariff.scale
        self.round = rules.round
        self.grace = rules.grace
        self.capped = rules.capped
        # Whether an installment that falls due is its line, and nothing else has to be looked at.
        self.plainly = not (self.capped or rules.compounds or rules.paid_until)
        self.lines: list[Line] = []
        self.moved_late: frozenset[int] = frozenset()  # due dates that were open when they moved
        self.settled = 0  # how many of them, the oldest ones, owe nothing and never will again
        self.upcoming = 0  # index of the first installment not yet due
        self.worked_out = len(self.parts)  # of the schedule, before agreements changed it
        self.credit = 0
        self.cost_before = 0  # what lines have cost that an extension ended, or that were set aside
        self.charged = 0  # all fees of the loan, those up to the day charged_to
        self.charged_to = 0
        self.today = 0
        self.bills: list[Bill] = []  # that have been drawn
        self.card: Card | None = None  # the last one that is a card's statement
        self.awaits_debit: Callable[[date], bool] = lambda _: False
        self.charged_penalty_to = 0  # where one base is charged for all lines, up to which day
        self.prepaid: tuple[Prepaid, ...] = ()  # what has lowered the principal, oldest first
        self.uncut: Account | None = None  # as it stood before what a look has counted
        self.trace = trace

    @property
    def open(self) -> list[Line]:
        """The lines that may owe something; years of paid ones need not be looked at."""
        return self.lines[self.settled :] if self.settled else self.lines

    @property
    def as_of(self) -> date:
        """The day the account stands at."""
        return date.fromordinal(self.today)

    @property
    def _open_card(self) -> Card | None:
        """The last statement of a card, while all of it can still be paid in time."""
        return self.card if self.card is not None and self.as_of <= self.card.last_day else None

    def run(
        self,
        payments: Iterable[Payment],
        as_of: date,
        agreements: Iterable[Agreement] = (),
        awaits_debit: Callable[[date, date], bool] = lambda due, as_of: False,
    ) -> Account:
        """Bring in every event up to *as_of*, day by day, and stop at the end of *as_of*.

        *agreements* are those made since, beside the terms' own. *awaits_debit* says of a due date
        whether, as is known on a day, only the lender's debit can say if it was paid.
        """
        self.awaits_debit = lambda due: awaits_debit(due, as_of)
        last = as_of.toordinal()
        events = self.events(payments, last, agreements)
        for day in events.days:
            self.take_in(events, day)
        return self.stop_at(last)

    def events(
        self, payments: Iterable[Payment], last: int, agreements: Iterable[Agreement]
    ) -> Events:
        """Return what will touch the account up to a day, beside installments falling due."""
        agreed = agreed_by_day(self.terms, *agreements) if agreements else self.rules.agreed
        covered = self.rules.covered
        moves = (isinstance(one, Extension) for deals in agreed.values() for one in deals)
        if self.rules.paid_until and any(moves):
            covered = last_covered(self.terms, agreed)
        paid: dict[int, int] = {}
        debited: dict[int, int] = {}
        to_principal: dict[int, dict[Prepayment, int]] = {}
        for payment in payments:
            day = payment.on.toordinal()
            if covered < day <= last:
                minor = to_minor(payment.amount, self.terms.currency)
                sums = debited if payment.assumed else paid
                sums[day] = sums.get(day, 0) + minor
                if payment.to is not None and payment.to_principal:
                    meant = to_principal.setdefault(day, {})
                    meant[payment.to] = meant.get(payment.to, 0) + minor
        if self.rules.paid_until:
            self._take_as_paid(agreed, covered)
        first = min([*paid, *debited], default=last)
        days = {*paid, *debited, *agreed, *self._expected_days(first, last)}
        within = sorted(day for day in days if day <= last)
        return Events(within, paid, debited, to_principal, agreed)

    def take_in(self, events: Events, day: int) -> None:
        """Move to the end of a day on which something touches the account, and take that in."""
        self.advance(day)
        for agreement in events.agreed.get(day, ()):
            self._agree(agreement)
        if day in events.debited:
            self.pay(events.debited[day], debited=True)
        if day in events.paid:
            self.pay(events.paid[day], events.to_principal.get(day))
        self._close_without_bill(day)

    def stop_at(self, day: int) -> Account:
        """Move to the end of a day, and count what has accrued by then."""
        self.advance(day)
        self._stop()
        return self

    def _stop(self) -> None:
        """Count what has accrued by today, for whoever asks now.

        Under 30/360 a span that is cut may count otherwise than as a whole. So the account of
        before is kept: later days are counted from the last event, and not from the day of asking.
        """
        if self.rules.uneven:
            self.uncut = self._fork()
        self._accrue_lines()

    def _fork(self) -> Account:
        """Return an account that moves on alone, with nothing counted for the sake of asking."""
        account = copy(self.uncut or self)
        account.uncut = account.trace = None
        settled, lines = account.settled, account.lines
        account.lines = lines[:settled] + [line.copy() for line in lines[settled:]]
        return account

    def _take_as_paid(self, agreed: dict[int, list[Agreement]], covered: int) -> None:
        """Keep in mind which installments up to ``paid_until`` an extension moved once late."""
        deals = [(day, deal) for day, deals in agreed.items() for deal in deals]
        moved = [(day, d.due.toordinal()) for day, d in deals if isinstance(d, Extension)]
        self.moved_late = frozenset(due for day, due in moved if due <= day)
        if covered and self.trace is not None:
            self.trace.note("paid-until", 0, end=self.rules.paid_until)

    def _expected_days(self, first: int, last: int) -> Iterator[int]:
        """Yield the days from *first* to *last* on which a bill is expected to be due."""
        if self.rules.by_bills:
            dues = expected(self.terms, date.fromordinal(first))
            yield from takewhile(lambda day: day <= last, map(date.toordinal, dues))

    def _close_without_bill(self, day: int) -> None:
        """Take what was paid up to a due date whose bill nobody recorded for that bill's sum.

        Were it kept for the next one, that would be silent.
        """
        if not (self.credit and self.rules.by_bills):
            return
        over = self.credit - sum([part.total for part in self.parts[self.upcoming :]])
        if over <= 0 or day not in self._expected_days(day, day):
            return
        due = date.fromordinal(day)
        recorded = {expected_near(self.terms, bill.due) for bill in self.bills}
        if due not in recorded and not any(line.due == day for line in self.lines):
            self._fall_due(Installment(due, over, 0), day)

    def later(self, day: int) -> Account:
        """Return the account as it will stand on a later day, taking in nothing that falls due."""
        account = self._fork()
        account.today = day
        account._stop()
        return account

    def unpaid_until(self, day: int) -> Account:
        """Return the account as it will stand on a later day if nothing is paid or agreed."""
        account = self._fork()
        account.advance(day)
        account._stop()
        return account

    def going_on(self, day: int) -> Account:
        """Return the account on a later day, to take in what may happen from there: payments.

        What it owes is to be asked of what ``unpaid_until`` gives.
        """
        account = self._fork()
        account.advance(day)
        return account

    def curve(self, last: int) -> Iterator[Owed]:
        """Yield what is due on each day from today to *last*, taking in nothing that falls due."""
        days = range(self.today, last + 1)
        if self.rules.uneven:
            yield from (self.later(day).due() for day in days)
            return
        account = self._fork()
        for day in days:
            account.today = day
            account._accrue_lines()
            yield account.due()

    def move_on(self, day: int) -> None:
        """Move to the end of *day* and count what every line has earned by then."""
        self.advance(day)
        self._accrue_lines()

    def advance(self, day: int) -> None:
        """Move to the end of *day* and take in the installments due by then."""
        if (card := self._open_card) is not None and card.last_day.toordinal() < day:
            self._close_statement(card)
        self.today = day
        if self.rules.endless:
            self._look_ahead(day)
        first, self.upcoming = self.upcoming, bisect_right(self.dues, day, self.upcoming)
        if self.plainly and not self.credit and self.trace is None:
            of_penalty, coming = self.rules.first_day, slice(first, self.upcoming)
            self.lines += [
                Line(due, part.principal, part.interest, due + of_penalty)
                for part, due in zip(self.parts[coming], self.dues[coming], strict=True)
            ]
            return
        for number in range(first, self.upcoming):
            if self.credit and self.rules.most_cost is not None:
                self._move_to(self.dues[number])  # what has been charged by then is shared
            self._fall_due(self.parts[number], self.dues[number])
        self.today = day

    def _move_to(self, day: int) -> None:
        """Count what every line has earned by a day, taking in nothing that falls due."""
        self.today = day
        self._accrue_lines()

    def _look_ahead(self, day: int) -> None:
        """Go on with what has no end, to more than a year after *day*."""
        until = day + _AHEAD
        if self.dues[-1] > until:
            return
        parts = schedule_past(self.terms, date.fromordinal(until))
        self._replace_parts((*self.parts, *parts[self.worked_out :]))
        self.worked_out = len(parts)

    def _look_past_credit(self) -> None:
        """Go on with what has no end until something to come is not paid ahead."""
        while self.credit >= sum([part.total for part in self.parts[self.upcoming :]]):
            before = self.worked_out
            self._look_ahead(self.dues[-1])
            if self.worked_out == before or len(self.parts) - self.upcoming > MAX_INSTALLMENTS:
                return  # the calendar is at its end, or all that anyone could look at is paid

    def _fall_due(self, part: Installment, due: int) -> None:
        if due <= self.rules.paid_until and due not in self.moved_late:
            self.lines.append(Line.closed(due))
            self.settled += self.settled == len(self.lines) - 1
            return
        line = Line(due, part.principal, part.interest, due + self.rules.first_day)
        if self.capped:
            line.residual = part.residual
            if self.rules.most_penalty is not None:
                line.most_penalty = self.rules.most_penalty(part.principal)
        if self.credit and self.rules.most_cost is None:
            for place in self.rules.order:
                paid = min(self.credit, (part.principal, part.interest, 0, 0)[place])
                self._reduce(line, place, paid)
                line.received += paid
                self.credit -= paid
        if self.rules.compounds:
            line.capital = 0 if self.rules.on_installment else line.open_interest
            line.capital *= self.scale
        self.lines.append(line)
        if self.credit and self.rules.most_cost is not None:
            self.credit = self._receive(line, self.credit, self.rules.order, [0, 0, 0, 0])
        if self.trace is not None:
            self.trace.steps += self.rules.rows(part)

    # ─── What accrues ───

    def _accrue_lines(self) -> None:
        """Count what every line has earned up to today, and what it is charged."""
        for line in self.open:
            self.accrue(line)
        if self.rules.fees:
            self._charge_fees()

    def owes_a_fraction(self, line: Line) -> bool:
        """Return whether of a line nothing is unpaid but what rounding made of its charges."""
        return not line.unpaid or self._raw_charges(line) < 0

    def accrue(self, line: Line) -> None:
        """Count what the line has earned up to today. Nothing is rounded, unless day by day."""
        day, since = self.today, line.since
        if day <= since:
            return
        line.since = day
        if self.flat is not None:
            of_interest, of_penalty = self.flat
            principal, start = line.principal, line.penalised
            interest, penalty = principal * of_interest * (day - since), 0
            line.accrued_interest += interest
            if start < day:
                line.penalised = day
                penalty = principal * of_penalty * (day - start)
                line.accrued_penalty += penalty
            if self.trace is not None:
                if interest:
                    self.trace.note_flat("interest", line.due, principal, (since, day), interest)
                if penalty:
                    self.trace.note_flat("penalty", line.due, principal, (start, day), penalty)
        elif not self.rules.plain:
            self._accrue_all(line, since, day)
        elif line.principal or self.rules.on_installment:
            self._accrue_rates(line, self._rates_of(line), since, day)

    def _rates_of(self, line: Line) -> Tariff:
        """Return the rates that a line bears: where they change with its lateness, its own."""
        return tariff(self.terms, line.due) if self.rules.stepped else self.tariff

    def _accrue_rates(self, line: Line, rates: Tariff, since: int, day: int) -> None:
        principal, base = line.principal, line.principal
        if self.rules.base_differs:
            base = self._base(line)
        interest = rates.interest.earn(principal, since, day)
        line.accrued_interest += interest
        if self.trace is not None and interest:
            span = since, day
            self.trace.note_earned("interest", line.due, rates.interest, principal, span, interest)
        start = self._penalised(line)
        if start < day:
            self._penalise(line, day)
            penalty = rates.penalty.earn(base, start, day)
            line.accrued_penalty += penalty
            if self.trace is not None and penalty:
                span = start, day
                self.trace.note_earned("penalty", line.due, rates.penalty, base, span, penalty)

    def _penalised(self, line: Line) -> int:
        """Return up to which day a line has been charged penalty; no day is charged twice.

        What is outstanding is charged on the oldest line. Where a line's first day is its due date,
        the one before it may have borne that day already.
        """
        if self.rules.on_outstanding and line is self._oldest():
            return max(line.penalised, self.charged_penalty_to)
        return line.penalised

    def _penalise(self, line: Line, day: int) -> None:
        line.penalised = day
        if self.rules.on_outstanding and line is self._oldest():
            self.charged_penalty_to = day

    def _base(self, line: Line) -> int:
        """Return what the penalty is charged on: interest that accrued since is never in it.

        A sum a day is so much for one, as long as there is anything.
        """
        base = self._overdue(line)
        return min(base, 1) if self.rules.penalty_by_amount else base

    def _overdue(self, line: Line) -> int:
        if self.terms.penalty_base is PenaltyBase.OVERDUE_INSTALLMENT:
            return line.unpaid
        if self.terms.penalty_base is PenaltyBase.OUTSTANDING_PRINCIPAL:
            return self.outstanding if line is self._oldest() else 0
        return line.principal

    def _oldest(self) -> Line | None:
        """Return the oldest installment that is unpaid: it bears what is charged once."""
        return next((line for line in self.open if line.unpaid and not line.left_over), None)

    @property
    def outstanding(self) -> int:
        """The principal not repaid, whether due or not."""
        return self._principal_to_come + sum(line.principal for line in self.open)

    @property
    def _principal_to_come(self) -> int:
        """The principal that has not fallen due."""
        if self.parts is self.rules.schedule:
            return self.rules.principal_from[self.upcoming]
        return sum([part.principal for part in self.parts[self.upcoming :]])

    def _accrue_all(self, line: Line, since: int, day: int) -> None:
        """Count rates, interest on interest, and what a cap allows."""
        rates = self._rates_of(line)
        if rates.on_interest is None:
            self._accrue_rates(line, rates, since, day)
        else:
            self._accrue_compounding(line, rates, rates.on_interest, since, day)
        if self.tariff.ceiling is not None:
            line.ceiling += self.tariff.ceiling.earn(line.principal, since, day)

    def _accrue_compounding(
        self, line: Line, rates: Tariff, meter: Meter, since: int, day: int
    ) -> None:
        """Count from turn to turn: at the end of each, unpaid interest joins what bears interest.

        The derivation tells of them together, or it would have a row for each day.
        """
        if line.spared or not (line.unpaid or any(self._amounts(line))):
            return  # nothing is unpaid but a fraction that nobody will ever be asked for
        base, opening = self._base(line), self._open_charges(line)
        start, free_until = self._penalised(line), line.due + max(0, self.rules.first_day)
        turns, scale = self._turns(line.due, since, day), rates.scale
        capital, compound = line.capital, 0
        for interest, penalty, growth in zip(
            rates.interest.running(line.principal, since, turns),
            rates.penalty.running(base, start, turns),
            meter.growth(max(since, free_until), turns),
            strict=True,
        ):
            compound += capital * growth // scale
            before, capital = capital, opening + interest + penalty + compound
        line.capital = capital if self.is_turn(line.due, day) else before
        self._penalise(line, max(start, day))
        line.accrued_interest += interest
        line.accrued_penalty += penalty + compound
        if self.trace is None:
            return
        for kind, rate, of, first, accrued in (
            ("interest", rates.interest, line.principal, since, interest),
            ("penalty", rates.penalty, base, start, penalty),
        ):
            if accrued:
                self.trace.note_earned(kind, line.due, rate, of, (first, day), accrued)
        if compound:
            self.trace.note("compound", compound, line.due, start=since, end=day)

    def _turns(self, due: int, since: int, day: int) -> Turns:
        """Return the days at whose end unpaid interest is capitalised, and at last *day*."""
        if self.terms.compounding is Compounding.DAILY:
            return range(since + 1, day + 1)
        return (*_monthly(due, since, day - 1), day)

    def is_turn(self, due: int, day: int) -> bool:
        """Return whether unpaid interest is capitalised at the end of a day."""
        return self.terms.compounding is Compounding.DAILY or day in _monthly(due, day - 1, day)

    def _open_charges(self, line: Line) -> int:
        """Return all interest and penalty of a line that is unpaid, in 1/scale minor units."""
        return max(0, self._raw_charges(line))

    def _raw_charges(self, line: Line) -> int:
        """Return the same before rounding is made up for: below zero where that took more."""
        scheduled = 0 if self.rules.on_installment else line.open_interest
        paid = max(0, line.paid_interest - line.interest) + line.paid_penalty
        accrued = line.accrued_interest + line.accrued_penalty
        return (scheduled - paid) * self.scale + accrued

    def _charge_fees(self) -> None:
        """Charge the fees of the days up to today, one day after the other: a ceiling is shared."""
        since, self.charged_to = self.charged_to, self.today
        lines, oldest = self.open, self._oldest()
        charges = sorted(
            (on, place, number)
            for place, line in enumerate(lines)
            for number, fee in enumerate(self.rules.fees)
            if not line.left_over and (fee.per is FeePer.INSTALLMENT or line is oldest)
            for on in fee_days(self.terms, fee, line.due, self.today)
            if since < on <= self.today
        )
        for on, place, number in charges:
            self._charge(self.rules.fees[number], lines[place], on)

    def _charge(self, fee: Fee, line: Line, on: int) -> None:
        """Charge a fee on what was unpaid on its day, as far as a ceiling allows."""
        amount = fee.on(_fee_base(fee, line), self.terms.currency, self.terms.rounding)
        if self.rules.fee_ceiling is not None:
            amount = min(amount, self.rules.fee_ceiling - self.charged)
        line.fees += amount
        self.charged += amount
        if self.trace is not None and amount:
            self.trace.note("fee", amount * self.scale, line.due, end=on, name=fee.name)

    # ─── What is owed ───

    def in_grace(self, line: Line) -> bool:
        """Return whether today still lies within the line's grace for penalties."""
        return self.today - line.due <= self.grace

    def owed(self, line: Line) -> Owed:
        """Return what the line, accrued up to today, owes."""
        return Owed(*self._amounts(line))

    def _amounts(self, line: Line, *, alone: bool = False) -> tuple[int, int, int, int]:
        """Return what a line owes; *alone*, as if no limit were shared with other lines."""
        scale, round_, late = self.scale, self.round, self.today - line.due
        interest = penalty = 0
        if late > self.rules.interest_grace:
            interest = round_(line.accrued_interest, scale)
        if late > self.grace:
            penalty = round_(line.accrued_penalty, scale)
        fees = line.fees
        if self.capped:
            interest, penalty, fees = self._capped(line, interest, penalty, fees)
            if self.rules.most_cost is not None and not alone:
                return self._within_cost(line)
        return (
            line.principal,
            line.interest + interest - line.paid_interest,
            penalty - line.paid_penalty,
            fees - line.paid_fees,
        )

    def _capped(self, line: Line, interest: int, penalty: int, fees: int) -> tuple[int, int, int]:
        """Keep to the limits of the penalty, and to a cap on all that an installment costs.

        There penalty, then fees, then interest are cut until it holds; what is paid stays paid.
        """
        if self.today - line.due > self.grace and line.accrued_penalty:
            penalty = max(penalty, self.rules.least_penalty)
        if line.most_penalty is not None:
            penalty = min(penalty, line.most_penalty)
        if self.tariff.ceiling is None:
            return interest, penalty, fees
        over = interest + penalty + fees - line.ceiling // self.scale
        of_penalty = max(0, min(over, penalty - line.paid_penalty))
        of_fees = max(0, min(over - of_penalty, fees - line.paid_fees))
        paid = max(0, line.paid_interest - line.interest)
        of_interest = max(0, min(over - of_penalty - of_fees, interest - paid))
        return interest - of_interest, penalty - of_penalty, fees - of_fees

    def cost(self) -> int:
        """Return what interest, penalty and fees have come to so far, paid or not.

        In minor units, with no cap on the total kept to.
        """
        unpaid = sum(self._unpaid_cost(line) for line in self.open)
        return self.cost_before + unpaid + sum(self._paid_cost(line) for line in self.lines)

    def _cost_of(self, line: Line) -> int:
        """Return what a line has cost, as far as a cap on the total allows it."""
        return self._paid_cost(line) + sum(self._amounts(line)[INTEREST:])

    def _unpaid_cost(self, line: Line) -> int:
        return sum(self._amounts(line, alone=True)[INTEREST:])

    @staticmethod
    def _paid_cost(line: Line) -> int:
        paid = line.paid_interest + line.paid_penalty + line.paid_fees
        return paid - line.waived - line.residual

    def _within_cost(self, line: Line) -> tuple[int, int, int, int]:
        """Return what a line owes where all lines share what the loan may cost.

        What is over is cut from the newest line first, there from penalty, fees and interest, and
        never from what is paid.
        """
        open_ones = zip(self.open, self._each(), strict=True)
        # A settled one never owes what was cut.
        return next((owed for one, owed in open_ones if one is line), _NOTHING)

    def _each(self) -> list[tuple[int, int, int, int]]:
        """Return what each of the open lines owes."""
        if self.rules.most_cost is None:
            return [self._amounts(line) for line in self.open]
        over = self.cost() - self.rules.most_cost
        result = []
        for line in reversed(self.open):
            principal, *charges = self._amounts(line, alone=True)
            for place in (PENALTY, FEES, INTEREST):
                cut = max(0, min(over, charges[place - 1]))
                charges[place - 1] -= cut
                over -= cut
            interest, penalty, fees = charges
            result.append((principal, interest, penalty, fees))
        return result[::-1]

    def due(self) -> Owed:
        """Return what the installments already due owe together today."""
        principal = interest = penalty = fees = 0
        for of_principal, of_interest, of_penalty, of_fees in self._each():
            principal += of_principal
            interest += of_interest
            penalty += of_penalty
            fees += of_fees
        return Owed(principal, interest, penalty, fees)

    def oldest_due(self) -> int | None:
        """Return when the oldest installment that still owes anything fell due."""
        for line in self.open:
            if not line.left_over and any(self._amounts(line)):
                return line.due
        return None

    def payoff(self, due: int) -> int:
        """Return what pays the whole loan off today, *due* being what has fallen due."""
        return max(0, due + self._early_payoff().total - self.credit)

    def _early_payoff(self) -> Owed:
        """Return the rest of the principal and the interest earned so far in this period."""
        if self.upcoming == len(self.parts) or self.rules.endless:
            return Owed()
        rest, today = self.parts[self.upcoming :], self.as_of
        if (card := self._open_card) is not None:
            interest = self._interest_if_in_full(card, rest)
        else:
            interest = earned(self.terms, rest[0], today)
            if self.parts is not self.rules.schedule or self.terms.business_days.calendar:
                # Then a period may begin before the installment of the one before it falls due.
                interest += sum([earned(self.terms, part, today) for part in rest[1:]])
        principal = self._principal_to_come
        if (day := self.terms.capitalized_on) is not None and today < day:
            principal -= self.rules.capitalized
            interest += capitalized(self.terms, today)
        if self.rules.most_cost is not None:
            interest = min(interest, max(0, self.rules.most_cost - self.cost()))
        return Owed(principal, interest)

    def _interest_if_in_full(self, card: Card, coming: tuple[Installment, ...]) -> int:
        """Return the interest that is owed though all of a card's statement is paid today."""
        beside = (earned(self.terms, part, self.as_of) for part in coming if not part.of_balance)
        residuals = (part.residual for part in coming if part.of_balance)
        return card.bears_anyway(self.as_of) + sum(beside) + sum(residuals)

    def not_yet_due(self) -> list[tuple[Installment, int]]:
        """Return the installments to come, each with what is left of it after the credit."""
        credit, result = self.credit, []
        for part in self.parts[self.upcoming :]:
            covered = min(credit, part.total)
            credit -= covered
            result.append((part, part.total - covered))
        return result

    def set_aside(self, lines: list[Line], kind: str) -> None:
        """Leave out what some lines owe, from now on; *kind* is what the derivation calls it."""
        for line in lines:
            self._note_relief(line)
            self._note(kind, -self.owed(line).total, line.due)
            place = self.lines.index(line)
            for account in (self, self.uncut):
                if account is not None:
                    account.cost_before += account._cost_of(account.lines[place])
                    account.lines[place] = Line.closed(line.due)

    # ─── What is paid ───

    def pay(
        self,
        amount: int,
        to_principal: Mapping[Prepayment, int] | None = None,
        *,
        debited: bool = False,
    ) -> None:
        """Take in *amount* minor units today and allocate it.

        Of what is over, as much as is meant *to_principal* lowers it, in one way or the other. What
        is taken as *debited* was for the installment that fell due last.
        """
        if self.card is not None:
            self.card = self.card.with_payment(self.as_of, amount)
        left, to = self._allocate(amount + self.credit, newest_first=debited)
        self.credit, early = left, _NOTHING
        # Seldom does money reach the principal to come; only then is the rest worked out.
        to_come, ends = self._principal_to_come, self.card is None and not self.rules.by_bills
        ends = ends and 0 < to_come <= left + self.rules.capitalized
        if self.rules.endless:
            self._look_past_credit()
        elif left and ends and 0 < (payoff := self._early_payoff()).total <= left:
            early = payoff
            self.credit -= payoff.total
            self.upcoming = len(self.parts)
        elif left and (self.card or self.terms.repayment is Repayment.REVOLVING):
            early = self._pay_down(left)
        elif left and to_principal:
            early = self._prepay(min(left, amount), to_principal)
        self._note("paid-early", early.total)
        if self.trace is not None:
            self.trace.note("payment", -amount * self.scale, end=self.today, split=Owed(*to))

    def _allocate(self, left: int, *, newest_first: bool = False) -> tuple[int, list[int]]:
        """Spend *left* on what is due in the agreed order; return what is over and the split."""
        to, order, lines = [0, 0, 0, 0], self.rules.order, self.open
        had = [line.received for line in lines]
        if self.rules.eager:
            self._accrue_lines()
        if newest_first and lines and self.oldest_due() not in (None, lines[-1].due):
            self.accrue(lines[-1])
            left = self._receive(lines[-1], left, order, to)
        if self.rules.by_component:
            for place in order:
                for line in lines:
                    left = self._receive(line, left, (place,), to)
            self.settled += len(lines) if left else 0
        else:
            for line in lines:
                if not left:
                    break
                self.accrue(line)
                left = self._receive(line, left, order, to)
                self.settled += left > 0
        self._carry_residuals(lines, had)
        return left, to

    def _receive(self, line: Line, left: int, order: tuple[int, ...], to: list[int]) -> int:
        """Pay a line's parts in order with money that has come; return what is left of it."""
        rest = self._take(line, left, order, to)
        line.received += left - rest
        return rest

    @property
    def asks_minimum(self) -> bool:
        """Whether what falls due is the least that a balance asks for."""
        return self.card is not None or self.terms.repayment is Repayment.REVOLVING

    def _carry_residuals(self, lines: list[Line], had: list[int]) -> None:
        """Carry over what lateness has left of lines that were paid by their own amounts.

        *had* is what they had received before. What the older one took beyond its amount counts
        for the next: whoever pays two installments by their sums has paid both.
        """
        surplus = 0
        for line, before in zip(lines, had, strict=True):
            got = line.received - before
            if not got and surplus <= 0 and line.received < line.asked:
                if line.unpaid:
                    break  # no money has come as far as this one
                continue  # it was settled before
            surplus += got - max(0, line.asked - before)
            if surplus < 0 and line.received < line.asked:
                break
            self.accrue(line)  # a payment that an older one took up has not reached it
            rest = self.owed(line).total
            if rest and not line.left_over and (self.asks_minimum or self._waits(rest)):
                self._carry_over(line, rest)

    def _waits(self, rest: int) -> bool:
        """Return whether such a residual is no arrear: by the terms, or as it is so little."""
        return self.rules.residual is not Residual.DUE or rest < self.rules.residual_below

    def _carry_over(self, line: Line, rest: int) -> None:
        """Ask for what lateness has left of a line with a later installment.

        A card's minimum is met when so much has reached it; what a late fee took of that is on the
        next statement. After the last installment another one follows, a period later, unless so
        little is left that no lender would write a bill for it.
        """
        number = self.upcoming
        ends = not (self.asks_minimum or self.rules.endless)
        at_end = ends and self.rules.residual is Residual.END
        if number < len(self.parts) and at_end:
            number = len(self.parts) - 1
        kept = list(self.parts)
        if number < len(kept):
            kept[number] = with_more(kept[number], rest)
        elif (further := self._residual_part(rest)) is not None:
            kept.append(further)
        else:
            line.left_over = rest < self.rules.residual_below
            return
        self._take(line, rest, self.rules.order, [0, 0, 0, 0])
        self._replace_parts(tuple(kept))
        self._note("carried", -rest, line.due)

    def _residual_part(self, rest: int) -> Installment | None:
        """Return an installment after the last one; None where none is to come after it."""
        if rest < self.rules.residual_below:
            return None
        last = max(self.parts, key=lambda part: part.due).due if self.parts else None
        called = self.terms.acceleration_date
        if last is None or self.rules.by_bills or self.asks_minimum or called is not None:
            return None
        every, at_end, number = self.terms.frequency, self.terms.end_of_month, 1
        while (due := every.step(last, number, end_of_month=at_end)) <= self.as_of:
            number += 1
        return Installment(due, 0, rest, carried=rest, residual=rest)

    def _take(self, line: Line, left: int, order: tuple[int, ...], to: list[int]) -> int:
        """Pay a line's parts in order; return what is left."""
        amounts = self._amounts(line)
        for place in order:
            owed = amounts[place]
            part = owed if owed < left else left
            if part <= 0:
                continue
            left -= part
            to[place] += part
            self._reduce(line, place, part)
        if not line.principal and not line.open_interest:
            self._spare(line)
        if self.rules.compounds:
            line.capital = min(line.capital, self._open_charges(line))
        return left

    @staticmethod
    def _reduce(line: Line, place: int, amount: int) -> None:
        if place == PRINCIPAL:
            line.principal -= amount
        elif place == INTEREST:
            line.paid_interest += amount
        elif place == PENALTY:
            line.paid_penalty += amount
        else:
            line.paid_fees += amount

    def _spare(self, line: Line) -> None:
        """Undo what grace covers of a line that was paid within it: these days cost nothing."""
        late, accrued = self.today - line.due, 0
        if late <= self.rules.interest_grace:
            accrued, line.accrued_interest = line.accrued_interest, 0
            if self.card is not None and line.due == self.card.due.toordinal():
                self.card = replace(self.card, spared=Fraction(accrued, self.scale))
        if self.in_grace(line):
            accrued += line.accrued_penalty
            line.accrued_penalty, line.spared = 0, True
            self.charged_penalty_to = 0
        if self.trace is not None and accrued:
            self.trace.note("grace", -accrued, line.due, start=line.due, end=self.today)

    def _prepay(self, left: int, to_principal: Mapping[Prepayment, int]) -> Owed:
        """Lower the principal with what is *left* of today's money, as far as it is meant so."""
        down = 0
        for to, amount in to_principal.items():
            coming, most = self.parts[self.upcoming :], min(amount, left - down)
            made, parts = prepay(self.terms, coming, most, self.as_of, to)
            if made is not None:
                self._replace_parts((*self.parts[: self.upcoming], *parts))
                self.prepaid = (*self.prepaid, made)
                down += made.amount
        self.credit -= down
        return Owed(down)

    def _pay_down(self, amount: int) -> Owed:
        """Pay a revolving balance down now and have the rest of the period bear less interest.

        What an extension moved to a day before the next minimum comes first, and waits for it.
        Between a statement and its due date money goes to the minimum; then it waits for the
        interest that falls due with it; only what is over pays down more than was asked.
        """
        # What is called on a later day only is still to come by its own dates.
        rest = [one for part in self.parts[self.upcoming :] for one in part.called or (part,)]
        moved = [part for part in rest if not part.of_balance]
        plan = tuple(part for part in rest if part.of_balance)
        balance = sum(part.principal for part in plan)
        if not balance:
            return Owed()
        before = sum([part.total for part in moved if part.due <= plan[0].due])
        down, again = self._lowered(plan, balance, max(0, amount - before))
        if not down:
            return Owed()
        self.credit -= down
        coming = sorted([*moved, *again], key=lambda part: part.due)
        self._replace_parts((*self.parts[: self.upcoming], *coming))
        return Owed(down)

    def _lowered(
        self, coming: tuple[Installment, ...], balance: int, amount: int
    ) -> tuple[int, tuple[Installment, ...]]:
        """Return how much of *amount* pays a balance down, and what then comes of it."""
        asked, terms = self._asked(coming[0]), self.terms
        if (card := self.card) is not None:
            terms, down = card.terms, min(amount, balance)
            if coming[0].due == card.due and asked is not None:
                return down, self._billed(card, balance - down, max(0, asked - down))
            if self._open_card and card.in_full:
                return down, self._left_of(card, balance - down)
            if self._open_card:
                coming = (_with_statement(coming[0], card.interest), *coming[1:])
        kept = 0 if asked is None else max(0, amount - asked)
        foreseen = begun_by(terms, self.as_of)
        while True:
            down = min(amount - kept, balance)
            left = None if asked is None else max(0, asked - down)
            again = paid_down(foreseen, coming, balance - down, self.as_of, left)
            if kept <= again[0].interest:
                return down, paid_down(terms, coming, balance - down, self.as_of, left)
            kept = again[0].interest

    def _billed(self, card: Card, balance: int, asked: int) -> tuple[Installment, ...]:
        """Return what comes of a statement if no more than what is asked for is paid."""
        free = card.would_be_in_full(balance - min(asked, balance))
        foreseen = card.with_payment(card.due, asked)
        interest = foreseen.bears_anyway(card.last_day) if free else foreseen.interest
        return billed(card.terms, card.due, balance, asked, interest, free=free)

    def _left_of(self, card: Card, rest: int) -> tuple[Installment, ...]:
        """Return what comes after a statement's due date, by which so much of it was left."""
        interest = card.bears_anyway(card.last_day) if card.in_full else card.interest
        return left_of_bill(card.terms, card.due, rest, interest, free=card.in_full)

    def _close_statement(self, card: Card) -> None:
        """Have a statement that was not paid in time bear the interest that it has come to."""
        coming = self.parts[self.upcoming :]
        after = [part for part in coming if part.of_balance and part.due > card.due]
        rest = sum(part.principal for part in after)
        if card.in_full or not (after or card.interest):
            return
        beside = [part for part in coming if part not in after]
        if card.would_be_in_full(rest):  # had all been paid that was asked for
            after = [*self._left_of(card, rest)]
        else:
            after[0] = _with_statement(after[0], card.interest)
        again = sorted([*beside, *after], key=lambda part: part.due)
        self._replace_parts((*self.parts[: self.upcoming], *again))

    def _asked(self, coming: Installment) -> int | None:
        """Return the principal that a statement asks for by now; None before it is drawn."""
        if self.card is not None and coming.due == self.card.due:
            return coming.principal
        drawn = coming.due.toordinal() - self.terms.statement_days
        return coming.principal if self.today > drawn else None

    # ─── What is agreed on the way ───

    def _agree(self, agreement: Agreement) -> None:
        if isinstance(agreement, Waiver):
            self._waive(agreement)
        elif isinstance(agreement, Extension):
            self._extend(agreement)
        else:
            self._bill(agreement)

    def _waive(self, waiver: Waiver) -> None:
        """Let go of what is owed, as far as there is any."""
        order = (PLACES[waiver.of],) if waiver.of else (FEES, PENALTY, INTEREST)
        lines, had = self.open, [line.received for line in self.open]
        self._accrue_lines()
        self._let_go(to_minor(waiver.amount, self.terms.currency), order)
        self._carry_residuals(lines, had)

    def _let_go(self, amount: int, order: tuple[int, ...]) -> None:
        """Have the lines, accrued up to today, owe so much less, as far as they owe it."""
        left = amount
        for line in self.open:
            let_go, unpaid = [0, 0, 0, 0], line.unpaid
            left = self._take(line, left, order, let_go)
            line.received += unpaid - line.unpaid  # nothing has to reach it for that any more
            line.waived += sum(let_go) - let_go[PRINCIPAL]
        self._note("waiver", left - amount)

    def _extend(self, extension: Extension) -> None:
        """Move an installment, with what being late with it has cost, to its new dates."""
        due = extension.due.toordinal()
        if self.rules.endless:
            self._look_ahead(max(extension.to).toordinal())
        if due not in self.dues:
            return  # there is none, or another agreement moved it
        index = self.dues.index(due)
        place = next((at for at, line in enumerate(self.lines) if line.due == due), None)
        if index < self.upcoming and place is None:
            return  # paid off before it fell due
        part, since = self.parts[index], self.parts[index].end or extension.due
        kept = [*self.parts[:index], *self.parts[index + 1 :]]
        if place is not None:
            self._accrue_lines()  # what the others bear may hang on the one that leaves
            line = self.lines[place]
            principal, *charges = self._amounts(line)
            self.cost_before += self._paid_cost(line)
            part, since = Installment(part.due, principal, sum(charges)), self.as_of
            self._note_relief(line)
            self._note("extension", -part.total, due)
            del self.lines[place]
            self.settled -= place < self.settled
            self.upcoming -= 1
        for moved in extended(self.terms, part, extension, since):
            insort(kept, moved, lo=self.upcoming, key=lambda installment: installment.due)
        self._replace_parts(tuple(kept))

    def _bill(self, bill: Bill) -> None:
        """Take in a statement; one without a minimum is an installment beside the others."""
        self.bills.append(bill)
        amount = to_minor(bill.amount, self.terms.currency)
        if bill.minimum is None and self.terms.minimum is None:
            parts = list(self.parts)
            alone = Installment(bill.due, amount, 0)
            insort(parts, alone, lo=self.upcoming, key=lambda part: part.due)
            self._replace_parts(tuple(parts))
        else:
            self._draw_statement(bill, amount)

    def _draw_statement(self, bill: Bill, amount: int) -> None:
        """Take in a card's statement: with its sum all is owed that was owed before.

        What has fallen due stays late, and what is due sooner, or was put off, keeps its date;
        both are part of the sum and of its minimum. So is what was paid: no credit is left. A debit
        of before that nobody has denied was made, or its installment is in the sum as well.
        """
        self._accrue_lines()
        owed_before = self._left_of_statement()
        debits = [line for line in self.open if line.due < self.today and any(self._amounts(line))]
        debits = [line for line in debits if self.awaits_debit(date.fromordinal(line.due))]
        self.set_aside(debits, "assumed")
        late = self.due().total
        if late > amount:
            self._let_go(late - amount, self.rules.order)
        room = amount - min(late, amount)
        kept = []
        for part in self.parts[self.upcoming :]:
            if part.due >= bill.due and (part.of_balance or not part.total):
                continue
            cut = part.total > room
            beside = replace(part, base=0, statement=0, bearing=part.base or part.bearing)
            kept.append(Installment(part.due, room, 0) if cut else beside)
            room -= kept[-1].total
        usual = Decimal(1) if bill.minimum is None else bill.minimum / bill.amount
        terms = card_terms(self.terms, bill.due, usual)
        asked = minimum(terms, amount, 0)
        if bill.minimum is not None:
            asked = to_minor(bill.minimum, terms.currency)
        rest = max(0, asked - (amount - room))
        self._note("credit", self.credit)
        self.credit = 0
        bearing = min(room, max(0, owed_before - late))
        if owed_before and terms.interest_from is InterestFrom.STATEMENT:
            bearing = room
        self.card = Card(bill, terms, amount, amount - room, bearing)
        alone = self.terms.repayment is Repayment.LISTED  # nobody says that less was paid than all
        if alone and bill.due.toordinal() <= self.rules.paid_until:
            self.card, rest = self.card.with_payment(bill.due, amount), room
        coming = [*kept, *self._billed(self.card, room, rest)]
        coming.sort(key=lambda part: part.due)
        # What was to come of a balance that was paid off will not any more.
        past = self.parts[: self.upcoming]
        past = tuple(p for p in past if not p.of_balance or p.due <= self.as_of)
        self.upcoming = len(past)
        self._replace_parts((*past, *coming))

    def _left_of_statement(self) -> int:
        """Return what is owed of what a statement of before has left, unless it was paid in full.

        In the United States a card of which that is so bears interest at once on all that the next
        statement tells of, elsewhere on so much of it.
        """
        if self.terms.interest_from is InterestFrom.DUE or (self.card and self.card.in_full):
            return 0
        due = self.due().total
        left = self.payoff(due) if self.asks_minimum else due
        return left if left >= max(1, self.rules.residual_below) else 0

    def _replace_parts(self, parts: tuple[Installment, ...]) -> None:
        self.parts = parts
        self.dues = [part.due.toordinal() for part in parts]

    # ─── What it looks like on paper ───

    def note_reliefs(self) -> None:
        """Note what grace and caps take off today."""
        for line in self.lines:
            self._note_relief(line)

    def _note(self, kind: str, amount: int, due: int | None = None) -> None:
        """Note minor units that are owed, or no longer, from today on."""
        if self.trace is not None and amount:
            self.trace.note(kind, amount * self.scale, due, end=self.today)

    def _note_relief(self, line: Line) -> None:
        if self.trace is None:
            return
        interest, penalty, spared = line.accrued_interest, line.accrued_penalty, 0
        if self.today - line.due <= self.rules.interest_grace:
            spared, interest = interest, 0
        if self.in_grace(line):
            spared, penalty = spared + penalty, 0
        if spared:
            self.trace.note("grace", -spared, line.due, start=line.due, end=self.today)
        if self.capped:
            full = self.round(interest, self.scale)
            full += self.round(penalty, self.scale) + line.fees
            paid = line.paid_penalty + line.paid_fees + line.paid_interest
            cut = full + line.interest + line.principal - paid - self.owed(line).total
            self._note("cap" if cut > 0 else "least-penalty", -cut, line.due)


def _monthly(due: int, since: int, until: int) -> Iterator[int]:
    """Yield each day in (since, until] that is so many whole months after a due date."""
    first, last = date.fromordinal(due), date.fromordinal(since)
    months = max(1, 12 * (last.year - first.year) + last.month - first.month)
    while (turn := _months_after(due, months)) <= until:
        if turn > since:
            yield turn
        months += 1


@lru_cache(maxsize=65536)
def _months_after(due: int, months: int) -> int:
    return add_months(date.fromordinal(due), months).toordinal()


def _fee_base(fee: Fee, line: Line) -> int:
    """Return what a fee is charged on; nothing once the installment is paid."""
    if fee.of is FeeOf.OVERDUE:
        return line.unpaid
    if fee.of is FeeOf.PRINCIPAL:
        return line.principal
    if fee.of is FeeOf.INTEREST:
        return line.open_interest
    return line.asked if line.unpaid else 0


def _with_statement(part: Installment, interest: int) -> Installment:
    """Return an installment with the interest that a card's statement came to by its due date."""
    more = interest - part.statement
    return replace(
        part, interest=part.interest + more, carried=part.carried + more, statement=interest
    )
