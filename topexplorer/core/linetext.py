"""Text of any size as display rows, for a view that draws only the rows on screen.

A row is a line, or a piece of a line that is too long to be drawn in one. The index holds one entry per block, not per
row, so 10 MB cost a few hundred entries and about as many milliseconds as a search for the line ends. Pure, and safe
to build in a thread: it never holds the interpreter for longer than one block.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import NamedTuple

from topexplorer.core.views import Syntax

WRAP = 4000
BLOCK = 32 * 1024
BLOCKS_IN_ONE_GO = 16
SEARCH_STEP = 128 * 1024
MOST_HITS = 100_000

_OPEN_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{0,3})?$|\\u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u[0-9a-fA-F]{0,3})?)?$")
_ESCAPES = re.compile(r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\.")


class Row(NamedTuple):
    """The bytes `start` to `end` of the text. `piece` counts the pieces of one line from 0."""

    start: int
    end: int
    line: int
    """The number of the line, from 1."""
    piece: int
    last: bool
    """Whether the line ends here; False means that it goes on in the next row."""


class _Block(NamedTuple):
    start: int
    row: int
    line: int
    piece: int


class LineText:
    """`text` in rows of at most `wrap` bytes, never cut inside a character or an escape. `rest` is called between two
    steps of the way through the text."""

    def __init__(
        self, text: bytes, syntax: Syntax, wrap: int = WRAP, rest: Callable[[], object] = lambda: None
    ) -> None:
        self.text = text
        self.syntax = syntax
        self.wrap = max(wrap, 16)
        self._blocks: list[_Block] = []
        self._read: dict[int, list[Row]] = {}
        self.rows, self.lines = self._index(rest)

    def row(self, number: int) -> Row:
        """The row of that number, from 0. Raises IndexError."""
        if not 0 <= number < self.rows:
            raise IndexError(number)
        at = bisect_right(self._blocks, number, key=attrgetter("row")) - 1
        return self._rows_of(at)[number - self._blocks[at].row]

    def row_at(self, offset: int) -> int:
        """The number of the row that holds that byte."""
        at = max(0, bisect_right(self._blocks, offset, key=attrgetter("start")) - 1)
        rows = self._rows_of(at)
        return self._blocks[at].row + max(0, bisect_right(rows, offset, key=attrgetter("start")) - 1)

    def content(self, row: Row) -> str:
        """The row as text: bytes that are not UTF-8 replaced, JSON's escapes of other alphabets decoded. Not clean."""
        text = self.text[row.start : row.end].decode("utf-8", "replace")
        return decode_escapes(text) if self.syntax == "json" else text

    def line_of(self, number: int, most: int) -> tuple[str, bool]:
        """The whole line that the row belongs to, and True; or, when it is longer than `most` bytes, the row only."""
        row = self.row(number)
        start = self.text.rfind(b"\n", max(0, row.start - most - 1), row.start) + 1
        end = self.text.find(b"\n", row.start, row.start + most)
        if end < 0 and row.start + most >= len(self.text):
            end = len(self.text)
        begins = start > 0 or row.start <= most
        whole = begins and end >= 0 and end - start <= most
        piece = Row(start, end, row.line, 0, True) if whole else row
        return self.content(piece).rstrip("\r"), whole

    def _index(self, rest: Callable[[], object]) -> tuple[int, int]:
        row, line, piece, start = 0, 1, 0, 0
        while start < len(self.text):
            if len(self._blocks) % BLOCKS_IN_ONE_GO == BLOCKS_IN_ONE_GO - 1:
                rest()
            self._blocks.append(_Block(start, row, line, piece))
            stop = min(start + BLOCK, len(self.text))
            while start < stop:
                newline = self.text.rfind(b"\n", start, start + self.wrap + 1)
                if newline >= 0:
                    count = self.text.count(b"\n", start, newline + 1)
                    row, line, piece, start = row + count, line + count, 0, newline + 1
                else:
                    row, piece, start = row + 1, piece + 1, self._cut(start)
        ended = self.text.endswith(b"\n") or not self.text
        return row, line - 1 if ended else line

    def _cut(self, start: int) -> int:
        """Where the piece that begins at `start` ends: before a character or escape that would not fit."""
        cut = start + self.wrap
        if cut >= len(self.text):
            return len(self.text)
        while cut > start and self.text[cut] & 0xC0 == 0x80 and cut > start + self.wrap - 4:
            cut -= 1
        if self.syntax == "json" and (escape := _OPEN_ESCAPE.search(self.text, max(start, cut - 12), cut)):
            cut = escape.start()
        return cut if cut > start else start + self.wrap

    def _rows_of(self, at: int) -> list[Row]:
        rows = self._read.get(at)
        if rows is None:
            if len(self._read) >= 16:
                self._read.pop(next(iter(self._read)))
            rows = self._read[at] = list(self._walk(at))
        return rows

    def _walk(self, at: int) -> Iterator[Row]:
        start, _, line, piece = self._blocks[at]
        stop = self._blocks[at + 1].start if at + 1 < len(self._blocks) else len(self.text)
        while start < stop:
            newline = self.text.find(b"\n", start, start + self.wrap + 1)
            if newline >= 0:
                yield Row(start, newline, line, piece, True)
                start, line, piece = newline + 1, line + 1, 0
            else:
                cut = self._cut(start)
                yield Row(start, cut, line, piece, cut == len(self.text))
                start, piece = cut, piece + 1


def decode_escapes(text: str) -> str:
    """JSON text with the escapes of everything beyond ASCII decoded; half surrogate pairs stay as they are."""
    return _ESCAPES.sub(_decode_escape, text) if "\\u" in text else text


def _decode_escape(match: re.Match[str]) -> str:
    pair, single = match.groups()
    if pair:
        high, low = int(pair[2:6], 16), int(pair[8:], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    code = int(single, 16) if single else 0
    return match.group() if code < 0x80 or 0xD800 <= code < 0xE000 else chr(code)


class Needle:
    """What is looked for: capital or small, and also where an answer writes it as `\\uXXXX`."""

    def __init__(self, query: str) -> None:
        self.query = query
        forms = dict.fromkeys((query, _escaped(query)))
        self.pattern = re.compile("|".join(re.escape(form) for form in forms), re.IGNORECASE)
        """Finds it in a row as it is drawn."""
        self._forms = [form.encode("utf-8", "replace").lower() for form in forms]

    def find_all(self, text: bytes, cancelled: Callable[[], bool]) -> list[int]:
        """Where it begins, in order, `MOST_HITS` at most. Stops early, with what it has, when `cancelled`."""
        hits: list[int] = []
        for form in self._forms:
            if form:
                hits.extend(_find(text, form, cancelled))
        return sorted(set(hits))[:MOST_HITS]


def _find(text: bytes, form: bytes, cancelled: Callable[[], bool]) -> Iterator[int]:
    """Step by step in small letters, which is five times as fast as a pattern that ignores case."""
    start, count = 0, 0
    has_letters = form.upper() != form
    while start < len(text) and count < MOST_HITS and not cancelled():
        part = text[start : start + SEARCH_STEP + len(form) - 1]
        if has_letters and (b"\\u" not in form or b"\\u" in part):
            part = part.lower()
        at, end = part.find(form), SEARCH_STEP
        while at >= 0:
            count += 1
            yield start + at
            end = max(SEARCH_STEP, at + len(form))
            at = part.find(form, at + len(form))
        start += end


def _escaped(query: str) -> str:
    units = query.encode("utf-16-be", "surrogatepass")
    codes = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
    return "".join(chr(code) if code < 0x80 else f"\\u{code:04x}" for code in codes)
