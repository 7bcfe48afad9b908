"""The environments of the app: seen, made, changed, entered, guarded, and left when nobody is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from tests.tui.steps import Opened, explorer, open_api, settled, typed
from tests.workbench import CANARIES, PROD_KEYS, TID, Clock, workbench
from topexplorer.core.call import RequestDraft
from topexplorer.engine.environments import SANDBOX_URL, Environment
from topexplorer.tui.screens.confirm_write import ConfirmWrite
from topexplorer.tui.screens.environment_form import EnvironmentForm
from topexplorer.tui.screens.environment_panel import EnvironmentPanel
from topexplorer.tui.screens.keys_dialog import KeysDialog
from topexplorer.tui.screens.questions import AskText
from topexplorer.tui.widgets.page import Page
from topexplorer.tui.widgets.status_bar import StatusBar

pytestmark = pytest.mark.anyio
MEMO = RequestDraft("taobao.trade.memo.update", {"tid": TID, "memo": "gift", "flag": "0"})


def configure(home: Path, text: str) -> None:
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "config.toml").write_text(text, "utf-8")


def market_keys(home: Path) -> dict[str, str]:
    """The sandbox's keys as those of prod."""
    keys = workbench(home / "keys").vault.credentials(Environment("sandbox", "sandbox", SANDBOX_URL))
    assert keys.session
    found = {"APP_KEY": keys.app_key, "APP_SECRET": keys.app_secret.reveal(), "SESSION": keys.session.reveal()}
    return {f"TOPEXPLORER_PROD_{name}": text for name, text in found.items()}


async def at(pilot: Pilot[Any], kind: type) -> Any:
    """The dialog of that kind, when it is there."""
    await settled(pilot, lambda: isinstance(pilot.app.screen, kind))
    return pilot.app.screen


def entries(panel: EnvironmentPanel) -> dict[str, str]:
    """What the panel says of each environment."""
    options = panel.query_one(OptionList).options
    return {option.id or "": str(option.prompt) for option in options}


async def test_the_panel_shows_gateway_keys_and_guard_and_no_secret(opened: Opened, tmp_path: Path) -> None:
    configure(
        tmp_path,
        "[environments.prod]\nread_only = true\ndeny = ['taobao.item.*']\n"
        "[environments.dev]\napp_key = '1234'\ngateway = 'overseas'\n[environments.odd]\nkind = 'live'\n",
    )
    async with opened(size=(80, 24), environ=PROD_KEYS) as pilot:
        await pilot.press("ctrl+e")
        panel = await at(pilot, EnvironmentPanel)
        shown = entries(panel)
        assert list(shown) == ["sandbox", "dev", "prod", "odd"]
        assert "● sandbox" in shown["sandbox"]
        assert "overseas · https://api.taobao.com/router/rest" in shown["dev"]
        assert "app 1234 config.toml · secret missing" in shown["dev"]
        assert "read-only · denies 1 pattern" in shown["prod"]
        assert "app 23456789 variable · secret variable · session variable" in shown["prod"]
        assert "must be one of sandbox, dev, prod" in shown["odd"]
        keys = panel.query_one(".dialog-keys")
        assert keys.region.bottom <= 24
        await pilot.press("end", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, EnvironmentPanel)
        assert not [canary for canary in CANARIES if canary in pilot.app.export_screenshot()]


async def test_an_environment_is_made_used_changed_and_removed(opened: Opened, tmp_path: Path) -> None:
    async with opened(size=(80, 24)) as pilot:
        await pilot.press("ctrl+e")
        await at(pilot, EnvironmentPanel)
        await pilot.press("a")
        form = await at(pilot, EnvironmentForm)
        await pilot.press("ctrl+s")
        fault = form.query_one(".dialog-fault")
        await settled(pilot, lambda: "a name is at most 32 lower-case letters" in str(fault.render()))
        await typed(pilot, "shop")
        await pilot.press("down", "down", "space", "space", "down", "7", "7", "ctrl+s")
        panel = await at(pilot, EnvironmentPanel)
        assert "production-new · https://gw.api.taobao.com/router/rest" in entries(panel)["shop"]
        assert "app 77 config.toml" in entries(panel)["shop"]
        await pilot.press("enter")
        await settled(pilot, lambda: explorer(pilot).has_class("-dev"))
        assert workbench(tmp_path).start_environment.name == "shop"
        await pilot.press("ctrl+e", "e")
        form = await at(pilot, EnvironmentForm)
        assert "idle_minutes" not in {field.setting for field in form.query("SettingInput")}
        fields = {field.setting: field for field in form.query("SettingInput")}
        fields["read_only"].text, fields["app_key"].text = "true", ""
        await pilot.press("ctrl+s")
        await at(pilot, EnvironmentPanel)
        await pilot.press("escape")
        await settled(pilot, lambda: "DEV shop · read-only" in top_line(pilot))
        text = (tmp_path / "config" / "config.toml").read_text()
        assert "read_only = true" in text
        assert "app_key" not in text
        await pilot.press("ctrl+e", "d")
        await at(pilot, AskText)
        await typed(pilot, "shop")
        await pilot.press("enter")
        panel = await at(pilot, EnvironmentPanel)
        await settled(pilot, lambda: "shop" not in entries(panel))
        await pilot.press("d", "escape")
        await settled(pilot, lambda: explorer(pilot).bench.engine.environment.name == "sandbox")
        assert "[environments.shop]" not in (tmp_path / "config" / "config.toml").read_text()


def top_line(pilot: Pilot[Any]) -> str:
    return explorer(pilot).query_one(StatusBar).render_line(0).text


async def test_keys_are_reached_from_the_panel(opened: Opened) -> None:
    async with opened() as pilot:
        await pilot.press("ctrl+e", "k")
        panel = await at(pilot, EnvironmentPanel)
        assert "the sandbox has its own" in str(panel.query_one(".dialog-fault").render())
        await pilot.press("down", "k")
        await at(pilot, KeysDialog)
        await pilot.press("escape")
        await at(pilot, EnvironmentPanel)


async def test_a_write_in_prod_shows_the_difference_and_sends_what_was_shown(opened: Opened, tmp_path: Path) -> None:
    configure(tmp_path, "[environments.prod]\ngateway = 'embedded'\n")
    async with opened(size=(80, 24), environ=market_keys(tmp_path), environment="prod") as pilot:
        explorer(pilot).open_api(MEMO.api, MEMO)
        await pilot.press("ctrl+j")
        dialog = await at(pilot, ConfirmWrite)
        page = dialog.query_one(Page)
        await settled(pilot, lambda: "As it is now (taobao.trade.fullinfo.get)" in page.text)
        shown = " ".join(page.text.split())
        assert "app 12345678" in shown
        assert f"sends tid = {TID} memo = gift flag = 0" in shown
        assert "empty → gift" in shown
        assert "0 unchanged" in shown
        await typed(pilot, "prod")
        await pilot.press("enter")
        await settled(pilot, lambda: explorer(pilot).exchange)
        exchange = explorer(pilot).exchange
        assert exchange is not None
        assert exchange.ok
        log = [call.method for call in explorer(pilot).bench.sandbox.log]
        assert log == ["taobao.trade.fullinfo.get", "taobao.trade.memo.update"]
        await pilot.press("ctrl+j")
        await at(pilot, ConfirmWrite)
        await pilot.press("escape")
        await pilot.pause()
        assert [call.method for call in explorer(pilot).bench.sandbox.log][2:] == ["taobao.trade.fullinfo.get"]


async def test_a_read_only_prod_says_so_and_sends_nothing(opened: Opened, tmp_path: Path) -> None:
    configure(tmp_path, "[environments.prod]\ngateway = 'embedded'\nread_only = true\n")
    async with opened(environ=market_keys(tmp_path), environment="prod", lang="zh") as pilot:
        assert "· 只读 ·" in top_line(pilot)
        await open_api(pilot, MEMO.api)
        await pilot.press("ctrl+t", "ctrl+j")
        await settled(pilot, lambda: any("是只读的" in notice.message for notice in pilot.app._notifications))
        assert not list(explorer(pilot).bench.sandbox.log)


async def test_prod_is_left_when_nobody_is_at_the_keyboard(opened: Opened, tmp_path: Path) -> None:
    configure(tmp_path, "[environments.prod]\ngateway = 'embedded'\nidle_minutes = 5\n")
    clock = Clock()
    async with opened(environ=market_keys(tmp_path), environment="prod", clock=clock) as pilot:
        screen = explorer(pilot)
        screen.open_api(MEMO.api, MEMO)
        clock.move(4 * 60)
        await pilot.press("f4")
        clock.move(4 * 60)
        screen.leave_prod_when_idle()
        assert screen.bench.engine.environment.name == "prod"
        await pilot.press("ctrl+j")
        dialog = await at(pilot, ConfirmWrite)
        dialog.query_one(Input).value = "prod"
        clock.move(5 * 60)
        screen.leave_prod_when_idle()
        await settled(pilot, lambda: "SANDBOX" in top_line(pilot))
        assert pilot.app.screen is screen
        assert screen.bench.engine.environment.name == "sandbox"
        await pilot.pause()
        assert "taobao.trade.memo.update" not in [call.method for call in screen.bench.sandbox.log]
        assert any("left prod, now in sandbox" in notice.message for notice in pilot.app._notifications)
