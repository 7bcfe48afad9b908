"""The text of an answer, as large as it may be: only the lines on screen are decoded, coloured and drawn."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.reactive import var

from topexplorer.core.clipboard import MOST_BYTES
from topexplorer.core.language import Language
from topexplorer.core.linetext import LineText, Row
from topexplorer.core.text import clean_line
from topexplorer.core.views import Syntax
from topexplorer.tui.widgets.row_list import Copied, RowList

CONTINUED = "↪"

_JSON = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<string>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<number>-?\d[\d.eE+-]*)|(?P<literal>true|false|null)|(?P<punctuation>[{}\[\],:])"
)
_XML = re.compile(
    r"(?P<punctuation></?|\?>|/?>|<\?|=)|(?P<key>(?<=<)[\w:.-]+|(?<=</)[\w:.-]+)|(?P<string>\"[^\"<]*\"(?=[^<]*>))"
    r"|(?P<literal>&#?\w+;)"
)
_TOKENS = {"json": _JSON, "xml": _XML}
_JSON_VALUE = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*"\s*:\s*)?(?P<value>.*?),?\s*')
_XML_VALUE = re.compile(r"\s*<([\w:.-]+)[^>]*>(?P<value>[^<]*)</\1>\s*")


class LineView(RowList):
    """Draws a LineText with line numbers. `y` copies the value of the line under the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"line-view--{token}" for token in ("key", "string", "number", "literal", "punctuation")),
        *("line-view--gutter", "line-view--gutter-here", "line-view--found", "line-view--found-here"),
    }
    DEFAULT_CSS = """
    LineView {
        height: 1fr;
        & > .line-view--key { color: $text-primary; }
        & > .line-view--string { color: $foreground; }
        & > .line-view--number { color: $text-success; }
        & > .line-view--literal { color: $text-warning; }
        & > .line-view--punctuation { color: $text-muted; }
        & > .line-view--gutter { color: $foreground 40%; }
        & > .line-view--gutter-here { color: $foreground; text-style: bold; }
        & > .line-view--found { background: $warning 40%; text-style: underline; }
        & > .line-view--found-here { background: $warning; color: $background; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "sideways(-8)", show=False),
        Binding("right,l", "sideways(8)", show=False),
        Binding("y", "copy_value", show=False),
    ]

    source: var[LineText | None] = var(None)
    mark: var[re.Pattern[str] | None] = var(None)
    """What is marked wherever it stands."""

    def __init__(self, language: Language, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._language = language
        self._widest = 0

    def watch_source(self, source: LineText | None) -> None:
        self._widest = 0
        self.resize_rows(source.rows if source else 0)
        self.set_reactive(RowList.cursor, 0)
        self.scroll_to(0, 0, animate=False)
        self._widen()

    def watch_mark(self) -> None:
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._widen()

    def on_resize(self, event: Resize) -> None:
        self._widen()

    @property
    def room(self) -> int:
        """Cells for the text beside the line numbers."""
        return max(1, self.scrollable_content_region.width - self._gutter)

    @property
    def _gutter(self) -> int:
        return len(str(self.source.lines if self.source else 0)) + 3

    def _widen(self) -> None:
        """Lets the rows in sight be scrolled to their ends. Rows never seen are not measured: that would read all."""
        if self.source is None:
            return
        here = max((cell_len(self._text(self.source.row(row))) for row in self.visible_rows), default=0)
        if here > self._widest:
            self._widest = here
            self.resize_rows(self.count, here + self._gutter)

    def _text(self, row: Row) -> str:
        return clean_line(self.source.content(row)) if self.source else ""

    def draw(self, row: int, on: bool) -> tuple[Text, Text]:
        if self.source is None:
            return Text(), Text()
        place = self.source.row(row)
        number = str(place.line) if place.piece == 0 else CONTINUED
        gutter = self.look("line-view--gutter-here" if on else "line-view--gutter", on)
        fixed = Text.assemble((f" {number:>{self._gutter - 3}}  ", gutter))
        text = Text(self._text(place))
        for start, end, token in _tokens(text.plain, self.source.syntax, place.piece > 0):
            text.stylize(self.look(f"line-view--{token}", on), start, end)
        if self.mark is not None:
            found = self.look("line-view--found-here" if on else "line-view--found", on)
            for match in self.mark.finditer(text.plain):
                text.stylize(found, *match.span())
        return fixed, text

    def reveal(self, offset: int, nth: int = 0) -> None:
        """Puts the cursor on the row that holds that byte, in the middle of the view, and shows the row's nth mark."""
        if self.source is None:
            return
        row = self.source.row_at(offset)
        self.show_row(row, centre=True)
        self.cursor = row
        text = self._text(self.source.row(row))
        matches = list(self.mark.finditer(text)) if self.mark else []
        start, end = (cell_len(text[:at]) for at in matches[min(nth, len(matches) - 1)].span()) if matches else (0, 0)
        left = self.scroll_offset.x
        if start < left or end > left + self.room - 2:
            self._widen()
            self.scroll_to(x=max(0, end - self.room // 2) if end > self.room - 2 else 0, animate=False)

    def help_text(self) -> str:
        return self._language("lines.help")

    def action_sideways(self, step: int) -> None:
        self.scroll_to(x=self.scroll_offset.x + step, animate=False)

    def action_copy_value(self) -> None:
        if self.source is None or not self.count:
            return
        line, whole = self.source.line_of(self.cursor, MOST_BYTES)
        number = self.source.row(self.cursor).line
        what = self._language("lines.copied" if whole else "lines.copied_part", line=number)
        self.post_message(Copied(line_value(line, self.source.syntax) if whole else line, what))


@lru_cache(maxsize=512)
def _tokens(text: str, syntax: Syntax, continued: bool) -> tuple[tuple[int, int, str], ...]:
    """The coloured parts of a row. The rest of a long line of indented JSON is always the rest of a string."""
    pattern = _TOKENS.get(syntax)
    if pattern is None or (continued and syntax == "xml"):
        return ()
    if continued:
        return ((0, len(text), "string"),)
    return tuple((*match.span(), match.lastgroup) for match in pattern.finditer(text) if match.lastgroup)


def line_value(line: str, syntax: Syntax) -> str:
    """The value that a line of indented JSON or XML holds, without key, quotes and escapes; else the line itself."""
    pattern = {"json": _JSON_VALUE, "xml": _XML_VALUE}.get(syntax)
    match = pattern.fullmatch(line) if pattern else None
    if match is None:
        return line.strip() if pattern else line
    value = match["value"]
    if syntax == "xml":
        import html  # brings a table of two thousand names

        return html.unescape(value)
    try:
        return str(json.loads(value)) if value.startswith('"') else value
    except ValueError:
        return value
