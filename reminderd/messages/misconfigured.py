"""Notices that a configuration, or a secret of one, cannot be used: which, where, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import Problem
from ..playbook.playbook import Advice
from ..redaction import one_line, redact
from .announcement import Announcement
from .phone import Line, fitted
from .sheet import Desk
from .words import words

_LISTED = 3  # mistakes
_MISTAKE_AT_MOST = 160  # characters


class Misconfigured(Announcement):
    """One notice, whatever its format; what is wrong is told in the words of ``check``."""

    section = "misconfigured"

    def __init__(self, desk: Desk, locale: str) -> None:
        """Prepare to write of the problems that *desk* knows of; there is at least one."""
        self.desk = desk
        self.words = words(locale)

    @property
    def title(self) -> str:
        """The one line that says which file, and where in it the first mistake is."""
        first = self._problems[0]
        file, path = Path(first.file).name, one_line(first.path, _MISTAKE_AT_MOST)
        return self._say("title", file=file, place=self._place(first), path=path)

    @property
    def _problems(self) -> Sequence[Problem]:
        return self.desk.problems

    def figures(self) -> list[tuple[str, str]]:
        """Return which file it is, and what is in force instead."""
        file = one_line(self._problems[0].file, _MISTAKE_AT_MOST)
        return [(self._say("file"), file), (self._say("in_force"), self._say("last_good"))]

    def listed(self) -> list[str]:
        """Say what is wrong, the first mistakes only."""
        said = [self._mistake(problem) for problem in self._problems[:_LISTED]]
        rest = len(self._problems) - len(said)
        return [*said, self._say("more", count=str(rest))] if rest else said

    def _mistake(self, problem: Problem) -> str:
        what = one_line(redact(problem.message), _MISTAKE_AT_MOST)
        told = f"{problem.path}: {what}" if problem.path else what
        return self._say("mistake", place=self._place(problem), told=told)

    def _place(self, problem: Problem) -> str:
        """Name the line; an environment variable has none."""
        if problem.file.startswith("$"):
            return problem.file
        return self._say("line", line=str(problem.line))

    @property
    def advice(self) -> Advice:
        """What to do about it."""
        return Advice(f"mend-{self.section}", self._say("do"), self._say("then"))

    def text(self) -> str:
        """Return what fits on a phone."""
        colon = self.words.line("colon")
        lines = [Line(2, f"{name}{colon}{said}") for name, said in self.figures()]
        lines += [Line(3 * number, f"· {said}") for number, said in enumerate(self.listed())]
        lines += [Line(0, f"▶ {self.advice.title}"), Line(1, self.advice.detail)]
        return fitted(self.title, lines)


class SecretMissing(Misconfigured):
    """The notice that a secret cannot be had, which costs its channel alone."""

    section = "secret_missing"

    @property
    def _problems(self) -> Sequence[Problem]:
        return self.desk.faults
