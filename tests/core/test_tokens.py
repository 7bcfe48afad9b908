"""Tokens are found by the names they stand under, however those are spelled; words and numbers are none."""

from __future__ import annotations

import json
from time import process_time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topexplorer.core.tokens import TokenSearch, looks_like_token, names_token

TOKEN = "6101fre5hTokenNeverKnown0123456789ab"
NAMES = (
    "access_token accessToken AccessToken refresh_token refreshToken session sessionKey session_key top_session secret"
    " stree_test_session_key app_secret appSecret password login_pwd login_pwd_salt token X-Session Set-Cookie sessions"
)


def found(text: str) -> set[str]:
    search = TokenSearch()
    search.look(text)
    return set(search.found)


def test_names_in_every_spelling_are_known_and_those_of_facts_about_a_token_are_not() -> None:
    assert [name for name in NAMES.split() if not names_token(name)] == []
    facts = "secret_version secret_no token_timestamp expires_in login_pwd_encryption session_nick sign_method app_key"
    assert [name for name in facts.split() if names_token(name)] == []


@pytest.mark.parametrize("name", ["access_token", "sessionKey", "login_pwd", "secret"])
def test_a_token_is_found_wherever_a_document_can_hold_it(name: str) -> None:
    member = json.dumps({name: TOKEN})
    for text in (
        member,
        json.dumps({"x_response": {"list": [{"deep": [{name: TOKEN}]}]}}),
        json.dumps({"x_response": {name: [TOKEN]}}),
        json.dumps({"x_response": {name: {"string": [TOKEN]}}}),
        json.dumps({"result": member}),
        json.dumps({"result": json.dumps({"again": member})}),
        json.dumps([member]),
        json.dumps(member),
        f'{{"{name}":"{TOKEN}","{name}":"another"}}',
        f"<x_response><a><{name}>{TOKEN}</{name}></a><b/></x_response>",
        f"<x_response><{name}><![CDATA[{TOKEN}]]></{name}></x_response>",
        f"<x_response><{name}><string>{TOKEN}</string></{name}></x_response>",
        f'<?xml version="1.0"?><x_response><a {name}="{TOKEN}"/></x_response>',
        f"<x_response><result>{member.replace(chr(34), '&quot;')}</result></x_response>",
        json.dumps({"result": f"<a><{name}>{TOKEN}</{name}></a>"}),
        json.dumps({"url": f"https://a.example/?x={quote(f'{name}={TOKEN}', '')}"}),
        json.dumps({"sub_msg": f"bad {name}={TOKEN} please"}),
        f"Invalid {name}: {TOKEN}.",
        f"<html><p>{name}={TOKEN}</html>",
        f"callback({member})",
        f"cut off {member[:-1]}",
    ):
        assert TOKEN in found(text), text
    assert TOKEN in found(json.dumps({"a": 1}).replace('"a": 1', f'"\\u0073ession":"{TOKEN}"'))
    assert f"eyJhbGciOiJ.{TOKEN}.sig-1" in found(json.dumps({name: f"eyJhbGciOiJ.{TOKEN}.sig-1"}))
    assert found(json.dumps({name: "ordinary"})) == {"ordinary"}, "under such a name any text is one"
    assert found(json.dumps({name: 61234567})) == {"61234567"}


def test_ordinary_words_numbers_and_times_are_no_tokens() -> None:
    for text in (
        '{"error_response":{"sub_msg":"session authorization_expired","request_id":"authorization_expired"}}',
        '{"msg":"Invalid session: 2026-11-22T12:00:00Z","tid":1}',
        '{"msg":"session of order 123456789012345"}',
        '{"secret_version":"610123456789012abc","token_timestamp":"abc123456789012"}',
        '{"session":true,"token":"","secret":null,"password":"abc"}',
        "<access_token></access_token></top_auth_token_create_response>",
        f"<a>{TOKEN}</a>",
        '{"password":"result","result":{"token":"pass word"}}',
    ):
        assert found(text) == set(), text
    assert not looks_like_token("authorization_expired_2026_11")


def test_hostile_texts_are_searched_in_linear_time() -> None:
    deep = "x"
    for _ in range(12):
        deep = json.dumps({"token_result": deep, "session": deep[:3]})
    texts = (
        deep,
        '{"session":' * 5000,
        '{"session":' + "[" * 900 + "]" * 900 + "}",
        "<token><![CDATA[a" * 6000,
        '<token a="' * 10000,
        "token=" * 20000,
        "session" + "=" * 100_000,
        "token " + "a" * 100_000,
        '{"token":"' + "\\\\" * 50_000,
    )
    for text in texts:
        began = process_time()
        found(text)
        assert process_time() - began < 5, text[:30]


@given(st.binary(max_size=100), st.text(st.characters(exclude_categories=()), max_size=50))
def test_no_text_makes_the_search_fail(noise: bytes, text: str) -> None:
    for before, behind in (('{"token":"', '"}'), ("<token>", "</token>"), ("token=", ""), ("", "")):
        search = TokenSearch()
        search.look(before.encode() + noise + behind.encode())
        search.under(text, before + text + behind)
        assert "" not in search.found
