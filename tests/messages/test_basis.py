"""By which rules a figure was worked out, in words: each clause, whole, in both languages."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

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
from reminderd.loans.terms import (
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
    Loan,
    LoanTerms,
    Minimum,
    Penalty,
    PenaltyBase,
    PenaltyRule,
    PenaltyStep,
    RateChange,
    Repayment,
    Residual,
    RoundingAt,
)
from reminderd.messages.basis import basis
from reminderd.messages.words import words
from reminderd.playbook.playbook import LOCALES

TODAY = date(2026, 11, 26)
SCHEDULE = {
    "repayment": Repayment.EQUAL_PRINCIPAL,
    "principal": Decimal(1000),
    "installment_count": 2,
    "first_due": date(2026, 12, 1),
}
DAILY = {"contract_rate": Rate(Decimal("0.0005"), "day")}
ANNUAL = {"contract_rate": Rate(Decimal("0.18"), "year")}
LEVEL = {"repayment": Repayment.EQUAL_INSTALLMENT}
REVOLVING = {"repayment": Repayment.REVOLVING, "installment_count": 0}


def penalty(rule, worth):
    return {"penalty": Penalty(PenaltyRule(rule), Decimal(worth))}


HALF = penalty("fraction_of_contract", "0.5")
FLAT = Amount(FeeKind.FLAT, Decimal(25))
SHARE = Amount(FeeKind.PERCENT, Decimal("0.05"))
TIERS = Amount(FeeKind.TIERED, tiers=((Decimal(0), FLAT), (Decimal(500), SHARE)))


def fee(amount, **details):
    return {"fees": (Fee(amount, **details),)}


def moved(convention):
    return {"business_days": BusinessDays(BusinessDayConvention(convention), "DE")}


NO_INTEREST = ("no contract rate entered", "未填写合同利率")
NO_PENALTY = ("no penalty agreed", "未约定罚息")
GOES_ON = ("contract interest goes on while overdue", "逾期期间合同利息照计")
DAILY_RATE = ("contract rate 0.05% a day", "合同日利率0.05%")
FLAT_RATE = (
    "equal parts of principal, each with interest on all that was borrowed",
    "等本等息，每期利息均按借款本金计算",
)
ANNUAL_RATE = ("contract rate 18% a year (ACT/365F)", "合同年利率18%（ACT/365F）")
MINIMUM = ("minimum 10% of the balance plus interest", "最低还款额为余额的10%，另加当期利息")
CARD = REVOLVING | {"minimum": Minimum(Decimal("0.1")), "statement_day": 25}

# What the terms are beside a plain schedule, and the clauses on interest, on lateness, and others.
CASES = {
    "nothing agreed": ({}, [NO_INTEREST, NO_PENALTY]),
    "a daily rate": (DAILY, [DAILY_RATE, GOES_ON, NO_PENALTY]),
    "interest of a deferment": (
        DAILY | {"start": date(2026, 3, 24), "capitalized_on": date(2026, 11, 6)},
        [
            (
                "interest from Mar 24 to Nov 6 is added to the principal on that day",
                "3月24日至11月6日的利息于当日计入本金",
            ),
            DAILY_RATE,
            GOES_ON,
            NO_PENALTY,
        ],
    ),
    "contract interest that stops": (
        DAILY | {"contract_interest_continues": False},
        [
            DAILY_RATE,
            ("contract interest stops at the due date", "到期后不再计合同利息"),
            NO_PENALTY,
        ],
    ),
    "an annual rate under another day count": (
        {"contract_rate": Rate(Decimal("0.036"), "year"), "day_count": DayCount.ACT_360},
        [
            ("contract rate 3.6% a year (ACT/360)", "合同年利率3.6%（ACT/360）"),
            GOES_ON,
            NO_PENALTY,
        ],
    ),
    "level payments": (
        ANNUAL | LEVEL,
        [
            ANNUAL_RATE,
            GOES_ON,
            (
                "level payments at a twelfth of the annual rate a month",
                "等额本息，月利率为年利率的十二分之一",
            ),
            NO_PENALTY,
        ],
    ),
    "a flat rate": (
        ANNUAL | {"repayment": Repayment.FLAT},
        [ANNUAL_RATE, GOES_ON, FLAT_RATE, NO_PENALTY],
    ),
    "a fee with each installment": (
        {"repayment": Repayment.FLAT, "installment_fee": InstallmentFee(Decimal("0.006"))},
        [
            NO_INTEREST,
            FLAT_RATE,
            (
                "each installment holds a fee of 0.6% of the principal",
                "每期收取分期手续费（借款本金的0.6%）",
            ),
            NO_PENALTY,
        ],
    ),
    "a fee with the first installment": (
        {"installment_fee": InstallmentFee(flat=Decimal(60), charged=Charged.FIRST)},
        [
            NO_INTEREST,
            (
                "the first installment holds the whole fee of CN¥60.00",
                "首期一次性收取分期手续费（¥60.00）",
            ),
            NO_PENALTY,
        ],
    ),
    "the lender's own installment": (
        LEVEL | {"installment": Decimal("500.50")},
        [
            NO_INTEREST,
            (
                "installments of CN¥500.50, as the lender set them; the last one takes the rest",
                "每期应还¥500.50（以贷款方为准），余数计入最后一期",
            ),
            NO_PENALTY,
        ],
    ),
    **{
        f"installments rounded {how}": (
            {"installment_multiple_of": Decimal(1), "installment_rounding": how},
            [
                NO_INTEREST,
                (
                    f"installments rounded{en} to multiples of CN¥1.00; "
                    "the last one takes the rest",
                    f"每期应还{zh}取整到¥1.00的倍数，余数计入最后一期",
                ),
                NO_PENALTY,
            ],
        )
        for how, en, zh in (
            (InstallmentRounding.NEAREST, "", ""),
            (InstallmentRounding.UP, " up", "向上"),
            (InstallmentRounding.DOWN, " down", "向下"),
        )
    },
    "interest alone at first, and a balloon": (
        {"interest_only_installments": 1, "balloon": Decimal(300)},
        [
            NO_INTEREST,
            ("installments 1 to 1 hold interest only", "前1期只还利息"),
            (
                "CN¥300.00 of principal are due on top of the last installment",
                "最后一期另还尾款¥300.00",
            ),
            NO_PENALTY,
        ],
    ),
    "an effective rate": (
        {"contract_rate": Rate.of_effective(Decimal("0.1268"), Fraction(1, 12))},
        [
            (
                "contract rate 12.68% a year effective, 11.99775647% nominal (ACT/365F)",
                "合同实际年利率12.68%，名义年利率11.99775647%（ACT/365F）",
            ),
            GOES_ON,
            NO_PENALTY,
        ],
    ),
    "installments in advance": (
        LEVEL | {"in_advance": True},
        [
            NO_INTEREST,
            ("each installment is due at the beginning of its period", "每期期初还款"),
            NO_PENALTY,
        ],
    ),
    "a penalty that rises": (
        {
            "penalty": Penalty(
                PenaltyRule.DAILY_RATE,
                Decimal("0.0005"),
                (PenaltyStep(30, Penalty(PenaltyRule.DAILY_RATE, Decimal("0.001"))),),
                at_least=Decimal(1),
                at_most=Decimal(1),
            )
        },
        [
            NO_INTEREST,
            (
                "penalty 0.05% a day on overdue principal, from day 31 0.1% a day",
                "逾期本金按日利率0.05%计收罚息，第31天起日利率0.1%",
            ),
            (
                "at least CN¥1.00 of penalty for an installment that owes any",
                "每期罚息不低于¥1.00（有罚息时）",
            ),
            (
                "the penalty of an installment is at most 100% of its principal",
                "每期罚息不超过当期本金的100%",
            ),
        ],
    ),
    "a penalty by the day": (
        {
            "penalty": Penalty(
                PenaltyRule.DAILY_AMOUNT,
                Decimal(5),
                (PenaltyStep(30, Penalty(PenaltyRule.DAILY_AMOUNT, Decimal(10))),),
            )
        },
        [
            NO_INTEREST,
            (
                "penalty CN¥5.00 a day for each late installment, from day 31 CN¥10.00 a day",
                "每逾期一期按每日¥5.00计收罚息，第31天起每日¥10.00",
            ),
        ],
    ),
    "a penalty by the day for all that is late": (
        penalty("daily_amount", 5) | {"penalty_base": PenaltyBase.OUTSTANDING_PRINCIPAL},
        [
            NO_INTEREST,
            ("penalty CN¥5.00 a day while anything is overdue", "逾期期间按每日¥5.00计收罚息"),
        ],
    ),
    **{
        f"a fee of the {of}": (
            fee(SHARE, of=of),
            [
                NO_INTEREST,
                NO_PENALTY,
                (
                    f"late fee 5% of {en} for each late installment",
                    f"每逾期一期收取逾期费（{zh}的5%）",
                ),
            ],
        )
        for of, en, zh in (
            (FeeOf.PRINCIPAL, "the overdue principal", "逾期本金"),
            (FeeOf.INTEREST, "the overdue interest", "欠息"),
            (FeeOf.INSTALLMENT, "the whole installment", "当期应还总额"),
        )
    },
    "level payments each week": (
        ANNUAL | LEVEL | {"frequency": Frequency(1, Unit.WEEK)},
        [
            ANNUAL_RATE,
            GOES_ON,
            (
                "level payments at the same rate for every period, whatever its days",
                "等额本息，各期利率相同，不按天数折算",
            ),
            NO_PENALTY,
        ],
    ),
    "level payments at a daily rate": (
        DAILY | LEVEL,
        [
            DAILY_RATE,
            GOES_ON,
            (
                "level payments at the same rate for every period, whatever its days",
                "等额本息，各期利率相同，不按天数折算",
            ),
            NO_PENALTY,
        ],
    ),
    "level payments by days": (
        ANNUAL | LEVEL | {"installment_interest": InstallmentInterest.ACTUAL},
        [
            ANNUAL_RATE,
            GOES_ON,
            (
                "level payments, interest by the days of each period",
                "等额本息，利息按每期实际天数计算",
            ),
            NO_PENALTY,
        ],
    ),
    "level payments without interest": (LEVEL, [NO_INTEREST, NO_PENALTY]),
    "a card in China": (
        CARD | {"interest_from": InterestFrom.POSTING, "interest_on": InterestOn.WHOLE},
        [
            NO_INTEREST,
            MINIMUM,
            (
                "a statement not paid in full bears interest on all of it from the days of posting",
                "账单未全额还清时，自入账日起按整张账单计息",
            ),
            NO_PENALTY,
        ],
    ),
    "a card in the United States": (
        CARD | {"interest_from": InterestFrom.STATEMENT, "interest_on": InterestOn.UNPAID},
        [
            NO_INTEREST,
            MINIMUM,
            (
                "what is unpaid of a statement bears interest from its date",
                "账单未还部分自账单日起计息",
            ),
            NO_PENALTY,
        ],
    ),
    "a card that charges the unpaid part": (
        CARD | {"interest_from": InterestFrom.POSTING, "interest_on": InterestOn.UNPAID},
        [
            NO_INTEREST,
            MINIMUM,
            (
                "what is unpaid of a statement bears interest from the days of posting",
                "账单未还部分自入账日起计息",
            ),
            NO_PENALTY,
        ],
    ),
    "a card that charges all of it from the statement on": (
        CARD | {"interest_from": InterestFrom.STATEMENT, "interest_on": InterestOn.WHOLE},
        [
            NO_INTEREST,
            MINIMUM,
            (
                "a statement not paid in full bears interest on all of it from its date",
                "账单未全额还清时，自账单日起按整张账单计息",
            ),
            NO_PENALTY,
        ],
    ),
    "a minimum": (
        REVOLVING | {"minimum": Minimum(Decimal("0.1"))},
        [
            NO_INTEREST,
            (
                "minimum 10% of the balance plus interest",
                "最低还款额为余额的10%，另加当期利息",
            ),
            (
                "what is paid after its statement, 18 days before the due date, counts towards it",
                "账单日（还款日前18天）之后的还款计入当期最低还款额",
            ),
            NO_PENALTY,
        ],
    ),
    "a minimum each week": (
        REVOLVING | {"minimum": Minimum(Decimal("0.1")), "frequency": Frequency(1, Unit.WEEK)},
        [
            NO_INTEREST,
            (
                "minimum 10% of the balance plus interest",
                "最低还款额为余额的10%，另加当期利息",
            ),
            (
                "what is paid after its statement, 7 days before the due date, counts towards it",
                "账单日（还款日前7天）之后的还款计入当期最低还款额",
            ),
            NO_PENALTY,
        ],
    ),
    "a minimum that nothing paid early counts towards": (
        REVOLVING | {"minimum": Minimum(Decimal("0.1"), statement_days=0)},
        [
            NO_INTEREST,
            (
                "minimum 10% of the balance plus interest",
                "最低还款额为余额的10%，另加当期利息",
            ),
            NO_PENALTY,
        ],
    ),
    "a minimum with a floor and with its interest": (
        REVOLVING | {"minimum": Minimum(Decimal("0.01"), Decimal(35), includes_interest=True)},
        [
            NO_INTEREST,
            (
                "minimum 1% of the balance (at least CN¥35.00), interest included",
                "最低还款额为余额的1%，不低于¥35.00，已含当期利息",
            ),
            (
                "what is paid after its statement, 18 days before the due date, counts towards it",
                "账单日（还款日前18天）之后的还款计入当期最低还款额",
            ),
            NO_PENALTY,
        ],
    ),
    "installments of the past that were paid": (
        {"paid_until": date(2026, 11, 20)},
        [
            (
                "what fell due up to Nov 20 was paid in time (paid_until)",
                "11月20日（含）以前到期的各期均已按时还清（paid_until）",
            ),
            NO_INTEREST,
            NO_PENALTY,
        ],
    ),
    "the balance of a day": (
        REVOLVING
        | {"minimum": Minimum(Decimal("0.1"), statement_days=0), "paid_until": date(2025, 12, 31)},
        [
            (
                "the balance is that of Dec 31, 2025 (paid_until)",
                "余额为2025年12月31日的余额（paid_until）",
            ),
            NO_INTEREST,
            (
                "minimum 10% of the balance plus interest",
                "最低还款额为余额的10%，另加当期利息",
            ),
            NO_PENALTY,
        ],
    ),
    "a penalty": (
        DAILY | HALF,
        [
            DAILY_RATE,
            GOES_ON,
            ("penalty 0.025% a day on overdue principal", "逾期本金按日利率0.025%计收罚息"),
        ],
    ),
    "a penalty on the installment": (
        penalty("annual_rate", "0.0627") | {"penalty_base": PenaltyBase.OVERDUE_INSTALLMENT},
        [
            NO_INTEREST,
            (
                "penalty 6.27% a year (ACT/365F) on the overdue installment, "
                "unpaid interest included",
                "逾期本金及欠息按年利率6.27%（ACT/365F）计收罚息",
            ),
        ],
    ),
    "a penalty on all principal": (
        penalty("daily_rate", "0.001") | {"penalty_base": PenaltyBase.OUTSTANDING_PRINCIPAL},
        [
            NO_INTEREST,
            (
                "penalty 0.1% a day on all outstanding principal while anything is overdue",
                "逾期期间，全部剩余本金按日利率0.1%计收罚息",
            ),
        ],
    ),
    "a rate that has changed": (
        ANNUAL | {"rate_changes": (RateChange(date(2026, 11, 25), DAILY["contract_rate"]),)},
        [DAILY_RATE, GOES_ON, NO_PENALTY],
    ),
    "a rate that will change": (
        ANNUAL | {"rate_changes": (RateChange(TODAY, DAILY["contract_rate"]),)},
        [ANNUAL_RATE, GOES_ON, NO_PENALTY],
    ),
    "daily compounding at a rate of its own": (
        {
            "compounding": Compounding.DAILY,
            "interest_on_interest_rate": Rate(Decimal("0.18"), "year"),
        },
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "unpaid interest bears interest at 18% a year (ACT/365F), compounded daily",
                "欠息按年利率18%（ACT/365F）计收复利，按日结息",
            ),
        ],
    ),
    "monthly compounding at the penalty's rate": (
        penalty("daily_rate", "0.0005") | {"compounding": Compounding.MONTHLY},
        [
            NO_INTEREST,
            ("penalty 0.05% a day on overdue principal", "逾期本金按日利率0.05%计收罚息"),
            (
                "unpaid interest bears interest at 0.05% a day, compounded monthly",
                "欠息按日利率0.05%计收复利，按月结息",
            ),
        ],
    ),
    "the due date counts": (
        {"dpd_includes_due_date": True},
        [
            NO_INTEREST,
            NO_PENALTY,
            ("the due date counts as a late day", "还款日当天计入逾期天数"),
        ],
    ),
    "a loan called due": (
        {"acceleration_date": date(2026, 11, 20)},
        [
            NO_INTEREST,
            NO_PENALTY,
            ("whole loan called due on Nov 20", "贷款于11月20日全部提前到期"),
        ],
    ),
    "grace that is counted after all": (
        {"grace_days": 3},
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "3 days of grace, counted after all if it runs out unpaid",
                "宽限期3天，期满未还的自还款日次日起计",
            ),
        ],
    ),
    "grace that never counts": (
        {"grace_days": 3, "grace_mode": GraceMode.DEDUCTED},
        [
            NO_INTEREST,
            NO_PENALTY,
            ("3 days of grace, never counted", "宽限期3天，期内始终不计罚息"),
        ],
    ),
    "grace that makes it paid in time": (
        DAILY | {"grace_days": 3, "grace_covers": tuple(GraceCovers)},
        [
            DAILY_RATE,
            GOES_ON,
            NO_PENALTY,
            (
                "3 days of grace: paid in full within it counts as paid on time",
                "宽限期3天，期内全额还清视同按期还款",
            ),
        ],
    ),
    "what lateness left, with the next one": (
        {"residual": Residual.NEXT},
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "once an installment is paid by its own amount, what lateness left comes with the "
                "next one",
                "每期还足原定金额后，逾期产生的余额并入下一期",
            ),
        ],
    ),
    "what lateness left, with the last one": (
        {"residual": Residual.END},
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "once an installment is paid by its own amount, what lateness left comes with the "
                "last one",
                "每期还足原定金额后，逾期产生的余额并入最后一期",
            ),
        ],
    ),
    "grace for the record": (
        {"grace_days": 1, "grace_covers": (GraceCovers.FEE, GraceCovers.REPORTING)},
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "1 day of grace, sparing the record but not the penalty",
                "宽限期1天，期内不记逾期，但照计罚息",
            ),
        ],
    ),
    "grace for fees": (
        {"grace_days": 15, "grace_covers": (GraceCovers.FEE,)},
        [
            NO_INTEREST,
            NO_PENALTY,
            ("15 days of grace, sparing late fees only", "宽限期15天，期内仅免收逾期费用"),
        ],
    ),
    "grace for nothing": ({"grace_days": 15, "grace_covers": ()}, [NO_INTEREST, NO_PENALTY]),
    "a fee": (
        fee(FLAT),
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "late fee CN¥25.00 for each late installment",
                "每逾期一期收取逾期费（¥25.00）",
            ),
        ],
    ),
    "a fee by a name, each period": (
        fee(SHARE, name="违约金", per=FeePer.PERIOD),
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "late payment charge 5% of what is overdue each period while anything is late",
                "逾期期间每期收取违约金（逾期金额的5%）",
            ),
        ],
    ),
    "the lesser of two fees": (
        fee(Amount(FeeKind.LESSER_OF, of=(FLAT, SHARE))),
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "late fee the lesser of CN¥25.00 and 5% of what is overdue "
                "for each late installment",
                "每逾期一期收取逾期费（¥25.00与逾期金额的5%中的较低者）",
            ),
        ],
    ),
    "the greater of two fees": (
        fee(Amount(FeeKind.GREATER_OF, of=(FLAT, SHARE))),
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "late fee the greater of CN¥25.00 and 5% of what is overdue "
                "for each late installment",
                "每逾期一期收取逾期费（¥25.00与逾期金额的5%中的较高者）",
            ),
        ],
    ),
    "a fee by tiers": (
        fee(TIERS),
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "late fee by tiers (CN¥25.00, from CN¥500.00 on 5% of what is overdue) "
                "for each late installment",
                "每逾期一期收取逾期费（按逾期金额分档：¥25.00，满¥500.00为逾期金额的5%）",
            ),
        ],
    ),
    "a fee of at least so much": (
        fee(SHARE, minimum=Decimal(5)),
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "late fee 5% of what is overdue (at least CN¥5.00) for each late installment",
                "每逾期一期收取逾期费（逾期金额的5%，不低于¥5.00）",
            ),
        ],
    ),
    "a fee of at most so much": (
        fee(SHARE, maximum=Decimal(50)),
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "late fee 5% of what is overdue (at most CN¥50.00) for each late installment",
                "每逾期一期收取逾期费（逾期金额的5%，不超过¥50.00）",
            ),
        ],
    ),
    "a fee between two sums": (
        fee(SHARE, minimum=Decimal(5), maximum=Decimal(50)),
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "late fee 5% of what is overdue (CN¥5.00 to CN¥50.00) for each late installment",
                "每逾期一期收取逾期费（逾期金额的5%，不低于¥5.00、不超过¥50.00）",
            ),
        ],
    ),
    "caps that are kept to": (
        {
            "caps": (
                Cap(CapMode.ENFORCE, annual_rate=Decimal("0.24")),
                Cap(CapMode.ENFORCE, fees=Decimal(100)),
                Cap(CapMode.ENFORCE, cost=Decimal(1)),
            )
        },
        [
            NO_INTEREST,
            NO_PENALTY,
            ("capped at 24% a year all-in", "综合成本（年化）不超过24%"),
            ("all fees capped at CN¥100.00", "费用合计不超过¥100.00"),
            (
                "interest, penalty and fees together capped at 100% of what was borrowed",
                "利息、罚息和费用合计不超过借款本金的100%",
            ),
        ],
    ),
    "caps that only warn": (
        {
            "caps": (
                Cap(CapMode.WARN, annual_rate=Decimal("0.24")),
                Cap(CapMode.WARN, fees=Decimal(100)),
            )
        },
        [NO_INTEREST, NO_PENALTY],
    ),
    "an order of payments": (
        {
            "allocation_order": (
                Component.INTEREST,
                Component.PENALTY,
                Component.PRINCIPAL,
                Component.FEES,
            )
        },
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "payments go to interest, then penalty interest, then principal, then fees",
                "还款依次冲抵利息、罚息、本金、费用",
            ),
        ],
    ),
    "an order of payments across installments": (
        {"allocation_by": AllocationBy.COMPONENT},
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "payments go to fees, then penalty interest, then interest, then principal, "
                "each of all installments before the next",
                "还款依次冲抵各期的费用、罚息、利息、本金",
            ),
        ],
    ),
    "the next business day": (
        moved("following"),
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "due dates that are no business day (DE) move to the next one",
                "还款日遇非工作日（DE）顺延至下一工作日",
            ),
        ],
    ),
    "the next business day of the month": (
        moved("modified-following"),
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "due dates that are no business day (DE) move to the next one, "
                "or back where that is in another month",
                "还款日遇非工作日（DE）顺延至下一工作日，跨月则提前",
            ),
        ],
    ),
    "the business day before": (
        moved("preceding"),
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "due dates that are no business day (DE) move to the one before",
                "还款日遇非工作日（DE）提前至上一工作日",
            ),
        ],
    ),
    "workdays that nobody knows yet": (
        {
            "first_due": date(2099, 6, 1),
            "business_days": BusinessDays(BusinessDayConvention.FOLLOWING, "CN"),
        },
        [
            NO_INTEREST,
            NO_PENALTY,
            (
                "due dates that are no business day (CN) move to the next one",
                "还款日遇非工作日（CN）顺延至下一工作日",
            ),
            (
                "the workdays of 2099 are not published yet, so a due date may still move",
                "2099年调休安排尚未公布，还款日可能变动",
            ),
        ],
    ),
}
ROUNDED = {
    (Rounding.HALF_UP, RoundingAt.END): ("rounded half up to the cent", "金额四舍五入到分"),
    (Rounding.HALF_EVEN, RoundingAt.END): (
        "rounded half to even to the cent",
        "金额四舍六入五成双到分",
    ),
    (Rounding.DOWN, RoundingAt.END): ("rounded down to the cent", "不足1分的部分舍去"),
    (Rounding.HALF_UP, RoundingAt.DAY): (
        "each day rounded half up to the cent",
        "每日四舍五入到分",
    ),
    (Rounding.HALF_EVEN, RoundingAt.DAY): (
        "each day rounded half to even to the cent",
        "每日四舍六入五成双到分",
    ),
    (Rounding.DOWN, RoundingAt.DAY): (
        "each day rounded down to the cent",
        "每日不足1分的部分舍去",
    ),
}
PLACE = {"en": 0, "zh-CN": 1}

every_locale = pytest.mark.parametrize("locale", LOCALES)


def clauses(say, currency="CNY", lender=Lender.BANK, **terms):
    loan = Loan("a", "A", LoanTerms(currency, **SCHEDULE | terms), "UTC", lender=lender)
    return basis(value(loan, TODAY), say)


@every_locale
@pytest.mark.parametrize("case", CASES)
def test_the_basis_names_the_rules_that_a_figure_follows_and_no_others(case, locale):
    terms, said = CASES[case]
    *found, rounded = clauses(words(locale), **terms)
    assert found == [both[PLACE[locale]] for both in said]
    assert rounded == ROUNDED[Rounding.HALF_UP, RoundingAt.END][PLACE[locale]]


@every_locale
@pytest.mark.parametrize(("how", "at"), ROUNDED)
def test_the_basis_ends_with_how_it_was_rounded(how, at, locale):
    last = clauses(words(locale), rounding=how, rounding_at=at)[-1]
    assert last == ROUNDED[how, at][PLACE[locale]]


class Remembering(dict):
    """A table of words that remembers which of them were used."""

    def __init__(self, table):
        super().__init__(table)
        self.used = set()

    def __getitem__(self, key):
        self.used.add(key)
        return super().__getitem__(key)


def test_no_clause_is_left_out_of_these_tests():
    say = words("en")
    table = Remembering(say.table["basis"])
    say = replace(say, table=say.table | {"basis": table})
    for terms, _ in CASES.values():
        clauses(say, **terms)
    for how, at in ROUNDED:
        clauses(say, rounding=how, rounding_at=at)
    for currency in ("JPY", "KWD"):
        clauses(say, currency=currency)
    clauses(say, lender=Lender.PERSON)
    assert table.used == set(table)


@pytest.mark.parametrize(
    ("currency", "amount", "en", "zh"),
    [
        ("JPY", "1500", "late fee ¥1,500 for", "逾期费（JP¥1,500）"),
        ("KWD", "1.5", "late fee KWD1.500 for", "逾期费（KWD1.500）"),
    ],
)
def test_sums_in_the_basis_have_the_digits_of_their_currency(currency, amount, en, zh):
    charged = (Fee(Amount(FeeKind.FLAT, Decimal(amount))),)
    loan = Loan("a", "A", LoanTerms(currency, **SCHEDULE, fees=charged), "UTC")
    position = value(loan, TODAY)
    assert any(en in clause for clause in basis(position, words("en")))
    assert any(zh in clause for clause in basis(position, words("zh-CN")))


@every_locale
def test_an_acceleration_of_another_year_names_it(locale):
    said = clauses(words(locale), acceleration_date=date(2027, 3, 1))
    assert {"en": "Mar 1, 2027", "zh-CN": "2027年3月1日"}[locale] in said[2]
