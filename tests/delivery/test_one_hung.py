"""One server that hangs among ten channels: the other nine do not wait for it."""

import importlib.util
import sys
from pathlib import Path

import pytest

from reminderd.alerts.channel import Channel, Recipient
from reminderd.delivery.dispatcher import DEADLINE, Dispatcher
from reminderd.store.outbox import State


def _load(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


rogue, smtpsink = _load("rogue"), _load("smtpsink")

GOOD = [f"good{number}" for number in range(9)]
BEATS = 60  # a beat is a second at most; the nine mails take a few


def channel(name, port):
    server = {"schema": "mailto", "mode": "insecure", "host": "127.0.0.1", "port": port}
    sender = {"from": "reminderd@example.com", "to": f"{name}@example.com"}
    return Channel(name, (Recipient(name, server | sender),), "en")


@pytest.fixture
def sink():
    """Return a mail server that works."""
    server = smtpsink.SinkThread(smtpsink.Sink())
    yield server
    server.stop()


@pytest.fixture
def dispatch(database, clock, post, sink):
    """Return a function that sends over nine channels that work and one to a port, to the end.

    The deadline passes at a beat: once the nine mails have arrived, and not before.
    """

    def run(port):
        names = ["bad", *GOOD]
        post.put(*((name, name) for name in names))
        channels = {name: channel(name, port if name == "bad" else sink.port) for name in names}
        beats = iter(range(BEATS))

        def beat():
            assert next(beats, None) is not None, "the nine wait for the hung one"
            if post.states().count(State.SENT) == len(GOOD):
                clock.leapt = 2 * DEADLINE

        dispatcher = Dispatcher(database, channels, clock, "me", alone=True, beat=beat)
        try:
            dispatcher.drain()
        finally:
            dispatcher.close()
        return dispatcher

    return run


def arrived(sink):
    return sorted(copy.to for copy in sink.sink.copies)


@pytest.mark.parametrize("script", [rogue.silent, rogue.dripping])
def test_nine_have_their_message_before_the_hung_one_is_given_up(dispatch, post, sink, script):
    with rogue.Rogue(script) as server:
        dispatcher = dispatch(server.port)
        assert server.met.is_set()
        assert dispatcher.hung  # and so was given up after the nine were recorded
    assert arrived(sink) == [f"{name}@example.com" for name in GOOD]
    assert post.states("bad") == [State.UNKNOWN]
    assert post.rows()[0].error == "no answer in time"


@pytest.mark.parametrize(
    "piece", [b"\0\xff" * 4096, b"220-so it goes on\r\n" * 512, b"garbage\r\n" * 512]
)
def test_nine_have_their_message_whatever_endless_noise_the_tenth_hears(
    dispatch, post, sink, piece
):
    with rogue.Rogue(rogue.flood(piece)) as server:
        dispatch(server.port)
    assert arrived(sink) == [f"{name}@example.com" for name in GOOD]
    [state] = post.states("bad")
    assert state in (State.RETRYING, State.UNKNOWN)
