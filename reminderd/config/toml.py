"""Reading TOML so that every mistake in it is found at once.

A text that is not TOML would hide all other mistakes behind its first one. So a line that cannot
be read is reported, replaced by the nearest thing that can, and reading goes on.
"""

from __future__ import annotations

import json
import re
import tomllib
from decimal import Decimal
from typing import Any

from ..errors import Problem

_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_PAIR = re.compile(
    r"^(\s*(?:[\w.-]|\"[^\"\n]*\"|'[^'\n]*')+[ \t]*=[ \t]*)([^\"'\[{#\s][^#\n]*?)([ \t]*(?:#.*)?)$"
)
_MOST = 50


def parse(text: str, file: str) -> tuple[dict[str, Any], str, list[Problem]]:
    """Return the document, the text that was readable, and the lines that were not.

    Numbers with a point come back as exact decimals.
    """
    problems: list[Problem] = []
    lines = text.split("\n")
    for _ in range(_MOST):
        readable = "\n".join(lines)
        try:
            return tomllib.loads(readable, parse_float=Decimal), readable, problems
        except tomllib.TOMLDecodeError as error:
            problems.append(_mend(lines, str(error), file))
    return {}, "", problems


def _mend(lines: list[str], message: str, file: str) -> Problem:
    """Make one unreadable line readable and return what was wrong with it."""
    where = _WHERE.search(message)
    number = min(int(where[1]) if where and where[1] else len(lines), len(lines))
    column = int(where[2]) if where and where[2] else 1
    line = lines[number - 1]
    pair = _PAIR.match(line)
    if pair and not message.startswith("Cannot"):
        quoted = json.dumps(pair[2], ensure_ascii=False)
        lines[number - 1] = pair[1] + quoted + pair[3]
        advice = f"{pair[2]} cannot be read (a text needs quotes: {quoted})"
        return Problem(file, number, len(pair[1]) + 1, "", advice)
    while number > 1 and not lines[number - 1].strip():
        number -= 1  # the end of the document: blame the last line that says something
    if lines[number - 1].lstrip().startswith("#"):
        lines[:] = []  # commenting out did not help: give up on the rest
    else:
        lines[number - 1] = "#" + lines[number - 1]
    sentence = _WHERE.sub("", message)
    return Problem(file, number, column, "", f"this is not TOML: {sentence}")
