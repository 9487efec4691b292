"""The derivation of a figure, step by step, such that it can be checked with pencil and paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .accrual import Account, Owed, Period, Split
from .daycount import days_between
from .money import Money, Rate
from .terms import Loan, LoanTerms


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the derivation; ``amount`` is exact to a millionth of a minor unit.

    Kinds: ``principal`` and ``scheduled-interest`` (what fell due), ``interest`` and ``penalty``
    (what a period accrued), ``grace`` (penalty not owed because of the grace period), ``payment``
    (what was paid, with its split), ``paid-early`` (what a payoff closed before it fell due),
    ``credit`` (paid, but for installments to come), ``rounding`` (from the exact sum to the
    figure), ``total``.
    """

    kind: str
    due: date | None
    amount: Decimal
    currency: str
    base: Money | None = None
    rate: Rate | None = None
    days: int | None = None
    year_days: int | None = None
    start: date | None = None
    end: date | None = None
    split: Owed | None = None


def explain(loan: Loan, as_of: date) -> list[Step]:
    """Return the steps whose amounts add up exactly to the position's ``due.total``."""
    trace: list[Period | Split] = []
    account = Account(loan.terms, trace).run(loan.payments, as_of)
    return _Derivation(loan, account, as_of, trace).steps()


class _Derivation:
    """Turns an account's trace into steps."""

    def __init__(
        self, loan: Loan, account: Account, as_of: date, trace: list[Period | Split]
    ) -> None:
        self.terms: LoanTerms = loan.terms
        self.account = account
        self.as_of = as_of
        self.trace = trace

    def steps(self) -> list[Step]:
        for line in self.account.lines:
            self.account.accrue(line)
            if line.accrued_penalty and self.account.in_grace(line, self.account.today):
                self.account.spare(line)
        steps = self._fallen_due()
        for event in self.trace:
            steps += self._accrued(event) if isinstance(event, Period) else self._paid(event)
        if self.account.credit:
            steps.append(self._step("credit", None, self._decimal(self.account.credit)))
        total = self._decimal(self.account.due(self.as_of).total)
        rounding = total - sum((step.amount for step in steps), Decimal(0))
        if rounding:
            steps.append(self._step("rounding", None, rounding))
        return [*steps, self._step("total", None, total)]

    def _fallen_due(self) -> list[Step]:
        steps = []
        lines = len(self.account.lines)
        for part in self.account.schedule[:lines]:
            steps.append(self._step("principal", part.due, self._decimal(part.principal)))
            if part.interest:
                interest = self._decimal(part.interest)
                steps.append(self._step("scheduled-interest", part.due, interest))
        return steps

    def _accrued(self, period: Period) -> list[Step]:
        if period.kind == "grace":
            undone = self._decimal(Fraction(period.accrued, self.account.tariff.scale))
            return [self._step("grace", period.due, undone, start=period.start, end=period.end)]
        interest = period.kind == "interest"
        rate = self.terms.contract_rate if interest else self.terms.penalty_rate
        assert rate is not None  # nothing accrues without a rate
        return [
            self._step(
                period.kind,
                period.due,
                self._decimal(period.base * Fraction(rate.value) * days / (year_days or 1)),
                base=Money(period.base, self.terms.currency),
                rate=rate,
                days=days,
                year_days=year_days,
                start=start,
                end=end,
            )
            for start, end, days, year_days in self._pieces(rate, period)
        ]

    def _pieces(self, rate: Rate, period: Period) -> list[tuple[date, date, int, int | None]]:
        if rate.per == "day":
            return [(period.start, period.end, days_between(period.start, period.end), None)]
        return [*self.terms.day_count.pieces(period.start, period.end)]

    def _paid(self, split: Split) -> list[Step]:
        paid = self._step(
            "payment", None, -self._decimal(split.amount), end=split.date, split=split.to
        )
        if not split.early.total:
            return [paid]
        return [
            self._step("paid-early", None, self._decimal(split.early.total), end=split.date),
            paid,
        ]

    def _decimal(self, minor: int | Fraction) -> Decimal:
        millionths = round(Fraction(minor) * 10**6)
        return Decimal(millionths).scaleb(-6) * Money(1, self.terms.currency).amount

    def _step(self, kind: str, due: date | None, amount: Decimal, **details: Any) -> Step:
        return Step(kind, due, amount, self.terms.currency, **details)
