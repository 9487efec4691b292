"""Mail over smtplib: one TLS context for the process, one connection kept while there is mail.

Apprise opens a connection and reads the trust store for every mail, makes a new Message-ID for
every attempt, and does not tell a passing refusal (4xx) from a final one (5xx). This does. A 5xx is
final where it says with an enhanced code that there is no such mailbox (RFC 3463): limits, gates
and policies give one, too, and pass.
"""

from __future__ import annotations

import io
import logging
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from smtplib import quoteaddr
from typing import Any

from ..alerts.channel import is_hello
from ..errors import DeliveryError, Refused, SoftRefusal, Undecided, Unreachable
from ..redaction import excerpt
from .bounds import Bounded
from .tls import new_context, untrusted

log = logging.getLogger(__name__)

TIMEOUT = 20.0  # seconds for what is to be sent or connected
OPENING = 50.0  # seconds for all the talk up to the mail itself; some servers wait on purpose
END_OF_DATA = 600.0  # seconds for the answer to a mail: RFC 5321, section 4.5.3.2.6
IDLE = 5.0  # seconds after which a kept connection is asked whether it is still there
MOST_REPLY = 1 << 16  # bytes; the protocol has lines of 512
_TAKEN = frozenset({250, 251})
_GO_ON = frozenset({354})
_CLOSING = 421  # the server hangs up, whatever it was asked
# RFC 3463, section 3.2, and RFC 7505: no such mailbox, no address, moved, a domain without mail.
FINAL_CODES = frozenset({"5.1.1", "5.1.3", "5.1.6", "5.1.10"})
_ENHANCED = re.compile(r"\s*(\d\.\d{1,3}\.\d{1,3})\b")
_OUR_NAME = re.compile(r"\b(helo|ehlo)\b", re.IGNORECASE)
_HELLO = 'write hello = "your.domain.example" into the channel'
_LEADING_DOT = re.compile(rb"(?m)^\.")


class Phase(StrEnum):
    """What a reply is to; its value is how a refusal names it."""

    SENDER = " to the sender's address"
    RECIPIENT = " to the recipient's address"
    DATA = " to DATA"
    END_OF_DATA = ""


Reply = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server and how to talk to it."""

    host: str
    port: int
    mode: str  # "starttls", "ssl" or "insecure"
    user: str | None
    password: str | None
    verify: bool
    hello: str | None = None  # the name by which we greet; None: ours, as far as it is one

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"Server({self.host!r}, {self.port}, {self.mode!r})"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who a mail is from and for."""

    sender: tuple[str, str]  # display name, address
    to: tuple[str, str]
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    reply_to: Sequence[str] = ()
    headers: Sequence[tuple[str, str]] = ()


@cache
def tls_context(verify: bool) -> ssl.SSLContext:
    """Return the process's one TLS context for mail."""
    return new_context(verify)


def own_name(connection: socket.socket) -> str:
    """Return this machine's name where it is one that servers take, else its address."""
    name = socket.getfqdn()
    if is_hello(name):
        return name
    address = str(connection.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def refusal(code: int, text: str, phase: Phase) -> DeliveryError:
    """Return what it means that a server does not take a mail, and at which point."""
    words = f"the mail server answered {code} {excerpt(text)}".strip()
    if _OUR_NAME.search(text) and phase is not Phase.END_OF_DATA:
        sentence = f"{words} to our name ({_HELLO})"
    else:
        sentence = words + phase
    if not 500 <= code < 600:
        return Unreachable(sentence)
    enhanced = _ENHANCED.match(text)
    final = enhanced is not None and enhanced[1] in FINAL_CODES
    return Refused(sentence) if final else SoftRefusal(sentence)


class _Text(str):
    """A login, which smtplib would write in ASCII: RFC 4616 has it in UTF-8."""

    def encode(self, *_: Any) -> bytes:
        return super().encode("utf-8")


class _Client(smtplib.SMTP):
    """A conversation whose replies are bounded, and come to an end."""

    def __init__(self, *args: Any, until: float, **kwargs: Any) -> None:
        """Connect; what the server says up to the instant *until* counts (monotonic)."""
        self.until = until
        super().__init__(*args, **kwargs)

    def getreply(self) -> Reply:
        """Return the next reply."""
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(Bounded(self.sock, usual=None))
        if self.file is not None:
            self.file.raw.allow(self.until - time.monotonic(), MOST_REPLY)
        reply = super().getreply()
        if self.sock is not None:
            self.sock.settimeout(TIMEOUT)
        return reply

    def auth(self, mechanism: str, authobject: Any, **kwargs: Any) -> Reply:
        """Log in."""

        def said(*challenge: bytes) -> str | None:
            text = authobject(*challenge)
            return None if text is None else _Text(text)

        return super().auth(mechanism, said, **kwargs)  # type: ignore[arg-type]  # overloaded


class _SecureClient(_Client, smtplib.SMTP_SSL):
    """The same over TLS from the beginning."""


class Session:
    """A conversation with one server, opened when needed and kept until closed."""

    def __init__(self, server: Server, handed_over: Callable[[], None] = lambda: None) -> None:
        """Remember the server; nothing is connected yet.

        *handed_over* is called when a whole mail is out and its answer is to come.
        """
        self.server = server
        self.handed_over = handed_over
        self.connection: _Client | None = None
        self.used_at = 0.0
        self.warned: set[str] = set()  # copies whose refusal is logged

    def send(self, envelope: Envelope, content: bytes) -> None:
        """Hand one mail over.

        The answer to the main recipient decides; a copy that is refused is only logged. Raises
        what ``refusal`` says, Unreachable (network, login) or Undecided (lost after the mail).
        """
        if self.connection is not None and not self._alive(self.connection):
            self._drop()
        kept = self.connection is not None
        self.used_at = time.monotonic()
        try:
            connection = self._begin(envelope, len(content))
        except Unreachable:
            if not kept or self.connection is not None:
                raise
            # The server closed it between two mails, when nothing had been handed over yet.
            connection = self._begin(envelope, len(content))
        self._hand_over(connection, content)

    def _alive(self, connection: _Client) -> bool:
        """Return whether a kept connection is still there: servers hang up on idle ones."""
        if time.monotonic() - self.used_at < IDLE:
            return True
        try:
            connection.until = time.monotonic() + TIMEOUT
            return connection.noop()[0] == 250
        except OSError:
            return False

    def _begin(self, envelope: Envelope, size: int) -> _Client:
        """Talk until the server waits for the mail itself; return the connection."""
        until = time.monotonic() + OPENING
        try:
            connection = self.connection = self.connection or self._connect(until)
            connection.until = until
            replies = self._replies(connection, envelope, size)
            self._expect(next(replies), Phase.SENDER)
            self._expect(next(replies), Phase.RECIPIENT)
            for copy in (*envelope.cc, *envelope.bcc):
                self._offer(copy, next(replies))
            self._expect(next(replies), Phase.DATA, _GO_ON)
        except OSError as error:  # smtplib's own errors are among these
            self._drop()
            raise unreachable(error) from None
        except UnicodeError:
            self._drop()
            raise Unreachable(
                "the mail server's name and the addresses must be in ASCII letters"
            ) from None
        return connection

    def _replies(self, connection: _Client, envelope: Envelope, size: int) -> Iterator[Reply]:
        """Yield the reply to each command up to DATA.

        A server that offers to is sent them all at once (RFC 2920); any other, each when its reply
        is wanted.
        """
        known = f" SIZE={size}" if connection.has_extn("size") else ""
        recipients = (envelope.to[1], *envelope.cc, *envelope.bcc)
        commands = [
            f"MAIL FROM:{quoteaddr(envelope.sender[1])}{known}",
            *(f"RCPT TO:{quoteaddr(recipient)}" for recipient in recipients),
            "DATA",
        ]
        if connection.has_extn("pipelining"):
            yield from self._piped(connection, commands)
        else:
            yield from (connection.docmd(command) for command in commands)

    def _piped(self, connection: _Client, commands: Sequence[str]) -> list[Reply]:
        """Send commands at once and return all replies; the last counts for what it cut off."""
        connection.send("".join(f"{command}\r\n" for command in commands))
        replies: list[Reply] = []
        for _ in commands:
            closing = replies and replies[-1][0] == _CLOSING
            replies.append(replies[-1] if closing else connection.getreply())
        sender, recipient, *_, data = replies
        if data[0] in _GO_ON and {sender[0], recipient[0]} - _TAKEN:
            self._drop()  # it waits for a mail that is not to come
        return replies

    def _offer(self, copy: str, reply: Reply) -> None:
        """Go on without a copy that is refused, unless the server ends the conversation."""
        code, answer = reply
        if code == _CLOSING:
            self._expect(reply, Phase.RECIPIENT)
        if code not in _TAKEN and copy not in self.warned:
            self.warned.add(copy)
            words = excerpt(_decoded(answer))
            log.warning("no copy for %s: the mail server answered %d %s", copy, code, words)

    def _hand_over(self, connection: _Client, content: bytes) -> None:
        try:
            end = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
            connection.send(_LEADING_DOT.sub(b"..", content) + end)
        except OSError as error:  # without the dot at its end, no server takes it for a mail
            self._drop()
            raise unreachable(error) from None
        self.handed_over()
        connection.until = time.monotonic() + END_OF_DATA
        try:
            reply = connection.getreply()
        except OSError:
            self._drop()
            raise unanswered() from None
        self._expect(reply, Phase.END_OF_DATA)

    def _expect(self, reply: Reply, phase: Phase, yes: Container[int] = _TAKEN) -> None:
        """Raise what a refusal means; what comes next finds a conversation that is in order."""
        code, answer = reply
        if code in yes:
            return
        if code == _CLOSING:
            self._drop()
        else:
            self._reset()
        raise refusal(code, _decoded(answer), phase)

    def _reset(self) -> None:
        """Take back what was begun, or hang up: the next mail must not go to these recipients."""
        if self.connection is not None:
            self.connection.until = time.monotonic() + TIMEOUT
        try:
            taken_back = self.connection is None or self.connection.rset()[0] == 250
        except OSError:
            taken_back = False
        if not taken_back:
            self._drop()

    def _drop(self) -> None:
        """Hang up without a word."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def _connect(self, until: float) -> _Client:
        server = self.server
        context = tls_context(server.verify)
        # Its own look for a name would be in vain: the name is given below.
        given: dict[str, Any] = {"local_hostname": "localhost", "timeout": TIMEOUT, "until": until}
        if server.mode == "ssl":
            given |= {"context": context}
        kind = _SecureClient if server.mode == "ssl" else _Client
        connection = kind(server.host, server.port, **given)
        try:
            if connection.sock is not None:
                connection.local_hostname = server.hello or own_name(connection.sock)
            if server.mode == "starttls":
                connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
            if server.user and server.password:
                connection.login(_Text(server.user), _Text(server.password))
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """End the conversation, politely if the server still listens."""
        connection, self.connection = self.connection, None
        if connection is None:
            return
        try:
            connection.until = time.monotonic() + TIMEOUT
            connection.quit()
        except OSError:
            connection.close()


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def unanswered() -> Undecided:
    """Return what it means that no reply came to a mail that is out."""
    return Undecided("the connection broke after the mail was handed over")


def unreachable(error: OSError) -> Unreachable:
    """Say why there was no conversation. It may work later: a login can be mended meanwhile."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unreachable(untrusted(error, "the mail server's"))
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Unreachable(f"the mail server refused the login ({error.smtp_code})")
    if isinstance(error, smtplib.SMTPHeloError):
        return Unreachable(f"the mail server does not take our name ({error.smtp_code}): {_HELLO}")
    if isinstance(error, smtplib.SMTPResponseException):
        return Unreachable(f"the mail server would not talk to us ({error.smtp_code})")
    return Unreachable(f"the mail server cannot be reached: {error}")
