"""What can be wrong with the database file, in sentences that name the remedy."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from ..errors import StoreError
from .backup import damaged

_ROOM = 1 << 20  # bytes; with less than this left, a write that failed failed for want of it


def store_error(error: BaseException | None, path: Path | None) -> StoreError:
    """Return what a database error means to whoever runs the program; *path* is the file's."""
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of it tells variants apart
    if path is None or not kind:
        return StoreError(f"the database failed: {error}")
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path, str(error))
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(
            f"another process keeps {path} locked (wait until it ends; `fuser {path}` names it)"
        )
    if kind == sqlite3.SQLITE_FULL or (kind == sqlite3.SQLITE_IOERR and not _has_room(path)):
        return no_room(path)
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreError(
            f"{path} cannot be written to: {error} "
            "(its folder too must be writable, and its disk not mounted read-only)"
        )
    return StoreError(f"the database failed: {error}")


def no_room(path: Path) -> StoreError:
    """Return the error for a full disk."""
    return StoreError(
        f"the disk that holds {path} is full (make room; a running daemon then goes on by itself)"
    )


def _has_room(path: Path) -> bool:
    try:
        found = os.statvfs(path.parent)
    except OSError:
        return True
    return found.f_bavail * found.f_frsize >= _ROOM
