"""Write the exact versions that the project is built and tested with, or check them.

    python .ci/constraints.py              # what pyproject.toml asks for by now, no other changes
    python .ci/constraints.py --upgrade    # the newest versions that pyproject.toml allows
    python .ci/constraints.py --check      # do they still fit pyproject.toml? Needs no network

``constraints.txt`` is what everybody installs, ``.ci/lowest.txt`` the lower bounds of what the
program and its tests ask for, with what was the newest beside them. Both hold names and versions
alone, with markers where Pythons and platforms differ; where to get them is the choice of whoever
installs. Run it with a Python into which the project was installed with its extra ``dev``.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = ROOT / "pyproject.toml"
CONSTRAINTS, LOWEST = ROOT / "constraints.txt", ROOT / ".ci" / "lowest.txt"
OLDEST_PYTHON = "3.11"


def write(file: Path, *options: str) -> None:
    """Resolve for every Python from the oldest on; versions in the file that fit are kept."""
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST_PYTHON]
    command += ["--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    command += ["--custom-compile-command", "python .ci/constraints.py", *options]
    command += ["--output-file", str(file.relative_to(ROOT)), PROJECT.name]
    subprocess.run([sys.executable, "-m", *command], check=True, cwd=ROOT)


def requirements(project: str, *extras: str) -> list[Requirement]:
    """Return what the program and its extras ask for; the project in its own extras is followed."""
    table = tomllib.loads(project)["project"]
    specs = [*table["dependencies"]]
    for extra in extras:
        specs += table["optional-dependencies"][extra]
    asked = [Requirement(spec) for spec in specs]
    own = {name for each in asked if each.name == table["name"] for name in each.extras}
    if not own <= {*extras}:
        return requirements(project, *extras, *sorted(own - {*extras}))
    return [each for each in asked if each.name != table["name"]]


def versions(constraints: str) -> dict[str, list[Version]]:
    """Return the versions of each name: several where Pythons or platforms differ.

    ValueError for a line that is not a name, one exact version and perhaps a marker.
    """
    pinned: dict[str, list[Version]] = {}
    for line in constraints.splitlines():
        text = line.partition("#")[0].strip()
        if text:
            pin = Requirement(text)
            exact = [each for each in pin.specifier if each.operator == "=="]
            if pin.url or pin.extras or len(exact) != 1 or len(pin.specifier) != 1:
                raise ValueError(f"{text!r} is no name with one exact version")
            pinned.setdefault(canonicalize_name(pin.name), []).append(Version(exact[0].version))
    return pinned


def misfits(wanted: list[Requirement], constraints: str) -> Iterable[str]:
    """Yield each requirement without a line, and each whose bounds a line is outside of."""
    pinned = versions(constraints)
    for each in wanted:
        found = pinned.get(canonicalize_name(each.name), [])
        if not found:
            yield f"no line for {each}"
        for version in found:
            if not each.specifier.contains(version, prereleases=True):
                yield f"{version} is not what {each} allows"


def raised(wanted: list[Requirement], constraints: str) -> Iterable[str]:
    """Yield each requirement whose lower bound is not the version that is tested as the lowest."""
    pinned = versions(constraints)
    for each in wanted:
        [bound] = [Version(part.version) for part in each.specifier if part.operator == ">="]
        for version in pinned.get(canonicalize_name(each.name), []):
            if version != bound:
                yield f"{version} is not the lower bound of {each}"


def check() -> Iterable[str]:
    """Yield what is wrong with either file."""
    project = PROJECT.read_text("utf-8")
    everything, tested = requirements(project, "dev"), requirements(project, "test")
    for file, problems in (
        (CONSTRAINTS, [misfits(everything, CONSTRAINTS.read_text("utf-8"))]),
        (LOWEST, [each(tested, LOWEST.read_text("utf-8")) for each in (misfits, raised)]),
    ):
        yield from (f"{file.relative_to(ROOT)}: {each}" for each in chain(*problems))


def main() -> None:
    """Write, or exit with what does not fit."""
    match sys.argv[1:]:
        case [] | ["--upgrade"]:
            write(CONSTRAINTS, "--all-extras", *sys.argv[1:])
            write(LOWEST, "--extra", "test", "--resolution", "lowest-direct", *sys.argv[1:])
        case ["--check"]:
            if problems := [*check()]:
                sys.exit("\n".join([*problems, "mend them with python .ci/constraints.py"]))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
