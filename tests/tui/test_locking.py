"""Vaults in the app: asked for when a call needs the keys, locked by idleness and by one key, filled in a dialog."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.engine.vaults import APP_KEY, APP_SECRET, PASSPHRASE, SESSION, fill_vault
from tests.tui.steps import Opened, at_once, explorer, open_api, settled, typed
from tests.workbench import Clock, workbench
from topexplorer.core.call import Secret
from topexplorer.engine.embedded import Embedded
from topexplorer.engine.settings import Paths
from topexplorer.engine.strongroom import IDLE_SECONDS, PassphraseWanted
from topexplorer.tui.screens.environment_panel import EnvironmentPanel
from topexplorer.tui.screens.keys_dialog import KeysDialog
from topexplorer.tui.screens.lock_screen import LockScreen
from topexplorer.tui.screens.pages import PageDialog
from topexplorer.tui.screens.passphrase_dialog import PassphraseDialog
from topexplorer.tui.screens.questions import AskText
from topexplorer.tui.widgets import key_caps

pytestmark = pytest.mark.anyio


def text_of(pilot: Pilot[Any]) -> str:
    """Everything that can be read on the screen."""
    width = pilot.app.size.width
    strips = pilot.app.screen._compositor.render_strips(pilot.app.size)
    return "\n".join(strip.text[:width] for strip in strips)


def focused(pilot: Pilot[Any]) -> Input:
    found = pilot.app.focused
    assert isinstance(found, Input)
    return found


async def opened_by(pilot: Pilot[Any], passphrase: str) -> None:
    await settled(pilot, lambda: isinstance(pilot.app.screen, PassphraseDialog))
    focused(pilot).value = passphrase
    await pilot.press("enter")


async def test_a_call_asks_for_the_passphrase_and_idleness_locks_again(opened: Opened, tmp_path: Path) -> None:
    fill_vault(tmp_path)
    clock = Clock()
    sandbox = Embedded(workbench(tmp_path, clock=clock).sandbox)
    async with opened(clock=clock, environment="dev", transport=sandbox) as pilot:
        screen = explorer(pilot)
        vault, dev = screen.bench.vault, screen.bench.engine.environment
        await settled(pilot, lambda: screen.where is not None and screen.where.locked)
        assert "locked" in text_of(pilot)
        await open_api(pilot, "taobao.time.get")
        await pilot.press("ctrl+j")
        await opened_by(pilot, "not the passphrase")
        await settled(pilot, lambda: "does not open" in text_of(pilot) and "keys forget --vault" in text_of(pilot))
        await opened_by(pilot, PASSPHRASE)
        await settled(pilot, lambda: not vault.status(dev).locked)
        await settled(pilot, lambda: screen.exchange is not None)
        await settled(pilot, lambda: screen.where is not None and not screen.where.locked)
        assert "locked" not in text_of(pilot).splitlines()[0]
        clock.move(IDLE_SECONDS + 1)
        screen.measure()
        await settled(pilot, lambda: screen.where is not None and screen.where.locked)
        assert vault.at_hand(dev) is None


async def test_leaving_the_passphrase_dialog_sends_nothing(opened: Opened, tmp_path: Path) -> None:
    fill_vault(tmp_path)
    async with opened(environment="dev") as pilot:
        await open_api(pilot, "taobao.time.get")
        await pilot.press("ctrl+j")
        await settled(pilot, lambda: isinstance(pilot.app.screen, PassphraseDialog))
        await pilot.press("escape")
        await settled(pilot, lambda: any("locked" in told.message for told in pilot.app._notifications))
        assert explorer(pilot).exchange is None


async def test_one_key_blanks_the_screen_and_only_the_passphrase_brings_it_back(opened: Opened, tmp_path: Path) -> None:
    fill_vault(tmp_path)
    async with opened(environment="dev") as pilot:
        app, bench = pilot.app, explorer(pilot).bench
        dev = bench.engine.environment
        await open_api(pilot, "taobao.trade.fullinfo.get")
        bench.vault.unlock(dev, Secret(PASSPHRASE))
        await pilot.press("ctrl+backslash")
        await settled(pilot, lambda: isinstance(app.screen, LockScreen) and bench.vault.status(dev).locked)
        shown = text_of(pilot)
        assert not any(text in shown for text in ("taobao", APP_KEY, "DEV"))
        for key in ("f7", "ctrl+p", "f1", "f10", "ctrl+e", "escape", "ctrl+j"):
            await pilot.press(key)
        assert isinstance(app.screen, LockScreen)
        focused(pilot).value = "wrong passphrase"
        await pilot.press("enter")
        await settled(pilot, lambda: "does not open" in text_of(pilot))
        focused(pilot).value = PASSPHRASE
        await pilot.press("enter")
        await settled(pilot, lambda: app.screen is explorer(pilot))
        assert not bench.vault.status(dev).locked


async def test_under_a_locked_screen_nobody_is_asked_for_a_passphrase(opened: Opened, tmp_path: Path) -> None:
    fill_vault(tmp_path)
    async with opened(environment="dev") as pilot:
        app: Any = pilot.app
        await pilot.press("ctrl+backslash")
        await settled(pilot, lambda: isinstance(app.screen, LockScreen))
        wanted = PassphraseWanted("open", "dev", Paths.under(tmp_path).vault_folder / "dev.vault")
        assert await asyncio.to_thread(app.ask_passphrase, wanted) is None
        assert isinstance(app.screen, LockScreen)


async def test_nothing_opens_over_the_blank_screen_and_nothing_is_lost_by_it(opened: Opened) -> None:
    async with opened() as pilot:
        app: Any = pilot.app
        screen = explorer(pilot)
        screen.action_choose_environment()
        await settled(pilot, lambda: isinstance(app.screen, EnvironmentPanel))
        below = app.screen
        await pilot.press("ctrl+backslash")
        await settled(pilot, lambda: isinstance(app.screen, LockScreen))
        # A question that a worker of before still has, another that nobody waits for, and a dialog that is done.
        question = AskText(screen.language, "Name", "")
        asked = screen.run_worker(app.push_screen_wait(question), exit_on_error=False)
        app.action_help()
        below.dismiss("sandbox")
        app.notify("told meanwhile")
        for _ in range(20):
            await pilot.pause()
        assert isinstance(app.screen, LockScreen)
        assert "Name" not in text_of(pilot)
        assert not app._notifications
        await pilot.press("enter")
        await settled(pilot, lambda: isinstance(app.screen, AskText))
        assert [told.message for told in app._notifications] == ["told meanwhile"]
        await typed(pilot, "mine")
        await pilot.press("enter")
        await settled(pilot, lambda: asked.is_finished)
        assert asked.result == "mine"
        await settled(pilot, lambda: isinstance(app.screen, PageDialog))
        await pilot.press("escape")
        await settled(pilot, lambda: app.screen is screen)
        assert below not in app.screen_stack


async def test_the_keys_that_a_demo_shows_do_not_follow_to_the_blank_screen(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_caps, "FOLLOW_SECONDS", 0.01)
    async with opened() as pilot:
        app = pilot.app
        await pilot.press("f11")
        at_once(pilot, "^ctrl+e", "^ctrl+backslash")
        await settled(pilot, lambda: isinstance(app.screen, LockScreen))
        await pilot.press("x", "down")
        for _ in range(10):
            await pilot.pause(0.01)
        assert not app.screen.query(key_caps.KeyCaps)


async def test_a_dialog_that_is_done_ends_when_nothing_is_over_it(opened: Opened) -> None:
    async with opened() as pilot:
        app: Any = pilot.app
        screen = explorer(pilot)
        question = AskText(screen.language, "Name", "")
        asked = screen.run_worker(app.push_screen_wait(question), exit_on_error=False)
        await settled(pilot, lambda: app.screen is question and question.is_mounted)
        await pilot.press("f1")
        await settled(pilot, lambda: isinstance(app.screen, PageDialog))
        question.dismiss("done")
        await pilot.pause()
        assert isinstance(app.screen, PageDialog), "what is on top stays"
        await pilot.press("escape")
        await settled(pilot, lambda: app.screen is screen)
        await settled(pilot, lambda: asked.is_finished)
        assert asked.result == "done"


async def test_a_vault_that_goes_while_the_screen_is_locked_does_not_open_it(opened: Opened, tmp_path: Path) -> None:
    fill_vault(tmp_path)
    async with opened(environment="dev") as pilot:
        app, bench = pilot.app, explorer(pilot).bench
        bench.vault.unlock(bench.engine.environment, Secret(PASSPHRASE))
        await pilot.press("ctrl+backslash")
        await settled(pilot, lambda: isinstance(app.screen, LockScreen))
        (Paths.under(tmp_path).vault_folder / "dev.vault").unlink()
        focused(pilot).value = "anything at all"
        await pilot.press("enter")
        await settled(pilot, lambda: "not there any more" in text_of(pilot))
        assert isinstance(app.screen, LockScreen)


async def test_without_a_vault_the_blank_screen_ends_with_enter(opened: Opened) -> None:
    async with opened() as pilot:
        await pilot.press("ctrl+backslash")
        await settled(pilot, lambda: isinstance(pilot.app.screen, LockScreen))
        await pilot.press("enter")
        await settled(pilot, lambda: pilot.app.screen is explorer(pilot))


async def test_keys_typed_into_the_dialog_are_kept_in_the_vault_of_their_environment(
    opened: Opened, tmp_path: Path
) -> None:
    fill_vault(tmp_path)
    variable = "TOPEXPLORER_DEV_SESSION"
    async with opened(size=(80, 24), environment="dev", environ={variable: SESSION[::-1]}) as pilot:
        app, bench = pilot.app, explorer(pilot).bench
        await app.run_action("set_keys")
        await settled(pilot, lambda: isinstance(app.screen, KeysDialog) and "dev.vault" in text_of(pilot))
        assert f"from {variable}" in text_of(pilot)
        assert f"Calls use {variable}, which wins" in text_of(pilot)
        assert text_of(pilot).count("type to replace it") == 1
        assert focused(pilot).value == APP_KEY
        await pilot.press("enter", "enter")
        await typed(pilot, "not a session")
        await pilot.press("ctrl+s")
        await settled(pilot, lambda: "cannot be" in text_of(pilot))
        assert "not a session" not in text_of(pilot)
        focused(pilot).value = SESSION
        await pilot.press("enter")
        await typed(pilot, "acme")
        await pilot.press("enter")
        await opened_by(pilot, PASSPHRASE)
        await settled(pilot, lambda: app.screen is explorer(pilot))
        keys = bench.vault.room.keys(bench.engine.environment)
        token = keys and keys.token("acme")
        assert token
        assert token.session == Secret(SESSION)
        assert bench.vault.credentials(bench.engine.environment, "acme").app_secret == Secret(APP_SECRET)
        assert any(f"{variable} wins" in told.message for told in app._notifications)
