"""Where each key and value of a TOML text stands, so that a mistake can be pointed at.

``tomllib`` keeps no positions. This scanner walks a text that ``tomllib`` has already accepted,
so it need not judge, only follow: headers, dotted keys, strings, arrays and inline tables.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# What repeats gives nothing back: else a long text would cost a hundred times its size.
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]++|\\.)*+"' r"|'[^'\n]*'", re.DOTALL
)
_PLAIN = re.compile(r"[^,\]}\n#]+")


@dataclass(slots=True)
class Positions:
    """Offsets of keys and values by path."""

    text: str
    keys: dict[Path, int] = field(default_factory=dict)
    values: dict[Path, int] = field(default_factory=dict)
    headers: list[tuple[int, Path]] = field(default_factory=list)  # in the order of the text

    def value(self, path: Path) -> tuple[int, int]:
        """Return line and column of a value, or of the nearest thing around it that exists."""
        return self._nearest(path, self.values)

    def key(self, path: Path) -> tuple[int, int]:
        """Return line and column of a key, or of the nearest thing around it that exists."""
        return self._nearest(path, self.keys)

    def has(self, path: Path) -> bool:
        """Return whether the text has this path."""
        return path in self.keys

    def table_at(self, line: int) -> Path:
        """Return the path of the table that keys on *line* would belong to."""
        above = [path for offset, path in self.headers if self._line(offset) <= line]
        return above[-1] if above else ()

    def _nearest(self, path: Path, offsets: dict[Path, int]) -> tuple[int, int]:
        while path and path not in offsets:
            path = path[:-1]
        offset = offsets.get(path, 0)
        return self._line(offset), offset - self.text.rfind("\n", 0, offset)

    def _line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1


def locate(text: str) -> Positions:
    """Return the positions of everything in a valid TOML text."""
    found = Positions(text)
    _Scanner(text, found).document()
    return found


class _Scanner:
    def __init__(self, text: str, found: Positions) -> None:
        self.text = text
        self.at = 0
        self.found = found
        self.counts: dict[Path, int] = {}  # tables seen so far in each array of tables

    def document(self) -> None:
        table: Path = ()
        while self.skip() < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)

    def skip(self) -> int:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def header(self) -> Path:
        start, array = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        names = self.dotted()
        self.at += 2 if array else 1
        path: Path = ()
        for number, (name, _) in enumerate(names, 1):
            path = (*path, name)
            self.stands(path, start)
            if number < len(names) and path in self.counts:
                path = (*path, self.counts[path] - 1)  # under an array means under its last table
        if array:
            number = self.counts.get(path, 0)
            self.counts[path] = number + 1
            path = (*path, number)
            self.stands(path, start)
        self.found.headers.append((start, path))
        return path

    def stands(self, path: Path, offset: int) -> None:
        """Note where a path is mentioned first."""
        self.found.keys.setdefault(path, offset)
        self.found.values.setdefault(path, offset)

    def dotted(self) -> list[tuple[str, int]]:
        """Read a key and return its parts with their offsets."""
        parts: list[tuple[str, int]] = []
        while True:
            start = self.skip()
            match = _STRING.match(self.text, start) or _BARE_KEY.match(self.text, start)
            if match is None:
                return parts
            self.at = match.end()
            parts.append((_unquoted(match.group()), start))
            self.skip()
            if self.text[self.at : self.at + 1] != ".":
                return parts
            self.at += 1

    def pair(self, table: Path) -> None:
        path = table
        for name, offset in self.dotted():
            path = (*path, name)
            self.stands(path, offset)
        self.at += 1  # the equals sign
        self.skip()
        self.value(path)

    def value(self, path: Path) -> None:
        self.found.values[path] = self.at
        opening = self.text[self.at]
        if opening in "[{":
            self.at += 1
            self.items(path) if opening == "[" else self.members(path)
            self.at += 1
            return
        match = _STRING.match(self.text, self.at) or _PLAIN.match(self.text, self.at)
        self.at = match.end() if match else len(self.text)

    def items(self, path: Path) -> None:
        number = 0
        while self.text[self.skip()] != "]":
            self.found.keys[*path, number] = self.at
            self.value((*path, number))
            number += 1
            if self.text[self.skip()] == ",":
                self.at += 1

    def members(self, path: Path) -> None:
        while self.text[self.skip()] != "}":
            self.pair(path)
            if self.text[self.skip()] == ",":
                self.at += 1


def _unquoted(key: str) -> str:
    if key[0] == '"':
        return str(tomllib.loads(f"key = {key}")["key"])  # it may hold escapes
    return key.strip("'")
