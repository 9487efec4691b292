"""What the idle daemon costs, beside the obvious script and Alertmanager.

Run ``python benchmarks/footprint.py`` (about eight minutes) or with ``--quick`` (about two: one
run, and 10,000 jobs for 100,000). The last line is one JSON object. README.md says what the
figures mean, and where they are unfair.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 900.0  # seconds for a pass over very many loans
LEAD_TIMES = [30, 14, 7, 3, 1, 0]
FEW, MANY = 300, 100_000  # jobs of the script: 50 and 16,667 loans
TICKS = os.sysconf("SC_CLK_TCK")

CONFIG = """\
timezone = "Etc/UTC"
locale = "en"
[reminders]
send_at = "{send_at}"
before_due = {before}
[channels.mail]
schema = "mailto"
mode = "insecure"
host = "127.0.0.1"
port = {port}
from = "reminderd@example.com"
to = ["me@example.com"]
"""
ALERTMANAGER = "route: { receiver: none }\nreceivers: [{ name: none }]\n"


@dataclass
class Cost:
    """What one program took: seconds to be ready, MiB of memory once it idles."""

    ready: float
    memory: float


def config(folder: Path, jobs: int, send_at: str = "09:00", due: date | None = None, port: int = 1):
    """Write loans that mean so many jobs, due over the next years or all on one day."""
    today = datetime.now(UTC).date()
    text = [CONFIG.format(send_at=send_at, before=LEAD_TIMES, port=port)]
    for number in range(-(-jobs // len(LEAD_TIMES))):
        day = due or today + timedelta(days=40 + number % 700)
        text.append(f'[[loans]]\nid = "loan-{number}"\nname = "Loan {number}"\n')
        text.append(f'due = {day}\namount = "100.00"\n')
    file = folder / "config.toml"
    file.write_text("".join(text))
    return file


def memory(pid: int) -> float:
    """Return proportional memory in MiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss: +(\d+) kB$", text, re.M)[1]) / 1024


def settled(pid: int) -> float:
    """Return the memory of a process once it has stopped changing."""
    before, now = -1.0, memory(pid)
    while abs(now - before) > 0.05:
        time.sleep(1.0)
        before, now = now, memory(pid)
    return now


@contextmanager
def running(command: list[str], **options) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


class Daemon:
    """``reminderd run``, and what it tells the service manager."""

    def __init__(self, file: Path):
        self.state = file.parent / "state"
        self.address = str(file.parent / "notify")
        Path(self.address).unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.address)
        self.socket.settimeout(PATIENCE)
        self.command = [sys.executable, "-m", "reminderd", "--config", str(file), "run"]
        self.worker_peak = 0.0  # MiB
        self.log = file.parent / "log"

    @contextmanager
    def run(self) -> Iterator[subprocess.Popen]:
        """Run the daemon until the block ends."""
        told = {"STATE_DIRECTORY": str(self.state), "NOTIFY_SOCKET": self.address}
        with self.log.open("wb") as log:
            options = {"env": os.environ | told, "stdout": log, "stderr": log}
            self.started = time.monotonic()
            with running(self.command, **options) as process:
                yield process
        self.socket.close()

    def ready(self) -> float:
        """Return how many seconds after its start it said that it is ready."""
        while b"READY=1" not in self.socket.recv(65536):
            pass
        return time.monotonic() - self.started

    def idle(self, process: subprocess.Popen) -> None:
        """Wait until its first pass is over, watching the worker's memory."""
        while b"STATUS=starting" in (said := self.socket.recv(65536)) or b"STATUS" not in said:
            self._watch(process.pid)
        while self._watch(process.pid):
            time.sleep(0.05)

    def _watch(self, pid: int) -> list[int]:
        """Note how much memory the worker and what it started ever had; return its children."""
        workers = children(pid)
        for worker in workers:
            with suppress(OSError, TypeError):
                text = Path(f"/proc/{worker}/status").read_text()
                peak = int(re.search(r"^VmHWM:\s+(\d+)", text, re.M)[1]) / 1024
                self.worker_peak = max(self.worker_peak, peak)
        return workers


def children(parent: int) -> list[int]:
    """Return the processes that *parent* has started and that still exist."""
    found = []
    for entry in Path(f"/proc/{parent}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(pid) for pid in entry.read_text().split()]
    return found


def ours(file: Path) -> tuple[Cost, Daemon]:
    daemon = Daemon(file)
    with daemon.run() as process:
        ready = daemon.ready()
        daemon.socket.settimeout(0.05)  # so that the worker is watched while it says nothing
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            with suppress(TimeoutError):
                daemon.idle(process)
                break
            daemon._watch(process.pid)
        return Cost(ready, settled(process.pid)), daemon


def script(file: Path) -> Cost:
    command = [sys.executable, str(ROOT / "benchmarks" / "cron_script.py"), str(file)]
    started = time.monotonic()
    with running(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith(b"READY")
        return Cost(time.monotonic() - started, settled(process.pid))


def alertmanager(folder: Path) -> float | None:
    """Return what Debian's Alertmanager takes without an alert, where it is installed."""
    program = shutil.which("prometheus-alertmanager")
    if program is None:
        return None
    (folder / "am.yml").write_text(ALERTMANAGER)
    options = ["--cluster.listen-address=", "--web.listen-address=127.0.0.1:0"]
    files = [f"--config.file={folder / 'am.yml'}", f"--storage.path={folder / 'am'}"]
    with running([program, *options, *files], stderr=subprocess.DEVNULL) as process:
        time.sleep(3.0)
        return settled(process.pid)


def idling(pid: int, seconds: float) -> tuple[float, float]:
    """Return how often a process wakes up in a minute of idling, and its share of a CPU."""
    before, worked = switches(pid), cpu(pid)
    time.sleep(seconds)
    return (switches(pid) - before) * 60 / seconds, (cpu(pid) - worked) / seconds


def switches(pid: int) -> int:
    texts = [(task / "status").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    return sum(int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", t, re.M)[1]) for t in texts)


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def first_mail(folder: Path) -> float:
    """Return the seconds from a due instant to the first mail handed over by an idle daemon."""
    sink = [sys.executable, str(ROOT / "tests" / "smtpsink.py")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with running(sink, **pipes) as server:
        port = int(server.stdout.readline())
        due = (datetime.now(UTC) + timedelta(seconds=75)).replace(second=0, microsecond=0)
        day = due.date() + timedelta(days=LEAD_TIMES[0])  # the first of the reminders is now
        daemon = Daemon(config(folder, FEW, f"{due:%H:%M}", day, port))
        with daemon.run():
            server.stdin.write("await 1\n")
            server.stdin.flush()
            server.stdout.readline()
            return time.time() - due.timestamp()


def compare(folder: Path, jobs: int, runs: int) -> tuple[list[Cost], list[Cost], list[Cost], float]:
    """Return first starts, later starts, the script's, and the worker's peak memory."""
    first, later, theirs, peaks = [], [], [], []
    for number in range(runs):
        place = folder / f"{jobs}-{number}"
        place.mkdir()
        file = config(place, jobs)
        cost, daemon = ours(file)
        first.append(cost)
        peaks.append(daemon.worker_peak)
        later.append(ours(file)[0])
        theirs.append(script(file))
    return first, later, theirs, max(peaks)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what the idle daemon costs.")
    parser.add_argument("--quick", action="store_true", help="one run each, and fewer loans")
    quick = parser.parse_args().quick
    many = MANY // 10 if quick else MANY
    with tempfile.TemporaryDirectory(prefix="rd-") as name:
        folder = Path(name)
        few = compare(folder, FEW, 1 if quick else 3)
        rival = alertmanager(folder)
        daemon = Daemon(folder / f"{FEW}-0" / "config.toml")
        with daemon.run() as process:
            daemon.ready()
            daemon.idle(process)
            settled(process.pid)
            wakes, share = idling(process.pid, 60.0)
        place = folder / "mail"
        place.mkdir()
        delays = [first_mail(place)]
        report(few, rival, wakes, share, delays, compare(folder, many, 1), many)


def median(costs: list[Cost], kind: str) -> float:
    return statistics.median(getattr(cost, kind) for cost in costs)


def report(few, rival, wakes, share, delays, lots, many) -> None:
    print(f"Python {platform.python_version()}, {platform.system()} {platform.release()}\n")
    print(f"{'':44}{'ready after':>13}{'memory (PSS)':>15}")
    for jobs, (first, later, theirs, peak) in ((FEW, few), (many, lots)):
        for name, costs in (("first start", first), ("later starts", later), ("script", theirs)):
            ready, size = median(costs, "ready"), median(costs, "memory")
            print(f"{f'{jobs} jobs: {name}':44}{ready:11.2f} s{size:11.1f} MiB")
        print(f"{f'{jobs} jobs: the worker of a first pass, peak (RSS)':54}{peak:14.1f} MiB")
    print(f"{'Alertmanager':57}{rival or 0:11.1f} MiB\n" if rival else "no Alertmanager here\n")

    def ratio(costs, kind, which=1):
        return round(median(costs[which], kind) / median(costs[2], kind), 3)

    scale, suffix = ("100k", "") if many == MANY else ("10k", "_quick")  # other work, other names
    result = {
        "memory_50": ratio(few, "memory"),
        "vs_alertmanager_memory": round(median(few[1], "memory") / rival, 2) if rival else None,
        "start_50": ratio(few, "ready"),
        "first_start_50": ratio(few, "ready", 0),
        "wakeups_per_minute": round(wakes, 1),
        "idle_cpu_share": round(share, 5),
        f"memory_{scale}": ratio(lots, "memory"),
        f"start_{scale}": ratio(lots, "ready"),
        f"first_start_{scale}": ratio(lots, "ready", 0),
        f"worker_peak_mib{suffix}": [round(few[3], 1), round(lots[3], 1)],
        "due_to_first_mail_s": round(statistics.median(delays), 2),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
