"""What an account looks like on paper: every step that leads to a figure, with its factors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from .money import Rate, round_half_up, to_minor
from .owed import Owed
from .schedule import RateShare, bears, capitalized, factors, period_of, rate_shares
from .steps import MICRO, Step
from .tariff import Meter, tariff
from .terms import Installment, LoanTerms

Span = tuple[int, int]  # the days after the first, up to the last


class Trace:
    """The steps of a derivation, in the order in which an account takes them.

    Sums come as ``1/scale`` minor units, days as ordinals.
    """

    def __init__(self, terms: LoanTerms) -> None:
        """Begin without any."""
        self.steps: list[Step] = []
        self.terms = terms
        self.rates = tariff(terms)
        self.scale = self.rates.scale

    def note(
        self,
        kind: str,
        accrued: int,
        due: int | None = None,
        *,
        end: int,
        start: int | None = None,
        name: str | None = None,
        split: Owed | None = None,
    ) -> None:
        """Note a sum that has come about, or is not owed any more."""
        self.steps.append(
            Step(
                kind,
                self._micros(accrued),
                self.terms.currency,
                due if due is None else date.fromordinal(due),
                start=start if start is None else date.fromordinal(start),
                end=date.fromordinal(end),
                name=name,
                split=split,
            )
        )

    def note_flat(self, kind: str, due: int, base: int, span: Span, accrued: int) -> None:
        """Note what a base earned at a rate that never changes."""
        meter = self.rates.interest if kind == "interest" else self.rates.penalty
        only, (start, end) = meter.segments[0], span
        self._factors(kind, due, base, only.rate, end - start, only.year_days, span, accrued)

    def note_earned(
        self, kind: str, due: int, meter: Meter, base: int, span: Span, accrued: int
    ) -> None:
        """Note what a base earned, with the factors one would multiply on paper."""
        by_amount = kind == "penalty" and self.terms.penalty_by_amount
        for rate, count, of_year, *part in meter.on_paper(*span):
            of_part = (part[0], part[1])
            exact = accrued if of_part == span else meter.earn(base, *of_part)
            if by_amount and rate is not None:
                self._factors(kind, due, int(rate.value), None, count, of_year, of_part, exact)
            else:
                self._factors(kind, due, base, rate, count, of_year, of_part, exact)

    def _factors(
        self,
        kind: str,
        due: int,
        base: int,
        rate: Rate | None,
        days: int | None,
        of_year: int | None,
        span: Span,
        accrued: int,
    ) -> None:
        start, end = map(date.fromordinal, span)
        micros, of_line = self._micros(accrued), date.fromordinal(due)
        currency = self.terms.currency
        self.steps.append(
            Step(kind, micros, currency, of_line, base, rate, days, of_year, start, end)
        )

    def _micros(self, accrued: int) -> int:
        return round_half_up(accrued * MICRO, self.scale)


def rows_of(terms: LoanTerms) -> Callable[[Installment], tuple[Step, ...]]:
    """Return what tells of an installment that falls due, and remembers what it told."""
    known: dict[int, tuple[Installment, tuple[Step, ...]]] = {}

    def rows(part: Installment) -> tuple[Step, ...]:
        if (told := known.get(id(part))) is not None and told[0] is part:
            return told[1]
        steps = due_steps(terms, part)
        known[id(part)] = part, steps
        return steps

    return rows


def due_steps(terms: LoanTerms, part: Installment) -> tuple[Step, ...]:
    """Return the steps that say what an installment brings, its interest with the factors."""
    principal = Step("principal", part.principal * MICRO, terms.currency, part.due)
    residual = Step("residual", part.residual * MICRO, terms.currency, part.due)
    statement = Step("statement", part.statement * MICRO, terms.currency, part.due)
    fee = Step("installment-fee", part.fee * MICRO, terms.currency, part.due)
    steps = (principal, *_interest_steps(terms, part), fee, statement, residual)
    return tuple(step for step in steps if step.micros)


def _interest_steps(terms: LoanTerms, part: Installment) -> Iterator[Step]:
    """Yield what each balance and each rate bore of a part's own interest, as far as one can."""
    carried = part.residual + part.statement
    own = (part.interest - carried - part.fee) * MICRO
    interest = Step("scheduled-interest", own, terms.currency, part.due)
    worked_out = part.base or part.pieces
    if not worked_out or part.carried != carried or not part.balances:
        yield interest
        return
    for piece in part.balances:
        if shares := rate_shares(terms, part, piece):
            of_piece = interest._replace(base_minor=piece.base, unit="day")
            yield from (_of_rate(of_piece, share) for share in shares)
            continue
        rate, count, of_year, unit = factors(terms, part, piece)
        micros = own
        if part.pieces:
            micros = round(bears(terms, *piece, period_of(part, piece.start, piece.end)) * MICRO)
        yield interest._replace(
            micros=micros,
            base_minor=piece.base,
            start=piece.start,
            end=piece.end,
            rate=rate,
            days=count,
            year_days=of_year,
            unit=unit,
        )


def capitalized_steps(terms: LoanTerms, as_of: date) -> Iterator[Step]:
    """Yield how the interest of before the schedule came about, once it is in the principal.

    A step for each rate; as the principal of installments holds it, it adds nothing to a figure.
    """
    start, day = terms.start, terms.capitalized_on
    if start is None or day is None or as_of < day:
        return
    before, base = 0, to_minor(terms.principal, terms.currency)
    span = start.toordinal(), day.toordinal()
    for rate, count, of_year, _, end in tariff(terms).scheduled.on_paper(*span):
        until = date.fromordinal(end)
        so_far = capitalized(terms, until)
        split = Owed(interest=so_far - before)
        yield Step(
            "capitalized", 0, terms.currency, None, base, rate, count, of_year, start, until, split
        )
        before, start = so_far, until


def _of_rate(interest: Step, share: RateShare) -> Step:
    """Return the step of what one rate bore of an installment's interest."""
    return interest._replace(
        micros=round(share.interest * MICRO),
        start=share.start,
        end=share.end,
        rate=share.rate,
        days=share.days,
        year_days=share.of_year,
    )
