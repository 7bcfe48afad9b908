"""Coupons and activities: what the sellers take off, when, and off which items."""

from __future__ import annotations

from datetime import datetime, timedelta

from topexplorer.sandbox.accounts import OTHER_SELLER, SELLER
from topexplorer.sandbox.drawers import Drawer
from topexplorer.sandbox.rows import Row, stamp
from topexplorer.sandbox.seed.goods import LANDMARK_ITEM, OTHER_SELLERS_ITEM

LANDMARK_COUPON = 123456
LANDMARK_ACTIVITY = 8700123456
"""An activity of one item each; two more of other kinds follow it."""
LANDMARK_DISCOUNT = 9800123456
LANDMARK_LIMIT = 7800123456
LANDMARK_MEAL = 5600123
MJS, ITEM, COMMON, LIMIT, MEAL, CLAIM = "mjs", "item", "common", "limit", "meal", "claim"
"""Kinds: full-price gifts, plain item activities, common item activities, limited time, sets, coupon claims."""
COUPONS = ((10, 100), (5, 59), (20, 199), (3, 0), (50, 399))


def fill_coupons(drawer: Drawer, now: datetime) -> None:
    """Put the coupons into the drawer."""
    for place, nick in enumerate((SELLER, OTHER_SELLER)):
        for number, (yuan, condition) in enumerate(COUPONS):
            coupon = LANDMARK_COUPON + place * 1000 + number
            drawer.put(
                coupon,
                {
                    "coupon_id": coupon,
                    "denominations": yuan * 100,
                    "condition": condition * 100,
                    "creat_time": stamp(now - timedelta(days=20 + number)),
                    "end_time": stamp(now + timedelta(days=30 - number * 8)),
                    "create_channel": "卖家中心",
                    "seller_nick": nick,
                },
            )


def fill_promotions(drawer: Drawer, now: datetime) -> None:
    """Put activities of every kind into the drawer."""
    for nick, item, shift in ((SELLER, LANDMARK_ITEM, 0), (OTHER_SELLER, OTHER_SELLERS_ITEM, 5000)):
        start, end = stamp(now - timedelta(days=6)), stamp(now + timedelta(days=9))
        common: Row = {
            "seller_nick": nick,
            "name": "秋季促销",
            "description": "秋季新款低价促销",
            "start_time": start,
            "end_time": end,
            "is_user_tag": False,
            "items": [item],
        }
        off: Row = {"participate_range": 1, "is_decrease_money": True, "decrease_amount": 1000, "is_discount": False}
        mjs = {"type": 2, "is_amount_over": True, "total_price": 19900, "is_free_post": True, "participate_range": 0}
        claim = {"coupon_id": LANDMARK_COUPON + shift // 5, "total_count": 5000, "applied_count": 1208}
        first = LANDMARK_ACTIVITY + shift
        meal = {
            "meal_name": "亲子套装",
            "meal_price": "15900",
            "type_postage": "SELL",
            "meal_memo": "两件一起买更划算",
            "postage_id": 0,
            "status": "VALID",
        }
        for number, kind, more in (
            (first, COMMON, {}),
            (first + 1, ITEM, off),
            (first + 2, MJS, off | mjs | {"name": "满199减10"}),
            (first + 3, CLAIM, claim | {"person_limit_count": 1, "status": "enabled", "create_user": "self"}),
            (LANDMARK_LIMIT + shift, LIMIT, {"name": "限时八折", "item_discount": "8.0", "limit_num": 2}),
            (LANDMARK_MEAL + shift, MEAL, meal),
        ):
            drawer.put(number, common | more | {"activity_id": number, "kind": kind})


def fill_discounts(drawer: Drawer, now: datetime) -> None:
    """Put what the common item activities take off into the drawer."""
    for nick, item, shift in ((SELLER, LANDMARK_ITEM, 0), (OTHER_SELLER, OTHER_SELLERS_ITEM, 5000)):
        number = LANDMARK_DISCOUNT + shift
        drawer.put(
            number,
            {
                "detail_id": number,
                "activity_id": LANDMARK_ACTIVITY + shift,
                "item_id": item,
                "promotion_type": 0,
                "promotion_value": 900,
                "seller_nick": nick,
            },
        )
