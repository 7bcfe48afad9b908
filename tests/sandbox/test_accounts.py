"""Apps, packages, allow lists and sessions: who may call what, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.core.samples import bundled
from tests.sandbox.wire import NOON, TRADE, Outsider
from topexplorer.core.call import Secret
from topexplorer.core.language import Words
from topexplorer.core.sessionlife import LEVELS, Level, level_of
from topexplorer.sandbox.accounts import (
    APP_KEY,
    GUARDED_APP_KEY,
    MOST_GRANTS,
    OTHER_SELLER,
    OWNERS,
    PERSONAL_APP_KEY,
    SELLER,
    SMALL_APP_KEY,
    Accounts,
    App,
    Grant,
    Package,
)
from topexplorer.sandbox.seed.sellers import STORES

READ_R1 = ("taobao.shop.seller.get", {"fields": "title"})
READ_R2 = ("taobao.trade.fullinfo.get", {"tid": str(TRADE), "fields": "tid"})
WRITE_W1 = ("taobao.sellercats.list.add", {"name": "新品"})
WRITE_W2 = ("taobao.trade.memo.update", {"tid": str(TRADE), "memo": "请尽快"})
CALLS: dict[Level, tuple[str, dict[str, str]]] = {"r1": READ_R1, "r2": READ_R2, "w1": WRITE_W1, "w2": WRITE_W2}


def said(outsider: Outsider, call: tuple[str, dict[str, str]], session: str, app_key: str = APP_KEY) -> Any:
    """The error of a call with that session, None when it is answered."""
    api, values = call
    params = outsider.system(api, app_key=app_key) | values | {"session": session}
    error = outsider.decoded(outsider.post(outsider.signed(params))).get("error_response")
    if error:
        error.pop("request_id")
    return error


def granted(outsider: Outsider, **terms: Any) -> str:
    """A new session of the full app."""
    grant = Grant(Secret("6100new"), APP_KEY, SELLER, **terms)
    outsider.accounts.add(grant)
    return grant.session.reveal()


@pytest.mark.parametrize("wanted", LEVELS)
def test_the_calls_of_these_tests_have_the_levels_they_stand_for(wanted: Level) -> None:
    spec = bundled().get(CALLS[wanted][0])
    assert spec
    assert level_of(spec) == wanted


def test_promotions_are_of_high_risk() -> None:
    catalog = bundled()
    assert {level_of(catalog[api]) for api, entry in catalog.entries.items() if entry.category == "promotion"} == {
        "r2",
        "w2",
    }


@pytest.mark.parametrize("over", LEVELS)
def test_a_level_that_is_over_is_refused_and_the_others_live(outsider: Outsider, over: Level) -> None:
    session = granted(outsider, ends={over: NOON})
    for name, call in CALLS.items():
        error = said(outsider, call, session)
        if name == over:
            assert (error["code"], error["sub_code"]) == (53, f"isv.{over}-security-authorize-invalid")
            reason = outsider.sandbox.log[-1].reason
            assert reason
            assert reason.key == "sandbox.refused.53"
        else:
            assert error is None, error


def test_a_level_ends_at_its_moment_and_the_session_at_its_own(outsider: Outsider) -> None:
    session = granted(outsider, expires_at=NOON + timedelta(hours=1), ends={"w2": NOON + timedelta(minutes=30)})
    codes = []
    for seconds in (0, 1799, 1, 1799, 1):
        outsider.move(seconds)
        codes.append([(said(outsider, call, session) or {"code": 0})["code"] for call in (WRITE_W2, READ_R1)])
    assert codes == [[0, 0], [0, 0], [53, 0], [53, 0], [27, 27]]


def test_the_sandbox_starts_with_a_session_that_only_reads(outsider: Outsider) -> None:
    alive = [grant for grant in outsider.accounts.grants if not grant.is_over(NOON)]
    (session,) = [grant.session.reveal() for grant in alive if not grant.allows("w1", NOON)]
    codes = [(said(outsider, call, session) or {"code": 0})["code"] for call in CALLS.values()]
    assert codes == [0, 0, 53, 53]


def test_a_sub_account_may_change_only_what_it_was_given(outsider: Outsider) -> None:
    session = next(grant.session.reveal() for grant in outsider.accounts.grants if grant.staff)
    assert said(outsider, WRITE_W2, session) is None
    assert said(outsider, READ_R1, session) is None
    assert said(outsider, WRITE_W1, session) == {
        "code": 12,
        "msg": "Insufficient user permissions",
        "sub_code": "subuser.has-no-permission",
        "sub_msg": "该子帐号无此操作权限，请通过主帐号设置开通相应权限",
    }


def test_a_revoked_session_is_refused_with_27(outsider: Outsider) -> None:
    session = granted(outsider)
    assert said(outsider, READ_R1, session) is None
    outsider.accounts.revoke(session)
    gone = {"code": 27, "msg": "Invalid session", "sub_code": "session-not-exist", "sub_msg": "SessionKey非法"}
    assert said(outsider, READ_R1, session) == gone
    first = next(grant.session.reveal() for grant in Accounts.default().grants if grant.revoked)
    assert said(outsider, READ_R1, first) == gone
    with pytest.raises(KeyError):
        outsider.accounts.revoke("6100nobody")


def test_a_level_is_asked_after_the_package_and_before_the_arguments(outsider: Outsider) -> None:
    session = granted(outsider, ends={"w2": NOON})
    assert said(outsider, ("taobao.trade.memo.add", {}), session)["code"] == 53
    poor = Grant(Secret("6102new"), SMALL_APP_KEY, SELLER, ends={"w2": NOON})
    outsider.accounts.add(poor)
    assert said(outsider, ("taobao.trade.memo.add", {}), "6102new", SMALL_APP_KEY)["code"] == 11


def test_an_api_without_a_session_has_no_level(outsider: Outsider) -> None:
    session = granted(outsider, ends=dict.fromkeys(LEVELS, NOON))
    assert said(outsider, ("taobao.time.get", {}), session) is None


def test_a_personal_app_reads_items_and_sees_no_trades(outsider: Outsider) -> None:
    keys = outsider.accounts.credentials(PERSONAL_APP_KEY)
    assert keys.session
    session = keys.session.reveal()
    assert said(outsider, ("taobao.items.onsale.get", {"fields": "num_iid"}), session, PERSONAL_APP_KEY) is None
    assert said(outsider, READ_R2, session, PERSONAL_APP_KEY)["sub_code"] == "isv.permission-api-package-limit"
    assert {app.kind for app in outsider.accounts.apps} == {"personal", "enterprise"}


def test_a_package_holds_the_categories_it_lists_and_the_apis_that_name_it() -> None:
    package = Package(Words(zh="淘宝客基础", en="Affiliate basics"), frozenset({"tbk"}))
    app = App("1", Secret("s"), "t", (package,))
    assert app.may_call("tbk")
    assert app.may_call("trade", ("淘宝客基础",))
    assert not app.may_call("trade", ("淘宝客高级",))
    assert not replace(app, packages=()).may_call("tbk")
    assert replace(app, packages=None).may_call("trade")


def test_an_app_with_an_allow_list_is_called_only_from_there(outsider: Outsider) -> None:
    keys = outsider.accounts.credentials(GUARDED_APP_KEY)
    assert keys.session
    session = keys.session.reveal()
    assert said(outsider, READ_R1, session, GUARDED_APP_KEY) == {
        "code": 11,
        "msg": "Insufficient isv permissions",
        "sub_code": "isv.permission-ip-whitelist-limit",
        "sub_msg": "The appkey 12345681 is only allowed to call from 203.0.113.*,198.51.100.7, "
        "but your ip is 127.0.0.1",
    }
    for address, code in [("203.0.113.77", 0), ("198.51.100.7", 0), ("198.51.100.8", 11), ("::1", 11)]:
        outsider.transport = httpx.ASGITransport(app=outsider.sandbox, client=(address, 1))
        error = said(outsider, READ_R1, session, GUARDED_APP_KEY)
        assert (error["code"] if error else 0) == code


def test_an_allow_list_entry_stands_for_whole_parts_only() -> None:
    app = App("1", Secret("s"), "t", addresses=("10.2.*.1",))
    assert app.may_come_from("10.2.255.1")
    assert not any(map(app.may_come_from, ("10.20.3.1", "10.2.3.11", "10.2.3", "10.2.3.1.1", "", "unix:/x")))


def test_the_default_session_is_one_that_opens_everything_for_ever() -> None:
    accounts = Accounts.default()
    for key, seller in [(APP_KEY, SELLER), (APP_KEY, OTHER_SELLER), (SMALL_APP_KEY, SELLER)]:
        session = accounts.credentials(key, seller).session
        assert session
        grant = accounts.grant(session.reveal())
        assert grant
        assert grant.is_endless
        assert grant.seller == seller
    assert accounts.credentials(SMALL_APP_KEY, OTHER_SELLER).session is None


def test_sessions_end_with_the_id_of_who_logged_in() -> None:
    """As the platform's do; the ids are those of the seeded market."""
    accounts = Accounts.default()
    assert {owner.nick: owner.user_id for owner in OWNERS} == {store.nick: store.user_id for store in STORES}
    for grant in accounts.grants:
        person = accounts.person(grant.staff.nick if grant.staff else grant.seller)
        assert person
        owner, staff = person
        assert grant.session.reveal().endswith(str(staff.user_id if staff else owner.user_id))
    assert accounts.person("谁也不是") is None


def test_reset_brings_back_the_sessions_of_the_start() -> None:
    outsider = Outsider()
    before = outsider.accounts.grants
    session = granted(outsider)
    revoked = before[0].session.reveal()
    outsider.accounts.revoke(revoked)
    assert outsider.accounts.grants != before
    outsider.sandbox.reset()
    assert outsider.accounts.grants == before
    assert said(outsider, READ_R1, session)["code"] == 27
    assert said(outsider, READ_R1, revoked) is None


def test_the_memory_of_sessions_has_an_end_and_keeps_the_first_ones() -> None:
    accounts = Accounts.default()
    first = accounts.grants
    for number in range(MOST_GRANTS + 5):
        accounts.add(Grant(Secret(f"6201{number}"), APP_KEY, SELLER))
    assert len(accounts.grants) == MOST_GRANTS
    assert accounts.grants[: len(first)] == first
    assert accounts.grant("62010") is None
    assert accounts.grant(f"6201{MOST_GRANTS + 4}")
