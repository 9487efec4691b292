"""From a recipient's target to something that sends, by Apprise; ``plugins`` has our own of it.

Two schemas are our own: ``console://`` prints, and mail goes over ``mail.Session`` while being
configured exactly as Apprise's ``mailto(s)``. A message arrives whole: what is too long for one
goes in several, in order.
"""

from __future__ import annotations

import base64
import difflib
import html
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlsplit

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType, OverflowMode
from apprise.plugins import N_MGR, url_to_dict
from apprise.plugins.base import NotifyBase
from apprise.plugins.email import NotifyEmail
from apprise.result import AppriseResultStatus

from ..alerts.channel import Recipient
from ..errors import DeliveryError, Refused, SoftRefusal, Undecided, Unreachable
from ..messages.layout import markup, unmarked
from ..messages.message import Format, Message
from ..playbook.playbook import Severity
from . import mail, mime, web
from .plugins import CONFIRMED, KEPT, LOCAL, OURS, Broker, Chat, Mailbox
from .services import service

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
MAIL_CONNECTIONS = 16  # of one channel; a mail server's own bound is seldom lower
_PAGE = 10_000_000  # characters
# What plugins are set to where the user says nothing: brokers confirm what they have got, and
# Telegram's second Markdown knows escapes everywhere, the first outside of what is bold alone.
_USUAL: Mapping[str, Mapping[str, Any]] = {
    "mqtt": {"qos": 1},
    "mqtts": {"qos": 1},
    "tgram": {"mdv": "v2"},
}


class Transport(Protocol):
    """Something that hands messages over to one recipient."""

    def send(self, message: Message, message_id: str, now: datetime) -> None:
        """Hand one message over; DeliveryError or Undecided when that did not succeed."""

    def close(self) -> None:
        """Let go of connections."""


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
        self.schema = str(arguments["schema"])
        self.service = service(self.schema)
        self._use(plugin)
        self.fresh = True

    def _use(self, plugin: NotifyBase) -> None:
        self.plugin = plugin
        self.stated_room: int = plugin.body_maxlen
        plugin.request_rate_per_sec = 0  # the dispatcher paces; Apprise would sleep 5.5 s a call
        if self.service.title is not None:
            plugin.title_maxlen = self.service.title
        self.apprise = Apprise()
        self.apprise.add(plugin)

    def _renew(self) -> None:
        """Take a new plugin: who knows what the old one remembers, or would still send."""
        self.close()
        self._use(_construct(self.arguments))

    def send(self, message: Message, message_id: str, now: datetime) -> None:
        """Hand one message over; one that is refused for its markup goes once more without."""
        exchanges, trouble = self._attempt(message, now)
        if trouble is not None and web.refuses_markup(exchanges, self.schema):
            plain = replace(message, body=unmarked(message.body), format=Format.TEXT)
            _, trouble = self._attempt(plain, now)
        if trouble is not None:
            raise trouble

    def _attempt(
        self, message: Message, now: datetime
    ) -> tuple[Sequence[web.Exchange], DeliveryError | None]:
        """Send a message; return what was exchanged for it, and why it was not taken, if so."""
        if not (self.fresh or isinstance(self.plugin, KEPT)):
            self._renew()
        self.fresh = False
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
        if trouble is not None and isinstance(self.plugin, KEPT):
            self._renew()
        return exchanges, trouble

    def _trouble(
        self, status: AppriseResultStatus, exchanges: Sequence[web.Exchange], now: datetime
    ) -> DeliveryError | None:
        """Return why the message was not taken, or None if it was."""
        told = getattr(self.plugin, "trouble", None)
        if isinstance(told, DeliveryError):
            return told
        taken = status is AppriseResultStatus.SUCCESS
        known = exchanges or isinstance(self.plugin, CONFIRMED) or self.schema in LOCAL
        if taken and not known:
            return Undecided("nobody knows whether the service took the message: it does not say")
        return web.trouble(exchanges, self.schema, now, taken=taken)

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
        if isinstance(self.plugin, Broker):
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

    def __init__(self, handed_over: Callable[[], None] = lambda: None) -> None:
        """Start with none; *handed_over* is called when an answer may take minutes from now."""
        self.handed_over = handed_over
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
        server = replace(plugin.server(), hello=recipient.hello)
        session = self.sessions.setdefault(server, mail.Session(server, self.handed_over))
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
    """Return the arguments of the plugin that a recipient needs, among them its schema.

    Unreachable while a secret in its target cannot be had: it may be put back.
    """
    if recipient.fault:
        raise Unreachable(recipient.fault)
    arguments = _arguments_of(recipient)
    return arguments if recipient.only is None else arguments | {"targets": [recipient.only]}


def _arguments_of(recipient: Recipient) -> dict[str, Any]:
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
    kind = OURS.get(N_MGR[schema], N_MGR[schema])
    if not kind.enabled:
        raise SoftRefusal(_lacking(schema, kind.requirements.get("packages_required")))
    web.adopt(kind)
    # The sender's name, in places; and no picture, which would be Apprise's, fetched from its site.
    asset = AppriseAsset(
        secure_logging=True,
        app_id="reminderd",
        image_url_mask="",
        image_url_logo="",
        service_timeout=0,  # the dispatcher has a deadline
    )
    usual: dict[str, Any] = {"overflow": OverflowMode.SPLIT, **_USUAL.get(schema, {})}
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
    """Return one recipient for each address that a target names: several in one fail as one.

    An address that is named twice is one. Of a mail the label is the address; others may be
    secrets, so that they go by number.
    """
    try:
        arguments = _read(recipient)
        plugin = _construct(arguments)
        if isinstance(plugin, Mailbox):
            first = {address.casefold(): address for _, address in reversed(plugin.targets)}
            return [replace(recipient, label=first[key]) for key in reversed(first)]
        named = _in_order(recipient.target, _named(arguments.get("targets")))
        parts = [
            replace(recipient, label=f"{recipient.label} {number}", only=address)
            for number, address in enumerate(named, 1)
        ]
        for address in named:
            _construct(arguments | {"targets": [address]})
    except DeliveryError:
        return [recipient]
    return [replace(parts[0], label=recipient.label), *parts[1:]] if parts else [recipient]


def _in_order(target: str | Mapping[str, Any], addresses: Sequence[str]) -> list[str]:
    """Return each address once, in the order of the target: Apprise reads some lists as sets."""
    if not isinstance(target, str):
        return list(dict.fromkeys(addresses))
    text = unquote(target)
    return sorted(set(addresses), key=lambda address: (text.find(address), address))


def _named(targets: object) -> list[str]:
    """Return the addresses in what Apprise's plugins call their targets."""
    texts = targets if isinstance(targets, list | tuple) else [targets]
    return [
        part.strip()
        for text in texts
        if isinstance(text, str)
        for part in text.split(",")
        if part.strip()
    ]
