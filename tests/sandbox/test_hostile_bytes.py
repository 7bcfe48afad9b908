"""Whatever bytes arrive, the gateway answers: no traceback, no hang, and nothing tampered with gets through."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.sandbox.test_wire import multipart
from tests.sandbox.wire import FORM, ITEM, SKU, TRADE, Outsider
from topexplorer.core.gateway import form_pairs
from topexplorer.core.xmltree import decode_xml

KINDS = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            FORM.encode(),
            b"",
            b"multipart/form-data",
            b"multipart/form-data; boundary=b",
            b'multipart/form-data; boundary="',
            b"multipart/form-data; boundary=" + b"b" * 300,
            b"application/json;charset=utf-8",
            b"text/plain;charset=UTF-16",
            b";;;",
        ]
    ),
)
PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
VERBS = st.sampled_from(["GET", "POST", "PUT", "HEAD", "TRACE", "get"])


@cache
def shared() -> Outsider:
    """One sandbox for all examples: nothing that arrives may spoil the next answer."""
    return Outsider()


def understood(body: bytes, content_type: str) -> None:
    """The answer must be a document of the platform: JSON or XML with a known root."""
    if content_type.startswith("text/xml"):
        root, content = decode_xml(body.rpartition(b"<!--")[0] or body)
        assert root == "error_response" or root.endswith("_response")
        assert content["request_id"]
    else:
        assert body.startswith(b'{"')


@given(verb=VERBS, query=st.binary(max_size=200), body=st.binary(max_size=600), kind=KINDS)
@example(verb="POST", query=b"", body=b"--b\r\n" * 200, kind=b"multipart/form-data; boundary=b")
@example(verb="POST", query=b"", body=PART + b"\xff\xfe\r\n--b--", kind=b"multipart/form-data; boundary=b")
@example(verb="POST", query=b"", body=PART + b"never ends", kind=b"multipart/form-data; boundary=b")
@example(verb="POST", query=b"%", body=b"%zz=%&&;;==\x00", kind=FORM.encode())
@example(verb="POST", query=b"", body=b"method=\xed\xa0\x80", kind=FORM.encode())
@example(verb="POST", query=b"method=%ED%A0%80", body=b"", kind=FORM.encode())
@example(verb="POST", query=b"", body=b"\xff" * 40, kind=b"application/json;charset=utf-8")
def test_arbitrary_bytes_get_a_clean_answer(verb: str, query: bytes, body: bytes, kind: bytes) -> None:
    outsider = shared()
    status, headers, document = outsider.send_raw(verb, query, body, kind)
    assert status == 200
    understood(document, headers[b"content-type"].decode())
    assert "time" in outsider.answer("taobao.time.get")


@given(st.lists(st.sampled_from([b"--b", b"--", b"\r\n", PART, b"b", b"\x00", b'; filename="x"', b"Content-Type: a"])))
def test_broken_multipart_forms_get_a_clean_answer(pieces: list[bytes]) -> None:
    status, headers, document = shared().send_raw("POST", b"", b"".join(pieces), b"multipart/form-data; boundary=b")
    assert status == 200
    understood(document, headers[b"content-type"].decode())


def test_a_broken_form_writes_nothing_over_the_screen() -> None:
    program = """
import asyncio
from tests.sandbox.wire import Outsider, small
print(Outsider(small()).send_raw("POST", b"", b"--b\\r\\nBad header\\r\\n", b"multipart/form-data; boundary=b")[0])
"""
    root = Path(__file__).parent.parent.parent
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("200\n", "")


@given(
    st.dictionaries(
        st.sampled_from(
            ["method", "app_key", "timestamp", "v", "format", "sign_method", "sign", "session", "simplify"]
        ),
        st.one_of(st.text(max_size=30), st.sampled_from(["json", "xml", "2.0", "md5", "taobao.time.get", "12345678"])),
    )
)
def test_arbitrary_system_parameters_get_a_clean_answer(changes: dict[str, str]) -> None:
    outsider = shared()
    params = outsider.signed(outsider.system("taobao.trades.sold.get") | {"fields": "tid"} | changes)
    response = outsider.post(params | {name: text for name, text in changes.items() if name == "sign"})
    assert response.status_code == 200
    understood(response.content, response.headers["content-type"])


VALUES = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.sampled_from(["-1", "0", "1", str(2**63), "9" * 400, "1e5", "NaN", "[]", "{}", "null", "[[[[", "..", "a.b.c,"]),
)
Call = tuple[str, tuple[str, ...]]
CALLS = st.sampled_from(
    [
        ("taobao.trades.sold.get", ("fields", "page_no", "page_size", "status", "type", "start_created", "buyer_nick")),
        ("taobao.trades.sold.increment.get", ("fields", "start_modified", "end_modified", "page_no")),
        ("taobao.item.quantity.update", ("num_iid", "quantity", "type", "sku_id", "outer_id")),
        ("taobao.skus.quantity.update", ("num_iid", "skuid_quantities", "outerid_quantities", "type")),
        ("taobao.items.onsale.get", ("fields", "order_by", "cid", "seller_cids", "q", "page_no")),
        ("taobao.item.skus.get", ("num_iids", "fields")),
        ("taobao.trade.postage.update", ("tid", "post_fee")),
        ("taobao.trade.shippingaddress.update", ("tid", "receiver_name", "receiver_mobile", "receiver_zip")),
        ("taobao.logistics.online.send", ("tid", "company_code", "out_sid", "is_split", "sub_tid", "sender_id")),
        ("taobao.refunds.receive.get", ("fields", "status", "start_modified", "page_size", "use_has_next")),
        ("taobao.logistics.trace.search", ("tid", "is_split", "sub_tid")),
    ]
)
KNOWN = {"num_iid": str(ITEM), "num_iids": str(ITEM), "tid": str(TRADE), "sku_id": str(SKU), "fields": "tid,title"}


@given(CALLS, st.data())
def test_correctly_signed_nonsense_gets_the_platforms_answer(
    call: tuple[str, tuple[str, ...]], data: st.DataObject
) -> None:
    api, names = call
    outsider = shared()
    values = {name: data.draw(st.one_of(st.just(KNOWN.get(name, "1")), VALUES), name) for name in names}
    document = outsider.ask(api, **{name: text for name, text in values.items() if text})
    error = document.get("error_response", {"code": 0})
    assert error["code"] in (0, 15, 40, 41)
    assert not str(error.get("sub_code", "")).startswith("isp.")


def signed_body() -> bytes:
    outsider = shared()
    values = {"tid": str(TRADE), "memo": "改发中通 & 送礼物+1", "flag": "1"}
    return urlencode(outsider.signed(outsider.system("taobao.trade.memo.update") | values)).encode()


def pairs(body: bytes) -> object:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        return None


@given(place=st.integers(min_value=0), byte=st.integers(min_value=0, max_value=255))
def test_a_tampered_byte_of_a_signed_body_is_refused(place: int, byte: int) -> None:
    body = signed_body()
    place %= len(body)
    changed = body[:place] + bytes([byte]) + body[place + 1 :]
    assume(pairs(changed) != pairs(body))  # `+` for `%20`, hex in lower case: the same parameters, the same call
    outsider = shared()
    outsider.send(body=changed)
    assert outsider.sandbox.log[-1].code != 0


def test_every_byte_of_a_signed_body_counts() -> None:
    outsider = shared()
    body = signed_body()
    for place in range(len(body)):
        for byte in (ord("0"), ord("A"), ord("&"), ord("=")):
            changed = body[:place] + bytes([byte]) + body[place + 1 :]
            if pairs(changed) != pairs(body):
                outsider.send(body=changed)
                assert outsider.sandbox.log[-1].code != 0, changed


def test_a_tampered_multipart_text_is_refused_and_a_tampered_file_is_not() -> None:
    outsider = shared()
    params = outsider.signed(outsider.system("taobao.item.img.upload") | {"num_iid": str(ITEM), "id": "510021"})
    headers = {"Content-Type": "multipart/form-data; boundary=xyz"}
    for content in (b"one", b"two"):
        outsider.send(body=multipart(params, {"image": content}, "xyz"), headers=headers)
        assert outsider.sandbox.log[-1].code == 0
    outsider.send(body=multipart(params | {"num_iid": str(ITEM + 1)}, {"image": b"one"}, "xyz"), headers=headers)
    assert outsider.sandbox.log[-1].code == 25


PIECES = st.sampled_from([b"&", b"=", b"%", b"%4", b"%41", b"+", b"a", b"%C3%A9", b"%c3", "é".encode(), b";", b"%zz"])


@given(st.lists(st.one_of(PIECES, st.binary(max_size=2))).map(b"".join))
def test_a_form_is_read_as_the_standard_library_reads_it(form: bytes) -> None:
    try:
        expected = parse_qsl(form.decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        with pytest.raises(ValueError):
            form_pairs(form)
    else:
        assert form_pairs(form) == expected


SCOPES = st.fixed_dictionaries(
    {
        "path": st.sampled_from(
            ["/router/rest", "/router/batch", "/", "", "//", "/router/", "*", "/\udc80", "/oauth/token"]
        ),
        "method": st.sampled_from(["GET", "POST", "HEAD", "", "\xff"]),
        "query_string": st.binary(max_size=80),
        "headers": st.lists(
            st.tuples(
                st.one_of(
                    st.binary(max_size=10),
                    st.sampled_from(
                        [
                            b"content-type",
                            b"Content-Length",
                            b"content-encoding",
                            b"accept-encoding",
                            b"top-api-separator",
                        ]
                    ),
                ),
                st.one_of(
                    st.binary(max_size=20),
                    st.sampled_from(
                        [b"gzip", b"gzip;q=", b"*;q=0", b"-1", b"9" * 30, b"multipart/form-data; boundary=b"]
                    ),
                ),
            ),
            max_size=6,
        ),
        "client": st.sampled_from([None, ("127.0.0.1", 1), ("", 0)]),
    }
)


@settings(max_examples=300)
@given(scope=SCOPES, chunks=st.lists(st.binary(max_size=80), max_size=4), hangs_up=st.booleans())
def test_an_arbitrary_scope_gets_one_clean_answer_or_none(
    scope: dict[str, Any], chunks: list[bytes], hangs_up: bool
) -> None:
    events: list[Any] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    events.append({"type": "http.disconnect"} if hangs_up else {"type": "http.request"})
    coming, sent = iter(events), []

    async def receive() -> Any:
        return next(coming, {"type": "http.disconnect"})

    async def send(event: Any) -> None:
        sent.append(event)

    asyncio.run(shared().sandbox({"type": "http", **scope}, receive, send))
    if sent:
        assert [event["type"] for event in sent] == ["http.response.start", "http.response.body"]
        assert sent[0]["status"] == 200 or 400 <= sent[0]["status"] < 500
        body, length = sent[1]["body"], dict(sent[0]["headers"])[b"content-length"]
        assert int(length) == len(body) or (scope["method"] == "HEAD" and not body)
    else:
        assert hangs_up
    assert "time" in shared().answer("taobao.time.get")


@pytest.mark.parametrize("count", [4000, 100_000])
def test_a_form_of_many_parameters_is_answered(count: int) -> None:
    outsider = shared()
    body = b"&".join(b"p%d=%d" % (number, number) for number in range(count))
    assert outsider.send(body=body).status_code == 200
    assert outsider.sandbox.log[-1].code in (21, 43)


def test_a_form_that_would_take_seconds_to_read_is_refused_unread() -> None:
    outsider = shared()
    outsider.send(body=b"method=taobao.time.get&a=" + b"%41" * 2**20)
    assert outsider.sandbox.log[-1].code == 43
    outsider.send(body=b"&" * 2**20)
    assert outsider.sandbox.log[-1].code == 43
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    outsider.send(body=PART.join([b"1\r\n"] * 1002) + b"--b--", headers=headers)
    assert outsider.sandbox.log[-1].code == 3


def test_a_large_picture_is_taken(outsider: Outsider) -> None:
    params = outsider.signed(outsider.system("taobao.item.img.upload") | {"num_iid": str(ITEM)})
    headers = {"Content-Type": "multipart/form-data; boundary=xyz"}
    picture = b"\xff\r\n--xy" * 2**19
    response = outsider.send(body=multipart(params, {"image": picture}, "xyz"), headers=headers)
    assert "item_img_upload_response" in outsider.decoded(response)


def test_deep_nesting_in_a_json_parameter_is_a_wrong_argument(sampler: Outsider) -> None:
    said = sampler.refusal("taobao.sample.things.get", fields="title", extra="[" * 100_000)
    assert said["msg"] == "Invalid arguments:extra"


def test_fields_of_absurd_depth_and_length_are_ignored(outsider: Outsider) -> None:
    deep, long = "orders." * 2000 + "oid", ",".join(f"f{number}" for number in range(3000))
    for fields in (deep, long, ",,,.,..,orders..oid"):
        found = outsider.answer("taobao.trade.fullinfo.get", tid=TRADE, fields=fields)["trade"]
        assert set(found) <= {"orders"}
