"""Loans with any terms, and payments before, on and after their due dates.

What a program would take for granted is rare here and what lenders rarely do is frequent, for
bugs live where rules meet.
"""

import os
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

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
from reminderd.loans.frequency import (
    MONTHLY,
    BusinessDayConvention,
    BusinessDays,
    Frequency,
    Unit,
)
from reminderd.loans.money import Money, Rate, Rounding
from reminderd.loans.position import value
from reminderd.loans.schedule import schedule
from reminderd.loans.terms import (
    AllocationBy,
    AutoDebit,
    Component,
    Compounding,
    Extension,
    FailedDebit,
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
    RateChange,
    Repayment,
    Residual,
    RoundingAt,
    Waiver,
)

ONE_DAY = timedelta(days=1)
FIRST_DUE = date(2024, 1, 31)  # a month's end, with a leap day soon after
PLAIN = (
    Repayment.LISTED,
    Repayment.FIXED,
    Repayment.EQUAL_PRINCIPAL,
    Repayment.EQUAL_INSTALLMENT,
)
CAPITALIZING = (
    Repayment.EQUAL_PRINCIPAL,
    Repayment.EQUAL_INSTALLMENT,
    Repayment.FLAT,
    Repayment.INTEREST_ONLY,
)
AMORTIZING = CAPITALIZING[:-1]


def examples(count):
    """Return settings for so many examples, or REMINDERD_EXAMPLES times as many."""
    count *= int(os.environ.get("REMINDERD_EXAMPLES", "1"))
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(deadline=None, max_examples=count, suppress_health_check=slow)


# Days from the first due date: around it more often than far away, for there the rules meet.
offsets = st.one_of(st.integers(-5, 50), st.integers(-45, 450))
days = offsets.map(lambda n: FIRST_DUE + timedelta(days=n))

percent = st.integers(0, 3600).map(lambda n: Decimal(n) / 10_000)  # of a year: up to 36 %
per_day = st.integers(0, 1000).map(lambda n: Decimal(n) / 1_000_000)  # up to 0.1 %
factor = st.integers(0, 200).map(lambda n: Decimal(n) / 100)
annual = st.builds(Rate, percent, st.just("year"))
daily = st.builds(Rate, per_day, st.just("day"))
some = st.sampled_from


@st.composite
def penalties(draw, contract, *, replacing=True):
    """Return no penalty, or one by any rule that the contract allows."""
    rules = [None, PenaltyRule.DAILY_RATE, PenaltyRule.ANNUAL_RATE]
    if contract is not None:
        rules.append(PenaltyRule.FRACTION_OF_CONTRACT)
        rules += [PenaltyRule.MULTIPLE_OF_CONTRACT] * replacing
    if contract is not None and contract.per == "year":
        rules.append(PenaltyRule.SPREAD)
    rule = draw(some(rules))
    if rule is None:
        return None
    points = {
        PenaltyRule.DAILY_RATE: per_day,
        PenaltyRule.ANNUAL_RATE: percent,
        PenaltyRule.SPREAD: percent,
    }
    return Penalty(rule, draw(points.get(rule, factor)))


@st.composite
def agreements(draw, currency, kinds):
    """Return what every agreement has: what falls due and when, and what it costs."""
    contract = draw(st.one_of(st.none(), annual, daily))
    penalty = draw(penalties(contract))
    replaces = penalty is not None and penalty.rule is PenaltyRule.MULTIPLE_OF_CONTRACT
    return {
        "currency": currency,
        "contract_rate": contract,
        "penalty": penalty,
        "contract_interest_continues": not replaces and draw(some([True, True, False])),
        "day_count": draw(some(DayCount)),
        **draw(repayments(currency, kinds)),
    }


@st.composite
def repayments(draw, currency, kinds):
    kind = draw(some(kinds))
    if kind is Repayment.LISTED:
        gaps = draw(st.lists(st.integers(1, 70), min_size=1, max_size=4))
        dues = [FIRST_DUE + timedelta(days=sum(gaps[:n])) for n in range(len(gaps))]
        principal, interest = st.integers(1, 2_000_000), st.integers(0, 100_000)
        rows = tuple(Installment(due, draw(principal), draw(interest)) for due in dues)
        return {"repayment": kind, "listed": rows}
    if kind is Repayment.FIXED:
        return draw(fixed(currency))
    start = draw(st.one_of(st.none(), st.integers(1, 60)))
    plan = {
        "repayment": kind,
        "principal": Money(draw(st.integers(1, 5_000_000)), currency).amount,
        "first_due": FIRST_DUE,
        "start": None if start is None else FIRST_DUE - timedelta(days=start),
    }
    if kind is Repayment.REVOLVING:
        share = draw(some(["0.1", "0.125", "0.333", "1"]))
        drawn = draw(st.sampled_from([0, 1, 9, 18, 31]))
        least = Minimum(Decimal(share), draw(sums(currency, 100_000)), draw(st.booleans()), drawn)
        return plan | {"minimum": least}
    return plan | {
        "installment_count": draw(st.integers(1, 12)),
        "installment_interest": draw(some(InstallmentInterest)),
    }


@st.composite
def fixed(draw, currency):
    """Return an amount that falls due so many times, until a day, or without end."""
    amount = draw(st.integers(1, 2_000_000))
    interest = draw(some([0, 0, amount // 9, amount - 1]))
    until = FIRST_DUE + draw(st.integers(29, 400)) * ONE_DAY
    ends = [{"installment_count": draw(st.integers(1, 12))}, {"until": until}, {}]
    return {
        "repayment": Repayment.FIXED,
        "amount": Money(amount, currency).amount,
        "interest": Money(interest, currency).amount,
        "first_due": FIRST_DUE,
        **draw(some(ends)),
    }


def sums(currency, most, least=0):
    """Return a strategy for amounts of a currency, in its own units."""
    return st.integers(least, most).map(lambda minor: Money(minor, currency).amount)


# ─── What an agreement may have besides ───


@st.composite
def frequencies(draw, words):
    if words["repayment"] is Repayment.LISTED:
        return {}
    kinds = {
        Unit.MONTH: (1, 2, 3),
        Unit.HALF_MONTH: (1, 1, 3),
        Unit.WEEK: (1, 2, 4),
        Unit.DAY: (9,),
    }
    unit = draw(some(list(kinds)))
    at_end = unit in (Unit.MONTH, Unit.HALF_MONTH) and draw(st.booleans())
    first = words["first_due"] + draw(some([0, 0, 29, -16])) * ONE_DAY  # 31 or 29: a month's end
    changed = {
        "frequency": Frequency(draw(some(kinds[unit])), unit),
        "end_of_month": at_end,
        "first_due": first,
    }
    start = words.get("start")
    return changed | ({"start": min(start, first - ONE_DAY)} if start else {})


@st.composite
def deferments(draw, words):
    """Return a time in which interest accrues that is then added to the principal."""
    if words["repayment"] not in CAPITALIZING:
        return {}
    day = words["first_due"] - draw(st.integers(1, 60)) * ONE_DAY
    return {"start": day - draw(st.integers(1, 400)) * ONE_DAY, "capitalized_on": day}


@st.composite
def shapes(draw, words):
    """Return what a lender makes of installments that repay a principal."""
    kind, count = words["repayment"], words.get("installment_count", 0)
    if kind not in CAPITALIZING:
        return {}
    currency, unit = words["currency"], Money(1, words["currency"]).amount
    fee = st.builds(InstallmentFee, percent, some([unit * 0, unit * 250]), some(Charged))
    changed = {"installment_fee": draw(st.none() | fee)}
    if kind not in AMORTIZING:
        return changed
    whole = int(words["principal"] / unit)
    changed["balloon"] = Money(draw(some([0, 0, whole // 3, whole - 1])), currency).amount
    changed["interest_only_installments"] = draw(st.integers(0, min(3, count - 1)))
    changed["installment_multiple_of"] = draw(st.none() | some([unit, unit * 700]))
    changed["installment_rounding"] = draw(some(InstallmentRounding))
    own = Money(max(1, whole // count + draw(st.integers(-9, 900))), currency).amount
    if kind is not Repayment.EQUAL_PRINCIPAL:
        changed["installment"] = draw(st.none() | st.just(own))
    level = kind is Repayment.EQUAL_INSTALLMENT and not words.get("start")
    if level and not changed["interest_only_installments"]:
        changed["in_advance"] = draw(st.booleans())
    return changed


@st.composite
def steps(draw, words):
    """Return the penalty with steps and limits, or one of a sum a day."""
    usual, contract, currency = words["penalty"], words["contract_rate"], words["currency"]
    replacing = not words["contract_interest_continues"]
    after = sorted(draw(st.lists(st.integers(1, 60), min_size=1, max_size=2, unique=True)))
    by_amount = st.builds(Penalty, st.just(PenaltyRule.DAILY_AMOUNT), sums(currency, 900))
    rule = penalties(contract, replacing=replacing).filter(bool)
    if usual is None or ("compounding" not in words and draw(st.booleans())):
        usual = rule = None
        rule = by_amount if "compounding" not in words else penalties(None).filter(bool)
        usual = draw(rule)
    limits = {
        "at_least": None if "compounding" in words else draw(st.none() | sums(currency, 5000)),
        "at_most": draw(st.none() | percent),
    }
    later = tuple(PenaltyStep(days, draw(rule)) for days in after)
    return {"penalty": replace(usual, steps=later, **limits)}


def settled_until(words):
    """Return that all was paid up to a day."""
    return st.builds(lambda day: {"paid_until": day}, days)


@st.composite
def calendars(draw, words):
    convention = draw(some(list(BusinessDayConvention)[1:]))
    return {"business_days": BusinessDays(convention, draw(some(["CN", "DE-BY", "XECB"])))}


def residuals(words):
    """Return when what lateness leaves is asked for, and below what it always waits."""
    least = some([Decimal(0), Decimal(1), Decimal(25)])
    return st.fixed_dictionaries({"residual": some(Residual), "residual_below": least})


@st.composite
def graces(draw, words):
    longest = 40
    dues = [part.due for part in words.get("listed", ())]
    if len(dues) > 1:
        longest = max((b - a).days for a, b in pairwise(dues))
    elif not dues and words.get("installment_count") != 1:
        longest = words.get("frequency", MONTHLY).days
    return {
        "grace_days": draw(some([days for days in (1, 3, 10, 30, 40) if days <= longest] or [0])),
        "grace_mode": draw(some(GraceMode)),
        "grace_covers": draw(some([tuple(GraceCovers), *((one,) for one in GraceCovers)])),
    }


@st.composite
def bases(draw, words):
    bases = list(PenaltyBase)[1:]
    return {"penalty_base": draw(some(bases[:1] if goes_on(words) else bases))}


def goes_on(words):
    """Return whether installments go on without end, so that no rest of them can be called."""
    ends = words.keys() & {"installment_count", "until"}
    return words["repayment"] is Repayment.FIXED and not ends


@st.composite
def compoundings(draw, words):
    own = st.one_of(annual, daily)
    return {
        "compounding": draw(some(list(Compounding)[1:])),
        "interest_on_interest_rate": draw(st.none() | own if words["penalty"] else own),
    }


@st.composite
def fee_amounts(draw, currency, *, nested=True):
    kinds = [FeeKind.FLAT, FeeKind.PERCENT]
    kind = draw(some(list(FeeKind) if nested else kinds))
    if kind is FeeKind.FLAT:
        return Amount(kind, value=draw(sums(currency, 20_000)))
    if kind is FeeKind.PERCENT:
        return Amount(kind, value=draw(st.integers(0, 200).map(lambda n: Decimal(n) / 1000)))
    of = [draw(fee_amounts(currency, nested=False)) for _ in range(draw(st.integers(1, 3)))]
    if kind is not FeeKind.TIERED:
        return Amount(kind, of=tuple(of))
    bounds = draw(st.lists(sums(currency, 500_000), min_size=3, max_size=3, unique=True))
    return Amount(kind, tiers=tuple(zip(sorted(bounds), of, strict=False)))


@st.composite
def fees(draw, words):
    currency = words["currency"]

    def fee():
        least, most = sorted(draw(st.tuples(sums(currency, 20_000), sums(currency, 20_000))))
        return Fee(
            draw(fee_amounts(currency)),
            draw(some(FeePer)),
            draw(st.one_of(st.none(), st.integers(0, 40))),
            minimum=draw(some([None, None, least])),
            maximum=draw(some([None, None, most])),
            of=draw(some(FeeOf)),
        )

    return {"fees": tuple(fee() for _ in range(draw(st.integers(1, 2))))}


@st.composite
def caps(draw, words):
    on_rate = st.builds(Cap, some(CapMode), annual_rate=percent)
    on_fees = st.builds(Cap, some(CapMode), fees=sums(words["currency"], 50_000))
    kinds = on_rate | on_fees
    if words["repayment"] is not Repayment.REVOLVING and not goes_on(words):
        kinds |= st.builds(Cap, some(CapMode), cost=percent)
    return {"caps": tuple(draw(st.lists(kinds, min_size=1, max_size=3)))}


@st.composite
def allocations(draw, words):
    order = draw(st.permutations(list(Component)))
    return {"allocation_order": tuple(order), "allocation_by": draw(some(AllocationBy))}


@st.composite
def roundings(draw, words):
    return {"rounding": draw(some(Rounding)), "rounding_at": draw(some(RoundingAt))}


@st.composite
def rate_changes(draw, words):
    contract, changes = words["contract_rate"], []
    replacing = not words["contract_interest_continues"]
    for start in sorted(draw(st.lists(days, min_size=1, max_size=2, unique=True))):
        per = {"year": annual, "day": daily}[contract.per if contract else draw(some(["day"]))]
        changed = draw(st.none() | per)
        contract = changed or contract
        usual = words["penalty"]
        penalty = draw(penalties(contract, replacing=replacing))
        if usual and usual.rule is PenaltyRule.DAILY_AMOUNT:
            penalty = replace(usual, steps=usual.steps[:1], value=usual.value * 2)
        changes.append(RateChange(start, changed, penalty))
    return {"rate_changes": tuple(changes)}


@st.composite
def pauses(draw, words):
    lengths = st.integers(0, 40)
    spans = draw(st.lists(st.tuples(days, lengths), min_size=1, max_size=2))
    return {"pauses": tuple(Pause(first, first + length * ONE_DAY) for first, length in spans)}


@st.composite
def accelerations(draw, words):
    if goes_on(words):
        return {}
    return {"acceleration_date": max(draw(days), words.get("capitalized_on", date.min))}


@st.composite
def waivers(draw, words):
    of = st.none() | some(Component)
    waiver = st.builds(Waiver, days, sums(words["currency"], 300_000, 1), of)
    return {"waivers": tuple(draw(st.lists(waiver, min_size=1, max_size=2)))}


@st.composite
def extensions(draw, words):
    """Return one extension, or two of which the second moves what the first one moved."""
    if words["repayment"] is Repayment.REVOLVING or "acceleration_date" in words:
        return {}  # nothing is said of what these come to together
    due = draw(some(schedule(LoanTerms(**words)))).due
    agreed = []
    for _ in range(draw(some([1, 1, 2]))):
        on = due + draw(some([-10, -1, 0, 1, 5, 35])) * ONE_DAY
        gaps = draw(st.lists(st.integers(1, 50), min_size=1, max_size=3))
        to = tuple(max(due, on) + sum(gaps[: n + 1]) * ONE_DAY for n in range(len(gaps)))
        agreed.append(Extension(due, on, to, draw(st.none() | annual | daily)))
        due = to[0]
    return {"extensions": tuple(agreed)}


# In the order in which they are drawn: a later one looks at what an earlier one said.
FEATURES = {
    "frequency": frequencies,
    "deferment": deferments,
    "shape": shapes,
    "paid": settled_until,
    "calendar": calendars,
    "grace": graces,
    "residual": residuals,
    "base": bases,
    "counted": lambda words: st.just({"dpd_includes_due_date": True}),
    "compounding": compoundings,
    "steps": steps,
    "fees": fees,
    "caps": caps,
    "allocation": allocations,
    "rounding": roundings,
    "changes": rate_changes,
    "pauses": pauses,
    "acceleration": accelerations,
    "waivers": waivers,
    "extensions": extensions,
}


# Bills have laws of their own: test_bill_properties.py.
SCHEDULED = tuple(kind for kind in Repayment if kind is not Repayment.BILLED)


@st.composite
def loans_with(draw, features, kinds=SCHEDULED, *, prepaying=False):
    """Return a loan with the features drawn, and up to six payments, *prepaying* it or not."""
    currency = draw(some(["CNY", "JPY", "KWD"]))
    words, chosen = draw(agreements(currency, kinds)), draw(features)
    for name, feature in FEATURES.items():
        if name in chosen:
            words |= draw(feature(words))
    loan = Loan("loan", "Loan", LoanTerms(**words), "Asia/Shanghai")
    for day in sorted(draw(st.lists(days, min_size=draw(st.integers(0, 4)), max_size=6))):
        to = draw(st.none() | some(loan.terms.prepayments)) if prepaying else None
        loan = also_paying(loan, day, draw(amounts(value(loan, day))), to)
    return loan


# Several features at once, seldom many: with all of them few loans would do anything ordinary.
loans = loans_with(st.sets(some(sorted(FEATURES)), max_size=6))
prepaid_loans = loans_with(
    st.sets(some(sorted(FEATURES)), max_size=3),
    (*CAPITALIZING, Repayment.EQUAL_INSTALLMENT, Repayment.BULLET),
    prepaying=True,
)
plain_loans = loans_with(st.sets(some(["grace", "counted"])), PLAIN)


def loans_without(*left_out):
    """Return a strategy for loans without some features."""
    names = sorted(FEATURES.keys() - left_out)
    return loans_with(st.sets(some(names), max_size=6))


def loans_that_have(feature):
    """Return a strategy for loans with one feature and seldom more."""
    others = st.sets(some(sorted(FEATURES)), max_size=2)
    return loans_with(others.map(lambda chosen: chosen | {feature}))


@st.composite
def debits(draw, loan):
    """Return the loan debited by its lender in some way, with debits that failed."""
    debit = AutoDebit(
        on=draw(some([True, True, True, False])),
        last_day=draw(st.integers(0, 3)),
        assume_paid=draw(st.booleans()),
    )
    dues = sorted({part.due for part in schedule(loan.terms)})
    missed = draw(st.lists(some(dues), max_size=3, unique=True))
    failed = tuple(FailedDebit(due, due + draw(st.integers(0, 40)) * ONE_DAY) for due in missed)
    return replace(loan, auto_debit=debit, failed=failed)


def amounts(position):
    """Return a strategy for amounts a borrower may pay: what they are told, or anything."""
    due, payoff = position.due, position.payoff.minor
    if position.loan.terms.endless:  # some that pays ahead
        payoff += 2 * position.to_pay.minor
    told = [due.total, due.total - due.principal, due.principal + due.interest, payoff]
    exact = some([around for sum_ in told for around in (sum_ - 1, sum_, sum_ + 1)])
    anything = st.integers(1, max(1, payoff // 3)) | st.integers(1, max(1, 2 * payoff))
    return anything | exact.map(lambda minor: max(1, minor))


def also_paying(loan, day, minor, to=None):
    payment = Payment(day, Money(minor, loan.terms.currency).amount, to=to)
    return replace(loan, payments=(*loan.payments, payment))


def known_by(loan, day):
    """Return the loan as it stood on a day, before anything later was paid or agreed."""
    terms = loan.terms
    waivers = tuple(waiver for waiver in terms.waivers if waiver.on <= day)
    extensions = tuple(extension for extension in terms.extensions if extension.agreed <= day)
    if (waivers, extensions) != (terms.waivers, terms.extensions):
        loan = on_terms(loan, waivers=waivers, extensions=extensions)
    return replace(loan, payments=tuple(paid for paid in loan.payments if paid.on <= day))


def on_terms(loan, **words):
    """Return the loan with some of its terms exchanged."""
    return replace(loan, terms=replace(loan.terms, **words))
