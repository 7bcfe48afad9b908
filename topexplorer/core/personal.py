"""Finds personal data, by the name it stands under and by what it looks like, and puts something else in its place.

`Disguise.body` rewrites an answer as it is, JSON or XML, and leaves everything else byte for byte: order numbers, item
titles, prices and times survive. `Disguise.text` does what it can for a sentence. Every part of a program that shares
one Disguise shows the same fake for the same person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import copy
from typing import Literal

from topexplorer.core.fakes import check_digit, fake, stars
from topexplorer.core.personalnames import SPARED, Kind, kind_of, kinds_sent
from topexplorer.core.personalplaces import Place, looks_like_document, places
from topexplorer.core.taint import MASK

Style = Literal["fake", "stars"]
OWN: frozenset[Kind] = frozenset({"shop", "app"})
"""What the person at the keyboard knows anyway: hidden from those who look on, not from her."""
_LISTED: frozenset[Kind] = frozenset({"nick", "id", "mobile", "email"})
"""What a parameter may name several of, with commas."""
CUT = "…"
"""What stands at the end of a text that did not fit."""
LONGEST_LITERAL = 200
MOST_REMEMBERED = 200_000
MOST_REPEATED = 200
"""Texts of a request that are searched for in its answer."""
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
        # Most letters begin none of them.
        first = "".join(map(re.escape, sorted({text[0] for text in longest_first})))
        every_one = "|".join(map(_as_word, longest_first))
        self._pattern = re.compile(f"(?=[{first}])(?:{every_one})") if longest_first else None

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

    def knowing(self, literals: Mapping[str, Kind]) -> Disguise:
        """One that hides these texts wherever they stand too, and makes the same fakes."""
        if not literals:
            return self
        other = copy(self)
        other._passing = {**self._passing, **literals}
        other._compile()
        return other

    def value(self, name: str, text: str) -> str:
        """The text of a field or parameter of that name; a document in it is rewritten as one."""
        return self._value(name, text, kind_of(name))

    def values(self, values: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """The parameters of one request, each with what may be seen of it."""
        pairs = tuple(values)
        kinds = kinds_sent([name for name, _text in pairs])
        return tuple((name, self._value(name, text, kinds.get(name))) for name, text in pairs)

    def _value(self, name: str, text: str, kind: Kind | None) -> str:
        if looks_like_document(text):
            made = self._document(text, None if kind == "words" else kind)
            if kind is None or made != text or text.lstrip()[:1] in ("{", "["):
                return made
        if kind:
            return self._by_kind(kind, text)
        return self.text(text, digits=self.style == "fake" or SPARED.search(name) is None)

    def _by_kind(self, kind: Kind, text: str) -> str:
        if kind in _LISTED:
            return "".join(part if part in ",;" else self.instead(kind, part) for part in _parts(text))
        return self.instead(kind, text)

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
        return self._without_literals(self._document(text))

    def body(self, body: bytes) -> bytes:
        """A document. Takes some 0.3 s per MB: use a thread for large ones."""
        text = body.decode("utf-8", "surrogateescape")
        made = self._document(text)
        if text[:200].lstrip("\ufeff \t\r\n")[:1] not in ("{", "[", "<"):
            made = self._without_literals(made)
        return body if made == text else made.encode("utf-8", "surrogateescape")

    def _document(self, text: str, kind: Kind | None = None) -> str:
        found = places(text, self._pattern, kind)
        return self._by_looks(_rewritten(text, ((one.start, one.end, one.spell(self._of_place(one))) for one in found)))

    def _of_place(self, place: Place) -> str:
        if place.kind is None:
            return self._without_literals(place.text)
        return self._by_kind(place.kind, place.text)

    def _by_looks(self, text: str) -> str:
        """What looks personal in the texts of a document: not in numbers, and not under names of numbers."""
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


def _parts(text: str) -> list[str]:
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
            named = [(kind, part) for part in (_parts(text) if kind in _LISTED else [text])]
        found |= {part.strip(): kind for kind, part in named if kind is not None and _is_repeatable(part.strip())}
    return dict(list(found.items())[:MOST_REPEATED])


def _is_repeatable(text: str) -> bool:
    """Whether that text, typed as a person's, is one wherever it stands. Stars are not, nor what every answer says."""
    return len(re.sub(r"[\W_]", "", text)) > 2 and MASK not in text and text.lower() not in ("true", "false", "null")


def _is_telling(text: str) -> bool:
    """Whether hiding that text wherever it stands hides nothing else."""
    return 0 < len(text) <= LONGEST_LITERAL and (len(text) >= 3 or not text.isascii())


def _as_word(text: str) -> str:
    """A pattern that finds `text` where no letter or digit goes on before or behind it."""
    before = r"(?<![0-9A-Za-z])" if text[0].isascii() and text[0].isalnum() else ""
    behind = r"(?![0-9A-Za-z])" if text[-1].isascii() and text[-1].isalnum() else ""
    return f"{before}{re.escape(text)}{behind}"
