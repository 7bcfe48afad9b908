"""Both sides of the wire agree: what is signed is what arrives, and whatever comes back is one of three outcomes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.core.samples import APP_SECRET, KEYS, NOW, SESSION, TOP, api, encoded, field
from topexplorer.core import signing
from topexplorer.core.call import Answer, Credentials, FilePart, NoAnswer, Outcome, Refusal, RequestDraft, SignedRequest
from topexplorer.core.envelope import Style
from topexplorer.core.gateway import LARGE, IncomingCall, Unsigned
from topexplorer.core.signing import SCHEMES
from topexplorer.core.spec import Field, item_name

DRAFT = RequestDraft("taobao.sample.get")
ASKED = encoded(DRAFT)
ASKED_SIMPLE = encoded(replace(DRAFT, simplify=True))
FORM = "application/x-www-form-urlencoded;charset=utf-8"
IMAGE = FilePart("image", "图.png", b"\x89PNG\r\n--x\r\n", "image/png")
HALF = "\ud83d"
"""The first half of an emoji, as a text cut by a program that counts UTF-16 units ends."""
NAMES = st.text("abcxyz_.019订", min_size=1, max_size=10)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


def posted(request: SignedRequest) -> tuple[str, bytes]:
    """Content type and body that carry a request."""
    if not request.files:
        return FORM, urlencode(request.params).encode()
    files = {part.name: (part.file_name, part.content, part.content_type) for part in request.files}
    made = httpx.Request("POST", request.url, data=dict(request.params), files=files)
    return made.headers["Content-Type"], made.read()


def decode(body: bytes, *, simplify: bool = False, status: int = 200) -> Outcome:
    return TOP.decode(ASKED_SIMPLE if simplify else ASKED, status, body)


# Encoding


@pytest.mark.parametrize("method", sorted(SCHEMES))
@pytest.mark.parametrize("files", [(), (IMAGE,)], ids=["urlencoded", "multipart"])
@example(values={"memo": HALF, "a": "x" + HALF + "y"})
@example(values={"memo": "a+b %20 &=#? \r\n\t\0 --x 订单😀"})
@given(values=st.dictionaries(NAMES, ANY_TEXT, max_size=6))
def test_what_the_far_end_reads_is_what_was_signed(
    method: str, files: tuple[FilePart, ...], values: dict[str, str]
) -> None:
    request = encoded(DRAFT, values, files=files, sign_method=method)
    kind, body = posted(request)
    call = TOP.parse(b"", kind, body)
    assert call.params == request.params
    assert call.file_names == tuple(part.name for part in files)
    assert signing.verify(method, APP_SECRET, call.params, call.get("sign") or "")
    assert signing.base_string(call.params) == request.base_string


@given(st.dictionaries(NAMES, st.sampled_from(["", " ", "\t\r\n", "\u3000", "\x85", "0", "false", "x "])))
def test_an_empty_value_is_never_sent_nor_signed(values: dict[str, str]) -> None:
    draft = RequestDraft(DRAFT.api, values)
    for request in (encoded(draft), encoded(draft, values)):
        assert [name for name, text in request.params if not text.strip()] == []
        sent = {name for name, _text in request.params}
        assert sent >= {name for name, text in values.items() if text.strip()}
        left_out = dict(request.left_out)
        for name, text in values.items():
            if not text.strip():
                assert left_out[name].key == "sign.left_out.empty"


def test_a_list_with_nothing_but_commas_is_left_out_as_empty() -> None:
    request = encoded(RequestDraft(DRAFT.api, {"fields": " ，,"}), {"fields": ""})
    assert "fields" not in dict(request.params)
    assert dict(request.left_out)["fields"].key == "sign.left_out.empty"


def test_every_row_that_is_not_signed_is_named_with_its_reason() -> None:
    draft = RequestDraft(
        DRAFT.api,
        {"memo": "x", "flag": "1", "blank": " ", "session": "mine", "format": "xml", "sign": "F00", "simplify": "true"},
        off=frozenset({"flag"}),
    )
    request = encoded(draft, files=(IMAGE,))
    reasons = [(name, reason.key.removeprefix("sign.left_out.")) for name, reason in request.left_out]
    assert reasons[:2] == [("sign", "sign"), ("image", "file")]
    assert set(reasons[2:]) == {
        ("flag", "off"),
        ("blank", "empty"),
        ("session", "system"),
        ("format", "system"),
        ("simplify", "system"),
    }
    assert len(reasons) == 7
    assert dict(request.params)["memo"] == "x"


@pytest.mark.parametrize(
    "name", ["method", "app_key", "timestamp", "format", "v", "sign_method", "simplify", "session"]
)
def test_a_system_parameter_typed_as_a_row_is_not_sent(name: str) -> None:
    for credentials in (KEYS, Credentials("12345678", KEYS.app_secret)):
        draft = RequestDraft(DRAFT.api, {name: "typed by hand"})
        request = encoded(draft, credentials=credentials)
        assert "typed by hand" not in dict(request.params).values()
        assert (name, "sign.left_out.system") in [(row, reason.key) for row, reason in request.left_out]


def test_a_request_carries_the_system_parameters_and_then_the_rows_as_they_stand() -> None:
    draft = RequestDraft(DRAFT.api, {"z": "1", "a": "2"}, format="xml", simplify=True)
    assert [name for name, _text in encoded(draft).params] == [
        *("method", "app_key", "timestamp", "format", "v", "sign_method", "simplify", "session", "z", "a", "sign")
    ]
    sent = dict(encoded(draft).params)
    assert (sent["format"], sent["simplify"], sent["session"], sent["v"]) == ("xml", "true", SESSION, "2.0")
    bare = dict(encoded(DRAFT, credentials=Credentials("12345678", KEYS.app_secret)).params)
    assert not {"session", "simplify"} & set(bare)


@pytest.mark.parametrize("hours", [-8, 0, 5.75, 8, 14])
def test_the_timestamp_is_beijing_time_or_milliseconds_whatever_zone_the_clock_is_in(hours: float) -> None:
    now = datetime(2026, 11, 21, 10, 30, 5, 123456, tzinfo=NOW.tzinfo).astimezone(timezone(timedelta(hours=hours)))
    call = Unsigned(
        draft=DRAFT,
        environment="sandbox",
        url="",
        version="2.0",
        values={},
        files=(),
        credentials=KEYS,
        sign_method="md5",
        timestamp_form="text",
        now=now,
    )
    assert dict(TOP.encode(call).params)["timestamp"] == "2026-11-21 10:30:05"
    assert dict(TOP.encode(replace(call, timestamp_form="ms")).params)["timestamp"] == "1795228205123"


# The far end reads a call


def test_query_and_body_are_read_in_that_order_with_blanks_but_no_bare_names() -> None:
    call = TOP.parse(b"a=1&b=&a=%E8%AE%A2", FORM, b"c=x+y%2B&d")
    assert call == IncomingCall((("a", "1"), ("b", ""), ("a", "订"), ("c", "x y+")))
    assert (call.get("a"), call.get("zz")) == ("1", None)


def test_a_body_that_is_no_form_is_kept_as_text() -> None:
    call = TOP.parse(b"a=1", "application/json;charset=utf-8", '{"备注":1}'.encode())
    assert call == IncomingCall((("a", "1"),), body='{"备注":1}')


@pytest.mark.parametrize(
    ("query", "kind", "body"),
    [
        (b"a=%FF", FORM, b""),
        (b"\xff=1", FORM, b""),
        (b"", FORM, b"a=%C0%80"),
        (b"", "text/plain", b"\xff"),
        (b"", "multipart/form-data", b"x"),
        (b"a=1&" * 6000, FORM, b""),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_call_that_cannot_be_read_is_a_value_error(query: bytes, kind: str, body: bytes) -> None:
    with pytest.raises(ValueError):
        TOP.parse(query, kind, body)


@given(
    st.binary(max_size=40),
    st.sampled_from([FORM, "", ";", "text/plain", "multipart/form-data;boundary=x", "multipart/form-data"]),
    st.binary(max_size=60) | st.binary(max_size=40).map(lambda text: b"--x\r\n" + text + b"\r\n--x--\r\n"),
)
def test_arbitrary_calls_are_read_or_are_a_value_error(query: bytes, kind: str, body: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(TOP.parse(query, kind, body), IncomingCall)


# From an answer written to an answer read

ORDER = (
    field("oid", "integer", "Number"),
    field("price", "price"),
    field("tags", many=True),
    field("ok", "boolean", "Boolean"),
)
RESPONSE = (
    field("total", "integer", "Number"),
    field("trade", "object", "Trade", children=(*ORDER, field("orders", "object", "Order", many=True, children=ORDER))),
    field("results", "object", "ResultDTO", many=True, children=ORDER),
    field("ids", "integer", "Number", many=True),
    field("request_id"),
)
SPEC = api(response=RESPONSE)
XML_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\t\n\r<>&\"'"), max_size=12
).filter(lambda text: "\ufffe" not in text and "\uffff" not in text)


def payloads(fields: tuple[Field, ...], text: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Payloads for these fields, any of them absent, as a back end gives them: with plain lists."""

    def one(part: Field) -> st.SearchStrategy[Any]:
        if part.type == "object":
            return payloads(part.children, text)
        if part.type == "boolean":
            return st.booleans()
        return st.integers(-(10**40), 10**40) if part.type == "integer" else text

    values = {part.name: st.lists(one(part), max_size=3) if part.many else one(part) for part in fields}
    return st.fixed_dictionaries({}, optional=values)


def plain(value: Any, fields: tuple[Field, ...]) -> Any:
    """A decoded document with its lists taken out from under their item names."""
    found = {}
    for part in fields:
        if part.name in value:
            inner = value[part.name]
            if part.many:
                assert list(inner) == [item_name(part.platform_type)]
                found[part.name] = [
                    plain(entry, part.children) if part.children else entry for entry in next(iter(inner.values()))
                ]
            else:
                found[part.name] = plain(inner, part.children) if part.children else inner
    assert len(found) == len(value)
    return found


def as_xml(value: Any, fields: tuple[Field, ...]) -> Any:
    """What remains of a payload in XML, where all is text, a list of one is one, and nothing is an empty text."""
    if isinstance(value, dict):
        known = {part.name: part for part in fields}
        return {name: as_xml_member(inner, known[name]) for name, inner in value.items()} or ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def as_xml_member(value: Any, part: Field) -> Any:
    if not part.many:
        return as_xml(value, part.children)
    entries = [as_xml(entry, part.children) for entry in value]
    return {item_name(part.platform_type): entries if len(entries) > 1 else entries[0]} if entries else ""


def named(value: Any, fields: tuple[Field, ...]) -> Any:
    """The payload with each list under the name of its items, as a gateway writes it."""
    parts = {part.name: part for part in fields}
    return {name: _named(below, parts[name]) if name in parts else below for name, below in value.items()}


def _named(value: Any, part: Field) -> Any:
    if part.many:
        entries = [named(entry, part.children) if isinstance(entry, dict) else entry for entry in value]
        return {item_name(part.platform_type): entries}
    return named(value, part.children) if isinstance(value, dict) else value


@given(payloads(RESPONSE, st.text(max_size=12)))
def test_a_json_answer_is_read_as_it_was_meant(payload: dict[str, Any]) -> None:
    outcome = decode(TOP.wrap(SPEC.method, named(payload, RESPONSE), Style("json")))
    assert isinstance(outcome, Answer)
    assert outcome.root == "sample_get_response"
    assert outcome.request_id == payload.get("request_id")
    assert plain(outcome.payload, RESPONSE) == payload


@given(payloads(RESPONSE, st.text(max_size=12)))
def test_a_simplified_answer_is_the_payload_itself(payload: dict[str, Any]) -> None:
    outcome = decode(TOP.wrap(SPEC.method, payload, Style("json", simplify=True)), simplify=True)
    assert isinstance(outcome, Answer)
    assert outcome.root is None
    assert outcome.request_id == payload.get("request_id")
    assert outcome.payload == payload


@given(payloads(RESPONSE, XML_TEXT))
def test_an_xml_answer_is_read_as_it_was_meant(payload: dict[str, Any]) -> None:
    outcome = decode(TOP.wrap(SPEC.method, named(payload, RESPONSE), Style("xml", host="top.na62")))
    assert isinstance(outcome, Answer)
    assert outcome.root == "sample_get_response"
    assert outcome.request_id == payload.get("request_id")
    assert outcome.payload == as_xml(payload, RESPONSE)


@example("\x00\x08\x0b\x1f\ufffe\uffff" + HALF)
@given(ANY_TEXT)
def test_no_text_can_break_the_document_that_carries_it(text: str) -> None:
    for style in (Style("json"), Style("xml")):
        outcome = decode(TOP.wrap(SPEC.method, {"trade": {"price": text}}, style))
        assert isinstance(outcome, Answer)
        assert len(outcome.payload["trade"]["price"]) == len(text)


@given(
    st.builds(
        Refusal,
        st.integers(-9, 999),
        XML_TEXT,
        st.none() | XML_TEXT,
        st.none() | XML_TEXT,
        st.none() | XML_TEXT,
    ),
    st.sampled_from([Style("json"), Style("json", True), Style("xml", host="top.na62")]),
)
def test_a_refusal_is_read_as_it_was_written(refusal: Refusal, style: Style) -> None:
    body = TOP.refuse(refusal, style)
    outcome = decode(body, simplify=style.simplify)
    assert isinstance(outcome, Refusal)
    assert outcome.body == body
    assert replace(outcome, body=b"") == refusal


# Answers as they come


@pytest.mark.parametrize(
    ("body", "root", "request_id"),
    [
        (
            b'{"time_get_response":{"time":"2000-01-01 00:00:00","request_id":"14ibtxvb4vqjh"}}',
            "time_get_response",
            "14ibtxvb4vqjh",
        ),
        (b'\xef\xbb\xbf{"time_get_response":{"time":"2000-01-01 00:00:00"}}', "time_get_response", None),
        (b' \r\n{"time_get_response":{"request_id":1234567890123456789}} ', "time_get_response", "1234567890123456789"),
        (
            b"<time_get_response><time>1</time><request_id>x</request_id></time_get_response><!--top.na62-->",
            "time_get_response",
            "x",
        ),
        (b'<?xml version="1.0" encoding="utf-8" ?><time_get_response/>', "time_get_response", None),
    ],
)
def test_an_envelope_is_recognised(body: bytes, root: str, request_id: str | None) -> None:
    for simplify in (False, True):
        outcome = decode(body, simplify=simplify)
        assert isinstance(outcome, Answer)
        assert (outcome.root, outcome.request_id, outcome.body) == (root, request_id, body)
        assert outcome.payload is not None


def test_ids_of_nineteen_digits_and_prices_come_through_exactly() -> None:
    outcome = decode(b'{"x_response":{"oid":9223372036854775807,"price":1.10,"fee":"1.10"}}')
    assert isinstance(outcome, Answer)
    assert [str(part) for part in outcome.payload.values()] == ["9223372036854775807", "1.10", "1.10"]
    assert isinstance(outcome.payload["oid"], int)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (
            b'{"error_response":{"code":7,"msg":"App Call Limited",'
            b'"sub_code":"accesscontrol.limited-by-api-access-count",'
            b'"sub_msg":"This ban will last for 1 more seconds","request_id":"r"}}',
            Refusal(
                7,
                "App Call Limited",
                "accesscontrol.limited-by-api-access-count",
                "This ban will last for 1 more seconds",
                "r",
            ),
        ),
        (b'{"error_response":{"code":22,"msg":"Invalid method"}}', Refusal(22, "Invalid method")),
        (b'{"error_response":{"code":"25","msg":null}}', Refusal(25, "")),
        (b'{"error_response":{"code":15},"extra":1}', Refusal(15, "")),
        (b'{"error_response":{"code":15,"sub_msg":["a"],"request_id":7}}', Refusal(15, "", None, "['a']", "7")),
        (
            b"<error_response><code>25</code><msg>Invalid signature</msg><request_id>exz2eejn5y85</request_id>"
            b"</error_response><!--top011023105124.center.na61-->",
            Refusal(25, "Invalid signature", request_id="exz2eejn5y85"),
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_error_response_is_a_refusal_with_or_without_simplify(body: bytes, refusal: Refusal) -> None:
    for simplify, status in ((False, 200), (True, 200), (False, 500)):
        outcome = decode(body, simplify=simplify, status=status)
        assert outcome == replace(refusal, body=body)


@pytest.mark.parametrize(
    "content",
    [
        *(
            '"abc"',
            "null",
            "[]",
            "{}",
            "1.5",
            "true",
            "1e400000000",
            "9" * 5000,
            '"' + "9" * 5000 + '"',
            '"٧"',
            '"1e3"',
            '""',
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_error_response_without_a_usable_code_is_no_answer(content: str) -> None:
    for simplify in (False, True):
        outcome = decode(f'{{"error_response":{{"code":{content},"msg":"x"}}}}'.encode(), simplify=simplify)
        assert isinstance(outcome, NoAnswer)
        assert outcome.reason == "unreadable"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"null",
        b"[]",
        b"1",
        b'"error_response"',
        b'{"error_response":null}',
        b'{"error_response":"denied"}',
        b'{"error_response":[{"code":1}]}',
        b'{"error_response":{}}',
        b'{"error_response":{"msg":"no code"}}',
        b"<error_response/>",
        b"<error_response>denied</error_response>",
        b"<html><body>502 Bad Gateway</body></html>",
        b"<!DOCTYPE html><html></html>",
        b'\xef\xbb\xbf\n<HTML lang="zh">',
        b'<?xml version="1.0"?><html/>',
        b'{"a_response":{"x":',
        b'{"a_response":{"x":1}}}',
        b'{"a_response":{"x":NaN}}',
        b'{"a_response":{"x":1e99999999999999999999}}',
        b'{"a_response":{"x":"\xff"}}',
        b"<a_response><x>",
        b'<?xml version="1.0" encoding="no-such"?><a_response/>',
        b"[" * 100_000,
        b'{"a_response":' * 100_000,
        b"<a>" * 100_000,
        b"<a>" * 100_000 + b"</a>" * 100_000,
        b'<!DOCTYPE a [<!ENTITY x "y">]><a_response>&x;</a_response>',
        '<!DOCTYPE a [<!ENTITY x "y">]><a_response>&x;</a_response>'.encode("utf-16-le"),
        "\ufeff{}".encode("utf-16"),
        b"\x00",
        b"\x1f\x8b\x08\x00",
        b"OK",
    ],
    ids=lambda body: body[:40],
)
def test_what_is_neither_answer_nor_refusal_is_no_answer(body: bytes) -> None:
    for simplify in (False, True):
        for status, reason in ((200, "unreadable"), (502, "http")):
            outcome = decode(body, simplify=simplify, status=status)
            assert isinstance(outcome, NoAnswer)
            assert outcome.reason == reason
            assert outcome.body == body
            assert str(status) in outcome.detail


@pytest.mark.parametrize("body", [b"{}", b'{"a":1}', b'{"a_response":[1]}', b'{"a_response":{},"b":1}'])
def test_a_document_without_an_envelope_is_an_answer_only_when_simplified(body: bytes) -> None:
    assert isinstance(decode(body), NoAnswer)
    outcome = decode(body, simplify=True)
    assert isinstance(outcome, Answer)
    assert outcome.payload == json.loads(body)


def test_a_number_of_five_thousand_digits_comes_through() -> None:
    digits = "7" * 5000
    outcome = decode(f'{{"x_response":{{"n":{digits}}}}}'.encode())
    assert isinstance(outcome, Answer)
    assert str(outcome.payload["n"]) == digits


VALID = (
    b'{"error_response":{"code":15,"msg":"Remote service error","sub_code":"isv.trade-not-exist"}}',
    b'{"trades_sold_get_response":{"trades":{"trade":[{"tid":3141592653589793238}]},"request_id":"x"}}',
    "<items_onsale_get_response><items><item><title>儿童</title></item></items></items_onsale_get_response>".encode(),
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.just("code"), inner, max_size=3)
    ),
    max_leaves=8,
)
ROOTS = st.sampled_from(["error_response", "x_response", "_response", "request_id", "items"])


@given(
    st.binary(max_size=60)
    | st.builds(
        lambda body, cut, noise: body[:cut] + noise, st.sampled_from(VALID), st.integers(0, 90), st.binary(max_size=3)
    )
    | st.dictionaries(ROOTS, JSON_VALUES, max_size=2).map(lambda value: json.dumps(value).encode()),
    st.booleans(),
    st.sampled_from([200, 204, 302, 404, 500]),
)
def test_no_bytes_whatever_make_decoding_fail(body: bytes, simplify: bool, status: int) -> None:
    outcome = decode(body, simplify=simplify, status=status)
    assert isinstance(outcome, Answer | Refusal | NoAnswer)
    assert outcome.body == body
    if isinstance(outcome, Answer):
        assert outcome.payload is not None


# Large answers: only the envelope is looked at

PADDING = '"x":"' + "填" * LARGE + '"'


def large(text: str) -> bytes:
    """A document of more than `LARGE` bytes; `PAD` in `text` stands for a long member."""
    return text.replace("PAD", PADDING).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("text", "simplify", "root", "request_id"),
    [
        ('{"x_response":{PAD,"request_id":"r"}}', False, "x_response", "r"),
        ('{"x_response":{PAD,"request_id":"r"}}', True, "x_response", "r"),
        ('{"x_response":{PAD,"request_id":15}}', False, "x_response", "15"),
        ('\ufeff{"x_response":{PAD}}', False, "x_response", None),
        ('{"x_response":{PAD,"half":"\\ud83d"}}', False, "x_response", None),
        ('{PAD,"request_id":"r"}', True, None, "r"),
        ("{PAD}", True, None, None),
        ('{"items":[{PAD}]}', True, None, None),
        ('{"trade":{PAD,"request_id":"inner"}}', True, None, None),
    ],
)
def test_a_large_answer_is_the_same_as_a_small_one(
    text: str, simplify: bool, root: str | None, request_id: str | None
) -> None:
    for body in (large(text), text.replace("PAD", '"x":"填"').encode()):
        outcome = decode(body, simplify=simplify)
        assert isinstance(outcome, Answer)
        assert (outcome.root, outcome.request_id) == (root, request_id)
        assert isinstance(outcome.payload, Mapping)


@pytest.mark.parametrize("simplify", [False, True])
@pytest.mark.parametrize(
    "text", ['{"error_response":{"code":15,"msg":"m",PAD}}', '{"a":1,"error_response":{PAD,"code":15,"msg":"m"}}']
)
def test_a_large_refusal_is_a_refusal(text: str, simplify: bool) -> None:
    body = large(text)
    assert len(body) > LARGE
    assert decode(body, simplify=simplify) == Refusal(15, "m", body=body)


@pytest.mark.parametrize(
    "text",
    [
        "{PAD}",
        '{"items":[{PAD}]}',
        '{"x_response":{PAD},"y":1}',
        '{"x_response":{PAD}',
        '{"x_response":{PAD,"n":NaN}}',
        '{"error_response":{PAD,"code":"abc"}}',
        '{"error_response":[{PAD}]}',
        "[{PAD}]",
        "<x_response><a>PAD</a>",
        "<html>PAD</html>",
    ],
)
def test_a_large_body_that_is_no_answer_is_no_answer(text: str) -> None:
    body = large(text)
    assert len(body) > LARGE
    outcome = decode(body)
    assert isinstance(outcome, NoAnswer)
    assert outcome.body == body


def test_a_large_body_that_is_not_utf8_is_no_answer() -> None:
    body = large('{"x_response":{PAD,"cut":"TAIL"}}').replace(b"TAIL", "填".encode()[:2])
    assert isinstance(decode(body), NoAnswer)
