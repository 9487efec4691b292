"""The real program in processes of its own, a real mail server, and a real kill -9."""

import importlib.util
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from patience import PATIENCE

_file = Path(__file__).parents[1] / "mailserver.py"
_spec = importlib.util.spec_from_file_location("mailserver", _file)
_mailserver = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_mailserver)
authority = _mailserver.authority
trusted = _mailserver.trusted
mail_server = _mailserver.mail_server
start_mail_server = _mailserver.start_mail_server


@pytest.fixture
def zone():
    """Return a zone where it is about noon, so that no test runs over midnight."""
    east = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-east:+d}" if east else "Etc/GMT"


@pytest.fixture
def today(zone):
    return datetime.now(ZoneInfo(zone)).date()


@pytest.fixture
def config(tmp_path, mail_server, zone, today):
    """Return a configuration file: one loan due today, one four days overdue, one mail channel."""
    secret = tmp_path / "smtp-password"
    secret.write_text(mail_server.password + "\n")
    secret.chmod(0o600)
    file = tmp_path / "config.toml"
    file.write_text(
        f'''
timezone = "{zone}"
locale = "zh-CN"

[reminders]
send_at = "00:00"

[channels.email]
schema = "mailtos"
mode = "starttls"
host = "{mail_server.host}"
port = {mail_server.port}
user = "{mail_server.user}"
password = {{ file = "smtp-password" }}
to = ["me@example.com"]
digest = false

[[loans]]
id = "card"
name = "招行信用卡"
due = {today}
amount = "1234.00"
penalty.daily_rate = "0.05%"

[[loans]]
id = "weilidai"
name = "微粒贷"
due = {today - timedelta(days=4)}
paid_until = {today - timedelta(days=34)}
amount = "10000.00"
penalty.daily_rate = "0.05%"
'''
    )
    return file


@pytest.fixture
def start(config):
    """Return a function that starts the command; what a test leaves running is killed."""
    running = []

    def run(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "reminderd", *arguments, "--config", str(config)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "REMINDERD_DEBUG": "1"},
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate(timeout=PATIENCE)


@pytest.fixture
def command(start):
    """Return a function that runs the command to its end: its process, output and complaints."""

    def run(*arguments, code=0):
        process = start(*arguments)
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == code, err
        return out, err

    return run
