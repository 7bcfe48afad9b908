"""The line below a text in which one types what to look for. Whoever owns the text does the looking."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from topexplorer.tui.widgets.drawable import DiscreetInput


class FindBar(Horizontal):
    """An input that reports with the messages of its Input, and a count at the right. Hidden until `open`."""

    DEFAULT_CSS = """
    FindBar {
        height: 1;
        display: none;
        & > #find-sign { width: 2; color: $accent; text-style: bold; }
        & > #find-query { width: 1fr; border: none; height: 1; padding: 0; background: $boost; }
        & > #find-count { width: auto; padding: 0 1; color: $text-muted; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static("/", id="find-sign", markup=False)
        yield DiscreetInput(id="find-query", compact=True, select_on_focus=False)
        yield Static("", id="find-count", markup=False)

    @property
    def query_text(self) -> str:
        """What is looked for; nothing while the bar is closed."""
        return self.query_one(Input).value if self.display else ""

    def open(self) -> None:
        self.display = True
        self.query_one(Input).focus()

    def close(self) -> None:
        self.display = False

    def count(self, text: str) -> None:
        """Says how many places there are."""
        self.query_one("#find-count", Static).update(text)
