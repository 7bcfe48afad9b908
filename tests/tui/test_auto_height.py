"""Views that are as high as their lines: right in their first layout, which may be their last when the app is busy."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.events import Resize

from tests.tui.answers import ENGLISH, settle
from topexplorer.tui.widgets.page import Page, row
from topexplorer.tui.widgets.pairs_view import PairsView

pytestmark = pytest.mark.anyio
EVIDENCE = (("code", "41"), ("msg", "Invalid arguments:tid"), ("request_id", "xl8tzvfk6nsj2"))
PROSE = (row("A sentence that takes two lines in twenty cells."), row(), row("Short."))


class LaidPairs(PairsView):
    DEFAULT_CSS = "LaidPairs { height: auto; }"

    def __init__(self) -> None:
        super().__init__(ENGLISH)
        self.heights: list[int] = []

    def on_mount(self) -> None:
        self.pairs = EVIDENCE

    def on_resize(self, event: Resize) -> None:
        self.heights.append(event.size.height)


class LaidPage(Page):
    DEFAULT_CSS = "LaidPage { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self.heights: list[int] = []

    def on_mount(self) -> None:
        self.show(PROSE)

    def on_resize(self, event: Resize) -> None:
        self.heights.append(event.size.height)


class Around(App[None]):
    def __init__(self, view: Any) -> None:
        super().__init__()
        self.view = view

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield self.view


@pytest.mark.parametrize("view", [LaidPairs, LaidPage])
async def test_a_view_is_never_laid_out_higher_than_its_lines(view: Any) -> None:
    app = Around(view())
    async with app.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        assert app.view.heights == [3]
        await pilot.resize_terminal(30, 20)
        await settle(pilot)
        assert app.view.heights[-1] == app.view.virtual_size.height
