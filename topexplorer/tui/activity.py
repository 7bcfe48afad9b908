"""When somebody last pressed a key or a button, whatever screen or dialog was open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from textual.app import App
from textual.events import Event, Key, MouseDown, MouseScrollDown, MouseScrollUp, Paste

Result = TypeVar("Result")
BY_HAND = (Key, MouseDown, MouseScrollDown, MouseScrollUp, Paste)


class ActiveApp(App[Result]):
    """An App that knows how long nobody has touched it, by the clock it is given."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock
        self._touched = clock()

    @property
    def idle_seconds(self) -> float:
        """How long nobody has touched it."""
        return (self._clock() - self._touched).total_seconds()

    async def on_event(self, event: Event) -> None:
        if isinstance(event, BY_HAND):
            self._touched = self._clock()
        await super().on_event(event)
