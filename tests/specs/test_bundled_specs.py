"""The spec files that come with the package are whole, honest and agree with the platform's documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.specs.reference import FOLDER, differences, documents
from topexplorer.core.catalog import Catalog, bundled_folder
from topexplorer.core.language import Words
from topexplorer.core.spec import ApiSpec, Field, Param
from topexplorer.core.specfiles import kind_of, schemas
from topexplorer.core.values import GMT8, Problem, check_fields, check_value

SPECS = bundled_folder()
NOW = datetime(2026, 11, 21, 10, 30, tzinfo=GMT8)
METHOD = re.compile(r"[a-z]+(\.[a-z0-9]+)+")
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
    return Catalog.scan([SPECS])


def spec_files() -> list[Path]:
    return sorted(path for path in (SPECS / "top").rglob("*.json") if kind_of(path))


def every_param(spec: ApiSpec) -> Iterator[tuple[str, Param]]:
    return _params(spec.params, spec.method)


def _params(params: tuple[Param, ...], where: str) -> Iterator[tuple[str, Param]]:
    for param in params:
        yield f"{where} {param.name}", param
        yield from _params(param.children, f"{where} {param.name}")


def every_field(spec: ApiSpec) -> Iterator[tuple[str, Field]]:
    return _fields(spec.response, spec.method)


def _fields(fields: tuple[Field, ...], where: str) -> Iterator[tuple[str, Field]]:
    for field in fields:
        yield f"{where} {field.name}", field
        yield from _fields(field.children, f"{where} {field.name}")


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


def test_every_file_lies_where_its_content_says(catalog: Catalog) -> None:
    for method, entry in catalog.entries.items():
        assert Path(entry.path).relative_to(SPECS) == Path("top", "apis", entry.category, f"{method}.json")
    for path in (SPECS / "top" / "models").glob("*.json"):
        assert json.loads(path.read_text("utf-8"))["name"] == path.stem


def test_the_catalog_has_no_problems(catalog: Catalog) -> None:
    assert len([catalog[method] for method in catalog]) == len(catalog) > 0
    assert catalog.problems == ()


def test_every_global_code_the_platform_documents_has_one_row(catalog: Catalog) -> None:
    codes = [row.code for row in catalog.errors.codes]
    assert len(codes) == len(set(codes))
    assert set(codes) >= DOCUMENTED_CODES


def test_families_of_sub_codes_are_distinct_and_end_in_a_catch_all(catalog: Catalog) -> None:
    prefixes = [family.prefix for family in catalog.errors.families]
    assert len(prefixes) == len(set(prefixes))
    assert {"isv.", "isp.", "accesscontrol."} <= set(prefixes)


def test_every_example_and_default_passes_its_own_checks(catalog: Catalog) -> None:
    faults: list[tuple[str, str, Problem]] = []
    params = [(f"top {param.name}", param) for param in catalog.platform.system_params]
    params += [pair for method in catalog for pair in every_param(catalog[method])]
    for where, param in params:
        for text in (param.example, param.default):
            if text is not None:
                faults.extend((where, text, problem) for problem in check_value(param, text, NOW))
    assert faults == []


def test_every_fields_example_names_fields_of_the_answer(catalog: Catalog) -> None:
    faults = []
    for method in catalog:
        spec = catalog[method]
        for param in spec.params:
            if param.type == "fields" and param.example:
                faults += [(method, problem) for problem in check_fields(spec, param, param.example)]
    assert faults == []


def test_related_and_succeeding_methods_are_methods(catalog: Catalog) -> None:
    for method in catalog:
        spec = catalog[method]
        named = (*spec.related, *(spec.retired.instead if spec.retired else ()))
        assert method not in named
        assert [name for name in named if name not in catalog and not METHOD.fullmatch(name)] == []


def test_what_is_retired_leads_to_an_api_of_the_catalog_that_still_works(catalog: Catalog) -> None:
    retired = {method: spec.retired for method in catalog if (spec := catalog[method]).retired}
    assert retired
    for reason in retired.values():
        assert reason is not None
        assert any(name in catalog and name not in retired for name in reason.instead)


def test_every_write_names_parameters_that_change_something(catalog: Catalog) -> None:
    for method in catalog:
        spec = catalog[method]
        assert [name for name in spec.changes if spec.param(name) is None] == []
        assert bool(spec.changes) == (spec.writes and bool(spec.params)), method


def test_every_only_list_names_fields_of_its_model(catalog: Catalog) -> None:
    faults = []
    for method in catalog:
        for where, field in every_field(catalog[method]):
            if field.model and field.only:
                known = set(model_paths(catalog, field.model))
                faults += [f"{where} {name}" for name in field.only if name not in known]
    assert faults == []


def model_paths(catalog: Catalog, name: str) -> Iterator[str]:
    """Dotted names of every field below a shared model."""
    model = catalog.model(name)
    assert model is not None
    waiting = [("", field) for field in model.fields]
    while waiting:
        prefix, field = waiting.pop()
        yield f"{prefix}{field.name}"
        nested = catalog.model(field.model) if field.model else None
        children = nested.fields if nested else field.children
        waiting += [(f"{prefix}{field.name}.", child) for child in children]


def test_titles_and_summaries_say_something_in_both_languages(catalog: Catalog) -> None:
    faults = [where for where, title, summary in sentences(catalog) if not said(title, summary)]
    assert faults == []


def sentences(catalog: Catalog) -> Iterator[tuple[str, Words, Words | None]]:
    for method in catalog:
        spec = catalog[method]
        yield method, spec.title, spec.summary
        parts: list[tuple[str, Param | Field]] = [*every_param(spec), *every_field(spec)]
        for where, part in parts:
            yield where, part.title, part.summary
            yield from ((f"{where}={choice.value}", choice.title, None) for choice in part.choices if choice.title)
        yield from ((f"{method} {error.sub_code}", error.title, error.cure) for error in spec.errors)
        if spec.retired:
            yield f"{method} retired", spec.title, spec.retired.reason
    for row in catalog.errors.codes:
        yield f"{row.code} cause", row.title, row.cause
        yield f"{row.code} cure", row.title, row.cure
    for family in catalog.errors.families:
        yield family.prefix, family.title, family.cure


def said(title: Words, summary: Words | None) -> bool:
    """Whether both languages have words, and the summary is more than the title again."""
    texts = [title.zh, title.en] + ([summary.zh, summary.en] if summary else [])
    pairs = [(title.zh, summary.zh), (title.en, summary.en)] if summary else []
    return all(text.strip() for text in texts) and all(plain(a) != plain(b) for a, b in pairs)


def plain(text: str) -> str:
    return text.strip().rstrip("。.").casefold()


def test_choices_are_titled_all_or_none_and_never_twice(catalog: Catalog) -> None:
    for method in catalog:
        parts: list[tuple[str, Param | Field]] = [*every_param(catalog[method]), *every_field(catalog[method])]
        for where, part in parts:
            values = [choice.value for choice in part.choices]
            assert len(values) == len(set(values)), where
            assert len({choice.title is None for choice in part.choices}) <= 1, where


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
