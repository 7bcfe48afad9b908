"""The product library: what items are copies of."""

from __future__ import annotations

from datetime import datetime, timedelta

from topexplorer.sandbox.accounts import OTHER_SELLER, SELLER
from topexplorer.sandbox.drawers import Drawer
from topexplorer.sandbox.rows import stamp

LANDMARK_PRODUCT = 270391215
PRODUCTS = (
    (SELLER, 50008168, "儿童羽绒服 轻薄连帽", "399.00", "20000:29534", "品牌:无品牌"),
    (SELLER, 50010850, "女童连衣裙 纯棉夏款", "159.00", "20000:29534", "品牌:无品牌"),
    (SELLER, 50008167, "儿童短袖T恤 基础款", "59.00", "20000:29534", "品牌:无品牌"),
    (OTHER_SELLER, 50005050, "真无线蓝牙耳机 S1", "299.00", "20000:6384766;10005:10027", "品牌:山声;型号:S1"),
    (OTHER_SELLER, 50012307, "机械键盘 K87", "329.00", "20000:6384766;10005:10028", "品牌:山声;型号:K87"),
    (OTHER_SELLER, 50024099, "氮化镓充电器 65W", "159.00", "20000:6384766;10005:10029", "品牌:山声;型号:65W"),
)


def fill(drawer: Drawer, now: datetime) -> None:
    """Put the products into the drawer."""
    for place, (nick, cid, name, price, props, words) in enumerate(PRODUCTS):
        number = LANDMARK_PRODUCT + place
        made = stamp(now - timedelta(days=200 + place))
        drawer.put(
            number,
            {
                "product_id": number,
                "outer_id": f"SPU-2026-{place + 1:02d}",
                "tsc": f"TSC{number}",
                "cid": cid,
                "props": props,
                "props_str": words,
                "name": name,
                "binds": "10016:29588",
                "binds_str": "季节:四季",
                "sale_props": "1627207:28326",
                "sale_props_str": "颜色分类:红色",
                "price": price,
                "desc": f"<p>{name}</p>",
                "pic_url": f"https://img.alicdn.com/bao/uploaded/i1/O1CN{number}.jpg",
                "created": made,
                "modified": made,
                "status": 0 if place % 2 else 3,
                "product_imgs": [],
                "product_prop_imgs": [],
                "seller_nick": nick,
            },
        )
