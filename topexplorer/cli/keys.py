"""`keys`: keeps keys in the vault, says where they are, and locks, rotates, puts back and forgets them.

No key is ever an argument, where it would stay in the shell's history and could be seen by every process. Whatever
stands where none belongs is taken for one: it is refused and not repeated.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import get_args

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments, one_of
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.cli.prompts import Prompts
from topexplorer.cli.verbs import Verb
from topexplorer.core.call import Secret
from topexplorer.core.errors import ConfigError, UnknownEnvironment, UsageError
from topexplorer.core.language import Language, Message, message
from topexplorer.core.text import clean_line
from topexplorer.core.typedwords import UNNAMED
from topexplorer.engine import secretcmd
from topexplorer.engine.environments import Environment, KeyName
from topexplorer.engine.keysources import KEY_NAMES, Texts, checked, of_command, overridden
from topexplorer.engine.storedkeys import SellerToken, StoredKeys
from topexplorer.engine.strongroom import strays
from topexplorer.engine.vaultfile import StoreKind
from topexplorer.engine.vaultstore import VaultStore

NAMES: dict[str, KeyName] = {name.lower(): name for name in KEY_NAMES}


def declare_set(arguments: Arguments) -> None:
    _declare_names(arguments)
    arguments.switch("--stdin", key="keys.help.stdin")


def declare_where(arguments: Arguments) -> None:
    arguments.keep_quiet(message("keys.argument"))
    arguments.positional("environment", "cli.help.environment", nargs="?")
    arguments.switch("--json", key="cli.help.json")


def declare_rotate(arguments: Arguments) -> None:
    arguments.keep_quiet(message("keys.argument"))
    arguments.positional("environment", "keys.help.rotate_env", nargs="?")


def declare_back(arguments: Arguments) -> None:
    arguments.keep_quiet(message("keys.argument"))
    arguments.positional("environment", "cli.help.environment")


def declare_forget(arguments: Arguments) -> None:
    _declare_names(arguments, nargs="?")
    arguments.option("--vault", "dev|prod", "keys.help.vault", type=one_of("--vault", get_args(StoreKind)))
    arguments.switch("--previous", key="keys.help.previous")
    arguments.option("--confirm", "ENV", "keys.help.confirm")


def declare_lock(arguments: Arguments) -> None:
    arguments.keep_quiet(message("keys.argument"))


def _declare_names(arguments: Arguments, **settings: str) -> None:
    arguments.keep_quiet(message("keys.argument"))
    arguments.positional("environment", "cli.help.environment", **settings)
    arguments.positional("name", "keys.help.name", nargs="?")
    arguments.option("--seller", "NICK", "keys.help.seller")


def set_keys(bench: Workbench, console: Console, options: Namespace) -> int:
    """Keeps keys that are typed or piped in."""
    environment = _environment(bench, options.environment)
    name = _name(options.name)
    if options.seller is not None and name not in (None, "session"):
        raise UsageError(message("keys.seller_without_session"))
    room = bench.vault.room
    room.store_for(environment)
    given = _piped(options.prompts, name) if options.stdin else _typed(options.prompts, console.say, environment, name)
    token = SellerToken(given["SESSION"], options.seller or "") if "SESSION" in given else None
    app_key = given["APP_KEY"].reveal() if "APP_KEY" in given else ""
    store = room.put(environment, app_key, given.get("APP_SECRET"), token)
    say = console.say
    told = [say("keys.kept", environment=environment.name, place=say.render(_place(store)))]
    if "APP_SECRET" in given and bench.vault.status(environment).previous:
        told.append(say("keys.previous.kept", environment=environment.name))
    console.narrate(told)
    status = bench.vault.status(environment)
    console.warn(*overridden(environment, status.origins, status.app_key, given))
    return output.OK


def where(bench: Workbench, console: Console, options: Namespace) -> int:
    """Says where every key comes from. Opens nothing."""
    stray = list(strays(bench.vault.room, bench.environments))
    every = [*bench.environments.values(), *stray]
    chosen = [_holder(bench, options.environment)] if options.environment else every
    if options.json:
        console.json([_data(bench, environment, environment not in stray) for environment in chosen])
        return output.OK
    console.lines(columns([row for environment in chosen for row in _rows(bench, environment, console.say)]))
    for environment in chosen:
        if environment in stray:
            console.warn(message("keys.stray", name=clean_line(environment.name), kind=environment.kind))
        elif environment.kind != "sandbox":
            _warn_of_broken_files(bench, console, environment)
    return output.OK


def rotate(bench: Workbench, console: Console, options: Namespace) -> int:
    """Locks the vaults anew: of one environment's kind, or all."""
    room = bench.vault.room
    stores = room.existing(kind_of(_environment(bench, options.environment)) if options.environment else None)
    if not stores:
        raise UsageError(message("keys.no_vault"))
    for store in stores:
        room.rotate(store)
        console.narrate([console.say("keys.rotated", place=console.say.render(_place(store)))])
    return output.OK


def back(bench: Workbench, console: Console, options: Namespace) -> int:
    """Puts the app secret back that was there before, in place of the new one."""
    environment = _environment(bench, options.environment)
    contents = bench.vault.room.contents(environment)
    if (contents and not contents.has_previous) or not bench.vault.room.change(environment, StoredKeys.back):
        raise UsageError(message("keys.no_previous", environment=environment.name))
    console.narrate([console.say("keys.back", environment=environment.name)])
    return output.OK


def forget(bench: Workbench, console: Console, options: Namespace) -> int:
    """Removes keys from the vault, after the environment's name was typed."""
    if options.vault is not None:
        return _forget_vault(bench, console, options)
    if options.environment is None:
        see_help = message("cli.usage.see_help", command="topexplorer keys forget")
        raise UsageError(message("cli.usage.required", names="ENVIRONMENT"), see_help)
    environment = _holder(bench, options.environment)
    name = _name(options.name)
    if options.previous and (name or options.seller is not None):
        raise UsageError(message("keys.previous_alone"))
    name = "previous" if options.previous else name
    if options.seller is not None and name != "session":
        raise UsageError(message("keys.seller_without_session"))
    if bench.vault.room.find(environment) is None:
        bench.vault.room.require_sound(environment)
        raise UsageError(message("keys.nothing_to_forget", environment=environment.name))
    prompts, say = options.prompts, console.say
    confirmed = options.confirm
    if confirmed is None and prompts.has_terminal:
        what = say("keys.previous") if options.previous else name or say("keys.all")
        confirmed = prompts.text(say("keys.ask.forget", what=what, environment=environment.name))
    if confirmed != environment.name:
        raise UsageError(message("keys.not_confirmed", environment=environment.name))
    if not bench.vault.room.forget(environment, name, options.seller):
        raise UsageError(message("keys.nothing_to_forget", environment=environment.name))
    console.narrate([say("keys.forgotten", environment=environment.name)])
    return output.OK


def lock(bench: Workbench, console: Console, options: Namespace) -> int:
    """Locks the vaults in every topexplorer that runs."""
    bench.vault.room.lock_everywhere()
    console.narrate([console.say("keys.locked")])
    return output.OK


def _environment(bench: Workbench, name: str) -> Environment:
    """The environment of that name. The name is not repeated: it may be a key in the wrong place."""
    try:
        return bench.environments.get_or_raise(name)
    except UnknownEnvironment:
        raise UsageError(message("keys.no_environment", known=tuple(bench.environments))) from None


def _holder(bench: Workbench, name: str) -> Environment:
    """Whose keys are meant: the environment's, or what the vaults hold under that name although there is none."""
    room, environment = bench.vault.room, bench.environments.get(name)
    if environment is None or room.find(environment) is None:
        stray = next((one for one in strays(room, bench.environments) if one.name == name), None)
        return stray or _environment(bench, name)
    return environment


def _forget_vault(bench: Workbench, console: Console, options: Namespace) -> int:
    """Deletes the vaults of a kind with all that is in them, opened or not, after the kind was typed."""
    kind, prompts, say = options.vault, options.prompts, console.say
    if options.environment is not None or options.previous or options.seller is not None:
        raise UsageError(message("keys.vault_alone"))
    stores = bench.vault.room.existing(kind)
    if not stores:
        raise UsageError(message("keys.no_vault"))
    confirmed = options.confirm
    if confirmed is None and prompts.has_terminal:
        names = tuple(clean_line(name) for store in stores for name in store.contents())
        files = tuple(clean_line(str(store.path)) for store in stores)
        confirmed = prompts.text(say("keys.ask.forget_vault", kind=kind, files=files, names=names or UNNAMED))
    if confirmed != kind:
        raise UsageError(message("keys.vault_not_confirmed", kind=kind))
    for store in stores:
        store.delete()
        console.narrate([say("keys.vault_forgotten", file=clean_line(str(store.path)))])
    return output.OK


def kind_of(environment: Environment) -> StoreKind:
    """Which vaults the environment belongs to. Raises UsageError for a sandbox, which has none."""
    if environment.kind == "sandbox":
        raise UsageError(message("vault.sandbox", environment=environment.name), message("vault.sandbox.hint"))
    return environment.kind


def _name(text: str | None) -> str | None:
    if text is not None and text not in NAMES:
        raise UsageError(message("keys.argument"))
    return text


def _typed(prompts: Prompts, say: Language, environment: Environment, name: str | None) -> Texts:
    """One key, or all three, typed at the terminal; an empty line leaves one as it is."""
    if not prompts.has_terminal:
        raise UsageError(message("keys.no_terminal"))
    texts: dict[KeyName, str] = {}
    for wanted in [name] if name else NAMES:
        question = say(f"keys.ask.{wanted}", environment=environment.name)
        typed = Secret(prompts.text(question)) if wanted == "app_key" else prompts.secret(question)
        texts[NAMES[wanted]] = typed.reveal().strip() if typed else ""
    return checked(texts)


def _piped(prompts: Prompts, name: str | None) -> Texts:
    """One key as it is, or several as a JSON object, from stdin."""
    content = prompts.rest_of_stdin()
    if name is None and not content.lstrip().startswith(b"{"):
        raise UsageError(message("keys.stdin_needs_name", names=tuple(NAMES)))
    if name is None:
        try:
            return checked({name: text.reveal() for name, text in of_command(secretcmd.parse(content)).items()})
        except secretcmd.NoKeys as problem:
            raise UsageError(message("keys.stdin_no_keys", reason=problem.reason)) from None
    try:
        return checked({NAMES[name]: content.decode("utf-8-sig").strip()})
    except UnicodeDecodeError:
        raise UsageError(message("keys.stdin_no_keys", reason=message("secretcmd.not_utf8"))) from None


def _place(store: VaultStore) -> Message:
    return message(f"keys.place.{store.backend}", file=str(store.path))


def _rows(bench: Workbench, environment: Environment, say: Language) -> Iterator[tuple[str, ...]]:
    status = bench.vault.status(environment)
    env, kind = clean_line(environment.name), say(f"cli.env.kind.{environment.kind}")
    for name, key in NAMES.items():
        origin = status.origins.get(key)
        shown = (status.app_key or "") if key == "APP_KEY" else ""
        yield env, kind, name, shown, _origin(bench, environment, key, say) if origin else say("keys.none")
    contents = None if environment.kind == "sandbox" else bench.vault.room.contents(environment)
    if contents and contents.has_previous:
        until = f"{_vault(bench, environment, say)} · {say('keys.previous.until')}"
        yield env, kind, say("keys.previous"), "", until
    if contents and contents.sellers:
        yield env, kind, say("keys.sellers"), str(contents.sellers), ""


def _origin(bench: Workbench, environment: Environment, key: KeyName, say: Language) -> str:
    status = bench.vault.status(environment)
    origin = status.origins[key]
    if origin in ("file", "keyring"):
        return _vault(bench, environment, say)
    program = environment.secret_cmd[0] if environment.secret_cmd else ""
    source = "command.pending" if origin == "command" and status.pending else origin
    return say(f"keys.from.{source}", variables=environment.variable(key), program=clean_line(program))


def _vault(bench: Workbench, environment: Environment, say: Language) -> str:
    """Where the environment's vault is, and whether it is open."""
    room = bench.vault.room
    store = room.find(environment)
    place = say.render(_place(store)) if store else ""
    return place if room.is_open(environment) else say("keys.place.locked", place=place)


def _warn_of_broken_files(bench: Workbench, console: Console, environment: Environment) -> None:
    try:
        bench.vault.room.require_sound(environment)
    except ConfigError as error:
        console.warn(error.message)


def _data(bench: Workbench, environment: Environment, has_environment: bool) -> dict[str, object]:
    status = bench.vault.status(environment)
    return {
        "name": environment.name,
        "kind": environment.kind,
        "app_key": status.app_key,
        "keys": {name: status.origins.get(key) for name, key in NAMES.items()},
        "previous_secret": status.previous,
        "locked": status.locked,
        "has_environment": has_environment,
    }


VERBS = {
    "keys set": Verb(declare_set, set_keys),
    "keys where": Verb(declare_where, where),
    "keys rotate": Verb(declare_rotate, rotate),
    "keys back": Verb(declare_back, back),
    "keys forget": Verb(declare_forget, forget),
    "keys lock": Verb(declare_lock, lock),
}
