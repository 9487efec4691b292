"""Where log lines go, and what they look like there."""

import logging
import os
import re
import subprocess
import sys

import pytest

from reminderd.errors import where

SAY = "import logging; from reminderd.service.log import set_up_logging; set_up_logging(); "
SAY += "logging.getLogger('x').info('hello')"


def said(stderr, **environment):
    subprocess.run([sys.executable, "-c", SAY], check=True, stderr=stderr, env=environment)


def test_a_terminal_is_told_the_time(tmp_path):
    with (tmp_path / "log").open("wb") as log:
        said(log)
    time, words = (tmp_path / "log").read_text().split()
    assert words == "hello"
    assert len(time.split(":")) == 3


def test_the_journal_which_has_its_own_is_not(tmp_path):
    with (tmp_path / "log").open("wb") as log:
        found = os.fstat(log.fileno())
        said(log, JOURNAL_STREAM=f"{found.st_dev}:{found.st_ino}")
    assert (tmp_path / "log").read_text() == "<6>hello\n"


def test_the_journal_is_told_how_bad_each_line_is(tmp_path):
    lines = "import logging; from reminderd.service.log import set_up_logging; set_up_logging(); "
    lines += "log = logging.getLogger('x'); log.error('two\\nlines'); log.warning('hm')"
    with (tmp_path / "log").open("wb") as log:
        found = os.fstat(log.fileno())
        stream = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        subprocess.run([sys.executable, "-c", lines], check=True, stderr=log, env=stream)
    assert (tmp_path / "log").read_text().splitlines() == ["<3>two", "<3>lines", "<4>hm"]


def test_a_terminal_started_by_the_journal_s_service_is_no_journal(tmp_path):
    with (tmp_path / "log").open("wb") as log:
        said(log, JOURNAL_STREAM="8:12345")
    assert len((tmp_path / "log").read_text().split()) == 2


def test_an_error_is_named_by_its_kind_and_place():
    with pytest.raises(TypeError) as caught:
        logging.getLogger(3)
    assert re.fullmatch(r"TypeError at .*/logging/__init__\.py:\d+", where(caught.value))


def test_an_error_that_was_never_raised_has_no_place():
    assert where(KeyError("secret")) == "KeyError"
