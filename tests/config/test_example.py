"""The example is the documentation of every key, so it has to be right and whole."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from reminderd.config import loan_tables, models
from reminderd.config.load import load_file
from reminderd.config.loan_tables import (
    AutoDebitModel,
    BillModel,
    CapModel,
    ExtensionModel,
    FeeAmountModel,
    FeeModel,
    InstallmentFeeModel,
    InstallmentModel,
    LoanModel,
    MinimumModel,
    PauseModel,
    PaymentModel,
    PenaltyModel,
    PenaltyRuleModel,
    PenaltyStepModel,
    PostingModel,
    RateChangeModel,
    RequestModel,
    TierModel,
    WaiverModel,
)
from reminderd.config.models import (
    AccountModel,
    BorrowerModel,
    ChannelModel,
    DaemonModel,
    EscalationModel,
    FundModel,
    IncomeModel,
    QuietHoursModel,
    Reminders,
    RoutineModel,
    Settings,
)
from reminderd.delivery.transport import verify
from reminderd.loans.charges import CapMode, Charged, FeeOf, FeePer
from reminderd.loans.daycount import DayCount
from reminderd.loans.frequency import BusinessDayConvention
from reminderd.loans.money import Rounding
from reminderd.loans.presets import preset_names
from reminderd.loans.terms import (
    AllocationBy,
    Component,
    Compounding,
    GraceMode,
    InstallmentRounding,
    InterestFrom,
    InterestOn,
    Lender,
    PenaltyBase,
    Prepayment,
    Repayment,
    RequestState,
    RoundingAt,
)
from reminderd.playbook.playbook import LOCALES

EXAMPLE = (Path(__file__).parents[2] / "config.example.toml").read_text("utf-8")

# What is switched off looks like configuration behind its "# "; prose does not.
SWITCHED_OFF = re.compile(r"^# ?((?:\[|\]$|  \{ (?!env|file|cred)|[\w.]+ = ).*)$", re.MULTILINE)


@pytest.fixture
def whole(tmp_path):
    """Return the example with everything in it switched on, as a file."""
    secrets = {
        "ntfy-url": "ntfys://ntfy.sh/a-topic-nobody-can-guess",
        "smtp-password": "a password",
        "heartbeat-url": "https://hc-ping.com/an-id-nobody-can-guess",
    }
    for name, secret in secrets.items():
        (tmp_path / name).write_text(secret)
        (tmp_path / name).chmod(0o600)
    (tmp_path / "playbook.toml").touch()
    (tmp_path / "templates").mkdir()
    path = tmp_path / "config.toml"
    path.write_text(SWITCHED_OFF.sub(r"\1", EXAMPLE))
    return path


def test_the_example_is_right_as_it_is(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE)
    config = load_file(path, verify)
    assert [loan.id for loan in config.loans] == ["card", "weilidai", "home"]
    assert [channel.name for channel in config.channels] == ["screen"]


def test_the_example_is_right_with_everything_switched_on(whole):
    config = load_file(whole, verify)
    assert [loan.id for loan in config.loans] == [
        "card",
        "weilidai",
        "home",
        "sofa",
        "purchase",
        "car",
        "rent",
        "huabei",
        "mastercard",
        "visa",
        "balance",
        "everything-else",
        "phone-plan",
    ]
    assert [channel.name for channel in config.channels] == [
        "screen",
        "phone",
        "email",
        "spouse",
    ]
    assert config.quiet is not None
    assert [recipient.label for recipient in config.channels[2].recipients] == [
        "me@example.com",
        "spouse@example.com",
    ]


def test_every_commented_assignment_was_switched_on(whole):
    commented = [
        line
        for line in whole.read_text().splitlines()
        if re.match(r"#\s*[\w.]+ = ", line) or re.match(r"#\s*\[", line)
    ]
    assert commented == []


def entries(found, key):
    return [entry for loan in found["loans"] for entry in loan.get(key, [])]


MODELS = {
    Settings: lambda found: [found],
    Reminders: lambda found: [found["reminders"]],
    QuietHoursModel: lambda found: [found["reminders"]["quiet_hours"]],
    ChannelModel: lambda found: list(found["channels"].values()),
    BorrowerModel: lambda found: [found["borrower"]],
    FundModel: lambda found: [found["borrower"]["emergency_fund"]],
    AccountModel: lambda found: list(found["accounts"].values()),
    IncomeModel: lambda found: found["accounts"]["bank"]["income"],
    DaemonModel: lambda found: [found["daemon"]],
    RoutineModel: lambda found: [found["routine"]],
    EscalationModel: lambda found: [found["escalation"]],
    BillModel: lambda found: entries(found, "bills"),
    AutoDebitModel: lambda found: [loan.get("auto_debit", {}) for loan in found["loans"]],
    RequestModel: lambda found: entries(found, "extension_requests"),
    LoanModel: lambda found: found["loans"],
    PaymentModel: lambda found: entries(found, "payments"),
    FeeAmountModel: lambda found: [
        part for fee in entries(found, "fees") for part in fee.get("lesser_of", [])
    ],
    InstallmentFeeModel: lambda found: [loan.get("installment_fee", {}) for loan in found["loans"]],
    MinimumModel: lambda found: [loan.get("minimum", {}) for loan in found["loans"]],
    PostingModel: lambda found: [
        one for bill in entries(found, "bills") for one in bill.get("posted", [])
    ],
    FeeModel: lambda found: entries(found, "fees"),
    TierModel: lambda found: [t for fee in entries(found, "fees") for t in fee.get("tiers", [])],
    CapModel: lambda found: entries(found, "caps"),
    RateChangeModel: lambda found: entries(found, "rate_changes"),
    PauseModel: lambda found: entries(found, "pauses"),
    WaiverModel: lambda found: entries(found, "waivers"),
    ExtensionModel: lambda found: entries(found, "extensions"),
    InstallmentModel: lambda found: found["loans"][-1]["installments"],
}


def test_every_table_is_looked_for_in_the_example():
    read = {
        model
        for module in (loan_tables, models)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, BaseModel)
        if model.__module__ == module.__name__
    }
    assert read == {*MODELS, PenaltyModel, PenaltyRuleModel, PenaltyStepModel}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_in_the_example(model, whole):
    tables = MODELS[model](tomllib.loads(whole.read_text()))
    shown = {key for table in tables for key in table}
    keys = {field.alias or name for name, field in model.model_fields.items()}
    assert keys <= shown


def test_every_penalty_rule_is_in_the_example():
    said = EXAMPLE[EXAMPLE.index("penalty.multiple_of_contract") :].split("\n\n")[0]
    assert all(rule in said for rule in PenaltyModel.model_fields)


def test_every_choice_is_in_the_example():
    choices = [*preset_names(), *LOCALES, *GraceMode, *DayCount]
    choices += ["info", "warning", "critical", "weekly", "quarterly", "half-yearly", "yearly"]
    choices += [kind for kind in Repayment if kind != "listed"]  # which is said by listing
    for choice in (
        InstallmentRounding,
        Charged,
        FeeOf,
        InterestFrom,
        InterestOn,
        PenaltyBase,
        Compounding,
        Component,
        AllocationBy,
        Rounding,
        RoundingAt,
        Prepayment,
    ):
        choices += choice
    choices += [*BusinessDayConvention, *FeePer, *CapMode, *RequestState, *Lender]
    choices += ["text", "markdown", "html"]
    assert [choice for choice in choices if f'"{choice}"' not in EXAMPLE] == []


def test_every_source_of_secrets_is_in_the_example():
    for source in ("env", "file", "credential"):
        assert f"{{ {source} = " in EXAMPLE


def test_the_settings_in_the_example_are_the_defaults():
    found = tomllib.loads(EXAMPLE)
    defaults = Settings().model_dump()
    assert found["locale"] == defaults["locale"]
    assert found["currency"] == defaults["currency"]
    written = Reminders.model_validate(found["reminders"])
    assert written == Reminders()
    assert set(found["reminders"]) == set(Reminders.model_fields) - {"quiet_hours"}


def test_what_the_example_calls_a_default_is_one():
    called = re.findall(r"^#? ?(\w+) = .*\"(\S+)\" \(default\)", EXAMPLE, re.MULTILINE)
    defaults = {name: field.default for name, field in ChannelModel.model_fields.items()}
    named = {key: value for key, value in called if key in defaults}
    assert named == {"min_severity": defaults["min_severity"]}
