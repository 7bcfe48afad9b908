"""`env`: which environments there are, what each is set to, and which one is used next time."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core.errors import UsageError
from topexplorer.core.language import Language, message
from topexplorer.core.manual import limit_text
from topexplorer.engine.environments import Environment


def declare_list(arguments: Arguments) -> None:
    arguments.switch("--json", key="cli.help.json")


def declare_show(arguments: Arguments) -> None:
    arguments.positional("name", "cli.help.environment", nargs="?")
    arguments.switch("--json", key="cli.help.json")


def declare_use(arguments: Arguments) -> None:
    arguments.positional("name", "cli.help.environment")


def list_environments(bench: Workbench, console: Console, options: Namespace) -> int:
    """Lists the environments, the active one marked with `*`."""
    active, say = bench.start_environment, console.say
    if options.json:
        console.json([_data(bench, environment) for environment in bench.environments.values()])
        return output.OK
    rows = []
    for environment in bench.environments.values():
        mark = "*" if environment.name == active.name else " "
        kind = say(f"cli.env.kind.{environment.kind}")
        rows.append((f"{mark} {environment.name}", kind, _keys(bench, environment, say), environment.gateway))
    console.lines(columns(rows))
    return output.OK


def show(bench: Workbench, console: Console, options: Namespace) -> int:
    """Prints every setting of one environment, and which keys it has."""
    environment = bench.environments.get_or_raise(options.name) if options.name else bench.start_environment
    say = console.say
    if options.json:
        console.json(_data(bench, environment))
        return output.OK
    rows = [(say(f"cli.env.row.{name}"), text) for name, text in _settings(bench, environment, say)]
    console.lines(columns(rows))
    return output.OK


def use(bench: Workbench, console: Console, options: Namespace) -> int:
    """Remembers the environment for the next time. Production is never remembered: it is named on every call."""
    environment = bench.environments.get_or_raise(options.name)
    if environment.kind == "prod":
        raise UsageError(
            message("cli.env.prod_not_kept", name=environment.name),
            message("cli.env.prod_not_kept.hint", name=environment.name),
        )
    before = len(bench.problems)
    bench.remember(environment=environment.name)
    if len(bench.problems) > before:
        return output.STORAGE
    console.narrate([console.say("cli.env.used", name=environment.name, gateway=environment.gateway)])
    return output.OK


def _keys(bench: Workbench, environment: Environment, say: Language) -> str:
    status = bench.vault.status(environment)
    if not status.ready:
        return say("cli.env.keys.none")
    if status.app_key is None:
        return say("cli.env.keys.pending")
    return say("cli.env.keys.session" if status.has_session else "cli.env.keys.no_session", app_key=status.app_key)


def _settings(bench: Workbench, environment: Environment, say: Language) -> Iterator[tuple[str, str]]:
    yield "name", environment.name
    yield "kind", f"{say(f'cli.env.kind.{environment.kind}')} · {say(f'cli.env.about.{environment.kind}')}"
    yield "gateway", environment.gateway
    yield "keys", _keys(bench, environment, say)
    yield "source", say.render(bench.vault.status(environment).source)
    yield "sign_method", environment.sign_method
    yield "timestamp", say(f"cli.env.timestamp.{environment.timestamp}")
    yield "over_limit", say(f"cli.env.over_limit.{environment.over_limit}", seconds=f"{environment.max_wait_seconds:g}")
    yield "timeout", say("cli.env.seconds", seconds=f"{environment.timeout_seconds:g}")
    for name, limits in environment.limits.items():
        texts = [limit_text(limit, say) for limit in limits]
        yield "limits", f"{name}: {say.render(texts) or say('cli.env.no_limit')}"
    yield "config", str(bench.paths.config_file)


def _data(bench: Workbench, environment: Environment) -> dict[str, object]:
    status = bench.vault.status(environment)
    return {
        "name": environment.name,
        "active": environment.name == bench.start_environment.name,
        "kind": environment.kind,
        "gateway": environment.gateway,
        "app_key": status.app_key,
        "has_secret": status.has_secret,
        "has_session": status.has_session,
        "sign_method": environment.sign_method,
        "timestamp": environment.timestamp,
        "over_limit": environment.over_limit,
        "max_wait_seconds": environment.max_wait_seconds,
        "timeout_seconds": environment.timeout_seconds,
    }


VERBS = {
    "env list": Verb(declare_list, list_environments),
    "env show": Verb(declare_show, show),
    "env use": Verb(declare_use, use),
}
