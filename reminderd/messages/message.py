"""What is sent: plain data that renderers make and transports take."""

from __future__ import annotations

from dataclasses import dataclass

from ..alerts.channel import Format
from ..playbook.playbook import Severity
from .chart import png

__all__ = ["Format", "Image", "Message"]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that an HTML message refers to as ``cid:…``, as an SVG."""

    cid: str
    drawing: str

    @property
    def png(self) -> bytes:
        """The picture for mail clients, which show no SVG."""
        return png(self.drawing)


@dataclass(frozen=True, slots=True)
class Message:
    """What one recipient is sent. The body stands alone; the HTML says the same, laid out."""

    title: str
    body: str
    severity: Severity
    format: Format = Format.FULL
    html: str = ""
    subject: str = ""  # of a mail, such that the urgent sort first; empty means the title
    images: tuple[Image, ...] = ()
    mail: bytes = b""  # all of it as a mail, where that was made ahead
