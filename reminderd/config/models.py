"""What ``config.toml`` may hold. Each field's description is its documentation."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, cast
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ..loans.daycount import DayCount
from ..loans.money import parse_amount, parse_ratio
from ..loans.presets import load_preset, preset_names
from ..loans.terms import (
    MAX_INSTALLMENTS,
    YEARS,
    GraceCovers,
    GraceMode,
    PenaltyBase,
    PenaltyRule,
)
from ..playbook.stages import LOCALES
from .suggest import shown, suggestion

_MOST_TIMES = 10  # a penalty of more times the contract rate is a percentage without its sign
_MOST_A_DAY = Decimal("0.02")  # the dearest lawful credit stays below 1 % a day


def _readable(value: object) -> bool:
    """Return whether a value could be a number at all, in digits or in a text."""
    if isinstance(value, int):
        return not isinstance(value, bool) and value.bit_length() < 128
    return isinstance(value, str | Decimal)


def _amount(value: object) -> Decimal:
    if not _readable(value):
        raise ValueError(f'{shown(value)} is not an amount (write "1234.50")')
    return parse_amount(value)


def _positive(amount: Decimal) -> Decimal:
    if amount <= 0:
        raise ValueError(f'{amount} is not above zero (write it as in "1234.50")')
    return amount


def _not_negative(amount: Decimal) -> Decimal:
    if amount < 0:
        raise ValueError(f"{amount} is below zero (write it without the minus sign)")
    return amount


def _ratio(value: object) -> Decimal:
    if not _readable(value):
        raise ValueError(f'{shown(value)} is not a rate (write "18%" or "0.18")')
    ratio = parse_ratio(value)
    if ratio < 0:
        raise ValueError(f"{shown(value)} is below zero (write it without the minus sign)")
    return ratio


def _rate(value: object) -> Decimal:
    rate = _ratio(value)
    said_percent = isinstance(value, str) and value.rstrip().endswith(("%", "％"))
    if rate > 1 and not said_percent:
        raise ValueError(f'{rate} means {rate * 100:f} % (write "{rate:f}%" for {rate:f} percent)')
    return rate


def _daily_rate(value: object) -> Decimal:
    rate = _rate(value)
    if rate <= _MOST_A_DAY:
        return rate
    said = str(value).strip()
    if said.endswith(("%", "％")):
        sentence = "for each day is more than any lender charges (is it annual_rate?)"
    else:
        sentence = (
            f"is {rate * 100:f} % for each day, more than any lender charges "
            f'(write "{said}%" for {said} percent a day, or annual_rate)'
        )
    raise ValueError(f"{shown(value)} {sentence}")


def _factor(value: object) -> Decimal:
    factor = _ratio(value)
    if factor > _MOST_TIMES:
        raise ValueError(
            f'{shown(value)} means {factor:f} times the contract rate (write 1.5 or "150%")'
        )
    return factor


def _day(value: object) -> date:
    day = value
    if isinstance(value, str):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
    if type(day) is not date:
        raise ValueError(f"{shown(value)} is not a date (write 2026-12-05)")
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise ValueError(f"{day} is not in the years {YEARS[0]} to {YEARS[1]} (check the year)")
    return day


def _clock(value: object) -> time:
    at = value
    if isinstance(value, str):
        try:
            at = time.fromisoformat(value)
        except ValueError:
            at = None
    if not isinstance(at, time) or at.tzinfo is not None:
        raise ValueError(f'{shown(value)} is not a time of day (write "09:00")')
    return at


def _whole(value: object) -> int:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
        return int(value)  # environment variables are always texts
    if not isinstance(value, int) or isinstance(value, bool):
        raise PydanticCustomError("int_type", "not a whole number")
    return value


@cache
def _zones() -> set[str]:
    return available_timezones()


def _zone(name: str) -> str:
    if name not in _zones():
        close = suggestion(name, _zones()) or ' (write one as "Asia/Shanghai")'
        raise ValueError(f"{shown(name)} is not a time zone{close}")
    ZoneInfo(name)
    return name


def _currency(code: str) -> str:
    from babel.core import get_global

    if code not in get_global("all_currencies"):
        raise ValueError(f'{shown(code)} is not a currency code (write "CNY", "EUR", "USD")')
    return code


def _locale(name: str) -> str:
    if name not in LOCALES:
        choices = " or ".join(f'"{known}"' for known in LOCALES)
        raise ValueError(f"{shown(name)} is not a known language (write {choices})")
    return name


def _in_order(days: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(days)))


Amount = Annotated[Decimal, BeforeValidator(_amount)]
Rate = Annotated[Decimal, BeforeValidator(_rate)]
DailyRate = Annotated[Decimal, BeforeValidator(_daily_rate)]
Factor = Annotated[Decimal, BeforeValidator(_factor)]
Day = Annotated[date, BeforeValidator(_day)]
ClockTime = Annotated[time, BeforeValidator(_clock)]
Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
LocaleName = Annotated[str, AfterValidator(_locale)]
Whole = Annotated[int, BeforeValidator(_whole)]
Days = Annotated[tuple[Annotated[Whole, Field(ge=0, le=3650)], ...], AfterValidator(_in_order)]


class Strict(BaseModel):
    """A table that knows all its keys. A field's example is what messages tell people to write."""

    model_config = ConfigDict(extra="forbid")


class QuietHoursModel(Strict):
    """``quiet_hours = { from = "22:00", to = "08:00" }``."""

    start: ClockTime = Field(
        alias="from", description="From this time on nothing is sent …", examples=['from = "22:00"']
    )
    end: ClockTime = Field(
        alias="to", description="… until this time; then it goes out.", examples=['to = "08:00"']
    )

    @model_validator(mode="after")
    def _some_time(self) -> QuietHoursModel:
        if self.start == self.end:
            raise ValueError("from and to are the same time (write two, or remove quiet_hours)")
        return self


class Reminders(Strict):
    """``[reminders]``: when to remind."""

    send_at: ClockTime = Field(time(9), description="Time of day, on the loan's clock.")
    before_due: Days = Field(
        (0, 1, 3, 7),
        description="Days before the due date.",
        examples=["before_due = [7, 3, 1, 0]"],
    )
    overdue_days: Days = Field(
        (1, 2, 3, 4, 7, 14, 21, 30),
        description="Days after it.",
        examples=["overdue_days = [1, 4, 30]"],
    )
    overdue_every: Annotated[Whole, Field(ge=0, le=3650)] = Field(
        15,
        description="Then every so many days, for as long as it is overdue; 0 for never.",
        examples=["overdue_every = 15"],
    )
    quiet_hours: QuietHoursModel | None = Field(
        None,
        description="Nothing is sent in them; it waits for their end and is never dropped.",
        examples=['quiet_hours = { from = "22:00", to = "08:00" }'],
    )

    @field_validator("overdue_days")
    @classmethod
    def _after_the_due_date(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if 0 in days:
            raise ValueError("0 is the due date itself (write it in before_due)")
        return days


class ChannelModel(BaseModel):
    """``[channels.NAME]``: a URL, or Apprise's own names in a table."""

    model_config = ConfigDict(extra="allow")

    url: Any = Field(None, description='An Apprise URL, or "console://".')
    scheme: str | None = Field(
        None,
        alias="schema",
        description="Apprise's schema, as mailtos.",
        examples=['schema = "mailtos"'],
    )
    to: Any = Field(None, description="One address or a list; each is a recipient of its own.")
    locale: LocaleName | None = Field(
        None, description="Language of this channel's messages.", examples=['locale = "en"']
    )
    min_severity: Literal["info", "warning", "critical"] = Field(
        "info", description="Leave out alerts that are milder than this."
    )
    fallback: str | None = Field(
        None,
        description="Channel to use when this one gives up.",
        examples=['fallback = "email"'],
    )

    @model_validator(mode="after")
    def _one_way(self) -> ChannelModel:
        if self.url is None and self.scheme is None:
            raise ValueError('needs url = "…", or schema = "…" with host, user and so on')
        if self.url is not None and self.scheme is not None:
            raise ValueError("says both url and schema (keep one of them)")
        return self


class PaymentModel(Strict):
    """One entry of ``payments``."""

    date: Day = Field(
        description="The day the money reached the lender.", examples=["date = 2026-10-15"]
    )
    amount: Annotated[Amount, AfterValidator(_positive)] = Field(
        description="How much.", examples=['amount = "1150.00"']
    )


class InstallmentModel(Strict):
    """One entry of a listed ``installments``."""

    due: Day = Field(description="Due date.", examples=["due = 2026-12-10"])
    amount: Annotated[Amount, AfterValidator(_positive)] = Field(
        description="What falls due.", examples=['amount = "350.00"']
    )
    interest: Annotated[Amount, AfterValidator(_not_negative)] = Field(
        Decimal(0), description="How much of the amount is interest."
    )


class PenaltyModel(Strict):
    """``penalty.RULE = VALUE``: exactly one rule."""

    daily_rate: DailyRate | None = Field(None, description='"0.05%": a rate for each day.')
    annual_rate: Rate | None = Field(None, description='"18%": a rate for each year.')
    multiple_of_contract: Factor | None = Field(
        None, description="1.5: takes the contract rate's place, so many times as high."
    )
    fraction_of_contract: Factor | None = Field(
        None, description="0.5: half the contract rate, added to it."
    )
    spread: Rate | None = Field(None, description='"5%": points added to the annual rate.')

    @model_validator(mode="after")
    def _one_rule(self) -> PenaltyModel:
        given = [rule for rule in PenaltyRule if getattr(self, rule) is not None]
        if not given:
            raise ValueError('names no rule (write penalty.daily_rate = "0.05%")')
        if len(given) > 1:
            raise ValueError(f"has more than one rule: {' and '.join(given)} (keep one)")
        return self


Count = Annotated[Whole, Field(ge=1, le=MAX_INSTALLMENTS)]


class LoanModel(Strict):
    """``[[loans]]``: one loan."""

    id: Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")] = Field(
        description="Short name for commands: letters, digits, dot, dash, underscore.",
        examples=['id = "card"'],
    )
    name: str | None = Field(
        None,
        description="Name in messages; the id where left out.",
        examples=['name = "Credit card"'],
    )
    preset: str | None = Field(
        None,
        description="Terms to start from; any can be overridden.",
        examples=['preset = "weilidai"'],
    )
    due: Day | None = Field(None, description="Due date of a loan due as one sum.")
    amount: Annotated[Amount, AfterValidator(_positive)] | None = Field(
        None, description="What falls due on that date; principal, unless interest says otherwise."
    )
    interest: Annotated[Amount, AfterValidator(_not_negative)] | None = Field(
        None, description="How much of the amount is interest."
    )
    principal: Annotated[Amount, AfterValidator(_positive)] | None = Field(
        None,
        description="What was borrowed, for a schedule to be worked out.",
        examples=['principal = "10000"'],
    )
    installments: (
        Annotated[
            Annotated[Count, Tag("count")] | Annotated[list[InstallmentModel], Tag("list")],
            Discriminator(lambda value: "list" if isinstance(value, list) else "count"),
        ]
        | None
    ) = Field(
        None,
        description="How many, or each one listed: [{ due = …, amount = … }].",
        examples=["installments = 12"],
    )
    first_due: Day | None = Field(
        None,
        description="Due date of the first installment.",
        examples=["first_due = 2026-10-15"],
    )
    start: Day | None = Field(None, description="Day the interest starts; else a month before.")
    repayment: Literal["equal-principal", "equal-installment"] | None = Field(
        None, description="How principal is repaid."
    )
    annual_rate: Rate | None = Field(None, description='Contract rate for a year: "18%".')
    daily_rate: DailyRate | None = Field(None, description='Contract rate for a day: "0.05%".')
    day_count: DayCount = Field(DayCount.ACT_365F, description="Day-count convention.")
    penalty: PenaltyModel | None = Field(
        None, description="Price of being late.", examples=['penalty.daily_rate = "0.05%"']
    )
    penalty_base: PenaltyBase = Field(
        PenaltyBase.OVERDUE_PRINCIPAL, description="What the penalty is charged on."
    )
    contract_interest_continues: bool | None = Field(
        None,
        description="Whether contract interest goes on while overdue, beside the penalty.",
        examples=["contract_interest_continues = false"],
    )
    grace_days: Annotated[Whole, Field(ge=0, le=365)] = Field(
        0, description="Days after the due date that are forgiven.", examples=["grace_days = 3"]
    )
    grace_mode: GraceMode = Field(
        GraceMode.RETROACTIVE, description="What those days count for once they have passed."
    )
    grace_covers: list[GraceCovers] = Field(
        list(GraceCovers),
        description="What the grace days spare you.",
        examples=['grace_covers = ["penalty", "fee", "reporting"]'],
    )
    payments: list[PaymentModel] = Field(
        [],
        description="What has been paid.",
        examples=['payments = [{ date = 2026-10-15, amount = "1150.00" }]'],
    )
    timezone: Zone | None = Field(
        None,
        description="Where the lender's day ends.",
        examples=['timezone = "Asia/Shanghai"'],
    )
    currency: Currency | None = Field(
        None, description="Currency of this loan.", examples=['currency = "CNY"']
    )
    contact: str | None = Field(
        None,
        description="How to reach the lender, for messages.",
        examples=['contact = "the number on the card"'],
    )
    channels: list[str] | None = Field(
        None, description="Only these channels for this loan.", examples=['channels = ["phone"]']
    )

    @model_validator(mode="before")
    @classmethod
    def _start_from_preset(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(name := data.get("preset"), str):
            return data
        if name not in preset_names():
            return data
        defaults = load_preset(name).defaults()
        if "penalty" in data:  # another rule brings its own answer on contract interest
            defaults.pop("penalty", None)
            defaults.pop("contract_interest_continues", None)
        if "due" in data or isinstance(data.get("installments"), list):
            defaults.pop("repayment", None)
        return defaults | data

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, name: str | None) -> str | None:
        if name is not None and name not in preset_names():
            there = ", ".join(preset_names())
            close = suggestion(name, preset_names())
            raise ValueError(f"{shown(name)} is not a preset (there are: {there}){close}")
        return name

    @field_validator("channels")
    @classmethod
    def _some_channel(cls, names: list[str] | None) -> list[str] | None:
        if names == []:
            raise ValueError("is empty: nobody would be told (remove it to use every channel)")
        return names


class Settings(BaseSettings):
    """The whole file. Environment variables ``REMINDERD_…`` override it.

    Made as ``Settings(document=…)``: were the file's keys arguments, it could set pydantic's own.
    """

    model_config = SettingsConfigDict(
        env_prefix="REMINDERD_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
    )

    timezone: Zone | None = Field(
        None,
        description="Your time zone; the system's if left out.",
        examples=['timezone = "Asia/Shanghai"'],
    )
    locale: LocaleName = Field(
        "zh-CN", description="Language of the messages.", examples=['locale = "zh-CN"']
    )
    currency: Currency = Field(
        "CNY", description="Currency of amounts without one.", examples=['currency = "CNY"']
    )
    reminders: Reminders = Field(
        default_factory=Reminders,
        description="When to remind.",
        examples=["[reminders] on a line of its own, and its keys below"],
    )
    channels: dict[str, ChannelModel] = Field(
        {},
        description="Where messages go.",
        examples=['[channels.phone] on a line of its own, and url = "…" below'],
    )
    loans: list[LoanModel] = Field(
        [],
        description="What to watch.",
        examples=["[[loans]] on a line of its own, and one loan's keys below"],
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file."""
        given = cast("InitSettingsSource", init_settings).init_kwargs
        return env_settings, _Document(settings_cls, given.get("document", {}))


class _Document(PydanticBaseSettingsSource):
    """The file's contents, key by key as they are."""

    def __init__(self, settings_cls: type[BaseSettings], document: dict[str, Any]) -> None:
        super().__init__(settings_cls)
        self.document = document

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return self.document.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return self.document
