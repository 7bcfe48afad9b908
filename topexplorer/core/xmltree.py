"""Answers in XML as plain data. A DOCTYPE is refused, so no entity can expand or reach out."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate

CHUNK = 64 * 1024
MOST_TAGS = 2_500_000
"""In one document: an element takes two tags and some three hundred bytes of memory."""
LONGEST_TAG = 1024 * 1024
"""Bytes of a tag or a comment. The parser looks at an unfinished one again from its start with every piece."""


def parse_xml(body: bytes) -> Element:
    """The document's root, names with their prefixes as written. Fed in pieces, so that other threads get their turn.

    Raises ValueError.
    """
    if len(body) > MOST_TAGS and body.count(b"<") > MOST_TAGS:
        raise ValueError(f"> {MOST_TAGS} tags")
    tree, parser = TreeBuilder(), ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.data
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        for start in range(0, len(body), CHUNK):
            parser.Parse(body[start : start + CHUNK])
            if start + CHUNK - parser.CurrentByteIndex > LONGEST_TAG:
                raise ValueError(f"a tag of more than {LONGEST_TAG // 2**20} MB")
        parser.Parse(b"", True)
    except (ExpatError, LookupError) as error:
        raise ValueError(str(error)) from None
    return tree.close()


def _refuse_doctype(*_: object) -> None:
    """Called before anything that is declared can expand."""
    raise ValueError("DOCTYPE")


def decode_xml(body: bytes) -> tuple[str, Any]:
    """The root's name and its content: text for a leaf, a dict for a struct, a list for repeated elements.

    Raises ValueError.
    """
    root = parse_xml(body)
    return root.tag, _content(root)


def _content(element: Element) -> Any:
    if not len(element):
        return element.text or ""
    content: dict[str, Any] = {}
    repeated: set[str] = set()
    for child in element:
        value = _content(child)
        if child.tag not in content:
            content[child.tag] = value
        elif child.tag in repeated:
            content[child.tag].append(value)
        else:
            content[child.tag] = [content[child.tag], value]
            repeated.add(child.tag)
    return content
