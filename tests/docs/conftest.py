"""What the tests of the pages share: the pages, and the program that they speak of."""

import re
import sys
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\S*)[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    kind: str
    body: str

    def __str__(self):
        return f"{self.page}:{self.line}"


def pages():
    """Return the project's pages by their path; what tools left behind is none of them."""
    folders = [ROOT, ROOT / "docs", ROOT / "benchmarks"]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for folder in folders
        for path in sorted(folder.glob("*.md"))
    }


def blocks(kind):
    """Return all fenced blocks of a kind."""
    return [
        Block(page, text.count("\n", 0, found.start()) + 2, found[1], found[2])
        for page, text in pages().items()
        for found in FENCE.finditer(text)
        if found[1] == kind
    ]


@pytest.fixture(scope="session")
def reference():
    """Return the module that writes the reference."""
    spec = spec_from_file_location("docs_reference", ROOT / "docs" / "reference.py")
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]
