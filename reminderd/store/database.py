"""Opening the database, moving it to the current schema, and transactions."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from ..errors import StoreError
from ..state import DATABASE, make_folder, open_private
from . import backup
from .tables import metadata
from .trouble import store_error

HEAD = "0008"  # the newest migration; a test holds it against the migrations folder
_BUSY_SECONDS = 30


class Database:
    """One SQLite file (or another SQLAlchemy URL) at the current schema."""

    def __init__(self, engine: Engine, path: Path | None = None) -> None:
        """Use *engine*, which keeps its data at *path*; ``open`` is the usual way to get one."""
        self.engine = engine
        self.path = path

    @classmethod
    def open(cls, folder: Path) -> Database:
        """Open the store in *folder*, making and migrating it as needed.

        Raises StoreError when the folder or file cannot be used.
        """
        path = folder / DATABASE
        try:
            make_folder(folder)
            emptied = path.exists() and not path.stat().st_size
            os.close(open_private(path, os.O_RDWR))
        except OSError as error:
            raise StoreError(
                f"cannot use the state file {path}: {error.strerror} "
                "(set STATE_DIRECTORY to a folder you can write to)"
            ) from None
        if emptied and backup.backups(folder):  # SQLite would take it for a new one
            raise backup.damaged(path, "the file is empty")
        database = cls(sqlite_engine(path), path)
        database.migrate()
        return database

    @classmethod
    def look(cls, folder: Path) -> Database:
        """Open the store to look into it; a copy in memory where nothing can be written to it.

        Raises StoreError when it cannot be read either.
        """
        try:
            database = cls.open(folder)
            with database.transaction():
                return database
        except StoreError:
            copy = backup.in_memory(folder / DATABASE)
            if copy is None:
                raise
        database = cls(create_engine("sqlite://", poolclass=StaticPool, creator=lambda: copy))
        database.migrate()
        return database

    @classmethod
    def in_memory(cls) -> Database:
        """Return an empty store that is gone with the process."""
        engine = create_engine("sqlite://", poolclass=StaticPool)
        metadata.create_all(engine)
        return cls(engine)

    def migrate(self) -> None:
        """Bring the schema to HEAD; StoreError when a newer program made it."""
        try:
            current = self._revision()
            if current == HEAD:
                return
            # Alembic is slow to import, and needed once in the life of a schema.
            from alembic import command
            from alembic.util import CommandError

            try:
                command.upgrade(alembic_config(self.engine), "head")
            except CommandError:
                raise StoreError(
                    f"the database was made by a newer reminderd (its schema is {current}); "
                    "install that version again, or see what backups `reminderd restore` lists"
                ) from None
        except DBAPIError as error:
            raise store_error(error.orig, self.path) from None

    def _revision(self) -> str | None:
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run a block in one write transaction; it is committed whole or not at all."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise store_error(error.orig, self.path) from None
        except (ArithmeticError, LookupError, TypeError, ValueError):
            self._blame_damage()
            raise

    def _blame_damage(self) -> None:
        """Raise StoreError if the file is damaged: SQLite may read it all the same, as nonsense."""
        if self.path is None:
            return
        try:
            with self.engine.begin() as connection:
                said = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
        except DBAPIError as error:
            raise store_error(error.orig, self.path) from None
        if said != "ok":
            raise backup.damaged(self.path, str(said)) from None

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file, so that a later change shows on disk."""
        try:
            with self.engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (DBAPIError, sqlite3.Error) as error:
            raise store_error(getattr(error, "orig", error), self.path) from None

    def look_after(self, day: date) -> None:
        """Check the file and keep a backup of it, unless that was done on *day*.

        Raises StoreError when it is damaged or no backup can be kept.
        """
        if self.path is None or backup.exists(self.path.parent, day):
            return
        try:
            backup.take(self.path.parent, day)
        except sqlite3.Error as error:
            raise store_error(error, self.path) from None
        except OSError as error:
            raise StoreError(
                f"no backup of {self.path} can be kept: {error.strerror} "
                f"(check the folder {backup.FOLDER} beside it, and the room on the disk)"
            ) from None

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()


def sqlite_engine(path: Path) -> Engine:
    """Return an engine whose transactions take the write lock at once, so no update is lost."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)), connect_args={"timeout": _BUSY_SECONDS}
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # or the driver would begin transactions on its own
        _switch_to_wal(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Use the write-ahead log; SQLite does not wait by itself for another process's switch."""
    patience = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise
            time.sleep(0.01)
        else:
            return


def alembic_config(engine: Engine) -> Any:
    """Return Alembic's configuration for the packaged migrations on *engine*."""
    from alembic.config import Config

    config = Config()
    migrations = str(resources.files(__package__) / "migrations")
    config.set_main_option("script_location", migrations.replace("%", "%%"))
    config.attributes["engine"] = engine
    return config
