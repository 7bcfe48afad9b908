"""Finding an error by what a person knows of it: a word of its title, cause or cure in either language, or a code that
is nearly right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from math import inf

from topexplorer.core.language import Message, Words, message
from topexplorer.core.myths import corrections
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ErrorTable

MOST = 12
NEAR = 5
_IN_TITLE, _IN_TEXT, _IN_PART = 8, 3, 1
_ALSO: Mapping[str, tuple[str, ...]] = {
    "限流": ("流量控制", "调用超限", "限制"),
    "超限": ("流量控制", "限制"),
    "权限": ("权限包", "白名单"),
    "无权限": ("没有权限",),
    "没权限": ("没有权限",),
    "授权": ("session", "令牌"),
    "会话": ("session", "令牌"),
    "token": ("session", "access token"),
    "次数": ("流量控制",),
    "过期": ("已过期", "无效"),
    "时区": ("时间戳", "gmt+8"),
    "ip": ("白名单", "white list"),
    "timezone": ("gmt+8",),
    "throttle": ("flow control", "limit"),
    "quota": ("limit",),
    "signature": ("sign",),
    "permission": ("package",),
}
"""What else to look for when a person says that."""


@dataclass(frozen=True, slots=True)
class Found:
    """One row of the table: a global code, or a family of sub codes."""

    name: str
    """The code or the beginning of the sub codes, as `explain` takes it."""
    title: Words
    cure: Words
    score: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search found, best first, and which mistakes of much-read articles it touches."""

    rows: tuple[Found, ...]
    notes: tuple[Message, ...]


def search_errors(text: str, table: ErrorTable) -> Findings:
    """The errors that `text` is about. Every word must be in a row; Chinese is taken apart only when nothing has it."""
    words = text.lower().split()
    rows = _best(table, words, whole=True) or _best(table, list(_pairs(text)), whole=False)
    return Findings(tuple(rows[:MOST]), corrections(words=text))


def nearest(text: str, table: ErrorTable, others: Iterable[str] = ()) -> tuple[str, ...]:
    """The known codes that look most like an unknown one. `others` are the codes of single APIs."""
    if re.fullmatch(r"-?[0-9]{1,9}", text):
        codes = sorted((row.code for row in table.codes), key=lambda code: (_apart(text, code), code))
        return tuple(map(str, codes[:NEAR]))
    from difflib import get_close_matches

    known = dict.fromkeys([*(row.prefix for row in table.families if len(row.prefix) > 5), *others])
    by_lower = {name.lower(): name for name in known}
    return tuple(by_lower[name] for name in get_close_matches(text.lower(), list(by_lower), NEAR, 0.55))


def unknown(text: str, near: tuple[str, ...]) -> Message:
    """Says that nothing is known under `text`, and what was probably meant."""
    shown = text if len(text) <= 80 else text[:80] + "…"
    return message("explain.unknown_near" if near else "explain.unknown", text=shown, near=near)


def _apart(text: str, code: int) -> float:
    """How far a code is from the one that was typed: by its value, or by a digit too many, too few or misplaced."""
    digits = str(code)
    slip = sorted(text) == sorted(digits) or (abs(len(text) - len(digits)) == 1 and (text in digits or digits in text))
    return min(abs(code - int(text)), 1.5 if slip else inf)


def _best(table: ErrorTable, words: list[str], *, whole: bool) -> list[Found]:
    rows = []
    for name, title, cure, texts in _rows(table):
        scores = [_score(word, name, title, texts) for word in words]
        if scores and (all(scores) if whole else any(scores)):
            rows.append(Found(name, title, cure, sum(scores)))
    best = max((row.score for row in rows), default=0)
    rows = rows if whole else [row for row in rows if row.score * 3 >= best]
    return sorted(rows, key=lambda row: -row.score)


def _rows(table: ErrorTable) -> Iterator[tuple[str, Words, Words, str]]:
    for code in table.codes:
        yield str(code.code), code.title, code.cure, _joined(code.cause, code.cure, msg=code.msg)
    for family in table.families:
        yield family.prefix, family.title, family.cure, _joined(family.cure)


def _joined(*words: Words, msg: str = "") -> str:
    return "\n".join([msg, *(text for one in words for text in (one.zh, one.en))]).lower()


def _score(word: str, name: str, title: Words, texts: str) -> int:
    named = f"{name}\n{title.zh}\n{title.en}".lower()
    if _has(named, word):
        return _IN_TITLE
    if _has(texts, word):
        return _IN_TEXT
    also = _ALSO.get(word, ())
    return _IN_TEXT if any(_has(named, other) for other in also) else _IN_PART * any(_has(texts, o) for o in also)


def _has(text: str, word: str) -> bool:
    """A Latin word counts from its beginning, so that `sign` finds `signature` and not `design`."""
    return re.search(rf"(?<![a-z]){re.escape(word)}", text) is not None if word.isascii() else word in text


def _pairs(text: str) -> Iterator[str]:
    for run in re.findall(r"[\u4e00-\u9fff]{2,}", text):
        yield from (run[place : place + 2] for place in range(len(run) - 1))
