"""What the repository promises about itself: lock file, metadata, README."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_lock_file_names_only_the_public_index():
    hosts = set(re.findall(r"https?://([^/\"\s]+)", (ROOT / "uv.lock").read_text()))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_the_lock_file_knows_every_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        wanted += extra
    names = {re.split(r"[\[<>=]", spec)[0] for spec in wanted}
    locked = {
        package["name"] for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    }
    assert names <= locked


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


def test_the_readme_has_one_block_of_exactly_two_commands():
    blocks = re.findall(r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)
    assert len(blocks) == 1
    first, second = blocks[0].splitlines()
    assert first.endswith("--config config.example.toml run")
    assert "-m pytest" in second


def test_the_readme_shows_the_message_that_its_configuration_produces(readme_message):
    shown, produced = readme_message
    assert shown == produced
