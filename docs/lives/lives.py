"""Write ``NAME.txt`` for each life here: what the borrower does, and every message of the year.

Run ``python docs/lives/lives.py``. Each transcript is made by the program itself on ``NAME.toml``:
commands are run as they are typed, messages are those that were sent.
"""

from __future__ import annotations

import io
import os
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent
from unittest.mock import patch
from zoneinfo import ZoneInfo

from click.testing import CliRunner

import reminderd.clock
from reminderd.app import App
from reminderd.cli.main import cli
from reminderd.clock import Clock
from reminderd.config.load import load_file
from reminderd.loans.frequency import add_months

HERE = Path(__file__).parent
YEAR = 2027
Act = tuple[str, str]  # local wall-clock time, and the command as it is typed


@dataclass(frozen=True, slots=True)
class Message:
    """One message, word for word as it was sent, and the loans and occasions it speaks of."""

    at: datetime
    title: str
    body: str
    about: tuple[tuple[str, str, str], ...]  # (loan, due date, milestone) of each


@dataclass(frozen=True, slots=True)
class Answer:
    """A command that the borrower typed, and what it printed."""

    at: datetime
    command: str
    output: str


@dataclass(frozen=True, slots=True)
class Life:
    """A borrower's story: from when on the program runs, until when, and what is typed."""

    name: str
    start: str
    end: str
    acts: tuple[Act, ...]

    @property
    def config(self) -> Path:
        """The life's configuration."""
        return HERE / f"{self.name}.toml"

    @property
    def page(self) -> Path:
        """Where its transcript stands."""
        return HERE / f"{self.name}.txt"


def monthly(day: int, time: str, command: str, months: Iterable[int] = range(1, 13)) -> list[Act]:
    """Return a command that is typed on a day of several months."""
    return [(f"{YEAR}-{month:02}-{day:02} {time}", command) for month in months]


def bills(first: str, loan: str, sums: Iterable[str]) -> list[Act]:
    """Return a bill recorded each month, the first at a wall-clock time, each of another sum."""
    start = datetime.fromisoformat(first)
    return [
        (f"{add_months(start.date(), month)} {start:%H:%M}", f"bill {loan} {said}")
        for month, said in enumerate(sums)
    ]


def on(time: str, command: str, days: Iterable[str]) -> list[Act]:
    """Return a command that is typed on certain days."""
    return [(f"{day} {time}", command) for day in days]


def life(name: str, start: str, *acts: list[Act], end: str = f"{YEAR}-12-31 23:59") -> Life:
    """Return a life whose acts are in the order of time."""
    return Life(name, start, end, tuple(sorted(act for some in acts for act in some)))


LIVES = (
    # Each debit goes through, and the borrower says so when asked.
    life("mortgage", "2026-12-28 20:00", monthly(21, "20:15", "pay fangdai")),
    # The statement is recorded when it is asked for; what is debited counts as paid.
    life(
        "card-in-full",
        "2026-12-20 18:00",
        bills("2026-12-21 12:30", "visa", ["842.17", "611.40", "930.08", "702.55", "1288.91"]),
        bills("2027-05-21 12:30", "visa", ["455", "820.16", "1960.43", "512.39", "640.77"]),
        bills("2027-10-21 12:30", "visa", ["701.25", "888.10", "1435.62"]),
    ),
    # Sums as the bank's app shows them; the minimum is paid the day after the reminder.
    life(
        "card-minimum",
        "2026-12-20 20:00",
        bills(
            "2026-12-22 21:00",
            "zhaohang",
            [
                "8400 --minimum 840 --posted 2026-12-08",
                "7743.12 --minimum 939.12",
                "6917.44 --minimum 793.84",
                "6214.89 --minimum 703.65",
                "5602.65 --minimum 642.53",
                "5039.66 --minimum 575.55",
                "4538.19 --minimum 520.49",
                "4082.13 --minimum 466.20",
                "3675.94 --minimum 421.60",
                "3308.37 --minimum 379.46",
                "2975.88 --minimum 339.86",
                "2679.77 --minimum 307.35",
                "2410.46 --minimum 275.28",
            ],
        ),
        monthly(8, "20:30", "pay zhaohang"),
    ),
    # Three days early each month, and all that is left in July.
    life(
        "weilidai",
        "2026-12-15 21:00",
        monthly(12, "20:30", "pay weilidai", range(1, 7)),
        on("21:00", "quote weilidai", ["2027-07-05"]),
        on("21:10", "pay weilidai 4032", ["2027-07-05"]),
    ),
    life(
        "huabei",
        "2026-12-31 20:00",
        bills("2027-01-01 20:00", "huabei", ["862.35", "1203.60", "455.18", "690", "733.92"]),
        bills("2027-06-01 20:00", "huabei", ["1588.40", "512.07", "640.55", "978.31"]),
        bills("2027-10-01 20:00", "huabei", ["820.64", "2311.09", "902.77"]),
        monthly(7, "20:00", "pay huabei"),
    ),
    # In the evening of the first reminder.
    life(
        "rent",
        "2026-12-20 12:00",
        on("19:10", "pay rent", ["2026-12-29", "2027-01-29", "2027-02-26", "2027-03-29"]),
        on("19:10", "pay rent", ["2027-04-28", "2027-05-29", "2027-06-28", "2027-07-29"]),
        on("19:10", "pay rent", ["2027-08-29", "2027-09-28", "2027-10-29", "2027-11-28"]),
        on("19:10", "pay rent", ["2027-12-29"]),
    ),
    # Nothing is typed: what is debited counts as paid.
    life("car-loan", "2026-12-28 12:00"),
    life("bnpl", "2027-03-05 19:00"),
    # Two payments are put off to the end.
    life(
        "student-loan",
        "2026-12-28 12:00",
        monthly(7, "19:00", "pay student", range(3, 8)),
        on("10:00", "extension student requested", ["2027-07-13"]),
        on("16:40", "extension student approved --due 2027-08-10 --to 2037-03-10", ["2027-07-19"]),
        on("16:41", "extension student approved --due 2027-09-10 --to 2037-04-10", ["2027-07-19"]),
        monthly(7, "19:00", "pay student", range(10, 13)),
    ),
    # By the name that messages use.
    life(
        "friend",
        "2026-12-28 20:00",
        on("12:00", "pay 小李的借款", ["2027-06-27"]),
        on("19:30", "pay 小李的借款", ["2027-12-29"]),
    ),
    # Both draws at once, on the due date; the last installment of each a little ahead.
    life(
        "line-used-twice",
        "2027-02-03 21:00",
        monthly(15, "12:10", "pay --all-due", range(2, 12)),
        on("20:00", "pay first", ["2027-10-13"]),
        on("20:00", "pay second", ["2027-12-13"]),
    ),
    # March is missed and paid eleven days late.
    life(
        "late-once",
        "2026-12-28 12:00",
        monthly(7, "19:00", "pay personal", (1, 2, *range(4, 13))),
        on("19:30", "pay personal", ["2027-03-21"]),
    ),
)


class Wall(Clock):
    """A clock that shows what it is set to."""

    def __init__(self, at: datetime) -> None:
        """Show *at*."""
        self.at = at

    def now(self) -> datetime:
        """Return what it shows."""
        return self.at


def lived(one: Life, *, watched: date | None = None) -> list[Message | Answer]:
    """Live a life; return what was typed and what was sent, in the order of time.

    On the day *watched* the program looks each minute, as it may at any time.
    """
    config = load_file(one.config)
    zone = ZoneInfo(config.timezone)
    clock = Wall(_instant(one.start, zone))
    with _home(clock) as folder:
        app = App.open(config, clock, folder)
        try:
            answers = _live(app, clock, one, zone, watched)
            messages = _messages(app, zone)
        finally:
            app.database.close()
    # What was typed at an instant comes before what was sent on it.
    return sorted([*answers, *messages], key=lambda event: event.at)


def _live(app: App, clock: Wall, one: Life, zone: ZoneInfo, watched: date | None) -> list[Answer]:
    """Let time pass with the program running, as the daemon does; type what is to be typed."""
    acts = [(_instant(when, zone), command) for when, command in one.acts]
    looks = _minutes(watched, zone) if watched else []
    end, answers = _instant(one.end, zone), []
    app.sync()
    while True:
        _deliver(app, clock)
        following = app.next_event()
        instants = [acts[0][0]] if acts else []
        instants += [following.at] if following else []
        instants += [at for at in looks if at > clock.at][:1]
        at = min(instants, default=end)
        if at >= end:
            return answers
        clock.at = max(at, clock.at)
        while acts and acts[0][0] <= at:
            when, command = acts.pop(0)
            answers.append(Answer(when.astimezone(zone), command, _typed(one, command)))


def _minutes(day: date, zone: ZoneInfo) -> list[datetime]:
    midnight = _instant(str(day), zone)
    return [midnight + timedelta(minutes=minute) for minute in range(24 * 60)]


def _deliver(app: App, clock: Wall) -> None:
    with redirect_stdout(io.StringIO()):
        while (done := app.deliver(alone=True, plan_for=clock.at)).planned or done.sent:
            pass


def _typed(one: Life, command: str) -> str:
    """Run a command as it is typed and return all that it prints."""
    arguments = ["--config", str(one.config), *shlex.split(command)]
    result = CliRunner().invoke(cli, arguments, prog_name="reminderd")
    if not isinstance(result.exception, SystemExit | None):
        raise result.exception
    return result.output


@contextmanager
def _home(clock: Clock) -> Iterator[Path]:
    """Give the program a state folder of its own, and commands the clock."""
    with (
        TemporaryDirectory() as folder,
        patch.dict(os.environ, STATE_DIRECTORY=folder),
        patch.object(reminderd.clock, "Clock", lambda: clock),
    ):
        yield Path(folder)


def _messages(app: App, zone: ZoneInfo) -> list[Message]:
    """Return what was sent, the oldest first; several loans at once are one message."""
    rows = [row for row in app.sent(None, None)[::-1] if row["title"] is not None]
    told: dict[str, list[tuple[str, str, str]]] = {}
    for row in rows:
        about = (row["loan_id"], str(row["due"]), row["milestone"])
        told.setdefault(row["message_id"], []).append(about)
    sent = {row["message_id"]: row for row in rows}
    return [
        Message(row["finished_at"].astimezone(zone), row["title"], row["body"], tuple(told[key]))
        for key, row in sent.items()
    ]


def _instant(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def transcript(one: Life, events: Iterable[Message | Answer]) -> str:
    """Return a life's page."""
    parts = [f"# docs/lives/{one.name}.toml, {one.start} to {one.end}"]
    for event in events:
        when = f"{event.at:%Y-%m-%d %H:%M}"
        if isinstance(event, Answer):
            parts.append(f"{when}  $ reminderd {event.command}\n{_set_in(event.output)}")
        else:
            parts.append(f"{when}  {event.title}\n{_set_in(event.body)}")
    return "\n\n".join(parts) + "\n"


def _set_in(text: str) -> str:
    return indent(text.strip("\n"), "    ")


if __name__ == "__main__":
    for each in LIVES:
        each.page.write_text(transcript(each, lived(each)), "utf-8")
