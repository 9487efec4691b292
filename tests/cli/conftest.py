"""Running commands in this process, at a time that stands still, on a store of their own."""

import importlib.util
import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

import reminderd.clock
from reminderd.cli.main import cli
from reminderd.clock import Clock

_file = Path(__file__).parents[1] / "mailserver.py"
_spec = importlib.util.spec_from_file_location("mailserver", _file)
_mailserver = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_mailserver)
authority = _mailserver.authority
trusted = _mailserver.trusted
mail_server = _mailserver.mail_server

NOW = datetime(2026, 12, 9, 4, tzinfo=UTC)  # noon in Shanghai, after the day's reminders

LOANS = """\
timezone = "Asia/Shanghai"
locale = "en"
[channels.screen]
url = "console://"
digest = false
[[loans]]
id = "card"
name = "Credit card"
due = 2026-12-05
paid_until = 2026-12-04
amount = "1234.00"
penalty.daily_rate = "0.05%"
[[loans]]
id = "weilidai"
preset = "weilidai"
principal = "10000"
daily_rate = "0.05%"
installments = 10
first_due = 2026-10-15
payments = [{ date = 2026-10-15, amount = "1150.00" }]
"""


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """Keep the settings, the home and the log of whoever runs the tests out of them."""
    for name in os.environ:
        if name.upper().startswith("REMINDERD_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


class StillClock(Clock):
    """A clock that shows what it is set to."""

    shown = NOW

    def now(self):
        return self.shown


@pytest.fixture
def clock(monkeypatch):
    """Set the time: the class that commands make their clock of."""
    monkeypatch.setattr(StillClock, "shown", NOW)
    monkeypatch.setattr(reminderd.clock, "Clock", StillClock)
    return StillClock


@pytest.fixture
def write(tmp_path):
    """Return a function that writes the configuration and returns its path."""

    def put(text):
        path = tmp_path / "config.toml"
        path.write_text(text)
        return path

    return put


@pytest.fixture
def config(write):
    """Write a configuration with two loans that are late."""
    return write(LOANS)


@pytest.fixture
def call(clock, tmp_path):
    """Return a function that runs a command and returns what came of it."""

    def run(*arguments):
        path = str(tmp_path / "config.toml")
        result = CliRunner().invoke(cli, ["--config", path, *arguments], prog_name="reminderd")
        if not isinstance(result.exception, SystemExit | None):
            raise result.exception
        return result

    return run


@pytest.fixture
def said(call):
    """Return a function that runs a command which must succeed and returns its output."""

    def run(*arguments):
        result = call(*arguments)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    return run


@pytest.fixture
def told(said):
    """Return a function that runs a command with --json and returns what it told."""
    return lambda *arguments: json.loads(said(*arguments, "--json"))


@pytest.fixture
def refused(call):
    """Return a function that runs a command which must fail, and returns code and sentence."""

    def run(*arguments):
        result = call(*arguments)
        assert result.exit_code != 0
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        return result.exit_code, result.stderr.strip()

    return run


@pytest.fixture
def state(tmp_path):
    """Return where the store is."""
    return tmp_path / "state"
