"""Demo mode and production: what others may see of the screen, while what is sent and kept stays what it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from tests.engine.vaults import APP_KEY, PASSPHRASE, SESSION, fill_vault
from tests.tui.steps import Opened, at_once, explorer, sent, settled, typed
from tests.workbench import PROD_KEYS, TID, Clock
from topexplorer.core.call import RequestDraft, Secret
from topexplorer.engine.storedkeys import SellerToken
from topexplorer.tui.app import TopExplorer
from topexplorer.tui.screens.keys_dialog import KeysDialog
from topexplorer.tui.widgets.docs_page import DocsPage, DocsText
from topexplorer.tui.widgets.key_caps import KeyCaps, cap
from topexplorer.tui.widgets.secret_input import SecretInput

pytestmark = pytest.mark.anyio
RECEIVER = ("receiver_name", "receiver_mobile", "receiver_address", "buyer_nick", "seller_nick")
FIELDS = ",".join(("tid", *RECEIVER))


def text_of(pilot: Pilot[Any]) -> str:
    """Everything that can be read on the screen, without the frames."""
    strips = pilot.app.screen._compositor.render_strips(pilot.app.size)
    return "\n".join(strip.text for strip in strips)


def app_of(pilot: Pilot[Any]) -> TopExplorer:
    assert isinstance(pilot.app, TopExplorer)
    return pilot.app


async def test_demo_mode_shows_made_up_people_everywhere_and_leaving_restores(opened: Opened) -> None:
    async with opened() as pilot:
        app, screen = app_of(pilot), explorer(pilot)
        screen.open_api(
            "taobao.trade.fullinfo.get", RequestDraft("taobao.trade.fullinfo.get", {"tid": TID, "fields": FIELDS})
        )
        trade = (await sent(pilot)).payload["trade"]
        real = [trade[name] for name in RECEIVER if trade.get(name)]
        app_key = screen.bench.vault.status(screen.bench.engine.environment).app_key or ""
        exchange = screen.exchange
        assert len(real) >= 4
        await settled(pilot, lambda: str(trade["receiver_mobile"]) in text_of(pilot))
        assert app_key in text_of(pilot).splitlines()[0]

        await pilot.press("f11")
        await settled(pilot, lambda: "DEMO" in text_of(pilot))
        for key in ("f4", "1", "2", "3", "y"):
            await pilot.press(key)
            await pilot.pause()
            shown = text_of(pilot) + app.export_screenshot() + app.clipboard
            assert [text for text in (*real, app_key) if text in shown] == [], key
            assert TID in text_of(pilot)
        assert [caps.pressed[-1] for caps in screen.query(KeyCaps)] == [("y", "")]
        assert screen.exchange is exchange

        method = "taobao.trade.shippingaddress.update"
        screen.open_api(
            method, RequestDraft(method, {"tid": TID, "receiver_name": "张小明", "receiver_mobile": "13812345678"})
        )
        await pilot.press("f3", "ctrl+g", "pagedown")
        await pilot.pause()
        for key in ("ctrl+g", "f6", "f5"):
            assert [text for text in ("张小明", "13812345678", app_key) if text in text_of(pilot)] == [], key
            await pilot.press(key)
            await pilot.pause()
        await settled(pilot, lambda: screen.exchange is not None and screen.exchange.draft.api == method)
        assert screen.exchange is not None
        assert dict(screen.exchange.request.params)["receiver_name"] == "张小明"
        assert "张小明" not in app.clipboard
        assert "receiver_name=" in app.clipboard
        await pilot.press("ctrl+d")
        await settled(
            pilot, lambda: screen.query_one(DocsText).display and "13800138000" in screen.query_one(DocsPage).text
        )
        await pilot.press("1", "pagedown")
        await pilot.pause()
        assert "13800138000" in text_of(pilot)
        await pilot.press("ctrl+d", "f11")
        await settled(pilot, lambda: "DEMO" not in text_of(pilot).splitlines()[0])
        await settled(pilot, lambda: "13812345678" in text_of(pilot))
        assert app_key in text_of(pilot).splitlines()[0]


async def test_pressed_keys_are_shown_with_their_words_but_nothing_that_is_typed(opened: Opened) -> None:
    async with opened() as pilot:
        app = app_of(pilot)
        await pilot.press("alt+m")
        await settled(pilot, lambda: app.veil.demo)
        await typed(pilot, "secret")
        assert not app.screen.query(KeyCaps)
        await pilot.press("f7")
        await settled(pilot, lambda: app.screen is not explorer(pilot) and app.screen.query(KeyCaps))
        assert "F7 quota" in text_of(pilot)
        box, shown = app.screen.query_one(".dialog-box").region, app.screen.query_one(KeyCaps).region
        assert box.y == (app.size.height - box.height) // 2, "no dialog moves for them"
        assert shown.y >= app.screen.query_one(".dialog-keys").region.bottom
        await pilot.press("escape", "ctrl+d")
        await pilot.pause()
        caps = explorer(pilot).query_one(KeyCaps)
        assert caps.pressed[-1][0] == "^D"
        assert caps.pressed[-1][1] == explorer(pilot).language("command.docs")
        await pilot.press("alt+p")
        await pilot.pause()
        assert explorer(pilot).query_one(KeyCaps).pressed[-1] == ("Alt+P", explorer(pilot).language("command.personal"))
        assert [cap(Key(key, None)) for key in ("ctrl+underscore", "ctrl+backslash")] == ["^/", "^\\"]
        app.begins_as_demo = True
        app.demo = False
        app.on_mount()
        assert app.veil.demo


def answer(_request: httpx.Request) -> httpx.Response:
    trade = {"tid": int(TID), "receiver_name": "张小明", "receiver_mobile": "13812345678"}
    body = json.dumps({"trade_fullinfo_get_response": {"trade": trade}}).encode()
    return httpx.Response(200, stream=httpx.ByteStream(body))


async def test_keys_and_shops_that_come_while_a_demo_runs_are_hidden_as_they_come(
    opened: Opened, tmp_path: Path
) -> None:
    fill_vault(tmp_path)
    async with opened(environment="dev", size=(100, 36)) as pilot:
        app, screen = app_of(pilot), explorer(pilot)

        def seen(*texts: str) -> list[str]:
            shown = text_of(pilot)
            return [text for text in texts if text in shown or text in shown.replace("\n", "").replace(" ", "")]

        await pilot.press("f11")
        await settled(pilot, lambda: "DEMO" in text_of(pilot))
        screen.bench.vault.unlock(screen.bench.engine.environment, Secret(PASSPHRASE))
        screen.show_environment()
        await pilot.pause()
        assert seen(APP_KEY) == []
        # Typed all at once: neither the fields nor the keys that are shown tell anything.
        await app.run_action("set_keys")
        await settled(pilot, lambda: isinstance(app.screen, KeysDialog) and isinstance(app.focused, Input))
        at_once(pilot, "^ctrl+a", "29998888⏎", "f788796secret⏎", "⏎", "改名旗舰店")
        await settled(pilot, lambda: [field.value for field in app.screen.query(Input)][-1] == "改名旗舰店")
        await pilot.press("shift+tab", "shift+tab")
        await pilot.press("ctrl+r")
        assert app.screen.query(SecretInput).first().password
        assert seen("29998888", "改名旗舰店", "f788796secret") == []
        shown_keys = "".join(key for caps in app.screen.query(KeyCaps) for key, _word in caps.pressed)
        assert not set(shown_keys) & set("2987f6")
        screen.bench.vault.room.put(
            screen.bench.engine.environment, "29998888", None, SellerToken(Secret(SESSION), "改名旗舰店")
        )
        await pilot.press("escape")
        screen.show_environment()
        await pilot.press("f12")
        await settled(pilot, lambda: "Sellers" in text_of(pilot))
        assert seen("29998888", "改名旗舰店") == []
        await pilot.press("p")
        await settled(pilot, lambda: "client_id" in text_of(pilot))
        for width in range(76, 100, 3):
            await pilot.resize_terminal(width, 36)
            await pilot.pause()
            assert seen("29998888") == [], width


async def test_production_stars_people_until_asked_and_keeps_none_of_them(opened: Opened) -> None:
    async with opened(environ=PROD_KEYS, environment="prod", transport=httpx.MockTransport(answer)) as pilot:
        app, screen = app_of(pilot), explorer(pilot)
        values = {"tid": TID, "fields": "tid", "buyer_nick": "张小明"}
        screen.open_api("taobao.trade.fullinfo.get", RequestDraft("taobao.trade.fullinfo.get", values))
        await sent(pilot)
        await settled(pilot, lambda: "138****5678" in text_of(pilot))
        assert "Alt+P" in text_of(pilot)
        await pilot.press("alt+p")
        await settled(pilot, lambda: "13812345678" in text_of(pilot))
        await pilot.press("alt+p")
        await settled(pilot, lambda: "13812345678" not in text_of(pilot))
        await pilot.press("f6")
        assert "<buyer_nick>" in app.clipboard
        screen.keep_drafts()
        await settled(pilot, lambda: screen.bench.drafts.load())
        assert screen.bench.drafts.load()["taobao.trade.fullinfo.get"].values == {"tid": TID, "fields": "tid"}


async def test_what_was_typed_in_production_stays_hidden_where_it_is_taken(opened: Opened) -> None:
    clock = Clock()
    parts = {"environ": PROD_KEYS, "environment": "prod", "clock": clock, "transport": httpx.MockTransport(answer)}
    method = "taobao.trade.shippingaddress.update"
    values = {"tid": TID, "receiver_name": "张小明", "receiver_mobile": "13812345678"}
    people = ("张小明", "13812345678")
    async with opened(**parts) as pilot:
        app, screen = app_of(pilot), explorer(pilot)
        history, desk = screen.bench.history, screen.desk
        screen.open_api("taobao.item.seller.get", RequestDraft("taobao.item.seller.get", {"num_iid": "1"}))
        screen.open_api(method, RequestDraft(method, values))
        fields = {"tid": TID, "fields": "tid"}
        screen.open_api("taobao.trade.fullinfo.get", RequestDraft("taobao.trade.fullinfo.get", fields))
        await sent(pilot)
        await pilot.press("alt+p")
        await settled(pilot, lambda: people[1] in text_of(pilot))
        # Nobody touches a key until production is left: what it answered is starred again and says so.
        clock.move(3600)
        screen.leave_prod_when_idle()
        await settled(pilot, lambda: "138****5678" in text_of(pilot))
        assert screen.bench.engine.environment.kind == "sandbox"
        assert not app.veil.shown
        assert "Alt+P" in text_of(pilot)

        screen.open_api(method)
        await settled(pilot, lambda: people[0] in text_of(pilot))
        await pilot.press("f6")
        assert "<receiver_name>" in app.clipboard
        assert desk.private == {method}
        await sent(pilot)
        past = history.recent()[0]
        assert (past.environment, past.api) == ("sandbox", method)
        kept = history.exchange(past.id)
        assert kept.kept is not None
        assert kept.kept.made_up
        assert set(kept.kept.left_out) == {"receiver_name", "receiver_mobile"}
        assert not [text for text in people if text in repr(kept)]
        assert not [text for text in people if text.encode() in (history.folder / "sandbox.sqlite3").read_bytes()]
        # Another request in its place is nobody's of production; what was there before is, wherever it stands.
        screen.open_api(method, RequestDraft(method, {**values, "receiver_name": "李雷雷"}))
        await pilot.press("f6")
        assert "receiver_name=李雷雷" in app.clipboard
        await pilot.press("alt+z", "f6")
        assert "<receiver_name>" in app.clipboard
        await pilot.press("alt+z", "f6")
        assert "receiver_name=李雷雷" in app.clipboard
