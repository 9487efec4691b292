"""``reminderd init`` as somebody meets it: at a real terminal, with a real mail server."""

import os
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from patience import PATIENCE

SILENCE = 3  # seconds
# The command becomes the one that the terminal belongs to, so that Ctrl+C and getpass reach it.
TAKE_TERMINAL = """\
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "reminderd", *sys.argv[1:]])
"""
NEXT = date.today() + timedelta(days=40)
BILL = (
    *("What kind of loan", "What shall it be called", "How is it paid back"),
    *("How much is due next", "When is it due", "Another loan"),
)
SCREEN = ("Language", "Your time zone", "Where shall reminders go", *BILL)
SYSTEMCTL = '#!/bin/sh\necho "$@" >> "$HOME/systemctl.log"\nexit {code}\n'


class Conversation:
    """A command at a terminal, what it has said, and what it was told."""

    def __init__(self, arguments, environment):
        self.screen, slave = pty.openpty()
        self.heard, self.mark = "", 0
        self.process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)

    def until(self, words):
        """Read on until *words* were said, behind what was waited for before."""
        while words not in self.heard[self.mark :]:
            assert self._more(), f"{words!r} never came:\n{self.heard}"
        self.mark = self.heard.index(words, self.mark) + len(words)

    def answer(self, question, text=""):
        """Wait for a question, and for the terminal to be read from, and answer it."""
        self.until(question)
        self.until(": ")
        os.write(self.screen, f"{text}\n".encode())

    def interrupt(self):
        """Press Ctrl+C until the end: just before it waits for a key, Python may miss it."""
        os.write(self.screen, b"\x03")
        while self._more(SILENCE) != "":
            if self.silent:
                os.write(self.screen, b"\x03")

    def end(self):
        """Read all that is left; return the exit code."""
        while self._more():
            pass
        os.close(self.screen)
        return self.process.wait(PATIENCE)

    def _more(self, patience=PATIENCE):
        """Read what is said within a time; return it, or nothing once the other side is closed."""
        self.silent = not select.select([self.screen], [], [], patience)[0]
        if self.silent:
            return None
        try:
            said = os.read(self.screen, 65536).decode(errors="replace")
        except OSError:
            return ""
        self.heard += said.replace("\r\n", "\n")
        return said


@pytest.fixture
def home(tmp_path):
    place = tmp_path / "home"
    place.mkdir()
    return place


@pytest.fixture
def talk(home, monkeypatch):
    """Return a function that starts a conversation; whatever is left of it ends with the test."""
    started = []

    def start(*arguments, language="C.UTF-8", path=None, **more):
        environment = {
            "PATH": path or str(Path(sys.executable).parent),
            "HOME": str(home),
            "TZ": "Asia/Shanghai",
            "LANG": language,
            "STATE_DIRECTORY": str(home / "state"),
            "TMPDIR": str(home.parent),
            "COLUMNS": "300",
            **more,
        }
        started.append(Conversation(("init", *arguments), environment))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()


@pytest.fixture
def systemctl(home):
    """Put a systemctl on the path that keeps what it is told; return a function that reads it."""
    folder = home / "bin"
    folder.mkdir()

    def ends_with(code):
        script = folder / "systemctl"
        script.write_text(SYSTEMCTL.format(code=code))
        script.chmod(0o755)
        return f"{folder}:{Path(sys.executable).parent}:/usr/bin:/bin"

    return ends_with


def config_of(home):
    return home / ".config/reminderd/config.toml"


def left(home):
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())


def mail_address(talking, server, host=""):
    """Answer the questions about a mail channel at a server, and about a credit card."""
    talking.answer("Your time zone [Asia/Shanghai]")
    talking.answer("Where shall reminders go", "email")
    talking.answer("Your email address", server.user)
    talking.answer(
        "Mail server for sending (add its port if it is not 587) [smtp.example.com:587]", host
    )
    talking.answer("Password", server.password)
    talking.answer("What kind of loan", "cn-credit-card")
    talking.answer("What shall it be called [Credit card]", "招行信用卡")
    talking.answer("How is it paid back", "bill")
    talking.answer("How much is the whole statement, in CNY", "1234.00")
    talking.answer("And its minimum payment (Enter: not known)", "123.40")
    talking.answer("When is it due", str(NEXT))
    talking.answer("On which day of the month does the statement come (Enter: not known)")
    talking.answer("Another loan? (y/n) [n]")


def test_enter_alone_makes_a_configuration_that_reminds_on_the_screen(talk, home):
    talking = talk()
    for question in (*SCREEN, "Keep it running in the background"):
        talking.answer(question)
    assert talking.end() == 0
    assert "screen: accepted" in talking.heard
    assert "My loan: CN¥1,000.00 due on" in talking.heard
    assert "To run it in the foreground: " in talking.heard
    config = tomllib.loads(config_of(home).read_text())
    assert config["channels"] == {"screen": {"url": "console://"}}
    assert stat.S_IMODE(config_of(home).stat().st_mode) == 0o600
    assert left(home) == [".config/reminderd/config.toml"]


@pytest.mark.usefixtures("trusted")
def test_a_mail_is_sent_and_the_password_kept_apart(talk, home, mail_server, trusted):
    talking = talk(SSL_CERT_FILE=str(trusted))
    talking.answer("Language", "en")
    mail_address(talking, mail_server, f"127.0.0.1:{mail_server.port}")
    talking.answer("Keep the secret in a file of its own, smtp-password", "y")
    talking.until(f"{mail_server.user}: accepted")
    talking.answer("Keep it running")
    assert talking.end() == 0
    assert [mail.recipients for mail in mail_server.accepted] == [(mail_server.user,)]
    password = config_of(home).with_name("smtp-password")
    assert password.read_text() == mail_server.password + "\n"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    channel = tomllib.loads(config_of(home).read_text())["channels"]["email"]
    assert channel["password"] == {"file": "smtp-password"}
    assert mail_server.password not in talking.heard + config_of(home).read_text()


@pytest.mark.usefixtures("trusted")
def test_a_server_that_failed_is_asked_for_again_with_the_one_before(
    talk, home, mail_server, trusted
):
    talking = talk(SSL_CERT_FILE=str(trusted))
    talking.answer("Language", "en")
    mail_address(talking, mail_server)
    talking.answer("Keep the secret in a file of its own, smtp-password", "y")
    talking.until("no server has this name, or there is no network")
    talking.answer("Give address and secret again")
    talking.answer(f"Your email address [{mail_server.user}]")
    talking.answer("[smtp.example.com:587]", f"127.0.0.1:{mail_server.port}")
    talking.answer("Password")
    talking.until(f"{mail_server.user}: accepted")
    talking.answer("Keep it running")
    assert talking.end() == 0


def test_a_wrong_answer_is_told_at_once_with_what_to_write_instead(talk):
    talking = talk()
    talking.answer("Language", "de")
    talking.until("'de' is no language here (write en or zh-CN)")
    talking.answer("Language", "en")
    talking.answer("Your time zone", "Asia/Shangai")
    talking.until("'Asia/Shangai' is not a time zone (did you mean Asia/Shanghai?)")
    talking.answer("Your time zone")
    talking.answer("Where shall reminders go", "emial")
    talking.until("'emial' is none of these (did you mean email?)")
    talking.answer("Where shall reminders go", "2")
    talking.answer("Your email address", "me at example.com")
    talking.until("'me at example.com' is not an email address (write one as me@example.com)")
    talking.answer("Your email address", "me@example.com")
    talking.answer("Mail server")
    talking.answer("Password")
    talking.until("it is empty or holds a sign that no such secret has (copy it again)")
    talking.answer("Password", "hunter2canary")
    talking.answer("What kind of loan", "weilidai")
    talking.answer("What shall it be called [Weilidai]")
    talking.answer("How is it paid back (number or name) [schedule]", "one sum on one date")
    talking.answer("Its contract rate, a day or a year [0.05% a day]", "18")
    talking.until("'18' is not a rate (write 0.05% a day, or 18% a year)")
    talking.answer("Its contract rate", "0.04% a day")
    talking.answer("How much is due next, in CNY", "12.345")
    talking.until("'12.345' is not an amount in CNY above zero (write 1234.50)")
    talking.answer("How much is due next, in CNY", "12.34")
    talking.answer("When is it due", "2026-02-30")
    talking.until("'2026-02-30' is not a date (write 2026-12-05)")
    talking.answer("When is it due", "soon")
    assert "hunter2canary" not in talking.heard


def test_a_channel_that_apprise_does_not_know_is_told_before_anything_else_is_asked(talk):
    talking = talk()
    talking.answer("Language", "en")
    talking.answer("Your time zone")
    talking.answer("Where shall reminders go", "url")
    talking.answer("The Apprise URL", "nftys://ntfy.sh/hunter2canary")
    talking.until("This channel cannot be used: Apprise knows no service 'nftys'")
    talking.answer("The Apprise URL", "console://")
    talking.until("What kind of loan")
    assert "hunter2canary" not in talking.heard


def test_chinese_from_the_second_question_on(talk, home):
    talking = talk()
    talking.answer("Language / 语言 (en, zh-CN) [en]", "zh-CN")
    for question in ("您所在的时区", "提醒发到哪里", "是哪一种贷款", "给它起个名字", "怎么还"):
        talking.answer(question)
    for question in ("下一期应还多少（CNY）", "哪天到期", "还有别的贷款要填吗？(y/n)"):
        talking.answer(question)
    talking.answer("要不要让它在后台运行", "不要")
    assert talking.end() == 0
    assert "我的贷款：" in talking.heard
    assert "在前台运行：" in talking.heard
    assert tomllib.loads(config_of(home).read_text())["locale"] == "zh-CN"


@pytest.mark.parametrize("answered", range(len(SCREEN)))
def test_ctrl_c_at_any_question_leaves_nothing(talk, home, answered):
    talking = talk()
    for question in SCREEN[:answered]:
        talking.answer(question)
    talking.until(SCREEN[answered])
    talking.until(": ")
    talking.interrupt()
    assert talking.end() == 1
    assert talking.heard.rstrip().endswith("Nothing was written.")
    assert "Traceback" not in talking.heard
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("how", ["ctrl-c", signal.SIGTERM, signal.SIGHUP])
def test_an_end_while_a_mail_hangs_leaves_nothing(how, talk, home, mail_server, trusted):
    mail_server.answers.append("hang")
    talking = talk(SSL_CERT_FILE=str(trusted))
    talking.answer("Language", "en")
    mail_address(talking, mail_server, f"127.0.0.1:{mail_server.port}")
    talking.answer("Keep the secret in a file of its own", "y")
    mail_server.arrivals.get(timeout=PATIENCE)
    assert len(list(home.parent.glob("reminderd-init-*"))) == 1
    if how == "ctrl-c":
        talking.interrupt()
    else:
        talking.process.send_signal(how)
    assert talking.end() == 1
    assert "Nothing was written." in talking.heard
    assert list(home.iterdir()) == []
    assert list(home.parent.glob("reminderd-init-*")) == []


def test_a_failed_test_can_be_passed_over(talk, home, httpserver):
    httpserver.expect_request("/hook").respond_with_data("no", status=404)
    talking = talk()
    for question in ("Language", "Your time zone"):
        talking.answer(question)
    talking.answer("Where shall reminders go", "url")
    talking.answer("The Apprise URL", f"json://127.0.0.1:{httpserver.port}/hook")
    for question in BILL:
        talking.answer(question)
    talking.answer("Keep the secret", "n")
    talking.until("failed: ")
    talking.answer("Give address and secret again", "n")
    talking.answer("Save it as it is all the same", "y")
    talking.answer("Keep it running")
    assert talking.end() == 0
    assert f'url = "json://127.0.0.1:{httpserver.port}/hook"' in config_of(home).read_text()


def test_a_file_that_is_there_is_replaced_only_if_one_agrees(talk, home):
    file = home / "mine.toml"
    file.write_text("# mine\n")
    talking = talk("--config", str(file))
    talking.answer(f"{file} is there already. Replace it? (y/n) [n]")
    assert talking.end() == 1
    assert file.read_text() == "# mine\n"


def test_the_unit_is_installed_with_the_paths_of_this_machine(talk, home, systemctl):
    talking = talk(path=systemctl(0))
    for question in SCREEN:
        talking.answer(question)
    talking.answer("Keep it running in the background (number or name) [user]")
    assert talking.end() == 0
    assert "It runs in the background now" in talking.heard
    assert "loginctl enable-linger" in talking.heard
    told = (home / "systemctl.log").read_text().splitlines()
    assert told == ["--user daemon-reload", "--user enable --now reminderd"]
    unit = (home / ".config/systemd/user/reminderd.service").read_text()
    assert f"--config {config_of(home)} run\n" in unit
    assert f"Documentation=file://{config_of(home)}\n" in unit


def test_a_systemctl_that_fails_is_told_with_the_commands(talk, home, systemctl):
    talking = talk(path=systemctl(1))
    for question in SCREEN:
        talking.answer(question)
    talking.answer("Keep it running in the background")
    assert talking.end() == 0
    assert "systemctl failed: systemctl ended with 1. Do it yourself:" in talking.heard
    assert "systemctl --user enable --now reminderd" in talking.heard


def test_the_words_a_chinese_reader_types_are_taken(talk, home):
    talking = talk(language="zh_CN.UTF-8")
    talking.answer("Language / 语言 (en, zh-CN) [zh-CN]", "中文")
    talking.answer("您所在的时区", "北京")
    talking.answer("“北京”是指 Asia/Shanghai 吗？(y/n) [y]", "是")
    talking.answer("提醒发到哪里", "１")
    talking.until("下面逐笔填写贷款：种类、名字、怎么还")
    talking.answer("是哪一种贷款", "微粒贷")
    talking.answer("给它起个名字 [微粒贷]")
    talking.answer("怎么还（编号或名称） [schedule]")
    talking.answer("合同利率，按日或按年 [日 0.05%]")
    talking.answer("借了多少本金（CNY）", "￥１万")
    talking.until("即 10000.00")
    talking.answer("每期怎么算（编号或名称） [equal-principal]")
    talking.answer("一共多少期（含已还的）", "10期")
    talking.answer("第一期是哪天到期", f"{NEXT.year}年{NEXT.month}月{NEXT.day}日")
    talking.until(f"即 {NEXT}")
    talking.answer("还有别的贷款要填吗？(y/n) [n]", "是")
    talking.answer("是哪一种贷款", "花呗")
    talking.answer("给它起个名字 [花呗]")
    talking.answer("怎么还（编号或名称） [bill]")
    talking.answer("下一期应还多少（CNY）", "862.35元")
    talking.answer("哪天到期", "2016/12/15")
    talking.answer("年份对吗？(y/n) [n]")
    talking.answer("哪天到期", f"{NEXT.month}月{NEXT.day}日")
    talking.answer("还有别的贷款要填吗？(y/n) [n]")
    talking.answer("要不要让它在后台运行", "不要")
    assert talking.end() == 0
    loans = tomllib.loads(config_of(home).read_text())["loans"]
    assert [(loan["id"], loan["name"]) for loan in loans] == [
        ("weilidai", "微粒贷"),
        ("loan", "花呗"),
    ]
    assert (loans[0]["principal"], loans[0]["installments"]) == ("10000.00", 10)
    assert (loans[1]["amount"], loans[1]["due"]) == ("862.35", NEXT)


def test_an_answer_that_is_refused_is_asked_for_alone(talk):
    talking = talk()
    for question in SCREEN[:6]:
        talking.answer(question)
    talking.answer("How much is due next", "1,150.00")
    talking.answer("When is it due", "5/12")
    talking.until("'5/12' can be ")
    talking.answer("When is it due")
    talking.until("Another loan")
    assert talking.heard.count("How much is due next") == 1


def test_a_sum_in_another_currency_is_asked_back_and_makes_the_loan_one_in_it(talk, home):
    talking = talk()
    for question in SCREEN[:6]:
        talking.answer(question)
    talking.answer("How much is due next, in CNY", "$412.33")
    talking.answer("$412.33 is a sum in USD, but CNY is expected. Is the loan in USD? (y/n) [y]")
    for question in ("When is it due", "Another loan", "Keep it running"):
        talking.answer(question)
    assert talking.end() == 0
    config = tomllib.loads(config_of(home).read_text())
    assert (config["currency"], config["loans"][0]["amount"]) == ("USD", "412.33")


@pytest.mark.parametrize(
    ("answers", "words", "since"),
    [
        ([("Were they all paid (all, none or some) [all]", "")], "Another loan", 1),
        ([("Were they all paid", "no")], "3 payments are open, the oldest since ", None),
        (
            [("Were they all paid", "some"), ("Up to which due date was everything paid", "DUE")],
            "One payment is open, since ",
            2,
        ),
    ],
)
def test_a_loan_in_mid_life_is_asked_whether_it_was_paid(talk, home, answers, words, since):
    dues = [date.today() - timedelta(days=days) for days in (3, 17, 31)]
    talking = talk()
    for question in SCREEN[:5]:
        talking.answer(question)
    talking.answer("How is it paid back", "the same amount each time")
    talking.answer("How much is each payment, in CNY", "350")
    talking.answer("How often is it due", "biweekly")
    talking.answer("How many payments in all")
    talking.answer("When is the last one due")
    talking.answer("When was or is the very first payment due", str(dues[-1]))
    talking.until(f"3 payments fell due between {dues[-1]} and {dues[0]}. ")
    for question, answer in answers:
        talking.answer(question, answer.replace("DUE", str(dues[1])))
    talking.until(words)
    if since is None:
        talking.until(f"{dues[-1]}. The first message says what is owed today.")
    talking.interrupt()
    assert talking.end() == 1
    assert list(home.iterdir()) == []


def test_prompts_and_errors_are_wrapped_at_the_width_of_the_terminal(talk):
    talking = talk(COLUMNS="50")
    talking.answer("Language")
    talking.answer("Your time zone")
    talking.answer("Where shall reminders go", "1")
    talking.answer("What kind of loan", "car loan")
    talking.until("What kind of loan")
    said = talking.heard.replace(": car loan\n", ": \n")
    prose = [line for line in said.splitlines() if not re.match(r" +\d+  ", line)]
    assert max(map(len, prose)) <= 50
    assert "  'car loan' is none of these (write a number, or\n  one of: " in talking.heard


def test_a_configuration_that_cannot_be_used_is_told_and_never_written(talk, home):
    talking = talk(REMINDERD_LOCALE="xx")
    for question in SCREEN:
        talking.answer(question)
    talking.until("'xx' is not a known language")
    talking.answer("Answer the questions about the loans again? (y/n) [y]")
    for question in BILL:
        talking.answer(question)
    talking.answer("Answer the questions about the loans again? (y/n) [y]", "n")
    assert talking.end() == 1
    assert "Nothing was written." in talking.heard
    assert list(home.iterdir()) == []
