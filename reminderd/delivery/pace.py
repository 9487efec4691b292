"""How many messages a channel may be given: robots count them, and go deaf above their limit."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..alerts.channel import Channel
from ..store import outbox
from .transport import rate_of

SPAN = timedelta(minutes=1)
UNLIMITED = 1_000_000  # messages


class Pace:
    """Counts what channels were given within a minute. Make one for each pass.

    What went before the pass is taken from the store, once: passes follow each other closely.
    """

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.given: dict[str, list[datetime]] = {}
        self.rates: dict[str, int | None] = {}

    def room(self, connection: Connection, channel: Channel, under_way: int, now: datetime) -> int:
        """Return how many more messages a channel may be given now, beside those *under_way*.

        Where there is none, what is due on it waits until there is.
        """
        rate = self._rate(channel)
        if rate is None:
            return UNLIMITED
        given = self._within(connection, channel.name, now)
        room = rate - len(given) - under_way
        if room <= 0:
            outbox.postpone(connection, channel.name, now, min(given, default=now) + SPAN)
        return max(room, 0)

    def count(self, channel: str, now: datetime) -> None:
        """Note that a channel was given a message, whatever it made of it."""
        if channel in self.given:
            self.given[channel].append(now)

    def _rate(self, channel: Channel) -> int | None:
        if channel.name not in self.rates:
            try:
                self.rates[channel.name] = channel.rate or rate_of(channel.recipients[0])
            except Exception:  # a library's mistake; sending meets it again, and records it
                self.rates[channel.name] = None
        return self.rates[channel.name]

    def _within(self, connection: Connection, channel: str, now: datetime) -> list[datetime]:
        since = now - SPAN
        if channel not in self.given:
            self.given[channel] = outbox.finished_since(connection, channel, since)
        self.given[channel] = [at for at in self.given[channel] if at > since]
        return self.given[channel]
