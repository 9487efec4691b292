"""docs/first-install.md, played back: the commands as they stand there, and what they print."""

import importlib.util
import logging
import re
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

import reminderd.clock
from reminderd.cli.main import cli
from reminderd.clock import Clock

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/first-install.md"
_spec = importlib.util.spec_from_file_location("mailserver", ROOT / "tests/mailserver.py")
_mailserver = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_mailserver)
authority = _mailserver.authority
trusted = _mailserver.trusted
mail_server = _mailserver.mail_server


class StillClock(Clock):
    """The day the page tells of: noon in Shanghai, two days before the due date."""

    def now(self):
        return datetime(2026, 12, 9, 4, tzinfo=UTC)


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)


@pytest.fixture
def _quiet_log():
    """Keep the mail server's log out of what the program prints, and leave no log behind."""
    handlers, level = logging.root.handlers[:], logging.root.level
    logging.getLogger("mail.log").propagate = False
    yield
    logging.getLogger("mail.log").propagate = True
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.fixture
def type_in(_quiet_log, mail_server, monkeypatch, tmp_path):
    """Return a function that runs a command of the page and returns what it printed."""
    monkeypatch.setattr(reminderd.clock, "Clock", StillClock)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [str(Path(sys.executable).with_name("reminderd"))])
    mail_server.passwords.add("the app password")
    real = {"smtp.example.com": f"127.0.0.1:{mail_server.port}"}

    def run(command):
        for told, meant in real.items():
            command = command.replace(told, meant)
        line, _, typed = command.partition("\n")
        words = shlex.split(line.partition(" <<")[0])
        typed = typed.removesuffix("END\n")
        result = CliRunner().invoke(cli, words[1:], prog_name=words[0], input=typed)
        assert result.exit_code == 0, result.output
        shown = re.sub(r"(?m)^\d\d:\d\d:\d\d ", "12:00:00 ", result.output)  # the log's time
        shown = shown.replace(str(tmp_path), "/home/me")
        return shown.replace(sys.argv[0], "/home/me/.local/bin/reminderd")

    return run


def test_the_page_needs_at_most_four_commands():
    assert len(blocks("sh")) <= 4


def test_the_page_is_what_happens(type_in, mail_server):
    install, *commands = blocks("sh")
    assert install == "pipx install .\n"
    printed = [type_in(command) for command in commands]
    trial, reminder = mail_server.accepted
    assert trial.subject == "reminderd: a test message"
    assert trial.recipients == reminder.recipients == ("borrower@example.com",)
    mail = f"{reminder.subject}\n\n{reminder.part('plain').strip()}\n"
    assert [*printed, mail] == blocks("text")


def test_the_password_is_nowhere_but_in_its_file(type_in, tmp_path):
    said = "".join(type_in(command) for command in blocks("sh")[1:])
    assert "the app password" not in said
    holding = [
        path.name
        for path in tmp_path.rglob("*")
        if path.is_file() and b"the app password" in path.read_bytes()
    ]
    assert holding == ["smtp-password"]
