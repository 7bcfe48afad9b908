"""Shop coupons: making them, listing them, handing them out; limited-time discounts, sets and claims."""

from __future__ import annotations

import json
from datetime import timedelta

from topexplorer.sandbox.arguments import Arguments, Fault, invalid, missing
from topexplorer.sandbox.backends.listing import equal, owned, page_of
from topexplorer.sandbox.backends.owning import own
from topexplorer.sandbox.rows import Row, stamp
from topexplorer.sandbox.store import BackEnd, Payload, Store

VALUES = (3, 5, 10, 20, 50, 100)
MOST_COUPONS, MOST_BUYERS, LONGEST = 50, 100, timedelta(days=183)


def coupons_get(store: Store, args: Arguments) -> Payload:
    rows = equal(args, owned(store.market.coupons.values(), args.seller), "coupon_id")
    if args.has("end_time"):
        rows = [row for row in rows if row["end_time"] <= args.text("end_time")]
    if args.has("denominations"):
        rows = [row for row in rows if row["denominations"] == args.number("denominations") * 100]
    page, _more = page_of(args, rows, largest=20, usual=20)
    return {"total_results": len(rows)} | ({"coupons": page} if page else {})


def coupon_add(store: Store, args: Arguments) -> Payload:
    value = args.number("denominations")
    condition = args.number("condition", value + 1)
    now, end = store.moment(), args.text("end_time")
    if value not in VALUES:
        raise Fault("isv.parameter-denominations-error", "面额只能是 3、5、10、20、50、100")
    if condition and condition < value:
        raise Fault("isv.parameter-condition-error", "使用门槛不能低于面额")
    if not max(stamp(now), args.text("start_time")) < end <= stamp(now + LONGEST):
        raise Fault("isv.parameter-endtime-error", "截止时间要晚于现在和生效时间，且不超过六个月")
    if (
        len([row for row in owned(store.market.coupons.values(), args.seller) if row["end_time"] > stamp(now)])
        >= MOST_COUPONS
    ):
        raise invalid("denominations", f"同时有效的优惠券不能超过 {MOST_COUPONS} 张")
    number = store.new_id()
    row: Row = {
        "coupon_id": number,
        "denominations": value * 100,
        "condition": condition * 100,
        "creat_time": stamp(now),
        "end_time": end,
        "create_channel": "开放平台",
        "seller_nick": args.seller,
    }
    store.market.coupons.put(number, row)
    return {"coupon_id": number}


def coupon_send(store: Store, args: Arguments) -> Payload:
    """Buyers that nobody knows come back as failures; the call itself succeeds."""
    coupon = own(store.market.coupons, args, "coupon_id", "优惠券")
    asked = [("buyer_nick", text) for text in args.texts("buyer_nick")]
    asked += [("open_uid", text) for name in ("buyer_ids", "open_uids") for text in args.texts(name)]
    if not asked:
        raise missing("buyer_nick", "要指定买家")
    if len(asked) > MOST_BUYERS:
        raise invalid("buyer_nick", f"一次最多 {MOST_BUYERS} 人")
    known = owned(store.market.members.values(), args.seller)
    sent: list[Row] = []
    failed: list[Row] = []
    for column, text in asked:
        if coupon["end_time"] < store.now():
            failed.append({column: text, "reason": "优惠券已过期"})
        elif any(row[column] == text for row in known):
            sent.append({column: text, "coupon_number": store.new_id()})
        else:
            failed.append({column: text, "reason": "不是本店会员"})
    payload: Payload = {"is_success": True}
    return payload | ({"failure_buyers": failed} if failed else {}) | ({"coupon_results": sent} if sent else {})


def activity_get(store: Store, args: Arguments) -> Payload:
    rows = equal(args, _of_kind(store, args.seller, "claim"), "activity_id")
    link = "https://taoquan.taobao.com/coupon/unify_apply.htm?activityId="
    return {"activitys": [row | {"activity_url": f"{link}{row['activity_id']}"} for row in rows]} if rows else {}


def limitdiscount_detail_get(store: Store, args: Arguments) -> Payload:
    row = own(store.market.promotions, args, "limit_discount_id", "限时打折")
    if row["kind"] != "limit":
        raise invalid("limit_discount_id", "限时打折不存在")
    common = {name: row[name] for name in ("start_time", "end_time", "item_discount", "limit_num")}
    found = [common | {"limit_discount_name": row["name"], "item_id": item} for item in row["items"]]
    return {"item_discount_detail_list": found}


def meal_get(store: Store, args: Arguments) -> Payload:
    rows = equal(args, _of_kind(store, args.seller, "meal"), "status")
    if args.has("meal_id"):
        rows = [row for row in rows if row["activity_id"] == args.number("meal_id")]
    found = [row | {"meal_id": row["activity_id"], "item_list": _parts(store, row)} for row in rows]
    return {"meal_list": found} if found else {}


def _parts(store: Store, row: Row) -> str:
    items = [store.market.items.get(number) for number in row["items"]]
    parts = [{"item_id": item["num_iid"], "item_show_name": item["title"]} for item in items if item]
    return json.dumps(parts, ensure_ascii=False)


def _of_kind(store: Store, seller: str, kind: str) -> list[Row]:
    return [row for row in owned(store.market.promotions.values(), seller) if row["kind"] == kind]


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.promotion.coupons.get": coupons_get,
    "taobao.promotion.coupon.add": coupon_add,
    "taobao.promotion.coupon.send": coupon_send,
    "taobao.promotion.coupon.sns.send": coupon_send,
    "taobao.promotion.activity.get": activity_get,
    "taobao.promotion.limitdiscount.detail.get": limitdiscount_detail_get,
    "taobao.promotion.meal.get": meal_get,
}
