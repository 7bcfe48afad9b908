"""Signs equal those that the platform's own SDKs make, and whatever is signed verifies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.core.samples import TOP
from topexplorer.core.signing import SCHEMES, base_string, sign, sorted_pairs, verify

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "sign_vectors.json").read_text(encoding="utf-8")
)
SIGNS: list[dict[str, Any]] = VECTORS["top_sign"]
WIRES = {example["id"]: example for example in VECTORS["wire_examples"]}
METHODS = st.sampled_from(sorted(SCHEMES))
NAMES = st.text("abz_AZ09.", min_size=1, max_size=8)
PARAMS = st.dictionaries(NAMES.filter(lambda name: name != "sign"), st.text(max_size=20), max_size=8)


def test_the_vectors_cover_every_sign_method_and_kind() -> None:
    assert {vector["method"] for vector in SIGNS} == set(SCHEMES)
    assert {vector["kind"] for vector in SIGNS} == {"published", "plain", "with-body", "divergent"}


@pytest.mark.parametrize("vector", SIGNS, ids=lambda vector: vector["id"])
def test_a_sign_equals_the_one_that_other_sdks_made(vector: dict[str, Any]) -> None:
    pairs, body = list(vector["params"].items()), vector.get("body", "")
    secret, method = vector["secret"], vector["method"]
    joined = base_string(pairs, body)
    assert (secret + joined + secret if SCHEMES[method].wraps else joined) == vector["string_to_sign"]
    assert sign(method, secret, pairs, body) == vector["sign"]
    assert sign(method, secret, reversed([*pairs, ("sign", vector["sign"])]), body) == vector["sign"]
    assert verify(method, secret, pairs, vector["sign"], body)
    assert len(vector["sign"]) == SCHEMES[method].length


@pytest.mark.parametrize("vector", SIGNS, ids=lambda vector: vector["id"])
def test_a_sign_fails_for_another_secret_method_body_or_value(vector: dict[str, Any]) -> None:
    pairs, body, claimed = list(vector["params"].items()), vector.get("body", ""), vector["sign"]
    secret, method = vector["secret"], vector["method"]
    assert not verify(method, secret + "x", pairs, claimed, body)
    assert not verify(method, secret, pairs, claimed, body + " ")
    assert not verify(method, secret, pairs, claimed.lower(), body)
    assert not any(verify(other, secret, pairs, claimed, body) for other in SCHEMES if other != method)
    for place, (name, text) in enumerate(pairs):
        changed = [*pairs[:place], (name, f"{text} "), *pairs[place + 1 :]]
        assert not verify(method, secret, changed, claimed, body)


@pytest.mark.parametrize(
    ("example", "method", "body"), [("form-post", "md5", ""), ("split", "hmac", ""), ("batch", "hmac", "whole")]
)
def test_calls_as_other_sdks_put_them_on_the_wire_verify(example: str, method: str, body: str) -> None:
    wire = WIRES[example]
    query = wire["request_line"].partition("?")[2].encode()
    call = TOP.parse(query, wire["content_type"], wire["body"].encode())
    assert call.get("sign") == wire["sign"]
    assert call.body == (wire["body"] if body else "")
    assert verify(method, "helloworld", call.params, wire["sign"], call.body)


@given(METHODS, st.text(), PARAMS, st.text(max_size=30))
def test_what_is_signed_verifies_in_any_order(method: str, secret: str, params: dict[str, str], body: str) -> None:
    pairs = list(params.items())
    made = sign(method, secret, pairs, body)
    assert made == made.upper()
    assert len(made) == SCHEMES[method].length
    assert verify(method, secret, [*reversed(pairs), ("sign", made)], made, body)


@given(METHODS, PARAMS, NAMES, st.text(max_size=20))
def test_a_changed_value_does_not_verify(method: str, params: dict[str, str], name: str, text: str) -> None:
    assume(name != "sign" and params.get(name, "") != text)
    made = sign(method, "secret", params.items())
    changed = base_string({**params, name: text}.items())
    assume(changed != base_string(params.items()))
    assert not verify(method, "secret", {**params, name: text}.items(), made)


@given(METHODS, PARAMS, NAMES.filter(lambda name: name != "sign"))
def test_an_empty_value_verifies_signed_or_not(method: str, params: dict[str, str], name: str) -> None:
    with_empty = {**params, name: ""}
    filled = {key: text for key, text in with_empty.items() if text}
    assert verify(method, "secret", with_empty.items(), sign(method, "secret", with_empty.items()))
    assert verify(method, "secret", with_empty.items(), sign(method, "secret", filled.items()))


ANYTHING = st.text(st.characters(exclude_categories=()), max_size=12)


@example("md5", "\ud800", [("\udfff", "\ud83d")], "\udc00")
@given(METHODS, ANYTHING, st.lists(st.tuples(ANYTHING, ANYTHING), max_size=5), ANYTHING)
def test_no_text_however_broken_makes_signing_or_verifying_fail(
    method: str, secret: str, pairs: list[tuple[str, str]], claimed: str
) -> None:
    made = sign(method, secret, pairs, claimed)
    assert verify(method, secret, pairs, made, claimed)
    assert verify(method, secret, pairs, claimed) == (claimed == sign(method, secret, pairs))


def test_names_are_sorted_by_code_point_and_the_sign_is_left_out() -> None:
    names = ["a_b", "ab", "aB", "a", "A", "a1", "9", "10", "_", "sign"]
    assert [name for name, _text in sorted_pairs((name, "") for name in names)] == sorted(set(names) - {"sign"})
    assert base_string([("b", " 2 "), ("a", "1&=%"), ("sign", "X")], "{}") == "a1&=%b 2 {}"


def test_an_unknown_sign_method_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="sha1"):
        sign("sha1", "secret", [])
