"""The sandbox in this process is a far end like any other: it can be slow, silent, and break off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from topexplorer.engine.embedded import AHEAD, Embedded

URL = "http://far.invalid/router/rest?a=b"
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


async def start(send: Send, status: int = 200) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})


async def posted(app: Any, patience: float = 5) -> httpx.Response:
    async with httpx.AsyncClient(transport=Embedded(app), timeout=patience) as client:
        return await client.post(URL, content=b"question")


def test_request_and_answer_come_through_whole() -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            event = await receive()
            body += event["body"]
            more = event["more_body"]
        seen.update(scope, body=body)
        await start(send, 201)
        await send({"type": "http.response.body", "body": b"ans", "more_body": True})
        await send({"type": "http.response.body", "body": b"wer"})
        seen["finished"] = True

    answer = asyncio.run(posted(app))
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (201, b"answer", "text/plain")
    assert (seen["body"], seen["method"], seen["path"], seen["query_string"]) == (
        b"question",
        "POST",
        "/router/rest",
        b"a=b",
    )
    assert seen["finished"]


def test_an_answer_that_never_comes_is_a_time_out_and_hangs_up() -> None:
    ended: list[str] = []

    async def app(_scope: Any, _receive: Receive, _send: Send) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("hung up")

    with pytest.raises(httpx.ReadTimeout):
        asyncio.run(posted(app, patience=0.01))
    assert ended == ["hung up"]


@pytest.mark.parametrize("pieces", [0, 1])
def test_an_answer_that_breaks_off_is_a_protocol_error(pieces: int) -> None:
    async def app(_scope: Any, _receive: Receive, send: Send) -> None:
        if pieces:
            await start(send)
            await send({"type": "http.response.body", "body": b"half", "more_body": True})

    with pytest.raises(httpx.RemoteProtocolError):
        asyncio.run(posted(app))


def test_what_the_application_raises_comes_out() -> None:
    async def app(_scope: Any, _receive: Receive, _send: Send) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(posted(app))


def test_a_large_answer_is_made_only_as_far_as_it_is_read() -> None:
    made = 0

    async def app(_scope: Any, _receive: Receive, send: Send) -> None:
        nonlocal made
        await start(send)
        while True:
            made += 1
            await send({"type": "http.response.body", "body": b"x", "more_body": True})

    async def read_some() -> None:
        async with (
            httpx.AsyncClient(transport=Embedded(app)) as client,
            client.stream("GET", URL) as answer,
        ):
            async for _piece in answer.aiter_raw():
                return

    asyncio.run(read_some())
    assert made <= AHEAD + 2


def test_an_application_that_waits_is_ended_when_the_caller_hangs_up() -> None:
    heard: list[str] = []

    async def app(_scope: Any, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:
            pass
        await start(send)
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        try:
            await receive()
        except asyncio.CancelledError:
            heard.append("cancelled")
            raise

    async def leave() -> None:
        async with httpx.AsyncClient(transport=Embedded(app)) as client, client.stream("GET", URL):
            pass

    asyncio.run(leave())
    assert heard == ["cancelled"]
