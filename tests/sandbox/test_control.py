"""The control endpoint: what a test in another language may ask of the sandbox, and who may not ask anything."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.sandbox.faulty import API, Sufferer
from topexplorer.core.language import Language
from topexplorer.sandbox.control import PATH, TOKEN_HEADER, Control

TOKEN = "t0ken"


class Remote:
    """Somebody with a token, at a sandbox that has a control endpoint."""

    def __init__(self, *rules: str, language: str = "en") -> None:
        self.outsider = Sufferer(*rules)
        self.sandbox = self.outsider.sandbox
        self.sandbox.add_page(PATH, Control(self.sandbox, TOKEN, Language(language)))

    def send(self, verb: str, path: str, *, caller: str = "127.0.0.1", url: str = "", **options: Any) -> httpx.Response:
        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self.sandbox, client=(caller, 1))
            async with httpx.AsyncClient(transport=transport, base_url=url or "http://127.0.0.1:8765") as client:
                return await client.request(verb, f"/control/{path}", **options)

        options.setdefault("headers", {TOKEN_HEADER: TOKEN})
        return asyncio.run(sent())

    def ask(self, verb: str, path: str, **asked: Any) -> Any:
        answer = self.send(verb, path, json=asked) if asked else self.send(verb, path)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()


def test_the_state_tells_the_clock_the_rules_the_limits_the_counts_and_the_last_calls() -> None:
    remote = Remote("taobao.shop.*: status=502")
    remote.outsider.ask(API)
    remote.outsider.post({**remote.outsider.system(API), "sign": "0"})
    state = remote.ask("GET", "state")
    assert state["now"] == "2026-11-21 12:00:00.000+08:00"
    assert state["skew_seconds"] == 0
    assert state["rules"] == [
        {"number": 1, "rule": "taobao.shop.*: status=502", "calls": 0, "applied": 0, "spent": False}
    ]
    assert state["counts"] == {"0": 1, "25": 1}
    assert state["bans"] == []
    assert [(call["method"], call["code"], call["seconds"]) for call in state["calls"]] == [(API, 0, 0), (API, 25, 0)]
    assert "sign is not the one" in state["calls"][1]["reason"]


def test_the_state_holds_no_secret() -> None:
    remote = Remote()
    remote.outsider.ask("taobao.shop.seller.get", fields="sid", buyer="personal")
    text = remote.send("GET", "state").text
    keys = remote.outsider.accounts.credentials()
    assert not any(secret in text for secret in (*keys.secrets(), TOKEN, "personal"))


def test_rules_are_added_listed_and_removed() -> None:
    remote = Remote()
    added = remote.ask("POST", "rules", rules=["*: code=10", "*: latency=1s"])["rules"]
    assert [rule["number"] for rule in added] == [1, 2]
    assert remote.outsider.code() == 10
    assert remote.ask("POST", "rules", rule="*: code=11")["rules"][0]["number"] == 3
    assert remote.ask("DELETE", "rules/3")["rules"] == remote.ask("GET", "rules")["rules"]
    assert remote.outsider.code() == 10
    assert remote.ask("DELETE", "rules") == {"rules": []}
    assert remote.outsider.code() == 0


def test_one_rule_that_cannot_be_read_keeps_all_of_them_out() -> None:
    remote = Remote(language="zh_CN")
    answer = remote.send("POST", "rules", json={"rules": ["*: code=10", "*: lag=1s"]})
    assert answer.status_code == 400
    assert answer.json()["error"]["key"] == "fault.wrong"
    assert "第 4 个字符" in answer.json()["error"]["text"]
    assert remote.sandbox.faults.rules == ()


def test_reset_forgets_calls_and_bans_and_keeps_the_rules() -> None:
    remote = Remote("*: ban=60s kind=app")
    assert remote.outsider.code() == 7
    assert [ban["seconds"] for ban in remote.ask("GET", "state")["bans"]] == [60]
    state = remote.ask("POST", "reset")
    assert (state["calls"], state["counts"], state["bans"], len(state["rules"])) == ([], {}, [], 1)


def test_the_clock_is_set_off_and_right_again() -> None:
    remote = Remote()
    assert remote.ask("POST", "clock", skew="+15m")["skew_seconds"] == 900
    assert remote.outsider.code() == 31
    assert remote.ask("POST", "clock", skew="-1h")["rules"][0]["rule"] == "*: clock=-3600s"
    assert remote.ask("POST", "clock", skew="0")["rules"] == []
    assert remote.outsider.code() == 0


@pytest.mark.parametrize(
    ("url", "caller", "headers"),
    [
        ("", "127.0.0.1", {}),
        ("", "127.0.0.1", {TOKEN_HEADER: "other"}),
        ("", "127.0.0.1", {TOKEN_HEADER: TOKEN, "Origin": "http://127.0.0.1:8765"}),
        ("", "127.0.0.1", {TOKEN_HEADER: TOKEN, "Origin": "null"}),
        ("http://rebound.example:8765", "127.0.0.1", {TOKEN_HEADER: TOKEN}),
        ("http://127.0.0.1.rebound.example", "127.0.0.1", {TOKEN_HEADER: TOKEN}),
        ("", "192.0.2.7", {TOKEN_HEADER: TOKEN}),
    ],
)
def test_it_answers_no_stranger_and_no_web_page(url: str, caller: str, headers: dict[str, str]) -> None:
    remote = Remote()
    for verb, path in (("GET", "state"), ("POST", "rules"), ("DELETE", "rules"), ("POST", "reset"), ("GET", "x")):
        answer = remote.send(verb, path, url=url, caller=caller, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["error"]["key"] == "control.refused"
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("url", ["http://localhost:1", "http://127.0.0.1", "http://[::1]:8765", "http://127.8.9.1"])
def test_every_name_of_this_machine_will_do(url: str) -> None:
    assert Remote().send("GET", "state", url=url).status_code == 200


@pytest.mark.parametrize(
    ("verb", "path", "content", "status", "key"),
    [
        ("GET", "nothing", b"", 404, "control.not_found"),
        ("GET", "", b"", 404, "control.not_found"),
        ("GET", "rules/1", b"", 404, "control.not_found"),
        ("DELETE", "rules/9", b"", 404, "control.no_rule"),
        ("DELETE", "rules/x", b"", 404, "control.no_rule"),
        ("PUT", "rules", b"", 405, "control.verb"),
        ("POST", "state", b"", 405, "control.verb"),
        ("POST", "rules", b"", 400, "control.wants"),
        ("POST", "rules", b'{"rules": []}', 400, "control.wants"),
        ("POST", "rules", b'{"rules": [3]}', 400, "control.wants"),
        ("POST", "rules", b"[1]", 400, "control.not_json"),
        ("POST", "rules", b"{", 400, "control.not_json"),
        ("POST", "rules", b"[" * 60_000, 400, "control.not_json"),
        ("POST", "rules", b"\xff", 400, "control.not_json"),
        ("POST", "rules", b" " * 70_000, 413, "control.not_json"),
        ("POST", "clock", b'{"skew": 3}', 400, "control.wants"),
        ("POST", "clock", b'{"skew": "soon"}', 400, "fault.wrong"),
        ("POST", "clock", b'{"skew": "1m rate=1%"}', 400, "fault.wrong"),
    ],
)
def test_what_it_cannot_do_is_said_with_a_status(verb: str, path: str, content: bytes, status: int, key: str) -> None:
    answer = Remote().send(verb, path, content=content)
    assert (answer.status_code, answer.json()["error"]["key"]) == (status, key)
    assert "{" not in answer.json()["error"]["text"].replace('{"', "")


def test_nobody_who_did_not_ask_for_it_has_it() -> None:
    answer = asyncio.run(plain())
    assert answer.status_code == 404


async def plain() -> httpx.Response:
    transport = httpx.ASGITransport(Sufferer().sandbox)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get("/control/state", headers={TOKEN_HEADER: TOKEN})
