"""The environments of the app: seen, made, changed, entered, guarded, and left when nobody is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from tests.tui.steps import Opened, at_once, explorer, open_api, settled, typed
from tests.workbench import CANARIES, PROD_KEYS, TID, Clock, workbench
from topexplorer.core.call import RequestDraft
from topexplorer.core.taint import MASK
from topexplorer.engine.environments import SANDBOX_URL, Environment
from topexplorer.tui.screens.confirm_write import ConfirmWrite
from topexplorer.tui.screens.environment_form import EnvironmentForm, SettingInput
from topexplorer.tui.screens.environment_panel import EnvironmentPanel
from topexplorer.tui.screens.keys_dialog import KeysDialog
from topexplorer.tui.screens.lock_screen import LockScreen
from topexplorer.tui.screens.pages import PageDialog
from topexplorer.tui.screens.questions import AskText
from topexplorer.tui.widgets.page import Page
from topexplorer.tui.widgets.status_bar import StatusBar

pytestmark = pytest.mark.anyio
BROKEN = """\
[environments.odd]
kind = "live"   # sic
gatway = "https://gw.example/router/rest"
timeout_seconds = "30"
allow = ["taobao.trade.*"]
app_secret = "canary-secret-0123456789abcdef"
"""
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


async def test_the_panel_tells_long_names_apart_and_what_cannot_be_used(opened: Opened, tmp_path: Path) -> None:
    names = [f"taobao-flagship-store-{place}-hangzhou" for place in "ab"]
    configure(
        tmp_path,
        f"[environments.{names[0]}]\nkind='dev'\nread_only=true\nallow=['a.*']\ndeny=['taobao.item.*']\n"
        f"[environments.{names[1]}]\nkind='prod'\ngateway='https://{'a-long-host-name.' * 4}example/router/rest'\n",
    )
    vault = tmp_path / "data" / "vault" / "dev.vault"
    vault.parent.mkdir(parents=True, mode=0o700)
    vault.write_bytes(b"cut")
    vault.chmod(0o644)
    async with opened(size=(80, 24), environment="dev") as pilot:
        assert "vault unusable" in top_line(pilot)
        await pilot.press("ctrl+e")
        panel = await at(pilot, EnvironmentPanel)
        await settled(pilot, lambda: "\n    read-only · allows 1" in entries(panel)[names[0]])
        shown = entries(panel)
        assert all(name in shown[name] for name in names)
        assert all(line.startswith("    ") for name in names for line in shown[name].splitlines()[1:])
        assert "chmod 600" in " ".join(shown["dev"].split())
        assert "app key missing" in shown["prod"]
        await pilot.press("down", "down", "d")
        box = await at(pilot, AskText)
        assert "may have keys" in " ".join(str(box.query("Static").first().render()).split())
        await pilot.press("escape", "escape")
        configure(tmp_path, "[environments")
        await pilot.press("ctrl+e", "down")
        panel = await at(pilot, EnvironmentPanel)
        assert "cannot be used" in entries(panel)["prod"]
        assert "cannot be used" not in entries(panel)["sandbox"]
        await pilot.press("e")
        await settled(pilot, lambda: "config.toml" in str(panel.query_one(".dialog-fault").render()))
        assert pilot.app.screen is panel


async def test_an_environment_is_made_used_changed_and_removed(opened: Opened, tmp_path: Path) -> None:
    async with opened(size=(80, 24)) as pilot:
        await pilot.press("ctrl+e")
        await at(pilot, EnvironmentPanel)
        await pilot.press("a")
        form = await at(pilot, EnvironmentForm)
        fields = {field.setting: field for field in form.query(SettingInput)}
        fields["gateway"].text = "https://gw.example.com/router/rest"
        await pilot.press("down", "down", "space", "space")
        assert fields["gateway"].text == "https://gw.example.com/router/rest", "no key of choice wipes what was typed"
        foot = form.query_one(".dialog-fault")
        await pilot.press("f9")
        await pilot.press("escape")
        assert "Esc again throws your edits away" in str(foot.render())
        assert not explorer(pilot).language.is_chinese, "the language is not switched under something typed"
        fields["gateway"].text = ""
        await pilot.press("ctrl+s")
        await settled(pilot, lambda: "a name is at most 32 lower-case" in str(fields["name"].fault.render()))
        assert form.focused is fields["name"]
        assert str(foot.render()) == "Nothing was changed"
        await typed(pilot, "shop")
        await pilot.press("down", "down", "space", "space", "down", "7", "7", "ctrl+s")
        panel = await at(pilot, EnvironmentPanel)
        assert "production-new · https://gw.api.taobao.com/router/rest" in entries(panel)["shop"]
        assert "app 77 config.toml" in entries(panel)["shop"]
        await pilot.press("enter")
        await settled(pilot, lambda: explorer(pilot).has_class("-dev"))
        assert workbench(tmp_path).start_environment.name == "shop"
        await pilot.press("ctrl+e", "k")
        await at(pilot, KeysDialog)
        await pilot.press("f9", "f9")
        await settled(pilot, lambda: pilot.app.screen is explorer(pilot))
        await pilot.press("ctrl+e", "e")
        await at(pilot, EnvironmentForm)
        await pilot.press("f9", "f9")
        await settled(pilot, lambda: pilot.app.screen is explorer(pilot))
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
        await pilot.press("down", "d")
        await settled(pilot, lambda: "with E in the list" in str(panel.query_one(".dialog-fault").render()))
        await pilot.press("k")
        await at(pilot, KeysDialog)
        await pilot.press("escape")
        await at(pilot, EnvironmentPanel)


@pytest.mark.parametrize("there", [False, True])
async def test_without_keys_the_first_thing_to_do_is_putting_them_in(opened: Opened, there: bool) -> None:
    environ = {name.replace("PROD", "DEV"): text for name, text in PROD_KEYS.items()} if there else {}
    async with opened(environment="dev", environ=environ) as pilot:
        page = explorer(pilot).query_one("#welcome", Page)
        await settled(pilot, lambda: "gateway of dev" in page.text)
        assert ("^E K" in page.text) is not there
        if not there:
            await pilot.press("ctrl+e")
            await at(pilot, EnvironmentPanel)
            await pilot.press("k")
            await at(pilot, KeysDialog)


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


async def test_a_write_that_was_read_meanwhile_is_not_shown_before_somebody_unlocks(
    opened: Opened, tmp_path: Path
) -> None:
    configure(tmp_path, "[environments.prod]\ngateway = 'embedded'\n")
    async with opened(environment="prod", environ=market_keys(tmp_path)) as pilot:
        app, screen = pilot.app, explorer(pilot)
        screen.open_api(MEMO.api, MEMO)
        at_once(pilot, "^ctrl+j", "^ctrl+backslash")
        await settled(pilot, lambda: isinstance(app.screen, LockScreen))
        for _ in range(20):
            await pilot.pause(0.01)
        assert isinstance(app.screen, LockScreen)
        await pilot.press("enter")
        await settled(pilot, lambda: isinstance(app.screen, ConfirmWrite))
        await pilot.press("escape")
        await settled(pilot, lambda: app.screen is screen)
        assert screen.exchange is None


async def test_each_object_of_a_write_in_prod_has_its_difference(opened: Opened, tmp_path: Path) -> None:
    configure(tmp_path, "[environments.prod]\ngateway = 'embedded'\n")

    async def page_of(draft: RequestDraft, words: str) -> str:
        explorer(pilot).open_api(draft.api, draft)
        await pilot.press("ctrl+j")
        page = (await at(pilot, ConfirmWrite)).query_one(Page)
        await settled(pilot, lambda: words in page.text)
        await pilot.press("escape")
        await pilot.pause()
        return " ".join(page.text.split())

    async with opened(size=(80, 24), environ=market_keys(tmp_path), environment="prod") as pilot:
        infos = ",".join(f"{number}|5900|7|onsale" for number in (190283746500112, 404, 190283746500120))
        shown = await page_of(RequestDraft("taobao.rp.refunds.agree", {"refund_infos": infos}), "As it is now")
        assert "1/3 refund_id 190283746500112 Refund, yuan 89.00 → 59.00 Refund id 190283746500112 Refund" in shown
        assert "2/3 refund_id 404 The object could not be read first" in shown
        assert "3/3 refund_id 190283746500120" in shown
        delete = RequestDraft("taobao.crm.group.delete", {"group_id": "21001"})
        assert "老客户" in await page_of(delete, "This will be deleted (taobao.crm.groups.get)")
        create = RequestDraft("taobao.ump.activity.add", {"tool_id": "7", "content": '{"name":"x"}'})
        assert "creates tool_id = 7 Tool id content.name = x This creates" in await page_of(create, "something new")
        many = [{"item_id": 658402931875, "discount": 700, "limit_check": 3}, {"item_id": 7, "is_discard_fen": True}]
        info = json.dumps({"activity_id": 10086012345, "item_detail_info": many})
        batch = RequestDraft("taobao.singletreasure.activity.item.batchupdate", {"item_detail_info": info})
        shown = await page_of(batch, "As it is now")
        assert "-1 → 3" in shown
        assert shown.index("-1 → 3") < shown.index("sends item_detail_info"), "a long JSON stands below"


async def test_a_read_only_prod_says_so_and_sends_nothing(opened: Opened, tmp_path: Path) -> None:
    configure(tmp_path, "[environments.prod]\ngateway = 'embedded'\nread_only = true\n")
    async with opened(environ=market_keys(tmp_path), environment="prod", lang="zh") as pilot:
        assert "· 只读 ·" in top_line(pilot)
        await open_api(pilot, MEMO.api)
        await pilot.press("ctrl+t", "ctrl+j")
        await settled(pilot, lambda: any("是只读的" in notice.message for notice in pilot.app._notifications))
        assert any("在环境列表（^E）里按 E" in notice.message for notice in pilot.app._notifications)
        assert not list(explorer(pilot).bench.sandbox.log)


async def test_what_somebody_else_writes_into_config_toml_holds_in_an_open_explorer(
    opened: Opened, tmp_path: Path
) -> None:
    configure(tmp_path, '[environments.prod]\ngateway = "embedded"\n')
    async with opened(size=(120, 36), environ=market_keys(tmp_path), environment="prod") as pilot:
        screen = explorer(pilot)
        await open_api(pilot, MEMO.api)
        screen.seed = MEMO
        configure(tmp_path, '[environments.prod]\ngateway = "embedded"\nread_only = true\n')
        await pilot.press("ctrl+j")
        await settled(pilot, lambda: "read-only" in top_line(pilot))
        assert pilot.app.screen is screen
        assert not list(screen.bench.sandbox.log)
        configure(tmp_path, "[environments.prod\n")
        await pilot.press("ctrl+e")
        panel = await at(pilot, EnvironmentPanel)
        await settled(pilot, lambda: "cannot be used" in entries(panel)["prod"])
        configure(tmp_path, '[environments.dev]\ngateway = "embedded"\n[environments.late]\nkind = "dev"\n')
        await pilot.press("escape", "ctrl+e")
        panel = await at(pilot, EnvironmentPanel)
        await settled(pilot, lambda: "late" in entries(panel))
        configure(tmp_path, '[environments.dev]\ngateway = "embedded"\n')
        await pilot.press("end", "e")
        await settled(pilot, lambda: "late" not in entries(panel))
        await pilot.press("home", "down", "enter")
        await settled(pilot, lambda: screen.bench.engine.environment.name == "dev")
        assert not screen.bench.problems


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
        told = [notice for notice in pilot.app._notifications if "left prod, now in sandbox" in notice.message]
        assert told[0].time_left > 3600, "it waits until somebody is there"
        await pilot.press("f4")
        told = [notice for notice in pilot.app._notifications if "left prod, now in sandbox" in notice.message]
        assert len(told) == 1
        assert told[0].time_left < 10
        for _ in range(2):
            await pilot.app.push_screen(PageDialog(screen.language, "", lambda: ()))
            await pilot.pause()
        screen.enter("dev")
        await settled(pilot, lambda: "DEV" in pilot.app.export_screenshot())


async def test_a_broken_entry_opens_in_the_form_and_is_mended_by_saving(opened: Opened, tmp_path: Path) -> None:
    configure(tmp_path, BROKEN)
    async with opened(size=(80, 24)) as pilot:
        await pilot.press("ctrl+e", "end", "e")
        form = await at(pilot, EnvironmentForm)
        fields = {field.setting: field for field in form.query(SettingInput)}
        notices = [note.message for note in pilot.app._notifications]
        assert len(notices) == 3
        assert "2 more problems" in notices[-1]
        told = {name: str(field.fault.render()) for name, field in fields.items() if field.fault.display}
        assert list(told) == list(fields)[:4] == ["kind", "timeout_seconds", "gatway", "app_secret"]
        assert told["kind"] == "↑ must be one of sandbox, dev, prod"
        assert "did you mean gateway?" in told["gatway"]
        assert "keys set" in told["app_secret"]
        shown = {name: field.text for name, field in fields.items() if field.text}
        assert shown == {
            **{"kind": "live", "timeout_seconds": "30", "gatway": "https://gw.example/router/rest"},
            **{"app_secret": MASK, "allow": "taobao.trade.*"},
        }
        assert form.focused is fields["kind"]
        assert "canary" not in pilot.app.export_screenshot()
        await pilot.press("space")
        assert fields["kind"].text == "live"
        await pilot.press("backspace")
        assert not fields["kind"].fault.display
        fields["kind"].text = "dev"
        await pilot.press("ctrl+s")
        await settled(pilot, lambda: "Nothing was changed" in str(form.query_one(".dialog-fault").render()))
        assert form.focused is fields["gatway"]
        assert "there is no key" in str(fields["gatway"].fault.render())
        fields["gateway"].text, fields["gatway"].text, fields["app_secret"].text = fields["gatway"].text, "", ""
        await pilot.press("ctrl+s")
        panel = await at(pilot, EnvironmentPanel)
        assert "https://gw.example/router/rest" in entries(panel)["odd"]
        environment = explorer(pilot).bench.environments.get_or_raise("odd")
        assert (environment.kind, environment.timeout_seconds, environment.allow) == ("dev", 30, ("taobao.trade.*",))
        text = (tmp_path / "config" / "config.toml").read_text()
        assert 'kind = "dev"   # sic' in text
        assert "app_secret" not in text
