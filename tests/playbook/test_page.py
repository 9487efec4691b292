"""The page on the playbook is what the playbook says, and the commands on it are there."""

import re
import sys
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from reminderd.cli.main import cli
from reminderd.playbook.facts import NAMES
from reminderd.playbook.playbook import packaged

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generate():
    spec = spec_from_file_location("docs_generate", DOCS / "generate.py")
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_the_page_is_the_one_that_generate_writes(generate):
    assert generate.page(packaged()) == generate.PAGE.read_text("utf-8")


def test_the_page_has_every_topic_stage_action_and_condition(generate):
    text = generate.page(packaged())
    assert [f"S{number}" for number in range(1, 14)] == re.findall(r"^\| (S\d+) ", text, re.M)
    for name in (*packaged().stages, *packaged().actions, *NAMES):
        assert f"`{name}`" in text


def test_every_command_on_the_page_is_one_that_there_is(generate):
    for topic in generate.TOPICS.values():
        for name, does in topic.commands.items():
            command = cli.commands[name]
            known = {option for each in command.params for option in each.opts}
            assert set(re.findall(r"--[a-z-]+", does)) <= known


def test_the_kinds_of_letter_on_the_page_are_those_that_there_are(generate):
    (kind,) = [each for each in cli.commands["letter"].params if each.name == "kind"]
    said = " ".join(topic.commands.get("letter", "") for topic in generate.TOPICS.values())
    assert set(re.findall(r"--kind ([a-z-]+)", said)) == set(kind.type.choices)


def test_every_condition_has_its_meaning(generate):
    assert list(generate.CONDITIONS) == list(NAMES)


def test_a_topic_that_no_action_serves_is_an_error(generate):
    book = packaged()
    without = {
        key: replace(action, sources=tuple(topic for topic in action.sources if topic != "S9"))
        for key, action in book.actions.items()
    }
    with pytest.raises(ValueError, match="S9"):
        generate.page(replace(book, actions=without))
