"""Callers who stop in the middle are given up after a bounded time: a clean 408, or a closed line for plain silence."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

import pytest

from tests.sandbox.faulty import API, Sufferer, served
from topexplorer.sandbox import loopback

POST = b"POST /router/rest HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
WHOLE = POST + b"Content-Length: 3\r\n\r\na=1"
TIMED_OUT = [b"HTTP/1.1 408 Request Timeout"]
CONTINUE = [b"HTTP/1.1 100 Continue"]
ANSWERED = [b"HTTP/1.1 200 OK"]

STOPS = {
    "says nothing": (b"", []),
    "sends blank lines": (b"\r\n\r\n", []),
    "stops in the verb": (b"PO", TIMED_OUT),
    "stops in a header": (POST[:-9], TIMED_OUT),
    "stops before the body": (POST + b"Content-Length: 300\r\n\r\n", TIMED_OUT),
    "stops in the body": (POST + b"Content-Length: 300\r\n\r\na=1", TIMED_OUT),
    "stops in a chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFF\r\nabc", TIMED_OUT),
    "stops between chunks": (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n", TIMED_OUT),
    "stops in a batch": (b"POST /router/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nN", TIMED_OUT),
    "stops in a log-in": (b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nc", TIMED_OUT),
    "asks first and then says nothing": (
        POST + b"Expect: 100-continue\r\nContent-Length: 300\r\n\r\n",
        CONTINUE + TIMED_OUT,
    ),
    "announces more than is ever read": (
        POST + b"Content-Length: 99999999\r\n\r\na=1",
        [b"HTTP/1.1 413 Request Entity Too Large"],
    ),
}


async def heard(port: int, data: bytes, afterwards: bytes = b"") -> list[bytes]:
    """The status lines that come back before the server closes the line; `afterwards` is sent when it has answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    said = await reader.readuntil(b"</error_response>") if afterwards else b""
    writer.write(afterwards)
    # What a caller sent after the server stopped reading makes the system reset the line behind the answer.
    with suppress(ConnectionResetError):
        while piece := await reader.read(1 << 16):
            said += piece
    writer.close()
    return re.findall(rb"HTTP/1\.1 [^\r]*", said)


def test_whoever_stops_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "HEAD_SECONDS", 0.0)
    monkeypatch.setattr(loopback, "BODY_SECONDS", 0.0)

    async def all_at_once() -> dict[str, list[bytes]]:
        async with served(Sufferer().sandbox) as port:
            said = await asyncio.gather(*(heard(port, data) for data, _lines in STOPS.values()))
        return dict(zip(STOPS, said, strict=True))

    assert asyncio.run(all_at_once()) == {name: lines for name, (_data, lines) in STOPS.items()}


@pytest.mark.parametrize(("afterwards", "lines"), [(POST, ANSWERED + TIMED_OUT), (b"\r\n", ANSWERED)])
def test_whoever_stops_after_an_answer_is_given_up(
    afterwards: bytes, lines: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loopback, "HEAD_SECONDS", 0.2)

    async def again() -> list[bytes]:
        async with served(Sufferer().sandbox) as port:
            return await heard(port, WHOLE, afterwards)

    assert asyncio.run(again()) == lines


def test_whoever_does_not_read_is_given_up_and_whoever_reads_slowly_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "READ_SECONDS", 0.5)
    sufferer = Sufferer(f"{API}: body=50MB")
    form = sufferer.form()
    call = POST + b"Content-Length: %d\r\n\r\n" % len(form) + form

    async def read(port: int, pause: float, every: int, pauses: int) -> tuple[int, bool]:
        """How many bytes came, with some pauses, each when so many more have come, and whether the line was cut."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(call)
        came = paused = 0
        try:
            while piece := await reader.read(1 << 20):
                came += len(piece)
                if came > 50_000_000:
                    return came, False
                if came - paused >= every and pauses:
                    paused, pauses = came, pauses - 1
                    await asyncio.sleep(pause)
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()
        return came, True

    async def both() -> tuple[tuple[int, bool], tuple[int, bool]]:
        async with served(sufferer.sandbox) as port:
            return await asyncio.gather(read(port, 1.2, 1, 1), read(port, 0.1, 10_000_000, 5))

    stopped, slow = asyncio.run(both())
    assert stopped[1]
    assert stopped[0] < 50_000_000
    assert not slow[1]


def test_a_call_that_waits_for_its_answer_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "HEAD_SECONDS", 0.0)
    monkeypatch.setattr(loopback, "BODY_SECONDS", 0.0)
    sufferer = Sufferer(f"{API}: latency=300ms", sleeps=True)
    form = sufferer.form()
    late = POST + b"Content-Length: %d\r\n\r\n" % len(form) + form

    async def both() -> tuple[list[bytes], list[bytes]]:
        async with served(sufferer.sandbox) as port:
            return await heard(port, late + b"\r\n" + POST), await heard(port, late + b"GET /")

    assert asyncio.run(both()) == (ANSWERED, ANSWERED)
