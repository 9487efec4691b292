"""``reminderd init --answers``: everything said in a file, and what comes of it."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from reminderd.alerts.channel import Recipient
from reminderd.cli import init_service
from reminderd.cli.init_answer_file import read_answers
from reminderd.cli.init_answers import CHANNELS, QUESTIONS, SERVICES, Here
from reminderd.cli.init_channels import KINDS, target_of
from reminderd.cli.init_file import config_text, put
from reminderd.cli.init_loans import (
    FREQUENCIES,
    LOAN_QUESTIONS,
    PLANS,
    PRESETS,
    REPAYMENTS,
)
from reminderd.cli.init_words import LANGUAGES, sentences
from reminderd.cli.main import cli
from reminderd.config.load import load_file, load_text
from reminderd.config.loan_tables import LoanModel
from reminderd.delivery.transport import instantiate
from reminderd.errors import UsageError

NOW = datetime(2026, 12, 9, 4, tzinfo=UTC)
SOURCES = Path(init_service.__file__).parent
HERE = Here("en", "Asia/Shanghai", NOW, "none")
# What a part of the loader that is built beside this one brings.
NEEDS_LENDER = pytest.mark.skipif(
    "lender" not in LoanModel.model_fields, reason="the loader knows no lender yet"
)
NEEDS_PAID_UNTIL = pytest.mark.skipif(
    "paid_until" not in LoanModel.model_fields, reason="the loader knows no paid_until yet"
)
NEEDS_UNTIL = pytest.mark.skipif(
    "until" not in LoanModel.model_fields, reason="the loader knows no fixed amounts yet"
)
QUIET = 'test = false\nlanguage = "en"\ntimezone = "Asia/Shanghai"\n'


@pytest.fixture
def init(clock, tmp_path):
    """Return a function that answers from standard input, into a folder that is not there yet."""

    def run(answers, *arguments, file="new/config.toml"):
        command = ("--config", str(tmp_path / file), "init", "--answers", "-", *arguments)
        result = CliRunner().invoke(cli, command, prog_name="reminderd", input=answers)
        if not isinstance(result.exception, SystemExit | None):
            raise result.exception
        return result

    return run


def test_every_sentence_is_there_in_both_languages_with_the_same_facts():
    for key, said in sentences().items():
        assert set(said) == set(LANGUAGES), key
        facts = [sorted(re.findall(r"{(\w+)}", said[language])) for language in LANGUAGES]
        assert facts[0] == facts[1], key


def test_every_choice_and_answer_is_explained():
    keys = set(sentences())
    assert {f"channel_{name}" for name in KINDS} <= keys
    menus = (CHANNELS, SERVICES, PRESETS, PLANS, REPAYMENTS, FREQUENCIES)
    assert {f"{menu.what}_{name}" for menu in menus for name in menu.names} <= keys
    assert {f"name_{name}" for name in PRESETS.names} <= keys
    assert {f"help_{name}" for name in QUESTIONS | LOAN_QUESTIONS} <= keys
    asked = {f"{part}_{kind.name}" for kind in KINDS.values() for part in kind.asks}
    assert asked <= keys


@pytest.mark.parametrize("language", ["C.UTF-8", "zh_CN.UTF-8"])
def test_the_answers_that_are_printed_are_good_answers(
    language, init, clock, monkeypatch, tmp_path
):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", language)
    printed = CliRunner().invoke(cli, ["init", "--print-answers"]).stdout
    named = {line.lstrip("# ").partition(" =")[0] for line in printed.splitlines() if " = " in line}
    assert named == QUESTIONS.keys() | LOAN_QUESTIONS.keys()
    result = init(printed)
    assert (result.exit_code, result.stderr) == (0, "")
    written = tomllib.loads((tmp_path / "new/config.toml").read_text())
    assert written["locale"] == ("zh-CN" if language.startswith("zh") else "en")


def test_no_answers_at_all_make_a_configuration_that_is_right(init, tmp_path):
    result = init("")
    assert result.exit_code == 0
    file = tmp_path / "new/config.toml"
    assert CliRunner().invoke(cli, ["check", "--config", str(file)]).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_secret_goes_into_a_file_of_its_own(init, tmp_path):
    result = init(QUIET + 'channel = "serverchan"\nsecret = "SCThunter2canary"\n')
    assert result.exit_code == 0
    folder = tmp_path / "new"
    secret = folder / "serverchan-url"
    assert secret.read_text() == "schan://SCThunter2canary\n"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert "hunter2canary" not in (folder / "config.toml").read_text() + result.output


def test_a_file_that_holds_a_secret_already_is_left_alone(init, tmp_path):
    (tmp_path / "new").mkdir()
    other = tmp_path / "new/bark-url"
    other.write_text("another one's")
    assert init(QUIET + 'channel = "bark"\nsecret = "abcdefgh"\n').exit_code == 0
    assert other.read_text() == "another one's"
    assert (tmp_path / "new/bark-url-2").read_text() == "barks://api.day.app/abcdefgh\n"


def test_a_secret_may_stay_in_the_configuration(init, tmp_path):
    answers = QUIET + 'channel = "bark"\nsecret = "abcdefgh"\nsecret_file = false\n'
    assert init(answers).exit_code == 0
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["config.toml"]
    assert "barks://api.day.app/abcdefgh" in (tmp_path / "new/config.toml").read_text()


def test_all_mistakes_are_told_at_once_with_line_column_and_remedy(init, tmp_path):
    result = init(
        'langage = "en"\nchannel = "emial"\n due = "soon"\namount = "-3"\n'
        'preset = "weilida"\nsecret = "hunter2canary"\ntest = 1\n'
    )
    assert (result.exit_code, result.stdout) == (2, "")
    assert [line.split(" ")[1] for line in result.stderr.splitlines()] == [
        *("input:1:1:", "input:2:1:", "input:3:2:", "input:4:1:", "input:5:1:", "input:7:1:"),
    ]
    assert "(did you mean language?)" in result.stderr
    assert "'emial' is none of these (did you mean email?)" in result.stderr
    assert "'soon' is not a date (write 2026-12-05)" in result.stderr
    assert "'-3' is not an amount in" in result.stderr
    assert "(did you mean weilidai?)" in result.stderr
    assert "'1' is neither" in result.stderr or "1 is neither" in result.stderr
    assert "hunter2canary" not in result.stderr
    assert not (tmp_path / "new").exists()


def test_mistakes_are_told_in_the_language_that_was_chosen(init):
    result = init('language = "zh-CN"\ndue = "soon"\n')
    assert "'soon' 不是日期（请写成 2026-12-05）" in result.stderr


def test_answers_that_are_not_toml_are_told_with_their_line(init):
    result = init('language = "en"\nname = "\n')
    assert result.exit_code == 2
    assert result.stderr.startswith("standard input:2:")


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ('channel = "email"', 'address: is needed here (add address = "…")'),
        ('channel = "bark"', 'secret: is needed here (add secret = "…")'),
        ('address = "me@example.com"', 'address: does not go with channel = "screen" (remove it)'),
        ('rate = "18% a year"', 'rate: does not go with preset = "none" (remove it)'),
        ('channel = "wecom"\nsecret = "with space"', "secret: that cannot be right"),
        ('channel = "url"\nsecret = "ntfy.sh/x"', "secret: that is not an Apprise URL"),
        ('channel = "telegram"\naddress = "me"\nsecret = "x:yz"', "address: 'me' is not a chat id"),
        ('channel = "ntfy"\naddress = "a b"', "address: 'a b' is not a topic"),
        ('timezone = "Asia/Shangai"', "(did you mean Asia/Shanghai?)"),
        ('preset = "weilidai"\nrate = "18%"', "rate: '18%' is not a rate (write 0.05% a day"),
        ('preset = "weilidai"\nrate = "18% a day"', "rate: '18% a day' is not a rate"),
        ('name = ""', "name: it needs a name"),
        ('currency = "RMB"', "currency: 'RMB' is not a currency (write CNY, EUR, USD)"),
        ("amount = 12.345", "amount: 12.345 is not an amount in CNY above zero"),
        ("due = 9999-12-31", "due: 9999-12-31 is not a date"),
        ('service = "root"', "service: 'root' is none of these"),
        (
            'channel = "email"\naddress = "a@b.cd"\nsecret = "x"\nserver = "a b"',
            "not a mail server",
        ),
    ],
)
def test_an_answer_that_cannot_be_is_told_with_its_remedy(answers, sentence, init):
    result = init(
        'language = "en"\ntimezone = "Asia/Shanghai"\n' * ("timezone" not in answers) + answers
    )
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_file_that_is_there_is_replaced_only_when_told_so(init, tmp_path):
    file = tmp_path / "config.toml"
    file.write_text("# mine\n")
    refused = init(QUIET, file="config.toml")
    assert refused.exit_code == 2
    assert "is there already (say overwrite = true" in refused.stderr
    assert file.read_text() == "# mine\n"
    assert init(QUIET + "overwrite = true\n", file="config.toml").exit_code == 0
    assert "[[loans]]" in file.read_text()


BARK = QUIET + 'channel = "bark"\nsecret = "{secret}"\n'


def test_the_secret_of_a_configuration_that_is_replaced_goes_with_it(init, tmp_path):
    folder = tmp_path / "new"
    init(BARK.format(secret="oldcanary"))
    result = init(BARK.format(secret="newcanary") + "overwrite = true\n")
    assert result.exit_code == 0
    assert f"Removed, with the configuration that used it: {folder}/bark-url\n" in result.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["bark-url-2", "config.toml"]
    assert load_file(folder / "config.toml").channels[0].recipients[0].target.endswith("/newcanary")


def test_a_secret_that_another_configuration_uses_stays(init, tmp_path):
    init(BARK.format(secret="oldcanary"))
    mine = tmp_path / "new/mine.toml"
    mine.write_text((tmp_path / "new/config.toml").read_text())
    init(BARK.format(secret="newcanary") + "overwrite = true\n")
    assert load_file(mine).channels[0].recipients[0].target.endswith("/oldcanary")


@pytest.mark.parametrize(
    "mine",
    [
        '[channels.bark]\nurl = { file = "bark-url" }\n',
        '# Written by `reminderd init`.\n[channels.bark]\nurl = { file = "key" }\n',
        "\xff",
    ],
)
def test_a_secret_that_init_did_not_write_stays(mine, init, tmp_path):
    for name in ("bark-url", "key"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "config.toml").write_text(mine, "latin-1")
    answers = BARK.format(secret="newcanary") + "overwrite = true\n"
    assert init(answers, file="config.toml").exit_code == 0
    assert [(tmp_path / name).read_text() for name in ("bark-url", "key")] == ["mine", "mine"]


def test_a_message_that_is_not_taken_leaves_the_old_secret_in_its_place(init, tmp_path, httpserver):
    init(BARK.format(secret="oldcanary"))
    httpserver.expect_request("/hook").respond_with_data("no", status=404)
    url = f"json://127.0.0.1:{httpserver.port}/hook"
    answers = f'language = "en"\nchannel = "url"\nsecret = "{url}"\noverwrite = true\n'
    assert init(answers).exit_code == 1
    folder = tmp_path / "new"
    assert sorted(path.name for path in folder.iterdir()) == ["bark-url", "config.toml"]
    assert load_file(folder / "config.toml").channels[0].recipients[0].target.endswith("/oldcanary")


def test_a_message_that_is_not_taken_leaves_nothing_and_says_why(init, tmp_path, httpserver):
    httpserver.expect_request("/hook").respond_with_data("no", status=404)
    url = f"json://127.0.0.1:{httpserver.port}/hook"
    result = init(f'language = "en"\nchannel = "url"\nsecret = "{url}"\n')
    assert result.exit_code == 1
    assert "failed: " in result.stdout
    assert "nothing was written (put it right, or say test = false)" in result.stderr
    assert not (tmp_path / "new").exists()


def test_a_bark_server_of_ones_own_gets_the_message(init, tmp_path, httpserver):
    httpserver.expect_request("/push").respond_with_json({"code": 200})
    pasted = f"http://127.0.0.1:{httpserver.port}/canarykey"
    assert init(f'language = "en"\nchannel = "bark"\nsecret = "{pasted}"\n').exit_code == 0
    (request, _), *_ = httpserver.log
    assert "canarykey" in request.get_data(as_text=True)


def test_a_folder_that_cannot_be_written_to_is_told(init, tmp_path):
    (tmp_path / "new").write_text("in the way")
    result = init(QUIET)
    assert result.exit_code == 1
    assert "cannot be written: " in result.stderr
    assert "give --config FILE" in result.stderr


def test_json_says_what_was_written_and_what_comes_first(init, tmp_path):
    result = init('language = "en"\ntimezone = "Asia/Shanghai"\ndue = 2026-12-20\n', "--json")
    told = json.loads(result.stdout)
    assert told["file"] == str(tmp_path / "new/config.toml")
    assert told["secret_file"] is None
    assert told["sent"] == [{"channel": "screen", "address": "screen", "ok": True, "error": None}]
    command = ["preview", "--config", told["file"], "--json"]
    assert told["first"]["at"] == json.loads(CliRunner().invoke(cli, command).stdout)[0]["at"]
    assert "a test message" in result.stderr


def test_what_comes_first_is_what_preview_shows(init, tmp_path):
    shown = init(QUIET + "due = 2026-12-01\n").stdout
    file = str(tmp_path / "new/config.toml")
    previewed = CliRunner().invoke(cli, ["preview", "--config", file, "--full"]).stdout
    first = previewed.split("\n\n2026-")[0]
    for line in first.splitlines()[2:]:
        assert line.strip() in shown


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"channel": "ntfy", "address": "my-topic"}, "ntfys://ntfy.sh/my-topic"),
        ({"channel": "ntfy", "address": "http://10.0.0.1:80/t"}, "ntfy://10.0.0.1:80/t"),
        (
            {"channel": "telegram", "address": "987654", "secret": "123456789:" + "A" * 35},
            "tgram://123456789:" + "A" * 35 + "/987654",
        ),
        ({"channel": "bark", "secret": "abcdefgh"}, "barks://api.day.app/abcdefgh"),
        (
            {"channel": "bark", "secret": "https://api.day.app/abcdefgh/title"},
            "barks://api.day.app/abcdefgh",
        ),
        (
            {"channel": "serverchan", "secret": "https://sctapi.ftqq.com/SCT1Tab.send"},
            "schan://SCT1Tab",
        ),
        (
            {
                "channel": "wecom",
                "secret": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7abc",
            },
            "wecombot://693a91f6-7abc",
        ),
        (
            {
                "channel": "dingtalk",
                "secret": "https://oapi.dingtalk.com/robot/send?access_token=" + "0a" * 32,
            },
            "dingtalk://" + "0a" * 32,
        ),
        (
            {"channel": "feishu", "secret": "https://open.feishu.cn/open-apis/bot/v2/hook/ab-12"},
            "feishu://ab-12",
        ),
        ({"channel": "url", "secret": "json://127.0.0.1/x"}, "json://127.0.0.1/x"),
    ],
)
def test_a_channel_becomes_a_url_that_apprise_knows(given, url):
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in given.items())
    target = target_of(read_answers(text, "answers", HERE))
    assert (target.table["url"], target.hidden) == (url, "url")
    instantiate(Recipient("x", url))


@pytest.mark.parametrize(
    ("address", "given", "server"),
    [
        ("me@qq.com", "", ("smtp.qq.com", 587, "starttls")),
        ("me@163.com", "", ("smtp.163.com", 465, "ssl")),
        ("me@my-own.example", "", ("smtp.my-own.example", 587, "starttls")),
        ("me@my-own.example", "mail.example:465", ("mail.example", 465, "ssl")),
        ("me@my-own.example", "mail.example:2525", ("mail.example", 2525, "starttls")),
    ],
)
def test_the_mail_server_is_known_guessed_or_given(address, given, server):
    known = {"channel": "email", "address": address, "secret": "x", "server": given}
    table = target_of(known).table
    assert (table["host"], table["port"], table["mode"]) == server


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "preset",
    [
        pytest.param(name, marks=[NEEDS_LENDER] if name == "person" else [])
        for name in PRESETS.names
    ],
)
def test_every_preset_makes_a_loan_that_is_right(preset, language, tmp_path):
    answers = f'language = "{language}"\npreset = "{preset}"\n'
    abroad = {"us-consumer": "USD", "us-credit-card": "USD", "de-consumer": "EUR"}
    if preset in abroad:
        answers += 'rate = "8% a year"\n'
    known = read_answers(answers, "answers", HERE)
    text = config_text(known, target_of(known), None)
    config = load_text(text, tmp_path / "config.toml")
    (loan,) = config.loans
    assert loan.terms.currency == abroad.get(preset, "CNY")
    assert loan.name == known["loans"][0]["name"]
    assert all(len(line) <= 100 for line in text.splitlines())


def test_odd_names_stay_what_they_are(tmp_path):
    name = 'a "quoted" \\ name = [x] # 微粒贷'
    known = read_answers(f"name = '''{name}'''\n", "answers", HERE)
    (loan,) = load_text(config_text(known, target_of(known), None), tmp_path / "c.toml").loans
    assert (loan.name, loan.id) == (name, "a-quoted-name-x")


def test_files_are_put_in_place_all_or_none(tmp_path):
    (tmp_path / "config.toml").mkdir()  # so that the second one cannot take its place
    with pytest.raises(OSError, match="config.toml"):
        put(tmp_path, {"secret": "x", "config.toml": "y"})
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


def test_without_a_terminal_the_remedy_is_named(call):
    result = call("init")
    assert result.exit_code == 2
    assert "give --answers FILE" in result.stderr


def test_what_root_types_hands_the_secret_over(init, tmp_path, monkeypatch):
    """The commands are run as printed, but below another folder, and without a real systemd."""
    answers = QUIET + 'channel = "bark"\nsecret = "hunter2canary"\nservice = "system"\n'
    said = init(answers).stdout
    typed = [line.strip() for line in said.splitlines() if line.startswith("    ")]
    commands = typed[typed.index(next(each for each in typed if each.startswith("install"))) :]
    assert commands[-2:] == ["systemctl daemon-reload", "systemctl enable --now reminderd"]
    root = tmp_path / "root"
    for command in commands[:-2]:
        moved = re.sub(r"(?<![\w.])/etc/", f"{root}/etc/", command)
        if "LoadCredential" in moved:
            moved = moved.replace(f":{root}/etc", ":/etc")
        subprocess.run(["sh", "-c", moved], check=True)
    installed = root / "etc/reminderd/config.toml"
    assert stat.S_IMODE(installed.stat().st_mode) == 0o644
    assert stat.S_IMODE((root / "etc/reminderd/bark-url").stat().st_mode) == 0o600
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(root / "etc/reminderd"))
    (channel,) = load_file(installed).channels
    assert channel.recipients[0].target == "barks://api.day.app/hunter2canary"
    unit = root / "etc/systemd/system/reminderd.service"
    assert unit.read_text() == init_service.packaged_unit("system").read_text()
    loaded = (unit.parent / "reminderd.service.d/secret.conf").read_text()
    assert loaded == "[Service]\nLoadCredential=bark-url:/etc/reminderd/bark-url\n"


def test_a_secret_inside_the_configuration_is_not_for_the_whole_machine(init):
    answers = 'channel = "bark"\nsecret = "abcdefgh"\nsecret_file = false\nservice = "system"\n'
    result = init(QUIET + answers)
    assert result.exit_code == 1
    assert "keep the secret in a file of its own" in result.stdout
    assert "install -D" not in result.stdout


def test_where_there_is_no_systemctl_the_commands_are_printed(init, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    result = init(QUIET + 'service = "user"\n')
    assert result.exit_code == 1  # it does not run, though all is ready
    said = result.stdout
    assert "There is no systemctl here." in said
    assert "systemctl --user enable --now reminderd" in said
    assert (tmp_path / ".config/systemd/user/reminderd.service").exists()


def test_a_path_with_signs_that_mean_something_to_systemd_is_escaped(tmp_path):
    text = init_service.unit_text(tmp_path / 'a b%c"$d.toml')
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=")]
    assert f'--config "{tmp_path}/a b%%c\\"$$d.toml" run' in line


def test_only_the_paths_of_the_unit_are_changed(tmp_path):
    packaged = init_service.packaged_unit("user").read_text().splitlines()
    made = init_service.unit_text(tmp_path / "config.toml").splitlines()
    changed = [line for line in made if line not in packaged]
    assert [line.partition("=")[0] for line in changed] == ["Documentation", "ExecStart"]
    assert made[0] == "[Unit]"


def test_answers_raise_the_error_of_wrong_usage():
    with pytest.raises(UsageError):
        read_answers("nonsense = 1", "answers", HERE)


def test_a_topic_that_was_made_up_is_told(init, tmp_path):
    said = init(QUIET + 'channel = "ntfy"\n').stdout
    (topic,) = re.findall(r"Subscribe to https://ntfy.sh/(reminderd-[0-9a-f]{12}) in", said)
    assert (tmp_path / "new/ntfy-url").read_text() == f"ntfys://ntfy.sh/{topic}\n"
    assert topic not in (tmp_path / "new/config.toml").read_text()


def test_a_link_to_the_configuration_stays_a_link(init, tmp_path):
    real, link = tmp_path / "real.toml", tmp_path / "config.toml"
    real.write_text("# mine\n")
    link.symlink_to(real)
    assert init(QUIET + "overwrite = true\n", file="config.toml").exit_code == 0
    assert link.is_symlink()
    assert "[[loans]]" in real.read_text()


def test_nothing_is_there_to_say_that_is_never_said():
    files = [*SOURCES.glob("init*.py"), SOURCES.parent / "config/typed.py"]
    sources = "".join(path.read_text() for path in files)
    families = {"channel", "preset", "name", "help", "file", "address", "secret", "rate", "plan"}
    families |= {"amount", "installments", "repayment", "frequency", "service", "also", "span"}
    for key in sentences():
        family = key.removeprefix("no_").partition("_")[0]
        assert re.search(rf"[\"']{key}[\"']", sources) or family in families, key


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_accepts_the_unit_that_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", [str(Path(sys.executable).with_name("reminderd"))])
    unit = tmp_path / "reminderd.service"
    unit.write_text(init_service.unit_text(tmp_path / "my config.toml"))
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(unit)],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path), "LC_ALL": "C"},
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_answers_may_be_in_a_file(call, tmp_path):
    answers = tmp_path / "answers.toml"
    answers.write_text(QUIET + 'name = "Car"\n')
    assert call("init", "--answers", str(answers)).exit_code == 0
    assert 'name = "Car"' in (tmp_path / "config.toml").read_text()


def test_answers_that_are_nowhere_or_no_text_are_wrong_usage(refused, init, tmp_path):
    code, sentence = refused("init", "--answers", str(tmp_path / "none.toml"))
    assert code == 2
    assert "there is no such file (`reminderd init --print-answers` shows" in sentence
    result = init(b"\xff\xfe")
    assert result.exit_code == 2
    assert "standard input is not UTF-8 text" in result.stderr


def test_json_is_for_answers_and_not_for_a_conversation(refused):
    code, sentence = refused("init", "--json")
    assert code == 2
    assert "--json goes with --answers" in sentence
