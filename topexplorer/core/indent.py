"""Documents indented for reading, every digit and escape as it came.

Large ones are indented a piece at a time: one call into a library would keep the interpreter, and with it the screen,
for as long as the document is large. `rest` is called between two pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from topexplorer.core.call import decode_json

SMALL = 64 * 1024
"""Below this many bytes a document is indented here: loading the library that does it fast would take longer."""
PIECE = 128 * 1024
"""Bytes of a larger one that are indented in one go."""
MOST_TRIES = 10
DEEPEST = 1000
_BACKSLASH = 0x5C
_BESIDES = bytes(byte for byte in range(256) if byte not in b'[]{}"')
_CLOSING = bytes.maketrans(b"[{", b"]}")
_TOKEN = r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+'


def indent_json(body: bytes, rest: Callable[[], object] = lambda: None) -> bytes:
    """JSON indented by two spaces; numbers, duplicate keys and escapes stay byte for byte. Raises ValueError."""
    try:
        if len(body) < SMALL:
            decode_json(body)
            return _indented(body.decode("utf-8")).encode("utf-8")
        return indent_pieces(body, PIECE, rest)
    except RecursionError as error:
        raise ValueError(str(error)) from None


def _indented(text: str) -> str:
    pieces = [""]
    depth = 0
    for token in re.findall(_TOKEN, text):
        last = pieces[-1]
        if token in ("]", "}"):
            depth -= 1
            pieces += [token] if last in ("[", "{") else ["\n", "  " * depth, token]
        elif token == ":":
            pieces.append(": ")
        else:
            # A comma ends its line; whatever else follows a bracket or a comma begins one.
            pieces += ["\n", "  " * depth, token] if last in ("[", "{", ",") else [token]
            depth += token in ("[", "{")
    return "".join(pieces)


def indent_pieces(body: bytes, size: int, rest: Callable[[], object] = lambda: None) -> bytes:
    """The same by a library, about `size` bytes at a time. Raises ValueError."""
    import msgspec

    done: list[bytes] = []
    try:
        for before, piece, after in _pieces(body, size):
            # A piece is made a document by what is open around it, each level of which is one line more.
            whole = before[:-1].replace(b"{", b'{"":') + before[-1:] + piece + after[::-1].translate(_CLOSING)
            text = msgspec.json.format(whole, indent=2)
            start, end = 0, len(text)
            for _ in before:
                start = text.index(b"\n", start) + 1
            for _ in after:
                end = text.rindex(b"\n", start, end)
            done.append(text[start:end])
            rest()
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    return b",\n".join(done)


def _pieces(body: bytes, size: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    """What is open before a piece, the members in it without the comma behind them, and what is open after it.

    Raises ValueError where brackets do not match or a member is missing; what else is wrong is not looked for.
    """
    at, opened = 0, b""
    while at <= len(body):
        cut, skeleton = _comma(body, at, size)
        piece = body[at:cut]
        before, opened = opened, _open_after(opened, skeleton)
        is_last = cut == len(body)
        begins_badly = at and piece.lstrip()[:1] in b"]},"
        if begins_badly or (opened == b"") is not is_last or (not is_last and piece.rstrip()[-1:] in b"[{"):
            raise ValueError("not well formed")
        yield before, piece, opened
        at = cut + 1


def _comma(body: bytes, start: int, size: int) -> tuple[int, bytes]:
    """A comma between two members, at most `size` bytes behind `start` where there is one, else the end; and the
    skeleton of what stands before it."""
    passed = b""
    while (end := start + size) < len(body):
        while body[end - 1] == _BACKSLASH and end < len(body):
            end += 1
        comma = end
        for _ in range(MOST_TRIES):
            comma = body.rfind(b",", start, comma)
            if comma < 0:
                break
            skeleton = passed + _skeleton(body[start:comma])
            if skeleton.count(b'"') % 2 == 0:
                return comma, skeleton
        passed = passed + _skeleton(body[start:end])
        start = end
    return len(body), passed + _skeleton(body[start:])


def _skeleton(piece: bytes) -> bytes:
    """The brackets and quotes of a piece, without those that are escaped. A text without brackets leaves nothing."""
    if b"\\" in piece:
        piece = piece.replace(b"\\\\", b"").replace(b'\\"', b"")
    return piece.translate(None, _BESIDES).replace(b'""', b"")


def _open_after(opened: bytes, skeleton: bytes) -> bytes:
    """The brackets open behind a piece that begins with `opened` ones. Raises ValueError where they do not match."""
    brackets = re.sub(rb'"[^"]*"', b"", skeleton)
    for _ in range(MOST_TRIES):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    levels = bytearray(opened)
    for bracket in brackets:
        if bracket in b"[{":
            levels.append(bracket)
        elif not levels or levels.pop() != bracket - 2:
            raise ValueError("brackets do not match")
        if len(levels) > DEEPEST:
            raise ValueError(f"> {DEEPEST} levels")
    return bytes(levels)


def indent_xml(body: bytes) -> bytes:
    """XML indented by two spaces. Raises ValueError for a document that is not well formed or has a DOCTYPE."""
    from xml.etree import ElementTree

    from topexplorer.core.xmltree import parse_xml

    root = parse_xml(body)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8")
    return text
