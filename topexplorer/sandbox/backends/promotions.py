"""Activities that take money off: for buying enough, and plainly off items. Their items are a range of their own."""

from __future__ import annotations

from functools import partial

from topexplorer.sandbox.arguments import Arguments, invalid, missing
from topexplorer.sandbox.backends.listing import owned, page_of
from topexplorer.sandbox.backends.owning import own
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.store import BackEnd, Payload, Store

MJS, ITEM, COMMON = "mjs", "item", "common"
RANGED = (MJS, ITEM)
MOST_ITEMS, MOST_AT_ONCE, MOST_COMMON, LONGEST_NAME = 150, 50, 30, 32
FLAGS = {
    "is_amount_over": "total_price",
    "is_item_count_over": "item_count",
    "is_shop_member": "shop_member_level",
    "is_user_tag": "user_tag",
    "is_decrease_money": "decrease_amount",
    "is_discount": "discount_rate",
    "is_send_gift": "gift_name",
}
"""What has to come along when a flag is set."""
OTHER_FLAGS = ("is_amount_multiple", "is_item_multiple", "is_free_post")
NUMBERS: tuple[str, ...] = ("type", "participate_range", "total_price", "item_count", "shop_member_level")
NUMBERS += ("decrease_amount", "discount_rate", "gift_id")
TEXTS = ("name", "description", "start_time", "end_time", "user_tag", "gift_name", "gift_url", "exclude_area")


def listed(store: Store, args: Arguments, *, kind: str, name: str, said: Payload) -> Payload:
    """A page of the seller's activities of a kind, the newest first."""
    rows = of_kind(store, args.seller, kind)
    if kind == MJS:
        rows = [row for row in rows if row["type"] == args.number("activity_type")]
    rows.sort(key=lambda row: (row["start_time"], row["activity_id"]), reverse=True)
    page, _more = page_of(args, rows, largest=50, usual=20)
    return {"total_count": len(rows)} | said | ({name: page} if page else {})


def of_kind(store: Store, seller: str, *kinds: str) -> list[Row]:
    """The seller's activities of these kinds."""
    return [row for row in owned(store.market.promotions.values(), seller) if row["kind"] in kinds]


def activity(store: Store, args: Arguments, *kinds: str) -> Row:
    """The seller's activity of one of these kinds. The kinds share their numbers, so one may be asked for as another.

    Raises Fault when there is none.
    """
    row = own(store.market.promotions, args, "activity_id", "活动")
    if row["kind"] not in kinds:
        raise invalid("activity_id", "活动不是这一类")
    return row


def shown(store: Store, args: Arguments, *, kind: str, name: str, said: Payload) -> Payload:
    return {name: activity(store, args, kind)} | said


def added(store: Store, args: Arguments, *, kind: str) -> Payload:
    if kind == COMMON and len(of_kind(store, args.seller, COMMON)) >= MOST_COMMON:
        raise invalid("name", f"最多 {MOST_COMMON} 个活动，请先删除")
    number = store.new_id()
    row = _filled(args) | {"activity_id": number, "kind": kind, "items": [], "seller_nick": args.seller}
    store.market.promotions.put(number, row)
    return {"activity_id": number, "is_success": True}


def updated(store: Store, args: Arguments, *, kind: str) -> Payload:
    """The whole activity anew, but its kind, level and items."""
    row = activity(store, args, kind)
    kept = {name: row[name] for name in ("activity_id", "kind", "items", "seller_nick", "type") if name in row}
    fresh = _filled(args) | kept
    row.clear()
    row.update(fresh)
    return {"is_success": True}


def deleted(store: Store, args: Arguments, *, kind: str) -> Payload:
    number = activity(store, args, kind)["activity_id"]
    store.market.promotions.remove(number)
    for row in [row for row in store.market.discounts.values() if row["activity_id"] == number]:
        store.market.discounts.remove(row["detail_id"])
    return {"is_success": True}


def _filled(args: Arguments) -> Row:
    if not args.text("start_time") < args.text("end_time"):
        raise invalid("end_time", "结束时间要晚于开始时间")
    if len(args.text("name")) > LONGEST_NAME:
        raise invalid("name", f"活动名称不能超过 {LONGEST_NAME} 个字符")
    for flag, needed in FLAGS.items():
        if args.flag(flag) and not args.has(needed):
            raise missing(needed, f"{flag} 为 true 时必填")
    row: Row = {name: args.text(name) for name in TEXTS if args.has(name)}
    row |= {name: args.number(name) for name in NUMBERS if args.has(name)}
    return row | {name: bool(args.flag(name)) for name in (*FLAGS, *OTHER_FLAGS) if args.has(name)}


def range_list(store: Store, args: Arguments) -> Payload:
    row = activity(store, args, *RANGED, COMMON)
    part = {"activity_id": row["activity_id"], "activity_name": row["name"]}
    return {"promotion_range_list": [part | {"item_id": item} for item in row["items"]]} if row["items"] else {}


def range_add(store: Store, args: Arguments) -> Payload:
    row, numbers = activity(store, args, *RANGED, COMMON), args.numbers("ids")
    if len(numbers) > MOST_AT_ONCE:
        raise invalid("ids", f"一次最多 {MOST_AT_ONCE} 个")
    for number in numbers:
        store.own_item(args.seller, number)
    items = list(dict.fromkeys([*row["items"], *numbers]))
    if len(items) > MOST_ITEMS:
        raise invalid("ids", f"一个活动最多 {MOST_ITEMS} 个商品")
    row["items"] = items
    return {"is_success": True}


def range_remove(store: Store, args: Arguments) -> Payload:
    row, numbers = activity(store, args, *RANGED, COMMON), args.numbers("ids")
    row["items"] = [item for item in row["items"] if item not in numbers]
    return {"is_success": True}


def range_clear(store: Store, args: Arguments) -> Payload:
    activity(store, args, *RANGED, COMMON)["items"] = []
    return {"is_success": True}


def _of(word: str, kind: str, name: str, listing: str, said: Payload) -> dict[str, BackEnd]:
    """The five APIs of a kind of activity."""
    stem = f"taobao.promotionmisc.{word}.activity"
    return {
        f"{stem}.get": partial(shown, kind=kind, name=name, said=said),
        f"{stem}.list.get": partial(listed, kind=kind, name=listing, said=said),
        f"{stem}.add": partial(added, kind=kind),
        f"{stem}.update": partial(updated, kind=kind),
        f"{stem}.delete": partial(deleted, kind=kind),
    }


BACK_ENDS: dict[str, BackEnd] = {
    **_of("mjs", MJS, "mjs_promotion", "mjs_promotion_list", {}),
    **_of("item", ITEM, "item_promotion", "item_promotion_list", {}),
    **_of("common.item", COMMON, "activity", "activity_list", {"is_success": True}),
    "taobao.promotionmisc.activity.range.list.get": range_list,
    "taobao.promotionmisc.activity.range.add": range_add,
    "taobao.promotionmisc.activity.range.remove": range_remove,
    "taobao.promotionmisc.activity.range.all.remove": range_clear,
}
