"""Spec folders become a mapping from method to spec; what is broken is listed and never stops anything."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.core.samples import PLATFORM, SpecFolder, bundled, field_row
from topexplorer.core import catalog as catalog_module
from topexplorer.core import specfiles, specindex
from topexplorer.core.catalog import Catalog, bundled_folder, unlisted
from topexplorer.core.spec import ApiSpec, Field, Origin, Param, field_paths
from topexplorer.core.specfiles import BrokenSpec
from topexplorer.core.specindex import INDEX_FORMAT


@pytest.fixture
def folder(tmp_path: Path) -> SpecFolder:
    return SpecFolder(tmp_path / "specs")


def reasons(catalog: Catalog) -> list[tuple[str, str, str]]:
    """File name, place and reason of every problem."""
    return [(Path(problem.file).name, problem.where, problem.reason.key) for problem in catalog.problems]


# Reading


def test_an_api_is_found_by_its_method(folder: SpecFolder) -> None:
    folder.api("taobao.time.get")
    catalog = folder.scan()
    assert dict(catalog) == {"taobao.time.get": catalog["taobao.time.get"]}
    assert catalog["taobao.time.get"].title.en == "Sample"
    assert "taobao.time.get" in catalog
    assert "taobao.nope" not in catalog
    assert catalog.get("taobao.nope") is None
    assert catalog.problems == ()
    with pytest.raises(KeyError):
        catalog["taobao.nope"]


def test_apis_come_by_category_as_the_platform_file_orders_them_then_by_method(folder: SpecFolder) -> None:
    reason = {"reason": {"zh": "旧", "en": "Old"}, "instead": ["taobao.b"]}
    folder.api("taobao.b", category="tool")
    folder.api("taobao.a", category="tool", retired=reason)
    folder.api("taobao.z", category="trade")
    folder.api("taobao.c", category="tool")
    folder.api("taobao.0", category="nowhere")
    catalog = folder.scan()
    assert list(catalog) == ["taobao.z", "taobao.b", "taobao.c", "taobao.a", "taobao.0"]
    assert list(catalog.entries) == list(catalog)
    assert len(catalog) == 5


def test_an_entry_knows_what_lists_need_without_reading_the_file(
    folder: SpecFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.api(
        "taobao.memo", session="required", writes=True, params=[field_row("tid", title={"zh": "编号", "en": "Id"})]
    )
    catalog = folder.scan()
    assert catalog.platform.name == "top"

    def fail(*_arguments: object) -> None:
        raise AssertionError("a spec file was read")

    monkeypatch.setattr(catalog_module, "read", fail)
    entry = catalog.entries["taobao.memo"]
    assert (entry.session, entry.writes, entry.retired, entry.access) == ("required", True, False, "basic")
    assert Path(entry.path).name == "taobao.memo.json"


def test_an_api_outside_the_catalog_can_be_called_all_the_same(folder: SpecFolder) -> None:
    spec = folder.scan().spec("taobao.no.such.api")
    assert spec == unlisted("taobao.no.such.api")
    assert (spec.method, spec.writes, spec.params) == ("taobao.no.such.api", True, ())


def test_files_that_are_no_specs_are_not_looked_at(folder: SpecFolder) -> None:
    folder.write("apis/tool/README.md", b"# notes")
    folder.write("notes.json", b"{")
    folder.write("apis/tool/.hidden.swp", b"\xff")
    assert folder.scan().problems == ()


# Shared models


def test_a_field_with_a_model_has_the_models_fields_or_only_some_of_them(folder: SpecFolder) -> None:
    folder.model("Order", field_row("oid"), field_row("price"), field_row("title"))
    order = field_row("orders", type="object", platform_type="Order", many=True, model="Order")
    folder.model("Trade", field_row("tid"), field_row("memo"), order)
    trade = field_row("trade", type="object", platform_type="Trade", model="Trade")
    folder.api("taobao.whole", response=[trade])
    folder.api("taobao.some", response=[{**trade, "only": ["tid", "orders.oid", "orders.title", "nope", "memo.x"]}])
    folder.api("taobao.list", response=[{**trade, "only": ["orders"]}])
    catalog = folder.scan()
    paths = {method: [path for path, _field in field_paths(catalog[method].response)] for method in catalog}
    assert paths["taobao.whole"] == [
        *("trade", "trade.tid", "trade.memo", "trade.orders"),
        *("trade.orders.oid", "trade.orders.price", "trade.orders.title"),
    ]
    assert paths["taobao.some"] == [
        *("trade", "trade.tid", "trade.memo", "trade.orders", "trade.orders.oid", "trade.orders.title")
    ]
    assert paths["taobao.list"][:3] == ["trade", "trade.orders", "trade.orders.oid"]
    assert catalog.problems == ()


def test_an_object_parameter_may_take_its_members_from_a_model(folder: SpecFolder) -> None:
    folder.model("Line", field_row("sku_id", type="integer", choices=[{"value": "1"}]), field_row("tags", many=True))
    folder.api("taobao.add", params=[field_row("lines", type="object", platform_type="Line", many=True, model="Line")])
    param = folder.scan()["taobao.add"].params[0]
    assert [(child.name, child.type, child.many) for child in param.children] == [
        ("sku_id", "integer", False),
        ("tags", "string", True),
    ]
    assert all(isinstance(child, Param) for child in param.children)
    assert param.children[0].choices[0].value == "1"


def depth(fields: tuple[Field, ...] | tuple[Param, ...]) -> int:
    return 1 + max((depth(part.children) for part in fields), default=0) if fields else 0


def test_models_that_contain_each_other_come_to_an_end(folder: SpecFolder) -> None:
    parts = [field_row(f"part{n}", type="object", platform_type="B", model="B") for n in range(12)]
    folder.model("A", field_row("id"), *parts)
    folder.model("B", *[field_row(f"back{n}", type="object", platform_type="A", model="A") for n in range(12)])
    folder.model("Self", *[field_row(f"me{n}", type="object", platform_type="Self", model="Self") for n in range(12)])
    whole = [field_row(name, type="object", platform_type=name, model=name) for name in ("A", "Self")]
    folder.api("taobao.cycle", params=whole, response=whole)
    catalog = folder.scan()
    spec = catalog["taobao.cycle"]
    assert depth(spec.response) == depth(spec.params) == 3
    assert [path for path, _field in field_paths(spec.response)][:3] == ["A", "A.id", "A.part0"]
    assert catalog.problems == ()


# What is broken


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "spec.not_json"),
        (b'{"method": "a", "method": "b"}', "spec.duplicate_key"),
        (b"\xff", "spec.not_utf8"),
        (b"[" * 100_000, "spec.too_deep"),
        (b'{"a": ' + b"9" * 5000 + b"}", "spec.bad_number"),
        (b" " * (4 * 1024 * 1024 + 1), "spec.too_large"),
    ],
    ids=["not json", "a key twice", "not utf-8", "too deep", "too long a number", "too large"],
)
def test_a_broken_file_is_listed_and_the_others_work(folder: SpecFolder, text: bytes, reason: str) -> None:
    folder.api("taobao.time.get")
    folder.write("apis/tool/taobao.broken.json", text)
    catalog = folder.scan()
    assert list(catalog) == ["taobao.time.get"]
    assert reasons(catalog) == [("taobao.broken.json", "$", reason)]


def test_faults_inside_a_file_are_listed_with_their_places(folder: SpecFolder) -> None:
    folder.api("taobao.bad", writes="yes", params=[field_row("a", type="int"), field_row("b", nope=1)])
    assert reasons(folder.scan()) == [
        ("taobao.bad.json", "$.writes", "spec.invalid"),
        ("taobao.bad.json", "$.params[0].type", "spec.invalid"),
        ("taobao.bad.json", "$.params[1].nope", "spec.unknown_key"),
    ]


def test_names_that_lead_nowhere_are_listed_and_the_api_works(folder: SpecFolder) -> None:
    gone = field_row("trade", type="object", platform_type="Trade", model="Trade")
    folder.api("taobao.a", category="nowhere", access="fast", params=[gone], response=[gone])
    folder.model("Order", field_row("x", type="object", platform_type="Sku", model="Sku"))
    catalog = folder.scan()
    assert catalog["taobao.a"].response[0].children == ()
    assert sorted(reasons(catalog)) == [
        ("Order.json", "$", "spec.no_model"),
        ("taobao.a.json", "$", "spec.no_model"),
        ("taobao.a.json", "$.access", "spec.no_rate_class"),
        ("taobao.a.json", "$.category", "spec.no_category"),
    ]


def test_a_method_described_twice_is_taken_from_the_first_folder(tmp_path: Path) -> None:
    first, second = SpecFolder(tmp_path / "a"), SpecFolder(tmp_path / "b")
    first.api("taobao.time.get", title={"zh": "一", "en": "First"})
    second.api("taobao.time.get", title={"zh": "二", "en": "Second"})
    second.api("taobao.other", category="trade")
    catalog = Catalog.scan([first.root, second.root])
    twice = catalog.problems
    assert catalog["taobao.time.get"].title.en == "First"
    assert set(catalog) == {"taobao.time.get", "taobao.other"}
    assert [(problem.file, problem.where, problem.reason.key) for problem in twice] == [
        (str(second.root / "top/apis/tool/taobao.time.get.json"), "$.method", "spec.twice")
    ]
    assert catalog.problems == twice


def test_a_model_of_the_first_folder_wins_and_serves_all_folders(tmp_path: Path) -> None:
    first, second = SpecFolder(tmp_path / "a"), SpecFolder(tmp_path / "b")
    first.model("Trade", field_row("first"))
    second.model("Trade", field_row("second"))
    second.api("taobao.a", response=[field_row("trade", type="object", platform_type="Trade", model="Trade")])
    spec = Catalog.scan([first.root, second.root])["taobao.a"]
    assert [child.name for child in spec.response[0].children] == ["first"]


def test_a_folder_that_is_not_there_is_a_problem(folder: SpecFolder, tmp_path: Path) -> None:
    folder.api("taobao.time.get")
    catalog = Catalog.scan([tmp_path / "nowhere", folder.root])
    assert list(catalog) == ["taobao.time.get"]
    assert reasons(catalog) == [("nowhere", "$", "spec.no_folder")]


def test_links_that_lead_nowhere_and_pipes_are_problems(folder: SpecFolder, tmp_path: Path) -> None:
    folder.api("taobao.time.get")
    tool = folder.root / "top" / "apis" / "tool"
    (tool / "taobao.gone.json").symlink_to(tmp_path / "gone.json")
    (tool / "taobao.loop.json").symlink_to(tool / "taobao.loop.json")
    os.mkfifo(tool / "taobao.pipe.json")
    catalog = folder.scan()
    assert list(catalog) == ["taobao.time.get"]
    assert sorted(reasons(catalog)) == [
        ("taobao.gone.json", "$", "spec.unreadable"),
        ("taobao.loop.json", "$", "spec.unreadable"),
        ("taobao.pipe.json", "$", "spec.not_a_file"),
    ]


@pytest.mark.parametrize(
    "platform",
    [None, b"{", json.dumps({**PLATFORM, "version": 2}).encode()],
    ids=lambda value: str(value)[:40],
)
def test_without_a_platform_file_the_problems_can_still_be_listed(tmp_path: Path, platform: bytes | None) -> None:
    folder = SpecFolder(tmp_path / "specs", platform=False)
    if platform is not None:
        folder.write("platform.json", platform)
    folder.api("taobao.time.get")
    folder.write("apis/tool/taobao.bad.json", b"{")
    catalog = folder.scan()
    with pytest.raises(BrokenSpec):
        _ = catalog.platform
    assert list(catalog) == ["taobao.time.get"]
    listed = reasons(catalog)
    assert ("taobao.bad.json", "$", "spec.not_json") in listed
    assert ("platform.json", "$", "spec.no_platform_file") in listed
    assert len(listed) == (2 if platform is None else 3)
    assert reasons(catalog) == listed


def test_a_broken_error_table_leaves_errors_unexplained_and_is_listed(folder: SpecFolder) -> None:
    folder.write("errors.json", b"{}")
    catalog = folder.scan()
    assert (catalog.errors.codes, catalog.errors.families) == ((), ())
    assert ("errors.json", "$.codes", "spec.missing") in reasons(catalog)


# Files that change while the catalog is open


@pytest.mark.parametrize("text", [None, b"{", b"[" * 100_000], ids=["gone", "not json", "too deep"])
def test_a_file_gone_or_broken_since_the_scan_is_listed_and_the_api_can_be_called(
    folder: SpecFolder, text: bytes | None
) -> None:
    path = folder.api("taobao.time.get")
    folder.api("taobao.other")
    catalog = folder.scan()
    path.unlink() if text is None else path.write_bytes(text)
    for _again in range(3):
        assert catalog.spec("taobao.time.get") == unlisted("taobao.time.get")
        with pytest.raises(KeyError):
            catalog["taobao.time.get"]
    assert catalog["taobao.other"].method == "taobao.other"
    assert reasons(catalog) == [("taobao.time.get.json", "$", "spec.changed")]


@pytest.mark.parametrize("text", [None, b"{"])
def test_a_model_gone_or_broken_since_the_scan_costs_its_fields_only(folder: SpecFolder, text: bytes | None) -> None:
    path = folder.model("Trade", field_row("tid"))
    folder.api("taobao.a", response=[field_row("trade", type="object", platform_type="Trade", model="Trade")])
    catalog = folder.scan()
    path.unlink() if text is None else path.write_bytes(text)
    assert catalog["taobao.a"].response[0].children == ()
    assert catalog.model("Trade") is None
    assert reasons(catalog) == [("Trade.json", "$", "spec.changed")]


# The index


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Examining any file fails the test, except for those that the test adds to the list."""
    assert bundled()
    allowed: list[Path] = []

    def guarded(path: Path, kind: str) -> Any:
        assert path in allowed, f"{path} was examined again"
        return specfiles.examine(path, kind)

    monkeypatch.setattr(specindex, "examine", guarded)
    return allowed


def test_files_that_did_not_change_are_not_examined_again(folder: SpecFolder, forbidden: list[Path]) -> None:
    folder.model("Trade", field_row("tid"))
    folder.api("taobao.a", response=[field_row("trade", type="object", platform_type="Trade", model="Trade")])
    folder.write("apis/tool/taobao.bad.json", b"{")
    forbidden.extend((folder.root / "top").rglob("*.json"))
    first = folder.scan()
    kept = json.loads(json.dumps(first.index))
    forbidden.clear()
    second = Catalog.scan([folder.root], kept)
    assert second.index == first.index == kept
    assert second.entries == first.entries
    assert second["taobao.a"] == first["taobao.a"]
    assert second.problems == first.problems
    assert len(second.problems) == 1


def test_a_file_that_changed_is_the_only_one_examined_again(folder: SpecFolder, forbidden: list[Path]) -> None:
    path = folder.api("taobao.a")
    gone = folder.api("taobao.b")
    forbidden.extend((folder.root / "top").rglob("*.json"))
    first = folder.scan()
    forbidden[:] = [path]
    folder.api("taobao.a", writes=True)
    gone.unlink()
    second = Catalog.scan([folder.root], first.index)
    assert second.entries["taobao.a"].writes
    assert list(second) == ["taobao.a"]
    assert set(second.index["files"]) == set(first.index["files"]) - {str(gone)}


def test_a_touched_file_of_the_same_size_is_examined_again(folder: SpecFolder) -> None:
    path = folder.api("taobao.a", access="basic")
    first = folder.scan()
    facts = path.stat()
    path.write_bytes(path.read_bytes().replace(b'"basic"', b'"other"'))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))
    assert Catalog.scan([folder.root], first.index).entries["taobao.a"].access == "other"


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"format": INDEX_FORMAT},
        {"format": INDEX_FORMAT, "files": []},
        {"format": INDEX_FORMAT, "files": None},
        {"format": INDEX_FORMAT, "files": {"PATH": None}},
        {"format": INDEX_FORMAT, "files": {"PATH": {"kind": "api"}}},
        {"format": INDEX_FORMAT, "files": {"PATH": ["stamp"]}},
        {"format": "0/older", "files": {"PATH": {"stamp": "STAMP", "kind": "api"}}},
    ],
)
def test_an_index_of_another_version_or_shape_is_not_trusted(folder: SpecFolder, known: dict[str, Any]) -> None:
    path = folder.api("taobao.a")
    facts = path.stat()
    text = json.dumps(known).replace("PATH", str(path))
    found = json.loads(text.replace('"STAMP"', json.dumps([facts.st_size, facts.st_mtime_ns])))
    assert Catalog.scan([folder.root], found).index == folder.scan().index


# Words for search


def worded(folder: SpecFolder) -> None:
    folder.model("Order", field_row("oid"))
    folder.model("Trade", field_row("tid"), field_row("memo"), struct("orders", "Order"))
    title = {"zh": "编号", "en": "Id"}
    folder.api("taobao.whole", params=[field_row("fields", title=title)], response=[struct("trade", "Trade")])
    folder.api("taobao.part", response=[{**struct("trade", "Trade"), "only": ["orders.oid"]}])


def struct(name: str, model: str) -> dict[str, Any]:
    return field_row(name, type="object", platform_type=model, model=model)


def test_search_gets_the_names_of_parameters_and_answered_fields_titles_and_summaries(folder: SpecFolder) -> None:
    worded(folder)
    terms = folder.scan().terms()
    params, fields, titles, summary = terms["taobao.whole"].split("\n")
    assert params == "fields"
    assert set(fields.split()) == {"trade", "tid", "memo", "orders", "oid"}
    assert titles == "编号 Id"
    assert summary == "测试用的 API。 An API made up for a test."
    assert set(terms["taobao.part"].split("\n")[1].split()) == {"trade", "orders", "oid"}


def test_the_words_are_kept_beside_the_index_and_read_again_where_they_are_missing(folder: SpecFolder) -> None:
    worded(folder)
    first = folder.scan()
    known = first.words
    assert len(known) == 4
    for kept in (known, {}, dict(list(known.items())[:1])):
        again = Catalog.scan([folder.root], first.index, kept.copy)
        assert again.terms() == first.terms()
        assert again.words == known


def test_a_model_within_itself_has_an_end(folder: SpecFolder) -> None:
    folder.model("Trade", struct("trade", "Trade"))
    folder.api("taobao.a", response=[struct("trade", "Trade")])
    assert "trade" in folder.scan().terms()["taobao.a"]


# Imported APIs


class OneShelf:
    """A shelf with one row per method."""

    def __init__(self, *methods: str) -> None:
        self.methods = methods

    def rows(self) -> list[tuple[Any, ...]]:
        return [(method, "导入", "", "tbk", "optional", "basic", False, False) for method in self.methods]

    def spec(self, method: str) -> ApiSpec:
        if method not in self.methods:
            raise KeyError(method)
        return replace(unlisted(method), origin=Origin(kind="test", name="x.json"))

    def terms(self) -> dict[str, str]:
        return dict.fromkeys(self.methods, "shelved")

    def packages(self) -> dict[str, str]:
        return {"tbk": "淘宝客API"}


def test_imported_apis_come_after_those_of_the_spec_files(folder: SpecFolder) -> None:
    folder.api("taobao.b")
    catalog = Catalog.scan([folder.root], shelf=OneShelf("taobao.a", "taobao.c"))
    assert list(catalog) == ["taobao.b", "taobao.a", "taobao.c"]
    assert [entry.imported for entry in catalog.entries.values()] == [False, True, True]
    assert catalog["taobao.a"].origin is not None
    assert catalog.terms()["taobao.c"] == "shelved"
    assert catalog.packages == {"tbk": "淘宝客API"}
    assert [category.name for category in catalog.categories] == ["tool"]
    assert catalog.problems == ()


def test_an_imported_api_stands_behind_the_one_of_a_spec_file(folder: SpecFolder) -> None:
    folder.api("taobao.a", writes=True)
    catalog = Catalog.scan([folder.root], shelf=OneShelf("taobao.a"))
    assert len(catalog) == 1
    assert catalog.entries["taobao.a"].writes
    assert catalog["taobao.a"].origin is None
    assert catalog.terms()["taobao.a"] != "shelved"
    behind = catalog.imported("taobao.a")
    assert behind is not None
    assert behind.origin is not None
    assert catalog.imported("taobao.b") is None
    assert folder.scan().imported("taobao.a") is None


# The bundled catalog


def test_the_bundled_catalog_reads_the_same_through_its_index(forbidden: list[Path]) -> None:
    again = Catalog.scan([bundled_folder()], bundled().index)
    assert again.entries == bundled().entries
    assert again["taobao.trades.sold.get"] == bundled()["taobao.trades.sold.get"]
    assert len(again.errors.codes) > 40
    assert again.platform.version == "2.0"


def test_resolving_leaves_the_words_of_a_field_alone() -> None:
    spec = bundled()["taobao.trade.fullinfo.get"]
    trade = spec.response[0]
    model = bundled().model("Trade")
    assert model is not None
    own = {field.name: field for field in model.fields}
    for child in trade.children:
        assert replace(child, children=(), only=()) == replace(own[child.name], children=(), only=())
