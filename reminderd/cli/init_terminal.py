"""Asking the questions of ``reminderd init`` at a terminal, each until its answer can be used."""

from __future__ import annotations

import re
from typing import Any

import click

from ..alerts.channel import Recipient
from ..config.secrets import secrets_in
from ..config.typed import half_width
from ..redaction import learn
from .common import echo
from .init_answers import QUESTIONS, Doubt, Here, Question
from .init_channels import target_of
from .init_loans import LOAN_QUESTIONS, PRESETS, SOME_PAID, is_card, past_dues
from .init_words import say
from .wrap import prose, terminal_width, wrapped

_YES = {"y", "yes", "是", "是的", "好", "好的", "对", "要"}
_NO = {"n", "no", "否", "不", "不是", "不要", "不对"}
_PLAIN_SUM = re.compile(r"\d+(\.\d+)?")
_READ_BACK = {"amount", "minimum", "principal", "due", "first_due", "until"}


class Terminal:
    """A conversation. ``known`` has the answers so far, its ``loans`` those about each loan."""

    def __init__(self, here: Here) -> None:
        """Begin in the language that the machine is set to."""
        self.here = here
        self.known: dict[str, Any] = {"language": here.language}

    def say(self, key: str, **facts: object) -> None:
        """Say something, at the width of the terminal."""
        prose(say(self.known["language"], key, **facts))

    def complain(self, sentence: str) -> None:
        """Say what is wrong with an answer."""
        prose("\n".join(f"  {line}" for line in sentence.split("\n")), err=True)

    def questions(self) -> None:
        """Ask everything that a configuration needs."""
        self.ask("language", self.known)
        self.say("hello")
        self.ask("timezone", self.known)
        self.ask("channel", self.known)
        self.channel()
        self.loans()

    def loans(self) -> None:
        """Ask about one loan after the other."""
        self.say("asked_about_loan")
        self.known["loans"] = [self._loan()]
        while self.agree("offer_another", usual=False):
            self.known["loans"].append(self._loan())

    def channel(self, *, again: bool = False) -> None:
        """Ask where the channel leads, until it is one that can be used."""
        from ..delivery.transport import verify

        known, channel = self.known, self.known["channel"]
        while True:
            before = known.get("address")
            self._asked("address", f"address_{channel}")
            if channel == "email":
                self._server(changed=known["address"] != before, again=again)
            self._asked("secret", f"secret_{channel}", hidden=True)
            table = dict(target_of(known).table)
            target = table["url"] if "url" in table else table | {"to": table["to"][0]}
            learn(secrets_in(target))
            trouble = verify(Recipient(channel, target))
            if trouble is None:
                return
            self.say("channel_wrong", error=trouble)

    def ask(
        self,
        name: str,
        known: dict[str, Any],
        key: str = "",
        *,
        hidden: bool = False,
        default: str = "",
    ) -> str:
        """Ask a question until the answer can be used; return what was typed."""
        question = (QUESTIONS | LOAN_QUESTIONS)[name]
        usual = default or question.default(known, self.here)
        if question.menu:
            echo("\n".join(question.menu.lines(known["language"])))
        asked = say(self.known["language"], key or name, currency=known.get("currency"))
        while True:
            text = self._prompt(asked, usual, hidden=hidden)
            try:
                self._take(question, text, known)
                return text
            except ValueError as error:
                self.complain(str(error))

    def agree(self, key: str, *, usual: bool, **facts: object) -> bool:
        """Ask for a yes or no."""
        language = self.known["language"]
        asked = say(language, "yes_no", asked=say(language, key, **facts))
        while True:
            text = half_width(self._prompt(asked, "y" if usual else "n")).lower()
            if text in _YES | _NO:
                return text in _YES
            self.complain(say(language, "say_yes_no", value=repr(text)))

    def _take(self, question: Question, text: str, known: dict[str, Any]) -> None:
        """Read an answer, and ask back where it is hardly meant so; ValueError to ask again."""
        name = question.name
        try:
            known[name] = question.read(text, known, self.here)
        except Doubt as doubt:
            if not self.agree(doubt.key, usual=doubt.usual, **doubt.facts):
                raise ValueError(say(known["language"], "once_more")) from None
            known.update(doubt.also, **{name: doubt.answer})
            return
        answer = str(known[name])
        if name in _READ_BACK and answer not in {"", text} and not _PLAIN_SUM.fullmatch(text):
            self.say("read_as", answer=answer)

    def _prompt(self, text: str, usual: Any, *, hidden: bool = False) -> str:
        shown = "" if usual is None else str(usual)
        if shown and not hidden:  # what is asked for again may be a secret
            text = f"{text} [{shown}]"
        asked = wrapped(text, terminal_width() - len(": "))
        return str(click.prompt(asked, default=shown, show_default=False, hide_input=hidden))

    def _asked(self, name: str, key: str, *, hidden: bool = False) -> None:
        """Ask a question about the channel if it bears on what is known."""
        if QUESTIONS[name].asked(self.known):
            self.ask(name, self.known, key, hidden=hidden, default=self.known.get(name, ""))

    def _server(self, *, changed: bool, again: bool) -> None:
        """Ask for the mail server where it is not known of the provider, or did not work."""
        if changed:
            self.known["server"] = QUESTIONS["server"].default(self.known, self.here)
        table = target_of(self.known | {"secret": ""}).table
        usual = f"{table['host']}:{table['port']}"
        if self.known["server"] or again:
            self.ask("server", self.known, default=usual)

    def _loan(self) -> dict[str, Any]:
        """Ask everything about one loan."""
        loan = {key: value for key, value in self.known.items() if key != "loans"}
        typed = self.ask("preset", loan)
        product = PRESETS.other_name(typed)
        self.ask("name", loan, default=product)
        loan["currency"] = LOAN_QUESTIONS["currency"].default(loan, self.here)
        asked_aside = {"preset", "name", "currency", "paid_until"}
        for name in (name for name in LOAN_QUESTIONS if name not in asked_aside):
            self._about_loan(name, loan)
        self._paid(loan)
        return loan

    def _about_loan(self, name: str, loan: dict[str, Any]) -> None:
        if not LOAN_QUESTIONS[name].asked(loan):
            return
        key = f"{name}_{loan['plan']}" if name in {"amount", "installments"} else name
        if name == "amount" and is_card(loan):
            key = "amount_card"
        default = ""
        if name == "rate":
            usual = LOAN_QUESTIONS["rate"].default(loan, self.here)
            if usual is not None:
                default = say(loan["language"], f"rate_{usual[0] or 'none'}", rate=usual[1])
        self.ask(name, loan, key, default=default)

    def _paid(self, loan: dict[str, Any]) -> None:
        """Ask whether what has fallen due so far was paid, and say what is open."""
        loan["paid_until"] = ""
        past = past_dues(loan, self.here)
        if not past:
            return
        language = loan["language"]
        key = "paid_until" if len(past) > 1 else "paid_until_one"
        asked = say(language, key, number=len(past), first=past[0], last=past[-1])
        while True:
            text = self._prompt(asked, say(language, "all"))
            if half_width(text).lower() in SOME_PAID:
                self.ask("paid_until", loan, "paid_date")
                break
            try:
                self._take(LOAN_QUESTIONS["paid_until"], text, loan)
                break
            except ValueError as error:
                self.complain(str(error))
        since = loan["paid_until"]
        open_ones = [due for due in past if not since or due > since]
        if open_ones:
            self.say(
                "open" if len(open_ones) > 1 else "open_one",
                number=len(open_ones),
                first=open_ones[0],
            )
