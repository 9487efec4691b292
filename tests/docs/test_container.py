"""The container's recipe, read as text: nobody has to have docker to run the tests."""

import json
import re
import shlex
from pathlib import PurePosixPath

import pytest
import yaml

from reminderd.config.place import DEFAULT_FILES

from .pages import ROOT, complaint

RECIPE = (ROOT / "Containerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


def instructions(text):
    """Return the instructions of a recipe, in order, each on a line of its own."""
    joined = re.sub(r"^#.*\n", "", text, flags=re.M).replace("\\\n", " ")
    return [line.split(maxsplit=1) for line in joined.splitlines() if line.strip()]


def final():
    """Return the instructions of the layer that is shipped."""
    lines = instructions(RECIPE)
    start = max(number for number, (word, _) in enumerate(lines) if word == "FROM")
    return lines[start:]


def value(word):
    [found] = [rest for each, rest in final() if each == word]
    return found


def variables():
    return dict(each.split("=", 1) for each in shlex.split(value("ENV")))


def test_nothing_is_built_or_fetched_in_the_layer_that_is_shipped():
    for word, rest in final():
        assert word != "RUN" or not re.search(r"\b(apt|apt-get|pip|uv|gcc|curl)\b", rest)


def test_both_layers_have_the_same_python():
    bases = [rest.split()[0] for word, rest in instructions(RECIPE) if word == "FROM"]
    assert bases == ["${PYTHON}", "${PYTHON}"]
    assert re.search(r"^ARG PYTHON=\S+-slim$", RECIPE, re.M)


def test_only_what_was_built_is_copied_into_the_layer_that_is_shipped():
    [copied] = [rest for word, rest in final() if word == "COPY"]
    assert copied.startswith("--from=build ")
    assert copied.split()[1] == copied.split()[2]


def test_it_runs_as_nobody_special_by_number():
    assert value("USER") == "${UID}:${UID}"
    assert int(value("ARG").removeprefix("UID=")) > 0


def test_its_state_is_a_volume_of_its_own():
    assert value("VOLUME") == variables()["STATE_DIRECTORY"]
    assert f"-m 700 {value('VOLUME')}" in value("RUN")


@pytest.mark.parametrize("word", ["ENTRYPOINT", "CMD"])
def test_no_shell_stands_between_a_signal_and_the_daemon(word):
    assert isinstance(json.loads(value(word)), list)


def test_what_it_runs_and_asks_of_its_health_are_commands():
    asked = json.loads(value("HEALTHCHECK").split("CMD ")[1])
    assert asked[:1] == json.loads(value("ENTRYPOINT")) == ["reminderd"]
    for words in (asked[1:], json.loads(value("CMD"))):
        assert complaint(" ".join(words)) is None


class TestCompose:
    service = COMPOSE["services"]["reminderd"]

    def test_it_builds_the_recipe(self):
        assert (ROOT / self.service["build"]["dockerfile"]).exists()

    def test_the_configuration_is_a_folder_where_the_program_looks_for_it(self):
        [inside] = [
            volume.split(":")[1] for volume in self.service["volumes"] if volume.endswith(":ro")
        ]
        assert PurePosixPath(inside) in [PurePosixPath(path).parent for path in DEFAULT_FILES]

    def test_the_state_outlives_the_container(self):
        assert f"state:{variables()['STATE_DIRECTORY']}" in self.service["volumes"]
        assert "state" in COMPOSE["volumes"]

    def test_secrets_are_files_and_no_variables(self):
        assert self.service["secrets"] == list(COMPOSE["secrets"])
        assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
        assert "environment" not in self.service
        assert variables()["CREDENTIALS_DIRECTORY"] == "/run/secrets"

    def test_secrets_and_configuration_reach_neither_the_repository_nor_the_image(self):
        folders = {
            "config",
            *(str(PurePosixPath(s["file"]).parent) for s in COMPOSE["secrets"].values()),
        }
        for name, form in ((".gitignore", "/{}/"), (".dockerignore", "{}")):
            ignored = (ROOT / name).read_text("utf-8").split()
            assert {form.format(folder) for folder in folders} <= set(ignored)

    def test_it_may_do_nearly_nothing(self):
        assert self.service["read_only"] is True
        assert self.service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in self.service["security_opt"]

    def test_it_has_as_long_to_stop_as_under_systemd(self):
        unit = (ROOT / "systemd" / "reminderd.service").read_text("utf-8")
        [seconds] = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.M)
        assert self.service["stop_grace_period"] == f"{seconds}s"
