"""A draft keeps what was typed, numbers stay exact, and no secret can be shown, stored or exported."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from decimal import Decimal
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import APP_SECRET, KEYS, NOW, SESSION, encoded, exchange
from topexplorer.core.call import (
    Answer,
    Credentials,
    FilePart,
    NoAnswer,
    Refusal,
    RequestDraft,
    Secret,
    SignedRequest,
    decode_json,
)
from topexplorer.core.gateway import Unsigned
from topexplorer.core.taint import MASK

DRAFT = RequestDraft("taobao.trade.memo.add", {"tid": "3141592653589793238", "memo": "好评 +1"})


def spelled(secret: str) -> set[str]:
    """The ways in which a secret may stand in a text."""
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}


def leaks(request: SignedRequest, texts: list[str]) -> list[str]:
    """The secrets of `request` that stand in any of `texts`."""
    secrets = {form for secret in (APP_SECRET, SESSION, dict(request.params)["sign"]) for form in spelled(secret)}
    return [secret for secret in secrets for text in texts if secret in text]


# Secrets


def test_a_secret_cannot_be_printed() -> None:
    secret = Secret(APP_SECRET)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>60}", f"{secret:x}", "%s %r" % (secret, secret)]  # noqa: UP031
    shown += [repr(KEYS), str([secret]), repr({"a": (secret,)}), "{0!s}".format(secret)]  # noqa: UP030, UP032
    assert [text for text in shown if APP_SECRET in text or SESSION in text] == []
    assert all(MASK in text for text in shown)


def test_a_secret_cannot_be_serialised_or_copied() -> None:
    secret = Secret(APP_SECRET)
    for act in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            act(secret)
        with pytest.raises(TypeError):
            act([secret]) if act is not copy.copy else act(secret)
    with pytest.raises(TypeError):
        dataclasses.asdict(KEYS)
    assert APP_SECRET not in json.dumps({"secret": secret}, default=str)
    assert not hasattr(secret, "__dict__")


def test_secrets_are_equal_by_their_text_and_false_when_empty() -> None:
    assert Secret("a") == Secret("a")
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert Secret("a") != "a"
    assert [bool(Secret("")), bool(Secret("x"))] == [False, True]
    assert Secret("a").reveal() == "a"
    assert KEYS.secrets() == (APP_SECRET, SESSION)
    assert Credentials("1", Secret(""), Secret("")).secrets() == ()


# Redaction


def test_what_may_be_stored_or_shown_holds_no_secret() -> None:
    draft = DRAFT.with_value("memo", f"{SESSION} and {quote(SESSION, safe='')} and {quote_plus(APP_SECRET)}")
    for method in ("md5", "hmac", "hmac-sha256"):
        request = encoded(draft, sign_method=method)
        redacted = request.redacted()
        texts = [repr(redacted.params), redacted.base_string, repr(redacted.taint), repr(redacted.left_out)]
        assert leaks(request, texts) == []
        assert dict(redacted.params)["session"] == dict(redacted.params)["sign"] == MASK
        assert len(redacted.base_string) > 100


def test_no_repr_of_anything_in_a_call_holds_a_secret() -> None:
    request = encoded(DRAFT, files=(FilePart("image", "a.png", SESSION.encode()),))
    unsigned = Unsigned(
        draft=DRAFT,
        environment="prod",
        url=request.url,
        version="2.0",
        values={},
        files=request.files,
        credentials=KEYS,
        sign_method="md5",
        timestamp_form="ms",
        now=NOW,
    )
    ended = exchange(Answer(SESSION.encode(), "json", None, None))
    shown = [repr(part) for part in (request, request.redacted(), unsigned, ended, KEYS)]
    shown += [str(part) for part in (request, request.redacted(), unsigned, ended, KEYS)]
    assert leaks(request, shown) == []


def test_tokens_that_are_business_parameters_are_masked_too() -> None:
    values = {"refresh_token": "refresh-token-0123456789", "access_token": "access-token-0123456789"}
    draft = RequestDraft("taobao.top.auth.token.refresh", values)
    request = encoded(draft)
    assert dict(request.params)["refresh_token"] == "refresh-token-0123456789"
    redacted = request.redacted()
    for token in values.values():
        assert token not in repr(redacted.params) + redacted.base_string + repr(redacted)
        assert token not in repr(redacted.draft.values)


def test_an_answer_that_echoes_a_secret_in_any_spelling_is_masked() -> None:
    keys = Credentials("1", Secret("app/secret+1"), Secret("app/secret+1-and-session"))
    request = encoded(DRAFT, credentials=keys)
    session = "app/secret+1-and-session"
    for spelling in (session, quote(session, ""), quote_plus(session), session.replace("/", "\\/")):
        assert request.mask_body(f'{{"echo":"{spelling}"}}'.encode()) == f'{{"echo":"{MASK}"}}'.encode()
    untouched = b'{"echo":"app"}'
    assert request.mask_body(untouched) == untouched


def test_masking_begins_with_the_longest_secret() -> None:
    keys = Credentials("1", Secret("abc123"), Secret("abc123def456"))
    request = encoded(DRAFT, credentials=keys)
    assert request.mask("x abc123def456 y abc123 z") == f"x {MASK} y {MASK} z"
    assert "def456" not in request.redacted().base_string


# Drafts


def test_a_row_switched_off_is_kept_and_not_sent() -> None:
    draft = DRAFT.with_file("image", "a.png").switched("memo", False).switched("image", False)
    assert draft.values["memo"] == "好评 +1"
    assert draft.sent_values() == {"tid": "3141592653589793238"}
    assert draft.sent_files() == {}
    again = draft.switched("memo", True).switched("image", True)
    assert again == DRAFT.with_file("image", "a.png")
    assert again.sent_files() == {"image": "a.png"}


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u3000"])
def test_a_blank_value_is_kept_and_not_sent(blank: str) -> None:
    draft = DRAFT.with_value("memo", blank).with_file("image", blank)
    assert draft.values["memo"] == blank
    assert draft.sent_values() == {"tid": "3141592653589793238"}
    assert draft.sent_files() == {}


def test_changing_a_draft_makes_another_one() -> None:
    changed = DRAFT.with_value("tid", "1")
    assert DRAFT.values["tid"] == "3141592653589793238"
    assert changed != DRAFT
    assert changed.with_value("tid", "3141592653589793238") == DRAFT


# Exact numbers


@given(st.integers())
def test_whole_numbers_stay_exact(number: int) -> None:
    assert decode_json(f'{{"n": {number}}}') == {"n": number}


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_fractions_stay_exact(number: Decimal) -> None:
    decoded = decode_json(f"[{number}]")[0]
    assert str(decoded) == str(number)


def test_a_price_keeps_its_zeros_and_an_id_its_digits() -> None:
    decoded = decode_json(b'{"price":1.10,"oid":9223372036854775807,"big":1e2}')
    assert [str(part) for part in decoded.values()] == ["1.10", "9223372036854775807", "1E+2"]


@pytest.mark.parametrize("digits", [3999, 4000, 4300, 5000, 100_000])
def test_a_number_of_any_length_is_exact(digits: int) -> None:
    for text in ("7" * digits, "-" + "7" * digits):
        assert str(decode_json(text)) == text


@pytest.mark.parametrize(
    "text",
    ["NaN", "[Infinity]", "-Infinity", "1e99999999999999999999", "1e-99999999999999999999", "{", "", "\ufeff1", "'"],
)
def test_what_is_not_a_number_or_not_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        decode_json(text)


# Outcomes


def test_the_payload_of_an_answer_lies_below_its_envelope() -> None:
    body = b'{"trade_get_response":{"trade":{"tid":3141592653589793238}}}'
    assert Answer(body, "json", "trade_get_response", None).payload == {"trade": {"tid": 3141592653589793238}}
    assert Answer(b'{"trade":{}}', "json", None, None).payload == {"trade": {}}
    assert Answer(b"<a_response><b>1</b></a_response>", "xml", "a_response", None).payload == {"b": "1"}


def test_an_exchange_tells_what_its_request_and_outcome_say() -> None:
    answered = exchange(Answer(b"{}", "json", None, None), DRAFT)
    assert (answered.environment, answered.draft, answered.body, answered.ok) == ("sandbox", DRAFT, b"{}", True)
    assert not exchange(Refusal(25, "Invalid signature")).ok
    assert exchange(NoAnswer("connect", "x")).body == b""
    assert encoded(DRAFT).method == DRAFT.api
