"""The zone that the machine is set to: what its clock shows has the last word, never UTC unsaid."""

import os
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reminderd.config import zone
from reminderd.config.load import load_text
from reminderd.config.zone import machine_zone

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def machine(monkeypatch):
    """Return a function that sets ``TZ`` and returns the zone."""

    def look(variable):
        monkeypatch.setenv("TZ", variable)
        time.tzset()
        zone._zone.cache_clear()
        zone._samples.cache_clear()
        return machine_zone()

    yield look
    monkeypatch.undo()
    os.environ.pop("TZ", None)
    time.tzset()
    zone._zone.cache_clear()
    zone._samples.cache_clear()


@pytest.mark.parametrize("name", ["Asia/Shanghai", "America/Argentina/Ushuaia", "EST5EDT", "UTC"])
def test_a_zone_that_has_a_name_is_known_by_it(machine, name):
    assert machine(name) == machine(f":{name}") == zone.MachineZone(name)


def test_a_file_of_a_zone_is_that_zone(machine, tmp_path):
    data = tmp_path / "localtime"
    source = next(path for path in map(_shanghai, zone.TZPATH) if path.exists())
    data.write_bytes(source.read_bytes())
    assert machine(f":{data}") == zone.MachineZone("Asia/Shanghai")


def _shanghai(folder):
    return zone.Path(folder) / "Asia" / "Shanghai"


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("CST-8", "Etc/GMT-8"),
        ("<+08>-8", "Etc/GMT-8"),
        ("IST-5:30", "Asia/Kolkata"),
        ("EST5", "Etc/GMT+5"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", None),
    ],
)
def test_rules_without_a_name_keep_their_times_and_are_asked_about(machine, variable, name):
    found = machine(variable)
    assert name in {None, found.name}
    there = ZoneInfo(found.name).utcoffset(NOW).total_seconds()
    assert there == time.localtime(NOW.timestamp()).tm_gmtoff != 0
    assert found.doubt.startswith(f'TZ = "{variable}" names no place, so days and times go by')


def test_a_misspelt_zone_is_utc_and_said_to_be(machine):
    found = machine("Asia/Shangai")
    assert found.name == "UTC"
    assert found.doubt == (
        'there is no time zone TZ = "Asia/Shangai", so days and times go by UTC '
        '(write timezone, as in "Asia/Shanghai")'
    )


def test_a_doubt_is_the_configurations_where_it_names_no_zone(machine, tmp_path):
    machine("CST-8")
    doubt = load_text("", tmp_path / "config.toml").zone_doubt
    assert (doubt.path, doubt.message) == ("timezone", machine_zone().doubt)
    named = load_text('timezone = "Asia/Shanghai"\n', tmp_path / "config.toml")
    assert named.zone_doubt is None
