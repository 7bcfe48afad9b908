"""A spec file is used as it stands or refused with its file, the place inside it and the reason."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.core.samples import API, PLATFORM, SpecFolder, field_row
from topexplorer.core.language import LANGUAGES, Language
from topexplorer.core.spec import ApiSpec, ErrorTable, Model, Platform
from topexplorer.core.specfiles import KINDS, MAX_SPEC_BYTES, BrokenSpec, examine, json_path, kind_of, read, schemas

METHOD = "taobao.sample.get"
FULL: dict[str, Any] = {
    "$schema": "../../../schema/api.json",
    **API,
    "method": METHOD,
    "category": "tool",
    "params": [
        field_row("tid", type="integer", platform_type="Number", required=True, example="1", minimum=1),
        field_row("memo", max_length=10, choices=[{"value": "a", "title": {"zh": "甲", "en": "A"}}, {"value": "b"}]),
        field_row("lines", type="object", platform_type="Line", many=True, children=[field_row("sku_id")]),
    ],
    "response": [field_row("trade", type="object", platform_type="Trade", model="Trade", only=["tid"])],
    "errors": [{"sub_code": "isv.trade-not-exist", "title": {"zh": "没有", "en": "None"}}],
}


@pytest.fixture
def folder(tmp_path: Path) -> SpecFolder:
    return SpecFolder(tmp_path / "specs")


def problems(path: Path, kind: str = "api") -> list[tuple[str, str]]:
    """Place and reason of everything that is wrong with a file."""
    with pytest.raises(BrokenSpec) as broken:
        examine(path, kind)
    assert {problem.file for problem in broken.value.problems} == {str(path)}
    for problem in broken.value.problems:
        assert all(Language(name).has(problem.reason.key) for name in LANGUAGES)
    return [(problem.where, problem.reason.key) for problem in broken.value.problems]


def test_a_file_that_is_right_is_read_the_same_by_the_strict_and_by_the_quick_reader(folder: SpecFolder) -> None:
    path = folder.write(f"apis/tool/{METHOD}.json", FULL)
    spec = examine(path, "api")
    assert isinstance(spec, ApiSpec)
    assert spec == read(path, "api")
    assert [param.name for param in spec.params] == ["tid", "memo", "lines"]
    assert spec.params[1].choices[0].value == "a"
    assert spec.params[2].children[0].name == "sku_id"
    assert (spec.errors[0].code, spec.response[0].only, spec.writes) == (15, ("tid",), False)


def test_every_kind_of_file_has_its_place(tmp_path: Path) -> None:
    assert kind_of(tmp_path / "top" / "platform.json") == "platform"
    assert kind_of(tmp_path / "top" / "errors.json") == "errors"
    assert kind_of(tmp_path / "top" / "models" / "Trade.json") == "model"
    assert kind_of(tmp_path / "top" / "apis" / "trade" / "taobao.trade.get.json") == "api"
    for other in ("README.md", "top/notes.json", "top/apis/trade/a.json.bak", "top/models/Trade.yaml"):
        assert kind_of(tmp_path / other) is None


@pytest.mark.parametrize(
    ("kind", "document", "shape"),
    [
        ("platform", PLATFORM, Platform),
        ("errors", {"codes": [], "families": []}, ErrorTable),
        ("model", {"name": "Trade", "title": {"zh": "订单", "en": "Trade"}, "fields": [field_row("tid")]}, Model),
    ],
)
def test_other_kinds_are_read_too(folder: SpecFolder, kind: str, document: object, shape: type[Any]) -> None:
    path = folder.write(f"{kind}.json", document)
    assert isinstance(examine(path, kind), shape)
    assert examine(path, kind) == read(path, kind)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "spec.not_json"),
        (b"{", "spec.not_json"),
        (b'{"a": 1,}', "spec.not_json"),
        (b"{'a': 1}", "spec.not_json"),
        (b"// comment\n{}", "spec.not_json"),
        (b"\xef\xbb\xbf{}", "spec.not_json"),
        (b'{"a": "\xff"}', "spec.not_utf8"),
        ('{"title": "订单"}'.encode("gbk"), "spec.not_utf8"),
        ("{}".encode("utf-16"), "spec.not_utf8"),
        (b"[]", "spec.not_object"),
        (b"null", "spec.not_object"),
        (b'{"method": "a", "method": "b"}', "spec.duplicate_key"),
        (b'{"title": {"zh": "a", "zh": "b"}}', "spec.duplicate_key"),
        (b"[" * 100_000, "spec.too_deep"),
        (b'{"a":' * 100_000, "spec.too_deep"),
        (b'{"a": ' + b"1" * 5000 + b"}", "spec.bad_number"),
        (b'{"a": NaN}', "spec.bad_number"),
        (b'{"a": -Infinity}', "spec.bad_number"),
        (b'{"a": 1e999}', "spec.bad_number"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_file_that_is_no_json_object_is_refused_as_a_whole(folder: SpecFolder, text: bytes, reason: str) -> None:
    path = folder.write(f"apis/tool/{METHOD}.json", text)
    assert problems(path) == [("$", reason)]


def test_json_faults_name_line_and_column(folder: SpecFolder) -> None:
    path = folder.write(f"apis/tool/{METHOD}.json", b'{\n  "method": oops\n}')
    with pytest.raises(BrokenSpec) as broken:
        examine(path, "api")
    assert Language("en").render(broken.value.problems[0].reason) == "not JSON: Expecting value, line 2 column 13"


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("depth", [50, 190, 210, 900, *range(960, 1000, 3)])
def test_nesting_of_any_depth_is_a_problem_of_the_file(folder: SpecFolder, opening: str, depth: int) -> None:
    closing = {"[": "]", '{"a":': "}"}[opening]
    text = json.dumps({**FULL, "deep": 0}).replace('"deep": 0', f'"deep": {opening * depth}1{closing * depth}')
    found = problems(folder.write(f"apis/tool/{METHOD}.json", text.encode()))
    assert found in ([("$.deep", "spec.unknown_key")], [("$", "spec.too_deep")], [("$", "spec.invalid")])


@pytest.mark.parametrize(
    ("change", "where", "reason"),
    [
        ({"colour": "red"}, "$.colour", "spec.unknown_key"),
        ({"method": None}, "$.method", "spec.invalid"),
        ({"method": 5}, "$.method", "spec.invalid"),
        ({"writes": "yes"}, "$.writes", "spec.invalid"),
        ({"writes": 1}, "$.writes", "spec.invalid"),
        ({"session": "maybe"}, "$.session", "spec.invalid"),
        ({"title": "just text"}, "$.title", "spec.invalid"),
        ({"title": {"zh": "只有中文"}}, "$.title.en", "spec.missing"),
        ({"title": {"zh": "甲", "en": "A", "fr": "A"}}, "$.title.fr", "spec.unknown_key"),
        ({"params": {}}, "$.params", "spec.invalid"),
        ({"params": [field_row("a"), {"name": "b"}]}, "$.params[1].type", "spec.missing"),
        ({"params": [field_row("a", type="int")]}, "$.params[0].type", "spec.invalid"),
        ({"params": [field_row("a", minimum="1")]}, "$.params[0].minimum", "spec.invalid"),
        ({"params": [field_row("a", minimum=1.5)]}, "$.params[0].minimum", "spec.invalid"),
        ({"params": [field_row("a", choices=["x"])]}, "$.params[0].choices[0]", "spec.invalid"),
        (
            {"params": [field_row("a", children=[field_row("b", nope=1)])]},
            "$.params[0].children[0].nope",
            "spec.unknown_key",
        ),
        ({"response": [field_row("a", only="tid")]}, "$.response[0].only", "spec.invalid"),
        ({"errors": [{"title": {"zh": "a", "en": "a"}}]}, "$.errors[0].sub_code", "spec.missing"),
        ({"retired": {}}, "$.retired.reason", "spec.missing"),
        ({"docs": "\ud800"}, "$", "spec.invalid"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_fault_is_named_with_its_place_in_the_file(
    folder: SpecFolder, change: dict[str, Any], where: str, reason: str
) -> None:
    text = json.dumps({**FULL, **change}).encode()
    assert (where, reason) in problems(folder.write(f"apis/tool/{METHOD}.json", text))


def test_every_fault_of_a_file_is_listed_at_once(folder: SpecFolder) -> None:
    document = {key: value for key, value in FULL.items() if key not in ("method", "session")}
    path = folder.write(f"apis/tool/{METHOD}.json", {**document, "colour": "red", "writes": 0})
    assert sorted(problems(path)) == [
        ("$.colour", "spec.unknown_key"),
        ("$.method", "spec.missing"),
        ("$.session", "spec.missing"),
        ("$.writes", "spec.invalid"),
    ]


def test_a_file_that_is_too_large_is_not_read(folder: SpecFolder) -> None:
    path = folder.write(f"apis/tool/{METHOD}.json", b" " * (MAX_SPEC_BYTES + 1))
    assert problems(path) == [("$", "spec.too_large")]


def test_a_file_that_cannot_be_opened_is_a_problem(folder: SpecFolder) -> None:
    gone = folder.root / "top" / "apis" / "gone.json"
    assert problems(gone) == [("$", "spec.unreadable")]
    link = folder.root / "top" / "link.json"
    link.symlink_to(gone)
    assert problems(link) == [("$", "spec.unreadable")]


def test_what_is_no_file_is_not_waited_for(folder: SpecFolder) -> None:
    pipe = folder.root / "top" / "pipe.json"
    os.mkfifo(pipe)
    assert problems(pipe) == [("$", "spec.not_a_file")]
    assert problems(folder.root / "top") == [("$", "spec.not_a_file")]


@pytest.mark.parametrize(
    "text",
    [None, b"", b"{", b"[]", b'{"method": 1}', b"\xff", b"[" * 100_000, b'{"a":' * 100_000],
    ids=lambda text: str(text)[:12],
)
def test_a_file_broken_after_it_was_examined_is_a_broken_spec(folder: SpecFolder, text: bytes | None) -> None:
    path = folder.write(f"apis/tool/{METHOD}.json", FULL)
    examine(path, "api")
    path.unlink() if text is None else path.write_bytes(text)
    with pytest.raises(BrokenSpec) as broken:
        read(path, "api")
    assert [(problem.where, problem.reason.key) for problem in broken.value.problems] == [("$", "spec.changed")]


def test_a_json_path_is_written_as_editors_write_it() -> None:
    assert json_path(()) == "$"
    assert json_path(("params", 2, "children", 0, "type")) == "$.params[2].children[0].type"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_file_has_a_schema_that_an_editor_can_use(kind: str) -> None:
    schema = schemas()[kind]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert schema["properties"]["$schema"] == {"type": "string"}
    assert set(schema["required"]) <= set(schema["properties"])
    assert json.loads(json.dumps(schema)) == schema
    references = [value["$ref"] for value in walked(schema) if isinstance(value, dict) and "$ref" in value]
    assert references
    assert [name for name in references if name.removeprefix("#/$defs/") not in schema["$defs"]] == []


def test_the_schema_of_an_api_names_its_choices_and_what_is_required() -> None:
    schema = schemas()["api"]
    assert set(schema["required"]) == {"method", "title", "summary", "category", "session", "access", "writes"}
    assert schema["properties"]["session"]["enum"] == ["none", "optional", "required"]
    param = schema["$defs"]["Param"]
    assert param["additionalProperties"] is False
    assert "datetime" in param["properties"]["type"]["enum"]
    assert param["properties"]["platform_type"]["description"].startswith("The platform's own type name")
    assert set(schema["$defs"]["Words"]["required"]) == {"zh", "en"}


def walked(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(found for entry in inner for found in walked(entry))]
