"""The seller's addresses: where goods leave from and come back to."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, invalid, missing
from topexplorer.sandbox.places import areas
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.store import BackEnd, Payload, Store

MOST_ADDRESSES = 5
PARTS = (
    "contact_name",
    "province",
    "city",
    "country",
    "addr",
    "zip_code",
    "phone",
    "mobile_phone",
    "seller_company",
    "memo",
)
DEFAULTS = ("get_def", "cancel_def")


def address_search(store: Store, args: Arguments) -> Payload:
    rows, which = store.user(args.seller)["addresses"], args.text("rdef")
    if which == "no_def":
        rows = [row for row in rows if not (row["get_def"] or row["cancel_def"])]
    elif which:
        if which not in ("get_def", "cancel_def"):
            raise invalid("rdef", "只能是 no_def、get_def 或 cancel_def")
        rows = [row for row in rows if row[which]]
    return {"addresses": rows} if rows else {}


def address_add(store: Store, args: Arguments) -> Payload:
    rows = store.user(args.seller)["addresses"]
    if len(rows) >= MOST_ADDRESSES:
        raise invalid("contact_name", f"地址库最多 {MOST_ADDRESSES} 条，请先删除")
    row = _filled(args) | {"contact_id": store.new_id(), "send_def": False, "get_def": False, "cancel_def": False}
    rows.append(row)
    if len(rows) == 1:
        row |= {"send_def": True, "get_def": True, "cancel_def": True}
    return _saved(store, args, rows, row)


def address_modify(store: Store, args: Arguments) -> Payload:
    rows = store.user(args.seller)["addresses"]
    row = _found(rows, args)
    row |= _filled(args)
    return _saved(store, args, rows, row)


def address_remove(store: Store, args: Arguments) -> Payload:
    rows = store.user(args.seller)["addresses"]
    rows.remove(_found(rows, args))
    return {"address_result": {"modify_date": store.now()}}


def _found(rows: list[Row], args: Arguments) -> Row:
    for row in rows:
        if row["contact_id"] == args.number("contact_id"):
            return row
    raise invalid("contact_id", "地址库里没有这个编号")


def _filled(args: Arguments) -> Row:
    if not (args.has("phone") or args.has("mobile_phone")):
        raise missing("mobile_phone", "phone 和 mobile_phone 至少填一个")
    if not args.has("country"):
        raise missing("country", "国内地址必须填区县")
    names = {row["name"]: row["id"] for row in areas()}
    if args.text("province") not in names:
        raise invalid("province", "没有这个省份")
    area = next((names[args.text(name)] for name in ("country", "city", "province") if args.text(name) in names), 0)
    return {name: args.text(name) for name in PARTS} | {"area_id": area}


def _saved(store: Store, args: Arguments, rows: list[Row], row: Row) -> Payload:
    """Only one address is the default for anything."""
    for name in DEFAULTS:
        if args.flag(name):
            for other in rows:
                other[name] = other is row
    row["modify_date"] = store.now()
    return {"address_result": {"modify_date": row["modify_date"]}}


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.logistics.address.search": address_search,
    "taobao.logistics.address.add": address_add,
    "taobao.logistics.address.modify": address_modify,
    "taobao.logistics.address.remove": address_remove,
}
