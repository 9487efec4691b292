"""What ``config.toml`` may hold. Each field's description is its documentation."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from .loan_tables import LoanModel
from .values import ClockTime, Currency, Days, LocaleName, Strict, Whole, Zone


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
