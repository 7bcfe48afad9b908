"""Rows with a cursor, of which only those on screen are drawn. The lines and the tree of an answer are such lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

MOST_SELECTED = 5000


@dataclass
class Copied(Message):
    """Something was asked to go to the clipboard. `what` says what it is, in words."""

    text: str
    what: str

    def __post_init__(self) -> None:
        super().__post_init__()
        self.text = self.text.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be written anywhere


def cut_start(text: str, cells: int) -> str:
    """`cut` for texts whose end matters more: a path."""
    return text if cell_len(text) <= cells else "…" + cut(text[::-1], cells)[-2::-1]


def cut(text: str, cells: int) -> str:
    """`text` in at most `cells` terminal cells; a cut ends in `…`. The text must be clean."""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, cells - 1).rstrip() + "…" if cells > 0 else ""


class RowList(ScrollView, can_focus=True):
    """Draws `count` rows. A subclass says how many there are, what a row looks like and what Enter does."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--cursor", "row-list--muted"}
    DEFAULT_CSS = """
    RowList {
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        & > .row-list--cursor { background: $panel; }
        & > .row-list--muted { color: $text-muted; }
        &:focus > .row-list--cursor { background: $primary 30%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "edge(0)", show=False),
        Binding("end,G", "edge(-1)", show=False),
    ]

    count: var[int] = var(0)
    cursor: var[int] = var(0)

    _height = 0

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another row."""

        rows: RowList
        row: int

        @property
        def control(self) -> RowList:
            return self.rows

    def on_resize(self, event: Resize) -> None:
        """A cursor that was in sight stays in sight."""
        height, self._height = self._height, event.size.height
        if self.scroll_offset.y <= self.cursor < self.scroll_offset.y + height:
            self.show_row(self.cursor)

    def draw(self, row: int, on: bool) -> tuple[Text, Text]:
        """The part of a row that never scrolls sideways, and the rest. `on`: the cursor stands here."""
        raise NotImplementedError

    def look(self, name: str, on: bool = False) -> Style:
        """The style of that component class, on the cursor's row or off it."""
        return self.get_visual_style(*(("row-list--cursor",) if on else ()), name).rich_style

    @property
    def visible_rows(self) -> range:
        """The rows on screen."""
        top = self.scroll_offset.y
        return range(top, min(self.count, top + self.scrollable_content_region.height))

    def resize_rows(self, count: int, width: int = 0) -> None:
        """Sets how many rows there are and how many cells the widest one takes."""
        self.count = count
        self.virtual_size = Size(width, count)
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.count - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        self.refresh_lines(before)
        self.refresh_lines(now)
        self.show_row(now)
        self.post_message(self.Highlighted(self, now))

    def show_row(self, row: int, centre: bool = False) -> None:
        """Scrolls as little as needed to see the row, or puts it in the middle when it was out of sight."""
        height = self.scrollable_content_region.height
        top = self.scroll_offset.y
        if row in range(top, top + height):
            return
        nearest = row if row < top else row - height + 1
        self.scroll_to(y=max(0, row - height // 2 if centre else nearest), animate=False)

    def action_move(self, step: int) -> None:
        self.cursor += step

    def action_page(self, step: int) -> None:
        page = max(1, self.scrollable_content_region.height - 1)
        self.scroll_to(y=self.scroll_offset.y + step * page, animate=False)
        self.cursor += step * page

    def action_edge(self, row: int) -> None:
        self.cursor = row if row >= 0 else self.count - 1

    def on_click(self, event: Click) -> None:
        row = self.scroll_offset.y + event.y
        if row < self.count:
            self.cursor = row
            self.clicked(row, event)

    def clicked(self, row: int, event: Click) -> None:
        """The cursor was put on `row` by a click. Nothing more, unless a subclass says otherwise."""

    def render_line(self, y: int) -> Strip:
        row = self.scroll_offset.y + y
        width = self.size.width
        if row >= self.count:
            return Strip.blank(width, self.rich_style)
        on = row == self.cursor
        base = self.get_visual_style("row-list--cursor").rich_style if on else self.rich_style
        fixed, rest = (self._strip(part) for part in self._selected(row, on))
        room = max(0, self.scrollable_content_region.width - fixed.cell_length)
        left = self.scroll_offset.x
        muted = self.look("row-list--muted", on)
        before = self._strip(Text.assemble(("‹" if left else "", muted)))
        after = self._strip(Text.assemble(("›" if rest.cell_length > left + room else "", muted)))
        start = left + before.cell_length
        shown = rest.crop(start, max(start, left + room - after.cell_length))
        shown = shown.apply_offsets(len(rest.crop(0, start).text), row)
        return Strip.join([fixed, before, shown, after]).apply_style(base).adjust_cell_length(width, base)

    def _strip(self, text: Text) -> Strip:
        text.end = ""
        return Strip(text.render(self.app.console))

    def _selected(self, row: int, on: bool) -> tuple[Text, Text]:
        """The row with the part that the mouse has selected."""
        fixed, rest = self.draw(row, on)
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(row)) is not None:
            start, end = span
            rest.stylize(self.screen.get_component_rich_style("screen--selection"), start, None if end < 0 else end)
        return fixed, rest

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What the mouse has selected, of `MOST_SELECTED` rows at most."""
        first = selection.start.y if selection.start else 0
        last = min(selection.end.y if selection.end else self.count - 1, self.count - 1, first + MOST_SELECTED - 1)
        lines = "\n".join(self.draw(row, False)[1].plain.rstrip() for row in range(first, last + 1))
        start = Offset(selection.start.x, 0) if selection.start else None
        end = Offset(selection.end.x, last - first) if selection.end and last == selection.end.y else None
        return Selection(start, end).extract(lines), "\n"

    def text_select_all(self) -> None:
        """A double click must not select the whole of a large answer."""
