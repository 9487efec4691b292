"""What a loan agreement says, as plain data. One model serves every preset.

Terms check themselves: contradictory ones raise TermsError, which names the field and the remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import takewhile
from operator import attrgetter
from typing import NamedTuple

from ..errors import TermsError
from .charges import Cap, Fee, InstallmentFee
from .daycount import DayCount
from .frequency import ANY_DAY, MONTHLY, BusinessDays, Frequency, Unit
from .money import Rate, Rounding, to_minor

MAX_INSTALLMENTS = 1200
STATEMENT_DAYS = 18  # few cards leave less time between the statement and its due date
YEARS = (1900, 2200)  # a date outside is a slip of the pen, and the calendar must not run out


class Repayment(StrEnum):
    """How the principal is repaid."""

    LISTED = "listed"
    FIXED = "fixed"
    EQUAL_PRINCIPAL = "equal-principal"
    EQUAL_INSTALLMENT = "equal-installment"
    FLAT = "flat"
    INTEREST_ONLY = "interest-only"
    BULLET = "bullet"
    REVOLVING = "revolving"
    BILLED = "billed"


# What spreads a principal over installments, to which interest of before can be added.
_CAPITALIZING = (
    Repayment.EQUAL_PRINCIPAL,
    Repayment.EQUAL_INSTALLMENT,
    Repayment.FLAT,
    Repayment.INTEREST_ONLY,
)
_LEVEL = (Repayment.EQUAL_INSTALLMENT, Repayment.FLAT)  # whose installments are one sum
_UNKNOWN = (Repayment.REVOLVING, Repayment.BILLED)  # where more is borrowed on the way
_AMORTIZING = (Repayment.EQUAL_PRINCIPAL, *_LEVEL)


class InstallmentInterest(StrEnum):
    """What interest equal installments contain: of equal periods, or of each period's days."""

    PERIODIC = "periodic"
    ACTUAL = "actual"


class Prepayment(StrEnum):
    """Where money goes that is over once all that is due is paid.

    To the principal, after which fewer installments are left or lower ones, or to the next due
    dates.
    """

    SHORTER = "shorter"
    LOWER = "lower"
    AHEAD = "ahead"


TO_PRINCIPAL = "principal"  # in one way or the other


class InstallmentRounding(StrEnum):
    """To which multiple of a unit an installment is rounded."""

    NEAREST = "nearest"
    UP = "up"
    DOWN = "down"


class GraceMode(StrEnum):
    """What happens to the days inside the grace period once it has passed unpaid."""

    RETROACTIVE = "retroactive"
    DEDUCTED = "deducted"


class GraceCovers(StrEnum):
    """What a grace period spares the borrower."""

    PENALTY = "penalty"
    FEE = "fee"
    REPORTING = "reporting"
    INTEREST = "interest"


USUAL_GRACE = (GraceCovers.PENALTY, GraceCovers.FEE, GraceCovers.REPORTING)


class Residual(StrEnum):
    """When what lateness left is owed of an installment that was paid by its own amount."""

    DUE = "due"
    NEXT = "next"
    END = "end"


class InterestFrom(StrEnum):
    """From when a card's statement that is not paid in full bears interest."""

    DUE = "due"
    STATEMENT = "statement"
    POSTING = "posting"


class InterestOn(StrEnum):
    """What of such a statement bears it: what is left at the due date, or all, day by day."""

    UNPAID = "unpaid"
    WHOLE = "whole"


class PenaltyBase(StrEnum):
    """What penalty interest is charged on."""

    OVERDUE_PRINCIPAL = "overdue-principal"
    OVERDUE_INSTALLMENT = "overdue-installment"
    OUTSTANDING_PRINCIPAL = "outstanding-principal"


class Compounding(StrEnum):
    """How often unpaid interest begins to bear interest itself."""

    NONE = "none"
    DAILY = "daily"
    MONTHLY = "monthly"


class RoundingAt(StrEnum):
    """When accrued amounts are rounded."""

    END = "end"
    DAY = "day"


class Component(StrEnum):
    """What a sum owed is made of, in the order in which the law has a payment meet it."""

    FEES = "fees"
    PENALTY = "penalty"
    INTEREST = "interest"
    PRINCIPAL = "principal"


class AllocationBy(StrEnum):
    """Whether a payment settles one installment after the other, or one component."""

    INSTALLMENT = "installment"
    COMPONENT = "component"


class PenaltyRule(StrEnum):
    """How the lender words the price of being late."""

    DAILY_RATE = "daily_rate"
    ANNUAL_RATE = "annual_rate"
    MULTIPLE_OF_CONTRACT = "multiple_of_contract"
    FRACTION_OF_CONTRACT = "fraction_of_contract"
    SPREAD = "spread"
    DAILY_AMOUNT = "daily_amount"


# Principal that falls due at the end has no installments of it that could fall away.
_AT_THE_END = (Prepayment.LOWER, Prepayment.AHEAD)
_PREPAYMENTS = {
    Repayment.EQUAL_PRINCIPAL: tuple(Prepayment),
    Repayment.EQUAL_INSTALLMENT: tuple(Prepayment),
    Repayment.INTEREST_ONLY: _AT_THE_END,
    Repayment.BULLET: _AT_THE_END,
    Repayment.REVOLVING: (),
}


@dataclass(frozen=True, slots=True)
class Penalty:
    """Penalty interest on overdue principal: a rule and its value, both as agreed.

    Each of its *steps* takes the rule's place once an installment is later than so many days. What
    an installment owes of it is ``at_least`` a sum, as soon as it is anything, and ``at_most`` a
    share of the principal that fell due with it.
    """

    rule: PenaltyRule
    value: Decimal
    steps: tuple[PenaltyStep, ...] = ()
    at_least: Decimal | None = None
    at_most: Decimal | None = None

    @property
    def refers(self) -> bool:
        """Whether the rule is reckoned from the contract rate."""
        known = PenaltyRule.DAILY_RATE, PenaltyRule.ANNUAL_RATE, PenaltyRule.DAILY_AMOUNT
        return self.rule not in known

    @property
    def rules(self) -> tuple[Penalty, ...]:
        """The rule that counts first, and the one of each step."""
        return (self, *(step.penalty for step in self.steps))

    def after(self, days: int) -> Penalty:
        """Return the rule for the days that follow on so many days after a due date."""
        return self.rules[sum(1 for step in self.steps if step.after_days <= days)]

    def rate(self, contract: Rate | None, *, continues: bool) -> Rate:
        """Return the rate it comes to, given the contract rate where the rule refers to one.

        *continues* says whether contract interest goes on beside it: a spread is then charged
        alone, else together with the contract rate whose place it takes.
        """
        if self.rule is PenaltyRule.DAILY_RATE:
            return Rate(self.value, "day")
        if self.rule is PenaltyRule.ANNUAL_RATE:
            return Rate(self.value, "year")
        if contract is None:
            raise TermsError(
                f"penalty.{self.rule}",
                "refers to a contract rate, but the loan has none (add annual_rate or daily_rate)",
            )
        if self.rule is PenaltyRule.SPREAD:
            return self._spread_over(contract, continues=continues)
        return contract.scaled(self.value)

    def _spread_over(self, contract: Rate, *, continues: bool) -> Rate:
        if contract.per == "day":
            raise TermsError(
                "penalty.spread",
                "is added to an annual rate, but the contract rate is daily (write annual_rate)",
            )
        return Rate(self.value if continues else contract.value + self.value, "year")


class Piece(NamedTuple):
    """The balance that bore interest in a part of a period, in minor units."""

    base: int
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class PenaltyStep:
    """The rule of a penalty from when an installment is more than ``after_days`` days late."""

    after_days: int
    penalty: Penalty


@dataclass(frozen=True, slots=True)
class Installment:
    """A part of the loan that falls due on one date, in minor units.

    Where its interest was worked out, it is *base* at the contract rate from *start* to *end*,
    and what was *carried* over from before. After an extension *bearing* is in the place of
    *base*, at a *rate* where that was agreed, and *was* is the installment that was put off.
    *called* are the installments that one falls due for when the loan is called. *residual* is
    what of the carried interest lateness with an earlier one left, *statement* what of it a card's
    statement bore up to its due date. *fee* is what of the interest is an installment fee. *level*
    is the sum that equal installments are worked out by. *pieces* are the balances of before, where
    a payment to the principal cut its period.
    """

    due: date
    principal: int
    interest: int
    base: int = field(default=0, compare=False)
    start: date | None = field(default=None, compare=False)
    end: date | None = field(default=None, compare=False)
    carried: int = field(default=0, compare=False)
    was: Installment | None = field(default=None, compare=False)
    bearing: int = field(default=0, compare=False)
    rate: Rate | None = field(default=None, compare=False)
    called: tuple[Installment, ...] = field(default=(), compare=False)
    residual: int = field(default=0, compare=False)
    level: int = field(default=0, compare=False)
    pieces: tuple[Piece, ...] = field(default=(), compare=False)
    statement: int = field(default=0, compare=False)
    fee: int = field(default=0, compare=False)

    @property
    def total(self) -> int:
        """What falls due, in minor units."""
        return self.principal + self.interest

    @property
    def balances(self) -> tuple[Piece, ...]:
        """What bore its interest, one after the other; nothing where nobody knows when it began."""
        if self.start is None or self.end is None:
            return ()
        return (*self.pieces, Piece(self.base, self.start, self.end))

    @property
    def since(self) -> date | None:
        """When its period began; ``start`` is later where a payment cut it."""
        return self.pieces[0].start if self.pieces else self.start

    @property
    def of_balance(self) -> bool:
        """Whether it is part of a schedule or of a balance, and no extension set its date."""
        return bool(self.base or self.statement)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that reached the lender on a date. ``recorded_at`` is when reminderd heard of it.

    An *assumed* one is an auto-debit that nobody has confirmed, taken as made. *to* says where what
    is over goes; unsaid, it waits for the next due dates.
    """

    on: date
    amount: Decimal
    recorded_at: datetime | None = None
    id: int | None = None
    assumed: bool = False
    to: Prepayment | None = None

    @property
    def to_principal(self) -> bool:
        """Whether what is over lowers the principal."""
        return self.to in (Prepayment.SHORTER, Prepayment.LOWER)


@dataclass(frozen=True, slots=True)
class RateChange:
    """New rates from a date: as with ``start``, the first day that counts is the one after."""

    start: date
    contract_rate: Rate | None = None
    penalty: Penalty | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Days, the last one included, on which no penalty accrues."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Waiver:
    """What the lender lets go of on a date: of one component, else of fees, penalty, interest."""

    on: date
    amount: Decimal
    of: Component | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """An agreement of the day *agreed*: what was due on *due* is due on *to* instead.

    Several dates share it equally. Its principal bears contract interest until then, at *rate*
    where that is given. What being late had cost by then moves with it.
    """

    due: date
    agreed: date
    to: tuple[date, ...]
    rate: Rate | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """Purchases on a card's statement, by the day on which the bank posted them.

    Without an amount it is all of the statement's that has no day of its own: on average that day.
    """

    on: date
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """A statement drawn on the day *on*: what is due on *due*, and the least of it if it says so.

    With a minimum it is a card's: its sum holds all that was unpaid, its own interest included.
    """

    due: date
    amount: Decimal
    minimum: Decimal | None
    on: date
    posted: tuple[Posting, ...] = ()


Agreement = Extension | Waiver | Bill  # what came about since the terms were made, on a day


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least that a revolving balance asks for: a share of it, and no less than a sum.

    The period's interest comes on top, unless it is included. What is paid in the days between
    the statement and the due date counts towards it, as the statement has named it already.
    """

    share: Decimal
    floor: Decimal = Decimal(0)
    includes_interest: bool = False
    statement_days: int = STATEMENT_DAYS


@dataclass(frozen=True)
class LoanTerms:
    """The agreement: ``listed`` installments, an amount due each period, or a principal to repay.

    Of a fixed ``amount``, ``interest`` is part. ``until`` is the last day on which an installment
    may fall due, in place of their count; with neither, a fixed amount falls due without end.

    Every installment due up to ``paid_until`` was paid as scheduled. The principal of a revolving
    loan is its balance on that day.

    The lender's own ``installment`` stands until the rate changes; what is worked out is a multiple
    of ``installment_multiple_of``. The last one takes the rest, and a ``balloon`` with it.

    Interest from ``start`` to ``capitalized_on`` is added to the principal on that day, with which
    the schedule begins (a student loan after its deferment: 34 CFR 685.202(b)).

    ``prepayment`` is where the lender takes money beyond what is due, None where nobody knows. No
    figure hangs on it: each payment says for itself where it went.
    """

    currency: str
    repayment: Repayment = Repayment.LISTED
    listed: tuple[Installment, ...] = ()
    principal: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    interest: Decimal = Decimal(0)
    installment_count: int = 0
    until: date | None = None
    first_due: date | None = None
    start: date | None = None
    capitalized_on: date | None = None
    paid_until: date | None = None
    installment_interest: InstallmentInterest = InstallmentInterest.PERIODIC
    installment: Decimal | None = None
    installment_multiple_of: Decimal | None = None
    installment_rounding: InstallmentRounding = InstallmentRounding.NEAREST
    installment_fee: InstallmentFee | None = None
    interest_only_installments: int = 0
    balloon: Decimal = Decimal(0)
    in_advance: bool = False  # each due at the beginning of its period
    frequency: Frequency = MONTHLY
    end_of_month: bool = False
    business_days: BusinessDays = ANY_DAY
    minimum: Minimum | None = None
    statement_day: int | None = None  # of the month before a due date: when its bill is drawn
    interest_from: InterestFrom = InterestFrom.DUE
    interest_on: InterestOn = InterestOn.UNPAID
    contract_rate: Rate | None = None
    day_count: DayCount = DayCount.ACT_365F
    penalty: Penalty | None = None
    penalty_base: PenaltyBase = PenaltyBase.OVERDUE_PRINCIPAL
    contract_interest_continues: bool = True
    compounding: Compounding = Compounding.NONE
    interest_on_interest_rate: Rate | None = None
    grace_days: int = 0
    grace_mode: GraceMode = GraceMode.RETROACTIVE
    grace_covers: tuple[GraceCovers, ...] = USUAL_GRACE
    residual: Residual = Residual.DUE
    residual_below: Decimal = Decimal(1)
    dpd_includes_due_date: bool = False
    acceleration_date: date | None = None
    fees: tuple[Fee, ...] = ()
    caps: tuple[Cap, ...] = ()
    allocation_order: tuple[Component, ...] = tuple(Component)
    allocation_by: AllocationBy = AllocationBy.INSTALLMENT
    prepayment: Prepayment | None = None
    rounding: Rounding = Rounding.HALF_UP
    rounding_at: RoundingAt = RoundingAt.END
    rate_changes: tuple[RateChange, ...] = ()
    pauses: tuple[Pause, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    extensions: tuple[Extension, ...] = ()
    bills: tuple[Bill, ...] = ()

    def __hash__(self) -> int:
        """Return the hash of every term; terms are looked up far more often than made."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(_every_term(self))

    @property
    def dues_listed(self) -> list[date]:
        """The due dates of sums that stand on dates: installments, or a statement that is alone."""
        if self.repayment is not Repayment.LISTED:
            return []
        return [part.due for part in self.listed or self.bills]

    @property
    def endless(self) -> bool:
        """Whether installments go on without a last one, as rent does."""
        fixed = self.repayment is Repayment.FIXED
        return fixed and not self.installment_count and self.until is None

    @property
    def prepayments(self) -> tuple[Prepayment, ...]:
        """Where money beyond what is due can go; nothing where a balance takes it at once."""
        if self.is_shaped:
            return (Prepayment.AHEAD,)
        return _PREPAYMENTS.get(self.repayment, (Prepayment.AHEAD,))

    @property
    def is_shaped(self) -> bool:
        """Whether the lender makes other installments of a principal than their kind says."""
        own = self.installment, self.installment_multiple_of, self.installment_fee
        return any((*own, self.interest_only_installments, self.balloon, self.in_advance))

    def prepayment_meant(self, to: str) -> Prepayment | None:
        """Return what a payment *to* somewhere does; None where the principal takes it two ways.

        To the "principal" means what the terms say of it, or the one way that there is.
        """
        if to != TO_PRINCIPAL:
            return Prepayment(to)
        ways = [way for way in self.prepayments if way is not Prepayment.AHEAD]
        return ways[0] if len(ways) == 1 else self.prepayment if self.prepayment in ways else None

    @cached_property
    def number(self) -> int:
        """How many installments there are; 0 without end, and for a revolving balance."""
        if self.until is None or self.first_due is None:
            return self.installment_count
        dues = (
            self.frequency.step(self.first_due, periods, end_of_month=self.end_of_month)
            for periods in range(MAX_INSTALLMENTS + 1)
        )
        return sum(1 for _ in takewhile(self.until.__ge__, dues))

    @property
    def statement_days(self) -> int:
        """How many days before its due date a minimum's statement is drawn, in its own period."""
        days = self.minimum.statement_days if self.minimum else 0
        return days if self.frequency.unit is Unit.MONTH else min(days, self.frequency.days)

    def __post_init__(self) -> None:
        """Refuse terms that contradict themselves."""
        check(self)

    @cached_property
    def rates(self) -> tuple[tuple[date | None, Rate | None, Rate | None], ...]:
        """The contract rate and the penalty rate, first from the outset, then from each change.

        The penalty rate is the one of the first days of lateness.
        """
        return tuple(self.rates_after(0))

    def rates_after(self, days_late: int) -> Iterator[tuple[date | None, Rate | None, Rate | None]]:
        """Yield the same for what is late by so many days already."""
        contract, penalty = self.contract_rate, self.penalty
        yield None, contract, self._penalty_rate(penalty, contract, days_late)
        for change in self.rate_changes:
            contract = change.contract_rate or contract
            penalty = change.penalty or penalty
            yield change.start, contract, self._penalty_rate(penalty, contract, days_late)

    @cached_property
    def penalties(self) -> tuple[Penalty, ...]:
        """The penalties that count at some time: the first one, and those of changes."""
        every = (self.penalty, *(change.penalty for change in self.rate_changes))
        return tuple(penalty for penalty in every if penalty is not None)

    @cached_property
    def penalty_steps(self) -> tuple[int, ...]:
        """After how many days of lateness some penalty has another rule, in order."""
        return tuple(sorted({s.after_days for penalty in self.penalties for s in penalty.steps}))

    @property
    def penalty_by_amount(self) -> bool:
        """Whether lateness costs a sum a day, whatever is overdue."""
        return any(penalty.rule is PenaltyRule.DAILY_AMOUNT for penalty in self.penalties)

    def penalty_on(self, day: date) -> Penalty | None:
        """Return the penalty that counts on *day*."""
        changed = [c.penalty for c in self.rate_changes if c.start < day and c.penalty]
        return changed[-1] if changed else self.penalty

    def rates_on(self, day: date) -> tuple[Rate | None, Rate | None]:
        """Return the contract rate and the penalty rate that count on *day*."""
        if not self.rate_changes:
            return self.rates[0][1:]
        return [
            (contract, penalty)
            for start, contract, penalty in self.rates
            if start is None or start < day
        ][-1]

    def _penalty_rate(
        self, penalty: Penalty | None, contract: Rate | None, days_late: int = 0
    ) -> Rate | None:
        """Return the rate of a penalty; of a sum a day, so many minor units for one."""
        if penalty is None:
            return None
        rule = penalty.after(days_late)
        if rule.rule is PenaltyRule.DAILY_AMOUNT:
            return Rate(Decimal(to_minor(rule.value, self.currency)), "day")
        return rule.rate(contract, continues=self.contract_interest_continues)

    @property
    def penalty_rate(self) -> Rate | None:
        """The penalty interest rate at the outset, or None where none was agreed."""
        return self._penalty_rate(self.penalty, self.contract_rate)

    def days_past_due(self, late: int) -> int:
        """Return how the terms count so many days after a due date: that day is one of them or not.

        Nothing is past due on the due date itself.
        """
        return late + (self.dpd_includes_due_date and late > 0)

    def days_late(self, days_past_due: int) -> int:
        """Return how many days after a due date it is first so many days past due."""
        return max(days_past_due - self.dpd_includes_due_date, min(days_past_due, 1))

    @property
    def penalty_grace(self) -> int:
        """For how many days after the due date no penalty is owed."""
        return self.grace_days if GraceCovers.PENALTY in self.grace_covers else 0

    @property
    def interest_grace(self) -> int:
        """Until how many days after the due date whoever pays it all owes no interest for them."""
        return self.grace_days if GraceCovers.INTEREST in self.grace_covers else 0

    @property
    def fee_grace(self) -> int:
        """For how many days after the due date no fee is charged, unless it says so itself."""
        return self.grace_days if GraceCovers.FEE in self.grace_covers else 0


class Lender(StrEnum):
    """Who lent the money: a bank and the like, or somebody the borrower knows."""

    BANK = "bank"
    PERSON = "person"


class RequestState(StrEnum):
    """Where a request for an extension stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Request:
    """A request for an extension, and since when it stands so."""

    state: RequestState
    on: date


_every_term = attrgetter(*(term.name for term in fields(LoanTerms)))


@dataclass(frozen=True, slots=True)
class AutoDebit:
    """Whether the lender debits an account by itself, which one, and when on the due date.

    It tries for the last time ``last_day`` days after the due date. With ``assume_paid`` a debit
    counts as made after that, unless the borrower says that it failed.
    """

    on: bool
    account: str | None = None
    times: tuple[time, ...] = ()
    last_day: int = 0
    assume_paid: bool = False


@dataclass(frozen=True, slots=True)
class FailedDebit:
    """The debit of the installment due on *due* did not go through, as was known from *on*."""

    due: date
    on: date


@dataclass(frozen=True, slots=True)
class Loan:
    """One loan of the borrower: its terms, what has been paid, what was agreed since, and facts.

    ``agreed``, ``asked`` and ``failed`` came by command, ``requests`` stand in the configuration.
    Of what is None nothing is known.
    """

    id: str
    name: str
    terms: LoanTerms
    timezone: str
    payments: tuple[Payment, ...] = ()
    contact: str | None = None
    channels: tuple[str, ...] | None = field(default=None)
    agreed: tuple[Agreement, ...] = ()
    requests: tuple[Request, ...] = ()
    asked: tuple[Request, ...] = ()
    failed: tuple[FailedDebit, ...] = ()
    app_path: str | None = None  # where in the lender's app one pays
    auto_debit: AutoDebit | None = None
    hardship: str | None = None  # why one cannot pay, for letters
    legal_letter: date | None = None  # when a court's or lawyer's letter came
    reported_after: int | None = None  # days past due from which the lender reports it
    record_years: int | None = None  # how long an entry is kept after settling
    lender: Lender = Lender.BANK
    tolerance: Decimal = Decimal(0)  # less than that, of what is nearly paid, is not spoken of

    def awaits_debit(self, due: date, as_of: date) -> bool:
        """Return whether only the lender's debit can say if an installment of the past is paid.

        That is so from the day after the due date until the borrower says that it failed.
        """
        if self.auto_debit is None or not self.auto_debit.on or due >= as_of:
            return False
        return not any(failure.due == due and failure.on <= as_of for failure in self.failed)

    def request(self, as_of: date) -> Request | None:
        """Return the request for an extension as it stands on a day, if there was any."""
        known = [asked for asked in (*self.requests, *self.asked) if asked.on <= as_of]
        # Of one day the last one counts: a lender may answer on the day it is asked.
        return max(reversed(known), key=attrgetter("on"), default=None)


def check(terms: LoanTerms) -> None:
    """Raise TermsError, which names the field and the remedy, where terms contradict themselves."""
    _check_schedule(terms)
    if terms.paid_until is not None:
        _check_year("paid_until", terms.paid_until)
    _check_rates(terms)
    _check_grace(terms)
    _check_caps(terms)
    _check_agreements(terms)
    if terms.prepayment is not None:
        check_prepayment(terms, terms.prepayment, "prepayment")


def check_prepayment(terms: LoanTerms, to: str, field: str) -> None:
    """Raise TermsError where money beyond what is due cannot go *to* where *field* says."""
    lowers = Prepayment.LOWER in terms.prepayments or terms.repayment is Repayment.REVOLVING
    if to in terms.prepayments or (to == TO_PRINCIPAL and lowers):
        return
    if terms.repayment is Repayment.REVOLVING:
        why = "a revolving balance is paid down at once (remove it)"
    elif Prepayment.LOWER in terms.prepayments:
        why = 'the principal falls due at the end, so no installment falls away (write "lower")'
    elif terms.is_shaped or terms.repayment is Repayment.FLAT:
        why = 'how the lender works such installments out anew is not known (write "ahead")'
    else:
        why = 'no principal is known to work its sums out anew from (write "ahead")'
    raise TermsError(field, f'"{to}" does not go with {terms.repayment}: {why}')


def _check_schedule(terms: LoanTerms) -> None:
    if terms.repayment is Repayment.LISTED:
        dues = terms.dues_listed
        if not dues:
            raise TermsError("due", "is missing (write the due date, as in due = 2026-12-05)")
        if dues != sorted(set(dues)):
            raise TermsError("installments", "due dates must be listed once each, in order")
        for due in dues:
            _check_year("due" if len(dues) == 1 else "installments", due)
        return
    if terms.repayment is Repayment.FIXED:
        _check_sum(terms, "amount", "falls due each time")
    elif terms.repayment is not Repayment.BILLED:
        _check_sum(terms, "principal", "was borrowed")
    if terms.repayment is not Repayment.BILLED:
        _check_count(terms)
    _check_dates(terms)
    _check_installments(terms)


def _check_installments(terms: LoanTerms) -> None:
    """Refuse what shapes installments where there are none of that kind."""
    for key, kinds in (
        ("installment", _LEVEL),
        ("installment_multiple_of", _AMORTIZING),
        ("interest_only_installments", _AMORTIZING),
        ("balloon", _AMORTIZING),
        ("installment_fee", (*_AMORTIZING, Repayment.INTEREST_ONLY)),
        ("in_advance", (Repayment.EQUAL_INSTALLMENT,)),
    ):
        if getattr(terms, key) and terms.repayment not in kinds:
            known = " or ".join(f'"{kind}"' for kind in kinds)
            raise TermsError(key, f"goes with repayment = {known} (remove it, or change repayment)")
    for key in ("start", "interest_only_installments"):
        if terms.in_advance and getattr(terms, key):
            sentence = "does not go with in_advance: interest starts on the first due date"
            raise TermsError(key, f"{sentence} (remove one of the two)")
    number = terms.interest_only_installments
    if number and not 0 < number < terms.number:
        sentence = f"{number} of {terms.number} leave none that repays the principal"
        raise TermsError("interest_only_installments", f"{sentence} (write fewer)")
    if terms.balloon >= terms.principal > 0:
        sentence = f"{terms.balloon} is not less than the principal {terms.principal}"
        remedy = 'write repayment = "interest-only" where all is repaid at the end'
        raise TermsError("balloon", f"{sentence} ({remedy})")


def _check_dates(terms: LoanTerms) -> None:
    if terms.first_due is None:
        raise TermsError("first_due", "is missing (write the first due date)")
    _check_year("first_due", terms.first_due)
    if terms.until is not None:
        _check_until(terms, terms.first_due, terms.until)
    if terms.start is not None:
        _check_year("start", terms.start)
        if terms.start >= terms.first_due:
            raise TermsError(
                "start", f"{terms.start} is not before first_due {terms.first_due} (swap them?)"
            )
    if terms.capitalized_on is not None:
        _check_capitalized(terms, terms.first_due, terms.capitalized_on)
    if terms.end_of_month and not terms.frequency.by_calendar:
        raise TermsError("end_of_month", "goes with months (remove it, or change frequency)")


def _check_capitalized(terms: LoanTerms, first_due: date, day: date) -> None:
    """Refuse a day outside the time before the first due date, and loans that have no such time."""
    if terms.repayment not in _CAPITALIZING:
        sentence = f"does not go with {terms.repayment} (remove it, and write what is owed by now)"
        raise TermsError("capitalized_on", sentence)
    if terms.start is None:
        sentence = "needs the day from which interest ran before it (add start = 2026-03-24)"
        raise TermsError("capitalized_on", sentence)
    if not terms.start < day < first_due:
        sentence = f"{day} is not between start {terms.start} and first_due {first_due}"
        raise TermsError("capitalized_on", f"{sentence} (check the year)")
    if terms.acceleration_date is not None and terms.acceleration_date < day:
        sentence = f"{terms.acceleration_date} is before capitalized_on {day}"
        remedy = "remove capitalized_on: nothing was capitalized by then"
        raise TermsError("acceleration_date", f"{sentence} ({remedy})")


def _check_count(terms: LoanTerms) -> None:
    if terms.repayment is Repayment.REVOLVING:
        if terms.minimum is None:
            raise TermsError(
                "minimum", 'is missing for a revolving balance (write minimum.percent = "10%")'
            )
        return
    if terms.endless:
        _check_endless(terms)
        return
    if terms.until is None and not 1 <= terms.installment_count <= MAX_INSTALLMENTS:
        raise TermsError("installments", f"must be 1 to {MAX_INSTALLMENTS}")


def _check_until(terms: LoanTerms, first_due: date, until: date) -> None:
    _check_year("until", until)
    if until < first_due:
        raise TermsError("until", f"{until} is before first_due {first_due} (swap them?)")
    if terms.number > MAX_INSTALLMENTS:
        sentence = f"{until} makes more than {MAX_INSTALLMENTS} installments"
        raise TermsError("until", f"{sentence} (check the year and frequency)")


def _check_endless(terms: LoanTerms) -> None:
    """Refuse what needs a rest of the loan: without a last installment there is none."""
    remedy = "(add installments = 48 or until = 2030-12-31 if it ends, or remove this)"
    if terms.acceleration_date is not None:
        sentence = "calls the whole loan due, but this one goes on without end"
        raise TermsError("acceleration_date", f"{sentence} {remedy}")
    if terms.penalty_base is PenaltyBase.OUTSTANDING_PRINCIPAL:
        sentence = f"{terms.penalty_base} is all that is still to pay, but this goes on without end"
        raise TermsError("penalty_base", f"{sentence} {remedy}")


def _check_sum(terms: LoanTerms, key: str, meaning: str) -> None:
    if getattr(terms, key) <= 0:
        raise TermsError(key, f"must be above zero (write what {meaning})")
    try:
        to_minor(getattr(terms, key), terms.currency)
    except ValueError as error:
        raise TermsError(key, str(error)) from None


def _check_rates(terms: LoanTerms) -> None:
    _check_penalties(terms)
    rules = [rule.rule for penalty in terms.penalties for rule in penalty.rules]
    replaces = PenaltyRule.MULTIPLE_OF_CONTRACT in rules
    if replaces and terms.contract_interest_continues:
        raise TermsError(
            "contract_interest_continues",
            "is true, but penalty.multiple_of_contract already contains the contract interest "
            "(write false, or use penalty.fraction_of_contract)",
        )
    if terms.compounding is Compounding.NONE:
        return
    if terms.penalty is not None and terms.penalty.at_least is not None:
        sentence = "does not go with compounding (remove one of the two)"
        raise TermsError("penalty.at_least", sentence)
    own = terms.interest_on_interest_rate is not None
    if not own and (terms.penalty is None or terms.penalty_by_amount):
        raise TermsError(
            "compounding",
            'has no rate (add interest_on_interest_rate = "18%", or a penalty, whose rate counts)',
        )


def _check_penalties(terms: LoanTerms) -> None:
    for days in (0, *terms.penalty_steps):
        list(terms.rates_after(days))  # each penalty rule must have the rate that it refers to
    for penalty in terms.penalties:
        after = [step.after_days for step in penalty.steps]
        if after != sorted(set(after)) or min(after, default=1) < 1:
            raise TermsError("penalty.steps", "must be listed once each, by after_days, from 1 on")
    sums = {rule.rule is PenaltyRule.DAILY_AMOUNT for p in terms.penalties for rule in p.rules}
    if len(sums) > 1:
        sentence = "is a sum, but at another time the penalty is a rate (write all of one kind)"
        raise TermsError("penalty.daily_amount", sentence)


def _check_grace(terms: LoanTerms) -> None:
    if not 0 <= terms.grace_days <= 365:
        raise TermsError("grace_days", f"{terms.grace_days} days of grace (write 0 to 365)")
    period = _period(terms)
    if period is not None and terms.grace_days > period:
        raise TermsError(
            "grace_days",
            f"{terms.grace_days} days of grace are more than the {period} days between two "
            f"installments (write {period} or fewer)",
        )


def _check_caps(terms: LoanTerms) -> None:
    """Refuse a cap on the total cost where nobody can say how much was borrowed."""
    unknown = terms.endless or terms.bills or terms.minimum or terms.repayment in _UNKNOWN
    for number, cap in enumerate(terms.caps):
        if cap.cost is not None and unknown:
            sentence = "is a share of what was borrowed, which nobody knows of this loan"
            raise TermsError(f"caps.{number}.cost", f"{sentence} (write fees or annual_rate)")


def _period(terms: LoanTerms) -> int | None:
    if terms.repayment is Repayment.LISTED:
        pairs = zip(terms.listed, terms.listed[1:], strict=False)
        return max(((b.due - a.due).days for a, b in pairs), default=None)
    goes_on = terms.repayment in (Repayment.REVOLVING, Repayment.BILLED)
    one = not goes_on and terms.number == 1
    return None if one else terms.frequency.days + terms.frequency.by_calendar


def _check_agreements(terms: LoanTerms) -> None:
    for number, pause in enumerate(terms.pauses):
        if pause.last < pause.first:
            raise TermsError(
                f"pauses.{number}.to", f"{pause.last} is before {pause.first} (swap them?)"
            )
    starts = [change.start for change in terms.rate_changes]
    if starts != sorted(set(starts)):
        raise TermsError("rate_changes", "must be listed once for each date, in order")
    for number, extension in enumerate(terms.extensions):
        if list(extension.to) != sorted(set(extension.to)) or extension.to[:1] <= (extension.due,):
            raise TermsError(
                f"extensions.{number}.to", f"must be later than {extension.due}, in order"
            )


def _check_year(field: str, day: date) -> None:
    first, last = YEARS
    if not first <= day.year <= last:
        raise TermsError(field, f"{day} is not in the years {first} to {last} (check the year)")
