"""`profile`: saved requests, from the project's folder and the user's."""

from __future__ import annotations

from argparse import Namespace

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.calls import declare_sending, perform, save
from topexplorer.cli.drafts import (
    declare_draft,
    draft_from,
    engine_for,
    known_method,
    say_problems,
    unless_prod,
    unlisted,
)
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core import values
from topexplorer.core.call import RequestDraft
from topexplorer.engine.profiles import Profile


def declare_list(arguments: Arguments) -> None:
    arguments.switch("--json", key="cli.help.json")


def declare_show(arguments: Arguments) -> None:
    arguments.positional("name", "cli.help.profile_name")
    arguments.switch("--json", key="cli.help.json")


def declare_save(arguments: Arguments) -> None:
    arguments.positional("name", "cli.help.profile_name")
    arguments.positional("method", "cli.help.method")
    declare_draft(arguments)


def declare_run(arguments: Arguments) -> None:
    arguments.positional("name", "cli.help.profile_name")
    declare_draft(arguments)
    declare_sending(arguments)


def declare_delete(arguments: Arguments) -> None:
    arguments.positional("name", "cli.help.profile_name")


def list_profiles(bench: Workbench, console: Console, options: Namespace) -> int:
    """Lists the profiles by name: the project's, then the user's."""
    found = bench.profiles.list()
    if options.json:
        console.json([_data(profile) for profile in found])
    else:
        rows = [(p.name, p.draft.api, p.environment or "", p.note) for p in found]
        console.lines(columns(rows))
        if not found:
            console.narrate([console.say("cli.profile.none")])
    console.warn(*bench.profiles.problems)
    return output.OK


def show(bench: Workbench, console: Console, options: Namespace) -> int:
    """Prints one profile: as JSON, or as the command that makes the same call."""
    profile = bench.profiles.get(options.name)
    if options.json:
        console.json(_data(profile))
        return output.OK
    from topexplorer.core.exporters import command_line

    say = console.say
    rows = [
        (say("cli.profile.row.name"), profile.name),
        (say("cli.profile.row.method"), profile.draft.api),
        (say("cli.profile.row.environment"), profile.environment or say("cli.profile.any_environment")),
        (say("cli.profile.row.note"), profile.note),
        (say("cli.profile.row.file"), str(profile.path or "")),
        (say("cli.profile.row.left_out"), say.render(profile.draft.lacking)),
        (say("cli.profile.row.command"), command_line(profile.draft, profile.environment or "sandbox")),
    ]
    console.lines(columns(row for row in rows if row[1]))
    return output.OK


def save_profile(bench: Workbench, console: Console, options: Namespace) -> int:
    """Keeps a request under a name. What is wrong with it is said and does not stop it: drafts are worth keeping."""
    method = known_method(bench.catalog, options.method)
    if method not in bench.catalog:
        console.warn(unlisted(bench.catalog, method))
    draft = draft_from(bench, options, RequestDraft(method))
    if options.env:
        bench.environments.get_or_raise(options.env)
    save(bench, console, options.name, draft, options.env)
    say_problems(console, values.check(bench.catalog.spec(method), draft, bench.clock()))
    return output.OK


def run(bench: Workbench, console: Console, options: Namespace) -> int:
    """Sends a profile, with what the command line says on top."""
    profile = bench.profiles.get(options.name)
    environment = options.env or unless_prod(bench, profile.environment, profile.name)
    engine = engine_for(bench, environment, options.seller)
    draft = draft_from(bench, options, profile.draft)
    return perform(bench, console, engine, draft, options, ("profile", "run", profile.name))


def delete(bench: Workbench, console: Console, options: Namespace) -> int:
    """Deletes a profile's file."""
    bench.profiles.delete(options.name)
    console.narrate([console.say("cli.profile.deleted", name=options.name)])
    return output.OK


def _data(profile: Profile) -> dict[str, object]:
    draft = profile.draft
    return {
        "name": profile.name,
        "method": draft.api,
        "environment": profile.environment,
        "note": profile.note,
        "format": draft.format,
        "simplify": draft.simplify,
        "sign_method": draft.sign_method,
        "values": dict(draft.values),
        "files": dict(draft.files),
        "off": sorted(draft.off),
        "left_out": list(draft.lacking),
        "file": str(profile.path) if profile.path else None,
    }


VERBS = {
    "profile list": Verb(declare_list, list_profiles),
    "profile show": Verb(declare_show, show),
    "profile save": Verb(declare_save, save_profile),
    "profile run": Verb(declare_run, run),
    "profile delete": Verb(declare_delete, delete),
}
