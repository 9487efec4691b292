"""The menus of ``reminderd init``: numbers and names, as people type them."""

import pytest

from reminderd.cli.init_answers import CHANNELS, SERVICES
from reminderd.cli.init_loans import FREQUENCIES, PLANS, PRESETS, REPAYMENTS
from reminderd.cli.init_words import LANGUAGES, say

MENUS = (CHANNELS, SERVICES, PRESETS, PLANS, REPAYMENTS, FREQUENCIES)
EN, ZH = ({"language": language} for language in LANGUAGES)


@pytest.mark.parametrize("menu", MENUS, ids=lambda menu: menu.what)
def test_every_number_and_every_name_that_is_shown_is_taken(menu):
    for number, name in enumerate(menu.names, 1):
        fullwidth = "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))
        for typed in (number, str(number), f" {number} ", fullwidth, name, name.upper()):
            assert menu.read(typed, EN) == name
        for language in LANGUAGES:
            label = say(language, f"{menu.what}_{name}")
            for known in (EN, ZH):
                assert menu.read(label, known) == name


@pytest.mark.parametrize(
    ("menu", "typed", "name"),
    [
        (PRESETS, "微粒贷", "weilidai"),
        (PRESETS, "Weilidai", "weilidai"),
        (PRESETS, "银行贷款", "cn-bank-loan"),
        (PRESETS, "房贷", "cn-bank-loan"),
        (PRESETS, "CN bank loan", "cn-bank-loan"),
        (PRESETS, "花呗", "none"),
        (PRESETS, "亲友", "person"),
        (CHANNELS, "邮件", "email"),
        (CHANNELS, "QQ邮箱", "email"),
        (CHANNELS, "qq 邮箱", "email"),
        (CHANNELS, "E-Mail", "email"),
        (CHANNELS, "iPhone", "bark"),
        (CHANNELS, "微信", "serverchan"),
        (CHANNELS, "企业微信", "wecom"),
        (SERVICES, "不要", "none"),
        (SERVICES, "none", "none"),
        (REPAYMENTS, "等额本金", "equal-principal"),
        (FREQUENCIES, "每两周", "biweekly"),
    ],
)
def test_the_words_that_people_use_are_taken(menu, typed, name):
    assert menu.read(typed, ZH) == name
    assert menu.read(typed, EN) == name


def test_a_refusal_lists_what_is_shown():
    with pytest.raises(ValueError, match="没有 '车' 这一项") as refusal:
        PRESETS.read("车", ZH)
    assert "person (向个人借的)" in str(refusal.value)
    assert "weilidai (微粒贷)" in str(refusal.value)
    assert "de-consumer (德国消费贷款)" in str(refusal.value)


def test_a_car_loan_is_no_bank_loan():
    with pytest.raises(ValueError, match="write a number, or one of: none") as refusal:
        PRESETS.read("car loan", EN)
    assert "did you mean" not in str(refusal.value)


@pytest.mark.parametrize("typed", ["weilida", "wielidai"])
def test_a_slip_of_the_finger_is_told_with_the_name_that_was_meant(typed):
    with pytest.raises(ValueError, match=r"\(did you mean weilidai\?\)"):
        PRESETS.read(typed, EN)


@pytest.mark.parametrize("typed", ["0", "9", "99", "-1", "1.5", ""])
def test_a_number_that_is_not_shown_is_refused(typed):
    with pytest.raises(ValueError, match="is none of these"):
        SERVICES.read(typed, EN)
