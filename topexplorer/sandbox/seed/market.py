"""The market as it is before anybody writes: two sellers, sixty items, 120 trades.

The rows that examples and documents name by number (`LANDMARK…`) are always there and always in the state they need.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from topexplorer.sandbox.accounts import OTHER_SELLER, SELLER
from topexplorer.sandbox.luck import between, one_of, weighted
from topexplorer.sandbox.rows import Market
from topexplorer.sandbox.seed import disputes
from topexplorer.sandbox.seed.deals import Deal, status_by_age, strike
from topexplorer.sandbox.seed.goods import CLOTHES, GADGETS, LANDMARK_ITEM, OTHER_SELLERS_ITEM, stock
from topexplorer.sandbox.seed.people import Buyer, people
from topexplorer.sandbox.seed.sellers import sellers

LANDMARK_TRADE = 3141592653589793238
"""Paid and not sent, two orders: oid …239 and …240."""
UNPAID_TRADE = 3141592653589793301
SENT_TRADE = 3141592653589793401
"""On its way; carries LANDMARK_REFUND, which waits for the seller."""
VIRTUAL_TRADE = 3141592653589793501
"""A paid e-ticket of the other seller: sent without logistics."""
LANDMARK_REFUND = 190283746500112

AGES = ((0.2, 19.0), (20.0, 260.0), (265.0, 2150.0))
"""Hours: a third of all trades each, so that there is enough to do among the young ones."""
LINES = ((70, 1), (22, 2), (8, 3))
NUMBERS = ((80, 1), (15, 2), (5, 3))
TRADES_OF = {SELLER: 89, OTHER_SELLER: 27}


def seeded(now: datetime, seed: int) -> Market:
    """The market as of `now` (GMT+8). The same moment and seed give the same market."""
    now = now.replace(microsecond=0, tzinfo=None)
    rng = random.Random(seed)
    market = Market(sellers=sellers(now))
    for nick, goods, first in ((SELLER, CLOTHES, LANDMARK_ITEM), (OTHER_SELLER, GADGETS, OTHER_SELLERS_ITEM)):
        for item in stock(rng, market.sellers[nick], goods, first, now):
            market.items[item["num_iid"]] = item
    buyers = people(rng)
    _add_landmarks(rng, market, buyers[0], now)
    for nick, count in TRADES_OF.items():
        _add_trades(rng, market, nick, count, buyers, now)
    return market


def _add_landmarks(rng: random.Random, market: Market, buyer: Buyer, now: datetime) -> None:
    """The trades that examples name. Put in first, so that their seed never moves."""
    seller, other = market.sellers[SELLER], market.sellers[OTHER_SELLER]
    item = market.items[LANDMARK_ITEM]
    shirt = next(row for row in market.items.values() if row["nick"] == SELLER and "卫衣" in row["title"])
    ticket = next(row for row in market.items.values() if row["is_virtual"])
    red_110, red_120 = item["skus"][0], item["skus"][1]
    gray, yellow = shirt["skus"][0], shirt["skus"][3]

    def ago(hours: int) -> datetime:
        return now - timedelta(hours=hours, minutes=17)

    paid, unpaid, sent = "WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_PAY", "WAIT_BUYER_CONFIRM_GOODS"
    for owner, deal in (
        (seller, Deal(LANDMARK_TRADE, buyer, ((item, red_110, 1), (shirt, gray, 2)), ago(5), paid, plain=True)),
        (seller, Deal(UNPAID_TRADE, buyer, ((shirt, yellow, 1),), ago(2), unpaid, plain=True)),
        (seller, Deal(SENT_TRADE, buyer, ((item, red_120, 1),), ago(80), sent, plain=True)),
        (other, Deal(VIRTUAL_TRADE, buyer, ((ticket, None, 2),), ago(3), paid, "eticket", plain=True)),
    ):
        strike(rng, market, owner, deal, now)
    disputes.ask(rng, market, seller, market.trades[SENT_TRADE], LANDMARK_REFUND, "WAIT_SELLER_AGREE", now)


def _add_trades(rng: random.Random, market: Market, nick: str, count: int, buyers: list[Buyer], now: datetime) -> None:
    seller = market.sellers[nick]
    goods = [row for row in market.items.values() if row["nick"] == nick and not row["is_virtual"]]
    for _place in range(count):
        number = len(market.trades)
        age = timedelta(hours=rng.uniform(*one_of(rng, AGES)))
        state = status_by_age(rng, age)
        customer = between(rng, 1, len(buyers) - 1)
        lines = []
        for item in rng.sample(goods, 1 if state == "TRADE_CLOSED" else weighted(rng, LINES)):
            sku = one_of(rng, item["skus"]) if item["skus"] else None
            lines.append((item, sku, weighted(rng, NUMBERS)))
        tid = 3_141_600_000_000_000_000 + number * 7_919_000_000 + customer * 10
        deal = Deal(tid, buyers[customer], tuple(lines), now - age, state)
        trade = strike(rng, market, seller, deal, now)
        status = disputes.status_for(rng, trade)
        if status:
            refund_id = disputes.FIRST_ID + len(market.refunds) * 1_000_003
            disputes.ask(rng, market, seller, trade, refund_id, status, now)
