"""Write ``transcript.txt``: all that `reminderd preview --full` shows for a year of one borrower.

Run ``python docs/a-year/transcript.py``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reminderd.app import App
from reminderd.cli.views import preview_text
from reminderd.clock import Clock
from reminderd.config.load import load_file
from reminderd.store.database import Database

HERE = Path(__file__).parent
PAGE = HERE / "transcript.txt"
START = datetime(2026, 12, 31, 16, tzinfo=UTC)  # the year's first midnight in Shanghai
DAYS = 365
COMMAND = "reminderd --config docs/a-year/config.toml preview --from 2027-01-01 --days 365 --full"


class Then(Clock):
    """A clock that stands at the beginning of the year."""

    def now(self) -> datetime:
        """Return that instant."""
        return START


def app() -> App:
    """Return the program on the year's configuration and an empty store."""
    return App(load_file(HERE / "config.toml"), Database.in_memory(), Then())


def transcript() -> str:
    """Return the page."""
    return f"$ {COMMAND}\n\n{preview_text(app(), START, DAYS)}\n"


if __name__ == "__main__":
    PAGE.write_text(transcript(), "utf-8")
