"""Whether the clock can be believed: a wrong date would send wrong figures, or the wrong message.

A machine without a battery, or a container, may start in 1970, or at the last time it knew, until
the network tells it better. Nothing is sent meanwhile.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..errors import ReminderdError
from ..state import write_private

RELEASED = datetime(2026, 1, 1, tzinfo=UTC)  # this program did not exist before
BEHIND = timedelta(days=7)  # small steps back happen: they are coped with
BELIEVED_AFTER = timedelta(days=1)
DOUBTED = "clock-doubted"  # in the state folder: since when


class ClockDoubted(ReminderdError):
    """The clock cannot be right."""


def check_clock(now: datetime, newest: datetime | None, folder: Path) -> None:
    """Raise ClockDoubted when *now* cannot be, after *newest*, the last thing recorded.

    It may also be that the clock ran ahead when that was recorded. So a clock that goes on for a
    day is believed: what is doubted for ever would never be reminded of.
    """
    if now < RELEASED:
        raise ClockDoubted(_sentence(now, "this program is younger than that"))
    if newest is None or now > newest - BEHIND:
        (folder / DOUBTED).unlink(missing_ok=True)
        return
    since = _since(folder)
    if since is None or since > now:
        write_private(folder / DOUBTED, now.isoformat())
        since = now
    if now < since + BELIEVED_AFTER:
        but = f"there are records of {newest:%Y-%m-%d}"
        raise ClockDoubted(_sentence(now, but) + "; a clock that goes on for a day is believed")


def _sentence(now: datetime, but: str) -> str:
    return (
        f"the clock says {now:%Y-%m-%d %H:%M} UTC, but {but}; nothing is sent until it is right "
        "(set the clock)"
    )


def _since(folder: Path) -> datetime | None:
    with suppress(OSError, ValueError):
        since = datetime.fromisoformat((folder / DOUBTED).read_text("utf-8"))
        return since if since.tzinfo else None
    return None
