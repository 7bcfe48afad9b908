"""The spec files that come with the package are whole, honest and agree with the platform's documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.core.samples import bundled
from tests.specs.reference import FOLDER, differences, documents
from topexplorer.core.catalog import Catalog, bundled_folder
from topexplorer.core.lint import lint
from topexplorer.core.spec import ApiSpec
from topexplorer.core.specfiles import kind_of, schemas

SPECS = bundled_folder()
DOCUMENTED_CODES = {
    *range(3, 14),
    15,
    *range(21, 35),
    *range(40, 45),
    46,
    47,
    50,
    53,
    100,
    101,
    *range(103, 107),
    *range(108, 112),
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return bundled()


def spec_files() -> list[Path]:
    return sorted(path for path in (SPECS / "top").rglob("*.json") if kind_of(path))


@pytest.mark.parametrize("kind", sorted(schemas()))
def test_the_committed_schema_is_what_the_classes_say(kind: str) -> None:
    committed = (SPECS / "schema" / f"{kind}.json").read_text("utf-8")
    assert json.loads(committed) == schemas()[kind]


def test_every_spec_file_names_the_schema_of_its_kind() -> None:
    wrong = []
    for path in spec_files():
        named = json.loads(path.read_text("utf-8")).get("$schema", "")
        if (path.parent / named).resolve() != (SPECS / "schema" / f"{kind_of(path)}.json").resolve():
            wrong.append(f"{path.relative_to(SPECS)} names {named!r}")
    assert not wrong


def test_every_spec_file_is_written_the_same_way() -> None:
    def tidy(document: Any) -> str:
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"

    texts = {path: path.read_bytes().decode() for path in spec_files()}
    assert [str(path.relative_to(SPECS)) for path, text in texts.items() if tidy(json.loads(text)) != text] == []


def test_the_linter_has_nothing_to_say_about_the_bundled_catalog(catalog: Catalog) -> None:
    assert len([catalog[method] for method in catalog]) == len(catalog) > 0
    assert list(lint(catalog)) == []


def test_every_global_code_the_platform_documents_has_a_row(catalog: Catalog) -> None:
    assert {row.code for row in catalog.errors.codes} >= DOCUMENTED_CODES


def test_families_of_sub_codes_end_in_a_catch_all(catalog: Catalog) -> None:
    assert {"isv.", "isp.", "accesscontrol."} <= {family.prefix for family in catalog.errors.families}


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no copy of the platform's API documents beside this checkout")
def test_names_types_limits_and_answers_equal_the_platforms_documents(catalog: Catalog) -> None:
    known = documents()
    living = [catalog[method] for method in catalog if not catalog[method].retired]
    assert [spec.method for spec in living if spec.method not in known and not spec.uncertain] == []
    assert [fault for spec in living if spec.method in known for fault in differences(spec, known[spec.method])] == []


def _other_type(spec: ApiSpec) -> ApiSpec:
    return replace(spec, params=(replace(spec.params[0], platform_type="Int"), *spec.params[1:]))


def _other_need(spec: ApiSpec) -> ApiSpec:
    return replace(spec, params=(replace(spec.params[0], required=not spec.params[0].required), *spec.params[1:]))


def _other_limit(spec: ApiSpec) -> ApiSpec:
    return replace(spec, params=(replace(spec.params[0], max_items=987654), *spec.params[1:]))


def _less_asked(spec: ApiSpec) -> ApiSpec:
    return replace(spec, params=spec.params[1:])


def _less_answered(spec: ApiSpec) -> ApiSpec:
    first = spec.response[0]
    return replace(spec, response=(replace(first, children=first.children[1:]), *spec.response[1:]))


def _other_page(spec: ApiSpec) -> ApiSpec:
    return replace(spec, docs="https://open.taobao.com/api.htm?docId=1&docType=2")


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no copy of the platform's API documents beside this checkout")
@pytest.mark.parametrize(
    "spoil",
    [_other_type, _other_need, _other_limit, _less_asked, _less_answered, _other_page],
    ids=lambda f: f.__name__,
)
def test_the_comparison_sees_a_spec_that_differs(catalog: Catalog, spoil: Callable[[ApiSpec], ApiSpec]) -> None:
    method = "taobao.items.seller.list.get"
    found = differences(spoil(catalog[method]), documents()[method])
    assert len(found) == 1
    assert found[0].startswith(method)
