"""Messages in Markdown: laid out as Markdown, whatever a loan, a lender or an account is called."""

import re
from datetime import date, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown import Markdown

from reminderd.alerts.alert import SETTLED
from reminderd.loans.terms import AutoDebit
from reminderd.messages.layout import markup
from reminderd.messages.message import Format
from reminderd.playbook.playbook import LOCALES

DUE = date(2026, 11, 26)
DAYS = (-7, -3, 0, 2, 5, 12, 40, 100)
HOSTILE = (
    "**bold** _it_ *i* `code`",
    "[click](https://evil.example)",
    "![pixel](https://evil.example/p.png)",
    "<script>alert(1)</script>",
    "<https://evil.example>",
    "# heading",
    "> quote",
    "- list",
    "1. list",
    "| a | b |",
    "~~gone~~",
    "\\*\\",
    "&lt;b&gt; &#42;&#42;",
    "a_b_c*d",
    "[ref]: https://evil.example",
)


def rendered(text):
    """Return the page that a Markdown text makes, by CommonMark's rule on what can be escaped."""
    reader = Markdown()
    reader.ESCAPED_CHARS += list("<|~")
    return reader.convert(re.sub(r"(?<!\\)((?:\\\\)*)\\&", r"\1&amp;", text))


def visible(page):
    """Return the text that a person sees of a page, its words one space apart."""
    plain = re.sub(r"<[^>]+>", " ", page)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        plain = plain.replace(entity, sign)
    return " ".join(plain.split())


def as_text(body):
    """Return a plain message's text without what marks its list items, its words likewise."""
    return " ".join(re.sub(r"^· ", "", body, flags=re.M).split())


@pytest.fixture
def both(card, write):
    """Return the message of a day in Markdown and in plain text."""

    def written(locale, days, name, **kind):
        debit = AutoDebit(on=True, account=name, times=(time(6),))
        loan = card(name=name, contact=name, app_path=name, auto_debit=debit)
        day = DUE + timedelta(days=days)
        return [
            write(loan, day, locale, form=form, **kind).body
            for form in (Format.MARKDOWN, Format.FULL)
        ]

    return written


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("days", DAYS)
def test_a_hostile_name_makes_no_markup(both, locale, name, days):
    marked, plain = both(locale, days, name)
    page = rendered(marked)
    tags = set(re.findall(r"<(/?\w+)", page))
    assert tags <= {"p", "/p", "strong", "/strong", "ul", "/ul", "li", "/li"}
    assert visible(page) == as_text(plain)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.text(r"ab 1.)(!-+=:`*_[]<>#|~\/&;$'" + '"', min_size=1, max_size=30),
    locale=st.sampled_from(LOCALES),
    days=st.sampled_from(DAYS),
)
def test_whatever_the_name_markdown_shows_the_words_of_the_plain_text(both, name, locale, days):
    marked, plain = both(locale, days, name)
    assert visible(rendered(marked)) == as_text(plain)


@pytest.mark.parametrize("locale", LOCALES)
def test_good_news_in_markdown_shows_the_words_of_the_plain_text(card, write, paid, locale):
    loan = paid(card(name="**card**"), (DUE, "1234.00"))
    marked, plain = (
        write(loan, DUE, locale, what=SETTLED, due=DUE, form=form).body
        for form in (Format.MARKDOWN, Format.FULL)
    )
    assert visible(rendered(marked)) == as_text(plain)
    assert "**card**" in visible(rendered(marked))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_sum_and_the_first_action_stand_out_in_markdown(card, write, locale):
    body = write(card(), DUE + timedelta(days=5), locale, form=Format.MARKDOWN).body
    first, *rest = body.splitlines()
    assert re.fullmatch(r"\*\*[^*]*¥1,237\.09\*\*", first)
    assert any(re.fullmatch(r"▶ \*\*[^*]*¥1,237\.09[^*]*\*\*", line) for line in rest)


@pytest.mark.parametrize("locale", LOCALES)
def test_contacts_are_no_part_of_what_happens_next(card, write, locale):
    loan = card(contact="12345", app_path="there")
    page = rendered(write(loan, DUE - timedelta(days=7), locale, form=Format.MARKDOWN).body)
    lists = re.findall(r"<ul>.*?</ul>", page, re.S)
    assert lists
    assert not any("12345" in found or "there</" in found for found in lists)


def test_text_that_is_no_markdown_stays_as_it_is():
    assert markup("*a* & <b>", markdown=False) == "*a* & <b>"
    assert markup("*a* & <b>", markdown=True) == r"\*a\* & \<b\>"
