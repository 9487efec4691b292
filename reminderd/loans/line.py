"""An installment that has fallen due, as the account keeps it."""

from __future__ import annotations


class Line:
    """One installment that has fallen due: what is left of it and what it has accrued.

    Interest and penalty are counted up to ``since`` and ``penalised``; from there on nothing has
    changed. Dates in here are proleptic ordinals: an integer is a day.
    """

    capital = 0  # unpaid interest that bears interest itself, in 1/scale minor units
    ceiling = 0  # what a cap lets it cost, likewise
    most_penalty: int | None = None  # what its penalty may come to
    residual = 0  # what of its interest is the cost of an earlier line
    waived = 0  # what of it was let go of, other than principal
    spared = False  # it was paid within grace, and owes no penalty for good
    received = 0  # what has come of its amount since it fell due, paid or let go
    left_over = False  # it was paid by its own amount, and what is left is not asked for
    accrued_interest = accrued_penalty = 0  # in 1/scale minor units
    paid_interest = paid_penalty = 0
    fees = paid_fees = 0

    def __init__(self, due: int, principal: int, interest: int, penalised: int) -> None:
        """Begin with what fell due."""
        self.due = due
        self.principal = principal
        self.interest = interest
        self.asked = principal + interest  # what has to reach it, where that alone settles it
        self.since = due
        self.penalised = penalised

    @classmethod
    def closed(cls, due: int) -> Line:
        """Return the line of an installment that owes nothing, now or later."""
        line = cls(due, 0, 0, due)
        line.spared = True
        return line

    def copy(self) -> Line:
        """Return a line that can move on alone."""
        line = Line.__new__(Line)
        line.__dict__.update(self.__dict__)
        return line

    @property
    def open_interest(self) -> int:
        """The scheduled interest that is unpaid; what accrued since is not in it."""
        return max(0, self.interest - self.paid_interest)

    @property
    def unpaid(self) -> int:
        """What of the installment itself is unpaid."""
        return self.principal + self.open_interest
