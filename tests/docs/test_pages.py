"""What the pages say of commands, options, keys and files is so."""

import re
import tomllib

import click
import pytest

from reminderd.cli.main import cli
from reminderd.config.load import load_file
from reminderd.config.models import Settings
from reminderd.config.own_playbook import read_playbook
from reminderd.config.playbook_tables import PlaybookModel

from .pages import FENCE, INLINE, ROOT, blocks, complaint, options_of, pages

SHELL = ("sh", "console", "text", "")
LOAN = '\n[[loans]]\nid = "some-loan"\ndue = 2026-12-05\namount = "100"\n'
OTHERS = ("benchmarks/", "docs/testing.md")  # speak of other programs' options


def prose(text):
    return FENCE.sub("", text)


def said_commands():
    """Yield each use of the program on a page: where, and what stands behind its name."""
    use = re.compile(r"(?:^|[ /(`$])reminderd ((?:--[a-z]|[a-z])[^`\n;|#&]*)")
    for page, text in pages().items():
        for code in INLINE.findall(prose(text)):
            yield from ((page, found) for found in re.findall(r"^reminderd (\S.*)", code))
    for block in blocks("sh", "console"):
        for line in block.body.splitlines():
            yield from ((str(block), found.strip()) for found in use.findall(line))


USES = sorted(set(said_commands()))


def test_uses_of_the_program_were_found():
    assert {"check", "run", "pay", "outbox"} <= {words.split()[0] for _, words in USES}


@pytest.mark.parametrize(("page", "words"), USES, ids=lambda value: value)
def test_every_command_and_option_on_a_page_is_there(page, words):
    assert complaint(words) is None


@pytest.mark.parametrize("words", ["chekc", "quote card --explian", "--confg x run", "outbox --al"])
def test_one_that_is_not_there_would_be_noticed(words):
    assert complaint(words)


def every_option(group):
    for command in group.commands.values():
        yield from options_of(command)
        if isinstance(command, click.Group):
            yield from every_option(command)


def test_options_named_alone_are_some_command_s():
    known = {*every_option(cli), *options_of(cli), "--help", "--user"}
    for page, text in pages().items():
        if not page.startswith(OTHERS):
            named = [code for code in INLINE.findall(prose(text)) if code.startswith("--")]
            assert {code.split()[0].split("=")[0] for code in named} <= known, page


TABLES = [block for block in blocks("toml") if "[tool." not in block.body]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder in which every file is there that a table on a page names."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    for name in re.findall(r'(?:file|credential) = "([^"/~]+)"', "".join(b.body for b in TABLES)):
        (tmp_path / name).write_text("ntfys://a-topic-nobody-can-guess")
        (tmp_path / name).chmod(0o600)
    for name in re.findall(r'env = "(\w+)"', "".join(b.body for b in TABLES)):
        monkeypatch.setenv(name, "ntfys://a-topic-nobody-can-guess")
    (tmp_path / "templates").mkdir()
    return tmp_path


@pytest.mark.parametrize("block", TABLES, ids=str)
def test_every_table_on_a_page_can_be_loaded(folder, block):
    if set(tomllib.loads(block.body)) <= set(PlaybookModel.model_fields):
        (folder / "playbook.toml").write_text(block.body)
        read_playbook(folder / "playbook.toml")
        return
    (folder / "playbook.toml").touch()
    (folder / "config.toml").write_text(block.body + LOAN * ("[[loans]]" not in block.body))
    load_file(folder / "config.toml")


@pytest.fixture(scope="module")
def known_keys(reference):
    """Return every key of the files, and every name that Apprise has for what a channel needs."""
    from apprise.plugins import N_MGR

    roots = (Settings, PlaybookModel)
    models = [table.model for root in roots for table in reference.tables(root)]
    ours = {info.alias or name for model in models for name, info in model.model_fields.items()}
    plugins = [N_MGR[schema] for schema in N_MGR.schemas()]
    theirs = {name for each in plugins for name in (*each.template_tokens, *each.template_args)}
    return ours | theirs | {"host", "port", "user", "password"}


def test_every_key_that_a_page_sets_in_passing_is_there(known_keys):
    for page, text in pages().items():
        for code in INLINE.findall(prose(text)):
            if found := re.match(r"([\w-]+(?:\.[\w-]+)*) = \S", code):
                named = {part for part in found[1].split(".") if not part.isupper()}
                assert named <= known_keys, f"{page}: {code}"


def headings(text):
    """Return the anchors of a page, made as the usual forges make them."""
    for line in re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.M):
        bare = re.sub(r"[`*]|\[|\]\([^)]*\)", "", line).lower()
        yield re.sub(r"[^\w\- ]", "", bare).replace(" ", "-")


@pytest.mark.parametrize("page", sorted(pages()))
def test_every_link_leads_somewhere(page):
    here = (ROOT / page).parent
    for target, anchor in re.findall(
        r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", prose(pages()[page])
    ):
        there = (here / target).resolve() if target else ROOT / page
        assert there.exists(), target
        if anchor:
            assert anchor in headings(there.read_text("utf-8")), f"{target}#{anchor}"


def test_the_changelog_names_every_command_and_keeps_to_its_headings():
    text = pages()["CHANGELOG.md"]
    named = {code.split()[0] for code in INLINE.findall(text)}
    assert set(cli.commands) <= named
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.M)) <= kinds
    assert re.findall(r"^## \[(.+?)\]", text, re.M)[0] == "Unreleased"
