"""Prose at the width of a terminal."""

import pytest
from rich.cells import cell_len

from reminderd.cli.wrap import wrapped

CHINESE = (
    "密码（很多邮箱要用授权码），例如QQ邮箱、163邮箱；请写成 smtp.example.com 或 "
    "smtp.example.com:465 这样，谢谢！（完）……还有“引号”，以及《书名》。"
)
ENGLISH = "'car loan' is none of these (write a number, or one of: none, cn-bank-loan (bank loan))"


@pytest.mark.parametrize("width", range(22, 90))
@pytest.mark.parametrize("text", [CHINESE, ENGLISH, f"  {CHINESE}"])
def test_no_line_is_wider_nor_begins_with_a_stop_nor_ends_with_a_bracket(text, width):
    lines = wrapped(text, width).split("\n")
    assert all(cell_len(line) <= width for line in lines)
    assert not any(line.lstrip()[0] in "），。；、！：…”》)" for line in lines)
    assert not any(line[-1] in "（“《(" for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_no_word_is_broken_and_no_blank_is_lost():
    assert wrapped(ENGLISH, 30).split() == ENGLISH.split()
    assert " ".join(wrapped(ENGLISH, 30).split("\n")) == ENGLISH


def test_what_is_wider_than_a_line_stays_whole():
    assert wrapped("see https://example.com/a/long/address now", 12) == (
        "see\nhttps://example.com/a/long/address\nnow"
    )


def test_further_lines_keep_the_indentation_and_lines_stay_apart():
    assert wrapped("    one two three\n\nfour", 12) == "    one two\n    three\n\nfour"
