"""Secrets that live outside the configuration file: environment, file, systemd credential."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SOURCES = ("env", "file", "credential")


def is_reference(value: object) -> bool:
    """Return whether a value is ``{ env = … }``, ``{ file = … }`` or ``{ credential = … }``."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in SOURCES


def resolve(reference: Mapping[str, Any], folder: Path) -> str:
    """Return the secret that *reference* names; files are relative to *folder*.

    Raises ValueError with the remedy; the sentence never holds the secret.
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


def _environment(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ValueError(f"the environment variable {name} is not set (export it, or use a file)")
    return value


def _credential(name: str) -> str:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise ValueError(
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
        secret = path.read_text("utf-8").strip()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror} ({remedy})") from None
    except UnicodeDecodeError:
        raise ValueError(
            f"{path} is not a text file (write the secret on its first line)"
        ) from None
    if not secret:
        raise ValueError(f"{path} is empty (put the secret on its first line)")
    return secret
