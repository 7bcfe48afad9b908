"""Ratings: what buyers and sellers said of each other, rating a trade, answering a buyer."""

from __future__ import annotations

from datetime import datetime, timedelta

from topexplorer.sandbox.arguments import Arguments, Fault, invalid, missing
from topexplorer.sandbox.backends.listing import equal, newest_first, owned, paged
from topexplorer.sandbox.backends.trades import with_order
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.store import BackEnd, Payload, Store

RATED_WITHIN, ANSWERED_WITHIN = timedelta(days=15), timedelta(days=30)
MOST_CHARACTERS = 500
ROLES = {"get": "buyer", "give": "seller"}
"""Who wrote what a seller got and gave; the two other pairs are a buyer's view."""


def traderates_get(store: Store, args: Arguments) -> Payload:
    drawer = store.market.ratings
    rows = owned(drawer.heads(), args.seller)
    role = args.text("role")
    if ROLES.get(args.text("rate_type")) != role:
        rows = []  # the session is a seller's
    rows = equal(args, [row for row in rows if row["role"] == role], "result")
    if args.has("tid"):
        rows = [row for row in rows if args.number("tid") in (row["tid"], row["oid"])]
    if args.has("start_date"):
        end = args.text("end_date", "~")
        rows = [row for row in rows if args.text("start_date") <= row["created"] <= end]
    if args.has("num_iid"):
        rows = equal(args, drawer.whole(rows, "rate_id"), "num_iid")
    payload = paged(args, "trade_rates", newest_first(rows, "created"), largest=150)
    if "trade_rates" in payload:
        payload["trade_rates"] = drawer.whole(payload["trade_rates"], "rate_id")
    return payload


def traderate_add(store: Store, args: Arguments) -> Payload:
    trade = store.trade(args.seller, args.number("tid"))
    if len(trade["orders"]) > 1 and not args.has("oid"):
        raise missing("oid", "交易有多笔子订单，要传子订单编号")
    oid = args.number("oid", trade["orders"][0]["oid"])
    orders = [order for order in trade["orders"] if order["oid"] == oid]
    if not orders:
        raise invalid("oid", "子订单不属于这笔交易")
    return {"trade_rate": _rated(store, args, trade, orders)}


def traderate_list_add(store: Store, args: Arguments) -> Payload:
    trade = store.trade(args.seller, args.number("tid"))
    return {"trade_rate": _rated(store, args, trade, trade["orders"])}


def traderate_explain_add(store: Store, args: Arguments) -> Payload:
    oid, reply = args.number("oid"), args.text("reply")
    if len(reply) > MOST_CHARACTERS:
        raise invalid("reply", f"回复不能超过 {MOST_CHARACTERS} 个字")
    with_order(store, args.seller, oid)
    rows = [row for row in store.market.ratings.heads() if row["oid"] == oid and row["role"] == "buyer"]
    if not rows:
        raise invalid("oid", "买家还没有评价这笔子订单")
    (row,) = store.market.ratings.whole(rows[:1], "rate_id")
    if _age(store, row["created"]) > ANSWERED_WITHIN:
        raise invalid("oid", "评价已满 30 天，不能再回复")
    row["reply"] = reply
    return {"is_success": True}


def _rated(store: Store, args: Arguments, trade: Row, orders: list[Row]) -> Row:
    """Put the seller's ratings of these orders into the market."""
    if args.text("role") != "seller":
        raise invalid("role", "评价者角色与授权令牌的身份不一致")
    if trade["status"] != "TRADE_FINISHED" or _age(store, trade["end_time"]) > RATED_WITHIN:
        raise _refused("TRADE_STATUS_ERROR", "只能在交易成功后 15 天内评价")
    content = args.text("content")
    if args.text("result") != "good" and not content:
        raise missing("content", "中评和差评必须写评价内容")
    if len(content) > MOST_CHARACTERS:
        raise invalid("content", f"评价内容不能超过 {MOST_CHARACTERS} 个字")
    if args.flag("anony"):
        raise invalid("anony", "卖家不能匿名评价")
    done = {
        row["oid"] for row in store.market.ratings.heads() if row["role"] == "seller" and row["tid"] == trade["tid"]
    }
    if any(order["oid"] in done for order in orders):
        raise _refused("ALREADY_RATED", "这笔子订单已经评价过")
    now = store.now()
    for order in orders:
        number = store.new_id()
        store.market.ratings.put(
            number,
            {
                "rate_id": number,
                "tid": trade["tid"],
                "oid": order["oid"],
                "role": "seller",
                "nick": trade["seller_nick"],
                "rated_nick": trade["buyer_nick"],
                "seller_nick": trade["seller_nick"],
                "result": args.text("result"),
                "created": now,
                "item_title": order["title"],
                "item_price": order["price"],
                "num_iid": order["num_iid"],
                "content": content,
                "valid_score": True,
            },
        )
        order["seller_rate"] = True
    rated = all(order["seller_rate"] for order in trade["orders"])
    trade |= {"seller_rate": rated, "seller_can_rate": not rated, "modified": now}
    return {"tid": trade["tid"], "oid": orders[0]["oid"], "created": now}


def _age(store: Store, text: str) -> timedelta:
    return store.moment().replace(tzinfo=None) - datetime.fromisoformat(text)


def _refused(code: str, why: str) -> Fault:
    # The family is documented, these two codes follow its pattern.
    return Fault(f"isv.traderate-service-error:{code}", why)


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.traderates.get": traderates_get,
    "taobao.traderate.add": traderate_add,
    "taobao.traderate.list.add": traderate_list_add,
    "taobao.traderate.explain.add": traderate_explain_add,
}
