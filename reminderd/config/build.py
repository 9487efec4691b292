"""From checked tables to the loans, rules and policy they mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from ..alerts.policy import Policy
from ..alerts.routine import Routine
from ..alerts.wallclock import QuietHours
from ..errors import TermsError
from ..loans.bills import drawn_on, expected_near
from ..loans.charges import Amount, Cap, Fee, FeeKind, InstallmentFee
from ..loans.frequency import ANY_DAY, BusinessDays, Frequency
from ..loans.funds import Balance, BankAccount, Income
from ..loans.money import Money, Rate, hardly_asked, to_minor
from ..loans.schedule import revolve, schedule, schedule_past, start_date
from ..loans.terms import (
    YEARS,
    AutoDebit,
    Bill,
    Extension,
    Installment,
    Lender,
    Loan,
    LoanTerms,
    Minimum,
    Pause,
    Payment,
    Penalty,
    PenaltyRule,
    PenaltyStep,
    Posting,
    Prepayment,
    RateChange,
    Repayment,
    Request,
    Waiver,
    check_prepayment,
)
from ..playbook.facts import Borrower, Fund
from ..playbook.playbook import Playbook, Severity
from .loan_tables import (
    AutoDebitModel,
    BillModel,
    ExtensionModel,
    FeeAmountModel,
    FeeModel,
    InstallmentFeeModel,
    LoanModel,
    MinimumModel,
    PaymentModel,
    PenaltyModel,
    PenaltyRuleModel,
    RateChangeModel,
)
from .models import AccountModel, BorrowerModel, FundModel, QuietHoursModel, Settings

_CHINESE_RECORD = 5  # years after settling that China's credit bureau keeps an overdue entry


def to_terms(model: LoanModel, currency: str) -> LoanTerms:
    """Return the terms of a loan without ``mistakes``; TermsError for what is left to them."""
    try:
        terms = _terms(model, currency)
    except TermsError as error:
        raise TermsError(_written(model, error.field), str(error)) from None
    _check_end(terms)
    _check_installment(terms)
    _check_acceleration(terms)
    _check_extensions(terms)
    _check_bills(terms)
    for number, payment in enumerate(model.payments):
        _prepayment(terms, payment.to, f"payments.{number}.to")
    return terms


def _prepayment(terms: LoanTerms, to: str | None, field: str) -> Prepayment | None:
    """Return where a payment's surplus went; TermsError where it cannot, or nobody can tell."""
    if to is None:
        return None
    check_prepayment(terms, to, field)
    known = terms.prepayment_meant(to)
    if known is None and terms.repayment is not Repayment.REVOLVING:  # which takes it at once
        sentence = "does not say what becomes of the installments"
        raise TermsError(
            field, f'"{to}" {sentence} (write "shorter" or "lower", or add prepayment)'
        )
    return known


def _written(model: LoanModel, field: str) -> str:
    """Return where the penalty rule of a complaint stands: with the loan, a step or a change."""
    key, _, rule = field.partition(".")
    if key != "penalty":
        return field
    changes = enumerate(model.rate_changes)
    every = [("", model.penalty), *((f"rate_changes.{n}.", one.penalty) for n, one in changes)]
    places: list[tuple[str, PenaltyRuleModel]] = [
        (f"{where}{key}.{rule}", penalty) for where, penalty in every if penalty
    ]
    places += [
        (f"{where}{key}.steps.{n}.{rule}", step)
        for where, penalty in every
        if penalty
        for n, step in enumerate(penalty.steps)
    ]
    given = (place for place, table in places if getattr(table, rule, None) is not None)
    return next(given, field)


def _terms(model: LoanModel, currency: str) -> LoanTerms:
    listed = _listed(model, currency)
    dated = listed or (model.is_statement and model.statement_day is None)
    penalty = _penalty(model.penalty)
    replaces = penalty is not None and penalty.rule is PenaltyRule.MULTIPLE_OF_CONTRACT
    continues = model.contract_interest_continues
    terms = LoanTerms(
        currency=currency,
        repayment=Repayment.LISTED if dated else _repayment(model),
        listed=listed,
        principal=model.principal or Decimal(0),
        amount=Decimal(0) if model.due else model.amount or Decimal(0),
        interest=Decimal(0) if model.due else model.interest or Decimal(0),
        installment_count=_count(model),
        until=model.until,
        first_due=model.first_due or (None if dated else model.due),
        start=model.start,
        capitalized_on=model.capitalized_on,
        paid_until=model.paid_until,
        installment_interest=model.installment_interest,
        installment=model.installment,
        installment_multiple_of=model.installment_multiple_of,
        installment_rounding=model.installment_rounding,
        installment_fee=_installment_fee(model.installment_fee),
        interest_only_installments=model.interest_only_installments,
        balloon=model.balloon,
        in_advance=model.in_advance,
        frequency=model.frequency,
        end_of_month=model.end_of_month,
        business_days=BusinessDays(model.business_day_convention, model.calendar),
        minimum=_minimum(model),
        statement_day=model.statement_day,
        interest_from=model.interest_from,
        interest_on=model.interest_on,
        contract_rate=_contract_rate(model, model.frequency),
        day_count=model.day_count,
        penalty=penalty,
        penalty_base=model.penalty_base,
        contract_interest_continues=not replaces if continues is None else continues,
        compounding=model.compounding,
        interest_on_interest_rate=_a_year(model.interest_on_interest_rate),
        grace_days=model.grace_days,
        grace_mode=model.grace_mode,
        grace_covers=tuple(model.grace_covers),
        residual=model.residual,
        residual_below=_residual_below(model, currency),
        dpd_includes_due_date=model.dpd_includes_due_date,
        acceleration_date=model.acceleration_date,
        fees=tuple(_fee(fee) for fee in model.fees),
        caps=tuple(
            Cap(cap.mode, cap.annual_rate, cap.fees, cap.cost, cap.source) for cap in model.caps
        ),
        allocation_order=tuple(model.allocation_order),
        allocation_by=model.allocation_by,
        prepayment=model.prepayment,
        rounding=model.rounding,
        rounding_at=model.rounding_at,
        rate_changes=_rate_changes(model),
        pauses=tuple(Pause(pause.first, pause.last) for pause in model.pauses),
        waivers=tuple(Waiver(w.date, w.amount, w.of) for w in model.waivers),
        extensions=tuple(_extension(extension) for extension in model.extensions),
        bills=tuple(_bill(bill) for bill in model.statements),
    )
    drawn = (
        replace(bill, on=given.date or drawn_on(terms, bill.due))
        for bill, given in zip(terms.bills, model.statements, strict=True)
    )
    return replace(terms, bills=tuple(drawn))


def _bill(bill: BillModel) -> Bill:
    posted = tuple(Posting(posting.on, posting.amount) for posting in bill.posted)
    return Bill(bill.due, bill.amount, bill.minimum, bill.due, posted)


def _check_end(terms: LoanTerms) -> None:
    """Raise TermsError where the due dates outrun the calendar."""
    last = YEARS[1]
    try:
        if _last_due(terms).year <= last:
            return
    except (ValueError, OverflowError):  # beyond what a date can be
        pass
    if terms.repayment is Repayment.REVOLVING:
        sentence = f"asks so little that the balance is not paid off by the year {last}"
        raise TermsError("minimum", f'{sentence} (write a higher percent, or floor = "100.00")')
    sentence = f"{terms.number} of them end after the year {last}"
    raise TermsError("installments", f"{sentence} (check their number, first_due and frequency)")


def _last_due(terms: LoanTerms) -> date:
    if terms.repayment is Repayment.REVOLVING:
        return max(part.due for part in revolve(terms, to_minor(terms.principal, terms.currency)))
    if terms.first_due is None:
        return terms.dues_listed[-1]
    return terms.frequency.step(terms.first_due, max(0, terms.number - 1))


def _check_installment(terms: LoanTerms) -> None:
    """Raise TermsError where the lender's own sum, or its unit, does not fit the loan."""
    key = "installment" if terms.installment else "installment_multiple_of"
    if getattr(terms, key) is None:
        return
    parts = schedule(replace(terms, acceleration_date=None, business_days=ANY_DAY))
    rest = parts[-1].principal - to_minor(terms.balloon, terms.currency)
    usual = max(part.principal for part in parts[:-1]) if len(parts) > 1 else rest
    if rest > 2 * usual:
        left, more = Money(rest, terms.currency), Money(rest - usual, terms.currency)
        sentence = f"repays so little that {left} are left for the last one"
        remedy = f'check the rate and how many there are, or add balloon = "{more}"'
        raise TermsError(key, f"{sentence} ({remedy})")
    if not rest:
        enough = sum(1 for part in parts if part.principal) + terms.interest_only_installments
        sentence = f"is so much that {enough} of {len(parts)} repay it all"
        raise TermsError(key, f"{sentence} (write installments = {enough}, or check the rate)")


def _check_acceleration(terms: LoanTerms) -> None:
    start, called = start_date(terms), terms.acceleration_date
    if start is not None and called is not None and called < start:
        sentence = f"{called} is before the interest starts on {start} (check the year)"
        raise TermsError("acceleration_date", sentence)


def _check_extensions(terms: LoanTerms) -> None:
    """Raise TermsError where an extension moves no due date that the loan has by then."""
    if not terms.extensions:
        return
    latest = max(extension.due for extension in terms.extensions)
    dues, moved = [part.due for part in schedule_past(terms, latest)], dict[date, int]()
    dues += [bill.due for bill in terms.bills]
    if not dues:
        raise TermsError("extensions.0.due", "has no bill (list it under bills first)")
    for number, extension in sorted(enumerate(terms.extensions), key=lambda one: one[1].agreed):
        due = extension.due
        if due not in dues:
            nearest = min(dues, key=lambda known: abs(known - due))
            sentence = f"{due} is no due date of this loan (the nearest is {nearest})"
            if due in moved:
                sentence = f"{due} was moved by extensions[{moved[due]}] already (keep one of them)"
            raise TermsError(f"extensions.{number}.due", sentence)
        dues.remove(due)
        dues += extension.to
        moved[due] = number


def _check_bills(terms: LoanTerms) -> None:
    """Raise TermsError where a bill is for no due date that is expected, or for one of another."""
    for number, bill in enumerate(terms.bills):
        near = expected_near(terms, bill.due)
        if terms.repayment is not Repayment.LISTED and near is None:
            usual = f"the loan's begin on {terms.first_due}"
            raise TermsError(f"bills.{number}.due", f"{bill.due} is near no due date ({usual})")
        if near and near in {expected_near(terms, other.due) for other in terms.bills[:number]}:
            sentence = f"{bill.due} stands where another bill is (keep one for each due date)"
            raise TermsError(f"bills.{number}.due", sentence)


def _repayment(model: LoanModel) -> Repayment:
    if model.is_billed or model.is_statement:
        return Repayment.BILLED
    if model.amount is not None:
        return Repayment.FIXED
    return Repayment(model.repayment or "equal-installment")


def _residual_below(model: LoanModel, currency: str) -> Decimal:
    return hardly_asked(currency) if model.residual_below is None else model.residual_below


def _count(model: LoanModel) -> int:
    if isinstance(model.installments, int):
        return model.installments
    return 1 if model.repayment == "bullet" and model.until is None else 0


def _minimum(model: LoanModel) -> Minimum | None:
    asked = model.minimum
    if not isinstance(asked, MinimumModel):
        return None  # or it is of one statement
    return Minimum(asked.percent, asked.floor, asked.includes_interest, asked.statement_days)


def _fee(fee: FeeModel) -> Fee:
    return Fee(_fee_amount(fee), fee.per, fee.after_days, fee.least, fee.most, fee.name, fee.of)


def _fee_amount(fee: FeeAmountModel) -> Amount:
    if isinstance(fee, FeeModel) and fee.tiers:
        tiers = tuple((tier.above, _fee_amount(tier)) for tier in fee.tiers)
        return Amount(FeeKind.TIERED, tiers=tiers)
    if isinstance(fee, FeeModel) and (several := fee.lesser_of or fee.greater_of):
        kind = FeeKind.LESSER_OF if fee.lesser_of else FeeKind.GREATER_OF
        return Amount(kind, of=tuple(_fee_amount(part) for part in several))
    if fee.flat is not None:
        return Amount(FeeKind.FLAT, fee.flat)
    assert fee.percent is not None  # the model checked that there is one of them
    return Amount(FeeKind.PERCENT, fee.percent)


def _installment_fee(fee: InstallmentFeeModel | None) -> InstallmentFee | None:
    if fee is None:
        return None
    return InstallmentFee(fee.percent or Decimal(0), fee.flat or Decimal(0), fee.charged)


def _rate_changes(model: LoanModel) -> tuple[RateChange, ...]:
    """Return the changes in order, the first day of each being the one after its start.

    Interest is counted as from ``start``, so a contract rate counts for the night that begins on
    its day. Lateness is counted in days past due, the last one included, so a penalty counts for
    its day already, as default interest does that changes with the base rate (BGB §§ 247, 288);
    one that is reckoned from a contract rate that changes with it goes with that.
    """
    found: dict[date, RateChange] = {}

    def add(change: RateChange) -> None:
        known = found.get(change.start, change)
        rate, penalty = change.contract_rate, change.penalty
        found[change.start] = replace(
            known, contract_rate=rate or known.contract_rate, penalty=penalty or known.penalty
        )

    for change in model.rate_changes:
        if (rate := _contract_rate(change, model.frequency)) is not None:
            add(RateChange(change.start, rate))
        if (penalty := _penalty(change.penalty)) is not None:
            with_rate = rate is not None and any(one.refers for one in penalty.rules)
            early = timedelta(days=not with_rate)
            add(RateChange(change.start - early, penalty=penalty))
    return tuple(found[start] for start in sorted(found))


def _extension(extension: ExtensionModel) -> Extension:
    rate = _agreed_rate(extension)
    return Extension(extension.due, extension.agreed, tuple(extension.to), rate)


def _a_year(rate: Decimal | None) -> Rate | None:
    return None if rate is None else Rate(rate, "year")


def _listed(model: LoanModel, currency: str) -> tuple[Installment, ...]:
    if model.is_statement:
        return ()
    if isinstance(model.installments, list):
        rows = [(part.due, part.amount, part.interest) for part in model.installments]
    elif model.due is not None and model.amount is not None:
        rows = [(model.due, model.amount, model.interest or Decimal(0))]
    else:
        return ()
    return tuple(
        Installment(due, to_minor(amount - interest, currency), to_minor(interest, currency))
        for due, amount, interest in rows
    )


def _contract_rate(table: LoanModel | RateChangeModel, every: Frequency) -> Rate | None:
    if table.effective_annual_rate is not None:
        return Rate.of_effective(table.effective_annual_rate, every.of_year(365))
    return _agreed_rate(table)


def _agreed_rate(table: LoanModel | RateChangeModel | ExtensionModel) -> Rate | None:
    if table.daily_rate is not None:
        return Rate(table.daily_rate, "day")
    return _a_year(table.annual_rate)


def _penalty(table: PenaltyModel | None) -> Penalty | None:
    if table is None:
        return None
    steps = tuple(PenaltyStep(step.after_days, _penalty_rule(step)) for step in table.steps)
    return replace(
        _penalty_rule(table), steps=steps, at_least=table.at_least, at_most=table.at_most
    )


def _penalty_rule(table: PenaltyRuleModel) -> Penalty:
    rule, value = next(
        (rule, value) for rule in PenaltyRule if (value := getattr(table, rule)) is not None
    )  # the model checked that there is one of them
    return Penalty(rule, value)


def to_loan(model: LoanModel, terms: LoanTerms, timezone: str) -> Loan:
    """Return a loan of these terms, with what else its table says."""
    kept = model.record_years
    if kept is None and terms.currency == "CNY" and model.lender is Lender.BANK:
        kept = _CHINESE_RECORD
    return Loan(
        model.id,
        model.name or model.id,
        terms,
        timezone,
        tuple(_payment(terms, payment) for payment in model.payments),
        model.contact,
        None if model.channels is None else tuple(model.channels),
        requests=tuple(Request(asked.state, asked.date) for asked in model.extension_requests),
        app_path=model.app_path,
        auto_debit=_auto_debit(model.auto_debit, model.paid_from),
        hardship=model.hardship,
        legal_letter=model.legal_letter,
        reported_after=model.reported_after,
        record_years=kept or None,
        lender=model.lender,
        tolerance=terms.residual_below,
    )


def _payment(terms: LoanTerms, model: PaymentModel) -> Payment:
    return Payment(model.date, model.amount, to=_prepayment(terms, model.to, "payments"))


def _auto_debit(
    given: bool | AutoDebitModel | None, paid_from: str | None = None
) -> AutoDebit | None:
    if given is None:
        return None
    if isinstance(given, bool):
        return AutoDebit(given, paid_from if given else None)
    return AutoDebit(
        on=True,
        account=given.account or paid_from,
        times=tuple(given.times),
        last_day=given.last_day,
        assume_paid=given.assume == "paid",
    )


def account_named(model: LoanModel) -> str | None:
    """Return the name of the account that a loan says it is paid from, if it does."""
    debit = model.auto_debit
    return model.paid_from or (debit.account if isinstance(debit, AutoDebitModel) else None)


def to_account(
    name: str, model: AccountModel, loans: Iterable[str], settings: Settings, timezone: str
) -> BankAccount:
    """Return an account that pays *loans*, by their ids; its owner is in *timezone*."""
    currency = model.currency or settings.currency
    return BankAccount(
        name,
        Balance(Money.of(model.balance, currency), model.as_of),
        frozenset(loans),
        Money.of(model.overdraft, currency),
        tuple(Income(Money.of(i.amount, currency), i.day, i.on) for i in model.income),
        model.transfer_days,
        timezone,
        settings.reminders.send_at,
    )


def payday(accounts: Iterable[BankAccount]) -> int | None:
    """Return the day of the month on which most comes in, over all accounts; None if none does."""
    monthly = [income for account in accounts for income in account.income if income.day]
    most = max(monthly, key=lambda income: income.amount.minor, default=None)
    return most.day if most else None


def to_borrower(model: BorrowerModel, currency: str, payday: int | None = None) -> Borrower:
    """Return what is known of who has to pay; *payday* counts where the model has none."""
    fund = model.emergency_fund
    return Borrower(
        model.name,
        None if model.cash is None else Money.of(model.cash, currency),
        model.payday or payday,
        model.hardship,
        None if fund is None else _fund(fund, currency),
    )


def _fund(fund: FundModel, currency: str) -> Fund:
    sums = (fund.target, fund.saved, fund.monthly)
    return Fund(*(Money.of(amount, currency) for amount in sums))


def to_policy(settings: Settings, playbook: Playbook) -> Policy:
    """Return when to remind."""
    chosen, escalation = settings.reminders, settings.escalation
    later = playbook.overdue()[1:] if chosen.warn_before_worse else []
    return Policy(
        chosen.send_at,
        chosen.before_due,
        chosen.overdue_days,
        chosen.overdue_every or None,
        stage_eves=tuple(stage.first_day - 1 for stage in later if stage.first_day),
        follow_up_days=chosen.follow_up_days or None,
        after_settling=chosen.after_settling,
        escalate_after=escalation.after_hours if escalation else None,
        escalate_from=Severity.parse(escalation.min_severity if escalation else "critical"),
    )


def to_routine(settings: Settings) -> Routine:
    """Return what comes round by the calendar."""
    chosen = settings.routine
    return Routine(
        chosen.statement_check,
        chosen.credit_report,
        chosen.emergency_fund,
        chosen.proof_of_life,
        chosen.send_at or settings.reminders.send_at,
    )


def to_quiet_hours(quiet: QuietHoursModel | None) -> QuietHours | None:
    """Return the hours in which nothing is sent, if there are any."""
    return None if quiet is None else QuietHours(quiet.start, quiet.end)
