"""`env`: which environments there are, what each is set to and by whom, and which one is used next time."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core.errors import UsageError
from topexplorer.core.language import Language, Message, message
from topexplorer.core.manual import limit_text
from topexplorer.core.text import clean_line
from topexplorer.engine.environments import SANDBOX_URL, Environment, KeyName

if TYPE_CHECKING:
    from topexplorer.engine.keysources import Origin

Row = tuple[str, str, str]
"""A setting's name for people, what it is set to, and where that comes from."""


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
        console.json([data(bench, environment) for environment in bench.environments.values()])
        return output.OK
    rows, broken = [], bench.environments.broken
    for environment in bench.environments.values():
        if environment.name in broken:
            continue
        mark = "*" if environment.name == active.name else " "
        kind = say(f"cli.env.kind.{environment.kind}")
        if environment.read_only:
            kind = f"{kind} · {say('env.mark.read_only')}"
        rows.append((f"{mark} {environment.name}", kind, _keys(bench, environment, say), environment.gateway))
    rows += ((f"! {clean_line(name)}", say("env.panel.broken"), "", "") for name in broken)
    console.lines(columns(rows))
    return output.OK


def show(bench: Workbench, console: Console, options: Namespace) -> int:
    """Prints every setting of one environment with its source, and which keys it has."""
    environment = bench.environments.get_or_raise(options.name) if options.name else bench.start_environment
    say = console.say
    if options.json:
        console.json(data(bench, environment))
        return output.OK
    rows = [*_settings(bench, environment, say), *_keys_rows(bench, environment, say)]
    rows.append((say("cli.env.row.config"), str(bench.paths.config_file), ""))
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


def _settings(bench: Workbench, environment: Environment, say: Language) -> Iterator[Row]:
    from topexplorer.engine.settingtexts import SETTINGS, setting_text

    platform = bench.catalog.platform
    yield say("cli.env.row.name"), environment.name, ""
    for name in SETTINGS:
        text = setting_text(environment, name, platform)
        if name == "kind":
            is_served = environment.kind == "sandbox" and environment.gateway != SANDBOX_URL
            about = say("cli.env.about.served" if is_served else f"cli.env.about.{environment.kind}")
            yield _row(environment, name, f"{say(f'cli.env.kind.{environment.kind}')} · {about}", say)
        elif name == "gateway":
            preset = f" ({text})" if text != environment.gateway else ""
            yield _row(environment, name, environment.gateway + preset, say)
        elif name == "timestamp":
            yield _row(environment, name, say(f"cli.env.timestamp.{environment.timestamp}"), say)
        elif name == "over_limit":
            how = say(f"cli.env.over_limit.{environment.over_limit}", seconds=f"{environment.max_wait_seconds:g}")
            yield _row(environment, name, how, say)
        elif name == "timeout_seconds":
            yield _row(environment, name, say("cli.env.seconds", seconds=text), say)
        elif name == "proxy":
            yield _proxy(bench, environment, say)
        elif name == "limits":
            for rate, limits in environment.limits.items():
                texts = [limit_text(limit, say) for limit in limits]
                yield _row(environment, name, f"{rate}: {say.render(texts) or say('cli.env.no_limit')}", say)
        elif name == "idle_minutes" and environment.kind == "prod":
            yield _row(environment, name, say("env.minutes", minutes=text), say)
        elif name == "history_days":
            key = "env.days" if environment.history_days else "env.no_history"
            yield _row(environment, name, say(key, days=text), say)
        elif name == "read_only":
            yield _row(environment, name, say(f"env.read_only.{text}"), say)
        elif text and name not in ("max_wait_seconds", "idle_minutes", "app_key"):
            yield _row(environment, name, text, say)


def _row(environment: Environment, name: str, text: str, say: Language) -> Row:
    source = "file" if name in environment.stated else "built_in"
    return say(f"env.setting.{name}"), text, say(f"env.source.{source}")


def _proxy(bench: Workbench, environment: Environment, say: Language) -> Row:
    from topexplorer.engine.route import route

    found = route(environment, bench.environ)
    source = say(f"env.source.{found.origin.replace('-', '_')}", variable=found.variable)
    return say("env.setting.proxy"), found.shown or say("env.no_proxy"), source


def _keys_rows(bench: Workbench, environment: Environment, say: Language) -> Iterator[Row]:
    """Each key: an app key itself, of the others only whether there is one; and where it comes from."""
    from topexplorer.engine.keysources import KEY_NAMES

    status = bench.vault.status(environment)
    for key in KEY_NAMES:
        origin = status.origins.get(key)
        is_unknown = origin == "command" and status.pending
        text = say("env.key.unknown" if is_unknown else "env.key.there" if origin else "env.key.missing")
        if key == "APP_KEY" and status.app_key:
            text = status.app_key
        yield say(f"env.key.{key.lower()}"), text, say.render(key_source(environment, key, origin, status.pending))
    if status.previous:
        yield say("keys.previous"), say("env.key.there"), say("keys.previous.until")


def key_source(environment: Environment, key: KeyName, origin: Origin | None, pending: bool) -> Message:
    """Where a key comes from; of a missing one, the variable that it could be in. `pending`: the command never ran."""
    variable = environment.variable(key)
    if origin is None:
        return message("env.key.nowhere", variable=variable, environment=environment.name)
    program = clean_line(environment.secret_cmd[0]) if environment.secret_cmd else ""
    source = "command.pending" if origin == "command" and pending else origin
    return message(f"keys.from.{source}", variables=variable, program=program)


def data(bench: Workbench, environment: Environment) -> dict[str, object]:
    """The environment as JSON, never a secret. `sources` says where each setting and each key comes from."""
    from topexplorer.engine.keysources import KEY_NAMES
    from topexplorer.engine.route import route
    from topexplorer.engine.settingtexts import SETTINGS, setting_text

    status, way = bench.vault.status(environment), route(environment, bench.environ)
    sources: dict[str, str | None] = {
        name: "file" if name in environment.stated else "built-in" for name in SETTINGS if name != "app_key"
    }
    sources |= {"proxy": f"variable {way.variable}" if way.variable else way.origin}
    sources |= {key.lower(): status.origins.get(key) for key in KEY_NAMES}
    return {
        "name": environment.name,
        "active": environment.name == bench.start_environment.name,
        "kind": environment.kind,
        "gateway": environment.gateway,
        "app_key": status.app_key,
        "has_secret": status.has_secret,
        "has_session": status.has_session,
        "has_previous_secret": status.previous,
        "seller": environment.seller or None,
        "read_only": environment.read_only,
        "allow": list(environment.allow),
        "deny": list(environment.deny),
        "sign_method": environment.sign_method,
        "timestamp": environment.timestamp,
        "over_limit": environment.over_limit,
        "max_wait_seconds": environment.max_wait_seconds,
        "timeout_seconds": environment.timeout_seconds,
        "limits": setting_text(environment, "limits", bench.catalog.platform) or None,
        "proxy": way.shown or None,
        "ca_bundle": environment.ca_bundle or None,
        "vault": environment.vault,
        "secret_cmd": list(environment.secret_cmd),
        "idle_minutes": environment.idle_minutes if environment.kind == "prod" else None,
        "history_days": environment.history_days,
        "sources": sources,
    }


VERBS = {
    "env list": Verb(declare_list, list_environments),
    "env show": Verb(declare_show, show),
    "env use": Verb(declare_use, use),
}
