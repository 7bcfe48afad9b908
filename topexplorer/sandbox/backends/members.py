"""A seller's members: lists by grade and trade, and the groups they are sorted into."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, Fault, invalid
from topexplorer.sandbox.backends.listing import equal, newest_first, owned, page_of
from topexplorer.sandbox.backends.owning import own
from topexplorer.sandbox.rows import Row, cents
from topexplorer.sandbox.store import BackEnd, Payload, Store

LAST_PAGE, LARGEST = 1000, 100
LONGEST_NAME = 15


def members_get(store: Store, args: Arguments) -> Payload:
    if args.number("current_page", 1) > LAST_PAGE:
        raise invalid("current_page", f"最多翻到第 {LAST_PAGE} 页")
    rows = equal(args, owned(store.market.members.values(), args.seller), "buyer_nick", "grade", "open_uid", "ouid")
    rows = equal(args, rows, "relation_source")
    first, last = args.text("min_last_trade_time"), args.text("max_last_trade_time", "~")
    rows = [row for row in rows if first <= row["last_trade_time"] <= last]
    rows = [row for row in rows if _within(args, "trade_count", row["trade_count"], 1)]
    rows = [row for row in rows if _within(args, "trade_amount", cents(row["trade_amount"]), 100)]
    if args.has("group_id"):
        rows = [row for row in rows if args.text("group_id") in row["group_ids"].split(",")]
    return _page(args, newest_first(rows, "last_trade_time"))


def members_increment_get(store: Store, args: Arguments) -> Payload:
    """Who traded within the time that was asked for."""
    rows = equal(args, owned(store.market.members.values(), args.seller), "grade")
    first, last = args.text("start_modify"), args.text("end_modify", "~")
    return _page(
        args, newest_first((row for row in rows if first <= row["last_trade_time"] <= last), "last_trade_time")
    )


def groups_get(store: Store, args: Arguments) -> Payload:
    rows = owned(store.market.groups.values(), args.seller)
    page, _more = page_of(args, rows, LARGEST, page="current_page")
    return {"total_result": len(rows)} | ({"groups": page} if page else {})


def group_add(store: Store, args: Arguments) -> Payload:
    number, now = store.new_id(), store.now()
    name = _name(store, args, "group_name")
    row: Row = {"group_id": number, "group_name": name, "group_create": now, "group_modify": now, "status": 1}
    store.market.groups.put(number, row | {"seller_nick": args.seller})
    return {"group_id": number, "is_success": True}


def group_update(store: Store, args: Arguments) -> Payload:
    row = own(store.market.groups, args, "group_id", "分组")
    row |= {"group_name": _name(store, args, "new_group_name"), "group_modify": store.now()}
    return {"is_success": True}


def group_delete(store: Store, args: Arguments) -> Payload:
    number = own(store.market.groups, args, "group_id", "分组")["group_id"]
    store.market.groups.remove(number)
    for row in owned(store.market.members.values(), args.seller):
        row["group_ids"] = ",".join(text for text in row["group_ids"].split(",") if text != str(number))
    return {"is_success": True}


def member_group_get(store: Store, args: Arguments) -> Payload:
    name = "buyer_nick" if args.has("buyer_nick") else "ouid"
    for row in owned(store.market.members.values(), args.seller):
        if row[name] == args.text(name):
            numbers = [int(text) for text in row["group_ids"].split(",") if text]
            found = [store.market.groups[number] for number in numbers if number in store.market.groups]
            return {"groups": found} if found else {}
    raise Fault("isv.user-not-exist:invalid-nick", "不是本店会员")


def _page(args: Arguments, rows: list[Row]) -> Payload:
    page, _more = page_of(args, rows, LARGEST, page="current_page")
    return {"total_result": len(rows)} | ({"members": page} if page else {})


def _within(args: Arguments, name: str, value: int, unit: int) -> bool:
    low, high = _limit(args, f"min_{name}"), _limit(args, f"max_{name}")
    return (low is None or value >= low * unit) and (high is None or value <= high * unit)


def _limit(args: Arguments, name: str) -> float | None:
    try:
        return float(args.text(name)) if args.has(name) else None
    except ValueError:
        raise invalid(name, "必须是数字") from None


def _name(store: Store, args: Arguments, name: str) -> str:
    text = args.text(name)
    if len(text) > LONGEST_NAME:
        raise invalid(name, f"分组名称不能超过 {LONGEST_NAME} 个字")
    if any(row["group_name"] == text for row in owned(store.market.groups.values(), args.seller)):
        raise invalid(name, "已有同名的分组")
    return text


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.crm.members.get": members_get,
    "taobao.crm.members.get.privy": members_get,
    "taobao.crm.members.search": members_get,
    "taobao.crm.members.search.privy": members_get,
    "taobao.crm.members.increment.get": members_increment_get,
    "taobao.crm.members.increment.get.privy": members_increment_get,
    "taobao.crm.groups.get": groups_get,
    "taobao.crm.group.add": group_add,
    "taobao.crm.group.update": group_update,
    "taobao.crm.group.delete": group_delete,
    "taobao.crm.member.group.get": member_group_get,
}
