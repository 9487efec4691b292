"""Whole messages of every stage and occasion, in every language and format, as they are read.

They stand in ``goldens/``, a file for each occasion and language; a change in any of them shows
there. ``REMINDERD_REWRITE_GOLDENS=1`` writes them anew.
"""

import os
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reminderd.alerts.alert import (
    PAID_SO_FAR,
    SETTLED,
    Alert,
    Next,
    Reason,
    debit_milestone,
    milestone,
)
from reminderd.config.load import load_text
from reminderd.loans.position import value
from reminderd.loans.terms import FailedDebit
from reminderd.messages.compose import Letter, Occasion
from reminderd.messages.message import Format
from reminderd.messages.routine import RoutineLetter
from reminderd.messages.sheet import Sheet
from reminderd.messages.words import words
from reminderd.playbook.playbook import LOCALES, packaged

GOLDENS = Path(__file__).parent / "goldens"
REWRITE = os.environ.get("REMINDERD_REWRITE_GOLDENS") == "1"
ZONE = ZoneInfo("Asia/Shanghai")
DUE = date(2026, 11, 15)
NEXT_DUE = date(2026, 12, 15)

# What a borrower calls things, in the language in which messages come.
NAMES = {
    "zh-CN": {
        "loan": "微粒贷",
        "contact": "App内客服",
        "app_path": "微信 > 服务 > 微粒贷借钱 > 还款",
        "account": "工行尾号1234",
        "card": "招行信用卡",
        "friend": "向小王借的钱",
        "car": "车贷",
        "house": "房贷",
        "name": "王芳",
    },
    "en": {
        "loan": "Weilidai",
        "contact": "support chat in the app",
        "app_path": "WeChat > Services > Weilidai > Repay",
        "account": "ICBC 1234",
        "card": "CMB credit card",
        "friend": "Loan from Sam",
        "car": "Car loan",
        "house": "Mortgage",
        "name": "Wang Fang",
    },
}
# 10,000 in ten installments of equal principal, and interest of 0.05 % a day on what is left:
# the first four were paid on the day, the fifth is 1,000.00 + 6,000 × 0.05 % × 31 days = 1,093.00.
LOAN = """
timezone = "Asia/Shanghai"
{borrower}
[[loans]]
id = "weilidai"
name = "{loan}"
preset = "weilidai"
principal = "10000"
daily_rate = "0.05%"
installments = 10
first_due = 2026-07-15
contact = "{contact}"
app_path = "{app_path}"
{facts}
payments = [
  {{ date = 2026-07-15, amount = "1150.00" }},
  {{ date = 2026-08-15, amount = "1139.50" }},
  {{ date = 2026-09-15, amount = "1124.00" }},
  {{ date = 2026-10-15, amount = "1105.00" }},
  {payments}
]
{others}
"""
# The same, of which nothing is known but its terms.
ENTERED_LATE = re.sub(r"payments = \[.*?\n\]\n", "", LOAN, flags=re.DOTALL)
BILLED = """
timezone = "Asia/Shanghai"
{borrower}
[[loans]]
id = "huabei"
name = "{loan}"
first_due = 2026-10-15
statement_day = 1
bills = [{{ due = 2026-10-15, amount = "862.35" }}]
payments = [{{ date = 2026-10-15, amount = "862.35" }}]
{facts}
{others}
"""
STATEMENT = """
timezone = "Asia/Shanghai"
{borrower}
[[loans]]
id = "card"
name = "{card}"
daily_rate = "0.05%"
grace_days = 3
first_due = 2026-10-15
statement_day = 28
minimum.percent = "10%"
bills = [
  {{ due = 2026-10-15, amount = "7200.00", minimum = "720.00" }},
  {{ due = 2026-11-15, amount = "8400.00", minimum = "840.00" }},
]
payments = [{{ date = 2026-10-15, amount = "7200.00" }}]
contact = "{contact}"
{facts}
{others}
"""
CARD = """
[[loans]]
id = "card"
name = "{card}"
due = 2026-11-12
amount = "3200.00"
penalty.daily_rate = "0.05%"
"""
# Lent without interest, in three parts.
FRIEND = """
timezone = "Asia/Shanghai"
{borrower}
[[loans]]
id = "friend"
name = "{friend}"
lender = "person"
installments = [
  {{ due = 2026-10-15, amount = "2000.00" }},
  {{ due = 2026-11-15, amount = "2000.00" }},
  {{ due = 2026-12-15, amount = "1000.00" }},
]
{facts}
payments = [{{ date = 2026-10-15, amount = "2000.00" }}, {payments}]
{others}
"""
FRIEND_ENTERED_LATE = re.sub(r"payments = .*\n", "", FRIEND)
# 14,000.00 at 7.2 % in 48 installments: 336.59 a month, of which 77.62 is interest at first.
CAR = """
timezone = "America/New_York"
[[loans]]
id = "car"
name = "{car}"
preset = "us-consumer"
currency = "USD"
principal = "14000"
annual_rate = "7.2%"
installments = 48
first_due = 2026-10-15
{facts}
payments = [{{ date = 2026-10-15, amount = "336.59" }}, {payments}]
"""
HAUS = CAR.replace('preset = "us-consumer"', 'penalty.annual_rate = "6.27%"').replace("USD", "EUR")
# A minimum of a tenth of the balance, and interest of 0.05 % a day on it from the second on.
MINIMUM = """
timezone = "Asia/Shanghai"
[[loans]]
id = "card"
name = "{card}"
preset = "cn-credit-card"
repayment = "revolving"
principal = "12000"
minimum = {{ percent = "10%", floor = "100" }}
first_due = 2026-10-15
{facts}
payments = [{{ date = 2026-10-15, amount = "1200.00" }}, {payments}]
"""
HOUSE = """
timezone = "Asia/Shanghai"
[[loans]]
id = "house"
name = "{house}"
preset = "cn-bank-loan"
principal = "900000"
annual_rate = "4.1%"
installments = 360
first_due = 2026-09-15
rate_changes = [{{ from = 2026-10-{changed}, annual_rate = "3.6%" }}]
{facts}
payments = [
  {{ date = 2026-09-15, amount = "4348.79" }},
  {{ date = 2026-10-15, amount = "4348.79" }},
]
"""
# Without a new rate, and with money that the lender took to the principal.
PREPAID = "".join(line for line in HOUSE.splitlines(keepends=True) if "rate_" not in line).replace(
    "\n]\n", '\n  {{ date = 2026-10-28, amount = "200000", to = "{to}" }},\n]\n'
)
DEBIT_TRIED = 'auto_debit = {{ account = "{account}", times = ["06:00"] }}'
PUT_OFF = """extension_requests = [{{ date = 2026-11-10, state = "approved" }}]
extensions = [{{ due = 2026-11-15, agreed = 2026-11-10, to = 2026-11-30 }}]"""
DEBIT_ON = 'auto_debit = {{ account = "{account}", times = ["06:00", "17:00"] }}'
DEBIT_ASSUMED = 'auto_debit = {{ account = "{account}", assume = "paid" }}'
DEBIT_OFF = "auto_debit = false"
REQUESTED = 'extension_requests = [{{ date = 2026-11-17, state = "requested" }}]'
REFUSED = """extension_requests = [
  {{ date = 2026-11-17, state = "requested" }},
  {{ date = 2026-11-19, state = "refused" }},
]"""
APPROVED = """extension_requests = [{{ date = 2026-11-10, state = "approved" }}]
extensions = [{{ due = 2026-11-15, agreed = 2026-11-10, to = 2026-11-30 }}]"""
SHORT = """
[borrower]
cash = "600.00"
payday = 25
"""
FUND = """
[borrower.emergency_fund]
target = "30000"
saved = "4500"
monthly = "500"
"""
NAMED = """
[borrower]
name = "{name}"
"""
# Late with it by eleven days, it came to 1,093.00 + 1,000 × 0.075 % × 11 days = 1,101.25.
LATE_BUT_PAID = '{{ date = 2026-11-26, amount = "1101.25" }},'


@dataclass(frozen=True)
class Case:
    """When a message is written, of what, and what is known of the loan and its borrower."""

    days: int  # after the due date
    facts: str = DEBIT_ON
    borrower: str = ""
    payments: str = ""
    others: str = ""
    what: str | None = None
    due: date | None = None
    late: timedelta = timedelta(0)
    to_others: bool = False
    loan: str = LOAN
    failed: bool = False  # the debit of the due date, as the borrower said the day after


CASES = {
    "upcoming": Case(-3),
    "upcoming, of a debit nothing known": Case(-7, facts=""),
    "upcoming, too little cash": Case(-3, DEBIT_OFF, SHORT),
    "upcoming, extended": Case(12, APPROVED),
    "due today": Case(0),
    "due today, of a debit nothing known": Case(0, facts=""),
    "debit unconfirmed": Case(1, what=debit_milestone(1)),
    "debits unconfirmed": Case(31, what=debit_milestone(1), due=NEXT_DUE),
    "debit unconfirmed, something overdue": Case(
        31, what=debit_milestone(1), due=NEXT_DUE, failed=True
    ),
    "upcoming, the last debit unconfirmed": Case(27),
    "upcoming, the last debit assumed": Case(27, DEBIT_ASSUMED),
    "paid so far": Case(5, "", what=PAID_SO_FAR, due=date(2026, 7, 15), loan=ENTERED_LATE),
    "friend, paid so far": Case(
        5, "", what=PAID_SO_FAR, due=date(2026, 10, 15), loan=FRIEND_ENTERED_LATE
    ),
    "grace": Case(1, failed=True),
    "overdue 1-3": Case(2, failed=True),
    "overdue 1-3, too little cash, several loans": Case(3, DEBIT_OFF, SHORT, others=CARD),
    "overdue 4-7": Case(4, failed=True),
    "overdue 4-7, known when it is reported": Case(4, "reported_after = 6"),
    "overdue 4-7, sent late": Case(5, late=timedelta(hours=5), failed=True),
    "overdue 4-7, refused": Case(7, REFUSED),
    "overdue 4-7, to somebody else": Case(5, borrower=NAMED, to_others=True, failed=True),
    "overdue 8-30": Case(14, failed=True),
    "overdue 8-30, request open": Case(8, REQUESTED, others=CARD),
    "overdue 31-90": Case(45, DEBIT_OFF),
    "overdue 31-90, legal letter": Case(60, REFUSED + "\nlegal_letter = 2027-01-10"),
    "overdue beyond 90": Case(96, DEBIT_OFF),
    "overdue beyond 90, legal letter": Case(120, "legal_letter = 2027-03-01"),
    "installment settled": Case(
        0, payments='{{ date = 2026-11-15, amount = "1093.00" }},', what=SETTLED, due=DUE
    ),
    "installment settled late": Case(11, payments=LATE_BUT_PAID, what=SETTLED, due=DUE),
    "settled early": Case(
        0, payments='{{ date = 2026-11-15, amount = "6093.00" }},', what=SETTLED, due=DUE
    ),
    "bill expected": Case(-14, "", what="bill-due", loan=BILLED),
    "upcoming, sum unknown": Case(-3, "", loan=BILLED),
    "due today, sum unknown": Case(0, "", loan=BILLED),
    "upcoming, a statement": Case(-3, "", loan=STATEMENT),
    "answer due": Case(
        9, REQUESTED.replace("2026-11-17", "2026-11-16"), what="answer-due", due=date(2026, 11, 16)
    ),
    "30 days after settling": Case(
        41,
        payments=LATE_BUT_PAID + '{{ date = 2026-12-15, amount = "1075.00" }},',
        what="cured-30-days",
        due=DUE,
    ),
    "180 days after settling": Case(
        191, payments='{{ date = 2026-11-26, amount = "6134.25" }},', what="cured-180-days", due=DUE
    ),
    "record lapses": Case(
        5 * 365 + 12,
        payments='{{ date = 2026-11-26, amount = "6134.25" }},',
        what="cured-record-lapses",
        due=DUE,
    ),
    "due today, debit tried": Case(0, DEBIT_TRIED),
    "due today, too little cash": Case(0, DEBIT_OFF, SHORT),
    "friend, upcoming": Case(-3, "", loan=FRIEND),
    "friend, due today": Case(0, "", loan=FRIEND),
    "friend, overdue 1-3": Case(3, "", loan=FRIEND, others=CARD),
    "friend, overdue 4-7": Case(6, "", loan=FRIEND),
    "friend, overdue 31-90": Case(31, "", loan=FRIEND),
    "friend, extended": Case(12, PUT_OFF, loan=FRIEND),
    "friend, settled": Case(
        3,
        "",
        payments='{{ date = 2026-11-18, amount = "3000.00" }},',
        what=SETTLED,
        due=DUE,
        loan=FRIEND,
    ),
    "United States, grace": Case(2, "", loan=CAR),
    "United States, overdue 8-30": Case(16, "", loan=CAR),
    "United States, overdue 31-90": Case(40, "", loan=CAR),
    "United States, settled": Case(
        31,
        "",
        payments='{{ date = 2026-12-16, amount = "30000" }},',
        what=SETTLED,
        due=DUE,
        loan=CAR,
    ),
    "elsewhere, overdue 4-7": Case(4, "", loan=HAUS),
    "elsewhere, overdue 8-30": Case(14, "", loan=HAUS),
    "elsewhere, settled": Case(
        3,
        "",
        payments='{{ date = 2026-11-18, amount = "30000" }},',
        what=SETTLED,
        due=DUE,
        loan=HAUS,
    ),
    "minimum, due today": Case(0, "", loan=MINIMUM),
    "minimum, settled": Case(
        0,
        "",
        payments='{{ date = 2026-11-15, amount = "1247.40" }},',
        what=SETTLED,
        due=DUE,
        loan=MINIMUM,
    ),
    "upcoming, a new rate": Case(-3, "", loan=HOUSE.replace("{changed}", "15")),
    "upcoming, a new rate in part": Case(-3, "", loan=HOUSE.replace("{changed}", "25")),
    "upcoming, prepaid, shorter": Case(-3, "", loan=PREPAID.replace("{to}", "shorter")),
    "upcoming, prepaid, lower": Case(-3, "", loan=PREPAID.replace("{to}", "lower")),
    "statement check": Case(-4, what="routine-statements"),
    "credit report check": Case(-4, what="routine-credit-report"),
    "emergency fund": Case(-4, borrower=FUND, what="routine-fund"),
    "sign of life": Case(-4, others=CARD, what="routine-alive"),
    "sign of life, something overdue": Case(5, others=CARD, what="routine-alive", failed=True),
}
every_case = pytest.mark.parametrize("case", CASES)
every_locale = pytest.mark.parametrize("locale", LOCALES)


def author(case, locale):
    """Return who writes the message of a case."""
    about, named = CASES[case], NAMES[locale]
    filled = {
        part: getattr(about, part).format(**named)
        for part in ("facts", "borrower", "payments", "others")
    }
    config = load_text(about.loan.format(**named, **filled), Path("config.toml"))
    day = DUE + timedelta(days=about.days)
    loan, *beside = config.loans
    if about.failed:
        loan = replace(loan, failed=(FailedDebit(DUE, DUE + timedelta(days=1)),))
    position, *others = (value(each, day) for each in (loan, *beside))
    meant = datetime.combine(day, time(9), ZONE).astimezone(UTC)
    due = about.due or position.pay_by
    what = about.what or milestone((day - due).days)
    routine = what.startswith("routine-")
    alert = Alert(None if routine else position.loan.id, due, what, meant, Reason.OVERDUE_DAY)
    week = position.pay_by and position.pay_by - day - timedelta(days=7)
    following = max(timedelta(days=1), week or timedelta(0))
    occasion = Occasion(alert, meant + about.late, meant, Next(meant + following, if_unpaid=True))
    if about.to_others:
        since = meant - timedelta(days=1)
        occasion = replace(occasion, coming=None, unanswered_since=since)
    if routine:
        return RoutineLetter(alert, occasion, config.desk, [position, *others], locale)
    sheet = Sheet(position.loan, position, words(locale), config.desk, others)
    return Letter(sheet, occasion)


def advice(writer):
    """Return all that a message advises, the actions that phones have no room for included."""
    if isinstance(writer, RoutineLetter):
        return writer.advice
    return writer.sheet.advice(writer.stage)


class _Shown(HTMLParser):
    """Reads a page's text as a person sees it: blocks on lines of their own, cells side by side."""

    _UNSEEN = ("style", "title")
    _BLOCKS = ("h1", "h2", "p", "tr", "li", "div", "strong", "br", "summary", "table", "ol", "ul")

    def __init__(self, html):
        super().__init__()
        self.text, self._hidden = "", False
        self.feed(html)
        self.close()
        lines = (" ".join(line.split()) for line in self.text.splitlines())
        self.text = "\n".join(line for line in lines if line) + "\n"

    def handle_starttag(self, tag, attrs):
        self._hidden = tag in self._UNSEEN
        if tag == "td":
            self.text += "  "
        elif tag in self._BLOCKS:
            self.text += "\n"
        elif tag == "img":
            self.text += f"\n[{dict(attrs)['alt']}]\n"

    def handle_endtag(self, tag):
        self._hidden = False
        if tag in self._BLOCKS:
            self.text += "\n"

    def handle_data(self, data):
        if not self._hidden:
            self.text += data.replace("\n", " ")


def in_all_formats(case, locale):
    """Return what a golden file holds."""
    parts = []
    for form in (Format.TEXT, Format.FULL, Format.MARKDOWN, Format.HTML):
        message = author(case, locale).message(form)
        head = message.subject or message.title
        body = _Shown(message.html).text if form is Format.HTML else message.body
        parts.append(f"═══ {form} ═══\n{head}\n\n{body}")
    return "\n".join(parts)


@every_case
@every_locale
def test_a_message_reads_as_it_did(case, locale):
    file = GOLDENS / locale / f"{case}.txt"
    now = in_all_formats(case, locale)
    if REWRITE:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(now, "utf-8")
    assert now == file.read_text("utf-8")


def test_every_golden_is_of_a_case():
    files = {file.relative_to(GOLDENS).as_posix() for file in GOLDENS.rglob("*.txt")}
    assert files == {f"{locale}/{case}.txt" for locale in LOCALES for case in CASES}


def test_the_goldens_show_every_stage():
    assert {author(case, "en").stage.id for case in CASES} == set(packaged().stages)


def test_the_goldens_show_every_action():
    shown = {action.id for case in CASES for action in advice(author(case, "en"))}
    assert shown == set(packaged().actions)


@every_case
def test_no_chinese_message_holds_a_word_of_english(case):
    seen = in_all_formats(case, "zh-CN")
    seen = re.sub(r"^═══ \w+ ═══$", "", seen, flags=re.M)
    commands = r"reminderd (bill|pay|failed) [a-z]+|--date|paid\\?_until =|id = \"\w+\"|为[a-z]+写"
    seen = re.sub(rf"{commands}|consumerfinance\.gov/complaint|US\$|ACT/\w+", "", seen)
    assert set(re.findall(r"[A-Za-z]+", seen)) <= {"App", "reminderd"}


@every_case
def test_no_english_message_holds_a_chinese_word(case):
    seen = in_all_formats(case, "en").replace("法发〔2017〕22号", "")
    assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", seen)


@every_case
@every_locale
def test_every_word_is_finished(case, locale):
    seen = in_all_formats(case, locale)
    assert not re.search(r"[{}]|\bNone\b|Decimal|\bdue[+-]\d|cured-|\n\n\n", seen)
    doubled = r"：[，。；]|: [,.;]|，，|。。|；。|，。|\.\.|;;|[。！？]\.| [。，；]"
    assert not re.search(doubled, seen)
