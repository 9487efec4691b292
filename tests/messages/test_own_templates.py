"""A borrower's own template may cost little, and read nothing that is not its folder's."""

import pytest

from reminderd.messages import own_templates
from reminderd.messages.layout import _costly, render
from reminderd.messages.sheet import Desk

LOOPS = "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}"
COSTLY = {
    "nested loops": f"{LOOPS}{{% endfor %}}{{% endfor %}}{{% endfor %}}",
    "a text that doubles": "{% set ns = namespace(x='x') %}{% for a in range(64) %}"
    "{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
    "a power": "{{ 9 ** 99999999 }}",
    "a repetition": "{{ 'x' * 10 ** 10 }}",
    "a width": "{{ 'x'.center(10 ** 10) }}",
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(own_templates, "SECONDS", 0.2)
    monkeypatch.setattr(own_templates, "MEMORY", 64 << 20)
    _costly.clear()
    yield
    _costly.clear()


@pytest.fixture
def packaged(tmp_path):
    """Return a desk with a folder of one's own."""
    folder = tmp_path / "templates"
    folder.mkdir()
    return Desk(templates=folder)


def _rendered(desk, text, name="message.txt"):
    (desk.templates / name).write_text(text)
    return render(desk, name, CONTEXT)


CONTEXT = dict.fromkeys(("late", "as_of", "figures", "coming", "advice"), ())


@pytest.mark.parametrize("text", COSTLY.values(), ids=COSTLY)
def test_one_that_takes_too_much_is_done_without(packaged, caplog, monkeypatch, text):
    monkeypatch.setattr("reminderd.messages.layout.templates", _with_packaged("as packaged"))
    assert _rendered(packaged, text) == "as packaged"
    assert "as packaged is used instead" in caplog.text


def test_it_is_not_tried_again_in_this_process(packaged, caplog, monkeypatch):
    monkeypatch.setattr("reminderd.messages.layout.templates", _with_packaged("as packaged"))
    _rendered(packaged, COSTLY["nested loops"])
    caplog.clear()
    assert render(packaged, "message.txt", CONTEXT) == "as packaged"
    assert caplog.text == ""


def _with_packaged(said):
    """Return what finds templates, with one of ours that says this."""
    from jinja2 import DictLoader, Environment

    ours = DictLoader({"message.txt": said})

    def templates(folder):
        if folder is None:
            return Environment(loader=ours)  # noqa: S701  # plain text
        return own_templates.sandbox(folder, ours)

    return templates


@pytest.mark.parametrize("how", ["{% include 'secret.txt' %}", "{% extends 'secret.txt' %}"])
def test_a_link_out_of_the_folder_is_not_followed(packaged, tmp_path, caplog, monkeypatch, how):
    monkeypatch.setattr("reminderd.messages.layout.templates", _with_packaged("as packaged"))
    (tmp_path / "secret").write_text("hunter2")
    (packaged.templates / "secret.txt").symlink_to(tmp_path / "secret")
    assert _rendered(packaged, how) == "as packaged"
    assert "secret.txt is a link that leads out of the folder" in caplog.text


def test_a_link_inside_of_it_is(packaged, monkeypatch):
    monkeypatch.setattr("reminderd.messages.layout.templates", _with_packaged("as packaged"))
    (packaged.templates / "head").write_text("mine")
    (packaged.templates / "head.txt").symlink_to("head")
    assert _rendered(packaged, "{% include 'head.txt' %}") == "mine"


def test_the_folder_itself_may_be_a_link(packaged, tmp_path, monkeypatch):
    monkeypatch.setattr("reminderd.messages.layout.templates", _with_packaged("as packaged"))
    link = tmp_path / "link"
    link.symlink_to(packaged.templates)
    assert _rendered(Desk(templates=link), "mine") == "mine"
