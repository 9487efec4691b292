"""The words of a cash plan: what each loan gets, and why."""

from __future__ import annotations

from ..loans.cashplan import Share, Why
from .sheet import name_of
from .words import Words


def given(share: Share, say: Words) -> str:
    """Say what a loan gets of the cash."""
    values = {"loan": name_of(share.position.loan), "amount": say.money(share.pay)}
    if share.keep and share.keep_for:
        values["due_date"] = say.day(share.keep_for, share.position.as_of)
        values["kept"] = say.money(share.keep)
        if not share.pay:
            return say.say("plan", "keep", **values | {"amount": values["kept"]})
        return say.say("plan", "both", **values)
    return say.say("plan", "pay" if share.pay else "none", **values)


def reason(share: Share, say: Words) -> str:
    """Say why it gets that."""
    position, cliff = share.position, share.position.next_cliff
    key = str(share.why)
    if share.why is Why.NOT_ENOUGH and not share.cost_after and cliff:
        key = "not_enough_yet"
    elif share.why in {Why.NOT_ENOUGH, Why.STILL_OWED} and not share.cost_after:
        key = f"{key}_free"
    return say.say(
        "plan",
        key,
        before=say.money(position.increase),
        after=say.money(share.cost_after),
        increase=say.money(cliff.increase) if cliff else "",
        cliff_date=say.day(cliff.date, position.as_of) if cliff else "",
    )
