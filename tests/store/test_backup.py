"""Backups of a real store, and putting one in its place."""

import errno
import os
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from reminderd.errors import StoreError, UsageError
from reminderd.state import DATABASE
from reminderd.store import backup
from reminderd.store.database import Database
from reminderd.store.tables import loans

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.fixture
def lend(database):
    """Return a function that stores a loan."""

    def store(loan_id):
        row = {"id": loan_id, "document": None, "policy": {}, "content_hash": ""}
        with database.transaction() as connection:
            connection.execute(insert(loans).values(row | {"known_since": NOW}))

    return store


def names(folder):
    return [each.name for each in backup.backups(folder)]


def ids(folder):
    """Return the loans in the store of a folder."""
    database = Database.open(folder)
    with database.transaction() as connection:
        found = list(connection.execute(select(loans.c.id).order_by(loans.c.id)).scalars())
    database.close()
    return found


def test_a_backup_is_one_whole_file_for_its_owner_only(database, folder, lend):
    lend("card")  # in the log still
    database.look_after(DAY)
    place = folder / backup.FOLDER
    assert [path.name for path in place.iterdir()] == ["2026-11-20.sqlite3"]
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    [kept] = backup.backups(folder)
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert backup.fault(kept.path) is None
    with closing(sqlite3.connect(kept.path)) as file:
        assert file.execute("SELECT id FROM loans").fetchall() == [("card",)]


def test_a_day_has_one_backup(database, folder, lend):
    database.look_after(DAY)
    [first] = backup.backups(folder)
    before = first.path.read_bytes()
    lend("card")
    database.look_after(DAY)
    assert first.path.read_bytes() == before


def test_a_week_of_backups_is_kept(database, folder):
    for days in range(10):
        database.look_after(DAY + timedelta(days))
    assert names(folder) == [f"2026-11-{day}" for day in range(29, 22, -1)]


def test_backups_of_days_to_come_give_way_first(database, folder):
    for days in range(7):
        database.look_after(date(2030, 1, 1) + timedelta(days))  # the clock ran ahead
    database.look_after(DAY)
    assert "2026-11-20" in names(folder)
    assert len(names(folder)) == 7


def test_a_store_in_memory_has_no_backups():
    database = Database.in_memory()
    database.look_after(DAY)
    database.close()


def test_a_damaged_store_is_found_and_takes_no_good_backups_place(database, folder, lend):
    lend("card")
    database.look_after(DAY)
    database.checkpoint()
    size = (folder / DATABASE).stat().st_size
    with (folder / DATABASE).open("r+b") as file:
        file.seek(size - 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(StoreError, match=r"is damaged: .*`reminderd restore 2026-11-20`"):
        database.look_after(DAY + timedelta(1))
    assert names(folder) == ["2026-11-20"]
    assert [path.name for path in (folder / backup.FOLDER).iterdir()] == ["2026-11-20.sqlite3"]


def test_what_a_killed_process_left_is_no_backup_and_in_nobodys_way(database, folder):
    (folder / backup.FOLDER).mkdir()
    (folder / backup.FOLDER / "2026-11-20.part").write_bytes(b"half of it")
    assert names(folder) == []
    database.look_after(DAY)
    assert backup.newest_good(folder).name == "2026-11-20"
    assert len(list((folder / backup.FOLDER).iterdir())) == 1


def test_without_room_for_a_backup_there_is_a_clear_error_and_no_half_one(small_disk):
    database = Database.open(small_disk.path)
    small_disk.fill()
    with pytest.raises(StoreError, match=r"is full|no backup of .* can be kept: No space left"):
        database.look_after(DAY)
    small_disk.clear()
    assert names(small_disk.path) == []
    database.look_after(DAY)
    assert names(small_disk.path) == ["2026-11-20"]
    database.close()


def test_a_place_for_backups_that_is_taken_is_told(database, folder):
    (folder / backup.FOLDER).write_text("in the way")
    with pytest.raises(StoreError, match="no backup of .* can be kept: File exists"):
        database.look_after(DAY)


def test_an_empty_file_is_no_backup(tmp_path):
    empty = tmp_path / "empty.sqlite3"
    empty.write_bytes(b"")
    assert backup.fault(empty) == "no such table: alembic_version"


def test_a_restored_store_is_as_it_was_and_the_other_one_is_kept(database, folder, lend):
    lend("card")
    database.look_after(DAY)
    lend("later")
    database.close()
    aside = backup.restore(folder, backup.find(folder, "2026-11-20"), NOW)
    assert ids(folder) == ["card"]
    assert stat.S_IMODE((folder / DATABASE).stat().st_mode) == 0o600
    assert aside.name == "reminderd-before-20261121T080000Z.sqlite3"
    with closing(sqlite3.connect(aside)) as file:
        assert file.execute("SELECT count(*) FROM loans").fetchone() == (2,)


def test_the_log_of_the_store_stays_with_it(database, folder, lend):
    database.look_after(DAY)
    lend("later")
    file = (folder / DATABASE).read_bytes()
    log = (folder / f"{DATABASE}-wal").read_bytes()
    database.close()
    (folder / DATABASE).write_bytes(file)  # as a process that is killed leaves them
    (folder / f"{DATABASE}-wal").write_bytes(log)
    aside = backup.restore(folder, backup.find(folder, "2026-11-20"), NOW)
    assert ids(folder) == []
    with closing(sqlite3.connect(aside)) as put_aside:
        assert put_aside.execute("SELECT id FROM loans").fetchall() == [("later",)]


def test_a_store_that_is_gone_can_be_restored(database, folder, lend):
    lend("card")
    database.look_after(DAY)
    database.close()
    (folder / DATABASE).unlink()
    assert backup.restore(folder, backup.find(folder, "2026-11-20"), NOW) is None
    assert ids(folder) == ["card"]


def test_without_room_to_restore_the_store_stays_as_it_is(small_disk):
    database = Database.open(small_disk.path)
    database.look_after(DAY)
    database.close()
    before = (small_disk.path / DATABASE).read_bytes()
    small_disk.fill()
    with pytest.raises((OSError, sqlite3.Error)):
        backup.restore(small_disk.path, backup.find(small_disk.path, "2026-11-20"), NOW)
    assert (small_disk.path / DATABASE).read_bytes() == before
    assert list(small_disk.path.glob("*.part")) == []


def test_a_file_elsewhere_is_a_backup_too(database, folder, tmp_path):
    database.look_after(DAY)
    elsewhere = backup.backups(folder)[0].path.rename(tmp_path / "usb.sqlite3")
    assert backup.find(folder, str(elsewhere)).path == elsewhere


def test_a_backup_that_is_not_there_is_told(folder):
    with pytest.raises(UsageError, match="there is no backup '2026-11-20'"):
        backup.find(folder, "2026-11-20")


def test_a_damaged_backup_is_refused(database, folder):
    database.look_after(DAY)
    backup.backups(folder)[0].path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="is no whole backup: file is not a database"):
        backup.find(folder, "2026-11-20")


@pytest.fixture
def unfolded(database, folder, lend):
    """Return a store with a backup, the newest loan of which is in the log alone."""
    database.look_after(DAY)
    lend("later")
    file, log = ((folder / name).read_bytes() for name in (DATABASE, f"{DATABASE}-wal"))
    database.close()
    (folder / DATABASE).write_bytes(file)  # as a process that is killed leaves them
    (folder / f"{DATABASE}-wal").write_bytes(log)
    return folder


def _no_links(*_arguments):
    raise PermissionError(errno.EPERM, "Operation not permitted")


def test_a_file_system_without_hard_links_keeps_a_copy_of_the_store(unfolded, monkeypatch):
    monkeypatch.setattr(os, "link", _no_links)
    aside = backup.restore(unfolded, backup.find(unfolded, "2026-11-20"), NOW)
    assert ids(unfolded) == []
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    with closing(sqlite3.connect(aside)) as put_aside:
        assert put_aside.execute("SELECT id FROM loans").fetchall() == [("later",)]


def _fails_for_the_store(part, path):
    if path.name == DATABASE:
        _no_links()
    os.replace(part, path)  # noqa: PTH105  # what Path.replace does


@pytest.mark.parametrize(
    ("step", "fails"),
    [("shutil.copyfileobj", _no_links), ("pathlib.Path.replace", _fails_for_the_store)],
)
@pytest.mark.parametrize("damaged", [False, True])
def test_a_store_that_cannot_be_restored_is_as_it_was(unfolded, monkeypatch, step, fails, damaged):
    if damaged:  # the log cannot be folded in
        (unfolded / DATABASE).write_bytes(b"damaged" * 1000)
    log = (unfolded / f"{DATABASE}-wal").read_bytes()
    chosen = backup.find(unfolded, "2026-11-20")
    with monkeypatch.context() as failing:
        failing.setattr(os, "link", _no_links)
        failing.setattr(step, fails)
        with pytest.raises(PermissionError):
            backup.restore(unfolded, chosen, NOW)
    names = {path.name for path in unfolded.iterdir()} - {f"{DATABASE}-wal", f"{DATABASE}-shm"}
    assert names == {DATABASE, "backups"}
    if damaged:
        assert (unfolded / f"{DATABASE}-wal").read_bytes() == log
    else:
        assert ids(unfolded) == ["later"]
