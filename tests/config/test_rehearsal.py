"""Templates of one's own: each mistake is told by file and line before it can fail at night."""

import os
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

import reminderd.messages
from reminderd.config.own_playbook import read_playbook
from reminderd.config.rehearsal import rehearse
from reminderd.config.sample import known_variables, samples
from reminderd.loans.position import value
from reminderd.messages import layout, letters, paper
from reminderd.messages.layout import templates
from reminderd.messages.sheet import Desk
from reminderd.playbook.facts import NAMES

MANUAL = (Path(__file__).parents[2] / "docs" / "templates.md").read_text("utf-8")
PACKAGED = Path(reminderd.messages.__file__).parent / "templates"


@pytest.fixture
def wrong(tmp_path):
    """Return a function that tries templates and says what is wrong with them."""

    def found(own, positions=()):
        for name, text in own.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        problems = rehearse(Desk(templates=tmp_path), positions)
        return [str(problem).removeprefix(f"{tmp_path}{os.sep}") for problem in problems]

    return found


def test_without_templates_of_ones_own_there_is_nothing_to_try():
    assert rehearse(Desk(), []) == []


def test_an_empty_folder_is_right(wrong):
    assert wrong({}) == []


def test_copies_of_all_packaged_templates_are_right(wrong):
    names = templates(None).list_templates()
    assert wrong({name: (PACKAGED / name).read_text("utf-8") for name in names}) == []


MISTAKES = {
    "a misspelt variable": (
        {"message.md": "hello\n{{ figurs }}\n"},
        "message.md:2:1: there is no variable 'figurs' (did you mean 'figures'?)",
    ),
    "a variable like no other": (
        {"message.html": "{{ zzz }}"},
        "message.html:1:1: there is no variable 'zzz' (docs/templates.md has them all)",
    ),
    "a variable of another template": (
        {"digest.md": "\n\n{{ derivation }}"},
        "digest.md:3:1: there is no variable 'derivation' (docs/templates.md has them all)",
    ),
    "a variable that there is in one format only": (
        {"message.md": "{{ chart }}"},
        "message.md:1:1: there is no variable 'chart' (did you mean 'parts'?)",
    ),
    "a misspelt part of a value": (
        {"message.md": "{{ advice[0].titel }}"},
        "message.md:1:1: what stands before it has no 'titel' (docs/templates.md has them all)",
    ),
    "an item that is not always there": (
        {"message.md": "{{ figures[0][0] }}{{ contacts[0][1] }}"},
        "message.md:1:1: what stands before it has no '0' (docs/templates.md has them all)",
    ),
    "a misspelt filter": (
        {"routine.md": "{{ title | uper }}"},
        "routine.md:1:1: there is no filter 'uper' (did you mean 'upper'?)",
    ),
    "a filter like no other": (
        {"routine.html": "{{ title | zzz }}"},
        "routine.html:1:1: there is no filter 'zzz' (remove it)",
    ),
    "a misspelt tag": (
        {"message.md": "\n{% fro a in figures %}{% endfor %}"},
        "message.md:2:1: there is no tag 'fro' (did you mean 'for'?)",
    ),
    "a statement that is never closed": (
        {"message.md": "{% for a in figures %}\n{{ a }}\n"},
        "message.md:2:1: a {% for %} is never closed (write {% endfor %} where it ends)",
    ),
    "a value that is never closed": (
        {"message.md": "{{ title }\n"},
        "message.md:1:1: this is no template: unexpected '}' "
        "(values are written {{ … }}, statements {% … %})",
    ),
    "another template that there is not": (
        {"message.html": '{% extends "bass.html" %}'},
        "message.html:1:1: there is no template 'bass.html' (did you mean 'base.html'?)",
    ),
    "a file of a misspelt name": (
        {"mesage.md": "{{ title }}"},
        "mesage.md:1:1: no message uses a template so named (did you mean 'message.md'?)",
    ),
    "a file of any other name": (
        {"notes.txt": "what to do"},
        "notes.txt:1:1: no message uses a template so named (docs/templates.md has them all)",
    ),
    "something that no template may reach": (
        {"message.md": "{{ title.__class__.__mro__ }}"},
        "message.md:1:1: access to attribute '__class__' of 'str' object is unsafe "
        "(templates lay words out, and reach nothing else)",
    ),
    "a sum that cannot be": (
        {"message.md": "{{ 1 / 0 }}"},
        "message.md:1:1: cannot be filled in: division by zero (check what this line does)",
    ),
    "a phrase that there is not": (
        {"message.md": '{{ w.line("as_off") }}'},
        "message.md:1:1: 'as_off' is no phrase, or what one needs "
        "(see how the packaged template does it)",
    ),
    "a phrase without what it needs": (
        {"message.md": '\n{{ w.line("as_of") }}'},
        "message.md:2:1: 'as_of' is no phrase, or what one needs "
        "(see how the packaged template does it)",
    ),
    "a template that says nothing": (
        {"message.html": ""},
        "message.html:1:1: cannot be filled in: nothing comes out of it "
        "(check what this line does)",
    ),
    "a template that is not utf-8": (
        {"message.md": "é".encode("latin-1")},
        "message.md:1:1: this is not UTF-8 text (save the file as UTF-8)",
    ),
    "a mistake in the frame of all pages": (
        {"base.html": "{{ tilte }}"},
        "base.html:1:1: there is no variable 'tilte' (did you mean 'title'?)",
    ),
    "a mistake in what letters have in common": (
        {"letters/page.html": "<p>\n{{ headng }}"},
        "letters/page.html:2:1: there is no variable 'headng' (did you mean 'heading'?)",
    ),
    "a mistake in one kind of letter": (
        {"letters/dispute.zh-CN.md": "{{ stated }}{{ claimed }}"},
        "letters/dispute.zh-CN.md:1:1: there is no variable 'claimed' "
        "(docs/templates.md has them all)",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_where_it_is_with_what_to_write_instead(mistake, wrong):
    own, sentence = MISTAKES[mistake]
    assert wrong(own) == [sentence]


def test_each_template_has_its_own_mistake_told(wrong):
    found = wrong(
        {"message.md": "{{ a }}", "digest.html": "{{ b }}", "letters/page.html": "{{ c }}"}
    )
    assert sorted(problem.split(":")[0] for problem in found) == [
        "digest.html",
        "letters/page.html",
        "message.md",
    ]


@pytest.mark.parametrize("stage", ["due-today", "grace", "overdue-beyond-90", "cured-180-days"])
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_mistake_that_shows_in_one_stage_and_language_only_is_found(stage, lang, wrong):
    only = f'x{{% if stage == "{stage}" and lang == "{lang}" %}}{{{{ oops }}}}{{% endif %}}'
    [found] = wrong({"message.html": only})
    assert "'oops'" in found


def test_a_mistake_that_shows_in_a_routine_only_is_found(wrong):
    [found] = wrong({"routine.md": "x{% if coming and markdown %}{{ oops }}{% endif %}"})
    assert "'oops'" in found


def test_a_mistake_that_shows_with_a_loan_of_ones_own_only_is_found(wrong):
    own = {"message.md": 'x{% if title.startswith("Mine") %}{{ oops }}{% endif %}'}
    assert wrong(own) == []
    mine = samples()[0]
    [found] = wrong(own, [value(replace(mine.loan, name="Mine"), mine.as_of)])
    assert "'oops'" in found


def test_a_file_may_be_included_by_another(wrong):
    assert wrong({"message.md": '{% include "sign.md" %}', "sign.md": "{{ title }}"}) == []


def test_a_mistake_in_an_included_file_is_told_there(wrong):
    own = {"message.md": '{% include "sign.md" %}', "sign.md": "\n{{ tilte }}"}
    assert wrong(own) == ["sign.md:2:1: there is no variable 'tilte' (did you mean 'title'?)"]


def test_what_editors_leave_behind_is_no_template(wrong):
    assert wrong({".message.md.swp": b"\xff", "message.md~": "{{ oops }}", ".git/x": "{{"}) == []


def blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", MANUAL, re.DOTALL)


def test_the_template_in_the_manual_is_right(wrong):
    [example] = blocks("jinja")
    assert wrong({"message.md": example}) == []


def test_the_playbook_in_the_manual_is_right(tmp_path):
    _, example = blocks("toml")
    (tmp_path / "playbook.toml").write_text(example)
    book = read_playbook(tmp_path / "playbook.toml")
    assert (
        book.stages["fortnight"].first_day == tomllib.loads(example)["stages"]["fortnight"]["from"]
    )


def test_the_manual_has_every_template():
    named = set(re.findall(r"`([\w/.-]+\.(?:md|html))`", MANUAL))
    assert set(templates(None).list_templates()) <= named


def test_the_manual_has_every_condition():
    part = MANUAL[MANUAL.index("**Conditions**") : MANUAL.index("**Variables**")]
    assert re.findall(r"^\| `([\w-]+)`", part, re.MULTILINE) == list(NAMES)


def test_the_manual_has_every_variable_of_an_action():
    part = MANUAL[MANUAL.index("**Variables**") : MANUAL.index("A brace itself")]
    of_loans, of_routines = (set(re.findall(r"`\{(\w+)\}`", p)) for p in part.split("In a routine"))
    assert of_loans == known_variables(routine=False)
    assert of_routines == known_variables(routine=True)


@pytest.fixture
def given(monkeypatch):
    """Return the variables that each packaged template is given in a rehearsal."""
    seen = {}

    def recording(desk, name, context):
        seen.setdefault(name, set()).update(context)
        return layout.render(desk, name, context)

    with monkeypatch.context() as patch:
        for module in (paper, letters):
            patch.setattr(module, "render", recording)
        yield seen


def test_the_manual_has_every_variable_of_every_template(given, tmp_path):
    (tmp_path / "base.html").write_text((PACKAGED / "base.html").read_text())
    assert rehearse(Desk(templates=tmp_path), []) == []
    for section in MANUAL.split("\n### ")[1:]:
        heading, _, table = section.partition("\n")
        rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
        names = re.findall(r"`([^`]+)`", heading)
        pattern = "|".join(
            re.escape(n).replace("KIND", ".*").replace("LOCALE", ".*") for n in names
        )
        meant = [known for name, known in given.items() if re.fullmatch(pattern, name)]
        assert set().union(*meant) == told, heading
