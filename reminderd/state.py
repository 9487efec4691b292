"""Where state lives on disk, and the locks on it. Standard library only: the supervisor uses it."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from zlib import crc32

from .errors import StoreError

DATABASE = "reminderd.sqlite3"
LAST_GOOD = "last-good.toml"
_TEMPLATES = (".md", ".html", ".txt")
_CONTENT = 1 << 20  # bytes of a configuration that count; what is larger shows in its stamp
_MOMENT = 0.2  # seconds between two tries for a lock


def state_folder() -> Path:
    """Return where state is kept: systemd's ``$STATE_DIRECTORY``, else the user's state folder.

    StoreError where neither is known, as for a process without a home.
    """
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    if home := os.environ.get("XDG_STATE_HOME"):
        return Path(home) / "reminderd"
    try:
        return Path.home() / ".local" / "state" / "reminderd"
    except RuntimeError:
        raise StoreError(
            "this user has no home folder to keep state in "
            "(set STATE_DIRECTORY to a folder you can write to)"
        ) from None


Signature = tuple[int, ...]  # what changes when a file does; of a missing or empty one, nothing


def stamp(path: Path) -> Signature:
    """Return what the file system says of a file: when it was changed, which it is, its size.

    It reads nothing: closing a second descriptor of the store would drop SQLite's locks on it.
    """
    try:
        found = path.stat()
    except OSError:
        return ()
    if not found.st_size:
        return ()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size


def signature(path: Path) -> Signature:
    """Return the stamp of a file and a checksum of what it says, or of a folder's templates.

    Links may lead from one file to another whose size and time are the same, and not all file
    systems keep more than those.
    """
    try:
        mode = path.stat().st_mode
        if S_ISDIR(mode):
            # Of other files too much may change: the folder may hold our own state.
            inside = sorted(file for file in path.rglob("*") if file.suffix in _TEMPLATES)
            return (crc32(repr([(str(file), signature(file)) for file in inside]).encode()),)
        return (*stamp(path), _checksum(path)) if S_ISREG(mode) and stamp(path) else stamp(path)
    except OSError:  # nobody may read it, or it went away
        return stamp(path)


def _checksum(path: Path) -> int:
    with path.open("rb") as file:
        return crc32(file.read(_CONTENT))


def watched(folder: Path) -> list[Path]:
    """Return the files of the store; a change of their stamps means there is something to do."""
    return [folder / DATABASE, folder / f"{DATABASE}-wal"]


def make_folder(folder: Path) -> None:
    """Make a private folder, and those above it, as the owner of the one it stands in has them."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _leave_to_owner(folder, partial(os.lchown, folder))


def open_private(path: Path, flags: int) -> int:
    """Open a file of the state folder, made where there is none, for its owner only.

    What root makes belongs to the folder's owner: it is of a service that must read it later.
    OSError where a link stands in its place, which might lead anywhere.
    """
    flags |= os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(error.errno, f"{path} is a link (remove it)") from None
        raise
    _leave_to_owner(path, partial(os.fchown, descriptor))
    return descriptor


def _leave_to_owner(path: Path, give: Callable[[int, int], None]) -> None:
    """Give what root made to the owner of the folder that it is in, as far as the system can."""
    if os.geteuid() == 0:
        with suppress(OSError):
            made, folder = path.lstat(), path.parent.stat()
            if (made.st_uid, made.st_gid) != (folder.st_uid, folder.st_gid):
                give(folder.st_uid, folder.st_gid)


def open_part(part: Path) -> int:
    """Open an empty private file for what takes another one's place once it is whole."""
    part.unlink(missing_ok=True)  # of a process that was killed, or planted
    return open_private(part, os.O_WRONLY | os.O_EXCL)


def write_private(path: Path, text: str) -> None:
    """Replace a file whole, readable by its owner only."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = open_part(part)
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
        make_folder(folder)
        descriptor = open_private(folder / name, os.O_RDWR)
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
