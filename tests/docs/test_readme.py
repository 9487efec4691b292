"""Both READMEs say the same, and name every command."""

import re
from decimal import Decimal

import pytest

from reminderd.cli.main import cli

from .pages import FENCE, INLINE, pages

READMES = ("README.md", "README.zh-CN.md")
ENGLISH, CHINESE = (pages()[name] for name in READMES)


def block(page, kind):
    return next(found[2] for found in FENCE.finditer(page) if found[1] == kind)


@pytest.mark.parametrize("name", READMES)
def test_every_command_is_named(name):
    named = set(re.findall(r"reminderd ([a-z]+)", " ".join(INLINE.findall(pages()[name]))))
    assert set(cli.commands) <= named


def test_both_have_the_same_two_commands_to_try():
    assert block(ENGLISH, "sh") == block(CHINESE, "sh")


def test_both_show_the_same_loan():
    def terms(page):
        lines = block(page, "toml").splitlines()
        return [line for line in lines if not line.startswith(("locale", "name"))]

    assert terms(ENGLISH) == terms(CHINESE)


def test_both_show_the_same_figures():
    def amounts(page):
        return {Decimal(each.replace(",", "")) for each in re.findall(r"¥([\d,.]+\d)", page)}

    assert len(amounts(block(ENGLISH, "text"))) > 4
    assert amounts(block(ENGLISH, "text")) == amounts(block(CHINESE, "text"))


def test_both_have_the_same_tables_and_steps():
    def rows(page):
        return re.findall(r"^\| `([^`]+)` \|", page, re.M)

    def steps(page):
        return [line.partition("#")[0].rstrip() for line in re.findall(r"^\$ .*$", page, re.M)]

    assert rows(ENGLISH) == rows(CHINESE)
    assert steps(ENGLISH) == steps(CHINESE)


def test_chinese_has_chinese_punctuation():
    bare = re.sub(r"`[^`\n]*`|\]\([^)]*\)", "", FENCE.sub("", CHINESE))
    assert re.findall(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]", bare) == []


def test_each_leads_to_the_other():
    assert "(README.zh-CN.md)" in ENGLISH
    assert "(README.md)" in CHINESE
