"""Documents indented for reading, every digit and escape as it came."""

from __future__ import annotations

import re

from topexplorer.core.call import decode_json

SMALL = 64 * 1024
"""Below this many bytes a document is indented here: loading the library that does it fast would take longer."""
_TOKEN = r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+'


def indent_json(body: bytes) -> bytes:
    """JSON indented by two spaces; numbers, duplicate keys and escapes stay byte for byte. Raises ValueError."""
    try:
        if len(body) < SMALL:
            decode_json(body)
            return _indented(body.decode("utf-8")).encode("utf-8")
        return _indented_fast(body)
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


def _indented_fast(body: bytes) -> bytes:
    import msgspec

    try:
        return msgspec.json.format(body, indent=2)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None


def indent_xml(body: bytes) -> bytes:
    """XML indented by two spaces. Raises ValueError for a document that is not well formed or has a DOCTYPE."""
    from xml.etree import ElementTree

    from topexplorer.core.xmltree import parse_xml

    root = parse_xml(body)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8")
    return text
