"""One pass: what it does, what it says, and how it ends."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta

import pytest
from clocks import SetClock
from patience import PATIENCE

from reminderd.app import App
from reminderd.config.load import load_file
from reminderd.errors import ConfigError, StoreError
from reminderd.playbook.playbook import packaged
from reminderd.service.sanity import ClockDoubted
from reminderd.service.worker import Reporter, read_config, run_pass, status_line, work
from reminderd.state import DATABASE, LAST_GOOD, locked, signature, stamp, state_folder, watched
from reminderd.store import history, outbox
from reminderd.store.backup import backups

DUE = """\
timezone = "Asia/Shanghai"
locale = "en"

[reminders]
before_due = [7, 3, 1, 0]

[channels.screen]
url = "console://"

[[loans]]
id = "card"
name = "Credit card"
due = 2026-03-10
amount = "1234.00"
"""
BROKEN = DUE.replace("2026-03-10", '"Decembr"')
BEFORE = datetime(2026, 3, 1, 4, tzinfo=UTC)  # nine days ahead, noon in Shanghai
ON_THE_DAY = datetime(2026, 3, 10, 1, 1, tzinfo=UTC)  # a minute after the reminder of the day


@pytest.fixture
def clock():
    return SetClock(BEFORE)


@pytest.fixture
def config(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(DUE)
    return file


@pytest.fixture
def folder():
    folder = state_folder()
    folder.mkdir(parents=True, mode=0o700)
    return folder


@pytest.fixture
def app(config, clock, folder, migrated):
    (folder / migrated.name).write_bytes(migrated.read_bytes())
    app = App.open(load_file(config), clock, folder)
    yield app
    app.database.close()


@pytest.fixture
def pipe():
    """Return the reading and the writing end of a pipe."""
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):  # a test may have closed it
            os.close(end)


def reports(end):
    return [json.loads(line) for line in os.read(end, 65536).splitlines()]


def test_what_a_worker_that_died_was_sending_is_replaced_by_what_is_due_now(app, clock, folder):
    """Its lease would hold for minutes; nobody else can be at work."""
    app.sync()
    clock.at = ON_THE_DAY - timedelta(minutes=2)
    app.plan_due(ON_THE_DAY - timedelta(days=1))
    with app.database.transaction() as connection:
        until = ON_THE_DAY + timedelta(hours=1)
        assert outbox.lease(connection, "screen", clock.at, until, "dead:1", 1)
    clock.at = ON_THE_DAY
    assert run_pass(app, folder).sent == 1
    assert [row["state"] for row in app.sent(None, 9)] == ["sent", "superseded"]


def test_a_pass_before_anything_is_due_sends_nothing_and_names_what_comes(app, folder):
    outcome = run_pass(app, folder)
    assert (outcome.planned, outcome.sent, outcome.hung) == (0, 0, False)
    assert outcome.following.at == datetime(2026, 3, 3, 1, tzinfo=UTC)  # seven days before, 09:00
    assert outcome.following.loan.id == "card"


def test_a_pass_sends_what_has_come_due(app, clock, folder, capsys):
    run_pass(app, folder)
    clock.at = ON_THE_DAY
    outcome = run_pass(app, folder)
    assert (outcome.planned, outcome.sent) == (1, 1)
    assert "Credit card" in capsys.readouterr().out


@pytest.mark.parametrize("digest", ["true", "false"])
def test_a_pass_sends_what_hundreds_of_loans_bring(config, clock, folder, capsys, digest):
    """They are planned in several batches, and one message can speak of all."""
    loan = DUE.partition("[[loans]]")[2]
    one_more = (f"[[loans]]{loan}".replace('"card"', f'"l{number}"') for number in range(150))
    screen = 'url = "console://"\n'
    config.write_text(
        DUE.replace(screen, f"{screen}digest = {digest}\n") + "".join(one_more), "utf-8"
    )
    app = App.open(load_file(config), clock, folder)
    run_pass(app, folder)
    clock.at = ON_THE_DAY
    outcome = run_pass(app, folder)
    app.database.close()
    assert (outcome.planned, outcome.following.at) == (
        151,
        clock.at + timedelta(days=1, minutes=-1),
    )
    messages = capsys.readouterr().out.count("─" * 9 + "\n")
    assert messages == outcome.sent == (1 if digest == "true" else 151)


def test_a_second_pass_at_the_same_instant_sends_nothing(app, clock, folder, capsys):
    run_pass(app, folder)
    clock.at = ON_THE_DAY
    run_pass(app, folder)
    capsys.readouterr()
    assert run_pass(app, folder).sent == 0
    assert capsys.readouterr().out == ""


def test_a_pass_told_to_stop_begins_nothing(app, clock, folder, capsys):
    run_pass(app, folder)
    clock.at = ON_THE_DAY
    outcome = run_pass(app, folder, stopping=lambda: True)
    assert (outcome.planned, outcome.sent) == (0, 0)
    assert outcome.following.at <= clock.at  # and whoever comes next finds it
    assert capsys.readouterr().out == ""


def test_a_pass_shows_life(app, folder):
    beats = []
    run_pass(app, folder, beat=lambda: beats.append(1))
    assert beats


def test_a_pass_waits_for_another_one_and_shows_life_meanwhile(app, folder):
    with locked(folder, "worker.lock") as _:
        waited = threading.Event()
        outcomes = []
        second = threading.Thread(
            target=lambda: outcomes.append(run_pass(app, folder, beat=waited.set))
        )
        second.start()
        assert waited.wait(PATIENCE)
        assert outcomes == []
    second.join(PATIENCE)
    assert len(outcomes) == 1


def test_a_pass_that_waits_for_another_one_can_be_stopped(app, folder):
    with (
        locked(folder, "worker.lock"),
        pytest.raises(StoreError, match="stopped while another pass"),
    ):
        run_pass(app, folder, stopping=lambda: True)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (BEFORE, "next: Credit card, in 2 days, 09:00 Asia/Shanghai"),
        (BEFORE + timedelta(days=1), "next: Credit card, tomorrow, 09:00 Asia/Shanghai"),
        (BEFORE + timedelta(days=1, hours=13), "next: Credit card, today, 09:00 Asia/Shanghai"),
    ],
)
def test_the_status_names_the_next_loan_and_its_local_time(app, clock, now, said):
    app.sync()
    app.plan_due(BEFORE)
    clock.at = now
    assert status_line(app, app.next_event()) == said


def test_the_status_of_a_loan_abroad_is_in_its_own_time(config, app, clock, folder):
    config.write_text(DUE + 'timezone = "America/New_York"\n')
    abroad = App(load_file(config), app.database, clock)
    abroad.sync()
    abroad.plan_due(BEFORE)
    assert status_line(abroad, abroad.next_event()).endswith("in 3 days, 09:00 America/New_York")


def test_the_status_says_when_nothing_is_to_come(config, app, clock):
    config.write_text(DUE.partition("[[loans]]")[0])
    empty = App(load_file(config), app.database, clock)
    assert status_line(empty, empty.next_event()) == "nothing to come"


def test_the_status_counts_what_is_retried(config, app, clock, folder):
    config.write_text(DUE.replace("console://", "json://127.0.0.1:1/"))  # nobody listens there
    failing = App(load_file(config), app.database, clock)
    run_pass(failing, folder)
    clock.at = ON_THE_DAY
    outcome = run_pass(failing, folder)
    assert status_line(failing, outcome.following) == (
        "next: a delivery, today, 09:01 Asia/Shanghai; 1 retrying"
    )


def test_a_good_configuration_is_kept_for_its_owner_only(config, folder):
    read, verdict = read_config(config, folder)
    kept = folder / LAST_GOOD
    assert verdict is None
    assert read.loans[0].id == "card"
    assert kept.read_text() == DUE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_good_configuration_is_kept_even_where_there_is_no_folder_yet(config, tmp_path):
    read_config(config, tmp_path / "new")
    assert (tmp_path / "new" / LAST_GOOD).read_text() == DUE


def test_a_broken_configuration_gives_way_to_the_last_good_one(config, folder):
    read_config(config, folder)
    config.write_text(DUE.replace("2026-03-10", '"Decembr"'))
    read, verdict = read_config(config, folder)
    assert read.loans[0].name == "Credit card"
    assert verdict.startswith(f"{config}:13:7: loans[0].due:")
    assert (folder / LAST_GOOD).read_text() == DUE


def test_a_playbook_that_breaks_later_gives_way_to_the_packaged_one(config, folder):
    own = config.with_name("own.toml")
    own.write_text('[stages.overdue-4-7]\nseverity = "info"\n')
    config.write_text(f'playbook = "own.toml"\ntemplates = "."\n{DUE}')
    before, _ = read_config(config, folder)
    own.write_text("[stages.overdue-4-7]\nactions = []\n")
    after, verdict = read_config(config, folder)
    assert before.desk.playbook != after.desk.playbook == packaged()
    assert after.desk.templates == config.parent
    assert after.loans == before.loans
    assert verdict.startswith(f"{own}:2:11: stages.overdue-4-7.actions: is empty")


def test_a_file_that_became_empty_gives_way_to_the_last_good_one(config, folder):
    read_config(config, folder)
    config.write_text("\n")
    read, verdict = read_config(config, folder)
    assert read.loans[0].id == "card"
    assert verdict.startswith(f"{config}:1:1: the file has become empty")


def test_a_file_of_comments_alone_means_no_loans(config, folder):
    read_config(config, folder)
    config.write_text("# nothing to watch any more\n")
    read, verdict = read_config(config, folder)
    assert (read.loans, verdict) == ((), None)


def test_a_missing_configuration_gives_way_to_the_last_good_one(config, folder):
    read_config(config, folder)
    config.unlink()
    read, verdict = read_config(config, folder)
    assert read.loans[0].id == "card"
    assert "no such file" in verdict


def test_a_broken_configuration_without_a_good_one_is_refused(config, folder):
    config.write_text(DUE.replace("2026-03-10", '"Decembr"'))
    with pytest.raises(ConfigError, match="Decembr"):
        read_config(config, folder)


def test_the_mistakes_told_are_those_of_the_file_even_when_the_kept_one_has_some_too(
    config, folder
):
    (folder / LAST_GOOD).write_text("what is this\n")
    config.write_text(DUE.replace("2026-03-10", '"Decembr"'))
    with pytest.raises(ConfigError, match="Decembr"):
        read_config(config, folder)


def test_secrets_named_by_the_kept_configuration_are_found_beside_the_file(config, folder):
    secret = config.parent / "topic"
    secret.write_text("console://")
    secret.chmod(0o600)
    config.write_text(DUE.replace('"console://"', '{ file = "topic" }'))
    read_config(config, folder)
    config.write_text("broken")
    read, _ = read_config(config, folder)
    assert read.channels[0].recipients[0].target == "console://"


def broken(config, text=BROKEN):
    """Break the configuration after it was good; return what is in force instead."""
    read_config(config, state_folder())
    config.write_text(text)
    return read_config(config, state_folder())[0]


def test_the_borrower_is_told_that_a_configuration_cannot_be_used(app, config, clock, capsys):
    told = App(broken(config), app.database, clock)
    assert run_pass(told, state_folder()).sent == 1
    said = capsys.readouterr().out
    assert "config.toml cannot be used: see line 13" in said
    assert "line 13: loans[0].due: 'Decembr' is not a date (write 2026-12-05)" in said


def test_the_same_mistakes_are_told_once_however_often_they_are_read(app, config, clock):
    told = App(broken(config), app.database, clock)
    passes = [run_pass(told, state_folder()).sent]
    clock.at += timedelta(days=1)
    passes.append(run_pass(told, state_folder()).sent)
    config.write_text(DUE)
    mended = App(read_config(config, state_folder())[0], app.database, clock)
    passes.append(run_pass(mended, state_folder()).sent)
    again = App(broken(config), app.database, clock)
    passes.append(run_pass(again, state_folder()).sent)
    assert passes == [1, 0, 0, 0]


def test_other_mistakes_are_told_anew(app, config, clock):
    first = App(broken(config), app.database, clock)
    second = App(broken(config, DUE.replace("1234.00", "-5")), app.database, clock)
    assert [run_pass(each, state_folder()).sent for each in (first, second)] == [1, 1]


def test_a_notice_that_waits_has_nothing_to_say_once_the_file_was_mended(app, config, clock):
    told = App(broken(config), app.database, clock)
    run_pass(told, state_folder(), stopping=lambda: True)
    told.plan_due(clock.at)
    assert run_pass(app, state_folder()).sent == 0
    with app.database.transaction() as connection:
        [row] = history.deliveries_of(connection)
    assert (row["state"], row["error"]) == (
        "cancelled",
        "the configuration was changed meanwhile",
    )


def test_a_channel_for_the_worst_only_hears_of_it_too(app, config, clock):
    """What is changed now will not be reminded of: whoever reads is told."""
    config.write_text(DUE.replace("[[loans]]", 'min_severity = "critical"\n\n[[loans]]'))
    told = App(broken(config), app.database, clock)
    assert run_pass(told, state_folder()).sent == 1


def test_a_worker_reports_the_verdict_then_life_then_what_comes_next(
    config, clock, folder, app, pipe
):
    work(config, Reporter(pipe[1]), clock)
    said = reports(pipe[0])
    assert said[0] == {"config": None}
    assert {"beat": 1} in said[1:-1]
    assert said[-1]["status"] == (
        "next: Credit card, in 2 days, 09:00 Asia/Shanghai; adds 33 reminders"
    )
    night = datetime(2026, 3, 1, 19, 30, tzinfo=UTC)  # half past three, to look after the store
    assert said[-1]["next"] == night.timestamp()


def test_a_reminder_that_comes_before_the_night_is_what_comes_next(
    config, clock, folder, app, pipe
):
    clock.at = datetime(2026, 3, 2, 20, tzinfo=UTC)  # four in the morning of the first reminder
    work(config, Reporter(pipe[1]), clock)
    assert reports(pipe[0])[-1]["next"] == datetime(2026, 3, 3, 1, tzinfo=UTC).timestamp()


def test_the_first_pass_of_a_day_where_the_borrower_lives_keeps_a_backup(app, clock, folder):
    for hour in (4, 15, 17):  # noon, an hour before midnight and one after it, in Shanghai
        clock.at = datetime(2026, 3, 1, hour, tzinfo=UTC)
        run_pass(app, folder)
    assert [each.name for each in backups(folder)] == ["2026-03-02", "2026-03-01"]


def test_a_store_found_damaged_does_not_stop_the_reminders_and_is_told_each_time(
    config, app, clock, folder, pipe, capsys
):
    run_pass(app, folder)
    app.database.checkpoint()
    with closing(sqlite3.connect(folder / DATABASE)) as file:  # an index that lies
        file.execute("PRAGMA writable_schema=ON")
        file.execute("DELETE FROM sqlite_schema WHERE name = 'ix_payments_loan_id'")
        file.commit()
    clock.at = ON_THE_DAY
    for sent in (1, 0):
        assert run_pass(app, folder).sent == sent
        work(config, Reporter(pipe[1]), clock)
        status = reports(pipe[0])[-1]["status"]
        assert f"{folder / DATABASE} is damaged" in status
        assert "`reminderd restore 2026-03-01`" in status
    assert [each.name for each in backups(folder)] == ["2026-03-01"]


@pytest.mark.parametrize("wrong", [datetime(1970, 1, 1, tzinfo=UTC), BEFORE - timedelta(days=30)])
def test_nothing_is_sent_by_a_clock_that_cannot_be_right_and_everything_once_it_is(
    app, clock, folder, wrong, capsys
):
    run_pass(app, folder)
    clock.at = ON_THE_DAY - timedelta(hours=8)
    run_pass(app, folder)
    capsys.readouterr()
    clock.at = wrong
    for _ in range(2):
        with pytest.raises(ClockDoubted):
            run_pass(app, folder)
    assert capsys.readouterr().out == ""
    clock.at = ON_THE_DAY
    assert run_pass(app, folder).sent == 1


def test_the_signature_that_a_worker_reports_is_that_of_the_files_it_leaves(
    config, clock, folder, app, pipe
):
    app.database.close()
    work(config, Reporter(pipe[1]), clock)
    assert reports(pipe[0])[-1]["signature"] == [
        list(signature(config)),
        *(list(stamp(path)) for path in watched(folder)),
    ]


def test_a_worker_reports_what_the_configuration_is_made_of(config, clock, folder, app, pipe):
    app.database.close()
    (config.parent / "own.toml").write_text('[stages.overdue-4-7]\nseverity = "info"\n')
    config.write_text(f'playbook = "own.toml"\ntemplates = "mine"\n{DUE}')
    (config.parent / "mine").mkdir()
    work(config, Reporter(pipe[1]), clock)
    names = [str(config), *(str(config.parent / name) for name in ("own.toml", "mine"))]
    assert reports(pipe[0])[-1]["files"] == names


def test_what_a_broken_configuration_names_is_watched_beside_what_the_good_one_does(
    config, clock, folder, app, pipe
):
    app.database.close()
    read_config(config, folder)
    config.write_text(f'playbook = "missing.toml"\n{DUE}')
    work(config, Reporter(pipe[1]), clock)
    assert str(config.parent / "missing.toml") in reports(pipe[0])[-1]["files"]


def test_a_worker_says_that_no_configuration_can_be_used(config, clock, folder, pipe):
    config.write_text("broken")
    with pytest.raises(ConfigError):
        work(config, Reporter(pipe[1]), clock)
    assert str(config) in reports(pipe[0])[-1]["unusable"]


def test_a_reporter_nobody_listens_to_wants_to_stop(pipe):
    reporter = Reporter(pipe[1])
    os.close(pipe[0])
    reporter.beat()
    assert reporter.stop.is_set()


def test_a_worker_left_alone_is_told_to_stop_at_once_and_ends_whatever_it_does(tmp_path):
    code = (
        "import sys, threading\n"
        "from reminderd.service import worker\n"
        "worker.ORPHAN_AFTER = 0.1\n"
        "reporter = worker.Reporter(int(sys.argv[1]))\n"
        "threading.Thread(target=reporter.watch, daemon=True).start()\n"
        "reporter.stop.wait()\n"
        "print('told', flush=True)\n"
        "threading.Event().wait()\n"  # as a hung library would
    )
    reading, writing = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", code, str(writing)], pass_fds=[writing], stdout=subprocess.PIPE
    ) as process:
        os.close(writing)
        os.close(reading)
        assert process.stdout.read() == b"told\n"
        assert process.wait(PATIENCE) == 1


def test_an_unforeseen_mistake_is_one_line_without_the_words_that_may_hold_a_secret(
    config, migrated, tmp_path
):
    code = (
        "import sys\n"
        "from reminderd.service import worker\n"
        "def work(*_):\n"
        "    raise KeyError('hunter2')\n"
        "worker.work = work\n"
        "sys.exit(worker.main())\n"
    )
    command = [sys.executable, "-c", code, "--config", str(config), "--report", "2"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "a mistake of its own (KeyError at <string>:4)" in done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize(("end", "code"), [("pass", 0), ("raise KeyError()", 1)])
def test_a_thread_that_never_ends_does_not_keep_a_worker_whose_work_is_done(config, end, code):
    program = (
        "import threading\n"
        "from reminderd.service import worker\n"
        "def work(*_):\n"
        "    threading.Thread(target=threading.Event().wait).start()\n"
        f"    {end}\n"
        "worker.work = work\n"
        "worker.main()\n"
    )
    command = [sys.executable, "-c", program, "--config", str(config), "--report", "2"]
    assert subprocess.run(command, check=False, timeout=PATIENCE).returncode == code


def test_a_mistake_in_a_thread_is_one_line_without_the_words_that_may_hold_a_secret(config):
    code = (
        "import sys, threading\n"
        "from reminderd.service import worker\n"
        "def fail():\n"
        "    raise KeyError('hunter2')\n"
        "def work(*_):\n"
        "    thread = threading.Thread(target=fail)\n"
        "    thread.start()\n"
        "    thread.join()\n"
        "worker.work = work\n"
        "sys.exit(worker.main())\n"
    )
    command = [sys.executable, "-c", code, "--config", str(config), "--report", "2"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "a thread met a mistake of its own (KeyError at <string>:4)" in done.stderr
    assert "hunter2" not in done.stderr
