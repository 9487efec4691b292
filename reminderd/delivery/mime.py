"""Mails as they go over the wire.

The standard library's older classes make them: its newer ones parse every header again to fold
it, and take ten times as long.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.header import Header
from email.message import Message as Part
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import Compat32
from email.utils import format_datetime, formataddr
from functools import lru_cache

from ..messages.message import Image, Message
from .mail import Envelope

_HEADER_NAME = re.compile(r"[!-9;-~]+")  # printable ASCII without the colon
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_LONGEST_LINE = 900  # characters; RFC 5322 allows 998


class _Written(Compat32):
    """Headers go out as they were set: encoded and folded."""

    def fold(self, name: str, value: str) -> str:
        """Return the header's lines."""
        return f"{name}: {value}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the header's lines as bytes."""
        return self.fold(name, value).encode("ascii")


_POLICY = _Written(linesep="\r\n")


def build(envelope: Envelope, message: Message, message_id: str, now: datetime) -> bytes:
    """Return the mail: the subject in any script, the given Message-ID, plain text.

    Where the message has HTML, that stands beside the text, and its pictures within it. Raises
    ValueError where a header or an address cannot be written.
    """
    mail = _text(message.body, "plain")
    if message.html:
        page = _page(message.html, message.images, message_id)
        mail = _several("alternative", message_id, mail, page)
    for name, value in _headers(envelope, message, message_id, now):
        if name not in mail:
            mail[name] = value
    return mail.as_bytes(policy=_POLICY)


def _headers(
    envelope: Envelope, message: Message, message_id: str, now: datetime
) -> list[tuple[str, str]]:
    _, _, domain = envelope.sender[1].rpartition("@")
    # A reader would decode what looks like an encoded word.
    subject = (message.subject or message.title).replace("=?", "= ?")
    return [
        *_constant(envelope),
        ("Subject", _encoded("Subject", subject)),
        ("Date", format_datetime(now)),
        ("Message-ID", f"<{message_id}@{domain}>"),
        ("Auto-Submitted", "auto-generated"),
        *((name, _encoded(name, value)) for name, value in envelope.headers),
    ]


@lru_cache(64)
def _constant(envelope: Envelope) -> list[tuple[str, str]]:
    """Return the headers that all mails to one recipient have."""
    found = [("From", _address(*envelope.sender)), ("To", _address(*envelope.to))]
    for name, addresses in (("Cc", envelope.cc), ("Reply-To", envelope.reply_to)):
        if addresses:
            found.append((name, ", ".join(_address("", address) for address in addresses)))
    return found


def _address(name: str, address: str) -> str:
    if _CONTROL.search(name + address):
        raise ValueError("an address cannot hold a line break")
    return formataddr((name, address))


def _encoded(name: str, value: str) -> str:
    if not _HEADER_NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of a header")
    if _CONTROL.search(value):
        raise ValueError(f"the header {name} cannot hold a line break")
    charset = "us-ascii" if value.isascii() else "utf-8"
    return Header(value, charset, header_name=name).encode(linesep="\r\n")


def _text(words: str, kind: str) -> Part:
    """Return a text as it is where any server passes it on unchanged, else encoded."""
    plain = words.isascii() and max(map(len, words.split("\n"))) < _LONGEST_LINE
    charset, line_end = ("us-ascii", "\n") if plain else ("utf-8", "\r\n")
    return MIMEText(words.replace("\n", line_end), kind, charset, policy=_POLICY)


def _page(html: str, images: tuple[Image, ...], message_id: str) -> Part:
    page = _text(html, "html")
    if not images:
        return page
    pictures = [_picture(image) for image in images]
    whole = _several("related", message_id, page, *pictures)
    whole.set_param("type", "text/html")  # RFC 2387: of the part that refers to the others
    return whole


def _picture(image: Image) -> Part:
    part = MIMEImage(image.png, "png", policy=_POLICY)
    part["Content-ID"] = f"<{image.cid}>"
    part["Content-Disposition"] = "inline"
    return part


def _several(kind: str, message_id: str, *parts: Part) -> Part:
    """Return parts as one; no line of theirs can be the boundary, which bears the message's id."""
    boundary = f"=_{kind}_{message_id}"
    return MIMEMultipart(kind, boundary, parts, policy=_POLICY)
