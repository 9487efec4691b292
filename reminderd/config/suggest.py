"""What sentences about mistakes have in common: did you mean …?, and how values are shown."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from ..redaction import redact

_LONGEST = 40
_MOST_BITS = 128  # Python refuses to write out very large numbers


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the nearest known name, or nothing."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def no_such(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that nothing has this name, which names there are, and which was meant."""
    names = list(known)
    there = ", ".join(names) or "none"
    return f"there is no {kind} {name!r} (there are: {there}){suggestion(name, names)}"


def too_long(value: object) -> bool:
    """Return whether a value is, or holds, a number that Python refuses to write out, or nearly."""
    if isinstance(value, int):
        return value.bit_length() > _MOST_BITS
    try:
        str(value)
    except ValueError:
        return True
    return False


def shown(value: object) -> str:
    """Name a value as its writer would recognize it, whatever Python calls it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if too_long(value):
        return "this number"
    if isinstance(value, str):
        value = redact(value)  # cut in two, a secret would not be known any more
        return repr(value if len(value) <= _LONGEST else value[:_LONGEST] + "…")
    return str(value)
