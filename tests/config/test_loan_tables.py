"""Each key of a loan's table, set to something else than by itself, and the term it becomes."""

import re
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from reminderd.config.loan_tables import LoanModel
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
from reminderd.loans.money import Rate, Rounding
from reminderd.loans.position import value
from reminderd.loans.presets import load_preset, preset_names
from reminderd.loans.schedule import schedule
from reminderd.loans.terms import (
    AllocationBy,
    AutoDebit,
    Component,
    Compounding,
    Extension,
    GraceCovers,
    GraceMode,
    Installment,
    InstallmentInterest,
    InstallmentRounding,
    InterestFrom,
    InterestOn,
    Lender,
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
    Request,
    RequestState,
    Residual,
    RoundingAt,
    Waiver,
)

LINE = (
    '[[loans]]\nid = "a"\nprincipal = "10000"\ninstallments = 10\nfirst_due = 2026-10-31\n'
    'annual_rate = "12%"\n'
)
BALANCE = (
    '[[loans]]\nid = "a"\nprincipal = "10000"\nfirst_due = 2026-10-31\nannual_rate = "12%"\n'
    'repayment = "revolving"\n'
)
BARE = '[[loans]]\nid = "a"\n'


def percent(number):
    return Decimal(number) / 100


def flat(amount):
    return Amount(FeeKind.FLAT, Decimal(amount))


def share(number):
    return Amount(FeeKind.PERCENT, percent(number))


def fee(amount, **details):
    return {"fees": (Fee(amount, **details),)}


# One line more in the loan above, and the terms that are then others than before.
LINES = {
    'interest_from = "posting"': {"interest_from": InterestFrom.POSTING},
    'interest_on = "whole"': {"interest_on": InterestOn.WHOLE},
    'principal = "20000.50"': {"principal": Decimal("20000.50")},
    "installments = 24": {"installment_count": 24},
    "first_due = 2026-11-15": {"first_due": date(2026, 11, 15)},
    "start = 2026-09-20": {"start": date(2026, 9, 20)},
    "start = 2026-03-24\ncapitalized_on = 2026-09-30": {
        "start": date(2026, 3, 24),
        "capitalized_on": date(2026, 9, 30),
    },
    "paid_until = 2026-12-31": {"paid_until": date(2026, 12, 31)},
    'repayment = "equal-principal"': {"repayment": Repayment.EQUAL_PRINCIPAL},
    'repayment = "interest-only"': {"repayment": Repayment.INTEREST_ONLY},
    'repayment = "bullet"': {"repayment": Repayment.BULLET},
    'installment_interest = "actual"': {"installment_interest": InstallmentInterest.ACTUAL},
    'repayment = "flat"': {"repayment": Repayment.FLAT},
    'installment = "1060"': {"installment": Decimal(1060)},
    'installment_multiple_of = "1"': {"installment_multiple_of": Decimal(1)},
    'installment_multiple_of = "1"\ninstallment_rounding = "up"': {
        "installment_multiple_of": Decimal(1),
        "installment_rounding": InstallmentRounding.UP,
    },
    'installment_fee.percent = "0.6%"': {"installment_fee": InstallmentFee(percent("0.6"))},
    'installment_fee = { flat = "60", charged = "first" }': {
        "installment_fee": InstallmentFee(flat=Decimal(60), charged=Charged.FIRST)
    },
    "interest_only_installments = 4": {"interest_only_installments": 4},
    "in_advance = true": {"in_advance": True},
    'balloon = "5000"': {"balloon": Decimal(5000)},
    'frequency = "weekly"': {"frequency": Frequency(1, Unit.WEEK)},
    'frequency = "biweekly"': {"frequency": Frequency(2, Unit.WEEK)},
    'frequency = "semi-monthly"': {"frequency": Frequency(1, Unit.HALF_MONTH)},
    'frequency = "quarterly"': {"frequency": Frequency(3, Unit.MONTH)},
    'frequency = "half-yearly"': {"frequency": Frequency(6, Unit.MONTH)},
    'frequency = "yearly"': {"frequency": Frequency(12, Unit.MONTH)},
    'frequency = "every 10 days"': {"frequency": Frequency(10, Unit.DAY)},
    'frequency = "every 1 day"': {"frequency": Frequency(1, Unit.DAY)},
    'frequency = "every 3 weeks"': {"frequency": Frequency(3, Unit.WEEK)},
    'frequency = "every 2 months"': {"frequency": Frequency(2, Unit.MONTH)},
    "end_of_month = true": {"end_of_month": True},
    'business_day_convention = "following"\ncalendar = "CN"': {
        "business_days": BusinessDays(BusinessDayConvention.FOLLOWING, "CN")
    },
    'business_day_convention = "modified-following"\ncalendar = "DE-BY"': {
        "business_days": BusinessDays(BusinessDayConvention.MODIFIED_FOLLOWING, "DE-BY")
    },
    'business_day_convention = "preceding"\ncalendar = "XECB"': {
        "business_days": BusinessDays(BusinessDayConvention.PRECEDING, "XECB")
    },
    'annual_rate = "18.25%"': {"contract_rate": Rate(percent("18.25"), "year")},
    'day_count = "ACT/360"': {"day_count": DayCount.ACT_360},
    'day_count = "30E/360"': {"day_count": DayCount("30E/360")},
    'penalty.daily_rate = "0.05%"': {
        "penalty": Penalty(PenaltyRule.DAILY_RATE, percent("0.05")),
    },
    'penalty.annual_rate = "24%"': {"penalty": Penalty(PenaltyRule.ANNUAL_RATE, percent(24))},
    "penalty.multiple_of_contract = 1.5": {
        "penalty": Penalty(PenaltyRule.MULTIPLE_OF_CONTRACT, Decimal("1.5")),
        "contract_interest_continues": False,
    },
    'penalty.fraction_of_contract = "50%"': {
        "penalty": Penalty(PenaltyRule.FRACTION_OF_CONTRACT, Decimal("0.5")),
    },
    'penalty.spread = "6%"': {"penalty": Penalty(PenaltyRule.SPREAD, percent(6))},
    'penalty.daily_amount = "5"': {"penalty": Penalty(PenaltyRule.DAILY_AMOUNT, Decimal(5))},
    'penalty = { annual_rate = "24%", at_least = "1.00", at_most = "100%" }': {
        "penalty": Penalty(
            PenaltyRule.ANNUAL_RATE, percent(24), at_least=Decimal(1), at_most=Decimal(1)
        )
    },
    'penalty = { daily_rate = "0%", steps = [{ after_days = 15, daily_rate = "0.05%" }, '
    '{ after_days = 30, annual_rate = "36%" }] }': {
        "penalty": Penalty(
            PenaltyRule.DAILY_RATE,
            Decimal(0),
            (
                PenaltyStep(15, Penalty(PenaltyRule.DAILY_RATE, percent("0.05"))),
                PenaltyStep(30, Penalty(PenaltyRule.ANNUAL_RATE, percent(36))),
            ),
        )
    },
    'penalty_base = "overdue-installment"': {"penalty_base": PenaltyBase.OVERDUE_INSTALLMENT},
    'penalty_base = "outstanding-principal"': {"penalty_base": PenaltyBase.OUTSTANDING_PRINCIPAL},
    "contract_interest_continues = false": {"contract_interest_continues": False},
    'compounding = "daily"\ninterest_on_interest_rate = "18%"': {
        "compounding": Compounding.DAILY,
        "interest_on_interest_rate": Rate(percent(18), "year"),
    },
    'compounding = "monthly"\npenalty.daily_rate = "0.05%"': {
        "compounding": Compounding.MONTHLY,
        "penalty": Penalty(PenaltyRule.DAILY_RATE, percent("0.05")),
    },
    "grace_days = 3": {"grace_days": 3},
    'grace_mode = "deducted"': {"grace_mode": GraceMode.DEDUCTED},
    'grace_covers = ["fee", "reporting"]': {
        "grace_covers": (GraceCovers.FEE, GraceCovers.REPORTING)
    },
    "grace_covers = []": {"grace_covers": ()},
    'residual = "next"': {"residual": Residual.NEXT},
    "residual_below = 10": {"residual_below": Decimal(10)},
    "residual_below = 0": {"residual_below": Decimal(0)},
    "dpd_includes_due_date = true": {"dpd_includes_due_date": True},
    "acceleration_date = 2027-03-01": {"acceleration_date": date(2027, 3, 1)},
    'fees = [{ flat = "15.00" }]': fee(flat("15.00")),
    'fees = [{ percent = "5%" }]': fee(share(5)),
    'fees = [{ percent = "5%", of = "principal" }]': fee(share(5), of=FeeOf.PRINCIPAL),
    'fees = [{ percent = "5%", of = "installment" }]': fee(share(5), of=FeeOf.INSTALLMENT),
    'fees = [{ flat = 1, per = "period" }]': fee(flat(1), per=FeePer.PERIOD),
    "fees = [{ flat = 1, after_days = 15 }]": fee(flat(1), after_days=15),
    "fees = [{ flat = 1, after_days = 0 }]": fee(flat(1), after_days=0),
    'fees = [{ percent = "5%", min = "5.00", max = "50.00" }]': fee(
        share(5), minimum=Decimal("5.00"), maximum=Decimal("50.00")
    ),
    'fees = [{ flat = 1, name = "late charge" }]': fee(flat(1), name="late charge"),
    'fees = [{ tiers = [{ from = 0, flat = 15 }, { from = "500", percent = "4%" }] }]': fee(
        Amount(FeeKind.TIERED, tiers=((Decimal(0), flat(15)), (Decimal(500), share(4))))
    ),
    'fees = [{ lesser_of = [{ flat = 25 }, { percent = "5%" }] }]': fee(
        Amount(FeeKind.LESSER_OF, of=(flat(25), share(5)))
    ),
    'fees = [{ greater_of = [{ flat = 25 }, { percent = "5%" }] }]': fee(
        Amount(FeeKind.GREATER_OF, of=(flat(25), share(5)))
    ),
    "fees = [{ flat = 1 }, { flat = 2 }]": {"fees": (Fee(flat(1)), Fee(flat(2)))},
    "[[loans.fees]]\nflat = 1\n[[loans.fees]]\nflat = 2": {"fees": (Fee(flat(1)), Fee(flat(2)))},
    'caps = [{ annual_rate = "24%" }]': {"caps": (Cap(CapMode.WARN, annual_rate=percent(24)),)},
    'caps = [{ fees = "100.00", mode = "enforce", source = "clause 7" }]': {
        "caps": (Cap(CapMode.ENFORCE, fees=Decimal("100.00"), source="clause 7"),)
    },
    'caps = [{ cost = "100%", mode = "enforce" }]': {
        "caps": (Cap(CapMode.ENFORCE, cost=Decimal(1)),)
    },
    'allocation_order = ["principal", "interest", "penalty", "fees"]': {
        "allocation_order": (
            Component.PRINCIPAL,
            Component.INTEREST,
            Component.PENALTY,
            Component.FEES,
        )
    },
    'allocation_by = "component"': {"allocation_by": AllocationBy.COMPONENT},
    'prepayment = "shorter"': {"prepayment": Prepayment.SHORTER},
    'prepayment = "lower"': {"prepayment": Prepayment.LOWER},
    'prepayment = "ahead"': {"prepayment": Prepayment.AHEAD},
    'rounding = "half-even"': {"rounding": Rounding.HALF_EVEN},
    'rounding = "down"': {"rounding": Rounding.DOWN},
    'rounding_at = "day"': {"rounding_at": RoundingAt.DAY},
    'rate_changes = [{ from = 2027-01-01, annual_rate = "3.5%" }]': {
        "rate_changes": (RateChange(date(2027, 1, 1), Rate(percent("3.5"), "year")),)
    },
    'rate_changes = [{ from = 2027-01-01, daily_rate = "0.03%", penalty.daily_rate = "0.1%" }]': {
        "rate_changes": (
            RateChange(date(2026, 12, 31), penalty=Penalty(PenaltyRule.DAILY_RATE, percent("0.1"))),
            RateChange(date(2027, 1, 1), Rate(percent("0.03"), "day")),
        )
    },
    'rate_changes = [{from = 2027-01-01, annual_rate = "4%", penalty.fraction_of_contract = 1}]': {
        "rate_changes": (
            RateChange(
                date(2027, 1, 1),
                Rate(percent("4"), "year"),
                Penalty(PenaltyRule.FRACTION_OF_CONTRACT, Decimal(1)),
            ),
        )
    },
    "pauses = [{ from = 2027-02-01, to = 2027-02-28 }]": {
        "pauses": (Pause(date(2027, 2, 1), date(2027, 2, 28)),)
    },
    'waivers = [{ date = 2027-03-05, amount = "50.00" }]': {
        "waivers": (Waiver(date(2027, 3, 5), Decimal("50.00")),)
    },
    'waivers = [{ date = 2027-03-05, amount = "50.00", of = "penalty" }]': {
        "waivers": (Waiver(date(2027, 3, 5), Decimal("50.00"), Component.PENALTY),)
    },
    "extensions = [{ due = 2026-11-30, agreed = 2026-11-10, to = 2027-01-15 }]": {
        "extensions": (
            Extension(date(2026, 11, 30), date(2026, 11, 10), (date(2027, 1, 15),), None),
        )
    },
    "extensions = [{ due = 2026-11-30, agreed = 2026-11-10, to = [2027-01-15, 2027-02-15], "
    'annual_rate = "14%" }]': {
        "extensions": (
            Extension(
                date(2026, 11, 30),
                date(2026, 11, 10),
                (date(2027, 1, 15), date(2027, 2, 15)),
                Rate(percent(14), "year"),
            ),
        )
    },
    "extensions = [{ due = 2026-11-30, agreed = 2026-11-10, to = 2027-01-15, "
    'daily_rate = "0.04%" }]': {
        "extensions": (
            Extension(
                date(2026, 11, 30),
                date(2026, 11, 10),
                (date(2027, 1, 15),),
                Rate(percent("0.04"), "day"),
            ),
        )
    },
    'currency = "EUR"': {"currency": "EUR"},
}

# Keys that say who the loan is, or where the terms come from, and not what was agreed.
FACTS = {
    'app_path = "Me > Repay"': {"app_path": "Me > Repay"},
    "auto_debit = true": {"auto_debit": AutoDebit(on=True)},
    "auto_debit = false": {"auto_debit": AutoDebit(on=False)},
    'auto_debit = { account = "ICBC 1234" }': {"auto_debit": AutoDebit(True, "ICBC 1234")},
    'auto_debit = { times = ["06:00", 17:30:00] }': {
        "auto_debit": AutoDebit(on=True, times=(time(6), time(17, 30)))
    },
    'auto_debit = { last_day = 2, assume = "paid" }': {
        "auto_debit": AutoDebit(on=True, last_day=2, assume_paid=True)
    },
    'hardship = "illness"': {"hardship": "illness"},
    "legal_letter = 2026-11-01": {"legal_letter": date(2026, 11, 1)},
    "reported_after = 4": {"reported_after": 4},
    "reported_after = 0": {"reported_after": 0},
    "record_years = 7": {"record_years": 7},
    "record_years = 0": {"record_years": None},
    'lender = "person"': {"lender": Lender.PERSON, "record_years": None},
    'extension_requests = [{ date = 2026-12-01, state = "requested" }]': {
        "requests": (Request(RequestState.REQUESTED, date(2026, 12, 1)),)
    },
    'extension_requests = [{ date = 2026-12-01, state = "requested" },'
    ' { date = 2026-12-03, state = "refused" }, { date = 2026-12-09, state = "approved" }]': {
        "requests": (
            Request(RequestState.REQUESTED, date(2026, 12, 1)),
            Request(RequestState.REFUSED, date(2026, 12, 3)),
            Request(RequestState.APPROVED, date(2026, 12, 9)),
        )
    },
}
NOT_TERMS = {"id", "paid_from", "name", "preset", "timezone", "contact", "channels", "payments"}
# Keys of loans of another kind; they have tests of their own, below and in test_bills.py.
OF_OTHERS = {
    *("due", "amount", "interest", "until", "minimum", "daily_rate", "effective_annual_rate"),
    *("statement_day", "bills"),
}


@pytest.fixture
def read(load):
    """Return a function that reads one loan."""

    def loan(text):
        [found] = load(text).loans
        return found

    return loan


def differences(terms, others):
    names = LoanTerms.__dataclass_fields__
    return {n: getattr(terms, n) for n in names if getattr(terms, n) != getattr(others, n)}


def with_line(line):
    """Return the loan with a line more, or with one in the place of its own."""
    key = line.split(" ", 1)[0]
    kept = [own for own in LINE.splitlines() if own.split(" ", 1)[0] != key]
    return "\n".join([*kept, line, ""])


@pytest.mark.parametrize("line", LINES)
def test_a_key_becomes_its_term_and_changes_no_other(line, read):
    assert differences(read(with_line(line)).terms, read(LINE).terms) == LINES[line]


@pytest.mark.parametrize("line", FACTS)
def test_a_fact_is_the_loans_and_changes_nothing_else(line, read):
    assert read(with_line(line)) == replace(read(LINE), **FACTS[line])


def test_an_entry_is_kept_for_five_years_in_china_and_elsewhere_nobody_knows(read):
    assert read(LINE).record_years == 5
    assert read(LINE + 'currency = "EUR"\n').record_years is None
    assert read(LINE + 'currency = "EUR"\nrecord_years = 3\n').record_years == 3


def test_lenders_of_the_united_states_report_from_the_thirtieth_day_past_due_on(read):
    assert read(LINE + 'currency = "USD"\npreset = "us-consumer"\n').reported_after == 30
    assert read(LINE + 'currency = "USD"\n').reported_after is None


def test_no_preset_says_what_is_true_of_one_borrowers_loan_only():
    facts = set(re.findall(r"^\w+", "\n".join(FACTS), re.MULTILINE))
    facts.remove("reported_after")  # a habit of a country's lenders
    for name in preset_names():
        assert facts.isdisjoint(load_preset(name).defaults())


def test_every_key_of_a_loan_is_set_to_something_else_in_one_of_these_tests():
    keys = set(re.findall(r"^\w+", "\n".join([*LINES, *FACTS]), re.MULTILINE))
    assert keys | NOT_TERMS | OF_OTHERS == {*LoanModel.model_fields, "flat"}  # of [[loans.fees]]


def test_every_term_can_be_set_by_some_key():
    set_by_others = {"listed", "amount", "interest", "until", "minimum", "statement_day", "bills"}
    known = {name for changed in LINES.values() for name in changed}
    assert known | set_by_others == set(LoanTerms.__dataclass_fields__)


def test_a_loan_of_the_fewest_keys_has_every_term_as_terms_are_by_themselves(read):
    found = read(f"{BARE}due = 2026-12-05\namount = 5\n").terms
    assert found == LoanTerms("CNY", listed=(Installment(date(2026, 12, 5), 5_00, 0),))


def test_an_amount_with_a_first_due_date_falls_due_again_and_again(read):
    rent = f'{BARE}amount = "3500"\nfirst_due = 2026-12-05\n'
    terms = read(rent).terms
    assert terms == LoanTerms(
        "CNY", Repayment.FIXED, amount=Decimal(3500), first_due=date(2026, 12, 5)
    )
    assert terms.endless
    assert read(rent + 'repayment = "fixed"\n').terms == terms
    assert read(rent + "interest = 500\n").terms == replace(terms, interest=Decimal(500))
    assert read(rent + "installments = 48\n").terms == replace(terms, installment_count=48)
    lease = read(rent + "until = 2028-11-30\n").terms
    assert lease == replace(terms, until=date(2028, 11, 30))
    assert (lease.number, lease.endless) == (24, False)


def test_a_last_day_may_stand_in_for_the_number_of_installments(read):
    until = LINE.replace("installments = 10", "until = 2027-07-31")
    assert schedule(read(until).terms) == schedule(read(LINE).terms)


@pytest.mark.parametrize("preset", preset_names())
def test_an_amount_overrides_how_a_preset_repays(preset, read):
    rent = f'{BARE}preset = "{preset}"\namount = 100\nfirst_due = 2026-12-05\ninstallments = 3\n'
    contract = "" if load_preset(preset).defaults().get("daily_rate") else 'annual_rate = "12%"\n'
    assert read(rent + contract).terms.repayment is Repayment.FIXED


@pytest.mark.parametrize(
    ("minimum", "meant"),
    [
        ('minimum.percent = "10%"', Minimum(Decimal("0.1"))),
        ('minimum = { percent = "5%", floor = "100.00" }', Minimum(Decimal("0.05"), Decimal(100))),
        (
            'minimum = { percent = "1%", includes_interest = true }',
            Minimum(Decimal("0.01"), includes_interest=True),
        ),
    ],
)
def test_a_revolving_balance_has_its_minimum(minimum, meant, read):
    terms = read(f"{BALANCE}{minimum}\n").terms
    assert terms.repayment is Repayment.REVOLVING
    assert terms.minimum == meant


def test_a_bullet_needs_no_number_of_installments(read):
    loan = BALANCE.replace("revolving", "bullet")
    assert read(loan).terms.installment_count == 1


def test_a_schedule_is_one_of_equal_installments_unless_it_says_otherwise(read):
    assert read(LINE).terms.repayment is Repayment.EQUAL_INSTALLMENT


def test_a_daily_rate_is_one_for_a_day(read):
    loan = LINE.replace('annual_rate = "12%"', 'daily_rate = "0.05%"')
    assert read(loan).terms.contract_rate == Rate(Decimal("0.0005"), "day")


def test_an_effective_rate_is_the_nominal_one_that_compounds_to_it(read):
    """assignmentexpert.com, question 320314: 5.6 % effective is 5.4612 % compounding monthly."""
    rate = 'effective_annual_rate = "5.6%"'
    monthly = read(LINE.replace('annual_rate = "12%"', rate)).terms.contract_rate
    assert (round(monthly.value, 6), monthly.per) == (Decimal("0.054612"), "year")
    yearly = read(LINE.replace('annual_rate = "12%"', rate) + 'frequency = "yearly"\n').terms
    assert yearly.contract_rate == Rate(percent("5.6"), "year")
    change = 'rate_changes = [{ from = 2027-01-01, effective_annual_rate = "5.6%" }]\n'
    [changed] = read(LINE + change).terms.rate_changes
    assert changed.contract_rate == monthly


def test_one_sum_is_one_installment_with_its_interest_taken_out(read):
    terms = read(f'{BARE}due = 2026-12-05\namount = "1234.00"\ninterest = "34.00"\n').terms
    assert terms.repayment is Repayment.LISTED
    assert terms.listed == (Installment(date(2026, 12, 5), 1200_00, 34_00),)


def test_a_sum_without_interest_is_all_principal(read):
    terms = read(f'{BARE}due = 2026-12-05\namount = "1234.00"\n').terms
    assert terms.listed == (Installment(date(2026, 12, 5), 1234_00, 0),)


def test_listed_installments_are_what_they_say_in_the_currencys_own_units(read):
    terms = read(
        f'{BARE}currency = "JPY"\n'
        "installments = [{ due = 2026-12-10, amount = 350, interest = 12 },"
        " { due = 2027-01-10, amount = 350 }]\n"
    ).terms
    assert terms.listed == (
        Installment(date(2026, 12, 10), 338, 12),
        Installment(date(2027, 1, 10), 350, 0),
    )


def test_the_frequency_of_one_sum_is_the_period_of_its_fees(read):
    fee = 'fees = [{ flat = 5, per = "period" }]\n'
    loan = f'{BARE}due = 2026-12-05\namount = 5\nfrequency = "weekly"\n{fee}'
    assert read(loan).terms.frequency == Frequency(1, Unit.WEEK)


def test_payments_are_the_loans_and_not_its_terms(read):
    loan = read(LINE + 'payments = [{ date = 2026-11-01, amount = "5.00" }]\n')
    assert loan.payments == (Payment(date(2026, 11, 1), Decimal("5.00")),)
    assert loan.terms == read(LINE).terms


def test_who_the_loan_is_says_nothing_of_its_terms(read):
    about = 'name = "Car"\ntimezone = "Europe/Berlin"\ncontact = "call"\nchannels = ["screen"]\n'
    screen = '[channels.screen]\nurl = "console://"\n'
    loan = read(LINE + about + screen)
    assert (loan.name, loan.timezone, loan.contact) == ("Car", "Europe/Berlin", "call")
    assert loan.channels == ("screen",)
    assert loan.terms == read(LINE).terms


def test_the_currency_of_the_file_is_that_of_a_loan_without_its_own(read):
    assert read('currency = "JPY"\n' + LINE).terms.currency == "JPY"
    assert read('currency = "JPY"\n' + LINE + 'currency = "EUR"\n').terms.currency == "EUR"


@pytest.mark.parametrize("said", ["true", "false"])
def test_what_is_said_on_contract_interest_is_taken_as_it_is(said, read):
    loan = f'{LINE}penalty.daily_rate = "0.05%"\ncontract_interest_continues = {said}\n'
    assert read(loan).terms.contract_interest_continues is (said == "true")


def test_a_later_multiple_needs_an_answer_on_contract_interest_and_takes_it(read):
    loan = (
        f"{LINE}contract_interest_continues = false\n"
        "rate_changes = [{ from = 2027-01-01, penalty.multiple_of_contract = 1.5 }]\n"
    )
    assert read(loan).terms.contract_interest_continues is False


def test_default_interest_changes_on_the_day_of_a_new_base_rate(load):
    """510.00 due on 20 June 2023: 10 days at 10.62 %, and from 1 July on 62 days at 12.12 %."""
    text = (
        'currency = "EUR"\ntimezone = "Europe/Berlin"\n[[loans]]\nid = "a"\ndue = 2023-06-20\n'
        'amount = "510.00"\npenalty.annual_rate = "10.62%"\n'
        'rate_changes = [{ from = 2023-07-01, penalty.annual_rate = "12.12%" }]\n'
    )
    [loan] = load(text).loans
    assert value(loan, date(2023, 8, 31)).due.total == 521_98


def test_a_rate_of_compounding_may_stand_ready_while_there_is_none(read):
    loan = f'{LINE}compounding = "none"\ninterest_on_interest_rate = "18%"\n'
    assert read(loan).terms.compounding is Compounding.NONE


def test_an_extension_may_move_on_what_an_earlier_one_moved(read):
    loan = (
        f"{LINE}extensions = [{{ due = 2027-01-15, agreed = 2026-12-20, to = 2027-02-15 }},"
        " { due = 2026-10-31, agreed = 2026-10-10, to = 2027-01-15 }]\n"
    )
    assert len(read(loan).terms.extensions) == 2


def test_an_extension_may_be_agreed_on_the_very_day_it_moves_to(read):
    loan = f"{LINE}extensions = [{{ due = 2026-10-31, agreed = 2026-11-15, to = 2026-11-15 }}]\n"
    assert read(loan).terms.extensions[0].to == (date(2026, 11, 15),)
