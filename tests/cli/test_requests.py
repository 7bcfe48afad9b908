"""What would be sent, and how its sign comes about, can be seen without sending."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from tests.cli.conftest import Command
from tests.workbench import TID
from topexplorer.core.call import RequestDraft

TRADE = ("call", "taobao.trade.fullinfo.get", f"tid={TID}", "fields=tid,status,orders")
FAR = "https://gateway.example/router/rest"
KEYS = {"APP_KEY": "23456789", "APP_SECRET": "0123456789abcdef", "SESSION": "6100abcdef0123456789"}


def test_a_dry_run_shows_the_signed_request_and_sends_nothing(topexplorer: Command) -> None:
    ran = topexplorer(*TRADE, "--dry-run")
    lines = ran.out.splitlines()
    assert ran.code == 0
    assert lines[0] == "POST http://sandbox.topexplorer.invalid/router/rest"
    names = [line.split()[0] for line in lines[lines.index("Parameters in signing order:") + 1 :][:9]]
    assert names == sorted(names)
    assert f"  tid          {TID}" in lines
    assert "  sign  the sign itself is never signed" in lines
    assert all(meter.used == 0 for meter in topexplorer.bench.engine.meters())


def test_a_dry_run_works_without_keys(topexplorer: Command) -> None:
    ran = topexplorer("call", "time.get", "--dry-run", "--json", "--env", "prod")
    request = json.loads(ran.out)
    assert ran.code == 0
    assert request["environment"] == "prod"
    assert request["params"]["method"] == "taobao.time.get"
    assert request["signed_order"] == sorted(request["signed_order"])


def test_a_dry_run_says_what_was_left_out_and_why(topexplorer: Command) -> None:
    ran = topexplorer("call", "time.get", "note=", "--dry-run", "--json", "--lang", "zh")
    reasons = {row["name"]: row["reason"] for row in json.loads(ran.out)["left_out"]}
    assert reasons["sign"] == "sign 本身不参与签名"
    assert reasons["note"].startswith("空值")


@pytest.mark.parametrize(("method", "masked"), [("md5", True), ("hmac", False), ("hmac-sha256", False)])
def test_sign_shows_each_step(topexplorer: Command, method: str, masked: bool) -> None:
    ran = topexplorer("sign", "trade.fullinfo.get", f"tid={TID}", "fields=tid", "--sign-method", method)
    text = next(line.strip() for line in ran.out.splitlines() if "app_key12345678fieldstid" in line)
    sign = ran.out.splitlines()[-1].strip()
    assert ran.code == 0
    assert text.startswith("******app_key") is masked
    assert re.fullmatch(r"[0-9A-F]{32}([0-9A-F]{32})?", sign)
    engine = topexplorer.bench.engine
    draft = RequestDraft("taobao.trade.fullinfo.get", {"tid": TID, "fields": "tid"}, sign_method=method)
    signed = engine.prepare(draft)
    assert dict(signed.params)["sign"] == sign
    assert asyncio.run(engine.send(signed)).ok


def test_the_sign_of_real_keys_stays_masked(topexplorer: Command) -> None:
    topexplorer.add_environment("far", KEYS, FAR)
    ran = topexplorer("sign", "time.get", "--env", "far", "--verbose")
    assert ran.out.splitlines()[-1].strip() == "******"
    assert "only in the sandbox" in ran.err


def test_sign_shows_a_wrong_draft_too(topexplorer: Command) -> None:
    ran = topexplorer("sign", "trade.fullinfo.get", "tid=abc")
    assert ran.code == 0
    assert "warning: tid: “abc” is not a whole number" in ran.err
