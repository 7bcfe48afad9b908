"""What holds for the whole app, whatever screen or dialog is open: when somebody last touched it, and its clipboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from textual.events import Event, Key, MouseDown, MouseScrollDown, MouseScrollUp, Paste

from topexplorer.tui.typeahead import OrderlyApp

Result = TypeVar("Result")
UNTIL_TOUCHED = 86_400.0
"""Seconds that a notice is given which tells what happened while nobody was there."""
BY_HAND = (Key, MouseDown, MouseScrollDown, MouseScrollUp, Paste)


class ActiveApp(OrderlyApp[Result]):
    """An App that knows how long nobody has touched it, by the clock it is given."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock
        self._touched = clock()
        self._awaiting: Callable[[], None] | None = None
        """Tells once more, for as long as others, what waits for somebody to be there."""

    @property
    def idle_seconds(self) -> float:
        """How long nobody has touched it."""
        return (self._clock() - self._touched).total_seconds()

    def notify(self, message: str, *, timeout: float | None = None, **options: Any) -> None:
        """As Textual's. One of `UNTIL_TOUCHED` stays until somebody touches the app, and then as long as others."""
        if timeout == UNTIL_TOUCHED:
            self._awaiting = partial(super().notify, message, **options)
        super().notify(message, timeout=timeout, **options)

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
            if self._awaiting is not None:
                tell_again, self._awaiting = self._awaiting, None
                self.clear_notifications()
                tell_again()
        await super().on_event(event)
