"""Names that would steer a terminal, a journal or a header: one gate, through every command."""

import ast
import re
from pathlib import Path

import pytest

import reminderd.cli
from reminderd.config.load import load_file
from reminderd.redaction import escaped, harmless, one_line

EVIL = "\\u001b[31mA\\u001b]0;x\\u0007\\r\\nMAINPID=1\\u202eB\\u2066\\u009b2JC\\u2028D"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
CONFIG = f"""\
timezone = "Asia/Shanghai"
locale = "en"
[borrower]
name = "{EVIL}"
[accounts.bank]
balance = "10.00"
as_of = 2026-12-09
[channels.screen]
url = "console://"
[[loans]]
id = "card"
name = "{EVIL}"
contact = "{EVIL}"
app_path = "{EVIL}"
hardship = "{EVIL}"
paid_from = "bank"
due = 2026-12-05
paid_until = 2026-12-04
amount = "1234.00"
fees = [{{ name = "{EVIL}", flat = "10", after_days = 1 }}]
"""
COMMANDS = [
    *(("check",), ("run", "--once"), ("status",), ("preview",), ("preview", "--full")),
    *(("history",), ("history", "--full"), ("outbox",), ("explain", "card"), ("balance",)),
    *(("quote", "card"), ("quote", "card", "--explain"), ("pay", "card", "5"), ("undo",)),
    *(("letter", "card", "--kind", "extension"), ("snooze", "card", "--days", "2"), ("test",)),
    *(("plan", "500"), ("doctor",), ("pay", "nobody\x1b[31m", "5"), ("ack", "card")),
]


@pytest.fixture
def hostile(write, call, caplog):
    """Write a configuration full of such names, and do a pass."""
    write(CONFIG)
    assert call("run", "--once").exit_code == 0
    return call


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command)[:20])
def test_no_command_lets_a_name_steer_a_terminal(hostile, command):
    result = hostile(*command)
    assert STEERING.findall(result.output) == []
    assert not re.search(r"(?m)^MAINPID", result.output)


@pytest.mark.parametrize("command", [("status",), ("preview", "--full"), ("history", "--full")])
def test_json_neither_and_it_says_the_same(hostile, command):
    result = hostile(*command, "--json")
    assert STEERING.findall(result.output) == []


def test_a_name_is_on_one_line_once_it_is_read(write):
    [loan] = load_file(write(CONFIG)).loans
    assert loan.name == loan.contact == "[31mA]0;x MAINPID=1B2JC D"


def test_mistakes_show_no_raw_names(write, call):
    write(CONFIG.replace("due = 2026", f'"k{EVIL}" = 1\ndue = 2026').replace("1234.00", EVIL))
    result = call("check")
    assert result.exit_code == 78
    assert STEERING.findall(result.output) == []


@pytest.mark.parametrize("table", ["channels.screen", "accounts.bank"])
def test_a_table_cannot_be_named_so(write, call, table):
    kind, _, name = table.partition(".")
    write(CONFIG.replace(f"[{table}]", f'[{kind}."{name}{EVIL}"]'))
    result = call("check")
    assert result.exit_code == 78
    assert "cannot be shown as it is (write '" in result.output
    assert STEERING.findall(result.output) == []
    assert not re.search(r"(?m)^MAINPID", result.output)


def test_marks_within_words_and_signs_of_other_scripts_stay():
    family = "👨\u200d👩\u200d👧 می\u200cخواهم 花\u3000呗"
    assert harmless(family) == family
    assert one_line(" a\r\n\tb\x1b ") == "a b"
    assert escaped('"a\u202e\x9b"') == '"a\\u202e\\u009b"'


def test_commands_print_through_the_gate_alone():
    folder = Path(reminderd.cli.__file__).parent
    found = [
        f"{path.name}:{node.lineno}"
        for path in folder.glob("*.py")
        if path.name != "common.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in {"echo", "secho"}
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print")
    ]
    assert found == []
