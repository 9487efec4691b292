"""What the doctor looks at outside of us: the clock, the zone, systemd."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from importlib import resources
from pathlib import Path

from ..config.zone import MachineZone
from ..service.sanity import BEHIND, RELEASED
from .findings import Finding, asked, ok, problem, warning

UNIT = "reminderd.service"
SYSTEM_UNITS = (Path("/etc/systemd/system"), Path("/usr/local/lib/systemd/system"))
BOOTED = Path("/run/systemd/system")  # there where systemd runs
_SET_CLOCK = "sudo timedatectl set-ntp true"
_OWN = ("Environment", "ExecStart", "LoadCredential", "Documentation")  # settings of one's own


def clock(now: datetime, newest: datetime | None) -> Iterator[Finding]:
    """Look whether the time can be right, after *newest*, the last thing recorded."""
    shown = f"{now:%Y-%m-%d %H:%M} UTC"
    synchronised = asked("timedatectl", "show", "--property=NTPSynchronized", "--value")
    if now < RELEASED:
        yield problem("clock", f"{shown}: this program is younger than that", _SET_CLOCK)
    elif newest is not None and now <= newest - BEHIND:
        said = f"{shown}, but there are records of {newest:%Y-%m-%d}"
        yield problem("clock", said, _SET_CLOCK)
    elif synchronised == "no":
        yield warning("clock", f"{shown}, not synchronised with a time server", _SET_CLOCK)
    else:
        yield ok("clock", shown + (", synchronised" if synchronised == "yes" else ""))


def zone(configured: str, machine: MachineZone) -> Iterator[Finding]:
    """Compare the zone by which reminders go with the machine's, where that is known."""
    if machine.doubt and machine.name == configured:
        yield warning("zone", machine.doubt)
    elif machine.doubt or machine.name == configured:
        yield ok("zone", configured)
    else:
        yield warning(
            "zone", f"reminders go by {configured}; this machine is set to {machine.name}"
        )


def installed() -> list[tuple[str, Path]]:
    """Return the units that are installed, each with whose manager runs it."""
    # expanduser of os.path leaves ~ where nobody knows a home, as for a user of a container.
    own = Path(os.path.expanduser("~/.config/systemd/user")) / UNIT  # noqa: PTH111
    system = [folder / UNIT for folder in SYSTEM_UNITS]
    found = [("user", own), *(("system", path) for path in system)]
    return [(scope, path) for scope, path in found if path.is_file()]


def start_command(scope: str | None) -> str:
    """Return the command that starts the daemon."""
    if scope is None:
        return "reminderd run"
    return f"{_systemctl(scope)} enable --now reminderd"


def _systemctl(scope: str) -> str:
    return "systemctl --user" if scope == "user" else "sudo systemctl"


def units() -> Iterator[Finding]:
    """Look at each installed unit: is it enabled, has it failed, is it as shipped?"""
    if not BOOTED.is_dir():
        yield ok("unit", "systemd does not run here")
        return
    if not (found := installed()):
        yield warning("unit", "none is installed: nothing starts the daemon after a reboot")
    for scope, path in found:
        yield from _unit(scope, path)
        if scope == "user":
            yield from _linger()


def _unit(scope: str, path: Path) -> Iterator[Finding]:
    manager = f"--{scope}"
    if asked("systemctl", manager, "is-failed", UNIT) == "failed":
        mend = f"{_systemctl(scope)} reset-failed reminderd; {_systemctl(scope)} start reminderd"
        yield problem("unit", f"{path} has failed", mend)
    elif asked("systemctl", manager, "is-enabled", UNIT) in {"disabled", None}:
        yield problem("unit", f"{path} is not enabled", start_command(scope))
    elif asked("systemctl", manager, "is-active", UNIT) in {"inactive", "unknown"}:
        yield problem("unit", f"{path} is enabled and does not run", start_command(scope))
    else:
        yield ok("unit", f"{path} is enabled")
    changed = _changed(path, scope)
    if changed:
        said = f"{path} differs from the one shipped: {', '.join(changed)}"
        yield warning("unit", said, f"diff {path} {_shipped(scope)}")


def _linger() -> Iterator[Finding]:
    if asked("loginctl", "show-user", str(os.getuid()), "--property=Linger", "--value") == "no":
        said = "without lingering the user unit stops when you log out"
        yield warning("unit", said, "loginctl enable-linger")


def _changed(path: Path, scope: str) -> list[str]:
    """Return the settings in which a unit differs from the shipped one, its own ones aside."""
    shipped = _shipped(scope)
    if not shipped.is_file():
        return []
    here, there = _settings(path), _settings(shipped)
    return sorted(key for key in here.keys() | there.keys() if here.get(key) != there.get(key))


def _shipped(scope: str) -> Path:
    name = UNIT if scope == "system" else UNIT.replace(".", "-user.")
    package = Path(str(resources.files("reminderd")))
    inside = package / "systemd" / name
    return inside if inside.is_file() else package.parent / "systemd" / name


def _settings(path: Path) -> dict[str, list[str]]:
    """Return the values of each setting of a unit, in order; a later line may add to them."""
    found: dict[str, list[str]] = {}
    for line in path.read_text("utf-8", "replace").splitlines():
        key, is_setting, value = line.strip().partition("=")
        if is_setting and key[:1] not in {"#", ";"} and key not in _OWN:
            found.setdefault(key, []).append(value)
    return found
