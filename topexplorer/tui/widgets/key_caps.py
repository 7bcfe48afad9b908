"""The keys that were just pressed, large, with the word of what they do: for those who look on.

What is typed into a field is not shown again: it may be somebody's name, or a secret.
"""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from textual.content import Content
from textual.events import Key
from textual.reactive import reactive
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, TextArea

from topexplorer.core.text import clean_line

STAY_SECONDS = 2.5
FOLLOW_SECONDS = 0.15
"""How long it takes until a dialog that a key opens is there."""
MOST = 3
_SIGNS = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "enter": "⏎",
    "escape": "Esc",
    "tab": "⇥",
    "shift+tab": "⇤",
    "space": "␣",
    "backspace": "⌫",
    "delete": "⌦",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
}
_NAMES = {"backslash": "\\", "slash": "/", "minus": "-", "asterisk": "*", "underscore": "/"}
"""Terminals send `ctrl+underscore` for `^/`."""


def is_typed(event: Key) -> bool:
    """Whether the key is a letter that a field would take."""
    return event.is_printable and not event.key.startswith(("alt+", "ctrl+"))


def cap(event: Key) -> str:
    """The key as people write it: `^J`, `Alt+M`, `↓`, `/`."""
    if is_typed(event) and event.character and not event.character.isspace():
        return event.character
    if event.key in _SIGNS:
        return _SIGNS[event.key]
    *others, last = event.key.split("+")
    last = _SIGNS.get(last) or _NAMES.get(last) or (last.upper() if len(last) < 4 else last.capitalize())
    marks = "".join("^" if other == "ctrl" else f"{other.capitalize()}+" for other in others)
    return marks + last


class KeyCaps(Widget):
    """A box over the foot of a screen, never of a locked one. It goes by itself, and takes no key or click away."""

    DEFAULT_CSS = """
    KeyCaps {
        overlay: screen; position: absolute; width: auto; min-width: 24; height: 5; padding: 1 3;
        content-align: center middle; border: tall $background;
        background: $accent; color: $background; text-style: bold;
    }
    """
    pressed: reactive[tuple[tuple[str, str], ...]] = reactive((), layout=True)
    """The last keys, each with the word of what it does; the latest last."""

    def __init__(self) -> None:
        super().__init__()
        self._going: Timer | None = None

    @classmethod
    def show_in(cls, screen: Screen[Any], event: Key, word: str) -> None:
        """Shows a key over that screen, unless it is text that is typed into a field."""
        if screen.has_class("-locked") or (is_typed(event) and isinstance(screen.focused, Input | TextArea)):
            return
        caps = next(iter(screen.query(cls)), None)
        if caps is None:
            caps = cls()
            screen.mount(caps)
        caps.pressed = (*caps.pressed, (cap(event), word))[-MOST:]
        if caps.is_attached:
            caps.stay()

    def on_mount(self) -> None:
        self.watch_pressed()
        self.stay()

    def stay(self) -> None:
        """For a while after the last key."""
        if self._going is not None:
            self._going.stop()
        self._going = self.set_timer(STAY_SECONDS, self.remove)
        self.set_timer(FOLLOW_SECONDS, self._follow)

    def _follow(self) -> None:
        """Goes over to the dialog that the key has opened."""
        top = self.app.screen_stack[-1]
        if self.screen is not top and not top.has_class("-locked") and not top.query(KeyCaps):
            caps = KeyCaps()
            caps.pressed = self.pressed
            top.mount(caps)
            self.remove()

    def render(self) -> Content:
        return Content("   ".join(f"{key} {clean_line(word)}".strip() for key, word in self.pressed))

    def watch_pressed(self) -> None:
        """In the middle, above the footer; of a dialog over it, below the line that names the dialog's keys."""
        wide = max(24, cell_len(str(self.render())) + 8)
        size, below = self.app.size, 3 if isinstance(self.parent, ModalScreen) else 7
        self.styles.offset = (max(0, (size.width - wide) // 2), max(0, size.height - below))
