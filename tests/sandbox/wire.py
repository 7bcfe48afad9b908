"""Somebody outside: speaks the platform's protocol in bytes of their own making, and knows nothing of our client."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.core.samples import bundled
from topexplorer.core.catalog import Catalog
from topexplorer.sandbox.accounts import Accounts
from topexplorer.sandbox.app import Sandbox
from topexplorer.sandbox.limits import CallLimits

URL = "http://gateway.invalid/router/rest"
FORM = "application/x-www-form-urlencoded;charset=utf-8"
BEIJING = timezone(timedelta(hours=8))
NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=BEIJING)
SELLER, OTHER_SELLER = "童装小铺", "数码优选"
TRADE, FIRST_ORDER, SECOND_ORDER = 3141592653589793238, 3141592653589793239, 3141592653589793240
UNPAID_TRADE, SENT_TRADE, VIRTUAL_TRADE = 3141592653589793301, 3141592653589793401, 3141592653589793501
ITEM, SKU, OTHER_ITEM, REFUND = 658402931875, 4611686018427, 701234567890, 190283746500112
Pairs = Iterable[tuple[str, str]]


@cache
def small() -> Catalog:
    """The hand-written APIs of `tests/specs`: every type, and limits low enough to run into."""
    return Catalog.scan([Path(__file__).parent.parent / "specs"])


def sign(method: str, secret: str, params: Mapping[str, str], body: str = "") -> str:
    """The platform's rule as its call guide words it, written here a second time on purpose."""
    text = "".join(name + params[name] for name in sorted(params) if name != "sign") + body
    if method == "md5":
        return hashlib.md5((secret + text + secret).encode(), usedforsecurity=False).hexdigest().upper()
    digest = "sha256" if method == "hmac-sha256" else "md5"
    return hmac.new(secret.encode(), text.encode(), digest).hexdigest().upper()


class Outsider:
    """A sandbox at the end of a wire, and somebody who calls it. The clock stands still until it is moved."""

    def __init__(
        self,
        catalog: Catalog | None = None,
        *,
        limited: bool = False,
        accounts: Accounts | None = None,
        seed: int = 7,
        now: datetime = NOON,
    ) -> None:
        self.now = now
        limits = None if limited else CallLimits.none()
        self.sandbox = Sandbox(catalog or bundled(), lambda: self.now, accounts, seed, limits)
        self.accounts = self.sandbox.accounts
        self.transport: httpx.AsyncBaseTransport = httpx.ASGITransport(app=self.sandbox)

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def system(
        self, method: str, seller: str | None = SELLER, app_key: str = "12345678", **changes: str
    ) -> dict[str, str]:
        """The system parameters of a call, all but the sign."""
        keys = self.accounts.credentials(app_key, seller)
        params = {
            "method": method,
            "app_key": keys.app_key,
            "timestamp": self.now.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "v": "2.0",
            "sign_method": "md5",
            "format": "json",
        }
        if keys.session:
            params["session"] = keys.session.reveal()
        return {**params, **changes}

    def signed(self, params: Mapping[str, str], body: str = "") -> dict[str, str]:
        """`params` with the sign that belongs to their app key."""
        app = self.accounts.app(params.get("app_key", ""))
        secret = app.secret.reveal() if app else "nobody knows"
        return {**params, "sign": sign(params.get("sign_method", "md5"), secret, params, body)}

    def send(
        self,
        verb: str = "POST",
        *,
        query: Pairs | bytes = (),
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        url: str = URL,
    ) -> httpx.Response:
        """One request as bytes; the answer with its body as it came, gzip undone."""
        text = query if isinstance(query, bytes) else urlencode(list(query)).encode()
        address = httpx.URL(url).copy_with(query=text) if text else httpx.URL(url)
        request = httpx.Request(verb, address, content=body, headers=headers or {"Content-Type": FORM})
        return asyncio.run(self._exchange(request))

    async def _exchange(self, request: httpx.Request) -> httpx.Response:
        response = await self.transport.handle_async_request(request)
        response.request = request
        await response.aread()
        return response

    def send_raw(
        self, verb: str, query: bytes, body: bytes, content_type: bytes
    ) -> tuple[int, dict[bytes, bytes], bytes]:
        """A request that no HTTP client would send: status, headers and body of the answer."""
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(event: Any) -> None:
            sent.append(event)

        headers = [(b"content-type", content_type)] if content_type else []
        scope = {"type": "http", "path": "/router/rest", "method": verb, "query_string": query, "headers": headers}
        asyncio.run(self.sandbox(scope, receive, send))
        start, end = sent
        return start["status"], dict(start["headers"]), end["body"]

    def post(self, params: Mapping[str, str]) -> httpx.Response:
        """These parameters as they are, all in the body."""
        return self.send(body=urlencode(params).encode())

    def ask(self, api: str, seller: str | None = SELLER, **values: Any) -> Any:
        """A correct call in JSON; the whole document."""
        texts = {name: str(value) for name, value in values.items()}
        return self.decoded(self.post(self.signed(self.system(api, seller) | texts)))

    def answer(self, api: str, seller: str | None = SELLER, **values: Any) -> Any:
        """What stands under the response's root; the call must be answered."""
        document = self.ask(api, seller, **values)
        (root,) = document
        assert root != "error_response", document
        return document[root]

    def refusal(self, api: str, seller: str | None = SELLER, **values: Any) -> Any:
        """The error object; the call must be refused."""
        return self.ask(api, seller, **values)["error_response"]

    @staticmethod
    def decoded(response: httpx.Response) -> Any:
        assert response.status_code == 200
        return json.loads(response.content)
