"""Every field that was asked for and did not come has a reason."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.samples import api, field, param
from topexplorer.core.call import RequestDraft, decode_json
from topexplorer.core.emptyfields import Gap, OwnerHints, explain_gaps
from topexplorer.core.language import LANGUAGES, Language, Words
from topexplorer.core.spec import ApiSpec
from topexplorer.core.xmltree import decode_xml

SAYS = [Language(name) for name in LANGUAGES]
SKU = (field("sku_id", "integer", "Number"), field("outer_id", needs_session=True))
ITEM = (
    field("num_iid", "integer", "Number"),
    field("nick"),
    field("title"),
    field("outer_id", needs_session=True),
    field("skus", "object", "Sku", many=True, children=SKU),
    field("second_kill", summary=Words(zh="参加秒杀的商品才有。", en="Only for items in a flash sale.")),
    field("cost", summary=Words(zh="需要开通成本权限包。", en="Needs the permission package for costs.")),
)
ONE = api(param("fields", "fields"), response=(field("item", "object", "Item", children=ITEM),))
MANY = api(param("fields", "fields"), response=(field("items", "object", "Item", many=True, children=ITEM),))
TRADE = (
    field("tid"),
    field("status"),
    field("seller_nick"),
    field("pay_time"),
    field("consign_time"),
    field("receiver_name"),
    field("buyer_nick"),
)
TRADES = api(param("fields", "fields"), response=(field("trade", "object", "Trade", children=TRADE),))


def gaps(
    payload: Any, fields: str, spec: ApiSpec = ONE, *, session: bool = True, seller: str = "", missed: str = ""
) -> dict[str, Gap]:
    draft = RequestDraft(spec.method, {"fields": fields} if fields else {})
    found = explain_gaps(spec, draft, payload, session, OwnerHints(seller=seller), missed.split())
    for gap in found:
        for say in SAYS:
            for sentence in (gap.sentence, *((gap.fix.text,) if gap.fix else ())):
                assert say.has(sentence.key)
                assert "{" not in say.render(sentence)
    return {gap.path: gap for gap in found}


def test_a_whole_answer_has_no_gap() -> None:
    assert gaps({"item": {"num_iid": 1, "title": "a"}}, "num_iid,title") == {}


def test_a_field_that_was_not_asked_for_is_said_to_be_so_and_can_be_added() -> None:
    gap = gaps({"item": {"num_iid": 1}}, "num_iid", missed="title")["title"]
    assert gap.reason == "not_requested"
    assert gap.fix is not None
    assert (gap.fix.kind, gap.fix.target) == ("fields", "title")


def test_a_name_that_the_api_does_not_have_is_said_to_be_none() -> None:
    assert gaps({"item": {"num_iid": 1}}, "num_iid,titel")["titel"].reason == "unknown"


def test_without_a_session_the_owners_fields_are_missing_for_that() -> None:
    found = gaps({"item": {"num_iid": 1}}, "num_iid,outer_id,skus", session=False)
    assert {path: gap.reason for path, gap in found.items()} == {"outer_id": "no_session", "skus": "no_session"}
    assert all(gap.fix and gap.fix.kind == "login" for gap in found.values())


def test_another_sellers_item_is_named_with_its_owner() -> None:
    found = gaps({"item": {"nick": "数码优选", "num_iid": 1}}, "nick,outer_id,skus", seller="童装小铺")
    assert {gap.reason for gap in found.values()} == {"foreign"}
    assert "数码优选" in SAYS[0].render(found["skus"].sentence)
    assert found["skus"].fix is not None
    assert found["skus"].fix.target == "数码优选"


def test_two_owners_fields_missing_together_suggest_another_sellers_item() -> None:
    found = gaps({"item": {"num_iid": 1}}, "num_iid,outer_id,skus")
    assert {gap.reason for gap in found.values()} == {"foreign"}
    alone = gaps({"item": {"num_iid": 1}}, "num_iid,skus")
    assert alone["skus"].reason == "empty"


def test_the_owners_own_item_without_skus_is_simply_empty() -> None:
    found = gaps({"item": {"nick": "童装小铺", "outer_id": "A"}}, "nick,outer_id,skus", seller="童装小铺")
    assert found["skus"].reason == "empty"


def test_a_state_in_which_a_field_does_not_exist_is_named() -> None:
    payload = {"trade": {"tid": "1", "status": "WAIT_BUYER_PAY"}}
    found = gaps(payload, "tid,status,pay_time,consign_time", TRADES)
    assert {gap.reason for gap in found.values()} == {"status"}
    assert "WAIT_BUYER_PAY" in SAYS[0].render(found["pay_time"].sentence)
    paid = {"trade": {"tid": "1", "status": "TRADE_FINISHED"}}
    assert gaps(paid, "status,pay_time", TRADES)["pay_time"].reason == "empty"


def test_the_fields_own_words_say_when_it_comes() -> None:
    found = gaps({"item": {"num_iid": 1}}, "second_kill,cost")
    assert found["second_kill"].reason == "status"
    assert "flash sale" in SAYS[0].render(found["second_kill"].sentence)
    assert found["cost"].reason == "permission"
    assert found["cost"].fix is not None
    assert found["cost"].fix.kind == "permission"


@pytest.mark.parametrize("value", ["张**", "138****0000", None])
def test_what_privacy_rules_mask_or_leave_out_leads_to_oaid(value: str | None) -> None:
    payload = {"trade": {"tid": "1", **({"receiver_name": value} if value else {})}}
    gap = gaps(payload, "tid,receiver_name", TRADES)["receiver_name"]
    assert gap.reason == "masked"
    assert gap.fix is not None
    assert (gap.fix.kind, gap.fix.target) == ("instead", "taobao.top.oaid.decrypt")


def test_an_answer_without_objects_gives_one_gap() -> None:
    answers: list[dict[str, Any]] = [{"total_results": 0}, {"items": {"item": []}}, {"items": []}, {}]
    for payload in answers:
        assert [gap.reason for gap in gaps(payload, "num_iid,title", MANY).values()] == ["no_objects"], payload


@pytest.mark.parametrize(
    "payload",
    [
        {"items": {"item": [{"num_iid": 1}, {"num_iid": 2, "title": "b"}]}},
        {"items": [{"num_iid": 1}, {"num_iid": 2, "title": "b"}]},
        decode_xml(b"<r><items><item><num_iid>1</num_iid></item><item><title>b</title></item></items></r>")[1],
    ],
)
def test_every_way_to_wrap_a_list_is_understood(payload: Any) -> None:
    gap = gaps(payload, "title", MANY)["title"]
    assert (gap.missing, gap.total) == (1, 2)


def test_one_item_in_xml_is_a_list_of_one() -> None:
    payload = decode_xml(b"<r><items><item><num_iid>1</num_iid></item></items></r>")[1]
    assert gaps(payload, "title", MANY)["title"].total == 1


def test_a_member_of_a_list_that_is_not_there_is_explained_by_the_list() -> None:
    found = gaps({"item": {"num_iid": 1}}, "num_iid,skus.sku_id,skus.outer_id", session=False)
    assert list(found) == ["skus"]
    there = {"item": {"num_iid": 1, "skus": {"sku": [{"sku_id": 5}]}}}
    assert gaps(there, "sku.sku_id,sku.outer_id", session=False)["skus.outer_id"].reason == "no_session"


@pytest.mark.parametrize("body", ["null", "[]", "1", '{"item":null}', '{"item":[1]}', '{"item":"x"}'])
def test_any_answer_can_be_looked_at(body: str) -> None:
    gaps(decode_json(body), "num_iid,skus.sku_id")


def test_an_api_without_a_fields_parameter_is_looked_at_only_for_what_is_missed() -> None:
    plain = api(response=(field("time"), field("zone")))
    assert gaps({"time": "x"}, "", plain) == {}
    assert gaps({"time": "x"}, "", plain, missed="zone")["zone"].reason == "empty"
