"""What ``plan`` prints: how to split the cash at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import click

from ..alerts.wallclock import local_date
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
from .figure_views import position_on, trouble_line
from .tables import NOTHING, Table, columns, in_terminal, show
from .tables import Row as TableRow


def main_currency(app: App) -> str:
    """Return the currency that most loans have."""
    counted = Counter(entry.loan.terms.currency for entry, _ in app.entries())
    if not counted:
        raise UsageError("there are no loans yet (add one under [[loans]])")
    return counted.most_common(1)[0][0]


def loans_in(app: App, currency: str) -> tuple[list[Loan], list[str]]:
    """Return the loans of a currency, and the names of the others; UsageError where it has none."""
    loans = [entry.loan for entry, _ in app.entries()]
    same = [loan for loan in loans if loan.terms.currency == currency]
    if not same:
        known = ", ".join(sorted({loan.terms.currency for loan in loans}))
        raise UsageError(f"no loan is in {currency} (there are: {known or 'none'})")
    return same, [loan.name for loan in loans if loan not in same]


def tried(
    app: App, loans: Sequence[Loan], work: Callable[[Loan], Position]
) -> tuple[list[Position], list[Trouble]]:
    """Return what *work* gives for each loan by itself, and what failed; UsageError where all do.

    Only so what fails is known by its loan, and the others go on without it.
    """
    outcomes = [attempt(loan, partial(work, loan)) for loan in loans]
    if not sound(outcomes):
        raise UsageError(trouble_line(troubles(outcomes)[0], words(app.config.locale)))
    return sound(outcomes), troubles(outcomes)


@dataclass(frozen=True, slots=True)
class _Planned:
    """A plan over the loans of the cash's currency, and what has no part in it."""

    plan: CashPlan
    others: list[str]
    troubled: list[Trouble]


def _planned(app: App, cash: Money, as_of: date | None, until: date | None) -> _Planned:
    loans, others = loans_in(app, cash.currency)
    today = max(as_of or local_date(app.clock.now(), loan.timezone) for loan in loans)
    if until is not None and until <= today:
        raise UsageError(f"--until {until} is not after {today} (write the day of the next income)")
    last = until or app.config.desk.borrower.next_income(today)

    def plannable(loan: Loan) -> Position:
        position = position_on(app, loan, as_of)
        split_cash(cash, [position], last, reporting_date)
        return position

    positions, troubled = tried(app, loans, plannable)
    return _Planned(split_cash(cash, positions, last, reporting_date), others, troubled)


def plan_json(
    app: App, cash: Money, as_of: date | None, until: date | None = None
) -> dict[str, Any]:
    """Return who gets what, and why."""
    planned = _planned(app, cash, as_of, until)
    say = words(app.config.locale)
    return {
        "cash": str(cash),
        "currency": cash.currency,
        "until": str(planned.plan.until),
        "left": str(planned.plan.left),
        "shares": [_share_json(share, planned.plan.until, say) for share in planned.plan.shares],
        "other_currencies": planned.others,
        "troubles": {one.loan.id: str(one) for one in planned.troubled},
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
    planned = _planned(app, cash, as_of, until)
    split = planned.plan
    say = words(app.config.locale)
    day = split.shares[0].position.as_of
    payday = split.until == app.config.desk.borrower.next_payday(day)
    key, last = "title_payday" if payday else "title", say.day(split.until, day)
    click.echo(say.say("plan", key, cash=say.money(cash), day=say.day(day, day), until=last))
    if in_terminal():
        show(_plan_table(split, say))
    else:
        for share in split.shares:
            why = reason(share, split.until, say)
            click.echo(f"  {given(share, say)}{say.line('list_joint')}{why}")
    click.echo(say.say("plan", "left", amount=say.money(split.left)))
    if planned.others:
        click.echo(say.say("plan", "other", loans=say.line("list_joint").join(planned.others)))
    for trouble in planned.troubled:
        click.echo(trouble_line(trouble, say))
