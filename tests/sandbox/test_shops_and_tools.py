"""The seller's account and shop, and the platform's small tools."""

from __future__ import annotations

from tests.sandbox.wire import OTHER_SELLER, Outsider


def test_the_seller_and_the_shop_behind_a_session(outsider: Outsider) -> None:
    user = outsider.answer("taobao.user.seller.get", fields="user_id,nick,seller_credit.level")["user"]
    assert user == {"user_id": 2208913340, "nick": "童装小铺", "seller_credit": {"level": 12}}
    shop = outsider.answer("taobao.shop.seller.get", seller=OTHER_SELLER, fields="title")["shop"]
    assert shop == {"title": "数码优选"}


def test_the_shops_own_categories(outsider: Outsider) -> None:
    found = outsider.answer("taobao.sellercats.list.get")["seller_cats"]["seller_cat"]
    assert [(row["cid"], row["name"]) for row in found][:2] == [(1281231, "连衣裙"), (1281232, "上衣")]


def test_a_shop_is_renamed_for_its_seller_only(outsider: Outsider) -> None:
    outsider.move(60)
    answer = outsider.answer("taobao.shop.update", title="童装小铺旗舰", bulletin="双十二照常发货")["shop"]
    assert answer["modified"] == "2026-11-21 12:01:00"
    assert outsider.answer("taobao.shop.seller.get", fields="title")["shop"] == {"title": "童装小铺旗舰"}
    other = outsider.answer("taobao.shop.seller.get", seller=OTHER_SELLER, fields="title")["shop"]
    assert other == {"title": "数码优选"}


def test_a_shop_update_needs_something_to_update(outsider: Outsider) -> None:
    assert outsider.refusal("taobao.shop.update")["sub_code"] == "isv.missing-parameter:title,bulletin,desc"
    said = outsider.refusal("taobao.shop.update", desc="太短")
    assert said.get("sub_code") == "isv.invalid-parameter:desc" or said["msg"] == "Invalid arguments:desc"


def test_the_platforms_clock_is_the_sandboxs_in_beijing(outsider: Outsider) -> None:
    outsider.move(12 * 3600)
    assert outsider.answer("taobao.time.get")["time"] == "2026-11-22 00:00:00"


def test_the_caller_learns_the_address_it_called_from(outsider: Outsider) -> None:
    assert outsider.answer("taobao.appip.get")["ip"] == "127.0.0.1"


def test_forbidden_words_are_found_and_milder_ones_starred(outsider: Outsider) -> None:
    def checked(content: str) -> object:
        return outsider.answer("taobao.kfc.keyword.search", content=content)["kfc_search_result"]

    assert checked("纯棉连衣裙") == {"matched": False, "content": "纯棉连衣裙"}
    assert checked("高仿包") == {"matched": True, "level": "A", "content": "高仿包"}
    assert checked("全网第一连衣裙") == {"matched": True, "level": "B", "content": "****连衣裙"}


def test_what_a_caller_wrote_comes_back_whole_in_both_formats(outsider: Outsider) -> None:
    text = '<b>&"\\ \t\u2028😀\x07'
    assert outsider.answer("taobao.kfc.keyword.search", content=text)["kfc_search_result"]["content"] == text.strip()
    params = outsider.system("taobao.kfc.keyword.search", format="xml") | {"content": text}
    body = outsider.post(outsider.signed(params)).content.decode()
    assert '<content>&lt;b&gt;&amp;"\\ \t\u2028😀?</content>' in body
