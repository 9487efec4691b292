"""Clocks for tests."""

from reminderd.clock import Clock


class SetClock(Clock):
    """The machine's clocks with a wall clock that shows what it was set to."""

    def __init__(self, at):
        self.at = at

    def now(self):
        return self.at


class LeapingClock(SetClock):
    """One whose monotonic clock can be made to leap."""

    leapt = 0.0

    def monotonic(self):
        return super().monotonic() + self.leapt
