"""VERBS: every headless command and the module that does it. Adding one is a row and a `Verb` in that module.

Only the module of the verb that was asked for is imported. A verb's one-line summary is the message `verb.<name>`.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from topexplorer.assemble import Workbench
    from topexplorer.cli.arguments import Arguments
    from topexplorer.cli.output import Console

VERBS: Mapping[str, str] = {
    "list": "apis",
    "show": "apis",
    "call": "calls",
    "sign": "signs",
    "env list": "environments",
    "env show": "environments",
    "env use": "environments",
    "env add": "environmentchanges",
    "env edit": "environmentchanges",
    "env remove": "environmentchanges",
    "keys set": "keys",
    "keys where": "keys",
    "keys rotate": "keys",
    "keys back": "keys",
    "keys forget": "keys",
    "keys lock": "keys",
    "keys export-encrypted": "keyfiles",
    "keys import": "keyfiles",
    "login": "sellers",
    "logout": "sellers",
    "sellers list": "sellers",
    "sellers use": "sellers",
    "sellers refresh": "sellers",
    "profile list": "profiles",
    "profile show": "profiles",
    "profile save": "profiles",
    "profile run": "profiles",
    "profile delete": "profiles",
    "history list": "history",
    "history show": "history",
    "history run": "history",
    "history diff": "historydiff",
    "history save": "history",
    "history forget": "history",
    "import": "imports",
    "catalog sync": "sync",
    "catalog check": "catalogs",
    "catalog diff": "catalogs",
    "quota": "meters",
    "explain": "explain",
    "doctor": "doctor",
    "sandbox serve": "serve",
}


class Verb(NamedTuple):
    """What a command takes and what it does; `run` gives the exit code."""

    declare: Callable[[Arguments], None]
    run: Callable[[Workbench, Console, Namespace], int]


def find(name: str) -> Verb:
    """The verb of that name in VERBS."""
    verbs: Mapping[str, Verb] = import_module(f"topexplorer.cli.{VERBS[name]}").VERBS
    return verbs[name]


def named(words: list[str]) -> tuple[str | None, list[str]]:
    """The verb that begins `words`, of one or two words, and what follows it; None when there is no such verb."""
    for count in (2, 1):
        name = " ".join(words[:count])
        if len(words) >= count and name in VERBS:
            return name, words[count:]
    return None, words
