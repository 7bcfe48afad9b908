"""What is typed, pasted or filled into a field, as it may be drawn and copied: control characters as signs, no part of
a secret however little of it fits into the field, in demo mode nobody real. The text itself is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from rich.highlighter import Highlighter
from rich.text import Text
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from topexplorer.core.text import clean_line
from topexplorer.core.veil import Veil


def drawable(text: str) -> str:
    """`text` with every unsafe character as one visible sign, so that places in it stay the same."""
    if clean_line(text) == text:
        return text
    return "".join(sign if len(sign := clean_line(char)) == 1 else "␦" for char in text)


def veil_of(widget: Widget) -> Veil | None:
    """What the app of that widget hides; None where nothing is hidden."""
    veil: Veil | None = getattr(widget.app, "veil", None)
    return veil


def taken(widget: Widget, real: str) -> None:
    """Has the app paste what was copied of that widget as it is, not as it is seen."""
    if real and (take := getattr(widget.app, "take", None)) is not None:
        take(real)


def pasting(widget: Widget) -> AbstractContextManager[None]:
    """While it is entered, what is pasted is what was taken."""
    with_real: Callable[[], AbstractContextManager[None]] = getattr(widget.app, "pasting", nullcontext)
    return with_real()


def veiled(widget: Widget, content: Content) -> Content:
    """A sentence that will be wrapped or cut, as that widget may draw it."""
    veil = veil_of(widget)
    shown = veil.line(content.plain) if veil else content.plain
    return content if shown == content.plain else Content(shown, list(content.spans))


class Sight:
    """Remembers what is seen of a text for as long as nothing changes: fields are drawn far more often than typed in.

    `see` gives it, as long as the text; `about` is what it goes by beside the text.
    """

    def __init__(
        self, widget: Widget, see: Callable[[Veil, str], str], about: Callable[[], object] = lambda: None
    ) -> None:
        self._widget = widget
        self._see = see
        self._about = about
        self._last: tuple[str, object, object, str] = ("", None, None, "")

    def of(self, text: str) -> str:
        veil = veil_of(self._widget)
        if veil is None:
            return text
        if self._last[:3] != (text, veil.sight, self._about()):
            seen = self._see(veil, text)
            self._last = (text, veil.sight, self._about(), seen)
        return self._last[3]

    def copied(self, text: str, start: int, end: int) -> str:
        """What of that piece of the text may be copied."""
        veil = veil_of(self._widget)
        return veil.copied(text, self.of(text), start, end) if veil else text[start:end]


class Drawable(Highlighter):
    """Replaces what may not reach the terminal, or the eyes of others, when a field is drawn."""

    def __init__(self, see: Callable[[str], str]) -> None:
        self._see = see

    def __call__(self, text: str | Text) -> Text:
        return Text(drawable(self._see(str(text))), no_wrap=True, overflow="ignore", end="")

    def highlight(self, text: Text) -> None:
        """Nothing beyond the replacement."""


class DiscreetInput(Input):
    """One line to type into. What is copied of it is what is seen of it."""

    def __init__(self, text: str = "", placeholder: str = "", **options: Any) -> None:
        self._sight = Sight(self, self.see, lambda: self.about)
        super().__init__(text, placeholder, Drawable(self._sight.of), **options)

    def see(self, veil: Veil, text: str) -> str:
        """What may be seen of the text."""
        return veil.line(text)

    @property
    def about(self) -> object:
        """What `see` goes by."""
        return None

    @property
    def selected_text(self) -> str:
        return self._sight.copied(self.value, *sorted(self.selection))

    def action_copy(self) -> None:
        super().action_copy()
        taken(self, super().selected_text)

    def action_cut(self) -> None:
        real = super().selected_text
        super().action_cut()
        taken(self, real)

    def action_paste(self) -> None:
        with pasting(self):
            super().action_paste()
