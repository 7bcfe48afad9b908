"""`explain` says what an error means, offline, whatever part of it somebody has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command, GiveStdin
from topexplorer.cli import output

TOKEN = "6100e23a06fb8f3a9c3b2d1e44e5f60718293a4b5c2208913340"


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (("25",), "The signature does not match"),
        (("code", "25"), "The signature does not match"),
        (("isv.item-not-exist",), "No such item"),
        (("accesscontrol.limited-by-app-access-count",), "daily quota"),
        (("Invalid session",), "access token is not valid"),
        (("530",), "Remote service error"),
        (("trade.fullinfo.get", "isv.trade-not-exist"), "trade of the authorising seller"),
        (('{"error_response":{"code":40,"msg":"Missing required arguments:tid"}}',), "Edit tid"),
    ],
)
def test_an_error_is_explained(topexplorer: Command, words: tuple[str, ...], title: str) -> None:
    ran = topexplorer("explain", *words)
    assert (ran.code, ran.err) == (output.OK, "")
    assert title in ran.out


def test_both_languages_explain(topexplorer: Command) -> None:
    assert "签名不正确 · 签名" in topexplorer("explain", "25", "--lang", "zh").out
    assert "The signature does not match · signature" in topexplorer("explain", "25").out


def test_a_file_and_stdin_are_read(topexplorer: Command, tmp_path: Path, give_stdin: GiveStdin) -> None:
    body = "<error_response><code>27</code><msg>Invalid session</msg></error_response>"
    log = tmp_path / "app.log"
    log.write_text(f"ERROR session={TOKEN} {body}\n", encoding="utf-8")
    from_file = topexplorer("explain", str(log))
    give_stdin(body.encode())
    assert from_file.out == topexplorer("explain", "-").out
    assert TOKEN not in from_file.out + from_file.err
    assert "access token" in from_file.out


def test_a_log_in_gbk_is_read(topexplorer: Command, give_stdin: GiveStdin) -> None:
    body = '{"error_response":{"code":15,"msg":"Remote service error","sub_code":"isv.x","sub_msg":"商品不存在"}}'
    give_stdin(body.encode("gb18030"))
    assert "商品不存在" in topexplorer("explain", "-").out


def test_json_has_every_part(topexplorer: Command) -> None:
    body = '{"error_response":{"code":7,"msg":"App Call Limited","sub_msg":"This ban will last for 9 more seconds"}}'
    data = json.loads(topexplorer("explain", body, "--json").out)
    assert (data["pitfall"], data["retry"], data["source"]) == ("limit", "wait", "code")
    assert data["evidence"]["code"] == "7"
    assert data["fixes"][0] | {"text": ""} == {"kind": "wait", "text": "", "target": "", "seconds": 9, "link": ""}
    assert "invalid parameter" in data["notes"][0]


@pytest.mark.parametrize(
    ("words", "row", "note"),
    [("签名", "25", ""), ("无权限", "11", "15"), ("call limit", "accesscontrol.limited-by-", "40"), ("429", "", "429")],
)
def test_words_find_codes_and_a_mistaken_table_is_named(topexplorer: Command, words: str, row: str, note: str) -> None:
    ran = topexplorer("explain", words)
    assert ran.code == output.OK
    assert any(line.startswith(row) for line in ran.out.splitlines())
    assert ("Beware" in ran.out) == bool(note)
    assert note in ran.out


@pytest.mark.parametrize("code", ["7", "15", "40", "100"])
def test_a_code_that_articles_misread_comes_with_a_warning(topexplorer: Command, code: str) -> None:
    assert "widely copied table" in topexplorer("explain", code).out


def test_the_apis_that_name_a_sub_code_are_listed(topexplorer: Command) -> None:
    out = topexplorer("explain", "isv.trade-not-exist").out
    assert "taobao.trade.fullinfo.get" in topexplorer("explain", "isv.trade-not-exist", "--json").out
    assert "APIs in the catalog name this code" in out


def test_an_api_alone_lists_its_errors(topexplorer: Command) -> None:
    lines = topexplorer("explain", "taobao.trade.fullinfo.get").out.splitlines()
    assert any(line.split()[:2] == ["15", "isv.trade-not-exist"] for line in lines)
    assert json.loads(topexplorer("explain", "trade.fullinfo.get", "--json").out)[0]["code"] == 15


@pytest.mark.parametrize(("word", "near"), [("52", "53"), ("998", ""), ("zzzz", "")])
def test_the_unknown_is_refused_with_what_was_probably_meant(topexplorer: Command, word: str, near: str) -> None:
    ran = topexplorer("explain", word)
    assert (ran.code, ran.out) == (output.USAGE, "")
    assert word in ran.err
    assert near in ran.err


def test_an_unknown_sub_code_means_what_its_family_means_and_its_look_alikes_are_named(topexplorer: Command) -> None:
    ran = topexplorer("explain", "isv.trade-not-exits")
    assert ran.code == output.OK
    assert "The request broke a business rule" in ran.out
    assert "isv.trade-not-exist" in ran.err


def test_what_is_no_error_is_said_to_be_none(topexplorer: Command) -> None:
    assert "not an error" in topexplorer("explain", '{"time_get_response":{"time":"x"}}').out
    assert "HTTP error" in topexplorer("explain", "<html><body>502 Bad Gateway</body></html>").out


def test_a_body_that_draws_on_the_terminal_is_made_visible(topexplorer: Command) -> None:
    out = topexplorer("explain", '{"error_response":{"code":25,"msg":"x\\u001b[31m"}}').out
    assert "\x1b" not in out
    assert "␛" in out


@pytest.mark.parametrize(
    ("text", "says", "accepted"),
    [
        ("2026-11-22 12:00:00", "Accepted: 0 s", True),
        ("2026-11-22 04:00:00", "time in GMT, not in GMT+8", False),
        ("2026-11-22T12:00:00", "The T is refused", False),
        ("1795320000", "Seconds are refused", False),
    ],
)
def test_a_timestamp_is_explained_too(topexplorer: Command, text: str, says: str, accepted: bool) -> None:
    assert says in topexplorer("explain", text).out
    assert json.loads(topexplorer("explain", text, "--json").out)["accepted"] == accepted


def test_nothing_is_sent(topexplorer: Command) -> None:
    topexplorer("explain", "25")
    assert "engine" not in vars(topexplorer.bench)
    assert "sandbox" not in vars(topexplorer.bench)
