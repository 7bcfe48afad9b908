"""Rules for what a spec says about seeing beforehand what a write changes: it is there, is a read, fits at both ends.

Each function yields a Note per fault, as those of `specrules` do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from topexplorer.core.beforehand import Asked, Shows
from topexplorer.core.catalog import Catalog
from topexplorer.core.resolving import resolved
from topexplorer.core.spec import ApiSpec, Param, find_field
from topexplorer.core.specrules import Note, note, twice
from topexplorer.core.writeplaces import lists_on_the_way


def show_notes(spec: ApiSpec, catalog: Catalog) -> Iterator[Note]:
    """What is wrong with `effect`, `shows` and `unseen`."""
    said = bool(spec.effect or spec.shows or spec.unseen)
    if said and not spec.writes:
        name = "shows" if spec.shows else "effect" if spec.effect else "unseen"
        yield note("shows-of-a-read", f"$.{name}", name=name)
    if spec.writes and not spec.effect and not spec.retired:
        yield note("no-effect", "$.effect")
    if spec.shows and spec.unseen:
        yield note("shown-and-unseen", "$.unseen")
    elif spec.writes and spec.effect in ("changes", "deletes") and not (spec.shows or spec.unseen):
        yield note("no-sight", "$.shows", effect=spec.effect)
    whole = resolved(spec, catalog.model)
    for place, shows in enumerate(spec.shows):
        yield from _way(shows, f"$.shows[{place}]", whole, catalog)


def _way(shows: Shows, where: str, spec: ApiSpec, catalog: Catalog) -> Iterator[Note]:
    """One read that shows the object."""
    if shows.method not in catalog.entries:
        yield note("shows-unknown", f"{where}.method", name=shows.method)
        return
    read = catalog.spec(shows.method)
    if read.writes or read.retired:
        yield note("shows-no-read", f"{where}.method", name=shows.method)
    yield from _asked(shows.values, f"{where}.values", read)
    always = {asked.name for asked in shows.values if asked.text}
    for name in (shows.paged.number, shows.paged.size) if shows.paged else ():
        if name not in always:
            yield note("shows-lacks", f"{where}.paged", name=name, method=shows.method)
    found = find_field(read.response, shows.object)
    if found is None:
        yield note("shows-misfit", f"{where}.object", name=shows.object, method=shows.method)
        return
    yield from _places(shows, where, spec)
    named = [(f"{where}.keys[{place}]", key.field) for place, key in enumerate(shows.keys)]
    named += [(f"{where}.fields[{place}]", one.field) for place, one in enumerate(shows.fields) if one.field]
    for inside, name in named:
        if found[1].children and find_field(found[1].children, name) is None:
            yield note("shows-misfit", f"{inside}.field", name=name, method=shows.method)


def _asked(values: Sequence[Asked], where: str, read: ApiSpec) -> Iterator[Note]:
    """What the read is asked: parameters that it has, each with one value, and none that it needs left out."""
    yield from twice([asked.name for asked in values], where)
    for place, asked in enumerate(values):
        if not _has(read.params, asked.name):
            yield note("shows-misfit", f"{where}[{place}].name", name=asked.name, method=read.method)
        if (asked.of is None) == (asked.text is None):
            yield note("shows-value", f"{where}[{place}]", name=asked.name)
    given = {asked.name.partition(".")[0] for asked in values}
    for param in read.params:
        if param.required and param.name not in given:
            yield note("shows-lacks", where, name=param.name, method=read.method)


def _has(params: Sequence[Param], name: str) -> bool:
    head, dot, rest = name.partition(".")
    param = next((param for param in params if param.name == head), None)
    return param is not None and (not dot or _has(param.children, rest))


def _places(shows: Shows, where: str, spec: ApiSpec) -> Iterator[Note]:
    """The places among the write's parameters."""
    named = [(f"{where}.values[{place}].of", asked.of) for place, asked in enumerate(shows.values)]
    named += [(f"{where}.keys[{place}].param", key.param) for place, key in enumerate(shows.keys)]
    named += [(f"{where}.fields[{place}].param", changed.param) for place, changed in enumerate(shows.fields)]
    for inside, name in named:
        lists = lists_on_the_way(spec.params, shows.packed, name) if name else 0
        if lists is None:
            yield note("shows-misfit", inside, name=name, method=spec.method)
        elif lists > 1:
            yield note("shows-lists", inside, name=name)
    whens = (changed.adds_when for changed in shows.fields)
    plain = [(f"{where}.fields[{place}].adds_when", when.param) for place, when in enumerate(whens) if when]
    whens = (changed.clears_when for changed in shows.fields)
    plain += [(f"{where}.fields[{place}].clears_when", when.param) for place, when in enumerate(whens) if when]
    plain += [(f"{where}.packed[{place}]", packed.param) for place, packed in enumerate(shows.packed)]
    for inside, name in plain:
        if spec.param(name) is None:
            yield note("shows-misfit", f"{inside}.param", name=name, method=spec.method)
