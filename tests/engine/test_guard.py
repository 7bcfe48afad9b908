"""The guard: what may not leave is stopped before it is signed, and a write in prod is sent only as it was shown."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import bundled
from tests.engine.sentences import said
from tests.workbench import PROD_KEYS, TID, Clock, workbench
from topexplorer.assemble import Workbench
from topexplorer.core.call import Answer, Credentials, RequestDraft
from topexplorer.core.catalog import unlisted
from topexplorer.core.disguise import hidden_exchange
from topexplorer.core.errors import (
    ConfigError,
    Forbidden,
    MissingKeys,
    NeedsConfirmation,
    TopExplorerError,
    UnknownEnvironment,
)
from topexplorer.core.language import message
from topexplorer.core.personal import Disguise
from topexplorer.core.plannedwrite import MOST_READS, PlannedWrite
from topexplorer.engine.environments import SANDBOX_URL, Environment
from topexplorer.engine.guard import match, refusal
from topexplorer.engine.lookups import look
from topexplorer.engine.vault import Vault

CATALOG = bundled()
WRITES = [method for method, entry in CATALOG.entries.items() if entry.writes]
READS = [method for method, entry in CATALOG.entries.items() if not entry.writes]
ROLE = Environment("support", "prod", "https://eco.example/", allow=("taobao.trade*.get", "taobao.trade.memo.*"))
ORDER_SKU = "taobao.trade.ordersku.update"
MEMO = RequestDraft("taobao.trade.memo.update", {"tid": TID, "memo": "gift"})


class NoKeys(Vault):
    """Fails whatever asks it for keys: nothing may be signed."""

    def credentials(self, environment: Environment, seller: str | None = None) -> Credentials:
        raise MissingKeys(message("keys.missing", environment="", variables=()))


def market(home: Path, settings: str = "", **parts: object) -> Workbench:
    """A prod environment whose gateway is the embedded sandbox's."""
    keys = workbench(home / "keys").vault.credentials(Environment("sandbox", "sandbox", SANDBOX_URL))
    assert keys.session
    environ = {"APP_KEY": keys.app_key, "APP_SECRET": keys.app_secret.reveal(), "SESSION": keys.session.reveal()}
    bench = workbench(home, {f"TOPEXPLORER_PROD_{name}": text for name, text in environ.items()}, **parts)
    bench.paths.config.mkdir(parents=True)
    bench.paths.config_file.write_text(f'[environments.prod]\ngateway = "embedded"\n{settings}', "utf-8")
    bench.engine.use("prod")
    return bench


@pytest.mark.parametrize("kind", ["sandbox", "dev", "prod"])
def test_read_only_stops_every_write_of_the_catalog_and_no_read(kind: str, tmp_path: Path) -> None:
    assert len(WRITES) + len(READS) >= 469
    bench = workbench(tmp_path)
    engine = bench.engine
    engine.vault = NoKeys({}, {})
    engine.environment = replace(bench.environments["dev"], kind=kind, read_only=True)  # type: ignore[arg-type]
    for method in [*WRITES, "taobao.nobody.knows.get", "taobao.item.get ", "TAOBAO.TIME.GET"]:
        with pytest.raises(Forbidden) as raised:
            engine.prepare(RequestDraft(method, {"tid": "1"}))
        assert "read-only" in said(raised.value.message)
    for method in READS:
        with pytest.raises(MissingKeys):
            engine.prepare(RequestDraft(method))


def test_an_api_that_no_spec_describes_is_a_write() -> None:
    environment = Environment("prod", "prod", "https://eco.example/", read_only=True)
    assert refusal(environment, unlisted("taobao.nobody.knows.get")) is not None


@pytest.mark.parametrize(
    ("method", "passes"),
    [
        ("taobao.trade.get", True),
        ("taobao.trades.sold.get", True),
        ("taobao.trade.memo.update", True),
        ("taobao.trade.close", False),
        ("taobao.item.update", False),
        ("TAOBAO.TRADE.GET", True),
    ],
)
def test_a_role_may_call_only_what_it_is_allowed(method: str, passes: bool) -> None:
    refused = refusal(ROLE, CATALOG.spec(method))
    assert (refused is None) is passes
    if refused:
        assert "allow has only taobao.trade*.get" in said(refused.message)


def test_what_is_denied_stays_denied_however_it_is_allowed_or_written() -> None:
    role = replace(ROLE, deny=("*.memo.*",))
    for method in ("taobao.trade.memo.update", "Taobao.Trade.MEMO.add", " taobao.trade.memo.add\n"):
        refused = refusal(role, unlisted(method))
        assert refused is not None
        assert "deny has *.memo.*" in said(refused.message)
    assert refusal(role, CATALOG.spec("taobao.trade.get")) is None


def test_deny_means_an_api_by_every_name_that_a_call_takes(tmp_path: Path) -> None:
    memo = MEMO.api
    seller, retired = "taobao.item.seller.get", "taobao.item.get"
    names = (memo, f"{memo}\u200b", f"{memo}\0", memo.replace(".", "\uff0e"), "trade.memo.update")
    cases = [(pattern, name) for pattern in ("trade.memo.update", "trade.memo.*", memo) for name in names]
    bench = workbench(tmp_path)
    engine = bench.engine
    for pattern, method in [*cases, (retired, seller), ("item.get", seller)]:
        engine.environment = replace(bench.environments["dev"], deny=(pattern,))
        with pytest.raises(Forbidden) as raised:
            engine.prepare(RequestDraft(method, {"tid": "1"}))
        assert f"deny has {pattern}" in said(raised.value.message)
    assert refusal(replace(ROLE, allow=("trade.memo.*",)), CATALOG.spec(memo)) is None
    assert refusal(replace(ROLE, allow=(memo,)), unlisted(f"{memo}\u200b")) is not None
    assert refusal(replace(ROLE, allow=(retired,)), CATALOG.spec(seller)) is not None


@given(st.lists(st.sampled_from(WRITES + READS), max_size=3), st.sampled_from(WRITES + READS))
def test_a_list_of_names_is_exactly_those_names(names: list[str], method: str) -> None:
    assert bool(match(tuple(names), method)) is (method in names)


def test_a_signed_call_is_stopped_once_more_on_its_way_out(tmp_path: Path) -> None:
    bench = market(tmp_path)
    with pytest.raises(NeedsConfirmation) as needed:
        bench.engine.prepare(MEMO)
    signed = bench.engine.prepare(MEMO, needed.value.planned)
    bench.configure(lambda writer: writer.edit("prod", {"read_only": True}))
    with pytest.raises(Forbidden):
        asyncio.run(bench.engine.send(signed))
    assert not list(bench.sandbox.log)


def test_what_somebody_else_writes_into_config_toml_holds_from_the_next_call_on(tmp_path: Path) -> None:
    bench = market(tmp_path)
    engine, file = bench.engine, bench.paths.config_file

    def written(settings: str, other: str = "") -> None:
        file.write_text(f'{other}[environments.prod]\ngateway = "embedded"\n{settings}\n', "utf-8")

    def refusal_of(error: type[TopExplorerError]) -> str:
        with pytest.raises(error) as raised:
            engine.prepare(MEMO)
        return said(raised.value.message)

    with pytest.raises(NeedsConfirmation) as needed:
        engine.prepare(MEMO)
    engine.use_seller("sunny shop")
    written("read_only = true")
    assert "read-only" in refusal_of(Forbidden)
    assert (engine.environment.read_only, engine.seller) == (True, "sunny shop")
    written('read_only = "yes"')
    assert "read_only: must be true or false" in refusal_of(ConfigError)
    file.write_text("[environments.prod\nread_only = false", "utf-8")
    assert "line 1" in refusal_of(ConfigError)
    assert (engine.environment.read_only, bench.environments["prod"].read_only) == (True, True)
    assert len(bench.problems) == 1
    with pytest.raises(ConfigError):
        bench.environments.get_or_raise("prod")
    written("")
    engine.use_seller(None)
    assert engine.prepare(MEMO, needed.value.planned).method == MEMO.api
    assert not bench.problems
    file.write_text('[environments.prod]\ngateway = "http://127.0.0.1:9/router/rest"\n', "utf-8")
    with pytest.raises(NeedsConfirmation) as changed:
        engine.prepare(MEMO, needed.value.planned)
    assert "no longer what was confirmed" in said(changed.value.message)
    written("", '[environments.shop]\nkind = "dev"\n')
    bench.look_again()
    engine.use("shop")
    written("", '[environments.shop]\nkind = "prod"\n')
    assert "shop has become production" in refusal_of(Forbidden)
    assert engine.environment.name == "sandbox"
    written("", '[environments.shop]\nkind = "dev"\n')
    bench.look_again()
    engine.use("shop")
    written("")
    assert "no environment shop" in refusal_of(UnknownEnvironment)


def test_a_write_in_prod_shows_who_what_and_the_object_before(tmp_path: Path) -> None:
    bench = market(tmp_path)
    with pytest.raises(NeedsConfirmation) as needed:
        bench.engine.prepare(MEMO)
    planned = needed.value.planned
    assert (planned.environment, planned.app_key, planned.method) == ("prod", "12345678", MEMO.api)
    assert planned.values == (("tid", TID), ("memo", "gift"))
    sight = asyncio.run(look(bench.engine, planned))
    (seen,) = sight.objects
    fields = seen.fields
    assert sight.trouble is None
    assert (fields[0].name, fields[0].becomes, fields[0].differs) == ("seller_memo", "gift", True)
    assert [call.method for call in bench.sandbox.log] == ["taobao.trade.fullinfo.get"]
    exchange = asyncio.run(bench.engine.send(bench.engine.prepare(MEMO, planned)))
    assert exchange.ok
    fields = asyncio.run(look(bench.engine, planned)).objects[0].fields
    assert (fields[0].text, fields[0].differs) == ("gift", False)


def test_what_cannot_be_seen_first_is_said_and_can_be_sent_all_the_same(tmp_path: Path) -> None:
    bench = market(tmp_path, 'deny = ["taobao.trade.fullinfo.get"]\n')
    for draft, words in (
        (MEMO, "could not be read first, with taobao.trade.fullinfo.get: prod does not let out"),
        (MEMO.with_value("tid", "404"), "could not be read first, with taobao.trade.fullinfo.get"),
        (RequestDraft("taobao.trade.memo.update", {"memo": "x"}), "a value that names it is missing"),
        (RequestDraft("taobao.nobody.knows.get"), "is not known"),
        (RequestDraft("taobao.crm.group.add", {"group_name": "x"}), "This creates something new"),
        (RequestDraft("taobao.top.event.publish", {"trigger_code": "x", "content": "{}"}), "hands something over"),
        (RequestDraft("taobao.open.seller.biz.logistic.time.rule"), "no API of the catalog reads"),
        (RequestDraft("taobao.qimen.trade.user.delete"), "need an id that this call does not carry"),
    ):
        with pytest.raises(NeedsConfirmation) as needed:
            bench.engine.prepare(draft)
        sight = asyncio.run(look(bench.engine, needed.value.planned))
        assert not sight.objects
        assert sight.trouble
        assert words in said(sight.trouble)
    bench.configure(lambda writer: writer.edit("prod", {"deny": None}))
    with pytest.raises(NeedsConfirmation) as needed:
        bench.engine.prepare(MEMO.with_value("tid", "404"))
    trouble = asyncio.run(look(bench.engine, needed.value.planned)).trouble
    assert trouble
    assert "was answered with: 15" in said(trouble)


def planned_in(bench: Workbench, draft: RequestDraft) -> PlannedWrite:
    with pytest.raises(NeedsConfirmation) as needed:
        bench.engine.prepare(draft)
    return needed.value.planned


def test_of_several_objects_each_is_read_and_what_is_left_out_is_counted(tmp_path: Path) -> None:
    bench = market(tmp_path)
    infos = ",".join(f"{number}|5900|7|onsale" for number in (190283746500112, 404, 190283746500120, 1, 2, 3, 4))
    planned = planned_in(bench, RequestDraft("taobao.rp.refunds.agree", {"refund_infos": infos}))
    sight = asyncio.run(look(bench.engine, planned))
    first, missing, third = sight.objects[:3]
    assert (first.label, first.fields[0].text, first.fields[0].becomes) == (
        (("refund_id", "190283746500112"),),
        "89.00",
        "59.00",
    )
    assert missing.trouble
    assert "was answered with: 15" in said(missing.trouble)
    assert third.fields
    assert (len(sight.objects), sight.more, sight.named) == (5, 2, 7)
    assert len(bench.sandbox.log) == 5
    gone = planned_in(bench, RequestDraft("taobao.rp.refunds.agree", {"refund_infos": "1|1|1|onsale,2|1|1|onsale"}))
    sight = asyncio.run(look(bench.engine, gone))
    assert not sight.objects
    assert sight.trouble, "one sentence is enough where all were answered alike"


def test_what_hides_in_json_is_read_and_shown_as_it_will_be(tmp_path: Path) -> None:
    bench, keeper = market(tmp_path), "taobao.singletreasure.activity.item"
    info = {
        "activity_id": 10086012345,
        "item_detail_info": [{"item_id": 658402931875, "discount": 700, "limit_check": 3}],
    }
    draft = RequestDraft(f"{keeper}.batchupdate", {"item_detail_info": json.dumps(info)})
    planned = planned_in(bench, draft)
    (seen,) = asyncio.run(look(bench.engine, planned)).objects
    assert (seen.method, seen.fields[0].text, seen.fields[0].becomes) == (f"{keeper}.query", "-1", "3")
    assert asyncio.run(bench.engine.send(bench.engine.prepare(draft, planned))).ok
    (seen,) = asyncio.run(look(bench.engine, planned)).objects
    assert (seen.fields[0].text, seen.fields[0].differs) == ("3", False)


def test_pages_are_turned_until_the_object_is_found_or_the_reads_are_used_up(tmp_path: Path) -> None:
    clock, keeper = Clock(), "taobao.promotionmisc.common.item"
    bench = market(tmp_path, clock=clock)
    bench.engine.use("sandbox")

    def made(method: str, values: dict[str, str], name: str) -> str:
        clock.move(1)
        answer = asyncio.run(bench.engine.send(bench.engine.prepare(RequestDraft(method, values)))).outcome
        assert isinstance(answer, Answer), answer
        return str(answer.payload[name])

    base = {"name": "x", "description": "x", "start_time": "now", "end_time": "2099-01-01 00:00:00"}
    activity = made(f"{keeper}.activity.add", base, "activity_id")
    item = {"activity_id": activity, "item_id": "658402931875", "promotion_type": "1", "promotion_value": "900"}
    details = [made(f"{keeper}.detail.add", item, "detail_id") for _place in range(51)]
    bench.engine.use("prod")
    for detail, reads, words in ((details[0], 1, ""), (details[-1], 2, ""), ("404", 2, "answered without it")):
        clock.move(2)
        before = len(bench.sandbox.log)
        draft = RequestDraft(f"{keeper}.detail.delete", {"activity_id": activity, "detail_id": detail})
        planned = planned_in(bench, draft)
        sight = asyncio.run(look(bench.engine, planned))
        assert len(bench.sandbox.log) - before == reads
        if words:
            assert sight.trouble
            assert words in said(sight.trouble)
        else:
            (seen,) = sight.objects
            assert ("detail_id", detail) in [(field.name, field.text) for field in seen.fields]
    clock.move(2)
    sight = asyncio.run(look(bench.engine, replace(planned, lookups=planned.lookups * MOST_READS)))
    assert sight.trouble
    assert "Not found on the pages that were read (1)" in said(sight.trouble), "no read was left for the second"


def test_an_id_of_another_kind_is_told_as_such_and_not_as_a_trade_that_is_gone(tmp_path: Path) -> None:
    bench = market(tmp_path)
    trouble = asyncio.run(look(bench.engine, planned_in(bench, RequestDraft(ORDER_SKU, {"oid": "404"})))).trouble
    assert trouble
    assert "taobao.trade.fullinfo.get needs an id of another kind" in said(trouble)
    assert "answered: 15" in said(trouble)


def test_whom_the_refusal_of_a_read_names_is_hidden_as_in_an_answer(tmp_path: Path) -> None:
    words = {"code": 15, "msg": "x", "sub_code": "isv.x", "sub_msg": "买家 13900001111 不符, 电话 0571-88886666"}
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json={"error_response": words}))
    bench = workbench(tmp_path, PROD_KEYS, environment="prod", transport=transport)
    sight = asyncio.run(
        look(bench.engine, planned_in(bench, MEMO), lambda seen: hidden_exchange(seen, Disguise(b"", "stars")))
    )
    assert sight.trouble
    assert "15 买家 139****1111 不符, 电话 057******6666" in said(sight.trouble)


def test_only_what_was_shown_is_sent(tmp_path: Path) -> None:
    clock = Clock()
    bench = market(tmp_path, clock=clock)
    engine = bench.engine
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(b"one")
    dated = RequestDraft(
        "taobao.promotionmisc.item.activity.update", {"activity_id": "1", "start_time": "now", "end_time": "now"}
    )
    upload = RequestDraft("taobao.item.img.upload", {"num_iid": "1"}, {"image": str(picture)})
    for draft in (MEMO, dated, upload):
        with pytest.raises(NeedsConfirmation) as needed:
            engine.prepare(draft)
        planned = needed.value.planned
        clock.move(90)
        signed = engine.prepare(draft, planned)
        assert set(planned.values) <= set(signed.params)
        assert dict(signed.params)["timestamp"].endswith(f"{clock.now:%M:%S}")
        with pytest.raises(NeedsConfirmation) as other:
            engine.prepare(draft.with_value("more", "1"), planned)
        assert "no longer what was confirmed" in said(other.value.message)
    picture.write_bytes(b"two")
    with pytest.raises(NeedsConfirmation):
        engine.prepare(upload, planned)
    engine.use("sandbox")
    with pytest.raises(NeedsConfirmation):
        engine.prepare(upload, planned)


def test_a_read_in_prod_and_a_write_elsewhere_need_no_confirmation(tmp_path: Path) -> None:
    engine = market(tmp_path).engine
    engine.prepare(RequestDraft("taobao.trade.get", {"tid": TID, "fields": "tid"}))
    engine.use("sandbox")
    engine.prepare(MEMO)


def test_the_seller_is_named_where_it_is_known(tmp_path: Path) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(500))
    bench = workbench(tmp_path, PROD_KEYS, environment="prod", transport=transport)
    bench.configure(lambda writer: writer.edit("prod", {"seller": "sunny shop"}))
    with pytest.raises(NeedsConfirmation) as needed:
        bench.engine.prepare(MEMO)
    assert needed.value.planned.seller == "sunny shop"
