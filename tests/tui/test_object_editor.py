"""Objects edited as a form and as JSON: both sides tell the same, and nothing that is typed is lost."""

from __future__ import annotations

from typing import cast

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Static

from tests.tui.formhost import SPEC, Desk, at, valued
from tests.tui.steps import settled
from topexplorer.core.call import RequestDraft
from topexplorer.tui.widgets.object_editor import EntryList, MemberRows, ObjectEditor
from topexplorer.tui.widgets.param_row import ParamRow
from topexplorer.tui.widgets.value_controls import JsonArea

pytestmark = pytest.mark.anyio
TWO = '[{"num_iid":3141592653589793238,"other":1.10,"title":"a"},{"num_iid":2}]'


async def opened(pilot: Pilot[None], desk: Desk) -> ObjectEditor:
    await at(pilot, desk, "items")
    await pilot.press("ctrl+f")
    return await editor(pilot, desk, 1)


async def editor(pilot: Pilot[None], desk: Desk, depth: int) -> ObjectEditor:
    """The editor that many objects deep, once its side is there."""

    def ready() -> bool:
        found = [screen for screen in desk.screen_stack if isinstance(screen, ObjectEditor)]
        return len(found) == depth and (found[-1].raw or bool(found[-1].query_one(MemberRows).rows))

    await settled(pilot, ready)
    return cast(ObjectEditor, desk.screen)


def holding(text: str) -> Desk:
    return Desk(draft=RequestDraft(SPEC.method, {"items": text}))


def member(screen: ObjectEditor, name: str) -> ParamRow:
    return next(row for row in screen.query_one(MemberRows).rows if row.key == name)


async def typed(pilot: Pilot[None], screen: ObjectEditor, name: str, text: str) -> None:
    row = member(screen, name)
    row.control.focus()
    await settled(pilot, lambda: row.control.has_focus)
    await pilot.press(*text)


async def done(pilot: Pilot[None], desk: Desk) -> str:
    await pilot.press("ctrl+j")
    await settled(pilot, lambda: not isinstance(desk.screen, ObjectEditor))
    await settled(pilot, lambda: desk.edits)
    return desk.edits[-1].values["items"]


async def test_members_become_json_of_their_types_and_the_rest_stays_as_it_was() -> None:
    desk = holding(TWO)
    async with desk.run_test() as pilot:
        screen = await opened(pilot, desk)
        assert member(screen, "num_iid").control.text == "3141592653589793238"
        await typed(pilot, screen, "title", "b")
        await typed(pilot, screen, "virtual", "t")
        await typed(pilot, screen, "list_time", "-1d")
        assert await done(pilot, desk) == (
            '[{"num_iid":3141592653589793238,"other":1.10,"title":"ab","virtual":true,'
            '"list_time":"2026-11-20 10:30:00"},{"num_iid":2}]'
        )


async def test_both_sides_tell_the_same() -> None:
    desk = holding(TWO)
    async with desk.run_test() as pilot:
        screen = await opened(pilot, desk)
        await typed(pilot, screen, "title", "b")
        await pilot.press("ctrl+underscore")
        area = screen.query_one(JsonArea)
        assert '"title": "ab"' in area.text
        assert '"other": 1.10' in area.text
        area.text = '[{"num_iid": 12345678901234567890, "title": "raw"}]'
        await pilot.press("ctrl+underscore")
        assert member(screen, "num_iid").control.text == "12345678901234567890"
        assert member(screen, "title").control.text == "raw"
        assert await done(pilot, desk) == '[{"num_iid":12345678901234567890,"title":"raw"}]'


async def test_broken_json_says_where_and_stays_until_it_is_mended_or_handed_back() -> None:
    desk = holding('[{"num_iid":1,\n  title}]')
    async with desk.run_test() as pilot:
        screen = await opened(pilot, desk)
        assert screen.raw
        status = screen.query_one(".editor--status", Static)
        assert "line 2, column 3" in str(status.content)
        await pilot.press("ctrl+underscore")
        assert screen.raw
        assert screen.query_one(JsonArea).text == '[{"num_iid":1,\n  title}]'
        await pilot.press("end", "x")
        assert await done(pilot, desk) == '[{"num_iid":1,x\n  title}]'


async def test_json_of_another_shape_is_kept_on_the_raw_side() -> None:
    desk = holding('{"num_iid":1}')
    async with desk.run_test() as pilot:
        screen = await opened(pilot, desk)
        assert screen.raw
        assert "array" in str(screen.query_one(".editor--status", Static).content)
        await pilot.press("escape")
        await settled(pilot, lambda: not isinstance(desk.screen, ObjectEditor))
        assert desk.edits == []


async def test_entries_are_added_duplicated_moved_and_removed() -> None:
    desk = holding(TWO)
    async with desk.run_test() as pilot:
        screen = await opened(pilot, desk)
        entries = screen.query_one(EntryList)
        entries.focus()
        await pilot.press("down")
        assert member(screen, "num_iid").control.text == "2"
        await pilot.press("d")
        await typed(pilot, screen, "num_iid", "7")
        assert [label.split()[0] for label in entries.labels] == ["3141592653589793238", "2", "27"]
        entries.focus()
        await pilot.press("[", "[", "down", "delete", "n", "enter")
        await settled(pilot, lambda: member(screen, "num_iid").control.has_focus)
        await pilot.press("9")
        assert await done(pilot, desk) == '[{"num_iid":27},{"num_iid":2},{"num_iid":9}]'


async def test_buttons_do_what_the_keys_do() -> None:
    desk = holding("")
    async with desk.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, desk)
        assert screen.query_one(MemberRows).disabled
        for name in ("add", "duplicate", "up", "remove", "turn"):
            await pilot.click(next(button for button in screen.query(Button) if button.name == name))
            await pilot.pause()
            if name == "add":
                await typed(pilot, screen, "num_iid", "5")
        assert screen.query_one(JsonArea).text == '[\n  {\n    "num_iid": 5\n  }\n]'
        await pilot.click(next(button for button in screen.query(Button) if button.name == "accept"))
        await valued(pilot, desk, "items", '[{"num_iid":5}]')


async def test_an_object_inside_an_object_opens_its_own_editor() -> None:
    desk = holding('[{"sku":{"sku_id":4611686018427,"kept":null}}]')
    async with desk.run_test() as pilot:
        first = await opened(pilot, desk)
        await typed(pilot, first, "sku", "")
        await pilot.press("ctrl+f")
        second = await editor(pilot, desk, 2)
        assert member(second, "sku_id").control.text == "4611686018427"
        await typed(pilot, second, "deep", "")
        await pilot.press("ctrl+f")
        third = await editor(pilot, desk, 3)
        await typed(pilot, third, "x", "y")
        await pilot.press("ctrl+j")
        await editor(pilot, desk, 2)
        await pilot.press("ctrl+j")
        await editor(pilot, desk, 1)
        assert await done(pilot, desk) == '[{"sku":{"sku_id":4611686018427,"kept":null,"deep":{"x":"y"}}}]'


async def test_escape_throws_edits_away_only_when_it_is_pressed_twice() -> None:
    desk = holding(TWO)
    async with desk.run_test() as pilot:
        screen = await opened(pilot, desk)
        await typed(pilot, screen, "title", "b")
        await pilot.press("escape")
        assert desk.screen is screen
        assert "Esc again" in str(screen.query_one(".editor--status", Static).content)
        await pilot.press("escape")
        await settled(pilot, lambda: desk.screen is not screen)
        assert desk.edits == []
        assert desk.row("items").control.text == TWO


async def test_problems_are_shown_beside_the_member() -> None:
    desk = holding('[{"title":"far too long a title"}]')
    async with desk.run_test() as pilot:
        screen = await opened(pilot, desk)
        assert "at most 10" in "".join(note.plain for note in member(screen, "title").notes())
        await typed(pilot, screen, "num_iid", "x")
        assert "whole number" in "".join(note.plain for note in member(screen, "num_iid").notes())
        assert await done(pilot, desk) == '[{"title":"far too long a title","num_iid":"x"}]'
