"""Sellers in the explorer: who is in use and for how long, switching, signing in here, by browser and by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from tests.engine.consents import OTHER, SELLER, Person
from tests.sandbox.browser import Page as WebPage
from tests.tui.steps import Opened, explorer, open_api, sent, settled
from tests.workbench import TID, Clock
from topexplorer.core.call import Refusal
from topexplorer.tui.screens.seller_panel import SellerPanel
from topexplorer.tui.screens.signin_dialogs import BrowserDialog, ConsentDialog, PasteDialog
from topexplorer.tui.widgets.catalog_list import CatalogList
from topexplorer.tui.widgets.error_card import FixRow
from topexplorer.tui.widgets.secret_input import SecretInput
from topexplorer.tui.widgets.status_bar import Seller

pytestmark = pytest.mark.anyio


def panel_text(pilot: Pilot[Any]) -> str:
    options = pilot.app.screen.query_one("#sellers", OptionList)
    return "\n".join(str(options.get_option_at_index(place).prompt) for place in range(options.option_count))


async def at(pilot: Pilot[Any], dialog: type[Any]) -> None:
    await settled(pilot, lambda: isinstance(pilot.app.screen, dialog))


async def test_a_seller_signs_in_here_and_the_levels_that_run_out_are_seen_before_a_call_is_spent(
    opened: Opened,
) -> None:
    clock = Clock()
    async with opened(size=(80, 24), clock=clock) as pilot:
        screen = explorer(pilot)
        assert screen.seller == Seller(SELLER)
        await pilot.press("f12")
        await at(pilot, SellerPanel)
        assert panel_text(pilot).count("never ends") == 12
        await pilot.press("h")
        await at(pilot, ConsentDialog)
        people = pilot.app.screen.query_one("#signin-people", OptionList)
        await settled(pilot, lambda: people.option_count == 4)
        await pilot.press("down", "down", "enter")
        await at(pilot, SellerPanel)
        assert "r2 3 d 0 h  w1 1 d 0 h  w2 30:00" in panel_text(pilot)
        clock.move(1)
        await settled(pilot, lambda: "w2 29:59" in panel_text(pilot))
        clock.move(1800)
        await settled(pilot, lambda: "dead for w2" in panel_text(pilot))
        await pilot.press("escape")
        await settled(pilot, lambda: screen.seller == Seller(OTHER, "w2 over", True))
        assert screen.closed == {"w2": "✗w2"}
        await pilot.press(*"memo.update")
        catalog = screen.query_one(CatalogList)
        await settled(pilot, lambda: any(row.closed for row in catalog.rows))
        dimmed = {row.key: row.mark for row in catalog.rows if row.closed}
        assert "✗w2" in dimmed["taobao.trade.memo.update"]
        await open_api(pilot, "taobao.trade.memo.update")
        facts = screen.query_one("#request-facts", Static)
        await settled(pilot, lambda: "is over for w2" in str(facts.render()))


async def test_another_seller_is_used_at_once_and_signed_out_only_when_asked_twice(opened: Opened) -> None:
    async with opened() as pilot:
        screen = explorer(pilot)
        await open_api(pilot, "taobao.trade.fullinfo.get")
        await pilot.press("f12")
        await at(pilot, SellerPanel)
        await pilot.press("down", "enter")
        await settled(pilot, lambda: screen.seller == Seller(OTHER))
        assert screen.bench.seller_choices.get("sellers", "sandbox") == OTHER
        await pilot.press("f12")
        await at(pilot, SellerPanel)
        await pilot.press("d")
        assert "once more" in str(pilot.app.screen.query_one(".dialog-fault", Static).render())
        await pilot.press("d")
        await settled(pilot, lambda: OTHER not in panel_text(pilot))
        assert "Revoked" in str(pilot.app.screen.query_one(".dialog-fault", Static).render())
        await pilot.press("r")
        await settled(
            pilot, lambda: "refresh token" in str(pilot.app.screen.query_one(".dialog-fault", Static).render())
        )


async def test_a_browser_and_a_pasted_code_sign_in_while_the_sandbox_serves_its_pages(opened: Opened) -> None:
    async with opened() as pilot:
        bench = explorer(pilot).bench
        await pilot.press("f12")
        await at(pilot, SellerPanel)
        await pilot.press("n")
        await at(pilot, BrowserDialog)
        dialog = pilot.app.screen
        assert isinstance(dialog, BrowserDialog)
        await settled(pilot, lambda: dialog._address)
        visit = asyncio.ensure_future(Person(OTHER).consents(dialog._address))
        await at(pilot, SellerPanel)
        await visit
        assert bench.engine.seller == OTHER
        await pilot.press("p")
        await at(pilot, PasteDialog)
        paste = pilot.app.screen
        assert isinstance(paste, PasteDialog)
        await settled(pilot, lambda: paste._address)
        seller = Person(SELLER)
        await seller.consents(paste._address)
        code = next(text for text in WebPage(httpx.Response(200, text=seller.saw[-1])).texts if len(text) == 30)
        paste.query_one(SecretInput).value = "wrong-code"
        await pilot.press("enter")
        await settled(pilot, lambda: "works once" in str(paste.query_one(".dialog-fault", Static).render()))
        paste.query_one(SecretInput).value = code
        await pilot.press("enter")
        await at(pilot, SellerPanel)
        assert bench.engine.seller == SELLER
        assert code not in pilot.app.export_screenshot()
        await pilot.press("n")
        await at(pilot, BrowserDialog)
        await pilot.press("escape")
        await at(pilot, SellerPanel)


async def test_the_cure_of_a_refused_session_opens_the_sellers(opened: Opened) -> None:
    async with opened() as pilot:
        bench = explorer(pilot).bench
        bench.sandbox.accounts.revoke(bench.sellers.tokens()[0].session.reveal())
        await open_api(pilot, "taobao.trade.fullinfo.get")
        draft = explorer(pilot).draft
        assert draft is not None
        explorer(pilot).draft = draft.with_value("tid", TID).with_value("fields", "tid")
        outcome = await sent(pilot)
        assert isinstance(outcome, Refusal)
        assert outcome.code == 27
        await settled(pilot, lambda: any(row.fix.kind == "login" for row in explorer(pilot).query(FixRow)))
        next(row for row in explorer(pilot).query(FixRow) if row.fix.kind == "login").action_choose()
        await at(pilot, SellerPanel)
