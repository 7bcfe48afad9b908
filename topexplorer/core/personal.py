"""Finds personal data, by the name it stands under and by what it looks like, and puts something else in its place.

`Disguise.body` rewrites an answer as it is, JSON or XML, and leaves everything else byte for byte: order numbers, item
titles, prices and times survive. `Disguise.text` does what it can for a sentence. Every part of a program that shares
one Disguise shows the same fake for the same person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape, unescape
from typing import Literal

from topexplorer.core.fakes import check_digit, fake, stars
from topexplorer.core.personalnames import BESIDE, SPARED, Kind, kind_of

Style = Literal["fake", "stars"]
OWN: frozenset[Kind] = frozenset({"shop", "app"})
"""What the person at the keyboard knows anyway: hidden from those who look on, not from her."""
_LISTED: frozenset[Kind] = frozenset({"nick", "id", "mobile", "email"})
"""What a parameter may name several of, with commas."""
CUT = "…"
"""What stands at the end of a text that did not fit."""
LONGEST_LITERAL = 200
MOST_REMEMBERED = 200_000
_NEAR = 300

_DIGITS: Mapping[Kind, re.Pattern[str]] = {
    "mobile": re.compile(r"1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\w-])", re.ASCII),
    "phone": re.compile(r"0\d{2,3}-\d{7,8}(?![\w-])", re.ASCII),
    "idcard": re.compile(
        r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\w)", re.ASCII
    ),
}
"""What looks like it, if nothing of the sort stands before it."""
_COUNTRY = re.compile(r"(?:\+|00)?86[- ]?$")
_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,10}(?!\w)", re.ASCII)
_KEY = re.compile(r'()"([\w-]{1,60})"\s*:\s*')
_ANY_KEY = re.compile(r'(\\*)"([\w-]{1,60})\1"\s*:\s*')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_LIST = re.compile(r'(?:\{\s*\\*"\w+\\*"\s*:\s*)?\[([^\[\]{}]*)\]')
_ELEMENT = re.compile(r"<([\w.-]{1,60})(?:\s[^<>]*)?>")


class Disguise:
    """What stands in for personal data. `key` makes the fakes; `literals` are texts to hide wherever they stand.

    In `style` "stars" nothing is made up, and the caller's own shops and apps stay.
    """

    def __init__(self, key: bytes, style: Style = "fake", literals: Mapping[str, Kind] | None = None) -> None:
        self._key = key
        self.style = style
        self._made: set[str] = set()
        self._known: dict[tuple[Kind, str], str] = {}
        self._lasting: dict[str, Kind] = {}
        self._passing: dict[str, Kind] = {}
        self._literals: dict[str, Kind] = {}
        self._pattern: re.Pattern[str] | None = None
        self.learn(literals or {})

    def learn(self, literals: Mapping[str, Kind]) -> None:
        """From now on these texts are hidden wherever they stand: app keys, shops."""
        if not literals.keys() <= self._lasting.keys():
            self._lasting |= literals
            self._compile()

    def typed(self, literals: Mapping[str, Kind]) -> None:
        """The same for as long as nothing else is said here: what stands in a form now."""
        if literals != self._passing:
            self._passing = dict(literals)
            self._compile()

    def _compile(self) -> None:
        every = self._passing | self._lasting
        self._literals = {text: kind for text, kind in every.items() if _is_telling(text)}
        longest_first = sorted(self._literals, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_as_word, longest_first))) if longest_first else None

    def instead(self, kind: Kind, text: str) -> str:
        """What stands for a text of that kind. What is a fake already stays, so that nothing is disguised twice."""
        if not text.strip() or text in self._made:
            return text
        kind = self._literals.get(text, kind)
        if self.style == "stars":
            return text if kind in OWN else stars(kind, text)
        made = self._known.get((kind, text))
        if made is None:
            made = fake(kind, text, self._key)
            if len(self._made) < MOST_REMEMBERED:
                self._known[kind, text] = made
                self._made.add(made)
        return made

    def value(self, name: str, text: str) -> str:
        """The text of a field or parameter of that name; JSON in it is rewritten as JSON."""
        kind = kind_of(name)
        if kind and kind in _LISTED:
            return "".join(part if part in ",;" else self.instead(kind, part) for part in re.split("([,;])", text))
        if kind:
            return self.instead(kind, text)
        if text.lstrip()[:1] in ("{", "["):
            return self._json(text)
        return self.text(text, digits=self.style == "fake" or SPARED.search(name) is None)

    def text(self, text: str, *, digits: bool = True) -> str:
        """A sentence: what looks personal, and the literals. Without `digits`, numbers are left alone."""
        text = self._without_literals(text)
        if CUT in text:
            text = self._without_beginnings(text)
        looks = _looks(text)
        places = [place for place in looks if digits or place[2] == "email"] if looks else ()
        return _rewritten(text, [(start, end, self.instead(kind, text[start:end])) for start, end, kind in places])

    def json_line(self, text: str) -> str:
        """A piece of JSON, whatever it begins with."""
        return self._json(text)

    def body(self, body: bytes) -> bytes:
        """A document. Takes some 0.1 s per MB: use a thread for large ones."""
        text = body.decode("utf-8", "surrogateescape")
        start = text[:200].lstrip("\ufeff \t\r\n")[:1]
        made = self._xml(text) if start == "<" else self._json(text)
        return body if made == text else made.encode("utf-8", "surrogateescape")

    def _json(self, text: str) -> str:
        return self._by_looks(_rewritten(text, self._json_values(text)))

    def _xml(self, text: str) -> str:
        return self._by_looks(_rewritten(text, self._xml_values(text)))

    def _json_values(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Each place that holds something personal by its name, and what stands there instead."""
        for key in (_ANY_KEY if '\\"' in text else _KEY).finditer(text):
            kind = kind_of(key[2]) or (BESIDE[key[2]] if key[2] in BESIDE and _is_beside_phone(text, key) else None)
            if kind is None:
                continue
            at, quote = key.end(), key[1] + '"'
            if several := _LIST.match(text, at):
                yield from self._members(kind, text, several.start(1), several.end(1), quote)
            else:
                yield from self._members(kind, text, at, at, quote)

    def _members(self, kind: Kind, text: str, at: int, end: int, quote: str) -> Iterator[tuple[int, int, str]]:
        """The single value at `at`, or every one up to `end`."""
        while True:
            while at < end and text[at] in ", \t\r\n":
                at += 1
            if text.startswith(quote, at):
                start = at + len(quote)
                stop = _end_of_string(text, start, quote)
                yield start, stop, self._inside(kind, text[start:stop], quote)
                at = stop + len(quote)
            elif number := _NUMBER.match(text, at):
                yield number.start(), number.end(), self._digits(kind, number[0], quote)
                at = number.end()
            else:
                return
            if at >= end:
                return

    def _inside(self, kind: Kind, written: str, quote: str) -> str:
        """A JSON string's inside, with its own way of escaping."""
        if "\\" not in written:
            return self.instead(kind, written)
        try:
            plain = json.loads(f'"{written}"') if quote == '"' else json.loads(json.loads(f'"\\"{written}\\""'))
        except ValueError:
            return self.instead(kind, written)
        made = json.dumps(self.instead(kind, str(plain)), ensure_ascii="\\u" in written)[1:-1]
        return made if quote == '"' else json.dumps(made, ensure_ascii=False)[1:-1]

    def _digits(self, kind: Kind, number: str, quote: str) -> str:
        made = self.instead(kind, number)
        return made if _NUMBER.fullmatch(made) else f"{quote}{made}{quote}"

    def _xml_values(self, text: str) -> Iterator[tuple[int, int, str]]:
        for element in _ELEMENT.finditer(text):
            kind = kind_of(element[1])
            if kind is None:
                continue
            end = text.find(f"</{element[1]}>", element.end())
            for leaf in re.finditer(r"(?:^|>)([^<>]+)(?=<|$)", text[element.end() : end]) if end >= 0 else ():
                if leaf[1].strip():
                    start = element.end() + leaf.start(1)
                    yield start, start + len(leaf[1]), escape(self.instead(kind, unescape(leaf[1])), quote=False)

    def _by_looks(self, text: str) -> str:
        """What looks personal in the texts of a document: not in numbers, and not under names of numbers."""
        text = self._without_literals(text)
        places = []
        for start, end, kind in _looks(text):
            made = self.instead(kind, text[start:end])
            if made != text[start:end] and (kind == "email" or _may_be_phone(text, start)):
                places.append((start, end, made))
        return _rewritten(text, places)

    def _without_beginnings(self, text: str) -> str:
        """Hides a literal that was cut to fit, too: `sandb…`."""
        at = text.find(CUT)
        while at >= 0:
            for literal in self._literals:
                most = next((n for n in range(len(literal) - 1, 1, -1) if text.endswith(literal[:n], 0, at)), 0)
                if most > 3 or (most and not literal.isascii()):
                    made = self.instead(self._literals[literal], literal)
                    text = text[: at - most] + made[:most] + text[at:]
            at = text.find(CUT, at + 1)
        return text

    def _without_literals(self, text: str) -> str:
        if self._pattern is None or not any(literal in text for literal in self._literals):
            return text
        return self._pattern.sub(lambda match: self.instead(self._literals[match[0]], match[0]), text)


def _looks(text: str) -> list[tuple[int, int, Kind]]:
    """Where something stands that looks personal, in order."""
    found: list[tuple[int, int, Kind]] = []
    for kind, pattern in _DIGITS.items():
        for match in pattern.finditer(text):
            start = match.start()
            if kind == "mobile" and (country := _COUNTRY.search(text, max(0, start - 6), start)):
                start = country.start()
            before = text[start - 1 : start]
            if (before.isascii() and before.isalnum()) or before in ("_", ".", "-"):
                continue
            if kind != "idcard" or check_digit(match[0][:17]) == match[0][17:].upper():
                found.append((start, match.end(), kind))
    at = text.find("@")
    while at >= 0:
        for match in _EMAIL.finditer(text, max(0, at - 65), at + 200):
            if match.start() < at < match.end():
                found.append((*match.span(), "email"))
        at = text.find("@", at + 1)
    return sorted(found)


def _may_be_phone(text: str, at: int) -> bool:
    """Whether digits at that place of a document can be a phone number: in a text, and not under a number's name."""
    near = text[max(0, at - _NEAR) : at]
    tag, colon = near.rfind(">"), near.rfind(":")
    while colon > tag and near[:colon].rstrip()[-1:] != '"':
        colon = near.rfind(":", 0, colon)
    if colon > tag:
        named = near[:colon].rstrip()[:-1].rstrip("\\")
        return _is_in_string(near[colon:]) and SPARED.search(named[named.rfind('"') + 1 :]) is None
    if tag < 0:
        return near.rstrip()[-1:] not in ("[", ",", "")
    return SPARED.search(near[near.rfind("<", 0, tag) + 1 : tag].partition(" ")[0]) is None


def _is_in_string(behind_key: str) -> bool:
    """Whether a string of JSON, or of JSON in a string of JSON, has begun and not ended."""
    escaped = behind_key.count('\\"')
    return escaped % 2 == 1 or (behind_key.count('"') - escaped) % 2 == 1


def _rewritten(text: str, places: Iterable[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, made in places:
        if start >= at:
            pieces += (text[at:start], made)
            at = end
    return "".join((*pieces, text[at:])) if pieces else text


def _end_of_string(text: str, start: int, quote: str) -> int:
    if quote == '"':
        string = _STRING.match(text, start - 1)
        return string.end(1) if string else len(text)
    end = text.find(quote, start)
    while end > 0 and text[end - 1] == "\\":
        end = text.find(quote, end + 1)
    return end if end >= 0 else len(text)


def _is_beside_phone(text: str, key: re.Match[str]) -> bool:
    """Whether the object that the key stands in has a phone number too."""
    start = text.rfind("{", max(0, key.start() - 2000), key.start())
    end = text.find("}", key.end(), key.end() + 2000)
    around = text[max(start, 0) : end if end >= 0 else key.end() + 2000]
    return any(kind_of(other[2]) in ("mobile", "phone") for other in _KEY.finditer(around))


def _is_telling(text: str) -> bool:
    """Whether hiding that text wherever it stands hides nothing else."""
    return 0 < len(text) <= LONGEST_LITERAL and (len(text) >= 3 or not text.isascii())


def _as_word(text: str) -> str:
    """A pattern that finds `text` where no letter or digit goes on before or behind it."""
    before = r"(?<![0-9A-Za-z])" if text[0].isascii() and text[0].isalnum() else ""
    behind = r"(?![0-9A-Za-z])" if text[-1].isascii() and text[-1].isalnum() else ""
    return f"{before}{re.escape(text)}{behind}"
