"""Items and their skus: reading, stock, listing and pictures.

Somebody else's item is served without its skus and codes, as the platform serves an item to anyone but its owner.
"""

from __future__ import annotations

from collections.abc import Iterable

from topexplorer.sandbox.arguments import Arguments, Fault, invalid, missing
from topexplorer.sandbox.backends.listing import between_times, equal, paged
from topexplorer.sandbox.rows import Row, part
from topexplorer.sandbox.store import BackEnd, Payload, Store

OWNERS_ONLY = ("skus", "outer_id", "barcode")
ORDERS = ("list_time", "delist_time", "num", "modified", "sold_quantity")
BANNERS = ("regular_shelved", "never_on_shelf", "off_shelf", "for_shelved", "sold_out", "violation_off_shelf")
MOST_PICTURES = 5
FULL, INCREMENT = 1, 2


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


def item_skus_get(store: Store, args: Arguments) -> Payload:
    numbers = args.numbers("num_iids")
    if len(numbers) > 40:
        raise invalid("num_iids", "一次最多 40 个")
    skus = [_sku_seen_by(args.seller, row, sku) for row in map(store.item, numbers) for sku in row["skus"]]
    return {"skus": skus} if skus else {}


def item_sku_get(store: Store, args: Arguments) -> Payload:
    wanted = args.number("sku_id")
    rows = [store.item(args.number("num_iid"))] if args.has("num_iid") else store.market.items.values()
    for row in rows:
        for sku in row["skus"]:
            if sku["sku_id"] == wanted:
                return {"sku": _sku_seen_by(args.seller, row, sku)}
    raise invalid("sku_id", "SKU 不存在")


def item_quantity_update(store: Store, args: Arguments) -> Payload:
    item = store.own_item(args.seller, args.number("num_iid"))
    quantity, how = args.number("quantity"), args.number("type", FULL)
    if args.has("sku_id"):
        changed = [sku for sku in item["skus"] if sku["sku_id"] == args.number("sku_id")]
    else:
        changed = [sku for sku in item["skus"] if sku["outer_id"] == args.text("outer_id")]
    if not changed and (args.has("sku_id") or args.has("outer_id")):
        raise invalid("sku_id" if args.has("sku_id") else "outer_id", "商品没有这个 SKU")
    if item["skus"] and not changed:
        raise missing("sku_id", "商品有 SKU，修改库存要传 sku_id 或 outer_id")
    now = store.now()
    if changed:
        fresh = [(sku, _stock(sku["quantity"], quantity, how)) for sku in changed]
        for sku, amount in fresh:
            sku |= {"quantity": amount, "modified": now}
    else:
        item["num"] = _stock(item["num"], quantity, how)
    return {"item": _restocked(item, changed, now)}


def skus_quantity_update(store: Store, args: Arguments) -> Payload:
    item = store.own_item(args.seller, args.number("num_iid"))
    by_id = args.has("skuid_quantities")
    name, column = ("skuid_quantities", "sku_id") if by_id else ("outerid_quantities", "outer_id")
    pairs = [pair.rpartition(":") for pair in args.text(name).split(";") if pair.strip()]
    if not pairs:
        raise missing("skuid_quantities", "skuid_quantities 和 outerid_quantities 至少传一个")
    if len(pairs) > 20:
        raise invalid(name, "一次最多 20 个 SKU")
    how = args.number("type", FULL)
    fresh = []
    for key, _colon, text in pairs:
        found = [sku for sku in item["skus"] if str(sku[column]) == key.strip()]
        amount = Arguments({name: text}).number(name)
        if not found:
            raise invalid(name, f"商品没有这个 SKU：{key}")
        for sku in found:  # an increment below nothing ends at nothing here, unlike in item.quantity.update
            fresh.append((sku, max(sku["quantity"] + amount, 0) if how == INCREMENT else _stock(0, amount, FULL)))
    now = store.now()
    for sku, amount in fresh:
        sku |= {"quantity": amount, "modified": now}
    return {"item": _restocked(item, [sku for sku, _amount in fresh], now)}


def item_update_listing(store: Store, args: Arguments) -> Payload:
    item = store.own_item(args.seller, args.number("num_iid"))
    num = sum(sku["quantity"] for sku in item["skus"]) if item["skus"] else args.number("num")
    if num < 1:
        raise invalid("num", "上架数量必须大于 0")
    if item["approve_status"] == "onsale":
        raise Fault("isv.item-listing-service-error:GENERIC_FAILURE", "商品已经在出售中")
    now = store.now()
    item |= {"num": num, "approve_status": "onsale", "list_time": now, "modified": now}
    return {"item": part(item, "num_iid", "modified")}


def item_update_delisting(store: Store, args: Arguments) -> Payload:
    item = store.own_item(args.seller, args.number("num_iid"))
    now = store.now()
    item |= {"approve_status": "instock", "delist_time": now, "modified": now}
    return {"item": part(item, "num_iid", "modified")}


def item_img_upload(store: Store, args: Arguments) -> Payload:
    item = store.own_item(args.seller, args.number("num_iid"))
    pictures = item["item_imgs"]
    if not args.has("id"):
        if "image" not in args.files:
            raise missing("image", "新增图片要上传 image")
        if len(pictures) >= MOST_PICTURES:
            raise invalid("image", f"最多 {MOST_PICTURES} 张图片")
        picture: Row = {"id": store.new_id(), "position": len(pictures)}
        pictures.append(picture)
    else:
        found = [row for row in pictures if row["id"] == args.number("id")]
        if not found:
            raise invalid("id", "商品没有这张图片")
        picture = found[0]
    now = store.now()
    if "image" in args.files:
        version = "".join(char for char in now if char.isdigit())
        url = f"https://img.alicdn.com/bao/uploaded/i1/{item['num_iid']}/{picture['id']}_{version}.jpg"
        picture |= {"url": url, "created": now}
    picture["position"] = args.number("position", picture["position"])
    if args.flag("is_major"):
        item["pic_url"] = picture["url"]
    item["modified"] = now
    return {"item_img": picture}


def _mine(store: Store, args: Arguments) -> dict[int, Row]:
    return {number: row for number, row in store.market.items.items() if row["nick"] == args.seller}


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


def _sku_seen_by(seller: str, item: Row, sku: Row) -> Row:
    return sku if item["nick"] == seller else seen_by(seller, sku)


def _stock(present: int, quantity: int, how: int) -> int:
    """The stock after a full update or an increment. It never goes below nothing."""
    amount = present + quantity if how == INCREMENT else quantity
    if amount < 0:
        raise invalid("quantity", "库存不能小于 0")
    return amount


def _restocked(item: Row, skus: list[Row], now: str) -> Row:
    if item["skus"]:
        item["num"] = sum(sku["quantity"] for sku in item["skus"])
    item["modified"] = now
    changed = [part(sku, "sku_id", "quantity", "modified") for sku in skus]
    return part(item, "num_iid", "num", "modified") | ({"skus": changed} if changed else {})


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.item.seller.get": item_seller_get,
    "taobao.items.seller.list.get": items_seller_list_get,
    "taobao.items.onsale.get": items_onsale_get,
    "taobao.items.inventory.get": items_inventory_get,
    "taobao.items.custom.get": items_custom_get,
    "taobao.item.skus.get": item_skus_get,
    "taobao.item.sku.get": item_sku_get,
    "taobao.item.quantity.update": item_quantity_update,
    "taobao.skus.quantity.update": skus_quantity_update,
    "taobao.item.update.listing": item_update_listing,
    "taobao.item.update.delisting": item_update_delisting,
    "taobao.item.img.upload": item_img_upload,
}
