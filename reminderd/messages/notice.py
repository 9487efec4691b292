"""The notice that an address takes no messages any more: which, why, what is lost, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..alerts.alert import Alert
from ..playbook.playbook import Advice
from ..redaction import one_line
from .announcement import Announcement
from .phone import Line, fitted
from .sheet import NAME_AT_MOST, Desk
from .words import words

_LISTED = 20  # loans that are named one by one
_ANSWER_AT_MOST = 150  # characters


@dataclass(frozen=True, slots=True)
class Unreached:
    """An address at which messages fail for good, and what they were about.

    *others* is how many of them were about no loan.
    """

    channel: str
    address: str
    error: str
    loans: list[str]
    others: int = 0


class Notice(Announcement):
    """One notice, whatever its format."""

    section = "notice"

    def __init__(self, alert: Alert, unreached: Unreached, desk: Desk, locale: str) -> None:
        """Prepare to write that an address is dead; the alert knows for which reason."""
        self.alert = alert
        self.unreached = unreached
        self.desk = desk
        self.words = words(locale)

    @property
    def title(self) -> str:
        """The one line that says which address it is."""
        return self._say("title", where=self.where)

    @cached_property
    def where(self) -> str:
        """Name channel and address; of many channels the two are one."""
        channel, address = self.unreached.channel, self.unreached.address
        return channel if address == channel else self._say("at", channel=channel, address=address)

    def figures(self) -> list[tuple[str, str]]:
        """Return why it failed, in plain words and in those of the service."""
        answer = one_line(self.unreached.error, _ANSWER_AT_MOST)
        why = self._say(self.alert.reason)
        return [(self._say("why"), why), (self._say("answer"), answer)]

    def listed(self) -> list[str]:
        """Say what did not get through, loan by loan."""
        names = [one_line(name, NAME_AT_MOST) for name in self.unreached.loans]
        said = [self._say("lost", loan=name) for name in names[:_LISTED]]
        rest = len(names[_LISTED:]) + self.unreached.others
        return [*said, self._say("others", count=str(rest))] if rest else said

    @property
    def advice(self) -> Advice:
        """What to do about it."""
        channel = self.unreached.channel
        detail = self._say("then", channel=channel)
        return Advice("mend-channel", self._say("do", where=self.where), detail)

    def text(self) -> str:
        """Return what fits on a phone."""
        colon = self.words.line("colon")
        lines = [Line(0, f"{name}{colon}{said}") for name, said in self.figures()]
        lines += [Line(3 + number, f"· {said}") for number, said in enumerate(self.listed())]
        lines += [Line(0, f"▶ {self.advice.title}"), Line(1, self.advice.detail)]
        return fitted(self.title, lines)
