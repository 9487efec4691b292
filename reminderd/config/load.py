"""From the file a user edits to loans, policy and channels, with every mistake found at once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from ..alerts.channel import Channel, Recipient
from ..alerts.plan import Policy
from ..alerts.wallclock import QuietHours
from ..errors import ConfigError, Problem, TermsError
from ..loans.presets import load_preset
from ..loans.terms import Loan, Payment
from ..playbook.stages import Severity
from .build import to_policy, to_quiet_hours, to_terms
from .loan_tables import LoanModel
from .mistakes import mistakes
from .models import ChannelModel, Settings
from .positions import Path as KeyPath
from .positions import locate
from .secrets import SOURCES, is_reference, resolve
from .sentences import dotted, misspelt, of_pydantic, path_of, public_keys, to_write, unknown_key
from .suggest import suggestion
from .toml import Reading, parse

Verify = Callable[[Recipient], str | None]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://", re.ASCII)
_VARIABLE = "REMINDERD_"


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


def load_file(file: Path, verify: Verify | None = None) -> Config:
    """Read and check *file*; ConfigError lists all problems."""
    try:
        text = file.read_text("utf-8-sig")
    except FileNotFoundError:
        message = "there is no such file (copy config.example.toml there, or give --config FILE)"
        raise ConfigError([Problem(str(file), 1, 1, "", message)]) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror} (it must be a file that you can read)"
        raise ConfigError([Problem(str(file), 1, 1, "", message)]) from None
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = "this is not UTF-8 text (save the file as UTF-8)"
        raise ConfigError([Problem(str(file), line, column, "", message)]) from None
    return load_text(text, file, verify)


def load_text(text: str, file: Path, verify: Verify | None = None) -> Config:
    """Check a configuration's text, which was read from *file*; ConfigError lists all problems.

    *verify* says what is wrong with a recipient's target, if anything; without it, only the form
    of channels is checked.
    """
    reading = parse(text.replace("\r\n", "\n"), str(file), public_keys())
    return _Loader(reading, file, verify).config()


class _Loader:
    """Collects problems as it goes; nothing stops at the first."""

    def __init__(self, reading: Reading, file: Path, verify: Verify | None) -> None:
        self.raw = reading.document
        self.positions = locate(reading.text)
        self.file = file
        self.verify = verify
        self.guesses = reading.guesses
        self.torn = {self.positions.table_at(line) for line in reading.lost}
        self.problems = list(reading.problems)

    def config(self) -> Config:
        settings = self._settings()
        self._duplicate_ids()
        self._channel_names(settings)
        loans = [self._loan(n, model, settings) for n, model in self._loan_models(settings)]
        channels = [
            self._channel(name, model, settings) for name, model in self._channel_models(settings)
        ]
        problems = self._all_problems()
        if problems or settings is None:
            raise ConfigError(problems)
        return Config(
            file=self.file,
            text=self.positions.text,
            loans=tuple(loan for loan in loans if loan),
            policy=to_policy(settings),
            quiet=to_quiet_hours(settings),
            channels=tuple(c for c in channels if c) or (_screen(settings.locale),),
            channels_given=bool(channels),
            locale=settings.locale,
            timezone=settings.timezone or _system_timezone(),
        )

    def _all_problems(self) -> list[Problem]:
        """Return every problem; a value that could not be read is told once, in better words."""
        told = {(problem.line, problem.column) for problem in self.problems}
        return self.problems + [p for p in self.guesses if (p.line, p.column) not in told]

    def _settings(self) -> Settings | None:
        try:
            return Settings(document=self.raw)  # type: ignore[call-arg]  # see its docstring
        except ValidationError as error:
            for detail in error.errors():
                self._validation(detail)
        except SettingsError as error:
            self._unreadable_variable(str(error))
        return None

    def _validation(self, detail: Any) -> None:
        path = self._as_written(path_of(detail["loc"]))
        if detail["type"] == "extra_forbidden":
            self._problem(path, unknown_key(path), of_key=True)
        elif detail["type"] == "missing":
            if path[:-1] not in self.torn:
                self._problem(path[:-1], f"{path[-1]!r} is missing{to_write(path)}", of_key=True)
        elif path not in self.torn:
            self._problem(path, of_pydantic(detail, path))

    def _as_written(self, path: KeyPath) -> KeyPath:
        """Leave out the number of a list that is a list only for us: one new due date is."""
        single = path and isinstance(path[-1], int) and not self.positions.has(path)
        return path[:-1] if single and self.positions.has(path[:-1]) else path

    def _unreadable_variable(self, complaint: str) -> None:
        """Name the variable that should have been JSON; the complaint names only its first key."""
        named = re.search(r'field "(\w+)"', complaint)
        key = named[1] if named else ""
        start = f"{_VARIABLE}{key}".upper()
        found = [name for name in os.environ if name.upper().split("__")[0] == start]
        for name in found or [start]:
            message = "cannot be read (write lists and tables as JSON, as in [7, 3, 1, 0])"
            self.problems.append(Problem(f"${name}", 1, 1, key, message))

    def _problem(self, path: KeyPath, message: str, *, of_key: bool = False) -> None:
        if variable := self._variable(path):
            self.problems.append(Problem(f"${variable}", 1, 1, dotted(path), message))
            return
        line, column = self.positions.key(path) if of_key else self.positions.value(path)
        self.problems.append(Problem(str(self.file), line, column, dotted(path), message))

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
                self._problem(("loans", number, "id"), message)
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

    def _channel_name(self, path: KeyPath, name: object, known: list[str]) -> None:
        if not isinstance(name, str) or name in known:
            return
        if name == path[1]:
            self._problem(path, "is the channel itself (name another one, or remove it)")
            return
        close = suggestion(name, known)
        self._problem(path, f"there is no channel {name!r} (there are: {_listed(known)}){close}")

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
        return Loan(
            model.id,
            model.name or model.id,
            terms,
            model.timezone or self._top(settings, "timezone", "") or _system_timezone(),
            tuple(Payment(payment.date, payment.amount) for payment in model.payments),
            model.contact,
            None if model.channels is None else tuple(model.channels),
        )

    def _loan_problem(self, path: KeyPath, message: str) -> None:
        """Report at the value, or where it comes from or is missing: at the preset or the loan."""
        preset: KeyPath = (*path[:2], "preset")
        path = self._as_written(path)
        if self.positions.has(path):
            self._problem(path, message)
        elif self.positions.has(preset) and self._is_of_preset(path):
            self._problem(preset, f"its {dotted(path[2:])}: {message}")
        else:
            self._problem(path, message, of_key=True)

    def _is_of_preset(self, path: KeyPath) -> bool:
        """Return whether a value that the loan does not have itself is its preset's."""
        loan = self.raw["loans"][path[1]]
        return path[2:3] != () and path[2] in load_preset(loan["preset"]).defaults()

    def _top(self, settings: Settings | None, key: str, default: str) -> str:
        value = getattr(settings, key) if settings else self.raw.get(key)
        return value if isinstance(value, str) else default

    def _channel_models(self, settings: Settings | None) -> Iterator[tuple[str, ChannelModel]]:
        if settings is not None:
            yield from settings.channels.items()
            return
        tables = self.raw.get("channels")
        for name, table in (tables if isinstance(tables, dict) else {}).items():
            try:
                yield name, ChannelModel.model_validate(table)
            except ValidationError:
                continue  # reported with the whole

    def _channel(self, name: str, model: ChannelModel, settings: Settings | None) -> Channel | None:
        here: KeyPath = ("channels", name)
        count = len(self.problems)
        recipients = tuple(self._recipients(here, name, model))
        if len(self.problems) > count or here in self.torn:
            return None
        self._verify((*here, "url") if model.url else here, recipients)
        return Channel(
            name,
            recipients,
            model.locale or self._top(settings, "locale", "zh-CN"),
            Severity.parse(model.min_severity),
            model.fallback,
        )

    def _verify(self, path: KeyPath, recipients: tuple[Recipient, ...]) -> None:
        """Have each target looked at; of one channel, the first complaint says enough."""
        complaints = (self.verify(recipient) for recipient in recipients) if self.verify else ()
        if message := next(filter(None, complaints), None):
            self._problem(path, message)

    def _recipients(self, here: KeyPath, name: str, model: ChannelModel) -> Iterator[Recipient]:
        extra = model.model_extra or {}
        if model.url is not None:
            url = self._secret((*here, "url"), model.url)
            for key in [*extra, *(["to"] if model.to is not None else [])]:
                self._beside_url((*here, key))
            if url is not None:
                yield Recipient(name, url)
            return
        table = {"schema": model.scheme} | {
            key: self._secret((*here, key), value) for key, value in extra.items()
        }
        if model.to is None:
            yield Recipient(name, table)
            return
        for address in self._addresses((*here, "to"), model.to):
            yield Recipient(address, table | {"to": address})

    def _beside_url(self, path: KeyPath) -> None:
        close = misspelt(path) if path[-1] != "to" else ""
        message = "does not go with url (put it into the URL, or use schema instead)"
        self._problem(path, f"unknown key{close}" if close else message, of_key=True)

    def _addresses(self, path: KeyPath, to: object) -> Iterator[str]:
        addresses = to if isinstance(to, list) else [to]
        if not addresses:
            self._problem(path, 'names no address (write to = ["me@example.com"])')
        for index, address in enumerate(addresses):
            where: KeyPath = (*path, index) if isinstance(to, list) else path
            if not isinstance(address, str) or not address.strip():
                self._problem(where, 'is not an address (write to = ["me@example.com"])')
            elif address in addresses[:index]:
                self._problem(where, "is there already (remove one of the two)")
            else:
                yield address

    def _secret(self, path: KeyPath, value: Any) -> Any:
        if is_reference(value):
            try:
                value = resolve(value, self.file.parent)
            except ValueError as error:
                self._problem(path, str(error))
                return None
        elif isinstance(value, Mapping):
            ways = " or ".join(f'{{ {source} = "…" }}' for source in SOURCES)
            self._problem(path, f"this table is no secret's place (write a text, or {ways})")
            return None
        if path[-1] == "url" and not (isinstance(value, str) and _URL.match(value)):
            self._problem(path, 'is not a URL (write one as "ntfys://topic", or "console://")')
            return None
        return value


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none; add one under [channels.NAME]"


def _screen(locale: str) -> Channel:
    """Return the channel used where none is configured, so that no reminder is lost."""
    return Channel("screen", (Recipient("screen", "console://"),), locale)


def _system_timezone() -> str:
    from tzlocal import get_localzone_name

    try:
        return get_localzone_name() or "UTC"
    except Exception:  # tzlocal raises its own kinds on odd systems; UTC is always there
        return "UTC"
