"""What the tests of reading a configuration share."""

import os
from pathlib import Path

import pytest

from reminderd.config.load import load_text
from reminderd.errors import ConfigError


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for name in os.environ:
        if name.upper().startswith("REMINDERD_"):
            monkeypatch.delenv(name)


@pytest.fixture
def load():
    """Return a function that reads a configuration's text."""
    return lambda text: load_text(text, Path("config.toml"))


@pytest.fixture
def problems(load):
    """Return a function that lists what is wrong with a text, as the user sees it."""

    def found(text):
        with pytest.raises(ConfigError) as caught:
            load(text)
        return [str(problem) for problem in caught.value.problems]

    return found


@pytest.fixture
def pointed():
    """Return a function that takes the § out of a text and says where they stood."""

    def split(marked):
        text, places = "", []
        for number, piece in enumerate(marked.split("§")):
            if number:
                places.append(f"{text.count(chr(10)) + 1}:{len(text) - text.rfind(chr(10))}")
            text += piece
        return text, places

    return split
