"""Keys that come all at once, as over a slow line or from a program that types: each reaches what it was meant for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste
from textual.widgets import Input

from tests.engine.vaults import APP_SECRET, SESSION
from tests.tui.steps import Opened, at_once, explorer, open_api, settled
from tests.workbench import TID
from topexplorer.core.call import Answer
from topexplorer.tui.screens.environment_form import EnvironmentForm
from topexplorer.tui.screens.keys_dialog import KeysDialog
from topexplorer.tui.screens.lock_screen import LockScreen
from topexplorer.tui.screens.passphrase_dialog import PassphraseDialog

pytestmark = pytest.mark.anyio


async def test_each_secret_goes_into_its_own_field(opened: Opened) -> None:
    async with opened(environment="dev") as pilot:
        await pilot.press("ctrl+e")
        await settled(pilot, lambda: "environments" in str(pilot.app.screen).lower())
        at_once(pilot, "k", "21112222⏎", f"{APP_SECRET}⏎", f"{SESSION}⏎", "数码优选")
        await settled(pilot, lambda: isinstance(pilot.app.screen, KeysDialog))
        await settled(pilot, lambda: pilot.app.screen.query(Input).last().value == "数码优选")
        assert [field.value for field in pilot.app.screen.query(Input)] == ["21112222", APP_SECRET, SESSION, "数码优选"]


async def test_a_command_acts_on_all_that_was_typed_before_it(opened: Opened, tmp_path: Path) -> None:
    async with opened(environment="dev") as pilot:
        app: Any = pilot.app
        app.action_set_keys()
        await settled(pilot, lambda: isinstance(app.screen, KeysDialog) and isinstance(app.focused, Input))
        at_once(pilot, "21112222⏎", APP_SECRET, "^ctrl+s")
        # Who asks for the passphrase is a thread, in its own time.
        await settled(pilot, lambda: isinstance(app.screen, PassphraseDialog) and isinstance(app.focused, Input))
        at_once(pilot, "correct horse⏎", "correct horse⏎")
        await settled(pilot, lambda: not isinstance(app.screen, (KeysDialog, PassphraseDialog)))
        bench = explorer(pilot).bench
        kept = bench.vault.room.keys(bench.environments["dev"])
        assert kept is not None
        assert kept.app_secret is not None
        assert (kept.app_key, kept.app_secret.reveal()) == ("21112222", APP_SECRET)


async def test_an_api_is_found_filled_and_sent_by_keys_that_come_at_once(opened: Opened) -> None:
    async with opened() as pilot:
        screen = explorer(pilot)
        at_once(pilot, "taobao.trade.fullinfo.get⏎", "tid,status⏎", TID, "^ctrl+j")
        await settled(pilot, lambda: screen.exchange is not None)
        assert screen.draft is not None
        assert screen.draft.values == {"fields": "tid,status", "tid": TID}
        assert screen.exchange is not None
        assert isinstance(screen.exchange.outcome, Answer)


async def test_a_dialog_gets_what_is_typed_after_the_key_that_opens_it(opened: Opened) -> None:
    async with opened() as pilot:
        at_once(pilot, "^ctrl+e", "a", "staging↓↓", "http://127.0.0.1:8911/router/rest")
        await settled(pilot, lambda: isinstance(pilot.app.screen, EnvironmentForm))
        await settled(pilot, lambda: "8911/router/rest" in pilot.app.screen.query(Input)[2].value)
        assert pilot.app.screen.query(Input)[0].value == "staging"


async def test_the_panic_key_waits_for_nothing_and_nothing_typed_before_it_comes_after(opened: Opened) -> None:
    async with opened(environment="dev") as pilot:
        await open_api(pilot, "taobao.time.get")
        at_once(pilot, "^ctrl+e", "a", "half a name", "^ctrl+backslash")
        await settled(pilot, lambda: isinstance(pilot.app.screen, LockScreen))
        assert "half a name" not in [field.value for field in pilot.app.screen.query(Input)]


async def test_a_paste_comes_in_its_turn(opened: Opened) -> None:
    async with opened(environment="dev") as pilot:
        app: Any = pilot.app
        app.action_set_keys()
        await settled(pilot, lambda: isinstance(app.screen, KeysDialog) and isinstance(app.focused, Input))
        at_once(pilot, "21112222⏎")
        app.post_message(Paste(APP_SECRET))
        at_once(pilot, "⏎")
        app.post_message(Paste(SESSION))
        await settled(pilot, lambda: app.screen.query(Input)[2].value)
        assert [field.value for field in app.screen.query(Input)] == ["21112222", APP_SECRET, SESSION, ""]
