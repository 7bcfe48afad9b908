"""Sellers in the explorer: who is in use and for how long, switching, signing in here, by browser and by hand."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from tests.engine.consents import CODE, OTHER, SELLER, TOKEN, Person, streamed
from tests.engine.vaults import APP_KEY, APP_SECRET, CHEAP, DEV, PASSPHRASE, URL
from tests.sandbox.browser import Page as WebPage
from tests.tui.steps import Opened, explorer, open_api, sent, settled
from tests.workbench import PROD_KEYS, TID, Clock
from topexplorer.core.call import Refusal, Secret
from topexplorer.core.text import cell_width
from topexplorer.engine.environments import Environment
from topexplorer.engine.settings import Paths
from topexplorer.engine.storedkeys import SellerToken
from topexplorer.engine.vault import Vault
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.screens.environment_panel import EnvironmentPanel
from topexplorer.tui.screens.keys_dialog import KeysDialog
from topexplorer.tui.screens.lock_screen import LockScreen
from topexplorer.tui.screens.passphrase_dialog import PassphraseDialog
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


class SlowGate(httpx.AsyncBaseTransport):
    """A token address that spends what it is given at once and answers when `let_go` is set."""

    def __init__(self) -> None:
        self.let_go, self.spent = asyncio.Event(), 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.spent += 1
        token = TOKEN | {"access_token": f"6201canarysession{self.spent}", "re_expires_in": 863_000}
        await self.let_go.wait()
        return streamed(lambda _request: httpx.Response(200, json=token))(request)


def fill_sellers(home: Path, *tokens: SellerToken) -> None:
    """A dev vault with keys and these sellers in it."""
    folder = Paths.under(home).vault_folder
    full = Vault({}, {}, folder, ask=lambda _wanted: Secret(PASSPHRASE), cost=CHEAP)
    dev = Environment("dev", "dev", URL, vault="file")
    full.room.put(dev, APP_KEY, Secret(APP_SECRET))
    for token in tokens:
        full.room.put(dev, token=token)


def told(pilot: Pilot[Any]) -> str:
    return str(pilot.app.screen.query_one(".dialog-fault", Static).render())


async def opens_the_vault(pilot: Pilot[Any]) -> None:
    await at(pilot, PassphraseDialog)
    pilot.app.screen.query_one(SecretInput).value = PASSPHRASE
    await pilot.press("enter")


async def test_what_is_spent_once_is_sent_once_and_outlives_a_vault_that_is_locked_meanwhile(
    opened: Opened, tmp_path: Path
) -> None:
    fill_sellers(tmp_path, SellerToken(Secret("old-session-of-the-shop"), SELLER, Secret("old-refresh-of-the-shop")))
    gate = SlowGate()
    async with opened(environment="dev", transport=gate) as pilot:
        bench = explorer(pilot).bench
        await pilot.press("f12")
        await at(pilot, SellerPanel)
        await pilot.press("u")
        await opens_the_vault(pilot)
        await settled(pilot, lambda: SELLER in panel_text(pilot))
        await pilot.press("r")
        await settled(pilot, lambda: gate.spent)
        assert "Getting a new session" in told(pilot)
        await pilot.press("r", "d", "d", "u", "enter")
        gate.let_go.set()
        await settled(pilot, lambda: "has a new session" in told(pilot))
        assert gate.spent == 1
        assert [token.session.reveal() for token in bench.sellers.tokens()] == ["6201canarysession1"]
        await pilot.press("d")
        assert "once more" in told(pilot), "what was pressed before the new session came was no answer to this"
        gate.let_go.clear()
        await pilot.press("r")
        await settled(pilot, lambda: gate.spent == 2)
        bench.vault.lock()
        gate.let_go.set()
        await at(pilot, PassphraseDialog)
        await pilot.press("escape")
        await settled(pilot, lambda: "u opens it" in told(pilot))
        await pilot.press("r", "enter", "d")
        assert "u opens it" in told(pilot), "nothing is done before it is kept"
        bench.vault.unlock(DEV, Secret(PASSPHRASE))
        await settled(pilot, lambda: "has a new session" in told(pilot))
        assert [token.session.reveal() for token in bench.sellers.tokens()] == ["6201canarysession2"]
        gate.let_go.clear()
        await pilot.press("p")
        await at(pilot, PasteDialog)
        paste: Any = pilot.app.screen
        await settled(pilot, lambda: paste._address)
        paste.query_one(SecretInput).value = CODE
        await pilot.press("enter")
        await settled(pilot, lambda: gate.spent == 3)
        await pilot.press("enter", "enter", "escape")
        assert "is kept in a moment" in told(pilot)
        await pilot.press("ctrl+backslash")
        await settled(pilot, lambda: isinstance(pilot.app.screen, LockScreen) and bench.vault.status(DEV).locked)
        gate.let_go.set()
        await settled(pilot, lambda: paste._held)
        pilot.app.screen.query_one(SecretInput).value = PASSPHRASE
        await pilot.press("enter")
        await at(pilot, PasteDialog)
        assert "has consented, but the vault is locked" in told(pilot)
        assert not any("are locked" in notice.message for notice in pilot.app._notifications)
        await pilot.press("enter")
        await at(pilot, SellerPanel)
        assert "calls carry this session now" in told(pilot)
        assert gate.spent == 3
        assert [token.session.reveal() for token in bench.sellers.tokens()] == ["6201canarysession3"]


async def test_a_bug_in_a_dialog_s_work_ends_the_app_instead_of_nothing(opened: Opened) -> None:
    async def fails() -> None:
        raise ZeroDivisionError

    async def uses_it() -> None:
        async with opened() as pilot:
            await pilot.press("f12")
            await at(pilot, SellerPanel)
            pilot.app.screen.run_worker(fails(), exit_on_error=False)
            await settled(pilot, lambda: pilot.app._exception)

    with pytest.raises(ZeroDivisionError):
        await uses_it()


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_many_sellers_leave_room_for_what_is_asked_and_the_cursor_is_at_the_one_in_use(
    opened: Opened, tmp_path: Path, lang: str
) -> None:
    clock = Clock()
    soon = clock() + timedelta(days=9, hours=23)
    life: dict[Any, Any] = dict.fromkeys(("session", "r1", "r2", "w1", "w2", "refresh"), soon)
    nicks = ["", *(f"第{number}号旗舰店铺官方店" for number in range(9))]
    refresh = Secret("refresh-of-every-shop")
    fill_sellers(
        tmp_path, *(SellerToken(Secret(f"session-of-{at}"), nick, refresh, life) for at, nick in enumerate(nicks))
    )
    async with opened(size=(80, 24), lang=lang, environment="dev", clock=clock) as pilot:
        bench = explorer(pilot).bench
        bench.seller_choices.remember("sellers", "dev", nicks[7])
        bench.engine.use("dev")
        await pilot.press("f12")
        await at(pilot, SellerPanel)
        panel: Any = pilot.app.screen
        await pilot.press("u")
        await opens_the_vault(pilot)
        await settled(pilot, lambda: isinstance(pilot.app.screen, SellerPanel) and len(bench.sellers.tokens()) == 10)
        await settled(pilot, lambda: panel.query_one(OptionList).highlighted)
        lines = panel_text(pilot).splitlines()
        assert max(map(cell_width, lines)) <= panel.query_one(OptionList).scrollable_content_region.width
        assert all(line.startswith(("    ", "● ", "  ")) for line in lines)
        assert len(lines) == 30, "the last part stands whole in a line of its own"
        await pilot.press("d")
        assert nicks[7] in told(pilot)
        box, keys = panel.query_one(".dialog-box"), panel.query_one(".dialog-keys")
        assert keys.region.bottom == box.region.bottom - 1, "nothing is cut, and nothing is left empty"
        assert not box.max_scroll_y
        nameless = panel.language("sellers.nameless")
        assert nameless in panel_text(pilot)
        await pilot.press("home", "d")
        assert nameless in told(pilot)
        await pilot.press("d")
        await settled(pilot, lambda: len(bench.sellers.tokens()) == 9)
        assert nameless in told(pilot)


async def test_leaving_prod_ends_every_dialog_that_was_opened_for_it(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("[environments.prod]\ngateway = 'embedded'\nidle_minutes = 5\n")
    clock = Clock()
    async with opened(environ=PROD_KEYS, environment="prod", clock=clock) as pilot:
        screen = explorer(pilot)
        await pilot.press("f12")
        await at(pilot, SellerPanel)
        await pilot.press("p")
        await at(pilot, PassphraseDialog)
        clock.move(5 * 60)
        screen.leave_prod_when_idle()
        await settled(pilot, lambda: pilot.app.screen is screen)
        assert screen.bench.engine.environment.name == "sandbox"
        screen.enter("prod")
        await pilot.press("ctrl+e")
        await at(pilot, EnvironmentPanel)
        await pilot.press("k")
        await at(pilot, KeysDialog)
        clock.move(5 * 60)
        screen.leave_prod_when_idle()
        await settled(pilot, lambda: pilot.app.screen is screen)
        assert not any(isinstance(below, Dialog) for below in pilot.app.screen_stack)
        assert any("open dialogs were closed" in notice.message for notice in pilot.app._notifications)
