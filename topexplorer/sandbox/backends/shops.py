"""The seller behind the session: account, shop and own categories."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, invalid, missing
from topexplorer.sandbox.rows import part
from topexplorer.sandbox.store import BackEnd, Payload, Store

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


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.user.seller.get": user_seller_get,
    "taobao.shop.seller.get": shop_seller_get,
    "taobao.sellercats.list.get": sellercats_list_get,
    "taobao.shop.update": shop_update,
}
