"""`env add`, `env edit`, `env remove`: environments in config.toml, written so that what a person wrote there stays."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.environments import data
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core.errors import ConfigError, UsageError
from topexplorer.core.language import Message, message
from topexplorer.core.text import clean_line
from topexplorer.core.typedwords import said_back
from topexplorer.engine.environments import STANDARD, Environment


def declare_add(arguments: Arguments) -> None:
    arguments.positional("name", "env.help.new_name")
    _declare_settings(arguments)


def declare_edit(arguments: Arguments) -> None:
    arguments.positional("name", "cli.help.environment")
    _declare_settings(arguments)


def declare_remove(arguments: Arguments) -> None:
    arguments.positional("name", "cli.help.environment")
    arguments.option("--confirm", "NAME", "env.help.confirm")
    arguments.switch("--json", key="cli.help.json")


def _declare_settings(arguments: Arguments) -> None:
    arguments.positional("settings", "env.help.settings", nargs="*", default=[])
    arguments.switch("--json", key="cli.help.json")


def add(bench: Workbench, console: Console, options: Namespace) -> int:
    """Adds an environment, whose kind has to be said."""
    return _write(bench, console, options, _texts(options.settings), "env.added")


def edit(bench: Workbench, console: Console, options: Namespace) -> int:
    """Changes settings; an empty one goes back to what is built in."""
    texts = _texts(options.settings)
    if not texts:
        raise UsageError(message("env.nothing_to_change"), message("env.help.settings"))
    return _write(bench, console, options, texts, "env.edited")


def remove(bench: Workbench, console: Console, options: Namespace) -> int:
    """Takes an environment out of config.toml. Asks where the vault holds keys of it, which stay there."""
    name: str = options.name
    environment = bench.environments.get(name)
    if environment and name not in STANDARD and (what := _kept(bench, environment)):
        confirmed = options.confirm
        if confirmed is None and options.prompts.has_terminal:
            confirmed = options.prompts.text(console.say("env.ask.remove", name=name, what=what))
        if confirmed != name:
            told = message("env.remove_keys", name=name, what=what)
            raise UsageError(told, message("env.remove_keys.hint", name=name))
    bench.configure(lambda writer: writer.remove(name))
    if options.json:
        console.json({"removed": name})
    console.narrate([console.say("env.removed", name=clean_line(name))])
    return output.OK


def _kept(bench: Workbench, environment: Environment) -> Message | None:
    """That a vault holds keys of the environment, or may hold some: of one that cannot be used nobody knows."""
    room = bench.vault.room
    if room.contents(environment):
        return message("env.has_keys", name=environment.name)
    try:
        room.require_sound(environment)
    except ConfigError as error:
        return message("env.may_have_keys", name=environment.name, reason=error.message)
    return None


def _write(bench: Workbench, console: Console, options: Namespace, texts: dict[str, str], done: str) -> int:
    from topexplorer.engine.brokenentry import stated_in
    from topexplorer.engine.settingtexts import read_settings

    name: str = options.name
    platform = bench.catalog.platform
    removable = stated_in(bench.environments, bench.paths.config_file, platform, name)
    settings = read_settings(texts, platform, removable)
    if done == "env.added" and not settings.get("kind"):
        raise UsageError(message("env.no_kind"))
    bench.configure(lambda writer: (writer.add if done == "env.added" else writer.edit)(name, settings))
    if options.json:
        console.json(data(bench, bench.environments[name]))
    console.narrate([console.say(done, name=name, path=str(bench.paths.config_file))])
    return output.OK


def _texts(words: Iterable[str]) -> dict[str, str]:
    """`name=value` words. Raises UsageError for others without repeating them: one may be a secret."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name:
            raise UsageError(message("env.not_a_setting"), message("env.help.settings"))
        if name in found:
            raise UsageError(message("cli.usage.twice", name=said_back(name)))
        found[name] = text
    return found


VERBS = {
    "env add": Verb(declare_add, add),
    "env edit": Verb(declare_edit, edit),
    "env remove": Verb(declare_remove, remove),
}
