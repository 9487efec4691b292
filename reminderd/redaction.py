"""Keeping secrets out of whatever is shown: logs, errors, what is stored of a failure.

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
