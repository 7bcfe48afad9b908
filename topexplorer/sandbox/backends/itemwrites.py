"""What a seller changes about an item: stock, listing, bar codes, and taking it away."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, Fault, invalid, missing
from topexplorer.sandbox.rows import Row, part
from topexplorer.sandbox.store import BackEnd, Payload, Store

FULL, INCREMENT = 1, 2


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
        fresh = [(sku, stock_after(sku["quantity"], quantity, how)) for sku in changed]
        for sku, amount in fresh:
            sku |= {"quantity": amount, "modified": now}
    else:
        item["num"] = stock_after(item["num"], quantity, how)
    return {"item": restocked(item, changed, now)}


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


def item_delete(store: Store, args: Arguments) -> Payload:
    item = store.own_item(args.seller, args.number("num_iid"))
    store.market.items.remove(item["num_iid"])
    return {"item": part(item, "num_iid", "created")}


def item_barcode_update(store: Store, args: Arguments) -> Payload:
    item = store.own_item(args.seller, args.number("item_id"))
    numbers, codes = args.numbers("sku_ids"), args.texts("sku_barcodes")
    if len(numbers) != len(codes):
        raise invalid("sku_barcodes", "SKU 和条形码的个数不一致")
    skus = {sku["sku_id"]: sku for sku in item["skus"]}
    if not set(numbers) <= set(skus):
        raise invalid("sku_ids", "商品没有这个 SKU")
    now = store.now()
    for number, code in zip(numbers, codes, strict=True):
        skus[number] |= {"barcode": code, "modified": now}
    if args.has("item_barcode"):
        item["barcode"] = args.text("item_barcode")
    item["modified"] = now
    return {"item": part(item, "num_iid", "modified")}


def stock_after(present: int, quantity: int, how: int) -> int:
    """The stock after a full update or an increment. It never goes below nothing."""
    amount = present + quantity if how == INCREMENT else quantity
    if amount < 0:
        raise invalid("quantity", "库存不能小于 0")
    return amount


def restocked(item: Row, skus: list[Row], now: str) -> Row:
    """The answer to a change of stock, after the item has been brought in line with its skus."""
    if item["skus"]:
        item["num"] = sum(sku["quantity"] for sku in item["skus"])
    item["modified"] = now
    changed = [part(sku, "sku_id", "quantity", "modified") for sku in skus]
    return part(item, "num_iid", "num", "modified") | ({"skus": changed} if changed else {})


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.item.quantity.update": item_quantity_update,
    "taobao.item.update.listing": item_update_listing,
    "taobao.item.update.listing.tmall": item_update_listing,
    "taobao.item.update.delisting": item_update_delisting,
    "taobao.item.update.delisting.tmall": item_update_delisting,
    "taobao.item.delete": item_delete,
    "taobao.item.barcode.update": item_barcode_update,
}
