"""Choosing fields and values in a picker, from the form and back."""

from __future__ import annotations

from typing import cast

import pytest
from rich.text import Text
from textual.pilot import Pilot

from tests.core.samples import api, field, param
from tests.tui.formhost import SPEC, Desk, at, valued
from tests.tui.steps import settled
from topexplorer.core.call import RequestDraft
from topexplorer.core.spec import Choice
from topexplorer.tui.widgets.field_picker import Picker, PickList

pytestmark = pytest.mark.anyio


async def opened(pilot: Pilot[None], desk: Desk, name: str) -> Picker:
    """The picker of that row."""
    await at(pilot, desk, name)
    await pilot.press("ctrl+f")
    await settled(pilot, lambda: isinstance(desk.screen, Picker) and desk.screen.query_one(PickList).count)
    return cast(Picker, desk.screen)


def ticks(picker: Picker) -> str:
    rows = picker.query_one(PickList)
    return "".join(rows.tick(row.path) for row in rows.shown)


async def closed(pilot: Pilot[None], desk: Desk) -> None:
    await settled(pilot, lambda: not isinstance(desk.screen, Picker))


async def test_fields_are_found_by_meaning_and_come_back_in_the_order_of_the_answer() -> None:
    desk = Desk(draft=RequestDraft(SPEC.method, {"fields": "payment, mine"}), lang="zh")
    async with desk.run_test() as pilot:
        picker = await opened(pilot, desk, "fields")
        rows = picker.query_one(PickList)
        assert ticks(picker) == "      ✓"
        await pilot.press(*"title", "space", *"中文")
        assert [row.path for row in rows.shown] == ["orders.title"]
        await pilot.press("down", "space", "slash", *["backspace"] * 8, "down", "space", "enter")
        await closed(pilot, desk)
        await settled(pilot, lambda: desk.edits)
        assert [draft.values["fields"] for draft in desk.edits] == ["tid,orders.title,payment,mine"]


async def test_a_parent_covers_its_members_and_leaving_one_out_keeps_the_others() -> None:
    desk = Desk(draft=RequestDraft(SPEC.method, {"fields": "orders.oid"}))
    async with desk.run_test() as pilot:
        picker = await opened(pilot, desk, "fields")
        assert ticks(picker) == "   -✓  "
        await pilot.press(*["down"] * 4, "space")
        assert (ticks(picker), picker.choice.count) == ("   ✓↳↳ ", 3)
        await pilot.press("down", "space")
        assert (ticks(picker), picker.choice.text) == ("   - ✓ ", "orders.title")


async def test_a_chooses_the_whole_top_level_but_is_a_letter_in_the_search_box() -> None:
    desk = Desk()
    async with desk.run_test() as pilot:
        picker = await opened(pilot, desk, "fields")
        await pilot.press("a")
        assert picker.choice.text == ""
        await pilot.press("backspace", "down", "a", "enter")
        await settled(pilot, lambda: desk.edits)
        await settled(
            pilot, lambda: desk.edits and desk.edits[-1].values["fields"] == "tid,status,buyer_memo,orders,payment"
        )


async def test_enter_after_a_search_ticks_the_match_and_on_an_empty_search_it_is_done() -> None:
    desk = Desk(draft=RequestDraft(SPEC.method, {"fields": "tid"}))
    async with desk.run_test() as pilot:
        picker = await opened(pilot, desk, "fields")
        await pilot.press(*"memo", "enter", *"pay", "enter")
        assert picker.choice.text == "tid,buyer_memo,payment"
        await pilot.press("enter")
        await valued(pilot, desk, "fields", "tid,buyer_memo,payment")


async def test_escape_changes_nothing() -> None:
    desk = Desk(draft=RequestDraft(SPEC.method, {"fields": "tid"}))
    async with desk.run_test() as pilot:
        await opened(pilot, desk, "fields")
        await pilot.press("down", "space", "escape")
        await closed(pilot, desk)
        assert desk.edits == []
        assert desk.row("fields").control.text == "tid"


async def test_clicking_a_row_ticks_it_and_the_button_is_done() -> None:
    desk = Desk()
    async with desk.run_test() as pilot:
        await at(pilot, desk, "fields")
        await pilot.click(desk.row("fields").query_one("Button"))
        await settled(pilot, lambda: isinstance(desk.screen, Picker) and desk.screen.query_one(PickList).count)
        await pilot.click(PickList, offset=(5, 1))
        await pilot.click(desk.screen.query("Button").first())
        await valued(pilot, desk, "fields", "status")


async def test_one_value_is_chosen_by_enter_and_replaces_what_was_typed() -> None:
    desk = Desk(draft=RequestDraft(SPEC.method, {"status": "wrong"}))
    async with desk.run_test() as pilot:
        await opened(pilot, desk, "status")
        await pilot.press("down", "down", "enter")
        await settled(pilot, lambda: desk.edits == [RequestDraft(SPEC.method, {"status": "SENT"})])


async def test_several_values_are_ticked_for_a_list() -> None:
    spec = api(param("kinds", many=True, choices=tuple(Choice(value=name) for name in ("a", "b", "a.b"))))
    desk = Desk(spec, RequestDraft(spec.method, {"kinds": "b"}))
    async with desk.run_test() as pilot:
        picker = await opened(pilot, desk, "kinds")
        assert ticks(picker) == " ✓ "
        await pilot.press("down", "space", "down", "down", "space", "enter")
        await valued(pilot, desk, "kinds", "a,b,a.b")


async def test_700_fields_are_listed_and_only_the_visible_ones_are_drawn() -> None:
    fields = tuple(field(f"[b]f{i}\x1b") for i in range(700))
    spec = api(param("fields", "fields"), response=(field("x", "object", "X", children=fields),))
    desk = Desk(spec)
    drawn: set[int] = set()
    async with desk.run_test() as pilot:
        picker = await opened(pilot, desk, "fields")
        rows = picker.query_one(PickList)
        draw = rows.draw

        def noted(row: int, on: bool) -> tuple[Text, Text]:
            drawn.add(row)
            return draw(row, on)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rows, "draw", noted)
            await pilot.press("down", "end")
        assert rows.count == 700
        assert 0 < len(drawn) < 100
        assert "[b]f699␛" in rows.draw(699, False)[0].plain
        await pilot.press("space", "enter")
        await valued(pilot, desk, "fields", "[b]f699\x1b")
