"""The check-up and the error book: lamps as they become known, cures carried out from there, errors looked up."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList, Static

from tests.engine.vaults import filled
from tests.tui.steps import Opened, explorer, open_api, sent, settled, typed
from tests.tui.test_six_pitfalls import keys, shows, trial
from tests.workbench import Clock
from topexplorer.core.call import Answer
from topexplorer.core.lamps import Lamp
from topexplorer.core.language import Language, message
from topexplorer.core.views import LARGE_FOR_TREE
from topexplorer.tui.screens.checkup import CheckUp, about
from topexplorer.tui.screens.explain_dialog import ExplainDialog
from topexplorer.tui.screens.signlab import SignLab
from topexplorer.tui.widgets.page import Page
from topexplorer.tui.widgets.response_pane import ResponsePane

pytestmark = pytest.mark.anyio


def address(url: str) -> Lamp:
    return Lamp("address", "ok", message("lamp.address.ok"), detail=url)


async def test_every_lamp_is_lit_and_none_is_red_out_of_the_box(opened: Opened) -> None:
    clock = Clock()
    async with opened(lang="zh", clock=clock) as pilot:
        await pilot.press("alt+d")
        await settled(pilot, lambda: isinstance(pilot.app.screen, CheckUp))
        note = pilot.app.screen.query_one(".dialog-note", Static)
        await settled(pilot, lambda: "没有红灯" in str(note.content))
        lamps = pilot.app.screen.query_one("#lamps", OptionList)
        marks = [str(option.prompt)[0] for option in lamps.options if not option.disabled]
        assert "✗" not in marks
        names = [option.id for option in lamps.options]
        steps = [name for name in names if name and name.startswith("step-")]
        assert steps == ["step-sign_example", "step-reach", "step-public_call", "step-seller_call"]
        assert {f"need-{name}" for name in ("keys", "clock", "sign", "ip", "permission", "session", "quota")} <= set(
            names
        )
        assert {"need-files", "need-private", "need-colours"} <= set(names)
        engine = explorer(pilot).bench.engine
        used = engine.meters()[0].used
        vault = filled(explorer(pilot).bench.paths.vault_folder)
        vault.chmod(0o640)
        await pilot.press("r")
        await settled(pilot, lambda: engine.meters()[0].used > used and "红灯" in str(note.content))
        if hasattr(os, "geteuid"):
            await settled(pilot, lambda: "1 个红灯" in str(note.content))
            assert lamps.highlighted == lamps.get_option_index("need-private")
            assert "别人能读" in str(lamps.get_option("need-private").prompt)
            clock.move(60)
            await pilot.press("enter")
            await settled(pilot, lambda: "没有红灯" in str(note.content))
            assert vault.stat().st_mode & 0o777 == 0o600


def test_an_address_stands_in_one_line_or_is_broken_behind_a_slash() -> None:
    """In 80 columns: 71 cells for a lamp."""
    say = Language("en")
    short, long = (
        "https://eco.taobao.com/router/rest",
        "https://gw-internal.shanghai.example.com/a/long/path/router/rest",
    )
    found = {url: list(about(address(url), say, 15, 71)) for url in (short, long)}
    assert found[short] == ["✓ gateway address safe to call · https://eco.taobao.com/router/rest"]
    assert found[long] == [
        "✓ gateway address safe to call",
        " " * 18 + "https://gw-internal.shanghai.example.com/a/long/path/",
        " " * 18 + "router/rest",
    ]
    assert [line.strip() for line in about(address("x" * 90), say, 15, 71)][1:] == ["x" * 90]


async def test_a_red_lamp_says_what_to_do_and_enter_does_it(opened: Opened, tmp_path: Path) -> None:
    async with opened(**trial(tmp_path, **keys() | {"APP_SECRET": "notthesecret0123456789"})) as pilot:
        await open_api(pilot, "taobao.time.get")
        await pilot.press("alt+d")
        await settled(pilot, lambda: isinstance(pilot.app.screen, CheckUp))
        note = pilot.app.screen.query_one(".dialog-note", Static)
        await settled(pilot, lambda: "red" in str(note.content))
        lamps = pilot.app.screen.query_one("#lamps", OptionList)
        assert lamps.highlighted is not None
        red = lamps.get_option_at_index(lamps.highlighted)
        assert red.id == "need-sign"
        assert "→" in str(red.prompt)
        await pilot.press("enter")
        await settled(pilot, lambda: explorer(pilot).exchange)
        exchange = explorer(pilot).exchange
        assert exchange is not None
        assert isinstance(exchange.outcome, Answer)


async def test_a_clock_that_is_off_is_corrected_in_the_check_up_and_told_in_the_lab(opened: Opened) -> None:
    async with opened() as pilot:
        explorer(pilot).bench.sandbox.faults.add("*: clock=+15m")
        await pilot.press("alt+d")
        await settled(pilot, lambda: isinstance(pilot.app.screen, CheckUp))
        note = pilot.app.screen.query_one(".dialog-note", Static)
        await settled(pilot, lambda: "red" in str(note.content))
        lamps = pilot.app.screen.query_one("#lamps", OptionList)
        lamps.highlighted = lamps.get_option_index("need-clock")
        await pilot.press("enter")
        await settled(pilot, lambda: "none is red" in str(note.content))
        await pilot.press("escape", "alt+g")
        await settled(pilot, lambda: isinstance(pilot.app.screen, SignLab))
        await pilot.press("f5")
        page = pilot.app.screen.query_one("#lab-page", Page)
        await settled(pilot, lambda: "by taobao.time.get" in page.text)
        assert "15 min 00 s behind" in page.text
        assert "stamped with the gateway" in page.text
        assert (page.text.count("✓"), page.text.count("✗")) == (2, 10)
        await pilot.press("escape")
        await open_api(pilot, "taobao.time.get")
        assert isinstance(await sent(pilot), Answer)


async def test_an_error_is_explained_while_it_is_typed_and_the_mistaken_tables_are_named(opened: Opened) -> None:
    async with opened(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await typed(pilot, "isv.permission-api-package-limit")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await settled(pilot, lambda: isinstance(pilot.app.screen, ExplainDialog))
        page = pilot.app.screen.query_one(Page)
        box = pilot.app.screen.query_one(Input)
        assert "permission" in page.text
        for text, said in (
            ("15", "widely copied table"),
            ("7", "widely copied"),
            ("quota", "limit"),
            ("timezone", "31"),
            ("1795331821", "Seconds are refused"),
            ('{"error_response":{"code":25,"msg":"Invalid signature"}}', "signature"),
            ("zzzz", "zzzz"),
            ("", ""),
        ):
            box.value = text
            await settled(pilot, partial(shows, page, said))
        await pilot.press("escape")
        await settled(pilot, lambda: pilot.app.screen is explorer(pilot))


async def test_a_large_answer_is_not_decoded_for_missing_fields_unless_somebody_asks(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, "taobao.items.onsale.get")
        await sent(pilot)
        screen = explorer(pilot)
        items = b'{"num_iid":1},' * (LARGE_FOR_TREE // 10)
        body = b'{"items_onsale_get_response":{"items":{"item":[' + items + b"{}]}}}"
        large = Answer(body, "json", "items_onsale_get_response", None)
        assert screen.exchange is not None
        screen.exchange = replace(screen.exchange, id="large", outcome=large)
        await settled(pilot, lambda: screen.query_one(ResponsePane).view == "text")
        await screen.workers.wait_for_complete()
        assert "payload" not in vars(large)
