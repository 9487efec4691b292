"""Both READMEs say the same, and show what the program sends."""

import re
from decimal import Decimal

import pytest

from reminderd.cli.main import cli
from reminderd.messages.message import Format

from .pages import FENCE, INLINE, ROOT, pages

READMES = ("README.md", "README.zh-CN.md")
ENGLISH, CHINESE = (pages()[name] for name in READMES)


ROWS = re.compile(r"^\| .* \| `reminderd (.*?)` \|$", re.M)
OWN = ("timezone", "currency", "locale", "name")  # of the readers of one language
PICTURE = re.compile(r'<img src="([^"]*)" width="\d+" alt="([^"]*)">')
AT_MOST = 120_000  # bytes of a picture


def block(page, kind):
    return next(found[2] for found in FENCE.finditer(page) if found[1] == kind)


def section(page, heading):
    return re.search(rf"^## {heading}\n(.*?)(?=^## )", page, re.M | re.S)[1]


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_shows_the_message_that_its_configuration_produces(readme, screenshots):
    mails = screenshots.messages(screenshots.configuration(readme), Format.TEXT)
    assert block(pages()[readme], "text") == screenshots.text(mails[screenshots.OVERDUE.day])


@pytest.mark.parametrize("readme", READMES)
def test_its_pictures_show_what_the_program_would_send_now(readme, screenshots):
    config = screenshots.configuration(readme)
    mails = screenshots.messages(config, Format.HTML)
    for picture in (screenshots.UPCOMING, screenshots.OVERDUE):
        caption = screenshots.caption(picture.file(config.locale).read_bytes())
        assert caption == screenshots.text(mails[picture.day]), "run docs/images/screenshots.py"


def test_every_picture_is_small_and_stands_above_the_first_configuration(screenshots):
    shown = set()
    for page in (ENGLISH, CHINESE):
        top = page[: page.index("```toml")]
        here = {ROOT / source for source, _ in PICTURE.findall(top)}
        assert len(here) == top.count("<img") == 2
        shown |= here
    assert shown == {*(ROOT / "docs/images").glob("*.png")}
    for file in shown:
        assert 10_000 < file.stat().st_size < AT_MOST, file


@pytest.mark.parametrize("page", [ENGLISH, CHINESE], ids=READMES)
def test_who_cannot_see_a_picture_is_told_its_figure_and_what_it_is(page, screenshots):
    for source, alternative in PICTURE.findall(page):
        title = screenshots.caption((ROOT / source).read_bytes()).splitlines()[0]
        numbers = re.findall(r"[\d,.]*\d", title)
        assert [each for each in numbers if each not in alternative] == []
        assert len(alternative) > len(title)


def test_at_most_ten_commands_are_explained_and_the_rest_are_in_the_reference():
    explained = ROWS.findall(section(ENGLISH, "Commands"))
    assert 5 < len(explained) <= 10
    assert "(docs/reference.md#commands)" in section(ENGLISH, "Commands")
    headings = re.findall(r"^### `reminderd (\w+)`$", pages()["docs/reference.md"], re.M)
    assert set(cli.commands) <= set(headings)


def test_both_have_the_same_two_commands_to_try():
    def commands(page):
        return [found[2] for found in FENCE.finditer(page) if found[1] == "sh"]

    assert commands(ENGLISH) == commands(CHINESE)


def test_both_show_the_same_loan():
    def terms(page):
        lines = block(page, "toml").splitlines()
        return [line for line in lines if not line.startswith(OWN)]

    assert terms(ENGLISH) == terms(CHINESE)


def test_both_show_the_same_figures():
    def amounts(page):
        return {Decimal(each.replace(",", "")) for each in re.findall(r"[¥$]([\d,.]+\d)", page)}

    assert len(amounts(block(ENGLISH, "text"))) > 4
    assert amounts(block(ENGLISH, "text")) == amounts(block(CHINESE, "text"))


def test_both_have_the_same_tables_and_steps():
    def steps(page):
        return [line.partition("#")[0].rstrip() for line in re.findall(r"^\$ .*$", page, re.M)]

    assert len(ROWS.findall(ENGLISH)) > 10
    assert ROWS.findall(ENGLISH) == ROWS.findall(CHINESE)
    assert len(steps(ENGLISH)) > 5
    assert steps(ENGLISH) == steps(CHINESE)


def test_both_name_the_same_commands_keys_and_files():
    def named(page):
        return {code for code in INLINE.findall(FENCE.sub("", page)) if code != "ADDRESS"}

    assert named(ENGLISH) ^ named(CHINESE) == set()


def test_chinese_has_chinese_punctuation():
    bare = re.sub(r"`[^`\n]*`|\]\([^)]*\)", "", FENCE.sub("", CHINESE))
    assert re.findall(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]", bare) == []


def test_each_leads_to_the_other():
    assert "(README.zh-CN.md)" in ENGLISH
    assert "(README.md)" in CHINESE
