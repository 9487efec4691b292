"""What ``config.toml`` may hold. Each field's description is its documentation."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ..alerts.policy import BEFORE_DUE
from ..loans.funds import MOST_TRANSFER_DAYS
from .loan_tables import LoanModel
from .values import (
    Amount,
    ClockTime,
    Currency,
    Day,
    Days,
    HelloName,
    LocaleName,
    NotNegative,
    Positive,
    Strict,
    TableName,
    Text,
    Whole,
    Zone,
)

DayOfMonth = Annotated[Whole, Field(ge=1, le=31)]


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
        tuple(sorted(BEFORE_DUE)),
        description="Days before the due date.",
        examples=["before_due = [3, 0]"],
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
    warn_before_worse: bool = Field(
        True,
        description="Also the day before a worse stage begins.",
        examples=["warn_before_worse = true"],
    )
    follow_up_days: Annotated[Whole, Field(ge=0, le=365)] = Field(
        7,
        description="Days after which a request without an answer is followed up; 0 for never.",
        examples=["follow_up_days = 7"],
    )
    after_settling: bool = Field(
        True,
        description="Also 30 and 180 days after lateness ended, and when its entry should lapse.",
        examples=["after_settling = true"],
    )

    @field_validator("overdue_days")
    @classmethod
    def _after_the_due_date(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if 0 in days:
            raise ValueError("0 is the due date itself (write it in before_due)")
        return days


class FundModel(Strict):
    """``emergency_fund``: money that keeps the next hard month from becoming a late one."""

    target: Positive = Field(description="What it is to hold.", examples=['target = "30000"'])
    saved: NotNegative = Field(
        Decimal(0), description="What it holds now.", examples=['saved = "4000"']
    )
    monthly: Positive = Field(
        description="What goes into it each month.", examples=['monthly = "500"']
    )


class BorrowerModel(Strict):
    """``[borrower]``: what messages and letters may take into account."""

    name: Text | None = Field(
        None, description="Your name, for letters.", examples=['name = "王芳"']
    )
    cash: NotNegative | None = Field(
        None,
        description="Money that you decide to spend on what is due, wherever it lies.",
        examples=['cash = "3000.00"'],
    )
    payday: DayOfMonth | None = Field(
        None,
        description="Day of the month on which money comes in; else that of the largest income of "
        "your accounts.",
        examples=["payday = 25"],
    )
    hardship: Text | None = Field(
        None,
        description="Why you cannot pay, for letters about any loan.",
        examples=['hardship = "lost my job in October"'],
    )
    emergency_fund: FundModel | None = Field(
        None,
        description="What you save, for the routine of that name.",
        examples=['emergency_fund = { target = "30000", saved = "4000", monthly = "500" }'],
    )


class RoutineModel(Strict):
    """``[routine]``: habits to be reminded of; none unless it is written here."""

    statement_check: DayOfMonth | None = Field(
        None,
        description="Day of the month on which to go through the statements.",
        examples=["statement_check = 5"],
    )
    credit_report: Annotated[Whole, Field(ge=1, le=60)] | None = Field(
        None,
        description="Every so many months, on the 1st: read your credit report.",
        examples=["credit_report = 6"],
    )
    emergency_fund: DayOfMonth | None = Field(
        None,
        description="Day of the month on which to put money into it.",
        examples=["emergency_fund = 1"],
    )
    proof_of_life: DayOfMonth | None = Field(
        None,
        description="Day of the month of a message that says all is well and what is coming.",
        examples=["proof_of_life = 1"],
    )
    send_at: ClockTime | None = Field(
        None, description="Time of day; that of [reminders] where left out."
    )


class EscalationModel(Strict):
    """``[escalation]``: who else is told where nobody reacts."""

    to: list[str] = Field(
        min_length=1,
        description="Channels of others; they get nothing else, unless a loan names them.",
        examples=['to = ["spouse"]'],
    )
    after_hours: Annotated[Whole, Field(ge=1, le=720)] = Field(
        24,
        description="Hours after the first overdue reminder that is this bad.",
        examples=["after_hours = 24"],
    )
    min_severity: Literal["info", "warning", "critical"] = Field(
        "critical", description="How bad a reminder must be."
    )


class DaemonModel(Strict):
    """The program itself."""

    heartbeat_url: str | dict[str, str] | None = Field(
        None,
        description="Asked for after each good pass, at least once a day; with /fail behind it "
        "when the store or all channels fail.",
        examples=['heartbeat_url = { file = "heartbeat-url" }'],
    )


class IncomeModel(Strict):
    """One entry of an account's ``income``: each month on a day, or once on a date."""

    day: DayOfMonth | None = Field(
        None,
        description="Day of the month on which it comes; the last one in a shorter month.",
        examples=["day = 10"],
    )
    on: Day | None = Field(
        None, description="Or the one date on which it comes.", examples=["on = 2026-12-24"]
    )
    amount: Positive = Field(description="How much.", examples=['amount = "8000.00"'])

    @model_validator(mode="after")
    def _one_way(self) -> IncomeModel:
        if self.day is None and self.on is None:
            raise ValueError("does not say when (write day = 10 for each month, or on = DATE)")
        if self.day is not None and self.on is not None:
            raise ValueError("says both day and on (make an entry of its own for each)")
        return self


class AccountModel(Strict):
    """``[accounts.NAME]``: an account of yours that pays loans."""

    balance: Amount = Field(
        description="What it held on as_of; below zero where it was overdrawn. `reminderd balance` "
        "records a newer one.",
        examples=['balance = "3000.00"'],
    )
    as_of: Day = Field(
        description="The day at whose end it held that.", examples=["as_of = 2026-11-30"]
    )
    income: list[IncomeModel] = Field(
        default_factory=list,
        description="What comes in.",
        examples=['income = [{ day = 10, amount = "8000.00" }]'],
    )
    transfer_days: Annotated[Whole, Field(ge=0, le=MOST_TRANSFER_DAYS)] = Field(
        1,
        description="Business days that a transfer to it takes: it is there at the end of so many "
        "after the day on which it is made; 0 for at once.",
        examples=["transfer_days = 1"],
    )
    overdraft: NotNegative = Field(
        Decimal(0),
        description="How far below zero it may go.",
        examples=['overdraft = "500.00"'],
    )
    currency: Currency | None = Field(
        None, description="Currency of this account.", examples=['currency = "CNY"']
    )


class ChannelModel(BaseModel):
    """``[channels.NAME]``: a URL, or Apprise's own names in a table."""

    model_config = ConfigDict(extra="allow")

    url: Any = Field(
        None,
        description='An Apprise URL, or "console://".',
        examples=['url = "ntfys://ntfy.sh/a-topic-nobody-can-guess"'],
    )
    scheme: str | None = Field(
        None,
        alias="schema",
        description="Apprise's schema, as mailtos.",
        examples=['schema = "mailtos"'],
    )
    to: Any = Field(
        None,
        description="One address or a list; each is a recipient of its own.",
        examples=['to = ["me@example.com"]'],
    )
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
    format: Literal["text", "markdown", "html"] | None = Field(
        None,
        description="How its messages are written; what suits the service where left out.",
        examples=['format = "markdown"'],
    )
    digest: bool = Field(
        True,
        description="Whether several loans at once become one message.",
        examples=["digest = false"],
    )
    rate: int | None = Field(
        None,
        ge=1,
        description="The most messages a minute; others wait. Robots of DingTalk and WeCom: 20.",
        examples=["rate = 20"],
    )
    hello: HelloName | None = Field(
        None,
        description="Name by which a mail server is greeted; this machine's, or its address, where "
        "left out. For servers that refuse it.",
        examples=['hello = "mail.example.com"'],
    )
    quiet_hours: QuietHoursModel | None = Field(
        None,
        description="Its own, instead of those of [reminders].",
        examples=['quiet_hours = { from = "22:00", to = "08:00" }'],
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
    playbook: str | None = Field(
        None,
        description="Your own stages, actions and words: a file beside this one.",
        examples=['playbook = "playbook.toml"'],
    )
    templates: str | None = Field(
        None,
        description="Your own templates: a folder beside this file.",
        examples=['templates = "templates"'],
    )
    borrower: BorrowerModel = Field(
        default_factory=BorrowerModel,
        description="What is known of you.",
        examples=["[borrower] on a line of its own, and its keys below"],
    )
    routine: RoutineModel = Field(
        default_factory=RoutineModel,
        description="Habits to be reminded of.",
        examples=["[routine] on a line of its own, and its keys below"],
    )
    reminders: Reminders = Field(
        default_factory=Reminders,
        description="When to remind.",
        examples=["[reminders] on a line of its own, and its keys below"],
    )
    daemon: DaemonModel = Field(
        default_factory=DaemonModel,
        description="The program itself.",
        examples=["[daemon] on a line of its own, and heartbeat_url below"],
    )
    escalation: EscalationModel | None = Field(
        None,
        description="Who else is told where nobody reacts.",
        examples=["[escalation] on a line of its own, and its keys below"],
    )
    channels: dict[TableName, ChannelModel] = Field(
        {},
        description="Where messages go.",
        examples=['[channels.phone] on a line of its own, and url = "…" below'],
    )
    accounts: dict[TableName, AccountModel] = Field(
        {},
        description="What pays the loans.",
        examples=['[accounts.bank] on a line of its own, and balance = "3000.00" below'],
    )
    loans: list[LoanModel] = Field(
        default_factory=list,
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
