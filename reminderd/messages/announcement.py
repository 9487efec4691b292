"""What is told of reminding itself, and of no loan: something does not work, and what to do."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from ..playbook.playbook import Advice, Severity
from .paper import Paper


class Announcement(Paper):
    """One announcement, whatever its format; laid out as a routine is."""

    template = "routine"
    section: ClassVar[str]  # of the words

    @property
    def severity(self) -> Severity:
        """How bad it is: reminders may be missed."""
        return Severity.WARNING

    @abstractmethod
    def figures(self) -> list[tuple[str, str]]:
        """Return the rows of the table."""

    @abstractmethod
    def listed(self) -> list[str]:
        """Say one by one what it is about."""

    @property
    @abstractmethod
    def advice(self) -> Advice:
        """What to do about it."""

    def context(self) -> dict[str, Any]:
        """Return what templates may mention."""
        return {
            "figures": self.figures(),
            "coming": self.listed(),
            "advice": [self.advice],
            "late": None,
            "as_of": None,
        }

    def _say(self, key: str, **values: str) -> str:
        return self.words.say(self.section, key, **values)
