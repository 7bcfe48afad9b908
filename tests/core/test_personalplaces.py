"""People are found by one set of rules in every form of a document, in linear time, and where answers repeat them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import escape
from time import process_time
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import exchange
from topexplorer.core import pastcall
from topexplorer.core.call import Answer, NoAnswer, Refusal, RequestDraft
from topexplorer.core.disguise import hidden_exchange, without_personal
from topexplorer.core.literals import Literals
from topexplorer.core.personal import Disguise, Style

KEY = b"a key of this test"


def _as_xml(value: object) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{_as_xml(one)}</{name}>" for name, one in value.items())
    if isinstance(value, list):
        return "".join(f"<entry>{_as_xml(one)}</entry>" for one in value)
    return escape(str(value))


PEOPLE = {
    "receiver": {"tid": "3141592653589793238", "name": "欧阳建国", "matched": "true", "x": {"a": "1"}, "mobile": "136"},
    "buyer_nick": {"value": "buyer_zhang_88"},
    "receiver_name": [{"v": "李雷雷雷"}],
    "sender_info": {"name": "韩梅梅梅", "city": "杭州市", "detail": "转塘街道 12 号"},
    "station": {"name": "王小小小", "extra": {"n": "x"}, "tel": "0571-1"},
    "goods": {"name": "夏季新款", "title": "童装", "detail": "纯棉"},
    "logins": {"login_id": "ouyang_88", "weixin": "wx_ouyang88", "name": "赵小小小", "adr": "文三路 478 号"},
    "rate": {"content": "谢谢欧阳老板", "reply": "不客气", "url": "x"},
    "link": {"content": "https://s.example/abc"},
}
HIDDEN = (
    *("欧阳", "buyer_zhang_88", "李雷", "韩梅", "转塘", "王小小", "ouyang_88", "wx_ouyang88", "赵小", "文三路"),
    *("谢谢", "不客气"),
)
STAYS = ("3141592653589793238", "true", "杭州市", "夏季新款", "童装", "纯棉", "https://s.example/abc")
FORMS: dict[str, Callable[[object], str]] = {
    "json": lambda value: json.dumps(value, ensure_ascii=False),
    "ascii": json.dumps,
    "string": lambda value: json.dumps({"r": json.dumps({"x": json.dumps(value)}, ensure_ascii=False)}),
    "xml": lambda value: f"<r>{_as_xml(value)}</r>",
    "cdata": lambda value: re.sub(r">([^<]+)<", r"><![CDATA[\1]]><", f"<r>{_as_xml(value)}</r>"),
    "json in xml": lambda value: f"<r><module>{escape(json.dumps(value, ensure_ascii=False))}</module></r>",
    "plain in xml": lambda value: f"<r><module>{json.dumps(value, ensure_ascii=False)}</module></r>",
    "json in cdata": lambda value: f"<r><module><![CDATA[{json.dumps(value)}]]></module></r>",
    "xml in json": lambda value: json.dumps({"r": {"module": f"<o>{_as_xml(value)}</o>"}}, ensure_ascii=False),
    "safe xml in json": lambda value: json.dumps({"r": f"<o>{_as_xml(value)}</o>"}).replace("<", "\\u003c"),
    "attributes": lambda value: f'<r x="{escape(json.dumps(value), quote=True)}"/>',
}


def _strings(value: object) -> str:
    """Every text of a document, those of documents in it too."""
    if isinstance(value, str):
        inner = value.strip()
        if inner[:1] in ("{", "["):
            return _strings(json.loads(inner))
        if inner[:1] == "<":
            root = ElementTree.fromstring(inner)
            return " ".join(_strings(text) for one in root.iter() for text in (one.text or "", *one.attrib.values()))
        return value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else (str(value),)
    return " ".join(map(_strings, parts))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("style", ["fake", "stars"])
def test_people_are_found_by_the_same_rules_in_every_form_of_a_document(form: str, style: Style) -> None:
    hidden = Disguise(KEY, style).body(FORMS[form](PEOPLE).encode()).decode()
    text = _strings(hidden)
    assert [part for part in HIDDEN if part in text] == []
    assert [part for part in STAYS if part not in text] == []


@pytest.mark.parametrize(
    "piece",
    [
        '"name":1,',
        "<nick>",
        "</nick>",
        '{"name":',
        '"nick":"\\"',
        '\\"',
        '"name" x ',
        "<![CDATA[",
        '<a b="',
        '[{"x":"<',
        '{"receiver_name":"王小雨","x":"王小雨 王小雨"},',
    ],
)
def test_the_time_a_document_takes_grows_no_faster_than_it_does(piece: str) -> None:
    disguise = Disguise(KEY, "stars").knowing({"buyer_zhang_88": "nick"})

    def seconds(body: bytes) -> float:
        started = process_time()
        disguise.body(body)
        return process_time() - started

    for start in ("", '{"x":', "<a>"):
        short, long = ((start + piece * (size // len(piece))).encode() for size in (16_000, 128_000))
        # Eight times as long: what grows with the square would take 64 times as long.
        assert min(seconds(long) for _ in range(2)) < 28 * max(0.002, min(seconds(short) for _ in range(3)))


def test_what_was_personal_in_the_request_is_hidden_in_all_of_its_answer() -> None:
    values = {
        "buyer_nicks": "buyer_zhang_88,trade",
        "param": '{"receiver_name":"欧阳建国","tid":"778899"}',
        "user_id": "2088001",
        "nick": "***",
        "tid": "112233",
    }
    body = json.dumps(
        {
            "trade_response": {
                "buyer_zhang_88": "trade of 欧阳建国",
                "total": 2088001,
                "tid": 112233,
                "x": "778899 ***",
            },
            "inner": json.dumps({"msg": "no buyer_zhang_88", "id_of": 2088001}),
        }
    ).encode()
    for outcome in (
        Answer(body, "json", "trade_response", "r"),
        Refusal(15, "buyer_zhang_88", "isv.x", "用户不存在:buyer_zhang_88", None, body),
        NoAnswer("connect", "欧阳建国", "<html><p>buyer_zhang_88 <b>欧阳建国</b></html>".encode()),
    ):
        real = exchange(outcome, draft=RequestDraft("a.get", values))
        real = replace(
            real, headers=(("X-User", "somebody_1"), ("X-Tel", "13812345678"), ("X-Request-Id", "13812345678"))
        )
        for style in ("stars", "fake"):
            disguise = Disguise(KEY, style)
            hidden = hidden_exchange(real, disguise)
            text = hidden.body.decode() if outcome.body[:1] == b"<" else _strings(json.loads(hidden.body))
            shown = f"{text} {hidden.outcome!r} {hidden.headers}"
            gone = ("buyer_zhang_88", "欧阳建国", "2088001", "somebody_1")
            assert [part for part in gone if part in shown] == []
            assert "13812345678" not in dict(hidden.headers)["X-Tel"]
            assert dict(hidden.headers)["X-Request-Id"] == "13812345678"
            assert disguise.text("buyer_zhang_88") == "buyer_zhang_88"
            words = pastcall.words_of(pastcall.fit_to_keep(real, disguise)[0], "")
            assert [part for part in gone if part in words] == []
            if outcome.body is body:
                found = json.loads(hidden.body)
                assert found["trade_response"]["tid"] == 112233
                assert found["trade_response"]["x"] == "778899 ***"
                assert "buyer_zhang_88" not in hidden.body.decode()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("style", ["fake", "stars"])
def test_whom_an_answer_names_in_a_field_is_hidden_in_its_prose(form: str, style: Style) -> None:
    answer = {
        "receiver_name": "王小雨",
        "contact": {"name": "李雷", "phone": "8888666"},
        "buyer_nick": "wang_xy",
        "seller_name": "客服",
        "nick": "desc",
        "trace": {"desc": "已签收，签收人 王小雨，代收李雷", "tail": "用户wang_xy 电话，请联系客服"},
        "seller_nick": "安踏",
        "buyer": {"nick": "good", "receiver_address": "杭州市", "phone": "2026001"},
        "item": {"title": "安踏官方旗舰店 安踏跑鞋", "result": "good", "num_iid": 2026001, "city": "杭州市"},
        "seen": ["王小雨", "客服"],
        "spoken": "wang_xyz 王小二",
    }
    disguise = Disguise(KEY, style)
    hidden = disguise.body(FORMS[form](answer).encode()).decode()
    text = _strings(hidden)
    assert [part for part in ("王小雨", "李雷", "wang_xy ", "8888666") if part in text] == []
    stays = (
        "已签收，签收人 ",
        "代收",
        "请联系客服",
        "wang_xyz 王小二",
        "安踏官方旗舰店 安踏跑鞋",
        "good",
        "2026001",
        "杭州市",
    )
    assert [part for part in stays if part not in text] == []
    refused = Refusal(15, "王小雨", "isv.x", "找不到王小雨", None, '{"r":{"receiver_name":"王小雨"}}'.encode())
    outcome = hidden_exchange(exchange(refused, draft=RequestDraft("a.get", {})), disguise).outcome
    assert "王小雨" not in repr(outcome)


@given(st.lists(st.text(alphabet="ab1_ 王小\\.", min_size=1, max_size=6), min_size=1), st.text(alphabet="ab1_ 王小\\."))
def test_literals_are_found_where_no_word_goes_on(texts: list[str], text: str) -> None:
    def goes_on(pair: str) -> bool:
        return re.fullmatch("[0-9A-Za-z]{2}", pair) is not None

    found = Literals(texts)
    spans = list(found.spans(text))
    assert all(text[start:end] in texts for start, end in spans)
    possible = [
        (at, at + len(one))
        for one in texts
        for at in range(len(text))
        if text.startswith(one, at)
        and not goes_on(text[at - 1 : at + 1] if at else "")
        and not goes_on(text[at + len(one) - 1 : at + len(one) + 1])
    ]
    for start, end in possible:
        assert any(first < end and start < last for first, last in spans), text[start:end]
    assert found.stand_in(text) is bool(possible)
    many = Literals([*texts, *(f"x{n}" for n in range(200))])
    assert list(many.spans(text)) == spans


def test_what_somebody_wrote_is_not_kept_of_a_request() -> None:
    sent = {
        "refund_id": "1",
        "title": "夏季新款",
        "reason": "七天无理由",
        "name": "欧阳建国",
        "address": "文三路 478 号",
        "remark": "给欧阳建国",
        "memo": "收件人 欧阳建国",
        "message": "找欧阳建国",
        "content": "请送到文三路",
        "operator": "欧阳建国",
        "reply": "好的，欧阳",
    }
    kept, names = without_personal(RequestDraft("a.add", sent))
    assert set(kept.values) == {"refund_id", "title", "reason"}
    assert set(names) == sent.keys() - kept.values.keys()
    goods = {"name": "店铺优惠券", "desc": "满减", "content": '{"activity":{"name":"满减"}}', "picture_name": "a"}
    assert without_personal(RequestDraft("a.add", goods))[1] == ()
    answer = b'{"r":{"message":"success","msg":"ok","error_message":"none","reason":"x"}}'
    assert Disguise(KEY).body(answer) == answer


@given(st.text(alphabet='{}[]"\\:,<>/!-&;ab1 \nname', max_size=60), st.sampled_from(["", "<a>", "{", '"', "[<"]))
def test_what_is_no_document_at_all_does_no_harm(text: str, start: str) -> None:
    for style in ("fake", "stars"):
        Disguise(KEY, style).knowing({"ab1": "nick"}).body((start + text).encode())


def test_a_line_out_of_the_middle_of_json_is_read_from_its_first_name_on() -> None:
    hidden = Disguise(KEY).json_line('欧阳", "receiver_name": "李雷雷", "title": "x"}, {"nick": "buyer_zhang')
    assert "李雷" not in hidden
    assert "buyer_zhang" not in hidden
    assert hidden.startswith('欧阳", "receiver_name": "')
    assert hidden.count('"title": "x"}') == 1
