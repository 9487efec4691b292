"""Configurations, playbooks and templates that are not what they should be."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE

EXAMPLE = (Path(__file__).parents[2] / "config.example.toml").read_bytes()
SMALL = b"""timezone = "Asia/Shanghai"
locale = "en"
[channels.screen]
url = "console://"
[[loans]]
id = "card"
name = "Credit card"
due = 2026-12-05
amount = "1234.00"
penalty.daily_rate = "0.05%"
"""
USED, BROKEN = 0, 78


def with_value(key, value):
    """Return the small configuration with another value for a key of its loan."""
    lines = [line for line in SMALL.splitlines() if not line.startswith(key + b" ")]
    return b"\n".join([*lines, key + b" = " + value, b""])


WRITTEN = {
    "empty": b"",
    "one_nul": b"\0",
    "all_nuls": bytes(4096),
    "a_nul_in_a_string": SMALL.replace(b"Credit", b"Cre\0dit"),
    "a_nul_at_the_end": SMALL + b"\0",
    "bom": b"\xef\xbb\xbf" + SMALL,
    "two_boms": b"\xef\xbb\xbf" * 2 + SMALL,
    "a_bom_in_the_middle": SMALL.replace(b"[[loans]]", b"\xef\xbb\xbf[[loans]]"),
    "utf16": SMALL.decode().encode("utf-16"),
    "utf16_without_bom": SMALL.decode().encode("utf-16-le"),
    "utf32": SMALL.decode().encode("utf-32"),
    "gbk": SMALL.replace(b"Credit card", "信用卡".encode("gbk")),
    "latin1": SMALL.replace(b"Credit", "Crédit".encode("latin-1")),
    "overlong_utf8": SMALL.replace(b"Credit", b"\xc0\xaf"),
    "a_surrogate": SMALL.replace(b"Credit", b"\xed\xa0\x80"),
    "an_escaped_surrogate": SMALL.replace(b"Credit", b"\\ud800"),
    "past_unicode": SMALL.replace(b"Credit", b"\\U00110000"),
    "right_to_left": SMALL.replace(b"Credit", "\u202eCredit".encode()),
    "escape_codes": SMALL.replace(b"Credit", b"\x1b[2J"),
    "mac_line_ends": SMALL.replace(b"\n", b"\r"),
    "mixed_line_ends": SMALL.replace(b"\n", b"\r\n", 3).replace(b"url", b"\rurl"),
    "a_huge_amount": with_value(b"amount", b'"' + b"9" * 400 + b'"'),
    "a_huge_number": with_value(b"amount", b"9" * 5000),
    "a_huge_exponent": with_value(b"amount", b"1e999999999"),
    "a_tiny_exponent": with_value(b"amount", b'"1e-999999999"'),
    "not_a_number": with_value(b"amount", b"nan"),
    "infinite": with_value(b"amount", b"-inf"),
    "hexadecimal": with_value(b"amount", b"0x" + b"f" * 300),
    "a_huge_id": with_value(b"id", b'"' + b"x" * 100_000 + b'"'),
    "a_huge_name": with_value(b"name", b'"' + "贷".encode() * 50_000 + b'"'),
    "the_year_0": with_value(b"due", b"0000-01-01"),
    "the_year_1": with_value(b"due", b"0001-01-01"),
    "the_last_day": with_value(b"due", b"9999-12-31"),
    "the_year_10000": with_value(b"due", b"10000-01-01"),
    "the_30th_of_february": with_value(b"due", b"2026-02-30"),
    "a_leap_second": with_value(b"due", b"2026-12-31T23:59:60Z"),
    "a_far_zone": with_value(b"due", b"2026-12-05T00:00:00+99:99"),
    "a_time_for_a_date": with_value(b"due", b"07:32:00"),
    "a_key_twice": SMALL + b'id = "card"\n',
    "a_table_twice": SMALL + b'[channels.screen]\nurl = "console://"\n',
    "a_table_that_is_a_value": b'loans = "all"\n' + SMALL,
    "deep_arrays": b"x = " + b"[" * 20_000 + b"]" * 20_000,
    "deep_arrays_without_end": b"x = " + b"[" * 20_000,
    "deep_tables": b"x = " + b"{a = " * 2_000 + b"1" + b"}" * 2_000,
    "deep_keys": b"a" + b".a" * 200 + b" = 1\n",
    "deep_headers": b"[" + b"a." * 200 + b"a]\n",
    "many_tables": b"".join(b"[t%d]\n" % n for n in range(3_000)),
    "one_long_line": b"#" * 2_000_000,
    "a_string_without_end": b'timezone = "' + b"x" * 100_000,
    "a_long_string_without_end": b'timezone = """' + b"x\n" * 50_000,
    "quotes": b'"' * 10_000,
    "backslashes": b'a = "' + b"\\" * 9_999 + b'"\n',
    "a_program": b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20,
    "json": b'{"loans": [{"id": "card"}]}',
    "yaml": b"loans:\n  - id: card\n",
    "html": b"<!DOCTYPE html><html><body>404</body></html>",
    "millions_of_installments": SMALL
    + b'[[loans]]\nid = "b"\nprincipal = "1000000"\nannual_rate = "5%"\n'
    b"installments = 99999999\nfirst_due = 2026-10-15\n",
    "reminders_for_ever": b"[reminders]\nbefore_due = [999999999999]\n" + SMALL,
    "backwards_reminders": b"[reminders]\noverdue_days = [-1]\noverdue_every = 0\n" + SMALL,
}


def generated(seed=20261120, count=90):
    """Yield names and configurations: the example, damaged by chance."""
    dice = random.Random(seed)
    for number in range(count):
        text = bytearray(dice.choice((EXAMPLE, SMALL)))
        for _ in range(dice.randint(1, 4)):
            damage(text, dice)
        yield f"damaged_{number}", bytes(text)


def damage(text, dice):
    """Do one thing to a text that a slip, a bad disk or a bad copy may do."""
    at, end = sorted(dice.randrange(len(text) + 1) for _ in range(2))
    kind = dice.randrange(6)
    if kind == 0 and text:
        text[dice.randrange(len(text))] = dice.randrange(256)
    elif kind == 1:
        text[at:at] = dice.choice((b"\0", b"\xff", b'"', b"]", b"[", b"\n=", b"'''", b"{", b"\r"))
    elif kind == 2:
        del text[at : min(end, at + 40)]
    elif kind == 3:
        del text[at:]
    elif kind == 4:
        text[at:at] = text[at:end]
    else:
        text[at : at + 64] = bytes(len(text[at : at + 64]))


CORPUS = WRITTEN | dict(generated())


@pytest.mark.parametrize("name", CORPUS)
def test_a_configuration_is_used_or_refused_in_sentences(call, config, tmp_path, name):
    config.write_bytes(CORPUS[name])
    checked = call("check")
    checked.check(USED, BROKEN)
    if checked.code == BROKEN:
        assert all(line.startswith(str(config)) for line in checked.said.splitlines())
        passed = call("run", "--once")
        passed.check(BROKEN)
        assert not (tmp_path / "state" / "last-good.toml").exists()


@pytest.mark.parametrize("arguments", [["run"], ["run", "--once"]])
def test_a_process_ends_with_78_and_one_line(config, arguments):
    config.write_bytes(CORPUS["deep_arrays_without_end"])
    command = [sys.executable, "-m", "reminderd", "--config", str(config), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == BROKEN
    assert "Traceback" not in done.stderr
    [line] = done.stderr.splitlines()
    assert f"{config}:1:1: " in line


PLAYBOOKS = {
    "empty": b"",
    "nul": b"\0",
    "utf16": "x".encode("utf-16"),
    "latin1": b"\xe9",
    "without_sense": b"stages = 3\n",
    "without_end": b'[[stages]]\nid = "',
    "deep": b"x = " + b"[" * 5_000,
    "wrong_names": b"[[stages]]\nwhatever = 1\n",
    "a_number_for_a_table": b"[actions]\npay = 1\n",
    "random": random.Random(5).randbytes(3_000),
}
TEMPLATES = {
    "empty": b"",
    "nul": b"\0",
    "latin1": b"\xe9",
    "without_end": b"{% if x %}",
    "that_reaches_out": b"{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "that_divides": b"{{ 1 // 0 }}",
    "that_asks_for_nothing_known": b"{{ nothing.at.all }}",
    "that_counts_far": b"{% for a in range(10 ** 9) %}x{% endfor %}",
    "that_includes_a_file": b"{% include '/etc/passwd' %}",
    "random": random.Random(6).randbytes(3_000),
}


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_playbook_is_used_or_refused_in_sentences(call, config, tmp_path, name):
    (tmp_path / "playbook.toml").write_bytes(PLAYBOOKS[name])
    config.write_bytes(b'playbook = "playbook.toml"\n' + SMALL)
    call("check").check(USED, BROKEN)
    call("run", "--once").check(USED, BROKEN)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_used_or_refused_in_sentences(call, config, tmp_path, name):
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "message.html").write_bytes(TEMPLATES[name])
    config.write_bytes(b'templates = "templates"\n' + SMALL)
    call("check").check(USED, BROKEN)
    call("run", "--once").check(USED, BROKEN)
