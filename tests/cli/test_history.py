"""`history` finds, shows, repeats, compares, keeps and forgets the calls that were made; production by name only."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
from pathlib import Path
from shutil import copytree

import httpx
import pytest

from tests.cli.conftest import Command, answering
from tests.cli.test_personal import PROD
from tests.workbench import TID, Clock
from topexplorer.cli.pastcalls import when
from topexplorer.cli.prompts import Prompts
from topexplorer.core.taint import MASK
from topexplorer.core.text import cell_width
from topexplorer.engine import history
from topexplorer.engine.historyfile import HistoryFile

TRADE = ("call", "taobao.trade.fullinfo.get", f"tid={TID}", "fields=tid,status")
NO_TRADE = ("call", "taobao.trade.fullinfo.get", "tid=1", "fields=tid,payment")
PEOPLE = ("call", "taobao.trade.fullinfo.get", f"tid={TID}", "fields=tid,receiver_name", "--env", "prod")


@pytest.fixture(scope="module")
def four_calls(tmp_path_factory: pytest.TempPathFactory, spec_index: bytes) -> Path:
    """The home of a person who made four calls, the third of them in vain."""
    command = Command(tmp_path_factory.mktemp("called") / "home")
    command.paths.cache.mkdir(parents=True)
    command.paths.index_file.write_bytes(spec_index)
    codes = [command(*words).code for words in (TRADE, ("call", "time.get"), NO_TRADE, (*TRADE, "--simplify"))]
    assert codes == [0, 0, 7, 0]
    return command.root


@pytest.fixture
def called(topexplorer: Command, four_calls: Path) -> Command:
    """The command of that person."""
    copytree(four_calls, topexplorer.root, dirs_exist_ok=True)
    return topexplorer


def rows(ran: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(ran.out)  # type: ignore[attr-defined]
    return found


def ids(command: Command, *words: str) -> list[object]:
    return [row["id"] for row in rows(command("history", "list", "--json", *words))]


# list


def test_the_latest_call_stands_first_in_columns_that_a_terminal_of_80_cells_holds(called: Command) -> None:
    called.terminal = True
    for language, ok in (("en", "ok"), ("zh", "成功")):
        ran = called("history", "list", "--lang", language)
        head, *lines = ran.out.splitlines()
        assert [line.split()[0] for line in lines] == ["s4", "s3", "s2", "s1"]
        assert [line.split()[3] for line in lines] == [ok, "15", ok, ok]
        starts = {cell_width(line[: line.index("taobao.")]) for line in lines}
        ends = {cell_width(line[: line.index("童装小铺")]) for line in lines}
        assert starts == {cell_width(head[: head.index("API")])}
        assert len(ends) == 1
        assert "GMT+8" in ran.err


def test_where_lines_are_too_long_methods_go_without_their_prefix(called: Command, columns: None) -> None:
    called.terminal = True
    lines = called("history", "list").out.splitlines()
    assert max(map(cell_width, lines)) <= 64
    assert not any("taobao." in line for line in lines)
    assert any(" trade.fullinfo.get " in line for line in lines)


@pytest.fixture
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 64 cells."""
    monkeypatch.setattr("topexplorer.cli.output.Console.width", 64)


def test_words_find_calls_by_what_was_sent_by_codes_and_by_titles_in_both_languages(called: Command) -> None:
    assert ids(called, "FULLINFO") == ["s4", "s3", "s1"]
    assert ids(called, TID, "status") == ["s4", "s1"]
    assert ids(called, "isv.trade-not-exist") == ["s3"]
    assert ids(called, "订单详情") == ["s4", "s3", "s1"]
    assert ids(called, "trade in full", "payment") == ["s3"]
    assert ids(called, "--failed") == ["s3"]
    assert ids(called, "-n", "2") == ids(called, "--last", "2") == ["s4", "s3"]
    assert ids(called, "--env", "sandbox", "-n", "1") == ["s4"]
    assert ids(called, "--env", "dev") == []
    ran = called("history", "list", "nothing of the sort")
    assert (ran.code, ran.out, ran.err) == (0, "", "no call in the history fits; try fewer or shorter words\n")


def test_the_list_as_data_says_when_where_and_how(called: Command) -> None:
    row = rows(called("history", "list", "--json", "--failed"))[0]
    assert {name: row[name] for name in ("id", "at", "environment", "kind", "method", "state", "reason")} == {
        "id": "s3",
        "at": "2026-11-22T12:00:00.000+08:00",
        "environment": "sandbox",
        "kind": "sandbox",
        "method": "taobao.trade.fullinfo.get",
        "state": "refused",
        "reason": "15 isv.trade-not-exist",
    }


def test_a_person_is_told_how_many_there_are_and_an_empty_history_says_how_one_begins(called: Command) -> None:
    assert "the latest 2 of 4 calls, -n 4 lists them all" in called("history", "list", "-n", "2", "-v").err
    fresh = Command(called.root / "another")
    assert (fresh("history", "list").err, fresh("history", "list").out) == ("", "")
    assert "“topexplorer call”" in fresh("history", "list", "-v").err


@pytest.mark.parametrize("text", ["0", "-1", "x", "1" * 30, "２"])
def test_a_count_that_is_none_is_refused(topexplorer: Command, text: str) -> None:
    ran = topexplorer("history", "list", "-n", text)
    assert (ran.code, ran.err) == (2, f"error: -n takes a number from 1, not “{text}”\n")


def test_an_environment_that_never_was_is_refused(called: Command) -> None:
    assert called("history", "list", "--env", "nowhere").code == 2


def test_times_are_as_short_as_they_can_be() -> None:
    now = Clock()()
    clock = Clock(now)
    shown = []
    for seconds in (-3600, -86400, -86400 * 365):
        clock.move(seconds)
        shown.append(when(clock(), now))
    assert shown == ["11:00:00", "11-21 11:00", "2025-11-21"]


# show


def test_a_call_is_shown_as_it_was_with_what_was_asked_beside_it(called: Command) -> None:
    first = called(*TRADE, "--no-history")
    for view in ("text", "tree", "headers"):
        shown = called("history", "show", "s1", "--view", view)
        assert (shown.code, shown.err) == (0, "")
    assert json.loads(called("history", "show", "s1").out).keys() == json.loads(first.out).keys()
    told = called("history", "show", "s1", "-v").err.splitlines()
    assert told[0].startswith("SANDBOX · sandbox · http://sandbox.topexplorer.invalid/router/rest · taobao.trade.")
    assert told[1] == "s1 · 2026-11-22 12:00:00 GMT+8 · seller 童装小铺"
    assert [line.split() for line in told[2:4]] == [["fields", "tid,status"], ["tid", TID]]
    assert told[4].startswith("HTTP 200 · ")
    assert called("history", "show", "s1", "--view", "why").out == "Every field that was asked for came.\n"


def test_a_refused_call_shows_its_answer_and_its_diagnosis(called: Command) -> None:
    shown = called("history", "show", "s3", "--lang", "zh")
    assert shown.code == 0
    assert json.loads(shown.out)["error_response"]["code"] == 15
    assert "怎么办" in shown.err
    assert "isv.trade-not-exist" in called("history", "show", "s3", "--view", "why").out


def test_as_data_a_call_keeps_every_digit(topexplorer: Command, full_app: dict[str, str]) -> None:
    body = b'{"x_response":{"price":1.100,"big":12345678901234567890123}}'
    topexplorer.environ |= {f"TOPEXPLORER_DEV_{key}": text for key, text in full_app.items()}
    topexplorer.transport = answering(lambda _request: httpx.Response(200, content=body))
    topexplorer("call", "x.y", "a=1", "--env", "dev")
    topexplorer.transport = answering(lambda _request: httpx.Response(200, content=b"<x_response>\xff"))
    topexplorer("call", "x.y", "a=1", "--env", "dev")
    shown = topexplorer("history", "show", "d1", "--json").out
    assert '"price": 1.100' in shown
    assert '"big": 12345678901234567890123' in shown
    data = json.loads(shown)
    assert (data["id"], data["params"]["a"], data["params"]["session"], data["text"]) == ("d1", "1", MASK, None)
    broken = json.loads(topexplorer("history", "show", "d2", "--json").out)
    assert (broken["answer"], broken["text"]) == (None, "<x_response>\ufffd")


@pytest.mark.parametrize("verb", [("show", "s9"), ("run", "p1"), ("save", "x", "n"), ("diff", "s"), ("forget", "s77")])
def test_an_id_that_there_is_not_gets_one_sentence(called: Command, verb: tuple[str, ...]) -> None:
    ran = called("history", *verb)
    assert (ran.code, ran.out) == (2, "")
    hint = "“topexplorer history list” shows the ids; old calls are dropped"
    assert ran.err == f"error: the history has no call “{verb[1]}” · {hint}\n"


def test_an_answer_that_was_not_kept_is_not_shown_as_empty(called: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as only_now:
        only_now.setattr(history, "MOST_BODY", 10)
        called(*TRADE)
    ran = called("history", "show", "s5")
    assert (ran.code, ran.out) == (6, "")
    assert "Answer not kept" in ran.err
    assert "s5 was too large or too old" in called("history", "diff").out


def test_of_production_people_are_made_up_once_and_that_is_told(prod: Command) -> None:
    told = prod("history", "show", "p1", "-v")
    trade = json.loads(told.out)["trade_fullinfo_get_response"]["trade"]
    assert trade["receiver_name"] not in ("张小明", "张**")
    assert (trade["tid"], "*" in told.out) == (int(TID), False)
    assert "The people in it are made up" in told.err
    again = prod("history", "show", "p1", "--personal", "stars")
    assert again.out == told.out


def test_where_people_may_be_kept_they_can_still_be_starred(prod: Command, full_app: dict[str, str]) -> None:
    prod.environ |= {f"TOPEXPLORER_DEV_{key}": text for key, text in full_app.items()}
    prod(*TRADE, "--env", "dev")
    assert "张小明" in prod("history", "show", "d1").out
    assert "张**" in prod("history", "show", "d1", "--personal", "stars").out


def person(name: str, mobile: str) -> httpx.AsyncBaseTransport:
    """A gateway that answers with that receiver."""
    trade = {"tid": int(TID), "receiver_name": name, "receiver_mobile": mobile}
    return answering(lambda _request: httpx.Response(200, json={"trade_fullinfo_get_response": {"trade": trade}}))


@pytest.fixture
def prod(topexplorer: Command) -> Command:
    """The command of a person who made one call in production, which answers with a person."""

    topexplorer.environ |= PROD
    topexplorer.transport = person("张小明", "13812345678")
    assert topexplorer(*PEOPLE).code == 0
    return topexplorer


# run


def test_run_sends_it_again_with_what_the_command_line_says_on_top(called: Command) -> None:
    again = json.loads(called("history", "run", "s4").out)
    assert set(again["trade"]) == {"tid", "status"}
    changed = called("history", "run", "s3", f"tid={TID}", "-v")
    assert set(json.loads(changed.out)["trade_fullinfo_get_response"]["trade"]) == {"tid", "payment"}
    assert ids(called)[:2] == ["s6", "s5"]
    dry = json.loads(called("history", "run", "s1", "fields=tid", "--dry-run", "--json").out)
    assert (dry["params"]["tid"], dry["params"]["fields"]) == (TID, "tid")
    assert called("history", "run", "s3").code == 7


def test_run_goes_where_it_was_sent_as_whom_it_was_sent(topexplorer: Command, full_app: dict[str, str]) -> None:
    topexplorer.add_environment("staging", full_app)
    assert topexplorer("call", "time.get", "--env", "staging").code == 0
    assert topexplorer(*TRADE, "--seller", "童装小铺").code == 0
    assert "staging" in topexplorer("history", "run", "d1", "-v").err
    assert "SANDBOX · sandbox" in topexplorer("history", "run", "d1", "--env", "sandbox", "-v").err
    topexplorer("history", "run", "s1")
    assert topexplorer.bench.engine.seller == "童装小铺"
    topexplorer.configure("")
    ran = topexplorer("history", "run", "d1")
    assert (ran.code, ran.out) == (2, "")
    assert "staging" in ran.err


def test_production_is_not_gone_back_to_unless_it_is_named(prod: Command) -> None:
    ran = prod("history", "run", "p1")
    assert (ran.code, ran.out) == (2, "")
    assert "p1 is for prod" in ran.err
    assert "--env prod" in ran.err
    assert prod("history", "run", "p1", "--dry-run").code == 2
    assert len(ids(prod)) == 1
    assert prod("history", "run", "p1", "--env", "prod").code == 0
    assert ids(prod) == ["p2", "p1"]


def test_an_environment_that_became_production_is_not_gone_back_to_either(
    topexplorer: Command, full_app: dict[str, str]
) -> None:
    topexplorer.add_environment("staging", full_app)
    assert topexplorer("call", "time.get", "--env", "staging").code == 0
    topexplorer.configure('[environments.staging]\nkind = "prod"\ngateway = "https://gateway.example/router/rest"\n')
    assert topexplorer("history", "run", "d1").code == 2


def test_rows_that_were_not_kept_are_told_before_anything_is_sent(prod: Command) -> None:
    method = "taobao.trade.shippingaddress.update"
    words = (f"tid={TID}", "receiver_name=张小明", "receiver_mobile=13812345678")
    assert prod("call", method, *words, "--env", "prod", "--confirm", "prod", "--anyway").code == 0
    again = ("history", "run", "p2", "--env", "prod", "--confirm", "prod")
    ran = prod(*again, "receiver_name=李四")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert ran.err.startswith(f"error: receiver_mobile: not kept, so without it this {method} would")
    (command,) = re.findall("“(topexplorer .*)”", ran.err)
    assert shlex.split(command) == ["topexplorer", *again, "receiver_mobile=…", "receiver_name=…"]
    assert "张小明" not in ran.out + ran.err
    assert prod("history", "run", "p2", "--env", "prod").code == 2
    assert len(ids(prod)) == 2
    assert prod("history", "save", "p2", "move").code == 0
    for saved in (("profile", "run", "move"), ("call", method, "--profile", "move")):
        ran = prod(*saved, "--env", "prod", "--confirm", "prod")
        assert (ran.code, ran.err.startswith("error: receiver_mobile, receiver_name: not kept")) == (2, True)
        assert f"“topexplorer {' '.join(saved)} --env prod --confirm prod 'receiver_mobile=…'" in ran.err
    assert json.loads(prod("profile", "show", "move", "--json").out)["left_out"] == ["receiver_mobile", "receiver_name"]
    assert "not kept     receiver_mobile, receiver_name" in prod("profile", "show", "move").out
    assert len(ids(prod)) == 2
    given = ("receiver_name=李四", "receiver_mobile=13912345678", "--anyway")
    whole = prod("profile", "run", "move", "--env", "prod", "--confirm", "prod", *given)
    assert (whole.code, len(ids(prod))) == (0, 3)
    assert prod(*again, "--anyway").code == 0
    assert prod("history", "run", "p4", *again[3:]).code == 0, "this one was made without them"
    assert "receiver_name, receiver_mobile" in prod("history", "show", "p2", "-v").err.replace(
        "receiver_mobile, receiver_name", "receiver_name, receiver_mobile"
    )


# diff


def test_diff_says_what_was_asked_differently_and_what_that_changed(called: Command) -> None:
    called("call", "taobao.trade.fullinfo.get", f"tid={TID}", "fields=tid,payment")
    ran = called("history", "diff", "s1", "s5", "-v")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert [line.split()[:2] for line in lines[1:3]] == [["-", "s1"], ["+", "s5"]]
    request, answer = lines.index("Request: 2 differences"), lines.index("Answer: 2 differences")
    assert lines[request + 1 : request + 4] == ["  fields", "    - status", "    + payment"]
    assert lines[answer + 1 :] == [
        "  trade",
        '    - status   "WAIT_SELLER_SEND_GOODS"',
        '    + payment  "247.00"',
    ]
    assert ran.err == "- only in s1 · + only in s5 · ~ different\n"


def test_diff_without_ids_takes_the_latest_two_of_an_api_and_with_one_the_one_before(called: Command) -> None:
    called("call", "item.seller.get", "num_iid=1", "fields=num_iid", "--anyway")
    pairs = [json.loads(called("history", "diff", "--json", *words).out) for words in ((), ("s4",), ("s3",))]
    assert [(pair["old"]["id"], pair["new"]["id"]) for pair in pairs] == [("s3", "s4"), ("s3", "s4"), ("s1", "s3")]
    assert pairs[0]["answer"] is None
    shown = called("history", "diff", "s4", "--lang", "zh").out
    assert "应答：结果分别是 15 isv.trade-not-exist 和 成功，没有比较" in shown
    assert "simplify" in shown


def test_diff_as_data_keeps_digits_and_tells_null_from_nothing(topexplorer: Command, full_app: dict[str, str]) -> None:
    bodies = [b'{"x_response":{"a":null,"price":1.10,"rows":[{"id":1}]}}', b'{"x_response":{"price":1.100000001}}']
    topexplorer.environ |= {f"TOPEXPLORER_DEV_{key}": text for key, text in full_app.items()}
    topexplorer.transport = answering(lambda _request: httpx.Response(200, content=bodies.pop(0)))
    for _ in range(2):
        topexplorer("call", "x.y", "--env", "dev")
    out = topexplorer("history", "diff", "--json").out
    assert '"new": 1.100000001' in out
    assert json.loads(out)["answer"]["differences"] == [
        {"kind": "removed", "path": "a", "old": None},
        {"kind": "changed", "path": "price", "old": 1.1, "new": 1.100000001},
        {"kind": "removed", "path": "rows", "old": [{"id": 1}]},
    ]
    shown = topexplorer("history", "diff").out
    assert "~ price  1.10 → 1.100000001" in shown
    assert '- rows   [ { "id": 1 } ]' in shown


def test_long_values_are_cut_where_they_still_differ(topexplorer: Command, full_app: dict[str, str]) -> None:
    texts = [f"{'一样的开头' * 40}{end}{'x' * 300}" for end in ("旧", "新")]
    topexplorer.environ |= {f"TOPEXPLORER_DEV_{key}": text for key, text in full_app.items()}
    topexplorer.transport = answering(lambda _request: httpx.Response(200, json={"x_response": {"t": texts[0]}}))
    topexplorer("call", "x.y", f"note={texts[0]}", "--env", "dev")
    topexplorer.transport = answering(lambda _request: httpx.Response(200, json={"x_response": {"t": texts[1]}}))
    topexplorer("call", "x.y", f"note={texts[1]}", "--env", "dev")
    lines = [line for line in topexplorer("history", "diff").out.splitlines() if "→" in line]
    assert len(lines) == 2
    assert all("旧" in line and "新" in line and cell_width(line) <= 100 for line in lines)


def test_made_up_people_are_no_difference(prod: Command) -> None:
    prod.transport = person("李四", "13987654321")
    prod(*PEOPLE)
    shown = prod("history", "diff").out
    assert "Answer: 0 differences" in shown
    assert "2 more in personal data are left out" in shown


def test_diff_needs_two_calls_and_no_more(topexplorer: Command) -> None:
    assert "no API was called twice yet" in topexplorer("history", "diff").err
    topexplorer("call", "time.get")
    assert "s1 is the first call of taobao.time.get" in topexplorer("history", "diff", "s1").err
    assert topexplorer("history", "diff", "s1", "s1", "s1").code == 2
    assert "Request: 0 differences" in topexplorer("history", "diff", "s1", "s1").out


# save and forget


def test_a_good_call_becomes_a_profile(called: Command) -> None:
    assert called("history", "save", "s4", "发货前检查").code == 0
    (row,) = rows(called("profile", "list", "--json"))
    assert (row["method"], row["environment"], row["simplify"]) == ("taobao.trade.fullinfo.get", "sandbox", True)
    assert row["values"] == {"tid": TID, "fields": "tid,status"}
    assert called("profile", "run", "发货前检查").code == 0
    assert called("history", "save", "s4", "x", "--env", "nowhere").code == 2


def test_a_profile_of_a_production_call_does_not_lead_back_there_by_itself(prod: Command) -> None:
    ran = prod("history", "save", "p1", "kept", "-v")
    assert "it names no environment" in ran.err
    assert rows(prod("profile", "list", "--json"))[0]["environment"] is None
    assert prod("history", "save", "p1", "kept", "--env", "prod").code == 0
    assert rows(prod("profile", "list", "--json"))[0]["environment"] == "prod"


def test_calls_are_forgotten_by_id_by_environment_and_all(called: Command, full_app: dict[str, str]) -> None:
    called.add_environment("staging", full_app)
    called("call", "time.get", "--env", "staging")
    assert called("history", "forget", "s1", "s2", "s1", "-v").err == "deleted 2 calls\n"
    assert ids(called) == ["s4", "s3", "d1"]
    assert called("history", "forget", "s3", "s1").code == 2
    assert ids(called) == ["s4", "s3", "d1"]
    assert called("history", "forget", "--env", "staging", "--yes").code == 0
    assert ids(called) == ["s4", "s3"]
    assert called("history", "forget", "--all", "--yes").code == 0
    assert (ids(called), called("history", "forget", "--all").code) == ([], 0)
    for words in ((), ("s1", "--all"), ("s1", "--env", "sandbox")):
        assert "say what to forget" in called("history", "forget", *words).err


def test_what_is_damaged_is_forgotten_too(called: Command) -> None:
    folder = called.paths.state / "history"
    path = folder / "sandbox.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE calls SET at = 1000000000000000000 WHERE n IN (1, 2)")
    connection.close()
    ran = called("history", "list", "--json")
    assert (ran.code, [row["id"] for row in rows(ran)], "history forget s" in ran.err) == (0, ["s4", "s3"], True)
    assert called("history", "forget", "s1").code == 0
    path.with_name("dev.sqlite3.broken-1").write_bytes(b"an older call")
    path.with_name("dev.sqlite3.broken-1-wal").write_bytes(b"an older call")
    ran = called("history", "forget", "--env", "sandbox", "--yes", "-v")
    assert ("deleted 3 calls" in ran.err, "dev.sqlite3.broken-1" in ran.err, ids(called)) == (True, True, [])
    assert called("history", "forget", "--all").code == 2
    assert called("history", "forget", "--all", "--yes").code == 0
    assert not list(folder.glob("*broken*"))


def test_many_calls_are_forgotten_only_when_somebody_means_it(called: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Prompts, "has_terminal", property(lambda _prompts: False))
    ran = called("history", "forget", "--all")
    assert (ran.code, "4 calls would be gone for good · add --yes" in ran.err) == (2, True)
    monkeypatch.setattr(Prompts, "has_terminal", property(lambda _prompts: True))
    typed, asked = ["yes", "all", "sandbox"], list[str]()

    def text(_prompts: Prompts, question: str) -> str:
        asked.append(question)
        return typed.pop(0)

    monkeypatch.setattr(Prompts, "text", text)
    assert called("history", "forget", "--all").code == 2
    assert len(ids(called)) == 4
    assert called("history", "forget", "--all").code == 0
    called("call", "time.get")
    assert called("history", "forget", "--env", "sandbox").code == 0
    assert (ids(called), typed) == ([], [])
    assert asked[0] == "4 calls will be gone for good. Type all to delete them: "
    assert asked[2].startswith("1 call will be gone for good. Type sandbox")


# Files that are no good


def test_a_damaged_history_is_told_and_costs_no_answer(called: Command) -> None:
    file = called.paths.history_folder / "sandbox.sqlite3"
    for extra in called.paths.history_folder.iterdir():
        extra.unlink()
    file.write_bytes(b"no database" * 1000)
    ran = called("history", "list")
    assert (ran.code, ran.out) == (0, "")
    assert "was damaged and is now" in ran.err
    for extra in called.paths.history_folder.iterdir():
        extra.unlink()
    file.write_bytes(b"no database" * 1000)
    ran = called("call", "time.get")
    assert (ran.code, "was damaged and is now" in ran.err) == (0, True)
    assert len(ids(called)) == 1


def test_a_history_that_cannot_be_written_costs_no_answer(topexplorer: Command) -> None:
    topexplorer.paths.history_folder.parent.mkdir(parents=True, exist_ok=True)
    topexplorer.paths.history_folder.write_text("in the way", encoding="utf-8")
    ran = topexplorer("call", "time.get")
    assert (ran.code, "so calls are not kept" in ran.err) == (0, True)
    assert json.loads(ran.out)


def test_a_damaged_call_can_be_forgotten(called: Command) -> None:
    with HistoryFile.open(called.paths.history_folder / "sandbox.sqlite3") as file:
        file.database.execute("UPDATE contents SET document = '{}' WHERE n = 1")
    for words in (("show", "s1"), ("run", "s1"), ("diff", "s1", "s3"), ("save", "s1", "x")):
        ran = called("history", *words)
        assert (ran.code, ran.out, "“topexplorer history forget s1” removes it" in ran.err) == (8, "", True)
    assert called("history", "forget", "s1").code == 0
    assert "s1" not in ids(called)
