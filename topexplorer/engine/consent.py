"""The consent page of a gateway, opened and answered without a browser: for the embedded sandbox, whose pages anybody
may act on. A real seller's consent is given in the seller's own browser and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from topexplorer.core.call import Secret
from topexplorer.core.language import message
from topexplorer.core.nouns import dataclass
from topexplorer.core.text import clean_line
from topexplorer.engine.httpclient import httpx
from topexplorer.engine.oauth import SignInFailed

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_BLOCKS = frozenset({"h1", "h2", "p", "li", "tr", "legend", "label", "button", "title", "style"})
_NOT_TEXT = frozenset({"legend", "label", "button", "title", "style"})


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page: where it goes, what it carries, whom it offers, and the text it stands in."""

    action: str
    hidden: Mapping[str, str]
    people: tuple[tuple[str, str], ...]
    """Nick and the words about it."""
    text: str


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """What is asked of the seller. `lines` is the page's text: titles, what the app gets, and for how long."""

    url: str = field(repr=False)
    lines: tuple[str, ...]
    form: Form = field(repr=False)


async def read_consent(client: httpx.AsyncClient, url: str) -> ConsentPage:
    """The page at `url`. Raises SignInFailed when it is not a consent page, with what it says."""
    page = await _page(client, url)
    form = next((form for form in page.forms if form.people), None)
    if form is None:
        said = clean_line(" · ".join(page.lines[:2])[:300])
        raise SignInFailed(message("signin.no_consent_page", said=said), message("signin.again"))
    return ConsentPage(url, tuple(page.lines), form)


async def answer_consent(client: httpx.AsyncClient, page: ConsentPage, nick: str | None) -> Mapping[str, str]:
    """Says yes as that seller, or with None no; gives the parameters that the app gets. Raises SignInFailed."""
    chosen = {"decision": "yes", "user": nick} if nick is not None else {"decision": "no"}
    response = await _submit(client, page.url, page.form, chosen)
    if not response.is_redirect:
        lines = _Reader(response.text).lines
        said = clean_line(" · ".join(lines[:2])[:300])
        raise SignInFailed(message("signin.no_consent_page", said=said), message("signin.again"))
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


async def revoke(client: httpx.AsyncClient, grants_url: str, nick: str, session: Secret) -> bool:
    """Takes the consent behind a session back on the seller's own list of consents; False when it is not on it."""
    page = await _page(client, grants_url)
    part = session.reveal()[8:12]
    form = next((form for form in page.forms if nick in form.text and part in form.text), None)
    if form is None:
        return False
    return (await _submit(client, grants_url, form, {})).is_redirect


async def _page(client: httpx.AsyncClient, url: str) -> _Reader:
    try:
        return _Reader((await client.get(url)).text)
    except httpx.HTTPError:
        raise SignInFailed(message("signin.unreachable"), message("signin.unreachable.hint")) from None


async def _submit(client: httpx.AsyncClient, url: str, form: Form, chosen: Mapping[str, str]) -> httpx.Response:
    body = urlencode({**form.hidden, **chosen}).encode()
    try:
        return await client.post(urljoin(url, form.action), content=body, headers=FORM)
    except httpx.HTTPError:
        raise SignInFailed(message("signin.unreachable"), message("signin.unreachable.hint")) from None


class _Reader(HTMLParser):
    """The lines and forms of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.forms: list[Form] = []
        self._words: list[str] = []
        self._before = ""
        self._open = False
        self._action = ""
        self._hidden: dict[str, str] = {}
        self._people: list[tuple[str, str]] = []
        self._nick = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: text or "" for name, text in attrs}
        if tag == "form":
            self._before = self._take()
            self._open, self._action, self._hidden, self._people = True, given.get("action", ""), {}, []
        elif tag == "input" and given.get("type") == "hidden":
            self._hidden[given.get("name", "")] = given.get("value", "")
        elif tag == "input" and given.get("type") == "radio":
            self._nick = given.get("value", "")
        elif tag in _BLOCKS and tag != "label":
            self._words = []
        elif tag == "td":
            self._words.append("  ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._open:
            self.forms.append(Form(self._action, self._hidden, tuple(self._people), self._before))
            self._open = False
            self._words = []
        elif tag == "label":
            label = self._take()
            self._people.append((self._nick, label.removeprefix(self._nick).strip()))
        elif tag in _BLOCKS:
            line = self._take()
            if line and tag not in _NOT_TEXT and not self._open:
                self.lines.append(line)

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def _take(self) -> str:
        words, self._words = "".join(self._words), []
        return words.strip()
