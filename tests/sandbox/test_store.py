"""The seeded market: the same for one seed and moment, built late, sound in itself, and brought back by reset."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.wire import BEIJING, ITEM, NOON, OTHER_ITEM, REFUND, SKU, TRADE, Outsider
from topexplorer.sandbox.market import DRAWERS, Market
from topexplorer.sandbox.rows import cents
from topexplorer.sandbox.seed.landmarks import BOOKED_TRADE
from topexplorer.sandbox.seed.market import seeded
from topexplorer.sandbox.store import Store

ROOT = Path(__file__).parent.parent.parent
UNWANTED = ("httpx", "pydantic", "starlette", "python_multipart", "anyio", "topexplorer.sandbox.seed.market")


@pytest.fixture(autouse=True)
def the_past_is_drawn_once() -> None:
    """Not here, where it is to be the same each time."""


@pytest.fixture(scope="module", params=[7, 1, 99])
def market(request: pytest.FixtureRequest) -> Market:
    return seeded(NOON, request.param)


def outline(market: Market) -> dict[str, Any]:
    """The market as far as it is known without writing out the past."""
    return {"sellers": market.sellers} | {name: market.drawer(name).heads() for name in DRAWERS}


def test_one_seed_and_one_moment_make_one_market() -> None:
    assert outline(seeded(NOON, 7)) == outline(seeded(NOON, 7))
    assert outline(seeded(NOON, 7)) != outline(seeded(NOON, 8))
    assert seeded(NOON, 7).trades == seeded(NOON, 7).trades


def test_the_market_is_as_large_as_promised(market: Market) -> None:
    assert set(market.sellers) == {"童装小铺", "数码优选"}
    assert len(market.items) == 284
    assert len(market.trades) == 2983
    assert len(market.refunds) > 200
    assert len(market.shipments) > 2000
    assert len(market.ratings) > 2000


def test_every_state_of_a_trade_is_there(market: Market) -> None:
    states = Counter(trade["status"] for trade in market.trades.values() if trade["seller_nick"] == "童装小铺")
    assert set(states) >= {
        *("WAIT_BUYER_PAY", "WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_CONFIRM_GOODS", "TRADE_FINISHED"),
        *("TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO", "SELLER_CONSIGNED_PART", "PAID_FORBID_CONSIGN", "PAY_PENDING"),
        *("TRADE_NO_CREATE_PAY", "WAIT_PRE_AUTH_CONFIRM", "TRADE_BUYER_SIGNED"),
    }


def test_the_landmarks_are_there_with_every_seed(market: Market) -> None:
    trade = market.trades[TRADE]
    assert [order["oid"] for order in trade["orders"]] == [TRADE + 1, TRADE + 2]
    assert (trade["status"], trade["buyer_nick"]) == ("WAIT_SELLER_SEND_GOODS", "晴天小雨")
    assert market.items[ITEM]["skus"][0]["sku_id"] == SKU
    assert market.items[OTHER_ITEM]["nick"] == "数码优选"
    assert market.refunds[REFUND]["seller_nick"] == "童装小铺"


def test_amounts_add_up(market: Market) -> None:
    for trade in market.trades.values():
        goods = sum(cents(order["price"]) * order["num"] for order in trade["orders"])
        paid = sum(cents(order["payment"]) for order in trade["orders"])
        postage = cents(trade["post_fee"])
        assert cents(trade["total_fee"]) == goods
        assert cents(trade["payment"]) == paid - cents(trade["discount_fee"]) + postage * (len(trade["orders"]) > 1)
        assert 0 < cents(trade["payment"]) <= goods + postage
        assert trade["num"] == sum(order["num"] for order in trade["orders"])


def test_times_lie_in_the_past_in_order_and_mostly_in_the_last_ninety_days(market: Market) -> None:
    oldest = (NOON - timedelta(days=181)).strftime("%Y-%m-%d %H:%M:%S")
    recent = (NOON - timedelta(days=90)).strftime("%Y-%m-%d %H:%M:%S")
    assert sum(trade["created"] < recent for trade in market.trades.heads()) == 114
    for trade in market.trades.values():
        steps = [trade[name] for name in ("created", "pay_time", "consign_time", "end_time") if name in trade]
        assert steps == sorted(steps)
        assert oldest <= steps[0]
        assert steps[-1] == trade["modified"] == trade["async_modified"] < "2026-11-21 12:00:00"
    for refund in market.refunds.values():
        assert market.trades[refund["tid"]]["created"] < refund["created"] <= refund["modified"] < "2026-11-21 12:00:00"


def test_numbers_are_unique_and_long(market: Market) -> None:
    oids = [order["oid"] for trade in market.trades.values() for order in trade["orders"]]
    sku_ids = [sku["sku_id"] for item in market.items.values() for sku in item["skus"]]
    pictures = [p["id"] for item in market.items.values() for p in item["item_imgs"] if p["id"]]
    parcels = [row["out_sid"] for row in market.shipments.values() if row["out_sid"]]
    for numbers in (oids, sku_ids, pictures, parcels):
        assert len(set(numbers)) == len(numbers)
    assert all(2**53 < tid < 2**63 for tid in market.trades.numbers())


def test_parcels_belong_to_trades_that_were_sent(market: Market) -> None:
    sent = {tid for tid, trade in market.trades.items() if "consign_time" in trade}
    assert {row["tid"] for row in market.shipments.values() if row["seller_confirm"] == "yes"} == sent
    booked = [row["tid"] for row in market.shipments.values() if row["seller_confirm"] == "no"]
    assert booked == [BOOKED_TRADE]


def test_orders_name_items_of_their_own_seller(market: Market) -> None:
    for trade in market.trades.values():
        for order in trade["orders"]:
            item = market.items[order["num_iid"]]
            assert item["nick"] == trade["seller_nick"]
            assert ("sku_id" in order) == bool(item["skus"])


def test_the_stock_of_an_item_is_the_sum_of_its_skus(market: Market) -> None:
    for item in market.items.values():
        assert item["num"] == sum(sku["quantity"] for sku in item["skus"]) or not item["skus"]
        assert len(item["title"].encode("gbk")) <= 60


def test_titles_of_items_are_not_repeated(market: Market) -> None:
    titles = [item["title"] for item in market.items.values()]
    assert len(set(titles)) == len(titles)


def test_a_head_says_what_the_whole_trade_says() -> None:
    heads = {row["tid"]: row for row in seeded(NOON, 7).trades.heads()}
    for tid, trade in seeded(NOON, 7).trades.items():
        known = {name: value for name, value in heads[tid].items() if not name.startswith("_")}
        assert {name: trade[name] for name in known} == known


def test_heads_of_shipments_and_ratings_say_what_the_whole_rows_say() -> None:
    for name in ("shipments", "ratings", "refunds"):
        heads = seeded(NOON, 7).drawer(name).heads()
        for head, row in zip(heads, seeded(NOON, 7).drawer(name).values(), strict=True):
            known = {column: value for column, value in head.items() if not column.startswith("_")}
            assert {column: row[column] for column in known} == known


def test_it_does_not_matter_which_row_is_looked_at_first() -> None:
    fresh = seeded(NOON, 7)
    refund_id = fresh.refunds.numbers()[-1]
    other = seeded(NOON, 7)
    refund = fresh.refunds[refund_id]
    trade = other.trades[refund["tid"]]
    assert fresh.trades[refund["tid"]] == trade
    assert other.refunds[refund_id] == refund
    order = next(order for order in trade["orders"] if order["oid"] == refund["oid"])
    assert (order["refund_id"], order["refund_status"]) == (refund["refund_id"], refund["status"])


def test_what_calls_change_does_not_reach_the_trades_of_the_past() -> None:
    changed, fresh = seeded(NOON, 7), seeded(NOON, 7)
    for item in changed.items.values():
        item |= {"title": "另一个标题", "price": "1.00"}
    for seller in changed.sellers.values():
        seller["shop"]["title"] = "另一家店"
    assert changed.trades == fresh.trades


def test_the_market_stands_on_the_first_moment_the_clock_gave() -> None:
    now = [NOON]
    store = Store(lambda: now[0], 7)
    store.now()
    now[0] += timedelta(days=3)
    assert outline(store.market) == outline(seeded(NOON, 7))
    assert store.now() == "2026-11-24 12:00:00"


def test_a_clock_in_another_zone_makes_the_same_market() -> None:
    tokyo = NOON.astimezone(BEIJING.__class__(timedelta(hours=9)))
    assert outline(Store(lambda: tokyo, 7).market) == outline(seeded(NOON, 7))


def test_reset_brings_everything_back() -> None:
    outsider = Outsider()

    def view() -> list[Any]:
        fields = "seller_memo,status,modified"
        first = outsider.answer("taobao.trade.fullinfo.get", tid=TRADE, fields=fields)
        return [first, outsider.answer("taobao.item.seller.get", num_iid=ITEM, fields="num,skus")]

    before = view()
    outsider.answer("taobao.trade.memo.update", tid=TRADE, memo="x")
    outsider.answer("taobao.item.quantity.update", num_iid=ITEM, sku_id=SKU, quantity=1)
    changed = view()
    assert changed[0]["trade"] != before[0]["trade"]
    assert changed[1]["item"] != before[1]["item"]
    outsider.sandbox.reset()
    assert view() == before


def test_two_sandboxes_answer_alike_and_share_nothing() -> None:
    one, two = Outsider(), Outsider()
    calls: list[tuple[str, dict[str, Any]]] = [
        ("taobao.trades.sold.get", {"fields": "tid,status,orders"}),
        ("taobao.trade.memo.update", {"tid": TRADE, "memo": "x"}),
        ("taobao.trade.fullinfo.get", {"tid": TRADE, "fields": "seller_memo"}),
        ("taobao.top.ipout.get", {}),
    ]
    assert [one.ask(api, **values) for api, values in calls] == [two.ask(api, **values) for api, values in calls]
    one.answer("taobao.trade.memo.update", tid=TRADE, memo="only here")
    assert two.answer("taobao.trade.fullinfo.get", tid=TRADE, fields="seller_memo")["trade"]["seller_memo"] == "x"


def test_request_ids_tell_equal_calls_apart_and_are_the_same_next_time() -> None:
    def ids() -> list[str]:
        outsider = Outsider()
        found = [outsider.answer("taobao.time.get")["request_id"] for _call in range(3)]
        outsider.move(1)
        return [*found, outsider.answer("taobao.appip.get")["request_id"]]

    assert len(set(ids())) == 4
    assert ids() == ids()


def test_another_seed_gives_other_request_ids() -> None:
    ids = {Outsider(seed=seed).answer("taobao.time.get")["request_id"] for seed in range(5)}
    assert len(ids) == 5


def run(program: str) -> str:
    """What a fresh interpreter prints for `program`, errors included."""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_importing_the_sandbox_loads_no_heavy_library() -> None:
    loaded = f"[name for name in {UNWANTED!r} if name in sys.modules]"
    assert run(f"import sys, topexplorer.sandbox.app; print({loaded})") == "[]\n"


def test_the_market_is_built_only_for_a_call_that_looks_into_it() -> None:
    program = """
import sys
from tests.sandbox.wire import Outsider
outsider = Outsider()
for api in ("taobao.time.get", "taobao.trades.sold.get"):
    outsider.answer(api, fields="tid")
    print("topexplorer.sandbox.seed.market" in sys.modules)
"""
    assert run(program) == "False\nTrue\n"


def test_the_default_accounts_fit_the_market() -> None:
    outsider = Outsider()
    for grant in outsider.accounts.grants:
        assert grant.seller in seeded(NOON, 7).sellers
        assert outsider.accounts.app(grant.app_key)
    assert outsider.accounts.credentials("12345678", None).session is None
    with pytest.raises(KeyError):
        outsider.accounts.credentials("1")
    assert "sandbox" not in repr(outsider.accounts.apps) + repr(outsider.accounts.grants)
    assert datetime(2024, 7, 1, tzinfo=BEIJING) < NOON
