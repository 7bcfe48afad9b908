"""The long tail of a shop: thousands of trades, known by their heads until somebody reads one.

A head says what lists filter and sort by. `History` writes the trade, the refund, the shipment and the ratings behind a
head out of the seed alone, so that it does not matter which of them is looked at first.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from topexplorer.sandbox.carriers import COMPANIES
from topexplorer.sandbox.luck import between, one_of, weighted
from topexplorer.sandbox.rows import Row, stamp
from topexplorer.sandbox.seed import disputes
from topexplorer.sandbox.seed.deals import Deal, strike
from topexplorer.sandbox.seed.people import Buyer

FIRST_TID = 3_141_700_000_000_000_000
FIRST_REFUND = 190_400_000_000_000
FIRST_WAYBILL = 760_000_000_000
OLDEST, YOUNGEST = 2150 * 3600, 20 * 3600
"""Seconds. Younger trades are those of the market itself."""
DAY = 86_400
BEYOND = 91 * DAY, 180 * DAY
ARCHIVED = 25
"""Every so many trades, one is older than what the usual lists reach."""
STATES = (
    (
        3 * DAY,
        (
            (50, "WAIT_SELLER_SEND_GOODS"),
            (28, "WAIT_BUYER_CONFIRM_GOODS"),
            (10, "TRADE_CLOSED_BY_TAOBAO"),
            (4, "SELLER_CONSIGNED_PART"),
            (3, "PAID_FORBID_CONSIGN"),
            (2, "PAY_PENDING"),
            (2, "TRADE_NO_CREATE_PAY"),
            (1, "WAIT_PRE_AUTH_CONFIRM"),
        ),
    ),
    (
        11 * DAY,
        (
            (66, "WAIT_BUYER_CONFIRM_GOODS"),
            (20, "TRADE_FINISHED"),
            (9, "TRADE_CLOSED_BY_TAOBAO"),
            (5, "TRADE_BUYER_SIGNED"),
        ),
    ),
    (181 * DAY, ((84, "TRADE_FINISHED"), (8, "TRADE_CLOSED"), (8, "TRADE_CLOSED_BY_TAOBAO"))),
)
"""Up to that age in seconds, a trade is in these states, with their weights in percent."""
UNPAID = frozenset({"TRADE_NO_CREATE_PAY", "PAY_PENDING", "WAIT_PRE_AUTH_CONFIRM", "TRADE_CLOSED_BY_TAOBAO"})
UNSENT = frozenset({"WAIT_SELLER_SEND_GOODS", "PAID_FORBID_CONSIGN"})
ENDED = frozenset({"TRADE_FINISHED", "TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO"})
RARE = ("SELLER_CONSIGNED_PART", "PAID_FORBID_CONSIGN", "PAY_PENDING", "TRADE_NO_CREATE_PAY", "WAIT_PRE_AUTH_CONFIRM")
"""The first trades of all are in these states, which chance might miss."""
OF_AN_ORDER = {
    "SELLER_CONSIGNED_PART": "WAIT_SELLER_SEND_GOODS",
    "PAID_FORBID_CONSIGN": "WAIT_SELLER_SEND_GOODS",
    "WAIT_PRE_AUTH_CONFIRM": "WAIT_BUYER_PAY",
}
"""States that only a trade has, and what its orders are in meanwhile."""
LINES = ((70, 1), (22, 2), (8, 3))
NUMBERS = ((80, 1), (15, 2), (5, 3))


class History:
    """The old trades of all sellers. `goods` are their items by nick, `counts` how many trades each has."""

    def __init__(
        self,
        seed: int,
        now: datetime,
        sellers: Mapping[str, Row],
        goods: Mapping[str, Sequence[Row]],
        buyers: Sequence[Buyer],
        counts: Mapping[str, int],
    ) -> None:
        self._seed = seed
        self._now = now
        self._sellers = sellers
        self._goods = goods
        self._buyers = buyers
        self.heads = drawn(seed, now, buyers, counts)

    def trade(self, head: Row) -> Row:
        """The trade of a head."""
        return self._struck(head)[0]

    def shipment(self, head: Row) -> Row:
        """The shipment of a head of `shipment_heads`."""
        trade, shipment = self._struck(self.heads[head["tid"]])
        if shipment is None:
            raise KeyError(trade["tid"])
        if trade["status"] == "SELLER_CONSIGNED_PART":
            shipment |= {"is_split": 1, "sub_tids": [trade["orders"][0]["oid"]]}
        return shipment

    def refund(self, head: Row) -> Row:
        """The refund of a head of `refund_heads`."""
        trade_head = self.heads[head["tid"]]
        trade, _shipment = self._struck(trade_head)
        return self._asked(trade, trade_head)

    def _struck(self, head: Row) -> tuple[Row, Row | None]:
        tid, status = head["tid"], head["status"]
        rng = random.Random(self._seed * 1_000_003 + tid)
        goods = self._goods[head["seller_nick"]]
        lines = []
        for item in rng.sample(goods, head["_lines"]):
            sku = one_of(rng, item["skus"]) if item["skus"] else None
            lines.append((item, sku, weighted(rng, NUMBERS)))
        buyer = self._buyers[head["_buyer"]]
        settled = {name: value for name, value in head.items() if not name.startswith("_")}
        created = datetime.fromisoformat(head["created"])
        deal = Deal(
            tid, buyer, tuple(lines), created, status, head["type"], settled=settled, parcel=_parcel(head["_place"])
        )
        trade, shipment = strike(rng, self._sellers[head["seller_nick"]], deal, self._now)
        if status in OF_AN_ORDER:
            _part_ways(trade)
        if head["_refund"]:
            self._asked(trade, head)
        return trade, shipment

    def _asked(self, trade: Row, head: Row) -> Row:
        rng = random.Random(self._seed * 1_000_003 - head["tid"])
        seller, number = self._sellers[head["seller_nick"]], FIRST_REFUND + head["_place"] * 1_000_003
        return disputes.ask(rng, seller, trade, number, head["_refund"], self._now)

    def refund_heads(self) -> dict[int, Row]:
        """Heads of the refunds, by refund_id. They say whose it is and not when: few, and read whole."""
        return {
            FIRST_REFUND + head["_place"] * 1_000_003: {"tid": head["tid"], "seller_nick": head["seller_nick"]}
            for head in self.heads.values()
            if head["_refund"]
        }

    def shipment_heads(self) -> dict[int, Row]:
        """Heads of the shipments, by tid."""
        found = {}
        for tid, head in self.heads.items():
            if "consign_time" in head:
                carrier, number = _parcel(head["_place"])
                found[tid] = {
                    "tid": tid,
                    "seller_nick": head["seller_nick"],
                    "buyer_nick": head["buyer_nick"],
                    "consignee": self._buyers[head["_buyer"]].name,
                    "created": head["pay_time"],
                    "status": "ACCEPTED_BY_RECEIVER" if "end_time" in head else "ACCEPTED_BY_COMPANY",
                    "type": "express",
                    "seller_confirm": "yes",
                    "out_sid": number,
                    "company_name": carrier["name"],
                }
        return found


def drawn(seed: int, now: datetime, buyers: Sequence[Buyer], counts: Mapping[str, int]) -> dict[int, Row]:
    """The heads of the old trades by tid: `counts` of each nick, some of them older than what the usual lists reach."""
    heads: dict[int, Row] = {}
    rng = random.Random(f"{seed}/history")
    for nick, count in counts.items():
        for number in range(count):
            reach = BEYOND if number % ARCHIVED == ARCHIVED - 1 else (YOUNGEST, OLDEST)
            head = _head(rng, nick, buyers, len(heads), now, reach)
            heads[head["tid"]] = head
    return heads


def _head(
    rng: random.Random, nick: str, buyers: Sequence[Buyer], place: int, now: datetime, reach: tuple[int, int]
) -> Row:
    age, status = between(rng, *reach), ""
    if place < len(RARE):
        age, status = YOUNGEST + (place + 1) * 7000, RARE[place]
    draw = rng.random
    status = status or weighted(rng, next(states for limit, states in STATES if age < limit))
    number = int(draw() * len(buyers))
    buyer = buyers[number]
    lines = 1 if status == "TRADE_CLOSED" else 2 if status == "SELLER_CONSIGNED_PART" else weighted(rng, LINES)
    done = status == "TRADE_FINISHED"
    head: Row = {
        "tid": FIRST_TID + place * 7_919_000_000 + number * 10,
        "seller_nick": nick,
        "buyer_nick": buyer.nick,
        "buyer_open_uid": buyer.open_uid,
        "consignee": buyer.name,
        "consignee_mobile": buyer.mobile,
        "type": "cod" if status == "TRADE_BUYER_SIGNED" else "fixed",
        "status": status,
        "buyer_rate": done and draw() < 0.5,
        "seller_rate": done and draw() < 0.6,
        "_place": place,
        "_buyer": number,
        "_lines": lines,
        "_refund": disputes.status_for(rng, status),
    }
    return _timed(rng, head, age, now)


def _timed(rng: random.Random, head: Row, age: int, now: datetime) -> Row:
    """The head with the moments of its trade, all of them in the past."""
    status = head["status"]
    last = head["created"] = stamp(now - timedelta(seconds=age))
    if status not in UNPAID:
        age = max(age - between(rng, 20, 1500), int(age * 0.3))
        last = head["pay_time"] = stamp(now - timedelta(seconds=age))
        if status not in UNSENT:
            age = max(age - between(rng, 7200, 68_000), int(age * 0.3))
            last = head["consign_time"] = stamp(now - timedelta(seconds=age))
    if status in ENDED:
        wait = DAY if status in UNPAID else between(rng, 52 * 3600, 200 * 3600)
        age = max(age - wait, int(age * 0.3))
        last = head["end_time"] = stamp(now - timedelta(seconds=age))
    head["modified"] = last
    if status in ("WAIT_BUYER_CONFIRM_GOODS", "TRADE_BUYER_SIGNED"):
        head["timeout_action_time"] = stamp(now - timedelta(seconds=age - 10 * DAY))
    return head


def _part_ways(trade: Row) -> None:
    """Orders know fewer states than trades. Of a trade sent in part, only the first order is on its way."""
    status = OF_AN_ORDER[trade["status"]]
    for place, order in enumerate(trade["orders"]):
        order["status"] = status
        if trade["status"] == "SELLER_CONSIGNED_PART":
            if place == 0:
                order["status"] = "WAIT_BUYER_CONFIRM_GOODS"
            else:
                for name in ("invoice_no", "logistics_company", "consign_time"):
                    order.pop(name, None)
    trade["is_part_consign"] = trade["status"] == "SELLER_CONSIGNED_PART"


def _parcel(place: int) -> tuple[Row, str]:
    """The company and the waybill number of the trade at that place."""
    carrier = COMPANIES[place % 3]
    return carrier, f"{'SF' if carrier['code'] == 'SF' else ''}{FIRST_WAYBILL + place * 7919}"
