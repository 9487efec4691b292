"""One message about several loans: the worst first, what they come to, and what to pay first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from ..loans.cashplan import plan
from ..loans.money import Money
from ..loans.position import Position
from ..playbook.facts import reporting_date
from ..playbook.playbook import UNCONFIRMED, Advice, Severity
from .compose import Letter
from .paper import Paper
from .phone import AT_MOST, Line, fitted
from .shares import given, reason
from .sheet import cliff_of_arrears, name_of, pressing

_IN_FULL = 50  # loans that a long message has room for
_ON_A_PHONE = 12  # loans that are tried to fit into a text
_NAMED = 3  # loans that the text for phones says how to record a payment of
_IN_ORDER = 3  # loans that the order of payment names
_SHORT = 100  # characters that the order of payment may take of a text, whatever gives way
_TALKING = frozenset({"S5", "S6"})  # the topics of calling the lender and of extensions
_PLANNED = 20  # loans over which cash is split; of more, working it out takes a second


class PayFirst(NamedTuple):
    """What to pay first: under a label, each line with its reason, which may be empty."""

    label: str
    lines: list[tuple[str, str]]
    short: Set[str] = frozenset()  # the loans that the cash does not pay what is due on


class Digest(Paper):
    """Several letters to one reader as one message. Each says what it would say by itself."""

    template = "digest"

    def __init__(self, letters: Sequence[Letter]) -> None:
        """Prepare to write what *letters* have to say, the most urgent first."""
        self.letters = sorted(letters, key=_urgency)
        self.worst = self.letters[0]
        self.desk, self.words = self.worst.desk, self.worst.words
        self.today = self.worst.sheet.today

    @cached_property
    def positions(self) -> list[Position]:
        """The positions of the loans it is about, each once; of a question nothing is counted."""
        told = (letter.sheet.position for letter in self.letters if not letter.asks_of_past)
        return list({position.loan.id: position for position in told}.values())

    @property
    def severity(self) -> Severity:
        """How bad the worst is."""
        return max(letter.severity for letter in self.letters)

    @property
    def title(self) -> str:
        """The one line that says how many loans, how much, and which is the worst."""
        worst = self.worst
        count = len({letter.sheet.loan.id for letter in self.letters})
        owing = [position for position in self.positions if position.arrears]
        if worst.closing and count > 1 and not owing:
            return self._say("settled", loans=self._say("loans", count=str(count)))
        usual = worst.stage.id == worst.sheet.stage.id and not worst.sheet.position.settled
        usual = usual and worst.stage.id != UNCONFIRMED and not worst.asks_of_past
        named = len(owing) or count  # of those that owe, or else of all that are to come
        if worst.closing or not usual or named == 1:
            return self._and_more(worst.title, count - 1)
        overdue = worst.stage.first_day is not None
        title = self._say(
            "overdue" if overdue else worst.stage.id,
            **worst.sheet.variables | {"amount": self._written(self._to_pay())},
            loans=self._say("loans", count=str(named)),
        )
        return self._and_more(title, count - named)

    def _and_more(self, title: str, count: int) -> str:
        if not count:
            return title
        return self._say("and_one" if count == 1 else "and_more", title=title, count=str(count))

    def context(self) -> dict[str, Any]:
        """Return what templates may mention."""
        shown = self.letters[:_IN_FULL]
        return {
            "figures": self.figures(),
            "pay_first": self.pay_first,
            "items": [self._item(letter) for letter in shown],
            "left_out": self._left_out(self.letters[len(shown) :]),
            "late": self._late,
            "as_of": self._day(self.today),
        }

    def _item(self, letter: Letter) -> dict[str, Any]:
        """Return what a long message says of one loan."""
        sheet = letter.sheet
        return {
            "title": letter.title,
            "severity": letter.severity,
            "preface": letter.preface(),
            "figures": self._beside(letter),
            "warnings": self._warnings(letter),
            "advice": self._advice(letter),
            "contacts": sheet.contacts() if not letter.closing else [],
            "pay_hint": letter.pay_hint(),
            "late": letter.lateness() if not self._late else None,
        }

    @staticmethod
    def _beside(letter: Letter) -> list[tuple[str, str]]:
        """Return the figures of one loan that no total of all has."""
        if letter.asks_of_past:
            return letter.sheet.if_unpaid()
        asked = letter.sheet.if_debits_failed(asked=True) if letter.asks_of_debit else []
        choice = [] if letter.closing else letter.sheet.choice()
        return asked + letter.beside() + choice

    @staticmethod
    def _warnings(letter: Letter) -> list[str]:
        if letter.closing:
            return []
        return letter.near() + letter.sheet.not_modelled() + letter.caps()

    def _advice(self, letter: Letter) -> list[Advice]:
        """Return the first thing to do about a loan, such that nothing else here contradicts it."""
        sheet, here = letter.sheet, letter.sheet.loan.id
        urgent = (other.sheet.loan.id for other in self.letters if not other.closing)
        if letter.closing and here in urgent:
            return []  # good news of a loan that another letter says what to do about
        advice = sheet.advice(letter.stage)
        if self.pay_first and here in self.pay_first.short:
            # The cash at hand goes elsewhere: what is left to do here is to talk to the lender.
            actions = sheet.desk.playbook.actions
            advice = [one for one in advice if _TALKING.intersection(actions[one.id].sources)]
        return advice[:1]

    def figures(self) -> list[tuple[str, str]]:
        """Return what the loans come to, with the names of the figures."""
        line = self.words.line
        if not any(position.arrears for position in self.positions):
            coming = self._to_pay()
            return [(self._say("to_come"), self._written(coming))] if coming else []
        rows = [(line("owed_today"), self._written(self._to_pay()))]
        late = [position for position in self.positions if position.arrears]
        if increase := _totals(position.increase for position in late):
            then = _totals(position.money(position.tomorrow.total) for position in late)
            shown = {"increase": self._written(increase), "tomorrow_total": self._written(then)}
            rows.append((line("tomorrow"), line("tomorrow_value", **shown)))
        return rows

    def _to_pay(self) -> list[Money]:
        """Return what is owed today, or else what is to come, in each currency."""
        owed = _totals(position.due_total for position in self.positions)
        return owed or _totals(position.to_pay for position in self.positions)

    @cached_property
    def pay_first(self) -> PayFirst | None:
        """How to spend the cash at hand, or else the order in which to pay what is due."""
        everyone, cash = self._everyone(), self.worst.sheet.desk.borrower.cash
        planned = self._planned(cash, everyone) if cash and len(everyone) <= _PLANNED else None
        return planned or self._order(everyone)

    def _planned(self, cash: Money, everyone: Iterable[Position]) -> PayFirst | None:
        same = [position for position in everyone if position.currency == cash.currency]
        until = self.worst.sheet.desk.borrower.next_income(self.today)
        shares = plan(cash, same, until, reporting_date).shares
        given_to = [share for share in shares if share.pay or share.kept]
        if not given_to:
            return None
        label, say = self._say("cash", cash=self.words.money(cash)), self.words
        lines = [(given(share, say), reason(share, until, say)) for share in given_to]
        short = {s.position.loan.id for s in shares if s.pay.minor < s.position.due.total}
        return PayFirst(label, lines, short)

    def _order(self, everyone: Iterable[Position]) -> PayFirst | None:
        owing = sorted((p for p in everyone if p.arrears), key=pressing)[:_IN_ORDER]
        if len(owing) < 2:
            return None
        order = self._say("then").join(name_of(position.loan) for position in owing)
        cliff, why = cliff_of_arrears(owing[0]), ""
        if cliff is not None:
            increase, day = self.words.money(cliff.increase), self._day(cliff.date)
            why = self.words.say("plan", "avoids_cliff", cliff_date=day, increase=increase)
        return PayFirst(self._say("pay_first"), [(order, why)])

    def _everyone(self) -> list[Position]:
        """Return the borrower's loans as they stand today, those of this message included.

        Those that it asks about may have been paid.
        """
        asked = {letter.sheet.loan.id for letter in self.letters if letter.asks_of_past}
        known = {position.loan.id: position for position in self.positions}
        for letter in self.letters:
            for position in letter.sheet.others:
                known.setdefault(position.loan.id, position)
        everyone = (position for loan_id, position in known.items() if loan_id not in asked)
        return [position for position in everyone if position.as_of == self.today]

    @cached_property
    def _late(self) -> str | None:
        """Say that the whole message is late, where that holds of each part alike."""
        said = {letter.lateness() for letter in self.letters}
        return said.pop() if len(said) == 1 else None

    def text(self) -> str:
        """Return the text for phones, with the titles of as many loans as there is room for."""
        count = min(len(self.letters), _ON_A_PHONE)
        while count and _needed(self.title, self._lines(count)) > AT_MOST:
            count -= 1
        return fitted(self.title, self._lines(count))

    def _lines(self, count: int) -> list[Line]:
        """Return the lines of a text that names so many loans."""
        colon, line = self.words.line("colon"), self.words.line
        lines = [Line(0, f"{label}{colon}{said}") for label, said in self.figures()[1:]]
        if first := self.pay_first:
            said = line("list_joint").join(each for each, _ in first.lines)
            lines.append(Line(len(said) > _SHORT, f"{first.label}{colon}{said}"))
        for number, letter in enumerate(self.letters[:count]):
            lines += self._about(number, letter)
        lines.append(Line(1, self._pay_hint()))
        lines.append(Line(0, self._left_out(self.letters[count:]) or ""))
        lines.append(Line(0, self._late or ""))
        as_of = line("as_of", as_of=self._day(self.today))
        lines.append(Line(0, f"{as_of} · {line('estimate')}"))
        return [each for each in lines if each.text]

    def _pay_hint(self) -> str:
        """Say how to record a payment of what is due, once for all loans."""
        due = {le.sheet.loan.id: hint for le in self.letters if (hint := le.pay_hint())}
        if len(due) < 2:
            return "".join(due.values())
        return self._say("pay_hint", ids=self.words.line("comma").join([*due][:_NAMED]))

    def _about(self, number: int, letter: Letter) -> Iterator[Line]:
        """Yield the lines on one loan, of which its title always stands."""
        if number or not self.title.startswith(letter.title):
            yield Line(0, letter.title)
        yield Line(0, letter.preface() or "")
        for action in self._advice(letter):
            yield Line(2 + number, f"▶ {action.title}")
        if not self._late:
            yield Line(0, letter.lateness() or "")

    def _left_out(self, letters: Sequence[Letter]) -> str | None:
        if not letters:
            return None
        count = len({letter.sheet.loan.id for letter in letters})
        return self._say("one_left_out" if count == 1 else "left_out", count=str(count))

    def _written(self, amounts: Sequence[Money]) -> str:
        """Write amounts of several currencies beside each other."""
        if not amounts:  # bills whose sums are not recorded
            return self._say("unknown_sum")
        *most, last = [self.words.money(amount) for amount in amounts]
        comma, both = self.words.line("comma"), self._say("and")
        return f"{comma.join(most)}{both}{last}" if most else last

    def _day(self, day: date) -> str:
        return self.words.day(day, self.today)

    def _say(self, key: str, **values: str) -> str:
        return self.words.say("digest", key, **values)


def _urgency(letter: Letter) -> tuple[bool, int, int, Decimal, str]:
    """Rank a letter; the least is the most urgent, and good news comes last."""
    position = letter.sheet.position
    days = position.days_past_due
    if not position.arrears and position.pay_by is not None:
        days = (position.as_of - position.pay_by).days
    return letter.closing, -letter.severity, -days, -position.to_pay.amount, position.loan.id


def _totals(amounts: Iterable[Money]) -> list[Money]:
    """Return the sum of each currency that has one, in the order in which they come."""
    sums: Counter[str] = Counter()
    for amount in amounts:
        sums[amount.currency] += amount.minor
    return [Money(minor, currency) for currency, minor in sums.items() if minor]


def _needed(title: str, lines: Sequence[Line]) -> int:
    """Return how many characters the title and the lines that must stand take."""
    return len(title) + 1 + sum(len(line.text) + 1 for line in lines if not line.dispensable)
