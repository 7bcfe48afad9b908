"""Vaults for tests: a cheap passphrase, keyrings that behave and that do not, and canaries in every spelling."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event
from urllib.parse import quote

from tests.engine.clock import Clock
from topexplorer.core.call import Secret
from topexplorer.engine.environments import Environment
from topexplorer.engine.keyring_store import KeyringStore
from topexplorer.engine.settings import Paths
from topexplorer.engine.strongroom import PassphraseWanted
from topexplorer.engine.vault import Vault
from topexplorer.engine.vaultfile import Cost

CHEAP = Cost(n=2**14)
"""The cheapest that is accepted: about 50 ms where passphrases are real."""
PASSPHRASE = "correct horse battery"
URL = "https://eco.taobao.com/router/rest"
DEV = Environment("dev", "dev", URL)
STAGING = Environment("staging", "dev", URL)
PROD = Environment("prod", "prod", URL)
APP_KEY = "21112222"
APP_SECRET = "canary5ecret0f1e2d3c4b5a69788796"
SESSION = "6100canarycanarycanarycanarycanary5e551on"
REFRESH = "6101canaryrefreshcanaryrefreshcanary"


def fill_vault(home: Path) -> None:
    """A dev vault with keys in the home of an app, as `keys set` leaves it."""
    folder = Paths.under(home).vault_folder
    full = Vault({}, {}, folder, ask=lambda _wanted: Secret(PASSPHRASE), cost=CHEAP)
    full.room.put(Environment("dev", "dev", URL, vault="file"), APP_KEY, Secret(APP_SECRET))


class MemoryKeyring:
    """A keyring that keeps what it is given, by service and name."""

    name = "Memory"
    priority = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, text: str) -> None:
        self.kept[service, name] = text

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


class HangingKeyring(MemoryKeyring):
    """Never answers until `released`."""

    def __init__(self) -> None:
        super().__init__()
        self.released = Event()

    def get_password(self, service: str, name: str) -> str | None:
        self.released.wait(60)
        return None


class KeyringLocked(Exception):
    """Has the name that the `keyring` package gives it."""


class LockedKeyring(MemoryKeyring):
    """Says that it is locked, and what it was asked for."""

    def get_password(self, service: str, name: str) -> str | None:
        raise KeyringLocked(f"{service} {name} {APP_SECRET}")


class Asked:
    """Answers with the passphrases it was given, one after another; remembers what they were wanted for."""

    def __init__(self, *passphrases: str) -> None:
        self.passphrases = list(passphrases)
        self.wanted: list[PassphraseWanted] = []

    def __call__(self, wanted: PassphraseWanted) -> Secret | None:
        self.wanted.append(wanted)
        return Secret(self.passphrases.pop(0)) if self.passphrases else None


def always(wanted: PassphraseWanted) -> Secret | None:
    """Answers with the one passphrase, unless it was not taken."""
    return None if wanted.problem else Secret(PASSPHRASE)


def vault(
    folder: Path,
    ask: Callable[[PassphraseWanted], Secret | None] = always,
    keyring: object | None = None,
    clock: Clock | None = None,
    environ: Mapping[str, str] | None = None,
    **variables: str,
) -> Vault:
    """A vault below `folder`, as a new process would have it. Without `keyring` the system has none."""
    store = KeyringStore(lambda: keyring if keyring is not None else NoKeyring(), seconds=5)
    return Vault(
        {**(environ or {}), **variables}, {}, folder, clock or Clock(), ask, store, idle_seconds=900, cost=CHEAP
    )


class NoKeyring(MemoryKeyring):
    """What stands where there is none."""

    priority = 0


def filled(folder: Path, keyring: object | None = None) -> Path:
    """A dev vault with an app key, a secret and a session. Gives its file."""
    from topexplorer.engine.storedkeys import SellerToken

    token = SellerToken(Secret(SESSION), refresh=Secret(REFRESH))
    return vault(folder, keyring=keyring).room.put(DEV, "23456789", Secret(APP_SECRET), token).path


def put_there(path: Path, content: bytes) -> None:
    """Writes a vault's file as its owner's alone, so that it is what it holds that is looked at."""
    path.touch(0o600)
    path.write_bytes(content)


def spellings(secret: str) -> Iterator[bytes]:
    """How a secret could slip out: as it is, in base64 at any offset, in hex, percent-encoded, backwards."""
    plain = secret.encode()
    yield plain
    yield quote(secret, safe="").encode()
    yield plain[::-1]
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + plain)
        yield encoded[4 if offset else 0 : len(encoded) // 4 * 4 - 4]


def leaks(content: bytes, *secrets: str) -> list[str]:
    """The secrets that are in `content` in any spelling."""
    return [secret for secret in secrets if any(form in content for form in spellings(secret))]
