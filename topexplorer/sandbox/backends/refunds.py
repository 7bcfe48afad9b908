"""Refunds: lists, details, their messages, and refusing one."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, Fault, invalid, missing
from topexplorer.sandbox.backends.listing import between_times, equal, newest_first, paged
from topexplorer.sandbox.rows import part
from topexplorer.sandbox.store import BackEnd, Payload, Store

CONTENT_BYTES = 400
REFUSABLE = ("WAIT_SELLER_AGREE", "WAIT_SELLER_CONFIRM_GOODS")


def refund_get(store: Store, args: Arguments) -> Payload:
    return {"refund": store.refund(args.seller, args.number("refund_id"))}


def refunds_receive_get(store: Store, args: Arguments) -> Payload:
    rows = [row for row in store.market.refunds.values() if row["seller_nick"] == args.seller]
    found = between_times(args, equal(args, rows, "status", "buyer_nick", "buyer_open_uid"), "modified")
    return paged(args, "refunds", newest_first(found, "modified"))


def refund_messages_get(store: Store, args: Arguments) -> Payload:
    refund = store.refund(args.seller, args.number("refund_id"))
    return paged(args, "refund_messages", equal(args, newest_first(refund["messages"], "created"), "refund_phase"))


def refund_message_add(store: Store, args: Arguments) -> Payload:
    refund = store.refund(args.seller, args.number("refund_id"))
    content = args.text("content")
    if len(content.encode("gbk", "replace")) > CONTENT_BYTES:
        raise invalid("content", f"留言不能超过 {CONTENT_BYTES} 个字节")
    seller, now = store.user(args.seller), store.now()
    message = {
        "id": store.new_id(),
        "refund_id": refund["refund_id"],
        "content": content,
        "created": now,
        "message_type": "NORMAL",
        "owner_role": "2",
        "owner_nick": seller["nick"],
        "owner_id": seller["user_id"],
        "refund_phase": refund["refund_phase"],
    }
    if "image" in args.files:
        message["pic_urls"] = [{"url": f"https://img.alicdn.com/imgextra/refund/{message['id']}.jpg"}]
    refund["messages"].append(message)
    refund["modified"] = now
    return {"refund_message": part(message, "id", "created")}


def refund_refuse(store: Store, args: Arguments) -> Payload:
    refund = store.refund(args.seller, args.number("refund_id"))
    words = args.text("refuse_message")
    if not words:
        raise missing("refuse_message")
    if not 2 <= len(words) <= 200:
        raise invalid("refuse_message", "拒绝说明的长度应在 2 到 200 个字符之间")
    if refund["status"] not in REFUSABLE:
        raise Fault("isv.refund-service-error:REFUND_STATUS_ERROR", "退款单的状态不允许拒绝")
    if refund["order_status"] == "WAIT_SELLER_SEND_GOODS":
        raise Fault("isv.refund-service-error:ORDER_STATUS_ERROR", "还没有发货，不能拒绝退款")
    trade = store.trade(args.seller, refund["tid"])
    now = store.now()
    refund |= {"status": "SELLER_REFUSE_BUYER", "modified": now}
    for order in trade["orders"]:
        if order["oid"] == refund["oid"]:
            order["refund_status"] = "SELLER_REFUSE_BUYER"
    trade["modified"] = now
    return {"refund": part(refund, "refund_id", "status", "modified"), "is_success": True}


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.refund.get": refund_get,
    "taobao.refunds.receive.get": refunds_receive_get,
    "taobao.refund.messages.get": refund_messages_get,
    "taobao.refund.message.add": refund_message_add,
    "taobao.refund.refuse": refund_refuse,
}
