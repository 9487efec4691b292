"""What a real terminal shows: tables, colours, narrow screens, progress."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
from rich.cells import cell_len

PROGRAM = "-m", "reminderd"
IMPATIENT = """\
from reminderd.__main__ import main
from reminderd.cli import meter

meter.PATIENCE = 0.0
main()
"""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
TWO = """\
locale = "{locale}"
timezone = "Asia/Shanghai"
[[loans]]
id = "card"
name = "招商银行信用卡"
due = 2026-08-05
amount = "1234.00"
paid_until = 2026-08-04
[[loans]]
id = "rent"
due = 2099-12-05
amount = "800.00"
"""


@pytest.fixture
def shown(tmp_path):
    """Return a function that runs a command in a terminal of some columns, and what it shows."""

    def run(
        *arguments, columns=120, locale="zh-CN", text=TWO, code=0, program=PROGRAM, **environment
    ):
        path = tmp_path / "config.toml"
        path.write_text(text.format(locale=locale))
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        known = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "STATE_DIRECTORY": str(tmp_path / "state"),
            "REMINDERD_CONFIG": str(path),
            "TERM": "xterm-256color",
        }
        process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            env=known | environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        output = read_all(ours)
        assert process.wait() == code, output
        return output

    return run


def read_all(descriptor):
    output = b""
    try:
        while chunk := os.read(descriptor, 65536):
            output += chunk
    except OSError:  # the other end was closed
        pass
    os.close(descriptor)
    return output.decode().replace("\r\n", "\n")


def test_the_columns_stand_one_below_the_other_in_chinese_too(shown):
    lines = [line for line in COLOUR.sub("", shown("status")).splitlines() if line.strip()]
    head, rule, card, rent, total = lines
    assert len({cell_len(line) for line in (head, rule, card, rent)}) == 1
    assert card.split()[:2] == ["招商银行信用卡", "card"]
    assert total.startswith("今天应还合计：")
    ends = [
        cell_len(line[: line.index(word) + len(word)])
        for line, word in (
            (head, "今天应还"),
            (card, "¥1,234.00"),
            (rent, "¥0.00"),
        )
    ]
    assert len(set(ends)) == 1, "amounts stand to the right"


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize("command", [("status",), ("preview", "--days", "20")])
def test_eighty_columns_are_enough_for_a_table(shown, command, locale):
    text = COLOUR.sub("", shown(*command, columns=80, locale=locale))
    lines = text.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert set(lines[1]) == {"─"}, "a head, and a rule below it"
    assert "1,234.00" in text


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize("command", [("status",), ("preview", "--days", "20")])
def test_a_narrow_terminal_gets_blocks_with_nothing_cut_off(shown, command, locale):
    text = COLOUR.sub("", shown(*command, columns=60, locale=locale))
    assert max(map(cell_len, text.splitlines())) <= 60
    assert "…" not in text
    assert "1,234.00" in text
    assert ("渠道" if locale == "zh-CN" else "Where") in text or command == ("status",)


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_what_is_said_below_a_table_is_wrapped(shown, locale):
    asked = TWO.replace("paid_until = 2026-08-04\n", "")
    lines = COLOUR.sub("", shown("status", columns=60, locale=locale, text=asked)).splitlines()
    assert max(map(cell_len, lines)) <= 60
    assert "2026-08-04" in lines[-1] or "2026-08-04" in lines[-2]


def test_what_is_bad_is_red(shown):
    [card] = [line for line in shown("status").splitlines() if "card" in line]
    [rent] = [line for line in shown("status").splitlines() if "rent" in line]
    assert "\x1b[1;31m" in card
    assert "\x1b[1;31m" not in rent


def test_no_colour_is_no_colour(shown):
    assert "31m" not in shown("status", NO_COLOR="1")


def test_history_and_outbox_are_tables_too(shown):
    assert "还没有发送过消息。" in shown("history")
    assert "没有待发送的消息" in shown("outbox")


def test_a_derivation_is_a_table_whose_sum_is_the_figure(shown):
    lines = COLOUR.sub("", shown("quote", "card", "--explain")).splitlines()
    [head] = [line for line in lines if "算法" in line]
    [total] = [line for line in lines if "合计" in line]
    assert total.split()[0] == "1234.00"
    amounts = [
        cell_len(line[: line.index(end) + len(end)])
        for line, end in (
            (head, "金额"),
            (total, "1234.00"),
        )
    ]
    assert len(set(amounts)) == 1


def test_a_plan_is_a_table(shown):
    lines = COLOUR.sub("", shown("plan", "2000")).splitlines()
    [head] = [line for line in lines if "现在还" in line and "留出" in line]
    [card] = [line for line in lines if "招商银行信用卡" in line]
    assert head.split() == ["贷款", "现在还", "留出", "原因"]
    assert "¥1,234.00" in card


def test_the_doctor_is_coloured_and_plain_with_no_colour(shown):
    assert "\x1b[31mproblem  daemon" in shown("doctor", code=1)
    assert "\x1b" not in shown("doctor", code=1, NO_COLOR="1")


def test_long_work_shows_how_far_it_is(shown):
    life = TWO.replace("2099", "2026")
    text = shown("preview", "--days", "365", text=life, program=("-c", IMPATIENT))
    assert "推算今后的提醒" in text
    assert "%" in text
