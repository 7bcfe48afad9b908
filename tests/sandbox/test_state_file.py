"""What calls have changed survives in one document; a document that is not sound changes nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.wire import ITEM, NOON, SKU, TRADE, UNPAID_TRADE
from topexplorer.sandbox.arguments import Arguments
from topexplorer.sandbox.backends.registry import back_end
from topexplorer.sandbox.statefile import UnreadableState
from topexplorer.sandbox.store import Store

SELLER = "童装小铺"


def fresh(seed: int = 7, hours: int = 0) -> Store:
    return Store(lambda: NOON + timedelta(hours=hours), seed)


def call(store: Store, method: str, **values: Any) -> Any:
    worker = back_end(method)
    assert worker is not None
    return worker(store, Arguments({name: str(value) for name, value in values.items()}, SELLER))


def saved(store: Store) -> bytes:
    kept: list[bytes] = []
    store.save(kept.append)
    (document,) = kept
    return document


def busy() -> Store:
    """A store after a morning of work in every department."""
    store = fresh()
    call(store, "taobao.trade.memo.update", tid=TRADE, memo="改发中通", flag=3)
    call(store, "taobao.trade.close", tid=UNPAID_TRADE, close_reason="缺货")
    call(store, "taobao.item.quantity.update", num_iid=ITEM, sku_id=SKU, quantity=5)
    call(store, "taobao.item.delete", num_iid=662017493058)
    call(store, "taobao.picture.category.add", picture_category_name="冬装")
    call(store, "taobao.shop.update", title="童装小铺旗舰")
    call(store, "taobao.logistics.offline.send", tid=TRADE, company_code="ZTO", out_sid="75312345678901")
    old = [row for row in store.market.trades.heads() if row["seller_nick"] == SELLER][-1]
    call(store, "taobao.trade.memo.update", tid=old["tid"], memo="旧订单", flag=1)
    return store


def view(store: Store) -> list[Any]:
    old = [row for row in store.market.trades.heads() if row["seller_nick"] == SELLER][-1]
    return [
        call(store, "taobao.trade.fullinfo.get", tid=TRADE),
        call(store, "taobao.trade.fullinfo.get", tid=UNPAID_TRADE),
        call(store, "taobao.trade.fullinfo.get", tid=old["tid"]),
        call(store, "taobao.item.seller.get", num_iid=ITEM),
        len(store.market.items),
        call(store, "taobao.picture.category.get"),
        call(store, "taobao.shop.seller.get"),
        call(store, "taobao.logistics.trace.search", tid=TRADE),
    ]


def test_a_document_brings_back_what_calls_changed() -> None:
    store = busy()
    other = fresh(seed=1)
    other.load(saved(store))
    assert view(other) == view(store)


def test_an_hour_later_the_market_still_stands_on_its_first_moment() -> None:
    later = fresh(hours=1)
    later.load(saved(busy()))
    assert call(later, "taobao.trade.fullinfo.get", tid=TRADE)["trade"]["created"] == "2026-11-21 06:43:00"
    assert later.now() == "2026-11-21 13:00:00"


def test_new_ids_go_on_where_they_were() -> None:
    store = busy()
    other = fresh()
    other.load(saved(store))
    assert other.new_id() == store.new_id()


def test_only_what_changed_is_in_the_document() -> None:
    assert len(saved(fresh())) < 300
    store = busy()
    small = len(saved(store))
    call(store, "taobao.trades.sold.get", page_size=100)
    call(store, "taobao.logistics.orders.get", page_size=100)
    assert len(saved(store)) == small < 60_000


def test_reset_after_loading_starts_anew_with_the_seed_of_the_document() -> None:
    store = fresh(seed=1)
    store.load(saved(busy()))
    store.reset()
    assert call(store, "taobao.trade.fullinfo.get", tid=TRADE)["trade"].get("seller_memo") is None
    assert store.market.items.numbers() == fresh().market.items.numbers()


def broken() -> list[Any]:
    whole = saved(busy())
    head, _line, body = whole.partition(b"\n")
    named = json.loads(head)
    return [
        pytest.param(b"", "broken", id="nothing"),
        pytest.param(b"\xff\xfe\x00", "broken", id="not text"),
        pytest.param(b"{}\n{}\n", "broken", id="another document"),
        pytest.param(b"[" * 100_000, "broken", id="deep"),
        pytest.param(whole[:-200], "broken", id="cut off"),
        pytest.param(head, "broken", id="head alone"),
        pytest.param(whole.replace("改发中通".encode(), "改发圆通".encode()), "broken", id="changed by hand"),
        pytest.param(json.dumps(named | {"format": 2}).encode() + b"\n" + body, "version", id="another format"),
        pytest.param(json.dumps(named | {"market": 99}).encode() + b"\n" + body, "version", id="another market"),
        pytest.param(json.dumps([1]).encode() + b"\n" + body, "broken", id="a list"),
    ]


@pytest.mark.parametrize(("document", "why"), broken())
def test_an_unsound_document_is_refused_and_changes_nothing(document: bytes, why: str) -> None:
    store = busy()
    before = view(store)
    with pytest.raises(UnreadableState) as caught:
        store.load(document)
    assert caught.value.problem.key == f"sandbox.state.{why}"
    assert view(store) == before
