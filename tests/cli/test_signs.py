"""`sign --check` names the mistake behind a pasted sign, with the keys of the environment or a secret from stdin."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.cli.conftest import CANARY, CANARY_SESSION, Command, GiveStdin
from topexplorer.core.signing import base_string, sign

PARAMS = {
    "method": "taobao.item.seller.get",
    "app_key": "23456789",
    "session": CANARY_SESSION,
    "timestamp": "2024-05-01 12:00:00",
    "sign_method": "md5",
    "v": "2.0",
    "fields": "num_iid,title",
}
RIGHT = sign("md5", CANARY, PARAMS.items())
FAR = "https://gateway.example/router/rest"


def url(claimed: str, **changes: str) -> str:
    return f"{FAR}?{urlencode({**PARAMS, **changes, 'sign': claimed})}"


@pytest.fixture
def far(topexplorer: Command, canary: dict[str, str]) -> Command:
    """The command, with an environment `far` that has the canary's keys."""
    topexplorer.add_environment("far", canary, FAR)
    return topexplorer


def test_a_right_sign_is_said_to_be_right(far: Command) -> None:
    ran = far("sign", "--check", url(RIGHT), "--env", "far")
    assert ran.code == 0
    assert ran.out.startswith("The sign is right: md5")


def test_the_mistake_is_named_with_both_texts_and_the_fixed_line(far: Command) -> None:
    text = {name: text for name, text in PARAMS.items() if name != "session"}
    ran = far("sign", "--check", url(sign("md5", CANARY, text.items())), "--env", "far")
    lines = ran.out.splitlines()
    assert ran.code == 7
    assert lines[0].startswith("session is sent but was not signed")
    assert any(line.startswith("  ******app_key23456789fields") for line in lines)
    assert "Fix (shell):" in lines
    assert "The right sign" not in ran.out


def test_the_answer_is_data_with_json_and_speaks_chinese(far: Command) -> None:
    ran = far("sign", "--check", url(RIGHT.lower()), "--env", "far", "--json", "--lang", "zh", "--fix-in", "php")
    answer = json.loads(ran.out)
    assert (ran.code, answer["kind"]) == (7, "mistake")
    assert [row["mistake"] for row in answer["mistakes"]] == ["lower_case"]
    assert answer["sentence"] == "签名是小写十六进制：平台要求大写。"
    assert answer["fixes"] == [{"language": "php", "line": "$sign = strtoupper(md5($secret . $text . $secret));"}]


def test_the_text_comes_from_stdin_or_a_file_and_the_secret_from_stdin(
    far: Command, give_stdin: GiveStdin, tmp_path: Path
) -> None:
    code = f"params = { ({**PARAMS, 'sign': RIGHT})!r}"
    give_stdin(code.encode())
    assert far("sign", "--check", "-", "--env", "far").code == 0
    path = tmp_path / "paste.py"
    path.write_text(code, encoding="utf-8")
    assert far("sign", "--check", str(path), "--env", "far").code == 0
    give_stdin(f"{CANARY}\n".encode())
    ran = far("sign", "--check", str(path), "--secret-stdin")
    assert ran.code == 0
    give_stdin(b"another")
    ran = far("sign", "--check", str(path), "--secret-stdin")
    assert ran.code == 7
    assert "another app secret" in ran.out
    assert sign("md5", "another", PARAMS.items()) not in ran.out


def test_a_sign_alone_is_checked_with_the_parameters_of_the_command(topexplorer: Command) -> None:
    shown = topexplorer("sign", "time.get")
    right = shown.out.splitlines()[-1].strip()
    ran = topexplorer("sign", "time.get", "--check", right.lower())
    assert ran.out.startswith("The sign is in lower-case hex")
    assert f"The right sign: {right}" in ran.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sign",), "METHOD"),
        (("sign", "time.get", "--fix-in", "php"), "only with --check"),
        (("sign", "time.get", "--secret-stdin"), "only with --check"),
        (("sign", "--batch"), "--body"),
        (("sign", "--check", "-", "--secret-stdin"), "both the text and the secret"),
        (("sign", "--check", "hello"), "No parameters were found"),
        (("sign", "--check", ""), "no text to check"),
        (("sign", "--check", "a=1&b=2"), "no sign in the text"),
    ],
)
def test_what_cannot_be_checked_is_a_usage_error(topexplorer: Command, words: tuple[str, ...], said: str) -> None:
    ran = topexplorer(*words)
    assert ran.code == 2
    assert said in ran.out + ran.err


WRONG = (
    base_string(PARAMS.items()),
    RIGHT,
    RIGHT.lower(),
    sign("hmac", CANARY, PARAMS.items()),
    sign("md5", f"{CANARY}\n", PARAMS.items()),
    sign("md5", CANARY, {**PARAMS, "app_secret": CANARY}.items()),
    sign("md5", CANARY, [*PARAMS.items(), ("memo", CANARY)]),
)


@pytest.mark.parametrize("claimed", WRONG)
@pytest.mark.parametrize("more", [(), ("--json",), ("--lang", "zh")])
def test_no_answer_holds_a_secret(far: Command, claimed: str, more: tuple[str, ...]) -> None:
    for changes in ({}, {"app_secret": CANARY}, {"memo": CANARY}):
        ran = far("sign", "--check", url(claimed, **changes), "--env", "far", "--verbose", *more)
        for secret in (CANARY, CANARY_SESSION, RIGHT):
            assert secret.encode() not in ran.stdout + ran.stderr


def test_the_steps_of_bodies_and_batches_show_what_goes_behind_the_parameters(
    topexplorer: Command, tmp_path: Path, give_stdin: GiveStdin
) -> None:
    body = tmp_path / "order.json"
    body.write_text('{"tid":1}', encoding="utf-8")
    whole = topexplorer("sign", "time.get", "--body", str(body), "--json")
    steps = json.loads(whole.out)
    assert (whole.code, steps["dialect"]) == (0, "body")
    assert [step["name"] for step in steps["steps"]] == ["sorted", "left_out", "body", "joined", "bytes", "digest"]
    assert steps["text"].endswith('v2.0{"tid":1}******')
    give_stdin(b"method=taobao.time.get\r\n-S-\r\nN")
    batch = json.loads(topexplorer("sign", "--batch", "--body", "-", "--sign-method", "hmac", "--json").out)
    assert (batch["dialect"], batch["sign_method"], batch["text"].count("******")) == ("batch", "hmac", 1)
    assert "method" not in dict(row for row in batch["steps"][0]["rows"])
    assert len(batch["sign"]) == 32


def test_a_callback_is_taken_apart_and_its_sign_judged(topexplorer: Command, give_stdin: GiveStdin) -> None:
    body, secret = '{"tid":123}', "helloworld"
    head = (
        "POST /spi?method=taobao.demo&timestamp=2020-01-01+12%3A00%3A00&sign={sign} HTTP/1.1\r\nX-Nick: %E6%B7%98\r\n"
    )
    head += "top-sign-list: X-Nick\r\nContent-Type: application/json;charset=UTF-8\r\n\r\n" + body
    params = [("X-Nick", "淘"), ("method", "taobao.demo"), ("timestamp", "2020-01-01 12:00:00")]
    for claimed, code in ((sign("md5", secret, params, body), 0), ("0" * 32, 7)):
        give_stdin(f"{secret}\n".encode())
        ran = topexplorer("sign", "--callback", head.replace("{sign}", claimed), "--secret-stdin")
        assert ran.code == code
        assert "  X-Nick     淘" in ran.out.splitlines()
        assert secret not in ran.out + ran.err
    assert "not the sign of this request" in ran.err
    assert topexplorer("sign", "--callback", "https://shop.example/spi?a=1").err.startswith("warning: no sign came")


def test_the_sign_of_a_message_connection_says_what_is_assumed(topexplorer: Command) -> None:
    ran = topexplorer("sign", "--tmc", "default")
    assert ran.code == 0
    assert "  group_name  default" in ran.out.splitlines()
    assert ran.err.startswith("warning: Assumed")
