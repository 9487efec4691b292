"""Where the configuration is. Standard library only: the supervisor asks before it starts."""

from __future__ import annotations

import os
from pathlib import Path

DEFAULT_FILES = (
    Path("~/.config/reminderd/config.toml"),
    Path("/etc/reminderd/config.toml"),
)


def find_file(given: str | None) -> Path:
    """Return the configuration file to use: *given*, ``$REMINDERD_CONFIG``, or a default place."""
    own, *others = [own_file(given), *(_at_home(path) for path in DEFAULT_FILES[1:])]
    if given or os.environ.get("REMINDERD_CONFIG"):
        return own
    # Path.exists() raises where the folder is not ours to see.
    return next((path for path in (own, *others) if os.path.exists(path)), own)  # noqa: PTH110


def own_file(given: str | None) -> Path:
    """Return the file to write: *given*, ``$REMINDERD_CONFIG``, or the user's own."""
    if chosen := given or os.environ.get("REMINDERD_CONFIG"):
        return Path(chosen)
    return _at_home(DEFAULT_FILES[0])


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # a service user without a home
        return path
