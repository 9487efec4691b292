"""The page on channels: every table on it works, and what it says the program says, it says."""

import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reminderd.alerts.channel import Recipient
from reminderd.config.load import load_file
from reminderd.delivery.answers import REPLIES, Answer, read
from reminderd.delivery.services import SERVICES
from reminderd.delivery.transport import verify
from reminderd.errors import ConfigError, Refused, SoftRefusal

from .pages import ROOT, blocks

PAGE = (ROOT / "docs" / "channels.md").read_text("utf-8")
CHANNELS = [block for block in blocks("toml") if block.page == "docs/channels.md"]
NOW = datetime(2026, 11, 21, tzinfo=UTC)

# Of the form that each service's own have.
SECRETS = {
    "smtp-password": "abcdefghijklmnop",
    "azure-secret": "abc8Q~abcdefghijklmnop",
    "ntfy-topic": "loans-0123456789abcdef",
    "ntfy-token": "tk_0123456789abcdefghijklmnopqrs",
    "telegram-token": "123456789:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
    "bark-key": "ynJ5Ft4atkMkWeo2PAvFhF",
    "serverchan-key": "SCT123456Tabcdefghijklmnopqrstuvw",
    "wecom-key": "693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa",
    "dingtalk-token": "566cc69da782ec33e7c8c7fd7f6a3b3c",
    "dingtalk-secret": "SEC0123456789abcdef0123456789abcdef",
    "feishu-token": "01234567-89ab-cdef-0123-456789abcdef",
}
LOAN = '\n[[loans]]\nid = "card"\ndue = 2026-12-05\namount = "100"\n'


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a file for each secret that the page speaks of."""
    for name, secret in SECRETS.items():
        (tmp_path / name).write_text(f"{secret}\n")
        (tmp_path / name).chmod(0o600)
    return tmp_path


def load(folder, text):
    file = folder / "config.toml"
    file.write_text(text + LOAN)
    return load_file(file, verify)


@pytest.mark.parametrize("block", CHANNELS, ids=str)
def test_every_channel_on_the_page_can_be_used(folder, block):
    [channel] = load(folder, block.body).channels
    for recipient in channel.recipients:
        assert verify(recipient) is None


@pytest.mark.parametrize("block", CHANNELS, ids=str)
def test_no_secret_stands_in_the_table(block):
    for key in ("password", "token", "secret", "key", "bot_token"):
        assert not re.search(rf"^{key} = \"", block.body, re.M)


def test_every_secret_on_the_page_is_one_of_these():
    assert {name for block in CHANNELS for name in re.findall(r'file = "(.+?)"', block.body)} == (
        set(SECRETS)
    )


def test_a_misspelt_name_on_the_page_would_be_noticed(folder):
    [block] = [each for each in CHANNELS if "tgram" in each.body]
    with pytest.raises(ConfigError):
        load(folder, block.body.replace("bot_token", "bot_tokn"))


def test_a_secret_that_everyone_can_read_is_refused_in_the_words_of_the_page(folder):
    (folder / "smtp-password").chmod(0o644)
    assert (folder / "smtp-password").stat().st_mode & stat.S_IROTH
    [block] = [each for each in CHANNELS if "gmail" in each.body]
    with pytest.raises(ConfigError) as caught:
        load(folder, block.body)
    [said] = re.findall(r"^> `(.*)`$", PAGE, re.M)
    assert said in str(caught.value).replace(f"{folder}/", "")


def sayings():
    """Return what the page has the program say, service by service."""
    found = []
    for section in re.split(r"^## ", PAGE, flags=re.M)[1:]:
        schemas = re.findall(r'^schema = "(\w+)"', section, re.M)
        for row in re.findall(r"^\| (`.*?) \| (.+) \|$", section, re.M):
            found += [(schemas[-1:], said, row[1]) for said in re.findall(r"`([^`]+)`", row[0])]
    return found


CODED = [
    (schemas[0].removesuffix("s"), int(found[1]), means)
    for schemas, said, means in sayings()
    if schemas and (found := re.match(r"the service answered (\d+)", said))
]


def test_codes_were_found_on_the_page():
    assert {schema for schema, _, _ in CODED} >= {"tgram", "bark", "wecombot", "dingtalk", "feishu"}


@pytest.mark.parametrize(("schema", "code", "means"), CODED)
def test_a_service_s_code_is_taken_as_the_page_says(schema, code, means):
    reply = REPLIES[schema]
    status = code if schema == "tgram" else 200
    body = f'{{"{reply.key}": {code}}}'.encode()
    trouble = read(schema, Answer(status, {}, body), NOW)
    assert str(trouble) == f"the service answered {code}"
    assert (type(trouble) is Refused) == ("Not tried again" in means)
    assert (type(trouble) is SoftRefusal) == ("Tried again for a day" in means)


@pytest.mark.parametrize(
    "target",
    ["nfty://topic", "tgram://nobody", {"schema": "tgram"}, {"schema": "tgram", "token": "x"}],
    ids=str,
)
def test_a_mistake_is_told_in_the_words_of_the_page(target):
    assert f"`{verify(Recipient('x', target))}`" in PAGE


def fragment(said):
    """Return what stays the same from case to case of a sentence that has cases."""
    return re.split(r" [(\d]", re.sub(r"^the (mail )?server's ", "", said))[0]


WORDS = {fragment(said) for _, said, _ in sayings()}


@pytest.mark.parametrize("words", sorted(words for words in WORDS if words.startswith("the ")))
def test_the_program_has_the_words_of_the_page(words):
    sources = (ROOT / "reminderd" / "delivery").glob("*.py")
    assert any(words in source.read_text("utf-8") for source in sources)


def test_the_limits_that_the_program_keeps_are_those_on_the_page():
    assert SERVICES["wecombot"].takes == 2_048
    assert SERVICES["wecombot"].rate == SERVICES["dingtalk"].rate == 20
    assert SERVICES["feishu"].rate == 100
    assert SERVICES["bark"].takes == 3_000
    assert SERVICES["schan"].title == 32
    for shown in ("2,048 bytes", "Twenty messages a minute", "A hundred messages", "3,000"):
        assert shown in PAGE


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_message_holds_one_of_the_keywords(locale):
    language = {"zh-CN": "in Chinese", "en": "in English"}[locale]
    [listed] = re.findall(rf"{language} ((?:`[^`]+`(?:, )?)+)", PAGE)
    keywords = re.findall(r"`(.+?)`", listed)
    goldens = sorted((ROOT / "tests" / "messages" / "goldens" / locale).glob("*.txt"))
    assert len(goldens) > 20
    for golden in goldens:
        parts = re.split(r"^═══ (\w+) ═══$", golden.read_text("utf-8"), flags=re.M)
        for form, text in zip(parts[1::2], parts[2::2], strict=True):
            if form in {"text", "markdown"}:
                assert any(word in text for word in keywords), (golden.name, form)


def test_the_page_names_no_file_that_is_not_there():
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", PAGE):
        assert (ROOT / "docs" / Path(target)).exists(), target
