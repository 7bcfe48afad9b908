"""Documents are written as the platform writes them, and forms are read as browsers and SDKs write them."""

from __future__ import annotations

import json
import tempfile
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from topexplorer.core.envelope import Style, multipart, peek, render, response_root

JSON, SIMPLE, XML = Style("json"), Style("json", True), Style("xml")


@pytest.mark.parametrize(
    ("method", "root"),
    [
        ("taobao.item.seller.get", "item_seller_get_response"),
        ("taobao.tbk.item.convert", "tbk_item_convert_response"),
        ("alibaba.aliqin.fc.sms.num.send", "alibaba_aliqin_fc_sms_num_send_response"),
        ("tmall.item.schema.add", "tmall_item_schema_add_response"),
        ("taobao.taobao.x", "taobao_x_response"),
    ],
)
def test_the_root_is_the_method_without_taobao(method: str, root: str) -> None:
    assert response_root(method) == root


def test_simplify_takes_the_root_away_from_json_only() -> None:
    content = {"total": 1, "request_id": "x"}
    assert json.loads(render("x_response", content, SIMPLE)) == content
    xml = Style("xml", True)
    assert render("x_response", content, xml) == render("x_response", content, XML)
    assert [style.names_items for style in (JSON, SIMPLE, XML, xml)] == [True, False, True, True]


def test_an_error_keeps_its_root_even_when_simplified() -> None:
    assert json.loads(render("error_response", {"code": 25}, SIMPLE)) == {"error_response": {"code": 25}}


def test_xml_is_elements_in_elements_with_the_host_in_a_comment() -> None:
    items = {"item": [{"num_iid": 1}, {"num_iid": 2}]}
    content = {"items": items, "total": 2, "ok": True, "title": 'a<b>&"c"'}
    text = render("x_response", content, Style("xml", host="top011184081134.na62")).decode()
    assert text == (
        '<?xml version="1.0" encoding="utf-8" ?><x_response><items><item><num_iid>1</num_iid></item>'
        "<item><num_iid>2</num_iid></item></items><total>2</total><ok>true</ok>"
        '<title>a&lt;b&gt;&amp;"c"</title></x_response><!--top011184081134.na62-->'
    )


@pytest.mark.parametrize("style", [JSON, SIMPLE, XML])
def test_exact_numbers_and_chinese_are_written_as_they_are(style: Style) -> None:
    text = render(
        "x_response", {"oid": 9223372036854775807, "price": Decimal("1.10"), "nick": "商家😀"}, style
    ).decode()
    assert "9223372036854775807" in text
    assert "1.10" in text
    assert "商家😀" in text


def test_a_member_without_a_value_is_not_written_as_a_word() -> None:
    assert b"None" not in render("x_response", {"a": None, "b": {"c": None}}, XML)
    assert json.loads(render("x_response", {"a": None}, SIMPLE)) == {"a": None}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"a_response":{"x":[1,{"y":2}],"request_id":"r1"}}', ("a_response", "r1")),
        (b'{"a_response":{"x":1}}', ("a_response", None)),
        (b'{"a_response":{"request_id":15}}', ("a_response", "15")),
        (b'{"items":[1],"request_id":"r2"}', (None, "r2")),
        (b'{"items":[1]}', (None, None)),
        (b'{"trade":{"request_id":"inner"}}', (None, None)),
        (b'{"a_response":[1]}', (None, None)),
        (b'{"error_response":{"code":7}}', ("error_response", None)),
        (b'{"error_response":"x","b":1}', ("error_response", None)),
        (b"{}", (None, None)),
    ],
)
def test_peeking_finds_the_envelope_without_its_content(body: bytes, found: tuple[str | None, str | None]) -> None:
    assert peek(body) == found


@pytest.mark.parametrize(
    "body",
    [b"", b"[1]", b'"a"', b'{"a":', b'{"a_response":{"x":NaN}}', b'{"a":"\xff"}', b"\xff\xfe{", b"[" * 100_000, b"{}x"],
    ids=lambda value: str(value)[:40],
)
def test_peeking_into_what_is_no_document_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        peek(body)


def form(data: dict[str, str], files: dict[str, tuple[str, bytes, str]]) -> tuple[str, bytes]:
    """Content type and body of a multipart form, made by another library."""
    request = httpx.Request("POST", "http://sandbox.topexplorer.invalid", data=data, files=files)
    return request.headers["Content-Type"], request.read()


def test_a_multipart_form_gives_its_texts_and_the_names_of_its_files() -> None:
    kind, body = form(
        {"memo": "好评\r\n--x\n", "tid": "1"},
        {"image": ("图.png", b"\x89PNG\r\n", "image/png"), "b": ("b", b"", "a/b")},
    )
    assert multipart(kind, body) == ([("memo", "好评\r\n--x\n"), ("tid", "1")], ("image", "b"))


def test_a_large_file_is_read_without_writing_anything_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "there is no such folder"))
    kind, body = form({"tid": "1"}, {"image": ("a.png", b"x" * 3_000_000, "image/png")})
    assert multipart(kind, body) == ([("tid", "1")], ("image",))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=", b""),
        ("multipart/form-data; boundary=x", b"--y\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--\r\n',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\na\r\n--x--\r\n',
        ),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x"),
        ("multipart/form-data; boundary=订", b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\nA: b\r\n\r\nno name\r\n--x--\r\n"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_malformed_multipart_form_is_a_value_error(kind: str, body: bytes) -> None:
    with pytest.raises(ValueError):
        multipart(kind, body)
