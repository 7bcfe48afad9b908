"""Finding an API by what a person types: parts of the method, a title, a parameter's name or a word of the summary.

An API that has every word comes before everything else; when none has, those with most of the words are found. Best
first: names and titles before parameters and summaries, whole words before beginnings before the middle of a word,
short names before long ones, retired APIs after those that fit as well. A word that stands nowhere is taken as misspelt
or abbreviated.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from topexplorer.core.catalog import Entry
from topexplorer.core.nouns import dataclass

if TYPE_CHECKING:
    from frizbee import Haystacks

Scores = dict[int, int]
_WORD = re.compile(r"[a-z0-9_]+|[^\W\d_a-z]+")
_SMALL_WORDS = frozenset("a an the of to in on for by with how do i my s".split())


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word


WHOLE, BEGINNING, INSIDE, TERM, PART_OF_TERM, RESEMBLING = 100, 75, 50, 24, 12, 40
EXACT, RETIRED_PENALTY, WRITE_PENALTY = 1000, 60, 3
OTHER_WORD = 0.6
"""What a word counts that means the same as the one typed."""
LONG_WORD = 5
"""From this many letters on, one typo in a word is forgiven."""
_SAME = (
    "order trade 订单 交易",
    "stock inventory quantity 库存 数量",
    "memo remark note 备注",
    "message comment 留言",
    "trace track tracking 轨迹 跟踪",
    "carrier express courier 物流公司 快递",
    "dispatch deliver delivery send ship 发货",
    "parcel shipment logistics 物流 包裹",
    "area region province city 地区 区域 省市 行政区",
    "address receiver 地址 收货人",
    "postage freight 邮费 运费",
    "refund 退款 退货 售后",
    "picture image img pic photo 图片 主图",
    "item goods product auction 商品 宝贝",
    "shop store 店铺 网店",
    "category cat cid 类目 分类",
    "seller merchant 卖家 商家",
    "close cancel 关闭 取消",
    "listing 上架",
    "delisting delist 下架",
    "time clock timestamp 时间",
    "uv visitor traffic 访客 流量",
    "banned forbidden sensitive 违禁 敏感",
    "list search find query 查询 列表",
    "update change modify edit 修改",
    "add create 添加 新增",
)
"""Words that developers use for the same thing, one group a line."""
OTHER_WORDS = {_singular(word): group.split() for group in _SAME for word in group.split()}


@dataclass(frozen=True, slots=True)
class Hit:
    """An API that matches, and how well."""

    entry: Entry
    score: int


class _Column:
    """One text of every entry, in lower case and end to end, so that looking through thousands is one fast search."""

    def __init__(self, texts: Iterable[str], whole: int, beginning: int, inside: int) -> None:
        rows = [text.lower() for text in texts]
        self._text = "\n".join((*rows, ""))
        self._starts = [0, *accumulate(len(row) + 1 for row in rows)]
        self._scores = (inside, beginning, whole)

    def scores(self, word: str) -> Scores:
        """The places of the entries where `word` stands, with the score of its best place in each."""
        found: Scores = {}
        at = self._text.find(word)
        while at >= 0:
            place = bisect_right(self._starts, at) - 1
            score = self._scores[self._fit(word, at)]
            found[place] = max(score, found.get(place, 0))
            best = score == self._scores[-1] or len(word) == 1
            at = self._text.find(word, self._starts[place + 1] if best else at + 1)
        return found

    def _fit(self, word: str, at: int) -> int:
        """2 for a whole word, in the plural too, 1 for the beginning of one, 0 for the middle.

        Chinese has no spaces, so a word may begin anywhere.
        """
        text, end, latin = self._text, at + len(word), word.isascii()
        end += latin and text.startswith("s", end)
        before, after = (
            side.isalnum() and side.isascii() == latin for side in (text[at - 1 : at], text[end : end + 1])
        )
        return 0 if before and latin else 1 if before or after else 2


class SearchIndex:
    """An index over catalog entries. A query over a thousand of them takes a few milliseconds."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        names = [f"{e.method.removeprefix('taobao.')} {e.title.zh} {e.title.en}" for e in self.entries]
        self._names = _Column(names, WHOLE, BEGINNING, INSIDE)
        self._terms = _Column((entry.terms for entry in self.entries), TERM, PART_OF_TERM, PART_OF_TERM)
        self._name_texts = names

    def search(self, query: str, limit: int = 200) -> list[Hit]:
        """The best `limit` hits. A blank query finds everything, in catalog order."""
        words = split_words(query)
        if not words:
            return [Hit(entry, 0) for entry in self.entries[:limit]]
        found = [self._scores(word) for word in words]
        matched = Counter(place for scores in found for place in scores)
        most = max(matched.values(), default=0)
        hits = []
        for place, count in matched.items():
            if count == most:
                entry = self.entries[place]
                score = sum(scores.get(place, 0) for scores in found) + _rank(entry, query)
                hits.append(Hit(entry, score))
        hits.sort(key=lambda hit: (-hit.score, hit.entry.method))
        return hits[:limit]

    def _scores(self, word: str) -> Scores:
        """The places of the entries that a word finds, each with its score."""
        return self._standing(word) or (self._resembling(word) if word.isascii() else self._pairs(word))

    def _standing(self, word: str) -> Scores:
        """Entries that have the word itself, or another one that means the same."""
        word = _singular(word)
        found = self._names.scores(word)
        others = (other for other in OTHER_WORDS.get(word, ()) if other != word)
        weaker = [self._terms.scores(word), *(self._weakened(other) for other in others)]
        for scores in weaker:
            for place, score in scores.items():
                found[place] = max(score, found.get(place, 0))
        return found

    def _weakened(self, word: str) -> Scores:
        return {place: int(score * OTHER_WORD) for place, score in self._names.scores(word).items()}

    def _pairs(self, word: str) -> Scores:
        """Entries that have some of the pairs of characters of a longer Chinese word, as `修改备注` has three."""
        pairs = [word[start : start + 2] for start in range(len(word) - 1)] if len(word) > 2 else []
        found: dict[int, int] = {}
        for pair in pairs:
            for place, score in self._standing(pair).items():
                found[place] = found.get(place, 0) + score
        return {place: score // len(pairs) for place, score in found.items()}

    def _resembling(self, word: str) -> Scores:
        """Names that hold the letters of `word` in their order, but for one where it is long enough."""
        from frizbee import Matcher, Pattern

        if len(word) < 2:
            return {}
        pattern = Pattern(word, matching="fuzzy", max_typos=int(len(word) >= LONG_WORD))
        matches = Matcher.from_patterns([pattern]).match_list(self._name_stack)
        best = max((match.score for match in matches), default=0)
        return {match.index: RESEMBLING * match.score // best for match in matches if match.score * 2 > best}

    @cached_property
    def _name_stack(self) -> Haystacks:
        from frizbee import Haystacks

        return Haystacks([text.lower() for text in self._name_texts])


def _rank(entry: Entry, query: str) -> int:
    """What an entry gains or loses whatever words it has: its very name typed, a long name, a retired one."""
    typed = query.strip().lower()
    named = EXACT if typed and typed in (entry.method, entry.method.removeprefix("taobao.")) else 0
    penalty = WRITE_PENALTY * entry.writes + RETIRED_PENALTY * entry.retired
    return named - penalty - len(entry.method) // 4


def split_words(query: str) -> list[str]:
    """The words of a query, lower case: split at spaces and punctuation, and between Chinese and Latin letters.

    Left out: `taobao`, which every name has, and small words such as `the` unless there is nothing else.
    """
    words = [word for word in _WORD.findall(unicodedata.normalize("NFKC", query).lower()) if word != "taobao"]
    return [word for word in words if word not in _SMALL_WORDS] or words


def spans(text: str, query: str) -> list[tuple[int, int]]:
    """Where words of `query` stand in `text`, for highlighting: (start, end) pairs in order, not overlapping."""
    lowered = text.lower()
    if len(lowered) != len(text):
        return []
    starts = {word: lowered.find(word) for word in split_words(query)}
    found: list[tuple[int, int]] = []
    for word, start in sorted(starts.items(), key=lambda row: (row[1], -len(row[0]))):
        if start >= (found[-1][1] if found else 0):
            found.append((start, start + len(word)))
    return found
