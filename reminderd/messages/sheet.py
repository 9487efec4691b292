"""The figures of one position, and the facts around it, as one locale writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from ..alerts.plan import SETTLED, Alert
from ..errors import Problem
from ..loans.bills import lives_by_bills
from ..loans.caps import Exceeded, allowed_cost, exceeded
from ..loans.changes import change_of
from ..loans.charges import CapMode
from ..loans.cliffs import Cliff
from ..loans.cures import cost_of_lateness, last_cure, saved_by_early_payoff
from ..loans.explain import explain, explain_next
from ..loans.funds import BankAccount
from ..loans.money import Money
from ..loans.position import Position, value
from ..loans.statements import Statement, statement_of
from ..loans.steps import Step
from ..loans.terms import (
    Extension,
    FailedDebit,
    GraceMode,
    InterestFrom,
    Lender,
    Loan,
    Repayment,
    RequestState,
)
from ..playbook.facts import (
    Borrower,
    Bureau,
    bureau,
    facts,
    grace_spares_record,
    reported_from,
    rest_of_minimum,
    shortfall,
    times_to_come,
)
from ..playbook.playbook import UNCONFIRMED, Advice, Playbook, Stage, packaged
from ..redaction import one_line
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
    faults: tuple[Problem, ...] = ()  # secrets that cannot be had, each of one channel
    accounts: tuple[BankAccount, ...] = ()  # that pay loans, as configured


class Sheet:
    """The figures of one position as one locale writes them."""

    def __init__(
        self,
        loan: Loan,
        position: Position,
        say: Words,
        desk: Desk | None = None,
        others: Sequence[Position] = (),
        now: datetime | None = None,
    ) -> None:
        """Prepare to write of *loan* in the words of *say*; *others* are the borrower's.

        Where *now* is not known, no debit of today counts as tried.
        """
        self.loan = loan
        self.position = position
        self.words = say
        self.desk = desk or Desk()
        self.others = others
        self.now = now
        self.person = loan.lender is Lender.PERSON
        self.name = name_of(loan)
        self.today = position.as_of

    def at(self, now: datetime) -> Sheet:
        """Return the same as it is written at an instant."""
        return Sheet(self.loan, self.position, self.words, self.desk, self.others, now)

    @property
    def stage(self) -> Stage:
        """The stage that the position is in."""
        return self.desk.playbook.stage_of(self.position)

    def title(self, stage: Stage) -> str:
        """Return the one line that says loan, amount and day count."""
        key = "overdue" if stage.first_day is not None else stage.id
        if stage.id in {"upcoming", "due-today"}:
            if self.position.sum_unknown:
                key = f"{key}-unknown"
            elif self._due_statement is not None:
                key = f"{key}-statement"
            elif self.statement is not None or rest_of_minimum(self.position) is not None:
                key = f"{key}-least"
        if stage.id == UNCONFIRMED and len(self.position.unconfirmed) > 1:
            key = "unconfirmed-several"
        if self.person and f"{key}-person" in self.words.table["title"]:
            key = f"{key}-person"
        return self.words.say("title", key, **self.variables)

    def settled_title(self, alert: Alert) -> str:
        """Return the title of the good news that an installment, or the loan, is paid."""
        position, shown = self.position, {"loan": self.name, "due_date": self._day(alert.due)}
        key = "settled" if position.settled else "installment-settled"
        card, bills = position.account.card, position.account.bills
        if not position.settled and alert.due in {bill.due for bill in bills}:
            least = card is not None and card.due == alert.due and not card.in_full
            key = "minimum-settled" if least and position.payoff else "bill-settled"
        elif not position.settled and self.loan.terms.repayment is Repayment.REVOLVING:
            key = "minimum-settled"
        return self.words.say("title", key, **shown, rest=self.words.money(position.payoff))

    @cached_property
    def variables(self) -> dict[str, str]:
        """What every action and title may mention."""
        return {
            **self._figures_named(),
            **self._facts_named(),
            **self._sentences(),
            **self._past_named(),
        }

    def _past_named(self) -> dict[str, str]:
        """What may be said of installments of the past that may have been paid."""
        debits = [debit.due for debit in self.position.unconfirmed]
        past = sorted([*debits, *(a.due for a in self.position.arrears if a.due < self.today)])
        return {
            "loan_id": self.loan.id,
            "debit_dates": self.words.dates(debits, self.today),
            "if_failed": self.words.money(self.position.if_failed),
            "in_turn_sentence": self.words.line("in_turn") if len(debits) > 1 else "",
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
            "asked": self._asked(),
            "due_date": self._day(due or self.today),
            "grace_end": self._day(grace_end),
            "days": say.days(coming or position.days_past_due),
            "increase": increase,
            "tomorrow_total": say.money(position.money(position.tomorrow.total)),
            "payoff": say.money(position.payoff),
            "waiting": say.line("waiting", increase=increase) if position.increase else "",
            "next": self._next_sentence(),
            "bill_due": self._day(position.bill_to_record or due or self.today),
            "bill_command": self.bill_command,
        }

    def _asked(self) -> str:
        """Return the sum to pay: of a card's statement all of it, and the least."""
        say, to_pay = self.words, self.words.money(self.position.to_pay)
        if self._due_statement is None:
            return to_pay
        whole = say.money(self._due_statement.whole)
        return say.line("statement_asked", whole=whole, least=to_pay)

    @property
    def _due_statement(self) -> Statement | None:
        """The card's statement where its minimum is what is to be paid first."""
        first = self.position.pay_by
        return self.statement if self.statement and self.statement.bill.due == first else None

    @property
    def bill_command(self) -> str:
        """What to run to record the loan's next bill."""
        return self.words.line("bill_command", loan=self.loan.id)

    def _facts_named(self) -> dict[str, str]:
        loan, say, position = self.loan, self.words, self.position
        request, debit = loan.request(self.today), loan.auto_debit
        missing = shortfall(position, self.desk.borrower)
        late = sum(1 for other in self.others if other.days_past_due)
        home = bureau(loan)
        cure = last_cure(loan, self.today) if loan.payments else None
        return {
            "contact": self.contact or say.line("contact"),
            "request_date": self._day(request.on if request else self.today),
            "new_dates": say.listed(map(self._day, self._new_dates())),
            "account": one_line((debit and debit.account) or "", NAME_AT_MOST)
            or say.line("account"),
            "debit_times": self._debit_times(),
            "shortfall": say.money(missing or position.money(0)),
            "dearest": name_of(self._dearest.loan),
            "complaint": say.line(f"complaint_{home}" if home else "complaint"),
            "others": say.line("one_more" if late == 1 else "several_more", count=str(late)),
            "legal_date": self._day(loan.legal_letter or self.today),
            "cured_date": self._day(cure.on if cure else self.today),
            "record_years": say.years(loan.record_years or 0),
        }

    def _sentences(self) -> dict[str, str]:
        """What actions may say as well, where it holds; else nothing."""
        say, position, loan = self.words, self.position, self.loan
        due, days = self._day(position.pay_by or self.today), say.days(position.days_past_due)
        costs = bool(position.increase)
        one = loan.terms.endless or position.payoff == position.to_pay or position.unconfirmed
        late = say.line("late_person" if self.person else "late_bank", due_date=due, days=days)
        payoff = say.line("payoff_sentence", payoff=say.money(position.payoff))
        runs = say.line("running") if loan.terms.penalty_rate or loan.terms.contract_rate else ""
        return {
            "cash_sentence": self._cash_sentence(),
            "rest_sentence": self._rest_sentence(),
            "grace_sentence": self._grace_sentence(),
            "late_sentence": late,
            "less_sentence": say.line("less") if costs else "",
            "part_sentence": say.line("part_costs" if costs else "part"),
            "dearest_sentence": self._dearest_sentence(),
            "record_sentence": self._record_sentence(),
            "running_sentence": runs,
            "payoff_sentence": "" if one else payoff,
            "reduction_sentence": say.line("reduction") if bureau(loan) is Bureau.CN else "",
        }

    def _rest_sentence(self) -> str:
        rest = rest_of_minimum(self.position)
        if rest is None:
            return ""
        bears, _ = self.loan.terms.rates_on(self.today)
        return self.words.line("rest_bears" if bears else "rest", rest=self.words.money(rest))

    def _grace_sentence(self) -> str:
        """Say what paying within grace spares, and what counts after it."""
        terms, line = self.loan.terms, self.words.line
        has_penalty = bool(terms.penalty_rate and terms.penalty_rate.value)
        spared = [
            key
            for key, so in {
                "spares_penalty": has_penalty and terms.penalty_grace,
                "spares_fee": terms.fees and terms.fee_grace,
            }.items()
            if so
        ]
        record = grace_spares_record(self.loan)
        key = "grace_spares_both" if spared and record else "grace_spares"
        key = key if spared else "grace_spares_record"
        often = has_penalty and not terms.penalty_grace and not self.person
        counts = "grace_counts" if terms.grace_mode is GraceMode.RETROACTIVE else "grace_over"
        return line(
            "grace_sentence",
            spares=line(key, parts=self.words.listed(map(line, spared)))
            if spared or record
            else "",
            often=line("grace_often_spares") if often else "",
            counts=line(counts, due_date=self._day(self.position.pay_by or self.today)),
        )

    @cached_property
    def _dearest(self) -> Position:
        """The overdue loan whose waiting gets dearer first, this one where it is the only one."""
        late = [other for other in self.others if other.days_past_due]
        return min([self.position, *late], key=pressing) if late else self.position

    def _dearest_sentence(self) -> str:
        one, say = self._dearest, self.words
        cliff, name = cliff_of_arrears(one), name_of(one.loan)
        if cliff is not None:
            day, increase = self._day(cliff.date), say.money(cliff.increase)
            return say.line("dearest_cliff", loan=name, cliff_date=day, increase=increase)
        if one.increase:
            return say.line("dearest_day", loan=name, increase=say.money(one.increase))
        return ""

    def _record_sentence(self) -> str:
        day = reported_from(self.position)
        if day is None:
            return self.words.line("record_any_day")
        return self.words.line("record_from", day=self._day(day))

    @property
    def contact(self) -> str:
        """How to reach the lender, as the borrower wrote it down."""
        return one_line(self.loan.contact or "", _CONTACT_AT_MOST)

    def contacts(self) -> list[tuple[str, str]]:
        """Return where to pay, as far as the borrower wrote it down, and whom to ask."""
        settled = self.position.settled
        path = "" if settled else one_line(self.loan.app_path or "", _CONTACT_AT_MOST)
        unknown = "" if settled or self.person else self.variables["contact"]
        whom = self.contact or unknown
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
        to_come = times_to_come(self.position, self.now)
        if debit is None or not to_come:
            return self.words.line("debit_on_date", due_date=self._day(due))
        times = self.words.listed(f"{at:%H:%M}" for at in to_come)
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
        if part.unknown:
            return self.words.line("next_sentence_unknown", due_date=due)
        return self.words.line("next_sentence", amount=amount, due_date=due)

    def advice(self, stage: Stage, turn: int | None = None) -> list[Advice]:
        """Return the stage's actions with the figures filled in."""
        filled, book = self.variables, self.desk.playbook
        known = self.facts
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

    @cached_property
    def facts(self) -> frozenset[str]:
        """What holds of the loan and its borrower."""
        return facts(self.position, self.desk.borrower, self.others, self.now)

    def estimate(self) -> str:
        """Say that the figures are an estimate, and what counts."""
        return self.words.line("estimate_person" if self.person else "estimate")

    def pay_hint(self) -> str:
        """Say how to record a payment, while something is to be paid; else nothing."""
        return self.words.line("pay_hint", id=self.loan.id) if self.position.arrears else ""

    def change(self) -> str:
        """Say why the installment to come differs from the one before, if it does; else nothing."""
        change = change_of(self.position)
        if change is None:
            return ""
        say = self.words
        now, before = say.money(change.now), say.money(change.before)
        values = {"now": now, "before": before}
        values["due_date"] = self._day(self.position.pay_by or self.today)
        if change.rates is not None and change.on is not None:
            was, rate = (say.share(each.value if each else Decimal(0)) for each in change.rates)
            values |= {"was": was, "rate": rate, "on": self._day(change.on)}
        if change.prepaid is not None and change.on is not None and change.ends is not None:
            was_end, end = map(self._day, change.ends)
            values |= {"prepaid": say.money(change.prepaid), "on": self._day(change.on)}
            values |= {"was_end": was_end, "end": end}
        return say.say("change", change.why, **values)

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
        if found.cost is not None:
            cap = self.words.money(allowed_cost(self.loan.terms, found.cap))
            actual = self.words.money(found.cost)
            return self.words.line("cap_cost", source=source, actual=actual, cap=cap)
        assert found.fees is not None and found.cap.fees is not None  # noqa: PT018  # one is set
        cap = self.words.money(Money.of(found.cap.fees, self.position.currency))
        actual = self.words.money(found.fees)
        return self.words.line("cap_fees", source=source, actual=actual, cap=cap)

    def steps(self) -> list[Step]:
        """Return how what is due was worked out."""
        return explain(self.loan, self.today)

    def derivation_if_failed(self) -> list[Row]:
        """Say how what is owed today was worked out if no unconfirmed debit went through."""
        failures = tuple(FailedDebit(debit.due, self.today) for debit in self.position.unconfirmed)
        loan = replace(self.loan, failed=(*self.loan.failed, *failures))
        return rows(explain(loan, self.today), self.words, self.today)

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
        if position.arrears:
            rows.append((line("owed_today"), self.variables["amount"]))
            if position.increase:
                rows.append((line("tomorrow"), line("tomorrow_value", **self.variables)))
        upcoming, label = list(position.upcoming), line("next")
        if not position.arrears and upcoming:
            first, label = upcoming.pop(0), line("after_next")
            to_come = line(self._to_come(first.due), due_date=self._day(first.due))
            sum_ = line("sum_unknown") if first.unknown else self.words.money(first.remaining)
            rows.append((to_come, sum_))
        if self.statement is not None:
            return rows + self.choice()
        if upcoming:
            part = upcoming[0]
            amount, due = self.words.money(part.remaining), self._day(part.due)
            key = "next_unknown" if part.unknown else "next_value"
            rows.append((label, line(key, amount=amount, due_date=due)))
        if position.payoff and position.payoff != position.to_pay and not position.unconfirmed:
            key = "payoff_bills" if lives_by_bills(self.loan.terms) else "payoff"
            rows.append((line(key), self.words.money(position.payoff)))
        return rows

    def if_unpaid(self) -> list[tuple[str, str]]:
        """Return what is owed today if nothing was paid of what may have been."""
        line, named = self.words.line, self.variables
        return [(line("if_unpaid", past_due=named["past_due"]), line("if_so_owed", **named))]

    def if_debits_failed(self, *, asked: bool = False) -> list[tuple[str, str]]:
        """Return what is owed today if no debit that nobody has confirmed went through.

        Where that is *asked* the message names the dates, and what to run, elsewhere.
        """
        debits, line = self.position.unconfirmed, self.words.line
        if not debits:
            return []
        label, owed = "if_debit_failed", "if_so_owed_run"
        if len(debits) > 1:
            label = "if_debits_failed"
        if asked:
            label, owed = "if_none_went" if len(debits) > 1 else "if_it_failed", "if_so_owed"
        return [(line(label, **self.variables), line(owed, **self.variables))]

    def assumed_debit(self) -> list[tuple[str, str]]:
        """Return the last debit that counts as made though nobody has confirmed it."""
        recorded = [
            (payment.on, Money.of(payment.amount, self.position.currency))
            for payment in self.loan.payments
            if payment.assumed
        ]
        open_ones = [(d.due, self._owed_on(d.due)) for d in self.position.assumed]
        due, amount = max([*recorded, *open_ones], default=(date.min, self.position.money(0)))
        later = (day for day in self.position.dues if due < day < self.today)
        if due == date.min or any(later):
            return []
        line = self.words.line
        named = {"amount": self.words.money(amount), "loan_id": self.loan.id}
        label = line("debit_assumed", due_date=self._day(due))
        return [(label, line("debit_assumed_value", **named))]

    def _owed_on(self, due: date) -> Money:
        """Return what was owed of an installment on its due date, which its debit was to pay."""
        then = value(self.loan, due).arrears
        return self.position.money(sum(part.owed.total for part in then if part.due == due))

    @cached_property
    def statement(self) -> Statement | None:
        """The card's statement that can still be paid in full, if there is one."""
        return statement_of(self.position)

    def _to_come(self, due: date) -> str:
        """Return which label an installment to come has: of a statement, and of a new sum."""
        if not any(bill.due == due for bill in self.position.account.bills[-1:]):
            return "to_come"
        if self.statement:
            return "to_come_least_new" if self.is_new_statement else "to_come_least"
        return "to_come_new" if self.is_new_statement else "to_come"

    @property
    def is_new_statement(self) -> bool:
        """Whether the last bill, still to come, has another sum than the one before."""
        position, bills = self.position, self.position.account.bills[-2:]
        changed = len(bills) > 1 and bills[0].amount != bills[1].amount
        return changed and not position.arrears and position.pay_by == bills[1].due

    def choice(self) -> list[tuple[str, str]]:
        """Return the rows that say what paying a statement whole costs, and its minimum alone."""
        statement, line, money = self.statement, self.words.line, self.words.money
        if statement is None:
            return []
        shown = {"whole": money(statement.whole), "anyway": money(statement.anyway)}
        whole = line(
            "statement_whole_anyway" if statement.anyway else "statement_whole_value", **shown
        )
        interest, until = money(statement.interest), self._day(statement.until)
        least = line("statement_least_value", interest=interest, until=until)
        if self.loan.terms.rates_on(statement.until)[0] is None:
            least = line("statement_no_rate")
        label = line("statement_whole", due_date=self._day(statement.bill.due))
        return [(label, whole), (line("statement_least"), least)]

    def not_modelled(self) -> list[str]:
        """Say what a card may charge that no figure contains, where it may."""
        if self.statement is None or self.statement.at_most is None:
            return []
        at_most = self.words.money(self.statement.at_most)
        known = self.loan.terms.interest_from is not InterestFrom.DUE
        return [
            self.words.line("statement_undated" if known else "statement_at_most", at_most=at_most)
        ]

    def missing_bills(self) -> list[str]:
        """Say of which due dates that have passed nobody knows what was owed, and what to run."""
        position, say = self.position, self.words.line
        if position.settled and self.loan.terms.minimum is not None:
            return [say("no_next_due", loan=self.name)]
        command = self.bill_command
        return [
            say("bill_missing", loan=self.name, due_date=self._day(due), command=command)
            for due in position.missing_bills
        ]

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


def cliff_of_arrears(position: Position) -> Cliff | None:
    """Return the next cliff of what is overdue; one of what is still to come does not press."""
    cliff = position.next_cliff
    return cliff if cliff and cliff.due in {arrear.due for arrear in position.arrears} else None


def pressing(position: Position) -> tuple[date, int, str]:
    """Rank a loan by how soon waiting gets dearer, then by what a day costs; least is first."""
    cliff = cliff_of_arrears(position)
    return cliff.date if cliff else date.max, -position.increase.minor, position.loan.id


def name_of(loan: Loan) -> str:
    """Return a loan's name as messages write it; its id where nobody would see anything of it."""
    name = one_line(loan.name, NAME_AT_MOST)
    return name if any(sign.isprintable() for sign in name) else loan.id
