"""A Java source file of the SDK as the few things that matter: its classes, their fields, calls of interest.

Reads tokens, in time proportional to the length of the file; understands no more Java than generated SDK code needs,
and what it does not understand it passes over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from topexplorer.core.importers.plaintext import plain

MAX_NESTED = 20
_TOKEN = re.compile(
    r"(?P<comment>/\*(?:.*?\*/|.*)|//[^\n]*)"
    r'|(?P<text>"(?:[^"\\\n]|\\.)*"?)'
    r"|(?P<char>'(?:[^'\\\n]|\\.)*'?)"
    r"|(?P<word>[A-Za-z_$][\w$]*)"
    r"|(?P<number>-?[0-9]+)"
    r"|(?P<sign>[{}()<>\[\];,.@=])",
    re.DOTALL,
)
_DOC_LINE = re.compile(r"^[ \t]*\*+ ?", re.MULTILINE)
_DOC_TAG = re.compile(r"(?:^|\n)[ \t]*@(?:author|since|see|version|date|return|param)\b.*", re.DOTALL)
_MODIFIERS = frozenset("private protected public static final transient volatile abstract synchronized".split())


class Token(NamedTuple):
    kind: str
    text: str
    line: int
    """The line it begins in; 0 for tokens whose place nobody asks for."""


class JavaField(NamedTuple):
    """A field of a class. `types` are the names in its type: `["List", "Trade"]`."""

    name: str
    types: tuple[str, ...]
    doc: str
    annotations: dict[str, str]


@dataclass(slots=True)
class JavaClass:
    """A class, with the classes inside it elsewhere. `outer` is the name of the class around it, if any."""

    name: str
    outer: str
    bases: tuple[str, ...] = ()
    doc: str = ""
    line: int = 1
    fields: list[JavaField] = field(default_factory=list)


@dataclass(slots=True)
class JavaFile:
    """What a file declares and the tokens of all of it, for a look at its methods."""

    classes: list[JavaClass]
    tokens: list[Token]

    def calls(self, name: str) -> Iterator[list[Token]]:
        """The tokens between the parentheses of every call of `name`."""
        tokens = self.tokens
        for place, token in enumerate(tokens[:-1]):
            if token.text == name and token.kind == "word" and tokens[place + 1].text == "(":
                yield _until_closed(tokens, place + 2)

    def returned_text(self, method: str) -> tuple[str, int] | None:
        """The text that a method without parameters returns, with its line."""
        tokens = self.tokens
        for place, token in enumerate(tokens):
            if token.text == method and [t.text for t in tokens[place + 1 : place + 5]] == ["(", ")", "{", "return"]:
                found = tokens[place + 5] if place + 5 < len(tokens) else None
                return (unquoted(found.text), found.line) if found and found.kind == "text" else None
        return None


def parsed(text: str) -> JavaFile:
    """The classes and tokens of a source file."""
    tokens = list(_tokens(text))
    return JavaFile(_classes(tokens), [token for token in tokens if token.kind != "comment"])


def unquoted(text: str) -> str:
    """The content of a string literal; escapes are left as they are, for no name has any."""
    return text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]


def _tokens(text: str) -> Iterator[Token]:
    line, seen = 1, 0
    for found in _TOKEN.finditer(text):
        line += text.count("\n", seen, found.start())
        seen = found.start()
        yield Token(found.lastgroup or "", found[0], line)


def _until_closed(tokens: list[Token], start: int) -> list[Token]:
    depth = 1
    for place in range(start, min(len(tokens), start + 40)):
        depth += {"(": 1, ")": -1}.get(tokens[place].text, 0)
        if depth == 0:
            return tokens[start:place]
    return []


def _classes(tokens: list[Token]) -> list[JavaClass]:
    """Every class with its fields. `held` is what stands since the last declaration ended."""
    found: list[JavaClass] = []
    around: list[tuple[JavaClass, int]] = []
    held: list[Token] = []
    depth = 0
    for token in tokens:
        if token.text == "{" and token.kind == "sign":
            named = _class_head(held, around[-1][0].name if around else "")
            depth += 1
            if named and len(around) < MAX_NESTED:
                found.append(named)
                around.append((named, depth))
            held = []
        elif token.text == "}" and token.kind == "sign":
            if around and around[-1][1] == depth:
                around.pop()
            depth = max(0, depth - 1)
            held = []
        elif token.text == ";" and token.kind == "sign":
            if around and around[-1][1] == depth and (declared := _field(held)):
                around[-1][0].fields.append(declared)
            held = []
        else:
            held.append(token)
    return found


def _class_head(held: list[Token], outer: str) -> JavaClass | None:
    """The class that begins after `held`, if it is one."""
    names = [token.text for token in held]
    if "class" not in names[:-1] or "(" in names[names.index("class") :]:
        return None
    place = names.index("class")
    bases = tuple(token.text for token in held[place + 2 :] if token.kind == "word" and token.text != "extends")
    return JavaClass(names[place + 1], outer, bases, _doc(held), held[place + 1].line)


def _field(held: list[Token]) -> JavaField | None:
    """The field that `held` declares, if it is a private one with a type."""
    annotations: dict[str, str] = {}
    rest: list[Token] = []
    place = 0
    while place < len(held):
        token = held[place]
        if token.text == "@" and token.kind == "sign" and place + 1 < len(held):
            name, place = held[place + 1].text, place + 2
            if place < len(held) and held[place].text == "(":
                inside = _until_closed(held, place + 1)
                annotations[name] = next((unquoted(t.text) for t in inside if t.kind == "text"), "")
                place += len(inside) + 2
            continue
        if token.text == "=":
            break
        if token.kind != "comment":
            rest.append(token)
        place += 1
    modifiers = {token.text for token in rest} & _MODIFIERS
    names = [token.text for token in rest if token.kind == "word" and token.text not in _MODIFIERS]
    if "static" in modifiers or len(names) < 2 or any(token.text == "(" for token in rest):
        return None
    return JavaField(names[-1], tuple(names[:-1]), _doc(held), annotations)


def _doc(held: list[Token]) -> str:
    """The last documentation comment before a declaration, as plain text without its tags."""
    for token in reversed(held):
        if token.kind == "comment" and token.text.startswith("/**"):
            inside = _DOC_LINE.sub("", token.text.removeprefix("/**").removesuffix("*/"))
            return plain(_DOC_TAG.sub("", inside))
    return ""
