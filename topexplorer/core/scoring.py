"""What one word of a query is worth to every API: where it stands, what means the same, whose initials it may be."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from math import log2
from operator import itemgetter
from typing import TYPE_CHECKING

from topexplorer.core.catalog import Entry
from topexplorer.core.pinyin import initials
from topexplorer.core.thesaurus import others, singular
from topexplorer.core.vocabulary import SHORT, Column, Fits, Vocabulary

if TYPE_CHECKING:
    from frizbee import Haystacks

Scores = dict[int, int]
"""The worth of a word to the APIs that have it, by their places in the catalog."""
Ranked = list[tuple[int, Iterable[int]]]
LATIN = re.compile(r"[a-z0-9_]+")
WHOLE, BEGINNING, _ = IN_NAMES = (100, 75, 50)
"""The worth of a whole word in a method or a title, of the beginning of one and of the middle."""
IN_PARAMS, IN_FIELDS, IN_PROSE = (38, 28, 14), (24, 18, 10), 12
HEAD, CATEGORY, CATEGORY_ALONE = 10, 6, 30
"""What is added where a method begins with the word or the category has it, and what that is worth by itself."""
OTHER_WORD = 0.9
"""What a word counts that means the same as the one typed."""
INITIALS, RARER_INITIALS, INITIALS_APART, RESEMBLING = 60, 20, 45, 40
RETIRED_PENALTY, IMPORTED_PENALTY, WRITE_PENALTY = 60, 20, 5
USED = 4
"""What an API is worth for every doubling of the number of those that lead to it."""
LONG_WORD, VERY_LONG_WORD = 5, 9
"""From these many letters on, one typo in a word is forgiven, and two."""
LONGEST_INITIALS, MOST_PARTS = 12, 8
"""The letters of the longest initials of a title that anybody types, and of a method."""


class Scorer:
    """The words of all entries, ready to be looked through."""

    def __init__(
        self,
        entries: Sequence[Entry],
        terms: Mapping[str, str],
        categories: Mapping[str, str],
        links: Mapping[str, int],
    ) -> None:
        self._methods = [entry.method.removeprefix("taobao.").lower() for entry in entries]
        parts = [name.split(".") for name in self._methods]
        self._whole_names = Column(self._methods)
        titles = [entry.zh.replace("\n", " ") for entry in entries]
        words = (LATIN.findall(f"{entry.zh} {entry.en}".lower()) for entry in entries)
        self._names = Vocabulary((*part, *word) for part, word in zip(parts, words, strict=True))
        self._heads = Vocabulary(part[:1] for part in parts)
        self._titles, self._initials = Column(titles), _Initials(titles)
        known = {name: f"{name} {words}".lower().split() for name, words in categories.items()}
        self._categories = Vocabulary(known.get(entry.category, ()) for entry in entries)
        lines = [terms.get(entry.method, "").lower().split("\n", 2) for entry in entries]
        self._params = Vocabulary(line[0].split() for line in lines)
        self._fields = Vocabulary(line[1].split() if len(line) > 1 else () for line in lines)
        self._prose = [" " + line[2].replace("\n", " ") if len(line) > 2 else "" for line in lines]
        self.ranks = [
            _rank(entry, " ".join(line[:2]), links.get(entry.method, 0))
            for entry, line in zip(entries, lines, strict=True)
        ]
        """What each API is worth whatever the query."""

    def scores(self, word: str) -> Scores:
        """The worth of a word to the APIs that have it, or another one for it, in all but prose."""
        stem = singular(word)
        mates = [singular(other) for other in others(stem)]
        ranked: Ranked = []
        for form in (stem,) if word.startswith(stem) else (stem, word):
            ranked += self._latin(form) if form.isascii() else self._named(form)
        for other in mates:
            ranked += ((int(score * OTHER_WORD), places) for score, places in self._named(other, anywhere=False))
        ranked += self._initials_of(word)
        found = _best(ranked)
        if word.isascii() and len(word) > 1:
            self._guess(word, found)
        for vocabulary, bonus, alone in ((self._heads, HEAD, 0), (self._categories, CATEGORY, CATEGORY_ALONE)):
            for place in self._about((stem, *mates), vocabulary):
                found[place] = found.get(place, alone - bonus) + bonus
        return found

    def in_names(self, part: str) -> Scores:
        """The worth of what stands in a method or a title."""
        return _best(self._named(part))

    def titles_have(self, part: str) -> bool:
        """Whether some Chinese title has it."""
        return part in self._titles

    def prose_has(self, part: str) -> bool:
        """Whether some title of a parameter or some summary has it."""
        return any(part in text for text in self._prose)

    def in_prose(self, word: str, places: Iterable[int]) -> Scores:
        """The worth of a word to those of the places that have it in titles of parameters or in the summary."""
        if len(word) <= SHORT and word.isascii():
            return {}
        prose, wanted = self._prose, f" {singular(word)}" if word.isascii() else word
        return dict.fromkeys([place for place in places if wanted in prose[place]], IN_PROSE)

    def _named(self, part: str, anywhere: bool = True) -> Ranked:
        if part.isascii():
            return _ranked(IN_NAMES, self._names.find(part, anywhere))
        return [(WHOLE if len(part) > 1 else BEGINNING, self._titles.find(part))]

    def _latin(self, word: str) -> Ranked:
        if len(word) == 1:
            return self._named(word)
        known = len(word) > SHORT
        params = _ranked(IN_PARAMS, self._params.find(word, known))
        fields = _ranked(IN_FIELDS, self._fields.find(word, known)) if known else []
        return [*self._named(word), *params, *fields]

    def _initials_of(self, word: str) -> Ranked:
        worth_it = 1 < len(word) <= LONGEST_INITIALS and word.isascii() and word.isalpha()
        return self._initials.find(word) if worth_it else []

    def _about(self, forms: Iterable[str], vocabulary: Vocabulary) -> set[int]:
        return {place for form in forms if len(form) > 1 for place in vocabulary.find(form, anywhere=False).whole}

    def _guess(self, word: str, found: Scores) -> None:
        """Adds what a word may stand for that is not in any name: `tsg` for trades.sold.get, and misspelt words."""
        best = max(found.values(), default=0)
        if best <= INITIALS and len(word) <= MOST_PARTS:
            heads = r"[^.\n]*\.".join(word)
            found.update(dict.fromkeys(self._whole_names.fitting(rf"\n{heads}[^.\n]*(?=\n)"), INITIALS))
        if best < IN_PARAMS[0] and INITIALS not in found.values():
            found.update((place, score) for place, score in self._resembling(word).items() if place not in found)

    def _resembling(self, word: str) -> Scores:
        """Words of names that hold the letters of `word` in their order, but for a typo; else names that do."""
        typos = (len(word) >= LONG_WORD) + (len(word) >= VERY_LONG_WORD)
        alike = _alike(word, typos, self._word_stack)
        found = _best([(score, self._names.having(number)) for number, score in alike])
        return found or dict(_alike(word, min(typos, 1), self._name_stack))

    @cached_property
    def _word_stack(self) -> Haystacks:
        from frizbee import Haystacks

        return Haystacks(self._names.words())

    @cached_property
    def _name_stack(self) -> Haystacks:
        from frizbee import Haystacks

        return Haystacks(self._methods)


class _Initials:
    """The pinyin initials of all titles."""

    def __init__(self, titles: list[str]) -> None:
        self._titles = titles
        self._letters = Column(initials("\n".join(titles)).split("\n"))

    def find(self, letters: str) -> Ranked:
        """The titles with these initials in a row, best what most of them mean by it, as `dd` is 订单; else in two."""
        runs: defaultdict[str, list[int]] = defaultdict(list)
        for place, start in self._letters.spots(letters):
            part = self._titles[place][start : start + len(letters)]
            if not part.isascii():
                runs[part].append(place)
        most = max(map(len, runs.values()), default=1)
        spread = INITIALS - RARER_INITIALS
        ranked: Ranked = [(RARER_INITIALS + spread * len(places) // most, places) for places in runs.values()]
        return ranked or [(INITIALS_APART, self._apart(letters))]

    def _apart(self, letters: str) -> Iterator[int]:
        cuts = range(2, len(letters) - 1)
        halves = "|".join(f"{letters[:cut]}[^\n]*{letters[cut:]}" for cut in cuts)
        return self._letters.fitting(halves) if halves else iter(())


def _rank(entry: Entry, names: str, links: int) -> int:
    """More for an API that others lead to or that has many parameters and fields, less for long names, a write, an
    imported or a retired one."""
    penalty = WRITE_PENALTY * entry.writes + IMPORTED_PENALTY * entry.imported + RETIRED_PENALTY * entry.retired
    used = int(USED * log2(1 + links))
    return used + names.count(" ").bit_length() - len(entry.method) // 5 - len(entry.zh) // 3 - penalty


def _ranked(worth: Iterable[int], fits: Fits) -> Ranked:
    return list(zip(worth, fits, strict=True))


def _best(ranked: Ranked) -> Scores:
    """Every place with the best score that it comes with."""
    found: Scores = {}
    for score, places in sorted(ranked, key=itemgetter(0)):
        found.update(dict.fromkeys(places, score))
    return found


def _alike(word: str, typos: int, haystacks: Haystacks) -> Iterator[tuple[int, int]]:
    """Number and score of what resembles `word` at least half as well as the best does."""
    from frizbee import Matcher, Pattern

    matches = Matcher.from_patterns([Pattern(word, matching="fuzzy", max_typos=typos)]).match_list(haystacks)
    best = max((match.score for match in matches), default=0)
    return ((match.index, RESEMBLING * match.score // best) for match in matches if match.score * 2 > best)
