"""Every catalogued API answers its example with values of the documented types, under the documented names."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.core.samples import bundled
from tests.sandbox.test_wire import multipart
from tests.sandbox.wire import NOON, URL, Outsider, small
from topexplorer.core.call import Answer, Refusal, RequestDraft
from topexplorer.core.catalog import Catalog
from topexplorer.core.envelope import response_root
from topexplorer.core.gateway import GATEWAYS, Unsigned
from topexplorer.core.language import Words
from topexplorer.core.spec import ApiSpec, Field, Origin, Param, ParamType, Sample, item_name
from topexplorer.sandbox.backends.registry import DEPARTMENTS, back_end
from topexplorer.sandbox.replies import reply

NEED_A_CODE = frozenset({"taobao.top.auth.token.create", "taobao.top.auth.token.refresh"})
"""They take what an authorisation gives out, which no example can hold."""
CATEGORIES = sorted({entry.category for entry in bundled().entries.values()})
Check = Callable[[Outsider, ApiSpec], list[str]]
KINDS: dict[str, type | tuple[type, ...]] = {"Number": (int, float), "Boolean": bool}
ISSUE = """
taobao.item.seller.get taobao.items.onsale.get taobao.items.inventory.get taobao.items.seller.list.get
taobao.item.quantity.update taobao.skus.quantity.update taobao.item.skus.get taobao.item.sku.get
taobao.item.update.listing taobao.item.update.delisting taobao.items.custom.get taobao.item.img.upload
taobao.shop.seller.get taobao.sellercats.list.get taobao.shop.update taobao.time.get taobao.appip.get
taobao.kfc.keyword.search taobao.user.seller.get taobao.trades.sold.get taobao.trades.sold.increment.get
taobao.trade.fullinfo.get taobao.trade.memo.update taobao.trade.memo.add taobao.trade.close taobao.trade.amount.get
taobao.trade.receivetime.delay taobao.trade.shippingaddress.update taobao.trade.postage.update
taobao.refund.message.add taobao.refund.messages.get taobao.refund.get taobao.refunds.receive.get taobao.refund.refuse
taobao.logistics.trace.search taobao.areas.get taobao.logistics.companies.get taobao.logistics.online.send
taobao.logistics.offline.send taobao.logistics.orders.get taobao.logistics.address.search taobao.logistics.dummy.send
""".split()


def served(catalog: Catalog, category: str) -> list[ApiSpec]:
    """The APIs of a category, those first that change nothing."""
    entries = [entry for entry in catalog.entries.values() if entry.category == category and not entry.retired]
    return [catalog[entry.method] for entry in sorted(entries, key=lambda entry: entry.writes)]


def faults(fields: tuple[Field, ...], row: Mapping[str, Any], where: str) -> list[str]:
    """What is not as the spec says: unknown names, wrong types, wrong wrappers."""
    known = {field.name: field for field in fields}
    found = [f"{where}.{name}: not in the spec" for name in row if name not in known]
    for name, value in row.items():
        field = known.get(name)
        if field is None:
            continue
        values = [value]
        if field.many:
            if not isinstance(value, dict) or list(value) != [item_name(field.platform_type)]:
                found.append(f"{where}.{name}: items are not under {item_name(field.platform_type)}")
                continue
            values = next(iter(value.values()))
        for one in values:
            found += fault(field, one, f"{where}.{name}")
    return found


def fault(field: Field, value: Any, where: str) -> list[str]:
    if field.type == "object":
        return faults(field.children, value, where) if isinstance(value, dict) else [f"{where}: not a struct"]
    kind = KINDS.get(field.platform_type, str)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        return [f"{where}: {value!r} is no {field.platform_type}"]
    if field.type == "datetime":
        datetime.strptime(str(value), "%Y-%m-%d %H:%M:%S")
    return []


def example_of(spec: ApiSpec, *, all_params: bool) -> tuple[dict[str, str], dict[str, bytes]]:
    asked = [param for param in spec.params if param.required or all_params]
    values = {param.name: param.example for param in asked if param.example and param.type != "file"}
    if fields := next((param for param in spec.params if param.type == "fields"), None):
        structs = [field for field in spec.response if field.children] or [*spec.response]
        values[fields.name] = ",".join(child.name for field in structs for child in field.children or (field,))
    return values, {param.name: b"\xff\xd8" for param in spec.params if param.type == "file"}


def call(outsider: Outsider, spec: ApiSpec, *, all_params: bool = False) -> Any:
    """What the client makes of the sandbox's answer to the client's own call."""
    values, files = example_of(spec, all_params=all_params)
    request = GATEWAYS["top"].encode(
        Unsigned(
            draft=RequestDraft(spec.method, values),
            environment="sandbox",
            url=URL,
            version="2.0",
            values=values,
            files=(),
            credentials=outsider.accounts.credentials(),
            sign_method="hmac-sha256",
            timestamp_form="text",
            now=outsider.now,
        )
    )
    if files:
        headers = {"Content-Type": "multipart/form-data; boundary=xyz"}
        response = outsider.send(body=multipart(dict(request.params), files, "xyz"), headers=headers)
    else:
        response = outsider.post(dict(request.params))
    outcome = GATEWAYS["top"].decode(request, response.status_code, response.content)
    if isinstance(outcome, Answer):
        assert outcome.root == response_root(spec.method)
        return outcome.payload
    assert isinstance(outcome, Refusal), outcome
    return outcome


def problems_with(spec: ApiSpec, said: Any) -> list[str]:
    if isinstance(said, Refusal):
        return [f"{said.sub_code or said.msg}: {said.sub_msg}"]
    content = dict(said)
    assert len(content.pop("request_id")) == 13
    return faults(spec.response, content, spec.method)


@pytest.fixture(scope="module")
def everything() -> Outsider:
    """One sandbox for all the calls of the catalog; who writes brings it back."""
    return Outsider()


def problems_of_an_example(outsider: Outsider, spec: ApiSpec) -> list[str]:
    """With what is required alone, or, where one of several must come along, with everything; never a refusal."""
    said = call(outsider, spec)
    if isinstance(said, Refusal) and str(said.sub_code).startswith("isv.missing-parameter"):
        said = call(outsider, spec, all_params=True)
    if spec.method in NEED_A_CODE:
        refused = isinstance(said, Refusal) and str(said.sub_code).startswith("isv.invalid-parameter")
        return [] if refused else ["answered without a code"]
    return problems_with(spec, said)


def problems_of_all_examples(outsider: Outsider, spec: ApiSpec) -> list[str]:
    """With every example at once: an answer, or a refusal for a documented reason."""
    said = call(outsider, spec, all_params=True)
    if not isinstance(said, Refusal):
        return problems_with(spec, said)
    from_a_back_end = back_end(spec.method) is not None or spec.method in NEED_A_CODE
    documented = str(said.sub_code).startswith("isv.") or said.sub_code == "CLOSE_TRADE_TOO_FAST"
    right = from_a_back_end and documented and (said.code, said.msg) == (15, "Remote service error")
    return [] if right else problems_with(spec, said)


@pytest.mark.parametrize("check", [problems_of_an_example, problems_of_all_examples])
@pytest.mark.parametrize("category", CATEGORIES)
def test_every_bundled_api_answers_as_its_spec_says(everything: Outsider, category: str, check: Check) -> None:
    found: dict[str, list[str]] = {}
    for spec in served(bundled(), category):
        if problems := check(everything, spec):
            found[spec.method] = problems
        if spec.writes and back_end(spec.method):
            everything.sandbox.reset()
    assert found == {}


def test_two_sandboxes_give_the_same_answer_to_every_reading_api() -> None:
    one, two = Outsider(), Outsider()
    for method, spec in bundled().items():
        if not (spec.retired or spec.writes or any(param.type == "file" for param in spec.params)):
            assert call(one, spec) == call(two, spec), method


def test_a_hand_written_api_answers_with_every_type(sampler: Outsider) -> None:
    for spec in small().values():
        if not spec.retired:
            assert problems_with(spec, call(sampler, spec, all_params=True)) == []


def test_the_checks_of_this_file_see_what_is_wrong() -> None:
    spec = small()["taobao.sample.things.get"]
    wrong: list[dict[str, Any]] = [
        {"thing": {}},
        {"total_results": "3"},
        {"has_next": 1},
        {"things": []},
        {"things": {"thing_dto": []}},
        {"things": {"thing_d_t_o": [{"title": 1}]}},
    ]
    for content in wrong:
        assert problems_with(spec, {**content, "request_id": "0123456789abc"})
    assert problems_with(spec, Refusal(15, "Remote service error", "isv.trade-not-exist"))


def test_each_api_of_the_first_catalog_has_a_back_end_of_its_own() -> None:
    assert [method for method in ISSUE if back_end(method) is None] == []


def test_an_api_without_a_back_end_answers_the_same_to_the_same_question(sampler: Outsider) -> None:
    def things(**asked: Any) -> Any:
        return sampler.answer("taobao.sample.things.get", **asked)["things"]

    asked = {"fields": "thing_id,title,price,created", "q": "连衣裙"}
    assert back_end("taobao.sample.things.get") is None
    assert things(**asked) == things(**asked) == things(**asked, partner_id="another-sdk")
    assert things(**asked) != things(**(asked | {"q": "卫衣"}))
    assert Outsider(small(), seed=8).answer("taobao.sample.things.get", **asked)["things"] != things(**asked)


def test_such_an_answer_belongs_to_its_question(sampler: Outsider) -> None:
    page = sampler.answer("taobao.sample.things.get", fields="weight,price,status", page_size="2", price="12.50")
    rows = page["things"]["thing_d_t_o"]
    assert len(rows) == 2
    assert page["has_next"] is True
    assert page["total_results"] > 2
    assert {row["price"] for row in rows} == {"12.50"}
    assert {row["status"] for row in rows} <= {"NEW", "OLD"}
    assert {frozenset(row) for row in rows} == {frozenset({"weight", "price", "status"})}


def test_a_write_without_a_back_end_says_it_worked(sampler: Outsider) -> None:
    answer = sampler.answer("taobao.sample.thing.update", thing_id="3141592653589793238", title="新标题")
    assert answer["is_success"] is True
    assert answer["thing"] == {"thing_id": 3141592653589793238, "title": "新标题"}


def test_a_file_is_taken_by_an_api_without_a_back_end(sampler: Outsider) -> None:
    document = call(sampler, small()["taobao.sample.picture.upload"])
    assert document["url"].startswith("https://")


def test_every_row_of_the_registry_is_a_catalogued_api() -> None:
    from importlib import import_module

    served_here = {
        method
        for modules in DEPARTMENTS.values()
        for name in modules
        for method in import_module(f"topexplorer.sandbox.backends.{name}").BACK_ENDS
    }
    assert served_here <= set(bundled())
    assert len(served_here) > 130
    assert all(back_end(method) for method in served_here)


def things(sampler: Outsider, **asked: Any) -> Any:
    return sampler.answer("taobao.sample.things.get", fields="thing_id,created", **asked)


def test_the_pages_of_a_made_up_list_are_parts_of_one_list(sampler: Outsider) -> None:
    whole = things(sampler, page_size=100)
    rows: list[Any] = []
    number = 0
    while len(rows) < whole["total_results"]:
        number += 1
        page = things(sampler, page_size=3, page_no=number)
        rows += page["things"]["thing_d_t_o"]
        assert page["total_results"] == whole["total_results"]
        assert page["has_next"] == (len(rows) < whole["total_results"])
    assert rows == whole["things"]["thing_d_t_o"]
    assert "things" not in things(sampler, page_size=3, page_no=number + 1)


def made_up(*fields: Field, **parts: Any) -> ApiSpec:
    title = Words(zh="示例", en="Sample")
    spec = ApiSpec(
        method="taobao.made.up.get",
        title=title,
        summary=title,
        category="tool",
        session="none",
        access="basic",
        writes=False,
        params=(Param(name="page_no", type="integer", platform_type="Number", title=title),),
        response=fields,
    )
    return replace(spec, **parts)


def field(name: str, platform_type: str = "String", kind: ParamType = "string", **parts: Any) -> Field:
    return Field(name=name, type=kind, platform_type=platform_type, title=Words(zh=name, en=name), **parts)


def answer(spec: ApiSpec, **given: str) -> dict[str, Any]:
    return reply(spec, given, "童装小铺", NOON, 7)


def test_a_result_without_an_error_says_so() -> None:
    result = (
        *(field("error_code"), field("errMsg"), field("err_no", "Number", "integer"), field("sub_msg")),
        *(field("success", "Boolean", "boolean"), field("error", "Boolean", "boolean")),
        field("result_code", "Number", "integer"),
    )
    made = answer(made_up(field("result", "Result", "object", children=result)))["result"]
    assert made == {
        "error_code": "",
        "errMsg": "",
        "err_no": 0,
        "sub_msg": "",
        "success": True,
        "error": False,
        "result_code": 0,
    }


def test_the_fields_of_one_made_up_struct_agree_with_each_other(outsider: Outsider) -> None:
    row = (field("num_iid", "Number", "integer"), field("title"), field("price", "Price", "price"), field("pic_url"))
    made = answer(made_up(field("items", "Item", "object", many=True, children=row)))["items"]
    assert len({item["num_iid"] for item in made}) > 1
    for item in made:
        assert str(item["num_iid"]) in item["pic_url"]
        asked = {"num_iid": item["num_iid"], "fields": "num_iid,title,price"}
        kept = outsider.answer("taobao.item.seller.get", **asked)["item"]
        assert kept == {name: item[name] for name in kept}


def test_ids_that_were_asked_for_come_back_one_row_each() -> None:
    row = (field("item_id", "Number", "integer"), field("title"))
    spec = made_up(field("items", "Item", "object", many=True, children=row))
    made = answer(spec, item_ids="658402931875,662017493058")["items"]
    assert [item["item_id"] for item in made] == ["658402931875", "662017493058"]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("receiver_mobile", r"138\*{4}\d{4}"),
        ("detail_url", r"https://\S+"),
        ("pic_path", r"https://\S+\.jpg"),
        ("gmt_create_time", r"2026-1[01]-\d\d \d\d:\d\d:\d\d"),
        ("post_fee", r"\d+\.\d\d"),
        ("buyer_nick", r"\S+"),
        ("tid", r"3141592653589793\d{3}"),
        ("logistics_company", "中通快递"),
        ("some_unknown_thing", "[\u4e00-\u9fff]+"),
    ],
)
def test_a_made_up_text_fits_its_name(name: str, form: str) -> None:
    assert re.fullmatch(form, answer(made_up(field(name)))[name])


ORIGIN = Origin(kind="official-docs", name="made.up.json")


def test_an_imported_api_answers_with_the_sample_of_its_document() -> None:
    row = (field("id", "Number", "integer"), field("when", "Date", "datetime"), field("title"))
    fields = (field("rows", "RowDTO", "object", many=True, children=row), field("total", "Number", "integer"))
    text = """{"made_up_get_response": {"total": 1, "unknown": 1, "rows": {"row_d_t_o":
        [{"id": 5, "title": "夏天", "when": "soon"}]}}}"""
    samples = (Sample(name="XML", text="<a/>"), Sample(name="JSON error", text="{}"), Sample(name="JSON", text=text))
    made = answer(made_up(*fields, origin=ORIGIN, samples=samples))
    assert made == {"rows": [{"id": 5, "title": "夏天"}], "total": 1}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"error_response": {"code": 1}}', '{"made_up_get_response": 5}', "[" * 9999]
)
def test_an_imported_api_with_an_unusable_sample_answers_from_its_spec(text: str) -> None:
    fields = (field("title", example="来自文档"), field("count", "Number", "integer", example="many"))
    made = answer(made_up(*fields, origin=ORIGIN, samples=(Sample(name="JSON", text=text),)))
    assert made["title"] == "来自文档"
    assert isinstance(made["count"], int)


ODD = (
    *("", "0", "-1", "x", "９", "9" * 5000, "1.5", "[]", "{}", "null", '[{"tid":"1"}]', "[[1]]", "a,b", ",;|:"),
    *("a:b;c:d", "2026-13-45 00:00:00", "\x00", "1|2|3", "🙂" * 50, "1e999", "NaN", "~", "3141592653589793238"),
    *("658402931875", "190283746500112", "8700123456", "童装小铺", '{"biz_order_id":[1]}'),
)


def test_no_odd_value_makes_the_sandbox_stumble(everything: Outsider) -> None:
    """Every answer is a document of the platform: nothing else gets through `ask`."""
    luck = random.Random(11)
    answered = refused = 0
    for method, spec in bundled().items():
        for _try in range(0 if spec.retired else 5 if back_end(method) else 1):
            values = {
                param.name: (param.example if param.example and luck.random() < 0.6 else luck.choice(ODD))
                for param in spec.params
                if param.type != "file" and luck.random() < 0.7
            }
            document = everything.ask(method, **values)
            answered += "error_response" not in document
            refused += "error_response" in document
    everything.sandbox.reset()
    assert answered > 100
    assert refused > 500
