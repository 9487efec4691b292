"""What commands print: each thing once as text for people, once as JSON for programs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from ..alerts.channel import Format, speaks_of
from ..alerts.escalation import unanswered_since
from ..alerts.forecast import Foreseen
from ..alerts.plan import SETTLED
from ..alerts.wallclock import instant, local_date
from ..app import App
from ..errors import ConfigError
from ..loans.money import Money
from ..loans.position import Position, value
from ..loans.terms import Loan
from ..messages.compose import Letter, Occasion
from ..messages.message import Message
from ..messages.routine import compose_routine
from ..messages.words import words
from ..redaction import redact
from ..service.worker import Outcome
from .attention_views import snooze_lines, snoozed_until
from .figure_views import position_on, sheet_of
from .outbox_views import dead_json, dead_lines

_LOOK_AHEAD = timedelta(days=366)


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
    """Print every loan as a row of a table."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    say, book = words(app.config.locale), app.config.desk.playbook
    table = Table(box=SIMPLE, pad_edge=False)
    for title in ("Loan", "Stage", "Owed today", "One more day", "Next due", "Next alert"):
        table.add_column(
            title, justify="right" if title in {"Owed today", "One more day"} else "left"
        )
    for (entry, _), row in zip(app.entries(), status_json(app, as_of), strict=True):
        loan = entry.loan
        position = value(loan, date.fromisoformat(row["as_of"]))
        coming = position.upcoming[0] if position.upcoming else None
        alert = row["next_alert_at"]
        table.add_row(
            f"{loan.name} ({loan.id})",
            book.stage_title(book.stage_of(position), say.name),
            say.money(position.due_total),
            f"+{say.money(position.increase)}" if position.increase else "–",
            f"{coming.due} {say.money(coming.remaining)}" if coming else "–",
            f"{datetime.fromisoformat(alert):%F %H:%M}" if alert else "–",
        )
    console = Console()
    console = console if console.is_terminal else Console(width=160)
    console.print(table)
    for line in snooze_lines(app) + dead_lines(app):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _next_due(position: Position) -> dict[str, str] | None:
    if not position.upcoming:
        return None
    part = position.upcoming[0]
    return {"date": str(part.due), "amount": str(part.remaining)}


def preview_json(app: App, start: datetime, days: int, *, full: bool) -> list[dict[str, Any]]:
    """Return the alerts to come."""
    end = start + timedelta(days=days)
    now = min(start, app.clock.now())  # who is told before *start* bears on who is told after
    heard: dict[tuple[str | None, date], set[str]] = {}
    rows, snoozed = [], app.snoozed()
    for loan, seen in app.preview(now, (end - now).days + 1):
        about = seen.alert.loan_id, seen.alert.due
        known = heard.setdefault(about, app.told(*about))
        row = _alert_json(app, loan, seen, known, full=full)
        known |= {to["channel"] for to in row["to"]}
        if start <= seen.at <= end:
            until = snoozed_until(loan, snoozed.get(loan.id)) if loan else None
            rows.append(row | {"snoozed_until": until})
    return rows


def _alert_json(
    app: App, loan: Loan | None, seen: Foreseen, told: Collection[str] = (), *, full: bool = False
) -> dict[str, Any]:
    also = told if seen.alert.milestone == SETTLED else ()
    to = app.planner.destinations(seen.alert, seen.position, seen.at, also)
    goes = min(to, default=seen.at)
    message = _message(app, loan, seen, goes)
    zone = ZoneInfo(loan.timezone if loan else app.config.timezone)
    row: dict[str, Any] = {
        "at": _shown(goes, zone),
        "loan": seen.alert.loan_id,
        "due": str(seen.alert.due),
        "milestone": seen.alert.milestone,
        "reason": str(seen.alert.reason),
        "severity": message.severity.name.lower(),
        "to": [
            # Channels may have quiet hours of their own.
            {"channel": channel, "address": address}
            | ({"at": _shown(at, zone)} if at != goes else {})
            for at, pairs in to.items()
            for channel, address in pairs
        ],
        "title": message.title,
    }
    return row | {"text": message.body} if full else row


def _shown(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="minutes")


def _message(app: App, loan: Loan | None, seen: Foreseen, goes: datetime) -> Message:
    since = unanswered_since(seen.alert, app.config.policy)
    following = None if since else seen.next_at
    coming = following and min(app.planner.defer(following, to) for to in app.channels.values())
    occasion = Occasion(seen.alert, goes, goes, coming, since)
    if loan is not None:
        position = value(loan, local_date(goes, loan.timezone))
        return Letter(sheet_of(app, position), occasion).message(Format.FULL)
    loans = [entry.loan for entry, _ in app.entries()]
    positions = [value(each, local_date(goes, each.timezone)) for each in loans]
    desk, locale = app.config.desk, app.config.locale
    return compose_routine(seen.alert, occasion, desk, positions, locale, Format.FULL)


def preview_text(app: App, start: datetime, days: int, *, full: bool) -> str:
    """Say which alerts are to come."""
    lines: list[str] = []
    for row in preview_json(app, start, days, full=full):
        where = ", ".join(map(_where, _each_channel(row["to"]))) or "no channel"
        at = datetime.fromisoformat(row["at"])
        lines.append(f"{at:%F %H:%M}  {row['title']}")
        lines.append(f"                  {row['milestone']} ({row['reason']}) → {where}")
        if full:
            lines += ["", *(f"    {line}" for line in row["text"].splitlines()), ""]
    lines = lines or [f"Nothing will be sent in {days} days."]
    return "\n".join(snooze_lines(app) + lines)


def _where(to: dict[str, str]) -> str:
    later = f" ({datetime.fromisoformat(to['at']):%F %H:%M})" if "at" in to else ""
    return to["channel"] + later


def _each_channel(to: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return list({entry["channel"]: entry for entry in to}.values())


def paid_text(app: App, loan: Loan, number: int, paid: Money) -> str:
    """Say that a payment was recorded and what is owed now."""
    lines = [f"payment {number}: {paid} {paid.currency} on {loan.id}"]
    position = position_on(app, loan)
    if position.settled and position.credit:
        lines.append(f"that is {position.credit} {paid.currency} more than was owed: is it right?")
    lines += [f"to take it back: reminderd undo {number}", _now_owed(app, loan)]
    return "\n".join(lines)


def recorded_text(app: App, loan: Loan, number: int) -> str:
    """Say that an agreement was recorded and how the loan stands now."""
    return f"recorded; to take it back: reminderd undo A{number}\n{_now_owed(app, loan)}"


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
        for row in app.agreements()
    ]
    return payments + agreements


def undoable_text(app: App) -> str:
    """List the payments and agreements that can be taken back."""
    lines = [
        f"payment {row['payment']}: {row['amount']} on {row['loan']}, {row['date']}"
        if "payment" in row
        else f"agreement {row['agreement']}: {row['kind']} on {row['loan']}, {row['date']}"
        for row in undoable_json(app)
    ]
    return "\n".join(lines) or "No payment or agreement was entered by command."


def undone_text(app: App, loan: Loan, number: str) -> str:
    """Say that a payment or an agreement was taken back and what is owed now."""
    what = "agreement" if number[:1] in {"A", "a"} else "payment"
    return f"{what} {number} taken back\n{_now_owed(app, loan)}"


def _now_owed(app: App, loan: Loan) -> str:
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


def _named(row: RowMapping) -> str:
    return " ".join(filter(None, (row["loan_id"], row["milestone"])))


def history_text(app: App, rows: Iterable[RowMapping], *, full: bool) -> str:
    """Say what was sent."""
    zone = ZoneInfo(app.config.timezone)
    lines = []
    for row in rows:
        at = (row["finished_at"] or row["created_at"]).astimezone(zone)
        state = row["state"] + (f" ({row['error']})" if row["error"] else "")
        lines.append(f"{at:%F %H:%M}  {state}  {row['channel']}: {row['address']}")
        lines.append(f"                  {row['title'] or _named(row)}")
        if full and row["body"]:
            lines += ["", *(f"    {line}" for line in row["body"].splitlines()), ""]
    return "\n".join(lines) or "Nothing has been sent yet."
