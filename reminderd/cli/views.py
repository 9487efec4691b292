"""What commands print: each thing once as text for people, once as JSON for programs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import RowMapping

from ..alerts.channel import Format, speaks_of
from ..alerts.escalation import unanswered_since
from ..alerts.forecast import Foreseen
from ..alerts.plan import SETTLED
from ..alerts.wallclock import instant, local_date
from ..app import App
from ..errors import ConfigError
from ..loans.money import Money
from ..loans.position import Position, Upcoming, value
from ..loans.terms import Loan
from ..messages.compose import Letter, Occasion
from ..messages.routine import RoutineLetter
from ..messages.sheet import name_of
from ..messages.words import Words, words
from ..playbook.playbook import Severity
from ..redaction import redact
from ..service.worker import Outcome
from ..store.book import BILLED
from .attention_views import snooze_lines, snoozed_until
from .figure_views import position_on, sheet_of
from .meter import meter, tracked
from .outbox_views import about, dead_json, dead_lines, severity_of
from .tables import NOTHING, Row, Table, columns, show

_LOOK_AHEAD = timedelta(days=366)
_Address = tuple[str, str, str]  # when, over which channel, to whom


def problems(error: ConfigError) -> list[dict[str, Any]]:
    """Return configuration problems as JSON."""
    return [
        {
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "path": problem.path,
            "message": redact(problem.message),
        }
        for problem in error.problems
    ]


def check_json(app: App) -> dict[str, Any]:
    """Return what is active and what fires next."""
    following = _following(app)
    return {
        "ok": True,
        "file": str(app.config.file),
        "problems": [],
        "channels": [
            {
                "name": channel.name,
                "addresses": [recipient.label for recipient in channel.recipients],
                "locale": channel.locale,
                "min_severity": channel.min_severity.name.lower(),
                "fallback": channel.fallback,
            }
            for channel in app.channels.values()
        ],
        "dead": [dead_json(dead) for dead in app.dead_addresses()],
        "loans": [entry.loan.id for entry, _ in app.entries()],
        "next": _alert_json(app, *following) if following else None,
    }


def check_text(app: App) -> str:
    """Say what is active and what fires next."""
    known = check_json(app)
    lines = [f"{known['file']} is right."]
    for channel in known["channels"]:
        where = ", ".join(channel["addresses"])
        mild = "" if channel["min_severity"] == "info" else f", from {channel['min_severity']} on"
        alone = "" if app.config.channels_given else "; no channel is configured, so only here"
        lines.append(f"channel {channel['name']}: {where} ({channel['locale']}{mild}{alone})")
    lines += dead_lines(app)
    lines += [f"loan {entry.loan.id}: {entry.loan.name}" for entry, _ in app.entries()]
    lines += _missing_bills(app, None)
    if known["next"]:
        lines.append(f"next: {known['next']['at']}  {known['next']['title']}")
    elif known["loans"]:
        lines.append("next: nothing; no unpaid installment is known")
    else:
        lines.append("no loans yet: add one under [[loans]], as config.example.toml shows")
    return "\n".join(lines)


def _following(app: App) -> tuple[Loan | None, Foreseen] | None:
    ahead = app.next_alerts(app.clock.now(), _LOOK_AHEAD.days)
    return ahead[0] if ahead else None


def pass_json(app: App, outcome: Outcome) -> dict[str, Any]:
    """Return what one pass did and when there is something to do next."""
    following = outcome.following
    zone = ZoneInfo(app.config.timezone)
    return {
        "planned": outcome.planned,
        "sent": outcome.sent,
        "next": following.at.astimezone(zone).isoformat() if following else None,
        "loan": following.loan.id if following and following.loan else None,
    }


def status_json(app: App, as_of: date | None) -> list[dict[str, Any]]:
    """Return every loan's figures and next alert."""
    now = app.clock.now()
    start = now if as_of is None else max(now, instant(as_of, time(0), app.config.timezone))
    following = app.next_alerts(start, _LOOK_AHEAD.days)
    ahead = {loan.id: foreseen.at for loan, foreseen in following if loan is not None}
    rows, dead, snoozed = [], app.dead_addresses(), app.snoozed()
    for entry, _ in app.entries():
        loan = entry.loan
        position = position_on(app, loan, as_of)
        at = ahead.get(loan.id)
        rows.append(
            {
                "loan": loan.id,
                "name": loan.name,
                "as_of": str(position.as_of),
                "currency": position.currency,
                "days_past_due": position.days_past_due,
                "stage": app.config.desk.playbook.stage_of(position).id,
                "owed_today": str(position.due_total),
                "increase": str(position.increase),
                "next_due": _next_due(position),
                "missing_bills": [str(due) for due in position.missing_bills],
                "payoff": str(position.payoff),
                "next_alert_at": at.astimezone(ZoneInfo(loan.timezone)).isoformat() if at else None,
                "snoozed_until": snoozed_until(loan, snoozed.get(loan.id)),
                "dead": [
                    dead_json(each) for each in dead if speaks_of(loan, app.channels[each.channel])
                ],
            }
        )
    return rows


def print_status(app: App, as_of: date | None) -> None:
    """Show every loan as a row of a table."""
    say = words(app.config.locale)
    keys = ("loan", "stage", "owed", "more", "next_due", "next_alert")
    heads = columns(say, *keys, right={"owed", "more"})
    standing = zip(app.entries(), status_json(app, as_of), strict=True)
    show(Table(heads, [_status_row(app, entry.loan, row, say) for (entry, _), row in standing]))
    for line in _missing_bills(app, as_of) + snooze_lines(app) + dead_lines(app):
        click.echo(line)


def _missing_bills(app: App, as_of: date | None) -> list[str]:
    """Say of which loans a bill is not known, or no next due date."""
    loans = [entry.loan for entry, _ in app.entries()]
    return [
        said
        for loan in loans
        for said in sheet_of(app, position_on(app, loan, as_of)).missing_bills()
    ]


def _status_row(app: App, loan: Loan, row: dict[str, Any], say: Words) -> Row:
    book = app.config.desk.playbook
    position = value(loan, date.fromisoformat(row["as_of"]))
    stage = book.stage_of(position)
    coming = position.upcoming[0] if position.upcoming else None
    cells = (
        say.say("table", "named", name=name_of(loan), id=loan.id),
        book.stage_title(stage, say.name),
        say.money(position.due_total),
        f"+{say.money(position.increase)}" if position.increase else NOTHING,
        _next_part(coming, say) if coming else NOTHING,
        _minute(row["next_alert_at"]) if row["next_alert_at"] else NOTHING,
    )
    return Row(cells, stage.severity)


def _next_part(part: Upcoming, say: Words) -> str:
    shown = say.line("sum_unknown") if part.unknown else say.money(part.remaining)
    return f"{part.due} {shown}"


def _minute(written: str) -> str:
    """Write an instant of the JSON as a table has it."""
    return f"{datetime.fromisoformat(written):%F %H:%M}"


def _next_due(position: Position) -> dict[str, str | None] | None:
    if not position.upcoming:
        return None
    part = position.upcoming[0]
    return {"date": str(part.due), "amount": None if part.unknown else str(part.remaining)}


def preview_json(app: App, start: datetime, days: int, *, full: bool) -> list[dict[str, Any]]:
    """Return the alerts to come."""
    end = start + timedelta(days=days)
    now = min(start, app.clock.now())  # who is told before *start* bears on who is told after
    heard: dict[tuple[str | None, date], set[str]] = {}
    rows, snoozed, say = [], app.snoozed(), words(app.config.locale)
    with meter(say.say("view", "looking_ahead")) as beat:
        ahead = app.preview(now, (end - now).days + 1, beat)
    for loan, seen in tracked(ahead, say.say("view", "writing")):
        news = seen.alert.loan_id, seen.alert.due
        known = heard.setdefault(news, app.told(*news))
        row = _alert_json(app, loan, seen, known, full=full)
        known |= {to["channel"] for to in row["to"]}
        if start <= seen.at <= end:
            until = snoozed_until(loan, snoozed.get(loan.id)) if loan else None
            rows.append(row | {"snoozed_until": until})
    return rows


def foreseen_json(app: App, loan: Loan) -> dict[str, Any] | None:
    """Return the next alert of a loan, if one will go within a year."""
    for whose, seen in app.next_alerts(app.clock.now(), _LOOK_AHEAD.days):
        if whose is not None and whose.id == loan.id:
            return _alert_json(app, whose, seen, app.told(loan.id, seen.alert.due))
    return None


def _alert_json(
    app: App, loan: Loan | None, seen: Foreseen, told: Collection[str] = (), *, full: bool = False
) -> dict[str, Any]:
    also = told if seen.alert.milestone == SETTLED else ()
    to = app.planner.destinations(seen.alert, seen.position, seen.at, also)
    goes = min(to, default=seen.at)
    letter = _letter(app, loan, seen, goes)
    zone = ZoneInfo(loan.timezone if loan else app.config.timezone)
    row: dict[str, Any] = {
        "at": _shown(goes, zone),
        "loan": seen.alert.loan_id,
        "due": str(seen.alert.due),
        "milestone": seen.alert.milestone,
        "reason": str(seen.alert.reason),
        "severity": letter.severity.name.lower(),
        "to": [
            # Channels may have quiet hours of their own.
            {"channel": channel, "address": address}
            | ({"at": _shown(at, zone)} if at != goes else {})
            for at, pairs in to.items()
            for channel, address in pairs
        ],
        "title": letter.title,
    }
    return row | {"text": letter.message(Format.FULL).body} if full else row


def _shown(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="minutes")


def _letter(app: App, loan: Loan | None, seen: Foreseen, goes: datetime) -> Letter | RoutineLetter:
    since = unanswered_since(seen.alert, app.config.policy)
    following = None if since else seen.next_at
    coming = following and min(app.planner.defer(following, to) for to in app.channels.values())
    occasion = Occasion(seen.alert, goes, goes, coming, since)
    if loan is not None:
        return Letter(sheet_of(app, value(loan, local_date(goes, loan.timezone))), occasion)
    loans = [entry.loan for entry, _ in app.entries()]
    positions = [value(each, local_date(goes, each.timezone)) for each in loans]
    return RoutineLetter(seen.alert, occasion, app.config.desk, positions, app.config.locale)


def print_preview(app: App, start: datetime, days: int) -> None:
    """Show the alerts to come as rows of a table, or say that there are none."""
    say = words(app.config.locale)
    for line in snooze_lines(app):
        click.echo(line)
    rows = sorted(preview_json(app, start, days, full=False), key=lambda row: str(row["at"]))
    if not rows:
        click.echo(say.say("view", "nothing_ahead", days=say.days(days)))
        return
    together = _together(app, rows)
    heads = columns(say, "when", "loan", "message", "why", "where")
    show(Table(heads, [_preview_row(row, together, say) for row in rows]))


def _preview_row(row: dict[str, Any], together: Mapping[_Address, int], say: Words) -> Row:
    cells = (
        _minute(row["at"]),
        row["loan"] or NOTHING,
        row["title"],
        _why(row, say),
        _places(row, together, say),
    )
    return Row(cells, Severity.parse(row["severity"]))


def _why(row: dict[str, Any], say: Words) -> str:
    reason = say.say("reason", row["reason"])
    return say.say("table", "named", name=row["milestone"], id=reason)


def preview_text(app: App, start: datetime, days: int) -> str:
    """Say which alerts are to come, each message whole."""
    say = words(app.config.locale)
    lines: list[str] = []
    rows = preview_json(app, start, days, full=True)
    together = _together(app, rows)
    for row in rows:
        lines.append(f"{_minute(row['at'])}  {row['title']}")
        lines.append(f"                  {_why(row, say)} → {_places(row, together, say)}")
        lines += ["", *(f"    {line}" for line in row["text"].splitlines()), ""]
    lines = lines or [say.say("view", "nothing_ahead", days=say.days(days))]
    return "\n".join(snooze_lines(app) + lines)


def _together(app: App, rows: Iterable[dict[str, Any]]) -> dict[_Address, int]:
    """Return how many alerts make one message, by when and where it goes; only of digests."""
    loans: dict[_Address, list[str]] = {}
    for row in rows:
        for to in row["to"] if row["loan"] else ():
            if app.channels[to["channel"]].digest:
                loans.setdefault(_address(row, to), []).append(row["loan"])
    return {place: len(about) for place, about in loans.items() if len(set(about)) > 1}


def _address(row: dict[str, Any], to: dict[str, str]) -> _Address:
    return to.get("at", row["at"]), to["channel"], to["address"]


def _places(row: dict[str, Any], together: Mapping[_Address, int], say: Words) -> str:
    """Say where an alert goes, and where it is one of several in a message."""
    said = {}
    for to in row["to"]:
        name = to["channel"]
        if row["loan"] and (count := together.get(_address(row, to))):
            name = say.say("table", "one_of", channel=name, count=str(count))
        if "at" in to:
            name = say.say("table", "later", channel=name, at=_minute(to["at"]))
        said[to["channel"]] = name
    return say.line("comma").join(said.values()) or say.say("table", "no_channel")


def paid_text(app: App, loan: Loan, number: int, paid: Money) -> str:
    """Say that a payment was recorded and what is owed now."""
    lines = [f"payment {number}: {paid} {paid.currency} on {loan.id}"]
    position = position_on(app, loan)
    if position.settled and position.credit:
        lines.append(f"that is {position.credit} {paid.currency} more than was owed: is it right?")
    lines += [f"to take it back: reminderd undo {number}", now_owed(app, loan)]
    return "\n".join(lines)


def recorded_text(app: App, loan: Loan, number: int) -> str:
    """Say that an agreement was recorded and how the loan stands now."""
    return f"recorded; to take it back: reminderd undo A{number}\n{now_owed(app, loan)}"


def undoable_json(app: App) -> list[dict[str, Any]]:
    """Return the payments and agreements that can be taken back."""
    payments = [
        {"payment": paid.id, "loan": loan.id, "date": str(paid.on), "amount": str(paid.amount)}
        for loan, paid in app.typed_payments()
    ]
    agreements = [
        {
            "agreement": f"A{row['id']}",
            "loan": row["loan_id"],
            "date": str(row["date"]),
            "kind": row["kind"],
        }
        | _bill_json(row)
        for row in app.agreements()
    ]
    return payments + agreements


def _bill_json(row: RowMapping) -> dict[str, Any]:
    if row["kind"] != BILLED:
        return {}
    return {key: row["document"][key] for key in ("due", "amount", "minimum")}


def billed_text(app: App, row: Mapping[str, Any]) -> str:
    """Say which bill a record is of, with its sum."""
    say, number = words(app.config.locale), row["agreement"].removeprefix("A")
    shown = {"loan": row["loan"], "amount": row["amount"], "due_date": row["due"]}
    return say.say("bill", "listed", number=number, **shown)


def undoable_text(app: App) -> str:
    """List the payments and agreements that can be taken back."""
    lines = [
        f"payment {row['payment']}: {row['amount']} on {row['loan']}, {row['date']}"
        if "payment" in row
        else billed_text(app, row)
        if row["kind"] == BILLED
        else f"agreement {row['agreement']}: {row['kind']} on {row['loan']}, {row['date']}"
        for row in undoable_json(app)
    ]
    return "\n".join(lines) or "No payment or agreement was entered by command."


def undone_text(app: App, loan: Loan, number: str) -> str:
    """Say that a payment or an agreement was taken back and what is owed now."""
    what = "agreement" if number[:1] in {"A", "a"} else "payment"
    return f"{what} {number} taken back\n{now_owed(app, loan)}"


def now_owed(app: App, loan: Loan) -> str:
    """Say in one line how a loan stands now."""
    sheet = sheet_of(app, position_on(app, loan))
    return sheet.title(sheet.stage)


def test_text(results: Sequence[dict[str, object]]) -> str:
    """Say how each address fared."""
    return "\n".join(
        f"{result['channel']}: {result['address']}: "
        + ("accepted" if result["ok"] else f"failed: {result['error']}")
        for result in results
    )


def history_json(rows: Iterable[RowMapping]) -> list[dict[str, Any]]:
    """Return what was sent, word for word."""
    return [
        {
            "id": row["id"],
            "loan": row["loan_id"],
            "due": str(row["due"]),
            "milestone": row["milestone"],
            "reason": row["reason"],
            "scheduled_for": row["scheduled_for"].isoformat(),
            "channel": row["channel"],
            "address": row["address"],
            "state": row["state"],
            "attempts": row["attempts"],
            "finished_at": row["finished_at"].isoformat() if row["finished_at"] else None,
            "error": row["error"],
            "message_id": row["message_id"],
            "title": row["title"],
            "text": row["body"],
        }
        for row in rows
    ]


def print_history(app: App, rows: Sequence[RowMapping], *, full: bool) -> None:
    """Show what was sent: a row for each message, or each message whole."""
    say, zone = words(app.config.locale), ZoneInfo(app.config.timezone)
    if not rows:
        click.echo(say.say("view", "nothing_sent"))
    elif full:
        click.echo("\n".join(line for row in rows for line in _sent_whole(row, zone, say)))
    else:
        heads = columns(say, "when", "where", "state", "message", "error")
        sent = (Row(_sent(row, zone, say), severity_of(row["state"])) for row in rows)
        show(Table(heads, list(sent)))


def _sent(row: RowMapping, zone: ZoneInfo, say: Words) -> tuple[str, ...]:
    at = (row["finished_at"] or row["created_at"]).astimezone(zone)
    return (
        f"{at:%F %H:%M}",
        f"{row['channel']}: {row['address']}",
        say.say("state", row["state"]),
        row["title"] or about(row),
        row["error"] or NOTHING,
    )


def _sent_whole(row: RowMapping, zone: ZoneInfo, say: Words) -> Iterator[str]:
    at, where, state, title, error = _sent(row, zone, say)
    yield "  ".join((at, state, where, *([error] if row["error"] else ())))
    yield f"                  {title}"
    if row["body"]:
        yield from ("", *(f"    {line}" for line in row["body"].splitlines()), "")
