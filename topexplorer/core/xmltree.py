"""Answers in XML as plain data. A DOCTYPE is refused, so no entity can expand or reach out."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

CHUNK = 64 * 1024
MOST_TAGS = 2_500_000
"""In one document: an element takes two tags and some three hundred bytes of memory."""


class _Plain(TreeBuilder):
    """Builds the tree of a document that declares nothing. The parser calls `doctype` before anything can expand."""

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise ValueError("DOCTYPE")


def parse_xml(body: bytes) -> Element:
    """The document's root. Fed in pieces, so that other threads get their turn. Raises ValueError."""
    if len(body) > MOST_TAGS and body.count(b"<") > MOST_TAGS:
        raise ValueError(f"> {MOST_TAGS} tags")
    parser: XMLParser = XMLParser(target=_Plain())
    try:
        for start in range(0, len(body), CHUNK):
            parser.feed(body[start : start + CHUNK])
        root: Element = parser.close()
    except (ParseError, LookupError) as error:
        raise ValueError(str(error)) from None
    return root


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
