"""Base64 that mail and certificates break into lines, read as one line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

SHORTEST = 16
"""Letters that a line has at least."""
LONGEST_END = 4
"""Characters of the longest line end: of JSON, `\\r\\n`."""
_LETTER = r"[A-Za-z0-9+/_\\-]"


def _ending(end: str, before: str) -> re.Pattern[str]:
    """Finds `end` behind a line, with `before` or without. It begins with `end`, so that all else is passed over."""
    line = rf"{_LETTER}{{{SHORTEST}}}"
    return re.compile(rf"{end}(?:(?<={line}{end})|(?<={line}{before}{end}))(?={_LETTER})")


_ENDS = (
    ("\n", "\r", _ending(r"\n", r"\r")),
    ("\\n", "\\r", _ending(r"\\n", r"\\r")),
    ("\u240a", "\u240d", _ending("\u240a", "\u240d")),
)
"""As they are, as JSON writes them, and the signs that are drawn for them."""


class Unfolded:
    """`text` is the given one without the line ends behind what may be a line of base64; empty where there are none.

    Bytes are read as ASCII, whatever they are.
    """

    __slots__ = ("_places", "_removed", "text")

    def __init__(self, given: str | bytes) -> None:
        text = given if isinstance(given, str) else given.decode("latin-1")
        self._places: list[int] = []
        self._removed = [0]
        pieces: list[str] = []
        at = 0
        for start, end in sorted(_ends(text)):
            pieces.append(text[at:start])
            self._places.append(start - self._removed[-1])
            self._removed.append(self._removed[-1] + end - start)
            at = end
        self.text = "".join((*pieces, text[at:])) if pieces else ""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the given text that stands."""
        return self._given(start), self._given(end - 1) + 1

    def _given(self, at: int) -> int:
        return at + self._removed[bisect_right(self._places, at)]


def _ends(text: str) -> Iterator[tuple[int, int]]:
    for end, before, pattern in _ENDS:
        for found in pattern.finditer(text) if end in text else ():
            start = found.start()
            yield start - len(before) if text.endswith(before, 0, start) else start, found.end()
