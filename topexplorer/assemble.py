"""The composition root: the only module where engine and sandbox meet. A face asks for a Workbench and gets the rest.

Every argument is a seam for tests: paths, clock, environment variables, spec folders, transport, ids.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from topexplorer.core.catalog import Catalog, bundled_folder
from topexplorer.core.errors import StorageError, TopExplorerError
from topexplorer.core.language import Message
from topexplorer.core.taint import KnownSecrets
from topexplorer.engine.environments import SANDBOX_URL, Environment, Environments
from topexplorer.engine.hardening import watch
from topexplorer.engine.indexfile import IndexFile
from topexplorer.engine.liveconfig import LiveConfig
from topexplorer.engine.proxylogin import logins_of
from topexplorer.engine.settings import Paths, Preferences, read_preferences, typed_path, write_preferences
from topexplorer.engine.vault import Vault

if TYPE_CHECKING:
    import httpx

    from topexplorer.core.call import Secret
    from topexplorer.core.lamps import Lamp
    from topexplorer.engine.configwriter import ConfigWriter
    from topexplorer.engine.drafts import Drafts
    from topexplorer.engine.engine import Engine
    from topexplorer.engine.history import History
    from topexplorer.engine.imported import ImportedApis
    from topexplorer.engine.keyring_store import KeyringStore
    from topexplorer.engine.profiles import Profiles
    from topexplorer.engine.sellerchoices import SellerChoices
    from topexplorer.engine.sellers import Sellers
    from topexplorer.engine.signin import SignIn
    from topexplorer.engine.storedkeys import SellerToken
    from topexplorer.engine.strongroom import Ask, PassphraseWanted
    from topexplorer.sandbox.accounts import Accounts
    from topexplorer.sandbox.app import Sandbox

SECRET_VARIABLES = ("_APP_SECRET", "_SESSION", "_REFRESH_TOKEN")
"""How the names of environment variables end that hold a secret."""
FOREVER = datetime.max.replace(tzinfo=UTC)


def utc_now() -> datetime:
    """The production clock."""
    return datetime.now(UTC)


def random_id() -> str:
    """The production source of ids."""
    return os.urandom(16).hex()


@dataclass(repr=False, eq=False)
class Workbench:
    """Everything a face needs, built when first used: listing APIs loads neither engine nor sandbox."""

    paths: Paths
    clock: Callable[[], datetime]
    environ: Mapping[str, str]
    new_id: Callable[[], str]
    folders: tuple[Path, ...]
    cwd: Path
    transport: httpx.AsyncBaseTransport | None = None
    chosen: str | None = None
    """The environment asked for at the start; it may be prod, which is never remembered."""
    problems: list[Message] = field(default_factory=list)
    ask_passphrase: Ask | None = None
    """How the face asks for a vault's passphrase. It is asked in the thread that wants the keys and may wait there."""
    keyring: KeyringStore | None = None
    """Instead of the system's."""

    @cached_property
    def catalog(self) -> Catalog:
        """The spec folders' APIs. The index is kept between runs, so that only changed files are examined."""
        kept = IndexFile(self.paths.index_file)
        known = kept.rows()
        catalog = Catalog.scan(self.folders, known, kept.words, self.imported)
        if catalog.index != known:
            try:
                kept.write(catalog)
            except StorageError as error:
                self.problems.append(error.message)
        if self.imported and len(catalog) and self.imported.problem:
            self.problems.append(self.imported.problem)
        return catalog

    @cached_property
    def imported(self) -> ImportedApis | None:
        """The APIs that were imported; None when nothing ever was."""
        if not self.paths.imported_file.exists():
            return None
        from topexplorer.engine.imported import ImportedApis

        return ImportedApis(self.paths.imported_file)

    @cached_property
    def preferences(self) -> Preferences:
        preferences, problem = read_preferences(self.paths)
        if problem:
            self.problems.append(problem)
        return preferences

    def remember(self, **changes: str) -> None:
        """Keeps preferences for the next run; a disk that refuses is a problem, not an error."""
        self.__dict__["preferences"] = replace(self.preferences, **changes)
        try:
            write_preferences(self.paths, self.preferences)
        except StorageError as error:
            self.problems.append(error.message)

    @cached_property
    def config(self) -> LiveConfig:
        def learn(secrets: Iterable[Secret]) -> None:
            self.known.learn(secret.reveal() for secret in secrets)

        return LiveConfig(self.paths.config_file, self.catalog.platform, self.problems, learn)

    @property
    def environments(self) -> Environments:
        return self.config.environments

    def look_again(self) -> None:
        """Goes on with what config.toml says now, where somebody else changed it."""
        if self.config.look_again() and "engine" in vars(self):
            self.engine.renew(self.environments)

    @cached_property
    def vault(self) -> Vault:
        from topexplorer.engine.embeddedkeys import EmbeddedKeys
        from topexplorer.sandbox.accounts import Accounts

        accounts = Accounts.default()
        keys = accounts.credentials()
        embedded = EmbeddedKeys({"sandbox": keys}, {"sandbox": tuple(_seeded_tokens(accounts, keys.app_key))})
        return Vault(
            *(self.environ, embedded, self.paths.vault_folder, self.clock, self._passphrase, self.keyring),
            known=self.known,
            tell=self._note,
        )

    def _note(self, problem: Message) -> None:
        """Once, however often it comes."""
        if problem not in self.problems:
            self.problems.append(problem)

    @cached_property
    def known(self) -> KnownSecrets:
        """The secrets that this process has learned, for whatever writes, draws or logs."""
        names = [name for name in self.environ if name.startswith("TOPEXPLORER_") and name.endswith(SECRET_VARIABLES)]
        known = KnownSecrets((*(self.environ[name].strip() for name in names), *logins_of(self.environ)))
        watch(known)
        return known

    @staticmethod
    def mask_logs() -> None:
        """For a face that brings a logger along: from now on no log holds a secret that is known."""
        from topexplorer.engine.hardening import mask_logs

        mask_logs()

    def _passphrase(self, wanted: PassphraseWanted) -> Secret | None:
        given = self.ask_passphrase(wanted) if self.ask_passphrase else None
        if given is not None:
            self.known.learn([given.reveal()])
        return given

    @cached_property
    def sandbox(self) -> Sandbox:
        """The embedded gateway."""
        from topexplorer.sandbox.app import Sandbox

        return Sandbox(self.catalog, self.clock)

    @cached_property
    def drafts(self) -> Drafts:
        from topexplorer.engine.drafts import Drafts

        return Drafts(self.paths.drafts_file, self.known, self.problems.append)

    @cached_property
    def profiles(self) -> Profiles:
        from topexplorer.engine.profiles import Profiles, project_folder

        return Profiles(self.paths.profiles_folder, project_folder(self.cwd))

    @cached_property
    def engine(self) -> Engine:
        from topexplorer.engine.engine import Engine
        from topexplorer.engine.ledger import Ledger

        ledger = Ledger(self.paths.ledger_file, self.clock)
        engine = Engine(
            catalog=self.catalog,
            environments=self.environments,
            vault=self.vault,
            ledger=ledger,
            history=self.history,
            clock=self.clock,
            transport=self._transport_for,
            new_id=self.new_id,
            environ=self.environ,
            last_seller=partial(_last_seller, self),
            look_again=self.look_again,
        )
        engine.use(self.start_environment.name)
        return engine

    @cached_property
    def history(self) -> History:
        from topexplorer.engine.history import History

        return History(self.paths.history_folder, self.clock, lambda: self.environments, self.new_id)

    @cached_property
    def seller_choices(self) -> SellerChoices:
        from topexplorer.engine.sellerchoices import SellerChoices

        return SellerChoices(self.paths.sellers_file, self.known)

    @cached_property
    def sellers(self) -> Sellers:
        """The sellers whose sessions there are, in the engine's active environment."""
        from topexplorer.engine.sellers import Sellers

        return Sellers(self.engine, self.seller_choices)

    @cached_property
    def sign_in(self) -> SignIn:
        """How sellers of the active environment sign in and out."""
        from topexplorer.engine.signin import SignIn

        return SignIn(self.sellers, self._transport_for, partial(_sandbox_pages, self), self.environ)

    @property
    def start_environment(self) -> Environment:
        """Where a run begins: as chosen, else as remembered unless that is prod, else the sandbox.

        Raises UnknownEnvironment for a chosen one that does not exist.
        """
        return self.environments.get_or_raise(self.chosen) if self.chosen else self.resting_environment

    @property
    def resting_environment(self) -> Environment:
        """The last one that is not prod: nothing can be broken there by leaving the keyboard."""
        remembered = self.environments.get(self.preferences.environment or "")
        return remembered if remembered and remembered.kind != "prod" else self.environments.default

    def configure(self, change: Callable[[ConfigWriter], Environments]) -> None:
        """Has `change` write config.toml, and goes on with what it says then. Raises what ConfigWriter raises.

        When the active environment is gone or no longer usable, the resting one takes its place.
        """
        from topexplorer.engine.configwriter import ConfigWriter, require_apart, require_reachable

        self.look_again()
        before = self.environments

        def check(found: Environments) -> None:
            require_apart(before, found, self.vault)
            require_reachable(before, found, self.vault)

        environments = change(ConfigWriter(self.paths.config_file, self.catalog.platform, check))
        self.config.take(environments)
        if "engine" in vars(self):
            active = self.engine.environment.name
            self.engine.environments = environments
            usable = active in environments and active not in environments.broken
            self.engine.use(active if usable else self.resting_environment.name)

    def needs(self, terminal: Iterable[Lamp], *, offline: bool = False) -> AsyncIterator[Lamp]:
        """A lamp for everything that a call in the active environment needs, `terminal` being those that only the
        face knows. One that comes a second time knows more.
        """
        from topexplorer.engine.checklist import needs
        from topexplorer.engine.wirelamps import Preflight

        problems = (*self.problems, *self.engine.ledger.problems)
        wire = None if offline else Preflight(self.engine, self.environ)
        return needs(self.engine, self.paths, self.profiles.folders, problems, terminal, wire)

    def _transport_for(self, environment: Environment) -> httpx.AsyncBaseTransport | None:
        if environment.gateway == SANDBOX_URL:
            from topexplorer.engine.embedded import Embedded

            return Embedded(self.sandbox)
        return self.transport


def _last_seller(bench: Workbench, environment: Environment) -> str | None:
    from topexplorer.engine.sellerchoices import last_seller

    nick = last_seller(bench.vault, bench.seller_choices, environment)
    if problem := bench.seller_choices.problem:
        bench._note(problem)
    return nick


@asynccontextmanager
async def _sandbox_pages(bench: Workbench) -> AsyncIterator[str]:
    """The embedded gateway's OAuth pages, where a browser finds them."""
    loopback = await asyncio.to_thread(import_module, "topexplorer.sandbox.loopback")
    async with loopback.oauth_pages(bench.sandbox) as root:
        yield root


def _seeded_tokens(accounts: Accounts, app_key: str) -> Iterator[SellerToken]:
    """The sessions that never end, of every seller and clerk of the sandbox's shops, as a client holds them."""
    from topexplorer.engine.storedkeys import SellerToken

    for grant in accounts.grants:
        if grant.app_key == app_key and grant.expires_at is None and not (grant.ends or grant.revoked):
            nick = grant.staff.nick if grant.staff else grant.seller
            yield SellerToken(grant.session, nick, expires={"session": FOREVER}, app_key=app_key)


def assemble(
    *,
    paths: Paths | None = None,
    clock: Callable[[], datetime] = utc_now,
    environ: Mapping[str, str] | None = None,
    specs: Sequence[Path] = (),
    bundled: bool = True,
    cwd: Path | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    new_id: Callable[[], str] = random_id,
    environment: str | None = None,
    ask_passphrase: Ask | None = None,
    keyring: KeyringStore | None = None,
) -> Workbench:
    """A Workbench. `specs` are folders beside the bundled one and the user's; `transport` replaces the network.

    Nothing is read yet: parts are built when first used.
    """
    paths = paths or Paths.standard()
    user = paths.data / "specs"
    folders = (*((bundled_folder(),) if bundled else ()), *specs, *((user,) if user.is_dir() else ()))
    return Workbench(
        paths=paths,
        clock=clock,
        environ=os.environ if environ is None else environ,
        new_id=new_id,
        folders=folders,
        cwd=cwd or Path.cwd(),
        transport=transport,
        chosen=environment,
        ask_passphrase=ask_passphrase,
        keyring=keyring,
    )


__all__ = ["TopExplorerError", "Workbench", "assemble", "typed_path"]
