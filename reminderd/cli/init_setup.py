"""What ``reminderd init`` is about to write: tried out beforehand, then put in place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError, ReminderdError
from .init_channels import target_of
from .init_file import config_text, put, replaced_secrets, secret_file
from .init_words import say

if TYPE_CHECKING:
    from ..app import App

_YEAR = 366  # days


class Setup:
    """A configuration and its secret, not yet where they belong."""

    def __init__(self, file: Path, known: Mapping[str, Any]) -> None:
        """Make both from answers."""
        self.file = file
        self.known = known
        target = target_of(known)
        apart = known.get("secret_file", False)
        self.secret = secret_file(target, known["channel"], file.parent) if apart else None
        self.files: dict[str, str] = {}
        self.removed: list[str] = []  # secrets of the configuration that was replaced
        if self.secret and target.hidden:
            self.files[self.secret] = f"{target.table[target.hidden]}\n"
        self.files[file.name] = config_text(known, target, self.secret)

    def test(self) -> list[dict[str, object]]:
        """Check it as ``reminderd check`` does, and send a message; return how each address fared.

        ConfigError where it cannot be used.
        """
        with self._tried() as app:
            return app.test(None) if self.known.get("test", True) else []

    def first(self) -> dict[str, Any] | None:
        """Return the first message that will go, as ``reminderd preview --full --json`` would."""
        from .views import preview_json

        with self._tried() as app:
            return next(iter(preview_json(app, app.clock.now(), _YEAR, full=True)), None)

    def write(self) -> None:
        """Put the files in their places, and remove the secret of a configuration they replace.

        ReminderdError where that cannot be.
        """
        folder = self.file.parent
        try:
            before = self.file.read_text("utf-8", "replace") if self.file.exists() else ""
            put(folder, self.files)
        except OSError as error:
            facts = {"file": self.file, "error": error.strerror}
            raise ReminderdError(say(self.known["language"], "cannot_write", **facts)) from None
        for name in replaced_secrets(before, self.secret, folder):
            try:
                (folder / name).unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                facts = {"file": folder / name, "error": error.strerror}
                sentence = say(self.known["language"], "cannot_remove", **facts)
                raise ReminderdError(sentence) from None
            self.removed.append(name)

    @contextmanager
    def _tried(self) -> Iterator[App]:
        """Yield the program on a draft that leaves nothing behind, whatever happens."""
        from ..app import App
        from ..clock import Clock
        from ..config.load import load_file
        from ..delivery.transport import verify

        with tempfile.TemporaryDirectory(prefix="reminderd-init-") as folder:
            put(Path(folder), self.files)
            draft = Path(folder) / self.file.name
            try:
                app = App.look(load_file(draft, verify), Clock())
            except ConfigError as error:
                raise ConfigError(
                    [replace(each, file=str(self.file)) for each in error.problems]
                ) from None
            with closing(app.database):
                yield app
