"""The catalog as rows, drawn line by line: thousands of APIs cost no more than the lines on screen.

`catalog_rows` decides what is in the list; `CatalogList` draws it and moves the cursor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

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

from topexplorer.core.catalog import Entry
from topexplorer.core.language import Language
from topexplorer.core.search import spans
from topexplorer.core.spec import Category
from topexplorer.core.text import clean_line

RowKind = Literal["group", "api", "profile", "call", "nothing"]


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """One line. `key` is the group's name, the method or the profile's name."""

    kind: RowKind
    key: str
    text: str
    note: str = ""
    mark: str = ""
    count: int = 0
    open: bool = True
    retired: bool = False
    found: tuple[tuple[int, int], ...] = ()
    """Parts of `text` that match the search."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A profile as the list shows it."""

    name: str
    method: str


def catalog_rows(
    entries: Iterable[Entry],
    saved: Sequence[Saved],
    categories: Sequence[Category],
    closed: Collection[str],
    say: Language,
) -> Iterator[CatalogRow]:
    """The whole list: profiles first when there are any, then every category with its APIs."""
    if saved:
        yield CatalogRow("group", "profiles", say("catalog.profiles"), count=len(saved), open="profiles" not in closed)
        if "profiles" not in closed:
            yield from (_profile_row(profile) for profile in saved)
    by_category: dict[str, list[Entry]] = {}
    for entry in entries:
        by_category.setdefault(entry.category, []).append(entry)
    titles = {category.name: say.words(category.title) for category in categories}
    for name, members in by_category.items():
        opened = name not in closed
        yield CatalogRow("group", name, titles.get(name, name), count=len(members), open=opened)
        if opened:
            yield from (api_row(entry, say) for entry in members)


def found_rows(entries: Iterable[Entry], saved: Sequence[Saved], query: str, say: Language) -> Iterator[CatalogRow]:
    """The list while a search is typed: matching profiles, then APIs best first, then the way out."""
    for profile in saved:
        if query.lower() in profile.name.lower():
            yield _profile_row(profile)
    known = False
    for entry in entries:
        known = known or entry.method == query.strip()
        yield api_row(entry, say, query)
    if not known and "." in query and not query.strip().endswith("."):
        yield CatalogRow("call", query.strip(), say("catalog.call_anyway", method=query.strip()))


def api_row(entry: Entry, say: Language, query: str = "") -> CatalogRow:
    name = clean_line(entry.method.removeprefix("taobao."))
    mark = "catalog.mark.retired" if entry.retired else "catalog.mark.writes" if entry.writes else ""
    return CatalogRow(
        "api",
        entry.method,
        name,
        note=clean_line(say.words(entry.title)),
        mark=say(mark) if mark else "",
        retired=entry.retired,
        found=tuple(spans(name, query)) if query else (),
    )


def _profile_row(profile: Saved) -> CatalogRow:
    note = clean_line(profile.method.removeprefix("taobao."))
    return CatalogRow("profile", profile.name, clean_line(profile.name), note=note)


class CatalogList(ScrollView, can_focus=True):
    """Rows with a cursor. Enter or a click chooses a row; a group opens and closes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"list--{part}"
        for part in ("group", "name", "note", "mark", "found", "cursor", "retired", "profile", "current")
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
        kept = next((i for i, r in enumerate(rows) if at and r.kind == at.kind and r.key == at.key), None)
        self.cursor = kept if kept is not None else self._first(rows)

    @staticmethod
    def _first(rows: tuple[CatalogRow, ...]) -> int:
        return next((place for place, row in enumerate(rows) if row.kind != "group"), 0)

    def watch_current(self, current: str) -> None:
        """The cursor goes along, so that arrows go on from the API that is open."""
        place = next((i for i, r in enumerate(self.rows) if r.kind == "api" and r.key == current), None)
        if place is not None:
            self.cursor = place

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
        if row.kind == "group":
            count = f"{row.count} "
            text = set_cell_size(f"{'▾' if row.open else '▸'} {row.text}", max(width - len(count), 0))
            return [Segment(text, base + self._look("group")), Segment(count, base + self._look("note"))]
        mark = f" {row.mark} " if row.mark else " "
        room = max(width - cell_len(mark) - 2, 0)
        name = row.text if cell_len(row.text) <= room else set_cell_size(row.text, max(room - 1, 0)) + "…"
        note_room = room - cell_len(name) - 2
        note = f"  {_cut(row.note, note_room)}" if row.note and note_room >= 4 else ""
        pieces = [Segment("  ", base), *self._name_pieces(row, name, base), Segment(note, base + self._look("note"))]
        used = sum(piece.cell_length for piece in pieces)
        gap = Segment(" " * max(width - used - cell_len(mark), 0), base)
        return [*pieces, gap, Segment(mark, base + self._look("mark"))]

    def _name_pieces(self, row: CatalogRow, name: str, base: Style) -> Iterator[Segment]:
        style = base
        if row.kind in ("profile", "call"):
            style += self._look("profile")
        elif row.key == self.current:
            style += self._look("current")
        elif row.retired:
            style += self._look("retired")
        place = 0
        for start, end in row.found:
            yield Segment(name[place:start], style)
            yield Segment(name[start:end], style + self._look("found"))
            place = end
        yield Segment(name[place:], style)

    def _look(self, part: str) -> Style:
        return self.get_component_rich_style(f"list--{part}", partial=True)

    def on_click(self, event: Click) -> None:
        place = self.scroll_offset.y + event.y
        if place < len(self.rows):
            self.cursor = place
            self.action_choose()

    def action_move(self, step: int) -> None:
        self.cursor += step

    def action_page(self, direction: int) -> None:
        self.cursor += direction * max(self.size.height - 1, 1)

    def action_edge(self, place: int) -> None:
        self.cursor = len(self.rows) - 1 if place < 0 else 0

    def action_choose(self) -> None:
        if self.cursor < len(self.rows):
            self.post_message(self.Chosen(self.rows[self.cursor]))

    def action_fold(self) -> None:
        """Closes the group the cursor is in."""
        for place in range(min(self.cursor, len(self.rows) - 1), -1, -1):
            if self.rows[place].kind == "group":
                self.cursor = place
                if self.rows[place].open:
                    self.action_choose()
                return

    def action_unfold(self) -> None:
        if self.cursor < len(self.rows) and self.rows[self.cursor].kind == "group" and not self.rows[self.cursor].open:
            self.action_choose()


def _cut(text: str, cells: int) -> str:
    return text if cell_len(text) <= cells else set_cell_size(text, max(cells - 1, 0)).rstrip() + "…"
