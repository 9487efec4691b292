"""Secrets that live outside the configuration file: environment, file, systemd credential."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

SOURCES = ("env", "file", "credential")

# What Apprise's services are told that is no secret; everything else may be one.
_PLAIN = re.compile(
    "avatar|b?cc|cto|emojis|footer|format|from|from_addr|image|join|language|level|method|mode|name"
    "|overflow|port|priority|qos|reply|retain|retry|rto|schema|secure|smtp|smtp_host|sound|store"
    "|tags|targets|to|type|tz|verify|wait"
)
_HOST = re.compile(r"localhost|\[.*\]|[\w-]+(\.[\w-]+)+")
_ADDRESS = re.compile(r"[^@\s]+@[\w-]+(\.[\w-]+)+")


class Elsewhere(ValueError):
    """A secret that is handed to the service alone, which this process is not."""


def is_reference(value: object) -> bool:
    """Return whether a value is ``{ env = … }``, ``{ file = … }`` or ``{ credential = … }``."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in SOURCES


def resolve(reference: Mapping[str, Any], folder: Path) -> str:
    """Return the secret that *reference* names; files are relative to *folder*.

    Raises ValueError with the remedy, Elsewhere where it may be right all the same; the sentence
    never holds the secret.
    """
    [(source, name)] = reference.items()
    if not isinstance(name, str) or not name or "\0" in name:
        raise ValueError(f'{source} must name something (write {{ {source} = "name" }})')
    if source == "env":
        return _environment(name)
    if source == "credential":
        return _credential(name)
    try:
        return _file(folder / Path(name).expanduser())
    except RuntimeError:
        raise ValueError(f"{name}: nobody knows that home folder (write the whole path)") from None


def secrets_in(target: str | Mapping[str, Any]) -> Iterator[str]:
    """Yield whatever in a channel's target may be a secret: more rather than less.

    Many services keep their token where the host or the path stands. Names of servers and
    addresses of people are none.
    """
    if isinstance(target, str):
        yield from _in_url(target)
        return
    for key, value in target.items():
        texts = value if isinstance(value, list) else [value]
        for text in (text for text in texts if isinstance(text, str)):
            if key == "host":
                yield from _in_host(text)
            elif not _PLAIN.fullmatch(key) and not (key == "user" and _ADDRESS.fullmatch(text)):
                yield text


def _in_url(url: str) -> Iterator[str]:
    """Yield user, password, host, path and query values of a URL, even of a crooked one."""
    path, _, query = url.partition("://")[2].partition("?")
    server, *segments = re.split("[/#]", path)
    login, _, host = server.rpartition("@")
    user, _, password = login.partition(":")
    yield password
    yield from _in_host(host)
    yield from (part for part in (user, *segments) if not _ADDRESS.fullmatch(unquote(part)))
    for setting in re.split("[&;]", query):
        key, _, value = setting.partition("=")
        if not _PLAIN.fullmatch(unquote(key).strip().lower()):
            yield value


def _in_host(host: str) -> Iterator[str]:
    name, _, rest = host.partition(":")
    if not _HOST.fullmatch(name):
        yield from (host, name, rest)


def _environment(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ValueError(f"the environment variable {name} is not set (export it, or use a file)")
    return value


def _credential(name: str) -> str:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise Elsewhere(
            f"credential {name!r} needs systemd (add LoadCredential={name}:/path to the unit, "
            "or use { file = … })"
        )
    return _read(
        Path(folder) / name, f"is LoadCredential={name}:/path in the unit, and that file there?"
    )


def _file(path: Path) -> str:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror} (check the path)") from None
    if stat.S_ISREG(mode) and mode & stat.S_IROTH:
        raise ValueError(f"{path} holds a secret but everyone can read it (chmod 600 {path})")
    return _read(path, "it must be a file that you can read")


def _read(path: Path, remedy: str) -> str:
    try:
        secret = path.read_text("utf-8-sig").strip()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror} ({remedy})") from None
    except UnicodeDecodeError:
        raise ValueError(
            f"{path} is not a text file (write the secret on its first line)"
        ) from None
    if not secret:
        raise ValueError(f"{path} is empty (put the secret on its first line)")
    return secret
