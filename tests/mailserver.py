"""A real SMTP server on loopback that wants TLS and a login, and misbehaves when told to.

Its fixtures are shared by the folders that send mail; each takes them over in its conftest.
"""

import asyncio
import email.policy
import queue
import ssl
import threading
import warnings
from collections import deque
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult
from patience import PATIENCE

from reminderd.delivery.mail import tls_context

HANG, DROP = "hang", "drop"  # instead of answering DATA: wait to be released; hang up


@dataclass(frozen=True)
class Mail:
    """A mail as the server got it."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    answer: str

    @property
    def message_id(self):
        return self.message["Message-ID"]

    @property
    def subject(self):
        return self.message["Subject"]

    def part(self, kind):
        """Return the body of this kind: "plain" or "html"."""
        return self.message.get_body((kind,)).get_content().replace("\r\n", "\n")


class MailServer:
    """The server and what it got.

    ``answers`` holds the replies to the next mails, such as ``451 busy``, HANG, or DROP; what was
    made to hang is answered with ``late_answer`` in the end.
    """

    host = "127.0.0.1"
    user = "borrower@example.com"
    password = "p@ss/w:rd#%41"  # every sign of it means something in a URL

    def __init__(self, authority, mode="starttls"):
        self.mode = mode
        self.answers = deque()
        self.late_answer = "250 OK"
        self.refused = {}  # recipient address: the answer it gets
        self.passwords = {self.password}
        self.mails = []
        self.greetings = []  # the names of those who sent a mail
        self.connections = 0
        self.logins = 0  # tried, rightly or wrongly
        self.arrivals = queue.Queue()
        self._open = set()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(self.host, "localhost").configure_cert(self._context)
        self._loop = asyncio.new_event_loop()
        self._released = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        # In its own thread: a browser that other tests use may keep a loop running in this one.
        listening = self._loop.create_server(
            self._session, self.host, 0, ssl=self._context if mode == "ssl" else None
        )
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(PATIENCE)
        self.port = self._server.sockets[0].getsockname()[1]

    def table(self, **more):
        """Return a channel's settings for this server, in Apprise's own names."""
        return {
            "schema": "mailtos",
            "mode": self.mode,
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            **more,
        }

    @property
    def accepted(self):
        """The mails the server took, whether or not it came to say so."""
        return [mail for mail in self.mails if mail.answer[0] not in "45"]

    def wait_for_mail(self):
        """Return the next mail as soon as it was received, before it is answered."""
        return self.arrivals.get(timeout=PATIENCE)

    def release(self):
        """Let mails that hang be answered; later ones may hang again."""
        self._loop.call_soon_threadsafe(self._release)

    def _release(self):
        self._released.set()
        self._released = asyncio.Event()

    def hang_up(self):
        """Close every connection, as a server does with idle ones."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(PATIENCE)

    def stop(self):
        """Close everything."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    async def _stop(self):
        self._release()
        self._server.close()
        await self._hang_up()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _hang_up(self):
        for session in [*self._open]:
            if session.transport is not None:
                session.transport.abort()  # a polite end would wait for the client's
        while any(session.transport is not None for session in self._open):
            await asyncio.sleep(0)

    def _session(self):
        self.connections += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of logins without STARTTLS
            session = SMTP(
                self,
                require_starttls=self.mode == "starttls",
                tls_context=self._context if self.mode == "starttls" else None,
                auth_required=True,
                auth_require_tls=self.mode == "starttls",
                authenticator=self._authenticate,
                hostname="mail.example.com",
                loop=self._loop,
            )
        self._open.add(session)
        return session

    def _authenticate(self, _server, _session, _envelope, _mechanism, login):
        self.logins += 1
        known = login.login == self.user.encode()
        success = known and login.password.decode() in self.passwords
        return AuthResult(success=success, handled=False)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.greetings.append(session.host_name)
        answer = self.answers.popleft() if self.answers else "250 OK"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        mail = Mail(envelope.mail_from, tuple(envelope.rcpt_tos), message, answer)
        self.mails.append(mail)
        self.arrivals.put(mail)
        if answer == HANG:
            await self._released.wait()
            return self.late_answer
        if answer == DROP:
            server.transport.abort()
            return "250 OK"
        return answer


@pytest.fixture(scope="session")
def authority():
    """Return a certificate authority that nobody trusts by default."""
    return trustme.CA()


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    """Make this process and those it starts trust the authority; return its certificate's file."""
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    tls_context.cache_clear()
    yield file
    tls_context.cache_clear()


@pytest.fixture
def mail_server(authority, trusted):
    """Return a trusted server that wants STARTTLS and a login."""
    server = MailServer(authority)
    yield server
    server.stop()


@pytest.fixture
def start_mail_server(authority):
    """Return a function that starts further servers, in other modes."""
    servers = []

    def start(mode="starttls"):
        servers.append(MailServer(authority, mode))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
