"""What a vault keeps for one environment: app key, app secret, one token per seller. Nouns, and their JSON.

The JSON exists only inside an encrypted vault. Times are the platform's: milliseconds since 1970, UTC.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from topexplorer.core.call import Secret
from topexplorer.core.nouns import dataclass
from topexplorer.core.sessionlife import PARTS, Part, SessionLife

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_NICK = 256
"""Characters of a seller's name that are kept, many times what the platform allows."""


@dataclass(frozen=True, slots=True)
class SellerToken:
    """One seller's session with an app, as the token endpoint gives it (user authorisation guide, doc 102635)."""

    session: Secret
    nick: str = ""
    """Empty: pasted without saying whose it is."""
    refresh: Secret | None = None
    expires: Mapping[Part, datetime] = field(default_factory=dict, hash=False)
    """When each part runs out. What is not in it is not known."""
    user_id: str = ""
    app_key: str = ""
    """The app it was given to. Empty: pasted without saying which."""

    @property
    def life(self) -> SessionLife:
        """How long each part of it lasts."""
        return SessionLife(self.expires)

    def secrets(self) -> tuple[Secret, ...]:
        return (self.session, *((self.refresh,) if self.refresh else ()))


@dataclass(frozen=True, slots=True)
class StoredKeys:
    """The keys of one environment. Anything may be missing."""

    app_key: str = ""
    app_secret: Secret | None = None
    tokens: Mapping[str, SellerToken] = field(default_factory=dict, hash=False)
    """By the seller's nick, in the order they were stored."""
    previous: Secret | None = None
    """The app secret that signed before `app_secret`, until that one has proved to be right."""

    def __bool__(self) -> bool:
        return bool(self.app_key or self.app_secret or self.tokens)

    def token(self, seller: str | None = None) -> SellerToken | None:
        """That seller's token; without a seller the nameless one, or the only one. Several are never guessed among."""
        if seller is not None:
            return self.tokens.get(seller)
        only = next(iter(self.tokens.values())) if len(self.tokens) == 1 else None
        return self.tokens.get("", only)

    def with_token(self, token: SellerToken) -> StoredKeys:
        return replace(self, tokens={**self.tokens, token.nick: token})

    def without_token(self, seller: str) -> StoredKeys:
        return replace(self, tokens={nick: token for nick, token in self.tokens.items() if nick != seller})

    def in_place_of(self, old: StoredKeys) -> StoredKeys:
        """The same, with what is to be kept of `old`: the app secret that is replaced.

        Of several that were replaced one after another, the first stays: the later ones have never proved right.
        Nothing of another app stays, and nothing when the one that was there before comes back.
        """
        is_another_app = self.app_key != old.app_key and bool(self.app_key and old.app_key)
        if is_another_app or not self.app_secret:
            return replace(self, previous=None)
        if self.app_secret == old.app_secret:
            return replace(self, previous=old.previous)
        kept = old.previous or old.app_secret
        return replace(self, previous=kept if kept != self.app_secret else None)

    def back(self) -> StoredKeys:
        """With the previous app secret in its old place; the one that replaced it is gone."""
        return replace(self, app_secret=self.previous, previous=None) if self.previous else self

    def without_previous(self) -> StoredKeys:
        return replace(self, previous=None) if self.previous else self

    def secrets(self) -> tuple[Secret, ...]:
        """Everything that must not be seen, in a fixed order."""
        found = [secret for secret in (self.app_secret, self.previous) if secret]
        for token in self.tokens.values():
            found += token.secrets()
        return tuple(found)


Entries = Mapping[str, StoredKeys]
"""Keys by the environment's name."""


def secrets_of(entries: Entries) -> tuple[Secret, ...]:
    return tuple(secret for keys in entries.values() for secret in keys.secrets())


def encode(entries: Entries) -> bytes:
    """The entries as JSON."""
    document = {name: _keys_data(keys) for name, keys in entries.items()}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def decode(data: bytes) -> dict[str, StoredKeys]:
    """The entries of such a JSON. Raises ValueError for any other."""
    try:
        document = json.loads(data.decode("utf-8", "surrogatepass"))
        return {name: _keys(content) for name, content in document.items()}
    except (AttributeError, TypeError, LookupError, OverflowError, RecursionError):
        raise ValueError("not the entries of a vault") from None


def _keys_data(keys: StoredKeys) -> dict[str, Any]:
    return {
        "app_key": keys.app_key,
        "app_secret": keys.app_secret.reveal() if keys.app_secret else "",
        "previous_secret": keys.previous.reveal() if keys.previous else "",
        "tokens": [_token_data(token) for token in keys.tokens.values()],
    }


def _token_data(token: SellerToken) -> dict[str, Any]:
    return {
        "nick": token.nick,
        "user_id": token.user_id,
        "app_key": token.app_key,
        "session": token.session.reveal(),
        "refresh_token": token.refresh.reveal() if token.refresh else "",
        "expires": {name: (moment - _EPOCH) // timedelta(milliseconds=1) for name, moment in token.expires.items()},
    }


def _keys(content: Any) -> StoredKeys:
    tokens = [_token(token) for token in content["tokens"]]
    secret, previous = _text(content["app_secret"]), _text(content.get("previous_secret", ""))
    return StoredKeys(
        _text(content["app_key"]),
        Secret(secret) if secret else None,
        {token.nick: token for token in tokens},
        Secret(previous) if previous else None,
    )


def _token(content: Any) -> SellerToken:
    refresh = _text(content["refresh_token"])
    times: dict[Part, int] = {name: content["expires"][name] for name in PARTS if name in content["expires"]}
    return SellerToken(
        session=Secret(_text(content["session"])),
        nick=_text(content["nick"]),
        refresh=Secret(refresh) if refresh else None,
        expires={name: _EPOCH + timedelta(milliseconds=count) for name, count in times.items()},
        user_id=_text(content["user_id"]),
        app_key=_text(content.get("app_key", "")),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value
