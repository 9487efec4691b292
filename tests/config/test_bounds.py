"""What a configuration may cost, whatever it holds."""

import pytest

from reminderd.config.findings import MOST_TOLD
from reminderd.config.load import load_file, load_text
from reminderd.errors import ConfigError

LOAN = '[[loans]]\nid = "card"\ndue = 2026-12-05\namount = "1.00"\n'


@pytest.fixture
def told(tmp_path):
    """Return a function that loads a text and returns what is wrong with it."""

    def load(text):
        with pytest.raises(ConfigError) as caught:
            load_text(text, tmp_path / "config.toml")
        return [problem.message for problem in caught.value.problems]

    return load


@pytest.mark.parametrize("head", ["", LOAN])
def test_of_very_many_mistakes_the_first_are_told_and_how_many_more(told, head):
    many = "\n".join(f"k{number} = 1" for number in range(5000))
    messages = told(head + many)
    assert len(messages) == MOST_TOLD + 1
    assert f"there are {5000 - MOST_TOLD} more mistakes in this file (mend these first)" in messages


@pytest.mark.parametrize("text", ["{} = 1", "[{}]\nb = 1", 'locale = "en"\n [ {} ]\n'])
def test_a_key_of_very_many_parts_is_refused(told, text):
    [message] = told(text.format(".".join(["a"] * 100_000)))
    assert message == "this key has more parts than any key here (write it shorter)"


def test_dots_in_texts_and_comments_are_no_parts(tmp_path):
    dots = ".".join("abc" * 20)
    text = f'# {dots}\n{LOAN}name = "{dots}"\ncontact = """\n{"." * 80}"""\n'
    assert len(load_text(text, tmp_path / "config.toml").loans) == 1


def test_a_long_text_costs_no_more_than_its_size(told):
    [message] = told(f'locale = "{"x" * 2_000_000}"\n')
    assert "is not a known language" in message


def test_a_file_larger_than_any_configuration_is_not_read(tmp_path):
    file = tmp_path / "config.toml"
    with file.open("wb") as whole:
        whole.truncate(1 << 34)
    with pytest.raises(ConfigError, match="has more than 16 MiB"):
        load_file(file)
