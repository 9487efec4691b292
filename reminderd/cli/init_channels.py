"""The kinds of channel that ``reminderd init`` knows: what each asks for, and its table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..delivery.mail import Server

_TOKEN = re.compile(r"[\w:.-]{4,256}", re.ASCII)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S*", re.ASCII)
_HOOK = re.compile(r"(https?)://(.+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of channel. ``url`` is filled in with address and secret."""

    name: str
    asks: tuple[str, ...] = ()
    url: str = ""
    address: str = ""  # what the address looks like
    pasted: str = ""  # where in the web address that the service shows its secret stands


@dataclass(frozen=True, slots=True)
class Target:
    """A channel's table, and which of its values is a secret."""

    table: Mapping[str, Any]
    hidden: str | None = None


KINDS = {
    kind.name: kind
    for kind in (
        Kind("screen", url="console://"),
        Kind("email", ("address", "secret"), address=r"[^@\s:/]+@[\w-]+(\.[\w-]+)+"),
        Kind(
            "ntfy",
            ("address",),
            "ntfys://{address}",
            address=r"((?:https?://)?[\w.-]+(?::\d+)?/)?[\w-]{1,64}",
        ),
        Kind(
            "telegram",
            ("address", "secret"),
            "tgram://{secret}/{address}",
            address=r"-?\d{3,20}|@\w+",
        ),
        Kind("bark", ("secret",), "barks://{secret}", pasted=r"//([\w.:-]+/[\w-]+)"),
        Kind("serverchan", ("secret",), "schan://{secret}", pasted=r"/([\w-]+)\.send"),
        Kind("wecom", ("secret",), "wecombot://{secret}", pasted=r"[?&]key=([\w-]+)"),
        Kind("dingtalk", ("secret",), "dingtalk://{secret}", pasted=r"[?&]access_token=(\w+)"),
        Kind("feishu", ("secret",), "feishu://{secret}", pasted=r"/hook/([\w-]+)"),
        Kind("url", ("secret",), "{secret}"),
    )
}


def is_address(kind: str, address: str) -> bool:
    """Return whether this could be an address of a kind of channel."""
    return re.fullmatch(KINDS[kind].address, address, re.ASCII) is not None


def is_secret(kind: str, secret: str) -> bool:
    """Return whether this could be the secret of a kind of channel."""
    if kind == "email":
        return bool(secret)
    if kind == "url":
        return _URL.fullmatch(secret) is not None
    return _TOKEN.fullmatch(_bare(KINDS[kind], secret).replace("/", "")) is not None


def target_of(answers: Mapping[str, Any]) -> Target:
    """Return the table of the channel that was answered."""
    kind = KINDS[answers["channel"]]
    if kind.name == "email":
        return Target(_mail(answers), "password")
    if kind.name == "screen":
        return Target({"url": kind.url})
    secret = _bare(kind, answers.get("secret", ""))
    url = kind.url.format(address=_place(answers.get("address", "")), secret=secret)
    return Target({"url": _unencrypted(url, answers)}, "url")


def web_address(answers: Mapping[str, Any]) -> str:
    """Return where the ntfy topic that was answered is on the web."""
    url = str(target_of(answers).table["url"])
    return url.replace("ntfy", "http", 1)


def _bare(kind: Kind, secret: str) -> str:
    """Return the secret alone, where the whole web address with it was pasted."""
    found = re.search(kind.pasted, secret, re.ASCII) if kind.pasted and "://" in secret else None
    bare = found[1] if found else secret
    return f"api.day.app/{bare}" if kind.name == "bark" and not found else bare


def _place(address: str) -> str:
    """Return where an ntfy topic is, or another address as it is."""
    hook = _HOOK.fullmatch(address)
    return hook[2] if hook else address


def _unencrypted(url: str, answers: Mapping[str, Any]) -> str:
    """Return the URL for a server of one's own that was written with plain ``http``."""
    given = (str(answers.get(name, "")) for name in ("address", "secret"))
    plain = answers["channel"] in {"bark", "ntfy"} and any(g.startswith("http://") for g in given)
    return url.replace("s://", "://", 1) if plain else url


def _mail(answers: Mapping[str, Any]) -> dict[str, Any]:
    address = answers["address"]
    host, port, mode = _server(address, answers.get("server"))
    return {
        "schema": "mailtos",
        "host": host,
        "port": port,
        "mode": mode,
        "user": address,
        "password": answers["secret"],
        "to": [address],
    }


def _server(address: str, given: str | None) -> tuple[str, int, str]:
    """Return host, port and mode: as given, as known of the provider, or the usual guess."""
    if given:
        host, _, port = given.partition(":")
        return host, int(port or 587), "ssl" if port == "465" else "starttls"
    known = _apprise_server(address)
    host = known.host if is_usual_server(address) else f"smtp.{known.host}"
    return host, known.port, known.mode


def is_usual_server(address: str) -> bool:
    """Return whether the mail server of an address is one that Apprise knows."""
    return _apprise_server(address).host != address.partition("@")[2]


def _apprise_server(address: str) -> Server:
    """Return the server that Apprise would use: a provider's own, else the domain itself."""
    from ..alerts.channel import Recipient
    from ..delivery.transport import instantiate

    domain = address.partition("@")[2]
    table = {"schema": "mailtos", "host": domain, "user": address, "password": "-", "to": address}
    server: Server = instantiate(Recipient(address, table)).server()
    return server
