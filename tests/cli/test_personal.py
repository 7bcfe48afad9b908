"""Personal data on the command line: starred where production answers, real elsewhere, and as it is asked for."""

from __future__ import annotations

import json

import httpx

from tests.cli.conftest import Command, answering
from tests.workbench import TID

PROD = {
    "TOPEXPLORER_PROD_APP_KEY": "23456789",
    "TOPEXPLORER_PROD_APP_SECRET": "canary5ecret0f1e2d3c4b5a69788796",
    "TOPEXPLORER_PROD_SESSION": "6100canarycanarycanarycanarycanary5e551on",
}
TRADE = {"tid": int(TID), "receiver_name": "张小明", "receiver_mobile": "13812345678", "title": "夏季新款"}


def answer(_request: httpx.Request) -> httpx.Response:
    body = json.dumps({"trade_fullinfo_get_response": {"trade": TRADE}}, ensure_ascii=False).encode()
    return httpx.Response(200, stream=httpx.ByteStream(body))


def test_production_answers_are_starred_unless_something_else_is_asked_for(topexplorer: Command) -> None:
    topexplorer.environ |= PROD
    topexplorer.transport = answering(answer)
    words = ("call", "taobao.trade.fullinfo.get", f"tid={TID}", "fields=tid", "--env", "prod")
    ran = topexplorer(*words, "--verbose")
    assert ran.code == 0, ran.err
    for view in ("text", "raw", "tree"):
        shown = topexplorer(*words, "--view", view).out
        assert "138****5678" in shown
        assert "张**" in shown
        assert [TID in shown, "夏季新款" in shown, "张小明" in shown] == [True, True, False]
    assert "--personal real" in ran.err
    real = topexplorer(*words, "--personal", "real")
    assert json.loads(real.out)["trade_fullinfo_get_response"]["trade"] == TRADE
    fake = json.loads(topexplorer(*words, "--personal", "fake").out)["trade_fullinfo_get_response"]["trade"]
    assert fake["receiver_mobile"] != TRADE["receiver_mobile"]
    assert len(fake["receiver_name"]) == 3
    assert fake["tid"] == TRADE["tid"]


def test_elsewhere_answers_are_real_and_can_be_made_up(topexplorer: Command) -> None:
    words = ("call", "taobao.trade.fullinfo.get", f"tid={TID}", "fields=tid,receiver_name,receiver_address")
    real = json.loads(topexplorer(*words).out)
    fake = json.loads(topexplorer(*words, "--personal", "fake").out)
    trades = [document["trade_fullinfo_get_response"]["trade"] for document in (real, fake)]
    assert trades[0]["tid"] == trades[1]["tid"]
    assert trades[0]["receiver_name"] != trades[1]["receiver_name"]


def test_a_profile_from_production_holds_no_person(topexplorer: Command) -> None:
    topexplorer.environ |= PROD
    method = "taobao.trade.shippingaddress.update"
    ran = topexplorer(
        *("profile", "save", "kept", method, f"tid={TID}", "receiver_name=张小明", "receiver_mobile=13812345678"),
        *("--env", "prod"),
    )
    assert ran.code == 0, ran.err
    assert "receiver_name, receiver_mobile" in ran.err
    shown = json.loads(topexplorer("profile", "show", "kept", "--json").out)
    assert (shown["values"], shown["left_out"]) == ({"tid": TID}, ["receiver_mobile", "receiver_name"])
