"""XML answers become plain data, and no document can expand, reach out or break the reader."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topexplorer.core.xmltree import CHUNK, LONGEST_TAG, decode_xml, parse_xml

BOMB = (
    '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "'
    + "&a;" * 50
    + '"><!ENTITY c "'
    + "&b;" * 50
    + '">]><a_response><x>&c;</x></a_response>'
)


@pytest.mark.parametrize(
    ("body", "decoded"),
    [
        ("<a_response/>", ("a_response", "")),
        ("<a><b>1</b><c/></a>", ("a", {"b": "1", "c": ""})),
        ("<a><b>1</b><b>2</b><b>3</b></a>", ("a", {"b": ["1", "2", "3"]})),
        (
            "<a><items><item><n>1</n></item><item><n>2</n></item></items></a>",
            ("a", {"items": {"item": [{"n": "1"}, {"n": "2"}]}}),
        ),
        ("<a><b>&lt;x&gt; &amp; 订单 &#128512;</b></a>", ("a", {"b": "<x> & 订单 😀"})),
        ("<a><![CDATA[<b>]]></a>", ("a", "<b>")),
        ('<?xml version="1.0" encoding="utf-8" ?><a><b>1</b></a><!--top011184081134.na62-->', ("a", {"b": "1"})),
        ("\ufeff<a><b>1</b></a>", ("a", {"b": "1"})),
        ("<a><!-- x --><b>1</b><?p q?></a>", ("a", {"b": "1"})),
    ],
)
def test_elements_become_members_and_repeated_elements_a_list(body: str, decoded: tuple[str, Any]) -> None:
    assert decode_xml(body.encode()) == decoded


@pytest.mark.parametrize(
    "body",
    [
        BOMB.encode(),
        BOMB.encode("utf-16-le"),
        BOMB.encode("utf-16"),
        b"<!DOCTYPE a SYSTEM 'http://example.invalid/a.dtd'><a/>",
        b"<!-- " + b" " * 5000 + b"--><!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_doctype_is_refused_wherever_and_however_it_is_written(body: bytes) -> None:
    with pytest.raises(ValueError, match="DOCTYPE"):
        decode_xml(body)


def test_text_that_only_mentions_a_doctype_is_text() -> None:
    body = b"<a><b>&lt;!DOCTYPE x&gt;</b><c><![CDATA[<!ENTITY x 'y'><!DOCTYPE z>]]></c></a>"
    assert decode_xml(body)[1] == {"b": "<!DOCTYPE x>", "c": "<!ENTITY x 'y'><!DOCTYPE z>"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"<a>\xff</a>",
        b"<a>&nbsp;</a>",
        b"<a>\x00</a>",
        b"{}",
        b"<!doctype a><a/>",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b'<?xml version="1.0" encoding="rot13"?><a/>',
        b'<?xml version="1.0" encoding="gbk"?><a/>',
    ],
)
def test_what_is_not_well_formed_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        decode_xml(body)


@given(st.binary(max_size=80) | st.text(max_size=60).map(lambda text: f"<a>{text}</a>".encode()))
def test_arbitrary_bytes_are_read_or_are_a_value_error(body: bytes) -> None:
    try:
        tag, _content = decode_xml(body)
    except ValueError:
        return
    assert tag


def test_a_document_larger_than_one_piece_is_read_whole() -> None:
    rows = CHUNK // 10
    body = b"<a>" + b"".join(b"<b>%d</b>" % row for row in range(rows)) + b"</a>"
    assert len(body) > CHUNK
    assert decode_xml(body)[1] == {"b": [str(row) for row in range(rows)]}
    assert len(parse_xml(body)) == rows


@pytest.mark.parametrize("form", [b"<a %b/>", b"<a b='%b'/>", b"<%b/>", b"<a><!-- <<>%b --></a>", b"<a><?p %b"])
def test_a_tag_or_comment_without_end_is_refused_before_it_costs_time(form: bytes) -> None:
    with pytest.raises(ValueError, match="tag of more than 1 MB"):
        parse_xml(form % (b"x" * 2 * LONGEST_TAG))


@pytest.mark.parametrize("form", ["<a>%s</a>", "<a><![CDATA[%s]]></a>"])
def test_text_may_be_as_long_as_it_likes(form: str) -> None:
    text = "单" * LONGEST_TAG
    assert decode_xml((form % text).encode())[1] == text


def test_a_prefix_stays_as_it_is_written() -> None:
    assert decode_xml(b'<x:a xmlns:x="http://example.invalid/"><x:b>1</x:b></x:a>') == ("x:a", {"x:b": "1"})
