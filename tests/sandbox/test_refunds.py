"""Refunds: lists, details, messages and the rules of refusing one."""

from __future__ import annotations

from typing import Any

from tests.sandbox.test_wire import multipart
from tests.sandbox.wire import OTHER_SELLER, REFUND, SENT_TRADE, Outsider


def refund(outsider: Outsider, fields: str, refund_id: str = str(REFUND)) -> Any:
    return outsider.answer("taobao.refund.get", refund_id=refund_id, fields=fields)["refund"]


def received(outsider: Outsider, fields: str = "refund_id,status,modified", **asked: Any) -> list[Any]:
    page = outsider.answer("taobao.refunds.receive.get", fields=fields, page_size=100, **asked)
    rows = list(page.get("refunds", {}).get("refund", ()))
    number = 1
    while len(rows) < page["total_results"]:
        number += 1
        more = outsider.answer("taobao.refunds.receive.get", fields=fields, page_size=100, page_no=number, **asked)
        rows += more["refunds"]["refund"]
    return rows


def messages(outsider: Outsider, fields: str = "content,owner_role") -> list[Any]:
    page = outsider.answer("taobao.refund.messages.get", refund_id=REFUND, fields=fields)
    return list(page["refund_messages"]["refund_message"])


def test_the_landmark_refund_waits_for_the_seller(outsider: Outsider) -> None:
    assert refund(outsider, "refund_id,tid,status,refund_fee") == {
        "refund_id": str(REFUND),
        "tid": SENT_TRADE,
        "status": "WAIT_SELLER_AGREE",
        "refund_fee": "89.00",
    }


def test_a_refund_shows_on_its_order(outsider: Outsider) -> None:
    fields = "orders.refund_status,orders.refund_id"
    found = outsider.answer("taobao.trade.fullinfo.get", tid=SENT_TRADE, fields=fields)["trade"]
    assert found["orders"]["order"] == [{"refund_status": "WAIT_SELLER_AGREE", "refund_id": str(REFUND)}]


def test_the_list_is_latest_first_and_filters(outsider: Outsider) -> None:
    rows = received(outsider)
    modified = [row["modified"] for row in rows]
    assert len(rows) >= 5
    assert modified == sorted(modified, reverse=True)
    waiting = received(outsider, status="WAIT_SELLER_AGREE")
    assert waiting == [row for row in rows if row["status"] == "WAIT_SELLER_AGREE"]
    span = {"start_modified": modified[3], "end_modified": modified[1]}
    assert received(outsider, **span) == rows[1:4]
    assert {row["buyer_nick"] for row in received(outsider, "buyer_nick", buyer_nick="晴天小雨")} == {"晴天小雨"}


def test_has_next_replaces_the_total(outsider: Outsider) -> None:
    page = outsider.answer("taobao.refunds.receive.get", fields="refund_id", page_size=1, use_has_next="true")
    assert page["has_next"] is True
    assert "total_results" not in page


def test_a_message_with_a_picture_is_added(outsider: Outsider) -> None:
    before = messages(outsider)
    values = {"refund_id": str(REFUND), "content": "已收到退货，正在验货"}
    params = outsider.signed(outsider.system("taobao.refund.message.add") | values)
    headers = {"Content-Type": "multipart/form-data; boundary=xyz"}
    response = outsider.send(body=multipart(params, {"image": b"GIF89a"}, "xyz"), headers=headers)
    added = outsider.decoded(response)["refund_message_add_response"]["refund_message"]
    assert added["created"] == "2026-11-21 12:00:00"
    assert messages(outsider) == [{"content": "已收到退货，正在验货", "owner_role": "2"}, *before]
    assert messages(outsider, "pic_urls.url")[0]["pic_urls"]["pic_url"][0]["url"].startswith("https://")
    assert refund(outsider, "modified,status") == {"modified": "2026-11-21 12:00:00", "status": "WAIT_SELLER_AGREE"}


def test_a_message_needs_its_picture(outsider: Outsider) -> None:
    said = outsider.refusal("taobao.refund.message.add", refund_id=REFUND, content="x")
    assert said["msg"] == "Missing required arguments:image"


def test_refusing_a_refund_shows_everywhere_and_works_once(outsider: Outsider) -> None:
    outsider.move(60)
    values: dict[str, Any] = {"refund_id": REFUND, "refuse_message": "商品已发出，请签收后再申请"}
    answer = outsider.answer("taobao.refund.refuse", **values)
    assert answer["is_success"] is True
    assert answer["refund"]["status"] == "SELLER_REFUSE_BUYER"
    assert refund(outsider, "status,modified") == {
        "status": "SELLER_REFUSE_BUYER",
        "modified": "2026-11-21 12:01:00",
    }
    order = outsider.answer("taobao.trade.fullinfo.get", tid=SENT_TRADE, fields="orders.refund_status")["trade"]
    assert order["orders"]["order"] == [{"refund_status": "SELLER_REFUSE_BUYER"}]
    again = outsider.refusal("taobao.refund.refuse", **values)
    assert again["sub_code"] == "isv.refund-service-error:REFUND_STATUS_ERROR"


def test_a_refusal_needs_a_reason_of_some_length(outsider: Outsider) -> None:
    assert outsider.refusal("taobao.refund.refuse", refund_id=REFUND)["code"] in (15, 40)
    said = outsider.refusal("taobao.refund.refuse", refund_id=REFUND, refuse_message="不")
    assert said["sub_code"] == "isv.invalid-parameter:refuse_message"


def test_what_was_not_sent_cannot_be_refused() -> None:
    for seed in range(20):
        outsider = Outsider(seed=seed)
        rows = received(outsider, "refund_id,order_status", status="WAIT_SELLER_AGREE")
        unsent = [row for row in rows if row["order_status"] == "WAIT_SELLER_SEND_GOODS"]
        if unsent:
            values: dict[str, Any] = {"refund_id": unsent[0]["refund_id"], "refuse_message": "还没有发货"}
            said = outsider.refusal("taobao.refund.refuse", **values)
            assert said["sub_code"] == "isv.refund-service-error:ORDER_STATUS_ERROR"
            return
    raise AssertionError("no seed has a refund of a trade that was not sent")


def test_refunds_that_are_missing_or_not_ours(outsider: Outsider) -> None:
    said = outsider.refusal("taobao.refund.get", refund_id=1, fields="status")
    assert said["sub_code"] == "isv.refund-not-exist"
    said = outsider.refusal("taobao.refund.get", seller=OTHER_SELLER, refund_id=REFUND, fields="status")
    assert said["sub_code"] == "isv.invalid-permission"
