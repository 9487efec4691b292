"""From the file a user edits to loans, policy and channels, with every mistake found at once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError

from ..alerts.channel import Channel, Format, Recipient
from ..alerts.policy import Policy
from ..alerts.routine import Routine
from ..alerts.wallclock import QuietHours
from ..errors import ConfigError, Problem, TermsError
from ..loans.funds import BankAccount
from ..loans.presets import load_preset
from ..loans.terms import Loan
from ..messages.sheet import Desk
from ..playbook.playbook import Playbook, Severity, packaged
from ..redaction import learn
from ..state import Signature, signature
from .accounts import account_mistakes, payer_mistakes
from .build import (
    account_named,
    payday,
    to_account,
    to_borrower,
    to_loan,
    to_policy,
    to_quiet_hours,
    to_routine,
    to_terms,
)
from .findings import Findings
from .loan_tables import LoanModel
from .mistakes import mistakes, too_exact
from .models import (
    AccountModel,
    BorrowerModel,
    ChannelModel,
    DaemonModel,
    QuietHoursModel,
    RoutineModel,
    Settings,
)
from .positions import Path as KeyPath
from .secrets import SOURCES, Elsewhere, is_reference, resolve, secrets_in
from .sentences import dotted, key_in_other_words, misspelt
from .suggest import shown, suggestion
from .tables import CONFIGURATION, keys, public_keys
from .toml import Reading, parse, read_text
from .zone import machine_zone

Verify = Callable[[Recipient], str | None]
Own = TypeVar("Own")
Table = TypeVar("Table", bound=BaseModel)

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://", re.ASCII)
_WEB = re.compile(r"https?://[!-~]+")
_VARIABLE = "REMINDERD_"
_NO_FUND = (
    "needs to know the fund "
    '(add emergency_fund = { target = "30000", monthly = "500" } under [borrower])'
)


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration that can be used."""

    file: Path
    text: str = field(repr=False)  # it may hold secrets
    loans: tuple[Loan, ...]
    policy: Policy
    quiet: QuietHours | None
    channels: tuple[Channel, ...]
    locale: str
    timezone: str
    channels_given: bool  # else there is only the screen
    desk: Desk = field(default_factory=Desk)  # what messages draw on
    routine: Routine = field(default_factory=Routine)
    heartbeat: str | None = field(default=None, repr=False)  # where to send a sign of life
    files: Mapping[Path, Signature] = field(default_factory=dict)  # named in it; when it was read
    zone_doubt: Problem | None = (
        None  # where the machine's own zone is hardly known, and none given
    )


def load_file(file: Path, verify: Verify | None = None, *, lenient: bool = False) -> Config:
    """Read and check *file*; ConfigError lists all problems. *lenient*: see ``load_text``."""
    text = read_text(file, "`reminderd init` makes one; or give --config FILE")
    return load_text(text, file, verify, lenient=lenient)


def load_text(
    text: str,
    file: Path,
    verify: Verify | None = None,
    *,
    in_need: bool = False,
    lenient: bool = False,
) -> Config:
    """Check a configuration's text, which was read from *file*; ConfigError lists all problems.

    *verify* says what is wrong with a recipient's target, if anything; without it, only the form
    of channels is checked. *in_need*, where the borrower's own playbook or templates cannot be
    used, those of the program take their place. *lenient*, a secret that cannot be had costs its
    channel alone, whose recipients know the fault; else it is a problem.
    """
    reading = parse(text.replace("\r\n", "\n"), str(file), public_keys(), CONFIGURATION)
    return _Loader(reading, file, verify, in_need=in_need, lenient=lenient).config()


class _Loader(Findings):
    def __init__(
        self,
        reading: Reading,
        file: Path,
        verify: Verify | None,
        *,
        in_need: bool,
        lenient: bool,
    ) -> None:
        super().__init__(reading, file, Settings)
        self.verify = verify
        self.in_need = in_need
        self.lenient = lenient
        self.faults: list[Problem] = []  # secrets that cannot be had
        self.files: dict[Path, Signature] = {}
        self.in_other_words: set[KeyPath] = set()  # keys of channels that were reported already

    def config(self) -> Config:
        settings = self._settings()
        self._duplicate_ids()
        self._channel_names(settings)
        self._channel_words()
        self._borrower(settings)
        self._accounts(settings)
        heartbeat = self._heartbeat(settings)
        playbook = self._own(self._playbook, settings)
        templates = self._own(self._templates, settings)
        loans = [self._loan(n, model, settings) for n, model in self._loan_models(settings)]
        channels = [
            self._channel(name, model, settings)
            for name, model in self._named(settings, "channels", ChannelModel)
        ]
        problems = self.all()
        if problems or settings is None:
            raise ConfigError(problems, self.files)
        timezone = settings.timezone or machine_zone().name
        accounts = _paying(settings, timezone)
        return Config(
            file=self.file,
            text=self.text,
            loans=tuple(loan for loan in loans if loan),
            policy=to_policy(settings, playbook or packaged()),
            quiet=to_quiet_hours(settings.reminders.quiet_hours),
            channels=tuple(c for c in channels if c) or (_screen(settings),),
            channels_given=bool(channels),
            locale=settings.locale,
            timezone=timezone,
            desk=Desk(
                playbook or packaged(),
                to_borrower(settings.borrower, settings.currency, payday(accounts)),
                templates,
                faults=tuple(self.faults),
                accounts=accounts,
            ),
            routine=to_routine(settings),
            heartbeat=heartbeat,
            files=self.files,
            zone_doubt=None if settings.timezone else self._zone_doubt(),
        )

    def _zone_doubt(self) -> Problem | None:
        """Return what is doubtful about the machine's own time zone."""
        doubt = machine_zone().doubt
        return Problem(str(self.file), 1, 1, "timezone", doubt) if doubt else None

    def _own(
        self, read: Callable[[Settings | None], Own | None], settings: Settings | None
    ) -> Own | None:
        """Return what of the borrower's own *read* finds; in need, nothing instead of problems."""
        count = len(self.problems)
        found = read(settings)
        if self.in_need:
            del self.problems[count:]
        return found

    def _playbook(self, settings: Settings | None) -> Playbook | None:
        path = self._beside(settings, "playbook", "file", Path.is_file)
        if path is None:
            return None
        from .own_playbook import read_playbook  # most have none, and it asks for much

        try:
            return read_playbook(path)
        except ConfigError as error:
            self.problems += error.problems
            return None

    def _templates(self, settings: Settings | None) -> Path | None:
        return self._beside(settings, "templates", "folder", Path.is_dir)

    def _beside(
        self, settings: Settings | None, key: str, kind: str, exists: Callable[[Path], bool]
    ) -> Path | None:
        """Return the path that a key names, relative to the configuration."""
        name, folder = self._top(settings, key, ""), self.file.parent
        if not name:
            return None
        with suppress(OSError, RuntimeError):  # names too long, homes that nobody knows
            path = folder / Path(name).expanduser()
            self.files[path] = signature(path)
            if exists(path):
                return path
        message = f"there is no {kind} {shown(name)} in {folder} (make it, or remove this key)"
        self.add((key,), message)
        return None

    def _heartbeat(self, settings: Settings | None) -> str | None:
        """Return the address for signs of life."""
        daemon, path = self._table(settings, "daemon", DaemonModel), ("daemon", "heartbeat_url")
        if daemon is None or daemon.heartbeat_url is None:
            return None
        url = self._secret(path, daemon.heartbeat_url)
        if url is None:
            return None
        if not (isinstance(url, str) and _WEB.fullmatch(url)):
            message = 'is not a web address (write one as "https://hc-ping.com/…")'
            self._unfit(path, daemon.heartbeat_url, message)
            return None
        learn(secrets_in(url))
        return url

    def _borrower(self, settings: Settings | None) -> None:
        """Find what cannot be right about the borrower and the routines."""
        borrower = self._table(settings, "borrower", BorrowerModel)
        routine = self._table(settings, "routine", RoutineModel)
        if borrower is not None:
            for path, message in too_exact(borrower, self._top(settings, "currency", "CNY")):
                self.add(("borrower", *path), message)
        unknown = borrower is not None and borrower.emergency_fund is None
        if unknown and routine is not None and routine.emergency_fund is not None:
            self.add(("routine", "emergency_fund"), _NO_FUND)

    def _accounts(self, settings: Settings | None) -> None:
        """Find what cannot be right about accounts, and about which of them loans are paid from."""
        currency, named = self._top(settings, "currency", "CNY"), self.raw.get("accounts")
        known = dict(self._named(settings, "accounts", AccountModel))
        names = dict.fromkeys(named if isinstance(named, dict) else ()) | known
        for path, message in account_mistakes(known, currency):
            self.add(path, message)
        for path, message in payer_mistakes(names, self._loan_models(settings), currency):
            self.add(path, message)

    def _table(self, settings: Settings | None, key: str, model: type[Table]) -> Table | None:
        """Return a table if it is well-formed, even where the whole is not."""
        if settings is not None:
            return cast("Table", getattr(settings, key))
        try:
            return model.model_validate(self.raw.get(key, {}))
        except ValidationError:
            return None  # reported with the whole

    def _settings(self) -> Settings | None:
        try:
            return Settings(document=self.raw)  # type: ignore[call-arg]  # see its docstring
        except ValidationError as error:
            self.add_all(error)
        except SettingsError as error:
            self._unreadable_variable(str(error))
        return None

    def _unreadable_variable(self, complaint: str) -> None:
        """Name the variable that should have been JSON; the complaint names only its first key."""
        named = re.search(r'field "(\w+)"', complaint)
        key = named[1] if named else ""
        start = f"{_VARIABLE}{key}".upper()
        found = [name for name in os.environ if name.upper().split("__")[0] == start]
        for name in found or [start]:
            message = "cannot be read (write lists and tables as JSON, as in [7, 3, 1, 0])"
            self.problems.append(Problem(f"${name}", 1, 1, key, message))

    def add(self, path: KeyPath, message: str, *, of_key: bool = False) -> None:
        """Note a mistake where its value comes from: the file, or an environment variable."""
        if variable := self._variable(path):
            self.problems.append(Problem(f"${variable}", 1, 1, dotted(path), message))
        else:
            super().add(path, message, of_key=of_key)

    def _variable(self, path: KeyPath) -> str | None:
        """Return the environment variable that a value came from, if it was one."""
        names = {name.upper(): name for name, value in os.environ.items() if value}
        name = _VARIABLE + "__".join(str(part).upper() for part in path)
        if name in names:
            return names[name]
        if self.positions.has(path):
            return None
        around = (n for n in names if name.startswith(f"{n}__") or n.startswith(f"{name}__"))
        return next((names[n] for n in around), None)

    def _tables(self, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
        tables = self.raw.get(key)
        if isinstance(tables, list):
            yield from ((n, table) for n, table in enumerate(tables) if isinstance(table, dict))

    def _duplicate_ids(self) -> None:
        seen: dict[object, int] = {}
        for number, table in self._tables("loans"):
            known = table.get("id")
            if isinstance(known, str) and known in seen:
                message = f"{known!r} is already the id of loans[{seen[known]}] (choose another)"
                self.add(("loans", number, "id"), message)
            elif isinstance(known, str):
                seen[known] = number

    def _channel_names(self, settings: Settings | None) -> None:
        tables = self.raw.get("channels")
        channels = tables if isinstance(tables, dict) else {}
        known = list(settings.channels if settings else channels)
        for number, table in self._tables("loans"):
            named = table.get("channels")
            for index, name in enumerate(named if isinstance(named, list) else []):
                self._channel_name(("loans", number, "channels", index), name, known)
        for channel, table in channels.items():
            if isinstance(table, dict) and "fallback" in table:
                path: KeyPath = ("channels", channel, "fallback")
                others = [name for name in known if name != channel]
                self._channel_name(path, table["fallback"], others)
        self._escalated_to(self._others(settings), known)

    def _channel_words(self) -> None:
        """Find words for a channel's keys, except where they may be keys of Apprise's own."""
        tables = self.raw.get("channels")
        for name, table in (tables if isinstance(tables, dict) else {}).items():
            for key in table if isinstance(table, dict) else ():
                path: KeyPath = ("channels", name, key)
                apprise = "schema" in table and key.isascii()
                if key in keys(ChannelModel) or apprise:
                    continue
                if remedy := key_in_other_words(path, None):
                    self.in_other_words.add(path)
                    self.add(path, f"unknown key (write {remedy})", of_key=True)

    def _escalated_to(self, names: list[str], known: list[str]) -> None:
        """Find channels for others that there are not, and whether any is left for the borrower."""
        for index, name in enumerate(names):
            self._channel_name(("escalation", "to", index), name, known)
        if known and not set(known) - set(names):
            message = "names every channel (leave one out: on it you are reminded yourself)"
            self.add(("escalation", "to"), message)

    def _others(self, settings: Settings | None) -> list[str]:
        """Return the channels for others, as far as they are well-formed."""
        if settings is not None:
            return settings.escalation.to if settings.escalation else []
        table = self.raw.get("escalation")
        named = table.get("to") if isinstance(table, dict) else None
        return [name for name in named if isinstance(name, str)] if isinstance(named, list) else []

    def _channel_name(self, path: KeyPath, name: object, known: list[str]) -> None:
        if not isinstance(name, str) or name in known:
            return
        if name == path[1]:
            self.add(path, "is the channel itself (name another one, or remove it)")
            return
        close = suggestion(name, known)
        self.add(path, f"there is no channel {name!r} (there are: {_listed(known)}){close}")

    def _loan_models(self, settings: Settings | None) -> Iterator[tuple[int, LoanModel]]:
        """Yield the loans that are well-formed one by one, even where the whole is not."""
        if settings is not None:
            yield from enumerate(settings.loans)
            return
        for number, table in self._tables("loans"):
            try:
                yield number, LoanModel.model_validate(table)
            except ValidationError:
                continue  # reported with the whole

    def _loan(self, number: int, model: LoanModel, settings: Settings | None) -> Loan | None:
        here: KeyPath = ("loans", number)
        if here in self.torn:
            return None  # what seems to be missing may stand on the line that cannot be read
        currency = model.currency or self._top(settings, "currency", "CNY")
        found = list(mistakes(model, currency))
        for path, message in found:
            self._loan_problem((*here, *path), message)
        if found:
            return None
        try:
            terms = to_terms(model, currency)
        except TermsError as error:
            inside = (int(key) if key.isdecimal() else key for key in error.field.split("."))
            self._loan_problem((*here, *inside), str(error))
            return None
        zone = model.timezone or self._top(settings, "timezone", "") or machine_zone().name
        return to_loan(model, terms, zone)

    def _loan_problem(self, path: KeyPath, message: str) -> None:
        """Report at the value, or where it comes from or is missing: at the preset or the loan."""
        preset: KeyPath = (*path[:2], "preset")
        path = self.as_written(path)
        if self.positions.has(path):
            self.add(path, message)
        elif self.positions.has(preset) and self._is_of_preset(path):
            self.add(preset, f"its {dotted(path[2:])}: {message}")
        else:
            self.add(path, message, of_key=True)

    def _is_of_preset(self, path: KeyPath) -> bool:
        """Return whether a value that the loan does not have itself is its preset's."""
        loan = self.raw["loans"][path[1]]
        return path[2:3] != () and path[2] in load_preset(loan["preset"]).defaults()

    def _top(self, settings: Settings | None, key: str, default: str) -> str:
        value = getattr(settings, key) if settings else self.raw.get(key)
        return value if isinstance(value, str) else default

    def _named(
        self, settings: Settings | None, key: str, model: type[Table]
    ) -> Iterator[tuple[str, Table]]:
        """Yield the well-formed ones of the tables with names of the user's, even where not all."""
        if settings is not None:
            yield from getattr(settings, key).items()
            return
        tables = self.raw.get(key)
        for name, table in (tables if isinstance(tables, dict) else {}).items():
            try:
                yield name, model.model_validate(table)
            except ValidationError:
                continue  # reported with the whole

    def _channel(self, name: str, model: ChannelModel, settings: Settings | None) -> Channel | None:
        here: KeyPath = ("channels", name)
        count = len(self.problems)
        found = self._recipients(here, name, model)
        recipients = tuple(replace(recipient, hello=model.hello) for recipient in found)
        if len(self.problems) > count or here in self.torn:
            return None
        self._verify((*here, "url") if model.url else here, recipients)
        return Channel(
            name,
            recipients,
            model.locale or self._top(settings, "locale", "zh-CN"),
            Severity.parse(model.min_severity),
            model.fallback,
            None if model.format is None else Format(model.format),
            model.digest,
            to_quiet_hours(model.quiet_hours or self._quiet(settings)),
            name in self._others(settings),
            model.rate,
        )

    def _quiet(self, settings: Settings | None) -> QuietHoursModel | None:
        return settings.reminders.quiet_hours if settings else None

    def _verify(self, path: KeyPath, recipients: tuple[Recipient, ...]) -> None:
        """Have each target looked at; of one channel, the first complaint says enough."""
        known = [recipient for recipient in recipients if not recipient.fault]
        complaints = (self.verify(recipient) for recipient in known) if self.verify else ()
        if message := next(filter(None, complaints), None):
            self.add(path, message)

    def _recipients(self, here: KeyPath, name: str, model: ChannelModel) -> Iterator[Recipient]:
        extra, faults = model.model_extra or {}, len(self.faults)
        if model.url is not None:
            url = self._secret((*here, "url"), model.url) or ""
            for key in [*extra, *(["to"] if model.to is not None else [])]:
                self._beside_url((*here, key))
            learn(secrets_in(url))
            yield Recipient(name, url, self._fault(faults))
            return
        table = {"schema": model.scheme} | {
            key: self._secret((*here, key), value) for key, value in extra.items()
        }
        learn(secrets_in(table))
        fault = self._fault(faults)
        if model.to is None:
            yield Recipient(name, table, fault)
            return
        for address in self._addresses((*here, "to"), model.to):
            yield Recipient(address, table | {"to": address}, fault)

    def _beside_url(self, path: KeyPath) -> None:
        if path in self.in_other_words:
            return
        close = misspelt(path) if path[-1] != "to" else ""
        message = "does not go with url (put it into the URL, or use schema instead)"
        self.add(path, f"unknown key{close}" if close else message, of_key=True)

    def _addresses(self, path: KeyPath, to: object) -> Iterator[str]:
        addresses = to if isinstance(to, list) else [to]
        if not addresses:
            self.add(path, 'names no address (write to = ["me@example.com"])')
        for index, address in enumerate(addresses):
            where: KeyPath = (*path, index) if isinstance(to, list) else path
            if not isinstance(address, str) or not address.strip():
                self.add(where, 'is not an address (write to = ["me@example.com"])')
            elif address in addresses[:index]:
                self.add(where, "is there already (remove one of the two)")
            else:
                yield address

    def _secret(self, path: KeyPath, written: Any) -> Any:
        """Return what a key says, or what the place that it names does; None if that is no good."""
        value = written
        if is_reference(written):
            self._watch_secret(written)
            try:
                value = resolve(written, self.file.parent)
            except ValueError as error:
                self._unfit(path, written, str(error), elsewhere=isinstance(error, Elsewhere))
                return None
            learn([value])
        elif isinstance(value, Mapping):
            ways = " or ".join(f'{{ {source} = "…" }}' for source in SOURCES)
            self.add(path, f"this table is no secret's place (write a text, or {ways})")
            return None
        if path[-1] == "url" and not (isinstance(value, str) and _URL.match(value)):
            message = 'is not a URL (write one as "ntfys://topic", or "console://")'
            self._unfit(path, written, message)
            return None
        return value

    def _watch_secret(self, reference: Mapping[str, Any]) -> None:
        """Have a file that holds a secret looked at, so that a new one counts at once."""
        with suppress(KeyError, OSError, RuntimeError, TypeError, ValueError):
            path = self.file.parent / Path(reference["file"]).expanduser()
            self.files[path] = signature(path)

    def _unfit(
        self, path: KeyPath, written: object, message: str, *, elsewhere: bool = False
    ) -> None:
        """Note a mistake in a value; of one that is kept elsewhere, maybe as a fault only."""
        self.add(path, message)
        if elsewhere or (self.lenient and is_reference(written)):
            self.faults.append(self.problems.pop())

    def _fault(self, since: int) -> str | None:
        """Return the first fault that was found after so many."""
        return next((problem.message for problem in self.faults[since:]), None)


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none; add one under [channels.NAME]"


def _screen(settings: Settings) -> Channel:
    """Return the channel used where none is configured, so that no reminder is lost."""
    quiet = to_quiet_hours(settings.reminders.quiet_hours)
    to = (Recipient("screen", "console://"),)
    return Channel("screen", to, settings.locale, quiet=quiet)


def _paying(settings: Settings, timezone: str) -> tuple[BankAccount, ...]:
    """Return the accounts, each with the loans that it pays."""
    paid: dict[str, list[str]] = {name: [] for name in settings.accounts}
    for loan in settings.loans:
        paid.setdefault(account_named(loan) or "", []).append(loan.id)
    return tuple(
        to_account(name, model, paid[name], settings, timezone)
        for name, model in settings.accounts.items()
    )
