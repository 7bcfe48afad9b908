"""The sellers' picture space."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from topexplorer.sandbox.accounts import OTHER_SELLER, SELLER
from topexplorer.sandbox.drawers import Drawer
from topexplorer.sandbox.luck import between, one_of
from topexplorer.sandbox.rows import stamp

LANDMARK_ALBUM, LANDMARK_SUBALBUM = 14058160, 14058163
LANDMARK_PICTURE = 450123871
"""And the one after it."""
ALBUMS = {
    SELLER: ((LANDMARK_ALBUM, "宝贝主图", 0), (LANDMARK_SUBALBUM, "2026春款", LANDMARK_ALBUM), (14058164, "详情页", 0)),
    OTHER_SELLER: ((15120001, "宝贝主图", 0), (15120002, "耳机", 15120001), (15120003, "店铺装修", 0)),
}
TITLES = ("羽绒服主图", "连衣裙平铺", "卫衣细节", "尺码表", "面料说明", "模特图", "吊牌", "包装", "活动海报")
COUNT = 60


def fill_albums(drawer: Drawer, now: datetime) -> None:
    """Put the picture categories into the drawer, the default one of each seller first."""
    opened = stamp(now - timedelta(days=600))
    for place, (nick, albums) in enumerate(ALBUMS.items()):
        for position, (number, name, parent) in enumerate(((1000 + place, "默认分类", 0), *albums)):
            drawer.put(
                number,
                {
                    "picture_category_id": number,
                    "picture_category_name": name,
                    "parent_id": parent,
                    "position": position,
                    "type": "sys-fixture" if position == 0 else "user-define",
                    "created": opened,
                    "modified": opened,
                    "seller_nick": nick,
                },
            )


def fill_pictures(drawer: Drawer, seed: int, now: datetime) -> None:
    """Put sixty pictures of each seller into the drawer."""
    rng = random.Random(f"{seed}/pictures")
    for first, nick in ((LANDMARK_PICTURE, SELLER), (460200001, OTHER_SELLER)):
        for number in range(first, first + COUNT):
            created = stamp(now - timedelta(days=between(rng, 1, 400), seconds=between(rng, 0, 80_000)))
            drawer.put(
                number,
                {
                    "picture_id": number,
                    "picture_category_id": one_of(rng, ALBUMS[nick])[0],
                    "picture_path": f"https://img.alicdn.com/imgextra/i{number % 4 + 1}/O1CN{number}.jpg",
                    "title": f"{TITLES[number % len(TITLES)]}{number % 100:02d}",
                    "sizes": between(rng, 40_000, 900_000),
                    "pixel": one_of(rng, ("800x800", "750x1000", "790x1200", "620x960")),
                    "status": "pass",
                    "deleted": "undeleted",
                    "client_type": "client:phone" if number % 3 == 0 else "client:computer",
                    "created": created,
                    "modified": created,
                    "md5": f"{rng.getrandbits(128):032x}",
                    "referenced": number % 2 == 0,
                    "seller_nick": nick,
                },
            )
