"""What is hidden is hidden as a whole: no piece of a secret is left where a text is wrapped, scrolled, cut or copied in
part, and in demo mode no piece of a person.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, TextArea
from textual.widgets.text_area import Selection

from tests.tui.steps import Opened, explorer, sent, settled
from tests.workbench import PROD_KEYS, TID
from topexplorer.core.call import RequestDraft
from topexplorer.core.taint import MASK
from topexplorer.tui.app import TopExplorer
from topexplorer.tui.commands import COMMANDS
from topexplorer.tui.screens.explain_dialog import ExplainDialog
from topexplorer.tui.screens.explorer import Explorer
from topexplorer.tui.screens.history_panel import HistoryPanel
from topexplorer.tui.screens.signlab import SignLab
from topexplorer.tui.widgets.object_editor import ObjectEditor, picker_for
from topexplorer.tui.widgets.page import Page
from topexplorer.tui.widgets.param_row import ParamRow
from topexplorer.tui.widgets.past_list import PastList
from topexplorer.tui.widgets.secret_input import SecretInput
from topexplorer.tui.widgets.value_controls import JsonArea, ValueInput

pytestmark = pytest.mark.anyio
SESSION = "6100c27d90be43f1a85e6c09d7b2f4183ea65d0c91f7b82208913340"
WIDE = "口令天机不可泄露一二三四五六"
PIECE = 5
ACCOUNTS = "taobao.open.account.create"
UPDATE = "taobao.trade.shippingaddress.update"


def seen(pilot: Pilot[Any]) -> str:
    """Everything that can be read on the screen, without frames and line breaks: pictures have the same lines."""
    strips = pilot.app.screen._compositor.render_strips(pilot.app.size)
    return "".join(strip.text.strip(" │▎▊") for strip in strips)


def pieces(pilot: Pilot[Any], *secrets: str) -> list[str]:
    """What of secrets can be read."""
    text = seen(pilot) + pilot.app.clipboard + pilot.app.export_screenshot().replace("&#160;", " ")
    return [
        secret[at : at + PIECE]
        for secret in secrets
        for at in range(len(secret) - PIECE + 1)
        if secret[at : at + PIECE] in text
    ]


def field(screen: Screen[Any], name: str) -> ValueInput:
    return next(one for one in screen.query(ValueInput) if one.named == name and one.display)


async def copied(pilot: Pilot[Any], *keys: str) -> str:
    """What the clipboard holds when these keys have selected something and it was copied."""
    pilot.app.copy_to_clipboard("nothing")
    await pilot.press(*keys, "ctrl+c")
    await pilot.pause()
    return pilot.app.clipboard


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_no_piece_of_a_secret_is_readable_wherever_it_is_typed_wrapped_scrolled_or_copied(
    opened: Opened, size: tuple[int, int]
) -> None:
    environ = {"TOPEXPLORER_DEV_APP_KEY": "23456789", "TOPEXPLORER_DEV_SESSION": SESSION}
    environ["TOPEXPLORER_DEV_APP_SECRET"] = "0fe5b1c2d3a49687b0c1d2e3f4a5b6c7"
    async with opened(size=size, lang="zh", environ=environ, environment="dev") as pilot:
        app, screen = pilot.app, explorer(pilot)
        screen.bench.known.learn([WIDE])
        screen.bench.vault.status(screen.bench.engine.environment)
        people = json.dumps([{"name": SESSION, "login_id": "a"}, {"name": WIDE}])
        screen.open_api(ACCOUNTS, RequestDraft(ACCOUNTS, {"param_list": people}))
        await settled(pilot, lambda: any(row.pickable == "edit" for row in screen.query(ParamRow)))
        assert pieces(pilot, SESSION, WIDE) == []
        app.push_screen(picker_for(next(row for row in screen.query(ParamRow) if row.pickable == "edit")))  # type: ignore[arg-type]
        await settled(pilot, lambda: isinstance(app.screen, ObjectEditor) and app.focused)
        assert pieces(pilot, SESSION, WIDE) == []
        await pilot.press("ctrl+underscore")
        await settled(pilot, lambda: isinstance(app.focused, JsonArea))
        assert pieces(pilot, SESSION, WIDE) == []
        area = app.screen.query_one(JsonArea)
        lines = area.text.split("\n")
        area.selection = Selection((2, lines[2].index(SESSION) + 2), (2, lines[2].index(SESSION) + 50))
        assert await copied(pilot) == MASK
        area.selection = Selection((2, lines[2].index(SESSION) + 2), (3, 4))
        assert await copied(pilot) == f'{MASK}",\n{lines[3][:4]}'
        area.move_cursor((2, 1))
        await pilot.press("ctrl+x")
        assert app.clipboard == f'    "name": "{MASK}",\n'
        assert area.text.split("\n") == [*lines[:2], *lines[3:]]
        area.move_cursor(area.document.end)
        await pilot.press("ctrl+x")
        assert app.clipboard == "]"
        assert pieces(pilot, SESSION, WIDE) == []
        await pilot.press("escape", "escape")

        screen.open_api("taobao.trade.fullinfo.get")
        await settled(pilot, lambda: any(one.named == "tid" for one in screen.query(ValueInput)))
        tid = field(screen, "tid")
        tid.focus()
        for text in (SESSION, f"看看令牌{SESSION}和{WIDE}吧"):
            tid.text = text
            for key in ("home", "end"):
                await pilot.press(key)
                await pilot.pause()
                assert pieces(pilot, SESSION, WIDE) == [], (text, key)
            assert tid._value.cell_len + 1 == tid.content_width
        assert tid._value.cell_len == tid._position_to_cell(len(tid.value))
        tid.text = f"a{SESSION}z"
        assert await copied(pilot, "home", "shift+right", "shift+right", "shift+right") == f"a{MASK}"
        assert await copied(pilot, "end", "shift+left", "shift+left") == f"{MASK}z"
        assert await copied(pilot, "home", "right", "right", "shift+right", "shift+right") == MASK
        assert await copied(pilot, "home", "shift+end") == f"a{MASK}z"
        await pilot.press("home", "right", "right", "shift+end", "ctrl+x")
        assert tid.value == f"a{SESSION[0]}"
        assert app.clipboard == f"{MASK}z"
        tid.text = ""

        await pilot.press("f2")
        await pilot.pause()
        assert isinstance(app.focused, Input)
        app.focused.value = SESSION
        await pilot.pause()
        assert pieces(pilot, SESSION) == []
        app.focused.value = ""

        url = f"https://eco.taobao.com/router/rest?method=taobao.trade.fullinfo.get&app_key=12345678&session={SESSION}"
        await pilot.press("alt+g")
        await settled(pilot, lambda: isinstance(app.screen, SignLab) and app.focused)
        app.screen.query_one(TextArea).text = f"{url}&v=2.0&sign={'A' * 32}&timestamp=2026-11-22 12:00:00"
        await settled(pilot, lambda: "12172" in seen(pilot) or "AAAA" in seen(pilot))
        assert pieces(pilot, SESSION) == []
        await pilot.press("escape")
        body = f'{{"error_response":{{"code":27,"msg":"Invalid session","sub_msg":"授权令牌{SESSION}不对"}}}}'
        await screen.run_action("explain")
        await settled(pilot, lambda: isinstance(app.screen, ExplainDialog))
        app.screen.query_one(Input).value = body
        await settled(pilot, lambda: "不对" in app.screen.query_one(Page).text)
        await pilot.press("tab", "end")
        await pilot.pause()
        assert pieces(pilot, SESSION) == []
        assert MASK in app.screen.query_one(Page).text
        await pilot.press("escape", "ctrl+r")
        await settled(pilot, lambda: isinstance(app.screen, HistoryPanel))
        app.screen.query_one(Input).value = SESSION
        await pilot.pause()
        assert pieces(pilot, SESSION) == []


async def test_in_demo_mode_fields_lists_and_copies_show_nobody_whatever_names_stand_beside(opened: Opened) -> None:
    async with opened() as pilot:
        app, screen = pilot.app, explorer(pilot)
        await pilot.press("f11")
        values = {"refund_id": "12345", "operator": "赵铁柱", "message": "买家李大伟退货"}
        screen.open_api("taobao.rp.refund.review", RequestDraft("taobao.rp.refund.review", values))
        await settled(pilot, lambda: any(one.named == "message" for one in screen.query(ValueInput)))
        assert [name for name in ("李大伟", "赵铁柱") if name in seen(pilot)] == []
        field(screen, "operator").focus()
        whole = await copied(pilot, "home", "shift+end")
        assert len(whole) == 3
        assert await copied(pilot, "end", "shift+left", "shift+left") == whole[1:] != "铁柱"
        await pilot.press("home", "shift+end", "ctrl+x")
        assert "赵铁柱" not in app.clipboard
        assert screen.draft is not None
        assert "operator" not in screen.draft.values
        await pilot.press("ctrl+v")
        await settled(pilot, lambda: screen.draft and screen.draft.values.get("operator") == "赵铁柱")
        assert "赵铁柱" not in seen(pilot)
        field(screen, "message").focus()
        assert "李大伟" not in await copied(pilot, "home", "shift+end")
        draft = RequestDraft(UPDATE, {"tid": TID, "name": "王大锤", "receiver_address": "文三路 99 号"})
        screen.open_api(UPDATE, draft)
        await settled(pilot, lambda: any(one.named == "name" for one in screen.query(ValueInput)))
        assert "王大锤" not in seen(pilot)

        people = [{"name": "王大锤", "mobile": "13812345678", "login_id": "wangdachui"}]
        people += [{"bank_card_owner_name": "张小明", "bank_card_no": "6222021234567890"}]
        real = ("王大锤", "13812345678", "wangdachui", "张小明", "6222021234567890")
        screen.open_api(ACCOUNTS, RequestDraft(ACCOUNTS, {"param_list": json.dumps(people, ensure_ascii=False)}))
        await settled(pilot, lambda: any(row.pickable == "edit" for row in screen.query(ParamRow)))
        app.push_screen(picker_for(next(row for row in screen.query(ParamRow) if row.pickable == "edit")))  # type: ignore[arg-type]
        await settled(pilot, lambda: isinstance(app.screen, ObjectEditor) and app.focused)
        assert [text for text in real if text in seen(pilot)] == []
        await pilot.press("f11")
        await settled(pilot, lambda: "张小明" in seen(pilot))
        await pilot.press("f11")
        await settled(pilot, lambda: "张小明" not in seen(pilot))
        await pilot.press("ctrl+underscore")
        await settled(pilot, lambda: isinstance(app.focused, JsonArea))
        assert [text for text in real if text in seen(pilot)] == []
        app.screen.query_one(JsonArea).select_all()
        copy = await copied(pilot)
        assert [text for text in real if text in copy] == []
        assert json.loads(copy)[0].keys() == people[0].keys()
        await pilot.press("escape", "f11", "alt+g")
        await settled(pilot, lambda: isinstance(app.screen, SignLab))
        pasted = "receiver_name=李雷雷&buyer_nick=zhangxm&receiver_mobile=13987654321&app_key=87654321"
        area = app.screen.query_one(TextArea)
        area.text = f"{pasted}&method={UPDATE}&v=2.0&sign={'A' * 32}"
        await settled(pilot, lambda: "zhangxm" in seen(pilot))
        await pilot.press("f11")
        for _ in range(2):
            await settled(pilot, lambda: "87654321" not in seen(pilot))
            assert [text for text in ("李雷雷", "zhangxm", "13987654321") if text in seen(pilot)] == []
            await pilot.press("tab", "right")
        await pilot.press("escape")

        # The history is found by what its shops are called on the screen.
        fields = {"tid": TID, "fields": "tid"}
        screen.open_api("taobao.trade.fullinfo.get", RequestDraft("taobao.trade.fullinfo.get", fields))
        await sent(pilot)
        await pilot.press("ctrl+r")
        await settled(pilot, lambda: isinstance(app.screen, HistoryPanel) and app.screen.query_one(PastList).rows)
        panel, shop = app.screen, screen.bench.history.recent()[0].seller
        for text, is_found in ((screen.desk.veil.value("seller_nick", shop), True), (shop, False), ("fullinfo", True)):
            panel.query_one(Input).value = text
            await pilot.pause()
            assert panel.query_one(PastList).display is is_found, text
            assert shop not in seen(pilot)


def answer(_request: httpx.Request) -> httpx.Response:
    trade = {"tid": int(TID), "receiver_name": "王大锤", "receiver_mobile": "13900001111", "status": "TRADE_CLOSED"}
    trade["receiver_address"] = "和平西路 99 号某某街道某某小区某某幢某某单元某某室"
    return httpx.Response(200, json={"trade_fullinfo_get_response": {"trade": trade}})


async def test_every_dialog_is_drawn_anew_when_demo_mode_is_entered_and_left(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    values = {"tid": TID, "receiver_name": "张小明", "receiver_mobile": "13812345678", "receiver_town": "Zoe"}
    values["receiver_address"] = "文三路 99 号北京朝阳区某某街道某某小区某某幢某某单元某某室"
    real = ("张小明", "13812345678", "Zoe", "文三路", "王大锤", "13900001111", "和平西路")
    parts = {"environ": PROD_KEYS, "environment": "prod", "transport": httpx.MockTransport(answer)}
    async with opened(size=(80, 24), **parts) as pilot:
        app, screen = pilot.app, explorer(pilot)
        assert isinstance(app, TopExplorer)
        screen.open_api(UPDATE, RequestDraft(UPDATE, values))
        walked, showing = set(), set()
        for command in COMMANDS:
            if command.id in ("quit", "lock", "demo", "language"):
                continue
            await (app if command.action.startswith("app.") else screen).run_action(command.action)
            await pilot.pause(0.05)
            if isinstance(app.screen, Explorer):
                continue
            if type(app.screen).__name__ in walked:
                app.screen.dismiss(None)
                continue
            for one in app.screen.query(Input):
                if not isinstance(one, SecretInput):
                    one.value = "张小明 13812345678"
            await pilot.pause()
            before = {text for text in real if text in seen(pilot)}
            app.demo = True
            await settled(pilot, lambda: not [text for text in real if text in seen(pilot)])
            app.demo = False
            await settled(pilot, lambda before=before: before <= {text for text in real if text in seen(pilot)})  # type: ignore[misc]
            walked.add(type(app.screen).__name__)
            showing |= {type(app.screen).__name__} if before else set()
            while not isinstance(app.screen, Explorer):
                app.screen.dismiss(None)
                await pilot.pause()
            if screen.draft != RequestDraft(UPDATE, values):
                screen.open_api(UPDATE, RequestDraft(UPDATE, values))
        assert {"ConfirmWrite", "SignLab", "HistoryPanel", "ExplainDialog", "CheckUp", "PageDialog"} <= walked
        assert {"ConfirmWrite", "SignLab", "ExplainDialog"} <= showing
