"""Names and values in two columns: the headers of a reply, the evidence of a diagnosis. Values wrap, names do not."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Size
from textual.reactive import var

from topexplorer.core.language import Language
from topexplorer.core.text import clean_line
from topexplorer.tui.widgets.row_list import Copied, RowList, cut

WIDEST_NAME = 28
LONGEST_VALUE = 16 * 1024


class PairsView(RowList):
    """Foreign pairs, cleaned. `y` copies the value under the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pairs-view--name"}
    DEFAULT_CSS = """
    PairsView {
        overflow-x: hidden;
        & > .pairs-view--name { color: $text-muted; }
        & > .row-list--cursor { background: transparent; }
        &:focus > .row-list--cursor { background: $primary 30%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy_value", show=False)]

    pairs: var[tuple[tuple[str, str], ...]] = var(())

    def __init__(self, language: Language, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._language = language
        self._lines: list[tuple[int, str, str]] = []

    def watch_pairs(self) -> None:
        self.set_reactive(RowList.cursor, 0)
        self._fold()

    def on_resize(self, event: Resize) -> None:
        self._fold()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are in that width: known before the view has one, so that it is laid out once."""
        return len(self._folded(width - self.scrollbar_size_vertical))

    def _fold(self) -> None:
        """Cuts the values into lines of the width there is."""
        self._lines = self._folded(self.scrollable_content_region.width)
        self.resize_rows(len(self._lines))

    def _folded(self, width: int) -> list[tuple[int, str, str]]:
        """The lines in that width: the number of the pair, the name at its first line, and a part of the value."""
        names = [clean_line(name) for name, _ in self.pairs]
        column = min(max(map(cell_len, names), default=0), WIDEST_NAME)
        room = max(8, width - column - 4)
        lines = []
        for at, (_, value) in enumerate(self.pairs):
            text = clean_line(value[:LONGEST_VALUE]) + ("…" if len(value) > LONGEST_VALUE else "")
            for row, line in enumerate(Text(text).wrap(self.app.console, room, overflow="fold") or [Text()]):
                name = "" if row else cut(names[at], column)
                lines.append((at, name + " " * (column - cell_len(name)), line.plain.rstrip()))
        return lines

    def draw(self, row: int, on: bool) -> tuple[Text, Text]:
        _, name, value = self._lines[row]
        return Text.assemble((f" {name}  ", self.look("pairs-view--name", on))), Text(value)

    def help_text(self) -> str:
        return self._language("pairs.help")

    def action_copy_value(self) -> None:
        if self._lines:
            name, value = self.pairs[self._lines[self.cursor][0]]
            self.post_message(Copied(value, clean_line(name)))
