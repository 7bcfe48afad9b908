"""Refunds that buyers asked for, with the messages that went with them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from topexplorer.core.values import GMT8
from topexplorer.sandbox.luck import between, one_of
from topexplorer.sandbox.rows import Row, cents, later, stamp, yuan

REASONS = (
    ("尺码拍错/不喜欢/效果差", "孩子穿着偏小，想换大一码再拍"),
    ("7天无理由退换货", "颜色和想的不一样"),
    ("质量问题", "袖口有线头，拉链不顺"),
    ("少件/漏发", "少发了一双袜子"),
    ("物流一直未送到", "三天没有更新物流了"),
)
FIRST_ID = 190283746500113
LANDMARK_VERSION = 1795140000000
"""The version of the refunds that examples name."""


def status_for(rng: random.Random, status: str) -> str | None:
    """The state of a refund on a trade in that state, None when nobody asked for one."""
    if status == "TRADE_CLOSED":
        return "SUCCESS"
    if status == "WAIT_BUYER_CONFIRM_GOODS" and rng.random() < 0.2:
        return one_of(rng, ("WAIT_SELLER_AGREE", "WAIT_BUYER_RETURN_GOODS", "WAIT_SELLER_CONFIRM_GOODS"))
    if status == "WAIT_SELLER_SEND_GOODS" and rng.random() < 0.06:
        return "WAIT_SELLER_AGREE"
    if status == "TRADE_FINISHED" and rng.random() < 0.06:
        return one_of(rng, ("CLOSED", "SELLER_REFUSE_BUYER"))
    return None


def ask(
    rng: random.Random, seller: Row, trade: Row, refund_id: int, status: str, now: datetime, version: int = 0
) -> Row:
    """A refund of the trade's first order, which is told of it."""
    order = trade["orders"][0]
    reason, words = one_of(rng, REASONS)
    start = trade.get("consign_time") or trade["pay_time"]
    asked = later(datetime.fromisoformat(start), between(rng, 3, 60) * 3600, now)
    changed = asked if status == "WAIT_SELLER_AGREE" else later(asked, between(rng, 1, 40) * 3600, now)
    returned = status in ("WAIT_SELLER_CONFIRM_GOODS", "SUCCESS") and rng.random() < 0.7
    fee = min(cents(order["payment"]), cents(trade["payment"]))
    refund: Row = {
        "refund_id": str(refund_id),
        "tid": trade["tid"],
        "oid": order["oid"],
        "alipay_no": trade["alipay_no"],
        "buyer_nick": trade["buyer_nick"],
        "buyer_open_uid": trade["buyer_open_uid"],
        "seller_nick": trade["seller_nick"],
        "status": status,
        "created": stamp(asked),
        "modified": stamp(changed),
        "reason": reason,
        "desc": words,
        "refund_fee": yuan(fee),
        "payment": yuan(cents(trade["payment"]) - fee),
        "total_fee": trade["payment"],
        "order_status": order["status"],
        "good_status": "BUYER_RETURNED_GOODS" if returned else "BUYER_RECEIVED",
        "has_good_return": returned or status == "WAIT_BUYER_RETURN_GOODS",
        "dispute_type": "REFUND_AND_RETURN" if returned or status == "WAIT_BUYER_RETURN_GOODS" else "REFUND",
        "refund_phase": "aftersale" if "end_time" in trade else "onsale",
        "refund_version": version or int(asked.replace(tzinfo=GMT8).timestamp()) * 1000,
        "shipping_type": order["shipping_type"],
        "title": order["title"],
        "num_iid": order["num_iid"],
        "outer_id": order["outer_iid"],
        "num": order["num"],
        "price": order["price"],
        "sku": f"{order['sku_id']}|{order['sku_properties_name']}" if "sku_id" in order else "",
        "cs_status": 1,
        "advance_status": 0,
        "address": seller["addresses"][-1]["addr"],
        "refund_remind_timeout": _reminder(status, asked),
        "messages": [_first_message(trade, refund_id, words, asked)],
    }
    if returned:
        refund |= {
            "sid": f"7731{refund_id % 10**9:09d}",
            "company_name": "申通快递",
            "good_return_time": stamp(changed),
        }
    order |= {"refund_status": status, "refund_id": str(refund_id)}
    return refund


def _reminder(status: str, asked: datetime) -> Row:
    waits = status == "WAIT_SELLER_AGREE"
    return {"exist_timeout": waits, "remind_type": 1, "timeout": stamp(asked + timedelta(days=2))}


def _first_message(trade: Row, refund_id: int, words: str, asked: datetime) -> Row:
    return {
        "id": refund_id % 10**9 * 10,
        "refund_id": str(refund_id),
        "content": words,
        "created": stamp(asked),
        "message_type": "NORMAL",
        "owner_role": "1",
        "owner_nick": trade["buyer_nick"],
        "owner_open_uid": trade["buyer_open_uid"],
        "refund_phase": "aftersale" if "end_time" in trade else "onsale",
    }
