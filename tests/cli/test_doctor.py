"""`doctor` lights a lamp for everything a call needs and says what to do about the red ones."""

from __future__ import annotations

import json
import os

import httpx
import pytest

from tests.cli.conftest import CANARY, CANARY_SESSION, Command, answering
from tests.engine.vaults import filled
from topexplorer.cli import output

HTTPS = "https://gw.example.com/router/rest"


def states(command: Command, *words: str) -> dict[str, str]:
    return {lamp["name"]: lamp["state"] for lamp in json.loads(command("doctor", "--json", *words).out)["lamps"]}


def test_out_of_the_box_nothing_is_red(topexplorer: Command) -> None:
    ran = topexplorer("doctor")
    assert ran.code == output.OK
    assert "✗" not in ran.out
    found = states(topexplorer)
    assert found.pop("terminal") == "skipped"
    assert set(found.values()) == {"ok"}
    assert {"config", "specs", "keys", "reach", "clock", "app_key", "sign", "ip", "permission", "session", "quota"} <= (
        found.keys()
    )


def test_both_languages_are_spoken(topexplorer: Command) -> None:
    assert "网关连通" in topexplorer("doctor", "--lang", "zh").out
    assert "gateway reached" in topexplorer("doctor").out


def test_a_red_lamp_says_what_to_do_and_ends_with_findings(topexplorer: Command, full_app: dict[str, str]) -> None:
    topexplorer.add_environment("trial", full_app | {"APP_SECRET": "notthesecret0123456789"})
    ran = topexplorer("doctor", "--env", "trial")
    assert ran.code == output.FINDINGS
    lines = ran.out.splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith("✗"))
    assert "sign accepted" in lines[place]
    assert lines[place + 1].strip().startswith("→")


def test_offline_looks_at_what_needs_no_call(topexplorer: Command, canary: dict[str, str]) -> None:
    topexplorer.add_environment("far", canary, HTTPS)
    found = states(topexplorer, "--env", "far", "--offline")
    assert "reach" not in found
    assert found["keys"] == "ok"


def test_a_gateway_that_does_not_answer_is_red_and_no_secret_is_shown(
    topexplorer: Command, canary: dict[str, str]
) -> None:
    topexplorer.transport = answering(lambda request: httpx.Response(502, text=f"<html>{request.content!r}</html>"))
    topexplorer.add_environment("far", canary, HTTPS)
    for words in (("doctor",), ("doctor", "--json"), ("doctor", "--self-check")):
        ran = topexplorer(*words, "--env", "far")
        assert ran.code == output.FINDINGS
        assert CANARY not in ran.out + ran.err
        assert CANARY_SESSION not in ran.out + ran.err


def test_a_settings_file_that_cannot_be_used_is_red(topexplorer: Command) -> None:
    topexplorer.configure("[environments.broken\n")
    ran = topexplorer("doctor")
    assert ran.code == output.FINDINGS
    assert states(topexplorer)["config"] == "bad"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system gives files no modes")
def test_files_that_others_can_read_or_change_have_a_lamp_and_no_second_one(topexplorer: Command) -> None:
    file = filled(topexplorer.paths.vault_folder)
    assert states(topexplorer, "--env", "dev", "--offline")["private"] == "ok"
    file.chmod(0o644)
    ran = topexplorer("doctor", "--env", "dev", "--offline")
    assert ran.code == output.FINDINGS
    assert f"others can read {file} (mode 0644)" in ran.out
    lamps = {lamp["name"]: lamp for lamp in json.loads(topexplorer("doctor", "--json", "--env", "dev").out)["lamps"]}
    assert lamps["keys"]["message"] == "in a vault that cannot be used"
    assert lamps["private"]["cure"].startswith(f"Run: chmod 600 {file}")
    call = topexplorer("call", "taobao.time.get", "--env", "dev")
    assert call.code == output.STORAGE
    assert f"so no key in it is unlocked; run: chmod 600 {file}" in call.err
    topexplorer.configure("")
    topexplorer.paths.config_file.chmod(0o666)
    found = states(topexplorer, "--offline")
    assert (found["config"], found["private"]) == ("ok", "bad")


def test_the_self_check_goes_step_by_step(topexplorer: Command) -> None:
    ran = topexplorer("doctor", "--self-check")
    assert ran.code == output.OK
    assert [line[0] for line in ran.out.splitlines()] == ["✓"] * 4
    assert "66987CB115214E59E6EC978214934FB8" in ran.out


def test_without_keys_the_first_step_still_passes(topexplorer: Command) -> None:
    topexplorer.add_environment("empty", {}, HTTPS)
    found = states(topexplorer, "--self-check", "--env", "empty")
    assert (found["sign_example"], found["keys"], found["public_call"]) == ("ok", "bad", "skipped")


def test_on_a_terminal_its_abilities_are_looked_at(topexplorer: Command) -> None:
    topexplorer.terminal = True
    topexplorer.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    found = states(topexplorer)
    assert (found["colours"], found["cjk_width"], found["clipboard"]) == ("ok", "ok", "ok")
