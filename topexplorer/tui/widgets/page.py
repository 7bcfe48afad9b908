"""A page of styled rows that draws only the lines on screen: documentation, sign, help and meters are such pages.

Foreign text is cleaned when a span is made, so a page cannot carry control bytes or markup to the terminal.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from re import Pattern
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Offset, Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from topexplorer.core.text import clean_line
from topexplorer.tui.widgets.drawable import veil_of

LEAST_WIDTH = 20


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one row. `look` names a component class of Page without its prefix."""

    text: str
    look: str = "plain"


@dataclass(frozen=True, slots=True)
class Row:
    """A logical line; continued lines are indented by `hang` cells when it is wrapped."""

    spans: tuple[Span, ...] = ()
    hang: int = 0
    target: str = ""
    """What choosing the row leads to."""


def row(*parts: str | tuple[str, str], hang: int = 0, target: str = "") -> Row:
    """A row from texts and (text, look) pairs, cleaned."""
    spans = (Span(clean_line(part)) if isinstance(part, str) else Span(clean_line(part[0]), part[1]) for part in parts)
    return Row(tuple(span for span in spans if span.text), hang, target)


def resaid(logical: Row, text: str) -> Row:
    """The row with another text of the same length, in the same colours."""
    spans: list[Span] = []
    at = 0
    for span in logical.spans:
        spans.append(Span(text[at : at + len(span.text)], span.look))
        at += len(span.text)
    return replace(logical, spans=tuple(spans))


def wrap(logical: Row, width: int) -> list[tuple[Span, ...]]:
    """A row cut into lines of at most `width` cells, at spaces and between wide characters.

    No line begins beyond the middle: what is written there would stand in a column of single letters.
    """
    if sum(cell_len(span.text) for span in logical.spans) <= width:
        return [logical.spans]
    hang = min(logical.hang, width // 2)
    lines: list[tuple[Span, ...]] = []
    line: list[Span] = []
    used = 0
    for span in logical.spans:
        for word in _words(span.text):
            if not line and not lines:
                word = " " * min(len(word) - len(word.lstrip()), hang) + word.lstrip()
            cells = cell_len(word)
            if used + cells > width and used > hang:
                lines.append(tuple(line))
                line = [Span(" " * hang)] if hang else []
                used = hang
                word = word.lstrip()
                cells = cell_len(word)
            while cells > width - used > 0:
                head, word = _split(word, width - used)
                line.append(Span(head, span.look))
                lines.append(tuple(line))
                line = [Span(" " * hang)] if hang else []
                used = hang
                cells = cell_len(word)
            if word:
                line.append(Span(word, span.look))
                used += cells
    lines.append(tuple(line))
    return lines


def _words(text: str) -> Iterable[str]:
    """Pieces that may start a new line: words with the spaces before them, wide characters one by one."""
    word = ""
    for char in text:
        wide = ord(char) > 0x2E80
        if (
            word
            and (wide or (char == " " and not word.isspace()) or ord(word[-1]) > 0x2E80)
            and char not in "，。；：、）！？"
        ):
            yield word
            word = ""
        word += char
    if word:
        yield word


def _split(text: str, cells: int) -> tuple[str, str]:
    used = 0
    for place, char in enumerate(text):
        used += cell_len(char)
        if used > cells:
            return text[: max(place, 1)], text[max(place, 1) :]
    return text, ""


class Page(ScrollView, can_focus=True):
    """Shows rows; set them with `show`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"page--{look}" for look in ("plain", "title", "muted", "name", "accent", "good", "warning", "bad", "strong")
    } | {"page--pointed", "page--found"}
    DEFAULT_CSS = """
    Page {
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        scrollbar-size-horizontal: 0;
        overflow-x: hidden;
        & > .page--title { color: $accent; text-style: bold; }
        & > .page--muted { color: $secondary; }
        & > .page--name { color: $primary; }
        & > .page--accent { color: $accent; }
        & > .page--good { color: $success; }
        & > .page--warning { color: $warning; }
        & > .page--bad { color: $error; }
        & > .page--strong { text-style: bold; }
        & > .page--pointed { background: $primary 30%; }
        & > .page--found { background: $warning; color: $background; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("space", "page_down", show=False),
    ]

    pointed: reactive[int] = reactive(-1)
    """The row that stands out, by its number; -1 for none."""
    mark: reactive[Pattern[str] | None] = reactive(None)
    """What stands out wherever it is on a line."""
    is_public = False
    """Whether nobody's data is on it, so that demo mode makes nothing up."""

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows: Sequence[Row] = ()
        self._lines: list[tuple[Span, ...]] = []
        self._starts: list[int] = []

    def show(self, rows: Sequence[Row], *, keep_place: bool = False) -> None:
        """Replaces what is shown; from the top unless `keep_place`."""
        if rows == self._rows:
            return
        self._rows = rows
        self.pointed = -1
        self._reflow()
        if not keep_place:
            self.scroll_home(animate=False)

    @property
    def text(self) -> str:
        """What is shown, as plain lines."""
        return "\n".join("".join(span.text for span in line) for line in self._lines)

    @property
    def rows(self) -> Sequence[Row]:
        return self._rows

    @property
    def top_row(self) -> int:
        """The number of the first row on screen."""
        return self._row_at(self.scroll_offset.y)

    def reveal(self, number: int, *, top: bool = False) -> None:
        """Scrolls to a row: to the top of the page, or as little as it takes to see it."""
        start = self._starts[number]
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._lines)
        if top:
            self.scroll_to(y=start, animate=False)
        else:
            self.scroll_to_region(Region(0, start, 1, min(end - start, self.size.height)), animate=False)

    def row_under(self, place: Offset) -> int | None:
        """The number of the row at a place of the screen."""
        if not self.region.contains_point(place):
            return None
        line = self.scroll_offset.y + place.y - self.region.y
        return self._row_at(line) if line < len(self._lines) else None

    def _row_at(self, line: int) -> int:
        return max(bisect_right(self._starts, line) - 1, 0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are in that width: known before the page has one, so that it is laid out once."""
        room = max(width - self.scrollbar_size_vertical, LEAST_WIDTH)
        return sum(len(wrap(logical, room)) for logical in self._seen())

    def _reflow(self) -> None:
        width = max(self.scrollable_content_region.width, LEAST_WIDTH)
        self._lines, self._starts = [], []
        for logical in self._seen():
            self._starts.append(len(self._lines))
            self._lines += wrap(logical, width)
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def _seen(self) -> Iterator[Row]:
        """The rows as they may be seen: asked before they are wrapped, when what is hidden is still in one piece."""
        veil = veil_of(self)
        if veil is None:
            return iter(self._rows)
        texts = ["".join(span.text for span in logical.spans) for logical in self._rows]
        whole = "\n".join(texts)
        seen = veil.masked_line(whole) if self.is_public else veil.line(whole)
        if seen == whole:
            return iter(self._rows)
        lines = zip(self._rows, texts, seen.split("\n"), strict=True)
        return (logical if text == shown else resaid(logical, shown) for logical, text, shown in lines)

    def draw_anew(self) -> None:
        """Something else may be seen than before."""
        self._reflow()

    def on_resize(self, event: Resize) -> None:
        self._reflow()

    def render_line(self, y: int) -> Strip:
        place = self.scroll_offset.y + y
        width = self.size.width
        base = self.rich_style
        if place >= len(self._lines):
            return Strip.blank(width, base)
        if self.pointed >= 0 and self._row_at(place) == self.pointed:
            base += self._look("pointed")
        segments = [
            piece for span in self._lines[place] for piece in self._marked(span.text, base + self._look(span.look))
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _marked(self, text: str, style: Style) -> Iterator[Segment]:
        place = 0
        for found in self.mark.finditer(text) if self.mark else ():
            yield Segment(text[place : found.start()], style)
            yield Segment(found.group(), style + self._look("found"))
            place = found.end()
        yield Segment(text[place:], style)

    def _look(self, look: str) -> Style:
        return self.get_component_rich_style(f"page--{look}", partial=True)
