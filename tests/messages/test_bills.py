"""What messages say of bills: a sum that is not known, a new statement, the whole or the least."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from reminderd.alerts.plan import BILL_DUE, SETTLED, Alert, Reason
from reminderd.alerts.routine import ALIVE
from reminderd.loans.money import Rate
from reminderd.loans.position import value
from reminderd.loans.terms import Bill, Loan, LoanTerms, Minimum, Payment, Repayment
from reminderd.messages.compose import Letter, Occasion
from reminderd.messages.digest import Digest
from reminderd.messages.message import Format
from reminderd.messages.routine import RoutineLetter
from reminderd.messages.sheet import Desk, Sheet
from reminderd.messages.words import words

DEC, JAN = date(2026, 12, 10), date(2027, 1, 10)
DRAWN = date(2026, 11, 25)
AT = datetime(2026, 12, 1, 1, tzinfo=UTC)
TERMS = LoanTerms("CNY", Repayment.BILLED, first_due=DEC, statement_day=25)
CARD = replace(TERMS, minimum=Minimum(Decimal("0.1")), contract_rate=Rate(Decimal("0.0005"), "day"))
FORMS = list(Format)
LOCALES = ["en", "zh-CN"]


def bill(due, amount, minimum=None, on=DRAWN):
    return Bill(due, Decimal(amount), minimum and Decimal(minimum), on)


def letter(day, *bills, locale="en", what="due-3", due=DEC, terms=TERMS, paid=(), name="huabei"):
    payments = tuple(Payment(on, Decimal(amount)) for on, amount in paid)
    loan = Loan(name, name.title(), terms, "Asia/Shanghai", payments, agreed=bills)
    alert = Alert(name, due, what, AT, Reason.BEFORE_DUE)
    sheet = Sheet(loan, value(loan, day), words(locale))
    return Letter(sheet, Occasion(alert, AT, AT))


def body(letter, form):
    message = letter.message(form)
    return message.html or message.body


TITLES = {
    ("en", DEC - timedelta(days=3)): "Huabei: a bill is due on Dec 10, in 3 days; its sum is not "
    "recorded yet",
    ("en", DEC): "Huabei: a bill is due today; its sum is not recorded yet",
    ("zh-CN", DEC - timedelta(days=3)): "Huabei：12月10日还款（还有3天），账单金额尚未录入",
    ("zh-CN", DEC): "Huabei：今天是还款日，账单金额尚未录入",
}


@pytest.mark.parametrize(("locale", "day"), list(TITLES))
@pytest.mark.parametrize("form", FORMS)
def test_a_due_date_without_a_sum_says_so_and_how_to_record_it(locale, day, form):
    written = letter(day, locale=locale)
    assert written.title == TITLES[locale, day]
    shown = body(written, form)
    assert "reminderd bill huabei" in shown
    assert "0.00" not in shown


@pytest.mark.parametrize(
    ("locale", "title", "command"),
    [
        ("en", "Huabei: what does the bill due on Dec 10 say?", "reminderd bill huabei AMOUNT"),
        ("zh-CN", "Huabei：12月10日到期的账单出了吗？", "reminderd bill huabei 金额"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_the_question_names_the_due_date_and_the_command(locale, title, command, form):
    asked = letter(DRAWN, locale=locale, what=BILL_DUE)
    assert (asked.title, asked.severity.name) == (title, "INFO")
    assert command in body(asked, form)


@pytest.mark.parametrize(("locale", "label"), [("en", "new statement"), ("zh-CN", "新账单")])
def test_a_sum_unlike_the_last_is_said_to_be_a_new_statement(locale, label):
    before = bill(DEC, "100")
    paid = [(DEC, "100")]
    day, drawn = date(2026, 12, 28), date(2026, 12, 25)
    other = letter(day, before, bill(JAN, "120", on=drawn), locale=locale, paid=paid, due=JAN)
    same = letter(day, before, bill(JAN, "100", on=drawn), locale=locale, paid=paid, due=JAN)
    assert label in other.sheet.figures()[0][0]
    assert label not in same.sheet.figures()[0][0]


CHOICE = {
    "en": ("CN¥10,000.00, and nothing more", "about CN¥139.50 interest by Jan 10", "CN¥230.00"),
    "zh-CN": ("¥10,000.00，之后不再计息", "约产生利息¥139.50", "¥230.00"),
}


@pytest.mark.parametrize("day", [DEC - timedelta(days=3), DEC])
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("form", FORMS)
def test_a_card_says_what_the_whole_and_the_least_cost_in_every_format(day, locale, form):
    shown = body(letter(day, bill(DEC, "10000", "1000"), terms=CARD, locale=locale), form)
    assert "1,000.00" in shown
    for words_ in CHOICE[locale]:
        assert words_ in shown.replace("\\", "")


def test_without_a_rate_the_cost_of_the_least_is_not_made_up():
    rateless = replace(CARD, contract_rate=None)
    rows = dict(letter(DRAWN, bill(DEC, "10000", "1000"), terms=rateless).sheet.figures())
    assert rows["Paying only the minimum"] == "the rest bears interest; no rate is configured"


def test_a_digest_says_it_of_each_card():
    letters = [
        letter(DRAWN, bill(DEC, "10000", "1000"), terms=CARD),
        letter(DRAWN, bill(DEC, "50")),
    ]
    shown = Digest(letters).message(Format.FULL).body
    for said in CHOICE["en"]:
        assert said in shown


def test_a_digest_of_sums_that_nobody_knows_has_a_title():
    letters = [letter(DEC - timedelta(days=3), name=name) for name in ("huabei", "water")]
    assert "a sum not recorded yet due soon" in Digest(letters).title


@pytest.mark.parametrize(
    ("terms", "asked", "locale", "title"),
    [
        (TERMS, None, "en", "Huabei: the bill of Dec 10 is paid"),
        (TERMS, None, "zh-CN", "Huabei：12月10日这期账单已还清"),
        (CARD, "1000", "en", "Huabei: the minimum of Dec 10 is paid, CN¥9,000.00 is left"),
        (CARD, "1000", "zh-CN", "Huabei：12月10日的最低还款额已还上，还剩¥9,000.00"),
    ],
)
def test_good_news_is_never_that_the_loan_is_paid_off(terms, asked, locale, title):
    paid = [(date(2026, 12, 5), asked or "10000")]
    bills = [bill(DEC, "10000", asked)]
    day = date(2026, 12, 5)
    news = letter(day, *bills, terms=terms, paid=paid, locale=locale, what=SETTLED)
    assert news.title.startswith(title)


def test_the_sign_of_life_names_the_bill_that_is_missing_and_the_date_that_is_coming():
    loan = Loan("huabei", "Huabei", TERMS, "Asia/Shanghai", agreed=(bill(DEC, "5"),))
    alert = Alert(None, date(2027, 1, 20), ALIVE, AT, Reason.ROUTINE)
    occasion = Occasion(alert, AT, AT)
    for locale, missing, falls in (
        ("en", "the bill of Jan 10 is not recorded (reminderd bill", "Huabei, sum not recorded"),
        ("zh-CN", "1月10日的账单尚未录入（reminderd bill", "Huabei，金额尚未录入"),
    ):
        there = [value(loan, date(2027, 1, 20))]
        said = RoutineLetter(alert, occasion, Desk(), there, locale).coming()
        assert any(missing in line for line in said)
        assert any(falls in line for line in said)


def test_a_card_that_is_settled_has_no_next_due_date():
    terms = replace(CARD, repayment=Repayment.REVOLVING, principal=Decimal(10), statement_day=None)
    card = Loan("c", "Card", terms, "UTC", (Payment(DRAWN, Decimal(10)),))
    sheet = Sheet(card, value(card, DRAWN), words("en"))
    assert sheet.missing_bills() == ["Card: no next due date is known"]
