"""The answers that ``reminderd init`` needs: how each is read, and what it is if left out.

One list serves both ways of asking: at a terminal, and in a file of answers. What concerns a loan
is in ``LOAN_QUESTIONS``, and asked again for each loan (``init_loans.py``).
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..config.suggest import shown, suggestion
from ..config.typed import half_width, read_zone
from .init_channels import KINDS, is_address, is_secret, is_usual_server
from .init_menu import Menu
from .init_words import EN, ZH, say

Known = Mapping[str, Any]

NONE = "none"
CHANNELS = Menu("channel", tuple(KINDS))
SERVICES = Menu("service", ("user", "system", NONE))
_SERVER = re.compile(r"[\w-]+(\.[\w-]+)*(:\d{1,5})?", re.ASCII)
_LANGUAGES = {
    EN: {"en", "english", "en-us", "en-gb", "en_us", "英文", "英语"},
    ZH: {"zh-cn", "zh_cn", "zh", "cn", "chinese", "中文", "汉语", "简体中文"},
}


@dataclass(frozen=True, slots=True)
class Here:
    """What this machine says of itself, for defaults."""

    language: str
    timezone: str
    now: datetime
    service: str

    def today(self, known: Known) -> date:
        """Return the date where the borrower is."""
        return self.now.astimezone(ZoneInfo(known["timezone"])).date()


class Doubt(Exception):
    """An answer that can be read but is hardly meant so.

    At a terminal ``key`` is the question that settles it, and ``usual`` what Enter says to that.
    In a file ``remedy`` is what to write. ``also`` are answers that change with it.
    """

    def __init__(
        self,
        answer: Any,
        key: str,
        remedy: str,
        *,
        usual: bool = True,
        also: Known | None = None,
        **facts: object,
    ) -> None:
        """Keep what was read, and the words for asking back."""
        self.answer = answer
        self.key = key
        self.remedy = remedy
        self.usual = usual
        self.also = also or {}
        self.facts = facts
        super().__init__(key)

    def sentence(self, language: str) -> str:
        """Return what is wrong with it in a file, and what to write there."""
        asked = say(language, self.key, **self.facts)
        return say(language, "doubtful", asked=asked, remedy=self.remedy)


@dataclass(frozen=True, slots=True)
class Question:
    """One answer. ``read`` raises ValueError with what to write instead, Doubt to ask back.

    Where ``default`` gives None, it must be answered; where ``asked`` is false, it must not.
    ``bears_on`` names the question that decides about that.
    """

    name: str
    read: Callable[[Any, Known, Here], Any]
    default: Callable[[Known, Here], Any]
    asked: Callable[[Known], bool] = lambda _known: True
    bears_on: str = "channel"
    menu: Menu | None = field(default=None)


def close_to(value: object, names: Iterable[str], language: str) -> str:
    """Return `` (did you mean …?)`` for the nearest name, or nothing."""
    found = re.search(r"'(.*)'", suggestion(str(value), names))
    return say(language, "close", name=found[1]) if found else ""


def chosen(
    menu: Menu, default: Callable[[Known, Here], Any], name: str = "", **more: Any
) -> Question:
    """Return the question that a menu answers."""

    def read(value: Any, known: Known, _here: Here) -> str:
        return menu.read(value, known)

    return Question(name or menu.what, read, default, menu=menu, **more)


def _language(value: Any, known: Known, _here: Here) -> str:
    text = half_width(str(value)).lower()
    for language, words in _LANGUAGES.items():
        if text in words:
            return language
    raise ValueError(say(known.get("language", EN), "no_language", value=shown(value)))


def _timezone(value: Any, known: Known, _here: Here) -> str:
    from zoneinfo import available_timezones

    language = known["language"]
    zone = read_zone(str(value), language)
    if zone is None:
        remedy = close_to(value, available_timezones(), language) or say(language, "a_zone")
        raise ValueError(say(language, "no_timezone", value=shown(value), remedy=remedy))
    if not zone.certain:
        raise Doubt(
            zone.name,
            "which_zone",
            f'timezone = "{zone.name}"',
            value=half_width(str(value)),
            zone=zone.name,
        )
    return zone.name


def _address(value: Any, known: Known, _here: Here) -> str:
    text = half_width(str(value))
    if not is_address(known["channel"], text):
        raise ValueError(
            say(known["language"], f"no_address_{known['channel']}", value=shown(value))
        )
    is_topic = known["channel"] == "ntfy" and "/" not in text
    return f"ntfy.sh/{text}" if is_topic else text


def _secret(value: Any, known: Known, _here: Here) -> str:
    text = str(value).strip()
    if not is_secret(known["channel"], text):
        kind = "_url" if known["channel"] == "url" else ""
        raise ValueError(say(known["language"], f"no_secret{kind}"))
    return text


def _server(value: Any, known: Known, _here: Here) -> str:
    text = half_width(str(value))
    if not _SERVER.fullmatch(text):
        raise ValueError(say(known["language"], "no_server", value=shown(value)))
    return text


def _guessed_server(known: Known, _here: Here) -> str:
    """Return the server's name that most domains of one's own have; nothing where it is known."""
    address = known["address"] or ""
    return "" if not address or is_usual_server(address) else f"smtp.{address.partition('@')[2]}"


def flag(value: Any, known: Known, _here: Here) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ValueError(say(known["language"], "no_flag", value=shown(value)))
    return value


def _mailbox(known: Known, _here: Here) -> str | None:
    """Return what could be the borrower's address: a topic that nobody can guess, or $EMAIL."""
    if known["channel"] == "ntfy":
        return f"ntfy.sh/reminderd-{secrets.token_hex(6)}"
    given = os.environ.get("EMAIL", "")
    return given if known["channel"] == "email" and is_address("email", given) else None


def _asks(what: str) -> Callable[[Known], bool]:
    return lambda known: what in KINDS[known["channel"]].asks


def has_secret(known: Known) -> bool:
    """Return whether the channel has something to hide."""
    return str(known["channel"]) != "screen"


def by_name(*questions: Question) -> dict[str, Question]:
    """Return questions by their names."""
    return {question.name: question for question in questions}


QUESTIONS = by_name(
    Question("language", _language, lambda _known, here: here.language),
    Question("timezone", _timezone, lambda _known, here: here.timezone),
    chosen(CHANNELS, lambda _known, _here: "screen"),
    Question("address", _address, _mailbox, _asks("address")),
    Question("server", _server, _guessed_server, lambda known: known["channel"] == "email"),
    Question("secret", _secret, lambda _known, _here: None, _asks("secret")),
    Question("secret_file", flag, lambda _known, _here: True),
    Question("test", flag, lambda _known, _here: True),
    chosen(SERVICES, lambda _known, here: here.service),
    Question("overwrite", flag, lambda _known, _here: False),
    Question("sure", flag, lambda _known, _here: False),
)
