"""Finding an API by what a person types: parts of the method, of a title in either language or of its pinyin initials,
a category, the name of a parameter or a field, a word of the summary.

An API that has every word comes before everything else; when none has, those with most of the words are found. Best
first: names and titles before parameters and summaries, whole words before beginnings before the middle of a word,
short names before long ones, reads before writes, imported and retired APIs after those that fit as well. A word that
stands nowhere is taken as misspelt or abbreviated; a run of Chinese is taken apart into words that titles have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from topexplorer.core.catalog import Catalog, Entry
from topexplorer.core.thesaurus import LIGHT, SMALL, others, singular

if TYPE_CHECKING:
    from topexplorer.core.scoring import Scores

WORD = r"[a-z0-9_]+|[^\W\d_a-z]+"
"""Chinese and Latin letters are never in one word."""
EXACT = 1000
EXTRA = 0.25
"""What a word counts that an API may lack."""
SINGLE, KNOWN, STANDING = 1.5, 0.9, 1.0
"""How reluctantly a character of a run is left alone, and a part taken as a word that is known, or that titles have."""
LONGEST_PIECE, LONGEST_RUN, LONGEST_QUERY = 4, 16, 100
"""In characters: a Chinese word, a run of them that is taken apart, and what is read of a query."""


class Hit(NamedTuple):
    """An API that matches, and how well."""

    entry: Entry
    score: int


class Hits(list[Hit]):
    """The best hits, best first. `total` counts those beyond the limit too."""

    def __init__(self, hits: Iterable[Hit] = (), total: int = 0) -> None:
        super().__init__(hits)
        self.total = total


class SearchIndex:
    """An index over catalog entries. A query over five thousand of them takes a few milliseconds.

    `terms` has by method a line with the names of parameters, one with those of fields, and lines of other text such as
    titles of parameters and the summary; `categories` has the words that a category is found by, beside its own name;
    `links` says how many APIs lead to one, and the one that most lead to is what most people look for.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        terms: Mapping[str, str] = {},
        categories: Mapping[str, str] = {},
        links: Mapping[str, int] = {},
    ) -> None:
        # Lists import this module when the program starts, and nothing is searched for then.
        from topexplorer.core.scoring import Scorer

        self.entries = tuple(entries)
        self._scorer = Scorer(self.entries, terms, categories, links)
        self._recent: dict[str, Scores] = {}

    def search(self, query: str, limit: int = 200) -> Hits:
        """The best `limit` hits. A blank query finds everything, in catalog order."""
        words = split_words(query[:LONGEST_QUERY])
        if not words:
            return Hits((Hit(entry, 0) for entry in self.entries[:limit]), len(self.entries))
        needed, extra = self._reading(words)
        totals = _together(self._found(needed))
        for word in extra if totals else ():
            for place, score in self._scorer.in_names(word).items():
                if place in totals:
                    totals[place] += int(score * EXTRA)
        for place in self._named(query.strip().lower()):
            totals[place] = totals.get(place, 0) + EXACT
        # One number to sort by: of equally good ones, the first in the catalog comes first.
        size = len(self.entries)
        ranks = self._scorer.ranks
        keys = sorted([(score + ranks[place]) * size - place for place, score in totals.items()], reverse=True)
        best = (divmod(-key, size) for key in keys[: max(limit, 0)])
        return Hits((Hit(self.entries[place], -score) for score, place in best), len(totals))

    def _found(self, words: list[str]) -> list[Scores]:
        """The worth of each word; words that stand nowhere are left out.

        A sole word is looked for in all prose, which is long; one of several only where another stands in a name.
        """
        # While a person types, only the last word of a query is another one.
        words = [*dict.fromkeys(words)]
        recent, score = self._recent, self._scorer.scores
        self._recent = {word: recent[word] if word in recent else score(word) for word in words}
        found = [dict(scores) for scores in self._recent.values()]
        known = set().union(*found) if len(words) > 1 else set()
        for word, scores in zip(words, found, strict=True):
            rest = (known or set(range(len(self.entries)))) - scores.keys()
            scores.update(self._scorer.in_prose(word, rest))
        return [scores for scores in found if scores]

    def _reading(self, words: list[str]) -> tuple[list[str], list[str]]:
        """The words that an API must have, and those that only speak for it."""
        needed: list[str] = []
        light: list[str] = []
        extra: list[str] = []
        for word in words:
            pieces = [word] if word.isascii() or len(word) < 3 else self._pieces(word[:LONGEST_RUN])
            telling = [piece for piece in pieces if len(piece) > 1] or pieces
            for piece in telling:
                (light if singular(piece) in LIGHT else needed).append(piece)
            extra += [piece for piece in pieces if piece not in telling]
            extra += [word] * (len(pieces) > 1)
        # `full info` is `fullinfo` in a method.
        extra += [one + other for one, other in pairwise(words) if one.isascii() and other.isascii()]
        return ([*dict.fromkeys(needed)], light + extra) if needed else (light, extra)

    def _pieces(self, run: str) -> list[str]:
        """The fewest words that make up a run of Chinese, as 修改备注 is 修改 and 备注, with what is left of it."""
        ways: list[tuple[float, list[str]]] = [(0, [])]
        for end in range(1, len(run) + 1):
            parts = [(ways[start], run[start:end]) for start in range(max(0, end - LONGEST_PIECE), end)]
            costs = [(cost + self._cost(part), [*pieces, part]) for (cost, pieces), part in parts]
            ways.append(min(costs))
        return self._joined(ways[-1][1])

    def _joined(self, pieces: list[str]) -> list[str]:
        """With pairs of characters that were left and that some parameter's title or summary has."""
        joined: list[str] = []
        for piece in pieces:
            pair = joined[-1] + piece if joined else ""
            if len(pair) == 2 and self._scorer.prose_has(pair):
                joined[-1] = pair
            else:
                joined.append(piece)
        return joined

    def _cost(self, part: str) -> float:
        """How reluctantly a part of a run is taken as a word; without end when it is none."""
        if len(part) == 1:
            return SINGLE
        if part in LIGHT or others(part):
            return KNOWN
        known = len(part) == 3 and bool(others(part[:2]) or others(part[1:]))
        return STANDING if len(part) < 4 and not known and self._scorer.titles_have(part) else inf

    def _named(self, name: str) -> list[int]:
        """The API whose very name is typed, with or without `taobao.`."""
        names = (name, f"taobao.{name}")
        return (
            [place for place, entry in enumerate(self.entries) if entry.method.lower() in names] if "." in name else []
        )


def search_index(catalog: Catalog) -> SearchIndex:
    """The index over a whole catalog."""
    titles = {category.name: f"{category.title.zh} {category.title.en}" for category in catalog.categories}
    return SearchIndex(catalog.entries.values(), catalog.terms(), {**catalog.packages, **titles}, catalog.links())


def split_words(query: str) -> list[str]:
    """The words of a query, lower case: split at spaces and punctuation, and between Chinese and Latin letters.

    Left out: `taobao`, which every name has, and small words such as `the` unless there is nothing else.
    """
    from unicodedata import normalize

    words = [word for word in re.findall(WORD, normalize("NFKC", query).lower()) if word != "taobao"]
    return [word for word in words if word not in SMALL] or words


def spans(text: str, query: str) -> list[tuple[int, int]]:
    """Where words of `query` stand in `text`, for highlighting: (start, end) pairs in order, not overlapping.

    Of a run of Chinese, parts of it; and the characters whose pinyin initials a word is.
    """
    lowered = text.lower()
    if len(lowered) != len(text):
        return []
    found: list[tuple[int, int]] = []
    for start, end in sorted(_standing(lowered, query), key=lambda span: (span[0], -span[1])):
        if start >= (found[-1][1] if found else 0):
            found.append((start, end))
    return found


def _standing(text: str, query: str) -> Iterator[tuple[int, int]]:
    """The spans of all words of a query, in any order."""
    for word in split_words(query[:LONGEST_QUERY]):
        part = word if word in text else singular(word)
        at = text.find(part)
        if at >= 0:
            yield at, at + len(part)
        elif not word.isascii():
            pairs = {word[start : start + 2] for start in range(len(word) - 1)}
            yield from ((start, start + 2) for start in range(len(text) - 1) if text[start : start + 2] in pairs)
        elif len(word) > 1:
            yield from _meant(text, word)


def _meant(text: str, letters: str) -> Iterator[tuple[int, int]]:
    """Where the initials of `text` are these letters: at a known word if there is one; else in two runs."""
    from topexplorer.core.pinyin import initials

    found, size = initials(text), len(letters)
    starts = [at for at in range(len(text) - size + 1) if found.startswith(letters, at)]
    if starts:
        at = next((at for at in starts if others(text[at : at + size])), starts[0])
        yield at, at + size
        return
    for cut in range(2, size - 1):
        first = found.find(letters[:cut])
        second = found.find(letters[cut:], first + cut)
        if 0 <= first < second:
            yield from ((first, first + cut), (second, second + size - cut))
            return


def _together(found: list[Scores]) -> Scores:
    """The sums for those that have every word, or else most of them."""
    if len(found) < 2:
        return found[0] if found else {}
    places: Iterable[int] = set.intersection(*map(set, found))
    if not places:
        counts = Counter(place for scores in found for place in scores)
        most = max(counts.values())
        places = [place for place, count in counts.items() if count == most]
    return {place: sum(scores.get(place, 0) for scores in found) for place in places}
