"""Jump mode: a letter beside everything that can take the cursor; pressing it goes there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Label

LETTERS = "asdfghjklqwertyuiopzxcvbnm1234567890"


def targets(screen: Screen[None]) -> dict[str, Widget]:
    """Letters for the focusable widgets that are on screen now, in focus order."""
    visible = [
        widget for widget in screen.focus_chain if screen.region.contains_region(widget.region) and widget.region
    ]
    return dict(zip(LETTERS, visible, strict=False))


class Jump(ModalScreen[Widget | None]):
    """Shows the letters over the screen below. Any other key goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+o", "dismiss(None)", show=False, priority=True)]
    DEFAULT_CSS = """
    Jump > Label { position: absolute; background: $accent; color: $background; text-style: bold; padding: 0 1; }
    """

    def __init__(self, places: Mapping[str, Widget]) -> None:
        super().__init__()
        self.places = places

    def compose(self) -> ComposeResult:
        for letter, widget in self.places.items():
            label = Label(letter)
            label.styles.offset = (widget.region.x, widget.region.y)
            yield label

    def on_key(self, event: Key) -> None:
        event.stop()
        self.dismiss(self.places.get(event.key))
