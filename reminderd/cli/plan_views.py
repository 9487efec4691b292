"""What ``plan`` prints: how to split the cash at hand."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import partial
from typing import Any

from ..app import App
from ..errors import UsageError
from ..loans.cashplan import CashPlan, Share
from ..loans.cashplan import plan as split_cash
from ..loans.money import Money
from ..loans.position import Position
from ..loans.terms import Loan
from ..loans.trouble import Trouble, attempt, sound, troubles
from ..messages.shares import given, kept, reason
from ..messages.sheet import name_of
from ..messages.words import Words, words
from ..playbook.facts import reporting_date
from .common import echo
from .figure_views import position_on, trouble_line
from .tables import NOTHING, Table, columns, in_terminal, show
from .tables import Row as TableRow


def main_currency(app: App) -> str:
    """Return the currency that most loans have."""
    counted = Counter(entry.loan.terms.currency for entry, _ in app.entries())
    if not counted:
        raise UsageError("there are no loans yet (add one under [[loans]])")
    return counted.most_common(1)[0][0]


def positions_in(
    app: App, currency: str, as_of: date | None
) -> tuple[list[Position], list[str], list[Trouble]]:
    """Return how the loans of a currency stand, the names of the others, and what failed.

    Loans with which something fails have no part in what the others are planned for.
    """
    loans = [entry.loan for entry, _ in app.entries()]
    same = [loan for loan in loans if loan.terms.currency == currency]
    if not same:
        known = ", ".join(sorted({loan.terms.currency for loan in loans}))
        raise UsageError(f"no loan is in {currency} (there are: {known or 'none'})")
    others = [loan.name for loan in loans if loan not in same]
    tried = [attempt(loan, partial(_plannable, app, loan, as_of)) for loan in same]
    if not sound(tried):
        raise UsageError(trouble_line(troubles(tried)[0], words(app.config.locale)))
    return sound(tried), others, troubles(tried)


def _plannable(app: App, loan: Loan, as_of: date | None) -> Position:
    """Return how a loan stands once a plan of it alone was made: so a failure has its loan."""
    position = position_on(app, loan, as_of)
    until = app.config.desk.borrower.next_income(position.as_of)
    split_cash(position.money(0), [position], until, reporting_date)
    return position


def _planned(
    app: App, cash: Money, as_of: date | None, until: date | None
) -> tuple[CashPlan, list[str], list[Trouble]]:
    """Return the plan over the loans of the cash's currency, the names of the others, failures."""
    positions, others, troubled = positions_in(app, cash.currency, as_of)
    today = max(position.as_of for position in positions)
    if until is not None and until <= today:
        raise UsageError(f"--until {until} is not after {today} (write the day of the next income)")
    until = until or app.config.desk.borrower.next_income(today)
    return split_cash(cash, positions, until, reporting_date), others, troubled


def plan_json(
    app: App, cash: Money, as_of: date | None, until: date | None = None
) -> dict[str, Any]:
    """Return who gets what, and why."""
    planned, others, troubled = _planned(app, cash, as_of, until)
    say = words(app.config.locale)
    return {
        "cash": str(cash),
        "currency": cash.currency,
        "until": str(planned.until),
        "left": str(planned.left),
        "shares": [_share_json(share, planned.until, say) for share in planned.shares],
        "other_currencies": others,
        "troubles": {one.loan.id: str(one) for one in troubled},
    }


def _share_json(share: Share, until: date, say: Words) -> dict[str, Any]:
    return {
        "loan": share.position.loan.id,
        "pay": str(share.pay),
        "keep": str(share.keep),
        "kept": [{"due": str(part.due), "amount": str(part.amount)} for part in share.kept],
        "why": str(share.why),
        "reason": reason(share, until, say),
        "saved": str(share.saved),
        "late_costs": str(share.cost),
        "reported_from": share.reported and str(share.reported),
    }


def _plan_table(planned: CashPlan, say: Words) -> Table:
    rows = [_share_row(share, planned.until, say) for share in planned.shares]
    return Table(columns(say, "loan", "pay", "keep", "why", right={"pay"}), rows)


def _share_row(share: Share, until: date, say: Words) -> TableRow:
    paid = say.money(share.pay) if share.pay else NOTHING
    loan = name_of(share.position.loan)
    return TableRow((loan, paid, kept(share, say) or NOTHING, reason(share, until, say)))


def print_plan(app: App, cash: Money, as_of: date | None, until: date | None = None) -> None:
    """Say who gets what and why: in a table, or a line for each."""
    planned, others, troubled = _planned(app, cash, as_of, until)
    say = words(app.config.locale)
    day = planned.shares[0].position.as_of
    payday = planned.until == app.config.desk.borrower.next_payday(day)
    key, last = "title_payday" if payday else "title", say.day(planned.until, day)
    echo(say.say("plan", key, cash=say.money(cash), day=say.day(day, day), until=last))
    if in_terminal():
        show(_plan_table(planned, say))
    else:
        for share in planned.shares:
            why = reason(share, planned.until, say)
            echo(f"  {given(share, say)}{say.line('list_joint')}{why}")
    echo(say.say("plan", "left", amount=say.money(planned.left)))
    if others:
        echo(say.say("plan", "other", loans=say.line("list_joint").join(others)))
    for trouble in troubled:
        echo(trouble_line(trouble, say))
