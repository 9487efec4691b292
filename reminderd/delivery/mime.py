"""Mails as they go over the wire.

Headers are encoded by the standard library. Its message classes are left out: they parse every
header again and write line by line, which takes longer than all the rest of a message.
"""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache

from ..messages.message import Image, Message
from .mail import Envelope

_HEADER_NAME = re.compile(r"[!-9;-~]+")  # printable ASCII without the colon
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_UNSAFE = re.compile(rb"[^\t\r\n -~]|\r(?!\n)|.{900}")  # in plain text; RFC 5322 allows 998 a line
_WIDTH = 76
_MOSTLY = 8  # of so many characters one may have to be encoded, and the text is legible still
_LINE_OF_BASE64 = re.compile(rb"(.{76})(?=.)")


def build(envelope: Envelope, message: Message, message_id: str, now: datetime) -> bytes:
    """Return the mail: the subject in any script, the given Message-ID, plain text.

    Where the message has HTML, that stands beside the text, and its pictures within it. Raises
    ValueError where a header or an address cannot be written.
    """
    content = _text(message.body, "plain")
    if message.html:
        page = _page(message.html, message.images, message_id)
        content = _several("multipart/alternative", message_id, content, page)
    headers: dict[str, str] = {}
    for name, value in _headers(envelope, message, message_id, now):
        headers.setdefault(name.lower(), f"{name}: {value}\r\n")
    return "".join(headers.values()).encode("ascii") + content


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
        ("MIME-Version", "1.0"),
        *_own(envelope.headers),
    ]


def _own(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the headers that the user has set, but for those that say what the mail is made of."""
    for name, value in headers:
        encoded = _encoded(name, value)
        if not name.lower().startswith("content-"):
            yield name, encoded


@lru_cache(64)
def _constant(envelope: Envelope) -> tuple[tuple[str, str], ...]:
    """Return the headers that all mails to one recipient have."""
    found = [("From", _address(*envelope.sender)), ("To", _address(*envelope.to))]
    for name, addresses in (("Cc", envelope.cc), ("Reply-To", envelope.reply_to)):
        if addresses:
            found.append((name, ", ".join(_address("", address) for address in addresses)))
    return tuple(found)


def _address(name: str, address: str) -> str:
    if _CONTROL.search(name + address):
        raise ValueError("an address cannot hold a line break")
    return formataddr((name, address))


def _encoded(name: str, value: str) -> str:
    if not _HEADER_NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of a header")
    if _CONTROL.search(value):
        raise ValueError(f"the header {name} cannot hold a line break")
    if value.isascii() and len(name) + len(value) < _WIDTH:
        return value
    charset = "us-ascii" if value.isascii() else "utf-8"
    return Header(value, charset, header_name=name).encode(linesep="\r\n")


def _text(words: str, kind: str) -> bytes:
    """Return a text as it is where any server passes it on unchanged, else encoded."""
    content = words.removesuffix("\n").replace("\n", "\r\n").encode() + b"\r\n"
    if not words.isascii() or _UNSAFE.search(content):
        legible = len(content) - len(words) < len(words) // _MOSTLY and "\r" not in words
        encoding = "quoted-printable" if legible else "base64"
        encoded = b2a_qp(content) if legible else _base64(content)
        return _entity(f'text/{kind}; charset="utf-8"', encoding, encoded)
    return _entity(f'text/{kind}; charset="us-ascii"', "7bit", content)


def _page(html: str, images: tuple[Image, ...], message_id: str) -> bytes:
    page = _text(html, "html")
    if not images:
        return page
    # RFC 2387: the type of the part that refers to the others is named.
    related = 'multipart/related; type="text/html"'
    return _several(related, message_id, page, *map(_picture, images))


@lru_cache(64)
def _picture(image: Image) -> bytes:
    shown = (f"Content-ID: <{image.cid}>", "Content-Disposition: inline")
    return _entity("image/png", "base64", _base64(image.png), *shown)


def _several(kind: str, message_id: str, *parts: bytes) -> bytes:
    """Return parts as one; no line of theirs can be the boundary, which bears the message's id."""
    boundary = f"=_{kind[10]}_{message_id}"
    head = f'Content-Type: {kind}; boundary="{boundary}"\r\n\r\n'
    between = f"--{boundary}\r\n".encode()
    body = b"".join(between + part + b"\r\n" for part in parts)
    return head.encode() + body + f"--{boundary}--\r\n".encode()


def _entity(kind: str, encoding: str, content: bytes, *more: str) -> bytes:
    lines = (f"Content-Type: {kind}", f"Content-Transfer-Encoding: {encoding}", *more)
    return "\r\n".join((*lines, "", "")).encode("ascii") + content


def _base64(content: bytes) -> bytes:
    return _LINE_OF_BASE64.sub(rb"\1\r\n", b2a_base64(content, newline=False)) + b"\r\n"
