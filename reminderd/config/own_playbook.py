"""A borrower's own ``playbook.toml``: read, checked for every mistake, laid over the packaged one.

It is held against a playbook as it will be once laid over, so that a gap between what is one's
own and what is packaged is found too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..alerts.alert import ROUTINE, is_like_a_milestone
from ..errors import ConfigError
from ..playbook.facts import conditions, is_known
from ..playbook.own import gap, merged, variables_in
from ..playbook.playbook import LOCALES, Playbook, Stage, packaged
from .findings import Findings
from .playbook_tables import (
    ActionModel,
    OutlookModel,
    PlaybookModel,
    StageModel,
    TextModel,
    WordsModel,
)
from .positions import Path as KeyPath
from .sample import known_variables
from .suggest import no_such, shown, suggestion
from .tables import public_keys
from .toml import Tables, parse, read_text

Model = TypeVar("Model", bound=BaseModel)

_TABLES = Tables(
    open=("stages", "actions", "documents"),
    secret=(),
    lists=(),
    told="[stages.NAME], [actions.NAME] or [documents.NAME]",
)
_NEW_STAGE = ("from", "severity", "actions")
_NAME = re.compile(r"[\w.-]{1,64}")
_WORDS = 'en = { title = "…", detail = "…" }'


def read_playbook(file: Path) -> Playbook:
    """Return the packaged playbook with the borrower's own over it; ConfigError lists problems."""
    text = read_text(file, "write it, or remove playbook from the configuration")
    text = text.replace("\r\n", "\n")
    reading = parse(text, str(file), public_keys(PlaybookModel), _TABLES)
    return _Own(Findings(reading, file, PlaybookModel), packaged()).playbook()


class _Own:
    def __init__(self, findings: Findings, base: Playbook) -> None:
        self.findings = findings
        self.base = base
        try:
            PlaybookModel.model_validate(findings.raw)
        except ValidationError as error:
            findings.add_all(error)
        self.stages = dict(self._models("stages", StageModel))
        self.actions = dict(self._models("actions", ActionModel))
        self.documents = dict(self._models("documents", TextModel))

    def _models(self, section: str, model: type[Model]) -> Iterator[tuple[str, Model]]:
        """Yield the tables that are well-formed one by one, even where the whole is not."""
        tables = self.findings.raw.get(section)
        for name, table in (tables if isinstance(tables, dict) else {}).items():
            try:
                yield name, model.model_validate(table)
            except ValidationError:
                continue  # reported with the whole

    def playbook(self) -> Playbook:
        for name, stage in self.stages.items():
            self._stage(name, stage)
        for name, action in self.actions.items():
            self._action(name, action)
        for name, document in self.documents.items():
            self._document(name, document)
        self._refuse()
        whole = merged(self._plain(), self.base)
        self._days(whole)
        self._uses(whole)
        self._gaps(whole)
        self._refuse()
        return whole

    def _refuse(self) -> None:
        if problems := self.findings.all():
            raise ConfigError(problems)

    def _plain(self) -> dict[str, dict[str, dict[str, Any]]]:
        sections: dict[str, Mapping[str, BaseModel]] = {
            "stages": self.stages,
            "actions": self.actions,
            "documents": self.documents,
        }
        return {
            section: {
                name: table.model_dump(by_alias=True, exclude_none=True)
                for name, table in tables.items()
            }
            for section, tables in sections.items()
        }

    # ─── Stages ───

    def _stage(self, name: str, stage: StageModel) -> None:
        here: KeyPath = ("stages", name)
        known = self.base.stages.get(name)
        if known is None:
            self._new_stage(here, name, stage)
        elif known.first_day is None and stage.first_day is not None:
            message = f"{name} is no stage of lateness (remove from: its day is fixed)"
            self.findings.add((*here, "from"), message, of_key=True)
        self._stage_actions((*here, "actions"), stage.actions)
        self._plain_words(here, stage)
        if stage.ahead is not None:
            self._plain_words((*here, "ahead"), stage.ahead)
            self._some_words((*here, "ahead"), stage.ahead, "says nothing")

    def _new_stage(self, here: KeyPath, name: str, stage: StageModel) -> None:
        given = stage.model_dump(by_alias=True, exclude_none=True)
        missing = [key for key in _NEW_STAGE if key not in given]
        missing += [] if _spoken(stage) else ['en = "…"']
        if here in self.findings.torn:
            return  # what seems to be missing may stand on the line that cannot be read
        if not _NAME.fullmatch(name) or is_like_a_milestone(name):
            message = f"{shown(name)} cannot be a new stage's name (write one as [stages.week-two])"
            self.findings.add(here, message, of_key=True)
        elif missing:
            close = suggestion(name, self.base.stages)
            message = f"is a new stage and lacks {', '.join(missing)} (add what it lacks){close}"
            self.findings.add(here, message, of_key=True)

    def _stage_actions(self, here: KeyPath, names: list[str] | None) -> None:
        if names == []:
            self.findings.add(here, 'is empty (write actions = ["pay-now", "call-lender"])')
        there = {**self.base.actions, **dict.fromkeys(self._named("actions"))}
        for number, name in enumerate(names or []):
            if name not in there:
                close = suggestion(name, there) or " (docs/playbook.md has them all)"
                self.findings.add((*here, number), f"there is no action {shown(name)}{close}")
            elif name in (names or [])[:number]:
                self.findings.add((*here, number), "is there already (remove one of the two)")

    def _named(self, section: str) -> list[str]:
        """Return the names of the file's own things, the malformed ones included."""
        tables = self.findings.raw.get(section)
        return list(tables) if isinstance(tables, dict) else []

    def _days(self, whole: Playbook) -> None:
        """Find stages that begin on the same day, and a first day of lateness without one."""
        late = whole.overdue()
        often = Counter(stage.first_day for stage in late)
        for stage in late:
            if often[stage.first_day] > 1 and self._moved(stage):
                other = next(s for s in late if s.first_day == stage.first_day and s is not stage)
                message = f"{stage.first_day} is where {other.id} begins too (choose another day)"
                self.findings.add(("stages", stage.id, "from"), message)
        if 1 not in often:
            moved = next(stage for stage in late if self._moved(stage))
            message = f"{moved.first_day} leaves days before it without a stage (write from = 1)"
            self.findings.add(("stages", moved.id, "from"), message)

    def _moved(self, stage: Stage) -> bool:
        own = self.stages.get(stage.id)
        return own is not None and own.first_day is not None

    def _uses(self, whole: Playbook) -> None:
        """Find variables that mean nothing where an action is advised; of a place, one."""
        found: dict[KeyPath, str] = {}
        for stage in whole.stages.values():
            known = known_variables(routine=_is_routine(stage))
            for number, key in enumerate(stage.actions):
                for where, name in _variables(whole, key):
                    if name not in known:
                        message = f"{{{name}}} of {key} means nothing in {stage.id}"
                        own = self.findings.positions.has(where)
                        here: KeyPath = ("stages", stage.id, "actions", number)
                        found.setdefault(where if own else here, message)
        for path, message in found.items():
            self.findings.add(path, f"{message} (advise it elsewhere)")

    def _gaps(self, whole: Playbook) -> None:
        """Find stages that sometimes have nothing to say."""
        for stage in whole.stages.values():
            facts = gap(whole, stage, known=not _is_routine(stage))
            if facts is not None:
                where = " and ".join(sorted(facts)) or "none of its conditions holds"
                message = f"{stage.id} advises nothing where {where} (add an action without when)"
                self.findings.add(self._to_blame(stage), message)

    def _to_blame(self, stage: Stage) -> KeyPath:
        own = self.stages.get(stage.id)
        if own is not None and own.actions is not None:
            return "stages", stage.id, "actions"
        return next(
            ("actions", name, "when")
            for name in stage.actions
            if name in self.actions and self.actions[name].when is not None
        )

    # ─── Actions and documents ───

    def _action(self, name: str, action: ActionModel) -> None:
        here: KeyPath = ("actions", name)
        if name not in self.base.actions and here not in self.findings.torn:
            self._new_action(here, name, action)
        for number, condition in enumerate(action.when or []):
            if not is_known(condition):
                close = suggestion(condition, conditions()) or " (docs/templates.md has them all)"
                message = f"there is no condition {shown(condition)}{close}"
                self.findings.add((*here, "when", number), message)
        documents = [*self.base.texts["en"]["documents"], *self._named("documents")]
        for number, document in enumerate(action.documents or []):
            if document not in documents:
                message = no_such("document", document, documents)
                self.findings.add((*here, "documents", number), message)
        for locale, words in _spoken(action).items():
            self._filled((*here, locale), words)

    def _new_action(self, here: KeyPath, name: str, action: ActionModel) -> None:
        said = {key for words in _spoken(action).values() for key in _given(words)}
        if missing := [key for key in WordsModel.model_fields if key not in said]:
            close = suggestion(name, self.base.actions)
            message = f"is a new action and lacks its {' and '.join(missing)} (add {_WORDS}){close}"
            self.findings.add(here, message, of_key=True)

    def _filled(self, here: KeyPath, words: WordsModel) -> None:
        """Find braces that hold no variable."""
        known = known_variables(routine=False) | known_variables(routine=True)
        for key, text in _given(words).items():
            try:
                unknown = [name for name in variables_in(text) if name not in known]
            except ValueError:
                message = "has a brace that is no variable (write {amount}, or {{ for a brace)"
                self.findings.add((*here, key), message)
                continue
            for name in unknown:
                close = suggestion(name, known) or " (docs/templates.md has them all)"
                self.findings.add((*here, key), f"there is no variable {{{name}}}{close}")

    def _document(self, name: str, document: TextModel) -> None:
        here: KeyPath = ("documents", name)
        self._plain_words(here, document)
        if here not in self.findings.torn:
            self._some_words(here, document, "has no words")

    def _some_words(self, here: KeyPath, table: TextModel | OutlookModel, what: str) -> None:
        if not _spoken(table):
            self.findings.add(here, f'{what} (add en = "…", or zh-CN = "…")', of_key=True)

    def _plain_words(self, here: KeyPath, table: TextModel | OutlookModel) -> None:
        for locale, words in _spoken(table).items():
            if "{" in words or "}" in words:
                message = "holds a brace (write words only: variables are for actions)"
                self.findings.add((*here, locale), message)


def _is_routine(stage: Stage) -> bool:
    """Return whether a stage is of no loan: no facts and none of its figures are known then."""
    return stage.id.startswith(ROUTINE)


def _variables(book: Playbook, action: str) -> Iterator[tuple[KeyPath, str]]:
    """Yield the variables of an action's words, with where these would stand in a file."""
    for locale in LOCALES:
        for key, text in book.texts[locale]["actions"][action].items():
            yield from ((("actions", action, locale, key), name) for name in variables_in(text))


def _spoken(table: TextModel | OutlookModel | ActionModel) -> dict[str, Any]:
    """Return the words of a table by locale."""
    said = {"en": table.en, "zh-CN": table.zh}
    return {locale: words for locale, words in said.items() if words is not None}


def _given(words: WordsModel) -> dict[str, str]:
    given: dict[str, str] = words.model_dump(exclude_none=True)
    return given
