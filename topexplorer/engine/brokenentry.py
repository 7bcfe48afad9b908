"""An entry of config.toml that cannot be used, as far as it can be read: what a person corrects in a form.

Its texts are those that `settingtexts` takes, so that writing them back mends what only was of the wrong type. What
should never have been in the file is not among them: a secret is stars.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from topexplorer.core.language import Message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import Platform
from topexplorer.core.taint import MASK
from topexplorer.engine.configfile import READERS, secrets_in
from topexplorer.engine.environments import Environment, Environments, built_in
from topexplorer.engine.proxylogin import masked
from topexplorer.engine.settingtexts import NO_LIMIT, SETTINGS
from topexplorer.engine.tomlfile import parse_toml, read_text

LONGEST_NUMBER = 4096
"""In bits. Python writes no number of many more digits in decimal."""


@dataclass(frozen=True, slots=True)
class BrokenEntry:
    """What an entry says, and what is wrong with it."""

    environment: Environment
    """What it would be with nothing stated. The kind is the one it names, where that is one."""
    texts: Mapping[str, str]
    """What it states, by setting, unknown ones too; empty where nothing can be made of it."""
    faults: Mapping[str, Message]
    """Why each setting cannot be used; by the empty name what is wrong with the entry as a whole."""


def broken_entry(environments: Environments, config_file: Path, platform: Platform, name: str) -> BrokenEntry:
    """The entry, which is one of `environments.broken`, as the file has it now. Raises ConfigError."""
    try:
        document = parse_toml(config_file, read_text(config_file))
    except FileNotFoundError:
        document = {}
    tables = document.get("environments")
    table = tables.get(name) if isinstance(tables, dict) else None
    table = table if isinstance(table, dict) else {}
    standard = built_in(platform)
    kind = standard[name].kind if name in standard else table.get("kind")
    base = standard[kind] if isinstance(kind, str) and kind in standard else standard["dev"]
    return BrokenEntry(
        replace(base, name=name, stated=frozenset(set(table) & set(SETTINGS))),
        {key: _text(key, value) for key, value in table.items()},
        dict(_faults(environments.problems, name, table)),
    )


def stated_in(environments: Environments, config_file: Path, platform: Platform, name: str) -> frozenset[str]:
    """The names that stand in an entry that cannot be used, to be taken out whatever they are; else none."""
    if name not in environments.broken:
        return frozenset()
    return frozenset(broken_entry(environments, config_file, platform, name).texts)


def _faults(problems: tuple[Message, ...], name: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    """The first of each setting comes last, so that a mapping keeps it."""
    whole = f"environments.{name}"
    for problem in reversed(problems):
        where, reason = problem.values.get("where"), problem.values.get("reason")
        if not isinstance(where, str) or not isinstance(reason, Message):
            continue
        if where == whole:
            yield ("kind" if reason.key == "config.no_kind" else ""), reason
        elif where.startswith(f"{whole}."):
            path = where.removeprefix(f"{whole}.")
            yield next((key for key in table if path == key or path.startswith((f"{key}.", f"{key}["))), ""), reason


def _text(name: str, value: Any) -> str:
    """The value as a person types it, whatever its type is."""
    if any(secrets_in(name, value)):
        return masked(value) if name in READERS else MASK
    if name == "secret_cmd" and isinstance(value, list):
        return shlex.join(map(str, value))
    if isinstance(value, dict):
        return " ".join(f"{rate}:{_text('', limits) or NO_LIMIT}".replace(", ", ",") for rate, limits in value.items())
    if isinstance(value, list):
        return ", ".join(_text("", part) for part in value)
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER:
        return hex(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
