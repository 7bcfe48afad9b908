"""The deals of the last 90 days: trades with their orders, shipments and refunds, in every state a seller meets."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from topexplorer.core.nouns import dataclass
from topexplorer.sandbox.carriers import COMPANIES
from topexplorer.sandbox.luck import between, one_of, weighted
from topexplorer.sandbox.rows import Row, cents, later, masked_name, stamp, yuan
from topexplorer.sandbox.seed.goods import sku_words
from topexplorer.sandbox.seed.people import Buyer

PAID = ("WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_CONFIRM_GOODS", "TRADE_FINISHED", "TRADE_CLOSED")
SHIPPED = ("WAIT_BUYER_CONFIRM_GOODS", "TRADE_FINISHED", "TRADE_CLOSED", "SELLER_CONSIGNED_PART", "TRADE_BUYER_SIGNED")
MESSAGES = ("请发中通，谢谢", "尽快发货，孩子周末要穿", "麻烦包装严实一点", "送礼用，不要放价格单")
MEMOS = ("买家要求开发票", "已联系买家，改发中通", "老客户，送小礼物一份", "缺货，等周三到仓")
STATES = (
    (timedelta(hours=20), ((40, "WAIT_BUYER_PAY"), (60, "WAIT_SELLER_SEND_GOODS"))),
    (
        timedelta(days=3),
        ((60, "WAIT_SELLER_SEND_GOODS"), (30, "WAIT_BUYER_CONFIRM_GOODS"), (10, "TRADE_CLOSED_BY_TAOBAO")),
    ),
    (timedelta(days=11), ((70, "WAIT_BUYER_CONFIRM_GOODS"), (20, "TRADE_FINISHED"), (10, "TRADE_CLOSED_BY_TAOBAO"))),
    (timedelta.max, ((78, "TRADE_FINISHED"), (14, "TRADE_CLOSED"), (8, "TRADE_CLOSED_BY_TAOBAO"))),
)
"""Up to that age, a trade is in these states, with their weights in percent."""
COMMON: Row = {
    "adjust_fee": "0.00",
    "commission_fee": "0.00",
    "credit_card_fee": "0.00",
    "cod_fee": "0.00",
    "buyer_cod_fee": "0.00",
    "seller_cod_fee": "0.00",
    "express_agency_fee": "0.00",
    "cod_status": "NEW_CREATED",
    "point_fee": 0,
    "real_point_fee": 0,
    "is_part_consign": False,
    "is_daixiao": False,
    "zero_purchase": False,
    "has_yfx": False,
    "trade_from": "WAP,WAP",
    "seller_flag": 0,
    "has_buyer_message": False,
}
"""What all trades have alike."""
COMMON_TO_ORDERS: Row = {
    "refund_status": "NO_REFUND",
    "part_mjz_discount": "0.00",
    "adjust_fee": "0.00",
    "seller_type": "C",
    "buyer_rate": False,
    "seller_rate": False,
    "is_oversold": False,
    "is_www": False,
    "is_daixiao": False,
    "is_service_order": False,
    "order_from": "WAP,WAP",
}


@dataclass(frozen=True, slots=True)
class Deal:
    """What a trade is made from. `lines` are (item, sku or None, number)."""

    tid: int
    buyer: Buyer
    lines: tuple[tuple[Row, Row | None, int], ...]
    created: datetime
    status: str
    kind: str = "fixed"
    plain: bool = False
    """Without messages, memos and discounts: the trades that examples name."""
    settled: Row | None = None
    """Columns that are known already, such as the moments of the trade and who has rated whom."""
    parcel: tuple[Row, str] | None = None
    """The company and the waybill number, when they are known already."""


def status_by_age(rng: random.Random, age: timedelta) -> str:
    """A state that a trade of that age is likely to be in."""
    return weighted(rng, next(states for limit, states in STATES if age < limit))


def strike(rng: random.Random, seller: Row, deal: Deal, now: datetime) -> tuple[Row, Row | None]:
    """The trade of a deal, and its shipment once it was sent."""
    times = deal.settled or _times(rng, deal, now)
    orders = [_order(rng, deal, place, line) for place, line in enumerate(deal.lines)]
    goods = sum(cents(order["price"]) * order["num"] for order in orders)
    postage = 0 if deal.kind == "eticket" or goods >= 5900 else 800
    discount = 0 if deal.plain or rng.random() > 0.2 else min(500, goods // 10)
    payment = sum(cents(order["payment"]) for order in orders) - discount + postage
    done = deal.status == "TRADE_FINISHED"
    trade: Row = {
        **COMMON,
        "tid": deal.tid,
        "tid_str": str(deal.tid),
        "type": deal.kind,
        "status": deal.status,
        "title": seller["shop"]["title"],
        "seller_nick": seller["nick"],
        "buyer_nick": deal.buyer.nick,
        "buyer_open_uid": deal.buyer.open_uid,
        **times,
        "async_modified": times["modified"],
        "total_fee": yuan(goods),
        "payment": yuan(payment),
        "post_fee": yuan(postage),
        "discount_fee": yuan(discount),
        "received_payment": yuan(payment if done else 0),
        "available_confirm_fee": yuan(payment if deal.status == "WAIT_BUYER_CONFIRM_GOODS" else 0),
        "has_post_fee": postage > 0,
        "buyer_obtain_point_fee": goods // 200 if done else 0,
        "num": sum(order["num"] for order in orders),
        "pic_path": orders[0]["pic_path"],
        "shipping_type": "virtual" if deal.kind == "eticket" else "express",
        "buyer_rate": times["buyer_rate"] if deal.settled else done and rng.random() < 0.5,
        "seller_rate": times["seller_rate"] if deal.settled else done and rng.random() < 0.6,
        "snapshot_url": f"q:{deal.tid}_1",
        "orders": orders,
        "promotion_details": _promotions(deal, discount),
    }
    trade["can_rate"], trade["seller_can_rate"] = done and not trade["buyer_rate"], done and not trade["seller_rate"]
    if len(orders) == 1:  # the platform counts the postage into a sole order, and shows its item on the trade
        orders[0]["payment"] = yuan(cents(orders[0]["payment"]) + postage)
        trade |= {"num_iid": orders[0]["num_iid"], "price": orders[0]["price"]}
    if "pay_time" in times:
        trade["alipay_no"] = f"{deal.created:%Y%m%d}22001{deal.tid % 10**12:012d}"
    if not deal.plain:
        _remarks(rng, trade)
    trade |= _receiver(deal.buyer) if deal.kind != "eticket" else {}
    for order in orders:
        order |= {name: trade[name] for name in ("buyer_rate", "seller_rate")}
    shipped = deal.status in SHIPPED and deal.kind != "eticket"
    return trade, _ship(rng, seller, trade, deal) if shipped else None


def _times(rng: random.Random, deal: Deal, now: datetime) -> Row:
    """The moments of a trade as far as it has come, all of them in the past."""
    moments = {"created": deal.created}
    if deal.status in PAID:
        moments["pay_time"] = later(deal.created, between(rng, 20, 1500), now)
    if deal.status in SHIPPED:
        moments["consign_time"] = later(moments["pay_time"], between(rng, 7200, 68_000), now)
    if deal.status in ("TRADE_FINISHED", "TRADE_CLOSED"):
        moments["end_time"] = later(moments["consign_time"], between(rng, 52 * 3600, 200 * 3600), now)
    elif deal.status == "TRADE_CLOSED_BY_TAOBAO":
        moments["end_time"] = later(deal.created, 24 * 3600, now)
    row: Row = {name: stamp(moment) for name, moment in moments.items()}
    row["modified"] = stamp(max(moments.values()))
    if deal.status == "WAIT_BUYER_CONFIRM_GOODS":
        row["timeout_action_time"] = stamp(moments["consign_time"] + timedelta(days=10))
    elif deal.status == "WAIT_BUYER_PAY":
        row["timeout_action_time"] = stamp(deal.created + timedelta(hours=24))
    return row


def _order(rng: random.Random, deal: Deal, place: int, line: tuple[Row, Row | None, int]) -> Row:
    item, sku, num = line
    price = cents(sku["price"] if sku else item["price"])
    discount = 0 if deal.plain or rng.random() > 0.25 else price * num // 20 // 10 * 10
    payment = yuan(price * num - discount)
    order: Row = {
        **COMMON_TO_ORDERS,
        "oid": deal.tid if len(deal.lines) == 1 else deal.tid + 1 + place,
        "status": deal.status,
        "title": item["title"],
        "num_iid": item["num_iid"],
        "outer_iid": item["outer_id"],
        "cid": item["cid"],
        "num": num,
        "price": yuan(price),
        "total_fee": payment,
        "payment": payment,
        "divide_order_fee": payment,
        "discount_fee": yuan(discount),
        "pic_path": item["pic_url"],
        "snapshot_url": f"q:{deal.tid}_{place + 1}",
        "shipping_type": "virtual" if deal.kind == "eticket" else "express",
    }
    order["oid_str"] = str(order["oid"])
    if sku:
        order |= {
            "sku_id": str(sku["sku_id"]),
            "sku_properties_name": sku_words(sku),
            "outer_sku_id": sku["outer_id"],
        }
    return order


def _promotions(deal: Deal, discount: int) -> list[Row]:
    if not discount:
        return []
    words = {"promotion_name": "店铺优惠券", "promotion_desc": f"店铺优惠券：省{yuan(discount)}元"}
    return [{"id": deal.tid, **words, "discount_fee": yuan(discount), "promotion_id": f"shopbonus-{deal.tid % 10**8}"}]


def _remarks(rng: random.Random, trade: Row) -> None:
    if rng.random() < 0.2:
        trade |= {"buyer_message": one_of(rng, MESSAGES), "has_buyer_message": True}
    if rng.random() < 0.15:
        trade |= {"seller_memo": one_of(rng, MEMOS), "seller_flag": between(rng, 1, 5)}


def _receiver(buyer: Buyer) -> Row:
    place = buyer.place
    return {
        "receiver_name": masked_name(buyer.name),
        "receiver_mobile": f"*******{buyer.mobile[-4:]}",
        "receiver_country": "中国",
        "receiver_state": place.state,
        "receiver_city": place.city,
        "receiver_district": place.district,
        "receiver_address": f"{buyer.street}**号**",
        "receiver_zip": place.zip,
        "buyer_area": f"{place.state}{place.city}",
        "oaid": f"1{buyer.open_uid[3:19]}{place.area_id}ibRXw",
        "consignee": buyer.name,
        "consignee_mobile": buyer.mobile,
    }


def _ship(rng: random.Random, seller: Row, trade: Row, deal: Deal) -> Row:
    """The shipment of a trade, which is told of it."""
    carrier, number = deal.parcel or _parcel(rng)
    ended = "end_time" in trade
    trade["sid"] = number
    for order in trade["orders"]:
        order |= {"invoice_no": number, "logistics_company": carrier["name"], "consign_time": trade["consign_time"]}
        if ended:
            order["end_time"] = trade["end_time"]
    return {
        "tid": trade["tid"],
        "order_code": f"LP{trade['tid'] % 10**14:014d}",
        "seller_nick": seller["nick"],
        "buyer_nick": deal.buyer.nick,
        "out_sid": number,
        "company_name": carrier["name"],
        "item_title": trade["orders"][0]["title"],
        "receiver_name": trade["receiver_name"],
        "consignee": deal.buyer.name,
        "created": trade["pay_time"],
        "modified": trade["modified"],
        "status": "ACCEPTED_BY_RECEIVER" if ended else "ACCEPTED_BY_COMPANY",
        "type": "express",
        "freight_payer": "buyer" if trade["has_post_fee"] else "seller",
        "seller_confirm": "yes",
        "is_split": 0,
        "origin": seller["city"],
        "goal": deal.buyer.place.city,
        "sent": trade["consign_time"],
    }


def _parcel(rng: random.Random) -> tuple[Row, str]:
    carrier = one_of(rng, COMPANIES[:3])
    return carrier, f"{'SF' if carrier['code'] == 'SF' else ''}{between(rng, 75 * 10**10, 79 * 10**10)}"
