"""Sub-accounts: who works for a seller, in which department, and what each may do."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, Fault, invalid, missing
from topexplorer.sandbox.backends.listing import owned
from topexplorer.sandbox.backends.owning import own
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.seed.staff import DEPARTMENTS, DUTIES, permission, permissions
from topexplorer.sandbox.store import NO_PERMISSION, BackEnd, Payload, Store

LARGEST_PAGE, LONGEST = 200, 20
WORKING, STOPPED = 1, 2


def subusers_get(store: Store, args: Arguments) -> Payload:
    rows = _staff(store, args, "user_nick")
    return {"subaccounts": rows} if rows else {}


def sellercenter_subusers_get(store: Store, args: Arguments) -> Payload:
    rows = [_as_subuser(row) for row in _staff(store, args, "nick")]
    return {"subusers": rows} if rows else {}


def subusers_page(store: Store, args: Arguments) -> Payload:
    return _page(args, "subaccounts", _by_status(args, _staff(store, args, "user_nick")))


def sellercenter_subusers_page(store: Store, args: Arguments) -> Payload:
    return _page(args, "subusers", [_as_subuser(row) for row in _by_status(args, _staff(store, args, "nick"))])


def subaccount_search(store: Store, args: Arguments) -> Payload:
    rows = _staff(store, args, "main_nick")
    found = [row for row in rows if args.text("filter_key") in row["sub_nick"].partition(":")[2]]
    shown = [row | {"status": row["sub_status"], "seller_id": str(row["user_id"])} for row in found]
    return _page(args, "subaccounts", shown)


def subusers_info_query(store: Store, args: Arguments) -> Payload:
    """Whoever the session belongs to: here always the main account itself."""
    user = store.user(args.seller)
    row = {"sub_id": user["user_id"], "seller_id": user["user_id"], "nick": args.seller, "seller_nick": args.seller}
    return {"result": row | {"status": WORKING}}


def fullinfo_get(store: Store, args: Arguments) -> Payload:
    if args.has("sub_nick"):
        row = _by_nick(store, args, "sub_nick")
    elif args.has("sub_id"):
        row = own(store.market.staff, args, "sub_id", "子账号")
    else:
        raise missing("sub_nick", "sub_nick 和 sub_id 至少传一个")
    mails = ("subuser_email", "user_email")
    asked = args.texts("fields")
    return {"sub_fullinfo": {name: value for name, value in row.items() if name not in mails or name in asked}}


def departments_get(store: Store, args: Arguments) -> Payload:
    rows = _staff(store, args, "user_nick")
    found = []
    for number, name, parent in DEPARTMENTS:
        there = [row["sub_id"] for row in rows if row["department_id"] == number]
        found.append({"department_id": number, "department_name": name, "parent_id": parent, "sub_user_ids": there})
    return {"departments": found}


def dutys_get(store: Store, args: Arguments) -> Payload:
    _check_owner(store, args, "user_nick")
    return {"dutys": [{"duty_id": number, "duty_name": name, "duty_level": level} for number, name, level in DUTIES]}


def info_update(store: Store, args: Arguments) -> Payload:
    row = own(store.market.staff, args, "sub_id", "子账号")
    dispatched, stopped = args.flag("is_dispatch"), args.flag("is_disable_subaccount")
    if dispatched is not None:
        row["sub_dispatch_status"] = dispatched
    if stopped is not None:
        row["sub_status"] = STOPPED if stopped else WORKING
    return {"is_success": True}


def roles_get(store: Store, args: Arguments) -> Payload:
    _check_owner(store, args, "nick")
    rows = [{name: row[name] for name in row if name != "permissions"} for row in _roles(store, args.seller)]
    return {"roles": rows} if rows else {}


def role_add(store: Store, args: Arguments) -> Payload:
    _check_owner(store, args, "nick")
    for name in ("name", "description"):
        if len(args.text(name)) > LONGEST:
            raise invalid(name, f"不能超过 {LONGEST} 个字符")
    granted = [permission(code) for code in args.texts("permission_codes")]
    if not all(granted):
        raise invalid("permission_codes", "没有这个权限点")
    number, now = store.new_id(), store.now()
    row: Row = {
        "role_id": number,
        "role_name": args.text("name"),
        "description": args.text("description"),
        "seller_id": store.user(args.seller)["user_id"],
        "create_time": now,
        "modified_time": now,
        "permissions": granted,
        "seller_nick": args.seller,
    }
    return {"role": store.market.roles.put(number, row)}


def permissions_get(store: Store, args: Arguments) -> Payload:
    _by_nick(store, args, "nick")
    return {"permissions": permissions()}


def permissions_roles_get(store: Store, args: Arguments) -> Payload:
    _by_nick(store, args, "nick")
    return {"subuser_permission": {"roles": _roles(store, args.seller), "permissions": permissions()[:1]}}


def _staff(store: Store, args: Arguments, name: str) -> list[Row]:
    _check_owner(store, args, name)
    return [row for row in store.market.staff.values() if row["seller_nick"] == args.seller]


def _check_owner(store: Store, args: Arguments, name: str) -> None:
    store.user(args.text(name))
    if args.text(name) != args.seller:
        raise Fault(NO_PERMISSION, "只能查询授权的主账号")


def _by_nick(store: Store, args: Arguments, name: str) -> Row:
    for row in store.market.staff.values():
        if row["sub_nick"] == args.text(name):
            if row["seller_nick"] != args.seller:
                raise Fault(NO_PERMISSION, "子账号不属于授权的主账号")
            return row
    raise Fault("isv.user-not-exist:invalid-nick", "子账号不存在")


def _roles(store: Store, seller: str) -> list[Row]:
    return owned(store.market.roles.values(), seller)


def _by_status(args: Arguments, rows: list[Row]) -> list[Row]:
    status = args.number("account_status")
    return [row for row in rows if not status or row["sub_status"] == status]


def _as_subuser(row: Row) -> Row:
    return {
        "sub_id": row["sub_id"],
        "nick": row["sub_nick"],
        "full_name": row["sub_name"],
        "seller_id": row["user_id"],
        "seller_nick": row["user_nick"],
        "status": {WORKING: 1, STOPPED: -1}.get(row["sub_status"], 2),
        "is_online": 1 if row["sub_dispatch_status"] else 2,
    }


def _page(args: Arguments, name: str, rows: list[Row]) -> Payload:
    size, number = args.number("page_size"), max(args.number("page_num", 1), 1)
    if not 1 < size < LARGEST_PAGE:
        raise invalid("page_size", "必须大于 1、小于 200")
    page = rows[(number - 1) * size : number * size]
    payload: Payload = {"page_size": size, "page_num": number, "total_count": len(rows)}
    return payload | ({name: page} if page else {})


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.subusers.get": subusers_get,
    "taobao.subusers.page": subusers_page,
    "taobao.subusers.subaccount.search": subaccount_search,
    "taobao.subusers.info.query": subusers_info_query,
    "taobao.subuser.fullinfo.get": fullinfo_get,
    "taobao.subuser.departments.get": departments_get,
    "taobao.subuser.dutys.get": dutys_get,
    "taobao.subuser.info.update": info_update,
    "taobao.sellercenter.subusers.get": sellercenter_subusers_get,
    "taobao.sellercenter.subusers.page": sellercenter_subusers_page,
    "taobao.sellercenter.roles.get": roles_get,
    "taobao.sellercenter.role.add": role_add,
    "taobao.sellercenter.user.permissions.get": permissions_get,
    "taobao.sellercenter.subuser.permissions.roles.get": permissions_roles_get,
}
