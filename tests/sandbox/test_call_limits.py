"""Code 7: the sandbox's limits are those of platform.json, exact in every window, with the seconds of the ban.

Quotas can be put in their place, and every kind of ban can be laid on purpose.
"""

from __future__ import annotations

import itertools
from datetime import datetime
from urllib.parse import urlencode

import pytest

from tests.sandbox.wire import BEIJING, Outsider, small


def limited(now: datetime | None = None) -> Outsider:
    """The small platform: 4 calls a second and 30 a day for an app, basic 6 in 60 s, slow 2 in 10 s and 3 in 60 s."""
    return Outsider(small(), limited=True, now=now or datetime(2026, 11, 21, 12, 0, 0, tzinfo=BEIJING))


def code(outsider: Outsider, api: str = "taobao.time.get", **values: str) -> int:
    outsider.ask(api, **values)
    return outsider.sandbox.log[-1].code


def test_a_refusal_names_the_level_and_counts_the_seconds() -> None:
    outsider = limited()
    for _call in range(6):
        outsider.move(1)
        assert code(outsider) == 0
    said = outsider.refusal("taobao.time.get")
    assert said.pop("request_id")
    assert said == {
        "code": 7,
        "msg": "App Call Limited",
        "sub_code": "accesscontrol.limited-by-app-api-access-count",
        "sub_msg": "This ban will last for 55 more seconds",
    }


def test_the_ban_counts_down_and_ends_when_it_said() -> None:
    outsider = limited()
    for _call in range(6):
        outsider.move(1)
        code(outsider)
    seconds = []
    for _wait in range(3):
        seconds.append(outsider.refusal("taobao.time.get")["sub_msg"].split()[5])
        outsider.move(20)
    assert seconds == ["55", "35", "15"]
    outsider.move(-5.5)
    assert outsider.refusal("taobao.time.get")["sub_msg"] == "This ban will last for 1 more seconds"
    outsider.move(0.5)
    assert code(outsider) == 0


def test_no_window_of_the_length_ever_holds_more_than_the_limit() -> None:
    outsider = limited()
    admitted: list[datetime] = []
    for _step in range(400):
        outsider.move(0.7)
        if outsider.now.hour == 12 and len(admitted) < 29 and code(outsider) == 0:
            admitted.append(outsider.now)
    assert len(admitted) > 20
    assert all((late - early).total_seconds() >= 60 for early, late in zip(admitted, admitted[6:], strict=False))


def test_rate_classes_have_separate_budgets_and_a_class_may_have_two_limits() -> None:
    outsider = limited()
    slow = ("taobao.sample.thing.update", {"thing_id": "1", "title": "x"})
    assert [code(outsider, slow[0], **slow[1]) for _call in range(3)] == [0, 0, 7]
    assert code(outsider) == 0
    outsider.move(10)
    assert [code(outsider, slow[0], **slow[1]) for _call in range(2)] == [0, 7]
    assert outsider.refusal(slow[0], **slow[1])["sub_msg"] == "This ban will last for 50 more seconds"


def test_calls_per_second_are_counted_over_all_apis_of_an_app() -> None:
    outsider = limited()
    codes = [code(outsider) for _call in range(3)] + [code(outsider, "alibaba.sample.owner.get") for _call in range(2)]
    assert codes == [0, 0, 0, 0, 7]
    said = outsider.refusal("taobao.time.get")
    assert said["sub_code"] == "accesscontrol.limited-by-app-access-count"
    assert said["sub_msg"] == "This ban will last for 1 more seconds"


def test_the_day_of_an_app_ends_at_midnight_in_beijing() -> None:
    outsider = limited(datetime(2026, 11, 21, 23, 0, 0, tzinfo=BEIJING))
    for _call in range(30):
        outsider.move(61)
        assert code(outsider) == 0
    said = outsider.refusal("taobao.time.get")
    left = (datetime(2026, 11, 22, tzinfo=BEIJING) - outsider.now).total_seconds()
    assert said["sub_code"] == "accesscontrol.limited-by-app-access-count"
    assert said["sub_msg"] == f"This ban will last for {left:.0f} more seconds"
    outsider.move(left)
    assert code(outsider) == 0


def test_another_app_key_has_its_own_budget() -> None:
    outsider = limited()
    for _call in range(5):
        code(outsider)
    assert outsider.sandbox.log[-1].code == 7
    params = outsider.system("taobao.time.get", app_key="12345679")
    outsider.post(outsider.signed(params))
    assert outsider.sandbox.log[-1].code == 0


def test_refused_calls_do_not_count_and_neither_do_calls_with_a_wrong_sign() -> None:
    outsider = limited()
    for _call in range(9):
        outsider.send(body=urlencode({**outsider.system("taobao.time.get"), "sign": "0"}).encode())
    assert outsider.sandbox.log[-1].code == 25
    for _call in range(4):
        assert code(outsider) == 0
    for _call in range(9):
        assert code(outsider) == 7
    outsider.move(1)
    assert code(outsider) == 0


def test_a_clock_that_is_set_back_does_not_ban_the_app_until_it_catches_up() -> None:
    outsider = limited()
    for _call in range(4):
        code(outsider)
    outsider.move(-7200)
    assert code(outsider) == 0


def test_the_bundled_platform_bans_a_trade_client_after_two_hundred_calls_in_a_minute() -> None:
    outsider = Outsider(limited=True)
    codes = []
    for _call in range(201):
        outsider.move(0.11)
        codes.append(code(outsider, "taobao.refunds.receive.get", fields="refund_id"))
    assert codes == [0] * 200 + [7]
    assert outsider.refusal("taobao.refunds.receive.get", fields="refund_id")["sub_msg"].endswith("38 more seconds")


def test_reset_lifts_every_ban() -> None:
    outsider = limited()
    for _call in range(5):
        code(outsider)
    outsider.sandbox.reset()
    assert not outsider.sandbox.log
    assert code(outsider) == 0


# Bans and quotas on purpose

SHOP = ("taobao.shop.seller.get", {"fields": "sid"})
OTHER_KEY = "12345679"
ANOTHER_DAY = datetime(2026, 11, 22, tzinfo=BEIJING)


def free(*rules: str) -> Outsider:
    """The bundled platform without its limits, under these rules."""
    outsider = Outsider()
    for rule in rules:
        outsider.sandbox.faults.add(rule)
    return outsider


def as_other_app(outsider: Outsider, api: str) -> int:
    outsider.post(outsider.signed(outsider.system(api, app_key=OTHER_KEY)))
    return outsider.sandbox.log[-1].code


@pytest.mark.parametrize(
    ("kind", "other_api", "other_app"), [("app", 7, 0), ("api", 0, 7), ("app-api", 0, 0), ("dynamic", 0, 0)]
)
def test_a_ban_of_each_kind_covers_what_it_is_about(kind: str, other_api: int, other_app: int) -> None:
    outsider = free(f"taobao.time.get: ban=120s kind={kind}")
    assert code(outsider, SHOP[0], **SHOP[1]) == 0
    said = outsider.refusal("taobao.time.get")
    name = {"app": "app", "api": "api", "app-api": "app-api", "dynamic": "dynamic"}[kind]
    assert said["code"] == 7
    assert said["sub_code"] == f"accesscontrol.limited-by-{name}-access-count"
    assert said["sub_msg"] == "This ban will last for 120 more seconds"
    assert code(outsider, SHOP[0], **SHOP[1]) == other_api
    assert as_other_app(outsider, "taobao.time.get") == other_app


def test_a_ban_that_was_laid_counts_down_ends_and_does_not_come_again() -> None:
    outsider = free("taobao.time.get: ban=60s")
    seconds = []
    for _wait in range(4):
        seconds.append(outsider.refusal("taobao.time.get")["sub_msg"].split()[5])
        outsider.move(15)
    assert seconds == ["60", "45", "30", "15"]
    assert [code(outsider), code(outsider)] == [0, 0]


def test_a_ban_until_midnight_ends_there() -> None:
    outsider = free("*: ban=midnight kind=app")
    outsider.move(0.25)
    left = (ANOTHER_DAY - outsider.now).total_seconds()
    assert outsider.refusal("taobao.time.get")["sub_msg"] == f"This ban will last for {left + 0.75:.0f} more seconds"
    outsider.move(left - 1)
    assert code(outsider, SHOP[0], **SHOP[1]) == 7
    outsider.move(1)
    assert code(outsider, SHOP[0], **SHOP[1]) == 0


def test_a_rate_lays_bans_again_and_again() -> None:
    outsider = free("*: ban=5s rate=20%")
    codes = []
    for _second in range(200):
        outsider.move(1)
        codes.append(code(outsider))
    beginnings = sum(1 for pair in itertools.pairwise(codes) if pair == (0, 7))
    assert beginnings > 5
    again = free("*: ban=5s rate=20%")
    for expected in codes:
        again.move(1)
        assert code(again) == expected


def test_removing_a_rule_lifts_the_bans_it_laid_and_so_does_reset() -> None:
    outsider = free("taobao.time.get: ban=60s", "taobao.shop.*: ban=60s")
    assert [code(outsider), code(outsider, SHOP[0], **SHOP[1])] == [7, 7]
    assert [(ban.kind, ban.api, ban.seconds) for ban in outsider.sandbox.faults.bans(outsider.now)] == [
        ("app-api", "taobao.time.get", 60),
        ("app-api", SHOP[0], 60),
    ]
    outsider.sandbox.faults.remove(1)
    assert [code(outsider), code(outsider, SHOP[0], **SHOP[1])] == [0, 7]
    outsider.sandbox.reset()
    assert outsider.sandbox.faults.bans(outsider.now) == ()


def test_a_quota_over_all_apps_counts_every_apps_calls_of_one_api() -> None:
    outsider = free("taobao.time.get: quota=3/60s kind=api")
    assert [code(outsider), as_other_app(outsider, "taobao.time.get"), code(outsider), code(outsider)] == [0, 0, 0, 7]
    assert outsider.sandbox.log[-1].sub_code == "accesscontrol.limited-by-api-access-count"
    assert as_other_app(outsider, "taobao.time.get") == 7
    assert code(outsider, SHOP[0], **SHOP[1]) == 0
    outsider.move(60)
    assert code(outsider) == 0


def test_a_quota_of_an_api_takes_the_place_of_its_class() -> None:
    outsider = limited()
    assert code(outsider) == 0
    outsider.sandbox.faults.add("taobao.time.get: quota=2/s")
    for _call in range(10):
        outsider.move(1)
        assert code(outsider) == 0
    assert [code(outsider), code(outsider)] == [0, 7]
    assert outsider.refusal("taobao.time.get")["sub_msg"] == "This ban will last for 1 more seconds"
    outsider.sandbox.faults.clear()
    outsider.move(1)
    assert [code(outsider), code(outsider), code(outsider)] == [0, 0, 0]


def test_a_quota_for_a_day_ends_at_midnight() -> None:
    outsider = free("*: quota=2/day kind=app")
    assert [code(outsider), code(outsider, SHOP[0], **SHOP[1]), code(outsider)] == [0, 0, 7]
    assert outsider.sandbox.log[-1].sub_code == "accesscontrol.limited-by-app-access-count"
    outsider.move((ANOTHER_DAY - outsider.now).total_seconds())
    assert code(outsider) == 0


def test_a_quota_of_none_lets_nobody_in() -> None:
    outsider = free("taobao.time.get: quota=0/60s kind=dynamic")
    assert outsider.refusal("taobao.time.get")["sub_code"] == "accesscontrol.limited-by-dynamic-access-count"


def test_usage_tells_how_far_each_limit_is_used_up() -> None:
    outsider = limited()
    for _call in range(4):
        code(outsider)
    usage = {
        (use.kind, use.api, use.limit.seconds): (use.used, use.ban_seconds)
        for use in outsider.sandbox.limits.usage(outsider.now)
    }
    assert usage == {
        ("app", "", 1): (4, 1),
        ("app", "", 0): (4, 0),
        ("app-api", "basic", 60): (4, 0),
    }
    outsider.move(1)
    assert [use.used for use in outsider.sandbox.limits.usage(outsider.now)] == [0, 4, 4]
