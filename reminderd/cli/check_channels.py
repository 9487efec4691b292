"""What the doctor looks at on the network: can each channel's host be reached? Nothing is sent."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Iterable, Iterator

from ..alerts.channel import Channel
from ..delivery.transport import endpoint
from .findings import Finding, ok, problem

DEADLINE = 5.0  # seconds for all hosts together; they are tried at once

Place = tuple[str, int]  # a host and a port


def channels(configured: Iterable[Channel]) -> Iterator[Finding]:
    """Connect to the host of each channel, and hang up."""
    places = {channel.name: _places(channel) for channel in configured if channel.works}
    said = _reached({place for found in places.values() for place in found})
    for name, found in places.items():
        test = f"reminderd test {name}"
        if not found:
            yield ok(f"channel {name}", f"no host to connect to; to try it: {test}")
        for host, port in found:
            error = said[host, port]
            if error is None:
                yield ok(f"channel {name}", f"{host}:{port} can be reached")
            else:
                check = f"channel {name}"
                yield problem(check, f"{host}:{port} cannot be reached: {error}", test)


def _places(channel: Channel) -> list[Place]:
    found = (endpoint(recipient) for recipient in channel.recipients)
    return list(dict.fromkeys(place for place in found if place))


def _reached(places: Iterable[Place]) -> dict[Place, str | None]:
    """Return what stood against reaching each place; looking a name up knows no deadline."""
    said: dict[Place, str | None] = dict.fromkeys(places, f"no answer in {DEADLINE:.0f} seconds")
    answers: queue.SimpleQueue[tuple[Place, str | None]] = queue.SimpleQueue()
    for place in said:
        threading.Thread(target=_reach, args=(place, answers), daemon=True).start()
    end = time.monotonic() + DEADLINE
    for _ in range(len(said)):
        try:
            place, error = answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        said[place] = error
    return said


def _reach(place: Place, answers: queue.SimpleQueue[tuple[Place, str | None]]) -> None:
    try:
        socket.create_connection(place, DEADLINE).close()
    except (socket.gaierror, UnicodeError):
        answers.put((place, "its name is not known (is the network up? is it spelt right?)"))
    except OSError as error:
        answers.put((place, error.strerror or str(error)))
    else:
        answers.put((place, None))
