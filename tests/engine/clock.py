"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EVENING = datetime(2026, 11, 21, 15, 59, 30, tzinfo=UTC)
"""Half a minute before midnight in GMT+8."""


class Clock:
    """Call it for the time; add seconds to move it, negative ones to set it back."""

    def __init__(self, now: datetime = EVENING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def add(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
