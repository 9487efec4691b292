"""Kill the program at random instants, over and over, and count what the mail server was told.

The machinery is that of the tests; see ``tests/integration/harness.py``.

``python benchmarks/crash.py`` makes 2,000 kills, ``--quick`` 200, ``--kills N`` another number.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HARNESS = Path(__file__).parents[1] / "tests" / "integration" / "harness.py"
KILLS_FOR_ONE_OF_A_DAEMON = 40


def load_harness() -> Any:
    spec = importlib.util.spec_from_file_location("harness", HARNESS)
    assert spec is not None
    assert spec.loader is not None
    harness = importlib.util.module_from_spec(spec)
    sys.modules["harness"] = harness
    spec.loader.exec_module(harness)
    return harness


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill the program over and over.")
    parser.add_argument("--quick", action="store_true", help="200 kills instead of 2,000")
    parser.add_argument("--kills", type=int, help="so many")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    arguments = parser.parse_args()
    kills = arguments.kills or (200 if arguments.quick else 2000)
    for name in ("REMINDERD_CONFIG", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "JOURNAL_STREAM"):
        os.environ.pop(name, None)
    print(f"{kills} kills, seed {arguments.seed}")
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        daemon_kills = kills // KILLS_FOR_ONE_OF_A_DAEMON
        tally = load_harness().crash(Path(folder), kills, daemon_kills, arguments.seed)
    print(f"{time.monotonic() - begun:.0f} s")
    print(f"mails that had to arrive: {tally.mails}")
    print(f"second copies whose Message-ID is another: {tally.changed_ids}")
    print(f"deliveries left unfinished: {tally.unfinished}")
    print(*tally.notes, "", sep="\n")
    wanted = ("kills", "lost", "duplicates", "unexplained_duplicates")
    suffix = "_quick" if arguments.quick else ""  # other work, other figures
    print(json.dumps({name + suffix: getattr(tally, name) for name in wanted}))
    sys.exit(any((tally.lost, tally.unexplained_duplicates, tally.changed_ids, tally.unfinished)))


if __name__ == "__main__":
    main()
