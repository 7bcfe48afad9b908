"""The steps to a sign end in the sign that the platform's own code makes, and show no secret on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_signing import SIGNS, WIRES
from topexplorer.core.call import Secret
from topexplorer.core.language import LANGUAGES, Language
from topexplorer.core.signing import SCHEMES
from topexplorer.core.signlab.callbacks import Callback, callback_sign, callback_steps, read_callback, tmc_steps
from topexplorer.core.signlab.steps import Steps, call_steps
from topexplorer.core.taint import MASK

FACTS = Path(__file__).parents[3] / "shared" / "facts" / "sign_vectors.json"
JSON_CALLBACK = Callback(
    "method=taobao.demo.spi&app_key=12345678&timestamp=2020-01-01+12%3A00%3A00&v=2.0&sign_method=md5&format=json"
    "&sign=D1F3E768A6821002862CED3D694BFF11",
    {},
    "application/json;charset=UTF-8",
    '{"tid":123,"memo":"中文"}',
)
HEADER_CALLBACK = Callback(
    "method=qimen.demo&timestamp=2020-01-01+12%3A00%3A00&empty=&sign=098E885141F69078E74B143626F95551",
    {"top-sign-list": "X-Trace,X-Nick,X-Missing", "X-Trace": "abc", "X-Nick": "%E6%B7%98%E5%AE%9D"},
    "text/xml;charset=UTF-8",
    "<request><a>1</a></request>",
)
HELLO = Secret("helloworld")


def said(steps: Steps) -> str:
    """Everything that a face can draw of it."""
    says = [Language(name) for name in LANGUAGES]
    messages = [step.what for step in steps.steps] + [reason for _name, reason in steps.left_out] + list(steps.assumed)
    rows = [says[0].render(text) for step in steps.told(reveal=False) for row in step.rows for text in row]
    return "\n".join([repr(steps), steps.text, *rows, *(say.render(message) for say in says for message in messages)])


@pytest.mark.parametrize("vector", SIGNS, ids=lambda vector: vector["id"])
def test_the_steps_of_a_call_end_in_the_sign_that_other_sdks_made(vector: dict[str, Any]) -> None:
    steps = call_steps(
        vector["method"], Secret(vector["secret"]), vector["params"].items(), body=vector.get("body", "")
    )
    assert steps.sign.reveal() == vector["sign"]
    assert steps.dialect == ("body" if vector.get("body") else "call")
    assert [name for name, _text in steps.step("sorted").rows] == sorted(vector["params"])
    joined = vector["string_to_sign"]
    wraps = SCHEMES[vector["method"]].wraps
    bare = joined[len(vector["secret"]) : -len(vector["secret"])] if wraps else joined
    assert steps.byte_count == len(bare.encode())
    assert steps.text.startswith(MASK) or not wraps


def test_the_steps_of_a_batch_end_in_the_sign_on_the_wire() -> None:
    wire = WIRES["batch"]
    query = Callback(wire["request_line"].partition("?")[2], {})
    pairs = [part.partition("=")[::2] for part in query.query.split("&")]
    params = [(name, text.replace("+", " ").replace("%3A", ":")) for name, text in pairs]
    steps = call_steps("hmac", HELLO, params, body=wire["body"], batch=True)
    assert steps.sign.reveal() == wire["sign"]
    assert steps.step("body").what.key == "signlab.step.body.batch"
    assert dict(steps.left_out)["sign"].key == "sign.left_out.sign"


@pytest.mark.parametrize("callback", [JSON_CALLBACK, HEADER_CALLBACK])
def test_the_steps_of_a_callback_end_in_the_sign_that_came_with_it(callback: Callback) -> None:
    steps = callback_steps(HELLO, callback)
    assert steps.sign.reveal() == callback_sign(callback)
    assert not steps.assumed


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_callback_is_read_from_the_request_as_it_came(end: str) -> None:
    lines = [f"POST /spi?{HEADER_CALLBACK.query} HTTP/1.1", "Host: shop.example"]
    lines += [f"{name}: {value}" for name, value in HEADER_CALLBACK.headers.items()]
    whole = end.join([*lines, "Content-Type: text/xml;charset=UTF-8", "", HEADER_CALLBACK.body])
    assert callback_steps(HELLO, read_callback(whole)).sign.reveal() == callback_sign(HEADER_CALLBACK)
    bare = read_callback(f"https://shop.example/spi?{JSON_CALLBACK.query}", JSON_CALLBACK.body)
    assert (bare.content_type, callback_sign(bare)) == ("application/json", callback_sign(JSON_CALLBACK))
    assert callback_steps(HELLO, bare).sign.reveal() == callback_sign(JSON_CALLBACK)


def test_a_header_that_is_named_and_absent_is_signed_as_empty() -> None:
    rows = callback_steps(HELLO, HEADER_CALLBACK).step("sorted").rows
    assert rows[:3] == (("X-Missing", ""), ("X-Nick", "淘宝"), ("X-Trace", "abc"))
    assert ("empty", "") in rows


def test_a_form_joins_the_parameters_of_a_callback_and_another_body_is_left_out() -> None:
    form = callback_steps(HELLO, Callback("b=2", {}, "application/x-www-form-urlencoded", "a=%E4%B8%AD"))
    assert form.step("sorted").rows == (("a", "中"), ("b", "2"))
    picture = callback_steps(HELLO, Callback("b=2", {}, "image/png", "..."))
    assert dict(picture.left_out)["body"].key == "signlab.left_out.body"


def test_a_callback_in_gbk_is_signed_in_gbk_and_that_is_marked_as_assumed() -> None:
    steps = callback_steps(HELLO, Callback("nick=%E6%B7%98", {}, "text/xml; charset=GB2312", "<a>淘宝</a>"))
    other = callback_steps(HELLO, Callback("nick=%E6%B7%98", {}, "text/xml; charset=utf-8", "<a>淘宝</a>"))
    assert steps.sign != other.sign
    assert steps.byte_count < other.byte_count
    assert [message.key for message in steps.assumed] == ["signlab.assumed.charset"]


def test_a_tmc_connection_signs_three_parameters_and_says_that_this_is_assumed() -> None:
    steps = tmc_steps(HELLO, "12345678", "default", "1467184466000")
    assert steps.sign.reveal() == "577C716DAD721929821EB204DF9C6766"
    assert [message.key for message in steps.assumed] == ["signlab.assumed.tmc"]


@pytest.mark.skipif(not FACTS.exists(), reason="the shared facts are not beside this checkout")
def test_the_shared_vectors_of_callbacks_and_tmc_agree() -> None:
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    for row in facts["spi_callback_sign"]:
        body = row["body"] or "&".join(f"{name}={text}" for name, text in row["form"].items())
        callback = Callback(row["query"], row["headers"], row["content_type"], body)
        assert callback_steps(Secret(row["secret"]), callback).sign.reveal() == row["sign"], row["id"]
    for row in facts["tmc_connect_sign"]:
        steps = tmc_steps(Secret(row["secret"]), row["app_key"], row["group_name"], row["timestamp"])
        assert steps.sign.reveal() == row["sign"]


def test_what_is_left_out_says_why() -> None:
    steps = call_steps("md5", HELLO, [("v", "2.0"), ("memo", ""), ("sign", "X")], files=["image"])
    reasons = {name: reason.key for name, reason in steps.left_out}
    assert reasons == {
        "sign": "sign.left_out.sign",
        "image": "sign.left_out.file",
        "memo": "signlab.left_out.empty_kept",
    }
    assert dict(steps.step("left_out").rows) == dict(steps.left_out)


def test_the_sign_stands_at_the_end_and_only_where_it_may_be_seen() -> None:
    steps = call_steps("md5", HELLO, [("v", "2.0")])
    assert steps.told(reveal=True)[-1].rows == (("", steps.sign.reveal()),)
    assert steps.told(reveal=False)[-1].rows == (("", MASK),)


@given(
    st.sampled_from(sorted(SCHEMES)),
    st.dictionaries(st.text(max_size=5), st.text(st.characters(exclude_categories=()), max_size=9), max_size=5),
    st.text(max_size=20),
)
def test_no_step_shows_a_secret(method: str, params: dict[str, str], body: str) -> None:
    secret, session = "canary5ecret/+ 0f", "6100canary&5e551on"
    params = {**params, "session": session, "memo": f"about {secret} and canary5ecret%2F%2B%200f"}
    steps = call_steps(method, Secret(secret), params.items(), body=body + secret)
    shown = said(steps)
    for text in (secret, session, "canary5ecret%2F", steps.sign.reveal()):
        assert text not in shown


def test_the_first_bytes_stop_where_a_secret_begins() -> None:
    steps = call_steps("md5", Secret("canary5ecret"), [("a", "中canary5ecret")])
    assert steps.step("bytes").rows == (("", "61 e4 b8 ad …"),)
