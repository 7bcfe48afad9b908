"""Where keys come from: the embedded sandbox's own, and environment variables for every other environment.

Nothing else ever sees a secret, and nothing here shows one: not `repr`, not an error, not a status.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from topexplorer.core.call import Credentials, Secret
from topexplorer.core.errors import MissingKeys
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.engine.environments import Environment, KeyName

_SHAPES: Mapping[KeyName, str] = {
    "APP_KEY": r"[0-9A-Za-z]{1,32}",
    "APP_SECRET": r"[\x21-\x7e]+",
    "SESSION": r"[\x21-\x7e]+",
}
"""What each key looks like: without it a stray quote or a secret in the wrong variable would go on the wire."""


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """Which keys an environment has, safe to show. A key that cannot be used counts as absent."""

    app_key: str | None
    has_secret: bool
    has_session: bool
    source: Message

    @property
    def ready(self) -> bool:
        """Whether a call can be signed."""
        return self.app_key is not None and self.has_secret


class Vault:
    """Credentials by environment. `embedded` holds those that ship with the app, by environment name."""

    __slots__ = ("_embedded", "_environ")

    def __init__(self, environ: Mapping[str, str], embedded: Mapping[str, Credentials]) -> None:
        self._environ = environ
        self._embedded = embedded

    def __repr__(self) -> str:
        return "Vault()"

    def credentials(self, environment: Environment) -> Credentials:
        """The keys to sign with. Raises MissingKeys naming exactly the variables to set or to correct."""
        if environment.name in self._embedded:
            return self._embedded[environment.name]
        found = {key: self._found(environment, key) for key in _SHAPES}
        malformed = tuple(environment.variable(key) for key in found if not _fits(key, found[key]))
        if malformed:
            raise MissingKeys(message("keys.malformed", environment=environment.name, variables=malformed))
        needed: tuple[KeyName, ...] = ("APP_KEY", "APP_SECRET")
        missing = tuple(environment.variable(key) for key in needed if not found[key])
        if missing:
            raise MissingKeys(message("keys.missing", environment=environment.name, variables=missing))
        return Credentials(found["APP_KEY"].reveal(), found["APP_SECRET"], found["SESSION"] or None)

    def secrets(self, environment: Environment) -> tuple[str, ...]:
        """Texts that must not be kept anywhere; none when there are no usable keys."""
        try:
            return self.credentials(environment).secrets()
        except MissingKeys:
            return ()

    def status(self, environment: Environment) -> KeyStatus:
        """Which keys are there and where they come from. Never raises."""
        if environment.name in self._embedded:
            keys = self._embedded[environment.name]
            return KeyStatus(keys.app_key, bool(keys.app_secret), bool(keys.session), message("keys.embedded"))
        found = {key: self._found(environment, key) for key in _SHAPES}
        usable = {key for key in found if found[key] and _fits(key, found[key])}
        source = message("keys.variables", variables=tuple(environment.variable(key) for key in _SHAPES))
        app_key = found["APP_KEY"].reveal() if "APP_KEY" in usable else None
        return KeyStatus(app_key, "APP_SECRET" in usable, "SESSION" in usable, source)

    def _found(self, environment: Environment, key: KeyName) -> Secret:
        """The variable's text without the blanks and line ends that pasting adds; an empty Secret when unset."""
        return Secret(self._environ.get(environment.variable(key), "").strip())


def _fits(key: KeyName, text: Secret) -> bool:
    return not text or re.fullmatch(_SHAPES[key], text.reveal()) is not None
