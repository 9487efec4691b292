"""Rates made exact: what a base earns between two days, in whole 1/scale minor units.

A rate may change on a date, and a penalty may pause; so a meter is a list of segments, each with
a rate of its own. Days in here are proleptic ordinals: an integer is a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from math import lcm

from .charges import CapMode
from .daycount import DayCount
from .money import Rate
from .terms import Compounding, LoanTerms, RoundingAt

_FOREVER = date.max.toordinal()
_FINE = 10**9  # compound interest is kept to this part of what the rates alone would need
Written = tuple[Rate | None, int, int | None, int, int]
Turns = range | tuple[int, ...]  # days in order
_Timeline = list[tuple[int, Rate | None]]  # from which day each rate counts, in order


@dataclass(frozen=True, slots=True)
class Segment:
    """One rate, in force on the days after *start* up to and including *end*."""

    start: int
    end: int
    rate: Rate | None
    factor: int
    convention: DayCount | None  # None where a unit is a day
    year_days: int | None  # how many of its days make a year; None for a rate of each day

    def on_paper(self, start: int, end: int) -> list[tuple[date, date, int, int | None]]:
        """Cut (start, end] into pieces of so many days of a year of so many."""
        first, last = date.fromordinal(start), date.fromordinal(end)
        if self.convention is None:
            return [(first, last, end - start, self.year_days)]
        return [*self.convention.pieces(first, last)]

    def units(self, start: int, end: int) -> int:
        """Return what the convention counts after *start* up to and including *end*."""
        return _units(self.convention, start, end)


@dataclass(frozen=True, slots=True)
class Meter:
    """Tells what a base earns. ``factor`` is set where one rate counts plain days for ever."""

    segments: tuple[Segment, ...]
    factor: int | None
    rounded_daily: Callable[[int], int] | None  # where each day's amount is rounded

    def earn(self, base: int, start: int, end: int) -> int:
        """Return what *base* minor units earn over (start, end], in 1/scale minor units."""
        if self.factor is not None:
            return base * self.factor * (end - start)
        return sum(
            self._earn(segment, base, first, last)
            for segment, first, last in self.pieces(start, end)
        )

    def running(self, base: int, start: int, turns: Turns) -> list[int]:
        """Return what *base* has earned after *start* by the end of each of some days."""
        if self.rounded_daily is not None:
            return self._running_daily(base, start, turns)
        return self._summed(base, start, turns, stepwise=False)

    def _running_daily(self, base: int, start: int, turns: Turns) -> list[int]:
        assert self.rounded_daily is not None  # the caller looked
        factors = self.growth(start, range(start + 1, turns[-1] + 1))
        rounded = {factor: self.rounded_daily(base * factor) for factor in set(factors)}
        by_day = [0, *accumulate(rounded[factor] for factor in factors)]
        return [by_day[max(0, turn - start)] for turn in turns]

    def growth(self, start: int, turns: Turns) -> list[int]:
        """Return what one unit earns from each of some days to the next, the first from *start*."""
        return self._summed(1, start, turns, stepwise=True)

    def _summed(self, base: int, start: int, turns: Turns, *, stepwise: bool) -> list[int]:
        rows = []
        for segment in self.segments:
            if each := base * segment.factor:
                first = max(start, segment.start)
                counted = _counted(segment.convention, first, segment.end, turns, stepwise=stepwise)
                rows.append([each * count for count in counted])
        if len(rows) == 1:
            return rows[0]
        return [sum(row) for row in zip(*rows, strict=True)] if rows else [0] * len(turns)

    def pieces(self, start: int, end: int) -> Iterator[tuple[Segment, int, int]]:
        """Cut (start, end] so that each piece has one rate; pauses are left out."""
        for segment in self.segments:
            first, last = max(start, segment.start), min(end, segment.end)
            if first < last and segment.factor:
                yield segment, first, last

    def on_paper(self, start: int, end: int) -> list[Written]:
        """Return rate, count, count of a year, start and end of each factor in (start, end]."""
        if self.factor is not None:
            only = self.segments[0]
            return [(only.rate, end - start, only.year_days, start, end)] if only.factor else []
        return [
            (segment.rate, count, of_year, first.toordinal(), last.toordinal())
            for segment, a, b in self.pieces(start, end)
            for first, last, count, of_year in segment.on_paper(a, b)
            if count  # a 31st is no day of its own under 30/360
        ]

    def _earn(self, segment: Segment, base: int, start: int, end: int) -> int:
        if self.rounded_daily is None:
            return base * segment.factor * segment.units(start, end)
        if segment.convention is None:
            return (end - start) * self.rounded_daily(base * segment.factor)
        return sum(
            self.rounded_daily(base * segment.factor * segment.units(day, day + 1))
            for day in range(start, end)
        )


@dataclass(frozen=True, slots=True)
class Tariff:
    """The rates of a loan's terms, over one denominator."""

    scale: int
    scheduled: Meter  # contract interest on what is not yet due
    interest: Meter  # contract interest on what is overdue
    penalty: Meter
    on_interest: Meter | None  # compound interest, where unpaid interest bears any
    ceiling: Meter | None  # what an enforced cap lets an installment cost


def _units(convention: DayCount | None, start: int, end: int) -> int:
    if convention is None:
        return end - start
    return convention.units(date.fromordinal(start), date.fromordinal(end))


@lru_cache(maxsize=4096)
def tariff(terms: LoanTerms, due: int | None = None) -> Tariff:
    """Work the tariff out from the terms.

    Where the penalty changes with the days of lateness, it is that of the installment *due* then;
    without one, what counts at first.
    """
    contract: _Timeline = [(_ordinal(start), rate) for start, rate, _ in terms.rates]
    penalty = _paused(_penalties(terms, due), terms)
    on_interest: _Timeline = penalty
    if terms.interest_on_interest_rate is not None:
        on_interest = _paused([(0, terms.interest_on_interest_rate)], terms)
    enforced = [cap.annual_rate for cap in terms.caps if cap.mode is CapMode.ENFORCE]
    caps = [rate for rate in enforced if rate is not None]
    ceiling: _Timeline = [(0, Rate(min(caps), "year"))] if caps else []
    compounds = terms.compounding is not Compounding.NONE
    later = [(0, rate) for days in terms.penalty_steps for *_, rate in terms.rates_after(days)]
    scale = _scale([*contract, *penalty, *later, *on_interest, *ceiling], terms)
    scale *= _FINE if compounds else 1
    overdue: _Timeline = contract if terms.contract_interest_continues else [(0, None)]
    return Tariff(
        scale,
        _meter(contract, terms, scale),
        _meter(overdue, terms, scale),
        _meter(penalty, terms, scale),
        _meter(on_interest, terms, scale) if compounds else None,
        _meter(ceiling, replace(terms, rounding_at=RoundingAt.END), scale) if caps else None,
    )


@lru_cache(maxsize=512)
def _counted(
    convention: DayCount | None, first: int, last: int, turns: Turns, *, stepwise: bool
) -> tuple[int, ...]:
    """Count what lies in (first, last] up to each of some days, or from each to the next."""
    counted, since = [], first
    for turn in turns:
        until = min(turn, last)
        counted.append(_units(convention, since, until) if since < until else 0)
        if stepwise:
            since = max(since, until)
    return tuple(counted)


def _penalties(terms: LoanTerms, due: int | None) -> _Timeline:
    """Return from which day on each penalty rate counts, by date and by days of lateness."""
    steps = [] if due is None else [(due + days, days) for days in terms.penalty_steps]
    bands = [(0, 0), *steps]
    ends = [day for day, _ in steps] + [_FOREVER]
    timeline: _Timeline = []
    for (first, days), end in zip(bands, ends, strict=True):
        rates = [(_ordinal(start), rate) for start, _, rate in terms.rates_after(days)]
        in_force = [rate for start, rate in rates if start <= first][-1]
        timeline.append((first, in_force))
        timeline += [(start, rate) for start, rate in rates if first < start < end]
    return timeline


def _ordinal(day: date | None) -> int:
    return 0 if day is None else day.toordinal()


def _paused(timeline: _Timeline, terms: LoanTerms) -> _Timeline:
    """Set the rate to none on the days of each pause."""
    for pause in terms.pauses:
        first, last = pause.first.toordinal() - 1, pause.last.toordinal()
        after = [rate for start, rate in timeline if start <= last][-1]
        outside = [(start, rate) for start, rate in timeline if not first <= start <= last]
        timeline = sorted([*outside, (first, None), (last, after)], key=lambda entry: entry[0])
    return timeline


def _scale(timeline: _Timeline, terms: LoanTerms) -> int:
    year = terms.day_count.year_units
    return lcm(*(_per_unit(rate, year).denominator for _, rate in timeline))


@lru_cache(maxsize=1024)
def _per_unit(rate: Rate | None, year_units: int) -> Fraction:
    return rate.per_unit(year_units) if rate else Fraction()


def _factor(per_unit: Fraction, scale: int) -> int:
    return per_unit.numerator * (scale // per_unit.denominator)


def _meter(timeline: _Timeline, terms: LoanTerms, scale: int) -> Meter:
    ends = [start for start, _ in timeline[1:]] + [_FOREVER]
    segments = tuple(
        Segment(
            start,
            end,
            rate,
            _factor(_per_unit(rate, terms.day_count.year_units), scale),
            _convention(rate, terms),
            terms.day_count.year_units if rate and rate.per == "year" else None,
        )
        for (start, rate), end in zip(timeline, ends, strict=True)
    )
    daily = None
    if terms.rounding_at is RoundingAt.DAY:
        round_ = terms.rounding.of
        daily = lambda accrued: round_(accrued, scale) * scale  # noqa: E731
    plain = len(segments) == 1 and segments[0].convention is None and daily is None
    return Meter(segments, segments[0].factor if plain else None, daily)


def _convention(rate: Rate | None, terms: LoanTerms) -> DayCount | None:
    plain = rate is None or rate.per == "day" or terms.day_count.counts_days
    return None if plain else terms.day_count


def contract_interest(terms: LoanTerms, base: int, start: date, end: date) -> Fraction:
    """Return what *base* bears by the day count before it is due, exactly, in minor units."""
    rates = tariff(terms)
    return exact(rates.scheduled, rates.scale, base, [(start, end)])


def exact(meter: Meter, scale: int, base: int, spans: Iterable[tuple[date, date]]) -> Fraction:
    """Return what *base* earns over some spans of dates, exactly, in minor units."""
    earned = sum(meter.earn(base, a.toordinal(), b.toordinal()) for a, b in spans)
    return Fraction(earned, scale)
