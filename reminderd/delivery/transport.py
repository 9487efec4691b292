"""The one module that knows Apprise: from a recipient's target to something that sends.

Two schemas are our own: ``console://`` prints, and mail goes over ``mail.Session`` while being
configured exactly as Apprise's ``mailto(s)``. A message arrives whole: what is too long for one
goes in several, in order.
"""

from __future__ import annotations

import base64
import difflib
import html
import logging
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType, OverflowMode
from apprise.plugins import N_MGR, url_to_dict
from apprise.plugins.base import NotifyBase
from apprise.plugins.email import NotifyEmail
from apprise.plugins.irc import NotifyIRC
from apprise.plugins.irc.client import IRCClient
from apprise.plugins.irc.protocol import IRCAuthMode, normalise_channel, parse_irc_line
from apprise.plugins.mqtt import NotifyMQTT
from apprise.result import AppriseResultStatus
from apprise.utils.socket import AppriseSocketError

from ..alerts.channel import Recipient
from ..errors import DeliveryError, Refused, Undecided, Unreachable
from ..messages.layout import markup
from ..messages.message import Format, Message
from ..playbook.playbook import Severity
from ..redaction import harmless, one_line
from . import mail, mime, web
from .numerics import connack, numeric
from .services import folded, service

# Apprise logs URLs at several levels, so its log goes nowhere.
_apprise_log = logging.getLogger("apprise")
_apprise_log.setLevel(logging.WARNING)
_apprise_log.addHandler(logging.NullHandler())
_apprise_log.propagate = False

_TYPES = {
    Severity.INFO: NotifyType.INFO,
    Severity.WARNING: NotifyType.WARNING,
    Severity.CRITICAL: NotifyType.FAILURE,
}
_WIDTH = 76
MAIL_CONNECTIONS = 16  # of one channel; a mail server's own bound is seldom lower
_PAGE = 10_000_000  # characters


class Transport(Protocol):
    """Something that hands messages over to one recipient."""

    def send(self, message: Message, message_id: str, now: datetime) -> None:
        """Hand one message over; DeliveryError or Undecided when that did not succeed."""

    def close(self) -> None:
        """Let go of connections."""


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


class ChatClient(IRCClient):  # type: ignore[misc]  # Apprise is not annotated throughout
    """Apprise's client, which passes over what servers refuse once it has joined."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Have heard nothing yet."""
        super().__init__(*args, **kwargs)
        self.refusals: list[DeliveryError] = []

    def _read(self, deadline: float) -> str | None:
        line: str | None = super()._read(deadline)
        message = parse_irc_line(line or "")
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
        taken = False
        try:
            client.connect()
            client.register(timeout=self.irc_register_timeout, prefix=self.app_id)
            client.refusals.clear()  # of names that were taken, before one was free
            lines = "\n".join(folded(body, self.line_maxlen))
            for target in self._places(client):
                client.privmsg(target, lines, self.send_timeout)
            taken = bool(client.check_connection(self.patience))
            client.quit(self.app_desc, self.send_timeout)
        except (AppriseSocketError, OSError):
            pass  # whether all was taken is known by now
        finally:
            client.close()
        self.trouble = client.refusals[-1] if client.refusals else None
        return taken and self.trouble is None

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


_OURS = {NotifyEmail: Mailbox, NotifyIRC: Chat, NotifyMQTT: Broker}

for _plugin, _schemas in (
    (Console, {"console"}),
    (Mailbox, {"reminderd-mail", "reminderd-mails"}),
):
    N_MGR.add(_plugin, schemas=_schemas)


class MailTransport:
    """Sends through a session that the transports of one channel share."""

    def __init__(self, envelope: mail.Envelope, session: mail.Session) -> None:
        """Send to *envelope* over *session*."""
        self.envelope = envelope
        self.session = session

    def send(self, message: Message, message_id: str, now: datetime) -> None:
        """Hand one mail over."""
        self.session.send(self.envelope, message.mail or self._built(message, message_id, now))

    def _built(self, message: Message, message_id: str, now: datetime) -> bytes:
        try:
            return mime.build(self.envelope, message, message_id, now)
        except (ValueError, UnicodeError) as error:
            raise Refused(f"the mail cannot be built: {error}") from None

    def close(self) -> None:
        """Close the shared session."""
        self.session.close()


class AppriseTransport:
    """Sends through any of Apprise's services."""

    def __init__(self, plugin: NotifyBase, arguments: Mapping[str, Any], net: web.Web) -> None:
        """Send with *plugin*, which was made of *arguments*; what they say stays as it is."""
        self.arguments = arguments
        self.net = net
        self.service = service(str(arguments["schema"]))
        self._use(plugin)

    def _use(self, plugin: NotifyBase) -> None:
        self.plugin = plugin
        self.stated_room: int = plugin.body_maxlen
        plugin.request_rate_per_sec = 0  # the dispatcher paces; Apprise would sleep 5.5 s a call
        if self.service.title is not None:
            plugin.title_maxlen = self.service.title
        self.apprise = Apprise()
        self.apprise.add(plugin)

    def send(self, message: Message, message_id: str, now: datetime) -> None:
        """Hand one message over."""
        body, form = self._written(message)
        title, inside = message.title, _marked_up(message.title, form)
        if self.plugin.title_maxlen <= 0:
            title = inside  # Apprise writes it above the body
        elif len(title) > self.plugin.title_maxlen and form is not NotifyFormat.HTML:
            body = f"{inside}\n\n{body}"  # and Apprise cuts off the title
        self._adapt(title + body, form, message.severity)
        with self.net.watched() as exchanges:
            result = self.apprise.notify(
                title=title,
                body=body,
                body_format=form,
                notify_type=_TYPES[message.severity],
            )
        trouble = self._trouble(result.status, exchanges, now)
        if trouble is not None:
            if isinstance(self.plugin, Broker):
                self.close()
                self._use(_construct(self.arguments))
            raise trouble

    def _trouble(
        self, status: AppriseResultStatus, exchanges: Sequence[web.Exchange], now: datetime
    ) -> DeliveryError | None:
        """Return why the message was not taken, or None if it was."""
        told = getattr(self.plugin, "trouble", None)
        if isinstance(told, DeliveryError):
            return told
        if status is AppriseResultStatus.TIMEOUT:
            return Undecided("no answer came in time")
        taken = status is AppriseResultStatus.SUCCESS
        return web.trouble(exchanges, str(self.arguments["schema"]), now, taken=taken)

    def _written(self, message: Message) -> tuple[str, NotifyFormat]:
        """Return the body and its format. A page that does not fit in one piece goes as text."""
        if message.format is Format.MARKDOWN:
            return message.body, NotifyFormat.MARKDOWN
        shows_pages = self.plugin.resolve_format(NotifyFormat.HTML) is NotifyFormat.HTML
        if message.format is Format.HTML and shows_pages:
            page = _with_pictures(message)
            if len(page) <= self._room(page, NotifyFormat.HTML):
                return page, NotifyFormat.HTML
        return message.body, NotifyFormat.TEXT

    def _room(self, text: str, form: NotifyFormat) -> int:
        """Return how many characters one message may have."""
        if form is NotifyFormat.HTML and self.stated_room == NotifyBase.body_maxlen:
            return _PAGE  # that is not the service's limit, but Apprise's where it knows none
        room = self.service.room(text)
        return self.stated_room if room is None else min(room, self.stated_room)

    def _adapt(self, text: str, form: NotifyFormat, severity: Severity) -> None:
        """Set the plugin to what it is to send, except where the user has set it."""
        room = self._room(text, form)
        if self.plugin.body_maxlen != room:
            self.plugin.body_maxlen = room
        if "format" not in self.arguments and type(self.plugin).notify_format is NotifyFormat.TEXT:
            self.plugin.notify_format = form
        ring = self.service.ring
        if ring is not None and ring.attribute not in self.arguments:
            setattr(self.plugin, ring.attribute, ring.of(severity))

    def close(self) -> None:
        """End the one connection that Apprise keeps, and its thread."""
        if isinstance(self.plugin, NotifyMQTT):
            self.plugin.client.disconnect()
            self.plugin.client.loop_stop()


def _marked_up(title: str, form: NotifyFormat) -> str:
    """Return a title as the body's markup says it."""
    if form is NotifyFormat.HTML:
        return html.escape(title)
    return markup(title, markdown=form is NotifyFormat.MARKDOWN)


def _with_pictures(message: Message) -> str:
    """Return the page with its pictures in it: only mail can send them beside it."""
    page = message.html
    for image in message.images:
        data = base64.b64encode(image.png).decode()
        page = page.replace(f"cid:{image.cid}", f"data:image/png;base64,{data}")
    return page


class Transports:
    """The transports of one lane, made when first used; they share connections."""

    def __init__(self) -> None:
        """Start with none."""
        self.made: dict[str, Transport] = {}
        self.sessions: dict[mail.Server, mail.Session] = {}
        self.net = web.Web()

    def of(self, recipient: Recipient) -> Transport:
        """Return the recipient's transport; Refused when its target cannot be used."""
        if recipient.label not in self.made:
            self.made[recipient.label] = self._make(recipient)
        return self.made[recipient.label]

    def _make(self, recipient: Recipient) -> Transport:
        arguments = _read(recipient)
        plugin = _construct(arguments)
        if not isinstance(plugin, Mailbox):
            return AppriseTransport(plugin, arguments, self.net)
        server = plugin.server()
        session = self.sessions.setdefault(server, mail.Session(server))
        return MailTransport(_envelope(plugin, recipient), session)

    def close(self) -> None:
        """Close every connection."""
        for transport in self.made.values():
            transport.close()
        self.net.close()


def _envelope(plugin: Mailbox, recipient: Recipient) -> mail.Envelope:
    envelopes = {envelope.to[1]: envelope for envelope in plugin.envelopes()}
    return envelopes.get(recipient.label) or next(iter(envelopes.values()))


def envelope_of(recipient: Recipient) -> mail.Envelope | None:
    """Return whose mail a recipient's is; None where it is none, or cannot be sent."""
    try:
        plugin = instantiate(recipient)
    except DeliveryError:
        return None
    return _envelope(plugin, recipient) if isinstance(plugin, Mailbox) else None


def instantiate(recipient: Recipient) -> NotifyBase:
    """Return Apprise's plugin for a target; Refused, with the remedy and no secret, if none."""
    return _construct(_read(recipient))


def _read(recipient: Recipient) -> dict[str, Any]:
    """Return the arguments of the plugin that a target names, among them its schema.

    Unreachable while a secret in it cannot be had: it may be put back.
    """
    if recipient.fault:
        raise Unreachable(recipient.fault)
    target = recipient.target
    if isinstance(target, str):
        arguments = url_to_dict(target, secure_logging=True)
        schema = target.partition("://")[0].lower()
        if not arguments:
            raise Refused(_unknown_schema(schema) or f"this is not a {schema}:// URL Apprise knows")
        return dict(arguments)  # a service's own https:// address has another schema
    schema = str(target.get("schema", "")).lower()
    if message := _unknown_schema(schema):
        raise Refused(message)
    return _arguments(schema, target)


def _construct(arguments: Mapping[str, Any]) -> NotifyBase:
    schema = str(arguments["schema"])
    kind = _OURS.get(N_MGR[schema], N_MGR[schema])
    if not kind.enabled:
        raise Refused(_lacking(schema, kind.requirements.get("packages_required")))
    web.adopt(kind)
    # The sender's name, in places; and no picture, which would be Apprise's, fetched from its site.
    asset = AppriseAsset(
        secure_logging=True, app_id="reminderd", image_url_mask="", image_url_logo=""
    )
    usual: dict[str, Any] = {"overflow": OverflowMode.SPLIT}
    if kind is Broker:
        usual["qos"] = 1  # the broker confirms what it has got
    try:
        plugin: NotifyBase = kind(**{**usual, **arguments, "asset": asset})
    except Exception:
        # Apprise's words of what is wrong may hold the secret itself.
        raise Refused(f"Apprise cannot use this {schema} channel: check every value") from None
    if isinstance(plugin, Mailbox) and not plugin.targets:
        raise Refused("there is no address to send to that is an e-mail address")
    return plugin


def _lacking(schema: str, packages: str | list[str] | None) -> str:
    """Say what a service lacks here that Apprise does not bring along."""
    if not packages:
        return f"{schema} cannot work on this machine"
    named = packages if isinstance(packages, str) else ", ".join(packages)
    remedy = " (install reminderd[mqtt])" if schema.startswith("mqtt") else ""
    return f"{schema} needs Python packages that are not installed: {named}{remedy}"


def _unknown_schema(schema: str) -> str | None:
    if schema in N_MGR:
        return None
    close = difflib.get_close_matches(schema, N_MGR.schemas(), n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    return f"Apprise knows no service {schema!r}{hint}"


def _arguments(schema: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """Translate a table in Apprise's own names into the arguments of the plugin's class."""
    kind = N_MGR[schema]
    names = {**kind.template_tokens, **kind.template_args}
    secure = kind.secure_protocol or ()
    arguments: dict[str, Any] = {
        "schema": schema,
        "secure": schema in ({secure} if isinstance(secure, str) else set(secure)),
    }
    for key, value in table.items():
        if key == "schema":
            continue
        if key not in names and key not in ("host", "port", "user", "password"):
            close = difflib.get_close_matches(key, names, n=1)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            raise Refused(f"{schema} has no setting {key!r}{hint}")
        wanted = _argument(key, names)
        if isinstance(value, str) and wanted == "targets":
            arguments[wanted] = [value]
        elif isinstance(value, str) and wanted in {"user", "password"}:
            arguments[wanted] = quote(value, safe="")  # Apprise takes these as written in a URL
        else:
            arguments[wanted] = value
    if kind is NotifyEmail and "from_addr" not in arguments and "@" in str(table.get("user")):
        arguments["from_addr"] = table["user"]
    return arguments


def _argument(key: str, names: Mapping[str, Mapping[str, Any]]) -> str:
    """Return which argument of a plugin's class a key sets; ``to`` is mostly another's alias."""
    other = names.get(key, {}).get("alias_of")
    meant = other if isinstance(other, str) else key
    return str(names.get(meant, {}).get("map_to", meant))


def connections_of(recipient: Recipient) -> int:
    """Return how many connections to a recipient's service may be open at once.

    Mail servers take several; chat services count messages, and would only refuse the more.
    """
    target = recipient.target
    schema = target.partition("://")[0] if isinstance(target, str) else target.get("schema", "")
    return MAIL_CONNECTIONS if str(schema).lower() in {"mailto", "mailtos"} else 1


def rate_of(recipient: Recipient) -> int | None:
    """Return how many messages a minute a recipient's service is known to take, if it is known."""
    try:
        return service(str(_read(recipient)["schema"])).rate
    except DeliveryError:
        return None  # sending says why


def format_of(recipient: Recipient, wanted: Format | None) -> Format:
    """Return the format that suits a recipient, unless its channel or its target asks for one."""
    if wanted is not None:
        return wanted
    try:
        arguments = _read(recipient)
    except DeliveryError:
        return Format.TEXT  # it cannot be sent at all, and sending says why
    shown = service(str(arguments["schema"])).shows
    asked = str(arguments.get("format", "")).lower()
    if asked == NotifyFormat.TEXT.value:
        return Format.FULL if shown is Format.HTML else Format.TEXT
    return Format.MARKDOWN if asked == NotifyFormat.MARKDOWN.value else shown


def verify(recipient: Recipient) -> str | None:
    """Return what is wrong with a recipient's target, or None."""
    try:
        instantiate(recipient)
    except DeliveryError as error:
        return str(error)
    return None


# The ports that are usual without encryption, and with it.
_WEB = (80, 443)
_PORTS = {Chat: (6667, 6697), Broker: (1883, 8883)}
_MAIL = 25


def endpoint(recipient: Recipient) -> tuple[str, int] | None:
    """Return the host and the port that a recipient's messages go to first, if they are known."""
    try:
        plugin = instantiate(recipient)
    except DeliveryError:
        return None
    if isinstance(plugin, Mailbox):
        return str(plugin.smtp_host), int(plugin.port or _MAIL)
    if getattr(plugin, "mode", "") != "cloud" and "host" in plugin.template_tokens and plugin.host:
        usual = next((ports for kind, ports in _PORTS.items() if isinstance(plugin, kind)), _WEB)
        return str(plugin.host), int(plugin.port or usual[bool(plugin.secure)])
    fixed = (getattr(plugin, name, None) for name in ("notify_url", "cloud_notify_url"))
    url = urlsplit(next((url for url in fixed if isinstance(url, str)), ""))
    return (url.hostname, url.port or _WEB[url.scheme == "https"]) if url.hostname else None


def split(recipient: Recipient) -> list[Recipient]:
    """Return one recipient for each address of a mail target: two in one would fail as one."""
    try:
        plugin = instantiate(recipient)
    except DeliveryError:
        return [recipient]
    if not isinstance(plugin, Mailbox):
        return [recipient]
    return [Recipient(address, recipient.target) for _, address in plugin.targets]
