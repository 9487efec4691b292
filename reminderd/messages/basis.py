"""By which rules a figure was worked out, in the words of a locale."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ..loans.bills import lives_by_bills
from ..loans.business_days import is_provisional
from ..loans.charges import Amount, CapMode, Fee, FeeKind, FeeOf, FeePer, InstallmentFee
from ..loans.frequency import MONTHLY
from ..loans.money import Money, Rate, minor_digits
from ..loans.position import Position
from ..loans.terms import (
    AllocationBy,
    Component,
    Compounding,
    GraceCovers,
    GraceMode,
    InstallmentInterest,
    InterestFrom,
    Lender,
    Loan,
    LoanTerms,
    Minimum,
    Penalty,
    PenaltyBase,
    PenaltyRule,
    Repayment,
    Residual,
)
from .words import Words

_PENALTY = {
    PenaltyBase.OVERDUE_PRINCIPAL: "penalty",
    PenaltyBase.OVERDUE_INSTALLMENT: "penalty_on_installment",
    PenaltyBase.OUTSTANDING_PRINCIPAL: "penalty_on_outstanding",
}


def basis(position: Position, say: Words) -> list[str]:
    """Say by which rules the figures of *position* were worked out, a clause for each."""
    return list(_Basis(position.loan, position.as_of, say).clauses(position))


def brief_basis(position: Position, say: Words) -> list[str]:
    """Say by which rates the figures were worked out, for where there is little room."""
    return list(_Basis(position.loan, position.as_of, say).rates())


class _Basis:
    """Writes the clauses of one loan's terms."""

    def __init__(self, loan: Loan, as_of: date, say: Words) -> None:
        self.terms = terms = loan.terms
        self.person = loan.lender is Lender.PERSON
        self.as_of = as_of
        self.words = say
        self.contract, self.penalty = terms.rates_on(as_of)
        self.agreed_penalty = terms.penalty_on(as_of)

    def say(self, key: str, **values: str) -> str:
        return self.words.say("basis", key, **values)

    def clauses(self, position: Position) -> Iterator[str]:
        yield from self._past()
        yield from self._interest()
        yield from self._lateness()
        yield from (self._fee(fee) for fee in self.terms.fees)
        yield from self._limits()
        yield from self._order()
        yield from self._days(position)
        if not self._is_plain():
            yield self._rounding()

    def _past(self) -> Iterator[str]:
        if (day := self.terms.paid_until) is not None:
            revolving = self.terms.repayment is Repayment.REVOLVING
            shown = self.words.day(day, self.as_of)
            yield self.say("balance_of" if revolving else "paid_until", day=shown)
        if self.terms.start and self.terms.capitalized_on:
            dates = self.terms.start, self.terms.capitalized_on
            start, end = (self.words.day(day, self.as_of) for day in dates)
            yield self.say("capitalized", start=start, end=end)

    def rates(self) -> Iterator[str]:
        yield self._contract()
        if not self._is_plain():
            yield self._penalty()

    def _is_plain(self) -> bool:
        """Return whether somebody lent it for nothing, so that no rule is worth a word."""
        return self.person and self.contract is None and self.penalty is None

    def _rounding(self) -> str:
        digits = minor_digits(self.terms.currency)
        unit = {0: "whole_unit", 2: "hundredth"}.get(digits, "smaller_unit")
        key = f"rounding_{self.terms.rounding}_{self.terms.rounding_at}"
        return self.say(key, unit=self.say(unit))

    def _contract(self) -> str:
        if self.contract is None:
            return self.say("interest_free" if self.person else "no_contract")
        return self.say("contract", rate=self._rate(self.contract))

    def _penalty(self) -> str:
        if self.penalty is None or self.agreed_penalty is None:
            return self.say("no_penalty")
        if self.agreed_penalty.rule is PenaltyRule.DAILY_AMOUNT:
            outstanding = self.terms.penalty_base is PenaltyBase.OUTSTANDING_PRINCIPAL
            key = "penalty_amount_once" if outstanding else "penalty_amount"
            said = self.say(key, amount=self._money(self.agreed_penalty.value))
        else:
            said = self.say(_PENALTY[self.terms.penalty_base], rate=self._rate(self.penalty))
        steps = (self._step(step.after_days) for step in self.agreed_penalty.steps)
        return self.say("comma").join([said, *steps])

    def _step(self, after_days: int) -> str:
        """Say what the penalty is from when an installment is later than so many days."""
        day = str(after_days + 1)
        assert self.agreed_penalty is not None  # it has steps
        rule = self.agreed_penalty.after(after_days)
        if rule.rule is PenaltyRule.DAILY_AMOUNT:
            return self.say("penalty_step_amount", day=day, amount=self._money(rule.value))
        rate = rule.rate(self.contract, continues=self.terms.contract_interest_continues)
        return self.say("penalty_step", day=day, rate=self._rate(rate))

    def _penalty_limits(self, penalty: Penalty) -> Iterator[str]:
        if penalty.at_least:
            yield self.say("penalty_at_least", least=self._money(penalty.at_least))
        if penalty.at_most is not None:
            yield self.say("penalty_at_most", share=self.words.share(penalty.at_most))

    def _interest(self) -> Iterator[str]:
        yield self._contract()
        if self.contract is not None:
            goes_on = self.terms.contract_interest_continues
            yield self.say("contract_continues" if goes_on else "contract_stops")
        if self.contract and self.terms.repayment is Repayment.EQUAL_INSTALLMENT:
            yield self._level(self.contract)
        yield from self._shape()
        if self.terms.minimum is not None:
            yield from self._minimum(self.terms.minimum)
        yield from self._statement_interest()

    def _shape(self) -> Iterator[str]:
        """Say what makes installments other than their kind alone."""
        terms = self.terms
        if terms.repayment is Repayment.FLAT:
            yield self.say("flat")
        if terms.installment is not None:
            yield self.say("installment", amount=self._money(terms.installment))
        if terms.installment_multiple_of is not None:
            unit = self._money(terms.installment_multiple_of)
            yield self.say(f"installment_{terms.installment_rounding}", unit=unit)
        if terms.installment_fee is not None:
            yield self._installment_fee(terms.installment_fee)
        if terms.interest_only_installments:
            yield self.say("interest_only", count=str(terms.interest_only_installments))
        if terms.in_advance:
            yield self.say("in_advance")
        if terms.balloon:
            yield self.say("balloon", amount=self._money(terms.balloon))

    def _installment_fee(self, fee: InstallmentFee) -> str:
        share = self.say("installment_fee_share", share=self.words.share(fee.share))
        amount = share if fee.share else self._money(fee.flat)
        return self.say(f"installment_fee_{fee.charged}", amount=amount)

    def _level(self, contract: Rate) -> str:
        if self.terms.installment_interest is not InstallmentInterest.PERIODIC:
            return self.say("level_by_days")
        twelfth = contract.per == "year" and self.terms.frequency == MONTHLY
        return self.say("level" if twelfth else "level_periods")

    def _minimum(self, minimum: Minimum) -> Iterator[str]:
        amount = self.say("minimum_share", share=self.words.share(minimum.share))
        if minimum.floor:
            amount = self.say("fee_at_least", amount=amount, least=self._money(minimum.floor))
        included = minimum.includes_interest
        yield self.say("minimum_with_interest" if included else "minimum", amount=amount)
        days = self.terms.statement_days
        if days and not (lives_by_bills(self.terms) or self.terms.bills):
            yield self.say("statement", days=self.words.days(days))

    def _statement_interest(self) -> Iterator[str]:
        terms = self.terms
        if (lives_by_bills(terms) or terms.bills) and terms.interest_from is not InterestFrom.DUE:
            yield self.say(f"{terms.interest_on}_from_{terms.interest_from}")

    def _lateness(self) -> Iterator[str]:
        terms = self.terms
        if not self._is_plain():
            yield self._penalty()
        if terms.penalty is not None:
            yield from self._penalty_limits(terms.penalty)
        on_interest = terms.interest_on_interest_rate or self.penalty
        if terms.compounding is not Compounding.NONE and on_interest:
            yield self.say(f"compounding-{terms.compounding}", rate=self._rate(on_interest))
        if terms.dpd_includes_due_date:
            yield self.say("counts_due_date")
        if terms.acceleration_date:
            yield self.say("accelerated", day=self.words.day(terms.acceleration_date, self.as_of))
        if terms.grace_days and terms.grace_covers:
            yield self.say(_grace(terms), days=self.words.days(terms.grace_days))
        if terms.residual is not Residual.DUE:
            yield self.say(f"residual_{terms.residual}")

    def _rate(self, rate: Rate) -> str:
        return self.words.percent(rate, self.terms)

    def _fee(self, fee: Fee) -> str:
        amount = self._amount(fee.amount, fee.of)
        least, most = fee.minimum, fee.maximum
        if least is not None and most is not None:
            shown = {"least": self._money(least), "most": self._money(most)}
            amount = self.say("fee_between", amount=amount, **shown)
        elif least is not None:
            amount = self.say("fee_at_least", amount=amount, least=self._money(least))
        elif most is not None:
            amount = self.say("fee_at_most", amount=amount, most=self._money(most))
        key = "fee" if fee.per is FeePer.INSTALLMENT else "fee_per_period"
        return self.say(key, name=self.words.fee(fee.name), amount=amount)

    def _amount(self, amount: Amount, of: FeeOf) -> str:
        if amount.kind is FeeKind.FLAT:
            return self._money(amount.value)
        if amount.kind is FeeKind.PERCENT:
            return self.say(f"fee_percent_{of}", share=self.words.share(amount.value))
        if amount.kind is FeeKind.TIERED:
            return self._tiers(amount, of)
        parts = self.say("and").join(self._amount(part, of) for part in amount.of)
        lesser = amount.kind is FeeKind.LESSER_OF
        return self.say("fee_lesser" if lesser else "fee_greater", parts=parts)

    def _tiers(self, amount: Amount, of: FeeOf) -> str:
        parts = []
        for bound, tier in amount.tiers:
            shown = self._amount(tier, of)
            if bound:
                shown = self.say("fee_tier", bound=self._money(bound), amount=shown)
            parts.append(shown)
        return self.say("fee_tiers", parts=self.say("comma").join(parts))

    def _money(self, amount: Decimal) -> str:
        return self.words.money(Money.of(amount, self.terms.currency))

    def _limits(self) -> Iterator[str]:
        for cap in self.terms.caps:
            if cap.mode is CapMode.ENFORCE and cap.annual_rate is not None:
                yield self.say("capped", cap=self.words.share(cap.annual_rate))
            elif cap.mode is CapMode.ENFORCE and cap.fees is not None:
                yield self.say("fees_capped", cap=self._money(cap.fees))
            elif cap.mode is CapMode.ENFORCE and cap.cost is not None:
                yield self.say("cost_capped", cap=self.words.share(cap.cost))

    def _order(self) -> Iterator[str]:
        by_component = self.terms.allocation_by is AllocationBy.COMPONENT
        if by_component or self.terms.allocation_order != tuple(Component):
            parts = [self.words.part(str(part)) for part in self.terms.allocation_order]
            order = self.words.line("arrow").join(parts)
            yield self.say("order_by_component" if by_component else "order", order=order)

    def _days(self, position: Position) -> Iterator[str]:
        calendar = self.terms.business_days.calendar
        if calendar is None:
            return
        convention = self.terms.business_days.convention
        yield self.say(f"business_days_{convention}", calendar=calendar)
        due = position.pay_by
        if due is not None and is_provisional(due, calendar):
            yield self.say("provisional", year=str(due.year))


def _grace(terms: LoanTerms) -> str:
    if GraceCovers.PENALTY not in terms.grace_covers:
        record = GraceCovers.REPORTING in terms.grace_covers
        return "grace_penalty_anyway" if record else "grace_fees_only"
    if GraceCovers.INTEREST in terms.grace_covers and terms.contract_rate is not None:
        return "grace_in_full"
    retroactive = terms.grace_mode is GraceMode.RETROACTIVE
    return "grace_retroactive" if retroactive else "grace_deducted"
