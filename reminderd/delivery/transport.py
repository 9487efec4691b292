"""The one module that knows Apprise: from a recipient's target to something that sends.

Two schemas are our own: ``console://`` prints, and mail goes over ``mail.Session`` while being
configured exactly as Apprise's ``mailto(s)``.
"""

from __future__ import annotations

import difflib
import logging
import re
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType
from apprise.plugins import N_MGR, url_to_dict
from apprise.plugins.base import NotifyBase
from apprise.plugins.email import NotifyEmail
from apprise.result import AppriseResult, AppriseResultStatus

from ..alerts.channel import Recipient
from ..errors import DeliveryError, Refused, Undecided, Unreachable
from ..messages.compose import Message
from ..playbook.stages import Severity
from . import mail

# Apprise logs URLs at several levels, so its log goes nowhere; ``notify`` still hears of it there.
_apprise_log = logging.getLogger("apprise")
_apprise_log.setLevel(logging.WARNING)
_apprise_log.addHandler(logging.NullHandler())
_apprise_log.propagate = False

_TYPES = {
    Severity.INFO: NotifyType.INFO,
    Severity.WARNING: NotifyType.WARNING,
    Severity.CRITICAL: NotifyType.FAILURE,
}
_STATUS = re.compile(r"error=(\d{3})\b")
_FINAL = frozenset({400, 401, 403, 404, 405, 410, 413})
_WIDTH = 76


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
        sys.stdout.write(f"{'─' * _WIDTH}\n{title}\n\n{body.rstrip()}\n\n")
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
        try:
            built = mail.build(self.envelope, message, message_id, now)
        except (ValueError, UnicodeError) as error:
            raise Refused(f"the mail cannot be built: {error}") from None
        self.session.send(self.envelope, built)

    def close(self) -> None:
        """Close the shared session."""
        self.session.close()


class AppriseTransport:
    """Sends through any of Apprise's services."""

    def __init__(self, plugin: NotifyBase) -> None:
        """Send with *plugin*."""
        plugin.request_rate_per_sec = 0  # the dispatcher paces; Apprise would sleep 5.5 s a call
        self.apprise = Apprise()
        self.apprise.add(plugin)

    def send(self, message: Message, message_id: str, now: datetime) -> None:
        """Hand one message over."""
        said: list[str] = []
        result = self.apprise.notify(
            title=message.title,
            body=message.text,
            body_format=NotifyFormat.TEXT,
            notify_type=_TYPES[message.severity],
            log_callback=lambda entry, _service: said.append(str(entry)),
            log_level=logging.WARNING,
        )
        _judge(result, " ".join(said))

    def close(self) -> None:
        """Nothing is kept."""


def _judge(result: AppriseResult, said: str) -> None:
    """Raise unless Apprise says that the one service took it.

    Its log may hold secrets: only the HTTP status is taken from it.
    """
    if result.status is AppriseResultStatus.SUCCESS:
        return
    if result.status is AppriseResultStatus.TIMEOUT:
        raise Undecided("no answer came in time")
    if status := _STATUS.search(said):
        code = int(status[1])
        sentence = f"the server answered {code}"
        raise Refused(sentence) if code in _FINAL else Unreachable(sentence)
    raise Unreachable("the service could not be reached, or did not take the message")


class Transports:
    """The transports of one channel, made when first used; mail to one server shares a session."""

    def __init__(self) -> None:
        """Start with none."""
        self.made: dict[str, Transport] = {}
        self.sessions: dict[mail.Server, mail.Session] = {}

    def of(self, recipient: Recipient) -> Transport:
        """Return the recipient's transport; Refused when its target cannot be used."""
        if recipient.label not in self.made:
            self.made[recipient.label] = self._make(recipient)
        return self.made[recipient.label]

    def _make(self, recipient: Recipient) -> Transport:
        plugin = instantiate(recipient)
        if not isinstance(plugin, Mailbox):
            return AppriseTransport(plugin)
        server = plugin.server()
        session = self.sessions.setdefault(server, mail.Session(server))
        envelopes = {envelope.to[1]: envelope for envelope in plugin.envelopes()}
        first = next(iter(envelopes.values()))
        return MailTransport(envelopes.get(recipient.label, first), session)

    def close(self) -> None:
        """Close every connection."""
        for session in self.sessions.values():
            session.close()


def instantiate(recipient: Recipient) -> NotifyBase:
    """Return Apprise's plugin for a target; Refused, with the remedy and no secret, if none."""
    target = recipient.target
    if isinstance(target, str):
        arguments = url_to_dict(target, secure_logging=True)
        schema = target.partition("://")[0].lower()
        if not arguments:
            raise Refused(_unknown_schema(schema) or f"this is not a {schema}:// URL Apprise knows")
        schema = str(arguments["schema"])  # a service's own https:// address has another one
    else:
        schema = str(target.get("schema", "")).lower()
        if message := _unknown_schema(schema):
            raise Refused(message)
        arguments = _arguments(schema, target)
    return _construct(schema, arguments)


def _construct(schema: str, arguments: dict[str, Any]) -> NotifyBase:
    kind = N_MGR[schema]
    if kind is NotifyEmail:
        kind = Mailbox
    asset = AppriseAsset(secure_logging=True, app_id="reminderd")  # the sender's name, in places
    try:
        plugin: NotifyBase = kind(**{**arguments, "asset": asset})
    except Exception:
        # Apprise's words of what is wrong may hold the secret itself.
        raise Refused(f"Apprise cannot use this {schema} channel: check every value") from None
    if isinstance(plugin, Mailbox) and not plugin.targets:
        raise Refused("there is no address to send to that is an e-mail address")
    return plugin


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
        wanted = names.get(key, {}).get("map_to", key)
        if isinstance(value, str) and wanted == "targets":
            arguments[wanted] = [value]
        elif isinstance(value, str) and wanted in {"user", "password"}:
            arguments[wanted] = quote(value, safe="")  # Apprise takes these as written in a URL
        else:
            arguments[wanted] = value
    if kind is NotifyEmail and "from_addr" not in arguments and "@" in str(table.get("user")):
        arguments["from_addr"] = table["user"]
    return arguments


def verify(recipient: Recipient) -> str | None:
    """Return what is wrong with a recipient's target, or None."""
    try:
        instantiate(recipient)
    except DeliveryError as error:
        return str(error)
    return None


def split(recipient: Recipient) -> list[Recipient]:
    """Return one recipient for each address of a mail target: two in one would fail as one."""
    try:
        plugin = instantiate(recipient)
    except DeliveryError:
        return [recipient]
    if not isinstance(plugin, Mailbox):
        return [recipient]
    return [Recipient(address, recipient.target) for _, address in plugin.targets]
