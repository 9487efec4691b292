"""Mail over smtplib: one TLS context for the process, one connection kept while there is mail.

Apprise opens a connection and reads the trust store for every mail, makes a new Message-ID for
every attempt, and does not tell a passing refusal (4xx) from a final one (5xx). This does.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ..errors import Refused, Undecided, Unreachable

TIMEOUT = 20.0  # seconds for each step of the conversation
IDLE = 5.0  # seconds after which a kept connection is asked whether it is still there


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
    """Return the process's one TLS context; it trusts the system's store or SSL_CERT_FILE."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class Session:
    """A conversation with one server, opened when needed and kept until closed."""

    def __init__(self, server: Server) -> None:
        """Remember the server; nothing is connected yet."""
        self.server = server
        self.connection: smtplib.SMTP | None = None
        self.used_at = 0.0

    def send(self, envelope: Envelope, content: bytes) -> None:
        """Hand one mail over.

        Raises Refused (5xx), Unreachable (4xx, network, login) or Undecided (lost after DATA).
        """
        if self.connection is not None and not self._alive(self.connection):
            self.close()
        self.used_at = time.monotonic()
        try:
            connection = self.connection = self.connection or self._connect()
            self._expect(connection.mail(envelope.sender[1]))
            for recipient in (envelope.to[1], *envelope.cc, *envelope.bcc):
                self._expect(connection.rcpt(recipient))
        except OSError as error:  # smtplib's own errors are among these
            self.close()
            raise _unreachable(error) from None
        except UnicodeError:  # its words would hold the password
            self.close()
            raise Unreachable(
                "the mail server's name, the login and addresses must be in ASCII letters"
            ) from None
        self._hand_over(connection, content)

    def _alive(self, connection: smtplib.SMTP) -> bool:
        """Return whether a kept connection is still there: servers hang up on idle ones."""
        if time.monotonic() - self.used_at < IDLE:
            return True
        try:
            return connection.noop()[0] == 250
        except OSError:
            return False

    def _hand_over(self, connection: smtplib.SMTP, content: bytes) -> None:
        try:
            code, answer = connection.data(content)
        except smtplib.SMTPDataError as error:
            self._reset(connection)
            raise _answer(error.smtp_code, error.smtp_error) from None
        except OSError:
            self.close()
            raise Undecided("the connection broke after the mail was handed over") from None
        if code != 250:
            self._reset(connection)
            raise _answer(code, answer)

    def _expect(self, reply: tuple[int, bytes]) -> None:
        code, answer = reply
        if code not in (250, 251):
            if self.connection is not None:
                self._reset(self.connection)
            raise _answer(code, answer)

    def _reset(self, connection: smtplib.SMTP) -> None:
        try:
            connection.rset()
        except OSError:
            self.close()

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


def _answer(code: int, text: bytes | str) -> Refused | Unreachable:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    sentence = f"the mail server answered {code} {' '.join(words.split())[:200]}"
    return Refused(sentence) if code >= 500 else Unreachable(sentence)


def _unreachable(error: OSError) -> Unreachable:
    """Say why there was no conversation. It may work later: a login can be mended meanwhile."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unreachable(
            f"the mail server's certificate is not trusted: {error.verify_message} "
            '(set SSL_CERT_FILE to the authority, or verify = "no")'
        )
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Unreachable(f"the mail server refused the login ({error.smtp_code})")
    if isinstance(error, smtplib.SMTPResponseException):
        return Unreachable(f"the mail server would not talk to us ({error.smtp_code})")
    return Unreachable(f"the mail server cannot be reached: {error}")
