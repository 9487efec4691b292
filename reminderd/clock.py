"""The one place that asks what time it is.

Everything else takes ``now`` or ``as_of`` as an argument, so that a test, a preview and the
daemon run the same code.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

# Only Linux tells sleep apart; elsewhere a sleep shows in the wall clock alone.
_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock:
    """The machine's clocks. Pass one in; never call ``datetime.now`` elsewhere."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never jump; they may stand still while the machine sleeps."""
        return time.monotonic()

    def boottime(self) -> float:
        """Return seconds since boot, sleep included."""
        return time.clock_gettime(_BOOT_CLOCK)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The three clocks at one moment, to tell a step or a sleep from time passing."""

    wall: float
    monotonic: float
    boot: float

    @classmethod
    def of(cls, clock: Clock) -> ClockReading:
        """Read all three clocks now."""
        return cls(clock.now().timestamp(), clock.monotonic(), clock.boottime())

    def jumped(self, earlier: ClockReading, tolerance: float = 2.0) -> float | None:
        """Return by how many seconds the wall clock ran ahead of the work done since *earlier*.

        None when it did not: a wall clock set by hand or by NTP, and a machine that slept,
        both show as a difference between the clocks.
        """
        worked = self.monotonic - earlier.monotonic
        ahead = self.wall - earlier.wall - worked
        slept = self.boot - earlier.boot - worked
        if abs(ahead) > tolerance or slept > tolerance:
            return ahead
        return None
