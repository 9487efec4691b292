"""What ``reminderd init`` says, in each language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

EN, ZH = LANGUAGES = ("en", "zh-CN")


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Return everything there is to say: by key, then by language."""
    text = resources.files(__package__).joinpath("init_words.toml").read_text("utf-8")
    return tomllib.loads(text)


def say(language: str, key: str, **facts: object) -> str:
    """Return what *key* says in a language, filled in with *facts*."""
    return sentences()[key][language].format(**facts)
