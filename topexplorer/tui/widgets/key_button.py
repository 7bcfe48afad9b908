"""A small button that shows its key the way the footer does: `^F pick`."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Button

from topexplorer.core.text import clean_line


class KeyButton(Button):
    """One line high, as wide as its words."""

    DEFAULT_CSS = """
    KeyButton, KeyButton.-textual-compact {
        min-width: 0; width: auto; background: transparent; color: $foreground 80%; text-style: none;
        &:hover { background: $panel; }
        &:focus { background: $primary 30%; text-style: bold; }
    }
    """

    def __init__(self, words: str, key: str = "", name: str | None = None) -> None:
        parts = [(key, "bold $accent"), " " if key else "", clean_line(words)]
        super().__init__(Content.assemble(*parts), name=name, compact=True)
