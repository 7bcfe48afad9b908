"""What holds for the whole app, whatever screen or dialog is open: when somebody last touched it, and its clipboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from textual.events import Event, Key, MouseDown, MouseScrollDown, MouseScrollUp, Paste

from topexplorer.tui.typeahead import OrderlyApp

Result = TypeVar("Result")
BY_HAND = (Key, MouseDown, MouseScrollDown, MouseScrollUp, Paste)


class ActiveApp(OrderlyApp[Result]):
    """An App that knows how long nobody has touched it, by the clock it is given."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock
        self._touched = clock()

    @property
    def idle_seconds(self) -> float:
        """How long nobody has touched it."""
        return (self._clock() - self._touched).total_seconds()

    def put_on_clipboard(self, text: str) -> bool:
        """Whether the terminal was given it. Every way to the clipboard leads here."""
        super().copy_to_clipboard(text)
        return True

    def copy_to_clipboard(self, text: str) -> None:
        """What Textual's own fields call."""
        self.put_on_clipboard(text)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, BY_HAND):
            self._touched = self._clock()
        await super().on_event(event)
