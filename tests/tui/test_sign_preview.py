"""The sign side of a request: how the sign of what is typed comes about."""

from __future__ import annotations

import pytest

from tests.tui.steps import Opened, explorer, open_api, settled, typed
from topexplorer.tui.widgets.page import Page
from topexplorer.tui.widgets.request_pane import RequestPane

pytestmark = pytest.mark.anyio


async def test_the_sign_is_written_when_it_is_seen_and_of_what_was_typed_until_then(opened: Opened) -> None:
    async with opened() as pilot:
        screen = explorer(pilot)

        def value(name: str) -> str | None:
            return screen.draft.values.get(name) if screen.draft else None

        await open_api(pilot, "taobao.trade.fullinfo.get")
        await pilot.press("f3")
        await typed(pilot, "tid")
        await settled(pilot, lambda: value("fields") == "tid" and screen.query("#sign"))
        page = screen.query_one("#sign", Page)
        assert "fieldstid" not in page.text
        await pilot.press("ctrl+g")
        await settled(pilot, lambda: "fieldstid" in page.text)
        await pilot.press("ctrl+g", "f3")
        await typed(pilot, "7")
        await settled(pilot, lambda: value("tid") == "7")
        assert "tid7" not in page.text
        screen.query_one(RequestPane).side = "sign"
        assert "tid7" in page.text, "before anything is drawn"
