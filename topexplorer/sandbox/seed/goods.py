"""The goods that the seeded sellers offer: titles, categories, prices, colours and sizes."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from topexplorer.sandbox.luck import between, one_of
from topexplorer.sandbox.rows import Row, cents, stamp, yuan

LANDMARK_ITEM = 658402931875
"""The item that examples name: skus 4611686018427 to …432, outer ids TX-RED-110 and so on."""
LANDMARK_SKU = 4611686018427
OTHER_SELLERS_ITEM = 701234567890
MORE_APART = 1117
"""How far the numbers of further items lie apart."""
LANDMARK_PICTURE = 510021
LANDMARK_COLOUR_PICTURE = 33081672911

COLOURS = {
    "RED": ("28326", "红色"),
    "BLUE": ("28338", "蓝色"),
    "WHITE": ("28320", "白色"),
    "BLACK": ("28341", "黑色"),
    "PINK": ("3232480", "粉红色"),
    "YELLOW": ("28324", "黄色"),
    "GREEN": ("28335", "绿色"),
    "GRAY": ("28332", "浅灰色"),
}
HEIGHTS = {90: "3267940", 100: "3267941", 110: "3267942", 120: "3267943", 130: "3267944", 140: "3267945"}
CLOTHES = """
夏季新款纯棉儿童连衣裙 女童碎花公主裙|50010850|1281231|89.00|RED BLUE|110 120 130
女童连衣裙春秋长袖针织裙 学院风|50010850|1281231|119.00|PINK GRAY|110 120 130
女童纱裙蓬蓬连衣裙 六一演出礼服|50010850|1281231|138.00|WHITE PINK|100 110 120
宝宝背带连衣裙 夏装薄款牛仔裙|50010850|1281231|69.90|BLUE|90 100 110
女童旗袍连衣裙 国风改良汉服|50010850|1281231|158.00|RED GREEN|110 120 130 140
男童短袖T恤 纯棉圆领字母印花|50008167|1281232|39.90|WHITE BLACK YELLOW|110 120 130
女童短袖T恤 卡通兔子上衣|50008167|1281232|42.00|PINK WHITE|100 110 120
儿童条纹长袖打底衫 高弹莱卡棉|50008167|1281232|45.00|GRAY RED|100 110 120
男童翻领POLO衫 校服短袖|50008167|1281232|59.00|WHITE BLUE|120 130 140
儿童卫衣春秋款 洋气连帽上衣|50008168|1281232|79.00|GRAY YELLOW GREEN|110 120 130
男童卫衣加绒加厚 恐龙图案|50008168|1281232|99.00|BLUE BLACK|110 120 130
女童毛衣套头针织衫 小香风|50008168|1281232|108.00|PINK WHITE|110 120
儿童高领保暖打底衫 德绒|50008167|1281232|49.90|BLACK WHITE|100 110 120 130
男童衬衫长袖 纯棉格子休闲|50008169|1281232|69.00|BLUE RED|120 130 140
女童娃娃领衬衫 白色打底上衣|50008169|1281232|66.00|WHITE|110 120 130
男童运动裤 春秋薄款休闲长裤|50008170|1281233|55.00|BLACK GRAY|110 120 130
儿童牛仔裤 弹力宽松直筒裤|50008170|1281233|75.00|BLUE BLACK|110 120 130
女童打底裤 薄款九分高弹|50008170|1281233|35.00|BLACK GRAY|100 110 120
男童五分短裤 沙滩裤速干|50008170|1281233|36.00|BLUE GREEN|110 120 130
儿童加绒裤子 冬季外穿卫裤|50008170|1281233|68.00|BLACK GRAY|100 110 120
女童阔腿裤 春夏薄款垂感|50008170|1281233|58.00|PINK WHITE|110 120 130
儿童冲锋衣三合一 防风防水|50008171|1281234|199.00|RED BLUE|120 130 140
男童羽绒服 轻薄连帽短款|50008171|1281234|239.00|BLACK BLUE|110 120 130
女童羽绒服 中长款白鸭绒|50008171|1281234|299.00|PINK WHITE|110 120 130
儿童羊羔绒外套 加厚保暖|50008171|1281234|129.00|WHITE GRAY|100 110 120
男童棒球服 春秋夹克外套|50008171|1281234|109.00|BLACK GREEN|110 120 130
女童风衣 英伦双排扣|50008171|1281234|149.00|YELLOW|120 130
儿童防晒衣 轻薄透气连帽|50008171|1281234|65.00|WHITE YELLOW BLUE|110 120 130
男童运动套装 两件套篮球服|50008172|1281235|79.00|RED BLACK|120 130 140
女童汉服套装 中国风古装|50008172|1281235|189.00|RED|110 120 130
儿童家居服套装 纯棉睡衣|50008172|1281235|72.00|YELLOW BLUE|100 110 120
宝宝保暖内衣套装 高腰护肚|50008172|1281235|59.90|PINK BLUE|90 100
男童西装套装 主持人礼服|50008172|1281235|219.00|BLACK|120 130
儿童针织帽 秋冬护耳毛线帽|50008173|1281236|25.00||
儿童棉袜五双装 防滑中筒袜|50008173|1281236|19.90||
宝宝口水巾三条装 纯棉纱布|50008173|1281236|22.00||
儿童书包 小学生减负双肩包|50008173|1281236|128.00||
女童发夹套装 十八件礼盒|50008173|1281236|16.80||
儿童雨衣 全身防水带书包位|50008173|1281236|45.00||
儿童手套 冬季加绒挂脖|50008173|1281236|18.00||
"""
GADGETS = """
真无线蓝牙耳机 主动降噪入耳式|50005050|2293101|199.00|WHITE BLACK|
氮化镓65W快充充电器 三口|50024099|2293102|89.00|WHITE BLACK|
一万毫安移动电源 迷你便携|50024099|2293102|79.00|WHITE PINK|
机械键盘 87键热插拔青轴|50012307|2293103|229.00|BLACK WHITE|
无线鼠标 静音可充电|50012307|2293103|49.00|BLACK GRAY PINK|
USB-C 拓展坞 七合一|50012307|2293103|139.00||
钢化膜两片装 高清防指纹|50024099|2293102|15.90||
磁吸手机支架 车载出风口|50024099|2293102|35.00|BLACK GRAY|
智能手环 心率血氧监测|50018979|2293104|149.00|BLACK PINK|
儿童电话手表 4G视频定位|50018979|2293104|399.00|BLUE PINK|
桌面小音箱 蓝牙低音炮|50005050|2293101|119.00|BLACK WHITE|
头戴式耳机 有线电竞带麦|50005050|2293101|169.00|BLACK|
固态移动硬盘 1TB Type-C|50012307|2293103|459.00||
高清摄像头 1080P 网课直播|50012307|2293103|99.00||
数据线三合一 编织快充|50024099|2293102|19.90|BLACK RED|
平板电脑保护套 三折支架|50024099|2293102|45.00|BLUE BLACK GRAY|
电竞鼠标垫 超大锁边|50012307|2293103|29.00||
理线器 桌面收纳套装|50024099|2293102|12.80||
智能插座 远程定时|50018979|2293104|39.00||
电影票兑换码 全国通用2D|50158001|2293105|35.00||
"""
COMMON: Row = {
    "type": "fixed",
    "props": "20000:29534;20608:6384766",
    "props_name": "20000:29534:品牌:无品牌;20608:6384766:风格:休闲",
    "valid_thru": 7,
    "stuff_status": "new",
    "post_fee": "0.00",
    "ems_fee": "0.00",
    "postage_id": 0,
    "has_invoice": True,
    "has_warranty": False,
    "is_timing": False,
    "is_taobao": True,
    "is_ex": False,
    "is_fenxiao": 0,
    "is_lightning_consignment": False,
    "violation": False,
    "sell_promise": True,
    "newprepay": "1",
    "sub_stock": 1,
    "with_hold_quantity": 0,
    "auction_point": 5,
}
"""What all items have alike."""


def stock(rng: random.Random, seller: Row, lines: str, first: int, now: datetime) -> list[Row]:
    """The items of one seller, `first` being the num_iid of the first."""
    products = [line.split("|") for line in lines.strip().splitlines()]
    numbers = [first, *(600000000000 + n for n in rng.sample(range(10**11), len(products) - 1))]
    return [
        _item(rng, seller, num_iid, f"{seller['code']}-{place:03d}", product, now, on_sale=place % 6 != 5)
        for place, (num_iid, product) in enumerate(zip(numbers, products, strict=True))
    ]


def more_stock(rng: random.Random, seller: Row, lines: str, first: int, now: datetime) -> list[Row]:
    """Further items of one seller, listed before the others: `first` and the numbers after it."""
    products = [line.split("|") for line in lines.splitlines()]
    early = now - timedelta(days=5)
    return [
        _item(
            rng,
            seller,
            first + place * MORE_APART,
            f"{seller['code']}-{place + 100}",
            product,
            early,
            on_sale=place % 8 != 0,
        )
        for place, product in enumerate(products)
    ]


def _item(
    rng: random.Random, seller: Row, num_iid: int, code: str, product: list[str], now: datetime, *, on_sale: bool
) -> Row:
    title, cid, seller_cid, price, colours, heights = product
    created = now - timedelta(days=between(rng, 40, 400), seconds=between(rng, 0, 80000))
    listed = now - timedelta(days=between(rng, 0, 6), seconds=between(rng, 3600, 80000))
    landmark = num_iid == LANDMARK_ITEM
    picture = f"https://img.alicdn.com/bao/uploaded/i{num_iid % 4 + 1}/{seller['user_id']}/O1CN{num_iid}.jpg"
    skus = _skus(rng, num_iid, "TX" if landmark else code, price, colours.split(), heights.split(), created, listed)
    if not on_sale and rng.random() < 0.4:
        for sku in skus:
            sku["quantity"] = 0
    num = sum(sku["quantity"] for sku in skus) if skus else one_of(rng, (0, 12, 36, 58, 120, 240, 600))
    return {
        **COMMON,
        "num_iid": num_iid,
        "title": title,
        "nick": seller["nick"],
        "cid": int(cid),
        "seller_cids": seller_cid,
        "pic_url": picture,
        "detail_url": f"https://item.taobao.com/item.htm?id={num_iid}",
        "desc": f"<p>{title}</p><p>支持七天无理由退换，{seller['city']}发货。</p>",
        "wap_desc": f"{title}，支持七天无理由退换，{seller['city']}发货。",
        "num": num,
        "price": price,
        "outer_id": "TX-2026-DRESS" if landmark else code,
        "approve_status": "onsale" if on_sale else "instock",
        "created": stamp(created),
        "modified": stamp(listed),
        "list_time": stamp(listed if on_sale else listed - timedelta(days=7)),
        "delist_time": stamp(listed + timedelta(days=7) if on_sale else listed),
        "first_starts_time": stamp(created),
        "location": {"state": seller["state"], "city": seller["city"].removesuffix("市")},
        "freight_payer": "seller" if cents(price) > 5900 else "buyer",
        "express_fee": yuan(0 if cents(price) > 5900 else 800),
        "has_discount": rng.random() < 0.5,
        "has_showcase": rng.random() < 0.3,
        "is_virtual": "兑换码" in title,
        "is_xinpin": rng.random() < 0.2,
        "sold_quantity": between(rng, 0, 3000),
        "item_weight": yuan(between(rng, 8, 90)),
        "item_imgs": _pictures(num_iid, picture, stamp(created)),
        "prop_imgs": _colour_pictures(picture, stamp(created)) if landmark else [],
        "skus": skus,
    }


def _colour_pictures(main: str, created: str) -> list[Row]:
    url = main.replace(".jpg", "_red.jpg")
    red = f"1627207:{COLOURS['RED'][0]}"
    return [{"id": LANDMARK_COLOUR_PICTURE, "url": url, "properties": red, "position": 0, "created": created}]


def _pictures(num_iid: int, main: str, created: str) -> list[Row]:
    second = LANDMARK_PICTURE if num_iid == LANDMARK_ITEM else num_iid % 10**7 * 10 + LANDMARK_PICTURE
    return [
        {"id": 0, "position": 0, "url": main, "created": created},
        {"id": second, "position": 1, "url": main.replace(".jpg", "_2.jpg"), "created": created},
    ]


def _skus(
    rng: random.Random,
    num_iid: int,
    code: str,
    price: str,
    colours: list[str],
    heights: list[str],
    created: datetime,
    modified: datetime,
) -> list[Row]:
    kinds = [(colour, int(height)) for colour in colours for height in heights] or [(colour, 0) for colour in colours]
    first = LANDMARK_SKU if num_iid == LANDMARK_ITEM else 4_700_000_000_000 + between(rng, 0, 2 * 10**11)
    rows = []
    for place, (colour, height) in enumerate(kinds):
        vid, name = COLOURS[colour]
        properties, words, outer = f"1627207:{vid}", f"1627207:{vid}:颜色分类:{name}", f"{code}-{colour}"
        if height:
            properties += f";122216343:{HEIGHTS[height]}"
            words += f";122216343:{HEIGHTS[height]}:参考身高:{height}cm"
            outer += f"-{height}"
        rows.append(
            {
                "sku_id": first + place,
                "num_iid": num_iid,
                "properties": properties,
                "properties_name": words,
                "quantity": between(rng, 3, 90),
                "price": price,
                "outer_id": outer,
                "with_hold_quantity": 0,
                "created": stamp(created),
                "modified": stamp(modified),
                "status": "normal",
            }
        )
    return rows


def sku_words(sku: Row) -> str:
    """`颜色分类:红色;参考身高:110cm`, as orders carry it."""
    return ";".join(":".join(group.split(":")[2:]) for group in str(sku["properties_name"]).split(";"))
