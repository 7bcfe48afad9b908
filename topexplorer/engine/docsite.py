"""The platform's document site, read as a polite guest: a token, the directory, then one document per API.

Promises the sync that every answer it gets is whole, is about the API it asked for, and was asked for no faster than
the rate; everything else is a `SiteFault` with one sentence. Sends nothing but the query and the site's own token.

Confirmed by public source (the downloader of bububa/opentaobao, and audits of the site that others published): the
addresses and parameters below; that the cookie `_tb_token_` of /docCenter is the token, sent in the query and, by
older clients, as the only cookie; `treeCategories[].catelogTrees[].catelogList[]` with `docId`, `docType`, `name` (the
method) and `subName` (the title); the envelope `success`, `data`, `code`, `msg` or `errMsg`; that a document has no
number of its own, and a `gmtModified` in milliseconds; that a call without a valid token is answered with HTTP 200,
`success: false` and 页面已过期; that too many calls are answered with 429, 503, a web page, or `ret` with RGV587_ERROR,
where a person has to solve a puzzle. Not confirmed, and therefore only used when present: `gmtModified` in the
directory, `docId` in a document, Retry-After. What a `scopeId` (a permission package) leaves of the directory is not
confirmed either, so nothing counts as gone from such a part.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Literal, TypeVar
from urllib.parse import urlsplit

from topexplorer import __version__
from topexplorer.core.errors import UsageError
from topexplorer.core.importers.specparts import shown
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.text import clean_line
from topexplorer.engine.docanswers import API, Entry, SiteFault, Stale, asks_for_a_person, changed_at, entries, puzzle
from topexplorer.engine.inflating import Body, TooLarge, Unpackable

if TYPE_CHECKING:
    import httpx

Found = TypeVar("Found")
SITE = "https://open.taobao.com"
TOKEN_PAGE = "/docCenter"
DIRECTORY = "/handler/document/getApiCatelogConfig.json"
DOCUMENT = "/handler/document/getDocument.json"
TOKEN = "_tb_token_"
HEADERS = {
    "User-Agent": f"topexplorer/{__version__} (catalog sync)",
    "Accept": "application/json, text/html",
    "Accept-Encoding": "gzip",
}
MB = 2**20
MAX_ANSWER = 16 * MB
READ_SECONDS = 30.0
ANSWER_SECONDS = 120.0
JITTER = 0.25
"""A pause is longer than the rate asks for by up to this part of it."""
TRIES = 3
BUSY_TRIES = 6
FIRST_WAIT, LONGEST_WAIT, MOST_PATIENCE = 2.0, 60.0, 600.0
"""Seconds: the first wait after a failure, which then doubles up to the second; the longest the site may ask for."""
BUSY = frozenset({429, 503})
FAILING = frozenset({500, 502, 504})
HOPS = 3
"""How often the token page may send us on, on the same site."""
_TOKEN = re.compile(rf"{TOKEN}=([\w.\-]{{1,128}})\s*(?:;|$)", re.ASCII)


class _Passing(Exception):
    """A failure that another try may cure. `wait` is what the site asks for, in seconds."""

    def __init__(self, kind: Literal["busy", "failing", "offline"], reason: Message, wait: float | None = None) -> None:
        super().__init__(reason.key)
        self.kind = kind
        self.reason = reason
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer, unpacked."""

    status: int
    headers: httpx.Headers
    content: bytes


def site_root(url: str) -> str:
    """The address of a site without a slash at its end. Raises UsageError unless it is https or this machine."""
    try:
        parts = urlsplit(url.strip())
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if host:
        plain = parts.scheme == "http" and _is_this_machine(host)
        bare = not (parts.username or parts.password or parts.query or parts.fragment or parts.path.strip("/"))
        if bare and (parts.scheme == "https" or plain):
            return f"{parts.scheme}://{parts.netloc}"
    raise UsageError(message("sync.bad_site", url=clean_line(url)))


class DocSite:
    """The site for the time of one sync. All of it, the waiting too, goes through what it is given.

    `luck` gives numbers from 0 to 1, `sleep` takes seconds. Without a `transport` it is the network, by the machine's
    proxy settings.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[object]],
        luck: Callable[[], float],
        transport: httpx.AsyncBaseTransport | None = None,
        root: str = SITE,
        rate: float = 2.0,
    ) -> None:
        self.root = root
        self.seconds_each = (1 + JITTER / 2) / rate
        """What a document takes on average, by the rate alone."""
        self._clock = clock
        self._sleep = sleep
        self._luck = luck
        self._transport = transport
        self._interval = 1 / rate
        self._asked_at: datetime | None = None
        self._token = ""
        self._may_renew = True
        self._has_answered = False
        self._open = AsyncExitStack()
        self._client: httpx.AsyncClient

    async def __aenter__(self) -> DocSite:
        from http.cookiejar import CookieJar, DefaultCookiePolicy

        from topexplorer.engine.httpclient import httpx

        self._client = await self._open.enter_async_context(
            httpx.AsyncClient(
                base_url=self.root,
                transport=self._transport,
                verify=ssl.create_default_context() if self._transport is None else True,
                trust_env=self._transport is None,
                headers=HEADERS,
                # The token goes along by hand. A jar of the client's own would keep whatever the site sets.
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                limits=httpx.Limits(max_connections=1),
                timeout=READ_SECONDS,
                follow_redirects=False,
            )
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def directory(self, scope: str = "") -> tuple[Entry, ...]:
        """Every API the site lists, each once, in its order. Raises SiteFault."""
        query = {"scopeId": scope, "treeId": "", "docId": "285", "docType": API, "tag": ""}
        _raw, found = await self._asked(DIRECTORY, query, entries)
        return found

    async def document(self, entry: Entry) -> tuple[bytes, int]:
        """The answer about an API, byte by byte, and when the document was changed, in milliseconds, or 0.

        Raises SiteFault.
        """
        return await self._asked(DOCUMENT, document_query(entry.doc_id), partial(changed_at, entry))

    async def _asked(self, path: str, query: Mapping[str, str], read: Callable[[bytes], Found]) -> tuple[bytes, Found]:
        """An answer that `read` accepts. A token that seems to have expired is renewed, and once more after a success.

        Refused with the new token too, it may be this document that only members see; the next one decides.
        """
        renewed = False
        while True:
            try:
                if not self._token:
                    self._token = await self._new_token()
                reply = await self._fetched(path, {**query, TOKEN: self._token})
                _check_status(reply, self.root)
                found = read(reply.content)
            except Stale as fault:
                if not self._may_renew:
                    raise SiteFault(fault.reason, stops=fault.stops and not renewed) from fault
                self._may_renew, self._token, renewed = False, "", True
                continue
            self._may_renew = True
            return reply.content, found

    async def _new_token(self) -> str:
        path = TOKEN_PAGE
        for _hop in range(HOPS + 1):
            reply = await self._fetched(path, {})
            for cookie in reply.headers.get_list("set-cookie"):
                if found := _TOKEN.match(cookie.strip()):
                    return found[1]
            path = _next_hop(reply, self.root)
            if not path:
                break
        if asks_for_a_person(reply.content):
            raise puzzle()
        raise SiteFault(message("sync.no_token", status=reply.status), stops=True)

    async def _fetched(self, path: str, query: Mapping[str, str]) -> Reply:
        """An answer of any status but busy and failing ones. Raises SiteFault after enough tries."""
        tries = 0
        while True:
            await self._pause()
            try:
                reply = await self._exchanged(path, query)
                _check_capacity(reply, self._clock())
            except _Passing as trouble:
                tries += 1
                if self._has_no_hope(trouble, tries):
                    raise SiteFault(trouble.reason, stops=trouble.kind != "failing") from trouble
                wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1)) * (1 + JITTER * self._luck())
                await self._sleep(max(wait, trouble.wait or 0.0))
                continue
            self._has_answered = True
            return reply

    def _has_no_hope(self, trouble: _Passing, tries: int) -> bool:
        if trouble.kind == "busy":
            return tries >= BUSY_TRIES or (trouble.wait or 0.0) > MOST_PATIENCE
        # Whoever has no network at all wants to know it at once.
        return tries >= TRIES or (trouble.kind == "offline" and not self._has_answered)

    async def _pause(self) -> None:
        """Waits until the rate allows one more. A clock that was set back makes it wait the whole time."""
        if self._asked_at is not None:
            passed = max(0.0, (self._clock() - self._asked_at).total_seconds())
            wait = self._interval * (1 + JITTER * self._luck()) - passed
            if wait > 0:
                await self._sleep(wait)
        self._asked_at = self._clock()

    async def _exchanged(self, path: str, query: Mapping[str, str]) -> Reply:
        """One question and its answer. Raises SiteFault, and _Passing for what another try may cure."""
        import asyncio

        from topexplorer.engine.httpclient import httpx

        cookie = {"Cookie": f"{TOKEN}={self._token}"} if self._token else {}
        try:
            async with (
                asyncio.timeout(ANSWER_SECONDS),
                self._client.stream("GET", path, params=dict(query) or None, headers=cookie) as answer,
            ):
                encoding = answer.headers.get("content-encoding", "")
                return Reply(answer.status_code, answer.headers, await _body(answer.aiter_raw(), encoding))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise _trouble(error, self.root) from error


async def _body(chunks: AsyncIterator[bytes], encoding: str) -> bytes:
    """The answer's whole body, unpacked. Raises SiteFault for too much, and for what cannot be unpacked."""
    try:
        body = Body(encoding, MAX_ANSWER)
    except Unpackable:
        raise SiteFault(message("sync.unpackable", encoding=shown(encoding))) from None
    try:
        async for chunk in chunks:
            body.take(chunk)
        body.close()
    except Unpackable:
        raise SiteFault(message("sync.broken_off")) from None
    except TooLarge:
        raise SiteFault(message("sync.too_large", limit=MAX_ANSWER // MB)) from None
    return bytes(body.content)


def document_query(doc_id: int) -> dict[str, str]:
    """The query for a document, without the token."""
    return {"isEn": "false", "treeId": "", "docId": str(doc_id), "docType": API}


def _is_this_machine(host: str) -> bool:
    from ipaddress import ip_address

    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _check_capacity(reply: Reply, now: datetime) -> None:
    if reply.status in BUSY:
        wait = _retry_after(reply.headers.get("retry-after", ""), now)
        if wait is not None and wait > MOST_PATIENCE:
            from topexplorer.engine.ledger import span_words

            raise _Passing("busy", message("sync.busy_for", status=reply.status, span=span_words(wait)), wait)
        raise _Passing("busy", message("sync.busy", status=reply.status), wait)
    if reply.status in FAILING:
        raise _Passing("failing", message("sync.status", status=reply.status))


def _retry_after(text: str, now: datetime) -> float | None:
    """Seconds, from seconds or a date; None for neither."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    from email.utils import parsedate_to_datetime

    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds())


def _check_status(reply: Reply, root: str) -> None:
    if 300 <= reply.status < 400:
        where = _host(reply.headers.get("location", "")) or _host(root)
        raise Stale(message("sync.redirected", host=shown(where)), stops=True)
    if reply.status in (401, 403):
        raise Stale(message("sync.token_refused", detail=f"HTTP {reply.status}"), stops=True)
    if reply.status != 200:
        raise SiteFault(message("sync.status", status=reply.status))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _next_hop(reply: Reply, root: str) -> str:
    """Where the token page sends us on, when that is on the same site."""
    from topexplorer.engine.httpclient import httpx

    if not 300 <= reply.status < 400:
        return ""
    try:
        target = httpx.URL(root).join(reply.headers.get("location", ""))
    except httpx.InvalidURL:
        return ""
    if httpx.URL(root).copy_with(path="/") != target.copy_with(path="/", query=None, fragment=None):
        raise SiteFault(message("sync.redirected", host=shown(target.host)), stops=True)
    return target.raw_path.decode("ascii")


def _trouble(error: Exception, root: str) -> _Passing | SiteFault:
    """What a failed exchange means."""
    from topexplorer.engine.httpclient import httpx

    host = urlsplit(root).netloc
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return SiteFault(message("sync.tls", host=host, detail=shown(str(cause))), stops=True)
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectTimeout):
        return _Passing("offline", message("sync.offline", host=host, detail=message("sync.no_answer")))
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return _Passing("failing", message("sync.timeout"))
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return _Passing("offline", message("sync.offline", host=host, detail=shown(str(error))))
    return _Passing("failing", message("sync.broken_off"))
