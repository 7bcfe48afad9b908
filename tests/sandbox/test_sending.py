"""After the first try: confirming a booking, giving it up, correcting a waybill number; traces and prices."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.wire import OTHER_SELLER, SENT_TRADE, TRADE, Outsider

BOOKED = 3141592653589793701
NUMBER = "75312345678901"


def trade(outsider: Outsider, tid: int, fields: str = "status,orders.invoice_no,orders.logistics_company") -> Any:
    return outsider.answer("taobao.trade.fullinfo.get", tid=tid, fields=fields)["trade"]


def parcels(outsider: Outsider, tid: int) -> list[Any]:
    found = outsider.answer("taobao.logistics.orders.get", fields="out_sid,status,seller_confirm,order_code", tid=tid)
    return list(found["shippings"]["shipping"])


def refused(outsider: Outsider, api: str, **values: Any) -> str:
    return str(outsider.refusal(api, **values)["sub_code"])


def test_a_booking_is_confirmed_with_its_waybill_number(outsider: Outsider) -> None:
    assert [row["seller_confirm"] for row in parcels(outsider, BOOKED)] == ["no"]
    outsider.answer("taobao.logistics.online.confirm", tid=BOOKED, out_sid=NUMBER)
    order = {"invoice_no": NUMBER, "logistics_company": "中通快递"}
    assert trade(outsider, BOOKED) == {"status": "WAIT_BUYER_CONFIRM_GOODS", "orders": {"order": [order]}}
    assert [(row["out_sid"], row["seller_confirm"]) for row in parcels(outsider, BOOKED)] == [(NUMBER, "yes")]
    again = refused(outsider, "taobao.logistics.online.confirm", tid=BOOKED, out_sid="75312345678902")
    assert again == "isv.logistics-online-service-error:B04"


def test_a_booking_made_here_is_confirmed_too(outsider: Outsider) -> None:
    outsider.answer("taobao.logistics.online.send", tid=TRADE, company_code="ZTO")
    assert trade(outsider, TRADE)["status"] == "WAIT_SELLER_SEND_GOODS"
    wrong = refused(outsider, "taobao.logistics.online.confirm", tid=TRADE, out_sid="no number")
    assert wrong == "isv.logistics-online-service-error:B60"
    outsider.answer("taobao.logistics.online.confirm", tid=TRADE, out_sid=NUMBER)
    assert trade(outsider, TRADE)["status"] == "WAIT_BUYER_CONFIRM_GOODS"


def test_a_booking_is_given_up_for_a_new_one(outsider: Outsider) -> None:
    answer = outsider.answer("taobao.logistics.online.cancel", tid=BOOKED)
    assert answer["is_success"] is True
    states = {row["order_code"]: row["status"] for row in parcels(outsider, BOOKED)}
    assert states[answer["recreated_order_id"]] == "RECREATED"
    assert sorted(states.values()) == ["CANCELLED", "RECREATED"]
    assert (
        refused(outsider, "taobao.logistics.online.cancel", tid=SENT_TRADE) == "isv.logistics-online-service-error:B04"
    )


def test_a_wrong_waybill_number_is_corrected(outsider: Outsider) -> None:
    values: dict[str, Any] = {"tid": SENT_TRADE, "company_code": "YTO", "out_sid": "YT1234567890123"}
    outsider.answer("taobao.logistics.consign.resend", **values)
    order = {"invoice_no": "YT1234567890123", "logistics_company": "圆通速递"}
    assert trade(outsider, SENT_TRADE)["orders"]["order"] == [order]
    assert [row["out_sid"] for row in parcels(outsider, SENT_TRADE)] == ["YT1234567890123"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tid": TRADE}, "isv.logistics-resend-service-error:B04"),
        ({"company_code": "NONE"}, "isv.invalid-parameter:company_code"),
        ({"out_sid": "x"}, "isv.logistics-resend-service-error:B60"),
        ({"tid": 1001}, "isv.trade-not-exist"),
    ],
)
def test_a_correction_that_breaks_a_rule_is_refused(outsider: Outsider, changes: dict[str, Any], code: str) -> None:
    values: dict[str, Any] = {"tid": SENT_TRADE, "company_code": "ZTO", "out_sid": NUMBER} | changes
    assert refused(outsider, "taobao.logistics.consign.resend", **values) == code


def test_a_parcel_is_corrected_within_fifty_days(outsider: Outsider) -> None:
    assert trade(outsider, SENT_TRADE)["status"] == "WAIT_BUYER_CONFIRM_GOODS"
    outsider.move(50 * 86_400)
    values: dict[str, Any] = {"tid": SENT_TRADE, "company_code": "ZTO", "out_sid": NUMBER}
    assert refused(outsider, "taobao.logistics.consign.resend", **values) == "isv.logistics-resend-service-error:B04"


def test_three_ways_to_follow_a_parcel_agree(outsider: Outsider) -> None:
    search = outsider.answer("taobao.logistics.trace.search", tid=SENT_TRADE)
    (by_trade,) = outsider.answer("taobao.logistics.trace.get", tid=SENT_TRADE)["result"]["transit_step_result"]
    result = outsider.answer("taobao.logistics.instant.trace.search", tid=SENT_TRADE)["result"]
    (mail,) = result["mail_list"]["top_logistics_mail_d_t_o"]
    assert by_trade == {name: search[name] for name in by_trade}
    steps = search["trace_list"]["transit_step_info"]
    nodes = mail["trace_list"]["top_logistics_node_d_t_o"]
    assert [node["action"] for node in nodes] == [step["action"] for step in steps]
    assert mail["status"] == steps[-1]["action"]
    assert all(10**12 < node["status_time"] < 10**13 for node in nodes)
    assert "result" not in outsider.answer("taobao.logistics.trace.get", tid=TRADE)


def test_shipments_in_detail_carry_the_address(outsider: Outsider) -> None:
    fields = "tid,location.city,mails.out_sid,openuid"
    (row,) = outsider.answer("taobao.logistics.orders.detail.get", fields=fields, tid=SENT_TRADE)[
        "shippings"
    ].popitem()[1]
    assert row["location"] == {"city": "杭州市"}
    assert row["mails"]["logistics_mail"][0]["out_sid"] == parcels(outsider, SENT_TRADE)[0]["out_sid"]


def test_companies_offer_prices_between_two_districts(outsider: Outsider) -> None:
    def partners(**asked: Any) -> list[Any]:
        found = outsider.answer("taobao.logistics.partners.get", seller=None, **asked)
        return list(found.get("logistics_partners", {}).get("logistics_partner", ()))

    near = partners(source_id=330106, target_id=330105, service_type="online")
    far = partners(source_id=330106, target_id=440304, service_type="online")
    assert near[0]["carriage"]["initial_fee"] < far[0]["carriage"]["initial_fee"]
    bare = partners(source_id=330106, target_id=440304, service_type="online", is_need_carriage="false")
    assert all("carriage" not in row for row in bare)
    assert partners(source_id=330106, service_type="online") == []
    assert partners(source_id=330106, target_id=440304, service_type="offline") == []


ADDRESS = {"contact_name": "王小雨", "province": "浙江省", "city": "杭州市", "country": "西湖区", "addr": "文三路 1 号"}


def addresses(outsider: Outsider, **asked: Any) -> list[Any]:
    found = outsider.answer("taobao.logistics.address.search", **asked)
    return list(found.get("addresses", {}).get("address_result", ()))


def test_an_address_is_added_made_the_default_changed_and_removed(outsider: Outsider) -> None:
    outsider.answer("taobao.logistics.address.add", **ADDRESS, mobile_phone="13800001234", get_def="true")
    (row,) = addresses(outsider, rdef="get_def")
    assert (row["contact_name"], row["area_id"], row["mobile_phone"]) == ("王小雨", 330106, "13800001234")
    number = row["contact_id"]
    changed = ADDRESS | {"contact_id": number, "addr": "文三路 2 号"}
    outsider.answer("taobao.logistics.address.modify", **changed, phone="0571-88886666")
    assert addresses(outsider, rdef="get_def")[0]["addr"] == "文三路 2 号"
    outsider.answer("taobao.logistics.address.remove", contact_id=number)
    assert number not in [row["contact_id"] for row in addresses(outsider)]
    assert refused(outsider, "taobao.logistics.address.remove", contact_id=number) == "isv.invalid-parameter:contact_id"


def test_an_address_that_breaks_a_rule_is_refused(outsider: Outsider) -> None:
    add = "taobao.logistics.address.add"
    assert refused(outsider, add, **ADDRESS) == "isv.missing-parameter:mobile_phone"
    elsewhere = ADDRESS | {"province": "乌有省", "mobile_phone": "13800001234"}
    assert refused(outsider, add, **elsewhere) == "isv.invalid-parameter:province"
    for _number in range(3):
        outsider.answer(add, **ADDRESS, mobile_phone="13800001234")
    assert refused(outsider, add, **ADDRESS, mobile_phone="13800001234") == "isv.invalid-parameter:contact_name"


FREIGHT = {
    "template_types": "express;ems",
    "template_dests": "1,310000|320000;1",
    "template_start_standards": "1,1;1",
    "template_start_fees": "10.00,8.00;20.00",
    "template_add_standards": "1,1;1",
    "template_add_fees": "5.00,4.00;10.00",
}


def test_a_delivery_template_is_made_of_parts_that_stand_for_each_other(outsider: Outsider) -> None:
    added = outsider.answer("taobao.delivery.template.add", name="江浙沪快递", assumer=0, valuation=0, **FREIGHT)
    number = added["delivery_template"]["template_id"]
    found = outsider.answer("taobao.delivery.template.get", template_ids=number, fields="name,fee_list")
    (row,) = found["delivery_templates"]["delivery_template"]
    fees = [(fee["service_type"], fee["destination"], fee["start_fee"]) for fee in row["fee_list"]["top_fee"]]
    assert fees == [("express", "1", "10.00"), ("express", "310000,320000", "8.00"), ("ems", "1", "20.00")]
    outsider.answer("taobao.delivery.template.delete", template_id=number)
    assert outsider.answer("taobao.delivery.templates.get", fields="template_id")["total_results"] == 2


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"template_types": "cod"}, "template_types"),
        ({"template_dests": "310000;1"}, "template_dests"),
        ({"template_start_fees": "10.00;20.00"}, "template_start_fees"),
        ({"template_add_fees": "5.00,4.00"}, "template_add_fees"),
        ({"template_add_fees": "50.00,4.00;10.00"}, "template_add_fees"),
        ({"template_start_fees": "x,8.00;20.00"}, "template_start_fees"),
    ],
)
def test_one_wrong_separator_refuses_the_whole_template(outsider: Outsider, changes: dict[str, str], name: str) -> None:
    values = FREIGHT | changes
    said = refused(outsider, "taobao.delivery.template.update", template_id=100203, **values)
    assert said == f"isv.invalid-parameter:{name}"


def test_nobody_changes_another_sellers_template(outsider: Outsider) -> None:
    said = outsider.refusal("taobao.delivery.template.delete", seller=OTHER_SELLER, template_id=100203)
    assert said["sub_code"] == "isv.invalid-permission"
