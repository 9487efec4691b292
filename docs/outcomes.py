"""What becomes of a message by what comes back, as tables: made by asking the code that decides.

Every status, code and phase is put to ``answers``, ``web``, ``mail`` and ``numerics``, and the
answers of these are grouped.
"""

from __future__ import annotations

import json
import smtplib
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from requests.exceptions import ConnectionError as Unconnected
from requests.exceptions import InvalidSchema, TooManyRedirects

from reminderd.delivery import mail, numerics, web
from reminderd.delivery.answers import REPLIES, Answer, Reply, read
from reminderd.delivery.plugins import LOCAL
from reminderd.errors import DeliveryError, Outcome, SoftRefusal

BEGIN, END = "<!-- outcomes: begin -->\n", "<!-- outcomes: end -->\n"
_NOW = datetime(2026, 11, 30, tzinfo=UTC)
_NEVER = OSError("nobody is there")
_HEAD = "| Service | What comes back | Outcome |\n|---|---|---|"


def outcome(error: DeliveryError | None) -> str:
    """Return what becomes of a message, in words."""
    if error is None:
        return Outcome.SENT
    if isinstance(error, SoftRefusal):
        return f"{error.outcome}, for a day"
    return error.outcome


def table() -> str:
    """Return the table."""
    rows = [*_http(), *_services(), *_mail(), *_irc(), *_mqtt(), *_others()]
    return "\n".join([_HEAD, *(f"| {' | '.join(row)} |" for row in rows), ""])


def with_table(page: str) -> str:
    """Return a page with the table at its place; ValueError where it has none."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the page lacks {BEGIN!r} and {END!r}")
    return before + BEGIN + table() + END + after


def _grouped(found: Iterable[tuple[Hashable, DeliveryError | None]]) -> dict[str, list[Hashable]]:
    groups: dict[str, list[Hashable]] = {}
    for what, error in found:
        groups.setdefault(outcome(error), []).append(what)
    return groups


def _ranges(numbers: Sequence[int]) -> str:
    """Write numbers in order, those that follow each other as one range."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def _http() -> Iterator[tuple[str, str, str]]:
    whose = "any over HTTP"
    statuses = ((status, read("json", Answer(status, {}, b""), _NOW)) for status in range(200, 600))
    for word, numbers in _grouped(statuses).items():
        yield whose, f"status {_ranges(numbers)}", word  # type: ignore[arg-type]  # they are numbers
    phases = {
        "no connection, an untrusted certificate, or a request that could not be written whole": (
            web.Exchange(Unconnected(), written=False).trouble("json", _NOW)
        ),
        "a SOCKS proxy without PySocks": (
            web.Exchange(InvalidSchema(), written=False).trouble("json", _NOW)
        ),
        "a redirection in a circle": (
            web.Exchange(TooManyRedirects(), written=False).trouble("json", _NOW)
        ),
        "the request written whole, and no answer, half of one or one without end": (
            web.Exchange(Unconnected(), written=True).trouble("json", _NOW)
        ),
        "status 200 with a web page, except from hooks of one's own": (
            read("ntfy", Answer(200, {}, b"<html>"), _NOW)
        ),
    }
    for what, error in phases.items():
        yield whose, what, outcome(error)


def _services() -> Iterator[tuple[str, str, str]]:
    for schema, reply in sorted(REPLIES.items()):
        yield schema, f"`{reply.key}` is `{json.dumps(reply.fine)}`", outcome(_said(schema))
        for word, codes in _grouped((code, _no(schema, code)) for code in _codes(reply)).items():
            listed = ", ".join(f"`{code}`" for code in codes)
            yield schema, f"`{reply.code or reply.key}` is {listed}", word
        yield schema, "any other code", outcome(_no(schema, "?"))
        nothing = read(schema, Answer(200, {}, b""), _NOW)
        yield schema, f"status 200 without `{reply.key}`", outcome(nothing)


def _codes(reply: Reply) -> list[object]:
    return sorted(reply.refused | reply.passing | set(reply.later), key=str)


def _said(schema: str) -> DeliveryError | None:
    reply = REPLIES[schema]
    return read(schema, Answer(200, {}, json.dumps({reply.key: reply.fine}).encode()), _NOW)


def _no(schema: str, code: object) -> DeliveryError | None:
    reply = REPLIES[schema]
    document = {reply.key: None, reply.code or reply.key: code}
    return read(schema, Answer(200, {}, json.dumps(document).encode()), _NOW)


_REPLIES = {
    "4xx": (450, ""),
    "5xx": (550, ""),
    **{f"5xx with {code}": (550, code) for code in sorted(mail.FINAL_CODES)},
    "any other 5.x.x": (554, "5.7.1"),
}
_PHASES = {
    mail.Phase.SENDER: "MAIL",
    mail.Phase.RECIPIENT: "RCPT",
    mail.Phase.DATA: "DATA",
    mail.Phase.END_OF_DATA: "the mail itself",
}


def _mail() -> Iterator[tuple[str, str, str]]:
    silence = outcome(mail.unreachable(_NEVER))
    login = mail.unreachable(smtplib.SMTPAuthenticationError(535, b""))
    yield "mail", "no connection, or no reply up to DATA within a minute", silence
    yield "mail", "a login that is refused", outcome(login)
    for reply, (code, text) in _REPLIES.items():
        found = ((name, mail.refusal(code, text, phase)) for phase, name in _PHASES.items())
        for word, names in _grouped(found).items():
            yield "mail", f"{reply} to {', '.join(map(str, names))}", word
    minutes = f"{mail.END_OF_DATA / 60:.0f} minutes"
    yield "mail", f"no reply to the mail itself within {minutes}", outcome(mail.unanswered())


def _irc() -> Iterator[tuple[str, str, str]]:
    said = ((number, numerics.numeric(number, "")) for number in range(200, 600))
    for word, numbers in _grouped(one for one in said if one[1] is not None).items():
        yield "irc", f"number {_ranges(numbers)}", word  # type: ignore[arg-type]  # they are numbers
    yield "irc", "`ERROR`", outcome(numerics.farewell(""))


def _mqtt() -> Iterator[tuple[str, str, str]]:
    said = ((code, numerics.connack(code, "")) for code in range(0x80, 0xA0))
    for word, codes in _grouped(said).items():
        listed = ", ".join(f"{code:#04x}" for code in codes)
        yield "mqtt", f"a connection refused with {listed}", word


def _others() -> Iterator[tuple[str, str, str]]:
    yield ", ".join(sorted(LOCAL)), "this machine took it", Outcome.SENT
    yield "any other beyond HTTP (amqp, xmpp, rsyslog …)", "handed over", Outcome.UNKNOWN
