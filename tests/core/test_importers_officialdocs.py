"""The platform's own documents become specs with their facts, samples, errors and texts, or a reason with its place."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.foreign import METHOD, assert_all_usable, encoded, faults, full, official, read, read_any, row, specs
from tests.specs import reference
from topexplorer.core.importers.officialdocs import OfficialDocs
from topexplorer.core.importers.outcome import Package, Source
from topexplorer.core.importers.specparts import MAX_DEPTH, MAX_PARTS
from topexplorer.core.language import Words
from topexplorer.core.spec import ApiSpec, ErrorCode, Origin, Sample

NO_REFERENCE = "the folder ../shared/reference is not beside this checkout"


def imported(document: object, **source: str) -> ApiSpec:
    """The API of one document."""
    found = specs(read(OfficialDocs(), Source(source.pop("name", "docs/a.json"), encoded(document), **source)))
    return next(iter(found.values()))


def fault(content: object) -> tuple[str, str]:
    """Place and reason, as key, of what is wrong with one document."""
    data = content if isinstance(content, bytes) else encoded(content)
    (found,) = faults(read(OfficialDocs(), Source("docs/a.json", data)))
    return found


def test_a_short_document_gives_every_fact_it_has() -> None:
    spec = imported(official())
    assert (spec.method, spec.title, spec.category) == (METHOD, Words(zh="查询笔记", en=""), "sample")
    assert spec.summary == Words(zh="按编号查询笔记。", en="")
    assert (spec.session, spec.access, spec.writes) == ("optional", "basic", False)
    assert spec.docs == "https://open.taobao.com/api.htm?docId=12345&docType=2"
    (param,) = spec.params
    assert (param.name, param.type, param.platform_type, param.required) == ("note_id", "integer", "Number", True)
    assert (param.title.zh, param.summary, param.minimum) == ("笔记编号", Words(zh="笔记编号，一次一个", en=""), 1)
    (note,) = spec.response
    assert (note.type, note.platform_type, note.children[0].name) == ("object", "Note", "note_id")
    assert spec.origin == Origin(kind="official-docs", name="docs/a.json", package="sample")


def test_a_full_document_keeps_samples_errors_and_permissions() -> None:
    spec = imported(full())
    assert spec.session == "none"
    assert spec.samples == (
        Sample(name="JSON", text='{\n  "note": {}\n}'),
        Sample(name="XML", text="<note/>"),
        Sample(name="JSON error", text='{"error_response":{"code":50}}'),
        Sample(name="XML error", text="<error_response/>"),
    )
    assert spec.errors == (
        ErrorCode(sub_code="isv.note-not-exist", title=_zh("笔记不存在"), cure=_zh("换一个编号")),
        ErrorCode(sub_code="1008", title=_zh("编号非法")),
    )
    assert spec.permissions == ("笔记查询",)
    assert spec.docs is None


def test_demo_values_are_examples_only_where_they_would_pass_a_form() -> None:
    number, fields, price = imported(full()).params
    assert (number.example, number.default, number.max_length) == ("123", None, None)
    assert (fields.type, fields.many, fields.max_items, fields.default) == ("fields", True, 20, "note_id")
    assert price.example is None


def test_the_answer_of_the_site_is_unwrapped() -> None:
    wrapped = {"success": True, "data": full(), "errMsg": None, "code": None}
    spec = imported(wrapped, page="777", package="tbk")
    assert (spec, spec.docs, spec.category) == (imported(full(), page="777", package="tbk"), _page(777), "tbk")


def test_a_refusal_of_the_site_is_no_document() -> None:
    assert fault({"success": False, "errMsg": "token 失效", "data": None}) == ("$.data", "import.refused")


def test_the_catalogue_of_a_folder_gives_the_package_of_the_documents_beside_it() -> None:
    outcomes = read(
        OfficialDocs(),
        Source("x/tbtrade/catelog.json", encoded({"name": "淘宝交易API,", "pkg": "tbtrade", "id": 21542})),
        Source("x/tbtrade/a.json", encoded(official())),
        Source("x/b.json", encoded(official(name="tmall.item.add"))),
    )
    assert Package("tbtrade", "淘宝交易API") in outcomes
    found = specs(outcomes)
    assert (found[METHOD].category, found[METHOD].access) == ("tbtrade", "trade")
    assert (found["tmall.item.add"].category, found["tmall.item.add"].writes) == ("item", True)


def test_a_list_of_packages_gives_their_titles() -> None:
    packages = [
        {"id": 1, "name": "用户API", "pkg": "user"},
        {"pkg": "\x1b", "name": "x"},
        5,
        {"pkg": "a", "name": None},
    ]
    assert read(OfficialDocs(), Source("categories.json", encoded(packages))) == [Package("user", "用户API")]


def test_an_english_document_is_kept_as_english() -> None:
    spec = imported(official(apiChineseName="Get a note", description="Reads one note."))
    assert (spec.title, spec.summary) == (Words(zh="", en="Get a note"), Words(zh="", en="Reads one note."))


def test_a_document_without_a_title_is_called_by_its_method() -> None:
    spec = imported({"name": METHOD, "responseParams": None})
    assert spec.title == spec.summary == Words(zh="", en=METHOD)


def test_descriptions_lose_their_markup() -> None:
    spec = imported(official(description="第一行<br>第二行<script>x()</script>", apiChineseName="<b>查询</b>\n笔记"))
    assert (spec.summary.zh, spec.title.zh) == ("第一行\n第二行", "查询 笔记")


@pytest.mark.parametrize(
    ("written", "kind", "platform_type", "many"),
    [
        ("String", "string", "String", False),
        ("Number []", "integer", "Number", True),
        ("BigDecimal", "decimal", "BigDecimal", False),
        ("byte[]", "file", "byte[]", False),
        ("Note", "json", "Note", False),
        ("Json", "json", "Json", False),
        (None, "string", "String", False),
    ],
)
def test_types_are_the_platforms_own(written: str | None, kind: str, platform_type: str, many: bool) -> None:
    (param,) = imported(official(requestParams=[row("a", written)])).params
    assert (param.type, param.platform_type, param.many) == (kind, platform_type, many)


def test_a_number_with_a_fraction_as_its_demo_is_a_decimal() -> None:
    (param,) = imported(official(requestParams=[row("a", "Number", demoValue="20.3")])).params
    assert (param.type, param.example) == ("decimal", "20.3")


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        *[(5, 5), ("5", 5), (" 7 ", 7), (None, None), ("", None), ("many", None), (True, None), ([5], None)],
        *[(-1, None), (10**30, None), (1.5, None), (float("nan"), None)],
    ],
)
def test_limits_are_numbers_however_they_are_written(written: object, limit: int | None) -> None:
    (param,) = imported(official(requestParams=[row("a", maxLength=written, minValue=None)])).params
    assert (param.max_length, param.minimum) == (limit, None)


@pytest.mark.parametrize(("written", "example"), [(1, "1"), (10**30, "1" + "0" * 30), (1.5, "1.5"), (True, "true")])
def test_demo_values_of_any_scalar_type_are_text(written: object, example: str) -> None:
    (param,) = imported(official(requestParams=[row("a", demoValue=written)])).params
    assert param.example == example


@pytest.mark.parametrize(
    ("labels", "session"),
    [
        ([{"displayName": "不需用户授权"}], "none"),
        ([{"displayName": "需要授权"}], "required"),
        ([{"displayName": "可选用户授权"}], "optional"),
        ([{"displayName": "￥免费"}, 3, None], "optional"),
        ("授权", "optional"),
    ],
)
def test_the_labels_tell_whether_a_session_is_needed(labels: object, session: str) -> None:
    assert imported(official(labels=labels)).session == session


@pytest.mark.parametrize(
    ("method", "writes"),
    [
        ("taobao.trade.get", False),
        ("taobao.user.openuid.getbynick", False),
        ("taobao.x.batchquery", False),
        ("taobao.x.list", False),
        ("taobao.trade.close", True),
        ("taobao.get.order", True),
        ("taobao.x.getorcreate", True),
        ("taobao.widget", True),
        ("taobao.address.sender.getById", False),
        ("taobao.settlement.payment.search", False),
        ("cainiao.waybill.ii.search", False),
        ("cainiao.waybill.ii.get", True),
        ("taobao.wlb.waybill.i.get", True),
        ("alibaba.delete.list", True),
        ("x.batch.delete.query", True),
        ("taobao.item.batchUpdate.get", True),
        ("taobao.x.getOrCreate", True),
        ("taobao.refunds.check", True),
        ("taobao.openlink.session.get", True),
    ],
)
def test_only_a_name_that_ends_in_reading_and_nowhere_speaks_of_a_change_reads(method: str, writes: bool) -> None:
    assert imported(official(name=method)).writes is writes


@pytest.mark.parametrize(
    ("told", "writes"),
    [
        ({"apiChineseName": "查询已发货的订单", "description": "按修改时间查询。"}, False),
        ({"apiChineseName": "电子面单取号"}, True),
        ({"apiChineseName": "商家审核"}, True),
        ({"apiChineseName": "Cancels an order"}, True),
        ({"description": "创建订单，返回编号"}, True),
        ({"requestParams": [{"name": "param_apply_new_request", "type": "String"}]}, True),
        ({"requestParams": [{"name": "start_create", "type": "Date"}]}, False),
    ],
)
def test_what_a_document_says_of_a_change_makes_it_a_write(told: dict[str, Any], writes: bool) -> None:
    assert imported(official(name="cainiao.order.get", **told)).writes is writes


@pytest.mark.parametrize(
    "content",
    [
        {"name": "package", "version": "1.0"},
        [],
        [1],
        5,
        None,
        "text",
        {"pkg": "a", "name": "b"},
        {"success": True, "data": {}},
    ],
)
def test_json_about_something_else_is_no_document_and_no_fault(content: object) -> None:
    assert [o for o in read(OfficialDocs(), Source("a.json", encoded(content))) if not isinstance(o, Package)] == []


@pytest.mark.parametrize(
    ("content", "where", "key"),
    [
        (b"", "", "import.empty"),
        (b" \n\t", "", "import.empty"),
        (b"\xef\xbb\xbf", "", "import.empty"),
        (b'{\n  "name": }', "2:11", "import.not_json"),
        (b"{} {}", "1:4", "import.not_json"),
        ("{\n“名”".encode("gbk"), "2:1", "import.not_utf8"),
        ("{}".encode("utf-16"), "1:1", "import.not_utf8"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "$", "import.duplicate_key"),
        (b"[" * 100_000, "$", "import.too_deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "$", "import.too_deep"),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else None,
)
def test_a_file_that_cannot_be_read_is_skipped_with_the_place(content: bytes, where: str, key: str) -> None:
    assert fault(content) == (where, key)


def test_a_byte_order_mark_is_no_fault() -> None:
    content = b"\xef\xbb\xbf" + encoded(official())
    assert list(specs(read(OfficialDocs(), Source("a.json", content)))) == [METHOD]


@pytest.mark.parametrize(
    ("parts", "where", "key"),
    [
        ({"name": None}, "$.name", "import.no_method"),
        ({"name": 5}, "$.name", "import.no_method"),
        ({"name": ""}, "$.name", "import.bad_method"),
        ({"name": "5.get"}, "$.name", "import.bad_method"),
        ({"name": "taobao.x\x1b[2J"}, "$.name", "import.bad_method"),
        ({"name": "taobao.\u202eteg"}, "$.name", "import.bad_method"),
        ({"name": "<b>taobao</b>"}, "$.name", "import.bad_method"),
        ({"name": "../../etc"}, "$.name", "import.bad_method"),
        ({"name": "a" * 129}, "$.name", "import.bad_method"),
        ({"requestParams": {}}, "$.requestParams", "import.not_list"),
        ({"requestParams": "x"}, "$.requestParams", "import.not_list"),
        ({"responseParams": [1]}, "$.responseParams[0]", "import.not_object"),
        ({"responseParams": [row("a"), {}]}, "$.responseParams[1].name", "import.bad_name"),
        ({"requestParams": [row("a b")]}, "$.requestParams[0].name", "import.bad_name"),
        ({"requestParams": [row("\x1b[31m")]}, "$.requestParams[0].name", "import.bad_name"),
        ({"requestParams": [row("\u3164")]}, "$.requestParams[0].name", "import.bad_name"),
        ({"requestParams": [row("a", 5)]}, "$.requestParams[0].type", "import.bad_type"),
        ({"requestParams": [row("a", "List<X>")]}, "$.requestParams[0].type", "import.bad_type"),
        (
            {"requestParams": [row("a", subParams=[row("b", subParams=7)])]},
            "$.requestParams[0].subParams[0].subParams",
            "import.not_list",
        ),
    ],
)
def test_a_document_that_is_wrong_is_skipped_with_the_json_path(parts: dict[str, Any], where: str, key: str) -> None:
    assert fault(official(**parts)) == (where, key)


def test_a_document_too_large_to_be_an_api_is_skipped() -> None:
    many = [row(f"p{number}") for number in range(MAX_PARTS + 1)]
    assert fault(official(requestParams=many, responseParams=[]))[1] == "import.too_many_parts"


def test_a_struct_nested_too_deeply_is_skipped() -> None:
    inner = row("a")
    for _level in range(MAX_DEPTH):
        inner = row("a", subParams=[inner])
    assert fault(official(requestParams=[inner]))[1] == "import.too_deep"


def test_a_name_that_comes_twice_is_taken_once() -> None:
    spec = imported(official(requestParams=[row("a", "Number"), row("a", "String")]))
    assert [(param.name, param.platform_type) for param in spec.params] == [("a", "Number")]


def _zh(text: str) -> Words:
    return Words(zh=text, en="")


def _page(number: int) -> str:
    return f"https://open.taobao.com/api.htm?docId={number}&docType=2"


# Whatever comes in


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["taobao.a.get", "Number", "byte[]", "<br>", "\x1b[0m", "\ud800", "\u202e", "1e999", "9" * 40, "A" * 300]
    )
)
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=8), v, max_size=4))
MEMBERS = sorted({*full(), *full()["requestParams"][0], "subParams", "success", "data", "pkg", "openapi", "paths"})
SHAPED = st.dictionaries(
    st.sampled_from(MEMBERS),
    st.recursive(SCALARS, lambda v: st.lists(st.dictionaries(st.sampled_from(MEMBERS), v, max_size=6), max_size=4)),
)


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("examined")


@given(VALUES | SHAPED)
@settings(max_examples=50)
def test_no_json_whatever_raises_or_gives_an_unusable_spec(scratch: Path, value: object) -> None:
    outcomes = read_any([Source("a/b.json", encoded(value))])
    faults(outcomes)
    assert_all_usable(outcomes, scratch)


@given(st.data())
@settings(max_examples=60)
def test_no_document_with_one_thing_changed_raises_or_gives_an_unusable_spec(
    scratch: Path, data: st.DataObject
) -> None:
    document = copy.deepcopy(full())
    holder: Any = document
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(holder[key], dict | list) and holder[key] and data.draw(st.booleans()):
            holder = holder[key]
            continue
        holder[key] = data.draw(VALUES | SHAPED)
        break
    outcomes = read_any([Source("a/b.json", encoded(document))])
    faults(outcomes)
    assert_all_usable(outcomes, scratch)
    assert len(specs(outcomes)) + len(faults(outcomes)) <= 1


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_whatever_raise(content: bytes) -> None:
    for suffix in (".json", ".py", ".java", ".yaml", ""):
        faults(read_any([Source(f"a/b{suffix}", content)]))


# The platform's own documents, where somebody has put a copy beside the checkout


@pytest.mark.skipif(not reference.FOLDER.is_dir(), reason=NO_REFERENCE)
def test_what_is_imported_from_the_reference_equals_it(monkeypatch: pytest.MonkeyPatch) -> None:
    if "BigDecimal" not in reference.TYPES:
        monkeypatch.setitem(reference.TYPES, "BigDecimal", {"decimal"})
    documents = reference.documents()
    found = specs(read(OfficialDocs(), *(Source(name, encoded(document)) for name, document in _named(documents))))
    assert found.keys() == documents.keys()
    differences = [fault for method, spec in found.items() for fault in reference.differences(spec, documents[method])]
    assert differences == []


@pytest.mark.skipif(not reference.FOLDER.is_dir(), reason=NO_REFERENCE)
def test_the_richer_documents_of_the_reference_lose_nothing() -> None:
    for path in sorted((reference.FOLDER.parent / "full-docs").glob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        spec = imported(document)
        assert len(spec.errors) == len({row["errorCode"] for row in document["errorCodes"]})
        assert [scope["name"] for scope in document["applyScopes"]] == list(spec.permissions)
        assert len(spec.samples) == sum(
            bool(document[name].strip()) for name in document if "Sample" in name or name.startswith("apiErrDemo")
        )


def _named(documents: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(f"{method}.json", document) for method, document in documents.items()]
