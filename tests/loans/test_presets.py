"""Presets: what they say, how sure they are, and where it comes from."""

import re
from decimal import Decimal
from importlib import resources

import pytest

from reminderd.errors import UsageError
from reminderd.loans.presets import load_preset, preset_names

CAP = [{"annual_rate": "24%", "mode": "warn", "source": "法发〔2017〕22号"}]
CONFIDENCES = {"low", "medium-low", "medium", "medium-high", "high"}


@pytest.fixture(params=preset_names())
def preset(request):
    return load_preset(request.param)


def test_the_presets_have_known_names():
    assert preset_names() == [
        "cn-bank-loan",
        "cn-credit-card",
        "de-consumer",
        "us-consumer",
        "us-credit-card",
        "weilidai",
        "weilidai-articles",
    ]


def test_an_unknown_preset_is_refused_with_the_names_there_are():
    with pytest.raises(UsageError) as refusal:
        load_preset("weilidia")
    assert str(refusal.value) == (
        "there is no preset 'weilidia' (there are: cn-bank-loan, cn-credit-card, de-consumer, "
        "us-consumer, us-credit-card, weilidai, weilidai-articles)"
    )


def test_a_path_is_not_a_preset():
    with pytest.raises(UsageError):
        load_preset("../presets/weilidai")


def test_every_value_names_its_confidence_and_source(preset):
    assert preset.values
    for item in preset.values:
        assert item.confidence in CONFIDENCES, item.key
        assert len(item.source) > 20, item.key


def test_a_preset_knows_its_name_and_has_a_title(preset):
    assert preset.name in preset_names()
    assert preset.title


def test_a_penalty_that_contains_the_contract_rate_does_not_count_it_twice(preset):
    values = {item.key: item.value for item in preset.values}
    replaces = "penalty.multiple_of_contract" in values
    assert not (replaces and values["contract_interest_continues"])


def test_exact_numbers_come_out_of_a_preset(preset):
    assert not any(isinstance(item.value, float) for item in preset.values)


def test_every_preset_says_that_the_lender_prevails(preset):
    file = resources.files("reminderd.loans").joinpath("presets", f"{preset.name}.toml")
    comment = " ".join(re.findall(r"^# ?(.*)$", file.read_text("utf-8"), re.MULTILINE))
    assert re.search(r"(app|statement) prevails?\b", comment)


def test_weilidai_adds_half_the_contract_rate_while_contract_interest_runs():
    assert load_preset("weilidai").defaults() == {
        "repayment": "equal-principal",
        "penalty": {"fraction_of_contract": Decimal("0.5")},
        "contract_interest_continues": True,
        "grace_days": 1,
        "grace_mode": "retroactive",
        "grace_covers": ["fee", "reporting"],
        "caps": CAP,
    }


def test_a_bank_loan_replaces_the_contract_rate_by_one_and_a_half_of_it():
    assert load_preset("cn-bank-loan").defaults() == {
        "repayment": "equal-installment",
        "day_count": "ACT/360",
        "penalty": {"multiple_of_contract": Decimal("1.5")},
        "penalty_base": "overdue-installment",
        "contract_interest_continues": False,
        "caps": CAP,
    }


def test_changing_what_defaults_returned_does_not_change_the_preset():
    load_preset("weilidai").defaults()["penalty"]["fraction_of_contract"] = 99
    assert load_preset("weilidai").defaults()["penalty"] == {"fraction_of_contract": Decimal("0.5")}
