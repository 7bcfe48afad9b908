"""The steps of a refund after it was read: consent, a return of goods, a refusal, a look at what may be done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.test_wire import multipart
from tests.sandbox.wire import OTHER_SELLER, REFUND, SENT_TRADE, TRADE, Outsider

RETURNING, VERSION = 190283746500120, 1795140000000


def refund(outsider: Outsider, fields: str = "status", refund_id: int = REFUND) -> Any:
    return outsider.answer("taobao.refund.get", refund_id=refund_id, fields=fields)["refund"]


def refused(outsider: Outsider, api: str, **values: Any) -> str:
    return str(outsider.refusal(api, **values)["sub_code"])


def operations(outsider: Outsider) -> set[str]:
    asked: dict[str, Any] = {"refund_id": REFUND, "fields": "allowedOperations,refund_version"}
    detail = outsider.answer("taobao.refund.detail.get", **asked)["detail"]
    return {row["operation_code"] for row in detail.get("allowed_operations", {}).get("operation", ())}


def agreed(outsider: Outsider, infos: str) -> Any:
    return outsider.answer("taobao.rp.refunds.agree", refund_infos=infos)


def test_consent_gives_the_money_back_and_closes_the_trade(outsider: Outsider) -> None:
    answer = agreed(outsider, f"{REFUND}|8900|{VERSION}|onsale")
    assert (answer["succ"], answer["msg_code"]) == (True, "OP_SUCC")
    assert refund(outsider) == {"status": "SUCCESS"}
    trade = outsider.answer("taobao.trade.fullinfo.get", tid=SENT_TRADE, fields="status,orders.refund_status")["trade"]
    assert trade == {"status": "TRADE_CLOSED", "orders": {"order": [{"refund_status": "SUCCESS"}]}}
    assert agreed(outsider, f"{REFUND}|8900|{VERSION}")["results"]["refund_mapping_result"][0]["succ"] is False


@pytest.mark.parametrize(
    "info",
    [
        f"{REFUND}|5900|{VERSION}",
        f"{REFUND}|8900|1",
        f"{REFUND}",
        "x|y|z",
        f"1|8900|{VERSION}",
        f"{REFUND}|{'9' * 5000}|1",
    ],
)
def test_what_is_wrong_with_one_refund_is_said_of_that_one(outsider: Outsider, info: str) -> None:
    answer = agreed(outsider, f"{info},{REFUND}|8900|{VERSION}")
    first, second = answer["results"]["refund_mapping_result"]
    assert (first["succ"], second["succ"]) == (False, True)
    assert first["message"] != second["message"]
    assert (answer["succ"], answer["msg_code"]) == (False, "SOME_OP_SUCC")


def test_goods_come_back_before_the_money_does(outsider: Outsider) -> None:
    values: dict[str, Any] = {"refund_id": REFUND, "seller_address_id": 12345679, "remark": "请保持吊牌完整"}
    outsider.answer("taobao.rp.returngoods.agree", **values)
    found = refund(outsider, "status,has_good_return,address")
    assert (found["status"], found["has_good_return"]) == ("WAIT_BUYER_RETURN_GOODS", True)
    assert found["address"].endswith("退货处")
    messages = outsider.answer("taobao.refund.messages.get", refund_id=REFUND, fields="content,message_type")
    kinds = [(row["message_type"], row["content"]) for row in messages["refund_messages"]["refund_message"]]
    assert ("RETURN_GOODS_APPROVED", "请保持吊牌完整") in kinds
    refill: dict[str, Any] = {"refund_id": REFUND, "refund_phase": "onsale", "logistics_waybill_no": "75312345678901"}
    outsider.answer("taobao.rp.returngoods.refill", **refill, logistics_company_code="ZTO")
    found = refund(outsider, "status,sid,company_name,good_status")
    assert list(found.values()).count("75312345678901") == 1
    assert (found["status"], found["good_status"]) == ("WAIT_SELLER_CONFIRM_GOODS", "BUYER_RETURNED_GOODS")
    again = refused(outsider, "taobao.rp.returngoods.refill", **refill, logistics_company_code="ZTO")
    assert again == "isv.refund-service-error:REFUND_STATUS_ERROR"


def test_returned_goods_are_refused_with_a_proof(outsider: Outsider) -> None:
    values: dict[str, Any] = {"refund_id": str(REFUND), "refund_phase": "onsale", "refund_version": str(VERSION)}
    params = outsider.signed(outsider.system("taobao.rp.returngoods.refuse") | values)
    headers = {"Content-Type": "multipart/form-data; boundary=xyz"}
    body = multipart(params, {"refuse_proof": b"\xff\xd8"}, "xyz")
    assert (
        outsider.decoded(outsider.send(body=body, headers=headers))["rp_returngoods_refuse_response"]["result"] is True
    )
    assert refund(outsider) == {"status": "SELLER_REFUSE_BUYER"}


def test_what_may_be_done_follows_the_state(outsider: Outsider) -> None:
    assert {"agree_refund", "refuse_refund"} <= operations(outsider)
    outsider.answer("taobao.refund.refuse", refund_id=REFUND, refuse_message="商品已发出")
    assert operations(outsider) == {"agree_refund"}


def test_an_old_version_of_a_refund_decides_nothing(outsider: Outsider) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("taobao.rp.refund.intercept", {}),
        ("taobao.refund.negotiatereturn", {"refund_fee": 100, "address_id": 12345678}),
        (
            "taobao.rp.refund.review",
            {"operator": "王小明", "refund_phase": "onsale", "message": "已核对", "result": "true"},
        ),
    ]
    for api, more in calls:
        said = refused(outsider, api, refund_id=REFUND, refund_version=1795140000001, **more)
        assert said == "isv.invalid-parameter:refund_version"
        outsider.answer(api, refund_id=REFUND, refund_version=VERSION, **more)


def test_no_more_is_offered_than_was_asked_for(outsider: Outsider) -> None:
    render = outsider.answer("taobao.refund.negotiatereturn.render", refund_id=REFUND)
    most = render["max_refund_fee"]["max_refund_fee"]
    values: dict[str, Any] = {"refund_id": REFUND, "refund_version": render["refund_version"]}
    address = render["address_list"]["address"][0]["address_id"]
    api = "taobao.refund.negotiatereturn"
    assert (
        refused(outsider, api, **values, refund_fee=most + 1, address_id=address) == "isv.invalid-parameter:refund_fee"
    )
    assert refused(outsider, api, **values, refund_fee=most, address_id=5) == "isv.invalid-parameter:address_id"
    outsider.answer(api, **values, refund_fee=most, address_id=address)


def test_a_trade_leads_to_its_refunds(outsider: Outsider) -> None:
    def rows(number: int) -> list[Any]:
        asked = json.dumps({"biz_order_id": number})
        package = outsider.answer("taobao.refund.status.get", query_param=asked)["result_package"]
        return list(package.get("result_list", {}).get("query_refund_status_response", ()))

    assert [(row["refund_id"], row["status"]) for row in rows(SENT_TRADE)] == [(REFUND, "WAIT_SELLER_AGREE")]
    assert rows(TRADE) == []
    unknown = refused(outsider, "taobao.refund.status.get", query_param='{"biz_order_id":5000}')
    assert unknown == "isv.trade-not-exist"


def test_reasons_are_offered_for_ones_own_refund_only(outsider: Outsider) -> None:
    asked: dict[str, Any] = {"refund_id": REFUND, "refund_phase": "onsale", "fields": "reason_id,reason_text"}
    page = outsider.answer("taobao.refund.refusereason.get", **asked)
    assert page["total_results"] == len(page["reasons"]["reason"]) > 2
    theirs = outsider.refusal("taobao.refund.refusereason.get", seller=OTHER_SELLER, **asked)
    assert theirs["sub_code"] == "isv.invalid-permission"


def test_a_return_that_is_under_way_is_not_agreed_to_again(outsider: Outsider) -> None:
    assert refund(outsider, refund_id=RETURNING) == {"status": "WAIT_BUYER_RETURN_GOODS"}
    said = refused(outsider, "taobao.rp.returngoods.agree", refund_id=RETURNING, seller_address_id=12345679)
    assert said == "isv.refund-service-error:REFUND_STATUS_ERROR"
    missing = refused(outsider, "taobao.rp.returngoods.agree", refund_id=REFUND)
    assert missing == "isv.missing-parameter:seller_address_id"
