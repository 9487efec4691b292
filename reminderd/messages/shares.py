"""The words of a cash plan: what each loan gets, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..loans.cashplan import Share, Why
from .sheet import name_of
from .words import Words


def given(share: Share, say: Words) -> str:
    """Say what a loan gets of the cash."""
    key = {(True, False): "pay", (False, True): "keep", (True, True): "both"}
    return say.say(
        "plan",
        key.get((bool(share.pay), bool(share.kept)), "none"),
        loan=name_of(share.position.loan),
        amount=say.money(share.pay),
        kept=kept(share, say),
    )


def kept(share: Share, say: Words) -> str:
    """Say what is kept for which due dates."""
    return say.line("comma").join(
        say.say(
            "plan",
            "kept",
            amount=say.money(part.amount),
            due_date=say.day(part.due, share.position.as_of),
        )
        for part in share.kept
    )


def reason(share: Share, until: date, say: Words) -> str:
    """Say why it gets that; *until* is the day of the next income, up to which costs count."""
    return say.line("list_joint").join(_clauses(share, until, say))


def _clauses(share: Share, until: date, say: Words) -> Iterator[str]:
    today = share.position.as_of
    yield say.say(
        "plan",
        share.why,
        saved=say.money(share.saved),
        until=say.day(until, today),
        reported=say.day(share.reported or share.reported_unpaid or today, today),
    )
    if share.reported is not None and share.why is not Why.DELAYS_REPORT:
        key = "reported_already" if share.reported <= today else "reported"
        yield say.say("plan", key, reported=say.day(share.reported, today))
    if share.cost and share.why in {Why.NOT_ENOUGH, Why.STILL_OWED}:
        yield say.say("plan", "costs", cost=say.money(share.cost), until=say.day(until, today))
