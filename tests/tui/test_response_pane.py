"""The answer pane: its line, its tabs, and answers that are large, wrong or overtaken."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static, Tab, Tabs

from tests.core.trade_answer import PAYLOAD
from tests.tui.answers import (
    CHINESE,
    ENGLISH,
    NOW,
    Host,
    answer,
    banned,
    drawn,
    exchange,
    missing,
    proxy_page,
    reading,
    settle,
    sold,
)
from topexplorer.core import views
from topexplorer.core.call import Answer, Exchange, NoAnswer
from topexplorer.tui.widgets.answer_head import AnswerHead, time_text
from topexplorer.tui.widgets.error_card import ErrorCard, FixRow
from topexplorer.tui.widgets.line_pane import LinePane
from topexplorer.tui.widgets.line_view import LineView
from topexplorer.tui.widgets.pairs_view import PairsView
from topexplorer.tui.widgets.payload_tree import PayloadTree
from topexplorer.tui.widgets.response_pane import ResponsePane
from topexplorer.tui.widgets.tree_pane import TreePane

pytestmark = pytest.mark.anyio


def pane(make: Callable[[Exchange], views.Reading] = reading, chinese: bool = False) -> Host:
    return Host(lambda: ResponsePane(CHINESE if chinese else ENGLISH, make, now=lambda: NOW + timedelta(seconds=5)))


async def show(pilot: Pilot[None], what: Exchange | None) -> ResponsePane:
    found = pilot.app.query_one(ResponsePane)
    found.exchange = what
    await settle(pilot)
    return found


def head(app: Host) -> str:
    return app.query_one(AnswerHead).render().plain


def tabs(app: Host) -> list[str]:
    return [str(tab.label) for tab in app.query(Tab) if tab.display]


def seen(app: Host) -> Widget:
    """The pane that is on screen."""
    (widget,) = [child for child in app.query_one("#answer-body").children if child.display]
    return widget


def note(app: Host, name: str = "#answer-note") -> str:
    return str(app.query_one(name, Static).content)


async def test_before_the_first_call_it_says_what_to_press() -> None:
    app = pane()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert head(app) == ""
        assert "Ctrl+J" in note(app)
        assert not app.query(Tabs)


async def test_an_answer_opens_as_a_tree_with_its_facts_in_one_line() -> None:
    app = pane(chinese=True)
    async with app.run_test(size=(120, 36)) as pilot:
        found = await show(pilot, answer(PAYLOAD))
        assert found.view == "tree"
        assert tabs(app) == ["树", "文本", "原文", "响应头"]
        assert head(app) == (
            "✓ 成功  ·  HTTP 200  ·  38 ms  ·  411 B  ·  trade_fullinfo_get_response  ·  request_id 14ibtxvb4vqjh"
        )
        assert drawn(app.query_one(PayloadTree))[0].split() == ["▾", "trade", "{7}", "交易"]


@pytest.mark.parametrize("width", [8, 30, 50, 70, 90])
async def test_the_line_never_wraps_and_leaves_out_what_matters_least(width: int) -> None:
    app = pane()
    async with app.run_test(size=(width, 20)) as pilot:
        await show(pilot, answer(PAYLOAD))
        line = head(app)
        assert line.startswith("✓ OK")
        assert len(line) <= width - 2
        whole = "✓ OK  ·  HTTP 200  ·  38 ms  ·  411 B  ·  trade_fullinfo_get_response  ·  request_id 14ibtxvb4vqjh"
        assert whole.startswith(line)
        assert width < 90 or "trade_fullinfo_get_response" in line


async def test_what_is_under_way_is_told_and_the_last_answer_stays() -> None:
    app = pane()
    async with app.run_test(size=(80, 24)) as pilot:
        found = await show(pilot, answer(PAYLOAD))
        found.busy = "sending… 1.2 s, Esc cancels"
        await settle(pilot)
        assert head(app) == "sending… 1.2 s, Esc cancels"
        assert found.view == "tree"
        found.busy = ""
        assert head(app).startswith("✓ OK")


async def test_a_refusal_opens_the_card_even_after_another_tab_was_chosen() -> None:
    app = pane()
    async with app.run_test(size=(80, 24)) as pilot:
        found = await show(pilot, answer(PAYLOAD))
        found.choose("headers")
        await settle(pilot)
        await show(pilot, missing())
        assert found.view == "why"
        assert tabs(app) == ["Why", "Text", "Raw", "Headers"]
        assert head(app).startswith("✗ refused, code 40")
        assert isinstance(seen(app), ErrorCard)
        await show(pilot, answer(PAYLOAD))
        assert found.view == "headers"


async def test_tabs_are_chosen_by_key_by_mouse_and_by_arrows() -> None:
    app = pane()
    async with app.run_test(size=(80, 24)) as pilot:
        found = await show(pilot, answer(PAYLOAD))
        found.focus_answer()
        await pilot.press("2")
        await settle(pilot)
        assert found.view == "text"
        assert isinstance(seen(app), LinePane)
        await pilot.click("#view-raw")
        await settle(pilot)
        assert found.view == "raw"
        await pilot.press("right")
        await settle(pilot)
        assert found.view == "headers"
        assert isinstance(seen(app), PairsView)


async def test_headers_stand_in_two_columns_and_long_ones_wrap() -> None:
    app = pane()
    async with app.run_test(size=(60, 24)) as pilot:
        found = await show(pilot, answer(PAYLOAD))
        found.choose("headers")
        await settle(pilot)
        lines = drawn(app.query_one(PairsView))
        assert lines[0].split() == ["Content-Type", "application/json;charset=UTF-8"]
        assert lines[1].startswith(" Set-Cookie    thw=cn; long")
        assert lines[2].startswith(" " * 15 + "long")
        assert "end" in "".join(lines)
        found.focus_answer()
        await pilot.press("down", "down", "y")
        assert app.copied[0].text.endswith("end")


async def test_a_view_that_fails_shows_the_raw_answer_and_says_so() -> None:
    app = pane()
    async with app.run_test(size=(80, 24)) as pilot:
        found = await show(pilot, exchange(Answer(b'{"a": tru', "json", None, None)))
        assert found.view == "raw"
        assert note(app, "#answer-problem").startswith("Tree could not be made")
        assert app.query_one("#answer-problem").display
        assert drawn(app.query_one(LineView))[0] == ' 1  {"a": tru'
        found.choose("headers")
        await settle(pilot)
        assert not app.query_one("#answer-problem").display


async def test_what_is_not_an_answer_can_be_read_raw_and_nothing_at_all_is_said() -> None:
    app = pane()
    async with app.run_test(size=(80, 24)) as pilot:
        found = await show(pilot, proxy_page())
        assert head(app).startswith("∅ no answer  ·  HTTP 502")
        found.choose("raw")
        await settle(pilot)
        assert drawn(app.query_one(LineView))[0] == " 1  502 <Bad> gateway"
        await show(pilot, exchange(NoAnswer("connect", "refused"), None, ()))
        assert tabs(app) == ["Why", "Raw"]
        found.choose("raw")
        await settle(pilot)
        assert "no bytes" in note(app, "#answer-problem")


async def test_a_large_answer_is_made_ready_in_a_thread_and_the_pane_says_so() -> None:
    app = pane()
    large = sold(6000)
    assert len(large.body) > views.LARGE_FOR_TREE
    async with app.run_test(size=(80, 24)) as pilot:
        found = app.query_one(ResponsePane)
        found.exchange = large
        assert "Preparing Text" in note(app)
        assert found.view == ""
        await settle(pilot)
        assert found.view == "text"
        assert drawn(app.query_one(LineView))[1].endswith('"trades_sold_get_response": {')


async def test_the_result_of_an_older_answer_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    app = pane()
    old, new = sold(6000), replace(answer(PAYLOAD), id="2")
    go, threads = threading.Event(), []
    render = views.render

    def slow(name: str, what: Exchange, reading: views.Reading) -> views.ResponseView:
        if what is old:
            threads.append(threading.current_thread() is not threading.main_thread())
            assert go.wait(10)
        return render(name, what, reading)

    monkeypatch.setattr(views, "render", slow)
    async with app.run_test(size=(80, 24)) as pilot:
        found = app.query_one(ResponsePane)
        found.exchange = old
        await pilot.pause()
        found.exchange = new
        await pilot.pause()
        go.set()
        await settle(pilot)
        assert threads == [True]
        assert found.view == "tree"
        assert drawn(app.query_one(PayloadTree))[0].split()[1] == "trade"


async def test_switching_fast_ends_where_the_user_ended() -> None:
    app = pane()
    async with app.run_test(size=(80, 24)) as pilot:
        found = app.query_one(ResponsePane)
        found.exchange = missing()
        found.exchange = answer(PAYLOAD)
        found.choose("text")
        found.choose("headers")
        found.exchange = sold(3)
        found.choose("raw")
        await settle(pilot)
        assert found.view == "raw"
        assert app.query_one(Tabs).active == "view-raw"


async def test_a_view_keeps_its_place_when_another_tab_was_looked_at() -> None:
    app = pane()
    async with app.run_test(size=(80, 24)) as pilot:
        found = await show(pilot, sold(40))
        found.choose("text")
        await settle(pilot)
        app.query_one(LineView).cursor = 50
        found.choose("tree")
        await settle(pilot)
        found.choose("text")
        await settle(pilot)
        assert app.query_one(LineView).cursor == 50


async def test_an_answer_that_was_replaced_is_not_kept_by_its_tabs() -> None:
    app = pane()
    async with app.run_test(size=(80, 24)) as pilot:
        found = await show(pilot, sold(40))
        for name in ("raw", "tree"):
            found.choose(name)
            await settle(pilot)
        assert app.query_one(LinePane).source is not None
        await show(pilot, missing())
        assert app.query_one(LinePane).source is None
        assert app.query_one(TreePane).root is None


def test_times_are_told_in_what_a_person_reads() -> None:
    assert [time_text(seconds) for seconds in (0.0, 0.0384, 1.5, 12.34)] == ["<1 ms", "38 ms", "1,500 ms", "12.3 s"]


async def test_find_from_the_tree_opens_the_text() -> None:
    app = pane()
    async with app.run_test(size=(80, 24)) as pilot:
        found = await show(pilot, answer(PAYLOAD))
        found.focus_answer()
        await pilot.press("slash")
        await settle(pilot)
        await pilot.press(*"oid")
        await settle(pilot)
        assert found.view == "text"
        assert '"oid"' in drawn(app.query_one(LineView))[app.query_one(LineView).cursor]


async def test_a_ban_counts_from_the_call_and_does_not_start_anew_with_its_tab() -> None:
    app = pane()
    async with app.run_test(size=(80, 24)) as pilot:
        found = await show(pilot, banned(27))
        row = app.query_one(FixRow)
        assert row.left in (22, 23)
        found.choose("raw")
        await settle(pilot)
        found.choose("why")
        await settle(pilot)
        assert app.query_one(FixRow) is row
        await show(pilot, replace(banned(27), id="2", started_at=NOW + timedelta(seconds=5)))
        assert app.query_one(FixRow).left == 27
        found.focus_answer()
        await pilot.pause()
        assert app.query_one(FixRow).has_focus


@pytest.mark.parametrize("size", [(1, 1), (16, 7)])
async def test_no_size_is_too_small(size: tuple[int, int]) -> None:
    app = pane()
    async with app.run_test(size=size) as pilot:
        found = app.query_one(ResponsePane)
        for what in (answer(PAYLOAD), banned(9), proxy_page()):
            await show(pilot, what)
            for name in views.offered(what):
                found.choose(name)
                await settle(pilot)
                assert found.view == (name if not found.has_class("-problem") else "raw")
