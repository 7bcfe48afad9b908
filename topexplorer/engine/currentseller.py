"""Whose session calls carry in an environment, and whether it is good for one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from topexplorer.core.call import Credentials, SignedRequest
from topexplorer.core.errors import MissingKeys
from topexplorer.core.language import Message, message
from topexplorer.core.sessionlife import obstacle
from topexplorer.core.spec import ApiSpec
from topexplorer.core.text import clean_line
from topexplorer.engine.environments import Environment
from topexplorer.engine.vault import Vault

if TYPE_CHECKING:
    from topexplorer.engine.storedkeys import SellerToken


class UnknownSeller(MissingKeys):
    """The environment has no session of the seller that was chosen."""


def keys_to_sign(vault: Vault, environment: Environment, seller: str | None) -> Credentials:
    """The keys with that seller's session. Raises as Vault.credentials does, and UnknownSeller: a call must never go
    out for somebody else, or for nobody, when a seller was chosen.
    """
    keys = vault.credentials(environment, seller)
    if seller is not None and keys.session is None:
        raise unknown(vault, environment, seller)
    return keys


def token_in_use(vault: Vault, environment: Environment, seller: str | None) -> SellerToken | None:
    """The seller's token whose session calls carry, without asking anybody. None while that is not known: it is
    locked, or from a variable or a command, which tell nothing but the session.
    """
    tokens = vault.sellers(environment)
    keys = vault.at_hand(environment, seller) if tokens else None
    return next((token for token in tokens if keys and token.session == keys.session), None)


def seller_of(signed: SignedRequest, vault: Vault, environment: Environment, seller: str | None) -> str:
    """Whose session that call carries, by nick, without a secret; empty where it carries none or nobody knows whose."""
    if not any(name == "session" for name, _text in signed.params):
        return ""
    token = token_in_use(vault, environment, seller)
    return vault.known.mask(token.nick if token else seller or "")


def session_trouble(
    vault: Vault, environment: Environment, seller: str | None, spec: ApiSpec, now: datetime
) -> Message | None:
    """Why a call of that API would be refused for its session, as far as is known without asking; else None."""
    if spec.session == "none":
        return None
    if token := token_in_use(vault, environment, seller):
        return obstacle(clean_line(token.nick), token.life, spec, now)
    if spec.session == "optional":
        return None
    return lack_of_session(vault, environment, seller, message("check.session"))


def lack_of_session(vault: Vault, environment: Environment, seller: str | None, none: Message) -> Message | None:
    """Why calls carry no session, as far as is known without asking: there is `none`, none of the seller who is named,
    or those of several and nobody is named. None when they carry one, and while that is not known.
    """
    status, named = vault.status(environment), seller or environment.seller
    keys = None if status.locked else vault.at_hand(environment, seller)
    if keys is None:
        if not status.has_session:
            return none
        several = _to_be_named(vault, environment) if status.locked and not named else 0
        return message("sellers.choose.locked", n=several) if several else None
    if keys.session is not None:
        return None
    if named:
        return unknown(vault, environment, named).message
    tokens = vault.sellers(environment)
    return message("sellers.choose", known=_names(tokens)) if len(tokens) > 1 else none


def _to_be_named(vault: Vault, environment: Environment) -> int:
    """Of how many sellers a vault has sessions that are of no use unless the seller is named; 0 for any other case."""
    room = vault.room_with(environment)
    contents = room.contents(environment) if room else None
    from_vault = vault.status(environment).origins.get("SESSION") in ("file", "keyring")
    return contents.sellers if contents and from_vault and not contents.has_session else 0


def unknown(vault: Vault, environment: Environment, seller: str) -> UnknownSeller:
    """Says that there is no session of that seller, and of whom there is one."""
    known = _names(vault.sellers(environment))
    hint = message("sellers.unknown.known", known=known) if known else message("sellers.unknown.hint")
    return UnknownSeller(message("sellers.unknown", seller=clean_line(seller), environment=environment.name), hint)


def _names(tokens: tuple[SellerToken, ...]) -> tuple[Message | str, ...]:
    return tuple(clean_line(token.nick) or message("sellers.nameless") for token in tokens)
