"""What a seller changes about trades: memo, postage, address, skus, closing, time to receive."""

from __future__ import annotations

from datetime import datetime, timedelta

from topexplorer.sandbox.arguments import Arguments, Fault, invalid, missing
from topexplorer.sandbox.backends.trades import with_order
from topexplorer.sandbox.rows import Row, cents, masked_name, part, yuan
from topexplorer.sandbox.seed.goods import sku_words
from topexplorer.sandbox.store import BackEnd, Payload, Store

CLOSE_REASONS = frozenset(
    {
        "未及时付款",
        "买家不想买了",
        "买家信息填写错误，重新拍",
        "恶意买家/同行捣乱",
        "缺货",
        "买家拍错了",
        "同城见面交易",
    }
)
ADDRESS = tuple(f"receiver_{name}" for name in ("state", "city", "district", "town", "address", "zip"))
MEMO_BYTES = 1000


def trade_memo_add(store: Store, args: Arguments) -> Payload:
    trade = store.trade(args.seller, args.number("tid"))
    if trade.get("seller_memo"):
        raise _wrong_state("MEMO_EXISTS", "交易已有备注，请用 taobao.trade.memo.update 修改")
    trade |= {"seller_memo": _memo(args), "seller_flag": args.number("flag")}
    _touch(store, trade)
    return {"trade": part(trade, "tid", "created")}


def trade_memo_update(store: Store, args: Arguments) -> Payload:
    trade = store.trade(args.seller, args.number("tid"))
    if args.flag("reset"):
        trade["seller_memo"] = ""
    elif args.has("memo"):
        trade["seller_memo"] = _memo(args)
    trade["seller_flag"] = args.number("flag")
    return _changed(store, trade)


def trade_close(store: Store, args: Arguments) -> Payload:
    tid = args.number("tid")
    trade, orders = with_order(store, args.seller, tid)
    if args.text("close_reason") not in CLOSE_REASONS:
        raise Fault("isv.invalid-parameter:closereason_wrong", "关闭理由不在可选范围内")
    if any(order["status"] != "WAIT_BUYER_PAY" for order in orders):
        raise _wrong_state("TRADE_STATUS_ERROR", "只能关闭等待买家付款的交易")
    now = store.moment()
    if now - datetime.fromisoformat(trade["created"]).replace(tzinfo=now.tzinfo) < timedelta(seconds=10):
        raise Fault("CLOSE_TRADE_TOO_FAST", "下单不足 10 秒，不能关闭")
    for order in orders:
        order |= {"status": "TRADE_CLOSED_BY_TAOBAO", "end_time": store.now()}
    if all(order["status"] == "TRADE_CLOSED_BY_TAOBAO" for order in trade["orders"]):
        trade |= {"status": "TRADE_CLOSED_BY_TAOBAO", "end_time": store.now()}
        trade.pop("timeout_action_time", None)
    return _changed(store, trade)


def trade_receivetime_delay(store: Store, args: Arguments) -> Payload:
    trade = store.trade(args.seller, args.number("tid"))
    days = args.number("days")
    if days not in (3, 5, 7, 10):
        raise invalid("days", "只能延长 3、5、7 或 10 天")
    if trade["status"] != "WAIT_BUYER_CONFIRM_GOODS":
        raise _wrong_state("TRADE_STATUS_ERROR", "只能延长等待买家确认收货的交易")
    deadline = datetime.fromisoformat(trade["timeout_action_time"]) + timedelta(days=days)
    trade["timeout_action_time"] = deadline.isoformat(" ", "seconds")
    return _changed(store, trade)


def trade_shippingaddress_update(store: Store, args: Arguments) -> Payload:
    trade = store.trade(args.seller, args.number("tid"))
    if trade["status"] != "WAIT_SELLER_SEND_GOODS" or "receiver_state" not in trade:
        raise _wrong_state("TRADE_STATUS_ERROR", "只能修改等待卖家发货的交易的收货地址")
    changes: Row = {name: args.text(name) for name in ADDRESS if args.has(name)}
    if args.has("receiver_name"):
        name = args.text("receiver_name")
        changes |= {"receiver_name": masked_name(name), "consignee": name}
    for name in ("receiver_mobile", "receiver_phone"):
        if args.has(name):
            text = args.text(name)
            changes[name] = None if text == "-1" else f"*******{text[-4:]}"
    if not changes:
        raise missing("receiver_address", "至少要修改一项收货信息")
    trade |= changes
    return _changed(store, trade)


def trade_postage_update(store: Store, args: Arguments) -> Payload:
    trade = store.trade(args.seller, args.number("tid"))
    if trade["status"] != "WAIT_BUYER_PAY":
        raise _wrong_state("TRADE_STATUS_ERROR", "只能修改等待买家付款的交易的邮费")
    old, new = cents(trade["post_fee"]), cents(args.text("post_fee"))
    if new > old:
        raise invalid("post_fee", "邮费只能改低")
    trade |= {"post_fee": yuan(new), "has_post_fee": new > 0, "payment": yuan(cents(trade["payment"]) - old + new)}
    if len(trade["orders"]) == 1:
        order = trade["orders"][0]
        order["payment"] = yuan(cents(order["payment"]) - old + new)
    _touch(store, trade)
    return {"trade": part(trade, "modified", "post_fee", "total_fee", "payment")}


def trade_ordersku_update(store: Store, args: Arguments) -> Payload:
    trade, orders = with_order(store, args.seller, args.number("oid"))
    if len(orders) != 1:
        raise invalid("oid", "交易有多笔子订单，要传子订单编号")
    (order,) = orders
    if order["status"] != "WAIT_SELLER_SEND_GOODS":
        raise _wrong_state("TRADE_STATUS_ERROR", "只能修改等待卖家发货的订单的 SKU")
    item = store.own_item(args.seller, order["num_iid"])
    if not (args.has("sku_id") or args.has("sku_props")):
        raise missing("sku_id", "sku_id 和 sku_props 至少传一个")
    name, column = ("sku_id", "sku_id") if args.has("sku_id") else ("sku_props", "properties")
    fresh = next((sku for sku in item["skus"] if str(sku[column]) == args.text(name)), None)
    if fresh is None or fresh["price"] != order["price"]:
        raise invalid(name, "只能换成同一商品下价格相同的 SKU")
    _restock(item, order.get("sku_id", ""), order["num"])
    _restock(item, str(fresh["sku_id"]), -order["num"])
    words = {"sku_properties_name": sku_words(fresh), "outer_sku_id": fresh["outer_id"]}
    now = store.now()
    order |= words | {"sku_id": str(fresh["sku_id"]), "modified": now}
    _touch(store, trade)
    return {"order": {"oid": order["oid"], "modified": now}}


def _restock(item: Row, sku_id: str, number: int) -> None:
    for sku in item["skus"]:
        if str(sku["sku_id"]) == sku_id:
            sku["quantity"] = max(sku["quantity"] + number, 0)
    item["num"] = sum(sku["quantity"] for sku in item["skus"])


def _memo(args: Arguments) -> str:
    memo = args.text("memo")
    if len(memo.encode("gbk", "replace")) > MEMO_BYTES:
        raise invalid("memo", f"备注不能超过 {MEMO_BYTES} 个字节")
    return memo


def _wrong_state(code: str, why: str) -> Fault:
    # The family is documented, the codes follow its pattern.
    return Fault(f"isv.trade-service-error:{code}", why)


def _touch(store: Store, trade: Row) -> None:
    trade["modified"] = trade["async_modified"] = store.now()


def _changed(store: Store, trade: Row) -> Payload:
    _touch(store, trade)
    return {"trade": part(trade, "tid", "modified")}


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.trade.memo.add": trade_memo_add,
    "taobao.trade.memo.update": trade_memo_update,
    "taobao.trade.close": trade_close,
    "taobao.trade.receivetime.delay": trade_receivetime_delay,
    "taobao.trade.shippingaddress.update": trade_shippingaddress_update,
    "taobao.trade.postage.update": trade_postage_update,
    "taobao.trade.ordersku.update": trade_ordersku_update,
}
