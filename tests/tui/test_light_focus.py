"""Moving the cursor: the pane that has it stands out, and no more is drawn or styled than what changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from textual._compositor import Compositor
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

from tests.tui.steps import Opened, explorer, open_api, settled
from topexplorer.tui.widgets.value_controls import ValueInput

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("environment", ["sandbox", "dev"])
async def test_the_pane_that_holds_the_cursor_is_framed_in_the_accent(opened: Opened, environment: str) -> None:
    async with opened(environment=environment) as pilot:
        screen = explorer(pilot)
        await open_api(pilot, "taobao.trade.fullinfo.get")
        for key, here in (("f3", "request"), ("f2", "catalog"), ("f3", "request")):
            await pilot.press(key)
            await pilot.pause()
            assert screen.query_one(f"#{here}").has_focus_within
            frames = {pane: screen.query_one(f"#{pane}").styles.border_top[1] for pane in ("catalog", "request")}
            other = frames.pop("request" if here == "catalog" else "catalog")
            assert frames[here] != other == screen.query_one("#answer").styles.border_top[1]
            assert screen.query_one(f"#{here}").styles.border_title_color == frames[here]


async def test_a_tab_in_a_form_styles_two_rows_and_draws_no_whole_screen(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    styled: list[DOMNode] = []
    whole: list[None] = []
    update, draw = Stylesheet.update_nodes, Compositor.render_full_update

    def update_nodes(sheet: Stylesheet, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        nodes = list(nodes)
        styled.extend(nodes)
        update(sheet, nodes, animate)

    def render_full_update(compositor: Compositor, simplify: bool = False) -> Any:
        whole.append(None)
        return draw(compositor, simplify)

    async with opened() as pilot:
        screen = explorer(pilot)
        await open_api(pilot, "taobao.trade.memo.update")
        await settled(pilot, lambda: len(screen.query(ValueInput)) > 1)
        await pilot.press("f3")
        monkeypatch.setattr(Stylesheet, "update_nodes", update_nodes)
        monkeypatch.setattr(Compositor, "render_full_update", render_full_update)
        before = screen.focused
        await pilot.press("tab")
        assert isinstance(before, ValueInput)
        assert screen.focused is not before
        assert not whole
        assert {before.parent, before} <= set(styled)
        assert len(set(styled)) <= 6
