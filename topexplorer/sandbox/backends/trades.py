"""Trades: lists, details, accounts, and what a seller may change about them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from topexplorer.sandbox.arguments import Arguments, Fault, invalid, missing
from topexplorer.sandbox.backends.listing import between_times, equal, newest_first, paged
from topexplorer.sandbox.rows import Row, cents, masked_name, part, stamp, yuan
from topexplorer.sandbox.store import BackEnd, Payload, Store

USUAL_TYPES = ["guarantee_trade", "auto_delivery", "ec", "cod", "step"]
"""What lists look for when `type` is not sent; other trades are silently absent, a known way to miss some."""
TYPES = {"guarantee_trade": ("fixed", "auction")}
STATUSES = {
    "ALL_WAIT_PAY": ("WAIT_BUYER_PAY", "TRADE_NO_CREATE_PAY"),
    "ALL_CLOSED": ("TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO"),
}
RATES = {
    "RATE_UNBUYER": {"buyer_rate": False},
    "RATE_UNSELLER": {"seller_rate": False},
    "RATE_BUYER_UNSELLER": {"buyer_rate": True, "seller_rate": False},
    "RATE_UNBUYER_SELLER": {"buyer_rate": False, "seller_rate": True},
    "RATE_BUYER_SELLER": {"buyer_rate": True, "seller_rate": True},
}
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
DAY = timedelta(days=1)


def trades_sold_get(store: Store, args: Arguments) -> Payload:
    found = between_times(args, _searched(store, args), "created")
    return paged(args, "trades", newest_first(found, "created"))


def trades_sold_increment_get(store: Store, args: Arguments) -> Payload:
    start, end = _moment(args, "start_modified"), _moment(args, "end_modified")
    if not start <= end <= start + DAY:
        raise invalid("start_modified", "结束时间要晚于开始时间，并且跨度不能超过一天")
    found = between_times(args, _searched(store, args), "modified")
    return paged(args, "trades", newest_first(found, "modified"))


def trade_fullinfo_get(store: Store, args: Arguments) -> Payload:
    return {"trade": store.trade(args.seller, args.number("tid"))}


def trade_amount_get(store: Store, args: Arguments) -> Payload:
    trade = store.trade(args.seller, args.number("tid"))
    return {"trade_amount": trade | {"order_amounts": trade["orders"]}}


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
    if args.has("flag"):
        trade["seller_flag"] = args.number("flag")
    return _changed(store, trade)


def trade_close(store: Store, args: Arguments) -> Payload:
    tid = args.number("tid")
    trade, orders = _with_order(store, args.seller, tid)
    if args.text("close_reason") not in CLOSE_REASONS:
        raise Fault("isv.invalid-parameter:closereason_wrong", "关闭理由不在可选范围内")
    if any(order["status"] != "WAIT_BUYER_PAY" for order in orders):
        raise _wrong_state("TRADE_STATUS_ERROR", "只能关闭等待买家付款的交易")
    now = store.moment()
    if now - datetime.fromisoformat(trade["created"]).replace(tzinfo=now.tzinfo) < timedelta(seconds=10):
        raise Fault("CLOSE_TRADE_TOO_FAST", "下单不足 10 秒，不能关闭")
    for order in orders:
        order |= {"status": "TRADE_CLOSED_BY_TAOBAO", "end_time": stamp(now)}
    if all(order["status"] == "TRADE_CLOSED_BY_TAOBAO" for order in trade["orders"]):
        trade |= {"status": "TRADE_CLOSED_BY_TAOBAO", "end_time": stamp(now)}
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
    trade["timeout_action_time"] = stamp(deadline)
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


def _searched(store: Store, args: Arguments) -> list[Row]:
    rows: Iterable[Row] = (row for row in store.market.trades.values() if row["seller_nick"] == args.seller)
    if args.has("ext_type") or args.has("tag"):
        rows = ()  # nobody here trades second hand, services or top-up cards
    rows = equal(args, rows, "buyer_nick", "buyer_open_uid")
    if args.has("buyer_open_id"):
        rows = [row for row in rows if row["buyer_open_uid"] == args.text("buyer_open_id")]
    asked = args.texts("type") or USUAL_TYPES
    types = [kind for name in asked for kind in TYPES.get(name, (name,))]
    rows = [row for row in rows if row["type"] in types]
    if args.has("status"):
        statuses = STATUSES.get(args.text("status"), (args.text("status"),))
        rows = [row for row in rows if row["status"] in statuses]
    rate = RATES.get(args.text("rate_status"), {})
    return [row for row in rows if all(row[name] is value for name, value in rate.items())]


def _with_order(store: Store, seller: str, number: int) -> tuple[Row, list[Row]]:
    """The trade that `number` means and the orders it means: all of a trade's, or the one of that oid."""
    for trade in store.market.trades.values():
        one = [order for order in trade["orders"] if order["oid"] == number]
        if one and trade["tid"] != number:
            return store.trade(seller, trade["tid"]), one
    trade = store.trade(seller, number)
    return trade, trade["orders"]


def _moment(args: Arguments, name: str) -> datetime:
    try:
        return datetime.fromisoformat(args.text(name))
    except ValueError:
        raise invalid(name, "格式应为 yyyy-MM-dd HH:mm:ss") from None


def _memo(args: Arguments) -> str:
    memo = args.text("memo")
    if len(memo.encode("gbk", "replace")) > MEMO_BYTES:
        raise invalid("memo", f"备注不能超过 {MEMO_BYTES} 个字节")
    return memo


def _wrong_state(code: str, why: str) -> Fault:
    return Fault(f"isv.trade-service-error:{code}", why)


def _touch(store: Store, trade: Row) -> None:
    trade["modified"] = store.now()


def _changed(store: Store, trade: Row) -> Payload:
    _touch(store, trade)
    return {"trade": part(trade, "tid", "modified")}


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.trades.sold.get": trades_sold_get,
    "taobao.trades.sold.increment.get": trades_sold_increment_get,
    "taobao.trade.fullinfo.get": trade_fullinfo_get,
    "taobao.trade.get": trade_fullinfo_get,
    "taobao.trade.amount.get": trade_amount_get,
    "taobao.trade.memo.add": trade_memo_add,
    "taobao.trade.memo.update": trade_memo_update,
    "taobao.trade.close": trade_close,
    "taobao.trade.receivetime.delay": trade_receivetime_delay,
    "taobao.trade.shippingaddress.update": trade_shippingaddress_update,
    "taobao.trade.postage.update": trade_postage_update,
}
