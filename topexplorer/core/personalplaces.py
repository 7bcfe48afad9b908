"""Where in a document something personal stands, by one set of rules for JSON, XML and either in a text of the other.

A document is read in one pass, in a time that grows with its length only, however broken it is: what is cut off or does
not fit is passed over. A place is given in the document's own letters, with the way its text is spelled there, so that
everything around it stays byte for byte.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from html import escape, unescape
from typing import NamedTuple

from topexplorer.core.literals import Literals
from topexplorer.core.personalnames import BESIDE, Kind, is_about_person, is_unpersonal, kind_of, tells_of_person

DEEPEST = 8
"""Documents within texts of documents that are looked into."""
_TOKEN = re.compile(
    r"""\\.
    |"(?P<string>(?:[^"\\]++|\\.)*+)(?:(?P<key>"\s*+:)|"(?=\s*+(?:[,\]}]|\Z))|\\?\Z)
    |(?P<open>[{\[])|(?P<close>[}\]])
    |(?<![\w.+-])(?P<number>-?(?:0|[1-9]\d*+)(?:\.\d++)?(?:[eE][+-]?\d++)?)(?![\w.])""",
    re.DOTALL | re.VERBOSE | re.ASCII,
)
"""A string that nothing of JSON follows is none: it begins where another ended, as in a line out of the middle."""
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_TAG = re.compile(r"<(/?)([^\W\d][\w:.-]{0,200})([^<>]*)>")
_ATTRIBUTE = re.compile(r"""(?<![\w:.-])([\w:.-]{1,60})=(?:"([^"]*)"|'([^']*)')""")
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.ASCII | re.DOTALL
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,31});", re.ASCII)
_MARKUP = re.compile(r'\\(?:"|u003[cC]|u0022)')
"""How a string of JSON writes what every document in it needs."""
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_LINK = re.compile(r"(?:https?:)?//\S+")
_WORD = re.compile(r"[A-Za-z_]+")

Spell = Callable[[str], str]


class Place(NamedTuple):
    """`text` stands from `start` to `end`; what is put there instead goes through `spell` first.

    Without a kind it is a text that is not personal by its name but holds what was searched for.
    """

    start: int
    end: int
    kind: Kind | None
    text: str
    spell: Spell


class _Part:
    """An object or an element: what the texts in it have in common."""

    __slots__ = ("is_about_person", "kind", "tells_of_person")

    def __init__(self, name: str, above: Kind | None) -> None:
        self.kind: Kind | None = kind_of(name) or (above if above and not is_unpersonal(name) else None)
        self.is_about_person = is_about_person(name)
        self.tells_of_person = False

    def tell(self, name: str) -> bool:
        """Something of that name stands in it. Says whether it may be personal by that name."""
        own = kind_of(name)
        if own is not None and tells_of_person(name):
            self.tells_of_person = True
        return own is not None or self.kind is not None or name in BESIDE

    def kind_of(self, name: str) -> Kind | None:
        """What stands under that name in it, once all of it was told."""
        if own := kind_of(name):
            return own
        if name in BESIDE and (self.is_about_person or (name == "name" and self.tells_of_person)):
            return BESIDE[name]
        return None if self.kind is None or is_unpersonal(name) else self.kind


class _Leaf(NamedTuple):
    start: int
    end: int
    name: str
    part: _Part
    form: str
    """`string`, `number` or `key` of JSON; `text` or `cdata` of XML."""


def looks_like_document(text: str) -> bool:
    """Whether it is worth being read as JSON or XML."""
    return text.lstrip()[:1] in ("{", "[", "<") or '{"' in text or "</" in text


def places(text: str, searched: Literals | None = None, kind: Kind | None = None) -> list[Place]:
    """What is personal in a document, in order, and the texts in which `searched` is found.

    `kind` is what the name of the whole document says of the texts in it.
    """
    return _places(text, searched, kind, DEEPEST)


def _places(text: str, searched: Literals | None, kind: Kind | None, depth: int) -> list[Place]:
    start = text[:200].lstrip("\ufeff \t\r\n")[:1]
    is_xml = start == "<" or (start not in ("{", "[") and '{"' not in text and "</" in text)
    root = _Part("", kind)
    # Whether a name is a person's is known only when all of its object was read.
    leaves = list(_xml_leaves(text, root) if is_xml else _json_leaves(text, root, searched))
    found: list[Place] = []
    for leaf in leaves:
        found += _of_leaf(text, leaf, searched, depth)
    return found


def _of_leaf(text: str, leaf: _Leaf, searched: Literals | None, depth: int) -> Iterator[Place]:
    written = text[leaf.start : leaf.end]
    if leaf.form == "key":
        plain, _steps = _read(written, leaf.form)
        # A key that is a plain word is the platform's, whatever was typed.
        if searched is not None and plain in searched and not _WORD.fullmatch(plain):
            yield Place(leaf.start, leaf.end, None, plain, _speller(written, leaf.form))
        return
    plain, steps = _read(written, leaf.form)
    if not plain.strip():
        return
    kind = leaf.part.kind_of(leaf.name)
    spell = _speller(written, leaf.form)
    if depth and leaf.form != "number" and looks_like_document(plain):
        inner = _places(plain, searched, None if kind == "words" else kind, depth - 1)
        for one in inner:
            yield Place(
                leaf.start + _as_written(steps, one.start),
                leaf.start + _as_written(steps, one.end),
                one.kind,
                one.text,
                _through(one.spell, spell),
            )
        if inner or plain.lstrip()[:1] in ("{", "["):
            return
    if kind is not None and plain not in ("true", "false") and not (kind == "words" and _LINK.fullmatch(plain)):
        yield Place(leaf.start, leaf.end, kind, plain, spell)
    elif searched is not None and searched.stand_in(plain):
        yield Place(leaf.start, leaf.end, None, plain, spell)


def _json_leaves(text: str, part: _Part, searched: Literals | None) -> Iterator[_Leaf]:
    """What may be personal by its name, may be a document, or may hold what is searched for."""
    name, counts = "", part.kind is not None
    above: list[tuple[_Part, str, bool]] = []
    for token in _TOKEN.finditer(text):
        form = token.lastgroup
        if form == "key":
            name = token["string"]
            if searched is not None and ("\\" in name or searched.stand_in(name)):
                yield _Leaf(*token.span("string"), name, part, form)
            name = _read(name, "string")[0] if "\\" in name else name
            counts = part.tell(name)
        elif form == "string":
            if counts or _is_worth_reading(token["string"], searched):
                yield _Leaf(*token.span("string"), name, part, form)
        elif form == "number":
            if counts or (searched is not None and searched.stand_in(token["number"])):
                yield _Leaf(*token.span("number"), name, part, form)
        elif form == "open":
            above.append((part, name, counts))
            if token["open"] == "{":
                part = _Part(name, part.kind)
        elif form == "close" and above:
            part, name, counts = above.pop()


def _is_worth_reading(written: str, searched: Literals | None) -> bool:
    """Whether a string of JSON, as it is written, may be a document or hold what is searched for."""
    if looks_like_document(written):
        return True
    if "\\" in written:
        return searched is not None or _MARKUP.search(written) is not None
    return searched is not None and searched.stand_in(written)


def _xml_leaves(text: str, part: _Part) -> Iterator[_Leaf]:
    name, at, inner = "", 0, part
    above: list[tuple[_Part, _Part, str]] = []
    opened: Counter[str] = Counter()
    while at < len(text):
        start = text.find("<", at)
        start = start if start >= 0 else len(text)
        if start > at and not text[at:start].isspace():
            yield _Leaf(at, start, name, part, "text")
        at = start + 1
        if text.startswith("<![CDATA[", start):
            end = text.find("]]>", start)
            at = end + 3 if end >= 0 else len(text)
            yield _Leaf(start + 9, end if end >= 0 else at, name, part, "cdata")
        elif text.startswith("<!--", start):
            end = text.find("-->", start)
            at = end + 3 if end >= 0 else len(text)
        elif tag := _TAG.match(text, start):
            at = tag.end()
            called = tag[2].rpartition(":")[2]
            if not tag[1]:
                inner.tell(called)
                made = _Part(called, inner.kind)
                for found in _ATTRIBUTE.finditer(text, tag.start(3), tag.end(3)) if "=" in tag[3] else ():
                    made.tell(found[1])
                    yield _Leaf(*found.span(2 if found[2] is not None else 3), found[1], made, "text")
                if not tag[3].endswith("/"):
                    above.append((part, inner, name))
                    opened[called] += 1
                    part, inner, name = inner, made, called
            elif opened[called]:
                while True:
                    closed = name
                    part, inner, name = above.pop()
                    opened[closed] -= 1
                    if closed == called:
                        break


def _read(written: str, form: str) -> tuple[str, list[tuple[int, int]]]:
    """The text that is written so, and from where on it is how far from what is written."""
    sign, pattern, one = _WAYS.get(form, _WAYS["cdata"])
    if not sign or sign not in written:
        return written, []
    pieces: list[str] = []
    steps: list[tuple[int, int]] = []
    at = length = 0
    for found in pattern.finditer(written):
        letter = one(found[0])
        length += found.start() - at + len(letter)
        pieces += (written[at : found.start()], letter)
        at = found.end()
        steps.append((length, at))
    return "".join((*pieces, written[at:])), steps


def _as_written(steps: list[tuple[int, int]], at: int) -> int:
    step = bisect_right(steps, at, key=lambda one: one[0])
    length, written = steps[step - 1] if step else (0, 0)
    return written + at - length


def _escaped(found: str) -> str:
    if found[1] != "u" or len(found) < 6:
        return _LETTERS.get(found[1], found[1])
    return str(json.loads(f'"{found}"'))


def _through(first: Spell, then: Spell) -> Spell:
    return lambda made: then(first(made))


def _speller(written: str, form: str) -> Spell:
    if form in ("string", "key"):
        is_ascii = "\\u" in written
        return lambda made: json.dumps(made, ensure_ascii=is_ascii)[1:-1]
    if form == "number":
        return lambda made: made if _NUMBER.fullmatch(made) else json.dumps(made, ensure_ascii=False)
    return (lambda made: escape(made, quote=False)) if form == "text" else str


_WAYS: Mapping[str, tuple[str, re.Pattern[str], Spell]] = {
    "string": ("\\", _ESCAPE, _escaped),
    "key": ("\\", _ESCAPE, _escaped),
    "text": ("&", _ENTITY, unescape),
    "cdata": ("", _ENTITY, str),
}
"""What begins a letter that is written otherwise, how it ends, and the letter."""
