"""The manual page says what ``--help`` says, and man can show it."""

import os
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from reminderd.cli.main import cli

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def manual():
    spec = spec_from_file_location("docs_manual", DOCS / "manual.py")
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def shown(manual):
    """Return the page as man shows it, without a word of complaint."""
    if not shutil.which("man"):
        pytest.skip("man is not installed")
    done = subprocess.run(
        ["man", "--warnings=w", "-l", str(manual.PAGE)],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "MANWIDTH": "100"},
    )
    assert done.stderr == ""
    if "NAME" not in done.stdout:
        pytest.skip("man is a stub here")
    return done.stdout


def test_the_page_is_the_one_that_the_commands_make(manual):
    assert manual.page(cli) == manual.PAGE.read_text("utf-8"), "run: python docs/manual.py"


def test_man_shows_every_command_and_every_option(shown):
    for name, command in cli.commands.items():
        assert f"reminderd {name}" in shown
        for parameter in command.params:
            assert all(option in shown for option in parameter.opts if option.startswith("--"))


def test_man_shows_quotes_and_backslashes_as_they_are(manual, tmp_path):
    import click

    @click.group(help=".dot and 'quote' and C:\\path -- dashes")
    def odd():
        pass

    text = manual.page(odd)
    assert "\\&.dot and \\(aqquote\\(aq and C:\\epath \\-\\- dashes" in text


def test_every_exit_code_is_on_the_page(manual):
    assert list(manual.EXIT) == ["0", "1", "2", "78"]
