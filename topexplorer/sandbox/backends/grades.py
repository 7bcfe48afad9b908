"""What a shop's membership grades take off, and what a member has to buy to reach the next one."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, invalid
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.store import BackEnd, Payload, Store

NAMES = ("店铺客户", "普通会员", "高级会员", "VIP会员", "至尊VIP会员")
DISCOUNTS = (1000, 980, 950, 920, 880)
AMOUNTS = (10_000, 50_000, 200_000, 500_000)
LOWEST, WHOLE = 700, 1000


def grade_get(store: Store, args: Arguments) -> Payload:
    return {"grade_promotions": store.user(args.seller).get("grades") or _usual()}


def grade_set(store: Store, args: Arguments) -> Payload:
    rows, numbers, discounts = _grades(store, args), args.numbers("grade"), args.numbers("discount")
    if len(numbers) != len(discounts) or not set(numbers) <= set(range(len(NAMES))):
        raise invalid("grade", "等级是 0 到 4，每个等级要有一个折扣")
    if sorted(discounts, reverse=True) != discounts or not all(LOWEST <= one <= WHOLE for one in discounts):
        raise invalid("discount", "折扣在 700 到 1000 之间，等级越高折扣越小")
    for number, discount in zip(numbers, discounts, strict=True):
        rows[number]["discount"] = discount
    for name, field in (("amount", "next_upgrade_amount"), ("count", "next_upgrade_count")):
        for row, value in zip(rows, args.numbers(name), strict=False):
            row[field] = value
    return {"is_success": True}


def shopvip_cancel(store: Store, args: Arguments) -> Payload:
    for row in _grades(store, args):
        row["discount"] = WHOLE
    return {"is_success": True}


def _grades(store: Store, args: Arguments) -> list[Row]:
    """The seller's grades, about to be changed."""
    rows: list[Row] = store.user(args.seller).setdefault("grades", _usual())
    return rows


def _usual() -> list[Row]:
    rows: list[Row] = [
        {"cur_grade": str(place), "cur_grade_name": name, "discount": DISCOUNTS[place]}
        for place, name in enumerate(NAMES)
    ]
    for row, after, amount in zip(rows, rows[1:], AMOUNTS, strict=False):
        row |= {"next_grade": after["cur_grade"], "next_grade_name": after["cur_grade_name"]}
        row |= {"next_upgrade_amount": amount}
    return rows


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.crm.grade.get": grade_get,
    "taobao.crm.grade.set": grade_set,
    "taobao.crm.shopvip.cancel": shopvip_cancel,
}
