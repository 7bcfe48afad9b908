"""Somebody with a browser at the sandbox's OAuth pages, and the app that sent them there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx

from tests.sandbox.wire import FORM, Outsider

SITE = "http://gateway.invalid/oauth/"
CALLBACK = "http://127.0.0.1:9999/back"
WISH = {"response_type": "code", "client_id": "12345678", "redirect_uri": CALLBACK, "state": "s-1"}


class Page(HTMLParser):
    """What a document shows: its text, its tags, and the forms with their fields."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.response = response
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.users: list[str] = []
        self.buttons: list[str] = []
        self.language = ""
        self.feed(response.content.decode())
        self.close()

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: text or "" for name, text in attrs}
        self.tags.append(tag)
        if tag == "html":
            self.language = given["lang"]
        elif tag == "form":
            self.forms.append((given["action"], {}))
        elif given.get("type") == "radio":
            self.users.append(given["value"])
        elif given.get("type") == "hidden":
            self.forms[-1][1][given["name"]] = given["value"]
        elif tag == "button":
            self.buttons.append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def visit(
    outsider: Outsider, path: str = "authorize", headers: Mapping[str, str] | None = None, /, **query: str
) -> Page:
    """Opens a page of the OAuth pages."""
    return Page(outsider.send("GET", url=SITE + path, query=query.items(), headers=headers or {}))


def submit(
    outsider: Outsider, page: Page, headers: Mapping[str, str] | None = None, form: int = 0, /, **fields: str
) -> httpx.Response:
    """Sends a form of the page off, with these fields beside its own."""
    action, hidden = page.forms[form]
    url = urljoin(str(page.response.request.url), action)
    return outsider.send(
        url=url, body=urlencode({**hidden, **fields}).encode(), headers={"Content-Type": FORM, **(headers or {})}
    )


def consent(outsider: Outsider, user: str = "童装小铺", /, **wish: str) -> httpx.Response:
    """Opens the page that an app sends somebody to, and says yes there."""
    return submit(outsider, visit(outsider, **{**WISH, **wish}), user=user, decision="yes")


def returned(response: httpx.Response, mark: str = "query") -> dict[str, str]:
    """What the app gets at its address."""
    assert response.status_code == 302, response.text
    return dict(parse_qsl(getattr(urlsplit(response.headers["location"]), mark)))


def code(outsider: Outsider, user: str = "童装小铺", /, **wish: str) -> str:
    return returned(consent(outsider, user, **wish))["code"]


def token(outsider: Outsider, app_key: str = "12345678", status: int = 200, /, **fields: str) -> dict[str, Any]:
    """What the token address answers the app of that key; a field that is empty is not sent."""
    app = outsider.accounts.app(app_key)
    sent = {
        "client_id": app_key,
        "client_secret": app.secret.reveal() if app else "nobody knows",
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        **fields,
    }
    body = urlencode({name: text for name, text in sent.items() if text}).encode()
    response = outsider.send(url=SITE + "token", body=body)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json;charset=UTF-8"
    said: dict[str, Any] = json.loads(response.content)
    return said
