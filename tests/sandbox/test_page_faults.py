"""What goes wrong on purpose with the OAuth pages: named apart from APIs, spoiled on the wire as answers are."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from tests.sandbox.browser import SITE, WISH, code, consent, returned, token, visit
from tests.sandbox.faulty import Sufferer
from topexplorer.core.language import Language
from topexplorer.sandbox.faultrules import RuleError, rule_from

NOT_A_TOKEN = {"client_id": "12345678", "client_secret": "x", "grant_type": "authorization_code", "code": "c"}


def asked(sufferer: Sufferer, page: str = "token") -> httpx.Response:
    """The answer of the token address to a request that it would refuse, or a page."""
    if page == "token":
        return sufferer.send(url=SITE + page, body=httpx.QueryParams(NOT_A_TOKEN).__str__().encode())
    return sufferer.send("GET", url=SITE + page, query=WISH.items())


def test_apis_and_pages_are_named_apart() -> None:
    sufferer = Sufferer("*: status=502", "oauth.token: status=503")
    assert visit(sufferer, **WISH).response.status_code == 200
    assert asked(sufferer).status_code == 503
    assert sufferer.post(sufferer.signed(sufferer.system("taobao.time.get"))).status_code == 502
    assert [standing.applied for standing in sufferer.sandbox.faults.rules] == [1, 1]
    sufferer = Sufferer("oauth: status=502", "oauth.grants: off")
    assert [asked(sufferer, page).status_code for page in ("token", "authorize", "logoff", "grants")] == [
        *(502, 502, 502),
        200,
    ]
    assert sufferer.code() == 0


def test_what_would_be_granted_is_refused_and_the_next_one_is_not() -> None:
    sufferer = Sufferer('oauth.token: sub_code=invalid_grant sub_msg="code expired" times=1')
    first = code(sufferer)
    assert token(sufferer, "12345678", 400, code=first, client_secret="wrong")["error"] == "invalid_client"
    assert token(sufferer, "12345678", 400, code=first) == {
        "error": "invalid_grant",
        "error_description": "code expired",
    }
    assert token(sufferer, code=first)["token_type"] == "Bearer"
    (standing,) = sufferer.sandbox.faults.rules
    assert (standing.calls, standing.applied) == (2, 1)


def test_a_refused_log_in_goes_back_to_the_app_and_other_pages_say_it() -> None:
    sufferer = Sufferer("oauth: sub_code=server_error msg=busy")
    back = returned(asked(sufferer, "authorize"))
    assert back == {"error": "server_error", "error_description": "busy", "state": "s-1"}
    page = visit(sufferer, "grants", lang="en")
    assert page.response.status_code == 500
    assert "server_error busy" in page.text


@pytest.mark.parametrize(
    ("words", "status", "body"),
    [
        ("body=empty", 400, b""),
        ("status=503", 503, b"503 Service Temporarily Unavailable"),
        ("body=notjson", 200, "系统繁忙".encode()),
        ("timeout=5s", 504, b"504 Gateway Time-out"),
        ("latency=2s", 400, b'"error": "invalid_client"'),
        ("drip=10B/s", 400, b'"error": "invalid_client"'),
    ],
)
def test_a_token_answer_goes_out_badly(words: str, status: int, body: bytes) -> None:
    sufferer = Sufferer(f"oauth.token: {words}")
    response = asked(sufferer)
    assert response.status_code == status
    assert body in response.content
    assert bool(sufferer.waits) == words.startswith(("timeout", "latency", "drip"))


def test_a_cut_and_a_dropped_and_a_swollen_answer() -> None:
    whole = asked(Sufferer()).content
    assert asked(Sufferer("oauth.token: body=truncated")).content == whole[: len(whole) // 2]
    with pytest.raises(httpx.HTTPError):
        asked(Sufferer("oauth.token: drop=half"))
    large = asked(Sufferer("oauth.token: body=100kB")).content
    assert len(large) == 100_000
    assert json.loads(large)["error"] == "invalid_client"
    with pytest.raises(httpx.DecodingError):
        asked(Sufferer("oauth.token: gzip=lie"))


def test_a_late_redirect_is_still_one() -> None:
    sufferer = Sufferer("oauth.authorize: latency=1s")
    assert "code" in returned(consent(sufferer))
    assert sufferer.waits == [1.0, 1.0]


@pytest.mark.parametrize("word", ["code=27", "ban=5s", "quota=1/60s", "clock=+5m"])
def test_words_of_the_gateway_do_not_go_with_a_page(word: str) -> None:
    with pytest.raises(RuleError) as caught:
        rule_from(f"oauth.token: {word}")
    assert caught.value.reason.key == "fault.page"
    assert word.partition("=")[0] in Language("zh_CN").render(caught.value.reason)


def test_a_caller_who_hangs_up_before_the_body_is_over_gets_nothing() -> None:
    sufferer = Sufferer("oauth: latency=1s")

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(event: object) -> None:
        raise AssertionError(event)

    scope = {"type": "http", "path": "/oauth/token", "method": "POST", "query_string": b"", "headers": []}
    asyncio.run(sufferer.sandbox(scope, receive, send))
    assert sufferer.waits == []
