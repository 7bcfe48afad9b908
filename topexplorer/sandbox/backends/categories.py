"""Categories that items are filed under, and those that a seller may use."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, missing
from topexplorer.sandbox.categories import BRANDS, item_categories
from topexplorer.sandbox.store import BackEnd, Payload, Store

USUAL = ("cid", "parent_cid", "name", "is_parent")


def itemcats_get(store: Store, args: Arguments) -> Payload:
    if not (args.has("cids") or args.has("parent_cid")):
        raise missing("cids", "cids 和 parent_cid 至少传一个")
    rows = list(item_categories())
    if args.has("cids"):
        wanted = args.numbers("cids")
        rows = [row for row in rows if row["cid"] in wanted]
    else:
        rows = [row for row in rows if row["parent_cid"] == args.number("parent_cid")]
    payload: Payload = {"last_modified": store.in_days(-30)}
    if not args.has("fields"):
        rows = [{name: row[name] for name in USUAL} for row in rows]
    return payload | ({"item_cats": rows} if rows else {})


def itemcats_authorize_get(store: Store, args: Arguments) -> Payload:
    """What the seller has items in, with the branches above."""
    used = {row["cid"] for row in store.market.items.heads() if row["nick"] == args.seller}
    rows = [row for row in item_categories() if row["cid"] in used]
    above = {row["parent_cid"] for row in rows}
    cats = [row for row in item_categories() if row["cid"] in above] + rows
    brands = [{"vid": vid, "name": name, "pid": 20000, "prop_name": "品牌"} for vid, name in BRANDS]
    granted: Payload = {"item_cats": cats, "brands": brands}
    if "xinpin_item_cat" in args.text("fields"):
        granted["xinpin_item_cats"] = rows
    return {"seller_authorize": granted}


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.itemcats.get": itemcats_get,
    "taobao.itemcats.authorize.get": itemcats_authorize_get,
}
