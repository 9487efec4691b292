"""What a loan agreement says, as plain data. One model serves every preset.

Terms check themselves: contradictory ones raise TermsError, which names the field and the remedy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from ..errors import TermsError
from .daycount import DayCount
from .money import Rate, to_minor

MAX_INSTALLMENTS = 1200
YEARS = (1900, 2200)  # a date outside is a slip of the pen, and the calendar must not run out


class Repayment(StrEnum):
    """How the principal is repaid."""

    LISTED = "listed"
    EQUAL_PRINCIPAL = "equal-principal"
    EQUAL_INSTALLMENT = "equal-installment"


class GraceMode(StrEnum):
    """What happens to the days inside the grace period once it has passed unpaid."""

    RETROACTIVE = "retroactive"
    DEDUCTED = "deducted"


class GraceCovers(StrEnum):
    """What a grace period spares the borrower."""

    PENALTY = "penalty"
    FEE = "fee"
    REPORTING = "reporting"


class PenaltyBase(StrEnum):
    """What penalty interest is charged on."""

    OVERDUE_PRINCIPAL = "overdue-principal"
    OVERDUE_INSTALLMENT = "overdue-installment"


class PenaltyRule(StrEnum):
    """How the lender words the price of being late."""

    DAILY_RATE = "daily_rate"
    ANNUAL_RATE = "annual_rate"
    MULTIPLE_OF_CONTRACT = "multiple_of_contract"
    FRACTION_OF_CONTRACT = "fraction_of_contract"
    SPREAD = "spread"


@dataclass(frozen=True, slots=True)
class Penalty:
    """Penalty interest on overdue principal: a rule and its value, both as agreed."""

    rule: PenaltyRule
    value: Decimal

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


@dataclass(frozen=True, slots=True)
class Installment:
    """A part of the loan that falls due on one date, in minor units."""

    due: date
    principal: int
    interest: int

    @property
    def total(self) -> int:
        """What falls due, in minor units."""
        return self.principal + self.interest


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that reached the lender on a date. ``recorded_at`` is when reminderd heard of it."""

    on: date
    amount: Decimal
    recorded_at: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """The agreement. Either ``listed`` installments, or a principal and how it is repaid."""

    currency: str
    repayment: Repayment = Repayment.LISTED
    listed: tuple[Installment, ...] = ()
    principal: Decimal = Decimal(0)
    installment_count: int = 0
    first_due: date | None = None
    start: date | None = None
    contract_rate: Rate | None = None
    day_count: DayCount = DayCount.ACT_365F
    penalty: Penalty | None = None
    penalty_base: PenaltyBase = PenaltyBase.OVERDUE_PRINCIPAL
    contract_interest_continues: bool = True
    grace_days: int = 0
    grace_mode: GraceMode = GraceMode.RETROACTIVE
    grace_covers: tuple[GraceCovers, ...] = tuple(GraceCovers)

    def __post_init__(self) -> None:
        """Refuse terms that contradict themselves."""
        self._check_schedule()
        self._check_rates()
        if not 0 <= self.grace_days <= 365:
            raise TermsError("grace_days", f"{self.grace_days} days of grace (write 0 to 365)")

    def _check_schedule(self) -> None:
        if self.repayment is Repayment.LISTED:
            dues = [part.due for part in self.listed]
            if not dues:
                raise TermsError("due", "is missing (write the due date, as in due = 2026-12-05)")
            if dues != sorted(set(dues)):
                raise TermsError("installments", "due dates must be listed once each, in order")
            for due in dues:
                _check_year("due" if len(dues) == 1 else "installments", due)
            return
        self._check_principal()
        if not 1 <= self.installment_count <= MAX_INSTALLMENTS:
            raise TermsError("installments", f"must be 1 to {MAX_INSTALLMENTS}")
        if self.first_due is None:
            raise TermsError("first_due", "is missing (write the first due date)")
        _check_year("first_due", self.first_due)
        if self.start is None:
            return
        _check_year("start", self.start)
        if self.start >= self.first_due:
            raise TermsError(
                "start", f"{self.start} is not before first_due {self.first_due} (swap them?)"
            )

    def _check_principal(self) -> None:
        if self.principal <= 0:
            raise TermsError("principal", "must be above zero (write what was borrowed)")
        try:
            to_minor(self.principal, self.currency)
        except ValueError as error:
            raise TermsError("principal", str(error)) from None

    def _check_rates(self) -> None:
        if self.penalty is None:
            return
        self.penalty.rate(self.contract_rate, continues=self.contract_interest_continues)
        replaces = self.penalty.rule is PenaltyRule.MULTIPLE_OF_CONTRACT
        if replaces and self.contract_interest_continues:
            raise TermsError(
                "contract_interest_continues",
                "is true, but penalty.multiple_of_contract already contains the contract interest "
                "(write false, or use penalty.fraction_of_contract)",
            )

    @property
    def penalty_rate(self) -> Rate | None:
        """The penalty interest rate, or None where none was agreed."""
        if self.penalty is None:
            return None
        return self.penalty.rate(self.contract_rate, continues=self.contract_interest_continues)

    @property
    def penalty_grace(self) -> int:
        """For how many days after the due date no penalty is owed."""
        return self.grace_days if GraceCovers.PENALTY in self.grace_covers else 0


def _check_year(field: str, day: date) -> None:
    first, last = YEARS
    if not first <= day.year <= last:
        raise TermsError(field, f"{day} is not in the years {first} to {last} (check the year)")


@dataclass(frozen=True, slots=True)
class Loan:
    """One loan of the borrower: its terms and what has been paid."""

    id: str
    name: str
    terms: LoanTerms
    timezone: str
    payments: tuple[Payment, ...] = ()
    contact: str | None = None
    channels: tuple[str, ...] | None = field(default=None)
