"""The history: every call that was made comes back after a restart, without a secret, and of production nobody."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import stat
import threading
import zlib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.engine.sentences import said
from tests.engine.test_guard import market
from tests.workbench import NOON, TID, Clock, readable, workbench
from topexplorer.assemble import Workbench
from topexplorer.core.call import Answer, Exchange, NoAnswer, Refusal, RequestDraft
from topexplorer.core.errors import StorageError
from topexplorer.engine import history
from topexplorer.engine.history import UnknownCall

TRADE = RequestDraft("taobao.trade.fullinfo.get", {"tid": TID, "fields": "tid,receiver_name,receiver_mobile"})
TIME = RequestDraft("taobao.time.get")
DEV = {
    "TOPEXPLORER_DEV_APP_KEY": "23456789",
    "TOPEXPLORER_DEV_APP_SECRET": "canary-secret-0123456789abcdef",
    "TOPEXPLORER_DEV_SESSION": "6canarysession0123456789abcdef",
}


def made(bench: Workbench, draft: RequestDraft = TRADE) -> Exchange:
    """A call as somebody makes it, kept when this returns."""
    exchange = asyncio.run(bench.engine.send(bench.engine.prepare(draft), keep=True))
    bench.history.wait()
    return exchange


def replying(home: Path, body: bytes, environ: Mapping[str, str] = DEV, **parts: object) -> Workbench:
    """A dev environment whose far end always says that."""
    far = httpx.MockTransport(lambda _request: httpx.Response(200, content=body))
    bench = workbench(home, environ, transport=far, **parts)
    bench.engine.use("dev")
    return bench


def configure(bench: Workbench, text: str) -> None:
    bench.paths.config.mkdir(parents=True, exist_ok=True)
    bench.paths.config_file.write_text(text, "utf-8")


def all_content(bench: Workbench) -> bytes:
    return b"".join(content for _name, content in readable(bench.paths.state))


def test_every_outcome_comes_back_after_a_restart_as_it_was(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    drafts = (
        RequestDraft(TRADE.api, {**TRADE.values, "memo": "好"}, {}, frozenset({"memo"}), "xml", False, "hmac"),
        RequestDraft("taobao.trade.fullinfo.get", {"tid": "1", "fields": "tid"}),
    )
    exchanges = [made(bench, draft) for draft in drafts]
    gone = workbench(tmp_path, DEV, transport=httpx.MockTransport(_no_one), new_id=lambda: "gone")
    gone.engine.use("dev")
    exchanges.append(made(gone))
    assert [type(exchange.outcome) for exchange in exchanges] == [Answer, Refusal, NoAnswer]

    again = workbench(tmp_path).history
    kept = {past.call: past for past in again.recent()}
    for exchange in exchanges:
        past = kept[exchange.id]
        came = again.exchange(past.id)
        assert (came.draft, came.outcome) == (exchange.draft, exchange.outcome)
        assert (came.started_at, came.seconds) == (exchange.started_at, exchange.seconds)
        assert (came.status, came.headers) == (exchange.status, exchange.headers)
        assert came.request.params == exchange.request.params
        assert came.request.base_string == exchange.request.base_string
        assert came.kept is not None
        assert (came.kept.entry, came.kept.left_out, came.kept.made_up) == (past.id, (), False)
        assert past == again.get(past.id)
    lines = [(past.id[0], past.state, past.reason, past.environment) for past in kept.values()]
    assert sorted(lines) == [
        ("d", "silent", "connect", "dev"),
        ("s", "ok", "", "sandbox"),
        ("s", "refused", exchanges_reason(exchanges[1]), "sandbox"),
    ]


def exchanges_reason(exchange: Exchange) -> str:
    refusal = exchange.outcome
    assert isinstance(refusal, Refusal)
    return f"{refusal.code} {refusal.sub_code}"


def _no_one(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def test_only_what_somebody_sent_is_kept_and_looking_makes_no_file(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    assert bench.history.recent() == ()
    asyncio.run(bench.engine.send(bench.engine.prepare(TIME)))
    bench.history.prune()
    assert bench.history.forget(["s1"]) == 0
    assert not bench.history.folder.exists()
    for entry in ("s1", "p1", "", "x", "s", "s-1", "s" + "9" * 40, "s1 OR 1", "١"):
        with pytest.raises(UnknownCall) as caught:
            bench.history.get(entry)
        assert "no call" in said(caught.value.message)


def test_a_call_is_found_by_what_was_sent_where_and_what_came_of_it(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    clock = bench.clock
    assert isinstance(clock, Clock)
    for draft in (TRADE, TIME, RequestDraft(TRADE.api, {"tid": "1", "fields": "tid"})):
        made(bench, draft)
        clock.move(1)
    recent = bench.history.recent()
    assert [past.api for past in recent] == [TRADE.api, TIME.api, TRADE.api]

    def found(*words: str) -> list[str]:
        return [past.id for past in recent if past.fits(words)]

    assert found("fullinfo") == ["s3", "s1"]
    assert found("fullinfo", TID) == ["s1"]
    assert found("isv.") == ["s3"]
    assert found("sandbox") == ["s3", "s2", "s1"]
    assert found("time", "fullinfo") == []
    assert recent[-1].seller
    assert found(recent[-1].seller.lower(), "fullinfo") == ["s3", "s1"]


def test_no_secret_gets_into_a_file_not_even_one_that_came_with_the_answer(tmp_path: Path) -> None:
    fresh = {name: f"610c4anary{name}0123456789" for name in ("access_token", "refresh_token")}
    nested = json.dumps(json.dumps(fresh))
    echo = DEV["TOPEXPLORER_DEV_APP_SECRET"]
    body = f'{{"x_response":{{"token_result":{nested},"echo":"{echo}","request_id":"r"}}}}'.encode()
    xml = f"<x_response><access_token>{fresh['access_token']}</access_token></x_response>".encode()
    escaped = f"<x_response><a>{json.dumps(fresh)}</a></x_response>".replace('"', "&quot;").encode()
    sent = RequestDraft("taobao.top.auth.token.create", {"code": "1", "refresh_token": "6canary-typed", "memo": echo})
    for place, answer in enumerate((body, xml, escaped)):
        bench = replying(tmp_path / str(place), answer)
        exchange = made(bench, RequestDraft(sent.api, sent.values, format="json" if place == 0 else "xml"))
        assert fresh["access_token"].encode() in exchange.body
        content = all_content(bench)
        assert b"token.create" in content
        for secret in (*fresh.values(), *DEV.values(), "6canary-typed"):
            assert secret == "23456789" or secret.encode() not in content, secret
        (past,) = bench.history.recent()
        kept = bench.history.exchange(past.id)
        assert kept.draft.values == {"code": "1"}
        assert kept.kept is not None
        assert kept.kept.left_out == ("memo", "refresh_token")
        assert kept.ok == exchange.ok


def test_a_known_secret_is_in_no_name_path_method_or_header_that_is_kept(tmp_path: Path) -> None:
    secret = DEV["TOPEXPLORER_DEV_SESSION"]
    file = tmp_path / f"x{secret}.png"
    file.write_bytes(b"png")
    headers = {f"X-{secret}": "1", "X-Up": secret.upper()}
    far = httpx.MockTransport(lambda _request: httpx.Response(200, content=b'{"a_response":{}}', headers=headers))
    bench = workbench(tmp_path / "home", DEV, transport=far)
    bench.engine.use("dev")
    odd = {f"q{secret}": "1", "tid": "1"}
    draft = RequestDraft(f"taobao.{secret}.get", odd, {f"f{secret}": str(file), "img": str(file)}, frozenset({secret}))
    exchange = made(bench, draft)
    assert exchange.ok
    parts = [part.name + part.file_name for part in exchange.request.files]
    assert secret not in json.dumps([exchange.draft.api, exchange.headers, parts])
    assert secret.encode() not in all_content(bench).lower()
    (past,) = bench.history.recent()
    kept = bench.history.exchange(past.id)
    assert (past.api, kept.draft.values, kept.draft.files) == ("taobao.******.get", {"tid": "1"}, {})


def test_of_production_nobody_is_kept_and_one_person_is_always_the_same_made_up_one(tmp_path: Path) -> None:
    bench = market(tmp_path)
    typed = {"tid": TID, "fields": "tid,receiver_name,receiver_mobile,buyer_nick", "receiver_name": "张三"}
    first = made(bench, RequestDraft(TRADE.api, typed))
    second = made(bench, TRADE)
    assert isinstance(first.outcome, Answer)
    trade = first.outcome.payload["trade"]
    people = [trade["receiver_name"], trade["receiver_mobile"], trade["buyer_nick"], "张三"]
    content = all_content(bench)
    for person in people:
        assert person.encode() not in content
        assert json.dumps(person)[1:-1].encode() not in content
    kept = [bench.history.exchange(past.id) for past in bench.history.recent()]
    assert {exchange.id for exchange in kept} == {first.id, second.id}
    shown = []
    for exchange in kept:
        assert exchange.kept is not None
        assert exchange.kept.made_up
        assert isinstance(exchange.outcome, Answer)
        assert exchange.outcome.payload["trade"]["tid"] == trade["tid"]
        assert "receiver_name" not in exchange.draft.values
        assert dict(exchange.request.params)["app_key"] == dict(first.request.params)["app_key"]
        shown.append(exchange.outcome.payload["trade"]["receiver_mobile"])
    assert shown[0] == shown[1] != trade["receiver_mobile"]
    assert bench.history.folder.joinpath("prod.sqlite3").exists()
    assert not bench.history.folder.joinpath("sandbox.sqlite3").exists()


def test_each_kind_is_kept_for_its_own_time_and_an_environment_may_say_otherwise(tmp_path: Path) -> None:
    clock = Clock()
    bench = market(tmp_path, '[environments.short]\nkind = "dev"\ngateway = "embedded"\nhistory_days = 2', clock=clock)
    environ = {
        name.replace("PROD", other): text for name, text in bench.environ.items() for other in ("PROD", "DEV", "SHORT")
    }
    bench = workbench(tmp_path, environ, clock=clock, transport=httpx.MockTransport(_no_one))
    for name in ("sandbox", "dev", "short", "prod"):
        bench.engine.use(name)
        made(bench, TIME)
    for day, left in ((1.9, "sandbox dev short prod"), (6.9, "sandbox dev prod"), (29, "sandbox dev"), (89, "dev")):
        clock.now = NOON + timedelta(days=day)
        assert {past.environment for past in bench.history.recent()} == set(left.split()), day
    clock.now = NOON + timedelta(days=91)
    bench.history.prune()
    for path in bench.history.folder.glob("*.sqlite3"):
        with sqlite3.connect(path) as connection:
            assert connection.execute("SELECT count(*) FROM calls").fetchone() == (0,)
            assert connection.execute("SELECT count(*) FROM contents").fetchone() == (0,)
        connection.close()


def test_an_environment_that_keeps_no_history_leaves_no_file(tmp_path: Path) -> None:
    bench = replying(tmp_path, b'{"time_get_response":{"time":"x"}}')
    configure(bench, "[environments.dev]\nhistory_days = 0")
    bench = workbench(tmp_path, DEV, transport=bench.transport)
    bench.engine.use("dev")
    made(bench, TIME)
    assert not bench.history.folder.exists()


def test_the_oldest_give_way_and_what_is_too_large_is_kept_without_its_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_CALLS", {"sandbox": 3, "dev": 3, "prod": 3})
    monkeypatch.setattr(history, "MOST_BODY", 2000)
    monkeypatch.setattr(history, "MOST_PACKED", 2300)
    clock = Clock()
    for size in (100, 3000, 1500, 1400):
        noise = os.urandom(size // 2).hex()
        bench = replying(tmp_path, f'{{"time_get_response":{{"time":"{noise}"}}}}'.encode(), clock=clock)
        made(bench, TIME)
        clock.move(1)
    outcomes = [bench.history.exchange(past.id).outcome for past in bench.history.recent()]
    assert [past.state for past in bench.history.recent()] == ["ok", "ok", "ok"]
    assert isinstance(outcomes[0], Answer)
    assert isinstance(outcomes[1], Answer)
    assert outcomes[2] == NoAnswer("not_kept", "3.0 KB")
    made(bench, TIME)
    assert [type(bench.history.exchange(past.id).outcome) for past in bench.history.recent()] == [
        Answer,
        Answer,
        NoAnswer,
    ]


def test_forgetting_leaves_nothing_of_a_call_in_the_file(tmp_path: Path) -> None:
    marks = [f"mark{place}-{os.urandom(8).hex()}" for place in range(2)]
    for mark in marks:
        bench = replying(tmp_path, f'{{"time_get_response":{{"time":"{mark}"}}}}'.encode())
        made(bench, RequestDraft("taobao.time.get", {"note": mark}))
    assert all(mark.encode() in all_content(bench) for mark in marks)
    gone, stays = (past.id for past in bench.history.recent() if marks[0] in past.words), "d2"
    assert bench.history.forget([*gone, "d99", "s1", "nonsense"]) == 1
    content = all_content(bench)
    assert marks[0].encode() not in content
    assert marks[1].encode() in content
    assert bench.history.get(stays).call
    made(bench, TIME)
    assert {past.id for past in bench.history.recent()} == {"d2", "d3"}, "no id is given twice"


def test_what_the_disk_refuses_costs_no_answer_and_is_told_once(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    bench.history.folder.parent.mkdir(parents=True)
    bench.history.folder.write_text("a file in the way")
    for _ in range(2):
        assert made(bench).ok
    (problem,) = bench.history.problems
    assert "cannot be used" in said(problem)
    bench.history.folder.unlink()
    bench.history.folder.joinpath("dev.sqlite3").mkdir(parents=True)
    made(bench)
    assert [past.id for past in bench.history.recent()] == ["s1"], "one file in the way hides no other"
    assert len(bench.history.problems) == 2
    with pytest.raises(StorageError):
        bench.history.forget(["d1"])


def test_a_broken_file_is_moved_aside_told_and_the_call_is_kept(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    bench.history.folder.mkdir(parents=True)
    path = bench.history.folder / "sandbox.sqlite3"
    path.write_bytes(b"no database at all " * 100)
    made(bench)
    assert "damaged" in said(bench.history.problems[0])
    assert [past.id for past in bench.history.recent()] == ["s1"]
    assert path.with_name("sandbox.sqlite3.broken-1").read_bytes().startswith(b"no database")
    # Broken further in: only what is written shows it.
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes(len(content) - 4096))
    made(bench)
    assert [past.id for past in bench.history.recent()] == ["s1"]
    assert path.with_name("sandbox.sqlite3.broken-2").exists()


def test_a_newer_file_is_left_alone_and_told(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    made(bench)
    path = bench.history.folder / "sandbox.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    before = path.read_bytes()
    made(bench)
    assert "newer" in said(bench.history.problems[0])
    assert path.read_bytes() == before


def test_a_call_whose_document_is_damaged_or_whose_answer_unpacks_without_end_is_one_sentence(tmp_path: Path) -> None:
    bench = replying(tmp_path, b'{"time_get_response":{"time":"x"}}')
    made(bench, TIME)
    changes: list[tuple[str, str | bytes]] = [
        ("UPDATE contents SET document = ?", text) for text in ("{}", "[]", "{", '{"draft": 1}', "[" * 100_000, "null")
    ]
    changes.append(("UPDATE bodies SET packed = ?", zlib.compress(bytes(history.MOST_BODY + 1))))
    for statement, content in changes:
        with sqlite3.connect(bench.history.folder / "dev.sqlite3") as connection:
            before = connection.execute("SELECT document, packed FROM contents JOIN bodies USING (n)").fetchone()
            connection.execute(statement, (content,))
        assert bench.history.get("d1").api == TIME.api
        with pytest.raises(StorageError) as caught:
            bench.history.exchange("d1")
        assert "history forget d1" in said(caught.value.message)
        with connection:
            connection.execute("UPDATE contents SET document = ?", before[:1])
            connection.execute("UPDATE bodies SET packed = ?", before[1:])
        connection.close()
    assert bench.history.exchange("d1").ok


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE calls SET at = 1000000000000000000 WHERE n = 1",
        "UPDATE calls SET at = 'x' WHERE n = 1",
        "UPDATE calls SET api = x'fffe' WHERE n = 1",
        "UPDATE calls SET seconds = 'x' WHERE n = 1",
        "UPDATE calls SET size = 'x' WHERE n = 1",
        "UPDATE calls SET words = x'00', n = -5 WHERE n = 1",
    ],
)
def test_a_call_whose_row_is_damaged_is_told_left_out_and_can_be_forgotten(tmp_path: Path, change: str) -> None:
    bench = workbench(tmp_path)
    made(bench, TIME)
    made(bench, TIME)
    with sqlite3.connect(bench.history.folder / "sandbox.sqlite3") as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(change)
        connection.execute("UPDATE contents SET n = (SELECT min(n) FROM calls) WHERE n = 1")
    connection.close()
    for _ in range(2):
        assert [past.id for past in bench.history.recent()] == ["s2"]
    ((entry, environment),) = bench.history.unread.items()
    (problem,) = bench.history.problems
    assert (environment, f"history forget {entry}" in said(problem)) == ("sandbox", True)
    with pytest.raises(StorageError) as caught:
        bench.history.get(entry)
    assert f"history forget {entry}" in said(caught.value.message)
    assert bench.history.forget([entry]) == 1
    assert [past.id for past in bench.history.recent()] == ["s2"]
    assert not bench.history.unread


def test_calls_that_end_at_once_in_several_programs_are_all_kept(tmp_path: Path) -> None:
    benches = [workbench(tmp_path) for _ in range(4)]
    exchange = asyncio.run(benches[0].engine.send(benches[0].engine.prepare(TRADE)))
    environment = benches[0].engine.environment

    def add(bench: Workbench) -> None:
        for _ in range(10):
            bench.history.add(exchange, environment, "")

    threads = [threading.Thread(target=add, args=(bench,)) for bench in benches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for bench in benches:
        bench.history.wait()
        assert bench.history.problems == ()
    assert len(benches[0].history.recent()) == 40


@pytest.mark.skipif(os.name == "nt", reason="Windows has no owner bits")
def test_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        bench = workbench(tmp_path)
        made(bench)
    finally:
        os.umask(before)
    assert stat.S_IMODE(bench.history.folder.stat().st_mode) == 0o700
    for path in bench.history.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
