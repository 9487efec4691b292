"""Which configuration a store belongs to: one, since another would rewrite what it holds.

A store takes its loans from the file that passes are done with. A command that finds another one,
such as a copy in root's home, would take loans out of the book of a running daemon.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ..errors import StoreError
from ..state import make_folder, write_private

OWNER = "configured-by"


def claim(folder: Path, file: Path, *, take_over: bool = False) -> None:
    """Have the store in *folder* belong to a configuration from now on.

    StoreError where it belongs to another one that is there, unless this one is to *take_over*.
    """
    if not take_over:
        check(folder, file)
    if _owner(folder) != _whole(file):
        with suppress(OSError):  # on a full disk it stays as it was
            make_folder(folder)
            write_private(folder / OWNER, str(_whole(file)))


def check(folder: Path, file: Path) -> None:
    """Raise StoreError where the store belongs to another configuration, which is still there."""
    owner = _owner(folder)
    if owner is None or owner == _whole(file) or not _is_another(owner, file):
        return
    raise StoreError(
        f"the store in {folder} belongs to {owner}, not to {file} (give --config {owner}, or "
        f"STATE_DIRECTORY for another store; if this file takes the place of that one: "
        "`reminderd run --once --take-over`)"
    )


def _owner(folder: Path) -> Path | None:
    with suppress(OSError, UnicodeDecodeError):
        return Path((folder / OWNER).read_text("utf-8"))
    return None


def _whole(file: Path) -> Path:
    """Return the whole path; links stay, for what they lead to changes with each version of it."""
    return Path(os.path.abspath(file))  # noqa: PTH100  # resolve() would follow links


def _is_another(owner: Path, file: Path) -> bool:
    try:
        return not owner.samefile(file)
    except OSError:  # it was moved away, or is not for us to see
        return False
