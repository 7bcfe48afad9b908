"""OpenAPI documents become APIs operation by operation; references never lead outside or in circles."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.foreign import assert_all_usable, encoded, faults, read, read_any, specs
from topexplorer.core.importers.openapi import UNCERTAIN, OpenApi
from topexplorer.core.importers.outcome import Outcome, Source
from topexplorer.core.spec import ApiSpec, Choice, field_paths
from topexplorer.core.specfiles import document

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "security": [{"session": []}],
    "paths": {
        "/notes/{note-id}": {
            "parameters": [
                {"name": "note-id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}},
                {"$ref": "#/components/parameters/Verbose"},
                {"name": "Authorization", "in": "header", "schema": {"type": "string"}},
                {"name": "crumb", "in": "cookie", "schema": {"type": "string"}},
            ],
            "get": {
                "summary": "查询笔记",
                "description": "按编号查询。<br>不需要 session。",
                "tags": ["notes"],
                "security": [],
                "responses": {"200": {"$ref": "#/components/responses/Note"}, "404": {"description": "none"}},
            },
            "post": {
                "operationId": "taobao.note.update",
                "security": [{}, {"session": []}],
                "parameters": [{"name": "verbose", "in": "query", "schema": {"type": "string"}, "description": "own"}],
                "requestBody": {
                    "content": {
                        "text/plain": {"schema": {"type": "string"}},
                        "application/json": {"schema": {"$ref": "#/components/schemas/NewNote"}},
                    }
                },
                "responses": {"201": {"content": {"application/json": {"schema": {"type": "array", "items": {}}}}}},
            },
        },
        "/notes": {
            "get": {"x-top-method": "tmall.notes.search", "operationId": "searchNotes", "responses": {}},
            "delete": {"operationId": "dropAll", "requestBody": {"content": {"*/*": {"schema": {"type": "string"}}}}},
        },
        "x-own": {"get": {}},
    },
    "components": {
        "parameters": {
            "Verbose": {
                "name": "verbose",
                "in": "query",
                "description": "Says more",
                "schema": {"type": ["null", "string"], "enum": ["yes", "no", None], "default": "no"},
                "example": "yes",
            }
        },
        "responses": {"Note": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}}},
        "schemas": {
            "Named": {
                "type": "object",
                "required": ["title"],
                "properties": {"title": {"type": "string", "maxLength": 40, "examples": ["Milk"]}},
            },
            "NewNote": {
                "allOf": [
                    {"$ref": "#/components/schemas/Named"},
                    {
                        "required": ["due"],
                        "properties": {
                            "due": {"type": "string", "format": "date-time"},
                            "scan": {"type": "string", "format": "binary"},
                            "price": {"type": "number", "maximum": 10},
                            "tags": {"type": "array", "maxItems": 5, "items": {"type": "string"}},
                            "matrix": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
                            "any": {"oneOf": [{"type": "null"}, {"type": "boolean"}]},
                        },
                    },
                ]
            },
            "Note": {
                "allOf": [{"$ref": "#/components/schemas/Named"}],
                "properties": {
                    "id": {"type": "integer"},
                    "answers": {"type": "array", "items": {"$ref": "#/components/schemas/Note"}, "description": "回复"},
                    "owner": {"$ref": "#/components/schemas/Owner"},
                },
            },
            "Owner": {"properties": {"best": {"$ref": "#/components/schemas/Note"}, "nick": {"const": "nobody"}}},
        },
    },
}


def openapi(document: object = DOCUMENT) -> list[Outcome]:
    return read(OpenApi(), Source("docs/notes.json", encoded(document)))


@pytest.fixture(scope="module")
def found() -> dict[str, ApiSpec]:
    return specs(openapi())


def changed(path: str, value: object) -> dict[str, Any]:
    """The document with one thing put elsewhere."""
    document = copy.deepcopy(DOCUMENT)
    holder: Any = document
    *steps, last = path.split(" ")
    for step in steps:
        holder = holder[step]
    holder[last] = value
    return document


def test_each_operation_is_an_api_under_a_name_of_its_own(found: dict[str, ApiSpec]) -> None:
    assert {method: (spec.writes, spec.session, spec.category) for method, spec in found.items()} == {
        "notes.note-id.get": (True, "none", "notes"),
        "taobao.note.update": (True, "optional", "note"),
        "tmall.notes.search": (False, "required", "notes"),
        "notes.delete": (True, "required", "notes"),
    }


@pytest.mark.parametrize(
    ("path", "verb", "operation", "writes"),
    [
        ("/refund", "get", {"operationId": "alibaba.trade.refund.agree"}, True),
        ("/price", "get", {"x-top-method": "tmall.item.price.update"}, True),
        ("/items", "get", {}, True),
        ("/items", "get", {"operationId": "listItems"}, False),
        ("/items", "post", {"operationId": "taobao.items.get"}, False),
        ("/items", "delete", {"operationId": "taobao.items.get"}, True),
        ("/items/search", "get", {}, False),
        ("/items/cancel", "get", {"x-top-method": "taobao.items.get"}, True),
        ("/items", "get", {"x-top-method": "taobao.items.get", "operationId": "deleteItems"}, True),
        ("/items", "get", {"x-top-method": "taobao.items.get", "summary": "Deletes items"}, True),
    ],
)
def test_a_verb_of_http_proves_no_read(path: str, verb: str, operation: dict[str, Any], writes: bool) -> None:
    (spec,) = specs(openapi({"openapi": "3.0.0", "paths": {path: {verb: operation}}})).values()
    assert spec.writes is writes


def test_every_converted_api_says_that_its_gateway_is_assumed(found: dict[str, ApiSpec]) -> None:
    assert {spec.uncertain for spec in found.values()} == {UNCERTAIN}
    assert {spec.origin.kind for spec in found.values() if spec.origin} == {"openapi"}


def test_texts_are_plain(found: dict[str, ApiSpec]) -> None:
    spec = found["notes.note-id.get"]
    assert (spec.title.zh, spec.summary.zh) == ("查询笔记", "按编号查询。\n不需要 session。")


def test_parameters_of_the_path_belong_to_its_operations(found: dict[str, ApiSpec]) -> None:
    note_id, verbose = found["notes.note-id.get"].params
    assert (note_id.name, note_id.type, note_id.required, note_id.minimum) == ("note-id", "integer", True, 1)
    assert (verbose.name, verbose.default, verbose.example, verbose.required) == ("verbose", "no", "yes", False)
    assert verbose.choices == (Choice(value="yes"), Choice(value="no"))
    assert verbose.title.en == "Says more"


def test_an_operations_own_parameter_replaces_that_of_its_path(found: dict[str, ApiSpec]) -> None:
    verbose = found["taobao.note.update"].param("verbose")
    assert verbose is not None
    assert (verbose.title.en, verbose.choices) == ("own", ())


def test_the_properties_of_the_body_are_parameters(found: dict[str, ApiSpec]) -> None:
    params = {param.name: param for param in found["taobao.note.update"].params}
    kinds = {name: (param.type, param.many, param.required) for name, param in params.items()}
    assert kinds == {
        "verbose": ("string", False, False),
        "note-id": ("integer", False, True),
        "title": ("string", False, True),
        "due": ("datetime", False, True),
        "scan": ("file", False, False),
        "price": ("decimal", False, False),
        "tags": ("string", True, False),
        "matrix": ("json", True, False),
        "any": ("boolean", False, False),
    }
    assert (params["title"].max_length, params["title"].example) == (40, "Milk")
    assert (params["tags"].max_items, params["price"].maximum) == (5, 10)


def test_a_body_or_an_answer_that_is_no_object_is_one_part(found: dict[str, ApiSpec]) -> None:
    assert [param.name for param in found["notes.delete"].params] == ["body"]
    assert [(field.name, field.many) for field in found["taobao.note.update"].response] == [("result", True)]


def test_the_answer_has_merged_schemas_and_no_circle(found: dict[str, ApiSpec]) -> None:
    spec = found["notes.note-id.get"]
    assert [path for path, _field in field_paths(spec.response)] == [
        *("title", "id", "answers", "owner", "owner.best", "owner.nick"),
    ]
    answers = spec.response[2]
    assert (answers.platform_type, answers.many, answers.title.zh) == ("Note", True, "回复")


def test_what_openapi_does_not_cover_is_no_document_and_no_fault() -> None:
    assert openapi({"openapi": "3.0.0", "components": {}}) == []
    assert OpenApi().takes(Source("a.json", b'{"swagger": "2.0"}')) is False
    assert OpenApi().takes(Source("a.yaml", b"name: x\n")) is False


def test_yaml_is_skipped_with_what_to_do() -> None:
    outcomes = read(OpenApi(), Source("a.yml", b"# notes\nopenapi: '3.0.1'\n"))
    assert faults(outcomes) == [("", "import.yaml")]


@pytest.mark.parametrize(
    ("path", "value", "where", "key"),
    [
        ("paths", [], "$.paths", "import.not_object"),
        ("paths /notes", 5, "$.paths./notes", "import.not_object"),
        ("paths /notes get x-top-method", 5, "$.paths./notes.get.x-top-method", "import.no_method"),
        ("paths /notes get x-top-method", "a b", "$.paths./notes.get.x-top-method", "import.bad_method"),
        ("paths /notes get parameters", {}, "$.paths./notes.get.parameters", "import.not_list"),
        ("paths /notes get parameters", [7], "$.paths./notes.get.parameters[0]", "import.not_object"),
        ("paths /notes get requestBody", 7, "$.paths./notes.get.requestBody", "import.not_object"),
        (
            "components schemas Named",
            {"$ref": "https://elsewhere.example/a.json"},
            "$.paths./notes/{note-id}.get.responses.200",
            "import.foreign_ref",
        ),
        (
            "components schemas Named",
            {"$ref": "#/components/schemas/Named"},
            "$.paths./notes/{note-id}.get.responses.200",
            "import.ref_circle",
        ),
        (
            "components schemas Named",
            {"$ref": "#/components/nowhere"},
            "$.paths./notes/{note-id}.get.responses.200",
            "import.no_ref",
        ),
        (
            "components schemas Named",
            {"properties": {"\x1b[31m": {}}},
            "$.paths./notes/{note-id}.get.responses.200.␛[31m",
            "import.bad_name",
        ),
    ],
)
def test_an_operation_that_cannot_be_used_is_skipped_with_its_place(
    path: str, value: object, where: str, key: str
) -> None:
    outcomes = openapi(changed(path, value))
    assert faults(outcomes)[0] == (where, key)
    assert specs(outcomes) or path == "paths"


def test_the_good_operations_of_a_document_go_on_beside_a_bad_one() -> None:
    outcomes = openapi(changed("paths /notes get x-top-method", "a b"))
    assert set(specs(outcomes)) == {"notes.note-id.get", "taobao.note.update", "notes.delete"}


@pytest.mark.parametrize("keyword", ["allOf", "oneOf", "properties"])
def test_schemas_nested_without_end_become_a_reason(keyword: str) -> None:
    schema: Any = {"type": "string"}
    for _level in range(150):
        schema = {keyword: {"a": schema} if keyword == "properties" else [schema]}
    outcomes = openapi(changed("components schemas Named", schema))
    assert {key for _where, key in faults(outcomes)} == {"import.too_deep"}


def test_schemas_that_multiply_become_a_reason() -> None:
    document = copy.deepcopy(DOCUMENT)
    schemas = document["components"]["schemas"]
    for number in range(25):
        ref = {"$ref": f"#/components/schemas/S{number + 1}"}
        schemas[f"S{number}"] = {"allOf": [ref, ref, ref]}
    schemas["S25"] = {"type": "string"}
    schemas["Named"] = {"$ref": "#/components/schemas/S0"}
    assert {key for _where, key in faults(openapi(document))} == {"import.too_many_parts"}


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["#/components/schemas/Note", "#/paths", "#/", "object", "array"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=5)
            | st.sampled_from(["$ref", "type", "items", "properties", "allOf", "schema", "name", "in"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(st.data())
def test_no_document_with_one_thing_changed_raises_or_gives_an_unusable_spec(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    document = copy.deepcopy(DOCUMENT)
    holder: Any = document
    while True:
        key = data.draw(st.sampled_from(list(holder) if isinstance(holder, dict) else list(range(len(holder)))))
        if isinstance(holder[key], dict | list) and holder[key] and data.draw(st.integers(0, 9)):
            holder = holder[key]
            continue
        holder[key] = data.draw(VALUES)
        break
    outcomes = read_any([Source("a.json", encoded(document))])
    faults(outcomes)
    assert_all_usable(outcomes, tmp_path_factory.getbasetemp())


def test_a_converted_spec_is_a_spec_file_like_any_other(found: dict[str, ApiSpec], tmp_path: Path) -> None:
    assert_all_usable(openapi(), tmp_path)
    assert document(found["notes.delete"])["origin"]["name"] == "docs/notes.json"
