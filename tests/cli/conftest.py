"""Running the command as a process would: words in, bytes and an exit code out, on the embedded sandbox."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from tests.workbench import workbench
from topexplorer.assemble import Workbench
from topexplorer.cli.main import main
from topexplorer.engine.environments import SANDBOX_URL
from topexplorer.engine.keyring_store import KeyringStore
from topexplorer.engine.settings import Paths
from topexplorer.sandbox.accounts import SMALL_APP_KEY, Accounts

CANARY = "canary5ecret0f1e2d3c4b5a69788796"
CANARY_SESSION = "6100canarycanarycanarycanarycanary5e551on"


class Terminal(TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self) -> str:
        return self.stdout.decode("utf-8")

    @property
    def err(self) -> str:
        return self.stderr.decode("utf-8")


@dataclass
class Command:
    """Runs `topexplorer WORDS`; every run builds its own Workbench on the same folders."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    transport: httpx.AsyncBaseTransport | None = None
    terminal: bool = False
    encoding: str = "utf-8"
    keyring: KeyringStore | None = None
    bench: Workbench = field(init=False, repr=False)

    @property
    def paths(self) -> Paths:
        return Paths.under(self.root)

    def __call__(self, *words: str) -> Ran:
        self.bench = workbench(self.root, self.environ, transport=self.transport, keyring=self.keyring)
        ran = self.assembled(*words, bench=self.bench)
        if "engine" in vars(self.bench):
            self.bench.engine.ledger.close()
        return ran

    def assembled(self, *words: str, bench: Workbench | None = None) -> Ran:
        """The same with another Workbench; without one, as the command assembles it for this process's person."""
        kind = Terminal if self.terminal else TextIOWrapper
        out, err = BytesIO(), BytesIO()
        stdout, stderr = kind(out, encoding=self.encoding), kind(err, encoding=self.encoding)
        code = main(words, bench=bench, stdout=stdout, stderr=stderr)
        return Ran(code, out.getvalue(), err.getvalue())

    def configure(self, text: str) -> None:
        """Writes config.toml."""
        self.paths.config.mkdir(parents=True, exist_ok=True)
        self.paths.config_file.write_text(text, encoding="utf-8")

    def add_environment(self, name: str, keys: Mapping[str, str], gateway: str = SANDBOX_URL, more: str = "") -> None:
        """One more environment of kind dev, with its keys in the environment's variables."""
        self.configure(f'[environments.{name}]\nkind = "dev"\ngateway = "{gateway}"\n{more}')
        self.environ |= {f"TOPEXPLORER_{name.upper()}_{key}": text for key, text in keys.items()}


class GiveStdin(Protocol):
    def __call__(self, content: bytes) -> None: ...


@pytest.fixture(scope="session")
def spec_index(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The index of the bundled specs, so that not every test examines every file."""
    bench = workbench(tmp_path_factory.mktemp("index"))
    assert bench.catalog
    return bench.paths.index_file.read_bytes()


@pytest.fixture
def topexplorer(tmp_path: Path, spec_index: bytes) -> Command:
    """The command, for a new person."""
    command = Command(tmp_path / "home")
    command.paths.cache.mkdir(parents=True)
    command.paths.index_file.write_bytes(spec_index)
    return command


@pytest.fixture
def small_app() -> dict[str, str]:
    """The keys of the sandbox's app that has few permissions."""
    keys = Accounts.default().credentials(SMALL_APP_KEY)
    assert keys.session
    return {"APP_KEY": keys.app_key, "APP_SECRET": keys.app_secret.reveal(), "SESSION": keys.session.reveal()}


@pytest.fixture
def full_app() -> dict[str, str]:
    """The keys of the sandbox's app that may do everything."""
    keys = Accounts.default().credentials()
    assert keys.session
    return {"APP_KEY": keys.app_key, "APP_SECRET": keys.app_secret.reveal(), "SESSION": keys.session.reveal()}


@pytest.fixture
def canary() -> dict[str, str]:
    """Keys that must never be seen in any output."""
    return {"APP_KEY": "23456789", "APP_SECRET": CANARY, "SESSION": CANARY_SESSION}


@pytest.fixture
def give_stdin(monkeypatch: pytest.MonkeyPatch) -> GiveStdin:
    """Puts bytes on stdin."""

    def give(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(content), encoding="utf-8"))

    return give


def answering(reply: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    """A gateway that answers as told."""
    return httpx.MockTransport(reply)
