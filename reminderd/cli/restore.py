"""Putting a backup in the place of the store."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import StoreError, UsageError
from .common import echo, print_json

if TYPE_CHECKING:
    from ..store.backup import Backup


@click.command()
@click.argument("backup", required=False)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def restore(backup: str | None, yes: bool, as_json: bool) -> None:
    """Put BACKUP in the place of the store, which is kept under another name.

    The daemon makes a backup each day, and keeps seven. BACKUP is the day of one, as in
    2026-12-05, or a file. Without it: list them.
    """
    from ..state import state_folder

    folder = state_folder()
    if backup is None:
        _list(folder, as_json=as_json)
        return
    if as_json and not yes:
        raise UsageError("--json goes with --yes: a program cannot be asked")
    aside = _restore(folder, backup, yes=yes)
    if as_json:
        print_json({"restored": backup, "put_aside": None if aside is None else str(aside)})
    else:
        kept = f"; what was there is kept as {aside}" if aside else ""
        echo(f"restored {backup}{kept}")


def _restore(folder: Path, wanted: str, *, yes: bool) -> Path | None:
    from ..clock import Clock
    from ..state import locked
    from ..store import backup

    chosen = backup.find(folder, wanted)
    with locked(folder, "daemon.lock"), locked(folder, "worker.lock"):
        if not yes:
            click.confirm(_question(chosen), abort=True)
        try:
            return backup.restore(folder, chosen, Clock().now())
        except OSError as error:
            raise StoreError(f"{chosen.path} cannot be restored: {error.strerror}") from None
        except sqlite3.Error as error:
            raise StoreError(f"{chosen.path} cannot be restored: {error}") from None


def _question(chosen: Backup) -> str:
    return (
        f"Restore what was stored on {chosen.taken_at.astimezone():%Y-%m-%d at %H:%M}? Payments "
        "and agreements entered since are to be entered again, and what was sent since may be "
        "sent again. Restore it"
    )


def _list(folder: Path, *, as_json: bool) -> None:
    from ..store import backup

    found = backup.backups(folder)
    faults = {each: backup.fault(each.path) for each in found}
    if as_json:
        print_json({"folder": str(folder / backup.FOLDER), "backups": _rows(faults)})
        return
    if not found:
        echo(
            f"there is no backup in {folder / backup.FOLDER} "
            "(a running daemon makes one each day; STATE_DIRECTORY names another folder)"
        )
        return
    for each, fault in faults.items():
        echo(f"{each.name}  {each.size // 1024:>7} KB" + (f"  {fault}" if fault else ""))
    echo("`reminderd restore DAY` puts one in the place of the store.")


def _rows(faults: dict[Backup, str | None]) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "file": str(each.path),
            "bytes": each.size,
            "taken_at": each.taken_at.isoformat(),
            "fault": fault,
        }
        for each, fault in faults.items()
    ]
