"""Finds personal data, by the name it stands under and by what it looks like, and puts something else in its place.

`Disguise.body` rewrites an answer as it is, JSON or XML, and leaves everything else byte for byte: order numbers, item
titles, prices and times survive. `Disguise.text` does what it can for a sentence. Every part of a program that shares
one Disguise shows the same fake for the same person.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from copy import copy
from typing import Literal

from topexplorer.core.fakes import fake, stars
from topexplorer.core.literals import Literals
from topexplorer.core.namedpeople import LISTED, named_again, parts
from topexplorer.core.personallooks import looks, may_be_phone
from topexplorer.core.personalnames import SPARED, Kind, kind_of, kinds_sent
from topexplorer.core.personalplaces import Place, looks_like_document, places

Style = Literal["fake", "stars"]
OWN: frozenset[Kind] = frozenset({"shop", "app"})
"""What the person at the keyboard knows anyway: hidden from those who look on, not from her."""
CUT = "…"
"""What stands at the end of a text that did not fit."""
LONGEST_LITERAL = 200
MOST_REMEMBERED = 200_000


class Disguise:
    """What stands in for personal data. `key` makes the fakes; `literals` are texts to hide wherever they stand.

    In `style` "stars" nothing is made up, and the caller's own shops and apps stay.
    """

    def __init__(self, key: bytes, style: Style = "fake", literals: Mapping[str, Kind] | None = None) -> None:
        self._key = key
        self.style = style
        self._made: set[str] = set()
        self._known: dict[str, str] = {}
        self._lasting: dict[str, Kind] = {}
        self._passing: dict[str, Kind] = {}
        self._literals: dict[str, Kind] = {}
        self._searched: Literals | None = None
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
        self._searched = Literals(self._literals) if self._literals else None

    def instead(self, kind: Kind, text: str) -> str:
        """What stands for a real text of that kind: the same one whenever that text is met, whatever its kind is then.

        A text that is the fake of another one gets a fake of its own.
        """
        if not text.strip():
            return text
        kind = self._literals.get(text, kind)
        if self.style == "stars":
            return text if kind in OWN else stars(kind, text)
        made = self._known.get(text)
        if made is None:
            made = fake(kind, text, self._key, self._literals)
            if len(self._known) < MOST_REMEMBERED:
                self._known[text] = made
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
        return self._sentence(text, self.style == "fake" or SPARED.search(name) is None)

    def _by_kind(self, kind: Kind, text: str) -> str:
        if kind in LISTED:
            return "".join(part if part in ",;" else self.instead(kind, part) for part in parts(text))
        return self.instead(kind, text)

    def text(self, text: str, *, digits: bool = True) -> str:
        """A sentence: what looks personal, and the literals. Without `digits`, numbers are left alone.

        It may be a line that was disguised before: what looks personal and is a fake stays.
        """
        return self._sentence(text, digits, self._made)

    def _sentence(self, text: str, digits: bool, fakes: Collection[str] = ()) -> str:
        found = self._of_literals(text)
        for start, end, kind in looks(text):
            if digits or kind == "email":
                looking = text[start:end]
                found.append((start, end, looking if looking in fakes else self.instead(kind, looking)))
        text = _rewritten(text, sorted(found, key=lambda one: (one[0], -one[1])))
        return self._without_beginnings(text) if CUT in text else text

    def json_line(self, text: str) -> str:
        """A piece of JSON, whatever it begins with."""
        return self._without_literals(self._document(text))

    def body(self, body: bytes) -> bytes:
        """A document. Whom it names in a field is hidden in its prose too. Takes some 0.3 s per MB: use a thread."""
        text = body.decode("utf-8", "surrogateescape")
        made = self._document(text)
        if text[:200].lstrip("\ufeff \t\r\n")[:1] not in ("{", "[", "<"):
            made = self._without_literals(made)
        return body if made == text else made.encode("utf-8", "surrogateescape")

    def _document(self, text: str, kind: Kind | None = None) -> str:
        found = places(text, self._searched, kind)
        if again := named_again(text, found):
            knowing = self.knowing(again)
            return knowing._written(text, places(text, knowing._searched, kind))
        return self._written(text, found)

    def _written(self, text: str, found: list[Place]) -> str:
        """The document with something else in these places, and for what looks personal in the texts between them."""
        made = [(one.start, one.end, one.spell(self._of_place(one, text))) for one in found]
        starts = [one.start for one in found]
        for start, end, kind in looks(text):
            before = bisect_right(starts, start) - 1
            is_done = before >= 0 and found[before].end > start
            if not is_done and (kind == "email" or may_be_phone(text, start)):
                made.append((start, end, self.instead(kind, text[start:end])))
        return _rewritten(text, sorted(made, key=lambda one: one[0]))

    def _of_place(self, place: Place, document: str) -> str:
        if place.kind is None:
            return self._sentence(place.text, may_be_phone(document, place.start))
        return self._by_kind(place.kind, place.text)

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
        return _rewritten(text, self._of_literals(text))

    def _of_literals(self, text: str) -> list[tuple[int, int, str]]:
        """Where literals stand, in order, and what is to stand there."""
        spans = self._searched.spans(text) if self._searched is not None else ()
        texts = ((start, end, text[start:end]) for start, end in spans)
        return [(start, end, self.instead(self._literals[literal], literal)) for start, end, literal in texts]


def _rewritten(text: str, places: Iterable[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, made in places:
        if start >= at:
            pieces += (text[at:start], made)
            at = end
    return "".join((*pieces, text[at:])) if pieces else text


def _is_telling(text: str) -> bool:
    """Whether hiding that text wherever it stands hides nothing else."""
    return 0 < len(text) <= LONGEST_LITERAL and (len(text) >= 3 or not text.isascii())
