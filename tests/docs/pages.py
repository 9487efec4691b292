"""The project's pages, the blocks on them, and whether a command on them is one there is."""

import re
from dataclasses import dataclass
from pathlib import Path

import click

from reminderd.cli.main import cli

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\S*)[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)

INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


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


def options_of(command):
    return {name for each in command.params for name in (*each.opts, *each.secondary_opts)}


def complaint(words):
    """Return what is wrong with the words behind the program's name, or None."""
    command, known, waiting = cli, options_of(cli) | {"-h", "--help"}, words.split()
    while waiting:
        word = waiting.pop(0)
        name = re.sub(r"^\[|\]$|=.*", "", word)
        if name.startswith("-") and name != "-":  # which is standard input
            if name not in known:
                return f"{name} is no option of {command.name}"
            if name == "--config" and waiting:
                waiting.pop(0)
        elif isinstance(command, click.Group) and (command is cli or name in command.commands):
            if name not in command.commands:
                return f"{name} is no command"
            command = command.commands[name]
            known |= options_of(command)
    return None
