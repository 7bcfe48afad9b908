"""Writes environments into config.toml: what a person wrote there, comments and order included, stays as it is.

Each change reads the file anew under the folder's lock, so that nothing of a second process is lost, and is checked as
a whole before it is written. What cannot be written exactly is refused, and the file stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from topexplorer.core.errors import ConfigError, UsageError
from topexplorer.core.language import message
from topexplorer.core.spec import Platform
from topexplorer.core.text import clean_line
from topexplorer.core.typedwords import said_back
from topexplorer.engine.configfile import NAME
from topexplorer.engine.environments import STANDARD, Environment, Environments
from topexplorer.engine.exposure import require_own
from topexplorer.engine.settings import locked, private_folder, storage_error, write_atomic
from topexplorer.engine.settingtexts import Value
from topexplorer.engine.tomlfile import broken, parse_toml, read_text
from topexplorer.engine.vaultfile import Backend, StoreKind

if TYPE_CHECKING:
    from topexplorer.engine.vault import Vault

ROOT = "environments"
Tables = dict[str, Any]
"""What the file says of each environment."""
Settings = Mapping[str, Value | None]
"""TOML values by setting; None takes one out."""


class ConfigWriter:
    """Every method gives the environments as they are then. Raises UsageError for what may not be, ConfigError for a
    file that cannot be edited, StorageError for a disk that refuses."""

    def __init__(self, path: Path, platform: Platform, check: Callable[[Environments], None]) -> None:
        """`check` may raise for what the environments would be, before anything is written."""
        self._path = path
        self._platform = platform
        self._check = check

    def add(self, name: str, settings: Settings) -> Environments:
        """A new environment. One of that name must not be there."""
        if not re.fullmatch(NAME, name):
            raise UsageError(message("env.bad_name"))
        if name in STANDARD:
            raise UsageError(message("env.built_in", name=name), message("env.built_in.hint", name=name))

        def change(tables: Tables) -> None:
            if name in tables:
                raise UsageError(message("env.there_already", name=name), message("env.built_in.hint", name=name))
            tables[name] = {}
            _fill([tables[name]], settings)

        return self._changed(name, settings, change)

    def edit(self, name: str, settings: Settings) -> Environments:
        """Other settings for an environment; a built-in one gets its first."""

        def change(tables: Tables) -> None:
            if name not in tables and name not in STANDARD:
                raise self._none_such(name, tables)
            if not isinstance(tables.get(name), dict):
                tables[name] = {}
            _fill([tables[name]], settings)

        return self._changed(name, settings, change)

    def remove(self, name: str) -> Environments:
        """Takes an environment out. A built-in one cannot be."""
        if name in STANDARD:
            raise UsageError(message("env.not_removable", name=name), message("env.not_removable.hint", name=name))

        def change(tables: Tables) -> None:
            if name not in tables:
                raise self._none_such(name, tables)
            del tables[name]

        return self._changed(name, None, change)

    def _none_such(self, name: str, tables: Tables) -> UsageError:
        known = (*STANDARD, *(clean_line(other) for other in tables if other not in STANDARD))
        return UsageError(message("env.none_such", name=said_back(name), known=known))

    def _changed(self, name: str, settings: Settings | None, change: Callable[[Tables], None]) -> Environments:
        """`change` makes the change in what the file says; `settings`, None to remove all, are put into its text."""
        folder = self._path.parent
        try:
            private_folder(folder)
            with locked(folder):
                require_own(self._path)
                old = self._text()
                new = self._edited(old, name, settings, change)
                environments = Environments.parse(self._path, new, self._platform)
                self._require_sound(name, environments, old)
                self._check(environments)
                if new != old:
                    write_atomic(self._path, new.encode())
        except OSError as error:
            raise storage_error(error, self._path) from error
        return environments

    def _require_sound(self, name: str, environments: Environments, old: str) -> None:
        """Raises UsageError when the environment could not be used, or another no longer because of it."""
        before = Environments.parse(self._path, old, self._platform).broken
        for other, problem in environments.broken.items():
            if other == name or other not in before:
                where = str(problem.values["where"]).removeprefix(f"{ROOT}.")
                raise UsageError(message("env.bad_setting", name=where, reason=problem.values["reason"]))

    def _text(self) -> str:
        try:
            return read_text(self._path)
        except FileNotFoundError:
            return ""

    def _edited(self, old: str, name: str, settings: Settings | None, change: Callable[[Tables], None]) -> str:
        """The text with the change in it. What it says then has to be what it said before, so changed: only so is it
        sure that nothing else was touched."""
        wanted = parse_toml(self._path, old)
        if not isinstance(wanted.setdefault(ROOT, {}), dict):
            raise ConfigError(broken(self._path, ROOT, message("config.not_table")))
        there = name in wanted[ROOT]
        change(wanted[ROOT])
        for edit in (_in_place,) if there else (_at_the_end, _in_place):
            try:
                text = edit(old, name, settings)
                said = parse_toml(self._path, text)
            except (ConfigError, ValueError, TypeError, AttributeError, LookupError):
                continue
            if said | {ROOT: said.get(ROOT, {})} == wanted:
                return text
        raise ConfigError(broken(self._path, None, message("env.not_editable")))


def _at_the_end(old: str, name: str, settings: Settings | None) -> str:
    """The text with a table of its own for the environment behind all else."""
    import tomlkit

    document, table = tomlkit.document(), tomlkit.table()
    _fill([table], settings or {})
    document[ROOT] = tomlkit.table(is_super_table=True).append(name, table)
    break_ = "\r\n" if "\r\n" in old else "\n"
    gap = "" if not old.strip() else break_ * (2 - old.endswith("\n"))
    return old + gap + document.as_string().replace("\n", break_)


def _in_place(old: str, name: str, settings: Settings | None) -> str:
    """The text with the environment's own lines changed. Its table may be in several parts, with others between."""
    import tomlkit

    document: Any = tomlkit.parse(old)
    if ROOT not in document:
        document[ROOT] = tomlkit.table(is_super_table=True)
    roots = [item for key, item in document.body if key is not None and key.key == ROOT]
    if settings is None:
        for root in roots:
            root.pop(name, None)
        return str(document.as_string())
    holders = [root for root in roots if name in root]
    for root in holders or roots[-1:]:
        if not hasattr(root.get(name), "items"):
            root[name] = tomlkit.inline_table()
    parts = [root[name] for root in holders or roots[-1:]]
    _fill(parts, settings)
    text = str(document.as_string())
    is_crlf = "\r\n" in old and not re.search(r"(?<!\r)\n", old)
    return re.sub(r"(?<!\r)\n", "\r\n", text) if is_crlf else text


def _fill(parts: Sequence[Any], settings: Settings) -> None:
    """Puts the settings into a table, or takes them out; a new one goes into the part with the most in it. Of limits
    that are a table, each line by itself."""
    for key, value in settings.items():
        holders = [part for part in parts if key in part]
        held: Any = holders[0][key] if holders else None
        if value is None:
            for part in holders:
                del part[key]
        elif isinstance(value, dict) and hasattr(held, "items"):
            for rate in [rate for rate in held if rate not in value]:
                del held[rate]
            for rate, texts in value.items():
                if held.get(rate) != texts:
                    held[rate] = texts
        elif held != value or isinstance(held, bool) != isinstance(value, bool):
            own = holders[0] if holders else max(parts, key=len)
            own[key] = value


def require_reachable(before: Environments, environments: Environments, vault: Vault) -> None:
    """Raises UsageError when a vault holds keys of an environment that could not find them there any more, because its
    kind or its vault is another now: nobody could use, see or delete them."""
    for name, environment in environments.items():
        old = before.get(name)
        if old and (old.kind, old.vault) == (environment.kind, environment.vault):
            continue
        for kind, backend in product(get_args(StoreKind), get_args(Backend)):
            if kind == environment.kind and environment.vault in (None, backend):
                continue
            other = replace(environment, kind=kind, vault=backend)
            store = room.find(other) if (room := vault.room_with(other)) else None
            if store:
                facts = {"name": name, "kind": kind, "file": clean_line(str(store.path))}
                hint = "env.stranded.hint" if old else "env.stranded.hint.new"
                raise UsageError(message("env.stranded", **facts), message(hint, **facts))


def require_apart(before: Environments, environments: Environments, vault: Vault) -> None:
    """Raises UsageError when a change makes the file name an app for dev whose keys are those of a prod environment, or
    the other way round: a slip there would send prod's secret from dev."""

    def is_other(environment: Environment) -> bool:
        old = before.get(environment.name)
        return old is None or (old.kind, old.app_key) != (environment.kind, environment.app_key)

    for environment in environments.values():
        for other in environments.values() if environment.app_key else ():
            apart = {environment.kind, other.kind} == {"dev", "prod"} and (is_other(environment) or is_other(other))
            if apart and vault.status(other).app_key == environment.app_key:
                reason = message("config.app_of_other", other=other.name, kind=other.kind)
                raise UsageError(message("env.bad_setting", name=f"{environment.name}.app_key", reason=reason))
