"""Plain text in columns and paragraphs, measured in terminal cells, so that Chinese and Latin text line up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from topexplorer.core.text import cell_width, clean_line

GAP = "  "
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_PIECES = rf"\s+|[{_WIDE}]|[^\s{_WIDE}]+"
_NEVER_FIRST = "，。、；：！？）”》」…"


def columns(rows: Iterable[Sequence[str]], indent: str = "") -> list[str]:
    """The rows with their cells in line. Each cell is one cleaned line; the last is not padded."""
    cleaned = [[clean_line(cell) for cell in row] for row in rows]
    count = max((len(row) for row in cleaned), default=0)
    widths = [max(cell_width(row[place]) for row in cleaned if place < len(row)) for place in range(count)]
    lines = []
    for row in cleaned:
        padded = (cell + " " * (widths[place] - cell_width(cell)) for place, cell in enumerate(row))
        lines.append((indent + GAP.join(padded)).rstrip())
    return lines


def wrapped(text: str, width: int, hang: int = 0) -> list[str]:
    """`text` in lines of at most `width` cells; those after the first start `hang` cells in.

    Breaks at blanks and between Chinese characters; a longer word is left whole, so that names can be copied.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_paragraph(paragraph, width, hang))
    return lines


def _paragraph(text: str, width: int, hang: int) -> Iterator[str]:
    line, used, start = "", 0, 0
    for piece in re.findall(_PIECES, text):
        cells = cell_width(piece)
        if used + cells > width and used > start and not piece.isspace() and piece not in _NEVER_FIRST:
            yield line.rstrip()
            line, used, start = " " * hang, hang, hang
        if used == start and line.strip() == "" and line and piece.isspace():
            continue
        line += piece
        used += cells
    yield line.rstrip()
