"""A line between two panes that the mouse can drag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message
from textual.widget import Widget


class Splitter(Widget):
    """Posts how far it was dragged, in cells, while it is being dragged."""

    DEFAULT_CSS = """
    Splitter {
        background: $background;
        &.-vertical { width: 1; height: 1fr; }
        &.-horizontal { height: 1; width: 1fr; }
        &:hover { background: $panel; }
        &.-dragging { background: $accent; }
    }
    """

    @dataclass
    class Dragged(Message):
        """The line moved by `cells` (right or down is positive)."""

        splitter: Splitter
        cells: int

        @property
        def control(self) -> Splitter:
            return self.splitter

    def __init__(self, direction: Literal["vertical", "horizontal"], id: str) -> None:
        super().__init__(id=id, classes=f"-{direction}")
        self._vertical = direction == "vertical"
        self._from: int | None = None

    def turn(self, vertical: bool) -> None:
        """Stands between columns, or lies between rows."""
        if vertical != self._vertical:
            self._vertical = vertical
            self.set_class(vertical, "-vertical")
            self.set_class(not vertical, "-horizontal")

    def render(self) -> str:
        return ""

    def on_mouse_down(self, event: MouseDown) -> None:
        self.capture_mouse()
        self.add_class("-dragging")
        self._from = self._place(event)

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._from is None:
            return
        place = self._place(event)
        if place != self._from:
            self.post_message(self.Dragged(self, place - self._from))
            self._from = place

    def on_mouse_up(self, event: MouseUp) -> None:
        self.release_mouse()
        self.remove_class("-dragging")
        self._from = None

    def _place(self, event: MouseDown | MouseMove) -> int:
        return int(event.screen_x if self._vertical else event.screen_y)
