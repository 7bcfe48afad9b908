"""Logistics: regions, companies, addresses, parcels on their way, and sending a trade."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, Fault, invalid
from topexplorer.sandbox.backends.listing import between_times, equal, newest_first, paged
from topexplorer.sandbox.carriers import COMPANIES, ONLINE, RECOMMENDED, accepts, company, steps
from topexplorer.sandbox.places import areas
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.store import BackEnd, Payload, Store

SENDABLE = ("WAIT_SELLER_SEND_GOODS", "SELLER_CONSIGNED_PART")
SENT = "WAIT_BUYER_CONFIRM_GOODS"
NO_TRADE, WRONG_STATE, WRONG_ADDRESS, WRONG_NUMBER, WRONG_SPLIT = "B01", "B04", "B101", "B60", "P38"
"""The back end's own codes, as sellers' forums explain them."""


def areas_get(store: Store, args: Arguments) -> Payload:
    return {"areas": areas()}


def companies_get(store: Store, args: Arguments) -> Payload:
    rows = list(COMPANIES)
    if args.flag("is_recommended"):
        rows = [row for row in rows if row["code"] in RECOMMENDED]
        mode = args.text("order_mode", "offline")
        if mode not in ("offline", "online", "all"):
            raise invalid("order_mode", "只能是 offline、online 或 all")
        if mode != "offline":
            rows = [row for row in rows if row["code"] in ONLINE]
    return {"logistics_companies": rows}


def address_search(store: Store, args: Arguments) -> Payload:
    rows, which = store.user(args.seller)["addresses"], args.text("rdef")
    if which == "no_def":
        rows = [row for row in rows if not (row["get_def"] or row["cancel_def"])]
    elif which:
        if which not in ("get_def", "cancel_def"):
            raise invalid("rdef", "只能是 no_def、get_def 或 cancel_def")
        rows = [row for row in rows if row[which]]
    return {"addresses": rows} if rows else {}


def orders_get(store: Store, args: Arguments) -> Payload:
    rows = [row for row in store.market.shipments if row["seller_nick"] == args.seller]
    if args.has("tid"):
        store.trade(args.seller, args.number("tid"))
        found = equal(args, rows, "tid")
    else:
        found = equal(args, rows, "buyer_nick", "status", "seller_confirm", "freight_payer", "type")
        if args.has("receiver_name"):
            found = [row for row in found if row.get("consignee") == args.text("receiver_name")]
        found = between_times(args, found, "created")
    return paged(args, "shippings", newest_first(found, "created"))


def trace_search(store: Store, args: Arguments) -> Payload:
    trade = store.trade(args.seller, args.number("tid"))
    wanted = set(args.numbers("sub_tid")) if args.number("is_split") else set()
    for shipment in store.market.shipments:
        if shipment["tid"] != trade["tid"] or (wanted and not wanted & set(shipment.get("sub_tids", ()))):
            continue
        way = steps(shipment, store.now()) if shipment["seller_confirm"] == "yes" else []
        payload: Payload = {name: shipment[name] for name in ("out_sid", "company_name", "tid") if shipment[name]}
        payload["status"] = _standing(shipment, way)
        return payload | ({"trace_list": way} if way else {})
    raise Fault("isv.logistics-trace-service-error:B04", "这笔交易还没有物流信息")


def online_send(store: Store, args: Arguments) -> Payload:
    return _send(store, args, "online", args.text("out_sid"))


def offline_send(store: Store, args: Arguments) -> Payload:
    return _send(store, args, "offline", args.text("out_sid"))


def dummy_send(store: Store, args: Arguments) -> Payload:
    trade, orders = _to_send(store, args, "dummy")
    _consign(store, trade, orders, None, "")
    return {"shipping": {"is_success": True}}


def _send(store: Store, args: Arguments, way: str, number: str) -> Payload:
    """Hand a trade to a company. Online without a waybill number only books it: the trade stays as it is."""
    trade, orders = _to_send(store, args, way)
    carrier = company(args.text("company_code"))
    if carrier is None:
        raise invalid("company_code", "没有这个物流公司")
    contacts = {row["contact_id"] for row in store.user(args.seller)["addresses"]}
    for name in ("sender_id", "cancel_id"):
        if args.has(name) and args.number(name) not in contacts:
            raise _refused(way, WRONG_ADDRESS, "地址库里没有这个编号")
    if number:
        used = {row["out_sid"] for row in store.market.shipments if row["company_name"] == carrier["name"]}
        if not accepts(carrier, number) or number in used:
            raise _refused(way, WRONG_NUMBER, "运单号不符合规则或已经被使用")
    store.market.shipments.append(_shipment(store, trade, orders, carrier, number, way))
    if number:
        _consign(store, trade, orders, carrier, number)
    return {"shipping": {"is_success": True}}


def _to_send(store: Store, args: Arguments, way: str) -> tuple[Row, list[Row]]:
    """The trade, and those of its orders that go into this parcel."""
    number = args.number("tid")
    if number not in store.market.trades:
        raise _refused(way, NO_TRADE, "订单不存在")
    trade = store.trade(args.seller, number)
    if trade["status"] not in SENDABLE:
        raise _refused(way, WRONG_STATE, "订单状态不正确，不能发货")
    waiting = [order for order in trade["orders"] if order["status"] == "WAIT_SELLER_SEND_GOODS"]
    wanted = args.numbers("sub_tid")
    split = args.number("is_split") == 1
    if split != bool(wanted) or not set(wanted) <= {order["oid"] for order in waiting}:
        raise _refused(way, WRONG_SPLIT, "拆单校验未通过：子订单必须属于这笔交易并且还没有发货")
    return trade, [order for order in waiting if not split or order["oid"] in wanted]


def _shipment(store: Store, trade: Row, orders: list[Row], carrier: Row, number: str, way: str) -> Row:
    now = store.now()
    row: Row = {
        "tid": trade["tid"],
        "order_code": f"LP{store.new_id():014d}",
        "seller_nick": trade["seller_nick"],
        "buyer_nick": trade["buyer_nick"],
        "out_sid": number,
        "company_name": carrier["name"],
        "item_title": orders[0]["title"],
        "receiver_name": trade.get("receiver_name", ""),
        "consignee": trade.get("consignee", ""),
        "created": now,
        "modified": now,
        "status": "CREATED" if not number else "SENDING" if way == "online" else "ACCEPTED_BY_RECEIVER",
        "type": "express",
        "freight_payer": "buyer" if trade["has_post_fee"] else "seller",
        "seller_confirm": "yes" if number else "no",
        "is_split": int(len(orders) < len(trade["orders"])),
        "origin": store.user(trade["seller_nick"])["city"],
        "goal": trade.get("receiver_city", ""),
        "sent": now,
    }
    return row | ({"sub_tids": [order["oid"] for order in orders]} if row["is_split"] else {})


def _consign(store: Store, trade: Row, orders: list[Row], carrier: Row | None, number: str) -> None:
    """The seller has sent these orders; the trade follows when all of them are gone."""
    now = store.now()
    for order in orders:
        order |= {"status": SENT, "consign_time": now}
        if carrier:
            order |= {"logistics_company": carrier["name"], "invoice_no": number}
    left = any(order["status"] == "WAIT_SELLER_SEND_GOODS" for order in trade["orders"])
    trade |= {"consign_time": now, "modified": now, "is_part_consign": left or trade["is_part_consign"]}
    trade["status"] = "SELLER_CONSIGNED_PART" if left else SENT
    if number:
        trade["sid"] = number
    if not left:
        trade |= {"timeout_action_time": store.in_days(10), "available_confirm_fee": trade["payment"]}


def _standing(shipment: Row, way: list[Row]) -> str:
    """The words for where a parcel is. A company the seller booked by himself reports nothing but its arrival."""
    if shipment["status"] == "ACCEPTED_BY_RECEIVER" or any(step["action"] == "SIGNED" for step in way):
        return "对方已签收"
    return "等候发送给物流公司" if not way else "物流公司已接单"


def _refused(way: str, code: str, why: str) -> Fault:
    return Fault(f"isv.logistics-{way}-service-error:{code}", why)


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.areas.get": areas_get,
    "taobao.logistics.companies.get": companies_get,
    "taobao.logistics.address.search": address_search,
    "taobao.logistics.orders.get": orders_get,
    "taobao.logistics.trace.search": trace_search,
    "taobao.logistics.online.send": online_send,
    "taobao.logistics.offline.send": offline_send,
    "taobao.logistics.dummy.send": dummy_send,
}
