"""Descriptions lose their markup and everything that would act on a terminal, and keep what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topexplorer.core.importers.plaintext import is_chinese, one_line, plain, raw
from topexplorer.core.text import clean


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("只返回 nick", "只返回 nick"),
        ("一<br/>二<BR>三", "一\n二\n三"),
        ("<p>一</p><p>二</p>", "一\n\n二"),
        ("<ul><li>一</li><li>二</li></ul>", "一\n\n二"),
        ('<a href="//x.example/a?b=1&c=2">说明</a>见<b>此</b>', "说明见此"),
        ("a &lt; b &amp;&nbsp;c &#20013;", "a < b & c 中"),
        ("前<script>alert(1)</script>后<style>p {}</style>", "前后"),
        ("前<script>永远不完", "前"),
        ("前<!-- 注释 <b> -->后", "前后"),
        ("前<!-- 不完的注释", "前"),
        ("List<String> 以< DBInstanceId>分割，a<b 且 c>d", "List<String> 以< DBInstanceId>分割，a<b 且 c>d"),
        ("<item_id>", "<item_id>"),
        ("a\t \tb \n c\r\n\r\n\n\nd", "a b\nc\n\nd"),
        ("<td>一</td><td>二</td>", "一 二"),
        ("坏\x1b[31m\u202e字\u200b\ufeff\ud800", "坏[31m字"),
        ("&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";"),
    ],
)
def test_markup_becomes_plain_text(markup: str, text: str) -> None:
    assert plain(markup) == text


def test_a_title_is_one_line() -> None:
    assert one_line(" 一<br>二 \n 三 ") == "一 二 三"


def test_a_sample_keeps_its_shape() -> None:
    assert raw('{\r\n\t"a": "<b>"\r}\x07') == '{\n\t"a": "<b>"\n}'


def test_the_language_of_a_text_is_told_by_its_characters() -> None:
    assert is_chinese("order 订单")
    assert not is_chinese("order — “id”")


@given(
    st.text()
    | st.lists(st.sampled_from(["<br>", "<script>", "</script>", "<!--", "-->", "&amp;", "<", "a", "\x1b"])).map(
        "".join
    )
)
def test_whatever_comes_in_can_be_drawn(text: str) -> None:
    assert clean(plain(text)) == plain(text)
    assert clean(raw(text)) == raw(text)


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", "<script>", "</script", "&", "&#", "\n", "\n ", "<br", "<table><"]
)
def test_a_text_of_megabytes_of_half_open_markup_is_read_at_once(piece: str) -> None:
    assert len(plain(piece * (1_000_000 // len(piece)))) <= 1_000_000
