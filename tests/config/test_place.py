"""Which file is the configuration."""

from pathlib import Path

import pytest

from reminderd.config import place
from reminderd.config.place import find_file


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Return a home folder of nobody's."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_the_file_that_is_given_comes_first(home, monkeypatch):
    monkeypatch.setenv("REMINDERD_CONFIG", "/from/environment.toml")
    assert find_file("given.toml") == Path("given.toml")


def test_the_environment_comes_second(home, monkeypatch):
    monkeypatch.setenv("REMINDERD_CONFIG", "/from/environment.toml")
    assert find_file(None) == Path("/from/environment.toml")


def test_an_empty_variable_names_no_file(home, monkeypatch):
    monkeypatch.setenv("REMINDERD_CONFIG", "")
    assert find_file(None) == home / ".config/reminderd/config.toml"


def test_the_users_own_file_comes_before_the_systems(home, tmp_path, monkeypatch):
    system = tmp_path / "etc.toml"
    system.touch()
    monkeypatch.setattr(place, "DEFAULT_FILES", (place.DEFAULT_FILES[0], system))
    assert find_file(None) == system
    own = home / ".config/reminderd/config.toml"
    own.parent.mkdir(parents=True)
    own.touch()
    assert find_file(None) == own


def test_where_there_is_none_the_users_own_is_named(home, tmp_path, monkeypatch):
    monkeypatch.setattr(place, "DEFAULT_FILES", (place.DEFAULT_FILES[0], tmp_path / "none.toml"))
    assert find_file(None) == home / ".config/reminderd/config.toml"


def test_a_new_file_is_the_users_own_though_the_system_has_one(home, tmp_path, monkeypatch):
    system = tmp_path / "etc.toml"
    system.touch()
    monkeypatch.setattr(place, "DEFAULT_FILES", (place.DEFAULT_FILES[0], system))
    assert place.own_file(None) == home / ".config/reminderd/config.toml"
    assert place.own_file("given.toml") == Path("given.toml")
