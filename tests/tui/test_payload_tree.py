"""The tree of an answer: columns, keys, copying, and answers that are large, deep or odd."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len
from textual.widgets import Static

from tests.core.trade_answer import PAYLOAD, SPEC
from tests.tui.answers import CHINESE, ENGLISH, Host, drawn, settle
from topexplorer.core.answertree import plant
from topexplorer.core.clipboard import MOST_BYTES
from topexplorer.core.views import Tree
from topexplorer.tui.widgets.payload_tree import PayloadTree
from topexplorer.tui.widgets.tree_pane import TreePane

pytestmark = pytest.mark.anyio


def tree_of(payload: Any, chinese: bool = False) -> Callable[[], TreePane]:
    def make() -> TreePane:
        pane = TreePane(CHINESE if chinese else ENGLISH)
        pane.root = plant(Tree(payload, SPEC.response))
        return pane

    return make


def detail(app: Host) -> str:
    return str(app.query_one("#tree-words", Static).content)


def row_of(tree: PayloadTree, path: str) -> int:
    return next(row for row in range(tree.count) if tree.node_at(row).path == path)


async def test_keys_values_and_meanings_stand_in_columns() -> None:
    app = Host(tree_of(PAYLOAD, chinese=True))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        lines = drawn(app.query_one(PayloadTree))
        assert lines[0].split() == ["▾", "trade", "{7}", "交易"]
        assert lines[2].split() == ["status", "WAIT_SELLER_SEND_GOODS", "交易状态", "·", "等待卖家发货"]
        assert lines[4].split() == ["is_lgtype", "true"]
        assert lines[5].split() == ["memo", "null"]
        columns = {
            cell_len(line[: line.index(word)]) for line, word in zip(lines[1:3], ("交易编号", "交易状态"), strict=True)
        }
        assert columns == {60}
        values = {
            cell_len(line[: line.index(word)]) for line, word in zip(lines[1:4], ("3141", "WAIT", "爱"), strict=True)
        }
        assert len(values) == 1


async def test_the_whole_value_and_its_meaning_stand_below() -> None:
    app = Host(tree_of(PAYLOAD))
    async with app.run_test(size=(60, 30)) as pilot:
        app.query_one(PayloadTree).focus()
        await pilot.press("down")
        await settle(pilot)
        assert detail(app).splitlines() == [
            "trade.tid  Trade number",
            "3141592653589793238",
            "The number of the whole trade.",
        ]
        await pilot.press("down")
        assert detail(app).startswith("trade.status  Trade status · Waiting for shipment")


async def test_branches_open_and_close_by_key_and_mouse() -> None:
    app = Host(tree_of(PAYLOAD))
    async with app.run_test(size=(100, 30)) as pilot:
        tree = app.query_one(PayloadTree)
        tree.focus()
        full = tree.count
        await pilot.press("enter")
        assert tree.count == 2
        await pilot.press("right")
        assert tree.count == full
        await pilot.press("right")
        assert tree.cursor == 1
        await pilot.press("left")
        assert tree.cursor == 0
        await pilot.press("left")
        assert tree.count == 2
        await pilot.click(PayloadTree, offset=(1, 0))
        assert tree.count == full
        await pilot.click(PayloadTree, offset=(30, 2))
        assert (tree.count, tree.cursor) == (full, 2)


async def test_a_closed_object_says_which_one_it_is() -> None:
    app = Host(tree_of(PAYLOAD))
    async with app.run_test(size=(100, 30)) as pilot:
        tree = app.query_one(PayloadTree)
        tree.focus()
        tree.cursor = row_of(tree, "trade.orders.order[0]")
        await pilot.press("enter")
        await settle(pilot)
        assert "{3}  oid 3141592653589793239, title 女童连衣裙 [红色/120]" in drawn(tree)[tree.cursor]


async def test_a_long_list_comes_a_page_at_a_time() -> None:
    app = Host(tree_of({"trades": {"trade": [{"tid": at} for at in range(1540)]}}))
    async with app.run_test(size=(100, 30)) as pilot:
        tree = app.query_one(PayloadTree)
        tree.focus()
        assert tree.count == 2 + 201
        await pilot.press("end")
        await settle(pilot)
        assert drawn(tree)[-1].strip() == "… 1,340 more"
        await pilot.press("enter")
        await settle(pilot)
        assert tree.count == 2 + 401
        assert tree.node_at(tree.cursor).path == "trades.trade[200]"


async def test_siblings_and_closing_all() -> None:
    app = Host(tree_of(PAYLOAD))
    async with app.run_test(size=(100, 30)) as pilot:
        tree = app.query_one(PayloadTree)
        tree.focus()
        tree.cursor = row_of(tree, "trade.orders.order[0]")
        await pilot.press("right_square_bracket")
        assert tree.node_at(tree.cursor).path == "trade.orders.order[1]"
        await pilot.press("right_square_bracket", "left_square_bracket")
        assert tree.node_at(tree.cursor).path == "trade.orders.order[0]"
        await pilot.press("minus")
        assert tree.count == 2
        assert tree.cursor == 0


async def test_opening_all_is_bounded_and_says_so() -> None:
    app = Host(tree_of([[list(range(100)) for _ in range(50)] for _ in range(10)]))
    async with app.run_test(size=(100, 30)) as pilot:
        tree = app.query_one(PayloadTree)
        tree.focus()
        await pilot.press("minus", "asterisk")
        await settle(pilot)
        assert 1000 < tree.count <= 2010
        assert "rows added, then stopped" in detail(app)


async def test_paths_and_values_are_copied_exactly() -> None:
    app = Host(tree_of(PAYLOAD))
    async with app.run_test(size=(100, 30)) as pilot:
        tree = app.query_one(PayloadTree)
        tree.focus()
        await pilot.press("down", "p", "y")
        tree.cursor = row_of(tree, "trade.tags")
        await pilot.press("y")
        assert [copied.text for copied in app.copied] == [
            "trade.tid",
            "3141592653589793238",
            '{\n  "string": [\n    "运费险"\n  ]\n}',
        ]
        assert app.copied[1].what == "value of trade.tid"


async def test_of_a_branch_too_large_for_the_clipboard_no_more_is_written_than_tells_that() -> None:
    """Who gets it refuses it, as `test_clipboard` shows."""
    app = Host(tree_of({"list": ["x" * 1000] * 5000, "text": "y" * 500_000}))
    async with app.run_test(size=(100, 30)) as pilot:
        tree = app.query_one(PayloadTree)
        tree.focus()
        await pilot.press("home", "y")
        await settle(pilot)
        assert MOST_BYTES < len(app.copied[0].text) < MOST_BYTES + 2000
        tree.cursor = row_of(tree, "text")
        await pilot.press("y")
        assert len(app.copied[1].text) == 500_000
        assert "496,000 more characters" in detail(app)


async def test_foreign_text_cannot_act_on_the_terminal() -> None:
    app = Host(tree_of({"\x1b[31m": "\u202e\x9b[/x] [bold]", "half": "\ud800"}))
    async with app.run_test(size=(60, 10)) as pilot:
        tree = app.query_one(PayloadTree)
        tree.focus()
        await pilot.press("y", "down", "y")
        await settle(pilot)
        assert drawn(tree)[0].split(maxsplit=1) == ["␛[31m", "<202E><009B>[/x] [bold]"]
        assert drawn(tree)[1].split() == ["half", "<D800>"]
        assert detail(app).splitlines() == ["half", "<D800>"]
        assert app.copied[1].text == "?"


@pytest.mark.parametrize("width", [28, 40, 100])
async def test_a_hundred_levels_stay_readable(width: int) -> None:
    payload: Any = {"end": "here"}
    for _ in range(100):
        payload = {"a": payload}
    app = Host(tree_of(payload))
    async with app.run_test(size=(width, 20)) as pilot:
        tree = app.query_one(PayloadTree)
        tree.focus()
        await pilot.press("end")
        await settle(pilot)
        assert tree.count == 101
        assert drawn(tree)[tree.size.height - 1].split() == ["100", "end", "here"]
        assert detail(app).splitlines()[0].endswith(".a.a.end")


async def test_an_empty_answer_is_shown_as_one() -> None:
    app = Host(tree_of({}))
    async with app.run_test(size=(60, 10)) as pilot:
        await settle(pilot)
        assert drawn(app.query_one(PayloadTree))[0].strip() == "{0}"
        assert "object with 0 members" in detail(app)
