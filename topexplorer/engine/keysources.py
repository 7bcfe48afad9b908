"""Keys from several sources put together: the first source that has a key decides it, and apps are never mixed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from topexplorer.core.call import Secret
from topexplorer.core.errors import UsageError
from topexplorer.core.language import Message, message
from topexplorer.core.text import clean_line
from topexplorer.engine.environments import Environment, KeyName

if TYPE_CHECKING:
    from topexplorer.engine.secretcmd import CommandKeys
    from topexplorer.engine.storedkeys import StoredKeys
    from topexplorer.engine.vaultfile import Backend, Contents

Origin = Literal["embedded", "variable", "config", "command", "file", "keyring"]
"""Where a key is: built in, in a variable, in config.toml (an app key), printed by `secret_cmd`, in a vault behind a
passphrase or the keyring."""
Texts = dict[KeyName, Secret]
"""Keys by name. What is missing is not in it; an empty Secret is there and not known."""

LONGEST_KEY = 4096
"""Characters of a secret or a session, many times what the platform gives: a file in a key's place is none."""
_SHAPES: Mapping[KeyName, str] = {
    "APP_KEY": r"[0-9A-Za-z]{1,32}",
    "APP_SECRET": rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}",
    "SESSION": rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}",
}
"""What each key looks like: without it a stray quote or a secret in the wrong variable would go on the wire."""
KEY_NAMES: tuple[KeyName, ...] = tuple(_SHAPES)
UNKNOWN: Texts = dict.fromkeys(KEY_NAMES, Secret(""))
"""What a command may give that has not run."""


class Gathered:
    """The keys found so far and where each is from."""

    __slots__ = ("origins", "other_app", "texts")

    def __init__(self) -> None:
        self.other_app = ""
        """The app of keys that were left where they are because they are not of the app chosen."""
        self.texts: Texts = {}
        self.origins: dict[KeyName, Origin] = {}

    @property
    def is_complete(self) -> bool:
        return len(self.texts) == len(KEY_NAMES)

    @property
    def can_sign(self) -> bool:
        return "APP_KEY" in self.texts and "APP_SECRET" in self.texts

    def lacks(self, texts: Texts) -> bool:
        """Whether `texts` has something new. Of another app than the one chosen it has not: its secret and sessions
        are that app's."""
        mine, theirs = self.texts.get("APP_KEY"), texts.get("APP_KEY")
        return not (mine and theirs and mine != theirs) and not texts.keys() <= self.texts.keys()

    def take(self, origin: Origin, texts: Texts) -> None:
        """Adds what is new in `texts`."""
        mine, theirs = self.texts.get("APP_KEY"), texts.get("APP_KEY")
        if mine and theirs and mine != theirs:
            self.other_app = theirs.reveal()
        if self.lacks(texts):
            for name in texts.keys() - self.texts.keys():
                self.texts[name] = texts[name]
                self.origins[name] = origin


def vault_paths(folder: Path, kind: str) -> dict[Backend, Path]:
    """The files of a kind's vaults: `dev.vault`, and `dev-keyring.vault` when its key is in the keyring."""
    return {"file": folder / f"{kind}.vault", "keyring": folder / f"{kind}-keyring.vault"}


def fits(name: KeyName, text: Secret) -> bool:
    """Whether `text` can be that key at all."""
    return re.fullmatch(_SHAPES[name], text.reveal()) is not None


def checked(texts: Mapping[KeyName, str]) -> Texts:
    """What a person gave, without the empty ones. Raises UsageError for nothing, and for what cannot be a key."""
    given = {name: Secret(text) for name, text in texts.items() if text}
    if not given:
        raise UsageError(message("keys.nothing_given"))
    unfit = tuple(name.lower() for name, text in given.items() if not fits(name, text))
    if unfit:
        raise UsageError(message("keys.unfit", names=unfit))
    return given


def overridden(
    environment: Environment, origins: Mapping[KeyName, Origin], app_key: str | None, given: Texts
) -> Iterator[Message]:
    """Of keys that were just put into the vault, which are not the ones that calls are signed with, what takes their
    place and what to do. `origins` and `app_key` are what the vault's status says now."""
    facts = {"environment": environment.name, "app": app_key}
    program = clean_line(environment.secret_cmd[0]) if environment.secret_cmd else ""
    differing = [name for name, text in given.items() if name != "APP_KEY" or text.reveal() != app_key]
    for origin in ("variable", "config", "command"):
        if names := [name for name in differing if origins.get(name) == origin]:
            variables = tuple(environment.variable(name) for name in names)
            kept = tuple(name.lower() for name in names)
            yield message(f"keys.overridden.{origin}", names=kept, variables=variables, program=program, **facts)
    if app_key and (lost := tuple(name.lower() for name in differing if name not in origins)):
        yield message("keys.overridden.app", names=lost, **facts)


def of_command(keys: CommandKeys) -> Texts:
    return _texts(keys.app_key, keys.app_secret, keys.session)


def for_seller(seller: str | None, texts: Texts) -> Texts:
    """Without the session when a seller is named: variables and commands do not tell whose theirs is."""
    return {name: text for name, text in texts.items() if seller is None or name != "SESSION"}


def of_vault(keys: StoredKeys, seller: str | None, app_key: str = "") -> Texts:
    """With that seller's session, or without one the only one there is; one that was given to another app than
    `app_key`, or the vault's own, is left out."""
    token = keys.token(seller)
    if token and token.app_key and token.app_key != (app_key or keys.app_key or token.app_key):
        token = None
    return _texts(keys.app_key, keys.app_secret, token.session if token else None)


def of_contents(contents: Contents, for_any_seller: bool) -> Texts:
    """What a vault has, as it tells without being opened: the secrets are there and not known. It does not tell whose
    sessions it has: `for_any_seller` takes each, otherwise only one that needs no seller to be named counts.
    """
    unknown = Secret("")
    has_session = contents.sellers > 0 if for_any_seller else contents.has_session
    return _texts(contents.app_key, unknown if contents.has_secret else None, unknown if has_session else None)


def _texts(app_key: str, app_secret: Secret | None, session: Secret | None) -> Texts:
    found: dict[KeyName, Secret | None] = {
        "APP_KEY": Secret(app_key) if app_key else None,
        "APP_SECRET": app_secret,
        "SESSION": session,
    }
    return {name: text for name, text in found.items() if text is not None}
