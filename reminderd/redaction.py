"""One gate for whatever is shown: no secret in it, and nothing that steers what shows it.

Names come from files that somebody else may write, errors from other people's servers.

What the configuration resolves is learnt once, and ``redact`` puts ``***`` in its place wherever
it stands, however it is written: escaped, in hex or base64, broken over lines. The memory is the
process's own, since neither a log line nor an error of some library says which configuration it
comes from. Standard library only.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote

HIDDEN = "***"
_LEAST = 3  # characters; what is shorter cannot be told from ordinary letters
_ALONE = 6  # what is shorter is hidden only where it is no part of a word
_NUMBER = re.compile(r"\d{1,5}", re.ASCII)  # amounts and ports must stay readable
_EXCERPT = 200  # characters of another program's words
_BREAK = r"(?:\s|\\[nrt])*"  # where a line may break, in a text or in its representation
_DIGIT_64 = r"[A-Za-z0-9+/_-]"
# Control characters but line break and tab; separators of lines and paragraphs; marks that turn the
# direction of reading; halves of characters, which cannot be written.
_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Redactor:
    """Knows secrets, and hides them."""

    def __init__(self) -> None:
        """Know none."""
        self.spellings: set[str] = set()
        self.encodings: set[str] = set()  # patterns
        self._made: tuple[int, re.Pattern[str]] | None = None  # of so many spellings

    def learn(self, secrets: Iterable[str]) -> None:
        """Hide these from now on."""
        for secret in secrets:
            bare = unquote(secret).strip()
            if len(bare) >= _LEAST and not _NUMBER.fullmatch(bare):
                self.spellings.update(_spellings(secret), _spellings(bare))
                self.encodings.update(_encodings(bare))

    def redact(self, text: str) -> str:
        """Return a text without the secrets."""
        return self._pattern().sub(HIDDEN, text) if self.spellings else text

    def _pattern(self) -> re.Pattern[str]:
        """Return what matches all secrets: made once it is needed, and anew if there are more."""
        known = len(self.spellings)
        if self._made is None or self._made[0] != known:
            self._made = known, self._compiled()
        return self._made[1]

    def _compiled(self) -> re.Pattern[str]:
        longest_first = sorted(self.spellings, key=lambda one: (-len(one), one))
        # Parsers of URLs write hosts, which may be tokens, and escapes in either case.
        ways = "|".join(map(_matching, longest_first))
        coded = "|".join(sorted(self.encodings))
        ways += f"|{_DIGIT_64}?(?:{coded}){_DIGIT_64}?=*" if coded else ""
        return re.compile(ways, re.IGNORECASE)


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield repr(secret)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield html.escape(secret)
    yield quote(quote(secret, safe=""), safe="")


def _matching(spelling: str) -> str:
    if len(spelling) >= _ALONE:
        return _BREAK.join(map(re.escape, spelling))
    return rf"(?<![^\W_]){re.escape(spelling)}(?![^\W_])"


def _encodings(secret: str) -> Iterator[str]:
    """Yield patterns of what a secret looks like in hex, and in base64 wherever it begins.

    In base64 three bytes are four digits, so there are three ways; a digit that a neighbour has a
    part in goes with it.
    """
    data = secret.encode()
    if len(data) < _ALONE:
        return
    yield r"[:\s-]*".join(f"{byte:02x}" for byte in data)
    for ahead in range(3):
        coded = base64.b64encode(bytes(ahead) + data).rstrip(b"=").decode()
        inner = coded[-(-8 * ahead // 6) : 8 * (ahead + len(data)) // 6]
        digits = (re.escape(one).replace(r"\+", "[+-]").replace("/", "[/_]") for one in inner)
        yield _BREAK.join(digits)


_redactor = Redactor()


def learn(secrets: Iterable[str]) -> None:
    """Hide these secrets from now on, for as long as the process lives."""
    _redactor.learn(secrets)


def redact(text: str) -> str:
    """Return a text without the secrets that this process has learnt."""
    return _redactor.redact(text)


def harmless(text: str) -> str:
    """Return a text of several lines without what could steer a terminal."""
    whole = text.replace("\r\n", "\n")
    return _STEERING.sub(lambda found: " " if found[0].isspace() else "", whole)


def one_line(text: str, at_most: int = 10_000) -> str:
    """Return a text on one line, without what could steer a terminal or a page, cut if too long."""
    kept = " ".join(harmless(text).split())
    return kept if len(kept) <= at_most else kept[: at_most - 1] + "…"


def excerpt(words: str, at_most: int = _EXCERPT) -> str:
    """Return the beginning of another program's words on one line, fit to show.

    Secrets are hidden once nothing stands between their letters, and before the words are cut: in
    two, they would not be known any more.
    """
    return one_line(redact(one_line(words)), at_most)


def escaped(json: str) -> str:
    """Return JSON that means the same and can be shown in a terminal."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", json)
