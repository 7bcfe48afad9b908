"""Marketing tools: activities and their details, kept as the JSON text that a tool wrote, and what they are for."""

from __future__ import annotations

import json

from topexplorer.sandbox.arguments import Arguments, Fault, invalid
from topexplorer.sandbox.backends.listing import owned, page_of
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.seed.campaigns import ACTIVITY, DETAIL
from topexplorer.sandbox.store import NO_PERMISSION, BackEnd, Payload, Store

MOST_DETAILS = 10
DONE: Payload = {"is_success": True}


def activity_get(store: Store, args: Arguments) -> Payload:
    return {"content": _own(store, args, "act_id", ACTIVITY)["content"]}


def activities_get(store: Store, args: Arguments) -> Payload:
    rows = [row for row in _of(store, args, ACTIVITY) if row["tool_id"] == args.number("tool_id")]
    return _page(args, rows)


def activity_add(store: Store, args: Arguments) -> Payload:
    number = store.new_id()
    row: Row = {"act_id": number, "tool_id": args.number("tool_id"), "kind": ACTIVITY, "ranges": []}
    store.market.tools.put(number, row | {"content": _content(args.text("content")), "seller_nick": args.seller})
    return {"act_id": number}


def activity_update(store: Store, args: Arguments) -> Payload:
    _own(store, args, "act_id", ACTIVITY)["content"] = _content(args.text("content"))
    return DONE


def activity_delete(store: Store, args: Arguments) -> Payload:
    number = _own(store, args, "act_id", ACTIVITY)["act_id"]
    gone = [key for key, row in store.market.tools.items() if row["act_id"] == number]
    for key in gone:
        store.market.tools.remove(key)
    return DONE


def detail_get(store: Store, args: Arguments) -> Payload:
    return {"content": _own(store, args, "detail_id", DETAIL)["content"]}


def details_get(store: Store, args: Arguments) -> Payload:
    number = _own(store, args, "act_id", ACTIVITY)["act_id"]
    return _page(args, [row for row in _of(store, args, DETAIL) if row["act_id"] == number])


def detail_add(store: Store, args: Arguments) -> Payload:
    return {"detail_id": _added(store, _own(store, args, "act_id", ACTIVITY), args.text("content"))}


def detail_list_add(store: Store, args: Arguments) -> Payload:
    parent = _own(store, args, "act_id", ACTIVITY)
    try:
        texts = json.loads(args.text("details"))
    except (ValueError, RecursionError):
        texts = None
    if not isinstance(texts, list) or not 0 < len(texts) <= MOST_DETAILS:
        raise invalid("details", f"要是 1 到 {MOST_DETAILS} 段 JSON 的数组")
    written = [_content(text if isinstance(text, str) else json.dumps(text)) for text in texts]
    return {"detail_id_list": [_added(store, parent, text) for text in written]}


def detail_update(store: Store, args: Arguments) -> Payload:
    _own(store, args, "detail_id", DETAIL)["content"] = _content(args.text("content"))
    return DONE


def detail_delete(store: Store, args: Arguments) -> Payload:
    _own(store, args, "detail_id", DETAIL)
    store.market.tools.remove(args.number("detail_id"))
    return DONE


def range_get(store: Store, args: Arguments) -> Payload:
    rows = _own(store, args, "act_id", ACTIVITY)["ranges"]
    return {"ranges": rows} if rows else {}


def range_add(store: Store, args: Arguments) -> Payload:
    row = _own(store, args, "act_id", ACTIVITY)
    row["ranges"] += [one for one in _ranges(args) if one not in row["ranges"]]
    return DONE


def range_delete(store: Store, args: Arguments) -> Payload:
    row = _own(store, args, "act_id", ACTIVITY)
    row["ranges"] = [one for one in row["ranges"] if one not in _ranges(args)]
    return DONE


def _ranges(args: Arguments) -> list[Row]:
    return [{"participate_id": number, "participate_type": args.number("type")} for number in args.numbers("ids")]


def _added(store: Store, parent: Row, text: str) -> int:
    number = store.new_id()
    row = {name: parent[name] for name in ("act_id", "tool_id", "seller_nick")}
    store.market.tools.put(number, row | {"kind": DETAIL, "content": _content(text)})
    return number


def _own(store: Store, args: Arguments, name: str, kind: str) -> Row:
    row = store.market.tools.get(args.number(name))
    if row is None or row["kind"] != kind:
        raise invalid(name, "活动不存在" if kind == ACTIVITY else "活动详情不存在")
    if row["seller_nick"] != args.seller:
        raise Fault(NO_PERMISSION, "活动不属于当前授权的卖家")
    return row


def _of(store: Store, args: Arguments, kind: str) -> list[Row]:
    return [row for row in owned(store.market.tools.values(), args.seller) if row["kind"] == kind]


def _page(args: Arguments, rows: list[Row]) -> Payload:
    page, _more = page_of(args, rows, largest=50, usual=20)
    return {"total_count": len(rows)} | ({"contents": [row["content"] for row in page]} if page else {})


def _content(text: str) -> str:
    """What a tool wrote, as it is. Raises Fault when it is no JSON object."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise invalid("content", "要是 JSON 对象")
    return text


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.ump.activity.get": activity_get,
    "taobao.ump.activities.get": activities_get,
    "taobao.ump.activity.add": activity_add,
    "taobao.ump.activity.update": activity_update,
    "taobao.ump.activity.delete": activity_delete,
    "taobao.ump.detail.get": detail_get,
    "taobao.ump.details.get": details_get,
    "taobao.ump.detail.add": detail_add,
    "taobao.ump.detail.list.add": detail_list_add,
    "taobao.ump.detail.update": detail_update,
    "taobao.ump.detail.delete": detail_delete,
    "taobao.ump.range.get": range_get,
    "taobao.ump.range.add": range_add,
    "taobao.ump.range.delete": range_delete,
}
