"""What the repository promises about itself: versions, metadata, README."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("constraints", ROOT / ".ci" / "constraints.py")
constraints = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(constraints)


def test_the_versions_that_are_installed_and_the_lowest_ones_fit_what_is_asked_for():
    assert [*constraints.check()] == []


@pytest.mark.parametrize("file", [constraints.CONSTRAINTS, constraints.LOWEST])
def test_exact_versions_name_no_place_to_get_them_from(file):
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    assert len(lines) > 40
    exact = re.compile(r"[a-z0-9-]+==[0-9a-z.]+( ; [\w .<>=!']+)?")
    assert [line for line in lines if not exact.fullmatch(line)] == []


PROJECT = """
[project]
name = "it"
dependencies = ["one>=1.1,<2"]
optional-dependencies = { test = ["it[more]"], more = ["Two_X>=2"] }
"""


@pytest.mark.parametrize(
    ("pins", "said"),
    [
        ("one==1.1\ntwo-x==3 # new", []),
        ("one==1.1\none==1.5 ; python_version >= '3.12'\ntwo-x==2", []),
        ("one==1.1", ["no line for Two_X>=2"]),
        (
            "one==2.0\ntwo-x==1",
            ["2.0 is not what one<2,>=1.1 allows", "1 is not what Two_X>=2 allows"],
        ),
    ],
)
def test_a_version_outside_of_its_bounds_is_named_and_so_is_one_that_is_missing(pins, said):
    wanted = constraints.requirements(PROJECT, "test")
    assert [*constraints.misfits(wanted, pins)] == said


def test_the_lowest_version_is_the_bound_itself():
    wanted = constraints.requirements(PROJECT, "test")
    assert [*constraints.raised(wanted, "one==1.1.0\ntwo-x==2.0")] == []
    assert [*constraints.raised(wanted, "one==1.2\ntwo-x==2")] == [
        "1.2 is not the lower bound of one<2,>=1.1"
    ]


@pytest.mark.parametrize("line", ["one>=1", "one", "one==1,<2", "one @ https://example.org/one"])
def test_a_line_that_is_no_exact_version_is_refused(line):
    with pytest.raises(ValueError, match="is no name with one exact version"):
        constraints.versions(line)


def test_every_dependency_has_a_lower_bound_and_an_upper_one_below_the_next_major():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for spec in project["dependencies"]:
        assert ">=" in spec
        data = spec.startswith(("tzdata", "certifi"))  # whose versions are dates
        assert "<" in spec or data, f"{spec} has no upper bound"


def test_the_design_gives_a_reason_for_every_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    specs = [*project["dependencies"], *(spec for extra in extras for spec in extra)]
    names = {re.split(r"[\[<>=]", spec)[0] for spec in specs} - {"reminderd"}
    section = (ROOT / "docs" / "design.md").read_text("utf-8").split("\n## Libraries\n")[1]
    assert {name for name in names if name.lower() not in section.lower()} == set()


def test_metadata_names_the_contributors_and_no_mail_address():
    text = (ROOT / "pyproject.toml").read_text()
    assert tomllib.loads(text)["project"]["authors"] == [{"name": "reminderd contributors"}]
    assert "@" not in text


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_a_readme_has_two_commands_the_first_to_try_it_and_the_second_to_test_it(readme):
    """The second is what `.ci/run` reads: the second line in blocks of ``sh``."""
    text = (ROOT / readme).read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
    first, second = "".join(blocks).splitlines()
    assert first.endswith("--config config.example.toml run")
    assert "-m pytest" in second
    for each in (first, second):
        assert "pip install --quiet --constraint constraints.txt" in each
