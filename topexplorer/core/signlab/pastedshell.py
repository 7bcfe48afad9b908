"""A curl line or a raw HTTP request, read as what it puts on the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote_plus, unquote

from topexplorer.core.language import Message, message
from topexplorer.core.signlab.pasted import Pairs, Written, form_pairs, form_warnings

_WORD = re.compile(
    r"""(?:\\\r?\n|\^\r?\n|`\r?\n|\s)+|(\$'(?:[^'\\]|\\.)*(?:'|\Z)|'[^']*(?:'|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z)|\\.|[^\s'"\\]+)""",
    re.DOTALL,
)
_PLAIN = frozenset("-d --data --data-ascii --data-raw --data-binary".split())
_TAKING = frozenset(
    "-X --request -A --user-agent -b --cookie -c --cookie-jar -e --referer -m --max-time -o --output -u --user -x "
    "--proxy --connect-timeout --cacert --cert --key --resolve --retry -w --write-out -T --upload-file".split()
)
_SHORT_TAKING = "dFHXAbcemouxTw"
_SIGNED_WHOLE = ("application/json", "text/xml", "application/xml", "text/plain")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}


def read_curl(text: str) -> Written | None:
    """What curl would send: `-d` as it is, `--data-urlencode` encoded, `-F` as parts, `-G` in the query."""
    start = re.search(r"(?:^|[\s;&|$])curl(?:\.exe)?\s", text)
    if not start:
        return None
    line = _CurlLine()
    words = _words(text[start.end() :])
    at = 0
    while at < len(words) and words[at] not in (";", "|", "&&", "||"):
        at += line.take(words[at], words[at + 1] if at + 1 < len(words) else "")
    return line.written()


class _CurlLine:
    """The options of one curl line as they are read."""

    def __init__(self) -> None:
        self._query = ""
        self._forms: list[str] = []
        self._parts: list[tuple[str, str]] = []
        self._files: list[tuple[str, str]] = []
        self._headers: dict[str, str] = {}
        self._warnings: list[Message] = []

    def take(self, word: str, following: str) -> int:
        """Reads one option or the URL; gives how many words that took."""
        taken = 2
        if re.match(r"--[a-z-]+=", word) and not word.startswith("--="):
            word, _equals, following = word.partition("=")
            taken = 1
        elif re.match(r"-[a-zA-Z].", word) and word[1] in _SHORT_TAKING:
            word, following, taken = word[:2], word[2:], 1
        if word in _PLAIN:
            self._data(following)
        elif word == "--data-urlencode":
            self._encoded(following)
        elif word in ("-F", "--form", "--form-string"):
            self._part(following, is_text=word == "--form-string")
        elif word in ("-H", "--header"):
            name, _colon, value = following.partition(":")
            self._headers[name.strip().lower()] = value.strip()
        elif word == "--url":
            self._url(following)
        elif word not in _TAKING:
            if not word.startswith("-"):
                self._url(word)
            taken = 1
        return taken

    def written(self) -> Written | None:
        params, raw = form_pairs(self._query)
        body, form = "", "&".join(self._forms)
        kind = self._headers.get("content-type", "").split(";")[0].strip().lower()
        if kind in _SIGNED_WHOLE and form:
            body = "".join(self._forms)
        else:
            more, more_raw = form_pairs(form)
            params, raw = params + more, raw + more_raw
        params, raw = params + tuple(self._parts), raw + tuple(self._parts)
        warnings = (*self._warnings, *form_warnings(raw))
        found = Written("curl", params, raw, body, tuple(self._files), warnings=warnings)
        return found if params or body else None

    def _data(self, text: str) -> None:
        if text.startswith("@"):
            self._warnings.append(message("signlab.read.file", path=text[1:]))
        else:
            self._forms.append(text)

    def _encoded(self, text: str) -> None:
        name, equals, value = text.partition("=")
        if "@" in name or (not equals and text.startswith("@")):
            self._warnings.append(message("signlab.read.file", path=text.partition("@")[2]))
        elif equals:
            self._forms.append(f"{name}={_quoted(value)}" if name else _quoted(value))
        else:
            self._forms.append(_quoted(text))

    def _part(self, text: str, is_text: bool) -> None:
        name, _equals, value = text.partition("=")
        if value[:1] == "@" and not is_text:
            self._files.append((name, value[1:].partition(";")[0]))
        elif value[:1] == "<" and not is_text:
            self._warnings.append(message("signlab.read.file", path=value[1:]))
        else:
            self._parts.append((name, value))

    def _url(self, word: str) -> None:
        if "?" in word:
            query = word.partition("?")[2].partition("#")[0]
            self._query = f"{self._query}&{query}" if self._query else query


def _quoted(value: str) -> str:
    return quote_plus(value, errors="replace").replace("+", "%20")


def _words(text: str) -> list[str]:
    """The words of a shell line: quotes taken off, lines joined where they go on. Open quotes end with the text."""
    words: list[str] = []
    joined = False
    for found in _WORD.finditer(text):
        piece = found[1]
        if piece is None:
            joined = False
            continue
        piece = _unquoted(piece)
        if joined:
            words[-1] += piece
        else:
            words.append(piece)
        joined = True
    return words


def _unquoted(piece: str) -> str:
    if piece.startswith("$'"):
        return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[0]), piece[2:].removesuffix("'"))
    if piece.startswith("'"):
        return piece[1:].removesuffix("'")
    if piece.startswith('"'):
        return re.sub(r'\\(["\\$`])|\\\n', lambda escape: escape[1] or "", piece[1:].removesuffix('"'))
    return piece[1:] if piece.startswith("\\") and len(piece) == 2 else piece


def read_http(text: str) -> Written | None:
    """A request as it went over the wire. A callback of the platform is known by its `top-sign-list`."""
    head, _blank, body = text.replace("\r\n", "\n").partition("\n\n")
    if text.count("\r\n\r\n"):
        body = text.partition("\r\n\r\n")[2]
    first, *lines = head.split("\n")
    params, raw = form_pairs(first.split(" ")[1].partition("?")[2])
    headers = {name.strip().lower(): value.strip() for name, _c, value in (line.partition(":") for line in lines)}
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    signed = signed_headers(headers)
    params, raw = signed + params, signed + raw
    if kind not in _SIGNED_WHOLE:
        more, more_raw = form_pairs(body.strip())
        params, raw, body = params + more, raw + more_raw, ""
    warnings = form_warnings(raw)
    return Written("http", params, raw, body, is_callback="top-sign-list" in headers, warnings=warnings)


def signed_headers(headers: Mapping[str, str]) -> Pairs:
    """The headers that `top-sign-list` names, URL-decoded; one that is absent counts as empty and keeps its name.

    As the platform's Java SDK checks a callback (`SpiUtils`). The names of `headers` are in lower case.
    """
    names = [name.strip() for name in headers.get("top-sign-list", "").split(",")]
    return tuple((name, unquote(headers.get(name.lower(), "").replace("+", " "))) for name in names if name)
