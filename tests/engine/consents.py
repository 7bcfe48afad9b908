"""A seller with a browser, and a platform that trades codes, for tests of signing in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPRedirectHandler, Request, build_opener

import httpx

from tests.sandbox.browser import Page

SELLER, OTHER, CLERK = "童装小铺", "数码优选", "童装小铺:客服"
CODE = "canaryc0decanaryc0de123456"
TOKEN: dict[str, Any] = {
    "access_token": "6201canarysessioncanarysession2208913340",
    "refresh_token": "6202canaryrefreshcanaryrefresh2208913340",
    "expires_in": "86400",
    "re_expires_in": 0,
    "r1_expires_in": 1800,
    "w1_expires_in": "1800",
    "w2_expires_in": 0,
    "r2_expires_in": -5,
    "taobao_user_id": 2208913340,
    "taobao_user_nick": "%E7%AB%A5%E8%A3%85%E5%B0%8F%E9%93%BA",
}
"""As the token address answers, with numbers as texts and levels that are over."""


class Person(HTTPRedirectHandler):
    """A seller with a browser: follows redirects as one does, and remembers every address and the last page. Not
    httpx, so that what is logged is the program's own.
    """

    def __init__(self, user: str | None = SELLER) -> None:
        self.choice = {"decision": "no"} if user is None else {"decision": "yes", "user": user}
        self.saw: list[str] = []

    def redirect_request(self, *arguments: Any) -> Request | None:
        self.saw.append(arguments[-1])
        return super().redirect_request(*arguments)

    async def consents(self, url: str) -> None:
        await asyncio.to_thread(self._consents, url)

    def _consents(self, url: str) -> None:
        browser = build_opener(self)
        page = Page(httpx.Response(200, content=browser.open(url).read()))
        action, hidden = page.forms[0]
        answer = browser.open(urljoin(url, action), urlencode({**hidden, **self.choice}).encode())
        self.saw.append(answer.read().decode())

    def told(self, url: str) -> None:
        self.visit = asyncio.ensure_future(self.consents(url))


def streamed(reply: Callable[[httpx.Request], httpx.Response]) -> Callable[[httpx.Request], httpx.Response]:
    """The same answers as a network gives them: not read yet."""

    def answer(request: httpx.Request) -> httpx.Response:
        whole = reply(request)
        return httpx.Response(whole.status_code, headers=whole.headers, stream=httpx.ByteStream(whole.content))

    return answer
