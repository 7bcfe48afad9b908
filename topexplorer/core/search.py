"""Finding an API by what a person types: parts of the method, a Chinese or English title, a parameter's name.

Every word must match somewhere; a typo per longer word is forgiven. Best first: names before titles before
parameters, whole parts before scattered letters, short names before long ones, retired APIs last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from heapq import nsmallest

from frizbee import Haystacks, Matcher, Pattern

from topexplorer.core.catalog import Entry
from topexplorer.core.nouns import dataclass

NAME_WEIGHT, TERM_WEIGHT = 4, 1
LONG_WORD = 5
"""From this many letters on, one typo in a word is forgiven."""
RETIRED_PENALTY = 40


@dataclass(frozen=True, slots=True)
class Hit:
    """An API that matches, and how well."""

    entry: Entry
    score: int


class SearchIndex:
    """An index over catalog entries. Building it costs about 1 ms per thousand; a query much less than that."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        names = [_name_text(entry) for entry in self.entries]
        self._parts = [f" {text} " for text in re.sub(r"[^\w\n]+", " ", "\n".join(names)).split("\n")]
        """The names with one blank at both sides of every part, so that a whole part is found as fast as any text."""
        self._handicaps = [_handicap(entry) for entry in self.entries]
        self._name_stack = Haystacks(names)
        self._term_stack = Haystacks([entry.terms.lower() for entry in self.entries])

    def search(self, query: str, limit: int = 200) -> list[Hit]:
        """The best `limit` hits. A blank query finds everything, in catalog order."""
        words = split_words(query)
        if not words:
            return [Hit(entry, 0) for entry in self.entries[:limit]]
        scores: dict[int, int] = {}
        for place, score in self._matches(words, self._name_stack, typos=True):
            scores[place] = NAME_WEIGHT * (score + self._exactness(words, place))
        for place, score in self._matches(words, self._term_stack, typos=False):
            scores[place] = scores.get(place, 0) + TERM_WEIGHT * score
        entries, handicaps = self.entries, self._handicaps
        best = nsmallest(limit, scores, key=lambda place: (handicaps[place] - scores[place], entries[place].method))
        return [Hit(entries[place], scores[place] - handicaps[place]) for place in best]

    def _matches(self, words: list[str], stack: Haystacks, typos: bool) -> list[tuple[int, int]]:
        patterns = [
            Pattern(
                word,
                matching="fuzzy" if typos and word.isascii() else "substring",
                max_typos=1 if typos and len(word) >= LONG_WORD else 0,
            )
            for word in words
        ]
        return [(match.index, match.score) for match in Matcher.from_patterns(patterns).match_list(stack)]

    def _exactness(self, words: list[str], place: int) -> int:
        """A bonus for words that stand in the name as they were typed, more when they are whole parts of it."""
        text = self._parts[place]
        return sum(60 if f" {word} " in text else 30 if word in text else 0 for word in words)


def split_words(query: str) -> list[str]:
    """The words of a query, lower case: split at spaces and punctuation, and between Chinese and Latin letters."""
    return [word for word in re.findall(r"[a-z0-9_]+|[^\W\d_a-z]+", query.lower()) if word != "taobao"]


def spans(text: str, query: str) -> list[tuple[int, int]]:
    """Where words of `query` stand in `text`, for highlighting: (start, end) pairs in order, not overlapping."""
    lowered = text.lower()
    found: list[tuple[int, int]] = []
    for word in split_words(query):
        start = lowered.find(word)
        if start >= 0 and len(lowered) == len(text):
            found.append((start, start + len(word)))
    found.sort()
    return [span for place, span in enumerate(found) if place == 0 or span[0] >= found[place - 1][1]]


def _handicap(entry: Entry) -> int:
    """What an entry's score is lowered by, whatever the query."""
    return len(entry.method) // 2 + (RETIRED_PENALTY * NAME_WEIGHT if entry.retired else 0)


def _name_text(entry: Entry) -> str:
    text = f"{entry.method.removeprefix('taobao.')} {entry.title.zh} {entry.title.en}".lower()
    return " ".join(text.split())
