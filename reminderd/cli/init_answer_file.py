"""A file of answers for ``reminderd init``: reading one, and the template to start from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..config.positions import Path, Positions, locate
from ..config.tables import CONFIGURATION
from ..config.toml import parse
from ..errors import Problem, UsageError
from .init_answers import QUESTIONS, Doubt, Here, Known, Question, close_to
from .init_file import commented, literal
from .init_loans import LOAN_QUESTIONS, implied
from .init_words import say

_LOANS = "loans"


class _Answers:
    """The answers of a file, as far as they were read, and what is wrong with them."""

    def __init__(self, file: str, here: Here, positions: Positions) -> None:
        self.file = file
        self.here = here
        self.positions = positions
        self.problems: list[Problem] = []

    def read(self, questions: Iterable[Question], given: Known, known: dict[str, Any]) -> None:
        """Add the answers to *questions* to those that are known."""
        self._read(questions, given, known, ())

    def loan(self, given: Known, known: Known, place: Path) -> dict[str, Any]:
        """Return the answers about one loan, beside those that are known."""
        loan = dict(known)
        self._read(LOAN_QUESTIONS.values(), implied(given) | dict(given), loan, place)
        return loan

    def wrong(self, path: Path, message: str) -> None:
        """Note what is wrong with an answer, at its place."""
        line, column = self.positions.key(path)
        self.problems.append(Problem(self.file, line, column, str(path[-1]), message))

    def _read(
        self, questions: Iterable[Question], given: Known, known: dict[str, Any], place: Path
    ) -> None:
        refused: set[str] = set()
        for question in questions:
            if question.bears_on in refused and not question.asked(known):
                continue
            try:
                self._take(question, given, known)
            except ValueError as error:
                refused.add(question.name)
                self.wrong((*place, question.name), str(error))
                if question.asked(known):  # so that the others can be read all the same
                    known[question.name] = question.default(known, self.here)

    def _take(self, question: Question, given: Known, known: dict[str, Any]) -> None:
        """Put the answer to a question among those known, if it bears on them."""
        name = question.name
        if not question.asked(known):
            if name in given:
                other = question.bears_on
                beside = f'{other} = "{known[other]}"'
                raise ValueError(say(known["language"], "beside", with_=beside))
            return
        try:
            answer = (
                question.read(given[name], known, self.here)
                if name in given
                else question.default(known, self.here)
            )
        except Doubt as doubt:
            raise ValueError(doubt.sentence(known["language"])) from None
        if answer is None:
            raise ValueError(say(known["language"], "missing", name=name))
        known[name] = answer


def read_answers(text: str, file: str, here: Here) -> dict[str, Any]:
    """Return all answers from a text in TOML; UsageError lists everything wrong with it.

    ``loans`` has the answers about each loan: of each ``[[loans]]``, or those outside of any.
    """
    public = (QUESTIONS.keys() | LOAN_QUESTIONS.keys() | {_LOANS}) - {"secret"}
    reading = parse(text, file, public, CONFIGURATION)
    given, answers = reading.document, _Answers(file, here, locate(reading.text))
    known: dict[str, Any] = {}
    answers.read(QUESTIONS.values(), given, known)
    tables = given.get(_LOANS)
    known[_LOANS] = [answers.loan(table, known, place) for place, table in _tables(given, tables)]
    language = known["language"]
    beside = say(language, "beside", with_="[[loans]]")
    for name in given.keys() - QUESTIONS.keys() - {_LOANS}:
        if name not in LOAN_QUESTIONS:
            close = close_to(name, QUESTIONS | LOAN_QUESTIONS, language)
            answers.wrong((name,), say(language, "unknown", close=close))
        elif tables is not None:
            answers.wrong((name,), beside)
    for place, table in _tables(given, tables):
        for name in table.keys() - LOAN_QUESTIONS.keys() if place else ():
            close = close_to(name, LOAN_QUESTIONS, language)
            answers.wrong((*place, name), say(language, "unknown", close=close))
    if tables is not None and not _is_list_of_tables(tables):
        answers.wrong((_LOANS,), say(language, "no_loans"))
    problems = [*reading.problems, *answers.problems]
    if problems:
        problems.sort(key=lambda problem: (problem.line, problem.column))
        raise UsageError("\n".join(map(str, problems)))
    return known


def _is_list_of_tables(tables: Any) -> bool:
    return isinstance(tables, list) and bool(tables) and all(isinstance(t, dict) for t in tables)


def _tables(given: Known, tables: Any) -> list[tuple[Path, Mapping[str, Any]]]:
    """Return the place and the answers of each loan; without ``[[loans]]``, all that is given."""
    if tables is None:
        return [((), given)]
    return (
        [((_LOANS, n), table) for n, table in enumerate(tables)]
        if _is_list_of_tables(tables)
        else []
    )


def template(here: Here) -> str:
    """Return a file of answers that is ready to be changed, with every default."""
    known: dict[str, Any] = {}
    lines = [f"# {line}" for line in say(here.language, "template").splitlines()]
    for questions in (QUESTIONS, LOAN_QUESTIONS):
        lines.append("")
        for question in questions.values():
            applies = question.asked(known)
            value = question.default(known, here) if applies else ""
            known[question.name] = value
            choices = ", ".join(question.menu.names) if question.menu else ""
            about = say(here.language, f"help_{question.name}", there=choices)
            off = "" if applies and value not in {"", None} else "# "
            lines.append(
                commented(
                    f"{off}{question.name} = {literal('' if value is None else value)}", about
                )
            )
    return "\n".join(lines) + "\n"
