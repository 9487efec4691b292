"""The rooms of the package and the direction of imports between them."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "reminderd"

# From top to bottom; a module may import only what stands further down, or its own room.
ORDER = [
    "__main__",
    "cli",
    "service",
    "app",
    "planner",
    "config",
    "delivery",
    "messages",
    "store",
    "alerts",
    "playbook",
    "loans",
    "state",
    "clock",
    "errors",
    "redaction",
    "__init__",
]

# The supervisor idles for months: it may know nothing heavy.
SUPERVISOR = ["service/daemon.py", "service/log.py", "service/systemd.py"]
LIGHT = {"clock", "state", "errors", "redaction", "service"}

# The pure rooms are functions of their arguments.
PURE = ["loans", "playbook", "alerts"]
IMPURE = {"datetime.now", "date.today", "datetime.utcnow", "datetime.today", "time.time", "open"}


def room(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules():
    return sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts)


def imported_rooms(path):
    """Return (line, room) for each import of another part of the package, lazy ones included."""
    depth = len(path.relative_to(PACKAGE).parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == depth:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from ((node.lineno, name.split(".")[0]) for name in names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("reminderd"):
            yield node.lineno, [*node.module.split("."), "__init__"][1]


def test_every_module_belongs_to_a_known_room():
    assert {room(path) for path in modules()} <= set(ORDER)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_strictly_downward(path):
    here = ORDER.index(room(path))
    for line, name in imported_rooms(path):
        # What is no room is a name of the package itself, such as its version.
        there = ORDER.index(name if name in ORDER else "__init__")
        assert there > here or name == room(path), f"{path}:{line} imports {name}"


@pytest.mark.parametrize("name", SUPERVISOR)
def test_the_supervisor_imports_no_heavy_room(name):
    path = PACKAGE / name
    assert {found for _, found in imported_rooms(path)} <= LIGHT


@pytest.mark.parametrize(
    "path",
    [path for path in modules() if room(path) in PURE],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_pure_rooms_ask_neither_clock_nor_disk(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in IMPURE, f"{path}:{node.lineno} calls {called}"


def test_only_two_modules_import_apprise():
    knowing = [
        str(path.relative_to(PACKAGE))
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "apprise")
        or (isinstance(node, ast.Import) and any(a.name == "apprise" for a in node.names))
    ]
    assert set(knowing) == {"delivery/transport.py", "delivery/plugins.py"}
