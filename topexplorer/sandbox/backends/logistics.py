"""Logistics: regions, companies and their prices, and parcels on their way."""

from __future__ import annotations

from datetime import datetime

from topexplorer.core.values import GMT8
from topexplorer.sandbox.arguments import Arguments, Fault, invalid
from topexplorer.sandbox.backends.listing import between_times, equal, newest_first, owned, paged
from topexplorer.sandbox.carriers import COMPANIES, ONLINE, RECOMMENDED, steps
from topexplorer.sandbox.places import DISTRICT, areas
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.store import BackEnd, Payload, Store

MOST_SHIPMENTS = 100


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


def orders_get(store: Store, args: Arguments) -> Payload:
    drawer = store.market.shipments
    rows = owned(drawer.heads(), args.seller)
    if args.has("tid"):
        store.trade(args.seller, args.number("tid"))
        found = equal(args, rows, "tid")
    else:
        found = equal(args, rows, "buyer_nick", "status", "seller_confirm", "type")
        if args.has("receiver_name"):
            found = [row for row in found if row.get("consignee") == args.text("receiver_name")]
        found = between_times(args, found, "created")
        if args.has("freight_payer"):
            found = equal(args, _whole(store, found), "freight_payer")
    payload = paged(args, "shippings", newest_first(found, "created"), MOST_SHIPMENTS)
    if "shippings" in payload:
        payload["shippings"] = _whole(store, payload["shippings"])
    return payload


def orders_detail_get(store: Store, args: Arguments) -> Payload:
    payload = orders_get(store, args)
    if "shippings" in payload:
        payload["shippings"] = [_in_detail(store, row) for row in payload["shippings"]]
    return payload


def _in_detail(store: Store, row: Row) -> Row:
    trade = store.trade(row["seller_nick"], row["tid"])
    mail = {name: row[name] for name in ("out_sid", "company_name")}
    more: Row = {"mails": [mail], "is_quick_cod_order": False, "openuid": trade["buyer_open_uid"]}
    if "receiver_state" in trade:
        more["location"] = {
            name: trade.get(f"receiver_{name}") for name in ("state", "city", "district", "address", "zip", "country")
        }
        more |= {"receiver_mobile": trade.get("receiver_mobile"), "receiver_mobile_new": trade.get("receiver_mobile")}
    return row | more


def _whole(store: Store, rows: list[Row]) -> list[Row]:
    """The whole rows behind heads: those of the seed are under their trade's number."""
    return [row if "order_code" in row else store.market.shipments[row["tid"]] for row in rows]


def _parcels(store: Store, args: Arguments) -> tuple[Row, list[Row]]:
    """The trade, and its parcels that were asked for."""
    trade = store.trade(args.seller, args.number("tid"))
    wanted = set(args.numbers("sub_tid")) if args.number("is_split") else set()
    rows = _whole(store, [row for row in store.market.shipments.heads() if row["tid"] == trade["tid"]])
    return trade, [row for row in rows if not wanted or wanted & set(row.get("sub_tids", ()))]


def trace_search(store: Store, args: Arguments) -> Payload:
    _trade, parcels = _parcels(store, args)
    if not parcels:
        # Follows the pattern of the sending APIs.
        raise Fault("isv.logistics-trace-service-error:B04", "这笔交易还没有物流信息")
    return _traced(store, parcels[0])


def trace_get(store: Store, args: Arguments) -> Payload:
    _trade, parcels = _parcels(store, args)
    return {"result": [_traced(store, row) for row in parcels]} if parcels else {}


def instant_trace_search(store: Store, args: Arguments) -> Payload:
    """The same with moments as milliseconds, and the last step's code as the state."""
    _trade, parcels = _parcels(store, args)
    if args.has("mail_no"):
        parcels = [row for row in parcels if row["out_sid"] == args.text("mail_no")]
    mails = []
    for row in parcels:
        traced = _traced(store, row)
        way = traced.get("trace_list", [])
        last = {"status": way[-1]["action"]} if way else {}
        nodes = [step | {"status_time": _milliseconds(step["status_time"])} for step in way]
        mails.append(traced | last | {"trace_list": nodes})
    return {"result": {"success": True, "mail_list": mails}}


def _milliseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=GMT8).timestamp()) * 1000


def _traced(store: Store, shipment: Row) -> Payload:
    way = steps(shipment, store.now()) if shipment["seller_confirm"] == "yes" else []
    payload: Payload = {name: shipment[name] for name in ("out_sid", "company_name", "tid") if shipment[name]}
    payload["status"] = _standing(shipment, way)
    return payload | ({"trace_list": way} if way else {})


def partners_get(store: Store, args: Arguments) -> Payload:
    """Who carries between two districts, and for how much. Offline there is nothing to find, as on the platform."""
    districts = {str(row["id"]) for row in areas() if row["type"] == DISTRICT}
    known = args.text("source_id") in districts and args.text("target_id") in districts
    if not known or args.text("service_type", "online") == "offline":
        return {}
    near = args.text("source_id")[:2] == args.text("target_id")[:2]
    priced = args.flag("is_need_carriage") is not False
    return {"logistics_partners": [_partner(row, near, priced) for row in COMPANIES if row["code"] in ONLINE]}


def _partner(carrier: Row, near: bool, priced: bool) -> Row:
    row: Row = {
        "cover_remark": "全境可达",
        "uncover_remark": "",
        "partner": {
            "account_no": f"{carrier['code'].lower()}@carrier.example",
            "company_code": carrier["code"],
            "company_id": carrier["id"],
            "company_name": carrier["name"],
            "full_name": f"{carrier['name']}有限公司",
            "reg_mail_no": carrier["reg_mail_no"],
            "wangwang_id": carrier["name"],
        },
    }
    if priced:
        row["carriage"] = {
            "initial_fee": 8 if near else 12,
            "initial_weight": 1,
            "add_fee": 2 if near else 6,
            "add_weight": 1,
            "damage_payment": "按实际损失赔付，最高 1000 元",
            "lost_payment": "按实际价值赔付，最高 1000 元",
            "got_time": "9:00-18:00",
            "way_day": "1-2 天" if near else "2-4 天",
        }
    return row


def _standing(shipment: Row, way: list[Row]) -> str:
    """The words for where a parcel is. A company the seller booked by himself reports nothing but its arrival."""
    if shipment["status"] == "ACCEPTED_BY_RECEIVER" or any(step["action"] == "SIGNED" for step in way):
        return "对方已签收"
    return "等候发送给物流公司" if not way else "物流公司已接单"


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.areas.get": areas_get,
    "taobao.logistics.companies.get": companies_get,
    "taobao.logistics.partners.get": partners_get,
    "taobao.logistics.orders.get": orders_get,
    "taobao.logistics.orders.detail.get": orders_detail_get,
    "taobao.logistics.trace.search": trace_search,
    "taobao.logistics.trace.get": trace_get,
    "taobao.logistics.instant.trace.search": instant_trace_search,
}
