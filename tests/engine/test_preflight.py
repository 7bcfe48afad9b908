"""Lamps tell what a call needs, and each of the six pitfalls is named, explained and cured in the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.engine.vaults import fill_vault
from tests.workbench import CANARIES, PROD_KEYS, Clock, workbench
from topexplorer.assemble import Workbench
from topexplorer.core.call import Answer, Exchange, RequestDraft, Secret
from topexplorer.core.diagnosis import Diagnosis, Surroundings, explain
from topexplorer.core.emptyfields import OwnerHints, explain_gaps
from topexplorer.core.exporters import command_line
from topexplorer.core.lamps import Lamp, has_red, terminal_lamps
from topexplorer.core.language import LANGUAGES, Language, Message
from topexplorer.core.timestamps import skew
from topexplorer.engine.environments import SANDBOX_URL
from topexplorer.engine.holding import held
from topexplorer.engine.preflight import at_hand, clock_lamp, config_lamp, quota_lamp
from topexplorer.engine.wirelamps import ON_THE_WIRE, Preflight
from topexplorer.sandbox.accounts import (
    APP_KEY,
    GUARDED_APP_KEY,
    OTHER_SELLER,
    SELLER,
    SMALL_APP_KEY,
    Accounts,
)

SAYS = [Language(name) for name in LANGUAGES]


def keys_of(app_key: str = APP_KEY, seller: str = SELLER) -> dict[str, str]:
    keys = Accounts.default().credentials(app_key, seller)
    session = keys.session.reveal() if keys.session else ""
    return {"APP_KEY": keys.app_key, "APP_SECRET": keys.app_secret.reveal(), "SESSION": session}


def bench_with(
    home: Path, keys: Mapping[str, str], gateway: str = SANDBOX_URL, more: str = "", **parts: Any
) -> Workbench:
    """A Workbench in an environment `trial` with these keys, at the embedded sandbox unless another is given."""
    config = home / "config"
    config.mkdir(parents=True, exist_ok=True)
    text = f'[environments.trial]\nkind = "dev"\ngateway = "{gateway}"\n{more}'
    (config / "config.toml").write_text(text, encoding="utf-8")
    environ = {f"TOPEXPLORER_TRIAL_{name}": text for name, text in keys.items() if text}
    return workbench(home, environ, environment="trial", **parts)


def call(bench: Workbench, method: str, **values: str) -> Exchange:
    engine = bench.engine
    return asyncio.run(engine.send(engine.prepare(RequestDraft(method, values))))


def why(bench: Workbench, exchange: Exchange) -> Diagnosis:
    method = exchange.draft.api
    around = Surroundings(behind=bench.catalog.imported(method))
    diagnosis = explain(exchange, bench.catalog.spec(method), bench.catalog.errors, around)
    assert diagnosis is not None
    for say in SAYS:
        for part in (diagnosis.cause, diagnosis.cure, *diagnosis.proofs, *(fix.text for fix in diagnosis.fixes)):
            assert "{" not in say.render(part)
    return diagnosis


def lamps_of(bench: Workbench, **parts: Any) -> dict[str, Lamp]:
    lamps = asyncio.run(Preflight(bench.engine, bench.environ, **parts).on_the_wire())
    for lamp in lamps:
        assert lamp.state != "bad" or lamp.cure is not None, lamp
        for say in SAYS:
            assert say.has(f"lamp.{lamp.name}"), lamp.name
            for part in filter(None, (lamp.sentence, lamp.cure)):
                assert "{" not in say.render(part)
                assert not isinstance(part, Message) or say.has(part.key)
    return {lamp.name: lamp for lamp in lamps}


def states(lamps: Mapping[str, Lamp]) -> dict[str, str]:
    return {name: lamp.state for name, lamp in lamps.items()}


# The six pitfalls


def test_a_wrong_secret_is_named_and_the_right_one_cures_it(tmp_path: Path) -> None:
    bench = bench_with(tmp_path / "wrong", keys_of() | {"APP_SECRET": "notthesecret0123456789"})
    diagnosis = why(bench, call(bench, "taobao.time.get"))
    assert diagnosis.pitfall == "sign"
    assert [(fix.kind, fix.target) for fix in diagnosis.fixes][:2] == [("sign_lab", ""), ("keys", "app_secret")]
    assert call(bench_with(tmp_path / "right", keys_of()), "taobao.time.get").ok


def test_a_missing_package_is_named_with_its_scope(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, keys_of(SMALL_APP_KEY))
    diagnosis = why(bench, call(bench, "taobao.trades.sold.get", fields="tid"))
    assert diagnosis.pitfall == "permission"
    fix = diagnosis.fixes[0]
    assert (fix.kind, fix.target.isdigit(), fix.link.startswith("https://")) == ("permission", True, True)


def test_a_call_limit_is_named_and_waited_out(tmp_path: Path) -> None:
    clock = Clock()
    bench = bench_with(tmp_path, keys_of(), clock=clock)
    bench.sandbox.faults.add("taobao.time.get: ban=60s kind=app-api")
    diagnosis = why(bench, call(bench, "taobao.time.get"))
    assert diagnosis.pitfall == "limit"
    fix = diagnosis.fixes[0]
    assert (fix.kind, fix.seconds) == ("wait", 60)
    assert quota_lamp(bench.engine, "taobao.time.get").state == "bad"
    clock.move(fix.seconds)
    assert call(bench, "taobao.time.get").ok


def test_a_missing_session_is_named_and_a_login_cures_it(tmp_path: Path) -> None:
    bench = bench_with(tmp_path / "without", keys_of() | {"SESSION": ""})
    diagnosis = why(bench, call(bench, "taobao.user.seller.get", fields="nick"))
    assert diagnosis.pitfall == "session"
    assert [(fix.kind, fix.target) for fix in diagnosis.fixes][:2] == [("login", ""), ("keys", "session")]
    assert any("no session" in SAYS[0].render(proof) for proof in diagnosis.proofs)
    assert call(bench_with(tmp_path / "with", keys_of()), "taobao.user.seller.get", fields="nick").ok


def test_a_revoked_session_is_named(tmp_path: Path) -> None:
    dead = next(grant for grant in Accounts.default().grants if grant.revoked)
    bench = bench_with(tmp_path, keys_of() | {"SESSION": dead.session.reveal()})
    diagnosis = why(bench, call(bench, "taobao.user.seller.get", fields="nick"))
    assert (diagnosis.pitfall, diagnosis.fixes[0].kind) == ("session", "login")
    assert dead.session.reveal() not in repr(diagnosis)


def test_a_clock_that_is_off_is_named_measured_and_cured(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, keys_of())
    bench.sandbox.faults.add("*: clock=+15m")
    refused = call(bench, "taobao.time.get")
    diagnosis = why(bench, refused)
    assert diagnosis.pitfall == "timestamp"
    fix = diagnosis.fixes[0]
    assert (fix.kind, fix.target) == ("timestamp", "gateway")
    assert fix.seconds == pytest.approx(900, abs=1)
    bench.engine.gateway_ahead = timedelta(seconds=fix.seconds)
    assert call(bench, "taobao.time.get").ok
    bench.engine.use("trial")
    assert not call(bench, "taobao.time.get").ok


def test_another_sellers_item_explains_its_empty_fields(tmp_path: Path) -> None:
    theirs = bench_with(tmp_path / "theirs", keys_of(seller=OTHER_SELLER))
    listed = call(theirs, "taobao.items.onsale.get", fields="num_iid", page_size="1")
    assert isinstance(listed.outcome, Answer)
    num_iid = str(listed.outcome.payload["items"]["item"][0]["num_iid"])
    bench = bench_with(tmp_path / "mine", keys_of())
    seen = call(bench, "taobao.item.seller.get", num_iid=num_iid, fields="num_iid,nick,title,skus,outer_id")
    assert isinstance(seen.outcome, Answer)
    spec = bench.catalog["taobao.item.seller.get"]
    gaps = explain_gaps(spec, seen.draft, seen.outcome.payload, True, OwnerHints(seller=SELLER))
    assert {gap.path: gap.reason for gap in gaps} == {"skus": "foreign", "outer_id": "foreign"}
    assert all(gap.fix and (gap.fix.kind, gap.fix.target) == ("login", OTHER_SELLER) for gap in gaps)
    own = call(theirs, "taobao.item.seller.get", num_iid=num_iid, fields="num_iid,nick,title,skus,outer_id")
    assert isinstance(own.outcome, Answer)
    assert not [gap for gap in explain_gaps(spec, own.draft, own.outcome.payload, True) if gap.path == "outer_id"]


# Lamps on the wire


def test_in_the_sandbox_every_lamp_is_green_out_of_the_box(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    lamps = lamps_of(bench)
    assert set(lamps) == set(ON_THE_WIRE)
    assert set(states(lamps).values()) == {"ok"}
    assert {lamp.state for lamp in at_hand(bench.engine)} == {"ok"}
    assert lamps["session"].detail == SELLER
    assert lamps["ip"].detail == "127.0.0.1"


def test_the_self_check_passes_in_the_sandbox_step_by_step(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    steps = asyncio.run(Preflight(bench.engine, {}).self_check())
    assert [(step.name, step.state) for step in steps] == [
        ("sign_example", "ok"),
        ("reach", "ok"),
        ("public_call", "ok"),
        ("seller_call", "ok"),
    ]
    assert steps[0].detail == "66987CB115214E59E6EC978214934FB8"


@pytest.mark.parametrize(
    ("change", "red", "passed"),
    [
        ({"APP_KEY": "99999999"}, "app_key", {"reach", "clock"}),
        ({"APP_SECRET": "notthesecret0123456789"}, "sign", {"reach", "clock", "app_key"}),
        ({"SESSION": "6100000000000000000000000000"}, "session", {"reach", "clock", "app_key", "sign", "ip", "quota"}),
    ],
)
def test_the_lamp_of_what_is_wrong_is_red_and_no_other(
    tmp_path: Path, change: dict[str, str], red: str, passed: set[str]
) -> None:
    lamps = lamps_of(bench_with(tmp_path, keys_of() | change))
    assert [name for name, lamp in lamps.items() if lamp.state == "bad"] == [red]
    assert {name for name, lamp in lamps.items() if lamp.state == "ok"} == passed


def test_an_app_without_a_package_has_a_red_permission_lamp(tmp_path: Path) -> None:
    lamps = lamps_of(bench_with(tmp_path, keys_of(SMALL_APP_KEY)))
    assert [name for name, lamp in lamps.items() if lamp.state == "bad"] == ["permission"]
    assert "scope ids" in lamps["permission"].detail


def test_an_address_that_is_not_allowed_has_a_red_ip_lamp(tmp_path: Path) -> None:
    lamps = lamps_of(bench_with(tmp_path, keys_of(GUARDED_APP_KEY)))
    assert [name for name, lamp in lamps.items() if lamp.state == "bad"] == ["ip"]
    assert "127.0.0.1" in lamps["ip"].detail
    assert lamps["sign"].state == "ok"


def test_a_clock_that_is_off_has_a_red_lamp_with_the_figure(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    bench.sandbox.faults.add("*: clock=-20m")
    lamps = lamps_of(bench)
    assert lamps["clock"].state == "bad"
    assert lamps["clock"].detail == "-1200 s"
    assert lamps["app_key"].state == "ok"
    assert lamps["sign"].state == "skipped"


def test_a_clock_that_is_a_little_off_is_worth_a_warning(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    bench.sandbox.faults.add("*: clock=+3m")
    lamps = lamps_of(bench)
    assert (lamps["clock"].state, lamps["sign"].state) == ("warn", "ok")


def test_without_a_session_public_calls_are_still_green(tmp_path: Path) -> None:
    lamps = lamps_of(bench_with(tmp_path, keys_of() | {"SESSION": ""}))
    assert (lamps["session"].state, lamps["permission"].state) == ("warn", "skipped")
    assert not has_red(lamps.values())


def test_without_keys_nothing_is_sent(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, {})
    assert set(states(lamps_of(bench)).values()) == {"skipped"}
    assert "sandbox" not in vars(bench)
    assert [lamp.name for lamp in at_hand(bench.engine) if lamp.state == "bad"] == ["keys"]


def test_an_unsafe_gateway_is_red_and_nothing_is_sent(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, keys_of(), "http://gw.example.com/router/rest")
    assert set(states(lamps_of(bench)).values()) == {"skipped"}
    assert [lamp.name for lamp in at_hand(bench.engine) if lamp.state == "bad"] == ["address"]


def failing(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route", request=request)


def no_address(host: str, port: int) -> object:
    raise OSError(f"{host}:{port}")


@pytest.mark.parametrize(
    ("look_up", "environ", "key"),
    [
        (no_address, {}, "lamp.reach.dns"),
        (lambda _host, _port: [], {}, "lamp.reach.connect"),
        (no_address, {"HTTPS_PROXY": "  http://me:secretword@proxy.example:3128 "}, "lamp.reach.proxy"),
        (no_address, {"HTTPS_PROXY": "http://proxy.example:3128:me:secretword"}, "lamp.reach.proxy"),
    ],
)
def test_which_part_of_the_way_is_broken_is_said(
    tmp_path: Path, look_up: Any, environ: dict[str, str], key: str
) -> None:
    bench = bench_with(
        tmp_path, keys_of(), "https://gw.example.com/router/rest", transport=httpx.MockTransport(failing)
    )
    lamps = asyncio.run(Preflight(bench.engine, environ, look_up).on_the_wire())
    reach = next(lamp for lamp in lamps if lamp.name == "reach")
    assert (reach.state, reach.sentence.key) == ("bad", key)
    assert reach.cure is not None
    assert "secretword" not in repr(lamps)
    assert {lamp.state for lamp in lamps if lamp.name != "reach"} == {"skipped"}


def test_a_page_instead_of_an_answer_is_red(tmp_path: Path) -> None:
    page = httpx.MockTransport(lambda _request: httpx.Response(502, text="<html>Bad Gateway</html>"))
    bench = bench_with(tmp_path, keys_of(), "https://gw.example.com/router/rest", transport=page)
    lamps = lamps_of(bench, look_up=no_address)
    assert lamps["reach"].state == "bad"
    assert lamps["reach"].sentence.key == "silence.http"


def test_no_lamp_shows_a_secret(tmp_path: Path) -> None:
    echo = httpx.MockTransport(
        lambda request: httpx.Response(
            200, json={"error_response": {"code": 25, "msg": "Invalid signature", "sub_msg": request.content.decode()}}
        )
    )
    bench = workbench(tmp_path, PROD_KEYS, environment="prod", transport=echo)
    shown = repr(lamps_of(bench)) + repr(at_hand(bench.engine))
    shown += repr(asyncio.run(Preflight(bench.engine, {}).self_check()))
    assert not [canary for canary in CANARIES if canary in shown]


def test_calls_of_the_lamps_are_counted(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    lamps_of(bench)
    assert max(meter.used for meter in bench.engine.meters()) == 3


# Before a send


def named(lamps: tuple[Lamp, ...], state: str = "bad") -> list[str]:
    return [lamp.name for lamp in lamps if lamp.state == state]


def test_nothing_speaks_against_a_good_call(tmp_path: Path) -> None:
    assert held(workbench(tmp_path).engine, RequestDraft("taobao.time.get")) is None


def test_what_dooms_a_call_holds_it_back_before_it_is_spent(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, keys_of() | {"SESSION": ""})
    engine = bench.engine
    nick, time = RequestDraft("taobao.user.seller.get", {"fields": "nick"}), RequestDraft("taobao.time.get")
    found = held(engine, nick)
    assert found is not None
    assert (found.pitfall, [fix.kind for fix in found.fixes]) == ("session", ["environment", "login", "keys", "anyway"])
    assert held(engine, time) is None
    engine.use("dev")
    without = held(engine, time)
    assert without is not None
    assert (without.pitfall, [fix.kind for fix in without.fixes]) == ("app_key", ["keys"])
    assert SAYS[0].render(without.cause) == "dev has no app key, app secret, so nothing can be signed."
    assert "sandbox" not in vars(bench)


def test_a_vault_that_cannot_be_used_is_the_reason_and_not_that_keys_are_missing(tmp_path: Path) -> None:
    bench = workbench(tmp_path, environment="dev")
    fill_vault(tmp_path)
    path = bench.paths.vault_folder / "dev.vault"
    sound = path.read_bytes()
    path.write_bytes(sound[:300])
    time = RequestDraft("taobao.time.get")
    found = held(bench.engine, time)
    assert found is not None
    assert (str(path) in SAYS[0].render(found.cause), [fix.kind for fix in found.fixes]) == (True, [])
    path.write_bytes(sound)
    bench.environ = {"TOPEXPLORER_PROD_APP_SECRET": "s3cret"}
    other = workbench(tmp_path / "other", bench.environ, environment="prod")
    lacking = held(other.engine, time)
    assert lacking is not None
    assert SAYS[0].render(lacking.cause) == "prod has no app key, so nothing can be signed."
    third = workbench(tmp_path / "third", environment="dev", ask_passphrase=lambda _wanted: Secret("correct horse"))
    third.vault.room.put(third.engine.environment, app_secret=Secret("canary-secret-0123456789"))
    third.vault.room.lock()
    assert third.vault.status(third.engine.environment).locked
    known = held(third.engine, time)
    assert known is not None, "nobody has to open the vault to learn that"
    assert SAYS[0].render(known.cause) == "dev has no app key, so nothing can be signed."


def test_a_write_that_lost_values_is_held_until_they_are_given_or_were_not_to_be_sent(tmp_path: Path) -> None:
    engine = workbench(tmp_path).engine
    draft = RequestDraft("taobao.trade.memo.update", {"tid": "1"}, left_out=frozenset({"memo"}))
    found = held(engine, draft)
    assert found is not None
    assert SAYS[0].render(found.title) == "Not sent: what was not kept is missing"
    assert [(fix.kind, fix.target) for fix in found.fixes][:1] == [("edit", "memo")]
    assert found.fixes[-1].kind == "anyway"
    assert held(engine, draft.with_value("memo", "x")) is None
    assert held(engine, replace(draft, off=frozenset({"memo"}))) is None
    assert command_line(draft, "sandbox") == "topexplorer call taobao.trade.memo.update tid=1 'memo=<memo>'"


def test_a_clock_that_is_far_off_holds_every_call_back_until_it_is_corrected(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, keys_of())
    bench.sandbox.faults.add("*: clock=+15m")
    assert not call(bench, "taobao.time.get").ok
    found = held(bench.engine, RequestDraft("taobao.time.get"))
    assert found is not None
    assert (found.pitfall, found.fixes[0].kind, found.fixes[0].seconds) == ("timestamp", "timestamp", 900)
    bench.engine.gateway_ahead = timedelta(seconds=900)
    assert held(bench.engine, RequestDraft("taobao.time.get")) is None


def test_a_limit_that_is_used_up_is_red(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, keys_of(), more='limits = { basic = ["2/min"] }\n')
    assert quota_lamp(bench.engine, "taobao.time.get").state == "ok"
    call(bench, "taobao.time.get")
    call(bench, "taobao.time.get")
    lamp = quota_lamp(bench.engine, "taobao.time.get")
    assert lamp.state == "bad"
    assert lamp.cure is not None


def test_problems_of_the_configuration_are_red() -> None:
    assert config_lamp(()).state == "ok"
    lamp = config_lamp((Message("spec.no_folder"),))
    assert (lamp.state, lamp.cure is not None) == ("bad", True)


def test_entries_of_allow_and_deny_that_fit_no_api_are_doubted(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    bench.engine.environment = replace(bench.engine.environment, deny=("trade.memo.update", "taobao.tarde.*"))
    lamp = next(lamp for lamp in at_hand(bench.engine) if lamp.name == "config")
    problems = lamp.sentence.values["problems"]
    assert isinstance(problems, tuple)
    (doubt,) = problems
    assert (lamp.state, doubt.values) == ("warn", {"name": "deny", "patterns": ("taobao.tarde.*",)})


def test_a_clock_that_was_never_compared_is_not_judged(tmp_path: Path) -> None:
    assert clock_lamp(None, workbench(tmp_path).engine).state == "skipped"


def test_the_embedded_sandbox_tells_its_time_as_a_server_does(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    exchange = call(bench, "taobao.time.get")
    found = skew(exchange)
    assert found is not None
    assert (found.source, found.seconds) == ("date", 0)
    bare = skew(replace(exchange, headers=()))
    assert bare is not None
    assert bare.source == "time.get"


# The terminal


@pytest.mark.parametrize(
    ("environ", "encoding", "warned"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "utf-8", []),
        ({"TERM": "xterm-256color"}, "UTF8", []),
        ({"TERM": "dumb"}, "utf-8", ["colours"]),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "utf-8", ["colours"]),
        ({"TERM": "xterm-256color"}, "gbk", ["cjk_width"]),
        ({"TERM": "linux"}, "utf-8", ["colours", "cjk_width"]),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, "utf-8", ["clipboard"]),
        ({"TERM": "screen-256color", "TMUX": "/x"}, "utf-8", ["clipboard"]),
        ({"TERM": "xterm-256color", "SSH_TTY": "/x"}, "utf-8", []),
    ],
)
def test_what_a_terminal_cannot_do_is_a_warning_with_a_cure(
    environ: dict[str, str], encoding: str, warned: list[str]
) -> None:
    lamps = terminal_lamps(environ, True, encoding)
    assert named(lamps, "warn") == warned
    assert all(lamp.cure is not None for lamp in lamps if lamp.state == "warn")
    assert not has_red(lamps)
    assert [lamp.state for lamp in terminal_lamps(environ, False, encoding)] == ["skipped"]
