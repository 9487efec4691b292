"""Opening, migrating and sharing the database file."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text, update

from reminderd.errors import StoreError
from reminderd.state import DATABASE
from reminderd.store.database import HEAD, Database, alembic_config
from reminderd.store.tables import loans, metadata, payments

_OPEN = """
import sys
from pathlib import Path
from reminderd.errors import StoreError
from reminderd.store.database import Database

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
    with pytest.raises(StoreError, match="cannot use the database: file is not a database"):
        Database.open(folder)


def test_a_damaged_page_is_told_as_a_store_error(database, folder, now):
    with database.transaction() as connection:
        connection.execute(
            insert(loans), [row(f"loan-{number}", now, "x" * 500) for number in range(50)]
        )
    database.checkpoint()
    database.close()
    whole = (folder / DATABASE).read_bytes()
    (folder / DATABASE).write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(StoreError, match="malformed"):
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
    assert [process.communicate(timeout=60)[0] for process in processes] == ["", "", ""]
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


def test_writers_at_the_same_time_lose_no_update(folder, now):
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
        thread.join(timeout=60)
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
