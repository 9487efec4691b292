"""``reconcile``: by which conventions the lender's figure comes out, and writing them down."""

import json
import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from patience import PATIENCE

# The card of the fixtures owes 1,236.47 after four days at 0.05 %: 1,235.48 are four at 0.03 %,
# 1,237.09 five at 0.05 %.
AT_THREE = "1235.48"
FIVE_DAYS = "1237.09"

CHINESE = """\
# 我的贷款，2026年
timezone = "Asia/Shanghai"

[[loans]]
id = "card"
name = '信用卡'   # 招行
due = 2026-12-05
amount = "1234.00"
penalty.daily_rate = "0.05%"   # 合同第5条

# ─── 房贷 ───
[[loans]]
id = "home"
name = "房贷"
due = 2026-12-05
amount = "4000.00"
interest = "1000.00"
annual_rate = "18%"
penalty.daily_rate = "0.05%"
grace_days = 2
"""


def no_foreign_word(text):
    """Drop what is written as in the file, and the options to type; no Latin word may stay."""
    text = re.sub(r'[\w.]+ = (?:"[^"]*"|\[[^]]*\]|[\w.]+)|--write|--choice N|\S+\.toml', "", text)
    return not re.search(r"[A-Za-z]{2,}", text.replace("ACT/360", ""))


def as_it_is(file):
    """Return what tells whether a file was written or replaced, if by the same text."""
    return file.stat().st_ino, file.stat().st_mtime_ns, file.read_text("utf-8")


# ─── What is said ───


def test_a_figure_that_the_configured_terms_give_is_said_to_be_right(config, said):
    assert said("reconcile", "card", "1236.47") == (
        "CN¥1,236.47 is what your terms give: the lender's figure is right by them.\n"
    )


def test_another_convention_is_said_as_one_writes_it_and_in_words(config, said):
    assert said("reconcile", "card", AT_THREE).splitlines() == [
        "CN¥1,235.48 follows if the lender reckons otherwise than you wrote:",
        '1. penalty.daily_rate = "0.03%": penalty 0.03% a day on overdue principal',
        "To write the first into your configuration: add --write (--choice N for another).",
    ]


def test_another_convention_is_said_in_chinese(write, said):
    write(CHINESE)
    text = said("reconcile", "card", AT_THREE)
    assert text.splitlines()[:2] == [
        "如果贷款机构的算法与您填写的不同，就能得到¥1,235.48：",
        '1. penalty.daily_rate = "0.03%"：逾期本金按日利率0.03%计收罚息',
    ]
    assert no_foreign_word(text)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["card", "1236.47"], 0),
        (["card", FIVE_DAYS], 0),
        (["card", FIVE_DAYS, "--write"], 0),
        (["card", "1000"], 1),
        (["home", "3000", "--as-of", "2026-12-07", "--of", "payoff"], 1),
        (["home", "5.00", "--of", "interest"], 1),
        (["home", "0", "--of", "penalty"], 0),
    ],
)
def test_nothing_that_is_said_in_chinese_has_an_english_word_in_it(write, call, command, code):
    write(CHINESE)
    result = call("reconcile", *command)
    assert result.exit_code == code
    assert result.stdout
    assert no_foreign_word(result.stdout), result.stdout


def test_a_rule_that_only_ends_is_said_as_one_writes_it(write, said):
    """That nothing is spared any more has no words among the rules that hold."""
    write(CHINESE.replace("grace_days = 2", "grace_days = 5"))
    lines = said("reconcile", "home", "6.00", "--of", "penalty").splitlines()
    assert lines[1] == "1. grace_days = 0"


def test_values_that_this_figure_cannot_tell_apart_are_listed_under_the_first(config, said):
    """On its grace day the line bears a penalty by its preset; the lender asks for none."""
    lines = said("reconcile", "weilidai", "1140", "--as-of", "2026-11-16").splitlines()
    assert lines[1].startswith('1. grace_mode = "retroactive": 1 day of grace')
    assert lines[2] == '   or grace_mode = "deducted", which gives the same'
    assert lines[3].startswith('2. penalty.daily_rate = "0%"')


def test_where_nothing_gives_the_figure_the_nearest_are_said_with_the_difference(config, call):
    result = call("reconcile", "card", "1235")
    assert result.exit_code == 1
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        "No usual convention gives CN¥1,235.00. The nearest:",
        '  penalty.daily_rate = "0.03%": CN¥1,235.48 (+0.48)',
        '  dpd_includes_due_date = true; penalty.daily_rate = "0.03%": CN¥1,235.85 (+0.85)',
        '  penalty.daily_rate = "0%": CN¥1,234.00 (-1.00)',
    ]


def test_the_configured_terms_may_be_among_the_nearest(config, call):
    lines = call("reconcile", "card", "1236.40").stdout.splitlines()
    assert lines[-1] == "  as configured: CN¥1,236.47 (+0.07)"


def test_the_figure_is_for_the_day_it_was_stated_for(config, said):
    assert "is right by them" in said("reconcile", "card", "1240.17", "--as-of", "2026-12-15")
    assert "is right by them" not in said("reconcile", "card", "1240.17")


@pytest.mark.parametrize(
    ("of", "figure"),
    [("due", "1157.50"), ("interest", "151.50"), ("penalty", "6.00"), ("payoff", "9253.50")],
)
def test_each_figure_of_a_loan_can_be_asked_after(config, said, call, of, figure):
    assert "is right by them" in said("reconcile", "weilidai", figure, "--of", of)
    other = "payoff" if of == "due" else "due"
    assert call("reconcile", "weilidai", figure, "--of", other).exit_code == 1


def test_a_lender_may_say_that_there_is_no_penalty(config, said):
    lines = said("reconcile", "card", "0", "--of", "penalty").splitlines()
    assert lines[1].startswith('1. penalty.daily_rate = "0%"')


def test_payments_made_by_command_count(config, call, said):
    call("pay", "card", "34", "--date", "2026-12-05")
    assert "is right by them" in said("reconcile", "card", "1202.40")


def test_after_a_payment_the_lenders_figure_is_held_against_what_was_due_before_it(
    config, call, said
):
    call("pay", "card", "1236.47")
    first, second = said("reconcile", "card", "1236.47").splitlines()
    assert first == (
        "By your records nothing is due since the payment of Dec 9; what was due before it:"
    )
    assert "is right by them" in second


# ─── As JSON ───


def test_what_is_found_in_json(config, told):
    assert told("reconcile", "card", AT_THREE) == {
        "loan": "card",
        "as_of": "2026-12-09",
        "amount": "1235.48",
        "before_payment_of": None,
        "matches": True,
        "candidates": [
            {
                "terms_changed": 1,
                "changes": ['penalty.daily_rate = "0.03%"'],
                "figure": "1235.48",
                "difference": "0.00",
                "alike": [],
            }
        ],
    }


def test_configured_terms_in_json_are_a_candidate_without_changes(config, told):
    [only] = told("reconcile", "card", "1236.47")["candidates"]
    assert (only["terms_changed"], only["changes"], only["difference"]) == (0, [], "0.00")


def test_likes_in_json_have_the_shape_of_candidates(config, told):
    first, *_ = told("reconcile", "weilidai", "1140", "--as-of", "2026-11-16")["candidates"]
    [other] = first["alike"]
    assert list(other) == ["terms_changed", "changes", "figure", "difference"]
    assert other["changes"] == ['grace_mode = "deducted"']


def test_the_nearest_in_json_say_that_they_do_not_match(config, call):
    result = call("reconcile", "card", "1235", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert found["matches"] is False
    assert [one["difference"] for one in found["candidates"]] == ["0.48", "0.85", "-1.00"]


# ─── What is refused ───


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("-5", "-5 is less than nothing (write the figure as it stands there)"),
        ("much", "'much' is not an amount (write \"1234.50\")"),
        ("1.234", "1.234 has more than 2 decimal digits, which CNY allows"),
    ],
)
def test_what_is_no_figure_is_refused(config, refused, amount, sentence):
    assert refused("reconcile", "card", "--", amount) == (2, sentence)


def test_a_misspelt_loan_is_named(config, refused):
    code, sentence = refused("reconcile", "crad", "5")
    assert code == 2
    assert sentence.endswith("(did you mean 'card'?)")


# ─── Written down ───


def test_what_is_found_is_written_into_the_loan_and_nowhere_else(write, said, told):
    file = write(CHINESE)
    lines = said("reconcile", "card", AT_THREE, "--write").splitlines()
    assert lines[-1] == f'已写入{file}：penalty.daily_rate = "0.03%"'
    assert not any("--write" in line for line in lines)
    assert file.read_text("utf-8") == CHINESE.replace('"0.05%"', '"0.03%"', 1)
    assert told("quote", "card")["due"]["total"] == AT_THREE


def test_written_terms_give_the_lenders_figure_from_then_on(config, said):
    said("reconcile", "card", FIVE_DAYS, "--write")
    assert "is right by them" in said("reconcile", "card", FIVE_DAYS)


@pytest.mark.parametrize(
    "penalty",
    [
        'penalty.daily_rate = "0.05%"   # mine\n',
        'penalty = { daily_rate = "0.05%" }   # mine\n',
        '# over there\n[loans.penalty]\n# a day\ndaily_rate = "0.05%"   # mine\n',
    ],
)
@pytest.mark.parametrize(
    ("figure", "becomes"),
    [
        ("1015.90", 'daily_rate = "0.1%"'),
        ("1007.67", "multiple_of_contract = 1.3"),
    ],
)
def test_a_rule_is_changed_however_it_is_written(write, said, penalty, figure, becomes):
    before = (
        'timezone = "UTC"\nlocale = "en"\n'
        '[[loans]]\nid = "a"\ndue = 2026-11-29\namount = "1000.00"\n'
        f'annual_rate = "21.54%"\n{penalty}\n# another\n'
        '[[loans]]\nid = "b"\ndue = 2026-12-05\namount = 5\n'
    )
    file = write(before)
    said("reconcile", "a", figure, "--write")
    assert file.read_text() == before.replace('daily_rate = "0.05%"', becomes)
    assert "is right by them" in said("reconcile", "a", figure)


def test_a_rule_overrides_that_of_a_preset(write, config, said, told):
    file = write(config.read_text().replace('"en"', '"en"  # 英文'))
    before = file.read_text("utf-8")
    said("reconcile", "weilidai", "12.00", "--of", "penalty", "--write")
    assert file.read_text("utf-8") == f'{before}penalty.daily_rate = "0.05%"\n'
    assert told("quote", "weilidai")["due"]["penalty"] == "12.00"


def test_a_grace_that_a_preset_leaves_out_is_written_with_what_it_covers(config, said, told):
    """The preset's grace spares the record only: its mode alone would change nothing."""
    at = ("--as-of", "2026-11-16")
    lines = said("reconcile", "weilidai", "1140", *at, "--write").splitlines()
    assert lines[-1].endswith(
        'grace_mode = "retroactive"; grace_covers = ["penalty", "fee", "reporting"]'
    )
    assert told("quote", "weilidai", *at)["due"]["total"] == "1140.00"


def test_another_than_the_first_is_written_by_its_number(config, said, told):
    at = ("--as-of", "2026-11-16")
    said("reconcile", "weilidai", "1140", *at, "--write", "--choice", "2")
    assert config.read_text().endswith('penalty.daily_rate = "0%"\n')
    assert told("quote", "weilidai", *at)["due"]["total"] == "1140.00"


def test_a_number_that_was_not_offered_is_refused_and_nothing_written(config, call):
    before = config.read_text()
    result = call("reconcile", "card", AT_THREE, "--write", "--choice", "2")
    assert (result.exit_code, result.stderr) == (2, "there is no number 2 (there are 1)\n")
    assert config.read_text() == before


@pytest.mark.parametrize(("figure", "code"), [("1236.47", 0), ("1235.00", 1)])
def test_with_nothing_to_change_or_nothing_found_nothing_is_written(config, call, figure, code):
    before = as_it_is(config)
    result = call("reconcile", "card", figure, "--write")
    assert result.exit_code == code
    assert as_it_is(config) == before
    assert "--write" not in result.stdout


def test_without_being_told_to_nothing_is_written(config, said):
    before = as_it_is(config)
    said("reconcile", "card", AT_THREE)
    assert as_it_is(config) == before


def test_written_or_not_json_stays_json(config, call):
    result = call("reconcile", "card", AT_THREE, "--write", "--json")
    assert json.loads(result.stdout)["matches"] is True
    assert result.stderr == f'written to {config}: penalty.daily_rate = "0.03%"\n'
    assert '"0.03%"' in config.read_text()


def test_a_file_that_cannot_be_written_is_said_after_what_was_found(monkeypatch, call, clock):
    """Its name leaves no room for the draft beside it, which even root cannot change."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / ("c" * 250 + ".toml")
        file.write_text(CHINESE, "utf-8")
        result = call("reconcile", "card", AT_THREE, "--write", "--config", str(file))
        assert result.exit_code == 78
        assert '1. penalty.daily_rate = "0.03%"' in result.stdout
        assert f"{file}:1:1: cannot be written: File name too long (" in result.stderr
        assert [path.name for path in Path(folder).iterdir()] == [file.name]
        assert file.read_text("utf-8") == CHINESE


# ─── On a terminal ───


@pytest.fixture
def typed(tmp_path):
    """Return a function that runs a command on a terminal, at which somebody types."""

    def run(answer, *arguments):
        ours, its = pty.openpty()
        os.write(ours, f"{answer}\n".encode())
        environment = os.environ | {"STATE_DIRECTORY": str(tmp_path / "state")}
        done = subprocess.run(
            [sys.executable, "-m", "reminderd", *arguments],
            env=environment,
            stdin=its,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        os.close(ours)
        os.close(its)
        return done.returncode, done.stdout.decode()

    return run


AT_A_TERMINAL = ("reconcile", "card", AT_THREE, "--as-of", "2026-12-09")


@pytest.mark.parametrize(("answer", "writes"), [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_it_asks_before_it_writes(config, typed, answer, writes):
    code, out = typed(answer, *AT_A_TERMINAL, "--config", str(config))
    assert code == 0
    assert f"Write number 1 into {config}?" in out
    assert ('"0.03%"' in config.read_text()) is writes


@pytest.mark.parametrize("told_already", ["--write", "--json"])
def test_on_a_terminal_it_does_not_ask_who_said_it_all(config, typed, told_already):
    code, out = typed("n", *AT_A_TERMINAL, told_already, "--config", str(config))
    assert code == 0
    assert "?" not in out
    assert ('"0.03%"' in config.read_text()) is (told_already == "--write")


@pytest.mark.parametrize(("figure", "code"), [("1236.47", 0), ("1235.00", 1)])
def test_on_a_terminal_it_does_not_ask_where_there_is_nothing_to_write(config, typed, figure, code):
    before = as_it_is(config)
    at = ("--as-of", "2026-12-09", "--config", str(config))
    done, out = typed("y", "reconcile", "card", figure, *at)
    assert (done, "?" in out) == (code, False)
    assert as_it_is(config) == before
