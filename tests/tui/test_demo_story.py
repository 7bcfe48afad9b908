"""The demo that needs no network: sign in, list and read trades, ship one, run into the call limit, watch the ban."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from tests.tui.steps import Opened, explorer, sent, settled
from tests.workbench import TID, Clock
from topexplorer.core.call import Answer, Refusal, RequestDraft
from topexplorer.tui.screens.seller_panel import SellerPanel
from topexplorer.tui.screens.signin_dialogs import ConsentDialog
from topexplorer.tui.widgets.status_bar import Gauge

pytestmark = pytest.mark.anyio
READ = RequestDraft("taobao.trade.fullinfo.get", {"fields": "tid,status", "tid": TID})
SHIP = RequestDraft("taobao.logistics.offline.send", {"tid": TID, "out_sid": "75312345678901", "company_code": "ZTO"})


async def answer(pilot: Pilot[Any], draft: RequestDraft) -> Any:
    """What comes when that request is opened and sent."""
    explorer(pilot).open_api(draft.api, draft)
    await pilot.pause()
    outcome = await sent(pilot)
    assert isinstance(outcome, Answer), outcome
    return outcome.payload


async def statuses(pilot: Pilot[Any], status: str) -> list[str]:
    listing = {"fields": "tid,status", "status": status, "page_size": "100"}
    page = await answer(pilot, RequestDraft("taobao.trades.sold.get", listing))
    return [trade["status"] for trade in page["trades"]["trade"]]


def banned(pilot: Pilot[Any]) -> list[Gauge]:
    return [gauge for gauge in explorer(pilot).gauges if gauge.banned]


async def test_the_story_of_a_demo_can_be_told_in_the_app_without_a_network(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock=clock) as pilot:
        app, screen = pilot.app, explorer(pilot)
        await pilot.press("f12")
        await settled(pilot, lambda: isinstance(app.screen, SellerPanel))
        await pilot.press("h")
        await settled(pilot, lambda: isinstance(app.screen, ConsentDialog))
        await settled(pilot, lambda: app.screen.query_one("#signin-people", OptionList).option_count)
        await pilot.press("enter")
        await settled(pilot, lambda: isinstance(app.screen, SellerPanel))
        await pilot.press("escape")
        assert set(await statuses(pilot, "WAIT_BUYER_PAY")) == {"WAIT_BUYER_PAY"}
        paid = await statuses(pilot, "WAIT_SELLER_SEND_GOODS")
        assert (await answer(pilot, READ))["trade"]["status"] == "WAIT_SELLER_SEND_GOODS"
        assert (await answer(pilot, SHIP))["shipping"]["is_success"] is True
        assert (await answer(pilot, READ))["trade"]["status"] == "WAIT_BUYER_CONFIRM_GOODS"
        assert len(await statuses(pilot, "WAIT_SELLER_SEND_GOODS")) == len(paid) - 1
        await pilot.press("f10", "tab")
        app.screen.query_one(Input).value = "taobao.trade.*: ban=30s kind=app-api"
        await pilot.press("enter", "escape")
        screen.open_api(READ.api, READ)
        refusal = await sent(pilot)
        assert isinstance(refusal, Refusal)
        assert refusal.code == 7
        screen.measure()
        await settled(pilot, lambda: banned(pilot))
        first = banned(pilot)[0].banned
        clock.move(10)
        screen.measure()
        await settled(pilot, lambda: banned(pilot)[0].banned == first - 10)
        clock.move(first)
        screen.measure()
        await settled(pilot, lambda: not banned(pilot))
