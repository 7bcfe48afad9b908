"""A dict, array or map in source code, and JSON, read without running anything.

One reader for all languages: it looks for the ways to write a name with its value, `"a": x`, `'a' => x`,
`put("a", x)`, `["a"] = x`, `{"a", x}`, `a: x`, `dict(a=x)`, and takes a value only when it is a literal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from topexplorer.core.language import Message, message
from topexplorer.core.signlab.pasted import SYSTEM_NAMES, Form, Pairs, Written

_TOKEN = re.compile(
    r"""(?P<blank>\s+|(?<!:)//[^\n]*|\#[^\n]*|/\*.*?(?:\*/|$))
    |(?P<text>(?P<prefix>[rRbBuUfF@$]{0,2})(?P<quote>\"\"\"|'''|["'`])(?P<inner>(?:\\.|(?!(?P=quote)).)*)(?P=quote))
    |(?P<number>-?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)(?P<suffix>[LlfFdDmMnN]?\b)
    |(?P<word>[$]?[^\W\d]\w*)
    |(?P<mark>=>|[-:=!<>]=|->|.)""",
    re.VERBOSE | re.DOTALL,
)
_OPEN, _CLOSE = "([{", ")]}"
MOST_UNCLOSED = 20
MOST_WRAPPERS = 20
_PUTTING = re.compile(r"(?:put|add|set|append|param|params|parameter|field|pair|tryadd|putiffabsent)$", re.IGNORECASE)
_WRAPPING = frozenset("str String valueOf toString ToString int Long Integer Boolean Number strval new".split())
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "v": "\v"}
_HINTS: tuple[tuple[str, Form], ...] = (
    (r"=>|\$\w+\s*(?:\[|=|->)|\barray\s*\(", "php"),
    (r"\.put\s*\(|new\s+(?:Tree|Hash|LinkedHash)Map|NameValuePair|Map\.of\s*\(", "java"),
    (r"new\s+\w*Dictionary\s*<|\.Add\s*\(|\bstring\s+\w+\s*=|\bvar\s+\w+\s*=\s*new\b|KeyValuePair", "csharp"),
    (r"\b(?:True|False|None)\b|\bdict\s*\(|\bimport\s+\w+\s*$|\bdef\s|[{,(]\s*u?'[^'\n]*'\s*:", "python"),
    (r"\b(?:const|let|var)\s|[{,]\s*[A-Za-z_]\w*\s*:|URLSearchParams|\bundefined\b", "javascript"),
)
_WORDS: dict[str, dict[str, str]] = {
    "python": {"True": "True", "False": "False"},
    "php": {"true": "1", "false": "", "TRUE": "1", "FALSE": ""},
    "csharp": {"true": "True", "false": "False"},
}
_NULLS = frozenset({"null", "None", "nil", "undefined", "NULL"})


class Token(NamedTuple):
    """`kind` is text, number, word or mark; `text` is what it stands for."""

    kind: str
    text: str
    is_open: bool = False
    """A text with placeholders in it, which is no literal."""


class _Value(NamedTuple):
    """What a value is, and where its tokens end. `text` is None for what is no literal."""

    text: str | None
    end: int
    is_null: bool = False


def language_of(text: str) -> Form:
    """Which language a piece of code looks like."""
    start = text[:20_000]
    return next((form for pattern, form in _HINTS if re.search(pattern, start, re.MULTILINE)), "python")


def read_code(text: str) -> Written | None:
    """The names and values of a piece of code; None when it holds none."""
    language = language_of(text)
    source = _Source(list(_tokens(text, language)), language)
    found = source.pairs()
    if not found and not source.nulls:
        return None
    pairs = tuple(found)
    warnings: tuple[Message, ...] = ()
    if source.expressions:
        warnings = (message("signlab.read.expression", names=tuple(dict.fromkeys(source.expressions))[:5]),)
    return Written(language, pairs, pairs, nulls=tuple(source.nulls), warnings=warnings)


def _tokens(text: str, language: Form) -> Iterator[Token]:
    unclosed = 0
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if found["text"] is not None:
            prefix = found["prefix"].lower()
            is_open = ("f" in prefix and "{" in found["inner"]) or (found["quote"] == "`" and "${" in found["inner"])
            yield Token("text", _unescaped(found, language), is_open)
        elif found["number"] is not None:
            yield Token("number", found["number"].replace("_", ""))
        elif found["word"] is not None:
            yield Token("word", found["word"])
        elif kind == "mark":
            # Looking for the end of each of very many open quotes would take the square of the text's length.
            unclosed += found["mark"] in "\"'`"
            if unclosed > MOST_UNCLOSED:
                return
            yield Token("mark", found["mark"])


def _unescaped(found: re.Match[str], language: Form) -> str:
    inner, prefix = found["inner"], found["prefix"].lower()
    if "r" in prefix or "\\" not in inner:
        return inner
    if "@" in prefix:
        return inner.replace('""', '"')
    if language == "php" and found["quote"] == "'":
        return re.sub(r"\\([\\'])", r"\1", inner)
    return re.sub(r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", _escape, inner, flags=re.DOTALL)


def _escape(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    if digits:
        code = int(digits[:6], 16)
        return chr(code) if code < 0x110000 else "\ufffd"
    return "" if found[4] == "\n" else _ESCAPES.get(found[4], found[4])


class _Source:
    """Tokens of one paste, and what was met on the way through them."""

    def __init__(self, tokens: list[Token], language: Form) -> None:
        self.tokens = tokens
        self.language = language
        self.nulls: list[str] = []
        self.expressions: list[str] = []
        self._ends = self._closers()

    def pairs(self) -> list[tuple[str, str]]:
        """Every name with its value, in order. Not recursive: depth is nothing to a paste."""
        found: list[tuple[str, str]] = []
        at, end, wrappers = 0, len(self.tokens), 0
        while at < end:
            name, value_at = self._name(at)
            if name is None:
                at += 1
                continue
            if wrappers < MOST_WRAPPERS and self._holds_a_call(value_at):
                # `post(url, data={...}, timeout=3)`: only what is in the braces is the call.
                wrappers += 1
                at, end = value_at + 1, self._ends[value_at]
                for before in (found, self.nulls, self.expressions):
                    before.clear()
                continue
            value = self._value(value_at, end)
            if value.is_null:
                self.nulls.append(name)
            elif value.text is not None:
                found.append((name, value.text))
            else:
                self.expressions.append(name)
            at = max(value.end, at + 1)
        return found

    def _mark(self, at: int) -> str:
        """The mark at that place; empty for anything else."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) and self.tokens[at].kind == "mark" else ""

    def _kind(self, at: int) -> str:
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else ""

    def _name(self, at: int) -> tuple[str | None, int]:
        """A name that stands at that token, and where its value begins; or None."""
        token, after = self.tokens[at], self._mark(at + 1)
        if token.kind == "text":
            if after in (":", "=>"):
                return token.text, at + 2
            if after == "]" and self._mark(at + 2) == "=" and self._mark(at - 1) == "[":
                return token.text, at + 3
            if after == "," and self._mark(at - 1) in ("(", "{", "[") and self._may_put(at - 2):
                return token.text, at + 2
        elif token.kind == "word" and re.fullmatch(r"[A-Za-z_]\w*", token.text):
            if after == ":" and self.language == "javascript" and self._mark(at - 1) in ("{", ","):
                return token.text, at + 2
            before = self._mark(at - 1)
            if after == "=" and (before in ("(", ",", ".") or token.text == "sign") and self._kind(at + 2) != "":
                return token.text, at + 2
        return None, at

    def _may_put(self, at: int) -> bool:
        """Whether what stands before a bracket makes a pair of what is in it: `put`, or nothing at all."""
        return self._kind(at) != "word" or _PUTTING.search(self.tokens[at].text) is not None

    def _holds_a_call(self, at: int) -> bool:
        """Whether the value is itself the map of a call: `data={...}` around the parameters."""
        closer = self._ends.get(at)
        if closer is None:
            return False
        inside = (self.tokens[place] for place in range(at + 1, min(closer, at + 4000)))
        names = {token.text for token in inside if token.kind in ("text", "word")}
        return "app_key" in names or len(names & SYSTEM_NAMES) >= 3

    def _value(self, at: int, end: int) -> _Value:
        """The value that begins at a token: everything up to the comma, semicolon or bracket that ends it."""
        stop, nested = at, False
        while stop < end and self._mark(stop) not in (",", ";", *_CLOSE):
            if stop in self._ends:
                nested = nested or stop == at
                stop = self._ends[stop]
            stop += 1
            if stop < end and self._starts_statement(stop):
                break
        stop = min(stop, end)
        part = self.tokens[at:stop]
        if nested:
            return _Value(self._compact(part), stop)
        return self._literal(part, stop)

    def _starts_statement(self, at: int) -> bool:
        """Whether a line without a semicolon ended: a text or number followed by a word that takes an index."""
        return self._kind(at) == "word" and self._kind(at - 1) in ("text", "number") and self._mark(at + 1) in "[.="

    def _literal(self, part: list[Token], stop: int) -> _Value:
        literals = [token for token in part if token.kind in ("text", "number")]
        words = [token.text for token in part if token.kind == "word"]
        if any(token.is_open for token in literals):
            return _Value(None, stop)
        if len(part) == 1 and words:
            spelled = {"true": "true", "false": "false", **_WORDS.get(self.language, {})}
            return _Value(spelled.get(words[0]), stop, words[0] in _NULLS)
        marks = {token.text for token in part if token.kind == "mark"}
        if literals and not words and marks <= {"+", "."}:
            return _Value("".join(token.text for token in literals), stop)
        if len(literals) == 1 and set(words) <= _WRAPPING and marks <= {"(", ")", "."}:
            return _Value(literals[0].text, stop)
        return _Value(None, stop)

    def _compact(self, part: list[Token]) -> str | None:
        """A nested literal as compact JSON; None when it holds an expression."""
        spelled = {"True": "true", "False": "false", "None": "null", "true": "true", "false": "false", "null": "null"}
        pieces = []
        for token in part:
            if token.kind == "text":
                pieces.append(json.dumps(token.text, ensure_ascii=False))
            elif token.kind == "word":
                if token.text not in spelled:
                    return None
                pieces.append(spelled[token.text])
            elif token.text == "=>":
                pieces.append(":")
            else:
                pieces.append(token.text)
        return "".join(pieces)

    def _closers(self) -> dict[int, int]:
        """For every opening bracket the place of the one that closes it; an open end is the end of the text."""
        ends: dict[int, int] = {}
        opened: list[int] = []
        for at, token in enumerate(self.tokens):
            if token.kind == "mark" and token.text in _OPEN:
                opened.append(at)
            elif token.kind == "mark" and token.text in _CLOSE and opened:
                ends[opened.pop()] = at
        for at in opened:
            ends[at] = len(self.tokens)
        return ends


def read_json(text: str) -> Written | None:
    """A JSON object, or the call inside one; None when it is no JSON."""
    try:
        document = json.loads(text, object_pairs_hook=_Object, parse_float=_Digits, parse_int=_Digits)
    except (ValueError, RecursionError):
        return None
    found = _call_in(document)
    if found is None:
        return None
    pairs: list[tuple[str, str]] = []
    nulls: list[str] = []
    for name, value in found.content:
        if value is None:
            nulls.append(name)
        else:
            pairs.append((name, _json_text(value)))
    return Written("json", tuple(pairs), tuple(pairs), nulls=tuple(nulls))


class _Object:
    """A JSON object with its order and its repetitions."""

    def __init__(self, content: list[tuple[str, Any]]) -> None:
        self.content = content


class _Digits(str):
    """A number as it was written."""

    __slots__ = ()


def _call_in(document: Any) -> _Object | None:
    """The object with the most system parameters; pairs `["a", "b"]` or `{"name": …, "value": …}` count as one."""
    best: _Object | None = None
    most, waiting = -1, [document]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            if listed := _listed(here):
                here = _Object(list(listed))
            else:
                waiting.extend(here)
        if isinstance(here, _Object):
            known = sum(name in SYSTEM_NAMES for name, _value in here.content)
            if known >= most and here.content:
                best, most = here, known
            waiting.extend(value for _name, value in here.content if isinstance(value, _Object | list))
    return best


def _listed(items: list[Any]) -> Pairs:
    found = []
    for item in items:
        if isinstance(item, _Object):
            known = dict(item.content)
            name, value = known.get("name", known.get("key")), known.get("value")
        elif isinstance(item, list) and len(item) == 2:
            name, value = item
        else:
            return ()
        if not isinstance(name, str) or not isinstance(value, str):
            return ()
        found.append((name, value))
    return tuple(found)


def _json_text(value: Any) -> str:
    """A value as a parameter: text as it is, anything nested as compact JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return compact_json(value)


def compact_json(value: Any) -> str:
    """A decoded value as JSON without blanks, its numbers as they were written."""
    try:
        return "".join(_json_pieces(value))
    except RecursionError:
        return ""


def _json_pieces(value: Any) -> Iterator[str]:
    if isinstance(value, _Object):
        yield "{"
        for at, (name, inner) in enumerate(value.content):
            yield "," * (at > 0) + json.dumps(name, ensure_ascii=False) + ":"
            yield from _json_pieces(inner)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for at, inner in enumerate(value):
            yield "," * (at > 0)
            yield from _json_pieces(inner)
        yield "]"
    elif isinstance(value, _Digits):
        yield str(value)
    else:
        yield json.dumps(value, ensure_ascii=False)
