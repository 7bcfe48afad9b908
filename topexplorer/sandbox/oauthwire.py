"""What goes in and out of the OAuth pages: requests read with care, answers with the headers that browsers heed."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from topexplorer.core.language import Language, Message, language_name, message
from topexplorer.core.nouns import dataclass
from topexplorer.sandbox.oauthpages import STYLE_HASH
from topexplorer.sandbox.tokens import OAuthError, Token

LONGEST_BODY, LONGEST_QUERY, MOST_FIELDS = 65_536, 16_384, 100

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. Of a name that came twice the first value counts, as in a servlet."""

    verb: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]

    def get(self, name: str) -> str:
        return self.query.get(name) or self.form.get(name, "")

    @property
    def language(self) -> Language:
        """By `lang`, else by what the browser asks for; Chinese when it asks for neither language, as the platform."""
        return speaker(self.get("lang") or _preferred(self.headers.get("accept-language", "")))


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back, as bytes and the headers that are its own."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class WrongAsk(Exception):
    """A request that gets a page saying what is wrong with it."""

    def __init__(self, problem: Message, status: int = 400) -> None:
        super().__init__(problem.key)
        self.problem = problem
        self.status = status


def html(body: bytes, status: int = 200, *, target: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """A page that can load nothing and be framed by nobody. A form on it may lead here, and on to `target`."""
    targets = f"'self' {target}".strip()
    policy = (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action {targets}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    own = (
        ("content-type", "text/html;charset=UTF-8"),
        ("content-security-policy", policy),
        ("vary", "Accept-Language"),
    )
    return Answer(status, body, (*own, *headers))


def json_of(said: Token | OAuthError) -> Answer:
    """A token with 200, an error with 400, as captured."""
    status = 400 if isinstance(said, OAuthError) else 200
    if isinstance(said, OAuthError):
        said = {"error": said.error, "error_description": said.description}
    return Answer(status, json.dumps(said).encode(), (("content-type", "application/json;charset=UTF-8"),))


def pairs(text: bytes, longest: int) -> dict[str, str]:
    """A query or a form by name, the first value of each. Raises WrongAsk for one that is too long or not UTF-8."""
    if len(text) > longest:
        raise WrongAsk(message("oauth.error.long"), 413)
    try:
        # A form may carry plain UTF-8 as well as escapes.
        found = parse_qsl(text.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeError:
        raise WrongAsk(message("oauth.error.encoding")) from None
    except ValueError:
        raise WrongAsk(message("oauth.error.long")) from None
    return dict(reversed(found))


async def read_body(receive: Receive) -> bytes | None:
    """The body, as much of it as shows that it is too long; None when the caller hung up."""
    body, more = b"", True
    while more and len(body) <= LONGEST_BODY:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        body += event.get("body", b"")
        more = event.get("more_body", False)
    return body


def speaker(name: str) -> Language:
    """Chinese for anything that begins with zh, else English."""
    return _loaded(language_name(name))


@cache
def _loaded(name: str) -> Language:
    return Language(name)


def _preferred(accepted: str) -> str:
    """The first of the two languages in an Accept-Language header, by weight."""
    best = ("zh", 0.0) if not accepted else ("en", 0.0)
    for part in accepted[:500].split(","):
        name, _mark, weight = part.strip().lower().partition(";q=")
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        if name[:2] in ("zh", "en") and quality > best[1]:
            best = (name[:2], quality)
    return best[0]
