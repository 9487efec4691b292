"""Mail over smtplib: one TLS context for the process, one connection kept while there is mail.

Apprise opens a connection and reads the trust store for every mail, makes a new Message-ID for
every attempt, and does not tell a passing refusal (4xx) from a final one (5xx). This does.
"""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
import time
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from smtplib import quoteaddr

from ..errors import Refused, Undecided, Unreachable
from .tls import new_context, untrusted

log = logging.getLogger(__name__)

TIMEOUT = 20.0  # seconds for each step of the conversation
IDLE = 5.0  # seconds after which a kept connection is asked whether it is still there
_TAKEN = frozenset({250, 251})
_GO_ON = frozenset({354})
_CLOSING = 421  # the server hangs up, whatever it was asked
_TOO_MUCH = 552
_SENDER, _RECIPIENT, _MAIL = " to the sender's address", " to the recipient's address", ""
_LEADING_DOT = re.compile(rb"(?m)^\.")


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


class Session:
    """A conversation with one server, opened when needed and kept until closed."""

    def __init__(self, server: Server) -> None:
        """Remember the server; nothing is connected yet."""
        self.server = server
        self.connection: smtplib.SMTP | None = None
        self.used_at = 0.0
        self.warned: set[str] = set()  # copies whose refusal is logged

    def send(self, envelope: Envelope, content: bytes) -> None:
        """Hand one mail over.

        The answer to the main recipient decides; a copy that is refused is only logged. Raises
        Refused (5xx), Unreachable (4xx, network, login) or Undecided (lost after the mail).
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

    def _alive(self, connection: smtplib.SMTP) -> bool:
        """Return whether a kept connection is still there: servers hang up on idle ones."""
        if time.monotonic() - self.used_at < IDLE:
            return True
        try:
            return connection.noop()[0] == 250
        except OSError:
            return False

    def _begin(self, envelope: Envelope, size: int) -> smtplib.SMTP:
        """Talk until the server waits for the mail itself; return the connection."""
        try:
            connection = self.connection = self.connection or self._connect()
            replies = self._replies(connection, envelope, size)
            self._expect(next(replies), _SENDER)
            self._expect(next(replies), _RECIPIENT)
            for copy in (*envelope.cc, *envelope.bcc):
                self._offer(copy, next(replies))
            self._expect(next(replies), _MAIL, _GO_ON)
        except OSError as error:  # smtplib's own errors are among these
            self._drop()
            raise _unreachable(error) from None
        except UnicodeError:  # its words would hold the password
            self._drop()
            raise Unreachable(
                "the mail server's name, the login and addresses must be in ASCII letters"
            ) from None
        return connection

    def _replies(self, connection: smtplib.SMTP, envelope: Envelope, size: int) -> Iterator[Reply]:
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

    def _piped(self, connection: smtplib.SMTP, commands: Sequence[str]) -> list[Reply]:
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
            self._expect(reply, _RECIPIENT)
        if code not in _TAKEN and copy not in self.warned:
            self.warned.add(copy)
            log.warning("no copy for %s: the mail server answered %s", copy, _said(code, answer))

    def _hand_over(self, connection: smtplib.SMTP, content: bytes) -> None:
        try:
            end = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
            connection.send(_LEADING_DOT.sub(b"..", content) + end)
        except OSError as error:  # without the dot at its end, no server takes it for a mail
            self._drop()
            raise _unreachable(error) from None
        try:
            reply = connection.getreply()
        except OSError:
            self._drop()
            raise Undecided("the connection broke after the mail was handed over") from None
        self._expect(reply, _MAIL)

    def _expect(self, reply: Reply, what: str, yes: Container[int] = _TAKEN) -> None:
        """Raise what a refusal means; what comes next finds a conversation that is in order."""
        code, answer = reply
        if code in yes:
            return
        if code == _CLOSING:
            self._drop()
        else:
            self._reset()
        # A mailbox or a server that is full may be emptied: RFC 5321, section 4.5.3.1.10.
        full = code == _TOO_MUCH and what is _RECIPIENT
        sentence = f"the mail server answered {_said(code, answer)}{what}"
        raise Refused(sentence) if 500 <= code < 600 and not full else Unreachable(sentence)

    def _reset(self) -> None:
        """Take back what was begun, or hang up: the next mail must not go to these recipients."""
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

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        context = tls_context(server.verify)
        if server.mode == "ssl":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        try:
            if server.mode == "starttls":
                connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
            if server.user and server.password:
                connection.login(server.user, server.password)
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
            connection.quit()
        except OSError:
            connection.close()


def _said(code: int, text: bytes) -> str:
    return f"{code} {' '.join(text.decode('utf-8', 'replace').split())[:200]}".strip()


def _unreachable(error: OSError) -> Unreachable:
    """Say why there was no conversation. It may work later: a login can be mended meanwhile."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unreachable(untrusted(error, "the mail server's"))
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Unreachable(f"the mail server refused the login ({error.smtp_code})")
    if isinstance(error, smtplib.SMTPResponseException):
        return Unreachable(f"the mail server would not talk to us ({error.smtp_code})")
    return Unreachable(f"the mail server cannot be reached: {error}")
