"""Text of any size as rows: nothing is lost, cut inside a character, or numbered wrongly."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topexplorer.core.linetext import BLOCK, SEARCH_STEP, LineText, Needle, decode_escapes

LINES = st.lists(st.text(alphabet="ab 中国🎈\\u4e", max_size=60), max_size=30)


def never() -> bool:
    return False


@given(LINES, st.integers(16, 40), st.booleans())
def test_the_rows_are_the_text_in_order(lines: list[str], wrap: int, ends: bool) -> None:
    text = ("\n".join(lines) + ("\n" if ends else "")).encode()
    source = LineText(text, "text", wrap)
    rows = [source.row(number) for number in range(source.rows)]
    joined = b"".join(text[row.start : row.end] + (b"\n" if row.last else b"") for row in rows)
    assert joined in (text, text + b"\n")
    assert all(row.end - row.start <= wrap for row in rows)
    assert "�" not in "".join(source.content(row) for row in rows)


@given(LINES, st.integers(16, 40), st.data())
def test_every_byte_is_found_in_its_row(lines: list[str], wrap: int, data: st.DataObject) -> None:
    text = "\n".join(lines).encode() or b"x"
    source = LineText(text, "json", wrap)
    offset = data.draw(st.integers(0, len(text) - 1))
    row = source.row(source.row_at(offset))
    assert row.start <= offset <= row.end
    assert row.line == text.count(b"\n", 0, row.start) + 1


def test_lines_are_numbered_across_blocks() -> None:
    text = b"\n".join(b'  "key%d": %d,' % (at, at) for at in range(20_000))
    source = LineText(text, "json")
    assert len(text) > 4 * BLOCK
    assert source.rows == source.lines == 20_000
    assert source.content(source.row(15_321)) == '  "key15321": 15321,'
    assert source.row(15_321).line == 15_322


def test_a_long_line_becomes_pieces_and_says_so() -> None:
    source = LineText(b"first\n" + "字".encode() * 40_000 + b"\nlast", "text", 4000)
    rows = [source.row(number) for number in range(source.rows)]
    pieces = [row for row in rows if row.line == 2]
    assert [row.piece for row in pieces] == list(range(31))
    assert [row.last for row in pieces] == [False] * 30 + [True]
    assert source.row(source.rows - 1).line == 3
    assert set(source.content(pieces[7])) == {"字"}


def test_a_piece_of_json_never_ends_inside_an_escape() -> None:
    text = json.dumps("小鹿🎈" * 2000).encode()
    source = LineText(text, "json", 1000)
    shown = "".join(source.content(source.row(number)) for number in range(source.rows))
    assert shown == json.dumps("小鹿🎈" * 2000, ensure_ascii=False)


def test_an_empty_text_has_no_rows() -> None:
    source = LineText(b"", "text")
    assert (source.rows, source.lines) == (0, 0)
    with pytest.raises(IndexError):
        source.row(0)


def test_bytes_that_are_not_utf8_are_replaced() -> None:
    source = LineText(b"a\xff\xfeb", "text")
    assert source.content(source.row(0)) == "a��b"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"\u5c0f\u9e7f", "小鹿"),
        (r"\ud83c\udf88", "🎈"),
        (r"\ud83c alone", r"\ud83c alone"),
        (r"\udf88\ud83c", r"\udf88\ud83c"),
        (r"\\u5c0f", r"\\u5c0f"),
        (r"\"\n\u0022\u000a", r"\"\n\u0022\u000a"),
        (r"\u5c0", r"\u5c0"),
    ],
)
def test_escapes_beyond_ascii_are_decoded_and_nothing_else(written: str, shown: str) -> None:
    assert decode_escapes(written) == shown


@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_chinese_is_found_however_the_answer_writes_it(ensure_ascii: bool) -> None:
    text = json.dumps({"a": "小鹿", "b": "爱小鹿"}, ensure_ascii=ensure_ascii).encode()
    hits = Needle("小鹿").find_all(text, never)
    assert len(hits) == 2
    assert all(text[hit:].startswith(("小鹿".encode(), rb"\u5c0f\u9e7f")) for hit in hits)


def test_capitals_do_not_matter_in_a_search() -> None:
    assert Needle("Trade").find_all(b"TRADE trade tRaDe", never) == [0, 6, 12]
    assert Needle("小").find_all(rb"\u5C0F \u5c0f", never) == [0, 7]


def test_what_lies_across_two_steps_of_the_search_is_found_once() -> None:
    text = bytearray(b"." * (2 * SEARCH_STEP))
    text[SEARCH_STEP - 3 : SEARCH_STEP + 3] = b"needle"
    assert Needle("needle").find_all(bytes(text), never) == [SEARCH_STEP - 3]


def test_a_search_that_is_cancelled_stops() -> None:
    assert Needle("a").find_all(b"a" * 10, lambda: True) == []


def test_the_line_of_a_piece_is_whole_unless_it_is_too_large() -> None:
    source = LineText(b"short\n" + b"x" * 10_000 + b"\nend", "text", 4000)
    assert source.line_of(0, 20_000) == ("short", True)
    assert source.line_of(2, 20_000) == ("x" * 10_000, True)
    assert source.line_of(2, 5_000) == ("x" * 4_000, False)
    assert source.line_of(4, 20_000) == ("end", True)
