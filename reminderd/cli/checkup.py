"""The doctor's round: every check in turn, and what it found as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import Any

from ..app import App
from ..clock import Clock
from ..config.load import load_file
from ..config.zone import machine_zone
from ..delivery.transport import verify
from ..errors import ConfigError, Problem, ReminderdError
from ..redaction import redact
from ..state import state_folder
from ..store import instants
from . import check_channels, check_machine, check_state
from .findings import Finding, Level, ok, problem, warning
from .views import doubts_of


def findings(file: Path) -> Iterator[Finding]:
    """Yield what each check finds. Nothing is changed and no message is sent."""
    folder, clock = state_folder(), Clock()
    app, complaints = _configured(file, folder, clock)
    with closing(app.database) if app else nullcontext():
        yield from check_machine.clock(clock.now(), _newest(app))
        yield from complaints
        if app is not None:
            yield from check_machine.zone(app.config.timezone, machine_zone())
        yield from _on_disk(file, folder, clock.now())
        if app is not None:
            yield from check_channels.channels(app.channels.values())
            yield from _outbox(app)


def _newest(app: App | None) -> datetime | None:
    """Return when anything was last recorded."""
    if app is None:
        return None
    with app.database.transaction() as connection:
        return instants.newest(connection)


def _on_disk(file: Path, folder: Path, now: datetime) -> Iterator[Finding]:
    yield from check_state.permissions(file, folder)
    yield from check_state.store(folder)
    yield from check_state.backups(folder, now)
    yield from check_machine.units()
    scopes = [scope for scope, _ in check_machine.installed()]
    start = check_machine.start_command(scopes[0] if scopes else None)
    yield from check_state.daemon(folder, now, start)


def _configured(file: Path, folder: Path, clock: Clock) -> tuple[App | None, list[Finding]]:
    """Return the program, if it can be wired without changing anything, and what is to be said."""
    try:
        config = load_file(file, verify)
    except ConfigError as error:
        return None, [_mistake(each) for each in error.problems]
    said = [ok("config", f"{file} is right")]
    if not check_state.readable(folder):
        return None, said
    try:
        app = App.look(config, clock)
        asked = [doubt for doubt in doubts_of(app) if doubt is not config.zone_doubt]
        return app, said + [warning("config", redact(str(doubt))) for doubt in asked]
    except ReminderdError as error:
        return None, [*said, problem("store", str(error), "reminderd restore")]


def _mistake(found: Problem) -> Finding:
    edit = f"${{EDITOR:-vi}} +{found.line} {quote(found.file)}"
    return problem("config", redact(str(found)), edit)


def _outbox(app: App) -> Iterator[Finding]:
    dead = app.dead_addresses()
    for each in dead:
        said = f"{each.address} has taken nothing since {each.since:%Y-%m-%d}: {each.error}"
        yield problem(f"channel {each.channel}", said, f"reminderd test {each.channel}")
    waiting = [row for row in app.undelivered() if row["attempts"] and not row["finished_at"]]
    if waiting:
        said = f"{len(waiting)} deliveries were tried and wait to be tried again"
        yield warning("outbox", said, "reminderd outbox")
    elif not dead:
        yield ok("outbox", "nothing was tried in vain")


def findings_json(found: Sequence[Finding]) -> dict[str, Any]:
    """Return the findings, and whether there is no problem among them."""
    rows = [
        {"check": one.check, "level": one.level, "message": one.said, "remedy": one.remedy}
        for one in found
    ]
    return {"ok": is_well(found), "findings": rows}


def is_well(found: Sequence[Finding]) -> bool:
    """Return whether there is no problem."""
    return all(one.level is not Level.PROBLEM for one in found)
