"""Refunds: lists, details, their messages, and what may be done about one."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, invalid
from topexplorer.sandbox.backends.documents import objects
from topexplorer.sandbox.backends.listing import between_times, equal, newest_first, paged
from topexplorer.sandbox.backends.trades import with_order
from topexplorer.sandbox.rows import Row, cents, part
from topexplorer.sandbox.store import BackEnd, Payload, Store

REFUSE_REASONS = (
    (1, "商品已发出", "请上传发货底单"),
    (2, "商品没有质量问题", "请说明检验结果"),
    (3, "买家未退回商品", "等待买家寄回后再处理"),
    (4, "申请金额有误", "请与买家协商后让买家修改"),
)
RETURN_REASONS = ((11, "7天无理由退换货"), (12, "质量问题"), (13, "尺码不合适"))
OPERATIONS = {
    "WAIT_SELLER_AGREE": ("agree_refund", "refuse_refund", "agree_return_goods", "negotiate_return"),
    "WAIT_BUYER_RETURN_GOODS": ("refill_logistics",),
    "WAIT_SELLER_CONFIRM_GOODS": ("agree_refund", "refuse_return_goods"),
    "SELLER_REFUSE_BUYER": ("agree_refund",),
}
TIPS = {
    "agree_refund": "同意退款",
    "refuse_refund": "拒绝退款",
    "agree_return_goods": "同意退货",
    "negotiate_return": "协商退货退款",
    "refill_logistics": "代填退货单号",
    "refuse_return_goods": "拒绝确认收货",
}
"""The operations by codes that follow the platform's way of naming; its documents list none."""


def refund_get(store: Store, args: Arguments) -> Payload:
    return {"refund": store.refund(args.seller, args.number("refund_id"))}


def refunds_receive_get(store: Store, args: Arguments) -> Payload:
    drawer = store.market.refunds
    rows = [drawer[number] for number in _numbers(store, args.seller)]
    found = between_times(args, equal(args, rows, "status", "buyer_nick", "buyer_open_uid"), "modified")
    return paged(args, "refunds", newest_first(found, "modified"))


def refunds_apply_get(store: Store, args: Arguments) -> Payload:
    """What the session's account asked for itself: these accounts only sell."""
    if args.has("seller_nick"):
        store.user(args.text("seller_nick"))
    return {"total_results": 0}


def refund_messages_get(store: Store, args: Arguments) -> Payload:
    refund = store.refund(args.seller, args.number("refund_id"))
    return paged(args, "refund_messages", equal(args, newest_first(refund["messages"], "created"), "refund_phase"))


def refund_detail_get(store: Store, args: Arguments) -> Payload:
    refund, asked = store.refund(args.seller, args.number("refund_id")), args.texts("fields")
    may = OPERATIONS.get(refund["status"], ())
    detail: Payload = {"refund_version": refund["refund_version"]} if "refund_version" in asked else {}
    if "allowedOperations" in asked:
        detail["allowed_operations"] = [_operation(code) for code in may]
        detail["not_allowed_operations"] = [_operation(code) for code in TIPS if code not in may]
    return {"detail": detail}


def _operation(code: str) -> Row:
    return {"operation_code": code, "tips": TIPS[code]}


def refund_refusereason_get(store: Store, args: Arguments) -> Payload:
    store.refund(args.seller, args.number("refund_id"))
    rows = [{"reason_id": number, "reason_text": text, "reason_tips": tips} for number, text, tips in REFUSE_REASONS]
    return {"reasons": rows, "total_results": len(rows), "has_next": False}


def refund_status_get(store: Store, args: Arguments) -> Payload:
    (asked,) = objects(args, "query_param")
    number = str(asked.get("biz_order_id", ""))
    if not number:
        raise invalid("query_param", "缺少订单编号 biz_order_id")
    name = "biz_order_id"
    _trade, orders = with_order(store, args.seller, Arguments({name: number}).number(name))
    numbers = [int(order["refund_id"]) for order in orders if order.get("refund_id")]
    rows = [part(store.market.refunds[n], "refund_id", "tid", "oid", "modified", "status") for n in numbers]
    return {"result_package": {"result_list": rows, "error_code": "", "error_msg": ""}}


def negotiatereturn_render(store: Store, args: Arguments) -> Payload:
    refund = store.refund(args.seller, args.number("refund_id"))
    return {
        "apply_tips": "协商后由买家决定是否接受，接受后买家需先寄回商品。",
        "refund_version": refund["refund_version"],
        "reason_list": [{"reason_id": number, "reason_text": text} for number, text in RETURN_REASONS],
        "max_refund_fee": {"max_refund_fee": cents(refund["refund_fee"])},
        "address_list": [_address(row) for row in store.user(args.seller)["addresses"]],
    }


def _address(row: Row) -> Row:
    return {
        "address_id": row["contact_id"],
        "receiver_name": row["contact_name"],
        "post_code": row["zip_code"],
        "mobile": row.get("mobile_phone", ""),
        "country_name": "中国",
        "province_name": row["province"],
        "city_name": row["city"],
        "area_name": row["country"],
        "town_name": "",
        "address_detail": row["addr"],
        "division_code": str(row["area_id"]),
    }


def _numbers(store: Store, seller: str) -> list[int]:
    """The numbers of a seller's refunds. Other sellers' are not written out for it."""
    drawer = store.market.refunds
    return [
        number for number, row in zip(drawer.numbers(), drawer.heads(), strict=True) if row["seller_nick"] == seller
    ]


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.refund.get": refund_get,
    "taobao.refunds.receive.get": refunds_receive_get,
    "taobao.refunds.apply.get": refunds_apply_get,
    "taobao.refund.messages.get": refund_messages_get,
    "taobao.refund.detail.get": refund_detail_get,
    "taobao.refund.refusereason.get": refund_refusereason_get,
    "taobao.refund.status.get": refund_status_get,
    "taobao.refund.negotiatereturn.render": negotiatereturn_render,
}
