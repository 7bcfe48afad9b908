"""Logistics: regions and companies are the real ones, and sending a trade changes it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.sandbox.wire import (
    FIRST_ORDER,
    OTHER_SELLER,
    SECOND_ORDER,
    SENT_TRADE,
    TRADE,
    UNPAID_TRADE,
    VIRTUAL_TRADE,
    Outsider,
)

OFFLINE, ONLINE = "taobao.logistics.offline.send", "taobao.logistics.online.send"
NUMBER = "75312345678901"


def statuses(outsider: Outsider, tid: int = TRADE) -> tuple[str, list[str]]:
    fields = "status,orders.status"
    found = outsider.answer("taobao.trade.fullinfo.get", tid=tid, fields=fields)["trade"]
    return found["status"], [order["status"] for order in found["orders"]["order"]]


def shipments(outsider: Outsider, tid: int = TRADE) -> list[Any]:
    fields = "tid,out_sid,status,seller_confirm,is_split,sub_tids,company_name"
    page = outsider.answer("taobao.logistics.orders.get", tid=tid, fields=fields)
    return list(page.get("shippings", {}).get("shipping", ()))


def refused(outsider: Outsider, api: str, **values: Any) -> str:
    return str(outsider.refusal(api, **values).get("sub_code"))


def test_regions_are_the_whole_country_down_to_cities(outsider: Outsider) -> None:
    rows = outsider.answer("taobao.areas.get", fields="id,type,name,parent_id,zip")["areas"]["area"]
    by_id = {row["id"]: row for row in rows}
    kinds = [row["type"] for row in rows]
    assert (kinds.count(1), kinds.count(2)) == (1, 34)
    assert kinds.count(3) >= 333
    assert by_id[330106] == {"id": 330106, "type": 4, "name": "西湖区", "parent_id": 330100, "zip": "310012"}
    assert by_id[110100] == {"id": 110100, "type": 3, "name": "北京市", "parent_id": 110000, "zip": "100000"}
    assert len(by_id) == len(rows)
    assert all(row["parent_id"] in by_id and by_id[row["parent_id"]]["type"] < row["type"] for row in rows[1:])
    assert all(re.fullmatch("[0-9]{6}", row.get("zip", "000000")) for row in rows)


def test_companies_and_the_recommended_among_them(outsider: Outsider) -> None:
    def codes(**asked: str) -> set[str]:
        found = outsider.answer("taobao.logistics.companies.get", seller=None, fields="code", **asked)
        return {row["code"] for row in found["logistics_companies"]["logistics_company"]}

    assert {"SF", "ZTO", "EMS", "POST"} <= codes()
    assert codes(is_recommended="true", order_mode="online") < codes(is_recommended="true") < codes()


def test_the_address_book_and_its_defaults(outsider: Outsider) -> None:
    def contacts(**asked: str) -> list[int]:
        page = outsider.answer("taobao.logistics.address.search", **asked)
        return [row["contact_id"] for row in page.get("addresses", {}).get("address_result", ())]

    assert contacts() == [12345678, 12345679]
    assert (contacts(rdef="get_def"), contacts(rdef="cancel_def")) == ([12345678], [12345679])
    assert contacts(rdef="no_def") == []


def test_sending_offline_sends_the_trade_at_once(outsider: Outsider) -> None:
    assert statuses(outsider)[0] == "WAIT_SELLER_SEND_GOODS"
    assert shipments(outsider) == []
    answer = outsider.answer(OFFLINE, tid=TRADE, out_sid=NUMBER, company_code="ZTO", sender_id=12345678)
    assert answer["shipping"] == {"is_success": True}
    assert statuses(outsider) == ("WAIT_BUYER_CONFIRM_GOODS", ["WAIT_BUYER_CONFIRM_GOODS"] * 2)
    fields = "consign_time,sid,timeout_action_time,orders.invoice_no,orders.logistics_company"
    sent = outsider.answer("taobao.trade.fullinfo.get", tid=TRADE, fields=fields)["trade"]
    assert (sent["consign_time"], sent["sid"]) == ("2026-11-21 12:00:00", NUMBER)
    assert sent["timeout_action_time"] == "2026-12-01 12:00:00"
    assert sent["orders"]["order"][1] == {"logistics_company": "中通快递", "invoice_no": NUMBER}
    (parcel,) = shipments(outsider)
    assert (parcel["out_sid"], parcel["seller_confirm"], parcel["is_split"]) == (NUMBER, "yes", 0)


def test_a_parcel_sent_online_is_traced_as_time_passes(outsider: Outsider) -> None:
    outsider.answer(ONLINE, tid=TRADE, out_sid=NUMBER, company_code="ZTO")
    seen = []
    for hours in (0, 3, 40, 20):
        outsider.move(hours * 3600)
        trace = outsider.answer("taobao.logistics.trace.search", tid=TRADE)
        seen.append((len(trace.get("trace_list", {}).get("transit_step_info", ())), trace["status"]))
    assert [count for count, _status in seen] == [0, 1, 5, 7]
    assert seen[0][1] == "等候发送给物流公司"
    assert seen[-1][1] == "对方已签收"
    steps = trace["trace_list"]["transit_step_info"]
    assert steps[0]["action"] == "GOT"
    assert [step["status_time"] for step in steps] == sorted(step["status_time"] for step in steps)
    assert "杭州市" in steps[-1]["status_desc"]


def test_booking_online_without_a_number_leaves_the_trade_as_it_is(outsider: Outsider) -> None:
    outsider.answer(ONLINE, tid=TRADE, company_code="SF")
    assert statuses(outsider)[0] == "WAIT_SELLER_SEND_GOODS"
    (parcel,) = shipments(outsider)
    assert (parcel["status"], parcel["seller_confirm"], parcel["company_name"]) == ("CREATED", "no", "顺丰速运")


def test_a_virtual_trade_goes_out_without_logistics(outsider: Outsider) -> None:
    outsider.answer("taobao.logistics.dummy.send", seller=OTHER_SELLER, tid=VIRTUAL_TRADE)
    fields = "status"
    found = outsider.answer("taobao.trade.fullinfo.get", seller=OTHER_SELLER, tid=VIRTUAL_TRADE, fields=fields)
    assert found["trade"] == {"status": "WAIT_BUYER_CONFIRM_GOODS"}


def test_a_trade_is_sent_in_parts(outsider: Outsider) -> None:
    part: dict[str, Any] = {"is_split": 1, "company_code": "ZTO"}
    outsider.answer(OFFLINE, tid=TRADE, out_sid=NUMBER, sub_tid=SECOND_ORDER, **part)
    assert statuses(outsider) == (
        "SELLER_CONSIGNED_PART",
        ["WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_CONFIRM_GOODS"],
    )
    assert refused(outsider, OFFLINE, tid=TRADE, out_sid="75312345678902", sub_tid=SECOND_ORDER, **part).endswith("P38")
    outsider.answer(OFFLINE, tid=TRADE, out_sid="75312345678902", sub_tid=FIRST_ORDER, **part)
    assert statuses(outsider) == ("WAIT_BUYER_CONFIRM_GOODS", ["WAIT_BUYER_CONFIRM_GOODS"] * 2)
    parcels = shipments(outsider)
    assert {parcel["sub_tids"]["number"][0] for parcel in parcels} == {FIRST_ORDER, SECOND_ORDER}
    trace = outsider.answer("taobao.logistics.trace.search", tid=TRADE, is_split=1, sub_tid=FIRST_ORDER)
    assert trace["out_sid"] == "75312345678902"


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("isv.logistics-offline-service-error:B01", {"tid": 1}),
        ("isv.invalid-permission", {"tid": VIRTUAL_TRADE}),
        ("isv.logistics-offline-service-error:B04", {"tid": SENT_TRADE}),
        ("isv.logistics-offline-service-error:B04", {"tid": UNPAID_TRADE}),
        ("isv.logistics-offline-service-error:B60", {"out_sid": "12"}),
        ("isv.logistics-offline-service-error:B101", {"sender_id": 1}),
        ("isv.logistics-offline-service-error:B101", {"cancel_id": 22345670}),
        ("isv.logistics-offline-service-error:P38", {"is_split": 1}),
        ("isv.logistics-offline-service-error:P38", {"sub_tid": FIRST_ORDER}),
        ("isv.logistics-offline-service-error:P38", {"is_split": 1, "sub_tid": SENT_TRADE}),
        ("isv.invalid-parameter:company_code", {"company_code": "PIGEON"}),
    ],
)
def test_a_send_that_breaks_a_rule_changes_nothing(outsider: Outsider, code: str, values: dict[str, Any]) -> None:
    right = {"tid": TRADE, "out_sid": NUMBER, "company_code": "ZTO"}
    assert refused(outsider, OFFLINE, **(right | values)) == code
    assert statuses(outsider)[0] == "WAIT_SELLER_SEND_GOODS"
    assert shipments(outsider) == []


def test_a_waybill_number_is_used_once(outsider: Outsider) -> None:
    used = shipments(outsider, SENT_TRADE)[0]["out_sid"]
    company = {"中通快递": "ZTO", "顺丰速运": "SF", "圆通速递": "YTO"}[
        shipments(outsider, SENT_TRADE)[0]["company_name"]
    ]
    assert refused(outsider, ONLINE, tid=TRADE, out_sid=used, company_code=company).endswith("B60")


THEIRS = {SENT_TRADE, 3141592653589793601, 3141592653589793701, 3141592653589793801}


def test_parcels_are_listed_and_filtered(outsider: Outsider) -> None:
    def parcels(**asked: Any) -> list[Any]:
        fields = "tid,created,status,receiver_name,buyer_nick"
        page = outsider.answer("taobao.logistics.orders.get", fields=fields, page_size=100, **asked)
        return list(page.get("shippings", {}).get("shipping", ()))

    span = {"start_created": "2026-11-14 00:00:00", "end_created": "2026-11-19 00:00:00"}
    rows = parcels(**span)
    assert 30 < len(rows) < 100
    assert [row["created"] for row in rows] == sorted((row["created"] for row in rows), reverse=True)
    arrived = parcels(status="ACCEPTED_BY_RECEIVER", **span)
    assert arrived == [row for row in rows if row["status"] == "ACCEPTED_BY_RECEIVER"]
    assert parcels(start_created=rows[5]["created"], end_created=rows[2]["created"]) == rows[2:6]
    assert {row["tid"] for row in parcels(receiver_name="王小雨")} == THEIRS
    assert {row["receiver_name"] for row in parcels(buyer_nick="晴天小雨")} == {"王**"}


def test_a_trade_without_a_parcel_has_no_trace(outsider: Outsider) -> None:
    said = outsider.refusal("taobao.logistics.trace.search", tid=TRADE)
    assert said["sub_msg"] == "这笔交易还没有物流信息"
