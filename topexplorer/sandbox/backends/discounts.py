"""What a common item activity takes off each of its items."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, invalid
from topexplorer.sandbox.backends.listing import page_of
from topexplorer.sandbox.backends.owning import own
from topexplorer.sandbox.backends.promotions import COMMON, MOST_ITEMS, activity
from topexplorer.sandbox.rows import Row, cents
from topexplorer.sandbox.store import BackEnd, Payload, Store

LESS, RATE = 0, 1
WHOLE = 1000
"""The rate that takes nothing off."""


def detail_list_get(store: Store, args: Arguments) -> Payload:
    rows = _of(store, activity(store, args, COMMON))
    page, _more = page_of(args, rows, largest=50)
    return {"total_count": len(rows), "is_success": True} | ({"detail_list": page} if page else {})


def detail_add(store: Store, args: Arguments) -> Payload:
    parent = activity(store, args, COMMON)
    rows = _of(store, parent)
    if len(rows) >= MOST_ITEMS:
        raise invalid("item_id", f"一个活动最多 {MOST_ITEMS} 个商品")
    number = store.new_id()
    row = _filled(store, args) | {"detail_id": number, "seller_nick": args.seller}
    store.market.discounts.put(number, row | {"activity_id": parent["activity_id"]})
    return {"detail_id": number, "is_success": True}


def detail_update(store: Store, args: Arguments) -> Payload:
    row = _own(store, args)
    row |= _filled(store, args)
    return {"is_success": True}


def detail_delete(store: Store, args: Arguments) -> Payload:
    store.market.discounts.remove(_own(store, args)["detail_id"])
    return {"is_success": True}


def _own(store: Store, args: Arguments) -> Row:
    parent = activity(store, args, COMMON)
    row = own(store.market.discounts, args, "detail_id", "优惠详情")
    if row["activity_id"] != parent["activity_id"]:
        raise invalid("detail_id", "优惠详情不属于这个活动")
    return row


def _of(store: Store, parent: Row) -> list[Row]:
    return [row for row in store.market.discounts.values() if row["activity_id"] == parent["activity_id"]]


def _filled(store: Store, args: Arguments) -> Row:
    item = store.own_item(args.seller, args.number("item_id"))
    how, value = args.number("promotion_type"), args.number("promotion_value")
    if value < 1 or (how == RATE and value >= WHOLE) or (how == LESS and value >= cents(item["price"])):
        raise invalid("promotion_value", "减钱以分为单位且要小于商品价格；打折 900 是九折")
    return {"item_id": item["num_iid"], "promotion_type": how, "promotion_value": value}


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.promotionmisc.common.item.detail.list.get": detail_list_get,
    "taobao.promotionmisc.common.item.detail.add": detail_add,
    "taobao.promotionmisc.common.item.detail.update": detail_update,
    "taobao.promotionmisc.common.item.detail.delete": detail_delete,
}
