"""`list` and `show`: what is in the catalog."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.drafts import known_method, unlisted
from topexplorer.cli.layout import columns, wrapped
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core.catalog import Catalog, Entry
from topexplorer.core.errors import UnknownApi, UsageError
from topexplorer.core.language import Language, message
from topexplorer.core.specfiles import document


def declare_list(arguments: Arguments) -> None:
    arguments.positional("words", "cli.help.words", nargs="*", default=[])
    arguments.option("--category", "NAME", "cli.help.category")
    arguments.switch("--reads", key="cli.help.reads")
    arguments.switch("--json", key="cli.help.json")


def declare_show(arguments: Arguments) -> None:
    arguments.positional("method", "cli.help.method")
    arguments.switch("--json", key="cli.help.json")


def list_apis(bench: Workbench, console: Console, options: Namespace) -> int:
    """Lists APIs, those that match the words best first; without words in the order of the catalog."""
    catalog = bench.catalog
    entries = _chosen(catalog, options)
    if options.json:
        console.json([_entry_data(entry) for entry in entries])
    else:
        console.lines(_table(entries, console))
        console.narrate(_legend(entries, console.say))
    _warn_of_specs(console, catalog)
    if not entries:
        console.tell([console.say("cli.list.nothing")])
    return output.OK


def _chosen(catalog: Catalog, options: Namespace) -> list[Entry]:
    if options.category is not None:
        known = tuple(category.name for category in catalog.platform.categories)
        if options.category not in known:
            raise UsageError(message("cli.usage.choice", option="--category", text=options.category, choices=known))
    return [
        entry
        for entry in _found(catalog, " ".join(options.words))
        if options.category in (None, entry.category) and not (options.reads and entry.writes)
    ]


def _found(catalog: Catalog, query: str) -> Iterable[Entry]:
    if not query.strip():
        return catalog.entries.values()
    from topexplorer.core.search import search_index

    return [hit.entry for hit in search_index(catalog).search(query, limit=len(catalog))]


def _table(entries: list[Entry], console: Console) -> Iterator[str]:
    say = console.say
    rows = [
        (
            entry.method,
            "W" if entry.writes else "R",
            {"required": "S", "optional": "s", "none": "-"}[entry.session],
            say.words(entry.title) + (say("cli.list.retired") if entry.retired else ""),
        )
        for entry in entries
    ]
    yield from columns(rows)


def _legend(entries: list[Entry], say: Language) -> list[str]:
    return [say("cli.list.count", n=len(entries)), say("cli.list.legend")]


def _warn_of_specs(console: Console, catalog: Catalog) -> None:
    for problem in catalog.problems:
        console.warn(message("cli.output.spec_problem", file=problem.file, where=problem.where, reason=problem.reason))


def _entry_data(entry: Entry) -> dict[str, object]:
    return {
        "method": entry.method,
        "title": {"zh": entry.title.zh, "en": entry.title.en},
        "category": entry.category,
        "access": entry.access,
        "session": entry.session,
        "writes": entry.writes,
        "retired": entry.retired,
    }


def show(bench: Workbench, console: Console, options: Namespace) -> int:
    """Prints the documentation of one API. Raises UnknownApi with the nearest names."""
    catalog = bench.catalog
    method = known_method(catalog, options.method)
    spec = catalog.get(method)
    if spec is None:
        _warn_of_specs(console, catalog)
        raise UnknownApi(unlisted(catalog, method), message("cli.usage.list_apis"))
    if options.json:
        console.json(document(spec))
        return output.OK
    from topexplorer.core.manual import manual

    width = console.width
    for line in manual(spec, catalog.platform, console.say, catalog.imported(method)):
        console.lines(wrapped(line.text, width, line.hang))
    return output.OK


VERBS = {"list": Verb(declare_list, list_apis), "show": Verb(declare_show, show)}
