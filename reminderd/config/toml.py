"""Reading TOML so that every mistake in it is found at once.

A text that is not TOML would hide all other mistakes behind its first one. So what cannot be read
is reported and replaced by the nearest thing that can (an unquoted text by a quoted one, a torn
heading by a whole one, anything else by nothing), and reading goes on.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Container
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ..errors import ConfigError, Problem
from ..loans.notation import QUOTES, day_of, narrowed
from .synonyms import heading_meant

_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_KEY = r"(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')"
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_PAIR = re.compile(rf"^([ \t]*({_DOTTED})[ \t]*=[ \t]*)([^\"'\[{{#\s][^#\n]*?)([ \t]*(?:#.*)?)$")
_START = re.compile(rf"^[ \t]*(?:\[\[?[ \t]*{_DOTTED}[ \t]*\]\]?[ \t]*(?:#.*)?$|{_DOTTED}[ \t]*=)")
_NAMED = re.compile(rf"^[ \t]*({_DOTTED})[ \t]*=[ \t]*")
_HEADING = re.compile(r"^([ \t]*)(\[{1,2})([^\[\]#]*)")
_IS_NAME = re.compile(r"[\w \t.\"'-]*")  # a torn line could hold anything, even a secret
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"{3,5}|\Z)'
    r"|'''.*?(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]++|\\.)*+(?P<open1>"?)'
    r"|'[^'\n]*(?P<open2>'?)"
    r"|#[^\n]*|[\[\]{}\n]",
    re.DOTALL,
)
_DEEP = re.compile(rf"^[ \t]*\[{{0,2}}(?:[ \t]*{_KEY}[ \t]*\.){{20}}", re.MULTILINE)
_MOST = 50
_LARGEST = 16 << 20  # bytes of a configuration; sixteen thousand loans take 4 MB
_TWICE = ("Cannot ", "Duplicate ")
_AFTER_THE_VALUE = (*_TWICE, "Expected newline")


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables that a kind of file has, as far as mending its headings needs to know."""

    open: tuple[str, ...]  # these hold no secrets
    secret: tuple[str, ...]
    lists: tuple[str, ...]  # of the open ones, those written [[so]]
    told: str  # what its headings look like


@dataclass(slots=True)
class Reading:
    """What could be read of a text, and what was wrong with the rest."""

    document: dict[str, Any] = field(default_factory=dict)
    text: str = ""  # what was readable, line for line
    problems: list[Problem] = field(default_factory=list)
    guesses: list[Problem] = field(default_factory=list)  # of values that were read as texts
    lost: list[int] = field(default_factory=list)  # lines whose keys are missing from it
    quotes: dict[int, list[int]] = field(default_factory=dict)  # put around names, by line

    def column(self, line: int, column: int) -> int:
        """Return where in the text as it was written a column of the readable one is."""
        return column - sum(quote < column for quote in self.quotes.get(line, ()))


def parse(text: str, file: str, public: Container[str], tables: Tables) -> Reading:
    """Read *text* as far as it goes. Numbers with a point come back as exact decimals.

    *public* are the keys whose values messages may show; any other may hold a secret.
    """
    reading = Reading()
    if deep := _DEEP.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        message = "this key has more parts than any key here (write it shorter)"
        reading.problems.append(Problem(file, line, 1, "", message))
        return reading
    mender = _Mender(text.split("\n"), file, public, tables, reading)
    try:
        for _ in range(_MOST):
            readable = "\n".join(mender.lines)
            try:
                reading.document = tomllib.loads(readable, parse_float=_exact)
                reading.text = readable
                return reading
            except tomllib.TOMLDecodeError as error:
                mender.mend(str(error))
    except (ValueError, RecursionError):
        message = "there is a number or a nesting in this file that is too large to read"
        reading.problems.append(Problem(file, 1, 1, "", message))
    return reading


def read_text(file: Path, absent: str) -> str:
    """Return a file's text; ConfigError says why it cannot be read, *absent* what to do then."""
    try:
        with file.open("rb") as whole:
            read = whole.read(_LARGEST + 1)
        if len(read) > _LARGEST:
            message = f"has more than {_LARGEST >> 20} MiB (is it the right file?)"
            raise ConfigError([Problem(str(file), 1, 1, "", message)])
        return read.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError:
        message = f"there is no such file ({absent})"
        raise ConfigError([Problem(str(file), 1, 1, "", message)]) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror} (it must be a file that you can read)"
        raise ConfigError([Problem(str(file), 1, 1, "", message)]) from None
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = "this is not UTF-8 text (save the file as UTF-8)"
        raise ConfigError([Problem(str(file), line, column, "", message)]) from None


def _exact(number: str) -> Decimal:
    try:
        return Decimal(number)
    except InvalidOperation:  # an exponent beyond all bounds
        return Decimal("NaN")


class _Mender:
    """Makes one unreadable statement after the other readable."""

    def __init__(
        self,
        lines: list[str],
        file: str,
        public: Container[str],
        tables: Tables,
        reading: Reading,
    ) -> None:
        self.lines = lines
        self.file = file
        self.public = public
        self.tables = tables
        self.reading = reading
        self.touched: set[int] = set()  # headings that were mended once already

    def mend(self, message: str) -> None:
        """Mend what *message* of tomllib complains of."""
        where = _WHERE.search(message)
        sentence = message[: where.start()] if where else message
        at_end = where is None or where[1] is None
        line, column = len(self.lines) - 1, len(self.lines[-1])
        if where and where[1]:
            line, column = int(where[1]) - 1, int(where[2]) - 1
        first = self._first_line_of_statement(line, column)
        if self._plain_signs(first, line) or self._quoted_name(line, column, sentence):
            return
        if first == line:
            self._mend_line(line, column, sentence)
        elif sentence.startswith(_AFTER_THE_VALUE):
            self._report(first, 0, _explain(sentence, ""))
            self._drop(first, line + 1, lost=False)
        elif at_end or _START.match(self.lines[line]):
            self._never_closed(first, line)
        else:
            self._report(line, column, _explain(sentence, self.lines[line][column:]))
            self._drop(line, line + 1)

    def _first_line_of_statement(self, line: int, column: int) -> int:
        """Return where the statement begins that goes wrong at this place; all before is sound."""
        text = "\n".join(self.lines)
        end = sum(len(known) + 1 for known in self.lines[:line]) + column
        start = depth = 0
        for token in _TOKEN.finditer(text, 0, end):
            mark = token.group()
            if "" in (token["open1"], token["open2"]):
                break  # a quote that its line does not close: this is the statement
            if mark in ("[", "{"):
                depth += 1
            elif mark in ("]", "}"):
                depth = max(0, depth - 1)
            elif mark == "\n" and not depth:
                start = token.end()
        return text.count("\n", 0, start)

    def _plain_signs(self, first: int, line: int) -> bool:
        """Write plain signs for those of Chinese keyboards and word processors, outside texts."""
        reported = set[str]()
        for number in range(first, line + 1):
            text = self.lines[number]
            for column, sign in enumerate(_outside_texts(text)):
                plain = _SIGNS.get(sign)
                if plain is None:
                    continue
                text = text[:column] + plain + text[column + 1 :]
                if plain not in reported:
                    self._report(number, column, _not_plain(sign, plain))
                reported.add(plain)
                if plain == "#":
                    break
            self.lines[number] = text
        return bool(reported)

    def _quoted_name(self, line: int, column: int, sentence: str) -> bool:
        """Put the quotes around a key that needs them, for its table to say which one is meant."""
        text = self.lines[line]
        if not sentence.startswith(_NO_NAME) or _HEADING.match(text):
            return False
        start = len(text) - len(text.lstrip()) if sentence.startswith("Expected") else column
        name = _NAME.match(text, start)
        if name is None or (name[0].isascii() and " " not in name[0]):
            return False
        if " " in name[0] and not self._in_open_table(line, name[0]):
            return False
        self.lines[line] = f'{text[:start]}"{name[0]}"{text[name.end() :]}'
        self.reading.guesses.append(self._problem(line, start, _explain("Invalid statement", "")))
        self.reading.quotes.setdefault(line + 1, []).extend([start + 1, name.end() + 2])
        return True

    def _never_closed(self, first: int, line: int) -> None:
        """Drop a statement that swallows what follows it, up to where the next one begins."""
        named = _NAMED.match(self.lines[first])
        column = named.end() if named else 0
        opening = self.lines[first][column : column + 1]
        told = f"this {opening} is never closed (write {_CLOSING.get(opening)} after its last item)"
        self._report(first, column, told if opening in _CLOSING else _NEVER_CLOSED)
        stop = first + 1
        while stop <= line and not _START.match(self.lines[stop]):
            stop += 1
        self._drop(first, stop)

    def _mend_line(self, line: int, column: int, sentence: str) -> None:
        text = self.lines[line]
        pair, heading, named = _PAIR.match(text), _HEADING.match(text), _NAMED.match(text)
        twice = sentence.startswith(_TWICE)
        if pair and not twice:
            quoted = json.dumps(_bare(pair[3]), ensure_ascii=False)
            self.lines[line] = pair[1] + quoted + pair[4]
            message = self._unquoted(line, pair[2], pair[3], quoted)
            self.reading.guesses.append(self._problem(line, len(pair[1]), message))
        elif heading:
            self._mend_heading(line, heading, twice=twice)
        elif _is_unclosed(sentence) and (end := _CURLY_END.search(text)):
            self.lines[line] = f'{text[: end.start(1)]}"{text[end.end(1) :]}'
            self._report(line, end.start(1), _not_plain(end[1], '"'))
        elif sentence.startswith("Invalid initial") and text[column : column + 1] == "}":
            comma = text.rindex(",", 0, column)
            self.lines[line] = f"{text[:comma]} {text[comma + 1 :]}"
            self._report(line, comma, "this comma is one too many, as } follows (delete it)")
        elif sentence.startswith("Invalid initial") and not _COMMENT.sub("", text[column:]).strip():
            self._report(line, text.index("{"), _ON_ONE_LINE)
            self._drop(line, self._closing(line) + 1)
        else:
            if sentence.startswith("Cannot "):  # tomllib points behind the value
                column = len(text) - len(text.lstrip())
            elif named and _is_unclosed(sentence) and text[named.end() :][:1] in _QUOTES:
                column = named.end()
            self._report(line, column, _explain(sentence, text[column:]))
            self._drop(line, line + 1, lost=not twice)

    def _closing(self, line: int) -> int:
        """Return the line that closes a table in braces; the next heading's, if none does."""
        for number in range(line + 1, len(self.lines)):
            if _HEADING.match(self.lines[number]):
                return number - 1
            if "}" in self.lines[number]:
                return number
        return len(self.lines) - 1

    def _mend_heading(self, line: int, heading: re.Match[str], *, twice: bool) -> None:
        """Write a heading as it was meant; where nobody knows, drop it with all that is under it.

        Its keys would otherwise be taken for those of the table above.
        """
        indent, brackets, inside = heading.groups()
        names = [_bare_or_quoted(part.strip()) for part in inside.split(".")]
        other = (heading_meant(names[0]) or "").strip("[]").split(".")[0]
        if other in self.tables.open or (other in self.tables.secret and len(names) > 1):
            names[0] = other
        listed = len(names) == 1 and names[0] in self.tables.lists
        meant = f"[[{names[0]}]]" if listed else f"[{'.'.join(names)}]"
        there = (*self.tables.open, *self.tables.secret)
        known = names[0] in there and _IS_NAME.fullmatch(inside) is not None
        mendable = known and (not twice or (brackets == "[" and listed))
        if mendable and line not in self.touched:
            self.touched.add(line)
            self.lines[line] = indent + meant
            self._report(line, len(indent), f"this heading cannot be read (write {meant})")
            return
        if line not in self.touched:
            told = f"this heading is there twice, or {names[0]} is a key already (keep one of them)"
            known_ones = f"this is not a heading (write {self.tables.told})"
            self._report(line, len(indent), told if twice else known_ones)
        stop = line + 1
        while stop < len(self.lines) and not _HEADING.match(self.lines[stop]):
            stop += 1
        self._drop(line, stop, lost=False)

    def _unquoted(self, line: int, key: str, value: str, quoted: str) -> str:
        """Say that a text needs quotes, without showing what may be a secret."""
        if not (self._in_open_table(line, key) and key.rpartition(".")[2].strip() in self.public):
            return "this cannot be read (a text needs quotes)"
        if day := day_of(value):
            return f"{value} cannot be read (write {key} = {day})"
        if (flag := value.lower()) in {"true", "false", "yes", "no"}:
            return f"{value} cannot be read (write {key} = {_FLAGS[flag]}, without quotes)"
        if value[0] in QUOTES:
            return f"{value} has quotes of another kind (write {key} = {quoted})"
        return f"{value} cannot be read (a text needs quotes: {quoted})"

    def _in_open_table(self, line: int, key: str) -> bool:
        """Return whether a key stands in a table that holds no secrets."""
        headings = [m[3] for text in self.lines[:line] if (m := _HEADING.match(text))]
        table = (headings[-1] if headings else key).split(".")[0].strip()
        return table in self.tables.open if headings else table not in self.tables.secret

    def _report(self, line: int, column: int, message: str) -> None:
        self.reading.problems.append(self._problem(line, column, message))

    def _problem(self, line: int, column: int, message: str) -> Problem:
        column = self.reading.column(line + 1, column + 1)
        return Problem(self.file, line + 1, column, "", message)

    def _drop(self, first: int, stop: int, *, lost: bool = True) -> None:
        if lost:
            self.reading.lost.append(first + 1)
        if not any(self.lines[first:stop]):
            self.lines.clear()  # nothing left to drop, and still unreadable
        self.lines[first:stop] = [""] * (stop - first)


def _bare_or_quoted(part: str) -> str:
    bare = re.fullmatch(r"[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'", part)
    return part if bare else json.dumps(part.strip("\"'"), ensure_ascii=False)


def _bare(value: str) -> str:
    """Return an unquoted text without quotes of other kinds; a number in plain digits."""
    value = value.strip(f"{QUOTES}\"' \u3000")
    return plain if (plain := narrowed(value)).isascii() else value


def _outside_texts(line: str) -> str:
    """Return a line with blanks for its texts and its comment, quoted or not."""
    pair = _PAIR.match(line)
    if pair and pair[3][0] not in "［｛【" and not re.search(r"\s＃", pair[3]):
        return line[: pair.start(3)]
    return _TOKEN.sub(lambda m: m[0] if m[0] in "[]{}" else " " * len(m[0]), line)


def _not_plain(sign: str, plain: str) -> str:
    """Say which sign to write for one that looks like it."""
    if sign in _UNSEEN:
        return "there is a character here that nobody can see (delete it)"
    if plain == " ":
        return f"this is another kind of space (write a plain one for U+{ord(sign):04X})"
    kind = "full-width" if "！" <= sign <= "～" else "no sign of TOML"
    return f"this {sign} is {kind} (write a plain {plain})"


_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff"
_SIGNS = {
    **dict.fromkeys("＝：", "="),
    **dict.fromkeys("，、；", ","),
    **dict.fromkeys("“”„‟「」『』＂", '"'),
    **dict.fromkeys("‘’‚‛＇", "'"),
    **dict.fromkeys("［【", "["),
    **dict.fromkeys("］】", "]"),
    **dict.fromkeys("\u3000\u00a0\u2002\u2003\u2009\u202f" + _UNSEEN, " "),
    "＃": "#",
    "｛": "{",
    "｝": "}",
    "．": ".",
}
_FLAGS = {"true": "true", "yes": "true", "false": "false", "no": "false"}
_NO_NAME = ("Invalid statement", "Invalid initial", "Expected '='")
_NAME = re.compile(r"[^\W_][\w-]*(?:(?: |[（(])[\w（）()-]+)*(?=[ \t]*[.=])")
_CURLY_END = re.compile(rf"([{QUOTES}])[ \t,\]}}]*(?:#.*)?$")
_COMMENT = re.compile(r"#.*")
_ON_ONE_LINE = "this { is not closed on its line (write the whole table on one line)"
_QUOTES = ('"', "'")
_CLOSING = {"[": "]", "{": "}"}
_NEVER_CLOSED = "this quote is never closed (write another at the end of the text)"
_SENTENCES = {
    "Cannot overwrite a value": "this key is given twice (remove one of the two)",
    "Duplicate inline table key": "this key is given twice (remove one of the two)",
    "Cannot ": "this table is written in two ways (put all its keys together)",
    "Illegal character '\\n'": _NEVER_CLOSED,
    "Found invalid character '\\n'": _NEVER_CLOSED,
    "Unterminated string": _NEVER_CLOSED,
    "Expected \"'": _NEVER_CLOSED,
    "Expected '=' after a key": "there is no = here (write key = value)",
    "Expected newline": "this is too much for one line (write each key on a line of its own)",
    "Invalid statement": "this is not a key (write key = value; names beyond a-z need quotes)",
    "Invalid initial": "this is not a key (write key = value; names beyond a-z need quotes)",
    "Invalid date": "this is not a date (write 2026-12-05)",
    "Unescaped": "a backslash has a meaning of its own here (write two, or use 'single quotes')",
    "Invalid hex": "a backslash has a meaning of its own here (write two, or use 'single quotes')",
    "Illegal character": "there is a character here that nobody can see (delete it)",
    "Found invalid": "there is a character here that nobody can see (delete it)",
}


def _is_unclosed(sentence: str) -> bool:
    return _explain(sentence, "") == _NEVER_CLOSED


def _explain(sentence: str, rest: str) -> str:
    """Say in plain words what tomllib means, *rest* being the line from that place on."""
    if sentence == "Invalid value" and rest.split("#", maxsplit=1)[0].strip():
        return "this cannot be read (a text needs quotes, a date is written 2026-12-05)"
    if sentence == "Invalid value":
        return "there is no value here (write one behind the =, or remove the key)"
    if sentence.startswith("Unclosed"):
        return _explain_items(sentence, rest)
    for start, plain in _SENTENCES.items():
        if sentence.startswith(start):
            return plain
    return f"this is not TOML: {sentence}"


def _explain_items(sentence: str, rest: str) -> str:
    closing = "]" if "array" in sentence else "}"
    if not rest.strip():
        return f"a {closing} is missing at the end of this line"
    return f"this cannot be read (items need a comma between them, and a {closing} behind the last)"
