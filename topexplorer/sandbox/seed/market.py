"""The market as it is before anybody writes: two sellers, some three hundred items, some three thousand trades.

The young trades are written at once; the old ones, and everything only few calls look at, when somebody looks.
"""

from __future__ import annotations

import random
from copy import deepcopy
from datetime import datetime, timedelta
from functools import cache

from topexplorer.sandbox.accounts import OTHER_SELLER, SELLER
from topexplorer.sandbox.drawers import Drawer
from topexplorer.sandbox.luck import between, one_of, weighted
from topexplorer.sandbox.market import Market
from topexplorer.sandbox.rows import Row, stamp
from topexplorer.sandbox.seed import disputes
from topexplorer.sandbox.seed.assortment import clothes, gadgets
from topexplorer.sandbox.seed.deals import Deal, status_by_age, strike
from topexplorer.sandbox.seed.disputes import LANDMARK_VERSION
from topexplorer.sandbox.seed.goods import CLOTHES, GADGETS, LANDMARK_ITEM, OTHER_SELLERS_ITEM, more_stock, stock
from topexplorer.sandbox.seed.history import LINES, NUMBERS, History
from topexplorer.sandbox.seed.landmarks import (
    BOOKED_TRADE,
    FINISHED_TRADE,
    LANDMARK_REFUND,
    LANDMARK_TRADE,
    OTHER_SELLERS_SHELVED_ITEM,
    RETURNING_REFUND,
    RETURNING_TRADE,
    SENT_TRADE,
    SHELVED_ITEM,
    UNPAID_TRADE,
    VIRTUAL_TRADE,
)
from topexplorer.sandbox.seed.people import crowd, people
from topexplorer.sandbox.seed.sellers import sellers
from topexplorer.sandbox.seed.sidelines import add_side_lines

AGES = ((0.2, 19.0), (20.0, 260.0), (265.0, 2150.0))
"""Hours: a third of the young trades each, so that there is enough to do."""
TRADES_OF = {SELLER: 89, OTHER_SELLER: 27}
HISTORY_OF = {SELLER: 2100, OTHER_SELLER: 760}
CROWD = 400
OFFERS = ((SELLER, CLOTHES, LANDMARK_ITEM), (OTHER_SELLER, GADGETS, OTHER_SELLERS_ITEM))


def seeded(now: datetime, seed: int) -> Market:
    """The market as of `now` (GMT+8). The same moment and seed give the same market."""
    now = now.replace(microsecond=0, tzinfo=None)
    return _Founding(now, seed).market


class _Founding:
    """What building the market needs at hand."""

    def __init__(self, now: datetime, seed: int) -> None:
        self.now = now
        self.rng = random.Random(seed)
        self.market = Market(sellers(now))
        self.shipments: dict[int, Row] = {}
        self.refunds: dict[int, Row] = {}
        for nick, goods, first in OFFERS:
            for item in stock(self.rng, self.market.sellers[nick], goods, first, now):
                self.market.items.put(item["num_iid"], item)
        self.goods = {nick: [row for row in self.market.items.heads() if row["nick"] == nick] for nick in TRADES_OF}
        self.buyers = people(self.rng)
        self.add_landmarks()
        for nick, count in TRADES_OF.items():
            self.add_trades(nick, count)
        rng = random.Random(f"{seed}/more")
        self.add_goods(rng)
        self.add_later_landmarks(rng)
        self.add_history(seed)
        add_side_lines(self.market, now, seed, self.buyers)

    def enter(self, rng: random.Random, nick: str, deal: Deal) -> Row:
        """Put the trade and the shipment of a deal into the market."""
        trade, shipment = strike(rng, self.market.sellers[nick], deal, self.now)
        if shipment:
            self.shipments[deal.tid] = shipment
        return self.market.trades.put(deal.tid, trade)

    def ask(self, rng: random.Random, trade: Row, refund_id: int, status: str, version: int = 0) -> None:
        """Put a refund of a trade into the market."""
        seller = self.market.sellers[trade["seller_nick"]]
        self.refunds[refund_id] = disputes.ask(rng, seller, trade, refund_id, status, self.now, version)

    def ago(self, hours: int) -> datetime:
        return self.now - timedelta(hours=hours, minutes=17)

    def add_landmarks(self) -> None:
        """The trades that examples name. Put in first, so that their seed never moves."""
        buyer, item = self.buyers[0], self.market.items[LANDMARK_ITEM]
        shirt = next(row for row in self.goods[SELLER] if "卫衣" in row["title"])
        ticket = next(row for row in self.goods[OTHER_SELLER] if row["is_virtual"])
        red_110, red_120 = item["skus"][0], item["skus"][1]
        gray, yellow = shirt["skus"][0], shirt["skus"][3]
        paid, unpaid, sent = "WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_PAY", "WAIT_BUYER_CONFIRM_GOODS"
        lines = ((item, red_110, 1), (shirt, gray, 2))
        for nick, deal in (
            (SELLER, Deal(LANDMARK_TRADE, buyer, lines, self.ago(5), paid, plain=True)),
            (SELLER, Deal(UNPAID_TRADE, buyer, ((shirt, yellow, 1),), self.ago(2), unpaid, plain=True)),
            (SELLER, Deal(SENT_TRADE, buyer, ((item, red_120, 1),), self.ago(80), sent, plain=True)),
            (OTHER_SELLER, Deal(VIRTUAL_TRADE, buyer, ((ticket, None, 2),), self.ago(3), paid, "eticket", plain=True)),
        ):
            self.enter(self.rng, nick, deal)
        self.ask(self.rng, self.market.trades[SENT_TRADE], LANDMARK_REFUND, "WAIT_SELLER_AGREE", LANDMARK_VERSION)

    def add_later_landmarks(self, rng: random.Random) -> None:
        """Landmarks that came with later APIs, from a generator of their own so that nothing older moves."""
        buyer, item = self.buyers[0], self.market.items[LANDMARK_ITEM]
        first, second = item["skus"][3], item["skus"][4]
        ended: Row = {"buyer_rate": True, "seller_rate": False}
        for name, hours in (("created", 190), ("pay_time", 189), ("consign_time", 170), ("end_time", 72)):
            ended[name] = stamp(self.ago(hours))
        ended["modified"] = ended["end_time"]
        lines = ((item, first, 1), (item, second, 1))
        for deal in (
            Deal(FINISHED_TRADE, buyer, lines, self.ago(190), "TRADE_FINISHED", plain=True, settled=ended),
            Deal(BOOKED_TRADE, buyer, ((item, first, 1),), self.ago(30), "WAIT_SELLER_SEND_GOODS", plain=True),
            Deal(RETURNING_TRADE, buyer, ((item, second, 1),), self.ago(120), "WAIT_BUYER_CONFIRM_GOODS", plain=True),
        ):
            self.enter(rng, SELLER, deal)
        returning = self.market.trades[RETURNING_TRADE]
        self.ask(rng, returning, RETURNING_REFUND, "WAIT_BUYER_RETURN_GOODS", LANDMARK_VERSION)
        trade = self.market.trades[BOOKED_TRADE]
        sent = self.shipments[FINISHED_TRADE]
        booked = {name: trade[name] for name in ("tid", "seller_nick", "buyer_nick", "receiver_name", "consignee")}
        booked |= {"created": trade["pay_time"], "modified": trade["pay_time"], "sent": trade["pay_time"]}
        booked |= {"out_sid": "", "status": "CREATED", "seller_confirm": "no", "company_name": "中通快递"}
        booked |= {"order_code": f"LP{BOOKED_TRADE % 10**14:014d}", "item_title": item["title"]}
        self.shipments[BOOKED_TRADE] = sent | booked

    def add_trades(self, nick: str, count: int) -> None:
        for _place in range(count):
            self.add_trade(nick)

    def add_trade(self, nick: str) -> None:
        rng = self.rng
        number = len(self.market.trades)
        age = timedelta(hours=rng.uniform(*one_of(rng, AGES)))
        state = status_by_age(rng, age)
        customer = between(rng, 1, len(self.buyers) - 1)
        goods = [row for row in self.goods[nick] if not row["is_virtual"]]
        lines = []
        for item in rng.sample(goods, 1 if state == "TRADE_CLOSED" else weighted(rng, LINES)):
            sku = one_of(rng, item["skus"]) if item["skus"] else None
            lines.append((item, sku, weighted(rng, NUMBERS)))
        tid = 3_141_600_000_000_000_000 + number * 7_919_000_000 + customer * 10
        trade = self.enter(rng, nick, Deal(tid, self.buyers[customer], tuple(lines), self.now - age, state))
        status = disputes.status_for(rng, trade["status"])
        if status:
            self.ask(rng, trade, disputes.FIRST_ID + len(self.refunds) * 1_000_003, status)

    def add_goods(self, rng: random.Random) -> None:
        for nick, lines, first in (
            (SELLER, clothes(), SHELVED_ITEM),
            (OTHER_SELLER, gadgets(), OTHER_SELLERS_SHELVED_ITEM),
        ):
            more = more_stock(rng, self.market.sellers[nick], lines, first, self.now)
            for item in more:
                self.market.items.put(item["num_iid"], item)
            self.goods[nick] += more

    def add_history(self, seed: int) -> None:
        """The old trades, from goods and sellers as they are now, whatever calls may change about them later."""
        market, now = self.market, self.now
        goods = {
            nick: [_as_it_is(row, "skus") for row in rows if not row["is_virtual"]] for nick, rows in self.goods.items()
        }
        owners, young = deepcopy(market.sellers), market.trades.heads()
        rated = [_as_it_is(row, "orders") for row in young if row["buyer_rate"] or row["seller_rate"]]

        @cache
        def history() -> History:
            return History(seed, now, owners, goods, crowd(random.Random(f"{seed}/crowd"), CROWD), HISTORY_OF)

        def fill_trades(drawer: Drawer) -> None:
            drawer.put_heads(history().heads, history().trade)

        def fill_refunds(drawer: Drawer) -> None:
            drawer.put_heads(history().refund_heads(), history().refund)

        def fill_shipments(drawer: Drawer) -> None:
            drawer.put_heads(history().shipment_heads(), history().shipment)

        def fill_ratings(drawer: Drawer) -> None:
            from topexplorer.sandbox.seed import ratings

            ratings.fill(drawer, seed, now, rated, history())

        market.trades = Drawer(fill_trades, dict(market.trades.items()))
        market.refunds = Drawer(fill_refunds, self.refunds)
        market.shipments = Drawer(fill_shipments, self.shipments)
        market.ratings = Drawer(fill_ratings)


def _as_it_is(row: Row, parts: str) -> Row:
    """A copy that keeps its own `parts`."""
    return {**row, parts: [dict(each) for each in row[parts]]}
