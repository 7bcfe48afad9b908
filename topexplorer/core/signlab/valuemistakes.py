"""Mistakes in how a value is written: what is signed is another spelling of what is sent.

Each finder looks at the case and gives the changes that could explain it: for all values, for the business parameters
only, and for each value that would change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from urllib.parse import unquote

from topexplorer.core.signlab import spelling
from topexplorer.core.signlab.making import Case, Change, Finder, Making
from topexplorer.core.signlab.parametermistakes import one_of, replaced
from topexplorer.core.signlab.pasted import SYSTEM_NAMES

FORMS, CODES = 2, 3
"""Stages: first a program writes its values as text, then the text is encoded."""
LONG, LONGEST = 4_000, 40_000
"""Characters of a value that is still respelled in rare ways, and in the usual ones."""
Ranks = tuple[int, int, int]
"""For all values, for the business parameters only, for one value."""
_USUAL_JSON = frozenset("compact compact+escaped spaced spaced+escaped compact+sorted spaced+sorted+escaped".split())
_RARE_JSON = ("upper", "html", "slashes")


def _all(change: Callable[[str], str]) -> Callable[[Making], Making]:
    return lambda making: making._replace(pairs=tuple((name, change(value)) for name, value in making.pairs))


def _some(change: Callable[[str], str], names: frozenset[str]) -> Callable[[Making], Making]:
    return lambda making: making._replace(
        pairs=tuple((name, change(value) if name in names else value) for name, value in making.pairs)
    )


def _spelled(case: Case, mistake: str, change: Callable[[str], str], ranks: Ranks, stage: int) -> Iterator[Change]:
    """One way to spell, applied as widely and as narrowly as programs do."""
    change = _affordable(cache(change), LONG if ranks[0] > 1 else LONGEST)
    touched = list(dict.fromkeys(name for name, value in case.params if change(value) != value))
    if not touched:
        return
    yield Change(mistake, "value", ranks[0], _all(change), one_of(touched), stage)
    business = [name for name in touched if name not in SYSTEM_NAMES]
    if 1 < len(business) < len(touched):
        yield Change(mistake, "value", ranks[1], _some(change, frozenset(business)), "", stage)
    if len(touched) > 1:
        for name in touched:
            yield Change(mistake, "value", ranks[2], _some(change, frozenset({name})), name, stage)


def _affordable(change: Callable[[str], str], most: int) -> Callable[[str], str]:
    """The change, for texts of at most so many characters: an article can be all of a call's size."""
    return lambda text: change(text) if len(text) <= most else text


def url_encoded(case: Case) -> Iterator[Change]:
    written = {value: raw for (_name, value), (_same, raw) in zip(case.params, case.raw, strict=True) if raw != value}
    yield from _spelled(case, "url_encoded", _looked_up(written), (1, 2, 3), CODES)
    for at, change in enumerate(spelling.URL_ENCODINGS):
        yield from _spelled(
            case, "url_encoded", change, (1, 2, 3) if at < 2 else (2, 3, 4) if at < 4 else (2, 4, 5), CODES
        )


def encoded_twice(case: Case) -> Iterator[Change]:
    """Signed as it is and encoded twice on the way: what arrives still holds `%E6`."""
    yield from _spelled(case, "encoded_twice", spelling.url_decoded, (2, 3, 3), CODES)


def plus_and_space(case: Case) -> Iterator[Change]:
    """A bare `+` on the wire arrives as a space."""
    bare = {
        value: unquote(raw, errors="replace")
        for (_name, value), (_same, raw) in zip(case.params, case.raw, strict=True)
        if "+" in raw and raw != value
    }
    yield from _spelled(case, "plus_for_space", _looked_up(bare), (2, 3, 3), CODES)
    yield from _spelled(case, "plus_for_space", lambda text: text.replace(" ", "+"), (1, 2, 3), CODES)
    yield from _spelled(case, "space_for_plus", lambda text: text.replace("+", " "), (2, 3, 3), CODES)


def trimmed(case: Case) -> Iterator[Change]:
    for strip in (str.strip, lambda text: text.strip(" "), str.rstrip, str.lstrip):
        yield from _spelled(case, "trimmed", strip, (2, 3, 3), FORMS)


def untrimmed(case: Case) -> Iterator[Change]:
    """Signed with a blank or line end that is not sent."""
    for name, value in case.params:
        if value:
            for more in ("\n", " ", "\r\n"):
                yield Change("untrimmed", "value", 5, replaced(name, value, value + more), name, FORMS)


def truth_respelled(case: Case) -> Iterator[Change]:
    for at, forms in enumerate(spelling.TRUTH_FORMS):
        yield from _spelled(case, "truth_respelled", _looked_up(forms), (2, 2, 3) if at < 5 else (4, 4, 5), FORMS)
    for name, value in case.params:
        for forms in spelling.BIT_FORMS:
            if value in forms and name not in SYSTEM_NAMES:
                yield Change("truth_respelled", "value", 4, replaced(name, value, forms[value]), name, FORMS)


def _looked_up(forms: Mapping[str, str]) -> Callable[[str], str]:
    return lambda text: forms.get(text, text)


def number_respelled(case: Case) -> Iterator[Change]:
    for at, change in enumerate(spelling.DECIMAL_FORMS):
        yield from _spelled(case, "number_respelled", change, (3, 2, 3) if at < 6 else (4, 4, 4), FORMS)
    for change in spelling.WHOLE_FORMS:
        yield from _spelled(case, "number_respelled", change, (5, 4, 5), FORMS)


def json_respelled(case: Case) -> Iterator[Change]:
    """JSON written once for the sign and once more for the wire."""
    forms = {value: {marks: made for made, marks in spelling.json_spellings(value)} for _name, value in case.params}
    forms = {value: made for value, made in forms.items() if made}
    seen = {tuple(forms)}
    for marks in dict.fromkeys(mark for made in forms.values() for mark in made):
        change = _looked_up({value: made.get(marks, value) for value, made in forms.items()})
        if (made := tuple(map(change, forms))) not in seen:
            seen.add(made)
            rank = _json_rank(marks)
            yield from _spelled(case, "json_respelled", change, (rank, rank + 1, rank + 1), FORMS)
    bodies = {case.body}
    for text, marks in spelling.json_spellings(case.body):
        if text not in bodies:
            bodies.add(text)
            yield Change("json_respelled", "value", _json_rank(marks), _body({case.body: text}), "", FORMS)


def _json_rank(marks: str) -> int:
    return 1 if marks in _USUAL_JSON else 4 if marks.endswith(_RARE_JSON) else 2 if "spaced" in marks else 3


def _body(other: dict[str, str]) -> Callable[[Making], Making]:
    return lambda making: making._replace(body=other.get(making.body, making.body))


def list_respelled(case: Case) -> Iterator[Change]:
    """`a,b` signed as `a, b`, as a JSON list, as Python's list, or with another separator."""
    ways: tuple[Callable[[str], str], ...] = (
        lambda text: text.replace(", ", ","),
        lambda text: re.sub(",(?! )", ", ", text),
        lambda text: "[" + ",".join(f'"{part}"' for part in text.split(",")) + "]" if "," in text else text,
        lambda text: repr(text.split(",")) if "," in text else text,
        lambda text: "[" + ", ".join(text.split(",")) + "]" if "," in text else text,
        lambda text: text.replace(",", ";"),
    )
    for at, way in enumerate(ways):
        yield from _spelled(case, "list_respelled", _unless_json(way), (3, 3, 3) if at < 2 else (4, 4, 4), FORMS)


def _unless_json(way: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: text if text[:1] in ("{", "[") else way(text)


def escaped(case: Case) -> Iterator[Change]:
    yield from _spelled(case, "html_escaped", spelling.html_escaped, (3, 3, 4), CODES)
    yield from _spelled(case, "backslashed", spelling.backslashed, (3, 3, 4), CODES)
    yield from _spelled(case, "unicode_escaped", spelling.unicode_escaped, (2, 3, 4), CODES)


def letters(case: Case) -> Iterator[Change]:
    """Other characters that look the same, and characters that are lost on the way."""
    yield from _spelled(case, "emoji_lost", spelling.without_emoji, (3, 3, 4), CODES)
    for change in (spelling.composed, spelling.decomposed, spelling.compatible):
        yield from _spelled(case, "normalised", change, (4, 4, 5), CODES)


def line_ends(case: Case) -> Iterator[Change]:
    ways: tuple[Callable[[str], str], ...] = (
        lambda text: text.replace("\r\n", "\n"),
        lambda text: re.sub("\r?\n", "\r\n", text),
        lambda text: re.sub("\r?\n", "", text),
    )
    for way in ways:
        yield from _spelled(case, "line_ends", way, (3, 3, 4), CODES)
        if way(case.body) != case.body:
            yield Change("line_ends", "value", 2, _body({case.body: way(case.body)}), "", CODES)
    if case.body.strip() != case.body:
        yield Change("trimmed", "value", 2, _body({case.body: case.body.strip()}), "", CODES)


def names_respelled(case: Case) -> Iterator[Change]:
    """`num_iid` signed as `numIid`, or all names in small letters."""
    for change in (spelling.camel, str.lower):
        if any(change(name) != name for name, _value in case.params):
            yield Change("names_respelled", "value", 4, _names(change), "", FORMS)


def _names(change: Callable[[str], str]) -> Callable[[Making], Making]:
    return lambda making: making._replace(pairs=tuple((change(name), value) for name, value in making.pairs))


VALUE_MISTAKES: tuple[Finder, ...] = (
    url_encoded,
    encoded_twice,
    plus_and_space,
    trimmed,
    untrimmed,
    truth_respelled,
    number_respelled,
    json_respelled,
    list_respelled,
    escaped,
    letters,
    line_ends,
    names_respelled,
)
