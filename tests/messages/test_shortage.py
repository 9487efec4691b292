"""The warning that an account will not hold enough: what leaves, what is missing, what to do."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from reminderd.loans.funds import Balance, BankAccount, Income, forecast
from reminderd.loans.money import Money
from reminderd.loans.terms import AutoDebit, Installment, Loan, LoanTerms, Repayment
from reminderd.loans.trouble import Trouble
from reminderd.messages.message import Format
from reminderd.messages.sheet import Desk
from reminderd.messages.shortage import ShortageWarning, typed
from reminderd.playbook.playbook import LOCALES

NAMES = {
    "en": {"card": "Credit card", "rent": "Rent", "bill": "Phone", "bank": "ICBC 1234"},
    "zh-CN": {"card": "招行信用卡", "rent": "房租", "bill": "花呗", "bank": "工行1234"},
}
ON, MORE = date(2026, 12, 10), date(2026, 12, 15)
# The day of writing, and what is otherwise than in the account below.
CASES = {
    "in time": (date(2026, 12, 8), {}),
    "too late": (date(2026, 12, 9), {"transfer_days": 2}),
    "today": (ON, {}),
    "at once": (date(2026, 12, 9), {"transfer_days": 0}),
    "at once, today": (ON, {"transfer_days": 0}),
    "overdrawn": (date(2026, 12, 8), {"overdraft": Money(100_00, "CNY")}),
}


def loans(locale):
    name = NAMES[locale]
    debit = AutoDebit(on=True, times=(time(6), time(17)))
    card = LoanTerms("CNY", listed=(Installment(ON, 1234_00, 0),))
    rent = LoanTerms("CNY", Repayment.FIXED, amount=Decimal(500), first_due=MORE)
    bill = LoanTerms("CNY", Repayment.BILLED, first_due=date(2026, 12, 9), statement_day=25)
    here = "Asia/Shanghai"
    return [
        Loan("card", name["card"], card, here, auto_debit=debit),
        Loan("rent", name["rent"], rent, here),
        Loan("bill", name["bill"], bill, here, auto_debit=AutoDebit(on=True)),
    ]


def found(case, locale, of=None):
    day, more = CASES[case]
    balance = Balance(Money(1000_00, "CNY"), date(2026, 12, 1))
    known = BankAccount(
        NAMES[locale]["bank"],
        balance,
        frozenset({"card", "rent", "bill"}),
        Money(0, "CNY"),
        (Income(Money(8000_00, "CNY"), day=20),),
    )
    return forecast(replace(known, **more), of or loans(locale), day)


def write(case, locale, form):
    there = found(case, locale)
    return ShortageWarning(there, there.shortages[0], Desk(), locale).message(form)


WHOLE = {
    "en": """\
ICBC 1234: CN¥234.00 short on Dec 10
Short by: CN¥234.00
Leaves on Dec 10: CN¥1,234.00
In it by then: CN¥1,000.00
Short in all by Dec 15: CN¥734.00
· Credit card: CN¥1,234.00, debited at 06:00 and 17:00
· Phone: not counted, as the sum of the bill due on Dec 9 is not recorded

▶ Transfer CN¥234.00 to ICBC 1234 by the end of today

A transfer takes 1 business day: one made later arrives too late for Dec 10.

Is there more in it by now? Run: reminderd balance 'ICBC 1234' AMOUNT

By the balance of Dec 1 and what was recorded since. An estimate; your bank has the final figure.
""",
    "zh-CN": """\
工行1234：12月10日余额不足，缺¥234.00
缺口：¥234.00
12月10日要付：¥1,234.00
届时余额：¥1,000.00
到12月15日共缺：¥734.00
· 招行信用卡：¥1,234.00，06:00和17:00自动扣款
· 花呗：12月9日到期的账单金额尚未录入，未计算在内

▶ 请在今天之内向工行1234转入¥234.00

转账需要1个工作日到账，过了今天再转，就赶不上12月10日了。

余额已有变化？请运行：reminderd balance 工行1234 金额

按12月1日的余额和之后的记录推算。以上为估算，以银行显示为准。
""",
}

SAID = {
    ("too late", "en"): [
        "▶ Get CN¥234.00 into ICBC 1234 at once",
        "A transfer that takes 2 business days arrives too late for Dec 10: use one that arrives "
        "at once, or pay the lender directly.",
    ],
    ("too late", "zh-CN"): [
        "▶ 请立即向工行1234转入¥234.00",
        "需要2个工作日到账的转账已赶不上12月10日，请用实时到账的方式转入，或直接向贷款方还款。",
    ],
    ("today", "en"): ["ICBC 1234: CN¥234.00 short today", "too late for today: use one"],
    ("today", "zh-CN"): ["工行1234：今天余额不足，缺¥234.00", "已赶不上今天，请"],
    ("at once", "en"): ["Later it may come too late for Dec 10."],
    ("at once", "zh-CN"): ["过了今天再转，可能赶不上12月10日。"],
    ("at once, today", "en"): ["It is needed today. If that cannot be done, pay the lender"],
    ("at once, today", "zh-CN"): ["今天就要用到这笔钱；来不及的话，请直接向贷款方还款。"],
    ("overdrawn", "en"): ["In it by then: CN¥1,000.00, and CN¥100.00 of overdraft"],
    ("overdrawn", "zh-CN"): ["届时余额：¥1,000.00，另可透支¥100.00"],
}

every_form = pytest.mark.parametrize("form", Format)
every_locale = pytest.mark.parametrize("locale", LOCALES)


@every_locale
def test_it_says_what_leaves_what_is_missing_and_until_when_a_transfer_helps(locale):
    message = write("in time", locale, Format.FULL)
    assert f"{message.title}\n{message.body}" == WHOLE[locale]


@pytest.mark.parametrize(("case", "locale"), SAID)
def test_it_says_what_helps_now(case, locale):
    message = write(case, locale, Format.FULL)
    for line in SAID[case, locale]:
        assert line in f"{message.title}\n{message.body}"


@every_locale
@pytest.mark.parametrize("case", CASES)
def test_a_phone_has_account_day_loan_sum_and_what_to_do(case, locale):
    message = write(case, locale, Format.TEXT)
    text = f"{message.title}\n{message.body}"
    assert len(text) <= 500
    assert NAMES[locale]["bank"] in message.title
    assert NAMES[locale]["card"] in text
    assert "34.00" in message.title
    assert "▶" in text


@every_locale
@every_form
def test_every_format_has_all_of_it(form, locale):
    message = write("in time", locale, form)
    for text in filter(None, (message.body, message.html)):
        assert "1,234.00" in text
        assert NAMES[locale]["card"] in text
        assert "reminderd balance" in text
    assert message.severity.name == "WARNING"


def test_in_a_mail_its_name_cannot_be_taken_for_markup():
    there = found("in time", "en")
    named = replace(there, account=replace(there.account, name="<b>Mine</b>"))
    html = ShortageWarning(named, named.shortages[0], Desk(), "en").message(Format.HTML).html
    assert "<b>Mine" not in html
    assert "&lt;b&gt;Mine" in html


def test_what_is_overdue_and_what_cannot_be_worked_out_is_named():
    late = LoanTerms("CNY", listed=(Installment(date(2026, 11, 20), 900_00, 0),))
    several = [*loans("en")[:2], Loan("bill", "Loan", late, "Asia/Shanghai")]
    there = replace(
        found("in time", "en", several), troubled=(Trouble(several[1], ValueError("x")),)
    )
    body = ShortageWarning(there, there.shortages[0], Desk(), "en").message(Format.FULL).body
    assert "· Loan: CN¥900.00 overdue, counted as paid before" in body
    assert "In it by then: CN¥100.00" in body
    assert "· Rent: not counted, as its figures cannot be worked out" in body


def test_of_many_loans_the_first_are_named():
    terms = LoanTerms("CNY", listed=(Installment(ON, 100_00, 0),))
    many = [Loan(f"n{n:02}", f"N{n:02}", terms, "Asia/Shanghai") for n in range(30)]
    there = found("in time", "en")
    known = replace(there.account, loans=frozenset(loan.id for loan in many))
    there = forecast(known, many, there.day)
    body = ShortageWarning(there, there.shortages[0], Desk(), "en").message(Format.FULL).body
    assert body.count("for you to pay") == 20
    assert "· and 10 more" in body


@pytest.mark.parametrize(
    ("name", "command"), [("bank", "bank"), ("工行", "工行"), ("my bank", "'my bank'")]
)
def test_a_name_is_written_as_it_is_typed(name, command):
    assert typed(name) == command
