"""SDKs that nobody here wrote call the sandbox over real HTTP, and read its replies as they read the platform's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.core.samples import bundled
from tests.sandbox.strangers import File, Place, PyTaobaoOpen, Refused, Sdk, TopSdk, listening
from tests.sandbox.wire import ITEM, OTHER_ITEM, SKU, TRADE
from topexplorer.core.call import Secret
from topexplorer.sandbox.app import Sandbox
from topexplorer.sandbox.limits import CallLimits

# Every byte there is, with what ends a line and what ends a part.
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) + b"\r\n--PYTHON_SDK_BOUNDAR\r\n\r\n"
Ask = Callable[..., Any]


@pytest.fixture(scope="module", params=["py-taobao-open", "topsdk"])
def sdk(request: pytest.FixtureRequest) -> Iterator[Sdk]:
    if request.param == "py-taobao-open":
        yield PyTaobaoOpen()
    else:
        with closing(TopSdk()) as node:
            yield node


@pytest.fixture
def sandbox() -> Sandbox:
    """At the time that the SDKs have from this machine."""
    return Sandbox(bundled(), lambda: datetime.now(UTC), limits=CallLimits.none())


@pytest.fixture
def place(sandbox: Sandbox) -> Iterator[Place]:
    with listening(sandbox) as port:
        yield Place(port, sandbox.accounts.credentials())


@pytest.fixture
def ask(sdk: Sdk, place: Place) -> Ask:
    """Calls an API with the seller's session."""

    def call(method: str, file: File | None = None, /, **values: Any) -> Any:
        return sdk.call(place, method, values, place.session, file)

    return call


def refused(call: Callable[[], Any]) -> tuple[int, str | None, str]:
    """The code, the sub code and the text of the SDK's error."""
    with pytest.raises(Refused) as caught:
        call()
    sub_code = caught.value.sub_code
    return int(str(caught.value.code)), None if sub_code is None else str(sub_code), str(caught.value)


def test_a_call_without_a_session_is_answered(sdk: Sdk, place: Place, sandbox: Sandbox) -> None:
    answer = sdk.call(place, "taobao.time.get", {}, None, None)
    assert datetime.strptime(answer["time"], "%Y-%m-%d %H:%M:%S").year == sandbox.log[-1].at.year
    assert (sandbox.log[-1].method, sandbox.log[-1].code) == ("taobao.time.get", 0)


def test_a_trade_comes_with_its_orders_and_its_nineteen_digits(ask: Ask) -> None:
    trade = ask("taobao.trade.fullinfo.get", fields="tid,status,payment,orders.oid,orders.title", tid=str(TRADE))[
        "trade"
    ]
    assert int(trade["tid"]) == TRADE
    assert trade["status"] == "WAIT_SELLER_SEND_GOODS"
    first, second = trade["orders"]["order"]
    assert set(first) == {"oid", "title"}
    assert int(first["oid"]) != int(second["oid"]) != TRADE
    assert any("一" <= character <= "鿿" for character in first["title"])


def test_the_skus_of_an_item_are_a_list_of_objects(ask: Ask) -> None:
    skus = ask("taobao.item.skus.get", fields="sku_id,num_iid,quantity,price", num_iids=str(ITEM))["skus"]["sku"]
    assert SKU in [int(sku["sku_id"]) for sku in skus]
    assert {int(sku["num_iid"]) for sku in skus} == {ITEM}
    assert all(float(sku["price"]) > 0 for sku in skus)


def test_pages_follow_one_another_and_add_up(ask: Ask) -> None:
    def page(number: int, size: int) -> Any:
        return ask(
            "taobao.trades.sold.get", fields="tid", status="TRADE_CLOSED", page_no=str(number), page_size=str(size)
        )

    whole = page(1, 100)
    total = int(whole["total_results"])
    tids = [trade["tid"] for trade in whole["trades"]["trade"]]
    assert 20 < len(tids) == min(total, 100)
    assert [trade["tid"] for number in (1, 2) for trade in page(number, 10)["trades"]["trade"]] == tids[:20]


def test_has_next_is_true_until_the_last_page(ask: Ask) -> None:
    flags: list[bool] = []
    while not flags or flags[-1]:
        page = ask(
            "taobao.trades.sold.get",
            fields="tid",
            status="WAIT_BUYER_PAY",
            page_no=str(len(flags) + 1),
            page_size="10",
            use_has_next="true",
        )
        flags.append(page["has_next"])
    assert flags == [True] * (len(flags) - 1) + [False]
    assert len(flags) > 1


def test_a_write_is_seen_by_the_next_read(ask: Ask) -> None:
    assert ask("taobao.item.update.delisting", num_iid=str(ITEM))["item"]["modified"]
    item = ask("taobao.item.seller.get", fields="num_iid,approve_status", num_iid=str(ITEM))["item"]
    assert item["approve_status"] == "instock"


def test_chinese_text_and_signs_of_its_own_survive_the_way_there_and_back(ask: Ask) -> None:
    memo = "先发这一单 & 100% “加急”+1"
    ask("taobao.trade.memo.update", tid=str(TRADE), memo=memo)
    trade = ask("taobao.trade.fullinfo.get", fields="seller_memo", tid=str(TRADE))["trade"]
    assert trade == {"seller_memo": memo}


def test_a_file_arrives_and_the_item_has_one_picture_more(ask: Ask, sandbox: Sandbox) -> None:
    def pictures() -> list[Any]:
        item = ask("taobao.item.seller.get", fields="item_imgs", num_iid=str(ITEM))["item"]
        return list(item["item_imgs"]["item_img"])

    before = pictures()
    added = ask(
        "taobao.item.img.upload", File("image", "yurongfu-01.png", PICTURE), num_iid=str(ITEM), is_major="false"
    )
    assert added["item_img"]["url"].startswith("http")
    assert len(pictures()) == len(before) + 1
    assert [row.code for row in sandbox.log] == [0, 0, 0]


def test_a_wrong_sign_is_25(sdk: Sdk, place: Place) -> None:
    wrong = replace(place, keys=replace(place.keys, app_secret=Secret("not this app's")))
    code, sub_code, text = refused(lambda: sdk.call(wrong, "taobao.time.get", {}, None, None))
    assert (code, sub_code) == (25, None)
    assert "Invalid signature" in text


def test_a_missing_session_is_26(sdk: Sdk, place: Place) -> None:
    values = {"fields": "tid", "tid": str(TRADE)}
    code, _sub_code, text = refused(lambda: sdk.call(place, "taobao.trade.fullinfo.get", values, None, None))
    assert code == 26
    assert "Missing session" in text


def test_an_unknown_method_is_22(ask: Ask) -> None:
    code, _sub_code, text = refused(lambda: ask("taobao.no.such.get"))
    assert code == 22
    assert "Invalid method" in text


def test_a_missing_argument_is_40(ask: Ask) -> None:
    code, _sub_code, text = refused(lambda: ask("taobao.openuid.get.bytrade"))
    assert code == 40
    assert "Missing required arguments:tid" in text


def test_a_business_error_has_the_sub_code_and_the_chinese_reason(ask: Ask) -> None:
    code, sub_code, text = refused(lambda: ask("taobao.trade.fullinfo.get", fields="tid", tid="1"))
    assert (code, sub_code) == (15, "isv.trade-not-exist")
    assert any("一" <= character <= "鿿" for character in text)


def test_another_sellers_item_is_refused(ask: Ask, sandbox: Sandbox) -> None:
    code, sub_code, _text = refused(lambda: ask("taobao.item.update.delisting", num_iid=str(OTHER_ITEM)))
    assert (code, sub_code) == (15, sandbox.log[-1].sub_code)
    assert str(sub_code).startswith("isv.")


def test_a_call_over_the_limit_is_7_and_says_for_how_long(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.faults.add("taobao.time.get: quota=2/60s kind=app-api")
    assert ask("taobao.time.get")
    assert ask("taobao.time.get")
    code, sub_code, text = refused(lambda: ask("taobao.time.get"))
    assert (code, sub_code) == (7, "accesscontrol.limited-by-app-api-access-count")
    assert "This ban will last for" in text


def test_an_error_that_a_rule_asks_for_looks_like_the_platforms(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.faults.add('taobao.time.get: code=15 sub_code=isp.top-remote-service-unavailable sub_msg="服务暂不可用"')
    code, sub_code, text = refused(lambda: ask("taobao.time.get"))
    assert (code, sub_code) == (15, "isp.top-remote-service-unavailable")
    assert "服务暂不可用" in text
