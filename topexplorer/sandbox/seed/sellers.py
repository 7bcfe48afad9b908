"""The two sellers: their accounts, shops, own categories and addresses."""

from __future__ import annotations

from datetime import datetime, timedelta

from topexplorer.core.nouns import dataclass
from topexplorer.sandbox.accounts import OTHER_SELLER, SELLER
from topexplorer.sandbox.rows import Row, stamp

LANDMARK_CONTACT = 12345678
LANDMARK_SHELF = 1410032287


@dataclass(frozen=True, slots=True, kw_only=True)
class Storefront:
    """What is particular to one seller."""

    nick: str
    user_id: int
    sex: str
    code: str
    """How the seller's own item codes begin."""
    state: str
    city: str
    district: str
    area_id: int
    zip: str
    street: str
    contact_id: int
    """Of the address goods leave from; the one after it takes returns."""
    first_shelf: int
    shelves: str


STORES = (
    Storefront(
        nick=SELLER,
        user_id=2208913340,
        sex="f",
        code="TZ",
        state="浙江省",
        city="湖州市",
        district="吴兴区",
        area_id=330502,
        zip="313008",
        street="织里镇童装产业园 3 幢",
        contact_id=LANDMARK_CONTACT,
        first_shelf=1281231,
        shelves="连衣裙 上衣 裤装 外套 套装 配饰",
    ),
    Storefront(
        nick=OTHER_SELLER,
        user_id=2214506718,
        sex="m",
        code="SM",
        state="广东省",
        city="深圳市",
        district="福田区",
        area_id=440304,
        zip="518031",
        street="华强北路 1002 号 6 楼",
        contact_id=22345670,
        first_shelf=2293101,
        shelves="耳机音响 手机配件 电脑外设 智能设备 卡券",
    ),
)
COMMON: Row = {
    "type": "C",
    "status": "normal",
    "has_shop": True,
    "seller_credit": {"level": 12, "score": 28471, "total_num": 29034, "good_num": 28802},
    "item_img_num": 5,
    "item_img_size": 3072,
    "prop_img_num": 20,
    "prop_img_size": 3072,
    "has_more_pic": True,
    "promoted_type": "authentication",
    "alipay_bind": "bind",
    "consumer_protection": True,
    "auto_repost": "unlimited",
    "vip_info": "vip3",
    "magazine_subscribe": False,
    "online_gaming": False,
    "liangpin": False,
    "sign_food_seller_promise": False,
    "is_lightning_consignment": False,
    "has_sub_stock": True,
    "is_golden_seller": True,
}
"""What both accounts have alike."""


def sellers(now: datetime) -> dict[str, Row]:
    """The sellers by nick, as `User` rows with `shop`, `shelves` and `addresses`."""
    opened = stamp(now - timedelta(days=2190))
    return {store.nick: _seller(store, opened) for store in STORES}


def _seller(store: Storefront, opened: str) -> Row:
    return {
        **COMMON,
        "user_id": store.user_id,
        "nick": store.nick,
        "code": store.code,
        "state": store.state,
        "city": store.city,
        "sex": store.sex,
        "shop": {
            "sid": store.user_id % 10**9 + 35_000_000,
            "title": store.nick,
            "nick": store.nick,
            "pic_path": f"/{store.user_id % 100:02x}/{store.user_id}.jpg",
            "bulletin": "全店七天无理由退换，下单后 48 小时内发货。",
            "desc": f"{store.nick}，{store.city}发货，支持批发和一件代发。",
            "created": opened,
            "modified": opened,
        },
        "shelves": [
            {
                "cid": store.first_shelf + place,
                "parent_cid": 0,
                "name": name,
                "sort_order": place + 1,
                "type": "manual_type",
            }
            for place, name in enumerate(store.shelves.split())
        ]
        + [_winter(store)],
        "addresses": [
            _address(store, opened, store.contact_id, "陈经理", send=True),
            _address(store, opened, store.contact_id + 1, "售后组", send=False),
        ],
    }


def _winter(store: Storefront) -> Row:
    """The category of the shop that examples name."""
    cid = LANDMARK_SHELF + (store.nick != SELLER)
    return {"cid": cid, "parent_cid": 0, "name": "冬季新款", "sort_order": 9, "type": "manual_type"}


def _address(store: Storefront, opened: str, contact_id: int, name: str, *, send: bool) -> Row:
    return {
        "contact_id": contact_id,
        "contact_name": name,
        "province": store.state,
        "city": store.city,
        "country": store.district,
        "area_id": store.area_id,
        "zip_code": store.zip,
        "addr": store.street if send else f"{store.street}退货处",
        "mobile_phone": f"1385720{contact_id % 10**4:04d}",
        "memo": "发货" if send else "收退货",
        "send_def": send,
        "get_def": send,
        "cancel_def": not send,
        "modify_date": opened,
    }
