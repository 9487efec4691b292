"""sd_notify over real sockets."""

import socket
import uuid
from contextlib import suppress
from pathlib import Path

from patience import PATIENCE

from reminderd.service import systemd


def test_fields_become_lines(manager):
    systemd.notify(READY="1", STATUS="next: 微粒贷")
    assert manager.receive() == {"READY": "1", "STATUS": "next: 微粒贷"}


def test_a_status_of_several_lines_cannot_smuggle_in_a_field(manager):
    systemd.notify(STATUS="broken\nMAINPID=1")
    assert manager.receive() == {"STATUS": "broken MAINPID=1"}


def test_a_reload_carries_the_moment_it_began(manager):
    systemd.reloading()
    told = manager.receive()
    assert told["RELOADING"] == "1"
    assert int(told["MONOTONIC_USEC"]) > 0


def test_an_abstract_socket_is_reached(monkeypatch):
    name = f"reminderd-{uuid.uuid4().hex}"
    monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(f"\0{name}")
        receiver.settimeout(PATIENCE)
        systemd.notify(READY="1")
        assert receiver.recv(100) == b"READY=1"


def test_a_socket_that_vanished_does_no_harm(manager):
    Path(manager.path).unlink()
    systemd.notify(READY="1")
    assert manager.pending() == []


def test_without_a_service_manager_nothing_is_sent(manager, monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET")
    systemd.notify(READY="1")
    assert manager.pending() == []


def test_a_manager_that_does_not_read_holds_nobody_up(manager, monkeypatch):
    monkeypatch.setattr(systemd, "PATIENCE", 0.01)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                other.sendto(b"X=1", manager.path)
    systemd.notify(READY="1")  # would wait for ever
    assert not any("READY" in message for message in manager.pending())


def test_a_status_however_long_makes_a_datagram_that_systemd_heeds(manager):
    systemd.notify(WATCHDOG="1", STATUS="next: " + "微粒贷" * 1500)
    told = manager.receive()
    assert told["WATCHDOG"] == "1"
    assert len(told["STATUS"].encode()) < 4000


def test_a_status_steers_no_terminal(manager):
    systemd.notify(STATUS="next: a\x1b[31m\u202eb")
    assert manager.receive() == {"STATUS": "next: a[31mb"}
