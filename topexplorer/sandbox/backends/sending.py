"""Sending a trade: with one's own courier, with one booked online, without any, and correcting that."""

from __future__ import annotations

from datetime import datetime, timedelta

from topexplorer.sandbox.arguments import Arguments, Fault, invalid
from topexplorer.sandbox.carriers import COMPANIES, accepts, company
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.store import BackEnd, Payload, Store

SENDABLE = ("WAIT_SELLER_SEND_GOODS", "SELLER_CONSIGNED_PART")
SENT = "WAIT_BUYER_CONFIRM_GOODS"
NO_TRADE, WRONG_STATE, WRONG_ADDRESS, WRONG_NUMBER, WRONG_SPLIT = "B01", "B04", "B101", "B60", "P38"
"""The back end's own codes, as sellers' forums explain them."""
CORRECTED_WITHIN = timedelta(days=50)


def online_send(store: Store, args: Arguments) -> Payload:
    return _send(store, args, "online", args.text("out_sid"))


def offline_send(store: Store, args: Arguments) -> Payload:
    return _send(store, args, "offline", args.text("out_sid"))


def dummy_send(store: Store, args: Arguments) -> Payload:
    trade, orders = _to_send(store, args, "dummy")
    _consign(store, trade, orders, None, "")
    return {"shipping": {"is_success": True}}


def online_confirm(store: Store, args: Arguments) -> Payload:
    """The waybill number of a parcel that was booked without one."""
    trade = store.trade(args.seller, args.number("tid"))
    number, booked = _booked(store, trade)
    if booked is None:
        raise _refused("online", WRONG_STATE, "没有等待确认的在线下单")
    carrier = next(row for row in COMPANIES if row["name"] == booked["company_name"])
    _check_number(store, carrier, args.text("out_sid"), "online")
    waiting = [order for order in trade["orders"] if order["status"] == "WAIT_SELLER_SEND_GOODS"]
    wanted = args.numbers("sub_tid") if args.number("is_split") else []
    if not set(wanted) <= {order["oid"] for order in waiting}:
        raise _refused("online", WRONG_SPLIT, "拆单校验未通过：子订单必须属于这笔交易并且还没有发货")
    now = store.now()
    changed = {
        "out_sid": args.text("out_sid"),
        "seller_confirm": "yes",
        "status": "SENDING",
        "modified": now,
        "sent": now,
    }
    store.market.shipments[number].update(changed)
    _consign(store, trade, [o for o in waiting if not wanted or o["oid"] in wanted], carrier, args.text("out_sid"))
    return {"shipping": {"is_success": True}}


def online_cancel(store: Store, args: Arguments) -> Payload:
    """Give up a booking that nobody has fetched; the trade gets a new one to send."""
    trade = store.trade(args.seller, args.number("tid"))
    _number, booked = _booked(store, trade)
    if booked is None:
        raise _refused("online", WRONG_STATE, "没有可以取消的在线下单")
    now, fresh = store.now(), store.new_id()
    booked |= {"status": "CANCELLED", "modified": now}
    again = booked | {"status": "RECREATED", "order_code": f"LP{fresh:014d}", "created": now}
    store.market.shipments.put(fresh, again)
    return {"is_success": True, "modify_time": now, "recreated_order_id": again["order_code"]}


def consign_resend(store: Store, args: Arguments) -> Payload:
    """Another company or waybill number for a parcel that was sent with wrong ones."""
    trade = store.trade(args.seller, args.number("tid"))
    drawer = store.market.shipments
    numbers = [n for n, row in zip(drawer.numbers(), drawer.heads(), strict=True) if row["tid"] == trade["tid"]]
    wanted = set(args.numbers("sub_tid")) if args.number("is_split") else set()
    parcels = [drawer[n] for n in numbers if drawer[n]["seller_confirm"] == "yes"]
    parcels = [row for row in parcels if not wanted or wanted <= set(row.get("sub_tids", ()))]
    if not parcels or trade["status"] not in (SENT, "SELLER_CONSIGNED_PART"):
        raise _refused("resend", WRONG_STATE, "订单还没有发货或已经完成，不能修改")
    if store.moment().replace(tzinfo=None) - datetime.fromisoformat(parcels[0]["sent"]) > CORRECTED_WITHIN:
        raise _refused("resend", WRONG_STATE, "发货超过 50 天，不能修改")
    carrier = company(args.text("company_code"))
    if carrier is None:
        raise invalid("company_code", "没有这个物流公司")
    out_sid = args.text("out_sid")
    _check_number(store, carrier, out_sid, "resend")
    now, old = store.now(), parcels[0]["out_sid"]
    parcels[0].update({"out_sid": out_sid, "company_name": carrier["name"], "modified": now})
    for order in trade["orders"]:
        if order.get("invoice_no") == old:
            order |= {"invoice_no": out_sid, "logistics_company": carrier["name"]}
    trade |= {"sid": out_sid, "modified": now, "async_modified": now}
    return {"shipping": {"is_success": True}}


def _booked(store: Store, trade: Row) -> tuple[int, Row | None]:
    """The trade's parcel that waits for its waybill number."""
    drawer = store.market.shipments
    for number, row in zip(drawer.numbers(), drawer.heads(), strict=True):
        if row["tid"] == trade["tid"] and row["seller_confirm"] == "no" and row["status"] != "CANCELLED":
            return number, drawer[number]
    return 0, None


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
        _check_number(store, carrier, number, way)
    store.market.shipments.put(store.new_id(), _shipment(store, trade, orders, carrier, number, way))
    if number:
        _consign(store, trade, orders, carrier, number)
    return {"shipping": {"is_success": True}}


def _check_number(store: Store, carrier: Row, number: str, way: str) -> None:
    rows = store.market.shipments.heads()
    used = any(row["out_sid"] == number and row["company_name"] == carrier["name"] for row in rows)
    if used or not accepts(carrier, number):
        raise _refused(way, WRONG_NUMBER, "运单号不符合规则或已经被使用")


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
    trade |= {"consign_time": now, "modified": now, "async_modified": now}
    trade["is_part_consign"] = left or trade["is_part_consign"]
    trade["status"] = "SELLER_CONSIGNED_PART" if left else SENT
    if number:
        trade["sid"] = number
    if not left:
        trade |= {"timeout_action_time": store.in_days(10), "available_confirm_fee": trade["payment"]}


def _refused(way: str, code: str, why: str) -> Fault:
    # Documented for dummy, offline and online; `resend` follows their pattern.
    return Fault(f"isv.logistics-{way}-service-error:{code}", why)


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.logistics.online.send": online_send,
    "taobao.logistics.online.confirm": online_confirm,
    "taobao.logistics.online.cancel": online_cancel,
    "taobao.logistics.offline.send": offline_send,
    "taobao.logistics.dummy.send": dummy_send,
    "taobao.logistics.consign.resend": consign_resend,
}
