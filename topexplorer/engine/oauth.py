"""What is said between an app, a seller's browser and the platform's OAuth addresses: made here and read here, with no
network of its own.

Addresses, parameters, answers and errors follow the user authorisation guide (doc 102635). Whatever comes back becomes
a SellerToken or one sentence; neither a code nor a token nor the app's secret is in any sentence.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from topexplorer.core.call import Credentials, RequestDraft, Secret, SignedRequest, decode_json
from topexplorer.core.errors import MissingKeys, UnsafeGateway, UsageError
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.sessionlife import LEVELS, Part
from topexplorer.core.spec import Platform
from topexplorer.core.taint import Taint
from topexplorer.core.text import clean_line
from topexplorer.engine.environments import Environment, is_loopback
from topexplorer.engine.keysources import fits
from topexplorer.engine.storedkeys import LONGEST_NICK, SellerToken

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""In place of an address: the code is shown on a page, to be copied."""
LONGEST_PASTE = 4096
LONGEST_ANSWER = 256 * 1024
"""Bytes of a token answer. A real one has one or two thousand."""
LONGEST_SECONDS = 100 * 365 * 86_400
LONGEST_SAID = 200
"""Letters of a foreign sentence that are shown."""


class SignInFailed(MissingKeys):
    """No session came of it. The sentence says why, the hint how to go on."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a seller authorises an app, and where its code becomes a session."""

    authorize: str
    token: str


def site_of(environment: Environment, platform: Platform) -> Site:
    """Where sellers authorise the apps of that environment: as the platform file says for its gateway; on this
    machine, beside the gateway. Raises UsageError for a gateway that nobody knows this of, and UnsafeGateway for a
    plain http address elsewhere: codes and secrets go there.
    """
    gateway = urlsplit(environment.gateway)
    known = {urlsplit(address.url).netloc: address.oauth for address in platform.gateways}
    root = known.get(gateway.netloc) or ""
    if not root and is_loopback(gateway.hostname or ""):
        root = f"{gateway.scheme}://{gateway.netloc}/oauth/"
    if not root:
        where = clean_line(environment.gateway)
        raise UsageError(
            message("signin.no_site", gateway=where), message("signin.no_site.hint", name=environment.name)
        )
    parts = urlsplit(root)
    if parts.scheme != "https" and known.get(gateway.netloc) != root and not is_loopback(parts.hostname or ""):
        raise UnsafeGateway(message("signin.unsafe_site", address=clean_line(root)))
    return site_at(root)


def site_at(root: str) -> Site:
    """The addresses below `root`, which ends with a slash."""
    return Site(f"{root}authorize", f"{root}token")


@dataclass(frozen=True, slots=True)
class Wish:
    """One request for a seller's consent. What comes back counts only with this `state`, and only for this app."""

    environment: Environment
    credentials: Credentials = field(repr=False)
    site: Site
    redirect_uri: str
    state: str = field(repr=False)
    seller: str | None = None
    """The nick that the consent must be of; None for anybody's."""
    passphrase: Secret | None = field(default=None, repr=False)
    """Of the new vault that what comes of it is to be kept in."""

    @property
    def url(self) -> str:
        """The page that the seller opens."""
        asked = {
            "response_type": "code",
            "client_id": self.credentials.app_key,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "view": "web",
        }
        return f"{self.site.authorize}?{urlencode(asked)}"

    def code_of(self, returned: Mapping[str, str]) -> Secret:
        """The code among the parameters that came back. Raises SignInFailed for another state, and for a refusal."""
        if not self.is_mine(returned):
            raise SignInFailed(message("signin.wrong_state"), message("signin.wrong_state.hint"))
        if error := returned.get("error"):
            if error == "access_denied":
                raise SignInFailed(message("signin.denied"), message("signin.denied.hint"))
            said = _foreign(error, returned.get("error_description"))
            raise SignInFailed(message("signin.not_authorised", said=said), message("signin.again"))
        code = Secret(returned.get("code", ""))
        if not fits("SESSION", code):
            raise SignInFailed(message("signin.no_code"), message("signin.again"))
        return code

    def is_mine(self, returned: Mapping[str, str]) -> bool:
        """Whether those parameters answer this request."""
        given = returned.get("state", "").encode("utf-8", "replace")
        return hmac.compare_digest(given, self.state.encode())

    def code_in(self, pasted: Secret) -> Secret:
        """The code in what a person pasted: the code itself, or the whole address they were sent to, whose state is
        checked. Raises SignInFailed.
        """
        text = pasted.reveal().strip()
        if len(text) > LONGEST_PASTE:
            raise SignInFailed(message("signin.long_paste", limit=LONGEST_PASTE), message("signin.paste.hint"))
        if "code=" in text or "error=" in text or "://" in text:
            try:
                parts = urlsplit(text)
            except ValueError:
                raise SignInFailed(message("signin.no_code"), message("signin.paste.hint")) from None
            return self.code_of(dict(parse_qsl(parts.query or parts.fragment or text)))
        code = Secret(text)
        if len(text) < 6 or not fits("SESSION", code):
            raise SignInFailed(message("signin.no_code"), message("signin.paste.hint"))
        return code


def code_request(wish: Wish, code: Secret, now: datetime) -> SignedRequest:
    """What the token address is asked with a code."""
    grant = {"grant_type": "authorization_code", "code": code.reveal(), "redirect_uri": wish.redirect_uri}
    return _request(wish.environment, wish.credentials, wish.site.token, grant, (code,), now)


def refresh_request(
    environment: Environment, credentials: Credentials, site: Site, refresh: Secret, now: datetime
) -> SignedRequest:
    """What the token address is asked with a refresh token."""
    grant = {"grant_type": "refresh_token", "refresh_token": refresh.reveal()}
    return _request(environment, credentials, site.token, grant, (refresh,), now)


def _request(
    environment: Environment,
    credentials: Credentials,
    url: str,
    grant: Mapping[str, str],
    secrets: tuple[Secret, ...],
    now: datetime,
) -> SignedRequest:
    """An ordinary form: it has no sign, the secret itself goes along."""
    who = {"client_id": credentials.app_key, "client_secret": credentials.app_secret.reveal()}
    return SignedRequest(
        draft=RequestDraft("oauth.token"),
        environment=environment.name,
        url=url,
        params=(*who.items(), *grant.items()),
        files=(),
        base_string="",
        left_out=(),
        sign_method="",
        signed_at=now,
        taint=Taint((*credentials.secrets(), *(secret.reveal() for secret in secrets))),
    )


def token_in(status: int, body: bytes, request: SignedRequest, app_key: str, now: datetime) -> SellerToken:
    """The token in the answer to one of these requests. Raises SignInFailed for every other answer, and for one whose
    seller's name is no name: it is shown, and kept where nothing is encrypted.
    """
    if len(body) > LONGEST_ANSWER:
        limit = LONGEST_ANSWER // 1024
        raise SignInFailed(message("signin.long_answer", limit=limit), message("signin.not_json.hint"))
    try:
        document = decode_json(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise SignInFailed(message("signin.not_json", status=status), message("signin.not_json.hint"))
    if error := document.get("error"):
        raise refused(str(error), str(document.get("error_description") or ""), request)
    token = token_of(document, app_key, now)
    known = request.taint | Taint(secret.reveal() for secret in token.secrets())
    if max(len(token.nick), len(token.user_id)) > LONGEST_NICK or known.mask(token.nick) != token.nick:
        raise SignInFailed(message("signin.odd_seller"), message("signin.not_json.hint"))
    return token


def token_of(document: Mapping[str, Any], app_key: str, now: datetime) -> SellerToken:
    """The token in the platform's JSON of one. Raises SignInFailed when there is none in it."""
    session, refresh = _text(document, "access_token"), Secret(_text(document, "refresh_token"))
    if not fits("SESSION", Secret(session)):
        raise SignInFailed(message("signin.no_token"), message("signin.not_json.hint"))
    expires: dict[Part, datetime] = {}
    parts: tuple[tuple[Part, str], ...] = (("session", ""), *((level, f"{level}_") for level in LEVELS))
    for part, prefix in (*parts, ("refresh", "re_")):
        seconds = _seconds(document.get(f"{prefix}expires_in"))
        if seconds is not None:
            expires[part] = now + timedelta(seconds=seconds)
    may_refresh = fits("SESSION", refresh) and expires.get("refresh", now + timedelta(1)) > now
    if not may_refresh:
        expires.pop("refresh", None)
    # A sub-account's own name says more than that of the seller it works for.
    whose = "sub_taobao_user" if document.get("sub_taobao_user_nick") else "taobao_user"
    user_id = _text(document, f"{whose}_id")
    nick = unquote(_text(document, f"{whose}_nick"), errors="replace").strip()
    return SellerToken(Secret(session), nick or user_id, refresh if may_refresh else None, expires, user_id, app_key)


def require_same_seller(old: SellerToken, new: SellerToken) -> None:
    """Raises SignInFailed for a session that is not of the seller whose refresh token gave it, by the user id, else by
    the nick; an answer that tells neither is taken.
    """
    if old.user_id and new.user_id:
        is_other = new.user_id != old.user_id
    else:
        is_other = bool(old.nick) and new.nick not in ("", old.nick)
    if is_other:
        named = dict.fromkeys(filter(None, (new.nick, new.user_id)))
        facts = {"wanted": clean_line(old.nick) or message("sellers.nameless"), "seller": clean_line(" · ".join(named))}
        raise SignInFailed(message("signin.refreshed_other", **facts), message("signin.again"))


def refused(error: str, description: str, request: SignedRequest) -> SignInFailed:
    """Why the token address said no, and what to do. The description may repeat the code: it is masked."""
    said, name = description.lower(), request.environment
    if error == "unauthorized_client":
        return SignInFailed(message("signin.may_not_refresh"), message("signin.again"))
    refreshes = ("grant_type", "refresh_token") in request.params
    if refreshes and (error == "invalid_grant" or "refresh_token" in said):
        return SignInFailed(message("signin.refresh_over"), message("signin.again"))
    if "redirect_uri" in said:
        return SignInFailed(message("signin.redirect"), message("signin.redirect.hint"))
    if error == "invalid_grant" or ("code" in said and "invalid" in said):
        return SignInFailed(message("signin.code_over"), message("signin.again"))
    if "client_secret" in said or "client_id" in said:
        return SignInFailed(message("signin.wrong_keys", environment=name), message("signin.wrong_keys.hint"))
    shown = _foreign(request.mask(error), request.mask(description))
    return SignInFailed(message("signin.refused", said=shown), message("signin.again"))


def _foreign(error: str, description: str | None) -> Message | str:
    """What the far end said, fit to be shown."""
    error, description = clean_line(error[:LONGEST_SAID]), clean_line((description or "")[:LONGEST_SAID])
    return message("signin.said", error=error, description=description) if description else error


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _seconds(value: object) -> int | None:
    """A life time as the platform gives it: a number or its digits. None for anything else."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"-?[0-9]{1,19}", text):
        return None
    return min(max(int(text), 0), LONGEST_SECONDS)
