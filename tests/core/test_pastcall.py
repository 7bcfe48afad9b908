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
    assert replace(came, kept=None) == exchange


def test_a_row_in_which_a_secret_was_masked_is_left_out_so_that_nobody_sends_the_mask() -> None:
    draft = RequestDraft("a.get", {"tid": "1", "memo": f"x{MASK}"}, {"image": f"/{MASK}"}, frozenset({"memo"}))
    kept, left_out = pastcall.fit_to_keep(made(draft, {"tid": "1"}, Answer(b"{}", "json", None, None)), None)
    assert kept.draft == RequestDraft("a.get", {"tid": "1"})
    assert left_out == ("image", "memo")


def test_where_people_may_not_be_kept_their_rows_go_and_files_with_them() -> None:
    values = {"tid": "1", "receiver_name": "张三", "memo": "13812345678"}
    draft = RequestDraft("a.get", values, {"image": "zhang/a.png"})
    body = '{"a_get_response":{"receiver_name":"张三","tid":1}}'.encode()
    answer = Answer(body, "json", "a_get_response", None)
    exchange = made(draft, {**values, "app_key": "23456789", "sign": MASK}, answer)
    kept, left_out = pastcall.fit_to_keep(exchange, Disguise(b"key"))
    assert kept.draft == RequestDraft("a.get", {"tid": "1"})
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
