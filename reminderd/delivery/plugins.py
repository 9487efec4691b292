"""Apprise's plugins where its own do not do: a screen, mail, and what must hear an answer."""

from __future__ import annotations

import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from apprise.plugins import N_MGR
from apprise.plugins.base import NotifyBase
from apprise.plugins.email import NotifyEmail
from apprise.plugins.irc import NotifyIRC
from apprise.plugins.irc.client import IRCClient
from apprise.plugins.irc.protocol import IRCAuthMode, normalise_channel, parse_irc_line
from apprise.plugins.matrix import NotifyMatrix
from apprise.plugins.mqtt import NotifyMQTT
from apprise.utils.socket import AppriseSocketError

from ..errors import DeliveryError, Undecided, Unreachable
from ..redaction import harmless, one_line
from . import mail
from .bounds import MOST_ANSWER
from .numerics import connack, farewell, numeric
from .services import folded

_WIDTH = 76


class Console(NotifyBase):  # type: ignore[misc]  # Apprise is not annotated throughout
    """``console://``: prints to the terminal, or to the journal where there is none."""

    service_name = "Console"
    protocol = "console"
    title_maxlen = 500
    body_maxlen = 100_000
    request_rate_per_sec = 0
    templates = ("{schema}://",)

    def url(self, *_args: Any, **_kwargs: Any) -> str:
        """Return the URL that makes this again."""
        return "console://"

    def send(self, body: str, title: str = "", **_kwargs: Any) -> bool:
        """Print one message."""
        said = f"{'─' * _WIDTH}\n{one_line(title)}\n\n{body.rstrip()}\n\n"
        sys.stdout.write(harmless(said))
        sys.stdout.flush()
        return True

    @staticmethod
    def parse_url(url: str) -> Any:
        """Accept ``console://`` with nothing behind it."""
        return NotifyBase.parse_url(url, verify_host=False)


class Mailbox(NotifyEmail):  # type: ignore[misc]  # Apprise is not annotated throughout
    """Mail under a schema of our own; every argument is Apprise's ``mailto(s)``."""

    protocol = "reminderd-mail"
    secure_protocol = "reminderd-mails"

    def server(self) -> mail.Server:
        """Return the server that the arguments name."""
        return mail.Server(
            self.smtp_host,
            self.port,
            self.secure_mode,
            self.user,
            self.password,
            self.verify_certificate,
        )

    def envelopes(self) -> list[mail.Envelope]:
        """Return one envelope for each address."""
        headers = tuple(self.headers.items())
        return [
            mail.Envelope(
                (self.from_addr[0] or "", self.from_addr[1]),
                (name or "", address),
                tuple(sorted(self.cc - {address})),
                tuple(sorted(self.bcc - {address})),
                tuple(sorted(self.reply_to)),
                headers,
            )
            for name, address in self.targets
        ]


def _counted(receive: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return a function that receives as another does; OSError once it was too much in all."""
    left = MOST_ANSWER

    def run(*args: Any, **kwargs: Any) -> bytes:
        nonlocal left
        data = receive(*args, **kwargs)
        left -= len(data)
        if left < 0:
            raise ConnectionError("the other side has no end")
        return data

    return run


class ChatClient(IRCClient):  # type: ignore[misc]  # Apprise is not annotated throughout
    """Apprise's client, which passes over what servers refuse once it has joined."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Have heard nothing yet."""
        super().__init__(*args, **kwargs)
        self.refusals: list[DeliveryError] = []
        self.transport.read = _counted(self.transport.read)

    def _read(self, deadline: float) -> str | None:
        line: str | None = super()._read(deadline)
        message = parse_irc_line(line or "")
        if message.command == "ERROR":  # the server's last word, in which a wrong password stands
            self.refusals.append(farewell(message.trailing or ""))
        if message.numeric is not None:
            refusal = numeric(message.numeric, message.trailing or "")
            self.refusals += [refusal] if refusal else []
        return line


class Chat(NotifyIRC):  # type: ignore[misc]  # Apprise is not annotated throughout
    """IRC: in lines that servers take, over one connection, until they are all taken.

    Apprise's own connects anew for every part of a long message, so that a server that slows down
    who talks a lot mixes the parts; it leaves before the server has taken them, and does not hear
    that nobody is there.
    """

    body_maxlen = 30_000
    line_maxlen = 340  # bytes; of the 512 that RFC 2812 allows, who says it to whom takes the rest
    patience = 30.0  # seconds
    trouble: DeliveryError | None = None

    def send(self, body: str, title: str = "", **_kwargs: Any) -> bool:
        """Say every line, and wait for an answer that can come only after all of them."""
        client = self._client()
        begun = taken = False
        try:
            client.connect()
            client.register(timeout=self.irc_register_timeout, prefix=self.app_id)
            client.refusals.clear()  # of names that were taken, before one was free
            lines = "\n".join(folded(body, self.line_maxlen))
            for target in self._places(client):
                begun = True
                client.privmsg(target, lines, self.send_timeout)
            taken = bool(client.check_connection(self.patience))
        except (AppriseSocketError, OSError):
            pass  # what was refused is known by now
        self.trouble = client.refusals[-1] if client.refusals else None
        if begun and not taken and self.trouble is None:
            self.trouble = Undecided("the IRC server did not confirm the message")
        self._leave(client)
        return taken and self.trouble is None

    def _leave(self, client: ChatClient) -> None:
        with suppress(AppriseSocketError, OSError):
            client.quit(self.app_desc, self.send_timeout)
        client.close()

    def _places(self, client: ChatClient) -> list[str]:
        """Return the channels, now joined, and the people to talk to."""
        for channel, key in self.channels.items():
            if self.join or key:
                client.join(channel, self.join_timeout, self.app_id, key=key)
        return [*map(normalise_channel, self.channels), *self.users]

    def _client(self) -> ChatClient:
        nick = self.nickname or IRCClient.nick_generation(prefix=self.app_id)
        bouncer = self.auth_mode == IRCAuthMode.ZNC
        return ChatClient(
            self.host,
            nick,
            self.fullname or self.app_desc,
            port=self.port,
            secure=self.secure,
            verify=self.verify_certificate,
            timeout=self.socket_read_timeout,
            password=f"{self.user}:{self.password}" if bouncer else self.password,
            auth_mode=self.auth_mode,
            nick_generator=IRCClient.nick_generation,
        )


class Broker(NotifyMQTT):  # type: ignore[misc]  # Apprise is not annotated throughout
    """MQTT that hears whether the broker lets us in, and what it did not confirm.

    After a failure the client must not be used again: it would publish later what it still holds,
    beside the next attempt.
    """

    trouble: DeliveryError | None = None

    def __init__(self, **kwargs: Any) -> None:
        """Have no answer yet."""
        super().__init__(**kwargs)
        self.answered = threading.Event()
        self.client.on_connect = self._let_in
        self.client._sock_recv = _counted(self.client._sock_recv)

    def _let_in(self, _client: Any, _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        self.trouble = connack(int(reason.value), str(reason)) if reason.is_failure else None
        if self.trouble:
            self.socket_read_timeout = 0.0  # nothing is confirmed any more: Apprise need not wait
        self.answered.set()

    def send(self, body: str, title: str = "", **kwargs: Any) -> bool:
        """Publish, and wait until the broker confirms it, or for QoS 0 has let us in."""
        taken = bool(super().send(body, title, **kwargs))
        if taken and not self.answered.wait(self.socket_read_timeout):
            self.trouble = Unreachable("the MQTT broker did not answer")
        elif not taken and self.answered.is_set() and self.trouble is None:
            self.trouble = Undecided("the MQTT broker did not confirm the message")
        return taken and self.trouble is None


class Room(NotifyMatrix):  # type: ignore[misc]  # Apprise is not annotated throughout
    """Matrix with each event under a number of its own, in parts that are no smaller than needed.

    With a token, Apprise's own keeps one number for all it sends, and servers take what bears a
    number again for the same event.
    """

    body_maxlen = 7_000  # characters: as text and as a page, encrypted, within 65,536 bytes

    def _build_send_calls(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Split by the limit above: Apprise's estimate breaks short messages, too."""
        yield from NotifyBase._build_send_calls(self, *args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> bool:
        """Send one event."""
        if self.access_token is not None and self.access_token == self.password:
            self.transaction_id = uuid.uuid4()
        return bool(super().send(*args, **kwargs))


OURS = {NotifyEmail: Mailbox, NotifyIRC: Chat, NotifyMQTT: Broker, NotifyMatrix: Room}
KEPT = (Broker, Room)  # whose state is known to be safe between messages; a login is part of it
# Of these a success is known: by an answer, or since nobody but this machine is asked.
CONFIRMED = (Console, Chat, Broker)
LOCAL = frozenset(
    {"dbus", "qt", "kde", "glib", "gio", "gnome", "macosx", "windows", "syslog", "blink1"}
)

for _plugin, _schemas in (
    (Console, {"console"}),
    (Mailbox, {"reminderd-mail", "reminderd-mails"}),
):
    N_MGR.add(_plugin, schemas=_schemas)
