"""Where state lives on disk, and the locks on it. Standard library only: the supervisor uses it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR

from .errors import StoreError

DATABASE = "reminderd.sqlite3"
LAST_GOOD = "last-good.toml"
_TEMPLATES = (".md", ".html", ".txt")
_MOMENT = 0.2  # seconds between two tries for a lock


def state_folder() -> Path:
    """Return where state is kept: systemd's ``$STATE_DIRECTORY``, else the user's state folder."""
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "reminderd"


Signature = tuple[int, int]  # time of the last change in nanoseconds, size in bytes


def signature(path: Path) -> Signature:
    """Return what changes when a file does, or a template in a folder.

    A missing file and an empty one are alike.
    """
    try:
        found = path.stat()
        if not S_ISDIR(found.st_mode):
            return (found.st_mtime_ns, found.st_size) if found.st_size else (0, 0)
        # Of other files too much may change: the folder may hold our own state.
        inside = [signature(file) for file in path.rglob("*") if file.suffix in _TEMPLATES]
    except OSError:
        return 0, 0
    return max((changed for changed, _ in inside), default=0), sum(size for _, size in inside)


def watched(folder: Path, *config: Path) -> list[Path]:
    """Return the files whose change means there is something to do: *config* and the store."""
    return [*config, folder / DATABASE, folder / f"{DATABASE}-wal"]


def write_private(path: Path, text: str) -> None:
    """Replace a file whole, readable by its owner only."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def locked(
    folder: Path, name: str, *, meanwhile: Callable[[], None] | None = None
) -> Iterator[None]:
    """Hold the lock *name* in *folder*; the kernel lets go of it however the process ends.

    While another process holds it, *meanwhile* is called every moment and may raise to give up;
    where there is none, StoreError names that process at once.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(
            f"cannot use the state folder {folder}: {error.strerror} "
            "(set STATE_DIRECTORY to a folder you can write to)"
        ) from None
    try:
        while not _acquired(descriptor):
            if meanwhile is None:
                holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
                raise StoreError(
                    f"another reminderd already runs on {folder} (process {holder}); stop it first"
                )
            meanwhile()
            time.sleep(_MOMENT)
        with suppress(OSError):  # on a full disk the lock is held namelessly
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def _acquired(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
