"""The log-in side of the sandbox: `authorize`, `token` and `logoff` as the platform has them, and `grants` to revoke.

The platform serves these at the root of a host of its own (oauth.taobao.com); here they live below `/oauth/`.
Parameters, answers and errors follow its user authorisation guide (doc 102635) and captured answers. Whatever arrives,
the answer is a page, a redirect to a registered callback, or JSON.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlencode

from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.sandbox import oauthpages
from topexplorer.sandbox.accounts import App, Grant
from topexplorer.sandbox.callbacks import OUT_OF_BAND, host_of, may_return_to, policy_source
from topexplorer.sandbox.oauthwire import (
    LONGEST_BODY,
    LONGEST_QUERY,
    Answer,
    Ask,
    Receive,
    Scope,
    Send,
    WrongAsk,
    html,
    json_of,
    pairs,
    read_body,
    speaker,
)
from topexplorer.sandbox.tokenrows import Consent
from topexplorer.sandbox.tokens import OAuthError, Token, TokenOffice

LONGEST_STATE = 2048
FORM_SECONDS = 1800
"""How long a form on a page may be sent off."""


Deny = Callable[[], tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What `authorize` is asked for, checked as far as it must be before anybody is sent to `redirect_uri`."""

    app: App
    redirect_uri: str
    response_type: str
    state: str
    view: str
    uuid: str
    lang: str

    def address(self) -> str:
        """The same request as a relative address: a form that goes there keeps every character of it."""
        given = {
            "response_type": self.response_type,
            "client_id": self.app.key,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "view": self.view,
            "uuid": self.uuid,
            "lang": self.lang,
        }
        return "authorize?" + urlencode({name: text for name, text in given.items() if text})


class OAuthPages:
    """The ASGI application below `/oauth/`. Keeps nothing itself: codes, tokens and grants are the office's.

    `deny` is asked about what would be granted; when it has an error and its description, it is refused with that.
    """

    def __init__(self, office: TokenOffice, mount: str = "/oauth/", deny: Deny = lambda: None) -> None:
        self._office = office
        self._mount = mount
        self._deny = deny
        self._pages: dict[str, tuple[tuple[str, ...], Callable[[Ask], Answer]]] = {
            "authorize": (("GET", "POST"), self._authorize),
            "token": (("POST",), self._token),
            "logoff": (("GET",), self._logoff),
            "grants": (("GET", "POST"), self._grants),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        if body is None:
            return
        answer = self.answer(scope, body)
        headers = [
            ("cache-control", "no-store"),
            ("referrer-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("content-length", str(len(answer.body))),
            *answer.headers,
        ]
        sent = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": sent})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    def answer(self, scope: Scope, body: bytes) -> Answer:
        """The answer to one request whose body has been read."""
        name = str(scope["path"]).removeprefix(self._mount)
        verb = "GET" if scope["method"] == "HEAD" else scope["method"]
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        ask = Ask(verb, {}, {}, headers)
        try:
            if name not in self._pages:
                raise WrongAsk(message("oauth.error.path"), 404)
            verbs, work = self._pages[name]
            if verb not in verbs:
                raise WrongAsk(message("oauth.error.verb", verbs=verbs), 405)
            ask = Ask(verb, pairs(scope["query_string"], LONGEST_QUERY), {}, headers)
            ask = Ask(verb, ask.query, pairs(body, LONGEST_BODY), headers)
            return work(ask)
        except WrongAsk as wrong:
            allow = (("allow", ", ".join(self._pages[name][0])),) if wrong.status == 405 else ()
            if name == "token":
                said = json_of(OAuthError("invalid_request", speaker("en").render(wrong.problem)))
                return Answer(wrong.status, said.body, (*said.headers, *allow))
            return html(oauthpages.error_page(ask.language, wrong.problem), wrong.status, headers=allow)

    def _authorize(self, ask: Ask) -> Answer:
        wish = self._wish(ask)
        if wish.response_type not in ("code", "token", "user"):
            why = "response_type must be code, token or user"
            return self._back(ask, wish, {"error": "unsupported_response_type", "error_description": why})
        if denial := self._deny():
            return self._back(ask, wish, {"error": denial[0], "error_description": denial[1]})
        if ask.verb == "GET":
            return self._consent(ask, wish)
        self._check_form(ask, wish.address())
        if ask.form.get("decision") != "yes":
            return self._back(ask, wish, {"error": "access_denied", "error_description": "authorize reject"})
        nick = ask.form.get("user", "")
        person = self._office.accounts.person(nick)
        if person is None:
            return self._consent(ask, wish, message("oauth.consent.choose"))
        owner, staff = person
        if wish.app.testers is not None and owner.nick not in wish.app.testers:
            raise WrongAsk(message("oauth.error.1001", nick=owner.nick, app=wish.app.title), 403)
        consent = Consent(wish.app, nick, wish.redirect_uri, wish.uuid)
        if wish.response_type == "code":
            return self._back(ask, wish, {"code": self._office.code(consent)})
        if wish.response_type == "token":
            return self._back(ask, wish, _readable(self._office.token(consent)), "#")
        who = {"taobao_user_id": str(owner.user_id), "taobao_user_nick": owner.nick}
        sub = {"sub_taobao_user_id": str(staff.user_id), "sub_taobao_user_nick": staff.nick} if staff else {}
        return self._back(ask, wish, who | sub)

    def _wish(self, ask: Ask) -> Wish:
        app = self._office.accounts.app(ask.query.get("client_id", ""))
        if app is None:
            raise WrongAsk(message("oauth.error.app"))
        uri = ask.query.get("redirect_uri", "")
        if not may_return_to(app, uri):
            raise WrongAsk(message("oauth.error.redirect", uri=uri[:200], callback=app.callback))
        state = ask.query.get("state", "")
        if len(state) > LONGEST_STATE:
            raise WrongAsk(message("oauth.error.long"))
        rest = (ask.query.get(name, "")[:64] for name in ("view", "uuid", "lang"))
        return Wish(app, uri, ask.query.get("response_type", "")[:64], state, *rest)

    def _consent(self, ask: Ask, wish: Wish, problem: Message | None = None) -> Answer:
        form = self._form(wish.address())
        body = oauthpages.consent_page(ask.language, wish.app, self._office.accounts, form, problem)
        return html(body, 400 if problem else 200, target=policy_source(wish.redirect_uri))

    def _back(self, ask: Ask, wish: Wish, values: Mapping[str, str], mark: str = "") -> Answer:
        """To the app's address with these values, and `state` as it came; onto a page when the app has no address."""
        values = {**values, **({"state": wish.state} if wish.state else {})}
        if wish.redirect_uri == OUT_OF_BAND:
            return html(oauthpages.copy_page(ask.language, values))
        mark = mark or ("&" if "?" in wish.redirect_uri else "?")
        return Answer(302, headers=(("location", f"{wish.redirect_uri}{mark}{urlencode(values)}"),))

    def _token(self, ask: Ask) -> Answer:
        try:
            return json_of(self._new_token(ask))
        except OAuthError as error:
            return json_of(error)

    def _new_token(self, ask: Ask) -> Token:
        for name in ("client_id", "client_secret", "grant_type"):
            if not ask.get(name):
                raise OAuthError("invalid_request", f"{name} is missing")
        app = self._office.checked(ask.get("client_id"), ask.get("client_secret"))
        kind = ask.get("grant_type")
        needed = {"authorization_code": "code", "refresh_token": "refresh_token"}.get(kind)
        if needed is None:
            raise OAuthError("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
        if not ask.get(needed):
            raise OAuthError("invalid_request", f"{needed} is missing")
        if denial := self._deny():
            raise OAuthError(*denial)
        if needed == "code":
            token = self._office.exchange(app.key, ask.get("code"), ask.get("redirect_uri"))
        else:
            token = self._office.refresh(app, ask.get("refresh_token"))
        return token | ({"state": ask.get("state")} if ask.get("state") else {})

    def _logoff(self, ask: Ask) -> Answer:
        """Nobody stays logged in here, so there is nothing to end; sessions live on, as on the platform."""
        self._deny_page()
        app = self._office.accounts.app(ask.get("client_id"))
        uri = ask.get("redirect_uri")
        if uri and (app is None or uri == OUT_OF_BAND or not may_return_to(app, uri)):
            raise WrongAsk(message("oauth.error.redirect", uri=uri[:200], callback=app.callback if app else ""))
        return Answer(302, headers=(("location", uri),)) if uri else html(oauthpages.off_page(ask.language))

    def _grants(self, ask: Ask) -> Answer:
        """The seller's list of consents, where each can be taken back."""
        self._deny_page()
        accounts, now = self._office.accounts, self._office.now()
        here = "grants" + (f"?{urlencode({'lang': ask.query['lang'][:64]})}" if ask.query.get("lang") else "")
        alive = {self._name(grant): grant for grant in accounts.grants if not grant.is_over(now)}
        if ask.verb == "GET":
            rows = [(accounts.app(grant.app_key), grant, self._form(here, grant=g)) for g, grant in alive.items()]
            return html(oauthpages.grants_page(ask.language, rows))
        self._check_form(ask, here)
        gone = alive.get(ask.form.get("grant", ""))
        if gone is None:
            raise WrongAsk(message("oauth.error.grant"))
        accounts.revoke(gone.session.reveal())
        return Answer(303, headers=(("location", here),))

    def _deny_page(self) -> None:
        """Raises WrongAsk on a page that has nowhere to send an error to."""
        if denial := self._deny():
            raise WrongAsk(message("fault.denied", error=denial[0], why=denial[1]), 500)

    def _name(self, grant: Grant) -> str:
        return self._office.seal("grant", grant.session.reveal())

    def _form(self, action: str, **hidden: str) -> oauthpages.Form:
        made = str(int(self._office.now().timestamp()))
        return oauthpages.Form(action, {"csrf": f"{made}.{self._office.seal('form', action, made)}", **hidden})

    def _check_form(self, ask: Ask, action: str) -> None:
        """Raises WrongAsk for a form that did not come from one of these pages, or too late.

        The seal alone would not do, because a known seed gives it away; browsers say where a form came from.
        """
        origin, site = ask.headers.get("origin"), ask.headers.get("sec-fetch-site", "same-origin")
        elsewhere = origin is not None and host_of(origin) != ask.headers.get("host", "")
        made, _dot, seal = ask.form.get("csrf", "").partition(".")
        ours = hmac.compare_digest(self._office.seal("form", action, made).encode(), seal.encode("utf-8", "replace"))
        if elsewhere or site not in ("same-origin", "none") or not ours:
            raise WrongAsk(message("oauth.error.form"), 403)
        if not 0 <= self._office.now().timestamp() - int(made) + 1 <= FORM_SECONDS:
            raise WrongAsk(message("oauth.error.late"), 403)


def _readable(token: Token) -> dict[str, str]:
    """The token's fields for an address, whose own encoding is enough for the nicks."""
    return {name: unquote(value) if name.endswith("_nick") else str(value) for name, value in token.items()}
