"""`call` signs, sends and prints: data on stdout, words on stderr, an exit code for every class of outcome."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Command, GiveStdin, answering
from tests.workbench import TID
from topexplorer.core import views
from topexplorer.core.call import RequestDraft

TRADE = ("call", "taobao.trade.fullinfo.get", f"tid={TID}", "fields=tid,status,orders")
FAR = "https://gateway.example/router/rest"
KEYS = {"APP_KEY": "23456789", "APP_SECRET": "0123456789abcdef", "SESSION": "6100abcdef0123456789"}


def test_the_answer_is_all_that_stdout_gets(topexplorer: Command) -> None:
    ran = topexplorer(*TRADE)
    assert (ran.code, ran.err) == (0, "")
    answer = json.loads(ran.out)
    assert answer["trade_fullinfo_get_response"]["trade"]["tid"] == int(TID)
    assert ran.out.startswith(
        '{\n  "trade_fullinfo_get_response": {\n    "trade": {\n      "tid": 3141592653589793238,'
    )


def test_stdout_is_byte_for_byte_the_text_that_the_explorer_shows(topexplorer: Command) -> None:
    import asyncio

    ran = topexplorer(*TRADE)
    engine = topexplorer.bench.engine
    draft = RequestDraft("taobao.trade.fullinfo.get", {"tid": TID, "fields": "tid,status,orders"})
    exchange = asyncio.run(engine.send(engine.prepare(draft)))
    reading = views.Reading(topexplorer.bench.catalog.spec(draft.api), topexplorer.bench.catalog.errors)
    shown = views.render("text", exchange, reading).content
    assert isinstance(shown, views.Lines)
    ids = [json.loads(text)["trade_fullinfo_get_response"]["request_id"] for text in (shown.text, ran.stdout)]
    assert ran.stdout == shown.text.replace(ids[0].encode(), ids[1].encode()) + b"\n"


def test_a_person_who_watches_is_told_where_it_went_and_what_it_cost(topexplorer: Command) -> None:
    ran = topexplorer(*TRADE, "--verbose")
    where, status, quota = ran.err.splitlines()
    assert where == ("SANDBOX · sandbox · http://sandbox.topexplorer.invalid/router/rest · taobao.trade.fullinfo.get")
    assert status.startswith("HTTP 200 · ")
    assert "request_id " in status
    assert "trade 1 of 200/min" in quota
    topexplorer.terminal = True
    assert "trade 2 of 200/min" in topexplorer(*TRADE).err
    assert topexplorer(*TRADE, "--quiet").err == ""


def test_narration_is_chinese_too(topexplorer: Command) -> None:
    ran = topexplorer(*TRADE, "--verbose", "--lang", "zh")
    assert ran.err.startswith("沙箱 · sandbox · ")
    assert "限额：" in ran.err


def test_xml_comes_as_xml(topexplorer: Command) -> None:
    ran = topexplorer("call", "time.get", "--format", "xml")
    assert ran.code == 0
    assert ran.out.startswith("<time_get_response>\n  <time>2026-11-22 12:00:00</time>")


def test_simplify_drops_the_envelope(topexplorer: Command) -> None:
    assert set(json.loads(topexplorer("call", "time.get", "--simplify").out)) == {"time", "request_id"}


@pytest.mark.parametrize("method", ["md5", "hmac", "hmac-sha256"])
def test_the_sandbox_accepts_every_sign_method(topexplorer: Command, method: str) -> None:
    assert topexplorer("call", "time.get", "--sign-method", method).code == 0


def test_a_sign_method_nobody_knows_is_refused_with_the_choices(topexplorer: Command) -> None:
    ran = topexplorer("call", "time.get", "--sign-method", "sha1")
    assert (ran.code, ran.err) == (2, "error: --sign-method cannot be “sha1”; choose from md5, hmac, hmac-sha256\n")


def test_the_tree_explains_each_key(topexplorer: Command) -> None:
    ran = topexplorer(*TRADE, "--view", "tree", "--lang", "zh")
    rows = {line.split()[0]: line.split()[1:] for line in ran.out.splitlines() if len(line.split()) > 2}
    assert rows["tid"][0] == TID
    assert rows["oid"][0] == "3141592653589793240"
    assert all(not row[-1].isascii() for row in (rows["tid"], rows["oid"]))


def test_raw_is_what_came(topexplorer: Command) -> None:
    raw = topexplorer("call", "time.get", "--view", "raw").stdout
    assert raw.startswith(b'{"time_get_response":{"time":')
    assert not raw.endswith(b"\n")


def test_headers_can_be_read(topexplorer: Command) -> None:
    ran = topexplorer("call", "time.get", "--view", "headers")
    assert "content-type" in ran.out
    assert "time_get_response" not in ran.out


def test_an_answer_has_no_diagnosis_and_falls_back_to_raw(topexplorer: Command) -> None:
    ran = topexplorer("call", "time.get", "--view", "why")
    assert ran.code == 0
    assert ran.err.startswith("warning: Why could not be made")
    assert "time_get_response" in ran.out


# The draft


def test_a_missing_parameter_is_listed_and_nothing_is_sent(topexplorer: Command) -> None:
    ran = topexplorer("call", "taobao.trade.fullinfo.get", "fields=tid")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "  tid  tid is required",
        "error: taobao.trade.fullinfo.get was not sent: one problem · correct what is listed above, "
        "see “topexplorer show taobao.trade.fullinfo.get”, or add --force to send it as it is",
    ]
    assert topexplorer.bench.engine.meters()[0].used == 0


def test_a_mistyped_parameter_names_its_type(topexplorer: Command) -> None:
    ran = topexplorer("call", "taobao.trade.fullinfo.get", "tid=abc", "fields=tid")
    assert ran.code == 2
    assert "“abc” is not a whole number" in ran.err


def test_force_sends_a_wrong_call_and_the_gateway_says_no(topexplorer: Command) -> None:
    ran = topexplorer("call", "taobao.trade.fullinfo.get", "fields=tid", "--force")
    assert ran.code == 7
    assert json.loads(ran.out)["error_response"]["code"] == 40
    assert "warning: tid: tid is required" in ran.err
    assert "Edit tid" in ran.err


def test_an_unknown_parameter_is_a_warning(topexplorer: Command) -> None:
    ran = topexplorer("call", "time.get", "colour=red")
    assert (ran.code, ran.err) == (
        0,
        "warning: colour: colour is not a parameter of this API; it is sent all the same\n",
    )


def test_dates_are_written_as_a_person_says_them(topexplorer: Command) -> None:
    ran = topexplorer("call", "trades.sold.increment.get", "fields=tid", "start_modified=-1d", "end_modified=now")
    assert ran.code == 0


def test_options_and_parameters_come_in_any_order(topexplorer: Command) -> None:
    ran = topexplorer("call", "--view", "raw", "trade.fullinfo.get", f"tid={TID}", "--simplify", "fields=tid")
    assert json.loads(ran.out)["trade"] == {"tid": int(TID)}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tid",), '“tid” is not a parameter · write name=value, with quotes around blanks: name="two words"'),
        (("=1",), '“=1” is not a parameter · write name=value, with quotes around blanks: name="two words"'),
        (("tid=1", "tid=2"), "tid stands twice; give it once, lists with commas"),
        (("format=xml",), "format is a parameter of the gateway itself; use --format"),
        (("timestamp=1",), "timestamp is a parameter of the gateway itself and is filled in for you; leave it out"),
        (("--json",), "--json prints the dry run as JSON; add --dry-run, or --format json for the answer"),
        (("--view", "pie"), "--view cannot be “pie”; choose from text, tree, raw, headers, why"),
        (("a=-", "b=-"), "only one parameter can come from stdin, not a, b"),
    ],
)
def test_a_bad_word_on_the_command_line_gets_one_sentence(
    topexplorer: Command, words: tuple[str, ...], said: str
) -> None:
    ran = topexplorer("call", "time.get", *words)
    assert (ran.code, ran.out, ran.err) == (2, "", f"error: {said}\n")


def test_a_session_is_never_taken_from_the_command_line(topexplorer: Command) -> None:
    ran = topexplorer("call", "time.get", "session=6100secret")
    assert ran.code == 2
    assert ran.err.startswith("error: session comes from the environment’s keys")
    assert "6100secret" not in ran.err


def test_a_value_can_come_from_stdin(topexplorer: Command, give_stdin: GiveStdin) -> None:
    give_stdin(f"{TID}\n".encode())
    ran = topexplorer("call", "trade.fullinfo.get", "tid=-", "fields=tid")
    assert json.loads(ran.out)["trade_fullinfo_get_response"]["trade"]["tid"] == int(TID)


def test_stdin_that_is_not_utf8_is_refused(topexplorer: Command, give_stdin: GiveStdin) -> None:
    give_stdin("订单".encode("gbk"))
    ran = topexplorer("call", "time.get", "a=-")
    assert (ran.code, ran.err) == (2, "error: what stdin gave for a is not UTF-8; convert it first\n")


def test_a_file_is_sent_as_a_file_however_it_is_named(topexplorer: Command, tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    picture.write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    for words in ((f"image={picture}",), ("--file", f"image={picture}")):
        ran = topexplorer("call", "item.img.upload", "num_iid=658402931875", *words)
        assert ran.code == 0, ran.err
    ran = topexplorer("call", "item.img.upload", "num_iid=658402931875", f"image={tmp_path / 'none.jpg'}")
    assert ran.code == 2
    assert "there is no file" in ran.err


def test_a_method_outside_the_catalog_is_sent_with_a_word_of_warning(topexplorer: Command) -> None:
    ran = topexplorer("call", "taobao.trade.fulinfo.get", "tid=1")
    assert ran.code == 7
    assert json.loads(ran.out)["error_response"]["code"] == 22
    assert ran.err.startswith(
        "warning: taobao.trade.fulinfo.get is not in the catalog; did you mean taobao.trade.fullinfo.get"
    )
    assert topexplorer("call", "my.private.api.get").err.startswith(
        "warning: my.private.api.get is not in the catalog, so its parameters are not checked"
    )


# Outcomes, on the sandbox and on gateways that misbehave


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


# Production


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


def test_confirming_another_environment_is_refused(production: Command) -> None:
    ran = production(*writing("--confirm", "prod"))
    assert ran.code == 2
    assert ran.err.startswith("error: --confirm names prod, but the call would go to sandbox")


# Dry runs and signing


def test_a_dry_run_shows_the_signed_request_and_sends_nothing(topexplorer: Command) -> None:
    ran = topexplorer(*TRADE, "--dry-run")
    lines = ran.out.splitlines()
    assert ran.code == 0
    assert lines[0] == "POST http://sandbox.topexplorer.invalid/router/rest"
    names = [line.split()[0] for line in lines[lines.index("Parameters in signing order:") + 1 :][:9]]
    assert names == sorted(names)
    assert f"  tid          {TID}" in lines
    assert "  sign  the sign itself is never signed" in lines
    assert all(meter.used == 0 for meter in topexplorer.bench.engine.meters())


def test_a_dry_run_works_without_keys(topexplorer: Command) -> None:
    ran = topexplorer("call", "time.get", "--dry-run", "--json", "--env", "prod")
    request = json.loads(ran.out)
    assert ran.code == 0
    assert request["environment"] == "prod"
    assert request["params"]["method"] == "taobao.time.get"
    assert request["signed_order"] == sorted(request["signed_order"])


def test_a_dry_run_says_what_was_left_out_and_why(topexplorer: Command) -> None:
    ran = topexplorer("call", "time.get", "note=", "--dry-run", "--json", "--lang", "zh")
    reasons = {row["name"]: row["reason"] for row in json.loads(ran.out)["left_out"]}
    assert reasons["sign"] == "sign 本身不参与签名"
    assert reasons["note"].startswith("空值")


@pytest.mark.parametrize(("method", "masked"), [("md5", True), ("hmac", False), ("hmac-sha256", False)])
def test_sign_shows_each_step(topexplorer: Command, method: str, masked: bool) -> None:
    import asyncio
    import re

    ran = topexplorer("sign", "trade.fullinfo.get", f"tid={TID}", "fields=tid", "--sign-method", method)
    text = next(line.strip() for line in ran.out.splitlines() if "app_key12345678fieldstid" in line)
    sign = ran.out.splitlines()[-1].strip()
    assert ran.code == 0
    assert text.startswith("******app_key") is masked
    assert re.fullmatch(r"[0-9A-F]{32}([0-9A-F]{32})?", sign)
    engine = topexplorer.bench.engine
    draft = RequestDraft("taobao.trade.fullinfo.get", {"tid": TID, "fields": "tid"}, sign_method=method)
    signed = engine.prepare(draft)
    assert dict(signed.params)["sign"] == sign
    assert asyncio.run(engine.send(signed)).ok


def test_the_sign_of_real_keys_stays_masked(topexplorer: Command) -> None:
    topexplorer.add_environment("far", KEYS, FAR)
    ran = topexplorer("sign", "time.get", "--env", "far", "--verbose")
    assert ran.out.splitlines()[-1].strip() == "******"
    assert "only in the sandbox" in ran.err


def test_sign_shows_a_wrong_draft_too(topexplorer: Command) -> None:
    ran = topexplorer("sign", "trade.fullinfo.get", "tid=abc")
    assert ran.code == 0
    assert "warning: tid: “abc” is not a whole number" in ran.err


# Profiles


def test_a_call_can_be_saved_before_it_is_sent_and_started_from_again(topexplorer: Command) -> None:
    saved = topexplorer(*TRADE, "--save", "my trade", "--verbose")
    assert saved.code == 0
    assert "saved my trade in " in saved.err
    again = topexplorer("call", "trade.fullinfo.get", "--profile", "my trade", "fields=tid")
    assert json.loads(again.out)["trade_fullinfo_get_response"]["trade"] == {"tid": int(TID)}


def test_a_profile_of_another_api_is_refused(topexplorer: Command) -> None:
    topexplorer(*TRADE, "--save", "mine")
    ran = topexplorer("call", "time.get", "--profile", "mine")
    assert ran.code == 2
    assert "calls taobao.trade.fullinfo.get" in ran.err


def test_a_call_is_saved_even_when_the_gateway_cannot_be_reached(topexplorer: Command) -> None:
    topexplorer.transport = answering(unreachable)
    topexplorer.add_environment("far", KEYS, FAR)
    assert topexplorer("call", "time.get", "--env", "far", "--save", "later").code == 6
    assert topexplorer("profile", "show", "later").code == 0
