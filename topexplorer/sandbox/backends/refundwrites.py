"""What a seller does about a refund: a message, a refusal, consent, a return of goods."""

from __future__ import annotations

import re

from topexplorer.sandbox.arguments import Arguments, Fault, invalid, missing
from topexplorer.sandbox.carriers import company
from topexplorer.sandbox.rows import Row, cents, part
from topexplorer.sandbox.store import BackEnd, Payload, Store

CONTENT_BYTES = 400
REFUSABLE = ("WAIT_SELLER_AGREE", "WAIT_SELLER_CONFIRM_GOODS")
PAYABLE = ("WAIT_SELLER_AGREE", "WAIT_SELLER_CONFIRM_GOODS", "SELLER_REFUSE_BUYER")
MOST_AT_ONCE = 20


def refund_message_add(store: Store, args: Arguments) -> Payload:
    refund = store.refund(args.seller, args.number("refund_id"))
    content = args.text("content")
    if len(content.encode("gbk", "replace")) > CONTENT_BYTES:
        raise invalid("content", f"留言不能超过 {CONTENT_BYTES} 个字节")
    message = _say(store, args.seller, refund, content)
    if "image" in args.files:
        message["pic_urls"] = [{"url": f"https://img.alicdn.com/imgextra/refund/{message['id']}.jpg"}]
    return {"refund_message": part(message, "id", "created")}


def refund_refuse(store: Store, args: Arguments) -> Payload:
    refund = store.refund(args.seller, args.number("refund_id"))
    words = args.text("refuse_message")
    if not words:
        raise missing("refuse_message")
    if not 2 <= len(words) <= 200:
        raise invalid("refuse_message", "拒绝说明的长度应在 2 到 200 个字符之间")
    if refund["status"] not in REFUSABLE:
        raise _wrong_state("退款单的状态不允许拒绝")
    if refund["order_status"] == "WAIT_SELLER_SEND_GOODS":
        raise Fault("isv.refund-service-error:ORDER_STATUS_ERROR", "还没有发货，不能拒绝退款")
    _move(store, refund, "SELLER_REFUSE_BUYER")
    return {"refund": part(refund, "refund_id", "status", "modified"), "is_success": True}


def refunds_agree(store: Store, args: Arguments) -> Payload:
    """Every refund of the list by itself; what is wrong with one does not stop the others."""
    lines = args.texts("refund_infos")
    if not 1 <= len(lines) <= MOST_AT_ONCE:
        raise invalid("refund_infos", f"一次最多 {MOST_AT_ONCE} 笔")
    results = [_agreed(store, args.seller, line.split("|")) for line in lines]
    done = sum(row["succ"] for row in results)
    code = "OP_SUCC" if done == len(results) else "SOME_OP_SUCC" if done else "OP_FAILURE_UE"
    words = f"共 {len(results)} 笔，成功 {done} 笔"
    return {"message": words, "succ": done == len(results), "results": results, "msg_code": code}


def _agreed(store: Store, seller: str, parts: list[str]) -> Row:
    number, said = parts[0].strip(), ""
    if len(parts) < 3 or not all(re.fullmatch(r"[0-9]{1,18}", text.strip()) for text in parts[:3]):
        said = "格式应为 编号|金额（分）|版本号|阶段"
    else:
        try:
            refund = store.refund(seller, int(number))
        except Fault as fault:
            said = fault.sub_msg
        else:
            said = _why_not(refund, int(parts[1]), int(parts[2]))
            if not said:
                _pay_back(store, refund)
    return {"refund_id": number, "succ": not said, "message": said or "操作成功"}


def _why_not(refund: Row, fee: int, version: int) -> str:
    """Why the refund cannot be paid; empty when it can."""
    if refund["status"] not in PAYABLE:
        return "退款单的状态不允许同意退款"
    if fee != cents(refund["refund_fee"]):
        return "退款金额与申请不一致"
    return "" if version == refund["refund_version"] else "退款版本号已过期"


def _pay_back(store: Store, refund: Row) -> None:
    """The money goes back: the order is closed, and with the last of its orders the trade."""
    _move(store, refund, "SUCCESS")
    trade = store.trade(refund["seller_nick"], refund["tid"])
    now = store.now()
    for order in trade["orders"]:
        if order["oid"] == refund["oid"]:
            order |= {"status": "TRADE_CLOSED", "end_time": now}
    if all(order["status"] == "TRADE_CLOSED" for order in trade["orders"]):
        trade |= {"status": "TRADE_CLOSED", "end_time": now, "available_confirm_fee": "0.00"}
        trade.pop("timeout_action_time", None)


def refund_review(store: Store, args: Arguments) -> Payload:
    refund = _current(store, args)
    if refund["status"] not in PAYABLE:
        raise _wrong_state("退款单的状态不允许审核")
    refund["reviewed"] = bool(args.flag("result"))
    _say(store, args.seller, refund, f"{args.text('operator')}：{args.text('message')}")
    return {"is_success": True}


def refund_intercept(store: Store, args: Arguments) -> Payload:
    refund = _current(store, args)
    if refund["order_status"] != "WAIT_BUYER_CONFIRM_GOODS" or refund["status"] != "WAIT_SELLER_AGREE":
        raise _wrong_state("只有已经发货、等待处理的退款才能拦截包裹")
    _say(store, args.seller, refund, "卖家已请物流拦截包裹")
    return {}


def negotiatereturn(store: Store, args: Arguments) -> Payload:
    refund = _current(store, args)
    if refund["status"] != "WAIT_SELLER_AGREE":
        raise _wrong_state("只能协商等待卖家处理的退款")
    if not 0 < args.number("refund_fee") <= cents(refund["refund_fee"]):
        raise invalid("refund_fee", "退款金额超过上限")
    _contact(store, args, "address_id")
    _say(store, args.seller, refund, "卖家建议退货退款，等待买家确认")
    return {}


def returngoods_agree(store: Store, args: Arguments) -> Payload:
    refund = store.refund(args.seller, args.number("refund_id"))
    if refund["status"] != "WAIT_SELLER_AGREE":
        raise _wrong_state("退款单的状态不允许同意退货")
    address = _contact(store, args, "seller_address_id") if args.has("seller_address_id") else None
    if address is None and not args.has("address"):
        raise missing("seller_address_id", "要给出退货地址")
    refund |= {"address": args.text("address") or (address or {})["addr"], "has_good_return": True}
    refund["dispute_type"] = "REFUND_AND_RETURN"
    _move(store, refund, "WAIT_BUYER_RETURN_GOODS")
    _say(store, args.seller, refund, args.text("remark", "卖家已同意退货"), kind="RETURN_GOODS_APPROVED")
    return {"is_success": True}


def returngoods_refill(store: Store, args: Arguments) -> Payload:
    refund = store.refund(args.seller, args.number("refund_id"))
    if refund["status"] != "WAIT_BUYER_RETURN_GOODS":
        raise _wrong_state("只有等待买家退货的退款才能代填单号")
    carrier = company(args.text("logistics_company_code"))
    if carrier is None:
        raise invalid("logistics_company_code", "没有这个物流公司")
    refund |= {"sid": args.text("logistics_waybill_no"), "company_name": carrier["name"]}
    refund |= {"good_status": "BUYER_RETURNED_GOODS", "good_return_time": store.now()}
    _move(store, refund, "WAIT_SELLER_CONFIRM_GOODS")
    return {"is_success": True}


def returngoods_refuse(store: Store, args: Arguments) -> Payload:
    refund = _current(store, args)
    if refund["status"] not in REFUSABLE:
        raise _wrong_state("退款单的状态不允许拒绝")
    _move(store, refund, "SELLER_REFUSE_BUYER")
    return {"result": True}


def _current(store: Store, args: Arguments) -> Row:
    """The refund, if the caller has seen its newest version."""
    refund = store.refund(args.seller, args.number("refund_id"))
    if args.number("refund_version") != refund["refund_version"]:
        raise invalid("refund_version", "退款版本号已过期，请重新读取退款详情")
    return refund


def _contact(store: Store, args: Arguments, name: str) -> Row:
    for row in store.user(args.seller)["addresses"]:
        if row["contact_id"] == args.number(name):
            found: Row = row
            return found
    raise invalid(name, "地址库里没有这个编号")


def _move(store: Store, refund: Row, status: str) -> None:
    """Bring a refund, and what its trade knows of it, to a state."""
    now = store.now()
    refund |= {"status": status, "modified": now}
    trade = store.trade(refund["seller_nick"], refund["tid"])
    for order in trade["orders"]:
        if order["oid"] == refund["oid"]:
            order["refund_status"] = status
    trade["modified"] = trade["async_modified"] = now


def _say(store: Store, nick: str, refund: Row, content: str, kind: str = "NORMAL") -> Row:
    """Put a message of the seller into the refund."""
    seller, now = store.user(nick), store.now()
    message: Row = {
        "id": store.new_id(),
        "refund_id": refund["refund_id"],
        "content": content,
        "created": now,
        "message_type": kind,
        "owner_role": "2",
        "owner_nick": seller["nick"],
        "owner_id": seller["user_id"],
        "refund_phase": refund["refund_phase"],
    }
    refund["messages"].append(message)
    refund["modified"] = now
    return message


def _wrong_state(why: str) -> Fault:
    # The family is documented, the code follows its pattern.
    return Fault("isv.refund-service-error:REFUND_STATUS_ERROR", why)


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.refund.message.add": refund_message_add,
    "taobao.refund.refuse": refund_refuse,
    "taobao.refund.negotiatereturn": negotiatereturn,
    "taobao.rp.refunds.agree": refunds_agree,
    "taobao.rp.refund.review": refund_review,
    "taobao.rp.refund.intercept": refund_intercept,
    "taobao.rp.returngoods.agree": returngoods_agree,
    "taobao.rp.returngoods.refill": returngoods_refill,
    "taobao.rp.returngoods.refuse": returngoods_refuse,
}
