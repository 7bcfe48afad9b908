"""The line of an answer that says that it was not given just now: where in the history it is from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual.reactive import var
from textual.widgets import Static

from topexplorer.core.call import Exchange
from topexplorer.core.language import Language
from topexplorer.tui.widgets.past_rows import past_text


class PastLine(Static):
    """Shows nothing of an `exchange` that was made in this run."""

    DEFAULT_CSS = """
    PastLine { height: auto; max-height: 2; padding: 0 1; color: $text-accent; display: none; }
    PastLine.-past { display: block; }
    """

    exchange: var[Exchange | None] = var(None)

    def __init__(self, language: Language, now: Callable[[], datetime]) -> None:
        super().__init__(markup=False)
        self._language = language
        self._now = now

    def watch_exchange(self, exchange: Exchange | None) -> None:
        text = past_text(exchange, self._now(), self._language) if exchange is not None else ""
        self.set_class(bool(text), "-past")
        self.update(text)
