"""The worker: one pass over everything that is due, in a process that may be killed at any time.

It reports to its supervisor over a pipe, one JSON object a line:

* ``{"config": null}`` or ``{"config": "what is wrong"}`` once the configuration was read, or
  the last good one in its place; ``{"unusable": "what is wrong"}`` when there is none;
* ``{"beat": 1}`` while it lives;
* ``{"next": 1732150800.0, "status": "…", "files": ["…"], "signature": [[…], …]}`` when it is
  done: which files make up the configuration, and what they and the store looked like;
* ``{"failed": "what is wrong"}`` when it could not do its work.

When the supervisor is gone, nobody reads the pipe: the worker then finishes what it is sending,
if that does not take long, and ends.

Run by ``python -m reminderd.service.worker --config FILE --report FD``.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

from ..alerts.wallclock import instant, local_date
from ..app import App, Upcoming
from ..clock import Clock
from ..config.load import Config, load_file, load_text
from ..errors import ConfigError, Problem, ReminderdError, StoreError, where
from ..redaction import redact
from ..state import (
    LAST_GOOD,
    Signature,
    locked,
    make_folder,
    signature,
    stamp,
    state_folder,
    watched,
    write_private,
)
from ..store import instants, outbox
from .belonging import claim
from .heartbeat import beat
from .log import set_up_logging
from .sanity import check_clock

log = logging.getLogger(__name__)

ORPHAN_AFTER = 8.0  # seconds that a worker without supervisor has to finish
_EMPTIED = "the file has become empty (put it back; a file of comments alone means no loans)"
NIGHT = wall_time(3, 30)  # when a worker looks after the store, if none did so since midnight


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pass did and what comes next."""

    planned: int
    sent: int
    hung: bool
    following: Upcoming | None
    trouble: str | None = None  # with the store
    difference: str = ""  # that a changed configuration makes


def run_pass(
    app: App,
    folder: Path,
    beat: Callable[[], None] = lambda: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Sync the book, plan, and deliver until nothing is due. One pass at a time per store.

    Raises ClockDoubted, and does nothing, while the clock cannot be right.
    """
    planned = sent = 0
    hung = False

    def wait_for_the_other() -> None:
        beat()
        if stopping():
            raise StoreError("stopped while another pass was at work")

    with locked(folder, "worker.lock", meanwhile=wait_for_the_other):
        with app.database.transaction() as connection:
            newest = instants.newest(connection)
        check_clock(app.clock.now(), newest, folder)
        claim(folder, app.config.file)
        difference = app.sync(beat)
        for line in difference.lines:
            log.info("%s", line)
        more = True
        while more and not (hung or stopping()):
            beat()
            now = app.clock.now()
            delivered = app.deliver(alone=True, beat=beat, stopping=stopping, plan_for=now)
            planned, sent = planned + delivered.planned, sent + delivered.sent
            hung = delivered.hung
            following = app.next_event()
            due = following is not None and following.at <= app.clock.now()
            more = due and bool(delivered.planned or delivered.sent)
        trouble = look_after(app)
        return Outcome(planned, sent, hung, app.next_event(), trouble, difference.summary)


def look_after(app: App) -> str | None:
    """Check the store and keep a backup, once a day; return what stands against that.

    It does not stop the reminders, and each pass tries again.
    """
    try:
        app.database.look_after(local_date(app.clock.now(), app.config.timezone))
    except StoreError as error:
        log.error("%s", error)
        return str(error)
    return None


def tonight(app: App) -> datetime:
    """Return when a worker should look after the store again."""
    zone = app.config.timezone
    day = local_date(app.clock.now(), zone) + timedelta(days=1)
    return instant(day, NIGHT, zone)


def status_line(app: App, following: Upcoming | None) -> str:
    """Say in one line what comes next and what waits."""
    with app.database.transaction() as connection:
        waiting = outbox.counts(connection)
    stuck = waiting.get("retrying", 0) + waiting.get("unknown", 0)
    tail = f"; {stuck} retrying" if stuck else ""
    if following is not None and following.is_daily:
        following = app.next_event(daily=False) or following
    if following is None:
        return f"nothing to come{tail}"
    zone = following.loan.timezone if following.loan else app.config.timezone
    local = following.at.astimezone(ZoneInfo(zone))
    days = (local.date() - app.clock.now().astimezone(ZoneInfo(zone)).date()).days
    when = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
    return f"next: {following.what}, {when}, {local:%H:%M} {zone}{tail}"


class Reporter:
    """The pipe to the supervisor, and its wish that we stop."""

    def __init__(self, descriptor: int) -> None:
        """Write to *descriptor*."""
        self.descriptor = descriptor
        self.stop = threading.Event()

    def send(self, **fields: object) -> None:
        """Write one report."""
        try:
            os.write(self.descriptor, (json.dumps(fields) + "\n").encode())
        except OSError:
            self.stop.set()

    def beat(self) -> None:
        """Show that we live."""
        self.send(beat=1)

    def watch(self) -> None:
        """Wait, in a thread, until nobody reads our reports; then stop, and soon at any price.

        What is cut short becomes ``unknown`` in the outbox, and the next worker's business.
        """
        poller = select.poll()
        poller.register(self.descriptor, 0)  # an error is told without being asked for
        poller.poll()
        self.stop.set()
        time.sleep(ORPHAN_AFTER)
        os._exit(1)


def read_config(file: Path, folder: Path) -> tuple[Config, str | None]:
    """Return the configuration as ``config_in_force`` does, and keep it as the last good one.

    One for which no secret at all can be had is of no use: it could tell nobody.
    """
    config, verdict = config_in_force(file, folder, sending=True)
    if config.zone_doubt:
        log.warning("%s", config.zone_doubt)
    for fault in config.desk.faults:
        log.error("%s (nothing goes over it meanwhile)", redact(str(fault)))
    kept = folder / LAST_GOOD
    if verdict is None and not _is_kept(config, kept):
        with suppress(OSError):
            make_folder(folder)
            write_private(kept, config.text)
    return config, verdict


def _is_kept(config: Config, kept: Path) -> bool:
    with suppress(OSError, UnicodeDecodeError):
        return kept.read_text("utf-8") == config.text
    return False


def config_in_force(
    file: Path, folder: Path, *, sending: bool = False
) -> tuple[Config, str | None]:
    """Return the configuration, or the last good one with what is wrong with the new one.

    A broken file must not silence the reminders. Raises ConfigError when there is no good one.
    *sending*, one over which nothing can be sent is not good.
    """
    kept = folder / LAST_GOOD
    try:
        config = load_file(file, lenient=True)
        if sending and _is_mute(config):
            raise ConfigError([*config.desk.faults], config.files)
        if not config.text.strip() and kept.exists():
            # Saving on a full disk does this, and would end all reminders.
            raise ConfigError([Problem(str(file), 1, 1, "", _EMPTIED)])
    except ConfigError as broken:
        with suppress(OSError, UnicodeDecodeError, ReminderdError):
            good = load_text(kept.read_text("utf-8"), file, in_need=True, lenient=True)
            if not (sending and _is_mute(good)):
                return _in_place_of(broken, good), str(broken)
        raise
    return config, None


def _is_mute(config: Config) -> bool:
    """Return whether no secret of any channel can be had."""
    return not any(channel.works for channel in config.channels)


def _in_place_of(broken: ConfigError, good: Config) -> Config:
    """Return the last good configuration, knowing what it stands in for."""
    desk = replace(good.desk, problems=tuple(broken.problems))
    return replace(good, desk=desk, files={**good.files, **broken.files})


def work(file: Path, reporter: Reporter, clock: Clock) -> None:
    """Do one pass and report."""
    folder = state_folder()
    before = signature(file)
    try:
        config, verdict = read_config(file, folder)
    except ConfigError as error:
        reporter.send(unusable=str(error))
        raise
    reporter.send(config=verdict)
    if verdict:
        log.error("%s", verdict)
        log.error("running on with the last good configuration")
    try:
        well = _pass_and_report(config, {file: before, **config.files}, reporter, clock)
    except ReminderdError:
        _pulse(config, reporter, well=False)
        raise
    _pulse(config, reporter, well=well)


def _pulse(config: Config, reporter: Reporter, *, well: bool) -> None:
    """Send a sign of life, where one is wanted; a pass that was told to stop says nothing."""
    if config.heartbeat and not reporter.stop.is_set():
        beat(config.heartbeat, well=well)


def _pass_and_report(
    config: Config, made_of: Mapping[Path, Signature], reporter: Reporter, clock: Clock
) -> bool:
    """Do one pass and report; return whether all is well after it."""
    folder = state_folder()
    app = App.open(config, clock, folder)
    outcome = run_pass(app, folder, reporter.beat, reporter.stop.is_set)
    app.database.checkpoint()
    seen = [*made_of.values(), *map(stamp, watched(folder))]
    following = app.next_event()  # read after the signature: no change can fall between them
    coming = min(following.at, tonight(app)) if following else tonight(app)
    mute = [redact(f"{fault.path}: {fault.message}") for fault in config.desk.faults[:1]]
    said = [status_line(app, following), outcome.difference, outcome.trouble, *mute]
    reporter.send(
        next=coming.timestamp(),
        status="; ".join(filter(None, said)),
        files=[str(path) for path in made_of],
        signature=seen,
    )
    well = not outcome.trouble and not app.nobody_reached()
    app.database.close()
    return well


def _tell_of_thread(ended: threading.ExceptHookArgs) -> None:
    """Say in one line that a thread failed: a traceback's words may hold a secret."""
    if ended.exc_value is not None:
        log.error("a thread met a mistake of its own (%s)", where(ended.exc_value))


def main() -> NoReturn:
    """Run as a child of the supervisor; exit codes are those of the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--report", type=int, required=True)
    arguments = parser.parse_args()
    set_up_logging()
    threading.excepthook = _tell_of_thread
    reporter = Reporter(arguments.report)
    signal.signal(signal.SIGTERM, lambda *_: reporter.stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor decides when to stop
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # the terminal's settings must not suspend us
    threading.Thread(target=reporter.watch, daemon=True).start()
    code = _result(arguments.config, reporter)
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)  # all is recorded, and a library's thread that still waits would keep us here


def _result(config: Path, reporter: Reporter) -> int:
    """Work, and return the exit code."""
    try:
        work(config, reporter, Clock())
    except ReminderdError as error:
        log.error("%s", error)
        if not isinstance(error, ConfigError):  # which was told already
            reporter.send(failed=str(error))
        return error.exit_code
    except Exception as error:  # told in one line, as every other failure
        log.error("the worker met a mistake of its own (%s)", where(error))
        return 1
    return 0


if __name__ == "__main__":
    main()
