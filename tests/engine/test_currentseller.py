"""Whose session calls carry where the vault holds those of several named sellers, and that everything that looks at
it says the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.engine.consents import streamed
from tests.workbench import Clock, workbench
from topexplorer.assemble import Workbench
from topexplorer.core.call import RequestDraft, Secret
from topexplorer.core.language import Message
from topexplorer.core.sessionlife import Part
from topexplorer.engine import preflight
from topexplorer.engine.holding import held
from topexplorer.engine.storedkeys import SellerToken
from topexplorer.engine.vault import KeyStatus
from topexplorer.engine.wirelamps import Preflight

pytestmark = pytest.mark.anyio
READ = RequestDraft("taobao.user.seller.get", {"fields": "nick"})
WRITE = RequestDraft("taobao.trade.memo.update", {"tid": "3141592653589793238", "memo": "x"})
ANSWER = {"user_seller_get_response": {"user": {"nick": "x"}, "time": "2026-11-22 12:00:00"}}
A, B = "童装小铺", "数码优选"


def passphrase(_wanted: object) -> Secret:
    return Secret("correct horse")


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    """A workbench in dev, whose vault is open and holds the sessions of two named sellers."""
    config = tmp_path / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text('[environments.near]\nkind = "dev"\ngateway = "http://127.0.0.1:9/router/rest"\nvault = "file"\n')
    transport = httpx.MockTransport(streamed(lambda _request: httpx.Response(200, json=ANSWER)))
    bench = workbench(tmp_path, ask_passphrase=passphrase, transport=transport)
    environment = bench.engine.use("near")
    bench.vault.room.put(environment, "23456789", Secret("canary-secret-0123456789abcdef"))
    for number, nick in enumerate((A, B)):
        token = SellerToken(Secret(f"6canarysession{number}"), nick, app_key="23456789")
        bench.vault.room.put(environment, token=token)
    return bench


def trouble(bench: Workbench, draft: RequestDraft = READ) -> str | None:
    """What the form says about the session; a call is held back exactly when it says anything."""
    found = next((problem.what for problem in bench.engine.check(draft) if problem.where == "session"), None)
    assert (held(bench.engine, draft) is None) == (found is None)
    return found.key if found else None


def lamp(bench: Workbench) -> tuple[str, str]:
    found = preflight.session_lamp(bench.engine)
    assert isinstance(found.sentence, Message)
    return found.state, found.sentence.key


async def looked(bench: Workbench) -> dict[str, str]:
    """What the lamps that need a seller's call say."""
    wire = Preflight(bench.engine, {})
    found = {lamp.name: lamp.sentence for lamp in [*await wire.on_the_wire(), *await wire.self_check()]}
    return {name: found[name].key for name in ("seller_call", "permission")}


def status(bench: Workbench) -> KeyStatus:
    return bench.vault.status(bench.engine.environment)


async def test_of_several_named_sellers_the_chosen_one_has_a_session_and_nobody_says_otherwise(
    bench: Workbench,
) -> None:
    engine = bench.engine
    assert (trouble(bench), lamp(bench)) == ("sellers.choose", ("warn", "sellers.choose")), "none is chosen"
    assert await looked(bench) == {"seller_call": "sellers.choose", "permission": "lamp.skipped"}
    bench.sellers.use(B)
    assert await looked(bench) == {"seller_call": "lamp.seller_call.ok", "permission": "lamp.permission.ok"}
    assert (trouble(bench), lamp(bench)) == (None, ("ok", "lamp.session.life_unknown"))
    assert status(bench).has_session
    assert "SESSION" in status(bench).origins
    bench.engine.use_seller("谁")
    assert (trouble(bench), lamp(bench)) == ("sellers.unknown", ("warn", "sellers.unknown"))
    engine.use_seller(None)
    engine.environment = replace(engine.environment, seller="谁")
    assert (trouble(bench), lamp(bench)) == ("sellers.unknown", ("warn", "sellers.unknown")), "as configured"
    engine.environment = replace(engine.environment, seller=A)
    assert (trouble(bench), lamp(bench)) == (None, ("ok", "lamp.session.life_unknown"))
    bench.vault.lock()
    assert (trouble(bench), status(bench).locked, status(bench).has_session) == (None, True, True)
    assert "session" in dict(engine.preview(READ).params), "a placeholder stands for what is locked"
    engine.environment = replace(engine.environment, seller="")
    assert trouble(bench) == "sellers.choose.locked"
    bench.vault.unlock(engine.environment)
    for nick in (A, B):
        bench.vault.room.forget(engine.environment, "session", nick)
    assert (trouble(bench), lamp(bench)) == ("check.session", ("warn", "lamp.session.none"))
    assert not status(bench).has_session


async def test_a_session_that_is_dead_for_writing_is_called_that_beside_other_sellers(bench: Workbench) -> None:
    clock = bench.clock
    assert isinstance(clock, Clock)
    ends: dict[Part, datetime] = {"session": clock.now + timedelta(1), "w1": clock.now, "w2": clock.now}
    token = SellerToken(Secret("6canarysession9"), B, expires=ends, app_key="23456789")
    bench.vault.room.put(bench.engine.environment, token=token)
    bench.sellers.use(B)
    assert (trouble(bench), trouble(bench, WRITE)) == (None, "sellers.over.reads_on")


def test_keys_from_variables_do_not_hide_a_chosen_sellers_session(tmp_path: Path, bench: Workbench) -> None:
    keys = {"TOPEXPLORER_NEAR_APP_KEY": "23456789", "TOPEXPLORER_NEAR_APP_SECRET": "canary-secret-0123456789abcdef"}
    other = workbench(tmp_path, keys, ask_passphrase=passphrase)
    other.engine.use("near")
    signed = other.engine.prepare(READ)
    assert "session" not in dict(signed.params), "nobody is asked for a passphrase that would give nothing"
    assert not other.vault.room.is_open(other.engine.environment)
    other.engine.use_seller(A)
    assert dict(other.engine.prepare(READ).params)["session"] == "6canarysession0"
