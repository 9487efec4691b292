"""What every message has in common: one thing to tell, laid out in the format that is wanted."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from ..alerts.channel import Format
from ..playbook.playbook import Severity
from .layout import inlined, render
from .message import Image, Message
from .sheet import Desk
from .words import Words

_EMPTY_LINES = re.compile(r"\n{3,}")


class Paper(ABC):
    """Something to tell one reader."""

    template: ClassVar[str]  # the name of its .md and .html
    desk: Desk
    words: Words

    @property
    @abstractmethod
    def title(self) -> str:
        """The one line that says what it is about."""

    @property
    @abstractmethod
    def severity(self) -> Severity:
        """How bad it is."""

    @abstractmethod
    def text(self) -> str:
        """Return what fits on a phone."""

    @abstractmethod
    def context(self) -> dict[str, Any]:
        """Return what templates may mention, besides the title, its words and how bad it is."""

    def pictures(self, context: dict[str, Any]) -> tuple[Image, ...]:
        """Return the pictures of the page; *context* learns what stands around them."""
        return ()

    def message(self, form: Format) -> Message:
        """Return the message in a format."""
        if form is Format.TEXT:
            return Message(self.title, self.text(), self.severity, form)
        known = {"w": self.words, "lang": self.words.name, "title": self.title}
        context = known | {"severity": self.severity} | self.context()
        if form is not Format.HTML:
            return Message(self.title, self._long(context, form), self.severity, form)
        pictures = self.pictures(context)
        html = inlined(render(self.desk, f"{self.template}.html", context))
        plain = self._long(context, Format.FULL)
        mail = subject(self.title, self.severity, self.words)
        return Message(self.title, plain, self.severity, form, html, mail, pictures)

    def _long(self, context: dict[str, Any], form: Format) -> str:
        marked = context | {"markdown": form is Format.MARKDOWN}
        text = render(self.desk, f"{self.template}.md", marked)
        return _EMPTY_LINES.sub("\n\n", text).strip() + "\n"


def subject(title: str, severity: Severity, say: Words) -> str:
    """Return the subject of a mail: sorted by name, the urgent come first."""
    return say.line(f"subject_{severity.name.lower()}", title=title)
