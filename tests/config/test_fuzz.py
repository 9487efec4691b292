"""Whatever is in the file: it is a configuration, or it is refused in sentences."""

import os
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reminderd.config.load import Config, load_text
from reminderd.config.loan_tables import LoanModel
from reminderd.config.models import (
    BorrowerModel,
    ChannelModel,
    DaemonModel,
    Reminders,
    RoutineModel,
    Settings,
)
from reminderd.config.synonyms import _keys
from reminderd.errors import ConfigError

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "config.example.toml").read_text("utf-8")
SECRET = "hunter2canary"
SECRETIVE = f"""
locale = "en"
[channels.phone]
url = "ntfys://user:{SECRET}@example.com/topic"
fallback = "mail"
[channels.mail]
schema = "mailtos"
host = "example.com"
user = "me@example.com"
password = "{SECRET}"
to = ["me@example.com"]
[reminders]
send_at = "09:00"
[[loans]]
id = "card"
due = 2026-12-05
amount = "1234.00"
penalty.daily_rate = "0.05%"
"""


TABLES = [Settings, Reminders, ChannelModel, BorrowerModel, DaemonModel, RoutineModel]


def outcome(text):
    """Return what is wrong with a text, having checked that it is said as it should be."""
    try:
        assert isinstance(load_text(text, Path("config.toml")), Config)
    except ConfigError as error:
        check_problems(error.problems, text)
        return str(error)
    return ""


def check_problems(problems, text):
    assert problems
    for problem in problems:
        assert 1 <= problem.line <= text.count("\n") + 1
        assert problem.column >= 1
        assert problem.message
        assert "\n" not in str(problem)


PIECES = st.sampled_from(
    [
        *"[]{}=.,#\"'\\\n\r\t \x00\ufeff微",
        '"""',
        "'''",
        "[[loans]]\n",
        "[reminders]\n",
        "[channels.a]\n",
        "id = ",
        "due = ",
        "amount = ",
        "url = ",
        "before_due = ",
        "penalty.daily_rate = ",
        "2026-12-05",
        "2026-13-45",
        '"09:00"',
        '"1,234.50"',
        '"console://"',
        '{ env = "HOME" }',
        "1e999999999",
        "-0",
        "nan",
        "true",
        "0xff",
    ]
)


@settings(deadline=None, max_examples=250)
@given(st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join))
def test_any_text_is_a_configuration_or_is_refused_in_sentences(text):
    outcome(text)


def mutations(text, most):
    """Return a strategy for texts with at most so much cut out and another piece put in."""
    return st.builds(
        lambda at, length, new: text[:at] + new + text[at + length :],
        st.integers(0, len(text)),
        st.integers(0, most),
        PIECES | st.just(""),
    )


@settings(deadline=None, max_examples=250)
@given(mutations(EXAMPLE, 3) | mutations(EXAMPLE, 200))
def test_any_damage_to_the_example_is_told_in_sentences(text):
    assert "this is not TOML" not in outcome(text)  # each has its own sentence


@settings(deadline=None, max_examples=400)
@given(mutations(SECRETIVE, 3))
def test_no_damage_to_a_file_brings_its_secrets_to_light(text):
    assume(SECRET in text)
    assert SECRET not in outcome(text)


VALUES = st.recursive(
    st.sampled_from(
        ["1", "0", "-1", "1.5", "nan", "inf", "1e400", "0x" + "f" * 4000, "true", '""', '"x"']
        + ["2026-12-05", "0001-01-01", "9999-12-31", "2026-12-05T09:00:00Z", "09:00:00", '"18%"']
    ),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]")
        | st.tuples(st.sampled_from(["due", "amount", "date", "env", "from", "x"]), inner).map(
            lambda pair: f"{{ {pair[0]} = {pair[1]} }}"
        )
    ),
    max_leaves=4,
)
LOAN_KEYS = [
    *(name for name in LoanModel.model_fields),
    "penalty.daily_rate",
    "penalty.multiple_of_contract",
]
RIGHT = {
    "id": '"a"',
    "due": "2026-12-05",
    "amount": '"5"',
    "principal": "1000",
    "installments": "12",
    "first_due": "2026-12-05",
    "annual_rate": '"18%"',
    "preset": '"weilidai"',
    "penalty.daily_rate": '"1%"',
}


@settings(deadline=None, max_examples=300)
@given(
    st.dictionaries(st.sampled_from(LOAN_KEYS), VALUES, max_size=2),
    st.sets(st.sampled_from(list(RIGHT))),
)
def test_any_values_in_a_loan_are_a_loan_or_are_refused_in_sentences(strange, right):
    assume(
        not (
            "penalty" in strange
            and {k for k in strange if "." in k} | right & {"penalty.daily_rate"}
        )
    )
    table = {key: RIGHT[key] for key in right} | strange
    outcome("[[loans]]\n" + "".join(f"{key} = {value}\n" for key, value in table.items()))


WORDS = [(table, word) for table, words in _keys().items() for word in words]


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(WORDS), VALUES)
def test_any_value_under_a_word_that_means_a_key_is_refused_in_sentences(place, value):
    (table, word), heading = place, f"[{place[0]}]\n" if place[0] else ""
    if table == "loans":
        heading = '[[loans]]\nid = "a"\n'
    outcome(f'{heading}"{word}" = {value}\n')


@pytest.mark.parametrize("key", ["due", "amount", "repayment", "lender", "name", "grace_days"])
def test_a_number_too_long_to_be_written_is_called_this_number(key):
    digits = "f" * 4000
    assert "Exceeds" not in outcome(f'[[loans]]\nid = "a"\n{key} = 0x{digits}\n')
    assert "this number" in outcome(f'[[loans]]\nid = "a"\n{key} = 0x{digits}\n')


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(["reminders", "channels", "channels.a", "borrower", "routine", "loans", ""]),
    st.sampled_from([*(name for table in TABLES for name in table.model_fields), "schema", "x"]),
    VALUES,
)
def test_any_value_anywhere_else_is_refused_in_sentences_too(heading, key, value):
    outcome((f"[{heading}]\n" if heading else "") + f"{key} = {value}\n")


@pytest.mark.parametrize("name", ["REMINDERD_LOANS", "REMINDERD_REMINDERS__BEFORE_DUE"])
@settings(deadline=None, max_examples=60)
@given(VALUES | st.text(st.characters(blacklist_characters="\x00", codec="utf-8"), max_size=8))
def test_any_environment_is_a_configuration_or_is_refused_in_sentences(name, value):
    os.environ[name] = value
    try:
        outcome("")
    finally:
        del os.environ[name]
