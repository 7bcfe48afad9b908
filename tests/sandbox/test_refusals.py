"""Every refusal before a back end: its body as the platform writes it, and its place in the order."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from tests.sandbox.wire import FORM, ITEM, OTHER_SELLER, TRADE, Outsider
from topexplorer.core.language import Language
from topexplorer.sandbox.rules import RULES

Params = dict[str, str]


def errors(outsider: Outsider, params: Params) -> dict[str, object]:
    """The error object for these parameters as they are, without its request id."""
    error = outsider.decoded(outsider.post(params))["error_response"]
    assert len(error.pop("request_id")) == 13
    return dict(error)


def full_call(outsider: Outsider) -> Params:
    return outsider.system("taobao.trade.fullinfo.get") | {"tid": str(TRADE), "fields": "tid"}


def without(outsider: Outsider, name: str) -> Params:
    params = full_call(outsider)
    del params[name]
    return outsider.signed(params)


def having(outsider: Outsider, **changes: str) -> Params:
    return outsider.signed(full_call(outsider) | changes)


def test_21_a_call_without_a_method(outsider: Outsider) -> None:
    said = {"code": 21, "msg": "Missing method", "sub_msg": "http传入的参数加入method字段"}
    assert errors(outsider, without(outsider, "method")) == said
    assert errors(outsider, having(outsider, method=" ")) == said


@pytest.mark.parametrize("method", ["taobao.no.such.get", "TAOBAO.TIME.GET", "taobao.time.get ", "taobao.item.get"])
def test_22_an_unknown_or_retired_method(outsider: Outsider, method: str) -> None:
    assert errors(outsider, having(outsider, method=method)) == {"code": 22, "msg": "Invalid method"}


def test_28_and_29_the_app_key(outsider: Outsider) -> None:
    assert errors(outsider, without(outsider, "app_key")) == {"code": 28, "msg": "Missing app key"}
    said = {"code": 29, "msg": "Invalid app Key", "sub_code": "isv.appkey-not-exists"}
    assert errors(outsider, having(outsider, app_key="87654321")) == said


def test_32_to_34_the_version(outsider: Outsider) -> None:
    assert errors(outsider, without(outsider, "v")) == {"code": 32, "msg": "Missing version"}
    assert errors(outsider, having(outsider, v="two")) == {"code": 33, "msg": "Invalid version"}
    assert errors(outsider, having(outsider, v="1.0")) == {"code": 34, "msg": "Unsupported version"}


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21 12:10:01",
        "2026-11-21 11:49:59",
        "2026-11-21T12:00:00",
        "2026-11-21 12:00",
        "2026-11-31 12:00:00",
        "1795233600",
        "9999999999999",
        "now",
    ],
)
def test_31_a_timestamp_in_another_form_or_more_than_ten_minutes_off(outsider: Outsider, text: str) -> None:
    assert errors(outsider, having(outsider, timestamp=text)) == {"code": 31, "msg": "Invalid timestamp"}


def test_30_no_timestamp_and_ten_minutes_of_skew_are_fine(outsider: Outsider) -> None:
    assert errors(outsider, without(outsider, "timestamp")) == {"code": 30, "msg": "Missing timestamp"}
    for text in ("2026-11-21 12:10:00", "2026-11-21 11:50:00"):
        assert "trade_fullinfo_get_response" in outsider.decoded(outsider.post(having(outsider, timestamp=text)))


def test_24_no_sign(outsider: Outsider) -> None:
    assert errors(outsider, full_call(outsider)) == {"code": 24, "msg": "Missing signature"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda params: params | {"sign": params["sign"].lower()},
        lambda params: params | {"sign": params["sign"][:-1]},
        lambda params: params | {"sign": "0" * 32},
        lambda params: params | {"sign": "签" * 32},
        lambda params: params | {"tid": params["tid"] + "0"},
        lambda params: params | {"extra": "1"},
        lambda params: params | {"sign_method": "hmac"},
        lambda params: params | {"sign_method": "sha1"},
        lambda params: {name: text for name, text in params.items() if name != "sign_method"},
        lambda params: {name: text for name, text in params.items() if name != "fields"},
    ],
)
def test_25_a_sign_that_does_not_fit(outsider: Outsider, spoil: Callable[[Params], Params]) -> None:
    assert errors(outsider, spoil(having(outsider))) == {"code": 25, "msg": "Invalid signature"}


def test_25_a_sign_made_with_another_apps_secret(outsider: Outsider) -> None:
    params = outsider.signed(full_call(outsider) | {"app_key": "12345679"})
    assert errors(outsider, params | {"app_key": "12345678"})["code"] == 25


def test_25_a_parameter_that_comes_twice_is_signed_twice(outsider: Outsider) -> None:
    params = having(outsider)
    body = urlencode([*params.items(), ("tid", "1")]).encode()
    assert outsider.decoded(outsider.send(body=body))["error_response"]["code"] == 25


def test_23_a_format_that_is_neither_json_nor_xml_is_refused_in_xml(outsider: Outsider) -> None:
    response = outsider.post(having(outsider, format="yaml"))
    assert response.headers["content-type"] == "text/xml;charset=UTF-8"
    assert b"<error_response><code>23</code><msg>Invalid format</msg><request_id>" in response.content
    assert response.content.endswith(b"</error_response><!--top127000000001.sandbox-->")


def test_26_no_session(outsider: Outsider) -> None:
    assert errors(outsider, without(outsider, "session")) == {"code": 26, "msg": "Missing session"}


def test_27_an_unknown_session(outsider: Outsider) -> None:
    said = {"code": 27, "msg": "Invalid session", "sub_code": "invalid-sessionkey", "sub_msg": "SessionKey非法"}
    assert errors(outsider, having(outsider, session="6100not-a-session")) == said


def test_27_a_session_granted_to_another_app(outsider: Outsider) -> None:
    foreign = outsider.accounts.credentials("12345679").session
    assert foreign
    assert errors(outsider, having(outsider, session=foreign.reveal())) == {
        "code": 27,
        "msg": "Invalid session",
        "sub_code": "invalid-sessionkey",
        "sub_msg": "sessionkey-not-generated-by-server:RealSession don't belong app and user !",
    }


def test_27_a_session_that_is_over(outsider: Outsider) -> None:
    over = next(grant.session for grant in outsider.accounts.grants if grant.is_over(outsider.now))
    assert errors(outsider, having(outsider, session=over.reveal()))["sub_code"] == "session-not-exist"


def test_an_api_that_needs_no_session_does_not_look_at_one(outsider: Outsider) -> None:
    assert "time" in outsider.answer("taobao.time.get", session="6100not-a-session")
    assert "time" in outsider.answer("taobao.time.get", seller=None)


def test_an_optional_session_may_be_absent_but_not_wrong(sampler: Outsider) -> None:
    assert "secret_code" not in sampler.answer("alibaba.sample.owner.get", seller=None)["thing"]
    assert "secret_code" in sampler.answer("alibaba.sample.owner.get")["thing"]
    assert sampler.refusal("alibaba.sample.owner.get", session="6100not-a-session")["code"] == 27


def test_11_an_app_without_the_package(outsider: Outsider) -> None:
    params = outsider.signed(
        outsider.system("taobao.trade.fullinfo.get", app_key="12345679") | {"tid": str(TRADE), "fields": "tid"}
    )
    said = errors(outsider, params)
    assert said.pop("sub_msg") == "scope ids is 11650"
    assert said == {
        "code": 11,
        "msg": "Insufficient isv permissions",
        "sub_code": "isv.permission-api-package-limit",
    }
    small = outsider.system("taobao.shop.seller.get", app_key="12345679") | {"fields": "title"}
    assert "shop_seller_get_response" in outsider.decoded(outsider.post(outsider.signed(small)))


def test_40_a_required_parameter_that_is_missing_or_blank(outsider: Outsider) -> None:
    assert errors(outsider, without(outsider, "tid")) == {"code": 40, "msg": "Missing required arguments:tid"}
    assert errors(outsider, having(outsider, fields=" "))["msg"] == "Missing required arguments:fields"


def test_40_comes_before_41(outsider: Outsider) -> None:
    params = full_call(outsider) | {"tid": "x"}
    del params["fields"]
    assert errors(outsider, outsider.signed(params))["code"] == 40


def test_40_names_a_member_of_an_object_by_its_path(sampler: Outsider) -> None:
    said = sampler.refusal("taobao.sample.things.get", fields="title", parts='[{"part_id":1},{"amount":"2.00"}]')
    assert said["msg"] == "Missing required arguments:parts[1].part_id"


def test_40_a_file_that_was_sent_as_text_is_missing(sampler: Outsider) -> None:
    said = sampler.refusal("taobao.sample.picture.upload", image="not a file")
    assert said["msg"] == "Missing required arguments:image"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page_size", "many"),
        ("page_size", "0"),
        ("page_size", "101"),
        ("page_size", "１０"),
        ("page_size", "1.5"),
        ("page_size", "9" * 5000),
        ("weight", "1,5"),
        ("price", "12.345"),
        ("price", "-1"),
        ("on_sale", "yes"),
        ("on_sale", "1"),
        ("on_sale", "是"),
        ("since", "-3d"),
        ("since", "2026-11-01"),
        ("since", "2026-13-01 00:00:00"),
        ("extra", "{a:1}"),
        ("names", "a,b,c,d"),
        ("ids", "1,x"),
        ("ids", "1，2"),
        ("ids", str(2**63)),
        ("status", "new"),
        ("q", "十一个字的搜索词太长了吧"),
        ("part", "[1]"),
        ("parts", '[{"part_id":1},{"part_id":2},{"part_id":3}]'),
    ],
)
def test_41_a_value_the_gateway_cannot_read(sampler: Outsider, name: str, text: str) -> None:
    said = sampler.refusal("taobao.sample.things.get", **{"fields": "title", name: text})
    assert (said["code"], said["msg"]) == (41, f"Invalid arguments:{name}")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page_size", "100"),
        ("weight", ".5"),
        ("price", "12.3"),
        ("on_sale", "TRUE"),
        ("since", "2026-11-01 00:00:00"),
        ("names", "a, b ,c"),
        ("ids", str(2**63 - 1)),
        ("nobody_knows_this_one", "1"),
    ],
)
def test_values_in_wire_form_pass(sampler: Outsider, name: str, text: str) -> None:
    assert "things" in sampler.answer("taobao.sample.things.get", **{"fields": "title", name: text})


@pytest.mark.parametrize("verb", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_9_a_verb_the_gateway_does_not_take(outsider: Outsider, verb: str) -> None:
    response = outsider.send(verb, body=urlencode(having(outsider)).encode())
    assert outsider.decoded(response)["error_response"]["msg"] == "Http action not allowed"


def test_9_an_api_that_takes_a_file_must_be_posted(outsider: Outsider) -> None:
    params = outsider.signed(outsider.system("taobao.item.img.upload") | {"num_iid": str(ITEM), "id": "510021"})
    refused = outsider.decoded(outsider.send("GET", query=params.items(), headers={}))
    assert refused["error_response"]["code"] == 9
    assert "item_img_upload_response" in outsider.decoded(outsider.post(params))


def test_the_rules_speak_in_the_platforms_order() -> None:
    """One call with every fault at once, its faults mended one by one."""
    outsider = Outsider(limited=True)
    for _call in range(10):
        outsider.ask("taobao.time.get")
    wrong: Params = {
        "format": "yaml",
        "sign": "",
        "session": "",
        "v": "",
        "timestamp": "",
        "app_key": "",
        "method": "",
        "sign_method": "md5",
        "page_size": "x",
    }
    small_session = outsider.accounts.credentials("12345679").session
    assert small_session
    mended: list[Params] = [
        {},
        {"method": "taobao.no.such.get"},
        {"method": "taobao.trades.sold.get"},
        {"app_key": "1"},
        {"app_key": "12345679"},
        {"v": "x"},
        {"v": "3.0"},
        {"v": "2.0"},
        {"timestamp": "x"},
        {"timestamp": "2026-11-21 12:00:00"},
        {"sign": "0"},
    ]
    codes = []
    for step in mended:
        wrong |= step
        outsider.post(wrong)
        codes.append(outsider.sandbox.log[-1].code)
    later: list[Params] = [{}, {"format": "json"}, {"session": "x"}, {"session": small_session.reveal()}]
    for step in later:
        wrong |= step
        outsider.post(outsider.signed({name: text for name, text in wrong.items() if text and name != "sign"}))
        codes.append(outsider.sandbox.log[-1].code)
    full_keys = outsider.accounts.credentials().session
    assert full_keys
    wrong |= {"app_key": "12345678", "session": full_keys.reveal()}
    for step in ({}, {"fields": "tid"}, {"page_size": "40", "status": "WAIT_BUYER_PAY", "start_created": "bad"}):
        outsider.move(1)
        wrong |= step
        outsider.post(outsider.signed({name: text for name, text in wrong.items() if text and name != "sign"}))
        codes.append(outsider.sandbox.log[-1].code)
    assert outsider.send("PUT").status_code == 200
    codes.insert(0, outsider.sandbox.log[-1].code)
    assert codes == [9, 21, 22, 28, 29, 32, 33, 34, 30, 31, 24, 25, 23, 26, 27, 11, 40, 41, 41]


def test_7_stands_between_the_sign_and_the_format() -> None:
    outsider = Outsider(limited=True)
    for _call in range(10):
        outsider.ask("taobao.time.get")
    params = full_call(outsider) | {"format": "yaml"}
    outsider.post(params | {"sign": "0"})
    assert outsider.sandbox.log[-1].code == 25
    outsider.post(outsider.signed(params))
    assert outsider.sandbox.log[-1].code == 7


def test_there_is_a_rule_for_every_stage() -> None:
    names = [rule.__name__ for rule in RULES]
    assert names == [
        *("verb", "method", "app_key", "version", "timestamp", "sign", "call_limit", "form"),
        *("session", "permission", "arguments"),
    ]


def test_47_bytes_that_are_not_utf_8(outsider: Outsider) -> None:
    for query, body in ((b"method=%ff", b""), (b"", b"method=%C0%80"), (b"", b"\xff\xfe=1")):
        response = outsider.send(query=query, body=body)
        assert response.status_code == 200
        assert b"<error_response><code>47</code><msg>Invalid encoding</msg><request_id>" in response.content


def test_3_a_multipart_form_that_is_broken(outsider: Outsider) -> None:
    for kind, body in (
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--c\r\nno such boundary"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nnever ends'),
    ):
        response = outsider.send(body=body, headers={"Content-Type": kind})
        assert b"<code>3</code>" in response.content or b"<code>21</code>" in response.content


def test_43_a_form_with_parameters_without_end(outsider: Outsider) -> None:
    response = outsider.send(body=b"&".join(b"a%d=1" % number for number in range(100_000)))
    assert b"<code>43</code><msg>Parameter error</msg>" in response.content


def test_the_log_tells_who_called_and_why_it_was_refused(outsider: Outsider) -> None:
    keys = outsider.accounts.credentials()
    assert keys.session
    params = having(outsider)
    outsider.post(params)
    outsider.post(params | {"sign": "WRONG" + params["sign"]})
    outsider.post(having(outsider, session="6100secretlooking"))
    outsider.post(having(outsider, method="taobao.item.get"))
    outsider.post(without(outsider, "tid"))
    rows = list(outsider.sandbox.log)
    assert [row.code for row in rows] == [0, 25, 27, 22, 40]
    assert (rows[0].method, rows[0].app_key, rows[0].reason) == ("taobao.trade.fullinfo.get", "12345678", None)
    sentences = [Language("en").render(row.reason) for row in rows[1:]]
    assert sentences[0] == "The sign is not the one the sandbox computes from the bytes it got."
    assert sentences[2] == "The platform no longer serves taobao.item.get."
    assert sentences[3] == "The required parameter tid is missing."
    written = repr(rows)
    for secret in (keys.app_secret.reveal(), keys.session.reveal(), params["sign"], "6100secretlooking"):
        assert secret not in written


def test_the_log_keeps_the_last_five_hundred_calls_and_little_of_each(outsider: Outsider) -> None:
    outsider.post(having(outsider, method="x" * 10_000))
    assert len(outsider.sandbox.log[-1].method) == 100
    for _call in range(520):
        outsider.send(body=b"method=taobao.time.get")
    assert len(outsider.sandbox.log) == 500


def test_a_session_opens_only_its_own_sellers_shop(outsider: Outsider) -> None:
    mine = outsider.answer("taobao.user.seller.get", fields="nick")["user"]
    theirs = outsider.answer("taobao.user.seller.get", seller=OTHER_SELLER, fields="nick")["user"]
    assert (mine, theirs) == ({"nick": "童装小铺"}, {"nick": "数码优选"})


def test_the_content_type_may_be_written_in_any_case(outsider: Outsider) -> None:
    body = urlencode(having(outsider)).encode()
    response = outsider.send(body=body, headers={"Content-Type": FORM.upper()})
    assert "trade_fullinfo_get_response" in outsider.decoded(response)
