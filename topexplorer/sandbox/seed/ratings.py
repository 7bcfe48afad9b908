"""What buyers and sellers said of each other when trades were over."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from topexplorer.sandbox.drawers import Drawer
from topexplorer.sandbox.luck import between, one_of, weighted
from topexplorer.sandbox.rows import Row, stamp
from topexplorer.sandbox.seed.history import History

RESULTS = ((93, "good"), (4, "neutral"), (3, "bad"))
WORDS = {
    "good": (
        "质量很好，孩子很喜欢",
        "物流快，尺码合适",
        "第三次买了，一如既往",
        "和描述一致，好评",
        "包装用心，客服耐心",
    ),
    "neutral": ("颜色和图片略有出入", "物流慢了两天，衣服还可以", "做工一般，对得起价格"),
    "bad": ("洗了一次就掉色", "尺码偏小太多，不建议买", "收到有线头，等了一周才回复"),
}
THANKS = ("感谢支持，欢迎再来", "谢谢亲的好评", "期待您的下次光临")
REPLY = "非常抱歉给您带来不好的体验，已为您登记，客服会主动联系您处理。"
FIRST_YOUNG, FIRST_OLD = 10_000_000, 20_000_000


def fill(drawer: Drawer, seed: int, now: datetime, young: Iterable[Row], history: History) -> None:
    """Put the ratings of the young trades and the heads of those of the old ones into the drawer."""
    rng = random.Random(f"{seed}/ratings")
    number = FIRST_YOUNG
    for trade in young:
        for order in trade["orders"]:
            for role in _roles(trade):
                head = _head(rng, trade, order["oid"], role, now)
                drawer.put(number, _whole(head, order) | {"rate_id": number})
                number += 1
    heads, number = {}, FIRST_OLD
    for trade in history.heads.values():
        lines = trade["_lines"]
        for place in range(lines) if trade["buyer_rate"] or trade["seller_rate"] else ():
            oid = trade["tid"] if lines == 1 else trade["tid"] + 1 + place
            for role in _roles(trade):
                heads[number] = _head(rng, trade, oid, role, now) | {"rate_id": number, "_place": place}
                number += 1

    def write(head: Row) -> Row:
        order = history.trade(history.heads[head["tid"]])["orders"][head["_place"]]
        return _whole(head, order)

    drawer.put_heads(heads, write)


def _roles(trade: Row) -> tuple[str, ...]:
    return tuple(role for role in ("buyer", "seller") if trade[f"{role}_rate"])


def _head(rng: random.Random, trade: Row, oid: int, role: str, now: datetime) -> Row:
    ended = datetime.fromisoformat(trade["end_time"])
    age = now - ended
    seller, buyer = trade["seller_nick"], trade["buyer_nick"]
    return {
        "tid": trade["tid"],
        "oid": oid,
        "role": role,
        "nick": buyer if role == "buyer" else seller,
        "rated_nick": seller if role == "buyer" else buyer,
        "seller_nick": seller,
        "result": weighted(rng, RESULTS) if role == "buyer" else "good",
        "created": stamp(min(ended + timedelta(seconds=between(rng, 600, 400_000)), ended + age * 0.7)),
    }


def _whole(head: Row, order: Row) -> Row:
    rng = random.Random(head["oid"])
    row = {name: value for name, value in head.items() if not name.startswith("_")}
    row |= {
        "item_title": order["title"],
        "item_price": order["price"],
        "num_iid": order["num_iid"],
        "content": one_of(rng, WORDS[head["result"]] if head["role"] == "buyer" else THANKS),
        "valid_score": True,
    }
    if head["role"] == "buyer":
        row["logistics_service_score"] = between(rng, 4, 5)
        if head["result"] == "bad":
            row["reply"] = REPLY
    return row
