"""The menus of ``reminderd init``: a choice goes by its number and by every name that is shown."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..config.suggest import shown
from ..config.typed import half_width
from .init_words import LANGUAGES, say, sentences

_PARTS = re.compile(r"[（(）),，、：:/]")
_NEAR = 0.8  # "weilida" is near "weilidai"; "car loan" is not near "cn-bank-loan"


def _plain(name: str) -> str:
    """Return a name without what people leave out: case, spaces, dashes, quotes."""
    return re.sub(r"[\s_'\"“”‘’-]", "", half_width(name).casefold())


@dataclass(frozen=True)
class Menu:
    """Choices of one question, in the order in which they are shown.

    ``WHAT_NAME`` is what each is called in each language; ``also_WHAT_NAME`` lists other words.
    """

    what: str
    names: tuple[str, ...]

    def lines(self, language: str) -> Iterator[str]:
        """Yield a line for each choice: its number, its name, and what it is."""
        for number, name in enumerate(self.names, 1):
            yield f"  {number:>2}  {name:<18} {self._label(name, language)}"

    def read(self, value: Any, known: Mapping[str, Any]) -> str:
        """Return the choice that a number or a name means; ValueError lists what there is."""
        text = half_width(str(value))
        if text.isascii() and text.isdecimal() and 1 <= int(text) <= len(self.names):
            return self.names[int(text) - 1]
        typed, language = _plain(text), known["language"]
        whole = {word: name for name in reversed(self.names) for word in self._words(name)}
        parts = [name for name in self.names if typed in self._parts(name)]
        if typed in whole:
            return whole[typed]
        if len(parts) == 1:
            return parts[0]
        close = difflib.get_close_matches(typed, whole, n=1, cutoff=_NEAR)
        there = ", ".join(self._shown(name, language) for name in self.names)
        remedy = (
            say(language, "close", name=whole[close[0]])
            if close
            else say(language, "there", there=there)
        )
        raise ValueError(say(language, "no_choice", value=shown(value), remedy=remedy))

    def other_name(self, text: str) -> str:
        """Return what was typed, where it is a word of its own for a choice, as a product's."""
        typed = half_width(text)
        aliases = {_plain(word) for name in self.names for word in self._aliases(name)}
        return typed if _plain(typed) in aliases else ""

    def _label(self, name: str, language: str) -> str:
        return say(language, f"{self.what}_{name}")

    def _shown(self, name: str, language: str) -> str:
        """Return a choice as a refusal lists it: its name, and what it is where that says more."""
        label = _PARTS.split(self._label(name, language))[0].strip()
        return name if _plain(label) == _plain(name) else f"{name} ({label})"

    def _aliases(self, name: str) -> list[str]:
        words = sentences().get(f"also_{self.what}_{name}", {})
        return [word for language in words for word in words[language].split(", ")]

    def _words(self, name: str) -> set[str]:
        labels = [self._label(name, language) for language in LANGUAGES]
        return {_plain(word) for word in (name, *labels, *self._aliases(name))}

    def _parts(self, name: str) -> set[str]:
        labels = [self._label(name, language) for language in LANGUAGES]
        parts = (part for label in labels for part in _PARTS.split(label))
        return {plain for part in parts if (plain := _plain(part))}
