"""Asking the questions of ``reminderd init`` at a terminal, each until its answer can be used."""

from __future__ import annotations

from typing import Any

import click

from ..alerts.channel import Recipient
from ..config.secrets import secrets_in
from ..redaction import learn
from .init_answers import PRESETS, QUESTIONS, Here
from .init_channels import KINDS, target_of
from .init_words import say

_YES, _NO = {"y", "yes", "是", "好"}, {"n", "no", "否", "不"}


class Terminal:
    """A conversation. What was answered so far is in ``known``."""

    def __init__(self, here: Here) -> None:
        """Begin in the language that the machine is set to."""
        self.here = here
        self.known: dict[str, Any] = {"language": here.language}

    def say(self, key: str, **facts: object) -> None:
        """Say something."""
        click.echo(say(self.known["language"], key, **facts))

    def questions(self) -> None:
        """Ask everything that a configuration needs: at most eight questions."""
        self.ask("language")
        self.say("hello")
        self.ask("timezone")
        self._list("channel", KINDS)
        self.ask("channel")
        self.channel()
        self.say("asked_about_loan")
        self._list("preset", PRESETS)
        self.ask("preset")
        self._rate_or_name()
        self._bill()

    def channel(self, *, again: bool = False) -> None:
        """Ask where the channel leads, until it is one that can be used."""
        from ..delivery.transport import verify

        while True:
            self._asked("address", f"address_{self.known['channel']}")
            self._asked("secret", f"secret_{self.known['channel']}", hidden=True)
            if again:
                self._asked("server", "server", default=self._usual_server())
            table = dict(target_of(self.known).table)
            target = table["url"] if "url" in table else table | {"to": table["to"][0]}
            learn(secrets_in(target))
            trouble = verify(Recipient(self.known["channel"], target))
            if trouble is None:
                return
            self.say("channel_wrong", error=trouble)

    def ask(self, name: str, key: str = "", *, hidden: bool = False, default: str = "") -> None:
        """Ask a question until the answer can be used."""
        question = QUESTIONS[name]
        usual = default or question.default(self.known, self.here)
        while True:
            text = self._prompt(key or name, "" if usual is None else str(usual), hidden=hidden)
            try:
                self.known[name] = question.read(text, self.known)
                return
            except ValueError as error:
                click.echo(f"  {error}", err=True)

    def agree(self, key: str, *, usual: bool, **facts: object) -> bool:
        """Ask for a yes or no."""
        language = self.known["language"]
        asked = say(language, "yes_no", asked=say(language, key, **facts))
        while True:
            text = click.prompt(asked, default="y" if usual else "n").strip().lower()
            if text in _YES | _NO:
                return text in _YES
            click.echo(f"  {say(language, 'say_yes_no', value=repr(text))}", err=True)

    def _prompt(self, key: str, usual: str, *, hidden: bool = False, **facts: object) -> str:
        text = say(self.known["language"], key, **facts)
        shown = bool(usual) and not hidden  # what is asked for again may be a secret
        answer = click.prompt(text, default=usual, show_default=shown, hide_input=hidden)
        return str(answer)

    def _asked(self, name: str, key: str, *, hidden: bool = False, default: str = "") -> None:
        """Ask a question if it bears on what is known."""
        if QUESTIONS[name].asked(self.known):
            self.ask(name, key, hidden=hidden, default=default or self.known.get(name, ""))

    def _list(self, what: str, names: Any) -> None:
        for number, name in enumerate(names, 1):
            about = say(self.known["language"], f"{what}_{name}")
            click.echo(f"  {number:>2}  {name:<18} {about}")

    def _usual_server(self) -> str:
        if self.known["channel"] != "email":
            return ""
        table = target_of(self.known).table
        return f"{table['host']}:{table['port']}"

    def _rate_or_name(self) -> None:
        """Ask for the rate where it is needed; the others go by many names."""
        question = QUESTIONS["rate"]
        if not question.asked(self.known):
            self.ask("name")
            return
        key, rate = question.default(self.known, self.here)
        self.ask("rate", default=say(self.known["language"], f"rate_{key}", rate=rate))
        self._take_default("name")

    def _bill(self) -> None:
        """Ask for the sum and the date, in one line."""
        self._take_default("currency")
        amount, due = (QUESTIONS[name] for name in ("amount", "due"))
        usual = " ".join(str(each.default(self.known, self.here)) for each in (amount, due))
        while True:
            text = self._prompt("bill", usual, currency=self.known["currency"])
            try:
                self._read_bill(text)
                return
            except ValueError as error:
                click.echo(f"  {error}", err=True)

    def _read_bill(self, text: str) -> None:
        words = text.split()
        if len(words) != 2:
            raise ValueError(say(self.known["language"], "no_bill"))
        for name, word in zip(("amount", "due"), words, strict=True):
            self.known[name] = QUESTIONS[name].read(word, self.known)

    def _take_default(self, name: str) -> None:
        self.known[name] = QUESTIONS[name].default(self.known, self.here)
