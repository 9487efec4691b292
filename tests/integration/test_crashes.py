"""Hundreds of kills, and steps of the clock: nothing is lost, nothing comes twice for no reason."""

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

_file = Path(__file__).with_name("harness.py")
_spec = importlib.util.spec_from_file_location("harness", _file)
harness = importlib.util.module_from_spec(_spec)
sys.modules["harness"] = harness  # where dataclasses look for it
_spec.loader.exec_module(harness)

needs_proc = pytest.mark.skipif(
    not Path("/proc/net/tcp").exists(), reason="who sent a mail is read from /proc"
)
compiler = shutil.which("cc")


@needs_proc
def test_of_300_kills_none_loses_an_alert_and_every_second_copy_has_a_reason(
    tmp_path, record_property
):
    tally = harness.crash(tmp_path, kills=300, daemon_kills=4, seed=5)
    record_property("counted", str(tally))
    assert tally.kills == 300
    assert tally.mails >= 4 * harness.MAILS_PER_WORLD
    assert tally.lost == 0
    assert tally.duplicates > 0  # some kills came before an answer
    assert tally.unexplained_duplicates == 0
    assert tally.changed_ids == 0
    assert tally.unfinished == 0


@needs_proc
@pytest.mark.skipif(not compiler, reason="the clock is shifted by a library built with cc")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="by way of LD_PRELOAD")
def test_through_steps_of_the_clock_exactly_the_alerts_of_the_preview_are_sent(
    tmp_path, record_property
):
    foreseen, told, tally = harness.clock_steps(tmp_path, compiler, seed=5)
    record_property("counted", str(tally))
    assert len(foreseen) > 40
    assert told == foreseen
    assert tally.kills > 0
    assert tally.unexplained_duplicates == 0
