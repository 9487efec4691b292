"""Opening, migrating and sharing the database file."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from patience import PATIENCE
from sqlalchemy import delete, event, insert, select, text, update

from reminderd.errors import StoreError
from reminderd.state import DATABASE
from reminderd.store import backup
from reminderd.store.backup import fault
from reminderd.store.database import HEAD, Database, alembic_config, sqlite_engine
from reminderd.store.tables import alerts, deliveries, loans, metadata, payments

_OPEN = f"""
import sys
from pathlib import Path
from reminderd.errors import StoreError
from reminderd.store import database
from reminderd.store.database import Database

database._BUSY_SECONDS = {PATIENCE}  # on a busy machine the others take their time
print("ready", flush=True)
sys.stdin.readline()
try:
    Database.open(Path(sys.argv[1])).close()
except StoreError as error:
    print(error)
    sys.exit(error.exit_code)
"""


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def pragma(database, name):
    with database.engine.connect() as connection:
        return connection.execute(text(f"PRAGMA {name}")).scalar()


def start_opening(folder):
    return subprocess.Popen(
        [sys.executable, "-c", _OPEN, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_migrations_make_exactly_the_declared_tables(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_all_migrations_are_one_transaction_that_no_other_process_gets_into(folder):
    folder.mkdir()
    database = Database(sqlite_engine(folder / DATABASE))
    commits = []
    event.listen(database.engine, "commit", commits.append)
    database.migrate()
    database.close()
    assert len(commits) == 1


def test_the_head_constant_names_the_newest_migration(database):
    scripts = ScriptDirectory.from_config(alembic_config(database.engine))
    assert scripts.get_heads() == [HEAD]


def test_a_new_database_is_stamped_with_the_newest_schema(database):
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD


def test_only_the_owner_can_read_the_folder_and_its_files(database, folder):
    with database.transaction() as connection:
        connection.execute(update(loans).values(policy={}))  # so that the log's files exist
    files = sorted(path.name for path in folder.iterdir())
    assert files == [DATABASE, f"{DATABASE}-shm", f"{DATABASE}-wal"]
    assert mode(folder) == 0o700
    assert {mode(folder / name) for name in files} == {0o600}


def test_a_generous_umask_opens_nothing_to_others(tmp_path):
    before = os.umask(0)
    try:
        Database.open(tmp_path / "state").close()
    finally:
        os.umask(before)
    assert mode(tmp_path / "state") == 0o700
    assert mode(tmp_path / "state" / DATABASE) == 0o600


def test_connections_use_the_write_ahead_log_and_wait_for_the_disk(database):
    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "synchronous") == 2
    assert pragma(database, "foreign_keys") == 1


def test_what_was_written_is_there_when_opened_again(database, folder, now):
    with database.transaction() as connection:
        connection.execute(insert(loans).values(row("card", now)))
    database.close()
    again = Database.open(folder)
    with again.transaction() as connection:
        assert connection.execute(select(loans.c.id, loans.c.known_since)).one() == ("card", now)
    again.close()


def test_a_block_that_fails_leaves_nothing_behind(database, now):
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        assert connection.execute(insert(loans).values(row("card", now))).rowcount / 0
    with database.transaction() as connection:
        assert connection.execute(select(loans)).all() == []


def test_a_row_that_refers_to_nothing_is_refused_with_a_store_error(database, now):
    payment = {
        "loan_id": "none",
        "date": now.date(),
        "amount_minor": 1,
        "source": "cli",
        "recorded_at": now,
    }
    said = "the database failed: FOREIGN KEY constraint failed"
    with pytest.raises(StoreError, match=said), database.transaction() as connection:
        connection.execute(insert(payments).values(payment))


def test_a_schema_from_a_newer_program_is_left_alone(database, folder):
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StoreError, match=r"made by a newer reminderd \(its schema is 9999\)"):
        Database.open(folder)


def test_a_file_that_is_no_database_is_named_as_unusable(folder):
    folder.mkdir()
    (folder / DATABASE).write_bytes(b"this is not a database, but longer than a header" * 40)
    with pytest.raises(StoreError) as caught:
        Database.open(folder)
    assert str(caught.value) == (
        f"{folder / DATABASE} is damaged: file is not a database "
        "(there is no backup of it: move it away, and reminderd begins a new one)"
    )


def test_a_damaged_file_names_the_newest_backup_that_is_whole(database, folder):
    for day in (date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)):
        database.look_after(day)
    database.close()
    damage(folder / "backups" / "2026-11-20.sqlite3")
    damage(folder / DATABASE)
    with pytest.raises(StoreError) as caught:
        Database.open(folder)
    assert str(caught.value) == (
        f"{folder / DATABASE} is damaged: file is not a database (stop reminderd and restore the "
        "backup of 2026-11-19: `reminderd restore 2026-11-19`)"
    )


def test_a_file_that_was_emptied_is_not_taken_for_a_new_one(database, folder):
    database.look_after(date(2026, 11, 20))
    database.close()
    (folder / DATABASE).write_bytes(b"")
    with pytest.raises(StoreError, match="is damaged: the file is empty"):
        Database.open(folder)
    assert (folder / DATABASE).stat().st_size == 0


def damage(path):
    path.write_bytes(b"this is not a database, but longer than a header" * 40)


def test_a_file_that_another_process_keeps_locked_is_told_after_some_patience(
    database, folder, monkeypatch
):
    database.close()
    monkeypatch.setattr("reminderd.store.database._BUSY_SECONDS", 0)
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as caught:
            Database.open(folder)
    assert str(caught.value) == (
        f"another process keeps {folder / DATABASE} locked "
        f"(wait until it ends; `fuser {folder / DATABASE}` names it)"
    )


def test_a_disk_mounted_read_only_is_told(database, folder, small_disk):
    database.close()
    shutil.copytree(folder, small_disk.path, dirs_exist_ok=True)
    small_disk.remount("ro")
    with pytest.raises(StoreError, match="Read-only file system"):
        Database.open(small_disk.path)


def test_a_disk_that_becomes_read_only_is_told(small_disk):
    database = Database.open(small_disk.path)
    database.engine.dispose()  # else its open files keep the disk from changing
    small_disk.remount("ro")
    with pytest.raises(StoreError) as caught, database.transaction():
        pass
    database.close()
    assert str(caught.value).startswith(f"{small_disk.path / DATABASE} cannot be written to: ")


def test_a_full_disk_is_told_and_what_was_begun_is_done_once_there_is_room(small_disk, now):
    database = Database.open(small_disk.path)
    loan = row("card", now, "x" * 100_000)
    small_disk.fill()
    with pytest.raises(StoreError) as caught, database.transaction() as connection:
        connection.execute(insert(loans).values(loan))
    assert str(caught.value) == (
        f"the disk that holds {small_disk.path / DATABASE} is full "
        "(make room; a running daemon then goes on by itself)"
    )
    small_disk.clear()
    with database.transaction() as connection:
        assert connection.execute(select(loans)).all() == []
        connection.execute(insert(loans).values(loan))
    database.close()
    assert fault(small_disk.path / DATABASE) is None


def test_a_full_disk_is_told_by_whoever_opens_the_store_first(database, folder, small_disk):
    database.close()
    shutil.copytree(folder, small_disk.path, dirs_exist_ok=True)
    small_disk.fill()
    with pytest.raises(StoreError, match="is full"):
        Database.open(small_disk.path)


def test_a_damaged_page_is_told_as_a_store_error(database, folder, now):
    with database.transaction() as connection:
        connection.execute(
            insert(loans), [row(f"loan-{number}", now, "x" * 500) for number in range(50)]
        )
    database.checkpoint()
    database.close()
    whole = (folder / DATABASE).read_bytes()
    (folder / DATABASE).write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(StoreError, match=r"is damaged: .* malformed"):
        read_everything(folder)


def read_everything(folder):
    damaged = Database.open(folder)
    try:
        with damaged.transaction() as connection:
            connection.execute(select(loans)).all()
    finally:
        damaged.close()


def test_a_folder_whose_place_is_taken_by_a_file_is_named_with_the_remedy(tmp_path):
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(StoreError) as caught:
        Database.open(tmp_path / "state")
    assert str(tmp_path / "state" / DATABASE) in str(caught.value)
    assert "set STATE_DIRECTORY to a folder you can write to" in str(caught.value)


def test_a_folder_in_the_place_of_the_file_is_a_store_error(tmp_path):
    (tmp_path / DATABASE).mkdir()
    with pytest.raises(StoreError, match="Is a directory"):
        Database.open(tmp_path)


def test_a_folder_that_cannot_be_written_to_is_a_store_error(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir(mode=0o500)
    with as_someone_else(), pytest.raises(StoreError) as caught:
        Database.open(folder)
    said = f"cannot use the state file {folder / DATABASE}: Permission denied"
    assert str(caught.value).startswith(said)


@contextmanager
def as_someone_else():
    """Let root be somebody else for a while: permissions do not bind root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_processes_that_meet_on_a_new_store_all_open_it(folder):
    processes = [start_opening(folder) for _ in range(3)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=PATIENCE)[0] for process in processes] == ["", "", ""]
    assert [process.returncode for process in processes] == [0, 0, 0]


def test_a_new_store_waits_while_another_connection_writes_to_it(folder, monkeypatch):
    folder.mkdir()
    other = sqlite3.connect(folder / DATABASE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # SQLite refuses the switch at once, whatever the timeout
    waits = []

    def finish_writing(seconds):
        waits.append(seconds)
        other.execute("COMMIT")

    monkeypatch.setattr("time.sleep", finish_writing)
    database = Database.open(folder)
    assert len(waits) == 1
    assert pragma(database, "journal_mode") == "wal"
    database.close()
    other.close()


def test_writers_at_the_same_time_lose_no_update(folder, now, monkeypatch):
    monkeypatch.setattr("reminderd.store.database._BUSY_SECONDS", PATIENCE)
    database = Database.open(folder)
    with database.transaction() as connection:
        connection.execute(insert(loans).values(row("card", now, 0)))
    database.close()
    failures = []

    def count_up():
        try:
            mine = Database.open(folder)
            for _ in range(20):
                with mine.transaction() as connection:
                    seen = connection.execute(select(loans.c.document)).scalar_one()
                    connection.execute(update(loans).values(document=seen + 1))
            mine.close()
        except Exception as error:  # a thread's failure must reach the test
            failures.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    assert failures == []
    database = Database.open(folder)
    with database.transaction() as connection:
        assert connection.execute(select(loans.c.document)).scalar_one() == 80
    database.close()


def test_a_checkpoint_folds_the_log_into_the_file(database, folder, now):
    with database.transaction() as connection:
        connection.execute(insert(loans).values(row("card", now)))
    log = folder / f"{DATABASE}-wal"
    assert log.stat().st_size > 0
    database.checkpoint()
    assert log.stat().st_size == 0


def test_a_store_in_memory_has_the_same_tables_and_leaves_no_file(tmp_path, monkeypatch, now):
    monkeypatch.chdir(tmp_path)
    database = Database.in_memory()
    with database.transaction() as connection:
        connection.execute(insert(loans).values(row("card", now)))
    with database.transaction() as connection:
        assert connection.execute(select(loans.c.id)).scalar_one() == "card"
    database.close()
    assert list(tmp_path.iterdir()) == []


def row(loan_id, now, document=None):
    return {
        "id": loan_id,
        "document": document,
        "policy": {},
        "content_hash": "",
        "known_since": now,
    }


# ─── Moving an older schema forward ───


@pytest.fixture
def older(folder, now):
    """Return a store with the schema before routines, a loan, an alert of it and its delivery."""
    folder.mkdir()
    engine = sqlite_engine(folder / DATABASE)
    command.upgrade(alembic_config(engine), "0002")
    with engine.begin() as connection:
        connection.execute(insert(loans).values(row("card", now)))
        connection.execute(insert(alerts).values(alert_row("card", now)))
        connection.execute(insert(deliveries).values(delivery_row(now)))
    engine.dispose()
    return folder


def alert_row(loan_id, now, milestone="due-7"):
    return {
        "loan_id": loan_id,
        "due": now.date(),
        "milestone": milestone,
        "scheduled_for": now,
        "reason": "before_due",
        "superseded": False,
        "decided_at": now,
    }


def delivery_row(now):
    return {
        "alert_id": 1,
        "channel": "email",
        "address": "me",
        "state": "sent",
        "attempts": 1,
        "message_id": "x",
        "created_at": now,
    }


def test_an_older_store_keeps_its_alerts_and_their_deliveries(older, now):
    database = Database.open(older)
    with database.transaction() as connection:
        kept = connection.execute(select(alerts)).mappings().one()
        assert kept == alert_row("card", now) | {"id": 1}
        assert connection.execute(select(deliveries.c.alert_id)).scalar_one() == 1
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    database.close()


def test_an_older_store_checks_what_refers_to_nothing_as_before(older, now):
    database = Database.open(older)
    assert pragma(database, "foreign_keys") == 1
    with pytest.raises(StoreError, match="FOREIGN KEY"), database.transaction() as connection:
        connection.execute(insert(alerts).values(alert_row("none", now)))
    with pytest.raises(StoreError, match="FOREIGN KEY"), database.transaction() as connection:
        connection.execute(delete(alerts))  # a delivery still refers to it
    database.close()


def test_an_older_store_has_the_declared_tables_afterwards(older):
    database = Database.open(older)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_a_routine_is_decided_once_for_each_day(database, now):
    other_day = alert_row(None, now + timedelta(days=1), "routine-alive")
    with database.transaction() as connection:
        connection.execute(insert(alerts).values(alert_row(None, now, "routine-alive")))
        connection.execute(insert(alerts).values(alert_row(None, now, "routine-fund")))
        connection.execute(insert(alerts).values(other_day))
    with pytest.raises(StoreError, match="UNIQUE"), database.transaction() as connection:
        connection.execute(insert(alerts).values(alert_row(None, now, "routine-alive")))


@pytest.mark.parametrize("name", ["a?b", "p%20q", "%s", "a#b", "100%", "貸 款"])
def test_a_folder_may_have_any_name(tmp_path, lend_into, name):
    folder = tmp_path / name
    lend_into(folder)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert backup.fault(backup.backups(folder)[0].path) is None
    assert backup.restore(folder, backup.backups(folder)[0], datetime(2026, 11, 21, tzinfo=UTC))


@pytest.fixture
def lend_into():
    """Return a function that makes a store in a folder, and a backup of it."""

    def make(folder):
        database = Database.open(folder)
        database.look_after(date(2026, 11, 20))
        database.close()

    return make
