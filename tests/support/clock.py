"""Time that passes when a test says so."""

from datetime import timedelta

__all__ = ["SettableClock"]


class SettableClock:
    """A clock that a test moves."""

    def __init__(self, moment):
        self.moment = moment

    def now(self):
        return self.moment

    def pass_by(self, **span):
        self.moment += timedelta(**span)
