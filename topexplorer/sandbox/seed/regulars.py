"""The sellers' members: buyers who came back, and the groups they are sorted into."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from topexplorer.sandbox.accounts import OTHER_SELLER, SELLER
from topexplorer.sandbox.drawers import Drawer
from topexplorer.sandbox.luck import between, weighted
from topexplorer.sandbox.rows import stamp, yuan
from topexplorer.sandbox.seed.people import Buyer

GROUPS = ((SELLER, 21001, "老客户"), (SELLER, 21002, "喜欢裙子"), (OTHER_SELLER, 22001, "数码发烧友"))
GRADE_NAMES = ("店铺客户", "普通会员", "高级会员", "VIP会员")
GRADES = ((60, 1), (25, 2), (10, 3), (5, 4))


def fill_members(drawer: Drawer, seed: int, now: datetime, buyers: Sequence[Buyer]) -> None:
    """Put the members of both sellers into the drawer."""
    rng = random.Random(f"{seed}/members")
    for first, nick, group in ((31_000_000, SELLER, 21001), (32_000_000, OTHER_SELLER, 22001)):
        for place, buyer in enumerate(buyers):
            count, number = between(rng, 1, 30), first + place
            grade = weighted(rng, GRADES)
            spent = count * between(rng, 3000, 20_000)
            drawer.put(
                number,
                {
                    "buyer_id": number,
                    "buyer_nick": buyer.nick,
                    "ouid": buyer.open_uid,
                    "open_uid": buyer.open_uid,
                    "grade": grade,
                    "status": "normal",
                    "relation_source": 1,
                    "trade_count": count,
                    "trade_amount": yuan(spent),
                    "avg_price": yuan(spent // count),
                    "item_num": count + between(rng, 0, 9),
                    "close_trade_count": between(rng, 0, 2),
                    "close_trade_amount": "0.00",
                    "last_trade_time": stamp(
                        now - timedelta(days=between(rng, 1, 200), seconds=between(rng, 0, 80_000))
                    ),
                    "grade_name": GRADE_NAMES[grade - 1],
                    "province": buyer.place.area_id // 10_000 * 10_000,
                    "city": str(buyer.place.area_id // 100 * 100),
                    "group_ids": str(group) if place % 5 == 0 else "",
                    "seller_nick": nick,
                },
            )


def fill_groups(drawer: Drawer, now: datetime) -> None:
    """Put the groups into the drawer."""
    for nick, number, name in GROUPS:
        made = stamp(now - timedelta(days=90))
        drawer.put(
            number,
            {
                "group_id": number,
                "group_name": name,
                "group_create": made,
                "group_modify": made,
                "status": 1,
                "seller_nick": nick,
            },
        )
