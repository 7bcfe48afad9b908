"""One signed request over HTTP, for the Engine, which loads this module and httpx with it only for a call.

Posts once, follows no redirect, and never raises for what the far end did.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlencode

from topexplorer import __version__
from topexplorer.core.call import NoAnswer, NoAnswerReason, SignedRequest
from topexplorer.engine.httpclient import httpx
from topexplorer.engine.inflating import Body, TooLarge, Unpackable

_NO_PART_NAME = r'["\\\x00-\x1f\x7f]'
MAX_BODY = 64 * 1024 * 1024
HEADERS = {
    "User-Agent": f"topexplorer/{__version__}",
    "Accept": "text/xml,text/javascript,application/json",
    "Accept-Encoding": "gzip",
}


@dataclass(slots=True, repr=False, eq=False)
class Reply:
    """What is known of a reply, even when it breaks off."""

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytearray = field(default_factory=bytearray)


class Wire:
    """The road of one call. Without a `transport` it is the network, through `proxy` unless that is empty; `trusted`
    checks the certificates there."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None,
        timeout_seconds: float,
        proxy: str = "",
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._transport = transport
        self._timeout = timeout_seconds
        self._proxy = proxy
        self._trusted = trusted
        self.reply = Reply()

    async def post(self, signed: SignedRequest) -> int | NoAnswer:
        """Sends `signed` and fills `reply` as it comes in. The status of a whole answer, or why there is none."""
        reply, mask = self.reply, signed.whole_taint.mask
        try:
            async with self._client() as client, _posted(client, signed) as answer:
                reply.status = answer.status_code
                reply.headers = tuple((mask(name), mask(text)) for name, text in answer.headers.items())
                if answer.is_redirect:
                    return NoAnswer("redirect", mask(answer.headers.get("location", "")))
                body = Body(answer.headers.get("content-encoding", ""), MAX_BODY)
                reply.body = body.content
                async for chunk in cast(httpx.AsyncByteStream, answer.stream):  # httpx itself unpacks without a limit
                    body.take(chunk)
                body.close()
        except TooLarge:
            return NoAnswer("too_large", str(MAX_BODY // 2**20))
        except Unpackable as error:
            return NoAnswer("unreadable", mask(str(error)))
        except httpx.HTTPError as error:
            return NoAnswer(_reason(error), mask(str(error)))
        return answer.status_code

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(
            transport=self._transport,
            verify=self._trusted or True,
            proxy=self._proxy or None,
            trust_env=False,
            headers=HEADERS,
            timeout=self._timeout,
            follow_redirects=False,
        ) as client:
            yield client


def _posted(client: httpx.AsyncClient, signed: SignedRequest) -> AbstractAsyncContextManager[httpx.Response]:
    """Everything travels in the body, so that no proxy's log sees a session."""
    if signed.files:
        files = {part.name: (part.file_name, part.content, part.content_type) for part in signed.files}
        # The header of a part cannot hold every name: rows of such names go into the query, while they fit there.
        odd = [pair for pair in signed.params if re.search(_NO_PART_NAME, pair[0]) and len(pair[1]) < 2000]
        plain = dict(pair for pair in signed.params if pair not in odd)
        return client.stream("POST", signed.url, params=urlencode(odd) or None, data=plain, files=files)
    form = urlencode(signed.params).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
    return client.stream("POST", signed.url, content=form, headers=kind)


def _reason(error: httpx.HTTPError) -> NoAnswerReason:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    return "unreadable" if isinstance(error, httpx.DecodingError | httpx.RemoteProtocolError) else "connect"
