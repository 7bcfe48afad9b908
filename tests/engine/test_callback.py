"""The loopback callback over real HTTP: one use, the right state, the right host, and a page that leaks nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from topexplorer.engine.callback import Callback, is_callback

pytestmark = pytest.mark.anyio
CODE = "canaryc0decanaryc0de123456"


@asynccontextmanager
async def listening(strays: list[str]) -> AsyncIterator[Callback]:
    def is_mine(given: Mapping[str, str]) -> bool:
        return given.get("state") == "right"

    async with Callback(is_mine, lambda: strays.append("stray")) as callback:
        yield callback


async def ask(callback: Callback, target: str, *headers: str, verb: str = "GET", host: str = "") -> tuple[int, str]:
    """One request on a connection of its own: the status, and all that came back."""
    netloc = urlsplit(callback.uri).netloc
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(callback.uri).port)
    lines = (f"{verb} {target} HTTP/1.1", f"Host: {host or netloc}", *headers, "", "")
    writer.write("\r\n".join(lines).encode())
    answer = (await reader.read()).decode()
    writer.close()
    return int(answer.split(" ")[1]) if answer else 0, answer


async def test_the_code_arrives_once_and_the_browser_ends_at_an_address_without_it() -> None:
    async with listening([]) as callback:
        assert callback.uri.startswith("http://127.0.0.1:")
        status, answer = await ask(callback, f"/callback?code={CODE}&state=right")
        assert (status, "Location: /done" in answer, CODE in answer) == (303, True, False)
        assert await callback.returned() == {"code": CODE, "state": "right"}
        assert (await ask(callback, f"/callback?code={CODE}&state=right"))[0] == 410
        status, page = await ask(callback, "/done", "Sec-Fetch-Mode: navigate")
        assert status == 200
        for wanted in ("Referrer-Policy: no-referrer", "Cache-Control: no-store", "default-src 'none'", "回到终端"):
            assert wanted in page
        assert "Go back to the terminal" in page
        assert CODE not in page
        port = urlsplit(callback.uri).port
    with pytest.raises(OSError, match=r".*"):
        await asyncio.open_connection("127.0.0.1", port)


async def test_what_does_not_belong_to_the_sign_in_is_turned_away_and_the_waiting_goes_on() -> None:
    strays: list[str] = []
    async with listening(strays) as callback:
        good = f"/callback?code={CODE}&state=right"
        refused = [
            await ask(callback, f"/callback?code={CODE}&state=wrong"),
            await ask(callback, f"/callback?code={CODE}"),
            await ask(callback, good, host="evil.example"),
            await ask(callback, good, host="localhost:80"),
            await ask(callback, good, "Host: 127.0.0.1"),
            await ask(callback, good, "Sec-Fetch-Mode: no-cors"),
            await ask(callback, good, verb="POST"),
            await ask(callback, "/"),
            await ask(callback, "/done"),
            await ask(callback, "nonsense"),
            await ask(callback, "/callback?" + "a=1&" * 200),
            await ask(callback, "/" + "x" * 70_000),
        ]
        assert [status for status, _text in refused] == [400, 400, 403, 403, 403, 403, 405, 404, 404, 400, 400, 0]
        assert strays == ["stray", "stray"]
        assert not any(CODE in text for _status, text in refused)
        assert (await ask(callback, "/callback?error=access_denied&state=right"))[0] == 303
        assert "Nothing was changed" in (await ask(callback, "/done"))[1]


async def test_cancelling_closes_the_port_at_once() -> None:
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def wait() -> None:
        async with listening([]) as callback:
            ready.set_result(callback.uri)
            await callback.returned()

    waiting = asyncio.ensure_future(wait())
    port = urlsplit(await ready).port
    _reader, half_open = await asyncio.open_connection("127.0.0.1", port)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    half_open.close()
    with pytest.raises(OSError, match=r".*"):
        await asyncio.open_connection("127.0.0.1", port)


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://app.example.com/back", True),
        ("http://127.0.0.1:8080/", True),
        ("app.example.com", False),
        ("javascript:alert(1)", False),
        ("https://a b/", False),
        ("https://a/#x", False),
        ("http://[", False),
    ],
)
async def test_a_callback_address_is_one_that_a_browser_can_be_sent_to(address: str, fits: bool) -> None:
    assert is_callback(address) is fits
