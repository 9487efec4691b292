"""Late fees: what they come to on an overdue amount, to the cent."""

from decimal import Decimal
from fractions import Fraction

import pytest

from reminderd.loans.charges import Amount, Fee, FeeKind, FeePer
from reminderd.loans.money import Rounding

FLAT_25 = Amount(FeeKind.FLAT, Decimal(25))
FIVE_PERCENT = Amount(FeeKind.PERCENT, Decimal("0.05"))


def on(amount, overdue, currency="CNY", rounding=Rounding.HALF_UP, **limits):
    return Fee(amount, **limits).on(overdue, currency, rounding)


# ─── Kinds of fee ───


def test_a_flat_fee_is_the_same_on_any_amount():
    assert [on(FLAT_25, overdue) for overdue in (1, 1000_00, 99_999_99)] == [25_00] * 3


def test_a_flat_fee_has_the_digits_of_its_currency():
    assert on(FLAT_25, 1000, "JPY") == 25
    assert on(FLAT_25, 1000, "KWD") == 25_000


def test_a_percentage_is_taken_of_what_is_overdue():
    assert on(FIVE_PERCENT, 1234_00) == 61_70


def test_a_fee_is_exact_until_it_is_charged():
    assert FIVE_PERCENT.on(1, "CNY") == Fraction(1, 20)
    assert FLAT_25.on(1, "CNY") == Fraction(2500)


TIERS = Amount(
    FeeKind.TIERED,
    tiers=(
        (Decimal(100), Amount(FeeKind.FLAT, Decimal(7))),
        (Decimal(500), Amount(FeeKind.FLAT, Decimal(29))),
        (Decimal(1000), Amount(FeeKind.PERCENT, Decimal("0.10"))),
    ),
)


@pytest.mark.parametrize(
    ("overdue", "fee"),
    [
        (99_99, 0),
        (100_00, 7_00),
        (499_99, 7_00),
        (500_00, 29_00),
        (999_99, 29_00),
        (1000_00, 100_00),
        (2000_00, 200_00),
    ],
)
def test_a_tier_counts_from_its_bound_to_a_cent_below_the_next(overdue, fee):
    assert on(TIERS, overdue) == fee


def test_a_tiers_bound_is_in_the_currency_of_the_loan():
    assert [on(TIERS, overdue, "JPY") for overdue in (99, 100, 500, 1000)] == [0, 7, 29, 100]


@pytest.mark.parametrize(
    ("kind", "overdue", "fee"),
    [
        # 5 % reaches the 25.00 at 500.00.
        (FeeKind.LESSER_OF, 400_00, 20_00),
        (FeeKind.LESSER_OF, 500_00, 25_00),
        (FeeKind.LESSER_OF, 600_00, 25_00),
        (FeeKind.GREATER_OF, 400_00, 25_00),
        (FeeKind.GREATER_OF, 500_00, 25_00),
        (FeeKind.GREATER_OF, 600_00, 30_00),
    ],
)
def test_the_lesser_or_the_greater_of_several_counts(kind, overdue, fee):
    for of in ((FLAT_25, FIVE_PERCENT), (FIVE_PERCENT, FLAT_25)):
        assert on(Amount(kind, of=of), overdue) == fee


def test_a_choice_is_made_in_the_currency_of_the_loan():
    """25 yen, or 5 % of 400 yen, which are 20."""
    assert on(Amount(FeeKind.GREATER_OF, of=(FLAT_25, FIVE_PERCENT)), 400, "JPY") == 25
    assert on(Amount(FeeKind.LESSER_OF, of=(FLAT_25, FIVE_PERCENT)), 600, "JPY") == 25


def test_choices_nest():
    """The lesser of 50.00 and the greater of 25.00 and 5 %."""
    greater = Amount(FeeKind.GREATER_OF, of=(FLAT_25, FIVE_PERCENT))
    fee = Amount(FeeKind.LESSER_OF, of=(Amount(FeeKind.FLAT, Decimal(50)), greater))
    assert [on(fee, overdue) for overdue in (100_00, 800_00, 2000_00)] == [25_00, 40_00, 50_00]


# ─── The least and the most ───


@pytest.mark.parametrize(
    ("overdue", "fee"), [(199_99, 10_00), (200_00, 10_00), (200_20, 10_01), (300_00, 15_00)]
)
def test_a_fee_is_at_least_its_minimum(overdue, fee):
    assert on(FIVE_PERCENT, overdue, minimum=Decimal(10)) == fee


@pytest.mark.parametrize(
    ("overdue", "fee"), [(900_00, 45_00), (999_80, 49_99), (1000_00, 50_00), (1000_20, 50_00)]
)
def test_a_fee_is_at_most_its_maximum(overdue, fee):
    assert on(FIVE_PERCENT, overdue, maximum=Decimal(50)) == fee


def test_least_and_most_go_together_in_the_loans_currency():
    limits = {"minimum": Decimal(10), "maximum": Decimal(50)}
    assert [on(FIVE_PERCENT, n, "JPY", **limits) for n in (1, 400, 9999)] == [10, 20, 50]


def test_a_most_of_nothing_means_no_fee():
    assert on(FIVE_PERCENT, 1000_00, maximum=Decimal(0)) == 0


@pytest.mark.parametrize("overdue", [0, -1])
def test_on_nothing_there_is_no_fee_not_even_the_least(overdue):
    assert on(FLAT_25, overdue, minimum=Decimal(10)) == 0


def test_a_single_cent_overdue_is_charged():
    assert on(FIVE_PERCENT, 1, minimum=Decimal(10)) == 10_00


@pytest.mark.parametrize(
    ("rounding", "fees"),
    [
        # 5 % of 0.10, 0.30, 0.50 and 0.51 are 0.5, 1.5, 2.5 and 2.55 cents.
        (Rounding.HALF_UP, [1, 2, 3, 3]),
        (Rounding.HALF_EVEN, [0, 2, 2, 3]),
        (Rounding.DOWN, [0, 1, 2, 2]),
    ],
)
def test_a_fee_is_rounded_as_the_loan_is(rounding, fees):
    assert [on(FIVE_PERCENT, overdue, rounding=rounding) for overdue in (10, 30, 50, 51)] == fees


def test_a_fee_is_charged_once_for_each_installment_unless_it_says_otherwise():
    fee = Fee(FLAT_25)
    assert (fee.per, fee.after_days, fee.minimum, fee.maximum) == (
        FeePer.INSTALLMENT,
        None,
        None,
        None,
    )
