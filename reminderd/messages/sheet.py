"""The figures of one position, and the facts around it, as one locale writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from ..alerts.plan import SETTLED, Alert
from ..errors import Problem
from ..loans.caps import Exceeded, exceeded
from ..loans.charges import CapMode
from ..loans.cures import cost_of_lateness, last_cure, saved_by_early_payoff
from ..loans.explain import explain, explain_next
from ..loans.money import Money
from ..loans.position import Position
from ..loans.steps import Step
from ..loans.terms import Extension, Loan, RequestState
from ..playbook.facts import Borrower, facts, shortfall
from ..playbook.playbook import Advice, Playbook, Stage, packaged
from .basis import basis, brief_basis
from .derivation import Row, rows
from .words import Words

NAME_AT_MOST = 60  # characters of a loan's name that a message shows
_CONTACT_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """What all messages of one borrower draw on."""

    playbook: Playbook = field(default_factory=packaged)
    borrower: Borrower = field(default_factory=Borrower)
    templates: Path | None = None  # where the borrower's own stand
    strict: bool = False  # whether one of them that fails is an error, as in a rehearsal
    problems: tuple[Problem, ...] = ()  # of a configuration whose last good version is in force


class Sheet:
    """The figures of one position as one locale writes them."""

    def __init__(
        self,
        loan: Loan,
        position: Position,
        say: Words,
        desk: Desk | None = None,
        others: Sequence[Position] = (),
    ) -> None:
        """Prepare to write of *loan* in the words of *say*; *others* are the borrower's."""
        self.loan = loan
        self.position = position
        self.words = say
        self.desk = desk or Desk()
        self.others = others
        self.name = name_of(loan)
        self.today = position.as_of

    @property
    def stage(self) -> Stage:
        """The stage that the position is in."""
        return self.desk.playbook.stage_of(self.position)

    def title(self, stage: Stage) -> str:
        """Return the one line that says loan, amount and day count."""
        key = "overdue" if stage.first_day is not None else stage.id
        return self.words.say("title", key, **self.variables)

    def settled_title(self, alert: Alert) -> str:
        """Return the title of the good news that an installment, or the loan, is paid."""
        key = "settled" if self.position.settled else "installment-settled"
        return self.words.say("title", key, loan=self.name, due_date=self._day(alert.due))

    @cached_property
    def variables(self) -> dict[str, str]:
        """What every action and title may mention."""
        return self._figures_named() | self._facts_named() | self._past_named()

    def _past_named(self) -> dict[str, str]:
        """What may be said of installments of the past that may have been paid."""
        debits = [debit.due for debit in self.position.unconfirmed]
        past = sorted([*debits, *(a.due for a in self.position.arrears if a.due < self.today)])
        return {
            "loan_id": self.loan.id,
            "debit_dates": self.words.dates(debits, self.today),
            "if_failed": self.words.money(self.position.if_failed),
            "past_due": self._day(past[0] if past else self.today),
            "last_past_due": str(past[-1] if past else self.today),
        }

    def _figures_named(self) -> dict[str, str]:
        position, say = self.position, self.words
        due = position.pay_by
        coming = (due - self.today).days if due and not position.arrears else 0
        grace_end = (due or self.today) + timedelta(days=position.grace_days)
        increase = say.money(position.increase)
        return {
            "loan": self.name,
            "amount": say.money(position.to_pay),
            "due_date": self._day(due or self.today),
            "grace_end": self._day(grace_end),
            "days": say.days(coming or position.days_past_due),
            "increase": increase,
            "tomorrow_total": say.money(position.money(position.tomorrow.total)),
            "payoff": say.money(position.payoff),
            "whole_loan": self._whole_loan(),
            "waiting": say.line("waiting", increase=increase) if position.increase else "",
            "next": self._next_sentence(),
        }

    def _whole_loan(self) -> str:
        """Say what pays the loan off, if anything can."""
        if self.loan.terms.endless:
            return ""
        return self.words.line("whole_loan", payoff=self.words.money(self.position.payoff))

    def _facts_named(self) -> dict[str, str]:
        loan, say, position = self.loan, self.words, self.position
        request, debit = loan.request(self.today), loan.auto_debit
        missing = shortfall(position, self.desk.borrower)
        late = sum(1 for other in self.others if other.days_past_due)
        cure = last_cure(loan, self.today) if loan.payments else None
        return {
            "contact": self.contact or say.line("contact"),
            "request_date": self._day(request.on if request else self.today),
            "new_dates": say.listed(map(self._day, self._new_dates())),
            "account": one_line((debit and debit.account) or "", NAME_AT_MOST)
            or say.line("account"),
            "debit_times": self._debit_times(),
            "shortfall": say.money(missing or position.money(0)),
            "cash_sentence": self._cash_sentence(),
            "others": say.line("one_more" if late == 1 else "several_more", count=str(late)),
            "legal_date": self._day(loan.legal_letter or self.today),
            "cured_date": self._day(cure.on if cure else self.today),
            "record_years": say.years(loan.record_years or 0),
        }

    @property
    def contact(self) -> str:
        """How to reach the lender, as the borrower wrote it down."""
        return one_line(self.loan.contact or "", _CONTACT_AT_MOST)

    def contacts(self) -> list[tuple[str, str]]:
        """Return where to pay, as far as the borrower wrote it down, and whom to ask."""
        settled = self.position.settled
        path = "" if settled else one_line(self.loan.app_path or "", _CONTACT_AT_MOST)
        whom = self.contact or ("" if settled else self.variables["contact"])
        found = {"app_path": path, "contact_label": whom}
        return [(self.words.line(key), said) for key, said in found.items() if said]

    def _day(self, day: date) -> str:
        return self.words.day(day, self.today)

    def _new_dates(self) -> list[date]:
        """Return the dates that the last extension moved what it moved to."""
        deals = [*self.loan.terms.extensions, *self.loan.agreed]
        known = [d for d in deals if isinstance(d, Extension) and d.agreed <= self.today]
        last = max(known, key=lambda deal: deal.agreed, default=None)
        return list(last.to) if last else [self.position.pay_by or self.today]

    def _debit_times(self) -> str:
        debit, due = self.loan.auto_debit, self.position.pay_by or self.today
        if debit is None or not debit.times:
            return self.words.line("debit_on_date", due_date=self._day(due))
        times = self.words.listed(f"{at:%H:%M}" for at in debit.times)
        return self.words.line("debit_at_times", due_date=self._day(due), times=times)

    def _cash_sentence(self) -> str:
        borrower = self.desk.borrower
        if borrower.cash is None:
            return ""
        payday = borrower.next_payday(self.today)
        key = "cash" if payday is None else "cash_and_payday"
        cash, shown = self.words.money(borrower.cash), self._day(payday or self.today)
        return self.words.line(key, cash=cash, payday=shown)

    def _next_sentence(self) -> str:
        if not self.position.upcoming:
            return self.words.line("nothing_next")
        part = self.position.upcoming[0]
        amount, due = self.words.money(part.remaining), self._day(part.due)
        return self.words.line("next_sentence", amount=amount, due_date=due)

    def advice(self, stage: Stage, turn: int | None = None) -> list[Advice]:
        """Return the stage's actions with the figures filled in."""
        filled, book = self.variables, self.desk.playbook
        known = facts(self.position, self.desk.borrower, self.others)
        if turn is None:
            turn = self.position.days_past_due
        return [
            Advice(
                action.id,
                action.title.format(**filled),
                " ".join(action.detail.format(**filled).split()),
                action.documents,
            )
            for action in book.advice(stage, self.words.name, known, turn)
        ]

    def basis(self) -> list[str]:
        """Say by which rules the figure was worked out."""
        return basis(self.position, self.words)

    def brief_basis(self) -> list[str]:
        """Say by which rates the figure was worked out."""
        return brief_basis(self.position, self.words)

    def warnings(self) -> list[str]:
        """Say which caps the agreed terms are above, while anything is unpaid."""
        if self.position.settled:
            return []
        return [self._above(found) for found in exceeded(self.position)]

    def _above(self, found: Exceeded) -> str:
        source = found.cap.source or self.words.line("cap_source")
        if found.cap.annual_rate is not None and found.annual_rate is not None:
            rates = {"actual": found.annual_rate, "cap": found.cap.annual_rate}
            shown = {name: self.words.share(rate) for name, rate in rates.items()}
            kept = found.cap.mode is CapMode.ENFORCE
            return self.words.line("cap_kept" if kept else "cap_rate", source=source, **shown)
        assert found.fees is not None and found.cap.fees is not None  # noqa: PT018  # one is set
        cap = self.words.money(Money.of(found.cap.fees, self.position.currency))
        actual = self.words.money(found.fees)
        return self.words.line("cap_fees", source=source, actual=actual, cap=cap)

    def steps(self) -> list[Step]:
        """Return how what is due was worked out."""
        return explain(self.loan, self.today)

    def derivation(self) -> list[Row]:
        """Say how what is due was worked out; with nothing due, what falls due next."""
        steps = self.steps() if self.position.arrears else explain_next(self.position)
        return rows(steps, self.words, self.today)

    def parts(self) -> list[tuple[str, str]]:
        """Return what the sum owed today is made of, leaving out zeros."""
        due = self.position.due._asdict()
        return [(self.words.line(key), self._money(minor)) for key, minor in due.items() if minor]

    def figures(self) -> list[tuple[str, str]]:
        """Return the rows of the figure table, the sum to pay first."""
        position, line = self.position, self.words.line
        rows: list[tuple[str, str]] = []
        if position.unconfirmed:
            owed = line("if_so_owed", amount=self.variables["if_failed"])
            rows.append((line("if_debit_failed"), owed))
        if position.arrears:
            rows.append((line("owed_today"), self.variables["amount"]))
            if position.increase:
                rows.append((line("tomorrow"), line("tomorrow_value", **self.variables)))
        upcoming, label = list(position.upcoming), line("next")
        if not position.arrears and upcoming:
            first, label = upcoming.pop(0), line("after_next")
            to_come = line("to_come", due_date=self._day(first.due))
            rows.append((to_come, self.words.money(first.remaining)))
        if upcoming:
            part = upcoming[0]
            amount = self.words.money(part.remaining)
            shown = line("next_value", amount=amount, due_date=self._day(part.due))
            rows.append((label, shown))
        if position.payoff and position.payoff != position.to_pay:
            rows.append((line("payoff"), self.words.money(position.payoff)))
        return rows

    def if_unpaid(self) -> list[tuple[str, str]]:
        """Return what is owed today if nothing was paid of what may have been."""
        line, named = self.words.line, self.variables
        owed = line("if_so_owed", amount=named["if_failed"])
        return [(line("if_unpaid", past_due=named["past_due"]), owed)]

    def assumed_debit(self) -> list[tuple[str, str]]:
        """Return the last debit that counts as made though nobody has confirmed it."""
        recorded = [
            (payment.on, Money.of(payment.amount, self.position.currency))
            for payment in self.loan.payments
            if payment.assumed
        ]
        open_ones = [(d.due, self.position.money(d.owed.total)) for d in self.position.assumed]
        due, amount = max([*recorded, *open_ones], default=(date.min, self.position.money(0)))
        later = (day for day in self.position.dues if due < day < self.today)
        if due == date.min or any(later):
            return []
        line = self.words.line
        named = {"amount": self.words.money(amount), "loan_id": self.loan.id}
        label = line("debit_assumed", due_date=self._day(due))
        return [(label, line("debit_assumed_value", **named))]

    def balance_of(self, alert: Alert) -> list[tuple[str, str]]:
        """Return what being late with a paid installment cost, and what paying early saved."""
        if alert.milestone != SETTLED:
            return []
        cost = cost_of_lateness(self.position, alert.due)
        named = {"lateness_cost": cost, "early_saved": saved_by_early_payoff(self.position)}
        money, line = self.words.money, self.words.line
        return [(line(key), money(amount)) for key, amount in named.items() if amount]

    def extended(self) -> bool:
        """Whether an extension that counts now was approved."""
        request = self.loan.request(self.today)
        return request is not None and request.state is RequestState.APPROVED

    def _money(self, minor: int) -> str:
        return self.words.money(Money(minor, self.position.currency))


def name_of(loan: Loan) -> str:
    """Return a loan's name as messages write it."""
    return one_line(loan.name, NAME_AT_MOST) or loan.id


def one_line(text: str, at_most: int = 10_000) -> str:
    """Return a text on one line, without what could steer a terminal or a page, cut if too long."""
    kept = " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
    return kept if len(kept) <= at_most else kept[: at_most - 1] + "…"
