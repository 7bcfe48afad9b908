"""Delivery templates: what sending costs, to which areas."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, invalid, missing
from topexplorer.sandbox.backends.listing import owned
from topexplorer.sandbox.backends.owning import own
from topexplorer.sandbox.rows import Row, cents, part, yuan
from topexplorer.sandbox.seed.freight import fee
from topexplorer.sandbox.store import BackEnd, Payload, Store

WAYS = ("post", "express", "ems", "cod", "wlb", "furniture")
USUAL_WAYS = frozenset(WAYS[:3])
MOST_AT_ONCE, NAME_BYTES, COUNTRY = 20, 50, "1"
COLUMNS = ("start_standards", "start_fees", "add_standards", "add_fees")


def templates_get(store: Store, args: Arguments) -> Payload:
    return _listed(args, owned(store.market.freights.values(), args.seller))


def template_get(store: Store, args: Arguments) -> Payload:
    numbers = args.numbers("template_ids")
    if len(numbers) > MOST_AT_ONCE:
        raise invalid("template_ids", f"一次最多 {MOST_AT_ONCE} 个")
    nick = args.seller or args.text("user_nick")
    if not nick:
        raise missing("user_nick", "没有会话时要传 user_nick")
    rows = owned(store.market.freights.values(), nick)
    return _listed(args, [row for row in rows if row["template_id"] in numbers])


def _listed(args: Arguments, rows: list[Row]) -> Payload:
    asked = {name.removeprefix("query_") for name in args.texts("fields") if name.startswith("query_")}
    found = [_with_fees(row, asked) for row in rows]
    return {"total_results": len(rows)} | ({"delivery_templates": found} if found else {})


def _with_fees(row: Row, ways: set[str]) -> Row:
    return row | {"fee_list": [each for each in row["fee_list"] if not ways or each["service_type"] in ways]}


def template_add(store: Store, args: Arguments) -> Payload:
    number, now = store.new_id(), store.now()
    row: Row = {
        "template_id": number,
        "name": _name(args),
        "assumer": args.number("assumer"),
        "valuation": args.number("valuation"),
        "supports": "",
        "address": store.user(args.seller)["city"],
        "consign_area_id": args.number("consign_area_id") or store.user(args.seller)["addresses"][0]["area_id"],
        "created": now,
        "modified": now,
        "fee_list": _fees(args),
        "seller_nick": args.seller,
    }
    store.market.freights.put(number, row)
    return {"delivery_template": part(row, "template_id", "created")}


def template_update(store: Store, args: Arguments) -> Payload:
    row = own(store.market.freights, args, "template_id", "运费模板")
    changes: Row = {"fee_list": _fees(args), "modified": store.now()}
    if args.has("name"):
        changes["name"] = _name(args)
    if args.has("assumer"):
        changes["assumer"] = args.number("assumer")
    row |= changes
    return {"complete": True}


def template_delete(store: Store, args: Arguments) -> Payload:
    row = own(store.market.freights, args, "template_id", "运费模板")
    store.market.freights.remove(row["template_id"])
    return {"complete": True}


def _name(args: Arguments) -> str:
    name = args.text("name")
    if len(name.encode("gbk", "replace")) > NAME_BYTES:
        raise invalid("name", f"模板名称不能超过 {NAME_BYTES} 个字节")
    return name


def _fees(args: Arguments) -> list[Row]:
    """The fees of six parameters whose parts stand for each other by their place."""
    ways = args.text("template_types").split(";")
    if not set(ways) <= set(WAYS) or not USUAL_WAYS & set(ways):
        raise invalid("template_types", "post、express、ems 至少要有一种")
    table = {name: args.text(f"template_{name}").split(";") for name in ("dests", *COLUMNS)}
    fees = []
    for place, way in enumerate(ways):
        cells = {}
        for name, parts in table.items():
            if len(parts) != len(ways):
                raise invalid(f"template_{name}", "分号分隔的段数与 template_types 不一致")
            cells[name] = parts[place].split(",")
        if COUNTRY not in cells["dests"]:
            raise invalid("template_dests", "每种方式都要有默认运费，即地区 1（全国）")
        fees += _of_way(way, cells)
    return fees


def _of_way(way: str, cells: dict[str, list[str]]) -> list[Row]:
    for name, parts in cells.items():
        if len(parts) != len(cells["dests"]):
            raise invalid(f"template_{name}", "逗号分隔的项数与 template_dests 不一致")
    fees = []
    for place, areas in enumerate(cells["dests"]):
        start, add = _money("start_fees", cells, place), _money("add_fees", cells, place)
        if 0 < start < add:
            raise invalid("template_add_fees", "续费不能大于首费")
        standards = cells["start_standards"][place], cells["add_standards"][place]
        fees.append(fee(way, areas.replace("|", ","), yuan(start), yuan(add), *standards))
    return fees


def _money(name: str, cells: dict[str, list[str]], place: int) -> int:
    try:
        return cents(cells[name][place])
    except ValueError:
        raise invalid(f"template_{name}", "运费格式不正确") from None


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.delivery.templates.get": templates_get,
    "taobao.delivery.template.get": template_get,
    "taobao.delivery.template.add": template_add,
    "taobao.delivery.template.update": template_update,
    "taobao.delivery.template.delete": template_delete,
}
