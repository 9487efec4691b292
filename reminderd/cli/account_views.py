"""What is printed of accounts: what each holds, what leaves next, whether it is enough."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ..alerts.wallclock import local_date
from ..app import App
from ..errors import UsageError
from ..loans.funds import Forecast, Movement, Outflow, Shortage
from ..loans.money import Money, parse_amount
from ..messages.sheet import name_of
from ..messages.shortage import balance_command
from ..messages.words import Words, words


def accounts_json(app: App, as_of: date | None = None) -> list[dict[str, Any]]:
    """Return each account: what it holds, what leaves next, whether it is enough."""
    return [account_json(found) for found in app.forecasts(as_of)]


def account_json(found: Forecast) -> dict[str, Any]:
    """Return one account; without a fresh balance, nothing is said of whether it is enough."""
    account = found.account
    return {
        "account": account.name,
        "currency": account.currency,
        "balance": str(account.balance.amount),
        "as_of": str(account.balance.as_of),
        "holds": None if found.holds is None else str(found.holds),
        "next": _next_json(found),
        "short": [_shortage_json(shortage) for shortage in found.shortages],
        "until": str(found.until),
        "unknown": [{"loan": out.loan.id, "due": str(out.due)} for out in found.unknown],
        "troubled": [trouble.loan.id for trouble in found.troubled],
        "movements": [_movement_json(movement) for movement in found.movements],
    }


def _next_json(found: Forecast) -> dict[str, Any] | None:
    leaving = _leaving(found)
    if not leaving:
        return None
    amount = str(_sum(leaving))
    return {"date": str(leaving[0].on), "amount": amount, "loans": [o.loan.id for o in leaving]}


def _shortage_json(shortage: Shortage) -> dict[str, Any]:
    return {
        "date": str(shortage.on),
        "missing": str(shortage.missing),
        "transfer_by": str(shortage.last_day),
        "overdue": shortage.overdue,
        "loans": [outflow.loan.id for outflow in shortage.outflows],
    }


def _movement_json(movement: Movement) -> dict[str, Any]:
    return {
        "date": str(movement.on),
        "income": str(movement.income),
        "leaves": [{"loan": o.loan.id, "amount": str(o.amount)} for o in movement.outflows],
        "balance": str(movement.balance),
    }


def _leaving(found: Forecast) -> list[Outflow]:
    """Return what leaves next, all of one day."""
    return [outflow for outflow in found.coming if outflow.on == found.coming[0].on]


def _sum(outflows: list[Outflow]) -> Money:
    first, *others = (outflow.amount for outflow in outflows)
    return sum(others, first)


def held(amount: str, currency: str) -> Money:
    """Return what an account can hold; UsageError says what to write instead."""
    try:
        return Money.of(parse_amount(amount), currency)
    except ValueError as error:
        raise UsageError(str(error)) from None


def none_text(app: App) -> str:
    """Say that there are no accounts, and how to add one."""
    return words(app.config.locale).say("funds", "none")


def account_lines(app: App, as_of: date | None = None) -> list[str]:
    """Say of each account what it holds, what leaves next, and whether it is enough."""
    say = words(app.config.locale)
    return [account_line(found, say) for found in app.forecasts(as_of)]


def account_line(found: Forecast, say: Words) -> str:
    """Say it of one."""
    account = found.account
    as_of = say.day(account.balance.as_of, found.day)
    if found.holds is None:
        key = "old" if account.balance.as_of < found.day else "early"
        command = balance_command(account.name, say)
        amount = say.money(account.balance.amount)
        shown = {"account": account.name, "as_of": as_of, "amount": amount}
        return say.say("funds", key, command=command, **shown)
    shown = {"account": account.name, "as_of": as_of, "amount": say.money(found.holds)}
    parts = [say.say("funds", "holds", **shown), _next(found, say), _enough(found, say)]
    return say.line("list_joint").join([*parts, *_left_out(found, say)])


def _next(found: Forecast, say: Words) -> str:
    leaving = _leaving(found)
    if not leaving:
        return say.say("funds", "nothing_leaves")
    names = dict.fromkeys(name_of(outflow.loan) for outflow in leaving)
    loans, day = say.line("comma").join(names), say.day(leaving[0].on, found.day)
    return say.say("funds", "next", amount=say.money(_sum(leaving)), day=day, loans=loans)


def _enough(found: Forecast, say: Words) -> str:
    if not found.shortages:
        return say.say("funds", "enough", day=say.day(found.until, found.day))
    short = found.shortages[0]
    key = "short" if found.day <= short.last_day else "short_late"
    days = {"day": short.on, "last_day": short.last_day}
    shown = {name: say.day(day, found.day) for name, day in days.items()}
    return say.say("funds", key, missing=say.money(short.missing), **shown)


def _left_out(found: Forecast, say: Words) -> list[str]:
    """Name what is not counted, if anything is not."""
    bills = [
        say.say("funds", "left_out_bill", loan=name_of(o.loan), day=say.day(o.due, found.day))
        for o in found.unknown
    ]
    said = [say.say("funds", "left_out", bills=say.line("comma").join(bills))] if bills else []
    return said + [
        say.say("funds", "troubled", loan=name_of(trouble.loan)) for trouble in found.troubled
    ]


def stated_json(app: App, name: str, number: int) -> dict[str, Any]:
    """Return a recorded balance, and what becomes of its account."""
    return {"recorded": f"B{number}"} | account_json(_of(app, name))


def stated_text(app: App, name: str, number: int) -> str:
    """Say that a balance was recorded, whether it is enough, and how to take it back."""
    say, key = words(app.config.locale), f"B{number}"
    row = next(row for row in balances_json(app) if row["balance"] == key)
    on = say.day(date.fromisoformat(row["date"]), _of(app, name).day)
    shown = {"number": str(number), "account": name, "on": on, "amount": amount_of(row, say)}
    lines = [say.say("funds", "stated", **shown), account_line(_of(app, name), say)]
    return "\n".join([*lines, say.say("record", "undo", number=key)])


def undone_text(app: App, name: str, number: str) -> str:
    """Say that a balance was taken back, and what its account holds now."""
    say = words(app.config.locale)
    lines = [say.say("funds", "undone", number=number.upper())]
    lines += [account_line(found, say) for found in app.forecasts() if found.account.name == name]
    return "\n".join(lines)


def _of(app: App, name: str) -> Forecast:
    return next(found for found in app.forecasts() if found.account.name == name)


def balances_json(app: App) -> list[dict[str, Any]]:
    """Return the balances that were recorded by command and can be taken back."""
    return [
        {
            "balance": f"B{row['id']}",
            "account": row["account"],
            "date": str(row["date"]),
            "amount": str(Money(row["amount_minor"], row["currency"])),
            "currency": row["currency"],
        }
        for row in app.stated_balances()
    ]


def listed_lines(app: App) -> list[str]:
    """List them, a line each."""
    say, today = words(app.config.locale), local_date(app.clock.now(), app.config.timezone)
    return [
        say.say(
            "record",
            "listed",
            number=row["balance"],
            what=say.say("funds", "of_balance", amount=amount_of(row, say)),
            loan=row["account"],
            on=say.day(date.fromisoformat(row["date"]), today),
        )
        for row in balances_json(app)
    ]


def amount_of(row: dict[str, Any], say: Words) -> str:
    """Write the sum of a recorded balance."""
    return say.money(Money.of(Decimal(row["amount"]), row["currency"]))
