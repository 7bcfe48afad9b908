"""From a seller's consent to a session: authorisation codes, access tokens, refreshing. Tells whoever asks the truth
about both, over the OAuth pages as over `taobao.top.auth.token.*`.

Fields, life times and errors follow the platform's user authorisation guide (doc 102635) and captured answers. Nothing
is drawn by chance: one seed gives the same codes and tokens in the same order, so they protect nothing real.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from topexplorer.core.call import Secret
from topexplorer.core.sessionlife import LEVELS, Level
from topexplorer.sandbox import tokenrows
from topexplorer.sandbox.accounts import Accounts, App, Grant
from topexplorer.sandbox.tokenrows import Code, Consent, Refresher, Rows

CODE_SECONDS = 600
"""Life of a code. Older pages of the platform say 10 minutes, others 30."""
MOST_CODES = 1000
MOST_REFRESHERS = 10_000
LASTING: tuple[Level, ...] = ("r2", "w2")
"""Levels that refreshing does not prolong: the seller has to consent again (our reading of "short authorisation")."""


class OAuthError(Exception):
    """A request for a token that is turned down, as the JSON of the answer has it."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


Token = dict[str, Any]
"""The JSON of an access token, its fields in the platform's names and forms."""


class TokenOffice:
    """Hands out codes and tokens for the accounts' apps and puts the new sessions among their grants."""

    def __init__(self, accounts: Accounts, clock: Callable[[], datetime], seed: int) -> None:
        self.accounts = accounts
        self._clock = clock
        self._key = _key_of(seed)
        self._codes: dict[str, Code] = {}
        self._refreshers: dict[str, Refresher] = {}
        self._issued = 0

    def reset(self) -> None:
        """As if nobody had ever consented, and with the sessions of the start."""
        self.accounts.reset()
        self._codes.clear()
        self._refreshers.clear()
        self._issued = 0

    def kept(self) -> Rows:
        """All that was handed out and taken back since the start, for the state file."""
        return {
            "issued": self._issued,
            "grants": tokenrows.grant_rows(self.accounts.grants, self.accounts.first),
            "codes": tokenrows.code_rows(self._codes),
            "refreshers": tokenrows.refresher_rows(self._refreshers),
        }

    def take_up(self, rows: Rows, seed: int) -> None:
        """Goes on where `kept` was taken, with the texts that belong to that seed. No rows mean the start."""
        self.reset()
        self._key = _key_of(seed)
        if rows:
            for grant in tokenrows.grants(rows["grants"], self.accounts):
                self.accounts.add(grant)
            self._codes = tokenrows.codes(rows["codes"], self.accounts)
            self._refreshers = tokenrows.refreshers(rows["refreshers"], self.accounts)
            self._issued = rows["issued"]

    def now(self) -> datetime:
        return self._clock()

    def seal(self, *parts: str) -> str:
        """32 letters that nobody can write who does not know the key; the same for the same parts."""
        return self._digest("seal", *parts).hex()[:32]

    def checked(self, app_key: str, secret: str) -> App:
        """The app with that secret. Raises OAuthError; takes as long for a wrong secret as for a right one."""
        app = self.accounts.app(app_key)
        right = app.secret.reveal() if app else ""
        same = hmac.compare_digest(right.encode(), secret.encode("utf-8", "replace"))
        if app is None:
            raise OAuthError("invalid_client", "client_id is invalid")
        if not same:
            raise OAuthError("invalid_client", "client_secret is invalid")
        return app

    def code(self, consent: Consent) -> str:
        """A code for that consent: 24 letters and digits and six digits, as the platform's look. It works once."""
        now = self.now()
        self._codes = {code: kept for code, kept in self._codes.items() if now < kept.until}
        while len(self._codes) >= MOST_CODES:
            del self._codes[next(iter(self._codes))]
        made = self._next("code", consent.app.key, consent.nick)
        number = int.from_bytes(made[-4:], "big") % 10**6
        code = base64.b64encode(made[:18], b"Aa").decode() + f"{number:06d}"
        self._codes[code] = Code(consent, now + timedelta(seconds=CODE_SECONDS))
        return code

    def token(self, consent: Consent) -> Token:
        """A new session for that consent, at once."""
        now = self.now()
        return self._open(consent.app, consent.nick, _ends(consent.app, now), now)

    def exchange(self, app_key: str, code: str, redirect_uri: str | None = None, uuid: str | None = None) -> Token:
        """The token for a code. Raises OAuthError for one that is unknown, over, used, another app's, or made for
        another `redirect_uri` or `uuid`; None means that the caller has no say in it.
        """
        kept = self._codes.get(code)
        if kept is None or self.now() >= kept.until or kept.consent.app.key != app_key:
            raise _spent(code)
        if redirect_uri is not None and redirect_uri != kept.consent.redirect_uri:
            raise OAuthError("invalid_client", "application callback can not match the redirect_uri")
        if uuid is not None and uuid != kept.consent.uuid:
            raise _spent(code)
        del self._codes[code]
        return self.token(kept.consent)

    def refresh(self, app: App, refresh_token: str) -> Token:
        """A new session in place of the one that `refresh_token` came with; that one ends now, as does the text.

        Raises OAuthError. What the platform does with the old session it does not say; here it ends.
        """
        if not app.terms.refresh:
            raise OAuthError("unauthorized_client", "application can not refresh the token, please authorize again.")
        kept = self._refreshers.get(refresh_token)
        current = self.accounts.grant(kept.grant.session.reveal()) if kept else None
        dead = kept is None or self.now() >= kept.until or current is None or current.revoked
        if kept is None or dead or kept.grant.app_key != app.key:
            raise OAuthError("invalid_grant", "refresh_token is invalid or expired, please authorize again.")
        del self._refreshers[refresh_token]
        self.accounts.revoke(kept.grant.session.reveal())
        now = self.now()
        ends = _ends(app, now) | {level: kept.grant.ends[level] for level in LASTING}
        return self._open(app, kept.nick, ends, now)

    def _open(self, app: App, nick: str, ends: dict[Level, datetime], now: datetime) -> Token:
        found = self.accounts.person(nick)
        if found is None:
            raise OAuthError("invalid_request", "user does not exist")
        owner, staff = found
        who = staff.user_id if staff else owner.user_id
        made = self._next("session", app.key, nick).hex()
        session, refresh = f"6201{made[:11]}ZZ{made[11:41]}{who}", f"6202{made[41:52]}ZZ{made[34:64]}{who}"
        expires_at = now + timedelta(seconds=app.terms.session)
        grant = Grant(Secret(session), app.key, owner.nick, expires_at, ends, staff)
        self.accounts.add(grant)
        refreshed = now + timedelta(seconds=app.terms.refresh)
        if app.terms.refresh:
            while len(self._refreshers) >= MOST_REFRESHERS:
                del self._refreshers[next(iter(self._refreshers))]
            self._refreshers[refresh] = Refresher(grant, nick, refreshed)
        token: Token = {
            "access_token": session,
            "token_type": "Bearer",
            "expires_in": app.terms.session,
            "expire_time": _milliseconds(expires_at),
            "refresh_token": refresh,
            "re_expires_in": app.terms.refresh,
            "refresh_token_valid_time": _milliseconds(refreshed),
            "taobao_user_id": str(owner.user_id),
            "taobao_user_nick": quote(owner.nick, ""),
            "taobao_open_uid": self._open_uid(app.key, owner.user_id),
        }
        if staff:
            token |= {"sub_taobao_user_id": str(staff.user_id), "sub_taobao_user_nick": quote(staff.nick, "")}
        for level, end in ends.items():
            token[f"{level}_expires_in"] = max(0, int((end - now).total_seconds()))
            token[f"{level}_valid"] = _milliseconds(max(end, now))
        token["hra_expires_in"] = str(token["w2_expires_in"])  # the older name for calls of high risk, as text
        return token

    def _open_uid(self, app_key: str, user_id: int) -> str:
        """Another one in each app, so that apps cannot compare their users."""
        return "AA" + base64.urlsafe_b64encode(self._digest("open uid", app_key, str(user_id))).decode()[:22]

    def _next(self, *parts: str) -> bytes:
        self._issued += 1
        return self._digest(str(self._issued), *parts)

    def _digest(self, *parts: str) -> bytes:
        return hmac.digest(self._key, "\0".join(parts).encode("utf-8", "replace"), "sha256")


def _key_of(seed: int) -> bytes:
    return hashlib.sha256(f"topexplorer sandbox {seed}".encode()).digest()


def _ends(app: App, now: datetime) -> dict[Level, datetime]:
    """When each level of a session that begins now is over."""
    terms = app.terms
    seconds = zip(LEVELS, (terms.r1, terms.r2, terms.w1, terms.w2), strict=True)
    return {level: now + timedelta(seconds=count) for level, count in seconds}


def _spent(code: str) -> OAuthError:
    return OAuthError("invalid_client", f"authorize code {code[:64]} invalidate,please authorize again.")


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
