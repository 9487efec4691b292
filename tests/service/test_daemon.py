"""The supervisor step by step, with clocks set by hand and workers that are real processes."""

import os
import select
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from freezegun import freeze_time
from patience import PATIENCE

from reminderd.app import App
from reminderd.clock import Clock
from reminderd.config.load import load_file
from reminderd.delivery import dispatcher
from reminderd.loans.money import Money
from reminderd.service import daemon
from reminderd.service.daemon import SETTLED, Supervisor
from reminderd.service.worker import tonight
from reminderd.state import signature, stamp, watched

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


class HandClock(Clock):
    """Three clocks that are moved by hand, together or one by one."""

    def __init__(self):
        self.wall, self.mono, self.boot = NOW.timestamp(), 1000.0, 5000.0

    def now(self):
        return datetime.fromtimestamp(self.wall, UTC)

    def monotonic(self):
        return self.mono

    def boottime(self):
        return self.boot

    def pass_(self, seconds):
        self.wall, self.mono, self.boot = (
            self.wall + seconds,
            self.mono + seconds,
            self.boot + seconds,
        )


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def supervisor(daemon, clock, monkeypatch):
    """Return a supervisor in this process; its workers use the folder of *daemon*."""
    monkeypatch.setenv("STATE_DIRECTORY", str(daemon.state))
    supervisor = Supervisor(daemon.config, daemon.state, clock)
    supervisor.scheduler.start(paused=True)
    yield supervisor
    if supervisor.worker:
        supervisor.worker.stop()
    supervisor.scheduler.remove_all_jobs()
    supervisor.scheduler.shutdown(wait=False)
    supervisor.close()


def finish(supervisor):
    """Let the running worker end, and hear of it; return its exit code."""
    worker = supervisor.worker
    code = worker.process.wait(PATIENCE)
    supervisor._hear_worker()
    return code


def rest(supervisor):
    """Put it where a first pass leaves it: nothing to do until an instant that is far away."""
    supervisor.wanted, supervisor.ready, supervisor.status = False, True, "resting"
    supervisor.next_at = NOW.timestamp() + 86400
    supervisor.tried = [signature(supervisor.config)]
    supervisor.seen = [*supervisor.tried, *map(stamp, watched(supervisor.folder))]


@pytest.fixture
def app(supervisor, daemon, clock):
    """Return the program beside the daemon, as another command would use its store."""
    app = App.open(load_file(daemon.config), clock, daemon.state)
    app.sync()
    app.database.checkpoint()
    yield app
    app.database.close()


def test_time_that_simply_passes_starts_nothing(supervisor, clock):
    rest(supervisor)
    clock.pass_(25)
    supervisor.step()
    assert supervisor.worker is None


@pytest.mark.parametrize(
    ("wall", "boot"),
    [
        pytest.param(3600, 0, id="set forward"),
        pytest.param(-3600, 0, id="set back"),
        pytest.param(3600, 3600, id="slept"),
        pytest.param(0, 3600, id="slept with a wall clock that stood still"),
    ],
)
def test_a_clock_that_jumps_starts_a_look(supervisor, clock, wall, boot):
    rest(supervisor)
    clock.wall += wall
    clock.boot += boot
    supervisor.step()
    assert supervisor.worker is not None


def test_ticks_go_on_after_the_clock_was_set_back(supervisor, clock):
    with freeze_time(NOW) as frozen:
        supervisor._start_ticking()
        rest(supervisor)
        frozen.tick(timedelta(hours=-1))
        clock.wall -= 3600
        supervisor.step()
        tick = supervisor.scheduler.get_job("tick")
        assert tick.next_run_time <= NOW - timedelta(hours=1) + timedelta(seconds=daemon.TICK)


def test_the_end_of_a_pass_leaves_it_waiting_for_the_instant_that_the_worker_named(
    supervisor, clock, app
):
    supervisor.step()
    assert finish(supervisor) == 0
    night = tonight(App(app.config, app.database, Clock())).timestamp()  # a worker's clock is real
    assert supervisor.next_at <= night < app.next_event().at.timestamp()
    wake = supervisor.scheduler.get_job("next").trigger.run_date
    assert wake == datetime.fromtimestamp(supervisor.next_at, UTC)
    clock.pass_(daemon.PAUSE)
    supervisor.step()
    assert supervisor.worker is None


def test_a_worker_starts_when_the_instant_has_come(supervisor, clock):
    rest(supervisor)
    clock.pass_(86399)
    supervisor.step()
    assert supervisor.worker is None
    clock.pass_(1)
    supervisor.step()
    assert supervisor.worker is not None


def test_an_instant_that_has_passed_does_not_start_workers_without_pause(supervisor, clock):
    supervisor.step()
    started = clock.mono
    supervisor.worker.process.wait(PATIENCE)
    supervisor._hear_worker()
    supervisor.next_at = clock.wall - 1  # as when a delivery is due that another process holds
    supervisor._schedule_next()
    supervisor.step()
    assert supervisor.worker is None
    wake = supervisor.scheduler.get_job("next").trigger.run_date
    assert wake == clock.now() + timedelta(seconds=daemon.PAUSE)
    clock.pass_(started + daemon.PAUSE - clock.mono)
    supervisor.step()
    assert supervisor.worker is not None


def test_a_clock_that_keeps_jumping_does_not_start_workers_without_pause(supervisor, clock):
    rest(supervisor)
    clock.wall += 3600
    supervisor.step()
    clock.wall += 3600
    supervisor._compare_clocks()
    assert finish(supervisor) == 0
    supervisor.step()
    assert supervisor.worker is None
    wake = supervisor.scheduler.get_job("next").trigger.run_date
    assert wake == clock.now() + timedelta(seconds=daemon.PAUSE)


def test_a_reload_asked_for_while_a_worker_fails_is_not_kept_waiting(supervisor, monkeypatch):
    rest(supervisor)
    supervisor.failures = 8
    supervisor.wanted = True
    monkeypatch.setattr(sys, "executable", "/bin/false")
    supervisor.step()
    supervisor._wake(signal.SIGHUP)
    supervisor._take_wakes()
    finish(supervisor)
    supervisor.step()
    assert supervisor.worker is not None


def test_a_payment_is_a_change_that_is_looked_at(supervisor, app):
    rest(supervisor)
    app.pay(app.loan("card"), Money(1000, "CNY"), None)
    assert supervisor._files_changed()
    app.database.close()
    supervisor.step()
    assert supervisor.worker is not None


def test_a_saved_configuration_is_looked_at_once_it_was_left_alone_for_a_second(
    supervisor, clock, daemon
):
    rest(supervisor)
    daemon.edit("Credit card", "Blue card")
    supervisor.step()
    assert supervisor.worker is None
    wake = supervisor.scheduler.get_job("settled").trigger.run_date
    assert wake == clock.now() + timedelta(seconds=SETTLED)
    clock.pass_(SETTLED)
    supervisor.step()
    assert supervisor.worker is not None


def test_a_configuration_that_is_still_being_written_is_left_alone(supervisor, clock, daemon):
    rest(supervisor)
    for part in ("Blue", "Blue card", "Blue card of mine"):
        daemon.config.write_text(part)
        clock.pass_(SETTLED / 2)
        supervisor.step()
        assert supervisor.worker is None


def test_a_file_that_the_configuration_names_counts_as_a_part_of_it(supervisor, clock, daemon):
    rest(supervisor)
    templates = daemon.folder / "templates"
    templates.mkdir()
    supervisor.files = [daemon.config, templates]
    supervisor.seen[1:1] = [signature(templates)]
    assert not supervisor._files_changed()
    (templates / "message.md").write_text("{{ title }}")
    assert not supervisor._files_changed()
    clock.pass_(SETTLED)
    assert supervisor._files_changed()
    supervisor.step()
    assert supervisor.worker is not None


def test_looking_at_the_store_is_no_change(supervisor, app, clock):
    rest(supervisor)
    looking = App.look(app.config, clock)
    assert len(looking.entries()) == 1
    assert not supervisor._files_changed()
    looking.database.close()
    assert not supervisor._files_changed()


def test_a_pass_of_its_own_is_no_change(supervisor, daemon):
    daemon.edit("2099-12-05", "2020-01-06")  # so that the pass writes
    supervisor.step()
    finish(supervisor)
    assert "has everything due so far been paid?" in daemon.ask("history")
    assert not supervisor._files_changed()


def test_a_worker_that_falls_silent_is_killed_and_replaced(supervisor, clock):
    supervisor.step()
    os.kill(supervisor.worker.process.pid, signal.SIGSTOP)
    supervisor.worker.reports(clock.mono)
    clock.pass_(daemon.SILENCE + 1)
    supervisor.last_tick = clock.mono
    supervisor.step()
    assert finish(supervisor) == -signal.SIGKILL
    clock.pass_(daemon.RETRY_AFTER)
    supervisor.step()
    assert supervisor.worker is not None


def test_a_worker_is_given_longer_than_any_hand_over_takes():
    assert daemon.SILENCE > dispatcher.DEADLINE


def test_workers_that_fail_are_started_ever_more_slowly(supervisor, clock, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    rest(supervisor)
    supervisor.wanted = True
    waits = []
    for _ in range(10):
        supervisor.step()
        assert finish(supervisor) == 1
        waits.append(supervisor.not_before - clock.mono)
        clock.pass_(waits[-1] - 0.5)
        supervisor.step()
        assert supervisor.worker is None
        clock.pass_(0.5)
    assert waits[:3] == [2, 4, 8]
    assert waits[-1] == daemon.RETRY_AT_MOST


def test_after_a_success_failures_start_over(supervisor):
    supervisor.failures = 5
    supervisor.step()
    finish(supervisor)
    assert supervisor.failures == 0


def test_a_machine_that_cannot_start_a_worker_is_tried_again_and_loses_no_file(
    supervisor, clock, monkeypatch
):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    before = open_files()
    supervisor.step()
    assert supervisor.worker is None
    assert supervisor.not_before == clock.mono + daemon.RETRY_AFTER
    assert open_files() == before
    monkeypatch.undo()


def test_workers_that_come_and_go_leave_no_file_open(supervisor, clock, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    rest(supervisor)
    before = open_files()
    for _ in range(3):
        supervisor.wanted = True
        supervisor.step()
        assert open_files() > before
        finish(supervisor)
        clock.pass_(daemon.RETRY_AT_MOST)
    assert open_files() == before


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_worker_killed_before_the_first_verdict_does_not_make_it_ready(supervisor, manager):
    supervisor.step()
    supervisor.worker.kill()
    finish(supervisor)
    assert not any("READY" in message for message in manager.pending())
    assert not supervisor.stopping


def test_a_first_worker_that_fails_ends_the_daemon_with_its_code(supervisor, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    supervisor.step()
    finish(supervisor)
    assert (supervisor.stopping, supervisor.exit_code) == (True, 1)


def test_no_configuration_at_all_is_survived_once_it_has_run(supervisor, clock, daemon, manager):
    rest(supervisor)
    text = daemon.config.read_text()
    daemon.config.unlink()
    supervisor.step()
    clock.pass_(SETTLED)
    supervisor.step()
    assert finish(supervisor) == 78
    supervisor.step()
    assert not supervisor.stopping
    assert f"no configuration can be used: {daemon.config}:1:1" in manager.pending()[-1]["STATUS"]
    daemon.config.write_text(text)
    supervisor.step()
    clock.pass_(SETTLED)
    supervisor.step()  # long before what failed is tried again
    assert finish(supervisor) == 0


def test_a_reload_is_answered_by_a_worker_that_started_after_it(supervisor, manager):
    rest(supervisor)
    supervisor.wanted = True
    supervisor.step()
    supervisor._wake(signal.SIGHUP)
    supervisor._take_wakes()
    finish(supervisor)
    asked = next(n for n, message in enumerate(manager.pending()) if "RELOADING" in message)
    assert not any("READY" in message for message in manager.messages[asked:])
    supervisor.step()
    finish(supervisor)
    assert any("READY" in message for message in manager.pending()[asked:])


def test_a_reload_that_fails_is_answered_too(supervisor, manager, monkeypatch):
    rest(supervisor)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    supervisor._wake(signal.SIGHUP)
    supervisor._take_wakes()
    supervisor.step()
    manager.pending().clear()
    finish(supervisor)
    assert any("READY" in message for message in manager.pending())
    assert not supervisor.reloading


def test_without_ticks_the_watchdog_goes_hungry(supervisor, clock, manager):
    rest(supervisor)
    supervisor.step()
    assert "WATCHDOG" in manager.pending()[-1]
    manager.messages.clear()
    clock.pass_(daemon.STALE + 1)
    supervisor.step()
    assert manager.pending() == []


def test_a_tick_of_the_real_scheduler_feeds_it_again(supervisor, clock, manager):
    rest(supervisor)
    clock.pass_(daemon.STALE + 1)
    supervisor.scheduler.resume()
    supervisor.scheduler.add_job(supervisor._wake, args=[daemon.TICKED])
    assert select.select([supervisor.wake_read], [], [], 30)[0]
    supervisor._take_wakes()
    manager.pending().clear()
    supervisor.step()
    assert "WATCHDOG" in manager.pending()[-1]


def test_a_pipe_that_is_full_of_wakes_blocks_nobody(supervisor):
    for _ in range(100):
        supervisor._wake(daemon.TICKED)
    while select.select([], [supervisor.wake_write], [], 0)[1]:
        os.write(supervisor.wake_write, b"x" * 4096)
    supervisor._wake(daemon.TICKED)
    supervisor._take_wakes()
    assert select.select([supervisor.wake_read], [], [], 0)[0] == []


def test_the_closed_pipe_of_a_dying_worker_does_not_keep_it_awake(supervisor, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    supervisor.ready = True
    supervisor.step()
    worker = supervisor.worker
    assert worker.reading in supervisor.selector.get_map()
    worker.process.wait(PATIENCE)
    monkeypatch.setattr(worker.process, "poll", lambda: None)  # closed, but not yet dead
    supervisor._hear_worker()
    assert worker.reading not in supervisor.selector.get_map()
    monkeypatch.undo()
    finish(supervisor)
