"""What is wrong with a TOML text, each mistake at its place."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ..errors import Problem
from .positions import Path as KeyPath
from .positions import Positions, locate
from .sentences import dotted, of_pydantic, path_of, to_write, unknown_key
from .toml import Reading

MOST_TOLD = 200  # mistakes of one kind; nobody reads more


class Findings:
    """Collects problems as it goes; nothing stops at the first."""

    def __init__(self, reading: Reading, file: Path, root: type[BaseModel]) -> None:
        """Begin with what could not be read; *root* is the model of the whole text."""
        self.reading = reading
        self.raw = reading.document
        self.text = reading.text
        self.file = file
        self.root = root
        self.guesses = reading.guesses
        self.problems = list(reading.problems)
        self.unknown = set[int]()  # lines of keys that there are not; their values need no word
        self.torn = {self.positions.table_at(line) for line in reading.lost}

    @cached_property
    def positions(self) -> Positions:
        """Where everything stands; asked for only where something is wrong."""
        return locate(self.text)

    def all(self) -> list[Problem]:
        """Return every problem; a value that could not be read is told once, in better words."""
        told = {(problem.line, problem.column) for problem in self.problems}
        guesses = [p for p in self.guesses if p.line not in self.unknown]
        return self.problems + [p for p in guesses if (p.line, p.column) not in told]

    def add(self, path: KeyPath, message: str, *, of_key: bool = False) -> None:
        """Note a mistake at a path's value, or at its key."""
        line, column = self.positions.key(path) if of_key else self.positions.value(path)
        column = self.reading.column(line, column)
        self.problems.append(Problem(str(self.file), line, column, dotted(path), message))

    def add_all(self, error: ValidationError) -> None:
        """Note what pydantic found; of very many mistakes the first tell enough."""
        found = error.errors(include_url=False)
        for detail in found[:MOST_TOLD]:
            self._add_one(detail)
        if (rest := len(found) - MOST_TOLD) > 0:
            told = f"there are {rest} more mistakes in this file (mend these first)"
            self.problems.append(Problem(str(self.file), 1, 1, "", told))

    def _add_one(self, detail: Any) -> None:
        path = self.as_written(path_of(detail["loc"]))
        if detail["type"] == "extra_forbidden":
            self.unknown.add(self.positions.key(path)[0])
            self.add(path, unknown_key(path, detail["input"], self.root), of_key=True)
        elif detail["type"] == "missing":
            if path[:-1] not in self.torn:
                what = f"{path[-1]!r} is missing{to_write(path, self.root)}"
                self.add(path[:-1], what, of_key=True)
        elif path not in self.torn:
            self.add(path, of_pydantic(detail, path, self.root))

    def as_written(self, path: KeyPath) -> KeyPath:
        """Leave out the number of a list that is a list only for us: one new due date is."""
        single = path and isinstance(path[-1], int) and not self.positions.has(path)
        return path[:-1] if single and self.positions.has(path[:-1]) else path
