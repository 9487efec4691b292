"""From the file a user edits to loans, policy and channels, with every mistake found at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..alerts.channel import Channel, Recipient
from ..alerts.plan import Policy
from ..alerts.wallclock import QuietHours
from ..errors import ConfigError, Problem, TermsError
from ..loans.money import to_minor
from ..loans.terms import Loan, Payment
from ..playbook.stages import Severity
from .build import to_policy, to_quiet_hours, to_terms
from .models import (
    ChannelModel,
    InstallmentModel,
    LoanModel,
    PaymentModel,
    PenaltyModel,
    QuietHoursModel,
    Reminders,
    Settings,
)
from .positions import Path as KeyPath
from .positions import Positions, locate
from .secrets import SOURCES, is_reference, resolve
from .suggest import suggestion
from .toml import parse

DEFAULT_FILES = (
    Path("~/.config/reminderd/config.toml"),
    Path("/etc/reminderd/config.toml"),
)


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration that can be used."""

    file: Path
    text: str
    loans: tuple[Loan, ...]
    policy: Policy
    quiet: QuietHours | None
    channels: tuple[Channel, ...]
    locale: str
    timezone: str
    positions: Positions


def find_file(given: str | None) -> Path:
    """Return the configuration file to use: *given*, ``$REMINDERD_CONFIG``, or a default place."""
    if chosen := given or os.environ.get("REMINDERD_CONFIG"):
        return Path(chosen)
    candidates = [path.expanduser() for path in DEFAULT_FILES]
    return next((path for path in candidates if path.exists()), candidates[0])


def load_file(file: Path) -> Config:
    """Read and check *file*; ConfigError lists all problems."""
    try:
        text = file.read_text("utf-8-sig")
    except FileNotFoundError:
        message = "there is no such file (copy config.example.toml there, or give --config FILE)"
        raise ConfigError([Problem(str(file), 1, 1, "", message)]) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise ConfigError([Problem(str(file), 1, 1, "", message)]) from None
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        message = "this is not UTF-8 text (save the file as UTF-8)"
        raise ConfigError([Problem(str(file), line, 1, "", message)]) from None
    return load_text(text, file)


def load_text(text: str, file: Path) -> Config:
    """Check a configuration's text, which was read from *file*; ConfigError lists all problems."""
    raw, readable, unreadable = parse(text.replace("\r\n", "\n"), str(file))
    return _Loader(raw, locate(readable), file, unreadable).config()


class _Loader:
    """Collects problems as it goes; nothing stops at the first."""

    def __init__(
        self, raw: dict[str, Any], positions: Positions, file: Path, problems: list[Problem]
    ) -> None:
        self.raw = raw
        self.positions = positions
        self.file = file
        self.unreadable = problems
        self.problems: list[Problem] = []

    def config(self) -> Config:
        settings = self._settings()
        self._duplicate_ids()
        self._channel_names()
        loans = [self._loan(number, model) for number, model in self._loan_models(settings)]
        channels = [self._channel(name, model) for name, model in self._channel_models(settings)]
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
            locale=settings.locale,
            timezone=self._timezone(settings.timezone),
            positions=self.positions,
        )

    def _all_problems(self) -> list[Problem]:
        """Return every problem; a line that could not be read is told once, in the better words."""
        lines = {problem.line for problem in self.problems}
        unread = [problem for problem in self.unreadable if problem.line not in lines]
        return unread + self.problems

    def _settings(self) -> Settings | None:
        try:
            return Settings(**self.raw)
        except ValidationError as error:
            for detail in error.errors():
                self._validation(detail)
        return None

    def _validation(self, detail: Any) -> None:
        path = tuple(part for part in detail["loc"])
        path = _without_union_tags(path, self.raw)
        kind, message = detail["type"], detail["msg"]
        if kind == "extra_forbidden":
            known = _known_keys(path[:-1])
            message = f"unknown key{suggestion(str(path[-1]), known)}"
            self._problem(path, message, of_key=True)
        elif kind == "missing":
            message = f"{path[-1]!r} is missing"
            self._problem(path[:-1], message, of_key=True)
        elif kind in ("value_error", "assertion_error"):
            self._problem(path, message.removeprefix("Value error, "))
        else:
            self._problem(path, _plain_words(kind, detail, secret=path[:1] == ("channels",)))

    def _problem(self, path: KeyPath, message: str, *, of_key: bool = False) -> None:
        variable = "REMINDERD_" + "__".join(str(part).upper() for part in path)
        if path and variable in os.environ:
            self.problems.append(Problem(f"${variable}", 1, 1, _dotted(path), message))
            return
        line, column = self.positions.key(path) if of_key else self.positions.value(path)
        self.problems.append(Problem(str(self.file), line, column, _dotted(path), message))

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

    def _channel_names(self) -> None:
        channels = self.raw.get("channels")
        known = list(channels) if isinstance(channels, dict) else []
        for number, table in self._tables("loans"):
            named = table.get("channels")
            for index, name in enumerate(named if isinstance(named, list) else []):
                self._channel_name(("loans", number, "channels", index), name, known)
        for channel, table in (channels if isinstance(channels, dict) else {}).items():
            if isinstance(table, dict) and "fallback" in table:
                self._channel_name(("channels", channel, "fallback"), table["fallback"], known)

    def _channel_name(self, path: KeyPath, name: object, known: list[str]) -> None:
        if isinstance(name, str) and name not in known:
            close = suggestion(name, known)
            there = ", ".join(known) or "none"
            self._problem(path, f"there is no channel {name!r} (there are: {there}){close}")

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

    def _loan(self, number: int, model: LoanModel) -> Loan | None:
        currency = model.currency or self._text("currency", "CNY")
        timezone = model.timezone or self._timezone(self._text("timezone", None))
        try:
            terms = to_terms(model, currency or "CNY")
            for payment in model.payments:
                to_minor(payment.amount, terms.currency)
        except TermsError as error:
            path: KeyPath = ("loans", number, *error.field.split("."))
            self._problem(path, str(error), of_key=not self.positions.has(path))
            return None
        except ValueError as error:
            self._problem(("loans", number), str(error), of_key=True)
            return None
        return Loan(
            model.id,
            model.name or model.id,
            terms,
            timezone,
            tuple(Payment(payment.date, payment.amount) for payment in model.payments),
            model.contact,
            None if model.channels is None else tuple(model.channels),
        )

    def _text(self, key: str, default: str | None) -> str | None:
        value = os.environ.get(f"REMINDERD_{key.upper()}", self.raw.get(key))
        return value if isinstance(value, str) else default

    def _timezone(self, configured: str | None) -> str:
        if configured:
            return configured
        from tzlocal import get_localzone_name

        try:
            return get_localzone_name() or "UTC"
        except Exception:  # tzlocal raises its own kinds on odd systems; UTC is always there
            return "UTC"

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

    def _channel(self, name: str, model: ChannelModel) -> Channel | None:
        here: KeyPath = ("channels", name)
        count = len(self.problems)
        recipients = tuple(self._recipients(here, name, model))
        if len(self.problems) > count:
            return None
        return Channel(
            name,
            recipients,
            model.locale or self._text("locale", "zh-CN") or "zh-CN",
            Severity.parse(model.min_severity),
            model.fallback,
        )

    def _recipients(self, here: KeyPath, name: str, model: ChannelModel) -> Iterator[Recipient]:
        extra = model.model_extra or {}
        if model.url is not None:
            url = self._secret((*here, "url"), model.url)
            for key in extra:
                message = f"unknown key{suggestion(key, ChannelModel.model_fields)}"
                self._problem((*here, key), message, of_key=True)
            if url is not None:
                yield Recipient(name, url)
            return
        table = {"schema": model.scheme} | {
            key: self._secret((*here, key), value) for key, value in extra.items()
        }
        addresses = model.to if isinstance(model.to, list) else [model.to]
        for index, address in enumerate(addresses):
            if address is None:
                yield Recipient(name, table)
            elif isinstance(address, str) and address:
                yield Recipient(address, table | {"to": address})
            else:
                self._problem((*here, "to", index), "is not an address (write it in quotes)")

    def _secret(self, path: KeyPath, value: Any) -> Any:
        if is_reference(value):
            try:
                return resolve(value, self.file.parent)
            except ValueError as error:
                self._problem(path, str(error))
                return None
        if isinstance(value, Mapping):
            self._problem(path, f"takes a text, or a table with one of {', '.join(SOURCES)}")
            return None
        if path[-1] == "url" and not (isinstance(value, str) and "://" in value):
            self._problem(path, 'is not a URL (write one as "ntfys://topic", or "console://")')
            return None
        return value


def check_channels(config: Config, verify: Callable[[Recipient], str | None]) -> list[Problem]:
    """Return a problem for each channel whose targets *verify* finds unusable."""
    problems = []
    for channel in config.channels:
        for recipient in channel.recipients:
            if message := verify(recipient):
                path: KeyPath = ("channels", channel.name)
                by_url = config.positions.has((*path, "url"))
                line, column = config.positions.value((*path, "url") if by_url else path)
                problems.append(Problem(str(config.file), line, column, _dotted(path), message))
                break
    return problems


def _screen(locale: str) -> Channel:
    """Return the channel used where none is configured, so that no reminder is lost."""
    return Channel("screen", (Recipient("screen", "console://"),), locale)


def _dotted(path: KeyPath) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _without_union_tags(path: KeyPath, raw: Any) -> KeyPath:
    """Drop what pydantic adds to a location to say which kind of value it tried."""
    kept: list[str | int] = []
    for index, part in enumerate(path):
        inside = isinstance(raw, dict) and part in raw
        inside = inside or (isinstance(raw, list) and isinstance(part, int) and part < len(raw))
        if inside:
            raw = raw[part]
        elif index < len(path) - 1 or part in ("int",) or str(part).startswith("list["):
            continue
        kept.append(part)
    return tuple(kept)


def _known_keys(table: KeyPath) -> list[str]:
    """Return the keys that the table at this path may have."""
    model: Any = Settings
    for part in table:
        if isinstance(part, int):
            continue
        model = _FIELDS_OF.get((model, part), model)
    return [field.alias or name for name, field in model.model_fields.items()]


_FIELDS_OF: dict[tuple[Any, str], Any] = {
    (Settings, "reminders"): Reminders,
    (Reminders, "quiet_hours"): QuietHoursModel,
    (Settings, "channels"): ChannelModel,
    (Settings, "loans"): LoanModel,
    (LoanModel, "penalty"): PenaltyModel,
    (LoanModel, "payments"): PaymentModel,
    (LoanModel, "installments"): InstallmentModel,
}


def _plain_words(kind: str, detail: Any, *, secret: bool) -> str:
    """Say in plain words what pydantic found."""
    value = "this" if secret else repr(detail["input"])
    if kind in {"enum", "literal_error"}:
        choices = detail["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
        close = "" if secret else suggestion(str(detail["input"]), choices.split(", "))
        return f"{value} is not one of {choices}{close}"
    wanted = {
        "int_type": "a whole number",
        "int_parsing": "a whole number",
        "int_from_float": "a whole number",
        "bool_type": "true or false",
        "bool_parsing": "true or false",
        "string_type": "a text in quotes",
        "list_type": "a list in [brackets]",
        "tuple_type": "a list in [brackets]",
        "dict_type": "a table",
        "model_type": "a table",
        "time_parsing": 'a time of day (write "09:00")',
        "time_type": 'a time of day (write "09:00")',
    }.get(kind)
    if wanted:
        return f"{value} is not {wanted}"
    if kind == "string_pattern_mismatch":
        return f"{value} must be 1 to 64 letters, digits, dots, dashes or underscores"
    return f"{value}: {detail['msg'][0].lower()}{detail['msg'][1:]}"
