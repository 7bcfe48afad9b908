"""The one way that secrets are masked: by what they are, not by where they stand.

Give a `Taint` the secrets that are known, and it replaces each of them in text or bytes, in every spelling that
software on the way writes: as it is, in capital or small letters, percent-encoded, in JSON's and HTML's escapes, in
base64 wherever it begins and its lines break, in hex. What contains another secret is masked whole. A secret under
`SHORT` characters is masked only where it stands alone, because it would tear words apart.

`KnownSecrets` is the set that grows while the program learns secrets; everything that writes, draws or logs asks it.
It also hears of the names that are no secret and that demo mode hides: app keys and shops.
"""

from __future__ import annotations

import json
from binascii import b2a_base64
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from topexplorer.core.linefolds import LONGEST_END, SHORTEST, Unfolded

if TYPE_CHECKING:
    from topexplorer.core.personalnames import Kind

MASK = "******"
SHORT = 6
"""Characters below which a secret is masked only as a word of its own, and in no encoding."""
LONG = 12
"""Characters from which a secret is masked in capital and in small letters too: names of headers lose theirs."""
BLOCK = 256 * 1024
"""Bytes looked at in one go: they stay in the processor's cache, and other threads get their turn between two."""
AROUND = 24
"""Bytes on either side of a spelling that decide whether and how it is masked."""
_SCRIPT_SAFE = "!~*'()"
_NUMERIC = b"0123456789+-.eE"
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")

Span = tuple[int, int]


class Form(NamedTuple):
    """One spelling. Of base64, the letters beside it hold bits of the secret too: `before` and `after` count them."""

    text: str
    data: bytes
    before: int = 0
    after: int = 0
    alone: bool = False
    """Counts only where no letter or digit stands beside it."""
    may_fold: bool = False
    """May be broken into lines."""


class Taint:
    """A set of secrets and how to mask them. Never shows one: not by `repr`, not in an error."""

    __slots__ = ("_always", "_folding", "_guarded", "_longest", "_secrets", "_spelled")

    def __init__(self, secrets: Iterable[str] = (), words: Iterable[str] = ()) -> None:
        """`words` are secrets too, masked only where they stand alone, whatever their length."""
        secrets = frozenset(filter(None, secrets))
        words = frozenset(filter(None, words)) - secrets
        self._spelled: dict[str, tuple[Form, ...]] = {word: tuple(spellings(word, alone=True)) for word in words}
        self._secrets = secrets | words
        self._always: tuple[Form, ...] | None = None
        self._guarded: tuple[tuple[str, bytes, tuple[Form, ...]], ...] = ()
        self._folding: tuple[Form, ...] = ()
        self._longest = 0

    def __repr__(self) -> str:
        return f"Taint({len(self._secrets)})"

    def __bool__(self) -> bool:
        return bool(self._secrets)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Taint) and other._secrets == self._secrets

    def __hash__(self) -> int:
        return hash(self._secrets)

    def __or__(self, other: Taint) -> Taint:
        """Masks what either masks."""
        if other._secrets <= self._secrets:
            return self
        if self._secrets <= other._secrets:
            return other
        both = Taint(self._secrets | other._secrets)
        both._spelled = self._spelled | other._spelled
        return both

    def mask(self, text: str) -> str:
        """`text` with every secret replaced by MASK."""
        spans = self.spans(text)
        if not spans:
            return text
        pieces: list[str] = []
        at = 0
        for start, end in spans:
            pieces += (text[at:start], MASK)
            at = end
        return "".join((*pieces, text[at:]))

    def mask_body(self, body: bytes) -> bytes:
        """The same for a document of any size. JSON stays JSON: a number that is a secret becomes `null`."""
        if len(body) <= BLOCK:
            return _cut_out(body, self.spans(body))
        strainer = Strainer(self)
        pieces = [strainer.feed(body[at : at + BLOCK]) for at in range(0, len(body), BLOCK)]
        return b"".join((*pieces, strainer.close()))

    def holds(self, text: str) -> bool:
        """Whether a secret stands in `text`, in any spelling."""
        return bool(self.spans(text))

    @property
    def longest(self) -> int:
        """Bytes of the longest spelling and of what has to be seen beside it."""
        self._compile()
        return self._longest

    def _compile(self) -> tuple[Form, ...]:
        if self._always is None:
            always: dict[str, Form] = {}
            guarded: dict[str, dict[str, Form]] = {"%2525": {}, "%": {}, "\\u": {}, "&#": {}}
            for secret in self._secrets:
                if secret not in self._spelled:
                    self._spelled[secret] = tuple(spellings(secret))
                for form in self._spelled[secret]:
                    kept = next((forms for mark, forms in guarded.items() if mark in form.text), always)
                    kept[form.text] = form
            self._guarded = tuple((mark, mark.encode(), tuple(forms.values())) for mark, forms in guarded.items())
            every = [*always.values(), *(form for _mark, _data, forms in self._guarded for form in forms)]
            self._folding = tuple(form for form in every if form.may_fold)
            self._longest = max((_most(form) + AROUND for form in every), default=0)
            self._always = tuple(always.values())
        return self._always

    def spans(self, text: str | bytes) -> list[Span]:
        """Where secrets stand, in order; what overlaps or touches is one."""
        if not self._secrets:
            return []
        found = list(_found(text, self._compile()))
        for mark, data, forms in self._guarded:
            if forms and (mark in text if isinstance(text, str) else data in text):
                found += _found(text, forms)
        if self._folding and (unfolded := Unfolded(text)).text:
            found += (unfolded.span(*span) for span in _found(unfolded.text, self._folding))
        found.sort()
        spans: list[Span] = []
        for start, end in found:
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
        return spans


class Strainer:
    """Masks a stream: a secret that is cut in two by the end of a piece is still found."""

    __slots__ = ("_context", "_rest", "_taint")

    def __init__(self, taint: Taint) -> None:
        self._taint = taint
        self._rest = b""
        self._context = b""

    def feed(self, piece: bytes) -> bytes:
        """What can be passed on so far."""
        return self._pass_on(self._rest + piece, self._taint.longest)

    def close(self) -> bytes:
        """The rest."""
        return self._pass_on(self._rest, 0)

    def _pass_on(self, held: bytes, kept: int) -> bytes:
        begins = len(self._context)
        text = self._context + held
        spans = [(max(start, begins), end) for start, end in self._taint.spans(text) if end > begins]
        cut = max(begins, len(text) - kept)
        if kept and (open_span := next((span for span in spans if span[0] < cut < span[1] + 1), None)):
            cut = open_span[0]
        self._rest = text[cut:]
        self._context = text[max(0, cut - AROUND) : cut]
        return _cut_out(text[:cut], [span for span in spans if span[1] <= cut], begins)


class KnownSecrets:
    """Every secret that the running program has learned. Safe to ask from any thread."""

    __slots__ = ("__weakref__", "_names", "_taint", "_texts")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = frozenset(filter(None, texts))
        self._taint = Taint(self._texts)
        self._names: Mapping[str, Kind] = {}

    def __repr__(self) -> str:
        return f"KnownSecrets({len(self._texts)})"

    @property
    def taint(self) -> Taint:
        """What is known now."""
        return self._taint

    @property
    def names(self) -> Mapping[str, Kind]:
        """The app keys and shops that were come upon, with what they are. Another object whenever there are more."""
        return self._names

    def learn_names(self, kind: Kind, *names: str) -> None:
        """From now on these are known as names of that kind."""
        if new := {name: kind for name in names if name and name not in self._names}:
            self._names = {**self._names, **new}

    def learn(self, texts: Iterable[str]) -> None:
        """From now on these are masked too."""
        new = self._texts | frozenset(filter(None, texts))
        if new != self._texts:
            self._texts, self._taint = new, self._taint | Taint(new - self._texts)

    def mask(self, text: str) -> str:
        return self._taint.mask(text)

    def mask_body(self, body: bytes) -> bytes:
        return self._taint.mask_body(body)

    def holds(self, text: str) -> bool:
        return self._taint.holds(text)


NOTHING = Taint()


def spellings(secret: str, alone: bool = False) -> Iterator[Form]:
    """Every way in which software writes `secret`; some of them more than once. `alone`: it counts only as a word."""
    is_short = len(secret) < SHORT
    for text in {secret} if is_short else {secret, *_escaped(secret)}:
        yield Form(text, text.encode("utf-8", "replace"), alone=alone or is_short)
    if not (alone or is_short):
        yield from _base64_forms(secret.encode("utf-8", "replace"))


def _escaped(secret: str) -> Iterator[str]:
    if len(secret) >= LONG:
        yield from (secret.lower(), secret.upper())
    yield from _in_urls(secret)
    yield from _in_json(secret)
    yield from _in_html(secret)
    data = secret.encode("utf-8", "replace")
    yield from (data.hex(), data.hex().upper())


def _in_urls(secret: str) -> set[str]:
    """Percent-encoded once, twice and three times."""
    from urllib.parse import quote, quote_plus

    data = secret.encode("utf-8", "replace")
    every = "".join(f"%{byte:02X}" for byte in data)
    if secret.isascii() and secret.isalnum():
        ways = {every, every.lower()}
        twice = {way.replace("%", "%25") for way in ways}
        return ways | twice | {way.replace("%", "%25") for way in twice}
    ways = {quote(secret, safe, errors="replace") for safe in ("", "/", "+", _SCRIPT_SAFE, "/:?=&,;+@$")}
    ways |= {quote_plus(secret, errors="replace"), quote_plus(secret, "*", errors="replace").replace("~", "%7E")}
    ways |= {every, _percents(data)}
    ways |= {_small_percents(way) for way in ways}
    twice = {quote(way, "") for way in ways}
    return ways | twice | {_small_percents(way) for way in twice} | {quote(way, "") for way in twice}


def _in_json(secret: str) -> set[str]:
    """In a string of JSON, and in JSON in a string of JSON."""
    ways = {json.dumps(secret, ensure_ascii=ascii)[1:-1] for ascii in (True, False)}
    ways |= {way.replace("/", "\\/") for way in ways}
    units = secret.encode("utf-16-be", "surrogatepass")
    codes = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
    for form in ("\\u{:04x}", "\\u{:04X}"):
        ways.add("".join(map(form.format, codes)))
        ways.add("".join(chr(code) if _is_plain(code) else form.format(code) for code in codes))
    return ways | {json.dumps(way)[1:-1] for way in ways}


def _in_html(secret: str) -> Iterator[str]:
    in_html = secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    quoted = in_html.replace('"', "&quot;")
    yield from (in_html, quoted, quoted.replace("'", "&#x27;"), quoted.replace("'", "&#39;"))
    for form in ("&#{};", "&#x{:x};", "&#x{:X};"):
        yield "".join(form.format(ord(letter)) for letter in secret)
        yield "".join(letter if _is_plain(ord(letter)) else form.format(ord(letter)) for letter in secret)


def _is_plain(code: int) -> bool:
    """Whether it is a letter or digit that nothing escapes."""
    return code < 128 and chr(code).isalnum()


def _percents(data: bytes) -> str:
    """Everything but letters and digits percent-encoded."""
    return "".join(chr(byte) if _is_plain(byte) else f"%{byte:02X}" for byte in data)


def _small_percents(text: str) -> str:
    first, *rest = text.split("%")
    return "%".join((first, *(part[:2].lower() + part[2:] for part in rest)))


def _base64_forms(data: bytes) -> Iterator[Form]:
    """The letters that are the same whatever stands before and behind, for each of the three places it may begin."""
    for shift in range(3):
        letters = b2a_base64(b"\0" * shift + data, newline=False).decode().rstrip("=")
        begins = (0, 2, 3)[shift]
        partial = (len(data) + shift) % 3 != 0
        core = letters[begins : -1 if partial else None]
        in_url = core.replace("+", "-").replace("/", "_")
        in_query = core.replace("+", "%2B").replace("/", "%2F")
        in_small = core.replace("+", "%2b").replace("/", "%2f")
        for text in {core, in_url, core.replace("/", "\\/"), in_query, in_small}:
            yield Form(text, text.encode(), 1 if shift else 0, 1 if partial else 0, may_fold=True)


def _most(form: Form) -> int:
    """Bytes that a spelling takes, its line ends included."""
    return len(form.data) + (LONGEST_END * (1 + len(form.data) // SHORTEST) if form.may_fold else 0)


def _found(text: str | bytes, forms: tuple[Form, ...]) -> Iterator[Span]:
    for form in forms:
        if isinstance(text, str):
            at, size = text.find(form.text), len(form.text)
        else:
            at, size = text.find(form.data), len(form.data)
        while at >= 0:
            start, end = at, at + size
            if not form.alone or not (_is_wordy(text, start - 1) or _is_wordy(text, end)):
                yield _widened(text, form, start, end) if form.before or form.after else (start, end)
            at = text.find(form.text, at + 1) if isinstance(text, str) else text.find(form.data, at + 1)


def _widened(text: str | bytes, form: Form, start: int, end: int) -> Span:
    if form.before and _letter(text, start - 1) in _BASE64:
        start -= 1
    if form.after and _letter(text, end) in _BASE64:
        end += 1
    return start, end


def _letter(text: str | bytes, at: int) -> str:
    """The character at that place, empty where there is none."""
    if not 0 <= at < len(text):
        return ""
    return text[at] if isinstance(text, str) else chr(text[at])


def _is_wordy(text: str | bytes, at: int) -> bool:
    letter = _letter(text, at)
    return letter.isascii() and (letter.isalnum() or letter == "_")


def _cut_out(body: bytes, spans: list[Span], begins: int = 0) -> bytes:
    if not spans:
        return body[begins:] if begins else body
    pieces: list[bytes] = []
    at = begins
    for start, end in spans:
        if end <= at:
            continue
        if number := _number(body, start, end, at):
            start, end = number
        pieces += (body[at:start], b"null" if number else MASK.encode())
        at = end
    return b"".join((*pieces, body[at:]))


def _number(body: bytes, start: int, end: int, since: int) -> Span | None:
    """The JSON number that has these bytes in it; None where they are in none."""
    if not body[start:end].isdigit():
        return None
    head, tail = body[max(since, start - AROUND) : start], body[end : end + AROUND]
    first = start - len(head) + len(head.rstrip(_NUMERIC))
    last = end + len(tail) - len(tail.lstrip(_NUMERIC))
    before, behind = body[max(0, first - AROUND) : first].rstrip()[-1:], body[last : last + AROUND].lstrip()[:1]
    is_one = before in (b":", b"[", b",") and behind in (b",", b"]", b"}")
    return (max(since, first), last) if is_one else None
