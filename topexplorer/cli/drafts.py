"""From `name=value` words to a RequestDraft, and what is wrong with a draft to stderr."""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from topexplorer.cli.arguments import Arguments, one_of
from topexplorer.core.call import RequestDraft
from topexplorer.core.catalog import Catalog
from topexplorer.core.errors import UsageError
from topexplorer.core.language import Message, message
from topexplorer.core.signing import SCHEMES
from topexplorer.core.text import clean_line
from topexplorer.core.typedwords import said_back

if TYPE_CHECKING:
    from topexplorer.assemble import Workbench
    from topexplorer.cli.output import Console
    from topexplorer.core.values import Problem
    from topexplorer.engine.engine import Engine

METHOD = r"[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+"
STDIN = "-"
_OPTIONS = {"method": "METHOD", "format": "--format", "sign_method": "--sign-method", "simplify": "--simplify"}
_KEYS = ("app_key", "session")


def declare_draft(arguments: Arguments) -> None:
    """What every verb that makes a request takes."""
    arguments.positional("pairs", "cli.help.pairs", nargs="*", default=[])
    arguments.option("--file", "NAME=PATH", "cli.help.file", action="append", default=[])
    arguments.option("--format", "json|xml", "cli.help.format", type=one_of("--format", ("json", "xml")))
    arguments.switch("--simplify", key="cli.help.simplify")
    arguments.option("--sign-method", "METHOD", "cli.help.sign_method", type=one_of("--sign-method", tuple(SCHEMES)))


def engine_for(bench: Workbench, name: str | None, seller: str | None = None) -> Engine:
    """The engine, in the environment of that name and with that seller's session, where they are named.

    Raises UnknownEnvironment or ConfigError; that there is no such seller, a call will say.
    """
    if name:
        bench.engine.use(name)
    if seller is not None:
        bench.engine.use_seller(seller)
    return bench.engine


def unless_prod(bench: Workbench, name: str | None, what: str) -> str | None:
    """The environment that a saved request names, unless that is production, where nobody goes without saying so.

    Raises UsageError, in which `what` is the request.
    """
    environment = bench.environments.get(name or "")
    if environment is not None and environment.kind == "prod":
        raise only_explicitly(environment.name, what)
    return name


def only_explicitly(environment: str, what: str) -> UsageError:
    """Says that a saved request goes to production only when the command says so."""
    name = clean_line(environment)
    told = message("cli.usage.prod", what=clean_line(what), environment=name)
    return UsageError(told, message("cli.usage.prod.hint", environment=name))


def known_method(catalog: Catalog, typed: str) -> str:
    """The method meant: as typed, or with `taobao.` in front when only that is in the catalog. Raises UsageError."""
    if typed not in catalog and f"taobao.{typed}" in catalog:
        return f"taobao.{typed}"
    if typed not in catalog and not re.fullmatch(METHOD, typed):
        raise UsageError(message("cli.usage.not_a_method", text=said_back(typed)), message("cli.usage.list_apis"))
    return typed


def unlisted(catalog: Catalog, method: str) -> Message:
    """Says that the catalog does not know `method`, and which of its names was probably meant."""
    from difflib import get_close_matches

    if near := get_close_matches(method, list(catalog), 3, 0.75):
        return message("cli.usage.unlisted_near", method=method, near=tuple(near))
    return message("cli.usage.unlisted", method=method)


def draft_from(bench: Workbench, options: Namespace, start: RequestDraft) -> RequestDraft:
    """`start` with what the command line says on top. Raises UsageError."""
    spec = bench.catalog.spec(start.api)
    typed, paths = pairs(options.pairs), pairs(options.file)
    _refuse_system_names({**typed, **paths}, bench)
    file_names = {param.name for param in spec.params if param.type == "file"}
    files = {name: text for name, text in typed.items() if name in file_names} | paths
    values = {name: text for name, text in typed.items() if name not in files}
    return replace(
        start,
        values={**start.values, **_with_stdin(values)},
        files={**start.files, **files},
        off=start.off - values.keys() - files.keys(),
        format=options.format or start.format,
        simplify=options.simplify or start.simplify,
        sign_method=options.sign_method or start.sign_method,
    )


def pairs(words: Iterable[str]) -> dict[str, str]:
    """`name=value` words as a mapping. Raises UsageError for anything else, and for a name that stands twice."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name:
            raise UsageError(message("cli.usage.not_a_pair", text=said_back(word)), message("cli.usage.pair"))
        if name in found:
            raise UsageError(message("cli.usage.twice", name=said_back(name)))
        found[name] = text
    return found


def _refuse_system_names(typed: Mapping[str, str], bench: Workbench) -> None:
    """A parameter of the gateway itself is an option or comes with the environment; a session typed here would stay
    in the shell's history."""
    system = {param.name for param in bench.catalog.platform.system_params}
    for name in typed:
        if name in _OPTIONS:
            raise UsageError(message("cli.usage.system_option", name=name, option=_OPTIONS[name]))
        if name in _KEYS:
            raise UsageError(message("cli.usage.system_key", name=name))
        if name in system:
            raise UsageError(message("cli.usage.system_param", name=name))


def _with_stdin(values: dict[str, str]) -> dict[str, str]:
    waiting = [name for name, text in values.items() if text == STDIN]
    if len(waiting) > 1:
        raise UsageError(message("cli.usage.stdin_twice", names=tuple(waiting)))
    for name in waiting:
        try:
            values[name] = sys.stdin.buffer.read().decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise UsageError(message("cli.usage.stdin_not_utf8", name=name)) from None
    return values


def say_problems(console: Console, problems: Iterable[Problem]) -> None:
    """Each problem with its place, the places in one column."""
    from topexplorer.cli.layout import columns

    rows = [(problem.where, console.say.render(problem.what)) for problem in problems]
    console.tell(columns(rows, "  "))
