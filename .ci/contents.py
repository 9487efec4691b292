"""Hold what was built to what is in the repository.

    python .ci/contents.py dist

The source distribution has every file that git has, so that the tests run from it. The wheel has
every file of the package (templates, words, presets, the playbook, migrations), what pyproject.toml
has put beside them, and nothing else.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path


def tracked() -> set[str]:
    """Return the files that git has."""
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, check=True, capture_output=True)
    return set(listed.stdout.decode().strip("\0").split("\0"))


def packaged(files: set[str]) -> set[str]:
    """Return where in the wheel those of the files stand that belong into it."""
    settings = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    wheel = settings["targets"]["wheel"]
    moved = {"reminderd": "reminderd", **wheel.get("force-include", {})}
    return {
        target + name.removeprefix(source)
        for name in files
        for source, target in moved.items()
        if name == source or name.startswith(f"{source}/")
    }


def of_sdist(folder: Path) -> set[str]:
    """Return the files of the one source distribution, but for what describes it."""
    [path] = folder.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = [each.name for each in archive.getmembers() if each.isfile()]
    return {name.partition("/")[2] for name in names} - {"PKG-INFO"}


def of_wheel(folder: Path) -> set[str]:
    """Return the files of the one wheel, but for what describes it and what goes elsewhere."""
    [path] = folder.glob("*.whl")
    beside = (".dist-info", ".data")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    return {name for name in names if not name.partition("/")[0].endswith(beside)}


def main() -> None:
    """Exit with the difference, if there is one."""
    folder, files = Path(sys.argv[1]), tracked()
    for kind, found, wanted in (
        ("sdist", of_sdist(folder), files),
        ("wheel", of_wheel(folder), packaged(files)),
    ):
        if found != wanted:
            lacks, extra = sorted(wanted - found), sorted(found - wanted)
            sys.exit(f"the {kind} lacks {lacks or 'nothing'} and has {extra or 'nothing'} more")


if __name__ == "__main__":
    main()
