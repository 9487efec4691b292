"""How much of an answer is read, and for how long: whoever answers may do so without end.

A socket's own timeout is for each piece that arrives, so that an answer of a byte a second never
meets it.
"""

from __future__ import annotations

import io
import socket
import time

MOST_ANSWER = 1 << 20  # bytes, as they come and once unpacked; real ones are a few hundred
_PIECE = 1 << 14


class Overlong(OSError):
    """An answer above what is read of any."""


class Bounded(io.RawIOBase):
    """What comes from a socket, up to so many bytes and so long."""

    def __init__(self, connection: socket.socket, usual: float | None) -> None:
        """Read nothing until ``allow`` says how much; *usual* are the seconds for each piece."""
        self.connection = connection
        self.raw = connection.makefile("rb", buffering=0)  # which keeps it open until it is read
        self.usual = usual
        self.until = 0.0
        self.left = 0

    def allow(self, seconds: float, most: int = MOST_ANSWER) -> None:
        """Let *most* bytes come within *seconds* from now."""
        self.until = time.monotonic() + seconds
        self.left = most

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read a piece; TimeoutError or Overlong beyond what is allowed."""
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the answer did not come to an end in time")
        self.connection.settimeout(min(seconds, self.usual or seconds))
        size = self.raw.readinto(memoryview(buffer)[:_PIECE]) or 0
        self.left -= size
        if self.left < 0:
            raise Overlong("the answer has no end")
        return size

    def close(self) -> None:
        """Let go of the socket."""
        self.raw.close()
        super().close()
