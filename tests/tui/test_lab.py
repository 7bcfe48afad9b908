"""The check-up and the error book: lamps as they become known, cures carried out from there, errors looked up."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList, Static

from tests.tui.steps import Opened, explorer, open_api, sent, settled, typed
from tests.tui.test_six_pitfalls import keys, shows, trial
from topexplorer.core.call import Answer
from topexplorer.tui.screens.checkup import CheckUp
from topexplorer.tui.screens.explain_dialog import ExplainDialog
from topexplorer.tui.screens.signlab import SignLab
from topexplorer.tui.widgets.page import Page

pytestmark = pytest.mark.anyio


async def test_every_lamp_is_lit_and_none_is_red_out_of_the_box(opened: Opened) -> None:
    async with opened(lang="zh") as pilot:
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
        engine = explorer(pilot).bench.engine
        used = engine.meters()[0].used
        await pilot.press("r")
        await settled(pilot, lambda: engine.meters()[0].used > used and "没有红灯" in str(note.content))


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
