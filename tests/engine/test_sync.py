"""A sync from the directory to the catalog: what is fetched, what a kill leaves, and what is told afterwards."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.engine.docsite_replay import (
    GMT_MODIFIED,
    LOGIN_PAGE,
    Asked,
    Page,
    ReplaySite,
    Said,
    answer,
    failing,
    part,
    refusal,
    saying,
    thirty,
)
from tests.engine.sentences import said
from tests.engine.test_docsite import Time, client
from topexplorer.core.errors import StorageError
from topexplorer.core.spec import ApiSpec
from topexplorer.core.specdiff import Comparison
from topexplorer.engine.docanswers import Entry, SiteFault
from topexplorer.engine.downloads import Downloads
from topexplorer.engine.imported import ImportedApis
from topexplorer.engine.sync import Plan, Result, Sync, Wish, package_ids

DAY = 24 * 3600.0
ORDER = [number for first in (100, 101, 102) for number in range(first, 130, 3)]
"""The thirty documents as the directory has them: category by category."""


class Killed(BaseException):
    """The process ends here."""


class Person:
    """Somebody who syncs now and then, with the site and the folder that stay between the runs."""

    def __init__(self, folder: Path, pages: list[Page]) -> None:
        self.folder = folder
        self.site = ReplaySite(pages)
        self.time = Time()
        self.store = ImportedApis(folder / "imported.sqlite3")
        self.told: list[int] = []

    @property
    def file(self) -> Path:
        return self.folder / "sync" / "documents.sqlite3"

    def sync(self, curated: tuple[str, ...] = (), **wish: Any) -> tuple[Plan, Result]:
        """One whole run; only what this run asks for is in `site.asked` afterwards."""
        self.site.asked.clear()
        with Downloads(self.folder / "sync") as downloads:
            run = Sync(downloads, self.store, self.time.clock, curated)
            plan = asyncio.run(self._fetch(run, Wish(**wish)))
            return plan, run.settle(plan)

    def plan(self, **wish: Any) -> Plan:
        self.site.asked.clear()
        with Downloads(self.folder / "sync", writes=False) as downloads:
            run = Sync(downloads, self.store, self.time.clock)

            async def ask() -> Plan:
                async with client(self.site, self.time) as docs:
                    return await run.plan(docs, Wish(**wish))

            return asyncio.run(ask())

    async def _fetch(self, run: Sync, wish: Wish) -> Plan:
        async with client(self.site, self.time) as docs:
            plan = await run.plan(docs, wish)
            await run.download(docs, plan, self.told.append)
            return plan


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path, thirty())


def methods(person: Person) -> set[str]:
    return {page.method for page in person.site.pages.values()}


# A whole run and the next ones


def test_the_first_run_brings_every_api_with_package_and_page(person: Person) -> None:
    plan, result = person.sync()
    assert (len(plan.listed), plan.count("new"), plan.left) == (30, 30, 0)
    assert sorted(person.site.fetched) == list(range(100, 130))
    assert set(result.added) == methods(person)
    assert (result.downloaded, result.changed, result.gone, result.same, result.bad) == (30, {}, [], 0, [])
    assert person.store.packages() == {"trade": "交易API", "item": "商品API", "tbk": "淘宝客API"}
    spec = person.store.spec("taobao.item.thing1.get")
    assert (spec.category, spec.session, spec.title.zh) == ("item", "required", "商品查询1")
    assert spec.docs == "https://open.taobao.com/api.htm?docId=101&docType=2"
    assert [error.sub_code for error in spec.errors] == ["isv.permission-not-enough"]
    assert person.told == list(range(31))


def test_a_second_run_asks_for_the_directory_only_and_changes_nothing(person: Person) -> None:
    person.sync()
    before = person.store.path.read_bytes()
    plan, result = person.sync()
    assert (plan.wanted, person.site.fetched) == ((), [])
    assert result.changed_nothing
    assert (result.same, result.downloaded) == (30, 0)
    assert person.store.path.read_bytes() == before


def test_documents_past_their_age_are_asked_for_again_the_others_not(person: Person) -> None:
    person.sync(limit=10)
    person.time.clock.move(20 * DAY)
    person.sync()
    person.time.clock.move(15 * DAY)
    plan, result = person.sync()
    assert (plan.count("old"), person.site.fetched) == (10, ORDER[:10])
    assert (result.changed_nothing, result.same, result.downloaded) == (True, 30, 10)
    assert person.sync(max_age_days=0)[0].count("old") == 30


def test_a_limit_leaves_the_rest_to_the_next_run(person: Person) -> None:
    plan, result = person.sync(limit=12)
    assert (len(plan.wanted), result.left, result.downloaded) == (12, 18, 12)
    plan, result = person.sync(limit=12)
    assert (result.left, len(result.added), result.same) == (6, 12, 12)
    assert person.sync()[1].left == 0


def test_only_the_wanted_categories_are_fetched_by_number_title_or_name(person: Person) -> None:
    for word, expected in (("38", 10), ("淘宝客", 10), ("TRADE", 10), ("trade", 10), ("nothing", 0)):
        assert len(person.plan(packages=(word,)).wanted) == expected, word
    plan, result = person.sync(packages=("trade", "item"))
    assert (len(plan.listed), len(plan.chosen), len(result.added)) == (30, 20, 20)


def test_a_plan_alone_leaves_nothing_behind(person: Person) -> None:
    assert person.plan().count("new") == 30
    assert list(person.folder.iterdir()) == []
    assert person.site.fetched == []


def test_the_files_are_the_owners_only(person: Person) -> None:
    person.sync(limit=1)
    assert person.file.stat().st_mode & 0o777 == 0o600
    assert person.file.parent.stat().st_mode & 0o777 == 0o700


def test_no_token_is_kept(person: Person) -> None:
    person.sync()
    assert person.site.tokens == 1
    assert all(b"token1" not in path.read_bytes() for path in person.folder.rglob("*") if path.is_file())


# Kills


@pytest.mark.parametrize("nth", [1, 13, 30])
def test_after_a_kill_exactly_the_missing_documents_are_fetched(person: Person, nth: int) -> None:
    def kill(asked: Asked) -> None:
        if len(person.site.fetched) == nth:
            raise Killed

    person.site.before = kill
    with pytest.raises(Killed):
        person.sync()
    assert person.store.digests() == {}
    person.site.before = lambda asked: None
    plan, result = person.sync()
    assert person.site.fetched == ORDER[nth - 1 :]
    assert plan.count("new") == 31 - nth
    # What the killed run had fetched comes into the catalog too.
    assert set(result.added) == methods(person)
    assert person.sync()[1].same == 30


def test_a_kill_while_the_catalog_takes_them_is_made_good(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(self: Downloads, digests: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Downloads, "note_taken", kill)
        with pytest.raises(Killed):
            person.sync()
    _plan, result = person.sync()
    assert (person.site.fetched, result.changed_nothing, result.same) == ([], True, 30)


def test_what_the_catalog_lost_it_takes_again_without_a_download(person: Person) -> None:
    person.sync()
    person.store.remove(["taobao.item.thing1.get"])
    _plan, result = person.sync()
    assert (person.site.fetched, result.added) == ([], ["taobao.item.thing1.get"])


def test_two_syncs_at_once_are_refused(person: Person) -> None:
    with Downloads(person.folder / "sync"):
        with pytest.raises(StorageError) as caught, Downloads(person.folder / "sync"):
            pass
        assert "under way" in said(caught.value.message)
    person.sync(limit=1)


# Damage


def damage(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("content", ["x'00'", "zeroblob(100)", "NULL", "'text'", "(SELECT content FROM document)"])
def test_a_damaged_document_is_fetched_again(person: Person, content: str) -> None:
    person.sync()
    if content == "NULL":
        content = "x''"
    damage(person.file, f"UPDATE document SET content = {content} WHERE doc_id IN (105, 117)")  # noqa: S608
    plan, result = person.sync()
    assert (plan.count("damaged"), person.site.fetched) == (2, [105, 117])
    assert (result.changed_nothing, result.same) == (True, 30)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE document",
        "UPDATE document SET fetched_at = 'yesterday'",
        "PRAGMA user_version = 99",
    ],
)
def test_a_file_that_cannot_be_used_is_told_and_left_alone(person: Person, statement: str) -> None:
    person.sync(limit=2)
    damage(person.file, statement)
    before = person.file.read_bytes()
    with pytest.raises(StorageError) as caught:
        person.sync()
    assert str(person.file) in said(caught.value.message)
    assert person.file.read_bytes() == before


def test_a_file_of_something_else_is_told_and_left_alone(person: Person) -> None:
    person.file.parent.mkdir()
    person.file.write_bytes(b"my notes " * 1000)
    with pytest.raises(StorageError) as caught:
        person.sync()
    assert "damaged" in said(caught.value.message)
    assert person.file.read_bytes().startswith(b"my notes")


# Changes


def kinds(result: Result) -> set[tuple[str, str]]:
    return {(change.kind, change.where) for found in result.changed.values() for change in found.changes}


def test_what_changed_is_told_by_name(person: Person) -> None:
    person.sync()
    page = person.site.pages[101]
    page.asked = [
        part("fields", "String[]"),
        part("num_iid", "Number", required=True),
        part("query", "ItemQuery", subParams=[part("page", "Number")]),
    ]
    page.answered = [part("tid", "String"), part("item", "Item", subParams=[part("sku", "Sku[]")])]
    person.time.clock.move(31 * DAY)
    _plan, result = person.sync()
    assert list(result.changed) == ["taobao.item.thing1.get"]
    assert kinds(result) == {
        ("param.new_required", "num_iid"),
        ("param.added", "query"),
        ("param.optional", "fields"),
        ("field.added", "item"),
        ("field.type", "tid"),
    }
    assert (result.added, result.same) == ([], 29)
    page.asked = [part("fields", "String[]", required=True), part("num_iid", "String")]
    page.answered = []
    assert kinds(person.sync(max_age_days=0)[1]) == {
        ("param.gone", "query"),
        ("param.required", "fields"),
        ("param.looser", "fields"),
        ("param.optional", "num_iid"),
        ("param.looser", "num_iid"),
        ("field.gone", "item"),
        ("field.gone", "tid"),
    }


def test_a_new_text_is_a_change_of_texts_only(person: Person) -> None:
    person.sync()
    person.site.pages[101].more["description"] = "另一句话"
    _plan, result = person.sync(max_age_days=0)
    assert result.changed["taobao.item.thing1.get"] == Comparison((), 1)


def test_an_envelope_that_differs_each_time_is_no_change(person: Person) -> None:
    person.sync()

    def traced(asked: Asked) -> Said:
        return Said(answer(person.site.pages[asked.doc_id].data(), traceId=len(person.site.asked)))

    person.site.always = dict.fromkeys(ORDER, traced)
    _plan, result = person.sync(max_age_days=0)
    assert (result.changed_nothing, result.same, result.downloaded) == (True, 30, 30)


def test_a_new_title_or_date_in_the_directory_is_a_reason_to_ask(person: Person) -> None:
    person.sync()
    person.site.pages[105].title = "新标题"
    plan, result = person.sync()
    assert (plan.count("changed"), person.site.fetched) == (1, [105])
    assert list(result.changed) == ["taobao.tbk.thing5.get"]

    def dated(asked: Asked) -> Said:
        document = json.loads(person.site.directory())
        for row in document["data"]["treeCategories"][0]["catelogTrees"][0]["catelogList"]:
            row["gmtModified"] = GMT_MODIFIED + (row["docId"] == 103)
        return Said(json.dumps(document).encode())

    person.site.directory_fault = dated
    assert person.sync()[0].count("changed") == 1
    assert person.site.fetched == [103]


def test_an_api_that_is_gone_stays_marked_as_retired_and_comes_back(person: Person) -> None:
    person.sync()
    page = person.site.pages.pop(107)
    person.time.clock.move(40 * DAY)
    _plan, result = person.sync()
    assert (result.gone, result.added, result.same) == (["taobao.item.thing7.get"], [], 29)
    spec = person.store.spec(page.method)
    assert spec.retired is not None
    assert "2027-01-01" in spec.retired.reason.zh
    assert "2027-01-01" in spec.retired.reason.en
    assert (spec.params[0].name, spec.docs is not None) == ("fields", True)
    assert [row[0] for row in person.store.rows() if row[7]] == [page.method]
    # It is told once.
    assert person.sync()[1].changed_nothing
    person.site.pages[107] = page
    _plan, result = person.sync()
    assert (result.back, result.changed, result.same) == ([page.method], {}, 29)
    assert person.store.spec(page.method).retired is None
    assert person.sync()[1].changed_nothing


def test_an_api_that_comes_back_in_a_run_that_is_killed_is_not_left_retired(person: Person) -> None:
    person.sync()
    page = person.site.pages.pop(107)
    person.sync()
    person.site.pages = {107: page} | person.site.pages

    def kill(asked: Asked) -> None:
        if len(person.site.fetched) == 2:
            raise Killed

    person.site.before = kill
    with pytest.raises(Killed):
        person.sync(max_age_days=0)
    person.site.before = lambda asked: None
    person.sync()
    assert person.store.spec(page.method).retired is None


def test_a_new_name_on_the_same_page_is_one_gone_and_one_added(person: Person) -> None:
    person.sync()
    person.site.pages[107].method = "taobao.item.renamed.get"
    _plan, result = person.sync()
    assert (result.added, result.gone) == (["taobao.item.renamed.get"], ["taobao.item.thing7.get"])
    assert person.store.spec("taobao.item.thing7.get").retired
    assert not person.store.spec("taobao.item.renamed.get").retired
    _plan, result = person.sync()
    assert (result.changed_nothing, result.same, person.site.fetched) == (True, 30, [])


def test_the_same_name_on_another_page_is_the_same_api(person: Person) -> None:
    person.sync()
    person.site.pages[990] = replace(person.site.pages.pop(107), doc_id=990)
    _plan, result = person.sync()
    assert (result.gone, list(result.changed), person.site.fetched) == ([], ["taobao.item.thing7.get"], [990])
    assert "990" in str(person.store.spec("taobao.item.thing7.get").docs)
    assert person.sync()[1].changed_nothing


def test_a_part_of_the_directory_makes_nothing_gone(person: Person) -> None:
    person.sync()
    pages = dict(person.site.pages)
    person.site.pages = {number: page for number, page in pages.items() if number < 125}
    assert person.sync(scope="12486")[1].gone == []
    assert person.site.asked[1].query["scopeId"] == "12486"
    assert person.sync(packages=("trade",))[1].gone == ["taobao.trade.thing27.get"]
    assert len(person.sync()[1].gone) == 4


def test_a_directory_that_lost_most_is_not_believed(person: Person) -> None:
    person.sync()
    person.site.pages = {100: person.site.pages[100]}
    plan, result = person.sync()
    assert (plan.doubtful, plan.gone, result.gone, result.same) == (29, (), [], 1)
    assert not any(row[7] for row in person.store.rows())


def test_an_api_of_the_catalogs_own_files_is_named(person: Person) -> None:
    _plan, result = person.sync(curated=("taobao.item.thing1.get", "taobao.time.get"))
    assert result.curated == ["taobao.item.thing1.get"]


# Bad documents


def test_bad_documents_are_listed_and_asked_for_again_next_time(person: Person) -> None:
    person.site.always = {103: saying(refusal("文档不存在")), 110: saying(Said(LOGIN_PAGE)), 111: saying(Said(b"{"))}
    _plan, result = person.sync()
    assert [bad.entry.doc_id for bad in result.bad] == [103, 110, 111]
    assert (len(result.added), result.stopped, result.left) == (27, None, 0)
    person.site.always = {}
    _plan, result = person.sync()
    assert person.site.fetched == [103, 110, 111]
    assert (len(result.added), result.same, result.bad) == (3, 27, [])


def test_a_document_that_the_catalog_cannot_use_is_listed_with_the_place(person: Person) -> None:
    person.site.pages[104].asked = [part("fields"), part("\x1b[2J")]
    person.site.pages[105].more = {"requestParams": None}
    person.site.always[106] = saying(Said(answer({"name": "taobao.trade.thing6.get"})))
    _plan, result = person.sync()
    reasons = {bad.entry.doc_id: said(bad.reason) for bad in result.bad}
    assert reasons.keys() == {104, 106}
    assert "$.requestParams[1].name" in reasons[104]
    assert len(result.added) == 28
    # The next run tells it again and does not download it again.
    _plan, result = person.sync()
    assert (person.site.fetched, len(result.bad), result.same) == ([], 2, 28)


def test_twenty_bad_ones_in_a_row_are_borne_and_one_more_ends_it(person: Person) -> None:
    person.site.always = dict.fromkeys(ORDER[5:25], saying(Said(status=404)))
    _plan, result = person.sync()
    assert (len(result.bad), len(result.added), result.stopped) == (20, 10, None)
    person.site.always = dict.fromkeys(range(100, 130), saying(Said(status=404)))
    _plan, result = person.sync(max_age_days=0)
    assert result.stopped is not None
    assert "21 documents in a row" in said(result.stopped)
    assert (len(result.bad), result.left, len(person.site.fetched)) == (21, 9, 21)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (saying(Said(b'{"ret": ["RGV587_ERROR"]}')), "puzzle"),
        (saying(Said(status=429, headers=(("retry-after", "7200"),))), "2 h"),
        (failing(httpx.ConnectError("network is unreachable")), "cannot be reached"),
    ],
)
def test_when_it_has_to_stop_what_it_has_goes_into_the_catalog(
    person: Person, bad: Callable[[Asked], Said], words: str
) -> None:
    person.site.always[ORDER[15]] = bad
    _plan, result = person.sync()
    assert result.stopped is not None
    assert words in said(result.stopped)
    assert (len(result.added), result.left, result.bad) == (15, 15, [])
    person.site.always = {}
    _plan, result = person.sync()
    assert person.site.fetched == ORDER[15:]
    assert len(result.added) == 15


def test_without_a_directory_nothing_is_changed(person: Person) -> None:
    person.sync()
    person.site.directory_fault = saying(Said(answer({"treeCategories": []})))
    with pytest.raises(SiteFault) as caught:
        person.sync()
    assert "no API at all" in said(caught.value.reason)
    assert len(person.store.digests()) == 30


# Packages


def entry(number: int, method: str, category: str, title: str) -> Entry:
    return Entry(number, method, "", category, title)


def test_a_category_is_the_package_that_has_its_title_else_what_most_methods_say() -> None:
    entries = [
        entry(1, "taobao.item.get", "4", "商品API"),
        entry(2, "taobao.trade.get", "5", "交易API"),
        entry(3, "taobao.trade.add", "5", "交易API"),
        entry(4, "taobao.rate.add", "5", "交易API"),
        entry(5, "taobao.trade.memo", "77", "交易备注API"),
        entry(6, "alibaba.icbu.a", "", ""),
    ]
    assert package_ids(entries, {"product": "商品API"}) == {
        "4": "product",
        "5": "trade",
        "77": "trade.77",
        "": "icbu",
    }


def test_packages_stay_what_they_were(person: Person) -> None:
    person.sync(packages=("trade",))
    person.site.pages |= {
        number: Page(number, f"taobao.rate.thing{number}.add", category=(5, "交易API")) for number in range(200, 240)
    }
    person.sync()
    specs: list[ApiSpec] = [person.store.spec(page.method) for page in person.site.pages.values() if page.doc_id >= 200]
    assert {spec.category for spec in specs} == {"trade"}
