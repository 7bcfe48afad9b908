"""The platform's categories, as far as the seeded sellers need them: what items are filed under.

And the navigation categories of shops, which have numbers of their own.
"""

from __future__ import annotations

from functools import cache

from topexplorer.sandbox.rows import Row

_TREE = """
50008165 0 童装/婴儿装/亲子装
50010850 50008165 连衣裙
50008167 50008165 T恤/打底衫
50008168 50008165 卫衣/毛衣
50008169 50008165 衬衫
50008170 50008165 裤子
50008171 50008165 外套/羽绒服
50008172 50008165 套装
50008173 50008165 儿童配饰
11 0 电脑硬件/显示器/电脑周边
50012307 11 键盘鼠标/外设
1101 11 笔记本电脑
1102 11 显示器
14 0 3C数码配件
50024099 14 手机配件/充电设备
50005050 14 影音/耳机音响
1401 14 存储设备
50018979 0 智能设备
50018980 50018979 智能手环/手表
50018981 50018979 智能家居
50158001 0 网络店铺代金/优惠券
16 0 女装/女士精品
30 0 男装
50010404 0 服饰配件/皮带/帽子/围巾
25 0 玩具/童车/益智/积木/模型
"""
_SHOPS = """
14 0 女装/内衣
15 0 男装
1043 0 童装/母婴
1044 1043 童装
1045 1043 玩具
1101 0 数码家电
1102 1101 手机配件
1103 1101 影音
1020 0 家居日用
"""
BRANDS = ((29534, "无品牌"), (6384766, "山声"))


@cache
def item_categories() -> tuple[Row, ...]:
    """Every `ItemCat`, parents first."""
    rows = [line.split() for line in _TREE.strip().splitlines()]
    parents = {parent for _cid, parent, _name in rows}
    return tuple(
        {
            "cid": int(cid),
            "parent_cid": int(parent),
            "name": name,
            "is_parent": cid in parents,
            "status": "normal",
            "sort_order": place + 1,
            "taosir_cat": False,
            "features": [],
        }
        for place, (cid, parent, name) in enumerate(rows)
    )


@cache
def shop_categories() -> tuple[Row, ...]:
    """Every `ShopCat`, parents first."""
    rows = [line.split() for line in _SHOPS.strip().splitlines()]
    parents = {parent for _cid, parent, _name in rows}
    return tuple(
        {"cid": int(cid), "parent_cid": int(parent), "name": name, "is_parent": cid in parents}
        for cid, parent, name in rows
    )
