"""A borrower's own playbook, laid over another one. Pure: reading its file is not done here.

It comes as its file holds it, in tables of ``stages``, ``actions`` and ``documents``. What it
leaves out stays as it is; words of a new thing given in one language serve for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from string import Formatter
from typing import Any

from .facts import NAMES, bare, holds
from .playbook import LOCALES, Action, Playbook, Severity, Stage

Own = Mapping[str, Mapping[str, Mapping[str, Any]]]

_SETTLED = "settled"  # follows upon the stages of lateness
_PERSON = "lender-person"
_EXACTLY_ONE = "extension-"
_AT_MOST_ONE = "auto-debit-"


def merged(own: Own, base: Playbook) -> Playbook:
    """Return *base* with what *own* changes in it and adds to it."""
    stages = {key: _stage(key, raw, base.stages.get(key)) for key, raw in _in(own, "stages")}
    actions = {key: _action(key, raw, base.actions.get(key)) for key, raw in _in(own, "actions")}
    return Playbook(
        _in_order({**base.stages, **stages}),
        {**base.actions, **actions},
        {locale: _texts(own, base.texts[locale], locale) for locale in LOCALES},
    )


def _in(own: Own, section: str) -> list[tuple[str, Mapping[str, Any]]]:
    return list(own.get(section, {}).items())


def _stage(key: str, raw: Mapping[str, Any], known: Stage | None) -> Stage:
    severity = Severity.parse(raw["severity"]) if "severity" in raw else None
    if known is None:
        assert severity is not None  # a new stage says how bad it is
        return Stage(key, severity, tuple(raw["actions"]), raw["from"])
    return Stage(
        key,
        known.severity if severity is None else severity,
        tuple(raw.get("actions", known.actions)),
        raw.get("from", known.first_day),
    )


def _action(key: str, raw: Mapping[str, Any], known: Action | None) -> Action:
    before = known or Action(key, (), (), ())
    when, documents = raw.get("when", before.when), raw.get("documents", before.documents)
    return Action(key, tuple(when), tuple(documents), before.sources)


def _in_order(stages: Mapping[str, Stage]) -> dict[str, Stage]:
    late = [stage for stage in stages.values() if stage.first_day is not None]
    others = [stage for stage in stages.values() if stage.first_day is None]
    after = others.index(stages[_SETTLED])
    late.sort(key=lambda stage: stage.first_day or 0)
    return {stage.id: stage for stage in (*others[:after], *late, *others[after:])}


def _texts(own: Own, base: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """Return all words in a locale."""
    said = {section: dict(words) for section, words in base.items()}
    outlooks = [(key, raw["ahead"]) for key, raw in _in(own, "stages") if "ahead" in raw]
    for section, things in (
        ("stages", _in(own, "stages")),
        ("ahead", outlooks),
        ("documents", _in(own, "documents")),
    ):
        for key, raw in things:
            if (words := _words(raw, locale, new=key not in said[section])) is not None:
                said[section][key] = words
    for key, raw in _in(own, "actions"):
        said["actions"][key] = _action_words(raw, locale, base["actions"].get(key))
    return said


def _words(raw: Mapping[str, Any], locale: str, *, new: bool) -> Any:
    there = [name for name in (locale, *LOCALES) if name in raw]
    return raw[there[0]] if there and (new or there[0] == locale) else None


def _action_words(
    raw: Mapping[str, Any], locale: str, known: Mapping[str, str] | None
) -> dict[str, str]:
    words: dict[str, str] = dict(known or {})
    if known is None:
        for other in LOCALES:
            words.update(raw.get(other, {}))
    words.update(raw.get(locale, {}))
    return words


def gap(playbook: Playbook, stage: Stage, *, known: bool = True) -> frozenset[str] | None:
    """Return facts with which no action of a stage applies; None where one always does.

    Of the facts only those come back that the conditions are about. Where no facts are *known*,
    none holds. The lender is taken to be a bank: of a person's loan, the first action stands where
    none applies.
    """
    actions = [playbook.actions[key].when for key in stage.actions]
    conditions = [
        tuple(name for name in when if bare(name) != _PERSON)
        for when in actions
        if _PERSON not in when
    ]
    if () in conditions:
        return None
    asked = {bare(name) for when in conditions for name in when}
    for facts in _combinations(asked) if known else [frozenset[str]()]:
        if not any(holds(when, facts) for when in conditions):
            return frozenset(name for name in facts if _family(name) in map(_family, asked))
    return None


def _family(fact: str) -> str:
    """Return what stands for a fact and for those that cannot hold beside it."""
    return next((start for start in (_EXACTLY_ONE, _AT_MOST_ONE) if fact.startswith(start)), fact)


def _combinations(asked: set[str]) -> Iterator[frozenset[str]]:
    """Yield what can hold together of some facts, and of where a request and a debit stand."""
    requests = [name for name in NAMES if name.startswith(_EXACTLY_ONE)]
    debits = [name for name in NAMES if name.startswith(_AT_MOST_ONE)]
    free = sorted(asked.difference(requests, debits))
    each = [((), (name,)) for name in free]
    for chosen in product([(name,) for name in requests], [(), *((n,) for n in debits)], *each):
        yield frozenset(name for names in chosen for name in names)


def variables_in(words: str) -> list[str]:
    """Return the ``{variables}`` of an action's words; ValueError where a brace is none."""
    found = []
    for _, name, form, conversion in Formatter().parse(words):
        if name is not None:
            if form or conversion or not name.isidentifier():
                raise ValueError(name)
            found.append(name)
    return found
