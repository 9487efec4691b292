"""Whole messages over real services: mail, web hooks, MQTT and IRC, in Chinese, short and long."""

import base64
import json
import os
import queue
import re
import shutil
import socket
import subprocess
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs

import pytest
from apprise.plugins import N_MGR
from patience import PATIENCE
from werkzeug import Response

from reminderd.alerts.channel import Recipient
from reminderd.alerts.plan import Alert, Reason
from reminderd.delivery.plugins import Broker, Chat
from reminderd.delivery.transport import Transports, verify
from reminderd.errors import Refused, SoftRefusal, Undecided, Unreachable
from reminderd.loans.position import value
from reminderd.loans.terms import Installment, Loan, LoanTerms, Penalty, PenaltyRule
from reminderd.messages.compose import Occasion, compose
from reminderd.messages.message import Format, Image, Message
from reminderd.playbook.playbook import Severity

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
TITLE = "微粒贷：今天应还 ¥1,150.00，逾期5天 & <急>"
MESSAGE = Message(TITLE, "今天", Severity.INFO)


def composed(form):
    """Return a message about a loan that is four days overdue, as the program writes it."""
    due = NOW.date() - timedelta(days=4)
    terms = LoanTerms(
        currency="CNY",
        listed=(Installment(due, 1_000_000, 0),),
        penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005")),
    )
    loan = Loan("card", "招行信用卡", terms, "Asia/Shanghai", ())
    alert = Alert("card", due, "due+4", NOW, Reason.OVERDUE_DAY)
    return compose(loan, value(loan, NOW.date()), Occasion(alert, NOW, NOW), "zh-CN", form)


def long_message(size, form=Format.FULL, title=TITLE):
    """Return a message of about *size* characters: lines, and a paragraph without a break."""
    lines = [
        f"第{number}行：今天应还本金、利息和罚息，共 ¥1,150.00。" for number in range(size // 60)
    ]
    paragraph = "".join(f"第{number}句不分行" for number in range(size // 14))
    return Message(title, "\n".join([*lines, "", paragraph]) + "\n", Severity.CRITICAL, form)


def lines(text):
    """Return the lines that say something, without what surrounds them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def signs(*texts):
    """Return everything but white space, which may change where a message is split."""
    return "".join("".join(text.split()) for text in texts)


@pytest.fixture
def send():
    """Return a function that sends messages to one target."""
    transports = Transports()

    def run(target, *messages):
        for message in messages:
            transports.of(Recipient(str(target), target)).send(message, "id", NOW)

    yield run
    transports.close()


@contextmanager
def running(program, options, config, ready):
    """Run a server on a free loopback port until the test ends; *config* holds its settings."""
    path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if path is None:
        pytest.skip(f"{program} is not installed")
    with socket.socket() as held:  # as long as this one has the port, only who shares it may bind
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        config.write_text(config.read_text().format(port=port))
        command = [path, *options, str(config)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        said = threading.Thread(target=lambda: None)
        try:
            assert any(ready in line for line in process.stdout), f"{program} did not start"
            said = threading.Thread(target=process.stdout.read)  # or it would stop for a full pipe
            said.start()
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)
            if said.ident:
                said.join()
            process.stdout.close()


class TestMail:
    @pytest.mark.parametrize("form", list(Format))
    def test_a_message_arrives_whole(self, send, mail_server, form):
        message = composed(form)
        send(mail_server.table(to="me@example.com"), message)
        [got] = mail_server.accepted
        assert got.subject == (message.subject or message.title)
        assert got.part("plain") == message.body
        page = got.message.get_body(("html",))
        assert (page is not None) == (form is Format.HTML)
        assert page is None or message.title in page.get_content()

    def test_a_long_one_arrives_in_one_piece(self, send, mail_server):
        message = long_message(100_000)
        send(mail_server.table(to="me@example.com"), message)
        [got] = mail_server.accepted
        assert got.part("plain") == message.body


class Hook:
    """A receiver of what is posted to any path."""

    def __init__(self, httpserver):
        httpserver.expect_request(re.compile(".*"), method="POST").respond_with_handler(self.yes)
        self.server = httpserver
        self.place = f"127.0.0.1:{httpserver.port}"

    @staticmethod
    def yes(request):
        """Say yes as each service does: Bark with 200, others with 0."""
        code = 0 if request.path in {"/feishu", "/schan"} else 200
        return Response(json.dumps({"code": code, "errcode": 0}))

    @property
    def posted(self):
        return [request for request, _ in self.server.log]

    @property
    def documents(self):
        return [request.get_json() for request in self.posted]


@pytest.fixture
def hook(httpserver):
    return Hook(httpserver)


class TestWebHook:
    @pytest.mark.parametrize("form", [Format.TEXT, Format.MARKDOWN, Format.FULL])
    def test_a_message_arrives_whole(self, send, hook, form):
        message = composed(form)
        send(f"json://{hook.place}", message)
        [got] = hook.documents
        assert (got["title"], got["message"]) == (message.title, message.body.rstrip())
        assert got["type"] == "failure" if message.severity is Severity.CRITICAL else "warning"

    def test_a_page_arrives_in_one_piece_with_its_pictures_in_it(self, send, hook):
        page = f'<p>今天应还</p><img src="cid:chart"><p>{"很长" * 50_000}</p>'
        drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
        images = (Image("chart", drawing),)
        message = Message(TITLE, "今天\n", Severity.INFO, Format.HTML, page, images=images)
        send(f"json://{hook.place}", message)
        [got] = hook.documents
        picture = base64.b64encode(images[0].png).decode()
        assert got["message"] == page.replace("cid:chart", f"data:image/png;base64,{picture}")

    def test_a_service_that_shows_no_pages_gets_the_text_beside_it(self, send, hook):
        message = composed(Format.HTML)
        send(f"ntfy://{hook.place}/loans", message)
        [got] = hook.documents
        assert got["message"] == message.body.rstrip()

    def test_a_long_one_arrives_in_order_in_several_parts(self, send, hook):
        message = long_message(100_000)
        send(f"json://{hook.place}", message)
        parts = hook.documents
        assert len(parts) == 4
        assert max(len(part["message"]) for part in parts) <= 32_768
        assert signs(*(part["message"] for part in parts)) == signs(message.body)
        assert [part["title"] for part in parts] == [f"{TITLE} [{n}/4]" for n in range(1, 5)]

    def test_a_long_one_may_be_cut_off_where_the_user_says_so(self, send, hook):
        send(f"json://{hook.place}?overflow=truncate", long_message(40_000))
        assert len(hook.posted) == 1

    def test_a_title_that_is_too_long_stands_whole_above_the_text(self, send, hook):
        message = Message(TITLE * 10, "今天还款。", Severity.INFO)
        send(f"json://{hook.place}", message)
        assert hook.documents[0]["message"] == f"{message.title}\n\n今天还款。"


class TestPhones:
    """ntfy and Bark count bytes, of which a Chinese character has three, or six in their JSON."""

    @pytest.mark.parametrize(
        "message", [long_message(6_000), long_message(6_000, title="loan"), composed(Format.FULL)]
    )
    def test_ntfy_gets_no_more_than_it_shows_as_a_message(self, send, hook, message):
        send(f"ntfy://{hook.place}/loans", message)
        assert max(len(request.get_data()) for request in hook.posted) <= 8_000
        texts = [part["message"] for part in hook.documents]
        assert max(len(text.encode()) for text in texts) <= 4_096
        assert signs(*texts) == signs(message.body)
        assert hook.documents[0]["title"].startswith(message.title)

    def test_bark_gets_no_more_than_apple_takes(self, send, hook):
        message = long_message(6_000)
        send(f"bark://{hook.place}/key", message)
        parts = hook.documents
        sizes = [len(json.dumps(part, ensure_ascii=False).encode()) for part in parts]
        assert max(sizes) < 4_000
        assert signs(*(part["body"] for part in parts)) == signs(message.body)

    @pytest.mark.parametrize("url", ["bark://{}/key", "ntfy://{}/loans", "json://{}"])
    def test_no_picture_of_somebody_elses_goes_with_a_message(self, send, hook, url):
        send(url.format(hook.place), Message(TITLE, "今天还款。", Severity.CRITICAL))
        (request,) = hook.posted
        assert b"github.com" not in request.get_data()
        assert "github.com" not in str(request.headers)

    @pytest.mark.parametrize(
        ("severity", "priority", "level"),
        [
            (Severity.INFO, None, "active"),
            (Severity.WARNING, "high", "timeSensitive"),
            (Severity.CRITICAL, "max", "timeSensitive"),
        ],
    )
    def test_they_ring_as_the_matter_is_urgent(self, send, hook, severity, priority, level):
        message = Message(TITLE, "今天还款。", severity)
        send(f"ntfy://{hook.place}/loans", message)
        assert hook.posted[0].headers.get("X-Priority") == priority
        send(f"bark://{hook.place}/key", message)
        assert hook.documents[1]["level"] == level

    def test_they_ring_as_the_user_says_if_the_user_says_it(self, send, hook):
        send(f"ntfy://{hook.place}/loans?priority=low", Message(TITLE, "今天。", Severity.CRITICAL))
        assert hook.posted[0].headers["X-Priority"] == "low"

    def test_one_channel_rings_for_each_message_as_that_is_urgent(self, send, hook):
        urgent, calm = (Message(TITLE, "今天。", s) for s in (Severity.CRITICAL, Severity.INFO))
        send(f"gotify://{hook.place}/token", urgent, calm)
        assert [document["priority"] for document in hook.documents] == [10, 5]

    def test_markdown_is_shown_as_such_where_the_channel_wants_it(self, send, hook):
        send(
            f"ntfy://{hook.place}/loans",
            Message(TITLE, "**今天**还款", Severity.INFO, Format.MARKDOWN),
        )
        assert hook.posted[0].headers["X-Markdown"] == "yes"
        assert hook.documents[0]["message"] == "**今天**还款"


class TestChineseServices:
    """Robots of DingTalk, Feishu, Lark and WeCom, and ServerChan, at addresses of our own."""

    @pytest.fixture
    def reach(self, hook, monkeypatch):
        """Return a function that leads a service's requests to the receiver."""

        def lead(schema):
            monkeypatch.setattr(N_MGR[schema], "notify_url", f"http://{hook.place}/{schema}")
            return f"{schema}://0123456789abcdef/"

        return lead

    SAID = {
        "dingtalk": lambda got: got["markdown"]["text"],
        "feishu": lambda got: got["content"]["text"],
        "wecombot": lambda got: got["text"]["content"],
    }

    @pytest.mark.parametrize(
        ("schema", "form", "limit"),
        [
            ("dingtalk", Format.MARKDOWN, 20_000),
            ("feishu", Format.TEXT, 20_000),
            ("wecombot", Format.TEXT, None),
        ],
    )
    def test_each_gets_long_ones_in_parts_that_it_takes(
        self, send, hook, reach, schema, form, limit
    ):
        message = long_message(8_000, form)
        send(reach(schema), message)
        texts = [self.SAID[schema](got) for got in hook.documents]
        if limit is None:
            assert max(len(text.encode()) for text in texts) <= 2_048
        else:
            assert max(len(request.get_data()) for request in hook.posted) <= limit
        assert len(texts) > 1
        heading = re.compile(rf"(# )?{re.escape(TITLE)}( \[\d/\d\])?")
        assert signs(*(heading.sub("", text) for text in texts)) == signs(message.body)

    @pytest.mark.parametrize("schema", ["dingtalk", "feishu", "wecombot"])
    def test_each_gets_the_title_and_every_line(self, send, hook, reach, schema):
        message = composed(Format.MARKDOWN if schema == "dingtalk" else Format.TEXT)
        send(reach(schema), message)
        [got] = hook.documents
        first, *rest = lines(self.SAID[schema](got))
        assert first.removeprefix("# ") == message.title
        assert rest == lines(message.body)

    def test_serverchan_gets_markdown_below_a_title_that_it_takes(self, send, hook, reach):
        title = TITLE * 2
        send(reach("schan"), Message(title, "**今天**还款", Severity.INFO, Format.MARKDOWN))
        [got] = [parse_qs(request.get_data(as_text=True)) for request in hook.posted]
        assert got["title"] == [title[:32]]
        assert got["desp"] == [title.replace("<急>", r"\<急\>") + "\n\n**今天**还款"]

    def test_a_title_within_markdown_is_not_taken_for_markup(self, send, hook):
        url = f"mmost://{hook.place}/3ccdd113474722377935511fc85d3dd4"
        send(url, Message("a_b_c *今天*", "还款", Severity.INFO, Format.MARKDOWN))
        assert hook.documents[0]["text"] == "# a\\_b\\_c \\*今天\\*\n还款"

    def test_nor_is_one_that_discord_shows_in_the_text(self, send, hook, monkeypatch):
        monkeypatch.setattr(N_MGR["discord"], "notify_url", f"http://{hook.place}/discord")
        url = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
        send(url, Message("a_b *今天*", "还款", Severity.INFO, Format.MARKDOWN))
        assert hook.documents[0]["content"] == "# a\\_b \\*今天\\*\n还款"


@pytest.fixture(scope="module")
def mosquitto(tmp_path_factory):
    config = tmp_path_factory.mktemp("mosquitto") / "mosquitto.conf"
    config.write_text("listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    with running("mosquitto", ["-c"], config, "running") as port:
        yield port


@pytest.fixture
def topic(mosquitto):
    """Return a URL to publish to, and a function that waits for what is published there."""
    from paho.mqtt.client import CallbackAPIVersion, Client

    arrived, subscribed = queue.Queue(), threading.Event()
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _data, message: arrived.put(message)
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect("127.0.0.1", mosquitto)
    client.loop_start()
    client.subscribe("loans/card", qos=1)
    assert subscribed.wait(PATIENCE)
    yield f"mqtt://127.0.0.1:{mosquitto}/loans/card", lambda: arrived.get(timeout=PATIENCE)
    client.disconnect()
    client.loop_stop()


class TestMqtt:
    @pytest.mark.parametrize("form", list(Format))
    def test_a_message_arrives_whole(self, send, topic, form):
        url, arrive = topic
        message = composed(form)
        send(url, message)
        title, *rest = lines(arrive().payload.decode())
        assert title.removeprefix("# ") == message.title
        assert rest == lines(message.body)

    def test_a_long_one_arrives_in_one_piece(self, send, topic):
        url, arrive = topic
        message = long_message(100_000)
        send(url, message)
        assert arrive().payload.decode() == f"{TITLE}\r\n{message.body.rstrip()}"

    def test_many_arrive_in_order_over_one_connection(self, send, topic):
        url, arrive = topic
        send(url, *(Message(TITLE, f"第{number}条", Severity.INFO) for number in range(5)))
        assert [lines(arrive().payload.decode())[1] for _ in range(5)] == [
            f"第{number}条" for number in range(5)
        ]

    def test_the_broker_confirms_it_unless_the_user_wants_no_confirmation(self, send, topic):
        url, arrive = topic
        send(url, Message(TITLE, "今天", Severity.INFO))
        send(f"{url}?qos=0", Message(TITLE, "今天", Severity.INFO))
        assert [arrive().qos for _ in range(2)] == [1, 0]

    def test_a_broker_that_is_not_there_may_be_there_later(self, send):
        with socket.socket() as unused:  # which has the port to itself, and does not listen
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            with pytest.raises(Unreachable):
                send(f"mqtt://127.0.0.1:{port}/loans", Message(TITLE, "今天", Severity.INFO))


GUARDED = "listener {port} 127.0.0.1\nallow_anonymous false\npersistence false\n"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """Return the port of a broker that lets nobody in."""
    config = tmp_path_factory.mktemp("guarded") / "mosquitto.conf"
    config.write_text(GUARDED)
    with running("mosquitto", ["-c"], config, "running") as port:
        yield port


class TestMqttRefusals:
    @pytest.mark.parametrize("qos", [0, 1])
    def test_a_broker_that_does_not_let_us_in_is_no_success(self, send, guarded, qos):
        with pytest.raises(Unreachable, match="does not let us in") as caught:
            send(f"mqtt://127.0.0.1:{guarded}/loans?qos={qos}&rto={PATIENCE}", MESSAGE)
        assert type(caught.value) is Unreachable

    def test_a_message_that_is_not_confirmed_is_undecided_and_not_kept(self, send):
        with MuteBroker() as broker:
            url = f"mqtt://127.0.0.1:{broker.port}/loans?rto=2"
            for _ in range(2):
                with pytest.raises(Undecided, match="did not confirm"):
                    send(url, MESSAGE)
        assert broker.published == 2  # a client that was kept would have published it again

    def test_what_is_missing_is_named_with_the_remedy(self, monkeypatch):
        monkeypatch.setattr(N_MGR["mqtt"], "enabled", False)
        monkeypatch.setattr(Broker, "enabled", False)
        said = verify(Recipient("it", "mqtt://localhost/loans"))
        assert said == (
            "mqtt needs Python packages that are not installed: paho-mqtt >= 2.1.0 "
            "(install reminderd[mqtt])"
        )


class MuteBroker:
    """A broker that lets everybody in and confirms nothing."""

    def __init__(self):
        self.published = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.converse(connection)

    def converse(self, connection):
        while packet := connection.recv(65536):
            if packet[0] >> 4 == 1:  # CONNECT
                connection.sendall(b"\x20\x02\x00\x00")
            self.published += packet[0] >> 4 == 3  # PUBLISH


@contextmanager
def irc_server(folder, limits="", password=""):
    """Run an IRC server, which by itself slows down who says much at once."""
    config = folder / "ngircd.conf"
    config.write_text(
        "[Global]\nName = irc.example.org\nInfo = x\nListen = 127.0.0.1\nPorts = {port}\n"
        f"Password = {password}\n[Limits]\n{limits}\n[Options]\nDNS = no\nIdent = no\nPAM = no\n"
    )
    with running("ngircd", ["-n", "-f"], config, "ready") as port:
        yield port


class Listener:
    """Somebody in a channel who writes down what is said there."""

    def __init__(self, port, channel):
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.lines = self.connection.makefile("rb")
        self.tell("NICK me", "USER me 0 * :me")
        self.hear_until(b" 001 ")
        self.tell(f"JOIN {channel}")
        self.hear_until(b" 366 ")

    def tell(self, *commands):
        self.connection.sendall("".join(f"{command}\r\n" for command in commands).encode())

    def hear_until(self, sign):
        """Return the lines as the server sends them, up to one with this sign."""
        heard = []
        for line in self.lines:
            if sign in line:
                return heard
            if line.startswith(b"PING"):
                self.tell(line.decode().replace("PING", "PONG").strip())
            heard.append(line)
        raise AssertionError("the server hung up")

    def said(self):
        """Return what the server has passed on so far, line by line."""
        self.tell("PING :so far")
        heard = self.hear_until(b" PONG ")
        assert max(map(len, heard), default=0) <= 512
        return [line.decode().split(" :", 1)[1].rstrip() for line in heard if b" PRIVMSG " in line]

    def close(self):
        self.lines.close()
        self.connection.close()


@contextmanager
def channel_of(port):
    """Return a URL to send to, and somebody who listens there."""
    with closing(Listener(port, "#loans")) as listener:
        yield f"irc://bot@127.0.0.1:{port}/%23loans", listener


@pytest.fixture(scope="module")
def ngircd(tmp_path_factory):
    with irc_server(tmp_path_factory.mktemp("ngircd"), "MaxPenaltyTime = 0") as port:
        yield port


@pytest.fixture
def channel(ngircd):
    with channel_of(ngircd) as channel:
        yield channel


@pytest.fixture
def slow_channel(tmp_path):
    with irc_server(tmp_path) as port, channel_of(port) as channel:
        yield channel


class TestIrc:
    @pytest.mark.parametrize("form", list(Format))
    def test_a_message_arrives_whole_line_by_line(self, send, channel, form):
        url, listener = channel
        message = composed(form)
        send(url, message)
        title, *rest = listener.said()
        assert title.removeprefix("# ") == message.title
        assert signs(*rest) == signs(message.body)
        assert set(rest) >= {line for line in lines(message.body) if len(line) < 100}

    def test_a_long_one_arrives_in_order_though_the_server_slows_it_down(self, send, slow_channel):
        url, listener = slow_channel
        message = long_message(600)
        send(url, message)
        assert signs(*listener.said()) == signs(message.title, message.body)

    def test_a_message_can_go_to_one_person(self, send, channel):
        url, listener = channel
        send(url.replace("%23loans", "@me"), Message(TITLE, "今天还款。", Severity.INFO))
        assert listener.said() == [TITLE, "今天还款。"]

    def test_it_counts_only_when_the_server_has_taken_it(self, send, channel, monkeypatch):
        url, _ = channel
        monkeypatch.setattr(Chat, "patience", 0.0)
        with pytest.raises(Undecided, match="did not confirm"):
            send(url, Message(TITLE, "今天还款。", Severity.INFO))

    def test_nobody_of_that_name_may_come_later(self, send, channel):
        url, _ = channel
        with pytest.raises(Unreachable, match=r"answered 401 \(.*\)"):
            send(url.replace("%23loans", "@nobody"), MESSAGE)

    @pytest.mark.parametrize(
        ("mode", "query", "number"),
        [("+k secret", "", 475), ("+i", "", 473), ("+n", "?join=no", 404), ("+m", "", 404)],
    )
    def test_a_channel_that_does_not_let_us_speak_refuses(self, send, ngircd, mode, query, number):
        place = f"#closed{number}{mode[1]}"
        url = f"irc://bot@127.0.0.1:{ngircd}/%23{place[1:]}{query}"
        with closing(Listener(ngircd, place)) as listener:
            listener.tell(f"MODE {place} {mode}")
            listener.hear_until(b" MODE ")
            with pytest.raises(Refused, match=f"the IRC server answered {number}"):
                send(url, MESSAGE)
            assert listener.said() == []

    def test_a_name_that_is_taken_is_no_obstacle(self, send, channel):
        url, listener = channel
        send(url.replace("bot@", "me@"), MESSAGE)
        assert listener.said() == [TITLE, "今天"]

    @pytest.mark.parametrize(
        ("number", "kind", "said"),
        [
            (464, Unreachable, "the IRC server answered 464 (no entry)"),
            (465, SoftRefusal, "the IRC server answered 465 (no entry)"),
            (463, Unreachable, "the service could not be reached, or did not take the message"),
        ],
    )
    def test_a_server_that_does_not_let_us_in_is_no_success(self, send, number, kind, said):
        with IrcDoor(number) as port, pytest.raises(kind) as caught:
            send(f"irc://bot:wrong@127.0.0.1:{port}/%23loans?mode=server", MESSAGE)
        assert type(caught.value) is kind
        assert str(caught.value) == said

    def test_a_wrong_password_of_the_server_is_named(self, send, tmp_path):
        with irc_server(tmp_path, password="right") as port:
            url = f"irc://bot:{{}}@127.0.0.1:{port}/@bot?mode=server"
            with pytest.raises(Unreachable, match=r"ended the connection \(.*[Pp]assword"):
                send(url.format("wrong"), MESSAGE)
            send(url.format("right"), MESSAGE)


class IrcDoor:
    """A server that answers one login with a number, and hangs up."""

    def __init__(self, number):
        self.number = number
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self.listener.getsockname()[1]

    def __exit__(self, *_):
        self.thread.join()
        self.listener.close()

    def run(self):
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rb") as lines:
            next(line for line in lines if line.startswith(b"USER"))
            connection.sendall(f":door {self.number} bot :no entry\r\n".encode())
