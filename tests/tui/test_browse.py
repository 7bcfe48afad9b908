"""Finding one's way in the catalog: groups, favourites, recents, filters, and the documentation of an API."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from tests.tui.steps import Opened, explorer, open_api, settled, typed
from topexplorer.tui.widgets.catalog_list import CatalogList
from topexplorer.tui.widgets.catalog_rows import CatalogRow
from topexplorer.tui.widgets.docs_page import DocsPage, SectionBar
from topexplorer.tui.widgets.filter_bar import FilterBar
from topexplorer.tui.widgets.page import Page

pytestmark = pytest.mark.anyio
FULL = "taobao.trade.fullinfo.get"


def rows(pilot: Pilot[Any]) -> tuple[CatalogRow, ...]:
    return explorer(pilot).query_one(CatalogList).rows


def groups(pilot: Pilot[Any]) -> dict[str, int]:
    return {row.key: row.count for row in rows(pilot) if row.kind == "group"}


def methods(pilot: Pilot[Any]) -> list[str]:
    return [row.key for row in rows(pilot) if row.kind == "api"]


def docs(pilot: Pilot[Any]) -> DocsPage:
    return explorer(pilot).query_one(DocsPage)


async def test_the_tree_counts_every_category_and_opens_one_at_enter(opened: Opened) -> None:
    async with opened() as pilot:
        counts = groups(pilot)
        assert sum(counts.values()) == len(explorer(pilot).bench.catalog)
        assert counts["category:trade"] > 30
        assert methods(pilot) == []
        await pilot.press("enter")
        await settled(pilot, lambda: len(methods(pilot)) == counts["category:trade"])
        await pilot.press("tab", "tab", "left")
        await settled(pilot, lambda: not methods(pilot))


async def test_left_goes_up_to_the_group_and_closes_it(opened: Opened) -> None:
    async with opened() as pilot:
        listed = explorer(pilot).query_one(CatalogList)
        listed.focus()
        await pilot.press("right", "down", "down", "down")
        assert listed.pointed is not None
        assert listed.pointed.kind == "api"
        await pilot.press("left")
        assert listed.pointed.key == "category:trade"
        await pilot.press("left")
        await settled(pilot, lambda: not methods(pilot))


async def test_a_favourite_stands_first_and_is_there_after_a_restart(opened: Opened) -> None:
    for _start in range(2):
        async with opened() as pilot:
            if _start == 0:
                await open_api(pilot, FULL)
                await pilot.press("f3", "ctrl+b")
            await settled(pilot, lambda: "favourites" in groups(pilot))
            assert (rows(pilot)[0].key, rows(pilot)[1].key) == ("favourites", FULL)
            assert "★" in rows(pilot)[1].mark
            await pilot.app.workers.wait_for_complete()
    async with opened() as pilot:
        listed = explorer(pilot).query_one(CatalogList)
        listed.focus()
        await settled(pilot, lambda: methods(pilot))
        listed.cursor = 1
        await pilot.press("ctrl+b")
        await settled(pilot, lambda: "favourites" not in groups(pilot))


async def test_what_was_opened_last_is_found_under_recent(opened: Opened) -> None:
    async with opened() as pilot:
        for method in ("taobao.time.get", FULL, "taobao.time.get"):
            await open_api(pilot, method)
        await settled(pilot, lambda: methods(pilot) == ["taobao.time.get", FULL])
        assert groups(pilot)["recents"] == 2


@pytest.mark.parametrize(
    ("key", "fits"),
    [
        ("1", lambda entry: not entry.writes),
        ("2", lambda entry: entry.session != "required"),
        ("4", lambda entry: entry.retired),
    ],
)
async def test_a_filter_leaves_only_the_apis_that_fit_it(opened: Opened, key: str, fits: Any) -> None:
    async with opened() as pilot:
        entries = explorer(pilot).bench.catalog.entries.values()
        await pilot.press("ctrl+l")
        await settled(pilot, lambda: isinstance(pilot.app.focused, FilterBar))
        await pilot.press(key)
        wanted = sum(1 for entry in entries if fits(entry))
        await settled(pilot, lambda: sum(groups(pilot).values()) == wanted)
        assert 0 < wanted < len(explorer(pilot).bench.catalog)
        await pilot.press(key)
        await settled(pilot, lambda: sum(groups(pilot).values()) == len(explorer(pilot).bench.catalog))


async def test_a_filter_holds_for_a_search_too(opened: Opened) -> None:
    async with opened() as pilot:
        await typed(pilot, "memo")
        await settled(pilot, lambda: "taobao.trade.memo.add" in methods(pilot))
        await pilot.press("ctrl+l", "1")
        await settled(pilot, lambda: "taobao.trade.memo.add" not in methods(pilot))
        entries = explorer(pilot).bench.catalog.entries
        assert not any(entries[method].writes for method in methods(pilot))


async def test_only_apis_with_a_saved_profile_stay_under_that_filter(opened: Opened) -> None:
    async with opened() as pilot:
        await pilot.press("ctrl+l", "3")
        await settled(pilot, lambda: [row.kind for row in rows(pilot)] == ["nothing"])
        await pilot.press("3")
        await settled(pilot, lambda: groups(pilot))


async def test_groups_and_filters_stay_when_the_language_changes(opened: Opened) -> None:
    async with opened() as pilot:
        await pilot.press("enter")
        await settled(pilot, lambda: methods(pilot))
        await pilot.press("ctrl+l", "1")
        await settled(pilot, lambda: explorer(pilot).filters == {"reads"})
        before = methods(pilot)
        await pilot.press("f9")
        await settled(pilot, lambda: explorer(pilot).language.is_chinese and methods(pilot) == before)
        assert explorer(pilot).query_one(FilterBar).chosen == {"reads"}


async def test_pinyin_initials_find_and_mark_the_chinese_title(opened: Opened) -> None:
    async with opened(lang="zh") as pilot:
        await typed(pilot, "xgddbz")
        await settled(pilot, lambda: methods(pilot))
        row = next(row for row in rows(pilot) if row.key == "taobao.trade.memo.update")
        assert [row.note[start:end] for start, end in row.note_found] == ["修改订单备注"]


async def test_the_documentation_is_jumped_through_by_numbers(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, FULL)
        await pilot.press("ctrl+d")
        await settled(pilot, lambda: docs(pilot).text)
        await settled(pilot, lambda: isinstance(pilot.app.focused, Page))
        page = docs(pilot).query_one(Page)
        bar = docs(pilot).query_one(SectionBar)
        assert bar.sections == ("params", "answer", "errors", "example", "related")
        await pilot.press("2")
        await settled(pilot, lambda: bar.here == "answer")
        assert "Answer" in "".join(span.text for span in page.rows[page.top_row].spans)
        await pilot.press("1")
        await settled(pilot, lambda: bar.here == "params")


async def test_the_documentation_is_searched_and_the_hits_are_gone_through(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, FULL)
        await pilot.press("ctrl+d")
        await settled(pilot, lambda: isinstance(pilot.app.focused, Page))
        page = docs(pilot).query_one(Page)
        await pilot.press("slash")
        await typed(pilot, "memo")
        await settled(pilot, lambda: page.pointed >= 0)
        first = page.pointed
        await pilot.press("enter", "n")
        await settled(pilot, lambda: page.pointed > first)
        assert "memo" in "".join(span.text for span in page.rows[page.pointed].spans).lower()
        await pilot.press("N")
        await settled(pilot, lambda: page.pointed == first)
        await pilot.press("escape")
        assert page.mark is None


async def test_a_related_api_is_opened_from_the_documentation(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, FULL)
        await pilot.press("ctrl+d")
        await settled(pilot, lambda: isinstance(pilot.app.focused, Page))
        related = explorer(pilot).bench.catalog[FULL].related
        await pilot.press("right_square_bracket", "enter")
        await settled(pilot, lambda: explorer(pilot).desk.method == related[0])
        assert related[0] in docs(pilot).text


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_no_character_of_the_documentation_is_cut_off(opened: Opened, size: tuple[int, int]) -> None:
    async with opened(size=size) as pilot:
        await open_api(pilot, FULL)
        await pilot.press("f3", "ctrl+d")
        await settled(pilot, lambda: docs(pilot).text)
        page = docs(pilot).query_one(Page)
        lines = page.text.split("\n")
        drawn = [page.render_line(y).text.rstrip() for y in range(page.size.height)]
        assert drawn == [line.rstrip() for line in lines[: page.size.height]]
        assert max(cell_len(line) for line in lines) <= page.scrollable_content_region.width
