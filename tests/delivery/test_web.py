"""HTTP over connections that are kept, against a real server with a certificate of its own."""

import html
import importlib.util
import json
import re
import socket
import sys
from pathlib import Path

import pytest
import requests
from apprise.plugins import N_MGR

from reminderd.alerts.channel import Recipient
from reminderd.delivery import web
from reminderd.delivery.answers import REPLIES
from reminderd.delivery.services import SERVICES
from reminderd.delivery.transport import Transports, instantiate
from reminderd.errors import Refused, SoftRefusal, Undecided, Unreachable
from reminderd.messages.layout import markup
from reminderd.messages.message import Format, Message
from reminderd.playbook.playbook import Severity


def _load(name):
    """Import a server that stands beside the folders of tests."""
    file = Path(__file__).parents[1] / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, file)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)  # for its dataclasses
    spec.loader.exec_module(module)
    return module


websink, smtpsink = _load("websink"), _load("smtpsink")
Answer, HANG_UP, SILENCE = websink.Answer, websink.HANG_UP, websink.SILENCE


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    web.tls_context.cache_clear()
    yield
    web.tls_context.cache_clear()


@pytest.fixture
def start(authority, tmp_path):
    """Return a function that starts servers, over TLS or not."""
    threads = []

    def run(secure=True):
        file = tmp_path / "server.pem"
        authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(
            file
        )
        sink = websink.WebSink(websink.context_of(file) if secure else None)
        threads.append(smtpsink.SinkThread(sink))
        sink.port = threads[-1].port
        return sink

    yield run
    for thread in threads:
        thread.stop()


@pytest.fixture
def server(start, trusted):
    return start()


@pytest.fixture
def plain(start):
    return start(secure=False)


def url(server, query="", path="hook"):
    scheme = "jsons" if server.context else "json"
    return f"{scheme}://127.0.0.1:{server.port}/{path}{query}"


@pytest.fixture
def send(message, now):
    transports = Transports()

    def run(target, times=1):
        for _ in range(times):
            transports.of(Recipient(str(target), target)).send(message, "id", now)

    yield run
    transports.close()


class TestConnections:
    def test_many_messages_share_one(self, send, server):
        send(url(server), times=5)
        assert len(server.requests) == 5
        assert server.connections == 1

    def test_one_that_the_server_closed_meanwhile_is_made_anew(self, send, server):
        send(url(server))
        server.hang_up()
        send(url(server))
        assert [request.connection for request in server.requests] == [1, 2]

    @pytest.mark.parametrize("secure", [True, False])
    def test_one_that_breaks_before_the_message_is_written_is_made_anew(
        self, send, start, trusted, secure, monkeypatch
    ):
        server = start(secure)
        send(url(server))
        server.hang_up()
        monkeypatch.setattr("urllib3.connectionpool.is_connection_dropped", lambda _: False)
        send(url(server))
        assert [request.connection for request in server.requests] == [1, 2]

    def test_one_that_is_idle_for_long_is_not_used_on(self, send, server, monkeypatch):
        send(url(server))
        monkeypatch.setattr(web, "KEPT", -1.0)
        send(url(server))
        assert server.connections == 2

    def test_what_was_written_and_not_answered_is_not_sent_again(self, send, server):
        send(url(server))
        server.answers.append(HANG_UP)
        with pytest.raises(Undecided, match="handed over, and no answer came"):
            send(url(server))
        assert len(server.requests) == 2

    def test_an_answer_that_breaks_off_is_none(self, send, server):
        server.answers.append(Answer("", 200, {"Transfer-Encoding": "chunked"}, close=True))
        with pytest.raises(Undecided):
            send(url(server))

    def test_silence_after_the_message_leaves_it_undecided(self, send, server):
        server.answers.append(SILENCE)
        with pytest.raises(Undecided):
            send(url(server, "?rto=0.2"))

    def test_silence_before_it_does_not(self, send):
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            place = full.getsockname()
            waiting = []
            for _ in range(3):
                waiting.append(socket.socket())
                waiting[-1].setblocking(False)
                waiting[-1].connect_ex(place)
            with pytest.raises(Unreachable, match="could not be reached"):
                send(f"json://127.0.0.1:{place[1]}/?cto=0.2")
            for connection in waiting:
                connection.close()


class TestTrust:
    def test_one_context_serves_the_whole_process(self, trusted):
        assert web.tls_context(True) is web.tls_context(True)

    def test_whom_nobody_vouches_for_gets_nothing(self, send, start):
        server = start()
        with pytest.raises(Unreachable) as caught:
            send(url(server))
        said = str(caught.value)
        assert said.startswith("the server's certificate is not trusted: ")
        assert said.endswith('(set SSL_CERT_FILE to the authority, or verify = "no")')
        assert server.requests == []

    @pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
    def test_a_user_may_do_without_and_the_next_channel_still_does_not(self, send, start):
        server = start()
        send(url(server, "?verify=no"))
        assert len(server.requests) == 1
        with pytest.raises(Unreachable, match="not trusted"):
            send(url(server))

    @pytest.mark.parametrize("folder", [False, True])
    def test_the_bundle_that_requests_is_told_of_is_trusted_as_before(
        self, send, start, authority, tmp_path, monkeypatch, folder
    ):
        file = tmp_path / "bundle.pem"
        authority.cert_pem.write_to_path(file)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path if folder else file))
        server = start()
        if folder:  # whose files would have to be named after what they hold
            with pytest.raises(Unreachable, match="not trusted"):
                send(url(server))
        else:
            send(url(server), times=2)
            assert server.connections == 1

    def test_a_bundle_that_is_not_there_may_be_there_later(self, send, server, monkeypatch):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
        with pytest.raises((Unreachable, Undecided)):
            send(url(server))


class TestSecrets:
    def test_no_cookie_comes_back(self, send, server):
        server.answers.append(Answer(headers={"Set-Cookie": "who=me; Path=/"}))
        send(url(server), times=2)
        assert "cookie" not in server.requests[1].headers

    @pytest.mark.parametrize("status", [307, 308])
    def test_a_message_follows_within_its_host(self, send, server, status):
        server.answers.append(Answer(status=status, headers={"Location": "/there"}))
        send(url(server))
        assert [request.line for request in server.requests] == [
            "POST /hook HTTP/1.1",
            "POST /there HTTP/1.1",
        ]

    @pytest.mark.parametrize("status", [301, 302, 303])
    def test_it_does_not_shrink_to_a_question(self, send, server, status):
        server.answers.append(Answer(status=status, headers={"Location": "/there"}))
        with pytest.raises(SoftRefusal, match=f"answered {status}: the address has moved"):
            send(url(server))
        assert len(server.requests) == 1

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_it_follows_nobody_elsewhere(self, send, server, start, host):
        other = start()
        there = {"Location": f"https://{host}:{other.port}/hook"}
        server.answers.append(Answer(status=307, headers=there))
        with pytest.raises(Refused, match="the address has moved"):
            send(url(server))
        assert other.requests == []

    def test_it_does_not_circle(self, send, server):
        server.answers.extend([Answer(status=307, headers={"Location": "/hook"})] * 40)
        with pytest.raises(Refused, match="leads in a circle"):
            send(url(server))


def test_a_proxy_of_the_environment_is_used(send, plain, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{plain.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    send("json://hook.example.com/x", times=2)
    assert plain.requests[0].line == "POST http://hook.example.com/x HTTP/1.1"
    assert plain.connections == 1


@pytest.fixture
def lead(plain, monkeypatch):
    """Return a function that leads a service's requests to the plain server; its URL comes back."""

    def run(schema):
        place = f"http://127.0.0.1:{plain.port}/x"
        for name in ("notify_url", "_notify_url"):
            if isinstance(getattr(N_MGR[schema], name, None), str):
                monkeypatch.setattr(N_MGR[schema], name, place)
        return TARGETS[schema].replace("localhost", f"127.0.0.1:{plain.port}")

    return run


class TestLies:
    """Services that answer 200 to what they do not take."""

    @pytest.mark.parametrize(
        ("schema", "body", "kind"),
        [
            ("dingtalk", '{"errcode": 310000, "errmsg": "no keyword"}', SoftRefusal),
            ("dingtalk", '{"errcode": 300005, "errmsg": "no token"}', Refused),
            ("dingtalk", '{"errcode": 130101, "errmsg": "too fast"}', Unreachable),
            ("feishu", '{"code": 19024, "msg": "Key Words Not Found"}', Refused),
            ("feishu", '{"code": 11232, "msg": "frequency limited"}', Unreachable),
            ("wecombot", '{"errcode": 93000, "errmsg": "invalid webhook url"}', Refused),
            ("wecombot", '{"errcode": 45009, "errmsg": "freq"}', Unreachable),
            ("schan", '{"code": 50000, "message": "later"}', Unreachable),
            ("qq", '{"success": false, "reason": "no"}', Unreachable),
        ],
    )
    def test_are_not_believed(self, send, plain, lead, schema, body, kind):
        yes = {"qq": '{"success": true}', "schan": '{"code": 0}', "feishu": '{"code": 0}'}
        plain.answers.append(Answer(yes.get(schema, '{"errcode": 0}')))
        send(lead(schema))
        plain.answers.append(Answer(body))
        with pytest.raises(kind) as caught:
            send(lead(schema))
        assert type(caught.value) is kind
        assert len(plain.requests) == 2

    @pytest.mark.parametrize(("schema", "fine"), [("bark", 200), ("pushdeer", 0)])
    def test_are_not_believed_of_servers_of_ones_own(self, send, plain, lead, schema, fine):
        plain.answers.append(Answer(f'{{"code": {fine}}}'))
        send(lead(schema))
        plain.answers.append(Answer('{"code": 500, "message": "push failed"}'))
        with pytest.raises(Unreachable, match="the service answered 500"):
            send(lead(schema))

    @pytest.mark.parametrize("body", ["", "[]", "{}", "<html>Log in to this network</html>"])
    @pytest.mark.parametrize(
        "schema", ["bark", "dingtalk", "feishu", "pover", "schan", "tgram", "wecombot"]
    )
    def test_whoever_answers_in_a_services_place_leaves_it_unknown(
        self, send, plain, lead, schema, body
    ):
        plain.answers.append(Answer(body))
        with pytest.raises(Undecided, match="without a word of the service"):
            send(lead(schema))
        assert len(plain.requests) == 1


class TestNotHandedOver:
    """What fails before there is a connection was never handed over."""

    @pytest.mark.parametrize(
        ("proxy", "said"),
        [
            ("socks5://127.0.0.1:10808", "a SOCKS proxy needs PySocks"),
            ("http://", "the proxy's address cannot be used"),
            ("http://127.0.0.1:1", "could not be reached"),
        ],
    )
    @pytest.mark.parametrize("variable", ["all_proxy", "http_proxy"])
    def test_a_proxy_that_cannot_be_used(self, send, plain, monkeypatch, proxy, said, variable):
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(variable, proxy)
        with pytest.raises(Unreachable, match=said):
            send("json://hook.example.com/x")
        assert plain.requests == []

    def test_a_redirection_to_what_is_no_address(self, send, plain):
        plain.answers.append(Answer(status=307, headers={"Location": "http://["}))
        with pytest.raises(SoftRefusal, match="the address has moved"):
            send(url(plain))


class TestMarkup:
    """Telegram's, which refuses what does not pair up."""

    REFUSAL = Answer(
        '{"ok": false, "error_code": 400, "description": "Bad Request: can\'t parse entities: x"}',
        status=400,
    )
    YES = Answer('{"ok": true, "result": {}}')

    @pytest.fixture
    def say(self, send, plain, lead, monkeypatch, now):
        def run(query="", *answers):
            plain.answers.extend(answers)
            body = f"**Pay** {markup(TITLE, True)}\n"
            text = Message(TITLE, body, Severity.WARNING, Format.MARKDOWN)
            transports = Transports()
            try:
                transports.of(Recipient("it", lead("tgram") + query)).send(text, "id", now)
            finally:
                transports.close()
                self.posted = [json.loads(request.body) for request in plain.requests]
            return self.posted

        return run

    @pytest.mark.parametrize("query", ["", "?mdv=v2", "?format=html", "?format=text"])
    def test_no_name_of_a_loan_makes_it_unpaired(self, say, query):
        [posted] = say(query, self.YES)
        assert shown(posted) == f"{TITLE}\nPay {TITLE}"

    def test_a_message_refused_for_it_goes_once_more_as_plain_text(self, say):
        refused, plain = say("?mdv=v1", self.REFUSAL, self.YES)
        assert refused["parse_mode"] == "MARKDOWN"
        assert shown(plain) == f"{TITLE}\nPay {TITLE}"

    def test_once_more_and_no_more(self, say):
        with pytest.raises(Refused, match="can't parse entities"):
            say("", self.REFUSAL, self.REFUSAL, self.REFUSAL)
        assert len(self.posted) == 2

    def test_another_refusal_is_none_of_the_markup(self, say):
        no = '{"ok": false, "error_code": 400, "description": "Bad Request: chat not found"}'
        with pytest.raises(Refused, match="chat not found"):
            say("", Answer(no, status=400))
        assert len(self.posted) == 1


TITLE = "Visa *1234_a [b] `c` <d> #5: 4 days, 1.20 owed!"


def shown(posted):
    """Return what a reader sees, by Telegram's rules; AssertionError where it refuses it."""
    text = posted["text"]
    if posted["parse_mode"] == "HTML":
        assert set(re.findall(r"</?(\w+)", text)) <= {"b", "i", "code", "pre", "a"}
        lines = html.unescape(re.sub(r"</?b>", "", text)).splitlines()
    else:
        assert posted["parse_mode"] == "MarkdownV2"
        plain = re.sub(r"\\.", "", text)  # what is escaped means nothing
        assert not set("_[]()~`>#+-=|{}.!") & set(plain)
        assert plain.count("*") % 2 == 0
        lines = re.sub(r"\\(.)|\*", r"\1", text).splitlines()
    return "\n".join(line for line in map(str.strip, lines) if line)


TARGETS = {
    "bark": "bark://localhost/key",
    "dingtalk": "dingtalk://0123456789abcdef/",
    "feishu": "feishu://0123456789abcdef/",
    "gotify": "gotify://localhost/token",
    "lark": "lark://0123456789abcdef/",
    "matrix": "matrix://me:pw@localhost/%23room",
    "ntfy": "ntfy://localhost/topic",
    "pover": "pover://ujxpVkwzyYyBeQ2cGJmu6LcCTZHWa8@aNiRAJ4XuJnGhB9qX6sAvwYeUqQJcD",
    "pushdeer": "pushdeer://localhost/key",
    "pushplus": "pushplus://0123456789abcdef0123456789abcdef/",
    "qq": "qq://0123456789abcdef01234567/",
    "schan": "schan://0123456789abcdef/",
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23x",
    "tgram": "tgram://123456789:abcdefg_hijklmnop/12315544/",
    "wechat": "wechat://corpid:secret@1000002/user",
    "wecombot": "wecombot://0123456789abcdef/",
}


class TestAdopted:
    @pytest.mark.parametrize("schema", sorted({*TARGETS, *REPLIES}))
    def test_each_named_service_goes_over_it(self, schema):
        plugin = instantiate(Recipient("it", TARGETS[schema]))
        modules = {base.__module__ for base in type(plugin).__mro__}
        found = [vars(sys.modules[name]).get("requests") for name in modules]
        assert web._stand_in in found
        assert requests not in found

    def test_no_schema_is_named_that_apprise_does_not_know(self):
        assert set(REPLIES) <= set(N_MGR.schemas())
        assert {"dingtalk", "wecombot"} <= set(SERVICES)

    def test_what_else_asks_gets_requests_itself(self, plain):
        instantiate(Recipient("it", TARGETS["feishu"]))
        stand_in = sys.modules[N_MGR["feishu"].__module__].requests
        assert stand_in.codes is requests.codes
        place = f"http://127.0.0.1:{plain.port}/"
        for ask in (stand_in.get, stand_in.post, stand_in.put, stand_in.delete):
            assert ask(place).status_code == 200
        assert plain.connections == 4
        assert requests.get is not stand_in.get
