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
    if chosen := given or os.environ.get("REMINDERD_CONFIG"):
        return Path(chosen)
    candidates = [_at_home(path) for path in DEFAULT_FILES]
    return next((path for path in candidates if path.exists()), candidates[0])


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # a service user without a home
        return path
