"""What every test can rely on: no network but loopback, none of the person's own files or settings, a fixed language.

An attempt to leave this machine fails the test even when the code under test swallows the error that it gets.
"""

from __future__ import annotations

import gc
import hashlib
import ipaddress
import os
import socket
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from topexplorer.engine import vaultfile

settings.register_profile("topexplorer", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("topexplorer")

# Textual reads its settings when it is imported, before any fixture; its snapshot plugin needs its own variable.
for setting in [name for name in os.environ if name.startswith("TEXTUAL_") and "SNAPSHOT" not in name]:
    del os.environ[setting]

FOREIGN_PREFIXES = ("TOPEXPLORER_", "XDG_", "LC_")
FOREIGN_NAMES = (
    *("LANG", "LANGUAGE", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "EDITOR", "VISUAL"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """More than there are processors: a test waits for a third of its time, for programs and for the app's timers."""
    return (os.cpu_count() or 2) * 2


def pytest_collection() -> None:
    """Nothing that collecting makes is garbage."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What is there by now stays to the end; looking at it again and again is a sixth of a test of the app."""
    gc.enable()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_sessionfinish() -> None:
    """Textual keeps what the last thousand widgets drew, which pytest would look through five times more."""
    if drawn := sys.modules.get("textual._styles_cache"):
        drawn.StylesCache.get_inner_outer.cache_clear()


class NetworkForbidden(RuntimeError):
    """A test tried to reach or to look up a host that is not this machine."""


def is_this_machine(host: object) -> bool:
    """Whether `host`, a name or an address as socket functions take it, is this machine itself."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is None or name in ("", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(name).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@pytest.fixture(scope="session")
def all_network_attempts() -> Iterator[list[str]]:
    """The sockets of this process, guarded; every refused attempt is added to the list."""
    attempts: list[str] = []

    def refuse(function: str, host: object) -> None:
        if not is_this_machine(host):
            attempts.append(f"{function}({host!r})")
            raise NetworkForbidden(f"{attempts[-1]}: a test may reach this machine only")

    def guarded_method(name: str) -> Callable[..., Any]:
        original = getattr(socket.socket, name)

        def method(self: socket.socket, *arguments: Any) -> Any:
            address = arguments[-1]
            if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
                refuse(name, address[0])
            return original(self, *arguments)

        return method

    def guarded_function(name: str) -> Callable[..., Any]:
        original = getattr(socket, name)

        def function(host: Any, *arguments: Any, **options: Any) -> Any:
            refuse(name, host)
            return original(host, *arguments, **options)

        return function

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guarded_method(name))
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
            patch.setattr(socket, name, guarded_function(name))
        yield attempts


@pytest.fixture(autouse=True)
def network_attempts(all_network_attempts: list[str]) -> Iterator[list[str]]:
    """Fail the test that tried to leave this machine. A test that means to try empties the list."""
    all_network_attempts.clear()
    yield all_network_attempts
    assert not all_network_attempts, f"the test tried to leave this machine: {', '.join(all_network_attempts)}"


@pytest.fixture(scope="session")
def new_homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders that are not there yet, without end. Pytest looks through all of its own each time it makes one."""
    people = tmp_path_factory.mktemp("people")
    return (people / str(number) for number in count())


@pytest.fixture(autouse=True)
def isolated_person(new_homes: Iterator[Path]) -> Iterator[None]:
    """Run as a new person: an empty home, an empty working folder, English, and none of the caller's settings."""
    home = next(new_homes)
    folders = {
        "HOME": home,
        "USERPROFILE": home,
        "APPDATA": home / "AppData" / "Roaming",
        "LOCALAPPDATA": home / "AppData" / "Local",
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local" / "share",
        "XDG_STATE_HOME": home / ".local" / "state",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_RUNTIME_DIR": home / ".runtime",
    }
    working = home / "working"
    working.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name in FOREIGN_NAMES or name.startswith(FOREIGN_PREFIXES):
                patch.delenv(name)
        for name, folder in folders.items():
            patch.setenv(name, str(folder))
        patch.setenv("LANG", "en_US.UTF-8")
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        patch.chdir(working)
        yield


@pytest.fixture(autouse=True)
def quick_passphrases(request: pytest.FixtureRequest) -> Iterator[None]:
    """A passphrase takes long to try, by design. Here it does not, unless the test asks for `real_passphrases`."""
    if "real_passphrases" in request.fixturenames:
        yield
        return

    def quick(text: bytes, salt: bytes, cost: vaultfile.Cost, length: int) -> bytes:
        return hashlib.scrypt(text, salt=salt + repr(cost).encode(), n=2, r=1, p=1, dklen=length)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vaultfile, "_scrypt", quick)
        yield


@pytest.fixture
def real_passphrases() -> None:
    """For tests of what a try costs, and of vaults that another process opens."""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Tests that are coroutines run on asyncio, as the app does."""
    return "asyncio"
