"""The request form: driven by keys, judged by the drafts that it reports and by what its rows say."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from textual import events
from textual.widgets import Button, Static

from tests.core.samples import api, param
from tests.tui.formhost import SPEC, Desk, at, large, reported, valued
from tests.tui.steps import settled
from topexplorer.core.call import RequestDraft
from topexplorer.core.catalog import unlisted
from topexplorer.core.language import Words
from topexplorer.tui.widgets.free_row import FreeRow
from topexplorer.tui.widgets.value_controls import BooleanSwitch, JsonArea, ValueInput

pytestmark = pytest.mark.anyio
ALL = RequestDraft(
    SPEC.method,
    {
        "fields": "tid",
        "tid": "3141592653589793238",
        "has_next": "true",
        "extra": '{\n "a": 1}',
        "own": "x",
        "size": "5",
    },
    {"image": "pictures/a.png", "more": "pictures/b.png"},
    frozenset({"size", "own"}),
    format="xml",
    sign_method="hmac",
)


async def test_required_rows_come_first_and_the_cursor_stands_in_the_first_empty_one() -> None:
    desk = Desk(draft=RequestDraft(SPEC.method, {"fields": "tid"}))
    async with desk.run_test() as pilot:
        desk.form.focus_first()
        await settled(pilot, lambda: len(desk.form.rows) == len(SPEC.params) and desk.form.current)
        assert [row.key for row in desk.form.rows][:3] == ["fields", "tid", "start"]
        assert desk.form.current is desk.row("tid")


async def test_typing_fast_loses_nothing_and_reports_whole_drafts() -> None:
    desk = Desk(draft=replace(ALL, values={**ALL.values, "tid": ""}))
    async with desk.run_test() as pilot:
        await at(pilot, desk, "tid")
        await pilot.press(*"3141592653589793238")
        await reported(pilot, desk, ALL)
        assert [draft.values["tid"] for draft in desk.edits] == ["3141592653589793238"[:n] for n in range(1, 20)]


async def test_filling_from_a_seed_restores_everything_and_reports_nothing() -> None:
    desk = Desk(draft=ALL)
    async with desk.run_test() as pilot:
        await settled(pilot, lambda: len(desk.form.rows) == len(SPEC.params) + 2)
        shown = {row.key: (row.control.text, row.sent) for row in desk.form.rows if row.filled}
        assert shown == {
            "fields": ("tid", True),
            "tid": ("3141592653589793238", True),
            "size": ("5", False),
            "has_next": ("true", True),
            "image": ("pictures/a.png", True),
            "extra": ('{\n "a": 1}', True),
            "own": ("x", False),
            "more": ("pictures/b.png", True),
        }
        assert desk.row("size").caption().plain == "off · size"
        assert desk.edits == []


async def test_switching_apis_and_back_restores_what_was_typed() -> None:
    desk = Desk()
    other = api(param("name", required=True), method="taobao.other.get")
    async with desk.run_test() as pilot:
        await at(pilot, desk, "tid")
        await pilot.press(*"42", "ctrl+underscore")
        kept = desk.edits[-1]
        desk.open(other, RequestDraft(other.method))
        await settled(pilot, lambda: [row.key for row in desk.form.rows] == ["name"])
        assert desk.form.draft == RequestDraft(other.method)
        desk.open(SPEC, kept)
        await settled(pilot, lambda: len(desk.form.rows) == len(SPEC.params))
        assert (desk.row("tid").control.text, desk.row("tid").sent) == ("42", False)
        assert desk.form.draft == kept


async def test_what_was_typed_just_before_a_switch_is_reported_for_the_api_it_was_typed_for() -> None:
    desk = Desk()
    other = api(param("name"), method="taobao.other.get")
    async with desk.run_test() as pilot:
        row = await at(pilot, desk, "tid")
        row.control.text = "42"
        desk.open(other, RequestDraft(other.method))
        await settled(pilot, lambda: desk.edits == [RequestDraft(SPEC.method, {"tid": "42"})])


async def test_a_new_seed_for_the_same_api_changes_the_texts_and_keeps_the_cursor() -> None:
    desk = Desk(draft=ALL)
    async with desk.run_test() as pilot:
        row = await at(pilot, desk, "tid")
        desk.seed = replace(ALL, values={**ALL.values, "tid": "7", "fields": "status"})
        await settled(pilot, lambda: desk.row("fields").control.text == "status")
        assert desk.form.current is row
        await pilot.press("8")
        await settled(
            pilot, lambda: desk.edits == [replace(ALL, values={**ALL.values, "tid": "78", "fields": "status"})]
        )


async def test_an_emptied_field_is_no_longer_part_of_the_draft() -> None:
    desk = Desk(draft=RequestDraft(SPEC.method, {"tid": "1"}))
    async with desk.run_test() as pilot:
        await at(pilot, desk, "tid")
        await pilot.press("backspace")
        await settled(pilot, lambda: desk.edits == [RequestDraft(SPEC.method)])


async def test_a_row_switched_off_keeps_its_text_and_says_so_in_words() -> None:
    desk = Desk(draft=RequestDraft(SPEC.method, {"tid": "abc"}))
    async with desk.run_test() as pilot:
        await at(pilot, desk, "tid")
        assert "error" in desk.note("tid")
        assert desk.row("tid").mark()[0] == "! "
        await pilot.press("ctrl+underscore")
        await settled(
            pilot,
            lambda: desk.edits and desk.edits[-1] == RequestDraft(SPEC.method, {"tid": "abc"}, off=frozenset({"tid"})),
        )
        assert desk.row("tid").caption().plain == "off · tid"
        assert "error" not in desk.note("tid")
        await pilot.click(desk.row("tid"), offset=(1, 0))
        await settled(pilot, lambda: desk.edits and desk.edits[-1].off == frozenset())


async def test_a_date_shows_the_moment_that_will_be_sent_as_it_is_typed() -> None:
    desk = Desk()
    async with desk.run_test() as pilot:
        await at(pilot, desk, "start")
        await pilot.press(*"-3d")
        await settled(pilot, lambda: "2026-11-18 10:30:00 GMT+8" in desk.note("start"))
        await valued(pilot, desk, "start", "-3d")
        await pilot.press("x")
        await settled(pilot, lambda: desk.note("start").startswith("error"))


MEANINGS = (
    ("size", "１２", "= 12"),
    ("status", "PAID", "= Paid"),
    ("nicks", "a,b，", "2 of 3"),
    ("fields", "orders", "3 of 7"),
    ("items", '[{"num_iid":1}]', "1 entry"),
    ("items", "[{}]", "error  items[0].num_iid is required"),
    ("size", "400", "error  must be at most 100"),
    ("fields", "nope", "warning  nope is not a field of the answer"),
)


async def test_the_line_below_says_what_a_text_means() -> None:
    desk = Desk()
    async with desk.run_test() as pilot:
        for name, typed, said in MEANINGS:
            desk.open(SPEC, RequestDraft(SPEC.method))
            await settled(pilot, lambda: desk.form.rows and not any(row.control.text for row in desk.form.rows))
            await at(pilot, desk, name)
            await pilot.press(*typed)
            await settled(pilot, partial(_says, desk, name, said))


def _says(desk: Desk, name: str, said: str) -> bool:
    return said in desk.note(name)


async def test_an_empty_required_field_is_an_error_only_after_it_was_left() -> None:
    desk = Desk()
    async with desk.run_test() as pilot:
        await at(pilot, desk, "fields")
        assert desk.row("fields").caption().plain == "fields"
        await at(pilot, desk, "tid")
        assert desk.row("fields").caption().plain == "required · fields"
        assert desk.row("tid").caption().plain == "tid"
        desk.form.reveal_missing()
        assert desk.row("tid").caption().plain == "required · tid"
        assert {row.region.height for row in desk.form.rows} == {1}


async def test_enter_goes_on_and_submits_only_when_nothing_required_is_empty() -> None:
    desk = Desk()
    async with desk.run_test() as pilot:
        await at(pilot, desk, "fields")
        await pilot.press("enter")
        assert desk.form.current is desk.row("tid")
        await pilot.press("1", "enter")
        assert (desk.form.current, desk.sent) == (desk.row("fields"), 0)
        await pilot.press(*"tid", "enter", "enter")
        assert desk.sent == 1


async def test_what_the_platform_expects_is_told_where_the_cursor_is() -> None:
    desk = Desk(draft=RequestDraft(SPEC.method, {"size": "5"}))
    async with desk.run_test() as pilot:
        await at(pilot, desk, "size")
        detail = desk.form.query_one(".param-rows--detail", Static)
        assert str(detail.content) == "size · integer · 1–100 · default 40"
        await pilot.press("backspace")
        assert str(detail.content) == "size · integer · 1–100"
        await pilot.press("up")
        assert str(detail.content) == "status · text · one of 2"


async def test_up_and_down_move_between_rows() -> None:
    desk = Desk()
    async with desk.run_test() as pilot:
        await at(pilot, desk, "fields")
        await pilot.press("down", "down")
        assert desk.form.current is desk.row("start")
        await pilot.press("up")
        assert desk.form.current is desk.row("tid")


async def test_a_key_fills_the_example_of_the_row_it_is_pressed_in() -> None:
    desk = Desk()
    async with desk.run_test() as pilot:
        await at(pilot, desk, "size")
        await pilot.press("ctrl+y")
        await valued(pilot, desk, "size", "40")


async def test_a_switch_has_three_states_and_keeps_a_text_that_is_none_of_them() -> None:
    desk = Desk(draft=RequestDraft(SPEC.method, {"has_next": "perhaps"}))
    async with desk.run_test() as pilot:
        row = await at(pilot, desk, "has_next")
        assert isinstance(row.control, BooleanSwitch)
        assert "[perhaps]" in str(row.control.render())
        await pilot.press("t")
        await settled(pilot, lambda: desk.edits and desk.edits[-1].values == {"has_next": "true"})
        await pilot.press("right")
        await settled(pilot, lambda: desk.edits and desk.edits[-1].values == {"has_next": "false"})
        await pilot.press("backspace")
        await settled(pilot, lambda: desk.edits and desk.edits[-1].values == {})
        await pilot.click(row.control, offset=(13, 0))
        await settled(pilot, lambda: desk.edits and desk.edits[-1].values == {"has_next": "true"})


async def test_json_may_take_several_lines() -> None:
    desk = Desk()
    async with desk.run_test(size=(100, 60)) as pilot:
        row = await at(pilot, desk, "extra")
        assert isinstance(row.control, JsonArea)
        await pilot.press(*"{", "enter", *'"a":1}')
        await valued(pilot, desk, "extra", '{\n"a":1}')
        assert row.control.size.height == 2
        row.control.text = "1\n" * 20
        await settled(pilot, lambda: row.control.size.height == 6)


async def test_pasting_keeps_line_breaks_inside_and_drops_the_one_at_the_end() -> None:
    desk = Desk()
    async with desk.run_test() as pilot:
        row = await at(pilot, desk, "status")
        desk.post_message(events.Paste("two\nlines\x1b\n"))
        await settled(pilot, lambda: desk.edits == [RequestDraft(SPEC.method, {"status": "two\nlines\x1b"})])
        assert isinstance(row.control, ValueInput)
        assert "two␊lines␛" in row.control.render_line(0).text
        await pilot.press("!")
        await valued(pilot, desk, "status", "two\nlines\x1b!")


async def test_names_titles_and_texts_with_markup_or_escapes_are_drawn_as_they_are() -> None:
    nasty = replace(
        param("[red]x[/x]", required=True, example="\x1b[0m"), title=Words(zh="[/b]\x1b[31m", en="[/b]\x1b[31m")
    )
    spec = api(nasty, method="taobao.nasty.get")
    desk = Desk(spec, RequestDraft(spec.method, {"own\x9b": "a\x1b]0;b\x07"}))
    async with desk.run_test() as pilot:
        await at(pilot, desk, "own\x9b")
        picture = desk.export_screenshot()
        assert "[red]x[/x]" in picture.replace("&#160;", " ")
        assert "[/b]␛[31m" in picture.replace("&#160;", " ")
        assert not {"\x1b", "\x9b", "\x07"} & set(picture)
        assert "\x1b" not in desk.form.help_text() + desk.row("[red]x[/x]").help_text()


async def test_an_api_outside_the_catalog_has_rows_that_are_named_freely() -> None:
    spec = unlisted("taobao.unknown.do")
    desk = Desk(spec)
    async with desk.run_test() as pilot:
        await settled(pilot, lambda: desk.form.rows)
        row = desk.form.rows[0]
        assert isinstance(row, FreeRow)
        row.name_control.focus()
        await pilot.pause()
        await pilot.press(*"tid", "enter", *"42")
        await reported(pilot, desk, RequestDraft(spec.method, {"tid": "42"}))
        await pilot.press("ctrl+underscore")
        await settled(pilot, lambda: desk.edits and desk.edits[-1].off == {"tid"})


async def test_free_rows_are_added_renamed_and_removed_by_button() -> None:
    desk = Desk(draft=RequestDraft(SPEC.method, {"tid": "1"}))
    async with desk.run_test(size=(100, 60)) as pilot:
        await settled(pilot, lambda: desk.query("AddRow Button"))
        await pilot.click(desk.query("AddRow Button").first(Button))
        await settled(pilot, lambda: desk.form.current and not desk.form.current.key)
        row = desk.form.current
        await pilot.press(*"tid", "enter", "7")
        await reported(pilot, desk, RequestDraft(SPEC.method, {"tid": "1"}))
        assert row is not None
        assert "already used" in "".join(note.plain for note in row.notes())
        await pilot.press("shift+tab", "2")
        await settled(
            pilot, lambda: desk.edits and desk.edits[-1] == RequestDraft(SPEC.method, {"tid": "1", "tid2": "7"})
        )
        assert "not a parameter" in desk.note("tid2")
        await pilot.click(row.query_one(Button))
        await reported(pilot, desk, RequestDraft(SPEC.method, {"tid": "1"}))
        await pilot.click(desk.query("AddRow Button").last(Button))
        await settled(pilot, lambda: desk.form.current and not desk.form.current.key)
        await pilot.press(*"pic", "enter", *"/a")
        await settled(
            pilot, lambda: desk.edits and desk.edits[-1] == RequestDraft(SPEC.method, {"tid": "1"}, {"pic": "/a"})
        )


async def test_120_parameters_arrive_in_batches_while_the_first_can_be_typed_into() -> None:
    spec = large(120)
    desk = Desk(spec, RequestDraft(spec.method, {"p119": "last"}))
    async with desk.run_test(size=(100, 30)) as pilot:
        desk.form.focus_first()
        await settled(pilot, lambda: desk.form.current)
        await pilot.press(*"abc")
        await settled(pilot, lambda: len(desk.form.rows) == 120)
        assert desk.form.current is desk.row("p0")
        assert desk.form.list.scroll_offset.y == 0
        assert desk.row("p119").control.text == "last"
        await settled(pilot, lambda: desk.edits and desk.edits[-1].values == {"p0": "abc", "p119": "last"})
        await pilot.press("d")
        await settled(pilot, lambda: desk.edits and desk.edits[-1].values == {"p0": "abcd", "p119": "last"})


async def test_the_cursor_can_be_sent_to_a_row_that_has_not_arrived_yet() -> None:
    desk = Desk(large(60))
    async with desk.run_test() as pilot:
        desk.form.focus_row("p59")
        await settled(pilot, lambda: desk.form.current)
        assert desk.form.current is desk.row("p59")
        desk.form.focus_row("no such row")
        await settled(pilot, lambda: desk.form.current is desk.row("p0"))


async def test_switching_while_rows_still_arrive_leaves_only_the_last_api() -> None:
    desk = Desk(large(120))
    async with desk.run_test() as pilot:
        desk.open(large(90), RequestDraft("taobao.large.90"))
        await pilot.pause()
        desk.open(SPEC, ALL)
        await settled(pilot, lambda: len(desk.form.rows) == len(SPEC.params) + 2)
        await pilot.pause()
        assert len(desk.query("ParamRow")) == len(SPEC.params) + 2


async def test_help_speaks_about_the_row_with_the_cursor() -> None:
    desk = Desk()
    async with desk.run_test() as pilot:
        assert desk.form.help_text() == ""
        await at(pilot, desk, "status")
        for part in ("status", "PAID  Paid", "SENT", "^F", "^/"):
            assert part in desk.form.help_text()


async def test_the_form_is_usable_in_a_very_small_terminal() -> None:
    desk = Desk(draft=ALL, lang="zh")
    async with desk.run_test(size=(40, 10)) as pilot:
        await at(pilot, desk, "extra")
        await pilot.resize_terminal(120, 36)
        await pilot.pause()
        assert desk.row("extra").region.bottom <= 36
