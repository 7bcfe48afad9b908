"""JSON read, edited by members, and written again without changing anything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import NOW, param
from topexplorer.core.call import decode_json
from topexplorer.core.jsonobjects import BadJson, ObjectDocument, parse, text_of, value_of, write

ITEM = param("item", "object", children=(param("id", "integer"), param("title"), param("sku", "object")))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 2]))
def test_what_is_written_reads_as_the_same(value: Any, indent: int | None) -> None:
    assert decode_json(write(value, indent)) == value


@pytest.mark.parametrize(
    "text",
    ['{"a":1.10,"b":12345678901234567890123}', '["\\ud800","童装",-0.0,true,null]', '{"a":{},"b":[]}', "1" * 5000],
)
def test_numbers_and_texts_keep_their_exact_form(text: str) -> None:
    assert write(parse(text)) == text


def test_indented_json_is_what_the_standard_library_would_write() -> None:
    value = {"a": [1, {"b": "童"}], "c": {}}
    assert write(value, 2) == json.dumps(value, indent=2, ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "line", "column", "before"),
    [('{"a":1,\n  b}', 2, 3, "b}"), ("[1", 1, 3, ""), ("[NaN]", 1, 1, "NaN"), ("[" * 100_000, 1, 1, "maximum")],
)
def test_broken_json_is_placed(text: str, line: int, column: int, before: str) -> None:
    with pytest.raises(BadJson) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.before.startswith(before)


@pytest.mark.parametrize(
    ("child", "typed", "value"),
    [
        (param("x", "integer"), "３141592653589793238", 3141592653589793238),
        (param("x", "integer"), "007", 7),
        (param("x", "integer"), "abc", "abc"),
        (param("x", "decimal"), "1.10", decode_json("1.10")),
        (param("x", "price"), "12.50", "12.50"),
        (param("x", "boolean"), "是", True),
        (param("x", "datetime"), "-1d", "2026-11-20 10:30:00"),
        (param("x", many=True), "a,b", ["a", "b"]),
        (param("x", "integer", many=True), "1，2", [1, 2]),
        (param("x", "object"), '{"a":1}', {"a": 1}),
        (param("x", "object"), "{", "{"),
        (param("x"), " 1 ", " 1 "),
    ],
)
def test_a_typed_member_becomes_json_of_its_type(child: Any, typed: str, value: Any) -> None:
    assert value_of(child, typed, NOW) == value
    assert type(value_of(child, typed, NOW)) is type(value)


@pytest.mark.parametrize(
    ("child", "value", "text"),
    [
        (param("x"), None, ""),
        (param("x", "boolean"), True, "true"),
        (param("x", many=True), ["a", 1], "a,1"),
        (param("x", many=True), [{"a": 1}], '[{"a":1}]'),
        (param("x", "object"), {"price": decode_json("1.10")}, '{"price":1.10}'),
    ],
)
def test_a_member_as_a_form_shows_it(child: Any, value: Any, text: str) -> None:
    assert text_of(child, value) == text


def test_editing_one_member_leaves_all_others_where_and_what_they_are() -> None:
    document = ObjectDocument(ITEM, '{"other":1.10,"id":"5","sku":{"b":[1]},"title":"x"}')
    document.put(0, ITEM.children[1], "y", NOW)
    assert document.text() == '{"other":1.10,"id":"5","sku":{"b":[1]},"title":"y"}'
    document.put(0, ITEM.children[1], "", NOW)
    assert document.text() == '{"other":1.10,"id":"5","sku":{"b":[1]}}'


def test_an_object_without_members_is_no_text() -> None:
    document = ObjectDocument(ITEM, "")
    assert document.text() == ""
    document.put(0, ITEM.children[0], "5", NOW)
    assert document.text() == '{"id":5}'
    document.put(0, ITEM.children[0], "", NOW)
    assert document.text() == ""


@pytest.mark.parametrize(("text", "many", "fits"), [("[]", False, False), ("{}", True, False), ("[]", True, True)])
def test_a_document_of_another_shape_does_not_fit(text: str, many: bool, fits: bool) -> None:
    assert ObjectDocument(param("x", "object", many=many), text).fits is fits


def test_entries_are_told_apart_by_their_short_values() -> None:
    document = ObjectDocument(
        param("x", "object", many=True, children=ITEM.children), '[{"id":1,"title":"' + "t" * 50 + '"},5]'
    )
    assert [document.label(0), document.label(1)] == ["1", "5"]
