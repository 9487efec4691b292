"""What the idle daemon costs in memory, beside a bare interpreter and APScheduler alone.

Run ``python benchmarks/footprint.py`` (about two minutes) or with ``--quick`` (well under one).
The last line is one JSON object. README.md says what the figures mean, and where they are unfair.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0  # seconds for the daemon's first pass
SLEEP = "import time; time.sleep(600)"

PROGRAMS = {
    "bare": SLEEP,
    "apscheduler": f"import apscheduler; {SLEEP}",
    "scheduler": (
        "from apscheduler.schedulers.background import BackgroundScheduler; "
        f"BackgroundScheduler().start(); {SLEEP}"
    ),
}
NAMES = {
    "bare": "a bare interpreter",
    "apscheduler": "import apscheduler, no more",
    "scheduler": "a running BackgroundScheduler, no jobs",
    "supervisor": "reminderd run, idle",
}


def memory(pid: int) -> dict[str, float]:
    """Return proportional, private and resident memory in MiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    sizes: dict[str, int] = {}
    for name, kib in re.findall(r"^(\w+): +(\d+) kB$", text, re.M):
        sizes[name] = sizes.get(name, 0) + int(kib)
    private = sizes["Private_Clean"] + sizes["Private_Dirty"]
    return {
        name: kib / 1024
        for name, kib in {"pss": sizes["Pss"], "private": private, "rss": sizes["Rss"]}.items()
    }


def settled(pid: int, patience: float = 10.0) -> dict[str, float]:
    """Return the memory of a process once it has stopped changing."""
    give_up = time.monotonic() + patience
    before = memory(pid)
    while time.monotonic() < give_up:
        time.sleep(0.5)
        now = memory(pid)
        if now["private"] == before["private"] and now["private"] > 1:
            return now
        before = now
    return before


@contextmanager
def interpreter(code: str) -> Iterator[int]:
    """Run *code* in an interpreter like ours, with nothing else in it."""
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


@contextmanager
def supervisor() -> Iterator[int]:
    """Run the daemon on the example configuration until its first pass is over."""
    with tempfile.TemporaryDirectory(prefix="rd-") as name:
        address = str(Path(name) / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(address)
            manager.settimeout(PATIENCE)
            environment = os.environ | {"STATE_DIRECTORY": name, "NOTIFY_SOCKET": address}
            config = ["--config", str(ROOT / "config.example.toml")]
            process = subprocess.Popen(
                [sys.executable, "-m", "reminderd", *config, "run"],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                while b"STATUS=next: " not in manager.recv(65536):
                    pass
                while children(process.pid):
                    time.sleep(0.1)
                yield process.pid
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE)


def children(parent: int) -> list[int]:
    """Return the processes that *parent* has started and that still exist."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(entry.parent.name))
    return found


def measure(start: Callable[[], AbstractContextManager[int]]) -> dict[str, float]:
    with start() as pid:
        return settled(pid)


def others() -> int:
    """Return how many other Python processes run: they share, and so lessen, our proportion."""
    mine = {os.getpid(), os.getppid()}
    count = 0
    for entry in Path("/proc").glob("[0-9]*/exe"):
        try:
            python = "python" in entry.readlink().name
        except OSError:
            continue
        count += python and int(entry.parent.name) not in mine
    return count


def median(runs: list[dict[str, float]], kind: str) -> float:
    return statistics.median(run[kind] for run in runs)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the idle daemon's memory.")
    parser.add_argument("--quick", action="store_true", help="three runs instead of nine")
    runs = 3 if parser.parse_args().quick else 9
    starts: dict[str, Callable[[], AbstractContextManager[int]]] = {
        name: partial(interpreter, code) for name, code in PROGRAMS.items()
    }
    starts["supervisor"] = supervisor
    results: dict[str, list[dict[str, float]]] = {name: [] for name in starts}
    for _ in range(runs):  # in turn, so that a busy moment of the machine hits all alike
        for name, start in starts.items():
            results[name].append(measure(start))
    report(results, runs)


def report(results: dict[str, list[dict[str, float]]], runs: int) -> None:
    print(f"Python {platform.python_version()}, {platform.system()} {platform.release()}")
    print(f"median of {runs} runs, MiB; other Python processes at the end: {others()}\n")
    print(f"{'':40} {'proportional':>12} {'(range)':>15} {'private':>9} {'resident':>9}")
    for name, of in results.items():
        spread = f"{min(run['pss'] for run in of):.1f}-{max(run['pss'] for run in of):.1f}"
        print(
            f"{NAMES[name]:40} {median(of, 'pss'):12.1f} {spread:>15} "
            f"{median(of, 'private'):9.1f} {median(of, 'rss'):9.1f}"
        )
    pss = {name: median(of, "pss") for name, of in results.items()}
    print()
    print(
        json.dumps(
            {
                "supervisor_pss_mib": round(pss["supervisor"], 2),
                "bare_pss_mib": round(pss["bare"], 2),
                "apscheduler_pss_mib": round(pss["apscheduler"], 2),
                "scheduler_pss_mib": round(pss["scheduler"], 2),
                "vs_bare": round(pss["supervisor"] / pss["bare"], 2),
            }
        )
    )


if __name__ == "__main__":
    main()
