"""What crosses the wire: every way SDKs send parameters, and the documents that come back."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlencode

import pytest

from tests.core.samples import SpecFolder
from tests.sandbox.wire import BEIJING, FORM, ITEM, SKU, TRADE, Outsider
from topexplorer.core import signing
from topexplorer.core.call import Secret
from topexplorer.core.catalog import Catalog
from topexplorer.core.gateway import GATEWAYS
from topexplorer.sandbox.accounts import Accounts, App

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "sign_vectors.json").read_bytes())
SHARED_FACTS = Path(__file__).parents[3] / "shared" / "facts" / "sign_vectors.json"
BEFORE_THE_SIGN = {9, 21, 22, 24, 25, 28, 29, 30, 31, 32, 33, 34}


def test_parameters_may_all_travel_in_the_body(outsider: Outsider) -> None:
    params = outsider.signed(outsider.system("taobao.trade.fullinfo.get") | {"tid": str(TRADE), "fields": "tid"})
    assert outsider.decoded(outsider.post(params))["trade_fullinfo_get_response"]["trade"] == {"tid": TRADE}


def test_system_parameters_may_travel_in_the_query_and_the_rest_in_the_body(outsider: Outsider) -> None:
    business = {"tid": str(TRADE), "fields": "tid"}
    params = outsider.signed(outsider.system("taobao.trade.fullinfo.get") | business)
    query = [pair for pair in params.items() if pair[0] not in business]
    response = outsider.send(query=query, body=urlencode(business).encode())
    assert outsider.decoded(response)["trade_fullinfo_get_response"]["trade"] == {"tid": TRADE}


def test_everything_may_travel_in_the_query_of_a_get(outsider: Outsider) -> None:
    params = outsider.signed(outsider.system("taobao.trade.fullinfo.get") | {"tid": str(TRADE), "fields": "tid"})
    response = outsider.send("GET", query=params.items(), headers={})
    assert outsider.decoded(response)["trade_fullinfo_get_response"]["trade"] == {"tid": TRADE}


def test_a_form_without_a_content_type_is_read_as_urlencoded(outsider: Outsider) -> None:
    params = outsider.signed(outsider.system("taobao.time.get"))
    response = outsider.send(body=urlencode(params).encode(), headers={"Accept": "*/*"})
    assert "time_get_response" in outsider.decoded(response)


def multipart(params: dict[str, str], files: dict[str, bytes], boundary: str = "---PYTHON_SDK_BOUNDARY") -> bytes:
    parts = []
    for name, text in params.items():
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode())
    for name, content in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="a.jpg"\r\n'
        parts.append(head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def test_a_file_travels_in_a_multipart_form_and_is_not_signed(outsider: Outsider) -> None:
    business = {"num_iid": str(ITEM)}
    params = outsider.signed(outsider.system("taobao.item.img.upload") | business)
    query = [pair for pair in params.items() if pair[0] not in business]
    headers = {"Content-Type": "multipart/form-data;charset=utf-8;boundary=---PYTHON_SDK_BOUNDARY"}
    response = outsider.send(
        query=query, body=multipart(business, {"image": b"\xff\xd8\xff\x00" * 999}), headers=headers
    )
    assert outsider.decoded(response)["item_img_upload_response"]["item_img"]["url"].startswith("https://")


def test_a_body_that_is_no_form_is_signed_as_a_whole(sampler: Outsider) -> None:
    text = json.dumps({"note": "测试😀"}, ensure_ascii=False)
    headers = {"Content-Type": "application/json;charset=utf-8"}
    params = sampler.signed(sampler.system("taobao.time.get"), text)
    assert "time_get_response" in sampler.decoded(
        sampler.send(query=params.items(), body=text.encode(), headers=headers)
    )
    refused = sampler.decoded(sampler.send(query=params.items(), body=text.encode() + b" ", headers=headers))
    assert refused["error_response"]["code"] == 25


def test_a_document_may_come_with_business_parameters_in_the_query(outsider: Outsider) -> None:
    text = "<request><note>测试</note></request>"
    params = outsider.system("taobao.trade.fullinfo.get") | {"tid": str(TRADE), "fields": "tid"}
    headers = {"Content-Type": "text/xml;charset=utf-8"}
    signed = outsider.signed(params, text).items()
    answer = outsider.decoded(outsider.send(query=signed, body=text.encode(), headers=headers))
    assert answer["trade_fullinfo_get_response"]["trade"] == {"tid": TRADE}


def packed_call(outsider: Outsider, body: bytes, coding: str = "gzip") -> Any:
    return outsider.send(body=body, headers={"Content-Type": FORM, "Content-Encoding": coding})


def test_a_body_may_come_compressed(outsider: Outsider) -> None:
    form = urlencode(outsider.signed(outsider.system("taobao.time.get"))).encode()
    for coding in ("gzip", "GZIP ", "x-gzip"):
        assert "time_get_response" in outsider.decoded(packed_call(outsider, gzip.compress(form, mtime=0), coding))
    assert "time_get_response" in outsider.decoded(packed_call(outsider, form, "identity"))


def test_a_document_is_signed_as_it_was_before_it_was_compressed(sampler: Outsider) -> None:
    text = '{"note":"测试"}'
    query = sampler.signed(sampler.system("taobao.time.get"), text).items()
    headers = {"Content-Type": "application/json;charset=utf-8", "Content-Encoding": "gzip"}
    assert "time_get_response" in sampler.decoded(
        sampler.send(query=query, body=gzip.compress(text.encode()), headers=headers)
    )


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd", "nonsense"])
def test_a_body_in_an_unknown_coding_is_415(outsider: Outsider, coding: str) -> None:
    assert packed_call(outsider, b"a=1", coding).status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"method=taobao.time.get",
        gzip.compress(b"a=1", mtime=0)[:-9],
        gzip.compress(b"a=1", mtime=0) + b"x",
        gzip.compress(b"a=1", mtime=0) * 2,
    ],
)
def test_a_body_that_is_not_the_gzip_it_claims_to_be_is_415(outsider: Outsider, body: bytes) -> None:
    response = packed_call(outsider, body)
    assert (response.status_code, response.headers["content-type"]) == (415, "text/plain;charset=UTF-8")


def test_a_body_that_unpacks_beyond_the_limit_is_refused(outsider: Outsider) -> None:
    assert packed_call(outsider, gzip.compress(b"a" * (32 * 1024 * 1024 + 1), 1)).status_code == 413
    assert packed_call(outsider, gzip.compress(b"a=" + b"a" * 2**20, mtime=0)).status_code == 200


@pytest.mark.parametrize("method", ["md5", "hmac", "hmac-sha256"])
def test_each_sign_method_is_accepted(outsider: Outsider, method: str) -> None:
    params = outsider.signed(
        outsider.system("taobao.kfc.keyword.search", sign_method=method) | {"content": "高仿 包包"}
    )
    assert outsider.decoded(outsider.post(params))["kfc_keyword_search_response"]["kfc_search_result"]["level"] == "A"


def test_empty_values_are_accepted_signed_and_unsigned(outsider: Outsider) -> None:
    params = outsider.system("taobao.kfc.keyword.search") | {"content": "正常", "nick": "", "apply": ""}
    with_names = outsider.signed(params)
    without = outsider.signed({name: text for name, text in params.items() if text}) | {"nick": "", "apply": ""}
    assert with_names["sign"] != without["sign"]
    for signed in (with_names, without):
        assert "kfc_keyword_search_response" in outsider.decoded(outsider.post(signed))


def test_both_forms_of_timestamp_are_accepted(outsider: Outsider) -> None:
    for text in ("2026-11-21 12:00:00", str(int(outsider.now.timestamp() * 1000))):
        params = outsider.signed(outsider.system("taobao.time.get", timestamp=text))
        assert "time_get_response" in outsider.decoded(outsider.post(params))


def test_xml_is_the_default_format_and_ends_with_a_host_comment(outsider: Outsider) -> None:
    params = outsider.system("taobao.trade.fullinfo.get") | {"tid": str(TRADE), "fields": "tid,orders.oid"}
    del params["format"]
    response = outsider.post(outsider.signed(params))
    assert response.headers["content-type"] == "text/xml;charset=UTF-8"
    assert re.fullmatch(
        r'<\?xml version="1.0" encoding="utf-8" \?><trade_fullinfo_get_response><trade><tid>3141592653589793238</tid>'
        r"<orders><order><oid>3141592653589793239</oid></order><order><oid>3141592653589793240</oid></order></orders>"
        r"</trade><request_id>[0-9a-z]{13}</request_id></trade_fullinfo_get_response><!--top[0-9]{12}\.\w+-->",
        response.text,
    )


def test_json_carries_the_root_the_item_names_and_a_request_id(outsider: Outsider) -> None:
    params = outsider.signed(outsider.system("taobao.item.skus.get") | {"num_iids": str(ITEM), "fields": "sku_id"})
    response = outsider.post(params)
    assert response.headers["content-type"] == "text/javascript;charset=UTF-8"
    root = outsider.decoded(response)["item_skus_get_response"]
    assert [sku["sku_id"] for sku in root["skus"]["sku"]][:2] == [SKU, SKU + 1]
    assert re.fullmatch("[0-9a-z]{13}", root["request_id"])
    assert b"<!--" not in response.content


def test_simplify_drops_the_root_and_the_item_names(outsider: Outsider) -> None:
    document = outsider.ask("taobao.item.skus.get", simplify="true", num_iids=ITEM, fields="sku_id")
    assert document["skus"][0] == {"sku_id": SKU}
    assert set(document) == {"skus", "request_id"}


def test_simplify_keeps_the_error_envelope(outsider: Outsider) -> None:
    document = outsider.ask("taobao.item.skus.get", simplify="true", num_iids="1", fields="sku_id")
    assert document["error_response"]["sub_code"] == "isv.item-not-exist"


def test_simplify_means_nothing_in_xml(outsider: Outsider) -> None:
    params = outsider.system("taobao.time.get", format="xml", simplify="true")
    assert b"<time_get_response><time>2026-11-21 12:00:00</time>" in outsider.post(outsider.signed(params)).content


def test_only_the_taobao_prefix_leaves_the_root(sampler: Outsider) -> None:
    assert "alibaba_sample_owner_get_response" in sampler.ask("alibaba.sample.owner.get")


def test_list_items_are_named_after_the_type_capitals_included(sampler: Outsider) -> None:
    things = sampler.answer("taobao.sample.things.get", fields="parts,tags,marks,switches")["things"]
    first = things["thing_d_t_o"][0]
    assert {name: set(first[name]) for name in first} == {
        "parts": {"top_part_d_o"},
        "tags": {"string"},
        "marks": {"number"},
        "switches": {"boolean"},
    }


def test_a_long_answer_is_compressed_when_the_caller_takes_gzip(outsider: Outsider) -> None:
    params = outsider.signed(outsider.system("taobao.areas.get") | {"fields": "id,name"})
    headers = {"Content-Type": FORM, "Accept-Encoding": "deflate, gzip;q=0.5"}
    body = urlencode(params).encode()
    plain = outsider.send(body=body)
    packed = outsider.send(body=body, headers=headers)
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert json.loads(packed.content)["areas_get_response"]["areas"] == plain.json()["areas_get_response"]["areas"]


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "gzip; q=0.0", "br"])
def test_nothing_is_compressed_for_a_caller_who_does_not_take_gzip(outsider: Outsider, accepted: str) -> None:
    params = outsider.signed(outsider.system("taobao.areas.get") | {"fields": "id,name"})
    headers = {"Content-Type": FORM, "Accept-Encoding": accepted}
    assert "content-encoding" not in outsider.send(body=urlencode(params).encode(), headers=headers).headers


def test_a_short_answer_is_never_compressed(outsider: Outsider) -> None:
    headers = {"Content-Type": FORM, "Accept-Encoding": "gzip"}
    body = urlencode(outsider.signed(outsider.system("taobao.time.get"))).encode()
    assert "content-encoding" not in outsider.send(body=body, headers=headers).headers


def test_other_addresses_are_not_found(outsider: Outsider) -> None:
    for url in (
        "http://gateway.invalid/",
        "http://gateway.invalid/router/rest/x",
        "http://gateway.invalid/favicon.ico",
    ):
        response = outsider.send("GET", url=url)
        assert (response.status_code, response.headers["content-type"]) == (404, "text/plain;charset=UTF-8")


def test_a_body_over_the_limit_is_refused_before_it_is_read(outsider: Outsider) -> None:
    announced = {"Content-Type": FORM, "Content-Length": str(40 * 1024 * 1024)}
    assert outsider.send(body=b"a=1", headers=announced).status_code == 413
    assert outsider.send(body=b"a" * (32 * 1024 * 1024 + 1)).status_code == 413


def test_a_caller_who_hangs_up_gets_nothing_and_harms_nothing(outsider: Outsider) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {"type": "http", "path": "/router/rest", "method": "POST", "query_string": b"", "headers": []}
    asyncio.run(outsider.sandbox(scope, receive, send))
    assert sent == []
    assert not outsider.sandbox.log


def test_a_server_may_start_and_stop_it(outsider: Outsider) -> None:
    events = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return next(events)

    async def send(event: Any) -> None:
        sent.append(event["type"])

    asyncio.run(outsider.sandbox({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def vector_cases() -> list[Any]:
    rows = [row for row in VECTORS["top_sign"] if "method" in row["params"]]
    return [pytest.param(row, id=row["id"]) for row in rows]


@pytest.fixture(scope="module")
def vector_specs(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """A spec for every method that the vectors name, so that the sign is looked at."""
    folder = SpecFolder(tmp_path_factory.mktemp("vectors") / "specs")
    for method in {row["params"]["method"] for row in VECTORS["top_sign"] if "method" in row["params"]}:
        folder.api(method)
    return folder.scan()


@pytest.mark.parametrize("row", vector_cases())
def test_signs_that_other_sdks_made_are_accepted(row: dict[str, Any], vector_specs: Catalog) -> None:
    params: dict[str, str] = row["params"]
    clean = params["timestamp"].replace(": ", ":")
    now = datetime.fromisoformat(clean).replace(tzinfo=BEIJING)
    accounts = Accounts((App(params["app_key"], Secret(row["secret"]), "vector"),))
    outsider = Outsider(vector_specs, accounts=accounts, now=now)
    if body := row.get("body"):
        headers = {"Content-Type": "application/json;charset=utf-8"}
        query = {**params, "sign": row["sign"]}.items()
        response = outsider.send(query=query, body=body.encode(), headers=headers)
    else:
        response = outsider.post({**params, "sign": row["sign"]})
    code = outsider.sandbox.log[-1].code
    if clean != params["timestamp"]:  # the 2011 page prints a space inside the time; its sign is right all the same
        assert code == 31
    else:
        assert code not in BEFORE_THE_SIGN, response.text


@pytest.mark.parametrize("row", [row for row in VECTORS["wire_examples"] if "/router/rest" in row["request_line"]])
def test_requests_as_sdks_put_them_on_the_wire_are_accepted(row: dict[str, Any], vector_specs: Catalog) -> None:
    accounts = Accounts((App("12345678", Secret("helloworld"), "vector"),))
    now = datetime(2016, 1, 1, 12, 0, tzinfo=BEIJING)
    outsider = Outsider(vector_specs, accounts=accounts, now=now)
    verb, _space, target = row["request_line"].partition(" ")
    query = target.partition("?")[2].encode()
    outsider.send(verb, query=query, body=row["body"].encode(), headers={"Content-Type": row["content_type"]})
    assert outsider.sandbox.log[-1].code not in BEFORE_THE_SIGN


@pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in VECTORS["spi_callback_sign"]])
def test_the_verifier_accepts_the_signs_of_callbacks(row: dict[str, Any]) -> None:
    """A callback signs named headers as if they were parameters, empty ones too, and its body."""
    call = GATEWAYS["top"].parse(row["query"].encode(), row["content_type"], row["body"].encode())
    named = [name for name in row["headers"].get("top-sign-list", "").split(",") if name]
    pairs = [*call.params, *((name, unquote_plus(row["headers"].get(name, ""))) for name in named)]
    assert signing.base_string(pairs) == row["param_string"]
    assert signing.verify("md5", row["secret"], pairs, row["sign"], call.body)
    assert not signing.verify("md5", row["secret"], pairs, row["sign"], call.body + " ")


def test_the_shared_vectors_hold_no_gateway_sign_that_is_not_tried_here() -> None:
    if not SHARED_FACTS.is_file():
        pytest.skip("the vectors of other SDKs are not beside this checkout")
    there = json.loads(SHARED_FACTS.read_bytes())
    for kind in ("top_sign", "wire_examples", "spi_callback_sign"):
        assert there[kind] == VECTORS[kind]


def test_signs_without_a_method_are_accepted_by_the_verifier() -> None:
    """Vectors that are only about the order of names, and are no calls."""
    rows = [row for row in VECTORS["top_sign"] if "method" not in row["params"]]
    assert rows
    for row in rows:
        assert signing.verify(row["method"], row["secret"], row["params"].items(), row["sign"])
        assert not signing.verify(row["method"], row["secret"], row["params"].items(), row["sign"].lower())
