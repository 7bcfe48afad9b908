"""What calls have changed survives in one document; a document that is not sound changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.browser import code, token
from tests.sandbox.wire import ITEM, NOON, SKU, TRADE, UNPAID_TRADE, Outsider
from topexplorer.sandbox.accounts import Accounts
from topexplorer.sandbox.arguments import Arguments
from topexplorer.sandbox.backends.registry import back_end
from topexplorer.sandbox.statefile import UnreadableState, packed, unpacked
from topexplorer.sandbox.store import Store

SELLER = "童装小铺"


def fresh(seed: int = 7, hours: int = 0) -> Store:
    return Store(lambda: NOON + timedelta(hours=hours), seed)


def call(store: Store, method: str, **values: Any) -> Any:
    worker = back_end(method)
    assert worker is not None
    return worker(store, Arguments({name: str(value) for name, value in values.items()}, SELLER))


def saved(store: Store) -> bytes:
    return packed(store.state({}))


def loaded(document: bytes, store: Store) -> Store:
    store.take_up(unpacked(document))
    return store


def busy() -> Store:
    """A store after a morning of work in every department."""
    store = fresh()
    call(store, "taobao.trade.memo.update", tid=TRADE, memo="改发中通", flag=3)
    call(store, "taobao.trade.close", tid=UNPAID_TRADE, close_reason="缺货")
    call(store, "taobao.item.quantity.update", num_iid=ITEM, sku_id=SKU, quantity=5)
    call(store, "taobao.item.delete", num_iid=662017493058)
    call(store, "taobao.picture.category.add", picture_category_name="冬装")
    call(store, "taobao.shop.update", title="童装小铺旗舰")
    call(store, "taobao.logistics.offline.send", tid=TRADE, company_code="ZTO", out_sid="75312345678901")
    old = [row for row in store.market.trades.heads() if row["seller_nick"] == SELLER][-1]
    call(store, "taobao.trade.memo.update", tid=old["tid"], memo="旧订单", flag=1)
    return store


def view(store: Store) -> list[Any]:
    old = [row for row in store.market.trades.heads() if row["seller_nick"] == SELLER][-1]
    return [
        call(store, "taobao.trade.fullinfo.get", tid=TRADE),
        call(store, "taobao.trade.fullinfo.get", tid=UNPAID_TRADE),
        call(store, "taobao.trade.fullinfo.get", tid=old["tid"]),
        call(store, "taobao.item.seller.get", num_iid=ITEM),
        len(store.market.items),
        call(store, "taobao.picture.category.get"),
        call(store, "taobao.shop.seller.get"),
        call(store, "taobao.logistics.trace.search", tid=TRADE),
    ]


def test_a_document_brings_back_what_calls_changed() -> None:
    store = busy()
    assert view(loaded(saved(store), fresh(seed=1))) == view(store)


def test_a_change_to_what_was_there_from_the_start_is_kept_although_nothing_else_was_made() -> None:
    store = fresh()
    store.market.trades[int(TRADE)]["seller_memo"] = "改发中通"
    assert not store.market.trades.opened
    document = saved(store)
    assert not store.market.trades.opened
    assert loaded(document, fresh()).market.trades[int(TRADE)]["seller_memo"] == "改发中通"


def test_an_hour_later_the_market_still_stands_on_its_first_moment() -> None:
    later = loaded(saved(busy()), fresh(hours=1))
    assert call(later, "taobao.trade.fullinfo.get", tid=TRADE)["trade"]["created"] == "2026-11-21 06:43:00"
    assert later.now() == "2026-11-21 13:00:00"


def test_new_ids_go_on_where_they_were() -> None:
    store = busy()
    assert loaded(saved(store), fresh()).new_id() == store.new_id()


def test_only_what_changed_is_in_the_document() -> None:
    assert len(saved(fresh())) < 300
    store = busy()
    small = len(saved(store))
    call(store, "taobao.trades.sold.get", page_size=100)
    call(store, "taobao.logistics.orders.get", page_size=100)
    assert len(saved(store)) == small < 60_000


def test_reset_after_loading_starts_anew_with_the_seed_of_the_document() -> None:
    store = loaded(saved(busy()), fresh(seed=1))
    store.reset()
    assert call(store, "taobao.trade.fullinfo.get", tid=TRADE)["trade"].get("seller_memo") is None
    assert store.market.items.numbers() == fresh().market.items.numbers()


Spoil = Callable[[bytes, dict[str, Any], bytes], bytes]
UNSOUND: dict[str, tuple[str, Spoil]] = {
    "nothing": ("broken", lambda whole, head, body: b""),
    "not text": ("broken", lambda whole, head, body: b"\xff\xfe\x00"),
    "another document": ("broken", lambda whole, head, body: b"{}\n{}\n"),
    "deep": ("broken", lambda whole, head, body: b"[" * 100_000),
    "cut off": ("broken", lambda whole, head, body: whole[:-200]),
    "head alone": ("broken", lambda whole, head, body: json.dumps(head).encode()),
    "changed by hand": ("broken", lambda whole, head, body: whole.replace("改发中通".encode(), "改发圆通".encode())),
    "a later format": ("version", lambda whole, head, body: json.dumps(head | {"format": 3}).encode() + b"\n" + body),
    "another market": ("version", lambda whole, head, body: json.dumps(head | {"market": 99}).encode() + b"\n" + body),
    "a list": ("broken", lambda whole, head, body: b"[1]\n" + body),
}


def test_an_unsound_document_is_refused_and_changes_nothing() -> None:
    whole = saved(busy())
    head, _line, body = whole.partition(b"\n")
    outsider = Outsider()
    token(outsider, code=code(outsider))
    before = kept(outsider)
    for name, (why, spoil) in UNSOUND.items():
        with pytest.raises(UnreadableState) as caught:
            outsider.sandbox.load(spoil(whole, json.loads(head), body))
        assert (name, caught.value.problem.key) == (name, f"sandbox.state.{why}")
    assert kept(outsider) == before


def kept(outsider: Outsider) -> bytes:
    documents: list[bytes] = []
    outsider.sandbox.save(documents.append)
    (document,) = documents
    return document


def restarted(outsider: Outsider, seed: int = 7) -> Outsider:
    """Another run, later and with another seed, that takes up what this one left."""
    other = Outsider(seed=seed, now=outsider.now)
    other.sandbox.load(kept(outsider))
    return other


def session_error(outsider: Outsider, session: str) -> Any:
    params = outsider.system("taobao.shop.seller.get", app_key="12345678", session=session, fields="title")
    return outsider.decoded(outsider.post(outsider.signed(params))).get("error_response", {}).get("code")


def test_sessions_codes_and_what_was_taken_back_outlive_a_run() -> None:
    first = Outsider()
    waiting = code(first, "童装小铺:客服")
    spent = code(first)
    given = token(first, code=spent)
    revoked = first.accounts.credentials(seller="数码优选").session
    assert revoked is not None
    first.accounts.revoke(revoked.reveal())

    second = restarted(first, seed=99)
    assert session_error(second, given["access_token"]) is None
    assert session_error(second, revoked.reveal()) == 27
    assert token(second, "12345678", 400, code=spent)["error"] == "invalid_client"
    clerk = token(second, code=waiting)
    assert clerk["sub_taobao_user_nick"] == "%E7%AB%A5%E8%A3%85%E5%B0%8F%E9%93%BA%3A%E5%AE%A2%E6%9C%8D"
    again = token(second, grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert again["access_token"] not in (given["access_token"], clerk["access_token"])

    third = restarted(second)
    assert session_error(third, given["access_token"]) == 27
    assert session_error(third, again["access_token"]) is None
    assert token(third, "12345678", 400, grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert third.accounts.grants == second.accounts.grants
    third.move(4 * 86400)
    assert third.refusal("taobao.trades.sold.get", fields="tid", session=again["access_token"])["code"] == 53
    third.sandbox.reset()
    assert session_error(third, again["access_token"]) == 27
    assert session_error(third, revoked.reveal()) is None


def test_a_document_of_the_older_format_is_the_start_of_a_run_without_log_ins() -> None:
    head, _line, text = saved(busy()).partition(b"\n")
    body = json.loads(text)
    del body["tokens"]
    older = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    check = hashlib.blake2b(older.encode(), digest_size=16).hexdigest()
    document = json.dumps(json.loads(head) | {"format": 1, "check": check}).encode() + f"\n{older}\n".encode()
    outsider = Outsider()
    given = token(outsider, code=code(outsider))
    outsider.sandbox.load(document)
    assert outsider.answer("taobao.trade.fullinfo.get", tid=TRADE, fields="seller_memo")["trade"] == {
        "seller_memo": "改发中通"
    }
    assert session_error(outsider, given["access_token"]) == 27


def test_a_row_of_an_app_or_a_person_that_is_not_there_is_passed_over() -> None:
    first = Outsider()
    token(first, code=code(first))
    code(first)
    accounts = Accounts((first.accounts.apps[1],), owners=())
    other = Outsider(accounts=accounts)
    other.sandbox.load(kept(first))
    assert other.accounts.grants == ()


def test_limits_and_bans_begin_anew() -> None:
    first = Outsider(limited=True)
    first.sandbox.faults.add("*: ban=1h kind=app")
    assert first.refusal("taobao.time.get")["code"] == 7
    assert restarted(first).ask("taobao.time.get").keys() == {"time_get_response"}
