"""What a loan's table in ``config.toml`` may hold. Each field's description documents it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ..loans.charges import CapMode, Charged, FeeOf, FeePer
from ..loans.daycount import DayCount
from ..loans.frequency import MONTHLY, BusinessDayConvention
from ..loans.money import Rounding
from ..loans.presets import load_preset, preset_names
from ..loans.terms import (
    MAX_INSTALLMENTS,
    STATEMENT_DAYS,
    USUAL_GRACE,
    AllocationBy,
    Component,
    Compounding,
    GraceCovers,
    GraceMode,
    InstallmentInterest,
    InstallmentRounding,
    InterestFrom,
    InterestOn,
    Lender,
    PenaltyBase,
    PenaltyRule,
    Prepayment,
    RequestState,
    Residual,
    RoundingAt,
)
from .suggest import shown, suggestion
from .synonyms import value_meant
from .values import (
    CalendarName,
    ClockTime,
    Currency,
    DailyRate,
    Day,
    Factor,
    FrequencyName,
    NotNegative,
    Positive,
    Rate,
    Share,
    Strict,
    Text,
    Whole,
    Zone,
)


class PaymentModel(Strict):
    """One entry of ``payments``."""

    date: Day = Field(
        description="The day the money reached the lender.", examples=["date = 2026-10-15"]
    )
    amount: Positive = Field(description="How much.", examples=['amount = "1150.00"'])
    to: Literal["principal", "shorter", "lower", "ahead"] | None = Field(
        None,
        description="Where what was over went, once all that was due was paid: to the principal, "
        "so that the term is shorter or the installment lower (principal: as prepayment says), or "
        "ahead to the next due dates, as without it.",
        examples=['to = "shorter"'],
    )


class InstallmentModel(Strict):
    """One entry of a listed ``installments``."""

    due: Day = Field(description="Due date.", examples=["due = 2026-12-10"])
    amount: Positive = Field(description="What falls due.", examples=['amount = "350.00"'])
    interest: NotNegative = Field(Decimal(0), description="How much of the amount is interest.")


class PenaltyRuleModel(Strict):
    """Exactly one rule by which a penalty is charged."""

    daily_rate: DailyRate | None = Field(None, description='"0.05%": a rate for each day.')
    annual_rate: Rate | None = Field(None, description='"18%": a rate for each year.')
    multiple_of_contract: Factor | None = Field(
        None, description="1.5: takes the contract rate's place, so many times as high."
    )
    fraction_of_contract: Factor | None = Field(
        None, description="0.5: half the contract rate, added to it."
    )
    spread: Rate | None = Field(None, description='"5%": points added to the annual rate.')
    daily_amount: NotNegative | None = Field(
        None,
        description='"5.00": a sum for each day, however much is overdue.',
        examples=['daily_amount = "5.00"'],
    )

    @model_validator(mode="after")
    def _one_rule(self) -> PenaltyRuleModel:
        given = [rule for rule in PenaltyRule if getattr(self, rule) is not None]
        if not given:
            raise ValueError('names no rule (write penalty.daily_rate = "0.05%")')
        if len(given) > 1:
            raise ValueError(f"has more than one rule: {' and '.join(given)} (keep one)")
        return self


class PenaltyStepModel(PenaltyRuleModel):
    """One entry of a penalty's ``steps``: the rule that takes its place after some days."""

    after_days: Annotated[Whole, Field(ge=1, le=3650)] = Field(
        description="Counts when more days late than this.", examples=["after_days = 30"]
    )


class PenaltyModel(PenaltyRuleModel):
    """``penalty.RULE = VALUE``: exactly one rule."""

    steps: list[PenaltyStepModel] = Field(
        default_factory=list,
        description="Other rules for what is late for longer.",
        examples=['steps = [{ after_days = 30, daily_rate = "0.1%" }]'],
    )
    at_least: NotNegative | None = Field(
        None,
        description="What an installment owes of it at least, once it owes any.",
        examples=['at_least = "5.00"'],
    )
    at_most: Share | None = Field(
        None,
        description="At most so much of the principal that fell due with it.",
        examples=['at_most = "100%"'],
    )


class MinimumModel(Strict):
    """``minimum``: what a revolving balance asks for each period, besides its interest."""

    percent: Share = Field(description="So much of the balance …", examples=['percent = "10%"'])
    floor: NotNegative = Field(
        Decimal(0), description="… but at least this sum.", examples=['floor = "100.00"']
    )
    includes_interest: bool = Field(
        False,
        description="Whether the period's interest is in it; else it comes on top.",
        examples=["includes_interest = true"],
    )
    statement_days: int = Field(
        STATEMENT_DAYS,
        ge=0,
        le=31,
        description="How many days before the due date the statement is drawn; in a balance that "
        "is worked out, at most the days of a period shorter than a month. What is paid after "
        "that counts towards the minimum.",
        examples=["statement_days = 25"],
    )


class FeeAmountModel(Strict):
    """How much a fee is: exactly one of these."""

    flat: NotNegative | None = Field(None, description="A sum.", examples=['flat = "15.00"'])
    percent: Share | None = Field(
        None, description="A share of what is overdue.", examples=['percent = "5%"']
    )

    @model_validator(mode="after")
    def _one_way(self) -> FeeAmountModel:
        given = [way for way in _FEE_WAYS if getattr(self, way, None) is not None]
        if not given:
            known = [way for way in _FEE_WAYS[1:] if way in type(self).model_fields]
            others = " or ".join(filter(None, [", ".join(known[:-1]), known[-1]]))
            raise ValueError(f'says no amount (write flat = "15.00", or {others})')
        if len(given) > 1:
            raise ValueError(f"says the amount more than once: {' and '.join(given)} (keep one)")
        return self


_FEE_WAYS = ("flat", "percent", "tiers", "lesser_of", "greater_of")


class TierModel(FeeAmountModel):
    """One entry of a fee's ``tiers``."""

    above: NotNegative = Field(
        alias="from",
        description="Counts where at least so much is overdue.",
        examples=['from = "500.00"'],
    )


class FeeModel(FeeAmountModel):
    """One entry of ``fees``: what being late costs besides interest."""

    tiers: list[TierModel] | None = Field(
        None,
        description="By how much is overdue: the last one reached counts.",
        examples=['tiers = [{ from = "0", flat = "15.00" }, { from = "500.00", flat = "25.00" }]'],
    )
    lesser_of: list[FeeAmountModel] | None = Field(
        None,
        description="The smallest of several.",
        examples=['lesser_of = [{ flat = "15.00" }, { percent = "5%" }]'],
    )
    greater_of: list[FeeAmountModel] | None = Field(
        None,
        description="The largest of several.",
        examples=['greater_of = [{ flat = "15.00" }, { percent = "5%" }]'],
    )
    name: Text | None = Field(
        None, description="What the lender calls it.", examples=['name = "late fee"']
    )
    per: FeePer = Field(
        FeePer.INSTALLMENT,
        description="Once for each late installment, or again each period while one is late.",
    )
    after_days: Annotated[Whole, Field(ge=0, le=3650)] | None = Field(
        None,
        description="Charged when more days late than this; else once grace has passed.",
        examples=["after_days = 15"],
    )
    of: FeeOf = Field(
        FeeOf.OVERDUE,
        description="What shares and tiers are of: what is overdue of the installment, principal "
        "or interest alone, or all of it as it fell due.",
        examples=['of = "principal"'],
    )
    least: NotNegative | None = Field(
        None, alias="min", description="At least so much.", examples=['min = "5.00"']
    )
    most: NotNegative | None = Field(
        None, alias="max", description="At most so much.", examples=['max = "50.00"']
    )

    @field_validator("tiers", "lesser_of", "greater_of")
    @classmethod
    def _some(cls, amounts: list[Any] | None) -> list[Any] | None:
        if amounts == []:
            raise ValueError("is empty (list what it chooses from)")
        return amounts


class InstallmentFeeModel(FeeAmountModel):
    """``installment_fee``: what paying in installments costs (分期手续费), late or not."""

    percent: Share | None = Field(
        None, description="A share of what was borrowed.", examples=['percent = "0.6%"']
    )
    charged: Charged = Field(
        Charged.EACH,
        description="With each installment, or all of it with the first.",
        examples=['charged = "first"'],
    )


class CapModel(Strict):
    """One entry of ``caps``: a limit on what borrowing, or being late, may cost."""

    annual_rate: Rate | None = Field(
        None,
        description="All-in, a year: interest, penalty and fees together.",
        examples=['annual_rate = "24%"'],
    )
    fees: NotNegative | None = Field(
        None, description="All fees together.", examples=['fees = "100.00"']
    )
    cost: Share | None = Field(
        None,
        description="Interest, penalty and fees of the whole loan, as a share of what was "
        "borrowed.",
        examples=['cost = "100%"'],
    )
    mode: CapMode = Field(CapMode.WARN, description="Only say so, or have the figure keep to it.")
    source: Text | None = Field(
        None,
        description="The law or clause it comes from, for messages.",
        examples=['source = "section 5 of the contract"'],
    )

    @model_validator(mode="after")
    def _one_limit(self) -> CapModel:
        limits = ("annual_rate", "fees", "cost")
        given = [limit for limit in limits if getattr(self, limit) is not None]
        if not given:
            remedy = 'write annual_rate = "24%", fees = "100.00", or cost = "100%"'
            raise ValueError(f"names no limit ({remedy})")
        if len(given) > 1:
            several = " and ".join(given)
            raise ValueError(f"has {several} (make an entry of its own for each)")
        return self


class PauseModel(Strict):
    """One entry of ``pauses``: days on which no penalty accrues."""

    first: Day = Field(
        alias="from", description="The first such day.", examples=["from = 2026-02-01"]
    )
    last: Day = Field(alias="to", description="The last one.", examples=["to = 2026-02-28"])


def _only_rate(daily: Decimal | None, info: ValidationInfo) -> Decimal | None:
    if daily is not None and info.data.get("annual_rate") is not None:
        raise ValueError("stands beside annual_rate (keep one of the two)")
    return daily


def _only_effective(effective: Decimal | None, info: ValidationInfo) -> Decimal | None:
    for other in ("annual_rate", "daily_rate"):
        if effective is not None and info.data.get(other) is not None:
            raise ValueError(f"stands beside {other} (keep one of the two)")
    return effective


class RateChangeModel(Strict):
    """One entry of ``rate_changes``."""

    start: Day = Field(
        alias="from",
        description="From when on: interest as with start, a penalty for that day already.",
        examples=["from = 2027-01-01"],
    )
    annual_rate: Rate | None = Field(None, description="The new contract rate for a year.")
    daily_rate: DailyRate | None = Field(None, description="Or for a day.")
    effective_annual_rate: Rate | None = Field(None, description="Or an effective one.")
    _one_rate = field_validator("daily_rate")(_only_rate)
    _one_kind = field_validator("effective_annual_rate")(_only_effective)
    penalty: PenaltyModel | None = Field(
        None, description="The new penalty.", examples=['penalty.daily_rate = "0.05%"']
    )

    @model_validator(mode="after")
    def _some_change(self) -> RateChangeModel:
        rates = (self.annual_rate, self.daily_rate, self.effective_annual_rate)
        if all(given is None for given in (*rates, self.penalty)):
            raise ValueError('changes nothing (write annual_rate = "3.5%")')
        return self


class WaiverModel(Strict):
    """One entry of ``waivers``: what the lender let go of."""

    date: Day = Field(description="When.", examples=["date = 2026-12-20"])
    amount: Positive = Field(description="How much.", examples=['amount = "50.00"'])
    of: Component | None = Field(
        None, description="Of what; else of fees, then penalty, then interest."
    )


class ExtensionModel(Strict):
    """One entry of ``extensions``: an installment that the lender agreed to have paid later."""

    due: Day = Field(description="The due date of the installment.", examples=["due = 2026-12-15"])
    agreed: Day = Field(description="When it was agreed.", examples=["agreed = 2026-12-10"])
    to: list[Day] = Field(
        description="The new due date, or several that share it.", examples=["to = 2027-01-15"]
    )
    annual_rate: Rate | None = Field(
        None, description="Interest until then; else the contract rate."
    )
    daily_rate: DailyRate | None = Field(None, description="Or for a day.")
    _one_rate = field_validator("daily_rate")(_only_rate)

    @field_validator("to", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]


class PostingModel(Strict):
    """One entry of ``posted``: purchases on a statement."""

    on: Day = Field(description="The day the bank posted them.", examples=["on = 2026-11-02"])
    amount: Positive | None = Field(
        None,
        description="How much; else all that has no day of its own, on average.",
        examples=['amount = "120.00"'],
    )


class BillModel(Strict):
    """One entry of ``bills``: a statement, as the lender drew it."""

    due: Day = Field(description="When it is due.", examples=["due = 2026-12-05"])
    amount: Positive = Field(description="Its sum.", examples=['amount = "862.35"'])
    minimum: Positive | None = Field(
        None, description="The least that it asks for.", examples=['minimum = "86.24"']
    )
    date: Day | None = Field(
        None,
        description="When it was drawn: what was paid before is in its sum. Else statement_day, or "
        f"{STATEMENT_DAYS} days before it is due.",
        examples=["date = 2026-11-25"],
    )
    posted: list[PostingModel] = Field(
        default_factory=list,
        description="When its purchases were posted: from then a card may charge interest. A date "
        "alone is the average.",
        examples=["posted = 2026-11-10"],
    )

    @field_validator("posted", mode="before")
    @classmethod
    def _on_average(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [{"on": value}]


class AutoDebitModel(Strict):
    """``auto_debit = { … }``: that the lender debits an account, which one, and when."""

    account: str | None = Field(
        None,
        description="Which account: one of [accounts], or any name.",
        examples=['account = "ICBC 1234"'],
    )
    times: list[ClockTime] = Field(
        default_factory=list,
        description="When it is tried on the due date.",
        examples=['times = ["06:00", "17:00"]'],
    )
    last_day: Annotated[Whole, Field(ge=0, le=10)] = Field(
        0,
        description="How many days after the due date it is tried for the last time.",
        examples=["last_day = 1"],
    )
    assume: Literal["paid"] | None = Field(
        None,
        description="Take it as paid after the last try; else one message asks you.",
        examples=['assume = "paid"'],
    )


class RequestModel(Strict):
    """One entry of ``extension_requests``: that you asked to pay later, and what was said."""

    date: Day = Field(description="Since when it stands so.", examples=["date = 2026-12-01"])
    state: RequestState = Field(
        description="How it stands; the dates of one that was approved go into extensions.",
        examples=['state = "requested"'],
    )


def _is_sum(value: Any) -> bool:
    """Return whether a minimum is written as a sum, rather than as a share."""
    return not isinstance(value, dict | BaseModel) and "%" not in str(value)


Count = Annotated[Whole, Field(ge=1, le=MAX_INSTALLMENTS)]


class LoanModel(Strict):
    """``[[loans]]``: one loan."""

    id: Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")] = Field(
        description="Short name for commands: letters, digits, dot, dash, underscore.",
        examples=['id = "card"'],
    )
    name: Text | None = Field(
        None,
        description="Name in messages; the id where left out.",
        examples=['name = "Credit card"'],
    )
    preset: str | None = Field(
        None,
        description="Terms to start from; any can be overridden.",
        examples=['preset = "weilidai"'],
    )
    due: Day | None = Field(None, description="Due date of a loan due as one sum.")
    amount: Positive | None = Field(
        None,
        description="What falls due then, or beside first_due each time; principal, unless "
        "interest says otherwise.",
    )
    interest: NotNegative | None = Field(None, description="How much of the amount is interest.")
    principal: Positive | None = Field(
        None,
        description="What was borrowed, for a schedule to be worked out.",
        examples=['principal = "10000"'],
    )
    installments: (
        Annotated[
            Annotated[Count, Tag("count")] | Annotated[list[InstallmentModel], Tag("list")],
            Discriminator(lambda value: "list" if isinstance(value, list) else "count"),
        ]
        | None
    ) = Field(
        None,
        description="How many, or each one listed: [{ due = …, amount = … }]. Without, an amount "
        "falls due without end, as rent does.",
        examples=["installments = 12"],
    )
    first_due: Day | None = Field(
        None,
        description="Due date of the first installment.",
        examples=["first_due = 2026-10-15"],
    )
    until: Day | None = Field(
        None,
        description="The last day on which an installment may fall due, instead of how many.",
        examples=["until = 2030-12-31"],
    )
    start: Day | None = Field(None, description="Day the interest starts; else a month before.")
    capitalized_on: Day | None = Field(
        None,
        description="Interest from start to this day is added to the principal, with which the "
        "schedule then begins: a student loan at the end of its deferment.",
        examples=["capitalized_on = 2026-11-06"],
    )
    paid_until: Day | None = Field(
        None,
        description="All that fell due up to this day was paid in time; a revolving principal is "
        "the balance of that day.",
        examples=["paid_until = 2026-11-30"],
    )
    repayment: (
        Literal[
            "equal-principal",
            "equal-installment",
            "flat",
            "interest-only",
            "bullet",
            "revolving",
            "fixed",
            "billed",
        ]
        | None
    ) = Field(
        None,
        description="How principal is repaid; flat: in equal parts, each with interest on all that "
        "was borrowed; fixed: an amount each time; billed: as bills say.",
    )
    installment_interest: InstallmentInterest = Field(
        InstallmentInterest.PERIODIC,
        description="Whether equal installments count equal periods or each period's days.",
    )
    installment: Positive | None = Field(
        None,
        description="The lender's own sum of equal installments, where it is another than worked "
        "out; the last one takes the rest. It stands until a new rate.",
        examples=['installment = "3510.67"'],
    )
    installment_multiple_of: Positive | None = Field(
        None,
        description="Installments are whole multiples of it (of equal-principal, the principal of "
        "each); the last one takes the rest.",
        examples=['installment_multiple_of = "1"'],
    )
    installment_rounding: InstallmentRounding = Field(
        InstallmentRounding.NEAREST, description="To which multiple."
    )
    installment_fee: InstallmentFeeModel | None = Field(
        None,
        description="What each installment costs besides, or the first one; it counts as interest.",
        examples=['installment_fee.percent = "0.6%"'],
    )
    interest_only_installments: Annotated[Whole, Field(ge=0, lt=MAX_INSTALLMENTS)] = Field(
        0,
        description="How many of them, the first ones, hold interest and no principal.",
        examples=["interest_only_installments = 6"],
    )
    balloon: NotNegative = Field(
        Decimal(0),
        description="Principal that is not spread over them but due on top of the last one.",
        examples=['balloon = "5000"'],
    )
    in_advance: bool = Field(
        False,
        description="Whether equal installments are due at the beginning of their periods, the "
        "first one on the day the interest starts, as a lease's are.",
        examples=["in_advance = true"],
    )
    frequency: FrequencyName = Field(
        MONTHLY,
        description="How often an installment is due; semi-monthly: that day and the one 15 days "
        "from it, the 15th with the month's last.",
        examples=['frequency = "monthly"'],
    )
    end_of_month: bool = Field(
        False,
        description="A first due date on a month's last day means every month's last day.",
        examples=["end_of_month = true"],
    )
    business_day_convention: BusinessDayConvention = Field(
        BusinessDayConvention.NONE,
        description="Where a due date moves that is no business day.",
    )
    calendar: CalendarName | None = Field(
        None,
        description="Whose business days: a country, as CN or DE-BY, or a market, as XECB.",
        examples=['calendar = "CN"'],
    )
    minimum: (
        Annotated[
            Annotated[Positive, Tag("sum")] | Annotated[MinimumModel, Tag("table")],
            Discriminator(lambda value: "sum" if _is_sum(value) else "table"),
        ]
        | None
    ) = Field(
        None,
        description="The least that is asked for: beside due and amount of that statement, as a "
        "sum; else of a balance, as a share.",
        examples=['minimum = "86.24", or minimum.percent = "10%"'],
    )
    statement_day: Annotated[Whole, Field(ge=1, le=31)] | None = Field(
        None,
        description="Day of the month before a due date on which its bill is drawn: then you are "
        "asked for its sum. 29 to 31 mean the last day where a month is shorter.",
        examples=["statement_day = 25"],
    )
    bills: list[BillModel] = Field(
        default_factory=list,
        description="Bills and statements; `reminderd bill` records them too.",
        examples=['bills = [{ due = 2026-12-05, amount = "862.35", minimum = "86.24" }]'],
    )
    interest_from: InterestFrom = Field(
        InterestFrom.DUE,
        description="From when a card's statement bears interest that is not paid in full.",
        examples=['interest_from = "posting"'],
    )
    interest_on: InterestOn = Field(
        InterestOn.UNPAID,
        description="On what of it until it is due: what is unpaid then, or all of it each day.",
        examples=['interest_on = "whole"'],
    )
    annual_rate: Rate | None = Field(None, description='Contract rate for a year: "18%".')
    daily_rate: DailyRate | None = Field(None, description='Contract rate for a day: "0.05%".')
    effective_annual_rate: Rate | None = Field(
        None,
        description="Contract rate as what a year comes to with interest on interest; the periods "
        "of frequency compound to it.",
        examples=['effective_annual_rate = "12.68%"'],
    )
    _one_kind = field_validator("effective_annual_rate")(_only_effective)
    day_count: DayCount = Field(DayCount.ACT_365F, description="Day-count convention.")
    penalty: PenaltyModel | None = Field(
        None, description="Price of being late.", examples=['penalty.daily_rate = "0.05%"']
    )
    penalty_base: PenaltyBase = Field(
        PenaltyBase.OVERDUE_PRINCIPAL, description="What the penalty is charged on."
    )
    compounding: Compounding = Field(
        Compounding.NONE, description="How often unpaid interest begins to bear interest."
    )
    interest_on_interest_rate: Rate | None = Field(
        None,
        description="At which rate for a year; else at the penalty rate.",
        examples=['interest_on_interest_rate = "18%"'],
    )
    contract_interest_continues: bool | None = Field(
        None,
        description="Whether contract interest goes on while overdue, beside the penalty.",
        examples=["contract_interest_continues = false"],
    )
    grace_days: Annotated[Whole, Field(ge=0, le=365)] = Field(
        0, description="Days after the due date that are forgiven.", examples=["grace_days = 3"]
    )
    grace_mode: GraceMode = Field(
        GraceMode.RETROACTIVE, description="What those days count for once they have passed."
    )
    grace_covers: list[GraceCovers] = Field(
        default_factory=list(USUAL_GRACE).copy,
        description="What the grace days spare you.",
        examples=['grace_covers = ["penalty", "fee", "reporting"]'],
    )
    residual: Residual = Field(
        Residual.DUE,
        description="When you owe what lateness has left of an installment that you paid by its "
        "own amount: at once, with the next one, or with the last.",
        examples=['residual = "next"'],
    )
    residual_below: NotNegative | None = Field(
        None,
        description="Less than that is never overdue: it is asked for with a later installment. "
        "Else 1.00; in currencies whose unit is worth little more, as 100 yen.",
        examples=['residual_below = "10.00"'],
    )
    dpd_includes_due_date: bool = Field(
        False,
        description="Whether the due date itself is the first day of lateness.",
        examples=["dpd_includes_due_date = true"],
    )
    acceleration_date: Day | None = Field(
        None,
        description="The day on which the lender called the whole loan due.",
        examples=["acceleration_date = 2027-03-01"],
    )
    fees: list[FeeModel] = Field(
        default_factory=list,
        description="Fees for being late.",
        examples=['fees = [{ percent = "5%", max = "50.00" }]'],
    )
    caps: list[CapModel] = Field(
        default_factory=list,
        description="Limits on the cost, by law or contract.",
        examples=['caps = [{ annual_rate = "24%", mode = "warn" }]'],
    )
    allocation_order: list[Component] = Field(
        default_factory=list(Component).copy,
        description="What a payment goes to, in order.",
        examples=['allocation_order = ["fees", "penalty", "interest", "principal"]'],
    )
    allocation_by: AllocationBy = Field(
        AllocationBy.INSTALLMENT,
        description="One installment after the other, or one component of all of them.",
    )
    prepayment: Prepayment | None = Field(
        None,
        description="Where the lender takes money beyond what is due: to the principal, so that "
        "the term is shorter or the installment lower, or ahead to the next due dates. Without, "
        "`reminderd pay` asks where it matters.",
        examples=['prepayment = "shorter"'],
    )
    rounding: Rounding = Field(Rounding.HALF_UP, description="How amounts are rounded.")
    rounding_at: RoundingAt = Field(
        RoundingAt.END, description="Once at the end, or what each day adds."
    )
    rate_changes: list[RateChangeModel] = Field(
        default_factory=list,
        description="New rates from a date.",
        examples=['rate_changes = [{ from = 2027-01-01, annual_rate = "3.5%" }]'],
    )
    pauses: list[PauseModel] = Field(
        default_factory=list,
        description="Agreed days without penalty.",
        examples=["pauses = [{ from = 2026-02-01, to = 2026-02-28 }]"],
    )
    waivers: list[WaiverModel] = Field(
        default_factory=list,
        description="What the lender let go of.",
        examples=['waivers = [{ date = 2026-12-20, amount = "50.00" }]'],
    )
    extensions: list[ExtensionModel] = Field(
        default_factory=list,
        description="Installments that may be paid later.",
        examples=["extensions = [{ due = 2026-12-15, agreed = 2026-12-10, to = 2027-01-15 }]"],
    )
    payments: list[PaymentModel] = Field(
        default_factory=list,
        description="What has been paid.",
        examples=['payments = [{ date = 2026-10-15, amount = "1150.00" }]'],
    )
    timezone: Zone | None = Field(
        None,
        description="Where the lender's day ends.",
        examples=['timezone = "Asia/Shanghai"'],
    )
    currency: Currency | None = Field(
        None, description="Currency of this loan.", examples=['currency = "CNY"']
    )
    lender: Lender = Field(
        Lender.BANK,
        description="A bank and the like, or a person: then nothing is said of credit records, "
        "collectors and courts.",
        examples=['lender = "person"'],
    )
    contact: Text | None = Field(
        None,
        description="How to reach the lender, for messages.",
        examples=['contact = "the number on the card"'],
    )
    app_path: Text | None = Field(
        None,
        description="Where in the lender's app one pays, for messages.",
        examples=['app_path = "Me > Loans > Repay"'],
    )
    auto_debit: (
        Annotated[
            Annotated[bool, Tag("flag")] | Annotated[AutoDebitModel, Tag("table")],
            Discriminator(lambda value: "table" if isinstance(value, dict) else "flag"),
        ]
        | None
    ) = Field(
        None,
        description="Whether the lender debits an account by itself; a table says which and when.",
        examples=['auto_debit = true, or { account = "ICBC 1234", times = ["06:00"] }'],
    )
    paid_from: str | None = Field(
        None,
        description="Which of your [accounts] pays it; else the one that auto_debit names.",
        examples=['paid_from = "bank"'],
    )
    hardship: Text | None = Field(
        None,
        description="Why you cannot pay, for letters.",
        examples=['hardship = "lost my job in October"'],
    )
    legal_letter: Day | None = Field(
        None,
        description="When a letter from a court or a lawyer came.",
        examples=["legal_letter = 2026-11-01"],
    )
    reported_after: Annotated[Whole, Field(ge=0, le=3650)] | None = Field(
        None,
        description="Days past due from which the lender tells the credit bureau.",
        examples=["reported_after = 4"],
    )
    record_years: Annotated[Whole, Field(ge=0, le=100)] | None = Field(
        None,
        description="Years that an overdue entry is kept after settling; 5 for CNY, 0 for none.",
        examples=["record_years = 5"],
    )
    extension_requests: list[RequestModel] = Field(
        default_factory=list,
        description="What you asked for and what the lender said.",
        examples=['extension_requests = [{ date = 2026-12-01, state = "requested" }]'],
    )
    channels: list[str] | None = Field(
        None, description="Only these channels for this loan.", examples=['channels = ["phone"]']
    )

    @model_validator(mode="before")
    @classmethod
    def _start_from_preset(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(name := data.get("preset"), str):
            return data
        if name not in preset_names():
            return data
        defaults = load_preset(name).defaults()
        if "penalty" in data:  # another rule brings its own answer on contract interest
            defaults.pop("penalty", None)
            defaults.pop("contract_interest_continues", None)
        if {"annual_rate", "effective_annual_rate"} & data.keys():
            defaults.pop("daily_rate", None)
        if data.get("business_day_convention") == "none":
            defaults.pop("calendar", None)
        billed = "statement_day" in data and "principal" not in data
        listed = isinstance(data.get("installments"), list)
        if {"due", "amount"} & data.keys() or listed or billed:
            defaults.pop("repayment", None)
        if data.get("auto_debit") or not ("due" in data or billed or "principal" in data):
            defaults.pop("minimum", None)  # a debit takes all of it where the bill says no less
        return defaults | data

    @property
    def is_billed(self) -> bool:
        """Whether what falls due is known bill by bill."""
        if self.repayment is None:
            lump = self.due is not None or self.amount is not None
            schedule = self.principal is not None or self.installments is not None
            return self.statement_day is not None and not (lump or schedule)
        return self.repayment == "billed"

    @property
    def is_statement(self) -> bool:
        """Whether the one sum on one date is a card's statement, which asks for less."""
        return None not in (self.due, self.amount, self.minimum)

    @property
    def statements(self) -> list[BillModel]:
        """The bills, the loan's own sum among them where that is a card's statement."""
        if self.due is None or self.amount is None or self.minimum is None:
            return self.bills
        asked = None if isinstance(self.minimum, MinimumModel) else self.minimum
        return [BillModel(due=self.due, amount=self.amount, minimum=asked), *self.bills]

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, name: str | None) -> str | None:
        if name is not None and name not in preset_names():
            there = ", ".join(preset_names())
            titles = {load_preset(each).title: each for each in preset_names()}
            meant = value_meant("preset", name) or titles.get(name)
            close = f' (write "{meant}")' if meant else suggestion(name, preset_names())
            raise ValueError(f"{shown(name)} is not a preset (there are: {there}){close}")
        return name

    @field_validator("allocation_order")
    @classmethod
    def _every_component(cls, order: list[Component]) -> list[Component]:
        for component in Component:
            if order.count(component) != 1:
                how = "lists" if component in order else "leaves out"
                often = " more than once" if component in order else ""
                every = ", ".join(f'"{each}"' for each in Component)
                raise ValueError(f'{how} "{component}"{often} (list each of {every} once)')
        return order

    @field_validator("channels")
    @classmethod
    def _some_channel(cls, names: list[str] | None) -> list[str] | None:
        if names == []:
            raise ValueError("is empty: nobody would be told (remove it to use every channel)")
        return names
