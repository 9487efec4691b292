"""Fixtures that more than one folder needs."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reminderd.alerts.plan import Alert, Reason
from reminderd.config.load import load_text
from reminderd.loans.position import value
from reminderd.messages.compose import Occasion, compose

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _nothing_of_the_users(monkeypatch, tmp_path):
    """Keep tests away from the state, the configuration and the language of whoever runs them."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    for name in ("REMINDERD_CONFIG", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "JOURNAL_STREAM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def readme_message():
    """Return the message shown in the README and the one its configuration produces."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)
    config = load_text(next(body for kind, body in blocks if kind == "toml"), Path("config.toml"))
    shown = next(body for kind, body in blocks if kind == "text")
    loan = config.loans[0]
    now = datetime(2026, 12, 9, 1, tzinfo=UTC)
    position = value(loan, now.date())
    alert = Alert(loan.id, position.arrears[0].due, "due+4", now, Reason.OVERDUE_DAY)
    message = compose(loan, position, Occasion(alert, now, now), config.locale)
    return shown, f"{message.title}\n\n{message.text}"
