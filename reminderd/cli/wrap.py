"""Prose at the width of a terminal: no break inside a word, no line that begins with a comma."""

from __future__ import annotations

import re
import shutil
import sys

from .common import echo

_WIDE = r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef…—]"
_CLOSING = r"[、。，．：；！？）》」』】〉”’…—,.:;!?)\]%％]"
_OPENING = r"[（《「『【〈“‘(\[]"
# What stays together: one wide sign or a run of narrow ones, with the brackets and stops around.
_PIECE = re.compile(rf"( *)({_OPENING}*(?:{_WIDE}|(?:(?!{_WIDE})\S)+){_CLOSING}*)")


def terminal_width() -> int:
    """Return how many columns the terminal has; 80 where nobody knows."""
    return shutil.get_terminal_size().columns


def prose(text: str, *, err: bool = False) -> None:
    """Print sentences, wrapped where somebody reads them at a terminal."""
    stream = sys.stderr if err else sys.stdout
    echo(wrapped(text, terminal_width()) if stream.isatty() else text, err=err)


def wrapped(text: str, width: int) -> str:
    """Return *text* with each of its lines broken to *width* columns, a wide sign taking two.

    What is wider than a line, as an address, stays whole. Further lines keep the first one's
    indentation.
    """
    return "\n".join(_filled(line, width) for line in text.split("\n"))


def _filled(line: str, width: int) -> str:
    from rich.cells import cell_len

    if cell_len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip(" "))]
    lines, current = [], ""
    for space, piece in _PIECE.findall(line):
        if current.strip() and cell_len(current + space + piece) > width:
            lines.append(current)
            current = indent + piece
        else:
            current += space + piece
    return "\n".join([*lines, current])
