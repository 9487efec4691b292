"""The notice that a loan cannot be reminded of: told once, and tried again later. Pure.

Once is once for its terms; when they change, and still lead nowhere, it is told again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ..loans.trouble import Trouble
from .alert import TROUBLED, Alert, Decision, History, Reason
from .wallclock import local_date

AGAIN = timedelta(hours=6)  # until such a loan is looked at again, if its terms do not change
_FIGURES, _WORDS = f"{TROUBLED}figures", f"{TROUBLED}words"


def is_trouble(milestone: str) -> bool:
    """Return whether a milestone is that of such a notice."""
    return milestone.startswith(TROUBLED)


def tell_trouble(trouble: Trouble, history: History, now: datetime) -> Decision:
    """Decide to tell of a loan whose figures or dates cannot be worked out, unless that was told.

    What was decided before of it still waits: it may go once the loan is mended.
    """
    notice = unreckoned(trouble, history.known_since, now)
    alerts = () if notice.identity in history.decided else (notice,)
    return Decision(alerts, (), now + AGAIN)


def unreckoned(trouble: Trouble, known_since: datetime, now: datetime) -> Alert:
    """Return the alert that tells that a loan's figures or dates cannot be worked out."""
    reason = Reason.BEYOND if trouble.beyond else Reason.UNRECKONED
    return _notice(trouble, _FIGURES, reason, known_since, now)


def unwritten(trouble: Trouble, known_since: datetime, now: datetime) -> Alert:
    """Return the alert that tells that a message about a loan cannot be written."""
    return _notice(trouble, _WORDS, Reason.UNWRITTEN, known_since, now)


def _notice(
    trouble: Trouble, milestone: str, reason: Reason, known_since: datetime, now: datetime
) -> Alert:
    loan = trouble.loan
    return Alert(loan.id, local_date(known_since, loan.timezone), milestone, now, reason)
