"""`history diff`: what was asked differently in two calls, and what that changed in the answers."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.history import read
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.cli.pastcalls import call_data, status_text, when
from topexplorer.cli.verbs import Verb
from topexplorer.core.answerdiff import (
    ENVIRONMENT,
    FIELDS,
    Difference,
    Differences,
    answer_differences,
    request_differences,
)
from topexplorer.core.answertree import as_json
from topexplorer.core.call import Exchange, NoAnswer
from topexplorer.core.errors import UsageError
from topexplorer.core.language import Language, Message, message
from topexplorer.core.pastcall import PastCall
from topexplorer.core.text import cell_width, clean_line, fit

SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": "~"}
LONGEST_NAME = 40
"""Cells of a name up to which all names of a list make one column."""
LEAST_VALUE = 16
BEFORE = 8
"""Characters that are shown before the place where two long values begin to differ."""


class Row(NamedTuple):
    """One difference: in what, in which member of it, what is there in the older call and what in the newer."""

    within: str
    sign: str
    name: str
    old: str
    new: str


class Found(NamedTuple):
    """Two calls and what is different; `why_not` says why the answers are not compared."""

    calls: tuple[PastCall, PastCall]
    asked: Differences
    answered: Differences | None
    why_not: Message | None


def declare_diff(arguments: Arguments) -> None:
    arguments.positional("ids", "history.cli.help.two_ids", nargs="*", default=[])
    arguments.switch("--json", key="cli.help.json")


def diff(bench: Workbench, console: Console, options: Namespace) -> int:
    """Compares two calls; the latest two of a method where none are named. A difference is no failure."""
    old, new = _chosen(bench, options)
    found = _compared((old, new), (read(bench, old.id)[1], read(bench, new.id)[1]))
    if options.json:
        console.document("".join(as_json(_data(found, console.say))).encode("utf-8", "replace"))
        return output.OK
    console.lines(_report(found, bench.clock(), console))
    console.narrate([console.say("history.cli.diff.legend", old=old.id, new=new.id)])
    return output.OK


def _chosen(bench: Workbench, options: Namespace) -> tuple[PastCall, PastCall]:
    """The older and the newer one. Raises UsageError when there are no two."""
    if len(options.ids) > 2:
        raise UsageError(message("history.cli.diff.two"))
    named = [bench.history.get(entry) for entry in options.ids]
    if len(named) == 2:
        return named[0], named[1]
    recent = bench.history.recent()
    if named:
        (new,) = named
        places = [past.id for past in recent]
        later = places.index(new.id) if new.id in places else -1
        before = _of(recent[later + 1 :], new.api, options.env)
        if not before:
            raise UsageError(message("history.cli.diff.no_previous", entry=new.id, method=clean_line(new.api)))
        return before[0], new
    for api in dict.fromkeys(past.api for past in recent):
        if len(two := _of(recent, api, options.env)) == 2:
            return two[1], two[0]
    raise UsageError(message("history.cli.diff.none"))


def _of(calls: Iterable[PastCall], api: str, environment: str | None) -> list[PastCall]:
    """The first two calls of that method."""
    fitting = (past for past in calls if past.api == api and environment in (None, past.environment))
    return list(islice(fitting, 2))


def _compared(calls: tuple[PastCall, PastCall], exchanges: tuple[Exchange, Exchange]) -> Found:
    asked = request_differences(*exchanges)
    gone = [past.id for past, exchange in zip(calls, exchanges, strict=True) if _is_not_kept(exchange)]
    if gone:
        return Found(calls, asked, None, message("history.cli.diff.not_kept", ids=tuple(gone)))
    try:
        answered = answer_differences(*exchanges)
    except ValueError:
        return Found(calls, asked, None, message("history.cli.diff.unreadable"))
    return Found(calls, asked, answered, None)


def _is_not_kept(exchange: Exchange) -> bool:
    return isinstance(exchange.outcome, NoAnswer) and exchange.outcome.reason == "not_kept"


def _report(found: Found, now: datetime, console: Console) -> Iterator[str]:
    say, (old, new) = console.say, found.calls
    ended = [past.reason if past.state == "refused" else status_text(past, say) for past in found.calls]
    yield clean_line(new.api)
    heads = [
        (past.id, when(past.at, now), past.environment, end, past.seller)
        for past, end in zip(found.calls, ended, strict=True)
    ]
    yield from columns([(sign, *head) for sign, head in zip("-+", heads, strict=True)], "  ")
    asked = [_row(difference, say, is_asked=True) for difference in found.asked.found]
    if old.seller != new.seller:
        asked.append(Row("", "~", say("history.cli.diff.seller"), clean_line(old.seller), clean_line(new.seller)))
    yield ""
    yield say("history.cli.diff.request", n=found.asked.total + (old.seller != new.seller))
    yield from _lines(asked, console.width)
    yield from _rest(found.asked, say)
    yield ""
    if found.answered is not None:
        yield say("history.cli.diff.answer", n=found.answered.total)
        yield from _lines([_row(difference, say) for difference in found.answered.found], console.width)
        yield from _rest(found.answered, say)
    elif found.why_not is not None:
        yield say.render(found.why_not)
    else:
        yield say("history.cli.diff.outcome", old=ended[0], new=ended[1])


def _rest(differences: Differences, say: Language) -> Iterator[str]:
    if more := differences.total - len(differences.found):
        yield "  " + say("history.cli.diff.more", n=more)
    if differences.made_up:
        yield "  " + say("history.cli.diff.made_up", n=differences.made_up)


def _row(difference: Difference, say: Language, *, is_asked: bool = False) -> Row:
    """What was asked are texts and stands there as it is; what came back is JSON."""
    steps, kind = difference.steps, difference.kind
    within = clean_line(replace(difference, steps=steps[:-1]).path)
    name = str(steps[-1]).removeprefix(".") if steps else ""
    if is_asked and steps[0].key == ENVIRONMENT:
        name = say("history.cli.diff.environment")
    if is_asked and within == FIELDS:
        return Row(within, SIGNS[kind], clean_line(str(steps[-1].key)), "", "")
    old = "" if kind == "added" else _text(difference.old, is_asked)
    new = "" if kind == "removed" else _text(difference.new, is_asked)
    return Row(within, SIGNS[kind], clean_line(name), old, new)


def _text(value: Any, is_asked: bool) -> str:
    """One line of JSON, or the text itself; no longer than any terminal is wide."""
    if is_asked and isinstance(value, str):
        return clean_line(value)
    pieces: list[str] = []
    for piece in as_json(value):
        pieces.append(piece)
        if len(pieces) > 1000:
            break
    return clean_line(" ".join(line.strip() for line in "".join(pieces).split("\n")))


def _lines(rows: Sequence[Row], width: int) -> Iterator[str]:
    """Under each place that something differs in its members that do, with what differs beside them in one column."""
    indents = ["  " if row.within == "" else "    " for row in rows]
    names = [len(indent) + cell_width(row.name) for indent, row in zip(indents, rows, strict=True)]
    lead = max((cells for cells in names if cells <= LONGEST_NAME), default=0)
    before = ""
    for row, indent, cells in zip(rows, indents, names, strict=True):
        if row.within != before:
            before = row.within
            if before:
                yield f"  {before}"
        name = fit(row.name, max(lead, cells) - len(indent))
        value = _beside(row.old, row.new, max(2 * LEAST_VALUE, width - max(lead, cells) - 4))
        yield f"{indent}{row.sign} {name}  {value}".rstrip()


def _beside(old: str, new: str, cells: int) -> str:
    """`old → new` or the one that there is, in that many cells, cut so that the difference is seen."""
    if not (old and new):
        return fit(old or new, cells).rstrip() if cell_width(old or new) > cells else old or new
    room = cells - 3
    if cell_width(old) + cell_width(new) <= room:
        return f"{old} → {new}"
    pairs = enumerate(zip(old, new, strict=False))
    same = next((place for place, (a, b) in pairs if a != b), min(len(old), len(new)))
    if same > 2 * BEFORE:
        old, new = (f"…{text[same - BEFORE :]}" for text in (old, new))
    half = max(LEAST_VALUE, room // 2)
    left = min(cell_width(old), max(half, room - cell_width(new)))
    right = max(LEAST_VALUE, room - left)
    return f"{fit(old, left).rstrip()} → {fit(new, min(right, cell_width(new))).rstrip()}"


def _data(found: Found, say: Language) -> dict[str, Any]:
    old, new = found.calls
    return {
        "old": call_data(old),
        "new": call_data(new),
        "request": _differences_data(found.asked),
        "answer": _differences_data(found.answered) if found.answered is not None else None,
        "not_compared": say.render(found.why_not) if found.why_not is not None else None,
    }


def _differences_data(differences: Differences) -> dict[str, Any]:
    return {
        "total": differences.total,
        "made_up": differences.made_up,
        "differences": [
            {"kind": difference.kind, "path": difference.path, **_sides(difference)} for difference in differences.found
        ],
    }


def _sides(difference: Difference) -> dict[str, Any]:
    """The value of a side that has none is left out: `null` is a value."""
    sides = {"old": difference.old, "new": difference.new}
    return {name: value for name, value in sides.items() if (name, difference.kind) not in _NOTHING}


_NOTHING = {("old", "added"), ("new", "removed")}
VERBS = {"history diff": Verb(declare_diff, diff)}
