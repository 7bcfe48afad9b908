"""Filters of the catalog in one line: each is on or off, by click, by its number or by space."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Key
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from topexplorer.core.language import Language
from topexplorer.tui.widgets.catalog_rows import FILTERS


class FilterBar(Widget, can_focus=True):
    """Shows FILTERS in order. Posts the ones that are on."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"filter--on", "filter--off", "filter--cursor"}
    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        & > .filter--on { color: $accent; text-style: bold; }
        & > .filter--off { color: $secondary; }
        & > .filter--cursor { background: $primary 30%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1)", show=False),
        Binding("right,l", "move(1)", show=False),
        Binding("space,enter", "turn", show=False),
    ]
    chosen: reactive[frozenset[str]] = reactive(frozenset())
    cursor: reactive[int] = reactive(0)

    @dataclass
    class Changed(Message):
        """Another set of filters is on."""

        chosen: frozenset[str]

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def validate_cursor(self, place: int) -> int:
        return place % len(FILTERS)

    def toggle(self, name: str) -> None:
        """Turns one filter on or off."""
        self.chosen = self.chosen ^ {name}
        self.post_message(self.Changed(self.chosen))

    def action_move(self, step: int) -> None:
        self.cursor += step

    def action_turn(self) -> None:
        self.toggle(FILTERS[self.cursor])

    def on_key(self, event: Key) -> None:
        if event.character and event.character in "1234"[: len(FILTERS)]:
            event.stop()
            self.cursor = int(event.character) - 1
            self.action_turn()

    def on_click(self, event: Click) -> None:
        end = 0
        for place, text in enumerate(self._texts()):
            end += cell_len(text)
            if event.x < end:
                self.cursor = place
                self.action_turn()
                return

    def _texts(self) -> Iterator[str]:
        for name in FILTERS:
            yield f"{'●' if name in self.chosen else '○'}{self._language(f'catalog.filter.{name}')} "

    def render_line(self, y: int) -> Strip:
        segments = []
        for place, (name, text) in enumerate(zip(FILTERS, self._texts(), strict=True)):
            style = self.rich_style + self._look("on" if name in self.chosen else "off")
            if self.has_focus and place == self.cursor:
                style += self._look("cursor")
            segments += [Segment(text.rstrip(), style), Segment(" ", self.rich_style)]
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _look(self, part: str) -> Style:
        return self.get_component_rich_style(f"filter--{part}", partial=True)
