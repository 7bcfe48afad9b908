"""What is typed, pasted or filled into a field, as it may be drawn: control characters as signs, the text kept."""

from __future__ import annotations

from collections.abc import Callable

from rich.highlighter import Highlighter
from rich.text import Text

from topexplorer.core.text import clean_line


def drawable(text: str) -> str:
    """`text` with every unsafe character as one visible sign, so that places in it stay the same."""
    if clean_line(text) == text:
        return text
    return "".join(sign if len(sign := clean_line(char)) == 1 else "␦" for char in text)


class Drawable(Highlighter):
    """Replaces what may not reach the terminal, or the eyes of others, when a field is drawn."""

    def __init__(self, see: Callable[[str], str] = str) -> None:
        self._see = see

    def __call__(self, text: str | Text) -> Text:
        return Text(drawable(self._see(str(text))), no_wrap=True, overflow="ignore", end="")

    def highlight(self, text: Text) -> None:
        """Nothing beyond the replacement."""
