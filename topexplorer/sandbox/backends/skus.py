"""Skus: reading them, adding and deleting them, their prices, codes and stock."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, invalid, missing
from topexplorer.sandbox.backends.items import seen_by
from topexplorer.sandbox.backends.itemwrites import FULL, INCREMENT, restocked, stock_after
from topexplorer.sandbox.rows import Row, cents, part, yuan
from topexplorer.sandbox.store import BackEnd, Payload, Store

MOST_ITEMS = 40
MOST_SKUS = 20


def item_skus_get(store: Store, args: Arguments) -> Payload:
    numbers = args.numbers("num_iids")
    if len(numbers) > MOST_ITEMS:
        raise invalid("num_iids", f"一次最多 {MOST_ITEMS} 个")
    skus = [_sku_seen_by(args.seller, row, sku) for row in map(store.item, numbers) for sku in row["skus"]]
    return {"skus": skus} if skus else {}


def item_sku_get(store: Store, args: Arguments) -> Payload:
    wanted = args.number("sku_id")
    rows = [store.item(args.number("num_iid"))] if args.has("num_iid") else store.market.items.heads()
    for row in rows:
        for sku in row["skus"]:
            if sku["sku_id"] == wanted:
                return {"sku": _sku_seen_by(args.seller, row, sku)}
    raise invalid("sku_id", "SKU 不存在")


def skus_custom_get(store: Store, args: Arguments) -> Payload:
    mine = (row for row in store.market.items.heads() if row["nick"] == args.seller)
    found = [sku for row in mine for sku in row["skus"] if sku["outer_id"] == args.text("outer_id")]
    return {"skus": found} if found else {}


def item_sku_add(store: Store, args: Arguments) -> Payload:
    item, now = store.own_item(args.seller, args.number("num_iid")), store.now()
    properties = args.text("properties")
    if any(sku["properties"] == properties for sku in item["skus"]):
        raise invalid("properties", "商品已经有这个 SKU")
    if args.number("quantity") < 1:
        raise invalid("quantity", "库存必须大于 0")
    sku: Row = {
        "sku_id": store.new_id(),
        "num_iid": item["num_iid"],
        "properties": properties,
        "properties_name": _words(item, properties),
        "quantity": args.number("quantity"),
        "price": _price(args, "price"),
        "outer_id": args.text("outer_id"),
        "with_hold_quantity": 0,
        "created": now,
        "modified": now,
        "status": "normal",
    }
    _check_price(args, item, [*item["skus"], sku])
    item["skus"].append(sku)
    restocked(item, [sku], now)
    return {"sku": part(sku, "sku_id", "num_iid", "created")}


def item_sku_update(store: Store, args: Arguments) -> Payload:
    """Also `item.sku.price.update`, which takes the same parameters."""
    item, now = store.own_item(args.seller, args.number("num_iid")), store.now()
    sku = _by_properties(item, args)
    changes: Row = {"modified": now}
    if args.has("price"):
        changes["price"] = _price(args, "price")
    if args.has("quantity"):
        changes["quantity"] = stock_after(0, args.number("quantity"), FULL)
    if args.has("outer_id"):
        changes["outer_id"] = args.text("outer_id")
    _check_price(args, item, [row | changes if row is sku else row for row in item["skus"]])
    sku |= changes
    restocked(item, [sku], now)
    return {"sku": part(sku, "sku_id", "num_iid", "modified")}


def item_sku_delete(store: Store, args: Arguments) -> Payload:
    item, now = store.own_item(args.seller, args.number("num_iid")), store.now()
    sku = _by_properties(item, args)
    left = [row for row in item["skus"] if row is not sku]
    if not left and args.number("item_num") < 1:
        raise missing("item_num", "删除最后一个 SKU 要传 item_num")
    _check_price(args, item, left)
    item["skus"] = left
    restocked(item, [], now)
    if not left:
        item["num"] = args.number("item_num")
    return {"sku": {"num_iid": item["num_iid"], "modified": now}}


def skus_quantity_update(store: Store, args: Arguments) -> Payload:
    item = store.own_item(args.seller, args.number("num_iid"))
    by_id = args.has("skuid_quantities")
    name, column = ("skuid_quantities", "sku_id") if by_id else ("outerid_quantities", "outer_id")
    pairs = [pair.rpartition(":") for pair in args.text(name).split(";") if pair.strip()]
    if not pairs:
        raise missing("skuid_quantities", "skuid_quantities 和 outerid_quantities 至少传一个")
    if len(pairs) > MOST_SKUS:
        raise invalid(name, f"一次最多 {MOST_SKUS} 个 SKU")
    how = args.number("type", FULL)
    fresh = []
    for key, _colon, text in pairs:
        found = [sku for sku in item["skus"] if str(sku[column]) == key.strip()]
        amount = Arguments({name: text}).number(name)
        if not found:
            raise invalid(name, f"商品没有这个 SKU：{key}")
        for sku in found:  # an increment below nothing ends at nothing here, unlike in item.quantity.update
            fresh.append((sku, max(sku["quantity"] + amount, 0) if how == INCREMENT else stock_after(0, amount, FULL)))
    now = store.now()
    for sku, amount in fresh:
        sku |= {"quantity": amount, "modified": now}
    return {"item": restocked(item, [sku for sku, _amount in fresh], now)}


def _by_properties(item: Row, args: Arguments) -> Row:
    for sku in item["skus"]:
        if sku["properties"] == args.text("properties"):
            found: Row = sku
            return found
    raise invalid("properties", "商品没有这个 SKU")


def _words(item: Row, properties: str) -> str:
    """The properties with their names, as far as other skus of the item have them."""
    groups = (group for sku in item["skus"] for group in sku["properties_name"].split(";"))
    known = {":".join(group.split(":")[:2]): group for group in groups}
    return ";".join(known.get(pair, f"{pair}:规格:自定义") for pair in properties.split(";") if pair)


def _price(args: Arguments, name: str) -> str:
    try:
        return yuan(cents(args.text(name)))
    except ValueError:
        raise invalid(name, "价格格式不正确") from None


def _check_price(args: Arguments, item: Row, skus: list[Row]) -> None:
    """The price of an item lies between those of its skus; `item_price` brings it there."""
    price = _price(args, "item_price") if args.has("item_price") else item["price"]
    prices = [cents(sku["price"]) for sku in skus]
    if prices and not min(prices) <= cents(price) <= max(prices):
        raise invalid("item_price", "商品价格必须在各 SKU 价格的最低和最高之间")
    item["price"] = price


def _sku_seen_by(seller: str, item: Row, sku: Row) -> Row:
    return sku if item["nick"] == seller else seen_by(seller, sku)


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.item.skus.get": item_skus_get,
    "taobao.item.sku.get": item_sku_get,
    "taobao.skus.custom.get": skus_custom_get,
    "taobao.item.sku.add": item_sku_add,
    "taobao.item.sku.update": item_sku_update,
    "taobao.item.sku.price.update": item_sku_update,
    "taobao.item.sku.delete": item_sku_delete,
    "taobao.skus.quantity.update": skus_quantity_update,
}
