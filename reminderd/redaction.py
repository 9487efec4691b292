"""One gate for whatever is shown: no secret in it, and nothing that steers what shows it.

Names come from files that somebody else may write, errors from other people's servers.

What the configuration resolves is learnt once, and ``redact`` puts ``***`` in its place wherever
it stands, however it is written. The memory is the process's own, since neither a log line nor an
error of some library says which configuration it comes from. Standard library only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote

HIDDEN = "***"
_LEAST = 3  # characters; what is shorter cannot be told from ordinary letters
_ALONE = 6  # what is shorter is hidden only where it is no part of a word
_NUMBER = re.compile(r"\d{1,5}", re.ASCII)  # amounts and ports must stay readable
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
        self.pattern: re.Pattern[str] | None = None

    def learn(self, secrets: Iterable[str]) -> None:
        """Hide these from now on."""
        for secret in secrets:
            bare = unquote(secret).strip()
            if len(bare) >= _LEAST and not _NUMBER.fullmatch(bare):
                self.spellings.update(_spellings(secret), _spellings(bare))
        longest_first = sorted(self.spellings, key=lambda one: (-len(one), one))
        if longest_first:
            # Parsers of URLs write hosts, which may be tokens, and escapes in either case.
            self.pattern = re.compile("|".join(map(_matching, longest_first)), re.IGNORECASE)

    def redact(self, text: str) -> str:
        """Return a text without the secrets."""
        return self.pattern.sub(HIDDEN, text) if self.pattern else text


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield repr(secret)[1:-1]
    yield json.dumps(secret)[1:-1]


def _matching(spelling: str) -> str:
    found = re.escape(spelling)
    return found if len(spelling) >= _ALONE else rf"(?<![^\W_]){found}(?![^\W_])"


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


def escaped(json: str) -> str:
    """Return JSON that means the same and can be shown in a terminal."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", json)
