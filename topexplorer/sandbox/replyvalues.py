"""Plausible values for fields that only have a name: what a Taobao developer expects to see there.

Ids are those of things the sandbox has: an item's number comes with that item's title, price and picture.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

from topexplorer.core.nouns import dataclass
from topexplorer.core.values import GMT8
from topexplorer.sandbox.accounts import SELLER
from topexplorer.sandbox.luck import between, one_of
from topexplorer.sandbox.places import Place, districts
from topexplorer.sandbox.rows import masked_name, stamp, yuan
from topexplorer.sandbox.seed.assortment import clothes
from topexplorer.sandbox.seed.goods import CLOTHES, LANDMARK_ITEM, LANDMARK_SKU, MORE_APART
from topexplorer.sandbox.seed.landmarks import FINISHED_TRADE, LANDMARK_REFUND, LANDMARK_TRADE, SENT_TRADE, SHELVED_ITEM
from topexplorer.sandbox.seed.people import LANDMARK_BUYER, NAMES, NICKS, STREETS

SELLER_ID = 2208913340
REMARKS = ("处理完成", "资料齐全", "已通知买家", "按约定时间处理")
BRANDS = ("无品牌", "山声")
MONTH = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Goods:
    """An item of the market, as far as it is the same with every seed."""

    num_iid: int
    title: str
    price: str
    cid: int

    @property
    def picture(self) -> str:
        folder = f"https://img.alicdn.com/bao/uploaded/i{self.num_iid % 4 + 1}/{SELLER_ID}"
        return f"{folder}/O1CN{self.num_iid}.jpg"


@cache
def goods() -> tuple[Goods, ...]:
    """Items that are in every market."""
    first = CLOTHES.strip().splitlines()[0]
    lines = [(LANDMARK_ITEM, first)]
    lines += [(SHELVED_ITEM + place * MORE_APART, line) for place, line in enumerate(clothes().splitlines())]
    rows = ((number, line.split("|")) for number, line in lines)
    return tuple(Goods(number, row[0], row[3], int(row[1])) for number, row in rows)


class Subject:
    """Whom and what one struct is about, so that its fields agree with each other."""

    def __init__(self, rng: random.Random, now: datetime) -> None:
        self.rng = rng
        self.now = now
        self.goods = one_of(rng, goods())
        self.tid = one_of(rng, (LANDMARK_TRADE, SENT_TRADE, FINISHED_TRADE))
        self.place: Place = one_of(rng, districts())
        buyer = between(rng, 0, len(NICKS))
        self.nick = (LANDMARK_BUYER, *NICKS)[buyer]
        self.name = NAMES[buyer]
        self.age = between(rng, 60, MONTH)

    def moment(self) -> datetime:
        """A moment before now, later than the one before it."""
        self.age = max(self.age * 3 // 4, 1)
        return self.now - timedelta(seconds=self.age)


Text = Callable[[Subject], str]
Number = Callable[[Subject], int]


def text(name: str, title: str, subject: Subject) -> str:
    """A text for a field of that name, which people call `title`."""
    lowered = snake(name)
    for pattern, make in _TEXTS:
        if pattern.search(lowered):
            return make(subject)
    for pattern, make in _TITLES:
        if pattern.search(title):
            return make(subject)
    return one_of(subject.rng, REMARKS)


def number(name: str, title: str, subject: Subject) -> int:
    """A whole number for a field of that name, which people call `title`."""
    lowered = snake(name)
    for pattern, make in _NUMBERS:
        if pattern.search(lowered):
            return make(subject)
    if re.search("时间|日期|毫秒", title):
        return _milliseconds(subject)
    return between(subject.rng, 1, 100)


def snake(name: str) -> str:
    """The name in lower case with underscores: `errMsg` gives `err_msg`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _milliseconds(subject: Subject) -> int:
    return int(subject.moment().replace(tzinfo=GMT8).timestamp()) * 1000


def _digits(subject: Subject) -> str:
    return str(between(subject.rng, 10**11, 10**12 - 1))


def _hex(subject: Subject) -> str:
    return f"{subject.rng.getrandbits(64):016x}"


def _id(subject: Subject) -> int:
    return between(subject.rng, 10**9, 10**10 - 1)


def _fee(subject: Subject) -> str:
    return yuan(between(subject.rng, 100, 19_900))


def _open_uid(subject: Subject) -> str:
    return f"AAF{subject.rng.getrandbits(84):021X}"


def _row(pattern: str, make: Text) -> tuple[re.Pattern[str], Text]:
    return re.compile(pattern), make


def _number_row(pattern: str, make: Number) -> tuple[re.Pattern[str], Number]:
    return re.compile(pattern), make


_TEXTS = (
    _row(r"(^|_)(num_iid|item_?id|auction_id|goods_id|iid)$", lambda s: str(s.goods.num_iid)),
    _row(r"sku_?id$", lambda s: str(LANDMARK_SKU)),
    _row(r"(^|_)(sub_?tid|oid|sub_order_id)$", lambda s: str(s.tid + 1)),
    _row(r"(^|_)(tid|(biz_|parent_|main_|trade_|tb_)?order_?(id|no)|trade_?(id|no))$", lambda s: str(s.tid)),
    _row(r"refund_?id|dispute_?id", lambda s: str(LANDMARK_REFUND)),
    _row(r"open_?u?id|ouid|mix_nick", _open_uid),
    _row(r"outer_?(iid|id|sku_?id|code)$|(item|goods|sku)_code$", lambda s: f"TZ-{s.goods.num_iid % 1000:03d}"),
    _row(r"barcode|bar_code", lambda s: f"69{between(s.rng, 10**10, 10**11 - 1)}"),
    _row(r"(out_sid|mail_?no|waybill|invoice_no|logistics_no|express_no)", lambda s: f"7{_digits(s)}"),
    _row(r"(company|cp|logistics|carrier|store_cp)_code$", lambda s: "ZTO"),
    _row(r"(logistics|express|cp|carrier)_?(company)?(_name)?$", lambda s: "中通快递"),
    _row(r"(trace|request|session|msg|message)_?id|token|uuid|guid|md5|oaid|secret|sign$", _hex),
    _row(r"(seller|shop|main|store|user)_?nick|(shop|store|seller)_?(name|title)|wangwang", lambda s: SELLER),
    _row(r"nick", lambda s: s.nick),
    _row(r"mobile|phone|(^|_)tel", lambda s: f"138****{between(s.rng, 0, 9999):04d}"),
    _row(r"e?mail$", lambda s: "shop@mail.example"),
    _row(
        r"(contact|receiver|sender|consignee|buyer|real|employee|member|person|operator)_?name$|contact$|operator$",
        lambda s: masked_name(s.name),
    ),
    _row(r"prov(ince)?(_name)?$|(^|_)state$", lambda s: s.place.state),
    _row(r"(^|_)city(_name)?$", lambda s: s.place.city),
    _row(r"district|(area|county|dist)_name$|(^|_)area$|country$", lambda s: s.place.district),
    _row(r"(^|_)(ip|ips|ip_list)$", lambda s: f"203.0.113.{between(s.rng, 1, 254)}"),
    _row(r"(pict?|img|image|photo|avatar|logo|qrcode)s?(_?(url|path))?s?$|small_images", lambda s: s.goods.picture),
    _row(r"(url|link|href)s?$", lambda s: f"https://item.taobao.com/item.htm?id={s.goods.num_iid}"),
    _row(r"path$", lambda s: f"i{s.goods.num_iid % 4 + 1}/{SELLER_ID}/O1CN{s.goods.num_iid}.jpg"),
    _row(
        r"address|addr(_|$)|location$|street",
        lambda s: f"{s.place.state}{s.place.city}{s.place.district}{one_of(s.rng, STREETS)}{s.tid % 90 + 1}号",
    ),
    _row(r"zip|post_?code", lambda s: s.place.zip or "310012"),
    _row(r"division_code|area_(id|code)|city_code", lambda s: str(s.place.area_id)),
    _row(
        r"(start|end|create[d]?|modified|modify|pay|send|time|date|gmt.*|expire.*)_?(time|date)s?$|_time$|time$",
        lambda s: stamp(s.moment()),
    ),
    _row(r"(^|_)(ds|date|day|biz_date)$", lambda s: stamp(s.moment())[:10]),
    _row(r"(^|_)(created|modified|gmt_create|gmt_modified)$", lambda s: stamp(s.moment())),
    _row(r"(rate|ratio|percent|discount)$", lambda s: f"{between(s.rng, 10, 95) / 10:.1f}"),
    _row(r"price|fee(_|$)|amount|payment|money|balance|cost|commission", _fee),
    _row(r"count$|(^|_)num$|quantity|number$|volume|stock|(^|_)size$|weight", lambda s: str(between(s.rng, 1, 100))),
    _row(r"(category|cat|cate)_?name", lambda s: "童装/婴儿装/亲子装"),
    _row(r"brand", lambda s: one_of(s.rng, BRANDS)),
    _row(r"(^|_)(cid|cat_?id|category_?id)$", lambda s: str(s.goods.cid)),
    _row(r"colou?r", lambda s: "红色"),
    _row(r"unit", lambda s: "件"),
    _row(r"currency", lambda s: "CNY"),
    _row(r"version", lambda s: "1"),
    _row(r"(^|_)id$|_?ids?$|(^|_)no$|sid$", _digits),
    _row(r"code$", lambda s: "0"),
    _row(r"(status|type|flag|level|grade)$", lambda s: "1"),
    _row(r"title|(item|goods|product|auction)_name|subject", lambda s: s.goods.title),
    _row(r"(^|_)props?(erties)?$", lambda s: "1627207:28326"),
    _row(r"sku_(properties_)?name|properties_name|sku_(desc|info)", lambda s: "颜色分类:红色;参考身高:110cm"),
    _row(r"(^|_)(msg|message|result_msg|ret_msg|msg_info)$", lambda s: "操作成功"),
)
_TITLES = (
    _row("手机|电话", lambda s: f"138****{between(s.rng, 0, 9999):04d}"),
    _row("姓名|联系人|收件人|收货人", lambda s: masked_name(s.name)),
    _row("昵称", lambda s: s.nick),
    _row("图", lambda s: s.goods.picture),
    _row("链接|网址|URL|url", lambda s: f"https://item.taobao.com/item.htm?id={s.goods.num_iid}"),
    _row("地址", lambda s: f"{s.place.state}{s.place.city}{s.place.district}"),
    _row("时间", lambda s: stamp(s.moment())),
    _row("日期", lambda s: stamp(s.moment())[:10]),
    _row("价|金额|费用|佣金", _fee),
    _row("标题|商品名|名称", lambda s: s.goods.title),
    _row("编号|编码|ID|Id", _digits),
    _row("数量|个数|次数|库存", lambda s: str(between(s.rng, 1, 100))),
)
_NUMBERS = (
    _number_row(r"(^|_)(num_iid|item_?id|auction_id|goods_id|gift_id)$", lambda s: s.goods.num_iid),
    _number_row(r"sku_?id$", lambda s: LANDMARK_SKU),
    _number_row(r"(^|_)(sub_?tid|oid|sub_order_id)$", lambda s: s.tid + 1),
    _number_row(
        r"(^|_)(tid|(biz_|parent_|main_|trade_|tb_)?order_?(id|no)|trade_?(id|no|parent_id))$", lambda s: s.tid
    ),
    _number_row(r"refund_?id|dispute_?id", lambda s: LANDMARK_REFUND),
    _number_row(r"(seller|user|owner|shop|main)_?id$", lambda s: SELLER_ID),
    _number_row(r"(^|_)(cid|cat_?id|category_?id|cat_leaf_id)$", lambda s: s.goods.cid),
    _number_row(r"(area|division|city)_?(id|code)$", lambda s: s.place.area_id),
    _number_row(r"http_?status", lambda s: 200),
    _number_row(r"code$", lambda s: 0),
    _number_row(r"time$|timestamp|_date$|^gmt|(^|_)(created|modified)$", _milliseconds),
    _number_row(r"(^|_)(status|type|flag|state|sex|level|grade|position|sort_order)$", lambda s: 1),
    _number_row(r"price|fee(_|$)|amount|payment|money|balance|cost|commission", lambda s: between(s.rng, 100, 19_900)),
    _number_row(r"id$|(^|_)no$", _id),
    _number_row(r"version$", lambda s: 1),
)
