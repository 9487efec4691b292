"""As many edits as a year may bring, good and bad, within 100 days, under a daemon that runs on.

The supervisor, its workers' code, the store and the mail server are the real ones; time is the
test's, and so is the process: workers run where the supervisor would start them.
"""

import importlib.util
import random
import re
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from reminderd.clock import Clock
from reminderd.config.load import load_file
from reminderd.errors import ConfigError, ReminderdError
from reminderd.service import daemon
from reminderd.service.worker import Reporter, work
from reminderd.store import history
from reminderd.store.database import Database

_file = Path(__file__).parents[1] / "smtpsink.py"
_spec = importlib.util.spec_from_file_location("smtpsink", _file)
smtpsink = importlib.util.module_from_spec(_spec)
sys.modules["smtpsink"] = smtpsink  # where dataclasses look for it
_spec.loader.exec_module(smtpsink)

EDITS = 200
BEGIN = datetime(2026, 12, 1, 2, tzinfo=UTC)
LONG = timedelta(days=100)


class HandClock(Clock):
    """Three clocks that are moved by hand, together."""

    def __init__(self):
        self.passed = 0.0

    def now(self):
        return BEGIN + timedelta(seconds=self.passed)

    def monotonic(self):
        return self.passed

    def boottime(self):
        return self.passed


class InProcess:
    """Stands where a worker's process would: its whole work is done once it is started."""

    clock = None

    def __init__(self, command, **_):
        file, report = command[-3], int(command[-1])
        try:
            work(Path(file), Reporter(report), self.clock)
            self.code = 0
        except ReminderdError as error:
            self.code = error.exit_code

    def poll(self):
        return self.code

    def terminate(self):
        """Nothing is left to end."""

    def wait(self, _patience=None):
        return self.code


@dataclass
class Life:
    """A running daemon, and time for it to run in."""

    supervisor: daemon.Supervisor
    clock: HandClock

    def until(self, end):
        """Let time pass as it would, from one thing to do to the next."""
        while self.clock.now() < end:
            self._step()
            if not self.supervisor.worker:
                waits = daemon.PAUSE if self.supervisor.wanted else self._until_next()
                left = (end - self.clock.now()).total_seconds()
                self.clock.passed += min(max(waits, daemon.PAUSE), left)

    def _step(self):
        self.supervisor.last_tick = self.clock.monotonic()  # as the scheduler would have it
        self.supervisor.step()
        assert not self.supervisor.stopping

    def _until_next(self):
        at = self.supervisor.next_at
        return at - self.clock.now().timestamp() if at else daemon.RETRY_AT_MOST

    def notice(self):
        """Let the daemon see that the file was changed, and read it; return what it says then."""
        for wait in (daemon.PAUSE, daemon.SETTLED, 0.0):
            self.clock.passed += wait
            self._step()
        return self.supervisor._status_text()


@dataclass
class Editor:
    """Somebody who keeps the file, and is not always careful."""

    file: Path
    port: int
    random: random.Random
    loans: dict = field(default_factory=dict)
    channel: str = "mail"
    made: int = 0

    def text(self):
        head = f"""timezone = "Etc/UTC"
locale = "en"
[reminders]
send_at = "09:00"
[channels.{self.channel}]
schema = "mailto"
mode = "insecure"
host = "127.0.0.1"
port = {self.port}
from = "reminderd@example.com"
to = ["me@example.com"]
digest = false
"""
        return head + "".join(self._loan(name, *loan) for name, loan in self.loans.items())

    def _loan(self, name, due, paid):
        text = f'[[loans]]\nid = "{name}"\nname = "Loan {name}"\ndue = {due}\namount = "100.00"\n'
        return text + (f'payments = [{{ date = {paid}, amount = "100.00" }}]\n' if paid else "")

    def save(self, text=None):
        self.file.write_text(self.text() if text is None else text, newline="")

    def choose(self):
        """Return what to do next; a file that is gone cannot be deleted or emptied."""
        edits = CARELESS if self.random.random() < 0.4 else CAREFUL
        gone = not self.file.exists() or not self.file.stat().st_size
        return self.random.choice([e for e in edits if not (gone and e in GONE)])

    # ── careful ──────────────────────────────────────────────────────────────────────────────

    def add(self, today):
        self.made += 1
        self.loans[f"n{self.made}"] = (today + timedelta(days=self.random.randint(-3, 60)), None)
        self.save()

    def remove(self, today):
        if len(self.loans) > 2:
            del self.loans[self.random.choice([*self.loans])]
        self.save()

    def move(self, today):
        name = self.random.choice([*self.loans])
        self.loans[name] = (today + timedelta(days=self.random.randint(0, 40)), None)
        self.save()

    def pay(self, today):
        name = self.random.choice([*self.loans])
        self.loans[name] = (self.loans[name][0], today)
        self.save()

    def rename_the_channel(self, today):
        self.channel = "post" if self.channel == "mail" else "mail"
        self.save()

    def with_crlf(self, today):
        self.save(self.text().replace("\n", "\r\n"))

    def with_a_bom(self, today):
        self.save("\ufeff" + self.text())

    def replace_by_rename(self, today):
        other = self.file.with_suffix(".new")
        other.write_text(self.text() + "# saved elsewhere\n")
        other.replace(self.file)

    # ── careless: each returns the line that is wrong, where it is one line ──────────────────

    def misspell_a_key(self, today):
        return self._spoil(r'^amount = "', 'amuont = "')

    def lose_a_quote(self, today):
        return self._spoil(r'^(id = "\w+)"$', r"\1")

    def mistype_a_date(self, today):
        return self._spoil(r"^due = .*$", 'due = "Decembr"')

    def owe_less_than_nothing(self, today):
        return self._spoil(r'^amount = "100', 'amount = "-100')

    def cut_it_off(self, today):
        text = self.text()
        self.save(text[: self.random.randint(200, len(text) - 3)])

    def empty_it(self, today):
        self.save("")
        return 1

    def delete_it(self, today):
        self.file.unlink(missing_ok=True)
        return 1

    def save_as_utf_16(self, today):
        self.file.write_bytes(self.text().encode("utf-16"))
        return 1

    def _spoil(self, pattern, into):
        """Spoil one of the lines that look so; return its number."""
        lines = self.text().split("\n")
        which = self.random.choice([n for n, line in enumerate(lines) if re.search(pattern, line)])
        lines[which] = re.sub(pattern, into, lines[which])
        self.save("\n".join(lines))
        return which + 1


CAREFUL = (
    *(Editor.add, Editor.add, Editor.remove, Editor.move, Editor.pay, Editor.rename_the_channel),
    *(Editor.with_crlf, Editor.with_a_bom, Editor.replace_by_rename),
)
CARELESS = (
    *(Editor.misspell_a_key, Editor.lose_a_quote, Editor.mistype_a_date),
    *(Editor.owe_less_than_nothing, Editor.cut_it_off, Editor.empty_it, Editor.delete_it),
    Editor.save_as_utf_16,
)
GONE = (Editor.empty_it, Editor.delete_it)


@pytest.fixture
def sink():
    thread = smtpsink.SinkThread(smtpsink.Sink())
    yield thread
    thread.stop()


@pytest.fixture
def editor(tmp_path, sink):
    editor = Editor(tmp_path / "config.toml", sink.port, random.Random(11))
    for day in (5, 20, 35):
        editor.made += 1
        editor.loans[f"n{editor.made}"] = (date(2026, 12, 1) + timedelta(days=day), None)
    editor.save()
    return editor


@pytest.fixture
def life(tmp_path, editor, monkeypatch):
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    monkeypatch.setenv("STATE_DIRECTORY", str(state))
    monkeypatch.setattr(daemon.subprocess, "Popen", InProcess)
    clock = InProcess.clock = HandClock()
    supervisor = daemon.Supervisor(editor.file, state, clock)
    supervisor.scheduler.start(paused=True)
    yield Life(supervisor, clock)
    supervisor.scheduler.remove_all_jobs()
    supervisor.scheduler.shutdown(wait=False)
    supervisor.close()


def is_valid(file):
    try:
        load_file(file)
    except ConfigError:
        return False
    return bool(file.read_text("utf-8-sig").strip())


def judge(said, valid, file, line, log):
    """Hold what the daemon says of the file against what was done to it."""
    if valid:
        assert "last good" not in said
        return
    place = re.search(rf"last good configuration, for {file}:(\d+):\d+: ", said)
    assert place, said
    assert f"{file}:{place[1]}:" in log
    if line:
        assert int(place[1]) == line, said


def deliveries(folder):
    database = Database.open(folder)
    with closing(database), database.transaction() as connection:
        return history.deliveries_of(connection)


def test_200_edits_stop_nothing_repeat_nothing_and_are_all_answered(life, editor, sink, caplog):
    life.until(BEGIN + timedelta(hours=1))
    broken = 0
    for number in range(EDITS):
        life.until(BEGIN + LONG * (number + 1) / (EDITS + 1))
        caplog.clear()
        edit = editor.choose()
        line = edit(editor, life.clock.now().date())
        valid = is_valid(editor.file)
        broken += not valid
        judge(life.notice(), valid, editor.file, line, caplog.text)
    editor.save()
    life.until(BEGIN + LONG)
    assert broken > 40
    rows = deliveries(life.supervisor.folder)
    alerts = Counter((row["loan_id"], row["due"], row["milestone"]) for row in rows)
    assert len(rows) > 100
    assert [alert for alert, count in alerts.items() if count > 1] == []
    copies = Counter(copy.message_id for copy in sink.sink.copies)
    assert set(copies.values()) == {1}
    sent = [row for row in rows if row["state"] == "sent"]
    assert len(copies) == len(sent)
    notices = [row["milestone"] for row in sent if row["milestone"].startswith("misconf")]
    assert 10 < len(notices) == len(set(notices)) <= broken
