"""The platform's document site on this machine: the shapes it answers with, its token, and everything that goes wrong.

`ReplaySite` is a bare ASGI application. It refuses what the real site refuses (a call without its token), counts what
it is asked, and answers the documents in `faults` as told there.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

TOKEN_PAGE = "/docCenter"
DIRECTORY = "/handler/document/getApiCatelogConfig.json"
DOCUMENT = "/handler/document/getDocument.json"
GMT_MODIFIED = 1_696_982_432_000
LOGIN_PAGE = b"<!DOCTYPE html><html><body><form action='https://login.taobao.com'></form></body></html>"


@dataclass
class Asked:
    """One request as it arrived."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]

    @property
    def doc_id(self) -> int:
        return int(self.query["docId"])


@dataclass
class Said:
    """One answer."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json;charset=UTF-8"),)


Fault = Callable[[Asked], Said]


def answer(data: object, **more: object) -> bytes:
    """The site's envelope."""
    envelope = {"success": True, "data": data, "errMsg": None, "code": None, **more}
    return json.dumps(envelope, ensure_ascii=False).encode()


def refusal(told: str) -> Said:
    return Said(answer(None, success=False, errMsg=told, code="FAIL"))


def part(name: str, kind: str = "String", *, required: bool = False, **more: object) -> dict[str, Any]:
    """A parameter or field as a document has it."""
    return {"name": name, "type": kind, "required": required, "description": f"{name} 的说明", "subParams": [], **more}


@dataclass
class Page:
    """One API of the site."""

    doc_id: int
    method: str
    title: str = "查询"
    category: tuple[int, str] = (5, "交易API")
    asked: list[dict[str, Any]] = field(default_factory=lambda: [part("fields", "String[]", required=True)])
    answered: list[dict[str, Any]] = field(default_factory=lambda: [part("tid", "Number")])
    more: dict[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """What `getDocument.json` has for it: without a number of its own."""
        return {
            "name": self.method,
            "apiChineseName": self.title,
            "description": f"{self.title}，按条件",
            "requestParams": self.asked,
            "responseParams": self.answered,
            "errorCodes": [{"errorCode": "isv.permission-not-enough", "errorMsg": "没有权限", "solution": "申请权限"}],
            "applyScopes": [],
            "labels": [{"displayName": "必须用户授权"}],
            "gmtModified": GMT_MODIFIED,
            "rspSampleJson": '{"a": 1}',
            **self.more,
        }


def thirty() -> list[Page]:
    """Thirty APIs in three categories."""
    kinds = (((5, "交易API"), "trade"), ((4, "商品API"), "item"), ((38, "淘宝客API"), "tbk"))
    return [
        Page(100 + number, f"taobao.{name}.thing{number}.get", f"{category[1][:2]}查询{number}", category)
        for number in range(30)
        for category, name in [kinds[number % 3]]
    ]


class ReplaySite:
    """The site. Give its `transport` to whoever is to talk to it."""

    def __init__(self, pages: Iterable[Page] = ()) -> None:
        self.pages = {page.doc_id: page for page in pages}
        self.faults: dict[int, list[Fault]] = {}
        """What a document is answered with before it is answered well, first to last."""
        self.always: dict[int, Fault] = {}
        self.directory_fault: Fault | None = None
        self.token_fault: Fault | None = None
        self.before: Callable[[Asked], None] = lambda asked: None
        self.asked: list[Asked] = []
        self.tokens = 0
        """How many were handed out; only the last one is good."""
        self.token_calls: int | None = None
        """After how many documents a token expires."""
        self._left = 0

    @property
    def transport(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(app=self)

    @property
    def fetched(self) -> list[int]:
        """The documents that were asked for, in order."""
        return [asked.doc_id for asked in self.asked if asked.path == DOCUMENT]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = {name: texts[0] for name, texts in parse_qs(scope["query_string"].decode(), True).items()}
        headers = {name.decode().lower(): text.decode() for name, text in scope["headers"]}
        asked = Asked(scope["path"], query, headers)
        self.asked.append(asked)
        self.before(asked)
        said = self._say(asked)
        head = [(name.encode(), text.encode()) for name, text in said.headers]
        await send({"type": "http.response.start", "status": said.status, "headers": head})
        await send({"type": "http.response.body", "body": said.body})

    def _say(self, asked: Asked) -> Said:
        if asked.path == TOKEN_PAGE:
            return self.token_fault(asked) if self.token_fault else self._new_token()
        if not self._is_welcome(asked):
            return refusal("页面已过期，请刷新页面")
        if asked.path == DIRECTORY:
            return self.directory_fault(asked) if self.directory_fault else Said(self.directory())
        if asked.path == DOCUMENT:
            return self._document(asked)
        return Said(LOGIN_PAGE, 404)

    def _new_token(self) -> Said:
        self.tokens += 1
        self._left = self.token_calls or 0
        cookies = (
            ("set-cookie", "t=0123456789abcdef; Domain=.taobao.com; Path=/"),
            ("set-cookie", f"_tb_token_=token{self.tokens}; Domain=.taobao.com; Path=/; Secure"),
            ("set-cookie", "cookie2=fedcba9876543210; Domain=.taobao.com; Path=/; HttpOnly"),
        )
        return Said(b"<html>document center</html>", headers=(("content-type", "text/html"), *cookies))

    def _is_welcome(self, asked: Asked) -> bool:
        token = f"token{self.tokens}"
        if asked.query.get("_tb_token_") != token or asked.headers.get("cookie") != f"_tb_token_={token}":
            return False
        if self.token_calls is not None and asked.path == DOCUMENT:
            self._left -= 1
            return self._left >= 0
        return True

    def directory(self) -> bytes:
        """`getApiCatelogConfig.json`."""
        trees: dict[tuple[int, str], list[dict[str, Any]]] = {}
        for place, page in enumerate(self.pages.values()):
            row = {"id": 9000 + place, "docId": page.doc_id, "docType": 2, "name": page.method, "subName": page.title}
            trees.setdefault(page.category, []).append(row)
        category = [{"id": number, "name": name, "catelogList": rows} for (number, name), rows in trees.items()]
        return answer({"treeCategories": [{"id": 1, "name": "API", "catelogTrees": category}], "docIndex": "285"})

    def _document(self, asked: Asked) -> Said:
        if waiting := self.faults.get(asked.doc_id):
            return waiting.pop(0)(asked)
        if always := self.always.get(asked.doc_id):
            return always(asked)
        page = self.pages.get(asked.doc_id)
        return Said(answer(page.data())) if page else refusal("文档不存在")


def packed(body: bytes, name: str = "gzip") -> Said:
    return Said(gzip.compress(body), headers=(("content-encoding", name),))


def failing(error: Exception) -> Fault:
    """The connection fails with `error`."""

    def fail(asked: Asked) -> Said:
        raise error

    return fail


def saying(said: Said) -> Fault:
    return lambda asked: said
