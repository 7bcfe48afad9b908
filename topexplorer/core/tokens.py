"""Finds the tokens, secrets and passwords that a text holds and that nobody knew before it came.

In JSON and XML, and in JSON and XML inside their texts, it is the name that tells: whatever stands under a name that
ends in such a word, in any spelling, is one (`access_token`, `sessionKey`, `login_pwd`). In running text
(`bad session: 6100…`, `?access_token=…`) it has to look like one too: words are no tokens.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import unescape
from typing import Any
from urllib.parse import unquote
from xml.parsers.expat import ExpatError, ParserCreate

from topexplorer.core.taint import MASK, SHORT

_STEMS = ("token", "secret", "session", "passw", "pwd", "credential", "private", "cookie", "authorization")
"""One of them is in every name that counts."""
_LAST_WORD = re.compile(
    r"(?:token|secret|session|password|passwd|pwd|credential|privatekey|cookie|authorization)(?:key|id|salt)?s?$"
)
_WORD = r"[0-9A-Za-z_+/=.~-]"
_NAMED = re.compile(
    r"(?:token|secret|session|password|passwd|pwd|credential|private[_ -]?key)(?:[_ -]?(?:key|id))?s?(?: is)?"
    rf"(?:[\s\"'=:<>\\,\[(]|!\[CDATA\[){{1,16}}({_WORD}{{12,}})",
    re.IGNORECASE,
)
_LOOSE = re.compile("[0-9A-Za-z_+/.~-]{12,}={0,2}")
_RUN = re.compile("[0-9A-Za-z]{6,}")
_DEEPEST = 4
"""Documents within texts of documents that are taken apart."""
_LEAST = 16
"""Characters below which a text cannot hold a name and a token."""


@lru_cache(maxsize=4096)
def names_token(name: str) -> bool:
    """Whether what stands under that name is a token, a secret or a password."""
    return _LAST_WORD.search(re.sub("[^0-9a-z]", "", name[-80:].lower())) is not None


def looks_like_token(text: str) -> bool:
    """Whether it is long and has letters and digits in one piece, as no word or number has."""
    return len(text) >= 12 and any(not run.isalpha() and not run.isdigit() for run in _RUN.findall(text))


class TokenSearch:
    """Give it texts and names, and `found` is what was in them. As slow as they are long: some 20 ms per MB."""

    def __init__(self) -> None:
        self._found: set[str] = set()
        self._names: set[str] = set()
        self._telling = re.compile("")

    @property
    def found(self) -> frozenset[str]:
        """The tokens. What is also the name of a member or element, and looks like a name, is none: masking it would
        take the document apart."""
        names = "\n".join(self._names)
        return frozenset(text for text in self._found if looks_like_token(text) or text not in names)

    def under(self, name: str, text: str) -> None:
        """Looks at the text of a parameter or header of that name."""
        if names_token(name):
            self._take(text)
        self.look(text)

    def look(self, text: str | bytes) -> None:
        """Looks at a document or a sentence."""
        data = text.encode("utf-8", "replace") if isinstance(text, str) else text
        lowered = data.lower()
        stems = [stem for stem in _STEMS if stem.encode() in lowered]
        # An escape may stand for a letter of a name.
        if not stems and b"\\u00" not in data and b"&#" not in data:
            return
        stems = stems or [*_STEMS]
        is_small = all(data.count(stem.encode()) == lowered.count(stem.encode()) for stem in stems)
        self._telling = re.compile("|".join(stems), 0 if is_small else re.IGNORECASE)
        self._text(data.decode("utf-8", "replace"), _DEEPEST)

    def _take(self, text: str) -> None:
        text = text.strip()
        if text[:1] in ("{", "["):
            return
        if any(map(str.isspace, text)):
            self._found.update(filter(looks_like_token, _LOOSE.findall(text)))
        elif len(text) >= SHORT and MASK not in text:
            self._found.update({text, unquote(text)} if "%" in text else {text})

    def _text(self, text: str, depth: int) -> None:
        start = text[:200].lstrip("\ufeff \t\r\n")[:1]
        if depth and start and start in '{["' and self._json(text, depth - 1):
            return
        if depth and start == "<" and self._xml(text, depth - 1):
            return
        self._sentence(text)
        if "&" in text:
            self._sentence(unescape(text))
        for _twice in range(2):
            if "%" in text:
                text = unquote(text)
                self._sentence(text)

    def _sentence(self, text: str) -> None:
        at = 0
        for name in self._telling.finditer(text):
            if name.start() >= at and (match := _NAMED.match(text, name.start())):
                at = match.end()
                word = match[1].rstrip(".-")
                if looks_like_token(word):
                    self._found.add(word)

    def _inside(self, text: str, depth: int) -> None:
        """The text of a member or element whose name says nothing."""
        if len(text) >= _LEAST and self._telling.search(text):
            self._text(text, depth)

    def _json(self, text: str, depth: int) -> bool:
        telling = self._telling.search

        def members(pairs: list[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
            for name, value in pairs:
                if type(value) is str:
                    if names_token(name):
                        self._take(value)
                    if len(value) >= _LEAST and telling(value):
                        self._text(value, depth)
                elif type(value) is list:
                    self._list(value, names_token(name), depth)
                elif type(value) is tuple and names_token(name):
                    self._wrapped(value)
            names.update(dict(pairs))
            return tuple(pairs)

        names = self._names
        try:
            made = json.loads(text.removeprefix("\ufeff"), strict=False, parse_int=str, object_pairs_hook=members)
        except (ValueError, RecursionError):
            return False
        if type(made) is list or type(made) is str:
            self._list([made], False, depth)
        return True

    def _list(self, values: list[Any], is_token: bool, depth: int) -> None:
        """The texts of a list, and of lists in it."""
        waiting = [values]
        while waiting:
            for value in waiting.pop():
                if type(value) is list:
                    waiting.append(value)
                elif type(value) is str:
                    if is_token:
                        self._take(value)
                    self._inside(value, depth)

    def _wrapped(self, members: tuple[tuple[str, Any], ...]) -> None:
        """An object under a name that tells: what looks like a token in it, as in `{"string": ["6100…"]}`."""
        for _name, value in members:
            for text in value if type(value) is list else (value,):
                if type(text) is str and looks_like_token(text):
                    self._take(text)

    def _xml(self, text: str, depth: int) -> bool:
        path, pieces = [""], [""]

        def starts(name: str, attributes: dict[str, str]) -> None:
            if pieces:
                flush(path[-1])
            path.append(name)
            for attribute, value in attributes.items():
                self._under(attribute, value, depth)

        def ends(_name: str) -> None:
            name = path.pop()
            if pieces:
                flush(name)

        def flush(name: str) -> None:
            """What stood since the last tag."""
            content = "".join(pieces)
            pieces.clear()
            self._under(name, content, depth)
            if names_token(path[-1]) and looks_like_token(content):
                self._take(content)

        parser = ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = starts, ends
        parser.CharacterDataHandler = pieces.append
        parser.StartDoctypeDeclHandler = _refuse
        try:
            parser.Parse(text.lstrip("\ufeff \t\r\n"), True)
        except (ExpatError, ValueError, LookupError):
            return False
        self._names.update(parser.intern)
        return True

    def _under(self, name: str, text: str, depth: int) -> None:
        if names_token(name):
            self._take(text)
        self._inside(text, depth)


def _refuse(*_: object) -> None:
    raise ValueError("DOCTYPE")
