"""Many texts searched for at once, in a time that does not grow with their number.

A text counts only where no letter or digit of ASCII goes on before or behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_UNIT = re.compile(r"\\u[0-9a-fA-F]{4}|[0-9A-Za-z]+|.", re.DOTALL)
_LONG_UNIT = re.compile(r"\\u[0-9a-fA-F]{4}|[0-9A-Za-z]+")
_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}")
_FEW = 100
"""Beginnings that are searched for one by one; of more, every word is looked at."""


class Literals:
    """The texts, none of them empty. An escape of JSON counts as the letter that it is written for."""

    __slots__ = ("_lengths", "_texts", "_unit")

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = frozenset(texts)
        lengths: dict[str, set[int]] = {}
        for text in self._texts:
            lengths.setdefault(first(text), set()).add(len(text))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}
        letters = "".join(re.escape(first) for first in sorted(lengths) if len(first) == 1)
        every = rf"\\u[0-9a-fA-F]{{4}}|[0-9A-Za-z]+{f'|[{letters}]' if letters else ''}"
        # What begins with one of few letters is found many times as fast.
        few = "|".join(map(re.escape, sorted(lengths, key=len, reverse=True)))
        self._unit = re.compile(few if len(lengths) <= _FEW else every)

    def __contains__(self, text: str) -> bool:
        return text in self._texts

    def stand_in(self, text: str) -> bool:
        """Whether one of them does."""
        return next(self.spans(text), None) is not None

    def those_in(self, text: str) -> set[str]:
        """Those that stand in it."""
        return {text[start:end] for start, end in self.spans(text)}

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where they stand, in order, the longest of those that begin at a place."""
        last = 0
        for unit in self._unit.finditer(text) if self._texts else ():
            start = unit.start()
            if start < last or not _begins(text, start):
                continue
            for length in self._lengths.get(unit[0], ()):
                end = start + length
                if text[start:end] in self._texts and not _goes_on(text, end):
                    yield start, end
                    last = end
                    break


def firsts(text: str) -> set[str]:
    """Whatever one of the texts that stand there could begin with."""
    return {*text, *_LONG_UNIT.findall(text)}


def _begins(text: str, at: int) -> bool:
    return not _goes_on(text, at) or _ESCAPE.match(text, max(0, at - 6), at) is not None


def first(text: str) -> str:
    """What it begins with: a whole word, or a letter."""
    found = _UNIT.match(text)
    return found[0] if found else ""


def _goes_on(text: str, at: int) -> bool:
    around = text[at - 1 : at + 1]
    return len(around) == 2 and around.isascii() and around.isalnum()
