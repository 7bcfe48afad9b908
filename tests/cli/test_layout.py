"""Columns and paragraphs are measured in terminal cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topexplorer.cli.layout import columns, wrapped
from topexplorer.core.text import cell_width

CHINESE = "获取单笔交易的详细信息，包括订单、优惠和物流。"


def test_columns_line_up_when_chinese_takes_two_cells() -> None:
    lines = columns([("订单号", "tid"), ("a", "b"), ("状态", "status")])
    assert lines == ["订单号  tid", "a       b", "状态    status"]


def test_a_row_may_be_shorter_than_the_others() -> None:
    assert columns([("a", "b", "c"), ("dd",)], "  ") == ["  a   b  c", "  dd"]


def test_a_control_character_in_a_cell_is_drawn_as_a_sign() -> None:
    assert columns([("a\x1b[31m\nb", "c")]) == ["a␛[31m␊b  c"]


def test_nothing_to_lay_out_gives_nothing() -> None:
    assert columns([]) == []
    assert wrapped("", 20) == [""]


def test_chinese_is_broken_between_characters_and_stops_never_begin_a_line() -> None:
    lines = wrapped(CHINESE, 20)
    assert "".join(lines) == CHINESE
    assert all(cell_width(line) <= 22 for line in lines)
    assert not any(line[0] in "，、。" for line in lines)


def test_later_lines_hang() -> None:
    assert wrapped("--flag  one two three", 16, 8) == ["--flag  one two", "        three"]


def test_a_long_name_is_never_cut() -> None:
    assert "taobao.logistics.address.reachablebatch.get" in wrapped(
        "see taobao.logistics.address.reachablebatch.get there", 20
    )


@given(st.text("ab 订单，。", max_size=80), st.integers(4, 40))
def test_wrapping_loses_nothing_but_blanks(text: str, width: int) -> None:
    kept = "".join(wrapped(text, width)).replace(" ", "")
    assert kept == text.replace(" ", "")


@pytest.mark.parametrize("width", [8, 13, 40])
def test_short_words_never_pass_the_width(width: int) -> None:
    assert all(cell_width(line) <= width for line in wrapped("one two three four five six seven", width))
