"""What ``reminderd init`` says of a test message that a real server, or none, did not take."""

import socket

import pytest
from click.testing import CliRunner

from reminderd.cli.init_delivery import failure
from reminderd.cli.main import cli


@pytest.fixture
def sent(clock, tmp_path, mail_server):
    """Return a function that has a mail sent to a server and returns what came of it."""

    def run(address, server, secret="wrong", language="zh-CN"):
        answers = (
            f'language = "{language}"\nchannel = "email"\naddress = "{address}"\n'
            f'secret = "{secret}"\nserver = "{server}"\n'
        )
        command = ("--config", str(tmp_path / "new/config.toml"), "init", "--answers", "-")
        result = CliRunner().invoke(cli, command, prog_name="reminderd", input=answers)
        assert result.exit_code == 1
        assert not (tmp_path / "new").exists()
        return result.stdout

    return run


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("me@my-own.example", "邮件服务器拒绝登录，请检查邮箱地址和密码（the mail server refused"),
        ("me@qq.com", "这类邮箱要填授权码，不是登录密码"),
        ("me@163.com", "这类邮箱要填授权码，不是登录密码"),
        ("me@gmail.com", "这类邮箱要填应用专用密码"),
    ],
)
def test_a_login_that_is_refused_says_what_the_provider_wants(
    address, words, sent, mail_server, trusted, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    told = sent(address, f"127.0.0.1:{mail_server.port}")
    assert f"{address}：发送失败：" in told
    assert words in told
    assert "refused the login (535)" in told


def test_a_certificate_that_nobody_vouches_for_is_told(sent, mail_server, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    told = sent("me@my-own.example", f"127.0.0.1:{mail_server.port}")
    assert "服务器的证书不受信任（the mail server's certificate is not trusted" in told


def test_a_name_that_nobody_has_is_told(sent):
    assert "找不到这个服务器名，或没有网络" in sent("me@my-own.example", "smtp.nowhere.invalid")


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN", "服务器拒绝连接，请检查端口"), ("en", "the server refused the connection; check")],
)
def test_a_port_where_nobody_listens_is_told(language, words, sent):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    told = sent("me@my-own.example", f"127.0.0.1:{port}", language=language)
    assert words in told
    assert "Connection refused" in told


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("the mail server cannot be reached: timed out", "服务器没有及时回应"),
        ("the mail server cannot be reached: [SSL: WRONG_VERSION_NUMBER]", "无法建立加密连接"),
        ("the mail server cannot be reached: [Errno 101] Network is unreachable", "检查网络"),
        ("the server answered 404", "服务不认这个密钥或地址"),
        ("the service could not be reached, or did not take the message", "检查网址和网络"),
        ("the message was handed over, and no answer came", "也许已经送达"),
        ("the service answered 40001 (limit)", "没有被接收（the service answered 40001 (limit)）"),
    ],
)
def test_other_troubles_are_told_with_the_raw_words(error, words):
    told = failure("zh-CN", "me@my-own.example", error)
    assert words in told
    assert told.endswith(f"（{error}）")
