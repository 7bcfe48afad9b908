"""The OAuth pages from outside: consent, codes, tokens, refreshing, logging off, revoking, and what they refuse."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.browser import CALLBACK, SITE, WISH, Page, code, consent, returned, submit, token, visit
from tests.sandbox.wire import FORM, NOON, TRADE, Outsider
from topexplorer.sandbox.accounts import Accounts, App
from topexplorer.sandbox.callbacks import OUT_OF_BAND, may_return_to, policy_source
from topexplorer.sandbox.oauthpages import STYLE, STYLE_HASH, tag
from topexplorer.sandbox.tokenrows import Consent
from topexplorer.sandbox.tokens import MOST_CODES, OAuthError, TokenOffice

SPENT = re.compile(r"authorize code (\w+) invalidate,please authorize again\.")
SECRET = "sandbox4c1b9e07a6d35f82e01974dba"


def call(outsider: Outsider, session: str, api: str = "taobao.shop.seller.get", **values: str) -> Any:
    """The error of a call with that session, None when it is answered."""
    values = values or {"fields": "title"}
    params = outsider.system(api, app_key="12345678") | values | {"session": session}
    return outsider.decoded(outsider.post(outsider.signed(params))).get("error_response")


def by_api(outsider: Outsider, api: str, app_key: str = "12345678", **values: str) -> Any:
    """What the gateway answers that app for a token API, without a session."""
    params = outsider.system(f"taobao.top.auth.token.{api}", None, app_key) | values
    document = outsider.decoded(outsider.post(outsider.signed(params)))
    if "error_response" in document:
        return document["error_response"]
    return json.loads(document[f"top_auth_token_{api}_response"]["token_result"])


def test_from_consent_to_a_call_to_refreshing_to_the_end(outsider: Outsider) -> None:
    page = visit(outsider, **WISH)
    assert page.users == ["童装小铺", "童装小铺:客服", "数码优选"]
    back = returned(submit(outsider, page, user="童装小铺", decision="yes"))
    assert back["state"] == "s-1"
    first = token(outsider, code=back["code"])
    assert call(outsider, first["access_token"]) is None
    second = token(outsider, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert call(outsider, second["access_token"]) is None
    assert call(outsider, first["access_token"])["code"] == 27
    assert "任何操作都不会到达淘宝" in visit(outsider, "logoff", view="web").text
    assert call(outsider, second["access_token"]) is None
    listed = visit(outsider, "grants")
    alive = [grant for grant in outsider.accounts.grants if not grant.is_over(outsider.now)]
    assert len(listed.forms) == len(alive)
    form = [grant.session.reveal() for grant in alive].index(second["access_token"])
    assert submit(outsider, listed, None, form).status_code == 303
    assert call(outsider, second["access_token"])["code"] == 27
    assert len(visit(outsider, "grants").forms) == len(alive) - 1


def test_a_token_has_the_documented_fields(outsider: Outsider) -> None:
    said = token(outsider, code=code(outsider))
    now = int(outsider.now.timestamp())
    assert re.fullmatch(r"6201[0-9a-f]{11}ZZ[0-9a-f]{30}2208913340", said.pop("access_token"))
    assert re.fullmatch(r"6202[0-9a-f]{11}ZZ[0-9a-f]{30}2208913340", said.pop("refresh_token"))
    assert re.fullmatch(r"AA[\w-]{22}", said.pop("taobao_open_uid"))
    assert said == {
        "token_type": "Bearer",
        "expires_in": 2592000,
        "expire_time": (now + 2592000) * 1000,
        "re_expires_in": 2592000,
        "refresh_token_valid_time": (now + 2592000) * 1000,
        "r1_expires_in": 2592000,
        "r1_valid": (now + 2592000) * 1000,
        "r2_expires_in": 259200,
        "r2_valid": (now + 259200) * 1000,
        "w1_expires_in": 86400,
        "w1_valid": (now + 86400) * 1000,
        "w2_expires_in": 1800,
        "w2_valid": (now + 1800) * 1000,
        "hra_expires_in": "1800",
        "taobao_user_id": "2208913340",
        "taobao_user_nick": "%E7%AB%A5%E8%A3%85%E5%B0%8F%E9%93%BA",
    }


def test_a_clock_that_runs_takes_nothing_off_a_new_session() -> None:
    ticks = iter(range(1000))
    office = TokenOffice(Accounts.default(), lambda: NOON + timedelta(seconds=next(ticks)), 7)
    app = office.accounts.apps[0]
    said = office.token(Consent(app, "童装小铺"))
    assert said["r1_expires_in"] == said["expires_in"]
    assert office.refresh(app, said["refresh_token"])["r1_expires_in"] == said["expires_in"]


def test_a_sub_account_gets_a_token_of_its_own(outsider: Outsider) -> None:
    said = token(outsider, code=code(outsider, "童装小铺:客服"))
    assert said["sub_taobao_user_id"] == "2208913352"
    assert unquote(said["sub_taobao_user_nick"]) == "童装小铺:客服"
    assert (said["taobao_user_id"], unquote(said["taobao_user_nick"])) == ("2208913340", "童装小铺")
    assert said["access_token"].endswith("2208913352")
    error = call(outsider, said["access_token"], "taobao.sellercats.list.add", name="新品")
    assert (error["code"], error["sub_code"]) == (12, "subuser.has-no-permission")


def test_a_token_belongs_to_the_seller_who_consented(outsider: Outsider) -> None:
    session = token(outsider, code=code(outsider, "数码优选"))["access_token"]
    error = call(outsider, session, "taobao.trade.fullinfo.get", tid=str(TRADE), fields="tid")
    assert error["sub_code"] == "isv.invalid-permission"


def test_the_levels_of_a_new_session_end_one_after_the_other(outsider: Outsider) -> None:
    session = token(outsider, code=code(outsider))["access_token"]
    memo = {"api": "taobao.trade.memo.update", "tid": str(TRADE), "memo": "请尽快"}
    assert call(outsider, session, **memo) is None
    outsider.move(1800)
    assert call(outsider, session, **memo)["sub_code"] == "isv.w2-security-authorize-invalid"
    assert call(outsider, session, "taobao.trade.fullinfo.get", tid=str(TRADE), fields="tid") is None
    outsider.move(2_592_000 - 1800)
    assert call(outsider, session)["code"] == 27


def test_refreshing_prolongs_the_session_but_not_the_short_authorisations(outsider: Outsider) -> None:
    first = token(outsider, code=code(outsider))
    outsider.move(600)
    second = token(outsider, grant_type="refresh_token", refresh_token=first["refresh_token"])
    seconds = {level: second[f"{level}_expires_in"] for level in ("r1", "r2", "w1", "w2")}
    assert seconds == {"r1": 2592000, "r2": 258600, "w1": 86400, "w2": 1200}
    outsider.move(1200)
    third = token(outsider, grant_type="refresh_token", refresh_token=second["refresh_token"])
    assert third["w2_expires_in"] == 0


@pytest.mark.parametrize("spoil", ["again", "unknown", "old", "revoked", "other app"])
def test_a_refresh_token_that_is_no_good(outsider: Outsider, spoil: str) -> None:
    said = token(outsider, code=code(outsider))
    refresh = said["refresh_token"]
    if spoil == "again":
        token(outsider, grant_type="refresh_token", refresh_token=refresh)
    elif spoil == "unknown":
        refresh += "0"
    elif spoil == "old":
        outsider.move(2_592_000)
    elif spoil == "revoked":
        outsider.accounts.revoke(said["access_token"])
    app = "12345679" if spoil == "other app" else "12345678"
    error = token(outsider, app, 400, grant_type="refresh_token", refresh_token=refresh)
    assert error["error"] == ("unauthorized_client" if spoil == "other app" else "invalid_grant")
    assert "authorize again" in error["error_description"]


def test_only_service_market_apps_refresh(outsider: Outsider) -> None:
    for app in ("12345679", "12345680", "12345681"):
        said = token(outsider, app, code=code(outsider, client_id=app))
        assert said["re_expires_in"] == 0
        assert said["refresh_token_valid_time"] == int(outsider.now.timestamp()) * 1000
        error = token(outsider, app, 400, grant_type="refresh_token", refresh_token=said["refresh_token"])
        assert error["error"] == "unauthorized_client"
    for app in ("12345679", "12345680"):
        error = by_api(outsider, "refresh", app, refresh_token=said["refresh_token"])
        assert error["sub_code"] == "isv.invalid-permission"


def test_a_code_works_once_for_ten_minutes_for_its_app_and_address(outsider: Outsider) -> None:
    made = code(outsider)
    assert re.fullmatch(r"[A-Za-z0-9]{24}\d{6}", made)
    elsewhere = token(outsider, "12345678", 400, code=made, redirect_uri=CALLBACK + "/other")
    assert elsewhere == {
        "error": "invalid_client",
        "error_description": "application callback can not match the redirect_uri",
    }
    assert token(outsider, "12345678", 400, code=made, redirect_uri="")["error"] == "invalid_client"
    other = token(outsider, "12345679", 400, code=made)
    assert other["error"] == "invalid_client"
    assert SPENT.fullmatch(other["error_description"])
    outsider.move(599)
    assert token(outsider, code=made)
    again = token(outsider, "12345678", 400, code=made)["error_description"]
    assert again == f"authorize code {made} invalidate,please authorize again."
    late = code(outsider)
    outsider.move(600)
    assert SPENT.fullmatch(token(outsider, "12345678", 400, code=late)["error_description"])


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_secret": "密钥"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_request"),
        ({"client_id": "1"}, "invalid_client"),
        ({"client_id": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"code": ""}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"code": "x" * 5000}, "invalid_client"),
        ({"code": "<b>\0\r\n"}, "invalid_client"),
    ],
)
def test_a_token_request_that_is_wrong(outsider: Outsider, fields: dict[str, str], error: str) -> None:
    said = token(outsider, "12345678", 400, **{"code": code(outsider), **fields})
    assert said["error"] == error
    assert said["error_description"]
    assert len(said["error_description"]) < 200


def test_the_token_address_takes_post_only_and_says_so_in_json(outsider: Outsider) -> None:
    response = outsider.send("GET", url=SITE + "token", query=[("code", code(outsider))], headers={})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["error"] == "invalid_request"


def test_parameters_of_the_token_may_travel_in_the_query_and_state_comes_back(outsider: Outsider) -> None:
    query = {"client_id": "12345678", "grant_type": "authorization_code", "code": code(outsider), "state": "中"}
    body = urlencode({"client_secret": SECRET, "redirect_uri": CALLBACK}).encode()
    response = outsider.send(url=SITE + "token", query=query.items(), body=body)
    assert response.json()["state"] == "中"
    assert response.headers["cache-control"] == "no-store"


def test_the_token_api_answers_the_same_as_the_address(outsider: Outsider) -> None:
    first = by_api(outsider, "create", code=code(outsider))
    address = token(outsider, code=code(outsider))
    assert first.keys() == address.keys()
    assert call(outsider, first["access_token"]) is None
    second = by_api(outsider, "refresh", refresh_token=first["refresh_token"])
    assert call(outsider, second["access_token"]) is None
    assert call(outsider, first["access_token"])["code"] == 27
    assert (
        by_api(outsider, "refresh", refresh_token=first["refresh_token"])["sub_code"]
        == "isv.invalid-parameter:refresh_token"
    )


def test_the_token_api_wants_the_uuid_of_the_code(outsider: Outsider) -> None:
    made = code(outsider, uuid="u-1")
    assert by_api(outsider, "create", code=made)["sub_code"] == "isv.invalid-parameter:code"
    assert by_api(outsider, "create", code=made, uuid="u-2")["code"] == 15
    assert by_api(outsider, "create", "12345679", code=made, uuid="u-1")["code"] == 15
    assert by_api(outsider, "create", code=made, uuid="u-1")["token_type"] == "Bearer"
    assert by_api(outsider, "create", code=made, uuid="u-1")["code"] == 15


def test_a_personal_app_that_is_not_online_lets_only_its_test_users_in(outsider: Outsider) -> None:
    said = token(outsider, "12345680", code=code(outsider, client_id="12345680"))
    assert [said[f"{name}_expires_in"] for name in ("r1", "r2", "w1", "w2")] == [86400, 0, 1800, 0]
    assert said["expires_in"] == 86400
    refused = consent(outsider, "数码优选", client_id="12345680")
    assert refused.status_code == 403
    assert "1001" in Page(refused).text


def test_declining_tells_the_app(outsider: Outsider) -> None:
    page = visit(outsider, **WISH)
    back = returned(submit(outsider, page, decision="no"))
    assert back == {"error": "access_denied", "error_description": "authorize reject", "state": "s-1"}
    assert returned(submit(outsider, page, user="童装小铺"))["error"] == "access_denied"


def test_a_consent_needs_a_seller_who_exists(outsider: Outsider) -> None:
    for user in ({}, {"user": "<b>谁"}):
        page = Page(submit(outsider, visit(outsider, **WISH), decision="yes", **user))
        assert page.response.status_code == 400
        assert page.users
        assert "请先选择一个账号" in page.text


def test_response_type_token_answers_in_the_fragment(outsider: Outsider) -> None:
    response = consent(outsider, response_type="token")
    back = returned(response, "fragment")
    assert urlsplit(response.headers["location"]).query == ""
    assert call(outsider, back["access_token"]) is None
    assert (back["taobao_user_nick"], back["state"], back["token_type"]) == ("童装小铺", "s-1", "Bearer")


def test_response_type_user_only_logs_in(outsider: Outsider) -> None:
    before = outsider.accounts.grants
    assert returned(consent(outsider, "童装小铺:客服", response_type="user")) == {
        "taobao_user_id": "2208913340",
        "taobao_user_nick": "童装小铺",
        "sub_taobao_user_id": "2208913352",
        "sub_taobao_user_nick": "童装小铺:客服",
        "state": "s-1",
    }
    assert outsider.accounts.grants == before


def test_any_other_response_type_is_told_to_the_app(outsider: Outsider) -> None:
    for kind in ("", "<script>", "id_token"):
        response = outsider.send(
            "GET", url=SITE + "authorize", query={**WISH, "response_type": kind}.items(), headers={}
        )
        back = returned(response)
        assert (back["error"], back["state"]) == ("unsupported_response_type", "s-1")


def test_out_of_band_values_are_shown_for_copying(outsider: Outsider) -> None:
    page = Page(consent(outsider, redirect_uri=OUT_OF_BAND))
    shown = next(text for text in page.texts if re.fullmatch(r"[A-Za-z0-9]{24}\d{6}", text))
    assert token(outsider, code=shown, redirect_uri=OUT_OF_BAND)["token_type"] == "Bearer"
    fragment = Page(consent(outsider, redirect_uri=OUT_OF_BAND, response_type="token"))
    assert call(outsider, next(text for text in fragment.texts if text.startswith("6201"))) is None


def test_state_comes_back_character_for_character(outsider: Outsider) -> None:
    state = "a&b=c #%+\"'<b>中\r\n\0\u202e\U0001f600"
    assert returned(consent(outsider, state=state))["state"] == state
    assert "state" not in returned(consent(outsider, state=""))


def test_the_query_of_the_callback_stays(outsider: Outsider) -> None:
    back = returned(consent(outsider, redirect_uri=CALLBACK + "?shop=1"))
    assert back["shop"] == "1"
    assert back["code"]


# Where it sends people


OURS = App("1", next(iter(Accounts.default().apps)).secret, "t", callback="https://app.example.com/callback")


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.com/callback",
        "https://APP.example.com/other?x=1",
        "https://eu.app.example.com/",
        "http://127.0.0.1:1/",
        "http://127.0.0.1",
        "http://localhost:65535/x",
        "http://[::1]:8080/x",
        OUT_OF_BAND,
    ],
)
def test_an_address_of_the_app(uri: str) -> None:
    assert may_return_to(OURS, uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "https://evil.example/",
        "http://app.example.com/callback",
        "https://app.example.com:444/",
        "https://app.example.com.evil.example/",
        "https://evilapp.example.com/",
        "https://example.com/",
        "https://app.example.com@evil.example/",
        "https://evil.example#@app.example.com/",
        "https://app.example.com/#x",
        "https://evil.example\\.app.example.com/",
        "https://evil.example;.app.example.com/",
        "https://evil.example%2f.app.example.com/",
        "https://a..app.example.com/",
        "//app.example.com/",
        "/callback",
        "javascript:alert(1)//127.0.0.1",
        "javascript://127.0.0.1/%0aalert(1)",
        "data:text/html,x",
        "https://127.0.0.1/",
        "http://127.0.0.1@evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1:80;x/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:/",
        "http://[::1]evil.example/",
        "http://[::1",
        "http://0.0.0.0/",
        "http://127.0.0.1/ x",
        "http://127.0.0.1/\r\nX: y",
        "http://127.0.0.1/中",
        "http://127.0.0.1/" + "x" * 3000,
        "urn:ietf:wg:oauth:2.0:oob:auto",
    ],
)
def test_no_address_of_the_app(outsider: Outsider, uri: str) -> None:
    assert not may_return_to(OURS, uri)
    for path in ("authorize", "logoff"):
        page = visit(outsider, path, **{**WISH, "redirect_uri": uri})
        if uri or path == "authorize":
            assert page.response.status_code == 400
            assert "location" not in page.response.headers
            assert page.forms == []


def test_an_app_without_a_callback_has_only_this_machine() -> None:
    app = App("1", OURS.secret, "t", callback="")
    assert not may_return_to(app, "https://x.example/")
    assert not may_return_to(app, "https:///x")
    assert may_return_to(app, "http://127.0.0.1:1/")


@given(st.text(alphabet="htps:/.@127.0exampcolv[]#?;%\\ \t1", max_size=40))
def test_nothing_else_is_ever_an_address_of_the_app(tail: str) -> None:
    for uri in (tail, "https://" + tail, "http://" + tail, "https://app.example.com" + tail, "http://127.0.0.1" + tail):
        if may_return_to(OURS, uri):
            host = urlsplit(uri).hostname or ""
            assert host in ("127.0.0.1", "localhost", "::1") or re.fullmatch(r"([a-z0-9-]+\.)*app\.example\.com", host)
            assert re.fullmatch(r"[a-z]+:(//[a-z0-9.:-]+)?", policy_source(uri))


def test_logging_off_goes_back_to_the_app_and_leaves_the_session(outsider: Outsider) -> None:
    session = token(outsider, code=code(outsider))["access_token"]
    query = {"client_id": "12345678", "redirect_uri": CALLBACK}
    response = outsider.send("GET", url=SITE + "logoff", query=query.items(), headers={})
    assert (response.status_code, response.headers["location"]) == (302, CALLBACK)
    assert call(outsider, session) is None


# The pages


def test_pages_speak_chinese_and_english(outsider: Outsider) -> None:
    for accepted, language in [
        ("", "zh-CN"),
        ("en-GB,en;q=0.9,zh;q=0.1", "en"),
        ("zh-TW, en;q=0.5", "zh-CN"),
        ("en;q=0.5,zh-CN;q=0.8", "zh-CN"),
        ("fr", "en"),
        ("zh;q=x,,;q=", "en"),
    ]:
        assert visit(outsider, "authorize", {"Accept-Language": accepted}, **WISH).language == language
    page = visit(outsider, "authorize", {"Accept-Language": "zh"}, lang="en", **WISH)
    assert page.language == "en"
    assert "Log in as" in page.texts
    assert Page(submit(outsider, page, decision="yes")).language == "en"
    grants = visit(outsider, "grants", lang="en")
    assert "lang=en" in submit(outsider, grants).headers["location"]


def test_pages_show_what_the_app_gets(outsider: Outsider) -> None:
    page = visit(outsider, lang="en", **{**WISH, "client_id": "12345680"})
    for text in ("personal app", "Items", "Shop", "1 day", "30 minutes", "not granted"):
        assert text in page.text
    assert "企业应用" in visit(outsider, **WISH).text


def test_pages_load_nothing_run_nothing_and_cannot_be_framed(outsider: Outsider) -> None:
    for page in (
        visit(outsider, **WISH),
        visit(outsider, "grants"),
        visit(outsider, "nothing"),
        visit(outsider, "logoff"),
    ):
        headers = page.response.headers
        policy = headers["content-security-policy"]
        assert policy.startswith(f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in headers
        assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
        assert STYLE in page.texts
    assert " http://127.0.0.1:9999;" in visit(outsider, **WISH).response.headers["content-security-policy"]
    six = visit(outsider, **{**WISH, "redirect_uri": "http://[::1]:80/"}).response.headers
    assert "form-action 'self' http:;" in six["content-security-policy"]


def test_text_in_a_tag_is_escaped_and_its_controls_are_shown() -> None:
    assert tag("p", '<b>&"\x1b\u202e', title='"><script>') == (
        '<p title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;&quot;\u241b&lt;202E&gt;</p>'
    )


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "response_type", "state", "view", "uuid", "lang"])
def test_markup_in_a_parameter_stays_text(outsider: Outsider, name: str) -> None:
    evil = "\"'><script>alert(1)</script><img src=x onerror=y>"
    usual = visit(outsider, **WISH).tags
    response = outsider.send("GET", url=SITE + "authorize", query={**WISH, name: evil}.items(), headers={})
    if response.status_code != 302:
        page = Page(response)
        assert "script" not in page.tags
        assert "img" not in page.tags
        assert page.response.status_code == 400 or page.tags == usual


def test_a_form_from_elsewhere_is_refused(outsider: Outsider) -> None:
    page = visit(outsider, **WISH)
    fields = {"user": "童装小铺", "decision": "yes"}
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert submit(outsider, page, headers, **fields).status_code == 403
    own = {"Origin": "http://gateway.invalid", "Host": "gateway.invalid", "Sec-Fetch-Site": "same-origin"}
    assert submit(outsider, page, own, **fields).status_code == 302
    for csrf in ("", "x", "0.", page.forms[0][1]["csrf"] + "0", "9" * 30, "é.é"):
        assert submit(outsider, page, csrf=csrf, **fields).status_code == 403
    other = visit(outsider, **{**WISH, "state": "s-2"}).forms[0][1]["csrf"]
    assert submit(outsider, page, csrf=other, **fields).status_code == 403
    grants = visit(outsider, "grants")
    assert submit(outsider, grants, {"Origin": "https://evil.example"}).status_code == 403
    assert submit(outsider, grants, grant="x").status_code == 400


def test_a_form_lives_half_an_hour(outsider: Outsider) -> None:
    page = visit(outsider, **WISH)
    outsider.move(1799)
    assert submit(outsider, page, user="童装小铺", decision="yes").status_code == 302
    outsider.move(1)
    late = submit(outsider, page, user="童装小铺", decision="yes")
    assert late.status_code == 403
    assert "30" in Page(late).text


def test_a_form_from_the_future_is_refused(outsider: Outsider) -> None:
    page = visit(outsider, **WISH)
    outsider.move(-60)
    assert submit(outsider, page, user="童装小铺", decision="yes").status_code == 403


# What else may arrive


def test_paths_and_verbs_that_are_not_there(outsider: Outsider) -> None:
    for path in ("", "x", "authorize/", "authorize/x", "<script>"):
        page = Page(outsider.send("GET", url=SITE + quote(path), headers={}))
        assert page.response.status_code == 404
        assert "script" not in page.tags
    for path, allow in [("authorize", "GET, POST"), ("logoff", "GET"), ("grants", "GET, POST")]:
        response = outsider.send("DELETE", url=SITE + path, headers={})
        assert (response.status_code, response.headers["allow"]) == (405, allow)


def test_head_answers_without_a_body(outsider: Outsider) -> None:
    response = outsider.send("HEAD", url=SITE + "authorize", query=WISH.items(), headers={})
    assert response.status_code == 200
    assert response.content == b""
    assert int(response.headers["content-length"]) > 1000


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (b"client_id=%ff", 400),
        (b"client_id=\xff\xfe", 400),
        (b"&".join(b"a%d=1" % n for n in range(200)), 400),
        (b"a=" + b"x" * 20_000, 413),
        (urlencode({**WISH, "state": "x" * 3000}).encode(), 400),
        (b"", 400),
        (b"&&&==&=", 400),
    ],
)
@pytest.mark.parametrize("path", ["authorize", "token"])
def test_a_query_that_cannot_be_read(outsider: Outsider, path: str, query: bytes, status: int) -> None:
    sent = raw(outsider, "POST" if path == "token" else "GET", path, query, b"")
    assert sent[0] == status
    assert sent[1].startswith(b"application/json" if path == "token" else b"text/html")


def test_a_body_that_cannot_be_read(outsider: Outsider) -> None:
    for body, status in [(b"code=\xff", 400), (b"x" * 70_000, 413), (b"a=" + b"&b=" * 5000, 400), (b"\0", 400)]:
        for path in ("token", "grants"):
            assert raw(outsider, "POST", path, b"", body)[0] in (status, 403)


def raw(outsider: Outsider, verb: str, path: str, query: bytes, body: bytes) -> tuple[int, bytes, bytes, bytes]:
    """A request that no HTTP client would send: status, content type, location and body."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {"type": "http", "path": "/oauth/" + path, "method": verb, "query_string": query, "headers": []}
    asyncio.run(outsider.sandbox(scope, receive, send))
    start, end = sent
    headers = dict(start["headers"])
    return start["status"], headers.get(b"content-type", b""), headers.get(b"location", b""), end["body"]


def test_a_body_without_end_is_not_read_to_the_end(outsider: Outsider) -> None:
    sent: list[Any] = []
    chunks = iter(range(100))

    async def receive() -> dict[str, Any]:
        next(chunks)
        return {"type": "http.request", "body": b"x" * 10_000, "more_body": True}

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {"type": "http", "path": "/oauth/token", "method": "POST", "query_string": b"", "headers": []}
    asyncio.run(outsider.sandbox(scope, receive, send))
    assert sent[0]["status"] == 413
    assert next(chunks) == 7


def test_a_caller_who_hangs_up_gets_nothing(outsider: Outsider) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {"type": "http", "path": "/oauth/token", "method": "POST", "query_string": b"", "headers": []}
    asyncio.run(outsider.sandbox(scope, receive, send))
    assert sent == []


SHARED = Outsider()
NAMES = [*WISH, "view", "lang", "uuid", "user", "decision", "csrf", "code", "grant_type", "client_secret"]
VALUES = st.one_of(
    st.text(max_size=20), st.sampled_from([*WISH.values(), "yes", "token", SECRET, "http://evil.example"])
)
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=9).map(lambda pairs: urlencode(pairs).encode())


@given(
    st.sampled_from(["authorize", "token", "logoff", "grants"]),
    st.sampled_from(["GET", "POST"]),
    st.one_of(st.binary(max_size=80), PAIRS),
    st.one_of(st.binary(max_size=80), PAIRS),
)
def test_whatever_arrives_gets_a_page_a_registered_address_or_json(
    path: str, verb: str, query: bytes, body: bytes
) -> None:
    status, content_type, location, answer = raw(SHARED, verb, path, query, body)
    assert status in (200, 302, 400, 403, 405, 413)
    if status == 302:
        assert location.startswith(CALLBACK.encode())
        assert location.isascii()
    elif path == "token":
        assert status != 200 or "access_token" in json.loads(answer)
        json.loads(answer)
    else:
        assert content_type == b"text/html;charset=UTF-8"
        assert b"<script" not in answer


# Chance and memory


def test_one_seed_gives_the_same_codes_and_tokens_and_another_seed_others() -> None:
    def story(outsider: Outsider) -> list[Any]:
        return [token(outsider, code=code(outsider)), code(outsider), visit(outsider, **WISH).response.content]

    outsider = Outsider(seed=3)
    once = story(outsider)
    assert story(outsider)[0]["access_token"] != once[0]["access_token"]
    assert story(Outsider(seed=3)) == once
    assert story(Outsider(seed=4))[:2] != once[:2]
    outsider.sandbox.reset()
    assert call(outsider, once[0]["access_token"])["code"] == 27
    assert token(outsider, "12345678", 400, code=once[1])["error"] == "invalid_client"
    assert story(outsider) == once


def test_an_open_uid_is_another_one_in_each_app(outsider: Outsider) -> None:
    uids = [
        token(outsider, app, code=code(outsider, client_id=app))["taobao_open_uid"] for app in ("12345678", "12345679")
    ]
    assert uids[0] != uids[1]
    assert token(outsider, code=code(outsider))["taobao_open_uid"] == uids[0]


def test_codes_that_nobody_fetches_do_not_pile_up(outsider: Outsider) -> None:
    accounts = Accounts.default()
    office = TokenOffice(accounts, lambda: outsider.now, 7)
    consent_of = Consent(accounts.apps[0], "童装小铺", CALLBACK)
    codes = [office.code(consent_of) for _number in range(MOST_CODES + 1)]
    assert len(set(codes)) == MOST_CODES + 1
    assert office.exchange("12345678", codes[1], CALLBACK)
    with pytest.raises(OAuthError, match="invalid_client"):
        office.exchange("12345678", codes[0], CALLBACK)


def test_a_refresh_token_serves_only_its_own_app(outsider: Outsider) -> None:
    own, other = (App(key, OURS.secret, "t") for key in ("1", "2"))
    office = TokenOffice(Accounts((own, other)), lambda: outsider.now, 7)
    refresh = office.token(Consent(own, "童装小铺"))["refresh_token"]
    with pytest.raises(OAuthError, match="invalid_grant"):
        office.refresh(other, refresh)
    assert office.refresh(own, refresh)


def test_a_form_may_carry_plain_utf_8(outsider: Outsider) -> None:
    page = visit(outsider, **WISH)
    action, hidden = page.forms[0]
    body = f"user=数码优选&decision=yes&csrf={hidden['csrf']}".encode()
    response = outsider.send(url=SITE + action, body=body, headers={"Content-Type": FORM})
    assert dict(parse_qsl(urlsplit(response.headers["location"]).query))["code"]
