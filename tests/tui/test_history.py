"""The history in the app: a call of yesterday found, opened, changed, compared, forgotten, and never taken for new."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui.steps import Opened, explorer, sent, settled, typed
from tests.workbench import NOON, PROD_KEYS, TID, Clock, workbench
from topexplorer.core.call import Exchange, Kept, Refusal, RequestDraft
from topexplorer.core.diagnosis import explain
from topexplorer.core.fixes import GATEWAY_TIME
from topexplorer.core.language import Language
from topexplorer.core.pastcall import PastCall
from topexplorer.tui.screens.comparison import Comparison
from topexplorer.tui.screens.history_panel import HistoryPanel
from topexplorer.tui.screens.questions import AskText
from topexplorer.tui.widgets.error_card import FixRow
from topexplorer.tui.widgets.page import Page
from topexplorer.tui.widgets.past_line import PastLine
from topexplorer.tui.widgets.past_list import PastList, columns
from topexplorer.tui.widgets.past_rows import Day, day_rows
from topexplorer.tui.widgets.response_pane import ResponsePane

pytestmark = pytest.mark.anyio
API = "taobao.trade.fullinfo.get"
TRADE = RequestDraft(API, {"tid": TID, "fields": "tid,status,orders.title"})
WRONG = TRADE.with_value("tid", "12ab")
LATER = RequestDraft(API, {"tid": TID, "fields": "tid,status,payment,buyer_nick"})
PEOPLE = RequestDraft(API, {"tid": TID, "fields": "tid,receiver_name,receiver_mobile", "buyer_nick": "张小明"})


def people(_request: httpx.Request) -> httpx.Response:
    trade = {"tid": int(TID), "receiver_name": "张小明", "receiver_mobile": "13812345678"}
    return httpx.Response(200, json={"trade_fullinfo_get_response": {"trade": trade}})


def banned(_request: httpx.Request) -> httpx.Response:
    told = {"code": 7, "msg": "App Call Limited", "sub_msg": "This ban will last for 3600 more seconds"}
    return httpx.Response(200, json={"error_response": told})


def text_of(pilot: Pilot[Any]) -> str:
    strips = pilot.app.screen._compositor.render_strips(pilot.app.size)
    return "\n".join(strip.text for strip in strips)


async def made(home: Path, run: str, ago: timedelta, *drafts: RequestDraft, **parts: Any) -> list[Exchange]:
    """Calls that somebody made in an earlier run, a minute apart."""
    clock, numbers = Clock(NOON - ago), count(1)
    bench = workbench(home, clock=clock, new_id=lambda: f"{run}-{next(numbers)}", **parts)
    exchanges = []
    for draft in drafts:
        exchanges.append(await bench.engine.send(bench.engine.prepare(draft), keep=True))
        bench.history.wait()
        clock.move(60)
    return exchanges


def in_prod(respond: Any) -> Mapping[str, Any]:
    return {"environ": PROD_KEYS, "environment": "prod", "transport": httpx.MockTransport(respond)}


async def history(pilot: Pilot[Any]) -> tuple[HistoryPanel, PastList]:
    """The panel, when the calls are on it."""
    await pilot.press("ctrl+r")
    await settled(pilot, lambda: isinstance(pilot.app.screen, HistoryPanel) and pilot.app.screen.query(PastList))
    panel = pilot.app.screen
    assert isinstance(panel, HistoryPanel)
    shown = panel.query_one(PastList)
    await settled(pilot, lambda: shown.rows or panel.query_one("#past-empty").display)
    return panel, shown


def told(pilot: Pilot[Any]) -> str:
    """What notices said."""
    return "\n".join(note.message for note in pilot.app._notifications)


def past_line(pilot: Pilot[Any]) -> str:
    line = explorer(pilot).query_one(PastLine)
    return str(line.content) if line.display else ""


async def test_a_call_of_yesterday_is_found_changed_and_sent_and_what_was_typed_comes_back(
    opened: Opened, tmp_path: Path
) -> None:
    await made(tmp_path, "old", timedelta(days=1), TRADE, RequestDraft("taobao.time.get"), WRONG)
    await made(tmp_path, "prod", timedelta(hours=1), PEOPLE, **in_prod(people))
    async with opened() as pilot:
        screen = explorer(pilot)
        screen.open_api(API, RequestDraft(API, {"tid": "555"}))
        await pilot.press("f3")
        _panel, shown = await history(pilot)
        days = [(row.title, row.count) for row in shown.rows if isinstance(row, Day)]
        assert days == [("Today", 1), ("Yesterday", 3)]
        assert shown.pointed is not None
        assert shown.pointed.id == "p1"
        assert "Gateway time" in text_of(pilot)
        await settled(pilot, lambda: f"tid={TID}" in text_of(pilot))

        await typed(pilot, "订单详情")
        assert [row.id for row in shown.rows if isinstance(row, PastCall)] == ["p1", "s3", "s1"]
        await pilot.press("escape")
        await typed(pilot, "in full 12ab")
        assert [row.id for row in shown.rows if isinstance(row, PastCall)] == ["s3"]
        await pilot.press("escape")
        await typed(pilot, "xyzzy")
        assert not shown.display
        await pilot.press("enter", "escape", "down", "down", "down")
        assert shown.pointed.id == "s1"
        await pilot.press("enter")
        await settled(pilot, lambda: past_line(pilot))
        assert past_line(pilot) == "from the history · 21 Nov 12:00 · sandbox · s1"
        assert screen.draft == TRADE
        await settled(pilot, lambda: "WAIT_SELLER_SEND_GOODS" in text_of(pilot))
        await pilot.press("alt+z")
        assert screen.draft is not None
        assert screen.draft.values == {"tid": "555"}
        assert past_line(pilot) == ""
        await pilot.press("alt+z")
        await settled(pilot, lambda: past_line(pilot))
        screen.draft = screen.seed = LATER
        assert (await sent(pilot)).payload["trade"]["payment"]
        assert past_line(pilot) == ""
        await settled(pilot, lambda: not screen.busy)

        _panel, shown = await history(pilot)
        assert shown.pointed is not None
        assert shown.pointed.id == "s4"
        answered = screen.exchange
        await pilot.press("enter")
        await settled(pilot, lambda: pilot.app.screen is screen)
        assert screen.exchange is answered, "the answer of this run is at hand still"
        screen.action_change("clear")
        await pilot.pause()
        assert not screen.draft.values
        await pilot.press("alt+z")
        assert screen.draft == LATER


async def test_production_of_the_past_shows_made_up_people_says_so_and_goes_nowhere(
    opened: Opened, tmp_path: Path
) -> None:
    await made(tmp_path, "prod", timedelta(hours=1), PEOPLE, **in_prod(people))
    await made(tmp_path, "bans", timedelta(days=2), TRADE, **in_prod(banned))
    await made(tmp_path, "old", timedelta(hours=2), TRADE)
    async with opened(size=(120, 36), environ=PROD_KEYS) as pilot:
        screen = explorer(pilot)
        _panel, shown = await history(pilot)
        assert shown.pointed is not None
        assert shown.pointed.id == "p1"
        seller = next(row.seller for row in shown.rows if isinstance(row, PastCall) and row.id == "s1")
        assert seller in text_of(pilot)
        await pilot.press("f11")
        await settled(pilot, lambda: "DEMO" in text_of(pilot) or screen.desk.veil.demo)
        await pilot.pause()
        assert seller not in text_of(pilot)
        await pilot.press("f11")
        await pilot.press("enter")
        await settled(pilot, lambda: screen.query_one(ResponsePane).view == "tree")
        drawn = text_of(pilot)
        assert "p1 · not kept: buyer_nick" in drawn
        assert screen.language("history.tui.made_up") in drawn
        assert "*" not in drawn[drawn.index("receiver_mobile") :].splitlines()[0]
        assert "13812345678" not in drawn
        assert "张小明" not in drawn
        assert screen.bench.engine.environment.name == "sandbox"
        assert "Fill in again: buyer_nick" in told(pilot)
        assert "This call went to prod" in told(pilot)
        await pilot.press("alt+p")
        await settled(pilot, lambda: "nothing can bring the real ones back" in told(pilot))
        assert screen.desk.veil.shown == ""

        _panel, shown = await history(pilot)
        await typed(pilot, "limited")
        await pilot.press("enter")
        await settled(pilot, lambda: screen.query("#answer-body FixRow"))
        again = screen.query("#answer-body FixRow").results(FixRow)
        assert [row.left for row in again if row.fix.kind == "wait"] == [0], "a ban of the day before yesterday is over"
        assert screen.bench.engine.gateway_clock.skew is None


async def test_two_calls_are_compared_and_calls_are_forgotten_only_when_that_is_meant(
    opened: Opened, tmp_path: Path
) -> None:
    await made(tmp_path, "old", timedelta(days=1), TRADE, LATER, WRONG, RequestDraft("taobao.time.get"))
    async with opened(size=(80, 24), lang="zh") as pilot:
        screen, history_of = explorer(pilot), explorer(pilot).bench.history
        panel, shown = await history(pilot)
        assert max(len(line.rstrip()) for line in text_of(pilot).splitlines()) <= 80
        fault = panel.query_one(".dialog-fault", Static)
        await pilot.press("tab", "equals_sign")
        assert str(fault.content) == screen.language("history.tui.no_other")
        await pilot.press("down", "down", "equals_sign")
        await settled(pilot, lambda: isinstance(pilot.app.screen, Comparison))
        page = pilot.app.screen.query_one(Page)
        await settled(pilot, lambda: page.text)
        for line in ("- fields · orders.title", "+ fields · payment", "- trade.orders", "+ trade.payment"):
            assert line in page.text
        (nick,) = re.findall(r"trade.buyer_nick  (\S+)", page.text)
        await pilot.press("f11")
        await settled(pilot, lambda: nick not in page.text)
        assert "trade.buyer_nick" in page.text, "somebody else is made up"
        await pilot.press("f11")
        await settled(pilot, lambda: nick in page.text)
        await pilot.press("escape", "end", "space", "up", "up", "space", "equals_sign")
        await settled(pilot, lambda: isinstance(pilot.app.screen, Comparison))
        page = pilot.app.screen.query_one(Page)
        await settled(pilot, lambda: page.text)
        assert f"~ tid  {TID} → 12ab" in page.text
        assert f"{screen.language('head.ok')} → " in page.text
        await pilot.press("escape")
        assert [call.id for call in shown.marked] == ["s1", "s3"]

        await pilot.press("home", "d", "down", "d", "up")
        assert len(history_of.recent()) == 4
        assert str(fault.content) == ""
        await pilot.press("d", "d")
        await settled(pilot, lambda: len(shown.rows) == 4)
        assert [call.id for call in history_of.recent()] == ["s3", "s2", "s1"]
        await pilot.press("slash", *"tida", "backspace", "tab")
        await pilot.press("X")
        await settled(pilot, lambda: isinstance(pilot.app.screen, AskText))
        await typed(pilot, "33")
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, AskText), "another number forgets nothing"
        await pilot.press("backspace", "enter")
        await settled(pilot, lambda: pilot.app.screen is panel and not shown.rows)
        assert history_of.recent() == ()
        await pilot.press("slash", "escape")
        empty = panel.query_one("#past-empty", Page)
        assert screen.language("history.tui.empty") in empty.text
        assert screen.language("history.tui.kept.prod", days="7") in empty.text


def test_no_cure_takes_the_clock_of_the_past_for_that_of_now(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    request = bench.engine.prepare(RequestDraft("taobao.time.get")).redacted()
    behind = (("Date", format_datetime((NOON - timedelta(hours=1)).astimezone(UTC), usegmt=True)),)
    now = Exchange("x", request, Refusal(31, "Invalid timestamp"), NOON, 0.1, 200, behind)
    catalog = bench.catalog

    def offered(exchange: Exchange) -> set[str]:
        found = explain(exchange, catalog.spec("taobao.time.get"), catalog.errors)
        assert found is not None
        return {fix.target for fix in found.fixes if fix.kind == "timestamp"}

    assert GATEWAY_TIME in offered(now)
    assert GATEWAY_TIME not in offered(replace(now, kept=Kept("s1")))
    assert "ms" in offered(replace(now, kept=Kept("s1")))


@pytest.mark.parametrize(("width", "has_seller"), [(70, False), (109, True), (146, True)])
def test_the_columns_take_no_more_room_than_there_is(width: int, has_seller: bool) -> None:
    laid = columns(width, 9)
    taken = 7 + 6 + laid.environment + 2 + laid.method + 2 + laid.reason + (laid.seller + 2 if laid.seller else 0)
    assert taken == width
    assert bool(laid.seller) == has_seller
    assert laid.method >= len(API)


def test_a_day_of_another_year_says_which() -> None:
    call = PastCall("s1", "x", NOON - timedelta(days=400), "sandbox", API, "", "ok", "", 0.1, 1, "")
    assert next(iter(day_rows([call], NOON, Language("en")))) == Day("2025-10-18", 1)
