"""A new app secret that the gateway refuses: the card says what to do, and the keys dialog puts the old one back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.vaults import CHEAP, PASSPHRASE
from tests.tui.steps import Opened, explorer, open_api, sent, settled, typed
from tests.tui.test_locking import text_of
from topexplorer.core.call import Answer, Refusal, Secret
from topexplorer.engine import vaultfile
from topexplorer.engine.settings import Paths
from topexplorer.sandbox.accounts import Accounts
from topexplorer.tui.screens.keys_dialog import KeysDialog

pytestmark = pytest.mark.anyio
WRONG = "wr0ng5ecretwr0ng5ecretwr0ng5ecre"
KEYS = Accounts.default().credentials()


async def test_the_card_leads_to_the_dialog_and_that_puts_the_previous_secret_back(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vaultfile, "COST", CHEAP)
    paths = Paths.under(tmp_path)
    paths.config.mkdir(parents=True)
    paths.config_file.write_text('[environments.dev]\ngateway = "embedded"\nvault = "file"\n', "utf-8")

    async with opened(size=(80, 24), environment="dev") as pilot:
        app, screen = pilot.app, explorer(pilot)
        bench, dev = screen.bench, screen.bench.environments["dev"]
        # The app asks by a dialog; here somebody is always there who knows the passphrase.
        bench.ask_passphrase = lambda wanted: None if wanted.problem else Secret(PASSPHRASE)
        bench.vault.room.put(dev, KEYS.app_key, KEYS.app_secret)
        await app.run_action("set_keys")
        await settled(pilot, lambda: isinstance(app.screen, KeysDialog) and "dev.vault" in text_of(pilot))
        assert "previous" not in text_of(pilot)
        await pilot.press("ctrl+b")
        assert isinstance(app.screen, KeysDialog)
        await pilot.press("enter")
        await typed(pilot, WRONG)
        await pilot.press("ctrl+s")
        await settled(pilot, lambda: app.screen is screen)
        assert any("previous app secret stays" in told.message for told in app._notifications)
        await open_api(pilot, "taobao.time.get")
        refused = await sent(pilot)
        assert isinstance(refused, Refusal)
        assert refused.code == 25
        await settled(pilot, lambda: "Put back the previous app secret, which is still kept" in text_of(pilot))
        await pilot.press("alt+c")
        await settled(pilot, lambda: isinstance(app.screen, KeysDialog) and "^B" in text_of(pilot))
        assert "The previous app secret is kept until the new one" in text_of(pilot)
        assert WRONG not in text_of(pilot)
        await pilot.press("ctrl+b")
        await settled(pilot, lambda: app.screen is screen)
        keys = bench.vault.room.keys(dev)
        assert keys is not None
        assert keys.secrets() == (KEYS.app_secret,)
        assert isinstance(await sent(pilot), Answer)
        # And the way forward: the right one is typed over a wrong one, and the first answer ends it.
        bench.vault.room.put(dev, "", Secret(WRONG))
        bench.vault.room.forget(dev, "previous")
        bench.vault.room.put(dev, "", KEYS.app_secret)
        assert bench.vault.status(dev).previous
        assert isinstance(await sent(pilot), Answer)
        await settled(pilot, lambda: not bench.vault.status(dev).previous)
        assert bench.problems == []
