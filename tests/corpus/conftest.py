"""Commands in this process, on a state folder of their own, that must not take for ever."""

import logging
import os
import signal
from dataclasses import dataclass

import pytest
from click.testing import CliRunner
from patience import PATIENCE

from reminderd.cli.main import cli

LONG = 1000  # characters that no line of an error needs


@pytest.fixture(autouse=True)
def _never_for_ever():
    def give_up(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    for name in os.environ:
        if name.upper().startswith("REMINDERD_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it said."""

    code: int
    out: str
    errors: str

    @property
    def said(self):
        return self.out + self.errors

    def check(self, *codes):
        """Hold it to an exit code, and to sentences: no traceback, no mistake of its own."""
        assert self.code in codes, self.said
        for trouble in ("Traceback", "mistake of its own"):
            assert trouble not in self.said
        if self.code:
            assert self.said.strip()
            assert all(len(line) < LONG for line in self.said.splitlines())


@pytest.fixture
def config(tmp_path):
    return tmp_path / "config.toml"


@pytest.fixture
def call(config):
    """Return a function that runs a command."""

    def run(*arguments):
        result = CliRunner().invoke(cli, ["--config", str(config), *arguments])
        if not isinstance(result.exception, SystemExit | None):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return run
