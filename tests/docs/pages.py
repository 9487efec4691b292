"""The project's pages, and the blocks on them."""

import re
from dataclasses import dataclass
from pathlib import Path

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


def blocks(*kinds):
    """Return all fenced blocks of some kinds."""
    return [
        Block(page, text.count("\n", 0, found.start()) + 2, found[1], found[2])
        for page, text in pages().items()
        for found in FENCE.finditer(text)
        if found[1] in kinds
    ]
