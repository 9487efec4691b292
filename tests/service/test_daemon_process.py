"""The daemon as a service manager sees it: a real process, real signals, a real socket."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from patience import PATIENCE

from reminderd.state import DATABASE

# Files of compiled modules that a process has mapped once it imported the library.
HEAVY_FILES = ("pydantic_core", "sqlalchemy", "_sqlite3", "markupsafe", "css_inline")
ONE_REMINDER = "reminders.before_due = [3]"
HEAVY_MODULES = {"pydantic", "sqlalchemy", "sqlite3", "apprise", "jinja2", "babel", "click"}


def test_it_is_ready_before_the_first_pass_ends_and_then_names_the_next_event(idle):
    told = idle.manager.messages
    ready = next(n for n, message in enumerate(told) if message.get("READY") == "1")
    status = [message["STATUS"] for message in told if "STATUS" in message]
    assert told[ready]["MAINPID"] == str(idle.process.pid)
    assert status[0] == "starting"
    assert re.fullmatch(r"next: Credit card, in \d+ days, 09:00 Asia/Shanghai", status[-1])


def test_it_is_ready_at_once_on_a_configuration_that_was_accepted_before(daemon):
    (daemon.state / "last-good.toml").write_text(daemon.config.read_text())
    daemon.start()
    assert daemon.manager.receive()["READY"] == "1"  # before there is a worker, or a status


def test_a_configuration_that_was_accepted_before_and_is_of_no_use_now_ends_it_all_the_same(daemon):
    daemon.edit('url = "console://"', 'url = { file = "gone" }')
    (daemon.state / "last-good.toml").write_text(daemon.config.read_text())
    daemon.start()
    assert daemon.process.wait(PATIENCE) == 78
    assert "channels.screen.url" in daemon.errors.read_text()


def test_it_feeds_the_watchdog_while_it_works(idle):
    assert {"WATCHDOG", "STATUS"} <= idle.manager.messages[-1].keys()
    assert idle.manager.messages[-1]["WATCHDOG"] == "1"
    assert {"WATCHDOG": "1"} in idle.manager.messages  # whatever the status, it arrives


def test_it_waits_for_every_worker_it_started(idle):
    assert idle.children() == []


def test_the_running_supervisor_holds_no_heavy_library(idle):
    maps = Path(f"/proc/{idle.process.pid}/maps").read_text()
    assert "libpython" in maps or "bin/python" in maps  # these really are a Python's
    assert [name for name in HEAVY_FILES if name in maps] == []


def test_the_command_has_become_the_supervisor_and_left_its_own_imports_behind(idle):
    arguments = Path(f"/proc/{idle.process.pid}/cmdline").read_text().split("\0")
    assert arguments[-5:-1] == ["-m", "reminderd.service.daemon", "--config", str(idle.config)]


def test_the_supervisor_imports_no_heavy_library():
    code = "import sys, reminderd.service.daemon; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    found = {name.split(".")[0] for name in done.stdout.split()}
    assert "apscheduler" in found
    assert found & HEAVY_MODULES == set()


def test_a_second_daemon_on_the_same_state_names_the_first_and_fails(idle):
    done = subprocess.run(
        idle.command("run"), env=idle.environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert f"already runs on {idle.state} (process {idle.process.pid})" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_stop_is_announced_and_ends_it_with_success(daemon, number):
    daemon.start_and_settle()
    daemon.signal(number)
    assert daemon.process.wait(PATIENCE) == 0
    assert daemon.manager.wait_for("STOPPING")["STOPPING"] == "1"


def test_it_stops_while_a_worker_is_being_started(daemon):
    daemon.start()
    daemon.until(daemon.children)
    daemon.signal(signal.SIGTERM)
    assert daemon.process.wait(PATIENCE) == 0
    assert daemon.children() == []


def test_a_hung_hand_over_does_not_keep_it_from_stopping(stuck):
    [worker] = stuck.children()
    stuck.signal(signal.SIGTERM)
    assert stuck.process.wait(PATIENCE) == 0
    assert stuck.ended(worker)


def test_a_reload_is_announced_answered_and_puts_the_changed_configuration_in_force(daemon):
    daemon.start_and_settle()
    daemon.edit("Credit card", "Blue card")
    daemon.signal(signal.SIGHUP)
    reloading = daemon.manager.wait_for("RELOADING")
    assert int(reloading["MONOTONIC_USEC"]) > 0
    daemon.manager.wait_for("READY")
    daemon.wait_for_status(lambda status: status.startswith("next: Blue card"))


def test_the_status_says_what_a_changed_configuration_does_to_the_reminders(daemon):
    soon = datetime.now(UTC).date() + timedelta(days=60)
    daemon.start_and_settle()
    daemon.edit("due = 2099-12-05", f"due = {soon}")
    daemon.signal(signal.SIGHUP)
    daemon.wait_for_status(lambda status: re.search(r"; adds \d+ reminders$", status))
    daemon.edit('timezone = "Asia/Shanghai"', f'timezone = "Asia/Shanghai"\n{ONE_REMINDER}')
    daemon.signal(signal.SIGHUP)
    daemon.wait_for_status(lambda status: status.endswith("; cancels 1 reminder"))


def test_a_configuration_broken_later_leaves_the_last_good_one_in_force(daemon):
    daemon.start_and_settle()
    place = daemon.break_config()
    daemon.signal(signal.SIGHUP)
    daemon.manager.wait_for("READY")
    said = daemon.wait_for_status(lambda status: "last good" in status)
    assert said.startswith("next: Credit card")
    assert place in said
    daemon.wait_for_error(place)
    daemon.wait_until_idle()
    assert daemon.process.poll() is None


def test_a_mended_configuration_is_no_longer_complained_about(daemon):
    daemon.start_and_settle()
    daemon.break_config()
    daemon.signal(signal.SIGHUP)
    daemon.wait_for_status(lambda status: "last good" in status)
    daemon.edit('"Decembr"', "2099-12-05")
    daemon.signal(signal.SIGHUP)
    daemon.wait_for_status(lambda status: "last good" not in status)


def test_it_starts_on_the_last_good_configuration_when_the_file_is_broken(daemon):
    (daemon.state / "last-good.toml").write_text(daemon.config.read_text())
    place = daemon.break_config()
    daemon.start()
    daemon.manager.wait_for("READY")
    said = daemon.wait_for_status(lambda status: status.startswith("next: Credit card"))
    assert place in said


def test_without_any_good_configuration_it_ends_with_78_and_every_problem(daemon):
    place = daemon.break_config()
    daemon.edit('"1234.00"', '"-5"')
    daemon.start()
    assert daemon.process.wait(PATIENCE) == 78
    said = daemon.errors.read_text()
    assert place in said
    assert f"{daemon.config}:11:10: loans[0].amount:" in said
    assert not any("READY" in message for message in daemon.manager.pending())


def test_a_worker_killed_in_the_middle_of_a_pass_is_replaced(stuck):
    [worker] = stuck.children()
    os.kill(worker, signal.SIGKILL)
    stuck.wait_for_status(lambda status: "the last pass failed" in status)
    [successor] = stuck.until(stuck.children)
    assert successor != worker
    assert stuck.process.poll() is None
    assert "the worker ended with -9" in stuck.errors.read_text()


def test_a_worker_whose_supervisor_was_killed_ends_by_itself(stuck):
    [worker] = stuck.children()
    stuck.process.kill()
    stuck.process.wait()
    stuck.until(lambda: stuck.ended(worker))
    with closing(sqlite3.connect(stuck.state / DATABASE)) as store:
        states = store.execute("SELECT state FROM deliveries WHERE channel = 'mail'").fetchall()
    assert states == [("sending",)]  # cut short, which the next worker will find


def test_a_payment_typed_in_while_it_runs_is_answered_with_a_settled_message(daemon):
    daemon.edit("due = 2099-12-05", "paid_until = 2019-12-31\ndue = 2020-01-06")
    daemon.start_and_settle()
    assert "CN¥1,234.00 owed today" in daemon.output.read_text()
    daemon.ask("pay", "card", "1234.00")
    daemon.signal(signal.SIGHUP)  # looks now, instead of at the next tick
    daemon.until(lambda: "paid off, nothing more is owed" in daemon.output.read_text())


def test_a_stray_module_in_the_current_folder_is_not_taken_for_ours(daemon):
    (daemon.folder / "json.py").write_text("raise SystemExit('the wrong json')\n")
    command = [sys.executable, "-P", *daemon.command("run")[1:]]
    daemon.start(command, cwd=daemon.folder)
    daemon.manager.wait_for("READY")
