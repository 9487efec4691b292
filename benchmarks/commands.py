"""How long commands take to start, as a multiple of what their libraries alone take to import.

    python benchmarks/commands.py [--rounds 20]

Whole processes, one kind after the other in each round, so that what else the machine does falls
on all of them alike. Ratios are of medians. Modules are compiled beforehand, as an installed
program's are.
"""

from __future__ import annotations

import argparse
import compileall
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import reminderd

LOANS = 50
CLICK = "import click"
LIBRARIES = "import sqlalchemy, pydantic_settings"
HEAD = 'timezone = "Asia/Shanghai"\nlocale = "zh-CN"\n'
MAIL = '[channels.mail]\nurl = "mailtos://me:secret@example.com?smtp=127.0.0.1"\n'
BILL = (
    '[[loans]]\nid = "card{0}"\nname = "信用卡{0}"\ndue = 2026-12-{1:02}\namount = "1234.00"\n'
    'penalty.daily_rate = "0.05%"\n'
)
LINE = (
    '[[loans]]\nid = "line{0}"\nname = "微粒贷{0}"\npreset = "weilidai"\nprincipal = "10000"\n'
    'daily_rate = "0.05%"\ninstallments = 10\nfirst_due = 2026-10-{1:02}\n'
)


def configuration(folder: Path, name: str, channels: str) -> str:
    loans = (
        (LINE if number % 2 else BILL).format(number, number % 28 + 1) for number in range(LOANS)
    )
    path = folder / name
    path.write_text(HEAD + channels + "".join(loans), "utf-8")
    path.chmod(0o600)
    return str(path)


def processes(folder: Path) -> dict[str, tuple[str, list[str], float | None]]:
    """Return each command with what it is compared with and the most it may take."""
    plain, mail = configuration(folder, "a.toml", ""), configuration(folder, "b.toml", MAIL)
    return {
        CLICK: (CLICK, ["-c", CLICK], None),
        LIBRARIES: (LIBRARIES, ["-c", LIBRARIES], None),
        "--help": (CLICK, ["-m", "reminderd", "--help"], 2),
        "--version": (CLICK, ["-m", "reminderd", "--version"], 2),
        "status": (LIBRARIES, ["-m", "reminderd", "--config", plain, "status"], 3),
        "check": (LIBRARIES, ["-m", "reminderd", "--config", plain, "check"], 3),
        "check, with mail": (LIBRARIES, ["-m", "reminderd", "--config", mail, "check"], None),
        "preview": (LIBRARIES, ["-m", "reminderd", "--config", plain, "preview"], None),
    }


def seconds(arguments: list[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    compileall.compile_dir(str(Path(reminderd.__file__).parent), quiet=2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kinds = processes(folder)
        environment = os.environ | {"HOME": name, "STATE_DIRECTORY": str(folder / "state")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        plain = str(folder / "a.toml")
        seconds(["-m", "reminderd", "--config", plain, "run", "--once"], environment)
        for _, arguments, _ in kinds.values():
            seconds(arguments, environment)  # the first run fills caches, and compiles libraries
        taken: dict[str, list[float]] = {kind: [] for kind in kinds}
        for _ in range(rounds):
            for kind, (_, arguments, _) in kinds.items():
                taken[kind].append(seconds(arguments, environment))
    medians = {kind: statistics.median(times) for kind, times in taken.items()}
    for kind, (base, _, most) in kinds.items():
        ratio = medians[kind] / medians[base]
        goal = f"  (at most {most})" if most else ""
        print(f"{kind:<40} {medians[kind] * 1000:7.0f} ms  {ratio:5.2f} × {base}{goal}")


if __name__ == "__main__":
    main()
