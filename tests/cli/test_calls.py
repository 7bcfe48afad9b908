"""`call` signs, sends and prints: data on stdout, words on stderr, an exit code for every class of outcome."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command, GiveStdin
from tests.workbench import TID
from topexplorer.core import views
from topexplorer.core.call import RequestDraft

TRADE = ("call", "taobao.trade.fullinfo.get", f"tid={TID}", "fields=tid,status,orders")


def test_the_answer_is_all_that_stdout_gets(topexplorer: Command) -> None:
    ran = topexplorer(*TRADE)
    assert (ran.code, ran.err) == (0, "")
    answer = json.loads(ran.out)
    assert answer["trade_fullinfo_get_response"]["trade"]["tid"] == int(TID)
    assert ran.out.startswith(
        '{\n  "trade_fullinfo_get_response": {\n    "trade": {\n      "tid": 3141592653589793238,'
    )


def test_stdout_is_byte_for_byte_the_text_that_the_explorer_shows(topexplorer: Command) -> None:
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


def test_why_of_an_answer_is_which_fields_did_not_come(topexplorer: Command) -> None:
    ran = topexplorer("call", "time.get", "--view", "why")
    assert (ran.code, ran.out, ran.err) == (0, "Every field that was asked for came.\n", "")
    ran = topexplorer(*TRADE, "--missed", "buyer_nick")
    assert ran.code == 0
    lines = [line.strip() for line in ran.err.splitlines()]
    assert lines[0] == "buyer_nick  buyer_nick was not asked for in fields."
    assert lines[1] == "→ Ask for buyer_nick and send again"
    assert lines[2].startswith("$ topexplorer call taobao.trade.fullinfo.get ")
    assert "fields=tid,status,orders,buyer_nick" in lines[2]


def test_a_missing_parameter_is_listed_and_nothing_is_sent(topexplorer: Command) -> None:
    ran = topexplorer("call", "taobao.trade.fullinfo.get", "fields=tid")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "  tid  tid is required",
        "error: taobao.trade.fullinfo.get was not sent: one problem · correct what is listed above, "
        "see “topexplorer show taobao.trade.fullinfo.get”, or add --anyway to send it as it is",
    ]
    assert topexplorer.bench.engine.meters()[0].used == 0


def test_a_mistyped_parameter_names_its_type(topexplorer: Command) -> None:
    ran = topexplorer("call", "taobao.trade.fullinfo.get", "tid=abc", "fields=tid")
    assert ran.code == 2
    assert "“abc” is not a whole number" in ran.err


def test_force_sends_a_wrong_call_and_the_gateway_says_no(topexplorer: Command) -> None:
    ran = topexplorer("call", "taobao.trade.fullinfo.get", "fields=tid", "--anyway")
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
        (("=1",), '“…” is not a parameter · write name=value, with quotes around blanks: name="two words"'),
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


@pytest.mark.parametrize("name", ["method", "session", "sign", "app_key", "format"])
def test_a_file_is_never_sent_in_place_of_a_parameter_of_the_gateway(
    topexplorer: Command, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "f.txt"
    path.write_text("taobao.trade.close", "utf-8")
    ran = topexplorer("call", "time.get", "--file", f"{name}={path}")
    assert (ran.code, ran.out, ran.err.startswith(f"error: {name} ")) == (2, "", True)


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
