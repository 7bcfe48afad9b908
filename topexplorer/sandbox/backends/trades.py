"""Trades: lists, details and accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from topexplorer.sandbox.arguments import Arguments, Fault, invalid
from topexplorer.sandbox.backends.documents import objects
from topexplorer.sandbox.backends.listing import between_times, equal, newest_first, owned, page_of, paged
from topexplorer.sandbox.rows import Row, cents, yuan
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
DAY = timedelta(days=1)
MONTHS = timedelta(days=90)
"""How far back the usual lists reach; older trades are in the history."""
MOST_FOUND, MOST_GROUPS = 100, 20
ORDERS_APART = 10
"""The numbers of a trade's orders follow its own more closely than this."""
PEOPLE = {"receiver_name": "consignee", "receiver_mobile": "consignee_mobile"}


def trades_sold_get(store: Store, args: Arguments) -> Payload:
    found = between_times(args, _recent(store, _searched(store, args)), "created")
    return _listed(store, args, newest_first(found, "created"))


def trades_sold_history_get(store: Store, args: Arguments) -> Payload:
    oldest = store.in_days(-MONTHS.days)
    found = between_times(args, (row for row in _searched(store, args) if row["created"] < oldest), "created")
    page, more = page_of(args, newest_first(found, "created"), 100)
    payload: Payload = {"has_next": more}
    return payload | ({"trades": store.market.trades.whole(page, "tid")} if page else {})


def trades_sold_increment_get(store: Store, args: Arguments) -> Payload:
    return _changed_between(store, args, "start_modified", "end_modified")


def trades_sold_incrementv_get(store: Store, args: Arguments) -> Payload:
    """By when a trade reached the seller's database, which here is when it changed."""
    return _changed_between(store, args, "start_create", "end_create")


def trade_fullinfo_get(store: Store, args: Arguments) -> Payload:
    return {"trade": store.trade(args.seller, args.number("tid"))}


def trade_amount_get(store: Store, args: Arguments) -> Payload:
    trade = store.trade(args.seller, args.number("tid"))
    return {"trade_amount": trade | {"order_amounts": trade["orders"]}}


def trade_confirmfee_get(store: Store, args: Arguments) -> Payload:
    """The postage goes with the last order that is still to be confirmed."""
    trade, orders = with_order(store, args.seller, args.number("tid"))
    waiting = [order for order in trade["orders"] if order["status"] not in ("TRADE_FINISHED", "TRADE_CLOSED")]
    last = all(order in orders for order in waiting)
    postage = cents(trade["post_fee"]) if last else 0
    goods = sum(cents(order["payment"]) for order in orders)
    if len(trade["orders"]) == 1:
        goods -= postage
    fee = {"confirm_fee": yuan(goods), "confirm_post_fee": yuan(postage), "is_last_order": last}
    return {"trade_confirm_fee": fee}


def trade_invoice_amount_get(store: Store, args: Arguments) -> Payload:
    trade = store.trade(args.seller, args.number("tid"))
    return {"consumer_invoice_amount": str(cents(trade["payment"])), "platform_invoice_amount": "0"}


def trades_sold_query(store: Store, args: Arguments) -> Payload:
    """The numbers of trades that went to one of these people: any group may match, and all of a group must."""
    groups = objects(args, "query_list", MOST_GROUPS)
    if not all(any(group.get(name) for name in (*PEOPLE, "receiver_phone")) for group in groups):
        raise invalid("query_list", "每组条件至少要有姓名、手机、座机中的一个")
    rows = newest_first(_recent(store, owned(store.market.trades.heads(), args.seller)), "created")
    found = [str(row["tid"]) for row in rows if any(_goes_to(row, group) for group in groups)]
    return {"tid_list": found[:MOST_FOUND]} if found else {}


def _goes_to(row: Row, group: Row) -> bool:
    if group.get("receiver_phone"):
        return False  # nobody here has a landline
    wanted = {column: group[name] for name, column in PEOPLE.items() if group.get(name)}
    start, end = str(group.get("start_created") or ""), str(group.get("end_created") or "~")
    return start <= row["created"] <= end and all(row.get(column) == value for column, value in wanted.items())


def _changed_between(store: Store, args: Arguments, start: str, end: str) -> Payload:
    first, last = _moment(args, start), _moment(args, end)
    if not first <= last <= first + DAY:
        raise invalid(start, "结束时间要晚于开始时间，并且跨度不能超过一天")
    found = between_times(args, _searched(store, args), "modified", start, end)
    return _listed(store, args, newest_first(found, "modified"))


def _listed(store: Store, args: Arguments, rows: list[Row]) -> Payload:
    """A page of the list, whose trades are written out now."""
    payload = paged(args, "trades", rows)
    if "trades" in payload:
        payload["trades"] = store.market.trades.whole(payload["trades"], "tid")
    return payload


def _recent(store: Store, rows: Iterable[Row]) -> list[Row]:
    oldest = store.in_days(-MONTHS.days)
    return [row for row in rows if row["created"] >= oldest]


def _searched(store: Store, args: Arguments) -> list[Row]:
    rows = owned(store.market.trades.heads(), args.seller)
    if args.has("ext_type") or args.has("tag"):
        rows = []  # nobody here trades second hand, services or top-up cards
    rows = equal(args, rows, "buyer_nick", "buyer_open_uid")
    for name in ("buyer_open_id", "ouid"):
        if args.has(name):
            rows = [row for row in rows if row["buyer_open_uid"] == args.text(name)]
    asked = args.texts("type") or USUAL_TYPES
    types = [kind for name in asked for kind in TYPES.get(name, (name,))]
    rows = [row for row in rows if row["type"] in types]
    if args.has("status"):
        statuses = STATUSES.get(args.text("status"), (args.text("status"),))
        rows = [row for row in rows if row["status"] in statuses]
    rate = RATES.get(args.text("rate_status"), {})
    return [row for row in rows if all(row[name] is value for name, value in rate.items())]


def with_order(store: Store, seller: str, number: int) -> tuple[Row, list[Row]]:
    """The trade that `number` means and the orders it means: all of a trade's, or the one of that oid."""
    for tid in range(number, number - ORDERS_APART, -1):
        trade = store.market.trades.get(tid)
        if trade is not None:
            one = [order for order in trade["orders"] if order["oid"] == number]
            found = trade["orders"] if tid == number else one
            return store.trade(seller, tid if found else number), found
    raise Fault("isv.trade-not-exist", "交易不存在")


def _moment(args: Arguments, name: str) -> datetime:
    try:
        return datetime.fromisoformat(args.text(name))
    except ValueError:
        raise invalid(name, "格式应为 yyyy-MM-dd HH:mm:ss") from None


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.trades.sold.get": trades_sold_get,
    "taobao.trades.simple.sold.get": trades_sold_get,
    "taobao.open.trades.sold.get": trades_sold_get,
    "taobao.trades.sold.history.get": trades_sold_history_get,
    "taobao.trades.sold.increment.get": trades_sold_increment_get,
    "taobao.trades.simple.sold.increment.get": trades_sold_increment_get,
    "taobao.trades.sold.incrementv.get": trades_sold_incrementv_get,
    "taobao.trades.sold.query": trades_sold_query,
    "taobao.trade.fullinfo.get": trade_fullinfo_get,
    "taobao.trade.get": trade_fullinfo_get,
    "taobao.trade.simple.get": trade_fullinfo_get,
    "taobao.open.trade.get": trade_fullinfo_get,
    "taobao.trade.amount.get": trade_amount_get,
    "taobao.trade.confirmfee.get": trade_confirmfee_get,
    "taobao.trade.invoice.amount.get": trade_invoice_amount_get,
}
