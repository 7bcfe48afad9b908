"""Item discount campaigns, and what marketing tools keep as JSON: one of each, under the numbers of the examples."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from topexplorer.sandbox.accounts import SELLER
from topexplorer.sandbox.drawers import Drawer
from topexplorer.sandbox.rows import Row, stamp
from topexplorer.sandbox.seed.goods import LANDMARK_ITEM
from topexplorer.sandbox.seed.landmarks import SHELVED_ITEM
from topexplorer.sandbox.seed.offers import LANDMARK_ACTIVITY, LANDMARK_DISCOUNT

LANDMARK_CAMPAIGN = 10086012345
RATE = 2
RUNNING = 2
ACTIVITY, DETAIL = "activity", "detail"


def fill_campaigns(drawer: Drawer, now: datetime) -> None:
    """Put the campaign into the drawer."""
    first: Row = {
        **{"detail_id": LANDMARK_CAMPAIGN + 1, "item_id": LANDMARK_ITEM, "discount": 900, "limit_check": -1},
        **{"is_math_floor": False, "is_discard_fen": True},
    }
    drawer.put(
        LANDMARK_CAMPAIGN,
        {
            "activity_id": LANDMARK_CAMPAIGN,
            "name": "双12预热",
            "description": "冬季童装特惠",
            "start_time": stamp(now - timedelta(days=2)),
            "end_time": stamp(now + timedelta(days=5)),
            "created_time": stamp(now - timedelta(days=4)),
            "discount_type": RATE,
            "promotion_level": 1,
            "free_post": False,
            "activity_status": RUNNING,
            "items": [first, first | {"detail_id": LANDMARK_CAMPAIGN + 2, "item_id": SHELVED_ITEM, "discount": 850}],
            "seller_nick": SELLER,
        },
    )


def fill_tools(drawer: Drawer, now: datetime) -> None:
    """Put an activity of a marketing tool and a detail of it into the drawer."""
    activity = {"name": "秋季特惠", "start_time": stamp(now), "end_time": stamp(now + timedelta(days=9))}
    detail = {"participate_type": 1, "discount": 950}
    both: Row = {"act_id": LANDMARK_ACTIVITY, "tool_id": 5600123, "seller_nick": SELLER}
    ranges = [{"participate_id": LANDMARK_ITEM, "participate_type": 1}]
    written = json.dumps(activity, ensure_ascii=False)
    drawer.put(LANDMARK_ACTIVITY, both | {"kind": ACTIVITY, "content": written, "ranges": ranges})
    drawer.put(LANDMARK_DISCOUNT, both | {"kind": DETAIL, "content": json.dumps(detail)})
