"""``doctor``: what it finds, what it advises, and that it changes nothing."""

import os
import socket
import sqlite3
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from patience import PATIENCE

from reminderd.cli import check_channels, check_machine, check_state, findings
from reminderd.config.zone import machine_zone
from reminderd.service.sanity import RELEASED
from reminderd.state import DATABASE, locked

HOOK = """\
timezone = "Asia/Shanghai"
locale = "en"
[channels.hook]
url = "json://127.0.0.1:{port}/in"
[[loans]]
id = "card"
due = 2026-12-05
amount = "1234.00"
"""
NOW = datetime(2026, 12, 9, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _bare(monkeypatch, tmp_path):
    """No program of the machine's and no unit of its own."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(check_machine, "SYSTEM_UNITS", (tmp_path / "system",))
    monkeypatch.setattr(check_machine, "BOOTED", tmp_path)
    monkeypatch.setattr(check_state, "SYSTEM_STATE", tmp_path / "var")


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Return a function that puts a program into the path which answers like another one."""
    monkeypatch.setattr(findings, "_PATIENCE", PATIENCE)

    def put(name, script):
        (tmp_path / "bin").mkdir(exist_ok=True)
        path = tmp_path / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return put


@pytest.fixture
def found(call):
    """Return a function that runs the doctor and returns the lines about one thing."""

    def run(check):
        lines = call("doctor").stdout.splitlines()
        return [line for line in lines if line.split()[1].rstrip(":") == check]

    return run


def day_old(state):
    call_time = (NOW - timedelta(hours=1)).timestamp()
    for path in (state / "worker.lock", *(state / "backups").glob("*")):
        os.utime(path, (call_time, call_time))


def test_a_daemon_at_work_on_a_sound_store_is_no_problem(config, call, state, found, told):
    config.chmod(0o600)
    call("run", "--once")
    day_old(state)
    with locked(state, "daemon.lock"):
        result = call("doctor")
        assert result.exit_code == 0, result.stdout
        assert f"runs as process {os.getpid()}" in found("daemon")[0]
        assert told("doctor")["ok"] is True


def test_the_doctor_changes_nothing(config, call, tmp_path):
    call("doctor")
    assert not (tmp_path / "state").exists()
    call("run", "--once")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "state").rglob("*")}
    call("doctor")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "state").rglob("*")} == before


def test_a_clock_that_cannot_be_right_is_a_problem(config, call, clock, found):
    call("run", "--once")
    clock.shown = RELEASED - timedelta(days=1)
    [line] = found("clock")
    assert line.startswith("problem ")
    assert line.endswith("→ sudo timedatectl set-ntp true")
    clock.shown = NOW - timedelta(days=20)
    assert "there are records of 2026-12-09" in found("clock")[0]


@pytest.mark.parametrize(("answer", "level"), [("yes", "ok"), ("no", "warning")])
def test_what_timedatectl_tells_is_told(config, program, found, answer, level):
    program("timedatectl", f"echo {answer}")
    assert found("clock")[0].startswith(level)


def test_another_zone_than_the_machines_is_told(write, found):
    here = machine_zone().name
    there = "Asia/Shanghai" if here != "Asia/Shanghai" else "Europe/Berlin"
    write(f'timezone = "{there}"\n')
    said = f"reminders go by {there}; this machine is set to {here}"
    assert found("zone") == [f"warning  zone: {said}"]
    write(f'timezone = "{here}"\n')
    assert found("zone") == [f"ok       zone: {here}"]


def test_a_mistake_in_the_configuration_stands_where_it_is(write, call, found):
    path = write('locale = "de"\n')
    [line] = found("config")
    assert f"{path}:1:10: locale: 'de' is not a known language" in line
    assert line.endswith(f"→ ${{EDITOR:-vi}} +1 {path}")
    assert call("doctor").exit_code == 1


def test_a_date_that_is_hardly_meant_is_a_warning(write, call, found):
    path = write('[[loans]]\nid = "a"\ndue = 2062-12-05\namount = 5\n')
    assert f"warning  config: {path}:3:7: loans[0].due: 2062-12-05 is 36 years ahead" in "\n".join(
        found("config")
    )
    assert "problem  config" not in call("doctor").output


def test_a_readable_configuration_with_a_secret_names_its_chmod(write, found):
    path = write('[channels.a]\nurl = "ntfys://my-secret-topic"\n[channels.a.quiet_hours]\n')
    path.chmod(0o644)
    [line] = found("permissions")
    assert line.startswith("problem ")
    assert line.endswith(f"→ chmod 600 {path}")
    assert "my-secret-topic" not in line
    path.chmod(0o600)
    assert found("permissions")[0].startswith("ok ")


def test_a_readable_configuration_without_a_secret_is_fine(config, found):
    config.chmod(0o644)
    assert found("permissions")[0].startswith("ok ")


def test_a_readable_secret_file_names_its_chmod(write, found, tmp_path):
    secret = tmp_path / "topic"
    secret.write_text("ntfys://my-secret-topic")
    secret.chmod(0o604)
    write('[channels.a]\nurl = { file = "topic" }\n')
    assert found("permissions")[0].endswith(f"→ chmod 600 {secret}")


def test_a_readable_store_names_its_chmod(config, call, found, state):
    call("run", "--once")
    (state / DATABASE).chmod(0o644)
    assert found("permissions")[0].endswith(f"→ chmod 600 {state / DATABASE}")


def test_a_host_that_listens_can_be_reached_and_is_told_nothing(write, found, call):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        write(HOOK.format(port=port))
        result = call("doctor").stdout
        assert f"ok       channel hook: 127.0.0.1:{port} can be reached" in result
        connection, _ = server.accept()
        assert connection.recv(1) == b""
        connection.close()


def test_a_host_that_refuses_is_a_problem_with_its_test(write, call):
    with socket.socket() as unused:  # which has the port to itself, and does not listen
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        write(HOOK.format(port=port))
        result = call("doctor")
    line = f"channel hook: 127.0.0.1:{port} cannot be reached: Connection refused"
    assert f"problem  {line} → reminderd test hook" in result.stdout
    assert result.exit_code == 1


def test_a_name_that_cannot_be_one_is_told():
    assert "its name is not known" in check_channels._reached([("a..b", 1)])["a..b", 1]


def test_a_host_that_is_silent_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(check_channels, "DEADLINE", 0.2)
    with ExitStack() as open_sockets:
        server = open_sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # the queue is full: nobody else is let in
            waiting = open_sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        [error] = check_channels._reached([server.getsockname()]).values()
    assert error in {"no answer in 0 seconds", "timed out"}


def test_a_damaged_store_names_the_backup_to_restore(config, call, found, state):
    call("run", "--once")
    with (state / DATABASE).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)
    [line] = found("store")
    assert line.startswith("problem ")
    assert line.endswith("→ reminderd restore 2026-12-09")


def test_a_store_of_a_newer_program_is_left_alone(config, call, found, state):
    call("run", "--once")
    with sqlite3.connect(state / DATABASE) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.close()
    assert "was made by a newer reminderd" in found("store")[0]


def test_no_room_on_the_disk_is_a_problem(config, call, found, monkeypatch):
    call("run", "--once")
    monkeypatch.setattr(check_state, "ROOM", 1 << 60)
    assert any("MiB are free on its disk" in line for line in found("store"))


def test_the_system_units_store_is_pointed_to(config, found, tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / DATABASE).touch()
    assert found("store")[0].endswith(f"→ sudo STATE_DIRECTORY={tmp_path / 'var'} reminderd doctor")


def test_a_store_without_backups_is_told(config, call, found, state):
    call("run", "--once")
    for path in (state / "backups").glob("*"):
        path.unlink()
    assert found("backups")[0].startswith("warning ")


def test_a_daemon_that_does_not_run_is_a_problem_with_the_command_that_starts_it(
    config, call, found, state
):
    assert found("daemon")[0].endswith("→ reminderd run")
    call("run", "--once")
    old = (NOW - timedelta(days=9)).timestamp()
    os.utime(state / "worker.lock", (old, old))
    [line] = found("daemon")
    assert line.startswith("problem ")
    assert "last pass 2026-11-30 04:00 UTC" in line


def test_cron_may_do_the_passes(config, call, found, state):
    call("run", "--once")
    day_old(state)
    assert found("daemon")[0].startswith("warning ")


@pytest.fixture
def unit(tmp_path):
    """Install the shipped user unit."""
    path = tmp_path / ".config" / "systemd" / "user" / "reminderd.service"
    path.parent.mkdir(parents=True)
    path.write_text(check_machine._shipped("user").read_text())
    return path


def test_a_unit_as_shipped_and_enabled_is_fine(config, unit, program, found):
    program("systemctl", 'case "$2" in is-enabled) echo enabled;; *) echo active;; esac')
    program("loginctl", "echo yes")
    assert found("unit") == [f"ok       unit: {unit} is enabled"]


def test_a_unit_that_is_not_enabled_or_failed_or_changed_has_its_remedy(
    config, unit, program, found
):
    program("systemctl", 'case "$2" in is-enabled) echo disabled;; *) echo inactive;; esac')
    assert found("unit")[0].endswith("→ systemctl --user enable --now reminderd")
    program("systemctl", "echo failed")
    assert "reset-failed reminderd" in found("unit")[0]
    unit.write_text(unit.read_text().replace("WatchdogSec=180", "WatchdogSec=5"))
    assert "differs from the one shipped: WatchdogSec" in found("unit")[1]


def test_a_user_unit_without_lingering_stops_at_logout(config, unit, program, found):
    program("systemctl", "echo enabled")
    program("loginctl", "echo no")
    assert found("unit")[-1].endswith("→ loginctl enable-linger")


def test_a_program_that_hangs_is_not_waited_for(program, monkeypatch):
    program("timedatectl", "exec /bin/sleep 60")
    monkeypatch.setattr(findings, "_PATIENCE", 0.2)
    assert findings.asked("timedatectl") is None


def test_dead_addresses_and_what_waits_are_told(httpserver, write, call):
    httpserver.expect_request("/in").respond_with_data("", status=503)
    write(HOOK.format(port=httpserver.port))
    call("run", "--once")
    assert "warning  outbox: 1 deliveries were tried" in call("doctor").stdout
    httpserver.clear()
    httpserver.expect_request("/in").respond_with_data("", status=410)
    call("outbox", "retry", "--all")
    call("run", "--once")
    assert "hook has taken nothing since 2026-12-09" in call("doctor").stdout


def test_an_enabled_unit_that_does_not_run_is_a_problem(config, unit, program, call, found):
    program("systemctl", 'case "$2" in is-enabled) echo enabled;; *) echo inactive;; esac')
    program("loginctl", "echo yes")
    [line] = found("unit")
    assert line.startswith(f"problem  unit: {unit} is enabled and does not run → systemctl --user")
    assert call("doctor").exit_code == 1


def test_a_folder_that_others_can_put_files_into_is_a_problem(config, call, found, state):
    call("run", "--once")
    state.chmod(0o777)
    assert f"others can put files into {state} → chmod 700 {state}" in found("permissions")[0]
