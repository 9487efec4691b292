"""Telling systemd how we are: sd_notify, without a library."""

from __future__ import annotations

import os
import socket
import time

from ..redaction import one_line

PATIENCE = 1.0  # seconds; a manager that does not read must not stop the reminders
AT_MOST = 512  # characters of a field; of a datagram above 4,096 bytes systemd heeds nothing


def notify(**fields: str) -> None:
    """Send ``KEY=value`` lines to the service manager; do nothing where there is none."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    lines = "\n".join(f"{key}={one_line(value, AT_MOST)}" for key, value in fields.items())
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.settimeout(PATIENCE)
            channel.sendto(lines.encode(), address)
    except OSError:
        pass  # nor must one that went away


def reloading() -> None:
    """Say that the configuration is being read again; READY=1 must follow."""
    notify(RELOADING="1", MONOTONIC_USEC=str(time.monotonic_ns() // 1000))
