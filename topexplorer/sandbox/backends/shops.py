"""The seller behind the session: account, shop and own categories."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, invalid, missing
from topexplorer.sandbox.categories import shop_categories
from topexplorer.sandbox.rows import Row, part
from topexplorer.sandbox.store import BackEnd, Payload, Store

LONGEST_NAME = 20
LENGTHS = {"title": (1, 30), "bulletin": (1, 1024), "desc": (10, 2000)}


def user_seller_get(store: Store, args: Arguments) -> Payload:
    return {"user": store.user(args.seller)}


def shop_seller_get(store: Store, args: Arguments) -> Payload:
    return {"shop": store.user(args.seller)["shop"]}


def sellercats_list_get(store: Store, args: Arguments) -> Payload:
    return {"seller_cats": store.user(args.seller)["shelves"]}


def shop_update(store: Store, args: Arguments) -> Payload:
    shop = store.user(args.seller)["shop"]
    changes = {name: args.text(name) for name in LENGTHS if args.has(name)}
    if not changes:
        raise missing("title,bulletin,desc", "title、bulletin、desc 至少传一个")
    for name, text in changes.items():
        shortest, longest = LENGTHS[name]
        if not shortest <= len(text) <= longest:
            raise invalid(name, f"长度应在 {shortest} 到 {longest} 个字符之间")
    shop |= changes | {"modified": store.now()}
    return {"shop": part(shop, "sid", "modified")}


def shopcats_list_get(store: Store, args: Arguments) -> Payload:
    return {"shop_cats": list(shop_categories())}


def sellercats_list_add(store: Store, args: Arguments) -> Payload:
    shelves = store.user(args.seller)["shelves"]
    parent = args.number("parent_cid")
    if parent and parent not in {row["cid"] for row in shelves}:
        raise invalid("parent_cid", "父分类不存在")
    now = store.now()
    row: Row = {"cid": store.new_id(), "parent_cid": parent, "type": "manual_type", "sort_order": len(shelves) + 1}
    row |= _shelf(args) | {"created": now, "modified": now}
    shelves.append(row)
    return {"seller_cat": part(row, "cid", "created")}


def sellercats_list_update(store: Store, args: Arguments) -> Payload:
    for row in store.user(args.seller)["shelves"]:
        if row["cid"] == args.number("cid"):
            row |= _shelf(args) | {"modified": store.now()}
            return {"seller_cat": part(row, "cid", "modified")}
    raise invalid("cid", "店铺分类不存在")


def _shelf(args: Arguments) -> Row:
    """What was sent about a category of the shop."""
    row: Row = {}
    if args.has("name"):
        if len(args.text("name")) > LONGEST_NAME:
            raise invalid("name", f"分类名称不能超过 {LONGEST_NAME} 个字符")
        row["name"] = args.text("name")
    if args.has("pict_url"):
        row["pic_url"] = args.text("pict_url")
    if args.has("sort_order"):
        if args.number("sort_order") < 1:
            raise invalid("sort_order", "排序必须大于 0")
        row["sort_order"] = args.number("sort_order")
    return row


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.user.seller.get": user_seller_get,
    "taobao.shop.seller.get": shop_seller_get,
    "taobao.sellercats.list.get": sellercats_list_get,
    "taobao.sellercats.list.add": sellercats_list_add,
    "taobao.sellercats.list.update": sellercats_list_update,
    "taobao.shopcats.list.get": shopcats_list_get,
    "taobao.shop.update": shop_update,
}
