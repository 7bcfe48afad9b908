"""Every class of outcome of a call: what is printed, what is said, and which exit code it ends with."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.cli.conftest import Command, answering
from tests.workbench import TID
from topexplorer.cli.prompts import Prompts

TRADE = ("call", "taobao.trade.fullinfo.get", f"tid={TID}", "fields=tid,status,orders")
FAR = "https://gateway.example/router/rest"
KEYS = {"APP_KEY": "23456789", "APP_SECRET": "0123456789abcdef", "SESSION": "6100abcdef0123456789"}


def test_a_refusal_prints_its_document_and_explains_itself_on_stderr(topexplorer: Command) -> None:
    ran = topexplorer("call", "trade.fullinfo.get", "tid=1", "fields=tid")
    assert ran.code == 7
    assert json.loads(ran.out)["error_response"]["sub_code"] == "isv.trade-not-exist"
    first, *details = ran.err.splitlines()
    assert first.startswith("error: ")
    assert any(line.split() == ["code", "15"] for line in details)
    assert any(line.split()[0] == "request_id" for line in details)
    quiet = topexplorer("call", "trade.fullinfo.get", "tid=1", "fields=tid", "--quiet")
    assert quiet.err == f"{first}\n"


def test_the_diagnosis_can_be_the_data(topexplorer: Command) -> None:
    ran = topexplorer("call", "trade.fullinfo.get", "tid=1", "fields=tid", "--view", "why", "--lang", "zh")
    assert (ran.code, ran.err) == (7, "")
    assert "isv.trade-not-exist" in ran.out
    assert "怎么办" in ran.out


def test_a_missing_permission_ends_with_3(topexplorer: Command, small_app: dict[str, str]) -> None:
    topexplorer.add_environment("small", small_app)
    ran = topexplorer(*TRADE, "--env", "small")
    assert ran.code == 3
    assert json.loads(ran.out)["error_response"]["code"] == 11


def test_the_local_limit_ends_with_4_before_anything_is_sent(topexplorer: Command) -> None:
    codes = [topexplorer("call", "time.get").code for _call in range(11)]
    ran = topexplorer("call", "time.get")
    assert codes == [0] * 10 + [4]
    assert (ran.code, ran.out) == (4, "")
    assert "10" in ran.err
    assert ran.err.startswith("error: ")


def test_the_gateway_s_own_limit_ends_with_4_too(topexplorer: Command, full_app: dict[str, str]) -> None:
    def limited(request: httpx.Request) -> httpx.Response:
        sub = '"sub_code":"accesscontrol.limited-by-api-access-count","sub_msg":"This ban will last for 1 more seconds"'
        return httpx.Response(200, text='{"error_response":{"code":7,"msg":"App Call Limited",' + sub + "}}")

    topexplorer.transport = answering(limited)
    topexplorer.add_environment("far", KEYS, FAR)
    ran = topexplorer("call", "time.get", "--env", "far")
    assert ran.code == 4
    assert "Wait 1 s" in ran.err


@pytest.mark.parametrize(("key", "text", "code"), [("SESSION", "6100wrong", 27), ("APP_KEY", "99999999", 29)])
def test_wrong_keys_end_with_5(topexplorer: Command, full_app: dict[str, str], key: str, text: str, code: int) -> None:
    topexplorer.add_environment("other", {**full_app, key: text})
    ran = topexplorer(*TRADE, "--env", "other")
    assert ran.code == 5
    assert json.loads(ran.out)["error_response"]["code"] == code


def test_missing_keys_end_with_5_and_name_the_variables(topexplorer: Command) -> None:
    ran = topexplorer("call", "time.get", "--env", "dev")
    assert (ran.code, ran.out) == (5, "")
    assert "TOPEXPLORER_DEV_APP_KEY" in ran.err
    assert "TOPEXPLORER_DEV_APP_SECRET" in ran.err


def test_a_wrong_secret_ends_with_7_and_code_25(topexplorer: Command, full_app: dict[str, str]) -> None:
    topexplorer.add_environment("other", {**full_app, "APP_SECRET": "wrong"})
    ran = topexplorer("call", "time.get", "--env", "other")
    assert ran.code == 7
    assert json.loads(ran.out)["error_response"]["code"] == 25


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route to host")


def silent(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("too slow")


def html(request: httpx.Request) -> httpx.Response:
    return httpx.Response(502, html="<html><body>Bad Gateway \x1b[31m</body></html>")


def truncated(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text='{"time_get_response":{"time":"2026-')


def moved(request: httpx.Request) -> httpx.Response:
    return httpx.Response(302, headers={"location": "https://elsewhere.example/"})


def unavailable(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text='{"error_response":{"code":10,"msg":"Service currently unavailable"}}')


@pytest.mark.parametrize(
    ("gateway", "title"),
    [
        (unreachable, "Gateway not reachable"),
        (silent, "No answer in time"),
        (html, "HTTP error"),
        (truncated, "Not an answer of the platform"),
        (moved, "Gateway redirected the call"),
    ],
)
def test_no_usable_answer_ends_with_6_and_says_what_to_do(topexplorer: Command, gateway: object, title: str) -> None:
    topexplorer.transport = answering(gateway)  # type: ignore[arg-type]
    topexplorer.add_environment("far", KEYS, FAR)
    ran = topexplorer("call", "time.get", "--env", "far")
    assert (ran.code, ran.out) == (6, "")
    assert ran.err.startswith(f"error: {title} · ")
    assert "do this" in ran.err
    assert "\x1b" not in ran.err


def test_what_came_instead_of_an_answer_can_be_looked_at(topexplorer: Command) -> None:
    topexplorer.transport = answering(html)
    topexplorer.add_environment("far", KEYS, FAR)
    assert "--view raw prints the " in topexplorer("call", "time.get", "--env", "far").err
    ran = topexplorer("call", "time.get", "--env", "far", "--view", "raw")
    assert ran.code == 6
    assert b"Bad Gateway" in ran.stdout
    topexplorer.terminal = True
    assert b"\x1b" not in topexplorer("call", "time.get", "--env", "far", "--view", "raw").stdout


def test_a_platform_fault_ends_with_6(topexplorer: Command) -> None:
    topexplorer.transport = answering(unavailable)
    topexplorer.add_environment("far", KEYS, FAR)
    assert topexplorer("call", "time.get", "--env", "far").code == 6


def test_a_gateway_without_tls_is_never_called(topexplorer: Command) -> None:
    topexplorer.add_environment("plain", KEYS, "http://gateway.example/router/rest")
    ran = topexplorer("call", "time.get", "--env", "plain")
    assert (ran.code, ran.out) == (3, "")


def test_a_broken_config_ends_with_8_for_its_environment_and_leaves_the_sandbox_usable(topexplorer: Command) -> None:
    topexplorer.configure("[environments.dev]\ngateway = 7\n")
    ran = topexplorer("call", "time.get", "--env", "dev")
    assert (ran.code, ran.out) == (8, "")
    assert "config.toml" in ran.err
    assert "environments.dev.gateway" in ran.err
    fine = topexplorer("call", "time.get")
    assert fine.code == 0
    assert fine.err.startswith("warning: ")


def test_a_config_that_is_no_toml_names_the_line(topexplorer: Command) -> None:
    topexplorer.configure("[environments\n")
    ran = topexplorer("call", "time.get", "--env", "prod")
    assert ran.code == 8
    assert "line 1" in ran.err


def test_an_unknown_environment_ends_with_2_and_names_those_there_are(topexplorer: Command) -> None:
    ran = topexplorer("call", "time.get", "--env", "staging")
    assert (ran.code, ran.out) == (2, "")
    assert "sandbox, dev, prod" in ran.err


def test_an_answer_is_not_lost_when_nothing_can_be_written(topexplorer: Command) -> None:
    topexplorer.root.joinpath("state").write_text("a file where a folder should be", encoding="utf-8")
    ran = topexplorer("call", "time.get")
    assert ran.code == 0
    assert "time_get_response" in ran.out
    assert ran.err.startswith("warning: ")


def test_a_call_is_saved_even_when_the_gateway_cannot_be_reached(topexplorer: Command) -> None:
    topexplorer.transport = answering(unreachable)
    topexplorer.add_environment("far", KEYS, FAR)
    assert topexplorer("call", "time.get", "--env", "far", "--save", "later").code == 6
    assert topexplorer("profile", "show", "later").code == 0


def writing(*more: str) -> tuple[str, ...]:
    return ("call", "taobao.trade.memo.update", f"tid={TID}", "memo=gift", *more)


@pytest.fixture
def production(topexplorer: Command, full_app: dict[str, str]) -> Command:
    """A prod environment that happens to be the sandbox's gateway."""
    topexplorer.environ = {f"TOPEXPLORER_PROD_{key}": text for key, text in full_app.items()}
    topexplorer.configure('[environments.prod]\ngateway = "http://sandbox.topexplorer.invalid/router/rest"\n')
    return topexplorer


def test_a_write_in_production_needs_its_name(production: Command) -> None:
    ran = production(*writing("--env", "prod"))
    assert (ran.code, ran.out) == (3, "")
    assert "--confirm prod" in ran.err
    assert production(*writing("--env", "prod", "--confirm", "prod")).code == 0
    assert production(*TRADE, "--env", "prod").code == 0


def test_a_write_in_production_is_shown_before_it_is_confirmed(production: Command) -> None:
    ran = production(*writing("--env", "prod"))
    lines = [line.split() for line in ran.err.splitlines()]
    assert ["app", "12345678"] in lines
    assert ["sends", "tid", "=", TID] in lines
    assert ["memo", "=", "gift"] in lines
    assert "taobao.trade.memo.update" in ran.err
    assert not list(production.bench.sandbox.log)
    quiet = production(*writing("--env", "prod", "--quiet"))
    assert (quiet.code, quiet.err.count("\n")) == (3, 1)


def test_at_a_terminal_the_object_is_read_first_and_the_name_is_typed(
    production: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ["yes", "prod"]
    monkeypatch.setattr(Prompts, "has_terminal", property(lambda _prompts: True))
    monkeypatch.setattr(Prompts, "text", lambda _prompts, _question: typed.pop(0))
    ran = production(*writing("--env", "prod"))
    assert (ran.code, "nothing was sent" in ran.err) == (3, True)
    assert "empty → gift" in ran.err
    assert [call.method for call in production.bench.sandbox.log] == ["taobao.trade.fullinfo.get"]
    assert production(*writing("--env", "prod")).code == 0
    assert [call.method for call in production.bench.sandbox.log][1:] == ["taobao.trade.memo.update"]


def test_several_objects_are_read_each_and_what_is_new_is_taken_apart(
    production: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Prompts, "has_terminal", property(lambda _prompts: True))
    monkeypatch.setattr(Prompts, "text", lambda _prompts, _question: "no")
    infos = ",".join(f"{number}|5900|7|onsale" for number in (190283746500112, 404, 190283746500120, 1, 2, 3))
    ran = production("call", "taobao.rp.refunds.agree", f"refund_infos={infos}", "--env", "prod")
    lines = [line.strip() for line in ran.err.splitlines()]
    assert lines[lines.index("As it is now (taobao.refund.get)") + 1] == "1/6  refund_id 190283746500112"
    assert lines.count("Refund, yuan refund_fee  89.00 → 59.00") == 2
    assert any(line.startswith("Refund id 190283746500112 · Refund status WAIT_SELLER_AGREE · ") for line in lines)
    assert "… and 1 more, not read; see the values above" in lines
    content = '{"name":"双12","off":[1]}'
    ran = production("call", "taobao.ump.activity.add", "tool_id=7", f"content={content}", "--env", "prod")
    words = " ".join(ran.err.split())
    assert "creates tool_id = 7 (Tool id) content.name = 双12 content.off = [1]" in words
    assert "This creates something new" in words


def test_confirming_another_environment_is_refused(production: Command) -> None:
    ran = production(*writing("--confirm", "prod"))
    assert ran.code == 2
    assert ran.err.startswith("error: --confirm names prod, but the call would go to sandbox")
