"""The borrower's own templates stand before the packaged ones, and never cost a message."""

import logging
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateSyntaxError, UndefinedError

from reminderd.alerts.alert import Alert, Next, Reason
from reminderd.loans.position import value
from reminderd.loans.terms import Installment, Loan, LoanTerms, Penalty, PenaltyRule
from reminderd.messages import layout, paper
from reminderd.messages.compose import Letter, Occasion
from reminderd.messages.digest import Digest
from reminderd.messages.layout import markup, render, unmarked
from reminderd.messages.message import Format
from reminderd.messages.notice import Notice, Unreached
from reminderd.messages.sheet import Desk, Sheet
from reminderd.messages.words import words

CONTEXT = {
    "w": words("en"),
    "lang": "en",
    "title": "Hello",
    "figures": [("Owed", "5.00")],
    "coming": [],
    "advice": [],
    "late": None,
    "as_of": None,
    "markdown": False,
    "severity": 0,
}


@pytest.fixture
def own(tmp_path):
    """Return a function that writes templates and returns a desk on which they lie."""

    def write(**texts):
        for name, text in texts.items():
            (tmp_path / name.replace("_", ".")).write_text(text)
        return Desk(templates=tmp_path)

    return write


def test_a_template_of_ones_own_takes_the_packaged_ones_place(own):
    assert render(own(routine_md="My {{ title }}"), "routine.md", CONTEXT) == "My Hello"


def test_a_template_that_one_has_not_is_the_packaged_one(own):
    desk = own(message_md="My {{ title }}")
    assert render(desk, "routine.md", CONTEXT) == render(Desk(), "routine.md", CONTEXT)


def test_the_packaged_page_takes_a_frame_of_ones_own(own):
    desk = own(base_html="<main>{% block body %}{% endblock %}</main>")
    page = render(desk, "routine.html", CONTEXT)
    assert page.startswith("<main>")
    assert "5.00" in page


FAILING = {
    "{{ oops }}": "'oops' is undefined",
    "\n{{ 1 / 0 }}": "division by zero",
    "{% for a in figures %}": "Unexpected end of template",
    '{% include "none.md" %}': "none.md",
    "{{ title.__class__.__mro__ }}": "unsafe",
    "{{ w.line() }}": "missing 1 required positional argument",
    "{% set x = 'a' * 10 %}{{ x.nothing() }}": "no attribute 'nothing'",
    '{% extends "routine.md" %}': "recursion",
    "{% if false %}{{ title }}{% endif %} ": "nothing comes out of it",
}


@pytest.mark.parametrize("text", FAILING)
def test_the_packaged_one_takes_the_place_of_one_that_fails_and_the_log_says_why(
    text, own, caplog, tmp_path
):
    desk = own(routine_md=text)
    with caplog.at_level(logging.WARNING):
        assert render(desk, "routine.md", CONTEXT) == render(Desk(), "routine.md", CONTEXT)
    [line] = caplog.messages
    assert line.startswith(f"{tmp_path / 'routine.md'}:{1 + text.startswith(chr(10))}: ")
    assert FAILING[text] in line
    assert line.endswith("(routine.md as packaged is used instead)")


def test_a_template_that_cannot_be_read_is_done_without(own, caplog, tmp_path):
    desk = own()
    (tmp_path / "routine.md").write_bytes(b"\xff")
    assert render(desk, "routine.md", CONTEXT) == render(Desk(), "routine.md", CONTEXT)
    assert f"{tmp_path / 'routine.md'}:1: " in caplog.text


def test_a_folder_that_is_gone_costs_no_message(tmp_path):
    desk = Desk(templates=tmp_path / "gone")
    assert render(desk, "routine.md", CONTEXT) == render(Desk(), "routine.md", CONTEXT)


def test_in_a_rehearsal_a_template_that_fails_is_an_error(own, tmp_path):
    own(routine_md="{{ oops }}", routine_html="{% if %}")
    strict = Desk(templates=tmp_path, strict=True)
    with pytest.raises(UndefinedError):
        render(strict, "routine.md", CONTEXT)
    with pytest.raises(TemplateSyntaxError):
        render(strict, "routine.html", CONTEXT)


def test_a_mistake_of_ours_is_not_blamed_on_templates_of_theirs(own):
    with pytest.raises(UndefinedError):
        render(own(message_md="fine"), "routine.md", {})


class Seen(HTMLParser):
    """What a mail client sees of a page: its elements, each with its attributes, and its text."""

    def __init__(self, page):
        super().__init__()
        self.elements = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag != "tbody":  # which a browser adds
            self.elements.append((tag, sorted(attrs)))

    def handle_data(self, data):
        self.elements.append(data.strip())


def seen(page):
    return [element for element in Seen(page).elements if element]


@pytest.fixture
def pages(monkeypatch):
    """Return the pages of a late loan, of several, and of a notice, before rules are put inline."""
    found = []
    monkeypatch.setattr(paper, "inlined", lambda page: found.append(page) or page)
    desk = Desk()
    for locale in ("en", "zh-CN"):
        letters = [late(days, locale, desk) for days in (0, 3, 45)]
        for letter in letters:
            letter.message(Format.HTML)
        Digest(letters).message(Format.HTML)
        lost = Unreached("mail", "me@example.com", "550 no such user", ["Card & <b>"])
        alert = Alert(None, DUE, "unreachable-1-1", NOW, Reason.REFUSED)
        Notice(alert, lost, desk, locale).message(Format.HTML)
    return found


DUE = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def late(days, locale, desk):
    """Return the letter about a loan that has been late for so many days."""
    terms = LoanTerms(
        currency="CNY",
        listed=(Installment(DUE, 100_000, 500),),
        penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005")),
    )
    loan = Loan("card", 'Card "x" <style=>', terms, "UTC")
    today = DUE + timedelta(days=days)
    alert = Alert("card", DUE, f"due+{days}", NOW, Reason.OVERDUE_DAY)
    at = NOW + timedelta(days=days)
    return Letter(
        Sheet(loan, value(loan, today), words(locale), desk),
        Occasion(alert, at, at, Next(at, if_unpaid=True)),
    )


def test_rules_are_put_inline_as_by_a_browser(pages):
    assert len(pages) == 10
    for page in pages:
        assert layout.inlined(page) != page
        assert seen(layout.inlined(page)) == seen(layout._inliner().inline(page))


ODD = {
    "a rule that asks where it stands": "<style>div p { margin: 0 }</style><div><p>a</p></div>",
    "an element with a style": '<style>p { color: red }</style><p style="margin: 0">a</p>',
    "classes without quotes": "<style>.a { color: red }</style><p class=a>a</p>",
    "an attribute": "<style>p[id] { color: red }</style><p id='x'>a</p>",
    "no rules": "<p>a</p>",
}


@pytest.mark.parametrize("page", ODD.values(), ids=ODD)
def test_a_page_of_ones_own_may_have_any_rules(page):
    assert layout.inlined(page) == layout._inliner().inline(page)


@given(st.text("ab *_`[]()<>#|~\\&;.-!x\n", max_size=40))
def test_without_its_signs_a_text_in_markdown_is_what_was_written(text):
    assert unmarked(f"**{markup(text, markdown=True)}**") == text
