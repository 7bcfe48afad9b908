"""The catalog's rows, drawn line by line: thousands of APIs cost no more than the lines on screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from topexplorer.tui.widgets.catalog_rows import CatalogRow, Marks


class CatalogList(ScrollView, can_focus=True):
    """Rows with a cursor. Enter or a click chooses a row; a group opens and closes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"list--{part}"
        for part in ("group", "name", "note", "mark", "found", "cursor", "retired", "profile", "current", "closed")
    }
    DEFAULT_CSS = """
    CatalogList {
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        overflow-x: hidden;
        & > .list--group { text-style: bold; color: $foreground; }
        & > .list--note { color: $secondary; }
        & > .list--mark { color: $warning; }
        & > .list--found { color: $accent; text-style: bold underline; }
        & > .list--cursor { background: $panel; }
        & > .list--retired { color: $secondary; text-style: strike; }
        & > .list--closed { color: $secondary; text-style: dim; }
        & > .list--profile { color: $primary; }
        & > .list--current { color: $accent; text-style: bold; }
        &:focus > .list--cursor { background: $primary 30%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "edge(0)", show=False),
        Binding("end", "edge(-1)", show=False),
        Binding("enter,space", "choose", show=False),
        Binding("left", "fold", show=False),
        Binding("right", "unfold", show=False),
    ]
    rows: reactive[tuple[CatalogRow, ...]] = reactive(())
    cursor: reactive[int] = reactive(0)
    current: reactive[str] = reactive("")
    """The method whose form is open."""

    @dataclass
    class Chosen(Message):
        """A row was chosen by key or click."""

        row: CatalogRow

    def watch_rows(self, before: tuple[CatalogRow, ...], rows: tuple[CatalogRow, ...]) -> None:
        self.virtual_size = Size(0, len(rows))
        at = before[self.cursor] if self.cursor < len(before) else None
        same = (i for i, r in enumerate(rows) if at and (r.kind, r.key, r.group) == (at.kind, at.key, at.group))
        self.cursor = next(same, 0)

    def watch_current(self, current: str) -> None:
        """The cursor goes along, so that arrows go on from the API that is open."""
        places = [i for i, row in enumerate(self.rows) if row.kind == "api" and row.key == current]
        if places and self.cursor not in places:
            self.cursor = places[0]

    def validate_cursor(self, place: int) -> int:
        return max(0, min(place, len(self.rows) - 1))

    def watch_cursor(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        place = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        base = self.rich_style
        if place >= len(self.rows):
            return Strip.blank(width, base)
        if place == self.cursor:
            base += self._look("cursor")
        return Strip(self._segments(self.rows[place], width, base)).adjust_cell_length(width, base)

    def _segments(self, row: CatalogRow, width: int, base: Style) -> list[Segment]:
        indent = "  " * row.level
        if row.kind == "group":
            count = f"{row.count:,} "
            text = set_cell_size(f"{indent}{'▾' if row.open else '▸'} {row.text}", max(width - len(count), 0))
            return [Segment(text, base + self._look("group")), Segment(count, base + self._look("note"))]
        mark = f" {row.mark} " if row.mark else " "
        room = max(width - cell_len(mark) - 2 - len(indent), 0)
        name = _cut(row.text, room)
        note_room = room - cell_len(name) - 2
        pieces = [Segment(f"  {indent}", base), *self._marked(name, row.found, base + self._name_look(row))]
        if row.note and note_room >= 4:
            note = _cut(row.note, note_room)
            pieces += [Segment("  ", base), *self._marked(note, row.note_found, base + self._look("note"))]
        used = sum(piece.cell_length for piece in pieces)
        gap = Segment(" " * max(width - used - cell_len(mark), 0), base)
        return [*pieces, gap, Segment(mark, base + self._look("mark"))]

    def _name_look(self, row: CatalogRow) -> Style:
        if row.kind in ("profile", "call"):
            return self._look("profile")
        if row.key == self.current:
            return self._look("current")
        return self._look("retired" if row.retired else "closed" if row.closed else "name")

    def _marked(self, text: str, marks: Marks, style: Style) -> Iterator[Segment]:
        place = 0
        for start, end in marks:
            yield Segment(text[place:start], style)
            yield Segment(text[start:end], style + self._look("found"))
            place = end
        yield Segment(text[place:], style)

    def _look(self, part: str) -> Style:
        return self.get_component_rich_style(f"list--{part}", partial=True)

    def on_click(self, event: Click) -> None:
        place = self.scroll_offset.y + event.y
        if place < len(self.rows):
            self.cursor = place
            self.action_choose()

    @property
    def pointed(self) -> CatalogRow | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def action_move(self, step: int) -> None:
        self.cursor += step

    def action_page(self, direction: int) -> None:
        self.cursor += direction * max(self.size.height - 1, 1)

    def action_edge(self, place: int) -> None:
        self.cursor = len(self.rows) - 1 if place < 0 else 0

    def action_choose(self) -> None:
        if self.pointed:
            self.post_message(self.Chosen(self.pointed))

    def action_fold(self) -> None:
        """Closes the group the cursor is on, or goes up to the one it is in."""
        rows, at = self.rows, self.cursor
        if at < len(rows) and rows[at].kind == "group" and rows[at].open:
            self.action_choose()
            return
        above = (i for i in range(min(at, len(rows)) - 1, -1, -1) if rows[i].kind == "group")
        self.cursor = next((i for i in above if rows[i].open), at)

    def action_unfold(self) -> None:
        if self.cursor < len(self.rows) and self.rows[self.cursor].kind == "group" and not self.rows[self.cursor].open:
            self.action_choose()


def _cut(text: str, cells: int) -> str:
    return text if cell_len(text) <= cells else set_cell_size(text, max(cells - 1, 0)).rstrip() + "…"
