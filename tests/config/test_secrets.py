"""Secrets may stand outside the file, and are never shown wherever they stand."""

import logging

import pytest

from reminderd.config.load import load_file
from reminderd.config.secrets import is_reference, resolve
from reminderd.delivery.transport import verify
from reminderd.errors import ConfigError

SECRET = "hunter2canary"


@pytest.fixture
def secret_file(tmp_path):
    """Return a function that writes a file only its owner can read."""

    def write(content, mode=0o600, name="secret"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        return path

    return write


def test_a_reference_is_a_table_of_one_known_key():
    assert is_reference({"env": "X"})
    assert is_reference({"file": "x"})
    assert is_reference({"credential": "x"})
    assert not is_reference({"env": "X", "file": "y"})
    assert not is_reference({"path": "x"})
    assert not is_reference({})
    assert not is_reference("env")


def test_a_secret_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("MY_TOKEN", SECRET)
    assert resolve({"env": "MY_TOKEN"}, tmp_path) == SECRET


def test_a_secret_comes_from_a_file_without_its_line_end(secret_file, tmp_path):
    secret_file(f"{SECRET}\n")
    assert resolve({"file": "secret"}, tmp_path) == SECRET


def test_what_editors_add_is_no_part_of_a_secret(secret_file, tmp_path):
    secret_file(f"\ufeff{SECRET}\r\n")
    assert resolve({"file": "secret"}, tmp_path) == SECRET


def test_a_file_is_looked_for_beside_the_configuration(secret_file, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    secret_file("ntfys://example.com/topic")
    config = tmp_path / "config.toml"
    config.write_text('[channels.phone]\nurl = { file = "secret" }\n')
    [channel] = load_file(config).channels
    assert channel.recipients[0].target == "ntfys://example.com/topic"


def test_a_file_may_be_named_by_its_whole_path(secret_file, tmp_path):
    path = secret_file(SECRET)
    assert resolve({"file": str(path)}, tmp_path / "nowhere") == SECRET


def test_a_file_may_be_named_from_the_home_folder(secret_file, tmp_path, monkeypatch):
    secret_file(SECRET)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve({"file": "~/secret"}, tmp_path / "nowhere") == SECRET


def test_a_secret_comes_from_a_systemd_credential(secret_file, tmp_path, monkeypatch):
    secret_file(SECRET, mode=0o440, name="ntfy_url")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert resolve({"credential": "ntfy_url"}, tmp_path / "nowhere") == SECRET


def test_a_file_that_the_group_may_read_is_taken(secret_file, tmp_path):
    secret_file(SECRET, mode=0o640)
    assert resolve({"file": "secret"}, tmp_path) == SECRET


def refusal(reference, folder):
    with pytest.raises(ValueError, match=".") as caught:
        resolve(reference, folder)
    return str(caught.value)


def test_a_file_that_everyone_may_read_is_refused(secret_file, tmp_path):
    path = secret_file(SECRET, mode=0o644)
    assert refusal({"file": "secret"}, tmp_path) == (
        f"{path} holds a secret but everyone can read it (chmod 600 {path})"
    )


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert refusal({"file": "secret"}, tmp_path) == (
        f"{tmp_path}/secret cannot be read: No such file or directory (check the path)"
    )


def test_a_folder_is_not_a_file(tmp_path):
    assert refusal({"file": str(tmp_path)}, tmp_path) == (
        f"{tmp_path} cannot be read: Is a directory (it must be a file that you can read)"
    )


@pytest.mark.parametrize("content", ["", "\n", "  \n\n"])
def test_an_empty_file_is_refused(content, secret_file, tmp_path):
    path = secret_file(content)
    assert refusal({"file": "secret"}, tmp_path) == (
        f"{path} is empty (put the secret on its first line)"
    )


def test_a_file_that_is_no_text_is_refused(secret_file, tmp_path):
    path = secret_file(b"\xff\xfe\x00")
    assert refusal({"file": "secret"}, tmp_path) == (
        f"{path} is not a text file (write the secret on its first line)"
    )


def test_the_home_folder_of_nobody_is_refused(tmp_path):
    assert refusal({"file": "~nobody-has-this-name/x"}, tmp_path) == (
        "~nobody-has-this-name/x: nobody knows that home folder (write the whole path)"
    )


@pytest.mark.parametrize("value", [None, "", " "])
def test_a_variable_that_is_not_set_is_named(value, monkeypatch, tmp_path):
    monkeypatch.delenv("MY_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("MY_TOKEN", value)
    assert refusal({"env": "MY_TOKEN"}, tmp_path) == (
        "the environment variable MY_TOKEN is not set (export it, or use a file)"
    )


def test_a_credential_outside_of_systemd_names_the_remedy(tmp_path):
    assert refusal({"credential": "ntfy_url"}, tmp_path) == (
        "credential 'ntfy_url' needs systemd "
        "(add LoadCredential=ntfy_url:/path to the unit, or use { file = … })"
    )


def test_a_credential_that_the_unit_does_not_load_names_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert refusal({"credential": "ntfy_url"}, tmp_path) == (
        f"{tmp_path}/ntfy_url cannot be read: No such file or directory "
        "(is LoadCredential=ntfy_url:/path in the unit, and that file there?)"
    )


@pytest.mark.parametrize("name", [3, "", "a\0b", None])
@pytest.mark.parametrize("source", ["env", "file", "credential"])
def test_a_reference_must_name_something(source, name, tmp_path):
    assert refusal({source: name}, tmp_path) == (
        f'{source} must name something (write {{ {source} = "name" }})'
    )


def test_a_refusal_points_at_the_reference(secret_file, tmp_path):
    path = secret_file(SECRET, mode=0o604)
    config = tmp_path / "config.toml"
    config.write_text('[channels.mail]\nschema = "mailtos"\npassword = { file = "secret" }\n')
    with pytest.raises(ConfigError) as caught:
        load_file(config)
    assert str(caught.value) == (
        f"{config}:3:12: channels.mail.password: {path} holds a secret but everyone can read it "
        f"(chmod 600 {path})"
    )


@pytest.mark.parametrize(
    "content", [SECRET, f"://{SECRET}", f"{SECRET} ntfys://x", f"user:{SECRET}@ntfys://x"]
)
def test_a_referenced_url_that_is_none_is_refused_without_showing_it(
    content, secret_file, tmp_path
):
    secret_file(content)
    config = tmp_path / "config.toml"
    config.write_text('[channels.phone]\nurl = { file = "secret" }\n')
    with pytest.raises(ConfigError) as caught:
        load_file(config, verify)
    assert str(caught.value) == (
        f"{config}:2:7: channels.phone.url: is not a URL "
        '(write one as "ntfys://topic", or "console://")'
    )


EVERYWHERE = f"""
[channels.inline]
url = "ntfys://me:{SECRET}@example.com/topic"
[channels.environment]
url = {{ env = "MY_URL" }}
[channels.file]
schema = "mailtos"
host = "example.com"
user = "me@example.com"
password = {{ file = "secret" }}
to = ["me@example.com"]
[channels.credential]
schema = "mailtos"
host = "example.com"
user = "me@example.com"
password = {{ credential = "smtp" }}
to = ["me@example.com"]
[channels.table]
schema = "mailtos"
host = "example.com"
user = "me@example.com"
password = "{SECRET}"
to = ["me@example.com"]
"""

WRONG = {
    "other mistakes": 'locale = "de"\n',
    "a value for a channel": f'channels = "{SECRET}"\n',
    "a URL that is none": f'[channels.x]\nurl = "{SECRET}"\n',
    "a URL without its schema": f'[channels.x]\nurl = "//{SECRET}"\n',
    "a URL of no service": f'[channels.x]\nurl = "nothing://{SECRET}"\n',
    "a URL that its service refuses": f'[channels.x]\nurl = "mailtos://{SECRET}:{SECRET}@"\n',
    "a URL and a schema": f'[channels.x]\nurl = "ntfys://{SECRET}"\nschema = "mailtos"\n',
    "a channel without a name": f'[channels]\nurl = "ntfys://{SECRET}"\n',
    "a channel among loans": f'[[loans]]\nid = "a"\nurl = "ntfys://{SECRET}"\n',
    "a password of a wrong kind": (
        f'[channels.x]\nschema = "mailtos"\npassword = {{ is = "{SECRET}" }}\n'
    ),
    "an unknown setting": f'[channels.x]\nschema = "mailtos"\npasword = "{SECRET}"\n',
    "a list for a URL": f'[channels.x]\nurl = ["ntfys://{SECRET}"]\n',
    "a URL without quotes": f"[channels.x]\nurl = ntfys://{SECRET}\n",
    "a password without quotes": f"[channels.x]\npassword = {SECRET}\n",
    "a password without quotes above all headings": f"password = {SECRET}\n",
    "a password without quotes under a torn heading": (
        f'[[loans]]\nid = "a"\nchannels.x]\npassword = {SECRET}\n'
    ),
    "a password without quotes by a dotted key": f"channels.x.url = ntfys://{SECRET}\n",
    "a password with one quote": f'[channels.x]\npassword = "{SECRET}\n',
    "a password in a heading line": f'[channels.x url = "ntfys://{SECRET}"\n',
    "a password twice": f'[channels.x]\nurl = "ntfys://{SECRET}"\nurl = "ntfys://{SECRET}"\n',
    "an address of a wrong kind": (
        f'[channels.x]\nschema = "mailtos"\nto = [{{ mail = "{SECRET}" }}]\n'
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_no_mistake_brings_a_secret_to_light(wrong, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(WRONG[wrong])
    with pytest.raises(ConfigError) as caught:
        load_file(config, verify)
    assert SECRET in WRONG[wrong] or wrong == "other mistakes"
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)
    assert SECRET not in repr(caught.value.problems)


@pytest.fixture
def everywhere(tmp_path, secret_file, monkeypatch):
    """Return a configuration with the secret in each of the places for secrets."""
    monkeypatch.setenv("MY_URL", f"ntfys://me:{SECRET}@example.com/topic")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    secret_file(SECRET)
    secret_file(SECRET, name="smtp")
    config = tmp_path / "config.toml"
    config.write_text(EVERYWHERE)
    return config


def test_every_place_for_secrets_is_read(everywhere):
    channels = {channel.name: channel for channel in load_file(everywhere, verify).channels}
    assert len(channels) == 5
    assert all(SECRET in str(channel.recipients[0].target) for channel in channels.values())


def test_the_representation_of_a_configuration_shows_no_secret(everywhere):
    config = load_file(everywhere, verify)
    assert SECRET in config.text
    assert SECRET not in repr(config)
    assert SECRET not in repr(config.channels)


class Kept(logging.Handler):
    """A log as a user of the library would have it, from the root downwards."""

    def __init__(self):
        super().__init__(level=1)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@pytest.fixture
def log():
    """Return the lines that reach the root of the log at any level."""
    root, kept = logging.getLogger(), Kept()
    level = root.level
    root.addHandler(kept)
    root.setLevel(1)
    yield kept.lines
    root.removeHandler(kept)
    root.setLevel(level)


def test_reading_a_configuration_logs_no_secret(everywhere, log):
    everywhere.write_text(
        EVERYWHERE
        + f'[channels.a]\nurl = "nothing://{SECRET}"\n'
        + f'[channels.b]\nurl = "mailtos://{SECRET}:{SECRET}@"\n'
    )
    with pytest.raises(ConfigError):
        load_file(everywhere, verify)
    logging.getLogger("reminderd").warning("the log works")
    assert "the log works" in log
    assert [line for line in log if SECRET in line] == []
