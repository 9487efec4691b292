"""The notice that a loan cannot be reminded of: which, why, and what to do."""

from __future__ import annotations

from ..alerts.alert import Alert
from ..loans.terms import Loan
from ..playbook.playbook import Advice
from .announcement import Announcement
from .phone import Line, fitted
from .sheet import Desk, name_of
from .words import words


class Troubled(Announcement):
    """One notice, whatever its format. It works nothing out, so that it can always be written."""

    section = "troubled"

    def __init__(self, loan: Loan, alert: Alert, desk: Desk, locale: str) -> None:
        """Prepare to write of a loan; the alert knows for which reason."""
        self.loan = loan
        self.reason = str(alert.reason)
        self.desk = desk
        self.words = words(locale)

    @property
    def title(self) -> str:
        """The one line that says which loan, and what is wrong."""
        return self._say(f"title_{self.reason}", loan=name_of(self.loan))

    def figures(self) -> list[tuple[str, str]]:
        """Return what that means for reminders."""
        return [(self._say("meanwhile"), self._say("others"))]

    def listed(self) -> list[str]:
        """Return nothing: there is one loan, and the title names it."""
        return []

    @property
    def advice(self) -> Advice:
        """What to do about it."""
        do = self._say(f"do_{self.reason}", loan=name_of(self.loan))
        return Advice("mend-loan", do, self._say(f"then_{self.reason}", id=self.loan.id))

    def text(self) -> str:
        """Return what fits on a phone."""
        colon = self.words.line("colon")
        lines = [Line(2, f"{name}{colon}{said}") for name, said in self.figures()]
        lines += [Line(0, f"▶ {self.advice.title}"), Line(1, self.advice.detail)]
        return fitted(self.title, lines)
