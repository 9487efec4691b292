"""The page on concepts uses the program's own words and figures."""

import re

import pytest

from reminderd.delivery.retry import WINDOW
from reminderd.loans.position import CliffReason
from reminderd.playbook.playbook import packaged
from reminderd.store.outbox import State

from .pages import ROOT

PAGE = (ROOT / "docs" / "concepts.md").read_text("utf-8")


def test_every_state_of_a_delivery_is_there_and_no_other():
    table = PAGE.split("| State |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == set(State)


@pytest.mark.parametrize("word", ["penalty begins", "grace ends", "fee is charged"])
def test_every_kind_of_cliff_is_there(word):
    assert len(CliffReason) == 3
    assert word in PAGE


def test_the_window_of_retries_is_the_one_promised():
    assert f"within {['no', 'one', 'two', 'three'][WINDOW.days]} days" in PAGE


def test_severities_are_those_of_the_stages():
    severities = {stage.severity.name.lower() for stage in packaged().stages.values()}
    assert all(f"`{severity}`" in PAGE for severity in severities)
