"""The answers that ``reminderd init`` needs: how each is read, and what it is if left out.

One list serves both ways of asking: at a terminal, and in a file of answers.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from ..config.positions import locate
from ..config.suggest import shown, suggestion
from ..config.synonyms import zones_meant
from ..config.tables import CONFIGURATION
from ..config.toml import parse
from ..config.values import Currency, DailyRate, Day, Positive, Rate, Zone
from ..errors import Problem, UsageError
from ..loans.money import Money
from ..loans.presets import preset_names
from .init_channels import KINDS, is_address, is_secret
from .init_words import EN, ZH, say

Known = Mapping[str, Any]

NONE = "none"
SERVICES = ("user", "system", NONE)
_AHEAD = timedelta(days=30)
_LONGEST_NAME = 60
_SERVER = re.compile(r"[\w-]+(\.[\w-]+)*(:\d{1,5})?", re.ASCII)
_RATE = re.compile(r"\d+(?:\.\d+)?\s*[%％]")
_RATES = {
    "daily_rate": (DailyRate, re.compile(r"day|daily|日|天")),
    "annual_rate": (Rate, re.compile(r"year|annual|年")),
}
_USUAL_RATES = {"weilidai": ("daily_rate", "0.05%"), "cn-bank-loan": ("annual_rate", "18%")}
_ABROAD = {"us-consumer": "USD", "de-consumer": "EUR"}


@dataclass(frozen=True, slots=True)
class Here:
    """What this machine says of itself, for defaults."""

    language: str
    timezone: str
    now: datetime
    service: str


@dataclass(frozen=True, slots=True)
class Question:
    """One answer. ``read`` raises ValueError with what to write instead.

    Where ``default`` gives None, it must be answered; where ``asked`` is false, it must not.
    """

    name: str
    read: Callable[[Any, Known], Any]
    default: Callable[[Known, Here], Any]
    asked: Callable[[Known], bool] = lambda _known: True


def _checked(kind: Any, value: object, known: Known, sentence: str, **facts: object) -> Any:
    """Return a value as the configuration would read it."""
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError:
        raise ValueError(say(known["language"], sentence, value=shown(value), **facts)) from None


def close_to(value: object, names: Iterable[str], language: str) -> str:
    """Return `` (did you mean …?)`` for the nearest name, or nothing."""
    found = re.search(r"'(.*)'", suggestion(str(value), names))
    return say(language, "close", name=found[1]) if found else ""


def one_of(names: Iterable[str]) -> Callable[[Any, Known], str]:
    """Return what reads one of some names, or its number in the list."""
    there = list(names)

    def read(value: Any, known: Known) -> str:
        text = str(value).strip()
        if text.isascii() and text.isdecimal() and 1 <= int(text) <= len(there):
            return there[int(text) - 1]
        if text.lower() in there:
            return text.lower()
        language = known["language"]
        remedy = close_to(text, there, language) or say(language, "there", there=", ".join(there))
        raise ValueError(say(language, "no_choice", value=shown(value), remedy=remedy))

    return read


def _language(value: Any, known: Known) -> str:
    text = str(value).strip().lower()
    if text in {"en", "english"}:
        return EN
    if text in {"zh-cn", "zh_cn", "zh", "cn", "中文"}:
        return ZH
    raise ValueError(say(known.get("language", EN), "no_language", value=shown(value)))


def _timezone(value: Any, known: Known) -> Any:
    from zoneinfo import available_timezones

    language = known["language"]
    meant = " / ".join(zones_meant(str(value)))
    close = say(language, "close", name=meant) if meant else ""
    close = close or close_to(value, available_timezones(), language)
    remedy = close or say(language, "a_zone")
    return _checked(Zone, value, known, "no_timezone", remedy=remedy)


def _address(value: Any, known: Known) -> str:
    text = str(value).strip()
    if not is_address(known["channel"], text):
        raise ValueError(
            say(known["language"], f"no_address_{known['channel']}", value=shown(value))
        )
    is_topic = known["channel"] == "ntfy" and "/" not in text
    return f"ntfy.sh/{text}" if is_topic else text


def _secret(value: Any, known: Known) -> str:
    text = str(value).strip()
    if not is_secret(known["channel"], text):
        kind = "_url" if known["channel"] == "url" else ""
        raise ValueError(say(known["language"], f"no_secret{kind}"))
    return text


def _server(value: Any, known: Known) -> str:
    text = str(value).strip()
    if not _SERVER.fullmatch(text):
        raise ValueError(say(known["language"], "no_server", value=shown(value)))
    return text


def _rate(value: Any, known: Known) -> tuple[str, str]:
    """Read a rate as its key in the configuration and its value."""
    found = _RATE.search(str(value))
    keys = [key for key, (_, word) in _RATES.items() if word.search(str(value).lower())]
    if found is None or len(keys) != 1:
        raise ValueError(say(known["language"], "no_rate", value=shown(value)))
    key, rate = keys[0], re.sub(r"\s", "", found[0]).replace("％", "%")
    _checked(_RATES[key][0], rate, known, "no_rate")
    return key, rate


def _name(value: Any, known: Known) -> str:
    text = str(value).strip()
    if not text or len(text) > _LONGEST_NAME or not text.isprintable():
        raise ValueError(say(known["language"], "no_name"))
    return text


def _currency(value: Any, known: Known) -> Any:
    return _checked(Currency, str(value).strip().upper(), known, "no_currency")


def _amount(value: Any, known: Known) -> str:
    currency = known["currency"]
    amount = _checked(Positive, value, known, "no_amount", currency=currency)
    try:
        return str(Money.of(amount, currency))
    except ValueError:
        facts = {"value": shown(value), "currency": currency}
        raise ValueError(say(known["language"], "no_amount", **facts)) from None


def _due(value: Any, known: Known) -> Any:
    return _checked(Day, value, known, "no_due")


def _flag(value: Any, known: Known) -> bool:
    if not isinstance(value, bool):
        raise ValueError(say(known["language"], "no_flag", value=shown(value)))
    return value


def _own_currency(known: Known) -> str:
    """Return the currency of a preset's country, else of the time zone's."""
    from babel.core import get_global
    from babel.numbers import get_territory_currencies

    if known["preset"] in _ABROAD or known["preset"] != NONE:
        return _ABROAD.get(known["preset"], "CNY")
    territory = get_global("zone_territories").get(known["timezone"])
    found = get_territory_currencies(territory) if territory else []
    return found[0] if found else "CNY"


def _mailbox(known: Known, _here: Here) -> str | None:
    """Return what could be the borrower's address: a topic that nobody can guess, or $EMAIL."""
    if known["channel"] == "ntfy":
        return f"ntfy.sh/reminderd-{secrets.token_hex(6)}"
    given = os.environ.get("EMAIL", "")
    return given if known["channel"] == "email" and is_address("email", given) else None


def _in_a_while(known: Known, here: Here) -> date:
    return here.now.astimezone(ZoneInfo(known["timezone"])).date() + _AHEAD


def _asks(what: str) -> Callable[[Known], bool]:
    return lambda known: what in KINDS[known["channel"]].asks


def has_secret(known: Known) -> bool:
    """Return whether the channel has something to hide."""
    return str(known["channel"]) != "screen"


PRESETS = (NONE, *preset_names())
QUESTIONS = {
    question.name: question
    for question in (
        Question("language", _language, lambda _known, here: here.language),
        Question("timezone", _timezone, lambda _known, here: here.timezone),
        Question("channel", one_of(KINDS), lambda _known, _here: "screen"),
        Question("address", _address, _mailbox, _asks("address")),
        Question("secret", _secret, lambda _known, _here: None, _asks("secret")),
        Question(
            "server", _server, lambda _known, _here: "", lambda known: known["channel"] == "email"
        ),
        Question("secret_file", _flag, lambda _known, _here: True),
        Question("preset", one_of(PRESETS), lambda _known, _here: NONE),
        Question(
            "rate",
            _rate,
            lambda known, _here: _USUAL_RATES[known["preset"]],
            lambda known: known["preset"] in _USUAL_RATES,
        ),
        Question(
            "name", _name, lambda known, _here: say(known["language"], f"name_{known['preset']}")
        ),
        Question("currency", _currency, lambda known, _here: _own_currency(known)),
        Question("amount", _amount, lambda _known, _here: "1000.00"),
        Question("due", _due, _in_a_while),
        Question("test", _flag, lambda _known, _here: True),
        Question("service", one_of(SERVICES), lambda _known, here: here.service),
        Question("overwrite", _flag, lambda _known, _here: False),
    )
}


def read_answers(text: str, file: str, here: Here) -> dict[str, Any]:
    """Return all answers from a text in TOML; UsageError lists everything wrong with it."""
    reading = parse(text, file, QUESTIONS.keys() - {"secret"}, CONFIGURATION)
    given, positions = reading.document, locate(reading.text)
    known: dict[str, Any] = {}
    wrong = {
        name: say(here.language, "unknown", close=close_to(name, QUESTIONS, here.language))
        for name in given.keys() - QUESTIONS.keys()
    }
    for question in QUESTIONS.values():
        if _bears_on(question) in wrong and not question.asked(known):
            continue
        try:
            _take(question, given, known, here)
        except ValueError as error:
            wrong[question.name] = str(error)
            if question.asked(known):  # so that the others can be read all the same
                known[question.name] = question.default(known, here)
    problems = [*reading.problems]
    for name, message in wrong.items():
        line, column = positions.key((name,)) if name in given else (1, 1)
        problems.append(Problem(file, line, column, name, message))
    if problems:
        problems.sort(key=lambda problem: (problem.line, problem.column))
        raise UsageError("\n".join(map(str, problems)))
    return known


def _take(question: Question, given: Mapping[str, Any], known: dict[str, Any], here: Here) -> None:
    """Put the answer to a question among those known, if it bears on them."""
    name = question.name
    if question.asked(known):
        answer = (
            question.read(given[name], known) if name in given else question.default(known, here)
        )
        if answer is None:
            raise ValueError(say(known["language"], "missing", name=name))
        known[name] = answer
    elif name in given:
        other = _bears_on(question)
        beside = f'{other} = "{known[other]}"'
        raise ValueError(say(known["language"], "beside", with_=beside))


def _bears_on(question: Question) -> str:
    """Return the question whose answer decides whether this one is asked."""
    return "preset" if question.name == "rate" else "channel"
