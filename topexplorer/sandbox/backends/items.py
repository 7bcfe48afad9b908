"""Items: lists and details.

Somebody else's item is served without its skus and codes, as the platform serves an item to anyone but its owner.
"""

from __future__ import annotations

from collections.abc import Iterable

from topexplorer.sandbox.arguments import Arguments, invalid
from topexplorer.sandbox.backends.listing import between_times, equal, paged
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.store import BackEnd, Payload, Store

OWNERS_ONLY = ("skus", "outer_id", "barcode")
ORDERS = ("list_time", "delist_time", "num", "modified", "sold_quantity")
BANNERS = ("regular_shelved", "never_on_shelf", "off_shelf", "for_shelved", "sold_out", "violation_off_shelf")
MOST_IN_APP = 50


def seen_by(seller: str, row: Row) -> Row:
    """The item or sku as that seller may see it."""
    if row.get("nick") == seller:
        return row
    return {name: value for name, value in row.items() if name not in OWNERS_ONLY}


def item_seller_get(store: Store, args: Arguments) -> Payload:
    return {"item": seen_by(args.seller, store.item(args.number("num_iid")))}


def items_seller_list_get(store: Store, args: Arguments) -> Payload:
    rows = _mine(store, args)
    return {"items": [rows[number] for number in args.numbers("num_iids") if number in rows]}


def items_onsale_get(store: Store, args: Arguments) -> Payload:
    rows = (row for row in _mine(store, args).values() if row["approve_status"] == "onsale")
    return _searched(args, rows)


def items_inventory_get(store: Store, args: Arguments) -> Payload:
    banner = args.text("banner", "for_shelved")
    if banner not in BANNERS:
        raise invalid("banner", "没有这个分类")
    rows = (row for row in _mine(store, args).values() if row["approve_status"] == "instock")
    return _searched(args, (row for row in rows if banner in _banners(row)))


def items_custom_get(store: Store, args: Arguments) -> Payload:
    codes = args.texts("outer_id")
    if len(codes) > 40:
        raise invalid("outer_id", "一次最多 40 个")
    return {"items": [row for row in _mine(store, args).values() if row["outer_id"] in codes]}


def miniapp_items_get(store: Store, args: Arguments) -> Payload:
    """What anybody may see of these items."""
    numbers = args.numbers("num_iids")
    if len(numbers) > MOST_IN_APP:
        raise invalid("num_iids", f"一次最多 {MOST_IN_APP} 个")
    found = [store.market.items[number] for number in numbers if number in store.market.items]
    return {"items": [seen_by("", row) for row in found]} if found else {}


def _mine(store: Store, args: Arguments) -> dict[int, Row]:
    return {row["num_iid"]: row for row in store.market.items.heads() if row["nick"] == args.seller}


def _searched(args: Arguments, rows: Iterable[Row]) -> Payload:
    found = equal(args, rows, "cid", "has_discount", "has_showcase", "is_taobao", "is_ex")
    found = between_times(args, found, "modified")
    shelves, words = set(args.texts("seller_cids")), args.text("q").lower()
    found = [row for row in found if words in row["title"].lower()]
    found = [row for row in found if not shelves or shelves & set(str(row["seller_cids"]).split(","))]
    if args.text("auction_type") == "a" or args.flag("is_combine") or args.flag("is_cspu"):
        found = []  # nobody here sells by auction, in bundles or from the product library
    column, _colon, direction = args.text("order_by", "list_time:desc").partition(":")
    if column not in ORDERS or direction not in ("", "asc", "desc"):
        raise invalid("order_by", "只能按 " + "、".join(ORDERS) + " 排序")
    found.sort(key=lambda row: (row[column], row["num_iid"]), reverse=direction != "asc")
    return paged(args, "items", found, largest=200)


def _banners(row: Row) -> tuple[str, ...]:
    if row["violation"]:
        return ("violation_off_shelf",)
    if row["num"] == 0:
        return ("sold_out",)
    return ("for_shelved", "regular_shelved" if row["is_timing"] else "off_shelf")


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.item.seller.get": item_seller_get,
    "taobao.items.seller.list.get": items_seller_list_get,
    "taobao.items.onsale.get": items_onsale_get,
    "taobao.items.inventory.get": items_inventory_get,
    "taobao.items.custom.get": items_custom_get,
    "taobao.miniapp.items.get": miniapp_items_get,
}
