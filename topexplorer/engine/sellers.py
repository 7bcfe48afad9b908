"""The sellers whose sessions an app has in the active environment: who there is, who is chosen, keeping and forgetting.

A token is bound to the environment it was given in, to the app and to the seller. Those of dev and prod are in the
vault; those of the embedded sandbox, which open nothing, in memory. Methods that keep or forget may wait for a
passphrase: not for the event loop.
"""

from __future__ import annotations

from dataclasses import replace

from topexplorer.core.call import Credentials, Secret
from topexplorer.core.errors import StorageError, UsageError
from topexplorer.core.language import message
from topexplorer.core.text import clean_line
from topexplorer.engine.currentseller import token_in_use, unknown
from topexplorer.engine.engine import Engine
from topexplorer.engine.environments import Environment
from topexplorer.engine.oauth import SignInFailed
from topexplorer.engine.sellerchoices import SellerChoices
from topexplorer.engine.storedkeys import SellerToken


class Sellers:
    """Works on the engine's active environment, unless one is named."""

    def __init__(self, engine: Engine, choices: SellerChoices) -> None:
        self.engine = engine
        self.choices = choices

    def tokens(self, environment: Environment | None = None) -> tuple[SellerToken, ...]:
        """Every seller's token that is for the app of the environment; none while the vault is locked."""
        vault, environment = self.engine.vault, environment or self.engine.environment
        app_key = vault.status(environment).app_key
        return tuple(t for t in vault.sellers(environment) if not (t.app_key and app_key and t.app_key != app_key))

    def in_use(self) -> SellerToken | None:
        """The one whose session calls carry, as far as that is known."""
        return token_in_use(self.engine.vault, self.engine.environment, self.engine.seller)

    def open(self, environment: Environment | None = None) -> None:
        """Opens the vault of the environment, if there is one. Raises what that raises."""
        vault, environment = self.engine.vault, environment or self.engine.environment
        if environment.name not in vault.embedded:
            vault.unlock(environment)

    def get(self, nick: str, environment: Environment | None = None) -> SellerToken:
        """That seller's token. Opens the vault; raises what that raises, and UnknownSeller."""
        environment = environment or self.engine.environment
        self.open(environment)
        found = next((token for token in self.tokens(environment) if token.nick == nick), None)
        if found is None:
            raise unknown(self.engine.vault, environment, nick)
        return found

    def use(self, nick: str) -> None:
        """From now on calls carry that seller's session; remembered but in prod. Raises UnknownSeller."""
        environment = self.engine.environment
        self.get(nick, environment)
        if environment == self.engine.environment:
            self.engine.use_seller(nick)
        self._remember(environment, nick)

    def ready(self, environment: Environment) -> tuple[Credentials, Secret | None]:
        """The app that sellers sign in to, once it is sure that `keep` can keep what comes of it, and the passphrase to
        give it. Raises what `keep` and Vault.credentials raise: better before somebody consents than after.
        """
        vault = self.engine.vault
        if environment.name in vault.embedded:
            return replace(vault.credentials(environment), session=None), None
        vault.room.store_for(environment)
        credentials = replace(vault.credentials(environment), session=None)
        self._require_own(environment, credentials.app_key)
        return credentials, vault.room.ready(environment, credentials.app_key)

    def keep(
        self,
        environment: Environment,
        token: SellerToken,
        expected: str | None = None,
        passphrase: Secret | None = None,
        *,
        use: bool = True,
    ) -> None:
        """Keeps a token in place of what that seller gave before, and uses it if not told otherwise; remembered but in
        prod and in the embedded sandbox, which forgets its sessions.

        Raises SignInFailed when it is not the `expected` seller's, UsageError when the vault has keys of another app,
        and what opening and writing a vault raises.
        """
        if expected is not None and token.nick != expected:
            facts = {"wanted": clean_line(expected), "seller": clean_line(token.nick)}
            raise SignInFailed(message("signin.other_seller", **facts), message("signin.other_seller.hint"))
        vault = self.engine.vault
        if environment.name in vault.embedded:
            vault.embedded.keep(environment.name, token)
        else:
            self._require_own(environment, token.app_key)
            vault.room.put(environment, token.app_key, None, token, passphrase)
            if use:
                self._remember(environment, token.nick)
        if use and environment == self.engine.environment:
            self.engine.use_seller(token.nick)

    def drop(self, environment: Environment, nick: str) -> None:
        """Forgets that seller's token here. Raises what opening and writing a vault raises."""
        vault = self.engine.vault
        if environment.name in vault.embedded:
            vault.embedded.drop(environment.name, nick)
        else:
            vault.room.forget(environment, "session", nick)
        if environment == self.engine.environment and self.engine.seller == nick:
            self.engine.use_seller(None)
        if self.choices.get("sellers", environment.name) == nick:
            self._remember(environment, "")

    def _require_own(self, environment: Environment, app_key: str) -> None:
        contents = self.engine.vault.room.contents(environment)
        if contents and contents.app_key not in ("", app_key):
            facts = {"environment": environment.name, "held": contents.app_key, "app": app_key}
            raise UsageError(message("signin.other_app", **facts), message("signin.other_app.hint"))

    def _remember(self, environment: Environment, nick: str) -> None:
        """A disk that refuses is told beside what was done: that is done all the same."""
        if environment.kind == "prod":
            return
        try:
            self.choices.remember("sellers", environment.name, nick)
        except StorageError as error:
            self.engine.vault.tell(message("sellers.not_remembered", reason=error.message))
