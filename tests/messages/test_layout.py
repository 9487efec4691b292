"""The borrower's own templates stand before the packaged ones, and never cost a message."""

import logging

import pytest
from jinja2 import TemplateSyntaxError, UndefinedError

from reminderd.messages.layout import render
from reminderd.messages.sheet import Desk
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
