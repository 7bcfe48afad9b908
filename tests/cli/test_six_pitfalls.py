"""The six pitfalls from a shell: the call that fails, its explanation, and the proposed command, which works."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.cli.conftest import Command, Ran
from tests.workbench import TID, Clock, workbench
from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.core.signing import sign
from topexplorer.sandbox.accounts import OTHER_SELLER, SELLER, Accounts

TIME = ("call", "taobao.time.get")


def proposed(ran: Ran, holding: str = "") -> list[str]:
    """The words of the first command that is proposed and holds a word, without `topexplorer` and any waiting."""
    lines = [line.partition("$ ")[2] for line in ran.err.splitlines() if "$ topexplorer" in line or "$ sleep" in line]
    words = shlex.split(next(line for line in lines if holding in line))
    return words[words.index("topexplorer") + 1 :]


def with_fault(topexplorer: Command, rule: str, clock: Clock | None = None) -> Workbench:
    """What the command works on when the sandbox fails like that."""
    bench = workbench(topexplorer.root, topexplorer.environ, clock=clock or Clock())
    bench.sandbox.faults.add(rule)
    return bench


def test_sign_the_command_with_the_right_keys_is_proposed(topexplorer: Command, full_app: dict[str, str]) -> None:
    topexplorer.add_environment("trial", full_app | {"APP_SECRET": "notthesecret0123456789"})
    ran = topexplorer(*TIME, "--env", "trial")
    assert (ran.code, json.loads(ran.out)["error_response"]["code"]) == (output.REFUSED, 25)
    assert "25" in topexplorer("explain", "25").out
    assert topexplorer(*proposed(ran)).code == output.OK


def test_sign_the_mistake_of_a_program_is_named_with_the_line_that_cures_it(
    topexplorer: Command, full_app: dict[str, str]
) -> None:
    params = {"method": "taobao.time.get", "app_key": full_app["APP_KEY"], "v": "2.0", "sign_method": "hmac"}
    wrong = sign("hmac", full_app["APP_SECRET"], params.items()).lower()
    pasted = "&".join(f"{name}={text}" for name, text in (params | {"sign": wrong}).items())
    ran = topexplorer("sign", "--check", pasted, "--fix-in", "java")
    assert ran.code == output.REFUSED
    first, fix, line, *_rest = ran.out.splitlines()
    assert ("lower-case" in first, "Java" in fix, "%032X" in line) == (True, True, True)


def test_permission_scope_ids_and_page_are_printed(topexplorer: Command, small_app: dict[str, str]) -> None:
    topexplorer.add_environment("small", small_app)
    ran = topexplorer("call", "taobao.trades.sold.get", "fields=tid", "--env", "small")
    assert (ran.code, json.loads(ran.out)["error_response"]["code"]) == (output.PERMISSION, 11)
    line = next(line for line in ran.err.splitlines() if "scopeId=" in line)
    scope = line.rpartition("scopeId=")[2]
    assert scope.isdigit()
    assert scope in line.partition("https://")[0]


def test_limit_the_wait_is_part_of_the_proposed_command(topexplorer: Command) -> None:
    clock = Clock()
    bench = with_fault(topexplorer, "taobao.time.get: ban=7s kind=app-api", clock)
    ran = topexplorer.assembled(*TIME, bench=bench)
    assert (ran.code, json.loads(ran.out)["error_response"]["code"]) == (output.QUOTA, 7)
    assert "$ sleep 7; topexplorer call taobao.time.get" in ran.err
    clock.move(7)
    assert topexplorer.assembled(*proposed(ran), bench=bench).code == output.OK


def test_session_a_call_without_one_is_held_back_and_can_be_sent_anyway(
    topexplorer: Command, full_app: dict[str, str]
) -> None:
    topexplorer.add_environment("trial", full_app | {"SESSION": ""})
    call = ("call", "taobao.user.seller.get", "fields=nick")
    held = topexplorer(*call, "--env", "trial")
    assert (held.code, held.out) == (output.SESSION, "")
    assert "cannot succeed" in held.err
    assert all(meter.used == 0 for meter in topexplorer.bench.engine.meters())
    anyway = topexplorer(*proposed(held, "--anyway"))
    assert (anyway.code, json.loads(anyway.out)["error_response"]["code"]) == (output.SESSION, 26)
    assert topexplorer(*proposed(held)).code == output.OK
    assert topexplorer(*proposed(anyway)).code == output.OK


def test_timestamp_the_gateway_s_own_time_is_proposed(topexplorer: Command) -> None:
    bench = with_fault(topexplorer, "*: clock=+15m")
    ran = topexplorer.assembled(*TIME, bench=bench)
    assert (ran.code, json.loads(ran.out)["error_response"]["code"]) == (output.REFUSED, 31)
    words = proposed(ran)
    assert words[-2:] == ["--timestamp", "gateway"]
    assert topexplorer.assembled(*words, bench=with_fault(topexplorer, "*: clock=+15m")).code == output.OK
    clocks = topexplorer.assembled("doctor", "--clock", bench=with_fault(topexplorer, "*: clock=+15m"))
    assert clocks.code == output.FINDINGS
    assert "15 min 00 s behind" in clocks.out
    marks = [line.split()[0] for line in clocks.out.splitlines() if line[:1] in "✓✗" and line]
    assert (marks.count("✓"), marks.count("✗")) == (2, 10)


@pytest.mark.parametrize("more", [("--verbose",), ("--view", "why")])
def test_empty_fields_are_explained_and_the_seller_who_gets_them_is_proposed(
    topexplorer: Command, more: tuple[str, ...]
) -> None:
    listed = topexplorer("call", "items.onsale.get", "fields=num_iid", "page_size=1", "--seller", OTHER_SELLER)
    num_iid = json.loads(listed.out)["items_onsale_get_response"]["items"]["item"][0]["num_iid"]
    item = ("call", "taobao.item.seller.get", f"num_iid={num_iid}", "fields=num_iid,nick,skus,outer_id")
    ran = topexplorer(*item, "--seller", SELLER, *more)
    assert ran.code == output.OK
    told = Ran(ran.code, ran.stdout, ran.stdout if "why" in more else ran.stderr)
    assert f"skus  skus comes only to its owner, and this belongs to {OTHER_SELLER}." in told.err
    words = proposed(told)
    assert words[-2:] == ["--seller", OTHER_SELLER]
    assert "skus" in json.loads(topexplorer(*words).out)["item_seller_get_response"]["item"]


def test_a_field_that_was_not_asked_for_is_asked_for_by_the_proposed_command(topexplorer: Command) -> None:
    ran = topexplorer("call", "taobao.trade.fullinfo.get", f"tid={TID}", "fields=tid", "--missed", "payment")
    assert "payment was not asked for in fields" in ran.err
    answer = json.loads(topexplorer(*proposed(ran)).out)
    assert set(answer["trade_fullinfo_get_response"]["trade"]) == {"tid", "payment"}


def test_no_explanation_holds_a_secret(topexplorer: Command, full_app: dict[str, str]) -> None:
    topexplorer.add_environment("trial", full_app | {"APP_SECRET": "canary5ecret0f1e2d3c4b5a69788796"})
    session = Accounts.default().credentials().session
    for more in ((), ("--verbose", "--anyway"), ("--view", "why")):
        ran = topexplorer("call", "taobao.user.seller.get", "fields=nick", "--env", "trial", *more)
        assert b"canary5ecret" not in ran.stdout + ran.stderr
        assert session is not None
        assert session.reveal().encode() not in ran.stdout + ran.stderr
