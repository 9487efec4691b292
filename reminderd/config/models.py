"""What ``config.toml`` may hold. Each field's description is its documentation."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ..loans.daycount import DayCount
from ..loans.money import parse_amount, parse_ratio
from ..loans.presets import load_preset, preset_names
from ..loans.terms import GraceCovers, GraceMode, PenaltyRule, Repayment
from ..playbook.stages import LOCALES
from .suggest import suggestion


def _positive(amount: Decimal) -> Decimal:
    if amount <= 0:
        raise ValueError(f"{amount} must be above zero")
    return amount


def _not_negative(amount: Decimal) -> Decimal:
    if amount < 0:
        raise ValueError(f"{amount} must not be negative")
    return amount


def _at_most_full(rate: Decimal) -> Decimal:
    if rate < 0:
        raise ValueError(f"{rate} must not be negative")
    if rate > 1:
        raise ValueError(f'{rate} means {rate * 100:f} % (write "{rate:f}%" for {rate:f} percent)')
    return rate


def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value!r} is not a date (write 2026-12-05)") from None
    if type(value) is not date:
        raise ValueError(f"{value} is not a date (write 2026-12-05)")
    return value


def _clock(value: object) -> object:
    if isinstance(value, str):
        try:
            return time.fromisoformat(value)
        except ValueError:
            raise ValueError(f'{value!r} is not a time of day (write "09:00")') from None
    return value


def _zone(name: str) -> str:
    if name not in available_timezones():
        close = suggestion(name, available_timezones())
        raise ValueError(f'{name!r} is not a time zone (write "Asia/Shanghai"){close}')
    ZoneInfo(name)
    return name


def _currency(code: str) -> str:
    if not (len(code) == 3 and code.isascii() and code.isupper()):
        raise ValueError(f'{code!r} is not a currency code (write "CNY", "EUR", "USD")')
    return code


def _locale(name: str) -> str:
    if name not in LOCALES:
        raise ValueError(f"{name!r} is not a known language (there are: {', '.join(LOCALES)})")
    return name


def _in_order(days: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(days)))


Amount = Annotated[Decimal, BeforeValidator(parse_amount)]
Rate = Annotated[Decimal, BeforeValidator(parse_ratio), AfterValidator(_at_most_full)]
Factor = Annotated[Decimal, BeforeValidator(parse_ratio), AfterValidator(_not_negative)]
Day = Annotated[date, BeforeValidator(_day)]
ClockTime = Annotated[time, BeforeValidator(_clock)]
Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
LocaleName = Annotated[str, AfterValidator(_locale)]
Days = Annotated[
    tuple[Annotated[int, Field(strict=True, ge=0, le=3650)], ...], AfterValidator(_in_order)
]


class Strict(BaseModel):
    """A table that knows all its keys."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class QuietHoursModel(Strict):
    """``quiet_hours = { from = "22:00", to = "08:00" }``."""

    start: ClockTime = Field(alias="from", description="From this time on nothing is sent …")
    end: ClockTime = Field(alias="to", description="… until this time; then it goes out.")


class Reminders(Strict):
    """``[reminders]``: when to remind."""

    send_at: ClockTime = Field(time(9), description="Time of day, on the loan's clock.")
    before_due: Days = Field((0, 1, 3, 7), description="Days before the due date.")
    overdue_days: Days = Field((1, 2, 3, 4, 7, 14, 21, 30), description="Days after it.")
    overdue_every: Annotated[int, Field(strict=True, ge=0, le=3650)] = Field(
        15, description="Then every so many days, for as long as it is overdue; 0 for never."
    )
    quiet_hours: QuietHoursModel | None = Field(
        None, description="Nothing is sent in them; it waits for their end and is never dropped."
    )

    @field_validator("overdue_days")
    @classmethod
    def _after_the_due_date(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if 0 in days:
            raise ValueError("0 is the due date itself (write it in before_due)")
        return days


class ChannelModel(BaseModel):
    """``[channels.NAME]``: a URL, or Apprise's own names in a table."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    url: Any = Field(None, description='An Apprise URL, or "console://".')
    scheme: str | None = Field(None, alias="schema", description="Apprise's schema, as mailtos.")
    to: Any = Field(None, description="One address or a list; each is a recipient of its own.")
    locale: LocaleName | None = Field(None, description="Language of this channel's messages.")
    min_severity: Literal["info", "warning", "critical"] = Field(
        "info", description="Leave out alerts that are milder than this."
    )
    fallback: str | None = Field(None, description="Channel to use when this one gives up.")

    @model_validator(mode="after")
    def _one_way(self) -> ChannelModel:
        if (self.url is None) == (self.scheme is None):
            raise ValueError('needs either url = "…" or schema = "…" with host, user and so on')
        return self


class PaymentModel(Strict):
    """One entry of ``payments``."""

    date: Day = Field(description="The day the money reached the lender.")
    amount: Annotated[Amount, AfterValidator(_positive)] = Field(description="How much.")


class InstallmentModel(Strict):
    """One entry of a listed ``installments``."""

    due: Day = Field(description="Due date.")
    amount: Annotated[Amount, AfterValidator(_positive)] = Field(description="What falls due.")
    interest: Annotated[Amount, AfterValidator(_not_negative)] = Field(
        Decimal(0), description="How much of the amount is interest."
    )


class PenaltyModel(Strict):
    """``penalty.RULE = VALUE``: exactly one rule."""

    daily_rate: Rate | None = Field(None, description='"0.05%": a rate for each day.')
    annual_rate: Rate | None = Field(None, description='"18%": a rate for each year.')
    multiple_of_contract: Factor | None = Field(
        None, description="1.5: takes the contract rate's place, so many times as high."
    )
    fraction_of_contract: Factor | None = Field(
        None, description="0.5: half the contract rate, added to it."
    )

    @model_validator(mode="after")
    def _one_rule(self) -> PenaltyModel:
        given = [rule for rule in PenaltyRule if getattr(self, rule) is not None]
        if len(given) != 1:
            names = " and ".join(given) if given else "none"
            raise ValueError(f"give exactly one penalty rule, not {names}")
        return self


class LoanModel(Strict):
    """``[[loans]]``: one loan."""

    id: Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")] = Field(
        description="Short name for commands: letters, digits, dot, dash, underscore."
    )
    name: str | None = Field(None, description="Name in messages; the id where left out.")
    preset: str | None = Field(None, description="Terms to start from; any can be overridden.")
    due: Day | None = Field(None, description="Due date of a loan due as one sum.")
    amount: Annotated[Amount, AfterValidator(_positive)] | None = Field(
        None, description="What falls due on that date; principal, unless interest says otherwise."
    )
    interest: Annotated[Amount, AfterValidator(_not_negative)] | None = Field(
        None, description="How much of the amount is interest."
    )
    principal: Annotated[Amount, AfterValidator(_positive)] | None = Field(
        None, description="What was borrowed, for a schedule to be worked out."
    )
    installments: int | list[InstallmentModel] | None = Field(
        None, description="How many, or each one listed: [{ due = …, amount = … }]."
    )
    first_due: Day | None = Field(None, description="Due date of the first installment.")
    start: Day | None = Field(None, description="Day the interest starts; else a month before.")
    repayment: Repayment | None = Field(None, description="How principal is repaid.")
    annual_rate: Rate | None = Field(None, description='Contract rate for a year: "18%".')
    daily_rate: Rate | None = Field(None, description='Contract rate for a day: "0.05%".')
    day_count: DayCount = Field(DayCount.ACT_365F, description="Day-count convention.")
    penalty: PenaltyModel | None = Field(None, description="Price of being late.")
    contract_interest_continues: bool | None = Field(
        None, description="Whether contract interest goes on while overdue, beside the penalty."
    )
    grace_days: Annotated[int, Field(strict=True, ge=0, le=365)] = Field(
        0, description="Days after the due date that are forgiven."
    )
    grace_mode: GraceMode = Field(
        GraceMode.RETROACTIVE, description="What those days count for once they have passed."
    )
    grace_covers: list[GraceCovers] = Field(
        list(GraceCovers), description="What the grace days spare you."
    )
    payments: list[PaymentModel] = Field([], description="What has been paid.")
    timezone: Zone | None = Field(None, description="Where the lender's day ends.")
    currency: Currency | None = Field(None, description="Currency of this loan.")
    contact: str | None = Field(None, description="How to reach the lender, for messages.")
    channels: list[str] | None = Field(None, description="Only these channels for this loan.")

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
            close = suggestion(name, preset_names())
            raise ValueError(
                f"{name!r} is not a preset (there are: {', '.join(preset_names())}){close}"
            )
        return name


class Settings(BaseSettings):
    """The whole file. Environment variables ``REMINDERD_…`` override it."""

    model_config = SettingsConfigDict(
        env_prefix="REMINDERD_", env_nested_delimiter="__", extra="forbid"
    )

    timezone: Zone | None = Field(None, description="Your time zone; the system's if left out.")
    locale: LocaleName = Field("zh-CN", description="Language of the messages.")
    currency: Currency = Field("CNY", description="Currency of amounts without one.")
    reminders: Reminders = Field(default_factory=Reminders, description="When to remind.")
    channels: dict[str, ChannelModel] = Field({}, description="Where messages go.")
    loans: list[LoanModel] = Field([], description="What to watch.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, which comes in as init arguments."""
        return env_settings, init_settings
