"""A store belongs to one configuration, and can be looked into where nothing can be written."""

import gc
import json
import shutil
import sqlite3

import pytest
from click.testing import CliRunner

from reminderd.cli.main import cli
from reminderd.service import belonging
from reminderd.state import DATABASE

LOAN = """\
timezone = "Asia/Shanghai"
locale = "en"
[[loans]]
id = "card"
due = 2020-01-05
amount = "1234.00"
"""
STALE = LOAN.replace("card", "other")


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Return the configuration of the store, and a stale copy; neither is in anybody's home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    own, stale = tmp_path / "etc.toml", tmp_path / "home.toml"
    own.write_text(LOAN)
    stale.write_text(STALE)
    return own, stale


def call(file, *arguments):
    return CliRunner().invoke(cli, ["--config", str(file), *arguments], prog_name="reminderd")


def test_a_stale_copy_changes_nothing_in_the_store(files):
    own, stale = files
    assert call(own, "run", "--once").exit_code == 0
    for command in (("pay", "other", "5"), ("run", "--once"), ("snooze", "other", "--days", "2")):
        refused = call(stale, *command)
        assert refused.exit_code == 1
        assert f"belongs to {own}, not to {stale} (give --config {own}" in refused.output
    assert f"belongs to {own}" in call(stale, "status").stderr
    assert call(own, "pay", "card", "5").exit_code == 0


def test_it_takes_the_place_of_the_other_where_that_is_said(files):
    own, stale = files
    call(own, "run", "--once")
    assert call(stale, "run", "--once", "--take-over").exit_code == 0
    assert call(stale, "pay", "other", "5").exit_code == 0
    assert call(own, "pay", "card", "5").exit_code == 1


def test_a_file_that_was_moved_away_keeps_its_store(files, tmp_path):
    own, _ = files
    call(own, "run", "--once")
    moved = own.rename(tmp_path / "moved.toml")
    assert call(moved, "pay", "card", "5").exit_code == 0
    assert call(moved, "run", "--once").exit_code == 0


def test_a_link_to_the_same_file_is_the_same(files, tmp_path):
    own, _ = files
    call(own, "run", "--once")
    link = tmp_path / "link.toml"
    link.symlink_to(own)
    assert call(link, "pay", "card", "5").exit_code == 0


def test_a_command_makes_no_store_its_own(files, tmp_path):
    _, stale = files
    call(stale, "pay", "other", "5")
    assert not (tmp_path / "state" / belonging.OWNER).exists()


LOOKS = [("status",), ("outbox",), ("history",), ("preview",), ("quote", "card"), ("undo",)]


@pytest.fixture
def paid(files, small_disk, monkeypatch):
    """Return a configuration whose store, on a disk of its own, has a payment in its log alone."""
    own, _ = files
    monkeypatch.setenv("STATE_DIRECTORY", str(small_disk.path))
    call(own, "run", "--once")
    holder = sqlite3.connect(small_disk.path / DATABASE)  # keeps the log from being folded in
    holder.execute("SELECT count(*) FROM loans").fetchall()
    call(own, "pay", "card", "34.00")
    kept = [small_disk.path / DATABASE, small_disk.path / f"{DATABASE}-wal"]
    aside = small_disk.path / "aside"
    aside.mkdir()
    for path in kept:
        shutil.copy(path, aside)
    holder.close()
    for path in kept:
        shutil.move(aside / path.name, path)
    (small_disk.path / f"{DATABASE}-shm").unlink(missing_ok=True)
    gc.collect()  # commands end with their process, which here goes on
    return own


def _assert_looks_well(config):
    for command in LOOKS:
        result = call(config, *command, *(["--json"] if command == ("status",) else []))
        assert (result.exit_code, result.stderr) == (0, ""), command
        if command == ("status",):
            assert "1,200" in result.stdout or "1200.00" in result.stdout
            json.loads(result.stdout)


def test_a_read_only_disk_can_be_looked_at_the_log_included(paid, small_disk):
    small_disk.remount("ro")
    _assert_looks_well(paid)
    small_disk.remount("rw")


def test_a_full_disk_can_be_looked_at_the_log_included(paid, small_disk):
    small_disk.fill()
    _assert_looks_well(paid)


def test_writing_to_a_read_only_disk_is_told(paid, small_disk):
    small_disk.remount("ro")
    told = call(paid, "pay", "card", "1")
    small_disk.remount("rw")
    assert told.exit_code == 1
    assert "STATE_DIRECTORY" in told.output or "read-only" in told.output.lower()
