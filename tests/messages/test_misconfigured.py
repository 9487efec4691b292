"""The notice that a changed configuration cannot be used."""

import pytest

from reminderd.errors import Problem
from reminderd.messages.message import Format
from reminderd.messages.misconfigured import Misconfigured
from reminderd.messages.sheet import Desk
from reminderd.playbook.playbook import LOCALES
from reminderd.redaction import learn

FILE = "/etc/reminderd/config.toml"
DATE = Problem(FILE, 10, 7, "loans[0].due", "'Decembr' is not a date (write 2026-12-05)")
QUOTE = Problem(FILE, 12, 3, "", "this line cannot be read (close the quote)")


def write(*problems, locale="en", form=Format.FULL):
    return Misconfigured(Desk(problems=problems), locale).message(form)


def test_it_names_file_line_and_mistakes_and_says_what_is_in_force():
    message = write(DATE, QUOTE)
    assert message.title == "config.toml cannot be used: see line 10"
    assert message.body.splitlines()[:4] == [
        f"File: {FILE}",
        "In force: the last version without mistakes; reminders go on by it",
        "· line 10: loans[0].due: 'Decembr' is not a date (write 2026-12-05)",
        "· line 12: this line cannot be read (close the quote)",
    ]
    assert "Mend the file and save it" in message.body


def test_it_does_so_in_chinese():
    message = write(DATE, locale="zh-CN")
    assert message.title == "config.toml有误，无法使用：见第10行"
    assert "目前生效：上一份无误的配置，提醒照常进行" in message.body
    assert "· 第10行，loans[0].due: 'Decembr' is not a date" in message.body


def test_of_many_mistakes_it_tells_the_first_three():
    message = write(DATE, *[QUOTE] * 5)
    assert "line 12" in message.body
    assert "further mistakes: 3" in message.body


def test_an_environment_variable_has_no_line():
    message = write(Problem("$REMINDERD_LOCALE", 1, 1, "locale", "is neither en nor zh-CN"))
    assert message.title == "$REMINDERD_LOCALE cannot be used: see $REMINDERD_LOCALE"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("form", Format)
def test_every_format_tells_the_first_mistake_and_no_secret(form, locale):
    learn(["hunter2-is-secret"])
    wrong = Problem(FILE, 10, 7, "url", "'hunter2-is-secret' is not a URL")
    message = write(wrong, locale=locale, form=form)
    for text in filter(None, (message.title, message.body, message.html)):
        assert "hunter2" not in text
    assert "10" in message.body
    assert "URL" in message.body


def test_a_phone_has_the_first_mistake_even_where_file_and_mistakes_are_long():
    far = "/" + "long/" * 80 + "config.toml"
    wrong = [Problem(far, line, 1, "loans[0].due", "is wrong " * 40) for line in range(1, 9)]
    message = write(*wrong, form=Format.TEXT)
    assert len(message.title + message.body) <= 500
    assert "line 1: loans[0].due: is wrong" in message.body
    assert "Mend the file" in message.body
