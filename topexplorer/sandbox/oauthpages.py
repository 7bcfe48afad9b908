"""The HTML of the OAuth pages: consent, a code to copy, the list of consents, and what went wrong.

Plain HTML that needs neither JavaScript nor CSS. Every text is escaped where a tag is made: only `Html` goes in as it
is, and only `tag` makes any.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape

from topexplorer.core.language import Language, Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.sessionlife import LEVELS
from topexplorer.core.text import clean
from topexplorer.sandbox.accounts import DAY, Accounts, App, Grant

STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:36em;margin:2em auto;padding:0 1em;color:#222;background:#fff}"
    "fieldset{border:1px solid #999;margin:1em 0}button{font:inherit;padding:.4em 1.2em;margin:0 .6em .6em 0}"
    "code,td{overflow-wrap:anywhere}th,td{text-align:left;vertical-align:top;padding:.2em 1em .2em 0}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#222}}"
)
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
EMPTY = frozenset({"input", "meta"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *inside: str, **attributes: str | bool) -> Html:
    """One element. Texts are cleaned and escaped; `class_` is `class`; True stands for an attribute without a value."""
    said = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{_safe(str(value))}"')
        for key, value in attributes.items()
        if value is not False
    )
    if name in EMPTY:
        return Html(f"<{name}{said}>")
    return Html(f"<{name}{said}>{''.join(part if isinstance(part, Html) else _safe(part) for part in inside)}</{name}>")


def _safe(text: str) -> str:
    return escape(clean(text))


def page(say: Language, title: str, *inside: str) -> bytes:
    """A whole document that says it is the sandbox's."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width"),
        tag("title", title),
        tag("style", Html(STYLE)),
    )
    note = tag("p", tag("small", say("oauth.made_up")))
    body = tag("body", tag("main", tag("h1", title), *inside, note))
    document = tag("html", head, body, lang="zh-CN" if say.is_chinese else "en")
    return f"<!DOCTYPE html>\n{document}\n".encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Form:
    """Where a form goes and what it carries beside what a person chooses."""

    action: str
    hidden: Mapping[str, str]

    def of(self, *inside: str) -> Html:
        kept = (tag("input", type="hidden", name=name, value=value) for name, value in self.hidden.items())
        return tag("form", *kept, *inside, method="post", action=self.action)


def consent_page(say: Language, app: App, accounts: Accounts, form: Form, problem: Message | None = None) -> bytes:
    """Who are you, this is what the app gets, yes or no."""
    people = [
        (nick, who)
        for owner in accounts.owners
        for nick, who in [
            (owner.nick, say("oauth.owner")),
            *((member.nick, say("oauth.staff", seller=owner.nick)) for member in owner.staff),
        ]
    ]
    choices = [
        tag(
            "p",
            tag("label", tag("input", type="radio", name="user", value=nick, required=True), f" {nick} ", _small(who)),
        )
        for nick, who in people
    ]
    return page(
        say,
        say("oauth.consent.title", app=app.title),
        *([tag("p", tag("strong", say.render(problem)), role="alert")] if problem else []),
        tag("p", say("oauth.consent.asks", app=app.title, key=app.key, kind=say(f"oauth.kind.{app.kind}"))),
        tag("h2", say("oauth.consent.packages")),
        _bullets([say("oauth.consent.all")] if app.packages is None else [say.words(p.title) for p in app.packages]),
        tag("h2", say("oauth.consent.terms")),
        _terms(say, app),
        form.of(
            tag("fieldset", tag("legend", say("oauth.consent.who")), *choices),
            tag("button", say("oauth.consent.yes"), name="decision", value="yes"),
            tag("button", say("oauth.consent.no"), name="decision", value="no", formnovalidate=True),
        ),
    )


def _terms(say: Language, app: App) -> Html:
    terms = app.terms
    rows = zip(LEVELS, (terms.r1, terms.r2, terms.w1, terms.w2), strict=True)
    return _table(
        [
            (say("oauth.session"), say.render(duration(terms.session))),
            *((say(f"oauth.level.{level}"), say.render(duration(seconds))) for level, seconds in rows),
        ]
    )


def duration(seconds: int) -> Message:
    """Words for a life time, in the largest unit that fits."""
    if not seconds:
        return message("oauth.lasts.never")
    for unit, size in (("days", DAY), ("hours", 3600)):
        if seconds % size == 0:
            return message(f"oauth.lasts.{unit}", n=seconds // size)
    return message("oauth.lasts.minutes", n=seconds // 60)


def copy_page(say: Language, values: Mapping[str, str]) -> bytes:
    """For apps without an address to go back to: the values that would have gone there."""
    return page(
        say,
        say("oauth.copy.title"),
        tag("p", say("oauth.copy.how")),
        _table([(name, tag("code", value)) for name, value in values.items()]),
    )


def grants_page(say: Language, rows: Iterable[tuple[App | None, Grant, Form]]) -> bytes:
    """Which apps may act for which seller, each with a button that takes the consent back."""
    items = [
        tag(
            "li",
            say(
                "oauth.grants.row",
                seller=grant.staff.nick if grant.staff else grant.seller,
                app=app.title if app else grant.app_key,
                until=f"{grant.expires_at:%Y-%m-%d %H:%M:%S}" if grant.expires_at else say("oauth.grants.endless"),
                part=grant.session.reveal()[8:12],
            ),
            form.of(tag("button", say("oauth.grants.revoke"))),
        )
        for app, grant, form in rows
    ]
    return page(
        say, say("oauth.grants.title"), tag("p", say("oauth.grants.what")), tag("ul", *items) if items else Html("")
    )


def error_page(say: Language, problem: Message) -> bytes:
    """What is wrong with the request; nobody is sent anywhere."""
    return page(say, say("oauth.error.title"), tag("p", say.render(problem), role="alert"))


def off_page(say: Language) -> bytes:
    """Logged off."""
    return page(say, say("oauth.off.title"), tag("p", say("oauth.off.what")))


def _small(text: str) -> Html:
    return tag("small", text)


def _bullets(lines: Iterable[str]) -> Html:
    return tag("ul", *(tag("li", line) for line in lines))


def _table(rows: Iterable[tuple[str, str]]) -> Html:
    return tag("table", *(tag("tr", tag("th", name, scope="row"), tag("td", value)) for name, value in rows))
