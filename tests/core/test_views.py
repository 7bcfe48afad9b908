"""An exchange can be read in several ways; the best opens first, and one that fails gives way to the raw bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import api, bundled, exchange, field
from topexplorer.core import views
from topexplorer.core.call import Answer, Exchange, NoAnswer, Outcome, Refusal
from topexplorer.core.diagnosis import Diagnosis
from topexplorer.core.language import LANGUAGES, Language
from topexplorer.core.views import LARGE_FOR_TREE, VIEWS, Lines, Pairs, Reading, Tree, best, offered, render

JSON = b'{"trade_get_response":{"trade":{"tid":3141592653589793238,"payment":1.10},"request_id":"r"}}'
XML = b"<trade_get_response><trade><tid>1</tid></trade></trade_get_response><!--top.na62-->"
READING = Reading(api(response=(field("trade", "object", "Trade"),)), bundled().errors)
ANSWER = Answer(JSON, "json", "trade_get_response", "r")
REFUSAL = Refusal(25, "Invalid signature", body=b'{"error_response":{"code":25,"msg":"Invalid signature"}}')
SILENCE = NoAnswer("unreadable", "HTML", b"<html><br></html>")


def shown(name: str, outcome: Outcome) -> views.ResponseView:
    return render(name, exchange(outcome), READING)


def test_every_view_has_a_title_in_both_languages() -> None:
    for name, view in VIEWS.items():
        assert view.name == name
        assert all(Language(language).has(f"view.{name}") for language in LANGUAGES)


@pytest.mark.parametrize(
    ("outcome", "first", "tabs"),
    [
        (ANSWER, "tree", ["tree", "text", "raw", "headers"]),
        (Answer(b"{" + b" " * LARGE_FOR_TREE + b"}", "json", None, None), "text", ["tree", "text", "raw", "headers"]),
        (REFUSAL, "why", ["why", "text", "raw", "headers"]),
        (SILENCE, "why", ["why", "text", "raw", "headers"]),
        (NoAnswer("connect", "refused"), "why", ["why", "raw", "headers"]),
    ],
    ids=["answer", "large answer", "refusal", "unreadable", "no connection"],
)
def test_the_best_view_opens_first_and_only_useful_ones_are_offered(
    outcome: Outcome, first: str, tabs: list[str]
) -> None:
    assert best(exchange(outcome)) == first
    assert list(offered(exchange(outcome))) == tabs


def test_headers_are_offered_only_when_there_are_any() -> None:
    made = exchange(NoAnswer("connect"))
    bare = Exchange(made.id, made.request, made.outcome, made.started_at, made.seconds)
    assert "headers" in offered(made)
    assert "headers" not in offered(bare)


def test_each_view_shows_its_side_of_the_exchange() -> None:
    tree = shown("tree", ANSWER).content
    assert isinstance(tree, Tree)
    assert tree.payload == ANSWER.payload
    assert tree.fields == READING.spec.response
    assert shown("raw", ANSWER).content == Lines(JSON, "text")
    assert shown("headers", ANSWER).content == Pairs((("Content-Type", "application/json"),))
    why = shown("why", REFUSAL).content
    assert isinstance(why, Diagnosis)
    assert ("code", "25") in why.evidence
    assert all(shown(name, ANSWER).problem is None for name in offered(exchange(ANSWER)))


def test_text_is_indented_and_keeps_every_digit_and_escape() -> None:
    body = b'{"a":[1.10,1e2,3141592653589793238],"b":"\\u4e2d\\/","a":{}}'
    content = shown("text", Answer(body, "json", None, None)).content
    assert isinstance(content, Lines)
    assert content.syntax == "json"
    assert content.text.splitlines() == [
        b"{",
        b'  "a": [',
        b"    1.10,",
        b"    1e2,",
        b"    3141592653589793238",
        b"  ],",
        b'  "b": "\\u4e2d\\/",',
        b'  "a": {}',
        b"}",
    ]


def test_xml_is_indented_too() -> None:
    content = shown("text", Answer(XML, "xml", "trade_get_response", None)).content
    assert content == Lines(
        b"<trade_get_response>\n  <trade>\n    <tid>1</tid>\n  </trade>\n</trade_get_response>", "xml"
    )


def test_a_byte_order_mark_does_not_spoil_the_text() -> None:
    content = shown("text", Answer(b"\xef\xbb\xbf{}", "json", None, None)).content
    assert content == Lines(b"{}", "json")


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("text", SILENCE),
        ("text", NoAnswer("unreadable", "", b'{"a":')),
        ("text", NoAnswer("unreadable", "", b"[" * 100_000)),
        ("text", NoAnswer("unreadable", "", b"<a>" * 100_000 + b"</a>" * 100_000)),
        ("text", NoAnswer("unreadable", "", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')),
        ("text", NoAnswer("unreadable", "", "错误".encode("gbk"))),
        ("tree", REFUSAL),
        ("tree", Answer(b'{"a":', "json", None, None)),
        ("tree", Answer(b'{"a":1}', "json", "no_such_root", None)),
        ("why", ANSWER),
        ("no-such-view", ANSWER),
    ],
    ids=lambda part: part if isinstance(part, str) else str(part.body[:20]),
)
def test_a_view_that_fails_gives_way_to_the_raw_bytes_and_says_which(name: str, outcome: Outcome) -> None:
    view = shown(name, outcome)
    assert view.name == "raw"
    assert view.content == Lines(outcome.body, "text")
    assert view.problem is not None
    assert view.problem.key == "view.failed"
    title = Language("en")(f"view.{name}")
    assert Language("en").render(view.problem).startswith(f"{title} could not be made")


@given(st.binary(max_size=60), st.sampled_from(sorted(VIEWS)), st.booleans())
def test_no_body_makes_a_view_raise(body: bytes, name: str, answered: bool) -> None:
    outcome = Answer(body, "json", None, None) if answered else NoAnswer("unreadable", "", body)
    view = shown(name, outcome)
    assert view.name == (name if view.problem is None else "raw")


def test_a_tree_of_an_answer_that_is_large_is_still_made() -> None:
    row = b'{"tid":3141592653589793238,"title":"' + "订".encode() * 40 + b'"},'
    body = b'{"x_response":{"trades":{"trade":[' + row * 8000 + b"{}]}}}"
    assert len(body) > LARGE_FOR_TREE
    tree = shown("tree", Answer(body, "json", "x_response", None)).content
    assert isinstance(tree, Tree)
    assert len(tree.payload["trades"]["trade"]) == 8001
