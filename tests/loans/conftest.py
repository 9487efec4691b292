"""Loans written as a borrower would write them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reminderd.loans import account, prepayment, rules, schedule, tariff
from reminderd.loans.charges import (
    Amount,
    Cap,
    CapMode,
    Charged,
    Fee,
    FeeKind,
    FeeOf,
    FeePer,
    InstallmentFee,
)
from reminderd.loans.daycount import DayCount
from reminderd.loans.frequency import BusinessDayConvention, BusinessDays, Frequency, Unit
from reminderd.loans.money import Rate, Rounding, parse_ratio, to_minor
from reminderd.loans.position import value
from reminderd.loans.terms import (
    AllocationBy,
    Component,
    Compounding,
    Extension,
    GraceCovers,
    GraceMode,
    Installment,
    InstallmentInterest,
    InstallmentRounding,
    Loan,
    LoanTerms,
    Minimum,
    Pause,
    Payment,
    Penalty,
    PenaltyBase,
    PenaltyRule,
    PenaltyStep,
    Prepayment,
    RateChange,
    Repayment,
    Residual,
    RoundingAt,
    Waiver,
)


def _rate(words):
    """Return the rate that annual_rate or daily_rate names, or None."""
    for key, per in (("annual_rate", "year"), ("daily_rate", "day")):
        if key in words:
            return Rate(parse_ratio(words[key]), per)
    return None


def _penalty(words):
    """Return a penalty: {rule: worth}, with steps as (after_days, {rule: worth}), and limits."""
    if words is None:
        return None
    steps = tuple(PenaltyStep(days, _penalty(rule)) for days, rule in words.get("steps", ()))
    least, most = (words.get(key) for key in ("at_least", "at_most"))
    limits = {"at_least": least and Decimal(least), "at_most": most and parse_ratio(most)}
    [(rule, worth)] = [(key, words[key]) for key in words if key in {*PenaltyRule}]
    return Penalty(PenaltyRule(rule), parse_ratio(worth), steps, **limits)


def _installment_fee(words):
    """Return a fee for paying in installments: "0.6%" or "60", with each or (…, "first")."""
    amount, charged = (words, "each") if isinstance(words, str) else words
    key = "share" if amount.endswith("%") else "flat"
    return InstallmentFee(**{key: parse_ratio(amount)}, charged=Charged(charged))


def _frequency(words):
    count, unit = words.split()
    return Frequency(int(count), Unit(unit.removesuffix("s")))


def _minimum(words):
    """Return a minimum: a share, its floor, whether it has interest in, days from the statement."""
    share, *floor = [words] if isinstance(words, str) else words
    return Minimum(parse_ratio(share), *(Decimal(amount) for amount in floor[:1]), *floor[1:])


def _amount(words):
    """Return a fee's amount: "25", "5%", or {lesser_of: [...]}, {tiers: [(bound, amount)]}."""
    if isinstance(words, str):
        kind = FeeKind.PERCENT if words.endswith("%") else FeeKind.FLAT
        return Amount(kind, parse_ratio(words))
    ((kind, parts),) = words.items()
    if kind == "tiers":
        tiers = tuple((Decimal(bound), _amount(amount)) for bound, amount in parts)
        return Amount(FeeKind.TIERED, tiers=tiers)
    return Amount(FeeKind(kind), of=tuple(_amount(part) for part in parts))


def _fee(words):
    """Return a fee: an amount, or a table {amount, per, after_days, min, max, name, of}."""
    table = words if isinstance(words, dict) and "amount" in words else {"amount": words}
    least, most = (table.get(key) for key in ("min", "max"))
    return Fee(
        _amount(table["amount"]),
        FeePer(table.get("per", "installment")),
        table.get("after_days"),
        None if least is None else Decimal(least),
        None if most is None else Decimal(most),
        table.get("name"),
        FeeOf(table.get("of", "overdue")),
    )


def _cap(words):
    """Return a cap: {annual_rate: "24%"}, {fees: "50"} or {cost: "100%"}, enforced by itself."""
    rate, fees, cost = (words.get(key) for key in ("annual_rate", "fees", "cost"))
    return Cap(
        CapMode(words.get("mode", "enforce")),
        None if rate is None else parse_ratio(rate),
        None if fees is None else Decimal(fees),
        None if cost is None else parse_ratio(cost),
    )


def _change(words):
    start, new = words
    return RateChange(start, _rate(new), _penalty(new.get("penalty")))


def _waiver(words):
    on, amount, *of = words
    return Waiver(on, Decimal(amount), *(Component(part) for part in of))


def _extension(words):
    """Return an extension from {due, agreed, to} with an annual_rate or daily_rate or neither."""
    return Extension(words["due"], words["agreed"], tuple(words["to"]), _rate(words))


def _each(kind):
    return lambda items: tuple(kind(item) for item in items)


_KINDS = {
    "day_count": DayCount,
    "frequency": _frequency,
    "business_days": lambda words: BusinessDays(BusinessDayConvention(words[0]), words[1]),
    "minimum": _minimum,
    "installment_interest": InstallmentInterest,
    "installment": Decimal,
    "installment_multiple_of": Decimal,
    "installment_rounding": InstallmentRounding,
    "installment_fee": _installment_fee,
    "balloon": Decimal,
    "penalty": _penalty,
    "penalty_base": PenaltyBase,
    "compounding": Compounding,
    "interest_on_interest_rate": lambda words: _rate(
        words if isinstance(words, dict) else {"annual_rate": words}
    ),
    "grace_mode": GraceMode,
    "grace_covers": _each(GraceCovers),
    "residual": Residual,
    "residual_below": Decimal,
    "fees": _each(_fee),
    "caps": _each(_cap),
    "allocation_order": _each(Component),
    "allocation_by": AllocationBy,
    "prepayment": Prepayment,
    "rounding": Rounding,
    "rounding_at": RoundingAt,
    "rate_changes": _each(_change),
    "pauses": _each(lambda days: Pause(*days)),
    "waivers": _each(_waiver),
    "extensions": _each(_extension),
}


def _terms(currency="CNY", **words):
    """Translate plain words into terms; the keys are those of the configuration file."""
    rate = _rate({key: said for key, said in words.items() if said is not None})
    words = {key: said for key, said in words.items() if key not in {"annual_rate", "daily_rate"}}
    said = {key: _KINDS[key](item) if key in _KINDS else item for key, item in words.items()}
    return LoanTerms(currency=currency, **({"contract_rate": rate} if rate else {}), **said)


def _payment(on, amount, to=None):
    return Payment(on, Decimal(amount), to=None if to is None else Prepayment(to))


def _loan(terms, paid):
    payments = tuple(_payment(*words) for words in paid)
    return Loan("loan", "Loan", terms, "Asia/Shanghai", payments)


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Have every test work its figures out itself: loans alike are worked out only once."""
    for module in (account, prepayment, rules, schedule, tariff):
        for remembered in vars(module).values():
            if hasattr(remembered, "cache_clear"):
                remembered.cache_clear()


@pytest.fixture
def listed():
    """Return a builder of loans whose installments are listed as (due, principal, interest)."""

    def build(*parts, paid=(), currency="CNY", **words):
        rows = tuple(
            Installment(due, *(to_minor(Decimal(amount), currency) for amount in amounts))
            for due, *amounts in parts
        )
        return _loan(_terms(currency, listed=rows, **words), paid)

    return build


@pytest.fixture
def one_sum(listed):
    """Return a builder of loans due as one sum, all of it principal."""

    def build(amount, due, **words):
        return listed((due, amount, "0"), **words)

    return build


@pytest.fixture
def scheduled():
    """Return a builder of loans whose schedule is worked out."""

    def build(repayment, principal, installments, first_due, *, paid=(), **words):
        terms = _terms(
            repayment=Repayment(repayment),
            principal=Decimal(principal),
            installment_count=installments,
            first_due=first_due,
            **words,
        )
        return _loan(terms, paid)

    return build


@pytest.fixture
def also_paying():
    """Return a function that adds a payment to a loan."""

    def add(loan, *words):
        return replace(loan, payments=(*loan.payments, _payment(*words)))

    return add


@pytest.fixture
def figure():
    """Return a function giving (principal, interest, penalty) due on a day, as plain texts."""

    def look(loan, day):
        position = value(loan, day)
        owed = position.due
        parts = (owed.principal, owed.interest, owed.penalty)
        return tuple(str(position.money(part)) for part in parts)

    return look


@pytest.fixture
def owed():
    """Return a function giving (principal, interest, penalty, fees) due on a day, as texts."""

    def look(loan, day):
        position = value(loan, day)
        return tuple(str(position.money(part)) for part in position.due)

    return look
