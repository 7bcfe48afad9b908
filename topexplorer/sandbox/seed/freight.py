"""The sellers' delivery templates."""

from __future__ import annotations

from datetime import datetime, timedelta

from topexplorer.sandbox.accounts import OTHER_SELLER, SELLER
from topexplorer.sandbox.drawers import Drawer
from topexplorer.sandbox.rows import Row, stamp

LANDMARK_TEMPLATE = 100203
TEMPLATES = (
    (
        LANDMARK_TEMPLATE,
        SELLER,
        "江浙沪包邮",
        330502,
        (("express", "1", "8.00", "2.00"), ("express", "310000,320000,330000", "0.00", "0.00")),
    ),
    (
        100204,
        SELLER,
        "偏远地区",
        330502,
        (("express", "1", "8.00", "4.00"), ("express", "540000,650000", "25.00", "15.00")),
    ),
    (200310, OTHER_SELLER, "全国统一", 440304, (("express", "1", "6.00", "2.00"), ("ems", "1", "20.00", "6.00"))),
)


def fill(drawer: Drawer, now: datetime) -> None:
    """Put the templates into the drawer."""
    made = stamp(now - timedelta(days=300))
    for number, nick, name, area, fees in TEMPLATES:
        drawer.put(
            number,
            {
                "template_id": number,
                "name": name,
                "assumer": 0,
                "valuation": 0,
                "supports": "cod",
                "address": "浙江省湖州市吴兴区" if nick == SELLER else "广东省深圳市福田区",
                "consign_area_id": area,
                "created": made,
                "modified": made,
                "fee_list": [fee(*parts) for parts in fees],
                "seller_nick": nick,
            },
        )


def fee(way: str, places: str, start: str, add: str, start_standard: str = "1", add_standard: str = "1") -> Row:
    """A `TopFee`: what the first and every further unit cost to these areas."""
    return {
        "service_type": way,
        "destination": places,
        "start_standard": start_standard,
        "start_fee": start,
        "add_standard": add_standard,
        "add_fee": add,
    }
