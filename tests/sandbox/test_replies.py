"""Every catalogued API answers its example with values of the documented types, under the documented names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from tests.core.samples import bundled
from tests.sandbox.test_wire import multipart
from tests.sandbox.wire import Outsider, small
from topexplorer.core.catalog import Catalog
from topexplorer.core.envelope import response_root
from topexplorer.core.spec import ApiSpec, Field, item_name
from topexplorer.sandbox.backends.registry import back_end

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


def served(catalog: Catalog) -> list[Any]:
    rows = [(method, spec) for method, spec in catalog.items() if not spec.retired]
    return [pytest.param(spec, id=method) for method, spec in rows]


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
    values, files = example_of(spec, all_params=all_params)
    params = outsider.signed(outsider.system(spec.method) | values)
    if not files:
        return outsider.decoded(outsider.post(params))
    headers = {"Content-Type": "multipart/form-data; boundary=xyz"}
    return outsider.decoded(outsider.send(body=multipart(params, files, "xyz"), headers=headers))


def problems_with(spec: ApiSpec, document: Any) -> list[str]:
    if "error_response" in document:
        error = document["error_response"]
        return [] if error["code"] == 15 and error["sub_code"].startswith("isv.") else [str(error)]
    content = dict(document[response_root(spec.method)])
    assert len(content.pop("request_id")) == 13
    return faults(spec.response, content, spec.method)


@pytest.mark.parametrize("spec", served(bundled()))
def test_a_bundled_api_answers_its_example_as_its_spec_says(outsider: Outsider, spec: ApiSpec) -> None:
    assert problems_with(spec, call(outsider, spec)) == []
    assert problems_with(spec, call(outsider, spec, all_params=True)) == []


@pytest.mark.parametrize("spec", served(small()))
def test_a_hand_written_api_answers_with_every_type(sampler: Outsider, spec: ApiSpec) -> None:
    document = call(sampler, spec, all_params=True)
    assert "error_response" not in document
    assert problems_with(spec, document) == []


def test_the_checks_of_this_file_see_what_is_wrong() -> None:
    spec = small()["taobao.sample.things.get"]
    root = response_root(spec.method)
    wrong: list[dict[str, Any]] = [
        {"thing": {}},
        {"total_results": "3"},
        {"has_next": 1},
        {"things": []},
        {"things": {"thing_dto": []}},
        {"things": {"thing_d_t_o": [{"title": 1}]}},
    ]
    for content in wrong:
        assert problems_with(spec, {root: {**content, "request_id": "0123456789abc"}})


@pytest.mark.parametrize("method", ISSUE)
def test_each_api_of_the_first_catalog_has_a_back_end_of_its_own(method: str) -> None:
    assert back_end(method) is not None


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
    assert (len(rows), page["total_results"], page["has_next"]) == (2, 2, False)
    assert {row["price"] for row in rows} == {"12.50"}
    assert {row["status"] for row in rows} <= {"NEW", "OLD"}
    assert {frozenset(row) for row in rows} == {frozenset({"weight", "price", "status"})}


def test_a_write_without_a_back_end_says_it_worked(sampler: Outsider) -> None:
    answer = sampler.answer("taobao.sample.thing.update", thing_id="3141592653589793238", title="新标题")
    assert answer["is_success"] is True
    assert answer["thing"] == {"thing_id": 3141592653589793238, "title": "新标题"}


def test_a_file_is_taken_by_an_api_without_a_back_end(sampler: Outsider) -> None:
    document = call(sampler, small()["taobao.sample.picture.upload"])
    assert document["sample_picture_upload_response"]["url"].startswith("https://")
