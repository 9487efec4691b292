"""Where alerts go: channels, as plain data, and which of them an alert is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..loans.terms import Loan
from ..playbook.playbook import Severity
from .wallclock import QuietHours

# A name that a mail server can look up, or an address in brackets: RFC 5321, section 4.1.2.
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_HELLO = re.compile(rf"{_LABEL}(\.{_LABEL})+|\[[0-9a-z.:]+\]", re.IGNORECASE)


def is_hello(name: str) -> bool:
    """Return whether mail servers can be greeted by a name."""
    return _HELLO.fullmatch(name) is not None


class Format(StrEnum):
    """How a channel wants its messages."""

    TEXT = "text"  # for phones: at most 500 characters, the title included
    MARKDOWN = "markdown"  # for chats
    HTML = "html"  # for mail, with the long plain text beside it
    FULL = "full"  # the long plain text, for terminals


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address of a channel. The label holds no secret; the target does and is never shown.

    The target is what Apprise takes: a URL, or a mapping of its own argument names. Where a secret
    in it cannot be had at present, *fault* says why; a URL is then empty. Where it names several,
    *only* is the one that is meant.
    """

    label: str
    target: str | Mapping[str, Any] = field(repr=False)
    fault: str | None = None
    only: str | None = field(default=None, repr=False)
    hello: str | None = None  # the name by which a mail server is greeted; None: our own


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach the borrower."""

    name: str
    recipients: tuple[Recipient, ...]
    locale: str
    min_severity: Severity = Severity.INFO
    fallback: str | None = None
    format: Format | None = None  # None: what suits the service
    digest: bool = True  # several loans at once become one message
    quiet: QuietHours | None = None
    reserved: bool = False  # for others, who are told where nobody reacts
    rate: int | None = None  # messages a minute; None: as many as the service is known to take

    def recipient(self, label: str) -> Recipient | None:
        """Return the recipient with this label, if it is still configured.

        While the URL of a channel cannot be had, nobody knows which labels it has.
        """
        return next((at for at in self.recipients if at.label == label or not at.target), None)

    @property
    def works(self) -> bool:
        """Whether messages can go to some address of it, as far as its secrets are concerned."""
        return any(at.fault is None for at in self.recipients)


def speaks_of(loan: Loan | None, channel: Channel) -> bool:
    """Return whether a loan's news, or a routine, may go over a channel."""
    if loan is None or loan.channels is None:
        return not channel.reserved
    return channel.name in loan.channels


def heard_by(loan: Loan | None, channels: Iterable[Channel]) -> list[Channel]:
    """Return the channels of a notice, of a loan or of none: all, however mild they want it.

    Those without their secrets are left out, unless there are no others.
    """
    heard = [channel for channel in channels if speaks_of(loan, channel)]
    return [channel for channel in heard if channel.works] or heard


def targets(
    channels: Iterable[Channel], loan: Loan | None, severity: Severity, also: Iterable[str] = ()
) -> list[tuple[str, str]]:
    """Return the (channel, address label) pairs that an alert of *severity* goes to.

    Without a *loan* it is a routine, which no loan's own channels bind. *also* names channels to
    include whatever their least severity: those that were told of a debt are told that it is
    settled.
    """
    return [
        (channel.name, recipient.label)
        for channel in channels
        if speaks_of(loan, channel)
        if severity >= channel.min_severity or channel.name in also
        for recipient in channel.recipients
    ]


def reserved(channels: Iterable[Channel]) -> list[tuple[str, str]]:
    """Return the (channel, address label) pairs of those who are told where nobody reacts."""
    found = (channel for channel in channels if channel.reserved)
    return [
        (channel.name, recipient.label) for channel in found for recipient in channel.recipients
    ]
