"""Where keys come from: environment variables, a command of the user's, a vault, and the sandbox's own.

In this order, key by key: what a variable says wins, then config.toml, which may name the app and nothing else, then
the command, then the vault. Nothing else ever sees a
secret, and nothing here shows one: not `repr`, not an error, not a status.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from topexplorer.core.call import Credentials, Secret
from topexplorer.core.errors import ConfigError, MissingKeys, TopExplorerError
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.taint import KnownSecrets, Taint
from topexplorer.core.text import clean_line
from topexplorer.engine import keysources
from topexplorer.engine.embeddedkeys import EmbeddedKeys
from topexplorer.engine.environments import Environment, KeyName
from topexplorer.engine.keysources import KEY_NAMES, Gathered, Origin, Texts

if TYPE_CHECKING:
    from topexplorer.engine.keyring_store import KeyringStore
    from topexplorer.engine.secretcmd import CommandKeys
    from topexplorer.engine.storedkeys import SellerToken, StoredKeys
    from topexplorer.engine.strongroom import Ask, Strongroom
    from topexplorer.engine.vaultfile import Cost

Means = Literal["ask", "at hand", "look"]
"""How far to go for keys: wait for a person or program; take what is open; only see what there is."""
_NEEDED: tuple[KeyName, ...] = ("APP_KEY", "APP_SECRET")


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """Which keys an environment has, safe to show. A key that cannot be used counts as absent."""

    app_key: str | None
    has_secret: bool
    has_session: bool
    """Whether there is anybody's. `currentseller.lack_of_session` says whether calls carry one."""
    source: Message
    origins: Mapping[KeyName, Origin] = field(default_factory=dict, hash=False)
    """Where each key is; what is missing is not in it."""
    locked: bool = False
    """Some of them are in a vault that is not open."""
    pending: bool = False
    """A command that has not run gives some of them, so it is not known which."""
    previous: bool = False
    """The vault keeps the app secret that was replaced, until the new one has signed a call."""

    @property
    def ready(self) -> bool:
        """Whether a call can be signed, as far as is known."""
        return self.has_secret and (self.app_key is not None or self.pending)

    @property
    def can_go_back(self) -> bool:
        """Whether calls would be signed with the previous app secret if it were put back."""
        return self.previous and self.origins.get("APP_SECRET") in ("file", "keyring")


class Vault:
    """Credentials by environment. `embedded` are those that ship with the app; it stays at hand to keep tokens in.

    `folder` is where the vaults are; without one there are none. `ask` gives passphrases and may wait for a person.
    """

    __slots__ = (
        *("_app_keys", "_ask", "_clock", "_command_keys", "_environ", "_folder", "_parts", "_room"),
        *("embedded", "known", "tell"),
    )

    def __init__(
        self,
        environ: Mapping[str, str],
        embedded: Mapping[str, Credentials] | EmbeddedKeys,
        folder: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        ask: Ask = lambda _wanted: None,
        keyring: KeyringStore | None = None,
        idle_seconds: float | None = None,
        cost: Cost | None = None,
        known: KnownSecrets | None = None,
        tell: Callable[[Message], object] = lambda _problem: None,
    ) -> None:
        self._environ = environ
        self.embedded = embedded if isinstance(embedded, EmbeddedKeys) else EmbeddedKeys(embedded)
        self._folder = folder
        self._clock = clock
        self._ask = ask
        self._parts = (keyring, idle_seconds, cost)
        self._room: Strongroom | None = None
        self._command_keys: dict[str, tuple[datetime, CommandKeys]] = {}
        self._app_keys: dict[str, str] = {}
        self.known = known or KnownSecrets()
        """Learns every secret that is found here, for whoever masks; not those that are built in."""
        self.tell = tell
        """Hears what went wrong beside a call. From any thread."""

    def __repr__(self) -> str:
        return "Vault()"

    def credentials(self, environment: Environment, seller: str | None = None) -> Credentials:
        """The keys to sign with, for that seller if one is named. Waits for a person, the keyring or a command when
        the keys are there and locked: not for the event loop.

        Raises MissingKeys naming exactly the variables to set or to correct, VaultLocked when nobody opens the vault,
        ConfigError for a vault or command that is no good, KeyringFailed.
        """
        if environment.name in self.embedded:
            return self.embedded.credentials(environment.name, seller or environment.seller or None)
        return _credentials(environment, self._gather(environment, seller, "ask"))

    def at_hand(self, environment: Environment, seller: str | None = None) -> Credentials | None:
        """The same, of what is known without asking anybody; None when that is not enough to sign."""
        if environment.name in self.embedded:
            return self.embedded.credentials(environment.name, seller or environment.seller or None)
        try:
            return _credentials(environment, self._gather(environment, seller, "at hand"))
        except TopExplorerError:
            return None

    def secrets(self, environment: Environment) -> tuple[str, ...]:
        """Texts that must not be kept anywhere, as far as they are known: those of a locked vault are not."""
        if environment.name in self.embedded:
            return self.embedded.secrets(environment.name)
        texts = self._gather(environment, None, "at hand").texts
        found = [text.reveal() for name, text in texts.items() if name != "APP_KEY" and keysources.fits(name, text)]
        if held := self._held(environment):
            found += [text.reveal() for text in held.secrets()]
        return tuple(dict.fromkeys(found))

    def taint(self, environment: Environment) -> Taint:
        """What to mask in everything that has to do with this environment, other sellers' tokens included."""
        built_in = self.embedded.secrets(environment.name) if environment.name in self.embedded else ()
        return self.known.taint | Taint(built_in)

    def sellers(self, environment: Environment) -> tuple[SellerToken, ...]:
        """The tokens that the environment's vault holds; none while it is locked."""
        if environment.name in self.embedded:
            return self._heard(self.embedded.tokens(environment.name))
        held = self._held(environment)
        return self._heard(tuple(held.tokens.values())) if held else ()

    def _heard(self, tokens: tuple[SellerToken, ...]) -> tuple[SellerToken, ...]:
        """The same tokens, whose shops demo mode hides from now on."""
        self.known.learn_names("shop", *(token.nick for token in tokens))
        self.known.learn_names("id", *(token.user_id for token in tokens))
        return tokens

    def _held(self, environment: Environment) -> StoredKeys | None:
        """What the environment's vault holds; None while it is locked."""
        room = self.room_with(environment)
        held = room.keys(environment) if room and room.is_open(environment) else None
        self._learn(*held.secrets() if held else ())
        return held

    def status(self, environment: Environment) -> KeyStatus:
        """Which keys are there and where they come from. Never raises, never asks, opens nothing. The names in it are
        known from now on, for demo mode to hide.
        """
        self.known.learn_names("shop", environment.seller or "")
        if environment.name in self.embedded:
            keys = self.embedded.credentials(environment.name)
            self.known.learn_names("app", keys.app_key)
            held = KEY_NAMES if keys.session else _NEEDED
            source = message("keys.embedded")
            return KeyStatus(keys.app_key, True, bool(keys.session), source, dict.fromkeys(held, "embedded"))
        found = self._gather(environment, None, "look")
        origins = found.origins
        app_key = found.texts["APP_KEY"].reveal() if "APP_KEY" in origins else ""
        app_key = app_key or self._app_keys.get(environment.name, "")
        self.known.learn_names("app", app_key)
        room = self.room_with(environment)
        contents = room.contents(environment) if room else None
        return KeyStatus(
            app_key or None,
            "APP_SECRET" in origins,
            "SESSION" in origins,
            _source(environment, origins),
            origins,
            bool({"file", "keyring"} & set(origins.values())) and not (room and room.is_open(environment)),
            "command" in origins.values() and self._ran(environment) is None,
            contents is not None and contents.has_previous,
        )

    @property
    def room(self) -> Strongroom:
        """The vaults, to keep keys in and to lock. Raises ConfigError where there is no folder for them."""
        if self._room is None:
            if self._folder is None:
                raise ConfigError(message("vault.nowhere"))
            from topexplorer.engine.keyring_store import KeyringStore
            from topexplorer.engine.strongroom import IDLE_SECONDS, Strongroom
            from topexplorer.engine.vaultfile import COST

            keyring, idle, cost = self._parts
            self._room = Strongroom(
                self._folder, keyring or KeyringStore(), self._clock, self._ask, idle or IDLE_SECONDS, cost or COST
            )
        return self._room

    def lock(self) -> None:
        """Forgets every key that did not come from a variable. Nothing is read again until `unlock` or an answer to
        `ask`."""
        self._command_keys.clear()
        if self._folder is not None:
            self.room.lock()

    def unlock(self, environment: Environment, passphrase: Secret | None = None) -> None:
        """Opens what holds the environment's keys, for the idle time. Not for the event loop: it takes 0.2 s or more.

        Raises VaultLocked for a wrong passphrase, and what `credentials` raises.
        """
        if self._folder is not None:
            self.room.unlock(environment, passphrase)

    def _gather(self, environment: Environment, seller: str | None, means: Means) -> Gathered:
        found = Gathered()
        variables = self._variables(environment)
        if means == "look":
            variables = {name: text for name, text in variables.items() if keysources.fits(name, text)}
        found.take("variable", keysources.for_seller(seller, variables))
        if environment.app_key:
            found.take("config", {"APP_KEY": Secret(environment.app_key)})
        if environment.secret_cmd and not found.is_complete:
            keys = self._command(environment) if means == "ask" else self._ran(environment)
            unknown = keysources.UNKNOWN if means == "look" else {}
            found.take("command", keysources.for_seller(seller, keysources.of_command(keys) if keys else unknown))
        room = None if found.is_complete else self.room_with(environment)
        if room is not None:
            self._gather_stored(found, room, environment, seller, means)
        self._learn(*(text for name, text in found.texts.items() if name != "APP_KEY"))
        return found

    def _gather_stored(
        self, found: Gathered, room: Strongroom, environment: Environment, seller: str | None, means: Means
    ) -> None:
        store = room.find(environment)
        if store is None:
            if means == "ask" and not found.can_sign:
                room.require_sound(environment)
            return
        whose = seller or environment.seller or None
        shown = keysources.of_contents(store.contents()[environment.name], bool(whose) or means == "look")
        if not found.lacks(shown):
            found.take(store.backend, {"APP_KEY": shown["APP_KEY"]} if "APP_KEY" in shown else {})
            return
        if means == "look":
            found.take(store.backend, shown)
        elif means == "ask" or room.is_open(environment):
            held = room.keys(environment)
            self._learn(*held.secrets() if held else ())
            app_key = found.texts["APP_KEY"].reveal() if "APP_KEY" in found.texts else ""
            found.take(store.backend, keysources.of_vault(held, whose, app_key) if held else {})

    def _learn(self, *secrets: Secret) -> None:
        self.known.learn(secret.reveal() for secret in secrets)

    def _variables(self, environment: Environment) -> Texts:
        """The variables' texts without the blanks and line ends that pasting adds."""
        found = {name: self._environ.get(environment.variable(name), "").strip() for name in KEY_NAMES}
        return {name: Secret(text) for name, text in found.items() if text}

    def _command(self, environment: Environment) -> CommandKeys:
        """What the command gives, run when it did not run within the idle time. Raises CommandFailed, VaultLocked."""
        if (known := self._ran(environment)) is not None:
            return known
        from topexplorer.engine import secretcmd

        if self._folder is not None:
            self.room.require_unlocked(environment.kind)
        keys = secretcmd.run(environment.secret_cmd, self._environ)
        if not all(keysources.fits(name, text) for name, text in keysources.of_command(keys).items()):
            raise secretcmd.malformed(environment.secret_cmd[0])
        self._command_keys[environment.name] = (self._clock(), keys)
        if keys.app_key:
            self._app_keys[environment.name] = keys.app_key
        return keys

    def _ran(self, environment: Environment) -> CommandKeys | None:
        """What the command gave within the idle time; None when it has to run."""
        ran = self._command_keys.get(environment.name)
        if ran is None:
            return None
        from topexplorer.engine.strongroom import IDLE_SECONDS

        shut = self._folder is not None and self.room.is_shut(environment.kind)
        if not shut and 0 <= (self._clock() - ran[0]).total_seconds() < (self._parts[1] or IDLE_SECONDS):
            return ran[1]
        del self._command_keys[environment.name]
        return None

    def room_with(self, environment: Environment) -> Strongroom | None:
        """The vaults, when there is one of the environment's kind. Where there is none, nothing is even imported."""
        if self._folder is None or environment.kind == "sandbox":
            return None
        paths = keysources.vault_paths(self._folder, environment.kind).values()
        return self.room if any(map(os.path.exists, paths)) else None


def _source(environment: Environment, origins: Mapping[KeyName, Origin]) -> Message:
    """Says where the keys come from; where there are none, which variables to set."""
    if not set(origins.values()) - {"variable"}:
        return message("keys.variables", variables=tuple(environment.variable(name) for name in KEY_NAMES))
    parts: dict[Origin, Message] = {}
    for origin in origins.values():
        variables = tuple(environment.variable(name) for name in KEY_NAMES if origins.get(name) == "variable")
        program = clean_line(environment.secret_cmd[0]) if environment.secret_cmd else ""
        parts[origin] = message(f"keys.from.{origin}", variables=variables, program=program)
    return message("keys.sources", sources=tuple(parts.values()))


def _credentials(environment: Environment, found: Gathered) -> Credentials:
    texts = found.texts
    malformed = tuple(environment.variable(name) for name in KEY_NAMES if not _usable(name, texts))
    if malformed:
        raise MissingKeys(message("keys.malformed", environment=environment.name, variables=malformed))
    missing = tuple(environment.variable(name) for name in _NEEDED if name not in texts)
    if missing:
        hint = message("keys.missing.hint", environment=environment.name) if environment.kind != "sandbox" else None
        if found.other_app:
            hint = message("env.other_app", wanted=texts["APP_KEY"].reveal(), other=found.other_app)
        raise MissingKeys(message("keys.missing", environment=environment.name, variables=missing), hint)
    return Credentials(texts["APP_KEY"].reveal(), texts["APP_SECRET"], texts.get("SESSION"))


def _usable(name: KeyName, texts: Texts) -> bool:
    return name not in texts or keysources.fits(name, texts[name])
