"""A refusal is found in whatever somebody has of it, and searched for by words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import bundled
from topexplorer.core.errorbodies import answer_in, masked, refusal_in, silence_in
from topexplorer.core.errorsearch import nearest, search_errors

TABLE = bundled().errors
TOKEN = "6100e23a06fb8f3a9c3b2d1e44e5f60718293a4b5c2208913340"


@pytest.mark.parametrize(
    ("text", "code", "sub_code"),
    [
        ("25", 25, None),
        ("code 25", 25, None),
        ("错误码：7", 7, None),
        ("错误码 7", 7, None),
        ("isv.trade-not-exist", 15, "isv.trade-not-exist"),
        ("isv.permission-api-package-limit", 11, "isv.permission-api-package-limit"),
        ("accesscontrol.limited-by-api-access-count", 7, "accesscontrol.limited-by-api-access-count"),
        ("invalid-sessionkey", 27, "invalid-sessionkey"),
        ("Invalid signature", 25, None),
        ("15:Remote service error:isv.item-not-exist:找不到", 15, "isv.item-not-exist"),
        ("code=11, msg=Insufficient isv permissions, sub_code=isv.permission-x", 11, "isv.permission-x"),
        ('{"code":27,"msg":"Invalid session"}', 27, None),
        ("\ufeff" + '{"error_response":{"code":"27","msg":"x"}}', 27, None),
        ('{"response":{"flag":"failure","code":"26","message":"Missing session"}}', 26, None),
    ],
)
def test_a_refusal_is_found_in_it(text: str, code: int, sub_code: str | None) -> None:
    found = refusal_in(text, TABLE)
    assert found is not None
    assert (found.code, found.sub_code) == (code, sub_code)


@pytest.mark.parametrize(
    "text", ["", "hello", "签名", "{", '{"a":1}', '{"time_get_response":{"time":"x","request_id":"r"}}', "code", "7 up"]
)
def test_what_is_no_refusal_gives_none(text: str) -> None:
    assert refusal_in(text, TABLE) is None


@given(st.text() | st.text(alphabet='{}[]<>"\\:,codemsg123 ', max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    refusal_in(text, TABLE)
    silence_in(text)
    answer_in(text)


def test_a_session_in_a_log_line_is_not_kept() -> None:
    line = f'GET /router/rest?session={TOKEN}&sign=AB12CD -> {{"error_response":{{"code":27,"msg":"x {TOKEN}"}}}}'
    found = refusal_in(line, TABLE)
    assert found is not None
    assert TOKEN not in repr(found)
    assert TOKEN not in masked(line)
    assert "AB12CD" not in masked(line)


def test_a_page_of_something_before_the_gateway_is_no_refusal() -> None:
    page = silence_in("<!DOCTYPE html><html><body>502</body></html>")
    assert page is not None
    assert page.reason == "http"
    assert silence_in("HTTP 502 Bad Gateway") is not None
    assert silence_in("502") is None


def test_an_answer_is_told_from_an_error() -> None:
    assert answer_in('{"time_get_response":{"time":"x"}}')
    assert not answer_in('{"error_response":{"code":7}}')


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("签名", "24"),
        ("signature", "25"),
        ("时间戳", "30"),
        ("timestamp", "30"),
        ("白名单", "isv.permission-ip-whitelist-limit"),
        ("子账号", "subuser.has-no-permission"),
        ("flow control", "7"),
    ],
)
def test_words_of_either_language_find_the_error(words: str, first: str) -> None:
    assert search_errors(words, TABLE).rows[0].name == first


@pytest.mark.parametrize(
    ("words", "myth"),
    [
        ("无权限", "myth.code_15"),
        ("no permission", "myth.code_15"),
        ("参数无效", "myth.code_7"),
        ("invalid parameter", "myth.code_7"),
        ("调用超限", "myth.code_40"),
        ("系统错误", "myth.code_100"),
        ("ISP_FLOW_CONTROL_LIMIT", "myth.http"),
        ("13位时间戳", "myth.milliseconds"),
    ],
)
def test_whoever_believes_an_article_is_told_better(words: str, myth: str) -> None:
    assert myth in [note.key for note in search_errors(words, TABLE).notes]


def test_who_looks_for_something_else_is_not_lectured() -> None:
    assert search_errors("签名", TABLE).notes == ()
    assert search_errors("zzz", TABLE).rows == ()


@pytest.mark.parametrize(
    ("typed", "meant"), [("52", "53"), ("72", "27"), ("isv.trade-not-exits", "isv.trade-not-exist")]
)
def test_a_code_that_is_nearly_right_leads_to_the_one_meant(typed: str, meant: str) -> None:
    assert meant in nearest(typed, TABLE)
