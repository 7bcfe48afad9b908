"""The keys that ship with the app, and the sessions that sellers gave it while it runs. They open nothing but the
embedded sandbox, so they are kept in memory and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from topexplorer.core.call import Credentials

if TYPE_CHECKING:
    from topexplorer.engine.storedkeys import SellerToken


class EmbeddedKeys:
    """Keys by the environment's name, and in each the sellers' tokens by nick."""

    __slots__ = ("_credentials", "_tokens")

    def __init__(
        self, credentials: Mapping[str, Credentials], tokens: Mapping[str, tuple[SellerToken, ...]] | None = None
    ) -> None:
        self._credentials = credentials
        self._tokens = {name: {token.nick: token for token in held} for name, held in (tokens or {}).items()}

    def __repr__(self) -> str:
        return "EmbeddedKeys()"

    def __contains__(self, name: str) -> bool:
        return name in self._credentials

    def credentials(self, name: str, seller: str | None = None) -> Credentials:
        """With that seller's session, none if there is none; without a seller, with the one that ships."""
        keys = self._credentials[name]
        if seller is None:
            return keys
        token = self._tokens.get(name, {}).get(seller)
        return replace(keys, session=token.session if token else None)

    def tokens(self, name: str) -> tuple[SellerToken, ...]:
        return tuple(self._tokens.get(name, {}).values())

    def secrets(self, name: str) -> tuple[str, ...]:
        """Every text that must not be kept anywhere."""
        found = list(self._credentials[name].secrets())
        found += [text.reveal() for token in self.tokens(name) for text in token.secrets()]
        return tuple(dict.fromkeys(found))

    def keep(self, name: str, token: SellerToken) -> None:
        """Until the process ends, in place of what that seller gave before."""
        self._tokens.setdefault(name, {})[token.nick] = token

    def drop(self, name: str, nick: str) -> None:
        self._tokens.get(name, {}).pop(nick, None)
