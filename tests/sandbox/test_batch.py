"""Many calls in one request at `/router/batch`, sent as the Java and .NET SDKs write it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.core.samples import SpecFolder
from tests.sandbox.wire import BEIJING, ITEM, OTHER_ITEM, SKU, TRADE, Outsider
from topexplorer.core.call import Secret
from topexplorer.sandbox.accounts import Accounts, App

URL = "http://gateway.invalid/router/batch"
TEXT = "text/plain;charset=UTF-8"
SEPARATOR = "\r\n-S-\r\n"
VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "sign_vectors.json").read_bytes())


class Batch:
    """What comes back, and whether it went through the gate as a whole."""

    def __init__(self, outsider: Outsider, body: bytes, separator: str = SEPARATOR, **changes: str) -> None:
        params = {name: text for name, text in (outsider.system("") | changes).items() if text}
        signed = outsider.signed(params, body.decode("utf-8", "replace"))
        headers = {"Content-Type": TEXT}
        if separator != SEPARATOR:
            headers["top-api-separator"] = separator
        response = outsider.send(url=URL, query=signed.items(), body=body, headers=headers)
        assert response.status_code == 200
        self.content_type = response.headers["content-type"]
        self.parts = response.content.decode().split(separator)

    @property
    def documents(self) -> list[Any]:
        return [json.loads(part) for part in self.parts]

    @property
    def roots(self) -> list[str]:
        return [next(iter(document)) for document in self.documents]


def lines(
    *calls: Mapping[str, str] | str, shared: Mapping[str, str] | None = None, separator: str = SEPARATOR
) -> bytes:
    parts = [call if isinstance(call, str) else urlencode(call) or "N" for call in calls]
    if shared is not None:
        parts.insert(0, "#PUBLIC#" + urlencode(shared))
    return separator.join(parts).encode()


def codes(documents: Sequence[Any]) -> list[int]:
    return [document.get("error_response", {"code": 0})["code"] for document in documents]


def test_calls_are_answered_in_their_order_each_in_its_own_envelope(outsider: Outsider) -> None:
    body = lines(
        {"method": "taobao.time.get"},
        {"method": "taobao.trade.fullinfo.get", "tid": str(TRADE), "fields": "tid"},
        {"method": "taobao.kfc.keyword.search", "content": "高仿 & 包包+1"},
    )
    batch = Batch(outsider, body)
    assert batch.content_type == "text/javascript;charset=UTF-8"
    time, trade, words = batch.documents
    assert time["time_get_response"]["time"] == "2026-11-21 12:00:00"
    assert trade["trade_fullinfo_get_response"]["trade"] == {"tid": TRADE}
    assert words["kfc_keyword_search_response"]["kfc_search_result"]["content"] == "高仿 & 包包+1"
    ids = [next(iter(document.values()))["request_id"] for document in batch.documents]
    assert len(set(ids)) == 3


def test_what_is_shared_counts_for_every_call_and_a_call_may_have_its_own(outsider: Outsider) -> None:
    shared = {"method": "taobao.item.seller.get", "fields": "num_iid", "num_iid": str(ITEM)}
    own = {"method": "taobao.time.get"}
    batch = Batch(outsider, lines("N", {"fields": "num_iid,nick"}, own, shared=shared))
    assert batch.roots == ["item_seller_get_response", "item_seller_get_response", "time_get_response"]
    assert [set(document["item_seller_get_response"]["item"]) for document in batch.documents[:2]] == [
        {"num_iid"},
        {"num_iid", "nick"},
    ]


def test_one_call_alone_gets_one_document(outsider: Outsider) -> None:
    batch = Batch(outsider, lines("N", shared={"method": "taobao.time.get"}))
    assert batch.roots == ["time_get_response"]


def test_a_refused_call_does_not_spoil_its_neighbours(outsider: Outsider) -> None:
    body = lines(
        {"method": "taobao.time.get"},
        "N",
        {"method": "taobao.no.such.get"},
        {"method": "taobao.trade.fullinfo.get", "fields": "tid"},
        {"method": "taobao.trade.fullinfo.get", "fields": "tid", "tid": "1"},
        "method=%FF",
        {"method": "taobao.time.get"},
    )
    assert codes(Batch(outsider, body).documents) == [0, 21, 22, 40, 15, 47, 0]
    assert [row.code for row in outsider.sandbox.log] == [0, 21, 22, 40, 15, 47, 0]


def test_shared_parameters_that_cannot_be_read_are_one_error(outsider: Outsider) -> None:
    assert codes(Batch(outsider, b"#PUBLIC#method=%FF\r\n-S-\r\nN\r\n-S-\r\nN").documents) == [47]


def test_calls_may_have_sessions_of_different_sellers(outsider: Outsider) -> None:
    other = outsider.accounts.credentials(seller="数码优选").session
    assert other
    calls: list[dict[str, str]] = [{}, {"session": other.reveal()}, {"session": "6100nobody"}]
    shared = {"method": "taobao.user.seller.get", "fields": "nick"}
    documents = Batch(outsider, lines(*calls, shared=shared)).documents
    nicks = [document["user_seller_get_response"]["user"]["nick"] for document in documents[:2]]
    assert nicks == ["童装小铺", "数码优选"]
    assert documents[2]["error_response"]["code"] == 27


def test_a_separator_of_ones_own_is_named_in_a_header(outsider: Outsider) -> None:
    body = lines({"method": "taobao.time.get"}, {"method": "taobao.appip.get"}, separator="{own}")
    assert Batch(outsider, body, separator="{own}").roots == ["time_get_response", "appip_get_response"]


def test_xml_is_the_default_and_each_document_names_the_host(outsider: Outsider) -> None:
    batch = Batch(outsider, lines({"method": "taobao.time.get"}, "N"), format="")
    assert batch.content_type == "text/xml;charset=UTF-8"
    assert "<time_get_response>" in batch.parts[0]
    assert "<code>21</code>" in batch.parts[1]
    assert all(part.endswith("<!--top127000000001.sandbox-->") for part in batch.parts)


def test_simplify_counts_for_every_call(outsider: Outsider) -> None:
    item = {"method": "taobao.item.skus.get", "num_iids": str(ITEM), "fields": "sku_id"}
    document, refused = Batch(outsider, lines(item, "N"), simplify="true").documents
    assert isinstance(document["skus"], list)
    assert refused["error_response"]["code"] == 21


def test_a_call_cannot_change_what_was_checked_for_all(outsider: Outsider) -> None:
    call = {"method": "taobao.time.get", "app_key": "1", "timestamp": "x", "format": "xml", "v": "9", "sign": "0"}
    assert Batch(outsider, lines(call)).roots == ["time_get_response"]
    assert outsider.sandbox.log[-1].app_key == "12345678"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"app_key": "1"}, 29),
        ({"v": ""}, 32),
        ({"timestamp": "2026-11-21 13:00:00"}, 31),
        ({"sign_method": "sha1"}, 25),
    ],
)
def test_what_is_wrong_with_the_whole_is_one_error(outsider: Outsider, changes: dict[str, str], code: int) -> None:
    batch = Batch(outsider, lines({"method": "taobao.time.get"}, {"method": "taobao.appip.get"}), **changes)
    assert codes(batch.documents) == [code]
    assert [row.code for row in outsider.sandbox.log] == [code]


def test_a_wrong_format_is_one_error_in_xml(outsider: Outsider) -> None:
    batch = Batch(outsider, lines("N", "N"), format="yaml")
    assert len(batch.parts) == 1
    assert "<code>23</code>" in batch.parts[0]


def test_the_body_is_signed_to_the_last_byte(outsider: Outsider) -> None:
    body = lines({"method": "taobao.trade.memo.update", "tid": str(TRADE), "memo": "a"}, "N")
    signed = outsider.signed(outsider.system("taobao.time.get"), body.decode())
    for place in range(len(body)):
        spoiled = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        outsider.send(url=URL, query=signed.items(), body=spoiled, headers={"Content-Type": TEXT})
        assert outsider.sandbox.log[-1].code in (25, 47), spoiled


def test_a_batch_must_be_posted(outsider: Outsider) -> None:
    signed = outsider.signed(outsider.system("taobao.time.get"))
    response = outsider.send("GET", url=URL, query=signed.items(), headers={})
    assert outsider.decoded(response)["error_response"]["code"] == 9


def test_bytes_that_are_not_utf_8_are_one_error(outsider: Outsider) -> None:
    assert "<code>47</code>" in Batch(outsider, b"method=\xff\r\n-S-\r\nN").parts[0]


def test_too_many_calls_are_one_error_and_none_is_made(outsider: Outsider) -> None:
    assert codes(Batch(outsider, lines(*["N"] * 100, shared={"method": "taobao.time.get"})).documents) == [0] * 100
    assert codes(Batch(outsider, lines(*["N"] * 101, shared={"method": "taobao.time.get"})).documents) == [43]
    assert codes(Batch(outsider, lines(*["N"] * 9000)).documents) == [43]


def test_every_call_counts_against_the_limits() -> None:
    outsider = Outsider(limited=True)
    answered = codes(Batch(outsider, lines(*["N"] * 12, shared={"method": "taobao.time.get"})).documents)
    assert answered == [0] * 10 + [7] * 2


def test_a_write_in_a_batch_has_its_effect_before_the_next_call(outsider: Outsider) -> None:
    shared = {"tid": str(TRADE), "fields": "seller_memo", "memo": "先发这一单"}
    calls = [{"method": "taobao.trade.memo.update"}, {"method": "taobao.trade.fullinfo.get"}]
    _write, read = Batch(outsider, lines(*calls, shared=shared)).documents
    assert read["trade_fullinfo_get_response"]["trade"] == {"seller_memo": "先发这一单"}


def test_items_of_nobody_are_refused_one_by_one(outsider: Outsider) -> None:
    calls = [{"num_iid": str(ITEM), "sku_id": str(SKU)}, {"num_iid": str(OTHER_ITEM)}, {"num_iid": "1"}]
    shared = {"method": "taobao.item.quantity.update", "quantity": "7"}
    assert codes(Batch(outsider, lines(*calls, shared=shared)).documents) == [0, 15, 15]


def test_a_batch_as_another_sdk_put_it_on_the_wire_is_accepted(tmp_path: Path) -> None:
    (row,) = [row for row in VECTORS["wire_examples"] if "/router/batch" in row["request_line"]]
    folder = SpecFolder(tmp_path / "specs")
    for method in ("taobao.time.get", "taobao.item.seller.get"):
        folder.api(method)
    accounts = Accounts((App("12345678", Secret("helloworld"), "vector"),))
    outsider = Outsider(folder.scan(), accounts=accounts, now=datetime(2016, 1, 1, 12, 0, tzinfo=BEIJING))
    query = row["request_line"].partition("?")[2].encode()
    headers = {"Content-Type": row["content_type"]}
    answer = outsider.send(url=URL, query=query, body=row["body"].encode(), headers=headers).content.decode()
    # Nobody of ours granted its session, so the back end has no seller; the gate let all three in.
    assert codes([json.loads(part) for part in answer.split(SEPARATOR)]) == [15, 15, 0]
