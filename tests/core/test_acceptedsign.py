"""What proves that a gateway let a call in with its sign: little, because nobody documents what it checks first."""

from __future__ import annotations

import pytest

from topexplorer.core.acceptedsign import accepts_sign
from topexplorer.core.call import Answer, NoAnswer, Refusal


def test_an_answer_proves_it_and_silence_does_not() -> None:
    assert accepts_sign(Answer(b"{}", "json", None, None))
    assert not accepts_sign(NoAnswer("timeout"))
    assert not accepts_sign(NoAnswer("unreadable", body=b"<html>"))


@pytest.mark.parametrize(
    ("code", "sub_code"),
    [
        (15, "isv.trade-not-exist"),
        (15, "isv.item-listing-service-error:IC_CHECKSTEP_NO_PERMISSION"),
        (15, "isv.missing-parameter:tid"),
        (15, "2401"),
        (50, "isv.invalid-parameter"),
        (530, "isv.item-not-exist"),
        (700, "campaign.title.exists.error"),
    ],
)
def test_the_service_behind_the_gateway_proves_it(code: int, sub_code: str) -> None:
    assert accepts_sign(Refusal(code, "Remote service error", sub_code))


@pytest.mark.parametrize("code", [*range(15), *range(16, 50), 53, *range(100, 112), 701])
def test_what_the_gateway_itself_refuses_proves_nothing(code: int) -> None:
    for sub_code in (None, "", "isv.trade-not-exist", "isv.appkey-not-exists", "invalid-sessionkey"):
        assert not accepts_sign(Refusal(code, "Refused", sub_code))


@pytest.mark.parametrize(
    "sub_code",
    [
        *(None, "", "isp.unknown-error", "isp.top-remote-connection-timeout", "isp.system-busy"),
        *("accesscontrol.limited-by-api-access-count", "isv.access-limited-by-app-access-count"),
        *("isv.appkey-not-exists", "isv.permission-ip-whitelist-limit", "isv.permission-api-package-limit"),
        *("isv.timestamp-limit-error", "isv.replayattack-timestamp-invalid-error", "isv.request-replay-error"),
        *("isv.invalid-signature", "isv.Sign-check-error"),
    ],
)
def test_what_may_come_from_the_gateway_proves_nothing_under_the_code_of_a_service_either(sub_code: str | None) -> None:
    assert not accepts_sign(Refusal(15, "Remote service error", sub_code))
