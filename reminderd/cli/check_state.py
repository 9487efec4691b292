"""What the doctor looks at on disk: the store, its backups, permissions, who is at work."""

from __future__ import annotations

import os
import sqlite3
import stat
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shlex import quote
from typing import Any

from ..config.secrets import SOURCES, is_reference, secrets_in
from ..state import DATABASE, LAST_GOOD
from ..store import backup
from ..store.database import HEAD
from .findings import Finding, ok, problem, warning

ROOM = 64 << 20  # bytes that should be free
SYSTEM_STATE = Path("/var/lib/reminderd")  # of the system unit
_LATE = timedelta(hours=50)  # the daemon makes a backup, and a pass, each night


def permissions(config: Path, folder: Path) -> Iterator[Finding]:
    """Look whether others can read what holds secrets."""
    kept = [folder / name for name in (DATABASE, LAST_GOOD)]
    private = [*(path for path in kept if path.exists()), *_secret_files(config)]
    exposed = [path for path in private if _mode(path) & 0o044]
    if config.exists() and _mode(config) & stat.S_IROTH and _holds_secret(config):
        exposed.append(config)
    for path in exposed:
        mend = f"chmod 600 {quote(str(path))}"
        yield problem("permissions", f"{path} holds secrets and others can read it", mend)
    if open_folder := _mode(folder) & 0o022:
        mend = f"chmod 700 {quote(str(folder))}"
        yield problem("permissions", f"others can put files into {folder}", mend)
    if not (exposed or open_folder):
        yield ok("permissions", "nobody else can read what holds secrets")


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0  # it is not there, which others complain of


def _channel_tables(config: Path) -> list[dict[str, Any]]:
    try:
        tables = tomllib.loads(config.read_text("utf-8")).get("channels", {})
    except (OSError, ValueError):
        return []
    found = tables.values() if isinstance(tables, dict) else ()
    return [table for table in found if isinstance(table, dict)]


def _holds_secret(config: Path) -> bool:
    for table in _channel_tables(config):
        written = {key: value for key, value in table.items() if not is_reference(value)}
        url = written.pop("url", "")
        if any(secrets_in(url)) if isinstance(url, str) and url else any(secrets_in(written)):
            return True
    return False


def _secret_files(config: Path) -> Iterator[Path]:
    for table in _channel_tables(config):
        for value in table.values():
            if is_reference(value) and (name := _file_of(value)):
                yield config.parent / Path(name)


def _file_of(reference: Mapping[str, Any]) -> str | None:
    name = reference.get(SOURCES[1])
    return os.path.expanduser(name) if isinstance(name, str) else None  # noqa: PTH111  # never raises


def store(folder: Path) -> Iterator[Finding]:
    """Look whether the store is whole, of our schema, writable, and has room."""
    path = folder / DATABASE
    if not path.exists():
        elsewhere = SYSTEM_STATE / DATABASE
        if folder != SYSTEM_STATE and elsewhere.exists():
            said = f"there is none in {folder}, but the system unit's is in {SYSTEM_STATE}"
            yield warning("store", said, f"sudo STATE_DIRECTORY={SYSTEM_STATE} reminderd doctor")
        else:
            yield warning("store", f"there is none in {folder} yet", "reminderd run --once")
        return
    yield from _content(path)
    if not (os.access(path, os.W_OK) and os.access(folder, os.W_OK)):
        mend = f"sudo chown -R $USER {quote(str(folder))}"
        yield problem("store", f"{folder} cannot be written to", mend)
    found = os.statvfs(folder)
    free = found.f_bavail * found.f_frsize
    if free < ROOM:
        said = f"only {free >> 20} MiB are free on its disk"
        yield problem("store", said, f"du -xh {quote(str(folder))} | sort -h | tail")


def _content(path: Path) -> Iterator[Finding]:
    schema, fault = _read(path)
    restore = "reminderd restore"
    if fault:
        good = backup.newest_good(path.parent)
        yield problem("store", f"{path}: {fault}", f"{restore} {good.name}" if good else restore)
    elif schema is not None and schema > HEAD:
        said = f"{path} was made by a newer reminderd"
        yield problem("store", said, "pip install --upgrade reminderd")
    elif schema != HEAD:
        said = f"{path} is of an older reminderd, and is brought up to date by the next pass"
        yield warning("store", said, "reminderd run --once")
    else:
        yield ok("store", f"{path} is whole")


def _read(path: Path) -> tuple[str | None, str | None]:
    """Return the schema and what is wrong. Without a log beside it, no lock and no file is made."""
    log = path.with_name(f"{path.name}-wal")
    how = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)) as file:
            [said] = file.execute("PRAGMA integrity_check(1)").fetchone()
            row = file.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        return None, str(error)
    return row and row[0], None if said == "ok" else str(said)


def readable(folder: Path) -> bool:
    """Return whether the store can be looked into without changing it."""
    path = folder / DATABASE
    return not path.exists() or _read(path) == (HEAD, None)


def backups(folder: Path, now: datetime) -> Iterator[Finding]:
    """Look at the newest backup: is it there, of these days, and whole?"""
    if not (folder / DATABASE).exists():
        return
    found = backup.backups(folder)
    if not found:
        said = "there is none yet; the daemon makes one each night"
        yield warning("backups", said, "reminderd run --once")
        return
    newest = found[0]
    if fault := backup.fault(newest.path):
        name = quote(str(newest.path))
        yield problem("backups", f"{newest.path}: {fault}", f"rm {name}; reminderd run --once")
    elif now - newest.taken_at > _LATE:
        yield warning("backups", f"the newest is of {newest.name}", "reminderd run --once")
    else:
        yield ok("backups", f"{len(found)}, the newest of {newest.name}")


def daemon(folder: Path, now: datetime, start: str) -> Iterator[Finding]:
    """Look whether the daemon runs, and when something was last looked at."""
    holder = _holder(folder / "daemon.lock")
    last = _last_pass(folder)
    seen = f"; last pass {last:%Y-%m-%d %H:%M} UTC" if last else ""
    if holder is None and last and now - last < _LATE:
        yield warning("daemon", f"it does not run; fine where cron does the passes{seen}", start)
    elif holder is None:
        yield problem("daemon", f"it does not run on {folder}{seen}", start)
    elif last and now - last > _LATE:
        yield problem("daemon", f"process {holder} seems to hang{seen}", f"kill -HUP {holder}")
    else:
        yield ok("daemon", f"runs as process {holder}{seen}")


def _last_pass(folder: Path) -> datetime | None:
    """Return when a pass last began: each writes its number into its lock."""
    try:
        return datetime.fromtimestamp((folder / "worker.lock").stat().st_mtime, UTC)
    except OSError:
        return None


def _holder(lock: Path) -> str | None:
    """Return the process that holds a lock. To try the lock would keep a daemon from starting."""
    try:
        inode, process = lock.stat().st_ino, lock.read_text("ascii", "replace").strip()
        held = Path("/proc/locks").read_text("ascii")
    except OSError:
        return None
    numbers = (line.split() for line in held.splitlines())
    held_by = any(
        f"{inode}" == words[-3].rpartition(":")[2] for words in numbers if "FLOCK" in words
    )
    return process or "unknown" if held_by else None
