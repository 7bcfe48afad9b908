"""Whom a request or a document names in its fields: what may be repeated in a sentence, where no name tells of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from topexplorer.core.literals import Literals, first, firsts
from topexplorer.core.personalnames import Kind, kinds_sent
from topexplorer.core.personalplaces import Place, looks_like_document, places
from topexplorer.core.taint import MASK

LISTED: frozenset[Kind] = frozenset({"nick", "id", "mobile", "email"})
"""What a parameter may name several of, with commas."""
MOST_SENT = 200
"""Texts of a request that are searched for in its answer."""
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施牛樊葛邢安齐易乔伍庞颜倪庄聂章"
    "欧司诸上皇尉东令慕"
)
"""What the names begin with that are searched for: `客服` in a field is nobody."""
_TELLING: Mapping[Kind, re.Pattern[str]] = {
    "name": re.compile(rf"[{''.join(sorted(_SURNAMES))}][\u4e00-\u9fff]{{1,3}}|[A-Z][a-z]+(?: [A-Z][a-z]+)+"),
    "nick": re.compile(r"(?=.*[0-9_])(?=.*[A-Za-z])\w{6,}", re.ASCII),
    "address": re.compile(r"(?=.*\d).{8,}"),
}
"""What an answer's own sentences may repeat, nobody could tell by its looks, and is no word or brand."""


def parts(text: str) -> list[str]:
    """The texts of a list with commas, and what stands between them."""
    return re.split("([,;])", text)


def people_in(values: Mapping[str, str]) -> dict[str, Kind]:
    """The texts of a request's parameters that are personal: what its answer may repeat."""
    kinds = kinds_sent(values)
    found: dict[str, Kind] = {}
    for name, text in values.items():
        kind = kinds.get(name)
        if looks_like_document(text):
            named = [(one.kind, one.text) for one in places(text, None, None if kind == "words" else kind)]
        else:
            named = [(kind, part) for part in (parts(text) if kind in LISTED else [text])]
        found |= {part.strip(): kind for kind, part in named if kind is not None and _is_repeatable(part.strip())}
    return dict(list(found.items())[:MOST_SENT])


def named_in(found: Sequence[Place]) -> dict[str, Kind]:
    """The people whom the fields of a document name, by their places in it."""
    texts: dict[str, Kind] = {}
    for one in found:
        text = one.text.strip()
        if one.kind and one.kind in _TELLING and _TELLING[one.kind].fullmatch(text) and "*" not in text:
            texts.setdefault(text, one.kind)
    return texts


def named_again(document: str, found: Sequence[Place]) -> dict[str, Kind]:
    """Those of them who may stand elsewhere in the document too."""
    named = named_in(found)
    if not named or "\\\\u" in document or "&#" in document:
        # What is spelled in two ways is not looked for, letter by letter, in this one.
        return named
    texts = {document[one.start : one.end].strip(): one.text.strip() for one in found if one.text.strip() in named}
    prose = _between(document, found)
    beginnings = firsts(prose)
    again = Literals(text for text in {*texts, *named} if first(text) in beginnings)
    return {text: named[text] for text in {texts.get(one, one) for one in again.those_in(prose)}}


def _between(document: str, found: Sequence[Place]) -> str:
    """The document without these places."""
    ends = [0, *(one.end for one in found)]
    starts = [*(one.start for one in found), len(document)]
    return "\n".join(document[end:start] for end, start in zip(ends, starts, strict=True))


def _is_repeatable(text: str) -> bool:
    """Whether that text, typed as a person's, is one wherever it stands. Stars are not, nor what every answer says."""
    return len(re.sub(r"[\W_]", "", text)) > 2 and MASK not in text and text.lower() not in ("true", "false", "null")
