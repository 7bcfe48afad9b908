"""The address on this machine that a browser brings a code to: 127.0.0.1, a random port, one use.

What does not belong to this sign-in is turned away and changes nothing: another `state`, another Host (a web page whose
name was pointed at this machine), anything that is not a person's own navigation. The code is never written anywhere;
the browser is sent on at once to a page whose address does not hold it, and that page gives no referrer.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from html import escape
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

from topexplorer.core.errors import UsageError
from topexplorer.core.language import LANGUAGES, Language, message

ADDRESS = "127.0.0.1"
PATH, DONE = "/callback", "/done"
LONGEST_HEAD = 16 * 1024
HEAD_SECONDS = 10.0
LAST_PAGE_SECONDS = 5.0
"""How long the browser has, after all is over, to fetch the last page."""
_HEADERS = (
    "Content-Type: text/html; charset=utf-8\r\n"
    "Cache-Control: no-store\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "Connection: close\r\n"
)
_REASONS = {
    200: "OK",
    303: "See Other",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    410: "Gone",
}
Answer = tuple[int, str, str]
"""Status, the name of the page, and where to go on."""


class Callback:
    """Listens while it is entered. `is_mine` says whether parameters answer this sign-in; `on_stray` is told of others.

    Entering raises UsageError where no port can be had.
    """

    def __init__(self, is_mine: Callable[[Mapping[str, str]], bool], on_stray: Callable[[], None]) -> None:
        self._is_mine = is_mine
        self._on_stray = on_stray
        self._came: asyncio.Future[Mapping[str, str]] = asyncio.get_running_loop().create_future()
        self._page = "arrived"
        self._shown = asyncio.Event()
        self._lines: set[asyncio.StreamWriter] = set()
        try:
            self._listener = socket.create_server((ADDRESS, 0), backlog=16)
        except OSError as error:
            raise UsageError(
                message("signin.no_port", detail=error.strerror or type(error).__name__), message("signin.no_port.hint")
            ) from None
        self._host = f"{ADDRESS}:{self._listener.getsockname()[1]}"

    @property
    def uri(self) -> str:
        """What goes into `redirect_uri`."""
        return f"http://{self._host}{PATH}"

    async def __aenter__(self) -> Callback:
        try:
            self._server = await asyncio.start_server(self._serve, sock=self._listener, limit=LONGEST_HEAD)
        except BaseException:
            self._listener.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._came.done() and kind is not asyncio.CancelledError:
                async with asyncio.timeout(LAST_PAGE_SECONDS):
                    await self._shown.wait()
        except TimeoutError:
            pass
        finally:
            self._server.close()
            for line in self._lines:
                line.transport.abort()

    async def returned(self) -> Mapping[str, str]:
        """The parameters that the browser brings. Waits for ever."""
        return await self._came

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            writer.write(_response(*self._answer(head)))
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass
        finally:
            self._lines.discard(writer)
            writer.close()

    def _answer(self, head: bytes) -> Answer:
        first, *rest = head.decode("latin-1").split("\r\n")
        words = first.split(" ")
        pairs = [line.partition(":") for line in rest if line]
        headers = {name.strip().lower(): text.strip() for name, _colon, text in pairs}
        hosts = [text.strip() for name, _colon, text in pairs if name.strip().lower() == "host"]
        if len(words) != 3 or not words[1].startswith("/"):
            return 400, "nothing", ""
        if hosts != [self._host] or headers.get("sec-fetch-mode", "navigate") != "navigate":
            return 403, "nothing", ""
        if words[0] != "GET":
            return 405, "nothing", ""
        path, _mark, query = words[1].partition("?")
        if path == DONE and self._came.done():
            # The answer is still to be written; the line is closed in order.
            asyncio.get_running_loop().call_later(0.05, self._shown.set)
            return 200, self._page, ""
        return self._take(query) if path == PATH else (404, "nothing", "")

    def _take(self, query: str) -> Answer:
        if self._came.done():
            return 410, "used", ""
        try:
            given = dict(reversed(parse_qsl(query, keep_blank_values=True, max_num_fields=100)))
        except ValueError:
            return 400, "nothing", ""
        if not self._is_mine(given):
            self._on_stray()
            return 400, "stray", ""
        self._page = "refused" if "error" in given else "arrived"
        self._came.set_result(given)
        return 303, "", DONE


def _response(status: int, page: str, target: str) -> bytes:
    body = _document(page).encode() if page else b""
    location = f"Location: {target}\r\n" if target else ""
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\n{_HEADERS}{location}Content-Length: {len(body)}\r\n\r\n"
    return head.encode("ascii") + body


def _document(page: str) -> str:
    """A page in both languages: who reads it may have another browser than terminal."""
    parts = []
    for name in reversed(LANGUAGES):
        say = Language(name)
        title, what = escape(say(f"signin.page.{page}")), escape(say(f"signin.page.{page}.next"))
        parts.append(f'<section lang="{name[:2]}"><h1>{title}</h1><p>{what}</p></section>')
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>topexplorer</title></head><body><main>{''.join(parts)}</main></body></html>\n"
    )


def is_callback(address: str) -> bool:
    """Whether `address` is one that a platform can send a browser to."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.fragment and " " not in address
    except ValueError:
        return False
