"""Which time zone this machine is set to: its name, and what is doubtful about that.

The C library's own clock is what ``date`` shows, and has the last word: names come from files that
may be stale, a plain copy of a zone has none, and ``TZ=CST-8`` is none.
"""

from __future__ import annotations

import os
import re
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

_POSIX = re.compile(r":?(<[^<>]+>|[A-Za-z]{3,})[+-]?\d")  # CST-8, and what follows in summer
_LOCALTIME = Path("/etc/localtime")
_STEP = 50 * 86400  # no divisor of a year, so that over the years no summer time is missed
_LATELY = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
_END = int(datetime(2037, 12, 31, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class MachineZone:
    """A zone's name, and why it may be another one that is meant, if that is so."""

    name: str
    doubt: str | None = None


def machine_zone() -> MachineZone:
    """Return the zone that this machine is set to, as far as it says."""
    return _zone(os.environ.get("TZ"))


@lru_cache
def _zone(variable: str | None) -> MachineZone:
    named = _by_variable(variable) if variable else _by_files()
    if named and (variable or _agrees(named, _LATELY) or not _knows_a_zone()):
        return MachineZone(named)
    rules = variable and _POSIX.match(variable)
    if variable and not (rules or Path(variable.lstrip(":")).is_file()):
        return _doubtful("UTC", f'there is no time zone TZ = "{variable}"')
    if variable is None and not _LOCALTIME.exists():
        return _doubtful("UTC", "this machine does not say which time zone it is in")
    alike = (name for start in (0, _LATELY) for name in _candidates() if _agrees(name, start))
    found = next(alike, None)
    if found is None:
        return _doubtful("UTC", "no time zone that has a name has the times of this machine")
    return _doubtful(found, f'TZ = "{variable}" names no place') if rules else MachineZone(found)


def _doubtful(name: str, why: str) -> MachineZone:
    write = '(write timezone, as in "Asia/Shanghai")'
    return MachineZone(name, f"{why}, so days and times go by {name} {write}")


def _by_variable(variable: str) -> str | None:
    name = variable.removeprefix(":")
    return name if name in available_timezones() else None


def _by_files() -> str | None:
    from tzlocal import get_localzone_name

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            name = get_localzone_name()
    except Exception:  # files that contradict each other, and whatever odd systems have
        return None
    return name if name in available_timezones() else None


def _knows_a_zone() -> bool:
    """Return whether the C library has rules to go by; without the data of zones it has none."""
    return _LOCALTIME.exists() or any(offset for _, offset in _samples(0))


@lru_cache
def _samples(start: int) -> tuple[tuple[int, int], ...]:
    """Return the C library's seconds ahead of UTC at instants from *start* on."""
    return tuple((at, time.localtime(at).tm_gmtoff) for at in range(start, _END, _STEP))


def _agrees(name: str, start: int) -> bool:
    """Return whether a zone shows the times that the C library does."""
    zone = ZoneInfo(name)
    return all(_offset(zone, at) == offset for at, offset in _samples(start))


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _candidates() -> Iterator[str]:
    """Yield zones by how good a name each is: fixed offsets, then places, then the rest."""
    yield "UTC"
    yield from (f"Etc/GMT{hours:+d}" for hours in range(-14, 13) if hours)
    places = sorted(_places())
    yield from places
    yield from sorted(available_timezones().difference(places))


def _places() -> Iterable[str]:
    """Return the zones that are on the map, without their former names."""
    files = [Path(folder) / "zone.tab" for folder in TZPATH]
    files.append(Path(str(resources.files("tzdata") / "zoneinfo" / "zone.tab")))
    table = next((file for file in files if file.is_file()), None)
    lines = table.read_text("utf-8").splitlines() if table else []
    return {line.split("\t")[2] for line in lines if not line.startswith("#")}
