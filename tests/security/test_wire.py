"""What goes to a gateway, and what a hostile one can do: nothing but an answer that is none, in little memory."""

from __future__ import annotations

import os
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.security.conftest import GATEWAY, KEYS, Far
from topexplorer.core.call import Answer, RequestDraft, decode_json
from topexplorer.core.catalog import unlisted
from topexplorer.core.spec import ErrorTable
from topexplorer.core.views import Reading, offered, render
from topexplorer.engine.inflating import Body, TooLarge, Unpackable
from topexplorer.engine.wire import MAX_BODY

MB = 2**20
DEEP = 1_000_000


def packed(block: bytes, count: int) -> bytes:
    """gzip of `block` that many times over, made in no time: every copy unpacks by itself."""
    packer = zlib.compressobj(9, wbits=31)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * (count - 1)


BOMB = packed(bytes(MB), 10 * 1024)
"""10 MB that unpack to 10 GB."""


class Pieces(httpx.AsyncByteStream):
    """A body as it comes in from a socket."""

    def __init__(self, body: bytes, size: int = 64 * 1024) -> None:
        self._body, self._size = body, size
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self._body), self._size):
            self.sent += self._size
            yield self._body[at : at + self._size]


async def test_everything_travels_in_the_body_and_nothing_in_the_address(far: Far) -> None:
    engine = far.bench(lambda _request: httpx.Response(200, json={"time_get_response": {}})).engine
    await engine.send(engine.prepare(RequestDraft("taobao.time.get", {"extra": "&session=1"})))
    (request,) = far.seen
    assert (request.method, str(request.url)) == ("POST", GATEWAY)
    body = request.content.decode()
    assert f"session={KEYS['SESSION']}" in body
    for text in (*KEYS.values(), "sign="):
        assert text not in str(request.url)
        assert not any(text in name or text in value for name, value in request.headers.items())
    assert KEYS["APP_SECRET"] not in body


@pytest.mark.parametrize(
    ("status", "to"),
    [
        *((status, "https://elsewhere.example/") for status in (301, 302, 303, 307, 308)),
        *((307, to) for to in ("http://gateway.example/router/rest", "/elsewhere")),
    ],
)
async def test_no_redirect_is_followed(far: Far, status: int, to: str) -> None:
    silence = await far.silence(httpx.Response(status, headers={"location": to}))
    assert silence.reason == "redirect"
    assert [request.url.path for request in far.seen] == ["/router/rest"]


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,deflate", "br", "zstd", "deflate", "x-gzip, gzip"])
async def test_a_body_that_is_packed_twice_or_in_another_way_is_not_unpacked(far: Far, coding: str) -> None:
    stream = Pieces(BOMB)
    silence = await far.silence(httpx.Response(200, headers={"content-encoding": coding}, stream=stream))
    assert silence.reason == "unreadable"
    assert stream.sent == 0


async def test_ten_gigabytes_in_ten_megabytes_are_given_up_at_the_limit(far: Far) -> None:
    answer = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=Pieces(BOMB, 10 * MB))
    tracemalloc.start()
    try:
        silence = await far.silence(answer)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert silence.reason == "too_large"
    assert most < 4 * MAX_BODY


def test_a_body_is_unpacked_exactly_to_its_limit() -> None:
    whole = packed(b"x" * MB, 1)
    for most, fits in ((MB, True), (MB - 1, False)):
        body = Body("gzip", most)
        try:
            body.take(whole)
        except TooLarge:
            assert not fits
        else:
            assert fits
            assert body.content == b"x" * MB
        assert len(body.content) <= most + 1
    short = Body("gzip", MB)
    short.take(whole[:-5])
    with pytest.raises(Unpackable):
        short.close()
    with pytest.raises(Unpackable):
        Body("gzip", MB).take(b"no gzip")
    with pytest.raises(TooLarge):
        Body("", 10).take(b"x" * 11)
    plain = Body("UTF-8", 10)
    plain.take(b"x")
    plain.close()
    assert plain.content == b"x"


JSON_BOMBS = {
    "a million lists": b"[" * DEEP + b"]" * DEEP,
    "a million open lists": b"[" * DEEP,
    "a million objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "not a number": b"NaN",
    "infinite": b"-Infinity",
    "an exponent beyond all": b"1e" + b"9" * 30,
}


@pytest.mark.parametrize("bomb", JSON_BOMBS.values(), ids=JSON_BOMBS)
async def test_json_that_no_decoder_should_take_is_no_answer(far: Far, bomb: bytes) -> None:
    silence = await far.silence(httpx.Response(200, content=b'{"time_get_response":{"time":' + bomb + b"}}"))
    assert silence.reason == "unreadable"


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "digits", [b"9" * DEEP, b"1" + b"0" * DEEP + b".5", b"1e999999999"], ids=["int", "frac", "exp"]
)
async def test_a_number_of_a_million_digits_is_shown_and_costs_no_time(far: Far, digits: bytes) -> None:
    """Turning so many digits into a number and back would take minutes, the exponent all memory."""
    exchange = await far.call(httpx.Response(200, content=b'{"time_get_response":{"time":' + digits + b"}}"))
    assert isinstance(exchange.outcome, Answer)
    shown = str(exchange.outcome.payload["time"]).upper()
    assert shown.replace("E+", "E") == digits.decode().upper()
    reading = Reading(unlisted("taobao.time.get"), ErrorTable(codes=(), families=()))
    for name in offered(exchange):
        assert render(name, exchange, reading).problem is None


def test_a_document_of_more_values_than_memory_is_not_decoded() -> None:
    for body in (b"[" + b"[]," * 6_000_000 + b"1]", b"[" + b"1," * 6_000_000 + b"1]"):
        with pytest.raises(ValueError, match="values"):
            decode_json(body)


XML_BOMBS = {
    "entities": b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 100 + b'"><!ENTITY c "' + b"&b;" * 50 + b'">]><time>&c;</time>',
    "a file": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><time>&b;</time>',
    "a file, after a remark": b'<?xml version="1.0"?><!-- x --><!DOCTYPE a SYSTEM "file:///etc/passwd"><time/>',
    "a host": b'<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><time/>',
    "a hundred thousand elements in one another": b"<a>" * 100_000 + b"</a>" * 100_000,
    "more elements than memory": b"<a>" + b"<b/>" * 2_600_000 + b"</a>",
    "an entity of nobody": b"<time>&nobody;</time>",
}


@pytest.mark.parametrize("bomb", XML_BOMBS.values(), ids=XML_BOMBS)
async def test_xml_that_declares_or_nests_is_no_answer(far: Far, bomb: bytes) -> None:
    silence = await far.silence(httpx.Response(200, content=bomb), "xml")
    assert silence.reason == "unreadable"
    assert "root:" not in silence.detail


async def test_an_answer_names_no_file(far: Far, tmp_path: Path) -> None:
    """What it says of names and places is a header to be read, wherever the program stands."""
    working = Path.cwd()
    headers = {"content-disposition": "attachment; filename=../../evil.sh", "content-location": "/evil"}
    exchange = await far.call(httpx.Response(200, json={"time_get_response": {"time": "x"}}, headers=headers))
    assert exchange.ok
    names = [name for place in (tmp_path, working) for _folder, _folders, files in os.walk(place) for name in files]
    assert names
    assert not any("evil" in name for name in names)
