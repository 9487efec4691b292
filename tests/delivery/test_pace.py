"""How many messages a channel is given within a minute."""

from datetime import timedelta

import pytest

from reminderd.alerts.channel import Channel, Recipient
from reminderd.delivery.dispatcher import Dispatcher
from reminderd.delivery.transport import rate_of
from reminderd.store.outbox import State

MINUTE = timedelta(minutes=1)


def console(name, rate):
    return Channel(name, (Recipient(name, "console://"),), "en", digest=False, rate=rate)


@pytest.fixture
def dispatch(database, clock):
    """Return a function that makes a pass over channels."""

    def run(*channels):
        named = {channel.name: channel for channel in channels}
        dispatcher = Dispatcher(database, named, clock, "me", alone=True)
        dispatcher.drain()
        dispatcher.close()
        return dispatcher.sent

    return run


def put(post, channel, count):
    for _ in range(count):
        post.put((channel, channel))


def test_what_is_above_the_rate_waits_for_the_next_minute(dispatch, post, clock, now):
    put(post, "robot", 5)
    assert dispatch(console("robot", 2)) == 2
    waiting = [row for row in post.rows() if row.state == State.PENDING]
    assert [row.next_attempt_at for row in waiting] == [now + MINUTE] * 3


def test_each_minute_takes_as_many_in_order(dispatch, post, clock):
    put(post, "robot", 5)
    sent = []
    for _ in range(3):
        sent.append(dispatch(console("robot", 2)))
        clock.at += MINUTE
    assert sent == [2, 2, 1]
    ends = [row.finished_at for row in post.rows()]
    assert ends == sorted(ends)


def test_a_pass_that_follows_at_once_counts_what_went_before_it(dispatch, post, clock, now):
    put(post, "robot", 2)
    assert dispatch(console("robot", 3)) == 2
    clock.at += timedelta(seconds=20)
    put(post, "robot", 2)
    assert dispatch(console("robot", 3)) == 1
    [waiting] = [row for row in post.rows() if row.state == State.PENDING]
    assert waiting.next_attempt_at == now + MINUTE


def test_other_channels_are_not_held_up(dispatch, post):
    put(post, "robot", 3)
    put(post, "other", 30)
    assert dispatch(console("robot", 1), console("other", None)) == 31


def test_a_batch_is_no_larger_than_the_rate_but_the_rate_may_be_larger(dispatch, post):
    put(post, "robot", 25)
    assert dispatch(console("robot", 23)) == 23


@pytest.mark.parametrize("asked", ["3600", "Fri, 20 Nov 2026 02:00:00 GMT"])
def test_a_server_that_asks_for_an_hour_gets_it(dispatch, post, now, httpserver, asked):
    httpserver.expect_request("/").respond_with_data("", 503, {"Retry-After": asked})
    url = f"json://127.0.0.1:{httpserver.port}/"
    put(post, "hook", 1)
    assert dispatch(Channel("hook", (Recipient("hook", url),), "en")) == 0
    [row] = post.rows()
    assert (row.state, row.error) == (State.RETRYING, "the server answered 503")
    assert row.next_attempt_at == now + timedelta(hours=1)


@pytest.mark.parametrize(
    ("target", "rate"),
    [
        ("dingtalk://0123456789abcdef/", 20),
        ("wecombot://0123456789abcdef/", 20),
        ("feishu://0123456789abcdef/", 100),
        ("ntfy://localhost/topic", None),
        ("nothing://", None),
    ],
)
def test_services_that_count_are_known(target, rate):
    assert rate_of(Recipient("it", target)) == rate
