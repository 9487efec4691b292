"""Texts for phones: short whatever a loan is called and whatever is known, and never without
what must be said."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderd.alerts.alert import SETTLED, Alert, Reason, milestone
from reminderd.loans.charges import Amount, Cap, CapMode, Fee, FeeKind
from reminderd.loans.money import Money
from reminderd.loans.position import value
from reminderd.loans.terms import (
    AutoDebit,
    GraceCovers,
    Installment,
    Loan,
    LoanTerms,
    Payment,
    Penalty,
    PenaltyRule,
    Request,
    RequestState,
)
from reminderd.messages.compose import Letter, Occasion
from reminderd.messages.message import Format
from reminderd.messages.phone import AT_MOST, Line, fitted
from reminderd.messages.sheet import Desk, Sheet
from reminderd.messages.words import words
from reminderd.playbook.facts import Borrower
from reminderd.playbook.playbook import LOCALES, packaged

DUE = date(2026, 11, 26)
LAST = date(2027, 11, 26)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
SUMS = st.decimals(Decimal("0.01"), Decimal("9999999999.99"), places=2)
DAYS = st.sampled_from([-30, -1, 0, 1, 2, 4, 7, 8, 14, 31, 45, 60, 91, 120, 1000])
OCCASIONS = ("answer-due", "cured-30-days", "cured-180-days", "cured-record-lapses")


@st.composite
def loans(draw):
    """Draw a loan of two installments with whatever can be known of it."""
    principal = int(draw(SUMS) * 100)
    terms = LoanTerms(
        draw(st.sampled_from(["CNY", "USD", "KWD"])),
        listed=(Installment(DUE, principal, 34), Installment(LAST, 100_00, 0)),
        penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0015")),
        grace_days=draw(st.sampled_from([0, 3, 40])),
        grace_covers=draw(st.sampled_from([tuple(GraceCovers), ()])),
        fees=draw(st.sampled_from([(), (Fee(Amount(FeeKind.FLAT, Decimal(60))),)])),
        caps=draw(
            st.sampled_from([(), (Cap(CapMode.WARN, annual_rate=Decimal("0.1"), source="law"),)])
        ),
    )
    state, on = draw(st.sampled_from(RequestState)), draw(DAYS)
    return Loan(
        "card",
        draw(NAMES),
        terms,
        "Asia/Shanghai",
        draw(st.sampled_from([(), (Payment(DUE + timedelta(days=9), Decimal(1)),)])),
        contact=draw(NAMES),
        app_path=draw(NAMES),
        auto_debit=draw(
            st.none() | st.builds(AutoDebit, st.booleans(), NAMES, st.just((time(6), time(17))))
        ),
        requests=draw(st.sampled_from([(), (Request(state, DUE + timedelta(days=on)),)])),
        legal_letter=draw(st.sampled_from([None, DUE])),
        reported_after=draw(st.sampled_from([None, 3, 60])),
        record_years=5,
    )


def letter(loan, days, locale, what=None, *, late=False, desk=None, others=()):
    """Return the letter of so many days after the due date."""
    day = DUE + timedelta(days=days)
    position = value(loan, day)
    due = position.pay_by or DUE
    meant = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    alert = Alert(loan.id, due, what or milestone((day - due).days), meant, Reason.OVERDUE_DAY)
    occasion = Occasion(alert, meant + timedelta(hours=3 if late else 0), meant)
    return Letter(Sheet(loan, position, words(locale), desk, others), occasion)


def must_be_said(writer):
    """Return the lines that every text has, whatever else there is no room for."""
    sheet, line = writer.sheet, writer.sheet.words.line
    today = sheet.words.day(sheet.today, sheet.today)
    first = sheet.advice(writer.stage)[0].title
    yield f"▶ {first}"
    yield f"{line('as_of', as_of=today)} · {line('estimate')}"
    if sheet.position.arrears and sheet.position.increase:
        yield f"{line('tomorrow')}{line('colon')}{line('tomorrow_value', **sheet.variables)}"
    if late := writer.lateness():
        yield late


@settings(max_examples=150, deadline=None)
@given(
    loan=loans(),
    days=DAYS,
    locale=st.sampled_from(LOCALES),
    what=st.sampled_from([None, SETTLED, *OCCASIONS]),
    late=st.booleans(),
    cash=st.none() | SUMS,
)
def test_a_text_is_short_and_says_what_must_be_said(loan, days, locale, what, late, cash):
    money = None if cash is None else Money.of(cash, loan.terms.currency)
    desk = Desk(borrower=Borrower(cash=money, payday=31))
    other = value(Loan("other", "Other", loan.terms, loan.timezone), DUE + timedelta(days=days))
    writer = letter(loan, days, locale, what, late=late, desk=desk, others=[other])
    message = writer.message(Format.TEXT)
    assert len(f"{message.title}\n{message.body}") <= AT_MOST
    lines = message.body.splitlines()
    assert all(line.strip() for line in lines)
    for sentence in must_be_said(writer):
        assert lines.count(sentence) == 1


UNPAID = {
    "upcoming": -6,
    "due-today": 0,
    "grace": 2,
    **{s.id: s.first_day for s in packaged().overdue()},
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("stage", UNPAID)
def test_the_title_alone_says_loan_amount_and_day_count(card, write, stage, locale):
    loan = card(name="招行信用卡", grace_days=3 if stage == "grace" else 0)
    days = UNPAID[stage]
    title = write(loan, DUE + timedelta(days=days), locale, form=Format.TEXT).title
    assert title.startswith("招行信用卡")
    assert re.search(r"¥1,2\d\d\.\d\d", title)
    counted = words(locale).days(abs(days))
    assert {"en": "today", "zh-CN": "今天"}[locale] if not days else counted in title


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("length", [60, 61, 300])
def test_a_long_name_is_cut_and_the_rest_of_the_title_stands(card, write, locale, length):
    title = write(card(name="x" * length), DUE, locale, form=Format.TEXT).title
    shown = "x" * 60 if length == 60 else "x" * 59 + "…"
    assert title.startswith(shown + {"en": ": ", "zh-CN": "："}[locale])
    assert "¥1,234.00" in title


@pytest.mark.parametrize("locale", LOCALES)
def test_a_text_begins_with_what_to_do_and_what_the_title_did_not_say(card, write, paid, locale):
    say = words(locale)
    late = write(card(), DUE + timedelta(days=5), locale, form=Format.TEXT)
    assert say.line("owed_today") not in late.body
    action, parts, *_ = late.body.splitlines()
    assert action.startswith("▶")
    assert parts.startswith(say.line("principal"))
    parts = tuple(Installment(due, 100_00, 0) for due in (DUE, LAST))
    news = paid(card(listed=parts), (DUE, "100"))
    settled = write(news, DUE, locale, what=SETTLED, due=DUE, form=Format.TEXT)
    assert settled.body.startswith(say.line("to_come", due_date=say.day(LAST, DUE)))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("days", [0, 1, 4, 20, 60, 120])
def test_what_is_due_says_what_to_do_at_once_and_how_to_record_a_payment(card, write, days, locale):
    loan = card(contact="c" * 90, app_path="p" * 90, grace_days=1)
    lines = write(loan, DUE + timedelta(days=days), locale, form=Format.TEXT).body.splitlines()
    assert lines[0].startswith("▶ ")
    hint = words(locale).line("pay_hint", id="card")
    assert lines.count(hint) == 1
    assert lines.index(hint) < 8


@pytest.mark.parametrize("locale", LOCALES)
def test_before_the_due_date_nothing_is_said_of_recording_a_payment(card, write, locale):
    body = write(card(), DUE - timedelta(days=3), locale, form=Format.TEXT).body
    assert "reminderd pay" not in body


# ─── fitting ──────────────────────────────────────────────────────────────────────────────────


def test_lines_that_fit_all_stay_in_their_order():
    lines = [Line(3, "one"), Line(0, "two"), Line(9, "three")]
    assert fitted("title", lines) == "one\ntwo\nthree\n"


def test_where_there_is_no_room_the_most_dispensable_goes_first():
    lines = [Line(1, "a" * 10), Line(9, "b" * 10), Line(0, "c" * 10)]
    assert fitted("t" * 10, lines, at_most=40) == f"{'a' * 10}\n{'c' * 10}\n"


def test_of_two_as_dispensable_the_last_goes_first():
    lines = [Line(5, "a" * 10), Line(5, "b" * 10)]
    assert fitted("t" * 10, lines, at_most=25) == "a" * 10 + "\n"


def test_a_shorter_line_that_still_fits_takes_the_place_of_a_longer_one():
    lines = [Line(5, "a" * 30), Line(6, "b" * 5)]
    assert fitted("t" * 10, lines, at_most=25) == "bbbbb\n"


@pytest.mark.parametrize(("at_most", "body"), [(21, "\n"), (22, "aaaaaaaaaa\n")])
def test_the_limit_counts_the_title_and_every_line_break(at_most, body):
    assert fitted("t" * 10, [Line(1, "a" * 10)], at_most=at_most) == body


def test_an_empty_line_is_left_out():
    assert fitted("title", [Line(1, ""), Line(1, "one")]) == "one\n"
