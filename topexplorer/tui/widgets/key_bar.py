"""The footer: the keys that work right now, most important first, as many as fit. A click does what the key does."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.strip import Strip
from textual.widget import Widget

from topexplorer.core.language import Language
from topexplorer.tui.commands import COMMANDS, Command, usable


class KeyBar(Widget):
    """Reads COMMANDS and asks the screen which of them can be used."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key", "key-bar--words"}
    DEFAULT_CSS = """
    KeyBar {
        height: 1;
        dock: bottom;
        & > .key-bar--key { text-style: bold; color: $accent; }
        & > .key-bar--words { color: $secondary; }
    }
    """

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self._places: list[tuple[int, int, Command]] = []

    def usable(self) -> list[Command]:
        """The commands that the footer would show, in order."""
        return [command for command in COMMANDS if command.place != "hidden" and usable(command, self.screen)]

    def render_line(self, y: int) -> Strip:
        commands = self.usable()
        ends = [command for command in commands if command.place == "end"]
        room = self.size.width - 1 - sum(self._width(command) for command in ends)
        fitting = []
        for command in commands:
            if command.place == "footer" and self._width(command) <= room:
                fitting.append(command)
                room -= self._width(command)
        return self._strip(fitting, ends, room)

    def _strip(self, left: list[Command], right: list[Command], gap: int) -> Strip:
        key = self.get_component_rich_style("key-bar--key")
        words = self.get_component_rich_style("key-bar--words")
        segments = [Segment(" ", self.rich_style)]
        self._places = []
        x = 1
        for command in (*left, None, *right):
            if command is None:
                segments.append(Segment(" " * gap, self.rich_style))
                x += gap
                continue
            label = self._language(f"command.{command.id}")
            segments += [Segment(command.key_label, key), Segment(f" {label}  ", words)]
            self._places.append((x, x + self._width(command), command))
            x += self._width(command)
        return Strip(segments).adjust_cell_length(self.size.width, Style.null())

    def _width(self, command: Command) -> int:
        return cell_len(command.key_label) + cell_len(self._language(f"command.{command.id}")) + 3

    async def on_click(self, event: Click) -> None:
        for start, end, command in self._places:
            if start <= event.x < end:
                await self.screen.run_action(command.action)
