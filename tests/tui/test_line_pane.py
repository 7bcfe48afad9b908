"""The lines of an answer: what is drawn, found and copied."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from textual.widgets import Input, Static

from tests.tui.answers import CHINESE, ENGLISH, Host, drawn, settle
from topexplorer.core.indent import indent_json
from topexplorer.core.linetext import LineText
from topexplorer.core.views import Syntax
from topexplorer.tui.widgets.line_pane import SMALL, LinePane
from topexplorer.tui.widgets.line_view import LineView, line_value

pytestmark = pytest.mark.anyio


def pane_of(text: bytes, syntax: Syntax = "json") -> Callable[[], LinePane]:
    def make() -> LinePane:
        pane = LinePane(ENGLISH)
        pane.source = LineText(text, syntax)
        return pane

    return make


TRADES = indent_json(json.dumps([{"tid": at, "nick": f"买家{at}"} for at in range(5000)]).encode())


def count_of(pane: LinePane) -> str:
    return str(pane.query_one("#find-count", Static).content)


async def test_only_decoded_clean_lines_with_their_numbers_are_drawn() -> None:
    app = Host(pane_of(b'{\n  "a": "\\u5c0f\\u9e7f",\n  "b": "\x1b[31m\\u202e"\n}'))
    async with app.run_test(size=(60, 10)) as pilot:
        await settle(pilot)
        assert drawn(app.query_one(LineView))[:4] == [
            " 1  {",
            ' 2    "a": "小鹿",',
            ' 3    "b": "␛[31m<202E>"',
            " 4  }",
        ]


async def test_keys_and_clicks_move_the_cursor_and_the_page() -> None:
    app = Host(pane_of(TRADES))
    async with app.run_test(size=(60, 20)) as pilot:
        lines = app.query_one(LineView)
        lines.focus()
        await pilot.press("end")
        await settle(pilot)
        assert lines.cursor == lines.count - 1 == 20001
        assert drawn(lines)[-1].endswith("]")
        await pilot.press("pageup", "up")
        assert lines.cursor == 20001 - 19 - 1
        await pilot.press("home", "down", "down")
        assert lines.cursor == 2
        await pilot.click(LineView, offset=(20, 7))
        assert lines.cursor == 7


async def test_a_line_beyond_the_edge_is_marked_and_can_be_scrolled_to_its_end() -> None:
    app = Host(pane_of(b'{"a": "' + b"x" * 80 + b'END"}'))
    async with app.run_test(size=(40, 5)) as pilot:
        await settle(pilot)
        lines = app.query_one(LineView)
        lines.focus()
        assert drawn(lines)[0].endswith("x›")
        await pilot.press(*["right"] * 12)
        await settle(pilot)
        assert drawn(lines)[0].endswith('END"}')
        assert "‹" in drawn(lines)[0]


async def test_the_pieces_of_a_very_long_line_carry_a_sign() -> None:
    app = Host(pane_of(b"x" * 10_000 + b"\nshort"))
    async with app.run_test(size=(40, 6)) as pilot:
        await settle(pilot)
        assert [line[:4] for line in drawn(app.query_one(LineView))[:4]] == [" 1  ", " ↪  ", " ↪  ", " 2  "]


@pytest.mark.parametrize("text", [TRADES, TRADES + b" " * SMALL], ids=["small", "in a thread"])
async def test_find_counts_goes_round_and_shows_the_place(text: bytes) -> None:
    app = Host(pane_of(text))
    async with app.run_test(size=(60, 20)) as pilot:
        pane, lines = app.query_one(LinePane), app.query_one(LineView)
        lines.focus()
        await pilot.press("slash", *"NICK")
        await settle(pilot)
        assert count_of(pane) == "1/5,000"
        await pilot.press("enter", "n", "n")
        assert count_of(pane) == "3/5,000"
        assert '"nick"' in drawn(lines)[lines.cursor - lines.scroll_offset.y]
        await pilot.press("N", "N", "N")
        await settle(pilot)
        assert count_of(pane) == "5,000/5,000"
        row = lines.cursor - lines.scroll_offset.y
        assert "买家4999" in drawn(lines)[row]


async def test_find_goes_on_from_where_the_cursor_was_put() -> None:
    app = Host(pane_of(TRADES))
    async with app.run_test(size=(60, 20)) as pilot:
        pane, lines = app.query_one(LinePane), app.query_one(LineView)
        lines.focus()
        await pilot.press("slash", *"nick", "enter", "pagedown", "n")
        await settle(pilot)
        assert count_of(pane) == "6/5,000"


async def test_chinese_that_is_escaped_on_the_wire_is_found_and_typing_narrows_at_once() -> None:
    app = Host(pane_of(TRADES))
    assert b"\\u4e70" in TRADES
    async with app.run_test(size=(60, 20)) as pilot:
        pane, lines = app.query_one(LinePane), app.query_one(LineView)
        lines.focus()
        await pilot.press("slash")
        app.query_one("#find-query", Input).value = "买家4321"
        await settle(pilot)
        assert count_of(pane) == "1/1"
        assert "买家4321" in drawn(lines)[lines.cursor - lines.scroll_offset.y]
        app.query_one("#find-query", Input).value = "买家43210"
        await settle(pilot)
        assert count_of(pane) == "not found"


async def test_letters_are_typed_into_the_find_bar_and_escape_leaves_it() -> None:
    app = Host(pane_of(TRADES))
    async with app.run_test(size=(60, 20)) as pilot:
        pane, lines = app.query_one(LinePane), app.query_one(LineView)
        lines.focus()
        await pilot.press("slash", *"nyN")
        assert app.query_one("#find-query", Input).value == "nyN"
        assert not app.copied
        await pilot.press("escape")
        assert lines.has_focus
        assert not pane.bar.display
        assert lines.mark is None


async def test_y_copies_the_value_of_the_line() -> None:
    app = Host(pane_of(b'{\n  "nick": "\\u5c0f \\"x\\"",\n  "tid": 3141592653589793238,\n  "orders": {\n}}'))
    async with app.run_test(size=(60, 10)) as pilot:
        app.query_one(LineView).focus()
        await pilot.press("down", "y", "down", "y", "down", "y")
        assert [copied.text for copied in app.copied] == ['小 "x"', "3141592653589793238", "{"]
        assert app.copied[0].what == "value of line 2"


@pytest.mark.parametrize(
    ("line", "syntax", "value"),
    [
        ('  "a": "x\\ny",', "json", "x\ny"),
        ('  "a": 1.10', "json", "1.10"),
        ('  "only a text"', "json", "only a text"),
        ('  "broken\\q"', "json", '"broken\\q"'),
        ("  <tid>12 &amp; 3</tid>", "xml", "12 & 3"),
        ("  <trade>", "xml", "<trade>"),
        ("  as it is  ", "text", "  as it is  "),
    ],
)
def test_the_value_of_a_line(line: str, syntax: Syntax, value: str) -> None:
    assert line_value(line, syntax) == value


async def test_the_mouse_selects_across_lines() -> None:
    app = Host(pane_of(b'{\n  "a": "\\u5c0f\\u9e7f",\n  "b": 2\n}'))
    async with app.run_test(size=(40, 8)) as pilot:
        await settle(pilot)
        await pilot.mouse_down(LineView, offset=(6, 1))
        await pilot.hover(LineView, offset=(10, 2))
        await pilot.mouse_up(LineView, offset=(10, 2))
        await settle(pilot)
        assert app.screen.get_selected_text() == '"a": "小鹿",\n  "b": '


async def test_another_answer_starts_at_the_top_and_an_empty_one_is_no_harm() -> None:
    app = Host(lambda: LinePane(CHINESE))
    async with app.run_test(size=(40, 8)) as pilot:
        pane, lines = app.query_one(LinePane), app.query_one(LineView)
        lines.focus()
        pane.source = LineText(TRADES, "json")
        await pilot.press("end")
        pane.source = LineText(b"", "text")
        await pilot.press("down", "y", "n", "end", "slash", "a")
        await settle(pilot)
        assert not app.copied
        pane.source = LineText(TRADES, "json")
        await settle(pilot)
        assert lines.scroll_offset.y == 0 or lines.cursor > 0
