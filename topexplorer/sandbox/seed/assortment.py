"""More goods for the seeded sellers, put together from the words their titles are made of."""

from __future__ import annotations

from collections.abc import Iterator

WHO = ("男童", "女童", "儿童", "宝宝", "中大童")
LOOKS = ("小熊刺绣", "条纹拼接", "格子", "字母印花", "纯色百搭", "恐龙图案", "星星印花", "学院风", "洋气韩版", "国潮")
CLOTHES = (
    ("50010850", "1281231", 79, "110 120 130", ("纱裙", "背心裙", "衬衫裙", "半身裙", "针织裙")),
    ("50008167", "1281232", 39, "100 110 120 130", ("短袖T恤", "打底衫", "背心", "长袖T恤")),
    ("50008168", "1281232", 85, "110 120 130", ("卫衣", "毛衣", "针织开衫", "马甲")),
    ("50008169", "1281232", 65, "110 120 130", ("衬衫", "立领衬衣")),
    ("50008170", "1281233", 55, "100 110 120 130", ("工装裤", "哈伦裤", "灯芯绒裤", "运动短裤", "防蚊裤")),
    ("50008171", "1281234", 145, "110 120 130 140", ("羽绒马甲", "棉服", "夹克", "皮肤衣", "毛呢外套")),
    ("50008172", "1281235", 99, "110 120 130", ("卫衣套装", "家居服套装", "短袖套装", "马甲套装")),
    ("50008173", "1281236", 24, "", ("渔夫帽", "围巾", "船袜三双装", "双肩包", "发箍两件套")),
)
"""Category, shelf, usual price, heights, and what it is."""
MAKES = ("旗舰版", "静音版", "便携款", "礼盒装", "升级款", "标准版")
GADGETS = (
    ("50005050", "2293101", 129, ("运动蓝牙耳机", "骨传导耳机", "桌面音箱", "领夹麦克风")),
    ("50024099", "2293102", 39, ("手机壳", "车载充电器", "磁吸充电宝", "自拍杆", "充电数据线")),
    ("50012307", "2293103", 119, ("机械键盘", "电竞鼠标", "显示器支架", "笔记本散热器", "读卡器")),
    ("50018979", "2293104", 159, ("智能手表", "体脂秤", "智能台灯", "门窗传感器")),
)
COLOURS = ("RED BLUE", "PINK WHITE", "BLACK GRAY", "YELLOW GREEN", "BLUE", "WHITE BLACK")


def clothes() -> str:
    """Lines in the form of `goods.CLOTHES`."""
    return "\n".join(_clothes())


def gadgets() -> str:
    """Lines in the form of `goods.GADGETS`."""
    return "\n".join(_gadgets())


def _clothes() -> Iterator[str]:
    place = 0
    for cid, shelf, price, heights, things in CLOTHES:
        for thing in things:
            for who in WHO:
                look = LOOKS[(place * 3 + place // 5) % len(LOOKS)]
                colours = COLOURS[place % len(COLOURS)] if heights else ""
                yield f"{who}{thing} {look}|{cid}|{shelf}|{price + place % 7 * 6}.{place % 2 * 9}0|{colours}|{heights}"
                place += 1


def _gadgets() -> Iterator[str]:
    place = 0
    for cid, shelf, price, things in GADGETS:
        for thing in things:
            for make in MAKES[place % 3 :: 2]:
                colours = COLOURS[place % len(COLOURS)] if place % 3 else ""
                yield f"{thing} {make}|{cid}|{shelf}|{price + place % 9 * 10}.00|{colours}|"
                place += 1
