"""A daemon whose disk fills up, whose store is damaged, whose clock is wrong: real processes."""

import shutil
import signal
import sqlite3
from contextlib import closing

import pytest

from reminderd.state import DATABASE

DUE = """
[[loans]]
id = "late"
name = "Late loan"
due = 2020-01-06
amount = "10.00"
"""


@pytest.fixture
def cramped(daemon, small_disk):
    """Return a daemon that is not started yet, whose state is on a small disk."""
    shutil.copytree(daemon.state, small_disk.path, dirs_exist_ok=True)
    daemon.state = small_disk.path
    daemon.environment["STATE_DIRECTORY"] = str(small_disk.path)
    return daemon


def states(daemon):
    with closing(sqlite3.connect(daemon.state / DATABASE)) as file:
        return file.execute("SELECT state FROM deliveries").fetchall()


def test_a_full_disk_is_told_and_survived_and_nothing_is_lost(cramped, small_disk):
    cramped.start_and_settle()
    small_disk.fill()
    cramped.config.write_text(cramped.config.read_text() + DUE)
    cramped.signal(signal.SIGHUP)
    cramped.wait_for_error("is full (make room; a running daemon then goes on by itself)")
    status = cramped.wait_for_status(lambda status: "is tried again" in status)
    assert f"the disk that holds {small_disk.path / DATABASE} is full" in status
    assert cramped.manager.wait_for("WATCHDOG")["WATCHDOG"] == "1"
    assert cramped.process.poll() is None
    assert "Late loan" not in cramped.output.read_text()
    small_disk.clear()
    cramped.signal(signal.SIGHUP)
    cramped.until(lambda: "Late loan" in cramped.output.read_text())
    cramped.wait_for_status(lambda status: "is tried again" not in status)
    cramped.wait_until_idle()
    assert states(cramped) == [("sent",)]
    assert cramped.output.read_text().count("Late loan: ") == 1


def test_a_daemon_starts_on_a_full_disk_and_waits_for_room(cramped, small_disk):
    small_disk.fill()
    cramped.config.write_text(cramped.config.read_text() + DUE)
    cramped.start()
    cramped.wait_for_error("is full")
    cramped.wait_for_status(lambda status: "is tried again" in status)
    small_disk.clear()
    cramped.until(lambda: "Late loan" in cramped.output.read_text())


def test_a_damaged_store_is_told_with_the_command_that_mends_it(daemon):
    daemon.start_and_settle()
    [kept] = (daemon.state / "backups").iterdir()
    (daemon.state / DATABASE).write_bytes(b"no database" * 1000)
    status = daemon.wait_for_status(lambda status: "is damaged" in status)
    assert f"`reminderd restore {kept.stem}`" in status
    assert daemon.process.poll() is None


def test_a_clock_far_behind_the_records_sends_nothing_and_the_status_says_so(daemon):
    daemon.start_and_settle()
    with closing(sqlite3.connect(daemon.state / DATABASE)) as file:
        file.execute("UPDATE loans SET known_since = '2199-01-01 00:00:00.000000'")
        file.commit()
    daemon.config.write_text(daemon.config.read_text() + DUE)
    daemon.signal(signal.SIGHUP)
    status = daemon.wait_for_status(lambda status: "the clock says" in status)
    assert "but there are records of 2199-01-01; nothing is sent until it is right" in status
    daemon.wait_for_error("the clock says")
    daemon.wait_until_idle()
    assert states(daemon) == []
