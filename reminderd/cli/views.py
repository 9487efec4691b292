"""What commands print: each thing once as text for people, once as JSON for programs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from ..alerts.alert import SHORT
from ..alerts.channel import Format, speaks_of
from ..alerts.escalation import unanswered_since
from ..alerts.forecast import Foreseen
from ..alerts.plan import SETTLED, History
from ..alerts.reminders import unstated
from ..alerts.shortage import is_shortage, told_of
from ..alerts.slots import Look
from ..alerts.trouble import is_trouble, unwritten
from ..alerts.wallclock import instant, local_date, reached
from ..app import App, Snapshot
from ..config.doubts import doubts
from ..errors import ConfigError, Problem
from ..loans.money import Money
from ..loans.position import Position, Upcoming, value
from ..loans.terms import Loan
from ..loans.trouble import Trouble, attempt, sound, troubles, valued
from ..messages.compose import Letter, Occasion
from ..messages.paper import Paper
from ..messages.routine import RoutineLetter
from ..messages.sheet import Sheet, name_of
from ..messages.shortage import ShortageWarning
from ..messages.troubled import Troubled
from ..messages.words import Words, words
from ..playbook.playbook import Severity
from ..redaction import redact
from ..service.worker import Outcome
from ..store.book import Entry
from .account_views import account_lines, accounts_json
from .attention_views import snooze_lines, snoozed_until
from .common import echo
from .figure_views import position_on, sheet_of, trouble_line
from .meter import meter, tracked
from .outbox_views import about, dead_json, dead_lines, severity_of
from .tables import NOTHING, Row, Table, columns, in_terminal, show
from .wrap import prose

_LOOK_AHEAD = timedelta(days=366)
_PLAIN = timedelta(days=300)  # so near, a date's month and day say which year is meant
_Address = tuple[str, str, str]  # when, over which channel, to whom


def problems(error: ConfigError) -> list[dict[str, Any]]:
    """Return configuration problems as JSON."""
    return [_problem_json(problem) for problem in error.problems]


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "path": problem.path,
        "message": redact(problem.message),
    }


def doubts_of(app: App) -> list[Problem]:
    """Return the questions that the configuration leaves open today."""
    known = app.snapshot()
    paid = {loan.id: loan for loan in known.loans}
    today = app.clock.now().astimezone(ZoneInfo(app.config.timezone)).date()
    troubled = {one.loan.id: one for one in troubles(known.positions())}
    asked = doubts(app.config, paid, _unstated(app, known.entries), today, troubled, app.accounts())
    zone = app.config.zone_doubt
    return [*([zone] if zone else []), *app.config.desk.faults, *asked]


def _unstated(app: App, entries: Iterable[tuple[Entry, History]]) -> dict[str, list[date]]:
    """Return, by loan, the past due dates of which nothing says whether they were paid."""
    now, book = app.clock.now(), app.config.desk.playbook

    def of(entry: Entry, past: History) -> list[date]:
        position = position_on(app, entry.loan)
        return unstated(Look.of(entry.loan, position, past, entry.policy, now, book))

    tried = {
        entry.loan.id: attempt(entry.loan, partial(of, entry, past)) for entry, past in entries
    }
    return {key: dues for key, dues in tried.items() if dues and not isinstance(dues, Trouble)}


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
        "doubts": [_problem_json(doubt) for doubt in doubts_of(app)],
        "dead": [dead_json(dead) for dead in app.dead_addresses()],
        "loans": [entry.loan.id for entry, _ in app.entries()],
        "next": _alert_json(app, app.snapshot(), *following, told=()) if following else None,
    }


def check_text(app: App) -> str:
    """Say what is active and what fires next."""
    known = check_json(app)
    questions = [redact(str(doubt)) for doubt in doubts_of(app)]
    lines = [f"{known['file']} {'can be used, but look at this:' if questions else 'is right.'}"]
    lines += questions
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
        lines.append(f"next: {_nothing_next(app)}")
    else:
        lines.append("no loans yet: add one under [[loans]], as config.example.toml shows")
    return "\n".join(lines)


def _nothing_next(app: App) -> str:
    """Say why nothing is next: nothing is unpaid, or what is falls due much later."""
    positions = sound(app.positions())
    if all(position.settled for position in positions):
        return "nothing; no unpaid installment is known"
    dues = [part.due for position in positions for part in position.upcoming]
    then = f"; the next due date is {min(dues)}" if dues else ""
    return f"nothing within {_LOOK_AHEAD.days} days{then}"


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
    """Return every loan's figures and next alert, and then every account."""
    return _loan_rows(app, as_of) + accounts_json(app, as_of)


def _loan_rows(app: App, as_of: date | None) -> list[dict[str, Any]]:
    """Return every loan's figures and next alert."""
    now = app.clock.now()
    start = now if as_of is None else max(now, instant(as_of, time(0), app.config.timezone))
    following = app.next_alerts(start, _LOOK_AHEAD.days)
    ahead = {loan.id: foreseen.at for loan, foreseen in following if loan is not None}
    dead, snoozed, open_dues = app.dead_addresses(), app.snoozed(), _unstated(app, app.entries())

    def row(loan: Loan) -> dict[str, Any]:
        position = position_on(app, loan, as_of)
        at = ahead.get(loan.id)
        return {
            "loan": loan.id,
            "name": loan.name,
            "as_of": str(position.as_of),
            "currency": position.currency,
            "days_past_due": position.days_past_due,
            "stage": app.config.desk.playbook.stage_of(position).id,
            "owed_today": str(position.due_total),
            "unconfirmed": debits_json(position),
            "unstated": [str(due) for due in open_dues.get(loan.id, ())],
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

    return [
        _trouble_json(made, words(app.config.locale)) if isinstance(made, Trouble) else made
        for made in (attempt(entry.loan, partial(row, entry.loan)) for entry, _ in app.entries())
    ]


def _trouble_json(trouble: Trouble, say: Words) -> dict[str, Any]:
    """Return the row of a loan whose figures cannot be worked out."""
    loan = trouble.loan
    return {"loan": loan.id, "name": loan.name, "trouble": trouble_line(trouble, say)}


def print_status(app: App, as_of: date | None) -> None:
    """Show every loan as a row of a table, and each account in a line."""
    say = words(app.config.locale)
    keys = ("loan", "number", "stage", "owed", "more", "next_due", "next_alert")
    heads = columns(say, *keys, right={"owed", "more"}, spare={"number", "next_alert"})
    rows = _loan_rows(app, as_of)
    standing = zip(app.entries(), rows, strict=True)
    known = [(entry.loan, row) for (entry, _), row in standing if "trouble" not in row]
    show(Table(heads, [_status_row(app, loan, row, say) for loan, row in known]))
    told = {loan.id for loan, _ in known}
    positions = [stand for stand in sound(app.positions(as_of)) if stand.loan.id in told]
    lines = [row["trouble"] for row in rows if "trouble" in row]
    lines += _totals([row for _, row in known], say) + debit_lines(positions, say)
    lines += _missing_bills(app, as_of)
    lines += _unstated_lines(app, say) + account_lines(app, as_of)
    for line in lines + snooze_lines(app) + dead_lines(app):
        prose(line)


def debits_json(position: Position) -> list[dict[str, str]]:
    """Return the debits that nobody has confirmed, each with what is owed if it failed."""
    return [
        {"due": str(debit.due), "owed_if_failed": str(position.money(debit.owed.total))}
        for debit in position.unconfirmed
    ]


def debit_lines(positions: Iterable[Position], say: Words) -> list[str]:
    """Say which debits nobody has confirmed, and how to, a line a loan."""
    return [
        say.say(
            "debit",
            "unconfirmed",
            loan=position.loan.id,
            due_dates=say.dates([debit.due for debit in open_debits], position.as_of),
            amount=say.money(position.if_failed),
        )
        for position in positions
        if (open_debits := position.unconfirmed)
    ]


def _unstated_lines(app: App, say: Words) -> list[str]:
    """Ask of which loans nothing says whether they were paid so far, a line a loan."""
    return [
        say.say(
            "view",
            "unstated",
            loan=loan_id,
            first=str(dues[0]),
            last=str(dues[-1]),
            day_before=str(dues[0] - timedelta(days=1)),
        )
        for loan_id, dues in _unstated(app, app.entries()).items()
    ]


def _totals(rows: Sequence[dict[str, Any]], say: Words) -> list[str]:
    """Say what is owed today on all loans, currency by currency; of one loan its row says it."""
    owed: dict[str, Decimal] = {}
    for row in rows:
        owed[row["currency"]] = owed.get(row["currency"], Decimal(0)) + Decimal(row["owed_today"])
    amounts = say.listed(say.money(Money.of(sum_, currency)) for currency, sum_ in owed.items())
    return [say.say("view", "total", amounts=amounts)] if len(rows) > 1 else []


def _missing_bills(app: App, as_of: date | None) -> list[str]:
    """Say of which loans a bill is not known, or no next due date."""
    say = words(app.config.locale)
    sheets = [Sheet(position.loan, position, say) for position in sound(app.positions(as_of))]
    said = sound(attempt(sheet.loan, sheet.missing_bills) for sheet in sheets)
    return [line for lines in said for line in lines]


def _status_row(app: App, loan: Loan, row: dict[str, Any], say: Words) -> Row:
    book = app.config.desk.playbook
    position = value(loan, date.fromisoformat(row["as_of"]))
    stage = book.stage_of(position)
    coming = position.upcoming[0] if position.upcoming else None
    cells = (
        name_of(loan),
        loan.id,
        book.stage_title(stage, say.name),
        say.money(position.due_total),
        f"+{say.money(position.increase)}" if position.increase else NOTHING,
        _next_part(coming, position.as_of, say) if coming else NOTHING,
        _near_minute(row["next_alert_at"], position.as_of) if row["next_alert_at"] else NOTHING,
    )
    return Row(cells, stage.severity)


def _near(day: date, today: date) -> str:
    """Write a date as a table has it: on a terminal without its year, where that is plain."""
    return f"{day:%m-%d}" if in_terminal() and abs(day - today) < _PLAIN else f"{day:%F}"


def _near_minute(written: str, today: date) -> str:
    """Write an instant of the JSON as a table has it."""
    at = datetime.fromisoformat(written)
    return f"{_near(at.date(), today)} {at:%H:%M}"


def _next_part(part: Upcoming, today: date, say: Words) -> str:
    shown = say.line("sum_unknown") if part.unknown else say.money(part.remaining)
    return f"{_near(part.due, today)} {shown}"


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
    book = app.snapshot()
    with meter(say.say("view", "looking_ahead")) as beat:
        ahead = app.preview(now, (end - now).days + 1, beat, sent=True)
    for loan, seen in tracked(ahead, say.say("view", "writing")):
        news = seen.alert.loan_id, seen.alert.due
        if news not in heard:
            heard[news] = app.told(*news)
        known = heard[news]
        row = _alert_json(app, book, loan, seen, known, full=full)
        known |= {to["channel"] for to in row["to"]}
        if start <= seen.at <= end:
            until = snoozed_until(loan, snoozed.get(loan.id)) if loan else None
            rows.append(row | {"snoozed_until": until})
    return rows


def foreseen_json(app: App, loan: Loan) -> dict[str, Any] | None:
    """Return the next alert of a loan, if one will go within a year."""
    for whose, seen in app.next_alerts(app.clock.now(), _LOOK_AHEAD.days):
        if whose is not None and whose.id == loan.id:
            told = app.told(loan.id, seen.alert.due)
            return _alert_json(app, app.snapshot(), whose, seen, told)
    return None


def _alert_json(
    app: App,
    book: Snapshot,
    loan: Loan | None,
    seen: Foreseen,
    told: Collection[str],
    *,
    full: bool = False,
) -> dict[str, Any]:
    """Return what will be sent; where that cannot be written, the notice of it."""
    if loan is None:
        return _message_json(app, book, loan, seen, told, full=full)
    row = attempt(loan, lambda: _message_json(app, book, loan, seen, told, full=full))
    if not isinstance(row, Trouble):
        return row
    notice = replace(seen, alert=unwritten(row, seen.at, seen.at))
    return _message_json(app, book, loan, notice, told, full=full)


def _message_json(
    app: App,
    book: Snapshot,
    loan: Loan | None,
    seen: Foreseen,
    told: Collection[str],
    *,
    full: bool,
) -> dict[str, Any]:
    also = told if seen.alert.milestone == SETTLED else ()
    notice = is_trouble(seen.alert.milestone)
    to = (
        app.planner.notified(loan, seen.at)
        if notice
        else app.planner.destinations(seen.alert, seen.position, seen.at, also)
    )
    goes = min(to, default=seen.at)
    letter = _letter(app, book, loan, seen, goes)
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


def _letter(app: App, book: Snapshot, loan: Loan | None, seen: Foreseen, goes: datetime) -> Paper:
    if loan is not None and is_trouble(seen.alert.milestone):
        return Troubled(loan, seen.alert, app.config.desk, app.config.locale)
    if is_shortage(seen.alert.milestone):
        return _shortage_warning(app, seen, goes)
    since = unanswered_since(seen.alert, app.config.policy)
    coming = None if since else seen.following
    if coming is not None:
        at = min(app.planner.defer(coming.at, to) for to in app.channels.values())
        coming = coming._replace(at=at)
    occasion = Occasion(seen.alert, goes, goes, coming, since)
    if loan is not None:
        position = value(loan, local_date(goes, loan.timezone))
        return Letter(sheet_of(app, position, book=book), occasion)
    positions = sound(valued(each, local_date(goes, each.timezone)) for each in book.loans)
    return RoutineLetter(seen.alert, occasion, app.config.desk, positions, app.config.locale)


def _shortage_warning(app: App, seen: Foreseen, goes: datetime) -> Paper:
    """Return the warning that will go, or, where its day will be over by then, as decided."""
    zone, told_at = app.config.timezone, app.config.policy.send_at
    days = (local_date(goes, zone), reached(seen.at, told_at, zone))
    found = (told_of(seen.alert, app.forecasts(day), frozenset()) for day in days)
    about = next(each for each in found if each is not None)
    return ShortageWarning(*about, app.config.desk, app.config.locale)


def print_preview(app: App, start: datetime, days: int) -> None:
    """Show the alerts to come as rows of a table, or say that there are none."""
    say = words(app.config.locale)
    for line in snooze_lines(app):
        echo(line)
    rows = sorted(preview_json(app, start, days, full=False), key=lambda row: str(row["at"]))
    if not rows:
        echo(say.say("view", "nothing_ahead", days=say.days(days)))
        return
    together = _together(app, rows)
    heads = columns(say, "when", "loan", "message", "why", "where", spare={"loan"})
    today = local_date(start, app.config.timezone)
    show(Table(heads, [_preview_row(row, together, say, today) for row in rows]))


def _preview_row(
    row: dict[str, Any], together: Mapping[_Address, int], say: Words, today: date
) -> Row:
    cells = (
        _near_minute(row["at"], today),
        row["loan"] or NOTHING,
        row["title"],
        _why(row, say),
        _places(row, together, say),
    )
    return Row(cells, Severity.parse(row["severity"]))


def _why(row: dict[str, Any], say: Words) -> str:
    reason = say.say("reason", row["reason"])
    name = SHORT.rstrip("-") if is_shortage(row["milestone"]) else row["milestone"]
    return say.say("table", "named", name=name, id=reason)


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
        for to in row["to"] if _joins(row) else ():
            if app.channels[to["channel"]].digest:
                loans.setdefault(_address(row, to), []).append(row["loan"])
    return {place: len(about) for place, about in loans.items() if len(set(about)) > 1}


def _joins(row: dict[str, Any]) -> bool:
    """Return whether an alert may go in one message with those of other loans."""
    return row["loan"] is not None and not is_trouble(row["milestone"])


def _address(row: dict[str, Any], to: dict[str, str]) -> _Address:
    return to.get("at", row["at"]), to["channel"], to["address"]


def _places(row: dict[str, Any], together: Mapping[_Address, int], say: Words) -> str:
    """Say where an alert goes, and where it is one of several in a message."""
    said = {}
    for to in row["to"]:
        name = to["channel"]
        if _joins(row) and (count := together.get(_address(row, to))):
            name = say.say("table", "one_of", channel=name, count=str(count))
        if "at" in to:
            name = say.say("table", "later", channel=name, at=_minute(to["at"]))
        said[to["channel"]] = name
    return say.line("comma").join(said.values()) or say.say("table", "no_channel")


def test_text(results: Sequence[dict[str, object]], locale: str) -> str:
    """Say how each address fared."""
    say, lines = words(locale), []
    for result in results:
        shown = {key: str(result[key]) for key in ("channel", "address", "error")}
        lines.append(say.say("attention", "accepted" if result["ok"] else "failed", **shown))
    return "\n".join(lines)


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
    messages = _messages(rows)
    if not messages:
        echo(say.say("view", "nothing_sent"))
    elif full:
        echo("\n".join(line for each in messages for line in _sent_whole(each, zone, say)))
    else:
        heads = columns(say, "when", "where", "state", "message", "error")
        sent = (Row(_sent(each, zone, say), severity_of(each[0]["state"])) for each in messages)
        show(Table(heads, list(sent)))


def _messages(rows: Iterable[RowMapping]) -> list[list[RowMapping]]:
    """Put together the deliveries that went as one message, or wait to."""
    together: dict[tuple[str, ...], list[RowMapping]] = {}
    for row in rows:
        alike = row["message_id"], row["channel"], row["address"], row["state"], row["title"] or ""
        together.setdefault(alike, []).append(row)
    return list(together.values())


def _sent(rows: Sequence[RowMapping], zone: ZoneInfo, say: Words) -> tuple[str, ...]:
    row = rows[0]
    at = (row["finished_at"] or row["created_at"]).astimezone(zone)
    message = row["title"] or about(row)
    if len(rows) > 1:
        loans = say.line("comma").join(dict.fromkeys(each["loan_id"] for each in rows[::-1]))
        message = say.say("view", "sent_of", message=message, loans=loans)
    return (
        f"{at:%F %H:%M}",
        f"{row['channel']}: {row['address']}",
        say.say("state", row["state"]),
        message,
        row["error"] or NOTHING,
    )


def _sent_whole(rows: Sequence[RowMapping], zone: ZoneInfo, say: Words) -> Iterator[str]:
    row = rows[0]
    at, where, state, title, error = _sent(rows, zone, say)
    yield "  ".join((at, state, where, *([error] if row["error"] else ())))
    yield f"                  {title}"
    if row["body"]:
        yield from ("", *(f"    {line}" for line in row["body"].splitlines()), "")
