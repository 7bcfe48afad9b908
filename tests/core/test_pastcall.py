"""A kept call and the exchange that is made of it again are the same, whatever was typed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from topexplorer.core import pastcall, signing
from topexplorer.core.call import Answer, Exchange, FilePart, NoAnswer, Outcome, Refusal, RequestDraft, SignedRequest
from topexplorer.core.pastcall import PastCall
from topexplorer.core.personal import Disguise
from topexplorer.core.taint import MASK

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=()), max_size=20)
rows = st.dictionaries(texts, texts, max_size=4)
outcomes = st.one_of(
    st.builds(Answer, st.binary(), st.sampled_from(["json", "xml"]), st.none() | texts, st.none() | texts),
    st.builds(
        Refusal,
        st.integers(-1, 999),
        texts,
        st.none() | texts,
        st.none() | texts,
        st.none() | texts,
        st.binary(),
    ),
    st.builds(NoAnswer, st.sampled_from(["timeout", "http"]), texts, st.binary()),
)


def made(draft: RequestDraft, params: dict[str, str], outcome: Outcome) -> Exchange:
    pairs = tuple(params.items())
    signed = SignedRequest(
        draft=draft,
        environment="dev",
        url="https://gateway.example/",
        params=pairs,
        files=(FilePart("image", "a.png", b""),),
        base_string=signing.base_string([pair for pair in pairs if pair[0] != "sign"]),
        left_out=(),
        sign_method="hmac",
        signed_at=AT,
    )
    return Exchange("call-1", signed, outcome, AT, 0.25, 200, (("date", "x"),))


def line(exchange: Exchange) -> PastCall:
    state, reason = pastcall.state_of(exchange.outcome)
    own = (exchange.environment, exchange.draft.api, "seller", state, reason, exchange.seconds, len(exchange.body))
    return PastCall("d1", exchange.id, AT, *own, pastcall.words_of(exchange, "seller"))


@given(values=rows, files=rows, off=st.frozensets(texts), params=rows, outcome=outcomes)
def test_a_call_comes_back_as_it_was_kept(
    values: dict[str, str], files: dict[str, str], off: frozenset[str], params: dict[str, str], outcome: Outcome
) -> None:
    exchange = made(RequestDraft("a.get", values, files, off, "xml", True, "md5"), params, outcome)
    told = json.loads(json.dumps(pastcall.document(exchange, ("x",))))
    came = pastcall.revived(line(exchange), told, exchange.body, made_up=False)
    assert came.kept is not None
    assert came.kept.left_out == ("x",)
    assert came.draft.lacking == (("x",) if "x" not in {**values, **files} and "x" not in off else ())
    as_it_was = replace(came.request, draft=replace(came.draft, left_out=frozenset()))
    assert replace(came, request=as_it_was, kept=None) == exchange


def test_a_row_in_which_a_secret_was_masked_is_left_out_so_that_nobody_sends_the_mask() -> None:
    draft = RequestDraft("a.get", {"tid": "1", "memo": f"x{MASK}"}, {"image": f"/{MASK}"}, frozenset({"memo"}))
    kept, left_out = pastcall.fit_to_keep(made(draft, {"tid": "1"}, Answer(b"{}", "json", None, None)), None)
    assert kept.draft == RequestDraft("a.get", {"tid": "1"}, left_out=frozenset({"image", "memo"}))
    assert left_out == ("image", "memo")


def test_where_people_may_not_be_kept_their_rows_go_and_files_with_them() -> None:
    values = {"tid": "1", "receiver_name": "张三", "memo": "13812345678"}
    draft = RequestDraft("a.get", values, {"image": "zhang/a.png"})
    body = '{"a_get_response":{"receiver_name":"张三","tid":1}}'.encode()
    answer = Answer(body, "json", "a_get_response", None)
    exchange = made(draft, {**values, "app_key": "23456789", "sign": MASK}, answer)
    kept, left_out = pastcall.fit_to_keep(exchange, Disguise(b"key"))
    assert kept.draft == RequestDraft("a.get", {"tid": "1"}, left_out=frozenset({"image", "memo", "receiver_name"}))
    assert left_out == ("image", "memo", "receiver_name")
    assert isinstance(kept.outcome, Answer)
    assert kept.outcome.payload["tid"] == 1
    for text in (kept.body.decode(), repr(kept.request.params), kept.request.base_string):
        assert "张三" not in text
        assert "13812345678" not in text
    params = dict(kept.request.params)
    assert params["app_key"] == "23456789"
    assert [part.file_name for part in kept.request.files] == [""]


@given(st.binary(max_size=200))
def test_no_answer_makes_keeping_fail(noise: bytes) -> None:
    for body in (noise, b'"access_token":"' + noise, b"<session>" + noise + b"</session>"):
        for outcome in (Answer(body, "xml", None, None), NoAnswer("http", "", body)):
            for disguise in (None, Disguise(b"key")):
                kept, _names = pastcall.fit_to_keep(made(RequestDraft("a.get"), {}, outcome), disguise)
                json.dumps(pastcall.document(kept, ()))


TOKEN = "6101fre5hTokenNeverKnown0123456789ab"


def kept_of(outcome: Outcome, headers: dict[str, str] | None = None, **values: str) -> tuple[Exchange, str]:
    """What is kept, and all of that in one text."""
    exchange = made(RequestDraft("a.get", values), {**values, "tid": "1"}, outcome)
    kept, left_out = pastcall.fit_to_keep(replace(exchange, headers=tuple((headers or {}).items())), None)
    texts = (json.dumps(pastcall.document(kept, left_out)), kept.body.decode(), pastcall.words_of(kept, ""))
    return kept, "\n".join(texts)


def test_a_token_that_came_with_an_answer_is_nowhere_in_what_is_kept() -> None:
    body = json.dumps({"error_response": {"sub_msg": f"bad access_token={TOKEN}", "seen": TOKEN}}).encode()
    for outcome in (
        Refusal(27, f"Invalid session: {TOKEN}", "isv.x", f"no {TOKEN}", f"r-{TOKEN}", body),
        Answer(json.dumps({"a_response": {"sessionKey": TOKEN, "x": {"y": TOKEN}}}).encode(), "json", "a_response", ""),
        NoAnswer("redirect", f"https://x.example/?access_token={TOKEN}&a=1"),
    ):
        _kept, text = kept_of(outcome)
        assert TOKEN not in text
    headers = {"set-cookie": f"sid={TOKEN}; Path=/", "x-session": "short", "location": f"/?token={TOKEN}", TOKEN: "1"}
    kept, text = kept_of(Answer(f'{{"a_response":{{"sid":"{TOKEN}"}}}}'.encode(), "json", "a_response", ""), headers)
    assert TOKEN not in text
    assert dict(kept.headers) == {"set-cookie": MASK, "x-session": MASK, "location": f"/?token={MASK}", MASK: "1"}


def test_what_was_sent_is_masked_by_its_name_and_left_out_of_the_draft() -> None:
    accounts = f'[{{"login_id":"a","login_pwd":"{TOKEN}"}}]'
    answer = Answer(b'{"a_response":{}}', "json", "a_response", None)
    kept, text = kept_of(answer, param_list=accounts, param_token="abc", memo="session is over")
    assert TOKEN not in text
    assert kept.draft.values == {"memo": "session is over"}
    params = dict(kept.request.params)
    assert (params["param_token"], json.loads(params["param_list"])[0]["login_id"]) == (MASK, "a")


def test_a_document_stays_one_when_a_token_is_masked_in_it() -> None:
    xml = f"<a_response><token_result>x</token_result><access_token>{TOKEN}</access_token><pwd>pwd</pwd></a_response>"
    kept, _text = kept_of(Answer(xml.encode(), "xml", "a_response", None))
    assert isinstance(kept.outcome, Answer)
    assert kept.outcome.payload == {"token_result": "x", "access_token": MASK, "pwd": "pwd"}
    words = {"session": "request_id", "password": "123456", "tid": 1234567, "sum": 123456.5, "n": [-123456, 7]}
    told = {"msg": "session authorization_expired", "request_id": "authorization_expired", "code": "a123456b"}
    kept, _text = kept_of(Answer(json.dumps({"a_response": words | told}).encode(), "json", "a_response", "r"))
    assert isinstance(kept.outcome, Answer)
    masked = {"password": MASK, "sum": None, "n": [None, 7]}
    assert kept.outcome.payload == words | told | masked, "what is no word of its own stays"


def test_an_answer_full_of_tokens_loses_its_body_and_no_secret_stays_beside_it() -> None:
    tokens = [f"{place:06}{TOKEN}" for place in range(2000)]
    body = json.dumps({"a_response": {"rows": [{"token": token} for token in tokens]}}).encode()
    kept, text = kept_of(Answer(body, "json", "a_response", None), {"x-seen": tokens[7], "x-long": "y".join(tokens)})
    assert kept.body == b""
    assert TOKEN not in text
    few = json.dumps({"a_response": {"rows": [{"token": token} for token in tokens[:100]]}}).encode()
    kept, text = kept_of(Answer(few, "json", "a_response", None))
    assert TOKEN not in text
    assert text.count(f'{{"token": "{MASK}"}}') == 100
