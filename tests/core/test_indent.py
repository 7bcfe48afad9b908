"""A document is indented without touching a byte of what it says."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from topexplorer.core.indent import SMALL, indent_json, indent_pieces, indent_xml

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


@given(documents, st.booleans(), st.sampled_from([(",", ":"), (" , ", "\n:\t")]))
def test_small_documents_come_out_as_large_ones_do(
    document: object, ascii_only: bool, separators: tuple[str, str]
) -> None:
    body = json.dumps(document, ensure_ascii=ascii_only, separators=separators).encode()
    assert indent_json(body) == msgspec.json.format(body, indent=2)


@given(documents, st.integers(1, 40), st.booleans(), st.sampled_from([(",", ":"), (" , ", "\n:\t")]))
def test_a_document_indented_in_pieces_is_the_same_as_in_one(
    document: object, size: int, ascii_only: bool, separators: tuple[str, str]
) -> None:
    inner = json.dumps(document, ensure_ascii=ascii_only, separators=separators).encode()
    body = b'{"\\\\": ",{,[,\\",", "of": [1, ' + inner + b', "\\",\\\\", {}, [[]], "]"], "of": "' + b"," * 60 + b'"}'
    rests: list[int] = []
    assert indent_pieces(body, size, lambda: rests.append(1)) == msgspec.json.format(body, indent=2)
    assert len(rests) > 1


@example(b"[[,2]]}]", 1)
@given(st.binary(max_size=30) | st.text('[]{},:"1 \\', max_size=30).map(str.encode), st.integers(1, 12))
def test_in_pieces_nothing_passes_that_is_no_json(end: bytes, size: int) -> None:
    body = b'[["a,b", 0], {"a": [0, 0], "b": ' + end
    try:
        whole = msgspec.json.format(body, indent=2)
    except msgspec.MsgspecError:
        with pytest.raises(ValueError):
            indent_pieces(body, size)
    else:
        assert indent_pieces(body, size) == whole


@pytest.mark.parametrize("padding", [0, SMALL])
def test_digits_escapes_and_double_keys_stay_as_they_came(padding: int) -> None:
    body = b'{"a":1.10,"a":[],"b":{},"c":["\\u8ba2\\"{","x:,y"],"d":3141592653589793238462643383279502884197,"e":1E2'
    text = indent_json(body + b',"p":"' + b" " * padding + b'"}').decode()
    assert text.splitlines()[1:-2] == [
        '  "a": 1.10,',
        '  "a": [],',
        '  "b": {},',
        '  "c": [',
        '    "\\u8ba2\\"{",',
        '    "x:,y"',
        "  ],",
        '  "d": 3141592653589793238462643383279502884197,',
        '  "e": 1E2,',
    ]


@pytest.mark.parametrize("body", [b"", b"{", b'{"a":}', b"<html>", b"[1,]", b"NaN", b"\xff", b"[" * 5000])
@pytest.mark.parametrize("padding", [b"", b" " * SMALL])
def test_what_is_no_json_is_refused(body: bytes, padding: bytes) -> None:
    with pytest.raises(ValueError):
        indent_json(padding + body)


def test_xml_is_indented_and_a_doctype_refused() -> None:
    assert indent_xml("<a><b>订单</b><c/></a>".encode()) == "<a>\n  <b>订单</b>\n  <c />\n</a>".encode()
    for body in (b"<a>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'):
        with pytest.raises(ValueError):
            indent_xml(body)
