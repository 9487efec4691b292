"""``presets``: what a preset assumes, and why."""

import json

import pytest

from reminderd.loans.presets import load_preset, preset_names


@pytest.fixture
def lines(call):
    def run(*arguments):
        result = call("presets", *arguments)
        assert result.exit_code == 0
        return result.stdout.splitlines()

    return run


def test_every_preset_is_listed_with_its_title(lines):
    assert lines() == [f"{name}: {load_preset(name).title}" for name in preset_names()]


@pytest.mark.parametrize("name", preset_names())
def test_every_value_is_printed_with_its_confidence_and_source(lines, name):
    shown = lines(name)
    for item in load_preset(name).values:
        at = next(n for n, line in enumerate(shown) if line.startswith(f"{item.key} = "))
        assert shown[at + 1 : at + 3] == [
            f"  confidence: {item.confidence}",
            f"  source: {item.source}",
        ]


def test_a_value_is_printed_as_one_would_write_it(lines):
    assert "penalty.fraction_of_contract = 0.5" in lines("weilidai")
    assert 'grace_covers = ["fee", "reporting"]' in lines("weilidai")
    assert "contract_interest_continues = true" in lines("weilidai")


def test_json_holds_the_same(call):
    [found] = json.loads(call("presets", "weilidai", "--json").stdout)
    assert found["name"] == "weilidai"
    assert [row["key"] for row in found["values"]] == [
        item.key for item in load_preset("weilidai").values
    ]


def test_an_unknown_preset_names_those_there_are(refused):
    code, sentence = refused("presets", "weilidia")
    assert code == 2
    assert "there are: cn-bank-loan, cn-credit-card" in sentence


def test_what_a_preset_says_in_chinese_is_printed_in_chinese(lines):
    text = "\n".join(lines("cn-credit-card"))
    assert "违约金" in text
    assert "\\u" not in text
