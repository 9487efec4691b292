"""Copies of the database, one a day, and putting one in its place.

A backup is kept only once all of it was read and found right, so taking one is also the daily
check of the store: SQLite copies page by page, damage included. Standard library only, since a
damaged store is one that nothing else can open.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from ..errors import StoreError, UsageError
from ..state import DATABASE, make_folder, open_part

FOLDER = "backups"
KEPT = 7
_PATIENCE = 30.0  # seconds to wait for a lock
_SUFFIX = ".sqlite3"
_LOG = "-wal"  # SQLite's write-ahead log is a part of the file beside which it lies
_READ = "mode=ro"  # one that is only looked into
_LIVE = "mode=rw"  # how to open a file that must be there
_COPY = "immutable=1"  # one that nobody writes to: no locks, and no files are left beside it


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy; its name is the day on which it was made."""

    path: Path

    @property
    def name(self) -> str:
        """What it is called by."""
        return self.path.stem

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.path.stat().st_size

    @property
    def taken_at(self) -> datetime:
        """When it was made."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)


def backups(folder: Path) -> list[Backup]:
    """Return the backups of the store in *folder*, the newest first."""
    return [Backup(path) for path in sorted((folder / FOLDER).glob(f"*{_SUFFIX}"), reverse=True)]


def newest_good(folder: Path) -> Backup | None:
    """Return the newest backup that is whole."""
    return next((each for each in backups(folder) if fault(each.path) is None), None)


def fault(path: Path) -> str | None:
    """Return what is wrong with a copy, or None. All of it is read."""
    try:
        with closing(_open(path, _COPY)) as file:
            [said] = file.execute("PRAGMA integrity_check(1)").fetchone()
            file.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return None if said == "ok" else str(said)


def exists(folder: Path, day: date) -> bool:
    """Return whether the backup of a day was made."""
    return _of(folder, day).exists()


def take(folder: Path, day: date) -> None:
    """Keep the store as it stands as the backup of *day*; only one process may at a time.

    Raises StoreError where the store is damaged, OSError or sqlite3.Error where it cannot be
    copied.
    """
    make_folder(folder / FOLDER)
    with _written_whole(_of(folder, day)) as part:
        _copy(folder / DATABASE, _LIVE, part)
        if said := fault(part):
            raise damaged(folder / DATABASE, said)
    # Those of days to come were made while the clock ran ahead: they must not outlive the others.
    others = sorted(backups(folder), key=lambda each: each.name > str(day))
    for old in others[KEPT:]:
        old.path.unlink()


def damaged(path: Path, said: str) -> StoreError:
    """Return the error for a store that is not whole; it names the newest backup that is."""
    good = newest_good(path.parent)
    remedy = (
        f"stop reminderd and restore the backup of {good.name}: `reminderd restore {good.name}`"
        if good
        else "there is no backup of it: move it away, and reminderd begins a new one"
    )
    return StoreError(f"{path} is damaged: {' '.join(said.split())} ({remedy})")


def find(folder: Path, wanted: str) -> Backup:
    """Return the backup that is called so, or lies at that path, if it is whole."""
    named = {each.name: each for each in backups(folder)}
    found = named.get(wanted) or Backup(Path(wanted))
    if not found.path.is_file():
        raise UsageError(f"there is no backup {wanted!r} (`reminderd restore` lists what there is)")
    if said := fault(found.path):
        raise StoreError(f"{found.path} is no whole backup: {said} (choose another one)")
    return found


def in_memory(path: Path) -> sqlite3.Connection | None:
    """Return a copy of a store that cannot be written to, as on a full disk; None if it is damaged.

    Where even the index of its log cannot be made beside it, both are copied to where it can.
    """
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    try:
        try:
            _read_into(copy, path, _READ)
        except sqlite3.Error:
            shared = Path("/dev/shm")  # noqa: S108  # memory, of a folder of our own
            with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
                for each in (path, Path(f"{path}{_LOG}")):
                    if each.exists():
                        shutil.copy(each, folder)
                _read_into(copy, Path(folder) / path.name, _LIVE)
        [said] = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except (OSError, sqlite3.Error):
        return None
    return copy if said == "ok" else None


def _read_into(copy: sqlite3.Connection, path: Path, how: str) -> None:
    with closing(_open(path, how)) as original:
        original.backup(copy)


def restore(folder: Path, chosen: Backup, now: datetime) -> Path | None:
    """Put a backup in the place of the store; return where that was put aside, if there was one.

    Nobody may be at work on the store. Whatever fails, it stays as it was: OSError, sqlite3.Error.
    """
    store = folder / DATABASE
    aside = store.with_stem(f"{store.stem}-before-{now:%Y%m%dT%H%M%SZ}")
    log, log_aside = Path(f"{store}{_LOG}"), Path(f"{aside}{_LOG}")
    there = store.exists()
    try:
        with _written_whole(store) as part:
            _copy(chosen.path, _COPY, part)
            if log.exists():
                _duplicate(log, log_aside)
            if there:
                _keep(store, aside)
                _fold(store)
            log.unlink(missing_ok=True)  # beside another file than its own it would do damage
    except OSError:
        if log_aside.exists():  # to fold it in once more changes nothing
            log_aside.replace(log)
        aside.unlink(missing_ok=True)
        raise
    return aside if there else None


def _fold(store: Path) -> None:
    """Take what is in a store's log into its file, unless that is damaged.

    So nothing is lost should the power fail when the log is gone and the store not yet replaced.
    """
    with suppress(sqlite3.Error), closing(_open(store, _LIVE)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _keep(store: Path, aside: Path) -> None:
    """Give a store a second name, or a copy where the file system knows no second names."""
    try:
        aside.hardlink_to(store)
    except OSError:
        _duplicate(store, aside)


def _duplicate(source: Path, target: Path) -> None:
    with _written_whole(target) as part, source.open("rb") as whole, part.open("wb") as copy:
        shutil.copyfileobj(whole, copy)


def _of(folder: Path, day: date) -> Path:
    return folder / FOLDER / f"{day}{_SUFFIX}"


def _open(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", timeout=_PATIENCE, uri=True)


def _copy(source: Path, how: str, target: Path) -> None:
    """Copy a database, even while others write to it, into one file without a log beside it."""
    with closing(_open(source, how)) as original, closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA journal_mode=OFF")  # it is made sure of as a whole
        copy.execute("PRAGMA synchronous=OFF")
        original.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def _written_whole(path: Path) -> Iterator[Path]:
    """Give a private file that takes the place of *path* unless the block raises."""
    part = path.with_suffix(".part")
    os.close(open_part(part))
    try:
        yield part
        _sync(part)
        part.replace(path)
        with suppress(OSError):  # it is in its place, whatever this file system can promise
            _sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
