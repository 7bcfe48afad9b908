"""Two ways to look through the texts of thousands of APIs in well under a millisecond. Neither keeps a text per API.

A `Vocabulary` is for Latin words: each is kept once, with the places (0, 1, …) of the rows that have it. A `Column` is
for Chinese, which has no spaces: all rows end to end, where any part of a sentence may be asked for.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain, islice, repeat
from typing import NamedTuple

SHORT = 2
"""Up to this many letters are looked for at the beginning of words only: in the middle they are everywhere."""


class Fits(NamedTuple):
    """The places of the rows that have a word, by how it stands in theirs. A place may come more than once."""

    whole: list[int]
    beginning: list[int]
    """Where a word begins with it, or a part after an underscore does."""
    inside: list[int]


class Vocabulary:
    """The words of rows. A word has no line end in it."""

    def __init__(self, rows: Iterable[Iterable[str]]) -> None:
        found: defaultdict[str, list[int]] = defaultdict(list)
        count = 0
        for row in rows:
            for places in map(found.__getitem__, row):
                places.append(count)
            count += 1
        words = sorted(found)
        lists = [found[word] for word in words]
        self._text = "\n".join(["", *words, ""])
        # Where each word begins in the text, and where its places begin; both with an end.
        self._starts = array("I", accumulate(map(len, words), lambda start, size: start + size + 1, initial=1))
        self._offsets = array("I", accumulate(map(len, lists), initial=0))
        self._places = array("H" if count < 2**16 else "I", chain.from_iterable(lists))

    def words(self) -> list[str]:
        """All of them, in the order of their numbers."""
        return self._text[1:-1].split("\n")

    def having(self, number: int) -> Iterable[int]:
        """The places of the rows that have the word of this number."""
        return self._between(number, number + 1)

    def find(self, part: str, anywhere: bool = True) -> Fits:
        """The places of the words that are, begin with or have `part`. A plural counts as the word itself.

        Not `anywhere`: only those that are or begin with it, which costs next to nothing.
        """
        first, last = self._beginning_with(part, 0, len(self._starts) - 1)
        fits = Fits([], list(self._between(first, last)), [])
        for word in (f"{part}\n", f"{part}s\n"):
            fits.whole.extend(self._between(*self._beginning_with(word, first, last)))
        if anywhere:
            self._find_within(part, first, last, fits)
        return fits

    def _find_within(self, part: str, first: int, last: int, fits: Fits) -> None:
        """Adds the words that have `part` elsewhere than at their beginning, as those from `first` to `last` do."""
        text, starts = self._text, self._starts
        wanted = part if len(part) > SHORT else f"_{part}"
        at = text.find(wanted)
        while at >= 0:
            number = bisect_right(starts, at) - 1
            if first <= number < last:
                number = last - 1
            else:
                fit = fits.beginning if "_" in text[at - 1 : at + 1] else fits.inside
                fit.extend(self._between(number, number + 1))
            at = text.find(wanted, starts[number + 1])

    def _beginning_with(self, part: str, low: int, high: int) -> tuple[int, int]:
        """The numbers, from the first to behind the last, of the words that begin with `part`, a line end included."""
        text, size = self._text, len(part)

        def beginning(start: int) -> str:
            return text[start : start + size]

        first = bisect_left(self._starts, part, low, high, key=beginning)
        return first, bisect_right(self._starts, part, first, high, key=beginning)

    def _between(self, first: int, last: int) -> Iterable[int]:
        """The places of the words with these numbers."""
        return self._places[self._offsets[first] : self._offsets[last]]


class Column:
    """A text in every row, a line each."""

    def __init__(self, rows: Iterable[str]) -> None:
        self._text = "\n".join(["", *rows, ""])

    def __contains__(self, part: str) -> bool:
        """Whether some row has this part."""
        return part in self._text

    def find(self, part: str) -> Iterator[int]:
        """The places of the rows that have `part`, once for every time."""
        # So many lines end before each time: this stays out of Python, where a loop over the times would be.
        ends = map(str.count, self._text.split(part)[:-1], repeat("\n"))
        return islice(accumulate(ends, initial=-1), 1, None)

    def spots(self, part: str) -> Iterator[tuple[int, int]]:
        """Place and position in the row for every time that some row has `part`, overlaps too."""
        text, place, before = self._text, -1, 0
        at = text.find(part)
        while at >= 0:
            place += text.count("\n", before, at)
            yield place, at - text.rfind("\n", 0, at) - 1
            before, at = at, text.find(part, at + 1)

    def fitting(self, pattern: str) -> Iterator[int]:
        """The places of the rows that have something of this pattern; a line end before a row belongs to it."""
        place, before = -1, 0
        for match in re.finditer(pattern, self._text):
            place += self._text.count("\n", before, match.end())
            before = match.end()
            yield place
