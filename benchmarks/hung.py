"""How long nine mails take from their slot when the tenth channel's server never answers.

``python benchmarks/hung.py`` waits for the next full minute three times; ``--rounds N``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

TESTS = Path(__file__).parents[1] / "tests"
CHANNELS = 10
HUNG = 4  # neither the first nor the last one
AHEAD = 15.0  # seconds that the daemon has at least to settle before the slot
PATIENCE = 60.0


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TESTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


smtpsink, rogue = load("smtpsink"), load("rogue")


def configuration(slot: datetime, good: int, hung: int) -> str:
    """Return one loan that is due today, at *slot*, and ten mail channels."""
    channels = "".join(
        f'[channels.c{number}]\nschema = "mailto"\nmode = "insecure"\nhost = "127.0.0.1"\n'
        f'port = {hung if number == HUNG else good}\nfrom = "me@example.com"\n'
        f'to = ["c{number}@example.com"]\n'
        for number in range(CHANNELS)
    )
    return (
        f'timezone = "UTC"\nlocale = "en"\n[reminders]\nsend_at = "{slot:%H:%M}"\n'
        f'before_due = [0]\n{channels}[[loans]]\nid = "card"\ndue = {slot:%F}\namount = "100.00"\n'
    )


def next_slot() -> datetime:
    """Return the next full minute that leaves the daemon time to settle."""
    soonest = datetime.now(UTC) + timedelta(seconds=AHEAD)
    return soonest.replace(second=0, microsecond=0) + timedelta(minutes=1)


def measure(folder: Path) -> float:
    """Return the seconds from the slot to the last of the nine mails."""
    folder.mkdir()
    sink, slot = smtpsink.Sink(), next_slot()
    server = smtpsink.SinkThread(sink)
    config = folder / "config.toml"
    with rogue.Rogue(rogue.silent) as hung:
        config.write_text(configuration(slot, server.port, hung.port))
        daemon = subprocess.Popen(
            [sys.executable, "-m", "reminderd", "run", "--config", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "STATE_DIRECTORY": str(folder / "state")},
        )
        try:
            wait_for_nine(sink, slot)
        finally:
            daemon.terminate()
            daemon.wait(PATIENCE)
            server.stop()
    assert hung.met.is_set()
    took: float = sink.last - time.monotonic() + time.time() - slot.timestamp()
    return took


def wait_for_nine(sink: Any, slot: datetime) -> None:
    give_up = slot.timestamp() + PATIENCE
    while len(sink.copies) < CHANNELS - 1:
        if time.time() > give_up:
            raise SystemExit(f"{len(sink.copies)} mails had come {PATIENCE:.0f} s after the slot")
        time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description="Mails beside a server that hangs.")
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    for name in ("REMINDERD_CONFIG", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "JOURNAL_STREAM"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as folder:
        took = [measure(Path(folder) / str(number)) for number in range(rounds)]
    print(*(f"{seconds:.2f} s from the slot to the ninth mail" for seconds in took), sep="\n")
    print(json.dumps({"slot_to_ninth_mail": round(max(took), 2)}))


if __name__ == "__main__":
    main()
