"""Item discount campaigns: made, changed and ended, with what they take off each of their items."""

from __future__ import annotations

import json
from typing import Any

from topexplorer.sandbox.arguments import Arguments, Fault, invalid, missing
from topexplorer.sandbox.backends.listing import owned
from topexplorer.sandbox.rows import Row, cents
from topexplorer.sandbox.seed.campaigns import RATE, RUNNING
from topexplorer.sandbox.store import NO_PERMISSION, BackEnd, Payload, Store

WHOLE = 1000
"""The rate that takes nothing off."""
LARGEST = 50
OPTIONAL = ("free_post", "exclude_areas", "crowd_id")
OFF = ("discount", "mk_discount", "limit_check", "is_math_floor", "is_discard_fen")


def activity_create(store: Store, args: Arguments) -> Payload:
    given = _object(args, "activity_info")
    now, number = store.now(), store.new_id()
    row: Row = {name: given[name] for name in OPTIONAL if name in given}
    row |= {name: _needed(given, name) for name in ("name", "description", "start_time", "end_time")}
    row |= {name: int(_needed(given, name)) for name in ("discount_type", "promotion_level")}
    if not now < str(row["end_time"]) > str(row["start_time"]):
        raise invalid("end_time", "结束时间要晚于现在和开始时间")
    row |= {"activity_id": number, "created_time": now, "activity_status": 1, "items": [], "seller_nick": args.seller}
    store.market.campaigns.put(number, row)
    return _result(number)


def activity_update(store: Store, args: Arguments) -> Payload:
    given = _object(args, "activity_info")
    row = _own(store, args, _needed(given, "activity_id"))
    changeable = ("name", "description", "start_time", "end_time", *OPTIONAL)
    row |= {name: given[name] for name in changeable if name in given}
    return _result(True)


def activity_delete(store: Store, args: Arguments) -> Payload:
    row = _own(store, args, args.number("activity_id"))
    store.market.campaigns.remove(row["activity_id"])
    return {"data": True, "result_code": 200, "result_status": True}


def activity_query(store: Store, args: Arguments) -> Payload:
    query = _object(args, "query")
    wanted = query.get("query") or {}
    if not isinstance(wanted, dict):
        raise invalid("query", "里层的 query 要是 JSON 对象")
    rows = [
        row
        for row in owned(store.market.campaigns.values(), args.seller)
        if all(str(row.get(name, "")) == str(value) for name, value in wanted.items())
    ]
    return _listed(rows, _number(query.get("page_number", 1)), _number(query.get("page_size", 20)))


def item_query(store: Store, args: Arguments) -> Payload:
    row = _own(store, args, args.number("activity_id"))
    shared = {name: value for name, value in row.items() if name != "items"}
    rows = [shared | {"status": RUNNING} | item for item in row["items"]]
    return _listed(rows, args.number("page_number", 1), args.number("page_size", 20))


def item_add(store: Store, args: Arguments) -> Payload:
    """An item that is in the campaign already gets the new discount."""
    row, given = _with_items(store, args)
    numbers = [store.own_item(args.seller, _number(_needed(one, "item_id")))["num_iid"] for one in given]
    offs = [_off(store, row, one) for one in given]
    row["items"] = [item for item in row["items"] if item["item_id"] not in numbers]
    for number, off in zip(numbers, offs, strict=True):
        row["items"].append({"detail_id": store.new_id(), "item_id": number} | off)
    return _result({})


def item_update(store: Store, args: Arguments) -> Payload:
    row, given = _with_items(store, args)
    found = [(_item(row, _number(_needed(one, "item_id"))), _off(store, row, one)) for one in given]
    for item, off in found:
        item.update(off)
    return _result({})


def item_delete(store: Store, args: Arguments) -> Payload:
    row = _own(store, args, args.number("activity_id"))
    row["items"].remove(_item(row, args.number("item_id")))
    return _result({})


def _with_items(store: Store, args: Arguments) -> tuple[Row, list[Row]]:
    """The campaign, and what the call says of its items: a list, or one item beside the campaign's number."""
    given = _object(args, "item_detail_info")
    inner = given.get("item_detail_info", [given])
    if not isinstance(inner, list) or not all(isinstance(one, dict) for one in inner):
        raise invalid("item_detail_info", "商品列表要是 JSON 数组")
    return _own(store, args, _needed(given, "activity_id")), inner


def _off(store: Store, row: Row, given: Row) -> Row:
    value = _number(_needed(given, "discount"))
    price = cents(store.item(_number(given["item_id"]))["price"])
    if value < 1 or value >= (WHOLE if row["discount_type"] == RATE else price):
        raise invalid("discount", "减钱以分为单位且要小于商品价格；打折 900 是九折")
    return {name: given[name] for name in OFF if name in given} | {"discount": value}


def _item(row: Row, number: int) -> Row:
    found: Row | None = next((item for item in row["items"] if item["item_id"] == number), None)
    if found is None:
        raise Fault("isv.item-not-exist", f"商品 {number} 不在活动里")
    return found


def _own(store: Store, args: Arguments, number: Any) -> Row:
    row = store.market.campaigns.get(_number(number))
    if row is None:
        raise invalid("activity_id", "活动不存在")
    if row["seller_nick"] != args.seller:
        raise Fault(NO_PERMISSION, "活动不属于当前授权的卖家")
    return row


def _listed(rows: list[Row], page: int, size: int) -> Payload:
    if not 1 <= size <= LARGEST:
        raise invalid("page_size", f"每页 1 到 {LARGEST} 条")
    shown = rows[(page - 1) * size : page * size]
    return {
        "result": {
            **{"success": True, "code": 200, "total_count": len(rows), "page_number": page, "size": size},
            **({"data_list": shown} if shown else {}),
        }
    }


def _result(data: Any) -> Payload:
    return {"result": {"success": True, "code": 200, "data": data}}


def _object(args: Arguments, name: str) -> Row:
    if not args.has(name):
        raise missing(name)
    try:
        found = json.loads(args.text(name))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise invalid(name, "要是 JSON 对象")
    return found


def _needed(given: Row, name: str) -> Any:
    if given.get(name) in (None, ""):
        raise missing(name)
    return given[name]


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise invalid("item_detail_info", "编号和金额必须是整数") from None


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.singletreasure.activity.create": activity_create,
    "taobao.singletreasure.activity.update": activity_update,
    "taobao.singletreasure.activity.delete": activity_delete,
    "taobao.singletreasure.activity.query": activity_query,
    "taobao.singletreasure.activity.item.query": item_query,
    "taobao.singletreasure.activity.item.batchadd": item_add,
    "taobao.singletreasure.activity.item.batchupdate": item_update,
    "taobao.singletreasure.activity.item.update": item_update,
    "taobao.singletreasure.activity.item.delete": item_delete,
}
